#include "app/info_options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum kind { VALUE, WORDS, BYTES, PATH, LIBRARIES, RATINGS, SIZE };
static const struct {
    uint32_t id;
    enum kind kind;
    const char *name;
} options[] = {
    {0x000002FF, SIZE, "resources"},
    {0x000003FF, SIZE, "file format"},
    {0x00000405, BYTES, "base reference"},
    {0x000005FF, SIZE, "delta patch descriptor"},
    {0x000080FF, PATH, "bounding path"},
    {0x00008105, BYTES, "device id"},
    {0x00010001, VALUE, "original base address"},
    {0x00010100, VALUE, "entry point"},
    {0x00010201, VALUE, "image base address"},
    {0x000103FF, SIZE, "import libraries"},
    {0x00018002, WORDS, "checksum and time stamp"},
    {0x00018102, WORDS, "enabled for call capture"},
    {0x00018200, VALUE, "enabled for fast capture"},
    {0x000183FF, PATH, "original PE name"},
    {0x000200FF, LIBRARIES, "static libraries"},
    {0x00020104, WORDS, "thread-local storage"},
    {0x00020200, VALUE, "default stack size"},
    {0x00020301, VALUE, "default file system cache size"},
    {0x00020401, VALUE, "default heap size"},
    {0x00028002, WORDS, "page heap size and flags"},
    {0x00030000, VALUE, "system flags"},
    {0x00040006, WORDS, "execution id"},
    {0x000401FF, SIZE, "service ids"},
    {0x00040201, VALUE, "title workspace size"},
    {0x00040310, RATINGS, "game ratings"},
    {0x00040404, BYTES, "LAN key"},
    {0x000405FF, SIZE, "logo"},
    {0x000406FF, WORDS, "media ids of all discs"},
    {0x000407FF, WORDS, "alternate title ids"},
    {0x00040801, VALUE, "additional title memory"},
    {0x00E10402, WORDS, "exports by name"},
};

static size_t find(uint32_t id)
{
    size_t i = 0;
    while (i < XG_COUNTOF(options) && options[i].id != id)
        i++;
    return i;
}

const char *xg_info_option_name(uint32_t id)
{
    size_t i = find(id);
    return i < XG_COUNTOF(options) ? options[i].name : "unknown";
}

struct text {
    char *at;
    size_t left;
};
static void XG_PRINTF(2, 3) put(struct text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(t->at, t->left, fmt, ap);
    va_end(ap);
    size_t used = n < 0 ? 0 : (size_t)n < t->left ? (size_t)n : t->left - 1;
    t->at += used;
    t->left -= used;
}

static void put_words(struct text *t, const uint8_t *b, uint32_t n)
{
    for (uint32_t i = 0; i + 4 <= n; i += 4)
        put(t, "%s%08X", i ? " " : "", xg_ld32be(b + i));
}

static void put_bytes(struct text *t, const uint8_t *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        put(t, "%02X", b[i]);
}

static void put_path(struct text *t, const uint8_t *b, uint32_t n)
{
    for (uint32_t i = 0; i < n && b[i]; i++)
        put(t, "%c", b[i] >= 0x20 && b[i] < 0x7F ? b[i] : '?');
}

/* {name[8], u16 major, minor, build, u8 approval, u8 quick fix} each. */
static void put_libraries(struct text *t, const uint8_t *b, uint32_t n)
{
    for (uint32_t i = 0; i + 16 <= n; i += 16) {
        put(t, "%s", i ? ", " : "");
        put_path(t, b + i, 8);
        put(t, " %u.%u.%u.%u", xg_ld16be(b + i + 8), xg_ld16be(b + i + 10), xg_ld16be(b + i + 12),
            b[i + 15]);
    }
}

/* A byte for each board; FF: not rated. */
static void put_ratings(struct text *t, const uint8_t *b, uint32_t n)
{
    static const char *const boards[] = {"ESRB", "PEGI",    "PEGI-FI", "PEGI-PT", "BBFC",   "CERO",
                                         "USK",  "OFLC-AU", "OFLC-NZ", "KMRB",    "Brazil", "FPB"};
    const char *comma = "";
    for (uint32_t i = 0; i < n && i < XG_COUNTOF(boards); i++)
        if (b[i] != 0xFF) {
            put(t, "%s%s %u", comma, boards[i], b[i]);
            comma = ", ";
        }
    put(t, "%s", *comma ? "" : "none");
}

void xg_info_option_text(const struct xg_xex *xex, uint32_t id, uint32_t value, char *text,
                         size_t size)
{
    struct text t = {text, size};
    struct xg_error err = {0};
    const uint8_t *b;
    uint32_t n;
    size_t i = find(id);
    enum kind kind = i < XG_COUNTOF(options) ? options[i].kind : SIZE;
    XG_UNUSED(value);
    text[0] = 0;
    if ((id & 0xFF) <= 1 || kind == VALUE)
        return;
    if (!xg_xex_block(xex, id, &b, &n, &err)) {
        put(&t, "outside the header");
        return;
    }
    if (kind == SIZE) {
        put(&t, "%u bytes", n);
        return;
    }
    if ((id & 0xFF) == 0xFF) { /* behind its own size */
        b += 4;
        n -= 4;
    }
    switch (kind) {
    case WORDS:
        put_words(&t, b, n);
        break;
    case BYTES:
        put_bytes(&t, b, n);
        break;
    case PATH:
        put_path(&t, b, n);
        break;
    case LIBRARIES:
        put_libraries(&t, b, n);
        break;
    default:
        put_ratings(&t, b, n);
    }
}

void xg_info_privileges(uint32_t privileges, char *text, size_t size)
{
    static const char *const names[32] = {"no forced reboot",
                                          "foreground tasks",
                                          "no odd mapping",
                                          "MCE input",
                                          "restricted HUD",
                                          "gamepad disconnect",
                                          "insecure sockets",
                                          "Xbox 1 interoperation",
                                          "dash context",
                                          "game voice channel",
                                          "not for PAL-50",
                                          "insecure utility drive",
                                          "XAM hooks",
                                          "personal information",
                                          "cross-platform link",
                                          "multi-disc swap",
                                          "multi-disc insecure media",
                                          "AP25 media",
                                          "no confirmed exit",
                                          "background download",
                                          "RAM drive",
                                          "RAM drive inheritance",
                                          "HUD vibration",
                                          "utility partitions",
                                          "IPTV input",
                                          "big button input",
                                          "extended reservation",
                                          "multi-disc cross title",
                                          "incompatible with installing",
                                          "avatar metadata by XUID",
                                          "controller swap",
                                          "dash extensibility"};
    struct text t = {text, size};
    const char *comma = "";
    text[0] = 0;
    for (unsigned i = 0; i < 32; i++)
        if (privileges >> i & 1) {
            put(&t, "%s%s", comma, names[i]);
            comma = ", ";
        }
}
