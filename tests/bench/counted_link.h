/* The Verilated device with an ear on its link: bytes of every kind of frame, both ways. */
#ifndef XG_TESTS_BENCH_COUNTED_LINK_H
#define XG_TESTS_BENCH_COUNTED_LINK_H

#include "gpu/device.h"

enum bench_link_kind {
    BENCH_LINK_RING,     /* ring words, doorbells and budgets; IDLE, PAUSED */
    BENCH_LINK_PAGES,    /* other memory towards the device; faults and their answers */
    BENCH_LINK_TILES,    /* eDRAM tiles both ways and requests for them */
    BENCH_LINK_DELEGATE, /* delegated draws and their answers */
    BENCH_LINK_RESOLVE,  /* lines that copies wrote */
    BENCH_LINK_OTHER,    /* answers, interrupts, swaps, writes of the command processor */
    BENCH_LINK_KINDS
};
extern const char *const bench_link_names[BENCH_LINK_KINDS];

/* Bytes since the device was made. */
struct bench_link_count {
    uint64_t bytes[BENCH_LINK_KINDS];
};

/* As xg_device_rtl_create. The newest device counts; there is one at a time. */
struct xg_device *bench_counted_rtl_create(const struct xg_device_host *host, struct xg_error *err);
/* What the newest device has counted so far; zeros when there is none. */
struct bench_link_count bench_counted_link(void);

#endif
