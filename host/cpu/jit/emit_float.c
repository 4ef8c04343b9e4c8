/* Scalar floating point on the host's unit. Invalid operations, division by zero,
 * overflow and underflow trap on the host and are then the interpreter's; NaN operands
 * give the host the same choice as the guest because the operands are in its order. */
#include "cpu/jit/build.h"

#define STATE(field) xg_abs(&b->j->s->field)
#define X            (&b->x)

enum { OP_ADD = 0x58, OP_MUL = 0x59, OP_SUB = 0x5C, OP_DIV = 0x5E, OP_SQRT = 0x51 };

struct shape {
    uint8_t opcode; /* of the host; FMA: 132 form */
    char args;      /* b: a,b  c: a,c  u: b  m: a,c,b */
    bool negate;
};

static bool shape_of(unsigned handler, struct shape *s)
{
#define SHAPE(name, ...)                                                                           \
    case XG_HANDLER_##name:                                                                        \
    case XG_HANDLER_##name##s:                                                                     \
        *s = (struct shape){__VA_ARGS__};                                                          \
        return true;
    switch (handler) {
        SHAPE(fadd, OP_ADD, 'b', false)
        SHAPE(fsub, OP_SUB, 'b', false)
        SHAPE(fmul, OP_MUL, 'c', false)
        SHAPE(fdiv, OP_DIV, 'b', false)
        SHAPE(fsqrt, OP_SQRT, 'u', false)
        SHAPE(fmadd, 0x99, 'm', false)
        SHAPE(fmsub, 0x9B, 'm', false)
        SHAPE(fnmadd, 0x99, 'm', true)
        SHAPE(fnmsub, 0x9B, 'm', true)
    default:
        return false;
    }
#undef SHAPE
}

bool xg_native_float(const struct xg_builder *b, const struct xg_binsn *i)
{
    struct shape s;
    (void)b;
    if (i->op.rc)
        return false;
    if (shape_of(i->handler, &s))
        return true;
    switch (i->handler) {
    case XG_HANDLER_frsp:
    case XG_HANDLER_fmr:
    case XG_HANDLER_fneg:
    case XG_HANDLER_fabs:
    case XG_HANDLER_fnabs:
    case XG_HANDLER_fsel:
    case XG_HANDLER_fcmpu:
    case XG_HANDLER_fcmpo:
    case XG_HANDLER_fctiw:
    case XG_HANDLER_fctiwz:
    case XG_HANDLER_fctid:
    case XG_HANDLER_fctidz:
    case XG_HANDLER_fcfid:
        return true;
    default:
        return false;
    }
}

static bool is_single(const struct xg_builder *b, unsigned r)
{
    return xg_home_f(b, r) >= 0 && (b->singles >> r & 1);
}
static void widen(struct xg_builder *b, int d, int s)
{
    xg_x_op3(X, XG_X(XG_PF3, XG_M0F, 0x5A), d, s, xg_reg(s), 2);
}

/* An FPR as a double. */
static int get_double(struct xg_builder *b, unsigned r, int tmp)
{
    int h = xg_home_f(b, r);
    if (h < 0) {
        xg_x_op2(X, XG_X(XG_PF2, XG_M0F, 0x10), tmp, xg_slot_f(r));
        return tmp;
    }
    if (!(b->singles >> r & 1))
        return h;
    widen(b, tmp, h);
    return tmp;
}

/* Checks that the double in rax is a single of normal range or zero; jumps to *fail. */
static void check_single(struct xg_builder *b, uint8_t *fail[2])
{
    struct xg_x *x = X;
    xg_x_byte(x, 0xA9); /* test eax, 0x1FFFFFFF */
    xg_x_word32(x, 0x1FFFFFFF);
    fail[0] = xg_x_jcc(x, XG_NE);
    xg_x_alu(x, XG_ADD, true, RAX, xg_reg(RAX));
    xg_x_byte(x, 0x70 | XG_E);
    xg_x_byte(x, 0);
    uint8_t *zero = x->p;
    xg_x_shift(x, XG_SHR, true, RAX, 53);
    xg_x_alui(x, XG_SUB, false, xg_reg(RAX), 897);
    xg_x_alui(x, XG_CMP, false, xg_reg(RAX), 253);
    fail[1] = xg_x_jcc(x, XG_A);
    if (!x->full)
        zero[-1] = (uint8_t)(x->p - zero);
}

/* An FPR as a single; one that is none makes the interpreter do the instruction. */
static int get_single(struct xg_builder *b, const struct xg_binsn *i, unsigned r, int tmp)
{
    uint8_t *fail[2];
    int h = xg_home_f(b, r);
    if (is_single(b, r))
        return h;
    if (h < 0) {
        xg_x_mov(X, true, RAX, xg_slot_f(r));
        xg_x_op2(X, XG_X(XG_PF2, XG_M0F, 0x10), tmp, xg_slot_f(r));
        h = tmp;
    } else {
        xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x7E) | XG_XW, h, xg_reg(RAX));
    }
    check_single(b, fail);
    for (int n = 0; n < 2; n++)
        xg_cold_add(b, (struct xg_cold){.kind = XG_COLD_STEP,
                                        .fix = fail[n],
                                        .insn = (int)b->at,
                                        .dirty = i->dirty,
                                        .singles = b->singles});
    xg_x_op3(X, XG_X(XG_PF2, XG_M0F, 0x5A), tmp, h, xg_reg(h), 2);
    return tmp;
}

static void put_double(struct xg_builder *b, unsigned r, int x)
{
    int h = xg_home_f(b, r);
    if (h < 0)
        xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0xD6), x, xg_slot_f(r));
    else
        xg_x_movaps(X, h, x);
}
static void put_single(struct xg_builder *b, unsigned r, int x)
{
    int h = xg_home_f(b, r);
    if (h < 0) {
        widen(b, x, x);
        xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0xD6), x, xg_slot_f(r));
    } else {
        xg_x_movaps(X, h, x);
    }
}

/* ---- status ---- */

/* Remembers an operation and its operands, as they are in their registers, if FR, FI or FPRF
 * of it can be read; forgets compares and conversions before it. */
static void log_operation(struct xg_builder *b, const struct xg_binsn *i)
{
    if (!(i->st_live & XG_ST_FPST))
        return;
    xg_x_storei(X, true, STATE(log.kind), (int32_t)(i->op.insn & ~XG_LOG_TOP));
}
static void log_operand(struct xg_builder *b, const struct xg_binsn *i, int x, unsigned slot)
{
    if (i->st_live & XG_ST_FPST)
        xg_x_op2(X, i->single_op ? XG_X(XG_PF3, XG_M0F, 0x11) : XG_X(XG_P66, XG_M0F, 0xD6), x,
                 STATE(log.operand[slot]));
}
/* All operands are in their registers in the form that the operation takes. */
static bool needs_no_scratch(const struct xg_builder *b, const struct xg_binsn *i)
{
    for (uint32_t f = i->use.f; f; f &= f - 1) {
        unsigned r = (unsigned)__builtin_ctz(f);
        if (xg_home_f(b, r) < 0 || is_single(b, r) != i->single_op)
            return false;
    }
    return X->level >= XG_X_AVX2;
}
static void keep_operand(struct xg_builder *b, const struct xg_binsn *i, unsigned slot, unsigned r,
                         uint8_t *free_xmm)
{
    struct xg_jit_site *site = &b->unit->sites[b->at];
    int h = xg_home_f(b, r);
    if (h < 0) {
        xg_x_mov(X, true, RAX, xg_slot_f(r));
        xg_x_store(X, true, RAX, STATE(log.kept[slot]));
        return;
    }
    bool single = is_single(b, r);
    site->keep_single |= (uint8_t)(single << slot);
    if (*free_xmm && !(i->keep_in_log >> slot & 1)) {
        site->keep_xmm[slot] = *free_xmm;
        xg_x_movaps(X, (*free_xmm)--, h);
    } else {
        xg_x_op2(X, single ? XG_X(XG_PF3, XG_M0F, 0x11) : XG_X(XG_P66, XG_M0F, 0xD6), h,
                 STATE(log.kept[slot]));
    }
}
/* Operands that are overwritten before a place that may fault: as their registers have them,
 * before anything can step aside. */
static void keep_operands(struct xg_builder *b, const struct xg_binsn *i, bool negates)
{
    const unsigned from[3] = {[XG_SLOT_A] = i->op.a, [XG_SLOT_B] = i->op.b, [XG_SLOT_C] = i->op.c};
    if (i->st_live & XG_ST_FPST)
        return;
    b->unit->sites[b->at].keep = i->keep;
    uint8_t free_xmm = i->keep && needs_no_scratch(b, i) ? 2 : 0;
    for (unsigned slot = 0; slot < 3; slot++) {
        if (negates && free_xmm == 1)
            free_xmm = 0; /* negate() uses it */
        if (i->keep >> slot & 1)
            keep_operand(b, i, slot, from[slot], &free_xmm);
    }
}

/* ---- arithmetic ---- */

/* Infinity times zero plus a NaN: the host does not call the product invalid. */
static void step_if_nan(struct xg_builder *b, const struct xg_binsn *i, int addend, bool single)
{
    xg_x_op2(X, XG_X(single ? XG_P0 : XG_P66, XG_M0F, 0x2E), addend, xg_reg(addend));
    xg_cold_add(b, (struct xg_cold){.kind = XG_COLD_STEP,
                                    .fix = xg_x_jcc(X, XG_PE),
                                    .insn = (int)b->at,
                                    .dirty = i->dirty,
                                    .singles = b->singles});
}

/* The same, but one check looks at the addend of a later operation too if that is there already.
 * Who meets a NaN is the interpreter's up to the next safepoint, and gets a check of its own. */
static void check_addends(struct xg_builder *b, const struct xg_binsn *i, int addend, bool single)
{
    struct shape s;
    uint32_t written = i->def.f | b->ordered.f | 1u << i->op.b,
             alike = single ? b->singles : ~b->singles;
    int other = addend;
    if (b->ordered.f >> i->op.b & 1)
        return;
    /* An operand that is no single makes the interpreter do this one: it goes around the check. */
    if (b->cold_count != b->colds_before || xg_jit_set_has(&b->j->nans, i->op.pc)) {
        step_if_nan(b, i, addend, single);
        return;
    }
    b->ordered.f |= 1u << i->op.b;
    for (const struct xg_binsn *m = i + 1; m < b->insn + b->block_end && other == addend; m++) {
        unsigned r = m->op.b;
        if (m->treat == XG_T_NATIVE && m->single_op == single && shape_of(m->handler, &s) &&
            s.args == 'm' && !(written >> r & 1) && (alike >> r & 1) && xg_home_f(b, r) >= 0) {
            other = xg_home_f(b, r);
            b->ordered.f |= 1u << r;
        }
        written |= m->def.f;
    }
    b->unit->sites[b->at].looks_ahead |= other != addend;
    xg_x_op2(X, XG_X(single ? XG_P0 : XG_P66, XG_M0F, 0x2E), addend, xg_reg(other));
    xg_interpret_if(b, i, XG_PE);
}

/* Where to compute: not in a source that may still be needed when the host traps. */
static int safe_target(const struct xg_binsn *i, int d, int x)
{
    return d != x && (i->use.f >> i->op.d & 1) ? 0 : d;
}

/* The same where one instruction does it all, if the host has three operands. */
static int target_of_one(const struct xg_builder *b, const struct xg_binsn *i, int d, int x)
{
    return b->x.level >= XG_X_AVX ? d : safe_target(i, d, x);
}

/* d = -r, but a NaN stays as it is: -0 - r; tmp goes. */
static void negate(struct xg_builder *b, unsigned pp, int d, int r, int tmp)
{
    xg_x_op2(X, XG_X(0, XG_M0F, 0x28), tmp,
             xg_abs(b->j->s->k[pp == XG_PF3 ? XG_K_SIGN_SINGLE : XG_K_SIGN_DOUBLE]));
    if (X->level >= XG_X_AVX) {
        xg_x_vex(X, XG_X(pp, XG_M0F, OP_SUB), d, tmp, xg_reg(r));
    } else {
        xg_x_op3(X, XG_X(pp, XG_M0F, OP_SUB), tmp, tmp, xg_reg(r), -1);
        xg_x_movaps(X, d, tmp);
    }
}

/* a * c + b of singles without a fused operation: the product is exact as a double, and
 * rounding the sum twice is harmless unless it lies half way between two singles and was
 * rounded to get there. */
static void fused_by_doubles(struct xg_builder *b, const struct xg_binsn *i, bool subtract,
                             bool minus)
{
    const struct xg_op *op = &i->op;
    int y = get_single(b, i, op->b, 1), x, z;
    step_if_nan(b, i, y, true);
    log_operand(b, i, y, XG_SLOT_B);
    widen(b, 1, y);
    x = get_single(b, i, op->a, 0);
    log_operand(b, i, x, XG_SLOT_A);
    widen(b, 0, x);
    z = get_single(b, i, op->c, 2);
    log_operand(b, i, z, XG_SLOT_C);
    widen(b, 2, z);
    log_operation(b, i);
    xg_x_op3(X, XG_X(XG_PF2, XG_M0F, OP_MUL), 0, 0, xg_reg(2), 2);
    xg_x_movaps(X, 2, 0); /* for xg_emit_middle() */
    xg_x_op3(X, XG_X(XG_PF2, XG_M0F, subtract ? OP_SUB : OP_ADD), 0, 0, xg_reg(1), 2);
    xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x7E), 0, xg_reg(RAX));
    xg_x_alui(X, XG_AND, false, xg_reg(RAX), 0x1FFFFFFF);
    xg_x_alui(X, XG_CMP, false, xg_reg(RAX), 0x10000000);
    uint8_t *middle = xg_x_jcc(X, XG_E);
    xg_cold_add(b, (struct xg_cold){.kind = XG_COLD_MIDDLE,
                                    .fix = middle,
                                    .exact = X->p,
                                    .insn = (int)b->at,
                                    .dirty = i->dirty,
                                    .singles = b->singles});
    xg_x_op3(X, XG_X(XG_PF2, XG_M0F, 0x5A), 0, 0, xg_reg(0), 2);
    if (minus)
        negate(b, XG_PF3, 0, 0, 1);
    put_single(b, op->d, 0);
}

/* xmm0 = sum of product xmm2 and addend xmm1, or their difference. Goes back if it is exact: then
 * both terms come back when the other one is taken away, and nothing of it is rounded. If it is
 * not, the smaller term comes back with the error. */
void xg_emit_middle(struct xg_builder *b, const struct xg_cold *c)
{
    struct shape s = {0};
    shape_of(b->insn[c->insn].handler, &s);
    bool subtract = s.opcode == 0x9B;
    uint32_t sub = XG_X(XG_PF2, XG_M0F, OP_SUB), add = XG_X(XG_PF2, XG_M0F, OP_ADD);
    xg_x_op2(X, XG_X(XG_PF2, XG_M0F, 0x11), 2, STATE(fma[0]));
    xg_x_op3(X, sub, 2, 2, xg_reg(0), 2); /* product - sum + addend */
    xg_x_op3(X, subtract ? sub : add, 2, 2, xg_reg(1), 2);
    xg_x_op3(X, subtract ? add : sub, 1, 1, xg_reg(0), 2); /* addend - sum + product */
    xg_x_op3(X, subtract ? sub : add, 1, 1, STATE(fma[0]), 2);
    xg_x_op3(X, XG_X(0, XG_M0F, 0x56), 1, 1, xg_reg(2), 2); /* orps */
    xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x7E) | XG_XW, 1, xg_reg(RAX));
    xg_x_alu(X, XG_ADD, true, RAX, xg_reg(RAX)); /* zeros may have signs */
    xg_x_jump_to(X, XG_E, c->exact);
}

/* The same of doubles, by a subroutine; it also finds NaNs. */
static void fused_by_thunk(struct xg_builder *b, const struct xg_binsn *i, bool subtract,
                           bool minus)
{
    const struct xg_op *op = &i->op;
    struct xg_jit_state *s = b->j->s;
    const struct {
        unsigned r, slot;
    } from[3] = {{op->a, XG_SLOT_A}, {op->c, XG_SLOT_C}, {op->b, XG_SLOT_B}};
    for (unsigned n = 0; n < 3; n++) {
        int x = get_double(b, from[n].r, 2);
        log_operand(b, i, x, from[n].slot);
        if (n == 2 && subtract) {
            xg_x_op3(X, XG_X(0, XG_M0F, 0x57), 2, x, xg_abs(s->k[XG_K_SIGN_DOUBLE]), -1);
            x = 2;
        }
        xg_x_op2(X, XG_X(XG_PF2, XG_M0F, 0x11), x, xg_abs(&s->fma[n]));
    }
    log_operation(b, i);
    xg_x_call_to(X, b->j->t_fma);
    xg_cold_add(b, (struct xg_cold){.kind = XG_COLD_STEP,
                                    .fix = xg_x_jcc(X, XG_NE),
                                    .insn = (int)b->at,
                                    .dirty = i->dirty,
                                    .singles = b->singles});
    if (minus)
        negate(b, XG_PF2, 0, 0, 1);
    put_double(b, op->d, 0);
}

static void arithmetic(struct xg_builder *b, const struct xg_binsn *i, const struct shape *s)
{
    const struct xg_op *op = &i->op;
    bool single = i->single_op;
    unsigned pp = single ? XG_PF3 : XG_PF2, second = s->args == 'c' ? op->c : op->b;
    int h = xg_home_f(b, op->d), d = h < 0 ? 0 : h, x, y, z;
    if (s->args == 'u') {
        y = single ? get_single(b, i, op->b, 1) : get_double(b, op->b, 1);
        log_operand(b, i, y, XG_SLOT_B);
        log_operation(b, i);
        d = target_of_one(b, i, d, y);
        xg_x_op3(X, XG_X(pp, XG_M0F, s->opcode), d, y, xg_reg(y), 2);
    } else {
        x = single ? get_single(b, i, op->a, 0) : get_double(b, op->a, 0);
        y = single ? get_single(b, i, second, 1) : get_double(b, second, 1);
        log_operand(b, i, x, XG_SLOT_A);
        log_operand(b, i, y, s->args == 'c' ? XG_SLOT_C : XG_SLOT_B);
        if (s->args != 'm') {
            log_operation(b, i);
            d = target_of_one(b, i, d, x);
            xg_x_op3(X, XG_X(pp, XG_M0F, s->opcode), d, x, xg_reg(y), 2);
        } else {
            z = single ? get_single(b, i, op->c, 2) : get_double(b, op->c, 2);
            log_operand(b, i, z, XG_SLOT_C);
            log_operation(b, i);
            check_addends(b, i, y, single);
            int r = d;
            uint32_t w = single ? 0 : XG_XW;
            /* The host prefers the NaN of the first factor in all three forms. */
            if (d == x) {
                xg_x_vex(X, XG_X(XG_P66, XG_M38, s->opcode) | w, d, y, xg_reg(z));
            } else if (d == z && d != y) {
                xg_x_vex(X, XG_X(XG_P66, XG_M38, s->opcode + 0x10) | w, d, x, xg_reg(y));
            } else if (d == y && d != z) {
                xg_x_vex(X, XG_X(XG_P66, XG_M38, s->opcode + 0x20) | w, d, x, xg_reg(z));
            } else {
                r = safe_target(i, d, x);
                xg_x_movaps(X, r, x);
                xg_x_vex(X, XG_X(XG_P66, XG_M38, s->opcode) | w, r, y, xg_reg(z));
            }
            if (s->negate) {
                negate(b, pp, d, r, 1);
            } else {
                xg_x_movaps(X, d, r);
            }
        }
    }
    if (single)
        put_single(b, op->d, d);
    else
        put_double(b, op->d, d);
}

static void round_single(struct xg_builder *b, const struct xg_binsn *i)
{
    int h = xg_home_f(b, i->op.d), d = h < 0 ? 0 : h;
    int x = get_double(b, i->op.b, 0);
    log_operand(b, i, x, XG_SLOT_B);
    log_operation(b, i);
    d = target_of_one(b, i, d, x);
    xg_x_op3(X, XG_X(XG_PF2, XG_M0F, 0x5A), d, x, xg_reg(x), 2);
    put_single(b, i->op.d, d);
}

/* fmr, fneg, fabs, fnabs: bits only, in the form that the source has. */
static void move(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    struct xg_jit_state *s = b->j->s;
    bool single = is_single(b, op->b) && xg_home_f(b, op->d) >= 0;
    int h = xg_home_f(b, op->d), d = h < 0 ? 0 : h;
    int x = single ? xg_home_f(b, op->b) : get_double(b, op->b, 0);
    switch (i->handler) {
    case XG_HANDLER_fneg:
        xg_x_op3(X, XG_X(0, XG_M0F, 0x57), d, x,
                 xg_abs(single ? s->k[XG_K_SIGN_SINGLE] : s->k[XG_K_SIGN_DOUBLE]), 2);
        break;
    case XG_HANDLER_fabs:
        xg_x_op3(X, XG_X(0, XG_M0F, 0x54), d, x,
                 xg_abs(single ? s->k[XG_K_ABS_SINGLE] : s->k[XG_K_ABS_DOUBLE]), 2);
        break;
    case XG_HANDLER_fnabs:
        xg_x_op3(X, XG_X(0, XG_M0F, 0x56), d, x,
                 xg_abs(single ? s->k[XG_K_SIGN_SINGLE] : s->k[XG_K_SIGN_DOUBLE]), 2);
        break;
    default:
        xg_x_movaps(X, d, x);
        break;
    }
    put_double(b, op->d, d);
}

static void select(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    xg_x_movaps(X, 0, get_double(b, op->b, 0));
    int a = get_double(b, op->a, 1);
    xg_x_op3(X, XG_X(0, XG_M0F, 0x57), 2, 2, xg_reg(2), 2);
    xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x2E), a, xg_reg(2));
    uint8_t *unordered = xg_x_jcc(X, XG_PE), *less = xg_x_jcc(X, XG_B);
    xg_x_movaps(X, 0, get_double(b, op->c, 0));
    xg_x_land(X, unordered);
    xg_x_land(X, less);
    put_double(b, op->d, 0);
}

/* ---- compares and conversions ---- */

static void compare_with(struct xg_builder *b, const struct xg_op *op, unsigned opcode,
                         bool swapped)
{
    unsigned first = swapped ? op->b : op->a, second = swapped ? op->a : op->b;
    if (is_single(b, first) && is_single(b, second)) {
        xg_x_op2(X, XG_X(0, XG_M0F, opcode), xg_home_f(b, first), xg_reg(xg_home_f(b, second)));
        return;
    }
    int x = get_double(b, first, 0), y = get_double(b, second, 1);
    xg_x_op2(X, XG_X(XG_P66, XG_M0F, opcode), x, xg_reg(y));
}
/* For a branch that repeats a compare: quiet, the compare itself has said what is to be
 * said about NaNs. */
void xg_emit_fcmp(struct xg_builder *b, const struct xg_binsn *c, bool swapped)
{
    compare_with(b, &c->op, 0x2E, swapped);
    b->index_in_eax = false;
}
/* eax = the flags of a compare as an index; they stay as they are. */
static void flags_in_eax(struct xg_builder *b)
{
    xg_x_byte(X, 0x9F); /* lahf */
    xg_x_byte(X, 0x0F); /* movzx eax, ah */
    xg_x_byte(X, 0xB6);
    xg_x_byte(X, 0xC4);
}
void xg_emit_fcmp_field(struct xg_builder *b, const struct xg_binsn *op, unsigned field)
{
    const struct xg_jit_state *s = b->j->s;
    bool plain = xg_is_fcmp(op);
    if (!plain && !b->index_in_eax)
        flags_in_eax(b);
    b->index_in_eax = false;
    xg_x_mov(X, true, RAX,
             xg_element8(plain ? s->fcmp : s->fcmp_set[op->op.d & 3][op->outcomes], RAX));
    xg_x_store(X, true, RAX, STATE(crv[field]));
}
static void compare(struct xg_builder *b, const struct xg_binsn *i)
{
    unsigned field = i->op.d >> 2;
    bool status = i->st_live & XG_ST_FPCC, live = i->st_live >> field & 1,
         keep = !status && i->keep;
    compare_with(b, &i->op, i->handler == XG_HANDLER_fcmpo ? 0x2F : 0x2E, false);
    xg_flags_set(b, (int)b->at);
    b->unit->sites[b->at].keep = keep;
    if (status || live || keep)
        flags_in_eax(b);
    b->index_in_eax = status || keep;
    if (status)
        xg_x_op(X, XG_X(XG_P66, 0, 0x89), RAX, STATE(log.compared));
    if (keep)
        xg_x_op(X, XG_X(XG_P66, 0, 0x89), RAX, STATE(log.kept_flags));
    if (live)
        xg_emit_fcmp_field(b, i, field);
}

static void to_integer(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    bool single = is_single(b, op->b),
         word = i->handler == XG_HANDLER_fctiw || i->handler == XG_HANDLER_fctiwz,
         cut = i->handler == XG_HANDLER_fctiwz || i->handler == XG_HANDLER_fctidz;
    bool status = i->st_live & XG_ST_FPST, keep = !status && i->keep;
    b->unit->sites[b->at].keep = keep;
    if (status || keep)
        xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0xD6), get_double(b, op->b, 2),
                 status ? STATE(log.from) : STATE(log.kept_from));
    if (status) {
        xg_x_op(X, XG_X(XG_P66, 0, 0xC7), 0, STATE(log.converted));
        xg_x_byte(X, op->insn & 0xFE);
        xg_x_byte(X, op->insn >> 8 & 7);
    }
    int x = single ? xg_home_f(b, op->b) : get_double(b, op->b, 0);
    xg_x_op2(X, XG_X(single ? XG_PF3 : XG_PF2, XG_M0F, cut ? 0x2C : 0x2D) | (word ? 0 : XG_XW), RAX,
             xg_reg(x));
    if (word)
        xg_x_op(X, XG_X(0, 0, 0x63) | XG_XW, RAX, xg_reg(RAX));
    int h = xg_home_f(b, op->d);
    if (h < 0)
        xg_x_store(X, true, RAX, xg_slot_f(op->d));
    else
        xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x6E) | XG_XW, h, xg_reg(RAX));
}
static void from_doubleword(struct xg_builder *b, const struct xg_binsn *i)
{
    const struct xg_op *op = &i->op;
    int x = get_double(b, op->b, 0);
    log_operand(b, i, x, XG_SLOT_B);
    log_operation(b, i);
    xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x7E) | XG_XW, x, xg_reg(RAX));
    int h = xg_home_f(b, op->d), d = h < 0 ? 0 : h;
    xg_x_op3(X, XG_X(0, XG_M0F, 0x57), d, d, xg_reg(d), 2);
    xg_x_op3(X, XG_X(XG_PF2, XG_M0F, 0x2A) | XG_XW, d, d, xg_reg(RAX), 2);
    put_double(b, op->d, d);
}

bool xg_emit_float(struct xg_builder *b, struct xg_binsn *i)
{
    struct shape s;
    unsigned colds = b->cold_count;
    bool has_shape = shape_of(i->handler, &s);
    if (i->st_def & XG_ST_FPST)
        keep_operands(b, i, has_shape && s.negate);
    if (has_shape && s.args == 'm' && X->level < XG_X_AVX2) {
        if (i->single_op)
            fused_by_doubles(b, i, s.opcode == 0x9B, s.negate);
        else
            fused_by_thunk(b, i, s.opcode == 0x9B, s.negate);
    } else if (has_shape) {
        arithmetic(b, i, &s);
    } else {
        switch (i->handler) {
        case XG_HANDLER_frsp:
            round_single(b, i);
            break;
        case XG_HANDLER_fsel:
            select(b, i);
            break;
        case XG_HANDLER_fcmpu:
        case XG_HANDLER_fcmpo:
            compare(b, i);
            break;
        case XG_HANDLER_fctiw:
        case XG_HANDLER_fctiwz:
        case XG_HANDLER_fctid:
        case XG_HANDLER_fctidz:
            to_integer(b, i);
            break;
        case XG_HANDLER_fcfid:
            from_doubleword(b, i);
            break;
        default:
            move(b, i);
            break;
        }
    }
    for (; colds < b->cold_count; colds++)
        if (b->room->cold[colds].kind == XG_COLD_STEP ||
            b->room->cold[colds].kind == XG_COLD_MIDDLE)
            b->room->cold[colds].resume = X->p;
    return true;
}
