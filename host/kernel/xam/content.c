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
#define THUMBNAIL_MAX 0x4000u
#define USER_ANY      0xFFu
#define USER_NONE     0xFEu

struct xg_content_root { /* opened content */
    char root[32];
    char path[XG_VFS_PATH];
    struct xg_content_root *next;
};

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
    return xg_content_name_is_good(c->name) ? XG_ERROR_SUCCESS : ERROR_INVALID_NAME;
}

void xg_content_root_name(struct xg_kcall *call, xg_ga at, char root[32])
{
    uint32_t n = 0;
    while (at && n + 2 < 32 && (root[n] = (char)xg_kcall_ld8(call, at + n)))
        n++;
    root[n] = 0;
    if (n && root[n - 1] == ':')
        root[n - 1] = 0;
}

void xg_content_link_name(const char *root, char name[40])
{
    snprintf(name, 40, "%s:", root);
}

/* ---- opened content ---- */

static struct xg_content_root **find_root(struct xg_kernel *k, const char *root)
{
    struct xg_content_root **at = &k->content_roots;
    while (*at && xg_vfs_compare((*at)->root, root))
        at = &(*at)->next;
    return at;
}

const char *xg_content_root_path(struct xg_kernel *k, const char *root)
{
    const struct xg_content_root *r = *find_root(k, root);
    return r ? r->path : NULL;
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

/* Device of a package, by its path. */
static void package_name(const char *path, char name[64])
{
    uint32_t hash = 2166136261u;
    for (const char *s = path; *s; s++)
        hash = (hash ^ (uint8_t)*s) * 16777619u;
    snprintf(name, 64, "\\Device\\Package%08X", hash);
}

static uint32_t put_package(struct xg_kernel *k, const char *name, struct xg_vfs_device *device)
{
    enum xg_vfs_status s = xg_vfs_mount(k->o.vfs, name, device);
    if (s != XG_VFS_OK)
        xg_vfs_device_destroy(device);
    return s == XG_VFS_OK || s == XG_VFS_EXISTS ? XG_ERROR_SUCCESS : xg_content_error(s);
}

/* A package file becomes a device of its own; it stays until the end of the run, because files on
 * it may be open. */
static uint32_t mount_package(struct xg_kernel *k, const char *path, char name[64])
{
    char host[4096];
    struct xg_error err = {0};
    struct xg_vfs_device *device;
    package_name(path, name);
    if (!k->o.content_path ||
        snprintf(host, sizeof host, "%s/%s", k->o.content_path, path) >= (int)sizeof host)
        return ERROR_DISK_CORRUPT;
    for (char *s = host; *s; s++)
        *s = *s == '\\' ? '/' : *s;
    if (!xg_vfs_image(host, &device, &err)) {
        xg_log(k, "content: %s", err.text);
        return ERROR_DISK_CORRUPT;
    }
    return put_package(k, name, device);
}

/* The link, and what it is known by. */
static uint32_t open_root(struct xg_kernel *k, const char *root, const char *path,
                          const char *target)
{
    char name[40];
    struct xg_content_root *r = calloc(1, sizeof *r);
    if (!r)
        return ERROR_DISK_FULL;
    snprintf(r->root, sizeof r->root, "%s", root);
    snprintf(r->path, sizeof r->path, "%s", path);
    xg_content_link_name(root, name);
    if (xg_vfs_link(k->o.vfs, name, target) != XG_VFS_OK) {
        free(r);
        return XG_ERROR_INVALID_PARAMETER;
    }
    r->next = k->content_roots;
    k->content_roots = r;
    return XG_ERROR_SUCCESS;
}

static uint32_t link_root(struct xg_kernel *k, const char *root, const char *path)
{
    char target[XG_VFS_PATH + 32], package[64];
    struct xg_vfs_file *f;
    struct xg_vfs_stat st = {0};
    enum xg_vfs_status s = xg_vfs_open_on(k->o.content, path, &xg_vfs_to_read, &f, NULL);
    if (s != XG_VFS_OK)
        return xg_content_error(s);
    xg_vfs_stat(f, &st);
    xg_vfs_close(f);
    snprintf(target, sizeof target, XG_CONTENT_DEVICE "\\%s", path);
    if (!(st.attributes & XG_VFS_DIRECTORY)) {
        uint32_t error = mount_package(k, path, package);
        if (error)
            return error;
        snprintf(target, sizeof target, "%s", package);
    }
    return open_root(k, root, path, target);
}

static uint32_t delete_content(struct xg_kernel *k, const struct xg_content *c)
{
    char path[XG_VFS_PATH];
    xg_content_path(c, "", "", path);
    if (is_open(k, path))
        return ERROR_ACCESS_DENIED;
    enum xg_vfs_status s = xg_content_remove(k, path);
    static const char *const about[] = {".header", ".png"};
    for (size_t i = 0; s == XG_VFS_OK && i < XG_COUNTOF(about); i++) {
        xg_content_path(c, "Headers\\", about[i], path);
        xg_content_remove(k, path);
    }
    return xg_content_error(s == XG_VFS_NO_PATH ? XG_VFS_NOT_FOUND : s);
}

static uint32_t make_content(struct xg_kernel *k, const struct xg_content *c, const char *path)
{
    char header[XG_VFS_PATH];
    enum xg_vfs_status s = xg_content_make_folders(k, path, true);
    xg_content_path(c, "Headers\\", ".header", header);
    if (s == XG_VFS_OK)
        s = xg_content_write(k, header, c->data, sizeof c->data);
    return xg_content_error(s);
}

/* *disposition: what was done. */
static uint32_t open_content(struct xg_kernel *k, const struct xg_content *c, const char *root,
                             uint32_t flags, uint32_t *disposition)
{
    char path[XG_VFS_PATH];
    uint32_t how = flags & 0xF;
    xg_content_path(c, "", "", path);
    bool there = xg_content_exists(k, path);
    *disposition = 0;
    if (how < CREATE_NEW || how > TRUNCATE_EXISTING || !xg_content_name_is_good(root) ||
        *find_root(k, root))
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
    xg_content_root_name(call, xg_kcall_u32(call, first), root);
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

/* A package that lies anywhere the title can reach. */
static uint32_t open_file(struct xg_kernel *k, const char *root, const char *path,
                          uint32_t *licences)
{
    char name[64], rest[XG_VFS_PATH];
    struct xg_vfs_file *file;
    struct xg_vfs_device *device;
    struct xg_vfs_package package;
    struct xg_error err = {0};
    if (!k->o.vfs || !xg_content_name_is_good(root) || *find_root(k, root))
        return XG_ERROR_INVALID_PARAMETER;
    package_name(path, name);
    if (xg_vfs_resolve(k->o.vfs, name, &device, rest) != XG_VFS_OK) {
        enum xg_vfs_status s = xg_vfs_open(k->o.vfs, path, &xg_vfs_to_read, &file, NULL);
        if (s != XG_VFS_OK)
            return xg_content_error(s);
        if (!xg_vfs_package_in(file, path, &device, &err)) {
            xg_log(k, "content: %s", err.text);
            return ERROR_DISK_CORRUPT;
        }
        uint32_t error = put_package(k, name, device);
        if (error)
            return error;
    }
    *licences = xg_vfs_package(device, &package) ? package.licences : 0;
    return open_root(k, root, path, name);
}

/* user, root, path of a package, flags, cache size, licence* or 0, overlapped. */
enum xg_kcall_result xg_x_XamContentOpenFile(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    char root[32] = "", path[XG_VFS_PATH] = "";
    uint64_t xuid;
    uint32_t licences = 0, n = 0;
    xg_ga at = xg_kcall_u32(call, 2), licence_at = xg_kcall_u32(call, 5);
    uint32_t error = xg_content_user(xg_kcall_u32(call, 0), &xuid);
    xg_content_root_name(call, xg_kcall_u32(call, 1), root);
    while (at && n + 1 < sizeof path && (path[n] = (char)xg_kcall_ld8(call, at + n)))
        n++;
    path[n] = 0;
    if (licence_at)
        xg_kcall_st32(call, licence_at, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (error || !n)
        return xg_kcall_return(call, error ? error : XG_ERROR_INVALID_PARAMETER);
    error = open_file(k, root, path, &licences);
    if (licence_at)
        xg_kcall_st32(call, licence_at, licences);
    return xg_overlapped_answer(call, xg_kcall_u32(call, 6), error, 0);
}

/* root, overlapped. Files that are open stay usable. */
enum xg_kcall_result xg_x_XamContentClose(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    char root[32] = "", name[40];
    xg_content_root_name(call, xg_kcall_u32(call, 0), root);
    if (call->faulted)
        return XG_KCALL_FAULT;
    struct xg_content_root **at = find_root(k, root), *r = *at;
    if (!r)
        return xg_overlapped_answer(call, xg_kcall_u32(call, 1), ERROR_FILE_NOT_FOUND, 0);
    xg_content_link_name(r->root, name);
    xg_vfs_unlink(k->o.vfs, name);
    *at = r->next;
    free(r);
    return xg_overlapped_answer(call, xg_kcall_u32(call, 1), XG_ERROR_SUCCESS, 0);
}

/* root, overlapped. Nothing is held back. */
enum xg_kcall_result xg_x_XamContentFlush(struct xg_kcall *call)
{
    char root[32] = "";
    xg_content_root_name(call, xg_kcall_u32(call, 0), root);
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
    if (!error && !xg_content_exists(call->kernel, path))
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
    if (!error && !xg_content_exists(call->kernel, path))
        error = ERROR_FILE_NOT_FOUND;
    xg_content_path(&c, "Headers\\", ".png", path);
    if (!error)
        error = xg_content_error(xg_content_write(call->kernel, path, bytes, size));
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
        size = (uint32_t)xg_content_read(call->kernel, path, bytes, sizeof bytes);
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
