/* Checked access to guest memory: access bytes, device windows, watches, code marks. */
#include "memory/private.h"

static bool fail(struct xg_fault *f, enum xg_fault_kind kind, xg_ga ga, bool store)
{
    if (f)
        *f = (struct xg_fault){kind, ga, store};
    return false;
}

static void guard(struct xg_memory *mem, bool take)
{
    if (XG_UNLIKELY(mem->p->guard != NULL))
        mem->p->guard(mem->p->guard_ctx, take);
}

void xg_memory_set_guard(struct xg_memory *mem, xg_memory_guard_fn *fn, void *ctx)
{
    mem->p->guard = fn;
    mem->p->guard_ctx = ctx;
}

#ifdef __SANITIZE_THREAD__
#define PIECE(type)                                                                                \
    if (size >= sizeof(type) && ((uintptr_t)t | (uintptr_t)f) % sizeof(type) == 0) {               \
        type v = __atomic_load_n((const type *)f, __ATOMIC_RELAXED);                               \
        __atomic_store_n((type *)t, v, __ATOMIC_RELAXED);                                          \
        t += sizeof v;                                                                             \
        f += sizeof v;                                                                             \
        size -= sizeof v;                                                                          \
        continue;                                                                                  \
    }
void xg_guest_copy(void *to, const void *from, size_t size)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    while (size) {
        PIECE(uint64_t)
        PIECE(uint32_t)
        PIECE(uint16_t)
        PIECE(uint8_t)
    }
}
#undef PIECE
void xg_guest_fill(void *to, uint8_t value, size_t size)
{
    for (uint8_t *t = to; size; size--)
        __atomic_store_n(t++, value, __ATOMIC_RELAXED);
}
#endif

/* Checks every page of the range before a byte moves, so that a refused access has
 * no partial effect. *device: the range starts in a device window. */
static bool check(struct xg_memory *mem, xg_ga ga, uint32_t size, bool store, bool *device,
                  struct xg_fault *f)
{
    const unsigned need = store ? XG_PAGE_W : XG_PAGE_R;
    *device = false;
    if ((uint64_t)ga + size > 0x100000000ull)
        return fail(f, XG_FAULT_UNMAPPED, ga, store);
    for (uint64_t at = ga, end = (uint64_t)ga + size; at < end;
         at = (at | (XG_PAGE_SIZE - 1)) + 1) {
        uint8_t a = xg_memory_access(mem, (xg_ga)at);
        if (a & XG_PAGE_MMIO) {
            if (at != ga && !*device)
                return fail(f, XG_FAULT_DEVICE, (xg_ga)at, store);
            *device = true;
        } else if (*device || !(a & need)) {
            bool mapped = a & (XG_PAGE_R | XG_PAGE_W | XG_PAGE_X);
            return fail(f, mapped ? XG_FAULT_PROTECTED : XG_FAULT_UNMAPPED, (xg_ga)at, store);
        }
    }
    if (*device && ((ga | size) & 3))
        return fail(f, XG_FAULT_DEVICE, ga, store);
    return true;
}

static bool device_read(struct xg_memory *mem, xg_ga ga, uint8_t *out, uint32_t size,
                        struct xg_fault *f)
{
    for (uint32_t i = 0; i < size; i += 4) {
        const struct xg_device_window *w = xg_memory_device(mem, ga + i);
        uint32_t value = 0;
        if (!w || !w->ops.read32 || !w->ops.read32(w->ops.ctx, ga + i - w->base, &value))
            return fail(f, XG_FAULT_DEVICE, ga + i, false);
        xg_st32be(out + i, value);
    }
    return true;
}

static bool device_write(struct xg_memory *mem, xg_ga ga, const uint8_t *in, uint32_t size,
                         struct xg_fault *f)
{
    for (uint32_t i = 0; i < size; i += 4) {
        const struct xg_device_window *w = xg_memory_device(mem, ga + i);
        if (!w || !w->ops.write32 ||
            !w->ops.write32(w->ops.ctx, ga + i - w->base, xg_ld32be(in + i)))
            return fail(f, XG_FAULT_DEVICE, ga + i, true);
    }
    return true;
}

/* Pages that can be away are those of the windows. */
static void bring(struct xg_memory *mem, xg_ga ga, uint32_t size)
{
    for (uint64_t at = ga, end = (uint64_t)ga + size; at < end; at = (at | (XG_PAGE_SIZE - 1)) + 1)
        if (XG_UNLIKELY(xg_memory_access(mem, (xg_ga)at) & XG_PAGE_AWAY))
            xg_memory_here(mem, xg_memory_bus(mem, (xg_ga)at), 1);
}

bool xg_memory_read(struct xg_memory *mem, xg_ga ga, void *buf, uint32_t size, struct xg_fault *f)
{
    bool device;
    if (!check(mem, ga, size, false, &device, f))
        return false;
    if (device) {
        guard(mem, true);
        bool ok = device_read(mem, ga, buf, size, f);
        guard(mem, false);
        return ok;
    }
    bring(mem, ga, size);
    xg_guest_copy(buf, mem->base + ga, size);
    return true;
}

bool xg_memory_write(struct xg_memory *mem, xg_ga ga, const void *buf, uint32_t size,
                     struct xg_fault *f)
{
    bool device;
    if (!check(mem, ga, size, true, &device, f))
        return false;
    if (device) {
        guard(mem, true);
        bool ok = device_write(mem, ga, buf, size, f);
        guard(mem, false);
        return ok;
    }
    xg_memory_about_to_store(mem, ga, size);
    xg_guest_copy(mem->base + ga, buf, size);
    return true;
}

bool xg_memory_fill(struct xg_memory *mem, xg_ga ga, uint8_t value, uint32_t size,
                    struct xg_fault *f)
{
    bool device;
    if (!check(mem, ga, size, true, &device, f))
        return false;
    if (device)
        return fail(f, XG_FAULT_DEVICE, ga, true);
    xg_memory_about_to_store(mem, ga, size);
    xg_guest_fill(mem->base + ga, value, size);
    return true;
}

/* ---- watches and code marks ---- */

struct page_mark {
    struct xg_memory *mem;
    unsigned bit;
};

static void set_mark(void *ctx, xg_ga page)
{
    struct page_mark *m = ctx;
    uint8_t access = xg_memory_access(m->mem, page);
    if (access & m->bit)
        return;
    xg_memory_set_access(m->mem, page, access | m->bit);
    xg_memory_mirror_page(m->mem, page);
}

static void clear_mark(void *ctx, xg_ga page)
{
    struct page_mark *m = ctx;
    xg_memory_set_access(m->mem, page, xg_memory_access(m->mem, page) & ~m->bit);
    xg_memory_mirror_page(m->mem, page);
}

static void drop_code(void *ctx, xg_ga page)
{
    struct page_mark *m = ctx;
    uint8_t access = xg_memory_access(m->mem, page);
    if (!(access & XG_PAGE_CODE))
        return;
    xg_memory_set_access(m->mem, page, access & ~XG_PAGE_CODE);
    xg_memory_mirror_page(m->mem, page);
    if (m->mem->p->code_owner)
        m->mem->p->code_owner(m->mem->p->code_ctx, page);
}

void xg_memory_drop_code(struct xg_memory *mem, xg_ga page)
{
    struct page_mark m = {mem, XG_PAGE_CODE};
    xg_memory_each_alias(page, drop_code, &m);
}

void xg_memory_about_to_store(struct xg_memory *mem, xg_ga ga, uint32_t size)
{
    if (!size)
        return;
    for (uint32_t page = ga >> XG_PAGE_SHIFT, last = (ga + (size - 1)) >> XG_PAGE_SHIFT;
         page <= last; page++) {
        xg_ga at = page << XG_PAGE_SHIFT;
        if (XG_LIKELY(!(xg_memory_access(mem, at) & (XG_PAGE_WATCH | XG_PAGE_CODE | XG_PAGE_AWAY))))
            continue;
        guard(mem, true);
        if (xg_memory_access(mem, at) & XG_PAGE_AWAY)
            xg_memory_here(mem, xg_memory_bus(mem, at), 1);
        struct page_mark m = {mem, XG_PAGE_WATCH};
        if (xg_memory_access(mem, at) & XG_PAGE_WATCH) {
            xg_memory_each_alias(at, clear_mark, &m);
            if (mem->p->watcher)
                mem->p->watcher(mem->p->watcher_ctx, xg_memory_bus(mem, at));
        }
        if (xg_memory_access(mem, at) & XG_PAGE_CODE)
            xg_memory_each_alias(at, drop_code, &m);
        guard(mem, false);
    }
}

void xg_memory_set_watcher(struct xg_memory *mem, xg_memory_watch_fn *fn, void *ctx)
{
    mem->p->watcher = fn;
    mem->p->watcher_ctx = ctx;
}

/* A guest address of the bus page in some window: A shows all of physical memory. */
static xg_ga window_page(xg_pa pa)
{
    for (size_t i = 0; i < xg_region_row_count; i++) {
        const struct xg_region_row *row = &xg_region_rows[i];
        if (row->backing == XG_BACKING_BUS && pa - row->offset < row->region.size)
            return row->region.base + (pa - row->offset);
    }
    return 0;
}

void xg_memory_watch(struct xg_memory *mem, xg_pa pa, uint32_t size)
{
    struct page_mark m = {mem, XG_PAGE_WATCH};
    if (!size)
        return;
    uint64_t end = (uint64_t)pa + size;
    if (end > XG_PHYS_SIZE)
        end = XG_PHYS_SIZE;
    for (uint64_t at = pa & ~(XG_PAGE_SIZE - 1); at < end; at += XG_PAGE_SIZE)
        xg_memory_each_alias(window_page((xg_pa)at), set_mark, &m);
}

void xg_memory_device_store(struct xg_memory *mem, xg_pa pa, const void *bytes, uint32_t size)
{
    struct page_mark m = {mem, XG_PAGE_CODE};
    for (uint64_t at = pa & ~(XG_PAGE_SIZE - 1); at < (uint64_t)pa + size; at += XG_PAGE_SIZE) {
        xg_ga page = window_page((xg_pa)at); /* marks are set in every window at once */
        if (XG_UNLIKELY(xg_memory_access(mem, page) & XG_PAGE_CODE))
            xg_memory_each_alias(page, drop_code, &m);
    }
    if (size)
        xg_memory_here(mem, pa, size);
    memcpy(mem->phys + pa, bytes, size);
}

void xg_memory_set_code_owner(struct xg_memory *mem, xg_memory_code_fn *fn, void *ctx)
{
    mem->p->code_owner = fn;
    mem->p->code_ctx = ctx;
}

void xg_memory_mark_code(struct xg_memory *mem, xg_ga ga, uint32_t size)
{
    struct page_mark m = {mem, XG_PAGE_CODE};
    if (!size)
        return;
    uint64_t end = (uint64_t)ga + size;
    if (end > 0x100000000ull)
        end = 0x100000000ull;
    guard(mem, true);
    bring(mem, ga, (uint32_t)(end - ga));
    for (uint64_t at = ga & ~(XG_PAGE_SIZE - 1); at < end; at += XG_PAGE_SIZE)
        xg_memory_each_alias((xg_ga)at, set_mark, &m);
    guard(mem, false);
}
