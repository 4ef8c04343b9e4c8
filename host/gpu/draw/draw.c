/* Entry of the renderer: records in, tiles out. */
#include "gpu/draw/draw.h"
#include "gpu/draw/state.h"

#include <fenv.h>
#include <stdlib.h>
#include <string.h>

struct xg_draw *xg_draw_create(struct xg_error *err)
{
    struct xg_draw *r = calloc(1, sizeof *r);
    bool ok = r && xg_view_init(&r->view);
    if (ok) {
        r->reg = calloc(XG_REGISTERS, sizeof *r->reg);
        r->library = calloc(XG_LIBRARY, sizeof(struct xg_shader *));
        r->textures = calloc(1, sizeof *r->textures);
        r->tiles = calloc(1, sizeof *r->tiles);
        r->lanes = calloc(1, sizeof *r->lanes);
        ok = r->reg && r->library && r->textures && r->lanes && r->tiles && xg_tiles_init(r->tiles);
    }
    if (ok) {
        r->raster = xg_raster_create(0);
        return r;
    }
    xg_fail(err, XG_E_GUEST, "renderer: out of memory");
    xg_draw_destroy(r);
    return NULL;
}

static void forget_shaders(struct xg_draw *r)
{
    if (!r->library)
        return;
    for (size_t i = 0; i < XG_LIBRARY; i++) {
        xg_shader_destroy(r->library[i]);
        r->library[i] = NULL;
    }
    r->shader[0] = r->shader[1] = NULL;
}

void xg_draw_destroy(struct xg_draw *r)
{
    if (!r)
        return;
    forget_shaders(r);
    xg_raster_destroy(r->raster);
    xg_view_free(&r->view);
    if (r->tiles)
        xg_tiles_free(r->tiles);
    free(r->tiles);
    free(r->reg);
    free(r->library);
    free(r->textures);
    free(r->lanes);
    free(r->indices);
    free(r->vertices);
    free(r->vertex_index);
    free(r->hash);
    free(r->near_slot);
    free(r->input_room);
    free(r);
}

void xg_draw_reset(struct xg_draw *r)
{
    forget_shaders(r);
    memset(r->reg, 0, XG_REGISTERS * sizeof *r->reg);
}

bool xg_draw_threads(struct xg_draw *r, unsigned threads)
{
    xg_raster_destroy(r->raster);
    r->raster = threads == XG_DRAW_SCALAR ? NULL : xg_raster_create(threads);
    return r->raster || threads == XG_DRAW_SCALAR;
}

void xg_draw_get_stats(const struct xg_draw *r, struct xg_draw_stats *out)
{
    *out = r->stats;
}
const struct xg_draw_warnings *xg_draw_get_warnings(const struct xg_draw *r)
{
    return &r->warnings;
}

void xg_draw_report(const struct xg_draw *r, FILE *out)
{
    for (unsigned i = 0; i < XG_WARN_COUNT; i++)
        if (r->warnings.count[i])
            fprintf(out, "draw: %s: %llu times, first detail 0x%X\n",
                    xg_draw_warning_text((enum xg_draw_warning)i),
                    (unsigned long long)r->warnings.count[i], r->warnings.first_detail[i]);
}

/* --- shader loads --- */

static struct xg_shader *find_shader(struct xg_draw *r, const uint32_t *words, size_t count,
                                     enum xg_shader_stage stage)
{
    uint32_t hash = 2166136261u + (uint32_t)stage;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ words[i]) * 16777619u;
    size_t slot = (hash ^ hash >> 16) % XG_LIBRARY;
    struct xg_shader *s = r->library[slot];
    if (s && s->stage == stage && s->count == count && !memcmp(s->words, words, 4 * count))
        return s;
    struct xg_shader *fresh = xg_shader_create(words, count, stage);
    if (!fresh)
        return NULL;
    for (unsigned i = 0; i < 2; i++)
        if (r->shader[i] == s)
            r->shader[i] = NULL;
    xg_shader_destroy(s);
    r->library[slot] = fresh;
    return fresh;
}

/* dma_base: address | type (IM_LOAD) or type; dma_size: start << 16 | dwords. */
static void load_shader(struct xg_draw *r, const struct xg_gpu_draw *draw)
{
    bool immediate = draw->opcode == XG_PM4_IM_LOAD_IMMEDIATE;
    uint32_t type = draw->dma_base & 3, count = draw->dma_size & 0xFFFF;
    if (type > 1 || draw->dma_size >> 16 || !count || count % 3 || count / 3 > XG_UCODE_MAX_SLOTS ||
        (immediate && draw->immediate_count < count)) {
        xg_draw_warn(&r->warnings, XG_WARN_IM_LOAD, draw->dma_size);
        return;
    }
    uint32_t *words = malloc(4 * (size_t)count);
    if (!words)
        return;
    if (immediate)
        memcpy(words, draw->immediate, 4 * (size_t)count);
    else
        for (uint32_t i = 0; i < count; i++)
            words[i] = xg_bswap32(xg_view_word(&r->view, (draw->dma_base & ~3u) + 4 * i));
    struct xg_shader *s = find_shader(r, words, count, (enum xg_shader_stage)type);
    r->shader[type] = s;
    r->stats.shader_loads++;
    free(words);
}

/* --- memory export --- */

/* A store by a shader: an effect, and seen by what the draw reads after it. */
static void store_word(void *ctx, uint32_t address, uint32_t word)
{
    struct xg_draw *r = ctx;
    const struct xg_device_host *host = r->view.host;
    uint8_t bytes[4];
    address &= XG_PHYS_SIZE - 4;
    xg_st32le(bytes, word);
    const struct xg_gpu_effect e = {.kind = XG_GPU_MEM,
                                    .producer = XG_GPU_FROM_CP,
                                    .address = address,
                                    .size = 4,
                                    .bytes = bytes};
    host->effect(host->ctx, &e);
    xg_view_reload(&r->view, address);
}

/* --- records --- */

static void mirror_registers(struct xg_draw *r, const struct xg_gpu_draw *draw)
{
    for (size_t i = 0; i < draw->reg_count; i++)
        if (draw->regs[i].index < XG_REGISTERS)
            r->reg[draw->regs[i].index] = draw->regs[i].value;
}

/* What the draw's samples met since `before` goes to the device's totals. */
static void report_samples(const struct xg_draw *r, const struct xg_draw_stats *before,
                           struct xg_device *device)
{
    const struct xg_gpu_samples samples = {
        .passed = (uint32_t)(r->stats.samples - before->samples),
        .z_failed = (uint32_t)(r->stats.z_failed - before->z_failed),
        .stencil_failed = (uint32_t)(r->stats.stencil_failed - before->stencil_failed)};
    if (device->ops->add_samples && (samples.passed | samples.z_failed | samples.stencil_failed))
        device->ops->add_samples(device, &samples);
}

void xg_draw_render(void *ctx, struct xg_device *device, const struct xg_gpu_draw *draw,
                    const struct xg_device_host *view)
{
    struct xg_draw *r = ctx;
    const struct xg_draw_stats before = r->stats;
    fenv_t host;
    /* Guest code may have left another rounding mode in this host thread. */
    fegetenv(&host);
    fesetenv(FE_DFL_ENV);
    mirror_registers(r, draw);
    xg_view_begin(&r->view, view);
    xg_tiles_begin(r->tiles, device);
    if (draw->opcode == XG_PM4_IM_LOAD || draw->opcode == XG_PM4_IM_LOAD_IMMEDIATE) {
        load_shader(r, draw);
    } else {
        r->stats.draws++;
        r->textures->known = 0;
        if (xg_setup_decode(r)) {
            for (unsigned i = 0; i < 2 && view->effect; i++) {
                r->env[i].store = store_word;
                r->env[i].store_ctx = r;
            }
            r->wide = r->raster && xg_raster_begin(r);
            xg_geometry_run(r, draw);
        }
    }
    xg_tiles_end(r->tiles, &r->stats);
    report_samples(r, &before, device);
    xg_view_end(&r->view);
    fesetenv(&host);
}
