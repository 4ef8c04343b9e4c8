/* A simulated ECPIX-5 on a simulated USB, with a program that uses it:
 *
 *   umockdev-wrapper ecpix5-sim [options] -- COMMAND...
 *
 * The board and a USB host with its PHY stay in this process; the command runs under umockdev's
 * preload library and finds the board with real libusb. The result is the command's own; 98 when
 * the board broke a rule of ULPI, USB or its memory. Faults are one in so many packets. */
#include "tests/board/ulpi_model.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct options {
    struct ulpi_faults faults;
    unsigned stall;     /* of 16 memory commands so many wait */
    unsigned replug_at; /* after so many bytes it is unplugged, and plugged in again after 100 ms */
    unsigned reset_at;  /* the board's reset button */
    bool report;
};

static unsigned number(const char *text)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(text, &end, 0);
    if (errno || *end || end == text) {
        fprintf(stderr, "ecpix5-sim: '%s' is no number\n", text);
        exit(97);
    }
    return (unsigned)n;
}

static int parse(int argc, char **argv, struct options *o)
{
    static const struct option names[] = {
        {"seed", required_argument, NULL, 0},      {"flip-out", required_argument, NULL, 1},
        {"flip-in", required_argument, NULL, 2},   {"lose-out", required_argument, NULL, 3},
        {"lose-in", required_argument, NULL, 4},   {"stall", required_argument, NULL, 5},
        {"replug-at", required_argument, NULL, 6}, {"reset-at", required_argument, NULL, 7},
        {"report", no_argument, NULL, 8},          {NULL, 0, NULL, 0}};
    unsigned *const numbers[] = {&o->faults.seed,     &o->faults.flip_out, &o->faults.flip_in,
                                 &o->faults.lose_out, &o->faults.lose_in,  &o->stall,
                                 &o->replug_at,       &o->reset_at};
    *o = (struct options){.stall = 4};
    for (int c; (c = getopt_long(argc, argv, "+", names, NULL)) != -1;) {
        if (c == 8)
            o->report = true;
        else if (c >= 0 && c < 8)
            *numbers[c] = number(optarg);
        else
            exit(97);
    }
    return optind;
}

static void clock_board(void *board, struct xg_ulpi_pins *pins)
{
    xg_ecpix5_sim_clock(board, pins);
}

static pid_t start(char **command)
{
    pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        fprintf(stderr, "ecpix5-sim: %s: %s\n", command[0], strerror(errno));
        _exit(97);
    }
    return child;
}

static void plug(struct ulpi_host *host)
{
    const char *wrong = ulpi_plug(host);
    if (!wrong)
        return;
    fprintf(stderr, "ecpix5-sim: the board does not come up on USB: %s\n", wrong);
    exit(98);
}

/* Pulls the cable, presses the button if it is to be, and plugs the cable in again. */
static void replug(struct usbfs_model *usb, struct ulpi_host *host, bool reset)
{
    const struct timespec gone = {.tv_nsec = 100000000};
    usbfs_model_unplug(usb);
    ulpi_unplug(host);
    if (reset) {

        xg_ecpix5_sim_reset(host->board);
        host->dir_was = true; /* the PHY has the bus meanwhile */
    }
    nanosleep(&gone, NULL);
    plug(host);
    usbfs_model_plug(usb);
}

/* The bus has carried so many bytes to the board; true once. */
static bool reached(unsigned *at, const struct ulpi_host *host)
{
    if (!*at || host->bytes_out < *at)
        return false;
    *at = 0;
    return true;
}

static int run(struct ulpi_host *host, struct options *o, char **command)
{
    struct usbfs_model *usb = usbfs_model_create(&host->device);
    const struct timespec tick = {.tv_nsec = 1000000};
    pid_t child = start(command);
    int status = 0;
    while (waitpid(child, &status, WNOHANG) != child) {
        if (reached(&o->replug_at, host))
            replug(usb, host, false);
        if (reached(&o->reset_at, host))
            replug(usb, host, true);
        nanosleep(&tick, NULL);
    }
    usbfs_model_destroy(usb);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void report(const struct ulpi_host *host, const struct xg_ecpix5_sim *board)
{
    fprintf(stderr,
            "ecpix5-sim: %llu bytes out, %llu in, %llu packets of the host, %llu NAK, %llu again, "
            "%llu clocks of USB, %llu of the device\n",
            (unsigned long long)host->bytes_out, (unsigned long long)host->bytes_in,
            (unsigned long long)host->packets, (unsigned long long)host->naks,
            (unsigned long long)host->retries, (unsigned long long)host->clocks,
            (unsigned long long)xg_ecpix5_sim_cycles(board));
}

int main(int argc, char **argv)
{
    static struct ulpi_host host;
    struct options o;
    int first = parse(argc, argv, &o);
    if (first >= argc) {
        fprintf(stderr, "usage: umockdev-wrapper ecpix5-sim [options] -- COMMAND...\n");
        return 97;
    }
    struct xg_ecpix5_sim *board = xg_ecpix5_sim_create(o.stall);
    if (!board) {
        fprintf(stderr, "ecpix5-sim: no memory\n");
        return 97;
    }
    ulpi_init(&host, clock_board, board, &o.faults);
    plug(&host);
    int result = run(&host, &o, argv + first);
    uint32_t errors = xg_ecpix5_sim_errors(board);
    if (o.report)
        report(&host, board);
    xg_ecpix5_sim_destroy(board);
    if (host.broken)
        fprintf(stderr, "ecpix5-sim: %u rules of the bus were broken: %s\n", host.broken,
                host.first_broken);
    if (errors)
        fprintf(stderr, "ecpix5-sim: %u rules of the memory port were broken\n", errors);
    return host.broken || errors ? 98 : result;
}
