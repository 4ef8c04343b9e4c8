/* Black-box cases; see json_case.h. */
#include "base/json_case.h"

#include <stdlib.h>
#include <string.h>

static int hex_value(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    if (ch >= 'a' && ch <= 'f')
        return ch - 'a' + 10;
    return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

bool xg_case_hex(const struct xg_json *v, const char *what, unsigned max_digits, uint64_t *out,
                 struct xg_error *err)
{
    uint64_t n = 0;
    bool good = v && v->kind == XG_JSON_STRING && v->length && v->length <= max_digits;
    for (size_t i = 0; good && i < v->length; i++) {
        int d = hex_value(v->text[i]);
        good = d >= 0;
        n = n << 4 | (unsigned)d;
    }
    *out = n;
    return good ||
           xg_fail(err, XG_E_INPUT, "%s must be a string of 1 to %u hex digits", what, max_digits);
}

bool xg_case_bytes(const struct xg_json *v, const char *what, uint32_t limit, uint8_t **bytes,
                   uint32_t *size, struct xg_error *err)
{
    if (!v || v->kind != XG_JSON_STRING || !v->length || v->length % 2 || v->length / 2 > limit)
        return xg_fail(err, XG_E_INPUT,
                       "%s must be a string of hex digits, two a byte, at most %u bytes", what,
                       limit);
    uint8_t *out = malloc(v->length / 2);
    if (!out)
        return xg_fail(err, XG_E_INPUT, "out of memory");
    for (size_t i = 0; i < v->length; i += 2) {
        int high = hex_value(v->text[i]), low = hex_value(v->text[i + 1]);
        if (high < 0 || low < 0) {
            free(out);
            return xg_fail(err, XG_E_INPUT, "%s is not hex at digit %zu", what, i);
        }
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    *bytes = out;
    *size = (uint32_t)(v->length / 2);
    return true;
}

bool xg_case_object(const struct xg_json *v, const char *const *names, size_t count,
                    const char *where, struct xg_error *err)
{
    if (!v || v->kind != XG_JSON_OBJECT)
        return xg_fail(err, XG_E_INPUT, "%s must be a JSON object", where);
    for (const struct xg_json *m = v->child; m; m = m->next) {
        size_t i = 0;
        while (i < count && strcmp(names[i], m->key) != 0)
            i++;
        if (i == count)
            return xg_fail(err, XG_E_INPUT, "unknown key \"%.40s\" in %s", m->key, where);
    }
    return true;
}

bool xg_case_array(const struct xg_json *object, const char *name, const struct xg_json **list,
                   struct xg_error *err)
{
    *list = xg_json_get(object, name);
    return !*list || (*list)->kind == XG_JSON_ARRAY ||
           xg_fail(err, XG_E_INPUT, "\"%s\" must be an array", name);
}

void xg_case_write_id(FILE *out, const struct xg_json *root)
{
    const struct xg_json *id =
        root && root->kind == XG_JSON_OBJECT ? xg_json_get(root, "id") : NULL;
    if (id)
        fprintf(out, "{\"id\":%.*s", (int)id->raw_length, id->raw);
    else
        fputs("{\"id\":null", out);
}

static void write_escaped(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            fprintf(out, "\\u%04x", (unsigned char)*text);
        else
            fputc(*text, out);
    }
    fputc('"', out);
}

void xg_case_write_error(FILE *out, const struct xg_json *root, const char *text)
{
    xg_case_write_id(out, root);
    fputs(",\"error\":", out);
    write_escaped(out, text);
    fputs("}\n", out);
}

void xg_case_write_hex(FILE *out, const uint8_t *bytes, uint32_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (uint32_t i = 0; i < size; i++) {
        fputc(digits[bytes[i] >> 4], out);
        fputc(digits[bytes[i] & 15], out);
    }
}
