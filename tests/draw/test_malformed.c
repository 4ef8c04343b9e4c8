/* Malformed state gives a picture and counted warnings, never a crash or a hang: each kind of
 * warning by itself, the same count and the same eDRAM from the scalar reference, from compiled
 * shaders, and with any number of threads. */
#include "tests/draw/scene.h"

static const char vs_plain[] = "exec\n vfetch r0.xyz1, r0.x, vf0, format=32_32_32_float, stride=3\n"
                               "alloc position\nexec_end\n mov oPos, r0\n mov o0, r0\n";
static const char ps_plain[] = "alloc colors\nexec_end\n mov oC0, c0\n";

struct malformed {
    const char *name;
    enum xg_draw_warning kind;
    const char *vs, *ps; /* NULL: the plain ones */
    uint32_t reg, value; /* a register to set; 0: none */
    uint32_t initiator;  /* 0: a rectangle list of one */
    uint64_t count;      /* 0: whatever the reference counts, more than none */
};

#define FULL_QUADS (16 * 16 / 4 + 8) /* those on the diagonal twice */

static const struct malformed cases[] = {
    {"endless jump", XG_WARN_UCODE_ENDLESS, NULL, "L:\njump L\n", 0, 0, 0, 0},
    {"endless vertex program", XG_WARN_UCODE_ENDLESS, "L:\njump L\n", NULL, 0, 0, 0, 0},
    {"undefined operation", XG_WARN_UCODE_UNDEFINED, NULL,
     "alloc colors\nexec_end\n mov oC0, c0\n undef30 r1, r0, r0, r0\n", 0, 0, 0, FULL_QUADS},
    {"no end", XG_WARN_UCODE_END, NULL, "alloc colors\nexec\n mov oC0, c0\n", 0, 0, 0, 0},
    {"end of no loop", XG_WARN_UCODE_STACK, NULL,
     "L:\nalloc colors\nexec\n mov oC0, c0\nendloop L, i0\nexec_end\n mov r1, c0\n", 0, 0, 0, 0},
    {"memory export without a place", XG_WARN_UCODE_MEMEXPORT, NULL,
     "alloc memory\nexec\n mov eA, c0\n mov eM0, c0\nalloc colors\nexec_end\n mov oC0, c0\n", 0, 0,
     0, 0},
    {"no vertex constant", XG_WARN_VERTEX_CONSTANT, NULL, NULL, 0x4800, 2, 0, 1},
    {"vertex constant in a pixel program", XG_WARN_VERTEX_CONSTANT, NULL,
     "exec\n vfetch r1, r0.x, vf9, format=32_float, stride=1\nalloc colors\nexec_end\n"
     " mov oC0, r1\n",
     0, 0, 0, FULL_QUADS},
    {"vertex format", XG_WARN_VERTEX_FORMAT,
     "exec\n vfetch r0.xyz1, r0.x, vf0, format=0, stride=3\n"
     "alloc position\nexec_end\n mov oPos, r0\n",
     NULL, 0, 0, 0, 1},
    {"texture constant", XG_WARN_TEXTURE_CONSTANT, NULL,
     "exec\n tfetch2D r1, r0.xy, tf1\nalloc colors\nexec_end\n mov oC0, r1\n", 0x4806, 1, 0, 0},
    {"texture format", XG_WARN_TEXTURE_FORMAT, NULL,
     "exec\n tfetch2D r1, r0.xy, tf1\nalloc colors\nexec_end\n mov oC0, r1\n", 0x4807, 13, 0, 0},
    {"primitive type", XG_WARN_PRIMITIVE, NULL, NULL, 0, 0, 9 | 2 << 6 | 3 << 16, 1},
    {"index source", XG_WARN_INDEX_SOURCE, NULL, NULL, 0, 0, 4 | 3 << 6 | 3 << 16, 1},
    {"patches of lines", XG_WARN_TESSELLATION, NULL, NULL, XG_REG_VGT_OUTPUT_PATH_CNTL, 1,
     16 | 2 << 6 | 3 << 16, 1},
    {"colour format", XG_WARN_COLOR_FORMAT, NULL, NULL, XG_REG_RB_COLOR_INFO, 8 << 16, 0, 1},
    {"mode", XG_WARN_MODE, NULL, NULL, XG_REG_RB_MODECONTROL, 2, 0, 1},
    {"pitch 0", XG_WARN_SURFACE, NULL, NULL, XG_REG_RB_SURFACE_INFO, 0, 0, 1},
};

/* Draws with what is malformed; the count of its kind. All other kinds must stay at zero. */
static uint64_t run(const struct malformed *m, uint32_t threads, struct scene **out)
{
    static const float corners[9] = {-1, 1, 0.5f, 1, 1, 0.5f, -1, -1, 0.5f};
    struct scene *s = *out = scene_create(16, 16);
    if (!xg_draw_threads(s->renderer, threads))
        skip();
    scene_shader(s, m->vs ? m->vs : vs_plain, XG_STAGE_VS);
    scene_shader(s, m->ps ? m->ps : ps_plain, XG_STAGE_PS);
    scene_vertices(s, corners, 3, 3);
    scene_constant(s, 256, 1, 0.5f, 0.25f, 1);
    s->reg[0x4806] = 2 | 1u << 22;
    s->reg[0x4807] = 6 | SCENE_TEXTURE;
    if (m->reg)
        s->reg[m->reg] = m->value;
    if (m->initiator)
        scene_send(s, XG_PM4_DRAW_INDX_2, m->initiator, 0, 0, NULL, 0);
    else
        scene_draw_auto(s, 8, 3);
    const uint64_t *count = xg_draw_get_warnings(s->renderer)->count;
    for (unsigned i = 0; i < XG_WARN_COUNT; i++)
        if (i != m->kind && count[i])
            fail_msg("%s: '%s' counted too", m->name,
                     xg_draw_warning_text((enum xg_draw_warning)i));
    return count[m->kind];
}

static void each_kind_is_counted_and_nothing_breaks(void **state)
{
    XG_UNUSED(state);
    for (unsigned n = 0; n < XG_COUNTOF(cases); n++) {
        const struct malformed *m = &cases[n];
        struct scene *reference, *s;
        uint64_t want = run(m, XG_DRAW_SCALAR, &reference);
        if (want != m->count && (m->count || !want))
            fail_msg("%s: %llu warnings", m->name, (unsigned long long)want);
        for (uint32_t threads = 1; threads <= 3; threads++) {
            uint64_t got = run(m, threads, &s);
            if (got != want)
                fail_msg("%s: %llu warnings by %u threads, reference %llu", m->name,
                         (unsigned long long)got, threads, (unsigned long long)want);
            assert_memory_equal(s->tiles, reference->tiles, XG_EDRAM_TILES * XG_EDRAM_TILE_BYTES);
            scene_destroy(s);
        }
        /* and the next draw is a good one */
        scene_defaults(reference);
        scene_constant(reference, 256, 1, 0, 0, 1);
        scene_shader(reference, vs_plain, XG_STAGE_VS);
        scene_shader(reference, ps_plain, XG_STAGE_PS);
        reference->reg[0x4800] = SCENE_VERTICES | 3;
        reference->reg[0x4801] = 9 << 2 | 2;
        scene_draw_auto(reference, 8, 3);
        assert_int_equal(scene_pixel(reference, 7, 7), 0xFF0000FF);
        scene_destroy(reference);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_counted_and_nothing_breaks),
    };
    return cmocka_run_group_tests_name("malformed", tests, NULL, NULL);
}
