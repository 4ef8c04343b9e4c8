/* Faults of the host in translated code: the handler saves the registers and makes the
 * thread go on in C (run.c), outside of the signal. */
#include "cpu/fp/fp.h"
#include "cpu/jit/jit.h"
#include "memory/journal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

/* A handler has no argument of ours: this and the actions that it replaced are the only
 * state of the program outside of a machine. */
static _Thread_local struct xg_jit *active;
static _Thread_local void *alternate;
static struct sigaction previous[2];

#define ALT_SIZE 65536

/* Order of the general registers of a ucontext as the encoder numbers them. */
static const uint8_t greg[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                 REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                 REG_R12, REG_R13, REG_R14, REG_R15};

/* cvtss2sd of a signalling NaN traps; the guest's widening keeps it as it is. */
static bool emulate_widening(ucontext_t *uc)
{
    const uint8_t *p = (const uint8_t *)(uintptr_t)uc->uc_mcontext.gregs[REG_RIP], *start = p;
    struct _libc_fpstate *fp = uc->uc_mcontext.fpregs;
    unsigned r = 0, b = 0;
    if (p[0] == 0xC5 && (p[1] & 3) == 2 && p[2] == 0x5A) {
        r = p[1] & 0x80 ? 0 : 8;
        p += 3;
    } else if (p[0] == 0xC4 && (p[1] & 31) == 1 && (p[2] & 3) == 2 && p[3] == 0x5A) {
        r = p[1] & 0x80 ? 0 : 8;
        b = p[1] & 0x20 ? 0 : 8;
        p += 4;
    } else if (p[0] == 0xF3) {
        p++;
        if ((*p & 0xF0) == 0x40) {
            r = *p & 4 ? 8 : 0;
            b = *p & 1 ? 8 : 0;
            p++;
        }
        if (p[0] != 0x0F || p[1] != 0x5A)
            return false;
        p += 2;
    } else {
        return false;
    }
    if (*p >> 6 != 3)
        return false;
    unsigned d = (*p >> 3 & 7) | r, s = (*p & 7) | b;
    uint64_t wide = xg_fp_widen(fp->_xmm[s].element[0]);
    fp->_xmm[d].element[0] = (uint32_t)wide;
    fp->_xmm[d].element[1] = (uint32_t)(wide >> 32);
    fp->mxcsr &= ~0x1Fu;
    uc->uc_mcontext.gregs[REG_RIP] += p + 1 - start;
    return true;
}

static bool handle(struct xg_jit *j, int sig, const siginfo_t *info, ucontext_t *uc)
{
    uintptr_t rip = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
    struct xg_jit_state *s = j->s;
    if (rip - (uintptr_t)j->rx >= XG_JIT_CACHE_SIZE)
        return false;
    if (sig == SIGSEGV && (uintptr_t)info->si_addr - (uintptr_t)j->stack < 4096) {
        uc->uc_mcontext.gregs[REG_RSP] = (greg_t)s->stack_top; /* deep recursion */
        return true;
    }
    if (sig == SIGFPE && emulate_widening(uc))
        return true;
    for (int i = 0; i < 16; i++)
        s->regs[i] = (uint64_t)uc->uc_mcontext.gregs[greg[i]];
    for (int i = 0; i < 16; i++)
        memcpy(s->xmm[i], uc->uc_mcontext.fpregs->_xmm[i].element, 16);
    s->rip = rip;
    s->touched = sig == SIGSEGV ? (uintptr_t)info->si_addr : 0;
    s->jit_rsp = s->regs[RSP];
    if (rip - (uintptr_t)j->rx < j->thunks_end) { /* a thunk that a site called */
        s->rip = *(uint64_t *)(uintptr_t)s->jit_rsp - 1;
        s->jit_rsp += 8;
        uint8_t *thunk = j->rw + (rip - (uintptr_t)j->rx);
        if (thunk >= j->t_fma && thunk < j->t_fma_end)
            memcpy(s->xmm[3], s->fma_kept, sizeof s->fma_kept);
    }
    uc->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)xg_jit_rx(j, j->t_fault);
    uc->uc_mcontext.gregs[REG_RSP] = (greg_t)s->host_rsp;
    return true;
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
    if (sig == SIGSEGV && xg_journal_touch(info->si_addr))
        return;
    if (active && handle(active, sig, info, context))
        return;
    const struct sigaction *old = &previous[sig == SIGFPE];
    if (old->sa_flags & SA_SIGINFO) {
        old->sa_sigaction(sig, info, context);
    } else if (old->sa_handler != SIG_DFL && old->sa_handler != SIG_IGN) {
        old->sa_handler(sig);
    } else {
        signal(sig, SIG_DFL); /* comes again and ends the program */
    }
}

static bool install(int sig, struct sigaction *before, struct xg_error *err)
{
    struct sigaction now,
        sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&sa.sa_mask);
    if (sigaction(sig, NULL, &now) ||
        (now.sa_sigaction != on_signal && sigaction(sig, &sa, before)))
        return xg_fail(err, XG_E_INPUT, "CPU: no signal handler (%s)", strerror(errno));
    return true;
}

bool xg_jit_signals_install(struct xg_error *err)
{
    return install(SIGSEGV, &previous[0], err) && install(SIGFPE, &previous[1], err);
}

void xg_jit_set_active(struct xg_jit *j)
{
    active = j;
    if (alternate || !j)
        return;
    stack_t now;
    if (!sigaltstack(NULL, &now) && !(now.ss_flags & SS_DISABLE)) {
        alternate = now.ss_sp; /* a sanitizer's */
        return;
    }
    alternate = mmap(NULL, ALT_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack_t alt = {.ss_sp = alternate, .ss_size = ALT_SIZE};
    if (alternate == MAP_FAILED || sigaltstack(&alt, NULL))
        abort(); /* without it a fault would run on the stack of predictions */
}
