/* Playing a trace; see replay.h. */
#include "gpu/trace/replay_priv.h"

#include "gpu/lines.h"
#include "gpu/present/picture.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define MAX_RUN_PACKETS 4096u
#define MAX_TRIES       4096u /* runs more than recorded, until a device comes to rest */
#define MAX_SCREENS     (64u << 20) / XG_PAGE_SIZE

bool xg_replay_bad(struct xg_replay *p, const char *what)
{
    return xg_trace_bad(p->t, &p->record, what, p->err);
}

void xg_replay_differ(struct xg_replay *p, uint32_t packet, xg_pa address, const char *format, ...)
{
    struct xg_replay_result *o = p->out;
    va_list args;
    if (o->different)
        return;
    o->different = true;
    o->frame = o->frames + 1;
    o->packet = packet;
    o->address = address;
    va_start(args, format);
    vsnprintf(o->text, sizeof o->text, format, args);
    va_end(args);
}

/* ---- the two queues ---- */

static bool push(struct xg_replay_queue *q, uint32_t kind, const uint8_t *body, size_t size)
{
    if (q->at == q->used)
        q->at = q->used = 0;
    if (q->used + 8 + size > q->room) {
        size_t room = 2 * (q->used + 8 + size);
        uint8_t *bigger = realloc(q->bytes, room);
        if (!bigger)
            return false;
        q->bytes = bigger;
        q->room = room;
    }
    xg_st32le(q->bytes + q->used, kind);
    xg_st32le(q->bytes + q->used + 4, (uint32_t)size);
    memcpy(q->bytes + q->used + 8, body, size);
    q->used += 8 + size;
    return true;
}

static struct xg_said_record first_of(const struct xg_replay_queue *q)
{
    if (q->at == q->used)
        return (struct xg_said_record){0};
    const uint8_t *b = q->bytes + q->at;
    return (struct xg_said_record){(uint8_t)xg_ld32le(b), b + 8, xg_ld32le(b + 4)};
}

static void pop(struct xg_replay_queue *q)
{
    q->at += 8 + xg_ld32le(q->bytes + q->at + 4);
}

static bool is_said(const struct xg_said_record *r, enum xg_gpu_effect_kind kind)
{
    return r->kind == XG_TRACE_SAID && r->body[0] == kind;
}

static void compare_first(struct xg_replay *p)
{
    const struct xg_said_record was = first_of(&p->recorded), is = first_of(&p->now);
    struct xg_said_difference d;
    if (xg_said_differ(&was, &is, p->lenient, &d)) {
        xg_replay_differ(p, d.packet, d.address, "%s", d.text);
        return;
    }
    p->out->compared++;
    p->out->copies += was.kind == XG_TRACE_COPY && xg_ld32le(was.body + 12) == 0;
    p->out->frames += is_said(&was, XG_GPU_SWAP);
    p->lenient = p->lenient && !is_said(&was, XG_GPU_DELEGATE);
    pop(&p->recorded);
    pop(&p->now);
}

static void drain(struct xg_replay *p)
{
    while (!p->out->different && p->recorded.at != p->recorded.used && p->now.at != p->now.used)
        compare_first(p);
}

/* The device rests, and all that was recorded of it is read: neither may have said more. */
static void settle(struct xg_replay *p)
{
    drain(p);
    if (p->rested && !p->out->different &&
        (p->recorded.at != p->recorded.used || p->now.at != p->now.used))
        compare_first(p);
}

static void keep_now(void *ctx, enum xg_trace_kind kind, const uint8_t *body, size_t size)
{
    struct xg_replay *p = ctx;
    if (!push(&p->now, kind, body, size))
        p->out_of_memory = true;
}

/* ---- the device's host ---- */

static const uint8_t *host_page(void *ctx, xg_pa page)
{
    const struct xg_replay *p = ctx;
    return p->memory + (page & (XG_PHYS_SIZE - XG_PAGE_SIZE));
}

static void host_watch(void *ctx, xg_pa page)
{
    struct xg_replay *p = ctx;
    uint32_t i = (page & (XG_PHYS_SIZE - 1)) / XG_PAGE_SIZE;
    p->watched[i / 64] |= UINT64_C(1) << i % 64;
}

static void no_watch(void *ctx, xg_pa page)
{
    XG_UNUSED(ctx);
    XG_UNUSED(page);
}

/* They are compared at once. */
static bool no_staying(void *ctx)
{
    XG_UNUSED(ctx);
    return false;
}

static void put_lines(uint8_t *memory, const struct xg_gpu_lines *l)
{
    uint32_t first, count;
    memory += l->page & (XG_PHYS_SIZE - XG_PAGE_SIZE);
    for (uint64_t left = l->data->mask; left;) {
        left = xg_line_run(left, &first, &count);
        memcpy(memory + first * XG_LINE_BYTES, l->data->bytes + first * XG_LINE_BYTES,
               count * XG_LINE_BYTES);
    }
}

static void *copied(void *to, size_t *room, const void *from, size_t size)
{
    if (size > *room) {
        void *bigger = realloc(to, size);
        if (!bigger)
            return NULL;
        to = bigger;
        *room = size;
    }
    if (size)
        memcpy(to, from, size);
    return to;
}

static void keep_draw(struct xg_replay *p, const struct xg_gpu_draw *d)
{
    void *regs = copied(p->regs, &p->reg_room, d->regs, d->reg_count * sizeof *d->regs);
    p->regs = regs ? regs : p->regs;
    void *words = copied(p->immediate, &p->immediate_room, d->immediate, d->immediate_count * 4);
    p->immediate = words ? words : p->immediate;
    p->parked = *d;
    if ((!regs && d->reg_count) || (!words && d->immediate_count)) {
        p->out_of_memory = true;
        p->parked.reg_count = p->parked.immediate_count = 0;
    }
    p->parked.regs = p->regs;
    p->parked.immediate = d->immediate_count ? p->immediate : NULL;
}

static void host_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct xg_replay *p = ctx;
    p->last_packet = e->packet;
    p->cost = e->cost;
    if (p->loading || e->kind == XG_GPU_REG)
        return;
    if (e->kind == XG_GPU_ERROR && p->error_known)
        return;
    xg_said_effect(&p->said, e);
    if (e->kind == XG_GPU_MEM && e->address <= XG_PHYS_SIZE - e->size)
        memcpy(p->memory + e->address, e->bytes, e->size);
    if (e->kind == XG_GPU_DELEGATE)
        keep_draw(p, e->draw);
}

static bool host_lines(void *ctx, const struct xg_gpu_lines *l)
{
    struct xg_replay *p = ctx;
    p->last_packet = l->packet;
    p->cost = l->cost;
    if (!p->loading)
        xg_said_lines(&p->said, l);
    put_lines(p->memory, l);
    return true;
}

/* What shaders store; they know neither packet nor cost. */
static void renderer_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct xg_replay *p = ctx;
    struct xg_gpu_effect stamped = *e;
    stamped.cost = p->cost;
    stamped.packet = e->packet - p->said.packet_base;
    host_effect(p, &stamped);
}

void xg_replay_store(struct xg_replay *p, xg_pa pa, const uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = pa / XG_PAGE_SIZE; size && i <= (pa + size - 1) / XG_PAGE_SIZE; i++) {
        uint64_t bit = UINT64_C(1) << i % 64;
        if (p->watched[i / 64] & bit)
            p->device->ops->page_dirty(p->device, i * XG_PAGE_SIZE);
        p->watched[i / 64] &= ~bit;
    }
    memcpy(p->memory + pa, bytes, size);
}

/* ---- running ---- */

static bool failed(struct xg_replay *p)
{
    const char *(*why)(const struct xg_device *) = p->device->ops->failure;
    const char *text = why ? why(p->device) : NULL;
    return xg_fail(p->err, XG_E_DEVICE, "frame %u: %s", p->out->frames + 1,
                   text ? text : "the GPU device failed");
}

bool xg_replay_run(struct xg_replay *p, uint32_t packets, bool to_rest)
{
    uint32_t tries = 0;
    do {
        p->state = p->device->ops->run(p->device, packets);
        xg_said_flush(&p->said);
        p->device->ops->retire(p->device, UINT64_MAX);
    } while (to_rest && p->state == XG_DEVICE_BUSY && ++tries < MAX_TRIES);
    if (p->state == XG_DEVICE_FAILED)
        return failed(p);
    if (to_rest && p->state == XG_DEVICE_BUSY)
        xg_replay_differ(p, p->last_packet + p->said.packet_base, 0,
                         "the device goes on where it rested when this was recorded");
    if (p->out_of_memory || p->said.out_of_memory)
        return xg_fail(p->err, XG_E_INPUT, "%s: out of memory", p->t->path);
    return true;
}

static bool run(struct xg_replay *p)
{
    struct xg_trace_in in = {p->record.body, p->record.size, false};
    uint32_t packets = xg_trace_u32(&in), state = xg_trace_u32(&in);
    if (in.bad || in.left || !packets || packets > MAX_RUN_PACKETS || state > XG_DEVICE_DELEGATING)
        return xg_replay_bad(p, "no such run");
    p->out->runs++;
    p->rested = state != XG_DEVICE_BUSY;
    return xg_replay_run(p, packets, p->rested);
}

bool xg_replay_renderer(struct xg_replay *p)
{
    if (!p->draw)
        p->draw = xg_draw_create(p->err);
    return p->draw != NULL;
}

static bool draw(struct xg_replay *p)
{
    if (p->record.size)
        return xg_replay_bad(p, "it has no body");
    if (p->state == XG_DEVICE_BUSY && !xg_replay_run(p, 64, true))
        return false;
    drain(p);
    if (p->state != XG_DEVICE_DELEGATING)
        xg_replay_differ(p, p->last_packet + p->said.packet_base, 0,
                         "a draw was recorded here, and the device waits for none");
    if (p->out->different)
        return true;
    p->out->draws++;
    if (!p->o->no_draws && !xg_replay_renderer(p))
        return false;
    if (!p->o->no_draws)
        xg_draw_render(p->draw, p->device, &p->parked, &p->view);
    p->device->ops->delegate_done(p->device, p->parked.sequence);
    p->state = XG_DEVICE_BUSY;
    p->rested = false;
    return true;
}

bool xg_replay_power_on(struct xg_replay *p)
{
    const struct xg_device_host host = {p,           host_page,  host_watch,
                                        host_effect, host_lines, no_staying};
    if (p->device)
        p->device->ops->destroy(p->device);
    p->device = p->o->create(&host, p->err);
    if (!p->device)
        return false;
    snprintf(p->out->device, sizeof p->out->device, "%s", p->device->ops->name);
    madvise(p->memory, XG_PHYS_SIZE, MADV_DONTNEED);
    memset(p->watched, 0, sizeof p->watched);
    if (p->draw)
        xg_draw_reset(p->draw);
    p->said.packet_base = 0;
    p->said.cost_base = 0;
    p->state = XG_DEVICE_IDLE;
    p->rested = p->error_known = p->lenient = false;
    return true;
}

/* ---- pictures ---- */

static bool screen(struct xg_replay *p)
{
    uint32_t page = p->record.size < 4 ? 1 : xg_ld32le(p->record.body);
    if (p->record.size != 4 + XG_PAGE_SIZE || page % XG_PAGE_SIZE || page >= XG_PHYS_SIZE ||
        p->screens >= MAX_SCREENS)
        return xg_replay_bad(p, "no such page of the screen");
    if (p->screens == p->screen_room) {
        size_t room = p->screens ? 2 * p->screens : 64;
        uint8_t *bigger = realloc(p->screen, room * p->record.size);
        if (!bigger)
            return xg_fail(p->err, XG_E_INPUT, "%s: out of memory", p->t->path);
        p->screen = bigger;
        p->screen_room = room;
    }
    memcpy(p->screen + p->screens++ * p->record.size, p->record.body, p->record.size);
    return true;
}

static void take_gamma(struct xg_gamma *g, const uint8_t *b)
{
    uint16_t *to[] = {&g->table[0][0], &g->base[0][0], &g->delta[0][0]};
    const size_t count[] = {256 * 3, 128 * 3, 128 * 3};
    g->written = true;
    for (size_t t = 0; t < 3; t++)
        for (size_t i = 0; i < count[t]; i++, b += 2)
            to[t][i] = t ? xg_ld16le(b) : xg_ld16le(b) & 1023;
}

/* Memory with the pages of the screen, and back: each change is undone by the next. */
static void swap_screens(struct xg_replay *p)
{
    uint8_t keep[XG_PAGE_SIZE];
    for (size_t i = 0; i < p->screens; i++) {
        uint8_t *s = p->screen + i * (4 + XG_PAGE_SIZE), *at = p->memory + xg_ld32le(s);
        memcpy(keep, at, XG_PAGE_SIZE);
        memcpy(at, s + 4, XG_PAGE_SIZE);
        memcpy(s + 4, keep, XG_PAGE_SIZE);
    }
}

static bool show(struct xg_replay *p, uint32_t frame, uint32_t width, uint32_t height,
                 const uint8_t *rgba, const uint8_t *digest)
{
    const struct xg_replay_options *o = p->o;
    xg_trace_picture_digest(width, height, rgba, p->out->picture);
    p->out->pictures++;
    if (frame >= o->first && o->picture && !o->picture(o->ctx, frame, width, height, rgba, p->err))
        return false;
    if (memcmp(p->out->picture, digest, 32) != 0) {
        xg_replay_differ(p, p->last_packet + p->said.packet_base, 0,
                         "picture %u (%u x %u) has other pixels than were recorded", frame, width,
                         height);
        p->out->frame = frame;
    }
    p->out->compared++;
    return true;
}

static bool picture(struct xg_replay *p)
{
    struct xg_trace_in in = {p->record.body, p->record.size, false};
    struct xg_gamma gamma = {0};
    uint32_t fetch[6];
    uint32_t frame = xg_trace_u32(&in), at = xg_trace_u32(&in), width = xg_trace_u32(&in);
    uint32_t height = xg_trace_u32(&in), known = xg_trace_u32(&in);
    for (size_t i = 0; i < 6; i++)
        fetch[i] = xg_trace_u32(&in);
    uint32_t has_gamma = xg_trace_u32(&in);
    if (p->record.size != XG_TRACE_PICTURE_BYTES + (has_gamma ? XG_TRACE_GAMMA_BYTES : 0))
        return xg_replay_bad(p, "no such picture");
    if (has_gamma)
        take_gamma(&gamma, p->record.body + XG_TRACE_PICTURE_BYTES);
    swap_screens(p);
    uint8_t *rgba = xg_picture_show(p->memory, at, width, height, known ? fetch : NULL, &gamma);
    swap_screens(p);
    p->screens = 0;
    if (!rgba)
        return xg_replay_bad(p, "no picture has this size");
    bool ok = show(p, frame, width, height, rgba, p->record.body + 48);
    free(rgba);
    return ok;
}

/* ---- records ---- */

static bool numbers(struct xg_replay *p, size_t count, uint32_t out[2])
{
    if (p->record.size != 4 * count)
        return xg_replay_bad(p, "its size is wrong");
    for (size_t i = 0; i < count; i++)
        out[i] = xg_ld32le(p->record.body + 4 * i);
    p->rested = false;
    return true;
}

static bool input(struct xg_replay *p)
{
    struct xg_device *d = p->device;
    uint32_t n[2] = {0, 0};
    bool two = p->record.kind == XG_TRACE_RING || p->record.kind == XG_TRACE_REG;
    if (!numbers(p, two ? 2 : 1, n))
        return false;
    switch (p->record.kind) {
    case XG_TRACE_RING:
        d->ops->ring(d, n[0] & (XG_PHYS_SIZE - 4), n[1]);
        break;
    case XG_TRACE_WRITEBACK:
        d->ops->rptr_writeback(d, n[0] & (XG_PHYS_SIZE - 4));
        break;
    case XG_TRACE_REG:
        d->ops->reg_write(d, n[0] & 0x7FFF, n[1]);
        break;
    case XG_TRACE_VBLANK:
        d->ops->vblank(d, n[0]);
        break;
    case XG_TRACE_KICK:
        d->ops->kick(d, n[0]);
        break;
    default:
        d->ops->wait_done(d, n[0] & 1);
        p->state = XG_DEVICE_BUSY;
        break;
    }
    return true;
}

static bool page(struct xg_replay *p)
{
    uint32_t size = p->record.size - 4, pa = p->record.size < 5 ? 0 : xg_ld32le(p->record.body);
    if (p->record.size < 5 || pa >= XG_PHYS_SIZE || size > XG_PHYS_SIZE - pa)
        return xg_replay_bad(p, "no such memory");
    xg_replay_store(p, pa, p->record.body + 4, size);
    return true;
}

static bool tile(struct xg_replay *p)
{
    if (p->record.size != 4 + XG_EDRAM_TILE_BYTES || xg_ld32le(p->record.body) >= XG_EDRAM_TILES)
        return xg_replay_bad(p, "no such tile");
    p->device->ops->tile_write(p->device, xg_ld32le(p->record.body), p->record.body + 4);
    return true;
}

static bool said(struct xg_replay *p)
{
    const struct xg_said_record r = {p->record.kind, p->record.body, p->record.size};
    if (!xg_said_is_sane(&r))
        return xg_replay_bad(p, "no device says this");
    if (!push(&p->recorded, r.kind, r.body, r.size))
        return xg_fail(p->err, XG_E_INPUT, "%s: out of memory", p->t->path);
    drain(p);
    return true;
}

static bool end(struct xg_replay *p)
{
    struct xg_gpu_counters c = {0};
    uint64_t now[XG_TRACE_COUNTERS];
    if (p->record.size != 4 && p->record.size != 4 + 8 * XG_TRACE_COUNTERS)
        return xg_replay_bad(p, "its size is wrong");
    if (p->record.size == 4 || p->out->begin > 1)
        return true;
    p->device->ops->counters(p->device, &c);
    xg_trace_counters(&c, now);
    for (size_t i = 0; i < XG_TRACE_COUNTERS; i++) {
        uint64_t was = xg_ld64le(p->record.body + 4 + 8 * i);
        if (was != now[i])
            xg_replay_differ(p, p->last_packet, 0, "%s at the end: %llu, recorded %llu",
                             xg_trace_counter_names[i], (unsigned long long)now[i],
                             (unsigned long long)was);
    }
    return true;
}

static bool play(struct xg_replay *p)
{
    unsigned kind = p->record.kind;
    if (kind >= XG_TRACE_KINDS || !kind)
        return xg_replay_bad(p, "no record is of this kind");
    if (kind >= XG_TRACE_KEY && kind <= XG_TRACE_KEY_END) {
        if (kind == XG_TRACE_KEY && p->device)
            settle(p);
        return p->out->different || xg_replay_key(p);
    }
    if (p->in_key)
        return xg_replay_bad(p, "it is in the midst of a key frame");
    if (kind == XG_TRACE_POWER_ON)
        return xg_replay_power_on(p);
    if (!p->device)
        return xg_replay_bad(p, "nothing is switched on before it");
    if (kind == XG_TRACE_SAID || kind == XG_TRACE_COPY)
        return said(p);
    if (kind == XG_TRACE_PAGE)
        return page(p); /* looked at while what comes next ran, or shown */
    settle(p);
    if (p->out->different)
        return true;
    switch (kind) {
    case XG_TRACE_TILE:
        return tile(p);
    case XG_TRACE_RUN:
        return run(p);
    case XG_TRACE_DRAW:
        return draw(p);
    case XG_TRACE_SCREEN:
        return screen(p);
    case XG_TRACE_PICTURE:
        return picture(p);
    case XG_TRACE_END:
        return end(p);
    default:
        return input(p);
    }
}

/* ---- the whole ---- */

/* The last chunk at or before the first frame that replay can begin with. */
static void begin(struct xg_replay *p)
{
    size_t at = 0;
    for (size_t i = 0; i < p->t->chunks && p->o->first; i++)
        if ((p->t->chunk[i].flags & XG_TRACE_CHUNK_KEY) && p->t->chunk[i].first_frame < p->o->first)
            at = i;
    p->loading = at != 0; /* a POWER_ON there changes its mind */
    p->out->frames = p->t->chunks ? p->t->chunk[at].first_frame : 0;
    p->out->begin = p->out->frames + 1;
    xg_trace_seek(p->t, at);
}

static bool enough(const struct xg_replay *p)
{
    uint32_t last = p->o->last;
    if (!last)
        return false;
    bool shown = p->record.kind == XG_TRACE_PICTURE && xg_ld32le(p->record.body) >= last;
    /* A swap of which no picture came is waited for a while. */
    return shown || p->out->frames > (uint64_t)last + 8;
}

static bool play_all(struct xg_replay *p)
{
    int more = 1;
    while (!p->out->different && (more = xg_trace_next(p->t, &p->record, p->err)) > 0) {
        if (p->loading && p->record.kind == XG_TRACE_POWER_ON)
            p->loading = false;
        if (!play(p))
            return false;
        if (enough(p))
            return true;
    }
    p->rested = p->rested && p->t->whole; /* of a cut file the last effects may be missing */
    if (!p->out->different && more == 0 && p->device && !p->in_key)
        settle(p);
    return more >= 0;
}

static bool create(struct xg_replay *p)
{
    p->memory = mmap(NULL, XG_PHYS_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    p->view = (struct xg_device_host){p, host_page, no_watch, renderer_effect, NULL, NULL};
    p->said.ctx = p;
    p->said.put = keep_now;
    p->said.memory = p->memory;
    return p->memory != MAP_FAILED || xg_fail(p->err, XG_E_INPUT, "%s: out of memory", p->t->path);
}

static void destroy(struct xg_replay *p)
{
    if (p->device)
        p->device->ops->destroy(p->device);
    xg_draw_destroy(p->draw);
    if (p->memory && p->memory != MAP_FAILED)
        munmap(p->memory, XG_PHYS_SIZE);
    xg_said_free(&p->said);
    free(p->recorded.bytes);
    free(p->now.bytes);
    free(p->regs);
    free(p->immediate);
    free(p->screen);
    free(p);
}

bool xg_replay(struct xg_trace *t, const struct xg_replay_options *options,
               struct xg_replay_result *result, struct xg_error *err)
{
    struct xg_replay *p = calloc(1, sizeof *p);
    *result = (struct xg_replay_result){0};
    if (!p)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", t->path);
    p->t = t;
    p->o = options;
    p->out = result;
    p->err = err;
    bool ok = create(p);
    if (ok) {
        begin(p);
        ok = play_all(p);
    }
    /* Two back ends side by side: what was not compared on the way is compared now. */
    if (ok && p->device && strchr(p->device->ops->name, '+') && !xg_device_pair_settle(p->device))
        ok = failed(p);
    destroy(p);
    return ok;
}
