/* The keeper of the figures, for scripts:
 *   bench_figures put FILE KEY VALUE...   sets keys
 *   bench_figures table FILE LIST.csv     prints value, bound, whether it is met, and the peer */
#include "tests/bench/figures.h"

#include "base/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool put(const char *path, int count, char **words, struct xg_error *err)
{
    struct bench_figures f;
    bool ok = bench_figures_open(&f, path, err);
    for (int i = 0; ok && i + 1 < count; i += 2) {
        char *end;
        double value = strtod(words[i + 1], &end);
        if (end == words[i + 1] || *end)
            ok = xg_fail(err, XG_E_INPUT, "%s: '%s' is not a number", words[i], words[i + 1]);
        else
            ok = bench_figures_set(&f, words[i], value, err);
    }
    ok = ok && bench_figures_save(&f, err);
    bench_figures_close(&f);
    return ok;
}

/* ---- the table ---- */

struct totals {
    unsigned met, missed, absent;
};

static void number(char *out, size_t size, const double *v)
{
    if (!v)
        snprintf(out, size, "-");
    else if (*v >= 1000)
        snprintf(out, size, "%.0f", *v);
    else
        snprintf(out, size, "%.3g", *v);
}

static const char *met(const char *relation, double value, double bound, struct totals *t)
{
    bool ok = relation[0] == '<' ? value <= bound : value >= bound;
    t->met += ok;
    t->missed += !ok;
    return ok ? "yes" : "NO";
}

static void print_row(const struct bench_figures *f, const struct xg_csv *list, size_t row,
                      struct totals *t)
{
    const char *key = xg_csv_get(list, row, "key"), *relation = xg_csv_get(list, row, "relation"),
               *bound = xg_csv_get(list, row, "bound"), *peer_key = xg_csv_get(list, row, "peer");
    const double *v = bench_figures_get(f, key),
                 *p = *peer_key ? bench_figures_get(f, peer_key) : NULL;
    char value[32], limit[48] = "", peer[32];
    if (!v) {
        t->absent++;
        return;
    }
    number(value, sizeof value, v);
    number(peer, sizeof peer, p);
    if (*bound)
        snprintf(limit, sizeof limit, "%s %s", relation, bound);
    printf("%-38s %10s  %-12s %-9s %-4s %-8s %s\n", key, value, xg_csv_get(list, row, "unit"),
           limit, *bound ? met(relation, *v, strtod(bound, NULL), t) : "", p ? peer : "",
           xg_csv_get(list, row, "what"));
}

static bool listed(const struct xg_csv *list, const char *key)
{
    for (size_t i = 0; i < list->rows; i++)
        if (!strcmp(xg_csv_get(list, i, "key"), key))
            return true;
    return false;
}

static bool table(const char *path, const char *list_path, struct xg_error *err)
{
    struct bench_figures f;
    struct xg_csv list = {0};
    struct totals t = {0};
    bool ok = bench_figures_open(&f, path, err) && xg_csv_load(&list, list_path, err);
    if (ok)
        printf("commit %s\nhost   %s\n\n%-38s %10s  %-12s %-9s %-4s %-8s %s\n", f.commit, f.host,
               "figure", "value", "", "bound", "met", "peer", "");
    for (size_t i = 0; ok && i < list.rows; i++)
        print_row(&f, &list, i, &t);
    for (size_t i = 0; ok && i < f.count; i++)
        if (!listed(&list, f.list[i].name)) {
            char value[32];
            number(value, sizeof value, &f.list[i].value);
            printf("%-38s %10s\n", f.list[i].name, value);
        }
    if (ok)
        printf("\n%u bounds met, %u not; %u figures of the list are not measured\n", t.met,
               t.missed, t.absent);
    xg_csv_free(&list);
    bench_figures_close(&f);
    return ok;
}

int main(int argc, char **argv)
{
    struct xg_error err = {0};
    bool ok;
    if (argc >= 5 && argc % 2 == 1 && !strcmp(argv[1], "put"))
        ok = put(argv[2], argc - 3, argv + 3, &err);
    else if (argc == 4 && !strcmp(argv[1], "table"))
        ok = table(argv[2], argv[3], &err);
    else
        ok = xg_fail(&err, XG_E_INPUT, "put FILE KEY VALUE... | table FILE LIST.csv");
    if (!ok)
        fprintf(stderr, "bench_figures: %s\n", err.text);
    return ok ? XG_OK : (int)err.kind;
}
