/* The drive and the disc in it. A title of several discs asks for another one by its number; who
 * runs the machine has it (xg_kernel_options.change_disc), and it lies where the first one was when
 * the call answers. A title that was started from a folder or a package has an empty drive, but may
 * change what lies there all the same. */
#include "kernel/content.h"
#include "vfs/vfs.h"

#define DRIVE "\\Device\\Cdrom0"
enum { MEDIUM_NONE = 0, MEDIUM_GAME = 1 };
enum { TRAY_EMPTY = 0, TRAY_CLOSED = 4 };

static bool has_disc(const struct xg_kernel *k)
{
    char rest[XG_VFS_PATH];
    struct xg_vfs_device *device;
    struct xg_vfs_package package;
    return k->o.vfs && xg_vfs_resolve(k->o.vfs, DRIVE, &device, rest) == XG_VFS_OK &&
           !xg_vfs_package(device, &package);
}

enum xg_kcall_result xg_x_XamLoaderGetDvdTrayState(struct xg_kcall *call)
{
    return xg_kcall_return(call, has_disc(call->kernel) ? TRAY_CLOSED : TRAY_EMPTY);
}

/* type*, title id* or 0. */
enum xg_kcall_result xg_x_XamLoaderGetMediaInfo(struct xg_kcall *call)
{
    const struct xg_kernel *k = call->kernel;
    xg_ga type_at = xg_kcall_u32(call, 0), title_at = xg_kcall_u32(call, 1);
    bool disc = has_disc(k);
    if (type_at)
        xg_kcall_st32(call, type_at, disc ? MEDIUM_GAME : MEDIUM_NONE);
    if (title_at)
        xg_kcall_st32(call, title_at, disc ? k->image->execution.title_id : 0);
    return xg_kcall_return(call, XG_ERROR_SUCCESS);
}

/* The reference that the caller has taken for us is given back with the news. */
static void tell(struct xg_kcall *call, xg_ga event)
{
    struct xg_object *o = xg_object_at(call->kernel, event);
    xg_signal_set(call, event, 1);
    if (!call->faulted && o && o->type == XG_OBJECT_EVENT && o->pointers > o->handles)
        xg_object_release(call->kernel, o);
}

/* number, event object or 0, {title, text, button}* for a wrong disc. The texts are not shown: a
 * wrong disc is refused with a sentence for whoever has put it in. */
enum xg_kcall_result xg_x_XamSwapDisc(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint8_t number = (uint8_t)xg_kcall_u32(call, 0);
    xg_ga event = xg_kcall_u32(call, 1);
    if (!number || number > k->image->execution.discs)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    if (event) /* can be told */
        xg_kcall_st32(call, event + 4, xg_kcall_ld32(call, event + 4));
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (number != k->disc && (!k->o.change_disc || !k->o.change_disc(k->o.change_disc_ctx, number)))
        return xg_kcall_return(call, XG_ERROR_FUNCTION_FAILED);
    k->disc = number;
    if (event)
        tell(call, event);
    xg_kcall_return(call, XG_ERROR_SUCCESS);
    return XG_KCALL_RESCHEDULE;
}

/* A change is over when it is asked for: there is none to take back. */
enum xg_kcall_result xg_x_XamSwapCancel(struct xg_kcall *call)
{
    return xg_kcall_return(call, 0);
}
