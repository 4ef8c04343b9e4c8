/* Device objects that titles make, and symbolic links as objects.
 *
 * Device object (50 bytes, then the extension): 0 type 3, 2 u16 size, 8 driver, C the device
 * itself where a volume can be mounted on it, 14 flags (8 named, 10 being set up), 18 extension,
 * 1C device type, 1E 1. Opening a path on such a device does not reach its driver. */
#include "kernel/file.h"

enum { DEVICE_SIZE = 0x50, MOST_EXTENSION = 0x10000 };
enum { FLAG_NAMED = 8, FLAG_INITIALIZING = 0x10 };

/* Types of devices that are never mounted as a volume. */
static bool is_plain(uint32_t type)
{
    static const uint8_t plain[] = {2,  7,  36, 45, 58, 60, 61, 62, 64,
                                    65, 66, 67, 68, 69, 70, 72, 73};
    return memchr(plain, (int)(type & 0xFF), sizeof plain) != NULL && type <= 0xFF;
}

/* driver, extension size, name or 0, type, exclusive, device**. */
enum xg_kcall_result xg_x_IoCreateDevice(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t extension = xg_kcall_u32(call, 1), type = xg_kcall_u32(call, 3), status;
    xg_ga string = xg_kcall_u32(call, 2), out = xg_kcall_u32(call, 5);
    char name[256] = "";
    if (string)
        xg_kcall_string(call, string, name, sizeof name);
    xg_kcall_st32(call, out, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (extension > MOST_EXTENSION)
        return xg_kcall_return(call, XG_ST_NO_MEMORY);
    struct xg_object *o = xg_object_open_or_create_named(
        k, XG_OBJECT_DEVICE, DEVICE_SIZE + ((extension + 7) & ~7u), name, &status);
    if (!o)
        return xg_kcall_return(call, status);
    if (status == XG_ST_OBJECT_NAME_EXISTS) {
        xg_object_release(k, o);
        return xg_kcall_return(call, XG_ST_OBJECT_NAME_COLLISION);
    }
    xg_kst8(k, o->body, 3);
    xg_kst16(k, o->body + 2, (uint16_t)(DEVICE_SIZE + extension));
    xg_kst32(k, o->body + 8, xg_kcall_u32(call, 0));
    xg_kst32(k, o->body + 0xC, is_plain(type) ? 0 : o->body);
    xg_kst32(k, o->body + 0x14, FLAG_INITIALIZING | (name[0] ? FLAG_NAMED : 0));
    xg_kst32(k, o->body + 0x18, extension ? o->body + DEVICE_SIZE : 0);
    xg_kst8(k, o->body + 0x1C, (uint8_t)type);
    xg_kst8(k, o->body + 0x1E, 1);
    xg_kcall_st32(call, out, o->body);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

enum xg_kcall_result xg_x_IoDeleteDevice(struct xg_kcall *call)
{
    struct xg_object *o = xg_object_at(call->kernel, xg_kcall_u32(call, 0));
    if (o && o->type == XG_OBJECT_DEVICE && !o->deleted) {
        o->deleted = true; /* handles may keep it for a while */
        xg_object_release(call->kernel, o);
    }
    return XG_KCALL_DONE;
}

/* ---- symbolic links: the body is the target's length and text ---- */

/* handle*, attributes. */
enum xg_kcall_result xg_x_NtOpenSymbolicLinkObject(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    char name[XG_VFS_PATH] = "", target[XG_VFS_PATH];
    xg_ga out = xg_kcall_u32(call, 0);
    xg_kcall_string(call, xg_kcall_ld32(call, xg_kcall_u32(call, 1) + 4), name, sizeof name);
    xg_kcall_st32(call, out, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!k->o.vfs || !xg_vfs_link_target(k->o.vfs, name, target))
        return xg_kcall_return(call, XG_ST_OBJECT_NAME_NOT_FOUND);
    uint32_t size = (uint32_t)strlen(target);
    struct xg_object *o = xg_object_create(k, XG_OBJECT_LINK, 4 + size);
    if (!o)
        return xg_kcall_return(call, XG_ST_NO_MEMORY);
    xg_kst32(k, o->body, size);
    xg_kcall_write(call, o->body + 4, target, size);
    return xg_kcall_new_handle(call, o, out, XG_ST_SUCCESS);
}

/* handle, string that is filled, length of the target or 0. */
enum xg_kcall_result xg_x_NtQuerySymbolicLinkObject(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_LINK);
    xg_ga string = xg_kcall_u32(call, 1), length_at = xg_kcall_u32(call, 2);
    char target[XG_VFS_PATH];
    if (!o)
        return XG_KCALL_DONE;
    uint32_t size = xg_kld32(k, o->body), room = xg_kcall_ld16(call, string + 2);
    size = size < sizeof target ? size : (uint32_t)sizeof target;
    if (length_at)
        xg_kcall_st32(call, length_at, size);
    if (room < size)
        return xg_kcall_return(call, XG_ST_BUFFER_TOO_SMALL);
    if (xg_kcall_read(call, o->body + 4, target, size))
        xg_kcall_write(call, xg_kcall_ld32(call, string + 4), target, size);
    xg_kcall_st16(call, string, (uint16_t)size);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}
