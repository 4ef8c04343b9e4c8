/* What a file is, from its first bytes and, for disc images, from the volume descriptor. */
#include "loader/loader.h"

#include <string.h>

static const struct {
    const char magic[5];
    uint8_t size;
    enum xg_file_kind kind;
} magics[] = {
    {"XEX2", 4, XG_FILE_XEX2},   {"XEX1", 4, XG_FILE_XEX1}, {"XEX0", 4, XG_FILE_XEX1},
    {"XEX-", 4, XG_FILE_XEX1},   {"XEX?", 4, XG_FILE_XEX1}, {"XEX%", 4, XG_FILE_XEX1},
    {"\177ELF", 4, XG_FILE_ELF}, {"MZ", 2, XG_FILE_PE},     {"CON ", 4, XG_FILE_STFS},
    {"LIVE", 4, XG_FILE_STFS},   {"PIRS", 4, XG_FILE_STFS}, {"PK\3\4", 4, XG_FILE_ZIP},
    {"MSCF", 4, XG_FILE_CAB},
};

/* Where the game partition of a disc image may begin, and the volume descriptor in it. */
static const uint64_t partitions[] = {0, 0xFB20, 0x20600, 0x2080000, 0xFD90000};
#define VOLUME_OFFSET (32 * 2048)
static const char volume_magic[] = "MICROSOFT*XBOX*MEDIA";

static bool is_disc(const uint8_t *data, size_t size)
{
    const size_t n = sizeof volume_magic - 1;
    for (size_t i = 0; i < XG_COUNTOF(partitions); i++) {
        uint64_t at = partitions[i] + VOLUME_OFFSET;
        if (at + n <= size && memcmp(data + at, volume_magic, n) == 0)
            return true;
    }
    return false;
}

enum xg_file_kind xg_file_identify(const uint8_t *data, size_t size)
{
    if (size == 0)
        return XG_FILE_EMPTY;
    for (size_t i = 0; i < XG_COUNTOF(magics); i++)
        if (size >= magics[i].size && memcmp(data, magics[i].magic, magics[i].size) == 0)
            return magics[i].kind;
    return is_disc(data, size) ? XG_FILE_XDVDFS : XG_FILE_UNKNOWN;
}

const char *xg_file_kind_text(enum xg_file_kind kind)
{
    switch (kind) {
    case XG_FILE_EMPTY:
        return "an empty file";
    case XG_FILE_XEX2:
        return "a XEX2 executable";
    case XG_FILE_XEX1:
        return "an executable of the older XEX1 layout";
    case XG_FILE_ELF:
        return "an ELF file";
    case XG_FILE_PE:
        return "a PE file (Windows layout, without XEX header)";
    case XG_FILE_XDVDFS:
        return "a disc image (XDVDFS)";
    case XG_FILE_STFS:
        return "a content package (STFS)";
    case XG_FILE_ZIP:
        return "a ZIP archive";
    case XG_FILE_CAB:
        return "a cabinet archive";
    case XG_FILE_UNKNOWN:
        break;
    }
    return "of no known kind";
}
