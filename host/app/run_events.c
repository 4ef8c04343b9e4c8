/* One object a line: {"t":guest ns,"thread":id,"event":...}. Numbers that are addresses or
 * arguments are hex strings. */
#include "app/run_events.h"

#include "kernel/kernel.h"

#include <errno.h>
#include <inttypes.h>

static unsigned argument_count(const struct xg_export *e)
{
    unsigned n = 0;
    if (e->signature[0] == '?')
        return 8;
    for (const char *s = e->signature; *s; s++)
        n += *s == ' ' && s[1] != '.';
    return n < 10 ? n : 10;
}

static void on_export(void *ctx, const struct xg_hook_export *e)
{
    struct xg_event_log *log = ctx;
    const struct xg_export *x = &xg_exports[e->export_index];
    fprintf(log->file,
            "{\"t\":%" PRIu64 ",\"thread\":%u,\"event\":\"%s\",\"module\":\"%s\",\"name\":\"%s\"",
            e->now, e->thread_id, e->leave ? "return" : "call", x->module, x->name);
    if (e->leave) {
        if (e->blocked)
            fprintf(log->file, ",\"blocked\":true}\n");
        else
            fprintf(log->file, ",\"result\":\"%" PRIx64 "\"}\n", e->result);
        return;
    }
    fprintf(log->file, ",\"from\":\"%08x\",\"args\":[", e->caller);
    for (unsigned i = 0, n = argument_count(x); i < n; i++)
        fprintf(log->file, "%s\"%" PRIx64 "\"", i ? "," : "", e->args[i]);
    fprintf(log->file, "]}\n");
}

static void on_wait(void *ctx, const struct xg_hook_wait *e)
{
    fprintf(((struct xg_event_log *)ctx)->file,
            "{\"t\":%" PRIu64 ",\"thread\":%u,\"event\":\"%s\",\"object\":\"%08x\",\"count\":%u,"
            "\"status\":\"%x\"}\n",
            e->now, e->thread_id, e->satisfied ? "wake" : "wait", e->object, e->count, e->status);
}

static void on_alloc(void *ctx, const struct xg_hook_alloc *e)
{
    static const char *const names[] = {"reserve", "commit", "decommit", "release"};
    fprintf(((struct xg_event_log *)ctx)->file,
            "{\"t\":%" PRIu64
            ",\"event\":\"%s\",\"base\":\"%08x\",\"size\":\"%x\",\"protect\":\"%x\"}\n",
            e->now, names[e->op], e->base, e->size, e->protect);
}

static void on_interrupt(void *ctx, const struct xg_hook_interrupt *e)
{
    fprintf(((struct xg_event_log *)ctx)->file,
            "{\"t\":%" PRIu64 ",\"event\":\"interrupt\",\"source\":%u,\"cpu\":%u}\n", e->now,
            e->source, e->cpu);
}

static void on_packet(void *ctx, const struct xg_hook_packet *e)
{
    static const char *const names[] = {"reg",      "mem",      "irq",  "swap",
                                        "gpu_wait", "delegate", "idle", "error"};
    fprintf(((struct xg_event_log *)ctx)->file,
            "{\"t\":%" PRIu64
            ",\"event\":\"%s\",\"packet\":%u,\"address\":\"%08x\",\"value\":\"%x\"}\n",
            e->now, e->kind < XG_COUNTOF(names) ? names[e->kind] : "packet", e->packet, e->address,
            e->value);
}

/* Escapes what JSON asks for; bytes above ASCII are read as Latin-1. */
static void put_json_string(FILE *f, const char *s)
{
    fputc('"', f);
    for (; *s; s++) {
        unsigned c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            fprintf(f, "\\%c", (int)c);
        else if (c < 0x20 || c >= 0x7F)
            fprintf(f, "\\u%04x", c);
        else
            fputc((int)c, f);
    }
    fputc('"', f);
}

/* The guest's own words go to stdout; messages of the program go to stderr. */
static void on_text(void *ctx, xg_time now, uint32_t thread_id, const char *text)
{
    struct xg_event_log *log = ctx;
    printf("%s\n", text);
    if (!log->file)
        return;
    fprintf(log->file, "{\"t\":%" PRIu64 ",\"thread\":%u,\"event\":\"text\",\"text\":", now,
            thread_id);
    put_json_string(log->file, text);
    fprintf(log->file, "}\n");
}

bool xg_event_log_open(struct xg_event_log *log, const char *path, struct xg_hooks *hooks,
                       struct xg_error *err)
{
    *log = (struct xg_event_log){.path = path};
    *hooks = (struct xg_hooks){.ctx = log, .on_debug_text = on_text};
    if (!path)
        return true;
    log->file = fopen(path, "w");
    if (!log->file)
        return xg_fail(err, XG_E_INPUT, "%s: cannot be written (%s)", path, strerror(errno));
    hooks->on_export = on_export;
    hooks->on_wait = on_wait;
    hooks->on_alloc = on_alloc;
    hooks->on_interrupt = on_interrupt;
    hooks->on_packet = on_packet;
    return true;
}

bool xg_event_log_close(struct xg_event_log *log, struct xg_error *err)
{
    if (!log->file)
        return true;
    bool ok = !ferror(log->file);
    ok = !fclose(log->file) && ok;
    log->file = NULL;
    return ok || xg_fail(err, XG_E_INPUT, "%s: could not be written completely", log->path);
}
