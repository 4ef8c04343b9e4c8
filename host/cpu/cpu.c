/* The engines behind cpu.h. */
#include "cpu/cpu.h"

#include "cpu/interp/interp.h"
#include "cpu/jit/jit.h"

#include <stdlib.h>
#include <string.h>

struct xg_cpu {
    struct xg_interp *interp; /* or */
    struct xg_jit *jit;
    const struct xg_hooks *hooks;
};

struct xg_cpu *xg_cpu_create(enum xg_cpu_engine engine, struct xg_memory *mem,
                             const struct xg_hooks *hooks, struct xg_error *err)
{
    if (engine == XG_CPU_CHECK) {
        xg_fail(err, XG_E_INPUT, "CPU: the checking engine is not built into this version");
        return NULL;
    }
    struct xg_cpu *cpu = calloc(1, sizeof *cpu);
    if (!cpu) {
        xg_fail(err, XG_E_GUEST, "CPU: out of host memory");
        return NULL;
    }
    cpu->hooks = hooks;
    if (engine == XG_CPU_JIT)
        cpu->jit = xg_jit_create(mem, err);
    else
        cpu->interp = xg_interp_create(mem, err);
    if (!cpu->interp && !cpu->jit) {
        free(cpu);
        return NULL;
    }
    return cpu;
}

void xg_cpu_destroy(struct xg_cpu *cpu)
{
    if (!cpu)
        return;
    xg_interp_destroy(cpu->interp);
    xg_jit_destroy(cpu->jit);
    free(cpu);
}

enum xg_cpu_exit xg_cpu_run(struct xg_cpu *cpu, struct xg_cpu_context *ctx)
{
    return cpu->jit ? xg_jit_run(cpu->jit, ctx) : xg_interp_run(cpu->interp, ctx);
}

void xg_cpu_invalidate(struct xg_cpu *cpu, xg_ga ga, uint32_t size)
{
    if (cpu->jit)
        xg_jit_invalidate(cpu->jit, ga, size);
    else
        xg_interp_invalidate(cpu->interp, ga, size);
}

void xg_cpu_context_init(struct xg_cpu_context *ctx)
{
    memset(ctx, 0, sizeof *ctx);
    ctx->msr = 0x9030; /* EE, ME, IR, DR: titles run in supervisor state, 32-bit mode */
    ctx->vrsave = 0xFFFFFFFFu;
    ctx->vscr = 1u << 16;
}
