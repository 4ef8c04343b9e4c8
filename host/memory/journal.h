/* A journal of guest memory: keeps the bytes that pages had before their first store, so
 * that a stretch of guest code can be run, undone and run again by another engine.
 *
 * Every page that can be written is kept read-only on the host (XG_PAGE_JOURNAL in its
 * access byte). The first store to one, by whatever code, faults; the fault handler calls
 * xg_journal_touch(), which keeps a copy and opens the page. So no engine knows of the
 * journal. Stores through mem->phys are not seen. */
#ifndef XG_MEMORY_JOURNAL_H
#define XG_MEMORY_JOURNAL_H

#include "memory/memory.h"

/* From now on pages are journalled; needs xg_memory_mirror_marks() and a handler of
 * SIGSEGV that calls xg_journal_touch(). false and err: the host refuses. */
bool xg_journal_open(struct xg_memory *mem, struct xg_error *err);
void xg_journal_close(struct xg_memory *mem);

/* Forgets all copies: the present bytes are those that rewind() brings back. */
void xg_journal_start(struct xg_memory *mem);
/* Brings the bytes of start() back. Translated code of those pages is dropped. */
void xg_journal_rewind(struct xg_memory *mem);
/* Remembers the present bytes, to be compared with those of another run. */
void xg_journal_keep(struct xg_memory *mem);
/* Compares the present bytes with the kept ones. false: at *ga they differ. */
bool xg_journal_same(const struct xg_memory *mem, xg_ga *ga, uint8_t *kept, uint8_t *now);
/* More pages were stored to than there is room for: rewind() cannot undo everything. */
bool xg_journal_overrun(const struct xg_memory *mem);

/* For the fault handler: true when the fault at this host address was the first store to
 * a journalled page of any memory, which is now open. Safe in a signal handler. */
bool xg_journal_touch(const void *host);

#endif
