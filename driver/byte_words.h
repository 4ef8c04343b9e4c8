/* Words of the link on a way of bytes (docs/link.md, "Frames"): little-endian, and what comes may
 * end inside a word. */
#ifndef XG_DRIVER_BYTE_WORDS_H
#define XG_DRIVER_BYTE_WORDS_H

#include "base/endian.h"

#include <string.h>

/* First bytes of a word that has not come whole. Zeros: none. */
struct xg_byte_words {
    uint8_t part[4];
    size_t parts;
};

/* Makes 4 * count bytes of words. */
static inline void xg_bytes_of_words(uint8_t *bytes, const uint32_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        xg_st32le(bytes + 4 * i, words[i]);
}

/* Puts the part of a word (at most 3 bytes) before what comes next. Returns its length. */
static inline size_t xg_byte_words_begin(const struct xg_byte_words *b, uint8_t *bytes)
{
    memcpy(bytes, b->part, b->parts);
    return b->parts;
}

/* Makes words of count bytes, that part among them, and keeps the part of the last one. Returns how
 * many words there are. */
static inline size_t xg_byte_words_end(struct xg_byte_words *b, const uint8_t *bytes, size_t count,
                                       uint32_t *words)
{
    b->parts = count % 4;
    memcpy(b->part, bytes + count - b->parts, b->parts);
    for (size_t i = 0; i < count / 4; i++)
        words[i] = xg_ld32le(bytes + 4 * i);
    return count / 4;
}

#endif
