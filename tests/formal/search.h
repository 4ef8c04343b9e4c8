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

static struct search_result search(const struct search_model *m, uint64_t start)
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
static void search_report(const struct search_model *m, uint64_t start, bool broken,
                          const char *text)
{
    struct search_result r = search(m, start);
    bool ok = broken ? r.wrong != NULL : r.wrong == NULL;
    printf("%sok - %s%s (%llu states%s%s)\n", ok ? "" : "not ", broken ? "broken: " : "", text,
           (unsigned long long)r.states, r.wrong ? ": " : "", r.wrong ? r.wrong : "");
}

#endif
