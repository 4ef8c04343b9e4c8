/* Writers of disc images and content packages, for tests alone. They write to host files; every
 * failure of the host ends the program with a sentence. Layouts: docs/vfs.md. */
#ifndef TESTS_SUPPORT_MEDIA_H
#define TESTS_SUPPORT_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct media_file {
    const char *path;  /* with backslashes; the folders of a path come before it in the list */
    const void *bytes; /* NULL: zeros */
    size_t size;
    bool folder;
};

/* XDVDFS: zeros, at the offset the game partition. */
void media_write_disc(const char *path, const struct media_file *file, size_t count,
                      uint64_t partition);

struct media_stfs {
    const char *magic; /* "CON ", "LIVE" or "PIRS" */
    unsigned copies;   /* of each hash table: 1 or 2 */
    bool scatter;      /* blocks of files not in order */
    const char *title; /* display name, ASCII */
};
void media_write_stfs(const char *path, const struct media_file *file, size_t count,
                      const struct media_stfs *how);

enum media_svod { MEDIA_SVOD_PLAIN, MEDIA_SVOD_ENHANCED, MEDIA_SVOD_SINGLE };
/* SVOD: the package and, but for SINGLE, PATH.data/Data0000 and on. start: the start block. */
void media_write_svod(const char *path, const struct media_file *file, size_t count,
                      enum media_svod kind, uint32_t start);

#endif
