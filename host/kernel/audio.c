/* Frames of sound by guest time. Frame n is due at n * 256 / 48000 s. At that moment the oldest
 * frame of each client goes into the mix, and its thread is asked for the next one: the callback
 * runs on a thread of the client's own, because it may wait. That thread waits for a semaphore in
 * the guest's memory, so that nothing of it lives on the host. */
#include "kernel/audio.h"

#include "base/endian.h"
#include "kernel/export_names.h"

#include <math.h>
#include <stdlib.h>

#define FRAME_NS_3 16000000u /* three frames, less rounding: 256 / 48000 s = 16 ms / 3 */
#define AHEAD      2u        /* frames that a client is asked for at once */
#define STACK      0x10000u
#define PRIORITY   24u
#define CPU        5u /* hardware thread of the callbacks */
#define BLOCKS     0x100u
enum { /* block of a client */
       SEMAPHORE = 0,
       SEMAPHORE_LIMIT = 0x10,
       CALLBACK = 0x14,
       ARGUMENT = 0x18, /* the callback gets the address of this word */
       WAIT = 0x1C,     /* thunks */
       EXIT = 0x20,
       BLOCK_SIZE = 0x40,
};
/* r3 = block. Waits, calls, and again; ends when the callback is gone. */
static const uint32_t service[] = {
    0x9421FF80, /*       stwu  r1, -0x80(r1) */
    0x7C7F1B78, /*       mr    r31, r3 */
    0x7FE3FB78, /* 08:   mr    r3, r31       the semaphore */
    0x38800003, /*       li    r4, 3 */
    0x38A00000, /*       li    r5, 0 */
    0x38C00000, /*       li    r6, 0 */
    0x38E00000, /*       li    r7, 0         for ever */
    0x817F001C, /*       lwz   r11, WAIT(r31) */
    0x7D6903A6, /*       mtctr r11 */
    0x4E800421, /*       bctrl */
    0x817F0014, /*       lwz   r11, CALLBACK(r31) */
    0x2C0B0000, /*       cmpwi r11, 0 */
    0x41820014, /* 30:   beq   44 */
    0x7D6903A6, /*       mtctr r11 */
    0x387F0018, /*       addi  r3, r31, ARGUMENT */
    0x4E800421, /*       bctrl */
    0x4BFFFFC8, /* 40:   b     08 */
    0x38600000, /* 44:   li    r3, 0 */
    0x817F0020, /*       lwz   r11, EXIT(r31) */
    0x7D6903A6, /*       mtctr r11 */
    0x4E800420, /*       bctr */
};

struct xg_audio *xg_audio_of(struct xg_kernel *k)
{
    if (k->audio)
        return k->audio;
    k->audio = calloc(1, sizeof *k->audio);
    if (!k->audio)
        return NULL;
    k->audio->alarm.kind = XG_ALARM_AUDIO;
    k->audio->speakers = 0x00010001; /* surround, as the settings of the console have it */
    for (unsigned i = 0; i < XG_COUNTOF(k->audio->volume); i++)
        k->audio->volume[i] = 1;
    return k->audio;
}

void xg_audio_destroy(struct xg_kernel *k)
{
    for (unsigned i = 0; k->audio && i < XG_AUDIO_CLIENTS; i++)
        free(k->audio->client[i].queue);
    free(k->audio);
    k->audio = NULL;
}

bool xg_audio_runs(const struct xg_kernel *k)
{
    return k->audio && k->audio->registered;
}

/* ---- the clock ---- */

static void arm(struct xg_kernel *k)
{
    struct xg_audio *a = k->audio;
    xg_alarm_set(&k->timeline, &a->alarm, a->tick * FRAME_NS_3 / 3);
}

static void ask(struct xg_kernel *k, const struct xg_audio_client *c)
{
    uint32_t state = xg_kld32(k, c->block + 4);
    if (state < XG_AUDIO_QUEUE)
        xg_kst32(k, c->block + 4, state + 1);
    xg_wait_signalled(k, c->block);
}

static void mix(struct xg_audio_client *c, struct xg_audio_frame *sum)
{
    const struct xg_audio_frame *f = &c->queue[c->first];
    for (unsigned ch = 0; ch < XG_AUDIO_CHANNELS; ch++)
        for (unsigned s = 0; s < XG_AUDIO_SAMPLES; s++)
            sum->sample[ch][s] += f->sample[ch][s];
    c->first = (c->first + 1) % XG_AUDIO_QUEUE;
    c->queued--;
    c->played++;
}

void xg_audio_tick(struct xg_kernel *k)
{
    struct xg_audio *a = k->audio;
    struct xg_audio_frame sum = {0};
    for (unsigned i = 0; i < XG_AUDIO_CLIENTS; i++) {
        struct xg_audio_client *c = &a->client[i];
        if (!c->registered)
            continue;
        if (c->queued) {
            mix(c, &sum);
        } else if (c->submitted) { /* before the first frame there is nothing to miss */
            c->underruns++;
            a->totals.underruns++;
        }
        ask(k, c);
    }
    a->totals.frames++;
    if (k->o.sound)
        k->o.sound(k->o.sound_ctx, &sum);
    a->tick++;
    arm(k);
}

/* ---- clients ---- */

static bool create_page(struct xg_kernel *k)
{
    struct xg_audio *a = k->audio;
    if (a->page)
        return true;
    xg_ga page = xg_pool_alloc(k, XG_PAGE_SIZE, 0);
    if (!page || xg_heap_protect(k->pool.heap, page, XG_PAGE_SIZE, XG_PAGE_EXECUTE_READWRITE,
                                 NULL) != XG_HEAP_OK)
        return false;
    for (unsigned i = 0; i < XG_COUNTOF(service); i++)
        xg_kst32(k, page + 4 * i, service[i]);
    a->page = page;
    return true;
}

/* The thread of a client that was unregistered may still run its callback to the end. */
static bool is_free(const struct xg_audio_client *c)
{
    return !c->thread || (!c->registered && c->thread->thread->state == XG_THREAD_TERMINATED);
}

static void fill_block(struct xg_kernel *k, xg_ga block, xg_ga callback, uint32_t argument)
{
    xg_kst32(k, block + SEMAPHORE, (uint32_t)XG_DISP_SEMAPHORE << 24 | 5u << 8);
    xg_kst32(k, block + SEMAPHORE + 4, AHEAD);
    xg_kst32(k, block + SEMAPHORE + 8, block + 8);
    xg_kst32(k, block + SEMAPHORE + 12, block + 8);
    xg_kst32(k, block + SEMAPHORE_LIMIT, XG_AUDIO_QUEUE);
    xg_kst32(k, block + CALLBACK, callback);
    xg_kst32(k, block + ARGUMENT, argument);
    xg_kst32(k, block + WAIT, xg_export_address(k, XG_ROW_KeWaitForSingleObject));
    xg_kst32(k, block + EXIT, xg_export_address(k, XG_ROW_ExTerminateThread));
}

static bool start(struct xg_kernel *k, struct xg_audio_client *c, unsigned number, xg_ga callback,
                  uint32_t argument)
{
    xg_ga block = k->audio->page + BLOCKS + number * BLOCK_SIZE;
    if (c->thread)
        xg_object_release(k, c->thread);
    struct xg_audio_frame *queue = c->queue ? c->queue : calloc(XG_AUDIO_QUEUE, sizeof *queue);
    *c = (struct xg_audio_client){.queue = queue, .block = block};
    if (!queue)
        return false;
    fill_block(k, block, callback, argument);
    struct xg_thread_start s = {.stack_size = STACK,
                                .start = k->audio->page,
                                .context = block,
                                .flags = 1u << (24 + CPU),
                                .service = true,
                                .priority = PRIORITY};
    struct xg_thread *t = xg_thread_create(k, &s);
    if (!t)
        return false;
    xg_object_reference(k, t->object);
    c->thread = t->object;
    c->registered = true;
    return true;
}

unsigned xg_audio_register(struct xg_kernel *k, xg_ga callback, uint32_t argument)
{
    struct xg_audio *a = xg_audio_of(k);
    unsigned i = 0;
    if (!a || !create_page(k))
        return XG_AUDIO_CLIENTS;
    while (i < XG_AUDIO_CLIENTS && !is_free(&a->client[i]))
        i++;
    if (i == XG_AUDIO_CLIENTS || !start(k, &a->client[i], i, callback, argument))
        return XG_AUDIO_CLIENTS;
    if (!a->registered++) {
        a->tick = xg_kernel_cpu_now(k) * 3 / FRAME_NS_3 + 1;
        arm(k);
    }
    return i;
}

void xg_audio_unregister(struct xg_kernel *k, unsigned client)
{
    struct xg_audio *a = k->audio;
    struct xg_audio_client *c = &a->client[client];
    c->registered = false;
    c->queued = 0;
    xg_kst32(k, c->block + CALLBACK, 0);
    ask(k, c);
    if (!--a->registered)
        xg_alarm_clear(&k->timeline, &a->alarm);
}

struct xg_audio_client *xg_audio_client_of(struct xg_kernel *k, uint32_t driver)
{
    uint32_t i = driver - XG_AUDIO_DRIVER;
    bool there = k->audio && i < XG_AUDIO_CLIENTS && k->audio->client[i].registered;
    return there ? &k->audio->client[i] : NULL;
}

bool xg_audio_submit(struct xg_audio_client *c, const uint8_t *bytes)
{
    if (c->queued == XG_AUDIO_QUEUE) {
        c->refused++;
        return false;
    }
    float *to = &c->queue[(c->first + c->queued) % XG_AUDIO_QUEUE].sample[0][0];
    for (unsigned i = 0; i < XG_AUDIO_CHANNELS * XG_AUDIO_SAMPLES; i++) {
        uint32_t bits = xg_ld32be(bytes + 4 * i);
        memcpy(&to[i], &bits, 4);
        if (!isfinite(to[i]))
            to[i] = 0;
    }
    c->queued++;
    c->submitted++;
    return true;
}

/* ---- the decoder ---- */

struct xg_xma *xg_kernel_xma(struct xg_kernel *k)
{
    xg_ga base;
    struct xg_heap *heap = xg_heaps_named(k->o.heaps, "vE0000000");
    if (k->xma || xg_heap_alloc(heap, XG_XMA_CONTEXTS * XG_XMA_CONTEXT_BYTES, XG_PAGE_SIZE,
                                XG_MEM_RESERVE | XG_MEM_COMMIT | XG_MEM_TOP_DOWN,
                                XG_PAGE_READWRITE | XG_PAGE_NOCACHE, 0xE0000000u, 0xFFCFFFFFu,
                                &base) != XG_HEAP_OK)
        return k->xma;
    k->xma = xg_xma_create(k->o.mem, xg_memory_bus(k->o.mem, base));
    if (k->xma)
        k->xma_contexts = base;
    else
        xg_heap_release(heap, base, NULL);
    return k->xma;
}

bool xg_kernel_xma_read(struct xg_kernel *k, uint32_t offset, uint32_t *value)
{
    struct xg_xma *x = xg_kernel_xma(k);
    *value = x ? xg_xma_read(x, offset) : 0;
    return x != NULL;
}

bool xg_kernel_xma_write(struct xg_kernel *k, uint32_t offset, uint32_t value)
{
    struct xg_xma *x = xg_kernel_xma(k);
    if (x)
        xg_xma_write(x, offset, value);
    return x != NULL;
}

struct xg_audio_totals xg_kernel_audio(const struct xg_kernel *k)
{
    struct xg_audio_totals t = k->audio ? k->audio->totals : (struct xg_audio_totals){0};
    if (k->xma) {
        struct xg_xma_counts c = xg_xma_counts(k->xma);
        t.xma_contexts = c.contexts;
        t.xma_frames = c.frames;
    }
    return t;
}
