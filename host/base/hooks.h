/* Observer callbacks that lower layers call. A hook that is NULL costs one
 * predictable branch: use XG_HOOK. Observers must not change guest state. */
#ifndef XG_BASE_HOOKS_H
#define XG_BASE_HOOKS_H

#include "base/types.h"

enum xg_hook_alloc_op { XG_ALLOC_RESERVE, XG_ALLOC_COMMIT, XG_ALLOC_DECOMMIT, XG_ALLOC_RELEASE };

struct xg_hook_export {
    xg_time now;
    uint32_t thread_id;
    uint16_t export_index; /* row of kernel/exports.csv, see kernel/exports.h */
    bool leave;            /* false: entering, args valid; true: leaving, result valid */
    bool blocked;          /* leave: the thread waits; result is delivered later */
    uint64_t args[10];
    uint64_t result;
    xg_ga caller; /* link register */
};
struct xg_hook_wait {
    xg_time now;
    uint32_t thread_id;
    xg_ga object; /* first waited object, 0 for a delay */
    uint32_t count;
    bool satisfied; /* false: begins to wait; true: wait ended with status */
    uint32_t status;
};
struct xg_hook_alloc {
    xg_time now;
    enum xg_hook_alloc_op op;
    xg_ga base;
    uint32_t size;
    uint32_t protect;
};
struct xg_hook_interrupt {
    xg_time now;
    uint32_t source; /* 0 vertical blank, 1 PM4_INTERRUPT */
    uint32_t cpu;
};
struct xg_hook_packet {
    xg_time now;     /* when the effect became visible to the guest */
    uint32_t packet; /* packets retired by the device so far */
    uint8_t kind;    /* enum xg_gpu_effect_kind of gpu/device.h */
    uint32_t address;
    uint32_t value;
};

struct xg_hooks {
    void *ctx;
    void (*on_export)(void *ctx, const struct xg_hook_export *e);
    void (*on_wait)(void *ctx, const struct xg_hook_wait *e);
    void (*on_alloc)(void *ctx, const struct xg_hook_alloc *e);
    void (*on_interrupt)(void *ctx, const struct xg_hook_interrupt *e);
    void (*on_packet)(void *ctx, const struct xg_hook_packet *e);
    /* DbgPrint and friends: one call per guest message, text without newline. */
    void (*on_debug_text)(void *ctx, xg_time now, uint32_t thread_id, const char *text);
};

/* hooks may be NULL as a whole; event is the address of a filled record. */
#define XG_HOOK(hooks, name, event)                                                                \
    do {                                                                                           \
        if (XG_UNLIKELY((hooks) && (hooks)->name))                                                 \
            (hooks)->name((hooks)->ctx, (event));                                                  \
    } while (0)

#endif
