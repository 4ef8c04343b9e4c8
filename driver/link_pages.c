/* Lines of copies for a host that takes them by the page (xg_gpu_lines in gpu/device.h).
 *
 * A copy whose lines are all different, of a device that cannot be lost, is told as pages without
 * bytes: they stay on the board, whose page table keeps them (docs/link.md, "Lines of copies"),
 * until someone asks for them, the device has to write there again, or the page's frame is given
 * up. Then the lines are read of all pages of 4 KiB in that page of 64 KiB that are still wanted,
 * and it is clean.
 *
 * Other copies have their lines already; they are put together here and go when something else is
 * told. */
#include "driver/link_device_priv.h"

#include <stdlib.h>
#include <string.h>

#define SMALL       4096u
#define LINE_WORDS  (XG_LINE_BYTES / 4u)
#define STAMP_WORDS 3u
#define KEPT_WORDS  (STAMP_WORDS + 2u) /* the copy's first line, serial number of the page */
#define QUIET_MOST  4000000u
_Static_assert(XG_LINK_MAX_WORDS >= XG_LINES_OF_A_PAGE * LINE_WORDS, "a page in one frame");

/* A MEM_RD under way. */
struct read {
    struct xg_line_page *page;
    uint32_t first, count; /* lines */
};

/* A growing row; live entries are at[first .. count). */
struct row {
    void *at;
    size_t first, count, room;
};

/* Pages of one copy being put together. */
struct gathered {
    struct xg_line_page **of; /* by number */
    struct xg_line_page *first, **last;
};

struct xg_link_pages {
    struct xg_line_pool *pool;
    struct gathered here;     /* lines that were told */
    struct xg_gpu_lines told; /* what they share */
    struct gathered there;    /* lines on the board */

    /* Pages whose lines are on the board: held here, by page of 64 KiB. */
    struct xg_line_page *absent[XG_LINK_PAGES];
    bool wanted[XG_LINK_PAGES]; /* the device waits until it is clean */
    struct row reads;           /* struct read, in the order of their answers */
    struct row untold;          /* struct xg_line_page *, held */
    uint32_t serial;            /* of the first of them */
};

/* Room for one more entry at the end, or NULL. */
static void *row_push(struct row *r, size_t size)
{
    if (r->first == r->count)
        r->first = r->count = 0;
    if (r->count == r->room) {
        size_t room = r->room ? 2 * r->room : 64;
        void *bigger = realloc(r->at, room * size);
        if (!bigger)
            return NULL;
        r->at = bigger;
        r->room = room;
    }
    return (uint8_t *)r->at + r->count++ * size;
}

static bool gathered_init(struct gathered *g)
{
    g->last = &g->first;
    g->of = calloc(XG_LINK_SMALL_PAGES, sizeof(struct xg_line_page *));
    return g->of != NULL;
}

bool xg_link_pages_create(struct xg_link_device *d)
{
    struct xg_link_pages *p = calloc(1, sizeof *p);
    d->pages = p;
    if (!p)
        return false;
    p->pool = xg_line_pool_create();
    return gathered_init(&p->here) && gathered_init(&p->there) && p->pool;
}

static struct xg_line_page *next_page(struct gathered *g)
{
    struct xg_line_page *page = g->first;
    if (!page)
        return NULL;
    g->first = page->next;
    if (!g->first)
        g->last = &g->first;
    g->of[page->pa / SMALL] = NULL;
    page->next = NULL;
    return page;
}

static void drop_gathered(struct gathered *g)
{
    for (struct xg_line_page *page; (page = next_page(g));)
        xg_line_page_drop(page);
}

static struct xg_line_page *gather(struct xg_link_pages *p, struct gathered *g, xg_pa address)
{
    struct xg_line_page **of = &g->of[address / SMALL];
    if (!*of) {
        struct xg_line_page *page = xg_line_page_take(p->pool);
        if (!page)
            return NULL;
        page->pa = address & ~(SMALL - 1);
        *g->last = page;
        g->last = &page->next;
        *of = page;
    }
    return *of;
}

void xg_link_pages_forget(struct xg_link_device *d)
{
    struct xg_link_pages *p = d->pages;
    if (!p)
        return;
    xg_link_pages_tell(d); /* what was taken counts as told */
    drop_gathered(&p->there);
    for (; p->untold.first < p->untold.count; p->untold.first++)
        xg_line_page_drop(((struct xg_line_page **)p->untold.at)[p->untold.first]);
    for (uint32_t i = 0; i < XG_LINK_PAGES; i++)
        for (struct xg_line_page *page = p->absent[i]; page; page = page->next)
            page->due = 0; /* not asked for */
    p->reads.first = p->reads.count = p->untold.first = p->untold.count = 0;
    p->serial = 0;
    memset(p->wanted, 0, sizeof p->wanted);
}

void xg_link_pages_destroy(struct xg_link_device *d)
{
    struct xg_link_pages *p = d->pages;
    if (!p)
        return;
    xg_link_pages_bring_all(d); /* for those who still hold them */
    xg_link_pages_forget(d);
    xg_line_pool_destroy(p->pool);
    free(p->reads.at);
    free(p->untold.at);
    free(p->here.of);
    free(p->there.of);
    free(p);
    d->pages = NULL;
}

/* --- lines on the board --- */

static uint32_t big_page_of(const struct xg_line_page *page)
{
    return page->pa / XG_LINK_PAGE_BYTES;
}

/* Its bytes are here, or nobody wants them. */
static void settle(struct xg_link_device *d, struct xg_line_page *page)
{
    uint32_t big = big_page_of(page);
    struct xg_line_page **at = &d->pages->absent[big];
    while (*at != page)
        at = &(*at)->next;
    *at = page->next;
    page->next = NULL;
    page->fetch = NULL;
    xg_line_page_drop(page);
    if (d->pages->absent[big] || xg_link_failed(d))
        return;
    xg_link_page_map(d, big); /* clean */
}

static void ask_for(struct xg_link_device *d, struct xg_line_page *page)
{
    uint32_t first, count;
    for (uint64_t left = page->mask; left && !xg_link_failed(d);) {
        left = xg_line_run(left, &first, &count);
        struct read *r = row_push(&d->pages->reads, sizeof *r);
        uint32_t words = count * LINE_WORDS;
        if (!r) {
            xg_link_broke(d, "no host memory for lines of a copy");
            return;
        }
        *r = (struct read){page, first, count};
        page->due += count;
        xg_link_send(d, XG_LINK_MEM_RD, xg_link_board_address(d, page->pa + first * XG_LINE_BYTES),
                     &words, 1);
    }
}

/* Reads what is wanted of a page of 64 KiB and was not asked for yet. */
static void ask_for_big(struct xg_link_device *d, uint32_t big)
{
    for (struct xg_line_page *page = d->pages->absent[big], *next; page; page = next) {
        next = page->next;
        if (page->due)
            continue;
        if (page->holders == 1)
            settle(d, page);
        else
            ask_for(d, page);
    }
}

void xg_link_pages_bring(struct xg_link_device *d, uint32_t big)
{
    uint64_t quiet = 0;
    while (d->pages->absent[big] && !xg_link_failed(d)) {
        ask_for_big(d, big);
        if (!d->pages->absent[big] || !xg_link_turn(d, &quiet))
            break;
        if (quiet > QUIET_MOST)
            xg_link_broke(d, "the device does not give the lines of page 0x%X in %llu clocks",
                          big * XG_LINK_PAGE_BYTES, (unsigned long long)quiet);
    }
    while (d->pages->absent[big]) { /* it failed, which run() says */
        memset(d->pages->absent[big]->bytes, 0, SMALL);
        settle(d, d->pages->absent[big]);
    }
}

void xg_link_pages_bring_all(struct xg_link_device *d)
{
    for (uint32_t big = 0; big < XG_LINK_PAGES; big++)
        if (d->pages->absent[big])
            xg_link_pages_bring(d, big);
}

static void fetch(struct xg_line_page *page)
{
    xg_link_pages_bring(page->fetch_ctx, big_page_of(page));
}

bool xg_link_pages_data(struct xg_link_device *d, const struct xg_link_frame *f)
{
    struct xg_link_pages *p = d->pages;
    if (p->reads.first == p->reads.count)
        return false;
    const struct read r = ((const struct read *)p->reads.at)[p->reads.first];
    xg_pa from = r.page->pa + r.first * XG_LINE_BYTES;
    if (f->address != xg_link_board_address(d, from) || f->words != r.count * LINE_WORDS)
        return false;
    p->reads.first++;
    memcpy(r.page->bytes + r.first * XG_LINE_BYTES, f->payload, r.count * XG_LINE_BYTES);
    r.page->due -= r.count;
    if (!r.page->due)
        settle(d, r.page);
    return true;
}

bool xg_link_pages_awaited(const struct xg_link_device *d)
{
    return d->pages->reads.first != d->pages->reads.count;
}

bool xg_link_pages_absent(const struct xg_link_device *d, uint32_t big)
{
    return d->pages->absent[big] != NULL;
}

void xg_link_pages_wanted(struct xg_link_device *d, uint32_t big)
{
    /* It may come before the last lines of the copy that made it dirty are known. */
    d->pages->wanted[big] = true;
    ask_for_big(d, big);
}

void xg_link_pages_clean(struct xg_link_device *d, uint32_t big)
{
    d->pages->wanted[big] = false;
}

/* --- a copy whose lines are known --- */

/* Keeps the effect of a page and the page. */
static bool keep(struct xg_link_device *d, struct xg_line_page *page, const uint32_t *stamp,
                 xg_pa first)
{
    struct xg_link_pages *p = d->pages;
    const uint32_t big = big_page_of(page);
    uint32_t *to = xg_words_room(&d->effects, XG_LINK_KEPT_HEAD + KEPT_WORDS);
    struct xg_line_page **untold = row_push(&p->untold, sizeof(struct xg_line_page *));
    if (!to || !untold)
        return false;
    *untold = xg_line_page_hold(page);
    to[0] = XG_LINK_PAGE_DIRTY;
    to[1] = KEPT_WORDS;
    to[2] = page->pa;
    memcpy(to + XG_LINK_KEPT_HEAD, stamp, STAMP_WORDS * sizeof *to);
    to[XG_LINK_KEPT_HEAD + 2] = d->packet;
    to[XG_LINK_KEPT_HEAD + STAMP_WORDS] = first;
    to[XG_LINK_KEPT_HEAD + STAMP_WORDS + 1] =
        p->serial + (uint32_t)(p->untold.count - p->untold.first) - 1;
    d->effects.count += XG_LINK_KEPT_HEAD + KEPT_WORDS;
    page->fetch = fetch;
    page->fetch_ctx = d;
    page->next = p->absent[big];
    p->absent[big] = page;
    return true;
}

static bool host_takes_pages(const struct xg_link_device *d)
{
    return d->host.lines && !d->tracing;
}

bool xg_link_pages_stay(struct xg_link_device *d, const struct xg_link_line *lines, size_t count)
{
    struct gathered *g = &d->pages->there;
    if (!host_takes_pages(d) || (d->host.may_stay && !d->host.may_stay(d->host.ctx)))
        return false;
    /* A device that may be lost, and is then made to do all again (link_restore.c), has its lines
     * read at once: who still wants which of them after that is not sorted. */
    if (d->record.on)
        return false;
    for (size_t i = 0; i < count; i++) {
        xg_pa address = lines[i].number * XG_LINE_BYTES;
        struct xg_line_page *page = gather(d->pages, g, address);
        uint64_t bit = UINT64_C(1) << address % SMALL / XG_LINE_BYTES;
        if (!page || page->mask & bit) {
            drop_gathered(g);
            return false;
        }
        page->mask |= bit;
    }
    return true;
}

bool xg_link_pages_keep(struct xg_link_device *d, const uint32_t *stamp, xg_pa first)
{
    bool ok = true;
    struct gathered *g = &d->pages->there;
    for (struct xg_line_page *page; (page = next_page(g));) {
        ok = ok && keep(d, page, stamp, first);
        if (!ok)
            xg_line_page_drop(page);
    }
    return ok || xg_link_broke(d, "no host memory for lines of a copy");
}

void xg_link_pages_kept(struct xg_link_device *d, const struct xg_link_line *lines, size_t count)
{
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        uint32_t big = lines[i].number * XG_LINE_BYTES / XG_LINK_PAGE_BYTES;
        if (big != last && d->pages->wanted[big])
            ask_for_big(d, big);
        last = big;
    }
}

/* --- telling --- */

void xg_link_pages_told(struct xg_link_device *d, const struct xg_gpu_effect *e, const uint32_t *w)
{
    struct xg_link_pages *p = d->pages;
    struct xg_line_page *page = NULL;
    /* Those before it were told in another life of the device. */
    while (!page && p->untold.first < p->untold.count) {
        page = ((struct xg_line_page **)p->untold.at)[p->untold.first++];
        if (p->serial++ != w[STAMP_WORDS + 1]) {
            xg_line_page_drop(page);
            page = NULL;
        }
    }
    if (!page) {
        xg_link_broke(d, "no page for the lines at 0x%X", e->address);
        return;
    }
    const struct xg_gpu_lines l = {.cost = e->cost,
                                   .packet = e->packet,
                                   .page = page->pa,
                                   .first = w[STAMP_WORDS],
                                   .data = page};
    if (!xg_gpu_view_write_page(d->view, page->pa, page, e->cost))
        xg_link_broke(d, "no host memory for the device's writes");
    d->host.lines(d->host.ctx, &l);
    xg_line_page_drop(page);
}

void xg_link_pages_tell(struct xg_link_device *d)
{
    struct xg_link_pages *p = d->pages;
    for (struct xg_line_page *page; (page = next_page(&p->here));) {
        p->told.page = page->pa;
        p->told.data = page;
        d->host.lines(d->host.ctx, &p->told);
        xg_line_page_drop(page);
    }
}

bool xg_link_pages_take(struct xg_link_device *d, const struct xg_gpu_effect *e)
{
    struct xg_link_pages *p = d->pages;
    uint64_t line = UINT64_C(1) << e->address % SMALL / XG_LINE_BYTES;
    bool by_page = host_takes_pages(d) && e->producer == XG_GPU_FROM_RESOLVE &&
                   e->size == XG_LINE_BYTES && e->address % XG_LINE_BYTES == 0;
    const struct xg_line_page *now = p->here.of[e->address / SMALL];
    /* Of another copy, or a line that is told twice. */
    if (!by_page || e->cost != p->told.cost || e->packet != p->told.packet ||
        (now && now->mask & line))
        xg_link_pages_tell(d);
    if (!by_page)
        return false;
    if (!p->here.first)
        p->told = (struct xg_gpu_lines){.cost = e->cost, .packet = e->packet, .first = e->address};
    struct xg_line_page *page = gather(p, &p->here, e->address);
    if (!page) {
        xg_link_pages_tell(d);
        return false;
    }
    page->mask |= line;
    memcpy(page->bytes + e->address % SMALL, e->bytes, XG_LINE_BYTES);
    return true;
}
