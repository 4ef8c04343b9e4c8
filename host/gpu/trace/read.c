/* Reads the file of a GPU trace, as if it were hostile; see file.h. */
#include "gpu/trace/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

const char *xg_trace_kind_name(unsigned kind)
{
    static const char *const names[XG_TRACE_KINDS] = {
        [XG_TRACE_POWER_ON] = "power-on",
        [XG_TRACE_RING] = "ring",
        [XG_TRACE_WRITEBACK] = "write-back",
        [XG_TRACE_REG] = "register",
        [XG_TRACE_VBLANK] = "vertical blank",
        [XG_TRACE_KICK] = "kick",
        [XG_TRACE_ANSWER] = "answer",
        [XG_TRACE_PAGE] = "memory",
        [XG_TRACE_TILE] = "tile",
        [XG_TRACE_RUN] = "run",
        [XG_TRACE_DRAW] = "draw",
        [XG_TRACE_SAID] = "effect",
        [XG_TRACE_COPY] = "copy",
        [XG_TRACE_SCREEN] = "screen memory",
        [XG_TRACE_PICTURE] = "picture",
        [XG_TRACE_KEY] = "key frame",
        [XG_TRACE_KEY_REGS] = "key registers",
        [XG_TRACE_KEY_TILE] = "key tile",
        [XG_TRACE_KEY_SHADER] = "key shader",
        [XG_TRACE_KEY_PAGE] = "key memory",
        [XG_TRACE_KEY_END] = "end of key frame",
        [XG_TRACE_END] = "end",
    };
    return kind < XG_TRACE_KINDS && names[kind] ? names[kind] : "unknown";
}

bool xg_trace_is(const char *path)
{
    char magic[8] = {0};
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    bool is = fread(magic, 8, 1, f) == 1 && !memcmp(magic, "XGTRACE\n", 8);
    fclose(f);
    return is;
}

static bool damaged(const struct xg_trace *t, uint64_t offset, const char *what,
                    struct xg_error *err)
{
    return xg_fail(err, XG_E_INPUT, "%s: offset %" PRIu64 ": %s", t->path, offset, what);
}

static bool read_head(struct xg_trace *t, struct xg_error *err)
{
    uint8_t b[XG_TRACE_HEAD_BYTES];
    size_t n = fread(b, 1, sizeof b, t->file);
    if (n < 8 || memcmp(b, "XGTRACE\n", 8))
        return damaged(t, 0, "this is no GPU trace", err);
    if (n < sizeof b)
        return damaged(t, n, "the file ends in its header", err);
    if (xg_ld32le(b + 60) != crc32(0, b, 60))
        return damaged(t, 60, "the header's checksum is wrong", err);
    t->head.version = xg_ld32le(b + 8);
    t->head.title = xg_ld32le(b + 12);
    memcpy(t->head.producer, b + 16, 16);
    if (t->head.version != XG_TRACE_VERSION)
        return xg_fail(err, XG_E_INPUT,
                       "%s: offset 8: version %u of the format; this program reads %u", t->path,
                       t->head.version, XG_TRACE_VERSION);
    return true;
}

static bool add_chunk(struct xg_trace *t, const struct xg_trace_chunk *c)
{
    if (!(t->chunks & (t->chunks - 1))) {
        size_t room = t->chunks ? 2 * t->chunks : 1;
        struct xg_trace_chunk *bigger = realloc(t->chunk, room * sizeof *bigger);
        if (!bigger)
            return false;
        t->chunk = bigger;
    }
    t->chunk[t->chunks++] = *c;
    return true;
}

/* 1: a chunk; 0: the file ends before or in it; -1: it is damaged. */
static int read_chunk_head(struct xg_trace *t, struct xg_trace_chunk *c, struct xg_error *err)
{
    uint8_t b[XG_TRACE_CHUNK_HEAD];
    if (t->size - c->offset < sizeof b)
        return 0;
    if (fseeko(t->file, (off_t)c->offset, SEEK_SET) || fread(b, sizeof b, 1, t->file) != 1)
        return damaged(t, c->offset, "it cannot be read", err) - 1;
    if (memcmp(b, "XGCH", 4) || xg_ld32le(b + 28) != crc32(0, b, 28))
        return damaged(t, c->offset, "the checksum of a chunk's head is wrong", err) - 1;
    c->flags = xg_ld32le(b + 8);
    c->first_frame = xg_ld32le(b + 12);
    c->raw = xg_ld32le(b + 16);
    c->stored = xg_ld32le(b + 20);
    uint32_t before = t->chunks ? t->chunk[t->chunks - 1].first_frame : 0;
    if (xg_ld32le(b + 4) != t->chunks || c->first_frame < before)
        return damaged(t, c->offset, "a chunk is out of its order", err) - 1;
    if (c->raw > XG_TRACE_CHUNK_MAX || c->stored > compressBound(XG_TRACE_CHUNK_MAX))
        return damaged(t, c->offset, "a chunk is larger than any may be", err) - 1;
    return t->size - c->offset - sizeof b >= c->stored;
}

/* The heads of all chunks, which are the index of frames. */
static bool scan(struct xg_trace *t, struct xg_error *err)
{
    struct xg_trace_chunk c = {.offset = XG_TRACE_HEAD_BYTES};
    while (c.offset < t->size && !t->whole) {
        int found = read_chunk_head(t, &c, err);
        if (found < 0)
            return false;
        if (!found)
            break;
        if (!add_chunk(t, &c))
            return xg_fail(err, XG_E_INPUT, "%s: out of memory", t->path);
        t->whole = c.flags & XG_TRACE_CHUNK_LAST;
        c.offset += XG_TRACE_CHUNK_HEAD + c.stored;
    }
    if (t->whole && c.offset != t->size)
        return damaged(t, c.offset, "something follows the last chunk", err);
    if (t->chunks && !(t->chunk[0].flags & XG_TRACE_CHUNK_KEY))
        return damaged(t, t->chunk[0].offset, "the first chunk is none that replay can begin with",
                       err);
    return true;
}

struct xg_trace *xg_trace_open(const char *path, struct xg_error *err)
{
    struct stat st;
    struct xg_trace *t = calloc(1, sizeof *t);
    if (!t) {
        xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
        return NULL;
    }
    t->path = path;
    t->file = fopen(path, "rb");
    if (!t->file || fstat(fileno(t->file), &st)) {
        xg_fail(err, XG_E_INPUT, "%s: cannot be read (%s)", path, strerror(errno));
        xg_trace_free(t);
        return NULL;
    }
    t->size = (uint64_t)st.st_size;
    t->bytes = malloc(XG_TRACE_CHUNK_MAX);
    t->stored = malloc(compressBound(XG_TRACE_CHUNK_MAX));
    if (!t->bytes || !t->stored)
        xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
    else if (read_head(t, err) && scan(t, err))
        return t;
    xg_trace_free(t);
    return NULL;
}

void xg_trace_free(struct xg_trace *t)
{
    if (!t)
        return;
    if (t->file)
        fclose(t->file);
    free(t->chunk);
    free(t->bytes);
    free(t->stored);
    free(t);
}

void xg_trace_seek(struct xg_trace *t, size_t chunk)
{
    t->next_chunk = chunk;
    t->at = t->end = 0;
}

static bool load_chunk(struct xg_trace *t, struct xg_error *err)
{
    const struct xg_trace_chunk *c = &t->chunk[t->next_chunk];
    uint8_t head[XG_TRACE_CHUNK_HEAD];
    uLongf raw = XG_TRACE_CHUNK_MAX;
    if (fseeko(t->file, (off_t)c->offset, SEEK_SET) || fread(head, sizeof head, 1, t->file) != 1 ||
        (c->stored && fread(t->stored, c->stored, 1, t->file) != 1))
        return damaged(t, c->offset, "a chunk cannot be read", err);
    if (crc32(0, t->stored, c->stored) != xg_ld32le(head + 24))
        return damaged(t, c->offset, "the checksum of a chunk is wrong", err);
    if (uncompress(t->bytes, &raw, t->stored, c->stored) != Z_OK || raw != c->raw)
        return damaged(t, c->offset, "a chunk does not expand to what it says", err);
    t->next_chunk++;
    t->at = 0;
    t->end = raw;
    return true;
}

int xg_trace_next(struct xg_trace *t, struct xg_trace_record *r, struct xg_error *err)
{
    while (t->at == t->end) {
        if (t->next_chunk == t->chunks)
            return 0;
        if (!load_chunk(t, err))
            return -1;
    }
    *r = (struct xg_trace_record){.offset = t->chunk[t->next_chunk - 1].offset,
                                  .at = (uint32_t)t->at};
    size_t left = t->end - t->at;
    uint32_t head = left < 4 ? 0 : xg_ld32le(t->bytes + t->at);
    r->kind = head & 0xFF;
    r->size = head >> 8;
    r->body = t->bytes + t->at + 4;
    if (left < 4 || r->size > left - 4 || r->size > XG_TRACE_RECORD_MAX)
        return (int)xg_trace_bad(t, r, "it runs past the end of its chunk", err) - 1;
    t->at += 4 + r->size;
    return 1;
}

bool xg_trace_bad(const struct xg_trace *t, const struct xg_trace_record *r, const char *what,
                  struct xg_error *err)
{
    return xg_fail(err, XG_E_INPUT, "%s: offset %" PRIu64 ", record at %u (%s): %s", t->path,
                   r->offset, r->at, xg_trace_kind_name(r->kind), what);
}
