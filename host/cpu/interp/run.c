/* The run loop, the pages of decoded instructions, and the slow path of memory. */
#include "cpu/interp/interp.h"

#include <stdlib.h>
#include <string.h>

#define XG_PAGES (1u << (32 - XG_PAGE_SHIFT))

/* Handler of an entry that has not been decoded: decodes it in place and runs it. */
static enum xg_flow op_decode_now(struct xg_cpu_context *c, struct xg_interp *t,
                                  const struct xg_op *op)
{
    struct xg_op *entry = (struct xg_op *)op; /* entries belong to pages, which are not const */
    xg_ga pc = op->pc;
    if (!(xg_memory_access(t->mem, pc) & XG_PAGE_CODE))
        xg_memory_mark_code(t->mem, pc & ~(XG_PAGE_SIZE - 1), XG_PAGE_SIZE);
    uint8_t word[4];
    xg_guest_copy(word, t->mem->base + pc, 4);
    xg_op_decode(entry, xg_ld32be(word), pc);
    return entry->fn(c, t, entry);
}

static enum xg_flow op_page_end(struct xg_cpu_context *c, struct xg_interp *t,
                                const struct xg_op *op)
{
    XG_OP_UNUSED;
    return XG_FLOW_PAGE;
}

static void page_forget(struct xg_op_page *page)
{
    for (unsigned i = 0; i < XG_OPS_PER_PAGE; i++)
        page->op[i].fn = op_decode_now;
}

static struct xg_op_page *page_create(xg_ga ga)
{
    struct xg_op_page *page = calloc(1, sizeof *page);
    if (!page)
        abort(); /* 32 KiB of host memory: nothing sensible can follow */
    page->ga = ga;
    for (unsigned i = 0; i <= XG_OPS_PER_PAGE; i++)
        page->op[i] = (struct xg_op){.fn = op_decode_now, .pc = ga + i * 4};
    page->op[XG_OPS_PER_PAGE].fn = op_page_end;
    return page;
}

/* Called before the bytes of a page with decoded code change. */
static void on_code_written(void *ctx, xg_ga ga)
{
    struct xg_interp *t = ctx;
    struct xg_op_page *page = t->pages[ga >> XG_PAGE_SHIFT];
    if (page)
        page_forget(page);
}

/* The decoded page that c->pc lies in; NULL after a fetch fault. */
static struct xg_op_page *page_enter(struct xg_interp *t, struct xg_cpu_context *c)
{
    uint32_t number = c->pc >> XG_PAGE_SHIFT;
    uint8_t access = xg_memory_access(t->mem, c->pc);
    struct xg_op_page *page = t->pages[number];
    if (XG_LIKELY(page && (access & (XG_PAGE_X | XG_PAGE_CODE)) == (XG_PAGE_X | XG_PAGE_CODE)))
        return page;
    if (!(access & XG_PAGE_X)) {
        xg_interp_fault(c, XG_FAULT_FETCH, c->pc);
        return NULL;
    }
    xg_ga ga = number << XG_PAGE_SHIFT;
    if (page)
        page_forget(page); /* the mark was lost: the bytes may be others now */
    else {
        page = t->pages[number] = page_create(ga);
        page->older = t->newest;
        t->newest = page;
    }
    xg_memory_mark_code(t->mem, ga, XG_PAGE_SIZE);
    return page;
}

/* Runs inside one page until control leaves it or something else happens. */
static enum xg_flow page_run(struct xg_interp *t, struct xg_cpu_context *c, struct xg_op_page *page)
{
    for (;;) {
        const struct xg_op *op = &page->op[(c->pc - page->ga) / 4];
        enum xg_flow flow;
        t->start = op;
        while ((flow = op->fn(c, t, op)) == XG_FLOW_NEXT)
            op++;
        c->retired += (uint64_t)(op - t->start);
        switch (flow) {
        case XG_FLOW_SAFE:
            c->retired++;
            if (c->retired >= c->slice_end)
                return flow;
            break;
        case XG_FLOW_BRANCH:
            c->retired++;
            break;
        case XG_FLOW_EXIT:
            c->retired++;
            return flow;
        case XG_FLOW_FAULT:
            c->pc = op->pc;
            c->fault_opcode = op->insn;
            return flow;
        default:
            c->pc = op->pc; /* the sentinel's: first word of the next page */
            return flow;
        }
        if ((c->pc ^ page->ga) >> XG_PAGE_SHIFT)
            return XG_FLOW_BRANCH;
    }
}

enum xg_cpu_exit xg_interp_run(struct xg_interp *t, struct xg_cpu_context *c)
{
    for (;;) {
        struct xg_op_page *page = page_enter(t, c);
        if (!page) {
            c->fault_opcode = 0;
            return XG_EXIT_FAULT;
        }
        switch (page_run(t, c, page)) {
        case XG_FLOW_SAFE:
            return XG_EXIT_SLICE;
        case XG_FLOW_EXIT:
            return t->exit;
        case XG_FLOW_FAULT:
            return XG_EXIT_FAULT;
        default:
            break;
        }
    }
}

/* The checking engine runs an access to a device once, not once for each engine. */
static bool hold(struct xg_cpu_context *c, struct xg_interp *t, xg_ga ea, bool store)
{
    if (XG_LIKELY(!t->hold_devices || !(xg_memory_access(t->mem, ea) & XG_PAGE_MMIO)))
        return false;
    t->held = true;
    c->fault = (struct xg_fault){XG_FAULT_DEVICE, ea, store};
    return true;
}

bool xg_interp_read(struct xg_cpu_context *c, struct xg_interp *t, const struct xg_op *op, xg_ga ea,
                    void *buf, uint32_t size)
{
    xg_interp_sync(c, t, op);
    return !hold(c, t, ea, false) && xg_memory_read(t->mem, ea, buf, size, &c->fault);
}

bool xg_interp_write(struct xg_cpu_context *c, struct xg_interp *t, const struct xg_op *op,
                     xg_ga ea, const void *buf, uint32_t size)
{
    xg_interp_sync(c, t, op);
    return !hold(c, t, ea, true) && xg_memory_write(t->mem, ea, buf, size, &c->fault);
}

void xg_interp_invalidate(struct xg_interp *t, xg_ga ga, uint32_t size)
{
    if (!size)
        return;
    uint32_t first = ga >> XG_PAGE_SHIFT;
    uint32_t last = (uint32_t)(((uint64_t)ga + size - 1) >> XG_PAGE_SHIFT);
    for (uint32_t i = first; i <= last && i < XG_PAGES; i++)
        if (t->pages[i])
            page_forget(t->pages[i]);
}

struct xg_interp *xg_interp_create(struct xg_memory *mem, struct xg_error *err)
{
    struct xg_interp *t = calloc(1, sizeof *t);
    if (t)
        t->pages = calloc(XG_PAGES, sizeof(struct xg_op_page *));
    if (!t || !t->pages) {
        free(t);
        xg_fail(err, XG_E_GUEST, "CPU: no host memory for the table of code pages");
        return NULL;
    }
    t->mem = mem;
    xg_memory_set_code_owner(mem, on_code_written, t);
    return t;
}

void xg_interp_destroy(struct xg_interp *t)
{
    if (!t)
        return;
    xg_memory_set_code_owner(t->mem, NULL, NULL);
    for (struct xg_op_page *page = t->newest, *older; page; page = older) {
        older = page->older;
        free(page);
    }
    free(t->pages);
    free(t);
}
