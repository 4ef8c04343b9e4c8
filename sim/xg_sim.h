/* The Verilated device as a pair of word queues and a clock. C interface of the shim
 * (sim/xg_shim.cpp); the host uses it through sim/sim_transport.c. Each instance is
 * independent; calls for one instance must not overlap. */
#ifndef XG_SIM_H
#define XG_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define XG_SIM_BOARD_BYTES 0x20000000u
#define XG_SIM_EDRAM_BYTES (2048u * 5120u)

struct xg_sim;
struct xg_sim_options {
    bool stalls;     /* pauses at random on every port */
    uint32_t seed;   /* of the pauses */
    bool all_clocks; /* no part of the clock ever stands still; slower, nothing else may differ */
};

/* Comes up reset, with memories of zeros. NULL: the host has no memory. options may be NULL. */
struct xg_sim *xg_sim_create(const struct xg_sim_options *options);
void xg_sim_destroy(struct xg_sim *sim);

/* Words towards the device; returns how many were taken (the queue is bounded). */
size_t xg_sim_push(struct xg_sim *sim, const uint32_t *words, size_t count);
/* Words from the device; returns how many there were, at most `max`. */
size_t xg_sim_pop(struct xg_sim *sim, uint32_t *words, size_t max);

/* Runs at most `cycles` clocks. Returns early, with the number run, when the device has said
 * something and has then been silent for a little while, or the queue of its words is full. */
uint64_t xg_sim_step(struct xg_sim *sim, uint64_t cycles);

uint64_t xg_sim_cycles(const struct xg_sim *sim); /* clocks since creation */
uint64_t xg_sim_busy(const struct xg_sim *sim);   /* of these, with the core at work */

/* The memories, for tests: bus address 0 of the board, first word of tile 0. */
uint8_t *xg_sim_board(struct xg_sim *sim);
uint8_t *xg_sim_edram(struct xg_sim *sim);

#ifdef __cplusplus
}
#endif
#endif
