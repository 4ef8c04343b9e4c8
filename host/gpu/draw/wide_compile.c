/* Programs to code: control flow, fetch slots, and the room the code lives in. */
#include "gpu/draw/wide_emit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* --- what can be translated --- */

static bool translatable(const struct xg_shader *shader)
{
    const uint64_t memory_exports = 0x3Full << XG_EXPORT_EA;
    if (shader->exports & memory_exports || !shader->flow_count)
        return false;
    for (size_t i = 0; i < shader->slot_count; i++)
        if (shader->slots[i].undefined)
            return false;
    for (size_t i = 0; i < shader->flow_count; i++)
        if (shader->flow[i].count & 0x80000000)
            return false;
    return true;
}

static void note_constants(struct xg_wide_program *p)
{
    for (size_t i = 0; i < p->shader->slot_count; i++) {
        const struct xg_slot *slot = &p->shader->slots[i];
        for (unsigned n = 0; n < 3 && slot->cls == XG_UC_ALU; n++) {
            const struct xg_alu_source *s = &slot->alu.src[n];
            uint32_t needed = s->relative ? 256 : s->index + 1u;
            if (s->constant && needed > p->constants)
                p->constants = needed;
        }
    }
}

/* --- temporaries that have to start as zero --- */

struct touch {
    uint8_t written[XG_TEMPS]; /* components, since the start on every way */
    uint8_t exported[64];
    uint64_t clear[2];
    bool state;
};

static void read_temp(struct touch *t, uint32_t index, bool relative, unsigned components)
{
    for (uint32_t i = relative ? 0 : index; i < (relative ? XG_TEMPS : index + 1); i++)
        if (components & ~t->written[i])
            t->clear[i >> 6] |= 1ull << (i & 63);
}
static void read_source(struct touch *t, const struct xg_alu_source *s, unsigned components)
{
    unsigned swizzled = 0;
    for (unsigned c = 0; c < 4; c++)
        if (components >> c & 1)
            swizzled |= 1u << s->swizzle[c];
    if (!s->constant)
        read_temp(t, s->index, s->relative, swizzled);
}

/* Components of source n that a vector operation looks at. */
static unsigned vector_reads(const struct xg_alu *alu, unsigned n)
{
    unsigned op = alu->vector_op;
    if (op == XG_VOP_DP3)
        return 7;
    if (op == XG_VOP_DP2ADD)
        return n == 2 ? 1 : 3;
    if (op <= XG_VOP_CNDGT)
        return alu->vector_mask;
    return 15;
}

/* Reads or sets the predicate, ps of another slot, a0, or aL. */
static bool uses_state(const struct xg_slot *slot)
{
    const struct xg_alu *alu = &slot->alu;
    unsigned v = alu->vector_op, s = alu->scalar_op;
    bool relative = alu->src[0].relative || alu->src[1].relative || alu->src[2].relative ||
                    alu->vector_dest_rel || (alu->scalar_dest_rel && !alu->exports);
    bool previous = s == XG_SOP_ADDS_PREV || s == XG_SOP_MULS_PREV || s == XG_SOP_MULS_PREV2 ||
                    s == XG_SOP_SUBS_PREV || s == XG_SOP_RETAIN_PREV;
    bool sets = (v >= XG_VOP_SETP_EQ_PUSH && v <= XG_VOP_SETP_GE_PUSH) || v == XG_VOP_MAXA ||
                (alu->scalar_run && s >= XG_SOP_SETP_EQ && s <= XG_SOP_SETP_RSTR) ||
                s == XG_SOP_MAXAS || s == XG_SOP_MAXASF;
    return slot->predicated || relative || (alu->scalar_run && previous) || sets;
}

static void touch_alu(struct touch *t, const struct xg_slot *slot)
{
    const struct xg_alu *alu = &slot->alu;
    t->state |= uses_state(slot);
    for (unsigned n = 0; n < alu->sources && alu->vector_run; n++)
        read_source(t, &alu->src[n], vector_reads(alu, n));
    if (alu->scalar_run && alu->scalar_op != XG_SOP_RETAIN_PREV) {
        const struct xg_ucode_op *op = &xg_ucode_scalar_ops[alu->scalar_op];
        read_source(t, &alu->src[2], op->operands == 1 ? 8 : 9);
        if (op->flags & XG_UCODE_CONST_SCALAR)
            read_source(t, &alu->scalar_temp, 1);
    }
    if (slot->predicated)
        return;
    if (alu->exports) {
        t->exported[alu->vector_dest] |= alu->ones | alu->zeros;
        t->exported[alu->vector_dest] |= alu->vector_run ? alu->vector_mask : 0;
        t->exported[alu->vector_dest] |= alu->scalar_run ? alu->scalar_mask : 0;
        return;
    }
    if (alu->vector_run && !alu->vector_dest_rel)
        t->written[alu->vector_dest] |= alu->vector_mask;
    if (alu->scalar_run && !alu->scalar_dest_rel)
        t->written[alu->scalar_dest] |= alu->scalar_mask;
}

static void touch_fetch(struct touch *t, const struct xg_slot *slot)
{
    const uint32_t *f = slot->fetch.f;
    bool vertex = slot->cls == XG_UC_VFETCH;
    t->state |= slot->predicated || f[XG_UF_VFETCH_SRC_REL] || f[XG_UF_VFETCH_DST_REL];
    unsigned components = vertex ? 1u << f[XG_UF_VFETCH_SRC_SWIZZLE] : 15;
    if (!vertex) {
        components = 0;
        for (unsigned i = 0; i < 3; i++)
            components |= 1u << (f[XG_UF_TFETCH_SRC_SWIZZLE] >> 2 * i & 3);
    }
    if (!vertex || !f[XG_UF_VFETCH_MINI])
        read_temp(t, f[XG_UF_VFETCH_SRC], f[XG_UF_VFETCH_SRC_REL], components);
    if (slot->predicated || f[XG_UF_VFETCH_DST_REL])
        return;
    uint32_t swizzle = f[vertex ? XG_UF_VFETCH_DST_SWIZZLE : XG_UF_TFETCH_DST_SWIZZLE];
    bool keeps = !vertex && f[XG_UF_TFETCH_OPCODE] >= XG_FOP_SETTEXLOD;
    for (unsigned c = 0; c < 4 && !keeps; c++)
        if ((swizzle >> 3 * c & 7) != 7)
            t->written[f[XG_UF_VFETCH_DST]] |= (uint8_t)(1u << c);
}

/* Only programs without branches are followed; the others start from all zeros. */
static void find_clears(struct xg_wide_program *p)
{
    const struct xg_shader *shader = p->shader;
    struct touch t = {.clear = {0, 0}};
    for (size_t i = 0; i < shader->flow_count; i++) {
        const struct xg_flow *flow = &shader->flow[i];
        bool plain = flow->opcode == XG_CF_EXEC || flow->opcode == XG_CF_EXEC_END;
        if (!plain && flow->opcode != XG_CF_ALLOC && flow->opcode != XG_CF_CF_NOP &&
            flow->opcode != XG_CF_VFETCH_DONE) {
            t.clear[0] = t.clear[1] = ~0ull;
            t.state = true;
            memset(t.exported, 0, sizeof t.exported);
            break;
        }
        for (uint32_t n = 0; n < flow->count; n++) {
            const struct xg_slot *slot = &shader->slots[flow->first + n];
            if (slot->cls == XG_UC_ALU)
                touch_alu(&t, slot);
            else
                touch_fetch(&t, slot);
        }
        if (flow->opcode == XG_CF_EXEC_END)
            break;
    }
    for (unsigned i = 0; i < XG_TEMPS; i++)
        if (i >= shader->temps)
            t.clear[i >> 6] &= ~(1ull << (i & 63));
    memcpy(p->clear, t.clear, sizeof p->clear);
    p->stateless = !t.state;
    for (unsigned i = 0; i < 64; i++)
        if (shader->exports >> i & 1 && t.exported[i] != 15)
            p->clear_exports |= 1ull << i;
    for (size_t i = 0; i < shader->slot_count; i++) {
        const struct xg_slot *slot = &shader->slots[i];
        p->register_lod |=
            slot->cls == XG_UC_TFETCH && (slot->fetch.f[XG_UF_TFETCH_USE_REGISTER_LOD] ||
                                          slot->fetch.f[XG_UF_TFETCH_USE_REGISTER_GRADIENTS]);
    }
}

/* --- emission --- */

struct compiler {
    struct xg_y y;
    const struct xg_shader *shader;
    struct xg_wide_program *program;
    bool exact;
    uint32_t *at; /* code offset of each control flow instruction */
    struct {
        uint8_t *fix;
        uint32_t target;
    } * fixes;
    size_t fix_count, fix_space;
    uint8_t *start, *bail, *leave;
};

static void want(struct compiler *c, uint8_t *fix, uint32_t target)
{
    if (c->fix_count < c->fix_space) {
        c->fixes[c->fix_count].fix = fix;
        c->fixes[c->fix_count++].target = target;
    } else {
        c->y.x.full = true;
    }
}
/* To a control flow instruction; beyond the last one the interpreter reports the end. */
static void jump(struct compiler *c, int cc, uint32_t target)
{
    want(c, cc < 0 ? xg_x_jmp(&c->y.x) : xg_x_jcc(&c->y.x, (unsigned)cc), target);
}

static void call(struct compiler *c, void (*helper)(void))
{
    xg_y_call(&c->y.x, helper);
    xg_y_zero(&c->y.x);
}
#define CALL(c, f) call(c, (void (*)(void))(f))

static void pointer(struct compiler *c, int reg, const void *p)
{
    xg_x_movi(&c->y.x, reg, (uint64_t)(uintptr_t)p);
}

static void fetch(struct compiler *c, const struct xg_slot *slot)
{
    struct xg_x *x = &c->y.x;
    unsigned *half = xg_y_which(x);
    for (*half = 0; *half < 1u + xg_y_halves(x); ++*half) {
        xg_y2(x, Y_MOV, MASK, slot->predicated ? STATE(p0) : STATE(ones));
        if (slot->predicated && !slot->condition)
            xg_y3(x, Y_XOR, MASK, MASK, STATE(ones));
        xg_y2(x, Y_PUT, MASK, STATE(mask));
    }
    *half = 0;
    pointer(c, RSI, slot);
    if (slot->cls == XG_UC_VFETCH)
        CALL(c, xg_wide_vertex_fetch);
    else
        CALL(c, xg_wide_texture_fetch);
}

static void slots(struct compiler *c, const struct xg_flow *flow)
{
    for (uint32_t n = 0; n < flow->count; n++) {
        const struct xg_slot *slot = &c->shader->slots[flow->first + n];
        if (slot->cls == XG_UC_ALU)
            xg_wide_alu(&c->y.x, slot, c->shader->stage == XG_STAGE_PS, c->exact);
        else
            fetch(c, slot);
    }
}

/* Jumps away when the boolean constant is not as wanted. */
static uint8_t *unless_bool(struct compiler *c, uint32_t index, bool wanted)
{
    struct xg_x *x = &c->y.x;
    xg_x_mov(x, true, RAX, STATE(env));
    xg_x_mov(x, true, RAX, xg_at(RAX, offsetof(struct xg_shader_env, bools)));
    xg_x_op(x, XG_X(0, 0, 0xF7), 0, xg_at(RAX, (int32_t)(index / 32 * 4)));
    xg_x_word32(x, 1u << index % 32);
    return xg_x_jcc(x, wanted ? XG_E : XG_NE);
}

/* Every slot carries the condition of its exec, so that entering it needlessly does nothing. */
static bool guarded(const struct compiler *c, const struct xg_flow *flow, bool condition)
{
    for (uint32_t n = 0; n < flow->count; n++) {
        const struct xg_slot *slot = &c->shader->slots[flow->first + n];
        if (!slot->predicated || slot->condition != condition)
            return false;
    }
    return true;
}

/* An end with the top bit set in eax leaves. */
static void leave_on_end(struct compiler *c)
{
    xg_x_op(&c->y.x, XG_X(0, 0, 0x85), RAX, xg_reg(RAX));
    xg_x_jump_to(&c->y.x, XG_S, c->leave);
}

static void exec(struct compiler *c, const struct xg_flow *flow, bool end)
{
    struct xg_x *x = &c->y.x;
    const uint32_t *f = flow->insn.f;
    uint8_t *over = NULL;
    if (flow->insn.cls == XG_UC_CF_EXEC_BOOL) {
        over = unless_bool(c, f[XG_UF_CF_EXEC_BOOL_BOOL], f[XG_UF_CF_EXEC_BOOL_CONDITION]);
    } else if (flow->insn.cls == XG_UC_CF_EXEC_PRED) {
        bool condition = f[XG_UF_CF_EXEC_PRED_CONDITION];
        if (!end && !xg_y_halves(x) && guarded(c, flow, condition)) {
            xg_y2(x, Y_MOV, 0, STATE(p0));
            xg_y2(x, Y_SIGNS, RAX, xg_reg(0));
            xg_x_alui(x, XG_CMP, false, xg_reg(RAX), condition ? 0 : 255);
            over = xg_x_jcc(x, XG_E);
        } else {
            xg_x_movi(x, RSI, condition);
            CALL(c, xg_wide_enters);
            leave_on_end(c);
            over = xg_x_jcc(x, XG_E);
        }
    }
    slots(c, flow);
    if (end) {
        xg_x_movi(x, RAX, XG_WIDE_DONE);
        xg_x_jump_to(x, -1, c->leave);
    }
    if (over)
        xg_x_land(x, over);
}

static void branch(struct compiler *c, const struct xg_flow *flow, uint32_t i)
{
    const uint32_t *f = flow->insn.f;
    struct xg_x *x = &c->y.x;
    bool is_call = flow->opcode == XG_CF_CALL;
    uint32_t target = f[XG_UF_CF_CALL_TARGET];
    if (!is_call && f[XG_UF_CF_JUMP_UNCONDITIONAL]) {
        jump(c, -1, target);
        return;
    }
    pointer(c, RSI, flow);
    xg_x_movi(x, RDX, i + 1);
    CALL(c, xg_wide_call);
    leave_on_end(c);
    xg_x_alui(x, XG_CMP, false, xg_reg(RAX), (int32_t)XG_WIDE_NEXT);
    jump(c, XG_NE, target);
}

static void flow_instruction(struct compiler *c, uint32_t i)
{
    const struct xg_flow *flow = &c->shader->flow[i];
    struct xg_x *x = &c->y.x;
    uint32_t target = 0;
    xg_x_alui(x, XG_SUB, false, STATE(budget), (int32_t)(1 + flow->count));
    xg_x_jump_to(x, XG_S, c->bail);
    switch (flow->opcode) {
    case XG_CF_EXEC:
    case XG_CF_COND_EXEC:
    case XG_CF_COND_EXEC_PRED:
    case XG_CF_COND_EXEC_CLEAN:
        exec(c, flow, false);
        break;
    case XG_CF_EXEC_END:
    case XG_CF_COND_EXEC_END:
    case XG_CF_COND_EXEC_PRED_END:
    case XG_CF_COND_EXEC_CLEAN_END:
        exec(c, flow, true);
        break;
    case XG_CF_LOOP:
    case XG_CF_ENDLOOP:
        pointer(c, RSI, flow);
        if (flow->opcode == XG_CF_LOOP)
            CALL(c, xg_wide_loop);
        else
            CALL(c, xg_wide_endloop);
        target =
            flow->insn
                .f[flow->opcode == XG_CF_LOOP ? XG_UF_CF_LOOP_TARGET : XG_UF_CF_ENDLOOP_TARGET];
        leave_on_end(c);
        xg_x_alui(x, XG_CMP, false, xg_reg(RAX), (int32_t)XG_WIDE_NEXT);
        jump(c, XG_NE, target);
        break;
    case XG_CF_CALL:
    case XG_CF_JUMP:
        branch(c, flow, i);
        break;
    case XG_CF_RETURN:
        CALL(c, xg_wide_return);
        xg_x_alui(x, XG_CMP, false, xg_reg(RAX), (int32_t)XG_WIDE_NEXT);
        {
            uint8_t *stay = xg_x_jcc(x, XG_E);
            pointer(c, RCX, c->program->targets[c->exact]);
            xg_x_shift(x, XG_SHL, false, RAX, 3);
            xg_x_op(x, XG_X(0, 0, 0xFF), 4, xg_indexed(RCX, RAX, 0)); /* jmp */
            xg_x_land(x, stay);
        }
        break;
    default:
        break;
    }
}

static void push_pop(struct xg_x *x, bool push)
{
    static const uint8_t regs[3] = {RBX, R12, R13};
    for (unsigned i = 0; i < 3; i++) {
        unsigned r = regs[push ? i : 2 - i];
        if (r & 8)
            xg_x_byte(x, 0x41);
        xg_x_byte(x, (push ? 0x50u : 0x58u) | (r & 7));
    }
}

static void emit(struct compiler *c)
{
    struct xg_x *x = &c->y.x;
    c->start = x->p;
    push_pop(x, true);
    xg_x_mov(x, true, RBX, xg_reg(RDI));
    xg_x_mov(x, true, R12, xg_reg(RSI));
    xg_y_zero(x);
    uint8_t *begin = xg_x_jmp(x);
    c->bail = x->p;
    xg_x_movi(x, RAX, XG_WIDE_BAIL);
    c->leave = x->p;
    push_pop(x, false);
    if (!xg_y_halves(x)) {
        xg_x_byte(x, 0xC5); /* vzeroupper */
        xg_x_byte(x, 0xF8);
        xg_x_byte(x, 0x77);
    }
    xg_x_byte(x, 0xC3);
    xg_x_land(x, begin);
    for (uint32_t i = 0; i < c->shader->flow_count; i++) {
        c->at[i] = (uint32_t)(x->p - c->start);
        flow_instruction(c, i);
    }
    xg_x_jump_to(x, -1, c->bail); /* past the end: the interpreter reports it */
    for (size_t i = 0; i < c->fix_count && !x->full; i++) {
        uint32_t target = c->fixes[i].target;
        xg_x_land_at(c->fixes[i].fix,
                     target < c->shader->flow_count ? c->start + c->at[target] : c->bail);
    }
}

/* --- room --- */

static bool install(struct xg_wide_program *p, bool exact, const struct compiler *c)
{
    size_t size = (size_t)(c->y.x.p - c->start), whole = (size + 4095) & ~(size_t)4095;
    uint8_t *room = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        return false;
    memcpy(room, c->start, size);
    if (mprotect(room, whole, PROT_READ | PROT_EXEC)) {
        munmap(room, whole);
        return false;
    }
    for (size_t i = 0; i < c->shader->flow_count; i++)
        p->targets[exact][i] = room + c->at[i];
    p->room[exact] = room;
    p->size[exact] = whole;
    void *entry = room;
    memcpy(&p->code[exact], &entry, sizeof entry);
    return true;
}

#ifdef XG_WIDE_SSE41
#define LEVEL XG_X_SSE41
#else
#define LEVEL XG_X_AVX2
#endif

static bool translate(struct xg_wide_program *p, bool exact)
{
    const struct xg_shader *shader = p->shader;
    size_t space =
        256 + 96 * shader->flow_count + (LEVEL < XG_X_AVX ? 8192 : 3072) * shader->slot_count;
    struct compiler c = {.shader = shader, .program = p, .exact = exact};
    uint8_t *buffer = malloc(space);
    c.at = malloc((shader->flow_count + 1) * sizeof *c.at);
    c.fix_space = shader->flow_count + 1;
    c.fixes = malloc(c.fix_space * sizeof *c.fixes);
    p->targets[exact] = calloc(shader->flow_count + 1, sizeof *p->targets[exact]);
    bool ok = buffer && c.at && c.fixes && p->targets[exact];
    if (ok) {
        c.y.x = (struct xg_x){.p = buffer, .end = buffer + space, .level = LEVEL};
        emit(&c);
        ok = !c.y.x.full && install(p, exact, &c);
    }
    free(buffer);
    free(c.at);
    free(c.fixes);
    return ok;
}

struct xg_wide_program *xg_wide_compile(const struct xg_shader *shader)
{
    if (!translatable(shader))
        return NULL;
    struct xg_wide_program *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->shader = shader;
    note_constants(p);
    find_clears(p);
    /* Both translations now: later there may be several threads. The second one is only
     * made for programs that multiply. */
    if (!translate(p, false) || !translate(p, true)) {
        xg_wide_free(p);
        return NULL;
    }
    return p;
}

void xg_wide_free(struct xg_wide_program *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < 2; i++) {
        if (p->room[i])
            munmap(p->room[i], p->size[i]);
        free(p->targets[i]);
    }
    free(p);
}
