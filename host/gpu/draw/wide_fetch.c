/* Fetches of compiled shaders. Vertices: the common formats in line, the others through the
 * interpreter's functions. Textures: those that wide_texture.c leaves to the interpreter, a quad
 * at a time. Built for AVX2. */
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

/* Of each quad that runs the slot. */
static void warn(const struct xg_wide *w, enum xg_draw_warning kind, uint32_t detail)
{
    unsigned lanes = (unsigned)_mm256_movemask_ps(slot_mask(w));
    if (lanes & 15)
        xg_draw_warn(w->env->warnings, kind, detail);
    if (lanes >> 4 && w->present == 3)
        xg_draw_warn(w->env->warnings, kind, detail);
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
        warn(w, XG_WARN_VERTEX_CONSTANT, number);
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
            warn(w, XG_WARN_VERTEX_FORMAT, f[XG_UF_VFETCH_FORMAT]);
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

void xg_wide_interpret_fetch(struct xg_wide *w, const struct xg_slot *slot)
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
        const struct xg_draw_warnings before = *w->env->warnings;
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
        if (q && w->present != 3) /* nobody asked for it */
            *w->env->warnings = before;
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
