/* What was said to the device: every frame that changes it, in order, and where it was let go and
 * stood again. A device is deterministic, so that a new one to which the same is said is in the
 * same state. */
#include "driver/link_record.h"

#include <stdlib.h>
#include <string.h>

/* 256 MiB: what a game sends in minutes. Then there is no way back to the beginning. */
#define WORDS_MAX (64u << 20)

static uint32_t *add(struct xg_link_device *d, uint32_t kind, uint32_t address, uint32_t words)
{
    struct xg_link_record *r = &d->record;
    uint32_t *to = NULL;
    if (!r->on || r->dropped || d->restoring)
        return NULL;
    if (r->words.count + words + XG_RECORD_HEAD <= WORDS_MAX)
        to = xg_words_room(&r->words, words + XG_RECORD_HEAD);
    if (!to) {
        r->dropped = true;
        free(r->words.at);
        r->words = (struct xg_words){0};
        return NULL;
    }
    to[0] = kind;
    to[1] = words;
    to[2] = address;
    r->words.count += words + XG_RECORD_HEAD;
    return to + XG_RECORD_HEAD;
}

void xg_link_record_frame(struct xg_link_device *d, uint8_t op, uint32_t address,
                          const uint32_t *payload, uint32_t words)
{
    if (op == XG_LINK_CSR_RD || op == XG_LINK_MEM_RD || op == XG_LINK_FENCE)
        return; /* changes nothing */
    uint32_t *to = add(d, op, address, words);
    if (!to)
        return;
    if (words)
        memcpy(to, payload, words * sizeof *to);
    if (op == XG_LINK_CSR_WR && address == XG_CSR_PACKET_BUDGET && !d->record.running)
        d->record.budget = (size_t)(to - d->record.words.at);
}

void xg_link_record_begin(struct xg_link_device *d)
{
    add(d, XG_RECORD_BEGIN, 0, 0);
}

void xg_link_record_goes(struct xg_link_device *d)
{
    d->record.running = add(d, XG_RECORD_GOES, 0, 0) != NULL;
}

void xg_link_record_end(struct xg_link_device *d, uint32_t packets)
{
    d->losses = 0;
    if (d->record.running && !d->record.dropped && packets != UINT32_MAX)
        d->record.words.at[d->record.budget] = packets;
    d->record.running = false;
    uint32_t *to = add(d, XG_RECORD_END, (uint32_t)d->state, 3);
    if (!to)
        return;
    to[0] = (uint32_t)d->told;
    to[1] = (uint32_t)(d->told >> 32);
    to[2] = d->told_crc;
}
