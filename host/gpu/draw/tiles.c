#include "gpu/draw/state.h"

#include <stdlib.h>
#include <string.h>

bool xg_tiles_init(struct xg_tiles *t)
{
    pthread_mutex_init(&t->lock, NULL);
    t->own = calloc(XG_EDRAM_TILES, sizeof *t->own);
    return t->own != NULL;
}

void xg_tiles_free(struct xg_tiles *t)
{
    pthread_mutex_destroy(&t->lock);
    free(t->own);
}

void xg_tiles_begin(struct xg_tiles *t, struct xg_device *device)
{
    uint32_t *memory = device->ops->tile_memory ? device->ops->tile_memory(device) : NULL;
    t->device = device;
    t->lent = memory != NULL;
    t->data = memory ? (uint32_t(*)[XG_EDRAM_TILE_BYTES / 4]) memory : t->own;
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

void xg_tiles_touch(struct xg_tiles *t, uint32_t tile, bool write)
{
    uint8_t wanted = write ? 3 : 1;
    if (XG_LIKELY((__atomic_load_n(&t->state[tile], __ATOMIC_ACQUIRE) & wanted) == wanted))
        return;
    pthread_mutex_lock(&t->lock);
    if (!t->state[tile]) {
        t->device->ops->tile_read(t->device, tile, (uint8_t *)t->data[tile]);
        t->used[t->used_count++] = (uint16_t)tile;
    }
    __atomic_store_n(&t->state[tile], (uint8_t)(t->state[tile] | wanted), __ATOMIC_RELEASE);
    pthread_mutex_unlock(&t->lock);
}

uint32_t *xg_tiles_word(struct xg_tiles *t, uint32_t base, uint32_t pitch, uint32_t column,
                        uint32_t row, bool write)
{
    uint32_t across = column / 80;
    uint32_t tile = (base + (row >> 4) * pitch + across) & (XG_EDRAM_TILES - 1);
    if (!t->lent)
        xg_tiles_touch(t, tile, write);
    return &t->data[tile][(row & 15) * 80 + column - across * 80];
}
