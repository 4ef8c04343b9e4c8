/* What a file system implements. Paths given to it are clean: components between single
 * backslashes, no leading one, no "." and "..", "" for the root. */
#ifndef XG_VFS_DEVICE_H
#define XG_VFS_DEVICE_H

#include "vfs/vfs.h"

struct xg_vfs_device_ops {
    const char *text;
    enum xg_vfs_status (*open)(struct xg_vfs_device *device, const char *path,
                               const struct xg_vfs_how *how, struct xg_vfs_file **out,
                               enum xg_vfs_action *action);
    void (*volume)(struct xg_vfs_device *device, struct xg_vfs_volume *out);
    void (*destroy)(struct xg_vfs_device *device);
};
struct xg_vfs_device {
    const struct xg_vfs_device_ops *ops;
    const struct xg_vfs_package *package; /* NULL: not a content package */
    uint8_t *package_header;              /* XG_PACKAGE_HEADER bytes of one, its own */
};

/* Members that are NULL: the device is read-only. */
struct xg_vfs_file_ops {
    void (*close)(struct xg_vfs_file *file); /* frees it, too */
    void (*stat)(struct xg_vfs_file *file, struct xg_vfs_stat *out);
    enum xg_vfs_status (*read)(struct xg_vfs_file *file, uint64_t offset, void *bytes, size_t size,
                               size_t *got);
    enum xg_vfs_status (*next)(struct xg_vfs_file *file, size_t *cursor, struct xg_vfs_entry *out);
    enum xg_vfs_status (*write)(struct xg_vfs_file *file, uint64_t offset, const void *bytes,
                                size_t size);
    enum xg_vfs_status (*resize)(struct xg_vfs_file *file, uint64_t size);
    enum xg_vfs_status (*set_times)(struct xg_vfs_file *file, uint64_t read, uint64_t written);
    enum xg_vfs_status (*remove)(struct xg_vfs_file *file);
    enum xg_vfs_status (*rename)(struct xg_vfs_file *file, const char *path, bool replace);
};
struct xg_vfs_file {
    const struct xg_vfs_file_ops *ops;
    struct xg_vfs_device *device;
    bool directory;
    char path[XG_VFS_PATH];
    char why[160]; /* of the last failure; "" for the status's own words */
};

/* ---- paths ------------------------------------------------------------------------------------
 */

/* Writes the clean form; XG_VFS_BAD_NAME when it leaves the root, is too long or says nothing
 * that a medium could hold (control characters, a component over 255 bytes). */
enum xg_vfs_status xg_path_clean(const char *path, char out[XG_VFS_PATH]);
/* Cuts the first component off a clean path: copies it and returns what follows. */
const char *xg_path_first(const char *path, char name[XG_VFS_NAME]);
/* true when a name of a medium can be said in a path and be written as a host file's name. */
bool xg_name_usable(const char *name, size_t length);

/* ---- bytes of a medium --------------------------------------------------------------------------
 */

struct xg_source {
    uint64_t size;
    /* All bytes or false. */
    bool (*read)(struct xg_source *s, uint64_t offset, void *bytes, size_t size);
    void (*close)(struct xg_source *s); /* frees it, too */
};
/* A regular file of the host, read by pread(). */
struct xg_source *xg_source_open(const char *path, struct xg_error *err);
bool xg_source_read(struct xg_source *s, uint64_t offset, void *bytes, size_t size);
void xg_source_close(struct xg_source *s); /* NULL is fine */

/* The ways of opening; each takes the source over, also when it fails. */
struct xg_vfs_device *xg_xdvdfs_open(const char *path, struct xg_source *s, struct xg_error *err);
struct xg_vfs_device *xg_stfs_open(const char *path, struct xg_source *s, struct xg_error *err);
struct xg_vfs_device *xg_svod_open(const char *path, struct xg_source *s, struct xg_error *err);
bool xg_xdvdfs_probe(struct xg_source *s, uint64_t *partition);

/* ---- content packages
 * ---------------------------------------------------------------------------- */

#define XG_PACKAGE_HEADER 0x971Au /* up to the thumbnails' end in the shortest header */
bool xg_package_probe(struct xg_source *s);
/* header holds XG_PACKAGE_HEADER bytes. */
void xg_package_read(struct xg_vfs_package *p, const uint8_t *header);

#endif
