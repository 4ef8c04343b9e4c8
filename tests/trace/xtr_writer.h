/* Writes .xtr files for tests, from the facts in docs/trace.md; the reader is host/gpu/trace/xtr.c
 * and shares nothing with this. xtr_scene makes one: a triangle a frame in another place, copied
 * and shown. */
#ifndef XG_TESTS_XTR_WRITER_H
#define XG_TESTS_XTR_WRITER_H

#include "tests/draw/scene.h"

#include "gpu/xg_device_gen.h"

#include <snappy-c.h>

struct xtr_out {
    uint8_t *bytes;
    size_t size, room;
    bool compress;
    uint32_t at; /* where the next packet lies in memory */
};

static inline void xtr_bytes(struct xtr_out *o, const void *bytes, size_t size)
{
    if (o->size + size > o->room) {
        o->room = 2 * (o->size + size);
        o->bytes = realloc(o->bytes, o->room);
        assert_non_null(o->bytes);
    }
    memcpy(o->bytes + o->size, bytes, size);
    o->size += size;
}
static inline void xtr_u32(struct xtr_out *o, uint32_t v)
{
    uint8_t b[4];
    xg_st32le(b, v);
    xtr_bytes(o, b, 4);
}

static inline void xtr_head(struct xtr_out *o, uint32_t title)
{
    xtr_u32(o, 1);
    xtr_bytes(o, "0123456789abcdef0123456789abcdef01234567", 40);
    xtr_u32(o, title);
}

/* Encoding, encoded size, decoded size if `decoded`, data. */
static inline void xtr_data(struct xtr_out *o, const void *bytes, size_t size, bool decoded)
{
    size_t stored = snappy_max_compressed_length(size);
    char *packed = malloc(stored + 1);
    bool pack =
        o->compress && size > 64 && snappy_compress(bytes, size, packed, &stored) == SNAPPY_OK;
    xtr_u32(o, pack);
    xtr_u32(o, (uint32_t)(pack ? stored : size));
    if (decoded)
        xtr_u32(o, (uint32_t)size);
    xtr_bytes(o, pack ? (const void *)packed : bytes, pack ? stored : size);
    free(packed);
}

static inline void xtr_memory(struct xtr_out *o, uint32_t kind, uint32_t base, const void *bytes,
                              size_t size)
{
    xtr_u32(o, kind); /* 6 read, 7 written */
    xtr_u32(o, base);
    xtr_data(o, bytes, size, true);
}

static inline void xtr_registers(struct xtr_out *o, uint32_t first, const uint32_t *values,
                                 uint32_t count, bool side_effects)
{
    xtr_u32(o, 10);
    xtr_u32(o, first);
    xtr_u32(o, count);
    xtr_u32(o, side_effects);
    xtr_data(o, values, 4 * (size_t)count, false);
}

static inline void xtr_edram(struct xtr_out *o, const uint8_t *tiles)
{
    xtr_u32(o, 8);
    xtr_data(o, tiles, XG_EDRAM_TILES * (size_t)XG_EDRAM_TILE_BYTES, false);
}

static inline void xtr_gamma(struct xtr_out *o, const uint32_t *table, const uint32_t *pieces)
{
    uint32_t all[256 + 384];
    memcpy(all, table, 1024);
    memcpy(all + 256, pieces, 1536);
    xtr_u32(o, 11);
    xtr_u32(o, 0);
    xtr_data(o, all, sizeof all, false);
}

static inline void xtr_packet_start(struct xtr_out *o, const uint32_t *words, uint32_t count)
{
    uint8_t b[4];
    xtr_u32(o, 4);
    xtr_u32(o, o->at);
    xtr_u32(o, count);
    for (uint32_t i = 0; i < count; i++) {
        xg_st32be(b, words[i]);
        xtr_bytes(o, b, 4);
    }
    o->at += 4 * count;
    if (o->at > 0x700000)
        o->at = 0x600000;
}
static inline void xtr_packet(struct xtr_out *o, const uint32_t *words, uint32_t count)
{
    xtr_packet_start(o, words, count);
    xtr_u32(o, 5);
}
#define XTR_PACKET(o, ...)                                                                         \
    xtr_packet((o), (const uint32_t[]){__VA_ARGS__},                                               \
               sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))
#define XTR_TYPE3(op, count)     (0xC0000000u | ((uint32_t)((count)-1) & 0x3FFF) << 16 | (op) << 8)
#define XTR_REG(o, index, value) XTR_PACKET((o), (index), (value))

/* ---- the scene ---- */

#define XTR_W        96u
#define XTR_H        64u
#define XTR_FRONT    0x400000u
#define XTR_RECT     0x101000u
#define XTR_VERTICES 0x100000u

static inline void xtr_shader(struct xtr_out *o, const char *text, enum xg_shader_stage stage)
{
    struct xg_ucode_image image;
    struct xg_error err = {0};
    uint32_t words[256];
    assert_true(xg_ucode_assemble(&image, text, "shader", stage, &err));
    assert_true(image.count < 200);
    words[0] = XTR_TYPE3(XG_PM4_IM_LOAD_IMMEDIATE, (uint32_t)image.count + 2);
    words[1] = stage;
    words[2] = (uint32_t)image.count;
    memcpy(words + 3, image.words, 4 * image.count);
    xtr_packet(o, words, (uint32_t)image.count + 3);
    xg_ucode_image_free(&image);
}

static inline void xtr_triangle(struct xtr_out *o, float x)
{
    const float v[] = {x - 0.4f, -0.8f, 0, 1, 1,        0,     0, 1, x, 0.8f, 0, 1,
                       0,        1,     0, 1, x + 0.4f, -0.8f, 0, 1, 0, 0,    1, 1};
    uint8_t b[sizeof v];
    for (size_t i = 0; i < XG_COUNTOF(v); i++)
        xg_st32be(b + 4 * i, xg_float_bits(v[i]));
    XTR_PACKET(o, 1u << 16 | 0x4800, XTR_VERTICES | 3, (uint32_t)XG_COUNTOF(v) << 2 | 2);
    xtr_packet_start(
        o, (const uint32_t[]){XTR_TYPE3(XG_PM4_DRAW_INDX_2, 1), 4 | 2u << 6 | 3u << 16}, 2);
    xtr_memory(o, 6, XTR_VERTICES, b, sizeof b);
    xtr_u32(o, 5);
}

/* The picture goes to memory, the surface is cleared. */
static inline void xtr_copy(struct xtr_out *o)
{
    const float v[] = {0, 0, XTR_W, 0, XTR_W, XTR_H};
    uint8_t b[sizeof v];
    for (size_t i = 0; i < XG_COUNTOF(v); i++)
        xg_st32be(b + 4 * i, xg_float_bits(v[i]));
    XTR_REG(o, XG_REG_RB_MODECONTROL, 6);
    XTR_PACKET(o, 3u << 16 | XG_REG_RB_COPY_CONTROL, 1u << 8 | 1u << 20, XTR_FRONT,
               XTR_W | XTR_H << 16, 2 | 6u << 7);
    XTR_REG(o, XG_REG_RB_COLOR_CLEAR, 0xFF302010);
    XTR_PACKET(o, 1u << 16 | 0x4800, XTR_RECT | 3, 6u << 2 | 2);
    xtr_packet_start(
        o, (const uint32_t[]){XTR_TYPE3(XG_PM4_DRAW_INDX_2, 1), 8 | 2u << 6 | 3u << 16}, 2);
    xtr_memory(o, 6, XTR_RECT, b, sizeof b);
    xtr_u32(o, 5);
    XTR_REG(o, XG_REG_RB_MODECONTROL, 4);
}

static inline void xtr_swap(struct xtr_out *o)
{
    XTR_PACKET(o, 5u << 16 | 0x4800, 2 | XTR_W / 32 << 22 | 1u << 31, 6 | 2u << 6 | XTR_FRONT,
               (XTR_W - 1) | (XTR_H - 1) << 13, 0x688u << 1, 0, 1u << 9);
    xtr_packet_start(
        o, (const uint32_t[]){XTR_TYPE3(XG_PM4_XE_SWAP, 4), 0x53574150, XTR_FRONT, XTR_W, XTR_H},
        5);
    xtr_u32(o, 9);
    xtr_u32(o, 0);
    xtr_u32(o, 5);
}

struct xtr_scene {
    unsigned frames;
    bool compress, edram, gamma;
};

static inline struct xtr_out xtr_scene(const struct xtr_scene *how)
{
    struct xtr_out o = {.compress = how->compress, .at = 0x600000};
    struct scene *s = calloc(1, sizeof *s);
    s->width = XTR_W;
    s->height = XTR_H;
    scene_defaults(s);
    s->reg[XG_REG_SCRATCH_UMSK] = 1; /* a snapshot writes nothing back */
    s->reg[XG_REG_SCRATCH_ADDR] = 0x500000;
    s->reg[XG_REG_SCRATCH_REG0] = 0x12345678;
    xtr_head(&o, 0x58470001);
    xtr_registers(&o, 0, s->reg, 0x5003, false);
    if (how->edram) {
        uint8_t *tiles = malloc(XG_EDRAM_TILES * (size_t)XG_EDRAM_TILE_BYTES);
        for (size_t i = 0; i < XG_EDRAM_TILES * (size_t)XG_EDRAM_TILE_BYTES; i += 4)
            xg_st32le(tiles + i, 0xFF004000);
        xtr_edram(&o, tiles);
        free(tiles);
    }
    if (how->gamma) {
        uint32_t table[256], pieces[384];
        for (uint32_t i = 0; i < 256; i++) /* inverted */
            table[i] = (255 - i) * 0x00401004;
        memset(pieces, 0, sizeof pieces);
        xtr_gamma(&o, table, pieces);
    }
    xtr_u32(&o, 0);
    xtr_u32(&o, 0x1F0000);
    xtr_u32(&o, 0);
    xtr_shader(&o,
               "exec\n vfetch r0, r0.x, vf0, format=32_32_32_32_float, stride=8\n"
               " vfetch r1, r0.x, vf0, format=32_32_32_32_float, offset=4, mini\n"
               "alloc position\nexec\n mov oPos, r0\nalloc interpolators\nexec_end\n mov o0, r1\n",
               XG_STAGE_VS);
    xtr_shader(&o, "alloc colors\nexec_end\n mov oC0, r0\n", XG_STAGE_PS);
    for (unsigned f = 0; f < how->frames; f++) {
        /* An indirect buffer: its packets come between its start and its end. */
        xtr_packet_start(&o, (const uint32_t[]){XTR_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), 0x1E0000}, 2);
        xtr_u32(&o, 2);
        xtr_u32(&o, 0x1E0000);
        xtr_u32(&o, 0);
        xtr_triangle(&o, (float)(f % 8) * 0.15f - 0.5f);
        xtr_u32(&o, 3);
        xtr_u32(&o, 5);
        xtr_copy(&o);
        /* a wait that was over, and a fence */
        XTR_PACKET(&o, XTR_TYPE3(XG_PM4_WAIT_REG_MEM, 5), 0x13, 0x500100, 7, 0xFFFFFFFF, 4);
        XTR_PACKET(&o, XTR_TYPE3(XG_PM4_EVENT_WRITE_SHD, 3), 0x14, 0x500200, f + 1);
        xtr_memory(&o, 7, 0x500200, "\0\0\0\1", 4);
        xtr_swap(&o);
    }
    xtr_u32(&o, 1);
    free(s);
    return o;
}

#endif
