/* XDVDFS inside something else: SVOD packages hold one. */
#ifndef XG_VFS_XDVDFS_H
#define XG_VFS_XDVDFS_H

#include "vfs/tree.h"

/* Sets volume facts and the read function of a tree whose source begins at sector 0 - base. */
void xg_xdvdfs_describe(struct xg_tree *t);
/* Reads all folders; volume is the descriptor's first 0x24 bytes at least, base the source's
 * offset of sector 0. */
bool xg_xdvdfs_read(struct xg_tree *t, uint64_t base, const uint8_t *volume, struct xg_error *err);

#endif
