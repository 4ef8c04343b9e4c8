/* The recorder; see recorder.h. */
#include "gpu/trace/recorder.h"

#include "gpu/lines.h"
#include "gpu/model/model.h"
#include "gpu/present/picture.h"
#include "gpu/trace/said.h"
#include "gpu/xg_device_gen.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGES (XG_PHYS_SIZE / XG_PAGE_SIZE)
/* A key frame at the first rest after so many frames, and not before as much was recorded since the
 * last one as that took. */
#define KEY_FRAMES 32u

struct said_record {
    enum xg_trace_kind kind;
    size_t at, size;
};

struct xg_recorder {
    struct xg_trace_writer *w;
    xg_recorder_seen_fn *seen;
    void *seen_ctx;
    uint8_t *image;             /* memory as a replay has it */
    uint32_t *looked;           /* per page: the look at which it was compared last */
    uint64_t known[PAGES / 64]; /* pages of the image that may not be zero */
    uint32_t look;

    /* What was said during a run comes behind its record. */
    bool running;
    struct xg_said said;
    struct said_record *said_list;
    size_t said_count, said_room;
    uint8_t *said_bytes;
    size_t said_used, said_bytes_room;
    bool out_of_memory;

    /* For key frames: */
    uint32_t base, log2, rptr, wptr, writeback, vblanks;
    bool error_said, new_frame;
    uint32_t *shader[2], shader_words[2];
    uint32_t key_frame;
    uint64_t key_at, key_size;

    uint32_t shown; /* swaps that became visible */
};

/* ---- what is said ---- */

static bool room_for(struct xg_recorder *r, size_t size)
{
    if (r->said_count == r->said_room) {
        size_t room = r->said_room ? 2 * r->said_room : 256;
        struct said_record *bigger = realloc(r->said_list, room * sizeof *bigger);
        if (!bigger)
            return false;
        r->said_list = bigger;
        r->said_room = room;
    }
    if (r->said_used + size > r->said_bytes_room) {
        size_t room = 2 * (r->said_used + size);
        uint8_t *bigger = realloc(r->said_bytes, room);
        if (!bigger)
            return false;
        r->said_bytes = bigger;
        r->said_bytes_room = room;
    }
    return true;
}

static void keep_said(void *ctx, enum xg_trace_kind kind, const uint8_t *body, size_t size)
{
    struct xg_recorder *r = ctx;
    if (!room_for(r, size)) {
        r->out_of_memory = true;
        return;
    }
    r->said_list[r->said_count++] = (struct said_record){kind, r->said_used, size};
    memcpy(r->said_bytes + r->said_used, body, size);
    r->said_used += size;
}

static void put_said(struct xg_recorder *r)
{
    for (size_t i = 0; i < r->said_count; i++) {
        const struct said_record *s = &r->said_list[i];
        const uint8_t *body = r->said_bytes + s->at;
        xg_trace_put(r->w, s->kind, body, s->size);
        if (s->kind == XG_TRACE_SAID && body[0] == XG_GPU_SWAP) {
            xg_trace_frame(r->w);
            r->new_frame = true;
        }
    }
    r->said_count = r->said_used = 0;
}

/* A record that is no effect, behind what was said before it. */
static void put(struct xg_recorder *r, enum xg_trace_kind kind, const void *body, size_t size)
{
    if (!r->running)
        put_said(r);
    xg_trace_put(r->w, kind, body, size);
}

void xg_recorder_effect(struct xg_recorder *r, const struct xg_gpu_effect *e)
{
    xg_said_effect(&r->said, e);
    if (e->kind == XG_GPU_MEM && e->address <= XG_PHYS_SIZE - e->size) {
        memcpy(r->image + e->address, e->bytes, e->size);
        r->known[e->address / XG_PAGE_SIZE / 64] |= UINT64_C(1) << e->address / XG_PAGE_SIZE % 64;
    } else if (e->kind == XG_GPU_IDLE) {
        r->rptr = e->value;
    } else if (e->kind == XG_GPU_ERROR) {
        r->error_said = true;
    }
}

void xg_recorder_lines(struct xg_recorder *r, const struct xg_gpu_lines *l)
{
    xg_pa page = l->page & (XG_PHYS_SIZE - XG_PAGE_SIZE);
    uint32_t first, count;
    xg_said_lines(&r->said, l);
    for (uint64_t left = l->data->mask; left;) {
        left = xg_line_run(left, &first, &count);
        memcpy(r->image + page + first * XG_LINE_BYTES, l->data->bytes + first * XG_LINE_BYTES,
               count * XG_LINE_BYTES);
    }
    r->known[page / XG_PAGE_SIZE / 64] |= UINT64_C(1) << page / XG_PAGE_SIZE % 64;
}

/* ---- memory ---- */

/* The bytes of `page` become `bytes` in the image, and in the trace where they differ. */
static void put_page(struct xg_recorder *r, xg_pa page, const uint8_t *bytes)
{
    uint8_t record[4 + XG_PAGE_SIZE], *image = r->image + page;
    if (!memcmp(image, bytes, XG_PAGE_SIZE))
        return;
    uint32_t from = 0, to = XG_PAGE_SIZE;
    while (xg_ld64le(image + from) == xg_ld64le(bytes + from))
        from += 8;
    while (xg_ld64le(image + to - 8) == xg_ld64le(bytes + to - 8))
        to -= 8;
    xg_st32le(record, page + from);
    memcpy(record + 4, bytes + from, to - from);
    memcpy(image + from, bytes + from, to - from);
    r->known[page / XG_PAGE_SIZE / 64] |= UINT64_C(1) << page / XG_PAGE_SIZE % 64;
    put(r, XG_TRACE_PAGE, record, 4 + to - from);
}

void xg_recorder_page(struct xg_recorder *r, xg_pa page)
{
    page &= XG_PHYS_SIZE - XG_PAGE_SIZE;
    uint32_t *looked = &r->looked[page / XG_PAGE_SIZE];
    if (*looked == r->look)
        return;
    *looked = r->look;
    put_page(r, page, r->seen(r->seen_ctx, page));
}

void xg_recorder_memory_may_differ(struct xg_recorder *r)
{
    r->look++;
}

/* ---- inputs ---- */

void xg_recorder_input(struct xg_recorder *r, enum xg_trace_kind kind, uint32_t a, uint32_t b)
{
    uint8_t body[8];
    xg_st32le(body, a);
    xg_st32le(body + 4, b);
    if (kind == XG_TRACE_RING) {
        r->base = a;
        r->log2 = b < XG_MODEL_RING_LOG2_MAX ? b : XG_MODEL_RING_LOG2_MAX;
        r->rptr = r->wptr = 0;
    } else if (kind == XG_TRACE_WRITEBACK) {
        r->writeback = a;
    } else if (kind == XG_TRACE_KICK) {
        r->wptr = a & ((1u << r->log2) - 1);
    } else if (kind == XG_TRACE_VBLANK) {
        r->vblanks = a;
    }
    bool two = kind == XG_TRACE_RING || kind == XG_TRACE_REG;
    put(r, kind, body, two ? 8 : 4);
}

void xg_recorder_tile(struct xg_recorder *r, uint32_t tile, const uint8_t *bytes)
{
    uint8_t body[4 + XG_EDRAM_TILE_BYTES];
    xg_st32le(body, tile);
    memcpy(body + 4, bytes, XG_EDRAM_TILE_BYTES);
    put(r, XG_TRACE_TILE, body, sizeof body);
}

void xg_recorder_run(struct xg_recorder *r)
{
    put_said(r);
    r->running = true;
}

void xg_recorder_ran(struct xg_recorder *r, uint32_t packets, enum xg_device_state state)
{
    uint8_t body[8];
    xg_said_flush(&r->said);
    xg_st32le(body, packets);
    xg_st32le(body + 4, (uint32_t)state);
    put(r, XG_TRACE_RUN, body, sizeof body);
    r->running = false;
    put_said(r);
}

void xg_recorder_draw(struct xg_recorder *r)
{
    put_said(r);
    r->running = true;
}

/* The shader that a draw record has loaded, for key frames; the renderer has looked at it. */
static void keep_shader(struct xg_recorder *r, const struct xg_gpu_draw *d)
{
    uint32_t type = d->dma_base & 3, count = d->dma_size & 0xFFFF;
    bool immediate = d->opcode == XG_PM4_IM_LOAD_IMMEDIATE;
    if ((!immediate && d->opcode != XG_PM4_IM_LOAD) || type > 1 ||
        (immediate && d->immediate_count < count))
        return;
    uint32_t *words = realloc(r->shader[type], 4 * (size_t)count + 4);
    if (!words) {
        r->out_of_memory = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        words[i] = immediate ? d->immediate[i]
                             : xg_ld32be(r->image + (((d->dma_base & ~3u) + 4 * i) & XG_BUS_DWORD));
    r->shader[type] = words;
    r->shader_words[type] = count;
}

void xg_recorder_drew(struct xg_recorder *r, const struct xg_gpu_draw *draw)
{
    put(r, XG_TRACE_DRAW, NULL, 0);
    r->running = false;
    put_said(r);
    keep_shader(r, draw);
}

/* ---- power-on, key frames ---- */

void xg_recorder_power_on(struct xg_recorder *r, xg_recorder_seen_fn *seen, void *ctx)
{
    r->seen = seen;
    r->seen_ctx = ctx;
    put_said(r);
    madvise(r->image, XG_PHYS_SIZE, MADV_DONTNEED);
    memset(r->known, 0, sizeof r->known);
    r->look++;
    r->base = r->log2 = r->rptr = r->wptr = r->writeback = r->vblanks = 0;
    r->error_said = false;
    r->shader_words[0] = r->shader_words[1] = 0;
    xg_trace_cut(r->w, XG_TRACE_CHUNK_KEY);
    put(r, XG_TRACE_POWER_ON, NULL, 0);
    r->key_frame = xg_trace_frames(r->w);
    r->key_at = xg_trace_written(r->w);
    r->key_size = 0;
}

uint32_t xg_trace_next_register(uint32_t index)
{
    while (index < XG_MODEL_REGS && !xg_model_reg_present(index))
        index++;
    return index;
}

static void put_registers(struct xg_recorder *r, struct xg_device *d)
{
    uint8_t *body = malloc(8 * XG_TRACE_KEY_REGS_MAX);
    size_t n = 0;
    if (!body) {
        r->out_of_memory = true;
        return;
    }
    for (uint32_t i = xg_trace_next_register(0); i < XG_MODEL_REGS;
         i = xg_trace_next_register(i + 1)) {
        uint32_t v = d->ops->reg_read(d, i);
        if (!v)
            continue;
        xg_st32le(body + 8 * n, i);
        xg_st32le(body + 8 * n + 4, v);
        if (++n == XG_TRACE_KEY_REGS_MAX) {
            put(r, XG_TRACE_KEY_REGS, body, 8 * n);
            n = 0;
        }
    }
    if (n)
        put(r, XG_TRACE_KEY_REGS, body, 8 * n);
    free(body);
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
    return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

static void put_tiles(struct xg_recorder *r, struct xg_device *d)
{
    uint8_t body[4 + XG_EDRAM_TILE_BYTES];
    for (uint32_t t = 0; t < XG_EDRAM_TILES; t++) {
        d->ops->tile_read(d, t, body + 4);
        xg_st32le(body, t);
        if (!is_zero(body + 4, XG_EDRAM_TILE_BYTES))
            put(r, XG_TRACE_KEY_TILE, body, sizeof body);
    }
}

static void put_memory(struct xg_recorder *r)
{
    uint8_t body[4 + XG_PAGE_SIZE];
    for (uint32_t page = 0; page < PAGES; page++) {
        if (!(r->known[page / 64] >> page % 64 & 1) ||
            is_zero(r->image + (size_t)page * XG_PAGE_SIZE, XG_PAGE_SIZE))
            continue;
        xg_st32le(body, page * XG_PAGE_SIZE);
        memcpy(body + 4, r->image + (size_t)page * XG_PAGE_SIZE, XG_PAGE_SIZE);
        put(r, XG_TRACE_KEY_PAGE, body, sizeof body);
    }
}

static void put_shaders(struct xg_recorder *r)
{
    for (uint32_t type = 0; type < 2; type++) {
        uint32_t count = r->shader_words[type];
        uint8_t *body = count ? malloc(4 + 4 * (size_t)count) : NULL;
        if (!body)
            continue;
        xg_st32le(body, type);
        for (uint32_t i = 0; i < count; i++)
            xg_st32le(body + 4 + 4 * i, r->shader[type][i]);
        if (4 + 4 * (size_t)count <= XG_TRACE_RECORD_MAX)
            put(r, XG_TRACE_KEY_SHADER, body, 4 + 4 * (size_t)count);
        free(body);
    }
}

static void put_key(struct xg_recorder *r, struct xg_device *d)
{
    uint8_t b[XG_TRACE_KEY_BYTES];
    struct xg_gpu_hidden h;
    d->ops->hidden(d, &h);
    xg_st32le(b, xg_trace_frames(r->w));
    xg_st32le(b + 4, h.packets);
    xg_st64le(b + 8, h.cost);
    const uint32_t words[] = {r->base, r->log2, r->rptr, r->writeback, r->vblanks, r->error_said};
    for (size_t i = 0; i < XG_COUNTOF(words); i++)
        xg_st32le(b + 16 + 4 * i, words[i]);
    xg_st64le(b + 40, h.bin_mask);
    xg_st64le(b + 48, h.bin_select);
    for (size_t i = 0; i < 4; i++)
        xg_st32le(b + 56 + 4 * i, h.samples[i]);
    put_said(r);
    xg_trace_cut(r->w, XG_TRACE_CHUNK_KEY);
    put(r, XG_TRACE_KEY, b, sizeof b);
    put_registers(r, d);
    put_tiles(r, d);
    put_shaders(r);
    put_memory(r);
    put(r, XG_TRACE_KEY_END, NULL, 0);
}

void xg_recorder_idle(struct xg_recorder *r, struct xg_device *d)
{
    if (!r->new_frame || !d->ops->hidden || r->rptr != r->wptr ||
        xg_trace_frames(r->w) - r->key_frame < KEY_FRAMES ||
        xg_trace_written(r->w) - r->key_at < r->key_size)
        return;
    uint64_t before = xg_trace_written(r->w);
    r->new_frame = false;
    put_key(r, d);
    r->key_frame = xg_trace_frames(r->w);
    r->key_at = xg_trace_written(r->w);
    r->key_size = r->key_at - before;
}

/* ---- pictures ---- */

void xg_trace_picture_digest(uint32_t width, uint32_t height, const uint8_t *rgba, uint8_t out[32])
{
    uint8_t head[8];
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    xg_st32le(head, width);
    xg_st32le(head + 4, height);
    memset(out, 0, 32);
    if (sha && EVP_DigestInit_ex(sha, EVP_sha256(), NULL)) {
        EVP_DigestUpdate(sha, head, sizeof head);
        EVP_DigestUpdate(sha, rgba, (size_t)width * height * 4);
        EVP_DigestFinal_ex(sha, out, NULL);
    }
    EVP_MD_CTX_free(sha);
}

/* What is on the screen: what the CPU has drawn becomes part of the image; what the device has
 * drawn over it since, in the guest's future, is told for this picture alone. */
static void put_screen(struct xg_recorder *r, const uint8_t *phys, xg_pa page)
{
    uint8_t body[4 + XG_PAGE_SIZE];
    put_page(r, page, r->seen(r->seen_ctx, page));
    if (!memcmp(r->image + page, phys + page, XG_PAGE_SIZE))
        return;
    xg_st32le(body, page);
    memcpy(body + 4, phys + page, XG_PAGE_SIZE);
    put(r, XG_TRACE_SCREEN, body, sizeof body);
}

static void put_gamma(uint8_t *b, const struct xg_gamma *g)
{
    const uint16_t *of[] = {&g->table[0][0], &g->base[0][0], &g->delta[0][0]};
    const size_t count[] = {256 * 3, 128 * 3, 128 * 3};
    for (size_t t = 0; t < 3; t++)
        for (size_t i = 0; i < count[t]; i++, b += 2)
            xg_st16le(b, of[t][i]);
}

void xg_recorder_show(struct xg_recorder *r, const uint8_t *phys,
                      const struct xg_recorder_picture *p)
{
    uint8_t b[XG_TRACE_PICTURE_BYTES + XG_TRACE_GAMMA_BYTES] = {0};
    size_t size = XG_TRACE_PICTURE_BYTES;
    r->shown++;
    if (!p->rgba)
        return;
    uint32_t bytes = xg_picture_bytes(p->width, p->height, p->fetch);
    uint32_t first = p->front_buffer & (XG_PHYS_SIZE - XG_PAGE_SIZE);
    for (uint64_t at = 0; at < (uint64_t)bytes + XG_PAGE_SIZE; at += XG_PAGE_SIZE)
        put_screen(r, phys, (xg_pa)((first + at) & (XG_PHYS_SIZE - XG_PAGE_SIZE)));
    const uint32_t words[] = {r->shown, p->front_buffer, p->width, p->height, p->fetch != NULL};
    for (size_t i = 0; i < XG_COUNTOF(words); i++)
        xg_st32le(b + 4 * i, words[i]);
    for (size_t i = 0; i < 6 && p->fetch; i++)
        xg_st32le(b + 20 + 4 * i, p->fetch[i]);
    xg_st32le(b + 44, p->gamma->written);
    xg_trace_picture_digest(p->width, p->height, p->rgba, b + 48);
    if (p->gamma->written) {
        put_gamma(b + size, p->gamma);
        size += XG_TRACE_GAMMA_BYTES;
    }
    put(r, XG_TRACE_PICTURE, b, size);
}

/* ---- life ---- */

static void destroy(struct xg_recorder *r)
{
    if (r->image && r->image != MAP_FAILED)
        munmap(r->image, XG_PHYS_SIZE);
    xg_said_free(&r->said);
    free(r->looked);
    free(r->said_list);
    free(r->said_bytes);
    free(r->shader[0]);
    free(r->shader[1]);
    free(r);
}

struct xg_recorder *xg_recorder_open(const char *path, const char *producer, uint32_t title,
                                     struct xg_error *err)
{
    struct xg_trace_head head = {.title = title};
    struct xg_recorder *r = calloc(1, sizeof *r);
    strncat(head.producer, producer, sizeof head.producer - 1);
    if (r) {
        r->image = mmap(NULL, XG_PHYS_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        r->looked = calloc(PAGES, sizeof *r->looked);
        r->said.ctx = r;
        r->said.put = keep_said;
        r->said.memory = r->image;
    }
    if (!r || r->image == MAP_FAILED || !r->looked)
        xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
    else if ((r->w = xg_trace_create(path, &head, err)))
        return r;
    if (r)
        destroy(r);
    return NULL;
}

const char *const xg_trace_counter_names[XG_TRACE_COUNTERS] = {
    "packets", "command words", "draws on the device", "draws delegated", "resolves",
    "clears",  "resolve bytes", "memory writes",       "interrupts",      "swaps"};

void xg_trace_counters(const struct xg_gpu_counters *c, uint64_t out[XG_TRACE_COUNTERS])
{
    const uint64_t all[XG_TRACE_COUNTERS] = {
        c->packets, c->dwords,        c->draws_local,   c->draws_delegated, c->resolves,
        c->clears,  c->resolve_bytes, c->memory_writes, c->interrupts,      c->swaps};
    memcpy(out, all, sizeof all);
}

static void put_end(struct xg_recorder *r, const struct xg_gpu_counters *counters)
{
    uint64_t all[XG_TRACE_COUNTERS];
    uint8_t b[4 + 8 * XG_TRACE_COUNTERS];
    xg_st32le(b, xg_trace_frames(r->w));
    if (counters) {
        xg_trace_counters(counters, all);
        for (size_t i = 0; i < XG_TRACE_COUNTERS; i++)
            xg_st64le(b + 4 + 8 * i, all[i]);
    }
    put(r, XG_TRACE_END, b, counters ? sizeof b : 4);
}

bool xg_recorder_close(struct xg_recorder *r, const struct xg_gpu_counters *counters,
                       struct xg_error *err)
{
    if (!r)
        return true;
    xg_said_flush(&r->said);
    put_said(r);
    put_end(r, counters);
    bool ok = !(r->out_of_memory || r->said.out_of_memory) ||
              xg_fail(err, XG_E_INPUT, "the GPU trace: out of memory");
    ok = xg_trace_close(r->w, err) && ok;
    destroy(r);
    return ok;
}
