/* A pair of bulk endpoints of an open USB device, kept busy by queued asynchronous transfers.
 *
 * Bytes go in and come out in order. Nothing blocks but wait(). One thread. A FTDI chip puts two
 * bytes of its own at the head of every packet it sends (modem and line status); the pipe drops
 * them when told so. Any transfer that fails makes the pipe fail for good, with a sentence. */
#ifndef XG_DRIVER_USB_PIPE_H
#define XG_DRIVER_USB_PIPE_H

#include "base/error.h"
#include "base/types.h"

#include <libusb.h>

struct xg_usb_pipe;
struct xg_usb_pipe_options {
    uint8_t endpoint_out, endpoint_in;
    uint32_t packet;  /* bytes of a bulk packet: 512 at high speed, 64 at full speed */
    uint32_t skipped; /* bytes at the head of each incoming packet that are not data */
};

/* `handle` stays the caller's and must outlive the pipe; its interface is claimed already.
 * NULL and err when the host has no memory or refuses the transfers. */
struct xg_usb_pipe *xg_usb_pipe_create(libusb_context *context, libusb_device_handle *handle,
                                       const struct xg_usb_pipe_options *options,
                                       struct xg_error *err);
/* Cancels what is under way and waits for it. Bytes that were not sent are dropped. */
void xg_usb_pipe_destroy(struct xg_usb_pipe *p);

/* Takes up to `count` bytes and hands them to the host controller at once; *taken may be less when
 * all transfers are under way. false: the pipe failed. */
bool xg_usb_pipe_write(struct xg_usb_pipe *p, const uint8_t *bytes, size_t count, size_t *taken,
                       struct xg_error *err);
/* Gives up to `max` bytes that have come. */
bool xg_usb_pipe_read(struct xg_usb_pipe *p, uint8_t *bytes, size_t max, size_t *given,
                      struct xg_error *err);
/* Waits until a transfer ends, at most `microseconds`. */
bool xg_usb_pipe_wait(struct xg_usb_pipe *p, uint32_t microseconds, struct xg_error *err);

/* Bytes taken that have not left the host yet. */
size_t xg_usb_pipe_unsent(const struct xg_usb_pipe *p);

/* What libusb's code means for the user, with what to do about it. */
const char *xg_usb_reason(int libusb_code);

#endif
