/* Copies told by the page: the same bytes, counters and device as line by line. */
#include "gpu/lines.h"
#include "gpu/model/formats.h"
#include "gpu/model/permute.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/gpu_bench.h"

#define VERTICES 0x00200000u

/* Two devices with the same eDRAM: one is told line by line, the other by the page. */
static struct gpu_bench lines, pages;
static struct {
    bool shown; /* what its host answers */
    size_t pages, lines;
    uint32_t first_packet;
    uint64_t seen[XG_PHYS_SIZE / XG_PAGE_SIZE]; /* masks of the copy in hand */
    uint32_t list[XG_PHYS_SIZE / XG_PAGE_SIZE];
} told;

/* Memory takes the lines at once; what the device keeps to itself shows when it is not shown. */
static bool on_lines(void *ctx, const struct xg_gpu_lines *l)
{
    struct gpu_bench *b = ctx;
    uint32_t first, count, page = l->page / XG_PAGE_SIZE;
    assert_int_equal(l->page % XG_PAGE_SIZE, 0);
    assert_true(l->data->mask != 0);
    if (told.pages == 0) { /* the page of the first line comes first */
        assert_int_equal(l->first & ~(XG_PAGE_SIZE - 1), l->page);
        assert_true(l->data->mask >> l->first % XG_PAGE_SIZE / 64 & 1);
        told.first_packet = l->packet;
    }
    assert_int_equal(l->packet, told.first_packet);
    assert_int_equal(told.seen[page] & l->data->mask, 0);
    told.seen[page] |= l->data->mask;
    told.list[told.pages++] = page;
    told.lines += (size_t)__builtin_popcountll(l->data->mask);
    for (uint64_t left = l->data->mask; left;) {
        left = xg_line_run(left, &first, &count);
        memcpy(b->memory + l->page + 64 * first, l->data->bytes + 64 * first, 64 * count);
    }
    return told.shown;
}

static void forget_told(void)
{
    for (size_t i = 0; i < told.pages; i++)
        told.seen[told.list[i]] = 0;
    told.pages = told.lines = 0;
}

static struct xg_device *paged_create(const struct xg_device_host *host, struct xg_error *err)
{
    struct xg_device_host mine = *host;
    mine.lines = on_lines;
    return xg_device_model_create(&mine, err);
}

static int open_both(void **state)
{
    XG_UNUSED(state);
    uint32_t n = 5, tile[1280];
    if (!bench_open(&lines, xg_device_model_create) || !bench_open(&pages, paged_create))
        return -1;
    for (uint32_t t = 0; t < XG_EDRAM_TILES; t++) {
        for (int i = 0; i < 1280; i++)
            tile[i] = n = n * 1664525 + 1013904223;
        lines.device->ops->tile_write(lines.device, t, (const uint8_t *)tile);
        pages.device->ops->tile_write(pages.device, t, (const uint8_t *)tile);
    }
    forget_told();
    told.shown = false;
    return 0;
}
static int close_both(void **state)
{
    XG_UNUSED(state);
    bench_close(&lines);
    bench_close(&pages);
    return 0;
}

struct copy {
    uint32_t msaa, pitch, source, format, base, depth_base, select, command;
    uint32_t endian, volume, slice, dest, number, swap, dest_base, dest_pitch, dest_height;
    uint32_t x0, y0, x1, y1;
};

static void set_up(struct gpu_bench *b, const struct copy *c)
{
    static const uint16_t colors[4] = {0x2001, 0x2003, 0x2004, 0x2005};
    const uint32_t regs[][2] = {
        {0x2208, 6},
        {0x2000, c->pitch | c->msaa << 16},
        {colors[c->source & 3], c->base | c->format << 16},
        {0x2002, c->depth_base},
        {0x2302, 0},
        {0x2081, 0x80000000},
        {0x2082, 0x1FFF1FFF},
        {0x200E, 0},
        {0x200F, 0x1FFF1FFF},
        {0x2318, c->source | c->select << 4 | c->command << 20},
        {0x2319, c->dest_base},
        {0x231A, c->dest_pitch | c->dest_height << 16},
        {0x231B, c->endian | c->volume << 3 | c->slice << 4 | c->dest << 7 | c->number << 13 |
                     c->swap << 24},
        {0x4800, VERTICES | 3},
        {0x4801, 6 << 2 | 2},
    };
    const float v[6] = {(float)c->x0 - 0.5f, (float)c->y0 - 0.5f, (float)c->x1 - 0.5f,
                        (float)c->y0 - 0.5f, (float)c->x1 - 0.5f, (float)c->y1 - 0.5f};
    for (size_t i = 0; i < XG_COUNTOF(regs); i++)
        b->device->ops->reg_write(b->device, regs[i][0], regs[i][1]);
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t bits;
        memcpy(&bits, &v[i], 4);
        xg_st32be(b->memory + VERTICES + 4 * i, bits);
    }
}

static void run(struct gpu_bench *b, const struct copy *c)
{
    set_up(b, c);
    bench_forget(b);
    assert_int_equal(BENCH(b, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x88), XG_DEVICE_IDLE);
}

static void expect_equal_memory(const struct copy *c)
{
    for (size_t i = 0; i < lines.count; i++) {
        const struct bench_effect *e = &lines.effects[i];
        if (e->e.kind != XG_GPU_MEM)
            continue;
        uint32_t at = e->e.address;
        assert_true(told.pages == 0 || told.seen[at / XG_PAGE_SIZE] >> at % XG_PAGE_SIZE / 64 & 1);
        if (memcmp(lines.memory + at, pages.memory + at, 64) != 0)
            fail_msg("msaa %u source %u format %u select %u -> %u endian %u swap %u volume %u base "
                     "0x%X: line 0x%X differs",
                     c->msaa, c->source, c->format, c->select, c->dest, c->endian, c->swap,
                     c->volume, c->dest_base, at);
    }
}

static void check(const struct copy *c, bool by_page)
{
    struct xg_gpu_counters a, b;
    run(&lines, c);
    run(&pages, c);
    size_t n = bench_count_of(&lines, XG_GPU_MEM);
    for (size_t i = 0; i < lines.count; i++)
        if (lines.effects[i].e.kind == XG_GPU_MEM)
            memcpy(lines.memory + lines.effects[i].e.address, lines.effects[i].bytes, 64);
    assert_int_equal(bench_count_of(&pages, XG_GPU_MEM), by_page ? 0 : n);
    if (by_page)
        assert_int_equal(told.lines, n);
    else
        for (size_t i = 0; i < pages.count; i++)
            if (pages.effects[i].e.kind == XG_GPU_MEM)
                memcpy(pages.memory + pages.effects[i].e.address, pages.effects[i].bytes, 64);
    expect_equal_memory(c);
    assert_int_equal(bench_effect_of(&pages, XG_GPU_IDLE, 0)->cost,
                     bench_effect_of(&lines, XG_GPU_IDLE, 0)->cost);
    assert_int_equal(pages.device->ops->errors(pages.device),
                     lines.device->ops->errors(lines.device));
    lines.device->ops->counters(lines.device, &a);
    pages.device->ops->counters(pages.device, &b);
    assert_memory_equal(&a, &b, sizeof a);
    forget_told();
    bench_forget(&lines);
    bench_forget(&pages);
    lines.device->ops->retire(lines.device, UINT64_MAX);
    pages.device->ops->retire(pages.device, UINT64_MAX);
}

static const uint8_t formats[] = {0, 1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 15};
static const uint8_t dests[] = {2,  3,  4,  5,  6,  7,  8,  9,  10, 14, 15, 16, 17,
                                24, 25, 26, 30, 31, 32, 36, 37, 38, 50, 54, 55, 56};

static struct copy plain(void)
{
    return (struct copy){.pitch = 320,
                         .x1 = 320,
                         .y1 = 96,
                         .depth_base = 1024,
                         .dest = 6,
                         .endian = 2,
                         .dest_base = 0x01000000,
                         .dest_pitch = 320,
                         .dest_height = 96};
}

/* --- the tests --- */

static void every_pair_of_formats(void **state)
{
    XG_UNUSED(state);
    struct copy c = plain();
    c.x0 = 8;
    c.y0 = 8;
    c.x1 = 72;
    c.y1 = 40;
    for (c.msaa = 0; c.msaa < 3; c.msaa++)
        for (c.swap = 0; c.swap < 2; c.swap++)
            for (size_t f = 0; f < XG_COUNTOF(formats); f++)
                for (size_t d = 0; d < XG_COUNTOF(dests); d++) {
                    c.format = formats[f];
                    c.dest = dests[d];
                    c.endian = (uint32_t)(f + d) % 8;
                    c.dest_base = 0x01000000 + (uint32_t)(d % 3) * 0x740;
                    check(&c, true);
                }
}

static void bits_of_every_kind(void **state)
{
    XG_UNUSED(state);
    static const uint8_t same[][2] = {{0, 6},  {1, 50}, {2, 7},   {10, 54},
                                      {6, 31}, {7, 32}, {14, 36}, {15, 37}};
    struct copy c = plain();
    for (size_t i = 0; i < XG_COUNTOF(same); i++)
        for (c.endian = 0; c.endian < 8; c.endian++)
            for (c.swap = 0; c.swap < 2; c.swap++)
                for (c.msaa = 0; c.msaa < 3; c.msaa++) {
                    c.format = same[i][0];
                    c.dest = same[i][1];
                    c.select = c.msaa == 2 ? c.endian % 4 : c.endian % 2;
                    c.source = c.endian == 5 ? 4 : 0; /* depth too */
                    check(&c, true);
                }
}

static void random_rectangles(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(20240702);
    for (int k = 0; k < 400; k++) {
        struct copy c = {
            .msaa = bench_below(&r, 3),
            .pitch = 8 + bench_below(&r, 400),
            .x0 = bench_below(&r, 20) * 8,
            .y0 = bench_below(&r, 20) * 8,
            .source = bench_below(&r, 8),
            .format = formats[bench_below(&r, XG_COUNTOF(formats))],
            .base = bench_below(&r, 2048),
            .depth_base = bench_below(&r, 2048),
            .select = bench_below(&r, 8),
            .command = bench_below(&r, 3),
            .endian = bench_below(&r, 8),
            .volume = bench_below(&r, 4) == 0,
            .slice = bench_below(&r, 8),
            .dest = dests[bench_below(&r, XG_COUNTOF(dests))],
            .number = bench_below(&r, 8),
            .swap = bench_below(&r, 2),
            .dest_base = bench_random(&r) & (bench_below(&r, 2) ? 0x1FFFF000 : 0x1FFFFFFF),
            .dest_height = 1 + bench_below(&r, 400),
        };
        c.x1 = c.x0 + 8 + bench_below(&r, 20) * 8;
        c.y1 = c.y0 + 8 + bench_below(&r, 12) * 8;
        c.dest_pitch = c.x1 + bench_below(&r, 200); /* as wide as the rectangle */
        told.shown = bench_below(&r, 2);
        if (bench_below(&r, 3) == 0) { /* bits, at the start of a page */
            c.dest = 6;
            c.format = c.command = 0;
            c.dest_base &= 0x0FFFF000;
        }
        if (c.dest_base < 0x00300000 || c.dest_base > 0x1F000000)
            c.dest_base = 0x02000000 | (c.dest_base & 0xFFF);
        check(&c, true);
    }
}

/* Wider than the destination: a line is written twice, and told twice, one by one. */
static void lines_that_are_written_twice(void **state)
{
    XG_UNUSED(state);
    struct copy c = plain();
    c.dest_pitch = 128;
    check(&c, false);
}

static void lines_come_one_by_one_while_tracing(void **state)
{
    XG_UNUSED(state);
    struct copy c = plain();
    pages.device->ops->trace(pages.device, true);
    lines.device->ops->trace(lines.device, true);
    run(&lines, &c);
    run(&pages, &c);
    assert_int_equal(told.pages, 0);
    assert_int_equal(lines.count, pages.count);
    for (size_t i = 0; i < lines.count; i++) {
        assert_int_equal(lines.effects[i].e.kind, pages.effects[i].e.kind);
        assert_int_equal(lines.effects[i].e.address, pages.effects[i].e.address);
        assert_memory_equal(lines.effects[i].bytes, pages.effects[i].bytes, 64);
    }
}

/* Command words that the device reads where it has just written: a dword before the copy, lines
 * over it, a dword after. Nothing is retired. */
static void the_device_reads_what_it_wrote(void **state)
{
    XG_UNUSED(state);
    for (int shown = 0; shown < 2; shown++)
        for (int older = 0; older < 2; older++) {
            struct copy c = plain();
            told.shown = shown;
            set_up(&pages, &c);
            if (older)
                BENCH(&pages, PM4_TYPE3(XG_PM4_MEM_WRITE, 2), c.dest_base, 0x11223344);
            BENCH(&pages, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x88, PM4_TYPE3(XG_PM4_MEM_WRITE, 2),
                  c.dest_base + 8, 0xCAFEF00D, PM4_TYPE3(XG_PM4_LOAD_ALU_CONSTANT, 3), c.dest_base,
                  0, 3);
            uint32_t tile[1280];
            pages.device->ops->tile_read(pages.device, 0, (uint8_t *)tile);
            assert_int_equal(pages.device->ops->reg_read(pages.device, 0x4000), tile[0]);
            assert_int_equal(pages.device->ops->reg_read(pages.device, 0x4001), tile[1]);
            assert_int_equal(pages.device->ops->reg_read(pages.device, 0x4002),
                             xg_bswap32(0xCAFEF00D));
            forget_told();
            bench_apply(&pages);
        }
}

/* --- how bits move --- */

static void fast_bits_equal_the_definition(void **state)
{
    XG_UNUSED(state);
    static uint32_t source[64 * 80];
    static uint16_t place[XG_BAND_LINES][16];
    static uint8_t want[XG_BAND_LINES][XG_PAGE_SIZE], got[XG_BAND_LINES][XG_PAGE_SIZE];
    struct bench_random r = bench_seed(77);
    if (!__builtin_cpu_supports("avx2")) {
        assert_ptr_equal(xg_permute_best(), xg_permute_band_plain);
        skip();
    }
    for (size_t i = 0; i < XG_COUNTOF(source); i++)
        source[i] = bench_random(&r);
    for (uint32_t i = 0; i < XG_BAND_LINES; i++)
        for (uint32_t k = 0; k < 16; k++)
            place[i][k] = (uint16_t)(64 * ((k * 4 + i * 7) % 64));
    for (uint32_t n = 0; n < XG_COUNTOF(formats) * 2 * 8 * 4; n++) {
        struct xg_permute p;
        uint32_t format = formats[n % XG_COUNTOF(formats)], rest = n / XG_COUNTOF(formats);
        struct xg_permute_band b = {.row_words = 80u << (rest / 16 & 1),
                                    .lines = 1 + bench_below(&r, XG_BAND_LINES),
                                    .pairs = 1 + bench_below(&r, 8)};
        xg_permute_init(&p, format, xg_color_words(format), rest & 1, rest / 2 % 8);
        for (uint32_t i = 0; i < b.lines; i++) {
            b.line[i].from = source + 8 * bench_below(&r, 10);
            b.line[i].place = place[i];
            b.line[i].to = want[i];
        }
        memset(want, 0x5A, sizeof want);
        memset(got, 0x5A, sizeof got);
        xg_permute_band_plain(&p, &b);
        for (uint32_t i = 0; i < b.lines; i++)
            b.line[i].to = got[i];
        xg_permute_band_avx2(&p, &b);
        assert_memory_equal(got, want, sizeof want);
        /* A line by itself, and its bytes by the table. */
        uint8_t line[64], raw[64];
        const uint32_t *upper = b.line[0].from, *lower = upper + b.row_words;
        xg_permute_line(&p, line, upper, lower);
        assert_memory_equal(line, want[0] + place[0][0], 64);
        memcpy(raw, upper, 16);
        memcpy(raw + 16, lower, 16);
        memcpy(raw + 32, upper + 4, 16);
        memcpy(raw + 48, lower + 4, 16);
        for (uint32_t i = 0; i < 64 && !p.tens; i++)
            assert_int_equal(line[i], raw[(i & 48) + p.from[i % 16]]);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)
    const struct CMUnitTest tests[] = {
        T(every_pair_of_formats),
        T(bits_of_every_kind),
        T(random_rectangles),
        T(lines_that_are_written_twice),
        T(lines_come_one_by_one_while_tracing),
        T(the_device_reads_what_it_wrote),
        cmocka_unit_test(fast_bits_equal_the_definition),
    };
    return cmocka_run_group_tests_name("copies by the page", tests, NULL, NULL);
}
