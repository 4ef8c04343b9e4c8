/* Microcode: fields, assembler and disassembler against each other and against hand-made
 * encodings. */
#include "gpu/draw/ucode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t seed_state;
static uint32_t rnd(void)
{
    seed_state = seed_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed_state >> 33) ^ (uint32_t)(seed_state << 11);
}

static char *text_of(const uint32_t *words, size_t count, enum xg_shader_stage stage)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    xg_ucode_disassemble(f, words, count, stage);
    fclose(f);
    return text;
}

static void assert_round_trip(const uint32_t *words, size_t count, enum xg_shader_stage stage)
{
    struct xg_ucode_image image;
    struct xg_error err = {0};
    char *text = text_of(words, count, stage);
    if (!xg_ucode_assemble(&image, text, "listing", stage, &err)) {
        print_error("%s\n%s\n", err.text, text);
        fail();
    }
    if (image.count != count || memcmp(image.words, words, 4 * count) != 0) {
        print_error("%s\n", text);
        for (size_t i = 0; i < count && i < image.count; i++)
            if (image.words[i] != words[i])
                print_error("word %zu: %08X became %08X\n", i, words[i], image.words[i]);
        fail();
    }
    xg_ucode_image_free(&image);
    free(text);
}

static void pack_and_unpack_are_inverse_for_all_bits(void **state)
{
    XG_UNUSED(state);
    seed_state = 1;
    for (unsigned n = 0; n < 20000; n++)
        for (unsigned cls = 0; cls < XG_UC_COUNT; cls++) {
            uint32_t in[3] = {rnd(), rnd(), rnd()}, out[3] = {0};
            struct xg_ucode_insn insn;
            bool slot = xg_ucode_classes[cls].bits == 96;
            if (!slot)
                in[1] &= 0xFFFF;
            xg_ucode_unpack(&insn, cls, in);
            xg_ucode_pack(&insn, out);
            assert_memory_equal(in, out, slot ? 12 : 8);
        }
}

/* Any slot, any bits: the listing assembles to the same words. */
static void every_slot_pattern_survives_its_text(void **state)
{
    XG_UNUSED(state);
    seed_state = 20240607;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    for (unsigned n = 0; n < 30000; n++) {
        uint32_t w[3] = {rnd(), rnd(), rnd()}, back[3];
        struct xg_ucode_insn insn, read;
        enum xg_shader_stage stage = rnd() & 1 ? XG_STAGE_PS : XG_STAGE_VS;
        unsigned cls = rnd() % 3 ? XG_UC_ALU : xg_ucode_fetch_class(w);
        if (cls == XG_UC_ALU && (rnd() & 3)) /* mostly defined operations */
            w[0] = (w[0] & 0x03FFFFFF) | (rnd() % 51) << 26;
        char *text = NULL;
        size_t size = 0;
        bool serialize;
        struct xg_error err = {0};
        xg_ucode_unpack(&insn, cls, w);
        FILE *f = open_memstream(&text, &size);
        xg_ucode_print(f, &insn, stage);
        fclose(f);
        if (!xg_ucode_parse(&read, text, stage, &serialize, &err)) {
            print_error("%s: %s\n", text, err.text);
            fail();
        }
        xg_ucode_pack(&read, back);
        if (read.cls != cls || memcmp(w, back, 12) != 0) {
            print_error("%s\n%08X %08X %08X\n%08X %08X %08X\n", text, w[0], w[1], w[2], back[0],
                        back[1], back[2]);
            fail();
        }
        free(text);
    }
}

static void random_programs_survive_their_listing(void **state)
{
    XG_UNUSED(state);
    seed_state = 77;
    print_message("# seed %llu\n", (unsigned long long)seed_state);
    for (unsigned n = 0; n < 1500; n++) {
        uint32_t words[3 * 24];
        size_t slots = 1 + rnd() % 24;
        for (size_t i = 0; i < 3 * slots; i++)
            words[i] = rnd();
        if (n % 2) /* small exec addresses make layouts that are nearly right */
            for (size_t i = 0; i < 6 && i < 2 * slots; i++) {
                struct xg_ucode_insn insn;
                xg_ucode_defaults(&insn, XG_UC_CF_EXEC);
                insn.f[XG_UF_CF_EXEC_ADDRESS] = (uint32_t)(3 + rnd() % slots);
                insn.f[XG_UF_CF_EXEC_COUNT] = rnd() % 8;
                insn.f[XG_UF_CF_EXEC_SEQUENCE] = rnd() & 0xFFF;
                xg_ucode_cf_put(words, i, &insn);
            }
        assert_round_trip(words, 3 * slots, n & 1 ? XG_STAGE_VS : XG_STAGE_PS);
    }
}

static void exec_classes_share_their_first_fields(void **state)
{
    XG_UNUSED(state);
    static const unsigned classes[] = {XG_UC_CF_EXEC_BOOL, XG_UC_CF_EXEC_PRED};
    for (unsigned c = 0; c < 2; c++)
        for (unsigned i = 0; i <= XG_UF_CF_EXEC_VERTEX_CACHE; i++) {
            const struct xg_ucode_field *a = &xg_ucode_classes[XG_UC_CF_EXEC].fields[i];
            const struct xg_ucode_field *b = &xg_ucode_classes[classes[c]].fields[i];
            assert_string_equal(a->name, b->name);
            assert_int_equal(a->at, b->at);
            assert_int_equal(a->width, b->width);
        }
}

/* Encodings worked out by hand from the field tables of docs/microcode.md. */
static void known_text_gives_known_words(void **state)
{
    XG_UNUSED(state);
    static const struct {
        const char *text;
        enum xg_shader_stage stage;
        uint32_t words[3];
    } cases[] = {
        /* r0.x -> r1, stride 5, format 57, constant 95 = 31 * 3 + 2 */
        {"vfetch r1.xyz1, r0.x, vf95, format=32_32_32_float, stride=5",
         XG_STAGE_VS,
         {0x05F81000 | 0, 0x00390A88, 0x00000005}},
        {"mul r2.xyz, r1, c4 + retain_prev _", XG_STAGE_PS, {0xC8070002, 0x00000000, 0xA1010400}},
        {"mov oC0, r0", XG_STAGE_PS, {0xC80F8000, 0x00000000, 0xE2000000}},
        {"mad oPos, r1.x, c3, c0", XG_STAGE_VS, {0xC80F803E, 0x006C0000, 0x8B010300}},
        {"rcp r3.w, r2.w", XG_STAGE_VS, {0x4C800300, 0x00000000, 0xE2000002}},
        {"(!p0) add_sat r0.x, -r1, c[a0+7]", XG_STAGE_VS, {0xC9010000, 0xB4000000, 0xA0010700}},
        {"tfetch2D r2, r1.xy, tf3", XG_STAGE_PS, {0x00382021 | 20u << 26, 0x1FFFF688, 0x4000}},
    };
    for (size_t i = 0; i < XG_COUNTOF(cases); i++) {
        struct xg_ucode_insn insn;
        struct xg_error err = {0};
        uint32_t words[3];
        bool serialize;
        if (!xg_ucode_parse(&insn, cases[i].text, cases[i].stage, &serialize, &err))
            print_error("%s\n", err.text);
        assert_int_equal(err.kind, XG_OK);
        xg_ucode_pack(&insn, words);
        for (unsigned w = 0; w < 3; w++)
            if (words[w] != cases[i].words[w])
                print_error("%s: word %u is %08X, not %08X\n", cases[i].text, w, words[w],
                            cases[i].words[w]);
        assert_memory_equal(words, cases[i].words, 12);
    }
}

static void programs_are_laid_out(void **state)
{
    XG_UNUSED(state);
    static const char text[] =
        ".vs\n"
        "    exec\n"
        "        vfetch r1.xyz1, r0.x, vf0, format=32_32_32_float, stride=3\n"
        "    alloc position\n"
        "    loop Lout, i2\n"
        "Lbody:\n"
        "    exec ; eight slots: two execs\n"
        "        (S) mov r2, r1\n"
        "        mov r2, r1\n        mov r2, r1\n        mov r2, r1\n"
        "        mov r2, r1\n        mov r2, r1\n        mov r2, r1\n"
        "        mov r3, r1\n        + rcp r2.w, r1.w\n"
        "    endloop Lbody, i2, !p0\n"
        "Lout:\n"
        "    exec_end\n"
        "        mov oPos, r1\n";
    struct xg_ucode_image image;
    struct xg_error err = {0};
    if (!xg_ucode_assemble(&image, text, "t", XG_STAGE_PS, &err))
        print_error("%s\n", err.text);
    assert_int_equal(err.kind, XG_OK);
    assert_int_equal(image.stage, XG_STAGE_VS);
    assert_int_equal(image.count, 3 * (4 + 10));
    assert_int_equal(xg_ucode_cf_slots(image.words, image.count / 3), 4);
    static const struct {
        unsigned opcode;
        uint32_t address, count, sequence;
    } expected[] = {{XG_CF_EXEC, 4, 1, 1},      {XG_CF_ALLOC, 0, 0, 0}, {XG_CF_LOOP, 0, 0, 0},
                    {XG_CF_EXEC, 5, 6, 2},      {XG_CF_EXEC, 11, 2, 0}, {XG_CF_ENDLOOP, 0, 0, 0},
                    {XG_CF_EXEC_END, 13, 1, 0}, {XG_CF_CF_NOP, 0, 0, 0}};
    for (size_t i = 0; i < XG_COUNTOF(expected); i++) {
        struct xg_ucode_insn insn;
        struct xg_ucode_exec exec;
        xg_ucode_cf(&insn, image.words, i);
        assert_int_equal(xg_ucode_cf_opcode(&insn), expected[i].opcode);
        if (xg_ucode_exec(&insn, &exec)) {
            assert_int_equal(exec.address, expected[i].address);
            assert_int_equal(exec.count, expected[i].count);
            assert_int_equal(exec.sequence, expected[i].sequence);
        }
        if (insn.cls == XG_UC_CF_LOOP)
            assert_int_equal(insn.f[0], 6);
        if (insn.cls == XG_UC_CF_ENDLOOP) {
            assert_int_equal(insn.f[0], 3);
            assert_int_equal(insn.f[XG_UF_CF_ENDLOOP_BREAK], 1);
            assert_int_equal(insn.f[XG_UF_CF_ENDLOOP_CONDITION], 0);
        }
    }
    assert_round_trip(image.words, image.count, XG_STAGE_VS);
    xg_ucode_image_free(&image);
}

static void bad_text_is_refused_with_its_line(void **state)
{
    XG_UNUSED(state);
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"exec\n  frobnicate r0, r1\n", "t:2: unknown instruction 'frobnicate'"},
        {"mov r0, r1\n", "t:1: an instruction must follow an exec"},
        {"exec\n mov r0, r64\n", "t:2: 64 is above the limit of 63"},
        {"exec\n add r0, |c1|, c2\n", "t:2: |constant| applies to all"},
        {"exec\n add r0, c[a0+1], c[aL+2]\n", "t:2: one slot cannot use both"},
        {"exec\n mad r0, r1, r2, r3\n + rcp r1.x, r4.w\n", "must read the vector half's third"},
        {"exec\n mov oC0, r1\n", "oC0 is not an output of this stage"},
        {"exec\n mov r0.xq, r1\n", "expected ',' at"},
        {"jump nowhere\n", "t:1: label 'nowhere' is not defined"},
        {"a:\na:\nexec_end\n", "t:2: label defined twice"},
        {"cond_exec\n", "t:1: operand missing"},
        {"", "no control flow"},
        {"exec\n vfetch r0, r1.x, vf0, stride=256\n", "does not fit its 8 bits"},
        {"cond_exec b1\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n", "at most six slots"},
    };
    for (size_t i = 0; i < XG_COUNTOF(cases); i++) {
        struct xg_ucode_image image;
        struct xg_error err = {0};
        assert_false(xg_ucode_assemble(&image, cases[i].text, "t", XG_STAGE_VS, &err));
        if (!strstr(err.text, cases[i].message))
            print_error("\"%s\" does not say \"%s\"\n", err.text, cases[i].message);
        assert_non_null(strstr(err.text, cases[i].message));
    }
}

static void undefined_encodings_are_counted(void **state)
{
    XG_UNUSED(state);
    struct xg_ucode_image image;
    struct xg_error err = {0};
    assert_true(xg_ucode_assemble(&image,
                                  "exec_end\n undef30 r0, r1, r2, r3\n mov r0, r1\n"
                                  " + sundef41 r1.x, r2.ww\n fundef7_2D r0, r1.xyz, tf0\n",
                                  "t", XG_STAGE_VS, &err));
    FILE *null = fopen("/dev/null", "w");
    assert_int_equal(xg_ucode_disassemble(null, image.words, image.count, XG_STAGE_VS), 3);
    fclose(null);
    xg_ucode_image_free(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pack_and_unpack_are_inverse_for_all_bits),
        cmocka_unit_test(exec_classes_share_their_first_fields),
        cmocka_unit_test(known_text_gives_known_words),
        cmocka_unit_test(programs_are_laid_out),
        cmocka_unit_test(every_slot_pattern_survives_its_text),
        cmocka_unit_test(random_programs_survive_their_listing),
        cmocka_unit_test(bad_text_is_refused_with_its_line),
        cmocka_unit_test(undefined_encodings_are_counted),
    };
    return cmocka_run_group_tests_name("ucode", tests, NULL, NULL);
}
