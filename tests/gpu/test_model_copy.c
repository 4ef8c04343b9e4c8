/* Copies and clears of the model against a slow oracle that works pixel by pixel, with
 * floating point for the rectangle and the tiled address written as a list of bits. */
#include "gpu/tiled.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/gpu_bench.h"

static struct gpu_bench bench;
#define B        (&bench)
#define OPS      bench.device->ops
#define DEV      bench.device
#define VERTICES 0x00200000u

/* The registers a copy looks at, in the test's own words. */
struct copy_case {
    uint32_t surface_info, color_info[4], depth_info, mode_cntl, vtx_cntl;
    uint32_t window_offset, window_tl, window_br, screen_tl, screen_br;
    uint32_t control, dest_base, dest_pitch, dest_info, color_clear, depth_clear;
    uint32_t fetch0, fetch1;
    float v[6];
};

static uint32_t edram[XG_EDRAM_TILES][1280]; /* the oracle's */
static uint32_t got_tile[1280];

static int open_model(void **state)
{
    XG_UNUSED(state);
    if (!bench_open(B, xg_device_model_create))
        return -1;
    uint32_t n = 12345;
    for (uint32_t t = 0; t < XG_EDRAM_TILES; t++) {
        for (int i = 0; i < 1280; i++)
            edram[t][i] = n = n * 1664525 + 1013904223;
        OPS->tile_write(DEV, t, (const uint8_t *)edram[t]);
    }
    return 0;
}
static int close_bench(void **state)
{
    XG_UNUSED(state);
    bench_close(B);
    return 0;
}

/* --- oracle --- */

/* 32-bit pixels: where each bit of the offset comes from. */
static uint32_t tiled_by_bits(uint32_t x, uint32_t y, uint32_t pitch32)
{
#define X(n) (x >> (n)&1)
#define Y(n) (y >> (n)&1)
    uint32_t tile = (x >> 5) + (y >> 5) * pitch32;
    return tile << 12 | Y(4) << 11 | Y(3) << 10 | Y(2) << 9 | Y(1) << 8 | (X(4) ^ Y(3)) << 7 |
           X(3) << 6 | X(2) << 5 | Y(0) << 4 | X(1) << 3 | X(0) << 2;
#undef X
#undef Y
}

static long fixed_by_float(float v, bool half)
{
    if (fabsf(v) < 1.17549435e-38f)
        v = 0;
    volatile float sum = half ? v + 0.5f : v;
    double f = rint((double)sum * 256.0);
    if (f > 8388608.0)
        f = 8388608.0;
    if (f < -8388608.0)
        f = -8388608.0;
    return (long)f;
}

static long floor_to(long v, long m)
{
    return (long)floor((double)v / (double)m) * m;
}
static long sign15(uint32_t v)
{
    v &= 0x7FFF;
    return v >= 0x4000 ? (long)v - 0x8000 : (long)v;
}

/* [lo, hi) of one axis before the pitch limit. */
static void oracle_axis(const struct copy_case *c, int axis, long *lo, long *hi)
{
    unsigned s = axis ? 16 : 0;
    bool half = !(c->vtx_cntl & 1);
    long a = fixed_by_float(c->v[axis], half), least = a, most = a;
    for (int i = 1; i < 3; i++) {
        long f = fixed_by_float(c->v[2 * i + axis], half);
        least = f < least ? f : least;
        most = f > most ? f : most;
    }
    long p0 = floor_to(least + 127, 256) / 256, p1 = floor_to(most + 127, 256) / 256;
    long offset = sign15(c->window_offset >> s);
    if (c->mode_cntl & 0x10000) {
        p0 += offset;
        p1 += offset;
    }
    long tl = c->window_tl >> s & 0x3FFF, br = c->window_br >> s & 0x3FFF;
    if (!(c->window_tl & 0x80000000)) {
        tl += offset;
        br += offset;
    }
    long stl = sign15(c->screen_tl >> s), sbr = sign15(c->screen_br >> s);
    tl = stl > tl ? stl : tl;
    br = sbr < br ? sbr : br;
    tl = tl < 0 ? 0 : tl;
    br = br < tl ? tl : br;
    p0 = p0 < tl ? tl : p0 > br ? br : p0;
    p1 = p1 < tl ? tl : p1 > br ? br : p1;
    *lo = floor_to(p0, 8);
    *hi = floor_to(p1 + 7, 8);
}

struct verdict {
    uint32_t error, error_address;
    bool copied;
    long x0, x1, y0, y1;
    uint64_t cost;
};

static uint32_t *sample(const struct copy_case *c, uint32_t base, bool depth, long x, long y)
{
    uint32_t tiles_wide = (uint32_t)ceil((double)(c->surface_info & 0x3FFF) / 80.0);
    uint32_t tile = (base + (uint32_t)(y / 16) * tiles_wide + (uint32_t)(x / 80)) % 2048;
    long column = x % 80;
    if (depth)
        column = (column + 40) % 80;
    return &edram[tile][y % 16 * 80 + column];
}

static bool thirty_two_bits(uint32_t f)
{
    return f < 5 || f == 6 || f == 10 || f == 12 || f == 14;
}

static struct verdict oracle_judge(const struct copy_case *c)
{
    struct verdict v = {.cost = XG_COST_DRAW};
    if ((c->fetch0 & 3) != 3 || (c->fetch1 >> 2 & 0xFFFFFF) != 6) {
        v.error = XG_GPU_ERR_COPY_VERTEX;
        v.error_address = c->fetch0;
        return v;
    }
    for (int i = 0; i < 6; i++)
        if (isnan(c->v[i])) {
            v.error = XG_GPU_ERR_COPY_VERTEX;
            v.error_address = (c->fetch0 & 0x1FFFFFFC) + 8 * (uint32_t)(i / 2);
            return v;
        }
    oracle_axis(c, 0, &v.x0, &v.x1);
    oracle_axis(c, 1, &v.y0, &v.y1);
    long limit = floor_to(c->surface_info & 0x3FFF, 8);
    v.x0 = v.x0 > limit ? limit : v.x0;
    v.x1 = v.x1 > limit ? limit : v.x1;
    v.y1 = v.y1 > v.y0 + 8192 ? v.y0 + 8192 : v.y1;
    if (v.x0 >= v.x1 || v.y0 >= v.y1) {
        v.x1 = v.x0;
        return v;
    }
    uint32_t source = c->control & 7, command = c->control >> 20 & 3, dest = c->dest_info >> 7 & 63;
    uint32_t format = source < 4 ? c->color_info[source] >> 16 & 15 : 0;
    bool one = (c->surface_info >> 16 & 3) == 0,
         readable = one && (source > 3 || thirty_two_bits(format));
    static const int pairs[][2] = {{0, 6}, {0, 14}, {0, 50}, {1, 6},   {1, 14}, {1, 50},
                                   {2, 7}, {2, 54}, {10, 7}, {10, 54}, {6, 31}, {14, 36}};
    bool same = source > 3;
    for (size_t i = 0; source < 4 && i < XG_COUNTOF(pairs); i++)
        same |= pairs[i][0] == (int)format && pairs[i][1] == (int)dest;
    v.copied = readable && command != 3 && same;
    if (!readable || (command != 3 && !same))
        v.error = XG_GPU_ERR_COPY;
    uint64_t blocks = (uint64_t)(v.x1 - v.x0) * (uint64_t)(v.y1 - v.y0) / 16;
    uint64_t clears = (c->control & 0x200 && one) + (c->control & 0x100 && source < 4 && readable);
    v.cost += (v.copied ? blocks * XG_COST_COPY_BLOCK : 0) + clears * blocks * XG_COST_CLEAR_BLOCK;
    return v;
}

static uint32_t exchanged(uint32_t v, uint32_t format)
{
    uint32_t low, high;
    switch (format) {
    case 0:
    case 1:
        low = v & 0xFF, high = v >> 16 & 0xFF;
        return v - low - (high << 16) + high + (low << 16);
    case 2:
    case 10:
        low = v & 0x3FF, high = v >> 20 & 0x3FF;
        return v - low - (high << 20) + high + (low << 20);
    case 6:
        return (v >> 16) + (v << 16);
    default:
        return v;
    }
}

/* Which byte of a line ends up at place i. */
static uint32_t source_byte(uint32_t i, uint32_t endian)
{
    static const uint8_t flip[8] = {0, 1, 3, 2, 7, 15, 0, 0};
    return i ^ flip[endian];
}

static uint32_t pitch32_of(const struct copy_case *c)
{
    return (uint32_t)ceil((double)(c->dest_pitch & 0x3FFF) / 32.0);
}

/* The last block of the rectangle whose line is that of block (*x, *y): its pixels stay there. */
static void last_of_line(const struct copy_case *c, const struct verdict *v, long *x, long *y)
{
    uint32_t pitch32 = pitch32_of(c),
             line = tiled_by_bits((uint32_t)*x, (uint32_t)*y, pitch32) / 64;
    if (v->x1 <= (long)pitch32 * 32)
        return;
    for (long by = v->y1 - 2; by >= v->y0; by -= 2)
        for (long bx = v->x1 - 8; bx >= v->x0; bx -= 8)
            if (tiled_by_bits((uint32_t)bx, (uint32_t)by, pitch32) / 64 == line) {
                *x = bx;
                *y = by;
                return;
            }
}

/* Checks one effect: the line of block (x, y). */
static void expect_line(const struct copy_case *c, const struct verdict *v,
                        const struct xg_gpu_effect *e, long x, long y)
{
    uint32_t pitch32 = pitch32_of(c), source = c->control & 7;
    uint32_t info = source < 4 ? c->color_info[source] : c->depth_info;
    uint32_t first = tiled_by_bits((uint32_t)x, (uint32_t)y, pitch32);
    assert_int_equal(e->address, ((c->dest_base + first) & 0x1FFFFFFF) / 64 * 64);
    assert_int_equal(e->size, 64);
    assert_int_equal(e->producer, XG_GPU_FROM_RESOLVE);
    last_of_line(c, v, &x, &y);
    first = tiled_by_bits((uint32_t)x, (uint32_t)y, pitch32);
    uint8_t plain[64];
    for (long j = 0; j < 2; j++)
        for (long i = 0; i < 8; i++) {
            uint32_t v = *sample(c, info & 0xFFF, source > 3, x + i, y + j);
            if (c->dest_info >> 24 & 1 && source < 4)
                v = exchanged(v, info >> 16 & 15);
            uint32_t at = tiled_by_bits((uint32_t)(x + i), (uint32_t)(y + j), pitch32) - first;
            xg_st32le(plain + at, v);
        }
    for (uint32_t i = 0; i < 64; i++)
        assert_int_equal(e->bytes[i], plain[source_byte(i, c->dest_info & 7)]);
}

/* The whole rectangle in colour, then the whole rectangle in depth: they may overlap. */
static void oracle_clear(const struct copy_case *c, const struct verdict *v)
{
    bool one = (c->surface_info >> 16 & 3) == 0;
    uint32_t source = c->control & 7;
    bool color = one && c->control & 0x100 && source < 4 &&
                 thirty_two_bits(c->color_info[source] >> 16 & 15);
    for (long y = v->y0; y < v->y1; y++)
        for (long x = v->x0; color && x < v->x1; x++)
            *sample(c, c->color_info[source] & 0xFFF, false, x, y) = c->color_clear;
    for (long y = v->y0; y < v->y1; y++)
        for (long x = v->x0; one && c->control & 0x200 && x < v->x1; x++)
            *sample(c, c->depth_info & 0xFFF, true, x, y) = c->depth_clear;
}

/* --- running a case --- */

static void set_reg(uint32_t index, uint32_t value)
{
    OPS->reg_write(DEV, index, value);
}

static void set_case(const struct copy_case *c)
{
    static const uint16_t colors[4] = {0x2001, 0x2003, 0x2004, 0x2005};
    set_reg(0x2208, 6);
    set_reg(0x2000, c->surface_info);
    for (int i = 0; i < 4; i++)
        set_reg(colors[i], c->color_info[i]);
    set_reg(0x2002, c->depth_info);
    set_reg(0x2205, c->mode_cntl);
    set_reg(0x2302, c->vtx_cntl);
    set_reg(0x2080, c->window_offset);
    set_reg(0x2081, c->window_tl);
    set_reg(0x2082, c->window_br);
    set_reg(0x200E, c->screen_tl);
    set_reg(0x200F, c->screen_br);
    set_reg(0x2318, c->control);
    set_reg(0x2319, c->dest_base);
    set_reg(0x231A, c->dest_pitch);
    set_reg(0x231B, c->dest_info);
    set_reg(0x231D, c->depth_clear);
    set_reg(0x231E, c->color_clear);
    set_reg(0x4800, c->fetch0);
    set_reg(0x4801, c->fetch1);
    for (uint32_t i = 0; i < 6; i++) { /* as a little-endian word after swap(…, fetch1 & 3) */
        static const uint8_t flip[4] = {0, 1, 3, 2};
        uint8_t le[4];
        memcpy(le, &c->v[i], 4);
        for (uint32_t k = 0; k < 4; k++)
            bench.memory[(c->fetch0 & 0x1FFFFFFC) + 4 * i + k] = le[k ^ flip[c->fetch1 & 3]];
    }
}

static struct copy_case plain_case(void)
{
    return (struct copy_case){
        .surface_info = 1280,
        .screen_br = 720u << 16 | 1280,
        .window_br = 720u << 16 | 1280,
        .window_tl = 0x80000000,
        .depth_info = 1024,
        .dest_base = 0x01000000,
        .dest_pitch = 1280 | 720 << 16,
        .dest_info = 6 << 7,
        .fetch0 = VERTICES | 3,
        .fetch1 = 6 << 2 | 2,
        .v = {-0.5f, -0.5f, 63.5f, -0.5f, 63.5f, 31.5f},
    };
}

/* Runs the case on the device and checks everything it did. */
static void check_case(const struct copy_case *c, bool all_tiles)
{
    struct verdict v = oracle_judge(c);
    struct xg_gpu_counters before, after;
    OPS->counters(DEV, &before);
    uint32_t errors_before = OPS->errors(DEV);
    uint32_t header_pa = BENCH_RING + 4 * bench.wptr;
    set_case(c);
    bench_forget(B);
    BENCH(B, PM4_TYPE3(XG_PM4_NOP, 1), 0);
    uint64_t start = bench_effect_of(B, XG_GPU_IDLE, 0)->cost;
    header_pa += 8;
    bench_forget(B);
    assert_int_equal(BENCH(B, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x00030088), XG_DEVICE_IDLE);
    assert_int_equal(bench_effect_of(B, XG_GPU_IDLE, 0)->cost - start, 3 + v.cost);
    assert_int_equal(OPS->errors(DEV), errors_before | v.error);
    if (v.error && !errors_before) {
        const struct xg_gpu_effect *e = bench_effect_of(B, XG_GPU_ERROR, 0);
        assert_non_null(e);
        assert_int_equal(e->address, v.error == XG_GPU_ERR_COPY ? header_pa : v.error_address);
        assert_int_equal(e->cost - start, 3 + v.cost);
    }
    size_t n = 0;
    for (long y = v.y0; v.copied && y < v.y1; y += 2)
        for (long x = v.x0; x < v.x1; x += 8) {
            assert_true(n < bench.count);
            const struct bench_effect *r = &bench.effects[n++];
            struct xg_gpu_effect e = r->e;
            e.bytes = r->bytes;
            assert_int_equal(e.kind, XG_GPU_MEM);
            assert_int_equal(e.cost - start, 3 + v.cost);
            expect_line(c, &v, &e, x, y);
        }
    assert_int_equal(bench_count_of(B, XG_GPU_MEM), n);
    OPS->counters(DEV, &after);
    assert_int_equal(after.resolve_bytes - before.resolve_bytes, n * 64);
    assert_int_equal(after.resolves - before.resolves, v.copied);
    oracle_clear(c, &v);
    for (uint32_t t = all_tiles ? 0 : (uint32_t)(n * 37) % 64; t < XG_EDRAM_TILES;
         t += all_tiles ? 1 : 64) {
        OPS->tile_read(DEV, t, (uint8_t *)got_tile);
        if (memcmp(got_tile, edram[t], sizeof got_tile) != 0)
            fail_msg("tile %u differs", t);
    }
    OPS->retire(DEV, UINT64_MAX);
    bench_forget(B);
}

/* --- the tests --- */

static void tiled_addresses_agree_with_the_bit_list_and_are_injective(void **state)
{
    XG_UNUSED(state);
    static uint8_t seen[4096 * 12];
    memset(seen, 0, sizeof seen);
    for (uint32_t y = 0; y < 96; y++)
        for (uint32_t x = 0; x < 128; x++) {
            uint32_t o = xg_tiled_2d(x, y, 4, 2);
            assert_int_equal(o, tiled_by_bits(x, y, 4));
            assert_int_equal(o & 3, 0);
            assert_int_equal(seen[o], 0);
            seen[o] = 1;
        }
    struct bench_random r = bench_seed(3);
    for (int i = 0; i < 200000; i++) {
        uint32_t x = bench_below(&r, 16384), y = bench_below(&r, 40000), p = bench_below(&r, 513);
        assert_int_equal(xg_tiled_2d(x, y, p, 2), tiled_by_bits(x, y, p));
    }
}

static void a_plain_copy_moves_the_rectangle(void **state)
{
    XG_UNUSED(state);
    struct copy_case c = plain_case();
    check_case(&c, true);
    assert_int_equal(OPS->errors(DEV), 0);
}

static void the_first_pixel_lands_first_byte_order_included(void **state)
{
    XG_UNUSED(state);
    struct copy_case c = plain_case();
    c.dest_info |= 2; /* 8in32, as titles use it */
    set_case(&c);
    BENCH(B, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0);
    const struct xg_gpu_effect *e = bench_effect_of(B, XG_GPU_MEM, 0);
    assert_int_equal(e->address, 0x01000000);
    assert_int_equal(xg_ld32be(e->bytes), edram[0][0]);
    assert_int_equal(xg_ld32be(e->bytes + 4), edram[0][1]);
    assert_int_equal(xg_ld32be(e->bytes + 16), edram[0][80]); /* next row */
    assert_int_equal(xg_ld32be(e->bytes + 32), edram[0][4]);
}

static void clears_follow_the_copy(void **state)
{
    XG_UNUSED(state);
    struct copy_case c = plain_case();
    c.control = 0x300;
    c.color_clear = 0xFF336699;
    c.depth_clear = 0xFFFFFF00;
    check_case(&c, true);
    check_case(&c, true); /* now copies the cleared colour */
    assert_int_equal(OPS->errors(DEV), 0);
}

static void depth_sources_swap_their_half_tiles(void **state)
{
    XG_UNUSED(state);
    struct copy_case c = plain_case();
    c.control = 4;
    c.dest_info = 22 << 7 | 2;
    check_case(&c, true);
    OPS->retire(DEV, UINT64_MAX);
    set_case(&c);
    BENCH(B, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0);
    assert_int_equal(xg_ld32be(bench_effect_of(B, XG_GPU_MEM, 0)->bytes), edram[1024][40]);
}

static void tiles_wrap_around(void **state)
{
    XG_UNUSED(state);
    struct copy_case c = plain_case();
    c.color_info[2] = 2040;
    c.control = 2 | 0x100;
    c.v[2] = c.v[4] = 1279.5f;
    check_case(&c, true);
}

static void vertices_that_are_not_numbers_are_an_error(void **state)
{
    XG_UNUSED(state);
    struct copy_case c = plain_case();
    c.v[3] = NAN;
    check_case(&c, true);
    assert_int_equal(OPS->errors(DEV), XG_GPU_ERR_COPY_VERTEX);
}

static void a_fetch_constant_of_the_wrong_kind_is_an_error(void **state)
{
    XG_UNUSED(state);
    struct copy_case c = plain_case();
    c.fetch0 ^= 1;
    check_case(&c, true);
    c = plain_case();
    c.fetch1 = 7 << 2 | 2;
    check_case(&c, true);
}

static void refused_modes_still_clear(void **state)
{
    XG_UNUSED(state);
    struct copy_case c = plain_case();
    c.control = 0x300;
    c.dest_info = 18 << 7; /* a compressed format */
    check_case(&c, true);
    assert_int_equal(OPS->errors(DEV), XG_GPU_ERR_COPY);
    c.surface_info |= 3 << 16; /* no number of samples: nothing at all */
    check_case(&c, true);
}

static float random_coordinate(struct bench_random *r)
{
    switch (bench_below(r, 12)) {
    case 0: {
        uint32_t bits = bench_random(r);
        float f;
        memcpy(&f, &bits, 4);
        return f;
    }
    case 1:
        return (float)((int)bench_below(r, 70000) - 35000);
    case 2:
        return ((float)bench_below(r, 1 << 20) - 2048.0f) / 512.0f;
    case 3:
        return bench_below(r, 2) ? INFINITY : -INFINITY;
    case 4: { /* on the edge where rounding the sum to a single decides */
        float f = (float)(8 * bench_below(r, 30)) + 0x1p-9f;
        uint32_t bits;
        memcpy(&bits, &f, 4);
        bits += bench_below(r, 5) - 2;
        memcpy(&f, &bits, 4);
        return f;
    }
    default:
        return (float)bench_below(r, 200) + (bench_below(r, 2) ? -0.5f : 0.25f);
    }
}

static uint32_t pick(struct bench_random *r, const uint32_t *from, size_t n)
{
    return from[bench_below(r, (uint32_t)n)];
}
#define PICK(r, ...)                                                                               \
    pick(r, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

static struct copy_case random_case(struct bench_random *r)
{
    struct copy_case c = plain_case();
    c.surface_info = (bench_below(r, 4) ? bench_below(r, 400) : bench_below(r, 1300)) |
                     (bench_below(r, 12) ? 0 : 3 << 16) | (bench_random(r) & 0xFFFC0000);
    static const uint8_t matching[][2] = {{0, 6},   {1, 14}, {0, 50}, {2, 7},
                                          {10, 54}, {6, 31}, {14, 36}};
    uint32_t m = bench_below(r, XG_COUNTOF(matching)), source = bench_below(r, 8);
    for (int i = 0; i < 4; i++)
        c.color_info[i] = (bench_random(r) & 0xFFF) | PICK(r, 8, 9, 11, 13) << 16;
    if (source < 4 && bench_below(r, 6))
        c.color_info[source] = (c.color_info[source] & 0xFFF) | (uint32_t)matching[m][0] << 16;
    c.depth_info = bench_random(r);
    c.dest_info = bench_below(r, 8) |
                  (bench_below(r, 6) ? (uint32_t)matching[m][1] : PICK(r, 0, 1, 18, 40, 63)) << 7 |
                  bench_below(r, 2) << 24 | bench_below(r, 8) << 4 | bench_below(r, 8) << 13;
    c.control =
        source | bench_below(r, 4) << 8 | PICK(r, 0, 0, 0, 1, 1, 3) << 20 | bench_below(r, 8) << 4;
    c.dest_base = bench_random(r);
    c.dest_pitch = bench_random(r);
    c.mode_cntl = PICK(r, 0, 0x10000);
    c.vtx_cntl = bench_below(r, 2);
    c.window_offset = PICK(r, 0, 0, 0, 0x00080010, 0x7FF07FF8, 0x40004000, bench_random(r));
    c.window_tl =
        PICK(r, 0x80000000, 0x80000000, 0x80000000, 0, 0x00030005, bench_random(r) & 0xC0FFC1FF);
    c.window_br = PICK(r, 0x00C00100, 0x7FFF7FFF, 0x00C80190, 0x02002200, bench_random(r));
    c.screen_tl = PICK(r, 0, 0, 0, 0x00090003, 0x7FF87FFF, 0x80044000, 0x40008005);
    c.screen_br = PICK(r, 0x01000100, 0x01000100, 0x00400400, 0x02002200, 0x81008100,
                       bench_random(r) & (bench_below(r, 8) ? 0x80FF80FF : 0xC0FFC0FF));
    c.color_clear = bench_random(r);
    c.depth_clear = bench_random(r);
    c.fetch0 = (VERTICES + (bench_random(r) & 0xFFFC)) | PICK(r, 3, 3, 3, 3, 3, 3, 3, 0);
    c.fetch1 =
        PICK(r, 6, 6, 6, 6, 6, 6, 6, 5) << 2 | bench_below(r, 4) | (bench_random(r) & 0xFC000000);
    for (int i = 0; i < 6; i++)
        c.v[i] = random_coordinate(r);
    if (bench_below(r, 3)) {
        float w = (float)bench_below(r, 100), h = (float)bench_below(r, 60);
        for (int i = 0; i < 3; i++) {
            c.v[2 * i] = (i ? w : 0) + c.v[0] * 0 + (float)bench_below(r, 2);
            c.v[2 * i + 1] = (i == 2 ? h : 0) + 0.25f;
        }
        for (int i = 0; i < 6; i++)
            if (isnan(c.v[i]))
                c.v[i] = 1;
    }
    return c;
}

#ifndef COPY_CASES
#define COPY_CASES 1500 /* fewer where a device is slow */
#endif

static void random_copies_agree_with_the_oracle(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(20240612);
    int copied = 0, empty = 0;
    for (int i = 0; i < COPY_CASES; i++) {
        struct copy_case c = random_case(&r);
        struct verdict v = oracle_judge(&c);
        copied += v.copied;
        empty += v.x0 >= v.x1;
        check_case(&c, i % 50 == 0);
        if (OPS->errors(DEV) && bench_below(&r, 4) == 0) {
            OPS->reset(DEV);
            OPS->ring(DEV, BENCH_RING, BENCH_RING_LOG2);
            bench.wptr = 0;
        }
    }
    printf("# %d of %d copied, %d empty\n", copied, COPY_CASES, empty);
    assert_true(copied > COPY_CASES / 8);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_model, close_bench)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiled_addresses_agree_with_the_bit_list_and_are_injective),
        T(a_plain_copy_moves_the_rectangle),
        T(the_first_pixel_lands_first_byte_order_included),
        T(clears_follow_the_copy),
        T(depth_sources_swap_their_half_tiles),
        T(tiles_wrap_around),
        T(vertices_that_are_not_numbers_are_an_error),
        T(a_fetch_constant_of_the_wrong_kind_is_an_error),
        T(refused_modes_still_clear),
        T(random_copies_agree_with_the_oracle),
    };
    return cmocka_run_group_tests_name("model copies", tests, NULL, NULL);
}
