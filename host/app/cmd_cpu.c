/* `xenogate cpu exec` and `xenogate cpu dis`: the processor as a black box. */
#include "cpu/case.h"
#include "app/commands.h"
#include "base/error.h"
#include "cpu/cpu.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "usage: xenogate cpu exec [--cpu=interp|jit|check] < CASES.jsonl\n"
                            "       xenogate cpu dis FILE|HEX [--at ADDRESS]\n";

static int report(const struct xg_error *err)
{
    fprintf(stderr, "xenogate cpu: %s\n", err->text);
    return (int)err->kind;
}

static bool parse_engine(const char *text, enum xg_cpu_engine *engine)
{
    static const char *const names[] = {"interp", "jit", "check"};
    for (int i = 0; i < 3; i++)
        if (!strcmp(text, names[i])) {
            *engine = (enum xg_cpu_engine)i;
            return true;
        }
    return false;
}

static int cmd_exec(int argc, char **argv)
{
    enum xg_cpu_engine engine = XG_CPU_INTERP;
    for (int i = 0; i < argc; i++)
        if (strncmp(argv[i], "--cpu=", 6) || !parse_engine(argv[i] + 6, &engine))
            return xg_app_usage(usage, argc, argv);
    struct xg_error err = {0};
    struct xg_cpu_bench *bench = xg_cpu_bench_create(engine, &err);
    if (!bench)
        return report(&err);
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while ((n = getline(&line, &room, stdin)) >= 0) {
        while (n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
            n--;
        xg_cpu_bench_run(bench, line, (size_t)n, stdout);
    }
    free(line);
    xg_cpu_bench_destroy(bench);
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "xenogate cpu exec: the output cannot be written (%s)\n", strerror(errno));
        return XG_E_INPUT;
    }
    return XG_OK;
}

/* Words from hex digits (spaces allowed); false when the text is not that. */
static bool words_from_hex(const char *text, uint8_t **bytes, size_t *size)
{
    size_t n = 0;
    uint8_t *out = calloc(strlen(text) / 2 + 1, 1);
    if (!out)
        return false;
    for (const char *s = text; *s; s++) {
        if (isspace((unsigned char)*s))
            continue;
        int d = isdigit((unsigned char)*s)    ? *s - '0'
                : isxdigit((unsigned char)*s) ? tolower((unsigned char)*s) - 'a' + 10
                                              : -1;
        if (d < 0) {
            free(out);
            return false;
        }
        out[n / 2] = (uint8_t)(out[n / 2] << 4 | d);
        n++;
    }
    if (!n || n % 8) {
        free(out);
        return false;
    }
    *bytes = out;
    *size = n / 2;
    return true;
}

static bool bytes_from_file(const char *path, uint8_t **bytes, size_t *size, struct xg_error *err)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return xg_fail(
            err, XG_E_INPUT,
            "'%s' is neither hex words (8 digits each) nor a file that can be opened (%s)", path,
            strerror(errno));
    size_t room = 0, n = 0, got = 1;
    uint8_t *out = NULL;
    while (got) {
        if (n == room) {
            room = room ? room * 2 : 65536;
            uint8_t *bigger = realloc(out, room);
            if (!bigger)
                break;
            out = bigger;
        }
        got = fread(out + n, 1, room - n, f);
        n += got;
    }
    bool bad = ferror(f) || !out || got;
    fclose(f);
    if (bad) {
        free(out);
        return xg_fail(err, XG_E_INPUT, "'%s' cannot be read", path);
    }
    *bytes = out;
    *size = n;
    return true;
}

static int cmd_dis(int argc, char **argv)
{
    const char *what = NULL;
    xg_ga at = 0;
    for (int i = 0; i < argc; i++) {
        if (!strcmp(argv[i], "--at") && i + 1 < argc) {
            char *end;
            errno = 0;
            unsigned long v = strtoul(argv[++i], &end, 16);
            if (*end || !*argv[i] || errno || v > 0xFFFFFFFFul || v % 4) {
                fprintf(stderr,
                        "xenogate cpu dis: --at wants a hex address that is a multiple of 4, not "
                        "'%s'\n",
                        argv[i]);
                return XG_E_INPUT;
            }
            at = (xg_ga)v;
        } else if (!what && argv[i][0] != '-') {
            what = argv[i];
        } else {
            return xg_app_usage(usage, argc, argv);
        }
    }
    if (!what)
        return xg_app_usage(usage, argc, argv);
    struct xg_error err = {0};
    uint8_t *bytes = NULL;
    size_t size = 0;
    if (!words_from_hex(what, &bytes, &size) && !bytes_from_file(what, &bytes, &size, &err))
        return report(&err);
    for (size_t i = 0; i + 4 <= size; i += 4) {
        char text[96];
        uint32_t w = xg_ld32be(bytes + i);
        xg_ga pc = at + (xg_ga)i;
        printf("%08" PRIX32 "  %08" PRIX32 "  %s\n", pc, w,
               xg_cpu_disassemble(w, pc, text, sizeof text));
    }
    if (size % 4)
        fprintf(stderr, "xenogate cpu dis: %zu bytes at the end are not a whole word\n", size % 4);
    free(bytes);
    return size % 4 ? XG_E_INPUT : XG_OK;
}

int xg_cmd_cpu(int argc, char **argv)
{
    if (argc >= 2 && !strcmp(argv[1], "exec"))
        return cmd_exec(argc - 2, argv + 2);
    if (argc >= 2 && !strcmp(argv[1], "dis"))
        return cmd_dis(argc - 2, argv + 2);
    return xg_app_usage(usage, argc, argv);
}
