/* mkmedia: a folder of the host becomes a disc image or content package, for tests.
 *   mkmedia disc|stfs|svod FOLDER OUT [partition offset | copies of hash tables | start block] */
#include "tests/support/media.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_MAX 10000

static struct media_file file[FILES_MAX];
static size_t count;

static void fail(const char *what)
{
    fprintf(stderr, "mkmedia: %s\n", what);
    exit(2);
}

static void add_file(const char *host, struct media_file *f, size_t size)
{
    uint8_t *bytes = malloc(size + 1);
    FILE *in = fopen(host, "rb");
    if (!bytes || !in || fread(bytes, 1, size, in) != size)
        fail(host);
    fclose(in);
    f->bytes = bytes;
    f->size = size;
}

static void walk(const char *host, const char *inside)
{
    struct dirent **entry;
    int n = scandir(host, &entry, NULL, alphasort);
    if (n < 0)
        fail(host);
    for (int i = 0; i < n; i++) {
        char below[4096], path[4096];
        struct stat st;
        if (strcmp(entry[i]->d_name, ".") == 0 || strcmp(entry[i]->d_name, "..") == 0)
            continue;
        snprintf(below, sizeof below, "%s/%s", host, entry[i]->d_name);
        snprintf(path, sizeof path, "%s%s%s", inside, *inside ? "\\" : "", entry[i]->d_name);
        if (stat(below, &st) != 0 || count == FILES_MAX)
            fail(below);
        struct media_file *f = &file[count++];
        f->path = strdup(path);
        f->folder = S_ISDIR(st.st_mode);
        if (f->folder)
            walk(below, path);
        else
            add_file(below, f, (size_t)st.st_size);
    }
}

int main(int argc, char **argv)
{
    if (argc < 4)
        fail("usage: mkmedia disc|stfs|svod FOLDER OUT [NUMBER]");
    unsigned long number = argc > 4 ? strtoul(argv[4], NULL, 0) : 0;
    walk(argv[2], "");
    if (strcmp(argv[1], "disc") == 0) {
        media_write_disc(argv[3], file, count, number);
    } else if (strcmp(argv[1], "stfs") == 0) {
        const struct media_stfs how = {"LIVE", number == 2 ? 2 : 1, false, "Made by mkmedia"};
        media_write_stfs(argv[3], file, count, &how);
    } else if (strcmp(argv[1], "svod") == 0) {
        media_write_svod(argv[3], file, count, MEDIA_SVOD_PLAIN, (uint32_t)number);
    } else {
        fail("there is disc, stfs and svod");
    }
    return 0;
}
