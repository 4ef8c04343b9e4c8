/* From a guest address to a unit of host code. */
#include "cpu/jit/build.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

bool xg_jit_room_create(struct xg_jit *j)
{
    j->room = calloc(1, sizeof *j->room);
    return j->room != NULL;
}
void xg_jit_room_destroy(struct xg_jit *j)
{
    if (!j->room)
        return;
    free(j->room->fix);
    free(j->room->cold);
    free(j->room);
}

static bool unit_alloc(struct xg_builder *b)
{
    /* Sites are filled where their code is emitted (emit_site). */
    b->unit = malloc(sizeof *b->unit + b->insn_count * sizeof b->unit->sites[0]);
    if (!b->unit)
        return false;
    memset(b->unit, 0, sizeof *b->unit);
    b->unit->entries = malloc(b->block_count * sizeof *b->unit->entries);
    b->unit->entry = b->entry;
    b->unit->count = b->insn_count;
    b->unit->home_count = b->home_count;
    memcpy(b->unit->homes, b->home, sizeof b->home);
    return b->unit->entries != NULL;
}

/* Marks the pages of the unit, so that stores to them drop it. */
static void mark_pages(const struct xg_builder *b)
{
    xg_ga page = 1;
    for (unsigned n = 0; n < b->insn_count; n++) {
        xg_ga at = b->insn[n].op.pc & ~(XG_PAGE_SIZE - 1);
        if (at != page && !(b->j->mem->access[at >> XG_PAGE_SHIFT] & XG_PAGE_CODE))
            xg_memory_mark_code(b->j->mem, at, XG_PAGE_SIZE);
        page = at;
    }
}

static void install(struct xg_builder *b, uint8_t *start)
{
    struct xg_jit *j = b->j;
    struct xg_jit_unit *u = b->unit;
    u->host = (uint32_t)(start - j->rw);
    u->host_end = (uint32_t)(b->x.p - j->rw);
    j->used = (u->host_end + 15) & ~15u;
    u->next = j->units;
    j->units = u;
    if (j->by_count == j->by_room) {
        j->by_room = j->by_room ? j->by_room * 2 : 1024;
        j->by_address = realloc(j->by_address, j->by_room * sizeof(struct xg_jit_unit *));
        if (!j->by_address)
            abort();
    }
    j->by_address[j->by_count++] = u; /* the cache only grows: sorted by itself */
    for (unsigned n = 0; n < b->block_count; n++) {
        const struct xg_block *k = &b->block[n];
        /* The entry of another unit is as good, except at this unit's own entry. */
        if (k->context_label && (k->pc == b->entry || !*xg_jit_entry(j, k->pc)))
            *xg_jit_entry(j, k->pc) =
                (uint32_t)(uintptr_t)xg_jit_rx(j, k->context_label) - j->s->dispatch;
    }
    mark_pages(b);
    j->unit_total++;
    j->insns += u->count;
    j->bytes += u->host_end - u->host;
}

/* One attempt with units of at most `most` instructions. *full: the cache is too small. */
static struct xg_jit_unit *compile(struct xg_jit *j, xg_ga pc, unsigned most, bool *full)
{
    uint8_t *start = j->rw + j->used;
    unsigned links = j->link_count;
    struct xg_builder builder, *b = &builder;
    memset(b, 0, sizeof *b);
    b->j = j;
    b->room = j->room;
    b->entry = pc;
    b->flags_of = -1;
    b->end = xg_jit_function_end(j, pc);
    b->most_insns = most;
    b->x = (struct xg_x){.p = start, .end = j->rw + j->limit, .level = j->level};
    b->insn = j->room->insn;
    b->block = j->room->block;
    b->cases = j->room->cases;
    bool ok = xg_build_discover(b);
    if (ok) {
        xg_build_flow(b);
        ok = unit_alloc(b) && xg_build_emit(b);
    }
    struct xg_jit_unit *u = b->unit;
    *full = b->x.full;
    if (ok) {
        install(b, start);
    } else {
        j->link_count = links;
        if (u)
            free(u->entries);
        free(u);
        u = NULL;
    }
    return u;
}

struct xg_jit_unit *xg_jit_compile(struct xg_jit *j, xg_ga pc)
{
    uint64_t t0 = now_ns();
    struct xg_jit_unit *u = NULL;
    /* A function of too many blocks, or one that even the empty cache cannot hold, is cut. */
    for (unsigned most = XG_UNIT_INSNS; !u && most >= 16; most /= 4) {
        bool full;
        u = compile(j, pc, most, &full);
        if (!u && full && j->used != j->thunks_end)
            break;
    }
    j->compile_ns += now_ns() - t0;
    return u;
}
