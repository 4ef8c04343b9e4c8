/* From exported positions to triangles on the screen: clipping, perspective division,
 * viewport, snapping to the subpixel grid. Clipping is in double; an edge is always cut from
 * its inside end, so that two primitives that share it get the same new vertex. */
#include "gpu/draw/state.h"

#include <string.h>

/* Screen coordinates stay within +-2^14 pixels, so edge functions fit 64 bits easily. */
#define SCREEN_LIMIT 16384.0

#define MAX_CORNERS 24
struct corner {
    double position[4]; /* homogeneous */
    double param[XG_PARAMS][4];
};
struct polygon {
    unsigned count;
    struct corner corner[MAX_CORNERS];
};

static void lerp_corner(const struct xg_draw *r, const struct corner *in, const struct corner *out,
                        double t, struct corner *result)
{
    for (unsigned c = 0; c < 4; c++)
        result->position[c] = in->position[c] + (out->position[c] - in->position[c]) * t;
    for (uint32_t left = r->setup.params; left; left &= left - 1)
        for (unsigned c = 0, i = (unsigned)__builtin_ctz(left); c < 4; c++)
            result->param[i][c] = in->param[i][c] + (out->param[i][c] - in->param[i][c]) * t;
}

static double distance(const double plane[5], const double p[4])
{
    return plane[0] * p[0] + plane[1] * p[1] + plane[2] * p[2] + plane[3] * p[3] + plane[4];
}

/* Keeps the part with distance >= 0; with cull_only drops polygons wholly outside. */
static void clip_plane(const struct xg_draw *r, struct polygon *p, const double plane[5],
                       bool cull_only)
{
    double d[MAX_CORNERS];
    unsigned inside = 0;
    struct polygon result;
    for (unsigned i = 0; i < p->count; i++) {
        d[i] = distance(plane, p->corner[i].position);
        inside += d[i] >= 0;
    }
    if (inside == p->count || (cull_only && inside))
        return;
    result.count = 0;
    for (unsigned i = 0; i < p->count && inside; i++) {
        unsigned j = (i + 1) % p->count;
        if (d[i] >= 0 && result.count < MAX_CORNERS)
            result.corner[result.count++] = p->corner[i];
        if ((d[i] >= 0) != (d[j] >= 0) && result.count < MAX_CORNERS) {
            unsigned in = d[i] >= 0 ? i : j, out = d[i] >= 0 ? j : i;
            lerp_corner(r, &p->corner[in], &p->corner[out], d[in] / (d[in] - d[out]),
                        &result.corner[result.count++]);
        }
    }
    *p = result;
}

/* --- planes and viewport of a draw --- */

static void viewport_axis(struct xg_draw *r, unsigned axis)
{
    struct xg_setup *s = &r->setup;
    uint32_t vte = r->reg[XG_REG_PA_CL_VTE_CNTL];
    uint32_t reg = XG_REG_PA_CL_VPORT_XSCALE + 2 * axis;
    s->scale[axis] = vte >> 2 * axis & 1 ? xg_flush(xg_reg_float(r, reg)) : 1.0f;
    s->offset[axis] = vte >> (2 * axis + 1) & 1 ? xg_flush(xg_reg_float(r, reg + 1)) : 0.0f;
}

static void add_plane(struct xg_setup *s, double x, double y, double z, double w, double constant,
                      bool cull_only)
{
    double *p = s->plane[s->planes];
    p[0] = x;
    p[1] = y;
    p[2] = z;
    p[3] = w;
    p[4] = constant;
    s->cull_only[s->planes++] = cull_only;
}

/* |x| * scale stays on the screen grid: the guard band that this implementation clips at. */
static void add_guard(struct xg_setup *s)
{
    for (unsigned axis = 0; axis < 2; axis++) {
        double scale = s->scale[axis] < 0 ? -(double)s->scale[axis] : (double)s->scale[axis];
        double o = s->offset[axis] < 0 ? -(double)s->offset[axis] : (double)s->offset[axis];
        if (!(scale > 0) || !(o < SCREEN_LIMIT - 64))
            continue;
        double limit = (SCREEN_LIMIT - 64 - o) / scale;
        add_plane(s, axis == 0, axis == 1, 0, limit, 0, false);
        add_plane(s, -(axis == 0), -(axis == 1), 0, limit, 0, false);
    }
}

void xg_clip_setup(struct xg_draw *r)
{
    struct xg_setup *s = &r->setup;
    uint32_t control = r->reg[XG_REG_PA_CL_CLIP_CNTL];
    bool off = control >> 16 & 1;
    for (unsigned axis = 0; axis < 3; axis++)
        viewport_axis(r, axis);
    s->planes = 0;
    if (!off) {
        add_plane(s, 0, 0, 1, control >> 19 & 1 ? 0 : 1, 0, false);
        add_plane(s, 0, 0, -1, 1, 0, false);
    }
    /* What lies behind the eye has no place on the screen, frustum or not. */
    add_plane(s, 0, 0, 0, 1, -0x1p-80, false);
    for (unsigned i = 0; i < 6 && !off; i++) {
        const uint32_t *p = &r->reg[XG_REG_PA_CL_UCP_0_X + 4 * i];
        if (control >> i & 1)
            add_plane(s, (double)xg_bits_float(p[0]), (double)xg_bits_float(p[1]),
                      (double)xg_bits_float(p[2]), (double)xg_bits_float(p[3]), 0,
                      control >> 17 & 1);
    }
    add_guard(s);
}

static void clip_polygon(const struct xg_draw *r, struct polygon *p)
{
    for (unsigned i = 0; i < r->setup.planes; i++)
        clip_plane(r, p, r->setup.plane[i], r->setup.cull_only[i]);
}

/* --- projection --- */

/* Snaps to the grid of PA_SU_VTX_CNTL; result in 1/256 pixel. */
static int32_t snap(const struct xg_draw *r, float x)
{
    uint32_t control = r->reg[XG_REG_PA_SU_VTX_CNTL];
    unsigned quant = xg_bits(control, 3, 3), mode = xg_bits(control, 1, 2);
    unsigned shift = quant > 4 ? 8 : 4 + quant; /* grid step in 1/256 pixel, log2 */
    double v = (double)x * (double)(256u >> shift);
    if (mode == 2) /* the usual one; far below 2^51 */
        return (int32_t)((v + 0x1.8p52) - 0x1.8p52) * (1 << shift);
    int64_t n = (int64_t)v;
    n -= n > v; /* floor */
    double rest = v - (double)n;
    switch (mode) {
    case 0: /* toward zero */
        n += v < 0 && rest > 0;
        break;
    case 1: /* nearest, ties up */
        n += rest >= 0.5;
        break;
    default: /* nearest, ties to even (2) or odd (3) */
        n += rest > 0.5 || (rest == 0.5 && (n & 1) == (mode == 2));
        break;
    }
    return (int32_t)(n * (1 << shift));
}

/* Position (homogeneous) -> screen; false: infinite or NaN. */
static bool project(const struct xg_draw *r, const double p[4], struct xg_screen_vertex *out)
{
    uint32_t mode = r->reg[XG_REG_PA_SU_SC_MODE_CNTL];
    uint32_t window = r->reg[XG_REG_PA_SC_WINDOW_OFFSET];
    float inv_w = xg_rcp((float)p[3]), screen[3];
    for (unsigned axis = 0; axis < 3; axis++)
        screen[axis] =
            xg_mad(xg_mul((float)p[axis], inv_w), r->setup.scale[axis], r->setup.offset[axis]);
    for (unsigned axis = 0; axis < 2; axis++) {
        if (mode >> 16 & 1)
            screen[axis] = xg_add(screen[axis], (float)xg_bits_signed(window, 16 * axis, 15));
        if (!(r->reg[XG_REG_PA_SU_VTX_CNTL] & 1))
            screen[axis] = xg_add(screen[axis], 0.5f);
        if (!(screen[axis] > -2 * SCREEN_LIMIT && screen[axis] < 2 * SCREEN_LIMIT))
            return false;
    }
    out->x = snap(r, screen[0]);
    out->y = snap(r, screen[1]);
    out->z = screen[2];
    out->inv_w = inv_w;
    return screen[2] == screen[2];
}

/* Undoes the divisions that the shader has made (VTE formats): homogeneous coordinates. */
static bool homogeneous(const struct xg_draw *r, const struct xg_vertex *v, double p[4])
{
    uint32_t vte = r->reg[XG_REG_PA_CL_VTE_CNTL];
    for (unsigned c = 0; c < 4; c++) {
        p[c] = (double)v->position[c];
        if (p[c] - p[c] != 0)
            return false;
    }
    if (!(vte >> 10 & 1)) /* the export is 1/w */
        p[3] = (double)xg_rcp(v->position[3]);
    if (p[3] - p[3] != 0)
        return false;
    for (unsigned c = 0; c < 3; c++)
        if (vte >> (c < 2 ? 8 : 9) & 1)
            p[c] *= p[3];
    return true;
}

static bool make_corner(struct xg_draw *r, const struct xg_vertex *v, struct corner *c)
{
    if (!homogeneous(r, v, c->position)) {
        xg_draw_warn(&r->warnings, XG_WARN_POSITION, xg_float_bits(v->position[3]));
        return false;
    }
    for (uint32_t left = r->setup.params; left; left &= left - 1)
        for (unsigned k = 0, i = (unsigned)__builtin_ctz(left); k < 4; k++)
            c->param[i][k] = (double)v->param[i][k];
    return true;
}

/* param: where the parameters are put. */
static bool screen_corner(struct xg_draw *r, const struct corner *c, struct xg_screen_vertex *s,
                          float (*param)[4])
{
    if (!project(r, c->position, s)) {
        xg_draw_warn(&r->warnings, XG_WARN_POSITION, 0);
        return false;
    }
    for (uint32_t left = r->setup.params; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        for (unsigned k = 0; k < 4; k++)
            param[i][k] = (float)c->param[i][k];
    }
    s->param = (const float(*)[4])param;
    return true;
}

static void rasterise(struct xg_draw *r, const struct xg_triangle *t)
{
    if (r->wide)
        xg_raster_add(r, t);
    else
        xg_raster_triangle(r, t);
}

static void outline(struct xg_draw *r, const struct xg_triangle *t);

static void hand_over(struct xg_draw *r, const struct xg_triangle *t)
{
    if (r->setup.outline && t->cls == XG_PRIM_POLYGON)
        outline(r, t);
    else
        rasterise(r, t);
}

static bool culled(const struct xg_draw *r, const struct xg_screen_vertex *const v[3], bool *back)
{
    uint32_t mode = r->reg[XG_REG_PA_SU_SC_MODE_CNTL];
    int64_t area = (int64_t)(v[1]->x - v[0]->x) * (v[2]->y - v[0]->y) -
                   (int64_t)(v[2]->x - v[0]->x) * (v[1]->y - v[0]->y);
    /* y points down: a positive area is clockwise to the eye. */
    bool clockwise = area > 0;
    *back = clockwise != (mode >> 2 & 1);
    return !area || mode >> (*back ? 1 : 0) & 1;
}

uint32_t xg_clip_project(const struct xg_draw *r, struct xg_vertex *v)
{
    double p[4];
    uint32_t code = 0;
    if (!homogeneous(r, v, p))
        return XG_CLIP_ODD;
    for (unsigned i = 0; i < r->setup.planes; i++)
        code |= (uint32_t) !(distance(r->setup.plane[i], p) >= 0) << i;
    if (!code && !project(r, p, &v->screen))
        return XG_CLIP_ODD;
    v->screen.param = (const float(*)[4])v->param;
    return code;
}

bool xg_clip_whole(const struct xg_draw *r, const struct xg_vertex *const v[3],
                   enum xg_primitive_class cls, struct xg_triangle *t)
{
    for (unsigned i = 0; i < 3; i++)
        t->v[i] = &v[i]->screen;
    t->cls = cls;
    t->sprite = false;
    bool cull = culled(r, t->v, &t->back);
    if (cls == XG_PRIM_RECT)
        t->back = cull = false; /* rectangles have no face */
    return !cull;
}

/* The general case: some corner lies outside, or is odd. */
static void clip_triangle(struct xg_draw *r, const struct xg_vertex *const v[3],
                          const struct xg_screen_vertex *provoking, enum xg_primitive_class cls)
{
    struct polygon p;
    struct xg_screen_vertex screen[MAX_CORNERS];
    float param[MAX_CORNERS][XG_PARAMS][4];
    p.count = 3;
    for (unsigned i = 0; i < 3; i++)
        if (!make_corner(r, v[i], &p.corner[i]))
            return;
    clip_polygon(r, &p);
    for (unsigned i = 0; i < p.count; i++)
        if (!screen_corner(r, &p.corner[i], &screen[i], param[i]))
            return;
    for (unsigned i = 1; i + 1 < p.count; i++) {
        struct xg_triangle t = {
            {&screen[0], &screen[i], &screen[i + 1]}, provoking, cls, false, false, {0}};
        bool cull = culled(r, t.v, &t.back);
        if (cls == XG_PRIM_RECT)
            t.back = cull = false;
        if (!cull)
            hand_over(r, &t);
    }
}

void xg_clip_triangle(struct xg_draw *r, const struct xg_vertex *const v[3],
                      const struct xg_vertex *provoking, enum xg_primitive_class cls)
{
    uint32_t some = v[0]->code | v[1]->code | v[2]->code;
    uint32_t every = v[0]->code & v[1]->code & v[2]->code;
    struct xg_screen_vertex flat = {.param = (const float(*)[4])provoking->param};
    struct xg_triangle t = {.provoking = &flat};
    if (!some) {
        if (xg_clip_whole(r, v, cls, &t))
            hand_over(r, &t);
    } else if (some & XG_CLIP_ODD || !every) {
        clip_triangle(r, v, &flat, cls);
    } /* else: all outside of one plane */
}

/* --- points and lines: two triangles around the centre, in screen space --- */

/* One end of a line or a point, clipped as a degenerate polygon would be. */
static bool screen_ends(struct xg_draw *r, const struct xg_vertex *const v[], unsigned n,
                        struct xg_screen_vertex *out, float (*param)[XG_PARAMS][4])
{
    struct polygon p;
    p.count = n;
    for (unsigned i = 0; i < n; i++)
        if (!make_corner(r, v[i], &p.corner[i]))
            return false;
    clip_polygon(r, &p);
    if (p.count < n)
        return false;
    /* A clipped segment comes back as a thin polygon: its first two different corners. */
    return screen_corner(r, &p.corner[0], &out[0], param[0]) &&
           (n == 1 || screen_corner(r, &p.corner[1], &out[1], param[1]));
}

static void draw_quad(struct xg_draw *r, const struct xg_screen_vertex q[4],
                      const struct xg_screen_vertex *flat, enum xg_primitive_class cls,
                      const int32_t *box)
{
    static const uint8_t order[2][3] = {{0, 1, 2}, {2, 1, 3}};
    for (unsigned i = 0; i < 2; i++) {
        struct xg_triangle t = {{&q[order[i][0]], &q[order[i][1]], &q[order[i][2]]},
                                flat,
                                cls,
                                false,
                                cls == XG_PRIM_POINT,
                                {0}};
        if (box)
            memcpy(t.box, box, sizeof t.box);
        hand_over(r, &t);
    }
}

static void draw_line(struct xg_draw *r, const struct xg_screen_vertex end[2],
                      const struct xg_screen_vertex *flat)
{
    struct xg_screen_vertex q[4];
    /* Width in 12.4 pixels, half of it in the register; 1/256 grid. */
    int32_t half = (int32_t)xg_bits(r->reg[XG_REG_PA_SU_LINE_CNTL], 0, 16) * 16;
    int32_t dx = end[1].x - end[0].x, dy = end[1].y - end[0].y;
    bool x_major = (dx < 0 ? -dx : dx) >= (dy < 0 ? -dy : dy);
    for (unsigned i = 0; i < 4; i++) {
        q[i] = end[i >> 1];
        int32_t off = i & 1 ? half : -half;
        *(x_major ? &q[i].y : &q[i].x) += off;
    }
    draw_quad(r, q, flat, XG_PRIM_LINE, NULL);
}

void xg_clip_line(struct xg_draw *r, const struct xg_vertex *v[2], unsigned provoking)
{
    struct xg_screen_vertex end[2];
    float param[2][XG_PARAMS][4];
    if (screen_ends(r, v, 2, end, param))
        draw_line(r, end, &end[provoking]);
}

static void draw_point(struct xg_draw *r, const struct xg_screen_vertex *centre, int32_t half_x,
                       int32_t half_y)
{
    struct xg_screen_vertex q[4];
    int32_t box[4] = {centre->x - half_x, centre->y - half_y, centre->x + half_x,
                      centre->y + half_y};
    for (unsigned i = 0; i < 4; i++) {
        q[i] = *centre;
        q[i].x = box[i & 1 ? 2 : 0];
        q[i].y = box[i & 2 ? 3 : 1];
    }
    draw_quad(r, q, centre, XG_PRIM_POINT, box);
}

/* Fill modes: the edges or the corners of a polygon (those that clipping made too). */
static void outline(struct xg_draw *r, const struct xg_triangle *t)
{
    uint32_t mode = r->reg[XG_REG_PA_SU_SC_MODE_CNTL];
    unsigned kind = xg_bits(mode, t->back ? 8 : 5, 3);
    uint32_t size = r->reg[XG_REG_PA_SU_POINT_SIZE];
    if (kind > 1)
        rasterise(r, t);
    for (unsigned i = 0; i < 3 && kind < 2; i++) {
        struct xg_screen_vertex end[2] = {*t->v[i], *t->v[(i + 1) % 3]};
        if (kind == 1)
            draw_line(r, end, t->provoking);
        else
            draw_point(r, &end[0], (int32_t)xg_bits(size, 16, 16) * 16,
                       (int32_t)xg_bits(size, 0, 16) * 16);
    }
}

/* The exported size is clamped by comparing float bits as signed integers. */
static int32_t point_half(const struct xg_draw *r, float size)
{
    uint32_t range = r->reg[XG_REG_PA_SU_POINT_MINMAX];
    float low = (float)xg_bits(range, 0, 16) / 8.0f, high = (float)xg_bits(range, 16, 16) / 8.0f;
    int32_t bits = (int32_t)xg_float_bits(size);
    if (bits < (int32_t)xg_float_bits(low))
        size = low;
    else if (bits > (int32_t)xg_float_bits(high))
        size = high;
    return (int32_t)(size * 128.0f);
}

void xg_clip_point(struct xg_draw *r, const struct xg_vertex *v)
{
    struct xg_screen_vertex centre;
    const struct xg_vertex *one[1] = {v};
    float param[1][XG_PARAMS][4];
    if (!screen_ends(r, one, 1, &centre, param))
        return;
    uint32_t size = r->reg[XG_REG_PA_SU_POINT_SIZE];
    int32_t half_x = (int32_t)xg_bits(size, 16, 16) * 16;
    int32_t half_y = (int32_t)xg_bits(size, 0, 16) * 16;
    if (r->shader[XG_STAGE_VS]->exports >> XG_EXPORT_POINT & 1 && v->sized)
        half_x = half_y = point_half(r, v->point_size);
    draw_point(r, &centre, half_x, half_y);
}
