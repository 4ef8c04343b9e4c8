/* XEX2 headers. Every offset and count of the file is checked before it is used; nothing
 * outside [0, header size) is read here. */
#include "loader/internal.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_MIN      0x18
#define SECURITY_MIN    0x184
#define DESCRIPTOR_SIZE 0x18
#define DELTA_MIN       0x4C
#define IMAGE_MAX       0x10000000u /* of one image region */
#define HEADER_MAX      0x01000000u

static bool bad(const struct xg_xex *xex, struct xg_error *err, const char *why)
{
    return xg_fail(err, XG_E_INPUT, "%s: damaged XEX2 file: %s", xex->path, why);
}

static const uint8_t *header_at(const struct xg_xex *xex, uint64_t offset, uint64_t size)
{
    return xg_xex_inside(offset, size, xex->header_size) ? xex->file + offset : NULL;
}

bool xg_xex_option(const struct xg_xex *xex, uint32_t id, uint32_t *value)
{
    for (size_t i = 0; i < xex->option_count; i++)
        if (xex->options[i].id == id) {
            *value = xex->options[i].value;
            return true;
        }
    return false;
}

bool xg_xex_block(const struct xg_xex *xex, uint32_t id, const uint8_t **block, uint32_t *size,
                  struct xg_error *err)
{
    uint32_t offset;
    *block = NULL;
    *size = 0;
    if (!xg_xex_option(xex, id, &offset))
        return true;
    uint32_t n = (id & 0xFF) * 4;
    if ((id & 0xFF) == 0xFF) {
        const uint8_t *p = header_at(xex, offset, 4);
        n = p ? xg_ld32be(p) : 0;
        if (n < 4)
            return xg_fail(err, XG_E_INPUT,
                           "%s: damaged XEX2 file: optional header %08X has no size", xex->path,
                           id);
    }
    *block = header_at(xex, offset, n);
    if (!*block)
        return xg_fail(err, XG_E_INPUT,
                       "%s: damaged XEX2 file: optional header %08X lies outside the header",
                       xex->path, id);
    *size = n;
    return true;
}

static bool parse_fixed(struct xg_xex *xex, struct xg_error *err)
{
    const uint8_t *f = xex->file;
    if (xex->file_size < HEADER_MIN)
        return xg_fail(err, XG_E_INPUT, "%s: truncated XEX2 file: only %zu bytes", xex->path,
                       xex->file_size);
    xex->module_flags = xg_ld32be(f + 4);
    xex->header_size = xg_ld32be(f + 8);
    xex->security_offset = xg_ld32be(f + 0x10);
    if (xex->header_size > xex->file_size)
        return xg_fail(err, XG_E_INPUT,
                       "%s: truncated XEX2 file: the header has %u bytes, the file %zu", xex->path,
                       xex->header_size, xex->file_size);
    if (xex->header_size < HEADER_MIN || xex->header_size > HEADER_MAX)
        return bad(xex, err, "impossible header size");
    uint32_t count = xg_ld32be(f + 0x14);
    if (!header_at(xex, HEADER_MIN, count * (uint64_t)8))
        return bad(xex, err, "the optional headers run past the header");
    xex->options = calloc((size_t)count + 1, sizeof *xex->options);
    if (!xex->options)
        return bad(xex, err, "too many optional headers");
    xex->option_count = count;
    for (size_t i = 0; i < xex->option_count; i++) {
        xex->options[i].id = xg_ld32be(f + HEADER_MIN + i * 8);
        xex->options[i].value = xg_ld32be(f + HEADER_MIN + i * 8 + 4);
    }
    return true;
}

static bool parse_pages(struct xg_xex *xex, const uint8_t *s, struct xg_error *err)
{
    uint32_t count = xg_ld32be(s + 0x180);
    const uint8_t *d = header_at(xex, (uint64_t)xex->security_offset + SECURITY_MIN,
                                 (uint64_t)count * DESCRIPTOR_SIZE);
    if (!d || count == 0)
        return bad(xex, err, "the page descriptors lie outside the header");
    xex->page_size = xex->image_flags & XG_XEX_IMAGE_4K_PAGES ? 0x1000 : 0x10000;
    xex->pages = calloc(count, sizeof *xex->pages);
    if (!xex->pages)
        return bad(xex, err, "too many page descriptors");
    xex->page_count = count;
    uint64_t offset = 0;
    for (uint32_t i = 0; i < count; i++, d += DESCRIPTOR_SIZE) {
        struct xg_xex_pages *p = &xex->pages[i];
        p->type = xg_ld32be(d) & 15;
        p->count = xg_ld32be(d) >> 4;
        p->offset = (uint32_t)offset;
        memcpy(p->digest, d + 4, sizeof p->digest);
        if (p->count == 0)
            return bad(xex, err, "a page descriptor covers no page");
        offset += (uint64_t)p->count * xex->page_size;
        if (offset > IMAGE_MAX)
            return bad(xex, err, "the page descriptors cover more than an image can have");
    }
    uint64_t rounded = ((uint64_t)xex->image_size + xex->page_size - 1) & -(uint64_t)xex->page_size;
    if (offset != rounded)
        return xg_fail(err, XG_E_INPUT,
                       "%s: damaged XEX2 file: the page descriptors cover %#llx bytes of an image "
                       "of %#x",
                       xex->path, (unsigned long long)offset, xex->image_size);
    return true;
}

static bool parse_security(struct xg_xex *xex, struct xg_error *err)
{
    const uint8_t *s = header_at(xex, xex->security_offset, SECURITY_MIN);
    if (!s)
        return bad(xex, err, "the security information lies outside the header");
    xex->image_size = xg_ld32be(s + 4);
    xex->image_flags = xg_ld32be(s + 0x10C);
    xex->base = xg_ld32be(s + 0x110);
    memcpy(xex->first_digest, s + 0x114, sizeof xex->first_digest);
    memcpy(xex->media_id, s + 0x140, sizeof xex->media_id);
    memcpy(xex->session_key, s + 0x150, sizeof xex->session_key);
    xex->export_table = xg_ld32be(s + 0x160);
    xex->region = xg_ld32be(s + 0x178);
    xex->media_types = xg_ld32be(s + 0x17C);
    if (xex->module_flags & (XG_XEX_PATCH | XG_XEX_FULL_PATCH | XG_XEX_DELTA_PATCH))
        return true; /* has no image: what it says of pages is for the patched header */
    if (xex->image_size == 0 || xex->image_size > IMAGE_MAX)
        return xg_fail(err, XG_E_INPUT, "%s: damaged XEX2 file: impossible image size %#x",
                       xex->path, xex->image_size);
    return parse_pages(xex, s, err);
}

static bool parse_format(struct xg_xex *xex, struct xg_error *err)
{
    const uint8_t *b;
    uint32_t n;
    if (!xg_xex_block(xex, XG_XEX_OPT_FILE_FORMAT, &b, &n, err))
        return false;
    if (!b)
        return true; /* absent: plain, uncompressed */
    if (n < 8)
        return bad(xex, err, "the file format header is too short");
    xex->format_offset = (uint32_t)(b - xex->file);
    xex->format_size = n;
    uint16_t encryption = xg_ld16be(b + 4), compression = xg_ld16be(b + 6);
    if (encryption > XG_XEX_AES || compression > XG_XEX_DELTA)
        return xg_fail(err, XG_E_INPUT,
                       "%s: damaged XEX2 file: unknown encryption %u or compression %u", xex->path,
                       encryption, compression);
    xex->encryption = encryption;
    xex->compression = compression;
    return true;
}

static bool parse_execution(struct xg_xex *xex, struct xg_error *err)
{
    const uint8_t *b;
    uint32_t n;
    if (!xg_xex_block(xex, XG_XEX_OPT_EXECUTION, &b, &n, err))
        return false;
    if (!b)
        return true;
    struct xg_xex_execution *e = &xex->execution;
    *e = (struct xg_xex_execution){
        .present = true,
        .media_id = xg_ld32be(b),
        .version = xg_ld32be(b + 4),
        .base_version = xg_ld32be(b + 8),
        .title_id = xg_ld32be(b + 12),
        .platform = b[16],
        .exec_table = b[17],
        .disc = b[18],
        .discs = b[19],
        .savegame_id = xg_ld32be(b + 20),
    };
    return true;
}

/* Resources: the size of the block, then {name[8], address, size} each. */
static bool parse_resources(struct xg_xex *xex, struct xg_error *err)
{
    const uint8_t *b;
    uint32_t n;
    if (!xg_xex_block(xex, XG_XEX_OPT_RESOURCES, &b, &n, err))
        return false;
    size_t count = b ? (n - 4) / 16 : 0;
    xex->resources = calloc(count + 1, sizeof *xex->resources);
    if (!xex->resources)
        return bad(xex, err, "too many resources");
    xex->resource_count = count;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *p = b + 4 + i * 16;
        struct xg_xex_resource *r = &xex->resources[i];
        for (int k = 0; k < 8 && p[k]; k++)
            r->name[k] = p[k] >= 0x20 && p[k] < 0x7F ? (char)p[k] : '?';
        r->address = xg_ld32be(p + 8);
        r->size = xg_ld32be(p + 12);
    }
    return true;
}

static bool parse_delta(struct xg_xex *xex, struct xg_error *err)
{
    const uint8_t *b;
    uint32_t n;
    if (!xg_xex_block(xex, XG_XEX_OPT_DELTA, &b, &n, err))
        return false;
    if (!b)
        return true;
    if (n < DELTA_MIN)
        return bad(xex, err, "the delta patch descriptor is too short");
    xex->delta.present = true;
    xex->delta.target_version = xg_ld32be(b + 4);
    xex->delta.source_version = xg_ld32be(b + 8);
    memcpy(xex->delta.base_signature, b + 12, sizeof xex->delta.base_signature);
    return true;
}

static bool parse_options(struct xg_xex *xex, struct xg_error *err)
{
    const uint8_t *b;
    uint32_t n, v;
    if (xg_xex_option(xex, XG_XEX_OPT_BASE, &v))
        xex->base = v;
    xg_xex_option(xex, XG_XEX_OPT_ENTRY, &xex->entry);
    xg_xex_option(xex, XG_XEX_OPT_STACK, &xex->stack_size);
    /* The id ends in 01: the value itself is the datum. */
    xg_xex_option(xex, XG_XEX_OPT_HEAP, &xex->heap_size);
    xg_xex_option(xex, XG_XEX_OPT_WORKSPACE, &xex->workspace_size);
    xg_xex_option(xex, XG_XEX_OPT_SYSTEM_FLAGS, &xex->privileges);
    if (!xg_xex_block(xex, XG_XEX_OPT_TLS, &b, &n, err))
        return false;
    if (b)
        xex->tls = (struct xg_tls_info){xg_ld32be(b), xg_ld32be(b + 4), xg_ld32be(b + 8),
                                        xg_ld32be(b + 12)};
    if (!xg_xex_block(xex, XG_XEX_OPT_PE_NAME, &b, &n, err))
        return false;
    if (b) {
        size_t len = strnlen((const char *)b + 4, n - 4);
        len = len < sizeof xex->pe_name ? len : sizeof xex->pe_name - 1;
        for (size_t i = 0; i < len; i++)
            xex->pe_name[i] = b[4 + i] >= 0x20 && b[4 + i] < 0x7F ? (char)b[4 + i] : '?';
    }
    return parse_execution(xex, err) && parse_format(xex, err) && parse_resources(xex, err) &&
           parse_delta(xex, err);
}

/* Import libraries: a string table, then one record per library. */
static bool parse_libraries(struct xg_xex *xex, struct xg_error *err)
{
    const uint8_t *b;
    uint32_t n;
    if (!xg_xex_block(xex, XG_XEX_OPT_IMPORTS, &b, &n, err))
        return false;
    if (!b)
        return true;
    uint32_t names = n >= 12 ? xg_ld32be(b + 4) : UINT32_MAX;
    uint32_t name_count = n >= 12 ? xg_ld32be(b + 8) : 0;
    if (n < 12 || !xg_xex_inside(12, names, n) || name_count > names)
        return bad(xex, err, "the import name table runs past its header");
    xex->library_names = calloc(1, (size_t)names + 1);
    const char **name = calloc((size_t)name_count + 1, sizeof *name);
    if (!xex->library_names || !name) {
        free(name);
        return bad(xex, err, "too many import names");
    }
    memcpy(xex->library_names, b + 12, names);
    uint32_t at = 0;
    for (uint32_t i = 0; i < name_count; i++) {
        name[i] = at < names ? xex->library_names + at : "";
        at = (at + (uint32_t)strlen(name[i]) + 4) & ~3u; /* terminator, padded to words */
    }
    bool ok = true;
    for (uint64_t o = 12 + (uint64_t)names; ok && o < n;) {
        uint32_t size = o + 0x28 <= n ? xg_ld32be(b + o) : 0;
        uint32_t count = size ? xg_ld16be(b + o + 0x26) : 0;
        uint32_t index = size ? xg_ld16be(b + o + 0x24) & 0xFF : 0;
        if (size < 0x28 + count * 4 || !xg_xex_inside(o, size, n) || index >= name_count ||
            !name[index][0]) {
            ok = bad(xex, err, "an import library runs past its header or has no name");
            break;
        }
        struct xg_xex_library *more =
            realloc(xex->libraries, (xex->library_count + 1) * sizeof *more);
        if (!more) {
            ok = bad(xex, err, "too many import libraries");
            break;
        }
        xex->libraries = more;
        more[xex->library_count++] = (struct xg_xex_library){
            .name = name[index],
            .version = xg_ld32be(b + o + 0x1C),
            .min_version = xg_ld32be(b + o + 0x20),
            .count = count,
            .records = (uint32_t)(b - xex->file + o + 0x28),
        };
        o += size;
    }
    free(name);
    return ok;
}

static bool parse_all(struct xg_xex *xex, struct xg_error *err)
{
    return parse_fixed(xex, err) && parse_security(xex, err) && parse_options(xex, err) &&
           parse_libraries(xex, err);
}

bool xg_xex_parse(const char *path, const void *bytes, size_t size, struct xg_xex **out,
                  struct xg_error *err)
{
    *out = NULL;
    enum xg_file_kind kind = xg_file_identify(bytes, size);
    if (kind == XG_FILE_EMPTY)
        return xg_fail(err, XG_E_INPUT, "%s: the file is empty", path);
    if (kind == XG_FILE_UNKNOWN && size < HEADER_MIN)
        return xg_fail(err, XG_E_INPUT, "%s: not a XEX2 executable: only %zu bytes", path, size);
    if (kind != XG_FILE_XEX2 && kind != XG_FILE_ELF)
        return xg_fail(err, XG_E_INPUT, "%s: not a XEX2 executable: the file is %s", path,
                       xg_file_kind_text(kind));
    struct xg_xex *xex = calloc(1, sizeof *xex);
    if (!xex)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
    xex->path = strdup(path);
    xex->file = malloc(size ? size : 1);
    xex->file_size = size;
    if (!xex->path || !xex->file) {
        xg_xex_close(xex);
        return xg_fail(err, XG_E_INPUT, "%s: out of memory for %zu bytes", path, size);
    }
    memcpy(xex->file, bytes, size);
    xex->kind = kind;
    if (!(kind == XG_FILE_ELF ? xg_elf_parse(xex, err) : parse_all(xex, err))) {
        xg_xex_close(xex);
        return false;
    }
    *out = xex;
    return true;
}

void xg_xex_close(struct xg_xex *xex)
{
    if (!xex)
        return;
    free(xex->path);
    free(xex->file);
    free(xex->options);
    free(xex->pages);
    free(xex->libraries);
    free(xex->library_names);
    free(xex->image);
    free(xex->pe.sections);
    free(xex->resources);
    xg_exports_free(xex->exports, xex->export_count);
    free(xex);
}
