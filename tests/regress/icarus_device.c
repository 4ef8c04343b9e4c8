#include "tests/regress/icarus_device.h"

#include "driver/link_device.h"
#include "driver/transport.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUEUE         (1u << 16)
#define CLOCKS_A_WAIT 4096u

/* One turn: {clocks, count, words...} there; {clocks that passed, count, words...} back. */
struct icarus {
    struct xg_transport transport;
    pid_t pid;
    int to, from;
    uint32_t out_count, in_at, in_count;
    uint32_t out[2 + QUEUE], in[QUEUE];
};

static bool all(int fd, void *bytes, size_t n, bool writing)
{
    for (size_t done = 0; done < n;) {
        ssize_t k = writing ? write(fd, (char *)bytes + done, n - done)
                            : read(fd, (char *)bytes + done, n - done);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        done += (size_t)k;
    }
    return true;
}

static void icarus_destroy(struct xg_transport *t)
{
    struct icarus *s = (struct icarus *)t;
    if (s->to >= 0)
        close(s->to); /* vvp ends at the end of its words */
    if (s->from >= 0)
        close(s->from);
    if (s->pid > 0)
        waitpid(s->pid, NULL, 0);
    free(s);
}

static bool icarus_write(struct xg_transport *t, const uint32_t *words, size_t count, size_t *taken,
                         struct xg_error *err)
{
    XG_UNUSED(err);
    struct icarus *s = (struct icarus *)t;
    size_t n = count < QUEUE - s->out_count ? count : QUEUE - s->out_count;
    memcpy(s->out + 2 + s->out_count, words, 4 * n);
    s->out_count += (uint32_t)n;
    *taken = n;
    return true;
}

static bool icarus_read(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                        struct xg_error *err)
{
    XG_UNUSED(err);
    struct icarus *s = (struct icarus *)t;
    size_t n = s->in_count < max ? s->in_count : max;
    memcpy(words, s->in + s->in_at, 4 * n);
    s->in_at += (uint32_t)n;
    s->in_count -= (uint32_t)n;
    *given = n;
    return true;
}

static bool icarus_wait(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    struct icarus *s = (struct icarus *)t;
    uint32_t head[2];
    *clocks = 1;
    if (s->in_count)
        return true;
    s->out[0] = CLOCKS_A_WAIT;
    s->out[1] = s->out_count;
    if (!all(s->to, s->out, 8 + 4 * (size_t)s->out_count, true) || !all(s->from, head, 8, false) ||
        head[1] > QUEUE || !all(s->from, s->in, 4 * (size_t)head[1], false))
        return xg_fail(err, XG_E_DEVICE, "the vvp process of the device ended");
    s->out_count = 0;
    s->in_at = 0;
    s->in_count = head[1];
    *clocks = head[0] ? head[0] : 1;
    return true;
}

static const struct xg_transport_ops icarus_ops = {.name = "icarus",
                                                   .destroy = icarus_destroy,
                                                   .write = icarus_write,
                                                   .read = icarus_read,
                                                   .wait = icarus_wait};

/* vvp with our ends of the pipes as descriptors 3 and 4. */
static bool start(struct icarus *s, const char *folder, struct xg_error *err)
{
    int down[2], up[2];
    char program[512];
    snprintf(program, sizeof program, "%s/icarus.vvp", folder);
    if (pipe(down) != 0)
        return xg_fail(err, XG_E_DEVICE, "no pipe (%s)", strerror(errno));
    if (pipe(up) != 0) {
        close(down[0]);
        close(down[1]);
        return xg_fail(err, XG_E_DEVICE, "no pipe (%s)", strerror(errno));
    }
    s->pid = fork();
    if (s->pid == 0) {
        /* Out of the way first: the ends may be 3 and 4 themselves. */
        int from = dup2(down[0], 20), to = dup2(up[1], 21);
        for (int fd = 3; fd < 20; fd++)
            close(fd);
        if (dup2(from, 3) == 3 && dup2(to, 4) == 4) {
            close(from);
            close(to);
            execlp("vvp", "vvp", "-n", "-M", folder, "-m", "xg_icarus", program, (char *)NULL);
        }
        _exit(127);
    }
    close(down[0]);
    close(up[1]);
    s->to = down[1];
    s->from = up[0];
    return s->pid > 0 || xg_fail(err, XG_E_DEVICE, "vvp cannot be started (%s)", strerror(errno));
}

struct xg_device *xg_icarus_device_create(const struct xg_device_host *host, struct xg_error *err)
{
    const char *folder = getenv("XG_ICARUS");
    struct icarus *s = calloc(1, sizeof *s);
    if (!s || !folder) {
        free(s);
        xg_fail(err, XG_E_DEVICE, "XG_ICARUS must name the folder of icarus.vvp");
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN);
    s->transport = (struct xg_transport){.ops = &icarus_ops, .zeroed = true};
    s->to = s->from = -1;
    if (!start(s, folder, err)) {
        icarus_destroy(&s->transport);
        return NULL;
    }
    return xg_link_device_create(host, &s->transport, err);
}
