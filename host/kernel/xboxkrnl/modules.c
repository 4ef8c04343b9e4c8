/* Modules: loading and unloading DLLs, their exports and resources. A DLL's entry point is called
 * with (handle, reason, 0) in the guest before the export answers. */
#include "kernel/internal.h"

#include <stdlib.h>

#define DLL_NOT_FOUND        0xC0000135u
#define ENTRYPOINT_NOT_FOUND 0xC0000263u
#define NOT_FOUND            0xC0000225u
#define INVALID_IMAGE        0xC000007Bu
#define MEMORY_MAX           0x10000000u

static void read_text(struct xg_kcall *call, xg_ga at, char *text, uint32_t size)
{
    uint32_t n = 0;
    while (at && n + 1 < size && (text[n] = (char)xg_kcall_ld8(call, at + n)))
        n++;
    text[n] = 0;
}

/* name, flags, least version, handle*. A name without a device is looked for where the title came
 * from. */
enum xg_kcall_result xg_x_XexLoadImage(struct xg_kcall *call)
{
    char name[XG_VFS_PATH];
    xg_ga out = xg_kcall_u32(call, 3);
    struct xg_module *m;
    read_text(call, xg_kcall_u32(call, 0), name, sizeof name);
    xg_kcall_st32(call, out, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    uint32_t status = xg_module_load(call->kernel, name, &m);
    return status ? xg_kcall_return(call, status) : xg_modules_run(call, m, out, NULL);
}

/* bytes, size, name, flags, least version, handle*. */
enum xg_kcall_result xg_x_XexLoadImageFromMemory(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t size = xg_kcall_u32(call, 1);
    char name[XG_VFS_PATH];
    xg_ga out = xg_kcall_u32(call, 5);
    struct xg_error err = {0};
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
    struct xg_module *m = NULL;
    if (xg_kcall_read(call, from, bytes, size))
        m = xg_module_load_bytes(k, name, bytes, size, &err);
    free(bytes);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!m) {
        xg_log(k, "XexLoadImageFromMemory: %s", err.text);
        return xg_kcall_return(call, INVALID_IMAGE);
    }
    return xg_modules_run(call, m, out, NULL);
}

/* Takes one load away from the module in argument 0; exit_code: the thread ends then. */
static enum xg_kcall_result unload(struct xg_kcall *call, const uint32_t *exit_code)
{
    struct xg_kernel *k = call->kernel;
    xg_ga handle = xg_kcall_u32(call, 0);
    struct xg_module *m = handle ? xg_module_of(k, handle) : NULL;
    if (!m || !m->loads)
        return xg_kcall_return(call, XG_ST_INVALID_HANDLE);
    xg_module_unload(k, m);
    return xg_modules_run(call, NULL, 0, exit_code);
}

enum xg_kcall_result xg_x_XexUnloadImage(struct xg_kcall *call)
{
    return unload(call, NULL);
}

/* handle, exit code: for threads whose own code is in the module. A handle that is none ends the
 * thread, too. */
enum xg_kcall_result xg_x_XexUnloadImageAndExitThread(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t code = xg_kcall_u32(call, 1);
    if (!xg_current(k) || k->running->dpc_active)
        return xg_kcall_return(call, XG_ST_INVALID_PARAMETER);
    enum xg_kcall_result r = unload(call, &code);
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
