/* A spinning cube with two textures (8_8_8_8 and DXT1, three faces each) under a directional
 * light with a highlight, above a floor with a soft shadow that is blended over the
 * background. Everything is drawn by packets: shaders by IM_LOAD and IM_LOAD_IMMEDIATE, state
 * and constants by SET_CONSTANT, the cube by DRAW_INDX, the floor by DRAW_INDX_2, clears and
 * resolves as copies, then the swap.
 *
 * Double buffered: a picture is painted again only when the fence behind its last swap has
 * passed; one frame a vertical blank. What a frame shows depends on its number alone. */
#include "xg_draw.h"

#include "cube_ps.h"
#include "cube_vs.h"
#include "floor_ps.h"
#include "floor_vs.h"

#include <string.h>

#define WIDTH      640u
#define HEIGHT     360u
#define TILES      (WIDTH / 80 * ((HEIGHT + 15) / 16)) /* of eDRAM, one surface */
#define BACKGROUND 0xFF402418u                         /* alpha, blue, green, red */
#define STONE      1
#define BOARD      2
#define VERTICES   95

struct vertex {
    float position[3];
    uint32_t normal; /* x in the low byte; the top one chooses the texture by its sign */
    float u, v;
};

struct scene {
    struct xg_gpu gpu;
    struct xg_picture picture[2];
    struct xg_texture stone, board;
    uint32_t vertices_bus, indices_bus, cube_vs_bus, cube_ps_bus;
    struct xg_matrix camera; /* world to clip space */
    float eye[3];            /* in the world */
};

/* ---- geometry ------------------------------------------------------------------------------ */

static uint32_t pack_normal(const int n[3], int chooser)
{
    return (uint32_t)(n[0] * 127 & 0xFF) | (uint32_t)(n[1] * 127 & 0xFF) << 8 |
           (uint32_t)(n[2] * 127 & 0xFF) << 16 | (uint32_t)(chooser * 127 & 0xFF) << 24;
}

/* Four corners, clockwise for who looks at the face from outside (x right, y up, z away). */
static void make_face(struct vertex *v, unsigned axis, int sign)
{
    static const int corner[4][2] = {{-1, 1}, {1, 1}, {1, -1}, {-1, -1}};
    int normal[3] = {0}, up[3] = {0}, right[3];
    normal[axis] = sign;
    up[axis == 1 ? 2 : 1] = 1;
    for (unsigned i = 0; i < 3; i++) {
        unsigned j = (i + 1) % 3, k = (i + 2) % 3;
        right[i] = normal[j] * up[k] - normal[k] * up[j];
    }
    for (unsigned c = 0; c < 4; c++, v++) {
        for (unsigned i = 0; i < 3; i++)
            v->position[i] = (float)(normal[i] + corner[c][0] * right[i] + corner[c][1] * up[i]);
        v->normal = pack_normal(normal, sign);
        v->u = (float)(corner[c][0] + 1) / 2;
        v->v = (float)(1 - corner[c][1]) / 2;
    }
}

static void make_cube(struct scene *s)
{
    struct vertex *v = xg_gpu_alloc(24 * sizeof *v, &s->vertices_bus);
    uint16_t *index = xg_gpu_alloc(36 * 2, &s->indices_bus);
    static const uint16_t pattern[6] = {0, 1, 2, 0, 2, 3};
    for (unsigned face = 0; face < 6; face++) {
        make_face(v + 4 * face, face / 2, face & 1 ? -1 : 1);
        for (unsigned i = 0; i < 6; i++)
            index[6 * face + i] = (uint16_t)(4 * face + pattern[i]);
    }
}

/* ---- textures ------------------------------------------------------------------------------ */

/* Blocks of masonry with dark joints and a grain, 8_8_8_8. */
static void make_stone(struct xg_texture *t)
{
    uint32_t noise = 1;
    xg_texture_create(t, 64, 64, XG_FORMAT_8_8_8_8);
    for (unsigned y = 0; y < 64; y++)
        for (unsigned x = 0; x < 64; x++) {
            unsigned row = y / 16, shifted = (x + (row & 1) * 16) % 64;
            bool joint = y % 16 < 2 || shifted % 32 < 2;
            noise = noise * 1664525 + 1013904223;
            unsigned grain = noise >> 27, tint = (shifted / 32 + row) % 3 * 12;
            unsigned r = joint ? 70 : 176 + grain + tint, g = joint ? 66 : 120 + grain + tint;
            unsigned b = joint ? 62 : 84 + grain;
            xg_texture_put(t, x, y, 0xFF000000 | b << 16 | g << 8 | r);
        }
}

/* A chequered board with a bevel round each field, DXT1. */
static void make_board(struct xg_texture *t)
{
    xg_texture_create(t, 128, 128, XG_FORMAT_DXT1);
    for (unsigned y = 0; y < 32; y++)
        for (unsigned x = 0; x < 32; x++) {
            bool light = (x / 4 + y / 4) & 1;
            uint16_t first = light ? 0xE73C : 0x2B0D, second = light ? 0x9492 : 0x1105;
            /* Rows and columns at a field's edge use the blends between the two colours. */
            uint32_t codes = 0;
            for (unsigned j = 0; j < 4; j++)
                for (unsigned i = 0; i < 4; i++) {
                    unsigned px = x % 4 * 4 + i, py = y % 4 * 4 + j;
                    unsigned edge = px < py ? px : py;
                    unsigned far = 15 - (px > py ? px : py);
                    unsigned inset = edge < far ? edge : far;
                    uint32_t code = inset == 0 ? 1 : inset == 1 ? 3 : inset == 2 ? 2 : 0;
                    codes |= code << (2 * (4 * j + i));
                }
            xg_texture_put_dxt1(t, x, y, first, second, codes);
        }
}

/* ---- set-up -------------------------------------------------------------------------------- */

static uint32_t upload(const uint32_t *words, unsigned count)
{
    uint32_t bus;
    memcpy(xg_gpu_alloc(count * 4, &bus), words, count * 4);
    return bus;
}

static void make_camera(struct scene *s)
{
    struct xg_matrix project =
        xg_matrix_perspective(0.75f, (float)WIDTH / (float)HEIGHT, 1.0f, 30.0f);
    struct xg_matrix back = xg_matrix_move(0, 0.35f, 7.2f), tilt = xg_matrix_turn_x(-0.42f);
    struct xg_matrix view = xg_matrix_product(&back, &tilt);
    s->camera = xg_matrix_product(&project, &view);
    for (unsigned i = 0; i < 3; i++) /* the view turned back: columns for rows */
        s->eye[i] = -(view.m[0][i] * view.m[0][3] + view.m[1][i] * view.m[1][3] +
                      view.m[2][i] * view.m[2][3]);
}

static void make_scene(struct scene *s)
{
    xg_gpu_init(&s->gpu, 12);
    for (unsigned i = 0; i < 2; i++)
        xg_picture_create(&s->picture[i], WIDTH, HEIGHT);
    make_cube(s);
    make_stone(&s->stone);
    make_board(&s->board);
    make_camera(s);
    s->cube_vs_bus = upload(cube_vs, cube_vs_DWORDS);
    s->cube_ps_bus = upload(cube_ps, cube_ps_DWORDS);
    xg_gpu_surface(&s->gpu, WIDTH, HEIGHT);
    xg_draw_defaults(&s->gpu);
    xg_draw_3d(&s->gpu, WIDTH, HEIGHT);
    xg_draw_vertices(&s->gpu, VERTICES, s->vertices_bus, 24 * sizeof(struct vertex));
}

static void set_light(struct scene *s)
{
    static const float toward[3] = {-1.05f, 1.5f, -1.4f};
    float c[5][4] = {{0},
                     {s->eye[0], s->eye[1], s->eye[2], 0},
                     {0.85f, 0.83f, 0.78f, 0},
                     {0.20f, 0.21f, 0.25f, 0},
                     {0.6f, 0, 0, 0}};
    float square = 0;
    for (unsigned i = 0; i < 3; i++)
        square += toward[i] * toward[i];
    for (unsigned i = 0; i < 3; i++)
        c[0][i] = toward[i] / xg_sqrt(square);
    xg_draw_constants(&s->gpu, 8, 5, &c[0][0]);
}

/* ---- a frame ------------------------------------------------------------------------------- */

static void draw_cube(struct scene *s, unsigned frame)
{
    float t = (float)frame;
    struct xg_matrix a = xg_matrix_turn_y(t * 0.035f), b = xg_matrix_turn_x(t * 0.021f + 0.5f);
    struct xg_matrix turn = xg_matrix_product(&b, &a);
    struct xg_matrix clip = xg_matrix_product(&s->camera, &turn);
    xg_draw_shader_at(&s->gpu, XG_VS, s->cube_vs_bus, cube_vs_DWORDS);
    xg_draw_shader_at(&s->gpu, XG_PS, s->cube_ps_bus, cube_ps_DWORDS);
    xg_draw_program(&s->gpu, 6, 3, 2);
    xg_draw_texture(&s->gpu, STONE, &s->stone, XG_LINEAR, XG_CLAMP);
    xg_draw_texture(&s->gpu, BOARD, &s->board, XG_LINEAR, XG_CLAMP);
    xg_draw_constants(&s->gpu, 0, 4, &clip.m[0][0]);
    xg_draw_constants(&s->gpu, 4, 3, &turn.m[0][0]);
    set_light(s);
    xg_draw_blend(&s->gpu, XG_ONE, XG_ADD, XG_ZERO);
    xg_draw_cull(&s->gpu, true);
    xg_draw_depth(&s->gpu, TILES, true, true);
    xg_draw_indexed(&s->gpu, XG_TRIANGLES, s->indices_bus, 36);
}

static void draw_floor(struct scene *s)
{
    static const float vertex_numbers[4] = {0.5f, 2, -1, 2};
    static const float pixel_numbers[2][4] = {{-3, -3, 3, 1}, {1, -0.75f, 0, 0}};
    struct xg_matrix place = xg_matrix_move(0, -2.0f, 0);
    for (unsigned i = 0; i < 3; i += 2)
        place.m[i][i] = 2.8f;
    struct xg_matrix clip = xg_matrix_product(&s->camera, &place);
    xg_draw_shader(&s->gpu, XG_VS, floor_vs, floor_vs_DWORDS);
    xg_draw_shader(&s->gpu, XG_PS, floor_ps, floor_ps_DWORDS);
    xg_draw_program(&s->gpu, 3, 4, 2);
    xg_draw_texture(&s->gpu, BOARD, &s->board, XG_LINEAR, XG_REPEAT);
    xg_draw_constants(&s->gpu, 0, 4, &clip.m[0][0]);
    xg_draw_constants(&s->gpu, 7, 1, vertex_numbers);
    xg_draw_constants(&s->gpu, 256 + 8, 2, &pixel_numbers[0][0]);
    xg_draw_blend(&s->gpu, XG_SRC_ALPHA, XG_ADD, XG_INV_SRC_ALPHA);
    xg_draw_cull(&s->gpu, false);
    xg_draw_depth(&s->gpu, TILES, true, false); /* behind the cube, writes no depth */
    xg_draw(&s->gpu, XG_STRIP, 4);
}

static void paint(struct scene *s, const struct xg_picture *to, unsigned frame)
{
    xg_draw_depth(&s->gpu, TILES, true, true);
    xg_draw_clear(&s->gpu, 0, 0, WIDTH, HEIGHT, BACKGROUND, 0xFFFFFF);
    draw_cube(s, frame);
    draw_floor(s);
    xg_gpu_resolve(&s->gpu, to);
}

int main(void)
{
    static struct scene scene;
    uint32_t done[2] = {0, 0};
    make_scene(&scene);
    DbgPrint("cube: %u by %u, colour in eDRAM tiles 0 to %u, depth in %u to %u\n", WIDTH, HEIGHT,
             TILES - 1, TILES, 2 * TILES - 1);
    for (unsigned frame = 1;; frame++) {
        unsigned i = frame & 1;
        xg_gpu_wait(&scene.gpu, done[i]);
        paint(&scene, &scene.picture[i], frame);
        xg_gpu_swap(&scene.gpu, &scene.picture[i]);
        done[i] = xg_gpu_fence(&scene.gpu);
        xg_gpu_wait_vblank(&scene.gpu);
    }
}
