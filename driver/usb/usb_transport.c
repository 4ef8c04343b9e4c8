/* A board on USB as a transport of the link: words as bytes over a pipe. */
#include "driver/byte_words.h"
#include "driver/host_time.h"
#include "driver/usb/board_priv.h"
#include "driver/usb/ftdi_chip.h"
#include "driver/usb/pipe.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FTDI_ENDPOINT_OUT   0x02
#define FTDI_ENDPOINT_IN    0x81
#define FTDI_STATUS_BYTES   2
#define NATIVE_ENDPOINT_OUT 0x01
#define NATIVE_ENDPOINT_IN  0x81
#define HIGH_SPEED_PACKET   512u
#define FULL_SPEED_PACKET   64u
#define CHUNK_WORDS         4096u
#define WAIT_US             1000u
#define CLOCKS_PER_US       10u
/* How long what the device still had to say to an earlier host is thrown away. */
#define FLUSH_US 20000u
/* Between two looks for a board that was unplugged. */
#define LOOK_US 50000u

struct usb_transport {
    struct xg_transport transport;
    struct xg_usb_open open;
    struct ftdi_context *chip; /* NULL: a native device */
    struct xg_usb_pipe *pipe;
    uint32_t clocks_per_us, wait_ms;
    struct xg_byte_words in;
};

static struct usb_transport *of(struct xg_transport *t)
{
    return (struct usb_transport *)t;
}

static void close_board(struct usb_transport *t)
{
    xg_usb_pipe_destroy(t->pipe);
    t->pipe = NULL;
    if (t->chip) {
        t->open.handle = NULL; /* libftdi's */
        ftdi_usb_close(t->chip);
        ftdi_free(t->chip);
    } else if (t->open.handle) {
        libusb_release_interface(t->open.handle, 0);
    }
    t->chip = NULL;
    t->in.parts = 0;
    xg_usb_close(&t->open);
}

static void usb_destroy(struct xg_transport *transport)
{
    struct usb_transport *t = of(transport);
    close_board(t);
    free(t);
}

static bool usb_write(struct xg_transport *transport, const uint32_t *words, size_t count,
                      size_t *taken, struct xg_error *err)
{
    struct usb_transport *t = of(transport);
    *taken = 0;
    while (*taken < count) {
        uint8_t bytes[4 * CHUNK_WORDS];
        size_t n = count - *taken < CHUNK_WORDS ? count - *taken : CHUNK_WORDS, went = 0;
        xg_bytes_of_words(bytes, words + *taken, n);
        /* The pipe's transfers hold CHUNK_WORDS words: it takes all of a chunk or nothing. */
        if (!xg_usb_pipe_write(t->pipe, bytes, 4 * n, &went, err))
            return false;
        *taken += went / 4;
        if (went < 4 * n)
            break;
    }
    return true;
}

static bool usb_read(struct xg_transport *transport, uint32_t *words, size_t max, size_t *given,
                     struct xg_error *err)
{
    struct usb_transport *t = of(transport);
    uint8_t bytes[4 * CHUNK_WORDS];
    size_t n = max < CHUNK_WORDS ? max : CHUNK_WORDS, got = 0;
    size_t had = xg_byte_words_begin(&t->in, bytes);
    *given = 0;
    if (!xg_usb_pipe_read(t->pipe, bytes + had, 4 * n - had, &got, err))
        return false;
    *given = xg_byte_words_end(&t->in, bytes, had + got, words);
    return true;
}

static bool usb_wait(struct xg_transport *transport, uint64_t *clocks, struct xg_error *err)
{
    struct usb_transport *t = of(transport);
    uint64_t start = xg_host_us();
    bool good = xg_usb_pipe_wait(t->pipe, WAIT_US, err);
    *clocks = 1 + (xg_host_us() - start) * t->clocks_per_us;
    return good;
}

static bool usb_reopen(struct xg_transport *transport, struct xg_error *err);

static const struct xg_transport_ops usb_ops = {
    .name = "fpga", .destroy = usb_destroy, .write = usb_write, .read = usb_read, .wait = usb_wait};
static const struct xg_transport_ops usb_ops_that_wait = {.name = "fpga",
                                                          .destroy = usb_destroy,
                                                          .write = usb_write,
                                                          .read = usb_read,
                                                          .wait = usb_wait,
                                                          .reopen = usb_reopen};

static bool open_native(struct usb_transport *t, struct xg_error *err)
{
    int code = libusb_open(t->open.device, &t->open.handle);
    if (code == 0)
        code = libusb_claim_interface(t->open.handle, 0);
    return code == 0 || xg_fail(err, XG_E_DEVICE, "USB device %04x:%04x: %s", t->open.board.vendor,
                                t->open.board.product, xg_usb_reason(code));
}

static bool open_ftdi(struct usb_transport *t, struct xg_error *err)
{
    t->chip = xg_ftdi_open(&t->open, err);
    if (!t->chip || !xg_ftdi_start_fifo(t->chip, err))
        return false;
    t->open.handle = t->chip->usb_dev;
    return true;
}

static bool flush(struct usb_transport *t, struct xg_error *err)
{
    uint8_t dropped[4096];
    size_t given;
    for (uint64_t end = xg_host_us() + FLUSH_US; xg_host_us() < end;) {
        if (!xg_usb_pipe_wait(t->pipe, WAIT_US, err))
            return false;
        do {
            if (!xg_usb_pipe_read(t->pipe, dropped, sizeof dropped, &given, err))
                return false;
        } while (given);
    }
    return true;
}

/* Finds and opens; what is open when it fails is closed. */
static bool open_board(struct usb_transport *t, const char *serial, struct xg_error *err)
{
    if (!xg_usb_find(serial, &t->open, err))
        return false;
    bool native = t->open.board.kind == XG_USB_NATIVE;
    const struct xg_usb_pipe_options pipe = {
        .endpoint_out = native ? NATIVE_ENDPOINT_OUT : FTDI_ENDPOINT_OUT,
        .endpoint_in = native ? NATIVE_ENDPOINT_IN : FTDI_ENDPOINT_IN,
        .packet = t->open.board.speed_mbps == 12 ? FULL_SPEED_PACKET : HIGH_SPEED_PACKET,
        .skipped = native ? 0 : FTDI_STATUS_BYTES,
    };
    if ((native ? open_native(t, err) : open_ftdi(t, err)) &&
        (t->pipe = xg_usb_pipe_create(t->open.context, t->open.handle, &pipe, err)) &&
        flush(t, err))
        return true;
    close_board(t);
    return false;
}

/* The same board: the one with the same serial. */
static bool usb_reopen(struct xg_transport *transport, struct xg_error *err)
{
    struct usb_transport *t = of(transport);
    const struct timespec pause = {.tv_nsec = LOOK_US * 1000l};
    struct xg_usb_board board = t->open.board;
    uint64_t end = xg_host_us() + 1000ull * t->wait_ms;
    close_board(t);
    transport->zeroed = false;
    for (;;) {
        struct xg_error last = {0};
        if (open_board(t, board.serial[0] ? board.serial : NULL, &last))
            return true;
        t->open.board = board; /* for another look */
        if (xg_host_us() > end)
            return xg_fail(err, last.kind, "it did not come back in %u s: %s", t->wait_ms / 1000,
                           last.text);
        nanosleep(&pause, NULL);
    }
}

struct xg_transport *xg_usb_transport_create(const struct xg_usb_link_options *options,
                                             struct xg_error *err)
{
    struct usb_transport *t = calloc(1, sizeof *t);
    if (!t) {
        xg_fail(err, XG_E_DEVICE, "no host memory for a USB link");
        return NULL;
    }
    t->transport.ops = options->wait_ms ? &usb_ops_that_wait : &usb_ops;
    t->clocks_per_us = options->clocks_per_us ? options->clocks_per_us : CLOCKS_PER_US;
    t->wait_ms = options->wait_ms;
    t->transport.zeroed = options->zeroed;
    if (open_board(t, options->serial, err))
        return &t->transport;
    free(t);
    return NULL;
}
