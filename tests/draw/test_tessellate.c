/* Meshes of patches: whatever the factors of the edges are, the triangles fill the patch exactly,
 * meet along whole edges, and two patches agree about the points of an edge that they share. */
#include "tests/draw/scene.h"

#include "gpu/draw/state.h"

#include <math.h>

static uint32_t state = 12345;
static uint32_t rnd(void)
{
    state = state * 1664525 + 1013904223;
    return state >> 8;
}

struct patch {
    struct scene *s;
    struct xg_draw *r;
    bool quad;
    float factor[4]; /* as the edges have them: memory + 1 */
    size_t count;    /* indices */
};

static void begin(struct patch *p)
{
    p->s = scene_create(16, 16);
    p->r = p->s->renderer;
    p->r->reg[XG_REG_VGT_OUTPUT_PATH_CNTL] = 1;
    p->r->reg[XG_REG_VGT_HOS_CNTL] = 2;
    float most = 63, least = 0;
    p->r->reg[XG_REG_VGT_HOS_MAX_TESS_LEVEL] = scene_bits(most);
    p->r->reg[XG_REG_VGT_HOS_MIN_TESS_LEVEL] = scene_bits(least);
    xg_view_begin(&p->r->view, &p->s->host);
}

static void end(struct patch *p)
{
    xg_view_end(&p->r->view);
    scene_destroy(p->s);
}

static void tessellate(struct patch *p)
{
    unsigned corners = p->quad ? 4 : 3;
    for (unsigned i = 0; i < corners; i++)
        xg_st32be(p->s->memory + SCENE_INDICES + 4 * i, scene_bits(p->factor[i] - 1));
    const struct xg_gpu_draw draw = {.initiator =
                                         (p->quad ? 18u : 17u) | 1 << 8 | 1 << 11 | corners << 16,
                                     .dma_base = SCENE_INDICES,
                                     .dma_size = corners | 2u << 30};
    p->count = xg_tessellate(p->r, &draw);
}

/* u and v of a vertex: of a triangle the weights of the second and third corner. */
static void place(const struct patch *p, uint32_t vertex, double at[2])
{
    const float *in = p->r->inputs[vertex];
    at[0] = (double)in[1];
    at[1] = (double)(p->quad ? in[2] : in[0]);
}

static double area_of(const struct patch *p, const uint32_t *t)
{
    double a[2], b[2], c[2];
    place(p, t[0], a);
    place(p, t[1], b);
    place(p, t[2], c);
    return 0.5 * ((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]));
}

/* Which side of the patch both ends lie on; -1: none. */
static int side_of(const struct patch *p, uint32_t from, uint32_t to)
{
    double a[2], b[2];
    place(p, from, a);
    place(p, to, b);
    if (a[1] == 0 && b[1] == 0)
        return 0;
    if (!p->quad)
        return a[0] + a[1] == 1 && b[0] + b[1] == 1 ? 1 : a[0] == 0 && b[0] == 0 ? 2 : -1;
    return a[0] == 1 && b[0] == 1   ? 1
           : a[1] == 1 && b[1] == 1 ? 2
           : a[0] == 0 && b[0] == 0 ? 3
                                    : -1;
}

static uint32_t segments(float factor)
{
    uint32_t n = 2;
    while (n < 64 && (float)n < factor)
        n += 2;
    return n;
}

struct edge {
    uint32_t from, to;
};
static int by_ends(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

/* Each edge once in each direction, but for those of the outline. */
static void check_edges(const struct patch *p)
{
    struct edge *edges = malloc(p->count * sizeof *edges);
    uint32_t outline[4] = {0};
    for (size_t i = 0; i < p->count; i++) {
        size_t next = i % 3 == 2 ? i - 2 : i + 1;
        edges[i] = (struct edge){p->r->indices[i], p->r->indices[next]};
    }
    qsort(edges, p->count, sizeof *edges, by_ends);
    for (size_t i = 0; i < p->count; i++) {
        const struct edge back = {edges[i].to, edges[i].from};
        if (i)
            assert_true(by_ends(&edges[i - 1], &edges[i]) != 0);
        if (bsearch(&back, edges, p->count, sizeof back, by_ends))
            continue;
        int side = side_of(p, edges[i].from, edges[i].to);
        assert_true(side >= 0);
        outline[side]++;
    }
    for (unsigned s = 0; s < (p->quad ? 4u : 3u); s++)
        assert_int_equal(outline[s], segments(p->factor[s]));
    free(edges);
}

static void meshes_fill_their_patch(void **unused)
{
    struct patch p;
    XG_UNUSED(unused);
    begin(&p);
    for (unsigned n = 0; n < 400; n++) {
        double area = 0;
        p.quad = n & 1;
        for (unsigned i = 0; i < 4; i++)
            p.factor[i] = rnd() % 4 ? 1 + (float)(rnd() % 1600) / 100 : (float)(1 + rnd() % 64);
        tessellate(&p);
        assert_true(p.count > 0);
        for (size_t i = 0; i < p.count; i += 3) {
            double one = area_of(&p, p.r->indices + i);
            assert_true(one >= -1e-7); /* none is turned over; the least factor may leave slivers */
            area += one;
        }
        assert_true(fabs(area - (p.quad ? 1 : 0.5)) < 1e-4);
        check_edges(&p);
    }
    end(&p);
}

static bool on_side(const double at[2], int side)
{
    return at[side & 1 ? 0 : 1] == (side == 1 || side == 2 ? 1 : 0);
}

/* Points of a quad along a side in the order of their weight, from the patch that lies to one side
 * or the other of it. */
static unsigned points_of(const struct patch *p, int side, bool backward, float out[65])
{
    unsigned n = 0;
    for (size_t i = 0; i < p->count; i++) {
        uint32_t v = p->r->indices[i];
        double at[2];
        place(p, v, at);
        if (!on_side(at, side))
            continue;
        double t = at[side & 1];
        float w = (float)(backward ? 1 - t : t);
        unsigned k = 0;
        while (k < n && out[k] < w)
            k++;
        if (k < n && out[k] == w)
            continue;
        memmove(out + k + 1, out + k, (n - k) * sizeof *out);
        out[k] = w;
        n++;
    }
    return n;
}

static void neighbours_share_the_points_of_an_edge(void **unused)
{
    struct patch p, q;
    float a[130], b[130];
    XG_UNUSED(unused);
    begin(&p);
    begin(&q);
    p.quad = q.quad = true;
    for (unsigned n = 0; n < 200; n++) {
        for (unsigned i = 0; i < 4; i++) {
            p.factor[i] = 1 + (float)(rnd() % 6300) / 100;
            q.factor[i] = 1 + (float)(rnd() % 800) / 100;
        }
        q.factor[3] = p.factor[1]; /* the right edge of one is the left edge of the other */
        tessellate(&p);
        tessellate(&q);
        unsigned count = points_of(&p, 1, false, a);
        assert_int_equal(count, segments(p.factor[1]) + 1);
        assert_int_equal(points_of(&q, 3, false, b), count);
        assert_memory_equal(a, b, count * sizeof *a);
        points_of(&p, 1, true, b); /* and from the other end */
        assert_memory_equal(a, b, count * sizeof *a);
    }
    end(&p);
    end(&q);
}

/* All segments are 1 / factor long but for the two beside the middle. */
static void spacing_is_fractional_and_even(void **unused)
{
    struct patch p;
    float at[130];
    XG_UNUSED(unused);
    begin(&p);
    p.quad = true;
    for (unsigned n = 100; n <= 6400; n += 7) {
        float factor = (float)n / 100;
        double f = factor < 2 ? 2 : (double)factor;
        for (unsigned i = 0; i < 4; i++)
            p.factor[i] = i == 1 ? factor : 2;
        tessellate(&p);
        unsigned count = points_of(&p, 1, false, at), half = (count - 1) / 2;
        assert_int_equal(count, segments(factor) + 1);
        for (unsigned i = 0; i < half; i++)
            assert_true(fabs((double)at[i] - i / f) <= 0x1p-17);
        assert_true(at[half] == 0.5f);
    }
    end(&p);
}

static void odd_factors_are_clamped(void **unused)
{
    static const float odd[] = {0, -5, 1e30f, INFINITY, -INFINITY, NAN};
    struct patch p;
    XG_UNUSED(unused);
    begin(&p);
    for (unsigned n = 0; n < XG_COUNTOF(odd); n++) {
        p.quad = n & 1;
        for (unsigned i = 0; i < 4; i++)
            p.factor[i] = odd[(n + i) % XG_COUNTOF(odd)];
        tessellate(&p);
        assert_true(p.count > 0);
        assert_true(p.count <= 3 * 2 * 65 * 65);
    }
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meshes_fill_their_patch),
        cmocka_unit_test(neighbours_share_the_points_of_an_edge),
        cmocka_unit_test(spacing_is_fractional_and_even),
        cmocka_unit_test(odd_factors_are_clamped),
    };
    return cmocka_run_group_tests_name("tessellate", tests, NULL, NULL);
}
