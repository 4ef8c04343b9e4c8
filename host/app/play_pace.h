/* Pacing and measuring of a windowed run. Pure: the caller brings the host's clock, ns of any
 * steady clock. */
#ifndef XG_APP_PLAY_PACE_H
#define XG_APP_PLAY_PACE_H

#include "base/types.h"

/* A run that is later than this by the host's clock starts counting afresh instead of racing
 * to catch up. */
#define XG_PACE_LATE_NS 100000000u

/* Where guest time and the host's clock were equal. All zero before the first use. */
struct xg_pace {
    bool started;
    xg_time guest;
    uint64_t host;
};
/* From the next call of xg_pace_wait on, count from there: after a pause, or a stretch that was
 * not paced. */
void xg_pace_restart(struct xg_pace *p);
/* How long the host must wait, ns, until it has caught up with guest time; 0: not at all. Guest
 * time is never skipped: a slow host makes a slow guest. */
uint64_t xg_pace_wait(struct xg_pace *p, xg_time guest, uint64_t host);

/* The first vertical blank of guest time after `now`; `hz` a second since power-on. */
xg_time xg_next_vblank(xg_time now, unsigned hz);

/* What is counted of a run; all of them only grow. */
struct xg_progress {
    xg_time guest;
    uint64_t frames, cycles;
};
struct xg_speed {
    bool started;
    uint64_t host;
    struct xg_progress from;
};
struct xg_speed_report {
    double percent; /* of real time */
    double frames_per_s, cycles_per_s;
};
/* Measures stretches of half a second; true: one is over and *out is new. The first call, and
 * the first after xg_speed_restart, begins one. */
bool xg_speed_update(struct xg_speed *s, const struct xg_progress *now, uint64_t host,
                     struct xg_speed_report *out);
void xg_speed_restart(struct xg_speed *s);

#endif
