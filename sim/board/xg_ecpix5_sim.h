/* The ECPIX-5 (sim/board/xg_ecpix5_sim.sv) as the pins of its USB PHY. The PHY's clock is 60 MHz;
 * the device's own runs beside it at 64 MHz. One board in a program at a time. */
#ifndef XG_ECPIX5_SIM_H
#define XG_ECPIX5_SIM_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xg_ecpix5_sim;
struct xg_ulpi_pins {
    bool dir, nxt, phy_drives; /* from the PHY */
    bool stp, drives, reset;   /* from the board */
    uint8_t from_phy, to_phy;
};

/* Comes up reset, with memory that is zero. stall: of 16 memory commands so many have to wait.
 * NULL: no host memory. */
struct xg_ecpix5_sim *xg_ecpix5_sim_create(unsigned stall);
void xg_ecpix5_sim_destroy(struct xg_ecpix5_sim *b);
/* The reset button: the memory keeps what it holds. */
void xg_ecpix5_sim_reset(struct xg_ecpix5_sim *b);
/* One rising edge of the PHY's clock. In: what the PHY shows before it. Out: what the board shows
 * before it. */
void xg_ecpix5_sim_clock(struct xg_ecpix5_sim *b, struct xg_ulpi_pins *pins);

uint64_t xg_ecpix5_sim_cycles(const struct xg_ecpix5_sim *b); /* of the device's clock */
/* Rules of the memory port that were broken; 0 or the board is wrong. */
uint32_t xg_ecpix5_sim_errors(const struct xg_ecpix5_sim *b);

#ifdef __cplusplus
}
#endif
#endif
