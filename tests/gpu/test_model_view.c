/* A device's view of memory against a byte map and a list of writes kept in the test. */
#include "gpu/view.h"
#include "memory/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The reference covers a few pages: the first two, two in the middle, and the last. */
#define SLOTS 5
static const uint32_t slot_page[SLOTS] = {0, 1, 0x8000, 0x8001, 0x1FFFF};

struct ref_write {
    uint32_t pa, size;
    uint64_t cost;
    uint32_t pending; /* writes of the view: 1; lines of a page: 1 for the first of them */
    uint8_t bytes[64];
};
struct fixture {
    uint8_t guest[SLOTS][XG_PAGE_SIZE];
    struct ref_write *writes;
    size_t count, capacity;
    uint64_t seed;
    struct xg_gpu_view *view;
    struct xg_line_pool *pool;
};

static uint32_t rnd(struct fixture *f, uint32_t below)
{
    f->seed = f->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((f->seed >> 33) % below);
}

static const uint8_t *guest_page(void *ctx, xg_pa page)
{
    struct fixture *f = ctx;
    for (int i = 0; i < SLOTS; i++)
        if (slot_page[i] == page >> XG_PAGE_SHIFT)
            return f->guest[i];
    fail_msg("page %08x is not one of the test's", page);
    return NULL;
}

static int open_view(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    const struct xg_device_host host = {.ctx = f, .page = guest_page};
    struct xg_error err = {0};
    f->seed = 0x5eed0001;
    f->view = xg_gpu_view_create(&host, &err);
    f->pool = xg_line_pool_create();
    f->capacity = 1 << 16;
    f->writes = malloc(f->capacity * sizeof *f->writes);
    for (int i = 0; i < SLOTS; i++)
        for (unsigned k = 0; k < XG_PAGE_SIZE; k++)
            f->guest[i][k] = (uint8_t)rnd(f, 256);
    *state = f;
    return f->view && f->writes && f->pool ? 0 : -1;
}

static int close_view(void **state)
{
    struct fixture *f = *state;
    xg_gpu_view_destroy(f->view);
    xg_line_pool_destroy(f->pool);
    free(f->writes);
    free(f);
    return 0;
}

/* What a byte should read as: the newest pending write that covers it, else the guest's. */
static uint8_t expected(const struct fixture *f, uint32_t slot, uint32_t at)
{
    uint32_t pa = slot_page[slot] * XG_PAGE_SIZE + at;
    for (size_t i = f->count; i-- > 0;)
        if (pa >= f->writes[i].pa && pa < f->writes[i].pa + f->writes[i].size)
            return f->writes[i].bytes[pa - f->writes[i].pa];
    return f->guest[slot][at];
}

static void expect_page(struct fixture *f, uint32_t slot)
{
    const uint8_t *got = xg_gpu_view_page(f->view, slot_page[slot] * XG_PAGE_SIZE + 12);
    for (uint32_t at = 0; at < XG_PAGE_SIZE; at++)
        if (got[at] != expected(f, slot, at))
            fail_msg("page %05x byte %03x: %02x, should be %02x", slot_page[slot], at, got[at],
                     expected(f, slot, at));
}

static void random_write(struct fixture *f, uint64_t cost)
{
    struct ref_write *w = &f->writes[f->count];
    uint32_t slot = rnd(f, SLOTS), at = 4 * rnd(f, 64);
    w->size = 4 * (1 + rnd(f, 16));
    if (rnd(f, 3) == 0) { /* a whole line, as copies write */
        at &= ~63u;
        w->size = 64;
    }
    w->pa = slot_page[slot] * XG_PAGE_SIZE + at;
    w->cost = cost;
    w->pending = 1;
    for (uint32_t i = 0; i < w->size; i++)
        w->bytes[i] = (uint8_t)rnd(f, 256);
    assert_true(xg_gpu_view_write(f->view, w->pa, w->bytes, w->size, cost));
    f->count++;
}

/* Some lines of a page, or all, as copies write them. */
static void random_page(struct fixture *f, uint64_t cost)
{
    uint32_t slot = rnd(f, SLOTS), pa = slot_page[slot] * XG_PAGE_SIZE;
    struct xg_line_page *page = xg_line_page_take(f->pool);
    assert_non_null(page);
    for (uint32_t i = 0; i < XG_PAGE_SIZE; i++)
        page->bytes[i] = (uint8_t)rnd(f, 256);
    page->mask = UINT64_MAX;
    if (rnd(f, 4))
        page->mask = (uint64_t)rnd(f, 1u << 31) << (rnd(f, 2) * 33) | 1;
    uint32_t pending = 1;
    for (uint32_t line = 0; line < 64; line++) {
        if (!(page->mask >> line & 1))
            continue;
        struct ref_write *w = &f->writes[f->count++];
        *w = (struct ref_write){.pa = pa + 64 * line, .size = 64, .cost = cost, .pending = pending};
        memcpy(w->bytes, page->bytes + 64 * line, 64);
        pending = 0;
    }
    assert_true(xg_gpu_view_write_page(f->view, pa + 4 * rnd(f, 1024), page, cost));
    xg_line_page_drop(page); /* the view holds it */
}

static size_t pending_writes(const struct fixture *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->count; i++)
        n += f->writes[i].pending;
    return n;
}

/* The front applies writes to guest memory in order, then retires them. */
static void apply_and_retire(struct fixture *f, uint64_t cost)
{
    size_t done = 0;
    for (; done < f->count && f->writes[done].cost <= cost; done++)
        for (uint32_t i = 0; i < f->writes[done].size; i++) {
            uint32_t pa = f->writes[done].pa + i;
            for (int s = 0; s < SLOTS; s++)
                if (slot_page[s] == pa / XG_PAGE_SIZE)
                    f->guest[s][pa % XG_PAGE_SIZE] = f->writes[done].bytes[i];
        }
    memmove(f->writes, f->writes + done, (f->count - done) * sizeof *f->writes);
    f->count -= done;
    xg_gpu_view_retire(f->view, cost);
}

static void random_operations_agree_with_the_byte_map(void **state)
{
    struct fixture *f = *state;
    uint64_t cost = 0;
    const char *env = getenv("XG_SEED");
    f->seed = env ? strtoull(env, NULL, 0) : 20240611;
    printf("# seed %llu\n", (unsigned long long)f->seed);
    for (int step = 0; step < 6000; step++) {
        uint32_t what = rnd(f, 100);
        if (what < 60 && f->count + 64 < f->capacity) {
            cost += rnd(f, 3);
            if (rnd(f, 8))
                random_write(f, cost);
            else
                random_page(f, cost);
        } else if (what < 72 && f->count) {
            apply_and_retire(f, f->writes[rnd(f, (uint32_t)f->count)].cost);
        } else if (what < 80) { /* the CPU stores between two runs */
            f->guest[rnd(f, SLOTS)][rnd(f, 320)] ^= 0x5a;
            xg_gpu_view_refresh(f->view);
        } else if (what < 84) {
            expect_page(f, rnd(f, SLOTS));
        } else {
            uint32_t slot = rnd(f, 2) * 2, at = rnd(f, 2 * XG_PAGE_SIZE - 300);
            uint8_t got[300];
            uint32_t size = rnd(f, sizeof got);
            xg_gpu_view_read(f->view, slot_page[slot] * XG_PAGE_SIZE + at, got, size);
            for (uint32_t i = 0; i < size; i++)
                assert_int_equal(
                    got[i], expected(f, slot + (at + i) / XG_PAGE_SIZE, (at + i) % XG_PAGE_SIZE));
        }
        assert_int_equal(xg_gpu_view_pending(f->view), pending_writes(f));
    }
    apply_and_retire(f, UINT64_MAX);
    for (uint32_t s = 0; s < SLOTS; s++) {
        expect_page(f, s);
        assert_ptr_equal(xg_gpu_view_page(f->view, slot_page[s] * XG_PAGE_SIZE), f->guest[s]);
    }
}

static void a_partly_retired_page_keeps_the_newer_bytes(void **state)
{
    struct fixture *f = *state;
    uint32_t old[2] = {0x11111111, 0x22222222}, newer = 0x33333333;
    assert_true(xg_gpu_view_write(f->view, 0x100, old, 8, 10));
    assert_true(xg_gpu_view_write(f->view, 0x104, &newer, 4, 20));
    memcpy(f->guest[0] + 0x100, old, 8); /* the front applies the first */
    xg_gpu_view_retire(f->view, 10);
    f->guest[0][0x100] = 0x77; /* the CPU stores over both; the newer write still wins */
    f->guest[0][0x104] = 0x77;
    xg_gpu_view_refresh(f->view);
    assert_int_equal(xg_gpu_view_read32(f->view, 0x100), 0x11111177);
    assert_int_equal(xg_gpu_view_read32(f->view, 0x104), 0x33333333);
    assert_int_equal(xg_gpu_view_pending(f->view), 1);
}

static void later_writes_show_through_a_page_pointer(void **state)
{
    struct fixture *f = *state;
    uint32_t a = 1, b = 2;
    assert_true(xg_gpu_view_write(f->view, 0x40, &a, 4, 1));
    const uint8_t *page = xg_gpu_view_page(f->view, 0);
    uint32_t generation = xg_gpu_view_generation(f->view);
    assert_true(xg_gpu_view_write(f->view, 0x44, &b, 4, 2));
    assert_int_equal(xg_gpu_view_generation(f->view), generation);
    assert_int_equal(xg_ld32le(page + 0x44), 2);
    assert_true(xg_gpu_view_write(f->view, 0x1000, &b, 4, 3)); /* page 1 becomes a copy */
    assert_int_not_equal(xg_gpu_view_generation(f->view), generation);
}

static void pages_of_lines_live_as_long_as_someone_holds_them(void **state)
{
    struct fixture *f = *state;
    struct xg_line_page *page = xg_line_page_take(f->pool), *other = xg_line_page_take(f->pool);
    memset(page->bytes, 0xC3, XG_PAGE_SIZE);
    page->mask = 2;
    assert_true(xg_gpu_view_write_page(f->view, 0x1000, page, 5));
    assert_int_equal(page->holders, 2);
    xg_line_page_drop(page);
    xg_line_page_drop(other);
    xg_line_pool_destroy(f->pool); /* the device goes, the renderer's view stays */
    f->pool = NULL;
    assert_int_equal(xg_gpu_view_read32(f->view, 0x1040), 0xC3C3C3C3);
    assert_int_equal(xg_gpu_view_read32(f->view, 0x1080), xg_ld32le(f->guest[1] + 0x80));
    assert_false(xg_gpu_view_is_host(f->view, 0x1FFC));
    xg_gpu_view_retire(f->view, 5);
    assert_true(xg_gpu_view_is_host(f->view, 0x1000));
}

static void runs_of_lines_cover_a_mask(void **state)
{
    XG_UNUSED(state);
    static const uint64_t masks[] = {1, UINT64_MAX, 1ull << 63, 0xF0F0ull, 0x8000000000000001ull};
    for (size_t i = 0; i < XG_COUNTOF(masks); i++) {
        uint64_t seen = 0;
        uint32_t first, count;
        for (uint64_t left = masks[i]; left;) {
            left = xg_line_run(left, &first, &count);
            for (uint32_t k = first; k < first + count; k++)
                seen |= 1ull << k;
        }
        assert_true(seen == masks[i]);
    }
}

static void reads_wrap_at_the_end_of_memory(void **state)
{
    struct fixture *f = *state;
    uint8_t got[8];
    xg_gpu_view_read(f->view, XG_PHYS_SIZE - 4, got, 8);
    assert_memory_equal(got, f->guest[4] + XG_PAGE_SIZE - 4, 4);
    assert_memory_equal(got + 4, f->guest[0], 4);
}

static void bad_writes_are_refused(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[8] = {0};
    assert_false(xg_gpu_view_write(f->view, 2, bytes, 4, 0));
    assert_false(xg_gpu_view_write(f->view, 0, bytes, 3, 0));
    assert_false(xg_gpu_view_write(f->view, XG_PHYS_SIZE - 4, bytes, 8, 0));
    assert_false(xg_gpu_view_write(f->view, XG_PHYS_SIZE, bytes, 4, 0));
    assert_int_equal(xg_gpu_view_pending(f->view), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_view, close_view)
    const struct CMUnitTest tests[] = {
        T(random_operations_agree_with_the_byte_map),
        T(a_partly_retired_page_keeps_the_newer_bytes),
        T(later_writes_show_through_a_page_pointer),
        T(pages_of_lines_live_as_long_as_someone_holds_them),
        T(runs_of_lines_cover_a_mask),
        T(reads_wrap_at_the_end_of_memory),
        T(bad_writes_are_refused),
    };
    return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
