/* What the title is started from: a host file beside which its data lies, or an image. Either way
 * it becomes a device in the tree that the kernel's file exports use, and `game:` and `d:` mean it.
 */
#include "machine/internal.h"

#include <stdio.h>
#include <string.h>

#define DISC    "\\Device\\Cdrom0"
#define DISK    "\\Device\\Harddisk0\\Partition1"
#define CONTENT "\\Device\\Content"
#define LAUNCH  "default.xex"

/* What titles may ask for as their own name: the device and the path below it. */
static void tell_name(struct xg_machine *m, const char *path)
{
    char name[256];
    const char *colon = strchr(path, ':');
    const char *below = colon ? colon + 1 : path;
    bool whole = path[0] == '\\';
    snprintf(name, sizeof name, "%s%s%.200s", whole ? "" : m->medium,
             whole || *below == '\\' ? "" : "\\", whole ? path : below);
    xg_kernel_set_image_name(m->kernel, name);
}

static bool mount(struct xg_machine *m, const char *name, struct xg_vfs_device *device,
                  const char *path, struct xg_error *err)
{
    enum xg_vfs_status s = xg_vfs_mount(m->vfs, name, device);
    m->medium = name;
    if (s != XG_VFS_OK)
        xg_vfs_device_destroy(device);
    else if ((s = xg_vfs_link(m->vfs, "game:", name)) == XG_VFS_OK)
        s = xg_vfs_link(m->vfs, "d:", name);
    return s == XG_VFS_OK ||
           xg_fail(err, XG_E_INPUT, "%s: cannot be mounted: %s", path, xg_vfs_status_text(s));
}

static bool mount_image(struct xg_machine *m, const char *path, struct xg_error *err)
{
    struct xg_vfs_device *device;
    return xg_vfs_image(path, &device, err) && mount(m, DISC, device, path, err) &&
           (!m->content || xg_vfs_link(m->vfs, DISK "\\Content", CONTENT) == XG_VFS_OK ||
            xg_fail(err, XG_E_INPUT, "%s: " DISK "\\Content is taken", path));
}

/* The folder of a host file, read-only. */
static bool mount_folder(struct xg_machine *m, const char *path, struct xg_error *err)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    struct xg_vfs_device *device;
    int n = slash ? (int)(slash - path) + 1 : 0;
    if (n >= (int)sizeof folder)
        return xg_fail(err, XG_E_INPUT, "%s: the path is too long", path);
    snprintf(folder, sizeof folder, "%.*s", n, path);
    return xg_vfs_folder(n ? folder : ".", false, &device, err) &&
           mount(m, DISK, device, path, err);
}

static struct xg_vfs_device *mount_used(struct xg_machine *m, const char *name, const char *below)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s%s", m->options.content, below) >= (int)sizeof path)
        return NULL;
    struct xg_vfs_device *d = xg_vfs_folder_when_used(path);
    if (d && xg_vfs_mount(m->vfs, name, d) == XG_VFS_OK)
        return d;
    xg_vfs_device_destroy(d);
    return NULL;
}

/* Titles keep saved games in the content and throw-away files in two caches. */
bool xg_media_content(struct xg_machine *m, struct xg_error *err)
{
    static const char cache0[] = "\\Device\\Harddisk0\\Cache0",
                      cache1[] = "\\Device\\Harddisk0\\Cache1";
    m->content = mount_used(m, "\\Device\\Content", "");
    if (m->content && mount_used(m, cache0, "/Cache0") && mount_used(m, cache1, "/Cache1") &&
        xg_vfs_link(m->vfs, "cache:", cache0) == XG_VFS_OK &&
        xg_vfs_link(m->vfs, "cache0:", cache0) == XG_VFS_OK &&
        xg_vfs_link(m->vfs, "cache1:", cache1) == XG_VFS_OK)
        return true;
    return xg_fail(err, XG_E_INPUT, "%s: the folder for content cannot be mounted",
                   m->options.content);
}

/* What the user mounts: "\\Device\\Name" as it is, "x" and "x:" as a link to a device of its own.
 */
static bool mount_wish(struct xg_machine *m, const struct xg_mount *wish, unsigned number,
                       struct xg_error *err)
{
    struct xg_vfs_device *device;
    char name[64], link[XG_VFS_PATH];
    bool whole = wish->name[0] == '\\';
    bool ok = xg_vfs_is_image(wish->path) ? xg_vfs_image(wish->path, &device, err)
                                          : xg_vfs_folder(wish->path, false, &device, err);
    if (!ok)
        return false;
    snprintf(name, sizeof name, "\\Device\\User%u", number);
    snprintf(link, sizeof link, "%.900s%s", wish->name, strchr(wish->name, ':') ? "" : ":");
    enum xg_vfs_status s = xg_vfs_mount(m->vfs, whole ? wish->name : name, device);
    if (s != XG_VFS_OK)
        xg_vfs_device_destroy(device);
    else if (!whole)
        s = xg_vfs_link(m->vfs, link, name);
    return s == XG_VFS_OK || xg_fail(err, XG_E_INPUT, "%s: cannot be mounted as '%s': %s",
                                     wish->path, wish->name, xg_vfs_status_text(s));
}

static bool mount_wishes(struct xg_machine *m, struct xg_error *err)
{
    for (size_t i = 0; i < m->options.mount_count; i++)
        if (!mount_wish(m, &m->options.mounts[i], (unsigned)i, err))
            return false;
    return true;
}

bool xg_media_load(struct xg_machine *m, const char *path, struct xg_error *err)
{
    struct xg_loader_source source = {
        .path = path, .patch = m->options.patch, .keys = m->options.keys};
    const struct xg_loader_imports *imports = xg_kernel_imports(m->kernel);
    if (!xg_vfs_is_image(path)) {
        struct xg_error why = {0};
        bool mounted = mount_folder(m, path, &why); /* first: DLLs that it imports lie there */
        if (mounted && !mount_wishes(m, err))
            return false;
        const char *slash = strrchr(path, '/');
        m->medium = DISK;
        tell_name(m, slash ? slash + 1 : path);
        return xg_loader_load_source(&source, m->mem, m->heaps, imports, &m->image, err) &&
               (mounted || xg_fail(err, why.kind, "%s", why.text));
    }
    char name[4096];
    if (snprintf(name, sizeof name, "%s/" LAUNCH, path) >= (int)sizeof name)
        return xg_fail(err, XG_E_INPUT, "%s: the path is too long", path);
    if (!mount_image(m, path, err) || !mount_wishes(m, err))
        return false;
    tell_name(m, LAUNCH);
    enum xg_vfs_status s =
        xg_vfs_open(m->vfs, "game:\\" LAUNCH, &xg_vfs_to_read, &source.file, NULL);
    if (s != XG_VFS_OK)
        return xg_fail(err, XG_E_INPUT, "%s: %s", name, xg_vfs_status_text(s));
    source.path = name;
    bool ok = xg_loader_load_source(&source, m->mem, m->heaps, imports, &m->image, err);
    xg_vfs_close(source.file);
    return ok;
}

/* Is this what the title asks for? Discs say so in the executable that they start with. */
static bool is_disc(struct xg_machine *m, struct xg_vfs_device *device, const struct xg_disc *disc,
                    struct xg_error *err)
{
    const struct xg_xex_execution *title = &m->image->execution;
    struct xg_vfs_file *file;
    struct xg_xex *xex;
    enum xg_vfs_status s = xg_vfs_open_on(device, LAUNCH, &xg_vfs_to_read, &file, NULL);
    if (s != XG_VFS_OK)
        return xg_fail(err, XG_E_INPUT, "%s: " LAUNCH ": %s", disc->path, xg_vfs_status_text(s));
    bool read = xg_xex_open_file(disc->path, file, &xex, err);
    xg_vfs_close(file);
    if (!read)
        return false;
    const struct xg_xex_execution e = xex->execution;
    xg_xex_close(xex);
    return (e.present && e.title_id == title->title_id && e.disc == disc->number) ||
           xg_fail(err, XG_E_INPUT, "%s: that is disc %u of title %08X, not disc %u of %08X",
                   disc->path, e.disc, e.title_id, disc->number, title->title_id);
}

bool xg_media_change_disc(struct xg_machine *m, uint8_t number)
{
    const struct xg_disc *disc = m->options.discs, *end = disc + m->options.disc_count;
    struct xg_vfs_device *device = NULL;
    struct xg_error err = {0};
    while (disc != end && disc->number != number)
        disc++;
    if (disc == end) {
        xg_machine_log(m, "the title asks for its disc %u; --disc %u=PATH names it", number,
                       number);
        return false;
    }
    bool ok = xg_vfs_is_image(disc->path) ? xg_vfs_image(disc->path, &device, &err)
                                          : xg_vfs_folder(disc->path, false, &device, &err);
    ok = ok && is_disc(m, device, disc, &err);
    enum xg_vfs_status s = ok ? xg_vfs_exchange(m->vfs, m->medium, device) : XG_VFS_OK;
    if (ok && s != XG_VFS_OK)
        ok = xg_fail(&err, XG_E_INPUT, "%s: %s", disc->path, xg_vfs_status_text(s));
    if (ok)
        xg_machine_log(m, "disc %u is in the drive: %s", number, disc->path);
    else {
        xg_machine_log(m, "%s", err.text);
        xg_vfs_device_destroy(device);
    }
    return ok;
}

/* A name without a device is looked for where the first title came from. */
static enum xg_vfs_status open_title(struct xg_machine *m, const char *path, char name[XG_VFS_PATH],
                                     struct xg_vfs_file **file)
{
    bool whole = strchr(path, ':') || path[0] == '\\';
    snprintf(name, XG_VFS_PATH, "%s%.900s", whole ? "" : "game:\\", path);
    return xg_vfs_open(m->vfs, name, &xg_vfs_to_read, file, NULL);
}

bool xg_media_has(struct xg_machine *m, const char *path)
{
    char name[XG_VFS_PATH];
    struct xg_vfs_file *file;
    if (open_title(m, path, name, &file) != XG_VFS_OK)
        return false;
    xg_vfs_close(file);
    return true;
}

bool xg_media_launch(struct xg_machine *m, const char *path, struct xg_error *err)
{
    char name[XG_VFS_PATH];
    struct xg_loader_source source = {.path = name, .keys = m->options.keys};
    enum xg_vfs_status s = open_title(m, path, name, &source.file);
    if (s != XG_VFS_OK)
        return xg_fail(err, XG_E_INPUT, "%s: %s", name, xg_vfs_status_text(s));
    tell_name(m, name);
    bool ok = xg_loader_load_source(&source, m->mem, m->heaps, xg_kernel_imports(m->kernel),
                                    &m->image, err);
    xg_vfs_close(source.file);
    return ok;
}
