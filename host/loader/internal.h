/* Shared by the loader's own files. */
#ifndef XG_LOADER_INTERNAL_H
#define XG_LOADER_INTERNAL_H

#include "loader/loader.h"

/* true when [offset, offset + size) lies inside the first `limit` bytes. */
static inline bool xg_xex_inside(uint64_t offset, uint64_t size, uint64_t limit)
{
    return offset <= limit && size <= limit - offset;
}

/* PE header, sections and exception directory of an expanded image; xex->pe stays
 * zero when the image has none or when its header makes no sense. */
void xg_pe_parse(struct xg_pe *pe, const uint8_t *image, uint32_t size);

/* Reads NAME.sym beside the executable; silently none when it is absent or malformed. */
void xg_symbols_load(struct xg_image *image, const char *xex_path);

/* xex->file and file_size are set; fills the rest from an ELF program. */
bool xg_elf_parse(struct xg_xex *xex, struct xg_error *err);

/* ---- crypto ------------------------------------------------------------------------------- */

/* SHA-1 of a followed by b; false when the library fails. */
bool xg_sha1(const void *a, size_t na, const void *b, size_t nb, uint8_t out[20]);
/* One block of AES-128, and a stream in CBC mode with initial vector 0. size is cut to whole
 * blocks; what is left over is copied. in and out may be the same. */
bool xg_aes_unwrap(const uint8_t key[16], const uint8_t in[16], uint8_t out[16]);
bool xg_aes_cbc(const uint8_t key[16], const uint8_t *in, size_t size, uint8_t *out);

/* ---- LZX ---------------------------------------------------------------------------------- */

struct xg_lzx_chunk { /* one frame of 32 KiB, or the last */
    const uint8_t *data;
    uint32_t size;
};
/* One stream over all chunks. NULL: done; else what is wrong with it, for a sentence. */
const char *xg_lzx_expand(const struct xg_lzx_chunk *chunk, size_t count, uint32_t window,
                          uint8_t *out, uint32_t size);
/* One stream whose window holds the dictionary at the start; both at most 64 KiB. */
const char *xg_lzx_expand_with(const uint8_t *dictionary, uint32_t dictionary_size,
                               const uint8_t *data, uint32_t size, uint32_t window, uint8_t *out,
                               uint32_t out_size);

/* ---- blocks of compressed files and patches ---------------------------------------------------
 */

/* A block begins with the size and SHA-1 of the next; the first one's stand in the header.
 * body is what follows these 24 bytes. fn returning false stops with its error. */
typedef bool xg_block_fn(void *ctx, const uint8_t *body, uint32_t size, struct xg_error *err);
bool xg_xex_each_block(const struct xg_xex *xex, const uint8_t *data, size_t size, xg_block_fn *fn,
                       void *ctx, struct xg_error *err);

/* After image is filled: page hashes, PE header, exports. */
bool xg_xex_finish(struct xg_xex *xex, struct xg_error *err);
/* Fills xex->exports from the export table and the PE export directory of the image. */
bool xg_xex_read_exports(struct xg_xex *xex, struct xg_error *err);
/* Frees names and list; NULL is fine. A copy is the caller's; NULL when memory is short. */
void xg_exports_free(struct xg_xex_export *exports, size_t count);
struct xg_xex_export *xg_exports_copy(const struct xg_xex_export *exports, size_t count);

#endif
