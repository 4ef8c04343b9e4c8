/* Integer instructions. */
#include "cpu/jit/emit_int.h"

#define STATE(field) xg_abs(&b->j->s->field)
#define X            (&b->x)

static bool wraps(const struct xg_op *op)
{
    return op->c > xg_field(op->insn, 1, 5);
}

bool xg_native_integer(const struct xg_builder *b, const struct xg_binsn *i)
{
    (void)b;
    if (i->info->flags & XG_INSN_PRIV)
        return false;
    switch (i->handler) {
    case XG_HANDLER_add:
    case XG_HANDLER_addc:
    case XG_HANDLER_adde:
    case XG_HANDLER_addme:
    case XG_HANDLER_addze:
    case XG_HANDLER_addi:
    case XG_HANDLER_addis:
    case XG_HANDLER_addic:
    case XG_HANDLER_addic_rec:
    case XG_HANDLER_subf:
    case XG_HANDLER_subfc:
    case XG_HANDLER_subfe:
    case XG_HANDLER_subfme:
    case XG_HANDLER_subfze:
    case XG_HANDLER_subfic:
    case XG_HANDLER_neg:
    case XG_HANDLER_mulli:
    case XG_HANDLER_mullw:
    case XG_HANDLER_mulld:
    case XG_HANDLER_mulhw:
    case XG_HANDLER_mulhwu:
    case XG_HANDLER_mulhd:
    case XG_HANDLER_mulhdu:
    case XG_HANDLER_divw:
    case XG_HANDLER_divwu:
    case XG_HANDLER_divd:
    case XG_HANDLER_divdu:
    case XG_HANDLER_and:
    case XG_HANDLER_or:
    case XG_HANDLER_xor:
    case XG_HANDLER_andc:
    case XG_HANDLER_orc:
    case XG_HANDLER_nand:
    case XG_HANDLER_nor:
    case XG_HANDLER_eqv:
    case XG_HANDLER_ori:
    case XG_HANDLER_oris:
    case XG_HANDLER_xori:
    case XG_HANDLER_xoris:
    case XG_HANDLER_andi:
    case XG_HANDLER_andis:
    case XG_HANDLER_extsb:
    case XG_HANDLER_extsh:
    case XG_HANDLER_extsw:
    case XG_HANDLER_cntlzw:
    case XG_HANDLER_cntlzd:
    case XG_HANDLER_rlwinm:
    case XG_HANDLER_rldicl:
    case XG_HANDLER_rldicr:
    case XG_HANDLER_rldic:
    case XG_HANDLER_rldimi:
    case XG_HANDLER_slw:
    case XG_HANDLER_srw:
    case XG_HANDLER_sraw:
    case XG_HANDLER_srawi:
    case XG_HANDLER_srad:
    case XG_HANDLER_sradi:
    case XG_HANDLER_cmp:
    case XG_HANDLER_cmpi:
    case XG_HANDLER_cmpl:
    case XG_HANDLER_cmpli:
    case XG_HANDLER_barrier:
    case XG_HANDLER_cache_hint:
    case XG_HANDLER_sld:
    case XG_HANDLER_srd:
    case XG_HANDLER_rldcl:
    case XG_HANDLER_rldcr:
        return true;
    case XG_HANDLER_tw:
    case XG_HANDLER_twi:
    case XG_HANDLER_td:
    case XG_HANDLER_tdi:
        return i->op.d != 31; /* always: the interpreter */
    case XG_HANDLER_rlwimi:
    case XG_HANDLER_rlwnm:
        return !wraps(&i->op);
    case XG_HANDLER_mfspr:
    case XG_HANDLER_mtspr:
        return i->op.imm == 8 || i->op.imm == 9 || i->op.imm == 256;
    default:
        return false;
    }
}

static void set_ca(struct xg_builder *b, unsigned cc)
{
    xg_x_op(X, XG_X(0, XG_M0F, 0x90 | cc) | XG_X8, 0, xg_reg(RCX));
    xg_x_op(X, XG_X(0, XG_M0F, 0xB6) | XG_X8, RCX, xg_reg(RCX));
    xg_x_store(X, false, RCX, STATE(ca));
}
static void not_(struct xg_builder *b, bool w, int r)
{
    xg_x_op(X, XG_X(0, 0, 0xF7) | (w ? XG_XW : 0), 2, xg_reg(r));
}
static void imul(struct xg_builder *b, int d, struct xg_rm s)
{
    xg_x_op(X, XG_X(0, XG_M0F, 0xAF) | XG_XW, d, s);
}

/* ---- sums ---- */

static void add(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    int h = xg_dst(b, op->d, RAX), ha = xg_home_g(b, op->a), hb = xg_home_g(b, op->b);
    if (ha >= 0 && hb >= 0 && h != ha && h != hb) {
        xg_x_lea(X, true, h, xg_indexed(ha, hb, 0));
    } else if (h == hb) {
        xg_x_alu(X, XG_ADD, true, h, xg_src(b, op->a));
    } else {
        xg_x_mov(X, true, h, xg_src(b, op->a));
        xg_x_alu(X, XG_ADD, true, h, xg_src(b, op->b));
    }
    xg_i_finish(b, i, op->d, h);
}
static void subf(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    int h = xg_dst(b, op->d, RAX);
    if (h == xg_home_g(b, op->a))
        h = RAX;
    xg_x_mov(X, true, h, xg_src(b, op->b));
    xg_x_alu(X, XG_SUB, true, h, xg_src(b, op->a));
    xg_i_finish(b, i, op->d, h);
}
static void add_imm(struct xg_builder *b, const struct xg_binsn *i, int32_t imm, bool zero)
{
    const struct xg_op *op = &i->op;
    int h = xg_dst(b, op->d, RAX), ha;
    if (xg_home_g(b, op->d) < 0 && !xg_i_records(i) &&
        (zero || op->d == op->a)) { /* in its place */
        if (zero)
            xg_x_storei(X, true, xg_slot_g(op->d), imm);
        else
            xg_x_alui(X, XG_ADD, true, xg_slot_g(op->d), imm);
        return;
    }
    if (zero) {
        xg_x_movi(X, h, (uint64_t)(int64_t)imm);
    } else if (h == (ha = xg_home_g(b, op->a))) {
        xg_x_alui(X, XG_ADD, true, xg_reg(h), imm);
    } else if (ha >= 0) {
        xg_x_lea(X, true, h, xg_at(ha, imm));
    } else {
        xg_x_mov(X, true, h, xg_slot_g(op->a));
        xg_x_alui(X, XG_ADD, true, xg_reg(h), imm);
    }
    xg_i_finish(b, i, op->d, h);
}
/* CA of a + imm and a + b, by the low words. */
static void carry_of_imm(struct xg_builder *b, const struct xg_binsn *i)
{
    if (!xg_i_ca_live(i))
        return;
    xg_x_mov(X, false, RCX, xg_src(b, i->op.a));
    xg_x_alui(X, XG_ADD, false, xg_reg(RCX), i->op.imm);
    set_ca(b, XG_B);
}
static void addc(struct xg_builder *b, const struct xg_binsn *i)
{
    if (xg_i_ca_live(i)) {
        xg_x_mov(X, false, RCX, xg_src(b, i->op.a));
        xg_x_alu(X, XG_ADD, false, RCX, xg_src(b, i->op.b));
        set_ca(b, XG_B);
    }
    add(b, i);
}
static void subfc(struct xg_builder *b, const struct xg_binsn *i)
{
    if (xg_i_ca_live(i)) {
        xg_x_mov(X, false, RCX, xg_src(b, i->op.b));
        xg_x_alu(X, XG_CMP, false, RCX, xg_src(b, i->op.a));
        set_ca(b, XG_AE);
    }
    subf(b, i);
}
static void subfic(struct xg_builder *b, const struct xg_binsn *i)
{
    xg_x_movi(X, RAX, (uint64_t)(int64_t)i->op.imm);
    if (xg_i_ca_live(i)) {
        xg_x_alu(X, XG_CMP, false, RAX, xg_src(b, i->op.a));
        set_ca(b, XG_AE);
    }
    xg_x_alu(X, XG_SUB, true, RAX, xg_src(b, i->op.a));
    xg_i_finish(b, i, i->op.d, RAX);
}
/* a + other + CA, a complemented for the subtractions; other is rb, 0 or -1. */
static void extended(struct xg_builder *b, const struct xg_binsn *i, bool complement, bool reg,
                     int32_t other)
{
    xg_x_mov(X, true, RAX, xg_src(b, i->op.a));
    if (complement)
        not_(b, true, RAX);
    xg_x_mov(X, false, RCX, xg_reg(RAX));
    xg_x_mov(X, false, RDX, STATE(ca));
    xg_x_alu(X, XG_ADD, true, RAX, xg_reg(RDX));
    if (reg)
        xg_x_alu(X, XG_ADD, true, RAX, xg_src(b, i->op.b));
    else
        xg_x_alui(X, XG_ADD, true, xg_reg(RAX), other);
    if (xg_i_ca_live(i)) {
        xg_x_alui(X, XG_ADD, false, xg_reg(RDX), -1); /* carry := CA */
        if (reg)
            xg_x_alu(X, XG_ADC, false, RCX, xg_src(b, i->op.b));
        else
            xg_x_alui(X, XG_ADC, false, xg_reg(RCX), other);
        set_ca(b, XG_B);
    }
    xg_i_finish(b, i, i->op.d, RAX);
}

/* ---- products and quotients ---- */

static void multiply_words(struct xg_builder *b, const struct xg_binsn *i)
{
    bool is_unsigned = i->handler == XG_HANDLER_mulhwu;
    if (is_unsigned) {
        xg_x_mov(X, false, RAX, xg_src(b, i->op.a));
        xg_x_mov(X, false, RCX, xg_src(b, i->op.b));
    } else {
        xg_i_movsxd(b, RAX, xg_src(b, i->op.a));
        xg_i_movsxd(b, RCX, xg_src(b, i->op.b));
    }
    imul(b, RAX, xg_reg(RCX));
    if (i->handler != XG_HANDLER_mullw)
        xg_x_shift(X, is_unsigned ? XG_SHR : XG_SAR, true, RAX, 32);
    xg_i_finish(b, i, i->op.d, RAX);
}
static void multiply_high(struct xg_builder *b, const struct xg_binsn *i)
{
    xg_x_mov(X, true, RAX, xg_src(b, i->op.a));
    xg_x_op(X, XG_X(0, 0, 0xF7) | XG_XW, i->handler == XG_HANDLER_mulhd ? 5 : 4,
            xg_src(b, i->op.b));
    xg_i_finish(b, i, i->op.d, RDX);
}
/* Quotients that do not exist are the interpreter's. */
static void divide(struct xg_builder *b, const struct xg_binsn *i)
{
    bool wide = i->handler == XG_HANDLER_divd || i->handler == XG_HANDLER_divdu,
         is_signed = i->handler == XG_HANDLER_divw || i->handler == XG_HANDLER_divd;
    uint32_t w = wide ? XG_XW : 0;
    struct xg_cold cold = {
        .kind = XG_COLD_STEP, .insn = (int)b->at, .dirty = i->dirty, .singles = b->singles};
    xg_x_mov(X, wide, RAX, xg_src(b, i->op.a));
    xg_x_mov(X, wide, RCX, xg_src(b, i->op.b));
    if (is_signed) {
        xg_x_lea(X, wide, RDX, xg_at(RCX, 1));
        xg_x_alui(X, XG_CMP, wide, xg_reg(RDX), 1);
        cold.fix = xg_x_jcc(X, XG_BE);
        if (wide)
            xg_x_byte(X, 0x48);
        xg_x_byte(X, 0x99); /* cdq, cqo */
    } else {
        xg_x_op(X, XG_X(0, 0, 0x85) | w, RCX, xg_reg(RCX));
        cold.fix = xg_x_jcc(X, XG_E);
        xg_x_alu(X, XG_XOR, false, RDX, xg_reg(RDX));
    }
    xg_x_op(X, XG_X(0, 0, 0xF7) | w, is_signed ? 7 : 6, xg_reg(RCX));
    xg_i_finish(b, i, i->op.d, RAX);
    cold.resume = X->p;
    xg_cold_add(b, cold);
}

/* ---- logic ---- */

/* mr; a register on itself is the guest's nop. */
static void move(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    if (op->a == op->d && !xg_i_records(i))
        return;
    int h = xg_home_g(b, op->a), s = xg_home_g(b, op->d);
    if (h < 0)
        h = s < 0 ? RAX : s;
    xg_x_mov(X, true, h, xg_src(b, op->d));
    xg_i_finish(b, i, op->a, h);
}
static void logic(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    unsigned kind;
    bool not_b = false, not_r = false;
    switch (i->handler) {
    case XG_HANDLER_nand:
        not_r = true;
        kind = XG_AND;
        break;
    case XG_HANDLER_andc:
        not_b = true;
        kind = XG_AND;
        break;
    case XG_HANDLER_and:
        kind = XG_AND;
        break;
    case XG_HANDLER_nor:
        not_r = true;
        kind = XG_OR;
        break;
    case XG_HANDLER_orc:
        not_b = true;
        kind = XG_OR;
        break;
    case XG_HANDLER_or:
        kind = XG_OR;
        break;
    case XG_HANDLER_eqv:
        not_r = true;
        kind = XG_XOR;
        break;
    default:
        kind = XG_XOR;
        break;
    }
    int h = xg_dst(b, op->a, RAX);
    if (op->d == op->b && kind != XG_XOR && !not_b && !not_r) {
        move(b, i);
        return;
    }
    if (op->d == op->b && kind != XG_XOR && !not_b) { /* not */
        xg_x_mov(X, true, h, xg_src(b, op->d));
    } else if (not_b) {
        xg_x_mov(X, true, RCX, xg_src(b, op->b));
        not_(b, true, RCX);
        xg_x_mov(X, true, h, xg_src(b, op->d));
        xg_x_alu(X, kind, true, h, xg_reg(RCX));
    } else if (h == xg_home_g(b, op->b)) {
        xg_x_alu(X, kind, true, h, xg_src(b, op->d));
    } else {
        xg_x_mov(X, true, h, xg_src(b, op->d));
        xg_x_alu(X, kind, true, h, xg_src(b, op->b));
    }
    if (not_r)
        not_(b, true, h);
    xg_i_finish(b, i, op->a, h);
}
static void logic_imm(struct xg_builder *b, const struct xg_binsn *i, unsigned kind, bool shifted)
{
    const struct xg_op *op = &i->op;
    uint32_t imm = (uint32_t)(uint16_t)op->imm << (shifted ? 16 : 0);
    int h = xg_dst(b, op->a, RAX);
    if (kind != XG_AND && !imm) {
        move(b, i);
        return;
    }
    if (kind == XG_AND) {
        struct xg_rm from = xg_src(b, op->d);
        if (from.reg != h)
            xg_x_mov(X, false, h, from);
        xg_x_alui(X, XG_AND, false, xg_reg(h), (int32_t)imm);
    } else {
        xg_x_mov(X, true, h, xg_src(b, op->d));
        if (imm >> 31) {
            xg_x_movi(X, RCX, imm);
            xg_x_alu(X, kind, true, h, xg_reg(RCX));
        } else if (imm) {
            xg_x_alui(X, kind, true, xg_reg(h), (int32_t)imm);
        }
    }
    xg_i_finish(b, i, op->a, h);
}
static void extend(struct xg_builder *b, const struct xg_binsn *i)
{
    int h = xg_dst(b, i->op.a, RAX);
    struct xg_rm s = xg_src(b, i->op.d);
    if (i->handler == XG_HANDLER_extsw)
        xg_i_movsxd(b, h, s);
    else
        xg_x_op(X, XG_X(0, XG_M0F, i->handler == XG_HANDLER_extsb ? 0xBE : 0xBF) | XG_XW | XG_X8, h,
                s);
    xg_i_finish(b, i, i->op.a, h);
}
static void leading_zeros(struct xg_builder *b, const struct xg_binsn *i)
{
    bool w = i->handler == XG_HANDLER_cntlzd;
    int h = xg_dst(b, i->op.a, RAX);
    if (X->level >= XG_X_AVX2) {
        xg_x_op(X, XG_X(XG_PF3, XG_M0F, 0xBD) | (w ? XG_XW : 0), h, xg_src(b, i->op.d));
    } else {
        xg_x_op(X, XG_X(0, XG_M0F, 0xBD) | (w ? XG_XW : 0), RAX, xg_src(b, i->op.d));
        xg_x_movi(X, RCX, w ? 127 : 63);
        xg_x_op(X, XG_X(0, XG_M0F, 0x44), RAX, xg_reg(RCX)); /* of zero */
        xg_x_alui(X, XG_XOR, false, xg_reg(RAX), w ? 63 : 31);
        h = RAX;
    }
    xg_i_finish(b, i, i->op.a, h);
}

/* ---- compares and traps ---- */

static void compare(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    unsigned field = op->d >> 2;
    bool imm = i->handler == XG_HANDLER_cmpi || i->handler == XG_HANDLER_cmpli;
    bool logical = i->handler == XG_HANDLER_cmpl || i->handler == XG_HANDLER_cmpli;
    int32_t value = logical ? (int32_t)(uint16_t)op->imm : op->imm;
    if (!(i->st_live >> field & 1))
        return;
    if ((op->insn >> 21 & 1) && imm && !logical && !value) { /* twice the sign, and 1 if not zero */
        struct xg_rm r = xg_src(b, op->a);
        xg_x_mov(X, true, RAX, r);
        if (X->level < XG_X_AVX2)
            xg_x_mov(X, true, RCX, xg_reg(RAX));
        xg_x_shift(X, XG_SAR, true, RAX, 63);
        if (X->level >= XG_X_AVX2) /* blsi: only its carry is asked for */
            xg_x_vex(X, XG_X(XG_P0, XG_M38, 0xF3) | XG_XW, 3, RCX, r);
        else
            xg_x_op(X, XG_X(0, 0, 0xF7) | XG_XW, 3, xg_reg(RCX)); /* neg */
        xg_x_alu(X, XG_ADC, true, RAX, xg_reg(RAX));
    } else if (op->insn >> 21 & 1) { /* doublewords: 1, 0 or -1 */
        xg_x_mov(X, true, RAX, xg_src(b, op->a));
        if (imm)
            xg_x_alui(X, XG_CMP, true, xg_reg(RAX), value);
        else
            xg_x_alu(X, XG_CMP, true, RAX, xg_src(b, op->b));
        xg_x_op(X, XG_X(0, XG_M0F, 0x90 | (logical ? XG_A : XG_G)) | XG_X8, 0, xg_reg(RAX));
        xg_x_op(X, XG_X(0, XG_M0F, 0x90 | (logical ? XG_B : XG_L)) | XG_X8, 0, xg_reg(RCX));
        xg_x_op(X, XG_X(0, 0, 0x2A) | XG_X8, RAX, xg_reg(RCX)); /* sub al, cl */
        xg_x_op(X, XG_X(0, XG_M0F, 0xBE) | XG_XW | XG_X8, RAX, xg_reg(RAX));
    } else {
        if (logical)
            xg_x_mov(X, false, RAX, xg_src(b, op->a));
        else
            xg_i_movsxd(b, RAX, xg_src(b, op->a));
        if (imm) {
            if (value) {
                xg_x_alui(X, XG_SUB, true, xg_reg(RAX), value);
                xg_flags_set(b, (int)b->at);
            }
        } else {
            if (logical)
                xg_x_mov(X, false, RCX, xg_src(b, op->b));
            else
                xg_i_movsxd(b, RCX, xg_src(b, op->b));
            xg_x_alu(X, XG_SUB, true, RAX, xg_reg(RCX));
            xg_flags_set(b, (int)b->at);
        }
    }
    xg_x_store(X, true, RAX, STATE(crv[field]));
}

/* The interpreter traps when one of the wanted relations holds. */
static void trap(struct xg_builder *b, const struct xg_binsn *i)
{
    static const uint8_t when[5] = {XG_A, XG_B, XG_E, XG_G, XG_L}; /* by the bits of TO */
    const struct xg_op *op = &i->op;
    bool wide = i->handler == XG_HANDLER_td || i->handler == XG_HANDLER_tdi;
    if (i->handler == XG_HANDLER_twi || i->handler == XG_HANDLER_tdi)
        xg_x_alui(X, XG_CMP, wide, xg_src(b, op->a), op->imm);
    else
        xg_x_alu(X, XG_CMP, wide, xg_get(b, op->a, RAX), xg_src(b, op->b));
    unsigned first = b->cold_count;
    for (unsigned bit = 0; bit < 5; bit++)
        if (op->d >> bit & 1)
            xg_cold_add(b, (struct xg_cold){.kind = XG_COLD_STEP,
                                            .fix = xg_x_jcc(X, when[bit]),
                                            .insn = (int)b->at,
                                            .dirty = i->dirty,
                                            .singles = b->singles});
    for (; first < b->cold_count; first++)
        b->room->cold[first].resume = X->p;
}

/* ---- the rest ---- */

static void move_spr(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    bool to = i->handler == XG_HANDLER_mtspr;
    if (op->imm == 256) { /* VRSAVE, a word */
        if (to) {
            xg_x_store(X, false, xg_get(b, op->d, RAX), XG_CTX(vrsave));
        } else {
            int h = xg_dst(b, op->d, RAX);
            xg_x_mov(X, false, h, XG_CTX(vrsave));
            xg_put(b, op->d, h);
        }
    } else if (op->imm == 9) {
        unsigned d = to ? XG_G_CTR : op->d, s = to ? op->d : XG_G_CTR;
        int h = xg_home_g(b, d);
        xg_put(b, d, h < 0 ? xg_get(b, s, RAX) : xg_get(b, s, h));
    } else if (to) {
        xg_x_store(X, true, xg_get(b, op->d, RAX), XG_CTX(lr));
    } else {
        int h = xg_dst(b, op->d, RAX);
        xg_x_mov(X, true, h, XG_CTX(lr));
        xg_put(b, op->d, h);
    }
}
/* Only sync 0 orders stores before loads; the host does the rest by itself. */
static void fence(struct xg_builder *b, const struct xg_binsn *i)
{
    if ((i->op.insn & 0xFC6007FFu) == 0x7C0004ACu) {
        xg_x_byte(X, 0xF0);
        xg_x_alui(X, XG_OR, false, xg_at(RSP, 0), 0);
    }
}

bool xg_emit_integer(struct xg_builder *b, struct xg_binsn *i)
{
    switch (i->handler) {
    case XG_HANDLER_add:
        add(b, i);
        return true;
    case XG_HANDLER_addc:
        addc(b, i);
        return true;
    case XG_HANDLER_adde:
        extended(b, i, false, true, 0);
        return true;
    case XG_HANDLER_addme:
        extended(b, i, false, false, -1);
        return true;
    case XG_HANDLER_addze:
        extended(b, i, false, false, 0);
        return true;
    case XG_HANDLER_subfe:
        extended(b, i, true, true, 0);
        return true;
    case XG_HANDLER_subfme:
        extended(b, i, true, false, -1);
        return true;
    case XG_HANDLER_subfze:
        extended(b, i, true, false, 0);
        return true;
    case XG_HANDLER_addi:
        add_imm(b, i, i->op.imm, !i->op.a);
        return true;
    case XG_HANDLER_addis:
        add_imm(b, i, (int32_t)((uint32_t)i->op.imm << 16), !i->op.a);
        return true;
    case XG_HANDLER_addic:
    case XG_HANDLER_addic_rec:
        carry_of_imm(b, i);
        add_imm(b, i, i->op.imm, false);
        return true;
    case XG_HANDLER_subf:
        subf(b, i);
        return true;
    case XG_HANDLER_subfc:
        subfc(b, i);
        return true;
    case XG_HANDLER_subfic:
        subfic(b, i);
        return true;
    case XG_HANDLER_neg:
        xg_x_mov(X, true, RAX, xg_src(b, i->op.a));
        xg_x_op(X, XG_X(0, 0, 0xF7) | XG_XW, 3, xg_reg(RAX));
        xg_i_finish(b, i, i->op.d, RAX);
        return true;
    case XG_HANDLER_mulli: {
        int h = xg_dst(b, i->op.d, RAX);
        xg_x_op(X, XG_X(0, 0, 0x69) | XG_XW, h, xg_src(b, i->op.a));
        xg_x_word32(X, (uint32_t)i->op.imm);
        xg_i_finish(b, i, i->op.d, h);
        return true;
    }
    case XG_HANDLER_mulld:
        xg_x_mov(X, true, RAX, xg_src(b, i->op.a));
        imul(b, RAX, xg_src(b, i->op.b));
        xg_i_finish(b, i, i->op.d, RAX);
        return true;
    case XG_HANDLER_mullw:
    case XG_HANDLER_mulhw:
    case XG_HANDLER_mulhwu:
        multiply_words(b, i);
        return true;
    case XG_HANDLER_mulhd:
    case XG_HANDLER_mulhdu:
        multiply_high(b, i);
        return true;
    case XG_HANDLER_divw:
    case XG_HANDLER_divwu:
    case XG_HANDLER_divd:
    case XG_HANDLER_divdu:
        divide(b, i);
        return true;
    case XG_HANDLER_ori:
        logic_imm(b, i, XG_OR, false);
        return true;
    case XG_HANDLER_oris:
        logic_imm(b, i, XG_OR, true);
        return true;
    case XG_HANDLER_xori:
        logic_imm(b, i, XG_XOR, false);
        return true;
    case XG_HANDLER_xoris:
        logic_imm(b, i, XG_XOR, true);
        return true;
    case XG_HANDLER_andi:
        logic_imm(b, i, XG_AND, false);
        return true;
    case XG_HANDLER_andis:
        logic_imm(b, i, XG_AND, true);
        return true;
    case XG_HANDLER_extsb:
    case XG_HANDLER_extsh:
    case XG_HANDLER_extsw:
        extend(b, i);
        return true;
    case XG_HANDLER_cntlzw:
    case XG_HANDLER_cntlzd:
        leading_zeros(b, i);
        return true;
    case XG_HANDLER_tw:
    case XG_HANDLER_twi:
    case XG_HANDLER_td:
    case XG_HANDLER_tdi:
        trap(b, i);
        return true;
    case XG_HANDLER_cmp:
    case XG_HANDLER_cmpi:
    case XG_HANDLER_cmpl:
    case XG_HANDLER_cmpli:
        compare(b, i);
        return true;
    case XG_HANDLER_mfspr:
    case XG_HANDLER_mtspr:
        move_spr(b, i);
        return true;
    case XG_HANDLER_barrier:
        fence(b, i);
        return true;
    case XG_HANDLER_cache_hint:
        return true;
    default:
        if (!xg_emit_shift(b, i))
            logic(b, i);
        return true;
    }
}
