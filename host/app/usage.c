/* How a command is used, for those who ask and for those who did not use it so. */
#include "app/commands.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

int xg_app_usage(const char *text, int argc, char **argv)
{
    bool asked = false;
    for (int i = 0; i < argc; i++)
        asked = asked || !strcmp(argv[i], "--help") || !strcmp(argv[i], "-h");
    fputs(text, asked ? stdout : stderr);
    return asked ? XG_OK : XG_E_INPUT;
}
