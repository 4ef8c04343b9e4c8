/* XAM: locale and display. */
#include "kernel/video.h"

enum xg_kcall_result xg_x_XGetAVPack(struct xg_kcall *call)
{
    return xg_kcall_return(call, 8); /* HDMI */
}

enum xg_kcall_result xg_x_XGetLanguage(struct xg_kcall *call)
{
    return xg_kcall_return(call, 1); /* English */
}

enum xg_kcall_result xg_x_XGetGameRegion(struct xg_kcall *call)
{
    return xg_kcall_return(call, 0xFFFF); /* any */
}

enum xg_kcall_result xg_x_XGetVideoMode(struct xg_kcall *call)
{
    xg_video_mode(call, 0);
    return XG_KCALL_DONE;
}
