/* Leaving the title, launch data, what the title and the system are. */
#include "kernel/xam/xam.h"

#include <stdlib.h>

#define SYSTEM_VERSION  (2u << 28 | 17559u << 8) /* 4 major, 4 minor, 16 build, 8 qfe bits */
#define LAUNCH_DATA_MAX 0x3FCu

bool xg_kernel_go_on(struct xg_kernel *k, const struct xg_kernel_past *past)
{
    k->now = past->now;
    k->instructions = past->instructions;
    if (!past->launch_data)
        return true;
    k->launch_data = malloc(past->launch_size ? past->launch_size : 1);
    if (!k->launch_data)
        return false;
    memcpy(k->launch_data, past->launch_data, past->launch_size);
    k->launch_size = past->launch_size;
    return true;
}

struct xg_kernel_past xg_kernel_past(const struct xg_kernel *k)
{
    return (struct xg_kernel_past){k->in_round ? k->round_end : k->now, k->instructions,
                                   k->launch_data, k->launch_size};
}

const char *xg_kernel_launch_path(const struct xg_kernel *k)
{
    return k->launch_path[0] ? k->launch_path : NULL;
}

static enum xg_kcall_result leave(struct xg_kcall *call, xg_ga path, bool launch, const char *why)
{
    struct xg_kernel *k = call->kernel;
    char text[128] = "";
    struct xg_fault f;
    for (unsigned i = 0; path && i + 1 < sizeof text; i++)
        if (!xg_memory_read(k->o.mem, path + i, text + i, 1, &f) || !text[i]) {
            text[i] = 0;
            break;
        }
    if (path)
        xg_log(k, "%s: the title wants to start '%s'", why, text);
    if (launch)
        memcpy(k->launch_path, text, sizeof text);
    xg_exit_title(k, 0, why);
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_XamLoaderTerminateTitle(struct xg_kcall *call)
{
    return leave(call, 0, false, "XamLoaderTerminateTitle");
}

/* path or 0 for the dashboard, flags. The machine starts what lies there (machine/media.c). */
enum xg_kcall_result xg_x_XamLoaderLaunchTitle(struct xg_kcall *call)
{
    return leave(call, xg_kcall_u32(call, 0), true, "XamLoaderLaunchTitle");
}
enum xg_kcall_result xg_x_XamLoaderLaunchTitleEx(struct xg_kcall *call)
{
    return leave(call, xg_kcall_u32(call, 0), true, "XamLoaderLaunchTitleEx");
}
enum xg_kcall_result xg_x_XamContentLaunchImageFromFileInternal(struct xg_kcall *call)
{
    return leave(call, xg_kcall_u32(call, 0), false, "XamContentLaunchImageFromFileInternal");
}

/* user, XCONTENT_DATA*, executable in it. */
enum xg_kcall_result xg_x_XamContentLaunchImage(struct xg_kcall *call)
{
    return leave(call, xg_kcall_u32(call, 2), false, "XamContentLaunchImage");
}

/* ---- launch data ---- */

enum xg_kcall_result xg_x_XamLoaderSetLaunchData(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t size = xg_kcall_u32(call, 1);
    uint8_t bytes[LAUNCH_DATA_MAX];
    if (size > LAUNCH_DATA_MAX)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    if (!xg_kcall_read(call, xg_kcall_u32(call, 0), bytes, size))
        return XG_KCALL_FAULT;
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    memcpy(copy, bytes, size);
    free(k->launch_data);
    k->launch_data = copy;
    k->launch_size = size;
    return xg_kcall_return(call, XG_ERROR_SUCCESS);
}

enum xg_kcall_result xg_x_XamLoaderGetLaunchDataSize(struct xg_kcall *call)
{
    const struct xg_kernel *k = call->kernel;
    xg_ga out = xg_kcall_u32(call, 0);
    if (!out)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    xg_kcall_st32(call, out, k->launch_size);
    return xg_kcall_return(call, k->launch_data ? XG_ERROR_SUCCESS : XG_ERROR_NOT_FOUND);
}

enum xg_kcall_result xg_x_XamLoaderGetLaunchData(struct xg_kcall *call)
{
    const struct xg_kernel *k = call->kernel;
    uint32_t room = xg_kcall_u32(call, 1), n = k->launch_size;
    if (!k->launch_data)
        return xg_kcall_return(call, XG_ERROR_NOT_FOUND);
    xg_kcall_write(call, xg_kcall_u32(call, 0), k->launch_data, n < room ? n : room);
    return xg_kcall_return(call, XG_ERROR_SUCCESS);
}

/* ---- who we are ---- */

enum xg_kcall_result xg_x_XamGetSystemVersion(struct xg_kcall *call)
{
    return xg_kcall_return(call, SYSTEM_VERSION);
}
enum xg_kcall_result xg_x_XamUpdateGetCurrentSystemVersion(struct xg_kcall *call)
{
    return xg_kcall_return(call, SYSTEM_VERSION);
}

enum xg_kcall_result xg_x_XamGetCurrentTitleId(struct xg_kcall *call)
{
    return xg_kcall_return(call, call->kernel->image->execution.title_id);
}

/* Address of the execution info in the copy of the title's headers. */
enum xg_kcall_result xg_x_XamGetExecutionId(struct xg_kcall *call)
{
    const struct xg_image *m = call->kernel->image;
    xg_ga out = xg_kcall_u32(call, 0);
    uint32_t count = m->header ? xg_kcall_ld32(call, m->header + 0x14) : 0;
    xg_kcall_st32(call, out, 0);
    for (uint32_t i = 0; i < count && !call->faulted; i++) {
        xg_ga at = m->header + 0x18 + 8 * i;
        if (xg_kcall_ld32(call, at) != XG_XEX_OPT_EXECUTION)
            continue;
        xg_kcall_st32(call, out, m->header + xg_kcall_ld32(call, at + 4));
        return xg_kcall_return(call, XG_ERROR_SUCCESS);
    }
    return xg_kcall_return(call, XG_HRESULT(XG_ERROR_NOT_FOUND));
}

/* Kept for the dashboard, which is not here to ask. */
enum xg_kcall_result xg_x_XamSetDashContext(struct xg_kcall *call)
{
    call->kernel->dash_context = xg_kcall_u32(call, 0);
    return XG_KCALL_DONE;
}
enum xg_kcall_result xg_x_XamGetDashContext(struct xg_kcall *call)
{
    return xg_kcall_return(call, call->kernel->dash_context);
}

/* The screen never dims here. */
enum xg_kcall_result xg_x_XamEnableInactivityProcessing(struct xg_kcall *call)
{
    return xg_kcall_return(call, XG_ERROR_SUCCESS);
}

/* Which servers the network would be; there is none. */
enum xg_kcall_result xg_x_XamSetStagingMode(struct xg_kcall *call)
{
    call->kernel->staging_mode = xg_kcall_u32(call, 0);
    return XG_KCALL_DONE;
}
enum xg_kcall_result xg_x_XamGetStagingMode(struct xg_kcall *call)
{
    return xg_kcall_return(call, call->kernel->staging_mode);
}
