/* The figures measured so far: build/bench.json, a flat object of name and number, with _commit,
 * _host and _date beside them. Each tool opens the file, sets its own keys and saves. Keys of
 * another commit or another host are dropped on opening: a table never mixes two versions. */
#ifndef XG_TESTS_BENCH_FIGURES_H
#define XG_TESTS_BENCH_FIGURES_H

#include "base/error.h"
#include "base/types.h"

struct bench_figure {
    char name[64];
    double value;
};
struct bench_figures {
    char path[1024];
    char commit[64]; /* of the working tree; ends in "-dirty" when it has changes */
    char host[128];
    char date[32]; /* UTC, of the last save */
    struct bench_figure *list;
    size_t count, capacity;
};

/* Reads the file if there is one. XG_BENCH_COMMIT in the environment stands for git's answer.
 * false and err: the file is not what we write. */
bool bench_figures_open(struct bench_figures *f, const char *path, struct xg_error *err);
void bench_figures_close(struct bench_figures *f);
/* A value that is not finite is refused (and the key stays as it was). */
bool bench_figures_set(struct bench_figures *f, const char *name, double value,
                       struct xg_error *err);
/* NULL when it was not measured. */
const double *bench_figures_get(const struct bench_figures *f, const char *name);
/* Replaces the file as a whole. */
bool bench_figures_save(struct bench_figures *f, struct xg_error *err);

#endif
