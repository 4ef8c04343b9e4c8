/* Entry of the program: a table of commands, which live in host/app/cmd_*.c.
 * Exit codes: 0 done, 1 the guest or a check failed, 2 bad usage or input, 3 device fault. */
#include "app/commands.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* A command of two words has the first in `group`. */
static const struct {
    const char *group, *name;
    int (*run)(int argc, char **argv);
    const char *usage;
} commands[] = {
    {NULL, "run", xg_cmd_run, "run FILE [options]          run a title; --help lists the options"},
    {NULL, "config", xg_cmd_config, "config list|get|set|path   the configuration file"},
    {NULL, "info", xg_cmd_info, "info FILE [--json]          headers, imports, sections"},
    {NULL, "unpack", xg_cmd_unpack, "unpack FILE -o OUT          the expanded image"},
    {NULL, "cpu", xg_cmd_cpu, "cpu exec|dis ...            black-box CPU cases, disassembler"},
    {"gpu", "dis", xg_cmd_gpu_dis, "gpu dis FILE --vs|--ps      microcode listing"},
};

static void usage(FILE *to)
{
    fprintf(to, "usage: xenogate COMMAND ...\n");
    for (size_t i = 0; i < XG_COUNTOF(commands); i++)
        fprintf(to, "  %s\n", commands[i].usage);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return XG_E_INPUT;
    }
    if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        usage(stdout);
        return XG_OK;
    }
    for (size_t i = 0; i < XG_COUNTOF(commands); i++) {
        int words = commands[i].group ? 2 : 1;
        if (words == 2 && (argc < 3 || strcmp(argv[1], commands[i].group)))
            continue;
        if (!strcmp(argv[words], commands[i].name))
            return commands[i].run(argc - words, argv + words);
    }
    fprintf(stderr, "xenogate: there is no command '%s%s%s'\n", argv[1], argc > 2 ? " " : "",
            argc > 2 ? argv[2] : "");
    usage(stderr);
    return XG_E_INPUT;
}
