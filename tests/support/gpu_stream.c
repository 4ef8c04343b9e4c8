#include "tests/support/gpu_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define VERTICES 0x00200000u
/* Close together: a page that a device asks for is sent whole. */
#define DATA      0x00204000u /* constants to load, operands of waits */
#define TARGETS   0x00208000u /* fences and the like */
#define BUFFERS   0x00300000u /* indirect buffers */
#define APART     0x800u      /* from one to the next */
#define MAX_TURNS 150
#define PICTURES  0x01000000u /* copy destinations */

static uint32_t below(struct bench_random *r, uint32_t n)
{
    return bench_below(r, n);
}
static bool one_in(struct bench_random *r, uint32_t n)
{
    return below(r, n) == 0;
}

static void put(struct stream_words *s, uint32_t word)
{
    if (s->count < XG_COUNTOF(s->words))
        s->words[s->count++] = word;
}

static void packet(struct stream_words *s, uint32_t op, uint32_t n)
{
    put(s, PM4_TYPE3(op, n));
}

static void set_reg(struct stream_words *s, uint32_t index, uint32_t value)
{
    put(s, PM4_TYPE0(index, 1));
    put(s, value);
}

static uint32_t target(struct bench_random *r)
{
    return (TARGETS + below(r, 0x800) * 4) | below(r, 4) | (one_in(r, 4) ? 0xA0000000 : 0);
}

static uint32_t any_register(struct bench_random *r)
{
    static const uint16_t from[] = {0x2100, 0x578,  0x1DC,  0x100, 0x4000,
                                    0x4800, 0x4900, 0x2180, 0xA31};
    return from[below(r, XG_COUNTOF(from))] + below(r, 8);
}

/* --- copies --- */

static uint32_t float_bits(float f)
{
    uint32_t v;
    memcpy(&v, &f, 4);
    return v;
}

static void copy(struct bench_random *r, uint8_t *memory, struct stream_words *s)
{
    static const uint8_t match[][2] = {{0, 6},   {1, 14}, {0, 50},  {2, 7},  {10, 54}, {6, 31},
                                       {14, 36}, {7, 32}, {15, 37}, {3, 32}, {5, 26},  {4, 25}};
    static const uint16_t color[4] = {0x2001, 0x2003, 0x2004, 0x2005};
    uint32_t m = below(r, XG_COUNTOF(match)), source = below(r, 6),
             at = VERTICES + below(r, 64) * 8;
    uint32_t endian = below(r, 4), w = below(r, 96), h = below(r, 40), x = below(r, 160),
             y = below(r, 64);
    float v[6] = {(float)x, (float)y, (float)(x + w), (float)y, (float)(x + w), (float)(y + h)};
    for (int i = 0; i < 6; i++) {
        float f = v[i] + (one_in(r, 3) ? -0.5f : 0.0f) + (one_in(r, 9) ? 0.498f : 0.0f);
        static const uint8_t flip[4] = {0, 1, 3, 2};
        uint32_t bits = one_in(r, 60) ? bench_random(r) : float_bits(f);
        for (uint32_t k = 0; k < 4; k++)
            memory[at + 4 * (uint32_t)i + (k ^ flip[endian])] = (uint8_t)(bits >> 8 * k);
    }
    set_reg(s, 0x2208, one_in(r, 30) ? 4 : 6);
    set_reg(s, 0x2000, (below(r, 300) + 1) | (one_in(r, 4) ? below(r, 4) << 16 : 0));
    set_reg(s, color[source & 3],
            below(r, 4096) | (uint32_t)(one_in(r, 15) ? below(r, 16) : match[m][0]) << 16);
    set_reg(s, 0x2002, bench_random(r) & 0x10FFF);
    set_reg(s, 0x2302, below(r, 2));
    set_reg(s, 0x2205, below(r, 2) << 16);
    set_reg(s, 0x2080, one_in(r, 3) ? (below(r, 64) - 32) & 0x7FFF : 0);
    set_reg(s, 0x2081, one_in(r, 2) ? 0x80000000 : below(r, 40));
    set_reg(s, 0x2082, 0x00800140);
    set_reg(s, 0x200E, one_in(r, 4) ? below(r, 64) << 16 | below(r, 64) : 0);
    set_reg(s, 0x200F, (64 + below(r, 64)) << 16 | (128 + below(r, 200)));
    set_reg(s, 0x2318,
            source | below(r, 8) << 4 | below(r, 4) << 8 |
                (one_in(r, 8) ? below(r, 4) : below(r, 2)) << 20);
    put(s, PM4_TYPE0(0x2319, 3));
    put(s, PICTURES + below(r, 0x40000) + (one_in(r, 10) ? 0x1EFF0000 : 0));
    put(s, (32 + below(r, 512)) | below(r, 512) << 16);
    put(s, below(r, 8) | (one_in(r, 8) ? 8 | below(r, 8) << 4 : 0) |
               (one_in(r, 8) ? below(r, 64) : (uint32_t)match[m][1]) << 7 | below(r, 8) << 13 |
               (one_in(r, 10) ? below(r, 64) << 16 : 0) | below(r, 2) << 24);
    set_reg(s, 0x231D, bench_random(r));
    set_reg(s, 0x231E, bench_random(r));
    set_reg(s, 0x231F, bench_random(r));
    packet(s, XG_PM4_SET_CONSTANT, 3);
    put(s, 0x10000);
    put(s, at | (one_in(r, 40) ? 2 : 3));
    put(s, (one_in(r, 40) ? 5u : 6u) << 2 | endian);
    packet(s, XG_PM4_DRAW_INDX_2, 1);
    put(s, 0x00030088);
}

/* --- other packets --- */

static void registers(struct bench_random *r, struct stream_words *s)
{
    uint32_t n = 1 + below(r, one_in(r, 4) ? 200 : 8), index = any_register(r);
    switch (below(r, 5)) {
    case 0:
        put(s, 0x40000000 | (0x578 + below(r, 8)) << 11 | (0x100 + below(r, 32)));
        put(s, bench_random(r));
        put(s, bench_random(r));
        return;
    case 1:
        packet(s, XG_PM4_SET_CONSTANT, n + 1);
        put(s, below(r, 6) << 16 | below(r, 64));
        break;
    case 2:
        packet(s, one_in(r, 2) ? XG_PM4_SET_CONSTANT2 : XG_PM4_SET_SHADER_CONSTANTS, n + 1);
        put(s, 0x4000 + below(r, 0x400));
        break;
    case 3: /* scratch, with its mask and place */
        put(s, PM4_TYPE0(0x1DC, 2));
        put(s, below(r, 256));
        put(s, TARGETS + below(r, 64) * 4);
        put(s, PM4_TYPE0(0x578, 8));
        n = 8;
        break;
    default:
        put(s, PM4_TYPE0(index, n) | below(r, 2) << 15);
        break;
    }
    while (n--)
        put(s, bench_random(r));
}

static void memory_packet(struct bench_random *r, struct stream_words *s)
{
    uint32_t n = 1 + below(r, 20);
    switch (below(r, 7)) {
    case 5:
        set_reg(s, 0x2325, target(r));
        packet(s, XG_PM4_EVENT_WRITE_ZPD, 1);
        put(s, below(r, 64));
        break;
    case 0:
        packet(s, XG_PM4_MEM_WRITE, n + 1);
        put(s, one_in(r, 6) ? BENCH_RING + below(r, 64) * 4 : target(r)); /* also over the ring */
        while (n--)
            put(s, one_in(r, 3) ? 0x80000000 : bench_random(r));
        break;
    case 1:
        packet(s, XG_PM4_REG_TO_MEM, 2);
        put(s, any_register(r));
        put(s, target(r));
        break;
    case 2:
        packet(s, XG_PM4_EVENT_WRITE_SHD, 3);
        put(s, below(r, 64) | below(r, 2) << 31);
        put(s, target(r));
        put(s, bench_random(r));
        break;
    case 3:
        packet(s, XG_PM4_EVENT_WRITE_EXT, 2);
        put(s, below(r, 64));
        put(s, target(r));
        break;
    case 4:
        packet(s, XG_PM4_LOAD_ALU_CONSTANT, 3);
        put(s, DATA + below(r, 256) * 4);
        put(s, below(r, 2) << 16 | below(r, 128));
        put(s, below(r, 40));
        break;
    default:
        packet(s, XG_PM4_REG_RMW, 3);
        put(s, any_register(r) | below(r, 4) << 30);
        put(s, one_in(r, 2) ? any_register(r) : bench_random(r));
        put(s, one_in(r, 2) ? any_register(r) : bench_random(r));
        break;
    }
}

static void condition(struct bench_random *r, struct stream_words *s)
{
    bool write = one_in(r, 2), memory = one_in(r, 2);
    packet(s, write ? XG_PM4_COND_WRITE : XG_PM4_WAIT_REG_MEM, write ? 6 : 5);
    put(s, below(r, 8) | (uint32_t)memory << 4 | (write ? below(r, 2) << 8 : 0));
    put(s, memory ? (DATA + below(r, 64) * 4) | below(r, 4) : any_register(r));
    put(s, below(r, 3));
    put(s, one_in(r, 2) ? below(r, 4) : ~0u);
    if (write) {
        put(s, one_in(r, 2) ? target(r) : any_register(r));
        put(s, bench_random(r));
    } else {
        put(s, below(r, 512));
    }
}

static void other(struct bench_random *r, struct stream_words *s)
{
    static const uint8_t bins[] = {0x50, 0x51, 0x60, 0x61, 0x62, 0x63};
    uint32_t n = 1 + below(r, 6), op = bins[below(r, XG_COUNTOF(bins))];
    switch (below(r, 10)) {
    case 8: /* a shader */
        packet(s, one_in(r, 2) ? XG_PM4_IM_LOAD : XG_PM4_IM_LOAD_IMMEDIATE, n + 1);
        for (n++; n--;)
            put(s, bench_random(r));
        break;
    case 0:
        packet(s, XG_PM4_INTERRUPT, 1);
        put(s, bench_random(r));
        break;
    case 1:
        packet(s, XG_PM4_XE_SWAP, 4);
        put(s, 0x53574150);
        put(s, bench_random(r));
        put(s, below(r, 2000));
        put(s, below(r, 2000));
        break;
    case 2:
        packet(s, op, op < 0x60 ? 2 : 1);
        put(s, one_in(r, 2) ? ~0u : below(r, 4));
        if (op < 0x60)
            put(s, one_in(r, 2) ? ~0u : below(r, 4));
        break;
    case 3:
        packet(s, XG_PM4_VIZ_QUERY, 1);
        put(s, below(r, 64) | below(r, 2) << 8);
        break;
    case 4:
        put(s, one_in(r, 2) ? 0x80000000 | below(r, 1 << 20) : one_in(r, 2) ? 0x0BADF00D : 0);
        break;
    case 5: /* a draw for the host */
        set_reg(s, 0x2208, 4);
        packet(s, XG_PM4_DRAW_INDX, 4);
        put(s, 0);
        put(s, below(r, 0x10000) | 3 << 16);
        put(s, DATA);
        put(s, below(r, 100));
        break;
    case 6:
        set_reg(s, 0x2208, below(r, 6));
        packet(s, XG_PM4_DRAW_INDX_2, n);
        while (n--)
            put(s, bench_random(r));
        break;
    case 7:
        packet(s, XG_PM4_EVENT_WRITE, 1);
        put(s, bench_random(r));
        break;
    default: /* any opcode, any words: listed ones without a row, unknown ones, short ones */
        op = below(r, 128);
        if (op == XG_PM4_INDIRECT_BUFFER || op == XG_PM4_INDIRECT_BUFFER_PFD)
            op = XG_PM4_NOP;
        packet(s, op, n);
        while (n--)
            put(s, below(r, 0x2000));
        break;
    }
}

static void some_packets(struct bench_random *r, uint8_t *memory, struct stream_words *s, int n)
{
    while (n--) {
        size_t header = s->count;
        switch (below(r, 8)) {
        case 0:
        case 1:
            registers(r, s);
            break;
        case 2:
        case 3:
            memory_packet(r, s);
            break;
        case 4:
            condition(r, s);
            break;
        case 5:
            copy(r, memory, s);
            break;
        default:
            other(r, s);
            break;
        }
        if (one_in(r, 8) && header < s->count && s->words[header] >> 30 == 3)
            s->words[header] |= 1; /* predicated */
    }
}

/* Damage: an opcode, a length, a bit of any word, a lost or doubled word. */
static void mutate(struct bench_random *r, struct stream_words *s)
{
    for (uint32_t n = 1 + below(r, 6); n--;) {
        if (s->count < 2)
            return;
        size_t at = below(r, (uint32_t)s->count);
        uint32_t *w = &s->words[at];
        switch (below(r, 5)) {
        case 0:
            *w ^= 1u << below(r, 32);
            break;
        case 1:
            *w = (*w & ~0x7F00u) | below(r, 128) << 8;
            break;
        case 2:
            *w = (*w & 0xC000FFFF) | below(r, 24) << 16;
            break;
        case 3:
            memmove(w, w + 1, (s->count - at - 1) * 4);
            s->count--;
            break;
        default:
            *w = PM4_TYPE3(below(r, 128), 1 + below(r, 8)) | below(r, 2);
            break;
        }
    }
}

/* Indirect buffers, each calling the ones after it (and, when mutated, any). */
static void buffers(struct bench_random *r, uint8_t *memory, bool mutated)
{
    static struct stream_words s;
    for (uint32_t b = 0; b < 6; b++) {
        s.count = 0;
        some_packets(r, memory, &s, 1 + (int)below(r, 4));
        if (one_in(r, 2)) {
            uint32_t to = mutated ? below(r, 6) : b + 1 + below(r, 2);
            packet(&s, one_in(r, 2) ? XG_PM4_INDIRECT_BUFFER : XG_PM4_INDIRECT_BUFFER_PFD, 2);
            put(&s, BUFFERS + (to % 6) * APART);
            put(&s, 1 + below(r, 40));
        }
        if (mutated)
            mutate(r, &s);
        for (size_t i = 0; i < s.count; i++)
            xg_st32be(memory + BUFFERS + b * APART + 4 * i, s.words[i]);
        for (size_t i = s.count; i < 64; i++) /* calls longer than the buffer meet pads */
            xg_st32be(memory + BUFFERS + b * APART + 4 * i, 0x80000000);
    }
}

void stream_make(struct bench_random *r, uint8_t *memory, struct stream_words *out, bool mutated)
{
    out->count = 0;
    for (uint32_t i = 0; i < 512; i++)
        xg_st32le(memory + DATA + 4 * i, one_in(r, 2) ? below(r, 3) : bench_random(r));
    buffers(r, memory, mutated);
    for (int n = 2 + (int)below(r, 6); n--;) {
        some_packets(r, memory, out, 1 + (int)below(r, 5));
        if (one_in(r, 3)) {
            packet(out, XG_PM4_INDIRECT_BUFFER, 2);
            put(out,
                (BUFFERS + below(r, 6) * APART) | below(r, 4) | (one_in(r, 3) ? 0xC0000000 : 0));
            put(out, 1 + below(r, 50));
        }
    }
    if (mutated)
        mutate(r, out);
}

/* --- the host --- */

static const uint8_t *host_page(void *ctx, xg_pa pa)
{
    return ((struct stream_host *)ctx)->memory + (pa & (XG_PHYS_SIZE - XG_PAGE_SIZE));
}

static void host_watch(void *ctx, xg_pa pa)
{
    ((struct stream_host *)ctx)->watched[(pa & (XG_PHYS_SIZE - 1)) >> XG_PAGE_SHIFT] = 1;
}

static void digest(struct stream_host *h, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++)
        h->digest = (h->digest ^ p[i]) * 1099511628211u;
}

static void host_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct stream_host *h = ctx;
    uint64_t key[6] = {(uint64_t)e->kind, e->cost, e->packet, e->address, e->value, e->size};
    h->said++;
    h->last_kind = e->kind;
    if (e->kind == XG_GPU_WAIT) {
        h->wait = *e->wait;
        key[3] = e->wait->address;
    }
    if (e->kind == XG_GPU_DELEGATE) {
        h->sequence = e->draw->sequence;
        key[4] = e->draw->initiator;
        for (size_t i = 0; i < e->draw->reg_count; i++) { /* field by field: the struct has a gap */
            const uint32_t reg[2] = {e->draw->regs[i].index, e->draw->regs[i].value};
            digest(h, reg, sizeof reg);
        }
    }
    digest(h, key, sizeof key);
    if (e->kind != XG_GPU_MEM)
        return;
    digest(h, e->bytes, e->size);
    if (h->count == h->capacity) {
        h->capacity = h->capacity ? 2 * h->capacity : 256;
        h->effects = realloc(h->effects, h->capacity * sizeof *h->effects);
        if (!h->effects)
            abort();
    }
    h->effects[h->count].e = *e;
    memcpy(h->effects[h->count++].bytes, e->bytes, e->size);
}

bool stream_open(struct stream_host *h, xg_device_create_fn *create)
{
    memset(h, 0, sizeof *h);
    h->memory = mmap(NULL, XG_PHYS_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    h->watched = calloc(XG_PHYS_SIZE / XG_PAGE_SIZE, 1);
    if (h->memory == MAP_FAILED || !h->watched)
        return false;
    const struct xg_device_host host = {h, host_page, host_watch, host_effect, NULL, NULL};
    h->device = create(&host, &h->err);
    return h->device != NULL;
}

void stream_close(struct stream_host *h)
{
    if (h->device)
        h->device->ops->destroy(h->device);
    free(h->effects);
    free(h->watched);
    munmap(h->memory, XG_PHYS_SIZE);
}

/* The front: the oldest n effects take place. */
static void apply(struct stream_host *h, size_t n)
{
    if (n == 0)
        return;
    uint64_t cost = h->effects[n - 1].e.cost;
    while (n < h->count && h->effects[n].e.cost == cost)
        n++; /* what has one cost becomes visible together */
    for (size_t i = 0; i < n; i++)
        memcpy(h->memory + h->effects[i].e.address, h->effects[i].bytes, h->effects[i].e.size);
    memmove(h->effects, h->effects + n, (h->count - n) * sizeof *h->effects);
    h->count -= n;
    h->device->ops->retire(h->device, cost);
}

static void touch(struct stream_host *h, uint32_t pa)
{
    uint32_t page = pa >> XG_PAGE_SHIFT;
    if (h->watched[page]) {
        h->watched[page] = 0;
        h->device->ops->page_dirty(h->device, page << XG_PAGE_SHIFT);
    }
}

/* The CPU: a store, announced when the page is watched. */
static void cpu_store(struct stream_host *h, uint32_t pa, uint32_t value)
{
    touch(h, pa);
    xg_st32be(h->memory + pa, value);
}

static void between_runs(struct stream_host *h)
{
    struct bench_random *r = &h->random;
    if (h->count && one_in(r, 2))
        apply(h, below(r, (uint32_t)h->count + 1));
    if (one_in(r, 6))
        cpu_store(h, DATA + below(r, 256) * 4, below(r, 3));
    if (one_in(r, 6))
        h->device->ops->vblank(h->device, bench_random(r));
}

static void play_renderer(struct stream_host *h)
{
    struct bench_random *r = &h->random;
    uint8_t tile[XG_EDRAM_TILE_BYTES];
    for (uint32_t n = below(r, 3); n--;) {
        uint32_t t = below(r, XG_EDRAM_TILES), first = below(r, 64) * 4;
        h->device->ops->tile_read(h->device, t, tile);
        digest(h, tile, sizeof tile);
        for (uint32_t i = first; i < first + 256; i++)
            tile[i] = (uint8_t)bench_random(r);
        h->device->ops->tile_write(h->device, t, tile);
    }
    const struct xg_gpu_samples samples = {below(r, 1000), below(r, 100), below(r, 10)};
    if (h->device->ops->add_samples)
        h->device->ops->add_samples(h->device, &samples);
    h->device->ops->delegate_done(h->device, h->sequence);
}

static void answer(struct stream_host *h)
{
    struct bench_random *r = &h->random;
    if (h->wait.is_register && one_in(r, 2))
        h->device->ops->reg_write(h->device, h->wait.address, h->wait.reference);
    apply(h, h->count); /* everything before a wait is visible when it is answered */
    h->device->ops->wait_done(h->device, h->wait.conditional ? below(r, 2) : true);
}

/* The guest has written a new stream. */
static void touch_pages(struct stream_host *h, uint32_t ring_words)
{
    touch(h, VERTICES);
    touch(h, DATA);
    for (uint32_t at = 0; at < 6 * APART + 0x1000;
         at += XG_PAGE_SIZE) /* the last one is long at times */
        touch(h, BUFFERS + at);
    for (uint32_t at = 0; at < 4 * ring_words; at += XG_PAGE_SIZE)
        touch(h, BENCH_RING + at);
}

static void begin(struct stream_host *h)
{
    if (h->since_reset % (h->together ? h->together : 1) == 0) {
        h->since_reset = 0;
        h->device->ops->reset(h->device);
        memset(h->watched, 0, XG_PHYS_SIZE / XG_PAGE_SIZE);
    }
    h->since_reset++;
}

enum xg_device_state stream_run(struct stream_host *h, uint64_t seed, bool mutated)
{
    static struct stream_words s;
    const struct xg_device_ops *ops = h->device->ops;
    enum xg_device_state state = XG_DEVICE_IDLE;
    h->random = (struct bench_random){seed * 2 + 1};
    apply(h, h->count);
    begin(h);
    uint32_t log2 = 13;
    stream_make(&h->random, h->memory, &s, mutated);
    ops->ring(h->device, BENCH_RING, log2);
    ops->rptr_writeback(h->device, one_in(&h->random, 2) ? BENCH_RPTR : 0);
    for (size_t i = 0; i < s.count; i++)
        xg_st32be(h->memory + BENCH_RING + 4 * i, s.words[i]);
    touch_pages(h, (uint32_t)s.count);
    /* In two or three kicks, so that packets starve. */
    for (size_t given = 0; given < s.count && state != XG_DEVICE_FAILED;) {
        given += 1 + below(&h->random, (uint32_t)(s.count - given));
        ops->kick(h->device, (uint32_t)given);
        for (int turn = 0; turn < MAX_TURNS; turn++) {
            uint32_t few = 1 + below(&h->random, 40); /* long streams go on in larger steps */
            state = ops->run(h->device, turn < 100 ? few : 100 * few);
            if (state == XG_DEVICE_IDLE || state == XG_DEVICE_FAILED)
                break;
            if (state == XG_DEVICE_WAITING)
                answer(h);
            else if (state == XG_DEVICE_DELEGATING)
                play_renderer(h);
            else
                between_runs(h);
        }
        between_runs(h);
        if (state == XG_DEVICE_BUSY)
            break; /* some 100,000 packets of pads: enough of this one */
    }
    if (state != XG_DEVICE_IDLE)
        h->since_reset = 0;
    return state;
}

/* --- a model with a fault --- */

static enum broken_how broken_how;
static uint64_t broken_at;

struct broken {
    struct xg_device device;
    struct xg_device_ops ops;
    struct xg_device *model;
    struct xg_device_host host;
    enum broken_how how;
    uint64_t at, said;
    bool done;
    struct bench_effect held; /* BROKEN_ORDER */
    bool holding;
};

void broken_model_set(enum broken_how how, uint64_t n)
{
    broken_how = how;
    broken_at = n;
}

static void broken_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct broken *b = ctx;
    struct xg_gpu_effect copy = *e;
    uint8_t bytes[64];
    b->said++;
    if (b->holding) { /* say this one first, then the one held back */
        b->holding = false;
        b->host.effect(b->host.ctx, e);
        b->held.e.bytes = b->held.bytes;
        b->host.effect(b->host.ctx, &b->held.e);
        return;
    }
    bool suits = b->how == BROKEN_ORDER || b->how == BROKEN_BYTES || b->how == BROKEN_ADDRESS
                     ? e->kind == XG_GPU_MEM
                     : true;
    if (b->done || b->said < b->at || !suits) {
        b->host.effect(b->host.ctx, e);
        return;
    }
    b->done = true;
    switch (b->how) {
    case BROKEN_BYTES:
        memcpy(bytes, e->bytes, e->size);
        bytes[e->size - 1] ^= 0x40;
        copy.bytes = bytes;
        break;
    case BROKEN_ADDRESS:
        copy.address ^= 64;
        break;
    case BROKEN_COST:
        copy.cost++;
        break;
    case BROKEN_LOST:
        return;
    case BROKEN_ORDER:
        b->held.e = *e;
        memcpy(b->held.bytes, e->bytes, e->size);
        b->holding = true;
        return;
    default:
        break;
    }
    b->host.effect(b->host.ctx, &copy);
}

#define BROKEN(d) ((struct broken *)(d))
#define MODEL(d)  (BROKEN(d)->model)
#define FORWARD(name, params, args)                                                                \
    static void broken_##name params                                                               \
    {                                                                                              \
        MODEL(d)->ops->name args;                                                                  \
    }
FORWARD(reset, (struct xg_device * d), (MODEL(d)))
FORWARD(ring, (struct xg_device * d, xg_pa b, uint32_t n), (MODEL(d), b, n))
FORWARD(rptr_writeback, (struct xg_device * d, xg_pa a), (MODEL(d), a))
FORWARD(reg_write, (struct xg_device * d, uint32_t i, uint32_t v), (MODEL(d), i, v))
FORWARD(vblank, (struct xg_device * d, uint32_t n), (MODEL(d), n))
FORWARD(kick, (struct xg_device * d, uint32_t w), (MODEL(d), w))
FORWARD(wait_done, (struct xg_device * d, bool r), (MODEL(d), r))
FORWARD(delegate_done, (struct xg_device * d, uint32_t s), (MODEL(d), s))
FORWARD(tile_write, (struct xg_device * d, uint32_t t, const uint8_t *b), (MODEL(d), t, b))
FORWARD(page_dirty, (struct xg_device * d, xg_pa p), (MODEL(d), p))
FORWARD(retire, (struct xg_device * d, uint64_t c), (MODEL(d), c))
FORWARD(trace, (struct xg_device * d, bool on), (MODEL(d), on))
FORWARD(counters, (struct xg_device * d, struct xg_gpu_counters *c), (MODEL(d), c))

static void broken_tile_read(struct xg_device *d, uint32_t tile, uint8_t *bytes)
{
    MODEL(d)->ops->tile_read(MODEL(d), tile, bytes);
    if (BROKEN(d)->how == BROKEN_TILE && (tile == BROKEN(d)->at || BROKEN(d)->at >= XG_EDRAM_TILES))
        bytes[320 * 3 + 4] ^= 1;
}
static uint32_t broken_reg_read(struct xg_device *d, uint32_t i)
{
    return MODEL(d)->ops->reg_read(MODEL(d), i);
}
static enum xg_device_state broken_run(struct xg_device *d, uint64_t n)
{
    return MODEL(d)->ops->run(MODEL(d), n);
}
static uint32_t broken_errors(const struct xg_device *d)
{
    const struct broken *b = (const struct broken *)d;
    return b->model->ops->errors(b->model) ^ (b->how == BROKEN_ERRORS ? 4 : 0);
}
static void broken_destroy(struct xg_device *d)
{
    MODEL(d)->ops->destroy(MODEL(d));
    free(d);
}

static const uint8_t *broken_page(void *ctx, xg_pa page)
{
    return ((struct broken *)ctx)->host.page(((struct broken *)ctx)->host.ctx, page);
}
static void broken_watch(void *ctx, xg_pa page)
{
    ((struct broken *)ctx)->host.watch(((struct broken *)ctx)->host.ctx, page);
}

struct xg_device *broken_model_create(const struct xg_device_host *host, struct xg_error *err)
{
    struct broken *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    const struct xg_device_host inner = {b, broken_page, broken_watch, broken_effect, NULL, NULL};
    b->host = *host;
    b->how = broken_how;
    b->at = broken_at;
    b->model = xg_device_model_create(&inner, err);
    b->ops = (struct xg_device_ops){.name = "broken",
                                    .destroy = broken_destroy,
                                    .reset = broken_reset,
                                    .ring = broken_ring,
                                    .rptr_writeback = broken_rptr_writeback,
                                    .reg_read = broken_reg_read,
                                    .reg_write = broken_reg_write,
                                    .vblank = broken_vblank,
                                    .kick = broken_kick,
                                    .run = broken_run,
                                    .wait_done = broken_wait_done,
                                    .delegate_done = broken_delegate_done,
                                    .tile_read = broken_tile_read,
                                    .tile_write = broken_tile_write,
                                    .page_dirty = broken_page_dirty,
                                    .retire = broken_retire,
                                    .trace = broken_trace,
                                    .errors = broken_errors,
                                    .counters = broken_counters};
    b->device.ops = &b->ops;
    return &b->device;
}
