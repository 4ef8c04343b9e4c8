/* The instruction table: the decoder against a search, opcodes and masks against the forms, the
 * assembler against the disassembler. */
#include "cpu/assemble.h"
#include "cpu/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t next(uint64_t *s)
{
    uint64_t z = (*s += 0x9E3779B97F4A7C15ull);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    return z ^ z >> 27;
}

static void the_decoder_finds_what_a_search_finds(void **state)
{
    XG_UNUSED(state);
    uint64_t seed = 1;
    for (int n = 0; n < 300000; n++) {
        uint32_t w = (uint32_t)next(&seed);
        if (n % 2) { /* near an instruction: a few bits of noise */
            const struct xg_insn_info *info = &xg_insn_table[1 + next(&seed) % (XG_INSN_COUNT - 1)];
            w = info->opcode | (w & ~info->mask) | 1u << (next(&seed) % 32);
        }
        int found = XG_INSN_ILLEGAL;
        for (int i = 1; i < XG_INSN_COUNT; i++)
            if ((w & xg_insn_table[i].mask) == xg_insn_table[i].opcode)
                found = i;
        if ((int)xg_insn_decode(w) != found)
            fail_msg("%08x decodes to %s, not %s", w, xg_insn_table[xg_insn_decode(w)].mnemonic,
                     xg_insn_table[found].mnemonic);
    }
}
/* The text of any word assembles to a word with the same text: reserved bits, which the
 * text does not show, may go. */
static void assembling_inverts_disassembling(void **state)
{
    XG_UNUSED(state);
    uint64_t seed = 2;
    for (int i = 1; i < XG_INSN_COUNT; i++)
        for (int n = 0; n < 50; n++) {
            const struct xg_insn_info *info = &xg_insn_table[i];
            uint32_t w = info->opcode | ((uint32_t)next(&seed) & ~info->mask), again;
            char text[96], text2[96];
            struct xg_error err = {0};
            xg_cpu_disassemble(w, 0x82000000, text, sizeof text);
            if (!xg_cpu_assemble(text, 0x82000000, &again, &err))
                fail_msg("%08x: %s", w, err.text);
            assert_string_equal(text, xg_cpu_disassemble(again, 0x82000000, text2, sizeof text2));
            assert_int_equal(xg_insn_decode(again), i);
        }
}
/* Opcode bits are where the form says; suffixes that a row allows are fields, others opcode. */
static void masks_follow_from_the_forms(void **state)
{
    XG_UNUSED(state);
    static const struct {
        enum xg_form form;
        uint32_t mask;
    } forms[] = {
        {XG_FORM_A, 0x3F},        {XG_FORM_B, 3},           {XG_FORM_D, 0},
        {XG_FORM_DS, 3},          {XG_FORM_I, 3},           {XG_FORM_M, 1},
        {XG_FORM_MD, 0x1D},       {XG_FORM_MDS, 0x1F},      {XG_FORM_SC, 2},
        {XG_FORM_VA, 0x3F},       {XG_FORM_VC, 0x7FF},      {XG_FORM_VX, 0x7FF},
        {XG_FORM_VX128, 0x3D0},   {XG_FORM_VX128_1, 0x7F3}, {XG_FORM_VX128_2, 0x210},
        {XG_FORM_VX128_3, 0x7F0}, {XG_FORM_VX128_4, 0x730}, {XG_FORM_VX128_5, 0x10},
        {XG_FORM_VX128_P, 0x630}, {XG_FORM_VX128_R, 0x3D0}, {XG_FORM_X, 0x7FF},
        {XG_FORM_XFL, 0x7FF},     {XG_FORM_XFX, 0x7FF},     {XG_FORM_XL, 0x7FF},
        {XG_FORM_XO, 0x7FF},      {XG_FORM_XS, 0x7FD},      {XG_FORM_DCBZ, 0x3E007FF},
    };
    for (int i = 1; i < XG_INSN_COUNT; i++) {
        const struct xg_insn_info *info = &xg_insn_table[i];
        uint32_t mask = 0;
        for (size_t n = 0; n < XG_COUNTOF(forms); n++)
            if (forms[n].form == info->form)
                mask = 0xFC000000u | forms[n].mask;
        if (info->flags & XG_INSN_RC)
            mask &= info->form == XG_FORM_VC        ? ~0x400u
                    : info->form == XG_FORM_VX128_R ? ~0x40u
                                                    : ~1u;
        if (info->flags & XG_INSN_OE)
            mask &= ~0x400u;
        if (info->flags & XG_INSN_LK)
            mask &= ~1u;
        if (info->flags & XG_INSN_AA)
            mask &= ~2u;
        /* Bit 20 tells the forms of mfcr and mtcrf with one field from the others; vupk*128
         * have another extended opcode where VA would be. */
        if (info->mask & 0x100000 && info->form != XG_FORM_DCBZ)
            mask |= 0x100000;
        if (!strncmp(info->name, "vupk", 4) && info->form == XG_FORM_VX128)
            mask |= 0x420;
        size_t n = strlen(info->name);
        bool u = n >= 3 &&
                 (!strcmp(info->name + n - 1, "u") || !strcmp(info->name + n - 2, "ux")) &&
                 (info->writes >> XG_LOC_RA & 1);
        if (u != !!(info->flags & XG_INSN_UPDATE))
            fail_msg("%s: flag update and name do not agree", info->mnemonic);
        if (info->mask != mask)
            fail_msg("%s: mask %08x, by its form %08x", info->mnemonic, info->mask, mask);
        if (info->opcode & ~info->mask)
            fail_msg("%s: its opcode has bits outside of the mask", info->mnemonic);
    }
}
static void known_words_have_known_text(void **state)
{
    XG_UNUSED(state);
    static const struct {
        uint32_t word;
        const char *text;
    } known[] = {
        {0x7C632214, "add r3, r3, r4"},
        {0x38640010, "addi r3, r4, 16"},
        {0x9421FFF0, "stwu r1, -16(r1)"},
        {0x4E800020, "bclr 20, 0"},
        {0x48000011, "bl 0x82000010"},
        {0x7D8802A6, "mfspr r12, 8"},
        {0x5463103A, "rlwinm r3, r3, 2, 0, 29"},
        {0xFC22182A, "fadd f1, f2, f3"},
        {0x00000000, ".long 0x00000000"},
        /* lvx128 v127, r3, r4; vperm128 v64, v96, v33, v7; vmaddfp128; vcmpeqfp128. v1 */
        {0x13E320CF, "lvx128 v127, r3, r4"},
        {0x140009E1, "vperm128 v0, v32, v33, v7"},
        {0x14221CD0, "vmaddfp128 v1, v66, v3"},
        {0x18221840, "vcmpeqfp128. v1, v2, v3"},
        {0x187F1F70, "vspltisw128 v3, -1"},
    };
    for (size_t i = 0; i < XG_COUNTOF(known); i++) {
        char text[96];
        assert_string_equal(xg_cpu_disassemble(known[i].word, 0x82000000, text, sizeof text),
                            known[i].text);
    }
}
static void bad_assembly_is_refused_with_a_sentence(void **state)
{
    XG_UNUSED(state);
    static const char *const bad[] = {
        "",           "frobnicate r1", "add r1, r2",   "add r1, r2, r32",    "addi r1, r2, 32768",
        "lwz r1, r2", "ld r1, 3(r2)",  "b 0x90000000", "add r1, r2, r3, r4", "addx r1, r2, r3"};
    for (size_t i = 0; i < XG_COUNTOF(bad); i++) {
        struct xg_error err = {0};
        uint32_t w;
        assert_false(xg_cpu_assemble(bad[i], 0, &w, &err));
        assert_true(err.text[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_decoder_finds_what_a_search_finds),
        cmocka_unit_test(assembling_inverts_disassembling),
        cmocka_unit_test(masks_follow_from_the_forms),
        cmocka_unit_test(known_words_have_known_text),
        cmocka_unit_test(bad_assembly_is_refused_with_a_sentence),
    };
    return cmocka_run_group_tests_name("cpu_table", tests, NULL, NULL);
}
