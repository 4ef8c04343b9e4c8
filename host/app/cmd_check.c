/* `xenogate check FILE -n N --stable-digest [options of run]`: runs the title N times, each in a
 * process of its own, and compares how they end and what their digests are. */
#include "app/commands.h"
#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS_MAX   1000ul
#define DIGEST_MAX 4096u

static const char usage[] =
    "usage: xenogate check FILE -n N --stable-digest [options of run]\n"
    "  N runs without a window, from 2 to 1000; all must end alike with one digest\n";

struct check {
    char digest[64], option[80]; /* the file that each run writes, and --digest=FILE */
    unsigned long runs;
    bool stable;
    char **run; /* arguments of a run, NULL behind the last */
};

struct outcome {
    int code; /* of the process; -1: it was killed */
    char *digest;
};

static bool parse(struct check *c, int argc, char **argv)
{
    size_t n = 0;
    char *end = NULL;
    c->run[n++] = "xenogate";
    c->run[n++] = "run";
    c->run[n++] = "--headless";
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return false;
        if (!strcmp(argv[i], "--stable-digest"))
            c->stable = true;
        else if (!strcmp(argv[i], "-n") && i + 1 < argc)
            c->runs = strtoul(argv[++i], &end, 10);
        else
            c->run[n++] = argv[i];
    }
    bool file = n > 3;
    c->run[n] = c->option; /* the last one counts */
    return c->stable && end && !*end && c->runs >= 2 && c->runs <= RUNS_MAX && file;
}

/* What people are told is the same in every run: the first one says it. */
static void child(const struct check *c, bool first)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 ||
        (!first && dup2(nothing, 2) < 0))
        _exit(XG_E_INPUT);
    execv("/proc/self/exe", c->run);
    _exit(XG_E_INPUT);
}

static bool once(const struct check *c, bool first, struct outcome *o, struct xg_error *err)
{
    int status = 0;
    size_t size;
    uint8_t *bytes = NULL;
    fflush(NULL);
    if (truncate(c->digest, 0))
        return xg_fail(err, XG_E_INPUT, "%s: cannot be written (%s)", c->digest, strerror(errno));
    pid_t pid = fork();
    if (pid < 0)
        return xg_fail(err, XG_E_INPUT, "no process can be started (%s)", strerror(errno));
    if (!pid)
        child(c, first);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return xg_fail(err, XG_E_INPUT, "a run was lost (%s)", strerror(errno));
    o->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (!xg_file_read(c->digest, DIGEST_MAX, &bytes, &size, err))
        return false;
    o->digest = (char *)bytes;
    return true;
}

static int compare(const struct check *c, struct xg_error *err)
{
    struct outcome first = {0};
    bool good = once(c, true, &first, err);
    if (good && !*first.digest) { /* it did not come so far, and has said why */
        int code = first.code > 0 ? first.code : XG_E_GUEST;
        free(first.digest);
        return code;
    }
    for (unsigned long i = 2; good && i <= c->runs; i++) {
        struct outcome o = {0};
        good = once(c, false, &o, err);
        if (good && o.code != first.code)
            good = xg_fail(err, XG_E_GUEST, "run %lu ended with %d, the first with %d", i, o.code,
                           first.code);
        if (good && strcmp(o.digest, first.digest) != 0)
            good = xg_fail(err, XG_E_GUEST, "run %lu has another digest:\n%sThe first had:\n%s", i,
                           o.digest, first.digest);
        free(o.digest);
    }
    if (good) {
        fputs(first.digest, stdout);
        fprintf(stderr, "xenogate: %lu runs, one digest.\n", c->runs);
    }
    free(first.digest);
    return good ? first.code : (int)err->kind;
}

/* argv[0] is "check". */
int xg_cmd_check(int argc, char **argv)
{
    struct xg_error err = {0};
    struct check c = {.digest = "/tmp/xenogate-check-XXXXXX"};
    c.run = calloc((size_t)argc + 5, sizeof *c.run);
    if (!c.run || !parse(&c, argc, argv)) {
        free(c.run);
        return xg_app_usage(usage, argc, argv);
    }
    int fd = mkstemp(c.digest);
    snprintf(c.option, sizeof c.option, "--digest=%s", c.digest);
    int code = XG_E_INPUT;
    if (fd < 0)
        xg_fail(&err, XG_E_INPUT, "%s: cannot be written (%s)", c.digest, strerror(errno));
    else
        code = compare(&c, &err);
    if (err.kind != XG_OK)
        fprintf(stderr, "xenogate check: %s\n", err.text);
    if (fd >= 0) {
        close(fd);
        remove(c.digest);
    }
    free(c.run);
    return code;
}
