/* Makes mutants: copies of a source with one small change each, chosen by a seed.
 *
 *   mutate SEED COUNT FOLDER FILE...
 *
 * C sources: operators, constants, conditions, casts change. instructions.csv: a bit of an
 * opcode or mask, a flag, a handler. Writes FOLDER/N/NAME and FOLDER/mutants.csv with a line
 * for each: number,file,line,change. Comments, strings, includes, loop headers (a bound that
 * is off by one is for the sanitizers) and what is marked likely or unlikely (shortcuts with
 * a slow twin) stay as they are. */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct change {
    const char *file;
    size_t at, length; /* bytes that are replaced */
    char with[64];
    unsigned line;
};

static struct change *changes;
static size_t count, room;
static uint64_t seed;

static uint32_t below(uint32_t n)
{
    uint64_t z = (seed += 0x9E3779B97F4A7C15ull);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return n ? (uint32_t)((z ^ z >> 31) >> 32) % n : 0;
}

static void add(const char *file, size_t at, size_t length, unsigned line, const char *with)
{
    if (count == room) {
        room = room ? room * 2 : 4096;
        changes = realloc(changes, room * sizeof *changes);
        if (!changes)
            exit(2);
    }
    changes[count] = (struct change){file, at, length, "", line};
    snprintf(changes[count++].with, sizeof changes->with, "%s", with);
}

static char *load(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(2);
    }
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    char *text = calloc(1, (size_t)size + 1);
    if (!text || fread(text, 1, (size_t)size, f) != (size_t)size)
        exit(2);
    fclose(f);
    return text;
}

/* ---- C ---- */

static const struct {
    const char *from, *to[3];
} swaps[] = {
    {"==", {"!="}},
    {"!=", {"=="}},
    {"<=", {"<", ">="}},
    {">=", {">", "<="}},
    {"&&", {"||"}},
    {"||", {"&&"}},
    {"<<", {">>"}},
    {">>", {"<<"}},
    {" < ", {" <= ", " >= "}},
    {" > ", {" >= ", " <= "}},
    {" + ", {" - "}},
    {" - ", {" + "}},
    {" * ", {" + "}},
    {" & ", {" | ", " ^ "}},
    {" | ", {" & "}}, /* exclusive or is the same for fields side by side */
    {" ^ ", {" | ", " & "}},
    {" ? ", {" == 0 ? "}},
    {"|= ", {"= ", "&= "}},
    {"&= ", {"= ", "|= "}},
    {"(int64_t)(int32_t)", {"(int64_t)(uint32_t)"}},
    {"(int64_t)(int16_t)", {"(int64_t)(uint16_t)"}},
    {"(int64_t)(int8_t)", {"(int64_t)(uint8_t)"}},
    {"(uint32_t)", {"(uint16_t)"}},
    {"true", {"false"}},
    {"false", {"true"}},
    {"return !", {"return "}},
    {"if (!", {"if ("}},
    {"(~", {"("}},
    {" ~", {" "}},
};

static void constant(const char *file, const char *text, size_t at, unsigned line)
{
    char *end, with[64];
    uint64_t v = strtoull(text + at, &end, 0);
    size_t n = (size_t)(end - (text + at));
    bool hex = text[at + 1] == 'x';
    if ((at && text[at - 1] == '{') || !strncmp(end, " / ", 3) ||
        ((*end == ';' || *end == ',') && at > 2 && !strncmp(text + at - 3, " = ", 3) && v == 0))
        return; /* values before the first, and divisors that swallow a change */
    if (*end == '.' || (isalnum((unsigned char)*end) && !strchr("uUlL", *end)))
        return; /* a floating constant */
    if (hex)
        snprintf(with, sizeof with, "0x%llX", (unsigned long long)(v ^ (v & (0 - v))));
    else
        snprintf(with, sizeof with, "%llu", (unsigned long long)(v && below(2) ? v - 1 : v + 1));
    add(file, at, n, line, with);
}

/* The end of what is not code at `at`, or `at`. */
static size_t skip(const char *t, size_t at)
{
    if (!strncmp(t + at, "/*", 2)) {
        const char *e = strstr(t + at, "*/");
        return (size_t)((e ? e + 2 : t + strlen(t)) - t);
    }
    if (!strncmp(t + at, "//", 2))
        return at + strcspn(t + at, "\n");
    if (t[at] == '"' || t[at] == '\'') {
        size_t n = at + 1;
        while (t[n] && t[n] != t[at])
            n += t[n] == '\\' ? 2 : 1;
        return n + 1;
    }
    return at;
}

static bool left_alone(const char *line)
{
    size_t n = strcspn(line, "\n");
    static const char *const words[] = {"for (",         "#include", "#ifndef", "LIKELY", "assert",
                                        "static inline", "memset",   "buf[",    "#define"};
    while (isspace((unsigned char)*line)) {
        line++;
        n--;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *hit = strstr(line, words[i]);
        if (hit && hit < line + n)
            return true;
    }
    return false;
}

static void scan_c(const char *file, const char *t)
{
    unsigned line = 1;
    bool alone = left_alone(t), bracket = false;
    for (size_t at = 0; t[at];) {
        size_t next = skip(t, at);
        if (next != at) {
            for (; at < next; at++)
                line += t[at] == '\n';
            continue;
        }
        if (t[at] == '\n') {
            line++;
            alone = left_alone(t + at + 1);
        }
        if (t[at] == '[')
            bracket = true;
        if (t[at] == ']')
            bracket = false;
        if (!alone && !bracket) {
            for (size_t i = 0; i < sizeof swaps / sizeof *swaps; i++) {
                size_t n = strlen(swaps[i].from);
                if (strncmp(t + at, swaps[i].from, n) != 0 || t[at + n] == '=')
                    continue;
                unsigned k = 0;
                while (k < 3 && swaps[i].to[k])
                    k++;
                add(file, at, n, line, swaps[i].to[below(k)]);
                break;
            }
            if (isdigit((unsigned char)t[at]) && at && !isalnum((unsigned char)t[at - 1]) &&
                t[at - 1] != '_' && t[at - 1] != '.')
                constant(file, t, at, line);
        }
        if (isalnum((unsigned char)t[at]))
            while (isalnum((unsigned char)t[at + 1]) || t[at + 1] == '_')
                at++;
        at++;
    }
}

/* ---- the table ---- */

/* Start and length of column n of the row at `at`; quotes may hold commas. */
static size_t column(const char *t, size_t at, unsigned n, size_t *length)
{
    bool quoted = false;
    size_t start = at;
    for (;; at++) {
        if (t[at] == '"')
            quoted = !quoted;
        if ((t[at] == ',' && !quoted) || t[at] == '\n' || !t[at]) {
            if (!n--) {
                *length = at - start;
                return start;
            }
            start = at + 1;
        }
    }
}

enum { OPCODE = 2, MASK = 3, FLAGS = 8, HANDLER = 9 };

static void scan_csv(const char *file, const char *t)
{
    unsigned line = 2;
    size_t first = strcspn(t, "\n") + 1, n, m;
    for (size_t at = first; t[at]; at += strcspn(t + at, "\n") + 1, line++) {
        char with[64];
        size_t c = column(t, at, OPCODE, &n);
        uint32_t opcode = (uint32_t)strtoul(t + c, NULL, 0);
        size_t k = column(t, at, MASK, &m);
        uint32_t mask = (uint32_t)strtoul(t + k, NULL, 0), bit = 0;
        while (!(mask >> bit & 1))
            bit = below(32);
        snprintf(with, sizeof with, "0x%08X", opcode ^ 1u << bit);
        add(file, c, n, line, with);
        bit = below(26);
        if (mask >> bit & 1 && !(opcode >> bit & 1)) {
            snprintf(with, sizeof with, "0x%08X", mask & ~(1u << bit));
            add(file, k, m, line, with);
        }
        c = column(t, at, FLAGS, &n);
        if (n)
            add(file, c, n, line, "");
        c = column(t, at, HANDLER, &n);
        for (unsigned tries = 0; tries < 20; tries++) { /* a neighbour's handler */
            size_t other = first;
            for (unsigned skip_rows = below(450); skip_rows && t[other]; skip_rows--)
                other += strcspn(t + other, "\n") + 1;
            if (!t[other])
                continue;
            size_t h = column(t, other, HANDLER, &m);
            if (m != n || memcmp(t + h, t + c, n) != 0) {
                snprintf(with, sizeof with, "%.*s", (int)m, t + h);
                add(file, c, n, line, with);
                break;
            }
        }
    }
}

/* ---- choosing and writing ---- */

static void write_mutant(FILE *list, const char *folder, unsigned number, const struct change *c)
{
    char path[4096], *text = load(c->file);
    const char *name = strrchr(c->file, '/') ? strrchr(c->file, '/') + 1 : c->file;
    snprintf(path, sizeof path, "%s/%u", folder, number);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%u/%s", folder, number, name);
    FILE *f = fopen(path, "wb");
    if (!f) {
        perror(path);
        exit(2);
    }
    fwrite(text, 1, c->at, f);
    fputs(c->with, f);
    fputs(text + c->at + c->length, f);
    fclose(f);
    fprintf(list, "%u,%s,%u,'%.*s' becomes '%s'\n", number, c->file, c->line, (int)c->length,
            text + c->at, c->with);
    free(text);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: mutate SEED COUNT FOLDER FILE...\n");
        return 2;
    }
    seed = strtoull(argv[1], NULL, 0);
    unsigned wanted = (unsigned)strtoul(argv[2], NULL, 0);
    char path[4096];
    snprintf(path, sizeof path, "%s/mutants.csv", argv[3]);
    FILE *list = fopen(path, "w");
    if (!list) {
        perror(path);
        return 2;
    }
    fputs("number,file,line,change\n", list);
    for (int i = 4; i < argc; i++) {
        char *text = load(argv[i]);
        size_t n = strlen(argv[i]);
        if (n > 4 && !strcmp(argv[i] + n - 4, ".csv"))
            scan_csv(argv[i], text);
        else
            scan_c(argv[i], text);
        free(text);
    }
    for (unsigned n = 1; n <= wanted && count; n++) {
        size_t i = (((size_t)below(0x7FFFFFFF) << 16) + below(65536)) % count;
        write_mutant(list, argv[3], n, &changes[i]);
        changes[i] = changes[--count];
    }
    free(changes);
    return fclose(list) ? 2 : 0;
}
