/* Coverage against rational arithmetic written from the definition: a sample belongs to a
 * triangle when, moved right by an infinitesimal and down by a smaller one, it lies strictly
 * inside. That is the top-left rule without naming edges. */
#include "gpu/draw/edges.h"
#include "gpu/draw/format.h"
#include "gpu/draw/wide.h"
#include "tests/draw/scene.h"

#include <math.h>

typedef __int128 wide;
static uint64_t seed_state;
static uint32_t rnd(void)
{
    seed_state = seed_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed_state >> 32);
}
static int32_t between(int32_t low, int32_t high)
{
    return low + (int32_t)(rnd() % (uint32_t)(high - low + 1));
}

static int sign(wide v)
{
    return v > 0 ? 1 : v < 0 ? -1 : 0;
}

/* Side of the moved point (x + d, y + d*d) relative to the line p -> q. */
static int side(int32_t px, int32_t py, int32_t qx, int32_t qy, int32_t x, int32_t y)
{
    wide cross = (wide)(qx - px) * (y - py) - (wide)(qy - py) * (x - px);
    if (cross)
        return sign(cross);
    if (qy != py)
        return sign((wide)py - qy); /* derivative along x */
    return sign((wide)qx - px);     /* derivative along y */
}

static bool oracle(const int32_t x[3], const int32_t y[3], int32_t sx, int32_t sy)
{
    int turn = sign((wide)(x[1] - x[0]) * (y[2] - y[0]) - (wide)(y[1] - y[0]) * (x[2] - x[0]));
    if (!turn)
        return false;
    for (unsigned i = 0; i < 3; i++) {
        unsigned j = (i + 1) % 3;
        if (side(x[i], y[i], x[j], y[j], sx, sy) != turn)
            return false;
    }
    return true;
}

static bool covered(const int32_t x[3], const int32_t y[3], int32_t sx, int32_t sy)
{
    struct xg_edges e;
    return xg_edges_setup(&e, x, y) && xg_edges_cover(&e, sx, sy);
}

/* Many kinds: tiny, slivers, huge coordinates, right on the sample grid. */
static void random_triangle(int32_t x[3], int32_t y[3])
{
    unsigned kind = rnd() % 4;
    for (unsigned i = 0; i < 3; i++) {
        int32_t range = kind == 0 ? 1024 : kind == 1 ? 1 << 23 : kind == 2 ? 4096 : 2048;
        x[i] = between(kind == 1 ? -range : 0, range);
        y[i] = between(kind == 1 ? -range : 0, range);
        if (kind == 3) { /* vertices on sample points: ties everywhere */
            x[i] = x[i] / 128 * 128;
            y[i] = y[i] / 128 * 128;
        }
    }
    if (kind == 2) /* a sliver: the third vertex almost on the line */
        for (unsigned a = 0; a < 1; a++) {
            x[2] = (x[0] + x[1]) / 2 + between(-1, 1);
            y[2] = (y[0] + y[1]) / 2 + between(-1, 1);
        }
}

static void coverage_equals_rational_arithmetic(void **state)
{
    XG_UNUSED(state);
    seed_state = 100000;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    unsigned inside = 0;
    for (unsigned n = 0; n < 100000; n++) {
        int32_t x[3], y[3];
        random_triangle(x, y);
        for (unsigned k = 0; k < 24; k++) {
            /* samples at vertices, on edges, and anywhere near */
            unsigned a = rnd() % 3, b = rnd() % 3;
            int32_t sx = (x[a] + x[b]) / 2, sy = (y[a] + y[b]) / 2;
            if (k & 1) {
                sx = (x[0] + x[1] + x[2]) / 3 + between(-512, 512);
                sy = (y[0] + y[1] + y[2]) / 3 + between(-512, 512);
            }
            if (k % 3 == 0) {
                sx = (sx & ~255) + 128;
                sy = (sy & ~255) + 128;
            }
            bool want = oracle(x, y, sx, sy);
            inside += want;
            if (covered(x, y, sx, sy) != want) {
                print_error("(%d %d) (%d %d) (%d %d) at (%d %d): should be %d\n", x[0], y[0], x[1],
                            y[1], x[2], y[2], sx, sy, want);
                fail();
            }
        }
    }
    assert_true(inside > 100000); /* the samples really lie on both sides */
}

/* A triangulated polygon: every sample of its interior belongs to exactly one part. */
static void shared_edges_have_no_gap_and_no_double_hit(void **state)
{
    XG_UNUSED(state);
    seed_state = 4242;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    for (unsigned n = 0; n < 3000; n++) {
        /* four corners of a box, one inner point anywhere in it, also on its diagonal */
        int32_t w = between(2, 24) * 128, h = between(2, 24) * 128;
        int32_t cx = between(1, w - 1),
                cy = n & 1 ? (int32_t)((int64_t)cx * h / w) : between(1, h - 1);
        const int32_t bx[4] = {0, w, w, 0}, by[4] = {0, 0, h, h};
        for (int32_t sy = -64; sy <= h + 64; sy += 64)
            for (int32_t sx = -64; sx <= w + 64; sx += 64) {
                unsigned hits = 0;
                for (unsigned i = 0; i < 4; i++) {
                    const int32_t x[3] = {cx, bx[i], bx[(i + 1) % 4]};
                    const int32_t y[3] = {cy, by[i], by[(i + 1) % 4]};
                    hits += covered(x, y, sx, sy);
                }
                unsigned want = sx >= 0 && sx < w && sy >= 0 && sy < h;
                assert_int_equal(hits, want);
            }
    }
}

/* The same through the whole renderer, with vertices as a guest gives them: a mesh of
 * jittered cells, each triangle adds 1/255; every pixel must end at 1, at 1, 2 and 4
 * samples. */
static const char vs[] = "exec\n vfetch r0.xy01, r0.x, vf0, format=32_32_float, stride=2\n"
                         "alloc position\nexec_end\n mov oPos, r0\n";
static const char ps[] = "alloc colors\nexec_end\n mov oC0, c0.x\n";

static size_t jittered_mesh(float *v, unsigned cells)
{
    static float px[33][33], py[33][33];
    size_t n = 0;
    for (unsigned j = 0; j <= cells; j++)
        for (unsigned i = 0; i <= cells; i++) {
            bool border = !i || !j || i == cells || j == cells;
            px[j][i] =
                ((float)i + (border ? 0 : (float)between(-20, 20) / 100)) * 2 / (float)cells - 1;
            py[j][i] =
                ((float)j + (border ? 0 : (float)between(-20, 20) / 100)) * 2 / (float)cells - 1;
        }
    for (unsigned j = 0; j < cells; j++)
        for (unsigned i = 0; i < cells; i++) {
            static const uint8_t split[2][6] = {{0, 1, 2, 2, 1, 3}, {0, 1, 3, 0, 3, 2}};
            const uint8_t *s = split[rnd() & 1];
            for (unsigned k = 0; k < 6; k++) {
                v[n++] = px[j + s[k] / 2][i + s[k] % 2];
                v[n++] = py[j + s[k] / 2][i + s[k] % 2];
            }
        }
    return n / 2;
}

static void meshes_cover_every_sample_once(void **state)
{
    XG_UNUSED(state);
    seed_state = 7;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    static float v[32 * 32 * 12];
    for (unsigned msaa = 0; msaa < 3; msaa++) {
        struct scene *s = scene_create(72, 56);
        s->reg[XG_REG_RB_SURFACE_INFO] = 72 | msaa << 16;
        s->reg[XG_REG_RB_BLENDCONTROL0] = 0x01010101; /* one, one, add */
        scene_constant(s, 256, 1.0f / 255, 0, 0, 0);
        scene_shader(s, vs, XG_STAGE_VS);
        scene_shader(s, ps, XG_STAGE_PS);
        size_t count = jittered_mesh(v, 24);
        scene_vertices(s, v, count, 2);
        scene_draw_auto(s, 4, (uint32_t)count);
        uint32_t columns = 72u << (msaa == 2), rows = 56u << (msaa > 0);
        for (uint32_t y = 0; y < rows; y++)
            for (uint32_t x = 0; x < columns; x++)
                assert_int_equal(scene_word(s, 0, x, y, columns), 0x01010101);
        scene_destroy(s);
    }
}

/* Whole triangles through the renderer: every sample's coverage by the definition, its depth by
 * the plane through the vertices in long double. Small triangles and large ones go different ways
 * in the vectors. */
static const char vs_screen[] =
    "exec\n vfetch r0.xyz1, r0.x, vf0, format=32_32_32_float, stride=3\n"
    "alloc position\nexec_end\n mov oPos, r0\n";

/* In sixteenths of a pixel, as vertices are snapped. */
static void triangle_on_screen(int32_t x[3], int32_t y[3])
{
    unsigned kind = rnd() % 4;
    int32_t extent = kind == 0   ? 6 * 16
                     : kind == 1 ? 60 * 16
                     : kind == 2 ? 400 * 16
                                 : (rnd() & 1 ? 400 : 90) * 16;
    int32_t left = between(-extent / 2, 96 * 16), top = between(-extent / 2, 72 * 16);
    for (unsigned i = 0; i < 3; i++) {
        x[i] = left + between(0, extent);
        y[i] = top + between(0, extent);
        if (kind == 3) { /* on samples and pixel corners */
            x[i] &= ~7;
            y[i] &= ~7;
        }
    }
    if (rnd() % 6 == 0) {
        x[2] = (x[0] + x[1]) / 2 + between(-1, 1);
        y[2] = (y[0] + y[1]) / 2 + between(-1, 1);
    }
}

static void check_triangle(struct scene *s, unsigned msaa, const int32_t x[3], const int32_t y[3],
                           const float z[3], uint64_t *inside)
{
    static const uint8_t at[3][4][2] = {
        {{8, 8}}, {{4, 4}, {12, 12}}, {{6, 2}, {2, 10}, {14, 6}, {10, 14}}};
    uint32_t columns = 96u << (msaa == 2);
    long double area =
        (long double)(x[1] - x[0]) * (y[2] - y[0]) - (long double)(y[1] - y[0]) * (x[2] - x[0]);
    for (uint32_t py = 0; py < 72; py++)
        for (uint32_t px = 0; px < 96; px++)
            for (unsigned n = 0; n < 1u << msaa; n++) {
                int32_t sx = (int32_t)px * 16 + at[msaa][n][0],
                        sy = (int32_t)py * 16 + at[msaa][n][1];
                uint32_t column = px << (msaa == 2) | (n >> 1), row = py << (msaa > 0) | (n & 1);
                bool want = oracle(x, y, sx, sy);
                if ((scene_word(s, 0, column, row, columns) != 0) != want)
                    fail_msg("(%d %d) (%d %d) (%d %d), sixteenths, at (%d %d): should be %d", x[0],
                             y[0], x[1], y[1], x[2], y[2], sx, sy, want);
                if (!want)
                    continue;
                ++*inside;
                long double b1 = ((long double)(sx - x[0]) * (y[2] - y[0]) -
                                  (long double)(sy - y[0]) * (x[2] - x[0])) /
                                 area;
                long double b2 = ((long double)(sy - y[0]) * (x[1] - x[0]) -
                                  (long double)(sx - x[0]) * (y[1] - y[0])) /
                                 area;
                long double depth = z[0] + b1 * (z[1] - z[0]) + b2 * (z[2] - z[0]);
                uint32_t exchanged = column % 80 < 40 ? column + 40 : column - 40;
                uint32_t code = scene_word(s, SCENE_DEPTH_TILE, exchanged, row, columns) >> 8;
                if (fabsl((long double)code - depth * 16777215) > 1.5L)
                    fail_msg("depth %u, exact %Lf", code, depth * 16777215);
            }
}

static void triangles_equal_the_definition(uint32_t threads)
{
    seed_state = 31415;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    uint64_t inside = 0;
    for (unsigned msaa = 0; msaa < 3; msaa++) {
        struct scene *s = scene_create(96, 72);
        if (!xg_draw_threads(s->renderer, threads))
            skip();
        s->reg[XG_REG_RB_SURFACE_INFO] = 96 | msaa << 16;
        s->reg[XG_REG_RB_DEPTHCONTROL] = 2 | 4 | 7 << 4;
        s->reg[XG_REG_PA_CL_VTE_CNTL] = 1 << 10; /* positions are pixels */
        scene_constant(s, 256, 1, 1, 1, 1);
        scene_shader(s, vs_screen, XG_STAGE_VS);
        scene_shader(s, ps, XG_STAGE_PS);
        for (unsigned n = 0; n < 250; n++) {
            int32_t x[3], y[3];
            float v[9], z[3];
            triangle_on_screen(x, y);
            for (unsigned i = 0; i < 3; i++) {
                v[3 * i] = (float)x[i] / 16;
                v[3 * i + 1] = (float)y[i] / 16;
                v[3 * i + 2] = z[i] = (float)(rnd() & 0xFFFFFF) / 0x1000000;
            }
            memset(s->tiles, 0, 32 * XG_EDRAM_TILE_BYTES);
            scene_vertices(s, v, 3, 3);
            scene_draw_auto(s, 4, 3);
            check_triangle(s, msaa, x, y, z, &inside);
        }
        scene_destroy(s);
    }
    assert_true(inside > 100000);
}

static void triangles_by_the_reference(void **state)
{
    XG_UNUSED(state);
    triangles_equal_the_definition(XG_DRAW_SCALAR);
}
static void triangles_by_the_vectors(void **state)
{
    XG_UNUSED(state);
    triangles_equal_the_definition(1);
}

/* Polygon offset has a bit and an offset each for front faces, back faces, and what is neither. */
static void polygon_offset_knows_the_face(void **state)
{
    static const float facing[2][9] = {{-1, 1, 0.25f, 1, 1, 0.25f, -1, -1, 0.25f},
                                       {-1, 1, 0.25f, -1, -1, 0.25f, 1, 1, 0.25f}};
    XG_UNUSED(state);
    for (unsigned bit = 11; bit <= 13; bit++)
        for (unsigned turned = 0; turned < 2; turned++)
            for (unsigned type = 4; type <= 8; type += 4) { /* triangle, rectangle */
                struct scene *s = scene_create(16, 16);
                scene_shader(s, vs_screen, XG_STAGE_VS);
                scene_shader(s, ps, XG_STAGE_PS);
                s->reg[XG_REG_RB_DEPTHCONTROL] = 2 | 4 | 7 << 4;
                s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = 1u << bit | 1 << 2; /* clockwise is front */
                scene_float(s, XG_REG_PA_SU_POLY_OFFSET_FRONT_SCALE + 1, 0.25f);
                scene_float(s, XG_REG_PA_SU_POLY_OFFSET_BACK_SCALE + 1, 0.5f);
                scene_vertices(s, facing[turned], 3, 3);
                scene_draw_auto(s, type, 3);
                bool back = turned; /* a rectangle has no face: its offset is the front's */
                float offset = type == 8                   ? (bit == 13 ? 0.25f : 0)
                               : bit == (back ? 12u : 11u) ? (back ? 0.5f : 0.25f)
                                                           : 0;
                uint32_t want = xg_float_d24(0.25f + offset);
                if (scene_depth(s, 3, 3) >> 8 != want)
                    fail_msg("bit %u, type %u, turned %u: %06X, not %06X", bit, type, turned,
                             scene_depth(s, 3, 3) >> 8, want);
                scene_destroy(s);
            }
}

/* Beyond a sprite's edges (a sample is inside, the pixel's centre is not) coordinates stay 0 and 1.
 */
static void coordinates_of_sprites_end_at_their_edges(void **state)
{
    static const uint8_t at[4][2] = {{6, 2}, {2, 10}, {14, 6}, {10, 14}}; /* sixteenths */
    const double left = 44.75, top = 14.75, size = 31.5;
    XG_UNUSED(state);
    for (unsigned path = 0; path < (xg_wide_available() ? 2u : 1u); path++) {
        struct scene *s = scene_create(80, 48);
        assert_true(xg_draw_threads(s->renderer, path ? 1 : XG_DRAW_SCALAR));
        scene_shader(s, vs, XG_STAGE_VS);
        scene_shader(s, "alloc colors\nexec_end\n mov oC0, r2.zwzw\n", XG_STAGE_PS);
        s->reg[XG_REG_RB_SURFACE_INFO] = 80 | 2 << 16;
        s->reg[XG_REG_SQ_PROGRAM_CNTL] = 1 << 18;
        s->reg[XG_REG_SQ_CONTEXT_MISC] = 1 << 2 | 2 << 8;
        s->reg[XG_REG_PA_SU_POINT_SIZE] = 252 << 16 | 252; /* half of each side, sixteenths */
        s->reg[XG_REG_PA_SU_POINT_MINMAX] = 16u * 4096 << 16;
        scene_fill(s, 0, 12, 0x01010101);
        const float v[] = {0.5125f, -0.27083334f}; /* at (60.5, 30.5) */
        scene_vertices(s, v, 1, 2);
        scene_draw_auto(s, 1, 1);
        for (int y = 0; y < 48; y++)
            for (int x = 0; x < 80; x++)
                for (int n = 0; n < 4; n++) {
                    uint32_t word = scene_word(s, 0, (uint32_t)(2 * x + (n >> 1)),
                                               (uint32_t)(2 * y + (n & 1)), 160);
                    double sx = x + at[n][0] / 16.0 - left, sy = y + at[n][1] / 16.0 - top;
                    double u = fmin(fmax((x + 0.5 - left) / size, 0), 1) * 255;
                    double w = fmin(fmax((y + 0.5 - top) / size, 0), 1) * 255;
                    bool inside = sx >= 0 && sx < size && sy >= 0 && sy < size;
                    if (!inside
                            ? word != 0x01010101
                            : fabs((word & 255) - u) > 0.51 || fabs((word >> 8 & 255) - w) > 0.51)
                        fail_msg("path %u, sample %d of %d %d: %08X, not %f %f", path, n, x, y,
                                 word, u, w);
                }
        scene_destroy(s);
    }
}

/* Vertices far outside the guard band: clipping, not overflow. */
static void huge_coordinates_are_clipped(void **state)
{
    XG_UNUSED(state);
    struct scene *s = scene_create(32, 32);
    s->reg[XG_REG_RB_BLENDCONTROL0] = 0x01010101;
    scene_constant(s, 256, 1.0f / 255, 0, 0, 0);
    scene_shader(s, vs, XG_STAGE_VS);
    scene_shader(s, ps, XG_STAGE_PS);
    static const float v[] = {-1e6f, -3e7f, -1e6f,  3e7f, 0.001f, 0, /* left half and more */
                              1e6f,  -3e7f, 0.001f, 0,    1e6f,   3e7f, 0, NAN, 1, 1, 1, 0};
    scene_vertices(s, v, 9, 2);
    scene_draw_auto(s, 4, 9);
    for (uint32_t x = 0; x < 32; x++)
        assert_int_equal(scene_pixel(s, x, 16), 0x01010101);
    assert_int_equal(xg_draw_get_warnings(s->renderer)->count[XG_WARN_POSITION], 1);
    scene_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coverage_equals_rational_arithmetic),
        cmocka_unit_test(shared_edges_have_no_gap_and_no_double_hit),
        cmocka_unit_test(meshes_cover_every_sample_once),
        cmocka_unit_test(triangles_by_the_reference),
        cmocka_unit_test(triangles_by_the_vectors),
        cmocka_unit_test(polygon_offset_knows_the_face),
        cmocka_unit_test(coordinates_of_sprites_end_at_their_edges),
        cmocka_unit_test(huge_coordinates_are_clipped),
    };
    return cmocka_run_group_tests_name("raster", tests, NULL, NULL);
}
