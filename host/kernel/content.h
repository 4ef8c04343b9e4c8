/* Saved games and packages: what XAM's content calls share. docs/kernel.md, "Content". */
#ifndef XG_KERNEL_CONTENT_H
#define XG_KERNEL_CONTENT_H

#include "kernel/xam/xam.h"
#include "vfs/vfs.h"

#define XG_CONTENT_DATA   0x134u /* bytes of XCONTENT_DATA */
#define XG_CONTENT_DEVICE "\\Device\\Content"
#define XG_DISK_ID        1u
enum { XG_CONTENT_SAVE = 1, XG_CONTENT_MARKETPLACE = 2 };

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

/* XCONTENT_DATA: 0 device, 4 type, 8 name for people (UTF-16, 128), 108 file name[42]. */
struct xg_content {
    uint64_t xuid; /* 0: everybody's */
    uint32_t title, type;
    char name[43];
    uint8_t data[XG_CONTENT_DATA];
};
/* An enumerator's items, all of one size. */
struct xg_enumerator {
    uint32_t item_size, per_call, count, next;
    /* Behind all items of a call: this many bytes of text for each; the words 4, 8, ... of an item
     * (`pointers` of them) point there. In `items` a text follows its item, and the words are
     * offsets in it + 1, 0 for none. */
    uint32_t text_size, pointers;
    uint8_t *items;
};

/* Path on the content device: of the content, or (under "Headers") of what is known about it. */
void xg_content_path(const struct xg_content *c, const char *what, const char *ending,
                     char path[XG_VFS_PATH]);
/* Calls fn for all content of a kind, in the order of names. false from fn ends it. */
void xg_content_list(struct xg_kernel *k, const struct xg_content *kind,
                     bool (*fn)(void *ctx, const struct xg_content *c), void *ctx);
/* One component that every host can write: no separators, no marks of patterns or streams. */
bool xg_content_name_is_good(const char *name);
/* On the content device. make_folders: those above a path and, with `whole`, the path itself. */
bool xg_content_exists(struct xg_kernel *k, const char *path);
enum xg_vfs_status xg_content_make_folders(struct xg_kernel *k, const char *path, bool whole);
enum xg_vfs_status xg_content_remove(struct xg_kernel *k, const char *path); /* and all below */
/* A whole file: written with the folders above it, or read (bytes, at most `room`). */
enum xg_vfs_status xg_content_write(struct xg_kernel *k, const char *path, const void *bytes,
                                    size_t size);
size_t xg_content_read(struct xg_kernel *k, const char *path, void *bytes, size_t room);
uint32_t xg_content_error(enum xg_vfs_status s); /* the Win32 code */
/* User of a content call: 0, or the Win32 error. FE and FF are everybody. */
uint32_t xg_content_user(uint32_t user, uint64_t *xuid);

/* Name of a root at `at`, without its colon; the link that it is; what was opened as it, NULL:
 * nothing. */
void xg_content_root_name(struct xg_kcall *call, xg_ga at, char root[32]);
void xg_content_link_name(const char *root, char name[40]);
const char *xg_content_root_path(struct xg_kernel *k, const char *root);

/* A new enumerator behind a handle: 0 or the Win32 error; takes `items` over. */
uint32_t xg_enumerator_create(struct xg_kcall *call, const struct xg_enumerator *e,
                              xg_ga handle_at);

/* The player has reached one; its time is now. 0 or the Win32 error. */
uint32_t xg_achievement_reached(struct xg_kernel *k, uint32_t id);

/* UTF-16 text with its terminator into a field of `units`, from ASCII. */
void xg_put_wide(uint8_t *to, const char *text, uint32_t units);

#endif
