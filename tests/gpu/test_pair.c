/* The pair: equal devices agree, a device with any fault is caught with a sentence that
 * names what, where and both values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/gpu_stream.h"

static struct xg_device *two_models(const struct xg_device_host *host, struct xg_error *err)
{
    return xg_device_pair_create(host, xg_device_model_create, xg_device_model_create, err);
}
static struct xg_device *model_and_broken(const struct xg_device_host *host, struct xg_error *err)
{
    return xg_device_pair_create(host, xg_device_model_create, broken_model_create, err);
}

static struct gpu_bench bench;
#define B   (&bench)
#define OPS bench.device->ops
#define DEV bench.device

static void open_broken(enum broken_how how, uint64_t n)
{
    broken_model_set(how, n);
    assert_true(bench_open(B, model_and_broken));
}

/* Two fences and an interrupt: 2 x (register, memory), interrupt, idle. */
static enum xg_device_state fences(void)
{
    return BENCH(B, PM4_TYPE3(XG_PM4_EVENT_WRITE_SHD, 3), 3, 0x1002, 0x11223344,
                 PM4_TYPE3(XG_PM4_EVENT_WRITE_SHD, 3), 4, 0x2002, 0x55667788,
                 PM4_TYPE3(XG_PM4_INTERRUPT, 1), 4);
}

static void expect_difference(const char *a, const char *b)
{
    const char *text = xg_device_pair_difference(DEV);
    assert_non_null(text);
    if (!strstr(text, a) || !strstr(text, b))
        fail_msg("the sentence is \"%s\"; it lacks \"%s\" or \"%s\"", text, a, b);
}

static void equal_devices_agree_and_the_host_hears_one(void **state)
{
    XG_UNUSED(state);
    assert_true(bench_open(B, two_models));
    assert_string_equal(OPS->name, "model+model");
    assert_int_equal(fences(), XG_DEVICE_IDLE);
    assert_int_equal(bench_count_of(B, XG_GPU_MEM), 2);
    assert_int_equal(bench_count_of(B, XG_GPU_REG), 0); /* traced inside, not for the host */
    assert_int_equal(bench_count_of(B, XG_GPU_IDLE), 1);
    assert_null(xg_device_pair_difference(DEV));
    assert_true(xg_device_pair_settle(DEV));
    OPS->trace(DEV, true);
    fences();
    assert_int_equal(bench_count_of(B, XG_GPU_REG), 2);
    bench_close(B);
}

static void a_wrong_byte_is_named(void **state)
{
    XG_UNUSED(state);
    open_broken(BROKEN_BYTES, 4);
    assert_int_equal(fences(), XG_DEVICE_FAILED);
    expect_difference("packet 2: model says memory 0x00002000 = bytes 55667788",
                      "broken says memory 0x00002000 = bytes 556677c8");
    assert_int_equal(bench_count_of(B, XG_GPU_MEM), 1); /* what agreed was passed on */
    assert_int_equal(OPS->run(DEV, 1), XG_DEVICE_FAILED);
    assert_string_equal(OPS->failure(DEV), xg_device_pair_difference(DEV));
    bench_close(B);
}

static void a_wrong_address_is_named(void **state)
{
    XG_UNUSED(state);
    open_broken(BROKEN_ADDRESS, 1);
    assert_int_equal(fences(), XG_DEVICE_FAILED);
    expect_difference("memory 0x00001000", "memory 0x00001040");
    bench_close(B);
}

static void a_wrong_cost_is_named(void **state)
{
    XG_UNUSED(state);
    open_broken(BROKEN_COST, 5);
    assert_int_equal(fences(), XG_DEVICE_FAILED);
    expect_difference("interrupt mask 0x04: model puts it in packet 3 at cost 13", "at cost 14");
    bench_close(B);
}

static void a_lost_effect_is_named(void **state)
{
    XG_UNUSED(state);
    open_broken(BROKEN_LOST, 6);
    assert_int_equal(fences(), XG_DEVICE_FAILED);
    expect_difference("model says idle, read pointer 0xA", "broken says nothing");
    bench_close(B);
}

static void a_wrong_order_is_named(void **state)
{
    XG_UNUSED(state);
    open_broken(BROKEN_ORDER, 2);
    assert_int_equal(fences(), XG_DEVICE_FAILED);
    expect_difference("model says memory 0x00001000", "broken says register 0x21F9");
    bench_close(B);
}

static void a_wrong_tile_is_named(void **state)
{
    XG_UNUSED(state);
    uint8_t tile[XG_EDRAM_TILE_BYTES] = {9};
    open_broken(BROKEN_TILE, 77);
    assert_int_equal(fences(), XG_DEVICE_IDLE); /* the tile has not changed yet */
    OPS->tile_read(DEV, 77, tile);
    expect_difference("tile 77, sample (1, 3)", "model holds 0x00000000, broken holds 0x00000001");
    bench_close(B);
}

static void changed_tiles_are_compared_when_settling(void **state)
{
    XG_UNUSED(state);
    open_broken(BROKEN_TILE, 2000);
    const uint8_t tile[XG_EDRAM_TILE_BYTES] = {0};
    for (uint32_t t = 0; t < XG_EDRAM_TILES; t++)
        OPS->tile_write(DEV, t, tile);
    /* Clear 32 x 32 at tile 2000. */
    BENCH_STORE(B, 0x5000, 0, 0, 0x41F80000, 0, 0x41F80000, 0x41F80000);
    BENCH(B, PM4_TYPE0(0x2208, 1), 6, PM4_TYPE0(0x2000, 2), 80, 2000, PM4_TYPE0(0x200F, 1),
          0x00400040, PM4_TYPE0(0x2081, 2), 0x80000000, 0x00400040, PM4_TYPE0(0x2318, 1),
          0x00300100, PM4_TYPE0(0x231E, 1), 0x12345678, PM4_TYPE0(0x4800, 2), 0x5003, 6 << 2 | 2);
    BENCH(B, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x88);
    assert_false(xg_device_pair_settle(DEV));
    expect_difference("tile 2000", "model holds 0x12345678, broken holds 0x12345679");
    bench_close(B);
}

static void wrong_error_bits_are_named(void **state)
{
    XG_UNUSED(state);
    open_broken(BROKEN_ERRORS, 0);
    assert_int_equal(fences(), XG_DEVICE_FAILED);
    expect_difference("error bits", "model has 0x0, broken has 0x4");
    bench_close(B);
}

static struct xg_device *no_device(const struct xg_device_host *host, struct xg_error *err)
{
    XG_UNUSED(host);
    xg_fail(err, XG_E_DEVICE, "no board found");
    return NULL;
}
static struct xg_device *model_and_none(const struct xg_device_host *host, struct xg_error *err)
{
    return xg_device_pair_create(host, xg_device_model_create, no_device, err);
}

static void a_child_that_cannot_start_gives_its_sentence(void **state)
{
    XG_UNUSED(state);
    assert_false(bench_open(B, model_and_none));
    assert_string_equal(bench.err.text, "no board found");
    bench_close(B);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_devices_agree_and_the_host_hears_one),
        cmocka_unit_test(a_wrong_byte_is_named),
        cmocka_unit_test(a_wrong_address_is_named),
        cmocka_unit_test(a_wrong_cost_is_named),
        cmocka_unit_test(a_lost_effect_is_named),
        cmocka_unit_test(a_wrong_order_is_named),
        cmocka_unit_test(a_wrong_tile_is_named),
        cmocka_unit_test(changed_tiles_are_compared_when_settling),
        cmocka_unit_test(wrong_error_bits_are_named),
        cmocka_unit_test(a_child_that_cannot_start_gives_its_sentence),
    };
    return cmocka_run_group_tests_name("pair of devices", tests, NULL, NULL);
}
