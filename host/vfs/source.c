/* Bytes of a host file. pread() and not a mapping: a file that shrinks meanwhile is an error of
 * one read, not a signal. */
#include "vfs/device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct host_source {
    struct xg_source base;
    int fd;
};

static bool host_read(struct xg_source *s, uint64_t offset, void *bytes, size_t size)
{
    int fd = ((struct host_source *)s)->fd;
    uint8_t *to = bytes;
    while (size) {
        ssize_t n = pread(fd, to, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        to += n;
        offset += (uint64_t)n;
        size -= (size_t)n;
    }
    return true;
}

static void host_close(struct xg_source *s)
{
    close(((struct host_source *)s)->fd);
    free(s);
}

struct xg_source *xg_source_open(const char *path, struct xg_error *err)
{
    struct stat st;
    /* Not blocking, because a FIFO would wait for a writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct host_source *s = NULL;
    if (fd < 0)
        xg_fail(err, XG_E_INPUT, "%s: cannot open: %s", path, strerror(errno));
    else if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        xg_fail(err, XG_E_INPUT, "%s: not a regular file", path);
    else if (!(s = calloc(1, sizeof *s)))
        xg_fail(err, XG_E_INPUT, "%s: out of memory", path);
    if (!s) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    *s = (struct host_source){{(uint64_t)st.st_size, host_read, host_close}, fd};
    return &s->base;
}

bool xg_source_read(struct xg_source *s, uint64_t offset, void *bytes, size_t size)
{
    return offset <= s->size && size <= s->size - offset && s->read(s, offset, bytes, size);
}

void xg_source_close(struct xg_source *s)
{
    if (s)
        s->close(s);
}
