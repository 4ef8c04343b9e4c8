/* A whole board (sim/board/xg_board_sim.sv) as pins of its FIFO chip. The FIFO clock is 60 MHz; the
 * device's own clock runs beside it at 64 MHz, so that the two drift against each other. */
#ifndef XG_BOARD_SIM_H
#define XG_BOARD_SIM_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xg_board_sim;
struct xg_board_pins {
    bool rxf_n, txe_n;             /* from the chip */
    bool oe_n, rd_n, wr_n, siwu_n; /* from the board */
    uint8_t from_chip, to_chip;
};

/* Comes up reset. NULL: no host memory. */
struct xg_board_sim *xg_board_sim_create(void);
void xg_board_sim_destroy(struct xg_board_sim *b);
/* The reset button: the memories keep what they hold. */
void xg_board_sim_reset(struct xg_board_sim *b);
/* One rising edge of the FIFO clock. In: what the chip shows before the edge. Out: what the board
 * showed before the edge. */
void xg_board_sim_clock(struct xg_board_sim *b, struct xg_board_pins *pins);

/* The same board with switch 1 on: it listens to its serial line. */
struct xg_board_sim *xg_board_sim_create_serial(void);
/* A quarter of a bit's time of the line (7.9 Mbaud; the board's own 8 differ from it as on a real
 * one at 3): level towards the board, and the board's level at its end. */
bool xg_board_sim_serial_quarter(struct xg_board_sim *b, bool level);

/* Plugs a screen in and runs the board until it has seen a whole picture: what comes out of the
 * four pins of its DVI connector, taken apart as a screen does. rgb: 640 x 480 pixels of three
 * bytes, red first. NULL, or a sentence about what is wrong with the signal. Pictures that follow
 * need one call each. */
const char *xg_board_sim_picture(struct xg_board_sim *b, uint8_t *rgb);
/* Pairs of rows that came too late for the screen so far. */
uint32_t xg_board_sim_underruns(const struct xg_board_sim *b);

uint64_t xg_board_sim_cycles(const struct xg_board_sim *b); /* of the device's clock */
/* Rules of the SDRAM that were broken; 0 or the board is wrong. */
uint32_t xg_board_sim_errors(const struct xg_board_sim *b);

#ifdef __cplusplus
}
#endif
#endif
