/* Linked 32-bit big-endian PowerPC ELF programs become an image: what the loadable segments say,
 * with a page descriptor for each run of pages of the same rights. */
#include "loader/internal.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define REGION      0x10000000u
#define ALIGN       0x10000u
#define SEGMENTS    64u
#define RIGHTS_CODE 1u
#define RIGHTS_DATA 2u
#define RIGHTS_READ 3u

static bool bad(const struct xg_xex *xex, struct xg_error *err, const char *why)
{
    return xg_fail(err, XG_E_INPUT, "%s: damaged ELF file: %s", xex->path, why);
}

struct segment {
    uint32_t offset, va, file_size, size, flags;
};

static bool read_segment(const struct xg_xex *xex, const uint8_t *h, struct segment *s,
                         struct xg_error *err)
{
    *s = (struct segment){xg_ld32be(h + 4), xg_ld32be(h + 8), xg_ld32be(h + 16), xg_ld32be(h + 20),
                          xg_ld32be(h + 24)};
    if (xg_ld32be(h) != PT_LOAD)
        s->size = s->file_size = 0;
    if (s->file_size > s->size || !xg_xex_inside(s->offset, s->file_size, xex->file_size))
        return s->size ? bad(xex, err, "a segment lies outside the file") : true;
    if ((uint64_t)s->va + s->size > UINT32_MAX)
        return bad(xex, err, "a segment runs past the last address");
    return true;
}

static bool read_segments(const struct xg_xex *xex, struct segment *s, unsigned *count,
                          struct xg_error *err)
{
    uint32_t at = xg_ld32be(xex->file + 28), step = xg_ld16be(xex->file + 42);
    *count = xg_ld16be(xex->file + 44);
    if (*count > SEGMENTS || step < 32 ||
        !xg_xex_inside(at, (uint64_t)*count * step, xex->file_size))
        return bad(xex, err, "the program headers lie outside the file");
    for (unsigned i = 0; i < *count; i++)
        if (!read_segment(xex, xex->file + at + i * step, &s[i], err))
            return false;
    return true;
}

static unsigned rights_of(const struct segment *s, unsigned count, uint64_t from, uint32_t size)
{
    unsigned rights = RIGHTS_READ;
    for (unsigned i = 0; i < count; i++)
        if (s[i].size && s[i].va < from + size && (uint64_t)s[i].va + s[i].size > from) {
            if (s[i].flags & PF_W)
                return RIGHTS_DATA;
            if (s[i].flags & PF_X)
                rights = RIGHTS_CODE;
        }
    return rights;
}

static bool describe_pages(struct xg_xex *xex, const struct segment *s, unsigned count,
                           struct xg_error *err)
{
    uint32_t pages = xex->image_size / xex->page_size;
    xex->pages = calloc(pages, sizeof *xex->pages);
    if (!xex->pages)
        return bad(xex, err, "too many pages");
    for (uint32_t i = 0; i < pages; i++) {
        uint32_t offset = i * xex->page_size;
        unsigned type = rights_of(s, count, (uint64_t)xex->base + offset, xex->page_size);
        if (!xex->page_count || xex->pages[xex->page_count - 1].type != type)
            xex->pages[xex->page_count++] =
                (struct xg_xex_pages){.type = type, .offset = offset, .hash_ok = true};
        xex->pages[xex->page_count - 1].count++;
    }
    return true;
}

static bool build_image(struct xg_xex *xex, struct xg_error *err)
{
    struct segment s[SEGMENTS];
    unsigned count;
    uint64_t low = UINT32_MAX, high = 0;
    if (!read_segments(xex, s, &count, err))
        return false;
    for (unsigned i = 0; i < count; i++)
        if (s[i].size) {
            low = s[i].va < low ? s[i].va : low;
            high = (uint64_t)s[i].va + s[i].size > high ? (uint64_t)s[i].va + s[i].size : high;
        }
    if (!high)
        return bad(xex, err, "it has nothing to load");
    xex->base = (uint32_t)low & ~(ALIGN - 1);
    high = (high + ALIGN - 1) & ~(uint64_t)(ALIGN - 1);
    if (high - xex->base > REGION)
        return bad(xex, err, "its segments cover more than an image can have");
    xex->image_size = (uint32_t)(high - xex->base);
    xex->page_size = xex->base >> 28 == 9 ? 0x1000 : ALIGN;
    xex->image = calloc(1, xex->image_size);
    if (!xex->image)
        return bad(xex, err, "too large");
    for (unsigned i = 0; i < count; i++)
        if (s[i].size)
            memcpy(xex->image + (s[i].va - xex->base), xex->file + s[i].offset, s[i].file_size);
    return describe_pages(xex, s, count, err);
}

bool xg_elf_parse(struct xg_xex *xex, struct xg_error *err)
{
    const uint8_t *h = xex->file;
    if (xex->file_size < sizeof(Elf32_Ehdr))
        return xg_fail(err, XG_E_INPUT, "%s: truncated ELF file: only %zu bytes", xex->path,
                       xex->file_size);
    if (h[EI_CLASS] != ELFCLASS32 || h[EI_DATA] != ELFDATA2MSB || xg_ld16be(h + 16) != ET_EXEC ||
        xg_ld16be(h + 18) != EM_PPC)
        return xg_fail(err, XG_E_INPUT,
                       "%s: not an executable: the file is an ELF file, but not a linked 32-bit "
                       "big-endian PowerPC program",
                       xex->path);
    xex->kind = XG_FILE_ELF;
    xex->module_flags = XG_XEX_TITLE;
    xex->entry = xg_ld32be(h + 24);
    xex->hashes_ok = true;
    return build_image(xex, err);
}
