/* Two-dimensional drawing: a background of shaded bands, then one row of moving sprites for
 * each way of blending. Rows alternate between rectangle lists and quad lists and between
 * point and bilinear sampling; the last rows use the constant alpha, the alpha test and the
 * colour mask. No depth. Double buffered, one frame a vertical blank, runs for ever; what a
 * frame shows depends on its number alone. */
#include "xg_draw.h"

#include "plain_ps.h"
#include "plain_vs.h"
#include "sprite_ps.h"
#include "sprite_vs.h"

#define WIDTH    640u
#define HEIGHT   360u
#define BANDS    8u
#define ROWS     9u
#define SPRITES  7u /* a row */
#define SIZE     36.0f
#define TEXTURE  1
#define VERTICES 95

struct plain {
    float x, y;
    uint32_t colour;
};
struct sprite {
    float x, y, u, v;
    uint32_t tint;
};
struct frame_data { /* written by the CPU each frame */
    struct sprite sprite[ROWS][SPRITES][4];
};

static const struct row {
    uint8_t source, operation, destination;
    bool quads, linear, alpha_test;
    uint8_t mask; /* of colours written: red 1, green 2, blue 4, alpha 8 */
    uint32_t tint;
} rows[ROWS] = {
    {XG_SRC_ALPHA, XG_ADD, XG_INV_SRC_ALPHA, false, false, false, 15, 0xFFFFFFFF},
    {XG_SRC_ALPHA, XG_ADD, XG_INV_SRC_ALPHA, true, true, false, 15, 0x80FFFFFF},
    {XG_ONE, XG_ADD, XG_ONE, false, true, false, 15, 0xFF4060A0},
    {XG_SRC_ALPHA, XG_REVERSE_SUBTRACT, XG_ONE, true, false, false, 15, 0xFF808080},
    {XG_DST_COLOUR, XG_ADD, XG_ZERO, false, true, false, 15, 0xFFFFC080},
    {XG_ONE, XG_MAX, XG_ONE, true, true, false, 15, 0xFF60C0FF},
    {XG_CONST_ALPHA, XG_ADD, XG_CONST_ALPHA + 1, false, false, false, 15, 0xFFFFFFFF},
    {XG_ONE, XG_ADD, XG_ZERO, true, true, true, 15, 0xFF40FFFF},
    {XG_SRC_ALPHA, XG_ADD, XG_INV_SRC_ALPHA, false, true, false, 1, 0xFFFFFFFF},
};

/* ---- pictures ------------------------------------------------------------------------------ */

/* A ball with a soft rim, 16 by 16, alpha 0 outside. */
static void make_ball(struct xg_texture *t)
{
    xg_texture_create(t, 16, 16, XG_FORMAT_8_8_8_8);
    for (int y = 0; y < 16; y++)
        for (int x = 0; x < 16; x++) {
            int dx = 2 * x - 15, dy = 2 * y - 15, far = dx * dx + dy * dy;
            int alpha = far < 144 ? 255 : far > 240 ? 0 : (240 - far) * 255 / 96;
            int light = 255 - ((dx + 6) * (dx + 6) + (dy + 6) * (dy + 6)) / 3;
            uint32_t l = light < 40 ? 40 : (uint32_t)light;
            xg_texture_put(t, (unsigned)x, (unsigned)y,
                           (uint32_t)alpha << 24 | l << 16 | (l * 7 / 8) << 8 | l * 3 / 4);
        }
}

/* Quads from the top to the bottom of the picture, lighter at one end. */
static void make_bands(struct plain *v)
{
    static const uint32_t colours[BANDS] = {0xFF3030A0, 0xFF305890, 0xFF308880, 0xFF307040,
                                            0xFF706030, 0xFF904030, 0xFF803070, 0xFF484848};
    for (unsigned i = 0; i < BANDS; i++) {
        float left = (float)(i * WIDTH / BANDS) - 0.5f, top = -0.5f;
        float right = left + (float)(WIDTH / BANDS), bottom = top + (float)HEIGHT;
        uint32_t dark = 0xFF000000 | (colours[i] >> 2 & 0x3F3F3F);
        *v++ = (struct plain){left, top, colours[i]};
        *v++ = (struct plain){right, top, colours[i]};
        *v++ = (struct plain){right, bottom, dark};
        *v++ = (struct plain){left, bottom, dark};
    }
}

/* Corners of one sprite. Rectangles: top left, top right, bottom left; quads go round. */
static void put_corners(struct sprite *v, float x, float y, const struct row *row)
{
    struct sprite corner[4] = {{x, y, 0, 0, row->tint},
                               {x + SIZE, y, 1, 0, row->tint},
                               {x + SIZE, y + SIZE, 1, 1, row->tint},
                               {x, y + SIZE, 0, 1, row->tint}};
    v[0] = corner[0];
    v[1] = corner[1];
    v[2] = corner[row->quads ? 2 : 3];
    if (row->quads)
        v[3] = corner[3];
}

static void place_sprites(struct frame_data *data, unsigned frame)
{
    for (unsigned r = 0; r < ROWS; r++) {
        struct sprite *v = data->sprite[r][0];
        for (unsigned i = 0; i < SPRITES; i++, v += rows[r].quads ? 4 : 3) {
            float phase = (float)frame * 0.05f + (float)i * 0.9f + (float)r * 0.6f;
            float x = 20 + (float)i * 90 + 22 * xg_cos(phase);
            float y = 4 + (float)r * 40 + 8 * xg_sin(phase * 1.5f);
            put_corners(v, x, y, &rows[r]);
        }
    }
}

/* ---- a frame ------------------------------------------------------------------------------- */

static void draw_bands(struct xg_gpu *gpu, uint32_t bus)
{
    xg_draw_shader(gpu, XG_VS, plain_vs, plain_vs_DWORDS);
    xg_draw_shader(gpu, XG_PS, plain_ps, plain_ps_DWORDS);
    xg_draw_program(gpu, 3, 1, 1);
    xg_draw_vertices(gpu, VERTICES, bus, BANDS * 4 * sizeof(struct plain));
    xg_draw_blend(gpu, XG_ONE, XG_ADD, XG_ZERO);
    xg_draw(gpu, XG_QUADS, BANDS * 4);
}

static void draw_row(struct xg_gpu *gpu, unsigned r, uint32_t bus, const struct xg_texture *ball)
{
    const struct row *row = &rows[r];
    unsigned count = SPRITES * (row->quads ? 4 : 3);
    xg_draw_vertices(gpu, VERTICES, bus + r * (uint32_t)(SPRITES * 4 * sizeof(struct sprite)),
                     count * sizeof(struct sprite));
    xg_draw_texture(gpu, TEXTURE, ball, row->linear ? XG_LINEAR : XG_POINT, XG_CLAMP);
    xg_draw_blend(gpu, row->source, row->operation, row->destination);
    xg_gpu_set(gpu, REG_RB_COLORCONTROL, row->alpha_test ? 8 | 4 : 7); /* alpha > reference */
    xg_gpu_set(gpu, REG_RB_COLOR_MASK, row->mask);
    xg_draw(gpu, row->quads ? XG_QUADS : XG_RECTANGLES, count);
}

static void paint(struct xg_gpu *gpu, uint32_t bands_bus, uint32_t sprites_bus,
                  const struct xg_texture *ball)
{
    draw_bands(gpu, bands_bus);
    xg_draw_shader(gpu, XG_VS, sprite_vs, sprite_vs_DWORDS);
    xg_draw_shader(gpu, XG_PS, sprite_ps, sprite_ps_DWORDS);
    xg_draw_program(gpu, 3, 3, 2);
    for (unsigned r = 0; r < ROWS; r++)
        draw_row(gpu, r, sprites_bus, ball);
    xg_gpu_set(gpu, REG_RB_COLORCONTROL, 7);
    xg_gpu_set(gpu, REG_RB_COLOR_MASK, 15);
}

int main(void)
{
    static struct xg_gpu gpu;
    struct xg_picture picture[2];
    struct frame_data *sprites[2];
    struct xg_texture ball;
    uint32_t done[2] = {0, 0}, sprites_bus[2], bands_bus;
    xg_gpu_init(&gpu, 12);
    make_bands(xg_gpu_alloc(BANDS * 4 * sizeof(struct plain), &bands_bus));
    make_ball(&ball);
    for (unsigned i = 0; i < 2; i++) {
        xg_picture_create(&picture[i], WIDTH, HEIGHT);
        sprites[i] = xg_gpu_alloc(sizeof(struct frame_data), &sprites_bus[i]);
    }
    xg_gpu_surface(&gpu, WIDTH, HEIGHT);
    xg_draw_defaults(&gpu);
    xg_draw_2d(&gpu);
    xg_gpu_set(&gpu, REG_RB_BLEND_ALPHA, 0x3F000000); /* 0.5 */
    xg_gpu_set(&gpu, REG_RB_ALPHA_REF, 0x3F000000);
    DbgPrint("bands: %u by %u, %u ways of blending\n", WIDTH, HEIGHT, ROWS);
    for (unsigned frame = 1;; frame++) {
        unsigned i = frame & 1;
        xg_gpu_wait(&gpu, done[i]);
        place_sprites(sprites[i], frame);
        paint(&gpu, bands_bus, sprites_bus[i], &ball);
        xg_gpu_resolve(&gpu, &picture[i]);
        xg_gpu_swap(&gpu, &picture[i]);
        done[i] = xg_gpu_fence(&gpu);
        xg_gpu_wait_vblank(&gpu);
    }
}
