/* The guest processor: architectural context, engines, run, safepoints.
 *
 * Guest threads are contexts, not host stacks: everything about a thread is in
 * its xg_cpu_context and in guest memory. xg_cpu_run() executes one context and
 * returns at a safepoint or a precise event. Safepoints are defined by the
 * instruction set, never by the engine: after a taken backward branch (target <=
 * own address), any branch with LK=1, blr/bctr (bclr/bcctr taken), and sc. At
 * each of them, and at faults, mftb and MMIO, ctx->retired is exact. */
#ifndef XG_CPU_CPU_H
#define XG_CPU_CPU_H

#include "base/hooks.h"
#include "memory/memory.h"

/* A vector register: element 0 is w[0]; each word is in host order. */
struct xg_v128 {
    _Alignas(16) uint32_t w[4];
};

enum { XG_MSR_SF = 63, XG_MSR_EE = 15, XG_MSR_PR = 14, XG_MSR_RI = 1 }; /* bit numbers, LSB 0 */

struct xg_cpu_context {
    uint64_t gpr[32];
    uint64_t fpr[32]; /* IEEE double bit patterns */
    struct xg_v128 vr[128];
    uint64_t lr, ctr, msr;
    uint32_t cr;    /* cr0 in the top four bits */
    uint32_t xer;   /* SO 31, OV 30, CA 29, byte count 6:0 */
    uint32_t fpscr; /* 32 low bits */
    uint32_t vscr;  /* NJ 16, SAT 0 */
    uint32_t vrsave;
    uint32_t pir; /* hardware thread 0..5 the context runs on */
    uint64_t sprg[4];
    xg_ga pc; /* next instruction */

    /* Reservation of lwarx/ldarx; cleared at every switch of guest threads. */
    bool reserve_valid;
    uint8_t reserve_size; /* 4 or 8 */
    xg_ga reserve_address;
    uint64_t reserve_value; /* as loaded, zero-extended */

    /* Counting and time. Guest time now = time_origin + retired * XG_NS_PER_INSN;
     * the timebase is that over XG_NS_PER_TB_TICK. The scheduler sets time_origin
     * (which may be "negative", arithmetic is modulo 2^64) at every dispatch. */
    uint64_t retired;   /* instructions retired by this context, ever */
    uint64_t slice_end; /* run returns at the first safepoint with retired >= slice_end */
    uint64_t time_origin;

    /* Filled when run returns XG_EXIT_FAULT: pc is the faulting instruction,
     * which has not retired and has changed no register. */
    struct xg_fault fault;
    uint32_t fault_opcode; /* instruction word, 0 when it could not be fetched */
};

enum xg_cpu_exit {
    XG_EXIT_SLICE,  /* slice_end reached at a safepoint */
    XG_EXIT_YIELD,  /* db16cyc (or 31,31,31): ends the slice */
    XG_EXIT_KERNEL, /* sc with LEV=2 retired; pc is after it. See kernel/kernel.h */
    XG_EXIT_RETURN, /* sc with LEV=3 retired: return trampoline of a kernel -> guest call */
    XG_EXIT_FAULT,  /* ctx->fault says what */
    XG_EXIT_CHECK,  /* checking engine: a wrong translation, see xg_cpu_difference */
};

enum xg_cpu_engine { XG_CPU_INTERP, XG_CPU_JIT, XG_CPU_CHECK };

struct xg_cpu; /* an engine over one memory; shared by all contexts of a machine */

/* NULL and err when the engine cannot run on this host. hooks may be NULL. */
struct xg_cpu *xg_cpu_create(enum xg_cpu_engine engine, struct xg_memory *mem,
                             const struct xg_hooks *hooks, struct xg_error *err);
void xg_cpu_destroy(struct xg_cpu *cpu);

/* The checking engine's first difference as a sentence without a full stop; NULL: none. */
const char *xg_cpu_difference(const struct xg_cpu *cpu);

/* Runs ctx until something in enum xg_cpu_exit happens. */
enum xg_cpu_exit xg_cpu_run(struct xg_cpu *cpu, struct xg_cpu_context *ctx);

/* Who answers sc with LEV=2. The translator calls it from translated code, with the context as
 * XG_EXIT_KERNEL would leave it; the other engines do not, and xg_cpu_run returns as if it were not
 * there. true: the call is answered and the context goes on, in the same slice, at its pc.
 * false: xg_cpu_run returns XG_EXIT_KERNEL, and who called knows whether it was answered. */
typedef bool xg_cpu_kernel_call(void *ctx, struct xg_cpu_context *c);
void xg_cpu_on_kernel_call(struct xg_cpu *cpu, xg_cpu_kernel_call *call, void *ctx);

/* An image was loaded: an engine that translates does so now as far as the image tells what
 * is code; .pdata gives functions their bounds. Optional: nothing changes but time. */
struct xg_cpu_image {
    xg_ga base;
    uint32_t size;
    xg_ga entry; /* 0: none */
    xg_ga pdata; /* function table, 8 bytes a row, big-endian */
    uint32_t pdata_size;
};
void xg_cpu_image_loaded(struct xg_cpu *cpu, const struct xg_cpu_image *image);

/* Code in [ga, ga+size) changed or went away (loader, unload, icbi on the host's behalf). */
void xg_cpu_invalidate(struct xg_cpu *cpu, xg_ga ga, uint32_t size);

/* Adds what the engine has translated so far: guest instructions, host bytes, host time. */
struct xg_cpu_figures {
    uint64_t insns, bytes, ns;
};
void xg_cpu_figures(const struct xg_cpu *cpu, struct xg_cpu_figures *f);

/* Architectural reset values of a user-mode thread: MSR 0x9030, VRSAVE all ones,
 * VSCR NJ set, everything else zero. */
void xg_cpu_context_init(struct xg_cpu_context *ctx);

/* Guest time of a running context, in ns. */
static inline xg_time xg_cpu_now(const struct xg_cpu_context *ctx)
{
    return ctx->time_origin + ctx->retired * XG_NS_PER_INSN;
}

/* Disassembles one instruction at address pc into buf, e.g. "addi r3, r4, 16";
 * undefined encodings give ".long 0x........". Returns buf. */
const char *xg_cpu_disassemble(uint32_t insn, xg_ga pc, char *buf, size_t size);

#endif
