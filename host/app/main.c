/* Entry of the program: a table of commands, which live in host/app/cmd_*.c.
 * Exit codes: 0 done, 1 the guest or a check failed, 2 bad usage or input, 3 device fault. */
#include "app/commands.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage;
} commands[] = {
    {"run", xg_cmd_run, "run FILE [options]          run a title; --help lists the options"},
    {"config", xg_cmd_config, "config list|get|set|path   the configuration file"},
    {"map", xg_cmd_map, "map [FILE] [--device N@ADDR] the map of guest memory, checked"},
    {"info", xg_cmd_info, "info FILE [--json]          headers, imports, sections"},
    {"unpack", xg_cmd_unpack,
     "unpack FILE -o OUT          the expanded image, or a container's files"},
    {"ls", xg_cmd_ls, "ls FILE [PATH] [-r]         files of a disc image or content package"},
    {"cat", xg_cmd_cat, "cat FILE PATH               one of them"},
    {"cpu", xg_cmd_cpu, "cpu exec|dis ...            black-box CPU cases, disassembler"},
    {"gpu", xg_cmd_gpu, "gpu exec|dis|replay|...     device cases, microcode listing, GPU traces"},
    {"check", xg_cmd_check, "check FILE -n N --stable-digest   N runs, one digest"},
    {"events", xg_cmd_events, "events diff A.jsonl B.jsonl       where two logs of events part"},
    {"fpga", xg_cmd_fpga, "fpga list|setup|probe|...    boards on USB"},
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
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "xenogate: there is no command '%s'\n", argv[1]);
    usage(stderr);
    return XG_E_INPUT;
}
