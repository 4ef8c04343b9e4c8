/* Walking a guest stack: the function table (.pdata) and what prologs saved where. */
#ifndef XG_KERNEL_UNWIND_H
#define XG_KERNEL_UNWIND_H

#include "kernel/internal.h"

/* A row of .pdata: 0 start; 4 prolog length in bits 7:0 and length in bits 29:8, in
 * instructions, bit 31: handler and its data lie in the two words before the start. */
struct xg_function {
    xg_ga entry; /* of its row */
    xg_ga start, end;
    uint32_t prolog; /* instructions */
    xg_ga handler;   /* 0: none */
};
bool xg_function_at(struct xg_kernel *k, xg_ga pc, struct xg_function *out);

/* Changes ctx from the registers inside a function at ctx->pc to those of its caller at the call:
 * pc is the call instruction, r1 the caller's, and what the function had saved is
 * back. false: the stack cannot be read there. */
bool xg_unwind_step(struct xg_kernel *k, struct xg_cpu_context *ctx);

/* The processor state as exception handlers see it, CONTEXT_SIZE bytes. */
#define XG_CONTEXT_SIZE 0xA40u
void xg_context_store(struct xg_kernel *k, xg_ga at, const struct xg_cpu_context *ctx);
/* The registers of a context record; r13 and what counts time stay. A record that cannot be read
 * changes nothing. */
void xg_context_load(struct xg_kernel *k, xg_ga at, struct xg_cpu_context *ctx);

#endif
