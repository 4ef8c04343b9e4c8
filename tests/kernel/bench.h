/* A kernel with an interpreter and no GPU, and an assembler just large enough for threads
 * of a few calls. What the guest prints is kept with time and thread. */
#ifndef XG_TESTS_KERNEL_BENCH_H
#define XG_TESTS_KERNEL_BENCH_H

#include "kernel/export_names.h"
#include "kernel/internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CODE   0x00100000u
#define DATA   0x00200000u
#define THUNKS 0x00300000u

struct line {
    xg_time when;
    uint32_t thread;
    char text[64];
};
struct bench {
    struct xg_memory *mem;
    struct xg_heaps *heaps;
    struct xg_cpu *cpu;
    struct xg_kernel *k;
    struct xg_image image;
    struct xg_hooks hooks;
    xg_ga at, string, thunk;
    struct line line[256];
    unsigned lines, logs;
    char log[256];
};

static void bench_text(void *ctx, xg_time now, uint32_t thread, const char *text)
{
    struct bench *b = ctx;
    assert_true(b->lines < XG_COUNTOF(b->line));
    struct line *l = &b->line[b->lines++];
    l->when = now;
    l->thread = thread;
    snprintf(l->text, sizeof l->text, "%s", text);
}

static void bench_log(void *ctx, const char *text)
{
    struct bench *b = ctx;
    b->logs++;
    snprintf(b->log, sizeof b->log, "%s", text);
}

static inline struct bench *bench_open(void)
{
    struct bench *b = calloc(1, sizeof *b);
    struct xg_error err = {0};
    b->mem = xg_memory_create(&err);
    b->heaps = xg_heaps_create(b->mem, &err);
    b->hooks = (struct xg_hooks){.ctx = b, .on_debug_text = bench_text};
    b->cpu = xg_cpu_create(XG_CPU_INTERP, b->mem, &b->hooks, &err);
    struct xg_kernel_options o = {.mem = b->mem,
                                  .heaps = b->heaps,
                                  .cpu = b->cpu,
                                  .hooks = &b->hooks,
                                  .log = bench_log,
                                  .log_ctx = b};
    b->k = xg_kernel_create(&o, &err);
    if (!b->k) {
        fail_msg("%s", err.text);
        abort();
    }
    struct xg_heap *v0 = xg_heaps_named(b->heaps, "v00000000");
    for (xg_ga at = CODE; at <= THUNKS; at += 0x100000)
        assert_int_equal(xg_heap_alloc_at(v0, at, 0x10000, XG_MEM_RESERVE | XG_MEM_COMMIT,
                                          XG_PAGE_EXECUTE_READWRITE),
                         XG_HEAP_OK);
    b->image = (struct xg_image){.path = (char *)"bench", .stack_size = 0x4000};
    b->k->image = &b->image;
    b->at = CODE;
    b->string = DATA + 0x8000;
    b->thunk = THUNKS;
    return b;
}

static inline void bench_close(struct bench *b)
{
    xg_kernel_destroy(b->k);
    xg_cpu_destroy(b->cpu);
    xg_heaps_destroy(b->heaps);
    xg_memory_destroy(b->mem);
    free(b);
}

/* ---- the assembler ---- */

static inline void op(struct bench *b, uint32_t word)
{
    assert_true(xg_memory_st32(b->mem, b->at, word, NULL));
    b->at += 4;
}
static inline void li(struct bench *b, unsigned r, uint32_t v)
{
    op(b, 15u << 26 | r << 21 | v >> 16);
    op(b, 24u << 26 | r << 21 | r << 16 | (v & 0xFFFF));
}
static inline void lwz(struct bench *b, unsigned r, int d, unsigned a)
{
    op(b, 32u << 26 | r << 21 | a << 16 | (d & 0xFFFF));
}
static inline void stw(struct bench *b, unsigned r, int d, unsigned a)
{
    op(b, 36u << 26 | r << 21 | a << 16 | (d & 0xFFFF));
}
static inline void addi(struct bench *b, unsigned r, unsigned a, int v)
{
    op(b, 14u << 26 | r << 21 | a << 16 | (v & 0xFFFF));
}
static inline void mr(struct bench *b, unsigned to, unsigned from)
{
    op(b, 31u << 26 | from << 21 | to << 16 | from << 11 | 444 << 1);
}
/* Counts down `n` times: about n instructions. */
static inline void spin(struct bench *b, uint32_t n)
{
    li(b, 11, n);
    op(b, 0x7C0903A6u | 11 << 21);
    op(b, 16u << 26 | 16 << 21); /* bdnz . */
}
static inline xg_ga data_string(struct bench *b, const char *text)
{
    xg_ga at = b->string;
    assert_true(xg_memory_write(b->mem, at, text, (uint32_t)strlen(text) + 1, NULL));
    b->string += ((uint32_t)strlen(text) + 8) & ~7u;
    return at;
}
static inline void call(struct bench *b, unsigned row)
{
    uint32_t words[4];
    const struct xg_loader_imports *imports = xg_kernel_imports(b->k);
    assert_true(imports->function(imports->ctx, xg_exports[row].module, xg_exports[row].ordinal,
                                  words, NULL));
    for (unsigned i = 0; i < 4; i++)
        assert_true(xg_memory_st32(b->mem, b->thunk + 4 * i, words[i], NULL));
    li(b, 11, b->thunk);
    b->thunk += 16;
    op(b, 0x7C0903A6u | 11 << 21);
    op(b, 0x4E800421u);
}
/* Prints text; %u shows r4, which is kept in r30 meanwhile by the caller if needed. */
static inline void say(struct bench *b, const char *text)
{
    li(b, 3, data_string(b, text));
    call(b, XG_ROW_DbgPrint);
}
static inline void sleep_us(struct bench *b, uint32_t us)
{
    xg_ga at = b->string;
    assert_true(xg_memory_st64(b->mem, at, 0 - (uint64_t)us * 10, NULL));
    b->string += 8;
    li(b, 3, 0);
    li(b, 4, 0);
    li(b, 5, at);
    call(b, XG_ROW_KeDelayExecutionThread);
}
static inline void wait_for(struct bench *b, xg_ga object)
{
    li(b, 3, object);
    li(b, 4, 0);
    li(b, 5, 0);
    li(b, 6, 0);
    li(b, 7, 0);
    call(b, XG_ROW_KeWaitForSingleObject);
}
static inline void set_event(struct bench *b, xg_ga object)
{
    li(b, 3, object);
    li(b, 4, 0);
    li(b, 5, 0);
    call(b, XG_ROW_KeSetEvent);
}
/* Start of a function that calls others; r31 keeps the return address. */
static inline xg_ga begin(struct bench *b)
{
    xg_ga at = b->at;
    op(b, 0x7FE802A6u); /* mflr r31 */
    return at;
}
static inline void end(struct bench *b, uint32_t result)
{
    li(b, 3, result);
    op(b, 0x7FE803A6u); /* mtlr r31 */
    op(b, 0x4E800020u);
}

/* ---- running ---- */

static inline struct xg_thread *thread(struct bench *b, xg_ga start, unsigned cpu)
{
    struct xg_thread *t = xg_thread_create(
        b->k, &(struct xg_thread_start){.start = start, .flags = 1u << (24 + cpu)});
    assert_non_null(t);
    return t;
}
/* An event or semaphore header in the data page. */
static inline void header(struct bench *b, xg_ga at, uint8_t type, uint32_t state, uint32_t limit)
{
    assert_true(xg_memory_write(b->mem, at, &type, 1, NULL));
    assert_true(xg_memory_st32(b->mem, at + 4, state, NULL));
    assert_true(xg_memory_st32(b->mem, at + 16, limit, NULL));
}
static inline enum xg_kernel_state run(struct bench *b)
{
    enum xg_kernel_state s = XG_KERNEL_RUNNING;
    for (unsigned i = 0; s == XG_KERNEL_RUNNING && i < 100000; i++)
        s = xg_kernel_run(b->k, UINT64_MAX);
    return s;
}
static inline uint32_t word(struct bench *b, xg_ga at)
{
    uint32_t v = 0;
    assert_true(xg_memory_ld32(b->mem, at, &v, NULL));
    return v;
}

#endif
