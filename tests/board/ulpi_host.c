/* See ulpi_model.h: the host. */
#include "tests/board/ulpi_packets.h"

#include <stdlib.h>
#include <string.h>

enum {
    PID_OUT = 0xE1,
    PID_IN = 0x69,
    PID_SOF = 0xA5,
    PID_SETUP = 0x2D,
    PID_PING = 0xB4,
    PID_DATA0 = 0xC3,
    PID_DATA1 = 0x4B,
    PID_ACK = 0xD2,
    PID_NAK = 0x5A,
    PID_STALL = 0x1E,
    PID_NYET = 0x96
};
enum { SE0, J, K };
#define FULL_SPEED      0x45 /* the function register of a device that waits for its reset */
#define HIGH_SPEED      0x40
#define BULK_PACKET     512u
#define CONTROL_PACKET  64u
#define ENDPOINT        1u
#define TRIES           3u
#define NAKS_OF_CONTROL 1000u
#define MICROFRAME      7500u
#define CLOCKS_A_TURN   600u
#define SESSION         3u
#define CHIRP_CLOCKS    200u
#define START_LIMIT     20000u

/* ---- packets ---- */

static unsigned crc5(unsigned bits)
{
    unsigned r = 0x1F;
    for (unsigned i = 0; i < 11; i++) {
        unsigned feed = (r ^ bits >> i) & 1;
        r = r >> 1 ^ (feed ? 0x14u : 0);
    }
    return ~r & 0x1F;
}

static unsigned crc16(const uint8_t *bytes, unsigned n)
{
    unsigned r = 0xFFFF;
    for (unsigned i = 0; i < 8 * n; i++) {
        unsigned feed = (r ^ bytes[i / 8] >> i % 8) & 1;
        r = r >> 1 ^ (feed ? 0xA001u : 0);
    }
    return ~r & 0xFFFF;
}

static void token(struct ulpi_host *h, unsigned pid, unsigned bits)
{
    const uint8_t packet[3] = {(uint8_t)pid, (uint8_t)bits, (uint8_t)(bits >> 8 | crc5(bits) << 3)};
    ulpi_send(h, packet, sizeof packet);
}

/* A host says each microframe, and is never silent. */
static void start_of_frame(struct ulpi_host *h)
{
    if (h->clocks < h->next_sof)
        return;
    h->next_sof = h->clocks + MICROFRAME;
    token(h, PID_SOF, h->frame++ >> 3 & 0x7FF);
}

static void to_endpoint(struct ulpi_host *h, unsigned pid, unsigned endpoint)
{
    start_of_frame(h);
    token(h, pid, h->address | endpoint << 7);
}

static void send_data(struct ulpi_host *h, bool toggle, const uint8_t *bytes, unsigned n)
{
    uint8_t packet[ULPI_PACKET] = {toggle ? PID_DATA1 : PID_DATA0};
    unsigned crc = crc16(bytes, n);
    if (n)
        memcpy(packet + 1, bytes, n);
    packet[1 + n] = (uint8_t)crc;
    packet[2 + n] = (uint8_t)(crc >> 8);
    ulpi_send(h, packet, n + 3);
}

static void acknowledge(struct ulpi_host *h)
{
    const uint8_t packet = PID_ACK;
    ulpi_send(h, &packet, 1);
}

/* The handshake that comes, or 0 for none that is one. */
static unsigned handshake(struct ulpi_host *h)
{
    return ulpi_receive(h) && h->tx.n == 1 ? h->tx.bytes[0] : 0;
}

/* ---- transactions: bytes, or USBFS_NAK, USBFS_STALL, USBFS_ERROR ---- */

/* One packet to the device; says NAK until it is taken. */
static int out_packet(struct ulpi_host *h, unsigned pid, unsigned endpoint, bool toggle,
                      const uint8_t *bytes, unsigned n)
{
    for (unsigned tries = 0; tries < TRIES; tries++) {
        if (h->ping && endpoint) {
            to_endpoint(h, PID_PING, endpoint);
            unsigned answer = handshake(h);
            if (answer == PID_NAK)
                return USBFS_NAK;
            if (answer != PID_ACK)
                continue;
            h->ping = false;
        }
        to_endpoint(h, pid, endpoint);
        send_data(h, toggle, bytes, n);
        unsigned answer = handshake(h);
        if (answer == PID_STALL)
            return USBFS_STALL;
        if (endpoint)
            h->ping = answer == PID_NAK || answer == PID_NYET;
        if (answer == PID_NAK)
            return USBFS_NAK;
        if (answer == PID_ACK || answer == PID_NYET)
            return (int)n;
        h->retries++;
    }
    return USBFS_ERROR;
}

/* One packet from the device; what was had already is acknowledged and asked for again. */
static int in_packet(struct ulpi_host *h, unsigned endpoint, bool *toggle, uint8_t *bytes,
                     unsigned room)
{
    for (unsigned tries = 0; tries < TRIES; tries++) {
        to_endpoint(h, PID_IN, endpoint);
        if (!ulpi_receive(h)) {
            h->retries++;
            continue;
        }
        unsigned pid = h->tx.bytes[0], n = h->tx.n;
        if (n == 1 && (pid == PID_NAK || pid == PID_STALL))
            return pid == PID_NAK ? USBFS_NAK : USBFS_STALL;
        if (n < 3 || (pid != PID_DATA0 && pid != PID_DATA1) ||
            crc16(h->tx.bytes + 1, n - 3) !=
                (unsigned)(h->tx.bytes[n - 2] | h->tx.bytes[n - 1] << 8)) {
            h->retries++;
            continue;
        }
        acknowledge(h);
        if ((pid == PID_DATA1) != *toggle) {
            tries--; /* it is alive */
            h->retries++;
            continue;
        }
        *toggle = !*toggle;
        if (n - 3 > room) {
            ulpi_broke(h, "a packet that is too long");
            return USBFS_ERROR;
        }
        if (n > 3)
            memcpy(bytes, h->tx.bytes + 1, n - 3);
        return (int)(n - 3);
    }
    return USBFS_ERROR;
}

/* ---- control transfers ---- */

static int control_in(struct ulpi_host *h, uint8_t *data, unsigned length)
{
    bool toggle = true;
    unsigned at = 0;
    for (unsigned naks = 0; at < length;) {
        uint8_t packet[CONTROL_PACKET];
        int n = in_packet(h, 0, &toggle, packet, sizeof packet);
        if (n == USBFS_NAK && naks++ < NAKS_OF_CONTROL)
            continue;
        if (n < 0)
            return n == USBFS_NAK ? USBFS_ERROR : n;
        if ((unsigned)n > length - at) {
            ulpi_broke(h, "more bytes than were asked for");
            return USBFS_ERROR;
        }
        memcpy(data + at, packet, (size_t)n);
        at += (unsigned)n;
        if ((unsigned)n < CONTROL_PACKET)
            break;
    }
    int done = out_packet(h, PID_OUT, 0, true, NULL, 0);
    return done < 0 ? done : (int)at;
}

static int control(void *ctx, const uint8_t *s, uint8_t *data, unsigned length)
{
    struct ulpi_host *h = ctx;
    bool toggle = true;
    unsigned want = s[6] | (unsigned)s[7] << 8;
    int n = out_packet(h, PID_SETUP, 0, false, s, 8);
    if (n < 0)
        return n == USBFS_NAK ? USBFS_ERROR : n;
    if (s[0] & 0x80)
        return control_in(h, data, want < length ? want : length);
    return in_packet(h, 0, &toggle, data, 0); /* the device has no request with data to it */
}

static int request(struct ulpi_host *h, unsigned kind, unsigned what, unsigned value,
                   unsigned length, uint8_t *data)
{
    const uint8_t s[8] = {
        (uint8_t)kind,   (uint8_t)what,         (uint8_t)value, (uint8_t)(value >> 8), 0, 0,
        (uint8_t)length, (uint8_t)(length >> 8)};
    return control(h, s, data, length);
}

/* ---- bulk ---- */

static int out(void *ctx, const uint8_t *data, unsigned length)
{
    struct ulpi_host *h = ctx;
    while (h->out_done < length) {
        unsigned n = length - h->out_done < BULK_PACKET ? length - h->out_done : BULK_PACKET;
        int sent = out_packet(h, PID_OUT, ENDPOINT, h->toggle_out, data + h->out_done, n);
        h->naks += sent == USBFS_NAK;
        if (sent == USBFS_NAK)
            return USBFS_NAK;
        if (sent < 0) {
            h->out_done = 0;
            return sent;
        }
        h->toggle_out = !h->toggle_out;
        h->out_done += n;
        h->bytes_out += n;
    }
    h->out_done = 0;
    return (int)length;
}

static int in(void *ctx, uint8_t *data, unsigned length)
{
    struct ulpi_host *h = ctx;
    unsigned room = length < sizeof h->in_part ? length : sizeof h->in_part;
    while (h->in_done + BULK_PACKET <= room) {
        int n = in_packet(h, ENDPOINT, &h->toggle_in, h->in_part + h->in_done, BULK_PACKET);
        h->naks += n == USBFS_NAK;
        if (n < 0)
            return n;
        h->in_done += (unsigned)n;
        h->bytes_in += (unsigned)n;
        if ((unsigned)n < BULK_PACKET)
            break;
    }
    unsigned at = h->in_done;
    memcpy(data, h->in_part, at);
    h->in_done = 0;
    return (int)at;
}

static void turn(void *ctx)
{
    start_of_frame(ctx);
    ulpi_idle(ctx, CLOCKS_A_TURN);
}

/* ---- the cable ---- */

static bool wait_function(struct ulpi_host *h, uint8_t value)
{
    for (unsigned i = 0; i < START_LIMIT && h->function != value; i++) {
        if (h->reset_wanted)
            ulpi_phy_reset(h);
        ulpi_clock(h);
    }
    return h->function == value;
}

/* SE0, the device's chirp, three pairs of the host's. */
static const char *handshake_high(struct ulpi_host *h)
{
    h->tx.chirp = h->tx.whole = false;
    ulpi_line(h, SE0, SESSION);
    for (unsigned i = 0; i < START_LIMIT && !(h->tx.chirp && h->tx.whole); i++)
        ulpi_clock(h);
    if (!h->tx.whole)
        return "no chirp of the device";
    for (unsigned i = 0; i < 6; i++) {
        ulpi_line(h, i & 1 ? J : K, SESSION);
        ulpi_idle(h, CHIRP_CLOCKS);
    }
    ulpi_line(h, SE0, SESSION);
    if (!wait_function(h, HIGH_SPEED))
        return "no high speed";
    ulpi_idle(h, CHIRP_CLOCKS);
    return NULL;
}

/* Without faults: whether an address was taken whose acknowledgement got lost nobody can tell, and
 * the driver of a hub would reset the device and begin again. */
const char *ulpi_plug(struct ulpi_host *h)
{
    uint8_t *d = h->descriptors;
    h->calm = UINT64_MAX;
    h->address = 0;
    h->toggle_out = h->toggle_in = h->ping = false;
    h->out_done = h->in_done = 0;
    ulpi_idle(h, 100);
    ulpi_line(h, SE0, SESSION);
    if (!wait_function(h, FULL_SPEED))
        return "no pull-up";
    ulpi_line(h, J, SESSION);
    ulpi_idle(h, 100);
    const char *wrong = handshake_high(h);
    if (wrong)
        return wrong;
    if (request(h, 0x80, 6, 0x0100, 18, d) != 18)
        return "no device descriptor";
    if (request(h, 0x00, 5, 7, 0, NULL) != 0)
        return "no address";
    h->address = 7;
    int n = request(h, 0x80, 6, 0x0200, sizeof h->descriptors - 18, d + 18);
    if (n < 9 || n != (d[20] | d[21] << 8))
        return "no configuration descriptor";
    if (request(h, 0x00, 9, d[23], 0, NULL) != 0)
        return "no configuration";
    h->device = (struct usbfs_device){.ctx = h,
                                      .descriptors = d,
                                      .length = 18 + (unsigned)n,
                                      .control = control,
                                      .out = out,
                                      .in = in,
                                      .turn = turn};
    h->calm = h->packets;
    return NULL;
}

void ulpi_unplug(struct ulpi_host *h)
{
    ulpi_line(h, SE0, 0);
    ulpi_idle(h, 200);
}

void ulpi_init(struct ulpi_host *h, ulpi_clock_fn *clock, void *board,
               const struct ulpi_faults *faults)
{
    memset(h, 0, sizeof *h);
    h->clock = clock;
    h->board = board;
    h->faults = *faults;
    h->random = faults->seed ? faults->seed : 1;
    h->pins.dir = h->dir_was = true;
    h->function = 0x41;
    ulpi_idle(h, 10);
    h->pins.dir = false;
}
