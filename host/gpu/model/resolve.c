/* Copy: eDRAM to memory, one 64-byte line for each 8x2 block. Four pixels are one vector, so
 * that a line is loaded, changed and stored in four steps on any host. */
#include "gpu/model/model.h"

#include "gpu/tiled.h"

#include <string.h>

typedef uint32_t quad __attribute__((vector_size(16))); /* four pixels */

static inline quad swap_halves(quad v)
{
    return v << 16 | v >> 16;
}
static inline quad swap_bytes_in_halves(quad v)
{
    return (v & 0x00FF00FF) << 8 | (v >> 8 & 0x00FF00FF);
}

static inline quad exchange_red_blue(quad v, uint32_t format)
{
    switch (format) {
    case XG_COLOR_8888:
    case XG_COLOR_8888_GAMMA:
        return (v & 0xFF00FF00) | (v & 0xFF) << 16 | (v >> 16 & 0xFF);
    case XG_COLOR_2101010:
    case XG_COLOR_2101010_AS_10:
        return (v & 0xC00FFC00) | (v & 0x3FF) << 20 | (v >> 20 & 0x3FF);
    case XG_COLOR_16_16_FLOAT:
        return swap_halves(v);
    default:
        return v;
    }
}

static inline quad swap_endian(quad v, uint32_t endian)
{
    switch (endian) {
    case 1:
        return swap_bytes_in_halves(v);
    case 2:
        return swap_halves(swap_bytes_in_halves(v));
    case 3:
        return swap_halves(v);
    case 4: /* 8in64: the bytes of each word, and the two words of a pair */
        v = swap_halves(swap_bytes_in_halves(v));
        return (quad){v[1], v[0], v[3], v[2]};
    case 5: /* 8in128 */
        v = swap_halves(swap_bytes_in_halves(v));
        return (quad){v[3], v[2], v[1], v[0]};
    default:
        return v;
    }
}

static xg_pa line_address(const struct xg_copy_job *job, uint32_t x, uint32_t y)
{
    uint32_t log2 = job->dest->bytes_log2;
    uint32_t offset = job->volume ? xg_tiled_3d(x, y, job->slice, job->pitch32, job->height16, log2)
                                  : xg_tiled_2d(x, y, job->pitch32, log2);
    return (job->dest_base + offset) & XG_BUS_MASK & ~63u;
}

/* --- 32-bit pixels copied as they are, from surfaces of one sample --- */

/* One 8x2 block into its line. In a tiled surface of 32-bit pixels that is the left four
 * pixels of both rows, then the right four of both. top: the block's first sample; the row
 * below it is 80 words on (the row number is even, so it lies in the same tile). */
static inline void make_line(quad line[4], const uint32_t *top, bool swap, uint32_t format,
                             uint32_t endian)
{
    memcpy(&line[0], top, 16);
    memcpy(&line[1], top + 80, 16);
    memcpy(&line[2], top + 4, 16);
    memcpy(&line[3], top + 84, 16);
    for (int i = 0; i < 4; i++) {
        quad v = swap ? exchange_red_blue(line[i], format) : line[i];
        line[i] = swap_endian(v, endian);
    }
}

/* Within a row of blocks the tiled address changes in few bits: (x & 24) << 3 inside a tile of
 * 32 pixels (they meet the row's bits by exclusive or), 4 KiB from tile to tile. */
static xg_pa next_address(xg_pa base, uint32_t row, uint32_t x)
{
    uint32_t inside = (row & 0xFFF) ^ (x & 24) << 3;
    return (base + (row & ~0xFFFu) + (x >> 5 << 12) + inside) & XG_BUS_MASK & ~63u;
}

/* Lines are made some at a time before they are told: a host that reads 64 bytes right after
 * they were written in four steps would wait for each of them. */
enum { MADE_AT_ONCE = 32 };
struct made {
    quad lines[MADE_AT_ONCE][4];
    xg_pa at[MADE_AT_ONCE];
    unsigned count;
};

static void tell(struct xg_model *m, struct made *made, struct xg_gpu_effect *e)
{
    xg_model_resolve_lines(m, e, made->at, (const uint8_t *)made->lines, made->count);
    made->count = 0;
}

static void resolve_plain(struct xg_model *m, const struct xg_copy_job *job)
{
    struct made made = {.count = 0};
    struct xg_gpu_effect e = xg_model_resolve_effect(m, made.lines[0], sizeof made.lines[0]);
    const struct xg_surface *s = &job->source;
    bool usual = !job->swap && job->endian == 2; /* what nearly every title does */
    for (uint32_t y = job->y0; y < job->y1; y += 2) {
        uint32_t row = xg_tiled_2d(0, y, job->pitch32, 2);
        uint32_t tile = s->base + y / 16 * s->pitch + job->x0 / 80, column = job->x0 % 80;
        for (uint32_t x = job->x0; x < job->x1; x += 8) {
            uint32_t at = column + (s->swap_columns ? (column < 40 ? 40 : -40u) : 0);
            const uint32_t *top =
                m->edram + tile % XG_EDRAM_TILES * XG_TILE_WORDS + y % 16 * 80 + at;
            if (usual)
                make_line(made.lines[made.count], top, false, 0, 2);
            else
                make_line(made.lines[made.count], top, job->swap, job->format, job->endian);
            made.at[made.count++] = next_address(job->dest_base, row, x);
            if (made.count == MADE_AT_ONCE)
                tell(m, &made, &e);
            column += 8;
            if (column == 80) {
                column = 0;
                tile++;
            }
        }
    }
    tell(m, &made, &e);
}

/* --- everything else, pixel by pixel --- */

/* Exchanges the first and the last colour component: red and blue, red and green where there
 * is no blue. */
static void exchange_bits(uint32_t pixel[4], uint32_t format)
{
    uint32_t t = pixel[0];
    if (format == XG_COLOR_32_32_FLOAT) {
        pixel[0] = pixel[1];
        pixel[1] = t;
    } else if (format == XG_COLOR_16_16_16_16_FLOAT) {
        pixel[0] = (t & 0xFFFF0000) | (pixel[1] & 0xFFFF);
        pixel[1] = (pixel[1] & 0xFFFF0000) | (t & 0xFFFF);
    } else {
        quad v = {t, 0, 0, 0};
        pixel[0] = exchange_red_blue(v, format)[0];
    }
}

static void exchange_components(struct xg_number rgba[4], uint32_t format)
{
    unsigned last = 2;
    if (format == XG_COLOR_32_FLOAT)
        return;
    if (format == XG_COLOR_16_16 || format == XG_COLOR_16_16_FLOAT ||
        format == XG_COLOR_32_32_FLOAT)
        last = 1;
    struct xg_number t = rgba[0];
    rgba[0] = rgba[last];
    rgba[last] = t;
}

static void convert(const struct xg_copy_job *job, const uint32_t samples[][2], uint32_t pixel[4])
{
    struct xg_number rgba[4];
    for (unsigned i = 0; i < 4; i++)
        rgba[i] = xg_color_component(job->format, i, samples, job->sample_count, job->bias);
    /* A single 8-bit component with red and blue exchanged is alpha. */
    bool alpha = job->swap && job->dest->bytes_log2 == 0;
    if (alpha)
        rgba[0] = rgba[3];
    else if (job->swap)
        exchange_components(rgba, job->format);
    xg_dest_pack(job->dest, rgba, job->gamma && !alpha, job->number, pixel);
}

static void make_pixel(const struct xg_model *m, const struct xg_copy_job *job, uint32_t x,
                       uint32_t y, uint32_t pixel[4])
{
    const struct xg_surface *s = &job->source;
    uint32_t samples[4][2] = {{0}};
    if (job->how == XG_COPY_CONSTANT) {
        memcpy(pixel, job->constant, sizeof job->constant);
        return;
    }
    for (uint32_t i = 0; i < job->sample_count; i++) {
        uint32_t sx = (x << s->x_log2) + (s->x_log2 ? job->samples[i] >> 1 : 0);
        uint32_t sy = (y << s->y_log2) + (s->y_log2 ? job->samples[i] & 1 : 0);
        memcpy(samples[i], m->edram + xg_edram_word(s, sx, sy), 4 * s->words);
    }
    if (job->how == XG_COPY_CONVERT) {
        convert(job, samples, pixel);
        return;
    }
    pixel[0] = samples[0][0];
    pixel[1] = samples[0][1];
    if (job->swap)
        exchange_bits(pixel, job->format);
}

static void resolve_any(struct xg_model *m, const struct xg_copy_job *job)
{
    static const uint8_t width[5] = {8, 8, 8, 4, 2}, height[5] = {8, 4, 2, 2, 2};
    const uint32_t log2 = job->dest->bytes_log2, w = width[log2], h = height[log2];
    union {
        uint8_t bytes[64];
        quad quads[4];
    } line = {{0}};
    struct xg_gpu_effect e = xg_model_resolve_effect(m, &line, sizeof line);
    for (uint32_t y = job->y0; y < job->y1; y += h)
        for (uint32_t x = job->x0; x < job->x1; x += w) {
            for (uint32_t j = 0; j < h; j++)
                for (uint32_t i = 0; i < w; i++) {
                    uint32_t pixel[4] = {0};
                    make_pixel(m, job, x + i, y + j, pixel);
                    memcpy(line.bytes + xg_tiled_2d(i, j, 1, log2), pixel, 1u << log2);
                }
            for (int i = 0; i < 4; i++)
                line.quads[i] = swap_endian(line.quads[i], job->endian);
            xg_model_resolve_line(m, &e, line_address(job, x, y));
        }
}

static void resolve(struct xg_model *m, const struct xg_copy_job *job)
{
    bool plain = job->how == XG_COPY_BITS && job->source.words == 1 && job->source.y_log2 == 0 &&
                 !job->volume;
    if (plain)
        resolve_plain(m, job);
    else
        resolve_any(m, job);
}

/* May two places of the rectangle be one line of the destination? Not while it is as wide as the
 * rectangle and does not reach around the 512 MiB. */
static bool meets_itself(const struct xg_copy_job *job)
{
    uint64_t rows = (job->y1 + 31) / 32 * 32 + 32, pixels = rows * job->pitch32 * 32;
    return job->x1 > job->pitch32 * 32 ||
           pixels << (job->dest->bytes_log2 + 2 * job->volume) > XG_PHYS_SIZE;
}

void xg_model_resolve(struct xg_model *m, const struct xg_copy_job *job)
{
    if (!meets_itself(job)) {
        resolve(m, job);
        return;
    }
    m->lines = XG_LINES_KEPT;
    resolve(m, job);
    m->lines = XG_LINES_AGAIN;
    resolve(m, job);
    m->lines = XG_LINES_TOLD;
}
