/* What files, directories and volumes say of themselves. Classes by number; the layouts are those
 * of docs/kernel.md, "Files". */
#include "kernel/file.h"

#include <stdio.h>

enum { /* classes of NtQuery/SetInformationFile */
       BASIC = 4,
       STANDARD = 5,
       INTERNAL = 6,
       NAME = 9,
       RENAME = 10,
       DISPOSITION = 13,
       POSITION = 14,
       MODE = 16,
       ALIGNMENT = 17,
       ALLOCATION = 19,
       END_OF_FILE = 20,
       SECTOR = 26,
       COMPRESSION = 27,
       COMPLETION = 30,
       IO_PRIORITY = 32,
       NETWORK_OPEN = 34,
};
static const struct {
    uint8_t number, size;
    bool query, set;
} classes[] = {
    {BASIC, 0x28, true, true},     {STANDARD, 0x18, true, false},
    {INTERNAL, 8, true, false},    {NAME, 8, true, false},
    {RENAME, 0x10, false, true},   {DISPOSITION, 1, false, true},
    {POSITION, 8, true, true},     {MODE, 4, true, false},
    {ALIGNMENT, 4, true, false},   {ALLOCATION, 8, false, true},
    {END_OF_FILE, 8, false, true}, {SECTOR, 4, true, false},
    {COMPRESSION, 4, true, false}, {COMPLETION, 8, false, true},
    {IO_PRIORITY, 4, true, true},  {NETWORK_OPEN, 0x38, true, false},
};
#define INVALID_CLASS 0xC0000003u
#define BAD_LENGTH    0xC0000004u
#define NO_MORE_FILES 0x80000006u
#define NO_SUCH_FILE  0xC000000Fu

/* 0, or what is wrong with class and length. */
static uint32_t check_class(uint32_t class, uint32_t length, bool set)
{
    for (size_t i = 0; i < XG_COUNTOF(classes); i++)
        if (classes[i].number == class && (set ? classes[i].set : classes[i].query))
            return length < classes[i].size ? BAD_LENGTH : 0;
    return INVALID_CLASS;
}

static void store_times(struct xg_kcall *call, xg_ga out, const struct xg_vfs_stat *s)
{
    xg_kcall_st64(call, out, s->created);
    xg_kcall_st64(call, out + 8, s->read);
    xg_kcall_st64(call, out + 0x10, s->written);
    xg_kcall_st64(call, out + 0x18, s->changed);
}

static void store_network_open(struct xg_kcall *call, xg_ga out, const struct xg_vfs_stat *s)
{
    store_times(call, out, s);
    xg_kcall_st64(call, out + 0x20, s->allocation);
    xg_kcall_st64(call, out + 0x28, s->size);
    xg_kcall_st32(call, out + 0x30, s->attributes);
    xg_kcall_st32(call, out + 0x34, 0);
}

/* Length and characters, cut to the room; returns bytes stored. */
static uint32_t store_name(struct xg_kcall *call, xg_ga out, uint32_t room, const char *name)
{
    uint32_t n = (uint32_t)strlen(name), fits = n < room - 4 ? n : room - 4;
    xg_kcall_st32(call, out, n);
    xg_kcall_write(call, out + 4, name, fits);
    return 4 + fits;
}

/* handle, status block, buffer, length, class. */
enum xg_kcall_result xg_x_NtQueryInformationFile(struct xg_kcall *call)
{
    xg_ga iosb = xg_kcall_u32(call, 1), out = xg_kcall_u32(call, 2);
    uint32_t length = xg_kcall_u32(call, 3), class = xg_kcall_u32(call, 4);
    uint32_t size = 0, status = check_class(class, length, false);
    struct xg_open_file *f = xg_file_object(call, NULL);
    struct xg_vfs_stat s;
    if (!f)
        return XG_KCALL_DONE;
    if (status)
        return xg_kcall_return(call, status);
    xg_vfs_stat(f->file, &s);
    for (size_t i = 0; i < XG_COUNTOF(classes); i++)
        if (classes[i].number == class)
            size = classes[i].size;
    xg_kcall_fill(call, out, 0, size);
    switch (class) {
    case BASIC:
        store_times(call, out, &s);
        xg_kcall_st32(call, out + 0x20, s.attributes);
        break;
    case STANDARD:
        xg_kcall_st64(call, out, s.allocation);
        xg_kcall_st64(call, out + 8, s.size);
        xg_kcall_st32(call, out + 0x10, 1);
        xg_kcall_st8(call, out + 0x14, f->delete_on_close);
        xg_kcall_st8(call, out + 0x15, (s.attributes & XG_VFS_DIRECTORY) != 0);
        break;
    case INTERNAL:
        xg_kcall_st64(call, out, s.id);
        break;
    case NAME:
        size = store_name(call, out, length, xg_vfs_path_of(f->file));
        break;
    case POSITION:
        xg_kcall_st64(call, out, f->position);
        break;
    case MODE:
        xg_kcall_st32(call, out, f->synchronous ? 0x20 : 0);
        break;
    case SECTOR: {
        struct xg_vfs_volume v;
        xg_vfs_volume(xg_vfs_device_of(f->file), &v);
        xg_kcall_st32(call, out, v.bytes_per_sector);
        break;
    }
    case NETWORK_OPEN:
        store_network_open(call, out, &s);
        break;
    }
    return xg_file_answer(call, iosb, XG_ST_SUCCESS, size);
}

/* ---- setting ---- */

/* 0 replace, 4 root directory, 8 name. */
static uint32_t rename_to(struct xg_kcall *call, struct xg_open_file *f, xg_ga in)
{
    struct xg_vfs_device *device;
    char path[XG_VFS_PATH], name[XG_VFS_PATH] = "";
    xg_kcall_string(call, in + 8, name, sizeof name);
    uint32_t root = xg_kcall_ld32(call, in + 4), replace = xg_kcall_ld32(call, in);
    struct xg_object *o = xg_handle_object(call->kernel, root);
    if (call->faulted)
        return XG_ST_INVALID_PARAMETER;
    if (o && o->type == XG_OBJECT_FILE) {
        const char *at = xg_vfs_path_of(o->file->file);
        if (snprintf(path, sizeof path, "%s\\%s", at, name) >= (int)sizeof path)
            return XG_ST_OBJECT_NAME_INVALID;
        device = xg_vfs_device_of(o->file->file);
    } else {
        enum xg_vfs_status s = xg_vfs_resolve(call->kernel->o.vfs, name, &device, path);
        if (s != XG_VFS_OK)
            return xg_file_status(s);
    }
    if (device != xg_vfs_device_of(f->file))
        return 0xC00000D4; /* not the same device */
    return xg_file_status(xg_vfs_rename(f->file, path, replace >> 24));
}

static uint32_t attach_port(struct xg_kcall *call, struct xg_open_file *f, xg_ga in)
{
    struct xg_kernel *k = call->kernel;
    struct xg_object *port = xg_handle_object(k, xg_kcall_ld32(call, in));
    if (!port || port->type != XG_OBJECT_COMPLETION)
        return XG_ST_INVALID_HANDLE;
    if (f->port)
        return XG_ST_INVALID_PARAMETER;
    f->key = xg_kcall_ld32(call, in + 4);
    f->port = port->body;
    xg_object_reference(k, port);
    return XG_ST_SUCCESS;
}

static uint32_t set(struct xg_kcall *call, struct xg_open_file *f, uint32_t class, xg_ga in)
{
    struct xg_vfs_stat s;
    switch (class) {
    case BASIC:
        return xg_file_status(
            xg_vfs_set_times(f->file, xg_kcall_ld64(call, in + 8), xg_kcall_ld64(call, in + 0x10)));
    case RENAME:
        return rename_to(call, f, in);
    case DISPOSITION:
        f->delete_on_close = xg_kcall_ld8(call, in) != 0;
        return XG_ST_SUCCESS;
    case POSITION:
        f->position = xg_kcall_ld64(call, in);
        return XG_ST_SUCCESS;
    case ALLOCATION: /* room is found when it is needed; less than the size cuts the file */
        xg_vfs_stat(f->file, &s);
        if (xg_kcall_ld64(call, in) >= s.size)
            return XG_ST_SUCCESS;
        return xg_file_status(xg_vfs_resize(f->file, xg_kcall_ld64(call, in)));
    case END_OF_FILE:
        return xg_file_status(xg_vfs_resize(f->file, xg_kcall_ld64(call, in)));
    case COMPLETION:
        return attach_port(call, f, in);
    default: /* priority of transfers: there is no queue */
        return XG_ST_SUCCESS;
    }
}

enum xg_kcall_result xg_x_NtSetInformationFile(struct xg_kcall *call)
{
    uint32_t class = xg_kcall_u32(call, 4);
    uint32_t status = check_class(class, xg_kcall_u32(call, 3), true);
    struct xg_open_file *f = xg_file_object(call, NULL);
    xg_ga in = xg_kcall_u32(call, 2);
    uint8_t first;
    if (!f)
        return XG_KCALL_DONE;
    if (status)
        return xg_kcall_return(call, status);
    if (!xg_kcall_read(call, in, &first, 1))
        return XG_KCALL_FAULT;
    status = set(call, f, class, in);
    return xg_file_answer(call, xg_kcall_u32(call, 1), status, 0);
}

/* attributes, the network-open layout. */
enum xg_kcall_result xg_x_NtQueryFullAttributesFile(struct xg_kcall *call)
{
    struct xg_vfs *vfs = call->kernel->o.vfs;
    struct xg_vfs_device *device;
    char path[XG_VFS_PATH];
    uint32_t status = xg_file_path(call, xg_kcall_u32(call, 0), &device, path);
    struct xg_vfs_file *file;
    if (status || !vfs)
        return xg_kcall_return(call, status ? status : xg_file_status(XG_VFS_NO_DEVICE));
    enum xg_vfs_status s = device ? xg_vfs_open_on(device, path, &xg_vfs_to_read, &file, NULL)
                                  : xg_vfs_open(vfs, path, &xg_vfs_to_read, &file, NULL);
    if (s != XG_VFS_OK)
        return xg_kcall_return(call, xg_file_status(s));
    struct xg_vfs_stat stat;
    xg_vfs_stat(file, &stat);
    xg_vfs_close(file);
    store_network_open(call, xg_kcall_u32(call, 1), &stat);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* ---- directories: one entry a call ---- */

enum { ENTRY_NAME = 0x40, ENTRY_MIN = 72 };

/* handle, event, routine, context, status block, buffer, length, pattern, restart. */
enum xg_kcall_result xg_x_NtQueryDirectoryFile(struct xg_kcall *call)
{
    struct xg_object *o;
    struct xg_open_file *f = xg_file_object(call, &o);
    xg_ga iosb = xg_kcall_u32(call, 4), out = xg_kcall_u32(call, 5);
    xg_ga pattern = xg_kcall_u32(call, 7);
    uint32_t length = xg_kcall_u32(call, 6);
    struct xg_vfs_entry e;
    if (!f)
        return XG_KCALL_DONE;
    if (length < ENTRY_MIN)
        return xg_kcall_return(call, BAD_LENGTH);
    bool restart = xg_kcall_u32(call, 8) & 0xFF || !f->scanning;
    if (pattern && xg_kcall_ld16(call, pattern)) {
        xg_kcall_string(call, pattern, f->pattern, sizeof f->pattern);
        restart = true;
    }
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (restart)
        f->cursor = 0;
    f->scanning = true;
    enum xg_vfs_status s = xg_vfs_next(f->file, f->pattern, &f->cursor, &e);
    if (s == XG_VFS_END)
        return xg_file_answer(call, iosb, restart ? NO_SUCH_FILE : NO_MORE_FILES, 0);
    if (s != XG_VFS_OK)
        return xg_file_answer(call, iosb, xg_file_status(s), 0);
    uint32_t n = (uint32_t)strlen(e.name);
    n = n < length - ENTRY_NAME ? n : length - ENTRY_NAME;
    xg_kcall_st32(call, out, 0);
    xg_kcall_st32(call, out + 4, (uint32_t)f->cursor);
    store_times(call, out + 8, &e.stat);
    xg_kcall_st64(call, out + 0x28, e.stat.size);
    xg_kcall_st64(call, out + 0x30, e.stat.allocation);
    xg_kcall_st32(call, out + 0x38, e.stat.attributes);
    xg_kcall_st32(call, out + 0x3C, n);
    xg_kcall_write(call, out + ENTRY_NAME, e.name, n);
    struct xg_object *event = xg_handle_object(call->kernel, xg_kcall_u32(call, 1));
    if (event && event->type == XG_OBJECT_EVENT && !call->faulted)
        xg_signal_set(call, event->body, 1);
    xg_file_answer(call, iosb, XG_ST_SUCCESS, ENTRY_NAME + n);
    return XG_KCALL_RESCHEDULE;
}

/* ---- volumes ---- */

enum { VOLUME = 1, VOLUME_SIZE = 3, VOLUME_DEVICE = 4, VOLUME_ATTRIBUTES = 5 };
#define DEVICE_DISK    7u
#define DEVICE_CDROM   2u
#define CASE_PRESERVED 6u /* and unicode: names are kept as written */

/* Text that may not fit: status, and bytes stored behind `head`. */
static enum xg_kcall_result volume_text(struct xg_kcall *call, xg_ga out, uint32_t head,
                                        const char *text)
{
    uint32_t length = xg_kcall_u32(call, 3), n = (uint32_t)strlen(text);
    uint32_t fits = n < length - head ? n : length - head;
    xg_kcall_write(call, out + head, text, fits);
    return xg_file_answer(call, xg_kcall_u32(call, 1), fits < n ? XG_ST_BUFFER_OVERFLOW : 0,
                          head + fits);
}

/* handle, status block, buffer, length, class. */
enum xg_kcall_result xg_x_NtQueryVolumeInformationFile(struct xg_kcall *call)
{
    static const uint8_t least[] = {
        [VOLUME] = 0x11, [VOLUME_SIZE] = 0x18, [VOLUME_DEVICE] = 8, [VOLUME_ATTRIBUTES] = 0xC};
    xg_ga out = xg_kcall_u32(call, 2);
    uint32_t class = xg_kcall_u32(call, 4);
    struct xg_open_file *f = xg_file_object(call, NULL);
    struct xg_vfs_volume v;
    if (!f)
        return XG_KCALL_DONE;
    if (class >= sizeof least || !least[class])
        return xg_kcall_return(call, INVALID_CLASS);
    if (xg_kcall_u32(call, 3) < least[class])
        return xg_kcall_return(call, BAD_LENGTH);
    xg_vfs_volume(xg_vfs_device_of(f->file), &v);
    switch (class) {
    case VOLUME:
        xg_kcall_st64(call, out, v.created);
        xg_kcall_st32(call, out + 8, v.serial);
        xg_kcall_st32(call, out + 0xC, (uint32_t)strlen(v.label));
        xg_kcall_st8(call, out + 0x10, 0);
        return volume_text(call, out, 0x11, v.label);
    case VOLUME_SIZE:
        xg_kcall_st64(call, out, v.units);
        xg_kcall_st64(call, out + 8, v.free_units);
        xg_kcall_st32(call, out + 0x10, v.sectors_per_unit);
        xg_kcall_st32(call, out + 0x14, v.bytes_per_sector);
        break;
    case VOLUME_DEVICE:
        xg_kcall_st32(call, out, v.read_only ? DEVICE_CDROM : DEVICE_DISK);
        xg_kcall_st32(call, out + 4, v.read_only ? 2 : 0);
        break;
    default:
        xg_kcall_st32(call, out, CASE_PRESERVED);
        xg_kcall_st32(call, out + 4, v.longest_name);
        xg_kcall_st32(call, out + 8, (uint32_t)strlen(v.system));
        return volume_text(call, out, 0xC, v.system);
    }
    return xg_file_answer(call, xg_kcall_u32(call, 1), XG_ST_SUCCESS, least[class]);
}
