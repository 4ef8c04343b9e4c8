/* See wire.h. The device is quiet when nothing has come for longer than it keeps back what it has
 * to say. */
#include "tests/regress/wire.h"

#include "base/json_case.h"
#include "driver/link.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define QUIET_CLOCKS 40000u   /* HOLD of rtl/link/xg_link_tx.sv: 32,768 */
#define MOST_CLOCKS  4000000u /* a step may take */

struct wire {
    struct xg_transport *t;
    struct xg_crc32c crc;
    uint32_t frame[XG_LINK_FRAME_WORDS];
    uint32_t have;
    bool some; /* frames of this step */
    char naks[256];
    uint32_t granted[2], first[2]; /* at the end of the first step */
    FILE *out;
};

static void take_frame(struct wire *w)
{
    const uint32_t n = w->frame[0] & 0xFFFF, op = w->frame[0] >> 24;
    const bool good = xg_crc32c_words(&w->crc, 0, w->frame, n + 2) == w->frame[n + 2];
    if (good && (op == XG_LINK_CREDIT_GRANT || op == XG_LINK_NAK) && n == 2) {
        w->granted[0] = w->frame[2];
        w->granted[1] = w->frame[3];
        const size_t used = strlen(w->naks);
        if (op == XG_LINK_NAK)
            snprintf(w->naks + used, sizeof w->naks - used, "%s\"%" PRIx32 "\"", used ? "," : "",
                     w->frame[1] & 0xFF);
        return;
    }
    if (op == XG_LINK_HELLO_ACK && n == 3)
        w->frame[2] &= 0x7F; /* its layers; what else it has is not the same on all targets */
    fputs(w->some ? ",\"" : "\"", w->out);
    w->some = true;
    for (uint32_t i = 0; i < n + 2; i++)
        fprintf(w->out, "%08" PRIx32, w->frame[i]);
    fputs(good ? "\"" : " damaged\"", w->out);
}

static void take_word(struct wire *w, uint32_t word)
{
    if (w->have == 0 && word == XG_LINK_SYNC)
        return;
    if (w->have < XG_COUNTOF(w->frame))
        w->frame[w->have++] = word;
    if (w->have == (w->frame[0] & 0xFFFF) + XG_LINK_OVERHEAD) {
        take_frame(w);
        w->have = 0;
    }
}

/* Sends words, and takes what comes until nothing does. */
static bool run_step(struct wire *w, const uint32_t *words, size_t n, struct xg_error *err)
{
    uint64_t quiet = 0, all = 0;
    size_t at = 0;
    fputc('[', w->out);
    w->some = false;
    while ((at < n || quiet < QUIET_CLOCKS) && all < MOST_CLOCKS) {
        uint32_t came[256];
        size_t done = 0, given = 0;
        uint64_t clocks = 0;
        if ((at < n && !w->t->ops->write(w->t, words + at, n - at, &done, err)) ||
            !w->t->ops->wait(w->t, &clocks, err) ||
            !w->t->ops->read(w->t, came, XG_COUNTOF(came), &given, err))
            return false;
        for (size_t i = 0; i < given; i++)
            take_word(w, came[i]);
        at += done;
        all += clocks;
        quiet = done || given ? 0 : quiet + clocks;
    }
    fputc(']', w->out);
    return true;
}

static bool run_steps(struct wire *w, const struct xg_json *root, struct xg_error *err)
{
    const struct xg_json *steps;
    if (!xg_case_array(root, "wire", &steps, err))
        return false;
    for (const struct xg_json *s = steps ? steps->child : NULL; s; s = s->next) {
        size_t n = 0;
        uint32_t *words = calloc(s->count + 1, sizeof *words);
        bool ok = words || xg_fail(err, XG_E_DEVICE, "no host memory for the words of a step");
        for (const struct xg_json *m = s->child; m && ok; m = m->next) {
            uint64_t word = 0;
            ok = xg_case_hex(m, "a word of \"wire\"", 8, &word, err);
            words[n++] = (uint32_t)word;
        }
        if (s != steps->child)
            fputc(',', w->out);
        ok = ok && run_step(w, words, n, err);
        free(words);
        if (s == steps->child)
            memcpy(w->first, w->granted, sizeof w->first);
        if (!ok)
            return false;
    }
    return true;
}

bool wire_run(struct xg_transport *t, const char *line, size_t length, FILE *out,
              struct xg_error *err)
{
    static struct wire w;
    struct xg_json *root = xg_json_parse(line, length, err);
    memset(&w, 0, sizeof w);
    w.t = t;
    w.out = out;
    xg_crc32c_init(&w.crc);
    bool ok = root != NULL;
    if (ok) {
        xg_case_write_id(out, root);
        fputs(",\"came\":[", out);
        ok = run_steps(&w, root, err);
        fprintf(out,
                "],\"naks\":[%s],\"granted\":[\"%04" PRIx32 "\",\"%04" PRIx32 "\",\"%04" PRIx32
                "\"]}\n",
                w.naks, (w.granted[0] - w.first[0]) & 0xFFFF,
                ((w.granted[0] >> 16) - (w.first[0] >> 16)) & 0xFFFF,
                (w.granted[1] - w.first[1]) & 0xFFFF);
    }
    xg_json_free(root);
    t->ops->destroy(t);
    return ok;
}
