/* Media in one file: which file system it is. And the device that holds nothing. */
#include "base/endian.h"
#include "vfs/device.h"

#include <stdlib.h>

#define LAYOUT 0x3A9u

bool xg_vfs_image(const char *path, struct xg_vfs_device **out, struct xg_error *err)
{
    struct xg_source *s = xg_source_open(path, err);
    uint64_t partition;
    uint8_t layout[4];
    *out = NULL;
    if (!s)
        return false;
    if (xg_package_probe(s)) {
        bool svod = xg_source_read(s, LAYOUT, layout, sizeof layout) && xg_ld32be(layout) == 1;
        *out = svod ? xg_svod_open(path, s, err) : xg_stfs_open(path, s, err);
        return *out != NULL;
    }
    if (xg_xdvdfs_probe(s, &partition)) {
        *out = xg_xdvdfs_open(path, s, err);
        return *out != NULL;
    }
    bool empty = s->size == 0;
    xg_source_close(s);
    return xg_fail(err, XG_E_INPUT, "%s: %s", path,
                   empty ? "the file is empty"
                         : "neither a disc image (XDVDFS) nor a content package (STFS, SVOD)");
}

/* ---- bytes of a file of another medium ---- */

struct file_source {
    struct xg_source base;
    struct xg_vfs_file *file;
};

static bool file_read(struct xg_source *s, uint64_t offset, void *bytes, size_t size)
{
    size_t got;
    struct xg_vfs_file *f = ((struct file_source *)s)->file;
    return !size || (xg_vfs_read(f, offset, bytes, size, &got) == XG_VFS_OK && got == size);
}

static void file_close(struct xg_source *s)
{
    xg_vfs_close(((struct file_source *)s)->file);
    free(s);
}

bool xg_vfs_package_in(struct xg_vfs_file *file, const char *path, struct xg_vfs_device **out,
                       struct xg_error *err)
{
    struct xg_vfs_stat st;
    uint8_t layout[4];
    struct file_source *s = malloc(sizeof *s);
    *out = NULL;
    if (!s) {
        xg_vfs_close(file);
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
    }
    xg_vfs_stat(file, &st);
    *s = (struct file_source){{st.size, file_read, file_close}, file};
    /* SVOD keeps its bytes in other files, which would have to be found in the guest's tree. */
    if (!xg_package_probe(&s->base) || !xg_source_read(&s->base, LAYOUT, layout, sizeof layout) ||
        xg_ld32be(layout)) {
        xg_source_close(&s->base);
        return xg_fail(err, XG_E_INPUT, "%s: not a content package (STFS)", path);
    }
    *out = xg_stfs_open(path, &s->base, err);
    return *out != NULL;
}

bool xg_vfs_is_image(const char *path)
{
    uint64_t partition;
    struct xg_source *s = xg_source_open(path, NULL);
    bool is = s && (xg_package_probe(s) || xg_xdvdfs_probe(s, &partition));
    xg_source_close(s);
    return is;
}

/* ---- null
 * ------------------------------------------------------------------------------------------ */

static void null_close(struct xg_vfs_file *f)
{
    free(f);
}
static void null_stat(struct xg_vfs_file *f, struct xg_vfs_stat *out)
{
    XG_UNUSED(f);
    out->attributes = XG_VFS_DIRECTORY;
}
static enum xg_vfs_status null_next(struct xg_vfs_file *f, size_t *cursor, struct xg_vfs_entry *out)
{
    XG_UNUSED(f);
    XG_UNUSED(cursor);
    XG_UNUSED(out);
    return XG_VFS_END;
}
/* Its only file is the root, a directory, so nothing is ever read. */
static const struct xg_vfs_file_ops null_file_ops = {
    .close = null_close, .stat = null_stat, .next = null_next};

static enum xg_vfs_status null_open(struct xg_vfs_device *device, const char *path,
                                    const struct xg_vfs_how *how, struct xg_vfs_file **out,
                                    enum xg_vfs_action *action)
{
    XG_UNUSED(device);
    if (*path)
        return how->disposition == XG_VFS_OPEN || how->disposition == XG_VFS_OVERWRITE
                   ? XG_VFS_NOT_FOUND
                   : XG_VFS_READ_ONLY;
    if (how->disposition == XG_VFS_CREATE)
        return XG_VFS_EXISTS;
    if (how->write)
        return XG_VFS_READ_ONLY;
    struct xg_vfs_file *f = calloc(1, sizeof *f);
    if (!f)
        return XG_VFS_NO_MEMORY;
    f->ops = &null_file_ops;
    f->directory = true;
    *out = f;
    *action = XG_VFS_OPENED;
    return XG_VFS_OK;
}
static void null_volume(struct xg_vfs_device *device, struct xg_vfs_volume *out)
{
    XG_UNUSED(device);
    *out = (struct xg_vfs_volume){.system = "NULL",
                                  .sectors_per_unit = 1,
                                  .bytes_per_sector = 0x200,
                                  .longest_name = 255,
                                  .read_only = true};
}
static void null_destroy(struct xg_vfs_device *device)
{
    free(device);
}
static const struct xg_vfs_device_ops null_ops = {
    .text = "nothing", .open = null_open, .volume = null_volume, .destroy = null_destroy};

struct xg_vfs_device *xg_vfs_null(void)
{
    struct xg_vfs_device *d = calloc(1, sizeof *d);
    if (d)
        d->ops = &null_ops;
    return d;
}
