/* How link words reach a device: the Verilated core (sim/sim_transport.c), a board's USB or serial
 * line, a test's script. Words are 32 bits. Some may be lost, repeated or damaged, single bytes of
 * them too: the link notices (docs/link.md).
 *
 * A transport has a clock of its own: wait() lets the device work and returns how many of its
 * clocks passed (for a board: microseconds times its clock). The driver counts them while
 * nothing comes, to tell a slow device from a dead one; results never depend on them. */
#ifndef XG_DRIVER_TRANSPORT_H
#define XG_DRIVER_TRANSPORT_H

#include "base/error.h"
#include "base/types.h"
#include "gpu/xg_device_gen.h"

struct xg_transport;
struct xg_transport_ops {
    const char *name; /* of the back end: "rtl", "fpga" */
    /* What the user looks at when there is no answer; NULL: is its gateware loaded? */
    const char *look_at;
    /* Most words to ask for at a time (MEM_RD): a long frame on a slow way holds up all else. 0: as
     * many as a frame has. */
    uint32_t read_words;
    void (*destroy)(struct xg_transport *t);
    /* Takes up to count words; *taken says how many (0 when it is full just now).
     * false: the transport broke, err says how. */
    bool (*write)(struct xg_transport *t, const uint32_t *words, size_t count, size_t *taken,
                  struct xg_error *err);
    /* Gives up to max words that have arrived; 0 when there are none. */
    bool (*read)(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                 struct xg_error *err);
    /* Lets the device work; returns early when words have arrived. *clocks is at least 1. */
    bool (*wait)(struct xg_transport *t, uint64_t *clocks, struct xg_error *err);
    /* After a failure, or when the device was reset or has gone silent: finds the same device again
     * and drops what was under way. It may wait for it for some seconds. false: it is not there.
     * NULL: cannot be done. */
    bool (*reopen)(struct xg_transport *t, struct xg_error *err);
};
struct xg_transport {
    const struct xg_transport_ops *ops;
    bool zeroed;   /* the eDRAM holds zeros, since the device was just made or opened */
    bool by_fault; /* pages go when the device asks for them, never ahead of it: for tests */
};
static inline const char *xg_transport_look_at(const struct xg_transport *t)
{
    return t->ops->look_at ? t->ops->look_at : "is its gateware loaded?";
}
static inline uint32_t xg_transport_read_words(const struct xg_transport *t)
{
    return t->ops->read_words ? t->ops->read_words : XG_LINK_MAX_WORDS;
}

#endif
