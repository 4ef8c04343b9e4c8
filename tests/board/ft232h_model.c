/* See ft232h_model.h. */
#include "tests/board/ft232h_model.h"

#include <stdlib.h>
#include <string.h>

#define PACKET       512u
#define STATUS_BYTES 2u
#define SYNC_FIFO    0x40
#define CLOCKS_A_TURN                                                                              \
    2000u                  /* time that passes for each look of the host, when nothing holds it    \
                            */
#define CLOCKS_A_MS 60000u /* of the latency timer */

static const uint8_t descriptors[] = {
    18,   1,    0x00, 2,    0,    0,    0,    64,   0x03,
    0x04, 0x14, 0x60, 0x00, 0x09, 1,    2,    3,    1,  /* device */
    9,    2,    32,   0,    1,    1,    0,    0x80, 45, /* configuration */
    9,    4,    0,    0,    2,    0xFF, 0xFF, 0xFF, 2,  /* interface */
    7,    5,    0x81, 2,    0,    2,    0,              /* IN, 512 */
    7,    5,    0x02, 2,    0,    2,    0,              /* OUT, 512 */
};

static uint32_t draw(struct ft232h *f)
{
    f->random ^= f->random << 13;
    f->random ^= f->random >> 17;
    f->random ^= f->random << 5;
    return f->random;
}

/* One in n; never for 0. */
static bool hit(struct ft232h *f, uint32_t n)
{
    return n && draw(f) % n == 0;
}

/* --- EEPROM and control --- */

static const char *const names[] = {"Xenogate", "Board model", "XGSIM1"};

/* A string descriptor at `at`, and where the image points to it. Returns the next free byte. */
static unsigned put_string(uint8_t *image, unsigned pointer, unsigned at, const char *text)
{
    unsigned length = 2 + 2 * (unsigned)strlen(text);
    image[pointer] = (uint8_t)(at | 0x80);
    image[pointer + 1] = image[at] = (uint8_t)length;
    image[at + 1] = 3;
    for (unsigned i = 0; text[i]; i++)
        image[at + 2 + 2 * i] = (uint8_t)text[i];
    return at + length;
}

/* A 93C56 as libftdi reads one: type of the channel, ids, strings, checksum in the last word. */
static void make_eeprom(struct ft232h *f, enum ft232h_eeprom kind)
{
    uint8_t image[2 * FT232H_EEPROM_WORDS] = {kind == FT232H_IS_FIFO,
                                              0,
                                              0x03,
                                              0x04,
                                              0x14,
                                              0x60,
                                              0x00,
                                              0x09,
                                              0x80,
                                              45,
                                              0x08,
                                              0,
                                              0x00,
                                              0x02};
    uint16_t sum = 0xAAAA;
    memset(f->eeprom, 0xFF, sizeof f->eeprom);
    if (kind == FT232H_BLANK)
        return;
    image[0x1E] = 0x56;
    for (unsigned i = 0, at = 0xA0; i < 3; i++)
        at = put_string(image, 0x0E + 2 * i, at, names[i]);
    memcpy(f->eeprom, image, sizeof image);
    for (unsigned i = 0; i < FT232H_EEPROM_WORDS - 1; i++) {
        sum ^= f->eeprom[i];
        sum = (uint16_t)(sum << 1 | sum >> 15);
    }
    f->eeprom[FT232H_EEPROM_WORDS - 1] = sum;
}

static int string_descriptor(struct ft232h *f, unsigned index, uint8_t *to, unsigned room)
{
    uint8_t text[64] = {4, 3, 0x09, 0x04};
    (void)f;
    if (index >= 1 && index <= 3) {
        size_t n = strlen(names[index - 1]);
        text[0] = (uint8_t)(2 + 2 * n);
        for (size_t i = 0; i < n; i++) {
            text[2 + 2 * i] = (uint8_t)names[index - 1][i];
            text[3 + 2 * i] = 0;
        }
    }
    unsigned length = text[0] < room ? text[0] : room;
    memcpy(to, text, length);
    return (int)length;
}

static void purge(struct ft232h *f, unsigned what)
{
    if (what == 0 || what == 1)
        f->out.head = f->out.tail = f->out_done = 0;
    if (what == 0 || what == 2)
        f->in.head = f->in.tail = 0;
}

/* Vendor requests, from FTDI's driver documentation as libftdi uses them. */
static int vendor_request(struct ft232h *f, const uint8_t *s, uint8_t *data, unsigned length)
{
    unsigned value = s[2] | s[3] << 8, index = s[4] | s[5] << 8;
    switch (s[1]) {
    case 0x00: /* reset (0), purge of what the host sent (1) or gets (2) */
        purge(f, value);
        if (value == 0)
            f->bitmode = 0;
        return 0;
    case 0x05: /* modem status */
        data[0] = 0x01;
        data[1] = 0x60;
        return 2;
    case 0x09:
        f->latency = (uint8_t)value;
        return 0;
    case 0x0B:
        f->bitmode = (uint8_t)(value >> 8);
        if (f->bitmode != SYNC_FIFO)
            purge(f, 0);
        return 0;
    case 0x90: /* read a word of the EEPROM */
        if (length < 2)
            return USBFS_STALL;
        memcpy(data, &f->eeprom[index % FT232H_EEPROM_WORDS], 2);
        return 2;
    case 0x91:
        f->eeprom[index % FT232H_EEPROM_WORDS] = (uint16_t)value;
        return 0;
    default: /* flow control, baud rate, latency read: taken, nothing to see */
        memset(data, 0, length);
        return s[0] & 0x80 ? (int)length : 0;
    }
}

static int control(void *ctx, const uint8_t *s, uint8_t *data, unsigned length)
{
    struct ft232h *f = ctx;
    if ((s[0] & 0x60) == 0x40)
        return vendor_request(f, s, data, length);
    if (s[1] == 6 && s[3] == 3)
        return string_descriptor(f, s[2], data, length);
    return s[0] & 0x80 ? USBFS_STALL : 0;
}

/* --- wires --- */

static unsigned level(unsigned head, unsigned tail)
{
    return tail - head;
}

/* A byte that the board takes from, or gives to, the chip: with the faults of long wires. */
static void into_in(struct ft232h *f, uint8_t byte)
{
    if (hit(f, f->faults.lose_in))
        return;
    if (hit(f, f->faults.flip_in))
        byte ^= (uint8_t)(1u << (draw(f) & 7));
    unsigned times = hit(f, f->faults.twice_in) ? 2 : 1;
    while (times-- && level(f->in.head, f->in.tail) < FT232H_FIFO)
        f->in.bytes[f->in.tail++ % FT232H_STORE] = byte;
}

static void one_clock(struct ft232h *f)
{
    struct ft232h_pins pins = {.rxf_n = level(f->out.head, f->out.tail) == 0,
                               .txe_n = level(f->in.head, f->in.tail) >= FT232H_FIFO - 2,
                               .from_chip = f->out.bytes[f->out.head % FT232H_STORE]};
    f->clock(f->board, &pins);
    if (!pins.rxf_n && !pins.rd_n && !pins.oe_n)
        f->out.head++;
    if (!pins.txe_n && !pins.wr_n)
        into_in(f, pins.to_chip);
    f->push |= !pins.siwu_n;
    f->clocks++;
    if (f->clocks / FT232H_MICROFRAME != f->frame) {
        f->frame = f->clocks / FT232H_MICROFRAME;
        f->packets = FT232H_PACKETS_A_FRAME;
        if (f->faults.pressure)
            f->packets = draw(f) % 4 ? draw(f) % (FT232H_PACKETS_A_FRAME + 1) : 0;
    }
}

static void run(struct ft232h *f, unsigned clocks)
{
    while (clocks--)
        one_clock(f);
}

/* --- bus --- */

static bool fault_of_transfer(struct ft232h *f, int *result)
{
    *result = hit(f, f->faults.stall) ? USBFS_STALL : hit(f, f->faults.error) ? USBFS_ERROR : 0;
    return *result != 0;
}

static void put_out(struct ft232h *f, uint8_t byte)
{
    if (hit(f, f->faults.lose_out))
        return;
    if (hit(f, f->faults.flip_out))
        byte ^= (uint8_t)(1u << (draw(f) & 7));
    unsigned times = hit(f, f->faults.twice_out) ? 2 : 1;
    while (times--)
        f->out.bytes[f->out.tail++ % FT232H_STORE] = byte;
}

/* Moves packets as long as the microframe and the FIFO have room. */
static int out(void *ctx, const uint8_t *data, unsigned length)
{
    struct ft232h *f = ctx;
    int result;
    if (f->bitmode != SYNC_FIFO)
        return (int)length; /* a serial port nobody listens to */
    if (f->out_done == 0 && fault_of_transfer(f, &result))
        return result;
    while (f->out_done < length) {
        unsigned n = length - f->out_done < PACKET ? length - f->out_done : PACKET;
        if (f->packets == 0 || level(f->out.head, f->out.tail) + n > FT232H_FIFO)
            return USBFS_NAK;
        for (unsigned i = 0; i < n; i++)
            put_out(f, data[f->out_done + i]);
        f->out_done += n;
        f->packets--;
    }
    f->out_done = 0;
    f->bytes_out += length;
    return (int)length;
}

/* One transfer: full packets while there are, then one that is short ends it. */
static int in(void *ctx, uint8_t *data, unsigned length)
{
    struct ft232h *f = ctx;
    unsigned at = 0;
    int result;
    if (f->bitmode != SYNC_FIFO)
        return USBFS_NAK;
    while (at + PACKET <= length) {
        unsigned have = level(f->in.head, f->in.tail), room = PACKET - STATUS_BYTES;
        bool due = have >= room || f->push || f->clocks >= f->next_in;
        if (!due || f->packets == 0) {
            if (at == 0)
                return USBFS_NAK;
            run(f, 200); /* the transfer goes on with the next packet */
            if (f->packets == 0 || level(f->in.head, f->in.tail) < room)
                return (int)at;
            continue;
        }
        if (at == 0 && fault_of_transfer(f, &result))
            return result;
        unsigned n = have < room ? have : room;
        data[at] = 0x31;
        data[at + 1] = 0x60;
        for (unsigned i = 0; i < n; i++)
            data[at + STATUS_BYTES + i] = f->in.bytes[f->in.head++ % FT232H_STORE];
        at += STATUS_BYTES + n;
        f->packets--;
        f->packets_in++;
        f->bytes_in += n;
        f->push = false;
        f->next_in = f->clocks + (uint64_t)(f->latency ? f->latency : 16) * CLOCKS_A_MS;
        if (n < room)
            break;
    }
    return (int)at;
}

static void turn(void *ctx)
{
    struct ft232h *f = ctx;
    if (f->bitmode == SYNC_FIFO)
        run(f, f->turn_clocks);
}

void ft232h_init(struct ft232h *f, enum ft232h_eeprom eeprom, ft232h_clock_fn *clock, void *board,
                 const struct ft232h_faults *faults)
{
    memset(f, 0, sizeof *f);
    f->device = (struct usbfs_device){.ctx = f,
                                      .descriptors = descriptors,
                                      .length = sizeof descriptors,
                                      .control = control,
                                      .out = out,
                                      .in = in,
                                      .turn = turn};
    f->clock = clock;
    f->board = board;
    f->faults = *faults;
    f->random = faults->seed ? faults->seed : 1;
    f->packets = FT232H_PACKETS_A_FRAME;
    f->turn_clocks = CLOCKS_A_TURN;
    make_eeprom(f, eeprom);
}
