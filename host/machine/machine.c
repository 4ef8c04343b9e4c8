/* The machine: owns everything, joins GPU and kernel, runs rounds. See machine.h. */
#include "machine/internal.h"

#include "gpu/trace/recorder.h"
#include "memory/regions.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum chain_tag { TAG_FRAME = 1, TAG_PACKET, TAG_END, TAG_SOUND };

void xg_machine_log(struct xg_machine *m, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (m->options.log)
        m->options.log(m->options.log_ctx, text);
}

static void kernel_log(void *ctx, const char *text)
{
    xg_machine_log(ctx, "%s", text);
}

/* ---- hooks: the digest listens, then the user ---- */

static const char *error_text(uint32_t bit)
{
    switch ((enum xg_gpu_error_bit)bit) {
    case XG_GPU_ERR_OPCODE:
        return "unknown packet opcode";
    case XG_GPU_ERR_REGISTER:
        return "register outside the register file";
    case XG_GPU_ERR_IB_DEPTH:
        return "indirect buffers nested too deep";
    case XG_GPU_ERR_TRUNCATED:
        return "packet runs past the end of its buffer";
    case XG_GPU_ERR_SHORT:
        return "packet is too short for its opcode";
    case XG_GPU_ERR_COPY:
        return "resolve in a mode that is not implemented";
    case XG_GPU_ERR_COPY_VERTEX:
        return "resolve rectangle is not valid";
    }
    return "error";
}

static void on_packet(void *ctx, const struct xg_hook_packet *e)
{
    struct xg_machine *m = ctx;
    const struct xg_hooks *user = m->options.hooks;
    if (e->kind == XG_GPU_MEM || e->kind == XG_GPU_IRQ || e->kind == XG_GPU_ERROR) {
        const uint64_t n[] = {e->kind, e->now, e->packet, e->address, e->value};
        xg_chain_record(&m->chain, TAG_PACKET, n, XG_COUNTOF(n));
    }
    if (e->kind == XG_GPU_ERROR && !m->gpu_error[0]) {
        snprintf(m->gpu_error, sizeof m->gpu_error, "%s, %s 0x%08X, packet %u",
                 error_text(e->value), e->value == XG_GPU_ERR_REGISTER ? "index" : "address",
                 e->address, e->packet);
        xg_machine_log(m, "the GPU reports an error in its commands: %s", m->gpu_error);
    }
    XG_HOOK(user, on_packet, e);
}

/* The other hooks go straight to the user. */
static void forward_hooks(struct xg_machine *m)
{
    m->hooks.ctx = m;
    m->hooks.on_packet = on_packet;
}

static void user_export(void *ctx, const struct xg_hook_export *e)
{
    const struct xg_hooks *user = ((struct xg_machine *)ctx)->options.hooks;
    user->on_export(user->ctx, e);
}
static void user_wait(void *ctx, const struct xg_hook_wait *e)
{
    const struct xg_hooks *user = ((struct xg_machine *)ctx)->options.hooks;
    user->on_wait(user->ctx, e);
}
static void user_alloc(void *ctx, const struct xg_hook_alloc *e)
{
    const struct xg_hooks *user = ((struct xg_machine *)ctx)->options.hooks;
    user->on_alloc(user->ctx, e);
}
static void user_interrupt(void *ctx, const struct xg_hook_interrupt *e)
{
    const struct xg_hooks *user = ((struct xg_machine *)ctx)->options.hooks;
    user->on_interrupt(user->ctx, e);
}
static void user_text(void *ctx, xg_time now, uint32_t thread_id, const char *text)
{
    const struct xg_hooks *user = ((struct xg_machine *)ctx)->options.hooks;
    user->on_debug_text(user->ctx, now, thread_id, text);
}

static void set_hooks(struct xg_machine *m)
{
    const struct xg_hooks *user = m->options.hooks;
    forward_hooks(m);
    if (!user)
        return;
    m->hooks.on_export = user->on_export ? user_export : NULL;
    m->hooks.on_wait = user->on_wait ? user_wait : NULL;
    m->hooks.on_alloc = user->on_alloc ? user_alloc : NULL;
    m->hooks.on_interrupt = user->on_interrupt ? user_interrupt : NULL;
    m->hooks.on_debug_text = user->on_debug_text ? user_text : NULL;
}

/* ---- GPU client and register window ---- */

static void gpu_interrupt(void *ctx, uint32_t cpu_mask)
{
    xg_kernel_gpu_interrupt(((struct xg_machine *)ctx)->kernel, cpu_mask);
}

/* Copies that nobody has looked at become part of memory. */
static void bring_picture(struct xg_machine *m, xg_pa front_buffer, uint32_t bytes)
{
    xg_pa first = front_buffer & (XG_PHYS_SIZE - 4);
    uint32_t room = XG_PHYS_SIZE - first;
    xg_memory_here(m->mem, first, bytes < room ? bytes : room);
    if (bytes > room)
        xg_memory_here(m->mem, 0, first);
}

/* A picture became visible: it is converted now, while memory holds it. */
static void gpu_swap(void *ctx, xg_pa front_buffer, uint32_t width, uint32_t height, xg_time when)
{
    struct xg_machine *m = ctx;
    uint32_t fetch[6];
    bool known = xg_kernel_take_swap(m->kernel, front_buffer, fetch);
    bring_picture(m, front_buffer, xg_picture_bytes(width, height, known ? fetch : NULL));
    struct xg_shown *s = calloc(1, sizeof *s);
    uint8_t *rgba = xg_picture_show(m->mem->phys, front_buffer, width, height, known ? fetch : NULL,
                                    xg_gpu_gamma(m->gpu));
    if (m->options.gpu_trace)
        xg_recorder_show(m->options.gpu_trace, m->mem->phys,
                         &(struct xg_recorder_picture){front_buffer, width, height,
                                                       known ? fetch : NULL, xg_gpu_gamma(m->gpu),
                                                       rgba});
    if (!s || !rgba) {
        xg_machine_log(m, "a swap to a picture of %u x %u pixels at 0x%08X is ignored", width,
                       height, front_buffer);
        free(s);
        free(rgba);
        return;
    }
    m->last_swap = when;
    s->rgba = rgba;
    s->picture = (struct xg_picture){width, height, rgba, ++m->frames};
    const uint64_t n[] = {m->frames, when, width, height};
    xg_chain_record(&m->chain, TAG_FRAME, n, XG_COUNTOF(n));
    xg_chain_add(&m->chain, rgba, (size_t)width * height * 4);
    struct xg_shown **at = &m->shown;
    while (*at)
        at = &(*at)->next;
    *at = s;
}

static bool window_read(void *ctx, uint32_t offset, uint32_t *value)
{
    struct xg_machine *m = ctx;
    *value = xg_gpu_mmio_read(m->gpu, offset / 4, xg_kernel_cpu_now(m->kernel));
    return true;
}

static bool window_write(void *ctx, uint32_t offset, uint32_t value)
{
    struct xg_machine *m = ctx;
    xg_gpu_mmio_write(m->gpu, offset / 4, value, xg_kernel_cpu_now(m->kernel));
    return true;
}

/* ---- sound ---- */

static bool xma_read(void *ctx, uint32_t offset, uint32_t *value)
{
    return xg_kernel_xma_read(((struct xg_machine *)ctx)->kernel, offset, value);
}

static bool xma_write(void *ctx, uint32_t offset, uint32_t value)
{
    return xg_kernel_xma_write(((struct xg_machine *)ctx)->kernel, offset, value);
}

static void sound(void *ctx, const struct xg_audio_frame *frame)
{
    struct xg_machine *m = ctx;
    uint8_t bytes[sizeof frame->sample];
    const float *sample = &frame->sample[0][0];
    for (size_t i = 0; i < sizeof bytes / 4; i++) {
        uint32_t bits;
        memcpy(&bits, &sample[i], 4);
        xg_st32le(bytes + 4 * i, bits);
    }
    const uint64_t when = xg_kernel_now(m->kernel);
    xg_chain_record(&m->chain, TAG_SOUND, &when, 1);
    xg_chain_add(&m->chain, bytes, sizeof bytes);
    if (m->sound.sha || xg_chain_init(&m->sound, NULL))
        xg_chain_add(&m->sound, bytes, sizeof bytes);
    if (m->options.audio)
        xg_audio_play(m->options.audio, frame);
}

struct xg_machine_sound xg_machine_sound(const struct xg_machine *m)
{
    struct xg_audio_totals t = xg_kernel_audio(m->kernel);
    struct xg_machine_sound s = {.frames = t.frames,
                                 .underruns = t.underruns,
                                 .xma_frames = t.xma_frames,
                                 .xma_contexts = t.xma_contexts};
    if (m->options.audio)
        s.dropped = xg_audio_counts(m->options.audio).dropped;
    return s;
}

/* ---- life ---- */

static bool change_disc(void *ctx, uint8_t number)
{
    return xg_media_change_disc(ctx, number);
}

static bool create_parts(struct xg_machine *m, struct xg_error *err)
{
    const struct xg_gpu_client client = {m, gpu_interrupt, gpu_swap};
    const struct xg_mmio_ops ops = {m, window_read, window_write};
    const struct xg_mmio_ops xma = {m, xma_read, xma_write};
    set_hooks(m);
    if (!xg_windows_place(m->options.windows, m->options.window_count, m->windows, err))
        return false;
    const struct xg_window *window = &m->windows[xg_device_row_named("gpu") - xg_device_rows];
    const struct xg_window *audio = &m->windows[xg_device_row_named("xma") - xg_device_rows];
    if (!(m->mem = xg_memory_create(err)) || !(m->heaps = xg_heaps_create(m->mem, err)) ||
        !(m->cpu = xg_cpu_create(m->options.engine, m->mem, &m->hooks, err)))
        return false;
    struct xg_kernel_options k = {.mem = m->mem,
                                  .heaps = m->heaps,
                                  .cpu = m->cpu,
                                  .vfs = m->vfs,
                                  .content = m->content,
                                  .content_path = m->options.content,
                                  .keys = m->options.keys,
                                  .input = m->options.input,
                                  .hooks = &m->hooks,
                                  .log = kernel_log,
                                  .log_ctx = m,
                                  .message_box = m->options.message_box,
                                  .message_box_ctx = m->options.message_box_ctx,
                                  .change_disc = change_disc,
                                  .change_disc_ctx = m,
                                  .sound = sound,
                                  .sound_ctx = m};
    if (!(m->kernel = xg_kernel_create(&k, err)) ||
        (m->options.parallel && !xg_kernel_parallel(m->kernel, m->options.engine, err)) ||
        !(m->gpu = xg_gpu_create(m->mem, m->options.device, &client, &m->hooks, err)) ||
        !(m->draw = xg_draw_create(err)))
        return false;
    xg_gpu_set_renderer(m->gpu, xg_draw_render, m->draw);
    if (m->options.gpu_trace)
        xg_gpu_record(m->gpu, m->options.gpu_trace);
    xg_kernel_set_gpu(m->kernel, m->gpu);
    return xg_memory_map_device(m->mem, window->name, window->base, window->size, &ops, err) &&
           xg_memory_map_device(m->mem, audio->name, audio->base, audio->size, &xma, err);
}

struct xg_machine *xg_machine_create(const struct xg_machine_options *options, struct xg_error *err)
{
    struct xg_machine *m = calloc(1, sizeof *m);
    if (!m) {
        xg_fail(err, XG_E_INPUT, "machine: the host is out of memory");
        return NULL;
    }
    m->options = *options;
    bool ok = xg_chain_init(&m->chain, err);
    if (ok && !(m->vfs = xg_vfs_create()))
        ok = xg_fail(err, XG_E_INPUT, "machine: the host is out of memory");
    ok = ok && (!options->content || xg_media_content(m, err));
    if (!ok || !create_parts(m, err)) {
        xg_machine_destroy(m);
        return NULL;
    }
    return m;
}

static void free_shown(struct xg_shown *s)
{
    if (s)
        free(s->rgba);
    free(s);
}

/* All that a title runs on; media and what was shown stay. */
static void destroy_parts(struct xg_machine *m)
{
    xg_gpu_destroy(m->gpu);
    xg_draw_destroy(m->draw);
    xg_kernel_destroy(m->kernel);
    xg_image_free(m->image);
    xg_cpu_destroy(m->cpu);
    xg_heaps_destroy(m->heaps);
    xg_memory_destroy(m->mem);
    m->gpu = NULL;
    m->draw = NULL;
    m->kernel = NULL;
    m->image = NULL;
    m->cpu = NULL;
    m->heaps = NULL;
    m->mem = NULL;
}

void xg_machine_destroy(struct xg_machine *m)
{
    if (!m)
        return;
    while (m->shown) {
        struct xg_shown *s = m->shown;
        m->shown = s->next;
        free_shown(s);
    }
    free_shown(m->last);
    free(m->covered_rgba);
    destroy_parts(m);
    xg_vfs_destroy(m->vfs);
    xg_chain_free(&m->chain);
    xg_chain_free(&m->sound);
    free(m);
}

bool xg_machine_load(struct xg_machine *m, const char *path, struct xg_error *err)
{
    if (m->image)
        return xg_fail(err, XG_E_INPUT, "%s: this machine has a title already", path);
    m->started = xg_media_load(m, path, err) && xg_kernel_start(m->kernel, m->image, err);
    return m->started;
}

/* ---- run ---- */

static enum xg_stop stop_with(struct xg_machine *m, enum xg_stop stop, const char *text)
{
    m->stop = stop;
    size_t n = (size_t)snprintf(m->report, sizeof m->report, "%s", text);
    if (stop != XG_STOP_EXIT && m->gpu_error[0] && n < sizeof m->report)
        snprintf(m->report + n, sizeof m->report - n, "; the GPU had reported: %s", m->gpu_error);
    return stop;
}

/* A title has ended by starting another one: a fresh console, but for time, media and launch data.
 * false: it cannot be started, the run ends. */
static bool start_next(struct xg_machine *m)
{
    struct xg_error err = {0};
    const char *wanted = xg_kernel_launch_path(m->kernel);
    char path[256];
    if (!wanted)
        return false;
    snprintf(path, sizeof path, "%s", wanted);
    struct xg_kernel_past past = xg_kernel_past(m->kernel);
    void *data = past.launch_data ? malloc(past.launch_size + 1) : NULL;
    if (data)
        memcpy(data, past.launch_data, past.launch_size);
    past.launch_data = data;
    const bool there = xg_media_has(m, path);
    if (there) {
        destroy_parts(m);
        m->started = create_parts(m, &err) && xg_kernel_go_on(m->kernel, &past) &&
                     xg_media_launch(m, path, &err) && xg_kernel_start(m->kernel, m->image, &err);
    }
    free(data);
    if (!there)
        xg_machine_log(m, "there is no '%s' to start", path);
    else if (!m->started)
        stop_with(m, XG_STOP_FAULT, err.text);
    return there;
}

static enum xg_stop stop_of(struct xg_machine *m, enum xg_kernel_state state)
{
    const char *text = xg_kernel_stop_text(m->kernel);
    switch (state) {
    case XG_KERNEL_EXITED:
        return start_next(m) ? m->stop : stop_with(m, XG_STOP_EXIT, text);
    case XG_KERNEL_FAULTED:
        return stop_with(m, XG_STOP_FAULT, text);
    case XG_KERNEL_DEADLOCK:
        return stop_with(m, XG_STOP_DEADLOCK, text);
    case XG_KERNEL_RUNNING:
        break;
    }
    return XG_STOP_NONE;
}

/* Counts the next picture, which becomes the machine's. */
static bool count_frame(struct xg_machine *m)
{
    if (!m->shown)
        return false;
    free_shown(m->last);
    m->last = m->shown;
    m->shown = m->last->next;
    m->last->next = NULL;
    return true;
}

enum xg_stop xg_machine_run(struct xg_machine *m, const struct xg_run_limits *limits)
{
    uint64_t frames = 0, budget = limits->instructions ? limits->instructions : UINT64_MAX;
    while (m->stop == XG_STOP_NONE) {
        if (xg_kernel_at_boundary(m->kernel)) {
            xg_time now = xg_kernel_now(m->kernel);
            if (!xg_gpu_advance(m->gpu, now))
                return stop_with(m, XG_STOP_DEVICE, xg_gpu_error(m->gpu));
            while ((!limits->frames || frames < limits->frames) && count_frame(m))
                frames++;
            if ((limits->frames && frames >= limits->frames) ||
                (limits->until && now >= limits->until) ||
                (limits->interrupted && *limits->interrupted))
                return XG_STOP_NONE;
        }
        if (xg_kernel_instructions(m->kernel) >= budget)
            return XG_STOP_NONE;
        stop_of(m, xg_kernel_run(m->kernel, budget));
    }
    return m->stop;
}

/* ---- answers ---- */

const char *xg_machine_report(const struct xg_machine *m)
{
    return m->report;
}
uint32_t xg_machine_exit_code(const struct xg_machine *m)
{
    return xg_kernel_exit_code(m->kernel);
}
const struct xg_picture *xg_machine_picture(struct xg_machine *m)
{
    return xg_dialog_picture(m, m->last ? &m->last->picture : NULL);
}
uint32_t xg_machine_overlay(const struct xg_machine *m)
{
    return xg_kernel_message_box_changes(m->kernel);
}
xg_time xg_machine_now(const struct xg_machine *m)
{
    return xg_kernel_now(m->kernel);
}
uint64_t xg_machine_instructions(const struct xg_machine *m)
{
    return xg_kernel_instructions(m->kernel);
}
struct xg_gpu *xg_machine_gpu(struct xg_machine *m)
{
    return m->gpu;
}
struct xg_cpu *xg_machine_cpu(struct xg_machine *m)
{
    return m->cpu;
}
struct xg_memory *xg_machine_memory(struct xg_machine *m)
{
    return m->mem;
}
uint64_t xg_machine_frames(const struct xg_machine *m)
{
    return m->frames;
}
xg_time xg_machine_last_swap(const struct xg_machine *m)
{
    return m->last_swap;
}
uint64_t xg_machine_unimplemented(const struct xg_machine *m)
{
    return xg_kernel_unimplemented_calls(m->kernel);
}

const char *xg_machine_describe(struct xg_machine *m)
{
    char threads[1100];
    snprintf(m->describe, sizeof m->describe, "%s%s%s",
             xg_kernel_describe(m->kernel, threads, sizeof threads),
             m->gpu_error[0] ? "; the GPU had reported: " : "", m->gpu_error);
    return m->describe;
}

/* Counters that every back end has: cycles, link words and pages differ and stay out. */
void xg_machine_digest(struct xg_machine *m, char out[65])
{
    struct xg_gpu_counters c = {0};
    struct xg_device *d = xg_gpu_device(m->gpu);
    d->ops->counters(d, &c);
    const uint64_t n[] = {c.packets,
                          c.dwords,
                          c.draws_local,
                          c.draws_delegated,
                          c.resolves,
                          c.clears,
                          c.resolve_bytes,
                          c.memory_writes,
                          c.interrupts,
                          c.swaps,
                          xg_machine_instructions(m),
                          xg_machine_now(m),
                          m->stop,
                          xg_machine_exit_code(m),
                          XG_NS_PER_INSN};
    xg_chain_hex(&m->chain, TAG_END, n, XG_COUNTOF(n), out);
}

bool xg_machine_sound_digest(struct xg_machine *m, char out[65])
{
    const uint64_t frames = xg_kernel_audio(m->kernel).frames;
    if (!m->sound.sha)
        return false;
    xg_chain_hex(&m->sound, TAG_SOUND, &frames, 1, out);
    return true;
}

void xg_machine_pixel_digest(struct xg_machine *m, char out[65])
{
    const struct xg_picture *p = xg_machine_picture(m);
    uint8_t head[8];
    xg_st32le(head, p ? p->width : 0);
    xg_st32le(head + 4, p ? p->height : 0);
    xg_chain_hash(head, sizeof head, p ? p->rgba : NULL, p ? (size_t)p->width * p->height * 4 : 0,
                  out);
}
