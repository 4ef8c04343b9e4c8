/* What a device says as records of a trace: SAID for an effect, COPY for the lines of a copy.
 * Recording and replay make them with the same code, so replay compares records. */
#ifndef XG_GPU_TRACE_SAID_H
#define XG_GPU_TRACE_SAID_H

#include "gpu/device.h"
#include "gpu/trace/file.h"

#define XG_SAID_BYTES      40u  /* of a SAID record */
#define XG_COPY_HEAD_BYTES 20u  /* of a COPY record, before its blocks of 12 bytes */
#define XG_COPY_BLOCK      256u /* lines that share a hash */
#define XG_COPY_BLOCKS_MAX 1024u

struct xg_said {
    void *ctx;
    void (*put)(void *ctx, enum xg_trace_kind kind, const uint8_t *body, size_t size);
    /* Added to what effects say: a replay that begins at a key frame. */
    uint32_t packet_base;
    uint64_t cost_base;
    /* The copy whose lines are coming: */
    bool open;
    uint32_t packet, line, block_lines, blocks; /* line: of the record's first */
    uint64_t cost, hash;
    uint32_t block_address;
    uint8_t body[XG_COPY_HEAD_BYTES + 12 * XG_COPY_BLOCKS_MAX];
};

void xg_said_effect(struct xg_said *s, const struct xg_gpu_effect *e);
/* The device rests: no line of the copy comes any more. */
void xg_said_flush(struct xg_said *s);

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
