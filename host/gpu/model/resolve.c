/* Copy: eDRAM to memory, one 64-byte line for each 8x2 block. */
#include "gpu/model/model.h"

#include "gpu/tiled.h"

#include <string.h>

/* Exchanges red and blue of the 16 pixels of a line. */
static void exchange_red_blue(uint32_t line[16], enum xg_copy_order order)
{
    switch (order) {
    case XG_COPY_ORDER_8888:
        for (int i = 0; i < 16; i++)
            line[i] = (line[i] & 0xFF00FF00) | (line[i] & 0xFF) << 16 | (line[i] >> 16 & 0xFF);
        break;
    case XG_COPY_ORDER_2101010:
        for (int i = 0; i < 16; i++)
            line[i] = (line[i] & 0xC00FFC00) | (line[i] & 0x3FF) << 20 | (line[i] >> 20 & 0x3FF);
        break;
    case XG_COPY_ORDER_1616:
        for (int i = 0; i < 16; i++)
            line[i] = line[i] << 16 | line[i] >> 16;
        break;
    case XG_COPY_ORDER_NONE:
        break;
    }
}

static void swap_endian(uint32_t line[16], uint32_t endian)
{
    uint32_t t[16];
    switch (endian) {
    case 1:
        for (int i = 0; i < 16; i++)
            line[i] = (line[i] & 0x00FF00FF) << 8 | (line[i] >> 8 & 0x00FF00FF);
        break;
    case 2:
        for (int i = 0; i < 16; i++)
            line[i] =
                line[i] << 24 | (line[i] & 0xFF00) << 8 | (line[i] >> 8 & 0xFF00) | line[i] >> 24;
        break;
    case 3:
        for (int i = 0; i < 16; i++)
            line[i] = line[i] << 16 | line[i] >> 16;
        break;
    case 4: /* 8in64 */
    case 5: /* 8in128 */
        memcpy(t, line, sizeof t);
        for (int i = 0; i < 16; i++)
            line[i] = xg_bswap32(t[i ^ (endian == 4 ? 1 : 3)]);
        break;
    default:
        break;
    }
}

/* In a tiled surface of 32-bit pixels an 8x2 block is one line of 64 bytes: the left four
 * pixels of both rows, then the right four of both. */
static void block(struct xg_model *m, const struct xg_copy_job *job, uint32_t x, uint32_t y)
{
    uint32_t line[16];
    const uint32_t *top = m->edram + xg_edram_word(&job->source, x, y);
    const uint32_t *bottom = top + 80; /* y is even, so it lies in the same tile */
    memcpy(line, top, 16);
    memcpy(line + 4, bottom, 16);
    memcpy(line + 8, top + 4, 16);
    memcpy(line + 12, bottom + 4, 16);
    if (job->swap_red_blue != XG_COPY_ORDER_NONE)
        exchange_red_blue(line, job->swap_red_blue);
    if (job->endian)
        swap_endian(line, job->endian);
    xg_pa to = (job->dest_base + xg_tiled_2d(x, y, job->dest_pitch32, 2)) & XG_BUS_MASK & ~63u;
    xg_model_mem(m, XG_GPU_FROM_RESOLVE, to, line, sizeof line);
}

void xg_model_resolve(struct xg_model *m, const struct xg_copy_job *job)
{
    for (uint32_t y = job->y0; y < job->y1; y += 2)
        for (uint32_t x = job->x0; x < job->x1; x += 8)
            block(m, job, x, y);
}
