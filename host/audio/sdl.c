/* Sound through SDL. Frames go into SDL's queue and never wait: above MOST the newest is dropped
 * (the guest runs faster than sound), and an empty queue is given LEAD of silence first, so that
 * the next frames need not come exactly in time. */
#include "audio/sink.h"

#include <SDL.h>
#include <stdlib.h>

#define FRAME_BYTES (XG_AUDIO_SAMPLES * XG_AUDIO_CHANNELS * 4u)
#define LEAD        (6u * FRAME_BYTES)  /* 32 ms */
#define MOST        (24u * FRAME_BYTES) /* 128 ms */

struct sdl {
    struct xg_audio_sink base;
    SDL_AudioDeviceID device;
};

static bool sdl_play(struct xg_audio_sink *sink, const struct xg_audio_frame *frame)
{
    struct sdl *s = (struct sdl *)sink;
    static const float silence[LEAD / 4];
    float samples[FRAME_BYTES / 4];
    uint32_t waiting = SDL_GetQueuedAudioSize(s->device);
    if (waiting > MOST)
        return false;
    if (!waiting)
        SDL_QueueAudio(s->device, silence, sizeof silence);
    xg_audio_interleave(frame, samples);
    return SDL_QueueAudio(s->device, samples, sizeof samples) == 0;
}

static bool sdl_close(struct xg_audio_sink *sink, struct xg_error *err)
{
    XG_UNUSED(err);
    SDL_CloseAudioDevice(((struct sdl *)sink)->device);
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
    free(sink);
    return true;
}

struct xg_audio_sink *xg_sdl_audio_open(struct xg_error *err)
{
    const SDL_AudioSpec want = {.freq = XG_AUDIO_RATE,
                                .format = AUDIO_F32SYS,
                                .channels = XG_AUDIO_CHANNELS,
                                .samples = 2 * XG_AUDIO_SAMPLES};
    struct sdl *s = calloc(1, sizeof *s);
    if (!s) {
        xg_fail(err, XG_E_INPUT, "audio: the host is out of memory");
        return NULL;
    }
    if (SDL_InitSubSystem(SDL_INIT_AUDIO)) {
        xg_fail(err, XG_E_INPUT, "no sound: %s", SDL_GetError());
        free(s);
        return NULL;
    }
    s->device = SDL_OpenAudioDevice(NULL, 0, &want, NULL, 0);
    if (!s->device) {
        xg_fail(err, XG_E_INPUT, "no sound: %s", SDL_GetError());
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
        free(s);
        return NULL;
    }
    s->base.play = sdl_play;
    s->base.close = sdl_close;
    SDL_PauseAudioDevice(s->device, 0);
    return &s->base;
}
