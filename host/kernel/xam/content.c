/* Writable content: saved games and the like. Each is a folder (or a package file that was put
 * there) in the user's content folder:
 *
 *   XUID\TITLE\TYPE\NAME             its files
 *   Headers\XUID\TITLE\TYPE\NAME.header   XCONTENT_DATA as the title gave it
 *   Headers\XUID\TITLE\TYPE\NAME.png      its picture
 *
 * Opening makes a link `root:` to it. Everything goes through the content device, which cannot be
 * left (vfs/host.c). */
#include "kernel/content.h"

#include "base/endian.h"
#include "kernel/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { /* low bits of the flags */
       CREATE_NEW = 1,
       CREATE_ALWAYS = 2,
       OPEN_EXISTING = 3,
       OPEN_ALWAYS = 4,
       TRUNCATE_EXISTING = 5,
};
enum { CREATED = 1, OPENED = 2 };
enum {
    ERROR_FILE_NOT_FOUND = 2,
    ERROR_PATH_NOT_FOUND = 3,
    ERROR_ACCESS_DENIED = 5,
    ERROR_INVALID_NAME = 0x7B,
    ERROR_ALREADY_EXISTS = 0xB7,
    ERROR_DISK_FULL = 0x70,
    ERROR_DEVICE_NOT_CONNECTED = 0x48F,
    ERROR_DISK_CORRUPT = 0x571,
};
#define THUMBNAIL_MAX 0x4000u
#define DEPTH_MAX     16u
#define USER_ANY      0xFFu
#define USER_NONE     0xFEu

struct xg_content_root { /* opened content */
    char root[32];
    char path[XG_VFS_PATH];
    struct xg_content_root *next;
};

/* ---- names ---- */

void xg_content_path(const struct xg_content *c, const char *what, const char *ending,
                     char path[XG_VFS_PATH])
{
    snprintf(path, XG_VFS_PATH, "%s%016" PRIX64 "\\%08X\\%08X%s%s%s", what, c->xuid, c->title,
             c->type, c->name[0] ? "\\" : "", c->name, c->name[0] ? ending : "");
}

/* One component that every host can write: no separators, no marks of patterns or streams. */
static bool is_file_name(const char *name)
{
    if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
        return false;
    for (; *name; name++)
        if ((unsigned char)*name <= 0x20 || (unsigned char)*name > 0x7E ||
            strchr("\"*/:<>?\\|", *name))
            return false;
    return true;
}

uint32_t xg_content_user(uint32_t user, uint64_t *xuid)
{
    *xuid = 0;
    if (user == USER_ANY || user == USER_NONE)
        return XG_ERROR_SUCCESS;
    if (!xg_user_signed_in(user))
        return XG_ERROR_NO_SUCH_USER;
    *xuid = XG_XUID;
    return XG_ERROR_SUCCESS;
}

/* Reads an XCONTENT_DATA: 0 or the Win32 error. A fault is in the call. */
static uint32_t read_content(struct xg_kcall *call, uint32_t user, xg_ga at, struct xg_content *c)
{
    memset(c, 0, sizeof *c);
    uint32_t error = xg_content_user(user, &c->xuid);
    if (error)
        return error;
    if (!at)
        return XG_ERROR_INVALID_PARAMETER;
    xg_kcall_read(call, at, c->data, sizeof c->data);
    c->type = xg_ld32be(c->data + 4);
    c->title = call->kernel->image->execution.title_id;
    memcpy(c->name, c->data + 0x108, 42);
    if (c->type == XG_CONTENT_MARKETPLACE)
        c->xuid = 0;
    if (!call->kernel->o.content)
        return ERROR_DEVICE_NOT_CONNECTED;
    return is_file_name(c->name) ? XG_ERROR_SUCCESS : ERROR_INVALID_NAME;
}

static void read_root(struct xg_kcall *call, xg_ga at, char root[32])
{
    uint32_t n = 0;
    while (at && n + 2 < 32 && (root[n] = (char)xg_kcall_ld8(call, at + n)))
        n++;
    root[n] = 0;
    if (n && root[n - 1] == ':')
        root[n - 1] = 0;
}

/* ---- files of the content device ---- */

static enum xg_vfs_status open_at(struct xg_kernel *k, const char *path,
                                  const struct xg_vfs_how *how, struct xg_vfs_file **f)
{
    return xg_vfs_open_on(k->o.content, path, how, f, NULL);
}

static bool exists(struct xg_kernel *k, const char *path)
{
    struct xg_vfs_file *f;
    if (open_at(k, path, &xg_vfs_to_read, &f) != XG_VFS_OK)
        return false;
    xg_vfs_close(f);
    return true;
}

/* Makes the folders of a path; `whole`: the last component, too. */
static enum xg_vfs_status make_folders(struct xg_kernel *k, const char *path, bool whole)
{
    const struct xg_vfs_how how = {.disposition = XG_VFS_OPEN_IF, .want_directory = true};
    char part[XG_VFS_PATH];
    enum xg_vfs_status s = XG_VFS_OK;
    for (size_t i = 0; s == XG_VFS_OK && (path[i] || whole); i++) {
        if (path[i] && path[i] != '\\') {
            part[i] = path[i];
            continue;
        }
        struct xg_vfs_file *f;
        part[i] = 0;
        s = open_at(k, part, &how, &f);
        if (s == XG_VFS_OK)
            xg_vfs_close(f);
        part[i] = '\\';
        if (!path[i])
            break;
    }
    return s;
}

static enum xg_vfs_status remove_tree(struct xg_kernel *k, const char *path, unsigned depth)
{
    const struct xg_vfs_how how = {.disposition = XG_VFS_OPEN, .write = true};
    struct xg_vfs_file *f;
    enum xg_vfs_status s = open_at(k, path, &how, &f);
    if (s != XG_VFS_OK)
        return s;
    struct xg_vfs_entry *e = malloc(sizeof *e);
    char below[XG_VFS_PATH];
    size_t cursor = 0;
    struct xg_vfs_stat st;
    xg_vfs_stat(f, &st);
    if (!e || depth == DEPTH_MAX)
        s = XG_VFS_NO_MEMORY;
    while (s == XG_VFS_OK && st.attributes & XG_VFS_DIRECTORY &&
           xg_vfs_next(f, NULL, &cursor, e) == XG_VFS_OK)
        s = snprintf(below, sizeof below, "%s\\%s", path, e->name) < (int)sizeof below
                ? remove_tree(k, below, depth + 1)
                : XG_VFS_BAD_NAME;
    if (s == XG_VFS_OK)
        s = xg_vfs_remove(f);
    xg_vfs_close(f);
    free(e);
    return s;
}

static enum xg_vfs_status write_whole(struct xg_kernel *k, const char *path, const void *bytes,
                                      size_t size)
{
    const struct xg_vfs_how how = {.disposition = XG_VFS_OVERWRITE_IF, .write = true};
    struct xg_vfs_file *f;
    enum xg_vfs_status s = make_folders(k, path, false);
    if (s == XG_VFS_OK)
        s = open_at(k, path, &how, &f);
    if (s != XG_VFS_OK)
        return s;
    s = xg_vfs_write(f, 0, bytes, size);
    uint64_t now = xg_system_time(xg_kernel_cpu_now(k));
    xg_vfs_set_times(f, now, now); /* never the host's time */
    xg_vfs_close(f);
    return s;
}

/* Bytes read, at most `room`. */
static size_t read_whole(struct xg_kernel *k, const char *path, void *bytes, size_t room)
{
    struct xg_vfs_file *f;
    size_t got = 0;
    if (open_at(k, path, &xg_vfs_to_read, &f) != XG_VFS_OK)
        return 0;
    if (xg_vfs_read(f, 0, bytes, room, &got) != XG_VFS_OK)
        got = 0;
    xg_vfs_close(f);
    return got;
}

static uint32_t error_of(enum xg_vfs_status s)
{
    switch (s) {
    case XG_VFS_OK:
        return XG_ERROR_SUCCESS;
    case XG_VFS_NOT_FOUND:
        return ERROR_FILE_NOT_FOUND;
    case XG_VFS_NO_PATH:
        return ERROR_PATH_NOT_FOUND;
    case XG_VFS_NO_SPACE:
        return ERROR_DISK_FULL;
    case XG_VFS_BAD_NAME:
        return ERROR_INVALID_NAME;
    default:
        return ERROR_ACCESS_DENIED;
    }
}

/* ---- opened content ---- */

static struct xg_content_root **find_root(struct xg_kernel *k, const char *root)
{
    struct xg_content_root **at = &k->content_roots;
    while (*at && xg_vfs_compare((*at)->root, root))
        at = &(*at)->next;
    return at;
}

static bool is_open(const struct xg_kernel *k, const char *path)
{
    const struct xg_content_root *r = k->content_roots;
    while (r && xg_vfs_compare(r->path, path))
        r = r->next;
    return r != NULL;
}

void xg_content_destroy(struct xg_kernel *k)
{
    while (k->content_roots) {
        struct xg_content_root *r = k->content_roots;
        k->content_roots = r->next;
        free(r);
    }
}

/* A package file becomes a device of its own; it stays until the end of the run, because files on
 * it may be open. */
static uint32_t mount_package(struct xg_kernel *k, const char *path, char name[64])
{
    char host[4096];
    struct xg_error err = {0};
    struct xg_vfs_device *device;
    uint32_t hash = 2166136261u;
    for (const char *s = path; *s; s++)
        hash = (hash ^ (uint8_t)*s) * 16777619u;
    snprintf(name, 64, "\\Device\\Package%08X", hash);
    if (!k->o.content_path ||
        snprintf(host, sizeof host, "%s/%s", k->o.content_path, path) >= (int)sizeof host)
        return ERROR_DISK_CORRUPT;
    for (char *s = host; *s; s++)
        *s = *s == '\\' ? '/' : *s;
    if (!xg_vfs_image(host, &device, &err)) {
        xg_log(k, "content: %s", err.text);
        return ERROR_DISK_CORRUPT;
    }
    enum xg_vfs_status s = xg_vfs_mount(k->o.vfs, name, device);
    if (s != XG_VFS_OK)
        xg_vfs_device_destroy(device);
    return s == XG_VFS_OK || s == XG_VFS_EXISTS ? XG_ERROR_SUCCESS : error_of(s);
}

static uint32_t link_root(struct xg_kernel *k, const char *root, const char *path)
{
    char target[XG_VFS_PATH + 32], name[40], package[64];
    struct xg_vfs_file *f;
    struct xg_vfs_stat st = {0};
    enum xg_vfs_status s = open_at(k, path, &xg_vfs_to_read, &f);
    if (s != XG_VFS_OK)
        return error_of(s);
    xg_vfs_stat(f, &st);
    xg_vfs_close(f);
    snprintf(target, sizeof target, XG_CONTENT_DEVICE "\\%s", path);
    if (!(st.attributes & XG_VFS_DIRECTORY)) {
        uint32_t error = mount_package(k, path, package);
        if (error)
            return error;
        snprintf(target, sizeof target, "%s", package);
    }
    struct xg_content_root *r = calloc(1, sizeof *r);
    if (!r)
        return ERROR_DISK_FULL;
    snprintf(r->root, sizeof r->root, "%s", root);
    snprintf(r->path, sizeof r->path, "%s", path);
    snprintf(name, sizeof name, "%s:", root);
    if (xg_vfs_link(k->o.vfs, name, target) != XG_VFS_OK) {
        free(r);
        return XG_ERROR_INVALID_PARAMETER;
    }
    r->next = k->content_roots;
    k->content_roots = r;
    return XG_ERROR_SUCCESS;
}

static uint32_t delete_content(struct xg_kernel *k, const struct xg_content *c)
{
    char path[XG_VFS_PATH];
    xg_content_path(c, "", "", path);
    if (is_open(k, path))
        return ERROR_ACCESS_DENIED;
    enum xg_vfs_status s = remove_tree(k, path, 0);
    static const char *const about[] = {".header", ".png"};
    for (size_t i = 0; s == XG_VFS_OK && i < XG_COUNTOF(about); i++) {
        xg_content_path(c, "Headers\\", about[i], path);
        remove_tree(k, path, 0);
    }
    return error_of(s == XG_VFS_NO_PATH ? XG_VFS_NOT_FOUND : s);
}

static uint32_t make_content(struct xg_kernel *k, const struct xg_content *c, const char *path)
{
    char header[XG_VFS_PATH];
    enum xg_vfs_status s = make_folders(k, path, true);
    xg_content_path(c, "Headers\\", ".header", header);
    if (s == XG_VFS_OK)
        s = write_whole(k, header, c->data, sizeof c->data);
    return error_of(s);
}

/* *disposition: what was done. */
static uint32_t open_content(struct xg_kernel *k, const struct xg_content *c, const char *root,
                             uint32_t flags, uint32_t *disposition)
{
    char path[XG_VFS_PATH];
    uint32_t how = flags & 0xF;
    xg_content_path(c, "", "", path);
    bool there = exists(k, path);
    *disposition = 0;
    if (how < CREATE_NEW || how > TRUNCATE_EXISTING || !is_file_name(root) || *find_root(k, root))
        return XG_ERROR_INVALID_PARAMETER;
    if (there && how == CREATE_NEW)
        return ERROR_ALREADY_EXISTS;
    if (!there && (how == OPEN_EXISTING || how == TRUNCATE_EXISTING))
        return ERROR_PATH_NOT_FOUND;
    uint32_t error = XG_ERROR_SUCCESS;
    bool fresh = !there || how == CREATE_ALWAYS || how == TRUNCATE_EXISTING;
    if (there && fresh)
        error = delete_content(k, c);
    if (!error && fresh)
        error = make_content(k, c, path);
    if (!error)
        error = link_root(k, root, path);
    if (!error)
        *disposition = fresh ? CREATED : OPENED;
    return error;
}

/* ---- exports ---- */

/* Slots from `first` on: root, data, flags, disposition*, licence*. */
static enum xg_kcall_result create(struct xg_kcall *call, uint32_t user, unsigned first,
                                   unsigned overlapped_slot)
{
    struct xg_kernel *k = call->kernel;
    struct xg_content c;
    char root[32] = "";
    xg_ga disposition_at = xg_kcall_u32(call, first + 3),
          licence_at = xg_kcall_u32(call, first + 4);
    xg_ga overlapped = xg_kcall_u32(call, overlapped_slot);
    uint32_t disposition = 0;
    uint32_t error = read_content(call, user, xg_kcall_u32(call, first + 1), &c);
    read_root(call, xg_kcall_u32(call, first), root);
    if (disposition_at)
        xg_kcall_st32(call, disposition_at, 0);
    if (licence_at)
        xg_kcall_st32(call, licence_at, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (error == XG_ERROR_NO_SUCH_USER || error == XG_ERROR_INVALID_PARAMETER)
        return xg_kcall_return(call, error);
    if (!error)
        error = open_content(k, &c, root, xg_kcall_u32(call, first + 2), &disposition);
    if (disposition_at)
        xg_kcall_st32(call, disposition_at, disposition);
    return xg_overlapped_answer(call, overlapped, error, disposition);
}

/* user, root, data, flags, disposition*, licence*, overlapped. */
enum xg_kcall_result xg_x_XamContentCreate(struct xg_kcall *call)
{
    return create(call, xg_kcall_u32(call, 0), 1, 6);
}
/* ..., cache size, u64 content size, overlapped. */
enum xg_kcall_result xg_x_XamContentCreateEx(struct xg_kcall *call)
{
    return create(call, xg_kcall_u32(call, 0), 1, 8);
}
/* The same without a user. */
enum xg_kcall_result xg_x_XamContentCreateInternal(struct xg_kcall *call)
{
    return create(call, USER_NONE, 0, 7);
}

/* root, overlapped. Files that are open stay usable. */
enum xg_kcall_result xg_x_XamContentClose(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    char root[32] = "", name[40];
    read_root(call, xg_kcall_u32(call, 0), root);
    if (call->faulted)
        return XG_KCALL_FAULT;
    struct xg_content_root **at = find_root(k, root), *r = *at;
    if (!r)
        return xg_overlapped_answer(call, xg_kcall_u32(call, 1), ERROR_FILE_NOT_FOUND, 0);
    snprintf(name, sizeof name, "%s:", r->root);
    xg_vfs_unlink(k->o.vfs, name);
    *at = r->next;
    free(r);
    return xg_overlapped_answer(call, xg_kcall_u32(call, 1), XG_ERROR_SUCCESS, 0);
}

/* root, overlapped. Nothing is held back. */
enum xg_kcall_result xg_x_XamContentFlush(struct xg_kcall *call)
{
    char root[32] = "";
    read_root(call, xg_kcall_u32(call, 0), root);
    if (call->faulted)
        return XG_KCALL_FAULT;
    uint32_t error = *find_root(call->kernel, root) ? XG_ERROR_SUCCESS : XG_ERROR_INVALID_PARAMETER;
    return xg_overlapped_answer(call, xg_kcall_u32(call, 1), error, 0);
}

static enum xg_kcall_result delete_by(struct xg_kcall *call, uint32_t user, unsigned first)
{
    struct xg_content c;
    uint32_t error = read_content(call, user, xg_kcall_u32(call, first), &c);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!error)
        error = delete_content(call->kernel, &c);
    return xg_overlapped_answer(call, xg_kcall_u32(call, first + 1), error, 0);
}
/* user, data, overlapped. */
enum xg_kcall_result xg_x_XamContentDelete(struct xg_kcall *call)
{
    return delete_by(call, xg_kcall_u32(call, 0), 1);
}
enum xg_kcall_result xg_x_XamContentDeleteInternal(struct xg_kcall *call)
{
    return delete_by(call, USER_NONE, 0);
}

/* user, data, is he the creator*, u64 XUID*, overlapped. */
enum xg_kcall_result xg_x_XamContentGetCreator(struct xg_kcall *call)
{
    struct xg_content c;
    char path[XG_VFS_PATH];
    xg_ga is_creator = xg_kcall_u32(call, 2), xuid_at = xg_kcall_u32(call, 3);
    if (!is_creator)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    uint32_t error = read_content(call, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1), &c);
    if (call->faulted)
        return XG_KCALL_FAULT;
    xg_content_path(&c, "", "", path);
    if (!error && !exists(call->kernel, path))
        error = ERROR_PATH_NOT_FOUND;
    bool own = !error && c.type == XG_CONTENT_SAVE && c.xuid;
    xg_kcall_st32(call, is_creator, own);
    if (xuid_at)
        xg_kcall_st64(call, xuid_at, own ? c.xuid : 0);
    return xg_overlapped_answer(call, xg_kcall_u32(call, 4), error, 0);
}

/* user, data, bytes, size, overlapped: a PNG. */
enum xg_kcall_result xg_x_XamContentSetThumbnail(struct xg_kcall *call)
{
    struct xg_content c;
    char path[XG_VFS_PATH];
    uint8_t bytes[THUMBNAIL_MAX];
    uint32_t size = xg_kcall_u32(call, 3);
    uint32_t error = read_content(call, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1), &c);
    if (!error && size > sizeof bytes)
        error = XG_ERROR_INVALID_PARAMETER;
    if (!error)
        xg_kcall_read(call, xg_kcall_u32(call, 2), bytes, size);
    if (call->faulted)
        return XG_KCALL_FAULT;
    xg_content_path(&c, "", "", path);
    if (!error && !exists(call->kernel, path))
        error = ERROR_FILE_NOT_FOUND;
    xg_content_path(&c, "Headers\\", ".png", path);
    if (!error)
        error = error_of(write_whole(call->kernel, path, bytes, size));
    return xg_overlapped_answer(call, xg_kcall_u32(call, 4), error, 0);
}

/* user, data, buffer or 0, size*, overlapped. */
enum xg_kcall_result xg_x_XamContentGetThumbnail(struct xg_kcall *call)
{
    struct xg_content c;
    char path[XG_VFS_PATH];
    uint8_t bytes[THUMBNAIL_MAX];
    xg_ga buffer = xg_kcall_u32(call, 2), size_at = xg_kcall_u32(call, 3);
    if (!size_at)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    uint32_t room = xg_kcall_ld32(call, size_at), size = 0;
    uint32_t error = read_content(call, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1), &c);
    if (call->faulted)
        return XG_KCALL_FAULT;
    xg_content_path(&c, "Headers\\", ".png", path);
    if (!error)
        size = (uint32_t)read_whole(call->kernel, path, bytes, sizeof bytes);
    if (!error && !size)
        error = ERROR_FILE_NOT_FOUND;
    xg_kcall_st32(call, size_at, size);
    if (!error && buffer && room < size)
        error = XG_ERROR_INSUFFICIENT_BUFFER;
    if (!error && buffer)
        xg_kcall_write(call, buffer, bytes, size);
    return xg_overlapped_answer(call, xg_kcall_u32(call, 4), error, 0);
}

/* user, data, path*, its room, make the folder, root*, overlapped. */
enum xg_kcall_result xg_x_XamContentResolve(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    struct xg_content c;
    char path[XG_VFS_PATH], whole[XG_VFS_PATH + 32];
    uint32_t room = xg_kcall_u32(call, 3);
    uint32_t error = read_content(call, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1), &c);
    if (call->faulted)
        return XG_KCALL_FAULT;
    xg_content_path(&c, "", "", path);
    if (!error && xg_kcall_u32(call, 4))
        error = make_content(k, &c, path);
    uint32_t size = (uint32_t)snprintf(whole, sizeof whole, XG_CONTENT_DEVICE "\\%s", path) + 1;
    if (!error && size > room)
        error = XG_ERROR_INSUFFICIENT_BUFFER;
    if (!error)
        xg_kcall_write(call, xg_kcall_u32(call, 2), whole, size);
    return xg_overlapped_answer(call, xg_kcall_u32(call, 6), error, 0);
}

/* mask*, overlapped: the licences of the package that the title was started from. */
enum xg_kcall_result xg_x_XamContentGetLicenseMask(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    struct xg_vfs_device *device;
    struct xg_vfs_package p;
    char rest[XG_VFS_PATH];
    xg_ga out = xg_kcall_u32(call, 0);
    if (!out)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    bool packaged = k->o.vfs && xg_vfs_resolve(k->o.vfs, "game:", &device, rest) == XG_VFS_OK &&
                    xg_vfs_package(device, &p);
    xg_kcall_st32(call, out, packaged ? p.licences : 0);
    return xg_overlapped_answer(call, xg_kcall_u32(call, 1),
                                packaged ? XG_ERROR_SUCCESS : XG_ERROR_FUNCTION_FAILED, 0);
}

/* ---- what there is ---- */

/* Packages and folders that were put there by hand have no header: theirs says what is known. */
static void complete(struct xg_kernel *k, struct xg_content *c)
{
    char path[XG_VFS_PATH];
    xg_content_path(c, "Headers\\", ".header", path);
    if (read_whole(k, path, c->data, sizeof c->data) != sizeof c->data) {
        memset(c->data, 0, sizeof c->data);
        xg_put_wide(c->data + 8, c->name, 128);
    }
    xg_st32be(c->data, XG_DISK_ID);
    xg_st32be(c->data + 4, c->type);
    memset(c->data + 0x108, 0, 42);
    memcpy(c->data + 0x108, c->name, strlen(c->name));
}

void xg_content_list(struct xg_kernel *k, const struct xg_content *kind,
                     bool (*fn)(void *ctx, const struct xg_content *c), void *ctx)
{
    struct xg_content c = *kind;
    char path[XG_VFS_PATH];
    struct xg_vfs_file *f;
    size_t cursor = 0;
    struct xg_vfs_entry *e = malloc(sizeof *e);
    c.name[0] = 0;
    xg_content_path(&c, "", "", path);
    if (e && k->o.content && open_at(k, path, &xg_vfs_to_read, &f) == XG_VFS_OK) {
        while (xg_vfs_next(f, NULL, &cursor, e) == XG_VFS_OK) {
            if (strlen(e->name) >= sizeof c.name || !is_file_name(e->name))
                continue;
            snprintf(c.name, sizeof c.name, "%s", e->name);
            complete(k, &c);
            if (!fn(ctx, &c))
                break;
        }
        xg_vfs_close(f);
    }
    free(e);
}
