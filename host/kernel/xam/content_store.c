/* Files of the content folder: where content lies, making, reading, removing, listing it.
 * Everything goes through the content device, which cannot be left (vfs/host.c). */
#include "kernel/content.h"

#include "base/endian.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DEPTH_MAX 16u

/* ---- names ---- */

void xg_content_path(const struct xg_content *c, const char *what, const char *ending,
                     char path[XG_VFS_PATH])
{
    snprintf(path, XG_VFS_PATH, "%s%016" PRIX64 "\\%08X\\%08X%s%s%s", what, c->xuid, c->title,
             c->type, c->name[0] ? "\\" : "", c->name, c->name[0] ? ending : "");
}

/* One component that every host can write: no separators, no marks of patterns or streams. */
bool xg_content_name_is_good(const char *name)
{
    if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
        return false;
    for (; *name; name++)
        if ((unsigned char)*name <= 0x20 || (unsigned char)*name > 0x7E ||
            strchr("\"*/:<>?\\|", *name))
            return false;
    return true;
}

/* ---- files of the content device ---- */

static enum xg_vfs_status open_at(struct xg_kernel *k, const char *path,
                                  const struct xg_vfs_how *how, struct xg_vfs_file **f)
{
    return xg_vfs_open_on(k->o.content, path, how, f, NULL);
}

bool xg_content_exists(struct xg_kernel *k, const char *path)
{
    struct xg_vfs_file *f;
    if (open_at(k, path, &xg_vfs_to_read, &f) != XG_VFS_OK)
        return false;
    xg_vfs_close(f);
    return true;
}

/* Makes the folders of a path; `whole`: the last component, too. */
enum xg_vfs_status xg_content_make_folders(struct xg_kernel *k, const char *path, bool whole)
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

enum xg_vfs_status xg_content_write(struct xg_kernel *k, const char *path, const void *bytes,
                                    size_t size)
{
    const struct xg_vfs_how how = {.disposition = XG_VFS_OVERWRITE_IF, .write = true};
    struct xg_vfs_file *f;
    enum xg_vfs_status s = xg_content_make_folders(k, path, false);
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
size_t xg_content_read(struct xg_kernel *k, const char *path, void *bytes, size_t room)
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

uint32_t xg_content_error(enum xg_vfs_status s)
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

enum xg_vfs_status xg_content_remove(struct xg_kernel *k, const char *path)
{
    return remove_tree(k, path, 0);
}

/* ---- what there is ---- */

/* Packages and folders that were put there by hand have no header: theirs says what is known. */
static void complete(struct xg_kernel *k, struct xg_content *c)
{
    char path[XG_VFS_PATH];
    xg_content_path(c, "Headers\\", ".header", path);
    if (xg_content_read(k, path, c->data, sizeof c->data) != sizeof c->data) {
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
            if (strlen(e->name) >= sizeof c.name || !xg_content_name_is_good(e->name))
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
