/* Copies of the model with every mode: where samples come from, which are chosen, where pixels go,
 * in which order, and what it costs. The arithmetic of components is checked by
 * test_model_formats and taken from the model here. */
#include "gpu/model/formats.h"
#include "gpu/tiled.h"

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

static uint32_t edram[XG_EDRAM_TILES][1280]; /* what the tiles should hold */

static void fill_tiles(void)
{
    uint32_t n = 99;
    for (uint32_t t = 0; t < XG_EDRAM_TILES; t++) {
        for (int i = 0; i < 1280; i++)
            edram[t][i] = n = n * 1664525 + 1013904223;
        OPS->tile_write(DEV, t, (const uint8_t *)edram[t]);
    }
}
static int open_filled(void **state)
{
    XG_UNUSED(state);
    if (!bench_open(B, xg_device_model_create))
        return -1;
    fill_tiles();
    return 0;
}
static int close_bench(void **state)
{
    XG_UNUSED(state);
    bench_close(B);
    return 0;
}

/* --- tiled addresses, as a permutation of bits --- */

/* Where bit k of the offset within a group of tiles goes. */
static unsigned place(unsigned k)
{
    return k < 6 ? k : k < 9 ? k + 2 : k + 3;
}

static uint32_t put_bits(uint32_t v, unsigned from, unsigned count, unsigned to)
{
    uint32_t out = 0;
    for (unsigned i = 0; i < count && place(to + i) < 32; i++)
        out |= (v >> (from + i) & 1) << place(to + i);
    return out;
}

/* Bits of a micro tile (8 blocks by 4 or 2 rows of two): above 16 bytes they make room for the
 * odd row. */
static uint32_t micro(uint32_t v, unsigned log2)
{
    uint32_t out = 0;
    for (unsigned i = 0; i < 6; i++) {
        unsigned k = log2 + i;
        out |= (v >> i & 1) << place(k < 4 ? k : k + 1);
    }
    return out;
}

static uint32_t address_2d(uint32_t x, uint32_t y, uint32_t pitch32, unsigned log2)
{
    uint32_t tile = (x >> 5) + (y >> 5) * pitch32;
    uint32_t a = micro((x & 7) | (y >> 1 & 7) << 3, log2) | (y & 1) << 4;
    a |= put_bits(tile, 0, 20, log2 + 7);
    a ^= (x >> 3 & 1) << 6 | ((x >> 4 & 1) ^ (y >> 3 & 1)) << 7 | (y >> 4 & 1) << 11;
    return a;
}

static uint32_t address_3d(uint32_t x, uint32_t y, uint32_t z, uint32_t pitch32, uint32_t height16,
                           unsigned log2)
{
    uint32_t tile = (x >> 5) + ((y >> 4) + (z >> 2) * height16) * pitch32;
    uint32_t odd = (y >> 3 & 1) ^ (z >> 2 & 1);
    uint32_t a = micro((x & 7) | (y >> 1 & 3) << 3, log2) | (y & 1) << 4;
    a |= put_bits(z, 0, 2, log2 + 6) | put_bits(tile, 0, 20, log2 + 8);
    a ^= (x >> 3 & 1) << 6 | ((x >> 4 & 1) ^ odd) << 7 | odd << 11;
    return a;
}

static void tiled_addresses_are_a_permutation_of_bits(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(8);
    for (int i = 0; i < 500000; i++) {
        unsigned log2 = bench_below(&r, 5);
        uint32_t x = bench_below(&r, 2048), y = bench_below(&r, 2048), z = bench_below(&r, 16);
        uint32_t p = bench_below(&r, 64), h = 2 * bench_below(&r, 32);
        assert_int_equal(xg_tiled_2d(x, y, p, log2), address_2d(x, y, p, log2));
        assert_int_equal(xg_tiled_3d(x, y, z, p, h, log2), address_3d(x, y, z, p, h, log2));
    }
}

static void tiled_surfaces_are_filled_exactly(void **state)
{
    XG_UNUSED(state);
    static uint8_t seen[64 * 64 * 8 * 16];
    for (unsigned log2 = 0; log2 < 5; log2++) {
        memset(seen, 0, sizeof seen);
        for (uint32_t z = 0; z < 8; z++)
            for (uint32_t y = 0; y < 64; y++)
                for (uint32_t x = 0; x < 64; x++) {
                    uint32_t o = xg_tiled_3d(x, y, z, 2, 4, log2);
                    assert_true(o < (64u * 64 * 8) << log2 && !(o & ((1u << log2) - 1)) &&
                                !seen[o]);
                    seen[o] = 1;
                }
        memset(seen, 0, sizeof seen);
        for (uint32_t y = 0; y < 128; y++)
            for (uint32_t x = 0; x < 128; x++) {
                uint32_t o = xg_tiled_2d(x, y, 4, log2);
                assert_true(o < (128u * 128) << log2 && !(o & ((1u << log2) - 1)) && !seen[o]);
                seen[o] = 1;
            }
    }
}

/* --- a copy --- */

struct full_case {
    uint32_t msaa, pitch, x0, y0, x1, y1; /* pixels, multiples of 8 */
    uint32_t source, format, base, depth_base, depth_format;
    uint32_t select, command, color_clear, depth_clear, clear_value[2], depth_value;
    uint32_t endian, volume, slice, dest, number, swap;
    int bias;
    uint32_t dest_base, dest_pitch, dest_height;
};

static float center(uint32_t v)
{
    return (float)v - 0.5f;
}

static void run_case(const struct full_case *c)
{
    static const uint16_t colors[4] = {0x2001, 0x2003, 0x2004, 0x2005};
    const float v[6] = {center(c->x0), center(c->y0), center(c->x1),
                        center(c->y0), center(c->x1), center(c->y1)};
    const struct {
        uint16_t index;
        uint32_t value;
    } regs[] = {
        {0x2208, 6},
        {0x2000, c->pitch | c->msaa << 16},
        {colors[c->source & 3], c->base | c->format << 16},
        {0x2002, c->depth_base | c->depth_format << 16},
        {0x2205, 0},
        {0x2302, 0},
        {0x2080, 0},
        {0x2081, 0x80000000},
        {0x2082, 0x1FFF1FFF},
        {0x200E, 0},
        {0x200F, 0x1FFF1FFF},
        {0x2318,
         c->source | c->select << 4 | c->color_clear << 8 | c->depth_clear << 9 | c->command << 20},
        {0x2319, c->dest_base},
        {0x231A, c->dest_pitch | c->dest_height << 16},
        {0x231B, c->endian | c->volume << 3 | c->slice << 4 | c->dest << 7 | c->number << 13 |
                     ((uint32_t)c->bias & 0x3F) << 16 | c->swap << 24},
        {0x231D, c->depth_value},
        {0x231E, c->clear_value[0]},
        {0x231F, c->clear_value[1]},
        {0x4800, VERTICES | 3},
        {0x4801, 6 << 2 | 2},
    };
    for (size_t i = 0; i < XG_COUNTOF(regs); i++)
        OPS->reg_write(DEV, regs[i].index, regs[i].value);
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t bits;
        memcpy(&bits, &v[i], 4);
        xg_st32be(bench.memory + VERTICES + 4 * i, bits);
    }
    bench_forget(B);
    assert_int_equal(BENCH(B, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x88), XG_DEVICE_IDLE);
}

/* The words of a sample in the test's tiles. */
static uint32_t *sample(const struct full_case *c, bool depth, uint32_t x, uint32_t y, uint32_t s)
{
    uint32_t words = depth ? 1 : xg_color_words(c->format), wide = c->msaa == 2 ? 2 : 1;
    uint32_t sx = c->msaa == 2 ? 2 * x + s / 2 : x, sy = c->msaa ? 2 * y + s % 2 : y;
    uint32_t per_tile = 80 / words; /* samples across a tile */
    uint32_t across = (c->pitch * wide + 79) / 80 * words;
    uint32_t tile = (depth ? c->depth_base : c->base) + sy / 16 * across + sx / per_tile;
    uint32_t column = sx % per_tile * words;
    return &edram[tile % 2048][sy % 16 * 80 + (depth ? (column + 40) % 80 : column)];
}

/* Which samples, by the table of docs/device.md. */
static unsigned chosen(const struct full_case *c, uint32_t list[4])
{
    static const char *const one = "0", *const two[8] = {"0",  "1",  "0",  "1",
                                                         "01", "01", "01", "01"},
                             *const four[8] = {"0", "1", "2", "3", "01", "23", "0123", "0123"};
    const char *s = c->msaa == 0 ? one : c->msaa == 1 ? two[c->select] : four[c->select];
    unsigned n = c->source > 3 ? 1 : (unsigned)strlen(s);
    for (unsigned i = 0; i < n; i++)
        list[i] = (uint32_t)(s[i] - '0');
    return n;
}

static bool bits_alone(const struct full_case *c, unsigned n)
{
    static const uint8_t pairs[][2] = {{0, 6},  {0, 14}, {0, 50},  {1, 6},  {1, 14},
                                       {1, 50}, {2, 7},  {2, 54},  {10, 7}, {10, 54},
                                       {6, 31}, {7, 32}, {14, 36}, {15, 37}};
    if (c->command == 2)
        return false;
    if (c->source > 3)
        return true;
    for (size_t i = 0; i < XG_COUNTOF(pairs); i++)
        if (pairs[i][0] == c->format && pairs[i][1] == c->dest)
            return n == 1 && c->bias == 0;
    return false;
}

static void exchange_16(uint32_t *a, unsigned sa, uint32_t *b, unsigned sb)
{
    uint32_t va = *a >> sa & 0xFFFF, vb = *b >> sb & 0xFFFF;
    *a = (*a & ~(0xFFFFu << sa)) | vb << sa;
    *b = (*b & ~(0xFFFFu << sb)) | va << sb;
}

static void oracle_swap_bits(uint32_t pixel[4], uint32_t format)
{
    uint32_t t = pixel[0];
    switch (format) {
    case 0:
    case 1:
        pixel[0] = (t & 0xFF00FF00) | (t & 0xFF) << 16 | (t >> 16 & 0xFF);
        break;
    case 2:
    case 10:
        pixel[0] = (t & 0xC00FFC00) | (t & 0x3FF) << 20 | (t >> 20 & 0x3FF);
        break;
    case 6:
        exchange_16(&pixel[0], 0, &pixel[0], 16);
        pixel[0] = t >> 16 | t << 16;
        break;
    case 7:
        exchange_16(&pixel[0], 0, &pixel[1], 0);
        break;
    case 15:
        pixel[0] = pixel[1];
        pixel[1] = t;
        break;
    default:
        break;
    }
}

static void oracle_pixel(const struct full_case *c, uint32_t x, uint32_t y, uint32_t pixel[4])
{
    uint32_t list[4] = {0}, words[4][2] = {{0}};
    unsigned n = chosen(c, list);
    bool depth = c->source > 3, gamma = c->format == 1 && (c->number == 0 || c->number > 3) &&
                                        (c->dest == 6 || c->dest == 14 || c->dest == 50);
    memset(pixel, 0, 16);
    for (unsigned i = 0; i < n; i++)
        memcpy(words[i], sample(c, depth, x, y, list[i]),
               depth ? 4 : 4 * xg_color_words(c->format));
    if (c->command == 2 && depth) {
        pixel[0] = c->depth_format ? 0xF0000000 : 0xFFFFFF00;
        return;
    }
    if (bits_alone(c, n)) {
        memcpy(pixel, words[0], 8);
        if (c->swap && !depth)
            oracle_swap_bits(pixel, c->format);
        return;
    }
    struct xg_number rgba[4];
    for (unsigned i = 0; i < 4; i++)
        rgba[i] = xg_color_component(c->format, i, (const uint32_t(*)[2])words, n, c->bias);
    if (c->command == 2)
        for (unsigned i = 0; i < 4; i++)
            rgba[i] = (struct xg_number){.mant = 1, .div = 1};
    if (c->swap && c->command != 2) {
        bool two = c->format == 4 || c->format == 6 || c->format == 15;
        struct xg_number t = rgba[0];
        if (c->format != 14) {
            rgba[0] = rgba[two ? 1 : 2];
            rgba[two ? 1 : 2] = t;
        }
    }
    xg_dest_pack(xg_dest_format(c->dest), rgba, gamma, c->number, pixel);
}

/* Puts the oracle's picture into memory of its own and compares it with what the effects
 * give; checks that the effects come line by line. */
static void check_pixels(const struct full_case *c)
{
    uint32_t log2 = c->source > 3 ? 2 : xg_dest_format(c->dest)->bytes_log2, bytes = 1u << log2;
    uint32_t pitch32 = (c->dest_pitch + 31) / 32, height16 = (c->dest_height + 31) / 32 * 2;
    static const uint8_t flip[8] = {0, 1, 3, 2, 7, 15, 0, 0};
    static const uint8_t wide[5] = {8, 8, 8, 4, 2}, high[5] = {8, 4, 2, 2, 2};
    size_t n = 0;
    for (uint32_t y = c->y0; y < c->y1; y += high[log2])
        for (uint32_t x = c->x0; x < c->x1; x += wide[log2]) {
            assert_true(n < bench.count);
            const struct bench_effect *e = &bench.effects[n++];
            uint8_t line[64];
            assert_int_equal(e->e.kind, XG_GPU_MEM);
            assert_int_equal(e->e.size, 64);
            uint32_t first = c->volume ? address_3d(x, y, c->slice, pitch32, height16, log2)
                                       : address_2d(x, y, pitch32, log2);
            assert_int_equal(e->e.address, (c->dest_base + first) & 0x1FFFFFC0);
            for (uint32_t j = 0; j < high[log2]; j++)
                for (uint32_t i = 0; i < wide[log2]; i++) {
                    uint32_t pixel[4];
                    oracle_pixel(c, x + i, y + j, pixel);
                    uint32_t at = c->volume
                                      ? address_3d(x + i, y + j, c->slice, pitch32, height16, log2)
                                      : address_2d(x + i, y + j, pitch32, log2);
                    assert_true(at >= first && at - first <= 64 - bytes);
                    memcpy(line + (at - first), pixel, bytes);
                }
            for (uint32_t i = 0; i < 64; i++)
                if (e->bytes[i] != line[i ^ flip[c->endian]])
                    fail_msg("msaa %u format %u select %u -> %u number %u bias %d swap %u endian "
                             "%u volume %u: "
                             "pixel block (%u, %u) byte %u is %02x, should be %02x",
                             c->msaa, c->format, c->select, c->dest, c->number, c->bias, c->swap,
                             c->endian, c->volume, x, y, i, e->bytes[i], line[i ^ flip[c->endian]]);
        }
    assert_int_equal(bench_count_of(B, XG_GPU_MEM), n);
}

static void oracle_clears(const struct full_case *c)
{
    for (uint32_t y = c->y0; y < c->y1; y++)
        for (uint32_t x = c->x0; c->color_clear && c->source < 4 && x < c->x1; x++)
            for (uint32_t s = 0; s < 4; s++)
                memcpy(sample(c, false, x, y, s), c->clear_value, 4 * xg_color_words(c->format));
    for (uint32_t y = c->y0; y < c->y1; y++)
        for (uint32_t x = c->x0; c->depth_clear && x < c->x1; x++)
            for (uint32_t s = 0; s < 4; s++)
                *sample(c, true, x, y, s) = c->depth_value;
}

static void check_tiles(uint32_t step)
{
    uint32_t got[1280];
    for (uint32_t t = step / 2; t < XG_EDRAM_TILES; t += step) {
        OPS->tile_read(DEV, t, (uint8_t *)got);
        if (memcmp(got, edram[t], sizeof got) != 0)
            fail_msg("tile %u differs", t);
    }
}

static void check_case(const struct full_case *c, uint32_t tile_step)
{
    struct xg_gpu_counters before, after;
    OPS->counters(DEV, &before);
    bench_forget(B);
    run_case(c);
    assert_int_equal(OPS->errors(DEV), 0);
    if (c->command != 3)
        check_pixels(c);
    else
        assert_int_equal(bench_count_of(B, XG_GPU_MEM), 0);
    oracle_clears(c);
    check_tiles(tile_step);
    OPS->counters(DEV, &after);
    assert_int_equal(after.clears - before.clears,
                     (c->color_clear && c->source < 4) + c->depth_clear);
    OPS->retire(DEV, UINT64_MAX);
}

static const uint8_t formats[] = {0, 1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 15};
static const uint8_t dests[] = {2,  3,  4,  5,  6,  7,  8,  9,  10, 14, 15, 16, 17,
                                24, 25, 26, 30, 31, 32, 36, 37, 38, 50, 54, 55, 56};

static struct full_case plain(void)
{
    return (struct full_case){.pitch = 160,
                              .x1 = 32,
                              .y1 = 16,
                              .depth_base = 1024,
                              .dest = 6,
                              .dest_base = 0x01000000,
                              .dest_pitch = 64,
                              .dest_height = 64};
}

static void every_format_select_and_sample_count(void **state)
{
    XG_UNUSED(state);
    struct full_case c = plain();
    c.x1 = 16;
    c.y1 = 8;
    for (c.msaa = 0; c.msaa < 3; c.msaa++)
        for (c.select = 0; c.select < 8; c.select++)
            for (size_t f = 0; f < XG_COUNTOF(formats); f++)
                for (size_t d = 0; d < XG_COUNTOF(dests); d++) {
                    c.format = formats[f];
                    c.dest = dests[d];
                    c.endian = (uint32_t)(f + d) % 8;
                    c.swap = (uint32_t)(f * d + c.select) & 1;
                    check_case(&c, 2048);
                }
}

static void random_copies_of_all_modes(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(20240614);
    for (int k = 0; k < 600; k++) {
        struct full_case c = {
            .msaa = bench_below(&r, 3),
            .pitch = 64 + bench_below(&r, 300),
            .x0 = bench_below(&r, 4) * 8,
            .y0 = bench_below(&r, 6) * 8,
            .source = bench_below(&r, 8),
            .format = formats[bench_below(&r, XG_COUNTOF(formats))],
            .base = bench_below(&r, 2048),
            .depth_base = bench_below(&r, 2048),
            .depth_format = bench_below(&r, 2),
            .select = bench_below(&r, 8),
            .command = bench_below(&r, 4),
            .color_clear = bench_below(&r, 2),
            .depth_clear = bench_below(&r, 2),
            .clear_value = {bench_random(&r), bench_random(&r)},
            .depth_value = bench_random(&r),
            .endian = bench_below(&r, 8),
            .volume = bench_below(&r, 2),
            .slice = bench_below(&r, 8),
            .dest = dests[bench_below(&r, XG_COUNTOF(dests))],
            .number = bench_below(&r, 8),
            .swap = bench_below(&r, 2),
            .bias = bench_below(&r, 2) ? 0 : (int)bench_below(&r, 64) - 32,
            .dest_base = bench_random(&r),
            .dest_pitch = 1 + bench_below(&r, 400),
            .dest_height = 1 + bench_below(&r, 400),
        };
        c.x1 = c.x0 + 8 + bench_below(&r, 4) * 8;
        c.y1 = c.y0 + 8 + bench_below(&r, 4) * 8;
        check_case(&c, k % 50 ? 64 : 1);
    }
}

static void costs_count_blocks_of_pixels(void **state)
{
    XG_UNUSED(state);
    struct full_case c = plain();
    c.msaa = 2;
    c.format = 5;
    c.dest = 26;
    c.select = 6;
    c.color_clear = c.depth_clear = 1;
    run_case(&c);
    /* 32 x 16 pixels are 32 blocks. */
    assert_int_equal(bench_effect_of(B, XG_GPU_MEM, 0)->cost, 2 + 1 + 16 + 32 * 4 + 2 * 32 * 2);
    assert_int_equal(bench_count_of(B, XG_GPU_MEM), 32 * 2);
}

static void impossible_modes_are_errors(void **state)
{
    XG_UNUSED(state);
    struct full_case c = plain();
    c.msaa = 3;
    c.color_clear = c.depth_clear = 1;
    run_case(&c);
    assert_int_equal(OPS->errors(DEV), XG_GPU_ERR_COPY);
    check_tiles(1); /* nothing was cleared */
    c = plain();
    c.format = 8;
    c.depth_clear = 1;
    run_case(&c);
    c.color_clear = 0; /* there is no such colour, but depth is */
    oracle_clears(&c);
    check_tiles(1);
    c = plain();
    c.dest = 18; /* compressed */
    run_case(&c);
    assert_int_equal(bench_count_of(B, XG_GPU_MEM), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_filled, close_bench)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiled_addresses_are_a_permutation_of_bits),
        cmocka_unit_test(tiled_surfaces_are_filled_exactly),
        T(every_format_select_and_sample_count),
        T(random_copies_of_all_modes),
        T(costs_count_blocks_of_pixels),
        T(impossible_modes_are_errors),
    };
    return cmocka_run_group_tests_name("copies of all modes", tests, NULL, NULL);
}
