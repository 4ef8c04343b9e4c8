/* Entry of the program; the commands live in host/app/cmd_*.c. */
#include "base/error.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    XG_UNUSED(argv);
    fprintf(stderr, "usage: xenogate COMMAND ...\n");
    return argc > 1 ? XG_E_INPUT : XG_OK;
}
