/* Generates xenos.h, the GPU's register indices (REG_NAME) and packet opcodes (PM4_NAME),
 * from host/gpu/registers.csv and pm4.csv.  usage: gen_gpu_headers REGISTERS PM4 HEADER */
#include "base/csv.h"

#include <stdio.h>

static void put_table(FILE *o, const struct xg_csv *t, const char *prefix, const char *key)
{
    for (size_t i = 0; i < t->rows; i++)
        if (xg_csv_get(t, i, "name")[0])
            fprintf(o, "#define %s%s %s\n", prefix, xg_csv_get(t, i, "name"),
                    xg_csv_get(t, i, key));
}

int main(int argc, char **argv)
{
    struct xg_csv registers, pm4;
    struct xg_error err = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: gen_gpu_headers REGISTERS.csv PM4.csv HEADER\n");
        return 2;
    }
    if (!xg_csv_load(&registers, argv[1], &err) || !xg_csv_load(&pm4, argv[2], &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    FILE *o = fopen(argv[3], "w");
    if (!o) {
        perror(argv[3]);
        return 2;
    }
    fprintf(o, "/* Generated from host/gpu/registers.csv and pm4.csv. */\n"
               "#ifndef XENOS_H\n#define XENOS_H\n");
    put_table(o, &registers, "REG_", "index");
    put_table(o, &pm4, "PM4_", "opcode");
    fprintf(o, "#endif\n");
    xg_csv_free(&registers);
    xg_csv_free(&pm4);
    return fclose(o) ? 2 : 0;
}
