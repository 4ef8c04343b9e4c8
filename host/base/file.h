/* Whole files of the host. */
#ifndef XG_BASE_FILE_H
#define XG_BASE_FILE_H

#include "base/error.h"

#include <stdio.h>

/* Reads the file at path, at most `limit` bytes. On success *bytes is the caller's to free()
 * (never NULL, also for an empty file; one zero byte follows the content, so that text is a
 * string) and *size its length. A larger file, a folder or an unreadable file is XG_E_INPUT
 * with a sentence that names path and reason; *bytes is then NULL. Pipes work. */
bool xg_file_read(const char *path, size_t limit, uint8_t **bytes, size_t *size,
                  struct xg_error *err);

/* Writes a file anew. On failure XG_E_INPUT, and no regular file is left behind. */
bool xg_file_write(const char *path, const void *bytes, size_t size, struct xg_error *err);

/* Closes f after writing; false when anything since fopen() failed (a full disk may show only
 * now): then err holds a sentence, and what lies at path is removed if it is a regular file. */
bool xg_file_close_written(FILE *f, const char *path, struct xg_error *err);

/* Closes f and removes what lies at path if it is a regular file: the way out of a failed write. */
void xg_file_discard(FILE *f, const char *path);

#endif
