/* Choosing a sink; the null one. */
#include "audio/sink.h"

#include <stdlib.h>
#include <string.h>

const char xg_audio_specs[] = "null, wav:FILE, sdl";
#define WAV "wav:"

void xg_audio_interleave(const struct xg_audio_frame *frame,
                         float out[XG_AUDIO_SAMPLES * XG_AUDIO_CHANNELS])
{
    for (unsigned s = 0; s < XG_AUDIO_SAMPLES; s++)
        for (unsigned c = 0; c < XG_AUDIO_CHANNELS; c++)
            out[s * XG_AUDIO_CHANNELS + c] = frame->sample[c][s];
}

static bool null_play(struct xg_audio_sink *sink, const struct xg_audio_frame *frame)
{
    XG_UNUSED(sink);
    XG_UNUSED(frame);
    return true;
}

static bool null_close(struct xg_audio_sink *sink, struct xg_error *err)
{
    XG_UNUSED(err);
    free(sink);
    return true;
}

static struct xg_audio_sink *null_open(struct xg_error *err)
{
    struct xg_audio_sink *sink = calloc(1, sizeof *sink);
    if (!sink) {
        xg_fail(err, XG_E_INPUT, "audio: the host is out of memory");
        return NULL;
    }
    sink->play = null_play;
    sink->close = null_close;
    return sink;
}

bool xg_audio_spec_is_good(const char *spec)
{
    return !strcmp(spec, "null") || !strcmp(spec, "sdl") ||
           (!strncmp(spec, WAV, strlen(WAV)) && spec[strlen(WAV)]);
}

struct xg_audio_sink *xg_audio_open(const char *spec, struct xg_error *err)
{
    if (!xg_audio_spec_is_good(spec)) {
        xg_fail(err, XG_E_INPUT, "audio '%s': it is none of %s", spec, xg_audio_specs);
        return NULL;
    }
    if (!strcmp(spec, "null"))
        return null_open(err);
    if (!strcmp(spec, "sdl"))
        return xg_sdl_audio_open(err);
    return xg_wav_open(spec + strlen(WAV), err);
}

void xg_audio_play(struct xg_audio_sink *sink, const struct xg_audio_frame *frame)
{
    if (sink->play(sink, frame))
        sink->counts.played++;
    else
        sink->counts.dropped++;
}

bool xg_audio_close(struct xg_audio_sink *sink, struct xg_error *err)
{
    return !sink || sink->close(sink, err);
}

struct xg_audio_counts xg_audio_counts(const struct xg_audio_sink *sink)
{
    return sink->counts;
}
