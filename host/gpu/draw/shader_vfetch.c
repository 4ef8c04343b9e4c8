/* Vertex fetch: address, endian swap, formats, destination. */
#include "gpu/draw/format.h"
#include "gpu/draw/shader.h"

/* Bit position and width of the components of a packed format; dwords at most 4. */
struct vertex_format {
    uint8_t dwords, components;
    enum { PACKED, HALF, FLOAT } kind;
    struct {
        uint8_t at, width;
    } field[4];
};

static const struct vertex_format *vertex_format(uint32_t code)
{
    static const struct vertex_format formats[64] = {
        [6] = {1, 4, PACKED, {{0, 8}, {8, 8}, {16, 8}, {24, 8}}},
        [7] = {1, 4, PACKED, {{0, 10}, {10, 10}, {20, 10}, {30, 2}}},
        [16] = {1, 3, PACKED, {{0, 11}, {11, 11}, {22, 10}}},
        [17] = {1, 3, PACKED, {{0, 10}, {10, 11}, {21, 11}}},
        [25] = {1, 2, PACKED, {{0, 16}, {16, 16}}},
        [26] = {2, 4, PACKED, {{0, 16}, {16, 16}, {32, 16}, {48, 16}}},
        [31] = {1, 2, HALF, {{0, 16}, {16, 16}}},
        [32] = {2, 4, HALF, {{0, 16}, {16, 16}, {32, 16}, {48, 16}}},
        [33] = {1, 1, PACKED, {{0, 32}}},
        [34] = {2, 2, PACKED, {{0, 32}, {32, 32}}},
        [35] = {4, 4, PACKED, {{0, 32}, {32, 32}, {64, 32}, {96, 32}}},
        [36] = {1, 1, FLOAT, {{0, 32}}},
        [37] = {2, 2, FLOAT, {{0, 32}, {32, 32}}},
        [38] = {4, 4, FLOAT, {{0, 32}, {32, 32}, {64, 32}, {96, 32}}},
        [57] = {3, 3, FLOAT, {{0, 32}, {32, 32}, {64, 32}}},
    };
    return formats[code & 63].dwords ? &formats[code & 63] : NULL;
}

static float component(const uint32_t *f, const struct vertex_format *format, uint32_t v,
                       unsigned width)
{
    if (format->kind == FLOAT)
        return xg_bits_float(v);
    if (format->kind == HALF)
        return xg_half_float(v);
    if (!f[XG_UF_VFETCH_SIGNED])
        return f[XG_UF_VFETCH_INTEGER] ? (float)v : xg_unorm_float(v, width);
    if (f[XG_UF_VFETCH_INTEGER])
        return (float)((int32_t)(v << (32 - width)) >> (32 - width));
    return xg_snorm_float(v, width, f[XG_UF_VFETCH_SIGNED_MODE]);
}

void xg_fetch_write(struct xg_lanes *lanes, uint32_t dst, bool relative, uint32_t swizzle,
                    float value[4][XG_LANES], uint8_t mask)
{
    if (relative)
        dst = (uint32_t)((int32_t)dst + lanes->al) & (XG_TEMPS - 1);
    for (unsigned c = 0; c < 4; c++) {
        unsigned choice = swizzle >> 3 * c & 7;
        for (unsigned l = 0; l < XG_LANES && choice != 7; l++)
            if (mask >> l & 1)
                lanes->r[dst][c][l] = choice < 4    ? value[choice][l]
                                      : choice == 5 ? 1.0f
                                                    : 0.0f; /* 4, and 6 which nothing defines */
    }
}

/* floor, as a 32-bit index: NaN and out of range give 0. */
uint32_t xg_vertex_index(float x, bool rounded)
{
    x = xg_floor(rounded ? xg_add(xg_flush(x), 0.5f) : xg_flush(x));
    return x > -2147483648.0f && x < 2147483648.0f ? (uint32_t)(int32_t)x : 0;
}

static void fetch_lane(const uint32_t *f, const struct xg_shader_env *env, const uint32_t *constant,
                       uint32_t address, const struct vertex_format *format, float out[4])
{
    uint32_t words[4] = {0}, base = constant[0] & 0x1FFFFFFC;
    uint64_t size = 4ull * (constant[1] >> 2 & 0xFFFFFF);
    for (unsigned i = 0; i < format->dwords; i++) {
        uint32_t at = address + 4 * i;
        if ((uint64_t)(uint32_t)(at - base) < size)
            words[i] = xg_gpu_swap32(xg_view_word(env->view, at), constant[1] & 3);
    }
    for (unsigned c = 0; c < format->components; c++) {
        unsigned at = format->field[c].at, width = format->field[c].width;
        uint32_t v = words[at / 32] >> at % 32;
        v &= width == 32 ? ~0u : (1u << width) - 1;
        out[c] = xg_scale(component(f, format, v, width), (int32_t)f[XG_UF_VFETCH_EXP_ADJUST]);
    }
}

bool xg_vertex_element(const uint32_t *f, const struct xg_shader_env *env,
                       const uint32_t constant[2], uint32_t address, float out[4])
{
    const struct vertex_format *format = vertex_format(f[XG_UF_VFETCH_FORMAT]);
    if (format)
        fetch_lane(f, env, constant, address, format, out);
    return format != NULL;
}

void xg_vertex_fetch(const struct xg_ucode_insn *insn, const struct xg_shader_env *env,
                     struct xg_lanes *lanes, uint8_t mask)
{
    const uint32_t *f = insn->f;
    float value[4][XG_LANES] = {{0}};
    const struct vertex_format *format = vertex_format(f[XG_UF_VFETCH_FORMAT]);
    bool mini = f[XG_UF_VFETCH_MINI];
    if (!mini)
        lanes->vfetch.constant = 3 * f[XG_UF_VFETCH_CONST] + f[XG_UF_VFETCH_CONST_SEL];
    uint32_t number = lanes->vfetch.constant;
    const uint32_t *constant = number < 96 ? env->fetch + 2 * number : NULL;
    if (!constant || (constant[0] & 3) != 3) {
        xg_draw_warn(env->warnings, XG_WARN_VERTEX_CONSTANT, number);
        constant = NULL;
    }
    if (!format)
        xg_draw_warn(env->warnings, XG_WARN_VERTEX_FORMAT, f[XG_UF_VFETCH_FORMAT]);
    uint32_t src = f[XG_UF_VFETCH_SRC];
    if (f[XG_UF_VFETCH_SRC_REL])
        src = (uint32_t)((int32_t)src + lanes->al) & (XG_TEMPS - 1);
    for (unsigned l = 0; l < XG_LANES && constant && format; l++) {
        if (!(mask >> l & 1))
            continue;
        if (!mini)
            lanes->vfetch.address[l] =
                (constant[0] & 0x1FFFFFFC) +
                4 * f[XG_UF_VFETCH_STRIDE] *
                    xg_vertex_index(lanes->r[src][f[XG_UF_VFETCH_SRC_SWIZZLE]][l],
                                    f[XG_UF_VFETCH_ROUNDED]);
        float out[4] = {0};
        fetch_lane(f, env, constant, lanes->vfetch.address[l] + 4 * f[XG_UF_VFETCH_OFFSET], format,
                   out);
        for (unsigned c = 0; c < 4; c++)
            value[c][l] = out[c];
    }
    xg_fetch_write(lanes, f[XG_UF_VFETCH_DST], f[XG_UF_VFETCH_DST_REL], f[XG_UF_VFETCH_DST_SWIZZLE],
                   value, mask);
}
