/* `xenogate gpu exec`: the device as a black box. `gpu dis` is in cmd_gpu_dis.c, traces are
 * in cmd_gpu_replay.c and cmd_gpu_trace.c. */
#include "app/backends.h"
#include "app/commands.h"
#include "driver/board.h"
#include "gpu/case.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int usage(int argc, char **argv)
{
    char text[1024];
    snprintf(text, sizeof text,
             "usage: xenogate gpu exec [--gpu=BACKEND] [--board=BOARD] < CASES.jsonl     (back "
             "ends: %s)\n"
             "       xenogate gpu dis FILE --vs|--ps\n"
             "       xenogate gpu replay TRACE [--gpu=BACKEND] [--frames=A:B] [--png=FILE] ...\n"
             "       xenogate gpu trace info TRACE [--frames] [--json]\n"
             "       xenogate gpu import FILE.xtr -o TRACE\n",
             xg_device_names());
    return xg_app_usage(text, argc, argv);
}

static int report(const struct xg_error *err)
{
    fprintf(stderr, "xenogate gpu exec: %s\n", err->text);
    return (int)err->kind;
}

static int cmd_exec(int argc, char **argv)
{
    xg_device_create_fn *create = xg_device_model_create;
    struct xg_error err = {0};
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "--board=", 8)) {
            if (!xg_board_choose(argv[i] + 8, &err))
                return report(&err);
            continue;
        }
        if (strncmp(argv[i], "--gpu=", 6) != 0)
            return usage(argc, argv);
        create = xg_device_by_name(argv[i] + 6);
        if (!create) {
            fprintf(stderr, "xenogate gpu exec: there is no back end '%s' (there are: %s)\n",
                    argv[i] + 6, xg_device_names());
            return XG_E_INPUT;
        }
    }
    struct xg_gpu_bench *bench = xg_gpu_bench_create(create, &err);
    if (!bench)
        return report(&err);
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    bool ok = true;
    while (ok && (n = getline(&line, &room, stdin)) >= 0) {
        while (n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
            n--;
        ok = xg_gpu_bench_run(bench, line, (size_t)n, stdout, &err);
    }
    free(line);
    xg_gpu_bench_destroy(bench);
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "xenogate gpu exec: the output cannot be written (%s)\n", strerror(errno));
        return XG_E_INPUT;
    }
    return ok ? XG_OK : report(&err);
}

/* argv[0] is "gpu". */
int xg_cmd_gpu(int argc, char **argv)
{
    if (argc >= 2 && !strcmp(argv[1], "exec"))
        return cmd_exec(argc - 2, argv + 2);
    if (argc >= 2 && !strcmp(argv[1], "dis"))
        return xg_cmd_gpu_dis(argc - 1, argv + 1);
    if (argc >= 2 && !strcmp(argv[1], "replay"))
        return xg_cmd_gpu_replay(argc - 1, argv + 1);
    if (argc >= 2 && !strcmp(argv[1], "trace"))
        return xg_cmd_gpu_trace(argc - 1, argv + 1);
    if (argc >= 2 && !strcmp(argv[1], "import"))
        return xg_cmd_gpu_import(argc - 1, argv + 1);
    return usage(argc, argv);
}
