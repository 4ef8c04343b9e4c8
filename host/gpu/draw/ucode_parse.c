/* Assembler, one ALU or fetch instruction: text -> fields. The grammar is described in
 * docs/microcode.md. */
#include "gpu/draw/ucode.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    const char *p;
    enum xg_shader_stage stage;
    struct xg_error *err;
    struct xg_ucode_insn *insn;
    /* ALU bookkeeping, merged when both halves are read */
    bool source_used[3], source_const[3], source_rel[3], source_abs[3], base_a0[3];
    unsigned vector_sources;
    bool have_export, have_vector_dest;
};

struct dest {
    bool none, is_export, relative;
    uint32_t index;
    uint8_t mask, ones, zeros;
    uint32_t swizzle; /* fetch form, 3 bits a component */
    bool fetch_form;
};

struct source {
    bool negate, magnitude, constant, relative, a0;
    uint32_t index;
    char letters[5];
    unsigned count;
};

static const char letters[] = "xyzw";

static void skip(struct parser *ps)
{
    while (isspace((unsigned char)*ps->p))
        ps->p++;
}
static bool accept(struct parser *ps, char c)
{
    skip(ps);
    if (*ps->p != c)
        return false;
    ps->p++;
    return true;
}
static bool want(struct parser *ps, char c)
{
    return accept(ps, c) || xg_fail(ps->err, XG_E_INPUT, "expected '%c' at \"%.20s\"", c, ps->p);
}
static size_t word(struct parser *ps, char *out, size_t size)
{
    size_t n = 0;
    skip(ps);
    while (isalnum((unsigned char)*ps->p) || *ps->p == '_') {
        if (n < size - 1)
            out[n++] = *ps->p;
        ps->p++;
    }
    out[n] = 0;
    return n;
}
static bool number(struct parser *ps, uint32_t limit, uint32_t *value)
{
    skip(ps);
    char *end;
    if (!isdigit((unsigned char)*ps->p))
        return xg_fail(ps->err, XG_E_INPUT, "expected a number at \"%.20s\"", ps->p);
    unsigned long v = strtoul(ps->p, &end, 10);
    if (v > limit)
        return xg_fail(ps->err, XG_E_INPUT, "%lu is above the limit of %u", v, limit);
    ps->p = end;
    *value = (uint32_t)v;
    return true;
}

/* r5, c12, r[aL+5], c[a0+12], vf3 after its letter */
static bool indexed(struct parser *ps, uint32_t limit, uint32_t *index, bool *relative, bool *a0)
{
    *relative = false;
    if (*ps->p != '[')
        return number(ps, limit, index);
    ps->p++;
    char base[8];
    word(ps, base, sizeof base);
    if (strcmp(base, "aL") && strcmp(base, "a0"))
        return xg_fail(ps->err, XG_E_INPUT, "relative base '%s' is neither aL nor a0", base);
    *relative = true;
    if (a0)
        *a0 = base[1] == '0';
    else if (base[1] == '0')
        return xg_fail(ps->err, XG_E_INPUT, "temporaries are relative to aL only");
    return want(ps, '+') && number(ps, limit, index) && want(ps, ']');
}

static bool export_name(struct parser *ps, const char *name, uint32_t *index)
{
    static const struct {
        const char *name;
        uint8_t index, stages;
    } names[] = {{"oPos", 62, 1}, {"oPts", 63, 1}, {"oDepth", 61, 2}, {"eA", 32, 3},
                 {"eM0", 33, 3},  {"eM1", 34, 3},  {"eM2", 35, 3},    {"eM3", 36, 3},
                 {"eM4", 37, 3},  {"oC0", 0, 2},   {"oC1", 1, 2},     {"oC2", 2, 2},
                 {"oC3", 3, 2}};
    unsigned stage = ps->stage == XG_STAGE_VS ? 1 : 2;
    for (size_t i = 0; i < XG_COUNTOF(names); i++)
        if (!strcmp(name, names[i].name)) {
            if (!(names[i].stages & stage))
                return xg_fail(ps->err, XG_E_INPUT, "%s is not an output of this stage", name);
            *index = names[i].index;
            return true;
        }
    const char *digits = !strncmp(name, "export", 6)                  ? name + 6
                         : name[0] == 'o' && ps->stage == XG_STAGE_VS ? name + 1
                                                                      : "";
    char *end;
    unsigned long v = strtoul(digits, &end, 10);
    if (!isdigit((unsigned char)*digits) || *end || v > (name[0] == 'e' ? 63 : 15))
        return xg_fail(ps->err, XG_E_INPUT, "'%s' is not a destination", name);
    *index = (uint32_t)v;
    return true;
}

static bool dest_mask(struct parser *ps, struct dest *d, const char *text)
{
    size_t n = strlen(text);
    bool positional = n == 4;
    d->mask = 0;
    for (size_t i = 0; i < n; i++) {
        const char *at = strchr(letters, text[i]);
        unsigned bit = positional ? (unsigned)i : at ? (unsigned)(at - letters) : 0;
        if (text[i] == '_' && (positional || n == 1))
            continue;
        if (positional && (text[i] == '1' || text[i] == '0'))
            *(text[i] == '1' ? &d->ones : &d->zeros) |= (uint8_t)(1u << bit);
        else if (at && bit == (unsigned)(at - letters))
            d->mask |= (uint8_t)(1u << bit);
        else
            return xg_fail(ps->err, XG_E_INPUT, "'.%s' is not a write mask", text);
    }
    return true;
}

/* Fetch destinations choose freely: up to four of xyzw01?_ (missing ones keep). */
static bool dest_swizzle(struct parser *ps, struct dest *d, const char *text)
{
    static const char choice[] = "xyzw01?_";
    d->swizzle = 07777;
    if (strlen(text) > 4)
        return xg_fail(ps->err, XG_E_INPUT, "'.%s' has more than four components", text);
    for (size_t i = 0; text[i]; i++) {
        const char *at = strchr(choice, text[i]);
        if (!at)
            return xg_fail(ps->err, XG_E_INPUT, "'.%s': component '%c'", text, text[i]);
        d->swizzle &= ~(7u << 3 * i);
        d->swizzle |= (uint32_t)(at - choice) << 3 * i;
    }
    return true;
}

static bool parse_dest(struct parser *ps, struct dest *d)
{
    char name[32];
    skip(ps);
    d->mask = 15;
    d->swizzle = 03210;
    if (*ps->p == 'r' && (isdigit((unsigned char)ps->p[1]) || ps->p[1] == '[')) {
        ps->p++;
        if (!indexed(ps, 63, &d->index, &d->relative, NULL))
            return false;
    } else {
        word(ps, name, sizeof name);
        if (!strcmp(name, "_")) {
            d->none = true;
            d->mask = 0;
            return true;
        }
        if (d->fetch_form)
            return xg_fail(ps->err, XG_E_INPUT, "a fetch writes a temporary, not '%s'", name);
        d->is_export = true;
        if (!export_name(ps, name, &d->index))
            return false;
    }
    if (*ps->p != '.')
        return true;
    ps->p++;
    size_t n = 0;
    while (n < sizeof name - 1 && *ps->p && strchr("xyzw01?_", *ps->p))
        name[n++] = *ps->p++;
    name[n] = 0;
    if (!n)
        return xg_fail(ps->err, XG_E_INPUT, "expected components at \"%.20s\"", ps->p);
    if (d->fetch_form)
        return dest_swizzle(ps, d, name);
    if (!dest_mask(ps, d, name))
        return false;
    if ((d->ones || d->zeros) && !d->is_export)
        return xg_fail(ps->err, XG_E_INPUT, "only exports can set components to 0 or 1");
    return true;
}

static bool parse_source(struct parser *ps, struct source *s)
{
    memset(s, 0, sizeof *s);
    s->negate = accept(ps, '-');
    s->magnitude = accept(ps, '|');
    skip(ps);
    if (*ps->p != 'r' && *ps->p != 'c')
        return xg_fail(ps->err, XG_E_INPUT, "expected r or c at \"%.20s\"", ps->p);
    s->constant = *ps->p++ == 'c';
    if (!indexed(ps, s->constant ? 255 : 63, &s->index, &s->relative, s->constant ? &s->a0 : NULL))
        return false;
    if (*ps->p == '.') {
        ps->p++;
        while (s->count < 4 && *ps->p && strchr(letters, *ps->p))
            s->letters[s->count++] = *ps->p++;
        if (!s->count || isalnum((unsigned char)*ps->p))
            return xg_fail(ps->err, XG_E_INPUT, "expected a swizzle at \"%.20s\"", ps->p);
    }
    return !s->magnitude || want(ps, '|');
}

static uint32_t letter(char c)
{
    return (uint32_t)(strchr(letters, c) - letters);
}

#define A(name) ps->insn->f[XG_UF_ALU_##name]
static const uint8_t source_fields[3][4] = {
    {XG_UF_ALU_SRC1_REG, XG_UF_ALU_SRC1_IS_TEMP, XG_UF_ALU_SRC1_NEG, XG_UF_ALU_SRC1_SWIZZLE},
    {XG_UF_ALU_SRC2_REG, XG_UF_ALU_SRC2_IS_TEMP, XG_UF_ALU_SRC2_NEG, XG_UF_ALU_SRC2_SWIZZLE},
    {XG_UF_ALU_SRC3_REG, XG_UF_ALU_SRC3_IS_TEMP, XG_UF_ALU_SRC3_NEG, XG_UF_ALU_SRC3_SWIZZLE},
};

static void put_source(struct parser *ps, unsigned n, const struct source *s, uint32_t swizzle)
{
    uint32_t *f = ps->insn->f;
    f[source_fields[n][0]] =
        s->constant ? s->index : s->index | s->relative * 64u | s->magnitude * 128u;
    f[source_fields[n][1]] = !s->constant;
    f[source_fields[n][2]] = s->negate;
    f[source_fields[n][3]] = swizzle;
    ps->source_used[n] = true;
    ps->source_const[n] = s->constant;
    ps->source_rel[n] = s->constant && s->relative;
    ps->source_abs[n] = s->constant && s->magnitude;
    ps->base_a0[n] = s->a0;
}

static uint32_t vector_swizzle(const struct source *s)
{
    uint32_t swizzle = 0;
    for (unsigned i = 0; i < 4 && s->count; i++) {
        char c = s->letters[i < s->count ? i : s->count - 1];
        swizzle |= ((letter(c) - i) & 3) << 2 * i;
    }
    return swizzle;
}

static bool put_dest(struct parser *ps, const struct dest *d, bool vector)
{
    if (d->is_export) {
        if (ps->have_export && A(VECTOR_DEST) != d->index)
            return xg_fail(ps->err, XG_E_INPUT, "both halves must export to the same place");
        if (!vector && ps->have_vector_dest && !ps->have_export)
            return xg_fail(ps->err, XG_E_INPUT, "the halves cannot mix temporary and export");
        ps->have_export = true;
        A(EXPORT) = 1;
        A(VECTOR_DEST) = d->index;
        A(SCALAR_DEST_REL) |= d->zeros != 0;
        *(vector ? &A(VECTOR_MASK) : &A(SCALAR_MASK)) |= d->mask;
        A(VECTOR_MASK) |= d->ones;
        A(SCALAR_MASK) |= d->ones;
        return true;
    }
    if (d->none)
        return true;
    if (ps->have_export)
        return xg_fail(ps->err, XG_E_INPUT, "the halves cannot mix temporary and export");
    ps->have_vector_dest |= vector;
    A(VECTOR_DEST) = vector ? d->index : A(VECTOR_DEST);
    A(SCALAR_DEST) = vector ? A(SCALAR_DEST) : d->index;
    *(vector ? &A(VECTOR_DEST_REL) : &A(SCALAR_DEST_REL)) = d->relative;
    *(vector ? &A(VECTOR_MASK) : &A(SCALAR_MASK)) = d->mask;
    return true;
}

static int find_op(const struct xg_ucode_op *ops, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (ops[i].name && !strcmp(ops[i].name, name))
            return i;
    return -1;
}

static bool undefined_op(const char *name, const char *prefix, int limit, int *op)
{
    size_t n = strlen(prefix);
    if (strncmp(name, prefix, n) || !isdigit((unsigned char)name[n]))
        return false;
    *op = atoi(name + n);
    return *op < limit;
}

static bool parse_vector(struct parser *ps, int op, unsigned sources, bool mov, bool clamp)
{
    struct dest d = {0};
    A(VECTOR_OP) = (uint32_t)op;
    A(VECTOR_CLAMP) = clamp;
    if (!parse_dest(ps, &d) || !put_dest(ps, &d, true))
        return false;
    ps->vector_sources = sources;
    for (unsigned n = 0; n < (mov ? 1 : sources); n++) {
        struct source s;
        if (!want(ps, ',') || !parse_source(ps, &s))
            return false;
        put_source(ps, n, &s, vector_swizzle(&s));
        if (mov)
            put_source(ps, 1, &s, vector_swizzle(&s));
    }
    return true;
}

static bool parse_const_scalar(struct parser *ps, uint32_t op)
{
    struct source c, r;
    if (!want(ps, ',') || !parse_source(ps, &c) || !want(ps, ',') || !parse_source(ps, &r))
        return false;
    if (!c.constant || r.constant || c.count != 1 || r.count != 1 || r.relative || r.negate ||
        r.magnitude)
        return xg_fail(ps->err, XG_E_INPUT,
                       "this operation takes a constant and a temporary, "
                       "one component each, modifiers on the constant");
    if (ps->vector_sources == 3)
        return xg_fail(ps->err, XG_E_INPUT, "the vector half already uses the third source");
    uint32_t swizzle = ((letter(c.letters[0]) - 3) & 3) << 6 | letter(r.letters[0]);
    put_source(ps, 2, &c, swizzle | (r.index & 0x3C));
    A(SCALAR_OP) = (op & ~1u) | (r.index & 1);
    A(SRC3_IS_TEMP) = r.index >> 1 & 1;
    return true;
}

static bool parse_scalar_source(struct parser *ps, unsigned operands, bool movs)
{
    struct source s;
    if (!want(ps, ',') || !parse_source(ps, &s))
        return false;
    if (s.count != (movs ? 1 : operands))
        return xg_fail(ps->err, XG_E_INPUT, "a scalar source names its components: .%s",
                       operands == 2 ? "ab" : "a");
    char a = s.letters[0], b = operands == 2 ? s.letters[movs ? 0 : 1] : 0;
    if (ps->vector_sources == 3) {
        /* The third source is the vector half's: the text must say the same. */
        uint32_t reg = s.constant ? s.index : s.index | s.relative * 64u | s.magnitude * 128u;
        uint32_t swizzle = A(SRC3_SWIZZLE);
        if (reg != A(SRC3_REG) || s.constant == A(SRC3_IS_TEMP) || s.negate != A(SRC3_NEG) ||
            (s.constant && (s.relative != ps->source_rel[2] || s.magnitude != ps->source_abs[2])) ||
            letter(a) != (((swizzle >> 6) + 3) & 3) || (b && letter(b) != (swizzle & 3)))
            return xg_fail(ps->err, XG_E_INPUT,
                           "the scalar half must read the vector half's third source");
        return true;
    }
    put_source(ps, 2, &s, ((letter(a) - 3) & 3) << 6 | (b ? letter(b) : 0));
    return true;
}

static bool parse_scalar(struct parser *ps, int op, unsigned operands, bool fixed, bool movs,
                         bool clamp)
{
    struct dest d = {0};
    A(SCALAR_OP) = (uint32_t)op;
    A(SCALAR_CLAMP) = clamp;
    if (!parse_dest(ps, &d) || !put_dest(ps, &d, false))
        return false;
    if (fixed)
        return parse_const_scalar(ps, (uint32_t)op);
    return !operands || parse_scalar_source(ps, operands, movs);
}

/* Constants of a slot share the absolute bit, the base register and two relative bits. */
static bool merge_constants(struct parser *ps)
{
    int seen_abs = -1, seen_base = -1, rel[2] = {-1, -1};
    unsigned before = 0;
    for (unsigned n = 0; n < 3; n++) {
        if (!ps->source_used[n] || !ps->source_const[n])
            continue;
        if (seen_abs >= 0 && seen_abs != ps->source_abs[n])
            return xg_fail(ps->err, XG_E_INPUT, "|constant| applies to all constants or none");
        seen_abs = ps->source_abs[n];
        if (ps->source_rel[n]) {
            if (seen_base >= 0 && seen_base != ps->base_a0[n])
                return xg_fail(ps->err, XG_E_INPUT, "one slot cannot use both a0 and aL");
            seen_base = ps->base_a0[n];
        }
        int *bit = &rel[before ? 1 : 0];
        if (*bit >= 0 && *bit != ps->source_rel[n])
            return xg_fail(ps->err, XG_E_INPUT,
                           "the second and third constant must both be relative or neither");
        *bit = ps->source_rel[n];
        before++;
    }
    A(ABS_CONSTANTS) = seen_abs > 0;
    A(CONST_REL_USES_A0) = seen_base > 0;
    A(CONST_0_REL) = rel[0] > 0;
    A(CONST_1_REL) = rel[1] > 0;
    return true;
}

static bool parse_half(struct parser *ps, bool first, bool *was_scalar)
{
    char name[32];
    bool clamp = false;
    int op;
    size_t n = word(ps, name, sizeof name);
    *was_scalar = false;
    if (first && !strcmp(name, "nop"))
        return true;
    if (n > 4 && !strcmp(name + n - 4, "_sat")) {
        name[n - 4] = 0;
        clamp = true;
    }
    bool mov = !strcmp(name, "mov"), mova = !strcmp(name, "mova"), movs = !strcmp(name, "movs");
    op = mov ? XG_VOP_MAX : mova ? XG_VOP_MAXA : find_op(xg_ucode_vector_ops, 32, name);
    if (op >= 0 && first)
        return parse_vector(ps, op, xg_ucode_vector_ops[op].operands, mov || mova, clamp);
    if (first && undefined_op(name, "undef", 32, &op))
        return parse_vector(ps, op, 3, false, clamp);
    *was_scalar = true;
    bool fixed = !strcmp(name, "mulsc") || !strcmp(name, "addsc") || !strcmp(name, "subsc");
    if (fixed)
        snprintf(name + strlen(name), 2, "0");
    op = movs ? XG_SOP_MAXS : find_op(xg_ucode_scalar_ops, 64, name);
    if (op >= 0)
        return parse_scalar(ps, op, xg_ucode_scalar_ops[op].operands, fixed, movs, clamp);
    if (undefined_op(name, "sundef", 64, &op))
        return parse_scalar(ps, op, 2, false, false, clamp);
    return xg_fail(ps->err, XG_E_INPUT, "unknown %s '%s'",
                   first ? "instruction" : "scalar operation", name);
}

static bool parse_alu(struct parser *ps)
{
    bool scalar;
    if (!parse_half(ps, true, &scalar))
        return false;
    if (accept(ps, '+')) {
        if (scalar)
            return xg_fail(ps->err, XG_E_INPUT, "the vector half comes first");
        if (!parse_half(ps, false, &scalar))
            return false;
    }
    return merge_constants(ps);
}

static bool fetch_operands(struct parser *ps, const uint8_t fields[5], struct source *s,
                           unsigned components, const char *prefix, uint32_t *constant)
{
    uint32_t *f = ps->insn->f;
    struct dest d = {.fetch_form = true};
    if (!parse_dest(ps, &d) || !want(ps, ',') || !parse_source(ps, s))
        return false;
    if (s->constant || s->negate || s->magnitude || s->count < 1 || s->count > components)
        return xg_fail(ps->err, XG_E_INPUT, "a fetch reads a temporary with 1 to %u components",
                       components);
    if (d.none)
        d.swizzle = 07777;
    f[fields[0]] = d.index;
    f[fields[1]] = d.relative;
    f[fields[2]] = d.swizzle;
    f[fields[3]] = s->index;
    f[fields[4]] = s->relative;
    if (!want(ps, ','))
        return false;
    skip(ps);
    if (strncmp(ps->p, prefix, 2) != 0)
        return xg_fail(ps->err, XG_E_INPUT, "expected %sN at \"%.20s\"", prefix, ps->p);
    ps->p += 2;
    return number(ps, prefix[0] == 'v' ? 127 : 31, constant);
}

static bool parse_vfetch(struct parser *ps)
{
    static const uint8_t fields[] = {XG_UF_VFETCH_DST, XG_UF_VFETCH_DST_REL,
                                     XG_UF_VFETCH_DST_SWIZZLE, XG_UF_VFETCH_SRC,
                                     XG_UF_VFETCH_SRC_REL};
    struct source s;
    uint32_t constant;
    if (!fetch_operands(ps, fields, &s, 1, "vf", &constant))
        return false;
    if (constant > 96)
        return xg_fail(ps->err, XG_E_INPUT, "vf%u: there are vf0 to vf95", constant);
    ps->insn->f[XG_UF_VFETCH_SRC_SWIZZLE] = letter(s.letters[0]);
    ps->insn->f[XG_UF_VFETCH_CONST] = constant == 96 ? 31 : constant / 3;
    ps->insn->f[XG_UF_VFETCH_CONST_SEL] = constant == 96 ? 3 : constant % 3;
    return true;
}

static bool parse_tfetch(struct parser *ps, const char *name)
{
    static const char *const suffixes[] = {"1D", "2D", "3D", "Cube"};
    static const uint8_t fields[] = {XG_UF_TFETCH_DST, XG_UF_TFETCH_DST_REL,
                                     XG_UF_TFETCH_DST_SWIZZLE, XG_UF_TFETCH_SRC,
                                     XG_UF_TFETCH_SRC_REL};
    char base[32];
    size_t n = strlen(name);
    int op = -1;
    uint32_t dimension = 4;
    for (uint32_t i = 0; i < 4; i++) {
        size_t m = strlen(suffixes[i]);
        if (n > m && !strcmp(name + n - m, suffixes[i])) {
            dimension = i;
            snprintf(base, sizeof base, "%.*s", (int)(n - m), name);
            op = find_op(xg_ucode_fetch_ops, 32, base);
            if (op < 0 && !undefined_op(base, "fundef", 32, &op))
                op = -1;
        }
    }
    if (op < 0 || op == XG_FOP_VFETCH)
        return xg_fail(ps->err, XG_E_INPUT, "unknown instruction '%s'", name);
    struct source s;
    uint32_t constant;
    if (!fetch_operands(ps, fields, &s, 3, "tf", &constant))
        return false;
    uint32_t *f = ps->insn->f;
    f[XG_UF_TFETCH_OPCODE] = (uint32_t)op;
    f[XG_UF_TFETCH_DIMENSION] = dimension;
    f[XG_UF_TFETCH_CONST] = constant;
    f[XG_UF_TFETCH_SRC_SWIZZLE] = 0;
    for (unsigned i = 0; i < 3; i++)
        f[XG_UF_TFETCH_SRC_SWIZZLE] |= letter(s.letters[i < s.count ? i : s.count - 1]) << 2 * i;
    return true;
}

/* ", name" or ", name=value" for any field of the class, after the operands. */
static bool parse_fields(struct parser *ps)
{
    const struct xg_ucode_class_info *info = &xg_ucode_classes[ps->insn->cls];
    while (accept(ps, ',')) {
        char name[32], value[32] = "1";
        bool negative = false;
        word(ps, name, sizeof name);
        if (accept(ps, '=')) {
            negative = accept(ps, '-');
            word(ps, value, sizeof value);
        }
        unsigned i = 0;
        while (i < info->count && strcmp(info->fields[i].name, name))
            i++;
        if (i == info->count)
            return xg_fail(ps->err, XG_E_INPUT, "'%s' is not a field of %s", name, info->name);
        const struct xg_ucode_value *v = xg_ucode_vertex_formats;
        while (v->name && strcmp(v->name, value))
            v++;
        /* "32" is a format's name, so for format names come first. */
        bool named = ps->insn->cls == XG_UC_VFETCH && i == XG_UF_VFETCH_FORMAT && v->name;
        char *end = value;
        int64_t number = named ? v->value : strtol(value, &end, 0);
        if (!named && (!*value || *end))
            return xg_fail(ps->err, XG_E_INPUT, "%s=%s: not a number", name, value);
        number = negative ? -number : number;
        int64_t limit = 1ll << info->fields[i].width;
        bool s = info->fields[i].is_signed;
        if (number < (s ? -limit / 2 : 0) || number >= (s ? limit / 2 : limit))
            return xg_fail(ps->err, XG_E_INPUT, "%s=%lld does not fit its %u bits", name,
                           (long long)number, info->fields[i].width);
        ps->insn->f[i] = (uint32_t)number;
    }
    skip(ps);
    return !*ps->p || xg_fail(ps->err, XG_E_INPUT, "unexpected \"%.20s\"", ps->p);
}

static bool parse_predicate(struct parser *ps, bool *condition)
{
    skip(ps);
    *condition = strncmp(ps->p, "(p0)", 4) == 0;
    if (!*condition && strncmp(ps->p, "(!p0)", 5) != 0)
        return false;
    ps->p += *condition ? 4 : 5;
    return true;
}

bool xg_ucode_parse(struct xg_ucode_insn *insn, const char *text, enum xg_shader_stage stage,
                    bool *serialize, struct xg_error *err)
{
    struct parser parser = {.p = text, .stage = stage, .err = err, .insn = insn};
    struct parser *ps = &parser;
    bool condition = false, ok;
    skip(ps);
    *serialize = strncmp(ps->p, "(S)", 3) == 0;
    ps->p += *serialize ? 3 : 0;
    bool predicated = parse_predicate(ps, &condition);
    const char *start = ps->p;
    char name[32];
    word(ps, name, sizeof name);
    unsigned predicate_field, condition_field;
    if (!strcmp(name, "vfetch")) {
        xg_ucode_defaults(insn, XG_UC_VFETCH);
        predicate_field = XG_UF_VFETCH_PREDICATED;
        condition_field = XG_UF_VFETCH_PRED_CONDITION;
        ok = parse_vfetch(ps);
    } else if (!strncmp(name, "tfetch", 6) || !strncmp(name, "get", 3) ||
               !strncmp(name, "fundef", 6) || !strncmp(name, "setTex", 6) ||
               !strncmp(name, "setGrad", 7)) {
        xg_ucode_defaults(insn, XG_UC_TFETCH);
        predicate_field = XG_UF_TFETCH_PREDICATED;
        condition_field = XG_UF_TFETCH_PRED_CONDITION;
        ok = parse_tfetch(ps, name);
    } else {
        ps->p = start;
        xg_ucode_defaults(insn, XG_UC_ALU);
        predicate_field = XG_UF_ALU_PREDICATED;
        condition_field = XG_UF_ALU_PRED_CONDITION;
        ok = parse_alu(ps);
    }
    insn->f[predicate_field] = predicated;
    insn->f[condition_field] = predicated && condition;
    return ok && parse_fields(ps);
}
