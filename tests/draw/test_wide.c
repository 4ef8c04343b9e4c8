/* Compiled shaders and the wide rasteriser give the bits of the scalar reference: random
 * programs by themselves, then random draws in random state through both renderers, and with
 * any number of threads. */
#include "tests/draw/random_program.h"

#include "gpu/draw/texture_cache.h"
#include "gpu/draw/wide.h"

static struct random_source source;
static uint32_t rnd(void)
{
    return draw_random(&source);
}

/* --- programs --- */

static float special(void)
{
    static const uint32_t values[] = {0,          0x80000000, 0x3F800000, 0xBF800000, 0x7F800000,
                                      0xFF800000, 0x7FC00000, 0x7F7FFFFF, 0xFF7FFFFF, 0x3F000000,
                                      0x40000000, 0x00800000, 0x80800000, 0x3F7FFFFF, 0x437F0000};
    return xg_bits_float(values[rnd() % XG_COUNTOF(values)]);
}
static float any(unsigned odd)
{
    if (odd && rnd() % odd == 0)
        return special();
    if (rnd() % 16 == 0)
        return xg_flush(xg_bits_float(rnd() & 0xBFFFFFFF)); /* any size, finite */
    return xg_bits_float((rnd() & 0x807FFFFF) | (118 + rnd() % 16) << 23);
}

struct programs {
    struct scene *s; /* memory, textures */
    struct xg_view view;
    struct xg_draw_warnings warnings;
    struct xg_textures textures;
    struct xg_texture_cache *cache;
    struct xg_shader_env env;
    uint32_t constants[2048], bools[8], loops[32], fetch[192];
    float window[256][4];
    float in[8][4][XG_WIDE];
    struct xg_wide *wide;
    struct xg_lanes scratch, lanes[2];
};

static void load(void *ctx, struct xg_wide *w, unsigned quads)
{
    const struct programs *p = ctx;
    for (unsigned i = 0; i < 8; i++)
        for (unsigned c = 0; c < 4; c++)
            for (unsigned l = 0; l < XG_WIDE; l++) {
                unsigned from = quads == 3 ? l : (l & 3) + (quads == 2 ? 4 : 0);
                float v = p->in[i][c][from];
                w->r[i][c][l] = v;
                w->poisoned |= v != v;
            }
}

static bool same_float(float a, float b)
{
    return xg_float_bits(a) == xg_float_bits(b) || (a != a && b != b);
}

static void random_textures(struct programs *p)
{
    for (unsigned i = 1; i < 5; i++) {
        uint32_t *c = p->fetch + 6 * i;
        unsigned log_w = rnd() % 7, log_h = rnd() % 7;
        uint32_t w = rnd() % 4 ? 1u << log_w : 1 + rnd() % 60,
                 h = rnd() % 4 ? 1u << log_h : 1 + rnd() % 60;
        static const uint8_t formats[] = {6, 6, 18, 19, 20, 2, 4, 32};
        c[0] = 2 | (rnd() & 0x0007FC00) | ((w + 31) / 32) << 22 | (rnd() & 1) << 31;
        if (rnd() % 2)
            c[0] &= ~(0x1FFu << 10);
        c[1] =
            formats[rnd() % XG_COUNTOF(formats)] | (rnd() & 3) << 6 | (SCENE_TEXTURE + 0x10000 * i);
        c[2] = (w - 1) | (h - 1) << 13;
        c[3] = rnd() & 0x01F81FFE;
        c[3] = (c[3] & ~(63u << 13)) | (rnd() % 8 ? 0 : (rnd() & 63) << 13);
        c[4] = (rnd() & 3) << 2 | (rnd() & 7) << 6 | (rnd() & 0x3FF000);
        c[5] =
            (rnd() % 4 ? 1u : 3u) << 9 | (rnd() & 1) << 11 | (SCENE_TEXTURE + 0x10000 * i + 0x8000);
        if (c[5] >> 9 & 2)
            c[1] = (c[1] & 0xFFF) | SCENE_TEXTURE;
    }
}

static void random_inputs(struct programs *p, unsigned odd)
{
    for (unsigned i = 0; i < 8; i++)
        for (unsigned c = 0; c < 4; c++) {
            bool all_same = rnd() % 4 == 0;
            for (unsigned l = 0; l < XG_WIDE; l++)
                p->in[i][c][l] = all_same && l ? p->in[i][c][0] : any(odd);
        }
    for (unsigned i = 0; i < 2048; i++)
        p->constants[i] = xg_float_bits(any(odd));
    for (unsigned i = 0; i < 8; i++)
        p->bools[i] = rnd();
    for (unsigned i = 0; i < 32; i++)
        p->loops[i] = (rnd() % 5) | (rnd() & 3) << 8 | (rnd() & 1) << 16;
    p->fetch[0] = SCENE_VERTICES | 3;
    p->fetch[1] = (rnd() % 300) << 2 | (rnd() & 3);
    random_textures(p);
    p->env.const_base = rnd() % 2 ? 256 : rnd() % 300;
    p->env.const_last = rnd() % 4 ? 255 : rnd() % 256;
}

static void run_scalar(struct programs *p, const struct xg_shader *shader)
{
    for (unsigned q = 0; q < 2; q++) {
        struct xg_lanes *lanes = &p->lanes[q];
        xg_lanes_begin(lanes, shader);
        for (unsigned i = 0; i < 8 && i < shader->temps; i++)
            for (unsigned c = 0; c < 4; c++)
                memcpy(lanes->r[i][c], p->in[i][c] + 4 * q, 4 * sizeof(float));
        xg_shader_run(shader, &p->env, lanes);
    }
}

static void compare_outputs(struct programs *p, const struct xg_shader *shader, unsigned number)
{
    for (unsigned l = 0; l < XG_WIDE; l++) {
        const struct xg_lanes *want = &p->lanes[l / 4];
        for (unsigned e = 0; e < 64; e++) {
            if (!(shader->exports >> e & 1))
                continue;
            bool written = want->written[l % 4] >> e & 1;
            if (written != (p->wide->written[e][l] & 1))
                fail_msg("program %u: lane %u, export %u: written %d", number, l, e, written);
            for (unsigned c = 0; c < 4 && written; c++)
                if (!same_float(want->out[e][c][l % 4], p->wide->out[e][c][l])) {
                    xg_ucode_disassemble(stderr, shader->words, shader->count, shader->stage);
                    fail_msg("program %u: lane %u, export %u.%c: %a, reference %a", number, l, e,
                             "xyzw"[c], (double)p -> wide -> out[e][c][l],
                             (double)want -> out[e][c][l % 4]);
                }
        }
        assert_int_equal(p->wide->killed[l] & 1, want->killed >> l % 4 & 1);
    }
}

static void find_images(struct programs *p)
{
    p->textures.known = 0;
    xg_texture_cache_begin(p->cache);
    for (unsigned i = 1; i < 5; i++) {
        const struct xg_texture *t = xg_texture_of(&p->env, i);
        p->textures.image[i] = xg_texture_cache_find(p->cache, p->fetch + 6 * i, t);
    }
}

/* The two builds of the wide renderer (level.c). */
struct xg_wide_program *xg_wide_compile_sse41(const struct xg_shader *shader);
void xg_wide_init_sse41(struct xg_wide *w);
bool xg_wide_constants_sse41(const struct xg_shader_env *env, uint32_t count, float (*out)[4]);
void xg_wide_run_sse41(struct xg_wide_program *p, const struct xg_shader *shader, struct xg_wide *w,
                       struct xg_lanes *scratch, xg_wide_load *load, void *ctx);
struct build {
    struct xg_wide_program *(*compile)(const struct xg_shader *shader);
    void (*init)(struct xg_wide *w);
    bool (*constants)(const struct xg_shader_env *env, uint32_t count, float (*out)[4]);
    void (*run)(struct xg_wide_program *p, const struct xg_shader *shader, struct xg_wide *w,
                struct xg_lanes *scratch, xg_wide_load *load, void *ctx);
};

static void programs_equal_the_interpreter(const struct build *build, unsigned total)
{
    struct programs *p = calloc(1, sizeof *p);
    uint32_t words[3 * (4 + 8 * 3)];
    unsigned compiled = 0;
    const char *many = getenv("XG_FUZZ_PROGRAMS"), *seed = getenv("XG_FUZZ_SEED");
    source.state = seed ? strtoull(seed, NULL, 0) : 90125;
    total = many ? (unsigned)atoi(many) : total;
    print_message("# seed %llu, %u programs\n", (unsigned long long)source.state, total);
    p->s = scene_create(16, 16);
    for (uint32_t i = 0; i < SCENE_MEMORY; i += 4)
        xg_st32le(p->s->memory + i, rnd());
    p->cache = xg_texture_cache_create();
    p->wide = aligned_alloc(64, sizeof *p->wide + 64 - sizeof *p->wide % 64);
    build->init(p->wide);
    assert_true(xg_view_init(&p->view));
    xg_view_begin(&p->view, &p->s->host);
    p->textures.cache = p->cache;
    p->env = (struct xg_shader_env){.constants = p->constants,
                                    .bools = p->bools,
                                    .loops = p->loops,
                                    .fetch = p->fetch,
                                    .view = &p->view,
                                    .warnings = &p->warnings,
                                    .textures = &p->textures,
                                    .slot_limit = 65536};
    for (unsigned n = 0; n < total; n++) {
        bool pixel = rnd() & 1;
        size_t count = random_program(&source, pixel, words);
        struct xg_shader *shader =
            xg_shader_create(words, count, pixel ? XG_STAGE_PS : XG_STAGE_VS);
        struct xg_wide_program *program = build->compile(shader);
        compiled += program != NULL;
        for (unsigned times = 0; times < 3; times++) {
            random_inputs(p, times == 2 ? 6 : 0);
            find_images(p);
            run_scalar(p, shader);
            uint32_t csr = xg_wide_enter();
            p->wide->env = &p->env;
            p->wide->constants = (const float(*)[4])p->window;
            p->wide->exact_constants = build->constants(&p->env, 256, p->window);
            p->wide->quad = pixel;
            build->run(program, shader, p->wide, &p->scratch, load, p);
            xg_wide_leave(csr);
            compare_outputs(p, shader, n);
        }
        xg_wide_free(program);
        xg_shader_destroy(shader);
    }
    print_message("# %u of %u compiled\n", compiled, total);
    assert_true(compiled > total * 9 / 10);
    xg_view_free(&p->view);
    xg_texture_cache_destroy(p->cache);
    scene_destroy(p->s);
    free(p->wide);
    free(p);
}

static void compiled_programs_equal_the_interpreter(void **state)
{
    static const struct build avx2 = {xg_wide_compile, xg_wide_init, xg_wide_constants,
                                      xg_wide_run};
    XG_UNUSED(state);
    if (!xg_wide_available())
        skip();
    programs_equal_the_interpreter(&avx2, 6000);
}

static void programs_in_halves_equal_the_interpreter(void **state)
{
    static const struct build sse41 = {xg_wide_compile_sse41, xg_wide_init_sse41,
                                       xg_wide_constants_sse41, xg_wide_run_sse41};
    XG_UNUSED(state);
    programs_equal_the_interpreter(&sse41, 3000);
}

/* --- draws --- */

static const char *const vertex_shaders[] = {
    "exec\n vfetch r0, r0.x, vf0, format=32_32_32_32_float, stride=8\n"
    " vfetch r1, r0.x, vf0, format=32_32_32_32_float, offset=4, mini\n"
    "alloc position\nexec\n mov oPos, r0\nalloc interpolators\nexec_end\n mov o0, r1\n mov o1, "
    "r0\n",
    "exec\n vfetch r0, r0.x, vf0, format=32_32_32_32_float, stride=8\n"
    " vfetch r1, r0.x, vf0, format=32_32_32_32_float, offset=4, mini\n"
    "alloc position\nexec_end\n mov oPos, r0\n mov o0, r1\n mad o1, r1, c0, r0\n mov oPts.x, "
    "r1.x\n",
};
static const char *const pixel_shaders[] = {
    "alloc colors\nexec_end\n mov oC0, r0\n",
    "exec\n tfetch2D r2, r0.xy, tf1\nalloc colors\nexec_end\n mul oC0, r2, r0\n mov oC1, r2\n",
    "exec\n mov r2, r1\n kill_gt _, r0.x, c0.x\nalloc colors\nexec_end\n mov oC0, r0\n mov oC2, "
    "r1\n",
    "exec\n mul r2, r0, r1\nalloc colors\nexec_end\n mov oC0, r0\n mov oC1, r2\n mov oDepth.x, "
    "r0.y\n",
    /* signs of generated parameters */
    "exec\n rcpc r4.x, r0.x\n rcpc r4.y, r0.y\n rcpc r4.z, r0.z\n cndge r5, r4.xyzz, c1, c2\n"
    "alloc colors\nexec_end\n mov oC0, r5\n mov oC1, r0\n",
    "exec\n dp3 r2.x, r0, r0\n + rsq r3.x, r2.x\n mul r2, r0, r3.x\n"
    "alloc colors\nexec_end\n mad oC0, r2, c1, c2\n",
};

static const uint16_t shaking[] = {
    0x2000, 0x2001, 0x2002, 0x2003, 0x2080, 0x2081, 0x2104, 0x2105, 0x210C, 0x210D, 0x210E,
    0x210F, 0x2110, 0x2111, 0x2112, 0x2113, 0x2114, 0x2180, 0x2181, 0x2182, 0x2200, 0x2201,
    0x2202, 0x2204, 0x2205, 0x2206, 0x2209, 0x2280, 0x2282, 0x2302, 0x2380, 0x2381, 0x2388};

static void random_state(struct scene *s)
{
    scene_defaults(s);
    s->reg[XG_REG_RB_SURFACE_INFO] |= (rnd() % 3) << 16;
    s->reg[XG_REG_RB_DEPTHCONTROL] = rnd() % 3 ? 6 | (rnd() & 7) << 4 : rnd();
    if (rnd() % 2)
        s->reg[XG_REG_RB_DEPTHCONTROL] &= ~1u;
    s->reg[XG_REG_RB_BLENDCONTROL0] = rnd() % 2 ? 0x00010001 : rnd() & 0x1FFF1FFF;
    s->reg[XG_REG_RB_COLOR_INFO] = (rnd() % 3 ? 0 : rnd() % 16) << 16;
    s->reg[XG_REG_RB_COLOR1_INFO] = 300 | (rnd() % 3 ? 0 : 2) << 16;
    s->reg[XG_REG_RB_COLOR2_INFO] = 600;
    s->reg[XG_REG_RB_COLOR3_INFO] = 800;
    s->reg[XG_REG_RB_DEPTH_INFO] |= (rnd() & 1) << 16;
    s->reg[XG_REG_RB_COLOR_MASK] = rnd() % 2 ? 0xFFFF : rnd();
    s->reg[XG_REG_RB_STENCILREFMASK] = rnd();
    if (rnd() % 4 == 0)
        s->reg[XG_REG_RB_COLORCONTROL] = rnd() & 0xFF00001F;
    scene_float(s, XG_REG_RB_ALPHA_REF, (float)(rnd() % 100) / 100.0f);
    s->reg[XG_REG_SQ_CONTEXT_MISC] = (rnd() & 1) << 2 | (rnd() % 4) << 8;
    s->reg[XG_REG_SQ_PROGRAM_CNTL] = (rnd() % 4 == 0) << 18;
    if (rnd() % 4 == 0)
        s->reg[XG_REG_SQ_INTERPOLATOR_CNTL] = rnd();
    s->reg[XG_REG_PA_SU_SC_MODE_CNTL] = rnd() & (rnd() % 4 ? 0x183807 : 0x183FFF);
    if (rnd() % 4 == 0)
        s->reg[XG_REG_PA_SC_AA_MASK] = rnd() & 0xFFFF;
    s->reg[XG_REG_PA_SU_LINE_CNTL] = rnd() % 64;
    s->reg[XG_REG_PA_SU_POINT_SIZE] = (rnd() % 200) << 16 | rnd() % 200;
    s->reg[XG_REG_PA_SU_POINT_MINMAX] = 16 | 400u << 16;
    if (rnd() % 3 == 0) { /* a scissor that cuts quads and blocks anywhere */
        s->reg[XG_REG_PA_SC_WINDOW_SCISSOR_TL] = rnd() % 40 | (rnd() % 40) << 16 | 1u << 31;
        s->reg[XG_REG_PA_SC_WINDOW_SCISSOR_BR] = (41 + rnd() % 58) | (41 + rnd() % 28) << 16;
    }
    if (rnd() % 16 == 0)
        s->reg[XG_REG_SQ_CONTEXT_MISC] |= 128 << 8; /* no such register */
    if (rnd() % 8 == 0)
        s->reg[shaking[rnd() % XG_COUNTOF(shaking)]] = rnd();
    for (unsigned i = 0; i < 16; i++)
        scene_float(s, (i & 1 ? 0x4400 : 0x4000) + i, (float)(rnd() % 200) / 100.0f);
    uint32_t *c = s->reg + 0x4806;
    c[0] = 2 | (rnd() & 0x1C00) | (rnd() & 0xE000) | 1u << 22 | 1u << 31;
    c[1] = (rnd() % 2 ? 6u : 18u + rnd() % 3) | 2 << 6 | SCENE_TEXTURE;
    c[2] = 31 | 31 << 13;
    c[3] =
        0 | 1 << 4 | 2 << 7 | 3 << 10 | (rnd() & 0x1F80000) | (rnd() % 4 ? 0 : (rnd() & 7) << 25);
    c[4] = (rnd() % 6) << 6;
    c[5] = 1 << 9 | (SCENE_TEXTURE + 0x8000);
    s->reg[0x4800] = SCENE_VERTICES | 3;
    s->reg[0x4801] = 4000 << 2 | 2;
}

static float coordinate(void)
{
    return (float)(int)(rnd() % 4000 - 2000) / 1500.0f;
}

static void random_vertices(struct scene *s, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        float v[8] = {coordinate(), coordinate(), coordinate() / 3 + 0.5f, 1};
        if (rnd() % 8 == 0)
            v[3] = coordinate() + 1;
        for (unsigned k = 4; k < 8; k++)
            v[k] = rnd() % 64 ? coordinate() + 0.4f : special();
        for (unsigned k = 0; k < 8; k++)
            xg_st32be(s->memory + SCENE_VERTICES + 32 * i + 4 * k, scene_bits(v[k]));
    }
}

/* The same random draws into both scenes; eDRAM must stay equal. */
static void draw_both(struct scene *a, struct scene *b, unsigned draws)
{
    static const uint8_t types[] = {4, 4, 4, 5, 6, 8, 8, 13, 1, 2, 3, 12};
    for (unsigned n = 0; n < draws; n++) {
        if (n % 16 == 0) {
            const char *vs = vertex_shaders[rnd() % XG_COUNTOF(vertex_shaders)];
            const char *ps = pixel_shaders[rnd() % XG_COUNTOF(pixel_shaders)];
            scene_shader(a, vs, XG_STAGE_VS);
            scene_shader(a, ps, XG_STAGE_PS);
            scene_shader(b, vs, XG_STAGE_VS);
            scene_shader(b, ps, XG_STAGE_PS);
        }
        unsigned count = 3 + rnd() % 30;
        random_state(a);
        random_vertices(a, count);
        if (rnd() % 4 == 0) /* a texel changes: caches must notice */
            xg_st32le(a->memory + SCENE_TEXTURE + 4 * (rnd() % 1024), rnd());
        memcpy(b->reg, a->reg, sizeof b->reg);
        memcpy(b->memory + SCENE_VERTICES, a->memory + SCENE_VERTICES, 32 * count);
        memcpy(b->memory + SCENE_TEXTURE, a->memory + SCENE_TEXTURE, 0x10000);
        unsigned type = types[rnd() % XG_COUNTOF(types)];
        scene_draw_auto(a, type, count);
        scene_draw_auto(b, type, count);
        for (unsigned t = 0; t < XG_EDRAM_TILES; t++)
            if (memcmp(a->tiles[t], b->tiles[t], XG_EDRAM_TILE_BYTES)) {
                const uint32_t *x = (const uint32_t *)a->tiles[t],
                               *y = (const uint32_t *)b->tiles[t];
                unsigned i = 0;
                while (x[i] == y[i])
                    i++;
                fail_msg(
                    "draw %u (type %u, surface %08X, colour %08X, depth control %08X): tile %u "
                    "word %u: %08X, reference %08X",
                    n, type, a->reg[0x2000], a->reg[0x2001], a->reg[0x2200], t, i, y[i], x[i]);
            }
    }
}

static void compare_renderers(unsigned threads, unsigned draws, uint32_t width, uint32_t height)
{
    struct scene *a = scene_create(width, height), *b = scene_create(width, height);
    for (uint32_t i = 0; i < 0x10000; i += 4)
        xg_st32le(a->memory + SCENE_TEXTURE + i, rnd());
    assert_true(xg_draw_threads(a->renderer, XG_DRAW_SCALAR));
    if (!xg_draw_threads(b->renderer, threads))
        skip();
    draw_both(a, b, draws);
    struct xg_draw_stats x, y;
    xg_draw_get_stats(a->renderer, &x);
    xg_draw_get_stats(b->renderer, &y);
    assert_int_equal(x.samples, y.samples);
    assert_int_equal(x.z_failed, y.z_failed);
    assert_int_equal(x.stencil_failed, y.stencil_failed);
    assert_int_equal(x.quads, y.quads);
    assert_int_equal(x.triangles, y.triangles);
    assert_int_equal(x.vertices, y.vertices);
    assert_memory_equal(xg_draw_get_warnings(a->renderer)->count,
                        xg_draw_get_warnings(b->renderer)->count, sizeof(uint64_t) * XG_WARN_COUNT);
    assert_true(x.quads > 20 * draws);
    scene_destroy(a);
    scene_destroy(b);
}

static void random_draws_equal_the_reference(void **state)
{
    XG_UNUSED(state);
    source.state = 1969;
    compare_renderers(1, 700, 100, 70);
}

static void threads_change_nothing(void **state)
{
    XG_UNUSED(state);
    source.state = 1970;
    for (unsigned threads = 2; threads <= 4; threads++)
        compare_renderers(threads, 40, 330, 200);
}

/* Hosts without AVX2: two halves of four lanes. */
static void hosts_without_avx2_give_the_same(void **state)
{
    XG_UNUSED(state);
    setenv("XG_JIT_LEVEL", "sse4.1", 1);
    assert_false(xg_wide_available());
    source.state = 1971;
    compare_renderers(1, 500, 100, 70);
    compare_renderers(3, 40, 330, 200);
    unsetenv("XG_JIT_LEVEL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compiled_programs_equal_the_interpreter),
        cmocka_unit_test(programs_in_halves_equal_the_interpreter),
        cmocka_unit_test(random_draws_equal_the_reference),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(hosts_without_avx2_give_the_same),
    };
    return cmocka_run_group_tests_name("wide", tests, NULL, NULL);
}
