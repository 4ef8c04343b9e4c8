/* What a device says as records of a trace: SAID for an effect, COPY for the lines of a copy.
 * Recording and replay make them with the same code, so replay compares records. */
#ifndef XG_GPU_TRACE_SAID_H
#define XG_GPU_TRACE_SAID_H

#include "gpu/device.h"
#include "gpu/trace/file.h"

#define XG_SAID_BYTES      40u /* of a SAID record */
#define XG_COPY_HEAD_BYTES 20u /* of a COPY record, before its pages */
#define XG_COPY_PAGE_BYTES 20u /* of each of these */
#define XG_COPY_PAGES_MAX  1024u

struct xg_said {
    void *ctx;
    void (*put)(void *ctx, enum xg_trace_kind kind, const uint8_t *body, size_t size);
    /* The 512 MiB as they are when everything said so far has taken place: the owner tells of an
     * effect first and then stores it. */
    const uint8_t *memory;
    /* Added to what effects say: a replay that begins at a key frame. */
    uint32_t packet_base;
    uint64_t cost_base;
    /* The copy whose lines are coming: */
    bool open;
    uint32_t packet;
    uint64_t cost;
    uint64_t *mask;     /* of each page of memory: its lines that were written; NULL: no copy yet */
    uint32_t *page;     /* those that have some, by number */
    size_t pages, room; /* of that list */
    bool out_of_memory;
    uint8_t body[XG_COPY_HEAD_BYTES + XG_COPY_PAGE_BYTES * XG_COPY_PAGES_MAX];
};

void xg_said_effect(struct xg_said *s, const struct xg_gpu_effect *e);
/* Lines of a copy in a page, in place of an effect for each: the same record comes of it. */
void xg_said_lines(struct xg_said *s, const struct xg_gpu_lines *l);
/* run() has returned: no line of the copy comes any more. */
void xg_said_flush(struct xg_said *s);
void xg_said_free(struct xg_said *s);

/* The hash of docs/trace.md. */
#define XG_TRACE_HASH 0x5847545241434521ull
static inline uint64_t xg_trace_mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15ull;
    return hash ^ hash >> 29;
}

/* Two records, of which one may be missing (body NULL). true: they say different things; text gets
 * one sentence and packet, address the place. lenient: what a draw record lists is not looked at
 * (the first one behind a key frame lists more). */
struct xg_said_record {
    uint8_t kind;
    const uint8_t *body;
    size_t size;
};
struct xg_said_difference {
    uint32_t packet, address;
    char text[320];
};
bool xg_said_differ(const struct xg_said_record *recorded, const struct xg_said_record *now,
                    bool lenient, struct xg_said_difference *out);
/* A record of the file that could have been made here. */
bool xg_said_is_sane(const struct xg_said_record *r);

#endif
