/* Queued bulk transfers; see pipe.h. */
#include "driver/usb/pipe.h"

#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

/* Sizes from what one USB turn costs (125 to 250 us at 40 MB/s): eight transfers of 16 KiB each way
 * are 3 ms of traffic, so that the bus never waits for the host. */
#define TRANSFERS      8
#define TRANSFER_BYTES 16384u
/* Received bytes kept before no more is asked for: the device is then held by the bus. */
#define KEPT_MAX (1u << 20)
/* A cancelled transfer comes back within milliseconds; a host controller that does not give one
 * back in this time never will. */
#define CANCEL_TURNS 200
#define CANCEL_US    10000

struct slot {
    struct xg_usb_pipe *pipe;
    struct libusb_transfer *transfer;
    uint8_t *buffer;
    bool busy;
};

struct xg_usb_pipe {
    libusb_context *context;
    libusb_device_handle *handle;
    struct xg_usb_pipe_options options;
    struct slot out[TRANSFERS], in[TRANSFERS];
    unsigned next_out; /* slots are used in turn, so that bytes stay in order */
    size_t unsent;
    uint8_t *kept; /* received: kept[first .. first + count) */
    size_t first, count, capacity;
    struct xg_error err;
    bool closing;
};

const char *xg_usb_reason(int code)
{
    switch (code) {
    case LIBUSB_ERROR_ACCESS:
        return "this user may not open it; install the udev rule of docs/board.md and plug it in "
               "again";
    case LIBUSB_ERROR_BUSY:
        return "another program or a kernel driver holds it; close the other program";
    case LIBUSB_ERROR_NO_DEVICE:
        return "it was unplugged";
    case LIBUSB_ERROR_TIMEOUT:
        return "it does not answer; plug it in again";
    case LIBUSB_ERROR_PIPE:
        return "it refused a request";
    case LIBUSB_ERROR_IO:
        return "the bus reports errors; try another cable or port";
    case LIBUSB_ERROR_NO_MEM:
        return "the kernel has no memory for USB transfers (see "
               "/sys/module/usbcore/parameters/usbfs_memory_mb)";
    case LIBUSB_ERROR_NOT_SUPPORTED:
        return "this system cannot do that";
    default:
        return libusb_error_name(code);
    }
}

static void failed(struct xg_usb_pipe *p, const char *what, const char *why)
{
    xg_fail(&p->err, XG_E_DEVICE, "USB: %s: %s", what, why);
}

static const char *status_reason(enum libusb_transfer_status status)
{
    switch (status) {
    case LIBUSB_TRANSFER_NO_DEVICE:
        return "the board was unplugged";
    case LIBUSB_TRANSFER_STALL:
        return "the board refuses transfers (endpoint stalled); plug it in again";
    case LIBUSB_TRANSFER_OVERFLOW:
        return "the board sent more than was asked for; it is not a Xenogate link";
    case LIBUSB_TRANSFER_TIMED_OUT:
        return "the board does not answer";
    case LIBUSB_TRANSFER_CANCELLED:
        return "the transfer was cancelled by the system";
    default:
        return "the bus reports errors; try another cable or port";
    }
}

/* --- in --- */

static bool keep(struct xg_usb_pipe *p, const uint8_t *bytes, size_t n)
{
    if (p->first + p->count + n > p->capacity) {
        memmove(p->kept, p->kept + p->first, p->count);
        p->first = 0;
    }
    if (p->count + n > p->capacity) {
        size_t capacity = 2 * (p->count + n);
        uint8_t *bigger = realloc(p->kept, capacity);
        if (!bigger)
            return false;
        p->kept = bigger;
        p->capacity = capacity;
    }
    memcpy(p->kept + p->first + p->count, bytes, n);
    p->count += n;
    return true;
}

static void take_packets(struct xg_usb_pipe *p, const uint8_t *bytes, size_t n)
{
    for (size_t at = 0; at < n; at += p->options.packet) {
        size_t length = n - at < p->options.packet ? n - at : p->options.packet;
        if (length <= p->options.skipped)
            continue;
        if (!keep(p, bytes + at + p->options.skipped, length - p->options.skipped))
            failed(p, "received bytes", "no host memory");
    }
}

static void ask(struct slot *s)
{
    int code = libusb_submit_transfer(s->transfer);
    if (code == 0)
        s->busy = true;
    else
        failed(s->pipe, "asking for data", xg_usb_reason(code));
}

static void LIBUSB_CALL came(struct libusb_transfer *t)
{
    struct slot *s = t->user_data;
    s->busy = false;
    if (s->pipe->closing)
        return;
    if (t->status != LIBUSB_TRANSFER_COMPLETED) {
        failed(s->pipe, "receiving", status_reason(t->status));
        return;
    }
    take_packets(s->pipe, t->buffer, (size_t)t->actual_length);
    if (s->pipe->count < KEPT_MAX && s->pipe->err.kind == XG_OK)
        ask(s);
}

/* Transfers that rested because too much was kept. Any order will do: none is under way. */
static void ask_again(struct xg_usb_pipe *p)
{
    if (p->count >= KEPT_MAX)
        return;
    for (unsigned i = 0; i < TRANSFERS && p->err.kind == XG_OK; i++)
        if (!p->in[i].busy)
            ask(&p->in[i]);
}

/* --- out --- */

static void LIBUSB_CALL went(struct libusb_transfer *t)
{
    struct slot *s = t->user_data;
    s->busy = false;
    s->pipe->unsent -= (size_t)t->length;
    if (s->pipe->closing)
        return;
    if (t->status != LIBUSB_TRANSFER_COMPLETED)
        failed(s->pipe, "sending", status_reason(t->status));
    else if (t->actual_length != t->length)
        failed(s->pipe, "sending", "the board took a part of a transfer only");
}

bool xg_usb_pipe_write(struct xg_usb_pipe *p, const uint8_t *bytes, size_t count, size_t *taken,
                       struct xg_error *err)
{
    *taken = 0;
    while (*taken < count && p->err.kind == XG_OK && !p->out[p->next_out].busy) {
        struct slot *s = &p->out[p->next_out];
        size_t n = count - *taken < TRANSFER_BYTES ? count - *taken : TRANSFER_BYTES;
        memcpy(s->buffer, bytes + *taken, n);
        s->transfer->length = (int)n;
        int code = libusb_submit_transfer(s->transfer);
        if (code != 0) {
            failed(p, "sending", xg_usb_reason(code));
            break;
        }
        s->busy = true;
        p->unsent += n;
        *taken += n;
        p->next_out = (p->next_out + 1) % TRANSFERS;
    }
    return p->err.kind == XG_OK || xg_fail(err, p->err.kind, "%s", p->err.text);
}

bool xg_usb_pipe_read(struct xg_usb_pipe *p, uint8_t *bytes, size_t max, size_t *given,
                      struct xg_error *err)
{
    *given = p->count < max ? p->count : max;
    if (*given) {
        memcpy(bytes, p->kept + p->first, *given);
        p->first += *given;
        p->count -= *given;
        if (p->err.kind == XG_OK)
            ask_again(p);
        return true; /* what came before a failure is still good */
    }
    return p->err.kind == XG_OK || xg_fail(err, p->err.kind, "%s", p->err.text);
}

bool xg_usb_pipe_wait(struct xg_usb_pipe *p, uint32_t microseconds, struct xg_error *err)
{
    struct timeval time = {.tv_sec = microseconds / 1000000u, .tv_usec = microseconds % 1000000u};
    int code = libusb_handle_events_timeout_completed(p->context, &time, NULL);
    if (code != 0 && code != LIBUSB_ERROR_INTERRUPTED)
        failed(p, "waiting", xg_usb_reason(code));
    return p->err.kind == XG_OK || p->count || xg_fail(err, p->err.kind, "%s", p->err.text);
}

size_t xg_usb_pipe_unsent(const struct xg_usb_pipe *p)
{
    return p->unsent;
}

/* --- life --- */

static bool make_slot(struct xg_usb_pipe *p, struct slot *s, uint8_t endpoint,
                      libusb_transfer_cb_fn done)
{
    s->pipe = p;
    s->buffer = malloc(TRANSFER_BYTES);
    s->transfer = libusb_alloc_transfer(0);
    if (!s->buffer || !s->transfer)
        return false;
    libusb_fill_bulk_transfer(s->transfer, p->handle, endpoint, s->buffer, (int)TRANSFER_BYTES,
                              done, s, 0);
    return true;
}

static bool any_busy(const struct xg_usb_pipe *p)
{
    for (unsigned i = 0; i < TRANSFERS; i++)
        if (p->in[i].busy || p->out[i].busy)
            return true;
    return false;
}

static void free_slot(struct slot *s)
{
    if (s->busy)
        return; /* the system never gave it back: its memory must stay */
    libusb_free_transfer(s->transfer);
    free(s->buffer);
}

void xg_usb_pipe_destroy(struct xg_usb_pipe *p)
{
    if (!p)
        return;
    p->closing = true;
    for (unsigned i = 0; i < TRANSFERS; i++) {
        if (p->in[i].busy)
            libusb_cancel_transfer(p->in[i].transfer);
        if (p->out[i].busy)
            libusb_cancel_transfer(p->out[i].transfer);
    }
    for (unsigned turn = 0; turn < CANCEL_TURNS && any_busy(p); turn++) {
        struct timeval time = {.tv_usec = CANCEL_US};
        libusb_handle_events_timeout_completed(p->context, &time, NULL);
    }
    bool lost = any_busy(p);
    for (unsigned i = 0; i < TRANSFERS; i++) {
        free_slot(&p->in[i]);
        free_slot(&p->out[i]);
    }
    free(p->kept);
    if (!lost)
        free(p);
}

struct xg_usb_pipe *xg_usb_pipe_create(libusb_context *context, libusb_device_handle *handle,
                                       const struct xg_usb_pipe_options *options,
                                       struct xg_error *err)
{
    struct xg_usb_pipe *p = calloc(1, sizeof *p);
    if (!p) {
        xg_fail(err, XG_E_DEVICE, "no host memory for a USB link");
        return NULL;
    }
    p->context = context;
    p->handle = handle;
    p->options = *options;
    bool made = true;
    for (unsigned i = 0; i < TRANSFERS && made; i++)
        made = make_slot(p, &p->in[i], options->endpoint_in, came) &&
               make_slot(p, &p->out[i], options->endpoint_out, went);
    if (made)
        ask_again(p);
    else
        xg_fail(&p->err, XG_E_DEVICE, "no host memory for USB transfers");
    if (p->err.kind != XG_OK) {
        xg_fail(err, p->err.kind, "%s", p->err.text);
        xg_usb_pipe_destroy(p);
        return NULL;
    }
    return p;
}
