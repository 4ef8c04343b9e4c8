/* Fetch constants, tiled addresses and the layout of levels in memory. */
#include "gpu/draw/texture.h"

#include <string.h>

static uint32_t align_up(uint32_t v, uint32_t to)
{
    return (v + to - 1) & ~(to - 1);
}
static unsigned log2_ceil(uint32_t v)
{
    unsigned n = 0;
    while (1u << n < v)
        n++;
    return n;
}
static int32_t field_signed(uint32_t v, unsigned at, unsigned width)
{
    return (int32_t)(v << (32 - at - width)) >> (32 - width);
}

/* Place of level m in the packed tail that begins at level l0; offsets in texels. */
static void packed_offset(struct xg_texture_level *l, unsigned k, unsigned l0, unsigned lw,
                          unsigned lh, unsigned ld)
{
    bool wide = lw > lh;
    uint32_t offset;
    l->x = l->y = l->z = 0;
    if (k < 3) {
        offset = 16u >> k;
        *(wide ? &l->y : &l->x) = offset;
        return;
    }
    offset = (1u << ((wide ? lw : lh) - l0)) >> (k - 2);
    if (offset < 4) {
        l->z = ld > 1 + k ? (ld - k) * 4 : 4;
        offset = 0;
        if (!ld)
            l->z = 0;
    }
    *(wide ? &l->x : &l->y) = offset;
}

struct layout {
    uint32_t width, height, depth; /* texels of level 0 */
    uint32_t slices;               /* layers or faces */
    uint32_t pitch;                /* texels of level 0 */
    uint32_t base, mip_base;
    bool packed;
};

static void level_sizes(struct xg_texture *t, const struct layout *in, unsigned m)
{
    const struct xg_texel_format *f = t->format;
    struct xg_texture_level *l = &t->level[m];
    unsigned lw = log2_ceil(in->width), lh = log2_ceil(in->height), ld = log2_ceil(in->depth);
    uint32_t w = m ? (1u << lw >> m ? 1u << lw >> m : 1) : in->pitch;
    uint32_t h = m ? (1u << lh >> m ? 1u << lh >> m : 1) : in->height;
    uint32_t d = m ? (1u << ld >> m ? 1u << ld >> m : 1) : in->depth;
    l->pitch = align_up((w + f->block_w - 1) / f->block_w, 32);
    if (!t->tiled && m && l->pitch * f->bytes & 255)
        l->pitch = align_up(l->pitch * f->bytes, 256) / f->bytes;
    l->rows = t->dimension == XG_TEX_1D ? 1 : align_up((h + f->block_h - 1) / f->block_h, 32);
    l->slice = align_up(l->pitch * l->rows * f->bytes, 4096);
    if (t->dimension == XG_TEX_3D && !t->stacked)
        l->slice = l->pitch * l->rows * f->bytes;
    l->width = in->width >> m ? in->width >> m : 1;
    l->height = in->height >> m ? in->height >> m : 1;
    l->depth = in->depth >> m ? in->depth >> m : 1;
    l->z = align_up(d, 4); /* stored depth; replaced by the offset below */
}

static void place_levels(struct xg_texture *t, const struct layout *in)
{
    unsigned lw = log2_ceil(in->width), lh = log2_ceil(in->height), ld = log2_ceil(in->depth);
    unsigned least = lw < lh ? lw : lh, l0 = least > 4 ? least - 4 : 0;
    uint32_t next = in->mip_base;
    bool volume = t->dimension == XG_TEX_3D && !t->stacked;
    for (unsigned m = 0; m < XG_TEX_LEVELS; m++) {
        struct xg_texture_level *l = &t->level[m];
        level_sizes(t, in, m);
        uint32_t stored_depth = l->z;
        bool tail = in->packed && m >= l0 && t->dimension != XG_TEX_1D;
        l->x = l->y = l->z = 0;
        if (tail) {
            packed_offset(l, m - l0, l0, lw, lh, volume ? ld : 0);
            l->x /= t->format->block_w;
            l->y /= t->format->block_h;
        }
        if (m == 0) {
            l->base = in->base;
            continue;
        }
        if (tail && m > l0 && m > 1) { /* shares the storage of the first packed level */
            struct xg_texture_level *first = &t->level[l0 ? l0 : 1];
            l->base = first->base;
            l->pitch = first->pitch;
            l->rows = first->rows;
            l->slice = first->slice;
            continue;
        }
        l->base = next;
        next += volume ? align_up(l->slice * stored_depth, 4096) : l->slice * in->slices;
    }
}

static void decode_size(struct xg_texture *t, const uint32_t *c, struct layout *in)
{
    in->width = in->height = in->depth = in->slices = 1;
    switch (t->dimension) {
    case XG_TEX_1D:
        in->width = (c[2] & 0xFFFFFF) + 1;
        break;
    case XG_TEX_3D:
        in->width = (c[2] & 2047) + 1;
        in->height = (c[2] >> 11 & 2047) + 1;
        in->depth = (c[2] >> 22) + 1;
        break;
    default:
        in->width = (c[2] & 0x1FFF) + 1;
        in->height = (c[2] >> 13 & 0x1FFF) + 1;
        in->slices = t->dimension == XG_TEX_CUBE ? 6 : (c[2] >> 26) + 1;
        break;
    }
    t->layers = t->stacked ? in->slices : 1;
    in->pitch = (c[0] >> 22 & 511) * 32;
    if (!in->pitch)
        in->pitch = align_up(in->width, 32);
}

static void decode_levels(struct xg_texture *t, const uint32_t *c, struct layout *in)
{
    uint32_t largest = in->width > in->height ? in->width : in->height;
    if (in->depth > largest)
        largest = in->depth;
    unsigned last = log2_ceil(largest + 1) - 1;
    in->base = c[1] & 0x1FFFF000;
    in->mip_base = c[5] & 0x1FFFF000;
    in->packed = c[5] >> 11 & 1;
    t->first_level = c[4] >> 2 & 15;
    t->last_level = c[4] >> 6 & 15;
    if (t->last_level > last)
        t->last_level = (uint8_t)last;
    if (!in->mip_base)
        t->last_level = 0;
    if (!in->base && in->mip_base && !t->first_level)
        t->first_level = 1;
    if (t->last_level >= XG_TEX_LEVELS)
        t->last_level = XG_TEX_LEVELS - 1;
    if (t->first_level > t->last_level)
        t->first_level = t->last_level;
    place_levels(t, in);
}

void xg_texture_decode(struct xg_texture *t, const uint32_t c[6], struct xg_draw_warnings *warnings)
{
    struct layout in;
    memset(t, 0, sizeof *t);
    if ((c[0] & 3) != 2) {
        xg_draw_warn(warnings, XG_WARN_TEXTURE_CONSTANT, c[0]);
        return;
    }
    t->format = xg_texel_format(c[1] & 63);
    if (t->format->kind == XG_TEXEL_NONE) {
        xg_draw_warn(warnings, XG_WARN_TEXTURE_FORMAT, c[1] & 63);
        return;
    }
    t->valid = true;
    t->dimension = (enum xg_texture_dimension)(c[5] >> 9 & 3);
    t->stacked = t->dimension == XG_TEX_2D && c[1] >> 10 & 1;
    t->tiled = c[0] >> 31;
    t->signed_mode = c[0] >> 19 & 1;
    t->endian = c[1] >> 6 & 3;
    t->integer = c[3] & 1;
    t->exp_adjust = (int8_t)field_signed(c[3], 13, 6);
    t->mag = c[3] >> 19 & 3;
    t->min = c[3] >> 21 & 3;
    t->mip = c[3] >> 23 & 3;
    t->aniso = c[3] >> 25 & 7;
    t->vol_mag = c[4] & 1;
    t->vol_min = c[4] >> 1 & 1;
    t->lod_bias = (int16_t)field_signed(c[4], 12, 10);
    t->grad_exp_h = (int8_t)field_signed(c[4], 22, 5);
    t->grad_exp_v = (int8_t)field_signed(c[4], 27, 5);
    t->border = c[5] & 3;
    for (unsigned i = 0; i < 4; i++) {
        t->sign[i] = c[0] >> (2 + 2 * i) & 3;
        t->swizzle[i] = c[3] >> (1 + 3 * i) & 7;
        if (i < 3)
            t->clamp[i] = c[0] >> (10 + 3 * i) & 7;
    }
    unsigned kind = t->format->kind;
    bool bytes = (kind == XG_TEXEL_PACKED && t->format->components == 4 && t->format->bytes == 4 &&
                  t->format->field[0].width == 8) ||
                 kind == XG_TEXEL_DXT1 || kind == XG_TEXEL_DXT3 || kind == XG_TEXEL_DXT5;
    t->plain = bytes && !t->integer && !(c[0] >> 2 & 255);
    t->log2_bytes = (uint8_t)log2_ceil(t->format->bytes);
    decode_size(t, c, &in);
    decode_levels(t, c, &in);
}
