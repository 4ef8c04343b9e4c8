/* XAM's input exports, called directly: structures byte by byte, moments of guest time, every
 * way in which there is no pad. */
#include "bench.h"

#define NOT_CONNECTED 0x48Fu
#define EMPTY         0x10D2u
#define BAD_ARGUMENTS 0xA0u
#define UNMAPPED      0x3E000000u

struct state {
    struct bench *b;
    struct xg_input *in;
};

static int setup(void **state)
{
    struct state *s = calloc(1, sizeof *s);
    struct bench *b = s->b = bench_open();
    xg_ga f = begin(b);
    end(b, 0);
    struct xg_thread *t = thread(b, f, 0);
    b->k->running = &b->k->hw[0];
    xg_sched_remove(b->k, t);
    t->state = XG_THREAD_RUNNING;
    b->k->hw[0].current = t;
    b->k->o.input = s->in = xg_input_create();
    const struct xg_pad pad = {true, {0x1000 | XG_BUTTON_GUIDE, 0x12, 0x34, 1, -2, 32767, -32768}};
    xg_input_set(s->in, 1000, 0, &pad);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct state *s = *state;
    bench_close(s->b);
    xg_input_destroy(s->in);
    free(s);
    return 0;
}

/* At guest time `now`. */
static uint32_t ask(struct state *s, unsigned row, xg_time now, uint32_t a0, uint32_t a1,
                    uint32_t a2, uint32_t a3)
{
    struct xg_hw *hw = &s->b->k->hw[0];
    struct xg_cpu_context *ctx = &hw->current->ctx;
    struct xg_kcall call = {.kernel = s->b->k, .ctx = ctx, .row = (uint16_t)row};
    const uint32_t args[] = {a0, a1, a2, a3};
    hw->now = now;
    for (unsigned i = 0; i < 4; i++)
        ctx->gpr[3 + i] = args[i];
    enum xg_kcall_result r = xg_exports[row].handler(&call);
    return call.faulted || r == XG_KCALL_FAULT ? 0xFAFAFAFA : (uint32_t)ctx->gpr[3];
}

static void expect_bytes(struct state *s, xg_ga at, const char *hex)
{
    char got[128] = "";
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        uint8_t byte;
        assert_true(xg_memory_read(s->b->mem, at + (xg_ga)i, &byte, 1, NULL));
        snprintf(got + 2 * i, 3, "%02x", byte);
    }
    assert_string_equal(got, hex);
}

static void fill(struct state *s)
{
    assert_true(xg_memory_fill(s->b->mem, DATA, 0xEE, 64, NULL));
}

static void the_state_is_that_of_the_moment(void **state)
{
    struct state *s = *state;
    const struct xg_pad later = {true, {.buttons = 0x2000}};
    xg_input_set(s->in, 2000, 0, &later);
    fill(s);
    assert_int_equal(ask(s, XG_ROW_XamInputGetState, 999, 0, 1, DATA, 0), NOT_CONNECTED);
    expect_bytes(s, DATA, "00000000000000000000000000000000eeee");
    assert_int_equal(ask(s, XG_ROW_XamInputGetState, 1000, 0, 1, DATA, 0), 0);
    /* packet, buttons (the guide button is the system's), triggers, left and right stick */
    expect_bytes(s, DATA,
                 "00000001"
                 "1000"
                 "12"
                 "34"
                 "0001fffe"
                 "7fff8000"
                 "ee");
    assert_int_equal(ask(s, XG_ROW_XamInputGetState, 2000, 0, 0, DATA, 0), 0);
    expect_bytes(s, DATA,
                 "00000002"
                 "2000"
                 "0000"
                 "00000000"
                 "00000000"
                 "ee");
}

static void the_driver_knows_pads_by_context(void **state)
{
    struct state *s = *state;
    fill(s);
    assert_int_equal(ask(s, XG_ROW_XamUserGetDeviceContext, 1000, 0, 1, DATA, 0), 0);
    expect_bytes(s, DATA, "10000000ee");
    assert_int_equal(ask(s, XG_ROW_XamUserGetDeviceContext, 1000, 0, 4, DATA, 0), 0x8007048F);
    expect_bytes(s, DATA, "00000000ee");
    assert_int_equal(ask(s, XG_ROW_XamUserGetDeviceContext, 1000, 1, 0, DATA, 0), 0x8007048F);
    fill(s);
    assert_int_equal(ask(s, XG_ROW_XamUserLookupDevice, 1000, 0x10000000, 0, DATA, 0), 0);
    expect_bytes(s, DATA, "00000000ee");
    assert_int_equal(ask(s, XG_ROW_XamUserLookupDevice, 1000, 0, 0, DATA, 0), 0x8007048F);
    fill(s);
    assert_int_equal(ask(s, XG_ROW_XInputdReadState, 1000, 0x10000000, DATA, DATA + 4, 0), 0);
    expect_bytes(s, DATA,
                 "00000001"
                 "1400"
                 "12"
                 "34"
                 "0001fffe"
                 "7fff8000"
                 "ee");
    assert_int_equal(ask(s, XG_ROW_XInputdReadState, 1000, 0x10000001, DATA, DATA + 4, 0),
                     0xC000009D);
    assert_int_equal(ask(s, XG_ROW_XInputdReadState, 1000, 0x10000000, DATA, UNMAPPED, 0),
                     0xFAFAFAFA);
}

static void a_null_state_asks_whether_there_is_a_pad(void **state)
{
    struct state *s = *state;
    assert_int_equal(ask(s, XG_ROW_XamInputGetState, 1000, 0, 1, 0, 0), 0);
    assert_int_equal(ask(s, XG_ROW_XamInputGetState, 1000, 1, 1, 0, 0), NOT_CONNECTED);
}

static void there_is_no_pad_for_other_users_or_as_a_keyboard(void **state)
{
    struct state *s = *state;
    static const uint32_t users[] = {1, 3, 4, 0xFF, 0xFFFFFFFF};
    for (size_t i = 0; i < XG_COUNTOF(users); i++)
        assert_int_equal(ask(s, XG_ROW_XamInputGetState, 1000, users[i], 1, DATA, 0),
                         NOT_CONNECTED);
    assert_int_equal(ask(s, XG_ROW_XamInputGetState, 1000, 0, 2, DATA, 0), NOT_CONNECTED);
    s->b->k->o.input = NULL;
    assert_int_equal(ask(s, XG_ROW_XamInputGetState, 1000, 0, 1, DATA, 0), NOT_CONNECTED);
    assert_int_equal(ask(s, XG_ROW_XamInputSetState, 1000, 0, 0, DATA, 0), NOT_CONNECTED);
}

static void bad_pointers_are_guest_faults(void **state)
{
    struct state *s = *state;
    assert_int_equal(ask(s, XG_ROW_XamInputGetState, 1000, 0, 1, UNMAPPED, 0), 0xFAFAFAFA);
    assert_int_equal(ask(s, XG_ROW_XamInputGetCapabilities, 1000, 0, 1, UNMAPPED, 0), 0xFAFAFAFA);
    assert_int_equal(ask(s, XG_ROW_XamInputSetState, 1000, 0, 1, UNMAPPED, 0), 0xFAFAFAFA);
    assert_int_equal(ask(s, XG_ROW_XamInputGetKeystroke, 1000, 0, 1, UNMAPPED, 0), 0xFAFAFAFA);
    assert_int_equal(ask(s, XG_ROW_XamInputGetKeystrokeEx, 1000, UNMAPPED, 1, DATA, 0), 0xFAFAFAFA);
    assert_int_equal(ask(s, XG_ROW_XamInputGetCapabilities, 1000, 0, 1, 0, 0), BAD_ARGUMENTS);
    assert_int_equal(ask(s, XG_ROW_XamInputSetState, 1000, 0, 1, 0, 0), BAD_ARGUMENTS);
    assert_int_equal(ask(s, XG_ROW_XamInputGetKeystroke, 1000, 0, 1, 0, 0), BAD_ARGUMENTS);
    assert_int_equal(ask(s, XG_ROW_XamInputGetKeystrokeEx, 1000, 0, 1, DATA, 0), BAD_ARGUMENTS);
}

static void capabilities_are_those_of_a_pad_with_motors(void **state)
{
    struct state *s = *state;
    static const char pad[] = "01"
                              "01"
                              "0001"
                              "ffffffff"
                              "ffffffffffffffff"
                              "ffffffff"
                              "ee";
    fill(s);
    assert_int_equal(ask(s, XG_ROW_XamInputGetCapabilities, 1000, 0, 1, DATA, 0), 0);
    expect_bytes(s, DATA, pad);
    fill(s);
    assert_int_equal(ask(s, XG_ROW_XamInputGetCapabilitiesEx, 1000, 1, 0xFF, 0, DATA), 0);
    expect_bytes(s, DATA, pad);
    assert_int_equal(ask(s, XG_ROW_XamInputGetCapabilitiesEx, 1000, 2, 0, 0, DATA), 0x32);
    assert_int_equal(ask(s, XG_ROW_XamInputGetCapabilities, 1000, 2, 1, DATA, 0), NOT_CONNECTED);
    expect_bytes(s, DATA, "0000000000000000000000000000000000000000ee");
}

static void motors_are_told_to_the_host(void **state)
{
    struct state *s = *state;
    assert_true(xg_memory_st32(s->b->mem, DATA, 0x1234ABCD, NULL));
    assert_int_equal(ask(s, XG_ROW_XamInputSetState, 1000, 1, 0, DATA, 0), NOT_CONNECTED);
    assert_int_equal(ask(s, XG_ROW_XamInputSetState, 1000, 0, 0, DATA, 0), 0);
    assert_int_equal(xg_input_rumble(s->in, 0).left, 0x1234);
    assert_int_equal(xg_input_rumble(s->in, 0).right, 0xABCD);
    assert_int_equal(xg_input_rumble(s->in, 1).left, 0);
}

static void keystrokes_come_until_there_are_none(void **state)
{
    struct state *s = *state;
    const struct xg_pad rest = {true, {0}}, start = {true, {.buttons = XG_BUTTON_START}};
    xg_input_set(s->in, 2000, 0, &rest);
    xg_input_set(s->in, 2000, 2, &start);
    assert_int_equal(ask(s, XG_ROW_XamInputGetKeystroke, 500, 0, 1, DATA, 0), NOT_CONNECTED);
    assert_int_equal(ask(s, XG_ROW_XamInputGetKeystroke, 1000, 0, 1, DATA, 0), 0);
    expect_bytes(s, DATA,
                 "5800"
                 "0000"
                 "0001"
                 "00"
                 "00"); /* A down, pad 0 */
    assert_int_equal(ask(s, XG_ROW_XamInputGetKeystroke, 1000, 0, 1, DATA, 0), 0);
    expect_bytes(s, DATA,
                 "5836"
                 "0000"
                 "0001"
                 "0000"); /* the right stick is down and right */
    assert_int_equal(ask(s, XG_ROW_XamInputGetKeystroke, 1000, 0, 1, DATA, 0), EMPTY);
    expect_bytes(s, DATA, "0000000000000000");
    /* any user: first what pad 0 has to say, then pad 2 */
    assert_int_equal(ask(s, XG_ROW_XamInputGetKeystroke, 2000, 0xFF, 1, DATA, 0), 0);
    expect_bytes(s, DATA,
                 "5800"
                 "0000"
                 "0002"
                 "0000");
    assert_int_equal(ask(s, XG_ROW_XamInputGetKeystroke, 2000, 0xFF, 1, DATA, 0), 0);
    expect_bytes(s, DATA,
                 "5836"
                 "0000"
                 "0002"
                 "0000");
    assert_true(xg_memory_st32(s->b->mem, DATA + 32, 0xFF, NULL));
    assert_int_equal(ask(s, XG_ROW_XamInputGetKeystrokeEx, 2000, DATA + 32, 1, DATA, 0), 0);
    expect_bytes(s, DATA,
                 "5814"
                 "0000"
                 "0001"
                 "0200");
    expect_bytes(s, DATA + 32, "00000002"); /* who it was */
    assert_int_equal(ask(s, XG_ROW_XamInputGetKeystrokeEx, 2000, DATA + 32, 1, DATA, 0), EMPTY);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_state_is_that_of_the_moment),
        T(the_driver_knows_pads_by_context),
        T(a_null_state_asks_whether_there_is_a_pad),
        T(there_is_no_pad_for_other_users_or_as_a_keyboard),
        T(bad_pointers_are_guest_faults),
        T(capabilities_are_those_of_a_pad_with_motors),
        T(motors_are_told_to_the_host),
        T(keystrokes_come_until_there_are_none),
    };
    return cmocka_run_group_tests_name("kernel_input", tests, NULL, NULL);
}
