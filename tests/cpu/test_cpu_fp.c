/* Floating point where qemu cannot be asked: enabled exceptions, and the places where
 * qemu departs from the architecture. Expected values are worked out by hand from Book I
 * chapter 4. FPSCR: FX 8, FEX 4, VX 2, OX 1 | UX 8, ZX 4, XX 2, VXSNAN 1 | VXISI 8, VXIDI 4,
 * VXZDZ 2, VXIMZ 1 | VXVC 8, FR 4, FI 2, C 1 | FPCC | VXSOFT 4, VXSQRT 2, VXCVI 1 | VE 8,
 * OE 4, UE 2, ZE 1 | XE 8, NI 4, RN. */
#include "cpu/assemble.h"
#include "cpu/case.h"
#include "cpu/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CODE     0x82010000u
#define OLD      0x123456789ABCDEF0ull /* the target before */
#define ONE      0x3FF0000000000000ull
#define TWO      0x4000000000000000ull
#define HALF     0x3FE0000000000000ull
#define INFINITE 0x7FF0000000000000ull
#define MINUS    0x8000000000000000ull
#define SNAN     0x7FF4000000000000ull
#define QNAN     0x7FF8000000000000ull
#define MAXIMUM  0x7FEFFFFFFFFFFFFFull
#define LEAST    0x0010000000000000ull /* 2^-1022 */

struct fp_case {
    const char *text; /* operands in f2 (A), f3 (B), f4 (C), result in f1 */
    uint64_t a, b, c;
    uint32_t fpscr;
    uint64_t result;
    uint32_t fpscr_after;
    uint32_t undefined; /* FPSCR bits not looked at */
};

static const struct fp_case cases[] = {
    /* enabled invalid operation and division by zero leave the target and FPRF alone */
    {"fadd f1, f2, f3", INFINITE, INFINITE | MINUS, 0, 0x80, OLD, 0xE0800080, 0},
    {"fmul f1, f2, f4", SNAN, 0, ONE, 0x80, OLD, 0xE1000080, 0},
    {"fdiv f1, f2, f3", ONE, 0, 0, 0x10, OLD, 0xC4000010, 0},
    {"fctiw f1, f3", 0, QNAN, 0, 0x80, OLD, 0xE0000180, 0},
    {"fsqrt f1, f3", 0, ONE | MINUS, 0, 0x80, OLD, 0xE0000280, 0},
    {"fdiv f1, f2, f3", ONE, 0, 0, 0, INFINITE, 0x84005000, 0},
    /* enabled overflow and underflow: exponent moved by 1536, or 192 in single */
    {"fmul f1, f2, f4", MAXIMUM, 0, TWO, 0x40, 0x1FFFFFFFFFFFFFFF, 0xD0004040, 0},
    {"fmul f1, f2, f4", LEAST, 0, HALF, 0x20, 0x6000000000000000, 0xC8004020, 0},
    {"fmuls f1, f2, f4", 0x47E0000000000000, 0, TWO, 0x40, 0x3BF0000000000000, 0xD0004040, 0},
    {"fmuls f1, f2, f4", 0x3810000000000000, 0, HALF, 0x20, 0x4400000000000000, 0xC8004020, 0},
    /* the same, disabled: infinity, or the largest number where the direction says so */
    {"fmul f1, f2, f4", MAXIMUM, 0, TWO, 0, INFINITE, 0x92025000, 0x40000},
    {"fmul f1, f2, f4", MAXIMUM, 0, TWO, 1, MAXIMUM, 0x92024001, 0x40000},
    {"fmul f1, f2, f4", MAXIMUM | MINUS, 0, TWO, 2, MAXIMUM | MINUS, 0x92028002, 0x40000},
    {"fmul f1, f2, f4", MAXIMUM | MINUS, 0, TWO, 3, INFINITE | MINUS, 0x92029003, 0x40000},
    /* a denormal is an underflow only when it is inexact */
    {"fmul f1, f2, f4", LEAST, 0, HALF, 0, 0x0008000000000000, 0x00014000, 0},
    {"fmul f1, f2, f4", LEAST + 1, 0, HALF, 0, 0x0008000000000000, 0x8A034000, 0},
    {"fmul f1, f2, f4", LEAST + 3, 0, HALF, 0, 0x0008000000000002, 0x8A074000, 0}, /* tie, up */
    {"fmul f1, f2, f4", 1, 0, HALF, 0, 0, 0x8A022000, 0},                          /* to zero */
    {"fmul f1, f2, f4", 1, 0, HALF, 2, 1, 0x8A074002, 0},
    {"fadd f1, f2, f3", LEAST, 0, 0, 0x20, LEAST, 0x00004020, 0},
    /* a denormal single is classed as one although its double is normal */
    {"fsubs f1, f2, f3", 0x3810000000000000, 0x3800000000000000, 0, 0, 0x3800000000000000,
     0x00014000, 0},
    {"frsp f1, f3", 0, 0xB800000000000000, 0, 0, 0xB800000000000000, 0x00018000, 0},
    /* what is enabled does nothing to an operation that is none of it */
    {"fadd f1, f2, f3", ONE, ONE, 0, 0xF8, TWO, 0x000040F8, 0},
    {"fadds f1, f2, f3", ONE, ONE, 0, 0xF8, TWO, 0x000040F8, 0},
    {"fdiv f1, f2, f3", ONE, 0, 0, 0x80, INFINITE, 0x84005080, 0},
    {"fadd f1, f2, f3", INFINITE, INFINITE | MINUS, 0, 0x10, QNAN, 0xA0811010, 0},
    /* integers beyond 53 bits are rounded */
    {"fcfid f1, f3", 0, 0x0020000000000001, 0, 0, 0x4340000000000000, 0x82024000, 0},
    {"fcfid f1, f3", 0, 0x0020000000000003, 0, 0, 0x4340000000000002, 0x82064000, 0},
    {"fcfid f1, f3", 0, 0x001FFFFFFFFFFFFF, 0, 0, 0x433FFFFFFFFFFFFF, 0x00004000, 0},
    /* the least numbers are not zero, the zeros are equal */
    {"fcmpu cr2, f2, f3", 1, 0, 0, 0, OLD, 0x00004000, 0},
    {"fcmpu cr2, f2, f3", MINUS | 1, MINUS, 0, 0, OLD, 0x00008000, 0},
    {"fcmpo cr2, f2, f3", MINUS, 0, 0, 0, OLD, 0x00002000, 0},
    /* inexact, enabled: the result is delivered all the same */
    {"fdiv f1, f2, f3", ONE, 0x4008000000000000, 0, 0x08, 0x3FD5555555555555, 0xC2024008, 0},
    {"fdiv f1, f2, f3", TWO, 0x4008000000000000, 0, 0, 0x3FE5555555555555, 0x82024000, 0},
    {"fdiv f1, f2, f3", ONE, 0x4014000000000000, 0, 0, 0x3FC999999999999A, 0x82064000,
     0}, /* 1/5, up */
    /* the negating forms round first: 1 + 2^-60 upwards, then the sign */
    {"fnmadd f1, f2, f4, f3", ONE, 0x3C30000000000000, ONE, 2, 0xBFF0000000000001, 0x82068002, 0},
    {"fnmadd f1, f2, f4, f3", ONE, 0x3C30000000000000, ONE, 3, 0xBFF0000000000000, 0x82028003, 0},
    {"fnmsub f1, f2, f4, f3", ONE, QNAN, ONE, 0, QNAN, 0x00011000, 0}, /* NaNs keep their sign */
    /* infinity times zero plus a signalling NaN raises both causes; the NaN wins */
    {"fmadd f1, f2, f4, f3", INFINITE, SNAN, 0, 0, SNAN | QNAN, 0xA1111000, 0},
    {"fmadd f1, f2, f4, f3", INFINITE, QNAN | 5, 0, 0, QNAN | 5, 0xA0111000, 0},
    {"fmadd f1, f2, f4, f3", QNAN | 1, QNAN | 2, QNAN | 3, 0, QNAN | 1, 0x00011000, 0},
    {"fmadd f1, f2, f4, f3", ONE, QNAN | 2, QNAN | 3, 0, QNAN | 2, 0x00011000, 0},
    /* exact zero sums: +0, or -0 when rounding down */
    {"fsub f1, f2, f3", ONE, ONE, 0, 0, 0, 0x00002000, 0},
    {"fsub f1, f2, f3", ONE, ONE, 0, 3, MINUS, 0x00012003, 0},
    /* estimates of special values */
    {"fres f1, f3", 0, 0, 0, 0, INFINITE, 0x84005000, 0},
    {"fres f1, f3", 0, MINUS, 0, 0, INFINITE | MINUS, 0x84009000, 0},
    {"fres f1, f3", 0, 0, 0, 0x10, OLD, 0xC4000010, 0},
    {"frsqrte f1, f3", 0, 0, 0, 0, INFINITE, 0x84005000, 0},
    {"frsqrte f1, f3", 0, ONE | MINUS, 0, 0, QNAN, 0xA0011200, 0},
    /* estimates by the hardware's tables: first and last values, both parities, denormals */
    {"frsqrte f1, f3", 0, ONE, 0, 0, 0x3FEF100000000000, 0x00004000, 0},
    {"frsqrte f1, f3", 0, 0x4010000000000000, 0, 0, 0x3FDF100000000000, 0x00004000, 0},
    {"frsqrte f1, f3", 0, TWO, 0, 0, 0x3FE6000000000000, 0x00004000, 0},
    {"frsqrte f1, f3", 0, 0x4008000000000000, 0, 0, 0x3FE2000000000000, 0x00004000, 0},
    {"frsqrte f1, f3", 0, 0x400FFFFFFFFFFFFF, 0, 0, 0x3FE0800000000000, 0x00004000, 0},
    {"frsqrte f1, f3", 0, 1, 0, 0, 0x617F100000000000, 0x00004000, 0},
    {"frsqrte f1, f3", 0, 0x0008000000000000, 0, 0, 0x5FE6000000000000, 0x00004000, 0},
    {"frsqrte f1, f3", 0, INFINITE, 0, 0, 0, 0x00002000, 0},
    {"fres f1, f3", 0, ONE, 0, 0, 0x3FEFE00000000000, 0x00004000, 0},
    {"fres f1, f3", 0, TWO | MINUS, 0, 0, 0xBFDFE00000000000, 0x00008000, 0},
    {"fres f1, f3", 0, 0x3FF8000000000000, 0, 0, 0x3FE5400000000000, 0x00004000, 0},
    {"fres f1, f3", 0, 0x3FFFFFFFFFFFFFFF, 0, 0, 0x3FE0000000000000, 0x00004000, 0},
    {"fres f1, f3", 0, 0x47E0000000000001, 0, 0, 0x3800000000000000, 0x88014000, 0x02060000},
    /* conversions saturate */
    {"fctiwz f1, f3", 0, 0x41E0000000000000, 0, 0, 0x7FFFFFFF, 0xA0000100, 0},
    {"fctiwz f1, f3", 0, 0xC1E0000000000000, 0, 0, 0xFFFFFFFF80000000, 0, 0},
    {"fctid f1, f3", 0, QNAN, 0, 0, MINUS, 0xA0000100, 0},
    {"fctid f1, f3", 0, SNAN, 0, 0, MINUS, 0xA1000100, 0},
    {"fctiw f1, f3", 0, 0x3FF8000000000000, 0, 0, 2, 0x82060000, 0}, /* 1.5 to 2 */
    /* FX is set by a bit that becomes one, not by one that is */
    {"fadd f1, f2, f3", SNAN, ONE, 0, 0x21000000, SNAN | QNAN, 0x21011000, 0},
};

static struct xg_memory *mem;
static struct xg_cpu *cpu;

static int setup(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    mem = xg_memory_create(&err);
    assert_non_null(mem);
    cpu = xg_cpu_create(XG_CPU_INTERP, mem, NULL, &err);
    assert_non_null(cpu);
    assert_true(xg_memory_protect(mem, CODE, 0x1000, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X, &err));
    return 0;
}
static int teardown(void **state)
{
    XG_UNUSED(state);
    xg_cpu_destroy(cpu);
    xg_memory_destroy(mem);
    return 0;
}

static void run(struct xg_cpu_context *c, const char *text)
{
    struct xg_error err = {0};
    struct xg_fault f;
    uint32_t w;
    if (!xg_cpu_assemble(text, CODE, &w, &err))
        fail_msg("%s", err.text);
    assert_true(xg_memory_st32(mem, CODE, w, &f));
    assert_true(xg_memory_st32(mem, CODE + 4, 0x44000042, &f));
    c->pc = CODE;
    c->slice_end = ~0ull;
    assert_int_equal(xg_cpu_run(cpu, c), XG_EXIT_KERNEL);
}

static void arithmetic_and_status_by_hand(void **state)
{
    XG_UNUSED(state);
    for (size_t i = 0; i < XG_COUNTOF(cases); i++) {
        const struct fp_case *k = &cases[i];
        struct xg_cpu_context c;
        xg_cpu_context_init(&c);
        c.fpr[1] = OLD;
        c.fpr[2] = k->a;
        c.fpr[3] = k->b;
        c.fpr[4] = k->c;
        c.fpscr = k->fpscr;
        run(&c, k->text);
        if (c.fpr[1] != k->result || (c.fpscr ^ k->fpscr_after) & ~k->undefined)
            fail_msg("case %zu, %s with FPSCR %08x: %016llx %08x, not %016llx %08x", i, k->text,
                     k->fpscr, (unsigned long long)c.fpr[1], c.fpscr, (unsigned long long)k->result,
                     k->fpscr_after);
    }
}

static void ordered_compares_of_nans(void **state)
{
    XG_UNUSED(state);
    static const struct {
        const char *text;
        uint64_t a, b;
        uint32_t fpscr, after;
    } compares[] = {
        {"fcmpo cr3, f2, f3", QNAN, ONE, 0, 0xA0081000},
        {"fcmpu cr3, f2, f3", QNAN, ONE, 0, 0x00001000},
        {"fcmpu cr3, f2, f3", ONE, SNAN, 0, 0xA1001000},
        {"fcmpo cr3, f2, f3", ONE, SNAN, 0, 0xA1081000},
        {"fcmpo cr3, f2, f3", ONE, SNAN, 0x80, 0xE1001080}, /* enabled: VXSNAN alone */
    };
    for (size_t i = 0; i < XG_COUNTOF(compares); i++) {
        struct xg_cpu_context c;
        xg_cpu_context_init(&c);
        c.fpr[2] = compares[i].a;
        c.fpr[3] = compares[i].b;
        c.fpscr = compares[i].fpscr;
        run(&c, compares[i].text);
        assert_int_equal(c.fpscr, compares[i].after);
        assert_int_equal(c.cr, 0x00010000);
    }
}

static void fpscr_moves_keep_the_summaries(void **state)
{
    XG_UNUSED(state);
    struct xg_cpu_context c;
    xg_cpu_context_init(&c);
    run(&c, "mtfsb1 9"); /* VXIDI: FX and VX follow */
    assert_int_equal(c.fpscr, 0xA0400000);
    run(&c, "mtfsb1 24"); /* VE: FEX follows */
    assert_int_equal(c.fpscr, 0xE0400080);
    run(&c, "mtfsb1 1"); /* FEX itself cannot be written */
    run(&c, "mtfsb0 2");
    assert_int_equal(c.fpscr, 0xE0400080);
    run(&c, "mcrfs cr2, cr2"); /* bits 8..11 go to CR and are cleared */
    assert_int_equal(c.cr, 0x00400000);
    assert_int_equal(c.fpscr, 0x80000080);
    run(&c, "mffs. f1");
    assert_int_equal(c.fpr[1], 0x80000080);
    assert_int_equal(c.cr, 0x08400000);
    run(&c, "mtfsfi cr7, 3");
    assert_int_equal(c.fpscr, 0x80000083);
    c.fpr[5] = 0xFFFFFFFF;
    run(&c, "mtfsf 255, f5");
    assert_int_equal(c.fpscr, 0xFFFFF7FF); /* bit 20 is reserved */
}

/* ---- black-box cases ---- */

static char *exec(const char *line)
{
    struct xg_error err = {0};
    struct xg_cpu_bench *bench = xg_cpu_bench_create(XG_CPU_INTERP, &err);
    assert_non_null(bench);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    xg_cpu_bench_run(bench, line, strlen(line), out);
    xg_cpu_bench_run(bench, line, strlen(line), out); /* nothing is left of the first run */
    fclose(out);
    xg_cpu_bench_destroy(bench);
    assert_int_equal(size % 2, 0);
    assert_memory_equal(text, text + size / 2, size / 2);
    text[size / 2] = 0;
    return text;
}
static void expect_line(const char *in, const char *out)
{
    char *got = exec(in);
    assert_string_equal(got, out);
    free(got);
}
static void cases_report_what_changed(void **state)
{
    XG_UNUSED(state);
    expect_line("{\"id\":7,\"code\":\"7c6322144e800020\",\"at\":\"82010000\",\"regs\":{\"r3\":"
                "\"0000000000000005\","
                "\"r4\":\"2\"}}",
                "{\"id\":7,\"status\":\"ok\",\"insns\":2,\"regs\":{\"r3\":\"0000000000000007\"},"
                "\"mem\":[]}\n");
    expect_line("{\"id\":{\"a\":[1]},\"code\":\"90650000 \",\"at\":\"82010000\"}",
                "{\"id\":{\"a\":[1]},\"error\":\"\\\"code\\\" must be a string of hex digits, two "
                "a byte\"}\n");
    expect_line(
        "{\"id\":1,\"code\":\"906500044e800020\",\"at\":\"82010000\",\"regs\":{\"r3\":\"aabbccdd\","
        "\"r5\":"
        "\"10000000\"},\"mem\":[{\"at\":\"10000000\",\"hex\":\"01020304\"}],\"read\":[{\"at\":"
        "\"10000000\","
        "\"len\":8}]}",
        "{\"id\":1,\"status\":\"ok\",\"insns\":2,\"regs\":{},\"mem\":[{\"at\":\"10000000\",\"hex\":"
        "\"01020304aabbccdd\"}]}\n");
}
static void cases_report_faults_and_limits(void **state)
{
    XG_UNUSED(state);
    expect_line("{\"id\":1,\"code\":\"3860000180850000\",\"at\":\"82010000\",\"regs\":{\"r5\":"
                "\"20000000\"}}",
                "{\"id\":1,\"status\":\"fault\",\"fault\":{\"kind\":\"unmapped\",\"pc\":"
                "\"82010004\",\"address\":"
                "\"20000000\"},\"insns\":1,\"regs\":{\"r3\":\"0000000000000001\"},\"mem\":[]}\n");
    expect_line("{\"id\":1,\"code\":\"00000000\",\"at\":\"82010000\"}",
                "{\"id\":1,\"status\":\"fault\",\"fault\":{\"kind\":\"illegal\",\"pc\":"
                "\"82010000\",\"address\":"
                "\"82010000\"},\"insns\":0,\"regs\":{},\"mem\":[]}\n");
    expect_line("{\"id\":1,\"code\":\"48000000\",\"at\":\"82010000\",\"max\":50}",
                "{\"id\":1,\"status\":\"limit\",\"insns\":50,\"regs\":{},\"mem\":[]}\n");
    expect_line("{\"id\":1,\"code\":\"44000002\",\"at\":\"82010000\"}",
                "{\"id\":1,\"status\":\"fault\",\"fault\":{\"kind\":\"illegal\",\"pc\":"
                "\"82010000\",\"address\":"
                "\"82010000\"},\"insns\":0,\"regs\":{},\"mem\":[]}\n");
}
static void invalid_cases_are_refused(void **state)
{
    XG_UNUSED(state);
    static const char *const bad[] = {
        "",
        "[]",
        "{",
        "{\"id\":1}",
        "{\"id\":1,\"code\":\"4e800020\"}",
        "{\"id\":1,\"code\":\"4e800020\",\"at\":\"82010002\"}",
        "{\"id\":1,\"code\":\"4e8000\",\"at\":\"82010000\"}",
        "{\"id\":1,\"code\":\"4e800020\",\"at\":\"82010000\",\"x\":1}",
        "{\"id\":1,\"code\":\"4e800020\",\"at\":\"82010000\",\"regs\":{\"r32\":\"1\"}}",
        "{\"id\":1,\"code\":\"4e800020\",\"at\":\"82010000\",\"regs\":{\"lr\":\"1\"}}",
        "{\"id\":1,\"code\":\"4e800020\",\"at\":\"82010000\",\"regs\":{\"v1\":\"1\"}}",
        "{\"id\":1,\"code\":\"4e800020\",\"at\":\"82010000\",\"regs\":{\"r1\":1}}",
        "{\"id\":1,\"code\":\"4e800020\",\"at\":\"82010000\",\"sf\":2}",
        "{\"code\":\"4e800020\",\"at\":\"82010000\",\"read\":[{\"at\":\"10\",\"len\":-1}]}",
        "{\"code\":\"4e800020\",\"at\":\"82010000\",\"read\":[{\"at\":\"fffffff0\",\"len\":64}]}",
        "{\"id\":1,\"code\":\"4e800020\",\"at\":\"7fc80000\"}",
        "{\"id\":1,\"id\":2,\"code\":\"4e800020\",\"at\":\"82010000\"}",
        "{\"id\":\"\\ud800\",\"code\":\"4e800020\",\"at\":\"82010000\"}",
    };
    for (size_t i = 0; i < XG_COUNTOF(bad); i++) {
        char *got = exec(bad[i]);
        assert_non_null(strstr(got, ",\"error\":\""));
        assert_int_equal(got[strlen(got) - 1], '\n');
        free(got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(arithmetic_and_status_by_hand, setup, teardown),
        cmocka_unit_test_setup_teardown(ordered_compares_of_nans, setup, teardown),
        cmocka_unit_test_setup_teardown(fpscr_moves_keep_the_summaries, setup, teardown),
        cmocka_unit_test(cases_report_what_changed),
        cmocka_unit_test(cases_report_faults_and_limits),
        cmocka_unit_test(invalid_cases_are_refused),
    };
    return cmocka_run_group_tests_name("cpu_fp", tests, NULL, NULL);
}
