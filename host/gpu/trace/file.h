/* The file of a GPU trace: a header, then chunks that are compressed and checked each by itself,
 * made of records. docs/trace.md is the format. A file that its writer did not finish is readable
 * up to the last whole chunk. */
#ifndef XG_GPU_TRACE_FILE_H
#define XG_GPU_TRACE_FILE_H

#include "base/endian.h"
#include "base/error.h"

#define XG_TRACE_VERSION    1u
#define XG_TRACE_HEAD_BYTES 64u
#define XG_TRACE_CHUNK_HEAD 32u
#define XG_TRACE_CHUNK_MAX  (2u << 20)   /* bytes of a chunk when expanded */
#define XG_TRACE_RECORD_MAX (256u << 10) /* bytes of a record's body */

/* Records: what went into the device and its renderer, and what came out. */
enum xg_trace_kind {
    XG_TRACE_POWER_ON = 1, /* memory, eDRAM, device and renderer as after power-on */
    XG_TRACE_RING,
    XG_TRACE_WRITEBACK,
    XG_TRACE_REG,
    XG_TRACE_VBLANK,
    XG_TRACE_KICK,
    XG_TRACE_ANSWER,
    XG_TRACE_PAGE,
    XG_TRACE_TILE,
    XG_TRACE_RUN,
    XG_TRACE_DRAW,
    XG_TRACE_SAID,
    XG_TRACE_COPY,
    XG_TRACE_SCREEN,
    XG_TRACE_PICTURE,
    XG_TRACE_KEY,
    XG_TRACE_KEY_REGS,
    XG_TRACE_KEY_TILE,
    XG_TRACE_KEY_SHADER,
    XG_TRACE_KEY_PAGE,
    XG_TRACE_KEY_END,
    XG_TRACE_END,
    XG_TRACE_KINDS
};
const char *xg_trace_kind_name(unsigned kind);

enum xg_trace_chunk_flag {
    XG_TRACE_CHUNK_KEY = 1, /* begins with POWER_ON or KEY: replay can begin here */
    XG_TRACE_CHUNK_LAST = 2 /* the writer has finished the file */
};

struct xg_trace_head {
    uint32_t version;
    uint32_t title;    /* title id, 0: none */
    char producer[17]; /* back end that was recorded */
};

/* ---- writing ---- */
struct xg_trace_writer;
/* path is written anew. */
struct xg_trace_writer *xg_trace_create(const char *path, const struct xg_trace_head *head,
                                        struct xg_error *err);
/* Ends the chunk, so that the next record begins another one, with these flags. */
void xg_trace_cut(struct xg_trace_writer *w, unsigned flags);
/* The record goes into the chunk at hand; body at most XG_TRACE_RECORD_MAX. A failure is kept for
 * close. */
void xg_trace_put(struct xg_trace_writer *w, enum xg_trace_kind kind, const void *body,
                  size_t size);
/* A swap was recorded: what follows belongs to the next frame. Chunks that are worth it are
 * written. */
void xg_trace_frame(struct xg_trace_writer *w);
uint32_t xg_trace_frames(const struct xg_trace_writer *w);
/* Bytes of records so far. */
uint64_t xg_trace_written(const struct xg_trace_writer *w);
/* Writes what is left and closes. false: the file is not whole. NULL: nothing. */
bool xg_trace_close(struct xg_trace_writer *w, struct xg_error *err);

/* ---- reading ---- */
struct xg_trace_chunk {
    uint64_t offset; /* of its head in the file */
    uint32_t stored, raw, first_frame, flags;
};
struct xg_trace {
    const char *path; /* the caller's */
    struct xg_trace_head head;
    struct xg_trace_chunk *chunk;
    size_t chunks;
    uint64_t size; /* of the file */
    bool whole;    /* the writer has finished it */
    /* Position: */
    size_t next_chunk;
    size_t at, end;  /* in the expanded chunk at hand */
    uint8_t *bytes;  /* of that */
    uint8_t *stored; /* room for it as it is in the file */
    void *file;
};
/* true: the file begins like one of these. */
bool xg_trace_is(const char *path);
/* path outlives the trace. NULL: err names file, offset and what is wrong. */
struct xg_trace *xg_trace_open(const char *path, struct xg_error *err);
void xg_trace_free(struct xg_trace *t);
/* The next record will be the first of this chunk. */
void xg_trace_seek(struct xg_trace *t, size_t chunk);

struct xg_trace_record {
    uint8_t kind; /* enum xg_trace_kind */
    uint32_t size;
    const uint8_t *body; /* until the next call */
    uint64_t offset;     /* of the chunk in the file */
    uint32_t at;         /* of the record in the expanded chunk */
};
/* 1: a record; 0: the end; -1: err says where the file is damaged. */
int xg_trace_next(struct xg_trace *t, struct xg_trace_record *r, struct xg_error *err);
/* The sentence for a record that makes no sense: always false. */
bool xg_trace_bad(const struct xg_trace *t, const struct xg_trace_record *r, const char *what,
                  struct xg_error *err);

/* ---- bodies ---- */
struct xg_trace_in {
    const uint8_t *p;
    size_t left;
    bool bad; /* something was read past the end; zeros were given */
};
static inline uint32_t xg_trace_u32(struct xg_trace_in *in)
{
    if (in->left < 4) {
        in->bad = true;
        return 0;
    }
    uint32_t v = xg_ld32le(in->p);
    in->p += 4;
    in->left -= 4;
    return v;
}
static inline uint64_t xg_trace_u64(struct xg_trace_in *in)
{
    uint64_t low = xg_trace_u32(in);
    return low | (uint64_t)xg_trace_u32(in) << 32;
}

#endif
