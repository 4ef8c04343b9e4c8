#include "gpu/draw/texture_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES     512u
#define MAX_TEXELS (1u << 26)
#define MAX_BYTES  (1ull << 30) /* of all images together */

struct xg_texture_cache {
    struct xg_texture_image *image[IMAGES];
    uint32_t count, draw;
    uint64_t bytes, decodes;
    pthread_mutex_t lock;
};

struct xg_texture_cache *xg_texture_cache_create(void)
{
    struct xg_texture_cache *cache = calloc(1, sizeof *cache);
    if (cache)
        pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

static void drop(struct xg_texture_cache *cache, struct xg_texture_image *image)
{
    cache->bytes -= image->bytes;
    for (unsigned m = 0; m < XG_TEX_LEVELS; m++)
        free(image->raw[m]);
    free(image->texels);
    free(image);
}

void xg_texture_cache_destroy(struct xg_texture_cache *cache)
{
    if (!cache)
        return;
    for (uint32_t i = 0; i < cache->count; i++)
        drop(cache, cache->image[i]);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

void xg_texture_cache_begin(struct xg_texture_cache *cache)
{
    if (++cache->draw == 0) /* 0 means never */
        cache->draw = 1;
}

uint64_t xg_texture_cache_decodes(const struct xg_texture_cache *cache)
{
    return cache->decodes;
}

static uint32_t slices_of(const struct xg_texture *t)
{
    return t->dimension == XG_TEX_CUBE ? 6 : t->layers;
}

/* Bytes of guest memory that a level takes, from its base. */
static uint32_t level_bytes(const struct xg_texture *t, unsigned m)
{
    return t->level[m].slice * slices_of(t);
}

/* Every block lies in the bytes that level_bytes names: not so with a pitch below the width. */
static bool level_inside(const struct xg_texture *t, unsigned m)
{
    const struct xg_texture_level *l = &t->level[m];
    uint32_t w = (l->width + t->format->block_w - 1) / t->format->block_w;
    uint32_t h = (l->height + t->format->block_h - 1) / t->format->block_h;
    return l->x + w <= l->pitch && l->y + h <= l->rows &&
           (uint64_t)l->slice * slices_of(t) <= XG_PHYS_SIZE;
}

static bool cacheable(const struct xg_texture *t)
{
    for (unsigned m = 0; m <= t->last_level; m++)
        if (!t->valid || !level_inside(t, m))
            return false;
    uint64_t texels = (uint64_t)t->level[0].width * t->level[0].height * slices_of(t);
    return t->valid && t->plain && (t->dimension == XG_TEX_2D || t->dimension == XG_TEX_CUBE) &&
           texels <= MAX_TEXELS;
}

static void make_room(struct xg_texture_cache *cache)
{
    while (cache->count == IMAGES || (cache->bytes > MAX_BYTES && cache->count)) {
        uint32_t oldest = 0;
        for (uint32_t i = 1; i < cache->count; i++)
            if (cache->draw - cache->image[i]->used > cache->draw - cache->image[oldest]->used)
                oldest = i;
        if (cache->image[oldest]->used == cache->draw)
            return; /* this draw needs all of them */
        drop(cache, cache->image[oldest]);
        cache->image[oldest] = cache->image[--cache->count];
    }
}

static struct xg_texture_image *create(const struct xg_texture *t, const uint32_t key[4])
{
    struct xg_texture_image *image = calloc(1, sizeof *image);
    uint64_t texels = 0;
    if (!image)
        return NULL;
    for (unsigned m = 0; m < XG_TEX_LEVELS; m++) {
        image->offset[m] = (uint32_t)texels;
        texels += (uint64_t)t->level[m].width * t->level[m].height * slices_of(t);
    }
    memcpy(image->key, key, sizeof image->key);
    image->bytes = 4 * texels;
    image->texels = malloc(4 * texels);
    if (image->texels)
        return image;
    free(image);
    return NULL;
}

struct xg_texture_image *xg_texture_cache_find(struct xg_texture_cache *cache, const uint32_t c[6],
                                               const struct xg_texture *t)
{
    /* What decides the texels: pitch and tiling, format, endianness and address, size, the
     * place of the smaller levels. Filters, clamping and swizzles do not. */
    const uint32_t key[4] = {c[0] & 0xFFC00000, c[1] & 0xFFFFF4FF, c[2], c[5] & 0xFFFFFE00};
    if (!cacheable(t))
        return NULL;
    for (uint32_t i = 0; i < cache->count; i++)
        if (!memcmp(cache->image[i]->key, key, sizeof key)) {
            cache->image[i]->used = cache->draw;
            return cache->image[i];
        }
    make_room(cache);
    if (cache->count == IMAGES)
        return NULL;
    struct xg_texture_image *image = create(t, key);
    if (!image)
        return NULL;
    image->used = cache->draw;
    cache->bytes += image->bytes;
    cache->image[cache->count++] = image;
    return image;
}

/* Compares guest memory with the copy; true: nothing changed. Else the copy is made anew. */
static bool unchanged(struct xg_view *view, uint32_t base, uint8_t *copy, uint32_t bytes)
{
    bool same = true;
    for (uint32_t at = 0; at < bytes;) {
        uint32_t n = 4096 - ((base + at) & 4095);
        n = n < bytes - at ? n : bytes - at;
        const uint8_t *page = xg_view_at(view, base + at);
        if (memcmp(copy + at, page, n)) {
            memcpy(copy + at, page, n);
            same = false;
        }
        at += n;
    }
    return same;
}

static void decode_level(struct xg_texture_image *image, const struct xg_texture *t, unsigned m,
                         struct xg_view *view)
{
    const struct xg_texture_level *l = &t->level[m];
    const struct xg_texel_format *f = t->format;
    uint32_t *out = image->texels + image->offset[m];
    for (uint32_t slice = 0; slice < slices_of(t); slice++, out += l->width * l->height)
        for (uint32_t y = 0; y < l->height; y += f->block_h)
            for (uint32_t x = 0; x < l->width; x += f->block_w) {
                uint32_t words[4];
                xg_texture_block(t, view, m, x / f->block_w, y / f->block_h, slice, words);
                for (uint32_t j = 0; j < f->block_h && y + j < l->height; j++)
                    for (uint32_t i = 0; i < f->block_w && x + i < l->width; i++) {
                        unsigned v[4];
                        xg_texel_bytes(f, words, i, j, v);
                        out[(y + j) * l->width + x + i] =
                            v[0] | v[1] << 8 | v[2] << 16 | v[3] << 24;
                    }
            }
}

static bool make_right(struct xg_texture_cache *cache, struct xg_texture_image *image,
                       const struct xg_texture *t, unsigned m, struct xg_view *view)
{
    uint32_t bytes = level_bytes(t, m);
    bool fresh = !image->raw[m];
    if (fresh) {
        image->raw[m] = malloc(bytes);
        if (!image->raw[m])
            return false;
        memset(image->raw[m], 0, bytes);
        image->bytes += bytes;
        cache->bytes += bytes;
    }
    if (!unchanged(view, t->level[m].base, (uint8_t *)image->raw[m], bytes) || fresh) {
        decode_level(image, t, m, view);
        cache->decodes++;
    }
    return true;
}

bool xg_texture_cache_level(struct xg_texture_cache *cache, struct xg_texture_image *image,
                            const struct xg_texture *t, unsigned m, struct xg_view *view)
{
    if (__atomic_load_n(&image->ready[m], __ATOMIC_ACQUIRE) == cache->draw)
        return true;
    pthread_mutex_lock(&cache->lock);
    bool ok = image->ready[m] == cache->draw || make_right(cache, image, t, m, view);
    if (ok)
        __atomic_store_n(&image->ready[m], cache->draw, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&cache->lock);
    return ok;
}
