/* The disassembler: names and operands come from the instruction table, in the basic
 * mnemonics, so that an assembler over the same table gives the same word back. */
#include "cpu/cpu.h"
#include "cpu/decode.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

struct text {
    char *p;
    size_t room;
};

XG_PRINTF(2, 3) static void put(struct text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(t->p, t->room, fmt, ap);
    va_end(ap);
    size_t used = n < 0 ? 0 : (size_t)n < t->room ? (size_t)n : t->room ? t->room - 1 : 0;
    t->p += used;
    t->room -= used;
}

static int32_t sign_extend(uint32_t v, unsigned bits)
{
    return (int32_t)(v << (32 - bits)) >> (32 - bits);
}

static void put_memory_operand(struct text *t, int32_t displacement, uint32_t ra,
                               bool zero_means_none)
{
    if (ra || !zero_means_none)
        put(t, "%" PRId32 "(r%u)", displacement, ra);
    else
        put(t, "%" PRId32 "(0)", displacement);
}

static void put_register(struct text *t, enum xg_operand kind, uint32_t w)
{
    switch (kind) {
    case XG_OPERAND_RT:
    case XG_OPERAND_RS:
        put(t, "r%u", xg_field_d(w));
        break;
    case XG_OPERAND_RA:
        put(t, "r%u", xg_field_a(w));
        break;
    case XG_OPERAND_RA0:
        put(t, xg_field_a(w) ? "r%u" : "%u", xg_field_a(w));
        break;
    case XG_OPERAND_RB:
        put(t, "r%u", xg_field_b(w));
        break;
    case XG_OPERAND_FRT:
    case XG_OPERAND_FRS:
        put(t, "f%u", xg_field_d(w));
        break;
    case XG_OPERAND_FRA:
        put(t, "f%u", xg_field_a(w));
        break;
    case XG_OPERAND_FRB:
        put(t, "f%u", xg_field_b(w));
        break;
    case XG_OPERAND_FRC:
    case XG_OPERAND_VC:
        put(t, kind == XG_OPERAND_VC ? "v%u" : "f%u", xg_field_c(w));
        break;
    case XG_OPERAND_VD:
    case XG_OPERAND_VS:
        put(t, "v%u", xg_field_d(w));
        break;
    case XG_OPERAND_VA:
        put(t, "v%u", xg_field_a(w));
        break;
    case XG_OPERAND_VB:
        put(t, "v%u", xg_field_b(w));
        break;
    case XG_OPERAND_VD128:
    case XG_OPERAND_VS128:
        put(t, "v%u", xg_field_vd128(w));
        break;
    case XG_OPERAND_VA128:
        put(t, "v%u", xg_field_va128(w));
        break;
    case XG_OPERAND_VB128:
        put(t, "v%u", xg_field_vb128(w));
        break;
    case XG_OPERAND_VC3:
        put(t, "v%u", xg_field(w, 6, 3));
        break;
    default:
        put(t, "?");
        break;
    }
}

/* Immediates and bit fields that are plain unsigned numbers. */
static uint32_t plain_field(enum xg_operand kind, uint32_t w)
{
    switch (kind) {
    case XG_OPERAND_UI:
        return w & 0xFFFF;
    case XG_OPERAND_BO:
    case XG_OPERAND_BT:
    case XG_OPERAND_TO:
        return xg_field_d(w);
    case XG_OPERAND_BI:
    case XG_OPERAND_BA:
    case XG_OPERAND_UIM:
        return xg_field_a(w);
    case XG_OPERAND_BB:
    case XG_OPERAND_SH:
    case XG_OPERAND_NB:
        return xg_field_b(w);
    case XG_OPERAND_L:
        return w >> 21 & 1;
    case XG_OPERAND_L1:
        return w >> 16 & 1;
    case XG_OPERAND_SL:
    case XG_OPERAND_STRM:
        return xg_field(w, 21, 2);
    case XG_OPERAND_LEV:
        return xg_field(w, 5, 7);
    case XG_OPERAND_MB:
        return xg_field_c(w);
    case XG_OPERAND_ME:
        return xg_field(w, 1, 5);
    case XG_OPERAND_SH6:
        return xg_field_sh6(w);
    case XG_OPERAND_MB6:
    case XG_OPERAND_ME6:
        return xg_field_mb6(w);
    case XG_OPERAND_SPR:
    case XG_OPERAND_TBR:
        return xg_field_spr(w);
    case XG_OPERAND_FXM:
        return xg_field(w, 12, 8);
    case XG_OPERAND_FLM:
        return xg_field(w, 17, 8);
    case XG_OPERAND_U:
        return xg_field(w, 12, 4);
    case XG_OPERAND_SHB:
    case XG_OPERAND_SHB128:
        return xg_field(w, 6, 4);
    case XG_OPERAND_PERM:
        return xg_field_perm(w);
    case XG_OPERAND_Z:
        return xg_field(w, 6, 2);
    case XG_OPERAND_SR:
        return xg_field(w, 16, 4);
    default:
        return 0;
    }
}

static void put_operand(struct text *t, enum xg_operand kind, uint32_t w, xg_ga pc)
{
    xg_ga from = w & 2 ? 0 : pc; /* AA */
    switch (kind) {
    case XG_OPERAND_SI:
        put(t, "%" PRId32, sign_extend(w & 0xFFFF, 16));
        break;
    case XG_OPERAND_SIM:
        put(t, "%" PRId32, sign_extend(xg_field_a(w), 5));
        break;
    case XG_OPERAND_D_RA:
    case XG_OPERAND_D_RA0:
        put_memory_operand(t, sign_extend(w & 0xFFFF, 16), xg_field_a(w), kind == XG_OPERAND_D_RA0);
        break;
    case XG_OPERAND_DS_RA:
    case XG_OPERAND_DS_RA0:
        put_memory_operand(t, sign_extend(w & 0xFFFC, 16), xg_field_a(w),
                           kind == XG_OPERAND_DS_RA0);
        break;
    case XG_OPERAND_LI:
        put(t, "0x%08" PRIX32, from + (xg_ga)sign_extend(w & 0x03FFFFFC, 26));
        break;
    case XG_OPERAND_BD:
        put(t, "0x%08" PRIX32, from + (xg_ga)sign_extend(w & 0xFFFC, 16));
        break;
    case XG_OPERAND_BF:
        put(t, "cr%u", xg_field(w, 23, 3));
        break;
    case XG_OPERAND_BFA:
        put(t, "cr%u", xg_field(w, 18, 3));
        break;
    case XG_OPERAND_RT:
    case XG_OPERAND_RS:
    case XG_OPERAND_RA:
    case XG_OPERAND_RA0:
    case XG_OPERAND_RB:
    case XG_OPERAND_FRT:
    case XG_OPERAND_FRS:
    case XG_OPERAND_FRA:
    case XG_OPERAND_FRB:
    case XG_OPERAND_FRC:
    case XG_OPERAND_VD:
    case XG_OPERAND_VS:
    case XG_OPERAND_VA:
    case XG_OPERAND_VB:
    case XG_OPERAND_VC:
    case XG_OPERAND_VD128:
    case XG_OPERAND_VS128:
    case XG_OPERAND_VA128:
    case XG_OPERAND_VB128:
    case XG_OPERAND_VC3:
        put_register(t, kind, w);
        break;
    default:
        put(t, "%" PRIu32, plain_field(kind, w));
        break;
    }
}

static void put_suffixes(struct text *t, const struct xg_insn_info *info, uint32_t w)
{
    unsigned rc_bit = info->form == XG_FORM_VC ? 10 : info->form == XG_FORM_VX128_R ? 6 : 0;
    if ((info->flags & XG_INSN_OE) && (w >> 10 & 1))
        put(t, "o");
    if ((info->flags & XG_INSN_LK) && (w & 1))
        put(t, "l");
    if ((info->flags & XG_INSN_AA) && (w & 2))
        put(t, "a");
    if ((info->flags & XG_INSN_RC) && (w >> rc_bit & 1))
        put(t, ".");
}

const char *xg_cpu_disassemble(uint32_t insn, xg_ga pc, char *buf, size_t size)
{
    enum xg_insn_id id = xg_insn_decode(insn);
    const struct xg_insn_info *info = &xg_insn_table[id];
    struct text t = {buf, size};
    if (id == XG_INSN_ILLEGAL) {
        put(&t, ".long 0x%08" PRIX32, insn);
        return buf;
    }
    put(&t, "%s", info->name);
    put_suffixes(&t, info, insn);
    for (unsigned i = 0; i < info->operand_count; i++) {
        put(&t, i ? ", " : " ");
        put_operand(&t, info->operands[i], insn, pc);
    }
    return buf;
}
