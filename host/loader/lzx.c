/* LZX through libmspack, which reads container files only: so the stream is dressed as one in
 * memory. An image becomes a cabinet with one CFDATA block per chunk. A piece of a delta patch
 * needs a dictionary, which cabinets do not have; a compressed help file has: its stream starts
 * afresh at a reset interval but keeps the window. There the dictionary is a stored block that
 * fills the first interval, and the piece is the second.
 *
 *   cabinet    header, folder, file, then {0, u16 bytes, u16 expanded bytes, chunk} ...
 *   help file  control data, length, then stored block | piece */
#include "loader/internal.h"

#include <mspack.h>
#include <stdlib.h>
#include <string.h>

#define FRAME     0x8000u
#define CHUNK_MAX (FRAME + 6144u) /* longest that libmspack takes */
#define BITS_MIN  15u
#define BITS_MAX  21u
#define DATA_MAX  0xFFFFu /* CFDATA blocks of a folder */

/* ---- files in memory ---------------------------------------------------------------------- */

struct lzx_system {
    struct mspack_system base; /* first, so that libmspack's pointer is ours */
    const uint8_t *in;
    size_t in_size;
    uint8_t *out;
    size_t out_size, skip; /* leading bytes of the output to drop */
};
struct lzx_file {
    struct lzx_system *system;
    size_t at;
};

static struct mspack_file *lzx_open(struct mspack_system *s, const char *name, int mode)
{
    XG_UNUSED(name);
    XG_UNUSED(mode);
    struct lzx_file *f = calloc(1, sizeof *f);
    if (f)
        f->system = (struct lzx_system *)s;
    return (struct mspack_file *)f;
}
static void lzx_close(struct mspack_file *file)
{
    free(file);
}
static int lzx_read(struct mspack_file *file, void *buffer, int bytes)
{
    struct lzx_file *f = (struct lzx_file *)file;
    size_t left = f->system->in_size - f->at, n = (size_t)bytes < left ? (size_t)bytes : left;
    memcpy(buffer, f->system->in + f->at, n);
    f->at += n;
    return (int)n;
}
static int lzx_write(struct mspack_file *file, void *buffer, int bytes)
{
    struct lzx_file *f = (struct lzx_file *)file;
    struct lzx_system *s = f->system;
    size_t n = (size_t)bytes, drop = s->skip < n ? s->skip : n;
    s->skip -= drop;
    n -= drop;
    if (n > s->out_size - f->at)
        return -1;
    memcpy(s->out + f->at, (uint8_t *)buffer + drop, n);
    f->at += n;
    return bytes;
}
static int lzx_seek(struct mspack_file *file, off_t offset, int mode)
{
    struct lzx_file *f = (struct lzx_file *)file;
    off_t base = mode == MSPACK_SYS_SEEK_CUR   ? (off_t)f->at
                 : mode == MSPACK_SYS_SEEK_END ? (off_t)f->system->in_size
                                               : 0;
    if (base + offset < 0 || (uint64_t)(base + offset) > f->system->in_size)
        return -1;
    f->at = (size_t)(base + offset);
    return 0;
}
static off_t lzx_tell(struct mspack_file *file)
{
    return (off_t)((struct lzx_file *)file)->at;
}
static void lzx_message(struct mspack_file *file, const char *format, ...)
{
    XG_UNUSED(file);
    XG_UNUSED(format);
}
static void *lzx_alloc(struct mspack_system *s, size_t bytes)
{
    XG_UNUSED(s);
    return calloc(1, bytes); /* the window must not show old memory to a damaged stream */
}
static void lzx_free(void *p)
{
    free(p);
}
static void lzx_copy(void *from, void *to, size_t bytes)
{
    memmove(to, from, bytes);
}

static const struct mspack_system system_of_memory = {
    .open = lzx_open,
    .close = lzx_close,
    .read = lzx_read,
    .write = lzx_write,
    .seek = lzx_seek,
    .tell = lzx_tell,
    .message = lzx_message,
    .alloc = lzx_alloc,
    .free = lzx_free,
    .copy = lzx_copy,
};

static const char *reason(int code)
{
    switch (code) {
    case MSPACK_ERR_OK:
        return NULL;
    case MSPACK_ERR_NOMEMORY:
        return "out of memory";
    case MSPACK_ERR_READ:
    case MSPACK_ERR_DATAFORMAT:
        return "the compressed data ends too early";
    default:
        return "the compressed data is damaged";
    }
}

static unsigned window_bits(uint32_t window)
{
    for (unsigned b = BITS_MIN; b <= BITS_MAX; b++)
        if (window == 1u << b)
            return b;
    return 0;
}

/* ---- an image ------------------------------------------------------------------------------- */

#define CAB_HEADER 36u
#define CAB_FOLDER 8u
#define CAB_FILE   18u /* with the name "i" */
#define CAB_DATA   8u
#define CAB_START  (CAB_HEADER + CAB_FOLDER + CAB_FILE)

static void cabinet_header(uint8_t *c, size_t size, uint32_t blocks, unsigned bits, uint32_t bytes)
{
    xg_st32be(c, 0x4D534346); /* MSCF */
    xg_st32le(c + 8, (uint32_t)size);
    xg_st32le(c + 16, CAB_HEADER + CAB_FOLDER);
    xg_st16le(c + 24, 0x0103); /* version 1.3 */
    xg_st16le(c + 26, 1);      /* folders */
    xg_st16le(c + 28, 1);      /* files */
    uint8_t *folder = c + CAB_HEADER, *file = folder + CAB_FOLDER;
    xg_st32le(folder, CAB_START);
    xg_st16le(folder + 4, (uint16_t)blocks);
    xg_st16le(folder + 6, (uint16_t)(bits << 8 | 3)); /* LZX */
    xg_st32le(file, bytes);
    file[16] = 'i';
}

static int extract(struct lzx_system *s)
{
    struct mscab_decompressor *d = mspack_create_cab_decompressor(&s->base);
    if (!d)
        return MSPACK_ERR_NOMEMORY;
    struct mscabd_cabinet *cab = d->open(d, "c");
    int code = cab ? d->extract(d, cab->files, "o") : d->last_error(d);
    if (cab)
        d->close(d, cab);
    mspack_destroy_cab_decompressor(d);
    return code;
}

/* Every chunk but the last expands to one frame. */
static const char *add_chunks(uint8_t *c, const struct xg_lzx_chunk *chunk, size_t count,
                              uint32_t size)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t n = size < FRAME ? size : FRAME;
        if (chunk[i].size > CHUNK_MAX)
            return "a chunk is longer than LZX allows";
        xg_st16le(c + 4, (uint16_t)chunk[i].size);
        xg_st16le(c + 6, (uint16_t)n);
        memcpy(c + CAB_DATA, chunk[i].data, chunk[i].size);
        c += CAB_DATA + chunk[i].size;
        size -= n;
    }
    return size ? "the chunks hold less than the image" : NULL;
}

const char *xg_lzx_expand(const struct xg_lzx_chunk *chunk, size_t count, uint32_t window,
                          uint8_t *out, uint32_t size)
{
    unsigned bits = window_bits(window);
    if (!bits)
        return "its LZX window has an impossible size";
    if (count > DATA_MAX)
        return "it has too many chunks";
    size_t n = CAB_START;
    for (size_t i = 0; i < count; i++)
        n += CAB_DATA + chunk[i].size;
    uint8_t *cabinet = calloc(1, n);
    if (!cabinet)
        return "out of memory";
    cabinet_header(cabinet, n, (uint32_t)count, bits, size);
    const char *why = add_chunks(cabinet + CAB_START, chunk, count, size);
    if (!why) {
        struct lzx_system s = {system_of_memory, cabinet, n, out, size, 0};
        why = reason(extract(&s));
    }
    free(cabinet);
    return why;
}

/* ---- a piece with a dictionary ----------------------------------------------------------------
 */

#define INTERVAL 0x10000u /* holds the longest dictionary */
#define CONTROL  0x1Cu
#define STORED   16u /* header of the stored block: type, length, three repeated offsets */
#define STREAM   (CONTROL + 8u)

static void help_file(uint8_t *h, const uint8_t *dictionary, uint32_t dictionary_size,
                      const uint8_t *data, uint32_t size, uint32_t window, uint32_t out_size)
{
    xg_st32le(h, 6);
    xg_st32be(h + 4, 0x4C5A5843); /* LZXC */
    xg_st32le(h + 8, 1);
    xg_st32le(h + 12, INTERVAL);
    xg_st32le(h + 16, window);
    xg_st64le(h + CONTROL, (uint64_t)INTERVAL + out_size);
    uint8_t *stored = h + STREAM;
    /* Bits 0 (no call translation), 011 (stored), 24 of length; 16-bit units, first bit on top. */
    xg_st16le(stored, (uint16_t)(3u << 12 | INTERVAL >> 12));
    xg_st16le(stored + 2, (uint16_t)(INTERVAL << 4));
    for (unsigned i = 0; i < 3; i++)
        xg_st32le(stored + 4 + 4 * i, 1);
    memcpy(stored + STORED + INTERVAL - dictionary_size, dictionary, dictionary_size);
    memcpy(stored + STORED + INTERVAL, data, size);
}

static int extract_piece(struct lzx_system *s, uint32_t size)
{
    char name[] = "h";
    struct mschmd_header chm = {.filename = name, .length = (off_t)s->in_size};
    chm.sec0.base = (struct mschmd_section){&chm, 0};
    struct mschmd_file control = {.section = &chm.sec0.base, .length = CONTROL};
    struct mschmd_file length = {.section = &chm.sec0.base, .offset = CONTROL, .length = 8};
    struct mschmd_file content = {.section = &chm.sec0.base, .offset = STREAM};
    struct mschmd_file none = {.section = &chm.sec0.base}; /* the length then comes from above */
    chm.sec1 = (struct mschmd_sec_mscompressed){{&chm, 1}, &content, &control, &none, &length};
    /* From the last byte of the first interval on: that makes libmspack start at the front. */
    struct mschmd_file piece = {.section = &chm.sec1.base,
                                .offset = INTERVAL - 1,
                                .length = (off_t)size + 1,
                                .filename = name};
    s->skip = 1;
    struct mschm_decompressor *d = mspack_create_chm_decompressor(&s->base);
    if (!d)
        return MSPACK_ERR_NOMEMORY;
    int code = d->extract(d, &piece, "o");
    mspack_destroy_chm_decompressor(d);
    return code;
}

const char *xg_lzx_expand_with(const uint8_t *dictionary, uint32_t dictionary_size,
                               const uint8_t *data, uint32_t size, uint32_t window, uint8_t *out,
                               uint32_t out_size)
{
    if (!window_bits(window))
        return "its LZX window has an impossible size";
    if (dictionary_size > INTERVAL || out_size > INTERVAL)
        return "a piece is longer than 64 KiB";
    if (size < 2 || data[1] & 0x80)
        return "a piece asks for the translation of x86 calls";
    size_t n = STREAM + STORED + INTERVAL + (size_t)size;
    uint8_t *help = calloc(1, n);
    if (!help)
        return "out of memory";
    help_file(help, dictionary, dictionary_size, data, size, window, out_size);
    struct lzx_system s = {system_of_memory, help, n, out, out_size, 0};
    const char *why = reason(extract_piece(&s, out_size));
    free(help);
    return why;
}
