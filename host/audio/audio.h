/* Where the guest's sound goes: frames of 256 samples, six channels, 48 kHz, by guest time. A sink
 * never waits: whoever plays in real time drops what comes too fast and is silent when nothing
 * comes, so that the guest runs the same with every sink. */
#ifndef XG_AUDIO_AUDIO_H
#define XG_AUDIO_AUDIO_H

#include "base/error.h"

#define XG_AUDIO_RATE     48000u
#define XG_AUDIO_CHANNELS 6u   /* front left, right, centre, low, back left, right */
#define XG_AUDIO_SAMPLES  256u /* of a channel in a frame */

/* Channel by channel, as the console's driver takes it; +-1 is full scale. */
struct xg_audio_frame {
    float sample[XG_AUDIO_CHANNELS][XG_AUDIO_SAMPLES];
};

struct xg_audio_sink;
/* "null", "sdl", or "wav:FILE" (six channels of 32-bit floats). NULL: err names what is wrong. */
struct xg_audio_sink *xg_audio_open(const char *spec, struct xg_error *err);
void xg_audio_play(struct xg_audio_sink *sink, const struct xg_audio_frame *frame);
/* false: something could not be written. sink NULL: true. */
bool xg_audio_close(struct xg_audio_sink *sink, struct xg_error *err);

/* Frames played and frames that were dropped because they came too fast. */
struct xg_audio_counts {
    uint64_t played, dropped;
};
struct xg_audio_counts xg_audio_counts(const struct xg_audio_sink *sink);

/* The words that xg_audio_open takes, for messages. */
extern const char xg_audio_specs[];
/* false: it would not be taken. Opens nothing. */
bool xg_audio_spec_is_good(const char *spec);

#endif
