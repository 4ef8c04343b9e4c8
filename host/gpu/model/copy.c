/* Copy (resolve) and clear: turns the registers into a job, adds its cost, reports what is wrong
 * (docs/device.md, "Copy"). */
#include "gpu/model/model.h"

#include "gpu/xg_device_gen.h"

#include <string.h>

enum { COMMAND_RAW = 0, COMMAND_CONVERT = 1, COMMAND_CONSTANT = 2, COMMAND_NULL = 3 };
enum { SAMPLES_NONE = 3 }; /* of RB_SURFACE_INFO [17:16]: there is no such number */

/* What the registers say about the source, before it is known whether the copy can be done. */
struct request {
    uint32_t source, command, select; /* fields of RB_COPY_CONTROL */
    uint32_t samples_log2;            /* SAMPLES_NONE: not a number of samples */
    uint32_t info;                    /* RB_COPY_DEST_INFO */
    bool from_color;
};

static struct xg_surface surface_of(const struct xg_model *m, uint32_t base, uint32_t words,
                                    bool depth)
{
    uint32_t info = m->regs[XG_REG_RB_SURFACE_INFO], samples_log2 = info >> 16 & 3;
    struct xg_surface s = {.base = base % XG_EDRAM_TILES,
                           .words = words ? words : 1,
                           .x_log2 = samples_log2 == 2,
                           .y_log2 = samples_log2 != 0,
                           .swap_columns = depth};
    s.pitch = (((info & 0x3FFF) << s.x_log2) + 79) / 80 * s.words;
    return s;
}

/* Step 6: which samples; depth is never averaged. */
static void choose_samples(struct xg_copy_job *job, const struct request *q)
{
    uint32_t select = q->select;
    uint32_t first = select == 5 ? 2 : select < 4 ? select : 0;
    uint32_t count = select < 4 ? 1 : select < 6 ? 2 : 4;
    if (q->samples_log2 == 0) {
        first = 0;
        count = 1;
    } else if (q->samples_log2 == 1) {
        first = select < 4 ? select & 1 : 0;
        count = select < 4 ? 1 : 2;
    }
    job->sample_count = q->from_color ? count : 1;
    for (uint32_t i = 0; i < job->sample_count; i++)
        job->samples[i] = first + i;
}

static int32_t bias_of(uint32_t info)
{
    return (int32_t)(info << 10) >> 26;
}

static void constant_one(struct xg_copy_job *job, const struct request *q, uint32_t depth_info)
{
    if (!q->from_color) { /* depth 1.0, stencil 0 */
        job->constant[0] = depth_info >> 16 & 1 ? 0xF0000000u : 0xFFFFFF00u;
        return;
    }
    const struct xg_number one = {.mant = 1, .div = 1}, rgba[4] = {one, one, one, one};
    xg_dest_pack(job->dest, rgba, job->gamma, job->number, job->constant);
}

/* How the copy is done; XG_COPY_NOTHING when it cannot be. */
static enum xg_copy_how how_of(const struct xg_copy_job *job, const struct request *q)
{
    bool same = !q->from_color || xg_dest_same_bits(job->format, job->dest_code);
    bool bits = q->command != COMMAND_CONSTANT && same && job->sample_count == 1 && job->bias == 0;
    if (!job->dest)
        return XG_COPY_NOTHING;
    if (q->command == COMMAND_CONSTANT)
        return XG_COPY_CONSTANT;
    return bits ? XG_COPY_BITS : XG_COPY_CONVERT;
}

static void read_destination(const struct xg_model *m, struct xg_copy_job *job,
                             const struct request *q)
{
    uint32_t pitch = m->regs[XG_REG_RB_COPY_DEST_PITCH];
    job->dest_base = m->regs[XG_REG_RB_COPY_DEST_BASE];
    job->pitch32 = ((pitch & 0x3FFF) + 31) >> 5;
    job->height16 = ((pitch >> 16 & 0x3FFF) + 31) >> 5 << 1;
    job->endian = q->info & 7;
    job->volume = q->info >> 3 & 1;
    job->slice = q->info >> 4 & 7;
    job->dest_code = q->info >> 7 & 0x3F;
    job->number = q->info >> 13 & 7;
    /* Depth is 32 bits whatever the register says. */
    job->dest = xg_dest_format(q->from_color ? job->dest_code : 36);
    job->bias = q->from_color ? bias_of(q->info) : 0;
    job->swap = q->from_color && (q->info >> 24 & 1);
    job->gamma = q->from_color && job->format == XG_COLOR_8888_GAMMA &&
                 xg_dest_keeps_gamma(job->dest_code, job->number);
}

/* Steps 5 and 6: fills job but for the rectangle. false: the copy cannot be done; the
 * clears in the job are still to be done. */
static bool plan(const struct xg_model *m, struct xg_copy_job *job)
{
    static const uint16_t color_info[4] = {XG_REG_RB_COLOR_INFO, XG_REG_RB_COLOR1_INFO,
                                           XG_REG_RB_COLOR2_INFO, XG_REG_RB_COLOR3_INFO};
    const uint32_t *r = m->regs;
    uint32_t control = r[XG_REG_RB_COPY_CONTROL];
    struct request q = {.source = control & 7,
                        .select = control >> 4 & 7,
                        .command = control >> 20 & 3,
                        .samples_log2 = r[XG_REG_RB_SURFACE_INFO] >> 16 & 3,
                        .info = r[XG_REG_RB_COPY_DEST_INFO],
                        .from_color = (control & 7) < 4};
    uint32_t color = q.from_color ? r[color_info[q.source]] : 0;
    uint32_t words = q.from_color ? xg_color_words(color >> 16 & 15) : 1;
    bool samples_ok = q.samples_log2 != SAMPLES_NONE;
    bool surface_ok = samples_ok && words;

    job->format = color >> 16 & 15;
    job->depth = surface_of(m, r[XG_REG_RB_DEPTH_INFO] & 0xFFF, 1, true);
    job->color = surface_of(m, color & 0xFFF, words, false);
    job->source = q.from_color ? job->color : job->depth;
    job->clear_color = q.from_color && (control >> 8 & 1) && surface_ok;
    job->clear_depth = (control >> 9 & 1) && samples_ok;
    job->color_value[0] = r[XG_REG_RB_COLOR_CLEAR];
    job->color_value[1] = r[XG_REG_RB_COLOR_CLEAR_LO];
    job->depth_value[0] = r[XG_REG_RB_DEPTH_CLEAR];
    if (!surface_ok || q.command == COMMAND_NULL)
        return surface_ok;

    choose_samples(job, &q);
    read_destination(m, job, &q);
    enum xg_copy_how how = how_of(job, &q);
    if (how == XG_COPY_NOTHING)
        return false;
    if (how == XG_COPY_CONSTANT)
        constant_one(job, &q, r[XG_REG_RB_DEPTH_INFO]);
    job->how = how;
    return true;
}

void xg_model_copy(struct xg_model *m)
{
    struct xg_copy_job job = {0};
    m->cost += XG_COST_DRAW;
    if (!xg_model_rectangle(m, &job))
        return;
    bool able = plan(m, &job), copies = job.how != XG_COPY_NOTHING;
    uint64_t blocks = (uint64_t)((job.x1 - job.x0) / 8) * ((job.y1 - job.y0) / 2);
    m->cost += copies ? blocks * XG_COST_COPY_BLOCK : 0;
    m->cost += blocks * XG_COST_CLEAR_BLOCK * (job.clear_color + job.clear_depth);
    m->counters.resolves += copies;
    m->counters.clears += job.clear_color + job.clear_depth;
    if (!able)
        xg_model_error(m, XG_GPU_ERR_COPY, m->header_pa);
    if (!m->pixels)
        return;
    if (copies)
        xg_model_resolve(m, &job);
    if (job.clear_color)
        xg_edram_fill(m->edram, &job.color, &job, job.color_value);
    if (job.clear_depth)
        xg_edram_fill(m->edram, &job.depth, &job, job.depth_value);
}
