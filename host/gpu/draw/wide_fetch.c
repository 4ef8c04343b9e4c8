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
static void write_fetch(struct xg_wide *w, const uint32_t *f, uint32_t swizzle,
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
            w->vfetch.address[l] = (constant[0] & 0x1FFFFFFC) +
                                   4 * f[XG_UF_VFETCH_STRIDE] *
                                       xg_vertex_index(index[l], f[XG_UF_VFETCH_ROUNDED]);
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
    bool unnormalized, cube;
    double offset[2];
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
    s->unnormalized = !s->cube && f[XG_UF_TFETCH_UNNORMALIZED] && t->clamp[0] >= 2 && t->clamp[1] >= 2;
    s->offset[0] = 0.5 * (int32_t)f[XG_UF_TFETCH_OFFSET_X];
    s->offset[1] = 0.5 * (int32_t)f[XG_UF_TFETCH_OFFSET_Y];
    const xg_wide_value *r = &w->r[f[XG_UF_TFETCH_SRC]];
    uint32_t swizzle = f[XG_UF_TFETCH_SRC_SWIZZLE];
    s->u = (*r)[swizzle & 3];
    s->v = (*r)[swizzle >> 2 & 3];
    s->face = (*r)[swizzle >> 4 & 3];
    return true;
}

/* Squared length, in texels of level 0, of the longer gradient of a quad. */
static double longest_gradient(const struct sampler *s, const float *u, const float *v)
{
    const struct xg_texture *t = s->t;
    double w = s->unnormalized ? 1 : t->level[0].width, h = s->unnormalized ? 1 : t->level[0].height;
    double hu = ((double)u[1] - (double)u[0]) * w, hv = ((double)v[1] - (double)v[0]) * h;
    double vu = ((double)u[2] - (double)u[0]) * w, vv = ((double)v[2] - (double)v[0]) * h;
    double across = hu * hu + hv * hv, down = vu * vu + vv * vv;
    across *= xg_gradient_scale(t->grad_exp_h);
    down *= xg_gradient_scale(t->grad_exp_v);
    return across > down ? across : down;
}

/* The LOD of each quad; false: it differs within a quad. */
static bool quad_lods(const struct sampler *s, const struct xg_wide *w, double lod[2])
{
    const uint32_t *f = s->f;
    const struct xg_texture *t = s->t;
    double bias = t->lod_bias / 32.0 + (int32_t)f[XG_UF_TFETCH_LOD_BIAS] / 16.0;
    lod[0] = lod[1] = bias;
    if (f[XG_UF_TFETCH_USE_REGISTER_LOD])
        for (unsigned q = 0; q < 2; q++) {
            const float *l = w->lod + 4 * q;
            if (l[0] != l[1] || l[0] != l[2] || l[0] != l[3])
                return false;
            lod[q] += (double)l[0];
        }
    bool matters = t->last_level > 0 || s->mag != s->min || t->vol_mag != t->vol_min ||
                   f[XG_UF_TFETCH_VOL_MAG] != f[XG_UF_TFETCH_VOL_MIN];
    if (!f[XG_UF_TFETCH_USE_COMPUTED_LOD] || !matters || !w->quad)
        return true;
    double g[2];
    for (unsigned q = 0; q < 2; q++) {
        g[q] = longest_gradient(s, s->u + 4 * q, s->v + 4 * q);
        if (!(g[q] > 0x1p-60 && g[q] <= 0x1p60))
            return false;
    }
    __m128 log = _mm256_cvtpd_ps(log_half(_mm256_cvtps_pd(_mm_set_ps(1, 1, (float)g[1], (float)g[0]))));
    lod[0] += 0.5 * (double)_mm_cvtss_f32(log);
    lod[1] += 0.5 * (double)_mm_cvtss_f32(_mm_shuffle_ps(log, log, 1));
    return true;
}

/* What a quad samples: one level or two, with one filter. */
struct choice {
    unsigned level;
    uint32_t weight; /* of the next level, 1/256 */
    bool linear;
};

static struct choice choose_level(const struct sampler *s, double wanted)
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

static __m128i clamp_half(__m128i i, int32_t n, unsigned mode)
{
    const __m128i zero = _mm_setzero_si128(), last = _mm_set1_epi32(n - 1);
    switch (mode) {
    case 0:
        return _mm_and_si128(i, last);
    case 1: { /* the bit above the index mirrors */
        __m128i odd = _mm_cmpeq_epi32(_mm_and_si128(i, _mm_set1_epi32(n)), zero);
        return _mm_and_si128(_mm_xor_si128(i, _mm_andnot_si128(odd, _mm_set1_epi32(-1))), last);
    }
    case 3: /* -1 - i for negative ones */
        i = _mm_xor_si128(i, _mm_srai_epi32(i, 31));
        return _mm_min_epi32(i, last);
    default:
        return _mm_min_epi32(_mm_max_epi32(i, zero), last);
    }
}

struct half_axis {
    __m128i index[2], weight;
};

/* An axis of one quad; false: out of the range of vectors. */
static bool axis_half(const float *coordinate, double scale, double start, double offset,
                      uint32_t size, unsigned mode, bool linear, struct half_axis *a)
{
    double4 at = sub(_mm256_cvtps_pd(_mm_loadu_ps(coordinate)), all(start));
    at = add(mul(at, all(scale)), all(offset));
    double4 fixed = add(mul(at, all(256)), all(linear ? -127.5 : 0));
    double4 size_of = _mm256_andnot_pd(all(-0.0), fixed);
    if (_mm256_movemask_pd(_mm256_cmp_pd(size_of, all(0x1p30), _CMP_LT_OQ)) != 15)
        return false;
    __m128i n = _mm256_cvttpd_epi32(_mm256_floor_pd(fixed));
    __m128i i = _mm_srai_epi32(n, 8), j = _mm_add_epi32(i, _mm_set1_epi32(linear));
    a->weight = _mm_and_si128(n, _mm_set1_epi32(linear ? 255 : 0));
    a->index[0] = clamp_half(i, (int32_t)size, mode);
    a->index[1] = clamp_half(j, (int32_t)size, mode);
    return true;
}

static __m128i cube_slices(const float *face, const struct xg_texture_level *l)
{
    __m128 f = _mm_floor_ps(_mm_loadu_ps(face));
    f = _mm_min_ps(_mm_max_ps(f, _mm_setzero_ps()), _mm_set1_ps(5)); /* a NaN gives 0 */
    return _mm_mullo_epi32(_mm_cvttps_epi32(f), _mm_set1_epi32((int)(l->width * l->height)));
}

struct taps {
    __m256i at[4]; /* texel indices */
    __m256i wx, wy;
};

static __m256i join(__m128i low, __m128i high)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

static bool find_taps(const struct sampler *s, const unsigned level[2], const bool linear[2],
                      struct taps *out)
{
    __m128i at[2][4], wx[2], wy[2];
    for (unsigned q = 0; q < 2; q++) {
        const struct xg_texture_level *l = &s->t->level[level[q]], *l0 = &s->t->level[0];
        struct half_axis x, y;
        double start = s->cube ? 1 : 0, w = l->width, h = l->height;
        if (s->unnormalized && level[q])
            return false; /* two divisions; rare */
        XG_UNUSED(l0);
        if (s->unnormalized)
            w = h = 1;
        if (!axis_half(s->u + 4 * q, w, start, s->offset[0], l->width, s->cube ? 2 : s->t->clamp[0],
                       linear[q], &x) ||
            !axis_half(s->v + 4 * q, h, start, s->offset[1], l->height, s->cube ? 2 : s->t->clamp[1],
                       linear[q], &y))
            return false;
        __m128i base = _mm_set1_epi32((int)s->image->offset[level[q]]);
        if (s->cube)
            base = _mm_add_epi32(base, cube_slices(s->face + 4 * q, l));
        __m128i pitch = _mm_set1_epi32((int)l->width);
        for (unsigned i = 0; i < 4; i++)
            at[q][i] = _mm_add_epi32(
                base, _mm_add_epi32(_mm_mullo_epi32(y.index[i >> 1], pitch), x.index[i & 1]));
        wx[q] = x.weight;
        wy[q] = y.weight;
    }
    for (unsigned i = 0; i < 4; i++)
        out->at[i] = join(at[0][i], at[1][i]);
    out->wx = join(wx[0], wx[1]);
    out->wy = join(wy[0], wy[1]);
    return true;
}

static __m256i gather(const struct sampler *s, __m256i at)
{
    return _mm256_i32gather_epi32((const int *)s->image->texels, at, 4);
}

/* Pairs (left, right) of a component in the halves of each dword: r and b of two texels. */
static void pair_up(__m256i left, __m256i right, __m256i pair[2])
{
    pair[0] = _mm256_blend_epi16(left, _mm256_slli_epi32(right, 16), 0xAA);
    pair[1] = _mm256_blend_epi16(_mm256_srli_epi32(left, 16), right, 0xAA);
}

static void row(__m256i left, __m256i right, __m256i weights, __m256i out[4])
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

/* Sums of components with weights of 1/65536, exact. */
static void filter(const struct sampler *s, const struct taps *t, bool linear, __m256i sum[4])
{
    __m256i first = gather(s, t->at[0]);
    if (!linear) {
        for (unsigned c = 0; c < 4; c++)
            sum[c] = _mm256_slli_epi32(
                _mm256_and_si256(_mm256_srli_epi32(first, 8 * (int)c), _mm256_set1_epi32(255)), 16);
        return;
    }
    __m256i weights = _mm256_or_si256(_mm256_sub_epi32(_mm256_set1_epi32(256), t->wx),
                                      _mm256_slli_epi32(t->wx, 16));
    __m256i above[4], below[4];
    row(first, gather(s, t->at[1]), weights, above);
    row(gather(s, t->at[2]), gather(s, t->at[3]), weights, below);
    for (unsigned c = 0; c < 4; c++)
        sum[c] = _mm256_add_epi32(
            _mm256_slli_epi32(above[c], 8),
            _mm256_mullo_epi32(_mm256_sub_epi32(below[c], above[c]), t->wy));
}

static bool sample_level(const struct sampler *s, const unsigned level[2], const bool linear[2],
                         __m256i sum[4])
{
    struct taps t;
    if (!find_taps(s, level, linear, &t))
        return false;
    filter(s, &t, linear[0] | linear[1], sum);
    return true;
}

/* Exactly what xg_texture_sample does with its sums: to double, times the reciprocal, mixed. */
static __m256 finish(__m256i first, __m256i second, const struct choice c[2], bool mixed)
{
    const double4 scale = all(1.0 / (255.0 * 16777216.0) * 256);
    __m128 out[2];
    for (unsigned q = 0; q < 2; q++) {
        __m128i a = q ? _mm256_extracti128_si256(first, 1) : _mm256_castsi256_si128(first);
        double4 v = mul(_mm256_cvtepi32_pd(a), scale);
        if (mixed && c[q].weight) {
            __m128i b = q ? _mm256_extracti128_si256(second, 1) : _mm256_castsi256_si128(second);
            double4 n = mul(_mm256_cvtepi32_pd(b), scale);
            v = mul(add(mul(v, all(256.0 - c[q].weight)), mul(n, all(c[q].weight))), all(0x1p-8));
        }
        out[q] = _mm256_cvtpd_ps(v);
    }
    return _mm256_set_m128(out[1], out[0]);
}

static bool sample(struct xg_wide *w, const struct sampler *s, xg_wide_value out)
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
            v = finish(first[choice], second[choice], c, mixed);
        _mm256_store_ps(out[i], v);
    }
    return true;
}

void xg_wide_texture_fetch(struct xg_wide *w, const struct xg_slot *slot)
{
    struct sampler s;
    xg_wide_value value;
    if (!_mm256_movemask_ps(slot_mask(w)))
        return;
    if (prepare(&s, w, slot->fetch.f) && sample(w, &s, value))
        write_fetch(w, slot->fetch.f, slot->fetch.f[XG_UF_TFETCH_DST_SWIZZLE], value);
    else
        interpret_fetch(w, slot);
}
