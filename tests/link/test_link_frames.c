/* Checksums and frames: two ends of the link and what lies between them. */
#include "driver/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/gpu_bench.h"

/* RFC 3720, B.4: checksum bytes 43 23 a8 of iSCSI's test patterns, as numbers. */
static void crc_matches_the_published_vectors(void **state)
{
    XG_UNUSED(state);
    struct xg_crc32c c;
    xg_crc32c_init(&c);
    uint32_t zeros[8] = {0}, ones[8], up[8], down[8];
    uint8_t bytes[32];
    memset(ones, 0xFF, sizeof ones);
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)i;
    memcpy(up, bytes, sizeof up);
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)(31 - i);
    memcpy(down, bytes, sizeof down);
    assert_int_equal(xg_crc32c_words(&c, 0, zeros, 8), 0x8A9136AA);
    assert_int_equal(xg_crc32c_words(&c, 0, ones, 8), 0x62A8AB43);
    assert_int_equal(xg_crc32c_words(&c, 0, up, 8), 0x46DD794E);
    assert_int_equal(xg_crc32c_words(&c, 0, down, 8), 0x113FDB5C);
    assert_int_equal(xg_crc32c_words(&c, xg_crc32c_words(&c, 0, up, 3), up + 3, 5), 0x46DD794E);
}

/* Two ends and the two ways between them, each a queue of words. */
struct way {
    uint32_t words[4 * XG_LINK_FRAME_WORDS];
    size_t count;
};
static struct xg_link host_end, device_end;
static struct way down, up;

static void move_out(struct xg_link *l, struct way *w, struct bench_random *r)
{
    const uint32_t *words;
    size_t n, room = XG_COUNTOF(w->words) - w->count;
    while (room && (n = xg_link_next(l, &words)) != 0) {
        n = n < room ? n : room;
        n = 1 + bench_below(r, (uint32_t)n);
        memcpy(w->words + w->count, words, n * sizeof *words);
        w->count += n;
        room -= n;
        xg_link_wrote(l, n);
    }
}

/* What a frame that arrived must be: the n-th of its direction. */
static uint32_t fill(uint32_t n, uint32_t *payload)
{
    struct bench_random r = {n * 77 + 1};
    uint32_t words = n % 50 == 7 ? XG_LINK_MAX_WORDS : bench_below(&r, 30);
    for (uint32_t i = 0; i < words; i++) /* payloads that look like SYNC and like headers, too */
        payload[i] =
            bench_below(&r, 5) ? bench_random(&r) : (uint32_t[]){XG_LINK_SYNC, 0x8200FFFF}[i & 1];
    return words;
}

static unsigned move_in(struct xg_link *l, struct way *w, uint32_t *next)
{
    uint32_t payload[XG_LINK_MAX_WORDS];
    size_t at = 0, used;
    unsigned came = 0;
    struct xg_error err = {0};
    while (at < w->count) {
        struct xg_link_frame f;
        enum xg_link_result result = xg_link_take(l, w->words + at, w->count - at, &used, &f, &err);
        at += used;
        if (result == XG_LINK_BROKEN)
            fail_msg("%s", err.text);
        if (result != XG_LINK_FRAME)
            continue;
        came++;
        if (f.op == XG_LINK_HELLO) {
            const uint32_t ack[3] = {7, XG_LINK_MAX_WORDS, f.payload[1]};
            assert_true(xg_link_post(l, XG_LINK_HELLO_ACK, XG_LINK_VERSION, ack, 3));
        } else if (f.op != XG_LINK_HELLO_ACK) {
            assert_int_equal(f.address, *next); /* once, and in order */
            assert_int_equal(f.words, fill(*next, payload));
            assert_memory_equal(f.payload, payload, 4 * f.words);
            ++*next;
        }
    }
    w->count = 0;
    return came;
}

enum { FLIP, LOSE_WORDS, LOSE_BYTE, TWICE, CUT, NOISE, FAULTS };

static void damage(struct way *w, struct bench_random *r, unsigned how)
{
    uint8_t *bytes = (uint8_t *)w->words;
    uint32_t at = w->count ? bench_below(r, (uint32_t)w->count) : 0,
             n = w->count ? 1 + bench_below(r, (uint32_t)w->count - at) : 0;
    if (!n)
        return;
    switch (how) {
    case FLIP:
        w->words[at] ^= 1u << bench_below(r, 32);
        break;
    case LOSE_WORDS:
        memmove(w->words + at, w->words + at + n, (w->count - at - n) * 4);
        w->count -= n;
        break;
    case LOSE_BYTE: /* all behind it moves, up to the end of what is under way */
        memmove(bytes + 4 * at, bytes + 4 * at + 1, 4 * (w->count - at) - 1);
        break;
    case TWICE:
        n = n < XG_COUNTOF(w->words) - w->count ? n : (uint32_t)(XG_COUNTOF(w->words) - w->count);
        memmove(w->words + at + n, w->words + at, (w->count - at) * 4);
        w->count += n;
        break;
    case CUT:
        w->count = at;
        break;
    default:
        for (uint32_t i = at; i < at + n; i++)
            w->words[i] = bench_random(r);
        break;
    }
}

/* `frames` each way, one damage in `every` steps (0: none); how: which, or FAULTS for all. */
static void talk(struct bench_random *r, unsigned frames, unsigned every, unsigned how)
{
    uint32_t payload[XG_LINK_MAX_WORDS], said[2] = {0}, heard[2] = {0};
    xg_link_init(&host_end, false);
    xg_link_init(&device_end, true);
    down.count = up.count = 0;
    xg_link_hello(&host_end, 0x1234500);
    unsigned quiet = 0, steps = 0;
    while (heard[0] < frames || heard[1] < frames) {
        assert_true(++steps < 400 * frames + 10000);
        for (unsigned side = 0; side < 2; side++)
            while (said[side] < frames && said[side] < heard[side] + 100 && host_end.synchronised &&
                   bench_below(r, 3)) {
                uint32_t words = fill(said[side], payload);
                assert_true(xg_link_post(side ? &device_end : &host_end,
                                         side ? XG_LINK_TRACE : XG_LINK_MEM_WR, said[side], payload,
                                         words));
                said[side]++;
            }
        move_out(&host_end, &down, r);
        move_out(&device_end, &up, r);
        if (every && bench_below(r, every) == 0)
            damage(bench_below(r, 2) ? &down : &up, r, how < FAULTS ? how : bench_below(r, FAULTS));
        unsigned came = move_in(&device_end, &down, &heard[0]) + move_in(&host_end, &up, &heard[1]);
        if (!came) {
            xg_link_report(&host_end);
            xg_link_report(&device_end);
        }
        bool due = said[0] > heard[0] || said[1] > heard[1] || !host_end.synchronised;
        quiet = came || !due ? 0 : quiet + 1;
        if (quiet < 6)
            continue;
        quiet = 0;
        if (!host_end.synchronised)
            xg_link_hello(&host_end, host_end.session + 256);
        xg_link_silence(&host_end);
        if (bench_below(r, 2)) /* its own timer */
            xg_link_silence(&device_end);
    }
    xg_link_free(&host_end);
    xg_link_free(&device_end);
}

static void frames_come_once_and_in_order_in_pieces_of_any_size(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(11);
    talk(&r, 2000, 0, 0);
    assert_int_equal(host_end.counts.bad + device_end.counts.bad, 0);
    assert_int_equal(host_end.counts.resent + device_end.counts.resent, 0);
    assert_int_equal(host_end.counts.silences, 0);
}

static void frames_come_once_and_in_order_whatever_the_way_does_to_them(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(12);
    uint64_t bad = 0, resent = 0, repeated = 0;
    for (unsigned i = 0; i < 200; i++) {
        talk(&r, 40, 2 + bench_below(&r, 12), i % (FAULTS + 1));
        bad += host_end.counts.bad + device_end.counts.bad;
        resent += host_end.counts.resent + device_end.counts.resent;
        repeated += host_end.counts.repeated + device_end.counts.repeated;
    }
    printf("# %llu bad frames, %llu times sent again, %llu came twice\n", (unsigned long long)bad,
           (unsigned long long)resent, (unsigned long long)repeated);
    assert_true(bad > 500 && resent > 500 && repeated > 500);
}

/* Every single bit of a frame, flipped: the frame does not come, and is asked for. */
static void a_flipped_bit_is_noticed(void **state)
{
    XG_UNUSED(state);
    for (unsigned bit = 0; bit < 8 * 32; bit++) {
        const uint32_t payload[5] = {1, 2, 3, 4, 5}, *words;
        struct xg_link_frame f;
        struct xg_error err = {0};
        size_t used;
        xg_link_init(&host_end, false);
        xg_link_init(&device_end, true);
        host_end.synchronised = device_end.synchronised = true;
        memset(device_end.granted, 0x40, sizeof device_end.granted);
        xg_link_post(&device_end, XG_LINK_MEM_DATA, 64, payload, 5);
        size_t n = xg_link_next(&device_end, &words);
        assert_int_equal(n, 8);
        uint32_t wire[XG_LINK_FRAME_WORDS + 8] = {0};
        memcpy(wire, words, n * 4);
        wire[bit / 32] ^= 1u << bit % 32;
        enum xg_link_result result =
            xg_link_take(&host_end, wire, XG_COUNTOF(wire), &used, &f, &err);
        assert_int_equal(result, XG_LINK_MORE);
        assert_true(host_end.counts.bad && !host_end.counts.accepted && host_end.ask);
        xg_link_free(&device_end);
    }
}

/* A stream of requests to send again does not make a stream of the same length. */
static void requests_to_send_again_are_bounded(void **state)
{
    XG_UNUSED(state);
    const uint32_t credit[2] = {0x30003000, 0x3000}, payload[1] = {1};
    struct xg_link_frame f;
    struct xg_error err = {0};
    const uint32_t *words;
    size_t used, n, written = 0;
    xg_link_init(&host_end, false);
    xg_link_init(&device_end, true); /* makes the requests */
    host_end.synchronised = device_end.synchronised = true;
    memset(host_end.granted, 0x30, sizeof host_end.granted);
    for (unsigned i = 0; i < 8; i++)
        xg_link_post(&host_end, XG_LINK_MEM_WR, 0, payload, 1);
    while ((n = xg_link_next(&host_end, &words)) != 0)
        xg_link_wrote(&host_end, n);
    for (unsigned i = 0; i < 1000; i++) {
        uint32_t nak[5] = {XG_LINK_NAK << 24 | 2, XG_LINK_NAK_CRC, credit[0], credit[1]};
        nak[4] = xg_crc32c_words(&host_end.crc, 0, nak, 4);
        assert_int_equal(xg_link_take(&host_end, nak, 5, &used, &f, &err), XG_LINK_MORE);
        while ((n = xg_link_next(&host_end, &words)) != 0) {
            written += n;
            xg_link_wrote(&host_end, n);
        }
    }
    assert_int_equal(written, XG_LINK_REWINDS_MAX * (8 * 4 + 1));
    xg_link_free(&host_end);
}

/* The other side's buffers are bounded by what it granted, class by class. */
static void nothing_is_sent_without_credit(void **state)
{
    XG_UNUSED(state);
    const uint32_t payload[10] = {0}, *words;
    size_t n, written = 0;
    xg_link_init(&host_end, false);
    host_end.synchronised = true;
    host_end.granted[XG_LINK_CLASS_POSTED] = 40;
    host_end.granted[XG_LINK_CLASS_REQUEST] = 100;
    for (unsigned i = 0; i < 10; i++)
        xg_link_post(&host_end, XG_LINK_MEM_WR, 0, payload, 10); /* 13 words each */
    while ((n = xg_link_next(&host_end, &words)) != 0) {
        written += n;
        xg_link_wrote(&host_end, n);
    }
    assert_int_equal(written, 39);
    host_end.granted[XG_LINK_CLASS_POSTED] = 130;
    for (written = 0; (n = xg_link_next(&host_end, &words)) != 0; written += n)
        xg_link_wrote(&host_end, n);
    assert_int_equal(written, 91);
    for (unsigned i = 0; i < 200; i++) /* the window: no more frames than it holds, credit or not */
        xg_link_post(&host_end, XG_LINK_MEM_FILL, 0, payload, 2);
    host_end.granted[XG_LINK_CLASS_POSTED] = 20000;
    for (written = 0; (n = xg_link_next(&host_end, &words)) != 0; written += n)
        xg_link_wrote(&host_end, n);
    assert_int_equal(written, (XG_LINK_WINDOW - 10) * 5);
    xg_link_free(&host_end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_matches_the_published_vectors),
        cmocka_unit_test(frames_come_once_and_in_order_in_pieces_of_any_size),
        cmocka_unit_test(frames_come_once_and_in_order_whatever_the_way_does_to_them),
        cmocka_unit_test(a_flipped_bit_is_noticed),
        cmocka_unit_test(requests_to_send_again_are_bounded),
        cmocka_unit_test(nothing_is_sent_without_credit),
    };
    return cmocka_run_group_tests_name("link_frames", tests, NULL, NULL);
}
