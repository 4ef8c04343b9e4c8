/* The .xtr format; see xtr.h. */
#include "gpu/trace/xtr.h"

#include "base/endian.h"
#include "gpu/device.h"

#include <errno.h>
#include <inttypes.h>
#include <snappy-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define XTR_VERSION 1u
/* No more than this comes out of a byte of snappy's. */
#define SNAPPY_MOST 64u

const char *xg_xtr_kind_name(unsigned kind)
{
    static const char *const names[XG_XTR_KINDS] = {"primary buffer start",
                                                    "primary buffer end",
                                                    "indirect buffer start",
                                                    "indirect buffer end",
                                                    "packet start",
                                                    "packet end",
                                                    "memory read",
                                                    "memory write",
                                                    "eDRAM snapshot",
                                                    "event",
                                                    "registers",
                                                    "gamma ramp"};
    return kind < XG_XTR_KINDS ? names[kind] : "unknown";
}

bool xg_xtr_is(const char *path)
{
    size_t n = strlen(path);
    return n > 4 && !strcmp(path + n - 4, ".xtr");
}

bool xg_xtr_bad(const struct xg_xtr *x, const struct xg_xtr_command *c, const char *what,
                struct xg_error *err)
{
    return xg_fail(err, XG_E_INPUT, "%s: offset %" PRIu64 " (%s): %s", x->path, c->offset,
                   xg_xtr_kind_name(c->kind), what);
}

struct xg_xtr *xg_xtr_open(const char *path, struct xg_error *err)
{
    uint8_t head[XG_XTR_HEAD_BYTES];
    struct stat st;
    struct xg_xtr *x = calloc(1, sizeof *x);
    FILE *f = fopen(path, "rb");
    if (!x || !f || fstat(fileno(f), &st)) {
        xg_fail(err, XG_E_INPUT, "%s: cannot be read (%s)", path, strerror(errno));
    } else if (fread(head, sizeof head, 1, f) != 1) {
        xg_fail(err, XG_E_INPUT, "%s: offset 0: the file ends in its header", path);
    } else if (xg_ld32le(head) != XTR_VERSION) {
        xg_fail(err, XG_E_INPUT,
                "%s: offset 0: version %u of the .xtr format; this program reads %u", path,
                xg_ld32le(head), XTR_VERSION);
    } else {
        x->path = path;
        memcpy(x->commit, head + 4, 40);
        for (char *c = x->commit; *c; c++)
            if (*c < 0x20 || *c > 0x7E)
                *c = '?';
        x->title = xg_ld32le(head + 44);
        x->size = (uint64_t)st.st_size;
        x->offset = XG_XTR_HEAD_BYTES;
        x->file = f;
        return x;
    }
    if (f)
        fclose(f);
    free(x);
    return NULL;
}

void xg_xtr_close(struct xg_xtr *x)
{
    if (!x)
        return;
    fclose(x->file);
    free(x->stored);
    free(x->bytes);
    free(x);
}

static bool room_for(uint8_t **bytes, size_t *room, size_t size)
{
    if (*bytes && size <= *room)
        return true;
    uint8_t *bigger = realloc(*bytes, size + 1);
    if (!bigger)
        return false;
    *bytes = bigger;
    *room = size;
    return true;
}

/* The next `size` bytes of the file. */
static bool take(struct xg_xtr *x, const struct xg_xtr_command *c, void *to, size_t size,
                 struct xg_error *err)
{
    if (size > x->size - x->offset)
        return xg_xtr_bad(x, c, "the file ends in it", err);
    if (size && fread(to, size, 1, x->file) != 1)
        return xg_xtr_bad(x, c, "it cannot be read", err);
    x->offset += size;
    return true;
}

/* The data of a command: `encoded` bytes of the file that expand to c->size. */
static bool expand(struct xg_xtr *x, struct xg_xtr_command *c, uint32_t encoding, uint32_t encoded,
                   struct xg_error *err)
{
    size_t size = c->size;
    if (encoding > 1)
        return xg_xtr_bad(x, c, "its data are in no known encoding", err);
    if (encoded > x->size - x->offset)
        return xg_xtr_bad(x, c, "the file ends in it", err);
    if (encoding == 0 ? encoded != size : size / SNAPPY_MOST > encoded)
        return xg_xtr_bad(x, c, "its data have an impossible size", err);
    if (!room_for(&x->stored, &x->stored_room, encoded) || !room_for(&x->bytes, &x->room, size))
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", x->path);
    c->bytes = encoding ? x->bytes : x->stored;
    if (!take(x, c, x->stored, encoded, err))
        return false;
    if (!encoding)
        return true;
    size_t real = 0;
    if (snappy_uncompressed_length((const char *)x->stored, encoded, &real) != SNAPPY_OK ||
        real != size ||
        snappy_uncompress((const char *)x->stored, encoded, (char *)x->bytes, &real) != SNAPPY_OK)
        return xg_xtr_bad(x, c, "its data do not expand to what it says", err);
    return true;
}

/* Fields of 32 bits behind the kind. */
static bool fields(struct xg_xtr *x, const struct xg_xtr_command *c, uint32_t *f, size_t count,
                   struct xg_error *err)
{
    uint8_t b[24];
    if (!take(x, c, b, 4 * count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        f[i] = xg_ld32le(b + 4 * i);
    return true;
}

static bool read_words(struct xg_xtr *x, struct xg_xtr_command *c, struct xg_error *err)
{
    uint32_t f[2];
    if (!fields(x, c, f, 2, err))
        return false;
    c->base = f[0] & 0x1FFFFFFF;
    if (f[1] > (x->size - x->offset) / 4)
        return xg_xtr_bad(x, c, "the file ends in it", err);
    c->size = 4 * f[1];
    return expand(x, c, 0, c->size, err);
}

static bool read_memory(struct xg_xtr *x, struct xg_xtr_command *c, struct xg_error *err)
{
    uint32_t f[4];
    if (!fields(x, c, f, 4, err))
        return false;
    c->base = f[0] & 0x1FFFFFFF;
    c->size = f[3];
    if (c->size > XG_PHYS_SIZE - c->base)
        return xg_xtr_bad(x, c, "it lies outside of memory", err);
    return expand(x, c, f[1], f[2], err);
}

static bool read_registers(struct xg_xtr *x, struct xg_xtr_command *c, struct xg_error *err)
{
    uint32_t f[5];
    if (!fields(x, c, f, 5, err))
        return false;
    c->first = f[0];
    c->side_effects = f[2] & 0xFF;
    if (f[0] > 0x8000 || f[1] > 0x8000 - f[0])
        return xg_xtr_bad(x, c, "there are no such registers", err);
    c->size = 4 * f[1];
    return expand(x, c, f[3], f[4], err);
}

static bool read_sized(struct xg_xtr *x, struct xg_xtr_command *c, uint32_t size,
                       struct xg_error *err)
{
    uint32_t f[3];
    size_t count = c->kind == XG_XTR_GAMMA ? 3 : 2;
    if (!fields(x, c, f, count, err))
        return false;
    c->first = count == 3 ? f[0] & 0xFF : 0;
    c->size = size;
    return expand(x, c, f[count - 2], f[count - 1], err);
}

int xg_xtr_next(struct xg_xtr *x, struct xg_xtr_command *c, struct xg_error *err)
{
    uint32_t kind;
    bool ok = true;
    *c = (struct xg_xtr_command){.kind = XG_XTR_KINDS, .offset = x->offset};
    if (x->offset == x->size)
        return 0;
    if (!fields(x, c, &kind, 1, err))
        return -1;
    c->kind = kind;
    switch (kind) {
    case XG_XTR_PRIMARY_END:
    case XG_XTR_INDIRECT_END:
    case XG_XTR_PACKET_END:
        break;
    case XG_XTR_PRIMARY_START:
    case XG_XTR_INDIRECT_START:
    case XG_XTR_PACKET_START:
        ok = read_words(x, c, err);
        break;
    case XG_XTR_MEMORY_READ:
    case XG_XTR_MEMORY_WRITE:
        ok = read_memory(x, c, err);
        break;
    case XG_XTR_EDRAM:
        ok = read_sized(x, c, XG_EDRAM_TILES * XG_EDRAM_TILE_BYTES, err);
        break;
    case XG_XTR_GAMMA:
        ok = read_sized(x, c, XG_XTR_GAMMA_BYTES, err);
        break;
    case XG_XTR_EVENT:
        ok = fields(x, c, &c->first, 1, err);
        break;
    case XG_XTR_REGISTERS:
        ok = read_registers(x, c, err);
        break;
    default:
        ok = xg_xtr_bad(x, c, "no command is of this kind", err);
        break;
    }
    return ok ? 1 : -1;
}
