/* A FT232H as USB device: control requests, EEPROM, and in synchronous FIFO mode two FIFOs of
 * 1 KiB between the bus and eight wires. Facts: FTDI data sheet DS_FT232H, AN_130; packets of 512
 * bytes begin with two status bytes; a microframe of 125 us is 7,500 clocks of the FIFO's 60 MHz
 * and carries at most 13 packets.
 *
 * Its time is the FIFO clock. `clock` of the board is called for each, with what the pins say. */
#ifndef XG_TESTS_FT232H_MODEL_H
#define XG_TESTS_FT232H_MODEL_H

#include "tests/board/usbfs_model.h"

#include <stddef.h>

#define FT232H_FIFO            1024u
#define FT232H_STORE           4096u /* bytes that come twice may stand over the FIFO's size */
#define FT232H_MICROFRAME      7500u
#define FT232H_PACKETS_A_FRAME 13u
#define FT232H_EEPROM_WORDS    128u

/* The pins, as the FPGA sees and drives them; active low as on the chip. */
struct ft232h_pins {
    bool rxf_n, txe_n;             /* from the chip */
    bool oe_n, rd_n, wr_n, siwu_n; /* from the FPGA */
    uint8_t from_chip, to_chip;
};
/* One rising edge of CLKOUT: `pins` hold the chip's outputs before the edge; the board fills in
 * its own as they are before the edge. */
typedef void ft232h_clock_fn(void *board, struct ft232h_pins *pins);

enum ft232h_eeprom { FT232H_BLANK, FT232H_UART, FT232H_IS_FIFO };

struct ft232h_faults {
    uint32_t seed;
    bool pressure; /* the host controller gives fewer packets a microframe, and pauses */
    /* One in so many bytes or packets, 0 for never. */
    uint32_t flip_out, flip_in;   /* a bit of a byte on the wires */
    uint32_t lose_out, lose_in;   /* a byte */
    uint32_t twice_out, twice_in; /* a byte */
    uint32_t stall;               /* an IN or OUT transfer ends with STALL */
    uint32_t error;               /* the same with EPROTO */
};

struct ft232h {
    struct usbfs_device device;
    ft232h_clock_fn *clock;
    void *board;
    struct ft232h_faults faults;
    uint32_t random;
    uint16_t eeprom[FT232H_EEPROM_WORDS];
    uint8_t bitmode, latency;
    struct {
        uint8_t bytes[FT232H_STORE];
        unsigned head, tail; /* free-running */
    } out, in;               /* host to board, board to host */
    uint64_t clocks;
    uint64_t next_in;     /* clock from which an IN packet may go for the latency timer */
    unsigned turn_clocks; /* that pass for each look of the host */
    unsigned packets;     /* left in this microframe */
    uint64_t frame;       /* number of the microframe */
    bool push;            /* SIWU: send what there is */
    /* What the bus carried. */
    uint64_t bytes_out, bytes_in, packets_in;
    unsigned out_done; /* bytes of the OUT transfer at the head that are in the FIFO already */
};

void ft232h_init(struct ft232h *f, enum ft232h_eeprom eeprom, ft232h_clock_fn *clock, void *board,
                 const struct ft232h_faults *faults);

#endif
