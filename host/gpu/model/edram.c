/* Clears: filling a rectangle of eDRAM with one value. */
#include "gpu/model/model.h"

static void fill_run(uint32_t *to, uint32_t words, const uint32_t value[2], uint32_t pattern)
{
    for (uint32_t i = 0; i < words; i++)
        to[i] = value[i & pattern];
}

/* The rectangle's sides are multiples of 8 pixels, and so are 40 and 80: a row of words is cut
 * where a half tile ends, which is never inside a sample. */
void xg_edram_fill(uint32_t *edram, const struct xg_surface *s, const struct xg_copy_job *rect,
                   const uint32_t value[2])
{
    uint32_t first = (rect->x0 << s->x_log2) * s->words, last = (rect->x1 << s->x_log2) * s->words;
    for (uint32_t sy = rect->y0 << s->y_log2; sy < rect->y1 << s->y_log2; sy++)
        for (uint32_t word = first, next; word < last; word = next) {
            next = word - word % 40 + 40;
            if (next > last)
                next = last;
            fill_run(edram + xg_edram_word(s, word / s->words, sy), next - word, value,
                     s->words - 1);
        }
}
