#include "cpu/interp/interp.h"

#define XG_HANDLER_ENTRY(name) [XG_HANDLER_##name] = xg_op_##name,
static xg_op_fn *const handlers[XG_HANDLER_COUNT] = {XG_HANDLERS(XG_HANDLER_ENTRY)};

static int32_t sign_extend(uint32_t v, unsigned bits)
{
    return (int32_t)(v << (32 - bits)) >> (32 - bits);
}

/* Ones from bit mb to bit me in PowerPC numbering (0 is the most significant),
 * around the end when mb > me. */
static uint32_t mask32(unsigned mb, unsigned me)
{
    uint32_t from = 0xFFFFFFFFu >> mb, to = 0xFFFFFFFFu << (31 - me);
    return mb <= me ? from & to : from | to;
}

static void decode_vx128(struct xg_op *op, enum xg_form form)
{
    uint32_t insn = op->insn;
    op->d = (uint8_t)xg_field_vd128(insn);
    op->b = (uint8_t)xg_field_vb128(insn);
    switch (form) {
    case XG_FORM_VX128_1:
        op->b = (uint8_t)xg_field_b(insn);
        break;
    case XG_FORM_VX128_2:
        op->a = (uint8_t)xg_field_va128(insn);
        op->c = (uint8_t)xg_field(insn, 6, 3);
        break;
    case XG_FORM_VX128_3:
        op->imm = sign_extend(op->a, 5);
        break;
    case XG_FORM_VX128_4:
        op->c = (uint8_t)xg_field(insn, 6, 2);
        break;
    case XG_FORM_VX128_5:
        op->a = (uint8_t)xg_field_va128(insn);
        op->c = (uint8_t)xg_field(insn, 6, 4);
        break;
    case XG_FORM_VX128_P:
        op->imm = (int32_t)xg_field_perm(insn);
        break;
    case XG_FORM_VX128_R:
        op->a = (uint8_t)xg_field_va128(insn);
        op->rc = insn >> 6 & 1;
        break;
    default:
        op->a = (uint8_t)xg_field_va128(insn);
        break;
    }
}

static void decode_fields(struct xg_op *op, enum xg_form form)
{
    uint32_t insn = op->insn;
    switch (form) {
    case XG_FORM_D:
        op->imm = sign_extend(insn & 0xFFFF, 16);
        break;
    case XG_FORM_DS:
        op->imm = sign_extend(insn & 0xFFFC, 16);
        break;
    case XG_FORM_I:
        op->imm = sign_extend(insn & 0x03FFFFFC, 26);
        break;
    case XG_FORM_B:
        op->imm = sign_extend(insn & 0xFFFC, 16);
        break;
    case XG_FORM_M:
        op->mask = mask32(xg_field_c(insn), xg_field(insn, 1, 5));
        break;
    case XG_FORM_MD:
        op->b = (uint8_t)xg_field_sh6(insn);
        op->c = (uint8_t)xg_field_mb6(insn);
        break;
    case XG_FORM_MDS:
        op->c = (uint8_t)xg_field_mb6(insn);
        break;
    case XG_FORM_XS:
        op->b = (uint8_t)xg_field_sh6(insn);
        break;
    case XG_FORM_XFX:
        op->imm = (int32_t)xg_field_spr(insn);
        break;
    case XG_FORM_VX:
        op->imm = sign_extend(op->a, 5);
        break;
    case XG_FORM_VC:
        op->rc = insn >> 10 & 1;
        break;
    case XG_FORM_VX128:
    case XG_FORM_VX128_1:
    case XG_FORM_VX128_2:
    case XG_FORM_VX128_3:
    case XG_FORM_VX128_4:
    case XG_FORM_VX128_5:
    case XG_FORM_VX128_P:
    case XG_FORM_VX128_R:
        decode_vx128(op, form);
        break;
    default:
        break;
    }
}

void xg_op_decode(struct xg_op *op, uint32_t insn, xg_ga pc)
{
    xg_op_decode_as(op, &xg_insn_table[xg_insn_decode(insn)], insn, pc);
}
void xg_op_decode_as(struct xg_op *op, const struct xg_insn_info *info, uint32_t insn, xg_ga pc)
{
    *op = (struct xg_op){
        .fn = handlers[info->handler],
        .insn = insn,
        .pc = pc,
        .d = (uint8_t)xg_field_d(insn),
        .a = (uint8_t)xg_field_a(insn),
        .b = (uint8_t)xg_field_b(insn),
        .c = (uint8_t)xg_field_c(insn),
        .rc = (info->flags & XG_INSN_RC) && (insn & 1),
        .oe = (info->flags & XG_INSN_OE) && (insn >> 10 & 1),
    };
    decode_fields(op, info->form);
}
