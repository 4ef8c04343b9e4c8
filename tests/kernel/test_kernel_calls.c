/* Calls from the kernel into guest code: APCs, timers, terminate notifications, structured
 * exceptions. Mutants, too: their owners are threads. */
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

static void lines_are(struct bench *b, const char *const *want, unsigned count)
{
    for (unsigned i = 0; i < count && i < b->lines; i++)
        assert_string_equal(b->line[i].text, want[i]);
    assert_int_equal(b->lines, count);
}
#define LINES(b, ...)                                                                              \
    do {                                                                                           \
        static const char *const want[] = {__VA_ARGS__};                                           \
        lines_are(b, want, XG_COUNTOF(want));                                                      \
    } while (0)

/* export(word at DATA + handle, arguments...) */
static void by_handle(struct bench *b, unsigned row, unsigned handle, uint32_t a4, uint32_t a5)
{
    li(b, 3, DATA + handle);
    lwz(b, 3, 0, 3);
    li(b, 4, a4);
    li(b, 5, a5);
    li(b, 6, 0);
    li(b, 7, 0);
    call(b, row);
}
static void wait_handle(struct bench *b, unsigned handle)
{
    by_handle(b, XG_ROW_NtWaitForSingleObjectEx, handle, 1, 0);
}
static void say_r3(struct bench *b, const char *text)
{
    mr(b, 4, 3);
    say(b, text);
}
static void current_handle(struct bench *b, unsigned at) /* a handle of the caller */
{
    li(b, 3, (uint32_t)-2);
    li(b, 4, DATA + at);
    li(b, 5, 0);
    call(b, XG_ROW_NtDuplicateObject);
}

/* ---- mutants ---- */

static void a_mutant_is_its_owners_until_it_is_given_up_as_often_as_taken(void **state)
{
    struct bench *b = *state;
    xg_ga f = begin(b);
    li(b, 3, DATA);
    li(b, 4, 0);
    li(b, 5, 1); /* owned */
    call(b, XG_ROW_NtCreateMutant);
    wait_handle(b, 0);
    sleep_us(b, 100);
    by_handle(b, XG_ROW_NtReleaseMutant, 0, DATA + 0x100, 0);
    sleep_us(b, 100);
    say(b, "still mine");
    by_handle(b, XG_ROW_NtReleaseMutant, 0, DATA + 0x104, 0);
    by_handle(b, XG_ROW_NtReleaseMutant, 0, 0, 0);
    say_r3(b, "again: %x");
    end(b, 0);
    xg_ga g = begin(b);
    sleep_us(b, 50);
    wait_handle(b, 0);
    say_r3(b, "got it: %x");
    by_handle(b, XG_ROW_NtReleaseMutant, 0, 0, 0);
    say_r3(b, "given up: %x");
    end(b, 0);
    thread(b, f, 0);
    thread(b, g, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    LINES(b, "still mine", "again: c0000046", "got it: 0", "given up: 0");
    assert_int_equal(word(b, DATA + 0x100), (uint32_t)-1); /* taken twice: 1, 0, -1 */
    assert_int_equal(word(b, DATA + 0x104), 0);
}

static void a_mutant_whose_owner_ended_is_abandoned_once(void **state)
{
    struct bench *b = *state;
    xg_ga f = begin(b);
    li(b, 3, DATA);
    li(b, 4, 0);
    li(b, 5, 1);
    call(b, XG_ROW_NtCreateMutant);
    end(b, 0);
    xg_ga g = begin(b);
    sleep_us(b, 50);
    wait_handle(b, 0);
    say_r3(b, "%x");
    wait_handle(b, 0);
    say_r3(b, "%x");
    end(b, 0);
    thread(b, f, 0);
    thread(b, g, 1);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    LINES(b, "80", "0");
}

/* ---- timers ---- */

static void a_periodic_timer_fires_at_its_times(void **state)
{
    struct bench *b = *state;
    xg_ga f = begin(b);
    li(b, 3, DATA);
    li(b, 4, 1); /* auto reset */
    call(b, XG_ROW_KeInitializeTimerEx);
    li(b, 3, DATA);
    li(b, 4, (uint32_t)-10000); /* 1 ms; 64 bit: */
    op(b, 0x7C8407B4u);         /* extsw r4, r4 */
    li(b, 5, 2);
    li(b, 6, 0);
    call(b, XG_ROW_KeSetTimerEx);
    for (unsigned i = 0; i < 3; i++) {
        wait_for(b, DATA);
        say(b, "tick");
    }
    li(b, 3, DATA);
    call(b, XG_ROW_KeCancelTimer);
    say_r3(b, "was set: %u");
    end(b, 0);
    thread(b, f, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    LINES(b, "tick", "tick", "tick", "was set: 1");
    for (unsigned i = 0; i < 3; i++)
        assert_in_range(b->line[i].when, 1000000 + i * 2000000,
                        1000000 + i * 2000000 + XG_ROUND_NS + 1000);
}

static void a_timer_queues_its_dpc(void **state)
{
    struct bench *b = *state;
    xg_ga dpc = DATA + 0x100;
    xg_ga routine = begin(b);
    li(b, 3, DATA + 0x40);
    li(b, 4, 0);
    li(b, 5, 0);
    call(b, XG_ROW_KeSetEvent);
    end(b, 0);
    header(b, DATA + 0x40, XG_DISP_MANUAL_EVENT, 0, 0);
    xg_ga f = begin(b);
    li(b, 3, dpc);
    li(b, 4, routine);
    li(b, 5, 7);
    call(b, XG_ROW_KeInitializeDpc);
    li(b, 3, DATA);
    li(b, 4, 0);
    call(b, XG_ROW_KeInitializeTimerEx);
    li(b, 3, DATA);
    li(b, 4, (uint32_t)-5000);
    op(b, 0x7C8407B4u);
    li(b, 5, dpc);
    call(b, XG_ROW_KeSetTimer);
    wait_for(b, DATA + 0x40);
    say(b, "dpc came");
    end(b, 0);
    thread(b, f, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    LINES(b, "dpc came");
    assert_in_range(b->line[0].when, 500000, 500000 + 3 * XG_ROUND_NS);
}

static void a_timer_apc_runs_in_the_thread_that_set_it(void **state)
{
    struct bench *b = *state;
    xg_ga apc = begin(b);
    say_r3(b, "apc %x");
    end(b, 0);
    assert_true(xg_memory_st64(b->mem, DATA + 0x10, (uint64_t)-10000, NULL));
    xg_ga f = begin(b);
    li(b, 3, DATA);
    li(b, 4, 0);
    li(b, 5, 1);
    call(b, XG_ROW_NtCreateTimer);
    li(b, 3, DATA);
    lwz(b, 3, 0, 3);
    li(b, 4, DATA + 0x10);
    li(b, 5, apc);
    li(b, 6, 1);
    li(b, 7, 0xABC);
    li(b, 8, 0);
    li(b, 9, 0);
    li(b, 10, 0);
    call(b, XG_ROW_NtSetTimerEx);
    li(b, 3, 1);
    li(b, 4, 1); /* alertable */
    li(b, 5, DATA + 0x18);
    call(b, XG_ROW_KeDelayExecutionThread);
    say_r3(b, "sleep: %x");
    end(b, 0);
    assert_true(xg_memory_st64(b->mem, DATA + 0x18, (uint64_t)INT64_MIN, NULL));
    thread(b, f, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    LINES(b, "apc abc", "sleep: c0");
}

/* ---- APCs ---- */

static void user_apcs_wait_for_an_alertable_wait_and_run_in_order(void **state)
{
    struct bench *b = *state;
    xg_ga apc = begin(b);
    say_r3(b, "apc %u");
    end(b, 0);
    xg_ga f = begin(b);
    current_handle(b, 0);
    sleep_us(b, 200); /* not alertable: nothing runs */
    say(b, "slept");
    li(b, 3, 1);
    li(b, 4, 1);
    li(b, 5, DATA + 0x20);
    call(b, XG_ROW_KeDelayExecutionThread);
    say_r3(b, "first: %x");
    li(b, 3, 1);
    li(b, 4, 1);
    li(b, 5, DATA + 0x20);
    call(b, XG_ROW_KeDelayExecutionThread);
    say_r3(b, "second: %x");
    end(b, 0);
    xg_ga g = begin(b);
    sleep_us(b, 100);
    for (unsigned i = 1; i <= 2; i++) {
        by_handle(b, XG_ROW_NtQueueApcThread, 0, apc, i);
    }
    sleep_us(b, 1000);
    by_handle(b, XG_ROW_NtQueueApcThread, 0, apc, 3);
    end(b, 0);
    assert_true(xg_memory_st64(b->mem, DATA + 0x20, (uint64_t)-100000, NULL));
    thread(b, f, 0);
    thread(b, g, 1);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    LINES(b, "slept", "apc 1", "apc 2", "first: c0", "apc 3", "second: c0");
}

/* KAPC at DATA + 0x100 for the thread whose KTHREAD is at the word DATA + 8. */
static void init_apc(struct bench *b, xg_ga kernel, xg_ga normal, unsigned mode)
{
    li(b, 3, DATA + 0x100);
    li(b, 4, DATA + 8);
    lwz(b, 4, 0, 4);
    li(b, 5, kernel);
    li(b, 6, 0);
    li(b, 7, normal);
    li(b, 8, mode);
    li(b, 9, 0x77);
    call(b, XG_ROW_KeInitializeApc);
}
static void insert_apc(struct bench *b)
{
    li(b, 3, DATA + 0x100);
    li(b, 4, 11);
    li(b, 5, 22);
    li(b, 6, 0);
    call(b, XG_ROW_KeInsertQueueApc);
}
static void remember_kthread(struct bench *b)
{
    op(b, 0x812D0100u); /* lwz r9, 0x100(r13) */
    li(b, 10, DATA + 8);
    stw(b, 9, 0, 10);
}

static void a_kernel_apc_interrupts_a_wait_which_then_goes_on(void **state)
{
    struct bench *b = *state;
    xg_ga kernel = begin(b);
    say(b, "kernel routine");
    end(b, 0);
    xg_ga normal = begin(b);
    say_r3(b, "normal %x");
    end(b, 0);
    xg_ga f = begin(b);
    remember_kthread(b);
    li(b, 3, DATA);
    li(b, 4, 0);
    li(b, 5, 0);
    li(b, 6, 0);
    li(b, 7, DATA + 0x20);
    call(b, XG_ROW_KeWaitForSingleObject);
    say_r3(b, "wait: %x");
    end(b, 0);
    xg_ga g = begin(b);
    sleep_us(b, 100);
    init_apc(b, kernel, normal, 0);
    insert_apc(b);
    say_r3(b, "queued: %u");
    end(b, 0);
    header(b, DATA, XG_DISP_MANUAL_EVENT, 0, 0);
    assert_true(xg_memory_st64(b->mem, DATA + 0x20, (uint64_t)-10000, NULL)); /* 1 ms */
    thread(b, f, 0);
    thread(b, g, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    assert_int_equal(b->lines, 4);
    assert_string_equal(b->line[3].text, "wait: 102");
    assert_in_range(b->line[3].when, 1000000, 1000000 + 2 * XG_ROUND_NS);
    unsigned order = 0; /* the queueing thread goes on before or after, the routines in order */
    for (unsigned i = 0; i < 3; i++)
        if (!strcmp(b->line[i].text, order ? "normal 77" : "kernel routine"))
            order++;
    assert_int_equal(order, 2);
    assert_true(b->line[0].when < 200000);
}

static void a_critical_region_holds_normal_kernel_apcs_back(void **state)
{
    struct bench *b = *state;
    xg_ga normal = begin(b);
    say(b, "apc");
    end(b, 0);
    xg_ga f = begin(b);
    remember_kthread(b);
    init_apc(b, 0, normal, 0);
    call(b, XG_ROW_KeEnterCriticalRegion);
    insert_apc(b);
    insert_apc(b);
    say_r3(b, "twice: %u");
    call(b, XG_ROW_KeLeaveCriticalRegion);
    say(b, "left");
    end(b, 0);
    thread(b, f, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    LINES(b, "twice: 0", "apc", "left");
}

static void an_alert_ends_an_alertable_wait(void **state)
{
    struct bench *b = *state;
    xg_ga f = begin(b);
    remember_kthread(b);
    li(b, 3, 1);
    li(b, 4, 1);
    li(b, 5, DATA + 0x20);
    call(b, XG_ROW_KeDelayExecutionThread);
    say_r3(b, "%x");
    end(b, 0);
    xg_ga g = begin(b);
    sleep_us(b, 100);
    li(b, 3, DATA + 8);
    lwz(b, 3, 0, 3);
    li(b, 4, 1);
    call(b, XG_ROW_KeAlertThread);
    end(b, 0);
    assert_true(xg_memory_st64(b->mem, DATA + 0x20, (uint64_t)INT64_MIN, NULL));
    thread(b, f, 0);
    thread(b, g, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    LINES(b, "101");
}

/* ---- completion ports ---- */

static void packets_come_in_order_to_who_waits_for_them(void **state)
{
    struct bench *b = *state;
    xg_ga f = begin(b);
    li(b, 3, DATA);
    li(b, 4, 0);
    li(b, 5, 0);
    li(b, 6, 0);
    call(b, XG_ROW_NtCreateIoCompletion);
    for (unsigned i = 0; i < 2; i++) {
        li(b, 3, DATA);
        lwz(b, 3, 0, 3);
        li(b, 4, DATA + 0x10);
        li(b, 5, DATA + 0x14);
        li(b, 6, DATA + 0x18);
        li(b, 7, 0);
        call(b, XG_ROW_NtRemoveIoCompletion);
        li(b, 4, DATA + 0x10);
        lwz(b, 4, 0, 4);
        li(b, 5, DATA + 0x1C);
        lwz(b, 5, 0, 5);
        say(b, "key %u info %u");
    }
    end(b, 0);
    xg_ga g = begin(b);
    sleep_us(b, 100);
    for (unsigned i = 1; i <= 2; i++) {
        li(b, 3, DATA);
        lwz(b, 3, 0, 3);
        li(b, 4, i);
        li(b, 5, 0);
        li(b, 6, 0);
        li(b, 7, 10 * i);
        call(b, XG_ROW_NtSetIoCompletion);
    }
    end(b, 0);
    thread(b, f, 0);
    thread(b, g, 1);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    LINES(b, "key 1 info 10", "key 2 info 20");
}

/* ---- the end of a title ---- */

static void terminate_notifications_run_by_priority_before_the_title_ends(void **state)
{
    struct bench *b = *state;
    static const uint32_t priority[] = {5, 9, 7};
    xg_ga routine[3];
    for (unsigned i = 0; i < 3; i++) {
        char text[16];
        routine[i] = begin(b);
        snprintf(text, sizeof text, "%u", priority[i]);
        say(b, text);
        end(b, 0);
        assert_true(xg_memory_st32(b->mem, DATA + 0x10 * i, routine[i], NULL));
        assert_true(xg_memory_st32(b->mem, DATA + 0x10 * i + 4, priority[i], NULL));
    }
    xg_ga f = begin(b);
    for (unsigned i = 0; i < 3; i++) {
        li(b, 3, DATA + 0x10 * i);
        li(b, 4, 1);
        call(b, XG_ROW_ExRegisterTitleTerminateNotification);
    }
    end(b, 21);
    thread(b, f, 0);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    LINES(b, "9", "7", "5");
    assert_int_equal(xg_kernel_exit_code(b->k), 21);
}

/* ---- structured exceptions ---- */

#define RECORD (DATA + 0x400)
#define FILTER (DATA + 0x500) /* what the filter answers */
#define TABLE  (DATA + 0x600)
#define PDATA  (DATA + 0x700)

static unsigned rows;
static void function_row(struct bench *b, xg_ga start, unsigned prolog, bool handler)
{
    xg_memory_st32(b->mem, PDATA + 8 * rows, start, NULL);
    xg_memory_st32(b->mem, PDATA + 8 * rows++ + 4,
                   prolog | ((b->at - start) / 4) << 8 | 1u << 30 | (uint32_t)handler << 31, NULL);
    b->image.pdata = PDATA;
    b->image.pdata_size = 8 * rows;
    b->image.base = CODE;
    b->image.size = 0x210000;
}
static xg_ga handler_thunk(struct bench *b)
{
    uint32_t words[4];
    const struct xg_loader_imports *i = xg_kernel_imports(b->k);
    assert_true(i->function(i->ctx, "xboxkrnl", xg_exports[XG_ROW___C_specific_handler].ordinal,
                            words, NULL));
    xg_ga at = b->thunk;
    for (unsigned n = 0; n < 4; n++)
        assert_true(xg_memory_st32(b->mem, at + 4 * n, words[n], NULL));
    b->thunk += 16;
    return at;
}
static void scope(struct bench *b, xg_ga table, xg_ga first, xg_ga last, xg_ga function,
                  xg_ga target)
{
    const uint32_t words[] = {1, first, last, function, target};
    for (unsigned i = 0; i < 5; i++)
        xg_memory_st32(b->mem, table + 4 * i, words[i], NULL);
}
static void bl(struct bench *b, xg_ga to)
{
    op(b, 0x48000001u | ((to - b->at) & 0x03FFFFFC));
}

/* Save and restore routines for r28 to r31 and the link register. */
static xg_ga save28, restore28;
static void gpr_routines(struct bench *b)
{
    save28 = b->at;
    for (unsigned r = 28; r < 32; r++)
        op(b, 62u << 26 | r << 21 | 1 << 16 | ((uint32_t) - (8 * (int)(32 - r) + 8) & 0xFFFC));
    op(b, 0x9181FFF8u); /* stw r12, -8(r1) */
    op(b, 0x4E800020u);
    restore28 = b->at;
    for (unsigned r = 28; r < 32; r++)
        op(b, 58u << 26 | r << 21 | 1 << 16 | ((uint32_t) - (8 * (int)(32 - r) + 8) & 0xFFFC));
    op(b, 0x8181FFF8u); /* lwz r12, -8(r1) */
    op(b, 0x7D8803A6u); /* mtlr r12 */
    op(b, 0x4E800020u);
}

/* A plain function: r31 and LR saved by itself, frame of 0x60. */
static xg_ga open_frame(struct bench *b)
{
    xg_ga at = b->at;
    op(b, 0x7D8802A6u); /* mflr r12 */
    op(b, 0x9181FFF8u); /* stw r12, -8(r1) */
    op(b, 0xFBE1FFF0u); /* std r31, -16(r1) */
    op(b, 0x9421FFA0u); /* stwu r1, -0x60(r1) */
    mr(b, 31, 1);
    return at;
}
static void close_frame(struct bench *b)
{
    addi(b, 1, 31, 0x60);
    op(b, 0x8181FFF8u);
    op(b, 0x7D8803A6u);
    op(b, 0xEBE1FFF0u); /* ld r31, -16(r1) */
    op(b, 0x4E800020u);
}

/* thread -> outer (__except) -> inner (__finally) -> RtlRaiseException */
static void exception_program(struct bench *b)
{
    rows = 0;
    xg_ga thunk = handler_thunk(b);
    gpr_routines(b);
    xg_ga filter = open_frame(b); /* r3 -> {record, context}, r12 = frame */
    lwz(b, 3, 0, 3);
    lwz(b, 4, 0, 3);
    say(b, "filter %x");
    li(b, 3, FILTER);
    lwz(b, 3, 0, 3);
    close_frame(b);
    function_row(b, filter, 5, false);
    xg_ga finally = open_frame(b);
    say_r3(b, "finally %u");
    close_frame(b);
    function_row(b, finally, 5, false);

    op(b, thunk);
    op(b, TABLE + 0x40);
    xg_ga inner = open_frame(b);
    li(b, 31 - 1, 0xBAD); /* r30 is preserved by outer's caller only through unwinding */
    xg_ga first = b->at;
    li(b, 3, RECORD);
    call(b, XG_ROW_RtlRaiseException);
    xg_ga last = b->at;
    say(b, "continued");
    close_frame(b);
    function_row(b, inner, 5, true);
    scope(b, TABLE + 0x40, first, last, finally, 0);

    op(b, thunk);
    op(b, TABLE);
    xg_ga outer = b->at;
    op(b, 0x7D8802A6u);
    bl(b, save28);
    op(b, 0x9421FF80u); /* stwu r1, -0x80(r1) */
    mr(b, 31, 1);
    li(b, 28, 0x1234);
    first = b->at;
    bl(b, inner);
    last = b->at;
    say(b, "not caught");
    xg_ga skip = b->at;
    op(b, 0);
    xg_ga target = b->at;
    mr(b, 5, 28);
    say_r3(b, "caught %x, r28 %x");
    xg_memory_st32(b->mem, skip, 0x48000000u | (b->at - skip), NULL);
    addi(b, 1, 31, 0x80);
    op(b, 0x48000000u | ((restore28 - b->at) & 0x03FFFFFC));
    function_row(b, outer, 4, true);
    scope(b, TABLE, first, last, filter, target);

    xg_ga f = open_frame(b);
    li(b, 28, 0x5678);
    bl(b, outer);
    mr(b, 4, 28);
    say(b, "back, r28 %x");
    li(b, 3, 0);
    close_frame(b);
    function_row(b, f, 5, false);
    xg_memory_st32(b->mem, RECORD, 0xE0001234, NULL);
    thread(b, f, 0);
}

static void an_exception_unwinds_to_the_frame_whose_filter_takes_it(void **state)
{
    struct bench *b = *state;
    exception_program(b);
    xg_memory_st32(b->mem, FILTER, 1, NULL);
    enum xg_kernel_state s = run(b);
    if (s != XG_KERNEL_EXITED)
        print_message("# %s\n", xg_kernel_stop_text(b->k));
    LINES(b, "filter e0001234", "finally 1", "caught e0001234, r28 1234", "back, r28 5678");
    assert_int_equal(s, XG_KERNEL_EXITED);
}

static void a_filter_can_let_execution_go_on(void **state)
{
    struct bench *b = *state;
    exception_program(b);
    xg_memory_st32(b->mem, FILTER, (uint32_t)-1, NULL);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    LINES(b, "filter e0001234", "continued", "not caught", "back, r28 5678");
}

static void an_exception_that_nobody_takes_stops_the_title_with_its_code(void **state)
{
    struct bench *b = *state;
    exception_program(b);
    xg_memory_st32(b->mem, FILTER, 0, NULL);
    assert_int_equal(run(b), XG_KERNEL_FAULTED);
    LINES(b, "filter e0001234");
    assert_non_null(strstr(xg_kernel_stop_text(b->k), "0xE0001234"));
    assert_non_null(strstr(xg_kernel_stop_text(b->k), "nobody handles it"));
}

static void naming_a_thread_is_no_exception(void **state)
{
    struct bench *b = *state;
    exception_program(b);
    xg_memory_st32(b->mem, RECORD, 0x406D1388, NULL);
    xg_memory_st32(b->mem, RECORD + 0x18, data_string(b, "worker"), NULL);
    xg_memory_st32(b->mem, RECORD + 0x1C, UINT32_MAX, NULL);
    assert_int_equal(run(b), XG_KERNEL_EXITED);
    LINES(b, "continued", "not caught", "back, r28 5678");
    assert_non_null(strstr(b->log, "'worker'"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_mutant_is_its_owners_until_it_is_given_up_as_often_as_taken),
        T(a_mutant_whose_owner_ended_is_abandoned_once),
        T(a_periodic_timer_fires_at_its_times),
        T(a_timer_queues_its_dpc),
        T(a_timer_apc_runs_in_the_thread_that_set_it),
        T(user_apcs_wait_for_an_alertable_wait_and_run_in_order),
        T(a_kernel_apc_interrupts_a_wait_which_then_goes_on),
        T(a_critical_region_holds_normal_kernel_apcs_back),
        T(an_alert_ends_an_alertable_wait),
        T(packets_come_in_order_to_who_waits_for_them),
        T(terminate_notifications_run_by_priority_before_the_title_ends),
        T(an_exception_unwinds_to_the_frame_whose_filter_takes_it),
        T(a_filter_can_let_execution_go_on),
        T(an_exception_that_nobody_takes_stops_the_title_with_its_code),
        T(naming_a_thread_is_no_exception),
    };
    return cmocka_run_group_tests_name("kernel_calls", tests, NULL, NULL);
}
