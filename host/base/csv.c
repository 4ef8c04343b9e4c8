#include "base/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_file(const char *path, struct xg_error *err)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        xg_fail(err, XG_E_INPUT, "%s: cannot be opened", path);
        return NULL;
    }
    size_t size = 0, room = 65536;
    char *text = malloc(room + 1);
    while (text) {
        size += fread(text + size, 1, room - size, f);
        if (size < room)
            break;
        room *= 2;
        char *bigger = realloc(text, room + 1);
        if (!bigger) {
            free(text);
            text = NULL;
        } else {
            text = bigger;
        }
    }
    fclose(f);
    if (text)
        text[size] = 0;
    else
        xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
    return text;
}

/* Cuts one field off *p in place; *more tells whether the row goes on. */
static char *cut_field(char **p, bool *more)
{
    char *start = *p, *out = *p, *s = *p;
    bool quoted = *s == '"';
    if (quoted)
        s++;
    while (*s && (quoted || (*s != ',' && *s != '\n'))) {
        if (quoted && *s == '"') {
            if (s[1] != '"') {
                quoted = false;
                s++;
                continue;
            }
            s++;
        }
        if (*s != '\r')
            *out++ = *s;
        s++;
    }
    *more = *s == ',';
    *p = *s ? s + 1 : s;
    *out = 0;
    return start;
}

bool xg_csv_load(struct xg_csv *csv, const char *path, struct xg_error *err)
{
    memset(csv, 0, sizeof *csv);
    csv->path = path;
    csv->text = read_file(path, err);
    if (!csv->text)
        return false;
    size_t lines = 1;
    for (const char *s = csv->text; *s; s++)
        lines += *s == '\n';
    char *p = csv->text;
    bool more = true;
    while (more && csv->columns < XG_CSV_MAX_COLUMNS)
        csv->names[csv->columns++] = cut_field(&p, &more);
    csv->fields = calloc(lines * csv->columns, sizeof *csv->fields);
    if (!csv->fields)
        return xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
    while (*p) {
        char **row = csv->fields + csv->rows * csv->columns;
        size_t n = 0;
        more = true;
        while (more) {
            char *field = cut_field(&p, &more);
            if (n == csv->columns)
                return xg_fail(err, XG_E_INPUT, "%s:%zu: more than %zu columns", path,
                               xg_csv_line(csv->rows), csv->columns);
            row[n++] = field;
        }
        if (n == 1 && !*row[0])
            continue; /* empty line */
        csv->rows++;
    }
    return true;
}

void xg_csv_free(struct xg_csv *csv)
{
    free(csv->text);
    free(csv->fields);
    memset(csv, 0, sizeof *csv);
}

const char *xg_csv_get(const struct xg_csv *csv, size_t row, const char *column)
{
    for (size_t i = 0; row < csv->rows && i < csv->columns; i++)
        if (!strcmp(csv->names[i], column)) {
            const char *field = csv->fields[row * csv->columns + i];
            return field ? field : "";
        }
    return "";
}
