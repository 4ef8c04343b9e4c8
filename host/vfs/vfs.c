/* The tree of devices and links, and what all file systems have in common. */
#include "vfs/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINKS_FOLLOWED 16

struct node { /* a mount (device) or a link (target) */
    char name[XG_VFS_PATH];
    struct xg_vfs_device *device;
    char *target;
};
struct xg_vfs {
    struct node *node;
    size_t count;
    struct xg_vfs_device **taken_out; /* files may be open on them */
    size_t taken_out_count;
};

const struct xg_vfs_how xg_vfs_to_read = {.disposition = XG_VFS_OPEN};

const char *xg_vfs_status_text(enum xg_vfs_status status)
{
    static const char *const texts[] = {
        [XG_VFS_OK] = "done",
        [XG_VFS_NOT_FOUND] = "no such file",
        [XG_VFS_NO_PATH] = "no such folder",
        [XG_VFS_NO_DEVICE] = "no such device",
        [XG_VFS_BAD_NAME] = "not a valid path",
        [XG_VFS_NOT_DIRECTORY] = "not a folder",
        [XG_VFS_IS_DIRECTORY] = "a folder",
        [XG_VFS_EXISTS] = "exists already",
        [XG_VFS_NOT_EMPTY] = "the folder is not empty",
        [XG_VFS_READ_ONLY] = "read-only",
        [XG_VFS_NO_SPACE] = "no space left",
        [XG_VFS_END] = "past the end",
        [XG_VFS_DAMAGED] = "the medium is damaged",
        [XG_VFS_IO] = "the host cannot read or write it",
        [XG_VFS_NO_MEMORY] = "out of memory",
    };
    return texts[status];
}

/* ---- tree -------------------------------------------------------------------------------------
 */

struct xg_vfs *xg_vfs_create(void)
{
    return calloc(1, sizeof(struct xg_vfs));
}

static void drop_node(struct node *n)
{
    xg_vfs_device_destroy(n->device);
    free(n->target);
}

void xg_vfs_destroy(struct xg_vfs *vfs)
{
    if (!vfs)
        return;
    while (vfs->count) /* the last first: a package may lie on an earlier device */
        drop_node(&vfs->node[--vfs->count]);
    for (size_t i = 0; i < vfs->taken_out_count; i++)
        xg_vfs_device_destroy(vfs->taken_out[i]);
    free(vfs->taken_out);
    free(vfs->node);
    free(vfs);
}

/* Without \??\ and in clean form. */
static enum xg_vfs_status clean_name(const char *path, char out[XG_VFS_PATH])
{
    if (strncmp(path, "\\??\\", 4) == 0)
        path += 4;
    return xg_path_clean(path, out);
}

static struct node *find(struct xg_vfs *vfs, const char *clean)
{
    for (size_t i = 0; i < vfs->count; i++)
        if (xg_vfs_compare(vfs->node[i].name, clean) == 0)
            return &vfs->node[i];
    return NULL;
}

static enum xg_vfs_status add(struct xg_vfs *vfs, const char *name, struct node **out)
{
    char clean[XG_VFS_PATH];
    enum xg_vfs_status s = clean_name(name, clean);
    if (s != XG_VFS_OK || !clean[0])
        return XG_VFS_BAD_NAME;
    if (find(vfs, clean))
        return XG_VFS_EXISTS;
    struct node *more = realloc(vfs->node, (vfs->count + 1) * sizeof *more);
    if (!more)
        return XG_VFS_NO_MEMORY;
    vfs->node = more;
    *out = &more[vfs->count++];
    memset(*out, 0, sizeof **out);
    memcpy((*out)->name, clean, sizeof clean);
    return XG_VFS_OK;
}

enum xg_vfs_status xg_vfs_mount(struct xg_vfs *vfs, const char *name, struct xg_vfs_device *device)
{
    struct node *n;
    enum xg_vfs_status s = add(vfs, name, &n);
    if (s == XG_VFS_OK)
        n->device = device;
    return s;
}

enum xg_vfs_status xg_vfs_link(struct xg_vfs *vfs, const char *name, const char *target)
{
    struct node *n;
    char clean[XG_VFS_PATH];
    enum xg_vfs_status s = clean_name(target, clean);
    if (s != XG_VFS_OK)
        return s;
    char *copy = strdup(clean);
    if (!copy)
        return XG_VFS_NO_MEMORY;
    s = add(vfs, name, &n);
    if (s == XG_VFS_OK)
        n->target = copy;
    else
        free(copy);
    return s;
}

static enum xg_vfs_status drop(struct xg_vfs *vfs, const char *name, bool device)
{
    char clean[XG_VFS_PATH];
    enum xg_vfs_status s = clean_name(name, clean);
    struct node *n = s == XG_VFS_OK ? find(vfs, clean) : NULL;
    if (!n || (n->device != NULL) != device)
        return s == XG_VFS_OK ? XG_VFS_NOT_FOUND : s;
    drop_node(n);
    memmove(n, n + 1, (size_t)(vfs->node + --vfs->count - n) * sizeof *n); /* order matters */
    return XG_VFS_OK;
}

enum xg_vfs_status xg_vfs_unmount(struct xg_vfs *vfs, const char *name)
{
    return drop(vfs, name, true);
}

enum xg_vfs_status xg_vfs_exchange(struct xg_vfs *vfs, const char *name,
                                   struct xg_vfs_device *device)
{
    char clean[XG_VFS_PATH];
    enum xg_vfs_status s = clean_name(name, clean);
    struct node *n = s == XG_VFS_OK ? find(vfs, clean) : NULL;
    if (!n || !n->device)
        return s == XG_VFS_OK ? XG_VFS_NO_DEVICE : s;
    struct xg_vfs_device **more =
        realloc(vfs->taken_out, (vfs->taken_out_count + 1) * sizeof(struct xg_vfs_device *));
    if (!more)
        return XG_VFS_NO_MEMORY;
    vfs->taken_out = more;
    more[vfs->taken_out_count++] = n->device;
    n->device = device;
    return XG_VFS_OK;
}

enum xg_vfs_status xg_vfs_unlink(struct xg_vfs *vfs, const char *name)
{
    return drop(vfs, name, false);
}

bool xg_vfs_link_target(struct xg_vfs *vfs, const char *name, char target[XG_VFS_PATH])
{
    char clean[XG_VFS_PATH];
    const struct node *n = clean_name(name, clean) == XG_VFS_OK ? find(vfs, clean) : NULL;
    if (!n || !n->target)
        return false;
    size_t first = strcspn(n->target, "\\");
    bool device = !memchr(n->target, ':', first); /* not another link */
    snprintf(target, XG_VFS_PATH, "%s%.*s", device ? "\\" : "", XG_VFS_PATH - 2, n->target);
    return true;
}

/* Length of name when path lies at or below it, else 0. */
static size_t covers(const char *name, const char *path)
{
    size_t n = strlen(name);
    if (strlen(path) < n || (path[n] && path[n] != '\\'))
        return 0;
    char head[XG_VFS_PATH];
    memcpy(head, path, n);
    head[n] = 0;
    return xg_vfs_compare(name, head) == 0 ? n : 0;
}

static struct node *longest(struct xg_vfs *vfs, const char *path, size_t *length)
{
    struct node *best = NULL;
    *length = 0;
    for (size_t i = 0; i < vfs->count; i++) {
        size_t n = covers(vfs->node[i].name, path);
        if (n > *length) {
            *length = n;
            best = &vfs->node[i];
        }
    }
    return best;
}

/* Single backslashes, but "." and ".." kept. */
static enum xg_vfs_status flatten(const char *path, char out[XG_VFS_PATH])
{
    size_t n = 0;
    for (; *path; path++) {
        bool separator = *path == '\\' || *path == '/';
        if (separator && (n == 0 || out[n - 1] == '\\'))
            continue;
        if (n + 1 == XG_VFS_PATH)
            return XG_VFS_BAD_NAME;
        out[n++] = separator ? '\\' : *path;
    }
    out[n] = 0;
    return XG_VFS_OK;
}

/* Length of the components before the first "." or "..": only they can name a device or link,
 * so that no ".." climbs over one. */
static size_t plain_length(const char *flat)
{
    size_t n = 0;
    while (flat[n]) {
        size_t length = strcspn(flat + n, "\\");
        if ((length == 1 && flat[n] == '.') || (length == 2 && !strncmp(flat + n, "..", 2)))
            break;
        n += length + (flat[n + length] != 0);
    }
    return n && flat[n - 1] == '\\' ? n - 1 : n;
}

enum xg_vfs_status xg_vfs_resolve(struct xg_vfs *vfs, const char *path,
                                  struct xg_vfs_device **device, char rest[XG_VFS_PATH])
{
    char flat[XG_VFS_PATH], lead[XG_VFS_PATH];
    enum xg_vfs_status s = flatten(strncmp(path, "\\??\\", 4) ? path : path + 4, flat);
    for (int i = 0; s == XG_VFS_OK && i < LINKS_FOLLOWED; i++) {
        size_t plain = plain_length(flat), n;
        memcpy(lead, flat, plain);
        lead[plain] = 0;
        struct node *node = longest(vfs, lead, &n);
        if (!node)
            return XG_VFS_NO_DEVICE;
        s = xg_path_clean(flat + n, rest);
        if (s != XG_VFS_OK)
            return s;
        if (node->device) {
            *device = node->device;
            return XG_VFS_OK;
        }
        size_t target = strlen(node->target), below = strlen(rest);
        if (target + below + 2 > XG_VFS_PATH)
            return XG_VFS_BAD_NAME;
        memcpy(flat, node->target, target);
        flat[target] = '\\';
        memcpy(flat + target + 1, rest, below + 1);
    }
    return s == XG_VFS_OK ? XG_VFS_NO_DEVICE : s; /* links in a circle */
}

/* ---- files --------------------------------------------------------------------------------------
 */

enum xg_vfs_status xg_vfs_open_on(struct xg_vfs_device *device, const char *path,
                                  const struct xg_vfs_how *how, struct xg_vfs_file **out,
                                  enum xg_vfs_action *action)
{
    char clean[XG_VFS_PATH];
    enum xg_vfs_action done = XG_VFS_OPENED;
    *out = NULL;
    enum xg_vfs_status s = xg_path_clean(path, clean);
    if (s == XG_VFS_OK)
        s = device->ops->open(device, clean, how, out, &done);
    if (s != XG_VFS_OK)
        return s;
    struct xg_vfs_file *f = *out;
    f->device = device;
    memcpy(f->path, clean, sizeof clean);
    if (how->want_directory && !f->directory)
        s = XG_VFS_NOT_DIRECTORY;
    else if (how->want_file && f->directory)
        s = XG_VFS_IS_DIRECTORY;
    if (s != XG_VFS_OK) {
        xg_vfs_close(f);
        *out = NULL;
        return s;
    }
    if (action)
        *action = done;
    return XG_VFS_OK;
}

enum xg_vfs_status xg_vfs_open(struct xg_vfs *vfs, const char *path, const struct xg_vfs_how *how,
                               struct xg_vfs_file **out, enum xg_vfs_action *action)
{
    struct xg_vfs_device *device;
    char rest[XG_VFS_PATH];
    *out = NULL;
    enum xg_vfs_status s = xg_vfs_resolve(vfs, path, &device, rest);
    return s == XG_VFS_OK ? xg_vfs_open_on(device, rest, how, out, action) : s;
}

void xg_vfs_close(struct xg_vfs_file *file)
{
    if (file)
        file->ops->close(file);
}

void xg_vfs_stat(struct xg_vfs_file *file, struct xg_vfs_stat *out)
{
    memset(out, 0, sizeof *out);
    file->ops->stat(file, out);
}

enum xg_vfs_status xg_vfs_read(struct xg_vfs_file *file, uint64_t offset, void *bytes, size_t size,
                               size_t *got)
{
    *got = 0;
    file->why[0] = 0;
    if (file->directory)
        return XG_VFS_IS_DIRECTORY;
    return file->ops->read(file, offset, bytes, size, got);
}

enum xg_vfs_status xg_vfs_write(struct xg_vfs_file *file, uint64_t offset, const void *bytes,
                                size_t size)
{
    if (file->directory)
        return XG_VFS_IS_DIRECTORY;
    return file->ops->write ? file->ops->write(file, offset, bytes, size) : XG_VFS_READ_ONLY;
}

enum xg_vfs_status xg_vfs_resize(struct xg_vfs_file *file, uint64_t size)
{
    if (file->directory)
        return XG_VFS_IS_DIRECTORY;
    return file->ops->resize ? file->ops->resize(file, size) : XG_VFS_READ_ONLY;
}

enum xg_vfs_status xg_vfs_set_times(struct xg_vfs_file *file, uint64_t read, uint64_t written)
{
    return file->ops->set_times ? file->ops->set_times(file, read, written) : XG_VFS_READ_ONLY;
}

enum xg_vfs_status xg_vfs_remove(struct xg_vfs_file *file)
{
    return file->ops->remove ? file->ops->remove(file) : XG_VFS_READ_ONLY;
}

enum xg_vfs_status xg_vfs_rename(struct xg_vfs_file *file, const char *path, bool replace)
{
    char clean[XG_VFS_PATH];
    enum xg_vfs_status s = xg_path_clean(path, clean);
    if (s != XG_VFS_OK || !clean[0])
        return XG_VFS_BAD_NAME;
    if (!file->ops->rename)
        return XG_VFS_READ_ONLY;
    s = file->ops->rename(file, clean, replace);
    if (s == XG_VFS_OK)
        memcpy(file->path, clean, sizeof clean);
    return s;
}

enum xg_vfs_status xg_vfs_next(struct xg_vfs_file *directory, const char *pattern, size_t *cursor,
                               struct xg_vfs_entry *out)
{
    if (!directory->directory)
        return XG_VFS_NOT_DIRECTORY;
    enum xg_vfs_status s;
    do
        s = directory->ops->next(directory, cursor, out);
    while (s == XG_VFS_OK && !xg_vfs_match(pattern, out->name));
    return s;
}

struct xg_vfs_device *xg_vfs_device_of(struct xg_vfs_file *file)
{
    return file->device;
}

const char *xg_vfs_path_of(const struct xg_vfs_file *file)
{
    return file->path;
}

const char *xg_vfs_why(const struct xg_vfs_file *file, enum xg_vfs_status status)
{
    return file->why[0] ? file->why : xg_vfs_status_text(status);
}

/* ---- devices
 * ------------------------------------------------------------------------------------- */

void xg_vfs_device_destroy(struct xg_vfs_device *device)
{
    if (device)
        device->ops->destroy(device);
}

void xg_vfs_volume(struct xg_vfs_device *device, struct xg_vfs_volume *out)
{
    memset(out, 0, sizeof *out);
    device->ops->volume(device, out);
}

const char *xg_vfs_device_text(const struct xg_vfs_device *device)
{
    return device->ops->text;
}

bool xg_vfs_package(const struct xg_vfs_device *device, struct xg_vfs_package *out)
{
    if (device->package)
        *out = *device->package;
    return device->package != NULL;
}

const uint8_t *xg_vfs_package_header(const struct xg_vfs_device *device, uint32_t *size)
{
    *size = device->package ? XG_PACKAGE_HEADER : 0;
    return device->package ? device->package_header : NULL;
}
