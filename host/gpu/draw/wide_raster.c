/* Triangles eight pixels at a time, over threads. Triangles of a draw are collected, sorted into
 * bins of 160x64 pixels and drawn bin by bin, in order within each: a pixel sees them in the
 * order of the draw whatever the number of threads. A bin covers whole eDRAM tiles, so threads
 * never share one; draws whose surfaces overlap are left to raster.c. Every number is computed
 * as there, in vectors of four doubles. Built for AVX2. */
#include "gpu/draw/wide_raster.h"

#include <stdlib.h>

#define BIN_WIDTH       160
#define BIN_HEIGHT      64
#define PRIMITIVE_CHUNK 128u
#define SMALL_DRAW      16384 /* pixels; below it one thread is quicker */
#define VERTEX_CHUNK    256u

#ifdef XG_WIDE_SSE41
#define TABLE xg_raster_sse41
#else
#define TABLE xg_raster_avx2
#endif

/* --- life --- */

static void raster_destroy(struct xg_raster *q);

static struct xg_raster *raster_create(unsigned threads)
{
    struct xg_raster *q = calloc(1, sizeof *q);
    if (!q)
        return NULL;
    q->pool = xg_pool_create(threads);
    q->cache = xg_texture_cache_create();
    pthread_mutex_init(&q->lock, NULL);
    unsigned count = q->pool ? xg_pool_threads(q->pool) : 0;
    bool ok = q->pool && q->cache;
    for (unsigned i = 0; i < count && ok; i++) {
        struct xg_worker *w = aligned_alloc(64, (sizeof *w + 63) & ~(size_t)63);
        q->worker[i] = w;
        ok = w != NULL;
        if (ok) {
            memset(w, 0, sizeof *w);
            xg_wide_init(&w->wide);
            ok = xg_view_init(&w->view);
        }
    }
    if (ok)
        return q;
    raster_destroy(q);
    return NULL;
}

static void raster_destroy(struct xg_raster *q)
{
    if (!q)
        return;
    xg_pool_destroy(q->pool);
    xg_texture_cache_destroy(q->cache);
    for (unsigned i = 0; i < XG_POOL_MOST; i++) {
        if (q->worker[i])
            xg_view_free(&q->worker[i]->view);
        free(q->worker[i]);
    }
    pthread_mutex_destroy(&q->lock);
    free(q->primitives);
    free(q->triangles);
    free(q->params);
    free(q->order);
    free(q->fate);
    free(q->binned);
    free(q);
}

/* --- what a draw needs --- */

/* Tiles [base, base + count) of a surface below the scissor's end. */
struct extent {
    uint32_t base, count;
};

static bool overlap(const struct extent *a, const struct extent *b)
{
    uint32_t ahead = (b->base - a->base) & (XG_EDRAM_TILES - 1);
    uint32_t behind = (a->base - b->base) & (XG_EDRAM_TILES - 1);
    return ahead < a->count || behind < b->count;
}

/* Two surfaces of the draw, or the ends of one, share tiles: the order of quads matters. */
static bool surfaces_overlap(const struct xg_setup *s)
{
    struct extent e[5];
    unsigned n = 0;
    uint32_t rows = ((uint32_t)s->scissor[3] << (s->msaa > 0)) + 15;
    uint32_t tiles = rows / 16 * s->tile_pitch;
    for (unsigned i = 0; i < 4; i++)
        if (s->target[i].on)
            e[n++] = (struct extent){s->target[i].base, tiles << s->target[i].wide};
    if (s->depth_on || s->stencil_on)
        e[n++] = (struct extent){s->depth_base, tiles};
    for (unsigned i = 0; i < n; i++) {
        if (e[i].count > XG_EDRAM_TILES)
            return true;
        for (unsigned k = 0; k < i; k++)
            if (overlap(&e[i], &e[k]))
                return true;
    }
    return false;
}

static void find_textures(struct xg_draw *r, const struct xg_shader *shader)
{
    for (size_t i = 0; shader->fetches && i < shader->slot_count; i++) {
        const struct xg_slot *slot = &shader->slots[i];
        if (slot->cls != XG_UC_TFETCH || slot->undefined)
            continue;
        uint32_t number = slot->fetch.f[XG_UF_TFETCH_CONST];
        if (r->textures->known >> number & 1 || (r->reg[0x4800 + 6 * number] & 3) != 2 ||
            xg_texel_format(r->reg[0x4801 + 6 * number] & 63)->kind == XG_TEXEL_NONE)
            continue; /* bad ones are counted when they are used */
        const struct xg_texture *t = xg_texture_of(&r->env[0], number);
        r->textures->image[number] =
            xg_texture_cache_find(r->raster->cache, r->reg + 0x4800 + 6 * number, t);
    }
}

static void prepare_shader(struct xg_draw *r, enum xg_shader_stage stage)
{
    struct xg_raster *q = r->raster;
    struct xg_shader *shader = r->shader[stage];
    if (!shader->wide_tried) {
        shader->wide_tried = true;
        shader->wide = xg_wide_compile(shader);
    }
    const struct xg_wide_program *p = shader->wide;
    q->nan[stage] = p && xg_wide_constants(&r->env[stage], p->constants, q->constants[stage]);
    find_textures(r, shader);
}

/* --- room --- */

static void empty(struct xg_raster *q)
{
    q->primitive_count = q->order_count = 0;
    q->extra = XG_RASTER_PRIMITIVES;
    q->area = 0;
}

static bool room(struct xg_raster *q)
{
    size_t params = (size_t)XG_RASTER_SLOTS * q->param_count;
    if (!q->triangles) {
        q->primitives = malloc(XG_RASTER_PRIMITIVES * sizeof *q->primitives);
        q->fate = malloc(XG_RASTER_PRIMITIVES);
        q->order = malloc(XG_RASTER_SLOTS * sizeof *q->order);
        q->triangles = aligned_alloc(64, XG_RASTER_SLOTS * sizeof *q->triangles);
    }
    if (params > q->param_space) {
        free(q->params);
        q->params = malloc(params * sizeof *q->params);
        q->param_space = q->params ? params : 0;
    }
    return q->primitives && q->fate && q->order && q->triangles && params <= q->param_space;
}

static bool raster_begin(struct xg_draw *r)
{
    struct xg_raster *q = r->raster;
    const struct xg_setup *s = &r->setup;
    uint64_t memory_exports = 0x3Full << XG_EXPORT_EA;
    const struct xg_shader *ps = s->pixel_shader ? r->shader[XG_STAGE_PS] : NULL;
    if (surfaces_overlap(s) || r->shader[XG_STAGE_VS]->exports & memory_exports ||
        (ps && ps->exports & memory_exports))
        return false;
    r->textures->cache = q->cache;
    memset(r->textures->image, 0, sizeof r->textures->image);
    xg_texture_cache_begin(q->cache);
    prepare_shader(r, XG_STAGE_VS);
    q->param_bits = 0;
    if (ps) {
        prepare_shader(r, XG_STAGE_PS);
        q->param_bits = s->params;
        const struct xg_wide_program *p = ps->wide;
        if (p) /* only what the program reads before it writes it */
            q->param_bits &= (uint32_t)p->clear[0];
    }
    q->serial++;
    q->param_count = (unsigned)__builtin_popcount(q->param_bits);
    empty(q);
    return room(q);
}

/* --- threads' own copies --- */

static const uint8_t *locked_page(void *ctx, xg_pa page)
{
    struct xg_raster *q = ctx;
    pthread_mutex_lock(&q->lock);
    const uint8_t *p = q->host->page(q->host->ctx, page);
    pthread_mutex_unlock(&q->lock);
    return p;
}

static void begin_workers(struct xg_draw *r, unsigned count)
{
    struct xg_raster *q = r->raster;
    q->host = r->view.host;
    q->locked = (struct xg_device_host){.ctx = q, .page = locked_page};
    for (unsigned i = 0; i < count; i++) {
        struct xg_worker *w = q->worker[i];
        w->r = *r;
        w->r.lanes = &w->lanes;
        memset(&w->r.stats, 0, sizeof w->r.stats);
        memset(&w->r.warnings, 0, sizeof w->r.warnings);
        xg_view_begin(&w->view, &q->locked);
        for (unsigned stage = 0; stage < 2; stage++) {
            w->r.env[stage].view = &w->view;
            w->r.env[stage].warnings = &w->r.warnings;
        }
    }
}

static void end_workers(struct xg_draw *r, unsigned count)
{
    struct xg_raster *q = r->raster;
    for (unsigned i = 0; i < count; i++) {
        struct xg_worker *w = q->worker[i];
        const struct xg_draw_warnings *from = &w->r.warnings;
        r->stats.quads += w->r.stats.quads;
        r->stats.samples += w->r.stats.samples;
        r->stats.z_failed += w->r.stats.z_failed;
        r->stats.stencil_failed += w->r.stats.stencil_failed;
        for (unsigned k = 0; k < XG_WARN_COUNT; k++) {
            if (from->count[k] && !r->warnings.count[k])
                r->warnings.first_detail[k] = from->first_detail[k];
            r->warnings.count[k] += from->count[k];
        }
        xg_view_end(&w->view);
    }
}

static void select_stage(struct xg_worker *w, enum xg_shader_stage stage)
{
    const struct xg_raster *q = w->r.raster;
    w->wide.env = &w->r.env[stage];
    w->wide.constants = q->constants[stage];
    w->wide.exact_constants = q->nan[stage];
    w->wide.quad = stage == XG_STAGE_PS;
    w->wide.serial = 2 * q->serial + stage;
}

/* --- vertices --- */

struct vertex_group {
    const struct xg_draw *r;
    size_t first, count;
};

static void load_vertices(void *ctx, struct xg_wide *w, unsigned quads)
{
    const struct vertex_group *g = ctx;
    memset(w->r[0], 0, sizeof w->r[0]);
    for (size_t l = 0; l < XG_WIDE; l++) {
        size_t at = quads == 3 ? l : quads == 1 ? (l & 3) : (l & 3) + 4;
        if (at >= g->count)
            at = g->count - 1;
        if (!g->r->inputs) {
            w->r[0][0][l] = (float)g->r->vertex_index[g->first + at];
            continue;
        }
        for (unsigned k = 0; k < 8; k++)
            w->r[k / 4][k % 4][l] = g->r->inputs[g->first + at][k];
    }
}

static uint64_t written_bits(const struct xg_wide *w, uint64_t exports, unsigned lane)
{
    uint64_t written = 0;
    for (uint64_t left = exports; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        written |= (uint64_t)(w->written[i][lane] & 1) << i;
    }
    return written;
}

static void vertex_chunk(void *ctx, unsigned worker, uint32_t item)
{
    struct xg_draw *r = ctx;
    struct xg_worker *w = r->raster->worker[worker];
    const struct xg_shader *vs = r->shader[XG_STAGE_VS];
    size_t end = (size_t)(item + 1) * VERTEX_CHUNK;
    end = end < r->vertex_count ? end : r->vertex_count;
    uint32_t csr = xg_wide_enter();
    select_stage(w, XG_STAGE_VS);
    for (size_t first = (size_t)item * VERTEX_CHUNK; first < end; first += XG_WIDE) {
        struct vertex_group g = {r, first, end - first < XG_WIDE ? end - first : XG_WIDE};
        w->wide.present = g.count > XG_LANES ? 3 : 1;
        xg_wide_run(vs->wide, vs, &w->wide, &w->lanes, load_vertices, &g);
        for (unsigned l = 0; l < g.count; l++)
            xg_keep_vertex(r, &r->vertices[first + l], written_bits(&w->wide, vs->exports, l),
                           w->wide.out[0][0], XG_WIDE, l);
    }
    xg_wide_leave(csr);
}

static void raster_vertices(struct xg_draw *r)
{
    uint32_t chunks = (uint32_t)((r->vertex_count + VERTEX_CHUNK - 1) / VERTEX_CHUNK);
    unsigned workers = chunks > 1 ? xg_pool_threads(r->raster->pool) : 1;
    begin_workers(r, workers);
    if (workers == 1)
        for (uint32_t i = 0; i < chunks; i++)
            vertex_chunk(r, 0, i);
    else
        xg_pool_run(r->raster->pool, chunks, vertex_chunk, r);
    end_workers(r, workers);
}

/* --- collecting --- */

static void keep(struct xg_draw *r, enum xg_fate fate, uint32_t slot)
{
    struct xg_raster *q = r->raster;
    const struct xg_wide_triangle *t = &q->triangles[slot];
    r->stats.triangles += fate != XG_FATE_NOTHING;
    if (fate != XG_FATE_READY)
        return;
    q->order[q->order_count++] = slot;
    q->area += (int64_t)(t->bounds[2] - t->bounds[0]) * (t->bounds[3] - t->bounds[1]);
}

static void draw_collected(struct xg_draw *r);
static void raster_flush(struct xg_draw *r);

static void raster_add(struct xg_draw *r, const struct xg_triangle *t)
{
    struct xg_raster *q = r->raster;
    enum xg_fate fate = xg_collect_triangle(r, t, q->extra);
    keep(r, fate, q->extra);
    q->extra += fate == XG_FATE_READY;
    if (q->extra == XG_RASTER_SLOTS)
        draw_collected(r);
}

/* --- primitives --- */

static void raster_primitive(struct xg_draw *r, const struct xg_vertex *const v[3],
                             const struct xg_vertex *provoking)
{
    struct xg_raster *q = r->raster;
    if (r->setup.outline) { /* lines and points come from the clipper */
        xg_clip_triangle(r, v, provoking, XG_PRIM_POLYGON);
        return;
    }
    q->primitives[q->primitive_count++] = (struct xg_primitive){{v[0], v[1], v[2]}, provoking};
    if (q->primitive_count == XG_RASTER_PRIMITIVES)
        raster_flush(r);
}

static enum xg_fate set_up(const struct xg_draw *r, uint32_t n)
{
    const struct xg_primitive *p = &r->raster->primitives[n];
    uint32_t some = p->v[0]->code | p->v[1]->code | p->v[2]->code;
    uint32_t every = p->v[0]->code & p->v[1]->code & p->v[2]->code;
    struct xg_screen_vertex flat = {.param = (const float(*)[4])p->provoking->param};
    struct xg_triangle t = {.provoking = &flat};
    if (some)
        return some & XG_CLIP_ODD || !every ? XG_FATE_GENERAL : XG_FATE_NOTHING;
    return xg_clip_whole(r, p->v, XG_PRIM_POLYGON, &t) ? xg_collect_triangle(r, &t, n)
                                                       : XG_FATE_NOTHING;
}

static void set_up_chunk(void *ctx, unsigned worker, uint32_t item)
{
    struct xg_draw *r = ctx;
    struct xg_raster *q = r->raster;
    uint32_t end = (item + 1) * PRIMITIVE_CHUNK;
    end = end < q->primitive_count ? end : q->primitive_count;
    XG_UNUSED(worker);
    for (uint32_t n = item * PRIMITIVE_CHUNK; n < end; n++)
        q->fate[n] = (uint8_t)set_up(r, n);
}

static void set_up_primitives(struct xg_draw *r)
{
    struct xg_raster *q = r->raster;
    uint32_t chunks = (q->primitive_count + PRIMITIVE_CHUNK - 1) / PRIMITIVE_CHUNK;
    if (chunks > 1 && xg_pool_threads(q->pool) > 1)
        xg_pool_run(q->pool, chunks, set_up_chunk, r);
    else
        for (uint32_t i = 0; i < chunks; i++)
            set_up_chunk(r, 0, i);
    for (uint32_t n = 0; n < q->primitive_count; n++) {
        const struct xg_primitive *p = &q->primitives[n];
        if (q->fate[n] == XG_FATE_GENERAL)
            xg_clip_triangle(r, p->v, p->provoking, XG_PRIM_POLYGON);
        else
            keep(r, (enum xg_fate)q->fate[n], n);
    }
    q->primitive_count = 0;
}

/* --- bins --- */

static void bins_of(const struct xg_wide_triangle *t, uint32_t out[4])
{
    out[0] = (uint32_t)t->bounds[0] / BIN_WIDTH;
    out[1] = (uint32_t)t->bounds[1] / BIN_HEIGHT;
    out[2] = (uint32_t)(t->bounds[2] - 1) / BIN_WIDTH;
    out[3] = (uint32_t)(t->bounds[3] - 1) / BIN_HEIGHT;
}

/* Lists of triangles by bin, in order, one after another in `binned`. */
static bool sort_into_bins(struct xg_draw *r)
{
    struct xg_raster *q = r->raster;
    uint32_t b[4], total = 0;
    q->columns = ((uint32_t)r->setup.scissor[2] + BIN_WIDTH - 1) / BIN_WIDTH;
    uint32_t bins = q->columns * (((uint32_t)r->setup.scissor[3] + BIN_HEIGHT - 1) / BIN_HEIGHT);
    if (bins >= XG_RASTER_BINS)
        return false;
    q->bins = bins;
    memset(q->bin, 0, (bins + 1) * sizeof q->bin[0]);
    for (uint32_t i = 0; i < q->order_count; i++) {
        bins_of(&q->triangles[q->order[i]], b);
        for (uint32_t y = b[1]; y <= b[3]; y++)
            for (uint32_t x = b[0]; x <= b[2]; x++)
                q->bin[y * q->columns + x]++;
    }
    for (uint32_t i = 0; i <= bins; i++) {
        uint32_t n = q->bin[i];
        q->bin[i] = total;
        total += n;
    }
    if (total > q->binned_space) {
        free(q->binned);
        q->binned_space = 2 * (size_t)total;
        q->binned = malloc(q->binned_space * sizeof *q->binned);
        if (!q->binned) {
            q->binned_space = 0;
            return false;
        }
    }
    memcpy(q->cursor, q->bin, (bins + 1) * sizeof q->bin[0]);
    for (uint32_t i = 0; i < q->order_count; i++) {
        bins_of(&q->triangles[q->order[i]], b);
        for (uint32_t y = b[1]; y <= b[3]; y++)
            for (uint32_t x = b[0]; x <= b[2]; x++)
                q->binned[q->cursor[y * q->columns + x]++] = q->order[i];
    }
    return true;
}

static void draw_bin(void *ctx, unsigned worker, uint32_t item)
{
    struct xg_draw *r = ctx;
    struct xg_raster *q = r->raster;
    int32_t x = (int32_t)(item % q->columns) * BIN_WIDTH,
            y = (int32_t)(item / q->columns) * BIN_HEIGHT;
    const int32_t region[4] = {x, y, x + BIN_WIDTH, y + BIN_HEIGHT};
    uint32_t csr = xg_wide_enter();
    select_stage(q->worker[worker], XG_STAGE_PS);
    for (uint32_t i = q->bin[item]; i < q->bin[item + 1]; i++)
        xg_walk_triangle(q->worker[worker], &q->triangles[q->binned[i]], region);
    xg_draw_groups(q->worker[worker]);
    xg_wide_leave(csr);
}

static void draw_in_order(struct xg_draw *r)
{
    struct xg_raster *q = r->raster;
    static const int32_t everywhere[4] = {0, 0, 1 << 20, 1 << 20};
    uint32_t csr = xg_wide_enter();
    select_stage(q->worker[0], XG_STAGE_PS);
    for (uint32_t i = 0; i < q->order_count; i++)
        xg_walk_triangle(q->worker[0], &q->triangles[q->order[i]], everywhere);
    xg_draw_groups(q->worker[0]);
    xg_wide_leave(csr);
}

static void draw_collected(struct xg_draw *r)
{
    struct xg_raster *q = r->raster;
    unsigned threads = xg_pool_threads(q->pool);
    if (q->order_count) {
        bool shared = threads > 1 && q->area > SMALL_DRAW && sort_into_bins(r);
        begin_workers(r, shared ? threads : 1);
        if (shared)
            xg_pool_run(q->pool, q->bins, draw_bin, r);
        else
            draw_in_order(r);
        end_workers(r, shared ? threads : 1);
    }
    q->order_count = 0;
    q->extra = XG_RASTER_PRIMITIVES;
    q->area = 0;
}

static void raster_flush(struct xg_draw *r)
{
    set_up_primitives(r);
    draw_collected(r);
}

const struct xg_raster_level TABLE = {raster_create,    raster_destroy, raster_begin,   raster_add,
                                      raster_primitive, raster_flush,   raster_vertices};
