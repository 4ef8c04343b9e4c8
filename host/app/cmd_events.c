/* `xenogate events diff A.jsonl B.jsonl`: where two logs of run --events part, thread by thread. A
 * JSON object a divergence on stdout, a sentence on stderr. Exit code 1: they part. */
#include "app/commands.h"
#include "inspect/event_diff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct report {
    const char *path[2];
    uint64_t parted;
};

static void put_side(const char *name, const struct xg_event_side *s)
{
    printf(",\"%s_line\":", name);
    if (s->text)
        printf("%" PRIu64 ",\"%s\":%.*s", s->line, name, (int)s->length, s->text);
    else
        printf("null,\"%s\":null", name);
}

static void say_side(const char *path, const struct xg_event_side *s)
{
    if (s->text)
        fprintf(stderr, "  %s line %" PRIu64 ": %.*s\n", path, s->line, (int)s->length, s->text);
    else
        fprintf(stderr, "  %s has no more\n", path);
}

static void each(void *ctx, const struct xg_event_divergence *d)
{
    static const char *const names[] = {"event", "time", "end"};
    static const char *const words[] = {"is another one", "is at another time",
                                        "is in one log alone"};
    struct report *r = ctx;
    printf("{\"thread\":");
    if (d->thread)
        printf("%" PRIu64, d->thread);
    else
        printf("null");
    printf(",\"number\":%" PRIu64 ",\"differs\":\"%s\"", d->number, names[d->what]);
    put_side("a", &d->a);
    put_side("b", &d->b);
    printf("}\n");
    fprintf(stderr, "xenogate: event %" PRIu64 " of ", d->number);
    if (d->thread)
        fprintf(stderr, "thread %" PRIu64 " %s:\n", d->thread, words[d->what]);
    else
        fprintf(stderr, "no thread %s:\n", words[d->what]);
    say_side(r->path[0], &d->a);
    say_side(r->path[1], &d->b);
    r->parted++;
}

/* argv[0] is "events". */
int xg_cmd_events(int argc, char **argv)
{
    struct xg_error err = {0};
    struct report r = {0};
    uint64_t threads, events;
    if (argc != 4 || strcmp(argv[1], "diff") != 0 || argv[2][0] == '-' || argv[3][0] == '-')
        return xg_app_usage("usage: xenogate events diff A.jsonl B.jsonl\n", argc, argv);
    r.path[0] = argv[2];
    r.path[1] = argv[3];
    if (!xg_event_diff(argv[2], argv[3], each, &r, &threads, &events, &err)) {
        fprintf(stderr, "xenogate events diff: %s\n", err.text);
        return (int)err.kind;
    }
    if (r.parted)
        return XG_E_GUEST;
    fprintf(stderr, "xenogate: %" PRIu64 " events in %" PRIu64 " rows are the same.\n", events,
            threads);
    return XG_OK;
}
