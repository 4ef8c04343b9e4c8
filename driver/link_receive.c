/* The way in of an end of the link: finds frames in a stream of words, also where bytes of it were
 * lost, accepts each once and in order, and asks for those that are missing. */
#include "driver/link.h"

#include <string.h>

void xg_link_restart_in(struct xg_link *l)
{
    l->have = 0;
    l->hunting = true;
    l->synchronised = l->gap = l->ask = l->report = l->was_reset = false;
    l->expect_tag = 0;
    memset(l->received, 0, sizeof l->received);
    l->unreported_frames = l->unreported_words = 0;
}

/* A frame that cannot be taken: asks for it once. */
static void bad(struct xg_link *l, uint8_t reason, bool lost_borders)
{
    l->counts.bad++;
    l->have = 0;
    l->hunting |= lost_borders;
    if (l->synchronised && !l->gap) {
        l->ask = true;
        l->ask_reason = reason;
    }
    l->gap = true;
}

/* CREDIT, AGAIN; CREDIT_GRANT, NAK. */
static enum xg_link_result take_control(struct xg_link *l, const struct xg_link_frame *f,
                                        struct xg_error *err)
{
    bool ours = l->device_end ? l->synchronised : (f->address ^ l->session) >> 8 == 0;
    if (f->words != 2 || (!ours && !l->synchronised))
        return XG_LINK_MORE;
    if (!ours) {
        l->was_reset = true;
        xg_fail(err, XG_E_DEVICE, "link: the device was reset");
        return XG_LINK_BROKEN;
    }
    l->granted[0] = (uint16_t)f->payload[0];
    l->granted[1] = (uint16_t)(f->payload[0] >> 16);
    l->granted[2] = (uint16_t)f->payload[1];
    xg_link_acknowledged(l, f->tag);
    if (f->op == XG_LINK_NAK || f->op == XG_LINK_AGAIN) {
        l->rewind |= l->rewinds < XG_LINK_REWINDS_MAX;
        l->rewinds++;
        l->report |= l->device_end;
    }
    return XG_LINK_MORE;
}

static bool is_control(const struct xg_link *l, uint8_t op)
{
    return l->device_end ? op == XG_LINK_CREDIT || op == XG_LINK_AGAIN
                         : op == XG_LINK_CREDIT_GRANT || op == XG_LINK_NAK;
}

/* The frame that begins a session, and numbers the ones behind it. */
static bool begins(struct xg_link *l, const struct xg_link_frame *f)
{
    bool repeated = l->synchronised && f->words == 2 && f->payload[1] == l->session;
    if (l->device_end && f->op == XG_LINK_HELLO && f->words == 2 && !repeated) {
        xg_link_restart_out(l);
        xg_link_restart_in(l);
        l->session = f->payload[1];
        l->report = true;
    } else if (l->device_end || l->synchronised || f->op != XG_LINK_HELLO_ACK || f->words != 3 ||
               f->payload[2] != l->session) {
        return false;
    }
    l->hunting = false;
    l->synchronised = true;
    l->expect_tag = f->tag;
    return true;
}

static enum xg_link_result accept(struct xg_link *l, const struct xg_link_frame *f,
                                  struct xg_error *err)
{
    uint16_t length = (uint16_t)(f->words + XG_LINK_OVERHEAD);
    unsigned class = xg_link_class(f->op);
    l->expect_tag++;
    l->gap = false;
    l->counts.accepted++;
    l->unreported_frames++;
    l->unreported_words += length;
    if (l->device_end && f->op == XG_LINK_HELLO)
        return XG_LINK_FRAME; /* needs no credit */
    l->received[class] = (uint16_t)(l->received[class] + length);
    if ((uint16_t)(l->told[class] - l->received[class]) <= XG_LINK_CREDIT_WORDS)
        return XG_LINK_FRAME;
    xg_fail(err, XG_E_DEVICE, "link: the device sent %s without credit", xg_link_op_name(f->op));
    return XG_LINK_BROKEN;
}

static enum xg_link_result finish(struct xg_link *l, uint32_t words, struct xg_link_frame *f,
                                  struct xg_error *err)
{
    *f = (struct xg_link_frame){.op = (uint8_t)(l->buffer[0] >> 24),
                                .tag = (uint8_t)(l->buffer[0] >> 16),
                                .address = l->buffer[1],
                                .words = words,
                                .payload = l->buffer + 2};
    l->have = 0;
    if (l->buffer[words + 2] != xg_crc32c_words(&l->crc, 0, l->buffer, words + 2)) {
        bad(l, XG_LINK_NAK_CRC, true);
        return XG_LINK_MORE;
    }
    l->silences = 0;
    if (is_control(l, f->op))
        return take_control(l, f, err);
    if (!begins(l, f) && !l->synchronised)
        return XG_LINK_MORE; /* left over from a session before this one */
    uint8_t ahead = (uint8_t)(f->tag - l->expect_tag);
    if (ahead == 0)
        return accept(l, f, err);
    if (ahead < 128) {
        bad(l, XG_LINK_NAK_SEQUENCE, false);
    } else {
        l->counts.repeated++;
        l->report = true; /* the other side does not know that it is here */
    }
    return XG_LINK_MORE;
}

/* Looks for SYNC at every byte. */
static void hunt(struct xg_link *l, uint32_t word)
{
    uint64_t both = (uint64_t)word << 32 | l->carry;
    for (unsigned s = 0; s < 4 && l->hunting; s++)
        if ((uint32_t)(s ? both >> 8 * s : word) == XG_LINK_SYNC) {
            l->hunting = l->gap = false;
            l->shift = s;
        }
    l->carry = word;
}

/* The word that ends in this one of the transport. */
static uint32_t in_step(struct xg_link *l, uint32_t word)
{
    uint64_t both = (uint64_t)word << 32 | l->carry;
    l->carry = word;
    return l->shift ? (uint32_t)(both >> 8 * l->shift) : word;
}

/* Copies words of the frame that has begun; as many as there are. */
static size_t gather(struct xg_link *l, const uint32_t *words, size_t count)
{
    size_t missing = (l->buffer[0] & 0xFFFF) + XG_LINK_OVERHEAD - l->have;
    size_t n = count < missing ? count : missing;
    if (l->shift == 0)
        memcpy(l->buffer + l->have, words, n * sizeof *words);
    for (size_t i = 0; i < n && l->shift; i++)
        l->buffer[l->have + i] = in_step(l, words[i]);
    if (n)
        l->carry = words[n - 1];
    l->have += (uint32_t)n;
    return n;
}

static void begin_frame(struct xg_link *l, uint32_t word)
{
    if (word == XG_LINK_SYNC) {
        l->gap = false;
    } else if ((word & 0xFFFF) > XG_LINK_MAX_WORDS) {
        bad(l, XG_LINK_NAK_LENGTH, true);
    } else {
        l->buffer[0] = word;
        l->have = 1;
    }
}

enum xg_link_result xg_link_take(struct xg_link *l, const uint32_t *words, size_t count,
                                 size_t *used, struct xg_link_frame *frame, struct xg_error *err)
{
    *used = 0;
    while (*used < count) {
        if (l->hunting) {
            hunt(l, words[(*used)++]);
        } else if (l->have == 0) {
            begin_frame(l, in_step(l, words[(*used)++]));
        } else {
            *used += gather(l, words + *used, count - *used);
            uint32_t payload = l->buffer[0] & 0xFFFF;
            if (l->have < payload + XG_LINK_OVERHEAD)
                break;
            enum xg_link_result result = finish(l, payload, frame, err);
            if (result != XG_LINK_MORE)
                return result;
        }
    }
    return XG_LINK_MORE;
}
