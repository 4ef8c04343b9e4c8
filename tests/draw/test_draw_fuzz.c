/* Any state at all gives a picture and counts: random registers, records and shaders. The
 * scissor stays small, so that a case is quick. Run under sanitizers by the suite sanitize. */
#include "tests/draw/scene.h"

static uint64_t seed_state;
static uint32_t rnd(void)
{
    seed_state = seed_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed_state >> 32);
}

static const char vs[] = "exec\n vfetch r0, r0.x, vf0, format=32_32_32_32_float, stride=4\n"
                         "alloc position\nexec_end\n mov oPos, r0\n mov o0, r0\n mov o1, r0\n"
                         " mov oPts.x, r0\n";
static const char ps[] =
    "exec\n tfetch2D r2, r0.xyz, tf1\n tfetch3D r3, r1.xyz, tf2\n"
    " tfetchCube r4, r1.xyz, tf3\n tfetch1D r5, r0.xyz, tf4\n"
    "alloc colors\nexec_end\n add oC0, r2, r3\n mul oC1, r4, r5\n mov oDepth.x, r1.z\n";

/* Registers that shape a draw; the rest of the state keeps the scene's values. */
static const uint16_t fuzzed[] = {
    0x2000, 0x2001, 0x2002, 0x2003, 0x2080, 0x2081, 0x2100, 0x2101, 0x2102, 0x2103, 0x2104, 0x2105,
    0x210C, 0x210D, 0x210E, 0x210F, 0x2110, 0x2111, 0x2112, 0x2113, 0x2114, 0x2180, 0x2181, 0x2182,
    0x2200, 0x2201, 0x2202, 0x2204, 0x2205, 0x2206, 0x2208, 0x2209, 0x2280, 0x2281, 0x2282, 0x2284,
    0x2285, 0x2286, 0x2287, 0x2302, 0x2307, 0x2308, 0x2380, 0x2381, 0x2388, 0x238B};

static void random_state(struct scene *s)
{
    scene_defaults(s);
    for (unsigned i = 0; i < XG_COUNTOF(fuzzed); i++)
        if (rnd() % 16 == 0)
            s->reg[fuzzed[i]] = rnd() % 2 ? rnd() : s->reg[fuzzed[i]] ^ 1u << rnd() % 32;
    s->reg[XG_REG_PA_SC_SCREEN_SCISSOR_BR] = 24 | 24 << 16;
    if (rnd() % 4)
        s->reg[XG_REG_RB_MODECONTROL] = 4;
    for (unsigned i = 0; i < 5 * 6; i++)
        s->reg[0x4800 + i] = rnd();
    for (unsigned i = 1; i < 5; i++) /* mostly textures, in memory that exists */
        if (rnd() % 8) {
            s->reg[0x4800 + 6 * i] = (s->reg[0x4800 + 6 * i] & ~3u) | 2;
            s->reg[0x4801 + 6 * i] &= 0x007FFFFF;
        }
    s->reg[0x4800] = SCENE_VERTICES | 3;
    s->reg[0x4801] = (rnd() % 400) << 2 | 2;
}

static void random_vertices(struct scene *s)
{
    for (unsigned i = 0; i < 4 * 32; i++) {
        float v = (float)(int)(rnd() % 4000 - 2000) / 1000.0f;
        uint32_t bits = rnd() % 12 ? scene_bits(i % 4 == 3 && v < 0.1f ? 1
                                                : i % 4 == 2           ? v / 4 + 0.4f
                                                                       : v)
                                   : rnd();
        xg_st32be(s->memory + SCENE_VERTICES + 4 * i, bits);
    }
}

static void random_state_is_survived(void **state)
{
    XG_UNUSED(state);
    struct scene *s = scene_create(24, 24);
    struct xg_draw_stats stats;
    seed_state = 20250101;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    scene_shader(s, vs, XG_STAGE_VS);
    scene_shader(s, ps, XG_STAGE_PS);
    for (uint32_t i = SCENE_TEXTURE; i < SCENE_MEMORY; i += 4)
        xg_st32le(s->memory + i, rnd());
    for (unsigned n = 0; n < 1500; n++) {
        uint32_t immediate[16], initiator = (rnd() & 0x3F) | (rnd() % 4) << 6 | (rnd() % 33) << 16;
        initiator = rnd() % 4 ? (initiator & ~63u) | (1 + rnd() % 15) : initiator | (rnd() & 0xB00);
        if (rnd() % 4) /* mostly automatic indices */
            initiator = (initiator & ~0xC0u) | 2 << 6;
        for (unsigned i = 0; i < 16; i++)
            immediate[i] = rnd() % 2 ? rnd() : rnd() % 32;
        random_state(s);
        random_vertices(s);
        scene_send(s, XG_PM4_DRAW_INDX_2, initiator, rnd(), rnd(), immediate, rnd() % 17);
    }
    xg_draw_get_stats(s->renderer, &stats);
    assert_int_equal(stats.draws, 1500);
    assert_true(stats.quads > 10000); /* it really draws */
    assert_true(xg_draw_get_warnings(s->renderer)->count[XG_WARN_PRIMITIVE] > 0);
    scene_destroy(s);
}

/* Shader loads: every wrong header is refused and counted; the draw without one is too. */
static void bad_shader_loads_are_counted(void **state)
{
    XG_UNUSED(state);
    struct scene *s = scene_create(16, 16);
    static const uint32_t words[6] = {0};
    const uint64_t *count = xg_draw_get_warnings(s->renderer)->count;
    scene_draw_auto(s, 4, 3);
    assert_int_equal(count[XG_WARN_NO_SHADER], 1);
    scene_send(s, XG_PM4_IM_LOAD_IMMEDIATE, 0, 2, 6, words, 6); /* type */
    scene_send(s, XG_PM4_IM_LOAD_IMMEDIATE, 0, 0, 5, words, 6); /* not slots */
    scene_send(s, XG_PM4_IM_LOAD_IMMEDIATE, 0, 0, 0, words, 6); /* empty */
    scene_send(s, XG_PM4_IM_LOAD_IMMEDIATE, 0, 0, 9, words, 6); /* longer than the packet */
    scene_send(s, XG_PM4_IM_LOAD_IMMEDIATE, 0, 0, 1 << 16 | 6, words, 6); /* start */
    assert_int_equal(count[XG_WARN_IM_LOAD], 5);
    scene_send(s, XG_PM4_IM_LOAD, 0, 0x1FFFFFF8, 6, NULL, 0); /* wraps at the end of memory */
    struct xg_draw_stats stats;
    xg_draw_get_stats(s->renderer, &stats);
    assert_int_equal(stats.shader_loads, 1);
    scene_destroy(s);
}

/* IM_LOAD reads the program when it runs: changing the memory later changes nothing. */
static void a_program_is_read_when_it_is_loaded(void **state)
{
    XG_UNUSED(state);
    struct scene *s = scene_create(16, 16);
    struct xg_ucode_image image;
    struct xg_error err = {0};
    assert_true(xg_ucode_assemble(&image, "alloc colors\nexec_end\n mov oC0, c0\n", "ps",
                                  XG_STAGE_PS, &err));
    for (size_t i = 0; i < image.count; i++)
        xg_st32be(s->memory + 0x3000 + 4 * i, image.words[i]);
    scene_send(s, XG_PM4_IM_LOAD, 0, 0x3000 | XG_STAGE_PS, (uint32_t)image.count, NULL, 0);
    memset(s->memory + 0x3000, 0, 4 * image.count);
    xg_ucode_image_free(&image);
    scene_shader(s, vs, XG_STAGE_VS);
    scene_constant(s, 256, 1, 0, 1, 0);
    const float v[] = {-1, 1, 0, 1, 1, 1, 0, 1, -1, -1, 0, 1};
    scene_vertices(s, v, 3, 4);
    scene_draw_auto(s, 8, 3);
    assert_int_equal(scene_pixel(s, 15, 15), 0x00FF00FF);
    scene_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_state_is_survived),
        cmocka_unit_test(bad_shader_loads_are_counted),
        cmocka_unit_test(a_program_is_read_when_it_is_loaded),
    };
    return cmocka_run_group_tests_name("draw_fuzz", tests, NULL, NULL);
}
