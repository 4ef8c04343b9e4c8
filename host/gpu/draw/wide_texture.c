/* Texture fetches of compiled shaders, eight lanes at a time: point and linear filters, both
 * kinds of mip filters, over cached images. All else goes through the interpreter. Built for
 * AVX2. */
#include "gpu/draw/texture_cache.h"
#include "gpu/draw/wide_math.h"

#include "gpu/draw/arith.h"

/* A level's numbers, for the lanes of one quad. */
struct level {
    __m128i width, height, last_x, last_y, base, slice;
    __m128 scale_x, scale_y; /* of coordinates */
};

/* What the fetches of a slot in a draw have in common. */
struct sampler {
    const struct xg_slot *slot;
    uint64_t serial;
    bool ok;
    bool unnormalized, cube, register_lod, computed;
    uint8_t mag, min, mip;
    uint32_t ready; /* levels that are right, a bit each */
    const struct xg_texture *t;
    struct xg_texture_image *image;
    float offset[2];
    double bias, first, last; /* of the LOD */
    double width, height;     /* scale of gradients */
    double scale[4];          /* of their squares: across, down, of both quads */
    const float *u, *v, *face;
    struct level level[XG_TEX_LEVELS];
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

static void prepare_levels(struct sampler *s)
{
    for (unsigned m = 0; m <= s->t->last_level; m++) {
        const struct xg_texture_level *l = &s->t->level[m];
        int w = (int)l->width, h = (int)l->height;
        float x = s->unnormalized ? 1 : (float)w, y = s->unnormalized ? 1 : (float)h;
        s->level[m] = (struct level){_mm_set1_epi32(w),
                                     _mm_set1_epi32(h),
                                     _mm_set1_epi32(w - 1),
                                     _mm_set1_epi32(h - 1),
                                     _mm_set1_epi32((int)s->image->offset[m]),
                                     _mm_set1_epi32(w * h),
                                     _mm_set1_ps(x),
                                     _mm_set1_ps(y)};
    }
}

static bool prepare(struct sampler *s, struct xg_wide *w, const uint32_t *f)
{
    uint32_t number = f[XG_UF_TFETCH_CONST];
    const struct xg_texture *t = xg_texture_of(w->env, number);
    s->t = t;
    s->image = w->env->textures->image[number];
    s->ready = 0;
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
    s->offset[0] = 0.5f * (float)(int32_t)f[XG_UF_TFETCH_OFFSET_X];
    s->offset[1] = 0.5f * (float)(int32_t)f[XG_UF_TFETCH_OFFSET_Y];
    s->bias = t->lod_bias / 32.0 + (int32_t)f[XG_UF_TFETCH_LOD_BIAS] / 16.0;
    s->first = t->first_level;
    s->last = t->last_level;
    s->register_lod = f[XG_UF_TFETCH_USE_REGISTER_LOD];
    s->computed =
        w->quad && f[XG_UF_TFETCH_USE_COMPUTED_LOD] && (t->last_level > 0 || s->mag != s->min);
    s->width = s->unnormalized ? 1 : t->level[0].width;
    s->height = s->unnormalized ? 1 : t->level[0].height;
    s->scale[0] = s->scale[2] = xg_gradient_scale(t->grad_exp_h);
    s->scale[1] = s->scale[3] = xg_gradient_scale(t->grad_exp_v);
    const xg_wide_value *r = &w->r[f[XG_UF_TFETCH_SRC]];
    uint32_t swizzle = f[XG_UF_TFETCH_SRC_SWIZZLE];
    s->u = (*r)[swizzle & 3];
    s->v = (*r)[swizzle >> 2 & 3];
    s->face = (*r)[swizzle >> 4 & 3];
    prepare_levels(s);
    return true;
}

/* --- level of detail --- */

/* Squares of the longer gradients of both quads, in texels of level 0. */
static inline __m128d longest_gradients(const struct sampler *s)
{
    const __m256i next = _mm256_set_epi32(0, 0, 0, 0, 6, 5, 2, 1); /* across, down */
    const __m256i here = _mm256_set_epi32(0, 0, 0, 0, 4, 4, 0, 0);
    __m256 u = _mm256_load_ps(s->u), v = _mm256_load_ps(s->v);
#define PICK(x, which) _mm256_cvtps_pd(_mm256_castps256_ps128(_mm256_permutevar8x32_ps(x, which)))
    double4 du = mul(sub(PICK(u, next), PICK(u, here)), all(s->width));
    double4 dv = mul(sub(PICK(v, next), PICK(v, here)), all(s->height));
#undef PICK
    double4 sum = mul(add(mul(du, du), mul(dv, dv)), _mm256_loadu_pd(s->scale));
    sum = _mm256_max_pd(sum, _mm256_permute_pd(sum, 5));
    return _mm256_castpd256_pd128(_mm256_permute4x64_pd(sum, 0x08));
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
static inline bool quad_lods(const struct sampler *s, const struct xg_wide *w, __m128d *lod)
{
    *lod = _mm_set1_pd(s->bias);
    if (s->register_lod) {
        const float *l = w->lod;
        for (unsigned q = 0; q < 8; q += 4)
            if (l[q] != l[q + 1] || l[q] != l[q + 2] || l[q] != l[q + 3])
                return false;
        *lod = _mm_add_pd(*lod, _mm_set_pd((double)l[4], (double)l[0]));
    }
    if (!s->computed)
        return true;
    __m128d longest = longest_gradients(s);
    __m128d in = _mm_and_pd(_mm_cmpgt_pd(longest, _mm_set1_pd(0x1p-60)),
                            _mm_cmple_pd(longest, _mm_set1_pd(0x1p60)));
    if (_mm_movemask_pd(in) != 3)
        return false;
    *lod = _mm_add_pd(*lod, _mm_mul_pd(lod_log2(_mm_cvtpd_ps(longest)), _mm_set1_pd(0.5)));
    return true;
}

static inline __m256i join(__m128i low, __m128i high)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

/* What the quads sample: one level each or two, with one filter. */
struct choice {
    uint32_t level[2], next[2];
    bool mixed;
    __m256i weight; /* of the next level, 1/256 */
    __m256i linear; /* masks */
};

static inline void choose_levels(const struct sampler *s, __m128d wanted, struct choice *c)
{
    /* where it is not above the first level it is the first, also as a NaN */
    __m128d lod = _mm_min_pd(_mm_max_pd(wanted, _mm_set1_pd(s->first)), _mm_set1_pd(s->last));
    __m128i level = _mm_setzero_si128(), weight = level;
    if (s->mip == 1) {
        level = _mm_cvttpd_epi32(lod);
        weight =
            _mm_cvttpd_epi32(_mm_mul_pd(_mm_sub_pd(lod, _mm_cvtepi32_pd(level)), _mm_set1_pd(256)));
    } else if (s->mip != 2) {
        level = _mm_cvttpd_epi32(_mm_add_pd(lod, _mm_set1_pd(0.5)));
    }
    uint64_t levels = (uint64_t)_mm_cvtsi128_si64(level);
    uint64_t weights = (uint64_t)_mm_cvtsi128_si64(weight);
    c->level[0] = (uint32_t)levels;
    c->level[1] = (uint32_t)(levels >> 32);
    c->next[0] = c->level[0] + ((uint32_t)weights != 0);
    c->next[1] = c->level[1] + (weights >> 32 != 0);
    c->mixed = weights != 0;
    c->weight = join(_mm_shuffle_epi32(weight, 0x00), _mm_shuffle_epi32(weight, 0x55));
    c->linear = _mm256_set1_epi32(s->mag == 1 ? -1 : 0);
    if (s->mag != s->min && (s->mag == 1 || s->min == 1)) {
        __m256d above = _mm256_castpd128_pd256(_mm_cmpgt_pd(wanted, _mm_setzero_pd()));
        __m256i shrunk = _mm256_castpd_si256(_mm256_permute4x64_pd(above, 0x50));
        c->linear = _mm256_xor_si256(c->linear, shrunk);
    }
}

static bool levels_are_right(struct sampler *s, struct xg_wide *w, uint32_t needed)
{
    for (uint32_t left = needed & ~s->ready; left; left &= left - 1) {
        unsigned m = (unsigned)__builtin_ctz(left);
        if (!xg_texture_cache_level(w->env->textures->cache, s->image, s->t, m, w->env->view))
            return false;
        s->ready |= 1u << m;
    }
    return true;
}

/* --- texels --- */

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

struct taps {
    __m256i at[4]; /* texel indices */
    __m256i wx, wy;
};

/* Positions of an axis in 1/256 texel, before the floor. */
static inline __m256 fixed_axis(const struct sampler *s, const float *coordinate, __m256 scale,
                                float offset, __m256 bias)
{
    __m256 at = _mm256_load_ps(coordinate);
    if (s->cube)
        at = _mm256_sub_ps(at, _mm256_set1_ps(1));
    at = _mm256_mul_ps(at, scale);
    if (offset != 0)
        at = _mm256_add_ps(at, _mm256_set1_ps(offset));
    return _mm256_sub_ps(_mm256_mul_ps(at, _mm256_set1_ps(256)), bias);
}

static inline bool find_taps(const struct sampler *s, const uint32_t level[2], __m256i linear,
                             struct taps *out)
{
    const struct level *a = &s->level[level[0]], *b = &s->level[level[1]];
    const __m256i far = _mm256_srli_epi32(linear, 31);
    if (s->unnormalized && (level[0] | level[1]))
        return false; /* levels are scaled in double there */
    __m256 bias = _mm256_and_ps(_mm256_castsi256_ps(linear), _mm256_set1_ps(127.5f));
    __m256 x = fixed_axis(s, s->u, _mm256_set_m128(b->scale_x, a->scale_x), s->offset[0], bias);
    __m256 y = fixed_axis(s, s->v, _mm256_set_m128(b->scale_y, a->scale_y), s->offset[1], bias);
    const __m256 sign = _mm256_set1_ps(-0.0f), limit = _mm256_set1_ps(0x1p30f);
    __m256 in = _mm256_and_ps(_mm256_cmp_ps(_mm256_andnot_ps(sign, x), limit, _CMP_LT_OQ),
                              _mm256_cmp_ps(_mm256_andnot_ps(sign, y), limit, _CMP_LT_OQ));
    if (_mm256_movemask_ps(in) != 255)
        return false;
    __m256i fx = _mm256_cvttps_epi32(_mm256_floor_ps(x)),
            fy = _mm256_cvttps_epi32(_mm256_floor_ps(y));
    const __m256i fraction = _mm256_srli_epi32(linear, 24);
    out->wx = _mm256_and_si256(fx, fraction);
    out->wy = _mm256_and_si256(fy, fraction);
    fx = _mm256_srai_epi32(fx, 8);
    fy = _mm256_srai_epi32(fy, 8);
    __m256i w = join(a->width, b->width), h = join(a->height, b->height);
    __m256i last_x = join(a->last_x, b->last_x), last_y = join(a->last_y, b->last_y);
    unsigned mode_x = s->cube ? 2 : s->t->clamp[0], mode_y = s->cube ? 2 : s->t->clamp[1];
    __m256i x0 = clamp_index(fx, w, last_x, mode_x);
    __m256i x1 = clamp_index(_mm256_add_epi32(fx, far), w, last_x, mode_x);
    __m256i y0 = clamp_index(fy, h, last_y, mode_y);
    __m256i y1 = clamp_index(_mm256_add_epi32(fy, far), h, last_y, mode_y);
    __m256i base = join(a->base, b->base);
    if (s->cube) {
        __m256 f = _mm256_floor_ps(_mm256_load_ps(s->face)); /* a NaN gives 0 */
        f = _mm256_min_ps(_mm256_max_ps(f, _mm256_setzero_ps()), _mm256_set1_ps(5));
        base = _mm256_add_epi32(
            base, _mm256_mullo_epi32(_mm256_cvttps_epi32(f), join(a->slice, b->slice)));
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

static inline bool sample_level(const struct sampler *s, const uint32_t level[2], __m256i linear,
                                __m256i sum[4])
{
    struct taps t;
    if (!find_taps(s, level, linear, &t))
        return false;
    filter(s, &t, !_mm256_testz_si256(linear, linear), sum);
    return true;
}

static inline bool sample(struct xg_wide *w, struct sampler *s, __m256 out[4])
{
    __m128d lod;
    __m256i first[4], second[4] = {_mm256_setzero_si256()};
    struct choice c;
    if (!quad_lods(s, w, &lod))
        return false;
    choose_levels(s, lod, &c);
    uint32_t needed = 1u << c.level[0] | 1u << c.level[1] | 1u << c.next[0] | 1u << c.next[1];
    if (needed & ~s->ready && !levels_are_right(s, w, needed))
        return false;
    if (!sample_level(s, c.level, c.linear, first) ||
        (c.mixed && !sample_level(s, c.next, c.linear, second)))
        return false;
    for (unsigned i = 0; i < 4; i++) {
        unsigned choice = s->t->swizzle[i];
        out[i] = _mm256_set1_ps(choice == 5 ? 1.0f : 0.0f);
        if (choice < 4)
            out[i] = finish(first[choice], second[choice], c.weight, c.mixed);
    }
    return true;
}

/* --- the result --- */

/* Neither NaNs nor denormals are among them. */
static inline void write_texels(struct xg_wide *w, const uint32_t *f, const __m256 value[4],
                                __m256 mask)
{
    uint32_t dst = f[XG_UF_TFETCH_DST], swizzle = f[XG_UF_TFETCH_DST_SWIZZLE];
    bool whole = _mm256_movemask_ps(mask) == 255;
    if (f[XG_UF_TFETCH_DST_REL])
        dst = (uint32_t)((int32_t)dst + w->al) & (XG_TEMPS - 1);
    for (unsigned c = 0; c < 4; c++) {
        unsigned choice = swizzle >> 3 * c & 7;
        if (choice == 7)
            continue;
        __m256 v = choice < 4 ? value[choice] : _mm256_set1_ps(choice == 5 ? 1.0f : 0.0f);
        if (!whole)
            v = _mm256_blendv_ps(_mm256_load_ps(w->r[dst][c]), v, mask);
        _mm256_store_ps(w->r[dst][c], v);
    }
}

void xg_wide_texture_fetch(struct xg_wide *w, const struct xg_slot *slot)
{
    struct sampler *s = (struct sampler *)(void *)w->plans[slot->number % XG_WIDE_PLANS];
    _Static_assert(sizeof *s <= sizeof w->plans[0], "a sampler fits");
    __m256 mask = _mm256_load_ps((const float *)w->mask), value[4];
    if (!_mm256_movemask_ps(mask))
        return;
    if (s->slot != slot || s->serial != w->serial || !w->serial) {
        s->slot = slot;
        s->serial = w->serial;
        s->ok = prepare(s, w, slot->fetch.f);
    }
    if (s->ok && sample(w, s, value))
        write_texels(w, slot->fetch.f, value, mask);
    else
        xg_wide_interpret_fetch(w, slot);
}
