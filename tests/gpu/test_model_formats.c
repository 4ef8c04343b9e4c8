/* Arithmetic of copies against long double: every code of every component of up to 16 bits, one,
 * two and four samples, every destination, number format and many biases; samples of singles.
 * XG_FORMAT_SAMPLES sets the number of random cases (2^19 by default; the sweep of all codes
 * before it checks some 2^24 components), XG_SINGLES_STEP the step through all singles (256 by
 * default, 2^24 of them; 1 is every one, as `make soak` does). */
#include "gpu/model/formats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/gpu_bench.h"

/* num * 2^exponent / den, num and den whole numbers; or a special single. */
struct exact {
    long double num, den;
    int exponent;
    bool nan, infinite, negative; /* negative: of an infinity */
};

/* --- sources --- */

static float as_float(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, 4);
    return fabsf(f) < 0x1p-126f ? 0.0f : f;
}

static float flushed(double exact_value)
{
    volatile float f = (float)exact_value;
    return fabs(exact_value) < 0x1p-126 ? 0.0f : f;
}

static float add(float a, float b)
{
    volatile float sum = a + b;
    return fabsf(sum) < 0x1p-126f ? 0.0f : sum;
}

static struct exact of_singles(const uint32_t *raw, unsigned n, int bias)
{
    float f = as_float(raw[0]);
    if (n == 2)
        f = add(f, as_float(raw[1]));
    if (n == 4)
        f = add(add(f, as_float(raw[1])), add(as_float(raw[2]), as_float(raw[3])));
    if (isfinite(f))
        f = flushed(ldexp((double)f, bias - (n == 4 ? 2 : n == 2)));
    struct exact e = {.den = 1, .nan = isnan(f), .infinite = isinf(f), .negative = f < 0};
    if (isfinite(f))
        e.num = f;
    return e;
}

static double gamma_linear(double code)
{
    /* Of a code 0..255: straight pieces of slope 1, 2, 4, 8, and the correction of the last two. */
    double scale = code < 64 ? 1 : code < 96 ? 2 : code < 192 ? 4 : 8;
    double offset = code < 64 ? 0 : code < 96 ? -64 : code < 192 ? -256 : -1024;
    double linear = code * scale + offset;
    return linear + floor(linear * scale / 1024.0);
}

static uint32_t half_as_single(uint32_t raw)
{
    double m = raw & 0x3FF, e = raw >> 10 & 31;
    float v = e > 0 ? (float)((1024 + m) * exp2(e - 25)) : 0;
    uint32_t bits;
    memcpy(&bits, &v, 4);
    return bits | (raw & 0x8000) << 16;
}

/* What a component of a format is: field and meaning. */
struct field {
    char meaning; /* u unorm, g gamma, 7 7e3, x fixed, h half, s single, 0, 1 */
    unsigned word, shift, bits;
};
static struct field field_of(uint32_t format, unsigned i)
{
    static const char *const meaning[16] = {"uuuu", "gggu", "uuuu", "777u", "xx01", "xxxx",
                                            "hh01", "hhhh", "",     "",     "uuuu", "",
                                            "777u", "",     "s001", "ss01"};
    struct field f = {.meaning = meaning[format][i]};
    if (format < 2) {
        f.shift = 8 * i;
        f.bits = 8;
    } else if (format == 2 || format == 3 || format == 10 || format == 12) {
        f.shift = 10 * i;
        f.bits = i < 3 ? 10 : 2;
    } else if (format < 14) {
        f.word = i / 2;
        f.shift = i % 2 * 16;
        f.bits = 16;
    } else {
        f.word = i % 2;
        f.bits = 32;
    }
    return f;
}

static struct exact oracle_component(uint32_t format, unsigned i, const uint32_t samples[][2],
                                     unsigned n, int bias)
{
    struct field f = field_of(format, i);
    struct exact e = {.den = n, .exponent = bias};
    uint32_t raw[4] = {0};
    for (unsigned s = 0; s < n; s++) {
        raw[s] = samples[s][f.word] >> f.shift;
        if (f.bits < 32)
            raw[s] &= (1u << f.bits) - 1;
    }
    for (unsigned s = 0; f.meaning == 'h' && s < n; s++)
        raw[s] = half_as_single(raw[s]);
    if (f.meaning == 's' || f.meaning == 'h')
        return of_singles(raw, n, bias);
    for (unsigned s = 0; s < n; s++) {
        double m = raw[s] & 127, x = raw[s] >> 7;
        switch (f.meaning) {
        case 'u':
            e.num += raw[s];
            break;
        case 'g':
            e.num += gamma_linear(raw[s]);
            break;
        case '7':
            e.num += x > 0 ? (128 + m) * exp2(x - 1) : m;
            break;
        case 'x':
            e.num += fmax((double)(int16_t)raw[s], -32767.0);
            break;
        case '1':
            e.num += 1;
            break;
        default:
            break;
        }
    }
    if (f.meaning == 'u')
        e.den *= exp2(f.bits) - 1;
    else
        e.den *= f.meaning == 'g' ? 1023 : f.meaning == 'x' ? 32767 : 1;
    e.exponent += f.meaning == 'x' ? 5 : f.meaning == '7' ? -9 : 0;
    return e;
}

/* --- destinations --- */

/* |v| * scale, correctly rounded to 64 bits (exact when it is a tie). */
static long double magnitude(const struct exact *e, double scale)
{
    if (e->nan)
        return 0;
    if (e->infinite)
        return 1e30L;
    return ldexpl(fabsl(e->num) * (long double)scale, e->exponent) / e->den;
}

static uint32_t nearest(const struct exact *e, double scale, double most)
{
    long double t = magnitude(e, scale), whole = floorl(t);
    if (t - whole >= 0.5L)
        whole += 1;
    return (uint32_t)(whole > (long double)most ? (long double)most : whole);
}

static bool below_zero(const struct exact *e)
{
    return e->infinite ? e->negative : e->num < 0;
}

static uint32_t half_code(const struct exact *e)
{
    long double v = magnitude(e, 1.0);
    uint32_t sign = below_zero(e) ? 0x8000 : 0;
    if (v == 0)
        return 0;
    int x;
    frexpl(v, &x); /* v in [2^(x-1), 2^x) */
    int place = x - 11 < -24 ? -24 : x - 11;
    long double m = rintl(ldexpl(v, -place));
    if (m >= 2048) {
        m /= 2;
        place++;
    }
    if (place > 6)
        return sign | 0x7FFF;
    if (m == 0)
        return 0;
    return sign | (m < 1024 ? (uint32_t)m : (uint32_t)(place + 25) << 10 | ((uint32_t)m - 1024));
}

static uint32_t single_code(const struct exact *e)
{
    uint32_t bits;
    long double v = magnitude(e, 1.0);
    if (e->nan)
        return 0x7FC00000;
    volatile float f = e->infinite ? INFINITY : (float)v;
    if (!e->infinite && v < 0x1p-126L && f < 0x1p-126f)
        return 0;
    if (f == 0)
        return 0;
    f = below_zero(e) ? -f : f;
    float plain = f;
    memcpy(&bits, &plain, 4);
    return bits;
}

static uint32_t number_code(const struct exact *e, unsigned bits, bool wide, uint32_t number)
{
    uint32_t mask = (uint32_t)(exp2(bits) - 1), v;
    bool negative = below_zero(e);
    double top = exp2(bits) - 1, half = exp2(bits - 1.0) - 1;
    switch (number) {
    case 1:
        v = nearest(e, wide ? half / 32 : half, half);
        return (negative ? -v : v) & mask;
    case 2:
        return negative ? 0 : nearest(e, 1, top);
    case 3:
        v = nearest(e, 1, negative ? half + 1 : half);
        return (negative ? -v : v) & mask;
    default:
        return negative ? 0 : nearest(e, top, top);
    }
}

static uint32_t gamma_code(const struct exact *e)
{
    if (below_zero(e))
        return 0;
    long double linear = magnitude(e, 1023.0);
    if (linear > 1023)
        linear = 1023;
    if (linear >= 512)
        return (uint32_t)floorl(linear / 8) + 128;
    if (linear >= 128)
        return (uint32_t)floorl(linear / 4) + 64;
    if (linear >= 64)
        return (uint32_t)floorl(linear / 2) + 32;
    return (uint32_t)floorl(linear);
}

/* The destinations by name: bits of the components from the lowest up, and a letter. */
static const struct {
    uint32_t code;
    char kind; /* n number, w 16-bit numbers with the wide signed range, h, s */
    uint8_t bits[4];
} destinations[] = {
    {2, 'n', {8}},
    {3, 'n', {5, 5, 5, 1}},
    {4, 'n', {5, 6, 5}},
    {5, 'n', {5, 5, 6}},
    {6, 'n', {8, 8, 8, 8}},
    {7, 'n', {10, 10, 10, 2}},
    {8, 'n', {8}},
    {9, 'n', {8}},
    {10, 'n', {8, 8}},
    {14, 'n', {8, 8, 8, 8}},
    {15, 'n', {4, 4, 4, 4}},
    {16, 'n', {11, 11, 10}},
    {17, 'n', {10, 11, 11}},
    {24, 'n', {16}},
    {25, 'w', {16, 16}},
    {26, 'w', {16, 16, 16, 16}},
    {30, 'h', {16}},
    {31, 'h', {16, 16}},
    {32, 'h', {16, 16, 16, 16}},
    {36, 's', {32}},
    {37, 's', {32, 32}},
    {38, 's', {32, 32, 32, 32}},
    {50, 'n', {8, 8, 8, 8}},
    {54, 'n', {10, 10, 10, 2}},
    {55, 'n', {11, 11, 10}},
    {56, 'n', {10, 11, 11}},
};

/* Bit `at` .. of a pixel of up to 128 bits. */
static uint32_t bits_at(const uint32_t pixel[4], unsigned at, unsigned bits)
{
    uint32_t v = pixel[at / 32] >> at % 32;
    return bits < 32 ? v & ((1u << bits) - 1) : v;
}

static void check(uint32_t format, const uint32_t samples[][2], unsigned n, int bias, size_t d,
                  uint32_t number, bool gamma)
{
    struct xg_number rgba[4];
    uint32_t pixel[4];
    const struct xg_dest_format *f = xg_dest_format(destinations[d].code);
    assert_non_null(f);
    for (unsigned i = 0; i < f->count; i++)
        rgba[i] = xg_color_component(format, i, samples, n, bias);
    xg_dest_pack(f, rgba, gamma, number, pixel);
    unsigned at = 0;
    for (unsigned i = 0; i < 4 && destinations[d].bits[i]; i++) {
        struct exact e = oracle_component(format, i, samples, n, bias);
        unsigned bits = destinations[d].bits[i];
        uint32_t got = bits_at(pixel, at, bits), want;
        if (destinations[d].kind == 'h')
            want = half_code(&e);
        else if (destinations[d].kind == 's')
            want = single_code(&e);
        else if (gamma && i < 3)
            want = gamma_code(&e);
        else
            want = number_code(&e, bits, destinations[d].kind == 'w', number);
        if (got != want)
            fail_msg("format %u, %u samples %08x %08x | %08x %08x | %08x | %08x, bias %d, "
                     "destination %u, "
                     "number %u: component %u is %x, should be %x",
                     format, n, samples[0][0], samples[0][1], samples[1][0], samples[1][1],
                     samples[2][0], samples[3][0], bias, destinations[d].code, number, i, got,
                     want);
        at += bits;
    }
}

static bool is_8888(size_t d)
{
    return destinations[d].code == 6 || destinations[d].code == 14 || destinations[d].code == 50;
}

static const uint8_t formats[] = {0, 1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 15};

/* --- tests --- */

static void every_code_of_every_narrow_component(void **state)
{
    XG_UNUSED(state);
    for (size_t k = 0; k < XG_COUNTOF(formats); k++) {
        uint32_t bits = field_of(formats[k], 0).bits;
        if (bits > 16)
            continue;
        for (uint32_t code = 0; code < 1u << bits; code++) {
            uint32_t word = bits == 8    ? code * 0x01010101u
                            : bits == 10 ? code * 0x00100401u | code << 30
                                         : code * 0x00010001u;
            const uint32_t samples[4][2] = {{word, word}};
            for (size_t d = 0; d < XG_COUNTOF(destinations); d++)
                for (uint32_t number = 0; number < 4; number++)
                    if (bits < 16 || number == (code + d) % 4) /* the wide ones take turns */
                        check(formats[k], samples, 1, 0, d, number,
                              formats[k] == 1 && number == 0 && is_8888(d));
        }
    }
}

/* Singles all over their range to a half, a single, numbers of 16 and 8 bits by turns. */
static void singles_of_the_whole_range(void **state)
{
    XG_UNUSED(state);
    const char *text = getenv("XG_SINGLES_STEP");
    uint64_t step = text ? strtoull(text, NULL, 0) : 256;
    struct bench_random r = bench_seed(14);
    assert_true(step > 0);
    static const uint8_t codes[4] = {30, 36, 24, 2};
    size_t place[4] = {0};
    for (int i = 0; i < 4; i++)
        while (destinations[place[i]].code != codes[i])
            place[i]++;
    uint32_t turn = 0;
    for (uint64_t code = step > 1 ? bench_below(&r, (uint32_t)step) : 0; code >> 32 == 0;
         code += step) {
        const uint32_t samples[4][2] = {{(uint32_t)code}};
        turn = turn * 5 + 3; /* so that neighbours meet other destinations than the next time */
        check(14, samples, 1, 0, place[turn >> 8 & 3], turn >> 10 & 3, false);
    }
}

static void averages_of_integers_round_to_nearest(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(11);
    for (int k = 0; k < 100000; k++) { /* 8888 to 8888: (sum + 2) >> 2 and (sum + 1) >> 1 */
        uint32_t s[4][2] = {
            {bench_random(&r)}, {bench_random(&r)}, {bench_random(&r)}, {bench_random(&r)}};
        for (unsigned n = 2; n <= 4; n += 2) {
            struct xg_number rgba[4];
            uint32_t pixel[4], want = 0;
            for (unsigned i = 0; i < 4; i++) {
                uint32_t sum = 0;
                rgba[i] = xg_color_component(0, i, (const uint32_t(*)[2])s, n, 0);
                for (unsigned q = 0; q < n; q++)
                    sum += s[q][0] >> 8 * i & 0xFF;
                want |= (sum + n / 2) / n << 8 * i;
            }
            xg_dest_pack(xg_dest_format(6), rgba, false, 0, pixel);
            assert_int_equal(pixel[0], want);
        }
    }
}

static void gamma_round_trips_and_has_its_known_corners(void **state)
{
    XG_UNUSED(state);
    static const uint16_t corners[][2] = {{0, 0},     {63, 63},    {64, 64},
                                          {95, 126},  {96, 128},   {191, 509},
                                          {192, 516}, {254, 1015}, {255, 1023}};
    for (uint32_t code = 0; code < 256; code++) {
        const uint32_t samples[4][2] = {{code, 0}};
        struct xg_number v = xg_color_component(1, 0, samples, 1, 0);
        for (size_t i = 0; i < XG_COUNTOF(corners); i++)
            if (corners[i][0] == code)
                assert_int_equal(v.mant, corners[i][1]);
        struct xg_number rgba[4] = {v, v, v, v};
        uint32_t pixel[4];
        xg_dest_pack(xg_dest_format(6), rgba, true, 0, pixel);
        assert_int_equal(pixel[0] & 0xFF, code);
    }
}

/* Bits that often matter: ends of ranges, near ties, subnormals, not-a-numbers. */
static uint32_t telling_word(struct bench_random *r)
{
    static const uint32_t words[] = {0,          0x80000000, 0x3F800000, 0x7F800000, 0xFF800000,
                                     0x7FC00001, 0x00800000, 0x007FFFFF, 0x80000001, 0x7F7FFFFF,
                                     0x42000000, 0xC2000000, 0x477FE000, 0x33800000, 0x33000000,
                                     0x33000001, 0x80008000, 0x7FFF7FFF, 0xFFFFFFFF};
    uint32_t w = bench_random(r);
    switch (bench_below(r, 6)) {
    case 0:
        return words[bench_below(r, XG_COUNTOF(words))];
    case 1: /* singles of ordinary size */
        return (w & 0x807FFFFF) | (100 + bench_below(r, 50)) << 23;
    case 2: /* with few bits: ties are likely */
        return (w & 0x80000000) | (110 + bench_below(r, 30)) << 23 |
               (w & 7) << (7 + bench_below(r, 13));
    default:
        return w;
    }
}

static void random_cases_of_all_formats(void **state)
{
    XG_UNUSED(state);
    const char *text = getenv("XG_FORMAT_SAMPLES");
    uint64_t cases = text ? strtoull(text, NULL, 0) : UINT64_C(1) << 19;
    struct bench_random r = bench_seed(20240613);
    for (uint64_t k = 0; k < cases; k++) {
        uint32_t format = formats[bench_below(&r, XG_COUNTOF(formats))], s[4][2];
        for (int i = 0; i < 8; i++)
            s[i / 2][i % 2] = i > 1 && bench_below(&r, 4) == 0
                                  ? s[0][i % 2] ^ bench_below(&r, 2) << 31
                                  : telling_word(&r);
        unsigned n = 1u << bench_below(&r, 3);
        int bias = bench_below(&r, 3) ? 0 : (int)bench_below(&r, 64) - 32;
        uint32_t number = bench_below(&r, 8);
        size_t d = bench_below(&r, XG_COUNTOF(destinations));
        bool gamma = format == 1 && (number == 0 || number > 3) && is_8888(d);
        if (xg_dest_keeps_gamma(destinations[d].code, number) !=
            ((number == 0 || number > 3) && is_8888(d)))
            fail_msg("destination %u, number %u: gamma", destinations[d].code, number);
        check(format, (const uint32_t(*)[2])s, n, bias, d, number, gamma);
    }
}

static void sums_and_scales_of_singles(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(5);
    for (int k = 0; k < 1 << 18; k++) {
        uint32_t a = telling_word(&r), b = telling_word(&r), bits;
        if (bench_below(&r, 4) == 0) /* exponents close together, opposite signs */
            b = (a ^ 0x80000000 ^ (bench_random(&r) & 0x7FFFFF)) + (bench_below(&r, 5) << 23) -
                (2u << 23);
        float sum = add(as_float(a), as_float(b));
        memcpy(&bits, &sum, 4);
        if (isnan(sum))
            bits = 0x7FC00000;
        else if (sum == 0)
            bits = 0;
        if (xg_single_add(a, b) != bits)
            fail_msg("%08x + %08x is %08x, should be %08x", a, b, xg_single_add(a, b), bits);
    }
}

static void only_color_formats_are_destinations(void **state)
{
    XG_UNUSED(state);
    for (uint32_t code = 0; code < 64; code++) {
        const struct xg_dest_format *f = xg_dest_format(code);
        size_t d = 0;
        while (d < XG_COUNTOF(destinations) && destinations[d].code != code)
            d++;
        assert_int_equal(f != NULL, d < XG_COUNTOF(destinations));
        unsigned bits = 0;
        for (int i = 0; f && i < 4; i++)
            bits += destinations[d].bits[i];
        if (f)
            assert_int_equal(bits, 8u << f->bytes_log2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_color_formats_are_destinations),
        cmocka_unit_test(gamma_round_trips_and_has_its_known_corners),
        cmocka_unit_test(averages_of_integers_round_to_nearest),
        cmocka_unit_test(sums_and_scales_of_singles),
        cmocka_unit_test(every_code_of_every_narrow_component),
        cmocka_unit_test(singles_of_the_whole_range),
        cmocka_unit_test(random_cases_of_all_formats),
    };
    return cmocka_run_group_tests_name("formats of copies", tests, NULL, NULL);
}
