/* Black-box device cases; see case.h and docs/gpu-cases.md. */
#include "gpu/case.h"

#include "base/json_case.h"
#include "gpu/operand.h"
#include "memory/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MAX_BYTES      (16u << 20)
#define MAX_RING_WORDS ((1u << 20) - 1)
#define MAX_PACKETS    (16u << 20)
#define RING_TOP       0x1FFF0000u

struct event {
    enum xg_gpu_effect_kind kind; /* IRQ, SWAP */
    uint32_t address, value, width, height;
};

struct xg_gpu_bench {
    xg_device_create_fn *create;
    struct xg_device *device;
    bool tiles_used;
    uint8_t *memory;
    struct event *events;
    size_t event_count, event_room;
    struct xg_gpu_wait wait;
    uint32_t draw_sequence;
    struct xg_gpu_samples samples; /* that each delegated draw reports */
    uint64_t cost;
    struct xg_gpu_effect error; /* the first fault, when kind is XG_GPU_ERROR */
    bool tracing;
    uint64_t said, digest; /* effects while tracing; of registers only where "trace" asks */
    bool out_of_memory;
};

/* --- the device's host --- */

static const uint8_t *host_page(void *ctx, xg_pa page)
{
    return ((struct xg_gpu_bench *)ctx)->memory + (page & (XG_PHYS_SIZE - XG_PAGE_SIZE));
}

static void host_watch(void *ctx, xg_pa page)
{
    XG_UNUSED(ctx); /* nothing is stored while the device runs but what it says itself */
    XG_UNUSED(page);
}

static void add_event(struct xg_gpu_bench *b, const struct xg_gpu_effect *e)
{
    if (b->event_count == b->event_room) {
        size_t room = b->event_room ? 2 * b->event_room : 64;
        struct event *bigger = realloc(b->events, room * sizeof *bigger);
        if (!bigger) {
            b->out_of_memory = true;
            return;
        }
        b->events = bigger;
        b->event_room = room;
    }
    b->events[b->event_count++] =
        (struct event){e->kind, e->address, e->value, e->width, e->height};
}

/* FNV-1a of 64 bits over little-endian words. */
static void mix(struct xg_gpu_bench *b, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        b->digest = (b->digest ^ (v >> 8 * i & 0xFF)) * 1099511628211u;
}

/* Everything an effect says goes into the digest of the trace, in the order of docs/gpu-cases.md.
 */
static void trace(struct xg_gpu_bench *b, const struct xg_gpu_effect *e)
{
    const uint64_t all[] = {(uint64_t)e->kind, e->cost,   e->packet, e->address,           e->value,
                            e->width,          e->height, e->size,   (uint64_t)e->producer};
    b->said++;
    for (size_t i = 0; i < XG_COUNTOF(all); i++)
        mix(b, all[i]);
    for (uint32_t i = 0; e->kind == XG_GPU_MEM && i + 4 <= e->size; i += 4)
        mix(b, xg_ld32le(e->bytes + i));
    if (e->wait) {
        mix(b, (uint64_t)e->wait->is_register | (uint64_t)e->wait->conditional << 1);
        mix(b, e->wait->function | (uint64_t)e->wait->endian << 8);
        mix(b, e->wait->address);
        mix(b, e->wait->reference);
        mix(b, e->wait->mask);
    }
    if (e->draw) {
        mix(b, e->draw->sequence | (uint64_t)e->draw->opcode << 32);
        mix(b, e->draw->initiator);
        mix(b, e->draw->dma_base);
        mix(b, e->draw->dma_size);
        for (size_t i = 0; i < e->draw->reg_count; i++)
            mix(b, (uint64_t)e->draw->regs[i].index << 32 | e->draw->regs[i].value);
        for (size_t i = 0; i < e->draw->immediate_count; i++)
            mix(b, e->draw->immediate[i]);
    }
}

/* Memory writes take place at once: the device reads its own writes in any case. */
static void host_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct xg_gpu_bench *b = ctx;
    b->cost = e->cost;
    if (b->tracing)
        trace(b, e);
    switch (e->kind) {
    case XG_GPU_MEM:
        if (e->address < XG_PHYS_SIZE && e->size <= XG_PHYS_SIZE - e->address)
            memcpy(b->memory + e->address, e->bytes, e->size);
        break;
    case XG_GPU_IRQ:
    case XG_GPU_SWAP:
        add_event(b, e);
        break;
    case XG_GPU_WAIT:
        b->wait = *e->wait;
        break;
    case XG_GPU_DELEGATE:
        b->draw_sequence = e->draw->sequence;
        break;
    case XG_GPU_ERROR:
        b->error = *e;
        break;
    default:
        break;
    }
}

static bool make_device(struct xg_gpu_bench *b, struct xg_error *err)
{
    const struct xg_device_host host = {b, host_page, host_watch, host_effect, NULL, NULL};
    if (b->device)
        b->device->ops->destroy(b->device);
    b->device = b->create(&host, err);
    b->tiles_used = false;
    return b->device != NULL;
}

struct xg_gpu_bench *xg_gpu_bench_create(xg_device_create_fn *create, struct xg_error *err)
{
    struct xg_gpu_bench *b = calloc(1, sizeof *b);
    if (b) {
        b->create = create;
        b->memory = mmap(NULL, XG_PHYS_SIZE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (b->memory != MAP_FAILED && make_device(b, err))
            return b;
    }
    xg_fail(err, XG_E_DEVICE, "no host memory for the device bench");
    xg_gpu_bench_destroy(b);
    return NULL;
}

void xg_gpu_bench_destroy(struct xg_gpu_bench *b)
{
    if (!b)
        return;
    if (b->device)
        b->device->ops->destroy(b->device);
    if (b->memory && b->memory != MAP_FAILED)
        munmap(b->memory, XG_PHYS_SIZE);
    free(b->events);
    free(b);
}

/* A device as after power-on over memory of zeros. */
static bool start_over(struct xg_gpu_bench *b, struct xg_error *err)
{
    struct xg_gpu_counters c;
    madvise(b->memory, XG_PHYS_SIZE, MADV_DONTNEED);
    b->event_count = 0;
    b->error.kind = XG_GPU_IDLE;
    b->tracing = false;
    b->said = 0;
    b->digest = 14695981039346656037u;
    b->device->ops->counters(b->device, &c);
    if (b->tiles_used || c.clears || c.draws_local)
        return make_device(b, err);
    b->device->ops->retire(b->device, UINT64_MAX);
    b->device->ops->reset(b->device);
    return true;
}

/* --- reading a case --- */

struct range {
    xg_pa at;
    uint32_t size;
};

static bool read_range(const struct xg_json *m, struct range *r, struct xg_error *err)
{
    static const char *const keys[] = {"at", "len"};
    uint64_t at, size;
    if (!xg_case_object(m, keys, 2, "an entry of \"read\"", err) ||
        !xg_case_hex(xg_json_get(m, "at"), "\"at\" of \"read\"", 8, &at, err))
        return false;
    const struct xg_json *len = xg_json_get(m, "len");
    if (!len || !xg_json_u64(len, &size) || size == 0 || size > MAX_BYTES)
        return xg_fail(err, XG_E_INPUT, "\"len\" of \"read\" must be a number from 1 to %u",
                       MAX_BYTES);
    *r = (struct range){(xg_pa)at, (uint32_t)size};
    return at + size <= XG_PHYS_SIZE ||
           xg_fail(err, XG_E_INPUT, "%08" PRIx64 " with %" PRIu64 " bytes is not physical memory",
                   at, size);
}

static bool put_memory(struct xg_gpu_bench *b, const struct xg_json *root, struct xg_error *err)
{
    static const char *const keys[] = {"at", "hex"};
    const struct xg_json *list;
    if (!xg_case_array(root, "mem", &list, err))
        return false;
    for (const struct xg_json *m = list ? list->child : NULL; m; m = m->next) {
        uint64_t at;
        uint8_t *bytes;
        uint32_t size;
        if (!xg_case_object(m, keys, 2, "an entry of \"mem\"", err) ||
            !xg_case_hex(xg_json_get(m, "at"), "\"at\" of \"mem\"", 8, &at, err) ||
            !xg_case_bytes(xg_json_get(m, "hex"), "\"hex\" of \"mem\"", MAX_BYTES, &bytes, &size,
                           err))
            return false;
        bool fits = at + size <= XG_PHYS_SIZE;
        if (fits)
            memcpy(b->memory + at, bytes, size);
        free(bytes);
        if (!fits)
            return xg_fail(err, XG_E_INPUT, "%08" PRIx64 " with %u bytes is not physical memory",
                           at, size);
    }
    return true;
}

static bool tile_number(const struct xg_json *v, uint32_t *tile, struct xg_error *err)
{
    uint64_t n;
    if (!v || !xg_json_u64(v, &n) || n >= XG_EDRAM_TILES)
        return xg_fail(err, XG_E_INPUT, "a tile must be a number from 0 to %u", XG_EDRAM_TILES - 1);
    *tile = (uint32_t)n;
    return true;
}

static bool put_tiles(struct xg_gpu_bench *b, const struct xg_json *root, struct xg_error *err)
{
    static const char *const keys[] = {"index", "hex"};
    const struct xg_json *list;
    if (!xg_case_array(root, "tiles", &list, err))
        return false;
    for (const struct xg_json *m = list ? list->child : NULL; m; m = m->next) {
        uint32_t tile = 0, size = 0;
        uint8_t *bytes;
        if (!xg_case_object(m, keys, 2, "an entry of \"tiles\"", err) ||
            !tile_number(xg_json_get(m, "index"), &tile, err) ||
            !xg_case_bytes(xg_json_get(m, "hex"), "\"hex\" of \"tiles\"", XG_EDRAM_TILE_BYTES,
                           &bytes, &size, err))
            return false;
        if (size == XG_EDRAM_TILE_BYTES)
            b->device->ops->tile_write(b->device, tile, bytes);
        free(bytes);
        b->tiles_used = true;
        if (size != XG_EDRAM_TILE_BYTES)
            return xg_fail(err, XG_E_INPUT, "tile %u has %u bytes, not %u", tile, size,
                           XG_EDRAM_TILE_BYTES);
    }
    return true;
}

/* A register index as the key of "regs" or an entry of "read_regs". */
static bool register_index(const char *text, uint32_t *index, struct xg_error *err)
{
    struct xg_json key = {.kind = XG_JSON_STRING, .text = text, .length = strlen(text)};
    uint64_t n;
    if (!xg_case_hex(&key, "a register index", 4, &n, err))
        return false;
    *index = (uint32_t)n;
    return n < 0x8000 || xg_fail(err, XG_E_INPUT, "register index %04x is above 7fff", *index);
}

static bool put_registers(struct xg_gpu_bench *b, const struct xg_json *root, struct xg_error *err)
{
    const struct xg_json *regs = xg_json_get(root, "regs");
    if (regs && regs->kind != XG_JSON_OBJECT)
        return xg_fail(err, XG_E_INPUT, "\"regs\" must be an object");
    for (const struct xg_json *m = regs ? regs->child : NULL; m; m = m->next) {
        uint32_t index;
        uint64_t value;
        if (!register_index(m->key, &index, err) ||
            !xg_case_hex(m, "the value of a register", 8, &value, err))
            return false;
        b->device->ops->reg_write(b->device, index, (uint32_t)value);
    }
    return true;
}

/* The highest place for a ring of `size` bytes (a power of two) that nothing of the case covers. */
static bool ring_place(const struct xg_json *root, uint32_t size, xg_pa *base, struct xg_error *err)
{
    const struct xg_json *lists[2] = {xg_json_get(root, "mem"), xg_json_get(root, "read")};
    for (xg_pa at = (RING_TOP - size) & ~(size - 1); at; at -= size) {
        bool is_free = true;
        for (int l = 0; l < 2; l++)
            for (const struct xg_json *m = lists[l] ? lists[l]->child : NULL; m; m = m->next) {
                uint64_t from = 0, length = 0;
                const struct xg_json *hex = xg_json_get(m, "hex");
                xg_case_hex(xg_json_get(m, "at"), "", 8, &from, NULL);
                if (hex)
                    length = hex->length / 2;
                else
                    xg_json_u64(xg_json_get(m, "len"), &length);
                is_free = is_free && (from + length <= at || from >= (uint64_t)at + size);
            }
        *base = at;
        if (is_free)
            return true;
    }
    return xg_fail(err, XG_E_INPUT, "the case's memory leaves no room for its ring");
}

/* Puts the ring into memory and kicks. */
static bool put_ring(struct xg_gpu_bench *b, const struct xg_json *root, struct xg_error *err)
{
    const struct xg_json *list;
    if (!xg_case_array(root, "ring", &list, err))
        return false;
    size_t words = list ? list->count : 0;
    if (words > MAX_RING_WORDS)
        return xg_fail(err, XG_E_INPUT, "a ring of %zu words is longer than %u", words,
                       MAX_RING_WORDS);
    uint32_t log2 = 10;
    while (words >= (size_t)1 << log2)
        log2++;
    xg_pa base = 0;
    if (!ring_place(root, 4u << log2, &base, err))
        return false;
    uint32_t at = base;
    for (const struct xg_json *m = list ? list->child : NULL; m; m = m->next, at += 4) {
        uint64_t word;
        if (!xg_case_hex(m, "a word of \"ring\"", 8, &word, err))
            return false;
        xg_st32be(b->memory + at, (uint32_t)word);
    }
    b->device->ops->ring(b->device, base, log2);
    b->device->ops->kick(b->device, (uint32_t)words);
    return true;
}

/* What each delegated draw reports: samples that passed, failed the depth test, the stencil test.
 */
static bool put_samples(struct xg_gpu_bench *b, const struct xg_json *root, struct xg_error *err)
{
    uint64_t n[3] = {0};
    size_t count = 0;
    const struct xg_json *list;
    if (!xg_case_array(root, "samples", &list, err))
        return false;
    for (const struct xg_json *m = list ? list->child : NULL; m; m = m->next, count++)
        if (count < XG_COUNTOF(n) && !xg_case_hex(m, "a number of \"samples\"", 8, &n[count], err))
            return false;
    if (list && count != XG_COUNTOF(n))
        return xg_fail(err, XG_E_INPUT, "\"samples\" has three numbers");
    b->samples = (struct xg_gpu_samples){(uint32_t)n[0], (uint32_t)n[1], (uint32_t)n[2]};
    return true;
}

static bool flag(const struct xg_json *root, const char *name)
{
    const struct xg_json *v = xg_json_get(root, name);
    return v && v->kind == XG_JSON_TRUE;
}

static bool check_flag(const struct xg_json *root, const char *name, struct xg_error *err)
{
    const struct xg_json *v = xg_json_get(root, name);
    return !v || v->kind == XG_JSON_TRUE || v->kind == XG_JSON_FALSE ||
           xg_fail(err, XG_E_INPUT, "\"%s\" must be true or false", name);
}

/* What the host says of frames shown, and where it wants the read pointer. */
static bool put_settings(struct xg_gpu_bench *b, const struct xg_json *root, struct xg_error *err)
{
    const struct xg_json *vblank = xg_json_get(root, "vblank");
    const struct xg_json *writeback = xg_json_get(root, "writeback");
    uint64_t v = 0;
    if (vblank) {
        if (!xg_case_hex(vblank, "\"vblank\"", 8, &v, err))
            return false;
        b->device->ops->vblank(b->device, (uint32_t)v);
    }
    if (writeback) {
        if (!xg_case_hex(writeback, "\"writeback\"", 8, &v, err))
            return false;
        b->device->ops->rptr_writeback(b->device, (xg_pa)v);
    }
    return true;
}

/* Checks what is only needed later. */
static bool check_reads(const struct xg_json *root, struct xg_error *err)
{
    const struct xg_json *read, *tiles, *regs;
    if (!check_flag(root, "counters", err) || !check_flag(root, "trace", err) ||
        !check_flag(root, "effects", err) || !xg_case_array(root, "read", &read, err) ||
        !xg_case_array(root, "read_tiles", &tiles, err) ||
        !xg_case_array(root, "read_regs", &regs, err))
        return false;
    struct range r;
    uint32_t n;
    for (const struct xg_json *m = read ? read->child : NULL; m; m = m->next)
        if (!read_range(m, &r, err))
            return false;
    for (const struct xg_json *m = tiles ? tiles->child : NULL; m; m = m->next)
        if (!tile_number(m, &n, err))
            return false;
    for (const struct xg_json *m = regs ? regs->child : NULL; m; m = m->next)
        if (m->kind != XG_JSON_STRING || !register_index(m->text, &n, err))
            return xg_fail(err, XG_E_INPUT, "an entry of \"read_regs\" must be a hex string");
    return true;
}

/* --- running it --- */

/* Answers a wait on memory as a guest would find it. false: the device waits on. */
static bool answer(struct xg_gpu_bench *b)
{
    const struct xg_gpu_wait *w = &b->wait;
    if (w->is_register)
        return false;
    uint32_t value = xg_gpu_swap(xg_ld32le(b->memory + (w->address & XG_BUS_DWORD)), w->endian);
    bool result = xg_gpu_compare(w->function, value & w->mask, w->reference);
    if (!result && !w->conditional)
        return false;
    b->device->ops->wait_done(b->device, result);
    return true;
}

/* Runs to the end or to a wait. false: too many packets, or the device failed. */
static bool run_device(struct xg_gpu_bench *b, enum xg_device_state *state, struct xg_error *err)
{
    const struct xg_device_ops *ops = b->device->ops;
    for (uint32_t bursts = 0; bursts < MAX_PACKETS / 256;) {
        *state = ops->run(b->device, 256);
        ops->retire(b->device, b->cost);
        switch (*state) {
        case XG_DEVICE_IDLE:
            return true;
        case XG_DEVICE_WAITING:
            if (!answer(b))
                return true;
            bursts++;
            break;
        case XG_DEVICE_DELEGATING:
            ops->add_samples(b->device, &b->samples);
            ops->delegate_done(b->device, b->draw_sequence);
            bursts++;
            break;
        case XG_DEVICE_FAILED: {
            const char *why = ops->failure ? ops->failure(b->device) : NULL;
            return xg_fail(err, XG_E_DEVICE, "%s", why ? why : "the device failed");
        }
        default:
            bursts++;
            break;
        }
    }
    return xg_fail(err, XG_E_INPUT, "the case does not end within %u packets", MAX_PACKETS);
}

/* --- writing the result --- */

static void write_events(FILE *out, const struct xg_gpu_bench *b)
{
    fputs(",\"events\":[", out);
    for (size_t i = 0; i < b->event_count; i++) {
        const struct event *e = &b->events[i];
        if (i)
            fputc(',', out);
        if (e->kind == XG_GPU_IRQ)
            fprintf(out, "{\"irq\":\"%02" PRIx32 "\"}", e->value);
        else
            fprintf(out,
                    "{\"swap\":{\"at\":\"%08" PRIx32 "\",\"width\":\"%08" PRIx32
                    "\",\"height\":\"%08" PRIx32 "\"}}",
                    e->address, e->width, e->height);
    }
    fputc(']', out);
}

static void write_reads(FILE *out, struct xg_gpu_bench *b, const struct xg_json *root)
{
    const struct xg_json *list = xg_json_get(root, "read");
    fputs(",\"mem\":[", out);
    for (const struct xg_json *m = list ? list->child : NULL; m; m = m->next) {
        struct range r = {0, 0};
        read_range(m, &r, NULL);
        fprintf(out, "%s{\"at\":\"%08" PRIx32 "\",\"hex\":\"", m == list->child ? "" : ",", r.at);
        xg_case_write_hex(out, b->memory + r.at, r.size);
        fputs("\"}", out);
    }
    fputs("],\"tiles\":[", out);
    list = xg_json_get(root, "read_tiles");
    for (const struct xg_json *m = list ? list->child : NULL; m; m = m->next) {
        uint8_t bytes[XG_EDRAM_TILE_BYTES];
        uint32_t tile = 0;
        tile_number(m, &tile, NULL);
        b->device->ops->tile_read(b->device, tile, bytes);
        fprintf(out, "%s{\"index\":%u,\"hex\":\"", m == list->child ? "" : ",", tile);
        xg_case_write_hex(out, bytes, sizeof bytes);
        fputs("\"}", out);
    }
    fputs("],\"regs\":{", out);
    list = xg_json_get(root, "read_regs");
    uint8_t said[0x8000 / 8] = {0}; /* a name may be in an object but once */
    for (const struct xg_json *m = list ? list->child : NULL; m; m = m->next) {
        uint32_t index = 0;
        register_index(m->text, &index, NULL);
        if (said[index / 8] >> index % 8 & 1)
            continue;
        said[index / 8] |= (uint8_t)(1u << index % 8);
        fprintf(out, "%s\"%04" PRIx32 "\":\"%08" PRIx32 "\"", m == list->child ? "" : ",", index,
                b->device->ops->reg_read(b->device, index));
    }
    fputc('}', out);
}

static void write_result(FILE *out, struct xg_gpu_bench *b, const struct xg_json *root,
                         enum xg_device_state state)
{
    struct xg_gpu_counters c;
    b->device->ops->counters(b->device, &c);
    uint32_t bits = b->device->ops->errors(b->device);
    const char *status = bits ? "error" : state == XG_DEVICE_WAITING ? "waiting" : "idle";
    xg_case_write_id(out, root);
    fprintf(out, ",\"status\":\"%s\"", status);
    if (bits)
        fprintf(out,
                ",\"error\":{\"bits\":\"%08" PRIx32 "\",\"address\":\"%08" PRIx32
                "\",\"packet\":%" PRIu32 "}",
                bits, b->error.address, b->error.packet);
    fprintf(out, ",\"packets\":%" PRIu64 ",\"draws\":%" PRIu64, c.packets,
            c.draws_local + c.draws_delegated);
    write_events(out, b);
    write_reads(out, b, root);
    if (flag(root, "counters"))
        fprintf(out,
                ",\"counters\":{\"dwords\":%" PRIu64 ",\"memory_writes\":%" PRIu64
                ",\"resolves\":%" PRIu64 ",\"resolve_bytes\":%" PRIu64 ",\"clears\":%" PRIu64
                ",\"interrupts\":%" PRIu64 ",\"swaps\":%" PRIu64 "}",
                c.dwords, c.memory_writes, c.resolves, c.resolve_bytes, c.clears, c.interrupts,
                c.swaps);
    if (b->tracing)
        fprintf(out, ",\"effects\":%" PRIu64 ",\"trace\":\"%016" PRIx64 "\"", b->said, b->digest);
    fputs("}\n", out);
}

/* The result, unless reading it was what the device did not survive. */
static bool say_result(FILE *out, struct xg_gpu_bench *b, const struct xg_json *root,
                       enum xg_device_state state, struct xg_error *err)
{
    const struct xg_device_ops *ops = b->device->ops;
    char *text = NULL;
    size_t length = 0;
    FILE *result = open_memstream(&text, &length);
    if (!result)
        return xg_fail(err, XG_E_DEVICE, "no host memory for the result of a case");
    write_result(result, b, root, state);
    fclose(result);
    const char *why = ops->failure ? ops->failure(b->device) : NULL;
    if (!why)
        fwrite(text, 1, length, out);
    free(text);
    return !why || xg_fail(err, XG_E_DEVICE, "%s", why);
}

static bool run_case(struct xg_gpu_bench *b, const struct xg_json *root, FILE *out,
                     struct xg_error *err)
{
    static const char *const keys[] = {"id",        "mem",        "tiles",     "regs",    "ring",
                                       "read",      "read_tiles", "read_regs", "samples", "vblank",
                                       "writeback", "counters",   "effects",   "trace"};
    enum xg_device_state state;
    if (!xg_case_object(root, keys, XG_COUNTOF(keys), "the case", err) || !check_reads(root, err) ||
        !start_over(b, err) || !put_memory(b, root, err) || !put_tiles(b, root, err))
        return false;
    b->tracing = flag(root, "trace") || flag(root, "effects");
    b->device->ops->trace(b->device, flag(root, "trace"));
    if (!put_samples(b, root, err) || !put_settings(b, root, err) || !put_registers(b, root, err) ||
        !put_ring(b, root, err) || !run_device(b, &state, err))
        return false;
    if (b->out_of_memory)
        return xg_fail(err, XG_E_DEVICE, "no host memory for the events of a case");
    return say_result(out, b, root, state, err);
}

bool xg_gpu_bench_run(struct xg_gpu_bench *b, const char *line, size_t length, FILE *out,
                      struct xg_error *err)
{
    struct xg_error why = {0};
    struct xg_json *root = xg_json_parse(line, length, &why);
    bool ok = root && run_case(b, root, out, &why);
    if (!ok)
        xg_case_write_error(out, root, why.text);
    xg_json_free(root);
    if (ok || why.kind != XG_E_DEVICE)
        return true;
    return xg_fail(err, XG_E_DEVICE, "%s", why.text);
}
