/* A small LZX encoder, for test files only: greedy matches, all three kinds of block. */
#ifndef XEXBUILD_LZX_H
#define XEXBUILD_LZX_H

#include <stddef.h>
#include <stdint.h>

#define LZX_FRAME 0x8000u

struct lzx_stream {
    uint8_t *bytes; /* malloc'd */
    size_t size, room;
    size_t *frame_end; /* malloc'd: offset behind each frame of 32 KiB */
    size_t frames;
};
/* Compresses data with the given window (0x8000 << 0..6). The dictionary (may be empty) is what
 * the decoder's window holds before the first byte. */
void lzx_encode(struct lzx_stream *out, const uint8_t *dictionary, size_t dictionary_size,
                const uint8_t *data, size_t size, uint32_t window);
void lzx_free(struct lzx_stream *out);

#endif
