/* Vectors of copies and clears, with what docs/device.md says comes of them: surfaces, samples and
 * tiled destinations from its tables, colours as fractions of integers. Conversions of gamma,
 * floating point and fixed-point colours are known only as golden results (the arithmetic has its
 * own independent test, tests/gpu/test_model_formats.c). */
#include "tests/regress/vectors.h"

#include <stdlib.h>

struct plan {
    uint32_t msaa, pitch, x0, y0, x1, y1, source, format, base, depth_base, depth_format;
    uint32_t select, command, clears, endian, volume, slice, dest, number, swap, dest_pitch,
        dest_height;
    uint32_t color[2], depth;
    int bias;
    uint32_t dest_base;
};

/* --- tables of docs/device.md --- */

static const uint8_t formats[] = {0, 1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 15};
static const struct dest {
    uint8_t format, log2;
    uint8_t bits[4]; /* red, green, blue, alpha */
    bool is_float;
} dests[] = {{2, 0, {8}, false},
             {8, 0, {8}, false},
             {9, 0, {8}, false},
             {3, 1, {5, 5, 5, 1}, false},
             {4, 1, {5, 6, 5}, false},
             {5, 1, {5, 5, 6}, false},
             {10, 1, {8, 8}, false},
             {15, 1, {4, 4, 4, 4}, false},
             {24, 1, {16}, false},
             {30, 1, {16}, true},
             {6, 2, {8, 8, 8, 8}, false},
             {14, 2, {8, 8, 8, 8}, false},
             {50, 2, {8, 8, 8, 8}, false},
             {7, 2, {10, 10, 10, 2}, false},
             {54, 2, {10, 10, 10, 2}, false},
             {16, 2, {11, 11, 10}, false},
             {55, 2, {11, 11, 10}, false},
             {17, 2, {10, 11, 11}, false},
             {56, 2, {10, 11, 11}, false},
             {25, 2, {16, 16}, false},
             {31, 2, {16, 16}, true},
             {36, 2, {32}, true},
             {26, 3, {16, 16, 16, 16}, false},
             {32, 3, {16, 16, 16, 16}, true},
             {37, 3, {32, 32}, true},
             {38, 4, {32, 32, 32, 32}, true}};

static const struct dest *dest_of(uint32_t format)
{
    for (size_t i = 0; i < XG_COUNTOF(dests); i++)
        if (dests[i].format == format)
            return &dests[i];
    return NULL;
}

static uint32_t words_of(uint32_t format)
{
    return format == 5 || format == 7 || format == 15 ? 2 : 1;
}

static unsigned chosen(const struct plan *p, uint32_t list[4])
{
    static const char *const rows[3][8] = {{"0", "0", "0", "0", "0", "0", "0", "0"},
                                           {"0", "1", "0", "1", "01", "01", "01", "01"},
                                           {"0", "1", "2", "3", "01", "23", "0123", "0123"}};
    const char *s = rows[p->msaa][p->select];
    unsigned n = p->source > 3 ? 1 : (unsigned)strlen(s);
    for (unsigned i = 0; i < n; i++)
        list[i] = (uint32_t)(s[i] - '0');
    return n;
}

static bool same_bits(uint32_t format, uint32_t dest)
{
    switch (format) {
    case 0:
    case 1:
        return dest == 6 || dest == 14 || dest == 50;
    case 2:
    case 10:
        return dest == 7 || dest == 54;
    default:
        return (format == 6 && dest == 31) || (format == 7 && dest == 32) ||
               (format == 14 && dest == 36) || (format == 15 && dest == 37);
    }
}

static bool bit_copy(const struct plan *p)
{
    uint32_t list[4];
    if (p->command == 2)
        return false;
    return p->source > 3 || (chosen(p, list) == 1 && p->bias == 0 && same_bits(p->format, p->dest));
}

/* --- addresses: a permutation of bits, one exclusive or --- */

static unsigned place(unsigned k)
{
    return k < 6 ? k : k < 9 ? k + 2 : k + 3;
}

static uint32_t spread(uint32_t v, unsigned count, unsigned to)
{
    uint32_t out = 0;
    for (unsigned i = 0; i < count && place(to + i) < 32; i++)
        out |= (v >> i & 1) << place(to + i);
    return out;
}

static uint32_t micro(uint32_t v, unsigned log2)
{
    uint32_t out = 0;
    for (unsigned i = 0; i < 6; i++)
        out |= (v >> i & 1) << place(log2 + i < 4 ? log2 + i : log2 + i + 1);
    return out;
}

static uint32_t address(const struct plan *p, uint32_t x, uint32_t y, unsigned log2)
{
    uint32_t pitch = (p->dest_pitch + 31) / 32, height = (p->dest_height + 31) / 32 * 2,
             z = p->slice;
    if (!p->volume) {
        uint32_t a = micro((x & 7) | (y >> 1 & 7) << 3, log2) | (y & 1) << 4;
        a |= spread((x >> 5) + (y >> 5) * pitch, 20, log2 + 7);
        return a ^ ((x >> 3 & 1) << 6 | ((x >> 4 & 1) ^ (y >> 3 & 1)) << 7 | (y >> 4 & 1) << 11);
    }
    uint32_t odd = (y >> 3 & 1) ^ (z >> 2 & 1);
    uint32_t a = micro((x & 7) | (y >> 1 & 3) << 3, log2) | (y & 1) << 4;
    a |= spread(z, 2, log2 + 6) |
         spread((x >> 5) + ((y >> 4) + (z >> 2) * height) * pitch, 20, log2 + 8);
    return a ^ ((x >> 3 & 1) << 6 | ((x >> 4 & 1) ^ odd) << 7 | odd << 11);
}

/* --- the surface --- */

static uint32_t tile_and_word(const struct plan *p, bool depth, uint32_t x, uint32_t y, uint32_t s,
                              uint32_t *word)
{
    uint32_t words = depth ? 1 : words_of(p->format), wide = p->msaa == 2 ? 2 : 1;
    uint32_t sx = p->msaa == 2 ? 2 * x + s / 2 : x, sy = p->msaa ? 2 * y + s % 2 : y;
    uint32_t across = (p->pitch * wide + 79) / 80 * words, per_tile = 80 / words;
    uint32_t column = sx % per_tile * words;
    if (depth)
        column = (column + 40) % 80;
    *word = sy % 16 * 80 + column;
    return ((depth ? p->depth_base : p->base) + sy / 16 * across + sx / per_tile) % XG_EDRAM_TILES;
}

static uint32_t *sample(struct vector *v, const struct plan *p, bool depth, uint32_t x, uint32_t y,
                        uint32_t s)
{
    uint32_t word, tile = tile_and_word(p, depth, x, y, s, &word);
    return &v->tiles[tile][word];
}

/* --- colours --- */

static void swap_bits(uint32_t format, uint32_t pixel[2])
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
        pixel[0] = t >> 16 | t << 16;
        break;
    case 7:
        pixel[0] = (t & 0xFFFF0000) | (pixel[1] & 0xFFFF);
        pixel[1] = (pixel[1] & 0xFFFF0000) | (t & 0xFFFF);
        break;
    case 15:
        pixel[0] = pixel[1];
        pixel[1] = t;
        break;
    default:
        break;
    }
}

/* Component i as a fraction sum / whole, for colours of unsigned integers. */
struct fraction {
    uint64_t sum, whole;
};

static struct fraction component(const struct plan *p, uint32_t words[4], unsigned n, unsigned i)
{
    static const uint8_t at8[4] = {0, 8, 16, 24}, at10[4] = {0, 10, 20, 30};
    bool ten = p->format != 0;
    unsigned bits = ten ? (i == 3 ? 2 : 10) : 8;
    struct fraction f = {0, n * ((1u << bits) - 1)};
    for (unsigned s = 0; s < n; s++)
        f.sum += words[s] >> (ten ? at10[i] : at8[i]) & ((1u << bits) - 1);
    return f;
}

static uint32_t code(struct fraction f, unsigned bits)
{
    uint64_t most = (1u << bits) - 1;
    if (!f.whole)
        abort();                                                     /* of no sample */
    return (uint32_t)((2 * f.sum * most + f.whole) / (2 * f.whole)); /* nearest, halves up */
}

/* false: not known here. */
static bool convertible(const struct plan *p)
{
    const struct dest *d = dest_of(p->dest);
    bool number = p->number == 0 || p->number > 3;
    if (p->command == 2)
        return p->source > 3 || (!d->is_float && number);
    return (p->format == 0 || p->format == 2 || p->format == 10) && !d->is_float && number &&
           p->bias == 0;
}

static void pixel_of(struct vector *v, const struct plan *p, uint32_t x, uint32_t y,
                     uint32_t out[4])
{
    uint32_t list[4], words[4];
    unsigned n = chosen(p, list), shift = 0;
    memset(out, 0, 16);
    if (p->command == 2 && p->source > 3) {
        out[0] = p->depth_format ? 0xF0000000 : 0xFFFFFF00;
        return;
    }
    if (bit_copy(p)) {
        memcpy(out, sample(v, p, p->source > 3, x, y, list[0]),
               p->source > 3 ? 4 : 4 * words_of(p->format));
        if (p->swap && p->source < 4)
            swap_bits(p->format, out);
        return;
    }
    for (unsigned s = 0; s < n; s++)
        words[s] = *sample(v, p, false, x, y, list[s]);
    const struct dest *d = dest_of(p->dest);
    for (unsigned i = 0; i < 4 && d->bits[i]; i++) {
        unsigned from = i;
        if (p->swap && p->command != 2)
            from = i == 0 ? 2 : i == 2 ? 0 : i;
        struct fraction f =
            p->command == 2 ? (struct fraction){1, 1} : component(p, words, n, from);
        uint64_t c = (uint64_t)code(f, d->bits[i]) << shift % 32;
        out[shift / 32] |= (uint32_t)c;
        shift += d->bits[i];
    }
}

/* Memory after the copy, line by line. */
static void copy_pixels(struct vector *v, const struct plan *p)
{
    static const uint8_t flip[8] = {0, 1, 3, 2, 7, 15, 0, 0};
    static const uint8_t wide[5] = {8, 8, 8, 4, 2}, high[5] = {8, 4, 2, 2, 2};
    unsigned log2 = p->source > 3 ? 2 : dest_of(p->dest)->log2;
    for (uint32_t y = p->y0; y < p->y1; y += high[log2])
        for (uint32_t x = p->x0; x < p->x1; x += wide[log2]) {
            uint32_t first = address(p, x, y, log2), to = (p->dest_base + first) & 0x1FFFFFC0;
            for (uint32_t j = 0; j < high[log2]; j++)
                for (uint32_t i = 0; i < wide[log2]; i++) {
                    uint32_t pixel[4], at = address(p, x + i, y + j, log2) - first;
                    uint8_t bytes[16];
                    pixel_of(v, p, x + i, y + j, pixel);
                    for (int k = 0; k < 4; k++)
                        xg_st32le(bytes + 4 * k, pixel[k]);
                    for (uint32_t k = 0; k < 1u << log2; k++)
                        v->memory[to + ((at + k) ^ flip[p->endian])] = bytes[k];
                }
            v->resolve_bytes += 64;
        }
    v->resolves++;
}

static void clear_samples(struct vector *v, const struct plan *p, bool depth)
{
    for (uint32_t y = p->y0; y < p->y1; y++)
        for (uint32_t x = p->x0; x < p->x1; x++)
            for (uint32_t s = 0; s < (p->msaa == 2 ? 4u : p->msaa + 1); s++) {
                uint32_t *w = sample(v, p, depth, x, y, s);
                w[0] = depth ? p->depth : p->color[0];
                if (!depth && words_of(p->format) == 2)
                    w[1] = p->color[1];
            }
    v->clears++;
}

/* --- the vector --- */

static void give_surface(struct vector *v, const struct plan *p, bool depth, bool given)
{
    for (uint32_t y = p->y0; y < p->y1; y++)
        for (uint32_t x = p->x0; x < p->x1; x++)
            for (uint32_t s = 0; s < (p->msaa == 2 ? 4u : p->msaa + 1); s++) {
                uint32_t word, tile = tile_and_word(p, depth, x, y, s, &word);
                if (given)
                    vector_give_tile(v, tile);
                v->tile_read[tile] = 1;
            }
}

static void read_lines(struct vector *v, const struct plan *p)
{
    unsigned log2 = p->source > 3 ? 2 : dest_of(p->dest)->log2;
    for (uint32_t y = p->y0; y < p->y1; y += 8)
        for (uint32_t x = p->x0; x < p->x1; x += 8) {
            uint32_t at = (p->dest_base + address(p, x, y, log2)) & 0x1FFFFFC0;
            if (v->read_count < VECTOR_RANGES)
                vector_read(v, at, 64);
        }
}

static void corner(struct vector *v, uint32_t n, uint32_t value, bool center)
{
    float f = (float)value - (center ? 0.0f : 0.5f);
    uint32_t bits;
    memcpy(&bits, &f, 4);
    xg_st32be(v->memory + v->vertices + 4 * n, bits);
}

static void write_packets(struct vector *v, const struct plan *p, bool center)
{
    static const uint16_t colors[4] = {0x2001, 0x2003, 0x2004, 0x2005};
    vector_set(v, 0x2208, 6);
    vector_set(v, 0x2000, p->pitch | p->msaa << 16);
    vector_set(v, colors[p->source & 3], p->base | p->format << 16);
    vector_set(v, 0x2002, p->depth_base | p->depth_format << 16);
    vector_set(v, 0x2302, center);
    vector_set(v, 0x2081, 0x80000000);
    vector_set(v, 0x2082, 0x1FFF1FFF);
    vector_set(v, 0x200F, 0x1FFF1FFF);
    vector_set(v, 0x2318, p->source | p->select << 4 | p->clears << 8 | p->command << 20);
    vector_set(v, 0x2319, p->dest_base);
    vector_set(v, 0x231A, p->dest_pitch | p->dest_height << 16);
    vector_set(v, 0x231B,
               p->endian | p->volume << 3 | p->slice << 4 | p->dest << 7 | p->number << 13 |
                   ((uint32_t)p->bias & 0x3F) << 16 | p->swap << 24);
    vector_set(v, 0x231D, p->depth);
    vector_set(v, 0x231E, p->color[0]);
    vector_set(v, 0x231F, p->color[1]);
    vector_set(v, 0x4800, v->vertices | 3);
    vector_set(v, 0x4801, 6 << 2 | 2);
}

static void execute(struct vector *v, const struct plan *p)
{
    bool clear_color = p->clears & 1 && p->source < 4, clear_depth = p->clears >> 1;
    if (p->command != 3) {
        if (bit_copy(p) || convertible(p))
            copy_pixels(v, p);
        else
            v->known = false;
    }
    if (clear_color)
        clear_samples(v, p, false);
    if (clear_depth)
        clear_samples(v, p, true);
}

static struct plan make_plan(struct vector *v, unsigned number)
{
    /* The first ones go through every source format, destination, select and number of samples; the
     * seed chooses the rest. */
    struct plan p = {
        .msaa = number / 3 % 3,
        .pitch = 8 * (2 + below(v, 30)),
        .x0 = below(v, 3) * 8,
        .y0 = below(v, 3) * 8,
        .source = one_in(v, 5) ? 4 + below(v, 4) : below(v, 4),
        .format = formats[number % XG_COUNTOF(formats)],
        .base = below(v, XG_EDRAM_TILES),
        .depth_base = below(v, XG_EDRAM_TILES),
        .depth_format = below(v, 2),
        .select = number / 7 % 8,
        .command = one_in(v, 10)   ? 2
                   : one_in(v, 12) ? 3
                                   : below(v, 2),
        .clears = below(v, 4),
        .endian = below(v, 8),
        .volume = one_in(v, 4),
        .slice = below(v, 8),
        .dest = dests[number % XG_COUNTOF(dests)].format,
        .number = one_in(v, 2) ? 0 : below(v, 8),
        .swap = below(v, 2),
        .bias = one_in(v, 4) ? (int)below(v, 12) - 6 : 0,
        .dest_base = below(v, 0x8000),
        .dest_pitch = 32 * (1 + below(v, 4)),
        .dest_height = 32 * (1 + below(v, 4)),
        .color = {bench_random(&v->random), bench_random(&v->random)},
        .depth = bench_random(&v->random),
    };
    if (number % 3 == 0) { /* one sample, the same bits: what every device has */
        static const uint8_t match[][2] = {{0, 6},   {1, 14}, {0, 50}, {2, 7},
                                           {10, 54}, {6, 31}, {14, 36}};
        unsigned m = number / 3 % XG_COUNTOF(match);
        p.msaa = 0;
        p.bias = 0;
        p.volume = 0;
        p.format = match[m][0];
        p.dest = match[m][1];
        p.command = one_in(v, 8) ? 3 : below(v, 2);
    }
    return p;
}

static void draw(struct vector *v)
{
    vector_put(v, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1));
    vector_put(v, 0x00030088);
    vector_count(v, 2);
    vector_register(v, 0x21FC, 0x00030088);
}

static void give_corners(struct vector *v, const struct plan *p, bool center)
{
    const uint32_t corners[6] = {p->x0, p->y0, p->x1, p->y0, p->x1, p->y1};
    for (uint32_t i = 0; i < 6; i++)
        corner(v, i, corners[i], center);
    vector_give(v, v->vertices, 24);
}

static void copy(struct vector *v, const struct plan *p)
{
    bool center = one_in(v, 2);
    give_corners(v, p, center);
    give_surface(v, p, p->source > 3, true);
    if (p->clears >> 1)
        give_surface(v, p, true, one_in(v, 2));
    read_lines(v, p);
    write_packets(v, p, center);
    draw(v);
    execute(v, p);
}

void vector_copy(struct vector *v, unsigned number)
{
    struct plan p = make_plan(v, number);
    p.x1 = p.x0 + 8 + 8 * below(v, 2);
    p.y1 = p.y0 + 8 + 8 * below(v, 2);
    if (p.pitch < p.x1)
        p.pitch = p.x1;
    if (number % 8 == 7 || p.volume || dest_of(p.dest)->log2 == 4)
        vector_spread(v);
    p.dest_base += v->picture;
    copy(v, &p);
}

/* Tall, wide and far away ones, wide surfaces and destinations, and memory anywhere. */
void vector_surface(struct vector *v, unsigned number)
{
    static const uint8_t sizes[][2] = {{1, 1}, {1, 9}, {9, 1}, {2, 5}, {5, 2}, {12, 1}, {3, 3}};
    static const uint16_t reach[] = {8, 64, 512, 900};
    struct plan p = make_plan(v, number);
    const uint8_t *size = sizes[below(v, XG_COUNTOF(sizes))];
    v->special = one_in(v, 2);
    p.x0 = 8 * below(v, reach[below(v, XG_COUNTOF(reach))]);
    p.y0 = 8 * below(v, reach[below(v, XG_COUNTOF(reach))]);
    p.x1 = p.x0 + 8 * size[0];
    p.y1 = p.y0 + 8 * size[1];
    p.pitch = 8 * (1 + below(v, one_in(v, 3) ? 1023 : 160));
    if (p.pitch < p.x1)
        p.pitch = p.x1;
    p.dest_pitch = 32 * (1 + below(v, one_in(v, 3) ? 255 : 40));
    p.dest_height = 32 * (1 + below(v, one_in(v, 3) ? 255 : 40));
    v->vertices = 0x18000000 + below(v, 0x7FFF) * 0x1000;
    p.dest_base = below(v, 0x8000) * 0x1000;
    copy(v, &p);
}

/* A copy whose colours the device can average, with more than one sample. */
static struct plan make_mean(struct vector *v, unsigned number)
{
    static const uint8_t match[][2] = {{0, 6},  {2, 7},   {0, 14}, {10, 54}, {0, 50},
                                       {2, 54}, {14, 36}, {10, 7}, {15, 37}, {14, 38}};
    const unsigned m = number % XG_COUNTOF(match);
    struct plan p = make_plan(v, 3 * below(v, 100) + 1);
    p.format = match[m][0];
    p.dest = match[m][1];
    p.msaa = 1 + number / XG_COUNTOF(match) % 2;
    p.select = 4 + below(v, 4);
    p.source = below(v, 4);
    p.command = below(v, 2);
    p.number = one_in(v, 4) ? 4 + below(v, 4) : 0;
    p.bias = 0;
    return p;
}

void vector_mean(struct vector *v, unsigned number)
{
    struct plan p = make_mean(v, number);
    v->special = one_in(v, 3);
    p.x1 = p.x0 + 8;
    p.y1 = p.y0 + 8;
    if (p.pitch < p.x1)
        p.pitch = p.x1;
    vector_spread(v);
    p.dest_base += v->picture;
    copy(v, &p);
}

/* --- rectangles: docs/device.md, "Copy", steps 2 to 4, in whole numbers --- */

struct axis {
    int32_t at[3];                        /* of the vertices, 1/1024 of a pixel */
    int32_t offset, window[2], screen[2]; /* first, behind the last */
};

/* Nearest even 1/256; a pixel belongs to the rectangle when its middle does. */
static int32_t pixel_from(int32_t at, bool center)
{
    const int32_t t = at + (center ? 0 : 512), q = t >> 2, rest = t & 3;
    return (q + (rest > 2 || (rest == 2 && q & 1)) + 127) >> 8;
}

static int32_t clamped(int32_t x, int32_t from, int32_t to)
{
    return x < from ? from : x > to ? to : x;
}

static void cut(const struct axis *a, bool center, bool move_vertices, bool move_window,
                uint32_t *first, uint32_t *end)
{
    int32_t low = INT32_MAX, high = INT32_MIN;
    for (int i = 0; i < 3; i++) {
        const int32_t x = pixel_from(a->at[i], center) + (move_vertices ? a->offset : 0);
        low = x < low ? x : low;
        high = x > high ? x : high;
    }
    int32_t from = a->window[0] + (move_window ? a->offset : 0),
            to = a->window[1] + (move_window ? a->offset : 0);
    from = from > a->screen[0] ? from : a->screen[0];
    from = from > 0 ? from : 0;
    to = to < a->screen[1] ? to : a->screen[1];
    to = to > from ? to : from;
    *first = (uint32_t)clamped(low, from, to) & ~7u;
    *end = ((uint32_t)clamped(high, from, to) + 7) & ~7u;
}

/* Vertices with fractions around a place, and scissors that cut, or all but do. */
static struct axis make_axis(struct vector *v, int32_t place, int32_t most, bool center)
{
    static const int16_t fractions[] = {0, 510, 511, 512, 513, 514, 515, 516, 518, 1023};
    struct axis a = {
        .offset = (int32_t)below(v, 80) - 40, .window = {0, most}, .screen = {0, most}};
    const int32_t size = 8 + (int32_t)below(v, 40);
    for (int i = 0; i < 3; i++) {
        int32_t where = place + (i == 0 ? 0 : i == 1 ? size : (int32_t)below(v, 50));
        if (one_in(v, 2))
            where &= ~7;
        a.at[i] =
            where * 1024 - (center ? 0 : 512) +
            (one_in(v, 3) ? (int32_t)below(v, 1024) : fractions[below(v, XG_COUNTOF(fractions))]);
        if (place > 4000)
            a.at[i] &= ~3; /* so that it and its half more are singles */
    }
    if (one_in(v, 3))
        a.window[0] = clamped(place + (int32_t)below(v, 30) - 10, 0, most);
    if (one_in(v, 3))
        a.window[1] = clamped(place + (int32_t)below(v, 60), 0, most);
    if (one_in(v, 3)) /* also left of 0 */
        a.screen[0] = clamped(place + (int32_t)below(v, 20) - 10, -1 - most, most);
    else if (one_in(v, 4))
        a.screen[0] = -1 - (int32_t)below(v, (uint32_t)most);
    if (one_in(v, 3))
        a.screen[1] = clamped(place + (int32_t)below(v, 60), 0, most);
    return a;
}

static void give_vertices(struct vector *v, const struct axis *x, const struct axis *y)
{
    for (uint32_t i = 0; i < 6; i++) {
        const struct axis *a = i % 2 ? y : x;
        const uint32_t vertex = i / 2;
        const float f = (float)a->at[vertex] / 1024.0f;
        uint32_t bits;
        memcpy(&bits, &f, 4);
        xg_st32be(v->memory + v->vertices + 4 * i, bits);
    }
    vector_give(v, v->vertices, 24);
}

static uint32_t pair(int32_t x, int32_t y)
{
    return ((uint32_t)x & 0x7FFF) | ((uint32_t)y & 0x7FFF) << 16;
}

void vector_edge(struct vector *v, unsigned number)
{
    static const int16_t tops[] = {0, 8, 3, 100, 4000, 8200, 12000, 15000, 16350, -20};
    const bool center = one_in(v, 2), move_vertices = one_in(v, 3), fixed_window = one_in(v, 3);
    struct plan p = make_mean(v, 0);
    p.msaa = below(v, 3);
    p.select = below(v, 8);
    p.pitch = 16 + below(v, 120);
    const struct axis x = make_axis(v, (int32_t)below(v, 60) - 10, 0x3FFF, center);
    const struct axis y = make_axis(v, tops[number % XG_COUNTOF(tops)], 0x3FFF, center);
    cut(&x, center, move_vertices, !fixed_window, &p.x0, &p.x1);
    cut(&y, center, move_vertices, !fixed_window, &p.y0, &p.y1);
    p.x0 = p.x0 < (p.pitch & ~7u) ? p.x0 : p.pitch & ~7u;
    p.x1 = p.x1 < (p.pitch & ~7u) ? p.x1 : p.pitch & ~7u;
    vector_spread(v);
    p.dest_base += v->picture;
    give_vertices(v, &x, &y);
    give_surface(v, &p, false, true);
    if (p.clears >> 1)
        give_surface(v, &p, true, false);
    read_lines(v, &p);
    write_packets(v, &p, center);
    vector_set(v, 0x2205, (uint32_t)move_vertices << 16);
    vector_set(v, 0x2080, pair(x.offset, y.offset));
    /* Bits that belong to no coordinate are there too. */
    vector_set(v, 0x2081,
               pair(x.window[0], y.window[0]) | (uint32_t)fixed_window << 31 |
                   (below(v, 8) * 0x20004000 & 0x4000C000));
    vector_set(v, 0x2082, pair(x.window[1], y.window[1]) | (below(v, 8) * 0x20004000 & 0xC000C000));
    vector_set(v, 0x200E, pair(x.screen[0], y.screen[0]) | below(v, 2) << 15 | below(v, 2) << 31);
    vector_set(v, 0x200F, pair(x.screen[1], y.screen[1]) | below(v, 2) << 15 | below(v, 2) << 31);
    draw(v);
    if (p.x0 < p.x1 && p.y0 < p.y1)
        execute(v, &p);
}

/* --- many --- */

/* A line of the copy, loaded as constants. */
static void load_line(struct vector *v, uint32_t at)
{
    const uint32_t alu = 16 * below(v, 16);
    vector_put(v, PM4_TYPE3(XG_PM4_LOAD_ALU_CONSTANT, 3));
    vector_put(v, at);
    vector_put(v, alu);
    vector_put(v, 16);
    vector_count(v, 4);
    for (uint32_t i = 0; i < 16; i++)
        vector_register(v, 0x4000 + alu + i, vector_load(v, (at + 4 * i) | 2));
}

/* More copies than sixteen, to the same few pages; the lines are loaded, and written by a packet.
 */
void vector_copies(struct vector *v)
{
    const uint32_t base = below(v, XG_EDRAM_TILES), depth_base = below(v, XG_EDRAM_TILES);
    for (unsigned n = 0; n < 18; n++) {
        struct plan p = make_mean(v, n % 6);
        p.msaa = below(v, 3);
        p.pitch = 80;
        p.x0 = p.y0 = 0;
        p.x1 = p.y1 = 8;
        p.base = base;
        p.depth_base = depth_base;
        p.clears = one_in(v, 4) ? p.clears : 0;
        p.dest_base = v->picture + below(v, 4) * 0x8000;
        p.volume = 0;
        if (!n)
            give_corners(v, &p, false);
        give_surface(v, &p, false, true);
        if (p.clears >> 1)
            give_surface(v, &p, true, false);
        const uint32_t at = (p.dest_base + address(&p, 0, 4 * below(v, 2), 2)) & 0x1FFFFFC0;
        vector_read(v, at, 64);
        write_packets(v, &p, false);
        draw(v);
        execute(v, &p);
        load_line(v, at);
        if (one_in(v, 3)) {
            const uint32_t x = bench_random(&v->random);
            vector_header(v, XG_PM4_MEM_WRITE, 2);
            vector_put(v, at | 4);
            vector_put(v, x);
            vector_store(v, at | 4, x);
        }
    }
}

static struct plan clear_plan; /* of the clears that follow */

void vector_prepare_clear(struct vector *v)
{
    struct plan *p = &clear_plan;
    *p = make_plan(v, 0);
    p->command = 3;
    p->clears = 3;
    p->source = 0;
    p->x0 = p->y0 = 0;
    p->x1 = p->y1 = 8;
    give_corners(v, p, false);
    give_surface(v, p, false, true);
    give_surface(v, p, true, true);
    write_packets(v, p, false);
}

void vector_clear(struct vector *v)
{
    draw(v);
    execute(v, &clear_plan);
}

void vector_big_copy(struct vector *v)
{
    struct plan p = make_mean(v, 0);
    p.msaa = 0;
    p.pitch = p.x1 = 184;
    p.y1 = 136;
    p.dest_pitch = p.dest_height = 192;
    p.x0 = p.y0 = 0;
    p.clears = 1;
    p.volume = 0;
    vector_spread(v);
    p.dest_base = v->picture;
    give_corners(v, &p, false);
    for (uint32_t n = 0; n < 16; n += 3)
        vector_give_tile(v, (p.base + n) % XG_EDRAM_TILES);
    v->tile_read[p.base] = 1;
    read_lines(v, &p);
    write_packets(v, &p, false);
    draw(v);
    execute(v, &p);
}
