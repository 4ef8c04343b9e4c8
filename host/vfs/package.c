/* The header that STFS and SVOD packages share. Its numbers are big-endian, texts UTF-16. */
#include "base/endian.h"
#include "vfs/device.h"

#include <string.h>

#define NAMES       0x411u /* nine languages of 256 bytes, English first */
#define TITLE       0x1691u
#define LAYOUT      0x3A9u
#define LICENCES    0x22Cu /* 16 of {u64 who, u32 bits, u32 flags} */
#define LICENCE_END 0x32Cu

bool xg_package_probe(struct xg_source *s)
{
    char m[4];
    return xg_source_read(s, 0, m, sizeof m) &&
           (!memcmp(m, "CON ", 4) || !memcmp(m, "LIVE", 4) || !memcmp(m, "PIRS", 4));
}

/* One code unit as UTF-8; halves of pairs become '?'. */
static size_t put_utf8(char *out, unsigned c)
{
    if (c < 0x80) {
        out[0] = (char)(c < 0x20 || c == 0x7F ? '?' : c);
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c >= 0xD800 && c < 0xE000) {
        out[0] = '?';
        return 1;
    }
    out[0] = (char)(0xE0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3F));
    out[2] = (char)(0x80 | (c & 0x3F));
    return 3;
}

static void read_text(char *out, size_t room, const uint8_t *p, size_t units)
{
    size_t n = 0;
    for (size_t i = 0; i < units && n + 4 <= room; i++) {
        unsigned c = xg_ld16be(p + 2 * i);
        if (!c)
            break;
        n += put_utf8(out + n, c);
    }
    out[n] = 0;
}

void xg_package_read(struct xg_vfs_package *p, const uint8_t *h)
{
    memset(p, 0, sizeof *p);
    memcpy(p->kind, h, 4);
    p->svod = xg_ld32be(h + LAYOUT) == 1;
    p->content_type = xg_ld32be(h + 0x344);
    memcpy(p->content_id, h + 0x32C, sizeof p->content_id);
    p->media_id = xg_ld32be(h + 0x354);
    p->version = xg_ld32be(h + 0x358);
    p->base_version = xg_ld32be(h + 0x35C);
    p->title_id = xg_ld32be(h + 0x360);
    for (size_t at = LICENCES; at < LICENCE_END; at += 16)
        p->licences |= xg_ld64be(h + at) ? xg_ld32be(h + at + 8) : 0;
    read_text(p->name, sizeof p->name, h + NAMES, 128);
    read_text(p->title, sizeof p->title, h + TITLE, 64);
}
