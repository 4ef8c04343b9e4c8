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

static inline quad exchange_red_blue(quad v, enum xg_copy_order order)
{
    switch (order) {
    case XG_COPY_ORDER_8888:
        return (v & 0xFF00FF00) | (v & 0xFF) << 16 | (v >> 16 & 0xFF);
    case XG_COPY_ORDER_2101010:
        return (v & 0xC00FFC00) | (v & 0x3FF) << 20 | (v >> 20 & 0x3FF);
    case XG_COPY_ORDER_1616:
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

/* One 8x2 block into its line. In a tiled surface of 32-bit pixels that is the left four
 * pixels of both rows, then the right four of both. top: the block's first sample; the row
 * below it is 80 samples on (the row number is even, so it lies in the same tile). */
static inline void make_line(quad line[4], const uint32_t *top, enum xg_copy_order order,
                             uint32_t endian)
{
    memcpy(&line[0], top, 16);
    memcpy(&line[1], top + 80, 16);
    memcpy(&line[2], top + 4, 16);
    memcpy(&line[3], top + 84, 16);
    for (int i = 0; i < 4; i++)
        line[i] = swap_endian(exchange_red_blue(line[i], order), endian);
}

void xg_model_resolve(struct xg_model *m, const struct xg_copy_job *job)
{
    quad line[4] = {{0}};
    struct xg_gpu_effect e = xg_model_resolve_effect(m, line, sizeof line);
    const uint32_t endian = job->endian;
    const enum xg_copy_order order = job->swap_red_blue;
    for (uint32_t y = job->y0; y < job->y1; y += 2)
        for (uint32_t x = job->x0; x < job->x1; x += 8) {
            const uint32_t *top = m->edram + xg_edram_word(&job->source, x, y);
            if (order == XG_COPY_ORDER_NONE && endian == 2) /* what nearly every title does */
                make_line(line, top, XG_COPY_ORDER_NONE, 2);
            else
                make_line(line, top, order, endian);
            uint32_t offset = xg_tiled_2d(x, y, job->dest_pitch32, 2);
            xg_model_resolve_line(m, &e, (job->dest_base + offset) & XG_BUS_MASK & ~63u);
        }
}
