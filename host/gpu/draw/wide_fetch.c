/* Fetches of compiled shaders. Vertices: the common formats in line, the others through the
 * interpreter's functions. Textures: point and linear filters over cached images; all else
 * through the interpreter, a quad at a time. Built for AVX2. */
#include "gpu/draw/texture_cache.h"
#include "gpu/draw/wide_math.h"

#include "gpu/draw/arith.h"

/* --- common --- */

static __m256 slot_mask(const struct xg_wide *w)
{
    return _mm256_load_ps((const float *)w->mask);
}

/* Through a destination swizzle, under the slot's mask; notes NaNs and drops denormals. */
static inline void write_fetch(struct xg_wide *w, const uint32_t *f, uint32_t swizzle,
                               const xg_wide_value value)
{
    __m256 mask = slot_mask(w), nan = _mm256_setzero_ps();
    uint32_t dst = f[XG_UF_VFETCH_DST];
    if (f[XG_UF_VFETCH_DST_REL])
        dst = (uint32_t)((int32_t)dst + w->al) & (XG_TEMPS - 1);
    for (unsigned c = 0; c < 4; c++) {
        unsigned choice = swizzle >> 3 * c & 7;
        if (choice == 7)
            continue;
        __m256 v = _mm256_set1_ps(choice == 5 ? 1.0f : 0.0f);
        if (choice < 4)
            v = _mm256_load_ps(value[choice]);
        __m256 magnitude = _mm256_and_ps(v, _mm256_castsi256_ps(_mm256_set1_epi32(0x7F800000)));
        __m256 tiny = _mm256_castsi256_ps(
            _mm256_cmpeq_epi32(_mm256_castps_si256(magnitude), _mm256_setzero_si256()));
        v = _mm256_andnot_ps(_mm256_andnot_ps(_mm256_set1_ps(-0.0f), tiny), v);
        nan = _mm256_or_ps(nan, _mm256_cmp_ps(v, v, _CMP_UNORD_Q));
        __m256 old = _mm256_load_ps(w->r[dst][c]);
        _mm256_store_ps(w->r[dst][c], _mm256_blendv_ps(old, v, mask));
    }
    if (_mm256_movemask_ps(_mm256_and_ps(nan, mask)))
        w->poisoned = true;
}

/* The same for numbers that are neither. */
static inline void write_texels(struct xg_wide *w, const uint32_t *f, const __m256 value[4])
{
    __m256 mask = slot_mask(w);
    uint32_t dst = f[XG_UF_TFETCH_DST], swizzle = f[XG_UF_TFETCH_DST_SWIZZLE];
    if (f[XG_UF_TFETCH_DST_REL])
        dst = (uint32_t)((int32_t)dst + w->al) & (XG_TEMPS - 1);
    for (unsigned c = 0; c < 4; c++) {
        unsigned choice = swizzle >> 3 * c & 7;
        if (choice == 7)
            continue;
        __m256 v = choice < 4 ? value[choice] : _mm256_set1_ps(choice == 5 ? 1.0f : 0.0f);
        _mm256_store_ps(w->r[dst][c], _mm256_blendv_ps(_mm256_load_ps(w->r[dst][c]), v, mask));
    }
}

/* --- vertices --- */

/* Big-endian singles that lie in one page, the usual case. */
static bool plain_floats(const uint32_t *f, const uint32_t constant[2], unsigned *count)
{
    static const uint8_t floats[64] = {[36] = 1, [37] = 2, [38] = 4, [57] = 3};
    *count = floats[f[XG_UF_VFETCH_FORMAT] & 63];
    return *count && (constant[1] & 3) == 2 && !f[XG_UF_VFETCH_EXP_ADJUST];
}

static void fetch_floats(struct xg_wide *w, const uint32_t *f, const uint32_t constant[2],
                         unsigned count, xg_wide_value value)
{
    uint32_t base = constant[0] & 0x1FFFFFFC, offset = 4 * f[XG_UF_VFETCH_OFFSET];
    uint32_t size = 4 * (constant[1] >> 2 & 0xFFFFFF), bytes = 4 * count;
    for (unsigned l = 0; l < XG_WIDE; l++) {
        uint32_t address = w->vfetch.address[l] + offset;
        float out[4] = {0};
        if (address - base <= size - bytes && size >= bytes && (address & 4095) <= 4096 - bytes) {
            const uint8_t *p = xg_view_at(w->env->view, address);
            for (unsigned c = 0; c < count; c++)
                value[c][l] = xg_bits_float(xg_ld32be(p + 4 * c));
            continue;
        }
        xg_vertex_element(f, w->env, constant, address, out);
        for (unsigned c = 0; c < 4; c++)
            value[c][l] = out[c];
    }
}

void xg_wide_vertex_fetch(struct xg_wide *w, const struct xg_slot *slot)
{
    const uint32_t *f = slot->fetch.f;
    xg_wide_value value;
    unsigned floats;
    memset(value, 0, sizeof value);
    if (!_mm256_movemask_ps(slot_mask(w)))
        return;
    bool mini = f[XG_UF_VFETCH_MINI];
    if (!mini)
        w->vfetch.constant = 3 * f[XG_UF_VFETCH_CONST] + f[XG_UF_VFETCH_CONST_SEL];
    uint32_t number = w->vfetch.constant;
    const uint32_t *constant = number < 96 ? w->env->fetch + 2 * number : NULL;
    if (!constant || (constant[0] & 3) != 3) {
        xg_draw_warn(w->env->warnings, XG_WARN_VERTEX_CONSTANT, number);
        write_fetch(w, f, f[XG_UF_VFETCH_DST_SWIZZLE], value);
        return;
    }
    uint32_t src = f[XG_UF_VFETCH_SRC];
    if (f[XG_UF_VFETCH_SRC_REL])
        src = (uint32_t)((int32_t)src + w->al) & (XG_TEMPS - 1);
    const float *index = w->r[src][f[XG_UF_VFETCH_SRC_SWIZZLE]];
    for (unsigned l = 0; l < XG_WIDE && !mini; l++)
        if (w->mask[l])
            w->vfetch.address[l] =
                (constant[0] & 0x1FFFFFFC) +
                4 * f[XG_UF_VFETCH_STRIDE] * xg_vertex_index(index[l], f[XG_UF_VFETCH_ROUNDED]);
    if (plain_floats(f, constant, &floats)) {
        fetch_floats(w, f, constant, floats, value);
    } else {
        bool known = true;
        for (unsigned l = 0; l < XG_WIDE && known; l++) {
            float out[4] = {0};
            known = xg_vertex_element(f, w->env, constant,
                                      w->vfetch.address[l] + 4 * f[XG_UF_VFETCH_OFFSET], out);
            for (unsigned c = 0; c < 4; c++)
                value[c][l] = out[c];
        }
        if (!known)
            xg_draw_warn(w->env->warnings, XG_WARN_VERTEX_FORMAT, f[XG_UF_VFETCH_FORMAT]);
    }
    write_fetch(w, f, f[XG_UF_VFETCH_DST_SWIZZLE], value);
}

/* --- textures, the interpreter's way --- */

static void copy_quad(struct xg_wide *w, struct xg_lanes *lanes, uint32_t reg, unsigned first,
                      bool back)
{
    for (unsigned c = 0; c < 4; c++)
        memcpy(back ? w->r[reg][c] + first : lanes->r[reg][c],
               back ? lanes->r[reg][c] : w->r[reg][c] + first, 4 * sizeof(float));
}

static void copy_state(struct xg_wide *w, struct xg_lanes *lanes, unsigned first, bool back)
{
    for (unsigned l = 0; l < 4; l++) {
        *(back ? &w->lod[first + l] : &lanes->lod[l]) = back ? lanes->lod[l] : w->lod[first + l];
        for (unsigned i = 0; i < 3; i++) {
            *(back ? &w->grad_h[i][first + l] : &lanes->grad_h[i][l]) =
                back ? lanes->grad_h[i][l] : w->grad_h[i][first + l];
            *(back ? &w->grad_v[i][first + l] : &lanes->grad_v[i][l]) =
                back ? lanes->grad_v[i][l] : w->grad_v[i][first + l];
        }
    }
}

static void interpret_fetch(struct xg_wide *w, const struct xg_slot *slot)
{
    const uint32_t *f = slot->fetch.f;
    struct xg_lanes *lanes = w->scratch;
    uint32_t src = f[XG_UF_TFETCH_SRC], dst = f[XG_UF_TFETCH_DST];
    if (f[XG_UF_TFETCH_SRC_REL])
        src = (uint32_t)((int32_t)src + w->al) & (XG_TEMPS - 1);
    if (f[XG_UF_TFETCH_DST_REL])
        dst = (uint32_t)((int32_t)dst + w->al) & (XG_TEMPS - 1);
    lanes->al = w->al;
    for (unsigned q = 0; q < 2; q++) {
        unsigned first = 4 * q;
        uint8_t mask = 0;
        for (unsigned l = 0; l < 4; l++)
            mask |= (uint8_t)((w->mask[first + l] & 1) << l);
        if (!mask)
            continue;
        copy_quad(w, lanes, src, first, false);
        if (src != dst)
            copy_quad(w, lanes, dst, first, false);
        copy_state(w, lanes, first, false);
        xg_texture_fetch(&slot->fetch, w->env, w->quad, lanes, mask);
        copy_quad(w, lanes, dst, first, true);
        copy_state(w, lanes, first, true);
    }
    __m256 nan = _mm256_setzero_ps();
    for (unsigned c = 0; c < 4; c++) {
        __m256 v = _mm256_load_ps(w->r[dst][c]);
        nan = _mm256_or_ps(nan, _mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    }
    if (_mm256_movemask_ps(nan))
        w->poisoned = true;
}

/* --- textures, eight at a time --- */

struct sampler {
    const uint32_t *f;
    const struct xg_texture *t;
    struct xg_texture_image *image;
    uint8_t mag, min, mip;
    bool unnormalized, cube, register_lod, computed;
    double offset[2], bias;
    double width, height;    /* scale of gradients */
    double scale_h, scale_v; /* of their squares */
    const float *u, *v, *face;
};

static uint8_t override_with(uint32_t instruction, uint8_t constant)
{
    return instruction == 3 ? constant : (uint8_t)instruction;
}

/* A texel index can be clamped in vectors. */
static bool simple_clamp(unsigned mode, uint32_t size)
{
    return mode == 2 || mode == 3 || (mode < 2 && !(size & (size - 1)));
}

static bool prepare(struct sampler *s, struct xg_wide *w, const uint32_t *f)
{
    uint32_t number = f[XG_UF_TFETCH_CONST];
    const struct xg_texture *t = xg_texture_of(w->env, number);
    s->f = f;
    s->t = t;
    s->image = w->env->textures->image[number];
    if (f[XG_UF_TFETCH_OPCODE] != XG_FOP_TFETCH || !s->image || t->stacked ||
        f[XG_UF_TFETCH_USE_REGISTER_GRADIENTS] || t->exp_adjust || f[XG_UF_TFETCH_SRC_REL])
        return false;
    s->cube = t->dimension == XG_TEX_CUBE;
    s->mag = override_with(f[XG_UF_TFETCH_MAG], t->mag);
    s->min = override_with(f[XG_UF_TFETCH_MIN], t->min);
    s->mip = override_with(f[XG_UF_TFETCH_MIP], t->mip);
    if (xg_texture_anisotropy(f, t) > 1)
        return false;
    for (unsigned i = 0; i < 2 && !s->cube; i++)
        if (!simple_clamp(t->clamp[i], i ? t->level[0].height : t->level[0].width))
            return false;
    s->unnormalized =
        !s->cube && f[XG_UF_TFETCH_UNNORMALIZED] && t->clamp[0] >= 2 && t->clamp[1] >= 2;
    s->offset[0] = 0.5 * (int32_t)f[XG_UF_TFETCH_OFFSET_X];
    s->offset[1] = 0.5 * (int32_t)f[XG_UF_TFETCH_OFFSET_Y];
    s->bias = t->lod_bias / 32.0 + (int32_t)f[XG_UF_TFETCH_LOD_BIAS] / 16.0;
    s->register_lod = f[XG_UF_TFETCH_USE_REGISTER_LOD];
    s->computed = f[XG_UF_TFETCH_USE_COMPUTED_LOD] && (t->last_level > 0 || s->mag != s->min);
    s->width = s->unnormalized ? 1 : t->level[0].width;
    s->height = s->unnormalized ? 1 : t->level[0].height;
    s->scale_h = xg_gradient_scale(t->grad_exp_h);
    s->scale_v = xg_gradient_scale(t->grad_exp_v);
    const xg_wide_value *r = &w->r[f[XG_UF_TFETCH_SRC]];
    uint32_t swizzle = f[XG_UF_TFETCH_SRC_SWIZZLE];
    s->u = (*r)[swizzle & 3];
    s->v = (*r)[swizzle >> 2 & 3];
    s->face = (*r)[swizzle >> 4 & 3];
    return true;
}

/* Squared lengths, in texels of level 0, of the gradients (across, down, -, -) of a quad. */
static inline __m128d gradients(const struct sampler *s, const float *u, const float *v)
{
    double4 pu = _mm256_cvtps_pd(_mm_loadu_ps(u)), pv = _mm256_cvtps_pd(_mm_loadu_ps(v));
    /* lanes 1 and 2 less lane 0 */
    __m128d du = _mm256_castpd256_pd128(_mm256_permute4x64_pd(pu, 0x09));
    __m128d dv = _mm256_castpd256_pd128(_mm256_permute4x64_pd(pv, 0x09));
    du = _mm_sub_pd(du, _mm_set1_pd(_mm256_cvtsd_f64(pu)));
    dv = _mm_sub_pd(dv, _mm_set1_pd(_mm256_cvtsd_f64(pv)));
    du = _mm_mul_pd(du, _mm_set1_pd(s->width));
    dv = _mm_mul_pd(dv, _mm_set1_pd(s->height));
    __m128d sum = _mm_add_pd(_mm_mul_pd(du, du), _mm_mul_pd(dv, dv));
    return _mm_mul_pd(sum, _mm_set_pd(s->scale_v, s->scale_h));
}

/* xg_lod_log2 of two numbers. */
static inline __m128d lod_log2(__m128 x)
{
    const __m128d one = _mm_set1_pd(1);
    __m128i u = _mm_castps_si128(x);
    __m128d f = _mm_mul_pd(_mm_cvtepi32_pd(_mm_and_si128(u, _mm_set1_epi32(0x7FFFFF))),
                           _mm_set1_pd(0x1p-23));
    __m128d e = _mm_cvtepi32_pd(_mm_sub_epi32(_mm_srli_epi32(u, 23), _mm_set1_epi32(127)));
    __m128d low = _mm_add_pd(_mm_set1_pd(XG_LOD_A), _mm_mul_pd(_mm_set1_pd(XG_LOD_B), f));
    __m128d high = _mm_add_pd(_mm_set1_pd(XG_LOD_C), _mm_mul_pd(_mm_set1_pd(XG_LOD_D), f));
    __m128d p = _mm_add_pd(low, _mm_mul_pd(_mm_mul_pd(f, f), high));
    p = _mm_mul_pd(_mm_mul_pd(f, _mm_sub_pd(one, f)), p);
    return _mm_add_pd(e, _mm_add_pd(f, p));
}

/* The LOD of each quad; false: it differs within a quad, or is extreme. */
static inline bool quad_lods(const struct sampler *s, const struct xg_wide *w, double lod[2])
{
    lod[0] = lod[1] = s->bias;
    if (s->register_lod)
        for (unsigned q = 0; q < 2; q++) {
            const float *l = w->lod + 4 * q;
            if (l[0] != l[1] || l[0] != l[2] || l[0] != l[3])
                return false;
            lod[q] += (double)l[0];
        }
    if (!s->computed || !w->quad)
        return true;
    __m128d first = gradients(s, s->u, s->v), second = gradients(s, s->u + 4, s->v + 4);
    __m128d longest = _mm_max_pd(_mm_unpacklo_pd(first, second), _mm_unpackhi_pd(first, second));
    __m128d in = _mm_and_pd(_mm_cmpgt_pd(longest, _mm_set1_pd(0x1p-60)),
                            _mm_cmple_pd(longest, _mm_set1_pd(0x1p60)));
    if (_mm_movemask_pd(in) != 3)
        return false;
    __m128d l = _mm_mul_pd(lod_log2(_mm_cvtpd_ps(longest)), _mm_set1_pd(0.5));
    l = _mm_add_pd(_mm_loadu_pd(lod), l);
    _mm_storeu_pd(lod, l);
    return true;
}

/* What a quad samples: one level or two, with one filter. */
struct choice {
    unsigned level;
    uint32_t weight; /* of the next level, 1/256 */
    bool linear;
};

static inline struct choice choose_level(const struct sampler *s, double wanted)
{
    const struct xg_texture *t = s->t;
    double lod = wanted;
    if (!(lod > t->first_level))
        lod = t->first_level;
    if (lod > t->last_level)
        lod = t->last_level;
    struct choice c = {.linear = (!(wanted > 0) ? s->mag : s->min) == 1};
    c.level = s->mip == 2 ? 0 : (unsigned)(s->mip == 1 ? lod : lod + 0.5);
    c.weight = s->mip == 1 ? (uint32_t)((lod - c.level) * 256) : 0;
    return c;
}

static inline __m256i clamp_index(__m256i i, __m256i size, __m256i last, unsigned mode)
{
    const __m256i zero = _mm256_setzero_si256();
    switch (mode) {
    case 0:
        return _mm256_and_si256(i, last);
    case 1: { /* the bit above the index mirrors */
        __m256i straight = _mm256_cmpeq_epi32(_mm256_and_si256(i, size), zero);
        return _mm256_and_si256(
            _mm256_xor_si256(i, _mm256_andnot_si256(straight, _mm256_set1_epi32(-1))), last);
    }
    case 3: /* -1 - i for negative ones */
        i = _mm256_xor_si256(i, _mm256_srai_epi32(i, 31));
        return _mm256_min_epi32(i, last);
    default:
        return _mm256_min_epi32(_mm256_max_epi32(i, zero), last);
    }
}

static inline __m256i join(__m128i low, __m128i high)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}
/* a in the lanes of the first quad, b in those of the second. */
static inline __m256i by_quad(uint32_t a, uint32_t b)
{
    return join(_mm_set1_epi32((int)a), _mm_set1_epi32((int)b));
}
static inline __m256 by_quad_float(float a, float b)
{
    return _mm256_set_m128(_mm_set1_ps(b), _mm_set1_ps(a));
}

struct taps {
    __m256i at[4]; /* texel indices */
    __m256i wx, wy;
};

/* Positions of an axis in 1/256 texel, before the floor. */
static inline __m256 fixed_axis(const struct sampler *s, const float *coordinate, __m256i size,
                                double offset, __m256 bias)
{
    __m256 at = _mm256_load_ps(coordinate);
    if (s->cube)
        at = _mm256_sub_ps(at, _mm256_set1_ps(1));
    if (!s->unnormalized)
        at = _mm256_mul_ps(at, _mm256_cvtepi32_ps(size));
    if (offset != 0)
        at = _mm256_add_ps(at, _mm256_set1_ps((float)offset));
    return _mm256_sub_ps(_mm256_mul_ps(at, _mm256_set1_ps(256)), bias);
}

static inline bool find_taps(const struct sampler *s, const unsigned level[2], const bool linear[2],
                             struct taps *out)
{
    const struct xg_texture_level *l[2] = {&s->t->level[level[0]], &s->t->level[level[1]]};
    const __m256i one = _mm256_set1_epi32(1), far = _mm256_set1_epi32(linear[0] | linear[1]);
    if (s->unnormalized && (level[0] | level[1]))
        return false; /* levels are scaled in double there */
    __m256i w = by_quad(l[0]->width, l[1]->width), h = by_quad(l[0]->height, l[1]->height);
    __m256 bias = by_quad_float(linear[0] ? 127.5f : 0, linear[1] ? 127.5f : 0);
    __m256 x = fixed_axis(s, s->u, w, s->offset[0], bias);
    __m256 y = fixed_axis(s, s->v, h, s->offset[1], bias);
    const __m256 sign = _mm256_set1_ps(-0.0f), limit = _mm256_set1_ps(0x1p30f);
    __m256 in = _mm256_and_ps(_mm256_cmp_ps(_mm256_andnot_ps(sign, x), limit, _CMP_LT_OQ),
                              _mm256_cmp_ps(_mm256_andnot_ps(sign, y), limit, _CMP_LT_OQ));
    if (_mm256_movemask_ps(in) != 255)
        return false;
    __m256i fx = _mm256_cvttps_epi32(_mm256_floor_ps(x)),
            fy = _mm256_cvttps_epi32(_mm256_floor_ps(y));
    __m256i weight = by_quad(linear[0] ? 255 : 0, linear[1] ? 255 : 0);
    out->wx = _mm256_and_si256(fx, weight);
    out->wy = _mm256_and_si256(fy, weight);
    fx = _mm256_srai_epi32(fx, 8);
    fy = _mm256_srai_epi32(fy, 8);
    __m256i last_x = _mm256_sub_epi32(w, one), last_y = _mm256_sub_epi32(h, one);
    unsigned mode_x = s->cube ? 2 : s->t->clamp[0], mode_y = s->cube ? 2 : s->t->clamp[1];
    __m256i x0 = clamp_index(fx, w, last_x, mode_x);
    __m256i x1 = clamp_index(_mm256_add_epi32(fx, far), w, last_x, mode_x);
    __m256i y0 = clamp_index(fy, h, last_y, mode_y);
    __m256i y1 = clamp_index(_mm256_add_epi32(fy, far), h, last_y, mode_y);
    __m256i base = by_quad(s->image->offset[level[0]], s->image->offset[level[1]]);
    if (s->cube) {
        __m256 f = _mm256_floor_ps(_mm256_load_ps(s->face)); /* a NaN gives 0 */
        f = _mm256_min_ps(_mm256_max_ps(f, _mm256_setzero_ps()), _mm256_set1_ps(5));
        base = _mm256_add_epi32(
            base, _mm256_mullo_epi32(_mm256_cvttps_epi32(f), _mm256_mullo_epi32(w, h)));
    }
    y0 = _mm256_add_epi32(_mm256_mullo_epi32(y0, w), base);
    y1 = _mm256_add_epi32(_mm256_mullo_epi32(y1, w), base);
    out->at[0] = _mm256_add_epi32(y0, x0);
    out->at[1] = _mm256_add_epi32(y0, x1);
    out->at[2] = _mm256_add_epi32(y1, x0);
    out->at[3] = _mm256_add_epi32(y1, x1);
    return true;
}

static inline __m256i gather(const struct sampler *s, __m256i at)
{
    return _mm256_i32gather_epi32((const int *)s->image->texels, at, 4);
}

/* Pairs (left, right) of a component in the halves of each dword: r and b of two texels. */
static inline void pair_up(__m256i left, __m256i right, __m256i pair[2])
{
    pair[0] = _mm256_blend_epi16(left, _mm256_slli_epi32(right, 16), 0xAA);
    pair[1] = _mm256_blend_epi16(_mm256_srli_epi32(left, 16), right, 0xAA);
}

static inline void row(__m256i left, __m256i right, __m256i weights, __m256i out[4])
{
    const __m256i bytes = _mm256_set1_epi32(0x00FF00FF);
    __m256i rb[2], ga[2];
    pair_up(_mm256_and_si256(left, bytes), _mm256_and_si256(right, bytes), rb);
    pair_up(_mm256_and_si256(_mm256_srli_epi32(left, 8), bytes),
            _mm256_and_si256(_mm256_srli_epi32(right, 8), bytes), ga);
    out[0] = _mm256_madd_epi16(rb[0], weights);
    out[2] = _mm256_madd_epi16(rb[1], weights);
    out[1] = _mm256_madd_epi16(ga[0], weights);
    out[3] = _mm256_madd_epi16(ga[1], weights);
}

/* Texels at `at` and the ones right of them. */
static inline void gather_pairs(const struct sampler *s, __m256i at, __m256i *left, __m256i *right)
{
    const long long *texels = (const long long *)(const void *)s->image->texels;
    __m256i low = _mm256_i32gather_epi64(texels, _mm256_castsi256_si128(at), 4);
    __m256i high = _mm256_i32gather_epi64(texels, _mm256_extracti128_si256(at, 1), 4);
    __m256 a = _mm256_castsi256_ps(low), b = _mm256_castsi256_ps(high);
    *left = _mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88)), 0xD8);
    *right = _mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xDD)), 0xD8);
}

/* Sums of components with weights of 1/65536, exact. */
static inline void filter(const struct sampler *s, const struct taps *t, bool linear,
                          __m256i sum[4])
{
    if (!linear) {
        __m256i first = gather(s, t->at[0]);
        for (unsigned c = 0; c < 4; c++)
            sum[c] = _mm256_slli_epi32(
                _mm256_and_si256(_mm256_srli_epi32(first, 8 * (int)c), _mm256_set1_epi32(255)), 16);
        return;
    }
    __m256i weights = _mm256_or_si256(_mm256_sub_epi32(_mm256_set1_epi32(256), t->wx),
                                      _mm256_slli_epi32(t->wx, 16));
    __m256i above[4], below[4];
    __m256i next = _mm256_cmpeq_epi32(_mm256_add_epi32(t->at[0], _mm256_set1_epi32(1)), t->at[1]);
    if (_mm256_movemask_epi8(next) == -1) {
        __m256i left, right;
        gather_pairs(s, t->at[0], &left, &right);
        row(left, right, weights, above);
        gather_pairs(s, t->at[2], &left, &right);
        row(left, right, weights, below);
    } else { /* at an edge */
        row(gather(s, t->at[0]), gather(s, t->at[1]), weights, above);
        row(gather(s, t->at[2]), gather(s, t->at[3]), weights, below);
    }
    for (unsigned c = 0; c < 4; c++)
        sum[c] = _mm256_add_epi32(_mm256_slli_epi32(above[c], 8),
                                  _mm256_mullo_epi32(_mm256_sub_epi32(below[c], above[c]), t->wy));
}

static inline bool sample_level(const struct sampler *s, const unsigned level[2],
                                const bool linear[2], __m256i sum[4])
{
    struct taps t;
    if (!find_taps(s, level, linear, &t))
        return false;
    filter(s, &t, linear[0] | linear[1], sum);
    return true;
}

/* Sums with weights of 1/65536, or 2^-24 when two levels are mixed, as xg_texture_sample has
 * them: to single, rounded to nearest, then divided. */
static inline __m256 finish(__m256i first, __m256i second, __m256i weight, bool mixed)
{
    if (!mixed)
        return _mm256_div_ps(_mm256_cvtepi32_ps(first), _mm256_set1_ps(255.0f * 65536));
    __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(first, 8),
                                   _mm256_mullo_epi32(_mm256_sub_epi32(second, first), weight));
    /* 32 bits without a sign: the halves are exact, so is the product; one rounding */
    __m256 high =
        _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_srli_epi32(sum, 16)), _mm256_set1_ps(65536));
    __m256 low = _mm256_cvtepi32_ps(_mm256_and_si256(sum, _mm256_set1_epi32(0xFFFF)));
    return _mm256_div_ps(_mm256_add_ps(high, low), _mm256_set1_ps(255.0f * 16777216));
}

static inline bool sample(struct xg_wide *w, const struct sampler *s, __m256 out[4])
{
    const struct xg_texture *t = s->t;
    double lod[2];
    __m256i first[4], second[4] = {_mm256_setzero_si256()};
    struct choice c[2];
    if (!quad_lods(s, w, lod))
        return false;
    for (unsigned q = 0; q < 2; q++) {
        c[q] = choose_level(s, lod[q]);
        for (unsigned m = c[q].level; m <= c[q].level + (c[q].weight != 0); m++)
            if (!xg_texture_cache_level(w->env->textures->cache, s->image, t, m, w->env->view))
                return false;
    }
    const unsigned level[2] = {c[0].level, c[1].level};
    const bool linear[2] = {c[0].linear, c[1].linear};
    bool mixed = c[0].weight | c[1].weight;
    const __m256i weight = by_quad(c[0].weight, c[1].weight);
    if (!sample_level(s, level, linear, first))
        return false;
    if (mixed) {
        const unsigned next[2] = {c[0].level + (c[0].weight != 0), c[1].level + (c[1].weight != 0)};
        if (!sample_level(s, next, linear, second))
            return false;
    }
    for (unsigned i = 0; i < 4; i++) {
        unsigned choice = t->swizzle[i];
        __m256 v = _mm256_set1_ps(choice == 5 ? 1.0f : 0.0f);
        if (choice < 4)
            v = finish(first[choice], second[choice], weight, mixed);
        out[i] = v;
    }
    return true;
}

void xg_wide_texture_fetch(struct xg_wide *w, const struct xg_slot *slot)
{
    /* What the fetches of a draw have in common is found once. */
    struct plan {
        const struct xg_slot *slot;
        uint64_t serial;
        bool ok;
        struct sampler s;
    } *plan = (struct plan *)(void *)w->plans[slot->number % XG_WIDE_PLANS];
    _Static_assert(sizeof(struct plan) <= sizeof w->plans[0], "a plan fits");
    __m256 value[4];
    if (!_mm256_movemask_ps(slot_mask(w)))
        return;
    if (plan->slot != slot || plan->serial != w->serial || !w->serial) {
        plan->slot = slot;
        plan->serial = w->serial;
        plan->ok = prepare(&plan->s, w, slot->fetch.f);
    }
    if (plan->ok && sample(w, &plan->s, value))
        write_texels(w, slot->fetch.f, value);
    else
        interpret_fetch(w, slot);
}
