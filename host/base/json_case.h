/* Reading and writing of black-box cases (one JSON object a line): hex strings, strict keys. */
#ifndef XG_BASE_JSON_CASE_H
#define XG_BASE_JSON_CASE_H

#include "base/json.h"

#include <stdio.h>

/* A string of 1 to max_digits (<= 16) hex digits. what: how a message calls the value. */
bool xg_case_hex(const struct xg_json *v, const char *what, unsigned max_digits, uint64_t *out,
                 struct xg_error *err);
/* Bytes of a hex string of at most `limit` bytes; *bytes is allocated, size may not be 0. */
bool xg_case_bytes(const struct xg_json *v, const char *what, uint32_t limit, uint8_t **bytes,
                   uint32_t *size, struct xg_error *err);
/* An object whose members are all among names; where: how a message calls it. */
bool xg_case_object(const struct xg_json *v, const char *const *names, size_t count,
                    const char *where, struct xg_error *err);
/* The member if it is there and an array; *list is NULL when it is absent. */
bool xg_case_array(const struct xg_json *object, const char *name, const struct xg_json **list,
                   struct xg_error *err);
/* {"id":... as it was given; null when there is none (no closing brace). */
void xg_case_write_id(FILE *out, const struct xg_json *root);
/* A whole line {"id":...,"error":"text"}. root may be NULL. */
void xg_case_write_error(FILE *out, const struct xg_json *root, const char *text);
void xg_case_write_hex(FILE *out, const uint8_t *bytes, uint32_t size);

#endif
