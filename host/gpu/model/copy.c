/* Copy (resolve): turns the registers into a job, adds its cost, reports what is wrong
 * (docs/device.md, "Copy"). */
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
    int32_t tl = (int32_t)(r[XG_REG_PA_SC_WINDOW_SCISSOR_TL] >> shift & 0x7FFF);
    int32_t br = (int32_t)(r[XG_REG_PA_SC_WINDOW_SCISSOR_BR] >> shift & 0x7FFF);
    if (!(r[XG_REG_PA_SC_WINDOW_SCISSOR_TL] >> 31)) {
        tl += offset;
        br += offset;
    }
    tl = max32(tl, (int32_t)(r[XG_REG_PA_SC_SCREEN_SCISSOR_TL] >> shift & 0x7FFF));
    br = min32(br, (int32_t)(r[XG_REG_PA_SC_SCREEN_SCISSOR_BR] >> shift & 0x7FFF));
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

/* --- step 5: what this layer implements --- */
enum {
    COLOR_8888 = 0,
    COLOR_8888_GAMMA = 1,
    COLOR_2101010 = 2,
    COLOR_2101010_FLOAT = 3,
    COLOR_16_16 = 4,
    COLOR_16_16_FLOAT = 6,
    COLOR_2101010_AS_10 = 10,
    COLOR_2101010_FLOAT_AS_16 = 12,
    COLOR_32_FLOAT = 14,
};
enum { COMMAND_RAW = 0, COMMAND_CONVERT = 1, COMMAND_NULL = 3 };

static bool is_32bpp(uint32_t format)
{
    return format <= COLOR_16_16 || format == COLOR_16_16_FLOAT || format == COLOR_2101010_AS_10 ||
           format == COLOR_2101010_FLOAT_AS_16 || format == COLOR_32_FLOAT;
}

/* Does the destination format hold the same bits as the colour format? */
static bool same_bits(uint32_t format, uint32_t dest)
{
    switch (format) {
    case COLOR_8888:
    case COLOR_8888_GAMMA:
        return dest == 6 || dest == 14 || dest == 50;
    case COLOR_2101010:
    case COLOR_2101010_AS_10:
        return dest == 7 || dest == 54;
    case COLOR_16_16_FLOAT:
        return dest == 31;
    case COLOR_32_FLOAT:
        return dest == 36;
    default:
        return false;
    }
}

static enum xg_copy_order order_of(uint32_t format)
{
    switch (format) {
    case COLOR_8888:
    case COLOR_8888_GAMMA:
        return XG_COPY_ORDER_8888;
    case COLOR_2101010:
    case COLOR_2101010_AS_10:
        return XG_COPY_ORDER_2101010;
    case COLOR_16_16_FLOAT:
        return XG_COPY_ORDER_1616;
    default:
        return XG_COPY_ORDER_NONE;
    }
}

/* Fills job but for the rectangle. false: this layer cannot do the copy; the clears in the
 * job are still to be done. */
static bool plan(const struct xg_model *m, struct xg_copy_job *job)
{
    static const uint16_t color_info[4] = {XG_REG_RB_COLOR_INFO, XG_REG_RB_COLOR1_INFO,
                                           XG_REG_RB_COLOR2_INFO, XG_REG_RB_COLOR3_INFO};
    const uint32_t *r = m->regs;
    uint32_t control = r[XG_REG_RB_COPY_CONTROL], info = r[XG_REG_RB_COPY_DEST_INFO];
    uint32_t surface = r[XG_REG_RB_SURFACE_INFO];
    uint32_t pitch = ((surface & 0x3FFF) + 79) / 80;
    uint32_t source = control & 7, command = control >> 20 & 3;
    bool from_color = source < 4, one_sample = (surface >> 16 & 3) == 0;
    uint32_t color = from_color ? r[color_info[source]] : 0, format = color >> 16 & 15;

    job->depth =
        (struct xg_surface){(r[XG_REG_RB_DEPTH_INFO] & 0xFFF) % XG_EDRAM_TILES, pitch, true};
    job->color = (struct xg_surface){(color & 0xFFF) % XG_EDRAM_TILES, pitch, false};
    job->source = from_color ? job->color : job->depth;
    job->clear_color = from_color && (control >> 8 & 1) && one_sample && is_32bpp(format);
    job->clear_depth = (control >> 9 & 1) && one_sample;
    job->color_value = r[XG_REG_RB_COLOR_CLEAR];
    job->depth_value = r[XG_REG_RB_DEPTH_CLEAR];
    job->dest_base = r[XG_REG_RB_COPY_DEST_BASE];
    job->dest_pitch32 = ((r[XG_REG_RB_COPY_DEST_PITCH] & 0x3FFF) + 31) >> 5;
    job->endian = info & 7;
    job->swap_red_blue = from_color && (info >> 24 & 1) ? order_of(format) : XG_COPY_ORDER_NONE;

    if (!one_sample || (from_color && !is_32bpp(format)))
        return false;
    if (command == COMMAND_NULL)
        return true;
    bool biased = (info >> 16 & 0x3F) != 0, volume = info >> 3 & 1;
    job->copy = command <= COMMAND_CONVERT && !biased && !volume &&
                (!from_color || same_bits(format, info >> 7 & 0x3F));
    return job->copy;
}

void xg_model_copy(struct xg_model *m)
{
    struct xg_copy_job job = {0};
    struct point v[3];
    m->cost += XG_COST_DRAW;
    if (!read_vertices(m, v) || !clip(m, v, &job))
        return;
    bool able = plan(m, &job);
    uint64_t blocks = (uint64_t)((job.x1 - job.x0) / 8) * ((job.y1 - job.y0) / 2);
    m->cost += blocks * (job.copy ? XG_COST_COPY_BLOCK : 0);
    m->cost += blocks * XG_COST_CLEAR_BLOCK * (job.clear_color + job.clear_depth);
    m->counters.resolves += job.copy;
    m->counters.clears += job.clear_color + job.clear_depth;
    if (!able)
        xg_model_error(m, XG_GPU_ERR_COPY, m->header_pa);
    if (!m->pixels)
        return;
    if (job.copy)
        xg_model_resolve(m, &job);
    if (job.clear_color)
        xg_edram_fill(m->edram, &job.color, &job, job.color_value);
    if (job.clear_depth)
        xg_edram_fill(m->edram, &job.depth, &job, job.depth_value);
}
