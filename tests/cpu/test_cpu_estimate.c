/* The estimate functions against others': FNV-1a digests over all segments of what the public
 * functions named in fp/estimate.c give. vrsqrtefp, vlogefp and frsqrte: measured on the Xenon
 * (disjtqz/ppc_approximations); fres: measured on the Cell's PPE (RPCS3). The digests of vrefp
 * and vexptefp are our own, taken when their tables had been compared with RPCS3's. */
#include "cpu/fp/estimate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define START 0xCBF29CE484222325ull

static uint64_t add(uint64_t h, uint64_t v)
{
    for (int i = 0; i < 8; i++) {
        h ^= v >> 8 * i & 255;
        h *= 0x100000001B3ull;
    }
    return h;
}
/* Singles from 1 to 4, or -1 to -4: every segment of every table, both parities. */
static uint64_t sweep(uint64_t h, uint32_t (*estimate)(uint32_t), uint32_t from)
{
    for (uint32_t x = from; x < from + 0x1000000; x += 0x200)
        h = add(h, estimate(x));
    return h;
}

static void vector_estimates_are_those_measured(void **state)
{
    (void)state;
    assert_true(sweep(START, xg_estimate_root, 0x3F800000) == 0xEB0928EF09AFBFD0);
    assert_true(sweep(START, xg_estimate_log2, 0x3F800000) == 0x25622D8157D42B75);
    assert_true(sweep(START, xg_estimate_reciprocal, 0x3F800000) == 0x90F27DD741B8DC55);
    assert_true(sweep(sweep(START, xg_estimate_exp2, 0x3F800000), xg_estimate_exp2, 0xBF800000) ==
                0xEB11A40A3CC7D4FF);
}
static void scalar_estimates_are_those_measured(void **state)
{
    (void)state;
    uint64_t h = START, r;
    for (uint64_t i = 0; i < 256; i++) {
        assert_true(xg_estimate_fres((0x3F7 + i / 128) << 52 | (i % 128) << 45, &r));
        h = add(h, r);
    }
    assert_true(h == 0x778F94056C67D2BD);
    h = START;
    for (uint64_t i = 0; i < 16; i++) {
        assert_true(xg_estimate_frsqrte((0x3FF + i / 8) << 52 | (i % 8) << 49, &r));
        h = add(h, r);
    }
    assert_true(h == 0xF95DD55C233ADB13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_estimates_are_those_measured),
        cmocka_unit_test(scalar_estimates_are_those_measured),
    };
    return cmocka_run_group_tests_name("cpu_estimate", tests, NULL, NULL);
}
