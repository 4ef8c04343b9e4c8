#include "tests/bench/draw_scenes.h"

#include <math.h>
#include <stdlib.h>

static void make_texture(struct bench_scene *s)
{
    for (uint32_t m = 0; m < BENCH_LEVELS; m++) {
        uint32_t n = BENCH_TEXTURE >> m;
        s->texels[m] = malloc(4 * n * n);
        for (uint32_t i = 0; i < n * n; i++) {
            uint32_t x = (i % n) << m, y = (i / n) << m;
            if (!m) {
                uint32_t tile = (x / 16 + y / 16) & 1;
                s->texels[0][i] = (tile ? 0xFF3060C0 : 0xFFD0C0A0) + x / 16 + (y / 16 << 8);
                continue;
            }
            uint32_t out = 0xFF000000; /* mean of the four above */
            const uint32_t *up = s->texels[m - 1] + (i / n * 2) * 2 * n + i % n * 2;
            for (unsigned c = 0; c < 24; c += 8)
                out |= (((up[0] >> c & 255) + (up[1] >> c & 255) + (up[2 * n] >> c & 255) +
                         (up[2 * n + 1] >> c & 255) + 2) /
                        4)
                       << c;
            s->texels[m][i] = out;
        }
    }
}

/* A grid of (across + 1) x (down + 1) vertices bent to a sphere or a waving sheet. */
static void add_grid(struct bench_scene *s, uint32_t across, uint32_t down, bool sphere)
{
    struct bench_vertex *v = s->vertices + s->vertex_count;
    for (uint32_t y = 0; y <= down; y++)
        for (uint32_t x = 0; x <= across; x++, v++) {
            double a = (double)x / across, b = (double)y / down;
            double theta = a * 2 * M_PI, phi = b * M_PI;
            double nx = sin(phi) * cos(theta), ny = cos(phi), nz = sin(phi) * sin(theta);
            if (!sphere) {
                nx = 0.5 * sin(20 * a);
                ny = 0.5 * cos(17 * b);
                nz = -sqrt(1 - nx * nx - ny * ny);
            }
            *v = (struct bench_vertex){
                .position = {(float)(sphere ? nx : 2 * a - 1), (float)(sphere ? ny : 2 * b - 1),
                             (float)(sphere ? nz : 0.05 * sin(20 * a + 17 * b))},
                .normal = {(float)nx, (float)ny, (float)nz},
                .uv = {(float)(sphere ? 4 * a : 3 * a), (float)(sphere ? 2 * b : 3 * b)}};
        }
    uint16_t *i = s->indices + s->index_count;
    for (uint32_t y = 0; y < down; y++)
        for (uint32_t x = 0; x < across; x++) {
            uint32_t at = y * (across + 1) + x;
            const uint32_t corner[6] = {at,     at + 1,          at + across + 1,
                                        at + 1, at + across + 2, at + across + 1};
            for (unsigned k = 0; k < 6; k++)
                *i++ = (uint16_t)corner[k];
        }
    s->vertex_count += (across + 1) * (down + 1);
    s->index_count += 6 * across * down;
}

/* Scale and place, then perspective with the eye at the origin looking along +z. */
static void place(struct bench_object *o, double scale, double x, double y, double z)
{
    const double near = 0.5, far = 50, sx = 720.0 / 1280 * 1.5, sy = 1.5;
    double k = far / (far - near);
    const double m[4][4] = {{sx * scale, 0, 0, sx * x},
                            {0, sy * scale, 0, sy * y},
                            {0, 0, k * scale, k * (z - near)},
                            {0, 0, scale, z}};
    for (unsigned r = 0; r < 4; r++)
        for (unsigned c = 0; c < 4; c++)
            o->matrix[r][c] = (float)m[r][c];
}

static void spheres(struct bench_scene *s)
{
    add_grid(s, 4, 4, false);
    uint32_t wall = s->index_count, wall_vertices = s->vertex_count;
    add_grid(s, 40, 24, true);
    s->objects[s->object_count] = (struct bench_object){0, 0, wall, {{0}}};
    place(&s->objects[s->object_count++], 12, 0, 0, 14);
    for (unsigned i = 0; i < 40; i++) {
        struct bench_object *o = &s->objects[s->object_count++];
        *o = (struct bench_object){wall_vertices, wall, s->index_count - wall, {{0}}};
        place(o, 0.9, -5.4 + 1.55 * (i % 8), -3 + 1.5 * (i / 8), 6 + 0.25 * ((i * 7) % 11));
    }
}

/* 9 sheets of 100 x 100 vertices: triangles of some 5 pixels. */
static void sheets(struct bench_scene *s)
{
    add_grid(s, 99, 99, false);
    for (unsigned i = 0; i < 9; i++) {
        struct bench_object *o = &s->objects[s->object_count++];
        *o = (struct bench_object){0, 0, s->index_count, {{0}}};
        place(o, 1.1, -2.3 + 2.3 * (i % 3), -1.4 + 1.4 * (i / 3), 4);
    }
}

struct bench_scene *bench_scene_create(unsigned number)
{
    static const char *const names[BENCH_SCENES] = {"textured720", "msaa720", "vertex720"};
    struct bench_scene *s = calloc(1, sizeof *s);
    s->name = names[number];
    s->samples = number == 1 ? 4 : 1;
    s->lit_by_vertex = number == 2;
    s->vertices = malloc(20000 * sizeof *s->vertices);
    s->indices = malloc(80000 * sizeof *s->indices);
    s->objects = malloc(64 * sizeof *s->objects);
    make_texture(s);
    if (number == 2)
        sheets(s);
    else
        spheres(s);
    return s;
}

void bench_scene_destroy(struct bench_scene *s)
{
    for (unsigned m = 0; m < BENCH_LEVELS; m++)
        free(s->texels[m]);
    free(s->vertices);
    free(s->indices);
    free(s->objects);
    free(s);
}
