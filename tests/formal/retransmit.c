/* Delivery over ways that lose, damage and repeat (docs/link.md, "Lost and damaged frames") on an
 * abstract model: one direction with `frames` frames numbered modulo TAGS, a window of `window`,
 * two ways that hold `room` items each.
 *
 * To the receiver: D0.., frames; G, something damaged; S, SYNC. To the sender: A0.., CREDIT with
 * the number expected next; N0.., NAK with it; G. At any time an item may get lost, be damaged or
 * be taken twice, and the sender may send again what was not acknowledged (its timer).
 *
 * Wrong: a frame that is delivered a second time or out of order; an acknowledgement of a frame
 * that did not come; a state from which, were the ways good from then on, the end is not reached.
 */
#include "tests/formal/search.h"

#include <string.h>

#define TAGS   4u
#define FRAMES 6u

enum { NONE = 0, D = 1, G = 14, S = 15 }; /* D + id; A: 1 + number; N: 8 + number... */
enum { ACK = 1, ASK = 1 + TAGS };         /* controls carry a number modulo TAGS */

static struct {
    unsigned room, window;
    bool takes_gaps;     /* broken: the receiver takes a frame ahead of the one expected */
    bool takes_repeated; /* broken: it takes one that came before */
    bool silent;         /* broken: it does not report what came twice */
    bool forgets;        /* broken: the sender keeps a frame until it is sent */
    bool no_timer;       /* broken: the sender waits to be asked */
    bool trusts_damage;  /* broken: no checksum: damage makes another frame of it */
} rules;

struct state {
    unsigned down[2], up[2];
    unsigned base, sent, high; /* of the sender: acknowledged, next to send, sent ever */
    unsigned expect;           /* of the receiver */
    unsigned gap, hunting, report, ask, sync;
    unsigned wrong; /* 1 delivered out of order, 2 acknowledged too much */
};

static uint64_t pack(const struct state *s)
{
    const unsigned f[] = {s->down[0],
                          s->down[1],
                          s->up[0],
                          s->up[1],
                          s->base,
                          s->sent,
                          s->high,
                          s->expect,
                          s->gap << 3 | s->hunting << 2 | s->report << 1 | s->ask,
                          s->sync << 2 | s->wrong};
    uint64_t v = 0;
    for (unsigned i = 0; i < sizeof f / sizeof f[0]; i++)
        v = v << 4 | f[i];
    return v;
}

static struct state unpack(uint64_t v)
{
    unsigned f[10];
    for (int i = 9; i >= 0; i--, v >>= 4)
        f[i] = v & 15;
    return (struct state){{f[0], f[1]},  {f[2], f[3]}, f[4],      f[5],
                          f[6],          f[7],         f[8] >> 3, f[8] >> 2 & 1,
                          f[8] >> 1 & 1, f[8] & 1,     f[9] >> 2, f[9] & 3};
}

static bool full(const unsigned q[2])
{
    return rules.room == 1 ? q[0] != NONE : q[1] != NONE;
}
static void push(unsigned q[2], unsigned item)
{
    q[q[0] != NONE] = item;
}
static void pop(unsigned q[2])
{
    q[0] = q[1];
    q[1] = NONE;
}

/* The receiver meets an item. */
static void meet(struct state *s, unsigned item)
{
    if (item == S) {
        s->hunting = s->gap = 0;
        return;
    }
    if (s->hunting)
        return;
    unsigned ahead = item == G ? 0 : (item - D - s->expect) % TAGS;
    if (item != G && (ahead == 0 || (rules.takes_gaps && ahead < TAGS / 2) ||
                      (rules.takes_repeated && ahead >= TAGS / 2))) {
        s->wrong |= item - D != s->expect;
        s->expect += s->expect < FRAMES;
        s->gap = 0;
        s->report = 1;
    } else if (item == G || ahead < TAGS / 2) {
        s->hunting = item == G;
        s->ask |= !s->gap;
        s->gap = 1;
    } else {
        s->report |= !rules.silent;
    }
}

/* The sender meets a control. */
static void hear(struct state *s, unsigned item)
{
    bool ask = item >= ASK;
    unsigned more = (item - (ask ? ASK : ACK) - s->base) % TAGS;
    if (item == G || more > s->high - s->base)
        return;
    s->base += more;
    s->wrong |= s->base > s->expect ? 2 : 0;
    if (s->sent < s->base)
        s->sent = s->base;
    if (ask && s->sent != s->base) {
        s->sent = s->base;
        s->sync = 1;
    } else if (ask) {
        s->sync = 1;
    }
}

static unsigned steps(uint64_t from, uint64_t out[SEARCH_NEXT], bool faults)
{
    const struct state s = unpack(from);
    unsigned n = 0;
    struct state t;
#define STEP(...) (t = s, __VA_ARGS__, out[n++] = pack(&t))
    if (s.wrong)
        return 0;
    /* --- sender --- */
    if (!full(s.down)) {
        if (s.sync)
            STEP(push(t.down, S), t.sync = 0);
        else if (s.sent < FRAMES && s.sent - s.base < rules.window)
            STEP(push(t.down, D + s.sent), t.sent++, t.high = t.high < t.sent ? t.sent : t.high,
                 t.base = rules.forgets ? t.sent : t.base);
    }
    if (s.base < s.high && !rules.no_timer)
        STEP(t.sent = s.base, t.sync = 1);
    if (s.up[0])
        STEP(pop(t.up), hear(&t, s.up[0]));
    /* --- receiver --- */
    if (s.down[0])
        STEP(pop(t.down), meet(&t, s.down[0]));
    if ((s.report || s.ask) && !full(s.up))
        STEP(push(t.up, (s.ask ? ASK : ACK) + s.expect % TAGS), t.report = t.ask = 0);
    if (!faults)
        return n;
    for (unsigned i = 0; i < 2; i++) {
        const unsigned *q = i ? s.up : s.down;
        if (!q[0])
            continue;
        STEP(pop(i ? t.up : t.down));
        if (q[0] != G)
            STEP((i ? t.up : t.down)[0] =
                     rules.trusts_damage && !i && q[0] != S ? D + (q[0] - D + 1) % FRAMES : G);
        if (i)
            STEP(hear(&t, q[0])); /* and it stays */
        else
            STEP(meet(&t, q[0]));
    }
    return n;
}

static unsigned next(uint64_t from, uint64_t out[SEARCH_NEXT])
{
    return steps(from, out, true);
}
static unsigned next_good(uint64_t from, uint64_t out[SEARCH_NEXT])
{
    return steps(from, out, false);
}

static const char *wrong(uint64_t state, unsigned count)
{
    const struct state s = unpack(state);
    (void)count;
    return s.wrong & 1 ? "a frame is delivered out of order or twice"
           : s.wrong   ? "a frame is acknowledged that did not come"
                       : NULL;
}

static bool done(uint64_t state)
{
    const struct state s = unpack(state);
    return s.expect == FRAMES && s.base == FRAMES;
}

int main(void)
{
    const struct search_model model = {next, wrong};
    const struct search_end end = {next_good, done};
    const struct state start = {0};
    struct {
        bool *rule;
        const char *text;
    } const broken[] = {
        {&rules.takes_gaps, "a receiver that takes what is ahead"},
        {&rules.takes_repeated, "a receiver that takes what it had"},
        {&rules.silent, "a receiver that says nothing of what came twice"},
        {&rules.forgets, "a sender that keeps frames until they are sent"},
        {&rules.no_timer, "a sender without a timer"},
        {&rules.trusts_damage, "frames without a checksum"},
    };
    for (rules.room = 1; rules.room <= 2; rules.room++)
        for (rules.window = 1; rules.window <= TAGS / 2; rules.window++) {
            char text[160];
            snprintf(
                text, sizeof text,
                "link: every frame once and in order, and to the end, ways of %u, window of %u",
                rules.room, rules.window);
            search_report_end(&model, &end, pack(&start), false, text);
        }
    rules.room = rules.window = 2;
    for (unsigned i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        *broken[i].rule = true;
        search_report_end(&model, &end, pack(&start), true, broken[i].text);
        *broken[i].rule = false;
    }
    rules.window = TAGS;
    search_report_end(&model, &end, pack(&start), true, "a window as large as the numbers");
    puts("end");
    return 0;
}
