/* xenogate gpu dis FILE --vs|--ps [--hex]: microcode listing. FILE holds big-endian dwords,
 * or hex digits as text. Called with argv[0] = "dis". */
#include "app/commands.h"
#include "base/endian.h"
#include "gpu/draw/ucode.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Reads at most one program; longer files are refused. */
static uint8_t *read_file(const char *path, size_t *size)
{
    const size_t limit = 64u << 10;
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = malloc(16 * limit);
    if (f && bytes)
        *size = fread(bytes, 1, 16 * limit, f);
    if (!f || !bytes || ferror(f)) {
        free(bytes);
        bytes = NULL;
    }
    if (f)
        fclose(f);
    return bytes;
}

/* Text of hex digits ("0x" and separators allowed): turns it into bytes in place. */
static void from_hex(uint8_t *bytes, size_t *size)
{
    for (size_t i = 0; i < *size; i++)
        if (!isxdigit(bytes[i]) && !isspace(bytes[i]) && bytes[i] != ',' && (bytes[i] | 32) != 'x')
            return;
    size_t digits = 0;
    for (size_t i = 0; i < *size; i++) {
        char c = (char)bytes[i];
        if (c == '0' && i + 1 < *size && (bytes[i + 1] | 32) == 'x') {
            i++;
            continue;
        }
        if (isspace((unsigned char)c) || c == ',')
            continue;
        unsigned v =
            isdigit((unsigned char)c) ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a' + 10);
        bytes[digits / 2] = (uint8_t)(digits % 2 ? bytes[digits / 2] | v : v << 4);
        digits++;
    }
    *size = digits / 2;
}

int xg_cmd_gpu_dis(int argc, char **argv)
{
    const char *path = NULL;
    int stage = -1;
    bool usage = false;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--vs") || !strcmp(argv[i], "--ps"))
            stage = argv[i][2] == 'v' ? XG_STAGE_VS : XG_STAGE_PS;
        else if (argv[i][0] != '-' && !path)
            path = argv[i];
        else
            usage = true;
    }
    if (usage || !path || stage < 0)
        return xg_app_usage("usage: xenogate gpu dis FILE --vs|--ps\n", argc, argv);
    size_t size = 0;
    uint8_t *bytes = read_file(path, &size);
    if (!bytes) {
        fprintf(stderr, "xenogate: %s: cannot be read\n", path);
        return XG_E_INPUT;
    }
    from_hex(bytes, &size);
    if (!size || size % 12 || size / 12 > XG_UCODE_MAX_SLOTS) {
        fprintf(stderr,
                "xenogate: %s: %zu bytes are not a program (12 bytes a slot, at most %u slots)\n",
                path, size, XG_UCODE_MAX_SLOTS);
        free(bytes);
        return XG_E_INPUT;
    }
    uint32_t *words = malloc(size);
    size_t undefined = 0;
    if (words) {
        for (size_t i = 0; i < size / 4; i++)
            words[i] = xg_ld32be(bytes + 4 * i);
        undefined = xg_ucode_disassemble(stdout, words, size / 4, (enum xg_shader_stage)stage);
    }
    if (undefined)
        fprintf(stderr, "xenogate: %s: %zu undefined encoding(s)\n", path, undefined);
    free(words);
    free(bytes);
    return undefined ? XG_E_GUEST : XG_OK;
}
