/* What the files of host/memory share about struct xg_memory. */
#ifndef XG_MEMORY_PRIVATE_H
#define XG_MEMORY_PRIVATE_H

#include "memory/regions.h"

#define XG_MAX_DEVICES 16
#define XG_MAX_REGIONS 32

struct xg_device_window {
    char name[32];
    xg_ga base;
    uint32_t size;
    struct xg_mmio_ops ops;
};

struct xg_memory_private {
    uint8_t *reservation; /* the host range that holds base and its guards */
    size_t reservation_size;
    int fd[XG_BACKINGS]; /* memfds of the shared backings, -1 for private */
    struct xg_device_window devices[XG_MAX_DEVICES];
    size_t device_count;
    struct xg_region map[XG_MAX_REGIONS + XG_MAX_DEVICES]; /* sorted by base */
    size_t map_count;
    xg_memory_watch_fn *watcher;
    void *watcher_ctx;
    xg_memory_code_fn *code_owner;
    void *code_ctx;
    xg_memory_guard_fn *guard;
    void *guard_ctx;
    xg_memory_fetch_fn *fetcher;
    void *fetcher_ctx;
    uint64_t away[XG_PHYS_SIZE >> XG_PAGE_SHIFT >> 6]; /* bus pages, a bit each */
    uint32_t away_count;
    bool mirror_marks;          /* host protection follows WATCH, CODE and AWAY */
    struct xg_journal *journal; /* NULL: none is kept */
};

/* The RAM region of ga, or NULL. */
const struct xg_region_row *xg_memory_row(xg_ga ga);
/* Calls fn for every guest page that shows the same bytes as page ga, ga included. */
void xg_memory_each_alias(xg_ga ga, void (*fn)(void *ctx, xg_ga alias), void *ctx);
/* Host protection of one page by its access byte. */
void xg_memory_mirror_page(struct xg_memory *mem, xg_ga page);
void xg_memory_mirror_range(struct xg_memory *mem, xg_ga ga, uint32_t size);
/* Translated code of these whole pages goes away, in every window. */
void xg_memory_drop_code(struct xg_memory *mem, xg_ga page);
/* The device window of ga, or NULL. */
const struct xg_device_window *xg_memory_device(const struct xg_memory *mem, xg_ga ga);
/* The bytes of these whole pages are about to change: tells watcher and code owner. */
void xg_memory_about_to_store(struct xg_memory *mem, xg_ga ga, uint32_t size);

#endif
