/* Link frames; see link.h. */
#include "driver/link.h"

#include <string.h>

#define POLYNOMIAL 0x82F63B78u /* Castagnoli, reflected: RFC 3720 */

void xg_crc32c_init(struct xg_crc32c *c)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t v = i;
        for (int bit = 0; bit < 8; bit++)
            v = v >> 1 ^ (v & 1 ? POLYNOMIAL : 0);
        c->table[0][i] = v;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int n = 1; n < 4; n++) {
            uint32_t v = c->table[n - 1][i];
            c->table[n][i] = v >> 8 ^ c->table[0][v & 255];
        }
}

uint32_t xg_crc32c_words(const struct xg_crc32c *c, uint32_t crc, const uint32_t *words,
                         size_t count)
{
    crc = ~crc;
    for (size_t i = 0; i < count; i++) {
        uint32_t v = crc ^ words[i];
        crc = c->table[3][v & 255] ^ c->table[2][v >> 8 & 255] ^ c->table[1][v >> 16 & 255] ^
              c->table[0][v >> 24];
    }
    return ~crc;
}

void xg_link_init(struct xg_link *l)
{
    memset(l, 0, sizeof *l);
    xg_crc32c_init(&l->crc);
}

size_t xg_link_encode(struct xg_link *l, uint8_t op, uint32_t address, const uint32_t *payload,
                      uint32_t words, uint32_t *out)
{
    out[0] = (uint32_t)op << 24 | (uint32_t)l->send_tag++ << 16 | words;
    out[1] = address;
    if (words)
        memcpy(out + 2, payload, words * sizeof *out);
    out[words + 2] = xg_crc32c_words(&l->crc, 0, out, words + 2);
    return words + XG_LINK_OVERHEAD;
}

static enum xg_link_result broken(struct xg_error *err, const char *what, uint8_t op, uint32_t got,
                                  uint32_t expected)
{
    xg_fail(err, XG_E_DEVICE, "link: %s of a %s frame from the device is 0x%X, expected 0x%X", what,
            xg_link_op_name(op), got, expected);
    return XG_LINK_BROKEN;
}

static enum xg_link_result finish(struct xg_link *l, uint32_t words, struct xg_link_frame *frame,
                                  struct xg_error *err)
{
    uint32_t crc = xg_crc32c_words(&l->crc, 0, l->buffer, words + 2);
    *frame = (struct xg_link_frame){.op = (uint8_t)(l->buffer[0] >> 24),
                                    .tag = (uint8_t)(l->buffer[0] >> 16),
                                    .address = l->buffer[1],
                                    .words = words,
                                    .payload = l->buffer + 2};
    l->have = 0;
    if (l->buffer[words + 2] != crc)
        return broken(err, "checksum", frame->op, l->buffer[words + 2], crc);
    if (frame->op == XG_LINK_HELLO_ACK)
        l->synchronised = true;
    else if (!l->synchronised)
        return XG_LINK_MORE;
    else if (frame->tag != l->expect_tag)
        return broken(err, "sequence number", frame->op, frame->tag, l->expect_tag);
    l->expect_tag = (uint8_t)(frame->tag + 1);
    return XG_LINK_FRAME;
}

enum xg_link_result xg_link_decode(struct xg_link *l, const uint32_t *words, size_t count,
                                   size_t *used, struct xg_link_frame *frame, struct xg_error *err)
{
    *used = 0;
    while (*used < count) {
        uint32_t payload = l->have ? l->buffer[0] & 0xFFFF : words[*used] & 0xFFFF;
        if (payload > XG_LINK_MAX_WORDS)
            return broken(err, "payload length", (uint8_t)(words[*used] >> 24), payload,
                          XG_LINK_MAX_WORDS);
        size_t missing = payload + XG_LINK_OVERHEAD - l->have, n = count - *used;
        n = n < missing ? n : missing;
        memcpy(l->buffer + l->have, words + *used, n * sizeof *words);
        l->have += (uint32_t)n;
        *used += n;
        if (n < missing)
            break;
        enum xg_link_result result = finish(l, payload, frame, err);
        if (result != XG_LINK_MORE)
            return result;
    }
    return XG_LINK_MORE;
}

const char *xg_link_op_name(uint8_t op)
{
    switch (op) {
#define NAME(name)                                                                                 \
    case XG_LINK_##name:                                                                           \
        return #name;
        NAME(CSR_WR)
        NAME(CSR_RD)
        NAME(MEM_WR)
        NAME(MEM_RD)
        NAME(MEM_FILL)
        NAME(MAP_PAGE)
        NAME(FENCE)
        NAME(TILE_WR)
        NAME(TILE_RD)
        NAME(DELEGATE_DONE)
        NAME(CREDIT)
        NAME(RESET)
        NAME(HELLO)
        NAME(WAIT_DONE)
        NAME(HELLO_ACK)
        NAME(CSR_DATA)
        NAME(MEM_DATA)
        NAME(FENCE_ACK)
        NAME(IRQ)
        NAME(FAULT)
        NAME(DELEGATE)
        NAME(MEM_PUSH)
        NAME(SWAP)
        NAME(PAGE_DIRTY)
        NAME(NAK)
        NAME(CREDIT_GRANT)
        NAME(TRACE)
        NAME(WAIT)
        NAME(TILE_DATA)
        NAME(IDLE)
        NAME(ERROR)
        NAME(TILE_REQ)
        NAME(PAUSED)
#undef NAME
    default:
        return "unknown operation";
    }
}

const char *xg_link_nak_name(uint32_t reason)
{
    switch (reason) {
    case XG_LINK_NAK_CRC:
        return "checksum wrong";
    case XG_LINK_NAK_LENGTH:
        return "frame too long";
    case XG_LINK_NAK_SEQUENCE:
        return "frames are missing";
    case XG_LINK_NAK_OPCODE:
        return "no such operation";
    case XG_LINK_NAK_ARGUMENT:
        return "address or length out of range";
    default:
        return "unknown reason";
    }
}
