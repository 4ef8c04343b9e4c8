/* See serial_transport.h. */
#include "driver/serial/serial_transport.h"

#include "driver/byte_words.h"
#include "driver/host_time.h"
#include "driver/serial/serial_port.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_WORDS 1024u
#define WAIT_US     1000u
/* How long what the device still had to say to an earlier host is thrown away. */
#define FLUSH_US 20000u
/* Between two looks for a line that is gone. */
#define LOOK_US 50000u
/* Silence is measured in what the line could have carried: at this rate a clock passes in a
 * microsecond, at 3 Mbaud two. So what may have got lost is asked for after the time of 60,000
 * bytes (0.2 s), more than the system keeps on their way and a frame each way together. */
#define BAUD_OF_A_CLOCK_A_US 1500000u
/* The device sends again what was not acknowledged in 2^20 clocks: at 48 MHz the line carries 6,500
 * bytes by then. Frames that are asked for stay well below it. */
#define READ_WORDS 512u

struct serial_transport {
    struct xg_transport transport;
    struct xg_serial_port *port;
    uint32_t baud, clocks_per_us, wait_ms;
    uint8_t rest[4]; /* last bytes of a word that was taken and has not gone whole */
    size_t rests;
    struct xg_byte_words in;
    char path[];
};

static struct serial_transport *of(struct xg_transport *t)
{
    return (struct serial_transport *)t;
}

static bool send_rest(struct serial_transport *t, struct xg_error *err)
{
    size_t went = 0;
    if (t->rests && !xg_serial_port_write(t->port, t->rest, t->rests, &went, err))
        return false;
    t->rests -= went;
    memmove(t->rest, t->rest + went, t->rests);
    return true;
}

static bool serial_write(struct xg_transport *transport, const uint32_t *words, size_t count,
                         size_t *taken, struct xg_error *err)
{
    struct serial_transport *t = of(transport);
    *taken = 0;
    if (!send_rest(t, err))
        return false;
    while (*taken < count && !t->rests) {
        uint8_t bytes[4 * CHUNK_WORDS];
        size_t n = count - *taken < CHUNK_WORDS ? count - *taken : CHUNK_WORDS, went = 0;
        xg_bytes_of_words(bytes, words + *taken, n);
        if (!xg_serial_port_write(t->port, bytes, 4 * n, &went, err))
            return false;
        t->rests = (4 - went % 4) % 4;
        memcpy(t->rest, bytes + went, t->rests);
        *taken += (went + t->rests) / 4;
        if (went < 4 * n)
            break;
    }
    return true;
}

static bool serial_read(struct xg_transport *transport, uint32_t *words, size_t max, size_t *given,
                        struct xg_error *err)
{
    struct serial_transport *t = of(transport);
    uint8_t bytes[4 * CHUNK_WORDS];
    size_t n = max < CHUNK_WORDS ? max : CHUNK_WORDS, got = 0;
    size_t had = xg_byte_words_begin(&t->in, bytes);
    *given = 0;
    if (!xg_serial_port_read(t->port, bytes + had, 4 * n - had, &got, err))
        return false;
    *given = xg_byte_words_end(&t->in, bytes, had + got, words);
    return true;
}

static bool serial_wait(struct xg_transport *transport, uint64_t *clocks, struct xg_error *err)
{
    struct serial_transport *t = of(transport);
    uint64_t start = xg_host_us();
    bool good = send_rest(t, err) && xg_serial_port_wait(t->port, WAIT_US, err);
    uint64_t us = xg_host_us() - start;
    *clocks = 1 + (t->clocks_per_us ? us * t->clocks_per_us : us * t->baud / BAUD_OF_A_CLOCK_A_US);
    return good;
}

static void serial_destroy(struct xg_transport *transport)
{
    struct serial_transport *t = of(transport);
    xg_serial_port_close(t->port);
    free(t);
}

static bool flush(struct serial_transport *t, struct xg_error *err)
{
    uint8_t dropped[4096];
    size_t given;
    for (uint64_t end = xg_host_us() + FLUSH_US; xg_host_us() < end;)
        if (!xg_serial_port_wait(t->port, WAIT_US, err) ||
            !xg_serial_port_read(t->port, dropped, sizeof dropped, &given, err))
            return false;
    return true;
}

static bool open_line(struct serial_transport *t, struct xg_error *err)
{
    t->rests = t->in.parts = 0;
    t->port = xg_serial_port_open(t->path, t->baud, err);
    if (t->port && flush(t, err))
        return true;
    xg_serial_port_close(t->port);
    t->port = NULL;
    return false;
}

/* The line of the same name; the link sees whether the same device is behind it. */
static bool serial_reopen(struct xg_transport *transport, struct xg_error *err)
{
    struct serial_transport *t = of(transport);
    const struct timespec pause = {.tv_nsec = LOOK_US * 1000l};
    uint64_t end = xg_host_us() + 1000ull * t->wait_ms;
    xg_serial_port_close(t->port);
    transport->zeroed = false;
    for (;;) {
        struct xg_error last = {0};
        if (open_line(t, &last))
            return true;
        if (xg_host_us() > end)
            return xg_fail(err, last.kind, "it did not come back in %u s: %s", t->wait_ms / 1000,
                           last.text);
        nanosleep(&pause, NULL);
    }
}

static const char look_at[] = "is its gateware loaded, was its switch 1 on when it was reset, and "
                              "is the baud rate the board's?";
static const struct xg_transport_ops serial_ops = {.name = "fpga",
                                                   .look_at = look_at,
                                                   .read_words = READ_WORDS,
                                                   .destroy = serial_destroy,
                                                   .write = serial_write,
                                                   .read = serial_read,
                                                   .wait = serial_wait};
static const struct xg_transport_ops serial_ops_that_wait = {.name = "fpga",
                                                             .look_at = look_at,
                                                             .read_words = READ_WORDS,
                                                             .destroy = serial_destroy,
                                                             .write = serial_write,
                                                             .read = serial_read,
                                                             .wait = serial_wait,
                                                             .reopen = serial_reopen};

struct xg_transport *xg_serial_transport_create(const struct xg_serial_link_options *options,
                                                struct xg_error *err)
{
    const size_t size = strlen(options->path) + 1;
    struct serial_transport *t = calloc(1, sizeof *t + size);
    if (!t) {
        xg_fail(err, XG_E_DEVICE, "no host memory for a serial link");
        return NULL;
    }
    memcpy(t->path, options->path, size);
    t->transport.ops = options->wait_ms ? &serial_ops_that_wait : &serial_ops;
    t->transport.zeroed = options->zeroed;
    t->baud = options->baud;
    t->clocks_per_us = options->clocks_per_us;
    t->wait_ms = options->wait_ms;
    if (open_line(t, err))
        return &t->transport;
    free(t);
    return NULL;
}
