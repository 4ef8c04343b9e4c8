/* The gamma ramp: what the guest writes through DC_LUT registers is what the screen shows. */
#include "gpu/present/gamma.h"
#include "gpu/xg_device_gen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void reset_shows_values_as_they_are(void **state)
{
    XG_UNUSED(state);
    struct xg_gamma g;
    xg_gamma_reset(&g);
    assert_false(g.written);
    for (unsigned c = 0; c < 3; c++)
        for (unsigned v = 0; v < 256; v++)
            assert_int_equal(xg_gamma_show8(&g, c, (uint8_t)v), v);
    for (unsigned v = 0; v < 1024; v++) {
        int want = (int)(v * 255 + 511) / 1023, got = xg_gamma_show10(&g, 1, (uint16_t)v);
        assert_in_range(got + 2, want, want + 4); /* its pieces are a little steeper */
    }
}

static void colours_follow_one_another(void **state)
{
    XG_UNUSED(state);
    struct xg_gamma g;
    xg_gamma_reset(&g);
    xg_gamma_write(&g, XG_REG_DC_LUT_RW_INDEX, 200);
    for (uint32_t i = 0; i < 6; i++)
        xg_gamma_write(&g, XG_REG_DC_LUT_SEQ_COLOR, (100 * (i + 1)) << 6);
    assert_true(g.written);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(xg_gamma_show8(&g, i % 3, (uint8_t)(200 + i / 3)),
                         (100 * (i + 1) * 255 + 511) / 1023);
    assert_int_equal(xg_gamma_show8(&g, 0, 202), 202);
    /* the index register starts at red again */
    xg_gamma_write(&g, XG_REG_DC_LUT_SEQ_COLOR, 0);
    xg_gamma_write(&g, XG_REG_DC_LUT_RW_INDEX, 7);
    xg_gamma_write(&g, XG_REG_DC_LUT_SEQ_COLOR, 1023 << 6);
    assert_int_equal(xg_gamma_show8(&g, 0, 7), 255);
    assert_int_equal(xg_gamma_show8(&g, 1, 7), 7);
}

static void whole_entries_and_masks(void **state)
{
    XG_UNUSED(state);
    struct xg_gamma g;
    xg_gamma_reset(&g);
    xg_gamma_write(&g, XG_REG_DC_LUT_RW_INDEX, 10);
    xg_gamma_write(&g, XG_REG_DC_LUT_30_COLOR, 1023u << 20 | 512 << 10 | 0);
    assert_int_equal(xg_gamma_show8(&g, 0, 10), 255);
    assert_int_equal(xg_gamma_show8(&g, 1, 10), 128);
    assert_int_equal(xg_gamma_show8(&g, 2, 10), 0);
    xg_gamma_write(&g, XG_REG_DC_LUT_WRITE_EN_MASK, 1); /* blue alone */
    xg_gamma_write(&g, XG_REG_DC_LUT_30_COLOR, 0x3FFFFFFF);
    assert_int_equal(xg_gamma_show8(&g, 0, 11), 11);
    assert_int_equal(xg_gamma_show8(&g, 2, 11), 255);
}

static void pieces_are_lines(void **state)
{
    XG_UNUSED(state);
    struct xg_gamma g;
    xg_gamma_reset(&g);
    xg_gamma_write(&g, XG_REG_DC_LUT_RW_INDEX, 64); /* values 512..519 */
    for (unsigned c = 0; c < 3; c++)
        xg_gamma_write(&g, XG_REG_DC_LUT_PWL_DATA, 0x4000 | 0x2000u << 16);
    /* 16384 + k * 1024, of 65472 */
    for (uint32_t k = 0; k < 8; k++)
        assert_int_equal(xg_gamma_show10(&g, 2, (uint16_t)(512 + k)),
                         ((0x4000 + k * 0x400) / 64 * 255 + 511) / 1023);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reset_shows_values_as_they_are),
        cmocka_unit_test(colours_follow_one_another),
        cmocka_unit_test(whole_entries_and_masks),
        cmocka_unit_test(pieces_are_lines),
    };
    return cmocka_run_group_tests_name("gamma", tests, NULL, NULL);
}
