/* Scheduler, time, waits: guest threads in machine code on the real kernel. */
#include "bench.h"

static int setup(void **state)
{
    *state = bench_open();
    return 0;
}
static int teardown(void **state)
{
    bench_close(*state);
    return 0;
}

static void the_last_thread_to_end_ends_the_title(void **state)
{
    struct bench *b = *state;
    xg_ga f = begin(b);
    say(b, "first");
    end(b, 3);
    xg_ga g = begin(b);
    sleep_us(b, 100);
    say(b, "second");
    end(b, 7);
    thread(b, f, 0);
    thread(b, g, 1);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_int_equal(xg_kernel_exit_code(b->k), 7);
    assert_string_equal(b->line[0].text, "first");
    assert_string_equal(b->line[1].text, "second");
}

static void time_jumps_over_a_sleep(void **state)
{
    struct bench *b = *state;
    xg_ga f = begin(b);
    say(b, "a");
    sleep_us(b, 5000);
    say(b, "b");
    end(b, 0);
    thread(b, f, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    xg_time slept = b->line[1].when - b->line[0].when;
    assert_in_range(slept, 5000000, 5000000 + XG_ROUND_NS);
    assert_in_range(xg_kernel_instructions(b->k), 10, 100);
}

static void sleepers_wake_in_order_of_their_time(void **state)
{
    struct bench *b = *state;
    static const uint32_t us[] = {3000, 1000, 2000, 500};
    for (unsigned i = 0; i < 4; i++) {
        char text[16];
        xg_ga f = begin(b);
        sleep_us(b, us[i]);
        snprintf(text, sizeof text, "%u", us[i]);
        say(b, text);
        end(b, 0);
        thread(b, f, i % 2);
    }
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_int_equal(b->lines, 4);
    assert_string_equal(b->line[0].text, "500");
    assert_string_equal(b->line[1].text, "1000");
    assert_string_equal(b->line[2].text, "2000");
    assert_string_equal(b->line[3].text, "3000");
}

static void hardware_threads_run_at_the_same_time(void **state)
{
    struct bench *b = *state;
    xg_ga f = begin(b);
    spin(b, 1000000);
    say(b, "done");
    end(b, 0);
    for (unsigned cpu = 0; cpu < XG_CPUS; cpu++)
        thread(b, f, cpu);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_int_equal(b->lines, 6);
    for (unsigned i = 0; i < 6; i++)
        assert_in_range(b->line[i].when, 1000000, 1000000 + 100);
    assert_in_range(xg_kernel_instructions(b->k), 6000000, 6000600);
}

static void equal_priorities_share_by_quantum(void **state)
{
    struct bench *b = *state;
    xg_ga f = begin(b);
    spin(b, 30000000);
    say(b, "done");
    end(b, 0);
    struct xg_thread *t = thread(b, f, 0), *u = thread(b, f, 0);
    uint32_t first = t->id, second = u->id;
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    /* 20 ms of the first, 20 of the second, 10 of the first, 10 of the second. */
    assert_int_equal(b->line[0].thread, first);
    assert_in_range(b->line[0].when, 50000000, 50001000);
    assert_int_equal(b->line[1].thread, second);
    assert_in_range(b->line[1].when, 60000000, 60001000);
}

static void a_woken_thread_of_higher_priority_preempts(void **state)
{
    struct bench *b = *state;
    xg_ga f = begin(b);
    sleep_us(b, 1000);
    say(b, "high");
    end(b, 0);
    xg_ga g = begin(b);
    spin(b, 5000000);
    say(b, "low");
    end(b, 0);
    thread(b, f, 0)->priority = 12;
    thread(b, g, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_string_equal(b->line[0].text, "high");
    assert_in_range(b->line[0].when, 1000000, 1000000 + XG_ROUND_NS + 100);
}

static void an_auto_event_wakes_one_and_a_manual_event_wakes_all(void **state)
{
    struct bench *b = *state;
    xg_ga automatic = DATA, manual = DATA + 0x20;
    header(b, automatic, XG_DISP_AUTO_EVENT, 0, 0);
    header(b, manual, XG_DISP_MANUAL_EVENT, 0, 0);
    xg_ga f = begin(b);
    wait_for(b, automatic);
    say(b, "auto");
    wait_for(b, manual);
    say(b, "manual");
    end(b, 0);
    xg_ga g = begin(b);
    sleep_us(b, 100);
    set_event(b, automatic);
    sleep_us(b, 100);
    say(b, "between");
    set_event(b, automatic);
    sleep_us(b, 100);
    set_event(b, manual);
    end(b, 0);
    thread(b, f, 0);
    thread(b, f, 1);
    thread(b, g, 2);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_int_equal(b->lines, 5);
    assert_string_equal(b->line[0].text, "auto");
    assert_string_equal(b->line[1].text, "between");
    assert_string_equal(b->line[2].text, "auto");
    assert_string_equal(b->line[3].text, "manual");
    assert_string_equal(b->line[4].text, "manual");
    assert_int_equal(word(b, automatic + 4), 0);
    assert_int_equal(word(b, manual + 4), 1);
}

static void a_semaphore_lets_as_many_through_as_were_released(void **state)
{
    struct bench *b = *state;
    xg_ga sem = DATA;
    header(b, sem, XG_DISP_SEMAPHORE, 0, 10);
    xg_ga f = begin(b);
    wait_for(b, sem);
    say(b, "through");
    end(b, 0);
    xg_ga g = begin(b);
    sleep_us(b, 100);
    li(b, 3, sem);
    li(b, 4, 0);
    li(b, 5, 2);
    li(b, 6, 0);
    call(b, XG_ROW_KeReleaseSemaphore);
    end(b, 0);
    for (unsigned i = 0; i < 3; i++)
        thread(b, f, i);
    thread(b, g, 3);
    assert_int_equal(run(b), XG_KERNEL_DEADLOCK);
    assert_int_equal(b->lines, 2);
    assert_int_equal(word(b, sem + 4), 0);
}

static void waiting_for_ever_is_a_deadlock_that_names_the_object(void **state)
{
    struct bench *b = *state;
    header(b, DATA + 0x40, XG_DISP_AUTO_EVENT, 0, 0);
    xg_ga f = begin(b);
    wait_for(b, DATA + 0x40);
    end(b, 0);
    thread(b, f, 0);
    assert_int_equal(run(b), XG_KERNEL_DEADLOCK);
    assert_non_null(strstr(xg_kernel_stop_text(b->k), "0x00200040"));
    assert_non_null(strstr(xg_kernel_stop_text(b->k), "thread 1"));
}

static void waiting_for_all_takes_nothing_until_all_are_there(void **state)
{
    struct bench *b = *state;
    xg_ga one = DATA, two = DATA + 0x20, list = DATA + 0x100;
    header(b, one, XG_DISP_AUTO_EVENT, 1, 0);
    header(b, two, XG_DISP_AUTO_EVENT, 0, 0);
    assert_true(xg_memory_st32(b->mem, list, one, NULL));
    assert_true(xg_memory_st32(b->mem, list + 4, two, NULL));
    xg_ga f = begin(b);
    li(b, 3, 2);
    li(b, 4, list);
    for (unsigned r = 5; r <= 10; r++)
        li(b, r, 0);
    call(b, XG_ROW_KeWaitForMultipleObjects);
    mr(b, 4, 3);
    say(b, "all %u");
    end(b, 0);
    xg_ga g = begin(b);
    sleep_us(b, 50);
    li(b, 9, one);
    lwz(b, 4, 4, 9);
    say(b, "one still %u");
    set_event(b, two);
    end(b, 0);
    thread(b, f, 0);
    thread(b, g, 1);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_string_equal(b->line[0].text, "one still 1");
    assert_string_equal(b->line[1].text, "all 0");
    assert_int_equal(word(b, one + 4), 0);
    assert_int_equal(word(b, two + 4), 0);
}

static void a_timed_wait_answers_102(void **state)
{
    struct bench *b = *state;
    header(b, DATA, XG_DISP_AUTO_EVENT, 0, 0);
    assert_true(xg_memory_st64(b->mem, DATA + 0x100, 0 - (uint64_t)10000, NULL)); /* 1 ms */
    xg_ga f = begin(b);
    li(b, 3, DATA);
    li(b, 4, 0);
    li(b, 5, 0);
    li(b, 6, 0);
    li(b, 7, DATA + 0x100);
    call(b, XG_ROW_KeWaitForSingleObject);
    mr(b, 4, 3);
    say(b, "%x");
    end(b, 0);
    thread(b, f, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_string_equal(b->line[0].text, "102");
    assert_in_range(b->line[0].when, 1000000, 1000000 + XG_ROUND_NS);
}

/* Each of six threads adds one 50 times: load, sleep, store, inside the section. */
static void a_critical_section_excludes(void **state)
{
    struct bench *b = *state;
    xg_ga section = DATA, counter = DATA + 0x100;
    header(b, section, XG_DISP_AUTO_EVENT, 0, UINT32_MAX);
    xg_ga f = begin(b);
    li(b, 29, 50);
    xg_ga loop = b->at;
    li(b, 3, section);
    call(b, XG_ROW_RtlEnterCriticalSection);
    li(b, 28, counter);
    lwz(b, 27, 0, 28);
    sleep_us(b, 10);
    addi(b, 27, 27, 1);
    stw(b, 27, 0, 28);
    li(b, 3, section);
    call(b, XG_ROW_RtlLeaveCriticalSection);
    op(b, 13u << 26 | 29 << 21 | 29 << 16 | 0xFFFF);                  /* addic. r29,-1 */
    op(b, 16u << 26 | 4 << 21 | 2 << 16 | ((loop - b->at) & 0xFFFC)); /* bne loop */
    end(b, 0);
    for (unsigned cpu = 0; cpu < XG_CPUS; cpu++)
        thread(b, f, cpu);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_int_equal(word(b, counter), 300);
    assert_int_equal(word(b, section + 0x10), UINT32_MAX);
    assert_int_equal(word(b, section + 0x18), 0);
}

static void a_spin_lock_makes_the_other_hardware_thread_wait(void **state)
{
    struct bench *b = *state;
    xg_ga lock = DATA;
    xg_ga f = begin(b);
    li(b, 3, lock);
    call(b, XG_ROW_KfAcquireSpinLock);
    mr(b, 30, 3);
    spin(b, 100000);
    say(b, "first holds");
    li(b, 3, lock);
    mr(b, 4, 30);
    call(b, XG_ROW_KfReleaseSpinLock);
    end(b, 0);
    xg_ga g = begin(b);
    spin(b, 1000);
    li(b, 3, lock);
    call(b, XG_ROW_KfAcquireSpinLock);
    say(b, "second holds");
    li(b, 9, lock);
    lwz(b, 4, 0, 9);
    mr(b, 5, 13);
    say(b, "%x %x");
    li(b, 3, lock);
    li(b, 4, 0);
    call(b, XG_ROW_KfReleaseSpinLock);
    end(b, 0);
    thread(b, f, 0);
    thread(b, g, 1);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_string_equal(b->line[0].text, "first holds");
    assert_string_equal(b->line[1].text, "second holds");
    char owner[64];
    snprintf(owner, sizeof owner, "%x %x", b->k->hw[1].kpcr, b->k->hw[1].kpcr);
    assert_string_equal(b->line[2].text, owner);
    assert_int_equal(word(b, lock), 0);
}

static void a_dpc_runs_on_its_hardware_thread_at_irql_2(void **state)
{
    struct bench *b = *state;
    xg_ga dpc = DATA;
    xg_ga routine = begin(b); /* (dpc, context, a1, a2) */
    mr(b, 28, 5);
    mr(b, 29, 6);
    op(b, 34u << 26 | 7 << 21 | 13 << 16 | KPCR_CPU);  /* lbz r7 */
    op(b, 34u << 26 | 8 << 21 | 13 << 16 | KPCR_IRQL); /* lbz r8 */
    lwz(b, 9, KPCR_DPC_ACTIVE, 13);
    mr(b, 5, 28);
    mr(b, 6, 29);
    say(b, "context %u args %u %u cpu %u irql %u active %u");
    end(b, 0);
    xg_ga f = begin(b);
    li(b, 3, dpc);
    li(b, 4, routine);
    li(b, 5, 77);
    call(b, XG_ROW_KeInitializeDpc);
    li(b, 9, dpc);
    li(b, 8, 5);                              /* cpu 4 + 1 */
    op(b, 38u << 26 | 8 << 21 | 9 << 16 | 3); /* stb r8, 3(r9) */
    li(b, 3, dpc);
    li(b, 4, 8);
    li(b, 5, 9);
    call(b, XG_ROW_KeInsertQueueDpc);
    mr(b, 4, 3);
    say(b, "queued %u");
    sleep_us(b, 100);
    op(b, 34u << 26 | 4 << 21 | 13 << 16 | KPCR_IRQL);
    say(b, "irql %u");
    end(b, 0);
    thread(b, f, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_int_equal(b->lines, 3);
    assert_string_equal(b->line[0].text, "queued 1");
    assert_string_equal(b->line[1].text, "context 77 args 8 9 cpu 4 irql 2 active 1");
    assert_string_equal(b->line[2].text, "irql 0");
    assert_int_equal(word(b, b->k->hw[4].kpcr + KPCR_DPC_ACTIVE), 0);
}

static void slots_are_per_thread_and_zero_at_first(void **state)
{
    struct bench *b = *state;
    xg_ga f = begin(b);
    call(b, XG_ROW_KeTlsAlloc);
    mr(b, 30, 3);
    call(b, XG_ROW_KeTlsGetValue);
    mr(b, 4, 3);
    say(b, "%u");
    mr(b, 3, 30);
    li(b, 4, 42);
    call(b, XG_ROW_KeTlsSetValue);
    sleep_us(b, 100);
    mr(b, 3, 30);
    call(b, XG_ROW_KeTlsGetValue);
    mr(b, 4, 3);
    say(b, "%u");
    end(b, 0);
    xg_ga g = begin(b);
    sleep_us(b, 50);
    li(b, 3, 0); /* the slot of the other thread */
    call(b, XG_ROW_KeTlsGetValue);
    mr(b, 4, 3);
    say(b, "other %u");
    end(b, 0);
    thread(b, f, 0);
    thread(b, g, 1);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_string_equal(b->line[0].text, "0");
    assert_string_equal(b->line[1].text, "other 0");
    assert_string_equal(b->line[2].text, "42");
}

static void an_export_that_is_not_there_is_logged_once_and_counted(void **state)
{
    struct bench *b = *state;
    unsigned row = (unsigned)xg_export_find("xboxkrnl", 0x005); /* DumpGetRawDumpInfo */
    assert_null(xg_exports[row].handler);
    xg_ga f = begin(b);
    for (unsigned i = 0; i < 3; i++) {
        li(b, 3, 0x1234);
        call(b, row);
    }
    mr(b, 4, 3);
    say(b, "%x");
    end(b, 0);
    thread(b, f, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_string_equal(b->line[0].text, "c0000002");
    assert_int_equal(b->logs, 1);
    assert_non_null(strstr(b->log, xg_exports[row].name));
    assert_non_null(strstr(b->log, "0x1234"));
    assert_int_equal(xg_kernel_unimplemented_calls(b->k), 3);
}

static void a_bad_pointer_in_an_export_is_a_guest_fault(void **state)
{
    struct bench *b = *state;
    xg_ga f = begin(b);
    set_event(b, 0x3E000000);
    end(b, 0);
    thread(b, f, 0);
    assert_int_equal(run(b), XG_KERNEL_FAULTED);
    assert_non_null(strstr(xg_kernel_stop_text(b->k), "KeSetEvent"));
    assert_non_null(strstr(xg_kernel_stop_text(b->k), "0x3E00000"));
    assert_non_null(strstr(xg_kernel_stop_text(b->k), "thread 1"));
}

/* ---- one run cut into pieces is the same run ---- */

static void program_of_many(struct bench *b)
{
    xg_ga event = DATA, section = DATA + 0x40;
    header(b, event, XG_DISP_AUTO_EVENT, 1, 0);
    header(b, section, XG_DISP_AUTO_EVENT, 0, UINT32_MAX);
    for (unsigned i = 0; i < 12; i++) {
        xg_ga f = begin(b);
        spin(b, 1000 + 777 * i);
        wait_for(b, event);
        say(b, "has event");
        spin(b, 5000);
        set_event(b, event);
        li(b, 3, section);
        call(b, XG_ROW_RtlEnterCriticalSection);
        sleep_us(b, 30 + i);
        say(b, "in section");
        li(b, 3, section);
        call(b, XG_ROW_RtlLeaveCriticalSection);
        end(b, i);
        thread(b, f, i % XG_CPUS);
    }
}

static void a_run_in_pieces_is_the_same_run(void **state)
{
    struct bench *whole = *state, *pieces = bench_open();
    program_of_many(whole);
    program_of_many(pieces);
    assert_int_equal(run(whole), XG_KERNEL_EXITED);
    uint64_t budget = 0;
    for (unsigned i = 0; xg_kernel_run(pieces->k, budget) == XG_KERNEL_RUNNING; i++) {
        assert_true(i < 100000);
        budget += 97 + i % 13;
    }
    assert_int_equal(pieces->lines, 24);
    assert_int_equal(pieces->lines, whole->lines);
    for (unsigned i = 0; i < whole->lines; i++) {
        assert_string_equal(pieces->line[i].text, whole->line[i].text);
        assert_int_equal(pieces->line[i].thread, whole->line[i].thread);
        assert_true(pieces->line[i].when == whole->line[i].when);
    }
    assert_true(xg_kernel_instructions(pieces->k) == xg_kernel_instructions(whole->k));
    assert_true(xg_kernel_now(pieces->k) == xg_kernel_now(whole->k));
    bench_close(pieces);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_last_thread_to_end_ends_the_title),
        T(time_jumps_over_a_sleep),
        T(sleepers_wake_in_order_of_their_time),
        T(hardware_threads_run_at_the_same_time),
        T(equal_priorities_share_by_quantum),
        T(a_woken_thread_of_higher_priority_preempts),
        T(an_auto_event_wakes_one_and_a_manual_event_wakes_all),
        T(a_semaphore_lets_as_many_through_as_were_released),
        T(waiting_for_ever_is_a_deadlock_that_names_the_object),
        T(waiting_for_all_takes_nothing_until_all_are_there),
        T(a_timed_wait_answers_102),
        T(a_critical_section_excludes),
        T(a_spin_lock_makes_the_other_hardware_thread_wait),
        T(a_dpc_runs_on_its_hardware_thread_at_irql_2),
        T(slots_are_per_thread_and_zero_at_first),
        T(an_export_that_is_not_there_is_logged_once_and_counted),
        T(a_bad_pointer_in_an_export_is_a_guest_fault),
        T(a_run_in_pieces_is_the_same_run),
    };
    return cmocka_run_group_tests_name("kernel_sched", tests, NULL, NULL);
}
