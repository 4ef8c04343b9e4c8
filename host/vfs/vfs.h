/* File systems as the guest sees them: devices (a folder of the host, a disc image, a content
 * package, nothing) in one tree of names, with symbolic links. The kernel's file exports are a
 * thin layer over this; each status below stands for one NT status.
 *
 * Paths: components between backslashes (a slash is taken too), compared without regard to the
 * case of A-Z. "." and ".." are resolved by text, and never leave the device: a path that would
 * is XG_VFS_BAD_NAME. A leading \??\ is dropped. Names are bytes, as the medium stores them.
 * Nothing here keeps a reference to guest memory, and nothing is thread-safe. */
#ifndef XG_VFS_VFS_H
#define XG_VFS_VFS_H

#include "base/error.h"

#define XG_VFS_PATH 1024 /* longest path with its NUL */
#define XG_VFS_NAME 256  /* longest name with its NUL */

enum xg_vfs_status {
    XG_VFS_OK,
    XG_VFS_NOT_FOUND,     /* C0000034: the last component does not exist */
    XG_VFS_NO_PATH,       /* C000003A: a component before the last does not exist */
    XG_VFS_NO_DEVICE,     /* C000000E: no device of that name */
    XG_VFS_BAD_NAME,      /* C0000033 */
    XG_VFS_NOT_DIRECTORY, /* C0000103 */
    XG_VFS_IS_DIRECTORY,  /* C00000BA */
    XG_VFS_EXISTS,        /* C0000035 */
    XG_VFS_NOT_EMPTY,     /* C0000101 */
    XG_VFS_READ_ONLY,     /* C0000022 */
    XG_VFS_NO_SPACE,      /* C000007F */
    XG_VFS_END,           /* C0000011: read at or past the end; 80000006: no more entries */
    XG_VFS_DAMAGED,       /* C0000032: a hash of the medium is wrong, a chain is broken */
    XG_VFS_IO,            /* C0000185: the host could not read or write */
    XG_VFS_NO_MEMORY,     /* C0000017 */
};
/* A few words, e.g. "no such file", for sentences. */
const char *xg_vfs_status_text(enum xg_vfs_status status);

enum { /* attributes, as the guest knows them */
       XG_VFS_READONLY = 0x01,
       XG_VFS_HIDDEN = 0x02,
       XG_VFS_SYSTEM = 0x04,
       XG_VFS_DIRECTORY = 0x10,
       XG_VFS_ARCHIVE = 0x20,
       XG_VFS_NORMAL = 0x80,
};
struct xg_vfs_stat {
    uint64_t id;                              /* unique on the device */
    uint64_t size, allocation;                /* bytes; 0 of directories */
    uint64_t created, read, written, changed; /* 100 ns since 1601 */
    uint32_t attributes;
};
struct xg_vfs_entry {
    char name[XG_VFS_NAME];
    struct xg_vfs_stat stat;
};
struct xg_vfs_volume {
    const char *system; /* "GDFX", "FATX", "STFS", ... */
    char label[64];
    uint32_t serial;
    uint64_t created; /* 100 ns since 1601 */
    uint64_t units, free_units;
    uint32_t sectors_per_unit, bytes_per_sector;
    uint32_t longest_name;
    bool read_only;
};

struct xg_vfs;        /* tree of devices and links */
struct xg_vfs_device; /* one mounted medium */
struct xg_vfs_file;   /* an open file or directory */

/* ---- devices ----------------------------------------------------------------------------- */

/* A folder of the host. Symbolic links, device files and names that a guest path cannot say
 * do not exist for the guest, so it cannot leave the folder. Without `writable` every change
 * is refused. The sentences of all open functions name path and reason, kind XG_E_INPUT. */
bool xg_vfs_folder(const char *path, bool writable, struct xg_vfs_device **out,
                   struct xg_error *err);
/* A writable folder that need not be there yet: it is made, with those above it, when something is
 * first put into it. NULL: out of memory. */
struct xg_vfs_device *xg_vfs_folder_when_used(const char *path);
/* A disc image (XDVDFS) or content package (STFS, SVOD), whatever the file is. */
bool xg_vfs_image(const char *path, struct xg_vfs_device **out, struct xg_error *err);
/* The same for an STFS package that is a file of a mounted device; takes the file over, also when
 * it fails. Its device must outlive the new one. path: for messages. */
bool xg_vfs_package_in(struct xg_vfs_file *file, const char *path, struct xg_vfs_device **out,
                       struct xg_error *err);
/* true when the file is one that xg_vfs_image knows, by its first bytes. */
bool xg_vfs_is_image(const char *path);
/* A device that exists and holds nothing. */
struct xg_vfs_device *xg_vfs_null(void);
/* No file may be open on it. */
void xg_vfs_device_destroy(struct xg_vfs_device *device); /* NULL is fine */

void xg_vfs_volume(struct xg_vfs_device *device, struct xg_vfs_volume *out);
/* "a disc image (XDVDFS)", ... */
const char *xg_vfs_device_text(const struct xg_vfs_device *device);
/* What a content package says of itself; false for anything else. */
struct xg_vfs_package {
    char kind[5]; /* "CON ", "LIVE", "PIRS" */
    bool svod;
    uint32_t content_type, title_id, version, base_version, media_id;
    uint32_t licences;          /* bits that its licences give together */
    char title[129], name[129]; /* UTF-8, cut to what fits */
    uint8_t content_id[20];
};
bool xg_vfs_package(const struct xg_vfs_device *device, struct xg_vfs_package *out);
/* The header of such a package as it lies in the file, and its size; the device's. NULL: none. */
const uint8_t *xg_vfs_package_header(const struct xg_vfs_device *device, uint32_t *size);

/* ---- the tree ------------------------------------------------------------------------------ */

struct xg_vfs *xg_vfs_create(void); /* NULL: out of memory */
void xg_vfs_destroy(struct xg_vfs *vfs);
/* Puts a device at a name such as "\Device\Cdrom0"; the tree then owns it. XG_VFS_EXISTS: taken. */
enum xg_vfs_status xg_vfs_mount(struct xg_vfs *vfs, const char *name, struct xg_vfs_device *device);
enum xg_vfs_status xg_vfs_unmount(struct xg_vfs *vfs, const char *name);
/* Another medium in the drive of that name; the tree owns the new one. Files that are open on the
 * old one stay usable, new ones are looked for on the new one alone. */
enum xg_vfs_status xg_vfs_exchange(struct xg_vfs *vfs, const char *name,
                                   struct xg_vfs_device *device);
/* "game:" means "\Device\Cdrom0". Links are followed again and again, the longest name first. */
enum xg_vfs_status xg_vfs_link(struct xg_vfs *vfs, const char *name, const char *target);
enum xg_vfs_status xg_vfs_unlink(struct xg_vfs *vfs, const char *name);
/* What the link of this name means; false: there is none. */
bool xg_vfs_link_target(struct xg_vfs *vfs, const char *name, char target[XG_VFS_PATH]);
/* Follows links: the device and the path on it ("" for its root). */
enum xg_vfs_status xg_vfs_resolve(struct xg_vfs *vfs, const char *path,
                                  struct xg_vfs_device **device, char rest[XG_VFS_PATH]);

/* ---- files ----------------------------------------------------------------------------------- */

enum xg_vfs_disposition { /* values of NtCreateFile */
                          XG_VFS_SUPERSEDE,
                          XG_VFS_OPEN,
                          XG_VFS_CREATE,
                          XG_VFS_OPEN_IF,
                          XG_VFS_OVERWRITE,
                          XG_VFS_OVERWRITE_IF,
};
enum xg_vfs_action { /* what opening did, as in the status block */
                     XG_VFS_SUPERSEDED,
                     XG_VFS_OPENED,
                     XG_VFS_CREATED,
                     XG_VFS_OVERWRITTEN,
};
struct xg_vfs_how {
    enum xg_vfs_disposition disposition;
    bool write;          /* content may be changed */
    bool want_directory; /* XG_VFS_NOT_DIRECTORY when it is a file; creates a directory */
    bool want_file;      /* XG_VFS_IS_DIRECTORY when it is one */
};
extern const struct xg_vfs_how xg_vfs_to_read; /* open what exists, read only */

enum xg_vfs_status xg_vfs_open(struct xg_vfs *vfs, const char *path, const struct xg_vfs_how *how,
                               struct xg_vfs_file **out, enum xg_vfs_action *action);
/* The same on a device, path from its root. action may be NULL in both. */
enum xg_vfs_status xg_vfs_open_on(struct xg_vfs_device *device, const char *path,
                                  const struct xg_vfs_how *how, struct xg_vfs_file **out,
                                  enum xg_vfs_action *action);
void xg_vfs_close(struct xg_vfs_file *file); /* NULL is fine */

void xg_vfs_stat(struct xg_vfs_file *file, struct xg_vfs_stat *out);
/* *got bytes are there, fewer than size at the end only; XG_VFS_END when offset is not before it.
 */
enum xg_vfs_status xg_vfs_read(struct xg_vfs_file *file, uint64_t offset, void *bytes, size_t size,
                               size_t *got);
enum xg_vfs_status xg_vfs_write(struct xg_vfs_file *file, uint64_t offset, const void *bytes,
                                size_t size);
enum xg_vfs_status xg_vfs_resize(struct xg_vfs_file *file, uint64_t size);
/* 0: keep. */
enum xg_vfs_status xg_vfs_set_times(struct xg_vfs_file *file, uint64_t read, uint64_t written);
/* Removes the name of an open file or empty directory; the file stays usable until closed. */
enum xg_vfs_status xg_vfs_remove(struct xg_vfs_file *file);
/* New path on the same device. */
enum xg_vfs_status xg_vfs_rename(struct xg_vfs_file *file, const char *path, bool replace);
/* Entries of an open directory, in the order of their names. *cursor starts at 0 and is moved on.
 * pattern NULL or "" matches all. */
enum xg_vfs_status xg_vfs_next(struct xg_vfs_file *directory, const char *pattern, size_t *cursor,
                               struct xg_vfs_entry *out);
struct xg_vfs_device *xg_vfs_device_of(struct xg_vfs_file *file);
/* Path from the root of its device, as it was opened, with backslashes. */
const char *xg_vfs_path_of(const struct xg_vfs_file *file);
/* Why the last call on this file failed: names the place on the medium where it can. */
const char *xg_vfs_why(const struct xg_vfs_file *file, enum xg_vfs_status status);

/* ---- names -------------------------------------------------------------------------------------
 */

/* Order of names: A-Z equal to a-z, else by byte. */
int xg_vfs_compare(const char *a, const char *b);
/* "*" any bytes, "?" any one byte, "*.*" everything, all else without regard to case. */
bool xg_vfs_match(const char *pattern, const char *name);

#endif
