/* A way to a device that damages what it carries, loses it, says it twice, stands still, is
 * unplugged; and a device that loses its power. It stands between the driver and the Verilated
 * core. Everything follows from the seed. */
#ifndef XG_TESTS_FAULTY_LINK_H
#define XG_TESTS_FAULTY_LINK_H

#include "driver/transport.h"
#include "tests/support/gpu_bench.h"

enum faulty_kind {
    FAULTY_FLIP,   /* bits */
    FAULTY_LOSE,   /* words, up to whole frames */
    FAULTY_BYTES,  /* single bytes on the way to the host: words are out of step */
    FAULTY_TWICE,  /* words, up to whole frames, come twice */
    FAULTY_SHORT,  /* transfers shorter than asked for, and pauses */
    FAULTY_STORM,  /* requests to send again come many times */
    FAULTY_DEAF,   /* for a while nothing passes */
    FAULTY_UNPLUG, /* in the middle of a frame; the device keeps its state */
    FAULTY_POWER,  /* the device loses its state, and nobody says so */
    FAULTY_BOTH,   /* it is unplugged and loses its state */
    FAULTY_ALL,    /* some of each */
    FAULTY_KILLED, /* the host's process ends in the middle of a frame; another one begins */
    FAULTY_KINDS
};
const char *faulty_name(enum faulty_kind kind);

struct faulty_options {
    enum faulty_kind kind;
    uint64_t seed;
};
/* What happened. */
struct faulty_counts {
    unsigned faults, reopened, powered;
};

struct faulty_device; /* the core, with its power */
struct faulty_device *faulty_device_create(struct xg_error *err);
void faulty_device_destroy(struct faulty_device *f);

/* A transport to the device, which outlives it. With FAULTY_KILLED it fails for good at some word.
 */
struct xg_transport *faulty_link_create(struct faulty_device *f,
                                        const struct faulty_options *options,
                                        struct faulty_counts *counts, struct xg_error *err);

#endif
