/* Front buffer to RGBA: layouts, formats, endian, swizzle, sizes. */
#include "machine/internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SWIZZLE_XYZW (0x688u << 1)
#define SWIZZLE_ZYX1 (0xA0Au << 1) /* x = z, y = y, z = x, w = 1 */

static int setup(void **state)
{
    *state = xg_memory_create(NULL);
    return *state ? 0 : -1;
}
static int teardown(void **state)
{
    xg_memory_destroy(*state);
    return 0;
}

static void expect(uint8_t *rgba, size_t pixel, unsigned r, unsigned g, unsigned b, unsigned a)
{
    const uint8_t want[4] = {(uint8_t)r, (uint8_t)g, (uint8_t)b, (uint8_t)a};
    assert_memory_equal(rgba + 4 * pixel, want, 4);
}

static void linear_8_8_8_8_of_every_endian(void **state)
{
    struct xg_memory *mem = *state;
    static const uint8_t order[4][4] = {{0, 1, 2, 3}, {1, 0, 3, 2}, {3, 2, 1, 0}, {2, 3, 0, 1}};
    for (unsigned e = 0; e < 4; e++) {
        uint32_t fetch[6] = {1u << 22 | 2, e << 6 | 6, 0, SWIZZLE_XYZW};
        const uint8_t pixel[4] = {10, 20, 30, 40};
        for (unsigned i = 0; i < 4; i++)
            mem->phys[0x10000 + 32 * 4 + order[e][i]] = pixel[i]; /* row 1 */
        uint8_t *rgba = xg_picture_convert(mem->phys, 0x10000, 3, 2, fetch);
        assert_non_null(rgba);
        expect(rgba, 3, 10, 20, 30, 40);
        expect(rgba, 0, 0, 0, 0, 0);
        free(rgba);
    }
}

static void ten_bit_channels_are_rounded(void **state)
{
    struct xg_memory *mem = *state;
    uint32_t fetch[6] = {1u << 22 | 2, 54, 0, SWIZZLE_XYZW};
    xg_st32le(mem->phys, 1023u | 512u << 10 | 2u << 20 | 1u << 30);
    uint8_t *rgba = xg_picture_convert(mem->phys, 0, 1, 1, fetch);
    expect(rgba, 0, 255, 128, 0, 85);
    free(rgba);
    xg_st32le(mem->phys, 3u);
    rgba = xg_picture_convert(mem->phys, 0, 1, 1, fetch);
    expect(rgba, 0, 1, 0, 0, 0);
    free(rgba);
}

static void the_swizzle_orders_channels_and_gives_constants(void **state)
{
    struct xg_memory *mem = *state;
    uint32_t fetch[6] = {1u << 22 | 2, 6, 0, SWIZZLE_ZYX1};
    xg_st32le(mem->phys, 0x40302010);
    uint8_t *rgba = xg_picture_convert(mem->phys, 0, 1, 1, fetch);
    expect(rgba, 0, 0x30, 0x20, 0x10, 255);
    free(rgba);
}

/* Without a fetch constant: tiled, 8in32. Offsets worked out by hand for 64 x 64. */
static void the_default_is_tiled(void **state)
{
    struct xg_memory *mem = *state;
    static const struct {
        uint32_t x, y, offset;
    } known[] = {{0, 0, 0}, {3, 0, 12}, {4, 0, 32}, {0, 1, 16}, {32, 0, 4096}, {0, 32, 8192}};
    for (size_t i = 0; i < XG_COUNTOF(known); i++) {
        xg_st32be(mem->phys + 0x20000 + known[i].offset, 0xFF000001 + (uint32_t)i);
        uint8_t *rgba = xg_picture_convert(mem->phys, 0x20000, 64, 64, NULL);
        expect(rgba, known[i].y * 64 + known[i].x, 1 + (unsigned)i, 0, 0, 255);
        free(rgba);
    }
}

static void impossible_sizes_are_refused_and_the_end_of_memory_wraps(void **state)
{
    struct xg_memory *mem = *state;
    assert_null(xg_picture_convert(mem->phys, 0, 0, 10, NULL));
    assert_null(xg_picture_convert(mem->phys, 0, 10, 5000, NULL));
    assert_null(xg_picture_convert(mem->phys, 0, UINT32_MAX, UINT32_MAX, NULL));
    free(xg_picture_convert(mem->phys, XG_PHYS_SIZE - 4, 256, 256, NULL));
}

static void a_chain_goes_on_after_its_digest_was_asked(void **state)
{
    XG_UNUSED(state);
    struct xg_chain a = {0}, b = {0};
    char one[65], two[65];
    const uint64_t n[] = {1, 2, 3};
    assert_true(xg_chain_init(&a, NULL) && xg_chain_init(&b, NULL));
    for (int i = 0; i < 1000; i++) {
        xg_chain_record(&a, 5, n, 3);
        xg_chain_record(&b, 5, n, 3);
        if (i % 100 == 0)
            xg_chain_hex(&a, 9, n, 1, one);
    }
    xg_chain_hex(&a, 9, n, 1, one);
    xg_chain_hex(&b, 9, n, 1, two);
    assert_string_equal(one, two);
    xg_chain_hex(&b, 9, n, 2, two);
    assert_string_not_equal(one, two);
    xg_chain_free(&a);
    xg_chain_free(&b);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(linear_8_8_8_8_of_every_endian),
        T(ten_bit_channels_are_rounded),
        T(the_swizzle_orders_channels_and_gives_constants),
        T(the_default_is_tiled),
        T(impossible_sizes_are_refused_and_the_end_of_memory_wraps),
        T(a_chain_goes_on_after_its_digest_was_asked),
    };
    return cmocka_run_group_tests_name("machine_picture", tests, NULL, NULL);
}
