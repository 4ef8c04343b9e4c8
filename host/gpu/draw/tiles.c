#include "gpu/draw/state.h"

#include <stdlib.h>
#include <string.h>

bool xg_tiles_init(struct xg_tiles *t)
{
    t->data = calloc(XG_EDRAM_TILES, sizeof *t->data);
    return t->data != NULL;
}

void xg_tiles_free(struct xg_tiles *t)
{
    free(t->data);
}

void xg_tiles_begin(struct xg_tiles *t, struct xg_device *device)
{
    t->device = device;
}

void xg_tiles_end(struct xg_tiles *t, struct xg_draw_stats *stats)
{
    stats->tiles_read += t->used_count;
    for (uint32_t i = 0; i < t->used_count; i++) {
        uint32_t tile = t->used[i];
        if (t->state[tile] == 3) {
            t->device->ops->tile_write(t->device, tile, (const uint8_t *)t->data[tile]);
            stats->tiles_written++;
        }
        t->state[tile] = 0;
    }
    t->used_count = 0;
    t->device = NULL;
}

uint32_t *xg_tiles_word(struct xg_tiles *t, uint32_t base, uint32_t pitch, uint32_t column,
                        uint32_t row, bool write)
{
    uint32_t across = column / 80;
    uint32_t tile = (base + (row >> 4) * pitch + across) & (XG_EDRAM_TILES - 1);
    if (XG_UNLIKELY(!t->state[tile])) {
        t->device->ops->tile_read(t->device, tile, (uint8_t *)t->data[tile]);
        t->state[tile] = 1;
        t->used[t->used_count++] = (uint16_t)tile;
    }
    t->state[tile] |= write ? 3 : 1;
    return &t->data[tile][(row & 15) * 80 + column - across * 80];
}
