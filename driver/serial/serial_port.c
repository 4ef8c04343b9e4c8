/* See serial_port.h. */
#include "driver/serial/serial_port.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/serial.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

struct xg_serial_port {
    int fd;
    struct termios before;
    struct xg_error err;
    char path[];
};

static const struct {
    uint32_t baud;
    speed_t code;
} speeds[] = {{115200, B115200},   {230400, B230400},   {460800, B460800},   {500000, B500000},
              {576000, B576000},   {921600, B921600},   {1000000, B1000000}, {1152000, B1152000},
              {1500000, B1500000}, {2000000, B2000000}, {2500000, B2500000}, {3000000, B3000000},
              {3500000, B3500000}, {4000000, B4000000}};

/* Index of the speed; their number when there is none. */
static size_t speed_of(uint32_t baud)
{
    size_t i = 0;
    while (i < XG_COUNTOF(speeds) && speeds[i].baud != baud)
        i++;
    return i;
}

bool xg_serial_baud_is_good(uint32_t baud, struct xg_error *err)
{
    char known[160] = "";
    size_t length = 0;
    if (speed_of(baud) < XG_COUNTOF(speeds))
        return true;
    for (size_t i = 0; i < XG_COUNTOF(speeds); i++)
        length += (size_t)snprintf(known + length, sizeof known - length, " %u", speeds[i].baud);
    return xg_fail(err, XG_E_INPUT, "a serial line has no %u baud; there are:%s", baud, known);
}

/* --- why it cannot be opened --- */

static bool not_permitted(const char *path, struct xg_error *err)
{
    struct stat s;
    struct group *g = stat(path, &s) == 0 ? getgrgid(s.st_gid) : NULL;
    return xg_fail(err, XG_E_DEVICE,
                   "%s: this user may not open it; join its group%s%s%s, or install the udev rule "
                   "of docs/board.md and plug the board in again",
                   path, g ? " (" : "", g ? g->gr_name : "", g ? ")" : "");
}

/* A name that is not there: which are? */
static bool not_there(const char *path, struct xg_error *err)
{
    struct xg_serial_line lines[XG_SERIAL_LINES_MAX];
    size_t count = xg_serial_lines(XG_SERIAL_FOLDER, lines, XG_SERIAL_LINES_MAX), length = 0;
    char names[256] = "no serial line on USB at all: is the board plugged in?";
    for (size_t i = 0; i < count && length < sizeof names; i++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s", i ? " " : "",
                                   lines[i].path);
    return xg_fail(err, XG_E_DEVICE, "%s: there is no such device; there is %s", path, names);
}

static bool refused(const char *path, int code, struct xg_error *err)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return not_there(path, err);
    case EACCES:
    case EPERM:
        return not_permitted(path, err);
    case EBUSY:
    case EWOULDBLOCK:
        return xg_fail(err, XG_E_DEVICE, "%s: another program holds it; close the other program",
                       path);
    case EISDIR:
    case ENOTTY:
        return xg_fail(err, XG_E_DEVICE, "%s: this is no serial line (not a terminal)", path);
    case EIO:
    case ENXIO:
    case ENODEV:
        return xg_fail(err, XG_E_DEVICE, "%s: there is no serial hardware behind it", path);
    default:
        return xg_fail(err, XG_E_DEVICE, "%s: it cannot be opened: %s", path, strerror(code));
    }
}

/* --- life --- */

/* Some chips keep bytes back up to 16 ms to fill a packet; a driver that can be told not to. */
static void ask_for_speed(int fd)
{
    struct serial_struct s;
    if (ioctl(fd, TIOCGSERIAL, &s) != 0)
        return;
    s.flags |= ASYNC_LOW_LATENCY;
    ioctl(fd, TIOCSSERIAL, &s); /* one that cannot is slower */
}

static bool configure(struct xg_serial_port *p, uint32_t baud, struct xg_error *err)
{
    struct termios t;
    size_t speed = speed_of(baud);
    if (speed == XG_COUNTOF(speeds))
        return xg_serial_baud_is_good(baud, err);
    if (tcgetattr(p->fd, &p->before) != 0)
        return refused(p->path, errno, err);
    t = p->before;
    cfmakeraw(&t);
    t.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS);
    t.c_cflag |= CREAD | CLOCAL;
    t.c_cc[VMIN] = 1; /* nothing there: EAGAIN; gone: no bytes */
    t.c_cc[VTIME] = 0;
    cfsetispeed(&t, speeds[speed].code);
    cfsetospeed(&t, speeds[speed].code);
    if (tcsetattr(p->fd, TCSANOW, &t) != 0)
        return refused(p->path, errno, err);
    if (tcgetattr(p->fd, &t) != 0 || cfgetospeed(&t) != speeds[speed].code)
        return xg_fail(err, XG_E_DEVICE, "%s: its hardware has no %u baud", p->path, baud);
    ask_for_speed(p->fd);
    tcflush(p->fd, TCIOFLUSH);
    return true;
}

struct xg_serial_port *xg_serial_port_open(const char *path, uint32_t baud, struct xg_error *err)
{
    const size_t size = strlen(path) + 1;
    struct xg_serial_port *p = calloc(1, sizeof *p + size);
    if (!p) {
        xg_fail(err, XG_E_DEVICE, "no host memory for a serial line");
        return NULL;
    }
    memcpy(p->path, path, size);
    p->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    bool good = p->fd >= 0 && isatty(p->fd) && flock(p->fd, LOCK_EX | LOCK_NB) == 0;
    if (!good)
        refused(path, errno, err);
    if (good && configure(p, baud, err))
        return p;
    if (p->fd >= 0)
        close(p->fd);
    free(p);
    return NULL;
}

void xg_serial_port_close(struct xg_serial_port *p)
{
    if (!p)
        return;
    tcflush(p->fd, TCIOFLUSH); /* else close() waits until all is sent */
    tcsetattr(p->fd, TCSANOW, &p->before);
    close(p->fd);
    free(p);
}

/* --- bytes --- */

static bool failed(struct xg_serial_port *p, const char *what, int code, struct xg_error *err)
{
    bool gone = code == EIO || code == ENXIO || code == ENODEV;
    xg_fail(&p->err, XG_E_DEVICE, "serial line %s: %s: %s", p->path, what,
            gone ? "it was unplugged" : strerror(code));
    return xg_fail(err, p->err.kind, "%s", p->err.text);
}

static bool is_well(const struct xg_serial_port *p, struct xg_error *err)
{
    return p->err.kind == XG_OK || xg_fail(err, p->err.kind, "%s", p->err.text);
}

bool xg_serial_port_write(struct xg_serial_port *p, const uint8_t *bytes, size_t count,
                          size_t *taken, struct xg_error *err)
{
    *taken = 0;
    if (!is_well(p, err))
        return false;
    while (*taken < count) {
        ssize_t n = write(p->fd, bytes + *taken, count - *taken);
        if (n > 0)
            *taken += (size_t)n;
        else if (n == 0 || errno == EAGAIN)
            break;
        else if (errno != EINTR)
            return failed(p, "sending", errno, err);
    }
    return true;
}

bool xg_serial_port_read(struct xg_serial_port *p, uint8_t *bytes, size_t max, size_t *given,
                         struct xg_error *err)
{
    *given = 0;
    while (*given < max && p->err.kind == XG_OK) {
        ssize_t n = read(p->fd, bytes + *given, max - *given);
        if (n > 0)
            *given += (size_t)n;
        else if (n < 0 && errno == EAGAIN)
            break;
        else if (n == 0 || errno != EINTR)
            failed(p, "receiving", n == 0 ? EIO : errno, NULL);
    }
    return *given || is_well(p, err);
}

bool xg_serial_port_wait(struct xg_serial_port *p, uint32_t microseconds, struct xg_error *err)
{
    struct pollfd look = {.fd = p->fd, .events = POLLIN};
    struct timespec most = {.tv_sec = microseconds / 1000000u,
                            .tv_nsec = microseconds % 1000000u * 1000l};
    if (!is_well(p, err))
        return false;
    int n = ppoll(&look, 1, &most, NULL);
    if (n < 0 && errno != EINTR)
        return failed(p, "waiting", errno, err);
    if (n > 0 && !(look.revents & POLLIN))
        return failed(p, "waiting", EIO, err);
    return true;
}

/* --- which there are --- */

static int by_path(const void *a, const void *b)
{
    const struct xg_serial_line *x = a, *y = b;
    return strcmp(x->path, y->path);
}

size_t xg_serial_lines(const char *folder, struct xg_serial_line *lines, size_t max)
{
    DIR *d = opendir(folder);
    size_t count = 0;
    for (struct dirent *e; d && count < max && (e = readdir(d));) {
        struct xg_serial_line *line = &lines[count];
        if (e->d_name[0] == '.')
            continue;
        *line = (struct xg_serial_line){0};
        int n = snprintf(line->path, sizeof line->path, "%s/%s", folder, e->d_name);
        if (n < 0 || (size_t)n >= sizeof line->path)
            continue;
        if (access(line->path, R_OK | W_OK) != 0)
            refused(line->path, errno, &line->openable);
        count++;
    }
    if (d)
        closedir(d);
    qsort(lines, count, sizeof *lines, by_path);
    return count;
}
