/* The PE header inside an expanded image: sections and the function table. It is
 * little-endian although the code is not. Titles do not depend on it to run, so a header
 * that makes no sense counts as none. */
#include "loader/internal.h"

#include <stdlib.h>
#include <string.h>

#define SECTION_SIZE 40
#define OPTIONAL_MIN 0x60
#define SECTIONS_MAX 96

static void find_pdata(struct xg_pe *pe, const uint8_t *directories, uint32_t count, uint32_t size)
{
    if (count > 3) {
        pe->pdata_rva = xg_ld32le(directories + 3 * 8);
        pe->pdata_size = xg_ld32le(directories + 3 * 8 + 4);
    }
    for (size_t i = 0; !pe->pdata_size && i < pe->section_count; i++)
        if (strcmp(pe->sections[i].name, ".pdata") == 0) {
            pe->pdata_rva = pe->sections[i].rva;
            pe->pdata_size = pe->sections[i].size;
        }
    if (pe->pdata_rva & 3 || !xg_xex_inside(pe->pdata_rva, pe->pdata_size, size))
        pe->pdata_rva = pe->pdata_size = 0;
}

static void read_section(struct xg_pe_section *s, const uint8_t *p)
{
    for (int i = 0; i < 8 && p[i]; i++)
        s->name[i] = p[i] >= 0x20 && p[i] < 0x7F ? (char)p[i] : '?';
    s->size = xg_ld32le(p + 8);
    s->rva = xg_ld32le(p + 12);
    s->raw_size = xg_ld32le(p + 16);
    s->flags = xg_ld32le(p + 36);
}

void xg_pe_parse(struct xg_pe *pe, const uint8_t *image, uint32_t size)
{
    memset(pe, 0, sizeof *pe);
    if (size < 0x40 || memcmp(image, "MZ", 2) != 0)
        return;
    uint32_t at = xg_ld32le(image + 0x3C);
    if (!xg_xex_inside(at, 24 + OPTIONAL_MIN, size) || memcmp(image + at, "PE\0\0", 4) != 0)
        return;
    const uint8_t *coff = image + at + 4, *opt = coff + 20;
    uint32_t count = xg_ld16le(coff + 2), opt_size = xg_ld16le(coff + 16);
    uint64_t table = (uint64_t)at + 24 + opt_size;
    if (opt_size < OPTIONAL_MIN || count > SECTIONS_MAX ||
        !xg_xex_inside(table, (uint64_t)count * SECTION_SIZE, size))
        return;
    pe->sections = calloc(count + 1, sizeof *pe->sections);
    if (!pe->sections)
        return;
    pe->present = true;
    pe->machine = xg_ld16le(coff);
    pe->timestamp = xg_ld32le(coff + 4);
    pe->entry_rva = xg_ld32le(opt + 16);
    pe->subsystem = xg_ld16le(opt + 68);
    for (uint32_t i = 0; i < count; i++) {
        struct xg_pe_section *s = &pe->sections[pe->section_count];
        read_section(s, image + table + i * SECTION_SIZE);
        if (xg_xex_inside(s->rva, s->size, size))
            pe->section_count++;
        else
            memset(s, 0, sizeof *s);
    }
    uint32_t directories = xg_ld32le(opt + 92);
    if ((uint64_t)OPTIONAL_MIN + (uint64_t)directories * 8 > opt_size)
        directories = (opt_size - OPTIONAL_MIN) / 8;
    find_pdata(pe, opt + OPTIONAL_MIN, directories, size);
}
