/* The link device's words and frames: sending, receiving, asking. */
#include "driver/link_device_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A device that gives no answer for so many clocks is dead: reads, tiles and resets
 * take thousands. */
#define ANSWER_CLOCKS 4000000u
#define READ_WORDS    4096u

uint32_t *xg_words_room(struct xg_words *w, size_t n)
{
    if (w->first && w->first + w->count + n > w->capacity) {
        memmove(w->at, w->at + w->first, w->count * sizeof *w->at);
        w->first = 0;
    }
    if (w->count + n > w->capacity) {
        size_t capacity = 2 * (w->count + n);
        uint32_t *bigger = realloc(w->at, capacity * sizeof *bigger);
        if (!bigger)
            return NULL;
        w->at = bigger;
        w->capacity = capacity;
    }
    return w->at + w->first + w->count;
}

void xg_words_drop(struct xg_words *w, size_t n)
{
    w->first += n;
    w->count -= n;
    if (w->count == 0)
        w->first = 0;
}

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
    uint32_t *to = xg_words_room(&d->out, words + XG_LINK_OVERHEAD);
    if (!to) {
        xg_link_broke(d, "no host memory for a %s frame", xg_link_op_name(op));
        return;
    }
    d->out.count += xg_link_encode(&d->link, op, address, payload, words, to);
}

void xg_link_csr_write(struct xg_link_device *d, uint32_t csr, uint32_t value)
{
    xg_link_send(d, XG_LINK_CSR_WR, csr, &value, 1);
}

static void answer(struct xg_link_device *d, const struct xg_link_frame *f)
{
    if (!d->answer_due || f->op != d->answer_op || f->address != d->answer_address ||
        f->words != d->answer_words) {
        xg_link_broke(d, "the device sent %s for 0x%X with %u words, which nobody asked for",
                      xg_link_op_name(f->op), f->address, f->words);
        return;
    }
    if (f->words)
        memcpy(d->answer_to, f->payload, f->words * sizeof *f->payload);
    d->answer_due = false;
}

static void handle(struct xg_link_device *d, const struct xg_link_frame *f)
{
    switch (f->op) {
    case XG_LINK_HELLO_ACK:
    case XG_LINK_CSR_DATA:
    case XG_LINK_FENCE_ACK:
    case XG_LINK_TILE_DATA:
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
    case XG_LINK_NAK:
        xg_link_broke(d, "the device refused frame %u: %s", f->address,
                      xg_link_nak_name(f->words ? f->payload[0] : 0));
        break;
    case XG_LINK_CREDIT_GRANT:
        break; /* version 1 sends without credits */
    default:
        xg_link_effect(d, f);
        break;
    }
}

static bool receive(struct xg_link_device *d, bool *moved)
{
    uint32_t words[READ_WORDS];
    for (;;) {
        size_t given = 0;
        if (!d->transport->ops->read(d->transport, words, READ_WORDS, &given, &d->err))
            return false;
        if (given == 0)
            return true;
        *moved = true;
        d->counted.link_rx_bytes += 4 * given;
        for (size_t at = 0; at < given;) {
            size_t used;
            struct xg_link_frame frame;
            enum xg_link_result result =
                xg_link_decode(&d->link, words + at, given - at, &used, &frame, &d->err);
            at += used;
            if (result == XG_LINK_FRAME)
                handle(d, &frame);
            if (result == XG_LINK_MORE)
                break;
            if (xg_link_failed(d))
                return false;
        }
    }
}

bool xg_link_turn(struct xg_link_device *d, uint64_t *quiet)
{
    bool moved = false;
    size_t taken = 0;
    if (xg_link_failed(d))
        return false;
    if (d->out.count) {
        if (!d->transport->ops->write(d->transport, d->out.at + d->out.first, d->out.count, &taken,
                                      &d->err))
            return false;
        xg_words_drop(&d->out, taken);
        d->counted.link_tx_bytes += 4 * taken;
    }
    uint64_t clocks = 0;
    if (!d->transport->ops->wait(d->transport, &clocks, &d->err) || !receive(d, &moved))
        return false;
    d->unpolled_clocks += clocks;
    *quiet = moved || taken ? 0 : *quiet + clocks;
    return true;
}

bool xg_link_ask(struct xg_link_device *d, uint8_t op, uint32_t address, const uint32_t *payload,
                 uint32_t words, uint8_t answer_op, uint32_t answer_words, uint32_t *to)
{
    xg_link_send(d, op, address, payload, words);
    d->answer_due = true;
    d->answer_op = answer_op;
    d->answer_address = address;
    d->answer_words = answer_words;
    d->answer_to = to;
    uint64_t quiet = 0;
    while (d->answer_due) {
        if (!xg_link_turn(d, &quiet))
            break;
        if (d->answer_due && quiet > ANSWER_CLOCKS)
            xg_link_broke(d, "the device gives no %s to %s 0x%X in %llu clocks",
                          xg_link_op_name(answer_op), xg_link_op_name(op), address,
                          (unsigned long long)quiet);
    }
    d->answer_due = false;
    return !xg_link_failed(d);
}

bool xg_link_csr_read(struct xg_link_device *d, uint32_t csr, uint32_t count, uint32_t *to)
{
    memset(to, 0, count * sizeof *to);
    return xg_link_ask(d, XG_LINK_CSR_RD, csr, &count, 1, XG_LINK_CSR_DATA, count, to);
}
