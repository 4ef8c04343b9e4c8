/* Output merger: alpha test, alpha to mask, depth and stencil, blending, colour mask. */
#include "gpu/draw/format.h"
#include "gpu/draw/state.h"

static bool compare(unsigned func, bool less, bool equal)
{
    unsigned kind = less ? 1 : equal ? 2 : 4;
    return func & kind;
}

/* --- depth and stencil --- */

static uint32_t stencil_op(unsigned op, uint32_t old, uint32_t ref)
{
    switch (op) {
    case 0:
        return old;
    case 1:
        return 0;
    case 2:
        return ref;
    case 3:
        return old < 255 ? old + 1 : 255;
    case 4:
        return old ? old - 1 : 0;
    case 5:
        return ~old & 255;
    case 6:
        return (old + 1) & 255;
    default:
        return (old - 1) & 255;
    }
}

static uint32_t *depth_word(struct xg_draw *r, uint32_t column, uint32_t row, bool write)
{
    const struct xg_setup *s = &r->setup;
    /* Depth surfaces exchange the halves of each tile's columns. */
    uint32_t in_tile = column % 80;
    column += in_tile < 40 ? 40 : (uint32_t)-40;
    return xg_tiles_word(r->tiles, s->depth_base, s->tile_pitch, column, row, write);
}

/* Column and row of a sample in a 32-bit surface. */
static void sample_place(const struct xg_setup *s, const struct xg_quad *q, unsigned p, unsigned n,
                         uint32_t *column, uint32_t *row)
{
    uint32_t x = (uint32_t)q->x + (p & 1), y = (uint32_t)q->y + (p >> 1);
    *column = s->msaa == 2 ? x << 1 | n >> 1 : x;
    *row = s->msaa ? y << 1 | (n & 1) : y;
}

static bool depth_stencil(struct xg_draw *r, const struct xg_quad *q, unsigned p, unsigned n,
                          float z)
{
    const struct xg_setup *s = &r->setup;
    uint32_t column, row, control = s->depth_control;
    sample_place(s, q, p, n, &column, &row);
    uint32_t *word = depth_word(r, column, row, false);
    uint32_t old = *word, old_depth = old >> 8, old_stencil = old & 255;
    uint32_t depth = s->depth_float ? xg_float_20e4(z) : xg_float_d24(z);
    bool z_pass = true, stencil_pass = true;
    if (s->depth_on)
        z_pass = compare(xg_bits(control, 4, 3), depth < old_depth, depth == old_depth);
    uint32_t stencil = old_stencil;
    if (s->stencil_on) {
        bool two_sided = control >> 7 & 1;
        unsigned shift = q->back && two_sided ? 20 : 8;
        uint32_t mask = q->back ? s->stencil_back : s->stencil_front;
        uint32_t ref = mask & 255, read = mask >> 8 & 255, wm = mask >> 16 & 255;
        stencil_pass = compare(xg_bits(control, shift, 3), (ref & read) < (old_stencil & read),
                               (ref & read) == (old_stencil & read));
        unsigned op = !stencil_pass ? 3 : z_pass ? 6 : 9;
        stencil = stencil_op(xg_bits(control, shift + op, 3), old_stencil, ref);
        stencil = (old_stencil & ~wm) | (stencil & wm);
    }
    bool pass = z_pass && stencil_pass;
    r->stats.stencil_failed += !stencil_pass;
    r->stats.z_failed += stencil_pass && !z_pass;
    uint32_t fresh = (pass && s->depth_write ? depth : old_depth) << 8 | stencil;
    if (fresh != old)
        *depth_word(r, column, row, true) = fresh;
    return pass;
}

static uint32_t test_samples(struct xg_draw *r, const struct xg_quad *q, const struct xg_lanes *out)
{
    uint32_t passed = 0;
    if (!r->setup.depth_on && !r->setup.stencil_on)
        return q->coverage;
    for (uint32_t left = q->coverage; left; left &= left - 1) {
        unsigned bit = (unsigned)__builtin_ctz(left), p = bit >> 2, n = bit & 3;
        float z = q->z[p][n];
        if (out && out->written[p] >> XG_EXPORT_DEPTH & 1)
            z = out->out[XG_EXPORT_DEPTH][0][p];
        if (depth_stencil(r, q, p, n, z))
            passed |= 1u << bit;
    }
    return passed;
}

uint32_t xg_rop_early(struct xg_draw *r, struct xg_quad *q)
{
    q->coverage = test_samples(r, q, NULL);
    if (!r->setup.any_color)
        r->stats.samples += (uint64_t)__builtin_popcount(q->coverage);
    return q->coverage;
}

/* --- alpha --- */

static bool alpha_passes(const struct xg_setup *s, float a)
{
    unsigned func = s->color_control & 7;
    if (a != a || s->alpha_ref != s->alpha_ref)
        return func == 5 || func == 7;
    return compare(func, a < s->alpha_ref, a == s->alpha_ref);
}

/* Samples of a pixel that alpha to mask keeps. Thresholds in sixteenths. */
static uint32_t alpha_mask(const struct xg_setup *s, float a, int32_t x, int32_t y)
{
    static const uint8_t base[3][4] = {{16}, {8, 16}, {12, 4, 8, 16}};
    static const uint8_t step[3] = {4, 2, 1};
    unsigned index = (unsigned)(x & 1) * 2 + (unsigned)(y & 1);
    unsigned offset = s->color_control >> (24 + 2 * index) & 3;
    uint32_t kept = 0;
    for (unsigned n = 0; n < s->samples; n++) {
        float threshold = (float)(base[s->msaa][n] - offset * step[s->msaa]) / 16.0f;
        if (a >= threshold)
            kept |= 1u << n;
    }
    return kept;
}

/* Kill, alpha test, alpha to mask. */
static uint32_t pixel_tests(const struct xg_draw *r, const struct xg_quad *q,
                            const struct xg_lanes *out)
{
    const struct xg_setup *s = &r->setup;
    uint32_t coverage = q->coverage;
    for (unsigned p = 0; p < 4; p++) {
        bool written = out->written[p] & 1;
        float a = out->out[XG_EXPORT_COLOR0][3][p];
        if (out->killed >> p & 1)
            coverage &= ~(15u << 4 * p);
        if (!written)
            continue;
        if (s->color_control & 8 && !alpha_passes(s, a))
            coverage &= ~(15u << 4 * p);
        if (s->color_control & 16)
            coverage &= ~(15u << 4 * p) |
                        alpha_mask(s, a, q->x + (int)(p & 1), q->y + (int)(p >> 1)) << 4 * p;
    }
    return coverage;
}

/* --- blending --- */

static float factor(unsigned code, const float src[4], const float dst[4], const float k[4],
                    unsigned c)
{
    float v;
    switch (code & 30) {
    case 4:
        v = src[c];
        break;
    case 6:
        v = src[3];
        break;
    case 8:
        v = dst[c];
        break;
    case 10:
        v = dst[3];
        break;
    case 12:
        v = k[c];
        break;
    case 14:
        v = k[3];
        break;
    case 16:
        return c == 3 ? 1.0f : xg_min(src[3], xg_sub(1.0f, dst[3]));
    default:
        return code == 1 ? 1.0f : 0.0f;
    }
    return code & 1 ? xg_sub(1.0f, v) : v;
}

static float combine(unsigned op, float s, float sf, float d, float df)
{
    switch (op) {
    case 0:
        return xg_add(xg_mul(s, sf), xg_mul(d, df));
    case 1:
        return xg_sub(xg_mul(s, sf), xg_mul(d, df));
    case 2:
        return xg_min(s, d);
    case 3:
        return xg_max(s, d);
    case 4:
        return xg_sub(xg_mul(d, df), xg_mul(s, sf));
    default: /* undefined: as add */
        return xg_add(xg_mul(s, sf), xg_mul(d, df));
    }
}

void xg_blend(uint32_t control, const float source[4], const float dest[4], const float constant[4],
              bool clamp, float out[4])
{
    float s[4], k[4];
    for (unsigned c = 0; c < 4; c++) {
        s[c] = clamp ? xg_saturate(source[c]) : source[c];
        k[c] = clamp ? xg_saturate(constant[c]) : constant[c];
    }
    for (unsigned c = 0; c < 4; c++) {
        unsigned shift = c == 3 ? 16 : 0;
        float sf = factor(control >> shift & 31, s, dest, k, c);
        float df = factor(control >> (shift + 8) & 31, s, dest, k, c);
        float v = combine(control >> (shift + 5) & 7, s[c], sf, dest[c], df);
        out[c] = clamp ? xg_saturate(v) : v;
    }
}

/* Targets of 0..1; 16_16 fixed and 7e3 have their own ranges, floats none. */
static bool clamps(unsigned format)
{
    return format <= 2 || format == 10;
}

static void clamp_range(unsigned format, float v[4])
{
    for (unsigned c = 0; c < 4; c++) {
        if (format == 4 || format == 5)
            v[c] = v[c] != v[c] ? 0.0f : v[c] < -32.0f ? -32.0f : v[c] > 32.0f ? 32.0f : v[c];
        else if ((format == 3 || format == 12) && c < 3)
            v[c] = !(v[c] > 0.0f) ? 0.0f : v[c] > 31.875f ? 31.875f : v[c];
        else if (format == 3 || format == 12)
            v[c] = xg_saturate(v[c]);
    }
}

static void write_sample(struct xg_draw *r, const struct xg_target *t, const float color[4],
                         uint32_t column, uint32_t row)
{
    const struct xg_setup *s = &r->setup;
    uint32_t pitch = t->wide ? s->tile_pitch * 2 : s->tile_pitch;
    uint32_t *word =
        xg_tiles_word(r->tiles, t->base, pitch, t->wide ? column * 2 : column, row, true);
    float v[4] = {color[0], color[1], color[2], color[3]};
    uint32_t packed[2] = {0, 0};
    if (t->blending) {
        float dest[4], constant[4];
        for (unsigned c = 0; c < 4; c++)
            constant[c] = s->blend_constant[c];
        xg_color_unpack(t->format, word, dest);
        clamp_range(t->format, v);
        clamp_range(t->format, constant);
        xg_blend(t->blend, v, dest, constant, clamps(t->format), v);
        clamp_range(t->format, v);
    }
    xg_color_pack(t->format, v, packed);
    for (unsigned i = 0; i < 1u + t->wide; i++)
        word[i] = (word[i] & ~t->bits[i]) | (packed[i] & t->bits[i]);
}

static void write_target(struct xg_draw *r, unsigned index, const struct xg_quad *q,
                         const struct xg_lanes *out)
{
    const struct xg_target *t = &r->setup.target[index];
    for (uint32_t left = q->coverage; left; left &= left - 1) {
        unsigned bit = (unsigned)__builtin_ctz(left), p = bit >> 2;
        uint32_t column, row;
        float color[4];
        if (!(out->written[p] >> index & 1))
            continue;
        for (unsigned c = 0; c < 4; c++)
            color[c] = xg_scale(xg_flush(out->out[index][c][p]), t->exp_bias);
        sample_place(&r->setup, q, p, bit & 3, &column, &row);
        write_sample(r, t, color, column, row);
    }
}

void xg_rop_quad(struct xg_draw *r, struct xg_quad *q, const struct xg_lanes *out)
{
    if (!r->setup.early_tests) {
        q->coverage = pixel_tests(r, q, out);
        q->coverage = test_samples(r, q, out);
    }
    r->stats.samples += (uint64_t)__builtin_popcount(q->coverage);
    for (unsigned i = 0; i < 4; i++)
        if (r->setup.target[i].on)
            write_target(r, i, q, out);
}
