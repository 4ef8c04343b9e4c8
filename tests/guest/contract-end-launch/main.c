/* Ends by starting another title. */
#include "../contract/end.h"

ENDS_BY(XamLoaderLaunchTitle, XamLoaderLaunchTitle("game:\\next.xex", 0))
