/* The scenes through the golden renderer: records, microcode, guest memory. */
#include "tests/bench/draw_scenes.h"
#include "tests/draw/scene.h"

#define VERTICES 0x300000u
#define INDICES  0x500000u

struct xenos_renderer {
    struct bench_renderer base;
    struct scene *s;
    unsigned samples;
    const struct bench_scene *b; /* drawn last */
    uint32_t *capture;           /* where bands are put before the next one overwrites them */
};
/* 720 rows of four samples do not fit into eDRAM: bands, as titles draw them. */
#define BAND 256u

static const char vertex_text[] =
    "exec\n vfetch r1.xyz1, r0.x, vf0, format=32_32_32_float, stride=8\n"
    " vfetch r2.xyz0, r0.x, vf0, format=32_32_32_float, offset=3, mini\n"
    " vfetch r3.xy00, r0.x, vf0, format=32_32_float, offset=6, mini\n"
    "alloc position\nexec\n dp4 oPos.x, r1, c0\n dp4 oPos.y, r1, c1\n dp4 oPos.z, r1, c2\n"
    " dp4 oPos.w, r1, c3\nalloc interpolators\nexec_end\n mov o0, r2\n mov o1, r3\n";
static const char lit_vertex_text[] =
    "exec\n vfetch r1.xyz1, r0.x, vf0, format=32_32_32_float, stride=8\n"
    " vfetch r2.xyz0, r0.x, vf0, format=32_32_32_float, offset=3, mini\n"
    " dp3 r4.x, r2, r2\n rsq r4.y, r4.x\n mul r2.xyz, r2, r4.y\n"
    "alloc position\nexec\n dp4 oPos.x, r1, c0\n dp4 oPos.y, r1, c1\n dp4 oPos.z, r1, c2\n"
    " dp4 oPos.w, r1, c3\nalloc interpolators\nexec_end\n dp3_sat r4.x, r2, c4\n"
    " mad o0, r4.x, c5, c6\n";
static const char pixel_text[] =
    "exec\n tfetch2D r2, r1.xy, tf1\n dp3 r3.x, r0, r0\n rsq r3.y, r3.x\n mul r0.xyz, r0, r3.y\n"
    " dp3_sat r3.x, r0, c0\n mad r3, r3.x, c1, c2\nalloc colors\nexec_end\n mul oC0, r2, r3\n";
static const char flat_text[] = "alloc colors\nexec_end\n mov oC0, r0\n";
static uint32_t *tile_memory(struct xg_device *d)
{
    return (uint32_t *)((struct scene *)d)->tiles;
}

/* Levels 1.. follow one another from the mip address; the last ones share a tile. */
static void upload_texture(struct scene *s, const struct bench_scene *b)
{
    uint32_t mips = SCENE_TEXTURE + 4 * BENCH_TEXTURE * BENCH_TEXTURE;
    scene_texture_8888(s, 1, SCENE_TEXTURE, BENCH_TEXTURE, BENCH_TEXTURE, b->texels[0]);
    uint32_t *c = s->reg + 0x4806, keep[6];
    memcpy(keep, c, sizeof keep);
    for (uint32_t m = 1, at = mips; m < BENCH_LEVELS; m++) {
        uint32_t n = BENCH_TEXTURE >> m, pitch = (n + 31) & ~31u;
        scene_texture_8888(s, 1, at, n, n, b->texels[m]);
        at += pitch * pitch * 4;
    }
    memcpy(c, keep, sizeof keep);
    c[0] &= ~(63u << 10);                /* repeat */
    c[3] |= 1 << 19 | 1 << 21 | 1 << 23; /* linear in all directions */
    c[4] = (BENCH_LEVELS - 1) << 6;
    c[5] = 1 << 9 | mips;
}

static void light(struct scene *s, unsigned first)
{
    scene_constant(s, first, 0.48f, 0.6f, -0.64f, 0);
    scene_constant(s, first + 1, 0.8f, 0.75f, 0.7f, 0);
    scene_constant(s, first + 2, 0.2f, 0.2f, 0.25f, 1);
}

static void vertex_buffer(struct scene *s, uint32_t address, uint32_t dwords)
{
    s->reg[0x4800] = address | 3;
    s->reg[0x4801] = dwords << 2 | 2;
}

/* As the copy engine clears: words of whole tiles, no draw. */
static void clear(struct xenos_renderer *x)
{
    uint32_t *words = (uint32_t *)(void *)x->s->tiles;
    size_t half = SCENE_DEPTH_TILE * (XG_EDRAM_TILE_BYTES / 4);
    size_t used = x->samples == 4 ? half : 16 * 45 * (XG_EDRAM_TILE_BYTES / 4);
    for (size_t i = 0; i < used; i++)
        words[i] = 0xFF330000;
    for (size_t i = 0; i < used; i++)
        words[half + i] = 0xFFFFFF00;
}

static void draw_band(struct xenos_renderer *x, const struct bench_scene *b)
{
    struct scene *s = x->s;
    clear(x);
    scene_shader(s, b->lit_by_vertex ? lit_vertex_text : vertex_text, XG_STAGE_VS);
    scene_shader(s, b->lit_by_vertex ? flat_text : pixel_text, XG_STAGE_PS);
    s->reg[XG_REG_RB_DEPTHCONTROL] = 2 | 4 | 3 << 4;
    light(s, 4);
    light(s, 256);
    for (uint32_t i = 0; i < b->object_count; i++) {
        const struct bench_object *o = &b->objects[i];
        vertex_buffer(s, VERTICES + o->first_vertex * 32, (b->vertex_count - o->first_vertex) * 8);
        for (unsigned k = 0; k < 4; k++)
            scene_constant(s, k, o->matrix[k][0], o->matrix[k][1], o->matrix[k][2],
                           o->matrix[k][3]);
        scene_send(s, XG_PM4_DRAW_INDX, 4 | o->index_count << 16, INDICES + 2 * o->first_index,
                   o->index_count | 1u << 30, NULL, 0);
    }
}

static uint32_t band_pixel(const struct xenos_renderer *x, uint32_t i, uint32_t y)
{
    uint32_t sum[3] = {0};
    if (x->samples == 1)
        return scene_pixel(x->s, i, y);
    for (unsigned n = 0; n < 4; n++)
        for (unsigned c = 0; c < 3; c++)
            sum[c] +=
                scene_word(x->s, 0, 2 * i + (n >> 1), 2 * y + (n & 1), 2 * BENCH_WIDTH) >> 8 * c &
                255;
    return sum[0] / 4 | sum[1] / 4 << 8 | sum[2] / 4 << 16 | 255u << 24;
}

static void frame(struct bench_renderer *r, const struct bench_scene *b)
{
    struct xenos_renderer *x = (struct xenos_renderer *)r;
    uint32_t height = x->samples == 1 ? BENCH_HEIGHT : BAND;
    for (uint32_t top = 0; top < BENCH_HEIGHT; top += height) {
        x->s->reg[XG_REG_PA_SC_WINDOW_OFFSET] = ((0u - top) & 0x7FFF) << 16;
        draw_band(x, b);
        for (uint32_t y = 0; x->capture && y < height && top + y < BENCH_HEIGHT; y++)
            for (uint32_t i = 0; i < BENCH_WIDTH; i++)
                x->capture[(top + y) * BENCH_WIDTH + i] = band_pixel(x, i, y);
    }
    x->b = b;
}

static void picture(struct bench_renderer *r, uint32_t *pixels)
{
    struct xenos_renderer *x = (struct xenos_renderer *)r;
    x->capture = pixels;
    frame(r, x->b);
    x->capture = NULL;
}

static void destroy(struct bench_renderer *r)
{
    struct xenos_renderer *x = (struct xenos_renderer *)r;
    scene_destroy(x->s);
    free(x);
}

struct bench_renderer *bench_xenos_create(const struct bench_scene *b, struct xg_error *err)
{
    static const struct xg_device_ops ops = {.name = "bench",
                                             .tile_read = scene_tile_read,
                                             .tile_write = scene_tile_write,
                                             .tile_memory = tile_memory};
    XG_UNUSED(err);
    struct xenos_renderer *x = calloc(1, sizeof *x);
    struct scene *s = x->s = scene_create(BENCH_WIDTH, BENCH_HEIGHT);
    x->base = (struct bench_renderer){frame, picture, destroy};
    x->samples = b->samples;
    s->device.ops = &ops;
    if (b->samples == 4) {
        s->reg[XG_REG_RB_SURFACE_INFO] |= 2 << 16;
        s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = 1 << 16; /* vertices move with the window */
        s->reg[XG_REG_PA_SC_SCREEN_SCISSOR_BR] = BENCH_WIDTH | BAND << 16;
        s->reg[XG_REG_PA_SC_WINDOW_SCISSOR_TL] = 1u << 31;
    }
    s->reg[XG_REG_RB_DEPTH_INFO] = SCENE_DEPTH_TILE;
    const float *v = (const float *)(const void *)b->vertices;
    for (uint32_t i = 0; i < 8 * b->vertex_count; i++)
        xg_st32be(s->memory + VERTICES + 4 * i, scene_bits(v[i]));
    for (uint32_t i = 0; i < b->index_count; i++)
        xg_st16be(s->memory + INDICES + 2 * i, b->indices[i]);
    upload_texture(s, b);
    return &x->base;
}
