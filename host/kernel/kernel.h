/* The high-level kernel: objects, scheduler, guest time, exports of xboxkrnl and xam.
 *
 * Calls from the guest. An import thunk is four words: 44000042 (sc 2), 4E800020
 * (blr), then 0xC0DE0000 | row of kernel/exports.csv, then 0. sc with LEV=2 leaves
 * xg_cpu_run with XG_EXIT_KERNEL and pc = thunk + 4; the dispatcher reads the row
 * number at pc + 4, checks it, and calls the handler.
 *
 * Handlers never block in C. One that must wait records the wait in the thread
 * object and returns XG_KCALL_BLOCKED; the scheduler later writes r3. One that must
 * call the guest pushes a guest frame whose LR is the return trampoline (sc 3) and
 * returns XG_KCALL_RESCHEDULE. All state is in the kernel struct and guest memory. */
#ifndef XG_KERNEL_KERNEL_H
#define XG_KERNEL_KERNEL_H

#include "base/hooks.h"
#include "cpu/cpu.h"
#include "memory/heap.h"

struct xg_kernel;

enum xg_kcall_result {
    XG_KCALL_DONE,       /* r3 (or f1) holds the result; go on in the guest */
    XG_KCALL_BLOCKED,    /* the thread waits */
    XG_KCALL_RESCHEDULE, /* the context or the set of ready threads changed */
    XG_KCALL_FAULT,      /* a guest pointer was bad: ctx->fault is filled */
    XG_KCALL_STOP,       /* the machine stops (title ended, bug check) */
};

/* One call of an export; lives for the call only. */
struct xg_kcall {
    struct xg_kernel *kernel;
    struct xg_cpu_context *ctx;
    uint16_t row; /* of exports.csv */
    bool faulted; /* a guest pointer was bad: ctx->fault is filled, the result is ignored */
};
typedef enum xg_kcall_result xg_export_fn(struct xg_kcall *call);

/* Argument n by its 8-byte slot (console ABI: r3..r10, then r1+0x54+8(n-8), the low word of the
 * slot). */
uint32_t xg_kcall_u32(struct xg_kcall *call, unsigned n);
uint64_t xg_kcall_u64(struct xg_kcall *call, unsigned n);
/* Results go to r3: 32-bit ones zero-extended, statuses sign-extended are not. */
enum xg_kcall_result xg_kcall_return(struct xg_kcall *call, uint64_t value);

/* One row of exports.csv; the generated table is xg_exports[]. */
enum xg_export_kind { XG_EXPORT_FUNCTION, XG_EXPORT_VARIABLE };
enum xg_export_status {
    XG_EXPORT_ABSENT,
    XG_EXPORT_STUB,
    XG_EXPORT_PARTIAL,
    XG_EXPORT_IMPLEMENTED
};
struct xg_export {
    const char *module; /* "xboxkrnl", "xam", "xbdm" */
    uint16_t ordinal;
    const char *name;
    enum xg_export_kind kind;
    enum xg_export_status status;
    const char *signature; /* as in exports.csv, see kernel/exports.md */
    xg_export_fn *handler; /* NULL unless partial or implemented; variables: NULL */
    uint32_t variable_size;
};
extern const struct xg_export xg_exports[];
extern const uint16_t xg_export_count;
/* Row of (module, ordinal), or -1. module without extension, case-insensitive. */
int xg_export_find(const char *module, uint16_t ordinal);

#endif
