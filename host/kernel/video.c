/* Vertical blank and graphics interrupts; swaps on their way to the screen. */
#include "kernel/internal.h"

#define VBLANK_CPU 2u
#define NS_PER_S   1000000000ull

static void arm(struct xg_kernel *k)
{
    xg_time when = (k->video.vblanks + 1) * NS_PER_S / XG_VBLANK_HZ;
    k->video.alarm.kind = XG_ALARM_VBLANK;
    xg_alarm_set(&k->timeline, &k->video.alarm, when);
}

void xg_video_start(struct xg_kernel *k)
{
    k->video.vblanks = k->now * XG_VBLANK_HZ / NS_PER_S;
    arm(k);
}

static bool is_queued(const struct xg_hw *hw, uint32_t source)
{
    for (uint32_t i = 0; i < hw->queued; i++)
        if (!hw->queue[i].dpc && hw->queue[i].args[0] == source)
            return true;
    return false;
}

static void interrupt(struct xg_kernel *k, unsigned cpu, uint32_t source)
{
    struct xg_dpc_entry e = {
        .due = k->now, .routine = k->video.callback, .args = {source, k->video.callback_arg, 0, 0}};
    if (k->video.callback && !xg_dpc_queue(k, cpu, &e))
        xg_log(k, "graphics interrupt %u on hardware thread %u is lost: its queue is full", source,
               cpu);
}

/* A vertical blank that the callback has not seen yet is not queued twice. */
void xg_video_vblank(struct xg_kernel *k)
{
    k->video.vblanks++;
    xg_dialog_look(k);
    if (k->o.gpu)
        xg_gpu_vblank(k->o.gpu, k->now);
    if (!is_queued(&k->hw[VBLANK_CPU], 0))
        interrupt(k, VBLANK_CPU, 0);
    arm(k);
}

void xg_kernel_gpu_interrupt(struct xg_kernel *k, uint32_t cpu_mask)
{
    for (unsigned cpu = 0; cpu < XG_CPUS; cpu++)
        if (cpu_mask >> cpu & 1)
            interrupt(k, cpu, 1);
}

bool xg_kernel_take_swap(struct xg_kernel *k, xg_pa front_buffer, uint32_t fetch[6])
{
    struct xg_video *v = &k->video;
    for (uint32_t i = 0; i < v->swap_count; i++) {
        if (v->swaps[i].front_buffer != front_buffer)
            continue;
        memcpy(fetch, v->swaps[i].fetch, sizeof v->swaps[i].fetch);
        v->swap_count -= i + 1;
        memmove(v->swaps, v->swaps + i + 1, v->swap_count * sizeof v->swaps[0]);
        return true;
    }
    return false;
}
