/* LZX: the stream is 16-bit little-endian units, bits from the top. One bit says that x86 calls
 * are not translated; then blocks. Frames of 32 KiB end on a unit. A block is three frames long
 * here, so that blocks and frames do not coincide; the kinds take turns, and what does not shrink
 * is stored. */
#include "xexbuild_lzx.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK       (3u * LZX_FRAME)
#define CHARS       256u
#define SLOTS_MAX   50u
#define MAIN_MAX    (CHARS + SLOTS_MAX * 8)
#define LENGTHS     249u
#define PRETREE     20u
#define MATCH_MIN   3u
#define MATCH_MAX   257u
#define HASH_BITS   15
#define CHAIN_STEPS 32

enum { VERBATIM = 1, ALIGNED = 2, STORED = 3 };

struct token { /* length 0: the literal `offset` */
    uint32_t offset;
    uint16_t length;
};
struct encoder {
    struct lzx_stream *out;
    uint32_t bits, count; /* waiting, from the top of `bits` down */
    const uint8_t *text;  /* dictionary and data */
    size_t start, size;   /* of the data in text; end of text */
    uint32_t window;
    unsigned slots;
    uint32_t base[SLOTS_MAX];
    uint8_t extra[SLOTS_MAX];
    uint32_t r[3];
    uint8_t main_length[MAIN_MAX], length_length[LENGTHS]; /* of the block before */
    int32_t head[1 << HASH_BITS], *next;
};

static void *grab(size_t n)
{
    void *p = calloc(1, n ? n : 1);
    if (!p) {
        fprintf(stderr, "xexbuild: out of memory\n");
        exit(2);
    }
    return p;
}

/* ---- bits -------------------------------------------------------------------------------------
 */

static void put_byte(struct lzx_stream *s, uint8_t b)
{
    if (s->size == s->room) {
        s->room = s->room ? s->room * 2 : 4096;
        uint8_t *more = realloc(s->bytes, s->room);
        if (!more) {
            fprintf(stderr, "xexbuild: out of memory\n");
            exit(2);
        }
        s->bytes = more;
    }
    s->bytes[s->size++] = b;
}

static void put_bits(struct encoder *e, uint32_t value, unsigned n)
{
    while (n--) {
        e->bits = e->bits << 1 | (value >> n & 1);
        if (++e->count == 16) {
            put_byte(e->out, (uint8_t)e->bits);
            put_byte(e->out, (uint8_t)(e->bits >> 8));
            e->bits = e->count = 0;
        }
    }
}

static void align_bits(struct encoder *e)
{
    if (e->count)
        put_bits(e, 0, 16 - e->count);
}

/* ---- Huffman codes ------------------------------------------------------------------------------
 */

struct tree {
    uint8_t length[MAIN_MAX];
    uint16_t code[MAIN_MAX];
    unsigned count;
};

/* Depths of a Huffman tree, by joining the two rarest again and again. */
static unsigned depths(const uint32_t *freq, unsigned n, uint8_t *length)
{
    uint32_t weight[2 * MAIN_MAX];
    uint16_t parent[2 * MAIN_MAX];
    bool used[2 * MAIN_MAX];
    unsigned nodes = n, live = 0, deepest = 0;
    for (unsigned i = 0; i < n; i++) {
        weight[i] = freq[i];
        used[i] = !freq[i];
        live += freq[i] != 0;
        length[i] = 0;
    }
    for (; live > 1; live--, nodes++) {
        unsigned least[2] = {0, 0};
        for (unsigned k = 0; k < 2; k++) {
            unsigned best = nodes;
            for (unsigned i = 0; i < nodes; i++)
                if (!used[i] && (best == nodes || weight[i] < weight[best]))
                    best = i;
            used[best] = true;
            least[k] = best;
        }
        weight[nodes] = weight[least[0]] + weight[least[1]];
        used[nodes] = false;
        parent[least[0]] = parent[least[1]] = (uint16_t)nodes;
    }
    for (unsigned i = 0; i < n; i++)
        if (freq[i]) {
            for (unsigned at = i; at != nodes - 1; at = parent[at])
                length[i]++;
            deepest = length[i] > deepest ? length[i] : deepest;
        }
    return deepest;
}

/* A complete code of at most `limit` bits; two symbols at least, unless there is none. */
static void make_tree(struct tree *t, uint32_t *freq, unsigned n, unsigned limit)
{
    unsigned used = 0, code = 0;
    for (unsigned i = 0; i < n; i++)
        used += freq[i] != 0;
    for (unsigned i = 0; used == 1 && i < 2; i++)
        freq[i] += freq[i] == 0;
    t->count = n;
    while (depths(freq, n, t->length) > limit)
        for (unsigned i = 0; i < n; i++)
            freq[i] = freq[i] ? (freq[i] >> 2) + 1 : 0;
    for (unsigned bits = 1; bits <= 16; bits++, code <<= 1)
        for (unsigned i = 0; i < n; i++)
            if (t->length[i] == bits)
                t->code[i] = (uint16_t)code++;
}

static void put_symbol(struct encoder *e, const struct tree *t, unsigned symbol)
{
    put_bits(e, t->code[symbol], t->length[symbol]);
}

/* Lengths [from, to) as differences to those of the block before, coded by a small tree: 0-16 the
 * difference mod 17, 17 and 18 runs of zeros, 19 a run of equal ones. */
struct length_code {
    uint8_t symbol, extra, bits, after;
};

static unsigned code_lengths(const uint8_t *old, const uint8_t *new, unsigned from, unsigned to,
                             struct length_code *c)
{
    unsigned n = 0;
    for (unsigned i = from, run; i < to; i += run) {
        for (run = 1; i + run < to && new[i + run] == new[i] && run < 51; run++)
            ;
        uint8_t delta = (uint8_t)((old[i] + 17 - new[i]) % 17);
        if (new[i] == 0 && run >= 20) {
            c[n++] = (struct length_code){18, (uint8_t)(run - 20), 5, 0};
        } else if (new[i] == 0 && run >= 4) {
            run = run > 19 ? 19 : run;
            c[n++] = (struct length_code){17, (uint8_t)(run - 4), 4, 0};
        } else if (run >= 4) {
            run = run > 5 ? 5 : run;
            c[n++] = (struct length_code){19, (uint8_t)(run - 4), 1, delta};
        } else {
            run = 1;
            c[n++] = (struct length_code){delta, 0, 0, 0};
        }
    }
    return n;
}

static void put_lengths(struct encoder *e, uint8_t *old, const uint8_t *new, unsigned from,
                        unsigned to)
{
    struct length_code c[MAIN_MAX];
    struct tree t;
    uint32_t freq[PRETREE] = {0};
    unsigned n = code_lengths(old, new, from, to, c);
    for (unsigned i = 0; i < n; i++) {
        freq[c[i].symbol]++;
        if (c[i].symbol == 19)
            freq[c[i].after]++;
    }
    make_tree(&t, freq, PRETREE, 15);
    for (unsigned i = 0; i < PRETREE; i++)
        put_bits(e, t.length[i], 4);
    for (unsigned i = 0; i < n; i++) {
        put_symbol(e, &t, c[i].symbol);
        put_bits(e, c[i].extra, c[i].bits);
        if (c[i].symbol == 19)
            put_symbol(e, &t, c[i].after);
    }
    memcpy(old + from, new + from, to - from);
}

/* ---- matches
 * --------------------------------------------------------------------------------------- */

static unsigned hash_at(const struct encoder *e, size_t at)
{
    const uint8_t *p = e->text + at;
    return (p[0] | (unsigned)p[1] << 8 | (unsigned)p[2] << 16) * 2654435761u >> (32 - HASH_BITS);
}

static void remember(struct encoder *e, size_t at)
{
    if (at + 3 > e->size)
        return;
    unsigned h = hash_at(e, at);
    e->next[at] = e->head[h];
    e->head[h] = (int32_t)at;
}

static struct token find_match(const struct encoder *e, size_t at, size_t most)
{
    struct token best = {e->text[at], 0};
    if (most < MATCH_MIN)
        return best;
    int32_t from = e->head[hash_at(e, at)];
    for (int steps = 0; from >= 0 && steps < CHAIN_STEPS; steps++, from = e->next[from]) {
        size_t n = 0, offset = at - (size_t)from;
        if (offset > e->window - 3)
            break;
        while (n < most && e->text[(size_t)from + n] == e->text[at + n])
            n++;
        if (n >= MATCH_MIN && n > best.length)
            best = (struct token){(uint32_t)offset, (uint16_t)n};
    }
    return best;
}

/* Tokens of [at, end); none crosses a frame of the data. */
static size_t find_tokens(struct encoder *e, size_t at, size_t end, struct token *t)
{
    size_t n = 0;
    while (at < end) {
        size_t frame = e->start + ((at - e->start) / LZX_FRAME + 1) * LZX_FRAME;
        size_t most = (frame < end ? frame : end) - at;
        t[n] = find_match(e, at, most < MATCH_MAX ? most : MATCH_MAX);
        for (size_t k = t[n].length ? t[n].length : 1; k--; at++)
            remember(e, at);
        n++;
    }
    return n;
}

/* ---- blocks
 * ---------------------------------------------------------------------------------------- */

/* Slot and the value of its extra bits; moves the list of repeated offsets. */
static unsigned slot_of(struct encoder *e, uint32_t offset, uint32_t *extra)
{
    *extra = 0;
    for (unsigned i = 0; i < 3; i++)
        if (offset == e->r[i]) {
            e->r[i] = e->r[0];
            e->r[0] = offset;
            return i;
        }
    e->r[2] = e->r[1];
    e->r[1] = e->r[0];
    e->r[0] = offset;
    unsigned s = e->slots - 1;
    while (e->base[s] > offset + 2)
        s--;
    *extra = offset + 2 - e->base[s];
    return s;
}

struct symbol {
    uint16_t main, length; /* length: LENGTHS when there is none */
    uint8_t slot;
    uint32_t extra;
};

static struct symbol symbol_of(struct encoder *e, const struct token *t)
{
    struct symbol s = {(uint16_t)t->offset, LENGTHS, 0, 0};
    if (!t->length)
        return s;
    unsigned n = t->length - 2u;
    s.slot = (uint8_t)slot_of(e, t->offset, &s.extra);
    s.main = (uint16_t)(CHARS + s.slot * 8u + (n < 7 ? n : 7));
    if (n >= 7)
        s.length = (uint16_t)(n - 7);
    return s;
}

struct block {
    struct symbol *symbol;
    struct token *token;
    size_t count;
    struct tree main, length, aligned;
    uint32_t main_freq[MAIN_MAX], length_freq[LENGTHS], aligned_freq[8];
};

static size_t count_symbols(struct encoder *e, struct block *b)
{
    size_t bits = 0;
    memset(b->main_freq, 0, sizeof b->main_freq);
    memset(b->length_freq, 0, sizeof b->length_freq);
    for (unsigned i = 0; i < 8; i++)
        b->aligned_freq[i] = 1;
    for (size_t i = 0; i < b->count; i++) {
        struct symbol s = b->symbol[i] = symbol_of(e, &b->token[i]);
        b->main_freq[s.main]++;
        if (s.length < LENGTHS)
            b->length_freq[s.length]++;
        if (e->extra[s.slot] >= 3)
            b->aligned_freq[s.extra & 7]++;
        bits += e->extra[s.slot];
    }
    make_tree(&b->main, b->main_freq, CHARS + e->slots * 8, 16);
    make_tree(&b->length, b->length_freq, LENGTHS, 16);
    make_tree(&b->aligned, b->aligned_freq, 8, 7);
    for (size_t i = 0; i < b->count; i++)
        bits += b->main.length[b->symbol[i].main] +
                (b->symbol[i].length < LENGTHS ? b->length.length[b->symbol[i].length] : 0u);
    return bits;
}

static void end_frame(struct encoder *e)
{
    align_bits(e);
    e->out->frame_end[e->out->frames++] = e->out->size;
}

static void put_stored(struct encoder *e, size_t at, size_t end)
{
    put_bits(e, STORED, 3);
    put_bits(e, (uint32_t)(end - at), 24);
    if (e->count == 0) /* 1 to 16 bits of fill, never none */
        put_bits(e, 0, 16);
    align_bits(e);
    for (unsigned i = 0; i < 3; i++)
        for (unsigned k = 0; k < 4; k++)
            put_byte(e->out, (uint8_t)(e->r[i] >> 8 * k));
    for (size_t i = at; i < end; i++) {
        put_byte(e->out, e->text[i]);
        if ((i + 1 - e->start) % LZX_FRAME == 0 || i + 1 == e->size) {
            if (i + 1 == end && (end - at) & 1)
                put_byte(e->out, 0);
            end_frame(e);
        }
    }
}

static void put_compressed(struct encoder *e, const struct block *b, size_t at, size_t end,
                           unsigned kind)
{
    unsigned mains = CHARS + e->slots * 8;
    put_bits(e, kind, 3);
    put_bits(e, (uint32_t)(end - at), 24);
    for (unsigned i = 0; kind == ALIGNED && i < 8; i++)
        put_bits(e, b->aligned.length[i], 3);
    put_lengths(e, e->main_length, b->main.length, 0, CHARS);
    put_lengths(e, e->main_length, b->main.length, CHARS, mains);
    put_lengths(e, e->length_length, b->length.length, 0, LENGTHS);
    for (size_t i = 0; i < b->count; i++) {
        const struct symbol *s = &b->symbol[i];
        unsigned extra = e->extra[s->slot];
        put_symbol(e, &b->main, s->main);
        if (s->length < LENGTHS)
            put_symbol(e, &b->length, s->length);
        if (s->main >= CHARS && kind == ALIGNED && extra >= 3) {
            put_bits(e, s->extra >> 3, extra - 3);
            put_symbol(e, &b->aligned, s->extra & 7);
        } else if (s->main >= CHARS) {
            put_bits(e, s->extra, extra);
        }
        at += b->token[i].length ? b->token[i].length : 1u;
        if ((at - e->start) % LZX_FRAME == 0 || at == e->size)
            end_frame(e);
    }
}

static void put_block(struct encoder *e, struct block *b, size_t at, size_t end, unsigned number)
{
    uint32_t r[3];
    memcpy(r, e->r, sizeof r);
    b->count = find_tokens(e, at, end, b->token);
    if (count_symbols(e, b) >= (end - at) * 8) {
        memcpy(e->r, r, sizeof r);
        put_stored(e, at, end);
    } else {
        put_compressed(e, b, at, end, number & 1 ? ALIGNED : VERBATIM);
    }
}

static void set_slots(struct encoder *e)
{
    static const uint8_t counts[7] = {30, 32, 34, 36, 38, 42, 50};
    unsigned bits = 0;
    while (0x8000u << bits < e->window)
        bits++;
    e->slots = counts[bits];
    for (unsigned i = 0; i < e->slots; i++) {
        e->extra[i] = (uint8_t)(i < 4 ? 0 : i < 36 ? i / 2 - 1 : 17);
        e->base[i] = i ? e->base[i - 1] + (1u << e->extra[i - 1]) : 0;
    }
}

void lzx_encode(struct lzx_stream *out, const uint8_t *dictionary, size_t dictionary_size,
                const uint8_t *data, size_t size, uint32_t window)
{
    struct encoder *e = grab(sizeof *e);
    struct block *b = grab(sizeof *b);
    uint8_t *text = grab(dictionary_size + size);
    if (dictionary_size)
        memcpy(text, dictionary, dictionary_size);
    memcpy(text + dictionary_size, data, size);
    *out = (struct lzx_stream){.frame_end = grab((size / LZX_FRAME + 1) * sizeof(size_t))};
    e->out = out;
    e->text = text;
    e->start = dictionary_size;
    e->size = dictionary_size + size;
    e->window = window;
    e->r[0] = e->r[1] = e->r[2] = 1;
    e->next = grab(e->size * sizeof *e->next);
    memset(e->head, 0xFF, sizeof e->head);
    b->token = grab(BLOCK * sizeof *b->token);
    b->symbol = grab(BLOCK * sizeof *b->symbol);
    set_slots(e);
    for (size_t i = 0; i < e->start; i++)
        remember(e, i);
    put_bits(e, 0, 1);
    unsigned number = 0;
    for (size_t at = e->start; at < e->size; at += BLOCK)
        put_block(e, b, at, e->size - at < BLOCK ? e->size : at + BLOCK, number++);
    free(b->token);
    free(b->symbol);
    free(b);
    free(e->next);
    free(e);
    free(text);
}

void lzx_free(struct lzx_stream *out)
{
    free(out->bytes);
    free(out->frame_end);
}
