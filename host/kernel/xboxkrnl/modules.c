/* Modules: loading and unloading DLLs, their exports and resources. A DLL's entry point is called
 * with (handle, reason, 0) in the guest before the export answers. */
#include "kernel/internal.h"

#include <stdio.h>
#include <stdlib.h>

#define DLL_NOT_FOUND        0xC0000135u
#define DLL_INIT_FAILED      0xC0000142u
#define ENTRYPOINT_NOT_FOUND 0xC0000263u
#define NOT_FOUND            0xC0000225u
#define NO_SUCH_FILE         0xC000000Fu
#define INVALID_IMAGE        0xC000007Bu
#define MEMORY_MAX           0x10000000u
enum { REASON_DETACH = 0, REASON_ATTACH = 1 };
enum { ENTRY_LOADS = 0x40 };
enum { W_REASON, W_OUT, W_EXIT, W_CODE }; /* f->words */

static void read_text(struct xg_kcall *call, xg_ga at, char *text, uint32_t size)
{
    uint32_t n = 0;
    while (at && n + 1 < size && (text[n] = (char)xg_kcall_ld8(call, at + n)))
        n++;
    text[n] = 0;
}

static void count(struct xg_kernel *k, struct xg_module *m, int by)
{
    m->loads += (uint32_t)by;
    xg_kst16(k, m->entry + ENTRY_LOADS, (uint16_t)m->loads);
}

/* ---- calls of the entry point ---- */

static enum xg_kcall_result call_entry(struct xg_kcall *call, struct xg_module *m, uint32_t reason,
                                       xg_ga out)
{
    struct xg_kernel *k = call->kernel;
    const uint32_t args[] = {m->entry, reason, 0};
    struct xg_frame *f = xg_frame_push(k, xg_calls_now(k), call->ctx, XG_FRAME_MODULE, 0x20);
    if (!f)
        return XG_KCALL_STOP;
    f->module = m;
    f->words[W_REASON] = reason;
    f->words[W_OUT] = out;
    xg_frame_call(k, call->ctx, f, m->image->entry, args, 3);
    return XG_KCALL_RESCHEDULE;
}

void xg_module_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    struct xg_frame *f = calls->top;
    struct xg_module *m = f->module;
    bool attached = f->words[W_REASON] == REASON_ATTACH && (uint32_t)ctx->gpr[3] != 0;
    bool attaching = f->words[W_REASON] == REASON_ATTACH;
    xg_ga out = f->words[W_OUT];
    bool exits = f->words[W_EXIT] != 0;
    uint32_t code = f->words[W_CODE];
    xg_frame_pop(calls, ctx);
    ctx->gpr[3] = attaching && !attached ? DLL_INIT_FAILED : XG_ST_SUCCESS;
    m->attached = attached;
    if (attached)
        xg_kst32(k, out, m->entry);
    else
        xg_module_free(k, m);
    if (exits)
        xg_thread_exit(k, xg_current(k), code);
}

/* ---- loading ---- */

static enum xg_kcall_result attach(struct xg_kcall *call, const char *name, struct xg_image *image,
                                   xg_ga out)
{
    struct xg_kernel *k = call->kernel;
    struct xg_module *m = xg_module_create(k, name, image, NULL);
    if (!m) {
        xg_image_unload(image, k->o.heaps);
        return xg_kcall_return(call, XG_ST_NO_MEMORY);
    }
    if (image->entry && image->module_flags & XG_XEX_DLL && xg_current(k))
        return call_entry(call, m, REASON_ATTACH, out);
    xg_kcall_st32(call, out, m->entry);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

static const char *file_name(const char *path)
{
    const char *name = path;
    for (; *path; path++)
        if (*path == '\\' || *path == '/' || *path == ':')
            name = path + 1;
    return name;
}

/* A name without a device is looked for where the title came from. */
static struct xg_vfs_file *open_module(struct xg_kernel *k, const char *name)
{
    char path[XG_VFS_PATH];
    struct xg_vfs_file *file;
    bool whole = strchr(name, ':') || name[0] == '\\';
    if (!k->o.vfs ||
        snprintf(path, sizeof path, "%s%s", whole ? "" : "game:\\", name) >= (int)sizeof path)
        return NULL;
    return xg_vfs_open(k->o.vfs, path, &xg_vfs_to_read, &file, NULL) == XG_VFS_OK ? file : NULL;
}

/* name, flags, least version, handle*. */
enum xg_kcall_result xg_x_XexLoadImage(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    char name[XG_VFS_PATH];
    xg_ga out = xg_kcall_u32(call, 3);
    struct xg_error err = {0};
    struct xg_image *image;
    read_text(call, xg_kcall_u32(call, 0), name, sizeof name);
    xg_kcall_st32(call, out, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    struct xg_module *m = xg_module_named(k, name);
    if (m) {
        count(k, m, 1);
        xg_kcall_st32(call, out, m->entry);
        return xg_kcall_return(call, XG_ST_SUCCESS);
    }
    struct xg_vfs_file *file = open_module(k, name);
    if (!file)
        return xg_kcall_return(call, NO_SUCH_FILE);
    struct xg_loader_source source = {.path = name, .file = file, .keys = k->o.keys};
    bool ok = xg_loader_load_source(&source, k->o.mem, k->o.heaps, &k->imports, &image, &err);
    xg_vfs_close(file);
    if (!ok) {
        xg_log(k, "XexLoadImage: %s", err.text);
        return xg_kcall_return(call, INVALID_IMAGE);
    }
    return attach(call, file_name(name), image, out);
}

/* bytes, size, name, flags, least version, handle*. */
enum xg_kcall_result xg_x_XexLoadImageFromMemory(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t size = xg_kcall_u32(call, 1);
    char name[XG_VFS_PATH];
    xg_ga out = xg_kcall_u32(call, 5);
    struct xg_error err = {0};
    struct xg_image *image = NULL;
    struct xg_xex *xex = NULL;
    read_text(call, xg_kcall_u32(call, 2), name, sizeof name);
    xg_kcall_st32(call, out, 0);
    xg_ga from = xg_kcall_u32(call, 0);
    xg_kcall_ld32(call, from); /* before room is made for all of it */
    if (size)
        xg_kcall_ld8(call, from + size - 1);
    if (call->faulted)
        return XG_KCALL_FAULT;
    uint8_t *bytes = size <= MEMORY_MAX ? malloc(size ? size : 1) : NULL;
    if (!bytes)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    bool ok = xg_kcall_read(call, from, bytes, size) &&
              xg_xex_parse(name, bytes, size, &xex, &err) && xg_xex_expand(xex, k->o.keys, &err) &&
              xg_xex_check_hashes(xex, &err) &&
              xg_image_load(xex, k->o.mem, k->o.heaps, &k->imports, &image, &err);
    free(bytes);
    xg_xex_close(xex);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!ok) {
        xg_log(k, "XexLoadImageFromMemory: %s", err.text);
        return xg_kcall_return(call, INVALID_IMAGE);
    }
    return attach(call, file_name(name), image, out);
}

/* Takes one load away from the module in argument 0. */
static enum xg_kcall_result unload(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga handle = xg_kcall_u32(call, 0);
    struct xg_module *m = handle ? xg_module_of(k, handle) : NULL;
    if (!m)
        return xg_kcall_return(call, XG_ST_INVALID_HANDLE);
    if (!m->image || m->image == k->image || m->loads > 1) {
        if (m->loads > 1)
            count(k, m, -1);
        return xg_kcall_return(call, XG_ST_SUCCESS);
    }
    m->attached = false;
    if (m->image->entry && m->image->module_flags & XG_XEX_DLL && xg_current(k))
        return call_entry(call, m, REASON_DETACH, 0);
    xg_module_free(k, m);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

enum xg_kcall_result xg_x_XexUnloadImage(struct xg_kcall *call)
{
    return unload(call);
}

/* handle, exit code: for threads whose own code is in the module. */
enum xg_kcall_result xg_x_XexUnloadImageAndExitThread(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t code = xg_kcall_u32(call, 1);
    if (!xg_current(k) || k->running->dpc_active)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    enum xg_kcall_result r = unload(call);
    if (r == XG_KCALL_RESCHEDULE) {
        struct xg_frame *f = xg_calls_now(k)->top;
        f->words[W_EXIT] = 1;
        f->words[W_CODE] = code;
        return r;
    }
    if (r == XG_KCALL_DONE)
        xg_thread_exit(k, xg_current(k), code);
    return r == XG_KCALL_DONE ? XG_KCALL_RESCHEDULE : r;
}

/* ---- questions ---- */

/* name or 0 for the title, handle*. */
enum xg_kcall_result xg_x_XexGetModuleHandle(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga name_at = xg_kcall_u32(call, 0), out = xg_kcall_u32(call, 1);
    char name[XG_VFS_PATH];
    read_text(call, name_at, name, sizeof name);
    struct xg_module *m = name_at ? xg_module_named(k, name) : xg_module_of(k, 0);
    xg_kcall_st32(call, out, m ? m->entry : 0);
    return xg_kcall_return(call, m ? XG_ST_SUCCESS : DLL_NOT_FOUND);
}

/* Address of an export by ordinal, or by name where the module has names. */
static xg_ga export_of(struct xg_kcall *call, const struct xg_module *m, uint32_t which)
{
    struct xg_kernel *k = call->kernel;
    char name[256];
    if (m->exports) {
        int row = which < 0x10000 ? xg_export_find(m->exports, (uint16_t)which) : -1;
        return row < 0 ? 0 : xg_export_address(k, row);
    }
    const struct xg_xex_export *e;
    if (which >= 0x10000) {
        read_text(call, which, name, sizeof name);
        e = xg_image_export_named(m->image, name);
    } else {
        e = xg_image_export(m->image, which);
    }
    return e ? e->address : 0;
}

/* handle or 0 for the title, ordinal or name, address*. */
enum xg_kcall_result xg_x_XexGetProcedureAddress(struct xg_kcall *call)
{
    xg_ga out = xg_kcall_u32(call, 2);
    struct xg_module *m = xg_module_of(call->kernel, xg_kcall_u32(call, 0));
    xg_kcall_st32(call, out, 0);
    if (!m)
        return xg_kcall_return(call, XG_ST_INVALID_HANDLE);
    xg_ga address = call->faulted ? 0 : export_of(call, m, xg_kcall_u32(call, 1));
    if (!address)
        return xg_kcall_return(call, ENTRYPOINT_NOT_FOUND);
    xg_kcall_st32(call, out, address);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* handle, name of a resource, address*, size*. */
enum xg_kcall_result xg_x_XexGetModuleSection(struct xg_kcall *call)
{
    char name[9];
    struct xg_module *m = xg_module_of(call->kernel, xg_kcall_u32(call, 0));
    read_text(call, xg_kcall_u32(call, 1), name, sizeof name);
    if (!m)
        return xg_kcall_return(call, XG_ST_INVALID_HANDLE);
    for (size_t i = 0; m->image && i < m->image->resource_count; i++) {
        const struct xg_xex_resource *r = &m->image->resources[i];
        if (strcmp(r->name, name) != 0)
            continue;
        xg_kcall_st32(call, xg_kcall_u32(call, 2), r->address);
        xg_kcall_st32(call, xg_kcall_u32(call, 3), r->size);
        return xg_kcall_return(call, XG_ST_SUCCESS);
    }
    return xg_kcall_return(call, NOT_FOUND);
}

/* Header of the module that holds an address; 0: none. address, handle*. */
enum xg_kcall_result xg_x_XexPcToFileHeader(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga pc = xg_kcall_u32(call, 0), out = xg_kcall_u32(call, 1);
    const struct xg_module *m = k->modules;
    while (m && (!m->image || pc < m->image->base || pc - m->image->base >= m->image->size))
        m = m->next;
    if (out)
        xg_kcall_st32(call, out, m ? m->entry : 0);
    return xg_kcall_return(call, m ? m->image->header : 0);
}
