/* Vector instructions that move elements: merges, splats, permutes, packs and unpacks,
 * shifts of the whole register. */
#include "cpu/jit/emit_vmx.h"

#define X (&b->x)

enum {
    PSHUFD = XG_V66(0x70),
    PSHUFB = XG_V38(0x00),
    POR = XG_V66(0xEB),
    PAND = XG_V66(0xDB),
    PADDB = XG_V66(0xFC)
};
#define PSHUFLW XG_X(XG_PF2, XG_M0F, 0x70)

/* ---- merges and splats ---- */

/* The host takes the second operand first; every second word then comes back. */
static void merge(struct xg_builder *b, const struct xg_op *op, unsigned opcode)
{
    xg_v_copy(b, op->b, 0);
    xg_x_op3(X, XG_V66(opcode), 0, 0, xg_v_src(b, op->a), -1);
    int d = xg_v_target(b, op->d);
    xg_v_imm(b, PSHUFD, d, 0, XG_ROTATE_DWORD);
    xg_v_put(b, op->d, d);
}
static void splat(struct xg_builder *b, const struct xg_binsn *i)
{
    unsigned n = xg_field_a(i->op.insn);
    int d = xg_v_target(b, i->op.d);
    if (i->handler == XG_HANDLER_vspltw) {
        xg_x_op2(X, PSHUFD, d, xg_v_src(b, i->op.b));
        xg_x_byte(X, (n & 3) * 0x55);
    } else {
        const uint8_t *control = i->handler == XG_HANDLER_vspltb ? b->j->s->splat_byte[n & 15]
                                                                 : b->j->s->splat_half[n & 7];
        xg_v_copy(b, i->op.b, d);
        xg_x_op3(X, PSHUFB, d, d, xg_abs(control), -1);
    }
    xg_v_put(b, i->op.d, d);
}
static void splat_immediate(struct xg_builder *b, const struct xg_binsn *i)
{
    uint32_t v = (uint32_t)i->op.imm;
    if (i->handler == XG_HANDLER_vspltish)
        v = (v & 0xFFFF) * 0x10001u;
    if (i->handler == XG_HANDLER_vspltisb)
        v = (v & 0xFF) * 0x1010101u;
    int d = xg_v_target(b, i->op.d);
    if (v == 0) {
        xg_x_op3(X, XG_VPS(0x57), d, d, xg_reg(d), -1);
    } else if (v == ~0u) {
        xg_x_op3(X, XG_V66(0x76), d, d, xg_reg(d), -1);
    } else {
        xg_x_movi(X, RAX, v);
        xg_x_op2(X, XG_V66(0x6E), d, xg_reg(RAX));
        xg_v_imm(b, PSHUFD, d, d, 0);
    }
    xg_v_put(b, i->op.d, d);
}

/* ---- permutes ---- */

/* xmm0: controls of the host's order, 0 to 31; bit 4 takes bytes of the second register. */
static void permute_by_mask(struct xg_builder *b, const struct xg_op *op)
{
    int d = xg_v_target(b, op->d);
    if (d == 0 || d == xg_home_v(b, op->b))
        d = 1;
    xg_x_evex(X, XG_V38(0x26), 1, 0, XG_VK(b, XG_K_BYTE_F0), 0); /* vptestmb */
    xg_x_op3(X, PSHUFB, d, xg_v_get(b, op->a, 2), xg_reg(0), -1);
    xg_x_evex(X, PSHUFB, d, xg_v_get(b, op->b, 2), xg_reg(0), 1);
    xg_v_put(b, op->d, d);
}
/* Byte n of the guest is byte n ^ 3 of a host register. */
static void permute(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    int c = xg_v_get(b, op->c & 31u, 0);
    xg_x_op3(X, XG_V66(0xEF), 0, c, XG_VK(b, XG_K_THREES), -1);
    if (op->a == op->b) { /* bit 4 chooses between equals */
        xg_v_with(b, PAND, 0, XG_K_BYTE_15);
        xg_v_copy(b, op->a, 1);
        xg_v_in(b, PSHUFB, 1, 0);
        xg_v_put(b, op->d, 1);
        return;
    }
    if (!xg_v_has(&b->controls, op->c & 31u))
        xg_v_with(b, PAND, 0, XG_K_BYTE_31);
    if (X->level >= XG_X_AVX512) {
        permute_by_mask(b, op);
        return;
    }
    /* A control with its top bit set makes a zero: 16 to 31 in the one, 0 to 15 in the other. */
    xg_x_op3(X, PADDB, 1, 0, XG_VK(b, XG_K_BYTE_70), -1);
    xg_v_with(b, PADDB, 0, XG_K_BYTE_F0);
    if (X->level >= XG_X_AVX) {
        xg_x_op3(X, PSHUFB, 1, xg_v_get(b, op->a, 2), xg_reg(1), -1);
        xg_x_op3(X, PSHUFB, 0, xg_v_get(b, op->b, 2), xg_reg(0), -1);
        int d = xg_v_target(b, op->d);
        xg_x_op3(X, POR, d, 0, xg_reg(1), -1);
        xg_v_put(b, op->d, d);
        return;
    }
    xg_v_copy(b, op->a, 2);
    xg_v_in(b, PSHUFB, 2, 1);
    xg_v_copy(b, op->b, 1);
    xg_v_in(b, PSHUFB, 1, 0);
    xg_v_in(b, POR, 1, 2);
    xg_v_put(b, op->d, 1);
}

/* d = the words of a and b in a row, from word n on. */
static void words_from(struct xg_builder *b, const struct xg_op *op, int d, unsigned n)
{
    if (n == 0 || n == 4) {
        xg_v_copy(b, n ? op->b : op->a, d);
        return;
    }
    xg_v_copy(b, op->b, d);
    if (op->a == op->b) {
        static const uint8_t around[4] = {0xE4, 0x39, 0x4E, 0x93};
        xg_v_imm(b, PSHUFD, d, d, around[n]);
        return;
    }
    xg_x_op3(X, XG_V3A(0x0F), d, d, xg_v_src(b, op->a), -1);
    xg_x_byte(X, 4 * n);
}
static void shift_double(struct xg_builder *b, const struct xg_op *op)
{
    unsigned n = op->c >> 2 & 3, bits = 8 * (op->c & 3u);
    words_from(b, op, 0, n);
    if (bits) {
        words_from(b, op, 1, n + 1);
        xg_v_shift(b, XG_VS_WORD, XG_VS_LEFT, 0, 0, bits);
        xg_v_shift(b, XG_VS_WORD, XG_VS_RIGHT, 1, 1, 32 - bits);
        xg_v_in(b, POR, 0, 1);
    }
    xg_v_put(b, op->d, 0);
}

static void permute_words(struct xg_builder *b, const struct xg_op *op)
{
    unsigned imm = 0;
    for (unsigned k = 0; k < 4; k++)
        imm |= ((unsigned)op->imm >> (6 - 2 * k) & 3) << 2 * k;
    int d = xg_v_target(b, op->d);
    xg_x_op2(X, PSHUFD, d, xg_v_src(b, op->b));
    xg_x_byte(X, imm);
    xg_v_put(b, op->d, d);
}
static void rotate_and_insert(struct xg_builder *b, const struct xg_op *op)
{
    unsigned imm = 0, mask = 0, which = xg_field_a(op->insn);
    for (unsigned k = 0; k < 4; k++) {
        imm |= ((k + op->c) & 3u) << 2 * k;
        mask |= (which >> (3 - k) & 1) << k;
    }
    xg_x_op2(X, PSHUFD, 1, xg_v_src(b, op->b));
    xg_x_byte(X, imm);
    int d = xg_v_get(b, op->d, 0);
    xg_x_op3_imm(X, XG_V3A(0x0C), d, d, xg_reg(1), -1, mask);
    xg_v_put(b, op->d, d);
}

/* ---- packs ---- */

struct packing {
    uint32_t opcode;
    uint8_t low, bias, over; /* constants: kept bits, added before the test, bits beyond */
    uint8_t cap;             /* the greatest value, for unsigned sources */
};
static bool packing_of(unsigned handler, struct packing *p)
{
#define CASE(name, ...)                                                                            \
    case XG_HANDLER_##name:                                                                        \
        *p = (struct packing){__VA_ARGS__};                                                        \
        return true;
    switch (handler) {
        CASE(vpkuhum, XG_V66(0x67), .low = XG_K_HALF_FF)
        CASE(vpkuwum, XG_V38(0x2B), .low = XG_K_WORD_FFFF)
        CASE(vpkuhus, XG_V66(0x67), .over = XG_K_HALF_FF00, .cap = XG_K_HALF_FF)
        CASE(vpkuwus, XG_V38(0x2B), .over = XG_K_WORD_FFFF0000, .cap = XG_K_WORD_FFFF)
        CASE(vpkshus, XG_V66(0x67), .over = XG_K_HALF_FF00)
        CASE(vpkswus, XG_V38(0x2B), .over = XG_K_WORD_FFFF0000)
        CASE(vpkshss, XG_V66(0x63), .over = XG_K_HALF_FF00, .bias = XG_K_HALF_80)
        CASE(vpkswss, XG_V66(0x6B), .over = XG_K_WORD_FFFF0000, .bias = XG_K_WORD_8000)
    default:
        return false;
    }
#undef CASE
}
/* xmm0 = xmm0 and xmm1 packed, the halves of each word in the guest's order. */
static void packed(struct xg_builder *b, uint32_t opcode)
{
    xg_v_in(b, opcode, 0, 1);
    xg_v_with(b, PSHUFB, 0, XG_K_TURN_WORDS);
}
static void pack(struct xg_builder *b, const struct xg_op *op, const struct packing *p)
{
    bool words = p->opcode == XG_V38(0x2B) || p->opcode == XG_V66(0x6B);
    xg_v_copy(b, op->a, 0);
    xg_v_copy(b, op->b, 1);
    if (p->low) {
        xg_v_with(b, PAND, 0, p->low);
        xg_v_with(b, PAND, 1, p->low);
    } else {
        for (int x = 0; x < 2; x++) {
            int t = x;
            if (p->bias) {
                xg_x_movaps(X, 2, x);
                xg_v_with(b, words ? XG_V66(0xFE) : XG_V66(0xFD), 2, p->bias);
                t = 2;
            }
            xg_v_ptest(b, t, XG_VK(b, p->over));
            xg_v_saturated_if_ne(b);
        }
    }
    if (p->cap) {
        uint32_t least = words ? XG_V38(0x3B) : XG_V38(0x3A);
        xg_v_with(b, least, 0, p->cap);
        xg_v_with(b, least, 1, p->cap);
    }
    packed(b, p->opcode);
    xg_v_put(b, op->d, 0);
}
/* 8:8:8:8 of x to 1:5:5:5 in the low half of each word. */
static void pixels_of(struct xg_builder *b, int x)
{
    static const uint8_t shift[3] = {9, 6, 3},
                         mask[3] = {XG_K_PIXEL_HIGH, XG_K_PIXEL_MIDDLE, XG_K_WORD_31};
    for (unsigned k = 0; k < 3; k++) {
        xg_v_shift(b, XG_VS_WORD, XG_VS_RIGHT, 2, x, shift[k]);
        xg_v_with(b, PAND, 2, mask[k]);
        if (k == 0) {
            xg_x_op2(X, XG_VPS(0x29), 2, xg_abs(b->j->s->spill));
        } else {
            xg_x_op3(X, POR, 2, 2, xg_abs(b->j->s->spill), -1);
            xg_x_op2(X, XG_VPS(0x29), 2, xg_abs(b->j->s->spill));
        }
    }
    xg_x_movaps(X, x, 2);
}
static void pack_pixels(struct xg_builder *b, const struct xg_op *op)
{
    xg_v_copy(b, op->a, 0);
    xg_v_copy(b, op->b, 1);
    pixels_of(b, 0);
    pixels_of(b, 1);
    packed(b, XG_V38(0x2B));
    xg_v_put(b, op->d, 0);
}

/* ---- unpacks ---- */

/* The wanted half in the low quadword of xmm0, its words turned. */
static void unpacked(struct xg_builder *b, const struct xg_op *op, bool low, uint32_t widen)
{
    int y = xg_v_get(b, op->b, 0);
    if (low) {
        xg_v_imm(b, PSHUFD, 0, y, 0xEE);
        y = 0;
    }
    xg_v_imm(b, PSHUFLW, 0, y, XG_ROTATE_DWORD);
    xg_x_op2(X, widen, 0, xg_reg(0));
}
static void unpack_pixels(struct xg_builder *b, const struct xg_op *op, bool low)
{
    unpacked(b, op, low, XG_V38(0x33));
    xg_v_shift(b, XG_VS_WORD, XG_VS_LEFT, 1, 0, 16);
    xg_v_shift(b, XG_VS_WORD, XG_VS_ARITHMETIC, 1, 1, 31);
    xg_v_shift(b, XG_VS_WORD, XG_VS_LEFT, 1, 1, 24);
    xg_v_shift(b, XG_VS_WORD, XG_VS_LEFT, 2, 0, 6);
    xg_v_with(b, PAND, 2, XG_K_PIXEL_16);
    xg_v_in(b, POR, 1, 2);
    xg_v_shift(b, XG_VS_WORD, XG_VS_LEFT, 2, 0, 3);
    xg_v_with(b, PAND, 2, XG_K_PIXEL_8);
    xg_v_in(b, POR, 1, 2);
    xg_v_with(b, PAND, 0, XG_K_WORD_31);
    xg_v_in(b, POR, 0, 1);
    xg_v_put(b, op->d, 0);
}

/* ---- shifts of the whole register by the last byte of b ---- */

static void shift_octets(struct xg_builder *b, const struct xg_op *op, bool left)
{
    const uint8_t *table = left ? b->j->s->octets_left[0] : b->j->s->octets_right[0];
    int y = xg_v_get(b, op->b, 1);
    xg_x_op2(X, XG_V3A(0x16), y, xg_reg(RAX));
    xg_x_byte(X, 3);
    xg_x_alui(X, XG_AND, false, xg_reg(RAX), 0x78);
    xg_x_alu(X, XG_ADD, false, RAX, xg_reg(RAX));
    xg_v_copy(b, op->a, 0);
    xg_x_op3(X, PSHUFB, 0, 0, xg_at(RAX, (int32_t)(uintptr_t)table), -1);
    xg_v_put(b, op->d, 0);
}
/* Every word by n bits, and the n bits of its neighbour. */
static void shift_bits(struct xg_builder *b, const struct xg_op *op, bool left)
{
    int y = xg_v_get(b, op->b, 1);
    xg_x_op2(X, XG_V3A(0x16), y, xg_reg(RAX));
    xg_x_byte(X, 3);
    xg_x_alui(X, XG_AND, false, xg_reg(RAX), 7);
    xg_x_op2(X, XG_V66(0x6E), 2, xg_reg(RAX));
    xg_v_copy(b, op->a, 0);
    xg_v_shift(b, XG_VS_LONG, left ? 3 : 7, 1, 0, 4); /* the neighbours, a zero at the end */
    xg_v_in(b, XG_V66(left ? 0xF2 : 0xD2), 0, 2);
    xg_x_movi(X, RCX, 32);
    xg_x_alu(X, XG_SUB, false, RCX, xg_reg(RAX));
    xg_x_op2(X, XG_V66(0x6E), 2, xg_reg(RCX));
    xg_v_in(b, XG_V66(left ? 0xD2 : 0xF2), 1, 2);
    xg_v_in(b, POR, 0, 1);
    xg_v_put(b, op->d, 0);
}

/* ---- which ---- */

bool xg_native_moves(const struct xg_binsn *i)
{
    struct packing p;
    if (packing_of(i->handler, &p))
        return true;
    switch (i->handler) {
    case XG_HANDLER_vmrghb:
    case XG_HANDLER_vmrghh:
    case XG_HANDLER_vmrglb:
    case XG_HANDLER_vmrglh:
    case XG_HANDLER_vspltb:
    case XG_HANDLER_vsplth:
    case XG_HANDLER_vspltw:
    case XG_HANDLER_vspltisb:
    case XG_HANDLER_vspltish:
    case XG_HANDLER_vspltisw:
    case XG_HANDLER_vperm:
    case XG_HANDLER_vsldoi:
    case XG_HANDLER_vpermwi128:
    case XG_HANDLER_vrlimi128:
    case XG_HANDLER_vpkpx:
    case XG_HANDLER_vupkhsb:
    case XG_HANDLER_vupklsb:
    case XG_HANDLER_vupkhsh:
    case XG_HANDLER_vupklsh:
    case XG_HANDLER_vupkhpx:
    case XG_HANDLER_vupklpx:
    case XG_HANDLER_vsl:
    case XG_HANDLER_vsr:
    case XG_HANDLER_vslo:
    case XG_HANDLER_vsro:
    case XG_HANDLER_mfvscr:
        return true;
    default:
        return false;
    }
}

bool xg_emit_moves(struct xg_builder *b, struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    struct packing p;
    if (packing_of(i->handler, &p)) {
        pack(b, op, &p);
        return true;
    }
    switch (i->handler) {
    case XG_HANDLER_vmrghb:
        merge(b, op, 0x60);
        return true;
    case XG_HANDLER_vmrghh:
        merge(b, op, 0x61);
        return true;
    case XG_HANDLER_vmrglb:
        merge(b, op, 0x68);
        return true;
    case XG_HANDLER_vmrglh:
        merge(b, op, 0x69);
        return true;
    case XG_HANDLER_vspltb:
    case XG_HANDLER_vsplth:
    case XG_HANDLER_vspltw:
        splat(b, i);
        return true;
    case XG_HANDLER_vspltisb:
    case XG_HANDLER_vspltish:
    case XG_HANDLER_vspltisw:
        splat_immediate(b, i);
        return true;
    case XG_HANDLER_vperm:
        permute(b, i);
        return true;
    case XG_HANDLER_vsldoi:
        shift_double(b, op);
        return true;
    case XG_HANDLER_vpermwi128:
        permute_words(b, op);
        return true;
    case XG_HANDLER_vrlimi128:
        rotate_and_insert(b, op);
        return true;
    case XG_HANDLER_vpkpx:
        pack_pixels(b, op);
        return true;
    case XG_HANDLER_vupkhsb:
    case XG_HANDLER_vupklsb:
        unpacked(b, op, i->handler == XG_HANDLER_vupklsb, XG_V38(0x20));
        xg_v_put(b, op->d, 0);
        return true;
    case XG_HANDLER_vupkhsh:
    case XG_HANDLER_vupklsh:
        unpacked(b, op, i->handler == XG_HANDLER_vupklsh, XG_V38(0x23));
        xg_v_put(b, op->d, 0);
        return true;
    case XG_HANDLER_vupkhpx:
    case XG_HANDLER_vupklpx:
        unpack_pixels(b, op, i->handler == XG_HANDLER_vupklpx);
        return true;
    case XG_HANDLER_vsl:
    case XG_HANDLER_vsr:
        shift_bits(b, op, i->handler == XG_HANDLER_vsl);
        return true;
    case XG_HANDLER_vslo:
    case XG_HANDLER_vsro:
        shift_octets(b, op, i->handler == XG_HANDLER_vslo);
        return true;
    case XG_HANDLER_mfvscr: /* at the right, zeros before it */
        xg_x_op2(X, XG_V66(0x6E), 0, XG_CTX(vscr));
        xg_v_shift(b, XG_VS_LONG, 7, 0, 0, 12);
        xg_v_put(b, op->d, 0);
        return true;
    default:
        return false;
    }
}
