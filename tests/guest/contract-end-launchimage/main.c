/* Ends by starting a title from content. */
#include "../contract/end.h"

ENDS_BY(XamContentLaunchImage, XamContentLaunchImage(0, 0, "default.xex"))
