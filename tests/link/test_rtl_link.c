/* What only shows with the real link in between: pages and watches, tiles that change hands, the
 * packet budget, resets, pauses on every port. The oracle is the golden model or written out. */
#include "driver/rtl_device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/gpu_stream.h"

static struct gpu_bench rtl, model;
static uint32_t stall_seed;

static struct xg_device *create_stalling(const struct xg_device_host *host, struct xg_error *err)
{
    return xg_device_rtl_create_stalling(host, stall_seed, err);
}

static int open_both(void **state)
{
    XG_UNUSED(state);
    if (!bench_open(&rtl, xg_device_rtl_create)) {
        print_error("%s\n", rtl.err.text);
        return -1;
    }
    return bench_open(&model, xg_device_model_create) ? 0 : -1;
}
static int close_both(void **state)
{
    XG_UNUSED(state);
    bench_close(&rtl);
    bench_close(&model);
    return 0;
}

/* A store of the CPU: the device is told first, as the watcher does. */
static void cpu_store(struct gpu_bench *b, uint32_t pa, uint32_t word)
{
    b->device->ops->page_dirty(b->device, pa & ~0xFFFu);
    bench_store(b, pa, &word, 1);
}

static enum xg_device_state submit(struct gpu_bench *b, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cpu_store(b, BENCH_RING + 4 * b->wptr, words[i]);
        b->wptr = (b->wptr + 1) & ((1u << BENCH_RING_LOG2) - 1);
    }
    b->device->ops->kick(b->device, b->wptr);
    return b->device->ops->run(b->device, UINT64_MAX);
}
#define SUBMIT(b, ...)                                                                             \
    submit((b), (const uint32_t[]){__VA_ARGS__},                                                   \
           sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void expect_same_effects(void)
{
    assert_int_equal(rtl.count, model.count);
    for (size_t i = 0; i < rtl.count; i++) {
        const struct xg_gpu_effect *a = &rtl.effects[i].e, *b = &model.effects[i].e;
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->cost, b->cost);
        assert_int_equal(a->packet, b->packet);
        assert_int_equal(a->address, b->address);
        assert_int_equal(a->value, b->value);
        assert_int_equal(a->size, b->size);
        assert_memory_equal(rtl.effects[i].bytes, model.effects[i].bytes,
                            sizeof rtl.effects[i].bytes);
    }
}

/* A constant load reads memory that the CPU changed after the page went to the board. */
static void stores_of_the_cpu_reach_the_device_before_the_doorbell(void **state)
{
    XG_UNUSED(state);
    struct xg_gpu_counters before, after;
    for (uint32_t i = 0; i < 3; i++) {
        cpu_store(&rtl, 0x00420010, 0x1000 + i);
        SUBMIT(&rtl, PM4_TYPE3(XG_PM4_LOAD_ALU_CONSTANT, 3), 0x00420010, 0x00000000, 1);
        assert_int_equal(rtl.device->ops->reg_read(rtl.device, 0x4000), 0x1000 + i);
    }
    rtl.device->ops->counters(rtl.device, &before);
    assert_int_equal(before.page_faults, 0); /* the ring and the data went ahead */
    cpu_store(&rtl, 0x00421000, 1);
    SUBMIT(&rtl, 0x80000000);
    rtl.device->ops->counters(rtl.device, &after);
    assert_int_equal(after.pages_pushed - before.pages_pushed, 2);
    assert_int_equal(after.page_faults, before.page_faults);
}

/* The page that is sent again holds the device's own write that the front has not applied. */
static void a_page_sent_again_keeps_the_devices_own_writes(void **state)
{
    XG_UNUSED(state);
    SUBMIT(&rtl, PM4_TYPE3(XG_PM4_MEM_WRITE, 2), 0x00420020, 0xCAFE0001);
    cpu_store(&rtl, 0x00420024, 0x55);
    SUBMIT(&rtl, PM4_TYPE3(XG_PM4_LOAD_ALU_CONSTANT, 3), 0x00420020, 0x00000000, 2);
    assert_int_equal(xg_ld32be(rtl.memory + 0x00420020), 0);
    assert_int_equal(rtl.device->ops->reg_read(rtl.device, 0x4000), xg_bswap32(0xCAFE0001));
    assert_int_equal(rtl.device->ops->reg_read(rtl.device, 0x4001), 0x55);
    bench_apply(&rtl);
    cpu_store(&rtl, 0x00420020, 0x66); /* newer than the write that is retired now */
    SUBMIT(&rtl, PM4_TYPE3(XG_PM4_LOAD_ALU_CONSTANT, 3), 0x00420020, 0x00000000, 1);
    assert_int_equal(rtl.device->ops->reg_read(rtl.device, 0x4000), 0x66);
}

/* run(n) stops after the same packet as the model, whatever the packets do. */
static void a_run_stops_exactly_after_its_packets(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(5);
    uint32_t words[2000] = {0};
    size_t n = 0;
    while (n < 1900) {
        switch (bench_below(&r, 6)) {
        case 0:
            words[n++] = 0x80000000;
            break;
        case 1:
            words[n++] = PM4_TYPE0(0x2100, 2);
            words[n++] = bench_random(&r);
            words[n++] = bench_random(&r);
            break;
        case 2:
            words[n++] = PM4_TYPE3(XG_PM4_MEM_WRITE, 3);
            words[n++] = 0x00500000 + 8 * bench_below(&r, 100000);
            words[n++] = bench_random(&r);
            words[n++] = bench_random(&r);
            break;
        case 3:
            words[n++] = PM4_TYPE3(XG_PM4_INTERRUPT, 1);
            words[n++] = 4;
            break;
        case 4:
            words[n++] = PM4_TYPE3(XG_PM4_NOP, 5);
            n += 5;
            break;
        default:
            words[n++] = PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2);
            words[n++] = 0x00600000;
            words[n++] = 3;
            break;
        }
    }
    struct gpu_bench *const both[2] = {&rtl, &model};
    for (int i = 0; i < 2; i++) {
        BENCH_STORE(both[i], 0x00600000, 0x80000000, PM4_TYPE0(0x4100, 1), 7);
        bench_store(both[i], BENCH_RING, words, n);
        both[i]->device->ops->kick(both[i]->device, (uint32_t)n);
    }
    enum xg_device_state a = XG_DEVICE_BUSY, b;
    for (int turn = 0; a == XG_DEVICE_BUSY; turn++) {
        uint64_t packets = 1 + bench_below(&r, turn % 3 ? 4 : 60);
        struct xg_gpu_counters ca, cb;
        a = rtl.device->ops->run(rtl.device, packets);
        b = model.device->ops->run(model.device, packets);
        assert_int_equal(a, b);
        expect_same_effects();
        rtl.device->ops->counters(rtl.device, &ca);
        model.device->ops->counters(model.device, &cb);
        assert_int_equal(ca.packets, cb.packets);
        assert_int_equal(ca.dwords, cb.dwords);
        assert_int_equal(ca.memory_writes, cb.memory_writes);
    }
    assert_int_equal(a, XG_DEVICE_IDLE);
    assert_true(rtl.count > 100);
}

/* Clears colour 0 of a 80x16 surface at tile 7 with a value. */
static void clear_tile_seven(struct gpu_bench *b, uint32_t value)
{
    static const float rectangle[6] = {-0.5f, -0.5f, 79.5f, -0.5f, 79.5f, 15.5f};
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t bits;
        memcpy(&bits, &rectangle[i], 4);
        cpu_store(b, 0x00300000 + 4 * i, bits);
    }
    SUBMIT(b, PM4_TYPE0(0x4800, 2), 0x00300003, 6 << 2 | 2, PM4_TYPE0(0x2000, 2), 80, 7,
           PM4_TYPE0(0x200F, 1), 2000 << 16 | 2000, PM4_TYPE0(0x2081, 2), 0x80000000,
           2000 << 16 | 2000, PM4_TYPE0(0x2208, 1), 6, PM4_TYPE0(0x2318, 1), 0x00300100,
           PM4_TYPE0(0x231E, 1), value, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x00030088);
}

static void a_tile_changes_hands_and_comes_back_when_the_device_needs_it(void **state)
{
    XG_UNUSED(state);
    uint32_t tile[1280], expected[1280];
    clear_tile_seven(&rtl, 0x11223344);
    rtl.device->ops->tile_read(rtl.device, 7, (uint8_t *)tile);
    for (int i = 0; i < 1280; i++)
        expected[i] = 0x11223344;
    assert_memory_equal(tile, expected, sizeof tile);
    clear_tile_seven(&rtl, 0x55667788); /* the device has to ask for it */
    rtl.device->ops->tile_read(rtl.device, 7, (uint8_t *)tile);
    for (int i = 0; i < 1280; i++)
        expected[i] = 0x55667788;
    assert_memory_equal(tile, expected, sizeof tile);
    for (uint32_t i = 0; i < 1280; i++)
        expected[i] = i * 0x01010101;
    rtl.device->ops->tile_write(rtl.device, 7, (const uint8_t *)expected);
    rtl.device->ops->tile_read(rtl.device, 7, (uint8_t *)tile);
    assert_memory_equal(tile, expected, sizeof tile);
    rtl.device->ops->reset(rtl.device); /* leaves the eDRAM alone */
    memset(tile, 0, sizeof tile);
    rtl.device->ops->tile_read(rtl.device, 7, (uint8_t *)tile);
    assert_memory_equal(tile, expected, sizeof tile);
}

static void a_reset_forgets_everything_else(void **state)
{
    XG_UNUSED(state);
    struct xg_gpu_counters c;
    rtl.device->ops->trace(rtl.device, true);
    SUBMIT(&rtl, PM4_TYPE0(0x17FF, 2), 1, 2, PM4_TYPE3(XG_PM4_WAIT_REG_MEM, 5), 0x13, 0x00420000, 5,
           0xFFFFFFFF, 0);
    assert_int_equal(rtl.device->ops->errors(rtl.device), XG_GPU_ERR_REGISTER);
    rtl.device->ops->reset(rtl.device);
    bench_forget(&rtl);
    assert_int_equal(rtl.device->ops->errors(rtl.device), 0);
    assert_int_equal(rtl.device->ops->reg_read(rtl.device, 0x1800), 0);
    rtl.device->ops->counters(rtl.device, &c);
    assert_int_equal(c.packets, 0);
    assert_int_equal(c.page_faults, 0);
    rtl.device->ops->ring(rtl.device, BENCH_RING, BENCH_RING_LOG2);
    rtl.wptr = 0;
    assert_int_equal(SUBMIT(&rtl, PM4_TYPE0(0x2100, 1), 9), XG_DEVICE_IDLE);
    assert_int_equal(rtl.count, 1); /* IDLE alone: tracing is off, nothing came late */
    assert_int_equal(rtl.effects[0].e.cost, 3);
    assert_int_equal(rtl.device->ops->reg_read(rtl.device, 0x2100), 9);
}

/* A write of the host that ends a wait on a register lets the device go on in the next run. */
static void a_host_write_ends_a_wait_on_a_register(void **state)
{
    XG_UNUSED(state);
    assert_int_equal(SUBMIT(&rtl, PM4_TYPE3(XG_PM4_WAIT_REG_MEM, 5), 3, 0x578, 5, 0xFF, 0,
                            PM4_TYPE3(XG_PM4_INTERRUPT, 1), 1),
                     XG_DEVICE_WAITING);
    rtl.device->ops->reg_write(rtl.device, 0x578, 4);
    assert_int_equal(rtl.device->ops->run(rtl.device, 10), XG_DEVICE_WAITING);
    rtl.device->ops->reg_write(rtl.device, 0x578, 5);
    assert_int_equal(bench_count_of(&rtl, XG_GPU_IRQ), 0);
    assert_int_equal(rtl.device->ops->run(rtl.device, 10), XG_DEVICE_IDLE);
    assert_int_equal(bench_count_of(&rtl, XG_GPU_IRQ), 1);
}

/* Pauses on every port change nothing but the time. */
static void pauses_change_nothing(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(99);
    for (int i = 0; i < 4; i++) {
        stall_seed = bench_random(&r) | 1;
        struct gpu_bench slow;
        uint32_t tile[2][1280];
        assert_true(bench_open(&slow, create_stalling));
        struct gpu_bench *const all[3] = {&slow, &rtl, &model};
        for (int k = 0; k < 3; k++) {
            bench_forget(all[k]);
            all[k]->device->ops->reset(all[k]->device);
            all[k]->device->ops->ring(all[k]->device, BENCH_RING, BENCH_RING_LOG2);
            all[k]->device->ops->trace(all[k]->device, true);
            all[k]->wptr = 0;
            clear_tile_seven(all[k], 0xA0B0C0D0 + (uint32_t)i);
            /* and the same rectangle copied, format 6, to 0x00700000 */
            SUBMIT(all[k], PM4_TYPE0(0x2318, 4), 0, 0x00700000, 16 << 16 | 96, 6 << 7,
                   PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x00030088, PM4_TYPE3(XG_PM4_MEM_WRITE, 4),
                   0x0010FFFC, 1, 2, 3);
        }
        expect_same_effects();
        for (int k = 0; k < 2; k++)
            all[k]->device->ops->tile_read(all[k]->device, 7, (uint8_t *)tile[k]);
        assert_memory_equal(tile[0], tile[1], sizeof tile[0]);
        assert_int_equal(slow.count, rtl.count);
        for (size_t k = 0; k < slow.count; k++) {
            assert_int_equal(slow.effects[k].e.kind, rtl.effects[k].e.kind);
            assert_int_equal(slow.effects[k].e.cost, rtl.effects[k].e.cost);
            assert_int_equal(slow.effects[k].e.address, rtl.effects[k].e.address);
            assert_memory_equal(slow.effects[k].bytes, rtl.effects[k].bytes, 64);
        }
        assert_true(bench_count_of(&rtl, XG_GPU_MEM) >= 80 * 16 / 16 + 3);
        bench_close(&slow);
    }
}

static struct xg_device *create_all_clocks(const struct xg_device_host *host, struct xg_error *err)
{
    return xg_device_rtl_create_all_clocks(host, stall_seed, err);
}

/* Random packets with and without parts of the clock that stand still: not even the number of
 * cycles differs. */
static void clocks_that_stand_still_change_nothing(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(4711);
    for (uint32_t i = 0; i < 12; i++) {
        xg_device_create_fn *const create[2] = {i % 2 ? create_stalling : xg_device_rtl_create,
                                                create_all_clocks};
        uint64_t seed = bench_random(&r), digest[2];
        struct xg_gpu_counters c[2] = {0};
        stall_seed = i % 2 ? bench_random(&r) | 1 : 0;
        for (int k = 0; k < 2; k++) {
            struct stream_host h;
            assert_true(stream_open(&h, create[k]));
            assert_int_equal(stream_run(&h, seed, i % 4 > 1), XG_DEVICE_IDLE);
            digest[k] = h.digest;
            h.device->ops->counters(h.device, &c[k]);
            stream_close(&h);
        }
        assert_int_equal(digest[0], digest[1]);
        assert_true(c[0].cycles > 0 && c[0].packets > 0);
        assert_memory_equal(&c[0], &c[1], sizeof c[0]);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)
    const struct CMUnitTest tests[] = {
        T(stores_of_the_cpu_reach_the_device_before_the_doorbell),
        T(a_page_sent_again_keeps_the_devices_own_writes),
        T(a_run_stops_exactly_after_its_packets),
        T(a_tile_changes_hands_and_comes_back_when_the_device_needs_it),
        T(a_reset_forgets_everything_else),
        T(a_host_write_ends_a_wait_on_a_register),
        T(pauses_change_nothing),
        cmocka_unit_test(clocks_that_stand_still_change_nothing),
    };
    return cmocka_run_group_tests_name("core behind the link", tests, NULL, NULL);
}
