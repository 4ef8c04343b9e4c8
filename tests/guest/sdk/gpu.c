/* See xg_gpu.h. The sequence of kernel calls is the one that titles make. */
#include "xg_gpu.h"

#define PAGE_READWRITE       4u
#define PAGE_WRITECOMBINE    0x400u
#define MEM_LARGE_PAGES      0x20000000u
#define SWAP_WORDS           64u
#define RECTANGLES           2048u
#define VBLANK_STATUS        (*(volatile uint32_t *)(XG_GPU_MMIO + 0x1951 * 4))
#define WRITE_POINTER        (*(volatile uint32_t *)(XG_GPU_MMIO + 0x01C5 * 4))
#define EVENT_CACHE_FLUSH_TS 4u
#define SWAP_8IN32           2u
#define FORMAT_8_8_8_8       6u

__attribute__((used)) static void on_interrupt(uint32_t source, struct xg_gpu *gpu)
{
    if (source == 1) {
        gpu->interrupts++;
        gpu->cpus |= 1u << xg_cpu_number();
    } else if (VBLANK_STATUS & 1) {
        gpu->vblanks++;
        KeSetEvent(&gpu->vblank_event, 0, 0);
    }
}
XG_CALLBACK(xg_gpu_interrupt, on_interrupt)

void *xg_gpu_alloc(uint32_t size, uint32_t *bus)
{
    void *p = MmAllocatePhysicalMemoryEx(
        0, size, PAGE_READWRITE | PAGE_WRITECOMBINE | MEM_LARGE_PAGES, 0, 0xFFFFFFFF, 0);
    if (!p) {
        DbgPrint("out of physical memory (%u bytes)\n", size);
        KeBugCheck(0x7D);
    }
    *bus = MmGetPhysicalAddress(p);
    return p;
}

void xg_gpu_init(struct xg_gpu *gpu, unsigned log2_words)
{
    *gpu = (struct xg_gpu){.size = 1u << log2_words};
    gpu->vblank_event = (struct kevent){.type = 1, .size = 4};
    gpu->vblank_event.next = gpu->vblank_event.previous = (struct kevent *)&gpu->vblank_event.next;
    uint32_t ring_bus;
    VdInitializeEngines(0x20760000, 0, 0, 0, 0);
    VdSetGraphicsInterruptCallback(xg_gpu_interrupt, gpu);
    gpu->ring = xg_gpu_alloc(gpu->size * 4, &ring_bus);
    gpu->page = xg_gpu_alloc(4096, &gpu->page_bus);
    gpu->vertices = xg_gpu_alloc(RECTANGLES * 32, &gpu->vertices_bus);
    VdInitializeRingBuffer(ring_bus, log2_words - 1);
    VdEnableRingBufferRPtrWriteBack(xg_gpu_word_bus(gpu, XG_GPU_WORD_RPTR), 6);
}

/* ---- ring ------------------------------------------------------------------------------ */

static uint32_t room(const struct xg_gpu *gpu)
{
    return (gpu->page[XG_GPU_WORD_RPTR] - gpu->at - 1) & (gpu->size - 1);
}

static void reserve(struct xg_gpu *gpu, uint32_t words)
{
    if (room(gpu) >= words)
        return;
    xg_gpu_kick(gpu);
    while (room(gpu) < words)
        xg_yield();
}

static void store(struct xg_gpu *gpu, uint32_t word)
{
    gpu->ring[gpu->at] = word;
    gpu->at = (gpu->at + 1) & (gpu->size - 1);
}

void xg_gpu_put(struct xg_gpu *gpu, uint32_t word)
{
    reserve(gpu, 1);
    store(gpu, word);
}

void xg_gpu_set(struct xg_gpu *gpu, uint32_t index, uint32_t value)
{
    reserve(gpu, 2);
    store(gpu, XG_GPU_PACKET0(index, 1));
    store(gpu, value);
}

void xg_gpu_packet(struct xg_gpu *gpu, uint32_t opcode, unsigned count, const uint32_t *words)
{
    reserve(gpu, 1 + count);
    store(gpu, XG_GPU_PACKET3(opcode, count));
    for (unsigned i = 0; i < count; i++)
        store(gpu, words[i]);
}

void xg_gpu_kick(struct xg_gpu *gpu)
{
    xg_sync(); /* the ring's words before the pointer */
    WRITE_POINTER = gpu->at;
    xg_eieio();
}

/* ---- fences ------------------------------------------------------------------------------ */

uint32_t xg_gpu_fence(struct xg_gpu *gpu)
{
    gpu->fence++;
    XG_GPU_SEND(gpu, PM4_EVENT_WRITE_SHD, EVENT_CACHE_FLUSH_TS,
                xg_gpu_word_bus(gpu, XG_GPU_WORD_FENCE) | SWAP_8IN32, gpu->fence);
    xg_gpu_kick(gpu);
    return gpu->fence;
}

bool xg_gpu_fence_passed(const struct xg_gpu *gpu, uint32_t fence)
{
    return (int32_t)(gpu->page[XG_GPU_WORD_FENCE] - fence) >= 0;
}

void xg_gpu_wait(const struct xg_gpu *gpu, uint32_t fence)
{
    while (!xg_gpu_fence_passed(gpu, fence))
        xg_yield();
}

void xg_gpu_wait_vblank(struct xg_gpu *gpu)
{
    KeWaitForSingleObject(&gpu->vblank_event, 3, 1, 0, 0);
}

/* ---- clears and resolves ------------------------------------------------------------------- */

void xg_gpu_surface(struct xg_gpu *gpu, unsigned width, unsigned height)
{
    xg_gpu_set(gpu, REG_RB_SURFACE_INFO, width); /* pitch, one sample */
    xg_gpu_set(gpu, REG_RB_COLOR_INFO, 0);       /* tile 0, 8_8_8_8 */
    xg_gpu_set(gpu, REG_PA_SC_SCREEN_SCISSOR_TL, 0);
    xg_gpu_set(gpu, REG_PA_SC_SCREEN_SCISSOR_BR, height << 16 | width);
    xg_gpu_set(gpu, REG_PA_SC_WINDOW_OFFSET, 0);
    xg_gpu_set(gpu, REG_PA_SC_WINDOW_SCISSOR_TL, 0x80000000);
    xg_gpu_set(gpu, REG_PA_SC_WINDOW_SCISSOR_BR, height << 16 | width);
    xg_gpu_set(gpu, REG_PA_SU_SC_MODE_CNTL, 0);
    xg_gpu_set(gpu, REG_PA_SU_VTX_CNTL, 0); /* pixel centres at integers */
}

void xg_gpu_mode(struct xg_gpu *gpu, unsigned mode)
{
    if (gpu->mode != mode)
        xg_gpu_set(gpu, REG_RB_MODECONTROL, mode);
    gpu->mode = mode;
}

/* A rectangle list of three corners through vertex fetch constant 0. */
static void draw_rectangle(struct xg_gpu *gpu, unsigned x, unsigned y, unsigned w, unsigned h)
{
    if (gpu->vertices_at == RECTANGLES) { /* the GPU may still read the first ones */
        xg_gpu_wait(gpu, xg_gpu_fence(gpu));
        gpu->vertices_at = 0;
    }
    float *v = gpu->vertices + gpu->vertices_at * 8;
    uint32_t bus = gpu->vertices_bus + gpu->vertices_at++ * 32;
    float left = (float)x - 0.5f, top = (float)y - 0.5f;
    v[0] = left;
    v[1] = top;
    v[2] = left + (float)w;
    v[3] = top;
    v[4] = left;
    v[5] = top + (float)h;
    xg_gpu_set(gpu, REG_SHADER_CONSTANT_FETCH_00_0, bus | 3);
    xg_gpu_set(gpu, REG_SHADER_CONSTANT_FETCH_00_1, 6 << 2 | SWAP_8IN32);
    xg_gpu_mode(gpu, XG_GPU_COPIES);
    XG_GPU_SEND(gpu, PM4_DRAW_INDX_2, 3 << 16 | 2 << 6 | 8);
}

void xg_gpu_clear_with(struct xg_gpu *gpu, unsigned x, unsigned y, unsigned w, unsigned h,
                       uint32_t colour, uint32_t control)
{
    if (w == 0 || h == 0)
        return;
    xg_gpu_set(gpu, REG_RB_COLOR_CLEAR, colour);
    xg_gpu_set(gpu, REG_RB_COPY_CONTROL,
               3 << 20 | 1 << 8 | control); /* copy nothing, clear colour 0 */
    draw_rectangle(gpu, x, y, w, h);
}

void xg_gpu_clear(struct xg_gpu *gpu, unsigned x, unsigned y, unsigned w, unsigned h,
                  uint32_t colour)
{
    xg_gpu_clear_with(gpu, x, y, w, h, colour, 0);
}

void xg_picture_create(struct xg_picture *p, unsigned width, unsigned height)
{
    p->width = width;
    p->height = height;
    /* Tiles are 32 by 32 pixels. */
    p->data = xg_gpu_alloc(((width + 31) & ~31u) * ((height + 31) & ~31u) * 4, &p->bus);
}

void xg_gpu_resolve_with(struct xg_gpu *gpu, const struct xg_picture *to, uint32_t control,
                         uint32_t info)
{
    xg_gpu_set(gpu, REG_RB_COPY_CONTROL, control);
    xg_gpu_set(gpu, REG_RB_COPY_DEST_BASE, to->bus);
    xg_gpu_set(gpu, REG_RB_COPY_DEST_PITCH, to->height << 16 | to->width);
    xg_gpu_set(gpu, REG_RB_COPY_DEST_INFO, FORMAT_8_8_8_8 << 7 | SWAP_8IN32 | info);
    draw_rectangle(gpu, 0, 0, to->width, to->height);
}

void xg_gpu_resolve(struct xg_gpu *gpu, const struct xg_picture *to)
{
    xg_gpu_resolve_with(gpu, to, 0, 0); /* raw copy of colour 0 */
}

void xg_gpu_swap(struct xg_gpu *gpu, const struct xg_picture *front)
{
    uint32_t address = (uint32_t)front->data, format = FORMAT_8_8_8_8, colour_space = 0;
    uint32_t width = front->width, height = front->height;
    uint32_t fetch[6] = {
        0x80000000u | ((width + 31) / 32) << 22 | 2, /* tiled, pitch, texture */
        (address & ~0xFFFu) | SWAP_8IN32 << 6 | FORMAT_8_8_8_8,
        (height - 1) << 13 | (width - 1),
        0x688u << 1, /* red, green, blue, alpha in this order */
        0,
        1 << 9, /* two dimensions */
    };
    while (gpu->at + SWAP_WORDS > gpu->size) /* the kernel writes the words in one piece */
        xg_gpu_put(gpu, XG_GPU_TYPE2);
    reserve(gpu, SWAP_WORDS);
    VdSwap(gpu->ring + gpu->at, fetch, (void *)(gpu->page + 2), gpu->system_buffer, 1, &address,
           &format, &colour_space, &width, &height);
    gpu->at = (gpu->at + SWAP_WORDS) & (gpu->size - 1);
}
