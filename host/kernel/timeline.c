/* Alarms: caller-owned records in a list sorted by guest time. Nothing is allocated. */
#include "kernel/internal.h"

void xg_alarm_set(struct xg_timeline *t, struct xg_alarm *a, xg_time when)
{
    xg_alarm_clear(t, a);
    struct xg_alarm **at = &t->first;
    while (*at && (*at)->when <= when)
        at = &(*at)->next;
    a->when = when;
    a->next = *at;
    a->armed = true;
    *at = a;
}

void xg_alarm_clear(struct xg_timeline *t, struct xg_alarm *a)
{
    if (!a->armed)
        return;
    struct xg_alarm **at = &t->first;
    while (*at != a)
        at = &(*at)->next;
    *at = a->next;
    a->next = NULL;
    a->armed = false;
}

struct xg_alarm *xg_alarm_due(struct xg_timeline *t, xg_time now)
{
    struct xg_alarm *a = t->first;
    if (!a || a->when > now)
        return NULL;
    xg_alarm_clear(t, a);
    return a;
}

xg_time xg_timeline_next(const struct xg_timeline *t)
{
    return t->first ? t->first->when : XG_NEVER;
}
