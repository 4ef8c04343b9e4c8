/* `xenogate gpu trace info`: what is in a GPU trace, without playing it (docs/trace.md). */
#include "app/commands.h"
#include "gpu/device.h"
#include "gpu/trace/file.h"
#include "gpu/trace/xtr.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KINDS 32
_Static_assert((int)XG_TRACE_KINDS <= KINDS && (int)XG_XTR_KINDS <= KINDS, "room for each kind");

struct info {
    const char *file;
    bool json, frames;
    uint64_t count[KINDS];
    uint64_t bytes[KINDS];
    uint32_t swaps;
    uint64_t expanded;
};

static const char usage[] = "usage: xenogate gpu trace info TRACE [--frames] [--json]\n";

/* ---- our own ---- */

/* A swap that was recorded: a line of the index. */
static void list_frame(const struct info *n, const struct xg_trace_record *r)
{
    if (!n->frames)
        return;
    const uint8_t *b = r->body;
    if (n->json)
        printf("%s{\"frame\":%u,\"packet\":%u,\"chunk\":%" PRIu64
               ",\"at\":%u,\"front_buffer\":\"%08x\",\"width\":%u,\"height\":%u}",
               n->swaps > 1 ? "," : "", n->swaps, xg_ld32le(b + 4), r->offset, r->at,
               xg_ld32le(b + 16), xg_ld32le(b + 24), xg_ld32le(b + 28));
    else
        printf("frame %-6u packet %-8u offset %" PRIu64 " + %u: 0x%08X, %u x %u\n", n->swaps,
               xg_ld32le(b + 4), r->offset, r->at, xg_ld32le(b + 16), xg_ld32le(b + 24),
               xg_ld32le(b + 28));
}

static int count_records(struct info *n, struct xg_trace *t, struct xg_error *err)
{
    struct xg_trace_record r;
    int more;
    while ((more = xg_trace_next(t, &r, err)) > 0) {
        if (!r.kind || r.kind >= XG_TRACE_KINDS || (r.kind == XG_TRACE_SAID && r.size != 40)) {
            xg_trace_bad(t, &r, "no record is like this", err);
            return -1;
        }
        n->count[r.kind]++;
        n->bytes[r.kind] += r.size;
        n->expanded += 4 + r.size;
        if (r.kind == XG_TRACE_SAID && r.body[0] == XG_GPU_SWAP) {
            n->swaps++;
            list_frame(n, &r);
        }
    }
    return more;
}

static void print_counts(const struct info *n, const char *(*name)(unsigned), unsigned kinds)
{
    bool first = true;
    if (n->json)
        printf("\"records\":{");
    for (unsigned i = 0; i < kinds; i++) {
        if (!n->count[i])
            continue;
        if (n->json)
            printf("%s\"%s\":{\"count\":%" PRIu64 ",\"bytes\":%" PRIu64 "}", first ? "" : ",",
                   name(i), n->count[i], n->bytes[i]);
        else
            printf("%-22s %10" PRIu64 " %14" PRIu64 "\n", name(i), n->count[i], n->bytes[i]);
        first = false;
    }
    if (n->json)
        printf("}");
}

static void print_trace(const struct info *n, const struct xg_trace *t)
{
    size_t keys = 0;
    for (size_t i = 0; i < t->chunks; i++)
        keys += t->chunk[i].flags & XG_TRACE_CHUNK_KEY;
    if (n->json) {
        printf("%s\"format\":\"xenogate\",\"version\":%u,\"gpu\":\"%s\",\"title\":\"%08x\","
               "\"whole\":%s,"
               "\"bytes\":%" PRIu64 ",\"expanded\":%" PRIu64
               ",\"chunks\":%zu,\"beginnings\":%zu,\"frames\":%u,",
               n->frames ? "]," : "{", t->head.version, t->head.producer, t->head.title,
               t->whole ? "true" : "false", t->size, n->expanded, t->chunks, keys, n->swaps);
        print_counts(n, xg_trace_kind_name, XG_TRACE_KINDS);
        printf("}\n");
        return;
    }
    printf("GPU trace, version %u, of %s, title %08X\n", t->head.version, t->head.producer,
           t->head.title);
    printf("%" PRIu64 " bytes in %zu chunks, %" PRIu64 " expanded; %u frames, %zu beginnings%s\n",
           t->size, t->chunks, n->expanded, n->swaps, keys,
           t->whole ? "" : "; it was not finished");
    printf("%-22s %10s %14s\n", "records", "count", "bytes");
    print_counts(n, xg_trace_kind_name, XG_TRACE_KINDS);
}

static bool info_trace(struct info *n, struct xg_error *err)
{
    struct xg_trace *t = xg_trace_open(n->file, err);
    if (!t)
        return false;
    if (n->json && n->frames)
        printf("{\"index\":[");
    bool ok = count_records(n, t, err) == 0;
    if (ok)
        print_trace(n, t);
    else if (n->json && n->frames)
        printf("]}\n");
    xg_trace_free(t);
    return ok;
}

/* ---- .xtr ---- */

static bool info_xtr(struct info *n, struct xg_error *err)
{
    struct xg_xtr *x = xg_xtr_open(n->file, err);
    struct xg_xtr_command c;
    int more = -1;
    while (x && (more = xg_xtr_next(x, &c, err)) > 0) {
        n->count[c.kind]++;
        n->bytes[c.kind] += c.size;
        n->swaps += c.kind == XG_XTR_EVENT && c.first == 0;
    }
    if (more == 0 && n->json) {
        printf("{\"format\":\"xtr\",\"version\":1,\"commit\":");
        /* printable, by xg_xtr_open; quotes and backslashes have no business in it */
        putchar('"');
        for (const char *p = x->commit; *p; p++)
            putchar(*p == '"' || *p == '\\' ? '?' : *p);
        printf("\",\"title\":\"%08x\",\"bytes\":%" PRIu64 ",\"frames\":%u,", x->title, x->size,
               n->swaps);
        print_counts(n, xg_xtr_kind_name, XG_XTR_KINDS);
        printf("}\n");
    } else if (more == 0) {
        printf(".xtr trace, version 1, of %s, title %08X\n%" PRIu64 " bytes, %u frames\n",
               x->commit, x->title, x->size, n->swaps);
        printf("%-22s %10s %14s\n", "commands", "count", "bytes");
        print_counts(n, xg_xtr_kind_name, XG_XTR_KINDS);
    }
    xg_xtr_close(x);
    return more == 0;
}

/* argv[0] is "trace". */
int xg_cmd_gpu_trace(int argc, char **argv)
{
    struct xg_error err = {0};
    struct info n = {0};
    if (argc < 3 || strcmp(argv[1], "info") != 0)
        return xg_app_usage(usage, argc, argv);
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--json"))
            n.json = true;
        else if (!strcmp(argv[i], "--frames"))
            n.frames = true;
        else if (argv[i][0] != '-' && !n.file)
            n.file = argv[i];
        else
            return xg_app_usage(usage, argc, argv);
    }
    if (!n.file)
        return xg_app_usage(usage, argc, argv);
    if (xg_xtr_is(n.file) ? info_xtr(&n, &err) : info_trace(&n, &err))
        return XG_OK;
    fflush(stdout);
    fprintf(stderr, "xenogate gpu trace: %s\n", err.text);
    return (int)err.kind;
}
