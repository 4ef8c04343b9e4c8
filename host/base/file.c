#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Reads on until the end, an error, or one byte more than limit. */
static uint8_t *read_all(FILE *f, size_t limit, size_t *size)
{
    size_t room = 0, n = 0;
    uint8_t *bytes = NULL;
    do {
        if (n == room) {
            room = room ? room * 2 : 65536;
            uint8_t *bigger = realloc(bytes, room + 1);
            if (!bigger) {
                free(bytes);
                errno = ENOMEM;
                return NULL;
            }
            bytes = bigger;
        }
        n += fread(bytes + n, 1, room - n, f);
    } while (n <= limit && !feof(f) && !ferror(f));
    if (ferror(f)) {
        free(bytes);
        return NULL;
    }
    bytes[n] = 0;
    *size = n;
    return bytes;
}

bool xg_file_read(const char *path, size_t limit, uint8_t **bytes, size_t *size,
                  struct xg_error *err)
{
    *bytes = NULL;
    *size = 0;
    FILE *f = fopen(path, "rb");
    if (!f)
        return xg_fail(err, XG_E_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    size_t n = 0;
    uint8_t *all = read_all(f, limit, &n);
    int reason = errno;
    fclose(f);
    if (!all)
        return xg_fail(err, XG_E_INPUT, "%s: cannot be read: %s", path, strerror(reason));
    if (n > limit) {
        free(all);
        return xg_fail(err, XG_E_INPUT, "%s: longer than %zu bytes", path, limit);
    }
    *bytes = all;
    *size = n;
    return true;
}

static bool is_regular(FILE *f)
{
    struct stat st;
    return !fstat(fileno(f), &st) && S_ISREG(st.st_mode);
}

void xg_file_discard(FILE *f, const char *path)
{
    bool regular = is_regular(f); /* never remove a device */
    fclose(f);
    if (regular)
        remove(path);
}

bool xg_file_close_written(FILE *f, const char *path, struct xg_error *err)
{
    bool regular = is_regular(f);
    bool bad = ferror(f) != 0;
    if (fclose(f))
        bad = true;
    if (!bad)
        return true;
    int reason = errno;
    if (regular)
        remove(path);
    return xg_fail(err, XG_E_INPUT, "%s: cannot be written: %s", path, strerror(reason));
}

bool xg_file_write(const char *path, const void *bytes, size_t size, struct xg_error *err)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        return xg_fail(err, XG_E_INPUT, "%s: cannot be written: %s", path, strerror(errno));
    if (size)
        fwrite(bytes, 1, size, f); /* a short write is found when it is closed */
    return xg_file_close_written(f, path, err);
}
