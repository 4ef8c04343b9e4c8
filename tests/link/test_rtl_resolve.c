/* Copies of every mode on model and core at once: every line, every error and every tile must
 * agree, while all ports of the core pause at random. The model by itself is held against oracles
 * by test_model_copy_full and test_model_formats. TAP on stdout.
 *
 *   test_rtl_resolve            random copies that meet every pair of values of the axes below
 *   test_rtl_resolve --matrix [PART/PARTS]   every format, select, number of samples, endian code,
 *                               tiling, clear; or each PARTS-th of these 21,504 copies from PART on
 *   XG_COPIES=n  of the first (default 2000)      XG_SEED=s  the seed */
#include "driver/rtl_device.h"
#include "tests/support/gpu_bench.h"

#include <stdio.h>
#include <stdlib.h>

#define VERTICES 0x00200000u
#define PICTURES 0x01000000u
#define BATCH    64u /* copies of one submission */

static uint32_t stall_seed;

static struct xg_device *stalling(const struct xg_device_host *host, struct xg_error *err)
{
    return xg_device_rtl_create_stalling(host, stall_seed, err);
}
static struct xg_device *pair(const struct xg_device_host *host, struct xg_error *err)
{
    return xg_device_pair_create(host, xg_device_model_create, stalling, err);
}

/* --- axes: what a copy may be --- */

enum axis {
    FORMAT,
    DEST,
    SAMPLES,
    SELECT,
    COMMAND,
    NUMBER,
    ENDIAN,
    SWAP,
    VOLUME,
    CLEAR,
    BIAS,
    AXES
};
static const uint8_t formats[] = {0, 1,  2,  3,  4,  5,  6,
                                  7, 10, 12, 14, 15, 16, 17}; /* 16, 17: depth, of both formats */
static const uint8_t dests[] = {2,  3,  4,  5,  6,  7,  8,  9,  10, 14, 15, 16, 17,
                                24, 25, 26, 30, 31, 32, 36, 37, 38, 50, 54, 55, 56};
static const int8_t biases[] = {0, 0, 1, -1, 5, -6, 31, -32};
static const uint8_t sizes[AXES] = {XG_COUNTOF(formats), XG_COUNTOF(dests), 3, 8, 4, 8, 8, 2, 2, 4,
                                    XG_COUNTOF(biases)};

struct choice {
    uint8_t at[AXES];
};

/* Pairs of values that some copy had. */
static uint8_t met[AXES][AXES][32][32];

static unsigned new_pairs(const struct choice *c)
{
    unsigned n = 0;
    for (int a = 0; a < AXES; a++)
        for (int b = a + 1; b < AXES; b++)
            n += !met[a][b][c->at[a]][c->at[b]];
    return n;
}

static void meet(const struct choice *c)
{
    for (int a = 0; a < AXES; a++)
        for (int b = a + 1; b < AXES; b++)
            met[a][b][c->at[a]][c->at[b]] = 1;
}

static unsigned pairs_missing(void)
{
    unsigned n = 0;
    for (int a = 0; a < AXES; a++)
        for (int b = a + 1; b < AXES; b++)
            for (int i = 0; i < sizes[a]; i++)
                for (int j = 0; j < sizes[b]; j++)
                    n += !met[a][b][i][j];
    return n;
}

static struct choice any_choice(struct bench_random *r)
{
    struct choice c;
    for (int a = 0; a < AXES; a++)
        c.at[a] = (uint8_t)bench_below(r, sizes[a]);
    return c;
}

/* Of a few random ones that with the most new pairs. */
static struct choice telling_choice(struct bench_random *r)
{
    struct choice best = any_choice(r);
    for (int k = 0; k < 15; k++) {
        struct choice c = any_choice(r);
        if (new_pairs(&c) > new_pairs(&best))
            best = c;
    }
    return best;
}

/* --- a copy as packets --- */

static struct gpu_bench bench;
static uint32_t words[BATCH * 64];
static size_t word_count;

static void reg(uint32_t index, uint32_t value)
{
    words[word_count++] = PM4_TYPE0(index, 1);
    words[word_count++] = value;
}

static void vertices(uint32_t at, const uint32_t corner[4])
{
    const float v[6] = {(float)corner[0] - 0.5f, (float)corner[1] - 0.5f, (float)corner[2] - 0.5f,
                        (float)corner[1] - 0.5f, (float)corner[2] - 0.5f, (float)corner[3] - 0.5f};
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t bits;
        memcpy(&bits, &v[i], 4);
        xg_st32be(bench.memory + at + 4 * i, bits);
    }
}

static void put_copy(struct bench_random *r, const struct choice *c, uint32_t slot)
{
    static const uint16_t colors[4] = {0x2001, 0x2003, 0x2004, 0x2005};
    uint32_t format = formats[c->at[FORMAT]], source = bench_below(r, 4), at = VERTICES + 32 * slot;
    bool depth = format > 15;
    uint32_t x = bench_below(r, 24) * 8, y = bench_below(r, 8) * 8;
    const uint32_t corner[4] = {x, y, x + 8 + 8 * bench_below(r, 3), y + 8 + 8 * bench_below(r, 2)};
    vertices(at, corner);
    reg(0x2000, (corner[2] + bench_below(r, 100)) | (uint32_t)c->at[SAMPLES] << 16);
    reg(colors[source], bench_below(r, 4096) | (depth ? 0 : format) << 16);
    reg(0x2002, bench_below(r, 4096) | (format & 1) << 16);
    reg(0x2318, source | (depth ? 4 : 0) | (uint32_t)c->at[SELECT] << 4 |
                    (uint32_t)c->at[CLEAR] << 8 | (uint32_t)c->at[COMMAND] << 20);
    reg(0x2319, PICTURES + bench_below(r, 1 << 22));
    reg(0x231A, (1 + bench_below(r, 500)) | (1 + bench_below(r, 500)) << 16);
    reg(0x231B, (uint32_t)c->at[ENDIAN] | (uint32_t)c->at[VOLUME] << 3 | bench_below(r, 8) << 4 |
                    (uint32_t)dests[c->at[DEST]] << 7 | (uint32_t)c->at[NUMBER] << 13 |
                    ((uint32_t)biases[c->at[BIAS]] & 63) << 16 | (uint32_t)c->at[SWAP] << 24);
    reg(0x231D, bench_random(r));
    reg(0x231E, bench_random(r));
    reg(0x231F, bench_random(r));
    reg(0x4800, at | 3);
    words[word_count++] = PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1);
    words[word_count++] = 0x88;
}

static void put_state(void)
{
    static const uint32_t state[][2] = {{0x2208, 6}, {0x2205, 0},          {0x2302, 0},
                                        {0x2080, 0}, {0x2081, 0x80000000}, {0x2082, 0x1FFF1FFF},
                                        {0x200E, 0}, {0x200F, 0x1FFF1FFF}, {0x4801, 6 << 2 | 2}};
    for (size_t i = 0; i < XG_COUNTOF(state); i++)
        reg(state[i][0], state[i][1]);
}

/* --- what is in eDRAM: every bit pattern, with those that decide more often --- */

static uint32_t telling_word(struct bench_random *r)
{
    static const uint32_t special[] = {0,          0x80000000, 0x3F800000, 0x7F800000, 0xFF800000,
                                       0x7FC00001, 0x00800000, 0x007FFFFF, 0x80000001, 0x7F7FFFFF,
                                       0x42000000, 0xC2000000, 0x477FE000, 0x33800000, 0x33000000,
                                       0x33000001, 0x80008000, 0x7FFF7FFF, 0xFFFFFFFF, 0x3C003C00,
                                       0x00010001, 0x40404040, 0x80017FFF};
    uint32_t w = bench_random(r);
    switch (bench_below(r, 8)) {
    case 0:
        return special[bench_below(r, XG_COUNTOF(special))];
    case 1: /* singles of ordinary size */
    case 2:
        return (w & 0x807FFFFF) | (100 + bench_below(r, 50)) << 23;
    case 3: /* with few bits: ties are likely */
        return (w & 0x80000000) | (110 + bench_below(r, 30)) << 23 |
               (w & 7) << (7 + bench_below(r, 13));
    case 4: /* halves between 1/16 and 16 */
        return (w & 0x83FF83FF) | (11 + bench_below(r, 8)) << 10 | (11 + bench_below(r, 8)) << 26;
    default:
        return w;
    }
}

static void fill_tiles(struct bench_random *r)
{
    static uint32_t tile[XG_EDRAM_TILE_BYTES / 4];
    for (uint32_t t = 0; t < XG_EDRAM_TILES; t++) {
        for (uint32_t i = 0; i < XG_COUNTOF(tile); i++)
            tile[i] = telling_word(r);
        bench.device->ops->tile_write(bench.device, t, (const uint8_t *)tile);
    }
}

/* --- running --- */

static int test_number, failures;

static void result(bool ok, const char *what)
{
    printf("%sok %d - %s\n", ok ? "" : "not ", ++test_number, what);
    failures += !ok;
}

static bool run_batch(void)
{
    if (word_count == 0)
        return true;
    /* The CPU stored vertices and packets. */
    bench.device->ops->page_dirty(bench.device, VERTICES);
    for (uint32_t page = 0; page < 4u << BENCH_RING_LOG2; page += XG_PAGE_SIZE)
        bench.device->ops->page_dirty(bench.device, BENCH_RING + page);
    enum xg_device_state state = bench_submit(&bench, words, word_count);
    bench.device->ops->retire(bench.device, UINT64_MAX);
    word_count = 0;
    return state == XG_DEVICE_IDLE && xg_device_pair_settle(bench.device);
}

typedef bool next_fn(struct bench_random *r, struct choice *c);

static uint64_t run_copies(struct bench_random *r, next_fn *next)
{
    struct choice c;
    uint64_t n = 0;
    put_state();
    while (next(r, &c)) {
        put_copy(r, &c, (uint32_t)n % BATCH);
        if (++n % BATCH == 0 && !run_batch())
            return 0;
        if (n % (64 * (uint64_t)BATCH) == 0)
            fill_tiles(r); /* clears have left their marks */
    }
    return run_batch() ? n : 0;
}

static uint64_t copies_left;

static bool next_telling(struct bench_random *r, struct choice *c)
{
    if (copies_left == 0)
        return false;
    copies_left--;
    *c = telling_choice(r);
    meet(c);
    return true;
}

static unsigned long long part, parts = 1;

static bool next_of_matrix(struct bench_random *r, struct choice *c)
{
    static const uint8_t full[] = {FORMAT, SELECT, SAMPLES, ENDIAN, VOLUME, CLEAR};
    uint64_t k = part + parts * copies_left++;
    *c = any_choice(r);
    for (size_t i = 0; i < XG_COUNTOF(full); i++) {
        c->at[full[i]] = (uint8_t)(k % sizes[full[i]]);
        k /= sizes[full[i]];
    }
    return k == 0;
}

int main(int argc, char **argv)
{
    bool matrix = argc > 1 && !strcmp(argv[1], "--matrix");
    if (matrix && argc > 2 && (sscanf(argv[2], "%llu/%llu", &part, &parts) != 2 || part >= parts)) {
        fputs("usage: test_rtl_resolve [--matrix [PART/PARTS]]\n", stderr);
        return 2;
    }
    const char *text = getenv("XG_COPIES");
    struct bench_random r = bench_seed(6);
    char what[160];
    setvbuf(stdout, NULL, _IOLBF, 0);
    stall_seed = bench_random(&r) | 1;
    bench.count_only = true;
    if (!bench_open(&bench, pair)) {
        printf("# %s\n", bench.err.text);
        result(false, "model and core start");
    } else {
        bench.count_only = true;
        fill_tiles(&r);
        copies_left = matrix ? 0 : text ? strtoull(text, NULL, 0) : 2000;
        uint64_t asked = copies_left, n = run_copies(&r, matrix ? next_of_matrix : next_telling);
        const char *why = xg_device_pair_difference(bench.device);
        if (n == 0)
            printf("# %s\n", why ? why : "the device does not come to rest");
        struct xg_gpu_counters counters;
        bench.device->ops->counters(bench.device, &counters);
        printf("# %llu effects, %llu copies, %llu clears, %llu cycles\n",
               (unsigned long long)bench.count, (unsigned long long)counters.resolves,
               (unsigned long long)counters.clears, (unsigned long long)counters.cycles);
        snprintf(what, sizeof what, "%llu copies%s agree on model and core", (unsigned long long)n,
                 matrix ? " of the matrix" : "");
        result(n > 0, what);
        if (!matrix && asked >= 2000) {
            printf("# %u pairs of values were not met\n", pairs_missing());
            result(pairs_missing() == 0, "every pair of values of two axes was met");
        }
        result(counters.resolves > n / 2 && counters.clears > n / 4, "they copy and clear");
        bench_close(&bench);
    }
    printf("1..%d\n", test_number);
    return failures ? 1 : 0;
}
