/* Exhaustive search of a small model: every state that can be reached, breadth first. A state is a
 * 64-bit number; a model gives the next states and says what is wrong with one. */
#ifndef XG_TESTS_FORMAL_SEARCH_H
#define XG_TESTS_FORMAL_SEARCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SEARCH_NEXT 64

struct search_model {
    /* Fills next, returns how many. */
    unsigned (*next)(uint64_t state, uint64_t next[SEARCH_NEXT]);
    /* NULL, or what is wrong with the state (one without a next state is judged too). */
    const char *(*wrong)(uint64_t state, unsigned next_count);
};

struct search_result {
    const char *wrong; /* NULL: nothing, anywhere */
    uint64_t state, states;
};

static inline struct search_result search(const struct search_model *m, uint64_t start)
{
    const uint64_t room = 1u << 22;
    uint64_t *table = calloc(room, sizeof *table), *queue = malloc(room * sizeof *queue);
    struct search_result r = {"no host memory", 0, 0};
    uint64_t head = 0, tail = 0;
    if (!table || !queue)
        goto out;
    r.wrong = NULL;
    queue[tail++] = start;
    table[(start * 0x9E3779B97F4A7C15u) >> 42] = start + 1;
    while (head < tail && !r.wrong) {
        uint64_t next[SEARCH_NEXT], state = queue[head++];
        unsigned n = m->next(state, next);
        r.wrong = m->wrong(state, n);
        r.state = state;
        for (unsigned i = 0; i < n && !r.wrong; i++) {
            uint64_t at = (next[i] * 0x9E3779B97F4A7C15u) >> 42;
            while (table[at] && table[at] != next[i] + 1)
                at = (at + 1) % room;
            if (table[at])
                continue;
            table[at] = next[i] + 1;
            queue[tail++] = next[i];
            if (tail > room / 2)
                r.wrong = "the model has too many states";
        }
    }
    r.states = tail;
out:
    free(table);
    free(queue);
    return r;
}

/* A line for tests/formal/run: what must hold of the model; broken: what must be found. */
static inline void search_report(const struct search_model *m, uint64_t start, bool broken,
                                 const char *text)
{
    struct search_result r = search(m, start);
    bool ok = broken ? r.wrong != NULL : r.wrong == NULL;
    printf("%sok - %s%s (%llu states%s%s)\n", ok ? "" : "not ", broken ? "broken: " : "", text,
           (unsigned long long)r.states, r.wrong ? ": " : "", r.wrong ? r.wrong : "");
}

/* What must be reached from every state, by steps of its own. */
struct search_end {
    unsigned (*next)(uint64_t state, uint64_t next[SEARCH_NEXT]);
    bool (*done)(uint64_t state);
};

struct search_set {
    uint64_t *table, *list; /* state + 1 by hash; states in the order in which they were met */
    uint32_t *place;        /* of the table's states in the list */
    uint64_t count, room;
};

/* The state's place in the list; a new one is added. UINT32_MAX: there is no room. */
static inline uint32_t search_place(struct search_set *s, uint64_t state)
{
    uint64_t at = (state * 0x9E3779B97F4A7C15u) >> 42;
    while (s->table[at] && s->table[at] != state + 1)
        at = (at + 1) % s->room;
    if (s->table[at])
        return s->place[at];
    if (s->count > s->room / 2)
        return UINT32_MAX;
    s->table[at] = state + 1;
    s->place[at] = (uint32_t)s->count;
    s->list[s->count] = state;
    return (uint32_t)s->count++;
}

/* Whether the end can be reached from all states of the set; the first from which it cannot is
 * *bad. */
static inline bool search_all_end(struct search_set *s, const struct search_end *e, uint64_t *bad)
{
    bool *ends = calloc(s->count, 1), changed = true;
    for (uint64_t i = 0; i < s->count; i++)
        ends[i] = e->done(s->list[i]);
    while (changed) {
        changed = false;
        for (uint64_t i = s->count; i--;) {
            uint64_t next[SEARCH_NEXT];
            unsigned n = ends[i] ? 0 : e->next(s->list[i], next);
            for (unsigned k = 0; k < n && !ends[i]; k++)
                changed |= ends[i] = ends[search_place(s, next[k])];
        }
    }
    bool all = true;
    for (uint64_t i = 0; i < s->count && all; i++)
        if (!ends[i]) {
            all = false;
            *bad = s->list[i];
        }
    free(ends);
    return all;
}

static inline void search_report_end(const struct search_model *m, const struct search_end *e,
                                     uint64_t start, bool broken, const char *text)
{
    const uint64_t room = 1u << 22;
    struct search_set s = {calloc(room, sizeof *s.table), malloc(room * sizeof *s.list),
                           calloc(room, sizeof *s.place), 0, room};
    const char *wrong = NULL;
    uint64_t bad = 0;
    search_place(&s, start);
    for (uint64_t at = 0; at < s.count && !wrong; at++) {
        uint64_t next[SEARCH_NEXT];
        unsigned n = m->next(s.list[at], next);
        wrong = m->wrong(s.list[at], n);
        for (unsigned i = 0; i < n && !wrong; i++)
            if (search_place(&s, next[i]) == UINT32_MAX)
                wrong = "the model has too many states";
    }
    if (!wrong && !search_all_end(&s, e, &bad))
        wrong = "a state from which the end cannot be reached";
    printf("%sok - %s%s (%llu states%s%s)\n", (wrong != NULL) == broken ? "" : "not ",
           broken ? "broken: " : "", text, (unsigned long long)s.count, wrong ? ": " : "",
           wrong ? wrong : "");
    free(s.table);
    free(s.list);
    free(s.place);
}

#endif
