/* The checking engine: the translator, with every stretch of it compared with the
 * interpreter.
 *
 * A segment runs from wherever the context stands to the next kernel call, fault, yield,
 * access to a device, or to a safepoint after XG_CHECK_SEGMENT instructions. The
 * interpreter runs it first; its stores are remembered and undone (memory/journal.h), and
 * the translator runs it from the same state. Context, exit and every page that either has
 * stored to must be the same. What the translator leaves is what goes on; the access to a
 * device that cut a segment is done once, by the interpreter.
 *
 * At a difference the segment is made shorter until it begins at the safepoint before the
 * difference, then translated again up to each of its instructions in turn: the first that
 * gives another result is named, with what it gave and what it should have. */
#ifndef XG_CPU_CHECK_H
#define XG_CPU_CHECK_H

#include "cpu/jit/jit.h"

#define XG_CHECK_SEGMENT 20000u

struct xg_check {
    struct xg_memory *mem;
    struct xg_jit *jit;
    uint64_t segments, insns; /* compared so far */
    char difference[400];     /* the sentence; empty: none yet */
};

struct xg_check *xg_check_create(struct xg_memory *mem, struct xg_error *err);
void xg_check_destroy(struct xg_check *k);
/* XG_EXIT_CHECK at the first difference and ever after. */
enum xg_cpu_exit xg_check_run(struct xg_check *k, struct xg_cpu_context *c);

#endif
