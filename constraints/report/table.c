/* Prints area and longest paths by module after place and route, and writes the figures.
 *
 * usage: report-table FOLDER full|quick   (FOLDER: wrap.json of Yosys; report8.json, report6.json
 * of nextpnr. Writes FOLDER/figures.txt: a key and a number on each line.) */
#include "base/file.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_MAX  (1u << 30)
#define MODULES_MAX 256
#define NAME_MAX    128

struct module {
    char name[NAME_MAX];
    unsigned luts, flops;
    double ns;
    char latest[NAME_MAX]; /* the register at the end of the longest path */
};

struct table {
    struct module at[MODULES_MAX];
    size_t count;
};

struct document {
    uint8_t *bytes;
    struct xg_json *root;
};

static bool load(struct document *d, const char *folder, const char *name, struct xg_error *err)
{
    char path[512];
    size_t size;
    *d = (struct document){0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!xg_file_read(path, REPORT_MAX, &d->bytes, &size, err))
        return false;
    d->root = xg_json_parse((const char *)d->bytes, size, err);
    return d->root != NULL;
}

static void unload(struct document *d)
{
    xg_json_free(d->root);
    free(d->bytes);
}

/* Follows member names; NULL when one is missing. */
static const struct xg_json *at(const struct xg_json *value, const char *a, const char *b,
                                const char *c)
{
    const char *const path[] = {a, b, c};
    for (size_t i = 0; i < 3 && value && path[i]; i++)
        value = xg_json_get(value, path[i]);
    return value;
}

static const char *text_of(const struct xg_json *value)
{
    return value && value->text ? value->text : "";
}

static double number_of(const struct xg_json *value)
{
    return value && value->kind == XG_JSON_NUMBER ? strtod(value->text, NULL) : 0;
}

/* u.u_core.u_copy.x_q_LUT4_Z -> u_core.u_copy; cells of the wrapper -> (wrapper). */
static void module_of(const char *cell, char name[NAME_MAX])
{
    size_t length = 0;
    if (strncmp(cell, "u.", 2) != 0) {
        snprintf(name, NAME_MAX, "%s", cell[0] == '$' ? "(carry ends)" : "(wrapper)");
        return;
    }
    for (const char *p = cell + 2, *dot; (dot = strchr(p, '.')) != NULL; p = dot + 1) {
        if ((strncmp(p, "u_", 2) != 0 && strncmp(p, "g_", 2) != 0) ||
            (size_t)(dot - cell - 2) >= NAME_MAX)
            break;
        length = (size_t)(dot - cell - 2);
    }
    snprintf(name, NAME_MAX, "%.*s", (int)length, cell + 2);
    if (length == 0)
        snprintf(name, NAME_MAX, "(top)");
}

static struct module *find(struct table *t, const char *cell)
{
    char name[NAME_MAX];
    module_of(cell, name);
    for (size_t i = 0; i < t->count; i++)
        if (!strcmp(t->at[i].name, name))
            return &t->at[i];
    if (t->count == MODULES_MAX) {
        fprintf(stderr, "report-table: more than %d modules\n", MODULES_MAX);
        exit(XG_E_INPUT);
    }
    struct module *m = &t->at[t->count++];
    *m = (struct module){0};
    memcpy(m->name, name, sizeof name);
    return m;
}

/* LUT4 by module, as the synthesis left it: a carry cell is two, a small RAM four and its port two.
 */
static void add_area(struct table *t, const struct xg_json *cells)
{
    static const struct {
        const char *type;
        unsigned luts, flops;
    } weight[] = {{"LUT4", 1, 0}, {"CCU2C", 2, 0}, {"TRELLIS_DPR16X4", 6, 0}, {"TRELLIS_FF", 0, 1}};
    for (const struct xg_json *c = cells ? cells->child : NULL; c; c = c->next) {
        const char *type = text_of(xg_json_get(c, "type"));
        struct module *m = find(t, c->key);
        for (size_t i = 0; i < XG_COUNTOF(weight); i++)
            if (!strcmp(type, weight[i].type)) {
                m->luts += weight[i].luts;
                m->flops += weight[i].flops;
            }
    }
}

/* Latest arrival at a register or RAM of each module. */
static void add_arrivals(struct table *t, const struct xg_json *nets)
{
    for (const struct xg_json *n = nets ? nets->child : NULL; n; n = n->next) {
        const struct xg_json *ends = xg_json_get(n, "endpoints");
        for (const struct xg_json *e = ends ? ends->child : NULL; e; e = e->next) {
            const char *cell = text_of(xg_json_get(e, "cell"));
            const struct xg_json *delay = xg_json_get(e, "delay");
            if (strncmp(text_of(xg_json_get(e, "event")), "posedge", 7) != 0 || !delay ||
                delay->count < 2)
                continue;
            struct module *m = find(t, cell);
            double ns = number_of(delay->child->next);
            if (ns > m->ns) {
                const char *dot = strrchr(cell, '.');
                m->ns = ns;
                snprintf(m->latest, sizeof m->latest, "%s", dot ? dot + 1 : cell);
            }
        }
    }
}

static int by_delay(const void *a, const void *b)
{
    const struct module *x = a, *y = b;
    return x->ns != y->ns ? (x->ns < y->ns) - (x->ns > y->ns) : strcmp(x->name, y->name);
}

static void print_modules(struct table *t)
{
    qsort(t->at, t->count, sizeof t->at[0], by_delay);
    printf("%-36s %7s %7s %9s  %s\n", "module", "LUT4", "flops", "ns",
           "latest register (speed grade 8)");
    for (size_t i = 0; i < t->count; i++)
        printf("%-36s %7u %7u %9.2f  %s\n", t->at[i].name, t->at[i].luts, t->at[i].flops,
               t->at[i].ns, t->at[i].latest);
}

static bool between_edges(const struct xg_json *path)
{
    return !strncmp(text_of(xg_json_get(path, "from")), "posedge", 7) &&
           !strncmp(text_of(xg_json_get(path, "to")), "posedge", 7);
}

/* The modules along the longest path, in order, with the time spent in each. */
static void print_critical(const struct xg_json *report, unsigned grade)
{
    const struct xg_json *paths = xg_json_get(report, "critical_paths");
    const struct xg_json *p = paths ? paths->child : NULL;
    while (p && !between_edges(p))
        p = p->next;
    const struct xg_json *steps = p ? xg_json_get(p, "path") : NULL;
    char name[NAME_MAX], last[NAME_MAX] = "";
    double total = 0, here = 0;
    if (!steps || !steps->child)
        return;
    printf("\nlongest path, speed grade %u\n  from %s\n", grade,
           text_of(at(steps->child, "from", "cell", NULL)));
    for (const struct xg_json *s = steps->child; s; s = s->next) {
        module_of(text_of(at(s, "to", "cell", NULL)), name);
        if (strcmp(name, last) != 0 && last[0] && strcmp(name, "(carry ends)") != 0) {
            printf("  %-36s %6.2f ns\n", last, here);
            here = 0;
        }
        if (strcmp(name, "(carry ends)") != 0 || !last[0])
            memcpy(last, name, sizeof last);
        here += number_of(xg_json_get(s, "delay"));
        total += number_of(xg_json_get(s, "delay"));
        if (!s->next)
            printf("  %-36s %6.2f ns\n  to   %s\n  in all %.2f ns\n", last, here,
                   text_of(at(s, "to", "cell", NULL)), total);
    }
}

static double fmax_of(const struct xg_json *report)
{
    const struct xg_json *clocks = xg_json_get(report, "fmax");
    double least = 0;
    for (const struct xg_json *c = clocks ? clocks->child : NULL; c; c = c->next) {
        double mhz = number_of(xg_json_get(c, "achieved"));
        least = least == 0 || mhz < least ? mhz : least;
    }
    return least;
}

static double used(const struct xg_json *report, const char *what)
{
    return number_of(at(report, "utilization", what, "used"));
}

static bool write_figures(const char *folder, const struct xg_json *fast,
                          const struct xg_json *slow, unsigned wrapper, struct xg_error *err)
{
    char path[512], text[512];
    int n = snprintf(text, sizeof text,
                     "fpga.l0l2.lut4 %.0f\nfpga.l0l2.dsp %.0f\nfpga.l0l2.ebr %.0f\n"
                     "fpga.l0l2.fmax_mhz %.1f\n",
                     used(fast, "TRELLIS_COMB") - wrapper, used(fast, "MULT18X18D"),
                     used(fast, "DP16KD"), fmax_of(fast));
    if (slow)
        n += snprintf(text + n, sizeof text - (size_t)n, "fpga.l0l2.fmax6_mhz %.1f\n",
                      fmax_of(slow));
    printf("\nwrapper taken off: %u LUT4\n%s", wrapper, text);
    snprintf(path, sizeof path, "%s/figures.txt", folder);
    return xg_file_write(path, text, (size_t)n, err);
}

static bool report(const char *folder, bool full, struct xg_error *err)
{
    static struct table t;
    struct document wrap, fast, slow = {0};
    bool good = load(&wrap, folder, "wrap.json", err) && load(&fast, folder, "report8.json", err) &&
                (!full || load(&slow, folder, "report6.json", err));
    if (!good)
        return false; /* the program ends */
    add_area(&t, at(wrap.root, "modules", "wrap", "cells"));
    add_arrivals(&t, xg_json_get(fast.root, "detailed_net_timings"));
    unsigned wrapper = find(&t, "wrapper")->luts;
    print_modules(&t);
    print_critical(fast.root, 8);
    if (full)
        print_critical(slow.root, 6);
    good = write_figures(folder, fast.root, slow.root, wrapper, err);
    unload(&wrap);
    unload(&fast);
    if (full)
        unload(&slow);
    return good;
}

int main(int argc, char **argv)
{
    struct xg_error err = {0};
    if (argc != 3 || (strcmp(argv[2], "full") != 0 && strcmp(argv[2], "quick") != 0)) {
        fprintf(stderr, "usage: report-table FOLDER full|quick\n");
        return XG_E_INPUT;
    }
    if (!report(argv[1], !strcmp(argv[2], "full"), &err))
        fprintf(stderr, "report-table: %s\n", err.text);
    return (int)err.kind;
}
