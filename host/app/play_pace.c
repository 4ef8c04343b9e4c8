#include "app/play_pace.h"

#define NS_PER_S   1000000000ull
#define STRETCH_NS 500000000u

void xg_pace_restart(struct xg_pace *p)
{
    p->started = false;
}

uint64_t xg_pace_wait(struct xg_pace *p, xg_time guest, uint64_t host)
{
    uint64_t due = p->host + (guest - p->guest);
    if (!p->started || host > due + XG_PACE_LATE_NS) {
        *p = (struct xg_pace){true, guest, host};
        return 0;
    }
    return host < due ? due - host : 0;
}

xg_time xg_next_vblank(xg_time now, unsigned hz)
{
    /* The n-th is at n / hz seconds, rounded down: no error adds up. */
    uint64_t n = (now / NS_PER_S) * hz + (now % NS_PER_S) * hz / NS_PER_S;
    xg_time at;
    do
        n++, at = n / hz * NS_PER_S + n % hz * NS_PER_S / hz;
    while (at <= now);
    return at;
}

void xg_speed_restart(struct xg_speed *s)
{
    s->started = false;
}

bool xg_speed_update(struct xg_speed *s, const struct xg_progress *now, uint64_t host,
                     struct xg_speed_report *out)
{
    if (!s->started) {
        *s = (struct xg_speed){true, host, *now};
        return false;
    }
    if (host - s->host < STRETCH_NS)
        return false;
    double seconds = (double)(host - s->host) / NS_PER_S;
    out->percent = (double)(now->guest - s->from.guest) / NS_PER_S / seconds * 100;
    out->frames_per_s = (double)(now->frames - s->from.frames) / seconds;
    out->cycles_per_s = (double)(now->cycles - s->from.cycles) / seconds;
    *s = (struct xg_speed){true, host, *now};
    return true;
}
