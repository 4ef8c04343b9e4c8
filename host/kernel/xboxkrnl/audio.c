/* XAudio's render driver: callbacks that are asked for frames of 256 samples by guest time, see
 * kernel/audio.c. Results are HRESULTs. */
#include "kernel/audio.h"

#include "base/endian.h"

#define E_INVALIDARG   0x80070057u
#define E_OUTOFMEMORY  0x8007000Eu
#define E_BUSY         0x800700AAu
#define FRAME_BYTES    (XG_AUDIO_CHANNELS * XG_AUDIO_SAMPLES * 4u)
#define FRAME_US_3     16000u
#define S_OK           0u
#define VOLUME_CHANGED 1u

/* {callback, argument}, driver*: the callback gets a pointer to the argument. */
enum xg_kcall_result xg_x_XAudioRegisterRenderDriverClient(struct xg_kcall *call)
{
    xg_ga client = xg_kcall_u32(call, 0), out = xg_kcall_u32(call, 1);
    if (!client || !out)
        return xg_kcall_return(call, E_INVALIDARG);
    xg_ga callback = xg_kcall_ld32(call, client);
    uint32_t argument = xg_kcall_ld32(call, client + 4);
    xg_kcall_st32(call, out, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!callback)
        return xg_kcall_return(call, E_INVALIDARG);
    unsigned i = xg_audio_register(call->kernel, callback, argument);
    if (i == XG_AUDIO_CLIENTS)
        return xg_kcall_return(call, E_OUTOFMEMORY);
    xg_kcall_st32(call, out, XG_AUDIO_DRIVER | i);
    xg_kcall_return(call, S_OK);
    return XG_KCALL_RESCHEDULE;
}

enum xg_kcall_result xg_x_XAudioUnregisterRenderDriverClient(struct xg_kcall *call)
{
    uint32_t driver = xg_kcall_u32(call, 0);
    if (!xg_audio_client_of(call->kernel, driver))
        return xg_kcall_return(call, E_INVALIDARG);
    xg_audio_unregister(call->kernel, driver - XG_AUDIO_DRIVER);
    xg_kcall_return(call, S_OK);
    return XG_KCALL_RESCHEDULE;
}

/* driver, six times 256 floats. A queue that is full refuses the frame. */
enum xg_kcall_result xg_x_XAudioSubmitRenderDriverFrame(struct xg_kcall *call)
{
    uint8_t bytes[FRAME_BYTES];
    struct xg_audio_client *c = xg_audio_client_of(call->kernel, xg_kcall_u32(call, 0));
    if (!c)
        return xg_kcall_return(call, E_INVALIDARG);
    if (!xg_kcall_read(call, xg_kcall_u32(call, 1), bytes, sizeof bytes))
        return XG_KCALL_FAULT;
    return xg_kcall_return(call, xg_audio_submit(c, bytes) ? S_OK : E_BUSY);
}

/* ---- how it goes ---- */

/* driver, out: frames taken, played, missed or refused, delay in ms, four zeros. */
enum xg_kcall_result xg_x_XAudioQueryDriverPerformance(struct xg_kcall *call)
{
    const struct xg_audio_client *c = xg_audio_client_of(call->kernel, xg_kcall_u32(call, 0));
    xg_ga out = xg_kcall_u32(call, 1);
    if (!c || !out)
        return xg_kcall_return(call, E_INVALIDARG);
    xg_kcall_fill(call, out, 0, 0x20);
    xg_kcall_st32(call, out, c->submitted);
    xg_kcall_st32(call, out + 4, c->played);
    xg_kcall_st32(call, out + 8, c->underruns + c->refused);
    xg_kcall_st32(call, out + 12, c->queued * FRAME_US_3 / 3000);
    return xg_kcall_return(call, S_OK);
}

/* driver. */
enum xg_kcall_result xg_x_XAudioGetUnderrunCount(struct xg_kcall *call)
{
    const struct xg_audio_client *c = xg_audio_client_of(call->kernel, xg_kcall_u32(call, 0));
    return xg_kcall_return(call, c ? c->underruns : 0);
}

/* driver, KTHREAD*: who calls the callback. */
enum xg_kcall_result xg_x_XAudioGetRenderDriverThread(struct xg_kcall *call)
{
    const struct xg_audio_client *c = xg_audio_client_of(call->kernel, xg_kcall_u32(call, 0));
    return xg_kcall_return(call, c ? c->thread->body : 0);
}

/* ---- volumes of voice categories, speakers ---- */

/* category, float*. */
enum xg_kcall_result xg_x_XAudioGetVoiceCategoryVolume(struct xg_kcall *call)
{
    struct xg_audio *a = xg_audio_of(call->kernel);
    uint32_t category = xg_kcall_u32(call, 0), bits;
    if (!a || category >= XG_COUNTOF(a->volume) || !xg_kcall_u32(call, 1))
        return xg_kcall_return(call, E_INVALIDARG);
    memcpy(&bits, &a->volume[category], 4);
    xg_kcall_st32(call, xg_kcall_u32(call, 1), bits);
    return xg_kcall_return(call, S_OK);
}

/* category, volume (a double in f1, which takes the second slot). The title's own mixer reads the
 * volume; nothing is scaled here. */
enum xg_kcall_result xg_x_XAudioSetVoiceCategoryVolume(struct xg_kcall *call)
{
    struct xg_audio *a = xg_audio_of(call->kernel);
    uint32_t category = xg_kcall_u32(call, 0);
    double volume;
    memcpy(&volume, &call->ctx->fpr[1], 8);
    if (!a || category >= XG_COUNTOF(a->volume) || !(volume >= 0 && volume <= 1))
        return xg_kcall_return(call, E_INVALIDARG);
    a->volume[category] = (float)volume;
    a->volume_changes |= VOLUME_CHANGED << category;
    return xg_kcall_return(call, S_OK);
}

/* driver, mask*: categories whose volume has changed since the last question. */
enum xg_kcall_result xg_x_XAudioGetVoiceCategoryVolumeChangeMask(struct xg_kcall *call)
{
    struct xg_audio *a = call->kernel->audio;
    if (!xg_audio_client_of(call->kernel, xg_kcall_u32(call, 0)) || !xg_kcall_u32(call, 1))
        return xg_kcall_return(call, E_INVALIDARG);
    xg_kcall_st32(call, xg_kcall_u32(call, 1), a->volume_changes);
    a->volume_changes = 0;
    return xg_kcall_return(call, S_OK);
}

enum xg_kcall_result xg_x_XAudioGetSpeakerConfig(struct xg_kcall *call)
{
    struct xg_audio *a = xg_audio_of(call->kernel);
    if (!a || !xg_kcall_u32(call, 0))
        return xg_kcall_return(call, E_INVALIDARG);
    xg_kcall_st32(call, xg_kcall_u32(call, 0), a->speakers);
    return xg_kcall_return(call, S_OK);
}

/* What the title says counts until it ends. */
enum xg_kcall_result xg_x_XAudioOverrideSpeakerConfig(struct xg_kcall *call)
{
    struct xg_audio *a = xg_audio_of(call->kernel);
    if (a)
        a->speakers = xg_kcall_u32(call, 0);
    return xg_kcall_return(call, a ? S_OK : E_OUTOFMEMORY);
}

/* Voices of other players would lower the title's sound; there are none. */
enum xg_kcall_result xg_x_XAudioEnableDucker(struct xg_kcall *call)
{
    struct xg_audio *a = xg_audio_of(call->kernel);
    if (a)
        a->ducker = xg_kcall_u32(call, 0) != 0;
    return xg_kcall_return(call, a ? S_OK : E_OUTOFMEMORY);
}
enum xg_kcall_result xg_x_XAudioIsDuckerEnabled(struct xg_kcall *call)
{
    const struct xg_audio *a = call->kernel->audio;
    return xg_kcall_return(call, a && a->ducker);
}
