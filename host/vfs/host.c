/* A folder of the host. Every component is opened by itself below the folder, never through a
 * symbolic link, and only regular files and folders are seen: so no path leaves the folder, and no
 * device file or FIFO is ever opened for the guest. Names are found without regard to case; when
 * two differ in case alone the exact one counts, else the first by byte. */
#include "vfs/device.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNIT        0x4000u /* bytes of an allocation unit, as on the console's disk */
#define UNITS       0x140000u
#define FREE_UNITS  0xA0000u
#define FOLDER_TIME 127770048000000000ull /* 2005-11-22, when consoles are switched on here */
#define EPOCH       116444736000000000ull /* 1970, in 100 ns since 1601 */

struct folder {
    struct xg_vfs_device base;
    int fd; /* -1: not opened yet */
    bool writable;
    char *path; /* to make it when it is first used; NULL: it was there */
};
struct host_file {
    struct xg_vfs_file base;
    int fd, parent; /* parent: the folder it lies in; -1 for the root */
    char name[XG_VFS_NAME];
    bool writable;
    struct xg_vfs_entry *entry; /* of a folder, read at the first call of next */
    size_t entries;
    bool listed;
};

static enum xg_vfs_status from_errno(void)
{
    switch (errno) {
    case ENOENT:
    case ELOOP:
        return XG_VFS_NOT_FOUND;
    case ENOTDIR:
        return XG_VFS_NOT_DIRECTORY;
    case EEXIST:
        return XG_VFS_EXISTS;
    case ENOTEMPTY:
        return XG_VFS_NOT_EMPTY;
    case EACCES:
    case EPERM:
    case EROFS:
        return XG_VFS_READ_ONLY;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return XG_VFS_NO_SPACE;
    case ENOMEM:
        return XG_VFS_NO_MEMORY;
    case ENAMETOOLONG:
    case EINVAL:
        return XG_VFS_BAD_NAME;
    default:
        return XG_VFS_IO;
    }
}

/* ---- finding names
 * ---------------------------------------------------------------------------------- */

static bool is_seen(int dir, const char *name)
{
    struct stat st;
    return xg_name_usable(name, strlen(name)) &&
           fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

static DIR *list(int dir)
{
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d && fd >= 0)
        close(fd);
    return d;
}

/* The host's spelling of a name in a folder. */
static bool find_name(int dir, const char *name, char out[XG_VFS_NAME])
{
    if (is_seen(dir, name)) {
        snprintf(out, XG_VFS_NAME, "%s", name);
        return true;
    }
    DIR *d = list(dir);
    bool found = false;
    for (struct dirent *e; d && (e = readdir(d));)
        if (xg_vfs_compare(e->d_name, name) == 0 && is_seen(dir, e->d_name) &&
            (!found || strcmp(e->d_name, out) < 0)) {
            snprintf(out, XG_VFS_NAME, "%s", e->d_name);
            found = true;
        }
    if (d)
        closedir(d);
    return found;
}

/* Opens all components but the last: *parent is the caller's, name the last as the guest says it.
 */
static enum xg_vfs_status walk(const struct folder *f, const char *path, int *parent,
                               char name[XG_VFS_NAME])
{
    char spelled[XG_VFS_NAME];
    int at = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
    path = xg_path_first(path, name);
    while (at >= 0 && *path) {
        int next = find_name(at, name, spelled)
                       ? openat(at, spelled, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                       : -1;
        close(at);
        if (next < 0)
            return XG_VFS_NO_PATH;
        at = next;
        path = xg_path_first(path, name);
    }
    *parent = at;
    return at < 0 ? from_errno() : XG_VFS_OK;
}

/* ---- opening
 * ------------------------------------------------------------------------------------------ */

static void file_close(struct xg_vfs_file *base)
{
    struct host_file *f = (struct host_file *)base;
    if (f->fd >= 0)
        close(f->fd);
    if (f->parent >= 0)
        close(f->parent);
    free(f->entry);
    free(f);
}

static enum xg_vfs_status create(struct host_file *f, const struct xg_vfs_how *how)
{
    if (!xg_name_usable(f->name, strlen(f->name)))
        return XG_VFS_BAD_NAME;
    if (how->want_directory) {
        if (mkdirat(f->parent, f->name, 0777) != 0)
            return from_errno();
        f->fd = openat(f->parent, f->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        f->base.directory = true;
    } else {
        f->fd =
            openat(f->parent, f->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    }
    return f->fd < 0 ? from_errno() : XG_VFS_OK;
}

static enum xg_vfs_status open_existing(struct host_file *f, const struct xg_vfs_how *how,
                                        bool empty)
{
    struct stat st;
    int mode = (how->write || empty) ? O_RDWR : O_RDONLY;
    f->fd = openat(f->parent, f->name, mode | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (f->fd < 0 && errno == EISDIR) /* a folder opened to be written in: its entries */
        f->fd = openat(f->parent, f->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (f->fd < 0)
        return from_errno();
    if (fstat(f->fd, &st) != 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
        return XG_VFS_NOT_FOUND;
    f->base.directory = S_ISDIR(st.st_mode);
    if (!empty)
        return XG_VFS_OK;
    if (f->base.directory)
        return XG_VFS_IS_DIRECTORY;
    return ftruncate(f->fd, 0) == 0 ? XG_VFS_OK : from_errno();
}

static enum xg_vfs_status open_in(const struct folder *d, struct host_file *f,
                                  const struct xg_vfs_how *how, enum xg_vfs_action *action)
{
    char spelled[XG_VFS_NAME];
    enum xg_vfs_disposition want = how->disposition;
    bool empty =
        want == XG_VFS_SUPERSEDE || want == XG_VFS_OVERWRITE || want == XG_VFS_OVERWRITE_IF;
    bool exists = find_name(f->parent, f->name, spelled);
    if (exists && want == XG_VFS_CREATE)
        return XG_VFS_EXISTS;
    if (!exists && (want == XG_VFS_OPEN || want == XG_VFS_OVERWRITE))
        return XG_VFS_NOT_FOUND;
    if (!d->writable && (how->write || empty || !exists))
        return XG_VFS_READ_ONLY;
    f->writable = d->writable && (how->write || empty || !exists);
    if (!exists) {
        *action = XG_VFS_CREATED;
        return create(f, how);
    }
    memcpy(f->name, spelled, sizeof spelled);
    *action = want == XG_VFS_SUPERSEDE ? XG_VFS_SUPERSEDED
              : empty                  ? XG_VFS_OVERWRITTEN
                                       : XG_VFS_OPENED;
    return open_existing(f, how, empty);
}

static const struct xg_vfs_file_ops file_ops;

/* Makes the folder and those above it. */
static bool make_folder(const char *path)
{
    char part[4096];
    size_t n = strlen(path);
    if (n >= sizeof part)
        return false;
    for (size_t i = 1; i <= n; i++)
        if (path[i] == '/' || !path[i]) {
            memcpy(part, path, i);
            part[i] = 0;
            if (mkdir(part, 0777) != 0 && errno != EEXIST)
                return false;
        }
    return true;
}

/* Opens a folder that need not exist; only what creates something makes it. */
static enum xg_vfs_status ready(struct folder *d, bool root, const struct xg_vfs_how *how)
{
    enum xg_vfs_disposition want = how->disposition;
    bool reads = want == XG_VFS_OPEN || want == XG_VFS_OVERWRITE;
    if (d->fd >= 0)
        return XG_VFS_OK;
    d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d->fd >= 0)
        return XG_VFS_OK;
    if (reads && !root)
        return XG_VFS_NOT_FOUND;
    if (make_folder(d->path))
        d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return d->fd < 0 ? from_errno() : XG_VFS_OK;
}

static enum xg_vfs_status folder_open(struct xg_vfs_device *device, const char *path,
                                      const struct xg_vfs_how *how, struct xg_vfs_file **out,
                                      enum xg_vfs_action *action)
{
    struct folder *d = (struct folder *)device;
    enum xg_vfs_status s = ready(d, !*path, how);
    struct host_file *f = s == XG_VFS_OK ? calloc(1, sizeof *f) : NULL;
    if (!f)
        return s == XG_VFS_OK ? XG_VFS_NO_MEMORY : s;
    f->base.ops = &file_ops;
    f->base.device = device;
    f->fd = f->parent = -1;
    if (*path) {
        s = walk(d, path, &f->parent, f->name);
        if (s == XG_VFS_OK)
            s = open_in(d, f, how, action);
    } else if (how->disposition == XG_VFS_CREATE) {
        s = XG_VFS_EXISTS;
    } else {
        f->base.directory = true;
        f->fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        s = f->fd < 0 ? from_errno() : XG_VFS_OK;
        *action = XG_VFS_OPENED;
    }
    if (s != XG_VFS_OK) {
        file_close(&f->base);
        return s;
    }
    *out = &f->base;
    return XG_VFS_OK;
}

/* ---- files
 * ---------------------------------------------------------------------------------------------- */

static uint64_t from_timespec(struct timespec t)
{
    return EPOCH + (uint64_t)t.tv_sec * 10000000 + (uint64_t)t.tv_nsec / 100;
}

static struct timespec to_timespec(uint64_t time)
{
    if (!time)
        return (struct timespec){.tv_nsec = UTIME_OMIT};
    time = time > EPOCH ? time - EPOCH : 0;
    return (struct timespec){(time_t)(time / 10000000), (long)(time % 10000000 * 100)};
}

/* The guest sees nothing that the host changes by itself: of the times only that of the last
 * change to a file's bytes, no inode numbers. */
static void fill_stat(const struct stat *st, bool writable, uint64_t id, struct xg_vfs_stat *out)
{
    bool directory = S_ISDIR(st->st_mode);
    uint64_t size = directory ? 0 : (uint64_t)st->st_size;
    uint64_t time = directory ? FOLDER_TIME : from_timespec(st->st_mtim);
    *out = (struct xg_vfs_stat){
        .id = id,
        .size = size,
        .allocation = (size + UNIT - 1) / UNIT * UNIT,
        .created = time,
        .read = time,
        .written = time,
        .changed = time,
        .attributes = (directory ? XG_VFS_DIRECTORY : XG_VFS_NORMAL) |
                      (writable && st->st_mode & S_IWUSR ? 0 : (unsigned)XG_VFS_READONLY),
    };
}

/* From the path alone, without regard to case. */
static uint64_t id_of(const char *folder, const char *name)
{
    uint64_t id = 14695981039346656037u;
    const char *const part[] = {folder, *folder && *name ? "\\" : "", name};
    for (size_t i = 0; i < XG_COUNTOF(part); i++)
        for (const char *s = part[i]; *s; s++)
            id = (id ^ (uint8_t)(*s >= 'A' && *s <= 'Z' ? *s + 32 : *s)) * 1099511628211u;
    return id;
}

static bool device_writable(const struct xg_vfs_file *f)
{
    return ((struct folder *)f->device)->writable;
}

static void file_stat(struct xg_vfs_file *base, struct xg_vfs_stat *out)
{
    struct stat st;
    if (fstat(((struct host_file *)base)->fd, &st) == 0)
        fill_stat(&st, device_writable(base), id_of(base->path, ""), out);
}

static enum xg_vfs_status file_read(struct xg_vfs_file *base, uint64_t offset, void *bytes,
                                    size_t size, size_t *got)
{
    int fd = ((struct host_file *)base)->fd;
    if (offset > INT64_MAX)
        return XG_VFS_END;
    while (*got < size) {
        ssize_t n = pread(fd, (uint8_t *)bytes + *got, size - *got, (off_t)(offset + *got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return from_errno();
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return *got || !size ? XG_VFS_OK : XG_VFS_END;
}

static enum xg_vfs_status file_write(struct xg_vfs_file *base, uint64_t offset, const void *bytes,
                                     size_t size)
{
    struct host_file *f = (struct host_file *)base;
    const uint8_t *from = bytes;
    if (!f->writable)
        return XG_VFS_READ_ONLY;
    if (offset > INT64_MAX || size > INT64_MAX - offset)
        return XG_VFS_NO_SPACE;
    while (size) {
        ssize_t n = pwrite(f->fd, from, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return from_errno();
        from += n;
        offset += (uint64_t)n;
        size -= (size_t)n;
    }
    return XG_VFS_OK;
}

static enum xg_vfs_status file_resize(struct xg_vfs_file *base, uint64_t size)
{
    struct host_file *f = (struct host_file *)base;
    if (!f->writable)
        return XG_VFS_READ_ONLY;
    if (size > INT64_MAX)
        return XG_VFS_NO_SPACE;
    return ftruncate(f->fd, (off_t)size) == 0 ? XG_VFS_OK : from_errno();
}

static enum xg_vfs_status file_set_times(struct xg_vfs_file *base, uint64_t read, uint64_t written)
{
    struct timespec t[2] = {to_timespec(read), to_timespec(written)};
    if (!device_writable(base))
        return XG_VFS_READ_ONLY;
    return futimens(((struct host_file *)base)->fd, t) == 0 ? XG_VFS_OK : from_errno();
}

static enum xg_vfs_status file_remove(struct xg_vfs_file *base)
{
    struct host_file *f = (struct host_file *)base;
    if (!device_writable(base) || f->parent < 0)
        return XG_VFS_READ_ONLY;
    return unlinkat(f->parent, f->name, base->directory ? AT_REMOVEDIR : 0) == 0 ? XG_VFS_OK
                                                                                 : from_errno();
}

static enum xg_vfs_status file_rename(struct xg_vfs_file *base, const char *path, bool replace)
{
    struct host_file *f = (struct host_file *)base;
    char name[XG_VFS_NAME], spelled[XG_VFS_NAME];
    int parent;
    if (!device_writable(base) || f->parent < 0)
        return XG_VFS_READ_ONLY;
    enum xg_vfs_status s = walk((struct folder *)base->device, path, &parent, name);
    if (s != XG_VFS_OK)
        return s;
    struct stat old, new;
    if (!xg_name_usable(name, strlen(name)))
        s = XG_VFS_BAD_NAME;
    else if (find_name(parent, name, spelled) && fstat(f->fd, &old) == 0 &&
             fstatat(parent, spelled, &new, AT_SYMLINK_NOFOLLOW) == 0 &&
             (old.st_ino != new.st_ino || old.st_dev != new.st_dev)) {
        if (!replace)
            s = XG_VFS_EXISTS;
        else
            memcpy(name, spelled, sizeof name);
    }
    if (s == XG_VFS_OK && renameat(f->parent, f->name, parent, name) != 0)
        s = from_errno();
    if (s != XG_VFS_OK) {
        close(parent);
        return s;
    }
    close(f->parent);
    f->parent = parent;
    memcpy(f->name, name, sizeof name);
    return XG_VFS_OK;
}

/* ---- listing
 * ---------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    const struct xg_vfs_entry *x = a, *y = b;
    int c = xg_vfs_compare(x->name, y->name);
    return c ? c : strcmp(x->name, y->name);
}

static bool append(struct host_file *f, size_t *room, const char *name)
{
    struct stat st;
    if (!is_seen(f->fd, name) || fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    if (f->entries == *room) {
        *room = *room ? *room * 2 : 32;
        struct xg_vfs_entry *more = realloc(f->entry, *room * sizeof *more);
        if (!more)
            return false;
        f->entry = more;
    }
    struct xg_vfs_entry *e = &f->entry[f->entries++];
    memset(e, 0, sizeof *e);
    memcpy(e->name, name, strlen(name));
    fill_stat(&st, device_writable(&f->base), id_of(f->base.path, name), &e->stat);
    return true;
}

/* What it holds now; later changes do not show. */
static enum xg_vfs_status read_listing(struct host_file *f)
{
    size_t room = 0, kept = 0;
    bool ok = true;
    DIR *d = list(f->fd);
    if (!d)
        return from_errno();
    for (struct dirent *e; ok && (e = readdir(d));)
        ok = append(f, &room, e->d_name);
    closedir(d);
    if (!ok)
        return XG_VFS_NO_MEMORY;
    if (f->entries)
        qsort(f->entry, f->entries, sizeof *f->entry, by_name);
    for (size_t i = 0; i < f->entries; i++) /* of names that differ in case alone, the first */
        if (!kept || xg_vfs_compare(f->entry[kept - 1].name, f->entry[i].name) != 0)
            f->entry[kept++] = f->entry[i];
    f->entries = kept;
    f->listed = true;
    return XG_VFS_OK;
}

static enum xg_vfs_status file_next(struct xg_vfs_file *base, size_t *cursor,
                                    struct xg_vfs_entry *out)
{
    struct host_file *f = (struct host_file *)base;
    enum xg_vfs_status s = f->listed ? XG_VFS_OK : read_listing(f);
    if (s != XG_VFS_OK)
        return s;
    if (*cursor >= f->entries)
        return XG_VFS_END;
    *out = f->entry[(*cursor)++];
    return XG_VFS_OK;
}

static const struct xg_vfs_file_ops file_ops = {
    .close = file_close,
    .stat = file_stat,
    .read = file_read,
    .next = file_next,
    .write = file_write,
    .resize = file_resize,
    .set_times = file_set_times,
    .remove = file_remove,
    .rename = file_rename,
};

/* ---- device
 * ------------------------------------------------------------------------------------------------
 */

/* Fixed numbers: what the guest sees must not depend on the host's disk. */
static void folder_volume(struct xg_vfs_device *device, struct xg_vfs_volume *out)
{
    *out = (struct xg_vfs_volume){.system = "FATX",
                                  .units = UNITS,
                                  .free_units = FREE_UNITS,
                                  .sectors_per_unit = UNIT / 0x200,
                                  .bytes_per_sector = 0x200,
                                  .longest_name = 255,
                                  .read_only = !((struct folder *)device)->writable};
}

static void folder_destroy(struct xg_vfs_device *device)
{
    struct folder *d = (struct folder *)device;
    if (d->fd >= 0)
        close(d->fd);
    free(d->path);
    free(d);
}

static const struct xg_vfs_device_ops folder_ops = {
    .text = "a folder of the host",
    .open = folder_open,
    .volume = folder_volume,
    .destroy = folder_destroy,
};

bool xg_vfs_folder(const char *path, bool writable, struct xg_vfs_device **out,
                   struct xg_error *err)
{
    *out = NULL;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return xg_fail(err, XG_E_INPUT, "%s: cannot open the folder: %s", path, strerror(errno));
    struct folder *f = calloc(1, sizeof *f);
    if (!f) {
        close(fd);
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
    }
    *f = (struct folder){{.ops = &folder_ops}, fd, writable, NULL};
    *out = &f->base;
    return true;
}

struct xg_vfs_device *xg_vfs_folder_when_used(const char *path)
{
    struct folder *f = calloc(1, sizeof *f);
    char *copy = strdup(path);
    if (!f || !copy) {
        free(f);
        free(copy);
        return NULL;
    }
    *f = (struct folder){{.ops = &folder_ops}, -1, true, copy};
    return &f->base;
}
