/* The GPU for guest programs: ring buffer, packets, fences, interrupts, clears, resolves and
 * the swap, on top of the kernel's video exports. Packets and registers: docs/device.md,
 * names in xenos.h (generated). One thread may use a struct xg_gpu at a time. */
#ifndef XG_GPU_H
#define XG_GPU_H

#include "xboxkrnl.h"
#include "xenos.h"

#define XG_GPU_MMIO                   0x7FC80000u /* registers, 4 bytes each */
#define XG_GPU_TYPE2                  0x80000000u
#define XG_GPU_PACKET3(opcode, words) (0xC0000000u | ((words)-1) << 16 | (opcode) << 8)
#define XG_GPU_PACKET0(index, words)  (((words)-1) << 16 | (index))

struct xg_gpu {
    uint32_t *ring;
    uint32_t size, at;       /* in words; size is a power of two */
    volatile uint32_t *page; /* shared with the GPU: XG_GPU_WORD_... */
    uint32_t page_bus;
    uint32_t fence; /* last one put into the ring */
    uint32_t mode;  /* what draws do: XG_GPU_COPIES or XG_GPU_DRAWS */
    float *vertices;
    uint32_t vertices_bus, vertices_at;
    struct kevent vblank_event;
    uint32_t system_buffer[0x94 / 4]; /* information block that the swap takes */
    volatile uint32_t vblanks;        /* vertical blanks so far */
    volatile uint32_t interrupts;     /* PM4_INTERRUPT callbacks so far */
    volatile uint32_t cpus;           /* and the CPUs they ran on, a bit each */
};
/* Words of the shared page. From XG_GPU_WORD_FREE on they are the program's own. */
enum { XG_GPU_WORD_FENCE = 0, XG_GPU_WORD_RPTR = 15, XG_GPU_WORD_FREE = 32 };

/* Starts the graphics engines with a ring of 2^log2_words words (10 or more). */
void xg_gpu_init(struct xg_gpu *gpu, unsigned log2_words);

/* Zeroed memory that the GPU can reach, in 64 KiB pages; *bus gets its bus address. */
void *xg_gpu_alloc(uint32_t size, uint32_t *bus);
/* Bus address of a word of the shared page. */
static inline uint32_t xg_gpu_word_bus(const struct xg_gpu *gpu, unsigned word)
{
    return gpu->page_bus + word * 4;
}

/* --- packets; each waits for room in the ring by itself. --- */
void xg_gpu_put(struct xg_gpu *gpu, uint32_t word);
void xg_gpu_set(struct xg_gpu *gpu, uint32_t index, uint32_t value); /* one register */
/* Type 3 with `count` payload words. */
void xg_gpu_packet(struct xg_gpu *gpu, uint32_t opcode, unsigned count, const uint32_t *words);
#define XG_GPU_SEND(gpu, opcode, ...)                                                              \
    xg_gpu_packet(gpu, opcode, sizeof((uint32_t[]){__VA_ARGS__}) / 4, (uint32_t[]){__VA_ARGS__})
/* Lets the GPU see everything put so far. */
void xg_gpu_kick(struct xg_gpu *gpu);

/* --- waiting --- */
/* Puts a fence behind everything so far, kicks, and returns its number. */
uint32_t xg_gpu_fence(struct xg_gpu *gpu);
bool xg_gpu_fence_passed(const struct xg_gpu *gpu, uint32_t fence);
void xg_gpu_wait(const struct xg_gpu *gpu, uint32_t fence);
/* Blocks until the next vertical blank. */
void xg_gpu_wait_vblank(struct xg_gpu *gpu);

/* --- drawing without draws: a colour surface in eDRAM from tile 0, 8_8_8_8, one sample.
 * Rectangles are in pixels; the GPU widens them to multiples of 8. --- */
void xg_gpu_surface(struct xg_gpu *gpu, unsigned width, unsigned height);
/* colour: red in the low byte, then green, blue, alpha. */
void xg_gpu_clear(struct xg_gpu *gpu, unsigned x, unsigned y, unsigned w, unsigned h,
                  uint32_t colour);
/* The same with more bits of RB_COPY_CONTROL. */
void xg_gpu_clear_with(struct xg_gpu *gpu, unsigned x, unsigned y, unsigned w, unsigned h,
                       uint32_t colour, uint32_t control);
/* What the following draw packets do; the functions here and in xg_draw.h see to it. */
enum { XG_GPU_DRAWS = 4, XG_GPU_COPIES = 6 };
void xg_gpu_mode(struct xg_gpu *gpu, unsigned mode);
/* A picture in memory, tiled 8_8_8_8. */
struct xg_picture {
    void *data;
    uint32_t bus;
    unsigned width, height;
};
void xg_picture_create(struct xg_picture *p, unsigned width, unsigned height);
void xg_gpu_resolve(struct xg_gpu *gpu, const struct xg_picture *to);
/* The same with more bits of RB_COPY_CONTROL and RB_COPY_DEST_INFO. */
void xg_gpu_resolve_with(struct xg_gpu *gpu, const struct xg_picture *to, uint32_t control,
                         uint32_t info);
/* Puts the swap into the ring. */
void xg_gpu_swap(struct xg_gpu *gpu, const struct xg_picture *front);

#endif
