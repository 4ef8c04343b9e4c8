/* The simulated board on its serial line, as on the day before a FIFO module is wired: the link's
 * words as 8N1, bit by bit. Prints TAP. */
#include "driver/link_probe.h"
#include "base/endian.h"
#include "tests/board/line_model.h"

#include <stdio.h>
#include <stdlib.h>

#define IDLE_BITS  20u
#define TEST_WORDS 64u

struct line {
    struct xg_transport transport;
    struct line_model wires;
};

static void destroy(struct xg_transport *t)
{
    struct line_model *l = &((struct line *)t)->wires;
    xg_board_sim_destroy(l->board);
    l->board = NULL;
}

static bool put_words(struct xg_transport *t, const uint32_t *words, size_t count, size_t *taken,
                      struct xg_error *err)
{
    struct line_model *l = &((struct line *)t)->wires;
    XG_UNUSED(err);
    for (*taken = 0; *taken < count && line_model_room(l) >= 4; ++*taken)
        for (unsigned k = 0; k < 4; k++)
            line_model_send(l, (uint8_t)(words[*taken] >> (8 * k)));
    return true;
}

static bool get_words(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                      struct xg_error *err)
{
    struct line_model *l = &((struct line *)t)->wires;
    XG_UNUSED(err);
    for (*given = 0; *given < max && 4 * *given + 4 <= l->in_count; ++*given)
        words[*given] = xg_ld32le(l->in + 4 * *given);
    line_model_drop(l, 4 * *given);
    return true;
}

static bool let_work(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    struct line_model *l = &((struct line *)t)->wires;
    uint64_t before = xg_board_sim_cycles(l->board);
    XG_UNUSED(err);
    line_model_run(l, IDLE_BITS);
    *clocks = xg_board_sim_cycles(l->board) - before;
    return true;
}

static const struct xg_transport_ops ops = {
    .name = "serial", .destroy = destroy, .write = put_words, .read = get_words, .wait = let_work};

int main(void)
{
    static struct line line;
    struct line_model *wires = &line.wires;
    struct xg_link_identity who = {0};
    struct xg_error err = {0};
    line.transport.ops = &ops;
    wires->board = xg_board_sim_create_serial();
    struct xg_link_probe *p =
        wires->board ? xg_link_probe_create(&line.transport, &who, &err) : NULL;
    printf("%s 1 - the board answers on its serial line (layers %02x) %s\n", p ? "ok" : "not ok",
           who.caps & 0x7F, err.text);
    bool good = p && xg_link_probe_memory(p, 0x1000, TEST_WORDS, 7, &err);
    printf("%s 2 - its memory keeps %u words %s\n", good ? "ok" : "not ok", TEST_WORDS, err.text);
    printf("%s 3 - every byte had its stop bit\n", wires->bad == 0 ? "ok" : "not ok");
    uint32_t errors = wires->board ? xg_board_sim_errors(wires->board) : 1;
    printf("%s 4 - no rule of the SDRAM broken\n", errors == 0 ? "ok" : "not ok");
    printf("1..4\n");
    xg_link_probe_destroy(p);
    return good && wires->bad == 0 && errors == 0 ? 0 : 1;
}
