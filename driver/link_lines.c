/* Lines that copies leave in board memory. The device says which (PAGE_DIRTY); each gets its place
 * among the kept effects at once. At the end of the copy (it may have written a line twice) they
 * are read with MEM_RD in the order of their addresses; the answers come in that order too. When
 * all are here the copy's pages are clean: what stands before one of them on the device goes on
 * (docs/link.md, "Lines of copies"). Where the host takes lines by the page they stay on the board
 * until someone asks (link_pages.c). */
#include "driver/link_device_priv.h"

#include <stdlib.h>
#include <string.h>

#define LINE_WORDS   16u
#define STAMP_WORDS  3u
#define EFFECT_WORDS (XG_LINK_KEPT_HEAD + STAMP_WORDS + LINE_WORDS)
#define LINES        (XG_PHYS_SIZE / 64u)
#define PAGE_LINES   (XG_LINK_PAGE_BYTES / 64u)
#define FIRST_ROOM   256u

/* A copy whose lines are not all here. */
struct xg_link_copy {
    struct xg_link_copy *next;
    uint64_t place; /* words ever kept before its first effect */
    struct xg_link_line *lines;
    size_t count, room;
    size_t read; /* lines that are here; sorted by then */
    bool whole;  /* all its lines are known, and asked for */
};

/* Lines read with one MEM_RD: `count` of them from `first` on, those of lines[at .. end). */
struct run {
    uint32_t first, count;
    size_t end;
};

static struct run run_at(const struct xg_link_device *d, const struct xg_link_copy *c, size_t at)
{
    const uint32_t most = xg_transport_read_words(d->transport);
    struct run run = {c->lines[at].number, 1, at + 1};
    for (; run.end < c->count; run.end++) {
        uint32_t number = c->lines[run.end].number;
        if (number > run.first + run.count || number - run.first >= most / LINE_WORDS ||
            number / PAGE_LINES != run.first / PAGE_LINES)
            break;
        run.count += number == run.first + run.count; /* else written twice */
    }
    return run;
}

static int by_number(const void *a, const void *b)
{
    const struct xg_link_line *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static void ask(struct xg_link_device *d, struct xg_link_copy *c)
{
    qsort(c->lines, c->count, sizeof *c->lines, by_number);
    for (size_t at = 0; at < c->count;) {
        struct run run = run_at(d, c, at);
        uint32_t words = run.count * LINE_WORDS;
        xg_link_send(d, XG_LINK_MEM_RD, xg_link_board_address(d, run.first * 64), &words, 1);
        at = run.end;
    }
    c->whole = true;
}

static void clean_pages(struct xg_link_device *d, const struct xg_link_copy *c)
{
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < c->count; i++) {
        uint32_t page = c->lines[i].number / PAGE_LINES;
        if (page != last)
            xg_link_page_map(d, page);
        last = page;
    }
}

static void drop_first(struct xg_link_device *d)
{
    struct xg_link_copy *c = d->copies;
    d->copies = c->next;
    if (!d->copies)
        d->copies_end = NULL;
    free(c->lines);
    free(c);
}

/* The copy being told; a new one after the end of another. */
static struct xg_link_copy *telling(struct xg_link_device *d)
{
    if (d->copies_end && !d->copies_end->whole)
        return d->copies_end;
    struct xg_link_copy *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->place = d->effects_dropped + d->effects.count;
    if (d->copies_end)
        d->copies_end->next = c;
    else
        d->copies = c;
    return d->copies_end = c;
}

static bool room_for(struct xg_link_copy *c, size_t n)
{
    if (c->count + n <= c->room)
        return true;
    size_t room = c->room ? 2 * c->room : FIRST_ROOM;
    struct xg_link_line *bigger = realloc(c->lines, room * sizeof *bigger);
    if (!bigger)
        return false;
    c->lines = bigger;
    c->room = room;
    return true;
}

/* One effect for each line, whose data is to come. */
static bool keep(struct xg_link_device *d, struct xg_link_copy *c, const uint32_t *stamp,
                 const uint32_t *numbers, uint32_t n)
{
    uint32_t *to = n ? xg_words_room(&d->effects, (size_t)n * EFFECT_WORDS) : NULL;
    if (n && (!to || !room_for(c, n)))
        return xg_link_broke(d, "no host memory for the device's effects");
    for (uint32_t i = 0; i < n; i++, to += EFFECT_WORDS) {
        to[0] = XG_LINK_MEM_PUSH;
        to[1] = (STAMP_WORDS + LINE_WORDS) | XG_LINK_KEPT_AWAITED | XG_LINK_KEPT_RESOLVE;
        to[2] = numbers[i] * 64;
        memcpy(to + XG_LINK_KEPT_HEAD, stamp, STAMP_WORDS * sizeof *to);
        to[XG_LINK_KEPT_HEAD + 2] = d->packet;
        c->lines[c->count++] = (struct xg_link_line){
            numbers[i], (uint32_t)(d->effects_dropped + d->effects.count - c->place)};
        d->effects.count += EFFECT_WORDS;
    }
    d->effect_count += n;
    return true;
}

/* The copy's lines stay on the board: effects of pages take the place of theirs. */
static bool leave(struct xg_link_device *d, struct xg_link_copy *c, const uint32_t *stamp)
{
    struct xg_link_copy **at = &d->copies;
    d->effects.count = (size_t)(c->place - d->effects_dropped);
    bool ok = xg_link_pages_keep(d, stamp, c->lines[0].number * 64);
    d->copies_end = NULL;
    for (; *at != c; at = &(*at)->next)
        d->copies_end = *at;
    *at = NULL;
    if (ok)
        xg_link_pages_kept(d, c->lines, c->count);
    free(c->lines);
    free(c);
    return ok;
}

bool xg_link_lines_dirty(struct xg_link_device *d, const struct xg_link_frame *f)
{
    const uint32_t *numbers = f->payload + STAMP_WORDS;
    uint32_t n = f->words - STAMP_WORDS;
    for (uint32_t i = 0; i < n; i++)
        if (numbers[i] >= LINES)
            return xg_link_broke(d, "the device sent %s with line 0x%X outside guest memory",
                                 xg_link_op_name(f->op), numbers[i]);
    struct xg_link_copy *c = telling(d);
    if (!c)
        return xg_link_broke(d, "no host memory for the device's effects");
    if (!keep(d, c, f->payload, numbers, n))
        return false;
    if (f->address != 1)
        return true;
    if (c->count == 0)
        return xg_link_broke(d, "the device sent the end of a copy without lines");
    if (xg_link_pages_stay(d, c->lines, c->count))
        return leave(d, c, f->payload);
    ask(d, c);
    return true;
}

void xg_link_lines_data(struct xg_link_device *d, const struct xg_link_frame *f)
{
    struct xg_link_copy *c = d->copies;
    struct run run = {0};
    if (xg_link_pages_data(d, f))
        return;
    if (c && c->whole)
        run = run_at(d, c, c->read);
    if (f->address != xg_link_board_address(d, run.first * 64) ||
        f->words != run.count * LINE_WORDS || !run.count) {
        xg_link_broke(d, "the device sent %s for 0x%X with %u words, which nobody asked for",
                      xg_link_op_name(f->op), f->address, f->words);
        return;
    }
    uint32_t *effects = d->effects.at + d->effects.first + (size_t)(c->place - d->effects_dropped);
    for (; c->read < run.end; c->read++) {
        const struct xg_link_line *line = &c->lines[c->read];
        uint32_t *effect = effects + line->effect;
        memcpy(effect + XG_LINK_KEPT_HEAD + STAMP_WORDS,
               f->payload + (size_t)(line->number - run.first) * LINE_WORDS,
               LINE_WORDS * sizeof *effect);
        effect[1] &= ~XG_LINK_KEPT_AWAITED;
    }
    if (c->read < c->count)
        return;
    clean_pages(d, c);
    drop_first(d);
}

bool xg_link_lines_awaited(const struct xg_link_device *d)
{
    return d->copies != NULL || xg_link_pages_awaited(d);
}

bool xg_link_lines_untold(const struct xg_link_device *d)
{
    return d->copies_end && !d->copies_end->whole;
}

void xg_link_lines_forget(struct xg_link_device *d)
{
    while (d->copies)
        drop_first(d);
    if (d->pages)
        xg_link_pages_forget(d);
}
