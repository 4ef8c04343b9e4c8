#include "cpu/case.h"

#include "base/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SENTINEL   0xFFFFFFF0u
#define STACK_BASE 0x70000000u
#define STACK_SIZE 0x10000u
#define MAX_MAPPED 256
#define MAX_BYTES  (16u << 20)

struct range {
    xg_ga at;
    uint32_t size;
};

struct xg_cpu_bench {
    struct xg_memory *mem;
    struct xg_cpu *cpu;
    struct range mapped[MAX_MAPPED]; /* of the current case, in whole pages */
    unsigned mapped_count;
};

struct xg_cpu_bench *xg_cpu_bench_create(enum xg_cpu_engine engine, struct xg_error *err)
{
    struct xg_cpu_bench *b = calloc(1, sizeof *b);
    if (b)
        b->mem = xg_memory_create(err);
    if (b && b->mem)
        b->cpu = xg_cpu_create(engine, b->mem, NULL, err);
    if (b && b->cpu)
        return b;
    xg_fail(err, XG_E_INPUT, "out of memory");
    xg_cpu_bench_destroy(b);
    return NULL;
}

void xg_cpu_bench_destroy(struct xg_cpu_bench *b)
{
    if (!b)
        return;
    xg_cpu_destroy(b->cpu);
    if (b->mem)
        xg_memory_destroy(b->mem);
    free(b);
}

/* ---- reading ---- */

static int hex_value(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    if (ch >= 'a' && ch <= 'f')
        return ch - 'a' + 10;
    return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

static bool hex_u64(const struct xg_json *v, const char *what, unsigned max_digits, uint64_t *out,
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

/* Bytes of a hex string; *bytes is allocated. */
static bool hex_bytes(const struct xg_json *v, const char *what, uint8_t **bytes, uint32_t *size,
                      struct xg_error *err)
{
    if (!v || v->kind != XG_JSON_STRING || !v->length || v->length % 2 || v->length / 2 > MAX_BYTES)
        return xg_fail(err, XG_E_INPUT, "%s must be a string of hex digits, two a byte", what);
    uint8_t *out = malloc(v->length / 2);
    if (!out)
        return xg_fail(err, XG_E_INPUT, "out of memory");
    for (size_t i = 0; i < v->length; i += 2) {
        int high = hex_value(v->text[i]), low = hex_value(v->text[i + 1]);
        if (high < 0 || low < 0) {
            free(out);
            return xg_fail(err, XG_E_INPUT, "%s holds '%c%c', which is not a hex byte", what,
                           v->text[i], v->text[i + 1]);
        }
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    *bytes = out;
    *size = (uint32_t)(v->length / 2);
    return true;
}

static bool known_keys(const struct xg_json *object, const char *const *names, size_t count,
                       const char *where, struct xg_error *err)
{
    for (const struct xg_json *m = object->child; m; m = m->next) {
        size_t i = 0;
        while (i < count && strcmp(names[i], m->key) != 0)
            i++;
        if (i == count)
            return xg_fail(err, XG_E_INPUT, "unknown key \"%.40s\" in %s", m->key, where);
    }
    return true;
}

/* Maps [at, at+size) with more rights than its pages have; pages hold zeros at first. */
static bool map(struct xg_cpu_bench *b, xg_ga at, uint64_t size, unsigned rwx, struct xg_error *err)
{
    uint64_t first = at & ~(uint64_t)(XG_PAGE_SIZE - 1);
    uint64_t end = ((uint64_t)at + size + XG_PAGE_SIZE - 1) & ~(uint64_t)(XG_PAGE_SIZE - 1);
    if (!size || end > 0x100000000ull)
        return xg_fail(err, XG_E_INPUT,
                       "%08" PRIx32 " with %" PRIu64 " bytes is not a range of memory", at, size);
    if (b->mapped_count == MAX_MAPPED)
        return xg_fail(err, XG_E_INPUT, "more than %d ranges of memory", MAX_MAPPED);
    for (uint64_t ga = first; ga < end; ga += XG_PAGE_SIZE) {
        unsigned now = b->mem->access[ga >> XG_PAGE_SHIFT] & (XG_PAGE_R | XG_PAGE_W | XG_PAGE_X);
        if ((now | rwx) != now &&
            !xg_memory_protect(b->mem, (xg_ga)ga, XG_PAGE_SIZE, now | rwx, err))
            return false;
    }
    b->mapped[b->mapped_count++] = (struct range){(xg_ga)first, (uint32_t)(end - first)};
    return true;
}

static void unmap_all(struct xg_cpu_bench *b)
{
    for (unsigned i = 0; i < b->mapped_count; i++) {
        struct range r = b->mapped[i];
        xg_memory_discard(b->mem, r.at, r.size, NULL);
        xg_memory_protect(b->mem, r.at, r.size, 0, NULL);
        xg_cpu_invalidate(b->cpu, r.at, r.size);
    }
    b->mapped_count = 0;
}

static bool place(struct xg_cpu_bench *b, xg_ga at, const uint8_t *bytes, uint32_t size,
                  unsigned rwx, struct xg_error *err)
{
    struct xg_fault f;
    if (!map(b, at, size, rwx, err))
        return false;
    return xg_memory_write(b->mem, at, bytes, size, &f) ||
           xg_fail(err, XG_E_INPUT, "memory at %08" PRIx32 " cannot be written", f.address);
}

static bool read_code(struct xg_cpu_bench *b, const struct xg_json *root, xg_ga *entry,
                      struct xg_error *err)
{
    uint64_t at = 0;
    uint8_t *bytes = NULL;
    uint32_t size = 0;
    if (!hex_u64(xg_json_get(root, "at"), "\"at\"", 8, &at, err))
        return false;
    if (at & 3)
        return xg_fail(err, XG_E_INPUT, "\"at\" is not a multiple of 4");
    if (!hex_bytes(xg_json_get(root, "code"), "\"code\"", &bytes, &size, err))
        return false;
    bool ok = size % 4 == 0 || xg_fail(err, XG_E_INPUT, "\"code\" is not a whole number of words");
    ok = ok && place(b, (xg_ga)at, bytes, size, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X, err);
    free(bytes);
    *entry = (xg_ga)at;
    return ok;
}

static bool array_or_absent(const struct xg_json *v, const char *what, struct xg_error *err)
{
    return !v || v->kind == XG_JSON_ARRAY || xg_fail(err, XG_E_INPUT, "%s must be an array", what);
}

static bool read_mem(struct xg_cpu_bench *b, const struct xg_json *root, struct xg_error *err)
{
    static const char *const keys[] = {"at", "hex"};
    const struct xg_json *list = xg_json_get(root, "mem");
    if (!array_or_absent(list, "\"mem\"", err))
        return false;
    for (const struct xg_json *m = list ? list->child : NULL; m; m = m->next) {
        uint64_t at = 0;
        uint8_t *bytes = NULL;
        uint32_t size = 0;
        if (m->kind != XG_JSON_OBJECT)
            return xg_fail(err, XG_E_INPUT, "an entry of \"mem\" is not an object");
        if (!known_keys(m, keys, 2, "\"mem\"", err) ||
            !hex_u64(xg_json_get(m, "at"), "\"at\" of \"mem\"", 8, &at, err) ||
            !hex_bytes(xg_json_get(m, "hex"), "\"hex\" of \"mem\"", &bytes, &size, err))
            return false;
        bool ok = place(b, (xg_ga)at, bytes, size, XG_PAGE_R | XG_PAGE_W, err);
        free(bytes);
        if (!ok)
            return false;
    }
    return true;
}

static bool read_entry(const struct xg_json *m, struct range *r, struct xg_error *err)
{
    static const char *const keys[] = {"at", "len"};
    uint64_t at = 0, size = 0;
    if (m->kind != XG_JSON_OBJECT)
        return xg_fail(err, XG_E_INPUT, "an entry of \"read\" is not an object");
    if (!known_keys(m, keys, 2, "\"read\"", err) ||
        !hex_u64(xg_json_get(m, "at"), "\"at\" of \"read\"", 8, &at, err))
        return false;
    if (!xg_json_u64(xg_json_get(m, "len"), &size) || !size || size > MAX_BYTES)
        return xg_fail(err, XG_E_INPUT, "\"len\" of \"read\" must be a number from 1 to %u",
                       MAX_BYTES);
    *r = (struct range){(xg_ga)at, (uint32_t)size};
    return true;
}

static bool map_reads(struct xg_cpu_bench *b, const struct xg_json *root, struct xg_error *err)
{
    const struct xg_json *list = xg_json_get(root, "read");
    if (!array_or_absent(list, "\"read\"", err))
        return false;
    for (const struct xg_json *m = list ? list->child : NULL; m; m = m->next) {
        struct range r = {0, 0};
        if (!read_entry(m, &r, err) || !map(b, r.at, r.size, XG_PAGE_R | XG_PAGE_W, err))
            return false;
    }
    return true;
}

/* "r31" and prefix 'r', count 32: the number, or -1. */
static int numbered(const char *name, char prefix, int count)
{
    if (name[0] != prefix || !name[1] || (name[1] == '0' && name[2]))
        return -1;
    int n = 0;
    for (const char *s = name + 1; *s; s++) {
        if (*s < '0' || *s > '9' || (n = n * 10 + (*s - '0')) >= count)
            return -1;
    }
    return n;
}

static bool read_vector(const struct xg_json *m, struct xg_v128 *v, struct xg_error *err)
{
    uint8_t *bytes = NULL;
    uint32_t size = 0;
    if (m->kind != XG_JSON_STRING || m->length != 32)
        return xg_fail(err, XG_E_INPUT, "%s must be a string of 32 hex digits", m->key);
    if (!hex_bytes(m, m->key, &bytes, &size, err))
        return false;
    for (int i = 0; i < 4; i++)
        v->w[i] = xg_ld32be(bytes + 4 * i);
    free(bytes);
    return true;
}

static bool read_register(struct xg_cpu_context *c, const struct xg_json *m, struct xg_error *err)
{
    static const char *const words[] = {"cr", "xer", "fpscr", "vscr", "vrsave"};
    uint32_t *const slots[] = {&c->cr, &c->xer, &c->fpscr, &c->vscr, &c->vrsave};
    uint64_t value = 0;
    int n;
    if ((n = numbered(m->key, 'v', 128)) >= 0)
        return read_vector(m, &c->vr[n], err);
    for (size_t i = 0; i < XG_COUNTOF(words); i++)
        if (!strcmp(m->key, words[i])) {
            if (!hex_u64(m, m->key, 8, &value, err))
                return false;
            *slots[i] = (uint32_t)value;
            return true;
        }
    uint64_t *slot = (n = numbered(m->key, 'r', 32)) >= 0   ? &c->gpr[n]
                     : (n = numbered(m->key, 'f', 32)) >= 0 ? &c->fpr[n]
                     : !strcmp(m->key, "ctr")               ? &c->ctr
                                                            : NULL;
    if (!slot)
        return xg_fail(err, XG_E_INPUT, "unknown register \"%.40s\"", m->key);
    return hex_u64(m, m->key, 16, slot, err);
}

static bool read_context(struct xg_cpu_context *c, const struct xg_json *root, uint64_t *max,
                         struct xg_error *err)
{
    const struct xg_json *regs = xg_json_get(root, "regs"), *sf = xg_json_get(root, "sf");
    const struct xg_json *limit = xg_json_get(root, "max");
    uint64_t wide = 0;
    memset(c, 0, sizeof *c);
    *max = 100000;
    if (sf && (!xg_json_u64(sf, &wide) || wide > 1))
        return xg_fail(err, XG_E_INPUT, "\"sf\" must be 0 or 1");
    if (limit && !xg_json_u64(limit, max))
        return xg_fail(err, XG_E_INPUT, "\"max\" must be a number of instructions");
    if (regs && regs->kind != XG_JSON_OBJECT)
        return xg_fail(err, XG_E_INPUT, "\"regs\" must be an object");
    for (const struct xg_json *m = regs ? regs->child : NULL; m; m = m->next)
        if (!read_register(c, m, err))
            return false;
    c->msr = 0x9030 | wide << XG_MSR_SF;
    c->lr = SENTINEL;
    return true;
}

/* ---- writing ---- */

static void write_escaped(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
        if (*s == '"' || *s == '\\')
            fprintf(out, "\\%c", *s);
        else if (*s < 0x20)
            fprintf(out, "\\u%04x", *s);
        else
            fputc(*s, out);
    }
    fputc('"', out);
}

static void write_id(FILE *out, const struct xg_json *root)
{
    const struct xg_json *id = root ? xg_json_get(root, "id") : NULL;
    fputs("{\"id\":", out);
    if (id)
        fwrite(id->raw, 1, id->raw_length, out);
    else
        fputs("null", out);
}

static void write_registers(FILE *out, const struct xg_cpu_context *a,
                            const struct xg_cpu_context *b)
{
    const char *sep = "";
    fputs(",\"regs\":{", out);
    for (int i = 0; i < 32; i++)
        if (a->gpr[i] != b->gpr[i]) {
            fprintf(out, "%s\"r%d\":\"%016" PRIx64 "\"", sep, i, b->gpr[i]);
            sep = ",";
        }
    for (int i = 0; i < 32; i++)
        if (a->fpr[i] != b->fpr[i]) {
            fprintf(out, "%s\"f%d\":\"%016" PRIx64 "\"", sep, i, b->fpr[i]);
            sep = ",";
        }
    for (int i = 0; i < 128; i++)
        if (memcmp(&a->vr[i], &b->vr[i], 16) != 0) {
            const uint32_t *w = b->vr[i].w;
            fprintf(out, "%s\"v%d\":\"%08" PRIx32 "%08" PRIx32 "%08" PRIx32 "%08" PRIx32 "\"", sep,
                    i, w[0], w[1], w[2], w[3]);
            sep = ",";
        }
    const struct {
        const char *name;
        uint32_t before, after;
    } words[] = {{"cr", a->cr, b->cr},
                 {"xer", a->xer, b->xer},
                 {"fpscr", a->fpscr, b->fpscr},
                 {"vscr", a->vscr, b->vscr},
                 {"vrsave", a->vrsave, b->vrsave}};
    for (size_t i = 0; i < XG_COUNTOF(words); i++)
        if (words[i].before != words[i].after) {
            fprintf(out, "%s\"%s\":\"%08" PRIx32 "\"", sep, words[i].name, words[i].after);
            sep = ",";
        }
    if (a->ctr != b->ctr)
        fprintf(out, "%s\"ctr\":\"%016" PRIx64 "\"", sep, b->ctr);
    fputc('}', out);
}

static void write_memory(FILE *out, const struct xg_cpu_bench *b, const struct xg_json *root)
{
    const struct xg_json *list = xg_json_get(root, "read");
    fputs(",\"mem\":[", out);
    for (const struct xg_json *m = list ? list->child : NULL; m; m = m->next) {
        struct range r = {0, 0};
        read_entry(m, &r, NULL);
        fprintf(out, "%s{\"at\":\"%08" PRIx32 "\",\"hex\":\"", m == list->child ? "" : ",", r.at);
        for (uint32_t i = 0; i < r.size; i++)
            fprintf(out, "%02x", b->mem->base[r.at + i]);
        fputs("\"}", out);
    }
    fputc(']', out);
}

static void write_fault(FILE *out, const struct xg_cpu_context *c, const char *kind)
{
    fprintf(out,
            ",\"fault\":{\"kind\":\"%s\",\"pc\":\"%08" PRIx32 "\",\"address\":\"%08" PRIx32 "\"}",
            kind, c->pc, c->fault.address);
}

/* ---- running ---- */

enum ending { END_OK, END_FAULT, END_LIMIT, END_CHECK };

static const char *fault_kind(enum xg_fault_kind kind)
{
    static const char *const names[] = {"none",    "unmapped", "protected", "misaligned",
                                        "illegal", "fetch",    "trap",      "device"};
    return (size_t)kind < XG_COUNTOF(names) ? names[kind] : "unknown";
}

static enum ending run(struct xg_cpu_bench *b, struct xg_cpu_context *c, uint64_t max,
                       const char **kind)
{
    c->slice_end = max;
    for (;;) {
        enum xg_cpu_exit why = xg_cpu_run(b->cpu, c);
        if (c->pc == SENTINEL)
            return END_OK;
        switch (why) {
        case XG_EXIT_FAULT:
            *kind = fault_kind(c->fault.kind);
            return END_FAULT;
        case XG_EXIT_CHECK:
            return END_CHECK;
        case XG_EXIT_KERNEL:
        case XG_EXIT_RETURN:
            c->pc -= 4; /* there is no kernel here: the sc itself is the fault */
            c->fault.address = c->pc;
            *kind = "syscall";
            return END_FAULT;
        default:
            if (c->retired >= max)
                return END_LIMIT;
            break;
        }
    }
}

static bool run_case(struct xg_cpu_bench *b, const struct xg_json *root, FILE *out,
                     struct xg_error *err)
{
    static const char *const keys[] = {"id", "code", "at", "sf", "regs", "mem", "read", "max"};
    static const char *const statuses[] = {"ok", "fault", "limit"};
    struct xg_cpu_context before, after;
    uint64_t max;
    xg_ga entry = 0;
    if (root->kind != XG_JSON_OBJECT)
        return xg_fail(err, XG_E_INPUT, "a case is a JSON object");
    if (!known_keys(root, keys, XG_COUNTOF(keys), "the case", err) ||
        !read_context(&before, root, &max, err) ||
        !map(b, STACK_BASE, STACK_SIZE, XG_PAGE_R | XG_PAGE_W, err) || !map_reads(b, root, err) ||
        !read_mem(b, root, err) || !read_code(b, root, &entry, err))
        return false;
    before.pc = entry;
    after = before;
    const char *kind = NULL;
    enum ending end = run(b, &after, max, &kind);
    if (end == END_CHECK)
        return xg_fail(err, XG_E_GUEST, "%s", xg_cpu_difference(b->cpu));
    write_id(out, root);
    fprintf(out, ",\"status\":\"%s\"", statuses[end]);
    if (end == END_FAULT)
        write_fault(out, &after, kind);
    fprintf(out, ",\"insns\":%" PRIu64, after.retired);
    write_registers(out, &before, &after);
    write_memory(out, b, root);
    fputs("}\n", out);
    return true;
}

void xg_cpu_bench_run(struct xg_cpu_bench *b, const char *line, size_t length, FILE *out)
{
    struct xg_error err = {0};
    struct xg_json *root = xg_json_parse(line, length, &err);
    if (!root || !run_case(b, root, out, &err)) {
        write_id(out, root && root->kind == XG_JSON_OBJECT ? root : NULL);
        fputs(",\"error\":", out);
        write_escaped(out, err.text);
        fputs("}\n", out);
    }
    unmap_all(b);
    xg_json_free(root);
}
