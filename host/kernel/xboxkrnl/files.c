/* Opening, reading and writing files, symbolic links. A transfer is done when the call is made;
 * on an asynchronous handle the title sees PENDING, and the event, the APC and the packet that a
 * slow one would have brought. */
#include "kernel/file.h"

#include <stdlib.h>

enum { /* access */
       ACCESS_WRITE_DATA = 0x2,
       ACCESS_APPEND = 0x4,
       ACCESS_ALL = 0x10000000,
       ACCESS_WRITE = 0x40000000,
};
enum { /* options */
       OPTION_DIRECTORY = 0x1,
       OPTION_SYNCHRONOUS = 0x30,
       OPTION_FILE = 0x40,
       OPTION_DELETE = 0x1000,
};
#define ROOT_DOS_DEVICES 0xFFFFFFFDu
#define INFO_EXISTS      4u
#define INFO_NOT_THERE   5u
#define USE_POSITION     UINT64_MAX /* offset -1, and -2 */
#define CHUNK            0x10000u
#define SCATTER_PAGE     0x1000u

uint32_t xg_file_status(enum xg_vfs_status s)
{
    static const uint32_t codes[] = {
        [XG_VFS_OK] = 0,
        [XG_VFS_NOT_FOUND] = XG_ST_OBJECT_NAME_NOT_FOUND,
        [XG_VFS_NO_PATH] = XG_ST_OBJECT_PATH_NOT_FOUND,
        [XG_VFS_NO_DEVICE] = 0xC000000E,
        [XG_VFS_BAD_NAME] = XG_ST_OBJECT_NAME_INVALID,
        [XG_VFS_NOT_DIRECTORY] = 0xC0000103,
        [XG_VFS_IS_DIRECTORY] = 0xC00000BA,
        [XG_VFS_EXISTS] = 0xC0000035,
        [XG_VFS_NOT_EMPTY] = 0xC0000101,
        [XG_VFS_READ_ONLY] = 0xC0000022,
        [XG_VFS_NO_SPACE] = 0xC000007F,
        [XG_VFS_END] = XG_ST_END_OF_FILE,
        [XG_VFS_DAMAGED] = 0xC0000032,
        [XG_VFS_IO] = 0xC0000185,
        [XG_VFS_NO_MEMORY] = XG_ST_NO_MEMORY,
    };
    return (size_t)s < XG_COUNTOF(codes) ? codes[s] : 0xC0000185;
}

/* Characters that a name may not hold; a colon ends the device's name. */
static bool is_good_name(const char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name < 0x20 || (unsigned char)*name > 0x7E ||
            strchr("\"+,;<=>|*?", *name))
            return false;
    return true;
}

uint32_t xg_file_path(struct xg_kcall *call, xg_ga attributes, struct xg_vfs_device **device,
                      char path[XG_VFS_PATH])
{
    uint32_t root = xg_kcall_ld32(call, attributes), used = 0;
    xg_ga string = xg_kcall_ld32(call, attributes + 4);
    char name[XG_VFS_PATH] = "";
    if (string)
        xg_kcall_string(call, string, name, sizeof name);
    *device = NULL;
    if (call->faulted || !is_good_name(name))
        return XG_ST_OBJECT_NAME_INVALID;
    if (root && root != ROOT_DOS_DEVICES) {
        struct xg_object *o = xg_handle_object(call->kernel, root);
        if (!o || o->type != XG_OBJECT_FILE)
            return XG_ST_INVALID_HANDLE;
        *device = xg_vfs_device_of(o->file->file);
        const char *at = xg_vfs_path_of(o->file->file);
        used = (uint32_t)strlen(at);
        memcpy(path, at, used);
        path[used++] = '\\';
    }
    size_t length = strlen(name);
    if (used + length >= XG_VFS_PATH)
        return XG_ST_OBJECT_NAME_INVALID;
    memcpy(path + used, name, length + 1);
    return XG_ST_SUCCESS;
}

struct xg_open_file *xg_file_object(struct xg_kcall *call, struct xg_object **object)
{
    struct xg_object *o = xg_kcall_object(call, 0, XG_OBJECT_FILE);
    if (object)
        *object = o;
    return o ? o->file : NULL;
}

enum xg_kcall_result xg_file_answer(struct xg_kcall *call, xg_ga iosb, uint32_t status,
                                    uint32_t information)
{
    if (iosb) {
        xg_kcall_st32(call, iosb, status);
        xg_kcall_st32(call, iosb + 4, information);
    }
    return xg_kcall_return(call, status);
}

void xg_file_free(struct xg_kernel *k, struct xg_object *o)
{
    struct xg_open_file *f = o->file;
    struct xg_object *port = f && f->port ? xg_object_at(k, f->port) : NULL;
    if (!f)
        return;
    if (f->delete_on_close)
        xg_vfs_remove(f->file);
    xg_vfs_close(f->file);
    free(f);
    o->file = NULL;
    if (port)
        xg_object_release(k, port);
}

/* ---- opening ---- */

void xg_file_stamp(struct xg_kernel *k, struct xg_vfs_file *file)
{
    uint64_t now = xg_system_time(xg_kernel_cpu_now(k));
    xg_vfs_set_times(file, now, now);
}

struct xg_object *xg_file_object_create(struct xg_kernel *k, struct xg_vfs_file *file,
                                        uint32_t options)
{
    struct xg_open_file *f = calloc(1, sizeof *f);
    struct xg_object *o = f ? xg_object_create(k, XG_OBJECT_FILE, 0x40) : NULL;
    if (!o) {
        free(f);
        return NULL;
    }
    f->file = file;
    f->synchronous = options & OPTION_SYNCHRONOUS;
    f->delete_on_close = options & OPTION_DELETE;
    o->file = f;
    return o;
}

static enum xg_kcall_result fail_open(struct xg_kcall *call, xg_ga handle_at, xg_ga iosb,
                                      uint32_t status)
{
    xg_kcall_st32(call, handle_at, UINT32_MAX);
    return xg_file_answer(call, iosb, status, status == 0xC0000035 ? INFO_EXISTS : INFO_NOT_THERE);
}

static enum xg_kcall_result open(struct xg_kcall *call, uint32_t disposition, uint32_t options)
{
    struct xg_kernel *k = call->kernel;
    xg_ga handle_at = xg_kcall_u32(call, 0), iosb = xg_kcall_u32(call, 3);
    uint32_t access = xg_kcall_u32(call, 1);
    struct xg_vfs_device *device;
    char path[XG_VFS_PATH];
    uint32_t status = xg_file_path(call, xg_kcall_u32(call, 2), &device, path);
    xg_kcall_st32(call, handle_at, UINT32_MAX);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!status && disposition > XG_VFS_OVERWRITE_IF)
        status = XG_ST_INVALID_PARAMETER;
    if (!status && !k->o.vfs)
        status = xg_file_status(XG_VFS_NO_DEVICE);
    if (status)
        return fail_open(call, handle_at, iosb, status);
    struct xg_vfs_how how = {
        .disposition = (enum xg_vfs_disposition)disposition,
        .write = access & (ACCESS_WRITE | ACCESS_ALL | ACCESS_WRITE_DATA | ACCESS_APPEND),
        .want_directory = options & OPTION_DIRECTORY,
        .want_file = options & OPTION_FILE};
    struct xg_vfs_file *file;
    enum xg_vfs_action action = XG_VFS_OPENED;
    enum xg_vfs_status s = device ? xg_vfs_open_on(device, path, &how, &file, &action)
                                  : xg_vfs_open(k->o.vfs, path, &how, &file, &action);
    if (s != XG_VFS_OK)
        return fail_open(call, handle_at, iosb, xg_file_status(s));
    if (action != XG_VFS_OPENED)
        xg_file_stamp(k, file);
    struct xg_object *o = xg_file_object_create(k, file, options);
    if (!o) {
        xg_vfs_close(file);
        return fail_open(call, handle_at, iosb, XG_ST_NO_MEMORY);
    }
    xg_kcall_header(call, o->body, XG_DISP_MANUAL_EVENT, 4, 0);
    xg_file_answer(call, iosb, XG_ST_SUCCESS, action);
    return xg_kcall_new_handle(call, o, handle_at, XG_ST_SUCCESS);
}

/* handle*, access, attributes, status block, size*, file attributes, share, disposition, options.
 */
enum xg_kcall_result xg_x_NtCreateFile(struct xg_kcall *call)
{
    return open(call, xg_kcall_u32(call, 7), xg_kcall_u32(call, 8));
}

/* handle*, access, attributes, status block, share, options. */
enum xg_kcall_result xg_x_NtOpenFile(struct xg_kcall *call)
{
    return open(call, XG_VFS_OPEN, xg_kcall_u32(call, 5));
}

/* ---- transfers ---- */

/* handle, event, APC routine (bit 0: no packet), APC context, status block, ... */
static enum xg_kcall_result complete(struct xg_kcall *call, struct xg_object *o, uint32_t status,
                                     uint32_t information)
{
    struct xg_kernel *k = call->kernel;
    struct xg_open_file *f = o->file;
    uint32_t routine = xg_kcall_u32(call, 2), context = xg_kcall_u32(call, 3);
    xg_ga iosb = xg_kcall_u32(call, 4);
    bool failed = status >> 30 == 3;
    struct xg_object *event = xg_handle_object(k, xg_kcall_u32(call, 1));
    xg_file_answer(call, iosb, status, information);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (failed)
        return XG_KCALL_DONE;
    xg_signal_set(call, o->body, 1);
    if (event && event->type == XG_OBJECT_EVENT)
        xg_signal_set(call, event->body, 1);
    struct xg_object *port = f->port ? xg_object_at(k, f->port) : NULL;
    if (port && context && !(routine & 1)) {
        const uint32_t words[4] = {f->key, context, status, information};
        xg_packet_queue(k, port, words);
    }
    xg_kcall_return(call, f->synchronous ? status : XG_ST_PENDING);
    if (routine & ~1u && xg_current(k)) {
        struct xg_apc a = {.normal = routine & ~1u, .context = context, .args = {iosb, 0}};
        xg_apc_queue(k, xg_current(k), XG_APC_USER, &a);
    }
    return XG_KCALL_RESCHEDULE;
}

/* Where a transfer begins: the offset argument, or the current position. */
static uint64_t begin_at(struct xg_kcall *call, const struct xg_open_file *f)
{
    xg_ga at = xg_kcall_u32(call, 7);
    uint64_t offset = at ? xg_kcall_ld64(call, at) : USE_POSITION;
    return offset >= USE_POSITION - 1 ? f->position : offset;
}

/* Guest address of byte n of the buffer; scattered ones are pages behind a list of pointers. */
static xg_ga place(struct xg_kcall *call, bool scattered, uint32_t n)
{
    xg_ga buffer = xg_kcall_u32(call, 5);
    if (!scattered)
        return buffer + n;
    return xg_kcall_ld32(call, buffer + n / SCATTER_PAGE * 4) + n % SCATTER_PAGE;
}

static enum xg_kcall_result transfer(struct xg_kcall *call, bool write, bool scattered)
{
    struct xg_object *o;
    struct xg_open_file *f = xg_file_object(call, &o);
    uint8_t bytes[CHUNK];
    if (!f)
        return XG_KCALL_DONE;
    uint64_t at = begin_at(call, f);
    uint32_t size = xg_kcall_u32(call, 6), done = 0;
    uint32_t most = scattered ? SCATTER_PAGE : CHUNK;
    enum xg_vfs_status s = XG_VFS_OK;
    while (done < size && s == XG_VFS_OK && !call->faulted) {
        uint32_t want = size - done < most ? size - done : most;
        size_t got = want;
        xg_ga ga = place(call, scattered, done);
        if (write) {
            if (xg_kcall_read(call, ga, bytes, want))
                s = xg_vfs_write(f->file, at + done, bytes, want);
        } else if ((s = xg_vfs_read(f->file, at + done, bytes, want, &got)) == XG_VFS_OK) {
            xg_kcall_write(call, ga, bytes, (uint32_t)got);
        }
        if (s == XG_VFS_OK)
            done += (uint32_t)got;
        if (got < want)
            break;
    }
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (s == XG_VFS_END && done)
        s = XG_VFS_OK;
    f->position = at + done;
    if (write && done)
        xg_file_stamp(call->kernel, f->file);
    return complete(call, o, xg_file_status(s), done);
}

/* ..., buffer, length, offset*. */
enum xg_kcall_result xg_x_NtReadFile(struct xg_kcall *call)
{
    return transfer(call, false, false);
}
enum xg_kcall_result xg_x_NtReadFileScatter(struct xg_kcall *call)
{
    return transfer(call, false, true);
}
enum xg_kcall_result xg_x_NtWriteFile(struct xg_kcall *call)
{
    return transfer(call, true, false);
}

/* Nothing is held back. */
enum xg_kcall_result xg_x_NtFlushBuffersFile(struct xg_kcall *call)
{
    if (!xg_file_object(call, NULL))
        return XG_KCALL_DONE;
    return xg_file_answer(call, xg_kcall_u32(call, 1), XG_ST_SUCCESS, 0);
}

/* ---- control: geometry and partition of the volume, in sectors and bytes ---- */

#define DISK_GEOMETRY  0x70000u
#define DISK_PARTITION 0x74004u

/* handle, event, routine, context, status block, code, in, its size, out, its size. */
enum xg_kcall_result xg_x_NtDeviceIoControlFile(struct xg_kcall *call)
{
    struct xg_object *o;
    struct xg_open_file *f = xg_file_object(call, &o);
    uint32_t code = xg_kcall_u32(call, 5), room = xg_kcall_u32(call, 9), size;
    xg_ga out = xg_kcall_u32(call, 8);
    struct xg_vfs_volume v;
    if (!f)
        return XG_KCALL_DONE;
    xg_vfs_volume(xg_vfs_device_of(f->file), &v);
    uint64_t sectors = v.units * v.sectors_per_unit;
    if (code == DISK_GEOMETRY && room >= (size = 8)) {
        xg_kcall_st32(call, out, (uint32_t)sectors);
        xg_kcall_st32(call, out + 4, v.bytes_per_sector);
    } else if (code == DISK_PARTITION && room >= (size = 16)) {
        xg_kcall_st64(call, out, 0);
        xg_kcall_st64(call, out + 8, sectors * v.bytes_per_sector);
    } else {
        bool known = code == DISK_GEOMETRY || code == DISK_PARTITION;
        return xg_kcall_return(call, known ? XG_ST_BUFFER_TOO_SMALL : 0xC0000010);
    }
    return complete(call, o, XG_ST_SUCCESS, size);
}

/* ---- symbolic links ---- */

enum xg_kcall_result xg_x_ObCreateSymbolicLink(struct xg_kcall *call)
{
    struct xg_vfs *vfs = call->kernel->o.vfs;
    char name[XG_VFS_PATH] = "", target[XG_VFS_PATH] = "";
    xg_kcall_string(call, xg_kcall_u32(call, 0), name, sizeof name);
    xg_kcall_string(call, xg_kcall_u32(call, 1), target, sizeof target);
    if (call->faulted)
        return XG_KCALL_FAULT;
    enum xg_vfs_status s = vfs ? xg_vfs_link(vfs, name, target) : XG_VFS_NO_DEVICE;
    return xg_kcall_return(call, xg_file_status(s));
}

enum xg_kcall_result xg_x_ObDeleteSymbolicLink(struct xg_kcall *call)
{
    struct xg_vfs *vfs = call->kernel->o.vfs;
    char name[XG_VFS_PATH] = "";
    xg_kcall_string(call, xg_kcall_u32(call, 0), name, sizeof name);
    if (call->faulted)
        return XG_KCALL_FAULT;
    return xg_kcall_return(call, xg_file_status(vfs ? xg_vfs_unlink(vfs, name) : XG_VFS_NOT_FOUND));
}
