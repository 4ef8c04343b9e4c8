/* Microcode execution: each operation against an oracle written from its definition in
 * wider arithmetic, and control flow against what the program must leave behind. */
#include "tests/draw/scene.h"

static uint64_t seed_state;
static uint32_t rnd(void)
{
    seed_state = seed_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed_state >> 32);
}

struct bench {
    struct xg_lanes lanes;
    uint32_t constants[2048], bools[8], loops[32], fetch[192];
    struct xg_draw_warnings warnings;
    struct xg_shader_env env;
};

static struct bench *bench_create(void)
{
    struct bench *b = calloc(1, sizeof *b);
    b->env = (struct xg_shader_env){.constants = b->constants,
                                    .const_last = 255,
                                    .bools = b->bools,
                                    .loops = b->loops,
                                    .fetch = b->fetch,
                                    .warnings = &b->warnings,
                                    .slot_limit = 10000};
    return b;
}

static struct xg_shader *assemble(const char *text, enum xg_shader_stage stage)
{
    struct xg_ucode_image image;
    struct xg_error err = {0};
    if (!xg_ucode_assemble(&image, text, "program", stage, &err))
        print_error("%s\n", err.text);
    assert_int_equal(err.kind, XG_OK);
    struct xg_shader *shader = xg_shader_create(image.words, image.count, stage);
    xg_ucode_image_free(&image);
    return shader;
}

/* r[i][c][lane] = in[i][c] for lane 0; the other lanes get the components rotated. */
static void run(struct bench *b, const char *text, enum xg_shader_stage stage, const float in[][4],
                unsigned inputs)
{
    struct xg_shader *shader = assemble(text, stage);
    xg_lanes_begin(&b->lanes, shader);
    for (unsigned i = 0; i < inputs; i++)
        for (unsigned c = 0; c < 4; c++)
            for (unsigned l = 0; l < 4; l++)
                b->lanes.r[i][c][l] = in[i][(c + l) & 3];
    xg_shader_run(shader, &b->env, &b->lanes);
    xg_shader_destroy(shader);
}

/* --- numbers --- */

static float special(void)
{
    static const uint32_t values[] = {0,          0x80000000, 0x3F800000, 0xBF800000, 0x7F800000,
                                      0xFF800000, 0x7FC00000, 0xFFC12345, 0x00000001, 0x807FFFFF,
                                      0x00800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x3F000000, 0x40000000};
    return xg_bits_float(values[rnd() % XG_COUNTOF(values)]);
}
static float any(void)
{
    if (rnd() % 4 == 0)
        return special();
    return xg_bits_float((rnd() & 0x807FFFFF) | (112 + rnd() % 30) << 23);
}
static long double flushed(float x)
{
    return fabsf(x) < 0x1p-126f ? copysignl(0, x) : x;
}
/* Rounds an exact value once; canonical NaN; flushes. */
static float rounded(long double v)
{
    if (isnan(v))
        return xg_bits_float(0x7FC00000);
    /* below the smallest number after rounding to 24 bits */
    return fabsl(v) < 0x1.ffffffp-127L ? copysignf(0, (float)v) : (float)v;
}
static float o_add(long double a, long double b)
{
    return rounded(a + b);
}
static float o_mul(long double a, long double b)
{
    float p = a == 0 || b == 0 ? 0.0f : rounded(a * b);
    return p == 0 ? 0.0f : p;
}

static void check(const char *what, const float in[][4], float got, float want, bool bits)
{
    bool same = bits ? xg_float_bits(got) == xg_float_bits(want) : got == want;
    if (same || (isnan(got) && isnan(want)))
        return;
    print_error("%s: s0 %a %a %a %a s1 %a %a %a %a s2 %a %a %a %a: got %a, want %a\n", what,
                in[0][0], in[0][1], in[0][2], in[0][3], in[1][0], in[1][1], in[1][2], in[1][3],
                in[2][0], in[2][1], in[2][2], in[2][3], got, want);
    fail();
}

static float o_vector(unsigned op, const float s[3][4], unsigned c)
{
    long double a = flushed(s[0][c]), b = flushed(s[1][c]), k = flushed(s[2][c]);
    float sum;
    switch (op) {
    case XG_VOP_ADD:
        return o_add(a, b);
    case XG_VOP_MUL:
        return o_mul(a, b);
    case XG_VOP_MAX:
    case XG_VOP_MAXA:
        return (float)(a >= b ? a : b);
    case XG_VOP_MIN:
        return (float)(a < b ? a : b);
    case XG_VOP_SEQ:
        return a == b;
    case XG_VOP_SGT:
        return a > b;
    case XG_VOP_SGE:
        return a >= b;
    case XG_VOP_SNE:
        return !(a == b);
    case XG_VOP_FRC:
        return rounded(a - floorl(a));
    case XG_VOP_TRUNC:
        return rounded(truncl(a));
    case XG_VOP_FLOOR:
        return rounded(floorl(a));
    case XG_VOP_MAD:
        return o_add(o_mul(a, b), k);
    case XG_VOP_CNDEQ:
        return (float)(a == 0 ? b : k);
    case XG_VOP_CNDGE:
        return (float)(a >= 0 ? b : k);
    case XG_VOP_CNDGT:
        return (float)(a > 0 ? b : k);
    case XG_VOP_DP4:
    case XG_VOP_DP3:
        sum = o_mul(flushed(s[0][0]), flushed(s[1][0]));
        for (unsigned i = 1; i < (op == XG_VOP_DP4 ? 4 : 3); i++)
            sum = o_add(sum, o_mul(flushed(s[0][i]), flushed(s[1][i])));
        return sum;
    case XG_VOP_DP2ADD:
        sum = o_add(o_mul(flushed(s[0][0]), flushed(s[1][0])),
                    o_mul(flushed(s[0][1]), flushed(s[1][1])));
        return o_add(sum, flushed(s[2][0]));
    case XG_VOP_DST:
        return c == 0   ? 1
               : c == 1 ? o_mul(flushed(s[0][1]), flushed(s[1][1]))
               : c == 2 ? (float)flushed(s[0][2])
                        : (float)flushed(s[1][3]);
    default:
        return NAN;
    }
}

static void vector_operations_follow_their_definitions(void **state)
{
    XG_UNUSED(state);
    static const uint8_t ops[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,
                                  10, 11, 12, 13, 14, 15, 16, 17, 28, 29};
    struct bench *b = bench_create();
    seed_state = 11;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    for (unsigned o = 0; o < XG_COUNTOF(ops); o++) {
        static const char *const operands[] = {"", "r0", "r0, r1", "r0, r1, r2"};
        const struct xg_ucode_op *op = &xg_ucode_vector_ops[ops[o]];
        char text[128];
        snprintf(text, sizeof text, "exec_end\n %s r3, %s\n", op->name, operands[op->operands]);
        struct xg_shader *shader = assemble(text, XG_STAGE_PS);
        for (unsigned n = 0; n < 3000; n++) {
            float in[3][4];
            for (unsigned i = 0; i < 12; i++)
                in[i / 4][i % 4] = any();
            xg_lanes_begin(&b->lanes, shader);
            for (unsigned i = 0; i < 12; i++)
                for (unsigned l = 0; l < 4; l++)
                    b->lanes.r[i / 4][i % 4][l] = in[i / 4][i % 4];
            xg_shader_run(shader, &b->env, &b->lanes);
            for (unsigned c = 0; c < 4; c++) {
                bool select = ops[o] == 2 || ops[o] == 3 || (ops[o] >= 12 && ops[o] <= 14);
                check(op->name, (const float(*)[4])in, b->lanes.r[3][c][2],
                      o_vector(ops[o], (const float(*)[4])in, c), !select);
            }
        }
        xg_shader_destroy(shader);
    }
    free(b);
}

static float scalar_op(struct bench *b, struct xg_shader *shader, float a, float second)
{
    xg_lanes_begin(&b->lanes, shader);
    for (unsigned l = 0; l < 4; l++) {
        b->lanes.r[0][3][l] = a;
        b->lanes.r[0][0][l] = second;
        b->lanes.ps[l] = 0.75f;
    }
    xg_shader_run(shader, &b->env, &b->lanes);
    return b->lanes.r[1][1][3];
}

/* Distance of got from the exact value in units of its last place. */
static long double error_ulp(float got, long double exact)
{
    int e;
    frexpl(exact, &e);
    if (e < -125)
        e = -125;
    return fabsl((long double)got - exact) / ldexpl(1, e - 24);
}

static void transcendentals_are_within_half_a_unit_and_a_bit(void **state)
{
    XG_UNUSED(state);
    static const struct {
        const char *name;
        long double (*exact)(long double);
        float low, high;
    } cases[] = {{"exp", exp2l, -126, 127.99f},  {"log", log2l, 1e-30f, 1e30f},
                 {"sqrt", sqrtl, 1e-30f, 1e30f}, {"sin", sinl, -1e6f, 1e6f},
                 {"cos", cosl, -1e6f, 1e6f},     {"sin", sinl, -4, 4},
                 {"cos", cosl, -4, 4},           {"log", log2l, 0.9f, 1.1f},
                 {"exp", exp2l, -1, 1}};
    struct bench *b = bench_create();
    seed_state = 5;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    for (unsigned i = 0; i < XG_COUNTOF(cases); i++) {
        char text[64];
        snprintf(text, sizeof text, "exec_end\n %s r1.y, r0.w\n", cases[i].name);
        struct xg_shader *shader = assemble(text, XG_STAGE_PS);
        for (unsigned n = 0; n < 20000; n++) {
            float t = (float)rnd() / 4294967296.0f, x;
            x = cases[i].low > 0 && cases[i].high > 100 * cases[i].low
                    ? cases[i].low * powf(cases[i].high / cases[i].low, t)
                    : cases[i].low + (cases[i].high - cases[i].low) * t;
            float got = scalar_op(b, shader, x, 0);
            long double exact = cases[i].exact((long double)x);
            if (error_ulp(got, exact) > 0.51L && fabsl(exact) > 0x1p-126L) {
                print_error("%s(%a) = %a, exact %La\n", cases[i].name, x, got, exact);
                fail();
            }
        }
        xg_shader_destroy(shader);
    }
    free(b);
}

static float o_scalar(unsigned op, float fa, float fb)
{
    const long double inf = INFINITY;
    long double a = flushed(fa), b = flushed(fb), v;
    switch (op) {
    case XG_SOP_ADDS:
        return o_add(a, b);
    case XG_SOP_ADDS_PREV:
        return o_add(a, 0.75L);
    case XG_SOP_MULS:
        return o_mul(a, b);
    case XG_SOP_MULS_PREV:
        return o_mul(a, 0.75L);
    case XG_SOP_MULS_PREV2:
        return !isfinite(b) || b <= 0 ? -XG_FLT_MAX : o_mul(a, 0.75L);
    case XG_SOP_MAXS:
    case XG_SOP_MAXAS:
    case XG_SOP_MAXASF:
        return (float)(a >= b ? a : b);
    case XG_SOP_MINS:
        return (float)(a < b ? a : b);
    case XG_SOP_SEQS:
        return a == 0;
    case XG_SOP_SGTS:
        return a > 0;
    case XG_SOP_SGES:
        return a >= 0;
    case XG_SOP_SNES:
        return !(a == 0);
    case XG_SOP_FRCS:
        return rounded(a - floorl(a));
    case XG_SOP_TRUNCS:
        return rounded(truncl(a));
    case XG_SOP_FLOORS:
        return rounded(floorl(a));
    case XG_SOP_RCP:
        return rounded(1 / a);
    case XG_SOP_RCPC:
        v = rounded(1 / a);
        return (float)(v == inf ? XG_FLT_MAX : v == -inf ? -XG_FLT_MAX : v);
    case XG_SOP_RCPF:
        v = rounded(1 / a);
        return (float)(v == inf ? 0.0L : v == -inf ? -0.0L : v);
    case XG_SOP_SUBS:
        return o_add(a, -b);
    case XG_SOP_SUBS_PREV:
        return o_add(a, -0.75L);
    case XG_SOP_SETP_EQ:
        return !(a == 0);
    case XG_SOP_SETP_NE:
        return a == 0;
    case XG_SOP_SETP_GT:
        return !(a > 0);
    case XG_SOP_SETP_GE:
        return !(a >= 0);
    case XG_SOP_SETP_INV:
        return a == 1 ? 0 : a == 0 ? 1 : (float)a;
    case XG_SOP_SETP_POP:
        v = o_add(a, -1);
        return v <= 0 ? 0 : (float)v;
    case XG_SOP_SETP_CLR:
        return XG_FLT_MAX;
    case XG_SOP_SETP_RSTR:
        return a == 0 ? 0 : (float)a;
    case XG_SOP_KILLS_EQ:
        return a == 0;
    case XG_SOP_KILLS_GT:
        return a > 0;
    case XG_SOP_KILLS_GE:
        return a >= 0;
    case XG_SOP_KILLS_NE:
        return !(a == 0);
    case XG_SOP_KILLS_ONE:
        return a == 1;
    case XG_SOP_RETAIN_PREV:
        return 0.75f;
    default:
        return NAN;
    }
}

static bool o_predicate(unsigned op, float fa)
{
    long double a = flushed(fa);
    switch (op) {
    case XG_SOP_SETP_EQ:
    case XG_SOP_SETP_RSTR:
        return a == 0;
    case XG_SOP_SETP_NE:
        return !(a == 0);
    case XG_SOP_SETP_GT:
        return a > 0;
    case XG_SOP_SETP_GE:
        return a >= 0;
    case XG_SOP_SETP_INV:
        return a == 1;
    case XG_SOP_SETP_POP:
        return a - 1 <= 0;
    default:
        return false;
    }
}

static void scalar_operations_follow_their_definitions(void **state)
{
    XG_UNUSED(state);
    struct bench *b = bench_create();
    seed_state = 23;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    for (unsigned op = 0; op < 64; op++) {
        const struct xg_ucode_op *info = &xg_ucode_scalar_ops[op];
        bool transcendental = op == 14 || op == 15 || op == 16 || (op >= 20 && op <= 22) ||
                              op == 40 || op == 48 || op == 49;
        if (!info->name || info->flags || transcendental)
            continue;
        char text[64];
        snprintf(text, sizeof text, "exec_end\n %s r1.y%s\n", info->name,
                 info->operands == 2 ? ", r0.wx"
                 : info->operands    ? ", r0.w"
                                     : "");
        struct xg_shader *shader = assemble(text, XG_STAGE_PS);
        for (unsigned n = 0; n < 2000; n++) {
            float in[3][4] = {{any(), 0, 0, any()}};
            float got = scalar_op(b, shader, in[0][3], in[0][0]);
            float want = o_scalar(op, in[0][3], in[0][0]);
            check(info->name, (const float(*)[4])in, got, want, false);
            check("ps", (const float(*)[4])in, b->lanes.ps[1],
                  op == XG_SOP_RETAIN_PREV ? 0.75f : want, false);
            bool setp = op >= XG_SOP_SETP_EQ && op <= XG_SOP_SETP_RSTR;
            assert_int_equal(b->lanes.p0, setp && o_predicate(op, in[0][3]) ? 15 : 0);
            bool kill = op >= XG_SOP_KILLS_EQ && op <= XG_SOP_KILLS_ONE && want == 1;
            assert_int_equal(b->lanes.killed, kill ? 15 : 0);
        }
        xg_shader_destroy(shader);
    }
    free(b);
}

static void exact_points_and_specials(void **state)
{
    XG_UNUSED(state);
    static const struct {
        const char *op;
        uint32_t in, out;
    } cases[] = {
        {"exp", 0x00000000, 0x3F800000},  {"exp", 0x80000000, 0x3F800000},
        {"exp", 0x41200000, 0x44800000},  {"exp", 0xC2FC0000, 0x00800000},
        {"exp", 0xC2FE0000, 0x00000000},  {"exp", 0x43000000, 0x7F800000},
        {"exp", 0xFF800000, 0x00000000},  {"log", 0x3F800000, 0x00000000},
        {"log", 0x00000000, 0xFF800000},  {"log", 0x80000001, 0xFF800000},
        {"logc", 0x00000000, 0xFF7FFFFF}, {"log", 0xBF800000, 0x7FC00000},
        {"log", 0x41000000, 0x40400000},  {"rcp", 0x3F800000, 0x3F800000},
        {"rcp", 0x80000000, 0xFF800000},  {"rcpc", 0x00000000, 0x7F7FFFFF},
        {"rcpc", 0x80000000, 0xFF7FFFFF}, {"rcpf", 0x00000000, 0x00000000},
        {"rcpf", 0x80000000, 0x80000000}, {"rcp", 0x7F7FFFFF, 0x00000000},
        {"rsq", 0x3F800000, 0x3F800000},  {"rsq", 0x40800000, 0x3F000000},
        {"rsq", 0xBF800000, 0x7FC00000},  {"rsqc", 0x00000000, 0x7F7FFFFF},
        {"rsqf", 0x00000000, 0x00000000}, {"rsq", 0x00000001, 0x7F800000},
        {"sqrt", 0x40800000, 0x40000000}, {"sin", 0x00000000, 0x00000000},
        {"cos", 0x00000000, 0x3F800000},  {"sin", 0x7F800000, 0x7FC00000},
        {"log", 0x7F800000, 0x7F800000},
    };
    struct bench *b = bench_create();
    for (unsigned i = 0; i < XG_COUNTOF(cases); i++) {
        char text[64];
        snprintf(text, sizeof text, "exec_end\n %s r1.y, r0.w\n", cases[i].op);
        struct xg_shader *shader = assemble(text, XG_STAGE_PS);
        uint32_t got = xg_float_bits(scalar_op(b, shader, xg_bits_float(cases[i].in), 0));
        if (got != cases[i].out)
            print_error("%s(%08X) = %08X, not %08X\n", cases[i].op, cases[i].in, got, cases[i].out);
        assert_int_equal(got, cases[i].out);
        xg_shader_destroy(shader);
    }
    free(b);
}

/* --- modifiers, addressing, exports --- */

static const float inputs[][4] = {{1, 2, 3, 4}, {-5, 0.5f, -0.25f, 8}, {10, 20, 30, 40}};

static void assert_lane0(const struct bench *b, unsigned r, float x, float y, float z, float w)
{
    const float want[4] = {x, y, z, w};
    for (unsigned c = 0; c < 4; c++)
        assert_float_equal(b->lanes.r[r][c][0], want[c], 0);
}

static void modifiers_and_masks(void **state)
{
    XG_UNUSED(state);
    struct bench *b = bench_create();
    b->constants[4 * 7] = scene_bits(-3);
    run(b, "exec_end\n add r3.xyz, -|r1.yxwz|, r0.x\n mov r4, |c7.x|\n mul_sat r5, r1, r0.y\n",
        XG_STAGE_PS, inputs, 3);
    assert_lane0(b, 3, 0.5f, -4, -7, 0);
    assert_lane0(b, 4, 3, 3, 3, 3);
    assert_lane0(b, 5, 0, 1, 0, 1);
    /* both halves read before either writes; ps keeps the unclamped value */
    run(b, "exec_end\n mov r0.x, r0.y\n + adds_sat r0.y, r0.xw\n retain_prev r1.x\n", XG_STAGE_PS,
        inputs, 3);
    assert_lane0(b, 0, 2, 1, 3, 4);
    assert_float_equal(b->lanes.r[1][0][0], 5, 0);
    free(b);
}

static void constants_are_windowed_and_relative(void **state)
{
    XG_UNUSED(state);
    struct bench *b = bench_create();
    for (unsigned i = 0; i < 512; i++)
        b->constants[4 * i] = scene_bits((float)i);
    b->env.const_base = 256;
    b->env.const_last = 99;
    /* a0 = 3 from r0.z; lanes have their own */
    run(b,
        "exec_end\n maxas _, r0.zz\n mov r1.x, c[a0+10].x\n mov r2.x, c99.x\n mov r3.x, c100.x\n"
        " add r4.x, c5.x, c[a0+10].x\n mulsc r5.x, c2.x, r0.y\n",
        XG_STAGE_PS, inputs, 3);
    assert_float_equal(b->lanes.r[1][0][0], 256 + 13, 0);
    assert_float_equal(b->lanes.r[1][0][1], 256 + 14, 0);
    assert_float_equal(b->lanes.r[2][0][0], 256 + 99, 0);
    assert_float_equal(b->lanes.r[3][0][0], 0, 0);
    assert_float_equal(b->lanes.r[4][0][0], 256 + 5 + 256 + 13, 0);
    assert_float_equal(b->lanes.r[5][0][0], 2 * 258, 0);
    free(b);
}

static void exports_set_constants_and_keep_components(void **state)
{
    XG_UNUSED(state);
    struct bench *b = bench_create();
    run(b, "exec_end\n mov oPos.x_01, r0\n mov o3.xy, r0\n mov o3.z, r1\n", XG_STAGE_VS, inputs, 3);
    assert_float_equal(b->lanes.out[62][0][0], 1, 0);
    assert_float_equal(b->lanes.out[62][2][0], 0, 0);
    assert_float_equal(b->lanes.out[62][3][0], 1, 0);
    assert_float_equal(b->lanes.out[3][1][0], 2, 0);
    assert_float_equal(b->lanes.out[3][2][0], -0.25f, 0);
    assert_true(b->lanes.written[0] == (1ull << 62 | 1 << 3));
    free(b);
}

static void predicates_mask_lanes(void **state)
{
    XG_UNUSED(state);
    struct bench *b = bench_create();
    /* r0.x of the lanes: 1 2 3 4 */
    b->constants[0] = scene_bits(-2.5f);
    run(b,
        "exec\n adds r1.x, r0.xx\n add r2.x, r0.x, c0.x\n setp_gt _, r2.x\n (p0) mov r3.x, r0.x\n"
        " (!p0) mov r3.x, -r0.x\n"
        "cond_exec_pred p0\n (p0) mov r4.x, r0.x\n"
        "cond_exec_pred_end !p0\n (!p0) setp_eq _, r5.x\n (p0) mov r6.x, r0.x\n",
        XG_STAGE_PS, inputs, 1);
    static const float r3[4] = {-1, -2, 3, 4}, r4[4] = {0, 0, 3, 4}, r6[4] = {1, 2, 3, 4};
    for (unsigned l = 0; l < 4; l++) {
        assert_float_equal(b->lanes.r[3][0][l], r3[l], 0);
        assert_float_equal(b->lanes.r[4][0][l], r4[l], 0);
        assert_float_equal(b->lanes.r[6][0][l], r6[l], 0);
    }
    free(b);
}

static void loops_calls_and_jumps(void **state)
{
    XG_UNUSED(state);
    struct bench *b = bench_create();
    b->loops[2] = 5 | 10 << 8 | 3u << 16;                  /* 5 times, aL = 10, 13 .. 22 */
    b->loops[3] = 2 | 0 << 8 | (uint32_t)(-1 & 255) << 16; /* 2 times, aL = 0, -1 */
    b->bools[1] = 1u << 4;                                 /* b36 */
    for (unsigned i = 0; i < 256; i++)
        b->constants[4 * i] = scene_bits((float)i);
    run(b,
        "loop Lout, i2\nLbody:\n exec\n add r3.x, r3.x, c[aL+0].x\n"
        " loop Linner, i3\nLin:\n  exec\n add r4.x, r4.x, c[aL+1].x\n endloop Lin, i3\nLinner:\n"
        "endloop Lbody, i2\nLout:\n"
        "call Lsub\ncall Lsub, b36\ncall Lsub, !b36\njump Lend, b36\nexec\n mov r3, r0\n"
        "Lend:\nexec_end\n mov r7.x, r5.x\n"
        "Lsub:\nexec\n add r5.x, r5.x, c1.x\nreturn\n",
        XG_STAGE_PS, inputs, 1);
    assert_float_equal(b->lanes.r[3][0][0], 10 + 13 + 16 + 19 + 22, 0);
    assert_float_equal(b->lanes.r[4][0][0], 5 * (1 + 0), 0);
    assert_float_equal(b->lanes.r[7][0][0], 2, 0);
    assert_int_equal(b->warnings.count[XG_WARN_UCODE_STACK], 0);
    free(b);
}

static void a_predicated_break_leaves_the_loop(void **state)
{
    XG_UNUSED(state);
    struct bench *b = bench_create();
    b->loops[0] = 100;
    b->constants[0] = scene_bits(1);
    b->constants[4] = scene_bits(-7);
    run(b,
        "loop Lout, i0\nLbody:\n exec\n add r3.x, r3.x, c0.x\n add r4.x, r3.x, c1.x\n"
        " setp_ge _, r4.x\nendloop Lbody, i0, p0\nLout:\nexec_end\n mov r5.x, r3.x\n",
        XG_STAGE_PS, inputs, 1);
    assert_float_equal(b->lanes.r[5][0][0], 7, 0);
    free(b);
}

static void bad_programs_end_with_a_count(void **state)
{
    XG_UNUSED(state);
    struct bench *b = bench_create();
    run(b, "L:\njump L\n", XG_STAGE_PS, inputs, 1);
    assert_int_equal(b->warnings.count[XG_WARN_UCODE_ENDLESS], 1);
    run(b, "exec\n mov r0, r0\n", XG_STAGE_PS, inputs, 1);
    assert_int_equal(b->warnings.count[XG_WARN_UCODE_END], 1);
    run(b, "L:\ncall L\nexec_end\n nop\n", XG_STAGE_PS, inputs, 1);
    assert_true(b->warnings.count[XG_WARN_UCODE_STACK] >= 1);
    run(b, "exec_end\n undef30 r1, r0, r0, r0\n sundef55 r2.x, r0.xx\n", XG_STAGE_PS, inputs, 1);
    assert_int_equal(b->warnings.count[XG_WARN_UCODE_UNDEFINED], 2);
    assert_lane0(b, 1, 0, 0, 0, 0);
    free(b);
}

/* --- vertex fetch --- */

/* Widths of the components from bit 0 on; floats: 0 of 16 or 32 bits. */
static const struct {
    const char *name;
    uint8_t width[4];
    bool is_float;
} vertex_formats[] = {
    {"8_8_8_8", {8, 8, 8, 8}, false},
    {"2_10_10_10", {10, 10, 10, 2}, false},
    {"10_11_11", {11, 11, 10}, false},
    {"11_11_10", {10, 11, 11}, false},
    {"16_16", {16, 16}, false},
    {"16_16_16_16", {16, 16, 16, 16}, false},
    {"32", {32}, false},
    {"32_32", {32, 32}, false},
    {"32_32_32_32", {32, 32, 32, 32}, false},
    {"16_16_float", {16, 16}, true},
    {"16_16_16_16_float", {16, 16, 16, 16}, true},
    {"32_float", {32}, true},
    {"32_32_float", {32, 32}, true},
    {"32_32_32_float", {32, 32, 32}, true},
    {"32_32_32_32_float", {32, 32, 32, 32}, true},
};

/* What `width` bits mean; kind: 0 unsigned, 1 signed, 2 signed without a zero, 3 and 4 integers. */
static long double o_element(uint64_t bits, unsigned width, bool is_float, unsigned kind)
{
    long double most = ldexpl(1, (int)width) - 1, half = ldexpl(1, (int)width - 1) - 1;
    long double v = (long double)bits, negative = bits >> (width - 1) ? v - most - 1 : v;
    if (is_float && width == 16) {
        long double e = (long double)(bits >> 10 & 31), m = (long double)(bits & 1023);
        return e == 0 ? 0 : (bits >> 15 ? -1 : 1) * ldexpl(1024 + m, (int)e - 25);
    }
    if (is_float)
        return xg_bits_float((uint32_t)bits);
    return kind == 0   ? v / most
           : kind == 1 ? (negative < -half ? -1 : negative / half)
           : kind == 2 ? (2 * negative + 1) / most
           : kind == 3 ? v
                       : negative;
}

/* Four vertices of random bytes behind one constant. */
struct vertices {
    uint8_t byte[4][32]; /* eight dwords a vertex, elements begin at the third */
    unsigned swap;       /* lowest byte of a word: 0 first, 1 second of two, 2 fourth, 3 third */
    unsigned dwords;     /* that the constant lets see */
};

static uint64_t o_bits(const struct vertices *v, unsigned vertex, unsigned at, unsigned width)
{
    static const uint8_t order[4] = {0, 1, 3, 2};
    uint64_t bits = 0;
    for (unsigned i = 0; i < width; i++) {
        unsigned bit = 64 + at + i, dword = bit / 32, byte = bit / 8 % 4 ^ order[v->swap];
        bool seen = 8 * vertex + dword < v->dwords;
        bits |= (uint64_t)(seen && v->byte[vertex][4 * dword + byte] >> bit % 8 & 1) << i;
    }
    return bits;
}

static void check_vertices(struct bench *b, const struct vertices *v, unsigned f, unsigned kind,
                           int adjust)
{
    static const char *const kinds[] = {"", ", signed", ", signed, signed_mode=1", ", integer",
                                        ", signed, integer"};
    static const float in[1][4] = {{0, 1, 2, 3}};
    char text[256];
    snprintf(text, sizeof text,
             "exec_end\n vfetch r1, r0.x, vf0, format=%s, stride=8, offset=2, exp_adjust=%d%s\n",
             vertex_formats[f].name, adjust, kinds[kind]);
    run(b, text, XG_STAGE_VS, in, 1);
    for (unsigned l = 0; l < 4; l++)
        for (unsigned c = 0, at = 0; c < 4; at += vertex_formats[f].width[c++]) {
            unsigned width = vertex_formats[f].width[c];
            long double want =
                width ? o_element(o_bits(v, l, at, width), width, vertex_formats[f].is_float, kind)
                      : 0;
            float got = b->lanes.r[1][c][l];
            want = ldexpl(want, adjust);
            bool exact = width < 32 || vertex_formats[f].is_float;
            if (exact ? got != (float)want : fabsl(got - want) > fabsl(want) * 0x1p-22L)
                fail_msg("%s%s, swap %u, component %u of vertex %u: %a, should be %La",
                         vertex_formats[f].name, kinds[kind], v->swap, c, l, (double)got, want);
        }
}

/* Every vertex format, number type, exponent and order of bytes; words behind the end are 0. */
static void vertex_formats_follow_their_definitions(void **state)
{
    XG_UNUSED(state);
    struct bench *b = bench_create();
    struct scene *s = scene_create(16, 16);
    struct xg_view view;
    struct vertices v;
    assert_true(xg_view_init(&view));
    seed_state = 1957;
    b->env.view = &view;
    for (unsigned n = 0; n < 3000; n++) {
        unsigned f = n % XG_COUNTOF(vertex_formats), kind = rnd() % 5;
        int adjust = rnd() % 2 ? 0 : (int)(rnd() % 64) - 32;
        v.swap = rnd() % 4;
        v.dwords = rnd() % 8 ? 32 : 10 + rnd() % 22;
        for (unsigned i = 0; i < 32; i++) {
            uint32_t word = rnd();
            if (vertex_formats[f].is_float && vertex_formats[f].width[0] == 32)
                word = (word & 0x807FFFFF) | (90 + word % 80) << 23; /* numbers, also adjusted */
            static const uint8_t order[4] = {0, 1, 3, 2};
            for (unsigned k = 0; k < 4; k++)
                v.byte[i / 8][i % 8 * 4 + (k ^ order[v.swap])] = (uint8_t)(word >> 8 * k);
        }
        memcpy(s->memory + SCENE_VERTICES, v.byte, sizeof v.byte);
        b->fetch[0] = SCENE_VERTICES | 3;
        b->fetch[1] = v.dwords << 2 | v.swap;
        xg_view_begin(&view, &s->host);
        check_vertices(b, &v, f, kind, adjust);
        xg_view_end(&view);
    }
    xg_view_free(&view);
    scene_destroy(s);
    free(b);
}

/* Any words at all: no crash, no hang. */
static void random_words_are_survived(void **state)
{
    XG_UNUSED(state);
    struct bench *b = bench_create();
    struct xg_view view;
    struct xg_textures *textures = calloc(1, sizeof *textures);
    struct scene *s = scene_create(16, 16);
    assert_true(xg_view_init(&view));
    seed_state = 99;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    b->env.view = &view;
    b->env.textures = textures;
    b->env.slot_limit = 300;
    for (unsigned n = 0; n < 3000; n++) {
        uint32_t words[60];
        size_t slots = 1 + rnd() % 20;
        for (size_t i = 0; i < 60; i++)
            words[i] = rnd();
        for (size_t i = 0; i < 3 && n & 1; i++) {
            struct xg_ucode_insn insn;
            xg_ucode_defaults(&insn, XG_UC_CF_EXEC);
            insn.f[XG_UF_CF_EXEC_ADDRESS] = 2 + rnd() % 4;
            insn.f[XG_UF_CF_EXEC_COUNT] = rnd() % 8;
            insn.f[XG_UF_CF_EXEC_SEQUENCE] = rnd() & 0xFFF;
            xg_ucode_cf_put(words, i, &insn);
        }
        for (unsigned i = 0; i < 192; i++)
            b->fetch[i] = rnd();
        for (unsigned i = 0; i < 32; i++)
            b->loops[i] = rnd();
        textures->known = 0;
        enum xg_shader_stage stage = n & 2 ? XG_STAGE_VS : XG_STAGE_PS;
        struct xg_shader *shader = xg_shader_create(words, 3 * slots, stage);
        xg_view_begin(&view, &s->host);
        xg_lanes_begin(&b->lanes, shader);
        xg_shader_run(shader, &b->env, &b->lanes);
        xg_view_end(&view);
        xg_shader_destroy(shader);
    }
    xg_view_free(&view);
    scene_destroy(s);
    free(textures);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_operations_follow_their_definitions),
        cmocka_unit_test(scalar_operations_follow_their_definitions),
        cmocka_unit_test(transcendentals_are_within_half_a_unit_and_a_bit),
        cmocka_unit_test(exact_points_and_specials),
        cmocka_unit_test(modifiers_and_masks),
        cmocka_unit_test(constants_are_windowed_and_relative),
        cmocka_unit_test(exports_set_constants_and_keep_components),
        cmocka_unit_test(predicates_mask_lanes),
        cmocka_unit_test(loops_calls_and_jumps),
        cmocka_unit_test(a_predicated_break_leaves_the_loop),
        cmocka_unit_test(bad_programs_end_with_a_count),
        cmocka_unit_test(vertex_formats_follow_their_definitions),
        cmocka_unit_test(random_words_are_survived),
    };
    return cmocka_run_group_tests_name("shader", tests, NULL, NULL);
}
