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

#endif
