/* The T1 translator: guest functions become x86-64 code (docs/jit.md).
 *
 * What is in registers while translated code runs:
 *     rbp  context + 128 (the 32 GPRs within reach of a byte displacement)
 *     r15  host address of guest address 0
 *     r14  instructions left until the slice ends; <= 0 at a safepoint leaves
 *     rsp  a stack of its own that only predicts returns: pairs of the expected LR and
 *          a host address; it may be dropped at any time
 *     rax rcx rdx xmm0-2  scratch;  the rest holds guest registers, chosen per unit;
 *     xmm16-31 too (AVX-512), and xmm13-15 are then scratch of the encoder
 * The context is complete at every unit boundary. CR lives as eight 64-bit values in the
 * state (xg_cr_value), CA as a word; both are folded back when translated code is left.
 *
 * Translated code assumes an ordinary context (xg_jit_is_ordinary): 32-bit mode, SO
 * clear, round to nearest, no enabled exceptions. Any other context is interpreted. */
#ifndef XG_CPU_JIT_JIT_H
#define XG_CPU_JIT_JIT_H

#include "cpu/interp/interp.h"
#include "base/x86.h"

#include <stddef.h>

#define XG_JIT_CACHE_SIZE (64u << 20)
#define XG_JIT_STACK_SIZE (1u << 20)

/* Operands of the last floating-point operation, for FR, FI and FPRF. */
struct xg_jit_log {
    _Alignas(8) uint32_t kind; /* word of the last arithmetic operation, 0: none */
    uint16_t converted;        /* a conversion to integer came after it: its last bits */
    uint16_t compared;         /* a compare came after it: its flags as LAHF gives them */
    uint64_t operand[3];       /* XG_SLOT_*: singles or doubles */
    uint64_t from;             /* operand of the conversion */
    uint8_t singles;           /* slots of singles, if kind has its top bit */
    /* What operations, conversions and compares keep of operands that are overwritten. */
    uint16_t kept_flags;
    uint64_t kept[3], kept_from;
};

enum { XG_SLOT_A, XG_SLOT_B, XG_SLOT_C };

/* Translated code stores the word without its top bit; operations on singles then have singles. */
#define XG_LOG_TOP 0x80000000u

/* The last operation, conversion to integer and compare before an instruction whose operands are
 * still in registers, in the context or kept in the log; index + 1, 0: the log has it. */
struct xg_last {
    uint16_t operation, conversion, compare;
};

/* Constants of vector code: one pattern in all lanes unless the name says otherwise. */
enum xg_jit_constant {
    XG_K_NONE,
    XG_K_ONES,
    XG_K_THREES, /* bytes: between the guest's and the host's order in a word */
    XG_K_BYTE_7,
    XG_K_BYTE_15,
    XG_K_BYTE_31,
    XG_K_BYTE_70,
    XG_K_BYTE_80,
    XG_K_BYTE_F0,
    XG_K_HALF_ONE,
    XG_K_HALF_15,
    XG_K_HALF_80,
    XG_K_HALF_FF,
    XG_K_HALF_0800,
    XG_K_HALF_8000,
    XG_K_HALF_FF00,
    XG_K_WORD_ONE,
    XG_K_WORD_31,
    XG_K_FIRST_31, /* 31, 0, 0, 0 */
    XG_K_FIRST_32,
    XG_K_WORD_32,
    XG_K_WORD_4000,
    XG_K_WORD_7FFF,
    XG_K_WORD_8000,
    XG_K_WORD_N8000, /* -32768 */
    XG_K_WORD_FFFF,
    XG_K_WORD_FFFF0000,
    XG_K_PIXEL_HIGH,
    XG_K_PIXEL_MIDDLE,
    XG_K_PIXEL_16,
    XG_K_PIXEL_8,
    XG_K_SIGN_SINGLE,
    XG_K_ABS_SINGLE,
    XG_K_SIGN_DOUBLE,
    XG_K_ABS_DOUBLE,
    XG_K_FLOAT_ONE,
    XG_K_FLOAT_65536,
    XG_K_FLOAT_2_31,   /* 2^31 */
    XG_K_FLOAT_2_32,   /* 2^32 */
    XG_K_FLOAT_N2_31,  /* -2^31 */
    XG_K_FLOAT_BELOW,  /* the last single before 2^31 */
    XG_K_WORD_2_31_M1, /* 2^31 - 1 */
    XG_K_DEFAULT_NAN,
    XG_K_INFINITE_LESS_1, /* the bits before those of infinity */
    XG_K_DOUBLE_ONE,
    XG_K_DOUBLE_SPLIT, /* 2^27 + 1 */
    XG_K_DOUBLE_THIRD,
    XG_K_WORD_897,   /* least exponent of a double that is a normal single, moved by one */
    XG_K_ODD_WORDS,  /* masks of words 1 and 3 */
    XG_K_LAST_WORD,  /* and of word 3 */
    XG_K_POWERS,     /* bytes 1, 2, 4 .. 128, then zeros */
    XG_K_SWAP_WORDS, /* pshufb: bytes of each word */
    XG_K_SWAP_LONG,  /* bytes of the low doubleword */
    XG_K_TURN_WORDS, /* halves of each word */
    XG_K_COUNT
};

/* Lies in the low 2 GiB, so that code reaches it by an absolute address. */
struct xg_jit_state {
    _Alignas(16) int64_t crv[8];
    uint32_t ca;       /* 0 or 1 */
    uint32_t target;   /* argument of the resolver */
    uint32_t dispatch; /* host address of the dispatcher */
    uint8_t *table;    /* u32 per guest word: xg_jit_entry */
    struct xg_cpu_context *ctx;
    uint8_t *membase;
    uint64_t host_rsp, jit_rsp, stack_top;
    int64_t budget;
    uint32_t mxcsr_fpu, mxcsr_vmx, mxcsr_host, mxcsr_enter, mxcsr_now, mxcsr_fma;
    uint32_t left;    /* enum xg_jit_left, for t_leave */
    uint64_t resume;  /* host address for t_resume */
    uint64_t rip;     /* where the host faulted, */
    uint64_t touched; /* and at which address if it was an access; else 0 */
    struct xg_jit_log log;
    uint64_t fma[5], fma_sum[2]; /* of t_fma: operands, product, result; sum in 80 bits */
    uint64_t scratch[4];
    uint64_t regs[16];
    _Alignas(16) uint32_t xmm[32][4];
    _Alignas(16) uint32_t k[XG_K_COUNT][4];
    uint32_t spill[4];
    uint32_t fma_kept[5][4]; /* xmm3 to xmm7 of whoever called t_fma */
    /* Controls of pshufb, by the low bits of an address or a field. */
    _Alignas(16) uint8_t lvsl[16][16], lvsr[16][16], lvlx[16][16], lvrx[16][16];
    uint8_t octets_left[16][16], octets_right[16][16], splat_byte[16][16], splat_half[8][16];
    uint8_t element[3][16][16]; /* masks of the byte, halfword and word at an address */
    int64_t cr_values[16];      /* xg_cr_value */
    uint32_t cr_spread[16];     /* a bit of each of four fields: xg_jit_emit_cr */
    uint8_t cr_top[8];          /* LT, GT and SO of a field by its value's upper three bits */
    /* CR values of compares of floats by the flags that LAHF gives (2, 3, 0x42, 0x47); then
     * with one bit changed: fcmp_set[bit][outcomes]. */
    int64_t fcmp[0x48], fcmp_set[4][16][0x48];
};

/* One guest instruction of a unit: what the fault path and the helper need. */
struct xg_jit_site {
    struct xg_op op;
    struct xg_jit_unit *unit;
    uint64_t dirty; /* homes whose register is newer than the context, before */
    uint64_t defs;  /* homes that the instruction writes */
    uint32_t singles_before, singles_after; /* FPRs whose register holds a single */
    uint32_t host, host_end;                /* offsets in the cache */
    uint16_t delta;                         /* instructions before it that are not counted yet */
    uint16_t handler;                       /* enum xg_handler */
    /* Sites + 1 of compares, and operations on a bit, whose CR field exists only behind this. */
    uint16_t pending[8], pending_op[8];
    bool has_pending;
    bool has_last; /* any of: */
    struct xg_last last;
    /* Of an operation: slots of operands that are kept, those of singles, and where: in xmm1 or
     * xmm2, else in the log. */
    uint8_t keep, keep_single, keep_xmm[3];
    uint16_t traps;   /* times that the host faulted here */
    bool single_def;  /* its result stays a single in a register */
    bool packs;       /* the interpreter needs CR, CA or FPSCR */
    bool looks_ahead; /* its check for NaNs is one for later instructions too */
};

enum xg_home_kind { XG_HOME_GPR, XG_HOME_CTR, XG_HOME_FPR, XG_HOME_VR };
struct xg_home {
    uint8_t kind, guest, host;
};
#define XG_MAX_HOMES 40

struct xg_jit_unit {
    struct xg_jit_unit *next;
    xg_ga entry;
    uint32_t host, host_end; /* offsets of the code */
    unsigned count;          /* instructions */
    unsigned home_count;
    struct xg_home homes[XG_MAX_HOMES];
    uint32_t *entries; /* guest addresses with a table entry */
    unsigned entry_count;
    struct xg_jit_unit *next_dead;
    struct xg_jit_site sites[];
};

/* A direct jump or call to an entry of another unit. */
struct xg_jit_link {
    uint32_t at;   /* offset of the rel32 */
    uint32_t stub; /* where it points while the target is not translated */
    xg_ga target;
};

/* A function by the function table of its image. */
struct xg_jit_bounds {
    xg_ga start, end;
};

struct xg_jit {
    struct xg_memory *mem;
    struct xg_interp *interp;
    struct xg_jit_state *s;
    enum xg_x_level level;
    uint8_t *rx, *rw; /* two views of the code cache */
    int fd;
    uint32_t used, thunks_end;
    uint32_t limit; /* bytes of the cache to be used; less than all of it in tests */
    uint8_t *stack; /* guard page and the prediction stack */
    uint32_t (*enter)(const void *code);
    uint8_t *t_exit, *t_leave, *t_step, *t_step_far, *t_dispatch, *t_mismatch, *t_link, *t_resume,
        *t_fault, *t_store_left, *t_store_right, *t_pending, *t_fma, *t_fma_end, *t_kernel,
        *t_drain, *t_slice, *t_slice_mode, *t_exit_mode, *t_mode, *t_mode_end, *t_single, *t_mfcr,
        *t_shift[4];            /* in rw */
    struct xg_build_room *room; /* build.h */
    struct xg_jit_unit *units;
    struct xg_jit_unit *dead;        /* dropped, freed when no code of theirs can run */
    struct xg_jit_unit **by_address; /* sorted by host offset */
    unsigned by_count, by_room;
    struct xg_jit_link *links;
    unsigned link_count, link_room;
    /* Sets of guest addresses, open hashing; 0 is empty. */
    struct xg_jit_set {
        xg_ga *at;
        unsigned count, room;
    } slow,                 /* the interpreter does this instruction */
        devices,            /* accesses to device windows */
        wide,               /* blocks that found a double where they expected a single */
        nans;               /* multiply-add whose addend was a NaN, shifts by different numbers */
    struct xg_jit_doubles { /* which, for each of `wide` */
        xg_ga pc;
        uint32_t fprs;
        unsigned times;
    } * doubles;
    unsigned doubles_count, doubles_room;
    /* For the checking engine (check.c). While `stop` is set units end before stop_at and
     * translated code is left there. misread, set by tests, gives the word to translate in
     * place of the one in memory: a wrong translation. */
    struct xg_jit_bounds *bounds; /* sorted, disjoint */
    unsigned bounds_count;
    bool stop;
    xg_ga stop_at;
    uint32_t (*misread)(xg_ga pc, uint32_t word);
    bool far_first;     /* XG_JIT_HOMES=far: xmm16 and up before the others, if there are any */
    bool changed;       /* code was dropped since translated code was entered */
    bool flush_wanted;  /* the cache is full */
    uint32_t packed_cr; /* the CR that the state's fields stand for, outside of translated code */
    uint64_t end;       /* retired count at which the budget is 0 */
    enum xg_cpu_exit exit;
    xg_cpu_kernel_call *kernel_call; /* may be NULL */
    void *kernel_ctx;
    /* figures */
    uint64_t insns, bytes, compile_ns, unit_total, flushes, faults;
};

struct xg_jit *xg_jit_create(struct xg_memory *mem, struct xg_error *err);
void xg_jit_destroy(struct xg_jit *j);
enum xg_cpu_exit xg_jit_run(struct xg_jit *j, struct xg_cpu_context *c);
void xg_jit_invalidate(struct xg_jit *j, xg_ga ga, uint32_t size);
/* Translates what can be found of an image that was loaded. */
void xg_jit_image(struct xg_jit *j, const struct xg_cpu_image *image);

/* --- between the files of this folder --- */
bool xg_jit_set_has(const struct xg_jit_set *s, xg_ga at);
void xg_jit_set_add(struct xg_jit_set *s, xg_ga at);
void xg_jit_set_clear(struct xg_jit_set *s);
/* FPRs that the block at pc does not expect as singles; and adds to them. */
uint32_t xg_jit_doubles(const struct xg_jit *j, xg_ga pc);
void xg_jit_doubles_add(struct xg_jit *j, xg_ga pc, uint32_t fprs);

bool xg_jit_cache_create(struct xg_jit *j, struct xg_error *err);
void xg_jit_cache_destroy(struct xg_jit *j);
void xg_jit_emit_thunks(struct xg_jit *j);
/* From the scalar mode of MXCSR to that of vectors, and back. */
void xg_jit_emit_mode(const struct xg_jit *j, struct xg_x *x);
void xg_jit_emit_mode_end(const struct xg_jit *j, struct xg_x *x);
void xg_jit_emit_fma(struct xg_jit *j, struct xg_x *x);
void xg_jit_emit_mfcr(struct xg_jit *j, struct xg_x *x);
void xg_jit_flush(struct xg_jit *j); /* forgets all code */
void xg_jit_unit_drop(struct xg_jit *j, struct xg_jit_unit *u);
struct xg_jit_unit *xg_jit_unit_at(struct xg_jit *j, const uint8_t *host);
static inline uint8_t *xg_jit_rx(const struct xg_jit *j, const uint8_t *rw)
{
    return j->rx + (rw - j->rw);
}
/* The table's word of a guest address: how far the host address of its entry lies from the
 * dispatcher, so that code adds that and goes there in any case; 0: no entry. */
static inline uint32_t *xg_jit_entry(const struct xg_jit *j, xg_ga pc)
{
    return (uint32_t *)(j->s->table + (pc & ~3u));
}
/* The host address; 0: no entry. */
static inline uint32_t xg_jit_entry_host(const struct xg_jit *j, xg_ga pc)
{
    uint32_t e = *xg_jit_entry(j, pc);
    return e ? e + j->s->dispatch : 0;
}

/* End of the function that pc lies in by the function tables; 0: not known. */
xg_ga xg_jit_function_end(const struct xg_jit *j, xg_ga pc);
void xg_jit_forget_bounds(struct xg_jit *j, xg_ga ga, uint32_t size);
/* Translates the unit at pc, which is executable; NULL when the cache is full. */
struct xg_jit_unit *xg_jit_compile(struct xg_jit *j, xg_ga pc);
bool xg_jit_room_create(struct xg_jit *j);
void xg_jit_room_destroy(struct xg_jit *j);

/* C sides of the thunks; they return a host address to go on at. */
const void *xg_jit_resolve(struct xg_jit *j);
const void *xg_jit_link(struct xg_jit *j, uint32_t link);
uint32_t xg_jit_step(struct xg_jit *j, struct xg_jit_site *site);
const void *xg_jit_fault(struct xg_jit *j);
const void *xg_jit_kernel(struct xg_jit *j);
#define XG_RECALL 1u /* with the address of a site: xg_jit_recall at first */
uint32_t xg_jit_pending(struct xg_jit *j, uintptr_t site);
/* FR, FI, FPRF of the log go to FPSCR. */
void xg_jit_settle(struct xg_jit *j);
/* The log gets what a site knows of the operations before it; the context has all FPRs. */
void xg_jit_recall(struct xg_jit *j, const struct xg_jit_site *site);
bool xg_jit_signals_install(struct xg_error *err);
/* The translator whose code this host thread runs, for the signal handler. */
void xg_jit_set_active(struct xg_jit *j);

bool xg_jit_is_ordinary(const struct xg_cpu_context *c);
void xg_jit_pack(struct xg_jit *j);   /* state -> cr, xer, fpscr */
void xg_jit_unpack(struct xg_jit *j); /* and back */

/* CR field values: LT is bit 62, SO is bit 61 xor bit 62, EQ: the low word is zero,
 * GT: positive. The difference of two words is its own value. */
static inline int64_t xg_cr_value(uint32_t n)
{
    uint64_t v = (n & 8 ? 1ull << 62 : 0) | ((n >> 3 ^ n) & 1 ? 1ull << 61 : 0) | (n & 2 ? 0 : 1) |
                 (n & 4 ? 0 : 1ull << 63);
    return (int64_t)(v ? v : 1ull << 40);
}
static inline uint32_t xg_cr_nibble(int64_t v)
{
    return (uint32_t)((v >> 62 & 1) << 3) | (v > 0 ? 4u : 0) | ((uint32_t)v ? 0 : 2u) |
           (uint32_t)((v >> 61 ^ v >> 62) & 1);
}
/* Why translated code was left, in eax at t_exit. EXACT: retired is already set. */
enum xg_jit_left {
    XG_LEFT_AGAIN,
    XG_LEFT_EXIT_EXACT,
    XG_LEFT_WIDEN,
    XG_LEFT_AGAIN_EXACT,
    XG_LEFT_SLICE,
    XG_LEFT_INTERPRET, /* to the next safepoint; the instruction gets other code next time */
    XG_LEFT_RETURN,    /* sc 3 has retired */
    /* At a call into the kernel; the context is complete: nothing is kept in the state. */
    XG_LEFT_KERNEL,
    XG_LEFT_AGAIN_COMPLETE
};

/* Flags of a compare of floats as LAHF gives them. */
enum { XG_FLAGS_GREATER = 2, XG_FLAGS_LESS = 3, XG_FLAGS_EQUAL = 0x42, XG_FLAGS_UNORDERED = 0x47 };

#define XG_CR_UNORDERED ((int64_t)0xA000000000000001ull)

/* FPSCR that translated code may run under: to nearest, nothing enabled, no NI. */
#define XG_JIT_FPSCR_UNUSUAL 0xFFu
/* Host modes: invalid, zero divide, overflow and underflow trap, and are then done by
 * the interpreter; inexact is collected. Vectors: only invalid traps; NJ flushes. */
#define XG_MXCSR_FPU 0x1100u
#define XG_MXCSR_VMX 0x1F00u
#define XG_MXCSR_NJ  0x8040u

#endif
