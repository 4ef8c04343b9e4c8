#include "tests/bench/device.h"

#include "base/endian.h"
#include "gpu/lines.h"
#include "memory/memory.h"

#include <string.h>
#include <sys/mman.h>

#define RING     0x00100000u
#define VERTICES 0x00200000u

#define TYPE0(index, count) (((uint32_t)((count)-1) & 0x3FFF) << 16 | (index))
#define TYPE3(op, count)    (0xC0000000u | ((uint32_t)((count)-1) & 0x3FFF) << 16 | (op) << 8)

static const uint8_t *host_page(void *ctx, xg_pa pa)
{
    return ((struct bench_device *)ctx)->memory + (pa & (XG_PHYS_SIZE - XG_PAGE_SIZE));
}

static void host_watch(void *ctx, xg_pa pa)
{
    XG_UNUSED(ctx);
    XG_UNUSED(pa);
}

static void host_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct bench_device *b = ctx;
    if (e->kind == XG_GPU_MEM)
        memcpy(b->memory + e->address, e->bytes, e->size);
    else if (e->kind == XG_GPU_ERROR)
        b->errors |= e->value;
}

/* As the front does: lines that stand side by side together, by a call (xg_memory_device_store):
 * in place the compiler would move them a word at a time. */
static __attribute__((noinline)) void store_lines(uint8_t *to, const uint8_t *from, size_t bytes)
{
    memcpy(to, from, bytes);
}
static bool host_lines(void *ctx, const struct xg_gpu_lines *l)
{
    struct bench_device *b = ctx;
    const uint8_t *bytes = xg_line_page_bytes(l->data);
    uint32_t first, count;
    for (uint64_t left = l->data->mask; left;) {
        left = xg_line_run(left, &first, &count);
        store_lines(b->memory + l->page + first * XG_LINE_BYTES, bytes + first * XG_LINE_BYTES,
                    count * XG_LINE_BYTES);
    }
    return true;
}

bool bench_device_open(struct bench_device *b, xg_device_create_fn *create, struct xg_error *err)
{
    memset(b, 0, sizeof *b);
    void *memory = mmap(NULL, XG_PHYS_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return xg_fail(err, XG_E_INPUT, "the host is out of memory");
    b->memory = memory;
    const struct xg_device_host host = {b, host_page, host_watch, host_effect, host_lines, NULL};
    b->device = create(&host, err);
    if (!b->device)
        return false;
    b->device->ops->ring(b->device, RING, BENCH_RING_LOG2);
    return true;
}

void bench_device_close(struct bench_device *b)
{
    if (b->device)
        b->device->ops->destroy(b->device);
    if (b->memory)
        munmap(b->memory, XG_PHYS_SIZE);
    memset(b, 0, sizeof *b);
}

/* The ring's and the vertices' pages stay on the device; it must hear of every store. */
static void store(struct bench_device *b, xg_pa pa, uint32_t word)
{
    b->device->ops->page_dirty(b->device, pa & ~(XG_PAGE_SIZE - 1));
    xg_st32be(b->memory + pa, word);
}

void bench_device_put(struct bench_device *b, uint32_t word)
{
    store(b, RING + 4 * b->wptr, word);
    b->wptr = (b->wptr + 1) & ((1u << BENCH_RING_LOG2) - 1);
}

void bench_device_set(struct bench_device *b, uint32_t index, uint32_t value)
{
    bench_device_put(b, TYPE0(index, 1));
    bench_device_put(b, value);
}

bool bench_device_run(struct bench_device *b, struct xg_error *err)
{
    const struct xg_device_ops *ops = b->device->ops;
    ops->kick(b->device, b->wptr);
    enum xg_device_state state = ops->run(b->device, UINT64_MAX);
    if (state == XG_DEVICE_FAILED)
        return xg_fail(err, XG_E_DEVICE, "%s: %s", ops->name, ops->failure(b->device));
    if (state != XG_DEVICE_IDLE)
        return xg_fail(err, XG_E_DEVICE, "%s: it did not go idle (state %d)", ops->name, state);
    if (b->errors)
        return xg_fail(err, XG_E_DEVICE, "%s: it reports errors 0x%X", ops->name, b->errors);
    ops->retire(b->device, UINT64_MAX);
    return true;
}

/* ---- clears and copies ---- */

static uint32_t float_bits(float f)
{
    uint32_t v;
    memcpy(&v, &f, 4);
    return v;
}

void bench_device_surface(struct bench_device *b, uint32_t width, uint32_t height)
{
    const float corners[6] = {0, 0, (float)width, 0, (float)width, (float)height};
    for (uint32_t i = 0; i < XG_COUNTOF(corners); i++)
        store(b, VERTICES + 4 * i, float_bits(corners[i]));
    bench_device_set(b, XG_REG_RB_MODECONTROL, 6);
    bench_device_set(b, XG_REG_RB_SURFACE_INFO, width);
    bench_device_set(b, XG_REG_RB_COLOR_INFO, 0);
    bench_device_set(b, XG_REG_PA_SC_SCREEN_SCISSOR_TL, 0);
    bench_device_set(b, XG_REG_PA_SC_SCREEN_SCISSOR_BR, height << 16 | width);
    bench_device_set(b, XG_REG_PA_SC_WINDOW_OFFSET, 0);
    bench_device_set(b, XG_REG_PA_SC_WINDOW_SCISSOR_TL, 0x80000000);
    bench_device_set(b, XG_REG_PA_SC_WINDOW_SCISSOR_BR, height << 16 | width);
    bench_device_set(b, XG_REG_PA_SU_SC_MODE_CNTL, 0);
    bench_device_set(b, XG_REG_PA_SU_VTX_CNTL, 1);
    bench_device_set(b, XG_REG_SHADER_CONSTANT_FETCH_00_0, VERTICES | 3);
    bench_device_set(b, XG_REG_SHADER_CONSTANT_FETCH_00_1, 6 << 2 | 2);
}

static void draw(struct bench_device *b)
{
    bench_device_put(b, TYPE3(XG_PM4_DRAW_INDX_2, 1));
    bench_device_put(b, 0x00030088);
}

void bench_device_clear(struct bench_device *b, uint32_t colour)
{
    bench_device_set(b, XG_REG_RB_COLOR_CLEAR, colour);
    bench_device_set(b, XG_REG_RB_COPY_CONTROL, 3 << 20 | 1 << 8);
    draw(b);
}

void bench_device_samples(struct bench_device *b, uint32_t width, uint32_t log2)
{
    bench_device_set(b, XG_REG_RB_SURFACE_INFO, log2 << 16 | width);
}

void bench_device_copy(struct bench_device *b, uint32_t width, uint32_t height)
{
    bench_device_set(b, XG_REG_RB_COPY_CONTROL, 6 << 4); /* every sample */
    bench_device_set(b, XG_REG_RB_COPY_DEST_BASE, BENCH_PICTURE);
    bench_device_set(b, XG_REG_RB_COPY_DEST_PITCH, height << 16 | width);
    bench_device_set(b, XG_REG_RB_COPY_DEST_INFO, 6 << 7 | 2);
    draw(b);
}
