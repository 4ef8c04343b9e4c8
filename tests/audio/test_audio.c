/* Sinks of sound, and the XMA decoder's stream walking with streams that lie. */
#include "audio/audio.h"
#include "audio/xma.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct xg_audio_frame frame_of(float first)
{
    struct xg_audio_frame f;
    for (unsigned c = 0; c < XG_AUDIO_CHANNELS; c++)
        for (unsigned s = 0; s < XG_AUDIO_SAMPLES; s++)
            f.sample[c][s] = first + (float)c + (float)s / 1024;
    return f;
}

static void every_wrong_sink_is_refused_with_the_list_of_right_ones(void **state)
{
    static const char *const wrong[] = {"", "wav", "wav:", "mp3:x", "sdl2", "nul"};
    XG_UNUSED(state);
    for (size_t i = 0; i < XG_COUNTOF(wrong); i++) {
        struct xg_error err = {0};
        assert_null(xg_audio_open(wrong[i], &err));
        assert_int_equal(err.kind, XG_E_INPUT);
        assert_non_null(strstr(err.text, xg_audio_specs));
    }
}

static void a_wav_file_holds_every_sample_side_by_side(void **state)
{
    char path[] = "/tmp/xg-wav-XXXXXX", spec[64];
    struct xg_error err = {0};
    XG_UNUSED(state);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    snprintf(spec, sizeof spec, "wav:%s", path);
    struct xg_audio_sink *sink = xg_audio_open(spec, &err);
    assert_non_null(sink);
    for (unsigned i = 0; i < 3; i++) {
        struct xg_audio_frame f = frame_of((float)i * 100);
        xg_audio_play(sink, &f);
    }
    assert_int_equal(xg_audio_counts(sink).played, 3);
    assert_true(xg_audio_close(sink, &err));
    FILE *file = fopen(path, "rb");
    uint8_t head[80], bytes[3 * 256 * 6 * 4 + 1];
    assert_int_equal(fread(head, 1, sizeof head, file), sizeof head);
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), sizeof bytes - 1);
    fclose(file);
    unlink(path);
    assert_memory_equal(head, "RIFF", 4);
    assert_int_equal(xg_ld32le(head + 4), 72 + 3 * 6144);
    assert_int_equal(xg_ld16le(head + 22), 6);
    assert_int_equal(xg_ld32le(head + 24), 48000);
    assert_int_equal(xg_ld32le(head + 68), 3 * 256);
    assert_int_equal(xg_ld32le(head + 76), 3 * 6144);
    for (unsigned i = 0; i < 3 * 256; i++)
        for (unsigned c = 0; c < 6; c++) {
            unsigned number = i / 256;
            struct xg_audio_frame f = frame_of((float)number * 100);
            uint32_t bits = xg_ld32le(bytes + (i * 6 + c) * 4);
            float got;
            memcpy(&got, &bits, 4);
            assert_true(got == f.sample[c][i % 256]);
        }
}

static void a_full_disk_is_told_when_the_file_is_closed(void **state)
{
    struct xg_error err = {0};
    struct xg_audio_frame f = frame_of(0);
    XG_UNUSED(state);
    if (access("/dev/full", W_OK))
        skip();
    struct xg_audio_sink *sink = xg_audio_open("wav:/dev/full", &err);
    assert_non_null(sink);
    for (unsigned i = 0; i < 20; i++)
        xg_audio_play(sink, &f);
    assert_false(xg_audio_close(sink, &err));
    assert_non_null(strstr(err.text, "/dev/full: could not be written completely"));
    memset(&err, 0, sizeof err);
    assert_null(xg_audio_open("wav:/nowhere/x.wav", &err));
    assert_non_null(strstr(err.text, "/nowhere/x.wav: cannot be written"));
}

/* SDL's dummy driver plays in real time: half a second of frames given at once must not take
 * half a second, and what does not fit is dropped, not waited for. */
static void the_sdl_sink_drops_what_comes_too_fast_and_never_waits(void **state)
{
    struct xg_error err = {0};
    struct xg_audio_frame f = frame_of(0);
    XG_UNUSED(state);
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    struct xg_audio_sink *sink = xg_audio_open("sdl", &err);
    if (!sink)
        fail_msg("%s", err.text);
    for (unsigned i = 0; i < 2000; i++)
        xg_audio_play(sink, &f);
    struct xg_audio_counts n = xg_audio_counts(sink);
    assert_int_equal(n.played + n.dropped, 2000);
    assert_true(n.played >= 18 && n.dropped > 1000);
    assert_true(xg_audio_close(sink, &err));
    setenv("SDL_AUDIODRIVER", "none such", 1);
    assert_null(xg_audio_open("sdl", &err));
    assert_non_null(strstr(err.text, "no sound"));
}

/* ---- XMA ---- */

#define CONTEXTS 0x10000u
#define INPUT    0x20000u
#define OUTPUT   0x40000u
#define PACKETS  8u

static uint64_t random_next(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

/* Whatever lies in contexts and packets, a kick ends, stays inside its ring, and the place in the
 * input never moves back without a loop. */
static void no_stream_leads_the_decoder_astray(void **state)
{
    struct xg_error err = {0};
    struct xg_memory *mem = xg_memory_create(&err);
    struct xg_xma *x = xg_xma_create(mem, CONTEXTS);
    uint64_t seed = 0x9E3779B97F4A7C15u;
    XG_UNUSED(state);
    assert_int_equal(xg_xma_alloc(x), 0);
    for (unsigned round = 0; round < 3000; round++) {
        uint8_t *context = mem->phys + CONTEXTS, *in = mem->phys + INPUT;
        uint32_t words[16] = {0};
        for (unsigned i = 0; i < PACKETS * 2048; i++)
            in[i] = (uint8_t)random_next(&seed);
        for (unsigned p = 0; p < PACKETS; p++) { /* mostly near this packet and the next */
            uint32_t r = (uint32_t)random_next(&seed);
            uint32_t first = round % 3 ? r >> 8 & 0x1FF : r >> 8 & 0x7FFF;
            xg_st32be(in + p * 2048, (r & 0xFC000000) | first << 11 | (r & 0x701));
        }
        for (unsigned i = 0; i < 5; i++)
            words[i] = (uint32_t)random_next(&seed);
        words[5] = words[6] = round % 7 ? INPUT : (uint32_t)random_next(&seed);
        words[7] = round % 5 ? OUTPUT : (uint32_t)random_next(&seed);
        words[9] = (uint32_t)random_next(&seed);
        xg_xma_set(words, xg_xma_in0_packets, round % 9 ? PACKETS : round);
        xg_xma_set(words, xg_xma_in_offset, (uint32_t)(random_next(&seed) % (PACKETS * 16384)));
        xg_xma_set(words, xg_xma_out_valid, 1);
        uint32_t blocks = xg_xma_get(words, xg_xma_out_blocks);
        memset(mem->phys + OUTPUT, 0xAA, 32 * 256);
        for (unsigned i = 0; i < 16; i++)
            xg_st32be(context + 4 * i, words[i]);
        xg_xma_command(x, XG_XMA_KICK, 0);
        for (unsigned i = blocks * 256; i < 32 * 256; i++)
            assert_int_equal(mem->phys[OUTPUT + i], 0xAA);
        xg_xma_command(x, XG_XMA_CLEAR, 0);
    }
    assert_true(xg_xma_counts(x).frames > 300);
    xg_xma_destroy(x);
    xg_memory_destroy(mem);
}

static void registers_of_contexts_that_nobody_has_do_nothing(void **state)
{
    struct xg_error err = {0};
    struct xg_memory *mem = xg_memory_create(&err);
    struct xg_xma *x = xg_xma_create(mem, CONTEXTS);
    XG_UNUSED(state);
    for (uint32_t offset = 0; offset < 0x10000; offset += 4)
        xg_xma_write(x, offset, 0xFFFFFFFF);
    assert_int_equal(xg_xma_counts(x).kicks, 0);
    assert_int_equal(__builtin_bswap32(xg_xma_read(x, 0x1800)), CONTEXTS);
    for (unsigned i = 0; i < XG_XMA_CONTEXTS; i++)
        assert_int_equal(xg_xma_alloc(x), i);
    assert_int_equal(xg_xma_alloc(x), XG_XMA_CONTEXTS);
    assert_true(xg_xma_free(x, 7));
    assert_false(xg_xma_free(x, 7));
    assert_int_equal(xg_xma_context_at(x, CONTEXTS + 7 * 64), XG_XMA_CONTEXTS);
    assert_int_equal(xg_xma_context_at(x, CONTEXTS + 8 * 64), 8);
    assert_int_equal(xg_xma_context_at(x, CONTEXTS + 8 * 64 + 4), XG_XMA_CONTEXTS);
    assert_int_equal(xg_xma_context_at(x, CONTEXTS - 64), XG_XMA_CONTEXTS);
    assert_int_equal(xg_xma_alloc(x), 7);
    xg_xma_destroy(x);
    xg_memory_destroy(mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wrong_sink_is_refused_with_the_list_of_right_ones),
        cmocka_unit_test(a_wav_file_holds_every_sample_side_by_side),
        cmocka_unit_test(a_full_disk_is_told_when_the_file_is_closed),
        cmocka_unit_test(the_sdl_sink_drops_what_comes_too_fast_and_never_waits),
        cmocka_unit_test(no_stream_leads_the_decoder_astray),
        cmocka_unit_test(registers_of_contexts_that_nobody_has_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
