/* What share of the FT232H model's capacity is payload: the driver's link code, the chip and the
 * whole board in one process, without a kernel between them. Counted in the chip's clocks, so that
 * it is the same on every machine.
 *
 * The chip carries 13 packets of 512 bytes in a microframe, two bytes of each towards the host
 * being its own; what it could carry is that many bytes of memory. Prints the smaller share of both
 * directions. */
#include "driver/link_probe.h"
#include "sim/board/xg_board_sim.h"
#include "tests/board/ft232h_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES       (1u << 20)
#define TRANSFER    16384u
#define QUEUE       (8u * TRANSFER) /* under way each way, as in driver/usb/pipe.c */
#define TURN_CLOCKS 50u             /* a controller that looks whether a packet can go so often */
#define OUT_BYTES   (FT232H_PACKETS_A_FRAME * 512.0 / FT232H_MICROFRAME) /* a clock */
#define IN_BYTES    (FT232H_PACKETS_A_FRAME * 510.0 / FT232H_MICROFRAME)

struct direct {
    struct xg_transport transport;
    struct ft232h chip;
    struct xg_board_sim *board;
    uint8_t out[QUEUE], in[QUEUE];
    size_t out_count, in_count;
};

static void clock_board(void *board, struct ft232h_pins *p)
{
    struct xg_board_pins pins = {.rxf_n = p->rxf_n, .txe_n = p->txe_n, .from_chip = p->from_chip};
    xg_board_sim_clock(board, &pins);
    p->oe_n = pins.oe_n;
    p->rd_n = pins.rd_n;
    p->wr_n = pins.wr_n;
    p->siwu_n = pins.siwu_n;
    p->to_chip = pins.to_chip;
}

static struct direct *of(struct xg_transport *t)
{
    return (struct direct *)t;
}

static bool direct_write(struct xg_transport *t, const uint32_t *words, size_t count, size_t *taken,
                         struct xg_error *err)
{
    struct direct *d = of(t);
    (void)err;
    size_t room = (QUEUE - d->out_count) / 4;
    *taken = count < room ? count : room;
    memcpy(d->out + d->out_count, words, 4 * *taken);
    d->out_count += 4 * *taken;
    return true;
}

static bool direct_read(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                        struct xg_error *err)
{
    struct direct *d = of(t);
    (void)err;
    *given = d->in_count / 4 < max ? d->in_count / 4 : max;
    memcpy(words, d->in, 4 * *given);
    d->in_count -= 4 * *given;
    memmove(d->in, d->in + 4 * *given, d->in_count);
    return true;
}

static bool direct_wait(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    struct direct *d = of(t);
    uint8_t packets[TRANSFER];
    uint64_t before = d->chip.clocks;
    (void)err;
    d->chip.device.turn(&d->chip);
    if (d->out_count) {
        unsigned n = d->out_count < TRANSFER ? (unsigned)d->out_count : TRANSFER;
        int went = d->chip.device.out(&d->chip, d->out, n);
        if (went > 0) {
            d->out_count -= (size_t)went;
            memmove(d->out, d->out + went, d->out_count);
        }
    }
    int came = d->in_count + TRANSFER <= QUEUE ? d->chip.device.in(&d->chip, packets, TRANSFER) : 0;
    for (int at = 0; at < came; at += 512) {
        int n = came - at < 512 ? came - at : 512;
        memcpy(d->in + d->in_count, packets + at + 2, (size_t)n - 2);
        d->in_count += (size_t)n - 2;
    }
    *clocks = d->chip.clocks - before;
    return true;
}

static void direct_destroy(struct xg_transport *t)
{
    (void)t;
}

static const struct xg_transport_ops direct_ops = {.name = "board model",
                                                   .destroy = direct_destroy,
                                                   .write = direct_write,
                                                   .read = direct_read,
                                                   .wait = direct_wait};

int main(void)
{
    static struct direct d;
    const struct ft232h_faults none = {0};
    const uint8_t fifo_mode[8] = {0x40, 0x0B, 0, 0x40}, latency[8] = {0x40, 0x09, 1};
    struct xg_link_identity who;
    struct xg_error err = {0};
    uint64_t at[3];
    d.transport.ops = &direct_ops;
    d.board = xg_board_sim_create();
    ft232h_init(&d.chip, FT232H_IS_FIFO, clock_board, d.board, &none);
    d.chip.turn_clocks = TURN_CLOCKS;
    d.chip.device.control(&d.chip, fifo_mode, NULL, 0);
    d.chip.device.control(&d.chip, latency, NULL, 0);
    struct xg_link_probe *p = xg_link_probe_create(&d.transport, &who, &err);
    bool good = p != NULL;
    at[0] = d.chip.clocks;
    good = good && xg_link_probe_write(p, 0, BYTES / 4, 1, &err);
    at[1] = d.chip.clocks;
    good = good && xg_link_probe_read(p, 0, BYTES / 4, 1, &err);
    at[2] = d.chip.clocks;
    if (!good)
        fprintf(stderr, "link-speed: %s\n", err.text);
    double out = BYTES / ((double)(at[1] - at[0]) * OUT_BYTES),
           in = BYTES / ((double)(at[2] - at[1]) * IN_BYTES);
    fprintf(stderr, "to the board %.3f of %.1f MB/s, from the board %.3f of %.1f MB/s\n", out,
            OUT_BYTES * 60, in, IN_BYTES * 60);
    if (good)
        printf("%.4f\n", out < in ? out : in);
    xg_link_probe_destroy(p);
    xg_board_sim_destroy(d.board);
    return !good;
}
