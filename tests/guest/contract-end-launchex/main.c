/* Ends by starting another title, the long way. */
#include "../contract/end.h"

ENDS_BY(XamLoaderLaunchTitleEx, XamLoaderLaunchTitleEx("game:\\next.xex", 0, 0, 0))
