/* The link device's words and frames: sending, receiving, asking. */
#include "driver/link_device_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A device that gives no answer for so many clocks is dead: reads, tiles and resets
 * take thousands. */
#define ANSWER_CLOCKS 4000000u
/* What may have got lost is asked for and sent again after so many clocks in which nothing went on.
 */
#define RETRY_CLOCKS 400000u
/* Tries without a word from the device after which it is looked for (xg_link_lost). */
#define SILENT_TRIES 8u
#define READ_WORDS   4096u

bool xg_link_broke(struct xg_link_device *d, const char *fmt, ...)
{
    char text[sizeof d->err.text];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    d->going = false;
    return xg_fail(&d->err, XG_E_DEVICE, "%s", text);
}

void xg_link_send(struct xg_link_device *d, uint8_t op, uint32_t address, const uint32_t *payload,
                  uint32_t words)
{
    if (!d->restoring)
        xg_link_record_frame(d, op, address, payload, words);
    if (!xg_link_post(&d->link, op, address, payload, words))
        xg_link_broke(d, "no host memory for a %s frame", xg_link_op_name(op));
}

void xg_link_csr_write(struct xg_link_device *d, uint32_t csr, uint32_t value)
{
    xg_link_send(d, XG_LINK_CSR_WR, csr, &value, 1);
}

static void answer(struct xg_link_device *d, const struct xg_link_frame *f)
{
    struct xg_link_question *q = &d->question;
    if (!q->due || f->op != q->answer || f->address != q->address || f->words != q->answer_words) {
        xg_link_broke(d, "the device sent %s for 0x%X with %u words, which nobody asked for",
                      xg_link_op_name(f->op), f->address, f->words);
        return;
    }
    if (f->words)
        memcpy(q->to, f->payload, f->words * sizeof *f->payload);
    q->due = false;
}

static void handle(struct xg_link_device *d, const struct xg_link_frame *f)
{
    switch (f->op) {
    case XG_LINK_HELLO_ACK:
        memcpy(d->hello, f->payload, sizeof d->hello);
        d->hello_version = f->address;
        break;
    case XG_LINK_CSR_DATA:
    case XG_LINK_FENCE_ACK:
        answer(d, f);
        break;
    case XG_LINK_TILE_DATA:
        if (!xg_link_tile_data(d, f))
            answer(d, f);
        break;
    case XG_LINK_MEM_DATA: /* only lines are read */
        xg_link_lines_data(d, f);
        break;
    case XG_LINK_FAULT:
        xg_link_page_fault(d, f->address);
        break;
    case XG_LINK_TILE_REQ:
        xg_link_tile_request(d, f->address);
        break;
    case XG_LINK_REFUSED:
        xg_link_broke(d, "the device refused frame %u: %s", f->address,
                      xg_link_refusal(f->words ? f->payload[0] : 0));
        break;
    default:
        xg_link_effect(d, f);
        break;
    }
}

/* false: the device cannot be trusted, or (err) has to be found again. */
static bool take(struct xg_link_device *d, const uint32_t *words, size_t count,
                 struct xg_error *err)
{
    for (size_t at = 0; at < count;) {
        size_t used;
        struct xg_link_frame frame;
        struct xg_error broken = {0};
        enum xg_link_result result =
            xg_link_take(&d->link, words + at, count - at, &used, &frame, &broken);
        at += used;
        if (result == XG_LINK_FRAME)
            handle(d, &frame);
        if (result == XG_LINK_BROKEN) {
            *(d->link.was_reset ? err : &d->err) = broken;
            return false;
        }
        if (xg_link_failed(d))
            return false;
    }
    return true;
}

static bool receive(struct xg_link_device *d, bool *came, struct xg_error *err)
{
    uint32_t words[READ_WORDS];
    for (size_t given = READ_WORDS; given;) {
        if (!d->transport->ops->read(d->transport, words, READ_WORDS, &given, err))
            return false;
        *came |= given != 0;
        d->counted.link_rx_bytes += 4 * given;
        if (!take(d, words, given, err))
            return false;
    }
    return true;
}

bool xg_link_write_out(struct xg_link_device *d, struct xg_error *err)
{
    const uint32_t *words;
    size_t n, taken = 0;
    d->held_up = d->wrote = false;
    while (!d->held_up && (n = xg_link_next(&d->link, &words)) != 0) {
        if (!d->transport->ops->write(d->transport, words, n, &taken, err))
            return false;
        xg_link_wrote(&d->link, taken);
        d->counted.link_tx_bytes += 4 * taken;
        d->wrote |= taken != 0;
        d->held_up = taken < n;
    }
    return true;
}

/* Nothing goes on, and something should: perhaps a frame is lost. false: perhaps the device is. */
static bool try_again(struct xg_link_device *d, uint64_t clocks, bool progress)
{
    bool outstanding = d->link.out.count || d->question.due || xg_link_tiles_awaited(d) ||
                       d->going || xg_link_lines_awaited(d);
    d->idle_clocks = progress || d->wrote || !outstanding ? 0 : d->idle_clocks + clocks;
    if (d->idle_clocks <= RETRY_CLOCKS)
        return true;
    d->idle_clocks = 0;
    if (!d->held_up)
        xg_link_silence(&d->link);
    return ++d->silent_tries <= SILENT_TRIES || !d->transport->ops->reopen;
}

bool xg_link_turn(struct xg_link_device *d, uint64_t *quiet)
{
    struct xg_error err = {0};
    const uint64_t acknowledged = d->link.counts.acknowledged, accepted = d->link.counts.accepted;
    uint64_t clocks = 0;
    bool came = false;
    if (xg_link_failed(d))
        return false;
    if (!xg_link_write_out(d, &err) || !d->transport->ops->wait(d->transport, &clocks, &err) ||
        !receive(d, &came, &err))
        return !xg_link_failed(d) && xg_link_lost(d, &err, quiet);
    d->unpolled_clocks += clocks;
    if (came)
        d->silent_tries = 0;
    bool progress =
        d->link.counts.accepted != accepted || d->link.counts.acknowledged != acknowledged;
    if (!came)
        xg_link_report(&d->link);
    /* Words that leave slowly are not the device's fault. */
    *quiet = progress ? 0 : d->held_up && d->wrote ? *quiet : *quiet + clocks;
    if (try_again(d, clocks, progress))
        return true;
    xg_fail(&err, XG_E_DEVICE, "the device has gone silent");
    return xg_link_lost(d, &err, quiet);
}

bool xg_link_ask(struct xg_link_device *d, uint8_t op, uint32_t address, const uint32_t *payload,
                 uint32_t words, uint8_t answer_op, uint32_t answer_words, uint32_t *to)
{
    uint64_t quiet = 0;
    uint32_t life = d->life;
    xg_link_send(d, op, address, payload, words);
    d->question = (struct xg_link_question){true, answer_op, address, answer_words, to};
    while (d->question.due) {
        if (!xg_link_turn(d, &quiet))
            break;
        if (d->life != life && d->question.due) { /* what was sent before is lost */
            life = d->life;
            xg_link_post(&d->link, op, address, payload, words);
        }
        if (d->question.due && quiet > ANSWER_CLOCKS)
            xg_link_broke(d, "the device gives no %s to %s 0x%X in %llu clocks",
                          xg_link_op_name(answer_op), xg_link_op_name(op), address,
                          (unsigned long long)quiet);
    }
    d->question.due = false;
    return !xg_link_failed(d);
}

bool xg_link_csr_read(struct xg_link_device *d, uint32_t csr, uint32_t count, uint32_t *to)
{
    memset(to, 0, count * sizeof *to);
    return xg_link_ask(d, XG_LINK_CSR_RD, csr, &count, 1, XG_LINK_CSR_DATA, count, to);
}
