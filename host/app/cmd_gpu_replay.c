/* `xenogate gpu replay` and `gpu import`: traces of what went to the GPU (docs/trace.md). */
#include "app/backends.h"
#include "app/commands.h"
#include "app/picture_file.h"
#include "driver/board.h"
#include "gpu/trace/import.h"
#include "gpu/trace/replay.h"
#include "gpu/trace/xtr.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
    "usage: xenogate gpu replay TRACE [options]\n"
    "  --gpu=NAME         back end, or two side by side as A+B (default: model)\n"
    "  --board=BOARD      of --gpu=fpga, as run has it\n"
    "  --frames=A:B       from picture A to picture B; A: and :B leave an end open\n"
    "  --png=FILE         write the last picture (--screenshot FILE too)\n"
    "  --every-frame DIR  write every picture\n"
    "  --picture-size=WxH, --scale=HOW, --aspect=SHAPE\n"
    "                     pictures in files as a window would show them, as run has it\n"
    "  --digest           print the digest of the last picture\n"
    "  --json             say the result as one JSON object\n"
    "TRACE is a file of run --gpu-trace, or an .xtr file, which is imported first.\n"
    "Exit code 0: all is as it was recorded; 1: it is not.\n";

struct replay {
    const char *file, *png, *folder;
    bool json, digest, help;
    struct xg_picture_file how;
    struct xg_replay_options o;
    struct xg_replay_result r;
    uint8_t *rgba; /* the last picture, for --png */
    uint32_t width, height;
};

/* "--name=value" or "--name value"; false: another option. A value that is missing is "". */
static bool has_value(const char *name, int argc, char **argv, int *i, const char **value)
{
    size_t n = strlen(name);
    const char *arg = argv[*i];
    if (strncmp(arg, name, n) || (arg[n] && arg[n] != '='))
        return false;
    if (arg[n])
        *value = arg + n + 1;
    else
        *value = *i + 1 < argc ? argv[++*i] : "";
    return true;
}

/* "A:B", "A:", ":B" or "A". */
static bool parse_frames(struct replay *p, const char *text, struct xg_error *err)
{
    char *end;
    unsigned long a = strtoul(text, &end, 10), b = a;
    bool digits = *text >= '0' && *text <= '9';
    if (*text == ':')
        a = b = 0;
    if (*end == ':') {
        digits = digits || end[1];
        b = strtoul(end + 1, &end, 10);
    }
    if (!digits || *end || strchr(text, '-') || a > UINT32_MAX || b > UINT32_MAX || (b && b < a) ||
        (!a && *text != ':'))
        return xg_fail(err, XG_E_INPUT, "--frames needs A:B, numbers from 1, not '%s'", text);
    p->o.first = (uint32_t)a;
    p->o.last = (uint32_t)b;
    return true;
}

static bool option(struct replay *p, int argc, char **argv, int *i, struct xg_error *err)
{
    const char *v, *name = argv[*i];
    if (!strcmp(name, "--json"))
        return p->json = true;
    if (!strcmp(name, "--digest"))
        return p->digest = true;
    if (!strcmp(name, "--help") || !strcmp(name, "-h"))
        return p->help = true;
    if (has_value("--gpu", argc, argv, i, &v)) {
        p->o.create = xg_device_by_name(v);
        return p->o.create ||
               xg_fail(err, XG_E_INPUT, "--gpu=%s: this program has the back ends %s", v,
                       xg_device_names());
    }
    if (has_value("--board", argc, argv, i, &v))
        return xg_board_choose(v, err);
    if (has_value("--frames", argc, argv, i, &v))
        return parse_frames(p, v, err);
    if (has_value("--scale", argc, argv, i, &v))
        return xg_picture_file_scale(&p->how, v, err);
    if (has_value("--aspect", argc, argv, i, &v))
        return xg_picture_file_aspect(&p->how, v, err);
    if (has_value("--picture-size", argc, argv, i, &v))
        return xg_picture_file_size(&p->how, v, err);
    if (has_value("--png", argc, argv, i, &v) || has_value("--screenshot", argc, argv, i, &v))
        p->png = v;
    else if (has_value("--every-frame", argc, argv, i, &v))
        p->folder = v;
    else
        return xg_fail(err, XG_E_INPUT, "there is no option '%s'; --help lists them", name);
    return *v || xg_fail(err, XG_E_INPUT, "%s needs a value", name);
}

static bool parse(struct replay *p, int argc, char **argv, struct xg_error *err)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-') {
            if (!option(p, argc, argv, &i, err))
                return false;
        } else if (p->file) {
            return xg_fail(err, XG_E_INPUT, "one trace at a time, not '%s' too", argv[i]);
        } else {
            p->file = argv[i];
        }
    }
    return p->help || p->file || xg_fail(err, XG_E_INPUT, "which trace? --help lists the options");
}

static bool picture(void *ctx, uint32_t frame, uint32_t width, uint32_t height, const uint8_t *rgba,
                    struct xg_error *err)
{
    struct replay *p = ctx;
    char path[1024];
    if (p->folder) {
        snprintf(path, sizeof path, "%s/frame_%06" PRIu32 ".png", p->folder, frame);
        if (!xg_picture_file_write(&p->how, path, width, height, rgba, err))
            return false;
    }
    if (p->png) {
        size_t size = (size_t)width * height * 4;
        uint8_t *copy = realloc(p->rgba, size);
        if (!copy)
            return xg_fail(err, XG_E_INPUT, "%s: out of memory", p->png);
        memcpy(copy, rgba, size);
        p->rgba = copy;
        p->width = width;
        p->height = height;
    }
    return true;
}

static void hex(const uint8_t *bytes, char out[65])
{
    for (size_t i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void print_quoted(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        unsigned c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            printf("\\%c", (int)c);
        else if (c < 0x20 || c >= 0x7F)
            printf("\\u%04x", c);
        else
            putchar((int)c);
    }
    putchar('"');
}

static void print_json(const struct replay *p, bool whole)
{
    const struct xg_replay_result *r = &p->r;
    char digest[65];
    hex(r->picture, digest);
    printf("{\"trace\":");
    print_quoted(p->file);
    printf(
        ",\"gpu\":\"%s\",\"whole\":%s,\"begin\":%u,\"frames\":%u,\"pictures\":%u,\"key_frames\":%u,"
        "\"draws\":%" PRIu64 ",\"copies\":%" PRIu64 ",\"compared\":%" PRIu64 ",\"picture\":",
        r->device, whole ? "true" : "false", r->begin, r->frames, r->pictures, r->keys, r->draws,
        r->copies, r->compared);
    printf(r->pictures ? "\"%s\"" : "null", digest);
    printf(",\"difference\":");
    if (r->different) {
        printf("{\"frame\":%u,\"packet\":%u,\"address\":\"%08x\",\"text\":", r->frame, r->packet,
               r->address);
        print_quoted(r->text);
        printf("}}\n");
    } else {
        printf("null}\n");
    }
}

static int say_result(const struct replay *p, bool whole)
{
    const struct xg_replay_result *r = &p->r;
    char digest[65];
    hex(r->picture, digest);
    if (p->json)
        print_json(p, whole);
    else if (p->digest && r->pictures)
        printf("pixels %s\n", digest);
    fflush(stdout);
    if (r->different) {
        fprintf(stderr,
                "xenogate: %s: first difference in frame %u, packet %u, address 0x%08X: %s.\n",
                p->file, r->frame, r->packet, r->address, r->text);
        return XG_E_GUEST;
    }
    if (!whole)
        fprintf(stderr, "xenogate: %s was not finished; it ends in frame %u.\n", p->file,
                r->frames + 1);
    fprintf(stderr,
            "xenogate: %s on %s: %u pictures, %" PRIu64 " draws, %" PRIu64 " copies; %" PRIu64
            " records are as they were recorded.\n",
            p->file, r->device, r->pictures, r->draws, r->copies, r->compared);
    return XG_OK;
}

/* An .xtr file becomes a trace of ours in a file without a name. */
static bool import_for_replay(const struct replay *p, char path[64], struct xg_error *err)
{
    struct xg_import_result result;
    const char *folder = getenv("TMPDIR");
    snprintf(path, 64, "%.40s/xenogate-XXXXXX", folder && *folder ? folder : "/tmp");
    int fd = mkstemp(path);
    if (fd < 0)
        return xg_fail(err, XG_E_INPUT, "%s: cannot be written (%s)", path, strerror(errno));
    close(fd);
    if (xg_trace_import(p->file, path, &result, err))
        return true;
    remove(path);
    return false;
}

static int replay(struct replay *p, struct xg_error *err)
{
    char made[64] = "";
    if (p->folder && mkdir(p->folder, 0777) && errno != EEXIST) {
        xg_fail(err, XG_E_INPUT, "%s: cannot be made (%s)", p->folder, strerror(errno));
        return (int)err->kind;
    }
    if (xg_xtr_is(p->file) && !import_for_replay(p, made, err))
        return (int)err->kind;
    struct xg_trace *t = xg_trace_open(*made ? made : p->file, err);
    if (*made)
        remove(made);
    p->o.picture = picture;
    p->o.ctx = p;
    int code = XG_E_INPUT;
    if (t && xg_replay(t, &p->o, &p->r, err))
        code = say_result(p, t->whole);
    else
        code = (int)err->kind;
    if (p->png && err->kind == XG_OK &&
        !(p->rgba ? xg_picture_file_write(&p->how, p->png, p->width, p->height, p->rgba, err)
                  : xg_fail(err, XG_E_GUEST, "%s: no picture was shown", p->png)))
        code = code ? code : (int)err->kind;
    xg_trace_free(t);
    return code;
}

/* argv[0] is "replay". */
int xg_cmd_gpu_replay(int argc, char **argv)
{
    struct xg_error err = {0};
    struct replay p = {.o = {.create = xg_device_model_create}};
    if (parse(&p, argc, argv, &err) && p.help) {
        fputs(usage, stdout);
        return XG_OK;
    }
    int code = err.kind == XG_OK ? replay(&p, &err) : (int)err.kind;
    free(p.rgba);
    if (err.kind != XG_OK)
        fprintf(stderr, "xenogate gpu replay: %s\n", err.text);
    return code;
}

/* argv[0] is "import". */
int xg_cmd_gpu_import(int argc, char **argv)
{
    struct xg_error err = {0};
    struct xg_import_result r;
    const char *from = NULL, *to = NULL;
    bool bad = false;
    for (int i = 1; i < argc; i++) {
        if (has_value("-o", argc, argv, &i, &to))
            continue;
        if (argv[i][0] != '-' && !from)
            from = argv[i];
        else
            bad = true;
    }
    if (bad || !from || !to || !*to)
        return xg_app_usage("usage: xenogate gpu import FILE.xtr -o TRACE\n", argc, argv);
    if (!xg_trace_import(from, to, &r, &err)) {
        fprintf(stderr, "xenogate gpu import: %s\n", err.text);
        return (int)err.kind;
    }
    fprintf(stderr,
            "xenogate: %s: title %08X, %u pictures, %" PRIu64 " packets, %" PRIu64 " draws%s.\n",
            from, r.title, r.frames, r.packets, r.draws,
            r.errors ? "; the device reported errors in its commands" : "");
    return XG_OK;
}
