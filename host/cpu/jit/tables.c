/* Jump tables. A switch compares its value with a bound, takes a word, halfword or byte
 * from a table, makes an address of it and branches by CTR. The words before the branch are
 * followed with values of a few kinds; targets found this way only say what belongs to the
 * unit: the branch itself goes by CTR whatever was guessed here. */
#include "cpu/jit/build.h"

#include <string.h>

#define WINDOW 32 /* words before the branch */

enum kind {
    K_UNKNOWN,
    K_CONST, /* add */
    K_INDEX, /* index << shift */
    K_SUM,   /* add + (index << shift) */
    K_ENTRY, /* add + (entry << shift) */
};
struct value {
    enum kind kind;
    xg_ga add;
    unsigned shift;
    /* of K_ENTRY */
    xg_ga table;
    unsigned width;
    bool sign;
};
struct walk {
    struct value r[32], ctr;
    unsigned compared, field; /* cmpli: register and CR field */
    uint32_t bound, limit;    /* its operand; indexes that pass it, 0: not known yet */
};

static struct value sum(const struct value *a, const struct value *b)
{
    struct value v = a->kind == K_CONST ? *b : *a;
    const struct value *k = a->kind == K_CONST ? a : b;
    if (k->kind != K_CONST || v.kind == K_UNKNOWN)
        return (struct value){0};
    if (v.kind == K_INDEX)
        v.kind = K_SUM;
    v.add += k->add;
    return v;
}

/* What a load of `width` bytes gives at address `at`. */
static struct value entry(struct value at, unsigned width, bool sign)
{
    if (at.kind != K_SUM || 1u << at.shift != width)
        return (struct value){0};
    return (struct value){.kind = K_ENTRY, .table = at.add, .width = width, .sign = sign};
}

static struct value shifted(struct value v, unsigned by)
{
    if (v.kind != K_INDEX && !(v.kind == K_ENTRY && !v.add))
        return (struct value){0};
    v.shift += by;
    return v;
}

static struct value displaced(const struct value *r, const struct xg_op *op)
{
    const struct value d = {.kind = K_CONST, .add = (xg_ga)op->imm}, zero = {.kind = K_CONST};
    return sum(op->a ? &r[op->a] : &zero, &d);
}

static void follow(struct walk *w, const struct xg_insn_info *info, const struct xg_op *op)
{
    struct value *r = w->r, v = {0};
    unsigned target = op->d; /* of the value */
    switch (info->handler) {
    case XG_HANDLER_addi:
        v = displaced(r, op);
        break;
    case XG_HANDLER_addis: {
        struct xg_op high = *op;
        high.imm = (int32_t)((uint32_t)op->imm << 16);
        v = displaced(r, &high);
        break;
    }
    case XG_HANDLER_ori:
        target = op->a;
        v = r[op->d];
        if (v.kind == K_CONST)
            v.add |= (uint16_t)op->imm;
        else if ((uint16_t)op->imm)
            v = (struct value){0};
        break;
    case XG_HANDLER_or:
        target = op->a;
        if (op->d == op->b)
            v = r[op->d];
        break;
    case XG_HANDLER_rlwinm: /* slwi; with no shift a mask that keeps small values */
        target = op->a;
        if (op->mask == 0xFFFFFFFFu << op->b)
            v = shifted(r[op->d], op->b);
        else if (!op->b && (op->mask & 0xFF) == 0xFF)
            v = shifted(r[op->d], 0);
        break;
    case XG_HANDLER_rldicl:
    case XG_HANDLER_extsw:
        target = op->a;
        if (info->handler == XG_HANDLER_extsw || (!op->b && op->c == 32))
            v = r[op->d];
        break;
    case XG_HANDLER_add:
        v = sum(&r[op->a], &r[op->b]);
        break;
    case XG_HANDLER_lwz:
        v = entry(displaced(r, op), 4, false);
        break;
    case XG_HANDLER_lwzx:
    case XG_HANDLER_lwax:
        v = entry(sum(&r[op->a], &r[op->b]), 4, false);
        break;
    case XG_HANDLER_lhz:
    case XG_HANDLER_lha:
        v = entry(displaced(r, op), 2, info->handler == XG_HANDLER_lha);
        break;
    case XG_HANDLER_lhzx:
    case XG_HANDLER_lhax:
        v = entry(sum(&r[op->a], &r[op->b]), 2, info->handler == XG_HANDLER_lhax);
        break;
    case XG_HANDLER_lbz:
        v = entry(displaced(r, op), 1, false);
        break;
    case XG_HANDLER_lbzx:
        v = entry(sum(&r[op->a], &r[op->b]), 1, false);
        break;
    case XG_HANDLER_mtspr:
        if (op->imm == 9)
            w->ctr = r[op->d];
        return;
    case XG_HANDLER_cmpli:
        w->compared = op->a;
        w->field = op->d >> 2;
        w->bound = (uint16_t)op->imm;
        return;
    case XG_HANDLER_bc: /* bgt: out of the table; bge likewise */
        if (op->a == w->field * 4 + 1 && (op->d & 30) == 12)
            w->limit = w->bound + 1;
        else if (op->a == w->field * 4 && (op->d & 30) == 4)
            w->limit = w->bound;
        else
            return;
        r[w->compared] = (struct value){.kind = K_INDEX};
        return;
    default:
        if (info->writes >> XG_LOC_RA & 1)
            r[op->a] = (struct value){0};
        if (!(info->writes >> XG_LOC_RT & 1))
            return;
        break;
    }
    r[target] = v;
}

static uint32_t table_entry(const struct xg_builder *b, const struct value *v, uint32_t i, bool *ok)
{
    uint8_t bytes[4];
    struct xg_fault f;
    xg_ga at = v->table + i * v->width;
    /* A table in a device window is none. */
    if (!xg_memory_can_read(b->j->mem, at, v->width) ||
        !xg_memory_read(b->j->mem, at, bytes, v->width, &f)) {
        *ok = false;
        return 0;
    }
    uint32_t n = v->width == 4 ? xg_ld32be(bytes) : v->width == 2 ? xg_ld16be(bytes) : bytes[0];
    if (v->sign)
        n = (uint32_t)(int16_t)n;
    return v->add + (n << v->shift);
}

unsigned xg_build_jump_table(const struct xg_builder *b, xg_ga bctr, xg_ga *targets, unsigned room)
{
    struct walk w = {.field = 8};
    xg_ga pc = bctr - b->entry < 4 * WINDOW ? b->entry : bctr - 4 * WINDOW;
    for (; pc != bctr; pc += 4) {
        struct xg_op op;
        uint32_t word = xg_ld32be(b->j->mem->base + pc);
        xg_op_decode(&op, word, pc);
        follow(&w, &xg_insn_table[xg_insn_decode(word)], &op);
    }
    if (w.ctr.kind != K_ENTRY || !w.limit)
        return 0;
    unsigned count = 0;
    for (uint32_t i = 0; i < w.limit && count < room; i++) {
        bool ok = true;
        xg_ga to = table_entry(b, &w.ctr, i, &ok);
        if (!ok)
            break;
        if (!(to & 3))
            targets[count++] = to;
    }
    return count;
}
