/* heap: rules one by one, then random operations against a reference model that keeps
 * one record a page and searches by trying every address: a million of them in all. */
#include "memory/heap.h"
#include "tests/support/seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define RESERVE XG_MEM_RESERVE
#define COMMIT  XG_MEM_COMMIT
#define BOTH    (XG_MEM_RESERVE | XG_MEM_COMMIT)

struct fixture {
    struct xg_memory *mem;
    struct xg_heaps *heaps;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->mem = xg_memory_create(NULL);
    f->heaps = f->mem ? xg_heaps_create(f->mem, NULL) : NULL;
    *state = f;
    return f->heaps ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    xg_heaps_destroy(f->heaps);
    xg_memory_destroy(f->mem);
    free(f);
    return 0;
}

static struct xg_heap *heap_of(void **state, const char *name)
{
    struct xg_heap *heap = xg_heaps_named(((struct fixture *)*state)->heaps, name);
    assert_non_null(heap);
    return heap;
}

static void the_lowest_address_is_above_64_kib(void **state)
{
    xg_ga at = 0;
    struct xg_heap *v0 = heap_of(state, "v00000000");
    assert_int_equal(xg_heap_alloc(v0, 5000, 0, BOTH, XG_PAGE_READWRITE, 0, UINT32_MAX, &at),
                     XG_HEAP_OK);
    assert_int_equal(at, 0x10000);
    assert_int_equal(xg_heap_alloc_at(v0, 0x8000, 0x1000, BOTH, XG_PAGE_READWRITE),
                     XG_HEAP_CONFLICT);
    assert_int_equal(xg_heap_release(v0, 0x8000, NULL), XG_HEAP_CONFLICT);
    assert_int_equal(xg_heap_alloc(v0, 1, 0, BOTH, XG_PAGE_READWRITE, 0, UINT32_MAX, &at),
                     XG_HEAP_OK);
    assert_int_equal(at, 0x12000);
}

static void physical_pages_are_taken_in_all_windows_and_given_top_down(void **state)
{
    struct fixture *f = *state;
    struct xg_heap *a = heap_of(state, "vA0000000"), *e = heap_of(state, "vE0000000");
    xg_ga at = 0, other = 0;
    uint32_t v = 0;
    assert_int_equal(xg_heap_alloc(a, 0x10000, 0, BOTH | XG_MEM_TOP_DOWN, XG_PAGE_READWRITE,
                                   0xA0000000, 0xBFFFFFFF, &at),
                     XG_HEAP_OK);
    assert_int_equal(at, 0xBFFE0000); /* the top 64 KiB are reserved */
    assert_int_equal(xg_heap_alloc(e, 0x1000, 0x10000, BOTH | XG_MEM_TOP_DOWN, XG_PAGE_READWRITE,
                                   0xE0000000, 0xFFCFFFFF, &other),
                     XG_HEAP_OK);
    assert_int_equal(other, 0xFFCFF000); /* bus 0x1FD00000: the bus address is aligned */
    assert_int_equal(xg_memory_bus(f->mem, other), 0x1FD00000);
    assert_int_equal(xg_heap_alloc_at(e, 0xFFC00000, 0x1000, BOTH, XG_PAGE_READWRITE), XG_HEAP_OK);
    assert_int_equal(xg_heap_alloc_at(a, 0xBFC00000, 0x10000, BOTH, XG_PAGE_READWRITE),
                     XG_HEAP_CONFLICT);
    assert_true(xg_memory_st32(f->mem, other, 99, NULL));
    assert_true(xg_memory_ld32(f->mem, 0xBFD00000, &v, NULL));
    assert_int_equal(v, 99);
    struct xg_heap_info info;
    assert_int_equal(xg_heap_query(a, 0xBFD00000, &info), XG_HEAP_OK);
    assert_int_equal(info.allocation_base, 0xBFD00000);
    uint32_t size = 0;
    assert_int_equal(xg_heap_release(a, 0xBFD00000, &size), XG_HEAP_OK);
    assert_int_equal(size, 0x1000);
    assert_false(xg_memory_ld32(f->mem, other, &v, NULL));
}

static void recommitting_keeps_the_bytes_and_decommitting_drops_them(void **state)
{
    struct fixture *f = *state;
    struct xg_heap *v4 = heap_of(state, "v40000000");
    xg_ga at = 0;
    uint32_t v = 0;
    assert_int_equal(xg_heap_alloc(v4, 0x40000, 0, RESERVE, XG_PAGE_READWRITE, 0, UINT32_MAX, &at),
                     XG_HEAP_OK);
    assert_int_equal(at, 0x40000000);
    assert_false(xg_memory_st32(f->mem, at, 1, NULL));
    assert_int_equal(xg_heap_alloc_at(v4, at, 0x10000, COMMIT, XG_PAGE_READWRITE), XG_HEAP_OK);
    assert_true(xg_memory_st32(f->mem, at, 1, NULL));
    assert_int_equal(xg_heap_alloc_at(v4, at, 0x20000, COMMIT, XG_PAGE_READWRITE), XG_HEAP_OK);
    assert_true(xg_memory_ld32(f->mem, at, &v, NULL));
    assert_int_equal(v, 1);
    assert_int_equal(xg_heap_decommit(v4, at, 0x10000), XG_HEAP_OK);
    assert_false(xg_memory_ld32(f->mem, at, &v, NULL));
    assert_int_equal(xg_heap_alloc_at(v4, at, 0x10000, COMMIT, XG_PAGE_READONLY), XG_HEAP_OK);
    assert_true(xg_memory_ld32(f->mem, at, &v, NULL));
    assert_int_equal(v, 0);
    assert_false(xg_memory_st32(f->mem, at, 1, NULL));
    struct xg_heap_info info;
    assert_int_equal(xg_heap_query(v4, at + 0x12345, &info), XG_HEAP_OK);
    assert_int_equal(info.allocation_base, at);
    assert_int_equal(info.allocation_size, 0x40000);
    assert_int_equal(info.region_size, 0x10000);
    assert_int_equal(info.state, XG_MEM_COMMIT);
    assert_int_equal(info.protect, XG_PAGE_READWRITE);
}

static void noaccess_keeps_the_bytes(void **state)
{
    struct fixture *f = *state;
    struct xg_heap *v0 = heap_of(state, "v00000000");
    uint32_t v = 0, old = 0;
    assert_int_equal(xg_heap_alloc_at(v0, 0x20000, 0x2000, BOTH, XG_PAGE_READWRITE), XG_HEAP_OK);
    assert_true(xg_memory_st32(f->mem, 0x20000, 5, NULL));
    assert_int_equal(xg_heap_protect(v0, 0x20000, 0x1000, XG_PAGE_NOACCESS, &old), XG_HEAP_OK);
    assert_int_equal(old, XG_PAGE_READWRITE);
    assert_false(xg_memory_ld32(f->mem, 0x20000, &v, NULL));
    assert_int_equal(xg_heap_protect(v0, 0x20000, 0x1000, XG_PAGE_READONLY, NULL), XG_HEAP_OK);
    assert_true(xg_memory_ld32(f->mem, 0x20000, &v, NULL));
    assert_int_equal(v, 5);
    assert_int_equal(xg_heap_protect(v0, 0x21000, 0x2000, XG_PAGE_READONLY, NULL),
                     XG_HEAP_CONFLICT);
}

static void bad_requests_are_refused(void **state)
{
    struct xg_heap *v0 = heap_of(state, "v00000000");
    xg_ga at = 0;
    assert_int_equal(xg_heap_alloc(v0, 0, 0, BOTH, 4, 0, UINT32_MAX, &at), XG_HEAP_BAD_RANGE);
    assert_int_equal(xg_heap_alloc(v0, 1, 0x3000, BOTH, 4, 0, UINT32_MAX, &at), XG_HEAP_BAD_RANGE);
    assert_int_equal(xg_heap_alloc(v0, 0xFFFFFFFF, 0, BOTH, 4, 0, UINT32_MAX, &at),
                     XG_HEAP_NO_ROOM);
    assert_int_equal(xg_heap_alloc(v0, 1, 0, BOTH, 4, 0x50000000, 0x60000000, &at),
                     XG_HEAP_BAD_RANGE);
    assert_int_equal(xg_heap_alloc_at(v0, 0x3FFFF000, 0x2000, BOTH, 4), XG_HEAP_BAD_RANGE);
    assert_int_equal(xg_heap_alloc_at(v0, 0x30000, 0x1000, COMMIT, 4), XG_HEAP_CONFLICT);
    assert_int_equal(xg_heap_release(v0, 0x30000, NULL), XG_HEAP_BAD_RANGE);
    assert_int_equal(xg_heap_decommit(v0, 0x30000, 1), XG_HEAP_CONFLICT);
}

/* ---- reference model ---- */

#define PAGES 1024u

struct model_page {
    unsigned id; /* 0 = free */
    uint32_t protect, allocation_protect;
    bool committed;
};
struct view { /* a window onto the model's pages */
    const char *name;
    xg_ga base;       /* guest address of model page 0 */
    uint32_t granule; /* heap page in model pages */
};
struct model {
    struct model_page page[PAGES];
    uint32_t unit; /* bytes of a model page */
    unsigned next_id;
};

static uint64_t seed_state;
static uint32_t rnd(uint32_t below)
{
    seed_state = seed_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed_state >> 33) % below);
}

/* First page after the last one in the way; 0: none is. */
static uint32_t in_the_way(const struct model *m, uint32_t at, uint32_t n)
{
    for (uint32_t i = n; i; i--)
        if (m->page[at + i - 1].id)
            return at + i;
    return 0;
}

static bool span_free(const struct model *m, uint32_t at, uint32_t n)
{
    return !in_the_way(m, at, n);
}

static long model_search(const struct model *m, uint32_t n, uint32_t align, uint32_t lo,
                         uint32_t hi, bool down)
{
    long found = -1;
    for (uint32_t at = (lo + align - 1) / align * align, past; at + n <= hi;) {
        if (!(past = in_the_way(m, at, n))) {
            found = (long)at;
            if (!down)
                break;
        }
        at = past > at + align ? (past + align - 1) / align * align : at + align;
    }
    return found;
}

static void model_take(struct model *m, uint32_t at, uint32_t n, uint32_t type, uint32_t protect)
{
    m->next_id++;
    for (uint32_t i = at; i < at + n; i++)
        m->page[i] = (struct model_page){m->next_id, type & COMMIT ? protect : 0, protect,
                                         (type & COMMIT) != 0};
}

static bool model_one(const struct model *m, uint32_t at, uint32_t n, bool committed)
{
    for (uint32_t i = at; i < at + n; i++)
        if (!m->page[i].id || m->page[i].id != m->page[at].id ||
            (committed && !m->page[i].committed))
            return false;
    return true;
}

static void compare_page(struct fixture *f, const struct model *m, const struct view *v,
                         struct xg_heap *heap, uint32_t i)
{
    const struct model_page *p = &m->page[i];
    struct xg_heap_info info;
    xg_ga ga = v->base + i * m->unit;
    assert_int_equal(xg_heap_query(heap, ga, &info), XG_HEAP_OK);
    assert_int_equal(info.state, !p->id         ? XG_MEM_FREE
                                 : p->committed ? XG_MEM_COMMIT
                                                : XG_MEM_RESERVE);
    assert_int_equal(info.protect, p->committed ? p->protect : 0);
    unsigned rwx = p->committed ? xg_heap_rwx(p->protect) : 0;
    assert_int_equal(f->mem->access[ga >> XG_PAGE_SHIFT] & 7, rwx);
    if (!p->id)
        return;
    uint32_t first = i, end = i + 1, run = i + 1;
    while (first && m->page[first - 1].id == p->id)
        first--;
    while (end < PAGES && m->page[end].id == p->id)
        end++;
    while (run < end && m->page[run].committed == p->committed &&
           m->page[run].protect == p->protect)
        run++;
    assert_int_equal(info.allocation_base, v->base + first * m->unit);
    assert_int_equal(info.allocation_size, (end - first) * m->unit);
    assert_int_equal(info.allocation_protect, p->allocation_protect);
    assert_int_equal(info.region_size, (run - i) * m->unit);
}

static const uint32_t protections[] = {XG_PAGE_READWRITE, XG_PAGE_READONLY, XG_PAGE_NOACCESS,
                                       XG_PAGE_EXECUTE_READWRITE,
                                       XG_PAGE_READWRITE | XG_PAGE_NOCACHE};

static void op_alloc(struct model *m, const struct view *v, struct xg_heap *heap)
{
    uint32_t n = 1 + rnd(60), align = 1u << rnd(6), lo = rnd(PAGES / 2);
    uint32_t hi = lo + 1 + rnd(PAGES - lo);
    uint32_t type = (rnd(2) ? BOTH : RESERVE) | (rnd(2) ? XG_MEM_TOP_DOWN : 0);
    uint32_t protect = protections[rnd(XG_COUNTOF(protections))];
    uint32_t rounded = (n + v->granule - 1) / v->granule * v->granule;
    uint32_t real_align = align > v->granule ? align : v->granule;
    xg_ga at = 0;
    long want = model_search(m, rounded, real_align, lo, hi, (type & XG_MEM_TOP_DOWN) != 0);
    enum xg_heap_status got =
        xg_heap_alloc(heap, n * m->unit - rnd(m->unit), align * m->unit, type, protect,
                      v->base + lo * m->unit, v->base + hi * m->unit - 1, &at);
    assert_int_equal(got, want < 0 ? XG_HEAP_NO_ROOM : XG_HEAP_OK);
    if (want >= 0) {
        assert_int_equal(at, v->base + (uint32_t)want * m->unit);
        model_take(m, (uint32_t)want, rounded, type, protect);
    }
}

/* A random range, widened to the granule of the view. */
static void pick(const struct view *v, uint32_t *at, uint32_t *n)
{
    uint32_t a = rnd(PAGES - 64), e = a + 1 + rnd(40);
    a = a / v->granule * v->granule;
    e = (e + v->granule - 1) / v->granule * v->granule;
    *at = a;
    *n = e - a;
}

static void op_fixed(struct model *m, const struct view *v, struct xg_heap *heap)
{
    uint32_t at, n, protect = protections[rnd(XG_COUNTOF(protections))];
    pick(v, &at, &n);
    xg_ga ga = v->base + at * m->unit + rnd(m->unit);
    uint32_t size = v->base + (at + n) * m->unit - ga, old = 0;
    bool one = model_one(m, at, n, false);
    switch (rnd(4)) {
    case 0: {
        bool room = span_free(m, at, n);
        uint32_t type = rnd(2) ? BOTH : RESERVE;
        assert_int_equal(xg_heap_alloc_at(heap, ga, size, type, protect),
                         room ? XG_HEAP_OK : XG_HEAP_CONFLICT);
        if (room)
            model_take(m, at, n, type, protect);
        break;
    }
    case 1:
        assert_int_equal(xg_heap_alloc_at(heap, ga, size, COMMIT, protect),
                         one ? XG_HEAP_OK : XG_HEAP_CONFLICT);
        for (uint32_t i = at; one && i < at + n; i++) {
            m->page[i].committed = true;
            m->page[i].protect = protect;
        }
        break;
    case 2:
        assert_int_equal(xg_heap_decommit(heap, ga, size), one ? XG_HEAP_OK : XG_HEAP_CONFLICT);
        for (uint32_t i = at; one && i < at + n; i++) {
            m->page[i].committed = false;
            m->page[i].protect = 0;
        }
        break;
    default:
        one = model_one(m, at, n, true);
        if (one)
            old = m->page[at].protect;
        uint32_t reported = 0;
        assert_int_equal(xg_heap_protect(heap, ga, size, protect, &reported),
                         one ? XG_HEAP_OK : XG_HEAP_CONFLICT);
        assert_int_equal(reported, old);
        for (uint32_t i = at; one && i < at + n; i++)
            m->page[i].protect = protect;
    }
}

static void op_release(struct model *m, const struct view *v, struct xg_heap *heap)
{
    uint32_t i = rnd(PAGES), size = 0, n = 0;
    unsigned id = m->page[i].id;
    enum xg_heap_status got = xg_heap_release(heap, v->base + i * m->unit, &size);
    assert_int_equal(got, id ? XG_HEAP_OK : XG_HEAP_BAD_RANGE);
    for (uint32_t k = 0; id && k < PAGES; k++)
        if (m->page[k].id == id) {
            m->page[k] = (struct model_page){0};
            n++;
        }
    assert_int_equal(size, n * m->unit);
}

static void play(void **state, const struct view *views, size_t count, uint32_t unit, int ops)
{
    struct fixture *f = *state;
    static struct model m;
    memset(&m, 0, sizeof m);
    m.unit = unit;
    seed_state = seed_of_test(20240607);
    for (int op = 0; op < ops; op++) {
        const struct view *v = &views[rnd((uint32_t)count)];
        struct xg_heap *heap = heap_of(state, v->name);
        uint32_t kind = rnd(8);
        if (kind < 3)
            op_alloc(&m, v, heap);
        else if (kind < 6)
            op_fixed(&m, v, heap);
        else
            op_release(&m, v, heap);
        for (int i = 0; i < 4; i++) {
            v = &views[rnd((uint32_t)count)];
            compare_page(f, &m, v, heap_of(state, v->name), rnd(PAGES));
        }
    }
    for (size_t k = 0; k < count; k++)
        for (uint32_t i = 0; i < PAGES; i++)
            compare_page(f, &m, &views[k], heap_of(state, views[k].name), i);
    struct xg_heap_usage usage;
    uint32_t reserved = 0, committed = 0;
    for (uint32_t i = 0; i < PAGES; i++) {
        reserved += m.page[i].id != 0;
        committed += m.page[i].committed;
    }
    xg_heap_usage(heap_of(state, views[0].name), &usage);
    uint32_t system = views[0].base < 0x40000000 || views[0].base >= 0xA0000000 ? 16 : 0;
    assert_int_equal(usage.reserved_pages, reserved + system);
    assert_int_equal(usage.committed_pages, committed);
}

static void random_operations_agree_with_the_model_in_a_small_page_heap(void **state)
{
    const struct view views[] = {{.name = "v00000000", .base = 0x01000000, .granule = 1}};
    play(state, views, 1, 0x1000, 500000);
}

static void random_operations_agree_with_the_model_in_a_large_page_heap(void **state)
{
    const struct view views[] = {{.name = "v40000000", .base = 0x50000000, .granule = 1}};
    play(state, views, 1, 0x10000, 200000);
}

static void random_operations_agree_with_the_model_through_two_physical_windows(void **state)
{
    const struct view views[] = {{.name = "vA0000000", .base = 0xA1000000, .granule = 16},
                                 {.name = "vE0000000", .base = 0xE0FFF000, .granule = 1}};
    play(state, views, 2, 0x1000, 300000);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_lowest_address_is_above_64_kib),
        T(physical_pages_are_taken_in_all_windows_and_given_top_down),
        T(recommitting_keeps_the_bytes_and_decommitting_drops_them),
        T(noaccess_keeps_the_bytes),
        T(bad_requests_are_refused),
        T(random_operations_agree_with_the_model_in_a_small_page_heap),
        T(random_operations_agree_with_the_model_in_a_large_page_heap),
        T(random_operations_agree_with_the_model_through_two_physical_windows),
    };
    return cmocka_run_group_tests_name("memory_heap", tests, NULL, NULL);
}
