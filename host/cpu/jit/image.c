/* Translation of a whole image when it is loaded: every function that the function table
 * (.pdata) or a direct branch names. Jump tables are found while a function is read
 * (tables.c); what only computed branches reach is translated when it is first run. */
#include "cpu/jit/build.h"

#include <stdlib.h>
#include <string.h>

/* What is translated at load leaves this share of the cache to what is found later. */
#define MOST_OF(limit) ((limit) / 4 * 3)

struct queue {
    xg_ga *at;
    unsigned count, room;
};

static void push(struct queue *q, xg_ga at)
{
    if (q->count == q->room) {
        q->room = q->room ? q->room * 2 : 4096;
        q->at = realloc(q->at, q->room * sizeof *q->at);
        if (!q->at)
            abort(); /* the translator's own bookkeeping */
    }
    q->at[q->count++] = at;
}

static int by_start(const void *a, const void *b)
{
    xg_ga x = ((const struct xg_jit_bounds *)a)->start,
          y = ((const struct xg_jit_bounds *)b)->start;
    return x < y ? -1 : x > y;
}

xg_ga xg_jit_function_end(const struct xg_jit *j, xg_ga pc)
{
    unsigned lo = 0, hi = j->bounds_count;
    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        if (j->bounds[mid].end <= pc)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < j->bounds_count && j->bounds[lo].start <= pc ? j->bounds[lo].end : 0;
}

void xg_jit_forget_bounds(struct xg_jit *j, xg_ga ga, uint32_t size)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < j->bounds_count; i++)
        if (j->bounds[i].start - ga >= size)
            j->bounds[kept++] = j->bounds[i];
    j->bounds_count = kept;
}

/* Rows of .pdata: start; prolog length in bits 7:0, length in words in bits 29:8. Rows that
 * overlap, or lie outside of the image, are not believed. */
static void read_bounds(struct xg_jit *j, const struct xg_cpu_image *image, struct queue *q)
{
    xg_jit_forget_bounds(j, image->base, image->size);
    unsigned rows = image->pdata_size / 8, first = j->bounds_count;
    if (rows > image->size / 8)
        rows = image->size / 8;
    if (!rows)
        return;
    j->bounds = realloc(j->bounds, (first + rows) * sizeof *j->bounds);
    if (!j->bounds)
        abort();
    for (unsigned i = 0; i < rows; i++) {
        uint32_t start, word;
        struct xg_fault f;
        if (!xg_memory_ld32(j->mem, image->pdata + 8 * i, &start, &f) ||
            !xg_memory_ld32(j->mem, image->pdata + 8 * i + 4, &word, &f))
            break;
        uint32_t size = (word >> 8 & 0x3FFFFF) * 4;
        if ((start & 3) || !size || start - image->base >= image->size ||
            size > image->size - (start - image->base))
            continue;
        j->bounds[j->bounds_count++] = (struct xg_jit_bounds){start, start + size};
        push(q, start);
    }
    qsort(j->bounds, j->bounds_count, sizeof *j->bounds, by_start);
    unsigned kept = 0;
    for (unsigned i = 0; i < j->bounds_count; i++)
        if (!kept || j->bounds[i].start >= j->bounds[kept - 1].end)
            j->bounds[kept++] = j->bounds[i];
    j->bounds_count = kept;
}

void xg_jit_image(struct xg_jit *j, const struct xg_cpu_image *image)
{
    struct queue q = {0};
    if (image->entry)
        push(&q, image->entry);
    read_bounds(j, image, &q);
    while (q.count && j->used < MOST_OF(j->limit)) {
        xg_ga pc = q.at[--q.count];
        if (pc - image->base >= image->size || *xg_jit_entry(j, pc) ||
            !(j->mem->access[pc >> XG_PAGE_SHIFT] & XG_PAGE_X))
            continue;
        unsigned links = j->link_count;
        if (!xg_jit_compile(j, pc))
            break;
        for (; links < j->link_count; links++)
            push(&q, j->links[links].target);
    }
    free(q.at);
}
