/* What a kind of sink implements. */
#ifndef XG_AUDIO_SINK_H
#define XG_AUDIO_SINK_H

#include "audio/audio.h"

struct xg_audio_sink {
    /* true: the frame was taken, false: it came too fast or too late. */
    bool (*play)(struct xg_audio_sink *sink, const struct xg_audio_frame *frame);
    bool (*close)(struct xg_audio_sink *sink, struct xg_error *err); /* frees it, too */
    struct xg_audio_counts counts;
};
struct xg_audio_sink *xg_wav_open(const char *path, struct xg_error *err);
struct xg_audio_sink *xg_sdl_audio_open(struct xg_error *err);

/* Sample by sample, the channels side by side. */
void xg_audio_interleave(const struct xg_audio_frame *frame,
                         float out[XG_AUDIO_SAMPLES * XG_AUDIO_CHANNELS]);

#endif
