/* The way out of an end of the link: frames are kept until they are acknowledged, sent as credit
 * and window allow, and sent again when the other side asks for them. */
#include "driver/link.h"

#include <string.h>

/* A receiver that took a damaged length for true is in the middle of a frame of at most so many
 * words. */
#define FLUSH_WORDS (XG_LINK_FRAME_WORDS + 1u)
/* Frames or words that have come before the other side is told without being asked. */
#define REPORT_FRAMES 16u
#define REPORT_WORDS  4000u /* two of the longest: the device keeps three */

static const uint32_t sync_words[256] = {
#define FOUR       XG_LINK_SYNC, XG_LINK_SYNC, XG_LINK_SYNC, XG_LINK_SYNC
#define SIXTEEN    FOUR, FOUR, FOUR, FOUR
#define SIXTY_FOUR SIXTEEN, SIXTEEN, SIXTEEN, SIXTEEN
    SIXTY_FOUR,
    SIXTY_FOUR,
    SIXTY_FOUR,
    SIXTY_FOUR,
};

static size_t encode(const struct xg_link *l, uint8_t op, uint8_t tag, uint32_t address,
                     const uint32_t *payload, uint32_t words, uint32_t *out)
{
    out[0] = (uint32_t)op << 24 | (uint32_t)tag << 16 | words;
    out[1] = address;
    if (words)
        memcpy(out + 2, payload, words * sizeof *out);
    out[words + 2] = xg_crc32c_words(&l->crc, 0, out, words + 2);
    return words + XG_LINK_OVERHEAD;
}

bool xg_link_post(struct xg_link *l, uint8_t op, uint32_t address, const uint32_t *payload,
                  uint32_t words)
{
    uint32_t *to = xg_words_room(&l->out, words + XG_LINK_OVERHEAD);
    if (!to)
        return false;
    l->out.count += encode(l, op, l->next_tag++, address, payload, words, to);
    return true;
}

/* --- what is in the store --- */

static const uint32_t *stored(const struct xg_link *l, size_t place)
{
    return l->out.at + l->out.first + place;
}

static size_t frame_length(const struct xg_link *l, size_t place)
{
    return (*stored(l, place) & 0xFFFF) + XG_LINK_OVERHEAD;
}

static void allow(struct xg_link *l)
{
    while (l->allowed < l->out.count && l->in_flight < XG_LINK_WINDOW) {
        size_t length = frame_length(l, l->allowed);
        unsigned class = xg_link_class((uint8_t)(*stored(l, l->allowed) >> 24));
        uint16_t left = (uint16_t)(l->granted[class] - l->used[class]);
        if (left > INT16_MAX || left < length)
            break;
        l->used[class] = (uint16_t)(l->used[class] + length);
        l->allowed += length;
        l->in_flight++;
    }
}

/* Drops what was acknowledged, but no frame of which only a part was written. */
static void forget_acknowledged(struct xg_link *l)
{
    while (l->tail_tag != l->target_tag) {
        size_t length = frame_length(l, 0);
        if (l->sent && l->sent < length)
            break;
        l->sent -= l->sent ? length : 0;
        l->edge -= l->edge ? length : 0;
        l->allowed -= length;
        l->in_flight--;
        l->tail_tag++;
        xg_words_drop(&l->out, length);
    }
}

void xg_link_acknowledged(struct xg_link *l, uint8_t tag)
{
    unsigned more = (uint8_t)(tag - l->target_tag);
    if (more == 0 || more > l->in_flight - (uint8_t)(l->target_tag - l->tail_tag))
        return; /* nothing new, or of no frame that was sent */
    l->target_tag = tag;
    l->counts.acknowledged += more;
    l->rewinds = 0;
    forget_acknowledged(l);
}

/* --- controls --- */

static void control(struct xg_link *l, bool ask)
{
    static const uint8_t ops[2][2] = {{XG_LINK_CREDIT, XG_LINK_AGAIN},
                                      {XG_LINK_CREDIT_GRANT, XG_LINK_NAK}};
    for (unsigned c = 0; c < XG_LINK_CLASSES; c++)
        l->told[c] = (uint16_t)(l->received[c] + XG_LINK_CREDIT_WORDS);
    const uint32_t payload[2] = {(uint32_t)l->told[1] << 16 | l->told[0], l->told[2]};
    uint32_t address = (l->device_end ? l->session & ~255u : 0) | (ask ? l->ask_reason : 0);
    l->head_count += encode(l, ops[l->device_end][ask], l->expect_tag, address, payload, 2,
                            l->head + l->head_count);
    l->counts.asked += ask;
    l->ask = l->report = false;
    l->unreported_frames = l->unreported_words = 0;
}

static void make_head(struct xg_link *l)
{
    bool due =
        l->report || l->unreported_frames >= REPORT_FRAMES || l->unreported_words >= REPORT_WORDS;
    if (l->head_count == 0 && l->synchronised && (l->ask || due))
        control(l, l->ask);
}

void xg_link_restart_out(struct xg_link *l)
{
    xg_words_drop(&l->out, l->out.count);
    l->sent = l->edge = l->allowed = 0;
    l->next_tag = l->tail_tag = l->target_tag = 0;
    l->in_flight = l->rewinds = 0;
    l->rewind = false;
    memset(l->used, 0, sizeof l->used);
    memset(l->granted, 0, sizeof l->granted);
    l->head_at = l->head_count = 0;
    l->syncs = 1;
}

void xg_link_hello(struct xg_link *l, uint32_t session)
{
    const uint32_t mine[2] = {(uint32_t)XG_LINK_PAGE_LOG2 << 16 | XG_LINK_MAX_WORDS, session};
    xg_link_restart_out(l);
    xg_link_restart_in(l);
    l->session = session;
    l->syncs = FLUSH_WORDS;
    l->head_count = encode(l, XG_LINK_HELLO, l->next_tag++, XG_LINK_VERSION, mine, 2, l->head);
    l->tail_tag = l->target_tag = l->next_tag;
    control(l, false);
}

void xg_link_silence(struct xg_link *l)
{
    if (!l->synchronised)
        return;
    l->counts.silences++;
    l->rewinds = 0;
    l->rewind = true;
    /* It may be in the middle of a frame that is none. With everything acknowledged more likely it
     * works. */
    l->syncs = l->in_flight == 0 && l->silences++ < 2 ? 1 : FLUSH_WORDS;
    l->ask = true;
    l->ask_reason = XG_LINK_NAK_TIMEOUT;
    l->gap = false;
    /* Out of step with the transport's words the last bytes of a frame come with what follows it:
     * the answer to this may make it whole. If it does not, it is none. */
    l->stuck = l->have && !l->stuck;
    if (l->have && !l->stuck) {
        l->hunting = true;
        l->have = 0;
    }
}

/* --- words --- */

size_t xg_link_next(struct xg_link *l, const uint32_t **words)
{
    bool at_edge = l->sent == l->edge;
    if (at_edge && l->rewind && l->head_at == 0) {
        l->counts.resent += l->sent != 0;
        l->syncs += l->syncs == 0;
        l->sent = l->edge = 0;
        l->rewind = false;
    }
    if (at_edge && l->head_at == 0 && l->syncs) {
        *words = sync_words;
        return l->syncs < XG_COUNTOF(sync_words) ? l->syncs : XG_COUNTOF(sync_words);
    }
    if (at_edge)
        make_head(l);
    if (at_edge && l->head_count) {
        *words = l->head + l->head_at;
        return l->head_count - l->head_at;
    }
    forget_acknowledged(l);
    allow(l);
    /* Nothing else comes between the words of a frame. */
    bool stop = l->rewind || l->ask || l->syncs || l->head_count;
    size_t end = !at_edge && stop ? l->edge + frame_length(l, l->edge) : l->allowed;
    *words = end > l->sent ? stored(l, l->sent) : NULL;
    return end - l->sent;
}

void xg_link_wrote(struct xg_link *l, size_t words)
{
    bool at_edge = l->sent == l->edge;
    if (at_edge && l->head_at == 0 && l->syncs) {
        l->syncs -= words;
    } else if (at_edge && l->head_count) {
        l->head_at += words;
        if (l->head_at == l->head_count)
            l->head_at = l->head_count = 0;
    } else {
        l->sent += words;
        while (l->edge < l->sent && l->edge + frame_length(l, l->edge) <= l->sent)
            l->edge += frame_length(l, l->edge);
        forget_acknowledged(l);
    }
}
