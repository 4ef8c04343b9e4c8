/* Exports called directly: formatted text against the host's libc, the table itself, the
 * pool, alarms. (Hostile arguments: test_kernel_hostile.c.) */
#include "bench.h"

#include "kernel/variables.h"

static int setup(void **state)
{
    struct bench *b = bench_open();
    xg_ga f = begin(b);
    end(b, 0);
    struct xg_thread *t = thread(b, f, 0);
    b->k->running = &b->k->hw[0];
    xg_sched_remove(b->k, t);
    t->state = XG_THREAD_RUNNING;
    b->k->hw[0].current = t;
    *state = b;
    return 0;
}
static int teardown(void **state)
{
    bench_close(*state);
    return 0;
}

/* Calls an export as the current thread; r3... as given. */
static enum xg_kcall_result invoke(struct bench *b, unsigned row, struct xg_kcall *out,
                                   const uint64_t *args, unsigned count)
{
    struct xg_cpu_context *ctx = &b->k->hw[0].current->ctx;
    *out = (struct xg_kcall){.kernel = b->k, .ctx = ctx, .row = (uint16_t)row};
    for (unsigned i = 0; i < count && i < 8; i++)
        ctx->gpr[3 + i] = args[i];
    for (unsigned i = 8; i < count; i++)
        xg_memory_st64(b->mem, (xg_ga)ctx->gpr[1] + 0x50 + 8 * (i - 8), args[i], NULL);
    return xg_exports[row].handler(out);
}

static uint32_t ask(struct bench *b, unsigned row, uint64_t a0, uint64_t a1, uint64_t a2,
                    uint64_t a3, uint64_t a4)
{
    struct xg_kcall c;
    const uint64_t args[] = {a0, a1, a2, a3, a4};
    invoke(b, row, &c, args, 5);
    assert_false(c.faulted);
    return (uint32_t)c.ctx->gpr[3];
}

/* ---- formatted text ---- */

static uint64_t bits(double v)
{
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    return u;
}

static void formats(struct bench *b, const char *format, const uint64_t *args, unsigned count,
                    const char *want)
{
    uint64_t all[20] = {DATA, 0x100};
    char got[0x200] = {0};
    struct xg_kcall c;
    all[2] = data_string(b, format);
    memcpy(all + 3, args, count * sizeof *args);
    invoke(b, XG_ROW__snprintf, &c, all, count + 3);
    assert_false(c.faulted);
    assert_true(xg_memory_read(b->mem, DATA, got, 0x100, NULL));
    if (strcmp(got, want))
        fail_msg("\"%s\" gave \"%s\", not \"%s\"", format, got, want);
    assert_int_equal(c.ctx->gpr[3], strlen(want));
    b->string = DATA + 0x8000;
}

static void formats_of_the_microsoft_dialect(void **state)
{
    struct bench *b = *state;
    const uint16_t wide[] = {0x4100, 0x4200, 0xAC20, 0}; /* big-endian A, B, euro sign */
    xg_ga text = DATA + 0x400, w = DATA + 0x500, counted = DATA + 0x600;
    assert_true(xg_memory_write(b->mem, text, "hello", 6, NULL));
    assert_true(xg_memory_write(b->mem, w, wide, sizeof wide, NULL));
    assert_true(xg_memory_st16(b->mem, counted, 3, NULL));
    assert_true(xg_memory_st32(b->mem, counted + 4, text, NULL));
#define F(format, want, ...)                                                                       \
    formats(b, format, (const uint64_t[]){__VA_ARGS__},                                            \
            sizeof((const uint64_t[]){__VA_ARGS__}) / 8, want)
    F("%s|%10s|%-10s|%.2s", "hello|     hello|hello     |he", text, text, text, text);
    F("%s", "(null)", 0);
    F("%S %ws %ls", "AB? AB? AB?", w, w, w);
    F("%hs %Z", "hello hel", text, counted);
    F("%I64d %lld %I64x", "-5 -5 fffffffffffffffb", (uint64_t)-5, (uint64_t)-5, (uint64_t)-5);
    F("%d %u %x", "-1 4294967295 ffffffff", UINT64_MAX, UINT64_MAX, UINT64_MAX);
    F("%I32d %hd %hu", "7 -1 65535", 7, 0xFFFF, 0xFFFF);
    F("%p %p", "82001234 0000000A", 0x82001234, 10);
    F("%e %E", "1.500000e+000 1.500000E+010", bits(1.5), bits(1.5e10));
    F("%g %g", "1e+020 0.0001", bits(1e20), bits(1e-4));
    F("%f %f", "1.#INF00 -1.#INF00", bits(1e308 * 10), bits(-1e308 * 10));
    F("%*d|%-*d|%.*f", "   42|42   |3.14", 5, 42, 5, 42, 2, bits(3.14159));
    F("%c%c%5c%%", "ab    c%", 'a', 'b', 'c');
    F("%d %d %d %d %d %d %d %d %d", "1 2 3 4 5 6 7 8 9", 1, 2, 3, 4, 5, 6, 7, 8, 9);
    F("%y", "y", 0);
#undef F
}

static uint64_t seed = 0x9E3779B97F4A7C15u;
static uint32_t rnd(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % below);
}

/* Where the rules agree the host's libc is the oracle. */
static void formats_agree_with_libc(void **state)
{
    struct bench *b = *state;
    static const char flags[] = "-+ #0", conversions[] = "diuxXocfs";
    print_message("# seed %llx\n", (unsigned long long)seed);
    assert_true(xg_memory_write(b->mem, DATA + 0x400, "some text", 10, NULL));
    for (int i = 0; i < 20000; i++) {
        char format[64], want[512], *p = format;
        char c = conversions[rnd(sizeof conversions - 1)];
        *p++ = '<';
        *p++ = '%';
        for (unsigned n = rnd(3); n; n--) {
            char f = flags[rnd(sizeof flags - 1)];
            if ((c == 's' || c == 'c') && f != '-')
                continue; /* undefined there */
            *p++ = f;
        }
        if (rnd(2))
            p += sprintf(p, "%u", 1 + rnd(20));
        if (rnd(2) && c != 'c')
            p += sprintf(p, ".%u", rnd(12));
        bool longer = c != 's' && c != 'c' && c != 'f' && rnd(2);
        if (longer)
            p += sprintf(p, "ll");
        sprintf(p, "%c>", c);
        uint64_t v = seed >> rnd(64);
        double d = (double)(int64_t)seed / (double)(1 + rnd(1000000));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        if (c == 's')
            snprintf(want, sizeof want, format, "some text");
        else if (c == 'f')
            snprintf(want, sizeof want, format, d);
        else if (c == 'c')
            snprintf(want, sizeof want, format, (int)('a' + v % 26));
        else if (longer)
            snprintf(want, sizeof want, format, (unsigned long long)v);
        else
            snprintf(want, sizeof want, format, (unsigned)v);
#pragma GCC diagnostic pop
        uint64_t arg = c == 's' ? DATA + 0x400 : c == 'f' ? bits(d) : c == 'c' ? 'a' + v % 26 : v;
        formats(b, format, &arg, 1, want);
    }
}

/* The dialect's exponents have three digits where libc's have two. */
static void three_digits(char *text)
{
    char *e = strpbrk(text, "eE");
    if (e && (e[1] == '+' || e[1] == '-') && strlen(e) == 4) {
        memmove(e + 3, e + 2, 3);
        e[2] = '0';
    }
}

static void exponents_agree_with_libc_but_for_their_digits(void **state)
{
    struct bench *b = *state;
    static const char conversions[] = "eEgG";
    print_message("# seed %llx\n", (unsigned long long)seed);
    for (int i = 0; i < 20000; i++) {
        char format[16], want[128], *p = format;
        uint64_t random = seed;
        double d;
        rnd(2);
        random = random ^ seed << 21;
        if (rnd(2)) /* any double but infinities and what is no number */
            random = (random & ~(0x7FFull << 52)) | (uint64_t)(1 + rnd(2045)) << 52;
        else
            random = bits((double)(int64_t)random / (double)(1 + rnd(1000000)));
        memcpy(&d, &random, sizeof d);
        *p++ = '%';
        if (rnd(3) == 0)
            *p++ = "+ #"[rnd(3)];
        if (rnd(2))
            p += sprintf(p, ".%u", rnd(18));
        *p++ = conversions[rnd(4)];
        *p = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(want, sizeof want, format, d);
#pragma GCC diagnostic pop
        three_digits(want);
        formats(b, format, &random, 1, want);
    }
}

static void snprintf_answers_minus_one_when_it_does_not_fit(void **state)
{
    struct bench *b = *state;
    xg_ga f = data_string(b, "12345");
    char got[8];
    assert_true(xg_memory_fill(b->mem, DATA, 0xEE, 8, NULL));
    assert_int_equal(ask(b, XG_ROW__snprintf, DATA, 4, f, 0, 0), UINT32_MAX);
    assert_true(xg_memory_read(b->mem, DATA, got, 8, NULL));
    assert_memory_equal(got, "1234\xEE\xEE\xEE\xEE", 8);
    assert_int_equal(ask(b, XG_ROW__snprintf, DATA, 5, f, 0, 0), 5);
    assert_true(xg_memory_read(b->mem, DATA, got, 8, NULL));
    assert_memory_equal(got, "12345\xEE\xEE\xEE", 8);
    assert_int_equal(ask(b, XG_ROW__snprintf, DATA, 6, f, 0, 0), 5);
    assert_true(xg_memory_read(b->mem, DATA, got, 8, NULL));
    assert_memory_equal(got, "12345\0\xEE\xEE", 8);
}

static void a_hostile_width_ends(void **state)
{
    struct bench *b = *state;
    xg_ga f = data_string(b, "%2000000000d%*d%.999999999f%2147483647s");
    assert_int_equal(ask(b, XG_ROW__snprintf, DATA, 16, f, 1, (uint32_t)INT32_MIN), UINT32_MAX);
}

/* ---- the table ---- */

static void every_row_can_be_found_by_module_and_ordinal(void **state)
{
    XG_UNUSED(state);
    for (int i = 0; i < xg_export_count; i++)
        assert_int_equal(xg_export_find(xg_exports[i].module, xg_exports[i].ordinal), i);
    assert_int_equal(xg_export_find("XBOXKRNL", 3), XG_ROW_DbgPrint);
    assert_int_equal(xg_export_find("xboxkrnl", 0xFFFF), -1);
    assert_int_equal(xg_export_find("nothing", 3), -1);
}

static void variables_hold_what_titles_read(void **state)
{
    struct bench *b = *state;
    const struct xg_kernel *k = b->k;
    assert_int_equal(word(b, k->variable_at[XG_ROW_VdGpuClockInMHz]), 500);
    assert_int_equal(word(b, k->variable_at[XG_ROW_XboxHardwareInfo]), 0x20);
    assert_int_equal(word(b, k->variable_at[XG_ROW_KeDebugMonitorData]), 0);
    assert_int_equal(word(b, k->variable_at[XG_ROW_VdHSIOCalibrationLock] + 0x10), UINT32_MAX);
    assert_int_equal(k->types[XG_OBJECT_THREAD], k->variable_at[XG_ROW_ExThreadObjectType]);
    char text[16];
    assert_true(xg_memory_read(b->mem, k->variable_at[XG_ROW_ExLoadedCommandLine], text, 14, NULL));
    assert_string_equal(text, "\"default.xex\"");
}

/* ---- handles and events by handle ---- */

static void a_closed_handle_is_invalid_and_its_object_gone(void **state)
{
    struct bench *b = *state;
    assert_int_equal(ask(b, XG_ROW_NtCreateEvent, DATA, 0, 1, 1, 0), 0);
    uint32_t h = word(b, DATA);
    assert_true(h >= XG_HANDLE_BASE && !(h & 3));
    xg_ga body = xg_handle_object(b->k, h)->body;
    assert_int_equal(word(b, body + 4), 1);
    assert_int_equal(ask(b, XG_ROW_NtClearEvent, h, 0, 0, 0, 0), 0);
    assert_int_equal(word(b, body + 4), 0);
    assert_int_equal(ask(b, XG_ROW_NtSetEvent, h, DATA + 4, 0, 0, 0), 0);
    assert_int_equal(word(b, DATA + 4), 0);
    assert_int_equal(
        ask(b, XG_ROW_ObReferenceObjectByHandle, h, b->k->types[XG_OBJECT_THREAD], DATA + 8, 0, 0),
        XG_ST_OBJECT_TYPE_MISMATCH);
    assert_int_equal(
        ask(b, XG_ROW_ObReferenceObjectByHandle, h, b->k->types[XG_OBJECT_EVENT], DATA + 8, 0, 0),
        0);
    assert_int_equal(word(b, DATA + 8), body);
    assert_int_equal(ask(b, XG_ROW_NtClose, h, 0, 0, 0, 0), 0);
    assert_int_equal(ask(b, XG_ROW_NtClose, h, 0, 0, 0, 0), XG_ST_INVALID_HANDLE);
    assert_non_null(xg_object_at(b->k, body));
    ask(b, XG_ROW_ObDereferenceObject, body, 0, 0, 0, 0);
    assert_null(xg_object_at(b->k, body));
    ask(b, XG_ROW_ObDereferenceObject, body, 0, 0, 0, 0); /* nothing to drop: logged */
    assert_int_equal(b->logs, 1);
}

/* ---- memory exports ---- */

static void virtual_memory_is_reserved_committed_and_freed(void **state)
{
    struct bench *b = *state;
    xg_ga base_at = DATA, size_at = DATA + 4;
    xg_memory_st32(b->mem, base_at, 0, NULL);
    xg_memory_st32(b->mem, size_at, 0x12345, NULL);
    assert_int_equal(ask(b, XG_ROW_NtAllocateVirtualMemory, base_at, size_at, 0x20002000, 4, 0), 0);
    xg_ga base = word(b, base_at);
    assert_true(base >= 0x40000000 && base < 0x70000000);
    assert_int_equal(word(b, size_at), 0x20000);
    xg_memory_st32(b->mem, base_at, base + 0x10010, NULL);
    xg_memory_st32(b->mem, size_at, 4, NULL);
    assert_int_equal(ask(b, XG_ROW_NtAllocateVirtualMemory, base_at, size_at, 0x20001000, 4, 0), 0);
    assert_int_equal(word(b, base_at), base + 0x10000);
    assert_int_equal(word(b, size_at), 0x10000);
    assert_int_equal(ask(b, XG_ROW_MmQueryAddressProtect, base, 0, 0, 0, 0), 0);
    assert_int_equal(ask(b, XG_ROW_MmQueryAddressProtect, base + 0x10000, 0, 0, 0, 0), 4);
    assert_int_equal(ask(b, XG_ROW_NtFreeVirtualMemory, base_at, size_at, 0x8000, 0, 0), 0);
    assert_int_equal(word(b, base_at), base);
    assert_int_equal(word(b, size_at), 0x20000);
    assert_int_equal(ask(b, XG_ROW_NtFreeVirtualMemory, base_at, size_at, 0x8000, 0, 0),
                     XG_ST_MEMORY_NOT_ALLOCATED);
    xg_memory_st32(b->mem, base_at, 0xA0000000, NULL);
    assert_int_equal(ask(b, XG_ROW_NtAllocateVirtualMemory, base_at, size_at, 0x3000, 4, 0),
                     XG_ST_INVALID_PARAMETER);
}

static void physical_memory_comes_from_the_window_of_its_page_size(void **state)
{
    struct bench *b = *state;
    static const struct {
        uint32_t protect, first, last, size;
    } cases[] = {{4, 0xE0000000, 0xFFCFFFFF, 0x1000},
                 {0x20000004, 0xA0000000, 0xBFFFFFFF, 0x10000},
                 {0x80000004, 0xC0000000, 0xDFFFFFFF, 0x1000000}};
    for (unsigned i = 0; i < 3; i++) {
        const uint64_t args[] = {0, 5, cases[i].protect, 0x10000000, 0x1FFFFFFF, 0x100000};
        struct xg_kcall c;
        invoke(b, XG_ROW_MmAllocatePhysicalMemoryEx, &c, args, 6);
        xg_ga at = (xg_ga)c.ctx->gpr[3];
        assert_in_range(at, cases[i].first, cases[i].last);
        uint32_t bus = ask(b, XG_ROW_MmGetPhysicalAddress, at, 0, 0, 0, 0);
        assert_int_equal(bus, (at & 0x1FFFFFFF) + (((at >> 20) + 0x200) & 0x1000));
        assert_int_equal(bus % 0x100000, 0);
        assert_true(bus >= 0x10000000);
        assert_int_equal(ask(b, XG_ROW_MmQueryAllocationSize, at, 0, 0, 0, 0), cases[i].size);
        ask(b, XG_ROW_MmFreePhysicalMemory, 1, at, 0, 0, 0);
        assert_int_equal(ask(b, XG_ROW_MmQueryAddressProtect, at, 0, 0, 0, 0), 0);
    }
    assert_int_equal(b->logs, 0);
}

/* ---- the rest, in one line each ---- */

static void small_exports_answer_as_documented(void **state)
{
    struct bench *b = *state;
    assert_int_equal(ask(b, XG_ROW_KeQueryPerformanceFrequency, 0, 0, 0, 0, 0), 50000000);
    assert_int_equal(ask(b, XG_ROW_RtlNtStatusToDosError, 0xC0000008, 0, 0, 0, 0), 6);
    assert_int_equal(ask(b, XG_ROW_RtlNtStatusToDosError, 0xD0000008, 0, 0, 0, 0), 6);
    assert_int_equal(ask(b, XG_ROW_RtlNtStatusToDosError, 0x80070005, 0, 0, 0, 0), 5);
    assert_int_equal(ask(b, XG_ROW_RtlNtStatusToDosError, 0xC0AAAAAA, 0, 0, 0, 0), 0x13D);
    assert_int_equal(ask(b, XG_ROW_XGetAVPack, 0, 0, 0, 0, 0), 8);
    assert_int_equal(ask(b, XG_ROW_ExGetXConfigSetting, 3, 0xA, DATA, 4, DATA + 8), 0);
    assert_int_equal(word(b, DATA), 0x00040000);
    assert_int_equal(word(b, DATA + 8) >> 16, 4);
    assert_int_equal(ask(b, XG_ROW_ExGetXConfigSetting, 3, 0xA, DATA, 3, 0),
                     XG_ST_BUFFER_TOO_SMALL);
    assert_int_equal(ask(b, XG_ROW_ExGetXConfigSetting, 3, 0x77, DATA, 4, 0),
                     XG_ST_INVALID_PARAMETER_2);
    assert_int_equal(ask(b, XG_ROW_ExGetXConfigSetting, 77, 1, DATA, 4, 0),
                     XG_ST_INVALID_PARAMETER_1);
    ask(b, XG_ROW_RtlFillMemoryUlong, DATA, 16, 0x01020304, 0, 0);
    assert_int_equal(word(b, DATA + 12), 0x01020304);
    assert_int_equal(ask(b, XG_ROW_RtlCompareMemoryUlong, DATA, 20, 0x01020304, 0, 0), 16);
    xg_ga text = data_string(b, "Name");
    ask(b, XG_ROW_RtlInitAnsiString, DATA, text, 0, 0, 0);
    assert_int_equal(word(b, DATA), 4 << 16 | 5);
    assert_int_equal(word(b, DATA + 4), text);
    ask(b, XG_ROW_VdQueryVideoMode, DATA, 0, 0, 0, 0);
    assert_int_equal(word(b, DATA), 1280);
    assert_int_equal(word(b, DATA + 4), 720);
    assert_int_equal(word(b, DATA + 0x14), 0x42700000); /* 60.0 */
}

/* What VdSwap writes, word by word. */
static void a_swap_is_a_fetch_constant_and_a_packet(void **state)
{
    struct bench *b = *state;
    xg_ga out = DATA, fetch = DATA + 0x200, front = DATA + 0x300;
    const uint32_t constant[6] = {0x8A000002, 0xBE400086, 0x002CF4FF, 0xD10, 0, 0x200};
    for (unsigned i = 0; i < 6; i++)
        xg_memory_st32(b->mem, fetch + 4 * i, constant[i], NULL);
    xg_memory_st32(b->mem, front, 0xBE400000, NULL);
    xg_memory_st32(b->mem, front + 4, 1280, NULL);
    xg_memory_st32(b->mem, front + 8, 720, NULL);
    const uint64_t args[] = {out, fetch, 0, 0, 0, front, 0, 0, front + 4, front + 8};
    struct xg_kcall c;
    invoke(b, XG_ROW_VdSwap, &c, args, 10);
    assert_false(c.faulted);
    const uint32_t want[12] = {0x00054800, 0x8A000002, 0x1E400086, 0x002CF4FF, 0xD10, 0,
                               0x200,      0xC0036400, 0x58455357, 0x1E400000, 1280,  720};
    for (unsigned i = 0; i < 64; i++)
        assert_int_equal(word(b, out + 4 * i), i < 12 ? want[i] : 0x80000000);
    uint32_t got[6];
    assert_false(xg_kernel_take_swap(b->k, 0x12345000, got));
    assert_true(xg_kernel_take_swap(b->k, 0x1E400000, got));
    assert_int_equal(got[1], 0x1E400086);
    assert_false(xg_kernel_take_swap(b->k, 0x1E400000, got));
}

/* ---- pool, alarms ---- */

static void pool_blocks_do_not_overlap_and_come_back(void **state)
{
    struct bench *b = *state;
    enum { N = 64 };
    xg_ga at[N] = {0};
    uint32_t size[N] = {0};
    print_message("# seed %llx\n", (unsigned long long)seed);
    for (int op = 0; op < 20000; op++) {
        unsigned i = rnd(N);
        if (at[i]) {
            for (uint32_t o = 0; o < size[i]; o += 64) {
                uint8_t v;
                assert_true(xg_memory_read(b->mem, at[i] + o, &v, 1, NULL));
                assert_int_equal(v, (uint8_t)i + 1);
            }
            assert_true(xg_pool_free(b->k, at[i]));
            assert_false(xg_pool_free(b->k, at[i]));
            at[i] = 0;
            continue;
        }
        size[i] = 1 + rnd(rnd(4) ? 0x200 : 0x3000);
        at[i] = xg_pool_alloc(b->k, size[i], 0x74736574);
        assert_int_not_equal(at[i], 0);
        assert_int_equal((at[i] & 0xFFF) == 0, size[i] > 0xFD8);
        for (uint32_t o = 0; o < size[i]; o += 61) {
            uint8_t v = 1;
            assert_true(xg_memory_read(b->mem, at[i] + o, &v, 1, NULL));
            assert_int_equal(v, 0);
        }
        assert_true(xg_memory_fill(b->mem, at[i], (uint8_t)i + 1, size[i], NULL));
    }
    assert_false(xg_pool_free(b->k, DATA));
    assert_false(xg_pool_free(b->k, 0xA0000008));
}

static void alarms_come_in_order_and_only_when_due(void **state)
{
    XG_UNUSED(state);
    struct xg_timeline t = {0};
    struct xg_alarm a[100] = {0}, *last = NULL;
    for (unsigned i = 0; i < 100; i++)
        xg_alarm_set(&t, &a[i], 1000 + rnd(500));
    for (unsigned i = 0; i < 100; i += 3)
        xg_alarm_clear(&t, &a[i]);
    xg_alarm_clear(&t, &a[0]); /* twice is harmless */
    for (unsigned i = 1; i < 100; i += 3)
        xg_alarm_set(&t, &a[i], 1000 + rnd(500));
    unsigned n = 0;
    for (xg_time now = 900; now < 1600; now += 7)
        for (struct xg_alarm *x; (x = xg_alarm_due(&t, now)); n++, last = x) {
            assert_true(x->when <= now && x->when + 7 > now);
            assert_true(!last || last->when <= x->when);
        }
    assert_int_equal(n, 66);
    assert_true(xg_timeline_next(&t) == XG_NEVER);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const char *env = getenv("XG_SEED");
    if (env)
        seed = strtoull(env, NULL, 0);
    const struct CMUnitTest tests[] = {
        T(formats_of_the_microsoft_dialect),
        T(formats_agree_with_libc),
        T(exponents_agree_with_libc_but_for_their_digits),
        T(snprintf_answers_minus_one_when_it_does_not_fit),
        T(a_hostile_width_ends),
        T(every_row_can_be_found_by_module_and_ordinal),
        T(variables_hold_what_titles_read),
        T(a_closed_handle_is_invalid_and_its_object_gone),
        T(virtual_memory_is_reserved_committed_and_freed),
        T(physical_memory_comes_from_the_window_of_its_page_size),
        T(small_exports_answer_as_documented),
        T(a_swap_is_a_fetch_constant_and_a_packet),
        T(pool_blocks_do_not_overlap_and_come_back),
        T(alarms_come_in_order_and_only_when_due),
    };
    return cmocka_run_group_tests_name("kernel_exports", tests, NULL, NULL);
}
