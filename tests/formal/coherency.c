/* Coherency of a page on two agents (docs/link.md, "Lines of copies"; docs/device.md): the guest's
 * memory with its CPU on one side, the board with the device on the other; one page of two lines.
 * Both agents write lines; every write has a value of its own kind, and the model keeps for each
 * line which write is the last one that the order of the protocol says must be seen.
 *
 * The device writes as a copy (lazily: the line stays on the board, the page is dirty, the host
 * fetches it) or as the command processor (through: it tells the host with the value). The CPU may
 * store to a line at any time but between a device's write and the moment when the host applied it,
 * a race that no console resolves either: there the CPU's store counts as later only if it comes
 * after. Before the device is let go the host sends what the CPU changed.
 *
 * Wrong: the device reads, or the host reads after everything was applied, an older value than it
 * must; a write is lost. Values are small numbers that say whose write it is: 0 the first contents,
 * 1 CPU, 2 a copy, 3 the command processor. Effects are applied in order: lines are fetched when
 * what was told before them is applied. */
#include "tests/formal/search.h"

#include <string.h>

static struct {
    bool pushed_without_fetch; /* broken: a CPU-changed page is sent over lines that were not
                                  fetched */
    bool write_through_passes; /* broken: the command processor writes to a dirty page without
                                  waiting */
    bool clean_before_fetch;   /* broken: MAP_PAGE goes before the lines were read */
    bool no_watch;             /* broken: a store of the CPU to a resident page is not noticed */
} rules;

struct line {
    unsigned host, board; /* values */
    unsigned last;        /* whose write is the last: what everyone must see in the end */
    unsigned lazy;        /* written by a copy, not fetched */
    unsigned told;        /* write-through on its way to the host, not applied */
    unsigned before;      /* told, and then written by a copy */
};
struct state {
    struct line line[2];
    unsigned page;    /* 0 absent, 1 clean, 2 dirty */
    unsigned changed; /* the CPU stored since the board's page was sent */
    unsigned running; /* the device was let go; the CPU may run beside it */
    unsigned fault;   /* 1 absent, 2 dirty: a write of the device stands */
    unsigned writes;  /* left in this run */
};

static uint64_t pack(const struct state *s)
{
    uint64_t v = 0;
    for (int i = 0; i < 2; i++) {
        const struct line *l = &s->line[i];
        v = (((v << 2 | l->host) << 2 | l->board) << 2 | l->last) << 3;
        v |= l->lazy << 2 | l->told << 1 | l->before;
    }
    return ((((v << 2 | s->page) << 1 | s->changed) << 1 | s->running) << 2 | s->fault) << 2 |
           s->writes;
}

static struct state unpack(uint64_t v)
{
    struct state s;
#define TAKE(field, bits) (field = v & ((1u << (bits)) - 1), v >>= (bits))
    TAKE(s.writes, 2);
    TAKE(s.fault, 2);
    TAKE(s.running, 1);
    TAKE(s.changed, 1);
    TAKE(s.page, 2);
    for (int i = 1; i >= 0; i--) {
        TAKE(s.line[i].before, 1);
        TAKE(s.line[i].told, 1);
        TAKE(s.line[i].lazy, 1);
        TAKE(s.line[i].last, 2);
        TAKE(s.line[i].board, 2);
        TAKE(s.line[i].host, 2);
    }
    return s;
}

/* The page as the device must see it: guest memory under the device's writes that are not applied.
 */
static void send_page(struct state *s)
{
    for (int i = 0; i < 2; i++)
        if ((!s->line[i].lazy && !s->line[i].told) || rules.pushed_without_fetch)
            s->line[i].board = s->line[i].host;
    s->changed = 0;
}

static void fetch(struct state *s)
{
    for (int i = 0; i < 2; i++)
        if (s->line[i].lazy) {
            s->line[i].host = s->line[i].board;
            s->line[i].lazy = 0;
        }
}

static unsigned next(uint64_t from, uint64_t out[SEARCH_NEXT])
{
    const struct state s = unpack(from);
    unsigned n = 0;
    struct state t;
    /* The CPU stores to a line; one that the device holds is fetched first. */
    for (int i = 0; i < 2; i++) {
        if (s.line[i].told)
            continue;
        t = s;
        if (t.line[i].lazy) {
            if (t.line[0].told || t.line[1].told)
                continue; /* what was told is applied first */
            fetch(&t);
            if (t.page == 2)
                t.page = 1;
            if (t.fault == 2)
                t.fault = 0;
        }
        t.line[i].host = t.line[i].last = 1;
        if (t.page != 0 && !rules.no_watch)
            t.changed = 1;
        out[n++] = pack(&t);
    }
    /* The host lets the device go: first what the CPU changed. */
    if (!s.running) {
        t = s;
        if (t.page != 0 && t.changed)
            send_page(&t);
        t.running = 1;
        t.writes = 3;
        out[n++] = pack(&t);
    }
    /* The device writes a line. The CPU's store beside it comes before. */
    for (int i = 0; s.running && s.writes && !s.fault && i < 2; i++)
        for (int copy = 0; copy < 2; copy++) {
            t = s;
            if (t.page == 0) {
                t.fault = 1;
            } else if (!copy && t.page == 2 && !rules.write_through_passes) {
                t.fault = 2;
            } else {
                t.line[i].board = t.line[i].last = copy ? 2 : 3;
                t.writes--;
                if (copy) {
                    t.line[i].before |= t.line[i].told;
                    t.line[i].lazy = 1;
                    t.page = 2;
                } else {
                    t.line[i].told = 1;
                }
            }
            out[n++] = pack(&t);
        }
    if (s.running && !s.fault) {
        t = s;
        t.running = 0;
        t.writes = 0;
        out[n++] = pack(&t);
    }
    /* The host: answers of faults, effects in order, lines. */
    if (s.fault == 1) {
        t = s;
        send_page(&t);
        t.page = 1;
        t.fault = 0;
        out[n++] = pack(&t);
    }
    for (int i = 0; i < 2; i++)
        if (s.line[i].told) {
            t = s;
            t.line[i].host = 3;
            t.line[i].told = t.line[i].before = 0;
            out[n++] = pack(&t);
        }
    if (s.page == 2 && rules.clean_before_fetch) {
        t = s;
        t.page = 1;
        for (int i = 0; i < 2; i++)
            t.line[i].lazy = 0;
        t.fault = t.fault == 2 ? 0 : t.fault;
        out[n++] = pack(&t);
    } else if (s.page == 2 && !s.line[0].told && !s.line[1].told) {
        t = s;
        fetch(&t);
        t.page = 1;
        t.fault = t.fault == 2 ? 0 : t.fault;
        out[n++] = pack(&t);
    }
    return n;
}

static const char *wrong(uint64_t state, unsigned count)
{
    const struct state s = unpack(state);
    if (count == 0)
        return "nothing can happen";
    for (int i = 0; i < 2; i++) {
        const struct line *l = &s.line[i];
        if (!l->lazy && !l->told && l->host != l->last)
            return "the host's memory lacks the last write";
        if (s.running && !s.changed && s.page != 0 && l->board != l->last)
            return "the board lacks the last write while the device may read it";
        if (l->lazy && s.page != 2)
            return "a line on the board alone, on a page that is not dirty";
        if (l->lazy && l->told && !l->before)
            return "a write through over a line that the host has not";
    }
    return NULL;
}

int main(void)
{
    const struct search_model model = {next, wrong};
    const struct state start = {.page = 0};
    search_report(&model, pack(&start), false,
                  "page coherency: 2 agents, 1 page, 2 lines: no write is lost");
    rules.pushed_without_fetch = true;
    search_report(&model, pack(&start), true, "a page sent over lines that were not fetched");
    memset(&rules, 0, sizeof rules);
    rules.write_through_passes = true;
    search_report(&model, pack(&start), true, "a write that passes to a dirty page");
    memset(&rules, 0, sizeof rules);
    rules.clean_before_fetch = true;
    search_report(&model, pack(&start), true, "a page made clean before its lines were fetched");
    memset(&rules, 0, sizeof rules);
    rules.no_watch = true;
    search_report(&model, pack(&start), true, "a store of the CPU that nobody notices");
    puts("end");
    return 0;
}
