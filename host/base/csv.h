/* A small reader for the project's own data files: comma separated, double quotes
 * around fields that hold commas, first line names the columns. */
#ifndef XG_BASE_CSV_H
#define XG_BASE_CSV_H

#include "base/error.h"

#define XG_CSV_MAX_COLUMNS 32

struct xg_csv {
    char *text;     /* whole file, cut into fields */
    char **fields;  /* rows * columns pointers into text */
    size_t rows;    /* without the header */
    size_t columns; /* of every row; short rows are padded with "" */
    char *names[XG_CSV_MAX_COLUMNS];
    const char *path;
};

bool xg_csv_load(struct xg_csv *csv, const char *path, struct xg_error *err);
void xg_csv_free(struct xg_csv *csv);
/* Field of a row by column name; "" when the row or the column is not there. */
const char *xg_csv_get(const struct xg_csv *csv, size_t row, const char *column);
/* Line number in the file of a row, for messages (header is line 1). */
static inline size_t xg_csv_line(size_t row)
{
    return row + 2;
}

#endif
