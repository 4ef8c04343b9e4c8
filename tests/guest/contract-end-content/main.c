/* Ends by starting an installed title. */
#include "../contract/end.h"

ENDS_BY(XamContentLaunchImageFromFileInternal,
        XamContentLaunchImageFromFileInternal("d:\\next", "default.xex"))
