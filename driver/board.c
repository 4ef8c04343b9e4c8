/* See board.h. */
#include "driver/board.h"

#include "driver/serial/serial_port.h"
#include "driver/serial/serial_transport.h"
#include "driver/usb/board.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool set_name(struct xg_board *b, const char *name, size_t length, struct xg_error *err)
{
    if (length == 0 || length >= sizeof b->name)
        return xg_fail(err, XG_E_INPUT, "a board is %s; the name is %s", XG_BOARD_WORDS,
                       length ? "too long" : "missing");
    memcpy(b->name, name, length);
    b->name[length] = 0;
    return true;
}

/* DEVICE or DEVICE,BAUD */
static bool set_line(struct xg_board *b, const char *text, struct xg_error *err)
{
    const char *comma = strrchr(text, ',');
    b->way = XG_BOARD_SERIAL;
    b->baud = XG_SERIAL_BAUD;
    if (!set_name(b, text, comma ? (size_t)(comma - text) : strlen(text), err))
        return false;
    if (!comma)
        return true;
    char *end;
    errno = 0;
    unsigned long n = strtoul(comma + 1, &end, 10);
    if (errno || *end || comma[1] < '0' || comma[1] > '9' || n > UINT32_MAX)
        return xg_fail(err, XG_E_INPUT, "'%s' is no baud rate; a board is %s", comma + 1,
                       XG_BOARD_WORDS);
    b->baud = (uint32_t)n;
    return xg_serial_baud_is_good(b->baud, err);
}

bool xg_board_parse(const char *text, struct xg_board *out, struct xg_error *err)
{
    *out = (struct xg_board){0};
    if (!strcmp(text, "usb"))
        return true;
    if (!strncmp(text, "usb:", 4))
        return set_name(out, text + 4, strlen(text + 4), err);
    if (!strncmp(text, "serial:", 7))
        return set_line(out, text + 7, err);
    return xg_fail(err, XG_E_INPUT, "'%s' is no board; a board is %s", text, XG_BOARD_WORDS);
}

bool xg_board_of_environment(struct xg_board *out, struct xg_error *err)
{
    const char *text = getenv("XG_FPGA_BOARD"), *serial = getenv("XG_FPGA_SERIAL");
    *out = (struct xg_board){0};
    if (text)
        return xg_board_parse(text, out, err);
    return !serial || set_name(out, serial, strlen(serial), err);
}

bool xg_board_choose(const char *text, struct xg_error *err)
{
    struct xg_board board;
    if (!xg_board_parse(text, &board, err))
        return false;
    setenv("XG_FPGA_BOARD", text, 1);
    return true;
}

struct xg_transport *xg_board_open(const struct xg_board *board,
                                   const struct xg_board_patience *patience, struct xg_error *err)
{
    const struct xg_usb_link_options usb = {.serial = board->name[0] ? board->name : NULL,
                                            .clocks_per_us = patience->clocks_per_us,
                                            .wait_ms = patience->wait_ms,
                                            .zeroed = patience->zeroed};
    const struct xg_serial_link_options line = {.path = board->name,
                                                .baud = board->baud,
                                                .clocks_per_us = patience->clocks_per_us,
                                                .wait_ms = patience->wait_ms,
                                                .zeroed = patience->zeroed};
    return board->way == XG_BOARD_USB ? xg_usb_transport_create(&usb, err)
                                      : xg_serial_transport_create(&line, err);
}
