/* Two logs of `run --events` side by side. Guest threads run on in another order when one of
 * them goes another way, so each thread's events are compared by themselves; events of no thread
 * (interrupts, packets, memory) are one more row, called thread 0. */
#ifndef XG_INSPECT_EVENT_DIFF_H
#define XG_INSPECT_EVENT_DIFF_H

#include "base/error.h"

enum xg_event_difference {
    XG_EVENT_OTHER, /* another event, or the same with other values */
    XG_EVENT_TIME,  /* the same events to the end of both, this one at another time */
    XG_EVENT_END,   /* one log has no more of the thread */
};

/* One side's event: its line in the file, from 1, and its text; line 0 and NULL at the end. */
struct xg_event_side {
    uint64_t line;
    const char *text;
    size_t length;
};

struct xg_event_divergence {
    uint64_t thread, number; /* the thread's event, from 1 */
    enum xg_event_difference what;
    struct xg_event_side a, b;
};

/* Calls each(ctx, d) for the first divergence of every thread that has one, by thread; what d
 * points to lives as long as the call. *threads and *events: how many were compared. False and
 * err (XG_E_INPUT) when a file cannot be read or a line of it is no event. */
bool xg_event_diff(const char *a, const char *b,
                   void (*each)(void *ctx, const struct xg_event_divergence *d), void *ctx,
                   uint64_t *threads, uint64_t *events, struct xg_error *err);

#endif
