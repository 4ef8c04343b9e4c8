/* A GPU device with 512 MiB of memory and no guest: what the device writes takes place at once. */
#ifndef XG_TESTS_BENCH_DEVICE_H
#define XG_TESTS_BENCH_DEVICE_H

#include "gpu/device.h"
#include "gpu/xg_device_gen.h"

#define BENCH_RING_LOG2 16u
#define BENCH_COMMANDS  0x02000000u /* bus address: indirect buffers, for the caller */
#define BENCH_PICTURE   0x08000000u /* bus address: copy destinations, for the caller */

struct bench_device {
    uint8_t *memory;
    struct xg_device *device;
    uint32_t wptr, errors;
};

bool bench_device_open(struct bench_device *b, xg_device_create_fn *create, struct xg_error *err);
void bench_device_close(struct bench_device *b);
/* One word into the ring. */
void bench_device_put(struct bench_device *b, uint32_t word);
/* One register, by a packet. */
void bench_device_set(struct bench_device *b, uint32_t index, uint32_t value);
/* Kicks and runs until all of it is done. false: it stopped for another reason, or reported an
 * error. */
bool bench_device_run(struct bench_device *b, struct xg_error *err);

/* --- packets of 8_8_8_8 surfaces at tile 0, rectangle from the upper left --- */
void bench_device_surface(struct bench_device *b, uint32_t width, uint32_t height);
void bench_device_clear(struct bench_device *b, uint32_t colour);
void bench_device_copy(struct bench_device *b, uint32_t width, uint32_t height);
/* From here on surfaces have 1 << log2 samples, and copies average all of them. */
void bench_device_samples(struct bench_device *b, uint32_t width, uint32_t log2);

#endif
