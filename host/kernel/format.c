#include "kernel/format.h"

#include "kernel/internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DIGITS_MAX 400 /* of one number; larger precisions are cut to it */

struct spec {
    bool left, plus, blank, alt, zero;
    int width;
    int precision; /* -1: none given */
    enum { SIZE_INT, SIZE_SHORT, SIZE_LONG, SIZE_64 } size;
    bool wide; /* w or l before s and c */
};

struct state {
    struct xg_kcall *call;
    struct xg_format_args args;
    struct xg_format_text *out;
    uint32_t room;
};

static void put(struct state *s, char c)
{
    struct xg_format_text *o = s->out;
    o->length++;
    if (o->size >= XG_FORMAT_MAX || !o->bytes)
        return;
    if (o->size + 1 >= s->room) {
        char *bigger = realloc(o->bytes, s->room * 2);
        if (!bigger) {
            free(o->bytes);
            o->bytes = NULL;
            return;
        }
        o->bytes = bigger;
        s->room *= 2;
    }
    o->bytes[o->size++] = c;
}

static void pad(struct state *s, char c, int64_t count)
{
    /* Past the limit only the length grows: a hostile width costs nothing. */
    for (; count > 0 && s->out->size < XG_FORMAT_MAX; count--)
        put(s, c);
    if (count > 0)
        s->out->length += (uint64_t)count;
}

static uint64_t next_arg(struct state *s)
{
    if (!s->args.list)
        return xg_kcall_u64(s->call, s->args.slot++);
    uint64_t v = xg_kcall_ld64(s->call, s->args.list);
    s->args.list += 8;
    return v;
}

/* prefix (sign, 0x) and body with the padding of the spec between or around. */
static void put_field(struct state *s, const struct spec *f, const char *prefix, const char *body,
                      size_t size, bool zeros)
{
    int64_t fill = (int64_t)f->width - (int64_t)size - (int64_t)strlen(prefix);
    if (!f->left && !zeros)
        pad(s, ' ', fill);
    for (; *prefix; prefix++)
        put(s, *prefix);
    if (!f->left && zeros)
        pad(s, '0', fill);
    for (size_t i = 0; i < size; i++)
        put(s, body[i]);
    if (f->left)
        pad(s, ' ', fill);
}

/* ---- numbers ---- */

static uint64_t narrow(uint64_t v, const struct spec *f, bool is_signed)
{
    switch (f->size) {
    case SIZE_64:
        return v;
    case SIZE_SHORT:
        return is_signed ? (uint64_t)(int16_t)v : (uint16_t)v;
    default:
        return is_signed ? (uint64_t)(int32_t)v : (uint32_t)v;
    }
}

static void put_integer(struct state *s, const struct spec *f, char conversion)
{
    char digits[DIGITS_MAX + 1];
    const char *prefix = "", *set = conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    bool is_signed = conversion == 'd' || conversion == 'i';
    unsigned base = conversion == 'o' ? 8 : (conversion | 0x20) == 'x' ? 16 : 10;
    uint64_t v = narrow(next_arg(s), f, is_signed);
    if (is_signed) {
        prefix = (int64_t)v < 0 ? "-" : f->plus ? "+" : f->blank ? " " : "";
        v = (int64_t)v < 0 ? 0 - v : v;
    } else if (f->alt && base == 16 && v) {
        prefix = conversion == 'X' ? "0X" : "0x";
    }
    int least = f->precision < 0                 ? 1
                : f->precision > DIGITS_MAX - 24 ? DIGITS_MAX - 24
                                                 : f->precision;
    size_t at = DIGITS_MAX;
    int n = 0;
    for (; v || n < least; v /= base, n++)
        digits[--at] = set[v % base];
    if (f->alt && base == 8 && (at == DIGITS_MAX || digits[at] != '0'))
        digits[--at] = '0';
    put_field(s, f, prefix, digits + at, DIGITS_MAX - at, f->zero && f->precision < 0);
}

/* Infinities and NaNs the way this C runtime spells them. */
static void special_text(char *out, size_t size, double v, char conversion, int precision)
{
    const char *what = isinf(v) ? "#INF" : "#QNAN";
    int zeros = conversion == 'g' ? 0 : precision - (int)strlen(what);
    snprintf(out, size, "1.%s%.*s%s", what, zeros > 0 ? zeros : 0, "00000000000000000000",
             conversion == 'e' ? "e+000" : "");
}

/* The host prints exponents with two digits at least, the console with three. */
static void widen_exponent(char *text, size_t size)
{
    char *e = strpbrk(text, "eE");
    size_t digits = e ? strlen(e + 2) : 3;
    if (digits >= 3 || strlen(text) + 1 >= size)
        return;
    memmove(e + 3, e + 2, digits + 1);
    e[2] = '0';
}

static void put_float(struct state *s, const struct spec *f, char conversion)
{
    char text[DIGITS_MAX + 64], form[16];
    uint64_t bits = next_arg(s);
    double v;
    memcpy(&v, &bits, sizeof v);
    int precision = f->precision < 0 ? 6 : f->precision > 60 ? 60 : f->precision;
    const char *prefix = signbit(v) ? "-" : f->plus ? "+" : f->blank ? " " : "";
    char lower = (char)(conversion | 0x20);
    if (!isfinite(v)) {
        special_text(text, sizeof text, v, lower, precision);
    } else {
        snprintf(form, sizeof form, "%%%s.*%c", f->alt ? "#" : "", conversion);
        snprintf(text, sizeof text, form, precision, fabs(v));
        if (lower != 'f')
            widen_exponent(text, sizeof text);
    }
    put_field(s, f, prefix, text, strlen(text), f->zero);
}

/* ---- text ---- */

static void put_string(struct state *s, const struct spec *f, xg_ga at, bool wide, uint32_t limit)
{
    static const char null[] = "(null)";
    uint64_t max =
        f->precision >= 0 && (uint32_t)f->precision < limit ? (uint32_t)f->precision : limit;
    uint64_t n = 0;
    if (!at) {
        put_field(s, f, "", null, max < 6 ? max : 6, false);
        return;
    }
    /* First the length, for padding on the left; then the characters. */
    while (
        n < max && n < XG_FORMAT_MAX && !s->call->faulted &&
        (wide ? xg_kcall_ld16(s->call, at + 2 * (xg_ga)n) : xg_kcall_ld8(s->call, at + (xg_ga)n)))
        n++;
    if (!f->left)
        pad(s, f->zero ? '0' : ' ', (int64_t)f->width - (int64_t)n);
    for (uint64_t i = 0; i < n && !s->call->faulted; i++) {
        unsigned c =
            wide ? xg_kcall_ld16(s->call, at + 2 * (xg_ga)i) : xg_kcall_ld8(s->call, at + (xg_ga)i);
        put(s, c > 0xFF ? '?' : (char)c);
    }
    if (f->left)
        pad(s, ' ', (int64_t)f->width - (int64_t)n);
}

static void put_counted(struct state *s, const struct spec *f)
{
    xg_ga at = (xg_ga)next_arg(s);
    uint32_t size = at ? xg_kcall_ld16(s->call, at) : UINT32_MAX;
    put_string(s, f, at ? xg_kcall_ld32(s->call, at + 4) : 0, f->wide,
               at && f->wide ? size / 2 : size);
}

static void put_char(struct state *s, const struct spec *f, bool wide)
{
    unsigned v = (unsigned)next_arg(s);
    char c = wide && (v & 0xFFFF) > 0xFF ? '?' : (char)v;
    put_field(s, f, "", &c, 1, f->zero);
}

static void put_pointer(struct state *s, const struct spec *f)
{
    char text[16];
    snprintf(text, sizeof text, "%08X", (unsigned)next_arg(s));
    put_field(s, f, "", text, 8, false);
}

static void store_count(struct state *s, const struct spec *f)
{
    xg_ga at = (xg_ga)next_arg(s);
    if (f->size == SIZE_SHORT)
        xg_kcall_st16(s->call, at, (uint16_t)s->out->length);
    else
        xg_kcall_st32(s->call, at, (uint32_t)s->out->length);
}

static void convert(struct state *s, const struct spec *f, char c)
{
    switch (c) {
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        put_integer(s, f, c);
        break;
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
        put_float(s, f, c);
        break;
    case 'c':
        put_char(s, f, f->wide);
        break;
    case 'C':
        put_char(s, f, f->size != SIZE_SHORT);
        break;
    case 's':
        put_string(s, f, (xg_ga)next_arg(s), f->wide, UINT32_MAX);
        break;
    case 'S':
        put_string(s, f, (xg_ga)next_arg(s), f->size != SIZE_SHORT, UINT32_MAX);
        break;
    case 'Z':
        put_counted(s, f);
        break;
    case 'p':
        put_pointer(s, f);
        break;
    case 'n':
        store_count(s, f);
        break;
    default: /* an unknown conversion stands for itself */
        put(s, c);
    }
}

/* ---- the format string ---- */

struct cursor {
    struct xg_kcall *call;
    xg_ga at;
    char c; /* character at `at` */
};

static void step(struct cursor *p)
{
    p->c = (char)xg_kcall_ld8(p->call, ++p->at);
}

static int number(struct state *s, struct cursor *p)
{
    int64_t n = 0;
    if (p->c == '*') {
        step(p);
        return (int32_t)next_arg(s);
    }
    for (; p->c >= '0' && p->c <= '9'; step(p))
        n = n < 100000000 ? n * 10 + (p->c - '0') : n;
    return (int)n;
}

static void prefixes(struct spec *f, struct cursor *p)
{
    for (;; step(p)) {
        if (p->c == 'h') {
            f->size = SIZE_SHORT;
        } else if (p->c == 'l') {
            f->size = f->size == SIZE_LONG ? SIZE_64 : SIZE_LONG;
            f->wide = true;
        } else if (p->c == 'w') {
            f->wide = true;
        } else if (p->c == 'I') {
            char a = (char)xg_kcall_ld8(p->call, p->at + 1);
            char b = a ? (char)xg_kcall_ld8(p->call, p->at + 2) : 0;
            if ((a == '6' && b == '4') || (a == '3' && b == '2')) {
                f->size = a == '6' ? SIZE_64 : SIZE_INT;
                p->at += 2;
            }
        } else {
            return;
        }
    }
}

static void one_spec(struct state *s, struct cursor *p)
{
    struct spec f = {.precision = -1};
    for (step(p);; step(p)) {
        if (p->c == '-')
            f.left = true;
        else if (p->c == '+')
            f.plus = true;
        else if (p->c == ' ')
            f.blank = true;
        else if (p->c == '#')
            f.alt = true;
        else if (p->c == '0')
            f.zero = true;
        else
            break;
    }
    f.width = number(s, p);
    if (f.width < 0) {
        f.left = true;
        f.width = f.width == INT32_MIN ? INT32_MAX : -f.width;
    }
    if (p->c == '.') {
        step(p);
        f.precision = number(s, p);
        if (f.precision < 0)
            f.precision = -1;
    }
    prefixes(&f, p);
    if (!p->c)
        return;
    convert(s, &f, p->c);
    step(p);
}

void xg_format(struct xg_kcall *call, xg_ga format, struct xg_format_args args,
               struct xg_format_text *out)
{
    struct state s = {call, args, out, 256};
    *out = (struct xg_format_text){.bytes = malloc(s.room)};
    struct cursor p = {call, format, (char)xg_kcall_ld8(call, format)};
    while (p.c && !call->faulted && out->size < XG_FORMAT_MAX) {
        if (p.c == '%') {
            one_spec(&s, &p);
        } else {
            put(&s, p.c);
            step(&p);
        }
    }
    if (out->bytes)
        out->bytes[out->size] = 0;
}
