/* Assembler, whole programs: control flow, labels, placing of slots. */
#include "gpu/draw/ucode.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CF     4096u
#define MAX_LABELS 256u

struct cf_entry {
    struct xg_ucode_insn insn;
    size_t line;
    size_t first_slot; /* exec: index into slots; address follows once the CF area is known */
    char label[32];    /* to be resolved into field 0 */
};
struct label {
    char name[32];
    uint32_t cf;
};

struct assembler {
    const char *name;
    size_t line;
    enum xg_shader_stage stage;
    bool flat, in_slots;
    struct cf_entry *cf;
    size_t cf_count;
    uint32_t *slots; /* 3 words each */
    size_t slot_count;
    struct label labels[MAX_LABELS];
    size_t label_count;
    struct xg_error *err;
};

static bool fail_line(struct assembler *a, const char *why)
{
    return xg_fail(a->err, XG_E_INPUT, "%s:%zu: %s", a->name, a->line, why);
}

static struct cf_entry *new_cf(struct assembler *a, unsigned opcode)
{
    if (a->cf_count == MAX_CF) {
        fail_line(a, "too many control flow instructions");
        return NULL;
    }
    struct cf_entry *e = &a->cf[a->cf_count++];
    memset(e, 0, sizeof *e);
    unsigned cls = xg_ucode_cf_ops[opcode].cls;
    xg_ucode_defaults(&e->insn, cls);
    e->insn.f[xg_ucode_classes[cls].count - 1] = opcode;
    e->line = a->line;
    e->first_slot = a->slot_count;
    return e;
}

static bool is_exec(const struct cf_entry *e)
{
    struct xg_ucode_exec exec;
    return xg_ucode_exec(&e->insn, &exec);
}

static bool put_slot(struct assembler *a, const uint32_t words[3])
{
    if (a->slot_count == XG_UCODE_MAX_SLOTS)
        return fail_line(a, "too many slots");
    memcpy(a->slots + 3 * a->slot_count++, words, 12);
    return true;
}

/* A plain exec with more than six slots goes on in another one; the last keeps _end. */
static struct cf_entry *continue_exec(struct assembler *a, struct cf_entry *e)
{
    unsigned opcode = xg_ucode_cf_opcode(&e->insn);
    if (opcode != XG_CF_EXEC && opcode != XG_CF_EXEC_END) {
        fail_line(a, "a conditional exec holds at most six slots");
        return NULL;
    }
    struct cf_entry *next = new_cf(a, opcode);
    if (next)
        e->insn.f[xg_ucode_classes[XG_UC_CF_EXEC].count - 1] = XG_CF_EXEC;
    return next;
}

static bool add_slot(struct assembler *a, const char *text)
{
    struct xg_ucode_insn insn;
    bool serialize;
    uint32_t words[3];
    struct xg_error err = {0};
    if (!xg_ucode_parse(&insn, text, a->stage, &serialize, &err))
        return fail_line(a, err.text);
    xg_ucode_pack(&insn, words);
    if (a->in_slots)
        return put_slot(a, words);
    struct cf_entry *e = a->cf_count ? &a->cf[a->cf_count - 1] : NULL;
    if (!e || !is_exec(e) || a->flat)
        return fail_line(a, "an instruction must follow an exec");
    if (e->insn.f[XG_UF_CF_EXEC_COUNT] == 6 && !(e = continue_exec(a, e)))
        return false;
    uint32_t n = e->insn.f[XG_UF_CF_EXEC_COUNT]++;
    uint32_t sequence = (insn.cls != XG_UC_ALU) | (uint32_t)serialize << 1;
    e->insn.f[XG_UF_CF_EXEC_SEQUENCE] |= sequence << 2 * n;
    return put_slot(a, words);
}

static bool add_raw(struct assembler *a, const char *text)
{
    uint32_t words[3];
    for (unsigned i = 0; i < 3; i++) {
        char *end;
        words[i] = (uint32_t)strtoul(text, &end, 0);
        if (end == text)
            return fail_line(a, ".word takes three numbers");
        text = *end == ',' ? end + 1 : end;
    }
    return put_slot(a, words);
}

/* Cuts the next comma separated operand out of *text; NULL at the end. */
static char *operand(char **text)
{
    char *s = *text;
    while (isspace((unsigned char)*s) || *s == ',')
        s++;
    if (!*s)
        return NULL;
    char *end = s + strcspn(s, ",");
    *text = *end ? end + 1 : end;
    while (end > s && isspace((unsigned char)end[-1]))
        end--;
    *end = 0;
    return s;
}

static bool set_cf_field(struct assembler *a, struct cf_entry *e, char *text)
{
    const struct xg_ucode_class_info *info = &xg_ucode_classes[e->insn.cls];
    char *value = strchr(text, '=');
    if (value)
        *value++ = 0;
    for (unsigned i = 0; i < info->count; i++)
        if (!strcmp(info->fields[i].name, text)) {
            char *end = NULL;
            unsigned long v = value ? strtoul(value, &end, 0) : 1;
            if ((value && (end == value || *end)) || v >= 1ul << info->fields[i].width)
                return fail_line(a, "value does not fit its field");
            e->insn.f[i] = (uint32_t)v;
            return true;
        }
    return xg_fail(a->err, XG_E_INPUT, "%s:%zu: '%s' is not a field of %s", a->name, a->line, text,
                   info->name);
}

/* "b12", "!b12": false when the text is something else. */
static bool bool_operand(const char *s, uint32_t *index, uint32_t *condition)
{
    *condition = *s != '!';
    s += *s == '!';
    char *end;
    if (*s != 'b' || !isdigit((unsigned char)s[1]))
        return false;
    *index = (uint32_t)strtoul(s + 1, &end, 10);
    return !*end && *index < 256;
}
static bool predicate_operand(const char *s, uint32_t *condition)
{
    *condition = *s != '!';
    return !strcmp(s + !*condition, "p0");
}

static bool flow_operand(struct cf_entry *e, const char *s, unsigned position)
{
    static const char *const allocs[] = {"none", "position", "interpolators", "memory"};
    uint32_t *f = e->insn.f, index, condition;
    bool is_bool = bool_operand(s, &index, &condition);
    bool is_p0 = !is_bool && predicate_operand(s, &condition);
    switch (e->insn.cls) {
    case XG_UC_CF_EXEC_BOOL:
        if (position || !is_bool)
            return false;
        f[XG_UF_CF_EXEC_BOOL_BOOL] = index;
        f[XG_UF_CF_EXEC_BOOL_CONDITION] = condition;
        return true;
    case XG_UC_CF_EXEC_PRED:
        if (position || !is_p0)
            return false;
        f[XG_UF_CF_EXEC_PRED_CONDITION] = condition;
        return true;
    case XG_UC_CF_LOOP:
    case XG_UC_CF_ENDLOOP:
        if (position == 0) {
            snprintf(e->label, sizeof e->label, "%s", s);
            return true;
        }
        if (position == 1 && s[0] == 'i' && isdigit((unsigned char)s[1]) && atoi(s + 1) < 32) {
            f[XG_UF_CF_LOOP_LOOP] = (uint32_t)atoi(s + 1);
            return true;
        }
        if (position != 2 || !is_p0 || e->insn.cls != XG_UC_CF_ENDLOOP)
            return false;
        f[XG_UF_CF_ENDLOOP_BREAK] = 1;
        f[XG_UF_CF_ENDLOOP_CONDITION] = condition;
        return true;
    case XG_UC_CF_CALL:
    case XG_UC_CF_JUMP: {
        bool jump = e->insn.cls == XG_UC_CF_JUMP;
        if (position == 0) {
            snprintf(e->label, sizeof e->label, "%s", s);
            f[XG_UF_CF_CALL_UNCONDITIONAL] = 1;
            return true;
        }
        if (position != 1 || (!is_bool && !is_p0))
            return false;
        f[XG_UF_CF_CALL_UNCONDITIONAL] = 0;
        f[XG_UF_CF_CALL_PREDICATED] = is_p0;
        f[jump ? XG_UF_CF_JUMP_CONDITION : XG_UF_CF_CALL_CONDITION] = condition;
        if (is_bool)
            f[jump ? XG_UF_CF_JUMP_BOOL : XG_UF_CF_CALL_BOOL] = index;
        return true;
    }
    case XG_UC_CF_ALLOC:
        for (uint32_t i = 0; i < 4 && !position; i++)
            if (!strcmp(s, allocs[i]) ||
                (i == 2 && (!strcmp(s, "colors") || !strcmp(s, "colours")))) {
                f[XG_UF_CF_ALLOC_TYPE] = i;
                return true;
            }
        return false;
    default:
        return false;
    }
}

static unsigned required_operands(unsigned cls)
{
    return cls == XG_UC_CF_LOOP || cls == XG_UC_CF_ENDLOOP ? 2
           : cls == XG_UC_CF_EXEC_BOOL || cls == XG_UC_CF_EXEC_PRED || cls == XG_UC_CF_CALL ||
                   cls == XG_UC_CF_JUMP || cls == XG_UC_CF_ALLOC
               ? 1
               : 0;
}

/* true when the line is a control flow instruction (then *ok says how it went). */
static bool add_flow(struct assembler *a, char *text, bool *ok)
{
    size_t n = strcspn(text, " \t,");
    unsigned opcode = 0;
    while (opcode < 16 && (strlen(xg_ucode_cf_ops[opcode].name) != n ||
                           strncmp(xg_ucode_cf_ops[opcode].name, text, n) != 0))
        opcode++;
    if (opcode == 16 || a->in_slots)
        return false;
    struct cf_entry *e = new_cf(a, opcode);
    *ok = e != NULL;
    char *rest = text + n, *s;
    unsigned position = 0;
    while (*ok && (s = operand(&rest))) {
        if (flow_operand(e, s, position))
            position++;
        else
            *ok = set_cf_field(a, e, s);
    }
    if (*ok && position < required_operands(e->insn.cls))
        *ok = fail_line(a, "operand missing");
    return true;
}

static bool add_label(struct assembler *a, const char *name, size_t n)
{
    if (a->label_count == MAX_LABELS || n >= sizeof a->labels[0].name)
        return fail_line(a, "too many labels, or a label of over 31 letters");
    for (size_t i = 0; i < a->label_count; i++)
        if (strlen(a->labels[i].name) == n && !strncmp(a->labels[i].name, name, n))
            return fail_line(a, "label defined twice");
    struct label *l = &a->labels[a->label_count++];
    snprintf(l->name, sizeof l->name, "%.*s", (int)n, name);
    l->cf = (uint32_t)a->cf_count;
    return true;
}

static bool directive(struct assembler *a, const char *text)
{
    if (!strcmp(text, ".vs"))
        a->stage = XG_STAGE_VS;
    else if (!strcmp(text, ".ps"))
        a->stage = XG_STAGE_PS;
    else if (!strcmp(text, ".flat"))
        a->flat = true;
    else if (!strcmp(text, ".slots"))
        a->in_slots = a->flat = true;
    else if (!strncmp(text, ".word", 5) && a->in_slots)
        return add_raw(a, text + 5);
    else
        return fail_line(a, "unknown directive");
    return true;
}

/* One logical line: comments gone, continuation lines joined, not empty. */
static bool add_line(struct assembler *a, char *text)
{
    if (*text == '.')
        return directive(a, text);
    size_t n = strcspn(text, ":");
    if (text[n] == ':' && n &&
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                     "0123456789_") == n)
        return !text[n + 1] ? add_label(a, text, n)
                            : fail_line(a, "a label stands on a line of its own");
    bool ok;
    return add_flow(a, text, &ok) ? ok : add_slot(a, text);
}

static bool resolve(struct assembler *a, struct cf_entry *e)
{
    if (!e->label[0])
        return true;
    a->line = e->line;
    for (size_t i = 0; i < a->label_count; i++)
        if (!strcmp(a->labels[i].name, e->label)) {
            e->insn.f[0] = a->labels[i].cf;
            return true;
        }
    char *end;
    unsigned long v = strtoul(e->label, &end, 10);
    if (*end || v > 0x1FFF)
        return xg_fail(a->err, XG_E_INPUT, "%s:%zu: label '%s' is not defined", a->name, a->line,
                       e->label);
    e->insn.f[0] = (uint32_t)v;
    return true;
}

static bool place(struct assembler *a, struct xg_ucode_image *image)
{
    size_t cf_slots = (a->cf_count + 1) / 2;
    if (!a->cf_count)
        return fail_line(a, "no control flow instruction");
    if (cf_slots + a->slot_count > XG_UCODE_MAX_SLOTS)
        return fail_line(a, "the program has more than 4096 slots");
    image->count = 3 * (cf_slots + a->slot_count);
    image->words = calloc(image->count, sizeof *image->words);
    image->stage = a->stage;
    if (!image->words)
        return fail_line(a, "out of memory");
    for (size_t i = 0; i < a->cf_count; i++) {
        struct cf_entry *e = &a->cf[i];
        if (!resolve(a, e))
            return false;
        if (is_exec(e) && !a->flat)
            e->insn.f[XG_UF_CF_EXEC_ADDRESS] = (uint32_t)(cf_slots + e->first_slot);
        xg_ucode_cf_put(image->words, i, &e->insn);
    }
    memcpy(image->words + 3 * cf_slots, a->slots, 12 * a->slot_count);
    return true;
}

/* Copies the next line without comment and outer space; joins lines that start with +. */
static const char *next_line(struct assembler *a, const char *text, char *out, size_t size)
{
    size_t n = 0;
    out[0] = 0;
    while (*text) {
        const char *end = text + strcspn(text, "\n");
        const char *stop = text + strcspn(text, ";\n");
        const char *s = text;
        while (s < stop && isspace((unsigned char)*s))
            s++;
        while (stop > s && isspace((unsigned char)stop[-1]))
            stop--;
        bool empty = s == stop;
        if (n && !empty && *s != '+')
            break;
        if (!empty && n + (size_t)(stop - s) + 2 < size) {
            n += (size_t)snprintf(out + n, size - n, "%s%.*s", n ? " " : "", (int)(stop - s), s);
        } else if (!empty) {
            a->line++;
            fail_line(a, "line too long");
            return NULL;
        }
        if (n && empty)
            break;
        a->line++;
        text = *end ? end + 1 : end;
    }
    return text;
}

bool xg_ucode_assemble(struct xg_ucode_image *image, const char *text, const char *name,
                       enum xg_shader_stage stage, struct xg_error *err)
{
    struct assembler *a = calloc(1, sizeof *a);
    bool ok = a != NULL;
    memset(image, 0, sizeof *image);
    if (ok) {
        a->name = name;
        a->stage = stage;
        a->err = err;
        a->cf = calloc(MAX_CF, sizeof *a->cf);
        a->slots = calloc(XG_UCODE_MAX_SLOTS, 12);
        ok = a->cf && a->slots;
    }
    char line[512];
    while (ok && *text) {
        text = next_line(a, text, line, sizeof line);
        ok = text && (!line[0] || add_line(a, line));
    }
    ok = ok && place(a, image);
    if (!ok)
        xg_ucode_image_free(image);
    if (a) {
        free(a->cf);
        free(a->slots);
    }
    free(a);
    return ok || xg_fail(err, XG_E_INPUT, "%s: out of memory", name);
}

void xg_ucode_image_free(struct xg_ucode_image *image)
{
    free(image->words);
    memset(image, 0, sizeof *image);
}
