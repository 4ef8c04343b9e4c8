/* Encoder of the x86-64 instructions that the translators (guest code, shaders) use.
 *
 * An opcode is one number: XG_X(prefix, map, byte) with XG_XW for a 64-bit operand,
 * XG_X8 for a byte operand and XG_XL for a vector of 256 bits. The same number serves the legacy
 * and the VEX encoding, so that xg_x_op3 can hide the host level: below AVX it emits a move and the
 * two-operand form. Addresses are [base + disp], [base + index + disp] or absolute in the low 2
 * GiB, where the guest code translator keeps its state and constants. */
#ifndef XG_BASE_X86_H
#define XG_BASE_X86_H

#include "base/types.h"

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

/* What the host can do; each level includes the ones before. */
enum xg_x_level { XG_X_SSE41, XG_X_AVX, XG_X_AVX2, XG_X_AVX512 };

struct xg_x {
    uint8_t *p, *end; /* next byte, end of the room; p stops at end */
    bool full;        /* the room was too small: the code is unusable */
    enum xg_x_level level;
    /* First of three vector registers that nobody else uses: for operations on xmm16 to xmm31
     * that the host only has for the registers below. */
    int8_t spare;
};
#define XG_X_FAR 16 /* vector registers from here on: only at level XG_X_AVX512 */

struct xg_rm {
    int8_t reg;         /* a register, or -1: memory */
    int8_t base, index; /* -1: none */
    uint8_t scale;      /* the index counts 1 << scale */
    int32_t disp;
};
static inline struct xg_rm xg_reg(int r)
{
    return (struct xg_rm){.reg = (int8_t)r, .base = -1, .index = -1};
}
static inline struct xg_rm xg_at(int base, int32_t disp)
{
    return (struct xg_rm){.reg = -1, .base = (int8_t)base, .index = -1, .disp = disp};
}
static inline struct xg_rm xg_indexed(int base, int index, int32_t disp)
{
    return (struct xg_rm){.reg = -1, .base = (int8_t)base, .index = (int8_t)index, .disp = disp};
}
/* p lies in the low 2 GiB. */
static inline struct xg_rm xg_abs(const void *p)
{
    return (struct xg_rm){.reg = -1, .base = -1, .index = -1, .disp = (int32_t)(uintptr_t)p};
}

/* Element index of a table of 8-byte entries at p, which lies in the low 2 GiB. */
static inline struct xg_rm xg_element8(const void *p, int index)
{
    return (struct xg_rm){
        .reg = -1, .base = -1, .index = (int8_t)index, .scale = 3, .disp = (int32_t)(uintptr_t)p};
}

enum { XG_P0, XG_P66, XG_PF3, XG_PF2 };
enum { XG_M1, XG_M0F, XG_M38, XG_M3A };
#define XG_X(prefix, map, byte) ((uint32_t)(byte) | (map) << 8 | (prefix) << 10)
#define XG_XW                   (1u << 12)
#define XG_X8                   (1u << 13)
#define XG_XL                   (1u << 14) /* VEX, EVEX: 256 bits */

void xg_x_byte(struct xg_x *x, unsigned b);
void xg_x_word32(struct xg_x *x, uint32_t w);
void xg_x_word64(struct xg_x *x, uint64_t w);
/* Legacy encoding; reg is the register field or the opcode extension. */
void xg_x_op(struct xg_x *x, uint32_t opcode, int reg, struct xg_rm rm);
/* VEX, or EVEX if one of the vector registers asks for it; what EVEX lacks goes by x->spare. Of
 * these, operations with a byte behind them (compares, blends, dot products) only by
 * xg_x_vex_imm. */
void xg_x_vex(struct xg_x *x, uint32_t opcode, int reg, int second, struct xg_rm rm);
void xg_x_vex_imm(struct xg_x *x, uint32_t opcode, int reg, int second, struct xg_rm rm,
                  unsigned imm);
/* EVEX (level XG_X_AVX512) under mask register `mask`, 0: all elements; of compares `reg` is the
 * mask register that is written. XG_XW as EVEX wants it; no displacement that fits a byte. */
void xg_x_evex(struct xg_x *x, uint32_t opcode, int reg, int second, struct xg_rm rm,
               unsigned mask);
/* d = a op b on vector registers; scratch is used when d is b below AVX. */
void xg_x_op3(struct xg_x *x, uint32_t opcode, int d, int a, struct xg_rm b, int scratch);
void xg_x_op3_imm(struct xg_x *x, uint32_t opcode, int d, int a, struct xg_rm b, int scratch,
                  unsigned imm);
/* d = op b: one source. */
void xg_x_op2(struct xg_x *x, uint32_t opcode, int d, struct xg_rm b);

enum { XG_ADD, XG_OR, XG_ADC, XG_SBB, XG_AND, XG_SUB, XG_XOR, XG_CMP };
void xg_x_alu(struct xg_x *x, unsigned kind, bool w, int d, struct xg_rm rm);
void xg_x_alui(struct xg_x *x, unsigned kind, bool w, struct xg_rm rm, int32_t imm);
void xg_x_mov(struct xg_x *x, bool w, int d, struct xg_rm rm); /* d <- rm; nothing if same and w */
void xg_x_store(struct xg_x *x, bool w, int s, struct xg_rm rm); /* rm <- s */
void xg_x_movi(struct xg_x *x, int d, uint64_t imm);             /* keeps the flags */
void xg_x_storei(struct xg_x *x, bool w, struct xg_rm rm, int32_t imm);
void xg_x_lea(struct xg_x *x, bool w, int d, struct xg_rm rm);
enum { XG_ROL = 0, XG_ROR = 1, XG_SHL = 4, XG_SHR = 5, XG_SAR = 7 };
void xg_x_shift(struct xg_x *x, unsigned kind, bool w, int d, unsigned n);
void xg_x_movaps(struct xg_x *x, int d, int s);

/* Conditions of jcc and setcc. */
enum {
    XG_O,
    XG_NO,
    XG_B,
    XG_AE,
    XG_E,
    XG_NE,
    XG_BE,
    XG_A,
    XG_S,
    XG_NS,
    XG_PE,
    XG_NP,
    XG_L,
    XG_GE,
    XG_LE,
    XG_G
};
/* Forward jumps: emit returns the place to fix, land makes it arrive here. */
uint8_t *xg_x_jcc(struct xg_x *x, unsigned cc);
uint8_t *xg_x_jmp(struct xg_x *x);
void xg_x_land(struct xg_x *x, uint8_t *fix);
void xg_x_land_at(uint8_t *fix, const uint8_t *target);
void xg_x_jump_to(struct xg_x *x, int cc, const uint8_t *target); /* cc < 0: always */
void xg_x_call_to(struct xg_x *x, const uint8_t *target);

/* The host's level, lowered by the environment variable XG_JIT_LEVEL (sse4.1, avx,
 * avx2, avx512); false when the host lacks SSE4.1 or the name is unknown. */
bool xg_x_host_level(enum xg_x_level *level, const char **why);
const char *xg_x_level_name(enum xg_x_level level);

#endif
