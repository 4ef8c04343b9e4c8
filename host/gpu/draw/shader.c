/* Decoding of programs and the control flow sequencer. */
#include "gpu/draw/shader.h"
#include "gpu/draw/wide.h"

#include <stdlib.h>
#include <string.h>

#define A(name) f[XG_UF_ALU_##name]

/* --- decoding --- */

static void decode_source(const uint32_t *f, unsigned n, unsigned constants_before,
                          struct xg_alu_source *s)
{
    static const uint8_t fields[3][4] = {
        {XG_UF_ALU_SRC1_REG, XG_UF_ALU_SRC1_IS_TEMP, XG_UF_ALU_SRC1_NEG, XG_UF_ALU_SRC1_SWIZZLE},
        {XG_UF_ALU_SRC2_REG, XG_UF_ALU_SRC2_IS_TEMP, XG_UF_ALU_SRC2_NEG, XG_UF_ALU_SRC2_SWIZZLE},
        {XG_UF_ALU_SRC3_REG, XG_UF_ALU_SRC3_IS_TEMP, XG_UF_ALU_SRC3_NEG, XG_UF_ALU_SRC3_SWIZZLE}};
    uint32_t reg = f[fields[n][0]], swizzle = f[fields[n][3]];
    s->constant = !f[fields[n][1]];
    s->negate = f[fields[n][2]];
    if (s->constant) {
        s->index = (uint8_t)reg;
        s->magnitude = A(ABS_CONSTANTS);
        s->relative = constants_before ? A(CONST_1_REL) : A(CONST_0_REL);
    } else {
        s->index = reg & 63;
        s->magnitude = reg >> 7 & 1;
        s->relative = reg >> 6 & 1;
    }
    for (unsigned i = 0; i < 4; i++)
        s->swizzle[i] = ((swizzle >> 2 * i) + i) & 3;
}

/* Constant times temporary: the temporary's index hides in three fields. */
static void decode_const_scalar(const uint32_t *f, unsigned constants_before, struct xg_alu *alu)
{
    struct xg_alu_source *c = &alu->src[2], *r = &alu->scalar_temp;
    uint32_t swizzle = A(SRC3_SWIZZLE);
    c->constant = true;
    c->index = (uint8_t)A(SRC3_REG);
    c->relative = constants_before ? A(CONST_1_REL) : A(CONST_0_REL);
    c->magnitude = r->magnitude = A(ABS_CONSTANTS);
    c->negate = r->negate = A(SRC3_NEG);
    r->constant = r->relative = false;
    r->index = (A(SCALAR_OP) & 1) | A(SRC3_IS_TEMP) << 1 | (swizzle & 0x3C);
    for (unsigned i = 0; i < 4; i++) {
        c->swizzle[i] = ((swizzle >> 6) + 3) & 3;
        r->swizzle[i] = swizzle & 3;
    }
}

static bool vector_has_state(unsigned op)
{
    return (op >= XG_VOP_SETP_EQ_PUSH && op <= XG_VOP_KILL_NE) || op == XG_VOP_MAXA;
}

static void decode_dest(const uint32_t *f, struct xg_alu *alu)
{
    alu->exports = A(EXPORT);
    alu->vector_dest = (uint8_t)A(VECTOR_DEST);
    alu->scalar_dest = (uint8_t)A(SCALAR_DEST);
    alu->vector_dest_rel = A(VECTOR_DEST_REL);
    alu->scalar_dest_rel = A(SCALAR_DEST_REL);
    alu->vector_mask = (uint8_t)A(VECTOR_MASK);
    alu->scalar_mask = (uint8_t)A(SCALAR_MASK);
    alu->vector_clamp = A(VECTOR_CLAMP);
    alu->scalar_clamp = A(SCALAR_CLAMP);
    if (alu->exports) {
        unsigned both = alu->vector_mask & alu->scalar_mask;
        unsigned none = ~(alu->vector_mask | alu->scalar_mask) & 15u;
        alu->ones = (uint8_t)both;
        alu->zeros = (uint8_t)(alu->scalar_dest_rel ? none : 0);
        alu->vector_mask &= (uint8_t)~both;
        alu->scalar_mask &= (uint8_t)~both;
    }
}

static void decode_alu(const uint32_t *f, struct xg_slot *slot)
{
    struct xg_alu *alu = &slot->alu;
    const struct xg_ucode_op *v = &xg_ucode_vector_ops[A(VECTOR_OP)];
    const struct xg_ucode_op *s = &xg_ucode_scalar_ops[A(SCALAR_OP)];
    unsigned constants = 0;
    slot->predicated = A(PREDICATED);
    slot->condition = A(PRED_CONDITION);
    alu->vector_op = (uint8_t)A(VECTOR_OP);
    alu->scalar_op = (uint8_t)A(SCALAR_OP);
    alu->uses_a0 = A(CONST_REL_USES_A0);
    decode_dest(f, alu);
    alu->sources = v->name ? v->operands : 0;
    for (unsigned n = 0; n < 3; n++) {
        decode_source(f, n, constants, &alu->src[n]);
        constants += n < alu->sources && alu->src[n].constant;
    }
    slot->undefined = !v->name || !s->name;
    if (s->flags & XG_UCODE_CONST_SCALAR) {
        slot->undefined |= alu->sources == 3; /* both halves want the third source */
        decode_const_scalar(f, constants, alu);
    }
    alu->vector_run = v->name && !(slot->undefined && alu->sources == 3) &&
                      (alu->vector_mask || vector_has_state(alu->vector_op));
    alu->scalar_run = s->name && (alu->scalar_op != XG_SOP_RETAIN_PREV || alu->scalar_mask);
}

static void note_temp(struct xg_shader *shader, uint32_t index, bool relative)
{
    uint32_t needed = relative ? XG_TEMPS : index + 1;
    if (needed > shader->temps)
        shader->temps = (uint8_t)needed;
}

static void note_alu(struct xg_shader *shader, const struct xg_alu *alu)
{
    for (unsigned n = 0; n < 3; n++)
        if (!alu->src[n].constant)
            note_temp(shader, alu->src[n].index, alu->src[n].relative);
    note_temp(shader, alu->scalar_temp.index, false);
    if (alu->exports) {
        shader->exports |= 1ull << alu->vector_dest;
    } else {
        note_temp(shader, alu->vector_dest, alu->vector_dest_rel);
        note_temp(shader, alu->scalar_dest, alu->scalar_dest_rel);
    }
    bool kill =
        (alu->vector_run && alu->vector_op >= XG_VOP_KILL_EQ && alu->vector_op <= XG_VOP_KILL_NE) ||
        (alu->scalar_run && alu->scalar_op >= XG_SOP_KILLS_EQ &&
         alu->scalar_op <= XG_SOP_KILLS_ONE);
    shader->kills |= kill && shader->stage == XG_STAGE_PS;
}

static void decode_slot(struct xg_shader *shader, const uint32_t *words, bool fetch,
                        struct xg_slot *slot)
{
    memset(slot, 0, sizeof *slot);
    slot->cls = (uint8_t)(fetch ? xg_ucode_fetch_class(words) : XG_UC_ALU);
    xg_ucode_unpack(&slot->fetch, slot->cls, words);
    const uint32_t *f = slot->fetch.f;
    if (!fetch) {
        decode_alu(f, slot);
        note_alu(shader, &slot->alu);
        return;
    }
    bool vertex = slot->cls == XG_UC_VFETCH;
    slot->predicated = f[vertex ? XG_UF_VFETCH_PREDICATED : XG_UF_TFETCH_PREDICATED];
    slot->condition = f[vertex ? XG_UF_VFETCH_PRED_CONDITION : XG_UF_TFETCH_PRED_CONDITION];
    slot->undefined = !xg_ucode_fetch_ops[words[0] & 31].name;
    shader->fetches |= !vertex;
    /* source, its relative bit, destination and its relative bit: same fields in both */
    note_temp(shader, f[XG_UF_VFETCH_SRC], f[XG_UF_VFETCH_SRC_REL]);
    note_temp(shader, f[XG_UF_VFETCH_DST], f[XG_UF_VFETCH_DST_REL]);
}
#define SAME(a, b) ((int)(a) == (int)(b))
_Static_assert(SAME(XG_UF_VFETCH_SRC, XG_UF_TFETCH_SRC) &&
                   SAME(XG_UF_VFETCH_DST, XG_UF_TFETCH_DST) &&
                   SAME(XG_UF_VFETCH_SRC_REL, XG_UF_TFETCH_SRC_REL) &&
                   SAME(XG_UF_VFETCH_DST_REL, XG_UF_TFETCH_DST_REL),
               "fetch classes share their first fields");

static void decode_flow(struct xg_shader *shader, size_t i)
{
    struct xg_flow *flow = &shader->flow[i];
    struct xg_ucode_exec exec;
    size_t slots = shader->count / 3;
    xg_ucode_cf(&flow->insn, shader->words, i);
    flow->opcode = (uint8_t)xg_ucode_cf_opcode(&flow->insn);
    flow->first = (uint32_t)shader->slot_count;
    if (!xg_ucode_exec(&flow->insn, &exec))
        return;
    for (uint32_t n = 0; n < exec.count && n < 6; n++) {
        struct xg_slot *slot = &shader->slots[shader->slot_count];
        if (exec.address + n >= slots)
            break; /* fewer slots than count: the run reports it */
        decode_slot(shader, shader->words + 3 * (exec.address + n), exec.sequence >> 2 * n & 1,
                    slot);
        slot->number = (uint16_t)shader->slot_count;
        shader->slot_count++;
    }
    flow->count = (uint32_t)shader->slot_count - flow->first;
    if (flow->count < exec.count)
        flow->count |= 0x80000000; /* bad exec */
}

struct xg_shader *xg_shader_create(const uint32_t *words, size_t count, enum xg_shader_stage stage)
{
    struct xg_shader *shader = calloc(1, sizeof *shader);
    if (!shader)
        return NULL;
    if (count / 3 > XG_UCODE_MAX_SLOTS)
        count = 3 * XG_UCODE_MAX_SLOTS;
    size_t slots = count / 3;
    shader->stage = stage;
    shader->temps = 1;
    shader->count = 3 * slots;
    shader->words = malloc(12 * slots + 4);
    shader->flow_count = slots ? 2 * xg_ucode_cf_slots(words, slots) : 0;
    shader->flow = calloc(shader->flow_count + 1, sizeof *shader->flow);
    size_t needed = 1;
    if (shader->words && slots)
        memcpy(shader->words, words, 12 * slots);
    for (size_t i = 0; shader->words && i < shader->flow_count; i++) {
        struct xg_ucode_insn insn;
        struct xg_ucode_exec exec;
        xg_ucode_cf(&insn, shader->words, i);
        needed += xg_ucode_exec(&insn, &exec) ? exec.count : 0;
    }
    shader->slots = calloc(needed, sizeof *shader->slots);
    if (!shader->words || !shader->flow || !shader->slots) {
        xg_shader_destroy(shader);
        return NULL;
    }
    for (size_t i = 0; i < shader->flow_count; i++)
        decode_flow(shader, i);
    return shader;
}

void xg_shader_destroy(struct xg_shader *shader)
{
    if (!shader)
        return;
    xg_wide_free(shader->wide);
    free(shader->words);
    free(shader->flow);
    free(shader->slots);
    free(shader);
}

/* --- running --- */

struct sequencer {
    const struct xg_shader *shader;
    const struct xg_shader_env *env;
    struct xg_lanes *lanes;
    uint32_t pc;
    bool done;
    struct {
        uint32_t counter, count, start;
        int32_t step;
    } loop[5]; /* [1..4] */
    unsigned loop_depth, call_depth;
    uint32_t calls[4];
    uint64_t steps;
};

void xg_lanes_begin(struct xg_lanes *lanes, const struct xg_shader *shader)
{
    memset(lanes->r, 0, shader->temps * sizeof lanes->r[0]);
    memset(lanes->written, 0, sizeof lanes->written);
    memset(lanes->ps, 0, sizeof lanes->ps);
    memset(lanes->a0, 0, sizeof lanes->a0);
    memset(lanes->lod, 0, sizeof lanes->lod);
    memset(lanes->grad_h, 0, sizeof lanes->grad_h);
    memset(lanes->grad_v, 0, sizeof lanes->grad_v);
    memset(&lanes->vfetch, 0, sizeof lanes->vfetch);
    lanes->touched = 0;
    lanes->p0 = lanes->killed = 0;
    lanes->active = lanes->live = 15;
    lanes->al = 0;
}

static void warn(struct sequencer *s, enum xg_draw_warning kind)
{
    xg_draw_warn(s->env->warnings, kind, s->pc);
}

static bool step(struct sequencer *s)
{
    if (++s->steps <= s->env->slot_limit)
        return true;
    warn(s, XG_WARN_UCODE_ENDLESS);
    s->done = true;
    return false;
}

static void run_exec(struct sequencer *s, const struct xg_flow *flow)
{
    struct xg_lanes *lanes = s->lanes;
    bool pixel = s->shader->stage == XG_STAGE_PS;
    uint32_t count = flow->count & 0x7FFFFFFF;
    if (flow->count & 0x80000000)
        warn(s, XG_WARN_UCODE_END);
    for (uint32_t n = 0; n < count && step(s); n++) {
        const struct xg_slot *slot = &s->shader->slots[flow->first + n];
        uint8_t mask = lanes->active;
        if (slot->undefined)
            warn(s, XG_WARN_UCODE_UNDEFINED);
        if (slot->predicated)
            mask &= slot->condition ? lanes->p0 : (uint8_t)~lanes->p0;
        if (!mask)
            continue;
        if (slot->cls == XG_UC_ALU)
            xg_alu_run(&slot->alu, s->env, pixel, lanes, mask);
        else if (slot->cls == XG_UC_VFETCH)
            xg_vertex_fetch(&slot->fetch, s->env, lanes, mask);
        else if (!slot->undefined)
            xg_texture_fetch(&slot->fetch, s->env, pixel, lanes, mask);
    }
}

static bool bool_constant(const struct sequencer *s, uint32_t index)
{
    return s->env->bools[index / 32] >> index % 32 & 1;
}
static bool all_lanes(const struct sequencer *s, bool condition)
{
    uint8_t p0 = s->lanes->p0 & s->lanes->active;
    return condition ? p0 == s->lanes->active : !p0;
}

static void set_al(struct sequencer *s)
{
    int64_t al = 0;
    if (s->loop_depth)
        al = (int64_t)s->loop[s->loop_depth].start +
             (int64_t)s->loop[s->loop_depth].counter * s->loop[s->loop_depth].step;
    s->lanes->al = (int32_t)(al < -256 ? -256 : al > 256 ? 256 : al);
}

static void flow_loop(struct sequencer *s, const uint32_t *f)
{
    if (s->loop_depth == 4) {
        warn(s, XG_WARN_UCODE_STACK);
        s->pc = f[XG_UF_CF_LOOP_TARGET];
        return;
    }
    unsigned d = ++s->loop_depth;
    uint32_t constant = s->env->loops[f[XG_UF_CF_LOOP_LOOP]];
    s->loop[d].count = constant & 255;
    s->loop[d].start = constant >> 8 & 255;
    s->loop[d].step = (int32_t)(constant << 8) >> 24;
    if (!f[XG_UF_CF_LOOP_REPEAT])
        s->loop[d].counter = 0;
    if (s->loop[d].counter >= s->loop[d].count) {
        s->loop_depth--;
        s->pc = f[XG_UF_CF_LOOP_TARGET];
    }
    set_al(s);
}

static void flow_endloop(struct sequencer *s, const uint32_t *f)
{
    unsigned d = s->loop_depth;
    if (!d) {
        warn(s, XG_WARN_UCODE_STACK);
        return;
    }
    bool leave = f[XG_UF_CF_ENDLOOP_BREAK] && all_lanes(s, f[XG_UF_CF_ENDLOOP_CONDITION]);
    s->loop[d].counter++;
    if (s->loop[d].counter < s->loop[d].count && !leave)
        s->pc = f[XG_UF_CF_ENDLOOP_TARGET];
    else
        s->loop_depth--;
    set_al(s);
}

static void flow_call(struct sequencer *s, const uint32_t *f, bool call)
{
    bool condition = f[call ? XG_UF_CF_CALL_CONDITION : XG_UF_CF_JUMP_CONDITION];
    bool taken = f[XG_UF_CF_CALL_UNCONDITIONAL];
    if (!taken && f[XG_UF_CF_CALL_PREDICATED])
        taken = all_lanes(s, condition);
    else if (!taken)
        taken = bool_constant(s, f[call ? XG_UF_CF_CALL_BOOL : XG_UF_CF_JUMP_BOOL]) == condition;
    if (!taken)
        return;
    if (call && s->call_depth == 4) {
        warn(s, XG_WARN_UCODE_STACK);
        return;
    }
    if (call)
        s->calls[s->call_depth++] = s->pc;
    s->pc = f[XG_UF_CF_CALL_TARGET];
}
_Static_assert(SAME(XG_UF_CF_CALL_PREDICATED, XG_UF_CF_JUMP_PREDICATED) &&
                   SAME(XG_UF_CF_CALL_UNCONDITIONAL, XG_UF_CF_JUMP_UNCONDITIONAL),
               "call and jump share their first fields");

/* A predicated exec is entered when any lane wants it: its instructions carry their own
 * predicate, so the others lose nothing. */
static bool exec_condition(const struct sequencer *s, const struct xg_flow *flow)
{
    const uint32_t *f = flow->insn.f;
    if (flow->insn.cls == XG_UC_CF_EXEC_BOOL)
        return bool_constant(s, f[XG_UF_CF_EXEC_BOOL_BOOL]) == f[XG_UF_CF_EXEC_BOOL_CONDITION];
    if (flow->insn.cls == XG_UC_CF_EXEC_PRED)
        return !all_lanes(s, !f[XG_UF_CF_EXEC_PRED_CONDITION]);
    return true;
}

static void run_flow(struct sequencer *s, const struct xg_flow *flow)
{
    const uint32_t *f = flow->insn.f;
    s->pc++;
    switch (flow->opcode) {
    case XG_CF_EXEC:
    case XG_CF_COND_EXEC:
    case XG_CF_COND_EXEC_PRED:
    case XG_CF_COND_EXEC_CLEAN:
        if (exec_condition(s, flow))
            run_exec(s, flow);
        break;
    case XG_CF_EXEC_END:
    case XG_CF_COND_EXEC_END:
    case XG_CF_COND_EXEC_PRED_END:
    case XG_CF_COND_EXEC_CLEAN_END:
        if (exec_condition(s, flow)) {
            run_exec(s, flow);
            s->done = true;
        }
        break;
    case XG_CF_LOOP:
        flow_loop(s, f);
        break;
    case XG_CF_ENDLOOP:
        flow_endloop(s, f);
        break;
    case XG_CF_CALL:
    case XG_CF_JUMP:
        flow_call(s, f, flow->opcode == XG_CF_CALL);
        break;
    case XG_CF_RETURN:
        if (s->call_depth)
            s->pc = s->calls[--s->call_depth];
        break;
    case XG_CF_ALLOC: /* ends a memory export */
        xg_memory_export(s->env, s->lanes, s->shader->stage == XG_STAGE_PS);
        break;
    default: /* nop, vfetch_done: nothing that results depend on */
        break;
    }
}

void xg_shader_run(const struct xg_shader *shader, const struct xg_shader_env *env,
                   struct xg_lanes *lanes)
{
    struct sequencer s = {.shader = shader, .env = env, .lanes = lanes};
    while (!s.done && step(&s)) {
        if (s.pc >= shader->flow_count) {
            warn(&s, XG_WARN_UCODE_END);
            break;
        }
        run_flow(&s, &shader->flow[s.pc]);
    }
    xg_memory_export(env, lanes, shader->stage == XG_STAGE_PS);
}
