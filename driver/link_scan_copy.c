/* What a copy needs: the pages of its vertices and of the part of its destination that its
 * rectangle covers, and the tiles of eDRAM that it reads and clears (docs/device.md, "Copy"). A
 * rectangle that comes out a pixel off would cost a page or a tile too many, or one that the device
 * asks for. */
#include "driver/link_scan.h"

#include "gpu/tiled.h"

#include <math.h>
#include <string.h>

#define FIXED_MAX    8388608.0f /* 2^23, in 1/256 of a pixel */
#define COMMAND_NULL 3u
#define VERTEX_BYTES 24u
#define TILE_COST    8u /* words of the budget */
#define ROWS_MOST    8192
#define SAMPLES_NONE 3u
#define MAPPED       4096u /* tiled addresses are a permutation within so many bytes */

struct range {
    int32_t from, to;
};

static int32_t min32(int32_t a, int32_t b)
{
    return a < b ? a : b;
}
static int32_t max32(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static uint32_t reg(const struct xg_link_scan *s, uint32_t index)
{
    return s->regs[index];
}

/* Bytes of a pixel of the destination as a power of two; -1: there is no such format. */
static int bytes_log2(uint32_t format)
{
    static const uint8_t bytes[64] = {
        [2] = 1,  [8] = 1,  [9] = 1,  [3] = 2,  [4] = 2,  [5] = 2,  [10] = 2, [15] = 2, [24] = 2,
        [30] = 2, [6] = 4,  [14] = 4, [50] = 4, [7] = 4,  [54] = 4, [16] = 4, [55] = 4, [17] = 4,
        [56] = 4, [25] = 4, [31] = 4, [36] = 4, [26] = 8, [32] = 8, [37] = 8, [38] = 16};
    return bytes[format % 64] ? __builtin_ctz(bytes[format % 64]) : -1;
}

/* A coordinate in 1/256 of a pixel. false: it is not a number. */
static bool fixed(uint32_t bits, bool add_half, int32_t *out)
{
    float v;
    memcpy(&v, &bits, sizeof v);
    if (isnan(v))
        return false;
    v = (v + (add_half ? 0.5f : 0.0f)) * 256.0f;
    *out = (int32_t)lrintf(v > FIXED_MAX ? FIXED_MAX : v < -FIXED_MAX ? -FIXED_MAX : v);
    return true;
}

/* The rectangle's vertices: a range for each axis. false: the device will refuse them. */
static bool vertices(struct xg_link_scan *s, struct range axis[2])
{
    uint32_t first = reg(s, XG_REG_SHADER_CONSTANT_FETCH_00_0),
             second = reg(s, XG_REG_SHADER_CONSTANT_FETCH_00_1);
    if ((first & 3) != 3 || (second >> 2 & 0xFFFFFF) != 6)
        return false;
    bool add_half = !(reg(s, XG_REG_PA_SU_VTX_CNTL) & 1);
    xg_scan_touch(s, first & XG_BUS_DWORD, VERTEX_BYTES);
    for (uint32_t i = 0; i < VERTEX_BYTES / 4; i++) {
        struct range *a = &axis[i % 2];
        int32_t v;
        if (!fixed(xg_gpu_swap(xg_scan_word(s, first + 4 * i), second), add_half, &v))
            return false;
        a->from = i < 2 ? v : min32(a->from, v);
        a->to = i < 2 ? v : max32(a->to, v);
    }
    return true;
}

static int32_t signed15(uint32_t bits)
{
    return (int32_t)(bits << 17) >> 17;
}

/* Clips an axis to window and scissors; shift: where its coordinate stands in the registers. */
static struct range clip(const struct xg_link_scan *s, struct range a, unsigned shift)
{
    struct range r = {(a.from + 127) >> 8, (a.to + 127) >> 8};
    uint32_t top = reg(s, XG_REG_PA_SC_WINDOW_SCISSOR_TL);
    int32_t offset = signed15(reg(s, XG_REG_PA_SC_WINDOW_OFFSET) >> shift);
    int32_t tl = (int32_t)(top >> shift & 0x3FFF);
    int32_t br = (int32_t)(reg(s, XG_REG_PA_SC_WINDOW_SCISSOR_BR) >> shift & 0x3FFF);
    if (reg(s, XG_REG_PA_SU_SC_MODE_CNTL) >> 16 & 1) {
        r.from += offset;
        r.to += offset;
    }
    if (!(top >> 31)) {
        tl += offset;
        br += offset;
    }
    tl = max32(tl, signed15(reg(s, XG_REG_PA_SC_SCREEN_SCISSOR_TL) >> shift));
    br = min32(br, signed15(reg(s, XG_REG_PA_SC_SCREEN_SCISSOR_BR) >> shift));
    tl = max32(tl, 0);
    br = max32(br, tl);
    r.from = max32(tl, min32(r.from, br)) & ~7;
    r.to = (max32(tl, min32(r.to, br)) + 7) & ~7;
    return r;
}

static void touch_destination(struct xg_link_scan *s, struct range x, struct range y, uint32_t log2)
{
    const uint32_t info = reg(s, XG_REG_RB_COPY_DEST_INFO), slice = info >> 4 & 7;
    const uint32_t pitch = reg(s, XG_REG_RB_COPY_DEST_PITCH);
    const uint32_t base = reg(s, XG_REG_RB_COPY_DEST_BASE);
    const uint32_t pitch32 = ((pitch & 0x3FFF) + 31) >> 5;
    const uint32_t height16 = ((pitch >> 16 & 0x3FFF) + 31) >> 5 << 1;
    const bool volume = info >> 3 & 1;
    const int32_t rows = volume ? 16 : 32;
    const uint32_t size = (volume ? 2048u : 1024u)
                          << log2; /* of a tile, four slices deep or flat */
    for (int32_t v = y.from & ~(rows - 1); v < y.to; v += rows)
        for (int32_t u = x.from & ~31; u < x.to && s->budget && !s->full; u += 32) {
            uint32_t at =
                volume ? xg_tiled_3d((uint32_t)u, (uint32_t)v, slice & ~3u, pitch32, height16, log2)
                       : xg_tiled_2d((uint32_t)u, (uint32_t)v, pitch32, log2);
            at = base + (at & ~(MAPPED - 1));
            xg_scan_touch(s, at & XG_BUS_MASK, size < MAPPED ? MAPPED : size);
            s->budget -= s->budget < TILE_COST ? s->budget : TILE_COST;
        }
}

/* The tiles of a surface; words: of a sample. */
static void take_tiles(struct xg_link_scan *s, struct range x, struct range y, uint32_t base,
                       uint32_t words)
{
    const uint32_t surface = reg(s, XG_REG_RB_SURFACE_INFO), samples_log2 = surface >> 16 & 3;
    const unsigned wide = samples_log2 == 2, high = samples_log2 != 0;
    const uint32_t pitch = (((surface & 0x3FFF) << wide) + 79) / 80 * words;
    const uint32_t left = ((uint32_t)x.from << wide) * words / 80,
                   right = (((uint32_t)x.to << wide) * words + 79) / 80;
    const uint32_t top = ((uint32_t)y.from << high) / 16,
                   bottom = (((uint32_t)y.to << high) + 15) / 16;
    xg_scan_tiles(s, (struct xg_scan_tiles){.base = base + top * pitch + left,
                                            .pitch = pitch,
                                            .columns = right - left,
                                            .rows = bottom - top});
}

static void touch_surfaces(struct xg_link_scan *s, struct range x, struct range y, bool copies)
{
    static const uint16_t color_info[4] = {XG_REG_RB_COLOR_INFO, XG_REG_RB_COLOR1_INFO,
                                           XG_REG_RB_COLOR2_INFO, XG_REG_RB_COLOR3_INFO};
    const uint32_t control = reg(s, XG_REG_RB_COPY_CONTROL);
    const uint32_t color = reg(s, color_info[control & 3]), format = color >> 16 & 15;
    const bool from_color = !(control >> 2 & 1);
    if (from_color && (copies || (control >> 8 & 1)))
        take_tiles(s, x, y, color & 0xFFF, format == 5 || format == 7 || format == 15 ? 2 : 1);
    if ((control >> 9 & 1) || (!from_color && copies))
        take_tiles(s, x, y, reg(s, XG_REG_RB_DEPTH_INFO) & 0xFFF, 1);
}

void xg_scan_copy(struct xg_link_scan *s)
{
    struct range axis[2];
    uint32_t control = reg(s, XG_REG_RB_COPY_CONTROL), surface = reg(s, XG_REG_RB_SURFACE_INFO);
    bool depth = control >> 2 & 1;
    int log2 = depth ? 2 : bytes_log2(reg(s, XG_REG_RB_COPY_DEST_INFO) >> 7 & 0x3F);
    bool copies = (control >> 20 & 3) != COMMAND_NULL && log2 >= 0;
    if (!vertices(s, axis) || (surface >> 16 & 3) == SAMPLES_NONE)
        return;
    struct range x = clip(s, axis[0], 0), y = clip(s, axis[1], 16);
    const int32_t pitch = (int32_t)(surface & 0x3FFF) & ~7;
    x.from = min32(x.from, pitch);
    x.to = min32(x.to, pitch);
    y.to = min32(y.to, y.from + ROWS_MOST);
    if (x.from >= x.to || y.from >= y.to)
        return;
    if (copies)
        touch_destination(s, x, y, (uint32_t)log2);
    touch_surfaces(s, x, y, copies);
}
