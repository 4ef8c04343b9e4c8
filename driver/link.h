/* Frames of the link (docs/link.md): a header word {op, tag, payload words}, an address word, the
 * payload, a CRC-32C. The tag is a sequence number in each direction. */
#ifndef XG_DRIVER_LINK_H
#define XG_DRIVER_LINK_H

#include "base/error.h"
#include "base/types.h"
#include "gpu/xg_device_gen.h"

/* Words of a frame besides its payload: header, address, checksum. */
#define XG_LINK_OVERHEAD    3u
#define XG_LINK_FRAME_WORDS (XG_LINK_MAX_WORDS + XG_LINK_OVERHEAD)

/* CRC-32C over words taken as little-endian bytes; tables for four bytes at a time. */
struct xg_crc32c {
    uint32_t table[4][256];
};
void xg_crc32c_init(struct xg_crc32c *c);
/* crc: 0 to start, or the result over the words before. */
uint32_t xg_crc32c_words(const struct xg_crc32c *c, uint32_t crc, const uint32_t *words,
                         size_t count);

struct xg_link_frame {
    uint8_t op, tag;
    uint32_t address;
    uint32_t words;          /* of payload */
    const uint32_t *payload; /* good until the next call on the decoder */
};

struct xg_link {
    struct xg_crc32c crc;
    uint8_t send_tag;
    uint8_t expect_tag;
    bool synchronised; /* false until HELLO_ACK: what arrives before it is dropped */
    uint32_t buffer[XG_LINK_FRAME_WORDS];
    uint32_t have; /* words of the frame being received */
};

void xg_link_init(struct xg_link *l);

/* Writes a frame to `out` (words + XG_LINK_OVERHEAD words) and returns its length. words is at most
 * XG_LINK_MAX_WORDS. */
size_t xg_link_encode(struct xg_link *l, uint8_t op, uint32_t address, const uint32_t *payload,
                      uint32_t words, uint32_t *out);

enum xg_link_result { XG_LINK_MORE, XG_LINK_FRAME, XG_LINK_BROKEN };
/* Consumes words until a frame is whole. *used says how many. BROKEN: err says what is wrong with
 * the stream; nothing after it can be trusted. */
enum xg_link_result xg_link_decode(struct xg_link *l, const uint32_t *words, size_t count,
                                   size_t *used, struct xg_link_frame *frame, struct xg_error *err);

/* Name of an operation of either direction, "unknown operation" else. */
const char *xg_link_op_name(uint8_t op);
const char *xg_link_nak_name(uint32_t reason);

#endif
