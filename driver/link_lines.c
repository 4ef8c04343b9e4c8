/* Lines that copies leave in board memory. The device says which (PAGE_DIRTY); they are read with MEM_RD,
 * whose answers come in the order of the questions, and become effects in the place that they have in the
 * order of things. When all lines of a copy are here its pages are clean: what stands before one of them on
 * the device goes on (docs/link.md, "Lines of copies"). */
#include "driver/link_device_priv.h"

#include <stdlib.h>
#include <string.h>

#define LINE_WORDS   16u
#define STAMP_WORDS  3u
#define EFFECT_WORDS (XG_LINK_KEPT_HEAD + STAMP_WORDS + LINE_WORDS)
#define LINES        (XG_PHYS_SIZE / 64u)
#define RUNS         (XG_LINK_READS * XG_LINK_DIRTY_LINES)
#define PAGE_LINES   (XG_LINK_PAGE_BYTES / 64u)

/* One effect for each line, whose data is to come. */
static bool keep_lines(struct xg_link_device *d, const struct xg_link_lines *b,
                       const uint32_t *stamp)
{
    uint32_t *to = xg_words_room(&d->effects, (size_t)b->count * EFFECT_WORDS);
    if (!to)
        return xg_link_broke(d, "no host memory for the device's effects");
    for (uint32_t i = 0; i < b->count; i++, to += EFFECT_WORDS) {
        to[0] = XG_LINK_MEM_PUSH;
        to[1] = (STAMP_WORDS + LINE_WORDS) | XG_LINK_KEPT_AWAITED | XG_LINK_KEPT_RESOLVE;
        to[2] = b->line[i] * 64;
        memcpy(to + XG_LINK_KEPT_HEAD, stamp, STAMP_WORDS * sizeof *to);
        to[XG_LINK_KEPT_HEAD + 2] = d->packet;
    }
    d->effects.count += (size_t)b->count * EFFECT_WORDS;
    d->effect_count += b->count;
    return true;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void ask_run(struct xg_link_device *d, struct xg_link_run run)
{
    uint32_t words = run.count * LINE_WORDS;
    d->runs[(d->runs_first + d->runs_count++) % RUNS] = run;
    xg_link_send(d, XG_LINK_MEM_RD, run.first * 64, &words, 1);
}

/* Neighbours are asked for together, a line that was written twice once. */
static void ask_lines(struct xg_link_device *d, struct xg_link_lines *b)
{
    uint32_t sorted[XG_LINK_DIRTY_LINES];
    memcpy(sorted, b->line, b->count * sizeof *sorted);
    qsort(sorted, b->count, sizeof *sorted, by_number);
    struct xg_link_run run = {sorted[0], 1};
    for (uint32_t i = 1; i < b->count; i++) {
        uint32_t end = run.first + run.count;
        if (sorted[i] < end)
            continue;
        if (sorted[i] > end) {
            ask_run(d, run);
            b->runs++;
            run = (struct xg_link_run){sorted[i], 0};
        }
        run.count++;
    }
    ask_run(d, run);
    b->runs++;
}

static void clean_pages(struct xg_link_device *d)
{
    const uint32_t yes = 1;
    for (size_t i = 0; i < d->clean_count; i++) {
        d->page_to_clean[d->clean_list[i]] = 0;
        xg_link_send(d, XG_LINK_MAP_PAGE, d->clean_list[i] * XG_LINK_PAGE_BYTES, &yes, 1);
    }
    d->clean_count = 0;
}

/* Takes the frames at the front of which everything is here. */
static void finish_lines(struct xg_link_device *d)
{
    while (d->lines_count && d->lines[d->lines_first].runs == 0) {
        const struct xg_link_lines *b = &d->lines[d->lines_first];
        for (uint32_t i = 0; i < b->count; i++) {
            uint32_t page = b->line[i] / PAGE_LINES;
            if (!d->page_to_clean[page])
                d->clean_list[d->clean_count++] = page;
            d->page_to_clean[page] = 1;
        }
        if (b->last)
            clean_pages(d);
        d->lines_first = (d->lines_first + 1) % XG_LINK_READS;
        d->lines_count--;
    }
}

bool xg_link_lines_dirty(struct xg_link_device *d, const struct xg_link_frame *f)
{
    struct xg_link_lines b = {.count = f->words - STAMP_WORDS,
                              .place = d->effects_dropped + d->effects.count,
                              .last = f->address == 1};
    if (d->lines_count == XG_LINK_READS)
        return xg_link_broke(d, "the device has %u unread frames of lines", XG_LINK_READS);
    memcpy(b.line, f->payload + STAMP_WORDS, b.count * sizeof *b.line);
    for (uint32_t i = 0; i < b.count; i++)
        if (b.line[i] >= LINES)
            return xg_link_broke(d, "the device sent %s with line 0x%X outside guest memory",
                                 xg_link_op_name(f->op), b.line[i]);
    if (b.count) {
        if (!keep_lines(d, &b, f->payload))
            return false;
        ask_lines(d, &b);
    }
    d->lines[(d->lines_first + d->lines_count++) % XG_LINK_READS] = b;
    finish_lines(d);
    return true;
}

void xg_link_lines_data(struct xg_link_device *d, const struct xg_link_frame *f)
{
    if (d->runs_count == 0 || f->address != d->runs[d->runs_first].first * 64 ||
        f->words != d->runs[d->runs_first].count * LINE_WORDS) {
        xg_link_broke(d, "the device sent %s for 0x%X with %u words, which nobody asked for",
                      xg_link_op_name(f->op), f->address, f->words);
        return;
    }
    struct xg_link_run run = d->runs[d->runs_first];
    d->runs_first = (d->runs_first + 1) % RUNS;
    d->runs_count--;
    if (d->discarding || d->lines_count == 0)
        return;
    /* Frames are finished in order, so the oldest is the one that asked. */
    struct xg_link_lines *b = &d->lines[d->lines_first];
    uint32_t *effect = d->effects.at + d->effects.first + (size_t)(b->place - d->effects_dropped);
    for (uint32_t i = 0; i < b->count; i++, effect += EFFECT_WORDS) {
        uint32_t at = b->line[i] - run.first;
        if (at >= run.count)
            continue;
        memcpy(effect + XG_LINK_KEPT_HEAD + STAMP_WORDS, f->payload + (size_t)at * LINE_WORDS,
               LINE_WORDS * sizeof *effect);
        effect[1] &= ~XG_LINK_KEPT_AWAITED;
    }
    b->runs--;
    finish_lines(d);
}
