/* The engines behind cpu.h. */
#include "cpu/cpu.h"

#include "cpu/check.h"
#include "cpu/interp/interp.h"
#include "cpu/jit/jit.h"

#include <stdlib.h>
#include <string.h>

struct xg_cpu {
    struct xg_interp *interp; /* or */
    struct xg_jit *jit;       /* or, and in the checking engine its translator */
    struct xg_check *check;
    const struct xg_hooks *hooks;
};

struct xg_cpu *xg_cpu_create(enum xg_cpu_engine engine, struct xg_memory *mem,
                             const struct xg_hooks *hooks, struct xg_error *err)
{
    struct xg_cpu *cpu = calloc(1, sizeof *cpu);
    if (!cpu) {
        xg_fail(err, XG_E_GUEST, "CPU: out of host memory");
        return NULL;
    }
    cpu->hooks = hooks;
    if (engine == XG_CPU_JIT)
        cpu->jit = xg_jit_create(mem, err);
    else if (engine == XG_CPU_CHECK)
        cpu->check = xg_check_create(mem, err);
    else
        cpu->interp = xg_interp_create(mem, err);
    if (!cpu->interp && !cpu->jit && !cpu->check) {
        free(cpu);
        return NULL;
    }
    if (cpu->check)
        cpu->jit = cpu->check->jit;
    return cpu;
}

void xg_cpu_destroy(struct xg_cpu *cpu)
{
    if (!cpu)
        return;
    xg_interp_destroy(cpu->interp);
    if (cpu->check)
        xg_check_destroy(cpu->check);
    else
        xg_jit_destroy(cpu->jit);
    free(cpu);
}

enum xg_cpu_exit xg_cpu_run(struct xg_cpu *cpu, struct xg_cpu_context *ctx)
{
    if (XG_UNLIKELY(cpu->check))
        return xg_check_run(cpu->check, ctx);
    return cpu->jit ? xg_jit_run(cpu->jit, ctx) : xg_interp_run(cpu->interp, ctx);
}

void xg_cpu_on_kernel_call(struct xg_cpu *cpu, xg_cpu_kernel_call *call, void *ctx)
{
    if (cpu->check || !cpu->jit) /* segments of the checking engine end at calls */
        return;
    cpu->jit->kernel_call = call;
    cpu->jit->kernel_ctx = ctx;
}

const char *xg_cpu_difference(const struct xg_cpu *cpu)
{
    return cpu->check && cpu->check->difference[0] ? cpu->check->difference : NULL;
}

void xg_cpu_invalidate(struct xg_cpu *cpu, xg_ga ga, uint32_t size)
{
    if (cpu->jit) {
        xg_jit_invalidate(cpu->jit, ga, size);
        xg_jit_forget_bounds(cpu->jit, ga, size);
    } else {
        xg_interp_invalidate(cpu->interp, ga, size);
    }
}

void xg_cpu_image_loaded(struct xg_cpu *cpu, const struct xg_cpu_image *image)
{
    if (cpu->jit)
        xg_jit_image(cpu->jit, image);
}

void xg_cpu_figures(const struct xg_cpu *cpu, struct xg_cpu_figures *f)
{
    if (!cpu->jit)
        return;
    f->insns += cpu->jit->insns;
    f->bytes += cpu->jit->bytes;
    f->ns += cpu->jit->compile_ns;
}

void xg_cpu_context_init(struct xg_cpu_context *ctx)
{
    memset(ctx, 0, sizeof *ctx);
    ctx->msr = 0x9030; /* EE, ME, IR, DR: titles run in supervisor state, 32-bit mode */
    ctx->vrsave = 0xFFFFFFFFu;
    ctx->vscr = 1u << 16;
}
