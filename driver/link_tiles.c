/* Who owns a tile of eDRAM. The host reads one when a draw touches it first, and then has it until
 * the device takes it for a copy or clear.
 *
 * A question and its answer for each would cost a turn of the link a tile, hundreds a frame. So the
 * host remembers which tile it came to after which, and when it reads one it asks in the same
 * breath for those that it came to next the last time. A guess that is wrong costs the way of a
 * tile and nothing else: the host owns it until the device wants it. */
#include "driver/link_device_priv.h"

#include <stdlib.h>
#include <string.h>

#define AHEAD 16u /* most tiles asked for at a time: what the credits of answers hold */
#define STEPS 64u /* most tiles looked at for that */
#define NONE  0xFFFFu
/* No answer for so long: the device is dead (as ANSWER_CLOCKS in link_io.c). */
#define ANSWER_CLOCKS 4000000u
_Static_assert(AHEAD *(XG_LINK_TILE_WORDS + XG_LINK_OVERHEAD) <= XG_LINK_CREDIT_WORDS,
               "answers wait for no credit");

struct xg_link_tiles {
    uint16_t after[XG_EDRAM_TILES];   /* what the host came to next, the last time */
    uint16_t guessed[XG_EDRAM_TILES]; /* read ahead because of this one, and not used since */
    bool changed[XG_EDRAM_TILES];     /* the host's copy is newer than the device's */
    uint16_t last;                    /* the tile that the host came to last */
    uint16_t asked[AHEAD];            /* in the order of their answers */
    uint32_t asked_at, asked_count;
};

bool xg_link_tiles_create(struct xg_link_device *d)
{
    struct xg_link_tiles *r = calloc(1, sizeof *r);
    d->tiles_read = r;
    if (!r)
        return false;
    memset(r->after, 0xFF, sizeof r->after);
    memset(r->guessed, 0xFF, sizeof r->guessed);
    r->last = NONE;
    return true;
}

void xg_link_tiles_destroy(struct xg_link_device *d)
{
    for (uint32_t i = 0; i < XG_EDRAM_TILES; i++)
        free(d->tiles[i]);
    free(d->tiles_read);
}

/* --- to the device --- */

static void drop_tile(struct xg_link_device *d, uint32_t tile)
{
    struct xg_link_tiles *r = d->tiles_read;
    uint16_t before = r->guessed[tile];
    free(d->tiles[tile]);
    d->tiles[tile] = NULL;
    r->changed[tile] = false;
    if (before != NONE && r->after[before] == tile)
        r->after[before] = r->after[tile]; /* it was for nothing */
    r->guessed[tile] = NONE;
}

static void send_tile(struct xg_link_device *d, uint32_t tile, const uint8_t *bytes)
{
    uint32_t words[XG_LINK_TILE_WORDS];
    memcpy(words, bytes, sizeof words);
    xg_link_send(d, XG_LINK_TILE_WR, tile, words, XG_LINK_TILE_WORDS);
    drop_tile(d, tile);
}

void xg_link_tiles_forget(struct xg_link_device *d)
{
    for (uint32_t i = 0; i < XG_EDRAM_TILES; i++) {
        if (d->tiles_read->changed[i])
            send_tile(d, i, d->tiles[i]); /* a reset leaves the eDRAM alone */
        drop_tile(d, i);
    }
}

void xg_link_tile_request(struct xg_link_device *d, uint32_t tile)
{
    if (tile >= XG_EDRAM_TILES || !d->tiles[tile] || xg_link_tiles_awaited(d)) {
        xg_link_broke(d, "the device asks for tile %u, which the host does not own", tile);
        return; /* while the host reads tiles it stands, and asks for none */
    }
    send_tile(d, tile, d->tiles[tile]);
}

void xg_link_tile_hand(struct xg_link_device *d, uint32_t tile)
{
    tile %= XG_EDRAM_TILES;
    if (d->tiles[tile])
        send_tile(d, tile, d->tiles[tile]);
}

/* A tile that the host owns stays with it: the next draw reads it again more often than the device
 * needs it, and the device asks (TILE_REQ) when it does. */
void xg_link_tile_write(struct xg_link_device *d, uint32_t tile, const uint8_t *bytes)
{
    tile %= XG_EDRAM_TILES;
    if (d->tiles[tile]) {
        memcpy(d->tiles[tile], bytes, XG_EDRAM_TILE_BYTES);
        d->tiles_read->changed[tile] = true;
    } else
        send_tile(d, tile, bytes);
}

/* --- from the device --- */

bool xg_link_tile_data(struct xg_link_device *d, const struct xg_link_frame *f)
{
    struct xg_link_tiles *r = d->tiles_read;
    if (r->asked_at == r->asked_count || d->restoring || f->address != r->asked[r->asked_at] ||
        f->words != XG_LINK_TILE_WORDS)
        return false;
    r->asked_at++;
    memcpy(d->tiles[f->address], f->payload, XG_EDRAM_TILE_BYTES);
    return true;
}

bool xg_link_tiles_awaited(const struct xg_link_device *d)
{
    return d->tiles_read->asked_at < d->tiles_read->asked_count;
}

static bool add_asked(struct xg_link_device *d, uint32_t tile)
{
    struct xg_link_tiles *r = d->tiles_read;
    d->tiles[tile] = calloc(1, XG_EDRAM_TILE_BYTES);
    if (!d->tiles[tile])
        return xg_link_broke(d, "no host memory for tile %u", tile);
    r->asked[r->asked_count++] = (uint16_t)tile;
    return true;
}

/* The tile and those that came after it the last time, without those that the host owns. */
static bool choose(struct xg_link_device *d, uint32_t tile)
{
    struct xg_link_tiles *r = d->tiles_read;
    r->asked_at = r->asked_count = 0;
    if (!add_asked(d, tile))
        return false;
    uint32_t before = tile;
    for (unsigned i = 0; i < STEPS && r->asked_count < AHEAD && !d->transport->by_fault; i++) {
        uint32_t next = r->after[before];
        if (next == NONE || next == tile)
            break;
        if (!d->tiles[next]) {
            if (!add_asked(d, next))
                return false;
            r->guessed[next] = (uint16_t)before;
        }
        before = next;
    }
    return true;
}

/* Asks, and waits until all are here. */
static void fetch(struct xg_link_device *d)
{
    struct xg_link_tiles *r = d->tiles_read;
    uint64_t quiet = 0;
    uint32_t life = d->life;
    for (uint32_t i = 0; i < r->asked_count; i++)
        xg_link_send(d, XG_LINK_TILE_RD, r->asked[i], NULL, 0);
    while (r->asked_at < r->asked_count && xg_link_turn(d, &quiet)) {
        if (d->life != life) /* what was sent before is lost */
            for (uint32_t i = r->asked_at; i < r->asked_count; i++)
                xg_link_post(&d->link, XG_LINK_TILE_RD, r->asked[i], NULL, 0);
        life = d->life;
        if (quiet > ANSWER_CLOCKS)
            xg_link_broke(d, "the device gives no %s to %s 0x%X in %llu clocks",
                          xg_link_op_name(XG_LINK_TILE_DATA), xg_link_op_name(XG_LINK_TILE_RD),
                          r->asked[r->asked_at], (unsigned long long)quiet);
    }
    r->asked_at = r->asked_count;
}

void xg_link_tile_read(struct xg_link_device *d, uint32_t tile, uint8_t *bytes)
{
    struct xg_link_tiles *r = d->tiles_read;
    tile %= XG_EDRAM_TILES;
    memset(bytes, 0, XG_EDRAM_TILE_BYTES);
    if (xg_link_failed(d))
        return;
    bool first = !d->tiles[tile] || r->guessed[tile] != NONE;
    if (first) {
        if (r->last != NONE && r->last != tile)
            r->after[r->last] = (uint16_t)tile;
        r->last = (uint16_t)tile;
        r->guessed[tile] = NONE;
    }
    if (!d->tiles[tile]) {
        if (choose(d, tile))
            fetch(d);
        if (xg_link_failed(d))
            return;
    }
    memcpy(bytes, d->tiles[tile], XG_EDRAM_TILE_BYTES);
}
