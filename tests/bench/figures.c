#include "tests/bench/figures.h"

#include "base/file.h"
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILE_LIMIT (1u << 20)

/* ---- who and where ---- */

static void first_line(const char *command, char *out, size_t size)
{
    FILE *p = popen(command, "r");
    out[0] = 0;
    if (!p)
        return;
    if (!fgets(out, (int)size, p))
        out[0] = 0;
    pclose(p);
    out[strcspn(out, "\n")] = 0;
}

static void find_commit(struct bench_figures *f)
{
    const char *given = getenv("XG_BENCH_COMMIT");
    if (given)
        snprintf(f->commit, sizeof f->commit, "%s", given);
    else
        first_line("git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null", f->commit,
                   sizeof f->commit);
    if (!f->commit[0])
        snprintf(f->commit, sizeof f->commit, "unknown");
}

static void find_host(struct bench_figures *f)
{
    char model[96] = "unknown processor", line[256];
    FILE *cpus = fopen("/proc/cpuinfo", "r");
    while (cpus && fgets(line, sizeof line, cpus))
        if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
            snprintf(model, sizeof model, "%.90s", strchr(line, ':') + 2);
            break;
        }
    if (cpus)
        fclose(cpus);
    model[strcspn(model, "\n\"\\")] = 0;
    snprintf(f->host, sizeof f->host, "%s, %ld cores", model, sysconf(_SC_NPROCESSORS_ONLN));
}

/* ---- the file ---- */

static bool same(const struct xg_json *root, const char *key, const char *text)
{
    const struct xg_json *v = xg_json_get(root, key);
    return v && v->kind == XG_JSON_STRING && !strcmp(v->text, text);
}

static bool take(struct bench_figures *f, const struct xg_json *root, struct xg_error *err)
{
    if (root->kind != XG_JSON_OBJECT)
        return xg_fail(err, XG_E_INPUT, "%s: not an object of figures", f->path);
    if (!same(root, "_commit", f->commit) || !same(root, "_host", f->host))
        return true; /* of another version: dropped */
    for (const struct xg_json *v = root->child; v; v = v->next) {
        if (v->key[0] == '_')
            continue;
        if (v->kind != XG_JSON_NUMBER)
            return xg_fail(err, XG_E_INPUT, "%s: '%s' is not a number", f->path, v->key);
        if (!bench_figures_set(f, v->key, strtod(v->text, NULL), err))
            return false;
    }
    return true;
}

bool bench_figures_open(struct bench_figures *f, const char *path, struct xg_error *err)
{
    struct xg_error why = {0};
    uint8_t *bytes = NULL;
    size_t size = 0;
    memset(f, 0, sizeof *f);
    snprintf(f->path, sizeof f->path, "%s", path);
    find_commit(f);
    find_host(f);
    if (access(path, F_OK))
        return true;
    if (!xg_file_read(path, FILE_LIMIT, &bytes, &size, err))
        return false;
    struct xg_json *root = xg_json_parse((const char *)bytes, size, &why);
    free(bytes);
    if (!root)
        return xg_fail(err, XG_E_INPUT, "%s: %s; delete it and measure again", path, why.text);
    bool ok = take(f, root, err);
    xg_json_free(root);
    return ok;
}

void bench_figures_close(struct bench_figures *f)
{
    free(f->list);
    f->list = NULL;
    f->count = f->capacity = 0;
}

static bool good_name(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n < sizeof((struct bench_figure *)0)->name && name[0] != '_' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._") == n;
}

bool bench_figures_set(struct bench_figures *f, const char *name, double value,
                       struct xg_error *err)
{
    if (!good_name(name))
        return xg_fail(err, XG_E_INPUT, "'%s' is no name of a figure", name);
    if (!isfinite(value))
        return xg_fail(err, XG_E_INPUT, "%s: the value measured is not a number", name);
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->list[i].name, name)) {
            f->list[i].value = value;
            return true;
        }
    if (f->count == f->capacity) {
        size_t capacity = f->capacity ? 2 * f->capacity : 64;
        struct bench_figure *list = realloc(f->list, capacity * sizeof *list);
        if (!list)
            return xg_fail(err, XG_E_INPUT, "the host is out of memory");
        f->list = list;
        f->capacity = capacity;
    }
    struct bench_figure *to = &f->list[f->count++];
    snprintf(to->name, sizeof to->name, "%s", name);
    to->value = value;
    return true;
}

const double *bench_figures_get(const struct bench_figures *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->list[i].name, name))
            return &f->list[i].value;
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct bench_figure *)a)->name, ((const struct bench_figure *)b)->name);
}

bool bench_figures_save(struct bench_figures *f, struct xg_error *err)
{
    char part[sizeof f->path + 8];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(f->date, sizeof f->date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    qsort(f->list, f->count, sizeof *f->list, by_name);
    snprintf(part, sizeof part, "%s.part", f->path);
    FILE *o = fopen(part, "w");
    if (!o)
        return xg_fail(err, XG_E_INPUT, "%s: cannot be written (%s)", part, strerror(errno));
    fprintf(o, "{\n  \"_commit\": \"%s\",\n  \"_host\": \"%s\",\n  \"_date\": \"%s\"", f->commit,
            f->host, f->date);
    for (size_t i = 0; i < f->count; i++)
        fprintf(o, ",\n  \"%s\": %.9g", f->list[i].name, f->list[i].value);
    fprintf(o, "\n}\n");
    if (!xg_file_close_written(o, part, err))
        return false;
    if (rename(part, f->path))
        return xg_fail(err, XG_E_INPUT, "%s: cannot be written (%s)", f->path, strerror(errno));
    return true;
}
