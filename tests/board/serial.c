/* The simulated board on its serial line, as on the day before a FIFO module is wired: the link's
 * words as 8N1 at 3 Mbaud, bit by bit. Prints TAP. */
#include "driver/link_probe.h"
#include "sim/board/xg_board_sim.h"

#include <stdio.h>
#include <stdlib.h>

#define QUEUE      4096u
#define IDLE_BITS  20u
#define QUARTERS   4u
#define TEST_WORDS 64u

/* Bytes on their way: towards the board as bits, from the board in the middle of being caught. */
struct line {
    struct xg_transport transport;
    struct xg_board_sim *board;
    uint8_t out[QUEUE], in[QUEUE];
    size_t out_from, out_to, in_count;
    unsigned out_bit;      /* of the byte that is sent: 0 start, 1 to 8, 9 stop */
    unsigned in_quarter;   /* since the start bit; 0: waiting for one */
    unsigned in_byte, bad; /* stop bits that were none */
};

/* Eight bits between start and stop; each is looked at in its middle. */
static void hear(struct line *l, bool level)
{
    if (l->in_quarter == 0) {
        l->in_quarter = !level;
        l->in_byte = 0;
        return;
    }
    unsigned bit = l->in_quarter / QUARTERS, quarter = l->in_quarter++ % QUARTERS;
    if (quarter != QUARTERS / 2)
        return;
    if (bit >= 1 && bit <= 8)
        l->in_byte |= (unsigned)level << (bit - 1);
    if (bit < 9)
        return;
    l->bad += !level;
    if (l->in_count < QUEUE)
        l->in[l->in_count++] = (uint8_t)l->in_byte;
    l->in_quarter = 0;
}

static void one_bit(struct line *l)
{
    bool level = true;
    if (l->out_from != l->out_to) {
        uint8_t byte = l->out[l->out_from % QUEUE];
        level = l->out_bit == 0 ? false : l->out_bit == 9 ? true : byte >> (l->out_bit - 1) & 1;
        if (l->out_bit++ == 9) {
            l->out_bit = 0;
            l->out_from++;
        }
    }
    for (unsigned i = 0; i < QUARTERS; i++)
        hear(l, xg_board_sim_serial_quarter(l->board, level));
}

static void destroy(struct xg_transport *t)
{
    struct line *l = (struct line *)t;
    xg_board_sim_destroy(l->board);
    l->board = NULL;
}

static bool put_words(struct xg_transport *t, const uint32_t *words, size_t count, size_t *taken,
                      struct xg_error *err)
{
    struct line *l = (struct line *)t;
    XG_UNUSED(err);
    for (*taken = 0; *taken < count && l->out_to - l->out_from + 4 <= QUEUE; ++*taken)
        for (unsigned k = 0; k < 4; k++)
            l->out[l->out_to++ % QUEUE] = (uint8_t)(words[*taken] >> (8 * k));
    return true;
}

static bool get_words(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                      struct xg_error *err)
{
    struct line *l = (struct line *)t;
    XG_UNUSED(err);
    for (*given = 0; *given < max && 4 * *given + 4 <= l->in_count; ++*given) {
        const uint8_t *b = l->in + 4 * *given;
        words[*given] = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    }
    size_t used = 4 * *given;
    for (size_t i = used; i < l->in_count; i++)
        l->in[i - used] = l->in[i];
    l->in_count -= used;
    return true;
}

static bool let_work(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    struct line *l = (struct line *)t;
    uint64_t before = xg_board_sim_cycles(l->board);
    XG_UNUSED(err);
    for (unsigned i = 0; i < IDLE_BITS; i++)
        one_bit(l);
    *clocks = xg_board_sim_cycles(l->board) - before;
    return true;
}

static const struct xg_transport_ops ops = {
    .name = "serial", .destroy = destroy, .write = put_words, .read = get_words, .wait = let_work};

int main(void)
{
    static struct line line;
    struct xg_link_identity who = {0};
    struct xg_error err = {0};
    line.transport.ops = &ops;
    line.board = xg_board_sim_create_serial();
    struct xg_link_probe *p = line.board ? xg_link_probe_create(&line.transport, &who, &err) : NULL;
    printf("%s 1 - the board answers on its serial line (layers %02x) %s\n", p ? "ok" : "not ok",
           who.caps & 0x7F, err.text);
    bool good = p && xg_link_probe_memory(p, 0x1000, TEST_WORDS, 7, &err);
    printf("%s 2 - its memory keeps %u words %s\n", good ? "ok" : "not ok", TEST_WORDS, err.text);
    printf("%s 3 - every byte had its stop bit\n", line.bad == 0 ? "ok" : "not ok");
    uint32_t errors = line.board ? xg_board_sim_errors(line.board) : 1;
    printf("%s 4 - no rule of the SDRAM broken\n", errors == 0 ? "ok" : "not ok");
    printf("1..4\n");
    xg_link_probe_destroy(p);
    return good && line.bad == 0 && errors == 0 ? 0 : 1;
}
