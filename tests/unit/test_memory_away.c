/* Pages whose newest bytes are elsewhere: whoever touches one sees them, and nobody else waits. */
#include "memory/heap.h"
#include "memory/journal.h"
#include "memory/regions.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RW   (XG_PAGE_R | XG_PAGE_W)
#define BUS  0x00200000u
#define SIZE 0x40000u

static struct xg_memory *mem;
static uint32_t fetches;
static pthread_mutex_t lock;

/* Bytes 64 .. 127 of a page are the new ones: they say which page it is. */
static void fetch(void *ctx, xg_pa page)
{
    uint8_t line[64];
    assert_ptr_equal(ctx, &fetches);
    memset(line, (int)(page >> XG_PAGE_SHIFT), sizeof line);
    xg_memory_fetched(mem, page + 64, line, sizeof line);
    __atomic_fetch_add(&fetches, 1, __ATOMIC_RELAXED);
}
static uint8_t told(xg_pa page)
{
    return (uint8_t)(page >> XG_PAGE_SHIFT);
}

static int open_memory(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    mem = xg_memory_create(&err);
    fetches = 0;
    if (!mem)
        return -1;
    xg_memory_set_fetcher(mem, fetch, &fetches);
    return xg_memory_protect(mem, 0xA0000000 + BUS, SIZE, RW, &err) &&
                   xg_memory_protect(mem, 0xE0000000 + BUS - 0x1000, SIZE, RW, &err)
               ? 0
               : -1;
}
static int close_memory(void **state)
{
    XG_UNUSED(state);
    xg_memory_destroy(mem);
    return 0;
}

static void a_load_through_any_window_brings_the_bytes(void **state)
{
    XG_UNUSED(state);
    static const xg_ga window[] = {0xA0000000 + BUS, 0xE0000000 + BUS - 0x1000};
    for (size_t i = 0; i < XG_COUNTOF(window); i++) {
        uint8_t b[8] = {0};
        memset(mem->phys + BUS, 1, SIZE);
        xg_memory_away(mem, BUS, 0x3000);
        assert_false(xg_memory_can_read(mem, window[i] + 4, 4));
        assert_false(xg_memory_can_write(mem, window[i] + 4, 4));
        assert_true(xg_memory_is_readable(mem, window[i] + 4));
        assert_true(xg_memory_read(mem, window[i] + 60, b, 8, NULL));
        assert_int_equal(b[3], 1);
        assert_int_equal(b[4], told(BUS));
        assert_true(xg_memory_can_read(mem, window[i] + 4, 4));
        assert_false(xg_memory_is_away(mem, BUS));
    }
}

static void neighbours_come_along_and_the_rest_does_not(void **state)
{
    XG_UNUSED(state);
    uint32_t v;
    xg_memory_away(mem, BUS, SIZE);
    xg_memory_away(mem, BUS + 0x1000, 0x2000); /* some of it again */
    assert_true(xg_memory_ld32(mem, 0xA0000000 + BUS + 0x15040, &v, NULL));
    assert_int_equal(v, 0x01010101 * told(BUS + 0x15000));
    assert_int_equal(fetches, 16);
    assert_false(xg_memory_is_away(mem, BUS + 0x10000));
    assert_false(xg_memory_is_away(mem, BUS + 0x1F000));
    assert_true(xg_memory_is_away(mem, BUS + 0xF000));
    assert_true(xg_memory_is_away(mem, BUS + 0x20000));
    xg_memory_here(mem, BUS + 0xFFFF, 2); /* the last byte of one group, the next is here */
    assert_int_equal(fetches, 32);
    xg_memory_here(mem, 0, XG_PHYS_SIZE);
    assert_int_equal(fetches, SIZE / XG_PAGE_SIZE);
    xg_memory_here(mem, 0, XG_PHYS_SIZE);
    assert_int_equal(fetches, SIZE / XG_PAGE_SIZE);
}

static uint32_t watched;
static void on_watch(void *ctx, xg_pa page)
{
    XG_UNUSED(ctx);
    watched++;
    assert_int_equal(page, BUS);
    assert_int_equal(mem->phys[BUS + 64], told(BUS)); /* the new bytes came first */
}

/* Bytes that the CPU stores are newer than those that were elsewhere. */
static void a_store_brings_the_bytes_first(void **state)
{
    XG_UNUSED(state);
    watched = 0;
    memset(mem->phys + BUS, 1, XG_PAGE_SIZE);
    xg_memory_set_watcher(mem, on_watch, NULL);
    xg_memory_away(mem, BUS, 0x1000);
    xg_memory_watch(mem, BUS, 1);
    assert_true(xg_memory_st32(mem, 0xA0000000 + BUS + 64, 0xCAFEF00D, NULL));
    assert_int_equal(watched, 1);
    assert_int_equal(xg_ld32be(mem->phys + BUS + 64), 0xCAFEF00D);
    assert_int_equal(mem->phys[BUS + 68], told(BUS));
    assert_int_equal(fetches, 1);
}

static void a_device_store_brings_them_first_and_tells_no_watcher(void **state)
{
    XG_UNUSED(state);
    uint32_t word = 0x11223344;
    watched = 0;
    xg_memory_set_watcher(mem, on_watch, NULL);
    xg_memory_watch(mem, BUS, 1);
    xg_memory_away(mem, BUS, 0x1000);
    xg_memory_device_store(mem, BUS + 64, &word, 4);
    assert_int_equal(fetches, 1);
    assert_int_equal(watched, 0);
    assert_memory_equal(mem->phys + BUS + 64, &word, 4);
    assert_int_equal(mem->phys[BUS + 68], told(BUS));
}

static void fills_and_refused_accesses(void **state)
{
    XG_UNUSED(state);
    struct xg_fault f = {0};
    uint32_t v;
    xg_memory_away(mem, BUS, 0x2000);
    assert_true(xg_memory_fill(mem, 0xA0000000 + BUS + 0xFF0, 9, 0x20, NULL)); /* both pages */
    assert_int_equal(fetches, 2);
    assert_int_equal(mem->phys[BUS + 64], told(BUS));
    /* What may not be touched stays away. */
    assert_true(xg_memory_protect(mem, 0xA0000000 + BUS, 0x1000, 0, NULL));
    xg_memory_away(mem, BUS, 0x1000);
    assert_false(xg_memory_ld32(mem, 0xA0000000 + BUS, &v, &f));
    assert_int_equal(f.kind, XG_FAULT_UNMAPPED);
    assert_true(xg_memory_is_away(mem, BUS));
}

/* What changes a page as a whole brings it first. */
static void protection_and_discarding(void **state)
{
    XG_UNUSED(state);
    xg_memory_away(mem, BUS, 0x1000);
    assert_true(xg_memory_protect(mem, 0xA0000000 + BUS, 0x1000, XG_PAGE_R, NULL));
    assert_int_equal(fetches, 1);
    xg_memory_away(mem, BUS, 0x1000);
    assert_true(xg_memory_discard(mem, 0xA0000000 + BUS, 0x1000, NULL));
    assert_false(xg_memory_is_away(mem, BUS));
    assert_int_equal(mem->phys[BUS + 64], 0);
}

static void pages_of_code_and_journals_are_never_away(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    assert_true(xg_memory_may_be_away(mem, BUS, 0x2000));
    assert_true(xg_memory_protect(mem, 0xA0000000 + BUS + 0x1000, 0x1000, RW | XG_PAGE_X, NULL));
    assert_false(xg_memory_may_be_away(mem, BUS, 0x2000));
    assert_true(xg_memory_may_be_away(mem, BUS, 0x1000));
    xg_memory_away(mem, BUS, 0x1000);
    xg_memory_mark_code(mem, 0xA0000000 + BUS, 4); /* its bytes are looked at now */
    assert_int_equal(fetches, 1);
    assert_false(xg_memory_may_be_away(mem, BUS, 0x1000));
    xg_memory_away(mem, BUS + 0x3000, 0x1000);
    xg_memory_mirror_marks(mem);
    assert_true(xg_journal_open(mem, &err));
    assert_int_equal(fetches, 2);
    assert_false(xg_memory_may_be_away(mem, BUS + 0x3000, 0x1000));
    xg_journal_close(mem);
    xg_memory_set_fetcher(mem, NULL, NULL);
    assert_false(xg_memory_may_be_away(mem, BUS + 0x3000, 0x1000));
}

/* --- host protection, for engines that do not look at access bytes --- */

static sigjmp_buf after_fault;
static void on_fault(int sig)
{
    siglongjmp(after_fault, sig);
}
static bool faults(xg_ga ga, bool store)
{
    struct sigaction sa = {.sa_handler = on_fault, .sa_flags = SA_NODEFER}, old;
    volatile bool fault = true;
    sigaction(SIGSEGV, &sa, &old);
    if (!sigsetjmp(after_fault, 1)) {
        volatile uint8_t *at = mem->base + ga;
        uint8_t v = *at;
        if (store)
            *at = v;
        fault = false;
    }
    sigaction(SIGSEGV, &old, NULL);
    return fault;
}

static void the_host_refuses_what_is_away(void **state)
{
    XG_UNUSED(state);
    xg_memory_away(mem, BUS, 0x1000);
    assert_false(faults(0xA0000000 + BUS, true)); /* nobody asked for protection */
    xg_memory_mirror_marks(mem);
    assert_true(faults(0xA0000000 + BUS, false));
    assert_true(faults(0xE0000000 + BUS - 0x1000, false));
    xg_memory_away(mem, BUS + 0x1000, 0x2000);
    assert_true(faults(0xA0000000 + BUS + 0x2FFF, false));
    assert_false(faults(0xA0000000 + BUS + 0x3000, true));
    xg_memory_watch(mem, BUS + 0x1000, 1);
    xg_memory_here(mem, BUS, 1);
    assert_false(faults(0xA0000000 + BUS, true));
    assert_false(faults(0xA0000000 + BUS + 0x1000, false));
    assert_true(faults(0xA0000000 + BUS + 0x1000, true)); /* watched */
    assert_false(faults(0xE0000000 + BUS + 0x1FFF - 0x1000 + 1, true));
}

/* --- two host threads --- */

static void guard(void *ctx, bool take)
{
    XG_UNUSED(ctx);
    if (take)
        pthread_mutex_lock(&lock);
    else
        pthread_mutex_unlock(&lock);
}
static void *reader(void *arg)
{
    size_t bad = 0;
    for (uint32_t page = 0; page < SIZE; page += XG_PAGE_SIZE) {
        uint32_t v = 0;
        xg_ga at = 0xA0000000 + BUS + (arg ? SIZE - XG_PAGE_SIZE - page : page) + 64;
        if (!xg_memory_ld32(mem, at, &v, NULL) || v != 0x01010101u * told(at - 0xA0000000))
            bad++;
    }
    return (void *)bad;
}

static void two_threads_touch_the_same_pages(void **state)
{
    XG_UNUSED(state);
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock, &attr);
    xg_memory_set_guard(mem, guard, NULL);
    for (uint32_t round = 1; round <= 20; round++) {
        pthread_t thread;
        void *bad = NULL;
        memset(mem->phys + BUS, 0xFF, SIZE);
        xg_memory_away(mem, BUS, SIZE);
        assert_int_equal(pthread_create(&thread, NULL, reader, &lock), 0);
        assert_null(reader(NULL));
        pthread_join(thread, &bad);
        assert_null(bad);
        assert_int_equal(fetches, round * SIZE / XG_PAGE_SIZE); /* once each */
    }
    xg_memory_set_guard(mem, NULL, NULL);
    pthread_mutex_destroy(&lock);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_memory, close_memory)
    const struct CMUnitTest tests[] = {
        T(a_load_through_any_window_brings_the_bytes),
        T(neighbours_come_along_and_the_rest_does_not),
        T(a_store_brings_the_bytes_first),
        T(a_device_store_brings_them_first_and_tells_no_watcher),
        T(fills_and_refused_accesses),
        T(protection_and_discarding),
        T(pages_of_code_and_journals_are_never_away),
        T(the_host_refuses_what_is_away),
        T(two_threads_touch_the_same_pages),
    };
    return cmocka_run_group_tests_name("pages that are away", tests, NULL, NULL);
}
