/* Recordings as text. Strict on both sides: a file that was cut or edited wrongly must not
 * give a run that is only nearly the same. */
#include "base/file.h"
#include "input/history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "xenogate-input 1"
/* Hours of play with a change at every look at the pads. */
#define MAX_FILE ((size_t)1 << 30)

bool xg_input_save(const struct xg_input *in, const char *path, xg_time end, struct xg_error *err)
{
    FILE *f = fopen(path, "w");
    if (!f)
        return xg_fail(err, XG_E_INPUT, "%s: cannot be written: %s", path, strerror(errno));
    fprintf(f, "%s\n# time (ns)  user  buttons  triggers  left x y  right x y\n", MAGIC);
    for (size_t i = 0; i < in->count && in->changes[i].when <= end; i++) {
        const struct xg_input_change *c = &in->changes[i];
        const struct xg_gamepad *g = &c->pad.state;
        if (c->pad.connected)
            fprintf(f, "%" PRIu64 " %u %04X %u %u %d %d %d %d\n", c->when, c->user, g->buttons,
                    g->left_trigger, g->right_trigger, g->left_x, g->left_y, g->right_x,
                    g->right_y);
        else
            fprintf(f, "%" PRIu64 " %u none\n", c->when, c->user);
    }
    fprintf(f, "%" PRIu64 " end\n", end);
    return xg_file_close_written(f, path, err);
}

/* ---- reading: words of one line, each checked for its whole length and range ---- */

struct words {
    char *rest;
    const char *wrong; /* what the first bad word should have been, NULL: none */
};

static char *next_word(struct words *w)
{
    char *start = w->rest + strspn(w->rest, " \t");
    w->rest = start + strcspn(start, " \t");
    if (*w->rest)
        *w->rest++ = 0;
    return start;
}

static int64_t number(struct words *w, const char *word, int base, int64_t low, int64_t high,
                      const char *what)
{
    char *end;
    errno = 0;
    long long v = strtoll(word, &end, base);
    bool digits = base == 16 ? strspn(word, "0123456789ABCDEFabcdef") == strlen(word)
                             : strspn(word, "-0123456789") == strlen(word);
    if (!*word || *end || errno || !digits || v < low || v > high) {
        w->wrong = w->wrong ? w->wrong : what;
        return 0;
    }
    return v;
}

static struct xg_pad read_pad(struct words *w)
{
    struct xg_pad pad = {0};
    char *word = next_word(w);
    if (!strcmp(word, "none"))
        return pad;
    pad.connected = true;
    struct xg_gamepad *g = &pad.state;
    g->buttons = (uint16_t)number(w, word, 16, 0, 0xFFFF, "buttons in hex, or none");
    if (g->buttons & ~XG_BUTTONS_ALL && !w->wrong)
        w->wrong = "buttons that exist (bit 0x0800 is none)";
    g->left_trigger = (uint8_t)number(w, next_word(w), 10, 0, 255, "a left trigger of 0 to 255");
    g->right_trigger = (uint8_t)number(w, next_word(w), 10, 0, 255, "a right trigger of 0 to 255");
    int16_t *const axes[] = {&g->left_x, &g->left_y, &g->right_x, &g->right_y};
    for (size_t i = 0; i < XG_COUNTOF(axes); i++)
        *axes[i] = (int16_t)number(w, next_word(w), 10, INT16_MIN, INT16_MAX,
                                   "an axis of -32768 to 32767");
    return pad;
}

/* One line of the history. *ended: it was the last. false: w->wrong, or out of memory (NULL). */
static bool read_change(struct xg_input *in, struct words *w, xg_time *last, bool *ended)
{
    xg_time when = (xg_time)number(w, next_word(w), 10, 0, INT64_MAX, "a time in ns");
    if (!w->wrong && when < *last)
        w->wrong = "a time that is not before the line above";
    *last = when;
    char *word = next_word(w);
    *ended = !strcmp(word, "end");
    unsigned user = 0;
    struct xg_pad pad = {0};
    if (!*ended) {
        user = (unsigned)number(w, word, 10, 0, XG_PADS - 1, "a pad of 0 to 3, or end");
        pad = read_pad(w);
    }
    if (!w->wrong && *next_word(w))
        w->wrong = "the end of the line";
    return !w->wrong && (*ended || xg_input_set(in, when, user, &pad));
}

static bool read_lines(struct xg_input *in, char *text, const char *path, xg_time *end,
                       struct xg_error *err)
{
    bool ended = false;
    size_t line = 1;
    *end = 0;
    for (char *next, *at = text; *at; at = next, line++) {
        next = at + strcspn(at, "\n");
        if (*next)
            *next++ = 0;
        if (line == 1 && strcmp(at, MAGIC))
            return xg_fail(err, XG_E_INPUT,
                           "%s: not a recording of input: its first line is not "
                           "'" MAGIC "'",
                           path);
        if (line == 1 || *at == '#' || !at[strspn(at, " \t")])
            continue;
        if (ended)
            return xg_fail(err, XG_E_INPUT, "%s:%zu: something follows the end", path, line);
        struct words w = {.rest = at};
        if (!read_change(in, &w, end, &ended))
            return w.wrong ? xg_fail(err, XG_E_INPUT, "%s:%zu: expected %s", path, line, w.wrong)
                           : xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
    }
    if (!ended)
        return xg_fail(err, XG_E_INPUT, "%s: the recording has no end: it was cut", path);
    return true;
}

bool xg_input_load(struct xg_input *in, const char *path, xg_time *end, struct xg_error *err)
{
    uint8_t *bytes;
    size_t size;
    if (!xg_file_read(path, MAX_FILE, &bytes, &size, err))
        return false;
    bool good = strlen((char *)bytes) == size
                    ? read_lines(in, (char *)bytes, path, end, err)
                    : xg_fail(err, XG_E_INPUT, "%s: not a recording of input: it is no text", path);
    free(bytes);
    return good;
}
