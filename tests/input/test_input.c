/* input: a history of pads by guest time, its recording as text, keystrokes, keys and sticks. */
#include "base/file.h"
#include "input/map.h"
#include "tests/support/seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct xg_pad pressed(uint16_t buttons)
{
    return (struct xg_pad){.connected = true, .state = {.buttons = buttons}};
}

/* ---- history ---- */

static void a_pad_is_what_it_was_set_to_last(void **state)
{
    XG_UNUSED(state);
    struct xg_input *in = xg_input_create();
    uint32_t packet = 99;
    assert_false(xg_input_get(in, 1000, 0, &packet).connected);
    assert_int_equal(packet, 0);
    const struct xg_pad rest = pressed(0), a = pressed(XG_BUTTON_A), b = pressed(XG_BUTTON_B);
    assert_true(xg_input_set(in, 100, 0, &rest));
    assert_true(xg_input_set(in, 200, 0, &a));
    assert_true(xg_input_set(in, 250, 2, &b));
    assert_true(xg_input_set(in, 300, 0, &a)); /* nothing new */
    assert_false(xg_input_get(in, 99, 0, NULL).connected);
    assert_true(xg_input_get(in, 100, 0, NULL).connected);
    assert_int_equal(xg_input_get(in, 199, 0, &packet).state.buttons, 0);
    assert_int_equal(packet, 1);
    assert_int_equal(xg_input_get(in, 200, 0, NULL).state.buttons, XG_BUTTON_A);
    assert_int_equal(xg_input_get(in, 1000, 0, &packet).state.buttons, XG_BUTTON_A);
    assert_int_equal(packet, 2);
    assert_int_equal(xg_input_get(in, 1000, 2, &packet).state.buttons, XG_BUTTON_B);
    assert_int_equal(packet, 1);
    assert_false(xg_input_get(in, 1000, 1, NULL).connected);
    xg_input_destroy(in);
}

static void the_past_is_never_changed(void **state)
{
    XG_UNUSED(state);
    struct xg_input *in = xg_input_create();
    const struct xg_pad a = pressed(XG_BUTTON_A), b = pressed(XG_BUTTON_B);
    assert_true(xg_input_set(in, 500, 0, &a));
    assert_true(xg_input_set(in, 100, 1, &b));
    assert_false(xg_input_get(in, 499, 1, NULL).connected);
    assert_true(xg_input_get(in, 500, 1, NULL).connected);
    xg_input_destroy(in);
}

static void a_pad_that_is_not_there_has_no_state(void **state)
{
    XG_UNUSED(state);
    struct xg_input *in = xg_input_create();
    struct xg_pad gone = pressed(XG_BUTTON_A), odd = pressed(0xFFFF);
    gone.connected = false;
    assert_true(xg_input_set(in, 1, 0, &gone));
    assert_int_equal(xg_input_get(in, 1, 0, NULL).state.buttons, 0);
    assert_true(xg_input_set(in, 2, 0, &odd));
    assert_int_equal(xg_input_get(in, 2, 0, NULL).state.buttons, 0xF7FF); /* no bit 0x0800 */
    xg_input_destroy(in);
}

/* ---- recording ---- */

static char path[] = "/tmp/xg-input-XXXXXX";

static void write_text(const char *text)
{
    struct xg_error err = {0};
    assert_true(xg_file_write(path, text, strlen(text), &err));
}

static void a_recording_is_the_text_that_the_page_describes(void **state)
{
    XG_UNUSED(state);
    struct xg_input *in = xg_input_create();
    const struct xg_pad p = {true, {XG_BUTTON_A | XG_BUTTON_UP, 1, 255, -32768, 32767, 0, -1}};
    const struct xg_pad gone = {0};
    assert_true(xg_input_set(in, 1000000, 0, &p));
    assert_true(xg_input_set(in, 2000000, 0, &gone));
    assert_true(xg_input_set(in, 3000001, 3, &p)); /* after the end: the guest never saw it */
    assert_true(xg_input_save(in, path, 3000000, NULL));
    uint8_t *text;
    size_t size;
    assert_true(xg_file_read(path, 10000, &text, &size, NULL));
    assert_string_equal((char *)text, "xenogate-input 1\n"
                                      "# time (ns)  user  buttons  triggers  left x y  right x y\n"
                                      "1000000 0 1001 1 255 -32768 32767 0 -1\n"
                                      "2000000 0 none\n"
                                      "3000000 end\n");
    free(text);
    xg_input_destroy(in);
}

/* A small generator, so that a seed repeats a failure. */
static uint32_t next_random(uint32_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 17;
    *s ^= *s << 5;
    return *s;
}

static void what_is_read_is_what_was_written(void **state)
{
    XG_UNUSED(state);
    uint32_t s = (uint32_t)seed_of_test(1) | 1;
    struct xg_input *in = xg_input_create(), *back = xg_input_create();
    xg_time when = 0, end;
    for (int i = 0; i < 2000; i++) {
        struct xg_pad p = {.connected = next_random(&s) % 8 != 0};
        for (size_t b = 0; b < sizeof p.state; b++)
            ((uint8_t *)&p.state)[b] = (uint8_t)next_random(&s);
        when += next_random(&s) % 3 * 1000;
        assert_true(xg_input_set(in, when, next_random(&s) % XG_PADS, &p));
    }
    assert_true(xg_input_save(in, path, when, NULL));
    struct xg_error err = {0};
    if (!xg_input_load(back, path, &end, &err))
        fail_msg("%s", err.text);
    assert_int_equal(end, when);
    for (xg_time t = 0; t <= when; t += 500)
        for (unsigned user = 0; user < XG_PADS; user++) {
            uint32_t packet, packet_back;
            struct xg_pad a = xg_input_get(in, t, user, &packet);
            struct xg_pad b = xg_input_get(back, t, user, &packet_back);
            assert_int_equal(packet, packet_back);
            assert_int_equal(a.connected, b.connected);
            assert_memory_equal(&a.state, &b.state, sizeof a.state);
        }
    xg_input_destroy(in);
    xg_input_destroy(back);
}

static void a_malformed_recording_is_refused_by_line(void **state)
{
    XG_UNUSED(state);
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "the recording has no end"},
        {"hello\n", "not a recording of input"},
        {"xenogate-input 2\n5 end\n", "not a recording of input"},
        {"xenogate-input 1\n5 0 none\n", "has no end: it was cut"},
        {"xenogate-input 1\n5 0 none\n4 1 none\n9 end\n", ":3: expected a time that is not before"},
        {"xenogate-input 1\n5 end\n6 0 none\n", ":3: something follows the end"},
        {"xenogate-input 1\nx 0 none\n", ":2: expected a time in ns"},
        {"xenogate-input 1\n-1 0 none\n", ":2: expected a time in ns"},
        {"xenogate-input 1\n5 4 none\n", ":2: expected a pad of 0 to 3"},
        {"xenogate-input 1\n5 0 none 1\n", ":2: expected the end of the line"},
        {"xenogate-input 1\n5 0 10000 0 0 0 0 0 0\n", ":2: expected buttons in hex"},
        {"xenogate-input 1\n5 0 0800 0 0 0 0 0 0\n", ":2: expected buttons that exist"},
        {"xenogate-input 1\n5 0 0001 256 0 0 0 0 0\n", ":2: expected a left trigger"},
        {"xenogate-input 1\n5 0 0001 0 0 0 0 0 32768\n", ":2: expected an axis"},
        {"xenogate-input 1\n5 0 0001 0 0 0 0\n", ":2: expected an axis"},
        {"xenogate-input 1\n\n# x\n5 0 0001 0 0 0 0 0 0 0\n", ":4: expected the end of the line"},
        {"xenogate-input 1\n99999999999999999999 end\n", ":2: expected a time in ns"},
    };
    for (size_t i = 0; i < XG_COUNTOF(cases); i++) {
        struct xg_input *in = xg_input_create();
        struct xg_error err = {0};
        xg_time end;
        write_text(cases[i].text);
        assert_false(xg_input_load(in, path, &end, &err));
        assert_int_equal(err.kind, XG_E_INPUT);
        if (!strstr(err.text, cases[i].why) || strncmp(err.text, path, strlen(path)) != 0)
            fail_msg("case %zu says '%s', not '%s'", i, err.text, cases[i].why);
        xg_input_destroy(in);
    }
}

/* ---- keystrokes ---- */

static void expect_key(struct xg_keystroke_reader *r, const struct xg_pad *p, xg_time now,
                       uint16_t key, uint16_t flags)
{
    struct xg_keystroke k = {0};
    assert_true(xg_keystroke_next(r, p, now, &k));
    assert_int_equal(k.key, key);
    assert_int_equal(k.flags, flags);
}

static void keystrokes_are_changes_one_by_one(void **state)
{
    XG_UNUSED(state);
    struct xg_keystroke_reader r = {0};
    struct xg_keystroke k;
    struct xg_pad p = pressed(XG_BUTTON_A | XG_BUTTON_START), rest = pressed(0);
    expect_key(&r, &p, 0, 0x5800, XG_KEYSTROKE_DOWN);
    expect_key(&r, &p, 0, 0x5814, XG_KEYSTROKE_DOWN);
    assert_false(xg_keystroke_next(&r, &p, 0, &k));
    expect_key(&r, &rest, 1, 0x5800, XG_KEYSTROKE_UP);
    expect_key(&r, &rest, 1, 0x5814, XG_KEYSTROKE_UP);
    assert_false(xg_keystroke_next(&r, &rest, 1, &k));
}

static void a_held_key_repeats(void **state)
{
    XG_UNUSED(state);
    struct xg_keystroke_reader r = {0};
    struct xg_keystroke k;
    const xg_time ms = 1000000;
    struct xg_pad p = pressed(XG_BUTTON_DOWN), rest = pressed(0);
    expect_key(&r, &p, 0, 0x5811, XG_KEYSTROKE_DOWN);
    assert_false(xg_keystroke_next(&r, &p, 399 * ms, &k));
    expect_key(&r, &p, 400 * ms, 0x5811, XG_KEYSTROKE_DOWN | XG_KEYSTROKE_REPEAT);
    assert_false(xg_keystroke_next(&r, &p, 499 * ms, &k));
    expect_key(&r, &p, 500 * ms, 0x5811, XG_KEYSTROKE_DOWN | XG_KEYSTROKE_REPEAT);
    expect_key(&r, &rest, 600 * ms, 0x5811, XG_KEYSTROKE_UP);
    assert_false(xg_keystroke_next(&r, &rest, 9000 * ms, &k));
}

static void sticks_and_triggers_are_keys_too(void **state)
{
    XG_UNUSED(state);
    static const struct {
        int16_t x, y;
        uint16_t key; /* of the left stick; XInput's VK_PAD_LTHUMB_* */
    } cases[] = {{0, 32767, 0x5820},      {0, -32768, 0x5821},     {32767, 0, 0x5822},
                 {-32768, 0, 0x5823},     {-32768, 32767, 0x5824}, {32767, 32767, 0x5825},
                 {32767, -32768, 0x5826}, {-32768, -32768, 0x5827}};
    struct xg_keystroke_reader r = {0};
    struct xg_keystroke k;
    struct xg_pad p = pressed(0);
    for (size_t i = 0; i < XG_COUNTOF(cases); i++) {
        p.state.left_x = cases[i].x;
        p.state.left_y = cases[i].y;
        if (i)
            expect_key(&r, &p, 0, cases[i - 1].key, XG_KEYSTROKE_UP);
        expect_key(&r, &p, 0, cases[i].key, XG_KEYSTROKE_DOWN);
    }
    p = pressed(0);
    expect_key(&r, &p, 0, 0x5827, XG_KEYSTROKE_UP);
    p.state.right_x = 32767;
    p.state.right_trigger = 255;
    expect_key(&r, &p, 0, 0x5807, XG_KEYSTROKE_DOWN);
    expect_key(&r, &p, 0, 0x5832, XG_KEYSTROKE_DOWN);
    assert_false(xg_keystroke_next(&r, &p, 0, &k));
}

/* ---- keys and sticks ---- */

/* Names of keys for this test: one letter, its code. */
static unsigned letter(const char *name)
{
    return strlen(name) == 1 ? (unsigned char)name[0] : 0;
}

static unsigned control(const char *name)
{
    unsigned i = 0;
    while (i < XG_CONTROLS && strcmp(xg_controls[i].name, name) != 0)
        i++;
    assert_true(i < XG_CONTROLS);
    return i;
}

static void keys_press_controls(void **state)
{
    XG_UNUSED(state);
    struct xg_key_map map = {0};
    uint8_t down[256] = {0};
    assert_true(xg_key_map_set(&map, control("a"), "q, comma", letter, NULL));
    assert_true(xg_key_map_set(&map, control("left-trigger"), "t", letter, NULL));
    assert_true(xg_key_map_set(&map, control("left-stick-up"), "w", letter, NULL));
    assert_true(xg_key_map_set(&map, control("left-stick-down"), "s", letter, NULL));
    assert_true(xg_key_map_set(&map, control("right-stick-left"), "j", letter, NULL));
    assert_true(xg_key_map_set(&map, control("b"), "", letter, NULL));
    struct xg_gamepad g = xg_key_map_gamepad(&map, down, sizeof down), rest = {0};
    assert_memory_equal(&g, &rest, sizeof g);
    down['q'] = down['w'] = down['j'] = down['t'] = 1;
    g = xg_key_map_gamepad(&map, down, sizeof down);
    struct xg_gamepad wanted = {
        .buttons = XG_BUTTON_A, .left_trigger = 255, .left_y = 32767, .right_x = -32767};
    assert_memory_equal(&g, &wanted, sizeof g);
    memset(down, 0, sizeof down);
    down[','] = down['w'] = down['s'] = 1; /* opposite directions cancel */
    g = xg_key_map_gamepad(&map, down, sizeof down);
    wanted = (struct xg_gamepad){.buttons = XG_BUTTON_A};
    assert_memory_equal(&g, &wanted, sizeof g);
}

static void wrong_names_of_keys_are_named(void **state)
{
    XG_UNUSED(state);
    struct xg_key_map map = {0};
    struct xg_error err = {0};
    assert_false(xg_key_map_set(&map, 0, "a, nokey", letter, &err));
    assert_string_equal(err.text, "'nokey' is no key");
    err = (struct xg_error){0};
    assert_false(xg_key_map_set(&map, 0, "a,,b", letter, &err));
    assert_string_equal(err.text, "'' is no key");
    err = (struct xg_error){0};
    assert_false(xg_key_map_set(&map, 0, "a,b,c,d,e", letter, &err));
    assert_string_equal(err.text, "more than 4 keys");
    assert_int_equal(map.keys[0][0], 0); /* nothing was taken */
}

static void keyboard_and_controller_share_a_pad(void **state)
{
    XG_UNUSED(state);
    const struct xg_gamepad a = {.buttons = 1, .left_trigger = 9, .left_x = -30000, .left_y = 5};
    const struct xg_gamepad b = {
        .buttons = 2, .left_trigger = 3, .left_x = 20000, .left_y = -32768};
    const struct xg_gamepad wanted = {
        .buttons = 3, .left_trigger = 9, .left_x = -30000, .left_y = -32768};
    struct xg_gamepad g = xg_gamepad_merge(&a, &b);
    assert_memory_equal(&g, &wanted, sizeof g);
}

static void a_stick_rests_in_its_dead_zone_and_reaches_its_ends(void **state)
{
    XG_UNUSED(state);
    static const struct {
        int16_t x, y, to_x, to_y;
    } cases[] = {{0, 0, 0, 0},           {4000, 0, 0, 0}, {-2800, 2800, 0, 0}, {32767, 0, 32767, 0},
                 {0, -32768, 0, -32768}, {4001, 0, 1, 0}, {18383, 0, 16382, 0}};
    for (size_t i = 0; i < XG_COUNTOF(cases); i++) {
        int16_t x = cases[i].x, y = cases[i].y;
        xg_stick_dead_zone(&x, &y, 4000);
        assert_in_range(x + 40000, cases[i].to_x + 39999, cases[i].to_x + 40001);
        assert_in_range(y + 40000, cases[i].to_y + 39999, cases[i].to_y + 40001);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pad_is_what_it_was_set_to_last),
        cmocka_unit_test(the_past_is_never_changed),
        cmocka_unit_test(a_pad_that_is_not_there_has_no_state),
        cmocka_unit_test(a_recording_is_the_text_that_the_page_describes),
        cmocka_unit_test(what_is_read_is_what_was_written),
        cmocka_unit_test(a_malformed_recording_is_refused_by_line),
        cmocka_unit_test(keystrokes_are_changes_one_by_one),
        cmocka_unit_test(a_held_key_repeats),
        cmocka_unit_test(sticks_and_triggers_are_keys_too),
        cmocka_unit_test(keys_press_controls),
        cmocka_unit_test(wrong_names_of_keys_are_named),
        cmocka_unit_test(keyboard_and_controller_share_a_pad),
        cmocka_unit_test(a_stick_rests_in_its_dead_zone_and_reaches_its_ends),
    };
    int fd = mkstemp(path);
    if (fd < 0)
        return 2;
    close(fd);
    int failed = cmocka_run_group_tests_name("input", tests, NULL, NULL);
    unlink(path);
    return failed;
}
