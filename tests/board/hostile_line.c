/* See hostile_line.h. */
#include "tests/board/hostile_line.h"

#include "base/endian.h"
#include "driver/link.h"

#include <stdlib.h>

#define ANSWERS 12u /* before it begins to lie */

struct hostile_line {
    enum hostile_kind kind;
    uint32_t random;
    struct xg_link link; /* of a device */
    uint8_t part[4];
    size_t parts;
    unsigned answers;
    uint32_t word; /* being said */
    unsigned word_left;
};

static uint32_t any(struct hostile_line *h)
{
    h->random ^= h->random << 13;
    h->random ^= h->random >> 17;
    h->random ^= h->random << 5;
    return h->random;
}

struct hostile_line *hostile_line_create(enum hostile_kind kind, uint32_t seed)
{
    struct hostile_line *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->kind = kind;
    h->random = seed * 2654435761u | 1;
    xg_link_init(&h->link, true);
    return h;
}

void hostile_line_destroy(struct hostile_line *h)
{
    if (!h)
        return;
    xg_link_free(&h->link);
    free(h);
}

static void reply(struct hostile_line *h, const struct xg_link_frame *f)
{
    uint32_t values[XG_LINK_MAX_WORDS] = {7, XG_LINK_MAX_WORDS, 7};
    if (f->op == XG_LINK_HELLO) {
        values[2] = h->link.session;
        xg_link_post(&h->link, XG_LINK_HELLO_ACK, XG_LINK_VERSION, values, 3);
    } else if (f->op == XG_LINK_CSR_RD && f->words == 1 && f->payload[0] <= XG_LINK_MAX_WORDS) {
        values[0] = f->address == XG_CSR_ID ? XG_LINK_ID : f->address == XG_CSR_FRAMES ? 352 : 0;
        xg_link_post(&h->link, XG_LINK_CSR_DATA, f->address, values, f->payload[0]);
    } else if (f->op == XG_LINK_FENCE) {
        xg_link_post(&h->link, XG_LINK_FENCE_ACK, f->address, NULL, 0);
    }
    h->answers++;
}

static void lie(struct hostile_line *h)
{
    uint32_t payload[XG_LINK_MAX_WORDS], n = any(h) % 5 ? any(h) % 24 : any(h) % XG_LINK_MAX_WORDS;
    for (uint32_t i = 0; i < n; i++)
        payload[i] = any(h) % 3 ? any(h) : any(h) % 64;
    xg_link_post(&h->link, (uint8_t)(0x80 + any(h) % 0x15), any(h), payload, n);
}

void hostile_line_hear(struct hostile_line *h, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count && h->kind == HOSTILE_LIAR; i++) {
        h->part[h->parts++] = bytes[i];
        if (h->parts < 4)
            continue;
        uint32_t word = xg_ld32le(h->part);
        size_t used;
        struct xg_link_frame f;
        h->parts = 0;
        if (xg_link_take(&h->link, &word, 1, &used, &f, NULL) == XG_LINK_FRAME) {
            if (h->answers < ANSWERS)
                reply(h, &f);
            else
                lie(h);
        }
        xg_link_report(&h->link);
    }
}

size_t hostile_line_say(struct hostile_line *h, uint8_t *bytes, size_t max)
{
    size_t n = 0;
    for (; n < max; n++) {
        const uint32_t *words;
        if (h->kind == HOSTILE_CHATTER) {
            if (!h->word_left)
                h->word = any(h) % 8 ? any(h) : any(h) % 2 ? XG_LINK_SYNC : any(h) & 0x8F0F0003;
        } else if (!h->word_left) {
            if (!xg_link_next(&h->link, &words))
                break;
            h->word = words[0];
            xg_link_wrote(&h->link, 1);
        }
        h->word_left = h->word_left ? h->word_left - 1 : 3;
        bytes[n] = (uint8_t)h->word;
        h->word >>= 8;
    }
    return n;
}
