/* Lines of copies that stay on the device: the core behind the front and the model that stores
 * every line at once are looked at and stored to at the same guest times, and show the same memory.
 */
#include "driver/link_device.h"
#include "driver/rtl_device.h"
#include "gpu/gpu.h"
#include "gpu/xg_device_gen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/faulty_link.h"
#include "tests/support/gpu_bench.h"

#define RING      0x00100000u
#define RING_LOG2 12u
#define VERTICES  0x00200000u
#define PICTURES  0x01000000u /* 256 KiB that copies go to */
#define AREA      0x00040000u
#define RW        (XG_PAGE_R | XG_PAGE_W)

struct side {
    struct xg_memory *mem;
    struct xg_gpu *gpu;
    uint32_t wptr;
};
static struct side lazy, eager;

static struct xg_device *by_line_create(const struct xg_device_host *host, struct xg_error *err)
{
    struct xg_device_host mine = *host;
    mine.lines = NULL;
    return xg_device_model_create(&mine, err);
}

static bool open_side(struct side *s, xg_device_create_fn *create)
{
    struct xg_error err = {0};
    uint32_t tile[1280];
    *s = (struct side){.mem = xg_memory_create(&err)};
    if (s->mem)
        s->gpu = xg_gpu_create(s->mem, create, NULL, NULL, &err);
    if (!s->gpu || !xg_memory_protect(s->mem, 0xA0000000, 0x02000000, RW, &err)) {
        print_error("%s\n", err.text);
        return false;
    }
    xg_gpu_ring(s->gpu, RING, RING_LOG2);
    struct xg_device *d = xg_gpu_device(s->gpu);
    for (uint32_t t = 0; t < 64; t++) {
        for (uint32_t i = 0; i < XG_COUNTOF(tile); i++)
            tile[i] = (t * 1280 + i) * 0x9E3779B1u + 7;
        d->ops->tile_write(d, t, (const uint8_t *)tile);
    }
    return true;
}
static int open_both(void **state)
{
    XG_UNUSED(state);
    return open_side(&lazy, xg_device_rtl_create) && open_side(&eager, by_line_create) ? 0 : -1;
}
static int close_both(void **state)
{
    XG_UNUSED(state);
    xg_gpu_destroy(lazy.gpu);
    xg_gpu_destroy(eager.gpu);
    xg_memory_destroy(lazy.mem);
    xg_memory_destroy(eager.mem);
    return 0;
}

/* --- the same to both --- */

static void store(struct side *s, xg_pa pa, uint32_t word)
{
    assert_true(xg_memory_st32(s->mem, 0xA0000000 + pa, word, NULL));
}
static void put(struct side *s, uint32_t word)
{
    store(s, RING + 4 * s->wptr, word);
    s->wptr = (s->wptr + 1) & ((1u << RING_LOG2) - 1);
}
static void put_both(const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put(&lazy, words[i]);
        put(&eager, words[i]);
    }
}
#define PUT(...)                                                                                   \
    put_both((const uint32_t[]){__VA_ARGS__},                                                      \
             sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* 32-bit pixels of one sample, from tile `base`. */
static void put_copy(xg_pa to, uint32_t base, uint32_t width, uint32_t height, uint32_t pitch)
{
    static uint32_t turn;
    xg_pa vertices = VERTICES + turn++ % 1024 * 32;
    const float v[6] = {0, 0, (float)width, 0, (float)width, (float)height};
    const uint32_t regs[][2] = {{0x2208, 6},          {0x2000, width},
                                {0x2001, base},       {0x2302, 1},
                                {0x2081, 0x80000000}, {0x2082, 0x1FFF1FFF},
                                {0x200F, 0x1FFF1FFF}, {0x2318, 0},
                                {0x2319, to},         {0x231A, pitch | height << 16},
                                {0x231B, 6 << 7 | 2}, {0x4800, vertices | 3},
                                {0x4801, 6 << 2 | 2}};
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t bits;
        memcpy(&bits, &v[i], 4);
        store(&lazy, vertices + 4 * i, bits);
        store(&eager, vertices + 4 * i, bits);
    }
    for (size_t i = 0; i < XG_COUNTOF(regs); i++)
        PUT(regs[i][0], regs[i][1]);
    PUT(PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x88);
}

static void kick(xg_time now)
{
    xg_gpu_mmio_write(lazy.gpu, XG_REG_CP_RB_WPTR, lazy.wptr, now);
    xg_gpu_mmio_write(eager.gpu, XG_REG_CP_RB_WPTR, eager.wptr, now);
}
static void advance(xg_time now)
{
    if (!xg_gpu_advance(lazy.gpu, now))
        fail_msg("%s", xg_gpu_error(lazy.gpu));
    assert_true(xg_gpu_advance(eager.gpu, now));
}

static void expect_same(xg_pa pa, uint32_t size)
{
    static uint8_t a[AREA], b[AREA];
    assert_true(xg_memory_read(lazy.mem, 0xA0000000 + pa, a, size, NULL));
    assert_true(xg_memory_read(eager.mem, 0xA0000000 + pa, b, size, NULL));
    for (uint32_t i = 0; i < size; i++)
        if (a[i] != b[i])
            fail_msg("byte 0x%X is %02x, should be %02x", pa + i, a[i], b[i]);
}

static uint64_t received(void)
{
    struct xg_gpu_counters c;
    struct xg_device *d = xg_gpu_device(lazy.gpu);
    d->ops->counters(d, &c);
    return c.link_rx_bytes;
}

/* --- the tests --- */

static void lines_that_nobody_looks_at_stay_on_the_device(void **state)
{
    XG_UNUSED(state);
    uint64_t before = received();
    put_copy(PICTURES, 0, 256, 128, 256);
    kick(0);
    advance(1000000);
    struct xg_gpu_lazy counts = xg_gpu_lazy(lazy.gpu);
    assert_int_equal(counts.taken, 2048);
    assert_int_equal(counts.fetched, 0);
    uint64_t said = received() - before; /* the numbers of the lines alone */
    assert_true(said < 2048 * 8);
    /* A look at one page brings the 64 KiB around it. */
    expect_same(PICTURES + 0x11000, 4);
    uint64_t looked = received() - before - said;
    assert_true(looked > 65536 && looked < 65536 + 4096);
    print_message("# bytes on the link: %llu for a copy of 131072, %llu for a look at one word\n",
                  (unsigned long long)said, (unsigned long long)looked);
    assert_int_equal(xg_gpu_lazy(lazy.gpu).fetched, 1024);
    expect_same(PICTURES, AREA);
    assert_int_equal(xg_gpu_lazy(lazy.gpu).fetched, 2048);
}

static void the_device_writes_again_where_lines_are(void **state)
{
    XG_UNUSED(state);
    put_copy(PICTURES, 0, 256, 128, 256);
    put_copy(PICTURES, 7, 256, 64, 256); /* half of it again */
    PUT(PM4_TYPE3(XG_PM4_MEM_WRITE, 2), PICTURES + 0x44, 0xCAFEF00D);
    put_copy(PICTURES + 0x740, 3, 64, 32, 64); /* not at the start of a page */
    kick(0);
    advance(1000000);
    expect_same(PICTURES, AREA);
    put_copy(PICTURES, 9, 256, 128, 256); /* the same place in the next run */
    kick(1000000);
    advance(3000000);
    expect_same(PICTURES, AREA);
}

static void lines_that_are_written_twice(void **state)
{
    XG_UNUSED(state);
    put_copy(PICTURES, 0, 256, 64, 256);
    put_copy(PICTURES, 5, 256, 64, 128); /* wider than its place */
    put_copy(PICTURES, 11, 128, 64, 128);
    kick(0);
    advance(1000000);
    expect_same(PICTURES, AREA);
}

/* The CPU stores before the copy is visible (the copy comes later), and after (the store does). */
static void the_host_writes_a_page_while_its_lines_are_on_the_device(void **state)
{
    XG_UNUSED(state);
    put_copy(PICTURES, 0, 256, 64, 256);
    kick(0);
    for (int i = 0; i < 2; i++) {
        struct side *s = i ? &eager : &lazy;
        store(s, PICTURES + 0x2040, 0x11111111);
    }
    advance(1000000);
    for (int i = 0; i < 2; i++) {
        struct side *s = i ? &eager : &lazy;
        store(s, PICTURES + 0x3080, 0x22222222);
    }
    /* The device reads what the CPU left and what the copy left. */
    PUT(PM4_TYPE3(XG_PM4_LOAD_ALU_CONSTANT, 3), PICTURES + 0x3080, 0, 2);
    PUT(PM4_TYPE3(XG_PM4_LOAD_ALU_CONSTANT, 3), PICTURES + 0x2040, 2, 2);
    PUT(PM4_TYPE3(XG_PM4_REG_TO_MEM, 2), 0x4000, 0x00300000);
    PUT(PM4_TYPE3(XG_PM4_REG_TO_MEM, 2), 0x4001, 0x00300004);
    PUT(PM4_TYPE3(XG_PM4_REG_TO_MEM, 2), 0x4002, 0x00300008);
    PUT(PM4_TYPE3(XG_PM4_REG_TO_MEM, 2), 0x4003, 0x0030000C);
    kick(1000000);
    advance(2000000);
    uint32_t v = 0;
    assert_true(xg_memory_ld32(lazy.mem, 0xA0300000, &v, NULL));
    assert_int_equal(xg_bswap32(v), 0x22222222);
    expect_same(0x00300000, 16);
    expect_same(PICTURES, AREA);
}

static void a_reset_and_the_end_leave_the_bytes(void **state)
{
    XG_UNUSED(state);
    struct xg_device *d = xg_gpu_device(lazy.gpu);
    put_copy(PICTURES, 0, 256, 64, 256);
    kick(0);
    advance(1000000);
    d->ops->reset(d);
    expect_same(PICTURES, 0x8000);
    xg_gpu_destroy(lazy.gpu); /* memory outlives it */
    lazy.gpu = NULL;
    expect_same(PICTURES, AREA);
}

static struct xg_gpu_lazy look_and_store(struct bench_random r, int steps)
{
    xg_time now = 0;
    for (int step = 0; step < steps; step++) {
        uint32_t at = PICTURES + bench_below(&r, AREA / 4) * 4;
        switch (bench_below(&r, 8)) {
        case 0:
        case 1:
        case 2: { /* a copy that ends inside the area */
            uint32_t width = 8 + bench_below(&r, 32) * 8, height = 8 + bench_below(&r, 8) * 8;
            uint32_t pitch = width + bench_below(&r, 2) * 32;
            xg_pa to = PICTURES + bench_below(&r, 16) * 0x1000;
            if (bench_below(&r, 4) == 0)
                to += bench_below(&r, 64) * 64;
            put_copy(to, bench_below(&r, 32), width, height, pitch);
            break;
        }
        case 3:
            PUT(PM4_TYPE3(XG_PM4_MEM_WRITE, 2), at, bench_random(&r));
            break;
        case 4:
            PUT(PM4_TYPE3(XG_PM4_LOAD_ALU_CONSTANT, 3), at & ~63u, 16, 2);
            PUT(PM4_TYPE3(XG_PM4_REG_TO_MEM, 2), 0x4010, 0x00300000 + 4 * bench_below(&r, 64));
            break;
        case 5: {
            uint32_t word = bench_random(&r);
            store(&lazy, at, word);
            store(&eager, at, word);
            break;
        }
        case 6:
            expect_same(at, 4);
            expect_same(0x00300000, 256);
            break;
        default:
            kick(now);
            now += bench_below(&r, 3) * 20000;
            advance(now);
            break;
        }
        if (lazy.wptr > (1u << RING_LOG2) - 64 || step % 40 == 39) {
            kick(now);
            advance(now += 10000000);
        }
    }
    kick(now);
    advance(now + 50000000);
    struct xg_gpu_lazy counts = xg_gpu_lazy(lazy.gpu);
    expect_same(PICTURES, AREA);
    expect_same(0x00300000, 256);
    return counts;
}

static void random_looks_and_stores(void **state)
{
    XG_UNUSED(state);
    struct xg_gpu_lazy counts = look_and_store(bench_seed(20240711), 300);
    print_message("# lines: %llu left, %llu looked at, %llu overwritten unseen\n",
                  (unsigned long long)counts.taken, (unsigned long long)counts.fetched,
                  (unsigned long long)counts.dropped);
    assert_true(counts.taken > 1000 && counts.dropped > 0);
}

/* --- the same on a link that damages words, and on a device that loses its power --- */

static struct faulty_device *core;
static struct faulty_options faults;
static struct faulty_counts met;

static struct xg_device *faulty_create(const struct xg_device_host *host, struct xg_error *err)
{
    core = faulty_device_create(err);
    struct xg_transport *t = core ? faulty_link_create(core, &faults, &met, err) : NULL;
    return t ? xg_link_device_create(host, t, err) : NULL;
}

static void random_looks_and_stores_on_a_bad_link(void **state)
{
    XG_UNUSED(state);
    static const enum faulty_kind kinds[] = {FAULTY_LOSE, FAULTY_BOTH};
    unsigned powered = 0;
    for (size_t i = 0; i < XG_COUNTOF(kinds); i++) {
        struct bench_random r = bench_seed(4711 + i);
        met = (struct faulty_counts){0};
        faults = (struct faulty_options){.kind = kinds[i], .seed = r.s};
        assert_true(open_side(&lazy, faulty_create) && open_side(&eager, by_line_create));
        look_and_store(r, 40);
        close_both(NULL);
        faulty_device_destroy(core);
        print_message("# %s: %u faults, found again %u times, %u of them without its state\n",
                      faulty_name(kinds[i]), met.faults, met.reopened, met.powered);
        powered += met.powered;
    }
    assert_true(powered > 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)
    const struct CMUnitTest tests[] = {
        T(lines_that_nobody_looks_at_stay_on_the_device),
        T(the_device_writes_again_where_lines_are),
        T(lines_that_are_written_twice),
        T(the_host_writes_a_page_while_its_lines_are_on_the_device),
        T(a_reset_and_the_end_leave_the_bytes),
        T(random_looks_and_stores),
        cmocka_unit_test(random_looks_and_stores_on_a_bad_link),
    };
    return cmocka_run_group_tests_name("lines on the device", tests, NULL, NULL);
}
