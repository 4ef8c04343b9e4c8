/* The encodings, against others': every instruction that GNU as knows is assembled by it from
 * the text that the disassembler gives; VMX128 words come from tests/cpu/vmx128_words.csv,
 * which was written from the published description of the fields, not from the table. */
#include "base/csv.h"
#include "cpu/assemble.h"
#include "cpu/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PC    0x1000u
#define EACH  8
#define LINES (XG_INSN_COUNT * EACH)

struct line {
    char text[96];
    uint32_t word;
    int row;
    bool refused; /* by GNU as */
};

static uint64_t next(uint64_t *s)
{
    uint64_t z = (*s += 0x9E3779B97F4A7C15ull);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    return z ^ z >> 27;
}

static bool is_vmx128(const struct xg_insn_info *i)
{
    size_t n = strlen(i->name);
    return n > 3 && !strcmp(i->name + n - 3, "128") && i->name[0] != 'd'; /* not dcbz128 */
}
static bool is_name(const char *text)
{
    for (int i = 1; i < XG_INSN_COUNT; i++)
        if (!strcmp(xg_insn_table[i].name, text))
            return true;
    return false;
}

/* Of the table, but not known to GNU as, or known by another name. */
static bool is_foreign(const struct xg_insn_info *i)
{
    static const char *const names[] = {"dcbz128", "mtocrf", "mfocrf", "mftb"};
    for (size_t n = 0; n < XG_COUNTOF(names); n++)
        if (!strcmp(i->name, names[n]))
            return true;
    return is_vmx128(i);
}

/* Branch targets as distances, so that no relocation is made of them. */
static void write_line(FILE *f, const char *text)
{
    const char *target = strstr(text, "0x");
    if (!target)
        fprintf(f, "%s\n", text);
    else
        fprintf(f, "%.*s.+%lld\n", (int)(target - text), text,
                (long long)(int32_t)((uint32_t)strtoul(target, NULL, 16) - PC));
}

static unsigned make_lines(struct line *lines)
{
    unsigned count = 0;
    uint64_t seed = 20;
    for (int i = 1; i < XG_INSN_COUNT; i++) {
        const struct xg_insn_info *info = &xg_insn_table[i];
        for (unsigned n = 0; n < EACH && !is_foreign(info); n++) {
            struct line *l = &lines[count++];
            struct xg_error err = {0};
            uint32_t w = info->opcode | ((uint32_t)next(&seed) & ~info->mask);
            if (info->flags & XG_INSN_AA)
                w &= ~2u;
            if (!strncmp(info->name, "bc", 2)) /* decrements and hints that as allows */
                w = (w & ~(31u << 21)) | (uint32_t[]){4, 12, 20}[n % 3] << 21;
            if (!strncmp(info->name, "lsw", 3) || !strcmp(info->name, "lmw"))
                w = (w & ~(31u << 21) & ~(30u << 11)) | 24u << 21 | 1u << 11;
            xg_cpu_disassemble(w, PC, l->text, sizeof l->text);
            if (!xg_cpu_assemble(l->text, PC, &l->word, &err))
                fail_msg("%s", err.text);
            l->row = i;
            l->refused = false;
        }
    }
    return count;
}

/* One run of GNU as over all lines that it has not refused; marks those it refuses now.
 * true: it took all, and their words are in `out`. */
static bool assemble(struct line *lines, unsigned count, const char *dir, FILE **out)
{
    char path[300], command[1200], said[400];
    snprintf(path, sizeof path, "%s/words.s", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (unsigned n = 0; n < count; n++) {
        if (lines[n].refused)
            fputs("\n", f);
        else
            write_line(f, lines[n].text);
    }
    fclose(f);
    snprintf(command, sizeof command,
             "cd %s && powerpc64-linux-gnu-as -mregnames -mpower4 -maltivec -many -o words.o "
             "words.s 2>&1 && "
             "powerpc64-linux-gnu-objcopy -O binary -j .text words.o words.bin",
             dir);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    bool all = true;
    while (fgets(said, sizeof said, p)) {
        const char *colon = strchr(said, ':');
        unsigned long number = colon ? strtoul(colon + 1, NULL, 10) : 0;
        if (!strstr(said, "Error") || !number || number > count)
            continue;
        lines[number - 1].refused = true;
        all = false;
    }
    int rc = pclose(p);
    if (!all)
        return false;
    assert_int_equal(rc, 0);
    snprintf(path, sizeof path, "%s/words.bin", dir);
    *out = fopen(path, "rb");
    assert_non_null(*out);
    return true;
}

static void words_are_those_of_gnu_as(void **state)
{
    XG_UNUSED(state);
    struct line *lines = calloc(LINES, sizeof *lines);
    char dir[] = "/tmp/xg-words-XXXXXX", command[64];
    FILE *words = NULL;
    assert_non_null(lines);
    assert_non_null(mkdtemp(dir));
    unsigned count = make_lines(lines), compared = 0, refused = 0;
    unsigned by_row[XG_INSN_COUNT] = {0};
    for (unsigned tries = 0; tries < 3 && !assemble(lines, count, dir, &words); tries++)
        ;
    assert_non_null(words);
    char wrong[200] = "";
    for (unsigned n = 0; n < count; n++) {
        uint8_t b[4];
        refused += lines[n].refused;
        if (lines[n].refused)
            continue;
        assert_int_equal(fread(b, 1, 4, words), 4);
        if (xg_ld32be(b) != lines[n].word && !wrong[0])
            snprintf(wrong, sizeof wrong, "%s: GNU as says %08x, here %08x", lines[n].text,
                     xg_ld32be(b), lines[n].word);
        by_row[lines[n].row]++;
        compared++;
    }
    fclose(words);
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
    if (wrong[0])
        fail_msg("%s", wrong);
    for (int i = 1; i < XG_INSN_COUNT; i++)
        if (!by_row[i] && !is_foreign(&xg_insn_table[i]))
            fail_msg("GNU as takes no form of %s", xg_insn_table[i].mnemonic);
    print_message("%u words compared, %u refused\n", compared, refused);
    free(lines);
}

static void vmx128_words_are_as_published(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    struct xg_csv csv;
    if (!xg_csv_load(&csv, "tests/cpu/vmx128_words.csv", &err))
        fail_msg("%s", err.text);
    bool seen[XG_INSN_COUNT] = {false};
    for (size_t row = 0; row < csv.rows; row++) {
        uint32_t word = (uint32_t)strtoul(xg_csv_get(&csv, row, "word"), NULL, 16), again;
        const char *text = xg_csv_get(&csv, row, "text");
        char mine[96];
        assert_string_equal(xg_cpu_disassemble(word, PC, mine, sizeof mine), text);
        if (!xg_cpu_assemble(text, PC, &again, &err))
            fail_msg("%s", err.text);
        if (again != word)
            fail_msg("%s: published %08x, here %08x", text, word, again);
        seen[xg_insn_decode(word)] = true;
    }
    assert_int_equal(csv.rows, 231);
    xg_csv_free(&csv);
    for (int i = 1; i < XG_INSN_COUNT; i++)
        if (is_vmx128(&xg_insn_table[i]) && !seen[i])
            fail_msg("%s has no word in the list", xg_insn_table[i].mnemonic);
}

/* A record bit or an overflow bit that the table does not give an instruction is one that
 * GNU as does not know either. */
static void suffixes_that_are_not_there_are_not_there(void **state)
{
    XG_UNUSED(state);
    struct line *lines = calloc(2 * XG_INSN_COUNT, sizeof *lines);
    char dir[] = "/tmp/xg-words-XXXXXX", command[64];
    unsigned count = 0;
    FILE *words = NULL;
    assert_non_null(lines);
    assert_non_null(mkdtemp(dir));
    for (int i = 1; i < XG_INSN_COUNT; i++) {
        const struct xg_insn_info *info = &xg_insn_table[i];
        char text[90], name[32];
        snprintf(name, sizeof name, "%s.", info->name);
        if (is_foreign(info) || strchr(info->name, '.') || info->name[0] == 'b')
            continue;
        xg_cpu_disassemble(info->opcode, PC, text, sizeof text);
        const char *rest = strchr(text, ' ') ? strchr(text, ' ') : "";
        if (!(info->flags & XG_INSN_RC) && !is_name(name))
            snprintf(lines[count++].text, sizeof lines->text, "%s.%s", info->name, rest);
        if (!(info->flags & XG_INSN_OE) && info->opcode >> 26 != 4)
            snprintf(lines[count++].text, sizeof lines->text, "%so%s", info->name, rest);
    }
    assemble(lines, count, dir, &words);
    if (words)
        fclose(words);
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
    for (unsigned n = 0; n < count; n++)
        if (!lines[n].refused)
            fail_msg("GNU as knows %s", lines[n].text);
    assert_true(count > 300);
    free(lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_those_of_gnu_as),
        cmocka_unit_test(vmx128_words_are_as_published),
        cmocka_unit_test(suffixes_that_are_not_there_are_not_there),
    };
    return cmocka_run_group_tests_name("cpu_words", tests, NULL, NULL);
}
