/* What the emitters of vector instructions share. A register holds the four words in
 * order, each in host order: halfword n of the guest is halfword n ^ 1 of the host, byte
 * n is byte n ^ 3. Operations inside of words need no care; what moves elements between
 * places, or joins two registers, turns the words afterwards. */
#ifndef XG_CPU_JIT_EMIT_VMX_H
#define XG_CPU_JIT_EMIT_VMX_H

#include "cpu/jit/build.h"

#define XG_V66(byte)    XG_X(XG_P66, XG_M0F, byte)
#define XG_V38(byte)    XG_X(XG_P66, XG_M38, byte)
#define XG_V3A(byte)    XG_X(XG_P66, XG_M3A, byte)
#define XG_VPS(byte)    XG_X(XG_P0, XG_M0F, byte)
#define XG_VK(b, which) xg_abs((b)->j->s->k[which])
#define XG_ROTATE_DWORD 0xB1 /* shuffle that swaps neighbours */

enum xg_v_shift { XG_VS_RIGHT = 2, XG_VS_ARITHMETIC = 4, XG_VS_LEFT = 6 };
enum xg_v_size { XG_VS_HALF = 0x71, XG_VS_WORD = 0x72, XG_VS_LONG = 0x73 };

static inline bool xg_v_has(const struct xg_bits *s, unsigned r)
{
    return s->v[r >> 6] >> (r & 63) & 1;
}

/* A vector register in a host register: its home, or loaded into tmp. */
static inline int xg_v_get(struct xg_builder *b, unsigned r, int tmp)
{
    int h = xg_home_v(b, r);
    if (h >= 0)
        return h;
    xg_x_op2(&b->x, XG_VPS(0x28), tmp, xg_slot_v(r));
    return tmp;
}
/* A copy in tmp that may be changed. */
static inline void xg_v_copy(struct xg_builder *b, unsigned r, int tmp)
{
    xg_x_movaps(&b->x, tmp, xg_v_get(b, r, tmp));
}
/* As an operand: its home or its place in the context, which is aligned. */
static inline struct xg_rm xg_v_src(const struct xg_builder *b, unsigned r)
{
    int h = xg_home_v(b, r);
    return h >= 0 ? xg_reg(h) : xg_slot_v(r);
}
static inline int xg_v_target(const struct xg_builder *b, unsigned r)
{
    int h = xg_home_v(b, r);
    return h < 0 ? 0 : h;
}
static inline void xg_v_put(struct xg_builder *b, unsigned r, int x)
{
    int h = xg_home_v(b, r);
    if (h < 0)
        xg_x_op2(&b->x, XG_VPS(0x29), x, xg_slot_v(r));
    else
        xg_x_movaps(&b->x, h, x);
}

/* d = a op s; below AVX d must not be s unless it is a too. */
static inline void xg_v_op(struct xg_builder *b, uint32_t opcode, int d, int a, int s)
{
    xg_x_op3(&b->x, opcode, d, a, xg_reg(s), -1);
}
/* d = d op (d, s) */
static inline void xg_v_in(struct xg_builder *b, uint32_t opcode, int d, int s)
{
    xg_x_op3(&b->x, opcode, d, d, xg_reg(s), -1);
}
/* d = d op constant */
static inline void xg_v_with(struct xg_builder *b, uint32_t opcode, int d, enum xg_jit_constant k)
{
    xg_x_op3(&b->x, opcode, d, d, XG_VK(b, k), -1);
}
static inline void xg_v_load(struct xg_builder *b, int d, enum xg_jit_constant k)
{
    xg_x_op2(&b->x, XG_VPS(0x28), d, XG_VK(b, k));
}
/* d = s shuffled by imm (pshufd 66, pshuflw F2, pshufhw F3; roundps 3A 08). */
static inline void xg_v_imm(struct xg_builder *b, uint32_t opcode, int d, int s, unsigned imm)
{
    xg_x_op2(&b->x, opcode, d, xg_reg(s));
    xg_x_byte(&b->x, imm);
}
static inline void xg_v_shift(struct xg_builder *b, enum xg_v_size size, unsigned kind, int d,
                              int s, unsigned n)
{
    if (b->x.level >= XG_X_AVX) {
        xg_x_vex(&b->x, XG_V66((unsigned)size), (int)kind, d, xg_reg(s));
    } else {
        xg_x_movaps(&b->x, d, s);
        xg_x_op(&b->x, XG_V66((unsigned)size), (int)kind, xg_reg(d));
    }
    xg_x_byte(&b->x, n);
}
/* d = xmm0's top bits choose: s where set, d where clear. */
static inline void xg_v_blend(struct xg_builder *b, int d, int s)
{
    if (b->x.level >= XG_X_AVX) {
        xg_x_vex_imm(&b->x, XG_V3A(0x4C), d, d, xg_reg(s), 0);
    } else {
        xg_x_op(&b->x, XG_V38(0x10), d, xg_reg(s));
    }
}
static inline void xg_v_ptest(struct xg_builder *b, int x, struct xg_rm mask)
{
    xg_x_op2(&b->x, XG_V38(0x17), x, mask);
}
static inline void xg_setcc(struct xg_builder *b, unsigned cc, int r)
{
    xg_x_op(&b->x, XG_X(0, XG_M0F, 0x90 | cc) | XG_X8, 0, xg_reg(r));
}
/* VSCR[SAT] stays set or becomes the byte register. */
static inline void xg_v_saturated(struct xg_builder *b, int r)
{
    xg_x_op(&b->x, XG_X(0, 0, 0x08) | XG_X8, r, XG_CTX(vscr));
}
/* Not ZF sets VSCR[SAT]. */
static inline void xg_v_saturated_if_ne(struct xg_builder *b)
{
    xg_setcc(b, XG_NE, RAX);
    xg_v_saturated(b, RAX);
}

/* Saturating sums of words (emit_lanes.c). */
void xg_v_add_unsigned_words(struct xg_builder *b, struct xg_rm y);
void xg_v_add_signed_words(struct xg_builder *b, struct xg_rm y, bool subtract);
/* CR6 of a compare whose result is in x. */
void xg_v_record(struct xg_builder *b, const struct xg_binsn *i, int x);

/* Which of the files does it: each tells whether it knows the handler. */
bool xg_native_lanes(const struct xg_builder *b, const struct xg_binsn *i);
bool xg_emit_lanes(struct xg_builder *b, struct xg_binsn *i);
bool xg_native_sums(const struct xg_binsn *i);
bool xg_emit_sums(struct xg_builder *b, struct xg_binsn *i);
bool xg_native_moves(const struct xg_binsn *i);
bool xg_emit_moves(struct xg_builder *b, struct xg_binsn *i);
bool xg_native_vfloat(const struct xg_builder *b, const struct xg_binsn *i);
bool xg_emit_vfloat(struct xg_builder *b, struct xg_binsn *i);
#endif
