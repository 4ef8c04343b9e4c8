/* See ulpi_model.h: the PHY and packets. */
#include "tests/board/ulpi_model.h"

#include "tests/board/ulpi_packets.h"

#include <string.h>

enum { REST, COMMAND, BODY, ADDRESS, VALUE, STOP };
enum { FUNCTION = 0x04, OTG = 0x0A };
#define TAKE_LIMIT   2000u /* clocks after which the board must have left the bus */
#define SYNC_CLOCKS  4u    /* of 32 bits */
#define GAP_CLOCKS   12u   /* 88 bit times between two packets of the host */
#define ANSWER_LIMIT 102u  /* 816 bit times without an answer are none */
#define LINE_SE0     0u
#define CALM_PACKETS 8u

uint32_t ulpi_draw(struct ulpi_host *h)
{
    h->random ^= h->random << 13;
    h->random ^= h->random >> 17;
    h->random ^= h->random << 5;
    return h->random;
}

/* One in n, never for 0; then some packets are left alone, since a host gives up at the third error
 * of a transaction. */
static bool hit(struct ulpi_host *h, uint32_t n)
{
    if (!n || h->packets < h->calm || ulpi_draw(h) % n != 0)
        return false;
    h->calm = h->packets + CALM_PACKETS;
    return true;
}

void ulpi_broke(struct ulpi_host *h, const char *why)
{
    if (!h->broken++)
        h->first_broken = why;
}

/* ---- what the PHY does with what the board says ---- */

static void command(struct ulpi_host *h, uint8_t byte)
{
    if (byte >> 6 == 1) {
        h->state = COMMAND;
        h->tx.n = 0;
        h->tx.whole = false;
    } else if (byte >> 6 == 2) {
        h->state = ADDRESS;
    } else if (byte) {
        ulpi_broke(h, "a command that ULPI does not know");
    }
}

static void set_register(struct ulpi_host *h, uint8_t value)
{
    if (h->reg == FUNCTION && value & 0x20)
        h->reset_wanted = true;
    else if (h->reg == FUNCTION)
        h->function = value;
    else if (h->reg != OTG)
        ulpi_broke(h, "a register that nobody needs");
}

static void body(struct ulpi_host *h, const struct xg_ulpi_pins *p)
{
    if (p->stp) {
        h->state = REST;
        h->tx.whole = true;
        if (p->to_phy)
            ulpi_broke(h, "a packet that the board itself calls wrong");
    } else if (p->nxt) {
        h->tx.bytes[h->tx.n] = p->to_phy;
        h->tx.n += h->tx.n + 1 < ULPI_PACKET;
    }
}

static void take_byte(struct ulpi_host *h, const struct xg_ulpi_pins *p)
{
    switch (h->state) {
    case REST:
        command(h, p->to_phy);
        break;
    case COMMAND:
        if (p->nxt) {
            h->state = BODY;
            h->tx.chirp = (p->to_phy & 15) == 0;
            h->tx.bytes[0] = (uint8_t)((~p->to_phy & 15) << 4 | (p->to_phy & 15));
            h->tx.n = 1;
        }
        break;
    case BODY:
        body(h, p);
        break;
    case ADDRESS:
    case VALUE:
        if (p->nxt && h->state == ADDRESS)
            h->reg = p->to_phy & 63;
        else if (p->nxt)
            set_register(h, p->to_phy);
        h->state += p->nxt;
        break;
    default:
        h->state = REST;
        if (!p->stp)
            ulpi_broke(h, "no STP behind a register");
    }
}

/* One clock: the board sees h->pins, and what it shows is taken. */
void ulpi_clock(struct ulpi_host *h)
{
    struct xg_ulpi_pins *p = &h->pins;
    p->phy_drives = p->dir && h->dir_was;
    h->clock(h->board, p);
    h->clocks++;
    if (p->dir && p->drives)
        ulpi_broke(h, "board and PHY drive the bus");
    if (!p->dir && !h->dir_was && !p->drives)
        ulpi_broke(h, "nobody drives the bus");
    if (p->dir || h->dir_was)
        h->state = REST;
    else
        take_byte(h, p);
    h->dir_was = p->dir;
    if (!p->dir)
        p->nxt = h->state != REST && h->state != STOP && ulpi_draw(h) % 16 != 0;
}

void ulpi_idle(struct ulpi_host *h, unsigned clocks)
{
    while (clocks--)
        ulpi_clock(h);
}

/* ---- what comes from the wires ---- */

static void take_bus(struct ulpi_host *h, bool nxt)
{
    for (unsigned i = 0; h->state != REST; i++) {
        ulpi_clock(h);
        if (i == TAKE_LIMIT) {
            ulpi_broke(h, "a packet that does not end");
            h->state = REST;
        }
    }
    h->pins.dir = true;
    h->pins.nxt = nxt;
    ulpi_clock(h);
    h->pins.nxt = false;
}

static void say(struct ulpi_host *h, bool nxt, uint8_t byte)
{
    h->pins.nxt = nxt;
    h->pins.from_phy = byte;
    ulpi_clock(h);
    h->pins.nxt = false;
}

static void rx_command(struct ulpi_host *h, unsigned events)
{
    say(h, false, (uint8_t)(events << 4 | h->vbus << 2 | h->line));
}

static void give_bus(struct ulpi_host *h)
{
    h->pins.dir = h->pins.nxt = false;
    ulpi_clock(h);
}

void ulpi_line(struct ulpi_host *h, unsigned line, unsigned vbus)
{
    h->line = line;
    h->vbus = vbus;
    take_bus(h, false);
    rx_command(h, 0);
    give_bus(h);
}

void ulpi_phy_reset(struct ulpi_host *h)
{
    h->reset_wanted = false;
    h->function = 0x41;
    h->pins.dir = true;
    ulpi_idle(h, 60);
    rx_command(h, 0);
    give_bus(h);
}

void ulpi_send(struct ulpi_host *h, const uint8_t *bytes, unsigned n)
{
    unsigned wrong = hit(h, h->faults.flip_out) ? ulpi_draw(h) % n : n;
    ulpi_idle(h, GAP_CLOCKS + SYNC_CLOCKS);
    h->packets++;
    if (hit(h, h->faults.lose_out)) {
        ulpi_idle(h, n);
        return;
    }
    take_bus(h, true);
    for (unsigned i = 0; i < n; i++) {
        if (ulpi_draw(h) % 64 == 0)
            rx_command(h, 1);
        say(h, true, (uint8_t)(bytes[i] ^ (i == wrong ? 1u << ulpi_draw(h) % 8 : 0)));
    }
    h->line = LINE_SE0;
    rx_command(h, 0);
    give_bus(h);
}

/* What the board says now: h->tx, or nothing. */
bool ulpi_receive(struct ulpi_host *h)
{
    h->tx.whole = false;
    for (unsigned waited = 0; !h->tx.whole && waited < ANSWER_LIMIT;
         waited = h->state == REST ? waited + 1 : 0)
        ulpi_clock(h);
    if (!h->tx.whole || hit(h, h->faults.lose_in))
        return false;
    if (hit(h, h->faults.flip_in))
        h->tx.bytes[ulpi_draw(h) % h->tx.n] ^= (uint8_t)(1u << ulpi_draw(h) % 8);
    return true;
}
