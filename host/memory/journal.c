#include "memory/journal.h"

#include "memory/private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ROOM 65536u /* pages; their copies are 256 MiB that the host gives as they are used */
#define MOST 8u     /* journals in one process */

struct xg_journal {
    xg_ga *page;
    uint8_t *before, *after;
    unsigned count, kept; /* entries; those that have an `after` */
    bool overrun;
};

/* A signal handler has no argument: the memories whose journals are open. */
static struct xg_memory *open_journals[MOST];

static struct xg_memory *memory_of(const void *host)
{
    for (unsigned i = 0; i < MOST; i++) {
        struct xg_memory *mem = __atomic_load_n(&open_journals[i], __ATOMIC_ACQUIRE);
        if (mem && (uintptr_t)host - (uintptr_t)mem->base < 0x100000000ull)
            return mem;
    }
    return NULL;
}

bool xg_journal_touch(const void *host)
{
    struct xg_memory *mem = memory_of(host);
    if (!mem)
        return false;
    xg_ga page = (xg_ga)((const uint8_t *)host - mem->base) & ~(XG_PAGE_SIZE - 1);
    uint8_t *access = &mem->access[page >> XG_PAGE_SHIFT];
    struct xg_journal *j = mem->p->journal;
    /* Other marks first: what they make happen may change the bytes. */
    if ((*access & (XG_PAGE_JOURNAL | XG_PAGE_W | XG_PAGE_WATCH | XG_PAGE_CODE)) !=
        (XG_PAGE_JOURNAL | XG_PAGE_W))
        return false;
    if (j->count < ROOM) {
        memcpy(j->before + (size_t)j->count * XG_PAGE_SIZE, mem->base + page, XG_PAGE_SIZE);
        j->page[j->count++] = page;
    } else {
        j->overrun = true;
    }
    *access &= (uint8_t)~XG_PAGE_JOURNAL;
    xg_memory_mirror_page(mem, page);
    return true;
}

static void arm(struct xg_memory *mem, xg_ga page)
{
    uint8_t *access = &mem->access[page >> XG_PAGE_SHIFT];
    if ((*access & (XG_PAGE_W | XG_PAGE_JOURNAL)) != XG_PAGE_W)
        return;
    *access |= XG_PAGE_JOURNAL;
    xg_memory_mirror_page(mem, page);
}
static void arm_all(struct xg_memory *mem)
{
    for (uint32_t n = 0; n < 1u << 20; n++)
        if (mem->access[n] & XG_PAGE_W)
            arm(mem, n << XG_PAGE_SHIFT);
}

static void *reserve(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    return p == MAP_FAILED ? NULL : p;
}
static void release(void *p, size_t size)
{
    if (p)
        munmap(p, size);
}

bool xg_journal_open(struct xg_memory *mem, struct xg_error *err)
{
    unsigned slot = 0;
    xg_memory_here(mem, 0, XG_PHYS_SIZE);
    while (slot < MOST && open_journals[slot])
        slot++;
    struct xg_journal *j = calloc(1, sizeof *j);
    mem->p->journal = j;
    if (j) {
        j->page = malloc(ROOM * sizeof *j->page);
        j->before = reserve((size_t)ROOM * XG_PAGE_SIZE);
        j->after = reserve((size_t)ROOM * XG_PAGE_SIZE);
    }
    if (slot == MOST || !j || !j->page || !j->before || !j->after) {
        xg_journal_close(mem);
        return xg_fail(err, XG_E_INPUT, "guest memory: the host has no room for a journal (%s)",
                       slot == MOST ? "eight are open" : strerror(errno));
    }
    __atomic_store_n(&open_journals[slot], mem, __ATOMIC_RELEASE);
    arm_all(mem);
    return true;
}

void xg_journal_close(struct xg_memory *mem)
{
    struct xg_journal *j = mem->p->journal;
    if (!j)
        return;
    for (unsigned i = 0; i < MOST; i++)
        if (open_journals[i] == mem)
            __atomic_store_n(&open_journals[i], NULL, __ATOMIC_RELEASE);
    for (uint32_t n = 0; n < 1u << 20; n++)
        if (mem->access[n] & XG_PAGE_JOURNAL) {
            mem->access[n] &= (uint8_t)~XG_PAGE_JOURNAL;
            xg_memory_mirror_page(mem, n << XG_PAGE_SHIFT);
        }
    release(j->before, (size_t)ROOM * XG_PAGE_SIZE);
    release(j->after, (size_t)ROOM * XG_PAGE_SIZE);
    free(j->page);
    free(j);
    mem->p->journal = NULL;
}

void xg_journal_start(struct xg_memory *mem)
{
    struct xg_journal *j = mem->p->journal;
    if (j->overrun)
        arm_all(mem);
    for (unsigned i = 0; i < j->count; i++)
        arm(mem, j->page[i]);
    j->count = j->kept = 0;
    j->overrun = false;
}

/* Pages can be seen through several windows: the oldest copy wins, so newest first. */
void xg_journal_rewind(struct xg_memory *mem)
{
    struct xg_journal *j = mem->p->journal;
    for (unsigned i = j->count; i-- > 0;) {
        xg_memory_about_to_store(mem, j->page[i], XG_PAGE_SIZE);
        memcpy(mem->base + j->page[i], j->before + (size_t)i * XG_PAGE_SIZE, XG_PAGE_SIZE);
    }
}

void xg_journal_keep(struct xg_memory *mem)
{
    struct xg_journal *j = mem->p->journal;
    for (unsigned i = 0; i < j->count; i++)
        memcpy(j->after + (size_t)i * XG_PAGE_SIZE, mem->base + j->page[i], XG_PAGE_SIZE);
    j->kept = j->count;
}

bool xg_journal_same(const struct xg_memory *mem, xg_ga *ga, uint8_t *kept, uint8_t *now)
{
    const struct xg_journal *j = mem->p->journal;
    for (unsigned i = 0; i < j->count; i++) {
        /* A page that only this run stored to had its first bytes all through the other. */
        const uint8_t *was = (i < j->kept ? j->after : j->before) + (size_t)i * XG_PAGE_SIZE;
        const uint8_t *is = mem->base + j->page[i];
        if (!memcmp(was, is, XG_PAGE_SIZE))
            continue;
        uint32_t n = 0;
        while (was[n] == is[n])
            n++;
        *ga = j->page[i] + n;
        *kept = was[n];
        *now = is[n];
        return false;
    }
    return true;
}

bool xg_journal_overrun(const struct xg_memory *mem)
{
    return mem->p->journal->overrun;
}
