/* Read-only file systems whose directories are read once, when they are opened: nodes, and the
 * operations that all of them share. */
#ifndef XG_VFS_TREE_H
#define XG_VFS_TREE_H

#include "vfs/device.h"

#define XG_TREE_DEPTH 64
#define XG_TREE_NODES (1u << 20)

struct xg_node {
    char *name;
    uint32_t parent; /* of the root: itself, 0 */
    uint32_t attributes;
    uint64_t size, start; /* start is the file system's own: offset, first block */
    uint64_t created, written;
    void *extra;           /* freed with the tree */
    uint32_t first, count; /* of a directory: its entries in `order`, after xg_tree_finish */
};
struct xg_tree {
    struct xg_vfs_device base;
    char *path; /* of the medium, for sentences */
    struct xg_source *source;
    struct xg_node *node;
    uint32_t nodes, room;
    uint32_t *order;
    struct xg_vfs_volume volume;
    /* Bytes [offset, offset + size), which lie inside the node. why: 160 characters for a sentence.
     */
    enum xg_vfs_status (*read)(struct xg_tree *t, struct xg_node *n, uint64_t offset, void *bytes,
                               size_t size, char *why);
    void (*destroy)(struct xg_tree *t); /* what the file system adds; may be NULL */
};

/* A tree with its root. size is that of the structure which begins with struct xg_tree. The
 * source is the tree's from now on, also when it fails. */
void *xg_tree_create(size_t size, const char *path, struct xg_source *source,
                     const struct xg_vfs_device_ops *ops, struct xg_error *err);
/* The new node's index, or 0 and err: impossible name, too many nodes. */
uint32_t xg_tree_add(struct xg_tree *t, uint32_t parent, const char *name, size_t length,
                     struct xg_error *err);
/* Sorts; refuses names that appear twice in a folder, and folders in a circle. */
bool xg_tree_finish(struct xg_tree *t, struct xg_error *err);
void xg_tree_destroy(struct xg_vfs_device *device);
enum xg_vfs_status xg_tree_open(struct xg_vfs_device *device, const char *path,
                                const struct xg_vfs_how *how, struct xg_vfs_file **out,
                                enum xg_vfs_action *action);
void xg_tree_volume(struct xg_vfs_device *device, struct xg_vfs_volume *out);

#endif
