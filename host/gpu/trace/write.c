/* Writes the file of a GPU trace; see file.h. */
#include "gpu/trace/file.h"

#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A chunk is written when it holds this much; at a swap already when it is worth it or some frames
 * have passed, so that a killed run loses little. */
#define CHUNK_FULL       (1u << 20)
#define WORTH_AT_SWAP    (64u << 10)
#define FRAMES_OF_A_LULL 16u

struct xg_trace_writer {
    FILE *f;
    char *path;
    uint8_t *raw, *stored;
    size_t used, room; /* of raw, of stored */
    uint32_t frames, first_frame, chunks;
    unsigned flags; /* of the chunk at hand */
    uint64_t written;
    struct xg_error err;
};

static void put_head(const struct xg_trace_head *head, uint8_t b[XG_TRACE_HEAD_BYTES])
{
    memset(b, 0, XG_TRACE_HEAD_BYTES);
    memcpy(b, "XGTRACE\n", 8);
    xg_st32le(b + 8, XG_TRACE_VERSION);
    xg_st32le(b + 12, head->title);
    memcpy(b + 16, head->producer, strnlen(head->producer, 16));
    xg_st32le(b + 60, (uint32_t)crc32(0, b, 60));
}

static void destroy(struct xg_trace_writer *w)
{
    free(w->path);
    free(w->raw);
    free(w->stored);
    free(w);
}

struct xg_trace_writer *xg_trace_create(const char *path, const struct xg_trace_head *head,
                                        struct xg_error *err)
{
    struct xg_trace_writer *w = calloc(1, sizeof *w);
    uint8_t b[XG_TRACE_HEAD_BYTES];
    if (w) {
        w->room = compressBound(XG_TRACE_CHUNK_MAX);
        w->path = strdup(path);
        w->raw = malloc(XG_TRACE_CHUNK_MAX);
        w->stored = malloc(w->room);
    }
    if (!w || !w->path || !w->raw || !w->stored) {
        if (w)
            destroy(w);
        xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
        return NULL;
    }
    put_head(head, b);
    w->f = fopen(path, "wb");
    if (!w->f || fwrite(b, sizeof b, 1, w->f) != 1 || fflush(w->f)) {
        xg_fail(err, XG_E_INPUT, "%s: cannot be written (%s)", path, strerror(errno));
        if (w->f)
            xg_file_discard(w->f, path);
        destroy(w);
        return NULL;
    }
    return w;
}

static void write_chunk(struct xg_trace_writer *w)
{
    uint8_t head[XG_TRACE_CHUNK_HEAD];
    uLongf stored = w->room;
    if (!w->used && !(w->flags & XG_TRACE_CHUNK_LAST))
        return;
    if (w->err.kind == XG_OK && compress2(w->stored, &stored, w->raw, w->used, 1) != Z_OK)
        xg_fail(&w->err, XG_E_INPUT, "%s: a chunk could not be compressed", w->path);
    memcpy(head, "XGCH", 4);
    xg_st32le(head + 4, w->chunks++);
    xg_st32le(head + 8, w->flags);
    xg_st32le(head + 12, w->first_frame);
    xg_st32le(head + 16, (uint32_t)w->used);
    xg_st32le(head + 20, (uint32_t)stored);
    xg_st32le(head + 24, (uint32_t)crc32(0, w->stored, (uInt)stored));
    xg_st32le(head + 28, (uint32_t)crc32(0, head, 28));
    if (w->err.kind == XG_OK && (fwrite(head, sizeof head, 1, w->f) != 1 ||
                                 fwrite(w->stored, stored, 1, w->f) != 1 || fflush(w->f)))
        xg_fail(&w->err, XG_E_INPUT, "%s: cannot be written (%s)", w->path, strerror(errno));
    w->used = 0;
    w->flags = 0;
    w->first_frame = w->frames;
}

void xg_trace_cut(struct xg_trace_writer *w, unsigned flags)
{
    write_chunk(w);
    w->flags = flags;
}

void xg_trace_put(struct xg_trace_writer *w, enum xg_trace_kind kind, const void *body, size_t size)
{
    if (size > XG_TRACE_RECORD_MAX) {
        xg_fail(&w->err, XG_E_INPUT, "%s: a record of %zu bytes", w->path, size);
        return;
    }
    if (w->used + 4 + size > XG_TRACE_CHUNK_MAX)
        write_chunk(w);
    xg_st32le(w->raw + w->used, (uint32_t)kind | (uint32_t)size << 8);
    if (size)
        memcpy(w->raw + w->used + 4, body, size);
    w->used += 4 + size;
    w->written += 4 + size;
    if (w->used >= CHUNK_FULL)
        write_chunk(w);
}

void xg_trace_frame(struct xg_trace_writer *w)
{
    w->frames++;
    if (w->used >= WORTH_AT_SWAP || w->frames - w->first_frame >= FRAMES_OF_A_LULL)
        write_chunk(w);
    else if (!w->used)
        w->first_frame = w->frames;
}

uint32_t xg_trace_frames(const struct xg_trace_writer *w)
{
    return w->frames;
}

uint64_t xg_trace_written(const struct xg_trace_writer *w)
{
    return w->written;
}

bool xg_trace_close(struct xg_trace_writer *w, struct xg_error *err)
{
    if (!w)
        return true;
    w->flags |= XG_TRACE_CHUNK_LAST;
    write_chunk(w);
    bool ok = w->err.kind == XG_OK;
    if (!ok) {
        fclose(w->f); /* what is whole of it can be read */
        xg_fail(err, w->err.kind, "%s", w->err.text);
    } else {
        ok = xg_file_close_written(w->f, w->path, err);
    }
    destroy(w);
    return ok;
}
