/* The render driver: clients whose callback is asked for a frame 187.5 times a second of guest
 * time, and the frames they give. The XMA decoder's place in memory. */
#ifndef XG_KERNEL_AUDIO_H
#define XG_KERNEL_AUDIO_H

#include "audio/audio.h"
#include "audio/xma.h"
#include "kernel/internal.h"

#define XG_AUDIO_CLIENTS 8u
#define XG_AUDIO_QUEUE   8u /* frames that a client may be ahead */

struct xg_audio_client {
    struct xg_object *thread; /* calls the callback; a reference. NULL: never used */
    bool registered;
    xg_ga block; /* audio.c: semaphore, callback, argument */
    struct xg_audio_frame *queue;
    uint32_t first, queued;
    uint32_t submitted, played, underruns, refused;
};
struct xg_audio {
    struct xg_alarm alarm;
    uint64_t tick; /* of the next frame, from power-on */
    xg_ga page;    /* code of the clients' threads, and their blocks */
    struct xg_audio_client client[XG_AUDIO_CLIENTS];
    uint32_t registered;
    struct xg_audio_totals totals;
    float volume[32]; /* of voice categories */
    uint32_t volume_changes;
    uint32_t speakers;
    bool ducker;
};

/* NULL: out of memory. */
struct xg_audio *xg_audio_of(struct xg_kernel *k);
/* Number of the new client; XG_AUDIO_CLIENTS: too many, or no memory. */
unsigned xg_audio_register(struct xg_kernel *k, xg_ga callback, uint32_t argument);
void xg_audio_unregister(struct xg_kernel *k, unsigned client);
/* The client of a driver's handle, or NULL. */
struct xg_audio_client *xg_audio_client_of(struct xg_kernel *k, uint32_t driver);
/* Puts a frame of big-endian floats into the client's queue; false: it is full. */
bool xg_audio_submit(struct xg_audio_client *c, const uint8_t *bytes);

/* The decoder, made when it is first asked for; NULL: no guest memory. */
struct xg_xma *xg_kernel_xma(struct xg_kernel *k);

#define XG_AUDIO_DRIVER 0x41550000u /* handle of client 0 */

#endif
