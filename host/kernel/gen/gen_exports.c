/* exports.csv -> dispatch table, names and documentation.
 *   export_table.c   xg_exports[], prototypes of the handlers and variable initialisers
 *   export_names.h   enum of row numbers, XG_ROW_NAME, of every row that is not absent
 *   exports.md       the documentation page: what is there and what is missing, by priority
 * missing.csv says what the missing ones of priority A to C would need: the first row whose `match`
 * (a name, or the beginning of one and a star) fits; each must have one.
 * usage: gen_exports EXPORTS.csv MISSING.csv OUT_FOLDER */
#include "base/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROWS 0xFFFF

static const char *const statuses[] = {"absent", "stub", "partial", "implemented"};
static const char *const types[] = {"v", "u8", "u16", "u32", "s32", "u64", "s64", "p",  "st",
                                    "h", "cs", "ws",  "as",  "us",  "oa",  "f64", "..."};

struct row {
    const char *module, *name, *signature;
    const char *needs; /* not implemented, A to C: what it would need; else NULL */
    unsigned ordinal, status;
    char priority;
    bool variable;
};
#define STATUSES   4
#define PRIORITIES 5 /* A to E */

static bool known_type(const char *word, size_t n)
{
    for (size_t i = 0; i < XG_COUNTOF(types); i++)
        if (strlen(types[i]) == n && !memcmp(types[i], word, n))
            return true;
    return false;
}

static bool check_function(const struct xg_csv *csv, size_t i, const struct row *r,
                           struct xg_error *err)
{
    if (!strcmp(r->signature, "?"))
        return r->status == 0 || xg_fail(err, XG_E_INPUT, "%s:%zu: %s is %s without a signature",
                                         csv->path, xg_csv_line(i), r->name, statuses[r->status]);
    for (const char *s = r->signature; *s;) {
        size_t n = strcspn(s, " ");
        if (!known_type(s, n))
            return xg_fail(err, XG_E_INPUT, "%s:%zu: unknown type '%.*s' of %s", csv->path,
                           xg_csv_line(i), (int)n, s, r->name);
        s += n + (s[n] == ' ');
    }
    return true;
}

static bool read_row(const struct xg_csv *csv, size_t i, struct row *r, struct xg_error *err)
{
    const char *kind = xg_csv_get(csv, i, "kind"), *status = xg_csv_get(csv, i, "status");
    char *end;
    r->module = xg_csv_get(csv, i, "module");
    r->name = xg_csv_get(csv, i, "name");
    r->signature = xg_csv_get(csv, i, "signature");
    r->ordinal = (unsigned)strtoul(xg_csv_get(csv, i, "ordinal"), &end, 0);
    r->variable = !strcmp(kind, "variable");
    r->priority = xg_csv_get(csv, i, "priority")[0];
    if (r->priority < 'A' || r->priority >= 'A' + PRIORITIES)
        return xg_fail(err, XG_E_INPUT, "%s:%zu: bad priority of %s", csv->path, xg_csv_line(i),
                       r->name);
    for (r->status = 0; r->status < 4 && strcmp(status, statuses[r->status]); r->status++) {
    }
    if (*end || r->ordinal > 0xFFFF || r->status == 4 || (!r->variable && strcmp(kind, "function")))
        return xg_fail(err, XG_E_INPUT, "%s:%zu: bad ordinal, kind or status of %s", csv->path,
                       xg_csv_line(i), r->name);
    if (r->variable && r->status && (strtoul(r->signature, &end, 10) == 0 || *end != ' '))
        return xg_fail(err, XG_E_INPUT, "%s:%zu: variable %s needs 'SIZE INITIALISER'", csv->path,
                       xg_csv_line(i), r->name);
    return r->variable || check_function(csv, i, r, err);
}

/* Rows are looked up by bisection: they must be sorted by module, then ordinal. */
static bool check_order(const struct xg_csv *csv, const struct row *rows, struct xg_error *err)
{
    for (size_t i = 1; i < csv->rows; i++) {
        int order = strcmp(rows[i - 1].module, rows[i].module);
        if (order > 0 || (order == 0 && rows[i - 1].ordinal >= rows[i].ordinal))
            return xg_fail(err, XG_E_INPUT, "%s:%zu: %s is not sorted by module and ordinal",
                           csv->path, xg_csv_line(i), rows[i].name);
    }
    return true;
}

static void write_table(FILE *out, const struct row *rows, size_t count)
{
    fprintf(out, "/* Generated from host/kernel/exports.csv. */\n"
                 "#include \"kernel/kernel.h\"\n#include \"kernel/variables.h\"\n\n");
    for (size_t i = 0; i < count; i++)
        if (!rows[i].variable && rows[i].status >= 2)
            fprintf(out, "xg_export_fn xg_x_%s;\n", rows[i].name);
    fprintf(out, "\nconst struct xg_export xg_exports[] = {\n");
    for (size_t i = 0; i < count; i++) {
        const struct row *r = &rows[i];
        char handler[128] = "NULL";
        unsigned size = 0;
        if (!r->variable && r->status >= 2)
            snprintf(handler, sizeof handler, "xg_x_%s", r->name);
        if (r->variable && r->status)
            size = (unsigned)strtoul(r->signature, NULL, 10);
        fprintf(out,
                "    {\"%s\", 0x%04X, \"%s\", %s, (enum xg_export_status)%u, \"%s\", %s, %u},\n",
                r->module, r->ordinal, r->name,
                r->variable ? "XG_EXPORT_VARIABLE" : "XG_EXPORT_FUNCTION", r->status, r->signature,
                handler, size);
    }
    fprintf(out, "};\nconst uint16_t xg_export_count = %zu;\n\n", count);
    fprintf(out, "const struct xg_variable xg_variables[] = {\n");
    for (size_t i = 0; i < count; i++)
        if (rows[i].variable && rows[i].status)
            fprintf(out, "    {%zu, xg_var_%s},\n", i, strchr(rows[i].signature, ' ') + 1);
    fprintf(out, "    {0, NULL},\n};\n");
}

static void write_names(FILE *out, const struct row *rows, size_t count)
{
    fprintf(out, "/* Generated from host/kernel/exports.csv: row numbers by name. */\n"
                 "#ifndef XG_GEN_EXPORT_NAMES_H\n#define XG_GEN_EXPORT_NAMES_H\n\nenum {\n");
    for (size_t i = 0; i < count; i++)
        if (rows[i].status)
            fprintf(out, "    XG_ROW_%s = %zu,\n", rows[i].name, i);
    fprintf(out, "};\n\n#endif\n");
}

static bool fits(const char *match, const char *name)
{
    size_t n = strlen(match);
    return n && match[n - 1] == '*' ? !strncmp(match, name, n - 1) : !strcmp(match, name);
}

/* Every row of A to C that is not implemented gets the reason; one that is of no use any more is
 * told, no more. */
static bool explain(struct row *rows, size_t count, const struct xg_csv *missing,
                    struct xg_error *err)
{
    bool *used = calloc(missing->rows + 1, sizeof *used);
    bool ok = used != NULL;
    for (size_t i = 0; i < count && ok; i++) {
        struct row *r = &rows[i];
        if (r->priority > 'C' || r->status == 3)
            continue;
        for (size_t m = 0; m < missing->rows && !r->needs; m++)
            if (fits(xg_csv_get(missing, m, "match"), r->name)) {
                r->needs = xg_csv_get(missing, m, "needs");
                used[m] = true;
            }
        if (!r->needs)
            ok = xg_fail(err, XG_E_INPUT, "%s: nothing says what %s.%s would need", missing->path,
                         r->module, r->name);
    }
    for (size_t m = 0; m < missing->rows && ok; m++)
        if (!used[m])
            fprintf(stderr, "%s:%zu: '%s' fits nothing that is missing any more\n", missing->path,
                    xg_csv_line(m), xg_csv_get(missing, m, "match"));
    free(used);
    return ok;
}

static void write_counts(FILE *out, const struct row *rows, size_t count)
{
    unsigned n[PRIORITIES][STATUSES] = {{0}};
    for (size_t i = 0; i < count; i++)
        n[rows[i].priority - 'A'][rows[i].status]++;
    fprintf(out, "| priority | implemented | partial | stub | absent |\n|---|---|---|---|---|\n");
    for (unsigned p = 0; p < PRIORITIES; p++)
        fprintf(out, "| %c | %u | %u | %u | %u |\n", 'A' + p, n[p][3], n[p][2], n[p][1], n[p][0]);
}

static void write_page(FILE *out, const struct row *rows, size_t count)
{
    fprintf(out,
            "# Kernel exports\n\nGenerated from `host/kernel/exports.csv` and "
            "`host/kernel/missing.csv` (`make status`). Priority A: imported by executables that "
            "are linked with the graphics and C run-time libraries; B: by other title executables; "
            "C: by DLLs; D: other emulators found it worth having; E: never seen used. An absent "
            "one that is called says its name once and fails in a documented way "
            "([kernel.md](kernel.md)).\n\n");
    write_counts(out, rows, count);
    fprintf(out,
            "\n## What the missing ones of A, B and C would need\n\n"
            "| module | ordinal | name | priority | status | needs |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < count; i++)
        if (rows[i].needs)
            fprintf(out, "| %s | %03X | %s | %c | %s | %s |\n", rows[i].module, rows[i].ordinal,
                    rows[i].name, rows[i].priority, statuses[rows[i].status], rows[i].needs);
    fprintf(out, "\n## What is there\n\n| module | ordinal | name | priority | status | signature "
                 "|\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < count; i++)
        if (rows[i].status)
            fprintf(out, "| %s | %03X | %s | %c | %s | `%s` |\n", rows[i].module, rows[i].ordinal,
                    rows[i].name, rows[i].priority, statuses[rows[i].status], rows[i].signature);
}

static bool write_file(const char *folder, const char *name,
                       void (*write)(FILE *, const struct row *, size_t), const struct row *rows,
                       size_t count, struct xg_error *err)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    if (out)
        write(out, rows, count);
    if (!out || fclose(out))
        return xg_fail(err, XG_E_INPUT, "%s: cannot be written", path);
    return true;
}

int main(int argc, char **argv)
{
    struct xg_error err = {0};
    struct xg_csv csv, missing;
    if (argc != 4) {
        fprintf(stderr, "usage: gen_exports EXPORTS.csv MISSING.csv OUT_FOLDER\n");
        return 2;
    }
    bool ok = xg_csv_load(&csv, argv[1], &err) && xg_csv_load(&missing, argv[2], &err);
    struct row *rows = ok ? calloc(csv.rows, sizeof *rows) : NULL;
    if (ok && (!rows || csv.rows > MAX_ROWS))
        ok = xg_fail(&err, XG_E_INPUT, "%s: too many rows", argv[1]);
    for (size_t i = 0; ok && i < csv.rows; i++)
        ok = read_row(&csv, i, &rows[i], &err);
    ok = ok && check_order(&csv, rows, &err) && explain(rows, csv.rows, &missing, &err) &&
         write_file(argv[3], "export_table.c", write_table, rows, csv.rows, &err) &&
         write_file(argv[3], "export_names.h", write_names, rows, csv.rows, &err) &&
         write_file(argv[3], "exports.md", write_page, rows, csv.rows, &err);
    free(rows);
    if (!ok)
        fprintf(stderr, "%s\n", err.text);
    return ok ? 0 : 2;
}
