/* The rectangle of a copy: vertices, window offset, scissors (docs/device.md, "Copy", 1 to 4). */
#include "gpu/model/model.h"

#include "gpu/xg_device_gen.h"

#include <string.h>

#define FIXED_MAX (1 << 23)

struct point {
    int32_t x, y;
};

/* Divides by 2^drop, rounding to nearest, ties to even. */
static uint64_t round_even(uint64_t v, unsigned drop)
{
    if (drop == 0)
        return v;
    uint64_t half = UINT64_C(1) << (drop - 1), rest = v & ((half << 1) - 1);
    v >>= drop;
    return v + (rest > half || (rest == half && (v & 1)));
}

/* A single, not a NaN, to 16.8 fixed point: plus 0.5 in single precision when add_half,
 * times 256, both rounded to nearest even. Integers only, so that no host setting of the
 * rounding mode can change it. */
static int32_t fixed_of(uint32_t bits, bool add_half)
{
    enum { UNIT = 44 }; /* v is held in units of 2^-44; smaller bits are jammed into bit 0 */
    int exponent = (int)(bits >> 23 & 0xFF);
    bool negative = bits >> 31;
    if (exponent >= 127 + 16) /* beyond 2^16, the clamp's range is 2^15 */
        return negative ? -FIXED_MAX : FIXED_MAX;
    int64_t v = 0;
    if (exponent != 0) {
        uint64_t mantissa = (bits & 0x7FFFFF) | 0x800000;
        int shift = exponent - 150 + UNIT;
        if (shift >= 0)
            v = (int64_t)(mantissa << shift);
        else if (shift > -24)
            v = (int64_t)(mantissa >> -shift | ((mantissa & ((1u << -shift) - 1)) != 0));
        else
            v = 1;
    }
    if (negative)
        v = -v;
    if (add_half)
        v += INT64_C(1) << (UNIT - 1);
    uint64_t magnitude = (uint64_t)(v < 0 ? -v : v);
    int length = magnitude ? 64 - __builtin_clzll(magnitude) : 0;
    if (length > 24) /* the sum is a single again */
        magnitude = round_even(magnitude, (unsigned)length - 24) << (length - 24);
    uint64_t fixed = round_even(magnitude, UNIT - 8);
    if (fixed > FIXED_MAX)
        fixed = FIXED_MAX;
    return v < 0 ? -(int32_t)fixed : (int32_t)fixed;
}

static bool is_nan(uint32_t bits)
{
    return (bits & 0x7FFFFFFF) > 0x7F800000;
}

/* Step 1 and 2: the three vertices, in 16.8. false: error reported. */
static bool read_vertices(struct xg_model *m, struct point v[3])
{
    uint32_t first = m->regs[XG_REG_SHADER_CONSTANT_FETCH_00_0],
             second = m->regs[XG_REG_SHADER_CONSTANT_FETCH_00_1];
    if ((first & 3) != 3 || (second >> 2 & 0xFFFFFF) != 6) {
        xg_model_error(m, XG_GPU_ERR_COPY_VERTEX, first);
        return false;
    }
    bool add_half = !(m->regs[XG_REG_PA_SU_VTX_CNTL] & 1);
    for (uint32_t i = 0; i < 3; i++) {
        xg_pa at = (first + 8 * i) & XG_BUS_DWORD;
        uint32_t x = xg_gpu_swap(xg_gpu_view_read32(m->view, at), second);
        uint32_t y = xg_gpu_swap(xg_gpu_view_read32(m->view, (at + 4) & XG_BUS_DWORD), second);
        if (is_nan(x) || is_nan(y)) {
            xg_model_error(m, XG_GPU_ERR_COPY_VERTEX, at);
            return false;
        }
        v[i] = (struct point){fixed_of(x, add_half), fixed_of(y, add_half)};
    }
    return true;
}

static int32_t min32(int32_t a, int32_t b)
{
    return a < b ? a : b;
}
static int32_t max32(int32_t a, int32_t b)
{
    return a > b ? a : b;
}
static int32_t clamp32(int32_t v, int32_t lo, int32_t hi)
{
    return max32(lo, min32(v, hi));
}

static int32_t signed15(uint32_t v)
{
    return (int32_t)(v << 17) >> 17;
}

/* One axis of steps 2 to 4. shift: 0 for x, 16 for y (place of the coordinate in the
 * registers). */
static void clip_axis(const struct xg_model *m, int32_t a, int32_t b, int32_t c, unsigned shift,
                      int32_t *lo_out, int32_t *hi_out)
{
    const uint32_t *r = m->regs;
    int32_t lo = (min32(a, min32(b, c)) + 127) >> 8;
    int32_t hi = (max32(a, max32(b, c)) + 127) >> 8;
    int32_t offset = signed15(r[XG_REG_PA_SC_WINDOW_OFFSET] >> shift);
    if (r[XG_REG_PA_SU_SC_MODE_CNTL] >> 16 & 1) {
        lo += offset;
        hi += offset;
    }
    int32_t tl = (int32_t)(r[XG_REG_PA_SC_WINDOW_SCISSOR_TL] >> shift & 0x3FFF);
    int32_t br = (int32_t)(r[XG_REG_PA_SC_WINDOW_SCISSOR_BR] >> shift & 0x3FFF);
    if (!(r[XG_REG_PA_SC_WINDOW_SCISSOR_TL] >> 31)) {
        tl += offset;
        br += offset;
    }
    tl = max32(tl, signed15(r[XG_REG_PA_SC_SCREEN_SCISSOR_TL] >> shift));
    br = min32(br, signed15(r[XG_REG_PA_SC_SCREEN_SCISSOR_BR] >> shift));
    tl = max32(tl, 0);
    br = max32(br, tl);
    *lo_out = clamp32(lo, tl, br) & ~7;
    *hi_out = (clamp32(hi, tl, br) + 7) & ~7;
}

/* Steps 2 to 4. false: empty. */
static bool clip(const struct xg_model *m, const struct point v[3], struct xg_copy_job *job)
{
    int32_t x0, x1, y0, y1;
    clip_axis(m, v[0].x, v[1].x, v[2].x, 0, &x0, &x1);
    clip_axis(m, v[0].y, v[1].y, v[2].y, 16, &y0, &y1);
    int32_t pitch = (int32_t)(m->regs[XG_REG_RB_SURFACE_INFO] & 0x3FFF) & ~7;
    job->x0 = (uint32_t)min32(x0, pitch);
    job->x1 = (uint32_t)min32(x1, pitch);
    job->y0 = (uint32_t)y0;
    job->y1 = (uint32_t)min32(y1, y0 + 8192);
    return job->x0 < job->x1 && job->y0 < job->y1;
}

bool xg_model_rectangle(struct xg_model *m, struct xg_copy_job *job)
{
    struct point v[3];
    return read_vertices(m, v) && clip(m, v, job);
}
