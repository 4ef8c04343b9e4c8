/* Ends by asking for it. */
#include "../contract/end.h"

ENDS_BY(XamLoaderTerminateTitle, XamLoaderTerminateTitle())
