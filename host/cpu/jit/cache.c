/* The code cache, its two views, the thunks between host and translated code. */
#include "cpu/jit/jit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TABLE_SIZE 0x100000000ull /* one u32 per guest word, at the guest address */
#define GUARD      4096u

/* Patterns that repeat; xg_jit_constant tells their lanes. */
static const uint32_t patterns[XG_K_COUNT] = {
    [XG_K_ONES] = ~0u,
    [XG_K_THREES] = 0x03030303u,
    [XG_K_BYTE_7] = 0x07070707u,
    [XG_K_BYTE_15] = 0x0F0F0F0Fu,
    [XG_K_BYTE_31] = 0x1F1F1F1Fu,
    [XG_K_BYTE_70] = 0x70707070u,
    [XG_K_BYTE_F0] = 0xF0F0F0F0u,
    [XG_K_BYTE_80] = 0x80808080u,
    [XG_K_HALF_ONE] = 0x00010001u,
    [XG_K_HALF_15] = 0x000F000Fu,
    [XG_K_HALF_80] = 0x00800080u,
    [XG_K_HALF_FF] = 0x00FF00FFu,
    [XG_K_HALF_0800] = 0x08000800u,
    [XG_K_HALF_8000] = 0x80008000u,
    [XG_K_HALF_FF00] = 0xFF00FF00u,
    [XG_K_WORD_ONE] = 1,
    [XG_K_WORD_31] = 31,
    [XG_K_WORD_32] = 32,
    [XG_K_WORD_4000] = 0x4000,
    [XG_K_WORD_7FFF] = 0x7FFF,
    [XG_K_WORD_8000] = 0x8000,
    [XG_K_WORD_N8000] = 0xFFFF8000u,
    [XG_K_WORD_FFFF] = 0xFFFF,
    [XG_K_WORD_FFFF0000] = 0xFFFF0000u,
    [XG_K_PIXEL_HIGH] = 0xFC00,
    [XG_K_PIXEL_MIDDLE] = 0x03E0,
    [XG_K_PIXEL_16] = 0x001F0000u,
    [XG_K_PIXEL_8] = 0x1F00,
    [XG_K_SIGN_SINGLE] = 0x80000000u,
    [XG_K_ABS_SINGLE] = 0x7FFFFFFFu,
    [XG_K_FLOAT_ONE] = 0x3F800000u,
    [XG_K_FLOAT_65536] = 0x47800000u,
    [XG_K_FLOAT_2_31] = 0x4F000000u,
    [XG_K_FLOAT_2_32] = 0x4F800000u,
    [XG_K_FLOAT_N2_31] = 0xCF000000u,
    [XG_K_FLOAT_BELOW] = 0x4EFFFFFFu,
    [XG_K_WORD_2_31_M1] = 0x7FFFFFFFu,
    [XG_K_DEFAULT_NAN] = 0x7FC00000u,
    [XG_K_INFINITE_LESS_1] = 0x7F7FFFFFu,
    [XG_K_WORD_897] = 897,
};
static const struct {
    enum xg_jit_constant k;
    uint32_t w[4];
} others[] = {
    {XG_K_FIRST_31, {31, 0, 0, 0}},
    {XG_K_FIRST_32, {32, 0, 0, 0}},
    {XG_K_SIGN_DOUBLE, {0, 0x80000000u, 0, 0x80000000u}},
    {XG_K_ABS_DOUBLE, {~0u, 0x7FFFFFFFu, ~0u, 0x7FFFFFFFu}},
    {XG_K_DOUBLE_SPLIT, {0x02000000u, 0x41A00000u, 0x02000000u, 0x41A00000u}},
    {XG_K_DOUBLE_THIRD, {0x55555555u, 0x3FD55555u, 0x55555555u, 0x3FD55555u}},
    {XG_K_DOUBLE_ONE, {0, 0x3FF00000u, 0, 0x3FF00000u}},
    {XG_K_ODD_WORDS, {0, ~0u, 0, ~0u}},
    {XG_K_LAST_WORD, {0, 0, 0, ~0u}},
    {XG_K_POWERS, {0x08040201u, 0x80402010u, 0, 0}},
    {XG_K_SWAP_WORDS, {0x00010203u, 0x04050607u, 0x08090A0Bu, 0x0C0D0E0Fu}},
    {XG_K_SWAP_LONG, {0x04050607u, 0x00010203u, 0x80808080u, 0x80808080u}},
    {XG_K_TURN_WORDS, {0x01000302u, 0x05040706u, 0x09080B0Au, 0x0D0C0F0Eu}},
};

/* Row n of each table: guest byte i is host byte i ^ 3, 0x80 makes a zero. */
static void fill_row(struct xg_jit_state *s, unsigned n)
{
    for (unsigned i = 0; i < 16; i++) {
        unsigned h = i ^ 3;
        s->lvsl[n][h] = (uint8_t)(n + i);
        s->lvsr[n][h] = (uint8_t)(16 - n + i);
        s->lvlx[n][h] = (uint8_t)(i + n < 16 ? i + n : 0x80);
        s->lvrx[n][h] = (uint8_t)(i + n >= 16 ? i + n - 16 : 0x80);
        s->octets_left[n][h] = (uint8_t)(i + n < 16 ? (i + n) ^ 3 : 0x80);
        s->octets_right[n][h] = (uint8_t)(i >= n ? (i - n) ^ 3 : 0x80);
        s->splat_byte[n][h] = (uint8_t)(n ^ 3);
        if (n < 8) /* the byte's own half of halfword n */
            s->splat_half[n][h] = (uint8_t)((2 * n + (i & 1)) ^ 3);
        for (unsigned k = 0; k < 3; k++)
            s->element[k][n][h] = i >> k == n >> k ? 0xFF : 0;
    }
}
/* Results of compares of floats, plain and with a bit that other outcomes decide. */
static void fill_compares(struct xg_jit_state *s)
{
    static const struct {
        uint8_t flags, field;
    } outcome[4] = {{0x02, 4}, {0x03, 8}, {0x42, 2}, {0x47, 1}};
    for (unsigned n = 0; n < 4; n++) {
        uint32_t field = outcome[n].field;
        s->fcmp[outcome[n].flags] = xg_cr_value(field);
        for (unsigned bit = 0; bit < 4; bit++)
            for (unsigned set = 0; set < 16; set++) {
                uint32_t rest = field & ~(8u >> bit);
                s->fcmp_set[bit][set][outcome[n].flags] =
                    xg_cr_value(rest | (set & field ? 8u >> bit : 0));
            }
    }
}
static void fill_constants(struct xg_jit_state *s)
{
    fill_compares(s);
    for (unsigned k = 0; k < XG_K_COUNT; k++)
        for (unsigned i = 0; i < 4; i++)
            s->k[k][i] = patterns[k];
    for (unsigned n = 0; n < XG_COUNTOF(others); n++)
        memcpy(s->k[others[n].k], others[n].w, 16);
    for (uint32_t n = 0; n < 16; n++)
        s->cr_values[n] = xg_cr_value(n);
    for (uint32_t n = 0; n < 16; n++)
        s->cr_spread[n] = (n & 1) << 12 | (n & 2) << 7 | (n & 4) << 2 | n >> 3;
    for (uint32_t n = 0; n < 8; n++)
        s->cr_top[n] = (uint8_t)((n & 2) << 2 | (n & 4 ? 0 : 4) | ((n ^ n >> 1) & 1));
    for (unsigned f = 0; f < 8; f++)
        s->crv[f] = s->cr_values[0]; /* as packed_cr says */
    for (unsigned n = 0; n < 16; n++)
        fill_row(s, n);
}

bool xg_jit_cache_create(struct xg_jit *j, struct xg_error *err)
{
    size_t state = (sizeof *j->s + 4095) & ~(size_t)4095;
    j->rx = j->rw = MAP_FAILED;
    j->s =
        mmap(NULL, state, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    j->fd = memfd_create("xg-jit", MFD_CLOEXEC);
    if (j->fd >= 0 && !ftruncate(j->fd, XG_JIT_CACHE_SIZE)) {
        j->rx =
            mmap(NULL, XG_JIT_CACHE_SIZE, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_32BIT, j->fd, 0);
        j->rw = mmap(NULL, XG_JIT_CACHE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, j->fd, 0);
    }
    j->stack = mmap(NULL, GUARD + XG_JIT_STACK_SIZE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    void *table = mmap(NULL, TABLE_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (j->s == MAP_FAILED || j->rx == MAP_FAILED || j->rw == MAP_FAILED ||
        j->stack == MAP_FAILED || table == MAP_FAILED) {
        if (table != MAP_FAILED)
            munmap(table, TABLE_SIZE);
        return xg_fail(err, XG_E_INPUT,
                       "CPU: the host refuses memory for translated code below 2 GiB (%s)",
                       strerror(errno));
    }
    j->s->table = table;
    mprotect(j->stack, GUARD, PROT_NONE);
    j->s->membase = j->mem->base;
    fill_constants(j->s);
    xg_jit_emit_thunks(j);
    return true;
}

void xg_jit_cache_destroy(struct xg_jit *j)
{
    if (j->s && j->s != MAP_FAILED) {
        if (j->s->table)
            munmap(j->s->table, TABLE_SIZE);
        munmap(j->s, (sizeof *j->s + 4095) & ~(size_t)4095);
    }
    if (j->rx != MAP_FAILED)
        munmap(j->rx, XG_JIT_CACHE_SIZE);
    if (j->rw != MAP_FAILED)
        munmap(j->rw, XG_JIT_CACHE_SIZE);
    if (j->stack && j->stack != MAP_FAILED)
        munmap(j->stack, GUARD + XG_JIT_STACK_SIZE);
    if (j->fd >= 0)
        close(j->fd);
}

/* ---- thunks ---- */

#define STATE(field) xg_abs(&j->s->field)

static void mxcsr(struct xg_x *x, bool store, const uint32_t *at)
{
    if (x->level >= XG_X_AVX)
        xg_x_vex(x, XG_X(0, XG_M0F, 0xAE), store ? 3 : 2, 0, xg_abs(at));
    else
        xg_x_op(x, XG_X(0, XG_M0F, 0xAE), store ? 3 : 2, xg_abs(at));
}
void xg_jit_emit_mode(const struct xg_jit *j, struct xg_x *x)
{
    mxcsr(x, true, &j->s->mxcsr_fpu);
    mxcsr(x, false, &j->s->mxcsr_vmx);
}
void xg_jit_emit_mode_end(const struct xg_jit *j, struct xg_x *x)
{
    mxcsr(x, false, &j->s->mxcsr_fpu);
}
static void push(struct xg_x *x, int r)
{
    if (r & 8)
        xg_x_byte(x, 0x41);
    xg_x_byte(x, 0x50u | (r & 7));
}
static void pop(struct xg_x *x, int r)
{
    if (r & 8)
        xg_x_byte(x, 0x41);
    xg_x_byte(x, 0x58u | (r & 7));
}
static void ret(struct xg_x *x)
{
    xg_x_byte(x, 0xC3);
}
static void jump_reg(struct xg_x *x, int r)
{
    xg_x_op(x, XG_X(0, 0, 0xFF), 4, xg_reg(r));
}

static const uint8_t saved[] = {RBX, RBP, R12, R13, R14, R15};

static void emit_enter(struct xg_jit *j, struct xg_x *x)
{
    for (unsigned i = 0; i < sizeof saved; i++)
        push(x, saved[i]);
    xg_x_alui(x, XG_SUB, true, xg_reg(RSP), 8);
    xg_x_store(x, true, RSP, STATE(host_rsp));
    xg_x_mov(x, true, RBP, STATE(ctx));
    xg_x_alui(x, XG_SUB, true, xg_reg(RBP), -128);
    xg_x_mov(x, true, R15, STATE(membase));
    xg_x_mov(x, true, R14, STATE(budget));
    mxcsr(x, true, &j->s->mxcsr_host);
    mxcsr(x, false, &j->s->mxcsr_enter);
    xg_x_mov(x, true, RSP, STATE(stack_top));
    jump_reg(x, RDI);
    j->t_mode = x->p; /* only to be compared with */
    xg_jit_emit_mode(j, x);
    j->t_mode_end = x->p;
}

static void emit_exit(struct xg_jit *j, struct xg_x *x)
{
    j->t_leave = x->p;
    xg_x_mov(x, true, R14, STATE(budget));
    xg_x_mov(x, false, RAX, STATE(left));
    j->t_exit = x->p;
    xg_x_store(x, true, R14, STATE(budget));
    mxcsr(x, true, &j->s->mxcsr_fpu);
    j->t_exit_mode = x->p;
    mxcsr(x, false, &j->s->mxcsr_host);
    xg_x_mov(x, true, RSP, STATE(host_rsp));
    xg_x_alui(x, XG_ADD, true, xg_reg(RSP), 8);
    for (unsigned i = sizeof saved; i-- > 0;)
        pop(x, saved[i]);
    xg_x_byte(x, 0xC3);
}

/* At a safepoint with the slice spent; eax: where to go on. */
static void emit_slice(struct xg_jit *j, struct xg_x *x)
{
    j->t_slice = x->p;
    xg_x_alui(x, XG_AND, false, xg_reg(RAX), -4);
    xg_x_store(x, false, RAX, xg_at(RBP, (int32_t)offsetof(struct xg_cpu_context, pc) - 128));
    xg_x_movi(x, RAX, XG_LEFT_SLICE);
    xg_x_jump_to(x, -1, j->t_exit);
}
/* The same in the vector mode, where the state already has the flags of the scalar one. */
static void emit_slice_mode(struct xg_jit *j, struct xg_x *x)
{
    j->t_slice_mode = x->p;
    xg_x_alui(x, XG_AND, false, xg_reg(RAX), -4);
    xg_x_store(x, false, RAX, xg_at(RBP, (int32_t)offsetof(struct xg_cpu_context, pc) - 128));
    xg_x_movi(x, RAX, XG_LEFT_SLICE);
    xg_x_store(x, true, R14, STATE(budget));
    xg_x_jump_to(x, -1, j->t_exit_mode);
}
/* A: the double in rax is no single of normal range, nor zero (check_single, emit_float.c). */
static void emit_single(struct xg_jit *j, struct xg_x *x)
{
    j->t_single = x->p;
    xg_x_byte(x, 0xA9); /* test eax, 0x1FFFFFFF */
    xg_x_word32(x, 0x1FFFFFFF);
    uint8_t *longer = xg_x_jcc(x, XG_NE);
    xg_x_alu(x, XG_ADD, true, RAX, xg_reg(RAX));
    uint8_t *zero = xg_x_jcc(x, XG_E);
    xg_x_shift(x, XG_SHR, true, RAX, 53);
    xg_x_alui(x, XG_SUB, false, xg_reg(RAX), 897);
    xg_x_alui(x, XG_CMP, false, xg_reg(RAX), 253);
    ret(x);
    xg_x_land(x, zero);
    xg_x_alu(x, XG_CMP, false, RAX, xg_reg(RAX));
    ret(x);
    xg_x_land(x, longer);
    xg_x_movi(x, RAX, 1);
    xg_x_alui(x, XG_CMP, false, xg_reg(RAX), 0);
    ret(x);
}

/* Leaves for the kernel, soon to come back: the host's predictor of returns still holds the
 * guest calls that will not return here, and would mispredict the returns of our callers. A
 * few of these calls are ended here instead. eax: why. */
static void emit_drain(struct xg_jit *j, struct xg_x *x)
{
    j->t_drain = x->p;
    xg_x_movi(x, RCX, 4);
    uint8_t *again = x->p;
    xg_x_alu(x, XG_CMP, true, RSP, STATE(stack_top));
    uint8_t *bottom = xg_x_jcc(x, XG_AE);
    xg_x_storei(x, true, xg_at(RSP, 0), 0);
    uint8_t *where = x->p - 4;
    xg_x_byte(x, 0xC3);
    uint32_t here = (uint32_t)(uintptr_t)xg_jit_rx(j, x->p);
    memcpy(where, &here, 4);
    xg_x_alui(x, XG_ADD, true, xg_reg(RSP), 8);
    xg_x_alui(x, XG_SUB, false, xg_reg(RCX), 1);
    xg_x_jump_to(x, XG_NE, again);
    xg_x_land(x, bottom);
    xg_x_jump_to(x, -1, j->t_exit);
}

/* Calls a C function on the host's stack under the host's MXCSR: j in rdi, rsi as it is. */
static void call_c(struct xg_jit *j, struct xg_x *x, const void *function)
{
    mxcsr(x, true, &j->s->mxcsr_now);
    mxcsr(x, false, &j->s->mxcsr_host);
    xg_x_movi(x, RDI, (uintptr_t)j);
    xg_x_movi(x, RAX, (uintptr_t)function);
    xg_x_op(x, XG_X(0, 0, 0xFF), 2, xg_reg(RAX));
    mxcsr(x, false, &j->s->mxcsr_now);
}
static void to_host_stack(struct xg_jit *j, struct xg_x *x)
{
    xg_x_store(x, true, R14, STATE(budget));
    xg_x_store(x, true, RSP, STATE(jit_rsp));
    xg_x_mov(x, true, RSP, STATE(host_rsp));
}

/* A call into the kernel, with all registers in the context. It goes on where C says; rax zero:
 * it leaves. */
static void emit_kernel(struct xg_jit *j, struct xg_x *x)
{
    j->t_kernel = x->p;
    to_host_stack(j, x);
    call_c(j, x, (const void *)(uintptr_t)xg_jit_kernel);
    xg_x_mov(x, true, RSP, STATE(jit_rsp));
    xg_x_mov(x, true, R14, STATE(budget));
    xg_x_op(x, XG_X(0, 0, 0x85) | XG_XW, RAX, xg_reg(RAX));
    uint8_t *leave = xg_x_jcc(x, XG_E);
    jump_reg(x, RAX);
    xg_x_land(x, leave);
    xg_x_mov(x, false, RAX, STATE(left));
    xg_x_jump_to(x, -1, j->t_drain);
}

static const uint8_t volatile_gprs[] = {RSI, RDI, R8, R9, R10, R11};

/* Moves vector registers to the state, or back. */
static void all_vectors(struct xg_jit *j, struct xg_x *x, int from, int end, bool store)
{
    for (int i = from; i < end; i++)
        xg_x_op2(x, XG_X(0, XG_M0F, store ? 0x29 : 0x28), i, xg_abs(j->s->xmm[i]));
}
/* For units with and without registers from xmm16 on. */
static void emit_step(struct xg_jit *j, struct xg_x *x, int end)
{
    *(end > XG_X_FAR ? &j->t_step_far : &j->t_step) = x->p;
    for (unsigned i = 0; i < sizeof volatile_gprs; i++)
        xg_x_store(x, true, volatile_gprs[i], xg_abs(&j->s->regs[volatile_gprs[i]]));
    all_vectors(j, x, 1, end, true);
    to_host_stack(j, x);
    xg_x_mov(x, true, RSI, xg_reg(RCX));
    call_c(j, x, (const void *)(uintptr_t)xg_jit_step);
    xg_x_mov(x, true, RSP, STATE(jit_rsp));
    for (unsigned i = 0; i < sizeof volatile_gprs; i++)
        xg_x_mov(x, true, volatile_gprs[i], xg_abs(&j->s->regs[volatile_gprs[i]]));
    all_vectors(j, x, 1, end, false);
    xg_x_op(x, XG_X(0, 0, 0x85), RAX, xg_reg(RAX));
    xg_x_byte(x, 0xC3);
}

/* eax: why to leave; rcx: the site. */
static void emit_pending(struct xg_jit *j, struct xg_x *x)
{
    j->t_pending = x->p;
    xg_x_store(x, false, RAX, STATE(left));
    all_vectors(j, x, 1, 3, true);
    to_host_stack(j, x);
    xg_x_mov(x, true, RSI, xg_reg(RCX));
    call_c(j, x, (const void *)(uintptr_t)xg_jit_pending);
    xg_x_jump_to(x, -1, j->t_exit);
}

static void emit_dispatch(struct xg_jit *j, struct xg_x *x)
{
    j->t_mismatch = x->p; /* a return that the stack did not expect: eax is LR */
    xg_x_mov(x, true, RSP, STATE(stack_top));
    xg_x_alui(x, XG_AND, false, xg_reg(RAX), -4);
    j->t_dispatch = x->p; /* eax: guest address */
    j->s->dispatch = (uint32_t)(uintptr_t)xg_jit_rx(j, j->t_dispatch);
    xg_x_mov(x, true, RDX, STATE(table));
    xg_x_mov(x, false, RCX, xg_indexed(RDX, RAX, 0));
    xg_x_op(x, XG_X(0, 0, 0x85), RCX, xg_reg(RCX));
    uint8_t *none = xg_x_jcc(x, XG_E);
    xg_x_alui(x, XG_ADD, false, xg_reg(RCX), (int32_t)j->s->dispatch);
    jump_reg(x, RCX);
    xg_x_land(x, none);
    xg_x_store(x, false, RAX, STATE(target));
    to_host_stack(j, x);
    call_c(j, x, (const void *)(uintptr_t)xg_jit_resolve);
    xg_x_mov(x, true, RSP, STATE(jit_rsp));
    jump_reg(x, RAX);
    j->t_link = x->p; /* ecx: link */
    to_host_stack(j, x);
    xg_x_mov(x, false, RSI, xg_reg(RCX));
    call_c(j, x, (const void *)(uintptr_t)xg_jit_link);
    xg_x_mov(x, true, RSP, STATE(jit_rsp));
    jump_reg(x, RAX);
}

/* The signal handler comes to t_fault with the registers below xmm16 saved, the others as they
 * were, and on the host's stack. */
static void emit_fault(struct xg_jit *j, struct xg_x *x)
{
    int end = j->level >= XG_X_AVX512 ? 32 : 16;
    j->t_fault = x->p;
    all_vectors(j, x, 16, end, true);
    call_c(j, x, (const void *)(uintptr_t)xg_jit_fault);
    jump_reg(x, RAX);
    j->t_resume = x->p;
    xg_x_movi(x, RAX, 0x4700); /* a compare that trapped had a NaN: unordered */
    xg_x_byte(x, 0x9E);        /* sahf */
    all_vectors(j, x, 0, end, false);
    for (int i = 0; i < 16; i++)
        if (i != RSP)
            xg_x_mov(x, true, i, xg_abs(&j->s->regs[i]));
    xg_x_mov(x, true, RSP, STATE(jit_rsp));
    xg_x_op(x, XG_X(0, 0, 0xFF), 4, STATE(resume));
}

/* Moves n (ecx, 1 to 16) bytes from rdx to rax in overlapping halves. */
static void emit_store_bytes(struct xg_x *x)
{
    static const struct {
        uint8_t n;
        uint32_t load, store;
    } size[2] = {{8, XG_X(XG_PF3, XG_M0F, 0x7E), XG_X(XG_P66, XG_M0F, 0xD6)},
                 {4, XG_X(XG_P66, XG_M0F, 0x6E), XG_X(XG_P66, XG_M0F, 0x7E)}};
    xg_x_alui(x, XG_CMP, false, xg_reg(RCX), 16);
    uint8_t *part = xg_x_jcc(x, XG_NE);
    xg_x_op2(x, XG_X(0, XG_M0F, 0x10), 0, xg_at(RDX, 0));
    xg_x_op2(x, XG_X(0, XG_M0F, 0x11), 0, xg_at(RAX, 0));
    ret(x);
    xg_x_land(x, part);
    for (unsigned k = 0; k < 2; k++) {
        int32_t n = size[k].n;
        xg_x_alui(x, XG_CMP, false, xg_reg(RCX), n);
        uint8_t *less = xg_x_jcc(x, XG_B);
        xg_x_op2(x, size[k].load, 0, xg_at(RDX, 0));
        xg_x_op2(x, size[k].load, 1, xg_indexed(RDX, RCX, -n));
        xg_x_op2(x, size[k].store, 0, xg_at(RAX, 0));
        xg_x_op2(x, size[k].store, 1, xg_indexed(RAX, RCX, -n));
        ret(x);
        xg_x_land(x, less);
    }
    xg_x_mov(x, false, RDX, xg_at(RDX, 0));
    for (int32_t n = 0; n < 3; n++) {
        xg_x_op(x, XG_X(0, 0, 0x88) | XG_X8, RDX, xg_at(RAX, n));
        if (n < 2) {
            xg_x_shift(x, XG_SHR, false, RDX, 8);
            xg_x_alui(x, XG_CMP, false, xg_reg(RCX), n + 1);
            uint8_t *more = xg_x_jcc(x, XG_NE);
            ret(x);
            xg_x_land(x, more);
        }
    }
    ret(x);
}
/* stvlx and stvrx: eax is the address, the register is in the spill in the guest's order. */
static void emit_store_parts(struct xg_jit *j, struct xg_x *x)
{
    j->t_store_right = x->p;
    xg_x_mov(x, false, RCX, xg_reg(RAX));
    xg_x_alui(x, XG_AND, false, xg_reg(RCX), 15);
    uint8_t *some = xg_x_jcc(x, XG_NE);
    ret(x);
    xg_x_land(x, some);
    xg_x_alu(x, XG_SUB, false, RAX, xg_reg(RCX));
    xg_x_movi(x, RDX, (uintptr_t)j->s->spill + 16);
    xg_x_alu(x, XG_SUB, false, RDX, xg_reg(RCX));
    uint8_t *common = xg_x_jmp(x);
    j->t_store_left = x->p;
    xg_x_mov(x, false, RDX, xg_reg(RAX));
    xg_x_alui(x, XG_AND, false, xg_reg(RDX), 15);
    xg_x_movi(x, RCX, 16);
    xg_x_alu(x, XG_SUB, false, RCX, xg_reg(RDX));
    xg_x_movi(x, RDX, (uintptr_t)j->s->spill);
    xg_x_land(x, common);
    xg_x_lea(x, true, RAX, xg_indexed(R15, RAX, 0));
    emit_store_bytes(x);
}

/* xmm0's words shifted or rotated by those of xmm1, on hosts that can only shift all by the same
 * number: which is what most programs ask for. */
static void emit_shift(struct xg_jit *j, struct xg_x *x, unsigned n)
{
    static const uint8_t kinds[4] = {XG_SHL, XG_SHR, XG_SAR, XG_ROL},
                         all[4] = {0xF2, 0xD2, 0xE2, 0xF2}; /* pslld, psrld, psrad */
    j->t_shift[n] = x->p;
    xg_x_op2(x, XG_X(XG_P66, XG_M0F, 0x70), 2, xg_reg(1)); /* pshufd */
    xg_x_byte(x, 0);
    xg_x_op3(x, XG_X(XG_P66, XG_M0F, 0x76), 2, 2, xg_reg(1), -1); /* pcmpeqd */
    xg_x_op2(x, XG_X(0, XG_M0F, 0x50), RAX, xg_reg(2));           /* movmskps */
    xg_x_alui(x, XG_CMP, false, xg_reg(RAX), 15);
    uint8_t *different = xg_x_jcc(x, XG_NE);
    xg_x_op3(x, XG_X(XG_P66, XG_M0F, 0xDB), 1, 1, xg_abs(j->s->k[XG_K_FIRST_31]), -1);
    if (kinds[n] == XG_ROL) {
        xg_x_op2(x, XG_X(0, XG_M0F, 0x28), 2, xg_abs(j->s->k[XG_K_FIRST_32]));
        xg_x_op3(x, XG_X(XG_P66, XG_M0F, 0xFA), 2, 2, xg_reg(1), -1); /* psubd */
        xg_x_op2(x, XG_X(0, XG_M0F, 0x29), 0, xg_abs(j->s->spill));
        xg_x_op3(x, XG_X(XG_P66, XG_M0F, 0xD2), 0, 0, xg_reg(2), -1);
        xg_x_op2(x, XG_X(0, XG_M0F, 0x28), 2, xg_abs(j->s->spill));
        xg_x_op3(x, XG_X(XG_P66, XG_M0F, 0xF2), 2, 2, xg_reg(1), -1);
        xg_x_op3(x, XG_X(XG_P66, XG_M0F, 0xEB), 0, 0, xg_reg(2), -1);
    } else {
        xg_x_op3(x, XG_X(XG_P66, XG_M0F, all[n]), 0, 0, xg_reg(1), -1);
    }
    ret(x);
    xg_x_land(x, different);
    for (unsigned k = 0; k < 4; k++) {
        xg_x_op2(x, XG_X(XG_P66, XG_M3A, 0x16), 0, xg_reg(RAX)); /* pextrd */
        xg_x_byte(x, k);
        xg_x_op2(x, XG_X(XG_P66, XG_M3A, 0x16), 1, xg_reg(RCX));
        xg_x_byte(x, k);
        xg_x_op(x, XG_X(0, 0, 0xD3), kinds[n], xg_reg(RAX));
        xg_x_op3(x, XG_X(XG_P66, XG_M3A, 0x22), 0, 0, xg_reg(RAX), -1); /* pinsrd */
        xg_x_byte(x, k);
    }
    ret(x);
}

void xg_jit_emit_thunks(struct xg_jit *j)
{
    struct xg_x x = {.p = j->rw, .end = j->rw + XG_JIT_CACHE_SIZE, .level = j->level};
    emit_enter(j, &x);
    emit_exit(j, &x);
    emit_slice(j, &x);
    emit_slice_mode(j, &x);
    emit_single(j, &x);
    emit_drain(j, &x);
    emit_kernel(j, &x);
    emit_step(j, &x, 16);
    if (j->level >= XG_X_AVX512)
        emit_step(j, &x, 32);
    emit_pending(j, &x);
    emit_dispatch(j, &x);
    emit_fault(j, &x);
    emit_store_parts(j, &x);
    xg_jit_emit_fma(j, &x);
    xg_jit_emit_mfcr(j, &x);
    for (unsigned n = 0; n < XG_COUNTOF(j->t_shift); n++)
        emit_shift(j, &x, n);
    j->limit = XG_JIT_CACHE_SIZE;
    j->used = j->thunks_end = ((uint32_t)(x.p - j->rw) + 63) & ~63u;
    j->enter = (uint32_t(*)(const void *))(uintptr_t)j->rx;
    /* The bottom of the prediction stack: an expected LR that no return has. */
    uint64_t *top = (uint64_t *)(j->stack + GUARD + XG_JIT_STACK_SIZE - 64);
    top[0] = (uintptr_t)xg_jit_rx(j, j->t_mismatch);
    top[1] = 1;
    j->s->stack_top = (uintptr_t)top;
}

/* ---- units ---- */

struct xg_jit_unit *xg_jit_unit_at(struct xg_jit *j, const uint8_t *host)
{
    uint32_t at = (uint32_t)(host - j->rx);
    unsigned lo = 0, hi = j->by_count;
    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        if (j->by_address[mid]->host_end <= at)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < j->by_count && j->by_address[lo]->host <= at ? j->by_address[lo] : NULL;
}

static void unlink_entries(struct xg_jit *j, const struct xg_jit_unit *u)
{
    uint32_t first = (uint32_t)(uintptr_t)(j->rx + u->host);
    for (unsigned i = 0; i < u->entry_count; i++) {
        if (xg_jit_entry_host(j, u->entries[i]) - first < u->host_end - u->host)
            *xg_jit_entry(j, u->entries[i]) = 0;
    }
    for (unsigned i = 0; i < j->link_count; i++) {
        const struct xg_jit_link *l = &j->links[i];
        int32_t rel;
        memcpy(&rel, j->rw + l->at, 4);
        uint32_t to = l->at + 4 + (uint32_t)rel;
        if (to - u->host < u->host_end - u->host && l->stub - u->host >= u->host_end - u->host)
            xg_x_land_at(j->rw + l->at, j->rw + l->stub);
    }
}

void xg_jit_unit_drop(struct xg_jit *j, struct xg_jit_unit *u)
{
    struct xg_jit_unit **p = &j->units;
    while (*p && *p != u)
        p = &(*p)->next;
    if (!*p)
        return;
    *p = u->next;
    unlink_entries(j, u);
    u->next_dead = j->dead;
    j->dead = u;
    j->changed = true;
}

void xg_jit_flush(struct xg_jit *j)
{
    while (j->units) {
        struct xg_jit_unit *u = j->units;
        for (unsigned i = 0; i < u->entry_count; i++)
            *xg_jit_entry(j, u->entries[i]) = 0;
        j->units = u->next;
        free(u->entries);
        free(u);
    }
    while (j->dead) {
        struct xg_jit_unit *u = j->dead;
        j->dead = u->next_dead;
        free(u->entries);
        free(u);
    }
    j->by_count = j->link_count = 0;
    j->used = j->thunks_end;
    j->flush_wanted = false;
    j->flushes++;
}

/* ---- sets of guest addresses ---- */

bool xg_jit_set_has(const struct xg_jit_set *s, xg_ga at)
{
    if (!s->room)
        return false;
    for (unsigned i = (at >> 2) * 2654435761u & (s->room - 1);; i = (i + 1) & (s->room - 1)) {
        if (!s->at[i])
            return false;
        if (s->at[i] == at)
            return true;
    }
}

void xg_jit_set_add(struct xg_jit_set *s, xg_ga at)
{
    if (!at || xg_jit_set_has(s, at))
        return;
    if (s->count * 2 >= s->room) {
        struct xg_jit_set old = *s;
        s->room = s->room ? s->room * 2 : 64;
        s->count = 0;
        s->at = calloc(s->room, sizeof *s->at);
        if (!s->at)
            abort();
        for (unsigned i = 0; i < old.room; i++)
            if (old.at[i])
                xg_jit_set_add(s, old.at[i]);
        free(old.at);
    }
    unsigned i = (at >> 2) * 2654435761u & (s->room - 1);
    while (s->at[i])
        i = (i + 1) & (s->room - 1);
    s->at[i] = at;
    s->count++;
}

uint32_t xg_jit_doubles(const struct xg_jit *j, xg_ga pc)
{
    if (!xg_jit_set_has(&j->wide, pc))
        return 0;
    unsigned n = 0;
    while (j->doubles[n].pc != pc)
        n++;
    return j->doubles[n].fprs;
}
/* A block that fails again and again, or for no reason that can be seen, expects no singles. */
void xg_jit_doubles_add(struct xg_jit *j, xg_ga pc, uint32_t fprs)
{
    enum { OFTEN = 4 };
    unsigned n = 0;
    if (!xg_jit_set_has(&j->wide, pc)) {
        if (j->doubles_count == j->doubles_room) {
            j->doubles_room = j->doubles_room ? j->doubles_room * 2 : 64;
            j->doubles = realloc(j->doubles, j->doubles_room * sizeof *j->doubles);
            if (!j->doubles)
                abort();
        }
        j->doubles[j->doubles_count++] = (struct xg_jit_doubles){.pc = pc};
        xg_jit_set_add(&j->wide, pc);
    }
    while (j->doubles[n].pc != pc)
        n++;
    struct xg_jit_doubles *d = &j->doubles[n];
    d->fprs = ++d->times == OFTEN || !(fprs & ~d->fprs) ? ~0u : d->fprs | fprs;
}

void xg_jit_set_clear(struct xg_jit_set *s)
{
    free(s->at);
    *s = (struct xg_jit_set){0};
}
