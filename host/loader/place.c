/* Placing an expanded image in guest memory and linking it to the kernel's exports. */
#include "loader/internal.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_STACK 0x40000u

struct placing {
    const struct xg_xex *xex;
    struct xg_memory *mem;
    struct xg_heaps *heaps;
    const struct xg_loader_imports *imports;
    struct xg_image *image;
};

static bool store(const struct placing *p, xg_ga ga, const void *bytes, uint32_t size,
                  struct xg_error *err)
{
    struct xg_fault f;
    if (xg_memory_write(p->mem, ga, bytes, size, &f))
        return true;
    return xg_fail(err, XG_E_INPUT, "%s: cannot write the image at %08X (%s)", p->xex->path,
                   f.address, xg_fault_name(f.kind));
}

static bool store32(const struct placing *p, xg_ga ga, uint32_t v, struct xg_error *err)
{
    uint8_t b[4];
    xg_st32be(b, v);
    return store(p, ga, b, sizeof b, err);
}

static void module_name(const char *stored, char out[64])
{
    size_t n = strcspn(stored, ".");
    n = n < 63 ? n : 63;
    memcpy(out, stored, n);
    out[n] = 0;
}

static bool link_import(void *ctx, const struct xg_xex_import *m, struct xg_error *err)
{
    const struct placing *p = ctx;
    char module[64];
    module_name(m->library->name, module);
    struct xg_error local = {0};
    if (!err)
        err = &local;
    if (m->function) {
        uint32_t words[4];
        if (!p->imports->function(p->imports->ctx, module, m->ordinal, words, err))
            return xg_fail(err, XG_E_INPUT, "%s: imports function %u (%#x) of %s, which is unknown",
                           p->xex->path, m->ordinal, m->ordinal, m->library->name);
        for (unsigned i = 0; i < 4; i++)
            if (!store32(p, m->thunk + 4 * i, words[i], err))
                return false;
        return !m->slot || store32(p, m->slot, m->thunk, err);
    }
    xg_ga address = 0;
    if (!p->imports->variable(p->imports->ctx, module, m->ordinal, &address, err))
        return xg_fail(err, XG_E_INPUT, "%s: imports variable %u (%#x) of %s, which is unknown",
                       p->xex->path, m->ordinal, m->ordinal, m->library->name);
    return store32(p, m->slot, address, err);
}

static unsigned rights(uint32_t type)
{
    switch (type) {
    case 1:
        return XG_PAGE_R | XG_PAGE_X;
    case 3:
        return XG_PAGE_R;
    default:
        return XG_PAGE_R | XG_PAGE_W;
    }
}

static uint32_t protection(unsigned rwx)
{
    if (rwx & XG_PAGE_X)
        return rwx & XG_PAGE_W ? XG_PAGE_EXECUTE_READWRITE : XG_PAGE_EXECUTE_READ;
    return rwx & XG_PAGE_W ? XG_PAGE_READWRITE : XG_PAGE_READONLY;
}

/* A heap page may hold several image pages (4 KiB pages in the 64 KiB region): it gets
 * the rights of all of them. */
static unsigned rights_of_page(const struct xg_xex *xex, uint32_t offset, uint32_t size)
{
    unsigned rwx = 0;
    for (size_t i = 0; i < xex->page_count; i++) {
        const struct xg_xex_pages *d = &xex->pages[i];
        uint64_t end = d->offset + (uint64_t)d->count * xex->page_size;
        if (d->offset < (uint64_t)offset + size && end > offset)
            rwx |= rights(d->type);
    }
    return rwx;
}

static bool protect(const struct placing *p, uint32_t page, struct xg_error *err)
{
    struct xg_heap *heap = xg_heaps_at(p->heaps, p->xex->base);
    for (uint32_t o = 0; o < p->image->size;) {
        unsigned rwx = rights_of_page(p->xex, o, page);
        uint32_t n = page, old;
        while (o + n < p->image->size && rights_of_page(p->xex, o + n, page) == rwx)
            n += page;
        if (xg_heap_protect(heap, p->xex->base + o, n, protection(rwx), &old) != XG_HEAP_OK)
            return xg_fail(err, XG_E_INPUT, "%s: cannot protect the image at %08X", p->xex->path,
                           p->xex->base + o);
        o += n;
    }
    return true;
}

static bool reserve(const struct placing *p, uint32_t *page, struct xg_error *err)
{
    const struct xg_xex *xex = p->xex;
    const struct xg_region *r = xg_memory_region_of(p->mem, xex->base);
    if (!r || r->kind != XG_REGION_IMAGE)
        return xg_fail(err, XG_E_INPUT, "%s: the image base %08X is outside the regions for images",
                       xex->path, xex->base);
    uint64_t size = ((uint64_t)xex->image_size + r->page_size - 1) & -(uint64_t)r->page_size;
    if (xex->base % r->page_size || size > r->size - (xex->base - r->base))
        return xg_fail(err, XG_E_INPUT,
                       "%s: an image of %#x bytes at %08X does not fit into the region %s",
                       xex->path, xex->image_size, xex->base, r->name);
    if (xg_heap_alloc_at(xg_heaps_at(p->heaps, xex->base), xex->base, (uint32_t)size,
                         XG_MEM_RESERVE | XG_MEM_COMMIT, XG_PAGE_READWRITE) != XG_HEAP_OK)
        return xg_fail(err, XG_E_INPUT, "%s: the addresses %08X-%08X of the image are taken",
                       xex->path, xex->base, xex->base + (uint32_t)size - 1);
    p->image->base = xex->base;
    p->image->size = (uint32_t)size;
    *page = r->page_size;
    return true;
}

/* Titles read the XEX header through XexExecutableModuleHandle +58. ELF programs
 * have none. */
static bool copy_header(const struct placing *p, struct xg_error *err)
{
    if (!p->xex->header_size)
        return true;
    struct xg_heap *heap = xg_heaps_named(p->heaps, "v00000000");
    xg_ga at = 0;
    if (!heap || xg_heap_alloc(heap, p->xex->header_size, 0, XG_MEM_RESERVE | XG_MEM_COMMIT,
                               XG_PAGE_READWRITE, 0x10000, 0x3FFFFFFF, &at) != XG_HEAP_OK)
        return xg_fail(err, XG_E_INPUT, "%s: no guest memory for the XEX header (%u bytes)",
                       p->xex->path, p->xex->header_size);
    p->image->header = at;
    p->image->header_size = p->xex->header_size;
    return store(p, at, p->xex->file, p->xex->header_size, err);
}

/* A library of a later version than the one there would lack exports. */
static bool check_versions(const struct placing *p, struct xg_error *err)
{
    for (size_t i = 0; p->imports->version && i < p->xex->library_count; i++) {
        const struct xg_xex_library *l = &p->xex->libraries[i];
        char module[64];
        uint32_t have;
        module_name(l->name, module);
        if (p->imports->version(p->imports->ctx, module, &have) && l->min_version > have)
            return xg_fail(err, XG_E_INPUT,
                           "%s: needs %s of version %u.%u.%u.%u or later, not %u.%u.%u.%u",
                           p->xex->path, l->name, l->min_version >> 28, l->min_version >> 24 & 15,
                           l->min_version >> 8 & 0xFFFF, l->min_version & 0xFF, have >> 28,
                           have >> 24 & 15, have >> 8 & 0xFFFF, have & 0xFF);
    }
    return true;
}

static bool check_entry(const struct xg_xex *xex, struct xg_error *err)
{
    bool inside = xex->entry >= xex->base && !(xex->entry & 3) &&
                  xg_xex_inside(xex->entry - xex->base, 4, xex->image_size);
    if (inside || (xex->entry == 0 && xex->module_flags & XG_XEX_DLL))
        return true;
    return xg_fail(err, XG_E_INPUT, "%s: the entry point %08X lies outside the image", xex->path,
                   xex->entry);
}

static bool check_tls(const struct xg_xex *xex, struct xg_error *err)
{
    const struct xg_tls_info *t = &xex->tls;
    bool template_ok =
        t->raw_size == 0 ||
        (t->data >= xex->base && xg_xex_inside(t->data - xex->base, t->raw_size, xex->image_size));
    if (template_ok && t->raw_size <= t->data_size && t->data_size <= 0x100000 &&
        t->slots <= 0x1000)
        return true;
    return xg_fail(err, XG_E_INPUT,
                   "%s: damaged XEX2 file: impossible thread-local storage (%u slots, template "
                   "%08X, %u of %u bytes)",
                   xex->path, t->slots, t->data, t->raw_size, t->data_size);
}

static bool describe(const struct placing *p, struct xg_error *err)
{
    const struct xg_xex *xex = p->xex;
    struct xg_image *m = p->image;
    const char *slash = strrchr(xex->path, '/');
    module_name(xex->pe_name[0] ? xex->pe_name : slash ? slash + 1 : xex->path, m->name);
    m->path = strdup(xex->path);
    m->entry = xex->entry;
    m->module_flags = xex->module_flags;
    m->image_flags = xex->image_flags;
    m->stack_size = xex->stack_size ? xex->stack_size : DEFAULT_STACK;
    m->heap_size = xex->heap_size;
    m->workspace_size = xex->workspace_size;
    m->privileges = xex->privileges;
    m->tls = xex->tls;
    m->execution = xex->execution;
    m->exports = xg_exports_copy(xex->exports, xex->export_count);
    m->export_count = m->exports ? xex->export_count : 0;
    m->resources = calloc(xex->resource_count + 1, sizeof *m->resources);
    m->pdata = xex->pe.pdata_size ? xex->base + xex->pe.pdata_rva : 0;
    m->pdata_size = xex->pe.pdata_size;
    m->sections = calloc(xex->pe.section_count + 1, sizeof *m->sections);
    if (!m->path || !m->sections || !m->exports || !m->resources)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", xex->path);
    if (xex->pe.section_count)
        memcpy(m->sections, xex->pe.sections, xex->pe.section_count * sizeof *m->sections);
    m->section_count = xex->pe.section_count;
    if (xex->resource_count)
        memcpy(m->resources, xex->resources, xex->resource_count * sizeof *m->resources);
    m->resource_count = xex->resource_count;
    return true;
}

static bool place(struct placing *p, struct xg_error *err)
{
    uint32_t page = 0;
    return check_entry(p->xex, err) && check_tls(p->xex, err) && check_versions(p, err) &&
           describe(p, err) && reserve(p, &page, err) && copy_header(p, err) &&
           store(p, p->xex->base, p->xex->image, p->xex->image_size, err) &&
           xg_xex_each_import(p->xex, link_import, p, err) && protect(p, page, err);
}

bool xg_image_load(const struct xg_xex *xex, struct xg_memory *mem, struct xg_heaps *heaps,
                   const struct xg_loader_imports *imports, struct xg_image **out,
                   struct xg_error *err)
{
    *out = NULL;
    struct xg_image *image = calloc(1, sizeof *image);
    if (!image)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", xex->path);
    struct placing p = {xex, mem, heaps, imports, image};
    if (!place(&p, err)) {
        xg_image_unload(image, heaps);
        return false;
    }
    xg_symbols_load(image, xex->path);
    *out = image;
    return true;
}

void xg_image_free(struct xg_image *image)
{
    if (!image)
        return;
    for (size_t i = 0; i < image->symbol_count; i++)
        free(image->symbols[i].name);
    free(image->symbols);
    free(image->sections);
    free(image->resources);
    xg_exports_free(image->exports, image->export_count);
    free(image->path);
    free(image);
}

void xg_image_unload(struct xg_image *image, struct xg_heaps *heaps)
{
    uint32_t size;
    if (!image)
        return;
    if (image->size)
        xg_heap_release(xg_heaps_at(heaps, image->base), image->base, &size);
    if (image->header)
        xg_heap_release(xg_heaps_at(heaps, image->header), image->header, &size);
    xg_image_free(image);
}
