/* Opening executables, on the host or on a mounted device, and the whole way into memory. */
#include "loader/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 0x20000000u /* of a file on a device: twice an image region */

bool xg_xex_open(const char *path, struct xg_xex **out, struct xg_error *err)
{
    *out = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0)
        return xg_fail(err, XG_E_INPUT, "%s: cannot open: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return xg_fail(err, XG_E_INPUT, "%s: not a regular file", path);
    }
    size_t size = (size_t)st.st_size;
    /* A mapping, because a disc image is identified far behind its first bytes and may
     * have 8 GB. */
    void *map = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    close(fd);
    if (map == MAP_FAILED)
        return xg_fail(err, XG_E_INPUT, "%s: cannot read: %s", path, strerror(errno));
    bool ok = xg_xex_parse(path, map ? map : "", size, out, err);
    if (map)
        munmap(map, size);
    return ok;
}

bool xg_xex_open_file(const char *path, struct xg_vfs_file *file, struct xg_xex **out,
                      struct xg_error *err)
{
    struct xg_vfs_stat st;
    size_t got = 0;
    *out = NULL;
    xg_vfs_stat(file, &st);
    if (st.attributes & XG_VFS_DIRECTORY || st.size > FILE_MAX)
        return xg_fail(err, XG_E_INPUT, "%s: not a file that can hold an executable", path);
    uint8_t *bytes = malloc((size_t)st.size + 1);
    if (!bytes)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
    enum xg_vfs_status status = xg_vfs_read(file, 0, bytes, (size_t)st.size, &got);
    bool ok = status == XG_VFS_OK || (status == XG_VFS_END && !st.size)
                  ? xg_xex_parse(path, bytes, got, out, err)
                  : xg_fail(err, XG_E_INPUT, "%s: cannot read: %s", path, xg_vfs_why(file, status));
    free(bytes);
    return ok;
}

/* *xex becomes the patched executable. */
static bool patch(struct xg_xex **xex, const struct xg_loader_source *source, struct xg_error *err)
{
    struct xg_xex *delta, *after;
    if (!source->patch)
        return true;
    if (!xg_xex_open(source->patch, &delta, err))
        return false;
    bool ok = xg_xex_patch(*xex, delta, source->keys, &after, err);
    xg_xex_close(delta);
    if (ok) {
        xg_xex_close(*xex);
        *xex = after;
    }
    return ok;
}

bool xg_loader_load_source(const struct xg_loader_source *source, struct xg_memory *mem,
                           struct xg_heaps *heaps, const struct xg_loader_imports *imports,
                           struct xg_image **out, struct xg_error *err)
{
    struct xg_xex *xex;
    *out = NULL;
    bool ok = source->file ? xg_xex_open_file(source->path, source->file, &xex, err)
                           : xg_xex_open(source->path, &xex, err);
    if (!ok)
        return false;
    ok = xg_xex_expand(xex, source->keys, err) && xg_xex_check_hashes(xex, err) &&
         patch(&xex, source, err) && xg_xex_check_hashes(xex, err) &&
         xg_image_load(xex, mem, heaps, imports, out, err);
    xg_xex_close(xex);
    return ok;
}

bool xg_loader_load(const char *path, struct xg_memory *mem, struct xg_heaps *heaps,
                    const struct xg_loader_imports *imports, struct xg_image **out,
                    struct xg_error *err)
{
    const struct xg_loader_source source = {.path = path};
    return xg_loader_load_source(&source, mem, heaps, imports, out, err);
}
