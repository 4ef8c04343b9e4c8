/* Loads and stores. An address is r15 + 32 bits + displacement; what lies outside of the
 * guest's space, or may not be touched, faults on the host and is decided by the
 * interpreter (fault.c). A faulting instruction has changed nothing. */
#include "cpu/jit/build.h"

#define STATE(field) xg_abs(&b->j->s->field)
#define X            (&b->x)

enum mode { MODE_D, MODE_X };

struct access {
    uint8_t bytes;
    char what; /* z zero-extend, a algebraic, r reversed, s store, S store reversed, f single, d
                  double, F, D, i */
    enum mode mode;
    bool update;
};

#define FORMS(name, bytes, what)                                                                   \
    case XG_HANDLER_##name:                                                                        \
        *m = (struct access){bytes, what, MODE_D, false};                                          \
        return true;                                                                               \
    case XG_HANDLER_##name##u:                                                                     \
        *m = (struct access){bytes, what, MODE_D, true};                                           \
        return true;                                                                               \
    case XG_HANDLER_##name##x:                                                                     \
        *m = (struct access){bytes, what, MODE_X, false};                                          \
        return true;                                                                               \
    case XG_HANDLER_##name##ux:                                                                    \
        *m = (struct access){bytes, what, MODE_X, true};                                           \
        return true;
#define FORM(name, bytes, what, mode, update)                                                      \
    case XG_HANDLER_##name:                                                                        \
        *m = (struct access){bytes, what, mode, update};                                           \
        return true;

static bool classify(unsigned handler, struct access *m)
{
    switch (handler) {
        FORMS(lbz, 1, 'z')
        FORMS(lhz, 2, 'z')
        FORMS(lha, 2, 'a')
        FORMS(lwz, 4, 'z')
        FORMS(ld, 8, 'z')
        FORMS(lfs, 4, 'f')
        FORMS(lfd, 8, 'd')
        FORMS(stb, 1, 's')
        FORMS(sth, 2, 's')
        FORMS(stw, 4, 's')
        FORMS(std, 8, 's')
        FORMS(stfs, 4, 'F')
        FORMS(stfd, 8, 'D')
        FORM(lwa, 4, 'a', MODE_D, false)
        FORM(lwax, 4, 'a', MODE_X, false)
        FORM(lwaux, 4, 'a', MODE_X, true)
        FORM(lhbrx, 2, 'r', MODE_X, false)
        FORM(lwbrx, 4, 'r', MODE_X, false)
        FORM(ldbrx, 8, 'r', MODE_X, false)
        FORM(sthbrx, 2, 'S', MODE_X, false)
        FORM(stwbrx, 4, 'S', MODE_X, false)
        FORM(stdbrx, 8, 'S', MODE_X, false)
        FORM(stfiwx, 4, 'i', MODE_X, false)
    default:
        return false;
    }
}

static bool is_integer_load(const struct access *m)
{
    return m->what == 'z' || m->what == 'a';
}

bool xg_native_memory(const struct xg_builder *b, const struct xg_binsn *i)
{
    struct access m;
    (void)b;
    if (classify(i->handler, &m)) /* the invalid update of r0 and of the target stay exact */
        return !m.update || (i->op.a && (i->op.a != i->op.d || !is_integer_load(&m)));
    switch (i->handler) {
    case XG_HANDLER_lwarx:
    case XG_HANDLER_ldarx:
    case XG_HANDLER_stwcx:
    case XG_HANDLER_stdcx:
    case XG_HANDLER_dcbz:
    case XG_HANDLER_dcbz128:
        return true;
    default:
        return false;
    }
}

/* The effective address in eax, as 32 bits. */
static void address_in_eax(struct xg_builder *b, const struct xg_op *op, enum mode mode)
{
    int ha = op->a ? xg_home_g(b, op->a) : -1;
    if (mode == MODE_D) {
        if (!op->a) {
            xg_x_movi(X, RAX, (uint32_t)op->imm);
        } else if (ha >= 0) {
            xg_x_lea(X, false, RAX, xg_at(ha, op->imm));
        } else {
            xg_x_mov(X, false, RAX, xg_slot_g(op->a));
            if (op->imm)
                xg_x_alui(X, XG_ADD, false, xg_reg(RAX), op->imm);
        }
        return;
    }
    int hb = xg_home_g(b, op->b);
    if (ha >= 0 && hb >= 0) {
        xg_x_lea(X, false, RAX, xg_indexed(ha, hb, 0));
        return;
    }
    xg_x_mov(X, false, RAX, xg_src(b, op->b));
    if (op->a)
        xg_x_alu(X, XG_ADD, false, RAX, xg_src(b, op->a));
}

void xg_emit_address(struct xg_builder *b, const struct xg_op *op)
{
    address_in_eax(b, op, MODE_X);
}

/* The operand; without update the displacement stays in it, where the guard around the
 * guest's space catches what wraps. */
static struct xg_rm operand(struct xg_builder *b, const struct xg_op *op, const struct access *m)
{
    if (m->mode == MODE_D && !m->update && op->a) {
        int r = b->edx == XG_EDX_FIFTEEN ? RAX : RDX;
        if (r == RAX || b->edx != (int)op->a)
            xg_x_mov(X, false, r, xg_src(b, op->a));
        if (r == RDX)
            b->edx = (int)op->a;
        return xg_indexed(R15, r, op->imm);
    }
    address_in_eax(b, op, m->mode);
    return xg_indexed(R15, RAX, 0);
}

void xg_emit_bswap(struct xg_builder *b, bool w, int r)
{
    xg_x_byte(X, 0x40u | (w ? 8 : 0) | (r & 8 ? 1 : 0));
    xg_x_byte(X, 0x0F);
    xg_x_byte(X, 0xC8u | (r & 7));
}
void xg_emit_rol16(struct xg_builder *b, int r)
{
    xg_x_op(X, XG_X(XG_P66, 0, 0xC1), XG_ROL, xg_reg(r));
    xg_x_byte(X, 8);
}
static void load_swapped(struct xg_builder *b, bool w, int d, struct xg_rm m)
{
    if (X->level >= XG_X_AVX2) {
        xg_x_op(X, XG_X(0, XG_M38, 0xF0) | (w ? XG_XW : 0), d, m);
    } else {
        xg_x_op(X, XG_X(0, 0, 0x8B) | (w ? XG_XW : 0), d, m);
        xg_emit_bswap(b, w, d);
    }
}
/* s is clobbered below AVX2. */
static void store_swapped(struct xg_builder *b, bool w, int s, struct xg_rm m)
{
    if (X->level >= XG_X_AVX2) {
        xg_x_op(X, XG_X(0, XG_M38, 0xF1) | (w ? XG_XW : 0), s, m);
    } else {
        xg_emit_bswap(b, w, s);
        xg_x_op(X, XG_X(0, 0, 0x89) | (w ? XG_XW : 0), s, m);
    }
}

static void load_integer(struct xg_builder *b, const struct xg_op *op, const struct access *a,
                         struct xg_rm m)
{
    int h = xg_dst(b, op->d, RCX);
    bool w = a->bytes == 8;
    switch (a->bytes) {
    case 1:
        xg_x_op(X, XG_X(0, XG_M0F, 0xB6), h, m);
        break;
    case 2:
        if (a->what == 'a') {
            xg_x_op(X, XG_X(0, XG_M0F, 0xB7), RCX, m);
            xg_emit_rol16(b, RCX);
            xg_x_op(X, XG_X(0, XG_M0F, 0xBF) | XG_XW, h, xg_reg(RCX));
        } else {
            xg_x_op(X, XG_X(0, XG_M0F, 0xB7), h, m);
            if (a->what == 'z')
                xg_emit_rol16(b, h);
        }
        break;
    default:
        if (a->what == 'r') {
            xg_x_op(X, XG_X(0, 0, 0x8B) | (w ? XG_XW : 0), h, m);
        } else if (a->what == 'a') {
            load_swapped(b, false, RCX, m);
            xg_x_op(X, XG_X(0, 0, 0x63) | XG_XW, h, xg_reg(RCX));
        } else {
            load_swapped(b, w, h, m);
        }
        break;
    }
    xg_put(b, op->d, h);
}

/* A load into its own index: the update needs what was there before. */
static bool overwrites_index(const struct xg_op *op, const struct access *a)
{
    return a->update && a->mode == MODE_X && is_integer_load(a) && op->d == op->b;
}
/* RA becomes the whole sum: only addressing cuts it to 32 bits. The old index may be in rdx. */
static void write_update(struct xg_builder *b, const struct xg_op *op, const struct access *a)
{
    struct xg_rm ra = xg_src(b, op->a);
    int ha = xg_home_g(b, op->a), index;
    if (a->mode == MODE_D) {
        if (op->imm)
            xg_x_alui(X, XG_ADD, true, ra, op->imm);
        return;
    }
    index = overwrites_index(op, a) ? RDX : xg_get(b, op->b, RCX);
    if (ha >= 0) {
        xg_x_alu(X, XG_ADD, true, ha, xg_reg(index));
    } else {
        xg_x_mov(X, true, RAX, ra);
        xg_x_alu(X, XG_ADD, true, RAX, xg_reg(index));
        xg_put(b, op->a, RAX);
    }
}

static void store_integer(struct xg_builder *b, const struct xg_op *op, const struct access *a,
                          struct xg_rm m)
{
    bool w = a->bytes == 8, swap = a->what == 's' && a->bytes > 1;
    int s = xg_home_g(b, op->d);
    if (s < 0 || (swap && (X->level < XG_X_AVX2 || a->bytes == 2))) {
        xg_x_mov(X, true, RCX, xg_src(b, op->d));
        s = RCX;
    }
    switch (a->bytes) {
    case 1:
        xg_x_op(X, XG_X(0, 0, 0x88) | XG_X8, s, m);
        break;
    case 2:
        if (swap)
            xg_emit_rol16(b, s);
        xg_x_op(X, XG_X(XG_P66, 0, 0x89), s, m);
        break;
    default:
        if (swap)
            store_swapped(b, w, s, m);
        else
            xg_x_op(X, XG_X(0, 0, 0x89) | (w ? XG_XW : 0), s, m);
        break;
    }
}

static void shuffle(struct xg_builder *b, int d, int s, const uint32_t *mask)
{
    xg_x_op3(X, XG_X(XG_P66, XG_M38, 0x00), d, s, xg_abs(mask), 2);
}
static void widen(struct xg_builder *b, int d, int s)
{
    xg_x_op3(X, XG_X(XG_PF3, XG_M0F, 0x5A), d, s, xg_reg(s), 2);
}

static void load_float(struct xg_builder *b, const struct xg_op *op, const struct access *a,
                       struct xg_rm m)
{
    int h = xg_home_f(b, op->d);
    if (a->what == 'd') {
        if (h < 0) {
            load_swapped(b, true, RCX, m);
            xg_x_store(X, true, RCX, xg_slot_f(op->d));
        } else {
            xg_x_op2(X, XG_X(XG_PF2, XG_M0F, 0x10), h, m);
            shuffle(b, h, h, b->j->s->k[XG_K_SWAP_LONG]);
        }
        return;
    }
    int d = h < 0 ? 0 : h;
    xg_x_op2(X, XG_X(XG_PF3, XG_M0F, 0x10), d, m);
    shuffle(b, d, d, b->j->s->k[XG_K_SWAP_WORDS]);
    if (h < 0) {
        widen(b, 0, 0);
        xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0xD6), 0, xg_slot_f(op->d));
    }
}

/* stfs of a double: the bits as the architecture cuts them; denormals step aside. */
static void store_narrowed(struct xg_builder *b, const struct xg_binsn *i, struct xg_rm m)
{
    int h = xg_home_f(b, i->op.d), t = m.index == RDX ? RAX : RDX;
    if (h < 0)
        xg_x_mov(X, true, RCX, xg_slot_f(i->op.d));
    else
        xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x7E) | XG_XW, h, xg_reg(RCX));
    xg_x_lea(X, true, t, xg_indexed(RCX, RCX, 0));
    xg_x_op(X, XG_X(0, 0, 0x85) | XG_XW, t, xg_reg(t));
    uint8_t *zero = xg_x_jcc(X, XG_E);
    xg_x_shift(X, XG_SHR, true, t, 53);
    xg_x_alui(X, XG_CMP, false, xg_reg(t), 896);
    struct xg_cold cold = {.kind = XG_COLD_STEP,
                           .fix = xg_x_jcc(X, XG_BE),
                           .insn = (int)b->at,
                           .dirty = i->dirty,
                           .singles = b->singles};
    xg_x_land(X, zero);
    xg_x_mov(X, true, t, xg_reg(RCX));
    xg_x_shift(X, XG_SHR, true, t, 32);
    xg_x_alui(X, XG_AND, false, xg_reg(t), (int32_t)0xC0000000);
    xg_x_shift(X, XG_SHR, true, RCX, 29);
    xg_x_alui(X, XG_AND, false, xg_reg(RCX), 0x3FFFFFFF);
    xg_x_alu(X, XG_OR, false, RCX, xg_reg(t));
    store_swapped(b, false, RCX, m);
    /* The step also writes the updated address, so it comes back after everything. */
    cold.resume = NULL;
    xg_cold_add(b, cold);
}

static void store_float(struct xg_builder *b, const struct xg_binsn *i, const struct access *a,
                        struct xg_rm m)
{
    const struct xg_op *op = &i->op;
    int h = xg_home_f(b, op->d);
    bool single = h >= 0 && (b->singles >> op->d & 1);
    if (a->what == 'F') {
        if (single) {
            shuffle(b, 0, h, b->j->s->k[XG_K_SWAP_WORDS]);
            xg_x_op2(X, XG_X(XG_PF3, XG_M0F, 0x11), 0, m);
        } else {
            store_narrowed(b, i, m);
        }
    } else if (a->what == 'D' && h >= 0) {
        if (single)
            widen(b, 0, h);
        shuffle(b, 0, single ? 0 : h, b->j->s->k[XG_K_SWAP_LONG]);
        xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0xD6), 0, m);
    } else if (a->what == 'D') {
        xg_x_mov(X, true, RCX, xg_slot_f(op->d));
        store_swapped(b, true, RCX, m);
    } else { /* the low word of the double */
        if (single) {
            widen(b, 0, h);
            h = 0;
        }
        if (h >= 0)
            xg_x_op2(X, XG_X(XG_P66, XG_M0F, 0x7E), h, xg_reg(RCX));
        else
            xg_x_mov(X, false, RCX, xg_slot_f(op->d));
        store_swapped(b, false, RCX, m);
    }
}

/* The address in eax, which must be aligned; the step decides about others. */
static struct xg_cold reserved_address(struct xg_builder *b, const struct xg_binsn *i,
                                       unsigned size)
{
    address_in_eax(b, &i->op, MODE_X);
    xg_x_byte(X, 0xA8); /* test al, size - 1 */
    xg_x_byte(X, size - 1);
    return (struct xg_cold){.kind = XG_COLD_STEP,
                            .fix = xg_x_jcc(X, XG_NE),
                            .insn = (int)b->at,
                            .dirty = i->dirty,
                            .singles = b->singles};
}
static void load_reserve(struct xg_builder *b, const struct xg_binsn *i, unsigned size)
{
    struct xg_cold cold = reserved_address(b, i, size);
    load_swapped(b, size == 8, RCX, xg_indexed(R15, RAX, 0));
    xg_x_op(X, XG_X(XG_P66, 0, 0xC7), 0, XG_CTX(reserve_valid));
    xg_x_byte(X, 1);
    xg_x_byte(X, size); /* reserve_size follows reserve_valid */
    xg_x_store(X, false, RAX, XG_CTX(reserve_address));
    xg_x_store(X, true, RCX, XG_CTX(reserve_value));
    xg_put(b, i->op.d, RCX);
    cold.resume = X->p;
    xg_cold_add(b, cold);
}
/* One compare and exchange; EQ tells whether it stored. */
static void store_conditional(struct xg_builder *b, const struct xg_binsn *i, unsigned size)
{
    bool w = size == 8;
    struct xg_cold cold = reserved_address(b, i, size);
    xg_x_op(X, XG_X(XG_P66, 0, 0x81), XG_CMP, XG_CTX(reserve_valid));
    xg_x_byte(X, 1);
    xg_x_byte(X, size);
    uint8_t *none = xg_x_jcc(X, XG_NE);
    xg_x_alu(X, XG_CMP, false, RAX, XG_CTX(reserve_address));
    uint8_t *elsewhere = xg_x_jcc(X, XG_NE);
    xg_x_mov(X, false, RDX, xg_reg(RAX));
    xg_x_mov(X, w, RAX, XG_CTX(reserve_value));
    xg_emit_bswap(b, w, RAX);
    xg_x_mov(X, w, RCX, xg_src(b, i->op.d));
    xg_emit_bswap(b, w, RCX);
    xg_x_byte(X, 0xF0);
    xg_x_op(X, XG_X(0, XG_M0F, 0xB1) | (w ? XG_XW : 0), RCX, xg_indexed(R15, RDX, 0));
    xg_x_land(X, none);
    xg_x_land(X, elsewhere);
    xg_x_op(X, XG_X(0, 0, 0xC6), 0, XG_CTX(reserve_valid)); /* keeps the flags */
    xg_x_byte(X, 0);
    xg_x_mov(X, true, RAX, STATE(cr_values[0]));
    xg_x_op(X, XG_X(0, XG_M0F, 0x44) | XG_XW, RAX, STATE(cr_values[2]));
    xg_x_store(X, true, RAX, STATE(crv[0]));
    cold.resume = X->p;
    xg_cold_add(b, cold);
}

static void clear_block(struct xg_builder *b, const struct xg_binsn *i)
{
    int32_t size = i->handler == XG_HANDLER_dcbz ? 32 : 128;
    address_in_eax(b, &i->op, MODE_X);
    xg_x_alui(X, XG_AND, false, xg_reg(RAX), -size);
    xg_x_op3(X, XG_X(0, XG_M0F, 0x57), 0, 0, xg_reg(0), 1);
    for (int32_t at = 0; at < size; at += 16)
        xg_x_op2(X, XG_X(0, XG_M0F, 0x11), 0, xg_indexed(R15, RAX, at));
}

/* Where a device was accessed before: what lies in its window is the interpreter's, which asks the
 * device, without the host's fault. */
static void step_if_device(struct xg_builder *b, const struct xg_binsn *i, enum mode mode)
{
    address_in_eax(b, &i->op, mode);
    xg_x_shift(X, XG_SHR, false, RAX, XG_PAGE_SHIFT);
    xg_x_movi(X, RCX, (uintptr_t)b->j->mem->access);
    xg_x_op(X, XG_X(0, 0, 0xF6) | XG_X8, 0, xg_indexed(RCX, RAX, 0)); /* test */
    xg_x_byte(X, XG_PAGE_MMIO);
    xg_cold_add(b, (struct xg_cold){.kind = XG_COLD_STEP,
                                    .fix = xg_x_jcc(X, XG_NE),
                                    .insn = (int)b->at,
                                    .dirty = i->dirty,
                                    .singles = b->singles});
}

bool xg_emit_memory(struct xg_builder *b, struct xg_binsn *i)
{
    struct access a;
    const struct xg_op *op = &i->op;
    if (!classify(i->handler, &a)) {
        if (i->handler == XG_HANDLER_lwarx || i->handler == XG_HANDLER_ldarx)
            load_reserve(b, i, i->handler == XG_HANDLER_ldarx ? 8 : 4);
        else if (i->handler == XG_HANDLER_stwcx || i->handler == XG_HANDLER_stdcx)
            store_conditional(b, i, i->handler == XG_HANDLER_stdcx ? 8 : 4);
        else
            clear_block(b, i);
        return true;
    }
    unsigned colds = b->cold_count;
    if (xg_jit_set_has(&b->j->devices, op->pc))
        step_if_device(b, i, a.mode);
    struct xg_rm m = operand(b, op, &a);
    if (overwrites_index(op, &a))
        xg_x_mov(X, true, RDX, xg_src(b, op->b));
    switch (a.what) {
    case 's':
    case 'S':
        store_integer(b, op, &a, m);
        break;
    case 'f':
    case 'd':
        load_float(b, op, &a, m);
        break;
    case 'F':
    case 'D':
    case 'i':
        store_float(b, i, &a, m);
        break;
    default:
        load_integer(b, op, &a, m);
        break;
    }
    if (a.update)
        write_update(b, op, &a);
    while (colds < b->cold_count)
        b->room->cold[colds++].resume = X->p;
    return true;
}
