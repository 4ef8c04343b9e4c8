/* Open files behind handles. */
#ifndef XG_KERNEL_FILE_H
#define XG_KERNEL_FILE_H

#include "kernel/internal.h"
#include "vfs/vfs.h"

struct xg_open_file {
    struct xg_vfs_file *file;
    uint64_t position;
    bool synchronous; /* reads and writes return when done, not PENDING */
    bool delete_on_close;
    size_t cursor; /* of a directory scan */
    bool scanning;
    char pattern[XG_VFS_NAME];
    uint32_t port, key; /* body of a completion port, 0: none */
};

uint32_t xg_file_status(enum xg_vfs_status s);
/* Path of an OBJECT_ATTRIBUTES: 0, or the NT status. *device is that of the root directory's
 * handle, or NULL: path begins with a device or link. */
uint32_t xg_file_path(struct xg_kcall *call, xg_ga attributes, struct xg_vfs_device **device,
                      char path[XG_VFS_PATH]);
/* File behind the handle in argument 0; NULL: r3 has the status. */
struct xg_open_file *xg_file_object(struct xg_kcall *call, struct xg_object **object);
/* An object for an open file, which it takes over. options as NtCreateFile: 20 synchronous. NULL:
 * no memory; the file stays the caller's. */
struct xg_object *xg_file_object_create(struct xg_kernel *k, struct xg_vfs_file *file,
                                        uint32_t options);
/* A change bears the guest's time, not the host's. */
void xg_file_stamp(struct xg_kernel *k, struct xg_vfs_file *file);
/* Fills the status block at iosb (0: none) and answers the status. */
enum xg_kcall_result xg_file_answer(struct xg_kcall *call, xg_ga iosb, uint32_t status,
                                    uint32_t information);

#endif
