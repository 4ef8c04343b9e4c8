/* The Win32 calls for files and text that XAM exports to system modules. File times are FILETIMEs:
 * the low word first. */
#include "kernel/file.h"
#include "kernel/xam/xam.h"

#include <string.h>

#define INVALID UINT32_MAX
enum {
    ERROR_FILE_NOT_FOUND = 2,
    ERROR_PATH_NOT_FOUND = 3,
    ERROR_ACCESS_DENIED = 5,
    ERROR_NO_MORE_FILES = 18,
    ERROR_HANDLE_EOF = 38,
    ERROR_FILE_EXISTS = 80,
    ERROR_INVALID_NAME = 123,
    ERROR_MOD_NOT_FOUND = 126,
};
#define GENERIC_WRITE 0x40000000u
#define GENERIC_ALL   0x10000000u
#define SYNCHRONOUS   0x20u
#define CHUNK         0x4000u

static enum xg_kcall_result fail(struct xg_kcall *call, uint32_t error, uint32_t result)
{
    xg_kst32(call->kernel, xg_current_kthread(call->kernel) + KT_LAST_ERROR, error);
    return xg_kcall_return(call, result);
}

static uint32_t error_of(enum xg_vfs_status s)
{
    switch (s) {
    case XG_VFS_NOT_FOUND:
        return ERROR_FILE_NOT_FOUND;
    case XG_VFS_NO_PATH:
    case XG_VFS_NO_DEVICE:
    case XG_VFS_NOT_DIRECTORY:
        return ERROR_PATH_NOT_FOUND;
    case XG_VFS_EXISTS:
        return ERROR_FILE_EXISTS;
    case XG_VFS_BAD_NAME:
        return ERROR_INVALID_NAME;
    case XG_VFS_END:
        return ERROR_HANDLE_EOF;
    default:
        return ERROR_ACCESS_DENIED;
    }
}

static void read_text(struct xg_kcall *call, xg_ga at, char text[XG_VFS_PATH])
{
    uint32_t n = 0;
    while (at && n + 1 < XG_VFS_PATH && (text[n] = (char)xg_kcall_ld8(call, at + n)))
        n++;
    text[n] = 0;
}

static enum xg_vfs_status open_path(struct xg_kcall *call, const char *path,
                                    const struct xg_vfs_how *how, struct xg_vfs_file **f,
                                    enum xg_vfs_action *action)
{
    struct xg_vfs *vfs = call->kernel->o.vfs;
    return vfs ? xg_vfs_open(vfs, path, how, f, action) : XG_VFS_NO_DEVICE;
}

/* A handle of an open file; 0: no memory. */
static uint32_t handle_of(struct xg_kernel *k, struct xg_vfs_file *f, struct xg_open_file **out)
{
    struct xg_object *o = xg_file_object_create(k, f, SYNCHRONOUS);
    if (!o)
        return 0;
    *out = o->file;
    uint32_t handle = xg_handle_add(k, o);
    xg_object_release(k, o);
    return handle;
}

/* name, access, share, security, disposition, flags, template. */
enum xg_kcall_result xg_x_CreateFileA(struct xg_kcall *call)
{
    static const enum xg_vfs_disposition dispositions[] = {
        XG_VFS_CREATE, XG_VFS_OVERWRITE_IF, XG_VFS_OPEN, XG_VFS_OPEN_IF, XG_VFS_OVERWRITE};
    struct xg_kernel *k = call->kernel;
    char path[XG_VFS_PATH];
    uint32_t access = xg_kcall_u32(call, 1), disposition = xg_kcall_u32(call, 4) - 1;
    struct xg_vfs_file *f;
    struct xg_open_file *open;
    enum xg_vfs_action action;
    read_text(call, xg_kcall_u32(call, 0), path);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (disposition >= XG_COUNTOF(dispositions))
        return fail(call, XG_ERROR_INVALID_PARAMETER, INVALID);
    const struct xg_vfs_how how = {.disposition = dispositions[disposition],
                                   .write = access & (GENERIC_WRITE | GENERIC_ALL),
                                   .want_file = true};
    enum xg_vfs_status s = open_path(call, path, &how, &f, &action);
    if (s != XG_VFS_OK)
        return fail(call, error_of(s), INVALID);
    if (action != XG_VFS_OPENED)
        xg_file_stamp(k, f);
    uint32_t handle = handle_of(k, f, &open);
    if (!handle) {
        xg_vfs_close(f);
        return fail(call, 8, INVALID);
    }
    return xg_kcall_return(call, handle);
}

/* file, buffer, size, done*, overlapped (its offset counts): 1, or 0 and an error. */
static enum xg_kcall_result transfer(struct xg_kcall *call, bool write)
{
    struct xg_object *o = xg_handle_object(call->kernel, xg_kcall_u32(call, 0));
    struct xg_open_file *f = o && o->type == XG_OBJECT_FILE ? o->file : NULL;
    xg_ga buffer = xg_kcall_u32(call, 1), done_at = xg_kcall_u32(call, 3);
    xg_ga overlapped = xg_kcall_u32(call, 4);
    uint32_t size = xg_kcall_u32(call, 2), done = 0;
    uint8_t part[CHUNK];
    enum xg_vfs_status s = XG_VFS_OK;
    if (!f)
        return fail(call, XG_ERROR_INVALID_HANDLE, 0);
    uint64_t at = f->position;
    if (overlapped)
        at = xg_kcall_ld32(call, overlapped + 8) | (uint64_t)xg_kcall_ld32(call, overlapped + 0xC)
                                                       << 32;
    while (done < size && s == XG_VFS_OK && !call->faulted) {
        size_t want = size - done < CHUNK ? size - done : CHUNK, got = want;
        if (write && xg_kcall_read(call, buffer + done, part, (uint32_t)want))
            s = xg_vfs_write(f->file, at + done, part, want);
        else if (!write && (s = xg_vfs_read(f->file, at + done, part, want, &got)) == XG_VFS_OK)
            xg_kcall_write(call, buffer + done, part, (uint32_t)got);
        if (s == XG_VFS_OK && !call->faulted)
            done += (uint32_t)got;
        if (got < want)
            break;
    }
    if (done_at)
        xg_kcall_st32(call, done_at, done);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (write && done)
        xg_file_stamp(call->kernel, f->file);
    f->position = at + done;
    /* At the end there is simply nothing to read. */
    return s == XG_VFS_OK || s == XG_VFS_END ? xg_kcall_return(call, 1)
                                             : fail(call, error_of(s), 0);
}
enum xg_kcall_result xg_x_ReadFile(struct xg_kcall *call)
{
    return transfer(call, false);
}
enum xg_kcall_result xg_x_WriteFile(struct xg_kcall *call)
{
    return transfer(call, true);
}

/* ---- attributes and listings ---- */

static void put_time(struct xg_kcall *call, xg_ga at, uint64_t time)
{
    xg_kcall_st32(call, at, (uint32_t)time);
    xg_kcall_st32(call, at + 4, (uint32_t)(time >> 32));
}

/* 0 attributes, 4 created, C read, 14 written, 1C size (high word first). */
static void put_attributes(struct xg_kcall *call, xg_ga out, const struct xg_vfs_stat *st)
{
    xg_kcall_st32(call, out, st->attributes);
    put_time(call, out + 4, st->created);
    put_time(call, out + 0xC, st->read);
    put_time(call, out + 0x14, st->written);
    xg_kcall_st32(call, out + 0x1C, (uint32_t)(st->size >> 32));
    xg_kcall_st32(call, out + 0x20, (uint32_t)st->size);
}

/* false: r3 has `failed`, the thread the error. */
static bool stat_of(struct xg_kcall *call, uint32_t failed, struct xg_vfs_stat *st)
{
    char path[XG_VFS_PATH];
    struct xg_vfs_file *f;
    read_text(call, xg_kcall_u32(call, 0), path);
    enum xg_vfs_status s =
        call->faulted ? XG_VFS_BAD_NAME : open_path(call, path, &xg_vfs_to_read, &f, NULL);
    if (s != XG_VFS_OK) {
        fail(call, error_of(s), failed);
        return false;
    }
    xg_vfs_stat(f, st);
    xg_vfs_close(f);
    return true;
}

enum xg_kcall_result xg_x_GetFileAttributesA(struct xg_kcall *call)
{
    struct xg_vfs_stat st;
    return stat_of(call, INVALID, &st) ? xg_kcall_return(call, st.attributes) : XG_KCALL_DONE;
}

/* name, level 0, data*. */
enum xg_kcall_result xg_x_GetFileAttributesExA(struct xg_kcall *call)
{
    struct xg_vfs_stat st;
    if (!stat_of(call, 0, &st))
        return XG_KCALL_DONE;
    put_attributes(call, xg_kcall_u32(call, 2), &st);
    return xg_kcall_return(call, 1);
}

/* The next entry of a scan to WIN32_FIND_DATA: attributes, 24 two words, 2C name[260]. */
static bool find_next(struct xg_kcall *call, struct xg_open_file *f, xg_ga out)
{
    struct xg_vfs_entry e;
    if (xg_vfs_next(f->file, f->pattern, &f->cursor, &e) != XG_VFS_OK)
        return false;
    xg_kcall_fill(call, out, 0, 0x140);
    put_attributes(call, out, &e.stat);
    xg_kcall_write(call, out + 0x2C, e.name, (uint32_t)strlen(e.name));
    return true;
}

/* pattern behind a path, data*. */
enum xg_kcall_result xg_x_FindFirstFileA(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    char path[XG_VFS_PATH];
    struct xg_vfs_file *f;
    struct xg_open_file *open;
    read_text(call, xg_kcall_u32(call, 0), path);
    if (call->faulted)
        return XG_KCALL_FAULT;
    char *last = strrchr(path, '\\'), *pattern = last ? last + 1 : strchr(path, ':');
    if (!pattern || strlen(pattern + !last) >= XG_VFS_NAME)
        return fail(call, ERROR_PATH_NOT_FOUND, INVALID);
    char wanted[XG_VFS_NAME];
    memcpy(wanted, pattern + !last, strlen(pattern + !last) + 1);
    pattern[!last] = 0; /* what is left is the folder */
    enum xg_vfs_status s = open_path(call, path, &xg_vfs_to_read, &f, NULL);
    if (s != XG_VFS_OK)
        return fail(call, error_of(s), INVALID);
    uint32_t handle = handle_of(k, f, &open);
    if (!handle) {
        xg_vfs_close(f);
        return fail(call, 8, INVALID);
    }
    memcpy(open->pattern, wanted, sizeof wanted);
    if (!find_next(call, open, xg_kcall_u32(call, 1))) {
        xg_handle_close(k, handle);
        return fail(call, ERROR_FILE_NOT_FOUND, INVALID);
    }
    return xg_kcall_return(call, handle);
}

/* handle, data*. */
enum xg_kcall_result xg_x_FindNextFileA(struct xg_kcall *call)
{
    struct xg_object *o = xg_handle_object(call->kernel, xg_kcall_u32(call, 0));
    if (!o || o->type != XG_OBJECT_FILE)
        return fail(call, XG_ERROR_INVALID_HANDLE, 0);
    if (!find_next(call, o->file, xg_kcall_u32(call, 1)))
        return fail(call, ERROR_NO_MORE_FILES, 0);
    return xg_kcall_return(call, 1);
}

/* name or 0 for the title: a handle, or 0. */
enum xg_kcall_result xg_x_GetModuleHandleA(struct xg_kcall *call)
{
    char name[XG_VFS_PATH];
    xg_ga at = xg_kcall_u32(call, 0);
    read_text(call, at, name);
    const struct xg_module *m =
        at ? xg_module_named(call->kernel, name) : xg_module_of(call->kernel, 0);
    return m ? xg_kcall_return(call, m->entry) : fail(call, ERROR_MOD_NOT_FOUND, 0);
}

/* ---- text: Latin-1 and UTF-16 ---- */

/* Units of the source: as given, or with its terminator. */
static uint32_t units_of(struct xg_kcall *call, xg_ga at, uint32_t given, uint32_t unit)
{
    uint32_t n = 0;
    if (given != UINT32_MAX)
        return given;
    while (!call->faulted &&
           (unit == 1 ? xg_kcall_ld8(call, at + n) : xg_kcall_ld16(call, at + 2 * n)))
        n++;
    return n + 1;
}

/* code page, flags, source, its bytes or -1, target, its units (0: only count). */
enum xg_kcall_result xg_x_MultiByteToWideChar(struct xg_kcall *call)
{
    xg_ga from = xg_kcall_u32(call, 2), to = xg_kcall_u32(call, 4);
    uint32_t n = units_of(call, from, xg_kcall_u32(call, 3), 1), room = xg_kcall_u32(call, 5);
    if (room && n > room)
        return fail(call, XG_ERROR_INSUFFICIENT_BUFFER, 0);
    for (uint32_t i = 0; room && i < n && !call->faulted; i++)
        xg_kcall_st16(call, to + 2 * i, xg_kcall_ld8(call, from + i));
    return xg_kcall_return(call, n);
}

/* code page, flags, source, its units or -1, target, its bytes (0: only count), default, used. */
enum xg_kcall_result xg_x_WideCharToMultiByte(struct xg_kcall *call)
{
    xg_ga from = xg_kcall_u32(call, 2), to = xg_kcall_u32(call, 4);
    uint32_t n = units_of(call, from, xg_kcall_u32(call, 3), 2), room = xg_kcall_u32(call, 5);
    if (room && n > room)
        return fail(call, XG_ERROR_INSUFFICIENT_BUFFER, 0);
    for (uint32_t i = 0; room && i < n && !call->faulted; i++) {
        uint16_t c = xg_kcall_ld16(call, from + 2 * i);
        xg_kcall_st8(call, to + i, c < 0x100 ? (uint8_t)c : '?');
    }
    return xg_kcall_return(call, n);
}
