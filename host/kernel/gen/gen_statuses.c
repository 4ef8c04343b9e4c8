/* statuses.csv -> the table of NT statuses and their Win32 errors, sorted by status.
 * usage: gen_statuses STATUSES.csv OUT.c */
#include "base/csv.h"

#include <stdio.h>
#include <stdlib.h>

static bool write_table(const struct xg_csv *csv, FILE *out, struct xg_error *err)
{
    unsigned long last = 0;
    fprintf(out, "/* Generated from host/kernel/statuses.csv. */\n#include \"kernel/errors.h\"\n\n"
                 "const struct xg_status_error xg_status_errors[] = {\n");
    for (size_t i = 0; i < csv->rows; i++) {
        char *end1, *end2;
        unsigned long status = strtoul(xg_csv_get(csv, i, "status"), &end1, 16);
        unsigned long error = strtoul(xg_csv_get(csv, i, "error"), &end2, 10);
        if (*end1 || *end2 || status <= last || !error)
            return xg_fail(err, XG_E_INPUT,
                           "%s:%zu: not a status above the one before and an error", csv->path,
                           xg_csv_line(i));
        last = status;
        fprintf(out, "    {0x%08lX, %lu},\n", status, error);
    }
    fprintf(out, "};\nconst size_t xg_status_error_count = %zu;\n", csv->rows);
    return true;
}

int main(int argc, char **argv)
{
    struct xg_error err = {0};
    struct xg_csv csv;
    if (argc != 3) {
        fprintf(stderr, "usage: gen_statuses STATUSES.csv OUT.c\n");
        return 2;
    }
    bool ok = xg_csv_load(&csv, argv[1], &err);
    FILE *out = ok ? fopen(argv[2], "w") : NULL;
    if (ok && !out)
        ok = xg_fail(&err, XG_E_INPUT, "%s: cannot be written", argv[2]);
    ok = ok && write_table(&csv, out, &err);
    if (out && fclose(out))
        ok = xg_fail(&err, XG_E_INPUT, "%s: cannot be written", argv[2]);
    if (!ok)
        fprintf(stderr, "%s\n", err.text);
    return ok ? 0 : 2;
}
