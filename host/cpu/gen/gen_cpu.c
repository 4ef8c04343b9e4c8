/* Turns instructions.csv into cpu_table.h (enumerations) and cpu_table.c (the table
 * and the decoder's cells). Refuses tables whose encodings overlap. */
#include "base/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROWS  1024
#define MAX_NAMES 1024

struct names {
    const char *prefix;
    char *name[MAX_NAMES];
    int count;
};

struct row {
    uint32_t opcode, mask;
    const char *mnemonic;
    uint16_t next;
};

struct table {
    struct xg_csv csv;
    struct row row[MAX_ROWS]; /* row 0 is the illegal instruction */
    int count;
    struct names forms, operands, locations, handlers;
    uint16_t cells[64][2048];
    bool extended[64];
};

static void die(const char *what, size_t line, const char *detail)
{
    fprintf(stderr, "instructions.csv:%zu: %s: %s\n", line, what, detail);
    exit(1);
}

/* "D(RA)" becomes D_RA, "addi." addi_. */
static char *identifier(const char *text)
{
    char *s = strdup(text), *out = s;
    for (const char *p = text; *p; p++)
        if (*p != ')')
            *out++ = *p == '(' || *p == '.' ? '_' : *p;
    *out = 0;
    return s;
}

static int name_index(struct names *names, const char *text)
{
    char *id = identifier(text);
    for (int i = 0; i < names->count; i++)
        if (!strcmp(names->name[i], id)) {
            free(id);
            return i;
        }
    if (names->count == MAX_NAMES)
        die("too many names", 0, text);
    names->name[names->count] = id;
    return names->count++;
}

/* Calls name_index for each piece of text between separators; returns the bit set. */
static uint64_t name_set(struct names *names, const char *text, const char *separators, int *order,
                         int max, size_t line)
{
    char *copy = strdup(text), *save = NULL;
    uint64_t set = 0;
    int n = 0;
    for (char *p = strtok_r(copy, separators, &save); p; p = strtok_r(NULL, separators, &save)) {
        int i = name_index(names, p);
        if (i >= 64 || n == max)
            die("too many names in", line, text);
        if (order)
            order[n] = i;
        n++;
        set |= 1ull << i;
    }
    free(copy);
    if (order)
        for (; n < max; n++)
            order[n] = -1;
    return set;
}

static void read_rows(struct table *t)
{
    if (t->csv.rows >= MAX_ROWS - 1)
        die("too many rows", t->csv.rows, "");
    for (size_t i = 0; i < t->csv.rows; i++) {
        struct row *row = &t->row[i + 1];
        row->mnemonic = xg_csv_get(&t->csv, i, "mnemonic");
        row->opcode = (uint32_t)strtoul(xg_csv_get(&t->csv, i, "opcode"), NULL, 16);
        row->mask = (uint32_t)strtoul(xg_csv_get(&t->csv, i, "mask"), NULL, 16);
        name_index(&t->forms, xg_csv_get(&t->csv, i, "form"));
        if (row->opcode & ~row->mask)
            die("opcode has bits outside its mask", xg_csv_line(i), row->mnemonic);
        if (row->mask >> 26 != 63)
            die("mask must cover the primary opcode", xg_csv_line(i), row->mnemonic);
        for (int k = 1; k <= (int)i; k++) {
            uint32_t both = row->mask & t->row[k].mask;
            if ((row->opcode & both) == (t->row[k].opcode & both))
                die("encoding overlaps that of", xg_csv_line(i), t->row[k].mnemonic);
            if (!strcmp(row->mnemonic, t->row[k].mnemonic))
                die("mnemonic appears twice", xg_csv_line(i), row->mnemonic);
        }
        if (row->mask & 0x7FF)
            t->extended[row->opcode >> 26] = true;
    }
    t->count = (int)t->csv.rows + 1;
}

/* Rows that share a cell (they differ above bit 10) are chained in file order. */
static void fill_cells(struct table *t)
{
    for (int i = t->count - 1; i >= 1; i--) {
        uint32_t primary = t->row[i].opcode >> 26;
        bool first = true;
        for (uint32_t low = 0; low < 2048; low++) {
            if ((low & t->row[i].mask) != (t->row[i].opcode & 0x7FF & t->row[i].mask))
                continue;
            uint16_t old = t->cells[primary][low];
            if (!first && old != t->row[i].next)
                die("cells of one row need different chains", xg_csv_line((size_t)i - 1),
                    t->row[i].mnemonic);
            t->row[i].next = old;
            t->cells[primary][low] = (uint16_t)i;
            first = false;
        }
    }
}

static void write_enum(FILE *f, const char *tag, const struct names *names, const char *last)
{
    fprintf(f, "enum %s {\n", tag);
    for (int i = 0; i < names->count; i++)
        fprintf(f, "    %s%s,\n", names->prefix, names->name[i]);
    fprintf(f, "    %s\n};\n\n", last);
}

static void write_header(FILE *f, const struct table *t)
{
    fprintf(f, "/* Generated from host/cpu/instructions.csv by gen_cpu. */\n"
               "#ifndef XG_CPU_TABLE_H\n#define XG_CPU_TABLE_H\n\n"
               "enum xg_insn_id {\n    XG_INSN_ILLEGAL,\n");
    for (int i = 1; i < t->count; i++) {
        char *id = identifier(t->row[i].mnemonic);
        fprintf(f, "    XG_INSN_%s,\n", id);
        free(id);
    }
    fprintf(f, "    XG_INSN_COUNT\n};\n\n");
    write_enum(f, "xg_form", &t->forms, "XG_FORM_COUNT");
    write_enum(f, "xg_operand", &t->operands, "XG_OPERAND_COUNT");
    write_enum(f, "xg_loc", &t->locations, "XG_LOC_COUNT");
    write_enum(f, "xg_handler", &t->handlers, "XG_HANDLER_COUNT");
    fprintf(f, "#define XG_HANDLERS(X)");
    for (int i = 0; i < t->handlers.count; i++)
        fprintf(f, " \\\n    X(%s)", t->handlers.name[i]);
    fprintf(f, "\n\n#endif\n");
}

static unsigned flag_bits(const char *text, size_t line)
{
    static const char *const names[] = {"rc", "oe", "lk", "aa", "priv", "update"};
    char *copy = strdup(text), *save = NULL;
    unsigned bits = 0;
    for (char *p = strtok_r(copy, " ", &save); p; p = strtok_r(NULL, " ", &save)) {
        size_t i = 0;
        while (i < sizeof names / sizeof *names && strcmp(names[i], p) != 0)
            i++;
        if (i == sizeof names / sizeof *names)
            die("unknown flag", line, p);
        bits |= 1u << i;
    }
    free(copy);
    return bits;
}

static void write_row(FILE *f, struct table *t, int i)
{
    size_t r = (size_t)i - 1, line = xg_csv_line(r);
    int order[5], n = 0;
    name_set(&t->operands, xg_csv_get(&t->csv, r, "operands"), ",", order, 5, line);
    uint64_t reads = name_set(&t->locations, xg_csv_get(&t->csv, r, "reads"), " ", NULL, 64, line);
    uint64_t writes =
        name_set(&t->locations, xg_csv_get(&t->csv, r, "writes"), " ", NULL, 64, line);
    fprintf(f, "    {\"%s\", \"%s\", \"%s\", 0x%08Xu, 0x%08Xu, %s%s, %s%s, %u, ",
            t->row[i].mnemonic, xg_csv_get(&t->csv, r, "name"),
            xg_csv_get(&t->csv, r, "description"), t->row[i].opcode, t->row[i].mask,
            t->forms.prefix, t->forms.name[name_index(&t->forms, xg_csv_get(&t->csv, r, "form"))],
            t->handlers.prefix,
            t->handlers.name[name_index(&t->handlers, xg_csv_get(&t->csv, r, "handler"))],
            flag_bits(xg_csv_get(&t->csv, r, "flags"), line));
    while (n < 5 && order[n] >= 0)
        n++;
    fprintf(f, "%d, {", n);
    for (int k = 0; k < n; k++)
        fprintf(f, "%s%s%s", k ? ", " : "", t->operands.prefix, t->operands.name[order[k]]);
    fprintf(f, "%s}, 0x%llXull, 0x%llXull},\n", n ? "" : "0", (unsigned long long)reads,
            (unsigned long long)writes);
}

static void write_source(FILE *f, struct table *t)
{
    fprintf(f,
            "/* Generated from host/cpu/instructions.csv by gen_cpu. */\n"
            "#include \"cpu/decode.h\"\n\n"
            "const struct xg_insn_info xg_insn_table[XG_INSN_COUNT] = {\n"
            "    {\"illegal\", \"illegal\", \"Illegal\", 0, 0, %s%s, XG_HANDLER_illegal, 0, 0, "
            "{0}, 0, 0},\n",
            t->forms.prefix, t->forms.name[0]);
    for (int i = 1; i < t->count; i++)
        write_row(f, t, i);
    fprintf(f, "};\n\n");
    for (int p = 0; p < 64; p++) {
        if (!t->extended[p])
            continue;
        fprintf(f, "static const uint16_t cells%d[2048] = {", p);
        for (int k = 0; k < 2048; k++)
            fprintf(f, "%s%u,", k % 16 ? " " : "\n    ", t->cells[p][k]);
        fprintf(f, "\n};\n");
    }
    fprintf(f, "const uint16_t *const xg_insn_extended[64] = {\n");
    for (int p = 0; p < 64; p++)
        if (t->extended[p])
            fprintf(f, "    [%d] = cells%d,\n", p, p);
    fprintf(f, "};\nconst uint16_t xg_insn_primary[64] = {");
    for (int p = 0; p < 64; p++)
        fprintf(f, "%u, ", t->extended[p] ? 0u : t->cells[p][0]);
    fprintf(f, "};\nconst uint16_t xg_insn_next[XG_INSN_COUNT] = {\n");
    for (int i = 1; i < t->count; i++)
        if (t->row[i].next)
            fprintf(f, "    [%d] = %u,\n", i, t->row[i].next);
    fprintf(f, "    [0] = 0};\n");
}

int main(int argc, char **argv)
{
    static struct table t = {.forms.prefix = "XG_FORM_",
                             .operands.prefix = "XG_OPERAND_",
                             .locations.prefix = "XG_LOC_",
                             .handlers.prefix = "XG_HANDLER_"};
    struct xg_error err = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: gen_cpu instructions.csv cpu_table.h cpu_table.c\n");
        return 2;
    }
    if (!xg_csv_load(&t.csv, argv[1], &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    read_rows(&t);
    fill_cells(&t);
    name_index(&t.handlers, "illegal");
    FILE *source = fopen(argv[3], "w");
    FILE *header = fopen(argv[2], "w");
    if (!source || !header)
        die("cannot be written", 0, argv[2]);
    write_source(source, &t); /* also collects the names that the header lists */
    write_header(header, &t);
    xg_csv_free(&t.csv);
    return fclose(source) || fclose(header) ? 1 : 0;
}
