/* The wires between a host and the simulated board's serial line: bytes as 8N1, bit by bit. */
#ifndef XG_TESTS_LINE_MODEL_H
#define XG_TESTS_LINE_MODEL_H

#include "sim/board/xg_board_sim.h"

#include <stddef.h>

#define LINE_QUEUE 4096u

/* Bytes on their way: towards the board as bits, from the board in the middle of being caught. */
struct line_model {
    struct xg_board_sim *board;
    uint8_t out[LINE_QUEUE], in[LINE_QUEUE];
    size_t out_from, out_to, in_count; /* from and to run freely */
    unsigned out_bit;                  /* of the byte that is sent: 0 start, 1 to 8, 9 stop */
    unsigned in_quarter;               /* since the start bit; 0: waiting for one */
    unsigned in_byte, bad;             /* stop bits that were none */
};

/* Room for bytes to the board. */
size_t line_model_room(const struct line_model *l);
void line_model_send(struct line_model *l, uint8_t byte);
/* The board has been told everything. */
bool line_model_is_idle(const struct line_model *l);
/* The time of `bits` bits passes. */
void line_model_run(struct line_model *l, unsigned bits);
/* Takes `count` of the bytes that have come (in[0 .. in_count)). */
void line_model_drop(struct line_model *l, size_t count);

#endif
