/* What the kernel has laid into guest memory, for the map. */
#include "kernel/internal.h"

#include <stdio.h>

static void tell(xg_kernel_area_fn *fn, void *ctx, const char *kind, const char *name, xg_ga base,
                 uint32_t size)
{
    struct xg_kernel_area a = {.kind = kind, .base = base, .size = size};
    snprintf(a.name, sizeof a.name, "%s", name);
    if (size)
        fn(ctx, &a);
}

static void module_areas(const struct xg_kernel *k, xg_kernel_area_fn *fn, void *ctx)
{
    for (const struct xg_module *m = k->modules; m; m = m->next)
        for (size_t i = 0; m->image && i < m->image->section_count; i++) {
            const struct xg_pe_section *s = &m->image->sections[i];
            char name[80];
            snprintf(name, sizeof name, "%s %s", m->name, s->name);
            tell(fn, ctx, "section", name, m->image->base + s->rva, s->size);
        }
}

void xg_kernel_areas(const struct xg_kernel *k, xg_kernel_area_fn *fn, void *ctx)
{
    char name[32];
    for (unsigned i = 0; i < XG_CPUS; i++) {
        snprintf(name, sizeof name, "hardware thread %u", i);
        tell(fn, ctx, "kpcr", name, k->hw[i].kpcr, KPCR_SIZE);
        tell(fn, ctx, "dpc stack", name, k->hw[i].dpc_limit,
             k->hw[i].dpc_stack - k->hw[i].dpc_limit);
    }
    tell(fn, ctx, "code", "return trampoline", k->code, XG_PAGE_SIZE);
    tell(fn, ctx, "code", "thunks", k->thunks, XG_PAGE_SIZE);
    module_areas(k, fn, ctx);
    for (const struct xg_object *o = k->objects; o; o = o->next) {
        const struct xg_thread *t = xg_object_thread(o);
        if (!t || t->state == XG_THREAD_TERMINATED)
            continue;
        snprintf(name, sizeof name, "thread %u", t->id);
        tell(fn, ctx, "stack", name, t->stack_limit, t->stack_base - t->stack_limit);
        tell(fn, ctx, "kthread", name, o->body, KT_SIZE);
    }
    if (k->video.ring_bytes)
        tell(fn, ctx, "ring", "through window A", 0xA0000000u + k->video.ring, k->video.ring_bytes);
}
