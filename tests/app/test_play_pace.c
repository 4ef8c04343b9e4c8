/* Pacing and measuring of a windowed run, with a clock that the test moves. */
#include "app/play_pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS 1000000ull
#define S  1000000000ull

static void a_fast_host_waits_for_guest_time(void **state)
{
    XG_UNUSED(state);
    struct xg_pace p = {0};
    assert_int_equal(xg_pace_wait(&p, 500 * MS, 7 * S), 0); /* the first sets both clocks */
    assert_int_equal(xg_pace_wait(&p, 516 * MS, 7 * S + 4 * MS), 12 * MS);
    assert_int_equal(xg_pace_wait(&p, 516 * MS, 7 * S + 16 * MS), 0);
    assert_int_equal(xg_pace_wait(&p, 1500 * MS, 7 * S + 20 * MS), 980 * MS);
}

static void small_delays_are_caught_up(void **state)
{
    XG_UNUSED(state);
    struct xg_pace p = {0};
    xg_pace_wait(&p, 0, 0);
    assert_int_equal(xg_pace_wait(&p, 16 * MS, 60 * MS), 0); /* 44 ms late */
    assert_int_equal(xg_pace_wait(&p, 64 * MS, 61 * MS), 3 * MS);
}

static void a_slow_host_never_races_afterwards(void **state)
{
    XG_UNUSED(state);
    struct xg_pace p = {0};
    xg_pace_wait(&p, 0, 0);
    assert_int_equal(xg_pace_wait(&p, 16 * MS, 1000 * MS), 0); /* counts afresh from here */
    assert_int_equal(xg_pace_wait(&p, 32 * MS, 1001 * MS), 15 * MS);
}

static void after_a_pause_it_counts_from_the_next_moment(void **state)
{
    XG_UNUSED(state);
    struct xg_pace p = {0};
    xg_pace_wait(&p, 0, 0);
    xg_pace_restart(&p);
    assert_int_equal(xg_pace_wait(&p, 900 * MS, 50 * MS), 0); /* fast-forward: guest is ahead */
    assert_int_equal(xg_pace_wait(&p, 916 * MS, 51 * MS), 15 * MS);
}

static void a_perfect_host_keeps_real_time_for_an_hour(void **state)
{
    XG_UNUSED(state);
    struct xg_pace p = {0};
    uint64_t host = 5 * S, start = host;
    xg_time guest = 0;
    for (int i = 0; i < 60 * 3600; i++) {
        host += 3 * MS; /* what a frame costs */
        host += xg_pace_wait(&p, guest, host);
        guest = xg_next_vblank(guest, 60);
    }
    assert_int_equal(guest, 3600 * S);
    assert_in_range(host - start, 3600 * S - 20 * MS, 3600 * S + 20 * MS);
}

static void vertical_blanks_do_not_drift(void **state)
{
    XG_UNUSED(state);
    static const struct {
        xg_time now, next;
    } cases[] = {{0, 16666666},
                 {16666665, 16666666},
                 {16666666, 33333333},
                 {33333333, 50000000},
                 {S - 1, S},
                 {S, S + 16666666},
                 {86400 * S, 86400 * S + 16666666}};
    for (size_t i = 0; i < XG_COUNTOF(cases); i++)
        assert_int_equal(xg_next_vblank(cases[i].now, 60), cases[i].next);
}

static void speed_is_measured_over_half_seconds(void **state)
{
    XG_UNUSED(state);
    struct xg_speed s = {0};
    struct xg_speed_report r = {-1, -1, -1};
    assert_false(xg_speed_update(&s, &(struct xg_progress){100 * MS, 10, 1000}, 2 * S, &r));
    assert_false(
        xg_speed_update(&s, &(struct xg_progress){200 * MS, 15, 2000}, 2 * S + 499 * MS, &r));
    assert_true(r.percent < 0);
    assert_true(
        xg_speed_update(&s, &(struct xg_progress){350 * MS, 30, 501000}, 2 * S + 500 * MS, &r));
    assert_int_equal(r.percent * 1000, 50000); /* 250 ms of guest time in 500 ms */
    assert_int_equal(r.frames_per_s * 1000, 40000);
    assert_int_equal(r.cycles_per_s, 1000000);
    assert_false(
        xg_speed_update(&s, &(struct xg_progress){850 * MS, 60, 501000}, 2 * S + 900 * MS, &r));
    assert_true(xg_speed_update(&s, &(struct xg_progress){1350 * MS, 80, 501000}, 3 * S, &r));
    assert_int_equal(r.percent * 1000, 200000);
    assert_int_equal(r.frames_per_s * 1000, 100000);
    assert_int_equal(r.cycles_per_s, 0);
}

static void a_pause_is_no_part_of_the_speed(void **state)
{
    XG_UNUSED(state);
    struct xg_speed s = {0};
    struct xg_speed_report r;
    xg_speed_update(&s, &(struct xg_progress){0, 0, 0}, 0, &r);
    xg_speed_restart(&s);
    assert_false(xg_speed_update(&s, &(struct xg_progress){100 * MS, 6, 0}, 60 * S, &r));
    assert_true(xg_speed_update(&s, &(struct xg_progress){600 * MS, 36, 0}, 60 * S + 500 * MS, &r));
    assert_int_equal(r.percent * 1000, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fast_host_waits_for_guest_time),
        cmocka_unit_test(small_delays_are_caught_up),
        cmocka_unit_test(a_slow_host_never_races_afterwards),
        cmocka_unit_test(after_a_pause_it_counts_from_the_next_moment),
        cmocka_unit_test(a_perfect_host_keeps_real_time_for_an_hour),
        cmocka_unit_test(vertical_blanks_do_not_drift),
        cmocka_unit_test(speed_is_measured_over_half_seconds),
        cmocka_unit_test(a_pause_is_no_part_of_the_speed),
    };
    return cmocka_run_group_tests_name("play_pace", tests, NULL, NULL);
}
