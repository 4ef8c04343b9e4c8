/* What the guest does as JSON lines (`--events`), and its debug text for people. */
#ifndef XG_APP_RUN_EVENTS_H
#define XG_APP_RUN_EVENTS_H

#include "base/error.h"
#include "base/hooks.h"

#include <stdio.h>

struct xg_event_log {
    FILE *file; /* NULL: debug text only */
    const char *path;
};
/* path NULL: no file. Fills *hooks, which point to the log. */
bool xg_event_log_open(struct xg_event_log *log, const char *path, struct xg_hooks *hooks,
                       struct xg_error *err);
/* false: not everything could be written. */
bool xg_event_log_close(struct xg_event_log *log, struct xg_error *err);

#endif
