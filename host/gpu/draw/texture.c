/* Sampling: coordinates, clamping, filters. Positions are singles, weights have 8 fraction bits.
 * Texels of 8 bits are summed as integers, exactly, and the sum is converted and divided; other
 * values are combined in double and rounded to single once. */
#include "gpu/draw/texture.h"
#include "gpu/draw/format.h"
#include "gpu/tiled.h"

#include <string.h>

static double floor_double(double x)
{
    double n = (double)(int64_t)x;
    return n > x ? n - 1 : n;
}

/* --- one texel --- */

static double apply_sign(const struct xg_texture *t, double v, unsigned width, unsigned sign)
{
    if (!width) /* float formats know no sign modes but the bias */
        return sign == 2 ? 2 * v - 1 : v;
    double max = width == 32 ? 4294967295.0 : (double)((1ull << width) - 1);
    if (sign == 1) {
        double s = v > max / 2 ? v - max - 1 : v;
        if (t->integer)
            return s;
        if (t->signed_mode)
            return (2 * s + 1) / max;
        double half = width > 1 ? (max - 1) / 2 : 1;
        return s / half < -1 ? -1 : s / half;
    }
    if (t->integer)
        return v;
    if (sign == 3)
        return xg_gamma_float((uint32_t)(v / max * 255 + 0.5));
    return sign == 2 ? 2 * (v / max) - 1 : v / max;
}

static void read_block(const struct xg_texture *t, struct xg_view *view, uint32_t address,
                       uint32_t words[4])
{
    unsigned bytes = t->format->bytes;
    if (bytes < 4) {
        words[0] = xg_gpu_swap32(xg_view_word(view, address), t->endian) >> 8 * (address & 3);
        return;
    }
    for (unsigned i = 0; i < bytes / 4; i++)
        words[i] = xg_gpu_swap32(xg_view_word(view, address + 4 * i), t->endian);
}

static uint32_t block_address(const struct xg_texture *t, const struct xg_texture_level *l,
                              uint32_t bx, uint32_t by, uint32_t z, uint32_t slice)
{
    unsigned bytes = t->format->bytes, log2_bytes = t->log2_bytes;
    bx += l->x;
    by += l->y;
    if (t->dimension == XG_TEX_3D) {
        z += l->z;
        if (t->tiled)
            return l->base + xg_tiled_3d(bx, by, z, l->pitch >> 5, l->rows >> 4, log2_bytes);
        return l->base + z * l->slice + (by * l->pitch + bx) * bytes;
    }
    uint32_t base = l->base + slice * l->slice;
    if (t->tiled && t->dimension != XG_TEX_1D)
        return base + xg_tiled_2d(bx, by, l->pitch >> 5, log2_bytes);
    return base + (by * l->pitch + bx) * bytes;
}

void xg_texture_block(const struct xg_texture *t, struct xg_view *view, unsigned level, uint32_t bx,
                      uint32_t by, uint32_t slice, uint32_t words[4])
{
    read_block(t, view, block_address(t, &t->level[level], bx, by, 0, slice), words);
}

static void border_colour(const struct xg_texture *t, double out[4])
{
    static const double colours[4][4] = {
        {0, 0, 0, 0}, {1, 1, 1, 1}, {0, 0.5, 0, 0.5}, {0, 0.5, 0.5, 0}};
    memcpy(out, colours[t->border], sizeof colours[0]);
}

/* x, y, z: texel of the level, inside; slice: layer or face. */
static void read_texel(const struct xg_texture *t, struct xg_view *view,
                       const struct xg_texture_level *l, const int32_t at[3], uint32_t slice,
                       double out[4])
{
    uint32_t words[4];
    uint8_t width[4];
    uint32_t x = (uint32_t)at[0], y = (uint32_t)at[1];
    const struct xg_texel_format *f = t->format;
    uint32_t bx = x, by = y;
    if (f->block_w > 1) {
        bx = x / f->block_w;
        by = y / f->block_h;
    }
    read_block(t, view, block_address(t, l, bx, by, (uint32_t)at[2], slice), words);
    xg_texel_decode(f, words, x - bx * f->block_w, y - by * f->block_h, out, width);
    for (unsigned c = 0; c < 4; c++) {
        /* signs belong to source components; replicated ones follow their source */
        unsigned source = c < f->components ? c : f->components - 1u;
        out[c] = apply_sign(t, out[c], width[c], t->sign[source]);
    }
}

/* --- clamping of a texel index; false: border --- */

static bool clamp_index(int32_t *i, int32_t n, unsigned mode)
{
    int32_t v = *i;
    switch (mode) {
    case 0: /* repeat */
        if ((uint32_t)v < (uint32_t)n)
            break;
        v %= n;
        v += v < 0 ? n : 0;
        break;
    case 1: /* mirror */
        v %= 2 * n;
        v += v < 0 ? 2 * n : 0;
        v = v < n ? v : 2 * n - 1 - v;
        break;
    case 3: /* mirror once to edge */
    case 5:
    case 7:
        v = v < 0 ? -1 - v : v;
        if (mode != 3 && v >= n)
            return false;
        v = v >= n ? n - 1 : v;
        break;
    case 4: /* half way to the border: the coordinate was clamped, one texel outside is border */
    case 6:
        if (v < 0 || v >= n)
            return false;
        break;
    default: /* to edge */
        v = v < 0 ? 0 : v >= n ? n - 1 : v;
        break;
    }
    *i = v;
    return true;
}

/* Texel position along an axis -> two indices and a weight of the second in 1/256. */
struct axis {
    int32_t index[2];
    bool inside[2];
    uint32_t weight;
};

static struct axis resolve_axis(float position, uint32_t size, unsigned mode, bool linear)
{
    struct axis a = {.weight = 0};
    const float limit = 1 << 28;
    if (!(position > -limit))
        position = position == position ? -limit : 0;
    if (position > limit)
        position = limit;
    if (mode == 4 || mode == 5) {
        float low = mode == 5 ? -(float)size : 0, high = (float)size;
        position = position < low ? low : position > high ? high : position;
    }
    float fixed = position * 256.0f - (linear ? 127.5f : 0.0f);
    int64_t f = (int64_t)fixed;
    f -= (float)f > fixed; /* floor */
    a.index[0] = (int32_t)(f >> 8);
    a.weight = linear ? (uint32_t)(f & 255) : 0;
    a.index[1] = a.index[0] + (linear ? 1 : 0);
    if (!linear && (mode == 4 || mode == 5) && a.index[0] >= (int32_t)size)
        a.index[0] = a.index[1] = (int32_t)size - 1;
    for (unsigned i = 0; i < 2; i++)
        a.inside[i] = clamp_index(&a.index[i], (int32_t)size, mode);
    return a;
}

/* --- one level --- */

struct position {
    float at[3];
    uint32_t slice; /* of array or cube */
};

static uint32_t tap_weight(const struct axis *x, const struct axis *y, const struct axis *z,
                           unsigned tap)
{
    return (tap & 1 ? x->weight : 256 - x->weight) * (tap & 2 ? y->weight : 256 - y->weight) *
           (tap & 4 ? z->weight : 256 - z->weight);
}

/* What a level gives: sums of 8-bit components times weights of 2^-24, or values. */
struct level_value {
    bool exact;
    uint32_t sum[4];
    double value[4];
};

/* 8-bit components without borders: the sum is an integer. */
static bool sample_bytes(const struct xg_texture *t, struct xg_view *view,
                         const struct xg_texture_level *l, const struct position *p,
                         const struct axis *x, const struct axis *y, const struct axis *z,
                         unsigned taps, uint32_t sum[4])
{
    bool volume = t->dimension == XG_TEX_3D;
    if (!(x->inside[0] & x->inside[1] & y->inside[0] & y->inside[1] & z->inside[0] & z->inside[1]))
        return false;
    memset(sum, 0, 4 * sizeof *sum);
    for (unsigned i = 0; i < taps; i++) {
        unsigned ix = i & 1, iy = i >> 1 & 1, iz = i >> 2, v[4];
        uint32_t weight = tap_weight(x, y, z, i), words[4];
        uint32_t tx = (uint32_t)x->index[ix], ty = (uint32_t)y->index[iy];
        bool block = t->format->block_w > 1; /* of 4 x 4 */
        uint32_t slice = t->stacked ? (uint32_t)z->index[iz] : p->slice;
        if (!weight)
            continue;
        read_block(t, view,
                   block_address(t, l, block ? tx >> 2 : tx, block ? ty >> 2 : ty,
                                 volume ? (uint32_t)z->index[iz] : 0, slice),
                   words);
        xg_texel_bytes(t->format, words, tx & 3, ty & 3, v);
        for (unsigned c = 0; c < 4; c++)
            sum[c] += v[c] * weight; /* at most 255 * 2^24 */
    }
    return true;
}

static void sample_taps(const struct xg_texture *t, struct xg_view *view,
                        const struct xg_texture_level *l, const struct position *p,
                        const struct axis *x, const struct axis *y, const struct axis *z,
                        unsigned taps, struct level_value *result)
{
    bool volume = t->dimension == XG_TEX_3D;
    double *out = result->value;
    result->exact = t->plain && sample_bytes(t, view, l, p, x, y, z, taps, result->sum);
    if (result->exact)
        return;
    out[0] = out[1] = out[2] = out[3] = 0;
    for (unsigned i = 0; i < taps; i++) {
        unsigned ix = i & 1, iy = i >> 1 & 1, iz = i >> 2;
        uint32_t weight = tap_weight(x, y, z, i);
        double texel[4];
        if (!weight)
            continue;
        if (x->inside[ix] && y->inside[iy] && z->inside[iz]) {
            int32_t at[3] = {x->index[ix], y->index[iy], volume ? z->index[iz] : 0};
            read_texel(t, view, l, at, t->stacked ? (uint32_t)z->index[iz] : p->slice, texel);
        } else {
            border_colour(t, texel);
        }
        for (unsigned c = 0; c < 4; c++)
            out[c] += texel[c] * weight;
    }
    for (unsigned c = 0; c < 4; c++)
        out[c] *= 0x1p-24;
}

static void sample_level(const struct xg_texture *t, struct xg_view *view, unsigned level,
                         const struct position *p, bool linear, bool linear_z,
                         struct level_value *out)
{
    const struct xg_texture_level *l = &t->level[level];
    bool cube = t->dimension == XG_TEX_CUBE, volume = t->dimension == XG_TEX_3D;
    struct axis ax = resolve_axis(p->at[0], l->width, cube ? 2 : t->clamp[0], linear);
    struct axis ay = resolve_axis(t->dimension == XG_TEX_1D ? 0 : p->at[1], l->height,
                                  cube || t->dimension == XG_TEX_1D ? 2 : t->clamp[1],
                                  linear && t->dimension != XG_TEX_1D);
    struct axis az = {.inside = {true, true}};
    if (volume || t->stacked)
        az = resolve_axis(p->at[2], volume ? l->depth : t->layers, t->clamp[2], linear_z);
    if (!(ax.weight | ay.weight | az.weight)) { /* one texel */
        sample_taps(t, view, l, p, &ax, &ay, &az, 1, out);
        return;
    }
    sample_taps(t, view, l, p, &ax, &ay, &az, az.weight ? 8 : 4, out);
}
/* Position along an axis in texels of a level: single, every step rounded. */
float xg_texture_position(double coordinate, double size, double offset)
{
    return xg_add(xg_narrow(coordinate * size), (float)offset);
}

static struct position level_position(const struct xg_texture *t, unsigned level,
                                      const struct xg_sample *s)
{
    const struct xg_texture_level *l = &t->level[level];
    double scale[3] = {l->width, l->height, t->dimension == XG_TEX_3D ? l->depth : t->layers};
    double at[3] = {s->u, s->v, s->w};
    struct position p = {.slice = 0};
    if (t->dimension == XG_TEX_CUBE) {
        double face = floor_double(s->w);
        p.slice = !(face > 0) ? 0 : face > 5 ? 5 : (uint32_t)face;
        at[0] = (double)xg_sub((float)s->u, 1.0f);
        at[1] = (double)xg_sub((float)s->v, 1.0f);
        at[2] = 0;
    } else if (s->unnormalized) {
        scale[0] = level ? (double)l->width / t->level[0].width : 1;
        scale[1] = level ? (double)l->height / t->level[0].height : 1;
        scale[2] = 1;
    }
    for (unsigned i = 0; i < 3; i++)
        p.at[i] = xg_texture_position(at[i], scale[i], s->offset[i]);
    return p;
}

static void swizzle_and_scale(const struct xg_texture *t, const float in[4], float out[4])
{
    for (unsigned c = 0; c < 4; c++) {
        unsigned choice = t->swizzle[c];
        float v = choice < 4 ? in[choice] : choice == 5 ? 1.0f : 0.0f;
        out[c] = choice < 4 ? xg_scale(v, t->exp_adjust) : v;
    }
}

/* An integer sum of 8-bit components whose weights are 2^-32. */
static float from_sum(uint64_t sum)
{
    return (float)sum / (255.0f * 4294967296.0f);
}

static double value_of(const struct level_value *v, unsigned c)
{
    return v->exact ? (double)v->sum[c] * (1.0 / (255.0 * 16777216.0)) : v->value[c];
}

static void mix(const struct xg_texture *t, const struct level_value *first,
                const struct level_value *second, uint32_t weight, float out[4])
{
    float v[4];
    bool exact = first->exact && (!weight || second->exact);
    for (unsigned c = 0; c < 4; c++) {
        if (exact)
            v[c] = from_sum((uint64_t)first->sum[c] * (256 - weight) +
                            (weight ? (uint64_t)second->sum[c] * weight : 0));
        else if (weight)
            v[c] = xg_narrow((value_of(first, c) * (256 - weight) + value_of(second, c) * weight) *
                             0x1p-8);
        else
            v[c] = xg_narrow(first->value[c]);
    }
    swizzle_and_scale(t, v, out);
}

void xg_texture_sample(const struct xg_texture *t, struct xg_view *view, const struct xg_sample *s,
                       float out[4])
{
    double lod = s->lod;
    struct level_value first, second;
    if (!(lod > t->first_level))
        lod = t->first_level;
    if (lod > t->last_level)
        lod = t->last_level;
    bool magnify = !(s->lod > 0);
    bool linear = (magnify ? s->mag : s->min) == 1;
    bool linear_z = magnify ? s->vol_mag : s->vol_min;
    unsigned level = s->mip == 2 ? 0 : (unsigned)(s->mip == 1 ? lod : lod + 0.5);
    uint32_t weight = s->mip == 1 ? (uint32_t)((lod - level) * 256) : 0;
    struct position p = level_position(t, level, s);
    sample_level(t, view, level, &p, linear, linear_z, &first);
    if (weight) {
        p = level_position(t, level + 1, s);
        sample_level(t, view, level + 1, &p, linear, linear_z, &second);
    }
    mix(t, &first, &second, weight, out);
}

float xg_texture_border(const struct xg_texture *t, const struct xg_sample *s)
{
    const struct xg_texture_level *l = &t->level[0];
    struct position p = level_position(t, 0, s);
    bool linear = s->mag == 1, cube = t->dimension == XG_TEX_CUBE;
    bool flat = t->dimension == XG_TEX_1D, volume = t->dimension == XG_TEX_3D;
    struct axis axis[3] = {resolve_axis(p.at[0], l->width, cube ? 2 : t->clamp[0], linear),
                           resolve_axis(flat ? 0 : p.at[1], l->height,
                                        cube || flat ? 2 : t->clamp[1], linear && !flat),
                           {.inside = {true, true}}};
    if (volume || t->stacked)
        axis[2] = resolve_axis(p.at[2], volume ? l->depth : t->layers, t->clamp[2], s->vol_mag);
    uint32_t inside = 0;
    for (unsigned i = 0; i < 8; i++)
        if (axis[0].inside[i & 1] && axis[1].inside[i >> 1 & 1] && axis[2].inside[i >> 2])
            inside += tap_weight(&axis[0], &axis[1], &axis[2], i);
    return (float)(0x1000000 - inside) * 0x1p-24f;
}
