#include "cpu/check.h"

#include "memory/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one engine makes of a segment. */
struct outcome {
    struct xg_cpu_context c;
    enum xg_cpu_exit exit;
    bool held; /* it stands before an access to a device */
};

struct finding {
    char what[64];      /* the register or byte of memory */
    uint64_t want, got; /* interpreter, translator */
    unsigned digits;
    const char *only; /* look at nothing else; NULL: at everything */
};

/* ---- one segment ---- */

typedef enum xg_cpu_exit run_fn(struct xg_check *k, struct xg_cpu_context *c);

static enum xg_cpu_exit interpret(struct xg_check *k, struct xg_cpu_context *c)
{
    return xg_interp_run(k->jit->interp, c);
}
static enum xg_cpu_exit translate(struct xg_check *k, struct xg_cpu_context *c)
{
    return xg_jit_run(k->jit, c);
}

static struct outcome run_one(struct xg_check *k, run_fn *run, const struct xg_cpu_context *from,
                              uint64_t end)
{
    struct outcome o = {.c = *from};
    struct xg_interp *t = k->jit->interp;
    o.c.slice_end = end;
    t->hold_devices = true;
    t->held = false;
    o.exit = run(k, &o.c);
    o.held = t->held;
    t->hold_devices = t->held = false;
    o.c.slice_end = from->slice_end;
    return o;
}

static bool differs(struct finding *f, const char *what, uint64_t want, uint64_t got,
                    unsigned digits)
{
    if (want == got || (f->only && strcmp(f->only, what) != 0))
        return false;
    snprintf(f->what, sizeof f->what, "%s", what);
    f->want = want;
    f->got = got;
    f->digits = digits;
    return true;
}
static bool differs_n(struct finding *f, char kind, unsigned n, uint64_t want, uint64_t got)
{
    char name[8];
    snprintf(name, sizeof name, "%c%u", kind, n);
    return want != got && differs(f, name, want, got, 16);
}

static bool vectors_differ(struct finding *f, const struct xg_cpu_context *a,
                           const struct xg_cpu_context *b)
{
    for (unsigned n = 0; n < 128; n++)
        for (unsigned w = 0; w < 4; w++)
            if (a->vr[n].w[w] != b->vr[n].w[w]) {
                char name[24];
                snprintf(name, sizeof name, "v%u word %u", n, w);
                if (differs(f, name, a->vr[n].w[w], b->vr[n].w[w], 8))
                    return true;
            }
    return false;
}

/* The first difference of two outcomes; registers first, they say most. */
static bool outcomes_differ(struct finding *f, const struct outcome *x, const struct outcome *y)
{
    const struct xg_cpu_context *a = &x->c, *b = &y->c;
    bool fault = x->exit == XG_EXIT_FAULT && y->exit == XG_EXIT_FAULT;
    for (unsigned n = 0; n < 32; n++)
        if (differs_n(f, 'r', n, a->gpr[n], b->gpr[n]))
            return true;
    for (unsigned n = 0; n < 32; n++)
        if (differs_n(f, 'f', n, a->fpr[n], b->fpr[n]))
            return true;
    return vectors_differ(f, a, b) || differs(f, "cr", a->cr, b->cr, 8) ||
           differs(f, "xer", a->xer, b->xer, 8) || differs(f, "lr", a->lr, b->lr, 16) ||
           differs(f, "ctr", a->ctr, b->ctr, 16) || differs(f, "fpscr", a->fpscr, b->fpscr, 8) ||
           differs(f, "vscr", a->vscr, b->vscr, 8) || differs(f, "msr", a->msr, b->msr, 16) ||
           differs(f, "vrsave", a->vrsave, b->vrsave, 8) ||
           differs(f, "the reservation", a->reserve_valid, b->reserve_valid, 1) ||
           (a->reserve_valid &&
            (differs(f, "the reservation's address", a->reserve_address, b->reserve_address, 8) ||
             differs(f, "the reservation's value", a->reserve_value, b->reserve_value, 16))) ||
           differs(f, "pc", a->pc, b->pc, 8) ||
           differs(f, "the number of instructions", a->retired, b->retired, 1) ||
           differs(f, "the exit", x->exit, y->exit, 1) ||
           differs(f, "the access to a device", x->held, y->held, 1) ||
           (fault && (differs(f, "the kind of fault", a->fault.kind, b->fault.kind, 1) ||
                      differs(f, "the fault's address", a->fault.address, b->fault.address, 8) ||
                      differs(f, "the faulting word", a->fault_opcode, b->fault_opcode, 8)));
}

static bool memory_differs(const struct xg_check *k, struct finding *f)
{
    xg_ga at;
    uint8_t kept, now;
    char name[40];
    if (xg_journal_same(k->mem, &at, &kept, &now))
        return false;
    snprintf(name, sizeof name, "the byte at 0x%08" PRIX32, at);
    return differs(f, name, kept, now, 2);
}

/* Runs [from, first safepoint at or after end) in both; memory is the translator's then.
 * xg_journal_start() has been called for `from`. false: they differ in *f. */
static bool run_both(struct xg_check *k, const struct xg_cpu_context *from, uint64_t end,
                     struct outcome *want, struct outcome *got, struct finding *f)
{
    *f = (struct finding){0};
    *want = run_one(k, interpret, from, end);
    xg_journal_keep(k->mem);
    xg_journal_rewind(k->mem);
    *got = run_one(k, translate, from, end);
    return !outcomes_differ(f, want, got) && !memory_differs(k, f);
}

/* ---- naming a difference ---- */

static void say(struct xg_check *k, xg_ga pc, const struct finding *f, const char *more)
{
    char text[96];
    uint32_t word =
        k->mem->access[pc >> XG_PAGE_SHIFT] & XG_PAGE_X ? xg_ld32be(k->mem->base + pc) : 0;
    snprintf(k->difference, sizeof k->difference,
             "the translation of %s at 0x%08" PRIX32 " is wrong: %s is 0x%0*" PRIX64
             ", in the interpreter 0x%0*" PRIX64 "%s",
             xg_cpu_disassemble(word, pc, text, sizeof text), pc, f->what, (int)f->digits, f->got,
             (int)f->digits, f->want, more);
}

/* One instruction by the interpreter; c->pc and the counts are those behind it. false:
 * it faulted or left. */
static bool step(struct xg_check *k, struct xg_cpu_context *c, enum xg_cpu_exit *exit)
{
    struct xg_interp *t = k->jit->interp;
    struct xg_op op;
    if (!(k->mem->access[c->pc >> XG_PAGE_SHIFT] & XG_PAGE_X)) {
        xg_interp_fault(c, XG_FAULT_FETCH, c->pc);
        c->fault_opcode = 0;
        *exit = XG_EXIT_FAULT;
        return false;
    }
    xg_op_decode(&op, xg_ld32be(k->mem->base + (c->pc & ~3u)), c->pc & ~3u);
    t->start = &op;
    switch (op.fn(c, t, &op)) {
    case XG_FLOW_NEXT:
        c->pc = op.pc + 4;
        break;
    case XG_FLOW_EXIT:
        c->retired++;
        *exit = t->exit;
        return false;
    case XG_FLOW_FAULT:
        c->pc = op.pc;
        c->fault_opcode = op.insn;
        *exit = XG_EXIT_FAULT;
        return false;
    default:
        break;
    }
    c->retired++;
    return true;
}

static void start_at(struct xg_check *k, const struct xg_cpu_context *from,
                     struct xg_cpu_context *to, uint64_t end)
{
    *to = run_one(k, interpret, from, end).c;
    xg_journal_start(k->mem);
}

/* Moves *from, whose journal has been rewound, to the last safepoint up to which both
 * agree, and *length to the number of instructions to the next one. */
static void narrow(struct xg_check *k, struct xg_cpu_context *from, uint64_t *length,
                   struct finding *f)
{
    uint64_t good = 0, bad = *length; /* slices of these lengths */
    struct outcome want, got;
    struct finding other;
    while (bad - good > 1) {
        uint64_t middle = good + (bad - good) / 2;
        bool same = run_both(k, from, from->retired + middle, &want, &got, &other);
        xg_journal_rewind(k->mem);
        if (same) {
            good = middle;
        } else {
            bad = middle;
            *f = other;
        }
    }
    if (good) {
        struct xg_cpu_context moved;
        start_at(k, from, &moved, from->retired + good);
        *from = moved;
    }
    want = run_one(k, interpret, from, from->retired + 1);
    *length = want.c.retired - from->retired;
    if (want.exit == XG_EXIT_FAULT || !*length)
        ++*length; /* the instruction that faulted */
    xg_journal_rewind(k->mem);
}

/* Steps n instructions with the interpreter, without devices. false: it left before. */
static bool step_many(struct xg_check *k, struct outcome *o, uint64_t n, xg_ga *last)
{
    bool ordinary = true;
    k->jit->interp->hold_devices = true;
    for (uint64_t i = 0; i < n; i++) {
        *last = o->c.pc;
        ordinary = ordinary && xg_jit_is_ordinary(&o->c);
        if (!step(k, &o->c, &o->exit))
            break;
    }
    k->jit->interp->hold_devices = k->jit->interp->held = false;
    return ordinary && o->exit == XG_EXIT_SLICE;
}

/* Translates the stretch once for each of its prefixes. The first that differs ends with
 * the instruction to blame. */
static bool blame(struct xg_check *k, const struct xg_cpu_context *from, uint64_t length, xg_ga *pc,
                  struct finding *f)
{
    struct outcome want = {.c = *from, .exit = XG_EXIT_SLICE}, got;
    for (uint64_t n = 1; n < length; n++) {
        want = (struct outcome){.c = *from, .exit = XG_EXIT_SLICE};
        bool plain = step_many(k, &want, n, pc);
        xg_journal_keep(k->mem);
        xg_journal_rewind(k->mem);
        if (!plain)
            return false;
        xg_jit_flush(k->jit);
        k->jit->stop = true;
        k->jit->stop_at = want.c.pc;
        got = run_one(k, translate, from, from->retired + n);
        k->jit->stop = false;
        *f = (struct finding){0};
        bool same = !outcomes_differ(f, &want, &got) && !memory_differs(k, f);
        xg_journal_rewind(k->mem);
        if (!same)
            return true;
    }
    /* All but the last, or all together in another way. */
    xg_ga before;
    struct xg_cpu_context last = *from;
    want = (struct outcome){.c = *from, .exit = XG_EXIT_SLICE};
    if (length > 1 && !step_many(k, &want, length - 1, &before))
        return false;
    last = want.c;
    *pc = last.pc;
    xg_journal_start(k->mem);
    xg_jit_flush(k->jit);
    return !run_both(k, &last, last.retired + 1, &want, &got, f);
}

/* The instruction of the stretch that last changed what differs: a good guess when only
 * the whole unit shows the difference. */
static xg_ga last_writer(struct xg_check *k, const struct xg_cpu_context *from, uint64_t length,
                         const struct finding *f)
{
    struct outcome before = {.c = *from, .exit = XG_EXIT_SLICE};
    xg_ga found = from->pc;
    k->jit->interp->hold_devices = true;
    for (uint64_t n = 0; n < length; n++) {
        struct outcome after = before;
        struct finding change = {.only = f->what};
        bool goes_on = step(k, &after.c, &after.exit);
        if (outcomes_differ(&change, &before, &after))
            found = before.c.pc;
        if (!goes_on)
            break;
        before = after;
    }
    k->jit->interp->hold_devices = k->jit->interp->held = false;
    return found;
}

/* `from` is the start of the segment, `end` its end; the journal is that of `from`. */
static void name_difference(struct xg_check *k, const struct xg_cpu_context *from, uint64_t end,
                            struct finding *f)
{
    struct xg_cpu_context c = *from;
    uint64_t length = end - from->retired;
    xg_ga pc;
    if (xg_journal_overrun(k->mem)) {
        say(k, from->pc, f, " (somewhere behind; too many pages to go back)");
        return;
    }
    xg_journal_rewind(k->mem);
    narrow(k, &c, &length, f);
    struct finding first;
    struct xg_cpu_context start = c;
    if (blame(k, &c, length, &pc, &first)) {
        say(k, pc, &first, "");
        return;
    }
    char more[80];
    pc = last_writer(k, &start, length, f);
    snprintf(more, sizeof more, " (at the end of %" PRIu64 " instructions from 0x%08" PRIX32 ")",
             length, c.pc);
    say(k, pc, f, more);
}

/* ---- the engine ---- */

enum xg_cpu_exit xg_check_run(struct xg_check *k, struct xg_cpu_context *c)
{
    xg_jit_set_active(k->jit); /* the fault handler's stack */
    xg_jit_set_active(NULL);
    while (!k->difference[0]) {
        struct outcome want, got;
        struct finding f;
        uint64_t end = c->slice_end;
        if (end > c->retired + XG_CHECK_SEGMENT)
            end = c->retired + XG_CHECK_SEGMENT;
        if (end <= c->retired)
            end = c->retired + 1;
        xg_journal_start(k->mem);
        if (!run_both(k, c, end, &want, &got, &f)) {
            name_difference(k, c, got.c.retired > end ? got.c.retired : end, &f);
            break;
        }
        k->segments++;
        k->insns += got.c.retired - c->retired;
        *c = got.c;
        enum xg_cpu_exit exit = got.exit;
        if (got.held) {
            if (step(k, c, &exit))
                continue;
            return exit;
        }
        if (exit != XG_EXIT_SLICE || c->retired >= c->slice_end)
            return exit;
    }
    return XG_EXIT_CHECK;
}

struct xg_check *xg_check_create(struct xg_memory *mem, struct xg_error *err)
{
    struct xg_check *k = calloc(1, sizeof *k);
    if (!k) {
        xg_fail(err, XG_E_GUEST, "CPU: out of host memory");
        return NULL;
    }
    k->mem = mem;
    k->jit = xg_jit_create(mem, err);
    if (!k->jit || !xg_journal_open(mem, err)) {
        xg_check_destroy(k);
        return NULL;
    }
    return k;
}

void xg_check_destroy(struct xg_check *k)
{
    if (!k)
        return;
    xg_journal_close(k->mem);
    xg_jit_destroy(k->jit);
    free(k);
}
