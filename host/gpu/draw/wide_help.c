/* What compiled shaders call: functions of one operand on eight lanes, control flow, and the
 * running of groups. Built for AVX2 (host/gpu/rules.mk). The functions follow gpu/draw/arith.c
 * step by step in vectors of four doubles, so that every bit is the same. */
#include "gpu/draw/arith.h"
#include "gpu/draw/series.h"
#include "gpu/draw/wide_math.h"

static double4 half_of(const float *x, unsigned half)
{
    return _mm256_cvtps_pd(_mm_load_ps(x + 4 * half));
}
static void put_half(float *x, unsigned half, double4 v)
{
    _mm_store_ps(x + 4 * half, _mm256_cvtpd_ps(v));
}
static void patch(float *x, __m256 mask, uint32_t bits)
{
    __m256 with = _mm256_castsi256_ps(_mm256_set1_epi32((int)bits));
    _mm256_store_ps(x, _mm256_blendv_ps(_mm256_load_ps(x), with, mask));
}

/* --- functions --- */

static double4 exp_half(double4 x)
{
    double4 n = sub(add(x, all(0x1.8p52)), all(0x1.8p52)), f = sub(x, n),
            p = all(xg_exp2_terms[10]);
    for (int k = 9; k >= 0; k--)
        p = add(mul(p, f), all(xg_exp2_terms[k]));
    __m256i power = _mm256_cvtepi32_epi64(_mm256_cvtpd_epi32(n));
    power = _mm256_slli_epi64(_mm256_add_epi64(power, _mm256_set1_epi64x(1023)), 52);
    return mul(p, _mm256_castsi256_pd(power));
}

void xg_wide_exp(struct xg_wide *w)
{
    const float *in = w->arg[0];
    __m256 x = _mm256_load_ps(in);
    for (unsigned h = 0; h < 2; h++) /* 128 and above: infinity; a NaN becomes 128 */
        put_half(w->result[0], h,
                 exp_half(_mm256_max_pd(_mm256_min_pd(half_of(in, h), all(128)), all(-126))));
    patch(w->result[0], _mm256_cmp_ps(x, _mm256_set1_ps(-126.0f), _CMP_LT_OQ), 0);
    patch(w->result[0], _mm256_cmp_ps(x, x, _CMP_UNORD_Q), 0x7FC00000);
}

void xg_wide_log(struct xg_wide *w)
{
    const float *in = w->arg[0];
    __m256 x = _mm256_load_ps(in), zero = _mm256_setzero_ps();
    for (unsigned h = 0; h < 2; h++)
        put_half(w->result[0], h, log_half(half_of(in, h)));
    patch(w->result[0], _mm256_cmp_ps(x, zero, _CMP_NGE_UQ), 0x7FC00000);
    patch(w->result[0], _mm256_cmp_ps(x, zero, _CMP_EQ_OQ), 0xFF800000);
    patch(w->result[0], _mm256_cmp_ps(x, _mm256_set1_ps(XG_FLT_MAX), _CMP_GT_OQ), 0x7F800000);
}

static double4 circular_half(double4 a, int quadrant)
{
    double4 size = _mm256_andnot_pd(all(-0.0), a);
    a = _mm256_and_pd(a, _mm256_cmp_pd(size, all(0x1p31), _CMP_LT_OQ));
    double4 k = mul(a, all(0x1.45f306dc9c883p-1));
    k = sub(add(k, all(0x1.8p52)), all(0x1.8p52));
    double4 r = sub(a, mul(k, all(0x1.921fb0p0)));
    r = sub(r, mul(k, all(0x1.5110b0p-22)));
    r = sub(r, mul(k, all(0x1.18469898cc517p-44)));
    double4 q = mul(r, r), s = all(xg_sine_terms[0]), c = all(xg_cosine_terms[0]);
    for (int i = 1; i < XG_SINE_TERMS; i++)
        s = add(mul(s, q), all(xg_sine_terms[i]));
    s = mul(s, r);
    for (int i = 1; i < XG_COSINE_TERMS; i++)
        c = add(mul(c, q), all(xg_cosine_terms[i]));
    __m256i n =
        _mm256_cvtepi32_epi64(_mm_add_epi32(_mm256_cvtpd_epi32(k), _mm_set1_epi32(quadrant)));
    double4 odd = _mm256_castsi256_pd(_mm256_slli_epi64(n, 63));
    double4 negative =
        _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_and_si256(n, _mm256_set1_epi64x(2)), 62));
    return _mm256_xor_pd(choose(odd, c, s), negative);
}

static void circular(struct xg_wide *w, int quadrant)
{
    __m256 x = _mm256_load_ps(w->arg[0]);
    for (unsigned h = 0; h < 2; h++)
        put_half(w->result[0], h, circular_half(half_of(w->arg[0], h), quadrant));
    __m256 size = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
    patch(w->result[0], _mm256_cmp_ps(size, _mm256_set1_ps(XG_FLT_MAX), _CMP_NLE_UQ), 0x7FC00000);
}
void xg_wide_sin(struct xg_wide *w)
{
    circular(w, 0);
}
void xg_wide_cos(struct xg_wide *w)
{
    circular(w, 1);
}

void xg_wide_rsq(struct xg_wide *w)
{
    for (unsigned h = 0; h < 2; h++)
        put_half(w->result[0], h, _mm256_div_pd(all(1), _mm256_sqrt_pd(half_of(w->arg[0], h))));
}

void xg_wide_muls_prev2(struct xg_wide *w)
{
    for (unsigned l = 0; l < XG_WIDE; l++) {
        float a = w->arg[0][l], b = w->arg[1][l], ps = w->ps[l];
        bool finite = ps - ps == 0.0f && b - b == 0.0f;
        bool least = ps == -XG_FLT_MAX || !finite || b <= 0.0f;
        w->result[0][l] = least ? -XG_FLT_MAX : xg_mul(a, ps);
    }
}

static __m256 pick(__m256 mask, __m256 yes, __m256 no)
{
    return _mm256_blendv_ps(no, yes, mask);
}

void xg_wide_cube(struct xg_wide *w)
{
    __m256 x = _mm256_load_ps(w->arg[0]), y = _mm256_load_ps(w->arg[1]);
    __m256 z = _mm256_load_ps(w->arg[2]), sign = _mm256_set1_ps(-0.0f), zero = _mm256_setzero_ps();
    __m256 ax = _mm256_andnot_ps(sign, x), ay = _mm256_andnot_ps(sign, y);
    __m256 az = _mm256_andnot_ps(sign, z);
    __m256 is_z =
        _mm256_and_ps(_mm256_cmp_ps(az, ax, _CMP_GE_OQ), _mm256_cmp_ps(az, ay, _CMP_GE_OQ));
    __m256 is_y = _mm256_cmp_ps(ay, ax, _CMP_GE_OQ);
    __m256 below_x = _mm256_cmp_ps(x, zero, _CMP_LT_OQ),
           below_y = _mm256_cmp_ps(y, zero, _CMP_LT_OQ);
    __m256 below_z = _mm256_cmp_ps(z, zero, _CMP_LT_OQ);
    __m256 minus_y = _mm256_xor_ps(y, sign);
    __m256 tc_y = _mm256_xor_ps(z, _mm256_and_ps(below_y, sign));
    __m256 sc_z = _mm256_xor_ps(x, _mm256_and_ps(below_z, sign));
    __m256 sc_x = _mm256_xor_ps(z, _mm256_andnot_ps(below_x, sign));
    __m256 major = pick(is_z, z, pick(is_y, y, x));
    __m256 face = pick(is_z, _mm256_set1_ps(4), pick(is_y, _mm256_set1_ps(2), zero));
    __m256 below = pick(is_z, below_z, pick(is_y, below_y, below_x));
    _mm256_store_ps(w->result[0], pick(is_z, minus_y, pick(is_y, tc_y, minus_y)));
    _mm256_store_ps(w->result[1], pick(is_z, sc_z, pick(is_y, x, sc_x)));
    _mm256_store_ps(w->result[2], _mm256_add_ps(_mm256_add_ps(major, major), zero));
    _mm256_store_ps(w->result[3], _mm256_add_ps(face, _mm256_and_ps(below, _mm256_set1_ps(1))));
}

void xg_wide_max4(struct xg_wide *w)
{
    for (unsigned l = 0; l < XG_WIDE; l++) {
        float x = w->arg[0][l], y = w->arg[1][l], z = w->arg[2][l], last = w->arg[3][l];
        w->result[0][l] = x >= y && x >= z && x >= last ? x
                          : y >= z && y >= last         ? y
                          : z >= last                   ? z
                                                        : last;
    }
}

/* request: source [1:0], relative to a0 [2], index [15:8]. */
void xg_wide_relative_constant(struct xg_wide *w, uint32_t request)
{
    for (unsigned l = 0; l < XG_WIDE; l++) {
        int32_t index = (int32_t)(request >> 8) + (request & 4 ? w->a0[l] : w->al);
        for (unsigned c = 0; c < 4; c++)
            w->relative[request & 3][c][l] =
                index < 0 || index > 255 ? 0.0f : w->constants[index][c];
    }
}

/* --- control flow --- */

static uint32_t lanes_of(const uint32_t mask[XG_WIDE])
{
    return (uint32_t)_mm256_movemask_ps(_mm256_load_ps((const float *)mask));
}

/* All lanes of a quad have the condition: 0 no, 1 yes, or an end when the quads differ. */
static uint32_t all_lanes(const struct xg_wide *w, bool condition)
{
    uint32_t p0 = lanes_of(w->p0) ^ (condition ? 0 : 255);
    bool first = (p0 & 15) == 15, second = p0 >> 4 == 15;
    return first == second ? first : XG_WIDE_STOP | XG_WIDE_DIVERGED;
}

/* Some lane of a quad wants in. */
uint32_t xg_wide_enters(struct xg_wide *w, uint32_t condition)
{
    uint32_t none = all_lanes(w, !condition);
    return none & XG_WIDE_STOP ? none : !none;
}

static void set_al(struct xg_wide *w)
{
    int64_t al = 0;
    if (w->loop_depth)
        al = (int64_t)w->loop[w->loop_depth].start +
             (int64_t)w->loop[w->loop_depth].counter * w->loop[w->loop_depth].step;
    w->al = (int32_t)(al < -256 ? -256 : al > 256 ? 256 : al);
}

uint32_t xg_wide_loop(struct xg_wide *w, const struct xg_flow *flow)
{
    const uint32_t *f = flow->insn.f;
    if (w->loop_depth == 4)
        return XG_WIDE_STOP | XG_WIDE_BAIL;
    unsigned d = ++w->loop_depth;
    uint32_t constant = w->env->loops[f[XG_UF_CF_LOOP_LOOP]], next = XG_WIDE_NEXT;
    w->loop[d].count = constant & 255;
    w->loop[d].start = constant >> 8 & 255;
    w->loop[d].step = (int32_t)(constant << 8) >> 24;
    if (!f[XG_UF_CF_LOOP_REPEAT])
        w->loop[d].counter = 0;
    if (w->loop[d].counter >= w->loop[d].count) {
        w->loop_depth--;
        next = 0;
    }
    set_al(w);
    return next;
}

uint32_t xg_wide_endloop(struct xg_wide *w, const struct xg_flow *flow)
{
    const uint32_t *f = flow->insn.f;
    unsigned d = w->loop_depth;
    uint32_t leave = 0, next = XG_WIDE_NEXT;
    if (!d)
        return XG_WIDE_STOP | XG_WIDE_BAIL;
    if (f[XG_UF_CF_ENDLOOP_BREAK])
        leave = all_lanes(w, f[XG_UF_CF_ENDLOOP_CONDITION]);
    if (leave & XG_WIDE_STOP)
        return leave;
    w->loop[d].counter++;
    if (w->loop[d].counter < w->loop[d].count && !leave)
        next = 0;
    else
        w->loop_depth--;
    set_al(w);
    return next;
}

uint32_t xg_wide_call(struct xg_wide *w, const struct xg_flow *flow, uint32_t back)
{
    const uint32_t *f = flow->insn.f;
    bool call = flow->opcode == XG_CF_CALL;
    bool condition = f[call ? XG_UF_CF_CALL_CONDITION : XG_UF_CF_JUMP_CONDITION];
    uint32_t taken = f[XG_UF_CF_CALL_UNCONDITIONAL];
    if (!taken && f[XG_UF_CF_CALL_PREDICATED]) {
        taken = all_lanes(w, condition);
    } else if (!taken) {
        uint32_t index = f[call ? XG_UF_CF_CALL_BOOL : XG_UF_CF_JUMP_BOOL];
        taken = (w->env->bools[index / 32] >> index % 32 & 1) == condition;
    }
    if (taken & XG_WIDE_STOP)
        return taken;
    if (!taken)
        return XG_WIDE_NEXT;
    if (call && w->call_depth == 4)
        return XG_WIDE_STOP | XG_WIDE_BAIL;
    if (call)
        w->calls[w->call_depth++] = back;
    return 0;
}

uint32_t xg_wide_return(struct xg_wide *w)
{
    return w->call_depth ? w->calls[--w->call_depth] : XG_WIDE_NEXT;
}

/* --- running --- */

#define FLUSH   0x8040u /* denormal results and operands are zero */
#define INVALID 1u

uint32_t xg_wide_enter(void)
{
    uint32_t before = _mm_getcsr();
    _mm_setcsr((before & ~0x603Fu) | FLUSH | 0x1F80);
    return before;
}
void xg_wide_leave(uint32_t before)
{
    _mm_setcsr(before);
}

void xg_wide_init(struct xg_wide *w)
{
    memset(w, 0, sizeof *w);
    w->present = 3;
    for (unsigned l = 0; l < XG_WIDE; l++) {
        w->one[l] = 1.0f;
        w->minus_one[l] = -1.0f;
        w->half[l] = 0.5f;
        w->most[l] = XG_FLT_MAX;
        w->least[l] = -XG_FLT_MAX;
        w->low[l] = -256.0f;
        w->high[l] = 255.0f;
        w->sign[l] = 0x80000000;
        w->magnitude[l] = 0x7FFFFFFF;
        w->ones[l] = 0xFFFFFFFF;
    }
}

bool xg_wide_constants(const struct xg_shader_env *env, uint32_t count, float (*out)[4])
{
    bool nan = false;
    for (uint32_t i = 0; i < count; i++)
        for (unsigned c = 0; c < 4; c++) {
            float v = i <= env->const_last && env->const_base + i < 512
                          ? xg_bits_float(env->constants[4 * (env->const_base + i) + c])
                          : 0.0f;
            out[i][c] = xg_flush(v);
            nan |= v != v;
        }
    return nan;
}

static void clear_temps(struct xg_wide *w, const uint64_t clear[2])
{
    for (unsigned half = 0; half < 2; half++)
        for (uint64_t left = clear[half]; left; left &= left - 1)
            memset(w->r[64 * half + (unsigned)__builtin_ctzll(left)], 0, sizeof w->r[0]);
}
static void clear_exports(struct xg_wide *w, uint64_t exports)
{
    for (uint64_t left = exports; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        memset(w->out[i], 0, sizeof w->out[i]);
        memset(w->written[i], 0, sizeof w->written[i]);
    }
}
static void clear_state(struct xg_wide *w)
{
    memset(w->ps, 0, sizeof w->ps);
    memset(w->p0, 0, sizeof w->p0);
    memset(w->a0, 0, sizeof w->a0);
    w->al = 0;
    w->loop_depth = w->call_depth = 0;
    memset(w->loop, 0, sizeof w->loop);
}
static void clear_lod(struct xg_wide *w)
{
    memset(w->lod, 0, sizeof w->lod);
    memset(w->grad_h, 0, sizeof w->grad_h);
    memset(w->grad_v, 0, sizeof w->grad_v);
}

/* Only what the program could see of the group before. */
static void begin(struct xg_wide *w, const struct xg_wide_program *p)
{
    clear_temps(w, p->clear);
    clear_exports(w, p->clear_exports);
    if (!p->stateless)
        clear_state(w);
    if (p->register_lod)
        clear_lod(w);
    if (p->shader->stage == XG_STAGE_VS || !p->stateless)
        memset(&w->vfetch, 0, sizeof w->vfetch);
    memset(w->killed, 0, sizeof w->killed);
    w->budget = (int32_t)w->env->slot_limit;
    w->poisoned = false;
}

/* The interpreter on one quad: lanes 0..3, or 4..7 for the second. */
static void interpret(const struct xg_shader *shader, struct xg_wide *w, struct xg_lanes *lanes,
                      unsigned quad)
{
    unsigned first = 4 * quad;
    xg_lanes_begin(lanes, shader);
    for (unsigned i = 0; i < shader->temps; i++)
        for (unsigned c = 0; c < 4; c++)
            memcpy(lanes->r[i][c], w->r[i][c] + first, 4 * sizeof(float));
    xg_shader_run(shader, w->env, lanes);
    for (uint64_t left = shader->exports; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        for (unsigned l = 0; l < 4; l++) {
            bool written = lanes->written[l] >> i & 1;
            w->written[i][first + l] = written ? 0xFFFFFFFF : 0;
            for (unsigned c = 0; c < 4; c++)
                w->out[i][c][first + l] = written ? lanes->out[i][c][l] : 0.0f;
        }
    }
    for (unsigned l = 0; l < 4; l++)
        w->killed[first + l] = lanes->killed >> l & 1 ? 0xFFFFFFFF : 0;
}

static void run_interpreted(const struct xg_shader *shader, struct xg_wide *w,
                            struct xg_lanes *lanes, xg_wide_load *load, void *ctx)
{
    uint64_t clear[2] = {~0ull, ~0ull};
    if (shader->temps < 64)
        clear[0] = (1ull << shader->temps) - 1;
    if (shader->temps < 128)
        clear[1] = shader->temps > 64 ? (1ull << (shader->temps - 64)) - 1 : 0;
    clear_temps(w, clear);
    clear_exports(w, shader->exports);
    load(ctx, w, 3);
    interpret(shader, w, lanes, 0);
    if (w->present == 3)
        interpret(shader, w, lanes, 1);
}

/* Counts only steer which translation is tried first, so a lost one does no harm. */
static void count_up(uint32_t *n)
{
    __atomic_store_n(n, __atomic_load_n(n, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}
static bool often_exact(const struct xg_wide_program *p)
{
    return 4 * (uint64_t)__atomic_load_n(&p->exact_runs, __ATOMIC_RELAXED) >
           (uint64_t)__atomic_load_n(&p->runs, __ATOMIC_RELAXED) + 64;
}

bool xg_wide_plain(const struct xg_wide_program *p, const struct xg_wide *w)
{
    return p && !w->exact_constants && !often_exact(p);
}

bool xg_wide_invalid(void)
{
    uint32_t csr = _mm_getcsr();
    if (csr & INVALID)
        _mm_setcsr(csr & ~0x3Fu);
    return csr & INVALID;
}

bool xg_wide_try(const struct xg_wide_program *p, struct xg_wide *w, xg_wide_load *load, void *ctx)
{
    begin(w, p);
    load(ctx, w, 3);
    if (w->poisoned)
        return false;
    return p->code[0](w, w->constants) == XG_WIDE_DONE && !w->poisoned;
}

/* One translation, then the other where the first cannot be trusted. */
static uint32_t run_compiled(struct xg_wide_program *p, struct xg_wide *w, xg_wide_load *load,
                             void *ctx, unsigned quads, bool exact)
{
    const struct xg_draw_warnings before = *w->env->warnings;
    if (!exact)
        xg_wide_invalid();
    begin(w, p);
    load(ctx, w, quads);
    exact |= w->poisoned;
    uint32_t end = p->code[exact](w, w->constants) & ~XG_WIDE_STOP;
    if (!exact && (w->poisoned || _mm_getcsr() & INVALID)) {
        count_up(&p->exact_runs);
        *w->env->warnings = before;
        begin(w, p);
        load(ctx, w, quads);
        end = p->code[1](w, w->constants) & ~XG_WIDE_STOP;
    }
    return end;
}

struct kept {
    float out[64][4][4];
    uint32_t written[64][4], killed[4];
};

static void exchange(const struct xg_shader *shader, struct xg_wide *w, struct kept *k, bool back)
{
    for (uint64_t left = shader->exports; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        for (unsigned c = 0; c < 4; c++)
            memcpy(back ? w->out[i][c] : k->out[i][c], back ? k->out[i][c] : w->out[i][c],
                   sizeof k->out[i][c]);
        memcpy(back ? w->written[i] : k->written[i], back ? k->written[i] : w->written[i],
               sizeof k->written[i]);
    }
    memcpy(back ? w->killed : k->killed, back ? k->killed : w->killed, sizeof k->killed);
}

void xg_wide_run(struct xg_wide_program *p, const struct xg_shader *shader, struct xg_wide *w,
                 struct xg_lanes *scratch, xg_wide_load *load, void *ctx)
{
    const struct xg_draw_warnings before = *w->env->warnings;
    const uint8_t present = w->present;
    w->scratch = scratch;
    if (!p) {
        run_interpreted(shader, w, scratch, load, ctx);
        return;
    }
    bool exact = w->exact_constants || often_exact(p);
    count_up(&p->runs);
    uint32_t end = run_compiled(p, w, load, ctx, 3, exact);
    if (end == XG_WIDE_DIVERGED) { /* a quad at a time, in both halves */
        struct kept first;
        *w->env->warnings = before;
        w->present = 1;
        end = run_compiled(p, w, load, ctx, 1, exact);
        exchange(shader, w, &first, false);
        if (end == XG_WIDE_DONE && present == 3)
            end = run_compiled(p, w, load, ctx, 2, exact);
        exchange(shader, w, &first, true);
        w->present = present;
    }
    if (end != XG_WIDE_DONE) {
        *w->env->warnings = before;
        run_interpreted(shader, w, scratch, load, ctx);
    }
}
