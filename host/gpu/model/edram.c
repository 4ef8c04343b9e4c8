/* Clears: filling a rectangle of eDRAM with one value. */
#include "gpu/model/model.h"

static void fill_run(uint32_t *to, uint32_t words, uint32_t value)
{
    for (uint32_t i = 0; i < words; i++)
        to[i] = value;
}

/* The rectangle's sides are multiples of 8, and so are 40 and 80: a row is cut where a
 * half tile ends. */
void xg_edram_fill(uint32_t *edram, const struct xg_surface *s, const struct xg_copy_job *rect,
                   uint32_t value)
{
    for (uint32_t y = rect->y0; y < rect->y1; y++)
        for (uint32_t x = rect->x0, next; x < rect->x1; x = next) {
            next = x - x % 40 + 40;
            if (next > rect->x1)
                next = rect->x1;
            fill_run(edram + xg_edram_word(s, x, y), next - x, value);
        }
}
