/* Freedom from deadlock of the link (docs/link.md, "Order and freedom from deadlock") on an
 * abstract model: queues of `room` frames each way, between the host and the device's executor of
 * frames; a queue of one effect between the core and the transmitter; a core that works, and may
 * need a page or a tile.
 *
 * Frames to the device: P, posted write (memory); Q, question (answered by A); M, MAP_PAGE; T,
 * TILE_WR; K, doorbell. To the host: A, answer; F, FAULT; R, TILE_REQ; E, effect; I, IDLE. The host
 * may put a posted write or a question whenever there is room, answers F and R, and rings when the
 * device is idle.
 *
 * Wrong: a state from which nothing can happen, or one in which work waits and no path finishes it;
 * the second is the first with new questions and posted writes switched off, which the model does
 * at any time
 * (`stop`): after it only what was begun may go on, so a state without a next one must be all done.
 */
#include "tests/formal/search.h"

enum { NONE, P, Q, M, T, K, A, F, R, E, I };

static struct {
    unsigned room;           /* frames in each queue */
    bool host_stops_reading; /* broken: the host does not take while it wants to send */
    bool tile_behind_core;   /* broken: TILE_WR is taken only from a core that is idle */
    bool half_effects;       /* broken: the transmitter begins an effect before it is whole */
} rules;

struct state {
    unsigned down[2], up[2]; /* queues, oldest first */
    unsigned core;   /* 0 idle, 1 at work, 2 needs a page (asked), 3 needs a tile (asked), 4 has
                        ended: IDLE to say */
    unsigned effect; /* one whole effect in the core's queue; 2: half of one */
    unsigned fault, request; /* to be said by the transmitter */
    unsigned answer;         /* made by the executor, not sent */
    unsigned want;           /* of the host: bit 0 MAP_PAGE, bit 1 TILE_WR to send */
    unsigned work;           /* steps the core may still take */
    unsigned stop, rung;
};

static uint64_t pack(const struct state *s)
{
    uint64_t v = 0;
    const unsigned f[] = {s->down[0], s->down[1], s->up[0], s->up[1], s->core, s->effect, s->fault,
                          s->request, s->answer,  s->want,  s->work,  s->stop, s->rung};
    for (unsigned i = 0; i < sizeof f / sizeof f[0]; i++)
        v = v << 4 | f[i];
    return v;
}

static struct state unpack(uint64_t v)
{
    unsigned f[13];
    for (int i = 12; i >= 0; i--, v >>= 4)
        f[i] = v & 15;
    return (struct state){{f[0], f[1]}, {f[2], f[3]}, f[4],  f[5],  f[6], f[7],
                          f[8],         f[9],         f[10], f[11], f[12]};
}

static bool full(const unsigned q[2])
{
    return rules.room == 1 ? q[0] != NONE : q[1] != NONE;
}
static void push(unsigned q[2], unsigned frame)
{
    q[q[0] != NONE] = frame;
}
static void pop(unsigned q[2])
{
    q[0] = q[1];
    q[1] = NONE;
}

static unsigned next(uint64_t from, uint64_t out[SEARCH_NEXT])
{
    const struct state s = unpack(from);
    unsigned n = 0;
    struct state t;
#define STEP(...) (t = s, __VA_ARGS__, out[n++] = pack(&t))
    /* --- host --- */
    if (!s.stop) {
        STEP(t.stop = 1);
        if (!full(s.down)) {
            STEP(push(t.down, P));
            STEP(push(t.down, Q));
            if (s.core == 0 && !s.rung)
                STEP(push(t.down, K), t.rung = 1);
        }
    }
    if (s.want & 1 && !full(s.down))
        STEP(push(t.down, M), t.want &= ~1u);
    if (s.want & 2 && !full(s.down))
        STEP(push(t.down, T), t.want &= ~2u);
    bool takes = s.up[0] != NONE && !(rules.host_stops_reading && s.want && full(s.down));
    if (takes && s.up[0] == F)
        STEP(pop(t.up), t.want |= 1);
    else if (takes && s.up[0] == R)
        STEP(pop(t.up), t.want |= 2);
    else if (takes && s.up[0] == I)
        STEP(pop(t.up), t.rung = 0);
    else if (takes)
        STEP(pop(t.up));
    /* --- executor of frames --- */
    switch (s.down[0]) {
    case P:
        STEP(pop(t.down));
        break;
    case Q:
        if (!s.answer)
            STEP(pop(t.down), t.answer = 1);
        break;
    case M:
        STEP(pop(t.down), t.core = s.core == 2 ? 1 : s.core);
        break;
    case T:
        if (!rules.tile_behind_core || s.core == 0)
            STEP(pop(t.down), t.core = s.core == 3 ? 1 : s.core);
        break;
    case K:
        STEP(pop(t.down), t.core = 1, t.work = 2);
        break;
    default:
        break;
    }
    /* --- transmitter: whole frames, any choice --- */
    bool busy = rules.half_effects && s.effect == 2;
    if (!full(s.up) && !busy) {
        if (s.answer)
            STEP(push(t.up, A), t.answer = 0);
        if (s.fault)
            STEP(push(t.up, F), t.fault = 0);
        if (s.request)
            STEP(push(t.up, R), t.request = 0);
        if (s.effect == 1)
            STEP(push(t.up, E), t.effect = 0);
        if (s.core == 4 && !s.effect)
            STEP(push(t.up, I), t.core = 0);
    }
    /* --- core --- */
    if (s.core == 1) {
        if (!s.work && s.effect != 2)
            STEP(t.core = 4);
        else if (s.work) {
            if (s.effect == 0) {
                STEP(t.effect = 1, t.work--);
                STEP(t.effect = 2, t.core = 2, t.fault = 1, t.work--); /* in the middle of one */
            }
            STEP(t.core = 2, t.fault = 1, t.work--);
            STEP(t.core = 3, t.request = 1, t.work--);
        }
        if (s.effect == 2)
            STEP(t.effect = 1);
    }
    return n;
}

static const char *wrong(uint64_t state, unsigned count)
{
    const struct state s = unpack(state);
    bool done = !s.down[0] && !s.up[0] && s.core == 0 && !s.effect && !s.fault && !s.request &&
                !s.answer && !s.want;
    return count == 0 && !done ? "work is left and nothing can happen" : NULL;
}

int main(void)
{
    const struct search_model model = {next, wrong};
    const struct state start = {0};
    for (rules.room = 1; rules.room <= 2; rules.room++) {
        char text[120];
        snprintf(text, sizeof text, "link: no deadlock with queues of %u", rules.room);
        search_report(&model, pack(&start), false, text);
    }
    rules.room = 1;
    rules.host_stops_reading = true;
    search_report(&model, pack(&start), true, "a host that does not take while it wants to send");
    rules.host_stops_reading = false;
    rules.tile_behind_core = true;
    search_report(&model, pack(&start), true, "a tile that waits for the core that waits for it");
    rules.tile_behind_core = false;
    rules.half_effects = true;
    search_report(&model, pack(&start), true, "effects that begin before they are whole");
    puts("end");
    return 0;
}
