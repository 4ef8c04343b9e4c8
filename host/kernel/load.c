/* Loading and unloading DLLs. What a module imports from other DLLs is loaded with it, from the
 * folder of the importing file or else from where the title came from. Entry points are called one
 * after the other in the guest: at loading those of what is imported come first, at unloading
 * last. A module stays as long as it was loaded by name or is imported by another one. */
#include "kernel/internal.h"

#include <stdio.h>
#include <stdlib.h>

#define DLL_INIT_FAILED 0xC0000142u
#define NO_SUCH_FILE    0xC000000Fu
#define INVALID_IMAGE   0xC000007Bu
#define DEPTH_MAX       16u
#define ENTRY_LOADS     0x40u
enum { REASON_DETACH = 0, REASON_ATTACH = 1 };
enum { W_REASON, W_OUT, W_ROOT, W_RESULT, W_EXIT, W_CODE, W_TITLE }; /* f->words */

/* A file that is being loaded; what it imports is loaded in the midst of it. */
struct xg_loading {
    char path[XG_VFS_PATH];
    struct xg_module *dep[XG_MODULE_DEPS];
    uint32_t deps, depth;
    struct xg_loading *up;
};

static const char *file_name(const char *path)
{
    const char *name = path;
    for (; *path; path++)
        if (*path == '\\' || *path == '/' || *path == ':')
            name = path + 1;
    return name;
}

static void show_loads(struct xg_kernel *k, const struct xg_module *m)
{
    xg_kst16(k, m->entry + ENTRY_LOADS, (uint16_t)m->loads);
}

void xg_module_count(struct xg_kernel *k, struct xg_module *m)
{
    m->loads++;
    show_loads(k, m);
}

static bool has_entry(const struct xg_module *m)
{
    return m->image && m->image->entry && m->image->module_flags & XG_XEX_DLL;
}

/* ---- files ---- */

static struct xg_vfs_file *open_file(struct xg_kernel *k, const char *path)
{
    struct xg_vfs_file *file;
    return k->o.vfs && xg_vfs_open(k->o.vfs, path, &xg_vfs_to_read, &file, NULL) == XG_VFS_OK
               ? file
               : NULL;
}

/* The path as it is, else below `folder`, each also with ".xex" behind it. *path gets what was
 * found. */
static struct xg_vfs_file *find_file(struct xg_kernel *k, const char *folder, const char *name,
                                     char path[XG_VFS_PATH])
{
    static const char *const endings[] = {"", ".xex"};
    for (size_t i = 0; i < 2 * XG_COUNTOF(endings); i++) {
        const char *before = i < XG_COUNTOF(endings) ? "" : folder;
        const char *after = *before && (*name == '\\' || *name == '/') ? name + 1 : name;
        if (!*before && !strchr(name, ':') && *name != '\\')
            continue; /* no device */
        if (snprintf(path, XG_VFS_PATH, "%s%s%s", before, after,
                     endings[i % XG_COUNTOF(endings)]) >= (int)XG_VFS_PATH)
            continue;
        struct xg_vfs_file *file = open_file(k, path);
        if (file)
            return file;
    }
    return NULL;
}

/* ---- loading ---- */

static void release(struct xg_kernel *k, struct xg_module *m);

static struct xg_module *place(struct xg_kernel *k, struct xg_loading *l, const char *name,
                               struct xg_image *image)
{
    struct xg_module *m = xg_module_create(k, name, image, NULL);
    if (!m) {
        xg_image_unload(image, k->o.heaps);
        return NULL;
    }
    m->stage = XG_MODULE_NEW;
    memcpy(m->dep, l->dep, sizeof m->dep);
    m->deps = l->deps;
    return m;
}

static void begin(struct xg_kernel *k, struct xg_loading *l)
{
    l->up = k->loading;
    l->depth = l->up ? l->up->depth + 1 : 0;
    k->loading = l;
}

/* What a file that could not be loaded had loaded already. */
static void end(struct xg_kernel *k, struct xg_loading *l, bool ok)
{
    k->loading = l->up;
    for (uint32_t i = 0; !ok && i < l->deps; i++)
        release(k, l->dep[i]);
}

static struct xg_module *load_file(struct xg_kernel *k, const char *path, struct xg_vfs_file *file,
                                   struct xg_error *err)
{
    struct xg_loading l = {0};
    struct xg_image *image;
    struct xg_module *m = NULL;
    struct xg_loader_source source = {.path = path, .file = file, .keys = k->o.keys};
    snprintf(l.path, sizeof l.path, "%s", path);
    for (const struct xg_loading *up = k->loading; up; up = up->up)
        if (!xg_vfs_compare(file_name(up->path), file_name(path))) {
            xg_fail(err, XG_E_INPUT, "%s: its imports form a circle", path);
            return NULL;
        }
    begin(k, &l);
    bool ok = l.depth < DEPTH_MAX ||
              xg_fail(err, XG_E_INPUT, "%s: imports more than %u deep", path, DEPTH_MAX);
    ok = ok && xg_loader_load_source(&source, k->o.mem, k->o.heaps, &k->imports, &image, err);
    if (ok && !(m = place(k, &l, file_name(path), image)))
        ok = xg_fail(err, XG_E_INPUT, "%s: no memory for the module", path);
    end(k, &l, ok);
    return m;
}

struct xg_module *xg_module_load_bytes(struct xg_kernel *k, const char *name, const uint8_t *bytes,
                                       size_t size, struct xg_error *err)
{
    struct xg_loading l = {0};
    struct xg_image *image;
    struct xg_xex *xex = NULL;
    struct xg_module *m = NULL;
    snprintf(l.path, sizeof l.path, "%s", name);
    begin(k, &l);
    bool ok = xg_xex_parse(name, bytes, size, &xex, err) && xg_xex_expand(xex, k->o.keys, err) &&
              xg_xex_check_hashes(xex, err) &&
              xg_image_load(xex, k->o.mem, k->o.heaps, &k->imports, &image, err);
    xg_xex_close(xex);
    if (ok && !(m = place(k, &l, file_name(name), image)))
        ok = xg_fail(err, XG_E_INPUT, "%s: no memory for the module", name);
    end(k, &l, ok);
    return m;
}

uint32_t xg_module_load(struct xg_kernel *k, const char *name, struct xg_module **out)
{
    char path[XG_VFS_PATH];
    struct xg_error err = {0};
    *out = xg_module_named(k, name);
    if (*out) {
        xg_module_count(k, *out);
        return XG_ST_SUCCESS;
    }
    struct xg_vfs_file *file = find_file(k, "game:\\", name, path);
    if (!file)
        return NO_SUCH_FILE;
    *out = load_file(k, path, file, &err);
    xg_vfs_close(file);
    if (*out)
        return XG_ST_SUCCESS;
    xg_log(k, "a module cannot be loaded: %s", err.text);
    return INVALID_IMAGE;
}

struct xg_module *xg_module_imported(struct xg_kernel *k, const char *name, struct xg_error *err)
{
    struct xg_loading *l = k->loading;
    char folder[XG_VFS_PATH] = "game:\\", path[XG_VFS_PATH];
    struct xg_module *m = xg_module_named(k, name);
    for (uint32_t i = 0; m && l && i < l->deps; i++)
        if (l->dep[i] == m)
            return m;
    if (m && m->image == k->image)
        return m; /* the title stays anyhow */
    if (m) {
        xg_module_count(k, m);
    } else {
        size_t n = l ? (size_t)(file_name(l->path) - l->path) : 0;
        if (n && strchr(l->path, ':'))
            snprintf(folder, sizeof folder, "%.*s", (int)n, l->path);
        struct xg_vfs_file *file = find_file(k, folder, name, path);
        if (!file)
            file = find_file(k, "game:\\", name, path);
        m = file ? load_file(k, path, file, err) : NULL;
        xg_vfs_close(file);
    }
    if (m && l && l->deps < XG_MODULE_DEPS)
        l->dep[l->deps++] = m;
    return m;
}

/* ---- unloading ---- */

static void release(struct xg_kernel *k, struct xg_module *m)
{
    if (!m->image || m->image == k->image || !m->loads)
        return;
    m->loads--;
    show_loads(k, m);
    if (m->loads)
        return;
    m->attached = false;
    m->stage = m->stage == XG_MODULE_ATTACHED && has_entry(m) ? XG_MODULE_LEAVING : XG_MODULE_GONE;
    for (uint32_t i = 0; i < m->deps; i++)
        release(k, m->dep[i]);
    m->deps = 0;
}

static void bury(struct xg_kernel *k)
{
    for (struct xg_module *m = k->modules, *next; m; m = next) {
        next = m->next;
        if (m->stage == XG_MODULE_GONE)
            xg_module_free(k, m);
    }
}

/* ---- entry points ---- */

/* Whose entry point is to be called next, and why. false: nobody's. */
static bool next_call(struct xg_kernel *k, struct xg_module **out, uint32_t *reason)
{
    struct xg_module *leaving = NULL;
    for (struct xg_module *m = k->modules; m; m = m->next) {
        if (m->stage == XG_MODULE_LEAVING)
            leaving = m; /* the one that was loaded last, which imports the others */
        if (m->stage != XG_MODULE_NEW)
            continue;
        m->stage = has_entry(m) ? XG_MODULE_ATTACHING : XG_MODULE_ATTACHED;
        if (m->stage == XG_MODULE_ATTACHED)
            continue;
        *out = m;
        *reason = REASON_ATTACH;
        return true;
    }
    if (leaving)
        leaving->stage = XG_MODULE_DETACHING;
    *out = leaving;
    *reason = REASON_DETACH;
    return leaving != NULL;
}

static void call_entry(struct xg_kernel *k, struct xg_cpu_context *ctx, struct xg_frame *f,
                       struct xg_module *m, uint32_t reason)
{
    const uint32_t args[] = {m->entry, reason, 0};
    f->module = m;
    f->words[W_REASON] = reason;
    xg_frame_call(k, ctx, f, m->image->entry, args, 3);
}

/* After the last entry point: what the export answers. */
static void finish(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    const struct xg_frame *f = calls->top;
    uint32_t result = f->words[W_RESULT], code = f->words[W_CODE];
    xg_ga out = f->words[W_OUT], root = f->words[W_ROOT];
    bool exits = f->words[W_EXIT] != 0, title = f->words[W_TITLE] != 0;
    xg_frame_pop(calls, ctx);
    bury(k);
    if (title) {
        if (result)
            xg_exit_title(k, 1, "the entry point of a DLL that it imports failed");
        return;
    }
    ctx->gpr[3] = result;
    if (out && !result)
        xg_kst32(k, out, root);
    if (exits)
        xg_thread_exit(k, xg_current(k), code);
}

void xg_module_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    struct xg_frame *f = calls->top;
    struct xg_module *m = f->module;
    uint32_t reason = f->words[W_REASON];
    if (reason == REASON_DETACH) {
        m->stage = XG_MODULE_GONE;
    } else if ((uint32_t)ctx->gpr[3]) {
        m->stage = XG_MODULE_ATTACHED;
        m->attached = true;
    } else {
        struct xg_module *root = f->words[W_ROOT] ? xg_module_of(k, f->words[W_ROOT]) : NULL;
        xg_log(k, "the entry point of %s has failed", m->name);
        m->stage = XG_MODULE_NEW; /* it gets no detach */
        f->words[W_RESULT] = DLL_INIT_FAILED;
        if (root)
            release(k, root);
        if (m->stage == XG_MODULE_NEW)
            m->stage = XG_MODULE_ATTACHED; /* somebody else's, too */
    }
    if (next_call(k, &m, &reason))
        call_entry(k, ctx, f, m, reason);
    else
        finish(k, calls, ctx);
}

enum xg_kcall_result xg_modules_run(struct xg_kcall *call, struct xg_module *root, xg_ga out,
                                    const uint32_t *exit_code)
{
    struct xg_kernel *k = call->kernel;
    struct xg_module *m;
    uint32_t reason;
    xg_ga handle = root ? root->entry : 0;
    if (xg_current(k) && next_call(k, &m, &reason)) {
        struct xg_frame *f = xg_frame_push(k, xg_calls_now(k), call->ctx, XG_FRAME_MODULE, 0x20);
        if (!f)
            return XG_KCALL_STOP;
        f->words[W_OUT] = out;
        f->words[W_ROOT] = handle;
        f->words[W_EXIT] = exit_code != NULL;
        f->words[W_CODE] = exit_code ? *exit_code : 0;
        call_entry(k, call->ctx, f, m, reason);
        return XG_KCALL_RESCHEDULE;
    }
    bury(k);
    if (out)
        xg_kst32(k, out, handle);
    xg_kcall_return(call, XG_ST_SUCCESS);
    if (exit_code)
        xg_thread_exit(k, xg_current(k), *exit_code);
    return exit_code ? XG_KCALL_RESCHEDULE : XG_KCALL_DONE;
}

bool xg_modules_start(struct xg_kernel *k, struct xg_thread *t)
{
    struct xg_module *m;
    uint32_t reason;
    if (!next_call(k, &m, &reason))
        return true;
    struct xg_frame *f = xg_frame_push(k, &t->calls, &t->ctx, XG_FRAME_MODULE, 0x20);
    if (!f)
        return false;
    f->words[W_TITLE] = 1;
    call_entry(k, &t->ctx, f, m, reason);
    return true;
}

void xg_module_unload(struct xg_kernel *k, struct xg_module *m)
{
    release(k, m);
}
