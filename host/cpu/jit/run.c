/* Running a context: the loop around translated code, and what thunks call. */
#include "cpu/fp/fp.h"
#include "cpu/jit/jit.h"

#include <emmintrin.h>
#include <stdlib.h>
#include <string.h>

bool xg_jit_is_ordinary(const struct xg_cpu_context *c)
{
    return !xg_is_64bit(c) && !xg_xer_so(c) && !(c->fpscr & XG_JIT_FPSCR_UNUSUAL);
}

/* ---- the parts of the context that translated code keeps elsewhere ---- */

static bool in_vector_mode(const struct xg_jit_state *s)
{
    return (s->mxcsr_now & 0x1E00) == 0x1E00;
}

/* The four bits of each of four fields, from their values (xg_cr_nibble at once). */
static uint32_t four_fields(const int64_t *v)
{
    static const uint16_t spread[16] = {0x0000, 0x1000, 0x0100, 0x1100, 0x0010, 0x1010,
                                        0x0110, 0x1110, 0x0001, 0x1001, 0x0101, 0x1101,
                                        0x0011, 0x1011, 0x0111, 0x1111};
    __m128 a = _mm_load_ps((const float *)v), b = _mm_load_ps((const float *)(v + 2));
    __m128i low = _mm_castps_si128(_mm_shuffle_ps(a, b, 0x88)),
            high = _mm_castps_si128(_mm_shuffle_ps(a, b, 0xDD)), zero = _mm_setzero_si128();
    __m128i less = _mm_slli_epi32(high, 1), so = _mm_xor_si128(less, _mm_slli_epi32(high, 2));
    __m128i none = _mm_cmpeq_epi32(_mm_or_si128(low, high), zero);
    unsigned not_greater = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(_mm_or_si128(high, none)));
    return (uint32_t)spread[_mm_movemask_ps(_mm_castsi128_ps(less))] << 3 |
           (uint32_t)spread[not_greater ^ 15] << 2 |
           (uint32_t)spread[_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(low, zero)))] << 1 |
           spread[_mm_movemask_ps(_mm_castsi128_ps(so))];
}
static void pack_with(struct xg_jit *j, uint32_t *mxcsr)
{
    struct xg_jit_state *s = j->s;
    struct xg_cpu_context *c = s->ctx;
    c->cr = four_fields(s->crv) << 16 | four_fields(s->crv + 4);
    j->packed_cr = c->cr;
    xg_set_ca(c, s->ca);
    if (s->log.kind | s->log.converted | s->log.compared)
        xg_jit_settle(j);
    if (*mxcsr & 0x20) {
        if (!(c->fpscr & XG_FPSCR_XX))
            c->fpscr |= XG_FPSCR_XX | XG_FPSCR_FX;
        *mxcsr &= ~0x3Fu;
    }
}
static void unpack(struct xg_jit *j)
{
    struct xg_jit_state *s = j->s;
    const struct xg_cpu_context *c = s->ctx;
    if (c->cr != j->packed_cr) /* else the fields still say the same */
        for (unsigned f = 0; f < 8; f++)
            s->crv[f] = s->cr_values[c->cr >> (28 - 4 * f) & 15];
    j->packed_cr = c->cr;
    s->ca = xg_xer_ca(c);
    s->mxcsr_vmx = XG_MXCSR_VMX | (c->vscr >> 16 & 1 ? XG_MXCSR_NJ : 0);
}

/* ---- single instructions ---- */

static void drop_units(struct xg_jit *j, xg_ga ga, uint64_t size)
{
    struct xg_jit_unit *next;
    for (struct xg_jit_unit *u = j->units; u; u = next) {
        next = u->next;
        xg_ga first = u->sites[0].op.pc, last = u->sites[u->count - 1].op.pc;
        if (first < ga + size && last + 4ull > ga)
            xg_jit_unit_drop(j, u);
    }
}

/* Translations of one cache block. Marked pages are dropped by the stores themselves;
 * this is for bytes that changed behind the marks. */
static void drop_block(struct xg_jit *j, xg_ga ga)
{
    if (j->mem->access[ga >> XG_PAGE_SHIFT] & XG_PAGE_CODE)
        drop_units(j, ga, 128);
}

static uint64_t retired_before(const struct xg_jit *j, const struct xg_jit_site *site)
{
    return j->end - (uint64_t)j->s->budget + (uint64_t)(int64_t)(int16_t)site->delta;
}

/* Runs the interpreter's handler; 0: go on behind the instruction, else why to leave. */
static uint32_t interpret(struct xg_jit *j, struct xg_jit_site *site, bool packs)
{
    struct xg_jit_state *s = j->s;
    struct xg_cpu_context *c = s->ctx;
    const struct xg_op *op = &site->op;
    c->retired = retired_before(j, site);
    if (packs)
        pack_with(j, in_vector_mode(s) ? &s->mxcsr_fpu : &s->mxcsr_now);
    j->interp->start = op;
    enum xg_flow flow = op->fn(c, j->interp, op);
    if (packs)
        unpack(j);
    if (site->handler == XG_HANDLER_icbi)
        drop_block(j, (xg_ga)xg_ea_x(c, op) & ~127u);
    s->scratch[2] = xg_fp_narrow(c->fpr[op->d & 31]);
    bool fits = !site->single_def || xg_fp_widen((uint32_t)s->scratch[2]) == c->fpr[op->d & 31];
    switch (flow) {
    case XG_FLOW_NEXT:
        if (XG_LIKELY(!j->changed && fits && (!packs || xg_jit_is_ordinary(c))))
            return 0;
        c->retired++;
        c->pc = op->pc + 4;
        return XG_LEFT_AGAIN_EXACT;
    case XG_FLOW_SAFE:
        c->retired++;
        if (c->retired < c->slice_end)
            return XG_LEFT_AGAIN_EXACT;
        j->exit = XG_EXIT_SLICE;
        return XG_LEFT_EXIT_EXACT;
    case XG_FLOW_BRANCH:
        c->retired++;
        return XG_LEFT_AGAIN_EXACT;
    case XG_FLOW_EXIT:
        c->retired++;
        j->exit = j->interp->exit;
        return XG_LEFT_EXIT_EXACT;
    default:
        c->pc = op->pc;
        c->fault_opcode = op->insn;
        j->exit = XG_EXIT_FAULT;
        return XG_LEFT_EXIT_EXACT;
    }
}

/* Translated code is left behind a site while compares before it were to be repeated by
 * what follows: their fields of CR are made now. */
static void make_fields(struct xg_jit *j, const struct xg_jit_site *site)
{
    struct xg_cpu_context *c = j->s->ctx;
    pack_with(j, &j->s->mxcsr_fpu);
    uint32_t fpscr = c->fpscr;
    for (unsigned f = 0; f < XG_COUNTOF(site->pending); f++) {
        if (!site->pending[f])
            continue;
        const struct xg_op *op = &site->unit->sites[site->pending[f] - 1].op;
        uint64_t writes = xg_insn_table[xg_insn_decode(op->insn)].writes;
        if (writes >> XG_LOC_RA & 1) /* record forms: from their result */
            xg_record_cr0(c, c->gpr[op->a]);
        else if (writes >> XG_LOC_RT & 1)
            xg_record_cr0(c, c->gpr[op->d]);
        else
            op->fn(c, j->interp, op);
        if (site->pending_op[f]) {
            op = &site->unit->sites[site->pending_op[f] - 1].op;
            op->fn(c, j->interp, op);
        }
    }
    c->fpscr = fpscr;
    unpack(j);
}
uint32_t xg_jit_pending(struct xg_jit *j, uintptr_t at)
{
    const struct xg_jit_site *site = (const struct xg_jit_site *)(at & ~(uintptr_t)XG_RECALL);
    if (at & XG_RECALL)
        xg_jit_recall(j, site);
    if (site->has_pending)
        make_fields(j, site);
    return j->s->left;
}

/* ---- faults of the host in translated code ---- */

static struct xg_jit_site *site_at(const struct xg_jit *j, struct xg_jit_unit *u, uint64_t rip)
{
    uint32_t at = (uint32_t)(rip - (uintptr_t)j->rx);
    unsigned lo = 0, hi = u->count;
    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        if (u->sites[mid].host_end <= at)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < u->count && u->sites[lo].host <= at ? &u->sites[lo] : NULL;
}

/* The dirty registers go to the context: all of them, or those of one kind. */
enum { ALL_KINDS = -1 };
static void write_back(struct xg_jit *j, const struct xg_jit_site *site, int kind)
{
    struct xg_jit_state *s = j->s;
    for (uint64_t w = site->dirty; w; w &= w - 1) {
        const struct xg_home *h = &site->unit->homes[__builtin_ctzll(w)];
        const uint32_t *x = s->xmm[h->host];
        if (kind != ALL_KINDS && h->kind != kind)
            continue;
        switch (h->kind) {
        case XG_HOME_GPR:
            s->ctx->gpr[h->guest] = s->regs[h->host];
            break;
        case XG_HOME_CTR:
            s->ctx->ctr = s->regs[h->host];
            break;
        case XG_HOME_FPR:
            s->ctx->fpr[h->guest] = site->singles_before >> h->guest & 1
                                        ? xg_fp_widen(x[0])
                                        : x[0] | (uint64_t)x[1] << 32;
            break;
        default:
            memcpy(&s->ctx->vr[h->guest], x, 16);
            break;
        }
    }
}

uint32_t xg_jit_step(struct xg_jit *j, struct xg_jit_site *site)
{
    if (site->has_last) { /* the instruction may change operands */
        write_back(j, site, XG_HOME_FPR);
        xg_jit_recall(j, site);
    }
    uint32_t why = interpret(j, site, site->packs);
    if (why && in_vector_mode(j->s))
        j->s->mxcsr_now = j->s->mxcsr_fpu;
    return why;
}

static void read_back(struct xg_jit *j, const struct xg_jit_site *site)
{
    struct xg_jit_state *s = j->s;
    for (uint64_t w = site->defs; w; w &= w - 1) {
        const struct xg_home *h = &site->unit->homes[__builtin_ctzll(w)];
        uint32_t *x = s->xmm[h->host];
        uint64_t v;
        switch (h->kind) {
        case XG_HOME_GPR:
            s->regs[h->host] = s->ctx->gpr[h->guest];
            break;
        case XG_HOME_CTR:
            s->regs[h->host] = s->ctx->ctr;
            break;
        case XG_HOME_FPR:
            v = s->ctx->fpr[h->guest];
            if (site->singles_after >> h->guest & 1)
                v = xg_fp_narrow(v);
            x[0] = (uint32_t)v;
            x[1] = (uint32_t)(v >> 32);
            x[2] = x[3] = 0;
            break;
        default:
            memcpy(x, &s->ctx->vr[h->guest], 16);
            break;
        }
    }
}

#define TRAPS_UNTIL_SLOW 8

/* What the host refused lies in the window of a device. */
static bool touched_device(const struct xg_jit *j)
{
    uint64_t ga = j->s->touched - (uintptr_t)j->mem->base;
    return ga >> 32 == 0 && (xg_memory_access(j->mem, (xg_ga)ga) & XG_PAGE_MMIO);
}

static const void *leave(struct xg_jit *j, uint32_t why)
{
    j->s->left = why;
    if (in_vector_mode(j->s))
        j->s->mxcsr_now = j->s->mxcsr_fpu;
    return xg_jit_rx(j, j->t_leave);
}

static bool is_branch(const struct xg_jit_site *site)
{
    return site->handler == XG_HANDLER_bc || site->handler == XG_HANDLER_bclr ||
           site->handler == XG_HANDLER_bcctr;
}
/* The instruction that faulted has changed nothing: the interpreter decides about it. An
 * access to a device gets code that looks whether it is one; a site that faults again and
 * again gets code that calls the interpreter by itself. */
const void *xg_jit_fault(struct xg_jit *j)
{
    struct xg_jit_state *s = j->s;
    struct xg_jit_unit *u = xg_jit_unit_at(j, (const uint8_t *)(uintptr_t)s->rip);
    struct xg_jit_site *site = u ? site_at(j, u, s->rip) : NULL;
    if (!site)
        abort(); /* only sites touch guest memory or compute: the translator is wrong */
    s->mxcsr_now &= ~0x1Fu;
    s->budget = (int64_t)s->regs[R14];
    write_back(j, site, ALL_KINDS);
    xg_jit_recall(j, site);
    if (site->handler == XG_HANDLER_fcmpu || site->handler == XG_HANDLER_fcmpo) {
        /* It had a NaN, and its code is left out. */
        s->log.kept_flags = XG_FLAGS_UNORDERED;
        s->regs[RAX] = XG_FLAGS_UNORDERED;
    }
    j->faults++;
    if (touched_device(j) && !xg_jit_set_has(&j->devices, site->op.pc)) {
        xg_jit_set_add(&j->devices, site->op.pc);
        xg_jit_unit_drop(j, u);
    } else if (++site->traps == TRAPS_UNTIL_SLOW) {
        xg_jit_set_add(&j->slow, site->op.pc);
        xg_jit_unit_drop(j, u);
    } else if (!s->touched && site->looks_ahead) { /* a signalling NaN hides what else there is */
        xg_jit_set_add(&j->nans, site->op.pc);
        xg_jit_unit_drop(j, u);
    }
    if (site->has_pending)
        make_fields(j, site);
    uint32_t why = interpret(j, site, true);
    if (!why && is_branch(site)) { /* not taken; its edge may change registers, so go around it */
        s->ctx->retired++;
        s->ctx->pc = site->op.pc + 4;
        why = XG_LEFT_AGAIN_EXACT;
    }
    if (why)
        return leave(j, why);
    read_back(j, site);
    s->resume = (uintptr_t)j->rx + site->host_end;
    return xg_jit_rx(j, j->t_resume);
}

/* ---- entries ---- */

static const void *enter_at(struct xg_jit *j, xg_ga pc)
{
    struct xg_cpu_context *c = j->s->ctx;
    uint32_t entry = xg_jit_entry_host(j, pc);
    if (entry)
        return (const void *)(uintptr_t)entry;
    c->pc = pc;
    if (XG_UNLIKELY(j->stop && pc == j->stop_at)) {
        c->retired = j->end - (uint64_t)j->s->budget;
        j->exit = XG_EXIT_SLICE;
        return leave(j, XG_LEFT_EXIT_EXACT);
    }
    if (!(j->mem->access[pc >> XG_PAGE_SHIFT] & XG_PAGE_X)) {
        c->retired = j->end - (uint64_t)j->s->budget;
        c->fault = (struct xg_fault){.kind = XG_FAULT_FETCH, .address = pc};
        c->fault_opcode = 0;
        j->exit = XG_EXIT_FAULT;
        return leave(j, XG_LEFT_EXIT_EXACT);
    }
    if (!xg_jit_compile(j, pc & ~3u)) {
        j->flush_wanted = true;
        return leave(j, XG_LEFT_AGAIN);
    }
    return (const void *)(uintptr_t)xg_jit_entry_host(j, pc);
}

const void *xg_jit_resolve(struct xg_jit *j)
{
    return enter_at(j, j->s->target);
}

const void *xg_jit_link(struct xg_jit *j, uint32_t link)
{
    xg_ga target = j->links[link].target;
    const void *to = enter_at(j, target);
    if (to == (const void *)(uintptr_t)xg_jit_entry_host(j, target))
        xg_x_land_at(j->rw + j->links[link].at, j->rw + ((const uint8_t *)to - j->rx));
    return to;
}

/* ---- calls into the kernel ---- */

static void set_budget(struct xg_jit *j, const struct xg_cpu_context *c)
{
    const uint64_t most = 1ull << 40;
    uint64_t left = c->slice_end > c->retired ? c->slice_end - c->retired : 0;
    j->s->budget = (int64_t)(left < most ? left : most);
    j->end = c->retired + (uint64_t)j->s->budget;
}

/* Where to go on; NULL: translated code is left. The predictions of returns hold as long as no
 * code went away. */
const void *xg_jit_kernel(struct xg_jit *j)
{
    struct xg_jit_state *s = j->s;
    struct xg_cpu_context *c = s->ctx;
    pack_with(j, &s->mxcsr_now);
    c->retired = j->end - (uint64_t)s->budget;
    s->left = XG_LEFT_KERNEL;
    if (!j->kernel_call || !j->kernel_call(j->kernel_ctx, c))
        return NULL;
    s->left = XG_LEFT_AGAIN_COMPLETE;
    if (XG_UNLIKELY(j->changed || j->flush_wanted || !xg_jit_is_ordinary(c)))
        return NULL;
    set_budget(j, c);
    unpack(j);
    return enter_at(j, c->pc & ~3u);
}

/* ---- run ---- */

static void free_dead(struct xg_jit *j)
{
    if (!j->dead)
        return;
    unsigned kept = 0;
    for (unsigned i = 0; i < j->by_count; i++) {
        struct xg_jit_unit *u = j->by_address[i], *d = j->dead;
        while (d && d != u)
            d = d->next_dead;
        if (!d)
            j->by_address[kept++] = u;
    }
    j->by_count = kept;
    while (j->dead) {
        struct xg_jit_unit *u = j->dead;
        j->dead = u->next_dead;
        free(u->entries);
        free(u);
    }
}

/* Until the context is ordinary again, from safepoint to safepoint. */
static bool run_interpreter(struct xg_jit *j, struct xg_cpu_context *c, enum xg_cpu_exit *e)
{
    uint64_t slice_end = c->slice_end;
    if (c->retired + 1 < slice_end)
        c->slice_end = c->retired + 1;
    *e = xg_interp_run(j->interp, c);
    c->slice_end = slice_end;
    return *e != XG_EXIT_SLICE || c->retired >= slice_end;
}

static uint32_t run_code(struct xg_jit *j, struct xg_cpu_context *c)
{
    struct xg_jit_state *s = j->s;
    set_budget(j, c);
    j->changed = false;
    s->mxcsr_fpu = s->mxcsr_now = s->mxcsr_enter = XG_MXCSR_FPU;
    s->target = c->pc & ~3u;
    unpack(j);
    const void *entry = enter_at(j, c->pc & ~3u);
    /* Code that begins by taking the vector mode gets it at once. */
    size_t mode = (size_t)(j->t_mode_end - j->t_mode);
    if (!memcmp(entry, j->t_mode, mode)) {
        s->mxcsr_enter = s->mxcsr_vmx;
        entry = (const uint8_t *)entry + mode;
    }
    uint32_t why = entry == xg_jit_rx(j, j->t_leave) ? s->left : j->enter(entry);
    if (why == XG_LEFT_KERNEL || why == XG_LEFT_AGAIN_COMPLETE)
        return why;
    pack_with(j, &s->mxcsr_fpu);
    if (why != XG_LEFT_EXIT_EXACT && why != XG_LEFT_AGAIN_EXACT)
        c->retired = j->end - (uint64_t)s->budget;
    return why;
}

/* FPRs that are no singles as translated code keeps them. */
static uint32_t doubles_in(const struct xg_cpu_context *c)
{
    uint32_t doubles = 0;
    for (unsigned r = 0; r < 32; r++) {
        uint64_t v = c->fpr[r];
        bool single = v << 1 == 0 || (!(v & 0x1FFFFFFF) && (v << 1 >> 53) - 897 <= 253);
        doubles |= (uint32_t)!single << r;
    }
    return doubles;
}

enum xg_cpu_exit xg_jit_run(struct xg_jit *j, struct xg_cpu_context *c)
{
    enum xg_cpu_exit e;
    j->s->ctx = c;
    xg_jit_set_active(j);
    for (;;) {
        if (j->flush_wanted)
            xg_jit_flush(j);
        free_dead(j);
        if (XG_UNLIKELY(!xg_jit_is_ordinary(c))) {
            if (run_interpreter(j, c, &e))
                break;
            continue;
        }
        uint32_t why = run_code(j, c);
        if (why == XG_LEFT_EXIT_EXACT) {
            e = j->exit;
            break;
        }
        if (why == XG_LEFT_KERNEL || why == XG_LEFT_RETURN) {
            e = why == XG_LEFT_KERNEL ? XG_EXIT_KERNEL : XG_EXIT_RETURN;
            break;
        }
        if (why == XG_LEFT_SLICE && c->retired >= c->slice_end) {
            e = XG_EXIT_SLICE;
            break;
        }
        if (why == XG_LEFT_INTERPRET) {
            xg_jit_set_add(&j->nans, c->pc);
            drop_units(j, c->pc, 4);
            if (run_interpreter(j, c, &e))
                break;
        }
        if (why == XG_LEFT_WIDEN) {
            xg_jit_doubles_add(j, c->pc, doubles_in(c));
            drop_units(j, c->pc, 4);
        }
    }
    xg_jit_set_active(NULL);
    return e;
}

/* ---- lifetime ---- */

static void on_code_written(void *ctx, xg_ga page)
{
    xg_jit_invalidate(ctx, page, XG_PAGE_SIZE);
}

void xg_jit_invalidate(struct xg_jit *j, xg_ga ga, uint32_t size)
{
    xg_interp_invalidate(j->interp, ga, size);
    drop_units(j, ga, size);
}

struct xg_jit *xg_jit_create(struct xg_memory *mem, struct xg_error *err)
{
    const char *why = NULL;
    enum xg_x_level level;
    if (!xg_x_host_level(&level, &why)) {
        xg_fail(err, XG_E_INPUT, "CPU: no translation on this host: %s (--cpu=interp works)", why);
        return NULL;
    }
    struct xg_jit *j = calloc(1, sizeof *j);
    if (!j) {
        xg_fail(err, XG_E_GUEST, "CPU: out of host memory");
        return NULL;
    }
    j->mem = mem;
    j->level = level;
    const char *homes = getenv("XG_JIT_HOMES");
    j->far_first = homes && !strcmp(homes, "far") && level >= XG_X_AVX512;
    j->interp = xg_interp_create(mem, err);
    if (!j->interp || !xg_jit_room_create(j) || !xg_jit_cache_create(j, err) ||
        !xg_jit_signals_install(err)) {
        xg_jit_destroy(j);
        return NULL;
    }
    xg_memory_set_code_owner(mem, on_code_written, j);
    xg_memory_mirror_marks(mem);
    return j;
}

void xg_jit_destroy(struct xg_jit *j)
{
    if (!j)
        return;
    if (j->s) {
        xg_jit_flush(j);
        xg_jit_cache_destroy(j);
    }
    xg_interp_destroy(j->interp);
    xg_jit_room_destroy(j);
    xg_jit_set_clear(&j->slow);
    xg_jit_set_clear(&j->devices);
    xg_jit_set_clear(&j->wide);
    free(j->doubles);
    xg_jit_set_clear(&j->nans);
    free(j->links);
    free(j->by_address);
    free(j->bounds);
    free(j);
}
