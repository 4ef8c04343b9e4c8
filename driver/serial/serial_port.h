/* A serial line of the system (a tty): bytes as they are, eight bits, no parity, one stop bit, no
 * flow control.
 *
 * Bytes go in and come out in order; some may be lost or damaged, for nothing holds the line.
 * Nothing blocks but wait(). One thread. A line that is gone (unplugged) fails for good, with a
 * sentence. */
#ifndef XG_DRIVER_SERIAL_PORT_H
#define XG_DRIVER_SERIAL_PORT_H

#include "base/error.h"
#include "base/types.h"

struct xg_serial_port;

/* Opens the line at `baud` bits a second and drops what it still held. Another program that has it
 * open and locked keeps it. NULL and err: a sentence that says what to do. */
struct xg_serial_port *xg_serial_port_open(const char *path, uint32_t baud, struct xg_error *err);
/* Puts the line's settings back. NULL is allowed. */
void xg_serial_port_close(struct xg_serial_port *p);

/* Takes up to `count` bytes; *taken may be less when the system keeps enough. */
bool xg_serial_port_write(struct xg_serial_port *p, const uint8_t *bytes, size_t count,
                          size_t *taken, struct xg_error *err);
/* Gives up to `max` bytes that have come. What came before a failure is still given. */
bool xg_serial_port_read(struct xg_serial_port *p, uint8_t *bytes, size_t max, size_t *given,
                         struct xg_error *err);
/* Waits until a byte has come, at most `microseconds`. */
bool xg_serial_port_wait(struct xg_serial_port *p, uint32_t microseconds, struct xg_error *err);

/* Whether a line can have this speed; err names those that it can. */
bool xg_serial_baud_is_good(uint32_t baud, struct xg_error *err);

#define XG_SERIAL_LINES_MAX 16
#define XG_SERIAL_FOLDER    "/dev/serial/by-id"
struct xg_serial_line {
    char path[288];
    struct xg_error openable; /* XG_OK, or why it cannot be opened */
};
/* The USB serial lines that the folder's links name (XG_SERIAL_FOLDER), by name; how many, at most
 * `max`. Nothing is opened. */
size_t xg_serial_lines(const char *folder, struct xg_serial_line *lines, size_t max);

#endif
