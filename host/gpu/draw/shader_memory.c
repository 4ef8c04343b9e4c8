/* Memory export: eA describes a stream, eM0..4 are elements of it. */
#include "gpu/draw/format.h"
#include "gpu/draw/shader.h"
#include "gpu/draw/texture.h"

#define EXPORTS (0x3Full << XG_EXPORT_EA)

struct stream {
    uint32_t address; /* bytes */
    uint32_t index, count;
    uint32_t endian, number;
    bool swap; /* red and blue */
    const struct xg_texel_format *format;
};

/* Which formats can be stored: those of one texel a block, in numbers or floats. */
static bool storable(uint32_t code)
{
    const uint64_t codes =
        0x7FCull | 0xFull << 14 | 7ull << 24 | 7ull << 30 | 7ull << 36 | 1ull << 50 | 7ull << 54;
    return codes >> code & 1;
}

/* The four floats of eA are bit fields with tags; false: these are not the tags. */
static bool decode_stream(const struct xg_lanes *lanes, unsigned lane, struct stream *s)
{
    uint32_t v[4];
    for (unsigned c = 0; c < 4; c++)
        v[c] = xg_float_bits(lanes->out[XG_EXPORT_EA][c][lane]);
    if (v[0] >> 30 != 1 || v[1] >> 23 != 0x96 || v[2] >> 20 != 0x4B0 || v[3] >> 23 != 0x96 ||
        !storable(v[2] >> 8 & 63) || (v[2] & 7) > 5)
        return false;
    s->address = v[0] << 2 & 0x1FFFFFFC;
    s->index = v[1] & 0x7FFFFF;
    s->count = v[3] & 0x7FFFFF;
    s->endian = v[2] & 7;
    s->number = v[2] >> 16 & 7;
    s->swap = v[2] >> 19 & 1;
    s->format = xg_texel_format(v[2] >> 8 & 63);
    return true;
}

static uint32_t number_code(double v, unsigned width, unsigned number)
{
    double most = width == 32 ? 4294967295.0 : (double)((1ull << width) - 1), low = 0;
    double half = (double)((1ull << (width - 1)) - 1);
    if (v != v)
        v = 0;
    if (number == 0)
        v = (v < 0 ? 0 : v > 1 ? 1 : v) * most;
    else if (number == 1)
        v = (v < -1 ? -1 : v > 1 ? 1 : v) * half;
    if (number == 1 || number == 3) {
        low = -half - 1;
        most = half;
    }
    v = v < low ? low : v > most ? most : v;
    int64_t n = (int64_t)(v < 0 ? v - 0.5 : v + 0.5); /* halves away from zero */
    return (uint32_t)n & (width == 32 ? ~0u : (1u << width) - 1);
}

static void pack(const struct stream *s, const float in[4], uint32_t words[4])
{
    const struct xg_texel_format *f = s->format;
    for (unsigned i = 0; i < 4; i++)
        words[i] = 0;
    for (unsigned c = 0; c < f->components; c++) {
        float v = in[s->swap && c != 1 && c != 3 ? 2 - c : c];
        unsigned at = f->field[c].at, width = f->field[c].width;
        uint32_t code = f->kind == XG_TEXEL_FLOAT  ? xg_float_bits(xg_result(v))
                        : f->kind == XG_TEXEL_HALF ? xg_float_half(v)
                                                   : number_code((double)v, width, s->number);
        words[at / 32] |= code << at % 32;
    }
}

static uint32_t reverse(uint32_t v)
{
    return xg_gpu_swap32(v, 2);
}

static void swap_words(const struct stream *s, uint32_t words[4])
{
    unsigned n = s->format->bytes / 4;
    if (s->endian < 4) {
        for (unsigned i = 0; i < 4; i++)
            words[i] = xg_gpu_swap32(words[i], s->endian);
        return;
    }
    unsigned unit = s->endian == 4 ? 2 : 4; /* dwords whose bytes are reversed together */
    for (unsigned i = 0; i + unit <= n; i += unit)
        for (unsigned k = 0; k < unit / 2; k++) {
            uint32_t low = words[i + k], high = words[i + unit - 1 - k];
            words[i + k] = reverse(high);
            words[i + unit - 1 - k] = reverse(low);
        }
}

static void store_element(const struct xg_shader_env *env, const struct stream *s, uint32_t index,
                          const float value[4])
{
    uint32_t words[4], bytes = s->format->bytes, address = s->address + index * bytes;
    pack(s, value, words);
    if (bytes < 4) { /* only its own bytes */
        uint32_t mask = bytes == 1 ? 0xFF : 0xFFFF, shift = 8 * (address & 3);
        uint32_t v = bytes == 2 && s->endian ? xg_gpu_swap32(words[0], 1) : words[0];
        uint32_t old = xg_view_word(env->view, address);
        env->store(env->store_ctx, address & ~3u, (old & ~(mask << shift)) | (v & mask) << shift);
        return;
    }
    swap_words(s, words);
    for (unsigned i = 0; i < bytes / 4; i++)
        env->store(env->store_ctx, address + 4 * i, words[i]);
}

static void export_lane(const struct xg_shader_env *env, struct xg_lanes *lanes, unsigned lane)
{
    struct stream s;
    uint64_t written = lanes->written[lane];
    if (!(written >> XG_EXPORT_EA & 1) || !decode_stream(lanes, lane, &s) || !env->store) {
        xg_draw_warn(env->warnings, XG_WARN_UCODE_MEMEXPORT, (uint32_t)(written >> 32));
        return;
    }
    for (unsigned i = 0; i < 5; i++) {
        float value[4];
        if (!(written >> (XG_EXPORT_EM0 + i) & 1) || s.index + i >= s.count)
            continue;
        for (unsigned c = 0; c < 4; c++)
            value[c] = lanes->out[XG_EXPORT_EM0 + i][c][lane];
        store_element(env, &s, s.index + i, value);
    }
}

void xg_memory_export(const struct xg_shader_env *env, struct xg_lanes *lanes, bool pixel)
{
    if (!(lanes->touched & EXPORTS))
        return;
    uint8_t lanes_that_count = lanes->active & lanes->live;
    if (pixel)
        lanes_that_count &= (uint8_t)~lanes->killed;
    for (unsigned l = 0; l < XG_LANES; l++) {
        if (lanes->written[l] & EXPORTS && lanes_that_count >> l & 1)
            export_lane(env, lanes, l);
        lanes->written[l] &= ~EXPORTS;
    }
    lanes->touched &= ~EXPORTS;
}
