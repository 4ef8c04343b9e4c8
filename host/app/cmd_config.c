/* `xenogate config`: shows and changes the configuration file. */
#include "app/commands.h"
#include "app/config.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: xenogate config list            every key with its value\n"
    "       xenogate config get KEY\n"
    "       xenogate config set KEY VALUE   changes the file, checks first\n"
    "       xenogate config path            where the file is\n";

static int fail(const struct xg_error *err)
{
    fprintf(stderr, "xenogate config: %s\n", err->text);
    return (int)err->kind;
}

/* As a file that sets every key to what it is. */
static void list(const struct xg_config *c)
{
    const char *key, *help, *last = "";
    for (size_t i = 0; (key = xg_config_key(c, i, &help)); i++) {
        if (strcmp(help, last) != 0)
            printf("%s# %s\n", i ? "\n" : "", help);
        printf("%s = %s\n", key, xg_config_get(c, key));
        last = help;
    }
}

static int show(const char *key)
{
    struct xg_error err = {0};
    struct xg_config *c = xg_config_open(&err);
    if (!c)
        return fail(&err);
    const char *value = key ? xg_config_get(c, key) : NULL;
    if (!key)
        list(c);
    else if (value)
        puts(value);
    else
        xg_fail(&err, XG_E_INPUT, "there is no key '%s' (xenogate config list shows all)", key);
    xg_config_destroy(c);
    return err.kind == XG_OK ? XG_OK : fail(&err);
}

int xg_cmd_config(int argc, char **argv)
{
    char path[1024];
    struct xg_error err = {0};
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "list") && argc == 2)
        return show(NULL);
    if (!strcmp(what, "get") && argc == 3)
        return show(argv[2]);
    bool set = !strcmp(what, "set") && argc == 4;
    if (!set && (strcmp(what, "path") != 0 || argc != 2))
        return xg_app_usage(usage, argc, argv);
    if (!xg_config_path(path, sizeof path, &err) ||
        (set && !xg_config_store(path, argv[2], argv[3], &err)))
        return fail(&err);
    if (!set)
        puts(path);
    return XG_OK;
}
