#include "tests/support/gpu_bench.h"
#include "tests/support/seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static const uint8_t *page(void *ctx, xg_pa pa)
{
    return ((struct gpu_bench *)ctx)->memory + (pa & (XG_PHYS_SIZE - XG_PAGE_SIZE));
}

static void watch(void *ctx, xg_pa pa)
{
    XG_UNUSED(ctx);
    XG_UNUSED(pa);
}

static void *copy_of(const void *from, size_t n)
{
    void *to = n ? malloc(n) : NULL;
    return to ? memcpy(to, from, n) : NULL;
}

static void effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct gpu_bench *b = ctx;
    if (b->count_only) {
        b->count++;
        return;
    }
    if (b->count == b->capacity) {
        b->capacity = b->capacity ? 2 * b->capacity : 64;
        b->effects = realloc(b->effects, b->capacity * sizeof *b->effects);
        if (!b->effects)
            abort();
    }
    struct bench_effect *to = &b->effects[b->count++];
    memset(to, 0, sizeof *to);
    to->e = *e;
    if (e->kind == XG_GPU_MEM)
        memcpy(to->bytes, e->bytes, e->size);
    if (e->wait)
        to->wait = *e->wait;
    if (e->draw) {
        to->draw = *e->draw;
        to->regs = copy_of(e->draw->regs, e->draw->reg_count * sizeof *e->draw->regs);
        to->immediate = copy_of(e->draw->immediate, e->draw->immediate_count * 4);
    }
}

bool bench_open(struct gpu_bench *b, xg_device_create_fn *create)
{
    memset(b, 0, sizeof *b);
    b->memory = mmap(NULL, XG_PHYS_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (b->memory == MAP_FAILED)
        return false;
    const struct xg_device_host host = {.ctx = b, .page = page, .watch = watch, .effect = effect};
    b->device = create(&host, &b->err);
    if (!b->device)
        return false;
    b->device->ops->ring(b->device, BENCH_RING, BENCH_RING_LOG2);
    return true;
}

void bench_forget(struct gpu_bench *b)
{
    for (size_t i = 0; i < b->count && !b->count_only; i++) {
        free(b->effects[i].regs);
        free(b->effects[i].immediate);
    }
    b->count = 0;
}

void bench_close(struct gpu_bench *b)
{
    bench_forget(b);
    free(b->effects);
    if (b->device)
        b->device->ops->destroy(b->device);
    munmap(b->memory, XG_PHYS_SIZE);
}

void bench_store(struct gpu_bench *b, uint32_t pa, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        xg_st32be(b->memory + ((pa + 4 * i) & (XG_PHYS_SIZE - 4)), words[i]);
}

enum xg_device_state bench_submit(struct gpu_bench *b, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bench_store(b, BENCH_RING + 4 * b->wptr, &words[i], 1);
        b->wptr = (b->wptr + 1) & ((1u << BENCH_RING_LOG2) - 1);
    }
    b->device->ops->kick(b->device, b->wptr);
    return b->device->ops->run(b->device, UINT64_MAX);
}

void bench_apply(struct gpu_bench *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->effects[i].e.kind == XG_GPU_MEM)
            memcpy(b->memory + b->effects[i].e.address, b->effects[i].bytes, b->effects[i].e.size);
    b->device->ops->retire(b->device, UINT64_MAX);
    bench_forget(b);
}

static const struct xg_gpu_effect *pointed(const struct bench_effect *r)
{
    struct bench_effect *w = (struct bench_effect *)r; /* the record is ours */
    w->e.bytes = w->bytes;
    w->e.wait = w->e.kind == XG_GPU_WAIT ? &w->wait : NULL;
    w->draw.regs = w->regs;
    w->draw.immediate = w->immediate;
    w->e.draw = w->e.kind == XG_GPU_DELEGATE ? &w->draw : NULL;
    return &w->e;
}

const struct xg_gpu_effect *bench_effect_of(const struct gpu_bench *b, enum xg_gpu_effect_kind kind,
                                            size_t n)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->effects[i].e.kind == kind && n-- == 0)
            return pointed(&b->effects[i]);
    return NULL;
}

size_t bench_count_of(const struct gpu_bench *b, enum xg_gpu_effect_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++)
        n += b->effects[i].e.kind == kind;
    return n;
}

struct bench_random bench_seed(uint64_t otherwise)
{
    return (struct bench_random){seed_of_test(otherwise) * 2 + 1};
}
