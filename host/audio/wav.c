/* A WAV file: RIFF, one "fmt " block of the extensible kind (floats, 5.1), "fact", "data". The
 * sizes are written when it is closed. A file ends at 4 GiB, an hour of six channels. */
#include "audio/sink.h"
#include "base/endian.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER      80u
#define FRAME_BYTES (XG_AUDIO_SAMPLES * XG_AUDIO_CHANNELS * 4u)
#define SPEAKERS    0x3Fu /* front left, right, centre, low, back left, right */
#define EXTENSIBLE  0xFFFEu
/* The part of the sub-format's name behind its first two bytes, which are 3 for floats. */
static const uint8_t guid_rest[14] = {0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
                                      0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71};

struct wav {
    struct xg_audio_sink base;
    FILE *file;
    char *path;
    uint32_t bytes; /* of samples */
    int error;      /* errno of the first failure, 0: none */
};

static void make_header(uint8_t h[HEADER], uint32_t bytes)
{
    memset(h, 0, HEADER);
    memcpy(h, "RIFF", 4);
    xg_st32le(h + 4, HEADER - 8 + bytes);
    memcpy(h + 8, "WAVEfmt ", 8);
    xg_st32le(h + 16, 40);
    xg_st16le(h + 20, EXTENSIBLE);
    xg_st16le(h + 22, XG_AUDIO_CHANNELS);
    xg_st32le(h + 24, XG_AUDIO_RATE);
    xg_st32le(h + 28, XG_AUDIO_RATE * XG_AUDIO_CHANNELS * 4);
    xg_st16le(h + 32, XG_AUDIO_CHANNELS * 4);
    xg_st16le(h + 34, 32);
    xg_st16le(h + 36, 22);
    xg_st16le(h + 38, 32);
    xg_st32le(h + 40, SPEAKERS);
    xg_st16le(h + 44, 3);
    memcpy(h + 46, guid_rest, sizeof guid_rest);
    memcpy(h + 60, "fact", 4);
    xg_st32le(h + 64, 4);
    xg_st32le(h + 68, bytes / (XG_AUDIO_CHANNELS * 4));
    memcpy(h + 72, "data", 4);
    xg_st32le(h + 76, bytes);
}

static void put(struct wav *w, const void *bytes, size_t size)
{
    if (!w->error && fwrite(bytes, 1, size, w->file) != size)
        w->error = errno ? errno : EIO;
}

static bool wav_play(struct xg_audio_sink *sink, const struct xg_audio_frame *frame)
{
    struct wav *w = (struct wav *)sink;
    float samples[XG_AUDIO_SAMPLES * XG_AUDIO_CHANNELS];
    uint8_t bytes[FRAME_BYTES];
    if (w->error || w->bytes > UINT32_MAX - HEADER - FRAME_BYTES)
        return false;
    xg_audio_interleave(frame, samples);
    for (size_t i = 0; i < XG_COUNTOF(samples); i++) {
        uint32_t bits;
        memcpy(&bits, &samples[i], 4);
        xg_st32le(bytes + 4 * i, bits);
    }
    put(w, bytes, sizeof bytes);
    w->bytes += FRAME_BYTES;
    return !w->error;
}

static bool wav_close(struct xg_audio_sink *sink, struct xg_error *err)
{
    struct wav *w = (struct wav *)sink;
    uint8_t header[HEADER];
    make_header(header, w->bytes);
    if (!w->error && fseek(w->file, 0, SEEK_SET))
        w->error = errno;
    put(w, header, sizeof header);
    if (fclose(w->file) && !w->error)
        w->error = errno;
    bool ok = !w->error || xg_fail(err, XG_E_INPUT, "%s: could not be written completely: %s",
                                   w->path, strerror(w->error));
    free(w->path);
    free(w);
    return ok;
}

struct xg_audio_sink *xg_wav_open(const char *path, struct xg_error *err)
{
    uint8_t header[HEADER];
    struct wav *w = calloc(1, sizeof *w);
    if (!w || !(w->path = strdup(path))) {
        free(w);
        xg_fail(err, XG_E_INPUT, "audio: the host is out of memory");
        return NULL;
    }
    if (!(w->file = fopen(path, "wb"))) {
        xg_fail(err, XG_E_INPUT, "%s: cannot be written: %s", path, strerror(errno));
        free(w->path);
        free(w);
        return NULL;
    }
    w->base.play = wav_play;
    w->base.close = wav_close;
    make_header(header, 0);
    put(w, header, sizeof header);
    return &w->base;
}
