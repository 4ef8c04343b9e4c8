/* xenogate map [FILE] [--device NAME@ADDRESS] [--frames N]: the map of guest memory, with FILE as
 * it is when the title is loaded or has run for N frames. Exit code 1: the check of the map failed.
 */
#include "app/backends.h"
#include "app/commands.h"
#include "machine/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    const char *file;
    uint64_t frames;
    struct xg_window_wish wish[XG_WINDOWS_MAX];
    size_t wishes;
};

static bool take_option(struct arguments *a, const char *name, const char *value,
                        struct xg_error *err)
{
    char *end;
    if (!value)
        return xg_fail(err, XG_E_INPUT, "map: %s needs a value", name);
    if (!strcmp(name, "--device")) {
        if (a->wishes == XG_WINDOWS_MAX)
            return xg_fail(err, XG_E_INPUT, "map: more than %u devices", XG_WINDOWS_MAX);
        return xg_window_wish_parse(value, &a->wish[a->wishes++], err);
    }
    a->frames = strtoull(value, &end, 10);
    return (*value && !*end) ||
           xg_fail(err, XG_E_INPUT, "map: --frames needs a number, not '%s'", value);
}

static bool parse(struct arguments *a, int argc, char **argv, struct xg_error *err)
{
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--device") || !strcmp(argv[i], "--frames")) {
            if (!take_option(a, argv[i], i + 1 < argc ? argv[i + 1] : NULL, err))
                return false;
            i++;
        } else if (argv[i][0] == '-') {
            return xg_fail(err, XG_E_INPUT, "map: there is no option '%s'", argv[i]);
        } else if (a->file) {
            return xg_fail(err, XG_E_INPUT, "map: one file at a time, not '%s' too", argv[i]);
        } else {
            a->file = argv[i];
        }
    }
    return true;
}

int xg_cmd_map(int argc, char **argv)
{
    struct arguments a = {0};
    struct xg_error err = {0};
    int code = XG_E_INPUT;
    struct xg_machine *m = NULL;
    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
        return xg_app_usage("usage: xenogate map [FILE] [--device NAME@ADDRESS] [--frames N]\n",
                            argc, argv);
    if (parse(&a, argc, argv, &err)) {
        const struct xg_machine_options options = {.engine = XG_CPU_INTERP,
                                                   .device = xg_device_by_name("model"),
                                                   .windows = a.wish,
                                                   .window_count = a.wishes};
        m = xg_machine_create(&options, &err);
    }
    if (m && (!a.file || xg_machine_load(m, a.file, &err))) {
        const struct xg_run_limits limits = {.frames = a.frames};
        if (a.frames && a.file)
            xg_machine_run(m, &limits);
        code = xg_machine_map(m, stdout) ? XG_OK : 1;
    } else {
        fprintf(stderr, "xenogate: %s\n", err.text);
    }
    xg_machine_destroy(m);
    return code;
}
