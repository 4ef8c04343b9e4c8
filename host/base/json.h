/* A strict reader of one JSON text (RFC 8259), for case files. Numbers are kept as
 * text and checked against the grammar; strings are unescaped to UTF-8 in place. */
#ifndef XG_BASE_JSON_H
#define XG_BASE_JSON_H

#include "base/error.h"

enum xg_json_kind {
    XG_JSON_NULL,
    XG_JSON_FALSE,
    XG_JSON_TRUE,
    XG_JSON_NUMBER,
    XG_JSON_STRING,
    XG_JSON_ARRAY,
    XG_JSON_OBJECT
};

struct xg_json {
    enum xg_json_kind kind;
    const char *key;  /* in an object: the member's name; NULL else */
    const char *text; /* of numbers and strings; strings are NUL-terminated */
    size_t length;    /* of text; a string may hold NUL characters */
    const char *raw;  /* the value as it was written: raw_length bytes, not terminated */
    size_t raw_length;
    size_t count; /* members of an array or object */
    struct xg_json *child, *next;
};

/* Parses the whole text; the result is freed with xg_json_free. NULL and err (kind
 * XG_E_INPUT, with the column) when it is not one JSON value. Nesting is limited to 64. */
struct xg_json *xg_json_parse(const char *text, size_t length, struct xg_error *err);
void xg_json_free(struct xg_json *root);
/* Member by name, or NULL. */
const struct xg_json *xg_json_get(const struct xg_json *object, const char *key);
/* Non-negative integer of a number without fraction or exponent; false when it is not one. */
bool xg_json_u64(const struct xg_json *value, uint64_t *out);

#endif
