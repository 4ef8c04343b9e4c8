/* Generates the guest side of the kernel's exports from host/kernel/exports.csv:
 *   xboxkrnl.h        C prototypes and variables
 *   import_stubs.S    per function: import records and a stub that turns a SysV call (gcc)
 *                     into a console call
 *   import_varargs.c  the variadic ones, whose arguments only the format string describes
 * SysV: 64-bit values in register pairs that start at r3, r5, r7, r9, else on the stack from
 * 8(r1). Console: argument n in r3+n as a 64-bit value, from the ninth at 0x50+8(n-8)(r1);
 * doubles in f1... in both, on the console they use up their integer slot as well.
 * usage: gen_stubs EXPORTS.csv HEADER STUBS VARARGS */
#include "base/csv.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGS_MAX 16

struct type {
    const char *name, *c;
    enum { T_VOID, T_UNSIGNED, T_SIGNED, T_LONG, T_DOUBLE, T_DOTS } kind;
};
static const struct type types[] = {
    {"v", "void", T_VOID},
    {"u8", "uint8_t", T_UNSIGNED},
    {"u16", "uint16_t", T_UNSIGNED},
    {"u32", "uint32_t", T_UNSIGNED},
    {"s32", "int32_t", T_SIGNED},
    {"u64", "uint64_t", T_LONG},
    {"s64", "int64_t", T_LONG},
    {"p", "void *", T_UNSIGNED},
    {"st", "NTSTATUS", T_SIGNED},
    {"h", "HANDLE", T_UNSIGNED},
    {"cs", "const char *", T_UNSIGNED},
    {"ws", "const uint16_t *", T_UNSIGNED},
    {"as", "struct ansi_string *", T_UNSIGNED},
    {"us", "struct unicode_string *", T_UNSIGNED},
    {"oa", "struct object_attributes *", T_UNSIGNED},
    {"f64", "double", T_DOUBLE},
    {"...", "...", T_DOTS},
};

struct function {
    const char *name;
    unsigned module, ordinal;
    const struct type *result, *arg[ARGS_MAX];
    int count; /* without the dots */
    bool variadic;
};

/* The console's own, and behind them the DLLs that the table names, in its order. */
#define MODULES_MAX 8u
static const char *modules[MODULES_MAX] = {"xboxkrnl", "xam", "xbdm"};
static size_t module_count = 3;

static const struct type *find_type(const char *name, size_t n)
{
    for (size_t i = 0; i < XG_COUNTOF(types); i++)
        if (strlen(types[i].name) == n && memcmp(types[i].name, name, n) == 0)
            return &types[i];
    return NULL;
}

static bool parse_signature(struct function *f, const char *text)
{
    bool first = true;
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, " ");
        const struct type *t = find_type(p, n);
        if (!t || f->variadic)
            return false;
        if (first)
            f->result = t;
        else if (t->kind == T_DOTS)
            f->variadic = true;
        else if (f->count < ARGS_MAX)
            f->arg[f->count++] = t;
        else
            return false;
        first = false;
        p += n + (p[n] == ' ');
    }
    return !first && (!f->variadic || f->count > 0);
}

static void put_prototype(FILE *o, const struct function *f, bool names)
{
    fprintf(o, "%s%s%s(", f->result->c, strchr(f->result->c, '*') ? "" : " ", f->name);
    for (int i = 0; i < f->count; i++) {
        fprintf(o, "%s%s", i ? ", " : "", f->arg[i]->c);
        if (names)
            fprintf(o, " a%d", i);
    }
    fprintf(o, "%s)", f->variadic ? ", ..." : f->count ? "" : "void");
}

/* Import records: a slot word, and for functions a thunk of four words. The loader of the
 * console knows them by type and ordinal; bits 23:16 name the library for xexbuild. */
static void put_records(FILE *o, const char *name, unsigned module, unsigned ordinal, bool function)
{
    unsigned id = module << 16 | ordinal;
    fprintf(o,
            "\t.section .xslot.%s,\"a\"\n\t.balign 4\n\t.globl __imp_%s\n\t.type __imp_%s,@object\n"
            "\t.size __imp_%s,4\n__imp_%s:\n",
            name, name, name, name, name);
    fprintf(o, "\t.long 0x%08X\n", id);
    if (!function)
        return;
    fprintf(o,
            "\t.section .xthunk.%s,\"ax\"\n\t.balign 16\n\t.globl __thunk_%s\n"
            "\t.type __thunk_%s,@function\n\t.size __thunk_%s,16\n",
            name, name, name, name);
    /* The relocation keeps the slot alive when the linker drops unused sections. */
    fprintf(o, "__thunk_%s:\n\t.reloc ., R_PPC_NONE, __imp_%s\n", name, name);
    fprintf(o, "\t.long 0x%08X, 0x%08X, 0x7D6903A6, 0x4E800420\n", 0x01000000 | id,
            0x02000000 | id);
}

/* Where SysV puts each argument: a register (pair) or a stack offset. */
struct place {
    int reg, stack;
};
static bool place_arguments(const struct function *f, struct place *at)
{
    int g = 3, s = 8, fpr = 1;
    bool moved = f->count > 8;
    for (int i = 0; i < f->count; i++) {
        at[i] = (struct place){0, 0};
        if (f->arg[i]->kind == T_DOUBLE) {
            if (fpr++ > 8)
                fprintf(stderr, "gen_stubs: %s: more than 8 doubles\n", f->name), exit(1);
            continue;
        }
        bool wide = f->arg[i]->kind == T_LONG;
        if (wide && !(g & 1))
            g++;
        if (g + wide <= 10) {
            at[i].reg = g;
            g += 1 + wide;
        } else {
            g = 11;
            if (wide)
                s = (s + 7) & ~7;
            at[i].stack = s;
            s += wide ? 8 : 4;
        }
        moved |= wide || at[i].reg != 3 + i;
    }
    return moved;
}

static void put_in_place(FILE *o, const struct function *f)
{
    for (int i = 0; i < f->count; i++)
        if (f->arg[i]->kind == T_SIGNED)
            fprintf(o, "\textsw %d,%d\n", 3 + i, 3 + i);
        else if (f->arg[i]->kind == T_UNSIGNED)
            fprintf(o, "\tclrldi %d,%d,32\n", 3 + i, 3 + i);
}

/* Through the slots in memory: correct for every mixture of widths. */
static void put_shuffled(FILE *o, const struct function *f, const struct place *at, int frame)
{
    for (int i = 0; i < f->count; i++) {
        bool wide = f->arg[i]->kind == T_LONG;
        int slot = 0x10 + 8 * i, r = at[i].reg;
        if (f->arg[i]->kind == T_DOUBLE)
            continue;
        if (wide && r)
            fprintf(o, "\tstw %d,%d(1)\n\tstw %d,%d(1)\n", r, slot, r + 1, slot + 4);
        else if (wide)
            fprintf(o, "\tlwz 11,%d(1)\n\tlwz 12,%d(1)\n\tstw 11,%d(1)\n\tstw 12,%d(1)\n",
                    frame + at[i].stack, frame + at[i].stack + 4, slot, slot + 4);
        else if (r)
            fprintf(o, "\t%s 11,%d%s\n\tstd 11,%d(1)\n",
                    f->arg[i]->kind == T_SIGNED ? "extsw" : "clrldi", r,
                    f->arg[i]->kind == T_SIGNED ? "" : ",32", slot);
        else
            fprintf(o, "\t%s 11,%d(1)\n\tstd 11,%d(1)\n",
                    f->arg[i]->kind == T_SIGNED ? "lwa" : "lwz", frame + at[i].stack, slot);
    }
    for (int i = 0; i < f->count && i < 8; i++)
        if (f->arg[i]->kind != T_DOUBLE)
            fprintf(o, "\tld %d,%d(1)\n", 3 + i, 0x10 + 8 * i);
}

static void put_stub(FILE *o, const struct function *f)
{
    struct place at[ARGS_MAX];
    int frame = (0x50 + 8 * (f->count > 8 ? f->count - 8 : 0) + 15) & ~15;
    bool moved = place_arguments(f, at);
    fprintf(o, "\t.section .text.%s,\"ax\"\n\t.balign 4\n\t.globl %s\n\t.type %s,@function\n%s:\n",
            f->name, f->name, f->name, f->name);
    fprintf(o, "\tmflr 0\n\tstw 0,4(1)\n\tstwu 1,-%d(1)\n", frame);
    if (moved)
        put_shuffled(o, f, at, frame);
    else
        put_in_place(o, f);
    fprintf(o, "\tbl __thunk_%s\n", f->name);
    if (f->result->kind == T_LONG)
        fprintf(o, "\tmr 4,3\n\tsrdi 3,3,32\n");
    fprintf(o, "\tlwz 0,%d(1)\n\taddi 1,1,%d\n\tmtlr 0\n\tblr\n\t.size %s,.-%s\n", frame + 4, frame,
            f->name, f->name);
}

static void put_variadic(FILE *o, const struct function *f)
{
    fprintf(o, "extern const uint32_t __thunk_%s[];\n", f->name);
    put_prototype(o, f, true);
    fprintf(o, "\n{\n    uint64_t slots[XG_SLOTS_MAX];\n    va_list list;\n");
    for (int i = 0; i < f->count; i++)
        fprintf(o, "    slots[%d] = (uint32_t)a%d;\n", i, i);
    fprintf(o, "    va_start(list, a%d);\n    unsigned n = xg_slots_of(slots, %d, a%d, list);\n",
            f->count - 1, f->count, f->count - 1);
    fprintf(o, "    va_end(list);\n    %s(%s)xg_call_slots(__thunk_%s, slots, n);\n}\n\n",
            f->result->kind == T_VOID ? "(void)" : "return ", f->result->c, f->name);
}

static bool is_name(const char *s)
{
    if (!isalpha((unsigned char)*s) && *s != '_')
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '_')
            return false;
    return true;
}

static int module_index(const char *name)
{
    for (size_t i = 0; i < module_count; i++)
        if (strcmp(modules[i], name) == 0)
            return (int)i;
    if (module_count == MODULES_MAX)
        return -1;
    modules[module_count] = name;
    return (int)module_count++;
}

static FILE *create(const char *path)
{
    FILE *f = fopen(path, "w");
    if (!f)
        perror(path), exit(1);
    return f;
}

static int generate(const struct xg_csv *t, char **argv)
{
    FILE *h = create(argv[2]), *s = create(argv[3]), *v = create(argv[4]);
    for (size_t i = 0; i < t->rows; i++)
        module_index(xg_csv_get(t, i, "module"));
    fprintf(h, "/* Generated from %s. */\n#pragma once\n#include \"xg_types.h\"\n", argv[1]);
    fprintf(s,
            "/* Generated from %s. */\n\t.machine ppc64\n"
            "\t.section .xlibs,\"\",@progbits\n\t.string \"xboxkrnl.exe\"\n",
            argv[1]);
    for (size_t i = 1; i < module_count; i++)
        fprintf(s, "\t.string \"%s.xex\"\n", modules[i]);
    const char *slash = strrchr(argv[2], '/');
    fprintf(v, "/* Generated from %s. */\n#include \"%s\"\n#include \"xg_slots.h\"\n", argv[1],
            slash ? slash + 1 : argv[2]);
    for (size_t i = 0; i < t->rows; i++) {
        struct function f = {.name = xg_csv_get(t, i, "name")};
        int module = module_index(xg_csv_get(t, i, "module"));
        const char *sig = xg_csv_get(t, i, "signature");
        if (module < 0 || !is_name(f.name))
            continue;
        f.module = (unsigned)module;
        f.ordinal = (unsigned)strtoul(xg_csv_get(t, i, "ordinal"), NULL, 0);
        if (strcmp(xg_csv_get(t, i, "kind"), "variable") == 0) {
            fprintf(h, "extern void *const __imp_%s;\n", f.name);
            put_records(s, f.name, f.module, f.ordinal, false);
            continue;
        }
        if (strcmp(sig, "?") == 0)
            continue;
        if (!parse_signature(&f, sig)) {
            fprintf(stderr, "%s:%zu: bad signature \"%s\" of %s\n", t->path, xg_csv_line(i), sig,
                    f.name);
            return 1;
        }
        put_prototype(h, &f, false);
        fprintf(h, ";\n");
        put_records(s, f.name, f.module, f.ordinal, true);
        if (f.variadic)
            put_variadic(v, &f);
        else
            put_stub(s, &f);
    }
    return fclose(h) | fclose(s) | fclose(v) ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct xg_csv exports;
    struct xg_error err = {0};
    if (argc != 5) {
        fprintf(stderr, "usage: gen_stubs EXPORTS.csv HEADER STUBS VARARGS\n");
        return 2;
    }
    if (!xg_csv_load(&exports, argv[1], &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    int rc = generate(&exports, argv);
    xg_csv_free(&exports);
    return rc;
}
