/* A simulated board on a simulated USB, with a program that uses it:
 *
 *   umockdev-wrapper board-sim [options] -- COMMAND...
 *
 * The board stays in this process; the command runs under umockdev's preload library and finds it
 * with real libusb. The result is the command's own; 98 when the board broke a rule of its SDRAM.
 * Options are those of the tests in test_board.sh. --picture=FILE plugs a screen in when the
 * command has ended, and writes what it shows as PNG; 96 when that is no picture or came too late.
 */
#include "gpu/present/png.h"
#include "sim/board/xg_board_sim.h"
#include "tests/board/ft232h_model.h"

#include <errno.h>
#include <getopt.h>
#include <png.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct options {
    enum ft232h_eeprom eeprom;
    struct ft232h_faults faults;
    unsigned unplug_ms; /* after so long the board is unplugged; 0: never */
    /* After so many bytes to the board; 0: never. */
    unsigned replug_at;           /* it is unplugged, and plugged in again after 100 ms */
    unsigned reset_at;            /* the board's reset button */
    unsigned kill_at;             /* the command is killed, and started again */
    bool locked;                  /* the user may not open it */
    bool report;                  /* what the bus carried, on stderr */
    bool dead;                    /* no gateware: the board answers nothing */
    const char *picture, *expect; /* PNG files, or NULL */
};

static void clock_board(void *board, struct ft232h_pins *p)
{
    struct xg_board_pins pins = {.rxf_n = p->rxf_n, .txe_n = p->txe_n, .from_chip = p->from_chip};
    xg_board_sim_clock(board, &pins);
    p->oe_n = pins.oe_n;
    p->rd_n = pins.rd_n;
    p->wr_n = pins.wr_n;
    p->siwu_n = pins.siwu_n;
    p->to_chip = pins.to_chip;
}

/* Without gateware the FPGA's pins are pulled up. */
static void clock_nothing(void *board, struct ft232h_pins *p)
{
    (void)board;
    p->oe_n = p->rd_n = p->wr_n = p->siwu_n = true;
}

static unsigned number(const char *text)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(text, &end, 0);
    if (errno || *end || end == text) {
        fprintf(stderr, "board-sim: '%s' is no number\n", text);
        exit(97);
    }
    return (unsigned)n;
}

static int parse(int argc, char **argv, struct options *o)
{
    static const struct option names[] = {{"eeprom", required_argument, NULL, 'e'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"pressure", no_argument, NULL, 'p'},
                                          {"flip-out", required_argument, NULL, 1},
                                          {"flip-in", required_argument, NULL, 2},
                                          {"lose-out", required_argument, NULL, 3},
                                          {"lose-in", required_argument, NULL, 4},
                                          {"twice-out", required_argument, NULL, 5},
                                          {"twice-in", required_argument, NULL, 6},
                                          {"stall", required_argument, NULL, 7},
                                          {"error", required_argument, NULL, 8},
                                          {"unplug-ms", required_argument, NULL, 9},
                                          {"locked", no_argument, NULL, 10},
                                          {"report", no_argument, NULL, 11},
                                          {"dead", no_argument, NULL, 12},
                                          {"replug-at", required_argument, NULL, 13},
                                          {"reset-at", required_argument, NULL, 14},
                                          {"kill-at", required_argument, NULL, 15},
                                          {"picture", required_argument, NULL, 16},
                                          {"expect", required_argument, NULL, 17},
                                          {NULL, 0, NULL, 0}};
    uint32_t *const counts[] = {NULL,
                                &o->faults.flip_out,
                                &o->faults.flip_in,
                                &o->faults.lose_out,
                                &o->faults.lose_in,
                                &o->faults.twice_out,
                                &o->faults.twice_in,
                                &o->faults.stall,
                                &o->faults.error};
    *o = (struct options){.eeprom = FT232H_IS_FIFO};
    for (int c; (c = getopt_long(argc, argv, "+", names, NULL)) != -1;) {
        if (c >= 1 && c <= 8)
            *counts[c] = number(optarg);
        else if (c == 'e')
            o->eeprom = !strcmp(optarg, "blank")  ? FT232H_BLANK
                        : !strcmp(optarg, "uart") ? FT232H_UART
                                                  : FT232H_IS_FIFO;
        else if (c == 's')
            o->faults.seed = number(optarg);
        else if (c == 'p')
            o->faults.pressure = true;
        else if (c == 9)
            o->unplug_ms = number(optarg);
        else if (c == 10)
            o->locked = true;
        else if (c == 11)
            o->report = true;
        else if (c == 12)
            o->dead = true;
        else if (c >= 13 && c <= 15)
            *(c == 13 ? &o->replug_at : c == 14 ? &o->reset_at : &o->kill_at) = number(optarg);
        else if (c == 16)
            o->picture = optarg;
        else if (c == 17)
            o->expect = optarg;
        else
            exit(97);
    }
    return optind;
}

static pid_t start(char **command)
{
    pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        fprintf(stderr, "board-sim: %s: %s\n", command[0], strerror(errno));
        _exit(97);
    }
    return child;
}

static void reset(void *board)
{
    xg_board_sim_reset(board);
}

/* The bus has carried so many bytes to the board; true once. */
static bool reached(unsigned *at, const struct ft232h *chip)
{
    if (!*at || chip->bytes_out < *at)
        return false;
    *at = 0;
    return true;
}

static bool ended(pid_t child, int *status)
{
    return waitpid(child, status, WNOHANG) == child;
}

enum { WIDTH = 640, HEIGHT = 480 };

/* Reads the picture that the screen must show as pixels of the screen. */
static const char *load_expected(const char *path, uint8_t *rgb)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&image, path))
        return "the expected picture cannot be read";
    uint32_t w = image.width, h = image.height;
    image.format = PNG_FORMAT_RGBA;
    uint8_t *rgba = malloc(PNG_IMAGE_SIZE(image));
    bool good =
        rgba && png_image_finish_read(&image, NULL, rgba, 0, NULL) && w <= WIDTH && h <= HEIGHT;
    png_image_free(&image);
    memset(rgb, 0, (size_t)WIDTH * HEIGHT * 3);
    for (uint32_t y = 0; good && y < h; y++)
        for (uint32_t x = 0; x < w; x++)
            memcpy(rgb + 3 * ((y + (HEIGHT - h) / 2) * WIDTH + x + (WIDTH - w) / 2),
                   rgba + 4 * ((size_t)y * w + x), 3);
    free(rgba);
    return good ? NULL : "the expected picture does not fit";
}

static const char *look(struct xg_board_sim *board, const struct options *o, uint8_t *rgb,
                        uint8_t *expected, uint8_t *rgba)
{
    static struct xg_error err;
    const char *wrong = xg_board_sim_picture(board, rgb);
    for (size_t i = 0; !wrong && i < (size_t)WIDTH * HEIGHT; i++) {
        memcpy(rgba + 4 * i, rgb + 3 * i, 3);
        rgba[4 * i + 3] = 255;
    }
    if (!wrong && !xg_png_write(o->picture, WIDTH, HEIGHT, rgba, &err))
        wrong = err.text;
    if (!wrong && xg_board_sim_underruns(board))
        wrong = "rows came too late";
    if (!wrong && o->expect)
        wrong = load_expected(o->expect, expected);
    if (!wrong && o->expect && memcmp(rgb, expected, (size_t)WIDTH * HEIGHT * 3) != 0)
        wrong = "the picture is another";
    return wrong;
}

/* What a screen on the board shows, as a file. */
static bool save_picture(struct xg_board_sim *board, const struct options *o)
{
    const size_t pixels = (size_t)WIDTH * HEIGHT;
    uint8_t *rgb = malloc(pixels * 10);
    const char *wrong = rgb ? look(board, o, rgb, rgb + pixels * 3, rgb + pixels * 6) : "no memory";
    if (wrong)
        fprintf(stderr, "board-sim: the screen: %s\n", wrong);
    free(rgb);
    return !wrong;
}

int main(int argc, char **argv)
{
    struct options o;
    struct ft232h chip;
    int first = parse(argc, argv, &o), status = 0;
    if (first >= argc) {
        fprintf(stderr, "usage: umockdev-wrapper board-sim [options] -- COMMAND...\n");
        return 97;
    }
    struct xg_board_sim *board = o.dead ? NULL : xg_board_sim_create();
    ft232h_init(&chip, o.eeprom, o.dead ? clock_nothing : clock_board, board, &o.faults);
    struct usbfs_model *usb = usbfs_model_create(&chip.device);
    if (o.locked)
        usbfs_model_rights(usb, 0);
    pid_t child = start(argv + first);
    const struct timespec tick = {.tv_nsec = 1000000};
    for (unsigned ms = 0; !ended(child, &status); ms++) {
        if (o.unplug_ms && ms == o.unplug_ms)
            usbfs_model_unplug(usb);
        if (reached(&o.replug_at, &chip)) {
            const struct timespec gone = {.tv_nsec = 100000000};
            usbfs_model_unplug(usb);
            nanosleep(&gone, NULL);
            usbfs_model_plug(usb);
        }
        if (reached(&o.reset_at, &chip) && board)
            usbfs_model_locked(usb, reset, board);
        if (reached(&o.kill_at, &chip)) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            usbfs_model_killed(usb);
            child = start(argv + first);
        }
        nanosleep(&tick, NULL);
    }
    if (o.report)
        fprintf(stderr,
                "board-sim: %llu bytes out, %llu in, %llu clocks of the FIFO, %llu of the "
                "device\n",
                (unsigned long long)chip.bytes_out, (unsigned long long)chip.bytes_in,
                (unsigned long long)chip.clocks,
                (unsigned long long)(board ? xg_board_sim_cycles(board) : 0));
    usbfs_model_destroy(usb);
    bool shown = !o.picture || (board && save_picture(board, &o));
    uint32_t errors = board ? xg_board_sim_errors(board) : 0;
    xg_board_sim_destroy(board);
    if (errors) {
        fprintf(stderr, "board-sim: %u rules of the SDRAM were broken\n", errors);
        return 98;
    }
    if (!shown)
        return 96;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
