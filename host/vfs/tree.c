#include "vfs/tree.h"

#include <stdlib.h>
#include <string.h>

/* ---- making ------------------------------------------------------------------------------------
 */

void *xg_tree_create(size_t size, const char *path, struct xg_source *source,
                     const struct xg_vfs_device_ops *ops, struct xg_error *err)
{
    struct xg_tree *t = calloc(1, size);
    if (t) {
        t->base.ops = ops;
        t->source = source;
        t->path = strdup(path);
        t->room = 64;
        t->node = calloc(t->room, sizeof *t->node);
    }
    if (!t || !t->path || !t->node) {
        xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
        if (t)
            xg_tree_destroy(&t->base);
        else
            xg_source_close(source);
        return NULL;
    }
    t->nodes = 1;
    t->node[0].attributes = XG_VFS_DIRECTORY | XG_VFS_READONLY;
    return t;
}

uint32_t xg_tree_add(struct xg_tree *t, uint32_t parent, const char *name, size_t length,
                     struct xg_error *err)
{
    if (!xg_name_usable(name, length)) {
        xg_fail(err, XG_E_INPUT, "%s: damaged medium: a file has an impossible name", t->path);
        return 0;
    }
    if (t->nodes == XG_TREE_NODES) {
        xg_fail(err, XG_E_INPUT, "%s: damaged medium: more than %u files", t->path, XG_TREE_NODES);
        return 0;
    }
    if (t->nodes == t->room) {
        struct xg_node *more = realloc(t->node, (size_t)t->room * 2 * sizeof *more);
        if (more) {
            t->node = more;
            t->room *= 2;
        }
    }
    char *copy = t->nodes < t->room ? strndup(name, length) : NULL;
    if (!copy) {
        xg_fail(err, XG_E_INPUT, "%s: out of memory for %u files", t->path, t->nodes);
        return 0;
    }
    t->node[t->nodes] = (struct xg_node){.name = copy, .parent = parent};
    return t->nodes++;
}

struct sorted {
    const struct xg_node *node;
    uint32_t index;
};

static int by_parent_and_name(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    if (x->node->parent != y->node->parent)
        return x->node->parent < y->node->parent ? -1 : 1;
    return xg_vfs_compare(x->node->name, y->node->name);
}

static bool check_depth(const struct xg_tree *t, struct xg_error *err)
{
    for (uint32_t i = 1; i < t->nodes; i++) {
        uint32_t at = i, depth = 0;
        while (at && depth++ < XG_TREE_DEPTH)
            at = t->node[at].parent;
        if (at)
            return xg_fail(err, XG_E_INPUT, "%s: damaged medium: folders more than %u deep",
                           t->path, XG_TREE_DEPTH);
    }
    return true;
}

static bool link_children(struct xg_tree *t, const struct sorted *s, struct xg_error *err)
{
    for (uint32_t i = 0; i + 1 < t->nodes; i++) {
        const struct xg_node *n = s[i].node;
        struct xg_node *parent = &t->node[n->parent];
        if (i && by_parent_and_name(&s[i - 1], &s[i]) == 0)
            return xg_fail(err, XG_E_INPUT, "%s: damaged medium: the name '%s' appears twice",
                           t->path, n->name);
        t->order[i] = s[i].index;
        if (!parent->count)
            parent->first = i;
        parent->count++;
    }
    return true;
}

bool xg_tree_finish(struct xg_tree *t, struct xg_error *err)
{
    struct sorted *s = calloc(t->nodes, sizeof *s);
    t->order = calloc(t->nodes, sizeof *t->order);
    if (!s || !t->order) {
        free(s);
        return xg_fail(err, XG_E_INPUT, "%s: out of memory for %u files", t->path, t->nodes);
    }
    for (uint32_t i = 1; i < t->nodes; i++)
        s[i - 1] = (struct sorted){&t->node[i], i};
    qsort(s, t->nodes - 1, sizeof *s, by_parent_and_name);
    bool ok = check_depth(t, err) && link_children(t, s, err);
    free(s);
    return ok;
}

void xg_tree_destroy(struct xg_vfs_device *device)
{
    struct xg_tree *t = (struct xg_tree *)device;
    if (t->destroy)
        t->destroy(t);
    for (uint32_t i = 0; t->node && i < t->nodes; i++) {
        free(t->node[i].name);
        free(t->node[i].extra);
    }
    free(t->node);
    free(t->order);
    free(t->path);
    free(device->package_header);
    xg_source_close(t->source);
    free(t);
}

void xg_tree_volume(struct xg_vfs_device *device, struct xg_vfs_volume *out)
{
    *out = ((struct xg_tree *)device)->volume;
    out->read_only = true;
}

/* ---- files --------------------------------------------------------------------------------------
 */

struct tree_file {
    struct xg_vfs_file base;
    uint32_t node;
};

static struct xg_tree *tree_of(struct xg_vfs_file *f)
{
    return (struct xg_tree *)f->device;
}

static void node_stat(const struct xg_tree *t, uint32_t index, struct xg_vfs_stat *out)
{
    const struct xg_node *n = &t->node[index];
    uint32_t unit = t->volume.sectors_per_unit * t->volume.bytes_per_sector;
    *out = (struct xg_vfs_stat){
        .id = index,
        .size = n->size,
        .allocation = (n->size + unit - 1) / unit * unit,
        .created = n->created,
        .read = n->written,
        .written = n->written,
        .changed = n->written,
        .attributes = n->attributes,
    };
}

static void file_close(struct xg_vfs_file *f)
{
    free(f);
}

static void file_stat(struct xg_vfs_file *f, struct xg_vfs_stat *out)
{
    node_stat(tree_of(f), ((struct tree_file *)f)->node, out);
}

static enum xg_vfs_status file_read(struct xg_vfs_file *f, uint64_t offset, void *bytes,
                                    size_t size, size_t *got)
{
    struct xg_tree *t = tree_of(f);
    struct xg_node *n = &t->node[((struct tree_file *)f)->node];
    if (offset >= n->size)
        return XG_VFS_END;
    if (size > n->size - offset)
        size = (size_t)(n->size - offset);
    enum xg_vfs_status s = t->read(t, n, offset, bytes, size, f->why);
    *got = s == XG_VFS_OK ? size : 0;
    return s;
}

static enum xg_vfs_status file_next(struct xg_vfs_file *f, size_t *cursor, struct xg_vfs_entry *out)
{
    struct xg_tree *t = tree_of(f);
    const struct xg_node *n = &t->node[((struct tree_file *)f)->node];
    if (*cursor >= n->count)
        return XG_VFS_END;
    uint32_t index = t->order[n->first + *cursor];
    ++*cursor;
    memset(out, 0, sizeof *out);
    memcpy(out->name, t->node[index].name, strlen(t->node[index].name));
    node_stat(t, index, &out->stat);
    return XG_VFS_OK;
}

static const struct xg_vfs_file_ops file_ops = {
    .close = file_close,
    .stat = file_stat,
    .read = file_read,
    .next = file_next,
};

static bool find_child(const struct xg_tree *t, uint32_t parent, const char *name, uint32_t *out)
{
    const struct xg_node *p = &t->node[parent];
    uint32_t lo = 0, hi = p->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int c = xg_vfs_compare(t->node[t->order[p->first + mid]].name, name);
        if (c == 0) {
            *out = t->order[p->first + mid];
            return true;
        }
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

static enum xg_vfs_status find(const struct xg_tree *t, const char *path, uint32_t *out)
{
    char name[XG_VFS_NAME];
    uint32_t at = 0;
    while (*path) {
        path = xg_path_first(path, name);
        if (!(t->node[at].attributes & XG_VFS_DIRECTORY))
            return XG_VFS_NO_PATH;
        if (!find_child(t, at, name, &at))
            return *path ? XG_VFS_NO_PATH : XG_VFS_NOT_FOUND;
    }
    *out = at;
    return XG_VFS_OK;
}

enum xg_vfs_status xg_tree_open(struct xg_vfs_device *device, const char *path,
                                const struct xg_vfs_how *how, struct xg_vfs_file **out,
                                enum xg_vfs_action *action)
{
    struct xg_tree *t = (struct xg_tree *)device;
    uint32_t at;
    enum xg_vfs_status s = find(t, path, &at);
    bool opens = how->disposition == XG_VFS_OPEN || how->disposition == XG_VFS_OPEN_IF;
    if (s == XG_VFS_NOT_FOUND && how->disposition != XG_VFS_OPEN &&
        how->disposition != XG_VFS_OVERWRITE)
        return XG_VFS_READ_ONLY; /* it would be created */
    if (s != XG_VFS_OK)
        return s;
    if (how->disposition == XG_VFS_CREATE)
        return XG_VFS_EXISTS;
    if (how->write || !opens)
        return XG_VFS_READ_ONLY;
    struct tree_file *f = calloc(1, sizeof *f);
    if (!f)
        return XG_VFS_NO_MEMORY;
    f->base.ops = &file_ops;
    f->base.directory = t->node[at].attributes & XG_VFS_DIRECTORY;
    f->node = at;
    *out = &f->base;
    *action = XG_VFS_OPENED;
    return XG_VFS_OK;
}
