/* A look at whatever is at the other end of a link, without a GPU front: who it is, whether its
 * memory keeps what is written, how fast words go. For `xenogate fpga probe` and `selftest`. */
#ifndef XG_DRIVER_LINK_PROBE_H
#define XG_DRIVER_LINK_PROBE_H

#include "driver/transport.h"

struct xg_link_probe;

struct xg_link_identity {
    uint32_t link_version; /* of HELLO_ACK */
    uint32_t max_words;    /* longest frame it takes */
    uint32_t id, version, caps;
};

/* Takes the transport (destroyed with the probe, also when this fails). Shakes hands, resets the
 * device and reads who it is. NULL and err: no answer, or not a device of this project. */
struct xg_link_probe *xg_link_probe_create(struct xg_transport *transport,
                                           struct xg_link_identity *identity, struct xg_error *err);
void xg_link_probe_destroy(struct xg_link_probe *p);

/* Writes words that follow from the seed, until the device has them; reads and compares them. */
bool xg_link_probe_write(struct xg_link_probe *p, uint32_t address, uint32_t words, uint32_t seed,
                         struct xg_error *err);
bool xg_link_probe_read(struct xg_link_probe *p, uint32_t address, uint32_t words, uint32_t seed,
                        struct xg_error *err);
/* Writes `words` pseudo-random words (of `seed`) to board memory at `address`, reads them back and
 * compares. false: the link failed, or err names the first address that differs. */
bool xg_link_probe_memory(struct xg_link_probe *p, uint32_t address, uint32_t words, uint32_t seed,
                          struct xg_error *err);

struct xg_link_speed {
    double write_mbps, read_mbps; /* payload of MEM_WR and MEM_RD, 10^6 bytes a second */
    double turn_us;               /* median time of a FENCE and its answer */
};
/* `bytes` each way in the longest frames, several under way; `turns` fences. */
bool xg_link_probe_speed(struct xg_link_probe *p, uint32_t bytes, uint32_t turns,
                         struct xg_link_speed *out, struct xg_error *err);

#endif
