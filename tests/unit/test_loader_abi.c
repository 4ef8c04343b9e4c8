/* The SDK's bridges between gcc's calling convention and the console's: the program
 * tests/guest/abi runs on the interpreter, and this file plays the kernel. What must arrive is
 * written down here by the console's rules (docs of the kernel interface), as 64-bit values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "cpu/cpu.h"
#include "loader/loader.h"

#include <stdio.h>
#include <stdlib.h>

#define STACK_TOP 0x00110000u
#define SENTINEL  0x00200000u /* sc with LEV=3 */
#define KPCR      0x00300000u
#define VARIABLE  0x00300800u

enum { NARROW = 0x301, WIDE, STACK, DOUBLES, TEXT, CALL };

struct stage {
    struct xg_memory *mem;
    struct xg_heaps *heaps;
    struct xg_cpu *cpu;
    struct xg_image *image;
    struct xg_cpu_context ctx, interrupted;
    unsigned calls[8];
    bool called_back;
};

static bool give_function(void *ctx, const char *module, uint16_t ordinal, uint32_t words[4],
                          struct xg_error *err)
{
    XG_UNUSED(ctx);
    XG_UNUSED(err);
    assert_string_equal(module, "xbdm");
    words[0] = 0x44000042;
    words[1] = 0x4E800020;
    words[2] = 0xC0DE0000u | ordinal;
    words[3] = 0;
    return true;
}
static bool give_variable(void *ctx, const char *module, uint16_t ordinal, xg_ga *address,
                          struct xg_error *err)
{
    XG_UNUSED(ctx);
    XG_UNUSED(module);
    XG_UNUSED(err);
    assert_int_equal(ordinal, 0x307);
    *address = VARIABLE;
    return true;
}

static void map(struct stage *s, xg_ga at, uint32_t size, uint32_t protect)
{
    struct xg_heap *heap = xg_heaps_at(s->heaps, at);
    assert_int_equal(xg_heap_alloc_at(heap, at, size, XG_MEM_RESERVE | XG_MEM_COMMIT, protect),
                     XG_HEAP_OK);
}

static int setup(void **state)
{
    static const uint8_t sc3[4] = {0x44, 0x00, 0x00, 0x62};
    struct stage *s = calloc(1, sizeof *s);
    struct xg_error err = {0};
    struct xg_fault f;
    char path[512];
    const char *o = getenv("O");
    snprintf(path, sizeof path, "%s/guest/abi.xex", o ? o : "build");
    s->mem = xg_memory_create(&err);
    s->heaps = s->mem ? xg_heaps_create(s->mem, &err) : NULL;
    s->cpu = s->heaps ? xg_cpu_create(XG_CPU_INTERP, s->mem, NULL, &err) : NULL;
    if (!s->cpu)
        fail_msg("%s", err.text);
    struct xg_loader_imports imports = {
        .ctx = s, .function = give_function, .variable = give_variable};
    map(s, STACK_TOP - 0x10000, 0x10000, XG_PAGE_READWRITE);
    map(s, SENTINEL, 0x1000, XG_PAGE_EXECUTE_READWRITE);
    map(s, KPCR, 0x1000, XG_PAGE_READWRITE);
    assert_true(xg_memory_write(s->mem, SENTINEL, sc3, 4, &f));
    assert_true(xg_memory_st32(s->mem, VARIABLE, 0xABCD1234, &f));
    if (!xg_loader_load(path, s->mem, s->heaps, &imports, &s->image, &err))
        fail_msg("%s", err.text);
    *state = s;
    return 0;
}
static int teardown(void **state)
{
    struct stage *s = *state;
    xg_image_unload(s->image, s->heaps);
    xg_cpu_destroy(s->cpu);
    xg_heaps_destroy(s->heaps);
    xg_memory_destroy(s->mem);
    free(s);
    return 0;
}

/* Argument n as the console passes it: registers, then the caller's stack. */
static uint64_t slot(struct stage *s, unsigned n)
{
    if (n < 8)
        return s->ctx.gpr[3 + n];
    uint64_t v = 0;
    struct xg_fault f;
    assert_true(xg_memory_ld64(s->mem, (xg_ga)s->ctx.gpr[1] + 0x50 + 8 * (n - 8), &v, &f));
    return v;
}
static void expect_slots(struct stage *s, unsigned from, unsigned n, const uint64_t *want)
{
    for (unsigned i = 0; i < n; i++)
        if (slot(s, from + i) != want[i])
            fail_msg("argument %u: %016llx instead of %016llx", from + i,
                     (unsigned long long)slot(s, from + i), (unsigned long long)want[i]);
}
static void expect_text(struct stage *s, unsigned n, const char *want)
{
    char got[64] = {0};
    struct xg_fault f;
    assert_true(xg_memory_read(s->mem, (xg_ga)slot(s, n), got, (uint32_t)strlen(want) + 1, &f));
    assert_string_equal(got, want);
}

static void on_narrow(struct stage *s)
{
    static const uint64_t want[] = {0x7F, 0xFFFE, 0xFEDCBA98, (uint64_t)-5, 0x80001000, 0xF8000004};
    expect_slots(s, 0, 6, want);
    expect_text(s, 6, "text");
    assert_true(slot(s, 7) == 0xFFFFFFFFC000000D);
    s->ctx.gpr[3] = 0xDEADDEAD89ABCDEF; /* the upper half of a 32-bit result is noise */
}
static void on_wide(struct stage *s)
{
    static const uint64_t want[] = {0x80000001, 0x1122334455667788, (uint64_t)-2, 7,
                                    0x99AABBCCDDEEFF00};
    expect_slots(s, 0, 5, want);
    s->ctx.gpr[3] = 0xFEDCBA9876543210;
}
static void on_stack(struct stage *s)
{
    static const uint64_t want[] = {
        1, 2, 3, 4, 5, 6, 7, 0x80000008, (uint64_t)-9, 0xA0000000000000B, 0xFFFFFFFF};
    expect_slots(s, 0, 11, want);
    s->ctx.gpr[3] = (uint64_t)-0x123456789ABCDEF;
}
static uint64_t bits(double d)
{
    uint64_t v;
    memcpy(&v, &d, sizeof v);
    return v;
}
static void on_doubles(struct stage *s)
{
    /* f1 is argument 0 and uses up r3; 42 is argument 1; f2 argument 2; r6 argument 3. */
    assert_true(s->ctx.fpr[1] == bits(1.5) && s->ctx.fpr[2] == bits(-2.25));
    assert_true(slot(s, 1) == 42 && slot(s, 3) == 0x8000000000000001);
    s->ctx.fpr[1] = bits(1024.5);
}
static void on_text(struct stage *s)
{
    static const uint64_t want[] = {0x0123456789ABCDEF, 3};
    assert_true(slot(s, 0) == 9 && slot(s, 2) == (uint64_t)-1);
    expect_text(s, 1, "%d %s %I64x %.*f %5u%% %c %lld");
    expect_text(s, 3, "word");
    expect_slots(s, 4, 2, want);
    assert_true(slot(s, 6) == bits(0.75)); /* variadic doubles come in integer slots */
    assert_true(slot(s, 7) == 0xFFFFFFFF);
    assert_true(slot(s, 8) == 'x');
    assert_true(slot(s, 9) == (uint64_t)-3);
    s->ctx.gpr[3] = (uint64_t)-7;
}

/* Enters the callback as a kernel does, with values in the upper halves of the registers
 * that a console function must preserve. */
static void on_call(struct stage *s)
{
    assert_true(slot(s, 1) == 0x1000);
    s->interrupted = s->ctx;
    s->ctx.pc = (xg_ga)slot(s, 0);
    for (unsigned r = 14; r < 32; r++)
        s->ctx.gpr[r] = 0xA5A5000000000000u + r * 0x100000001u;
    s->ctx.gpr[3] = 3;
    s->ctx.gpr[4] = 5;
    s->ctx.gpr[5] = 0x77;
    s->ctx.gpr[1] -= 0x200;
    s->ctx.lr = SENTINEL;
}
static void after_call(struct stage *s)
{
    assert_true((uint32_t)s->ctx.gpr[3] == ((3u * 7 + 5) ^ (3u * 39 + 5) ^ 0x77u));
    for (unsigned r = 14; r < 32; r++)
        assert_true(s->ctx.gpr[r] == 0xA5A5000000000000u + r * 0x100000001u);
    assert_true((uint32_t)s->ctx.gpr[1] == (uint32_t)s->interrupted.gpr[1] - 0x200);
    uint64_t retired = s->ctx.retired;
    s->ctx = s->interrupted;
    s->ctx.retired = retired;
    s->ctx.gpr[3] = 0x5EED;
    s->called_back = true;
}

static void dispatch(struct stage *s)
{
    static void (*const handlers[])(struct stage *) = {on_narrow,  on_wide, on_stack,
                                                       on_doubles, on_text, on_call};
    uint32_t word = 0;
    struct xg_fault f;
    assert_true(xg_memory_ld32(s->mem, s->ctx.pc + 4, &word, &f));
    unsigned n = word - (0xC0DE0000u | NARROW);
    assert_true(n < XG_COUNTOF(handlers));
    /* The console's callee may write its home area: it must be the stub's own frame. */
    for (unsigned i = 0; i < 8; i++)
        assert_true(xg_memory_st64(s->mem, (xg_ga)s->ctx.gpr[1] + 0x10 + 8 * i, ~0ull, &f));
    s->calls[n]++;
    handlers[n](s);
}

static void arguments_and_results_cross_the_border(void **state)
{
    struct stage *s = *state;
    xg_cpu_context_init(&s->ctx);
    s->ctx.pc = s->image->entry;
    s->ctx.gpr[1] = STACK_TOP - 0xB0;
    s->ctx.gpr[2] = 0x2222222222222222;
    s->ctx.gpr[13] = KPCR;
    s->ctx.lr = SENTINEL;
    s->ctx.slice_end = 1000000;
    for (;;) {
        enum xg_cpu_exit why = xg_cpu_run(s->cpu, &s->ctx);
        if (why == XG_EXIT_KERNEL)
            dispatch(s);
        else if (why == XG_EXIT_RETURN && !s->called_back)
            after_call(s);
        else if (why == XG_EXIT_RETURN)
            break;
        else
            fail_msg("stopped with %d at %08X (%08X, %s)", why, s->ctx.pc, s->ctx.fault_opcode,
                     xg_fault_name(s->ctx.fault.kind));
    }
    assert_int_equal((uint32_t)s->ctx.gpr[3], 0); /* a bit for each wrong result */
    for (unsigned i = 0; i <= CALL - NARROW; i++)
        assert_int_equal(s->calls[i], 1);
    assert_true((uint32_t)s->ctx.gpr[1] == STACK_TOP - 0xB0);
    assert_true(s->ctx.gpr[13] == KPCR && s->ctx.gpr[2] == 0x2222222222222222);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_and_results_cross_the_border),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
