/* Decoded textures: levels of 8-bit colour textures as plain arrays of texels, kept over draws.
 * A level is trusted in a draw only after its bytes in guest memory were compared with those it
 * was decoded from, so it is decoded anew exactly when they changed. */
#ifndef XG_GPU_DRAW_TEXTURE_CACHE_H
#define XG_GPU_DRAW_TEXTURE_CACHE_H

#include "gpu/draw/texture.h"

struct xg_texture_cache;

/* A cached texture: slices (layers, faces) of a level follow one another, rows without gaps. */
struct xg_texture_image {
    uint32_t *texels; /* R in the low byte */
    uint32_t offset[XG_TEX_LEVELS];
    uint32_t ready[XG_TEX_LEVELS]; /* the draw for which the level was last found right */
    uint32_t *raw[XG_TEX_LEVELS];  /* what it was decoded from */
    /* for the cache */
    uint32_t key[4], used;
    uint64_t bytes;
};

struct xg_texture_cache *xg_texture_cache_create(void);
void xg_texture_cache_destroy(struct xg_texture_cache *cache);
/* Before the textures of a draw are looked up. */
void xg_texture_cache_begin(struct xg_texture_cache *cache);
/* The image of a texture; NULL when it is of a kind that is not cached. */
struct xg_texture_image *xg_texture_cache_find(struct xg_texture_cache *cache,
                                               const uint32_t constant[6],
                                               const struct xg_texture *texture);
/* Makes a level right for this draw. From any thread. false: no memory. */
bool xg_texture_cache_level(struct xg_texture_cache *cache, struct xg_texture_image *image,
                            const struct xg_texture *texture, unsigned level, struct xg_view *view);
uint64_t xg_texture_cache_decodes(const struct xg_texture_cache *cache);

#endif
