/* memory: the address map, aliases, protection, device windows, watches, code marks. */
#include "memory/regions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define RW (XG_PAGE_R | XG_PAGE_W)

static int setup(void **state)
{
    struct xg_error err = {0};
    *state = xg_memory_create(&err);
    if (!*state)
        print_error("%s\n", err.text);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    xg_memory_destroy(*state);
    return 0;
}

static void the_base_is_4_gib_aligned_and_two_memories_coexist(void **state)
{
    struct xg_memory *a = *state, *b = xg_memory_create(NULL);
    assert_non_null(b);
    assert_int_equal((uintptr_t)a->base & 0xFFFFFFFFu, 0);
    assert_int_equal((uintptr_t)b->base & 0xFFFFFFFFu, 0);
    assert_true(xg_memory_protect(a, 0xA0000000, 0x1000, RW, NULL));
    assert_true(xg_memory_protect(b, 0xA0000000, 0x1000, RW, NULL));
    assert_true(xg_memory_st32(a, 0xA0000000, 1, NULL));
    assert_true(xg_memory_st32(b, 0xA0000000, 2, NULL));
    uint32_t v = 0;
    assert_true(xg_memory_ld32(a, 0xA0000000, &v, NULL));
    assert_int_equal(v, 1);
    xg_memory_destroy(b);
}

static void nothing_is_accessible_at_first(void **state)
{
    struct xg_memory *mem = *state;
    struct xg_fault f = {0};
    uint32_t v = 0;
    for (uint64_t ga = 0; ga < 0x100000000ull; ga += 0x01000000)
        assert_false(xg_memory_ld32(mem, (xg_ga)ga, &v, NULL));
    assert_false(xg_memory_ld32(mem, 0x82000004, &v, &f));
    assert_int_equal(f.kind, XG_FAULT_UNMAPPED);
    assert_int_equal(f.address, 0x82000004);
    assert_false(f.store);
}

static void the_physical_windows_show_the_same_bytes(void **state)
{
    struct xg_memory *mem = *state;
    for (int i = 0; i < 3; i++) {
        static const xg_ga at[] = {0xA1234000, 0xC1234000, 0xE1233000};
        assert_true(xg_memory_protect(mem, at[i], 0x1000, RW, NULL));
        assert_int_equal(xg_memory_bus(mem, at[i] + 0x10), 0x01234010);
    }
    uint32_t v = 0;
    assert_true(xg_memory_st32(mem, 0xA1234010, 0x11223344, NULL));
    assert_true(xg_memory_ld32(mem, 0xE1233010, &v, NULL));
    assert_int_equal(v, 0x11223344);
    assert_true(xg_memory_st32(mem, 0xE1233010, 0xCAFEF00D, NULL));
    assert_true(xg_memory_ld32(mem, 0xC1234010, &v, NULL));
    assert_int_equal(v, 0xCAFEF00D);
    assert_int_equal(xg_ld32be(mem->phys + 0x01234010), 0xCAFEF00D);
    assert_int_equal(xg_memory_bus(mem, 0x82000000), XG_PA_NONE);
    assert_int_equal(xg_memory_bus(mem, 0xFFD00000), XG_PA_NONE);
}

static void the_image_windows_show_the_same_bytes(void **state)
{
    struct xg_memory *mem = *state;
    uint32_t v = 0;
    assert_true(xg_memory_protect(mem, 0x82000000, 0x1000, RW, NULL));
    assert_true(xg_memory_protect(mem, 0x92000000, 0x1000, XG_PAGE_R, NULL));
    assert_true(xg_memory_st32(mem, 0x82000800, 77, NULL));
    assert_true(xg_memory_ld32(mem, 0x92000800, &v, NULL));
    assert_int_equal(v, 77);
}

static void protection_decides_by_page_and_a_refused_store_changes_nothing(void **state)
{
    struct xg_memory *mem = *state;
    struct xg_fault f = {0};
    uint8_t ones[32], got[16];
    memset(ones, 0xFF, sizeof ones);
    assert_true(xg_memory_protect(mem, 0x10000, 0x1000, RW, NULL));
    assert_true(xg_memory_protect(mem, 0x11000, 0x1000, XG_PAGE_R, NULL));
    assert_false(xg_memory_write(mem, 0x10FF0, ones, sizeof ones, &f));
    assert_int_equal(f.kind, XG_FAULT_PROTECTED);
    assert_int_equal(f.address, 0x11000);
    assert_true(f.store);
    assert_true(xg_memory_read(mem, 0x10FF0, got, sizeof got, NULL));
    for (size_t i = 0; i < sizeof got; i++)
        assert_int_equal(got[i], 0);
    assert_true(xg_memory_read(mem, 0x10FF0, ones, sizeof ones, NULL));
    assert_false(xg_memory_read(mem, 0x11FF0, ones, sizeof ones, &f));
    assert_int_equal(f.kind, XG_FAULT_UNMAPPED);
    assert_int_equal(f.address, 0x12000);
}

static void protect_refuses_what_is_not_ram(void **state)
{
    struct xg_memory *mem = *state;
    struct xg_error err = {0};
    assert_false(xg_memory_protect(mem, 0x7FC80000, 0x1000, RW, &err));
    assert_non_null(strstr(err.text, "0x7FC80000"));
    assert_false(xg_memory_protect(mem, 0x9FFFF000, 0x2000, RW, NULL));
    assert_false(xg_memory_protect(mem, 0x10000, 0x800, RW, NULL));
    assert_false(xg_memory_protect(mem, 0xFFFFF000, 0x1000, RW, NULL));
}

static void accesses_that_wrap_or_hit_the_top_fault(void **state)
{
    struct xg_memory *mem = *state;
    struct xg_fault f = {0};
    uint64_t v;
    assert_false(xg_memory_ld64(mem, 0xFFFFFFFC, &v, &f));
    assert_int_equal(f.kind, XG_FAULT_UNMAPPED);
    assert_true(xg_memory_protect(mem, 0xFFCFF000, 0x1000, RW, NULL));
    assert_true(xg_memory_st64(mem, 0xFFCFFFF8, 5, NULL));
    assert_int_equal(mem->phys[0x1FD00FFF], 5);
    assert_false(xg_memory_st64(mem, 0xFFCFFFFC, 5, &f));
    assert_int_equal(f.address, 0xFFD00000);
}

static void discarded_pages_read_as_zero_in_every_window(void **state)
{
    struct xg_memory *mem = *state;
    uint32_t v = 1;
    assert_true(xg_memory_protect(mem, 0xA0200000, 0x10000, RW, NULL));
    assert_true(xg_memory_protect(mem, 0x20000, 0x1000, RW, NULL));
    assert_true(xg_memory_st32(mem, 0xA0200100, 9, NULL));
    assert_true(xg_memory_st32(mem, 0x20100, 9, NULL));
    assert_true(xg_memory_discard(mem, 0xE01FF000, 0x1000, NULL));
    assert_true(xg_memory_discard(mem, 0x20000, 0x1000, NULL));
    assert_true(xg_memory_ld32(mem, 0xA0200100, &v, NULL));
    assert_int_equal(v, 0);
    assert_true(xg_memory_ld32(mem, 0x20100, &v, NULL));
    assert_int_equal(v, 0);
}

/* ---- device windows ---- */

struct device {
    uint32_t offset, value;
};
static bool device_read(void *ctx, uint32_t offset, uint32_t *value)
{
    *value = ((struct device *)ctx)->value + offset;
    return offset < 0x100;
}
static bool device_write(void *ctx, uint32_t offset, uint32_t value)
{
    *(struct device *)ctx = (struct device){offset, value};
    return true;
}

static void a_device_window_takes_whole_words_only(void **state)
{
    struct xg_memory *mem = *state;
    struct device dev = {0, 0x01020304};
    struct xg_mmio_ops ops = {&dev, device_read, device_write};
    const struct xg_device_row *row = xg_device_row_named("gpu");
    struct xg_fault f = {0};
    uint32_t v = 0;
    uint16_t h;
    assert_true(xg_memory_map_device(mem, row->name, row->base, row->size, &ops, NULL));
    assert_string_equal(xg_memory_region_of(mem, 0x7FC80714)->name, "gpu");
    assert_true(xg_memory_ld32(mem, 0x7FC80010, &v, NULL));
    assert_int_equal(v, 0x01020314);
    assert_true(xg_memory_st32(mem, 0x7FC80714, 42, NULL));
    assert_int_equal(dev.offset, 0x714);
    assert_int_equal(dev.value, 42);
    assert_false(xg_memory_ld16(mem, 0x7FC80010, &h, &f));
    assert_int_equal(f.kind, XG_FAULT_DEVICE);
    assert_false(xg_memory_ld32(mem, 0x7FC80012, &v, &f));
    assert_int_equal(f.kind, XG_FAULT_DEVICE);
    assert_false(xg_memory_ld32(mem, 0x7FC80100, &v, &f));
    assert_int_equal(f.address, 0x7FC80100);
    assert_false(xg_memory_can_read(mem, 0x7FC80010, 4));
    assert_false(xg_memory_can_write(mem, 0x7FC80010, 4));
}

static void a_device_window_may_not_overlap_and_the_refusal_names_the_region(void **state)
{
    struct xg_memory *mem = *state;
    struct xg_mmio_ops ops = {0};
    struct xg_error err = {0};
    assert_false(xg_memory_map_device(mem, "x", 0x7FC70000, 0x20000, &ops, &err));
    assert_non_null(strstr(err.text, "writeback"));
    assert_true(xg_memory_map_device(mem, "a", 0x7FC80000, 0x10000, &ops, NULL));
    err = (struct xg_error){0};
    assert_false(xg_memory_map_device(mem, "b", 0x7FC8F000, 0x1000, &ops, &err));
    assert_non_null(strstr(err.text, "overlaps a"));
    assert_false(xg_memory_map_device(mem, "c", 0x7FD00800, 0x1000, &ops, NULL));
    assert_false(xg_memory_map_device(mem, "d", 0xFFFF0000, 0x20000, &ops, NULL));
}

static void the_map_is_sorted_and_only_declared_aliases_overlap(void **state)
{
    struct xg_memory *mem = *state;
    struct xg_mmio_ops ops = {0};
    assert_true(xg_memory_map_device(mem, "gpu", 0x7FC80000, 0x10000, &ops, NULL));
    uint64_t end = 0;
    size_t n = 0;
    for (const struct xg_region *r; (r = xg_memory_region(mem, n)); n++) {
        assert_true(r->base >= end);
        end = (uint64_t)r->base + r->size;
    }
    assert_int_equal(n, xg_region_row_count + 1);
}

/* ---- watches and code ---- */

struct seen {
    unsigned count;
    uint32_t page[8];
    struct xg_memory *mem;
    uint32_t before; /* word at the page's start when told */
};
static void note_watch(void *ctx, xg_pa page)
{
    struct seen *s = ctx;
    s->before = xg_ld32be(s->mem->phys + page);
    s->page[s->count++ % 8] = page;
}
static void note_code(void *ctx, xg_ga page)
{
    struct seen *s = ctx;
    s->page[s->count++ % 8] = page;
}

static void a_watch_fires_once_before_the_store_through_any_window(void **state)
{
    struct xg_memory *mem = *state;
    struct seen seen = {.mem = mem};
    assert_true(xg_memory_protect(mem, 0xA0300000, 0x10000, RW, NULL));
    assert_true(xg_memory_protect(mem, 0xE0300000, 0x1000, RW, NULL));
    assert_true(xg_memory_st32(mem, 0xA0301000, 7, NULL));
    xg_memory_set_watcher(mem, note_watch, &seen);
    xg_memory_watch(mem, 0x00301004, 4);
    assert_false(xg_memory_can_write(mem, 0xA0301000, 4));
    assert_false(xg_memory_can_write(mem, 0xE0300000, 4));
    assert_true(xg_memory_st32(mem, 0xA0302000, 1, NULL));
    assert_int_equal(seen.count, 0);
    assert_true(xg_memory_st32(mem, 0xE0300000, 8, NULL));
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.page[0], 0x00301000);
    assert_int_equal(seen.before, 7);
    assert_true(xg_memory_can_write(mem, 0xA0301000, 4));
    assert_true(xg_memory_st32(mem, 0xA0301000, 9, NULL));
    assert_int_equal(seen.count, 1);
}

static void a_store_to_translated_code_tells_its_owner_once(void **state)
{
    struct xg_memory *mem = *state;
    struct seen seen = {.mem = mem};
    assert_true(xg_memory_protect(mem, 0x82000000, 0x2000, RW | XG_PAGE_X, NULL));
    xg_memory_set_code_owner(mem, note_code, &seen);
    xg_memory_mark_code(mem, 0x82000FFC, 8);
    uint8_t bytes[16] = {0};
    assert_true(xg_memory_write(mem, 0x82000FF8, bytes, sizeof bytes, NULL));
    assert_int_equal(seen.count, 4); /* two pages, each with its alias */
    assert_int_equal(seen.page[0], 0x82000000);
    assert_true(xg_memory_write(mem, 0x82000FF8, bytes, sizeof bytes, NULL));
    assert_int_equal(seen.count, 4);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_base_is_4_gib_aligned_and_two_memories_coexist),
        T(nothing_is_accessible_at_first),
        T(the_physical_windows_show_the_same_bytes),
        T(the_image_windows_show_the_same_bytes),
        T(protection_decides_by_page_and_a_refused_store_changes_nothing),
        T(protect_refuses_what_is_not_ram),
        T(accesses_that_wrap_or_hit_the_top_fault),
        T(discarded_pages_read_as_zero_in_every_window),
        T(a_device_window_takes_whole_words_only),
        T(a_device_window_may_not_overlap_and_the_refusal_names_the_region),
        T(the_map_is_sorted_and_only_declared_aliases_overlap),
        T(a_watch_fires_once_before_the_store_through_any_window),
        T(a_store_to_translated_code_tells_its_owner_once),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
