#include "inspect/event_diff.h"

#include "base/file.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MAX ((size_t)1 << 32)

struct event {
    uint64_t thread, line, t;
    const char *text;
    size_t length;
    size_t time, rest; /* where its time begins, and what follows it */
};
struct log {
    const char *path;
    char *bytes;
    struct event *event; /* by thread, then by line */
    size_t count, room;
};

static bool add(struct log *l, const struct event *e, struct xg_error *err)
{
    if (l->count == l->room) {
        size_t room = l->room ? l->room * 2 : 1024;
        struct event *more = realloc(l->event, room * sizeof *more);
        if (!more)
            return xg_fail(err, XG_E_INPUT, "%s: out of memory", l->path);
        l->event = more;
        l->room = room;
    }
    l->event[l->count++] = *e;
    return true;
}

/* An event is an object with a time; thread 0 when it names none. */
static bool read_line(struct log *l, struct event *e, struct xg_error *err)
{
    struct xg_error why = {0};
    struct xg_json *root = xg_json_parse(e->text, e->length, &why);
    const struct xg_json *t = NULL, *thread = NULL;
    if (root && root->kind == XG_JSON_OBJECT) {
        t = xg_json_get(root, "t");
        thread = xg_json_get(root, "thread");
    }
    bool good = xg_json_u64(t, &e->t) && (!thread || xg_json_u64(thread, &e->thread));
    if (good) {
        e->time = strspn(e->text, " \t") + (size_t)(t->raw - root->raw);
        e->rest = e->time + t->raw_length;
    }
    xg_json_free(root);
    if (!good)
        return xg_fail(err, XG_E_INPUT, "%s: line %llu is no event%s%s", l->path,
                       (unsigned long long)e->line, *why.text ? ": " : "", why.text);
    return add(l, e, err);
}

static int by_thread(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    if (x->thread != y->thread)
        return x->thread < y->thread ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static bool read_log(struct log *l, struct xg_error *err)
{
    uint8_t *bytes;
    size_t size;
    if (!xg_file_read(l->path, LOG_MAX, &bytes, &size, err))
        return false;
    l->bytes = (char *)bytes;
    uint64_t line = 0;
    for (const char *s = l->bytes, *end = s + size; s < end;) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        stop = stop ? stop : end;
        struct event e = {.line = ++line, .text = s, .length = (size_t)(stop - s)};
        if (!read_line(l, &e, err))
            return false;
        s = stop + 1;
    }
    if (l->count)
        qsort(l->event, l->count, sizeof *l->event, by_thread);
    return true;
}

/* Events [from, result) are of the thread of event from. */
static size_t thread_end(const struct log *l, size_t from)
{
    size_t i = from;
    while (i < l->count && l->event[i].thread == l->event[from].thread)
        i++;
    return i;
}

static bool same_but_time(const struct event *a, const struct event *b)
{
    return a->time == b->time && a->length - a->rest == b->length - b->rest &&
           !memcmp(a->text, b->text, a->time) &&
           !memcmp(a->text + a->rest, b->text + b->rest, a->length - a->rest);
}

static struct xg_event_side side(const struct event *e)
{
    return e ? (struct xg_event_side){e->line, e->text, e->length} : (struct xg_event_side){0};
}

/* The first divergence of one thread; false when there is none. Either may have no events. */
static bool diverge(const struct event *a, size_t na, const struct event *b, size_t nb,
                    struct xg_event_divergence *d)
{
    size_t both = na < nb ? na : nb, i = 0, late = both;
    for (; i < both && same_but_time(&a[i], &b[i]); i++)
        if (late == both && a[i].t != b[i].t)
            late = i;
    if (i == both && na == nb && late == both)
        return false;
    d->what = i < both ? XG_EVENT_OTHER : na != nb ? XG_EVENT_END : XG_EVENT_TIME;
    if (d->what == XG_EVENT_TIME)
        i = late;
    d->number = i + 1;
    d->a = side(i < na ? &a[i] : NULL);
    d->b = side(i < nb ? &b[i] : NULL);
    return true;
}

static void compare(const struct log *a, const struct log *b,
                    void (*each)(void *ctx, const struct xg_event_divergence *d), void *ctx,
                    uint64_t *threads, uint64_t *events)
{
    size_t i = 0, j = 0;
    *threads = 0;
    *events = a->count > b->count ? a->count : b->count;
    while (i < a->count || j < b->count) {
        bool left = j == b->count || (i < a->count && a->event[i].thread <= b->event[j].thread);
        bool right = i == a->count || (j < b->count && b->event[j].thread <= a->event[i].thread);
        size_t to = left ? thread_end(a, i) : i, end = right ? thread_end(b, j) : j;
        struct xg_event_divergence d = {.thread = left ? a->event[i].thread : b->event[j].thread};
        if (diverge(a->event + i, to - i, b->event + j, end - j, &d))
            each(ctx, &d);
        ++*threads;
        i = to;
        j = end;
    }
}

bool xg_event_diff(const char *a, const char *b,
                   void (*each)(void *ctx, const struct xg_event_divergence *d), void *ctx,
                   uint64_t *threads, uint64_t *events, struct xg_error *err)
{
    struct log l[2] = {{.path = a}, {.path = b}};
    bool good = read_log(&l[0], err) && read_log(&l[1], err);
    if (good)
        compare(&l[0], &l[1], each, ctx, threads, events);
    for (int i = 0; i < 2; i++) {
        free(l[i].bytes);
        free(l[i].event);
    }
    return good;
}
