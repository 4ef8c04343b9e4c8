/* `xenogate ls FILE [PATH] [-r]`, `xenogate cat FILE PATH`, and what `info` and `unpack` do with
 * disc images and content packages. */
#include "app/cmd_vfs.h"
#include "app/commands.h"
#include "vfs/vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (1u << 20) /* bytes read at once */

static int end(bool ok, const struct xg_error *err)
{
    if (ok)
        return XG_OK;
    fflush(stdout);
    fprintf(stderr, "xenogate: %s\n", err->text);
    return err->kind;
}

static bool fail_at(const char *medium, const char *path, const char *why, struct xg_error *err)
{
    return xg_fail(err, XG_E_INPUT, "%s: %s: %s", medium, *path ? path : "\\", why);
}

static bool open_at(const char *medium, struct xg_vfs_device *d, const char *path,
                    struct xg_vfs_file **out, struct xg_error *err)
{
    enum xg_vfs_status s = xg_vfs_open_on(d, path, &xg_vfs_to_read, out, NULL);
    return s == XG_VFS_OK || fail_at(medium, path, xg_vfs_status_text(s), err);
}

/* ---- walking
 * ------------------------------------------------------------------------------------- */

struct visit {
    const char *medium;
    struct xg_vfs_device *device;
    bool deep;
    void *ctx;
    /* path from the root of the device */
    bool (*entry)(void *ctx, const char *path, const struct xg_vfs_entry *e, struct xg_error *err);
};

static bool walk(struct visit *v, const char *path, struct xg_error *err)
{
    struct xg_vfs_file *dir;
    struct xg_vfs_entry e;
    char *below = malloc(XG_VFS_PATH);
    size_t cursor = 0;
    enum xg_vfs_status s = XG_VFS_END;
    bool ok = below != NULL && open_at(v->medium, v->device, path, &dir, err);
    if (!ok) {
        free(below);
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", v->medium);
    }
    while (ok && (s = xg_vfs_next(dir, NULL, &cursor, &e)) == XG_VFS_OK) {
        ok =
            snprintf(below, XG_VFS_PATH, "%s%s%s", path, *path ? "\\" : "", e.name) < XG_VFS_PATH ||
            fail_at(v->medium, path, "the path is too long", err);
        ok = ok && v->entry(v->ctx, below, &e, err);
        if (ok && v->deep && e.stat.attributes & XG_VFS_DIRECTORY)
            ok = walk(v, below, err);
    }
    if (ok && s != XG_VFS_END)
        ok = fail_at(v->medium, path, xg_vfs_why(dir, s), err);
    xg_vfs_close(dir);
    free(below);
    return ok;
}

/* ---- ls
 * -------------------------------------------------------------------------------------------- */

/* Names of the medium are bytes of any kind: what is no plain ASCII is shown as \xHH. */
static void print_name(const char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name >= 0x20 && (unsigned char)*name < 0x7F)
            putchar(*name);
        else
            printf("\\x%02x", (unsigned char)*name);
}

static bool print_entry(void *ctx, const char *path, const struct xg_vfs_entry *e,
                        struct xg_error *err)
{
    const bool *deep = ctx;
    XG_UNUSED(err);
    if (e->stat.attributes & XG_VFS_DIRECTORY)
        printf("%12s  ", "folder");
    else
        printf("%12" PRIu64 "  ", e->stat.size);
    print_name(*deep ? path : e->name);
    putchar('\n');
    return true;
}

static bool list(const char *medium, struct xg_vfs_device *d, const char *path, bool deep,
                 struct xg_error *err)
{
    struct xg_vfs_file *f;
    if (!open_at(medium, d, path, &f, err))
        return false;
    struct xg_vfs_entry self = {.name = ""};
    xg_vfs_stat(f, &self.stat);
    char clean[XG_VFS_PATH];
    snprintf(clean, sizeof clean, "%s", xg_vfs_path_of(f));
    xg_vfs_close(f);
    if (!(self.stat.attributes & XG_VFS_DIRECTORY)) {
        const char *slash = strrchr(clean, '\\');
        snprintf(self.name, sizeof self.name, "%.255s", slash ? slash + 1 : clean);
        return print_entry(&deep, clean, &self, err);
    }
    struct visit v = {medium, d, deep, &deep, print_entry};
    return walk(&v, clean, err);
}

int xg_cmd_ls(int argc, char **argv)
{
    const char *word[2] = {NULL, ""};
    int n = 0;
    bool deep = false, wrong = false;
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "-r"))
            deep = true;
        else if (argv[i][0] != '-' && n < 2)
            word[n++] = argv[i];
        else
            wrong = true;
    if (wrong || !n)
        return xg_app_usage("usage: xenogate ls FILE [PATH] [-r]\n", argc, argv);
    struct xg_error err = {0};
    struct xg_vfs_device *d;
    bool ok = xg_vfs_image(word[0], &d, &err) && list(word[0], d, word[1], deep, &err);
    xg_vfs_device_destroy(d);
    return end(ok, &err);
}

/* ---- cat
 * -------------------------------------------------------------------------------------------- */

static bool write_all(int fd, const uint8_t *p, size_t n)
{
    while (n) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static bool copy(const char *medium, struct xg_vfs_file *f, int fd, const char *to,
                 struct xg_error *err)
{
    uint8_t *piece = malloc(PIECE);
    uint64_t at = 0;
    size_t got = 0;
    enum xg_vfs_status s = piece ? XG_VFS_OK : XG_VFS_NO_MEMORY;
    bool written = true;
    while (s == XG_VFS_OK && written && (s = xg_vfs_read(f, at, piece, PIECE, &got)) == XG_VFS_OK) {
        written = write_all(fd, piece, got);
        at += got;
    }
    int reason = errno;
    free(piece);
    if (!written)
        return xg_fail(err, XG_E_INPUT, "%s: cannot be written: %s", to, strerror(reason));
    return s == XG_VFS_END || fail_at(medium, xg_vfs_path_of(f), xg_vfs_why(f, s), err);
}

int xg_cmd_cat(int argc, char **argv)
{
    if (argc != 3 || argv[1][0] == '-')
        return xg_app_usage("usage: xenogate cat FILE PATH\n", argc, argv);
    struct xg_error err = {0};
    struct xg_vfs_device *d;
    struct xg_vfs_file *f = NULL;
    bool ok = xg_vfs_image(argv[1], &d, &err) && open_at(argv[1], d, argv[2], &f, &err) &&
              copy(argv[1], f, STDOUT_FILENO, "stdout", &err);
    xg_vfs_close(f);
    xg_vfs_device_destroy(d);
    return end(ok, &err);
}

/* ---- unpack
 * ------------------------------------------------------------------------------------------- */

struct unpacking {
    const char *medium, *out;
    struct xg_vfs_device *device;
    int root;
};

/* The folder a path of the medium lies in: opened below the target without following links.
 * Names were checked when the medium was opened. *name is the last component. */
static int open_parent(const struct unpacking *u, const char *path, const char **name)
{
    int at = fcntl(u->root, F_DUPFD_CLOEXEC, 0);
    char one[XG_VFS_NAME];
    for (const char *cut; at >= 0 && (cut = strchr(path, '\\')); path = cut + 1) {
        snprintf(one, sizeof one, "%.*s", (int)(cut - path), path);
        int next = openat(at, one, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(at);
        at = next;
    }
    *name = path;
    return at;
}

static bool write_file(const struct unpacking *u, int parent, const char *name, const char *path,
                       struct xg_error *err)
{
    struct xg_vfs_file *f;
    char to[XG_VFS_PATH + 300];
    snprintf(to, sizeof to, "%.256s/%s", u->out, path);
    int fd = openat(parent, name,
                    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (fd < 0)
        return xg_fail(err, XG_E_INPUT, "%.300s: cannot be written: %s", to, strerror(errno));
    bool ok = open_at(u->medium, u->device, path, &f, err);
    if (ok) {
        ok = copy(u->medium, f, fd, to, err);
        xg_vfs_close(f);
    }
    if (close(fd) != 0 && ok)
        ok = xg_fail(err, XG_E_INPUT, "%.300s: cannot be written: %s", to, strerror(errno));
    if (!ok)
        unlinkat(parent, name, 0);
    return ok;
}

static bool unpack_entry(void *ctx, const char *path, const struct xg_vfs_entry *e,
                         struct xg_error *err)
{
    const struct unpacking *u = ctx;
    const char *name;
    int parent = open_parent(u, path, &name);
    bool ok = parent >= 0;
    if (ok && e->stat.attributes & XG_VFS_DIRECTORY)
        ok = mkdirat(parent, name, 0777) == 0 || errno == EEXIST;
    else if (ok)
        ok = write_file(u, parent, name, path, err);
    if (!ok)
        xg_fail(err, XG_E_INPUT, "%s/%s: cannot be made: %s", u->out, path, strerror(errno));
    if (parent >= 0)
        close(parent);
    return ok;
}

bool xg_container_unpack(const char *path, const char *out, struct xg_error *err)
{
    struct unpacking u = {.medium = path, .out = out, .root = -1};
    if (!xg_vfs_image(path, &u.device, err))
        return false;
    bool ok = mkdir(out, 0777) == 0 || errno == EEXIST;
    ok = ok && (u.root = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0;
    if (!ok)
        xg_fail(err, XG_E_INPUT, "%s: cannot be made: %s", out, strerror(errno));
    struct visit v = {path, u.device, true, &u, unpack_entry};
    ok = ok && walk(&v, "", err);
    if (u.root >= 0)
        close(u.root);
    xg_vfs_device_destroy(u.device);
    return ok;
}

/* ---- info
 * ------------------------------------------------------------------------------------------------
 */

struct totals {
    uint64_t files, folders, bytes;
};

static bool count_entry(void *ctx, const char *path, const struct xg_vfs_entry *e,
                        struct xg_error *err)
{
    struct totals *t = ctx;
    XG_UNUSED(path);
    XG_UNUSED(err);
    if (e->stat.attributes & XG_VFS_DIRECTORY)
        t->folders++;
    else
        t->files++;
    t->bytes += e->stat.size;
    return true;
}

static void json_text(const char *s)
{
    putchar('"');
    for (; *s; s++)
        if (*s == '"' || *s == '\\')
            printf("\\%c", *s);
        else if ((unsigned char)*s < 0x20)
            printf("\\u%04x", (unsigned char)*s);
        else
            putchar(*s);
    putchar('"');
}

static void print_package(const struct xg_vfs_package *p, bool json)
{
    if (json) {
        printf(",\"package\":\"%.4s\",\"layout\":\"%s\",\"content_type\":\"%08x\",\"title_id\":"
               "\"%08x\",\"version\":\"%08x\",\"media_id\":\"%08x\",\"name\":",
               p->kind, p->svod ? "svod" : "stfs", p->content_type, p->title_id, p->version,
               p->media_id);
        json_text(p->name);
        printf(",\"title\":");
        json_text(p->title);
        return;
    }
    printf("package       %.4s, %s\ncontent type  %08X\ntitle id      %08X, version %08X, media id "
           "%08X\nname          %s\ntitle         %s\n",
           p->kind, p->svod ? "SVOD" : "STFS", p->content_type, p->title_id, p->version,
           p->media_id, p->name, p->title);
}

bool xg_container_info(const char *path, bool json, struct xg_error *err)
{
    struct xg_vfs_device *d;
    struct xg_vfs_package p;
    struct xg_vfs_volume volume;
    struct totals t = {0};
    if (!xg_vfs_image(path, &d, err))
        return false;
    xg_vfs_volume(d, &volume);
    struct visit v = {path, d, true, &t, count_entry};
    bool ok = walk(&v, "", err);
    if (ok && json) {
        printf("{\"file\":");
        json_text(path);
        printf(",\"file_system\":\"%s\"", volume.system);
        if (xg_vfs_package(d, &p))
            print_package(&p, true);
        printf(",\"files\":%" PRIu64 ",\"folders\":%" PRIu64 ",\"bytes\":%" PRIu64 "}\n", t.files,
               t.folders, t.bytes);
    } else if (ok) {
        printf("%s: %s\n", path, xg_vfs_device_text(d));
        if (xg_vfs_package(d, &p))
            print_package(&p, false);
        printf("holds         %" PRIu64 " files in %" PRIu64 " folders, %" PRIu64 " bytes\n",
               t.files, t.folders, t.bytes);
    }
    xg_vfs_device_destroy(d);
    return ok;
}
