/* Disassembler. Each instruction is written in its readable form; the text is then read
 * back by the assembler and every field that came out different is appended as
 * name=value. So the text of any bit pattern assembles to that bit pattern, by construction. */
#include "gpu/draw/ucode.h"

#include <stdlib.h>
#include <string.h>

#define A(name) f[XG_UF_ALU_##name]
static const char letters[] = "xyzw";

static void print_register(FILE *out, const char *prefix, uint32_t index, const char *relative)
{
    if (relative)
        fprintf(out, "%s[%s+%u]", prefix, relative, index);
    else
        fprintf(out, "%s%u", prefix, index);
}

static void print_export(FILE *out, uint32_t index, enum xg_shader_stage stage)
{
    if (stage == XG_STAGE_VS && index < 16)
        fprintf(out, "o%u", index);
    else if (stage == XG_STAGE_VS && index == 62)
        fputs("oPos", out);
    else if (stage == XG_STAGE_VS && index == 63)
        fputs("oPts", out);
    else if (stage == XG_STAGE_PS && index < 4)
        fprintf(out, "oC%u", index);
    else if (stage == XG_STAGE_PS && index == 61)
        fputs("oDepth", out);
    else if (index == 32)
        fputs("eA", out);
    else if (index >= 33 && index <= 37)
        fprintf(out, "eM%u", index - 33);
    else
        fprintf(out, "export%u", index);
}

/* Which sources a slot reads as constants decides which rel bit each one uses. */
struct alu_view {
    unsigned vector_sources;
    bool scalar_reads_src3;
    const struct xg_ucode_op *scalar;
};

static struct alu_view alu_look(const uint32_t *f)
{
    const struct xg_ucode_op *v = &xg_ucode_vector_ops[f[XG_UF_ALU_VECTOR_OP]];
    const struct xg_ucode_op *s = &xg_ucode_scalar_ops[f[XG_UF_ALU_SCALAR_OP]];
    return (struct alu_view){v->name ? v->operands : 3, !s->name || s->operands, s};
}

static uint32_t source_field(const uint32_t *f, unsigned n, uint32_t src1, uint32_t src2,
                             uint32_t src3)
{
    return f[n == 0 ? src1 : n == 1 ? src2 : src3];
}
#define SOURCE(n, what)                                                                            \
    source_field(f, n, XG_UF_ALU_SRC1_##what, XG_UF_ALU_SRC2_##what, XG_UF_ALU_SRC3_##what)

static void print_source_base(FILE *out, const uint32_t *f, unsigned n, bool constant)
{
    uint32_t reg = SOURCE(n, REG);
    if (!constant) {
        print_register(out, "r", reg & 63, reg & 64 ? "aL" : NULL);
        return;
    }
    unsigned before = 0;
    for (unsigned i = 0; i < n && i < alu_look(f).vector_sources; i++)
        before += !SOURCE(i, IS_TEMP);
    bool rel = before ? A(CONST_1_REL) : A(CONST_0_REL);
    print_register(out, "c", reg, !rel ? NULL : A(CONST_REL_USES_A0) ? "a0" : "aL");
}

static void print_source(FILE *out, const uint32_t *f, unsigned n, const char *swizzle)
{
    bool temp = SOURCE(n, IS_TEMP);
    bool magnitude = temp ? SOURCE(n, REG) >> 7 : A(ABS_CONSTANTS);
    if (SOURCE(n, NEG))
        fputc('-', out);
    if (magnitude)
        fputc('|', out);
    print_source_base(out, f, n, !temp);
    if (*swizzle)
        fprintf(out, ".%s", swizzle);
    if (magnitude)
        fputc('|', out);
}

static void vector_swizzle(uint32_t field, char text[5])
{
    for (unsigned i = 0; i < 4; i++)
        text[i] = letters[((field >> 2 * i) + i) & 3];
    text[4] = 0;
    if (!strcmp(text, "xyzw"))
        text[0] = 0;
    else if (text[0] == text[1] && text[0] == text[2] && text[0] == text[3])
        text[1] = 0;
}

static void print_mask(FILE *out, uint32_t mask)
{
    if (mask == 15)
        return;
    fputc('.', out);
    for (unsigned i = 0; i < 4; i++)
        if (mask >> i & 1)
            fputc(letters[i], out);
}

static void print_vector_dest(FILE *out, const uint32_t *f, enum xg_shader_stage stage)
{
    uint32_t v = A(VECTOR_MASK), s = A(SCALAR_MASK);
    if (!A(EXPORT)) {
        if (!v) {
            fputc('_', out);
            return;
        }
        print_register(out, "r", A(VECTOR_DEST), A(VECTOR_DEST_REL) ? "aL" : NULL);
        print_mask(out, v);
        return;
    }
    print_export(out, A(VECTOR_DEST), stage);
    if (v == 15 && !s)
        return;
    fputc('.', out);
    for (unsigned i = 0; i < 4; i++) {
        unsigned pair = (v >> i & 1) << 1 | (s >> i & 1);
        fputc(pair == 2                         ? letters[i]
              : pair == 3                       ? '1'
              : pair == 0 && A(SCALAR_DEST_REL) ? '0'
                                                : '_',
              out);
    }
}

static void print_vector(FILE *out, const uint32_t *f, enum xg_shader_stage stage)
{
    const struct xg_ucode_op *op = &xg_ucode_vector_ops[A(VECTOR_OP)];
    unsigned sources = alu_look(f).vector_sources;
    bool same = A(SRC1_REG) == A(SRC2_REG) && A(SRC1_SWIZZLE) == A(SRC2_SWIZZLE) &&
                A(SRC1_NEG) == A(SRC2_NEG) && A(SRC1_IS_TEMP) == A(SRC2_IS_TEMP) &&
                (A(SRC1_IS_TEMP) || A(CONST_0_REL) == A(CONST_1_REL));
    const char *name = op->name;
    if (same && A(VECTOR_OP) == XG_VOP_MAX) {
        name = "mov";
        sources = 1;
    } else if (same && A(VECTOR_OP) == XG_VOP_MAXA) {
        name = "mova";
        sources = 1;
    }
    if (name)
        fputs(name, out);
    else
        fprintf(out, "undef%u", A(VECTOR_OP));
    fputs(A(VECTOR_CLAMP) ? "_sat " : " ", out);
    print_vector_dest(out, f, stage);
    for (unsigned n = 0; n < sources; n++) {
        char swizzle[5];
        vector_swizzle(SOURCE(n, SWIZZLE), swizzle);
        fputs(", ", out);
        print_source(out, f, n, swizzle);
    }
}

static void print_scalar(FILE *out, const uint32_t *f, enum xg_shader_stage stage, bool alone)
{
    struct alu_view view = alu_look(f);
    uint32_t mask = A(EXPORT) ? A(SCALAR_MASK) & ~A(VECTOR_MASK) : A(SCALAR_MASK);
    char a = letters[((A(SRC3_SWIZZLE) >> 6) + 3) & 3], b = letters[A(SRC3_SWIZZLE) & 3];
    bool movs = A(SCALAR_OP) == XG_SOP_MAXS && a == b;
    bool fixed = view.scalar->flags & XG_UCODE_CONST_SCALAR;
    if (!view.scalar->name)
        fprintf(out, "sundef%u", A(SCALAR_OP));
    else if (fixed)
        fprintf(out, "%.5s", view.scalar->name);
    else
        fputs(movs ? "movs" : view.scalar->name, out);
    fputs(A(SCALAR_CLAMP) ? "_sat " : " ", out);
    if (A(EXPORT) && (mask || alone)) {
        print_export(out, A(VECTOR_DEST), stage);
        print_mask(out, mask);
    } else if (mask && !A(EXPORT)) {
        print_register(out, "r", A(SCALAR_DEST), A(SCALAR_DEST_REL) ? "aL" : NULL);
        print_mask(out, mask);
    } else {
        fputc('_', out);
    }
    if (fixed) {
        char text[2] = {a, 0};
        uint32_t temp = (A(SCALAR_OP) & 1) | A(SRC3_IS_TEMP) << 1 | (A(SRC3_SWIZZLE) & 0x3C);
        fputs(", ", out);
        if (A(SRC3_NEG))
            fputc('-', out);
        if (A(ABS_CONSTANTS))
            fputc('|', out);
        print_source_base(out, f, 2, true);
        fprintf(out, ".%s%s, r%u.%c", text, A(ABS_CONSTANTS) ? "|" : "", temp, b);
    } else if (!view.scalar->name || view.scalar->operands) {
        char text[3] = {a, 0, 0};
        if (!movs && (!view.scalar->name || view.scalar->operands == 2))
            text[1] = b;
        fputs(", ", out);
        print_source(out, f, 2, text);
    }
}

static void print_alu(FILE *out, const uint32_t *f, enum xg_shader_stage stage)
{
    bool no_vector = A(VECTOR_OP) == XG_VOP_MAX && !A(VECTOR_MASK) && !A(VECTOR_CLAMP) &&
                     !A(SRC1_REG) && !A(SRC2_REG) && !A(SRC1_SWIZZLE) && !A(SRC2_SWIZZLE) &&
                     !A(SRC1_NEG) && !A(SRC2_NEG) && A(SRC1_IS_TEMP) && A(SRC2_IS_TEMP);
    uint32_t own = A(EXPORT) ? A(SCALAR_MASK) & ~A(VECTOR_MASK) : A(SCALAR_MASK);
    bool no_scalar = A(SCALAR_OP) == XG_SOP_RETAIN_PREV && !own && !A(SCALAR_CLAMP);
    if (A(EXPORT) && !own)
        no_vector = false;
    /* A component set to 0 shows in the vector half's destination only. */
    if (A(EXPORT) && A(SCALAR_DEST_REL))
        no_vector = false;
    if (A(PREDICATED))
        fputs(A(PRED_CONDITION) ? "(p0) " : "(!p0) ", out);
    if (no_vector && no_scalar) {
        fputs("nop", out);
        return;
    }
    if (!no_vector)
        print_vector(out, f, stage);
    if (!no_vector && !no_scalar)
        fputs("\n        + ", out);
    if (!no_scalar)
        print_scalar(out, f, stage, no_vector);
}

static void print_fetch_dest(FILE *out, const uint32_t *f, uint32_t dst, uint32_t rel,
                             uint32_t swizzle)
{
    print_register(out, "r", f[dst], f[rel] ? "aL" : NULL);
    if (f[swizzle] == 03210)
        return;
    fputc('.', out);
    for (unsigned i = 0; i < 4; i++)
        fputc("xyzw01?_"[f[swizzle] >> 3 * i & 7], out);
}

static void print_vfetch(FILE *out, const uint32_t *f)
{
    if (f[XG_UF_VFETCH_PREDICATED])
        fputs(f[XG_UF_VFETCH_PRED_CONDITION] ? "(p0) " : "(!p0) ", out);
    fputs("vfetch ", out);
    print_fetch_dest(out, f, XG_UF_VFETCH_DST, XG_UF_VFETCH_DST_REL, XG_UF_VFETCH_DST_SWIZZLE);
    fputs(", ", out);
    print_register(out, "r", f[XG_UF_VFETCH_SRC], f[XG_UF_VFETCH_SRC_REL] ? "aL" : NULL);
    fprintf(out, ".%c, vf%u", letters[f[XG_UF_VFETCH_SRC_SWIZZLE]],
            f[XG_UF_VFETCH_CONST] * 3 + f[XG_UF_VFETCH_CONST_SEL]);
}

static void print_tfetch(FILE *out, const uint32_t *f)
{
    static const char *const dimensions[] = {"1D", "2D", "3D", "Cube"};
    const struct xg_ucode_op *op = &xg_ucode_fetch_ops[f[XG_UF_TFETCH_OPCODE]];
    if (f[XG_UF_TFETCH_PREDICATED])
        fputs(f[XG_UF_TFETCH_PRED_CONDITION] ? "(p0) " : "(!p0) ", out);
    if (op->name)
        fputs(op->name, out);
    else
        fprintf(out, "fundef%u_", f[XG_UF_TFETCH_OPCODE]);
    fprintf(out, "%s ", dimensions[f[XG_UF_TFETCH_DIMENSION]]);
    print_fetch_dest(out, f, XG_UF_TFETCH_DST, XG_UF_TFETCH_DST_REL, XG_UF_TFETCH_DST_SWIZZLE);
    fputs(", ", out);
    print_register(out, "r", f[XG_UF_TFETCH_SRC], f[XG_UF_TFETCH_SRC_REL] ? "aL" : NULL);
    uint32_t s = f[XG_UF_TFETCH_SRC_SWIZZLE];
    fprintf(out, ".%c%c%c, tf%u", letters[s & 3], letters[s >> 2 & 3], letters[s >> 4 & 3],
            f[XG_UF_TFETCH_CONST]);
}

static void print_residue(FILE *out, const struct xg_ucode_insn *insn,
                          const struct xg_ucode_insn *said)
{
    const struct xg_ucode_class_info *info = &xg_ucode_classes[insn->cls];
    for (unsigned i = 0; i < info->count; i++) {
        const struct xg_ucode_field *field = &info->fields[i];
        if (insn->f[i] == said->f[i])
            continue;
        fprintf(out, ", %s", field->name);
        if (insn->cls == XG_UC_VFETCH && i == XG_UF_VFETCH_FORMAT) {
            const struct xg_ucode_value *v = xg_ucode_vertex_formats;
            while (v->name && v->value != insn->f[i])
                v++;
            if (v->name) {
                fprintf(out, "=%s", v->name);
                continue;
            }
        }
        if (field->is_signed)
            fprintf(out, "=%d", (int)insn->f[i]);
        else if (field->width > 1 || insn->f[i] != 1)
            fprintf(out, "=%u", insn->f[i]);
    }
}

void xg_ucode_print(FILE *out, const struct xg_ucode_insn *insn, enum xg_shader_stage stage)
{
    char *text = NULL;
    size_t size = 0;
    FILE *mem = open_memstream(&text, &size);
    if (!mem)
        return;
    switch (insn->cls) {
    case XG_UC_ALU:
        print_alu(mem, insn->f, stage);
        break;
    case XG_UC_VFETCH:
        print_vfetch(mem, insn->f);
        break;
    default:
        print_tfetch(mem, insn->f);
        break;
    }
    fclose(mem);
    struct xg_ucode_insn said;
    bool serialize;
    if (xg_ucode_parse(&said, text, stage, &serialize, NULL)) {
        fputs(text, out);
    } else {
        /* The halves contradict each other (both want the third source): name fields only. */
        static const char *const bare[] = {"nop", "vfetch r0, r0.x, vf0",
                                           "tfetch2D r0, r0.xxx, tf0"};
        fputs(bare[insn->cls - XG_UC_ALU], out);
        xg_ucode_parse(&said, bare[insn->cls - XG_UC_ALU], stage, &serialize, NULL);
    }
    print_residue(out, insn, &said);
    free(text);
}

/* --- programs --- */

struct listing {
    FILE *out;
    const uint32_t *words;
    size_t slots, cf_slots;
    enum xg_shader_stage stage;
    bool flat;
    uint8_t *kind;   /* per slot: 0 unreached, 1 ALU, 2 fetch */
    uint8_t *target; /* per CF: a jump lands here */
    size_t undefined;
};

static void listing_survey(struct listing *l)
{
    size_t next = l->cf_slots;
    for (size_t i = 0; i < 2 * l->cf_slots; i++) {
        struct xg_ucode_insn insn;
        struct xg_ucode_exec exec;
        xg_ucode_cf(&insn, l->words, i);
        if (xg_ucode_exec(&insn, &exec)) {
            if (exec.address != next || exec.count > 6)
                l->flat = true;
            for (uint32_t n = 0; n < exec.count; n++) {
                size_t slot = exec.address + n;
                if (slot < l->slots && !l->kind[slot])
                    l->kind[slot] = n < 6 && exec.sequence >> 2 * n & 1 ? 2 : 1;
            }
            next = exec.address + exec.count;
        } else if (insn.cls == XG_UC_CF_LOOP || insn.cls == XG_UC_CF_ENDLOOP ||
                   insn.cls == XG_UC_CF_CALL || insn.cls == XG_UC_CF_JUMP) {
            if (insn.f[0] < 2 * l->cf_slots)
                l->target[insn.f[0]] = 1;
        }
    }
    if (next != l->slots)
        l->flat = true;
}

static void list_slot(struct listing *l, size_t slot, unsigned kind, bool serialize)
{
    struct xg_ucode_insn insn;
    const uint32_t *w = l->words + 3 * slot;
    if (!kind) {
        fprintf(l->out, "        .word 0x%08X, 0x%08X, 0x%08X\n", w[0], w[1], w[2]);
        return;
    }
    xg_ucode_unpack(&insn, kind == 2 ? xg_ucode_fetch_class(w) : XG_UC_ALU, w);
    fputs("        ", l->out);
    if (serialize)
        fputs("(S) ", l->out);
    xg_ucode_print(l->out, &insn, l->stage);
    bool undefined = kind == 2 ? !xg_ucode_fetch_ops[w[0] & 31].name
                               : !xg_ucode_vector_ops[insn.A(VECTOR_OP)].name ||
                                     !xg_ucode_scalar_ops[insn.A(SCALAR_OP)].name;
    if (undefined) {
        l->undefined++;
        fputs(" ; undefined encoding", l->out);
    }
    fputc('\n', l->out);
}

static void print_target(struct listing *l, uint32_t target)
{
    if (target < 2 * l->cf_slots)
        fprintf(l->out, " L%u", target);
    else
        fprintf(l->out, " %u", target);
}

static void list_cf_operands(struct listing *l, const struct xg_ucode_insn *insn,
                             struct xg_ucode_insn *said)
{
    static const char *const allocs[] = {"none", "position", "interpolators", "memory"};
    const uint32_t *f = insn->f;
    uint32_t *s = said->f;
    FILE *out = l->out;
    switch (insn->cls) {
    case XG_UC_CF_EXEC_BOOL:
        fprintf(out, " %sb%u", f[XG_UF_CF_EXEC_BOOL_CONDITION] ? "" : "!",
                f[XG_UF_CF_EXEC_BOOL_BOOL]);
        s[XG_UF_CF_EXEC_BOOL_BOOL] = f[XG_UF_CF_EXEC_BOOL_BOOL];
        s[XG_UF_CF_EXEC_BOOL_CONDITION] = f[XG_UF_CF_EXEC_BOOL_CONDITION];
        break;
    case XG_UC_CF_EXEC_PRED:
        fputs(f[XG_UF_CF_EXEC_PRED_CONDITION] ? " p0" : " !p0", out);
        s[XG_UF_CF_EXEC_PRED_CONDITION] = f[XG_UF_CF_EXEC_PRED_CONDITION];
        break;
    case XG_UC_CF_LOOP:
    case XG_UC_CF_ENDLOOP:
        print_target(l, f[0]);
        fprintf(out, ", i%u", f[XG_UF_CF_LOOP_LOOP]);
        s[0] = f[0];
        s[XG_UF_CF_LOOP_LOOP] = f[XG_UF_CF_LOOP_LOOP];
        if (insn->cls == XG_UC_CF_ENDLOOP && f[XG_UF_CF_ENDLOOP_BREAK]) {
            fputs(f[XG_UF_CF_ENDLOOP_CONDITION] ? ", p0" : ", !p0", out);
            s[XG_UF_CF_ENDLOOP_BREAK] = 1;
            s[XG_UF_CF_ENDLOOP_CONDITION] = f[XG_UF_CF_ENDLOOP_CONDITION];
        }
        break;
    case XG_UC_CF_CALL:
    case XG_UC_CF_JUMP: {
        bool jump = insn->cls == XG_UC_CF_JUMP;
        uint32_t b = jump ? XG_UF_CF_JUMP_BOOL : XG_UF_CF_CALL_BOOL;
        uint32_t c = jump ? XG_UF_CF_JUMP_CONDITION : XG_UF_CF_CALL_CONDITION;
        print_target(l, f[0]);
        s[0] = f[0];
        if (f[XG_UF_CF_CALL_UNCONDITIONAL]) {
            s[XG_UF_CF_CALL_UNCONDITIONAL] = 1;
            break;
        }
        s[c] = f[c];
        if (f[XG_UF_CF_CALL_PREDICATED]) {
            fputs(f[c] ? ", p0" : ", !p0", out);
            s[XG_UF_CF_CALL_PREDICATED] = 1;
        } else {
            fprintf(out, ", %sb%u", f[c] ? "" : "!", f[b]);
            s[b] = f[b];
        }
        break;
    }
    case XG_UC_CF_ALLOC:
        fprintf(out, " %s", allocs[f[XG_UF_CF_ALLOC_TYPE]]);
        s[XG_UF_CF_ALLOC_TYPE] = f[XG_UF_CF_ALLOC_TYPE];
        break;
    default:
        break;
    }
}

static void list_cf(struct listing *l, size_t i)
{
    struct xg_ucode_insn insn, said;
    struct xg_ucode_exec exec;
    xg_ucode_cf(&insn, l->words, i);
    unsigned opcode = xg_ucode_cf_opcode(&insn);
    if (l->target[i])
        fprintf(l->out, "L%zu:\n", i);
    fprintf(l->out, "    %s", xg_ucode_cf_ops[opcode].name);
    xg_ucode_defaults(&said, insn.cls);
    said.f[xg_ucode_classes[insn.cls].count - 1] = opcode;
    list_cf_operands(l, &insn, &said);
    bool nested = xg_ucode_exec(&insn, &exec) && !l->flat;
    if (nested) {
        said.f[XG_UF_CF_EXEC_ADDRESS] = exec.address;
        said.f[XG_UF_CF_EXEC_COUNT] = exec.count;
        said.f[XG_UF_CF_EXEC_SEQUENCE] = exec.sequence & ((1u << 2 * exec.count) - 1);
    }
    print_residue(l->out, &insn, &said);
    fputc('\n', l->out);
    if (nested)
        for (uint32_t n = 0; n < exec.count; n++)
            list_slot(l, exec.address + n, exec.sequence >> 2 * n & 1 ? 2 : 1,
                      exec.sequence >> 2 * n & 2);
}

size_t xg_ucode_disassemble(FILE *out, const uint32_t *words, size_t count,
                            enum xg_shader_stage stage)
{
    struct listing l = {.out = out, .words = words, .slots = count / 3, .stage = stage};
    if (!l.slots)
        return 0;
    l.cf_slots = xg_ucode_cf_slots(words, l.slots);
    l.kind = calloc(l.slots, 1);
    l.target = calloc(2 * l.cf_slots, 1);
    if (l.kind && l.target) {
        listing_survey(&l);
        fputs(stage == XG_STAGE_VS ? ".vs\n" : ".ps\n", out);
        if (l.flat)
            fputs(".flat\n", out);
        for (size_t i = 0; i < 2 * l.cf_slots; i++)
            list_cf(&l, i);
        if (l.flat) {
            fputs(".slots\n", out);
            for (size_t slot = l.cf_slots; slot < l.slots; slot++)
                list_slot(&l, slot, l.kind[slot], false);
        }
    }
    free(l.kind);
    free(l.target);
    return l.undefined;
}
