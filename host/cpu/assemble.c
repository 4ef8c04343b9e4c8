#include "cpu/assemble.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A field in up to three pieces: value bits from the least significant one up. */
struct piece {
    uint8_t low, width;
};
struct field {
    struct piece piece[3];
    char reg; /* letter of a register operand, 'c' for CR fields, 0 for a number */
    bool is_signed;
};

static const struct field fields[XG_OPERAND_COUNT] = {
    [XG_OPERAND_RT] = {{{21, 5}}, 'r', false},
    [XG_OPERAND_RS] = {{{21, 5}}, 'r', false},
    [XG_OPERAND_RA] = {{{16, 5}}, 'r', false},
    [XG_OPERAND_RA0] = {{{16, 5}}, 'r', false},
    [XG_OPERAND_RB] = {{{11, 5}}, 'r', false},
    [XG_OPERAND_FRT] = {{{21, 5}}, 'f', false},
    [XG_OPERAND_FRS] = {{{21, 5}}, 'f', false},
    [XG_OPERAND_FRA] = {{{16, 5}}, 'f', false},
    [XG_OPERAND_FRB] = {{{11, 5}}, 'f', false},
    [XG_OPERAND_FRC] = {{{6, 5}}, 'f', false},
    [XG_OPERAND_VD] = {{{21, 5}}, 'v', false},
    [XG_OPERAND_VS] = {{{21, 5}}, 'v', false},
    [XG_OPERAND_VA] = {{{16, 5}}, 'v', false},
    [XG_OPERAND_VB] = {{{11, 5}}, 'v', false},
    [XG_OPERAND_VC] = {{{6, 5}}, 'v', false},
    [XG_OPERAND_VD128] = {{{21, 5}, {2, 2}}, 'v', false},
    [XG_OPERAND_VS128] = {{{21, 5}, {2, 2}}, 'v', false},
    [XG_OPERAND_VA128] = {{{16, 5}, {5, 1}, {10, 1}}, 'v', false},
    [XG_OPERAND_VB128] = {{{11, 5}, {0, 2}}, 'v', false},
    [XG_OPERAND_VC3] = {{{6, 3}}, 'v', false},
    [XG_OPERAND_BF] = {{{23, 3}}, 'c', false},
    [XG_OPERAND_BFA] = {{{18, 3}}, 'c', false},
    [XG_OPERAND_SI] = {{{0, 16}}, 0, true},
    [XG_OPERAND_UI] = {{{0, 16}}, 0, false},
    [XG_OPERAND_SIM] = {{{16, 5}}, 0, true},
    [XG_OPERAND_UIM] = {{{16, 5}}, 0, false},
    [XG_OPERAND_LI] = {{{2, 24}}, 0, true},
    [XG_OPERAND_BD] = {{{2, 14}}, 0, true},
    [XG_OPERAND_BO] = {{{21, 5}}, 0, false},
    [XG_OPERAND_BI] = {{{16, 5}}, 0, false},
    [XG_OPERAND_BT] = {{{21, 5}}, 0, false},
    [XG_OPERAND_BA] = {{{16, 5}}, 0, false},
    [XG_OPERAND_BB] = {{{11, 5}}, 0, false},
    [XG_OPERAND_TO] = {{{21, 5}}, 0, false},
    [XG_OPERAND_L] = {{{21, 1}}, 0, false},
    [XG_OPERAND_L1] = {{{16, 1}}, 0, false},
    [XG_OPERAND_SL] = {{{21, 2}}, 0, false},
    [XG_OPERAND_STRM] = {{{21, 2}}, 0, false},
    [XG_OPERAND_LEV] = {{{5, 7}}, 0, false},
    [XG_OPERAND_SH] = {{{11, 5}}, 0, false},
    [XG_OPERAND_NB] = {{{11, 5}}, 0, false},
    [XG_OPERAND_MB] = {{{6, 5}}, 0, false},
    [XG_OPERAND_ME] = {{{1, 5}}, 0, false},
    [XG_OPERAND_SH6] = {{{11, 5}, {1, 1}}, 0, false},
    [XG_OPERAND_MB6] = {{{6, 5}, {5, 1}}, 0, false},
    [XG_OPERAND_ME6] = {{{6, 5}, {5, 1}}, 0, false},
    [XG_OPERAND_SPR] = {{{16, 5}, {11, 5}}, 0, false},
    [XG_OPERAND_TBR] = {{{16, 5}, {11, 5}}, 0, false},
    [XG_OPERAND_FXM] = {{{12, 8}}, 0, false},
    [XG_OPERAND_FLM] = {{{17, 8}}, 0, false},
    [XG_OPERAND_U] = {{{12, 4}}, 0, false},
    [XG_OPERAND_SHB] = {{{6, 4}}, 0, false},
    [XG_OPERAND_SHB128] = {{{6, 4}}, 0, false},
    [XG_OPERAND_PERM] = {{{16, 5}, {6, 3}}, 0, false},
    [XG_OPERAND_Z] = {{{6, 2}}, 0, false},
    [XG_OPERAND_SR] = {{{16, 4}}, 0, false},
};

static bool is_memory(enum xg_operand kind)
{
    return kind == XG_OPERAND_D_RA || kind == XG_OPERAND_D_RA0 || kind == XG_OPERAND_DS_RA ||
           kind == XG_OPERAND_DS_RA0;
}
static bool is_ds(enum xg_operand kind)
{
    return kind == XG_OPERAND_DS_RA || kind == XG_OPERAND_DS_RA0;
}
static bool is_target(enum xg_operand kind)
{
    return kind == XG_OPERAND_LI || kind == XG_OPERAND_BD;
}

unsigned xg_operand_bits(enum xg_operand kind)
{
    const struct field *f = &fields[kind];
    return f->piece[0].width + f->piece[1].width + f->piece[2].width;
}

uint32_t xg_operand_insert(uint32_t insn, enum xg_operand kind, uint32_t value)
{
    if (is_memory(kind)) {
        uint32_t low = is_ds(kind) ? 0xFFFC : 0xFFFF;
        return (insn & ~(0x1F0000u | low)) | (value & (0x1F0000u | low));
    }
    if (is_target(kind))
        value >>= 2;
    const struct field *f = &fields[kind];
    for (int i = 0; i < 3 && f->piece[i].width; i++) {
        uint32_t mask = (1u << f->piece[i].width) - 1;
        insn = (insn & ~(mask << f->piece[i].low)) | (value & mask) << f->piece[i].low;
        value >>= f->piece[i].width;
    }
    return insn;
}

static void skip_blanks(const char **p)
{
    while (**p == ' ' || **p == '\t')
        ++*p;
}

static bool read_number(const char **p, int64_t *v)
{
    char *end;
    *v = strtoll(*p, &end, 0);
    bool ok = end != *p;
    *p = end;
    return ok;
}

/* "r5", "cr7"; a plain 0 stands for RA = 0 where that means "no register". */
static bool read_register(const char **p, char letter, bool zero_allowed, int64_t *v)
{
    if (zero_allowed && (*p)[0] == '0' && !isdigit((unsigned char)(*p)[1])) {
        ++*p;
        *v = 0;
        return true;
    }
    if (letter == 'c' && (*p)[0] == 'c' && (*p)[1] == 'r')
        *p += 2;
    else if (letter != 'c' && (*p)[0] == letter)
        ++*p;
    else
        return false;
    return isdigit((unsigned char)**p) && read_number(p, v);
}

static bool in_range(int64_t v, unsigned bits, bool is_signed)
{
    int64_t span = (int64_t)1 << bits;
    return is_signed ? v >= -span / 2 && v < span / 2 : v >= 0 && v < span;
}

static bool read_memory(const char **p, enum xg_operand kind, uint32_t *insn)
{
    int64_t d, ra;
    bool zero = kind == XG_OPERAND_D_RA0 || kind == XG_OPERAND_DS_RA0;
    if (!read_number(p, &d) || !in_range(d, 16, true) || (is_ds(kind) && (d & 3)) || *(*p)++ != '(')
        return false;
    if (!read_register(p, 'r', zero, &ra) || !in_range(ra, 5, false) || **p != ')')
        return false;
    ++*p;
    *insn = xg_operand_insert(*insn, kind, (uint32_t)ra << 16 | ((uint32_t)d & 0xFFFF));
    return true;
}

static bool read_operand(const char **p, enum xg_operand kind, xg_ga pc, uint32_t *insn)
{
    const struct field *f = &fields[kind];
    int64_t v;
    skip_blanks(p);
    if (is_memory(kind))
        return read_memory(p, kind, insn);
    if (f->reg ? !read_register(p, f->reg, kind == XG_OPERAND_RA0, &v) : !read_number(p, &v))
        return false;
    if (is_target(kind)) {
        int64_t distance = (int32_t)((uint32_t)v - (*insn & 2 ? 0 : pc));
        if (distance % 4 || !in_range(distance, xg_operand_bits(kind) + 2, true))
            return false;
        v = distance;
    } else if (!in_range(v, xg_operand_bits(kind), f->is_signed)) {
        return false;
    }
    *insn = xg_operand_insert(*insn, kind, (uint32_t)v);
    return true;
}

/* Takes "o", "l", "a", "." off the end of what follows the name; false when the rest
 * is not made of suffixes that the instruction has. */
static bool read_suffixes(const struct xg_insn_info *info, const char *s, size_t n, uint32_t *insn)
{
    static const struct {
        char ch;
        uint16_t flag;
        uint32_t bit;
    } suffixes[] = {{'o', XG_INSN_OE, 1u << 10},
                    {'l', XG_INSN_LK, 1},
                    {'a', XG_INSN_AA, 2},
                    {'.', XG_INSN_RC, 1}};
    size_t i = 0;
    for (size_t k = 0; k < XG_COUNTOF(suffixes) && i < n; k++)
        if (s[i] == suffixes[k].ch && (info->flags & suffixes[k].flag)) {
            uint32_t bit = suffixes[k].bit;
            if (bit == 1 && info->form == XG_FORM_VC)
                bit = 1u << 10;
            else if (bit == 1 && info->form == XG_FORM_VX128_R)
                bit = 1u << 6;
            *insn |= bit;
            i++;
        }
    return i == n;
}

static const struct xg_insn_info *find(const char *word, size_t n, uint32_t *insn)
{
    for (int i = 1; i < XG_INSN_COUNT; i++) {
        const struct xg_insn_info *info = &xg_insn_table[i];
        size_t length = strlen(info->name);
        if (length > n || memcmp(info->name, word, length) != 0)
            continue;
        *insn = info->opcode;
        if (read_suffixes(info, word + length, n - length, insn))
            return info;
    }
    return NULL;
}

bool xg_cpu_assemble(const char *text, xg_ga pc, uint32_t *insn, struct xg_error *err)
{
    const char *p = text;
    skip_blanks(&p);
    size_t n = strcspn(p, " \t");
    const struct xg_insn_info *info = find(p, n, insn);
    if (!info)
        return xg_fail(err, XG_E_INPUT, "'%.80s': unknown mnemonic", text);
    p += n;
    for (unsigned i = 0; i < info->operand_count; i++) {
        if (i) {
            skip_blanks(&p);
            if (*p++ != ',')
                return xg_fail(err, XG_E_INPUT, "'%.80s': %u operands expected", text,
                               info->operand_count);
        }
        if (!read_operand(&p, info->operands[i], pc, insn))
            return xg_fail(err, XG_E_INPUT, "'%.80s': operand %u is wrong or out of range", text,
                           i + 1);
    }
    skip_blanks(&p);
    return !*p || xg_fail(err, XG_E_INPUT, "'%.80s': text after the last operand", text);
}
