/* Loaded modules. A handle is the address of a loader entry: 18/1C base, 20 size, 24 and 2C name
 * (UTF-16), 34 flags, 3C entry point, 40 loads, 44 base, 58 copy of the headers. */
#include "kernel/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum {
    ENTRY_FULL_NAME = 0x24, /* UNICODE_STRINGs */
    ENTRY_BASE_NAME = 0x2C,
    ENTRY_LOADS = 0x40,
    ENTRY_NAME = 0x64, /* their text */
    ENTRY_SIZE = ENTRY_NAME + 2 * 64,
};

static void fill_entry(struct xg_kernel *k, const struct xg_module *module)
{
    const struct xg_image *m = module->image;
    xg_ga e = module->entry;
    uint16_t length = (uint16_t)(2 * strlen(module->name));
    for (size_t i = 0; module->name[i]; i++)
        xg_kst16(k, e + ENTRY_NAME + 2 * (uint32_t)i, (uint8_t)module->name[i]);
    for (xg_ga at = e + ENTRY_FULL_NAME; at <= e + ENTRY_BASE_NAME; at += 8) {
        xg_kst16(k, at, length);
        xg_kst16(k, at + 2, length + 2);
        xg_kst32(k, at + 4, e + ENTRY_NAME);
    }
    xg_kst16(k, e + ENTRY_LOADS, 1);
    if (!m)
        return;
    xg_kst32(k, e + 0x18, m->base);
    xg_kst32(k, e + 0x1C, m->base);
    xg_kst32(k, e + 0x20, m->size);
    xg_kst32(k, e + 0x34, m->module_flags);
    xg_kst32(k, e + 0x38, m->size);
    xg_kst32(k, e + 0x3C, m->entry);
    xg_kst32(k, e + 0x44, m->base);
    xg_kst32(k, e + 0x58, m->header);
}

struct xg_module *xg_module_create(struct xg_kernel *k, const char *name, struct xg_image *image,
                                   const char *exports)
{
    struct xg_module *m = calloc(1, sizeof *m), **at = &k->modules;
    if (!m || !(m->entry = xg_pool_alloc(k, ENTRY_SIZE, 0x4D72644C))) {
        free(m);
        return NULL;
    }
    snprintf(m->name, sizeof m->name, "%s", name);
    m->image = image;
    m->exports = exports;
    m->loads = 1;
    fill_entry(k, m);
    while (*at)
        at = &(*at)->next;
    *at = m;
    if (image)
        xg_cpu_image_loaded(k->o.cpu, &(struct xg_cpu_image){image->base, image->size, image->entry,
                                                             image->pdata, image->pdata_size});
    return m;
}

void xg_module_free(struct xg_kernel *k, struct xg_module *m)
{
    struct xg_module **at = &k->modules;
    while (*at != m)
        at = &(*at)->next;
    *at = m->next;
    if (m->image && m->image != k->image) {
        xg_cpu_invalidate(k->o.cpu, m->image->base, m->image->size);
        if (k->parallel)
            xg_parallel_invalidate(k->parallel, m->image->base, m->image->size);
        xg_image_unload(m->image, k->o.heaps);
    }
    xg_pool_free(k, m->entry);
    free(m);
}

void xg_modules_destroy(struct xg_kernel *k)
{
    while (k->modules) {
        struct xg_module *m = k->modules;
        k->modules = m->next;
        if (m->image && m->image != k->image)
            xg_image_free(m->image);
        free(m);
    }
}

/* Last part of a path. */
static const char *base_name(const char *path)
{
    const char *name = path;
    for (; *path; path++)
        if (*path == '\\' || *path == '/' || *path == ':')
            name = path + 1;
    return name;
}

/* A name without an extension means "name.xex" as well. */
static bool same_name(const char *name, const char *asked)
{
    size_t n = strlen(asked);
    return !strcasecmp(name, asked) || (!strchr(asked, '.') && !strncasecmp(name, asked, n) &&
                                        (!strcasecmp(name + n, ".xex") || !name[n]));
}

struct xg_module *xg_module_named(struct xg_kernel *k, const char *name)
{
    struct xg_module *m = k->modules;
    name = base_name(name);
    while (m && (!m->loads || !same_name(m->name, name)))
        m = m->next;
    return m;
}

struct xg_module *xg_module_of(struct xg_kernel *k, xg_ga handle)
{
    struct xg_module *m = k->modules;
    while (m && (handle ? m->entry != handle : m->image != k->image))
        m = m->next;
    return m;
}

const struct xg_image *xg_image_of(const struct xg_kernel *k, xg_ga pc)
{
    for (const struct xg_module *m = k->modules; m; m = m->next)
        if (m->image && pc >= m->image->base && pc - m->image->base < m->image->size)
            return m->image;
    /* Before a title has started, and for functions outside of every image. */
    return k->image;
}
