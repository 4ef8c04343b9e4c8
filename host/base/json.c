#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64

/* The root owns a copy of the text that keys and strings point into. */
struct document {
    struct xg_json root; /* first: freeing the root frees the document */
    char *text, *source;
    struct xg_json **nodes;
    size_t node_count, node_room;
};

struct parser {
    struct document *doc;
    char *p, *end;
    struct xg_error *err;
    unsigned depth;
};

static bool fail(struct parser *ps, const char *what)
{
    return xg_fail(ps->err, XG_E_INPUT, "JSON, column %zu: %s", (size_t)(ps->p - ps->doc->text) + 1,
                   what);
}

static struct xg_json *new_node(struct parser *ps)
{
    struct document *d = ps->doc;
    if (d->node_count == d->node_room) {
        size_t room = d->node_room ? d->node_room * 2 : 16;
        struct xg_json **nodes = realloc(d->nodes, room * sizeof(struct xg_json *));
        if (!nodes)
            return NULL;
        d->nodes = nodes;
        d->node_room = room;
    }
    struct xg_json *node = calloc(1, sizeof *node);
    if (node)
        d->nodes[d->node_count++] = node;
    return node;
}

static void skip_space(struct parser *ps)
{
    while (ps->p < ps->end && (*ps->p == ' ' || *ps->p == '\t' || *ps->p == '\n' || *ps->p == '\r'))
        ps->p++;
}

static int hex_digit(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    if (ch >= 'a' && ch <= 'f')
        return ch - 'a' + 10;
    return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

/* Four hex digits at ps->p, or -1. */
static int32_t unicode_unit(struct parser *ps)
{
    int32_t v = 0;
    if (ps->end - ps->p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int d = hex_digit(ps->p[i]);
        if (d < 0)
            return -1;
        v = v << 4 | d;
    }
    ps->p += 4;
    return v;
}

static char *put_utf8(char *out, uint32_t cp)
{
    if (cp < 0x80) {
        *out++ = (char)cp;
        return out;
    }
    if (cp < 0x800) {
        *out++ = (char)(0xC0 | cp >> 6);
    } else {
        if (cp < 0x10000) {
            *out++ = (char)(0xE0 | cp >> 12);
        } else {
            *out++ = (char)(0xF0 | cp >> 18);
            *out++ = (char)(0x80 | (cp >> 12 & 63));
        }
        *out++ = (char)(0x80 | (cp >> 6 & 63));
    }
    *out++ = (char)(0x80 | (cp & 63));
    return out;
}

static bool parse_unicode(struct parser *ps, char **out)
{
    int32_t unit = unicode_unit(ps);
    if (unit < 0)
        return fail(ps, "\\u needs four hex digits");
    uint32_t cp = (uint32_t)unit;
    if (cp >= 0xDC00 && cp < 0xE000)
        return fail(ps, "lone low surrogate");
    if (cp >= 0xD800 && cp < 0xDC00) {
        if (ps->end - ps->p < 2 || ps->p[0] != '\\' || ps->p[1] != 'u')
            return fail(ps, "lone high surrogate");
        ps->p += 2;
        int32_t low = unicode_unit(ps);
        if (low < 0xDC00 || low >= 0xE000)
            return fail(ps, "lone high surrogate");
        cp = 0x10000 + ((cp - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
    }
    *out = put_utf8(*out, cp);
    return true;
}

/* Bytes of the UTF-8 character at p, or 0 when there is none. */
static size_t utf8_size(const char *p, const char *end)
{
    const unsigned char *u = (const unsigned char *)p;
    if (u[0] < 0x80)
        return 1;
    size_t size = u[0] < 0xC2 || u[0] > 0xF4 ? 0 : u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
    if (size == 0 || (size_t)(end - p) < size)
        return 0;
    /* Nothing longer than it need be, no surrogates, nothing above 10FFFF. */
    unsigned char low = u[0] == 0xE0 ? 0xA0 : u[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = u[0] == 0xED ? 0x9F : u[0] == 0xF4 ? 0x8F : 0xBF;
    if (u[1] < low || u[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((u[i] & 0xC0) != 0x80)
            return 0;
    return size;
}

/* Unescapes in place: the result is never longer than the source. */
static bool parse_string(struct parser *ps, const char **text, size_t *length)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char *out = ++ps->p, *start = out;
    for (;;) {
        if (ps->p >= ps->end)
            return fail(ps, "string without an end");
        char ch = *ps->p++;
        if (ch == '"')
            break;
        if ((unsigned char)ch < 0x20)
            return fail(ps, "control character in a string");
        if (ch != '\\') {
            size_t size = utf8_size(ps->p - 1, ps->end);
            if (size == 0)
                return fail(ps, "a string is not UTF-8");
            memmove(out, ps->p - 1, size);
            out += size;
            ps->p += size - 1;
            continue;
        }
        if (ps->p >= ps->end)
            return fail(ps, "string without an end");
        ch = *ps->p++;
        if (ch == 'u') {
            if (!parse_unicode(ps, &out))
                return false;
            continue;
        }
        const char *at = memchr(from, ch, sizeof from - 1);
        if (!at)
            return fail(ps, "unknown escape");
        *out++ = to[at - from];
    }
    *out = 0; /* at most on the closing quote */
    *text = start;
    *length = (size_t)(out - start);
    return true;
}

static bool digits(struct parser *ps)
{
    char *start = ps->p;
    while (ps->p < ps->end && *ps->p >= '0' && *ps->p <= '9')
        ps->p++;
    return ps->p > start || fail(ps, "a digit is missing");
}

static bool parse_number(struct parser *ps, struct xg_json *v)
{
    char *start = ps->p;
    if (*ps->p == '-')
        ps->p++;
    bool zero = ps->p < ps->end && *ps->p == '0';
    char *first = ps->p;
    if (!digits(ps))
        return false;
    if (zero && ps->p - first > 1)
        return fail(ps, "number with a leading zero");
    if (ps->p < ps->end && *ps->p == '.') {
        ps->p++;
        if (!digits(ps))
            return false;
    }
    if (ps->p < ps->end && (*ps->p == 'e' || *ps->p == 'E')) {
        ps->p++;
        if (ps->p < ps->end && (*ps->p == '+' || *ps->p == '-'))
            ps->p++;
        if (!digits(ps))
            return false;
    }
    v->kind = XG_JSON_NUMBER;
    v->length = (size_t)(ps->p - start);
    v->text = ps->doc->source + (start - ps->doc->text);
    return true;
}

static bool parse_value(struct parser *ps, struct xg_json *v);

/* The names of one object so far, found by hash: an object may have a million members. */
struct names {
    const char **slots; /* NULL: free; as many as a power of two, at most half of them taken */
    size_t size, count;
};

static const char **name_slot(const struct names *n, const char *key)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (const char *p = key; *p; p++)
        hash = (hash ^ (uint8_t)*p) * 1099511628211u;
    size_t i = (size_t)(hash ^ hash >> 32) & (n->size - 1);
    while (n->slots[i] && strcmp(n->slots[i], key))
        i = (i + 1) & (n->size - 1);
    return &n->slots[i];
}

static bool name_is_new(struct parser *ps, struct names *n, const char *key)
{
    if (2 * n->count >= n->size) {
        struct names more = {.size = n->size ? 2 * n->size : 16, .count = n->count};
        more.slots = calloc(more.size, sizeof *more.slots);
        if (!more.slots)
            return fail(ps, "out of memory");
        for (size_t i = 0; i < n->size; i++)
            if (n->slots[i])
                *name_slot(&more, n->slots[i]) = n->slots[i];
        free(n->slots);
        *n = more;
    }
    const char **slot = name_slot(n, key);
    if (*slot)
        return fail(ps, "a member name appears twice");
    *slot = key;
    n->count++;
    return true;
}

static bool parse_list(struct parser *ps, struct xg_json *v, char close, struct names *names)
{
    struct xg_json **tail = &v->child;
    ps->p++;
    skip_space(ps);
    if (ps->p < ps->end && *ps->p == close) {
        ps->p++;
        return true;
    }
    for (;;) {
        struct xg_json *m = new_node(ps);
        if (!m)
            return fail(ps, "out of memory");
        skip_space(ps);
        const char *key = NULL;
        size_t key_length;
        if (close == '}') {
            if (ps->p >= ps->end || *ps->p != '"')
                return fail(ps, "a member name is missing");
            if (!parse_string(ps, &key, &key_length))
                return false;
            if (!name_is_new(ps, names, key))
                return false;
            skip_space(ps);
            if (ps->p >= ps->end || *ps->p++ != ':')
                return fail(ps, "':' is missing");
        }
        if (!parse_value(ps, m))
            return false;
        m->key = key;
        *tail = m;
        tail = &m->next;
        v->count++;
        skip_space(ps);
        if (ps->p < ps->end && *ps->p == ',') {
            ps->p++;
            continue;
        }
        if (ps->p < ps->end && *ps->p == close) {
            ps->p++;
            return true;
        }
        return fail(ps, close == '}' ? "',' or '}' is missing" : "',' or ']' is missing");
    }
}

static bool parse_members(struct parser *ps, struct xg_json *v, char close)
{
    struct names names = {0};
    bool ok = parse_list(ps, v, close, &names);
    free(names.slots);
    return ok;
}

static bool parse_word(struct parser *ps, struct xg_json *v)
{
    static const char *const words[] = {"null", "false", "true"};
    for (int i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(ps->end - ps->p) >= n && !memcmp(ps->p, words[i], n)) {
            v->kind = (enum xg_json_kind)(XG_JSON_NULL + i);
            ps->p += n;
            return true;
        }
    }
    return fail(ps, "no JSON value");
}

static bool parse_value(struct parser *ps, struct xg_json *v)
{
    skip_space(ps);
    if (ps->p >= ps->end)
        return fail(ps, "a value is missing");
    size_t start = (size_t)(ps->p - ps->doc->text);
    bool ok;
    if (++ps->depth > MAX_DEPTH)
        return fail(ps, "nested too deeply");
    switch (*ps->p) {
    case '"':
        v->kind = XG_JSON_STRING;
        ok = parse_string(ps, &v->text, &v->length);
        break;
    case '{':
        v->kind = XG_JSON_OBJECT;
        ok = parse_members(ps, v, '}');
        break;
    case '[':
        v->kind = XG_JSON_ARRAY;
        ok = parse_members(ps, v, ']');
        break;
    default:
        ok = *ps->p == '-' || (*ps->p >= '0' && *ps->p <= '9') ? parse_number(ps, v)
                                                               : parse_word(ps, v);
        break;
    }
    ps->depth--;
    v->raw = ps->doc->source + start;
    v->raw_length = (size_t)(ps->p - ps->doc->text) - start;
    return ok;
}

struct xg_json *xg_json_parse(const char *text, size_t length, struct xg_error *err)
{
    struct document *doc = calloc(1, sizeof *doc);
    if (doc) {
        doc->text = malloc(length + 1);
        doc->source = malloc(length + 1);
    }
    if (!doc || !doc->text || !doc->source) {
        xg_fail(err, XG_E_INPUT, "JSON: out of memory");
        xg_json_free(doc ? &doc->root : NULL);
        return NULL;
    }
    memcpy(doc->text, text, length);
    memcpy(doc->source, text, length);
    doc->text[length] = doc->source[length] = 0;
    struct parser ps = {.doc = doc, .p = doc->text, .end = doc->text + length, .err = err};
    bool ok = parse_value(&ps, &doc->root);
    if (ok) {
        skip_space(&ps);
        ok = ps.p == ps.end || fail(&ps, "text after the value");
    }
    if (!ok) {
        xg_json_free(&doc->root);
        return NULL;
    }
    return &doc->root;
}

void xg_json_free(struct xg_json *root)
{
    struct document *doc = (struct document *)root;
    if (!doc)
        return;
    for (size_t i = 0; i < doc->node_count; i++)
        free(doc->nodes[i]);
    free(doc->nodes);
    free(doc->text);
    free(doc->source);
    free(doc);
}

const struct xg_json *xg_json_get(const struct xg_json *object, const char *key)
{
    for (const struct xg_json *m = object ? object->child : NULL; m; m = m->next)
        if (m->key && !strcmp(m->key, key))
            return m;
    return NULL;
}

bool xg_json_u64(const struct xg_json *value, uint64_t *out)
{
    if (!value || value->kind != XG_JSON_NUMBER || !value->length)
        return false;
    uint64_t v = 0;
    for (size_t i = 0; i < value->length; i++) {
        char ch = value->text[i];
        if (ch < '0' || ch > '9' || v > (UINT64_MAX - (uint64_t)(ch - '0')) / 10)
            return false;
        v = v * 10 + (uint64_t)(ch - '0');
    }
    *out = v;
    return true;
}
