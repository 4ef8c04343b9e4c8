/* Integer arithmetic, logic, rotates, shifts, compares, CR logic. */
#include "cpu/interp/interp.h"

typedef unsigned __int128 u128;
typedef __int128 i128;

/* --- addition: every form is a + b + carry. --- */

static enum xg_flow add(struct xg_cpu_context *c, const struct xg_op *op, uint64_t a, uint64_t b,
                        unsigned carry, bool set_ca)
{
    uint64_t r = a + b + carry;
    bool wide = xg_is_64bit(c);
    if (set_ca) {
        bool out64 = r < a || (carry && r == a);
        bool out32 = ((uint64_t)(uint32_t)a + (uint32_t)b + carry) >> 32;
        xg_set_ca(c, wide ? out64 : out32);
    }
    if (op->oe)
        xg_set_ov(c, ((a ^ r) & (b ^ r)) >> (wide ? 63 : 31) & 1);
    c->gpr[op->d] = r;
    if (op->rc)
        xg_record_cr0(c, r);
    return XG_FLOW_NEXT;
}

#define ADD(name, a, b, carry, set_ca)                                                             \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        return add(c, op, a, b, carry, set_ca);                                                    \
    }
#define RA c->gpr[op->a]
#define RB c->gpr[op->b]
#define RS c->gpr[op->d]
#define SI ((uint64_t)(int64_t)op->imm)
ADD(add, RA, RB, 0, false)
ADD(addc, RA, RB, 0, true)
ADD(adde, RA, RB, xg_xer_ca(c), true)
ADD(addme, RA, ~0ull, xg_xer_ca(c), true)
ADD(addze, RA, 0, xg_xer_ca(c), true)
ADD(addic, RA, SI, 0, true)
ADD(subf, ~RA, RB, 1, false)
ADD(subfc, ~RA, RB, 1, true)
ADD(subfe, ~RA, RB, xg_xer_ca(c), true)
ADD(subfme, ~RA, ~0ull, xg_xer_ca(c), true)
ADD(subfze, ~RA, 0, xg_xer_ca(c), true)
ADD(subfic, ~RA, SI, 1, true)
ADD(neg, ~RA, 0, 1, false)

XG_OP(addi)
{
    XG_OP_UNUSED;
    c->gpr[op->d] = xg_gpr0(c, op->a) + SI;
    return XG_FLOW_NEXT;
}
XG_OP(addis)
{
    XG_OP_UNUSED;
    c->gpr[op->d] = xg_gpr0(c, op->a) + (SI << 16);
    return XG_FLOW_NEXT;
}
XG_OP(addic_rec)
{
    XG_OP_UNUSED;
    add(c, op, RA, SI, 0, true);
    xg_record_cr0(c, c->gpr[op->d]);
    return XG_FLOW_NEXT;
}

/* --- multiplication and division --- */

static enum xg_flow result(struct xg_cpu_context *c, const struct xg_op *op, uint64_t r, bool ov)
{
    c->gpr[op->d] = r;
    if (op->oe)
        xg_set_ov(c, ov);
    if (op->rc)
        xg_record_cr0(c, r);
    return XG_FLOW_NEXT;
}
#define RESULT(name, value, overflow)                                                              \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        return result(c, op, value, overflow);                                                     \
    }
#define SA ((int64_t)RA)
#define SB ((int64_t)RB)
#define WA ((int32_t)RA)
#define WB ((int32_t)RB)
RESULT(mulli, RA *SI, false)
RESULT(mulld, RA *RB, (i128)SA *SB != (int64_t)(RA * RB))
RESULT(mullw, (uint64_t)((int64_t)WA *WB), (int64_t)WA *WB != (int32_t)((int64_t)WA * WB))
RESULT(mulhd, (uint64_t)((i128)SA *SB >> 64), false)
RESULT(mulhdu, (uint64_t)((u128)RA *RB >> 64), false)

/* The high half of the 32-bit products is undefined by the architecture; as in the
 * low half, the 970 leaves the sign (mulhw) or zero. */
RESULT(mulhw, (uint64_t)((int64_t)WA *WB >> 32), false)
RESULT(mulhwu, (uint64_t)(uint32_t)RA *(uint32_t)RB >> 32, false)

/* A quotient that does not exist is undefined: here it is 0, for every operand. */
static bool divide_fails(int64_t a, int64_t b, int64_t least)
{
    return b == 0 || (b == -1 && a == least);
}

XG_OP(divd)
{
    XG_OP_UNUSED;
    bool bad = divide_fails(SA, SB, INT64_MIN);
    return result(c, op, bad ? 0 : (uint64_t)(SA / SB), bad);
}
XG_OP(divdu)
{
    XG_OP_UNUSED;
    return result(c, op, RB ? RA / RB : 0, !RB);
}
XG_OP(divw)
{
    XG_OP_UNUSED;
    bool bad = divide_fails(WA, WB, INT32_MIN);
    return result(c, op, bad ? 0 : (uint32_t)(WA / WB), bad);
}
XG_OP(divwu)
{
    XG_OP_UNUSED;
    uint32_t b = (uint32_t)RB;
    return result(c, op, b ? (uint32_t)RA / b : 0, !b);
}

/* --- logic: RA <- f(RS, RB) --- */

static enum xg_flow logic(struct xg_cpu_context *c, const struct xg_op *op, uint64_t r)
{
    c->gpr[op->a] = r;
    if (op->rc)
        xg_record_cr0(c, r);
    return XG_FLOW_NEXT;
}
#define LOGIC(name, value)                                                                         \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        return logic(c, op, value);                                                                \
    }
#define UI ((uint64_t)(uint16_t)op->imm)
LOGIC(and, RS &RB)
LOGIC(andc, RS & ~RB)
LOGIC(eqv, ~(RS ^ RB))
LOGIC(nand, ~(RS &RB))
LOGIC(nor, ~(RS | RB))
LOGIC(orc, RS | ~RB)
LOGIC(xor, RS ^ RB)
LOGIC(ori, RS | UI)
LOGIC(oris, RS | UI << 16)
LOGIC(xori, RS ^ UI)
LOGIC(xoris, RS ^ UI << 16)
LOGIC(extsb, (uint64_t)(int64_t)(int8_t)RS)
LOGIC(extsh, (uint64_t)(int64_t)(int16_t)RS)
LOGIC(extsw, (uint64_t)(int64_t)(int32_t)RS)
LOGIC(cntlzw, (uint32_t)RS ? (uint64_t)__builtin_clz((uint32_t)RS) : 32)
LOGIC(cntlzd, RS ? (uint64_t)__builtin_clzll(RS) : 64)

XG_OP(or)
{
    /* or 31,31,31 is db16cyc: the thread gives up the rest of its slice. */
    if (XG_UNLIKELY(op->insn == 0x7FFFFB78)) {
        c->pc = op->pc + 4;
        t->exit = XG_EXIT_YIELD;
        return XG_FLOW_EXIT;
    }
    return logic(c, op, RS | RB);
}
XG_OP(andi)
{
    XG_OP_UNUSED;
    xg_record_cr0(c, c->gpr[op->a] = RS & UI);
    return XG_FLOW_NEXT;
}
XG_OP(andis)
{
    XG_OP_UNUSED;
    xg_record_cr0(c, c->gpr[op->a] = RS & UI << 16);
    return XG_FLOW_NEXT;
}

/* --- rotates --- */

static uint64_t rotl64(uint64_t v, unsigned n)
{
    return n ? v << n | v >> (64 - n) : v;
}
/* A word rotated, in both halves: what the masks of rlw* select from. */
static uint64_t rotl32(uint64_t v, unsigned n)
{
    uint64_t w = (uint32_t)v;
    return rotl64(w | w << 32, n);
}
/* 32-bit masks that wrap (MB > ME) select from the high half too. */
static uint64_t rlw_mask(const struct xg_op *op)
{
    unsigned mb = op->c, me = xg_field(op->insn, 1, 5);
    return mb <= me ? op->mask : 0xFFFFFFFF00000000ull | op->mask;
}
static uint64_t mask64(unsigned mb, unsigned me)
{
    uint64_t from = ~0ull >> mb, to = ~0ull << (63 - me);
    return mb <= me ? from & to : from | to;
}
LOGIC(rlwinm, rotl32(RS, op->b) & rlw_mask(op))
LOGIC(rlwnm, rotl32(RS, RB & 31) & rlw_mask(op))
LOGIC(rlwimi, (rotl32(RS, op->b) & rlw_mask(op)) | (RA & ~rlw_mask(op)))
LOGIC(rldcl, rotl64(RS, RB & 63) & mask64(op->c, 63))
LOGIC(rldcr, rotl64(RS, RB & 63) & mask64(0, op->c))
LOGIC(rldic, rotl64(RS, op->b) & mask64(op->c, 63u - op->b))
LOGIC(rldicl, rotl64(RS, op->b) & mask64(op->c, 63))
LOGIC(rldicr, rotl64(RS, op->b) & mask64(0, op->c))
XG_OP(rldimi)
{
    XG_OP_UNUSED;
    uint64_t m = mask64(op->c, 63u - op->b);
    return logic(c, op, (rotl64(RS, op->b) & m) | (RA & ~m));
}

/* --- shifts --- */

LOGIC(slw, RB & 32 ? 0 : (uint32_t)RS << (RB & 31))
LOGIC(srw, RB & 32 ? 0 : (uint32_t)RS >> (RB & 31))
LOGIC(sld, RB & 64 ? 0 : RS << (RB & 63))
LOGIC(srd, RB & 64 ? 0 : RS >> (RB & 63))

/* CA: the value is negative and ones were shifted out. n up to 64 (bits). */
static enum xg_flow shift_algebraic(struct xg_cpu_context *c, const struct xg_op *op, int64_t v,
                                    unsigned n)
{
    int64_t r = n > 63 ? v >> 63 : v >> n;
    uint64_t lost = n > 63 ? (uint64_t)v : (uint64_t)v & ((1ull << n) - 1);
    xg_set_ca(c, v < 0 && lost);
    return logic(c, op, (uint64_t)r);
}
#define SHIFT(name, value, n)                                                                      \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        return shift_algebraic(c, op, value, (unsigned)(n));                                       \
    }
SHIFT(sraw, (int32_t)RS, RB & 63)
SHIFT(srawi, (int32_t)RS, op->b)
SHIFT(srad, (int64_t)RS, RB & 127)
SHIFT(sradi, (int64_t)RS, op->b)

/* --- compares: field 21 chooses doublewords, in 32-bit mode too. --- */

static bool compares_doublewords(const struct xg_op *op)
{
    return op->insn >> 21 & 1;
}

static enum xg_flow compare(struct xg_cpu_context *c, const struct xg_op *op, uint64_t b)
{
    int64_t x = (int64_t)RA, y = (int64_t)b;
    if (!compares_doublewords(op)) {
        x = (int32_t)x;
        y = (int32_t)y;
    }
    xg_set_crf(c, op->d >> 2, xg_cr_order(c, x<y, x> y));
    return XG_FLOW_NEXT;
}
static enum xg_flow compare_logical(struct xg_cpu_context *c, const struct xg_op *op, uint64_t b)
{
    uint64_t x = RA, y = b;
    if (!compares_doublewords(op)) {
        x = (uint32_t)x;
        y = (uint32_t)y;
    }
    xg_set_crf(c, op->d >> 2, xg_cr_order(c, x<y, x> y));
    return XG_FLOW_NEXT;
}
XG_OP(cmp)
{
    XG_OP_UNUSED;
    return compare(c, op, RB);
}
XG_OP(cmpi)
{
    XG_OP_UNUSED;
    return compare(c, op, SI);
}
XG_OP(cmpl)
{
    XG_OP_UNUSED;
    return compare_logical(c, op, RB);
}
XG_OP(cmpli)
{
    XG_OP_UNUSED;
    return compare_logical(c, op, UI);
}

/* --- condition register --- */

static uint32_t cr_bit(const struct xg_cpu_context *c, unsigned bit)
{
    return c->cr >> (31 - bit) & 1;
}

#define CRLOGIC(name, expression)                                                                  \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        uint32_t a = cr_bit(c, op->a), b = cr_bit(c, op->b);                                       \
        uint32_t bit = 1u << (31 - op->d);                                                         \
        c->cr = (expression)&1 ? c->cr | bit : c->cr & ~bit;                                       \
        return XG_FLOW_NEXT;                                                                       \
    }
CRLOGIC(crand, a &b)
CRLOGIC(crandc, a & ~b)
CRLOGIC(creqv, ~(a ^ b))
CRLOGIC(crnand, ~(a &b))
CRLOGIC(crnor, ~(a | b))
CRLOGIC(cror, a | b)
CRLOGIC(crorc, a | ~b)
CRLOGIC(crxor, a ^ b)

XG_OP(mcrf)
{
    XG_OP_UNUSED;
    xg_set_crf(c, op->d >> 2, c->cr >> (28 - 4 * (op->a >> 2)) & 15);
    return XG_FLOW_NEXT;
}
XG_OP(mcrxr)
{
    XG_OP_UNUSED;
    xg_set_crf(c, op->d >> 2, c->xer >> 28);
    c->xer &= 0x0FFFFFFF;
    return XG_FLOW_NEXT;
}
XG_OP(mfcr)
{
    XG_OP_UNUSED;
    c->gpr[op->d] = c->cr;
    return XG_FLOW_NEXT;
}
static uint32_t field_mask(uint32_t fxm)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < 8; i++)
        if (fxm >> i & 1)
            mask |= 15u << 4 * i;
    return mask;
}
/* Several fields at once are undefined; here they are all moved. */
XG_OP(mfocrf)
{
    XG_OP_UNUSED;
    c->gpr[op->d] = c->cr & field_mask(xg_field(op->insn, 12, 8));
    return XG_FLOW_NEXT;
}
XG_OP(mtcrf)
{
    XG_OP_UNUSED;
    uint32_t mask = field_mask(xg_field(op->insn, 12, 8));
    c->cr = (c->cr & ~mask) | ((uint32_t)RS & mask);
    return XG_FLOW_NEXT;
}
XG_OP(mtocrf)
{
    return xg_op_mtcrf(c, t, op);
}
