/* Vector instructions. A register holds the words in order, each in host order. */
#include "cpu/jit/build.h"

#define X (&b->x)

struct plain {
    uint32_t opcode;
    bool float_arithmetic, swap;
};

/* d = a op b by one host instruction; swap: operands the other way round. */
static bool plain_of(unsigned handler, struct plain *p)
{
#define PLAIN(name, pp, map, byte, fl, swap)                                                       \
    case XG_HANDLER_##name:                                                                        \
        *p = (struct plain){XG_X(pp, map, byte), fl, swap};                                        \
        return true;
    switch (handler) {
        PLAIN(vaddfp, XG_P0, XG_M0F, 0x58, true, false)
        PLAIN(vsubfp, XG_P0, XG_M0F, 0x5C, true, false)
        PLAIN(vmulfp128, XG_P0, XG_M0F, 0x59, true, false)
        PLAIN(vand, XG_P66, XG_M0F, 0xDB, false, false)
        PLAIN(vor, XG_P66, XG_M0F, 0xEB, false, false)
        PLAIN(vxor, XG_P66, XG_M0F, 0xEF, false, false)
        PLAIN(vandc, XG_P66, XG_M0F, 0xDF, false, true)
        PLAIN(vmrghw, XG_P66, XG_M0F, 0x62, false, false)
        PLAIN(vmrglw, XG_P66, XG_M0F, 0x6A, false, false)
        PLAIN(vaddubm, XG_P66, XG_M0F, 0xFC, false, false)
        PLAIN(vadduhm, XG_P66, XG_M0F, 0xFD, false, false)
        PLAIN(vadduwm, XG_P66, XG_M0F, 0xFE, false, false)
        PLAIN(vsububm, XG_P66, XG_M0F, 0xF8, false, false)
        PLAIN(vsubuhm, XG_P66, XG_M0F, 0xF9, false, false)
        PLAIN(vsubuwm, XG_P66, XG_M0F, 0xFA, false, false)
        PLAIN(vcmpequb, XG_P66, XG_M0F, 0x74, false, false)
        PLAIN(vcmpequh, XG_P66, XG_M0F, 0x75, false, false)
        PLAIN(vcmpequw, XG_P66, XG_M0F, 0x76, false, false)
        PLAIN(vcmpgtsb, XG_P66, XG_M0F, 0x64, false, false)
        PLAIN(vcmpgtsh, XG_P66, XG_M0F, 0x65, false, false)
        PLAIN(vcmpgtsw, XG_P66, XG_M0F, 0x66, false, false)
        PLAIN(vmaxub, XG_P66, XG_M0F, 0xDE, false, false)
        PLAIN(vminub, XG_P66, XG_M0F, 0xDA, false, false)
        PLAIN(vmaxsh, XG_P66, XG_M0F, 0xEE, false, false)
        PLAIN(vminsh, XG_P66, XG_M0F, 0xEA, false, false)
        PLAIN(vmaxsb, XG_P66, XG_M38, 0x3C, false, false)
        PLAIN(vminsb, XG_P66, XG_M38, 0x38, false, false)
        PLAIN(vmaxuh, XG_P66, XG_M38, 0x3E, false, false)
        PLAIN(vminuh, XG_P66, XG_M38, 0x3A, false, false)
        PLAIN(vmaxsw, XG_P66, XG_M38, 0x3D, false, false)
        PLAIN(vminsw, XG_P66, XG_M38, 0x39, false, false)
        PLAIN(vmaxuw, XG_P66, XG_M38, 0x3F, false, false)
        PLAIN(vminuw, XG_P66, XG_M38, 0x3B, false, false)
        PLAIN(vavgub, XG_P66, XG_M0F, 0xE0, false, false)
        PLAIN(vavguh, XG_P66, XG_M0F, 0xE3, false, false)
    default:
        return false;
    }
#undef PLAIN
}

static bool is_fma(unsigned handler)
{
    return handler == XG_HANDLER_vmaddfp || handler == XG_HANDLER_vnmsubfp ||
           handler == XG_HANDLER_vmaddfp128 || handler == XG_HANDLER_vnmsubfp128 ||
           handler == XG_HANDLER_vmaddcfp128;
}

bool xg_native_vector(const struct xg_builder *b, const struct xg_binsn *i)
{
    struct plain p;
    if (i->op.rc)
        return false;
    if (plain_of(i->handler, &p))
        return true;
    if (is_fma(i->handler))
        return b->x.level >= XG_X_AVX2;
    switch (i->handler) {
    case XG_HANDLER_vnor:
    case XG_HANDLER_vsel:
    case XG_HANDLER_vsel128:
    case XG_HANDLER_vspltw:
    case XG_HANDLER_vspltisw:
    case XG_HANDLER_vspltish:
    case XG_HANDLER_vspltisb:
    case XG_HANDLER_vperm:
        return true;
    case XG_HANDLER_vsplth:
    case XG_HANDLER_vmulesh:
    case XG_HANDLER_vmulosh:
    case XG_HANDLER_vmrghh:
    case XG_HANDLER_vmrglh:
        return true;
    case XG_HANDLER_vslw:
    case XG_HANDLER_vsrw:
    case XG_HANDLER_vsraw:
        return b->x.level >= XG_X_AVX2;
    case XG_HANDLER_vsldoi:
        return !(i->op.c & 3);
    default:
        return false;
    }
}

bool xg_vector_needs_mode(const struct xg_binsn *i)
{
    struct plain p;
    return i->treat == XG_T_NATIVE &&
           (is_fma(i->handler) || (plain_of(i->handler, &p) && p.float_arithmetic));
}

static int get(struct xg_builder *b, unsigned r, int tmp)
{
    int h = xg_home_v(b, r);
    if (h >= 0)
        return h;
    xg_x_op2(X, XG_X(0, XG_M0F, 0x10), tmp, xg_slot_v(r));
    return tmp;
}
static int target(const struct xg_builder *b, unsigned r)
{
    int h = xg_home_v(b, r);
    return h < 0 ? 0 : h;
}
static void put(struct xg_builder *b, unsigned r, int x)
{
    int h = xg_home_v(b, r);
    if (h < 0)
        xg_x_op2(X, XG_X(0, XG_M0F, 0x11), x, xg_slot_v(r));
    else
        xg_x_movaps(X, h, x);
}

/* The host prefers the NaN of a factor, the guest that of the addend to that of the second
 * factor: an addend that holds a NaN makes the interpreter do the instruction. */
static void check_addend(struct xg_builder *b, const struct xg_binsn *i, int addend, int tmp)
{
    xg_x_vex(X, XG_X(0, XG_M0F, 0xC2), tmp, addend, xg_reg(addend));
    xg_x_byte(X, 3);                                              /* unordered */
    xg_x_vex(X, XG_X(XG_P66, XG_M38, 0x17), tmp, 0, xg_reg(tmp)); /* vptest */
    xg_cold_add(b, (struct xg_cold){.kind = XG_COLD_STEP,
                                    .fix = xg_x_jcc(X, XG_NE),
                                    .insn = (int)b->at,
                                    .dirty = i->dirty,
                                    .singles = b->singles});
}

static void fused(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    unsigned addend = op->b, factor;
    bool negate = i->handler == XG_HANDLER_vnmsubfp || i->handler == XG_HANDLER_vnmsubfp128;
    if (i->handler == XG_HANDLER_vmaddfp128 || i->handler == XG_HANDLER_vnmsubfp128) {
        addend = op->d;
        factor = op->b;
    } else if (i->handler == XG_HANDLER_vmaddcfp128) {
        factor = op->d;
    } else {
        factor = op->c & 31;
    }
    int y = get(b, addend, 1);
    check_addend(b, i, y, 2);
    int d = target(b, op->d), x = get(b, op->a, 0), z = get(b, factor, 2);
    int r = d != x && (d == y || d == z) ? 0 : d;
    xg_x_movaps(X, r, x);
    xg_x_vex(X, XG_X(XG_P66, XG_M38, negate ? 0x9A : 0x98), r, y, xg_reg(z));
    if (negate) {
        xg_x_vex(X, XG_X(0, XG_M0F, 0xC2), 1, r, xg_reg(r));
        xg_x_byte(X, 7);
        xg_x_op3(X, XG_X(0, XG_M0F, 0x54), 1, 1, xg_abs(b->j->s->sign_single), 2);
        xg_x_op3(X, XG_X(0, XG_M0F, 0x57), r, r, xg_reg(1), 2);
    }
    put(b, op->d, r);
}

static void select_bits(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    int m = get(b, i->handler == XG_HANDLER_vsel ? op->c & 31u : op->d, 2);
    int x = get(b, op->a, 0);
    xg_x_op3(X, XG_X(XG_P66, XG_M0F, 0xDF), 0, m, xg_reg(x), 1); /* ~m & a */
    int y = get(b, op->b, 1);
    xg_x_op3(X, XG_X(XG_P66, XG_M0F, 0xDB), 1, y, xg_reg(m), 1);
    xg_x_op3(X, XG_X(XG_P66, XG_M0F, 0xEB), 0, 0, xg_reg(1), 2);
    put(b, op->d, 0);
}

/* Byte n of the guest is byte n ^ 3 of a host register. */
static void permute(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    struct xg_jit_state *s = b->j->s;
    int c = get(b, op->c & 31u, 0);
    xg_x_op3(X, XG_X(XG_P66, XG_M0F, 0xEF), 0, c, xg_abs(s->three), 1);
    xg_x_op3(X, XG_X(XG_P66, XG_M0F, 0xDB), 0, 0, xg_abs(s->low5), 1);
    xg_x_movaps(X, 1, get(b, op->a, 1));
    xg_x_op3(X, XG_X(XG_P66, XG_M38, 0x00), 1, 1, xg_reg(0), 2);
    xg_x_movaps(X, 2, get(b, op->b, 2));
    xg_x_op3(X, XG_X(XG_P66, XG_M38, 0x00), 2, 2, xg_reg(0), 2);
    if (X->level >= XG_X_AVX) { /* bit 4 chooses: bring it to the top */
        xg_x_vex(X, XG_X(XG_P66, XG_M0F, 0x71), 6, 0, xg_reg(0));
        xg_x_byte(X, 3);
        xg_x_vex(X, XG_X(XG_P66, XG_M3A, 0x4C), 1, 1, xg_reg(2));
        xg_x_byte(X, 0);
    } else {
        xg_x_op(X, XG_X(XG_P66, XG_M0F, 0x71), 6, xg_reg(0));
        xg_x_byte(X, 3);
        xg_x_op(X, XG_X(XG_P66, XG_M38, 0x10), 1, xg_reg(2));
    }
    put(b, op->d, 1);
}

static void splat_immediate(struct xg_builder *b, const struct xg_binsn *i)
{
    uint32_t v = (uint32_t)i->op.imm;
    if (i->handler == XG_HANDLER_vspltish)
        v = (v & 0xFFFF) * 0x10001u;
    if (i->handler == XG_HANDLER_vspltisb)
        v = (v & 0xFF) * 0x1010101u;
    int d = target(b, i->op.d);
    xg_x_movi(X, RAX, v);
    xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x6E), d, xg_reg(RAX));
    xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x70), d, xg_reg(d));
    xg_x_byte(X, 0);
    put(b, i->op.d, d);
}

/* Shift of every word by a constant: 2 logical right, 4 algebraic right, 6 left. */
static void shift_words(struct xg_builder *b, unsigned kind, int d, int s, unsigned n)
{
    if (X->level >= XG_X_AVX) {
        xg_x_vex(X, XG_X(XG_P66, XG_M0F, 0x72), (int)kind, d, xg_reg(s));
    } else {
        xg_x_movaps(X, d, s);
        xg_x_op(X, XG_X(XG_P66, XG_M0F, 0x72), (int)kind, xg_reg(d));
    }
    xg_x_byte(X, n);
}

/* Even halfwords are the upper halves of words. */
static void halfwords(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    int y = get(b, op->b, 1), x;
    unsigned n = xg_field_a(op->insn) & 7;
    switch (i->handler) {
    case XG_HANDLER_vsplth:
        xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x70), 0, xg_reg(y));
        xg_x_byte(X, (n >> 1) * 0x55);
        shift_words(b, n & 1 ? 6 : 2, 0, 0, 16);
        shift_words(b, n & 1 ? 2 : 6, 1, 0, 16);
        xg_x_op3(X, XG_X(XG_P66, XG_M0F, 0xEB), 0, 0, xg_reg(1), 2);
        break;
    case XG_HANDLER_vmulesh:
    case XG_HANDLER_vmulosh:
        x = get(b, op->a, 0);
        if (i->handler == XG_HANDLER_vmulosh) {
            shift_words(b, 6, 0, x, 16);
            shift_words(b, 6, 1, y, 16);
            x = 0;
            y = 1;
        }
        shift_words(b, 4, 0, x, 16);
        shift_words(b, 4, 1, y, 16);
        xg_x_op3(X, XG_X(XG_P66, XG_M38, 0x40), 0, 0, xg_reg(1), 2);
        break;
    default:
        x = get(b, op->a, 0);
        xg_x_op3(X, XG_X(XG_P66, XG_M0F, i->handler == XG_HANDLER_vmrghh ? 0x61 : 0x69), 1, y,
                 xg_reg(x), 2);
        xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x70), 0, xg_reg(1));
        xg_x_byte(X, 0xB1);
        break;
    }
    put(b, op->d, 0);
}

/* Each word by the low five bits of the other operand's word. */
static void variable_shift(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    unsigned byte = i->handler == XG_HANDLER_vslw   ? 0x47
                    : i->handler == XG_HANDLER_vsrw ? 0x45
                                                    : 0x46;
    shift_words(b, 6, 1, get(b, op->b, 1), 27);
    shift_words(b, 2, 1, 1, 27);
    xg_x_vex(X, XG_X(XG_P66, XG_M38, byte), 0, get(b, op->a, 0), xg_reg(1));
    put(b, op->d, 0);
}

bool xg_emit_vector(struct xg_builder *b, struct xg_binsn *i)
{
    struct plain p;
    const struct xg_op *op = &i->op;
    if (!xg_native_vector(b, i))
        return false;
    if (is_fma(i->handler)) {
        unsigned cold = b->cold_count;
        fused(b, i);
        b->cold[cold].resume = X->p;
        return true;
    }
    int d = target(b, op->d);
    if (plain_of(i->handler, &p)) {
        int x = get(b, op->a, 0), y = get(b, op->b, 1);
        if (p.float_arithmetic && d != x)
            d = 0; /* a trap finds its operands */
        if (p.swap)
            xg_x_op3(X, p.opcode, d, y, xg_reg(x), 2);
        else
            xg_x_op3(X, p.opcode, d, x, xg_reg(y), 2);
        put(b, op->d, d);
        return true;
    }
    switch (i->handler) {
    case XG_HANDLER_vnor: {
        int x = get(b, op->a, 0), y = get(b, op->b, 1);
        xg_x_op3(X, XG_X(XG_P66, XG_M0F, 0xEB), d, x, xg_reg(y), 2);
        xg_x_op3(X, XG_X(XG_P66, XG_M0F, 0xEF), d, d, xg_abs(b->j->s->ones), 2);
        put(b, op->d, d);
        return true;
    }
    case XG_HANDLER_vsel:
    case XG_HANDLER_vsel128:
        select_bits(b, i);
        return true;
    case XG_HANDLER_vspltw:
        xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x70), d, xg_reg(get(b, op->b, 0)));
        xg_x_byte(X, (xg_field_a(op->insn) & 3) * 0x55);
        put(b, op->d, d);
        return true;
    case XG_HANDLER_vsplth:
    case XG_HANDLER_vmulesh:
    case XG_HANDLER_vmulosh:
    case XG_HANDLER_vmrghh:
    case XG_HANDLER_vmrglh:
        halfwords(b, i);
        return true;
    case XG_HANDLER_vslw:
    case XG_HANDLER_vsrw:
    case XG_HANDLER_vsraw:
        variable_shift(b, i);
        return true;
    case XG_HANDLER_vperm:
        permute(b, i);
        return true;
    case XG_HANDLER_vsldoi: {
        int y = get(b, op->b, 1), x = get(b, op->a, 0);
        xg_x_op3(X, XG_X(XG_P66, XG_M3A, 0x0F), d, y, xg_reg(x), 2);
        xg_x_byte(X, op->c & 15u);
        put(b, op->d, d);
        return true;
    }
    default:
        splat_immediate(b, i);
        return true;
    }
}
