/* Copy: eDRAM to memory, in lines of 64 bytes (docs/device.md, "Lines"). */
#include "gpu/model/model.h"

#include "gpu/tiled.h"

#include <string.h>

static xg_pa line_address(const struct xg_copy_job *job, uint32_t x, uint32_t y)
{
    uint32_t log2 = job->dest->bytes_log2;
    uint32_t offset = job->volume ? xg_tiled_3d(x, y, job->slice, job->pitch32, job->height16, log2)
                                  : xg_tiled_2d(x, y, job->pitch32, log2);
    return (job->dest_base + offset) & XG_BUS_MASK & ~63u;
}

/* --- bits as they are --- */

/* Eight words of a row of samples for `8 / words` pixels from (x, y) on. */
static void gather_row(const struct xg_model *m, const struct xg_copy_job *job, uint32_t x,
                       uint32_t y, uint32_t row[8])
{
    const struct xg_surface *s = &job->source;
    uint32_t sample = job->samples[0], sy = (y << s->y_log2) + (s->y_log2 ? sample & 1 : 0);
    if (!s->x_log2) {
        memcpy(row, m->edram + xg_edram_word(s, x, sy), 32);
        return;
    }
    for (uint32_t i = 0; i < 8; i += s->words)
        memcpy(row + i, m->edram + xg_edram_word(s, 2 * (x + i / s->words) + (sample >> 1), sy),
               4 * s->words);
}

static void resolve_bits(struct xg_model *m, const struct xg_copy_job *job,
                         const struct xg_permute *permute, struct xg_copy_lines *l)
{
    uint32_t row[2][8], w = 8 / job->source.words;
    for (uint32_t y = job->y0; y < job->y1; y += 2)
        for (uint32_t x = job->x0; x < job->x1; x += w) {
            xg_pa at = line_address(job, x, y);
            gather_row(m, job, x, y, row[0]);
            gather_row(m, job, x, y + 1, row[1]);
            xg_permute_line(permute, xg_model_line_room(m, l, at), row[0], row[1]);
            xg_model_line_made(m, l, at);
        }
}

/* 32-bit pixels to a surface that begins with a page. A page is 32 x 32 of them, its lines four
 * across and sixteen pairs of rows down. */
#define STRIPE_PAGES (8192u / 8u) /* more than the widest surface has side by side */
struct stripe {
    uint16_t place[4][16];  /* of the lines of a page, in bytes */
    uint64_t before[4][17]; /* those of the pairs of rows above one, as bits of the mask */
    struct xg_line_page *page[STRIPE_PAGES]; /* of 32 rows, from the left edge on */
};

static void stripe_init(struct stripe *t)
{
    for (uint32_t i = 0; i < 4; i++) {
        t->before[i][0] = 0;
        for (uint32_t pair = 0; pair < 16; pair++) {
            uint32_t place = xg_tiled_2d(8 * i, 2 * pair, 1, 2);
            t->place[i][pair] = (uint16_t)place;
            t->before[i][pair + 1] = t->before[i][pair] | UINT64_C(1) << place / XG_LINE_BYTES;
        }
    }
}

static uint32_t end_of(uint32_t at, uint32_t step, uint32_t end)
{
    uint32_t next = at - at % step + step;
    return next < end ? next : end;
}

/* What lies in one tile of eDRAM: pixels [x0, x1) x [y0, y1). */
static void resolve_tile(const struct xg_model *m, const struct xg_copy_job *job,
                         const struct xg_permute *permute, struct stripe *t, uint32_t x0,
                         uint32_t x1, uint32_t y0, uint32_t y1)
{
    const struct xg_surface *s = &job->source;
    struct xg_permute_band band = {.row_words = 80u << s->y_log2, .pairs = (y1 - y0) / 2};
    uint32_t sy = (y0 << s->y_log2) + (s->y_log2 ? job->samples[0] & 1 : 0);
    uint32_t first = y0 % 32 / 2, end = first + band.pairs;
    const uint32_t *tile =
        m->edram + xg_edram_word(s, x0 - x0 % 80 + (s->swap_columns ? 40 : 0), sy);
    for (uint32_t x = x0; x < x1; x += 8) {
        struct xg_line_page *page = t->page[x / 32 - job->x0 / 32];
        uint32_t i = x / 8 % 4, column = x % 80;
        page->mask |= t->before[i][end] & ~t->before[i][first];
        if (s->swap_columns)
            column = column < 40 ? column + 40 : column - 40;
        band.line[band.lines].from = tile + column;
        band.line[band.lines].to = page->bytes;
        band.line[band.lines++].place = t->place[i] + first;
    }
    m->band(permute, &band);
}

static void resolve_pages(struct xg_model *m, const struct xg_copy_job *job,
                          const struct xg_permute *permute, struct xg_copy_lines *l)
{
    struct stripe t;
    xg_pa first = line_address(job, job->x0, job->y0);
    uint32_t rows = 16u >> job->source.y_log2; /* of pixels in a tile of eDRAM */
    stripe_init(&t);
    for (uint32_t y = job->y0, yn; y < job->y1; y = yn) {
        yn = end_of(y, 32, job->y1);
        for (uint32_t x = job->x0 & ~31u; x < job->x1; x += 32) {
            struct xg_line_page *page =
                xg_model_lines_page(m, l, line_address(job, x < job->x0 ? job->x0 : x, y));
            if (!page)
                return;
            t.page[x / 32 - job->x0 / 32] = page;
        }
        for (uint32_t y0 = y, y1; y0 < yn; y0 = y1) {
            y1 = end_of(y0, rows, yn);
            for (uint32_t x = job->x0, xn; x < job->x1; x = xn) {
                xn = end_of(x, 80, job->x1);
                resolve_tile(m, job, permute, &t, x, xn, y0, y1);
            }
        }
        xg_model_lines_end(m, l, first); /* while the host has them near */
    }
}

/* --- numbers, pixel by pixel --- */

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
    if (job->swap)
        exchange_components(rgba, job->format);
    xg_dest_pack(job->dest, rgba, job->gamma, job->number, pixel);
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
    convert(job, samples, pixel);
}

static void resolve_numbers(struct xg_model *m, const struct xg_copy_job *job,
                            const struct xg_permute *permute, struct xg_copy_lines *l)
{
    static const uint8_t width[5] = {8, 8, 8, 4, 2}, height[5] = {8, 4, 2, 2, 2};
    const uint32_t log2 = job->dest->bytes_log2, w = width[log2], h = height[log2];
    uint8_t line[XG_LINE_BYTES] = {0};
    for (uint32_t y = job->y0; y < job->y1; y += h)
        for (uint32_t x = job->x0; x < job->x1; x += w) {
            for (uint32_t j = 0; j < h; j++)
                for (uint32_t i = 0; i < w; i++) {
                    uint32_t pixel[4] = {0};
                    make_pixel(m, job, x + i, y + j, pixel);
                    memcpy(line + xg_tiled_2d(i, j, 1, log2), pixel, 1u << log2);
                }
            xg_pa at = line_address(job, x, y);
            uint8_t *to = xg_model_line_room(m, l, at);
            for (uint32_t i = 0; i < XG_LINE_BYTES; i++)
                to[i] = line[(i & ~15u) + permute->from[i % 16]];
            xg_model_line_made(m, l, at);
        }
}

static void resolve(struct xg_model *m, const struct xg_copy_job *job, bool once)
{
    bool bits = job->how == XG_COPY_BITS;
    const struct xg_surface *s = &job->source;
    struct xg_copy_lines l;
    struct xg_permute permute;
    xg_permute_init(&permute, job->format, s->words, bits && job->swap, job->endian);
    xg_model_lines_begin(m, &l, once);
    if (!bits)
        resolve_numbers(m, job, &permute, &l);
    else if (l.by_page && s->words == 1 && !s->x_log2 && !job->volume &&
             job->dest_base % XG_PAGE_SIZE == 0)
        resolve_pages(m, job, &permute, &l);
    else
        resolve_bits(m, job, &permute, &l);
    if (l.by_page)
        xg_model_lines_end(m, &l, line_address(job, job->x0, job->y0));
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
        resolve(m, job, true);
        return;
    }
    m->lines = XG_LINES_KEPT;
    resolve(m, job, false);
    m->lines = XG_LINES_AGAIN;
    resolve(m, job, false);
    m->lines = XG_LINES_TOLD;
}
