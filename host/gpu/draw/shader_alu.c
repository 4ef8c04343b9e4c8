/* ALU slots: operands, the vector and scalar operations, writing. */
#include "gpu/draw/arith.h"
#include "gpu/draw/shader.h"

typedef float lanes4[4][XG_LANES]; /* component, lane */

#define EACH_LANE      for (unsigned l = 0; l < XG_LANES; l++)
#define EACH_COMPONENT for (unsigned c = 0; c < 4; c++)

/* --- operands --- */

static float constant_component(const struct xg_shader_env *env, int32_t index, unsigned c)
{
    if (index < 0 || (uint32_t)index > env->const_last || env->const_base + (uint32_t)index >= 512)
        return 0.0f;
    return xg_bits_float(env->constants[4 * (env->const_base + (uint32_t)index) + c]);
}

typedef uint32_t bits4 __attribute__((vector_size(16)));

/* The four lanes of a component: flush, absolute value, negate. */
static void modify_lanes(const float *in, const struct xg_alu_source *s, float *out)
{
    bits4 u, keep;
    memcpy(&u, in, sizeof u);
    keep = (bits4)((u & 0x7F800000) != 0); /* all ones where not zero or denormal */
    u &= keep | 0x80000000;
    u &= s->magnitude ? 0x7FFFFFFFu : 0xFFFFFFFFu;
    u ^= s->negate ? 0x80000000u : 0;
    memcpy(out, &u, sizeof u);
}

static float modify(float x, const struct xg_alu_source *s)
{
    uint32_t u = xg_float_bits(xg_flush(x));
    u &= s->magnitude ? 0x7FFFFFFF : 0xFFFFFFFF;
    return xg_bits_float(u ^ (s->negate ? 0x80000000 : 0));
}

static void read_source(const struct xg_alu_source *s, bool uses_a0,
                        const struct xg_shader_env *env, const struct xg_lanes *lanes, lanes4 out)
{
    if (!s->constant) {
        uint32_t index = s->relative ? (uint32_t)(s->index + lanes->al) & (XG_TEMPS - 1) : s->index;
        EACH_COMPONENT modify_lanes(lanes->r[index][s->swizzle[c]], s, out[c]);
        return;
    }
    EACH_COMPONENT
    {
        if (s->relative) {
            EACH_LANE
            {
                int32_t base = uses_a0 ? lanes->a0[l] : lanes->al;
                out[c][l] = modify(constant_component(env, s->index + base, s->swizzle[c]), s);
            }
        } else {
            float x = modify(constant_component(env, s->index, s->swizzle[c]), s);
            EACH_LANE out[c][l] = x;
        }
    }
}

/* --- vector operations --- */

static void set_predicate(struct xg_lanes *lanes, unsigned lane, bool value)
{
    lanes->p0 = (uint8_t)((lanes->p0 & ~(1u << lane)) | (unsigned)value << lane);
}

static bool compare(unsigned kind, float a, float b)
{
    return kind == 0 ? a == b : kind == 1 ? a > b : kind == 2 ? a >= b : a != b;
}

static void cube(float x, float y, float z, float out[4])
{
    float ax = x < 0 ? -x : x, ay = y < 0 ? -y : y, az = z < 0 ? -z : z, major;
    if (az >= ax && az >= ay) {
        out[0] = -y;
        out[1] = z < 0 ? -x : x;
        major = z;
        out[3] = z < 0 ? 5.0f : 4.0f;
    } else if (ay >= ax) {
        out[0] = y < 0 ? -z : z;
        out[1] = x;
        major = y;
        out[3] = y < 0 ? 3.0f : 2.0f;
    } else {
        out[0] = -y;
        out[1] = x < 0 ? z : -z;
        major = x;
        out[3] = x < 0 ? 1.0f : 0.0f;
    }
    out[2] = xg_mul(2.0f, major);
}

static float max4(float x, float y, float z, float w)
{
    return x >= y && x >= z && x >= w ? x : y >= z && y >= w ? y : z >= w ? z : w;
}

static float dot(lanes4 a, lanes4 b, unsigned components, unsigned lane)
{
    float sum = xg_mul(a[0][lane], b[0][lane]);
    for (unsigned c = 1; c < components; c++)
        sum = xg_add(sum, xg_mul(a[c][lane], b[c][lane]));
    return sum;
}

static void replicate(lanes4 out, unsigned lane, float x)
{
    EACH_COMPONENT out[c][lane] = x;
}

/* Operations of which each component stands alone. */
#define COMPONENTWISE(expression)                                                                  \
    EACH_COMPONENT EACH_LANE                                                                       \
    {                                                                                              \
        float a = s[0][c][l], b = s[1][c][l], k = s[2][c][l];                                      \
        (void)a;                                                                                   \
        (void)b;                                                                                   \
        (void)k;                                                                                   \
        out[c][l] = (expression);                                                                  \
    }                                                                                              \
    break

static void vector_push(unsigned op, lanes4 s[3], struct xg_lanes *lanes, uint8_t mask, lanes4 out)
{
    /* eq ne gt ge, as kinds of compare() */
    static const uint8_t kinds[] = {0, 3, 1, 2};
    unsigned kind = kinds[op - XG_VOP_SETP_EQ_PUSH];
    EACH_LANE
    {
        if (mask >> l & 1)
            set_predicate(lanes, l, s[0][3][l] == 0.0f && compare(kind, s[1][3][l], 0.0f));
        bool in = s[0][0][l] == 0.0f && compare(kind, s[1][0][l], 0.0f);
        replicate(out, l, in ? 0.0f : xg_add(s[0][0][l], 1.0f));
    }
}

static void vector_kill(unsigned kind, lanes4 s[3], bool pixel, struct xg_lanes *lanes,
                        uint8_t mask, lanes4 out)
{
    EACH_LANE
    {
        bool any = false;
        EACH_COMPONENT any |= compare(kind, s[0][c][l], s[1][c][l]);
        if (any && pixel && mask >> l & 1)
            lanes->killed |= (uint8_t)(1u << l);
        replicate(out, l, any ? 1.0f : 0.0f);
    }
}

static void vector_run(unsigned op, lanes4 s[3], bool pixel, struct xg_lanes *lanes, uint8_t mask,
                       lanes4 out)
{
    switch (op) {
    case XG_VOP_ADD:
        COMPONENTWISE(xg_add(a, b));
    case XG_VOP_MUL:
        COMPONENTWISE(xg_mul(a, b));
    case XG_VOP_MAXA:
        EACH_LANE if (mask >> l & 1) lanes->a0[l] = xg_address_round(s[0][3][l]);
        COMPONENTWISE(xg_max(a, b));
    case XG_VOP_MAX:
        COMPONENTWISE(xg_max(a, b));
    case XG_VOP_MIN:
        COMPONENTWISE(xg_min(a, b));
    case XG_VOP_SEQ:
        COMPONENTWISE(a == b ? 1.0f : 0.0f);
    case XG_VOP_SGT:
        COMPONENTWISE(a > b ? 1.0f : 0.0f);
    case XG_VOP_SGE:
        COMPONENTWISE(a >= b ? 1.0f : 0.0f);
    case XG_VOP_SNE:
        COMPONENTWISE(a != b ? 1.0f : 0.0f);
    case XG_VOP_FRC:
        COMPONENTWISE(xg_frc(a));
    case XG_VOP_TRUNC:
        COMPONENTWISE(xg_trunc(a));
    case XG_VOP_FLOOR:
        COMPONENTWISE(xg_floor(a));
    case XG_VOP_MAD:
        COMPONENTWISE(xg_mad(a, b, k));
    case XG_VOP_CNDEQ:
        COMPONENTWISE(a == 0.0f ? b : k);
    case XG_VOP_CNDGE:
        COMPONENTWISE(a >= 0.0f ? b : k);
    case XG_VOP_CNDGT:
        COMPONENTWISE(a > 0.0f ? b : k);
    case XG_VOP_DP4:
        EACH_LANE replicate(out, l, dot(s[0], s[1], 4, l));
        break;
    case XG_VOP_DP3:
        EACH_LANE replicate(out, l, dot(s[0], s[1], 3, l));
        break;
    case XG_VOP_DP2ADD:
        EACH_LANE replicate(out, l, xg_add(dot(s[0], s[1], 2, l), s[2][0][l]));
        break;
    case XG_VOP_CUBE:
        EACH_LANE
        {
            float v[4];
            cube(s[0][2][l], s[0][3][l], s[0][0][l], v);
            EACH_COMPONENT out[c][l] = v[c];
        }
        break;
    case XG_VOP_MAX4:
        EACH_LANE replicate(out, l, max4(s[0][0][l], s[0][1][l], s[0][2][l], s[0][3][l]));
        break;
    case XG_VOP_SETP_EQ_PUSH:
    case XG_VOP_SETP_NE_PUSH:
    case XG_VOP_SETP_GT_PUSH:
    case XG_VOP_SETP_GE_PUSH:
        vector_push(op, s, lanes, mask, out);
        break;
    case XG_VOP_KILL_EQ:
    case XG_VOP_KILL_GT:
    case XG_VOP_KILL_GE:
    case XG_VOP_KILL_NE:
        vector_kill(op - XG_VOP_KILL_EQ, s, pixel, lanes, mask, out);
        break;
    case XG_VOP_DST:
        EACH_LANE
        {
            out[0][l] = 1.0f;
            out[1][l] = xg_mul(s[0][1][l], s[1][1][l]);
            out[2][l] = s[0][2][l];
            out[3][l] = s[1][3][l];
        }
        break;
    default: /* undefined operations are never run (shader.c) */
        break;
    }
}

/* --- scalar operations, one lane --- */

struct scalar {
    float a, b, ps;
    struct xg_lanes *lanes;
    unsigned lane;
    bool pixel;
};

static float clamp_infinity(float x, bool to_zero)
{
    float ax = x < 0 ? -x : x;
    if (!(ax > XG_FLT_MAX))
        return x;
    return to_zero ? (x < 0 ? -0.0f : 0.0f) : (x < 0 ? -XG_FLT_MAX : XG_FLT_MAX);
}

static float predicate(struct scalar *s, bool p, float otherwise)
{
    set_predicate(s->lanes, s->lane, p);
    return p ? 0.0f : otherwise;
}

static float kill(struct scalar *s, bool k)
{
    if (k && s->pixel)
        s->lanes->killed |= (uint8_t)(1u << s->lane);
    return k ? 1.0f : 0.0f;
}

static float muls_prev2(const struct scalar *s)
{
    bool finite = s->ps - s->ps == 0.0f && s->b - s->b == 0.0f;
    if (s->ps == -XG_FLT_MAX || !finite || s->b <= 0.0f)
        return -XG_FLT_MAX;
    return xg_mul(s->a, s->ps);
}

static float scalar_predicates(unsigned op, struct scalar *s)
{
    float a = s->a, t;
    switch (op) {
    case XG_SOP_SETP_EQ:
        return predicate(s, a == 0.0f, 1.0f);
    case XG_SOP_SETP_NE:
        return predicate(s, a != 0.0f, 1.0f);
    case XG_SOP_SETP_GT:
        return predicate(s, a > 0.0f, 1.0f);
    case XG_SOP_SETP_GE:
        return predicate(s, a >= 0.0f, 1.0f);
    case XG_SOP_SETP_INV:
        return predicate(s, a == 1.0f, a == 0.0f ? 1.0f : a);
    case XG_SOP_SETP_POP:
        t = xg_sub(a, 1.0f);
        return predicate(s, t <= 0.0f, t);
    case XG_SOP_SETP_CLR:
        return predicate(s, false, XG_FLT_MAX);
    case XG_SOP_SETP_RSTR:
        return predicate(s, a == 0.0f, a);
    case XG_SOP_KILLS_EQ:
        return kill(s, a == 0.0f);
    case XG_SOP_KILLS_GT:
        return kill(s, a > 0.0f);
    case XG_SOP_KILLS_GE:
        return kill(s, a >= 0.0f);
    case XG_SOP_KILLS_NE:
        return kill(s, a != 0.0f);
    default:
        return kill(s, a == 1.0f); /* kills_one */
    }
}

static float scalar_run(unsigned op, struct scalar *s)
{
    float a = s->a, b = s->b;
    switch (op) {
    case XG_SOP_ADDS:
    case XG_SOP_ADDSC0:
    case XG_SOP_ADDSC1:
        return xg_add(a, b);
    case XG_SOP_ADDS_PREV:
        return xg_add(a, s->ps);
    case XG_SOP_MULS:
    case XG_SOP_MULSC0:
    case XG_SOP_MULSC1:
        return xg_mul(a, b);
    case XG_SOP_MULS_PREV:
        return xg_mul(a, s->ps);
    case XG_SOP_MULS_PREV2:
        return muls_prev2(s);
    case XG_SOP_MAXAS:
        s->lanes->a0[s->lane] = xg_address_round(a);
        return xg_max(a, b);
    case XG_SOP_MAXASF:
        s->lanes->a0[s->lane] = xg_address_floor(a);
        return xg_max(a, b);
    case XG_SOP_MAXS:
        return xg_max(a, b);
    case XG_SOP_MINS:
        return xg_min(a, b);
    case XG_SOP_SEQS:
        return a == 0.0f ? 1.0f : 0.0f;
    case XG_SOP_SGTS:
        return a > 0.0f ? 1.0f : 0.0f;
    case XG_SOP_SGES:
        return a >= 0.0f ? 1.0f : 0.0f;
    case XG_SOP_SNES:
        return a != 0.0f ? 1.0f : 0.0f;
    case XG_SOP_FRCS:
        return xg_frc(a);
    case XG_SOP_TRUNCS:
        return xg_trunc(a);
    case XG_SOP_FLOORS:
        return xg_floor(a);
    case XG_SOP_EXP:
        return xg_exp2(a);
    case XG_SOP_LOGC:
        return a == 0.0f ? -XG_FLT_MAX : xg_log2(a);
    case XG_SOP_LOG:
        return xg_log2(a);
    case XG_SOP_RCPC:
    case XG_SOP_RCPF:
        return clamp_infinity(xg_rcp(a), op == XG_SOP_RCPF);
    case XG_SOP_RCP:
        return xg_rcp(a);
    case XG_SOP_RSQC:
    case XG_SOP_RSQF:
        return clamp_infinity(xg_rsq(a), op == XG_SOP_RSQF);
    case XG_SOP_RSQ:
        return xg_rsq(a);
    case XG_SOP_SUBS:
    case XG_SOP_SUBSC0:
    case XG_SOP_SUBSC1:
        return xg_sub(a, b);
    case XG_SOP_SUBS_PREV:
        return xg_sub(a, s->ps);
    case XG_SOP_SQRT:
        return xg_sqrt(a);
    case XG_SOP_SIN:
        return xg_sin(a);
    case XG_SOP_COS:
        return xg_cos(a);
    case XG_SOP_RETAIN_PREV:
        return s->ps;
    default:
        return scalar_predicates(op, s);
    }
}

static void scalar_lanes(const struct xg_alu *alu, const float first[XG_LANES],
                         const float second[XG_LANES], bool pixel, struct xg_lanes *lanes,
                         uint8_t mask, float out[XG_LANES])
{
    EACH_LANE
    {
        if (!(mask >> l & 1)) {
            out[l] = 0.0f;
            continue;
        }
        struct scalar s = {.a = first[l],
                           .b = second[l],
                           .ps = lanes->ps[l],
                           .lanes = lanes,
                           .lane = l,
                           .pixel = pixel};
        out[l] = lanes->ps[l] = scalar_run(alu->scalar_op, &s);
    }
}

/* --- the slot --- */

static float *destination(struct xg_lanes *lanes, bool exports, uint32_t index, bool relative,
                          unsigned component)
{
    if (exports)
        return lanes->out[index][component];
    if (relative)
        index = (uint32_t)((int32_t)index + lanes->al) & (XG_TEMPS - 1);
    return lanes->r[index][component];
}

static void put(float *to, const float *value, bool clamp, uint8_t mask)
{
    EACH_LANE if (mask >> l & 1) to[l] = clamp ? xg_saturate(value[l]) : value[l];
}

static void prepare_export(const struct xg_alu *alu, const struct xg_shader_env *env, bool pixel,
                           struct xg_lanes *lanes, uint8_t mask)
{
    static const float zeros[XG_LANES], ones[XG_LANES] = {1, 1, 1, 1};
    uint64_t bit = 1ull << alu->vector_dest;
    if (alu->vector_dest == XG_EXPORT_EA) /* a new address ends the export before it */
        xg_memory_export(env, lanes, pixel);
    EACH_COMPONENT
    {
        float *to = lanes->out[alu->vector_dest][c];
        if (!(lanes->touched & bit))
            EACH_LANE to[l] = 0.0f;
        if (alu->ones >> c & 1)
            put(to, ones, false, mask);
        else if (alu->zeros >> c & 1)
            put(to, zeros, false, mask);
    }
    lanes->touched |= bit;
    EACH_LANE if (mask >> l & 1) lanes->written[l] |= bit;
}

/* Reads the scalar half's operands: components W and X of the third source, or W of a
 * constant and X of a temporary. */
static void scalar_operands(const struct xg_alu *alu, const struct xg_shader_env *env,
                            const struct xg_lanes *lanes, float first[XG_LANES],
                            float second[XG_LANES])
{
    lanes4 source;
    read_source(&alu->src[2], alu->uses_a0, env, lanes, source);
    memcpy(first, source[3], sizeof source[3]);
    if (xg_ucode_scalar_ops[alu->scalar_op].flags & XG_UCODE_CONST_SCALAR)
        read_source(&alu->scalar_temp, false, env, lanes, source);
    memcpy(second, source[0], sizeof source[0]);
}

void xg_alu_run(const struct xg_alu *alu, const struct xg_shader_env *env, bool pixel,
                struct xg_lanes *lanes, uint8_t mask)
{
    lanes4 s[3], vector;
    float scalar[XG_LANES], first[XG_LANES] = {0}, second[XG_LANES] = {0};
    for (unsigned n = 0; n < 3 && alu->vector_run; n++)
        if (n < alu->sources)
            read_source(&alu->src[n], alu->uses_a0, env, lanes, s[n]);
        else /* not used by the operation */
            memset(s[n], 0, sizeof s[n]);
    if (alu->scalar_run)
        scalar_operands(alu, env, lanes, first, second);
    if (alu->exports)
        prepare_export(alu, env, pixel, lanes, mask);
    if (alu->vector_run)
        vector_run(alu->vector_op, s, pixel, lanes, mask, vector);
    if (alu->scalar_run)
        scalar_lanes(alu, first, second, pixel, lanes, mask, scalar);
    EACH_COMPONENT
    {
        if (alu->vector_run && alu->vector_mask >> c & 1)
            put(destination(lanes, alu->exports, alu->vector_dest, alu->vector_dest_rel, c),
                vector[c], alu->vector_clamp, mask);
        if (alu->scalar_run && alu->scalar_mask >> c & 1)
            put(destination(lanes, alu->exports, alu->exports ? alu->vector_dest : alu->scalar_dest,
                            !alu->exports && alu->scalar_dest_rel, c),
                scalar, alu->scalar_clamp, mask);
    }
}
