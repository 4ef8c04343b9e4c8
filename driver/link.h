/* One end of the link (docs/link.md): frames with sequence numbers and checksums over a stream of
 * words that may lose, repeat or damage some. What is queued with xg_link_post() is delivered once
 * and in order, or the end is BROKEN. Words go out with xg_link_next() and xg_link_wrote(), come in
 * with xg_link_take(); nothing here waits or knows time but xg_link_silence(), which the user
 * calls. The same code is the host's end and, in tests, the end of a device. */
#ifndef XG_DRIVER_LINK_H
#define XG_DRIVER_LINK_H

#include "base/error.h"
#include "base/types.h"
#include "gpu/xg_device_gen.h"

/* Words of a frame besides its payload: header, address, checksum. */
#define XG_LINK_OVERHEAD    3u
#define XG_LINK_FRAME_WORDS (XG_LINK_MAX_WORDS + XG_LINK_OVERHEAD)
#define XG_LINK_CLASSES     3u
/* Words of each class that the other side may send before it hears of more: what an end has to
 * keep. Below 2^15, for they are counted modulo 2^16. */
#define XG_LINK_CREDIT_WORDS 24576u

/* Times that frames are sent again on request before the other side acknowledges something or is
 * silent for a while: a storm of requests ends here. */
#define XG_LINK_REWINDS_MAX 4u

/* CRC-32C over words taken as little-endian bytes; tables for four bytes at a time. */
struct xg_crc32c {
    uint32_t table[4][256];
};
void xg_crc32c_init(struct xg_crc32c *c);
/* crc: 0 to start, or the result over the words before. */
uint32_t xg_crc32c_words(const struct xg_crc32c *c, uint32_t crc, const uint32_t *words,
                         size_t count);

/* A growing array of words. */
struct xg_words {
    uint32_t *at;
    size_t first, count, capacity; /* live words are at[first .. first + count) */
};
/* Room for n more words behind the live ones, or NULL. The caller adds to count. */
uint32_t *xg_words_room(struct xg_words *w, size_t n);
void xg_words_drop(struct xg_words *w, size_t n);

struct xg_link_frame {
    uint8_t op, tag;
    uint32_t address;
    uint32_t words;          /* of payload */
    const uint32_t *payload; /* good until the next call on this end */
};

/* What happened on the way, since xg_link_init(). */
struct xg_link_counts {
    uint64_t accepted, repeated; /* frames that came */
    uint64_t acknowledged;       /* frames of this end that the other one has */
    uint64_t bad;                /* frames with a wrong checksum, length or number */
    uint64_t asked, resent;      /* NAK or AGAIN sent; times that frames were sent again */
    uint64_t silences;
};

struct xg_link {
    struct xg_crc32c crc;
    bool device_end;
    bool synchronised; /* HELLO or HELLO_ACK has come */
    uint32_t session;
    struct xg_link_counts counts;

    /* --- out --- */
    struct xg_words out; /* frames from the first one that was not acknowledged on */
    /* Places in it: words written; start of the frame that they end in; words that credit and
     * window allow. */
    size_t sent, edge, allowed;
    uint8_t next_tag, tail_tag, target_tag; /* next to queue; first kept; acknowledged up to */
    unsigned in_flight;                     /* frames from tail_tag up to `allowed` */
    uint16_t used[XG_LINK_CLASSES], granted[XG_LINK_CLASSES];
    bool rewind;       /* send everything again, from the next edge on */
    unsigned rewinds;  /* since the other side last acknowledged something */
    unsigned silences; /* since something whole came */
    size_t syncs;      /* SYNC words to write first */
    uint32_t head[16]; /* HELLO, controls: to write at the next edge */
    size_t head_at, head_count;

    /* --- in --- */
    uint32_t buffer[XG_LINK_FRAME_WORDS];
    uint32_t have; /* words of the frame being received */
    uint8_t expect_tag;
    bool hunting;   /* word borders are unknown up to the next SYNC */
    unsigned shift; /* bytes by which words are out of step with those of the transport */
    uint32_t carry; /* last word of the transport */
    bool stuck;     /* at the last silence a frame was not whole */
    bool gap;       /* asked for frames already, and none came since */
    bool ask;       /* to be asked for, with this reason: */
    uint8_t ask_reason;
    bool report;    /* say at once what has come */
    bool was_reset; /* BROKEN because the device has forgotten the session */
    uint16_t received[XG_LINK_CLASSES], told[XG_LINK_CLASSES];
    unsigned unreported_frames, unreported_words;
};

void xg_link_init(struct xg_link *l, bool device_end);
void xg_link_free(struct xg_link *l);
/* Host: forgets everything and begins with HELLO. The session tells this beginning from all others:
 * any number that was not used lately, its low 8 bits 0, not 0. */
void xg_link_hello(struct xg_link *l, uint32_t session);

/* Queues a frame; words is at most XG_LINK_MAX_WORDS. false: no host memory. */
bool xg_link_post(struct xg_link *l, uint8_t op, uint32_t address, const uint32_t *payload,
                  uint32_t words);
/* The words to write now; 0 when there are none, or the other side can take no more for now. */
size_t xg_link_next(struct xg_link *l, const uint32_t **words);
/* So many of them were written. */
void xg_link_wrote(struct xg_link *l, size_t words);
/* Words queued that were not written yet. */
static inline size_t xg_link_unsent(const struct xg_link *l)
{
    return l->out.count - l->sent;
}
/* Lets the other side know what has come, if it does not yet. */
static inline void xg_link_report(struct xg_link *l)
{
    l->report |= l->unreported_frames != 0;
}
/* Nothing has come for a while: everything not acknowledged is sent again, and the other side asked
 * for what it has; a frame that was not whole is dropped, if it was not the last time either. */
void xg_link_silence(struct xg_link *l);

enum xg_link_result { XG_LINK_MORE, XG_LINK_FRAME, XG_LINK_BROKEN };
/* Consumes words until a frame has come. *used says how many. BROKEN: err says why; the other side
 * was reset, or breaks the rules. */
enum xg_link_result xg_link_take(struct xg_link *l, const uint32_t *words, size_t count,
                                 size_t *used, struct xg_link_frame *frame, struct xg_error *err);

/* Class of credits of an operation of either direction. */
unsigned xg_link_class(uint8_t op);
/* Name of an operation of either direction, "unknown operation" else. */
const char *xg_link_op_name(uint8_t op);
const char *xg_link_refusal(uint32_t reason);

/* --- between link_send.c and link_receive.c --- */
void xg_link_acknowledged(struct xg_link *l, uint8_t tag);
void xg_link_restart_out(struct xg_link *l);
void xg_link_restart_in(struct xg_link *l);

#endif
