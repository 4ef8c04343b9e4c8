/* Writes docs/status.md to stdout from the project's own tables, so that the page cannot say
 * more than they do. Nothing of it comes from a run: two branches that change no table have the
 * same page.
 * usage: gen_status STATUS_OPEN SUITES EXPORTS INSTRUCTIONS HANDLERS
 *   STATUS_OPEN   area,line,reason,measured: what is not met, kept by hand
 *   SUITES        suite,seconds,proves (docs/status.sh)
 *   EXPORTS       module,ordinal,name,kind,priority,status,signature
 *   INSTRUCTIONS  mnemonic,form,handler,...
 *   HANDLERS      handler: those that the interpreter has code for (docs/status.sh) */
#include "base/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum table { OPEN, SUITES, EXPORTS, INSTRUCTIONS, HANDLERS, TABLES };

static const char *const statuses[] = {"implemented", "partial", "stub", "absent"};
static const char *const modules[] = {"xboxkrnl", "xam", "xbdm"};
static const char *const priorities[] = {"A", "B", "C", "D", "E"};

static bool is(const struct xg_csv *csv, size_t row, const char *column, const char *value)
{
    return !strcmp(xg_csv_get(csv, row, column), value);
}

static void write_suites(const struct xg_csv *suites)
{
    long seconds = 0;
    printf("## Tests\nThe suites of `make test` and the first sentence of each one's source.\n\n"
           "| suite | budget, s | what it proves |\n|---|---|---|\n");
    for (size_t i = 0; i < suites->rows; i++) {
        seconds += strtol(xg_csv_get(suites, i, "seconds"), NULL, 10);
        printf("| %s | %s | %s |\n", xg_csv_get(suites, i, "suite"),
               xg_csv_get(suites, i, "seconds"), xg_csv_get(suites, i, "proves"));
    }
    printf("| **all** | **%ld** | |\n\n", seconds);
}

static size_t count_exports(const struct xg_csv *exports, const char *module, const char *status,
                            const char *priority)
{
    size_t n = 0;
    for (size_t i = 0; i < exports->rows; i++)
        n += is(exports, i, "module", module) && is(exports, i, "status", status) &&
             is(exports, i, "priority", priority);
    return n;
}

static void write_export_counts(const struct xg_csv *exports)
{
    printf(
        "## Kernel exports\nFrom `host/kernel/exports.csv`; an absent export that is called says "
        "so once and fails in a documented way. A comes first, E "
        "last.\n\n| module | priority |");
    for (size_t s = 0; s < XG_COUNTOF(statuses); s++)
        printf(" %s |", statuses[s]);
    printf("\n|---|---|---|---|---|---|\n");
    for (size_t m = 0; m < XG_COUNTOF(modules); m++)
        for (size_t p = 0; p < XG_COUNTOF(priorities); p++) {
            printf("| %s | %s |", modules[m], priorities[p]);
            for (size_t s = 0; s < XG_COUNTOF(statuses); s++)
                printf(" %zu |", count_exports(exports, modules[m], statuses[s], priorities[p]));
            putchar('\n');
        }
    putchar('\n');
}

/* Those that do not do all they should, by name: what a program may stumble over. */
static void write_export_names(const struct xg_csv *exports)
{
    printf("Not the whole function:\n");
    size_t n = 0;
    for (size_t i = 0; i < exports->rows; i++)
        if (is(exports, i, "status", "partial") || is(exports, i, "status", "stub")) {
            printf("- `%s` (%s)\n", xg_csv_get(exports, i, "name"),
                   xg_csv_get(exports, i, "status"));
            n++;
        }
    if (!n)
        printf("- none\n");
}

static bool executed(const struct xg_csv *instructions, size_t row, const struct xg_csv *handlers)
{
    const char *handler = xg_csv_get(instructions, row, "handler");
    for (size_t i = 0; i < handlers->rows; i++)
        if (is(handlers, i, "handler", handler))
            return strcmp(handler, "illegal") != 0;
    return false;
}

static void write_instructions(const struct xg_csv *instructions, const struct xg_csv *handlers)
{
    printf("## Instructions\nFrom `host/cpu/instructions.csv`, by form; an instruction that is not "
           "executed is a precise guest fault.\n\n| form | in the table | executed "
           "|\n|---|---|---|\n");
    size_t all = 0, done = 0;
    for (size_t i = 0; i < instructions->rows; i++) {
        const char *form = xg_csv_get(instructions, i, "form");
        size_t n = 0, d = 0, first = i;
        for (size_t k = 0; k < instructions->rows; k++)
            if (is(instructions, k, "form", form)) {
                n++;
                d += executed(instructions, k, handlers);
                first = k < first ? k : first;
            }
        if (first < i)
            continue; /* the form's line is written at its first row */
        printf("| %s | %zu | %zu |\n", form, n, d);
        all += n;
        done += d;
    }
    printf("| **all** | **%zu** | **%zu** |\n\n", all, done);
}

static void write_open(const struct xg_csv *open)
{
    printf("## Not met\nWhat was promised and is not there, with the reason and what was measured "
           "(`docs/status-open.csv`).\n\n");
    if (!open->rows)
        printf("Nothing.\n\n");
    else
        printf("| area | what | why | measured |\n|---|---|---|---|\n");
    for (size_t i = 0; i < open->rows; i++)
        printf("| %s | %s | %s | %s |\n", xg_csv_get(open, i, "area"), xg_csv_get(open, i, "line"),
               xg_csv_get(open, i, "reason"), xg_csv_get(open, i, "measured"));
    if (open->rows)
        putchar('\n');
}

/* A status word that the tables below would silently leave out is a mistake in the data. */
static bool check_exports(const struct xg_csv *exports)
{
    bool good = true;
    for (size_t i = 0; i < exports->rows; i++) {
        bool known = false;
        for (size_t s = 0; s < XG_COUNTOF(statuses); s++)
            known |= is(exports, i, "status", statuses[s]);
        if (known)
            continue;
        fprintf(stderr, "%s:%zu: status '%s' is none of implemented, partial, stub, absent\n",
                exports->path, xg_csv_line(i), xg_csv_get(exports, i, "status"));
        good = false;
    }
    return good;
}

int main(int argc, char **argv)
{
    struct xg_csv csv[TABLES];
    struct xg_error err = {0};
    if (argc != 1 + TABLES) {
        fprintf(stderr, "usage: gen_status STATUS_OPEN SUITES EXPORTS INSTRUCTIONS HANDLERS\n");
        return 2;
    }
    for (int i = 0; i < TABLES; i++)
        if (!xg_csv_load(&csv[i], argv[1 + i], &err)) {
            fprintf(stderr, "%s\n", err.text);
            return 1;
        }
    if (!check_exports(&csv[EXPORTS]))
        return 1;
    printf("# What works\nWritten by `make status` from the project's tables; do not edit it, "
           "`make test` checks that it is current.\n\n");
    write_open(&csv[OPEN]);
    write_suites(&csv[SUITES]);
    write_instructions(&csv[INSTRUCTIONS], &csv[HANDLERS]);
    write_export_counts(&csv[EXPORTS]);
    write_export_names(&csv[EXPORTS]);
    for (int i = 0; i < TABLES; i++)
        xg_csv_free(&csv[i]);
    return 0;
}
