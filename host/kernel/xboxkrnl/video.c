/* Video exports (Vd*). Order and arguments as a title's graphics library uses them. */
#include "kernel/video.h"

#define DWORD_NOP       0x80000000u /* type-2 packet */
#define SWAP_DWORDS     64u
#define XE_SWAP         0x64u
#define SWAP_TAG        0x58455357u /* "XESW" */
#define FETCH_REGISTER  0x4800u
#define RING_BYTES_LOG2 3u /* added to the argument: quadwords */
#define RING_LOG2_MAX   26u

static enum xg_kcall_result answer(struct xg_kcall *call, uint32_t value)
{
    return xg_kcall_return(call, value);
}

/* Calls that need nothing here: the answer titles expect. */
enum xg_kcall_result xg_x_VdInitializeEngines(struct xg_kcall *call)
{
    return answer(call, 1);
}
enum xg_kcall_result xg_x_VdIsHSIOTrainingSucceeded(struct xg_kcall *call)
{
    return answer(call, 1);
}
enum xg_kcall_result xg_x_VdRetrainEDRAM(struct xg_kcall *call)
{
    return answer(call, 0);
}
enum xg_kcall_result xg_x_VdRetrainEDRAMWorker(struct xg_kcall *call)
{
    return answer(call, 0);
}
enum xg_kcall_result xg_x_VdSetDisplayMode(struct xg_kcall *call)
{
    return answer(call, 0);
}
enum xg_kcall_result xg_x_VdSetDisplayModeOverride(struct xg_kcall *call)
{
    return answer(call, 0);
}
enum xg_kcall_result xg_x_VdCallGraphicsNotificationRoutines(struct xg_kcall *call)
{
    return answer(call, 0);
}
enum xg_kcall_result xg_x_VdEnableDisableClockGating(struct xg_kcall *call)
{
    return answer(call, 0);
}
enum xg_kcall_result xg_x_VdPersistDisplay(struct xg_kcall *call)
{
    return answer(call, 0);
}
enum xg_kcall_result xg_x_VdGetGraphicsAsicID(struct xg_kcall *call)
{
    return answer(call, 0x11);
}
/* Widescreen, at least 1024 wide. */
enum xg_kcall_result xg_x_VdQueryVideoFlags(struct xg_kcall *call)
{
    return answer(call, 3);
}

enum xg_kcall_result xg_x_VdShutdownEngines(struct xg_kcall *call)
{
    call->kernel->video.callback = 0;
    call->kernel->video.system_id_address = 0;
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_VdSetGraphicsInterruptCallback(struct xg_kcall *call)
{
    call->kernel->video.callback = xg_kcall_u32(call, 0);
    call->kernel->video.callback_arg = xg_kcall_u32(call, 1);
    return XG_KCALL_DONE;
}

/* ---- ring ---- */

enum xg_kcall_result xg_x_VdInitializeRingBuffer(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t base = xg_kcall_u32(call, 0) & (XG_PHYS_SIZE - 1), n = xg_kcall_u32(call, 1);
    uint32_t log2_bytes = n + RING_BYTES_LOG2;
    if (n > RING_LOG2_MAX || ((uint64_t)base + (1ull << log2_bytes)) > XG_PHYS_SIZE) {
        char at[160];
        xg_stop(k, XG_KERNEL_FAULTED,
                "VdInitializeRingBuffer(0x%08X, %u) by thread %u at %s: the ring does not lie in "
                "physical memory",
                xg_kcall_u32(call, 0), n, xg_current_id(k),
                xg_where(k, (xg_ga)call->ctx->lr, at, sizeof at));
        return XG_KCALL_STOP;
    }
    k->video.ring = base;
    k->video.ring_bytes = 1u << log2_bytes;
    xg_gpu_ring(k->o.gpu, base, log2_bytes - 2);
    return XG_KCALL_DONE;
}

/* The device writes its read pointer each time it goes idle, so the interval is not used. */
enum xg_kcall_result xg_x_VdEnableRingBufferRPtrWriteBack(struct xg_kcall *call)
{
    xg_gpu_rptr_writeback(call->kernel->o.gpu, xg_kcall_u32(call, 0) & (XG_PHYS_SIZE - 4));
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_VdSetSystemCommandBufferGpuIdentifierAddress(struct xg_kcall *call)
{
    call->kernel->video.system_id_address = xg_kcall_u32(call, 0);
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_VdGetSystemCommandBuffer(struct xg_kcall *call)
{
    xg_kcall_fill(call, xg_kcall_u32(call, 0), 0, 0x94);
    xg_kcall_st32(call, xg_kcall_u32(call, 1), 0xBEEF0001);
    return XG_KCALL_DONE;
}

/* The caller copies what is answered into its own command buffer: no-operations. */
enum xg_kcall_result xg_x_VdInitializeScalerCommandBuffer(struct xg_kcall *call)
{
    xg_ga out = xg_kcall_u32(call, 10);
    uint32_t capacity = xg_kcall_u32(call, 11);
    for (uint32_t i = 0; i < capacity && !call->faulted; i++)
        xg_kcall_st32(call, out + 4 * i, DWORD_NOP);
    return xg_kcall_return(call, capacity);
}

/* ---- display ---- */

static void store_float(struct xg_kcall *call, xg_ga at, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    xg_kcall_st32(call, at, bits);
}

void xg_video_mode(struct xg_kcall *call, unsigned n)
{
    xg_ga out = xg_kcall_u32(call, n);
    xg_kcall_fill(call, out, 0, 0x30);
    xg_kcall_st32(call, out + 0x00, XG_DISPLAY_WIDTH);
    xg_kcall_st32(call, out + 0x04, XG_DISPLAY_HEIGHT);
    xg_kcall_st32(call, out + 0x0C, 1); /* widescreen */
    xg_kcall_st32(call, out + 0x10, 1); /* high definition */
    store_float(call, out + 0x14, (float)XG_VBLANK_HZ);
    xg_kcall_st32(call, out + 0x18, 1); /* NTSC */
    xg_kcall_st32(call, out + 0x1C, 0x4A);
    xg_kcall_st32(call, out + 0x20, 1);
}

enum xg_kcall_result xg_x_VdQueryVideoMode(struct xg_kcall *call)
{
    xg_video_mode(call, 0);
    return XG_KCALL_DONE;
}

/* sRGB-like gamma of type "power". */
enum xg_kcall_result xg_x_VdGetCurrentDisplayGamma(struct xg_kcall *call)
{
    xg_kcall_st32(call, xg_kcall_u32(call, 0), 2);
    store_float(call, xg_kcall_u32(call, 1), 2.22222233f);
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_VdGetCurrentDisplayInformation(struct xg_kcall *call)
{
    const uint16_t w = XG_DISPLAY_WIDTH, h = XG_DISPLAY_HEIGHT;
    xg_ga out = xg_kcall_u32(call, 0);
    xg_kcall_fill(call, out, 0, 0x58);
    xg_kcall_st16(call, out + 0x00, w);
    xg_kcall_st16(call, out + 0x02, h);
    xg_kcall_st32(call, out + 0x10, w); /* rectangle x2, y2 */
    xg_kcall_st32(call, out + 0x14, h);
    xg_kcall_st32(call, out + 0x18, w);
    xg_kcall_st32(call, out + 0x1C, h);
    xg_kcall_st32(call, out + 0x20, 1);
    xg_kcall_st32(call, out + 0x30, 1);
    xg_kcall_st16(call, out + 0x40, 0x140);
    xg_kcall_st16(call, out + 0x42, 0xB4);
    xg_kcall_st16(call, out + 0x44, 0x140);
    xg_kcall_st16(call, out + 0x46, 0xB4);
    xg_kcall_st16(call, out + 0x48, w);
    xg_kcall_st16(call, out + 0x4A, h);
    store_float(call, out + 0x4C, (float)XG_VBLANK_HZ);
    xg_kcall_st16(call, out + 0x56, w);
    return XG_KCALL_DONE;
}

/* ---- swap ---- */

static void remember_swap(struct xg_kernel *k, xg_pa front_buffer, const uint32_t fetch[6])
{
    struct xg_video *v = &k->video;
    if (v->swap_count == XG_SWAP_QUEUE) /* nobody shows them: the oldest is forgotten */
        memmove(v->swaps, v->swaps + 1, --v->swap_count * sizeof v->swaps[0]);
    v->swaps[v->swap_count].front_buffer = front_buffer;
    memcpy(v->swaps[v->swap_count++].fetch, fetch, sizeof v->swaps[0].fetch);
}

/* Fills the 64 dwords that the caller has reserved in its ring: the fetch constant of the
 * front buffer with a bus address, the swap, and no-operations. */
enum xg_kcall_result xg_x_VdSwap(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga out = xg_kcall_u32(call, 0), fetch_at = xg_kcall_u32(call, 1);
    xg_ga front_at = xg_kcall_u32(call, 5);
    uint32_t width = xg_kcall_ld32(call, xg_kcall_u32(call, 8));
    uint32_t height = xg_kcall_ld32(call, xg_kcall_u32(call, 9));
    uint32_t words[SWAP_DWORDS], fetch[6];
    for (unsigned i = 0; i < 6; i++)
        fetch[i] = xg_kcall_ld32(call, fetch_at + 4 * i);
    xg_ga front = xg_kcall_ld32(call, front_at);
    xg_pa pa = xg_memory_bus(k->o.mem, front);
    if (pa == XG_PA_NONE)
        pa = front & (XG_PHYS_SIZE - 1); /* a bus address already */
    fetch[1] = (fetch[1] & 0xFFFu) | (pa & ~0xFFFu);
    unsigned n = 0;
    words[n++] = (6u - 1) << 16 | FETCH_REGISTER;
    for (unsigned i = 0; i < 6; i++)
        words[n++] = fetch[i];
    words[n++] = 0xC0000000u | (4u - 1) << 16 | XE_SWAP << 8;
    words[n++] = SWAP_TAG;
    words[n++] = pa;
    words[n++] = width;
    words[n++] = height;
    while (n < SWAP_DWORDS)
        words[n++] = DWORD_NOP;
    for (unsigned i = 0; i < SWAP_DWORDS; i++)
        xg_kcall_st32(call, out + 4 * i, words[i]);
    if (!call->faulted)
        remember_swap(k, pa, fetch);
    return XG_KCALL_DONE;
}
