/* The GPU front and copies: by the page or line by line they look the same, and they stay away from
 * guest memory until someone looks. */
#include "gpu/xg_device_gen.h"
#include "tests/gpu/front_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Puts a type 0 packet of one register. */
static size_t ring_register(size_t at, uint32_t index, uint32_t value)
{
    xg_st32be(mem->phys + RING + 4 * at, index);
    xg_st32be(mem->phys + RING + 4 * at + 4, value);
    return at + 2;
}

#define PICTURE  0x04000000u
#define VERTICES 0x00200000u

/* A copy of width x height 32-bit pixels to PICTURE. */
static size_t ring_copy(size_t at, uint32_t width, uint32_t height)
{
    uint32_t vertices = VERTICES + 4 * (uint32_t)at; /* each copy has its own */
    const uint32_t regs[][2] = {{0x2208, 6},          {0x2000, width},
                                {0x2001, 0},          {0x2302, 1},
                                {0x2081, 0x80000000}, {0x2082, 0x1FFF1FFF},
                                {0x200F, 0x1FFF1FFF}, {0x2318, 0},
                                {0x2319, PICTURE},    {0x231A, width | height << 16},
                                {0x231B, 6 << 7 | 2}, {0x4800, vertices | 3},
                                {0x4801, 6 << 2 | 2}};
    const float v[6] = {0, 0, (float)width, 0, (float)width, (float)height};
    for (size_t i = 0; i < XG_COUNTOF(regs); i++)
        at = ring_register(at, regs[i][0], regs[i][1]);
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t bits;
        memcpy(&bits, &v[i], 4);
        xg_st32be(mem->phys + vertices + 4 * i, bits);
    }
    xg_st32be(mem->phys + RING + 4 * at, 0xC0003600); /* DRAW_INDX_2 */
    xg_st32be(mem->phys + RING + 4 * at + 4, 0x88);
    return at + 2;
}

static void on_packet_in_full(void *ctx, const struct xg_hook_packet *p)
{
    XG_UNUSED(ctx);
    note("p%u k%u at %llu %x=%x;", p->packet, p->kind, (unsigned long long)p->now, p->address,
         p->value);
}

static struct xg_device *by_line_create(const struct xg_device_host *host, struct xg_error *err)
{
    struct xg_device_host mine = *host;
    mine.lines = NULL;
    return xg_device_model_create(&mine, err);
}

static uint64_t digest_of(xg_pa pa, size_t size)
{
    uint64_t h = 14695981039346656037u;
    xg_memory_here(mem, pa, (uint32_t)size);
    for (size_t i = 0; i < size; i += 8)
        h = (h ^ xg_ld64le(mem->phys + pa + i)) * 1099511628211u;
    return h;
}

/* A copy, a dword over it, a word beside it; what memory and hooks show as time goes by. */
static void log_of_copies(xg_device_create_fn *create, uint32_t width, uint32_t height)
{
    struct xg_error err = {0};
    hooks.on_packet = on_packet_in_full;
    gpu = xg_gpu_create(mem, create, NULL, &hooks, &err);
    assert_non_null(gpu);
    uint32_t tile[1280];
    for (uint32_t t = 0; t < 256; t++) {
        for (uint32_t i = 0; i < XG_COUNTOF(tile); i++)
            tile[i] = (t * 1280 + i) * 0x9E3779B1u;
        struct xg_device *d = xg_gpu_device(gpu);
        d->ops->tile_write(d, t, (const uint8_t *)tile);
    }
    xg_gpu_ring(gpu, RING, 10);
    size_t n = ring_copy(0, width, height);
    const uint32_t store[] = {0xC0013D00, PICTURE + 0x40, 0x12345678}; /* MEM_WRITE */
    for (size_t i = 0; i < XG_COUNTOF(store); i++)
        xg_st32be(mem->phys + RING + 4 * n++, store[i]);
    n = ring_copy(n, 64, 32);
    memset(mem->phys + PICTURE, 0xEE, 4 * (size_t)width * height);
    xg_gpu_mmio_write(gpu, XG_REG_CP_RB_WPTR, (uint32_t)n, 0);
    uint64_t last = 0;
    for (xg_time now = 0; now < 40000000; now += now < 20000 ? 20 : 5000000) {
        assert_true(xg_gpu_advance(gpu, now));
        uint64_t is = digest_of(PICTURE, 4 * (size_t)width * (now < 20000 ? 64 : height));
        if (is != last)
            note("%llu: %llx;", (unsigned long long)now, (unsigned long long)is);
        last = is;
    }
    assert_true(xg_gpu_next_event(gpu) == UINT64_MAX);
}

static void expect_the_same_by_line_and_by_page(uint32_t width, uint32_t height)
{
    static char by_page[sizeof log_text];
    log_of_copies(xg_device_model_create, width, height);
    memcpy(by_page, log_text, sizeof by_page);
    log_text[0] = 0;
    xg_gpu_destroy(gpu);
    log_of_copies(by_line_create, width, height);
    assert_string_equal(log_text, by_page);
    assert_true(strlen(by_page) < sizeof by_page - 1 && strchr(by_page, ':'));
}

static void copies_by_the_page_look_like_copies_by_the_line(void **state)
{
    XG_UNUSED(state);
    expect_the_same_by_line_and_by_page(256, 64);
}

/* The guest looks when all is over, or at single places on the way. */
static void copies_stay_away_until_someone_looks(void **state)
{
    XG_UNUSED(state);
    uint64_t want[3], got;
    for (int run = 0; run < 3; run++) {
        struct xg_error err = {0};
        gpu = xg_gpu_create(mem, run ? xg_device_model_create : by_line_create, NULL, NULL, &err);
        assert_non_null(gpu);
        uint32_t tile[1280];
        for (uint32_t i = 0; i < XG_COUNTOF(tile); i++)
            tile[i] = i * 0x9E3779B1u;
        struct xg_device *d = xg_gpu_device(gpu);
        for (uint32_t t = 0; t < 64; t++, tile[t]++)
            d->ops->tile_write(d, t, (const uint8_t *)tile);
        xg_gpu_ring(gpu, RING, 10);
        memset(mem->phys + PICTURE, 0xEE, 256 * 256);
        xg_gpu_mmio_write(gpu, XG_REG_CP_RB_WPTR, (uint32_t)ring_copy(0, 256, 64), 0);
        assert_true(xg_gpu_advance(gpu, 1000000));
        struct xg_gpu_lazy lazy = xg_gpu_lazy(gpu);
        assert_int_equal(lazy.taken, run ? 1024 : 0);
        assert_int_equal(lazy.fetched, 0);
        assert_int_equal(xg_memory_is_away(mem, PICTURE), run != 0);
        if (run) { /* as it was before the copy, to who does not ask */
            assert_int_equal(mem->phys[PICTURE], 0xEE);
            assert_int_equal(xg_memory_access(mem, 0xA0000000 + PICTURE) & XG_PAGE_AWAY,
                             XG_PAGE_AWAY);
        }
        if (run == 2) { /* a dword of the guest in the middle of it, then the same copy again */
            uint32_t v = 0;
            assert_true(
                xg_memory_protect(mem, 0xA0000000 + PICTURE, 0x10000, XG_PAGE_R | XG_PAGE_W, NULL));
            assert_true(xg_memory_st32(mem, 0xA0000000 + PICTURE + 0x2040, 0xABCD, NULL));
            assert_true(xg_memory_ld32(mem, 0xA0000000 + PICTURE + 0x2044, &v, NULL));
            assert_int_not_equal(v, 0xEEEEEEEE);
            assert_true(xg_gpu_lazy(gpu).fetched >= 64);
            size_t end = ring_copy(ring_copy(0, 256, 64), 256, 64);
            xg_gpu_mmio_write(gpu, XG_REG_CP_RB_WPTR, (uint32_t)end, 2000000);
            assert_true(xg_gpu_advance(gpu, 4000000));
            assert_true(xg_gpu_lazy(gpu).taken == 2048);
        }
        want[run] = digest_of(PICTURE, 256 * 64 * 4);
        got = xg_gpu_lazy(gpu).fetched + xg_gpu_lazy(gpu).dropped;
        assert_int_equal(got, xg_gpu_lazy(gpu).taken);
        xg_gpu_destroy(gpu);
        gpu = NULL;
    }
    assert_true(want[0] == want[1] && want[0] == want[2]);
}

/* The device's own reads come to guest memory once its writes are retired. */
static void the_device_reads_a_copy_that_is_away(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    uint32_t tile[1280];
    gpu = xg_gpu_create(mem, xg_device_model_create, NULL, NULL, &err);
    assert_non_null(gpu);
    for (uint32_t i = 0; i < XG_COUNTOF(tile); i++)
        tile[i] = i * 0x9E3779B1u + 3;
    struct xg_device *d = xg_gpu_device(gpu);
    d->ops->tile_write(d, 0, (const uint8_t *)tile);
    xg_gpu_ring(gpu, RING, 10);
    size_t n = ring_copy(0, 64, 32);
    xg_gpu_mmio_write(gpu, XG_REG_CP_RB_WPTR, (uint32_t)n, 0);
    assert_true(xg_gpu_advance(gpu, 1000000));
    assert_true(xg_memory_is_away(mem, PICTURE));
    const uint32_t words[] = {0xC0022F00, PICTURE + 4, 0,         1, /* LOAD_ALU_CONSTANT */
                              0xC0013E00, 0x4000,      0x00300000 /* REG_TO_MEM */};
    for (size_t i = 0; i < XG_COUNTOF(words); i++)
        xg_st32be(mem->phys + RING + 4 * n++, words[i]);
    xg_gpu_mmio_write(gpu, XG_REG_CP_RB_WPTR, (uint32_t)n, 1000000);
    assert_true(xg_gpu_advance(gpu, 2000000));
    assert_int_equal(xg_ld32le(mem->phys + 0x00300000), tile[1]);
    assert_int_equal(xg_gpu_lazy(gpu).fetched, 128);
}

/* Nobody looks, and the next copy covers the first: its lines are never stored. */
static void a_copy_over_a_copy_that_nobody_saw_drops_it(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    gpu = xg_gpu_create(mem, xg_device_model_create, NULL, NULL, &err);
    assert_non_null(gpu);
    xg_gpu_ring(gpu, RING, 10);
    size_t n = ring_copy(ring_copy(0, 128, 64), 128, 64);
    n = ring_copy(n, 64, 32); /* less than a page of it */
    xg_gpu_mmio_write(gpu, XG_REG_CP_RB_WPTR, (uint32_t)n, 0);
    assert_true(xg_gpu_advance(gpu, 4000000));
    struct xg_gpu_lazy lazy = xg_gpu_lazy(gpu);
    assert_int_equal(lazy.taken, 512 + 512 + 128);
    assert_int_equal(lazy.dropped, 512 + 128);
    assert_int_equal(lazy.fetched, 0);
    xg_gpu_destroy(gpu); /* memory outlives it, and has the rest */
    gpu = NULL;
    assert_false(xg_memory_is_away(mem, PICTURE));
}

/* More lines than the queue holds: they are stored early, and all of them. */
static void a_copy_of_nonsense_size_is_stored_early_as_a_whole(void **state)
{
    XG_UNUSED(state);
    expect_the_same_by_line_and_by_page(8000, 2200);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_front, close_front)
    const struct CMUnitTest tests[] = {
        T(copies_by_the_page_look_like_copies_by_the_line),
        T(copies_stay_away_until_someone_looks),
        T(the_device_reads_a_copy_that_is_away),
        T(a_copy_over_a_copy_that_nobody_saw_drops_it),
        T(a_copy_of_nonsense_size_is_stored_early_as_a_whole),
    };
    return cmocka_run_group_tests_name("gpu front: copies", tests, NULL, NULL);
}
