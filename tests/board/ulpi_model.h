/* A ULPI PHY, a high-speed USB host behind it and the cable between them, in front of a board's
 * pins: what usbfs_model.h wants is turned into USB transactions, and those into what the PHY shows
 * on its bus, clock by clock. Facts: USB 2.0 chapters 7 and 8, ULPI 1.1. Checksums, toggles, PING,
 * retries and the handshake for high speed are done as a host does them; descriptors and addresses
 * are asked for and set over the wires.
 *
 * Its time is the PHY's clock of 60 MHz, in which high speed carries a byte. `clock` is called for
 * each. */
#ifndef XG_TESTS_ULPI_MODEL_H
#define XG_TESTS_ULPI_MODEL_H

#include "sim/board/xg_ecpix5_sim.h"
#include "tests/board/usbfs_model.h"

#include <stddef.h>

#define ULPI_PACKET 1100u /* bytes of a packet that are kept */

typedef void ulpi_clock_fn(void *board, struct xg_ulpi_pins *pins);

/* One in so many packets, 0 for never. */
struct ulpi_faults {
    uint32_t seed;
    uint32_t flip_out, flip_in; /* a bit of it is wrong */
    uint32_t lose_out, lose_in; /* it does not arrive */
};

struct ulpi_host {
    struct usbfs_device device; /* for usbfs_model_create(), after ulpi_plug() */
    uint8_t descriptors[256];   /* as the device gave them */
    ulpi_clock_fn *clock;
    void *board;
    struct ulpi_faults faults;
    uint32_t random;
    /* the PHY */
    struct xg_ulpi_pins pins;
    bool dir_was;
    unsigned state, line, vbus;
    uint8_t function; /* its register */
    uint8_t reg;
    struct {
        uint8_t bytes[ULPI_PACKET]; /* PID first, as on the wires */
        unsigned n;
        bool whole, chirp;
    } tx; /* from the board */
    bool reset_wanted;
    /* the host */
    uint8_t address;
    bool toggle_out, toggle_in, ping;
    uint64_t clocks, next_sof;
    uint16_t frame;
    unsigned out_done, in_done;
    uint8_t in_part[1u << 16];
    /* what the bus carried, and what the board did against the rules of ULPI or of USB */
    uint64_t bytes_out, bytes_in, packets, naks, retries;
    uint64_t calm; /* packets until which there are no faults */
    uint32_t broken;
    const char *first_broken;
};

void ulpi_init(struct ulpi_host *h, ulpi_clock_fn *clock, void *board,
               const struct ulpi_faults *faults);
/* Plugs the cable in: reset, handshake, address, descriptors, configuration. NULL, or what went
 * wrong. */
const char *ulpi_plug(struct ulpi_host *h);
void ulpi_unplug(struct ulpi_host *h);

#endif
