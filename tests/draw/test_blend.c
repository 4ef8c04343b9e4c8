/* The output merger at 8_8_8_8 against a slow model in long double: every factor and
 * operation, colour mask, alpha test, depth and stencil. */
#include "tests/draw/scene.h"

static uint64_t seed_state;
static uint32_t rnd(void)
{
    seed_state = seed_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed_state >> 32);
}

static const unsigned factors[] = {0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static long double model_factor(unsigned code, const long double *s, const long double *d,
                                const long double *k, unsigned c)
{
    switch (code) {
    case 0:
        return 0;
    case 1:
        return 1;
    case 4:
        return s[c];
    case 5:
        return 1 - s[c];
    case 6:
        return s[3];
    case 7:
        return 1 - s[3];
    case 8:
        return d[c];
    case 9:
        return 1 - d[c];
    case 10:
        return d[3];
    case 11:
        return 1 - d[3];
    case 12:
        return k[c];
    case 13:
        return 1 - k[c];
    case 14:
        return k[3];
    case 15:
        return 1 - k[3];
    default:
        return c == 3 ? 1 : s[3] < 1 - d[3] ? s[3] : 1 - d[3];
    }
}

static long double model_exact(unsigned op, long double s, long double sf, long double d,
                               long double df)
{
    return op == 0   ? s * sf + d * df
           : op == 1 ? s * sf - d * df
           : op == 2 ? (s < d ? s : d)
           : op == 3 ? (s > d ? s : d)
                     : d * df - s * sf;
}

static long double model_blend(unsigned op, long double s, long double sf, long double d,
                               long double df)
{
    long double v = model_exact(op, s, sf, d, df);
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static long double clamp01(float v)
{
    return !(v > 0) ? 0 : v > 1 ? 1 : v;
}

/* 255 v rounded half up, or either neighbour where single precision cannot tell. */
static bool close_enough(unsigned got, long double v)
{
    long double exact = v * 255;
    return fabsl((long double)got - exact) <= 0.5L + 1e-4L;
}

static void blending_equals_the_slow_model(void **state)
{
    XG_UNUSED(state);
    seed_state = 31;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    for (unsigned n = 0; n < 200000; n++) {
        uint32_t dst = rnd();
        float src[4], constant[4], dest[4], out[4];
        for (unsigned c = 0; c < 4; c++) {
            src[c] = (float)(int)(rnd() % 1400 - 200) / 1000.0f;
            constant[c] = (float)(int)(rnd() % 1400 - 200) / 1000.0f;
        }
        unsigned f[4], op[2] = {rnd() % 5, rnd() % 5};
        for (unsigned i = 0; i < 4; i++)
            f[i] = factors[rnd() % XG_COUNTOF(factors)];
        uint32_t control = f[0] | op[0] << 5 | f[1] << 8 | f[2] << 16 | op[1] << 21 | f[3] << 24,
                 word;
        xg_color_unpack(0, &dst, dest);
        xg_blend(control, src, dest, constant, true, out);
        xg_color_pack(0, out, &word);
        long double s[4], d[4], k[4];
        for (unsigned c = 0; c < 4; c++) {
            s[c] = clamp01(src[c]);
            k[c] = clamp01(constant[c]);
            d[c] = (long double)(dst >> 8 * c & 255) / 255;
        }
        for (unsigned c = 0; c < 4; c++) {
            unsigned i = c == 3 ? 2 : 0;
            long double want = model_blend(op[c == 3], s[c], model_factor(f[i], s, d, k, c), d[c],
                                           model_factor(f[i + 1], s, d, k, c));
            if (!close_enough(word >> 8 * c & 255, want)) {
                print_error("control %08X component %u: %u, exact %Lf\n", control, c,
                            word >> 8 * c & 255, want * 255);
                fail();
            }
        }
    }
}

/* --- the other formats: the nearest code to what exact numbers give --- */

struct component_kind {
    long double least, most; /* what is stored at most */
    unsigned mantissa;       /* bits; 0: equal steps */
    int exponent;            /* of the least normal number; equal steps: their number in 1 */
};

/* Component c of a format; false: not stored. */
static bool kind_of(unsigned format, unsigned c, struct component_kind *k)
{
    switch (format) {
    case 2:
    case 10:
        *k = (struct component_kind){0, 1, 0, c == 3 ? 3 : 1023};
        return true;
    case 3:
    case 12:
        if (c == 3)
            *k = (struct component_kind){0, 1, 0, 3};
        else
            *k = (struct component_kind){0, 31.875L, 7, -2};
        return true;
    case 4:
    case 5:
        *k = (struct component_kind){-32, 32, 0, 0};
        return format == 5 || c < 2;
    case 6:
    case 7:
        *k = (struct component_kind){-131008, 131008, 10, -14};
        return format == 7 || c < 2;
    default:
        *k = (struct component_kind){-1e30L, 1e30L, 20, -100}; /* single precision's own error */
        return format == 15 ? c < 2 : c < 1;
    }
}

/* The distance between codes about v. */
static long double step_at(const struct component_kind *k, unsigned format, long double v)
{
    if (!k->mantissa)
        return format == 4 || format == 5 ? 32.0L / 32767 : 1.0L / k->exponent;
    int e;
    frexpl(v, &e);
    e = e - 1 < k->exponent ? k->exponent : e - 1;
    if ((format == 6 || format == 7) && fabsl(v) < 0x1p-14L)
        return 0x1p-13L; /* what would be denormal is zero */
    return ldexpl(1, e - (int)k->mantissa);
}

static long double model_range(const struct component_kind *k, unsigned format, long double v)
{
    bool clamps = format < 6 || format == 10 || format == 12;
    return !clamps ? v : v < k->least ? k->least : v > k->most ? k->most : v;
}

static void check_format(unsigned format)
{
    uint32_t dst[2] = {rnd(), rnd()}, word[2];
    float src[4], constant[4] = {0.25f, 1.5f, -0.5f, 0.75f}, dest[4], out[4];
    struct component_kind k[4];
    bool unit = format == 2 || format == 10, stored[4];
    long double s[4], d[4], c4[4];
    if (format >= 14) /* sizes of everyday */
        for (unsigned i = 0; i < 2; i++)
            dst[i] = (dst[i] & 0x807FFFFF) | (120 + dst[i] % 12) << 23;
    if (format == 6 || format == 7)
        for (unsigned i = 0; i < 2; i++)
            dst[i] = (dst[i] & 0xBFFFBFFF) | 0x20002000;
    xg_color_unpack(format, dst, dest);
    for (unsigned c = 0; c < 4; c++) {
        stored[c] = kind_of(format, c, &k[c]);
        src[c] = (float)(int)(rnd() % 3000 - 1000) / 700.0f;
        s[c] = unit ? clamp01(src[c]) : model_range(&k[c], format, src[c]);
        c4[c] = unit ? clamp01(constant[c]) : model_range(&k[c], format, constant[c]);
        d[c] = dest[c];
    }
    unsigned f[4], op[2] = {rnd() % 5, rnd() % 5};
    for (unsigned i = 0; i < 4; i++)
        f[i] = factors[rnd() % XG_COUNTOF(factors)];
    uint32_t control = f[0] | op[0] << 5 | f[1] << 8 | f[2] << 16 | op[1] << 21 | f[3] << 24;
    float given[4], constants[4];
    for (unsigned c = 0; c < 4; c++) {
        given[c] = (float)s[c];
        constants[c] = (float)c4[c];
    }
    xg_blend(control, given, dest, constants, unit, out);
    xg_color_pack(format, out, word);
    xg_color_unpack(format, word, out);
    for (unsigned c = 0; c < 4; c++) {
        unsigned i = c == 3 ? 2 : 0;
        long double sf = model_factor(f[i], s, d, c4, c), df = model_factor(f[i + 1], s, d, c4, c);
        long double want = model_exact(op[c == 3], s[c], sf, d[c], df), most;
        if (!stored[c])
            continue;
        most = fabsl(s[c] * sf) + fabsl(d[c] * df) + fabsl(want) + 1; /* rounded in single */
        want = want < k[c].least ? k[c].least : want > k[c].most ? k[c].most : want;
        long double off = fabsl((long double)out[c] - want);
        if (off > 0.501L * step_at(&k[c], format, want) + most * 0x1p-21L)
            fail_msg("format %u, control %08X, component %u: %a, exact %La", format, control, c,
                     (double)out[c], want);
    }
}

static void blending_of_other_formats_is_the_nearest_code(void **state)
{
    static const uint8_t formats[] = {2, 3, 4, 5, 6, 7, 10, 12, 14, 15};
    XG_UNUSED(state);
    seed_state = 32;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    for (unsigned n = 0; n < 100000; n++)
        check_format(formats[n % XG_COUNTOF(formats)]);
}

static void a_zero_factor_removes_its_term(void **state)
{
    XG_UNUSED(state);
    const float src[4] = {INFINITY, NAN, 0.5f, 1}, dest[4] = {NAN, INFINITY, 0.25f, 1};
    const float k[4] = {0};
    float out[4];
    xg_blend(0x00010001, src, dest, k, false, out); /* source only */
    assert_true(isinf(out[0]) && isnan(out[1]) && out[2] == 0.5f);
    xg_blend(0x01000100, src, dest, k, false, out); /* destination only */
    assert_true(isnan(out[0]) && isinf(out[1]) && out[2] == 0.25f);
}

static void formats_round_trip_every_code(void **state)
{
    XG_UNUSED(state);
    static const uint8_t formats[] = {0, 1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 15};
    seed_state = 3;
    for (unsigned i = 0; i < XG_COUNTOF(formats); i++)
        for (uint32_t n = 0; n < 65536; n++) {
            uint32_t w[2] = {n | n << 16, (n ^ 0x5A5A) | n << 16}, back[2] = {0, 0};
            float v[4];
            bool half = formats[i] == 6 || formats[i] == 7;
            bool f32 = formats[i] >= 14;
            if (formats[i] < 4 || formats[i] >= 10)
                w[0] = n * 65537u * 3 + rnd() % 3;
            if (f32 && (!(w[0] & 0x7F800000) || !(w[1] & 0x7F800000) ||
                        (w[0] & 0x7F800000) == 0x7F800000 || (w[1] & 0x7F800000) == 0x7F800000))
                continue;
            if (half) { /* denormal halves read as zero */
                for (unsigned k = 0; k < 4; k++)
                    if (!(w[k / 2] >> 16 * (k & 1) & 0x7C00))
                        w[k / 2] &= ~(0x3FFu << 16 * (k & 1));
            }
            if (formats[i] == 4 || formats[i] == 5) /* -32768 clamps to -32 */
                for (unsigned k = 0; k < 4; k++)
                    if ((w[k / 2] >> 16 * (k & 1) & 0xFFFF) == 0x8000)
                        w[k / 2] |= 1u << 16 * (k & 1);
            xg_color_unpack(formats[i], w, v);
            xg_color_pack(formats[i], v, back);
            uint32_t bits[2];
            xg_color_mask(formats[i], 15, bits);
            if ((w[0] ^ back[0]) & bits[0] || (w[1] ^ back[1]) & bits[1])
                print_error("format %u: %08X %08X became %08X %08X\n", formats[i], w[0], w[1],
                            back[0], back[1]);
            assert_int_equal((w[0] ^ back[0]) & bits[0], 0);
            assert_int_equal((w[1] ^ back[1]) & bits[1], 0);
        }
}

/* --- through the renderer --- */

static const char vs[] = "exec\n vfetch r0, r0.x, vf0, format=32_32_32_32_float, stride=4\n"
                         "alloc position\nexec_end\n mov oPos, r0\n";
static const char ps[] = "alloc colors\nexec_end\n mov oC0, c0\n";

static void full_rectangle(struct scene *s, float z)
{
    const float v[] = {-1, 1, z, 1, 1, 1, z, 1, -1, -1, z, 1};
    scene_vertices(s, v, 3, 4);
    scene_draw_auto(s, 8, 3);
}

static struct scene *scene_16(void)
{
    struct scene *s = scene_create(16, 16);
    scene_shader(s, vs, XG_STAGE_VS);
    scene_shader(s, ps, XG_STAGE_PS);
    scene_constant(s, 256, 1, 0.5f, 0.25f, 0.75f);
    return s;
}

static void the_colour_mask_keeps_components(void **state)
{
    XG_UNUSED(state);
    struct scene *s = scene_16();
    scene_fill(s, 0, 4, 0x11223344);
    s->reg[XG_REG_RB_COLOR_MASK] = 5;
    full_rectangle(s, 0);
    assert_int_equal(scene_pixel(s, 5, 5), 0x114033FF);
    scene_destroy(s);
}

/* Depth: all eight functions against old values around the new one; D24S8 and D24FS8. */
static void depth_functions(void **state)
{
    XG_UNUSED(state);
    for (unsigned is_float = 0; is_float < 2; is_float++)
        for (unsigned func = 0; func < 8; func++)
            for (int delta = -1; delta <= 1; delta++) {
                struct scene *s = scene_16();
                /* 0.5: 7FFFFF.8 of FFFFFF rounds to even 800000; 20e4 code of 0.5 is E00000 */
                uint32_t half = is_float ? 0xE00000 : 0x800000;
                scene_fill(s, SCENE_DEPTH_TILE, 4, (half - (uint32_t)delta) << 8 | 0x5A);
                s->reg[XG_REG_RB_DEPTH_INFO] |= is_float << 16;
                s->reg[XG_REG_RB_DEPTHCONTROL] = 2 | 4 | func << 4;
                full_rectangle(s, 0.5f);
                bool less = delta < 0, equal = delta == 0;
                bool pass = func == 7 || (func == 1 && less) || (func == 2 && equal) ||
                            (func == 3 && delta <= 0) || (func == 4 && !less && !equal) ||
                            (func == 5 && !equal) || (func == 6 && !less);
                assert_int_equal(scene_pixel(s, 3, 9), pass ? 0xBF4080FF : 0);
                assert_int_equal(scene_depth(s, 3, 9),
                                 (pass ? half : half - (uint32_t)delta) << 8 | 0x5A);
                scene_destroy(s);
            }
}

/* Stencil: what each operation leaves, on fail, depth fail and pass. */
static void stencil_operations(void **state)
{
    XG_UNUSED(state);
    static const uint8_t olds[] = {0, 1, 0x80, 0xFF};
    for (unsigned event = 0; event < 3; event++)
        for (unsigned op = 0; op < 8; op++)
            for (unsigned i = 0; i < 4; i++) {
                struct scene *s = scene_16();
                uint32_t old = olds[i], ref = 0x3C, wm = 0xF7;
                /* fail: never; depth fail: z never; pass: always */
                unsigned func = event == 0 ? 0 : 7, zfunc = event == 1 ? 0 : 7;
                unsigned shift = event == 0 ? 11 : event == 1 ? 17 : 14;
                scene_fill(s, SCENE_DEPTH_TILE, 4, 0x12345600 | old);
                s->reg[XG_REG_RB_DEPTHCONTROL] = 1 | 2 | zfunc << 4 | func << 8 | op << shift;
                s->reg[XG_REG_RB_STENCILREFMASK] = ref | 0xFF << 8 | wm << 16;
                full_rectangle(s, 0.5f);
                int v = (int)old;
                int results[8] = {v,
                                  0,
                                  (int)ref,
                                  v == 255 ? 255 : v + 1,
                                  v == 0 ? 0 : v - 1,
                                  255 - v,
                                  v == 255 ? 0 : v + 1,
                                  v == 0 ? 255 : v - 1};
                uint32_t want = (old & ~wm) | ((uint32_t)results[op] & wm);
                assert_int_equal(scene_depth(s, 8, 8), 0x12345600 | want);
                assert_int_equal(scene_pixel(s, 8, 8) != 0, event == 2);
                scene_destroy(s);
            }
}

static void the_alpha_test_drops_pixels_with_their_depth(void **state)
{
    XG_UNUSED(state);
    for (unsigned func = 0; func < 8; func++)
        for (int delta = -1; delta <= 2; delta++) {
            struct scene *s = scene_16();
            float alpha = delta == 2 ? NAN : 0.75f + (float)delta / 64;
            scene_constant(s, 256, 1, 0.5f, 0.25f, alpha);
            scene_float(s, XG_REG_RB_ALPHA_REF, 0.75f);
            s->reg[XG_REG_RB_COLORCONTROL] = 8 | func;
            s->reg[XG_REG_RB_DEPTHCONTROL] = 2 | 4 | 7 << 4;
            full_rectangle(s, 0.5f);
            bool pass = delta == 2 ? func == 5 || func == 7
                                   : (func & 1 && delta < 0) || (func & 2 && !delta) ||
                                         (func & 4 && delta > 0);
            assert_int_equal(scene_pixel(s, 0, 0) != 0, pass);
            assert_int_equal(scene_depth(s, 0, 0) != 0, pass);
            scene_destroy(s);
        }
}

static void kills_and_oDepth(void **state)
{
    XG_UNUSED(state);
    struct scene *s = scene_16();
    s->reg[XG_REG_RB_DEPTHCONTROL] = 2 | 4 | 7 << 4;
    s->reg[XG_REG_SQ_PROGRAM_CNTL] = 1 << 18; /* pixel position in r0 */
    scene_constant(s, 257, 8, 0.125f, 0, 0);
    scene_shader(
        s, "alloc colors\nexec_end\n kill_gt _, c1.x, r0.x\n mov oC0, c0\n mov oDepth.x, c1.y\n",
        XG_STAGE_PS);
    full_rectangle(s, 0.5f);
    assert_int_equal(scene_pixel(s, 7, 3), 0);
    assert_int_equal(scene_pixel(s, 8, 3), 0xBF4080FF);
    assert_int_equal(scene_depth(s, 7, 3), 0);
    assert_int_equal(scene_depth(s, 8, 3) >> 8, 0x200000);
    scene_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blending_equals_the_slow_model),
        cmocka_unit_test(blending_of_other_formats_is_the_nearest_code),
        cmocka_unit_test(a_zero_factor_removes_its_term),
        cmocka_unit_test(formats_round_trip_every_code),
        cmocka_unit_test(the_colour_mask_keeps_components),
        cmocka_unit_test(depth_functions),
        cmocka_unit_test(stencil_operations),
        cmocka_unit_test(the_alpha_test_drops_pixels_with_their_depth),
        cmocka_unit_test(kills_and_oDepth),
    };
    return cmocka_run_group_tests_name("blend", tests, NULL, NULL);
}
