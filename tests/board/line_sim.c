/* A simulated board on a serial line of the system (a pseudo terminal), with a program that uses
 * it:
 *
 *   board-line [options] -- COMMAND...
 *
 * The board stays in this process; the command finds XG_FPGA_BOARD=serial:DEVICE,BAUD in its
 * environment. The result is the command's own; 98 when the board broke a rule of its SDRAM. With
 * --chatter or --liar something else is at the other end of the line. The baud rate (115200)
 * changes nothing but the driver's patience: the simulated line carries some kilobytes a second.
 */
#include "tests/board/hostile_line.h"
#include "tests/board/line_model.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define BITS_A_TURN   40u
#define BYTES_A_TURN  64u
#define NOISE_AT_MOST 12u
#define GONE_NS       200000000l

struct options {
    const char *baud;
    uint32_t seed;
    /* One in so many bytes; 0: never. */
    uint32_t flip_out, flip_in, lose_out, lose_in, twice_out, twice_in;
    uint32_t noise;              /* some bytes out of nothing, towards the host */
    uint32_t unplug_at, back_at; /* after so many bytes to the board; 0: never */
    bool chatter, liar, dead;    /* who is there in place of the board */
    bool report;                 /* what the line carried, on stderr */
};

struct line_sim {
    struct options o;
    struct line_model wires;
    struct hostile_line *hostile;
    char folder[64], link[80];
    int master, slave;
    uint32_t random;
    uint64_t bytes_out, bytes_in, lost; /* lost: nobody took them */
};

static void die(const char *what)
{
    fprintf(stderr, "board-line: %s: %s\n", what, strerror(errno));
    exit(97);
}

static uint32_t number(const char *text)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(text, &end, 0);
    if (errno || *end || end == text || n > UINT32_MAX) {
        fprintf(stderr, "board-line: '%s' is no number\n", text);
        exit(97);
    }
    return (uint32_t)n;
}

static int parse(int argc, char **argv, struct options *o)
{
    const struct {
        const char *name;
        uint32_t *value;
    } counts[] = {{"seed", &o->seed},           {"flip-out", &o->flip_out},
                  {"flip-in", &o->flip_in},     {"lose-out", &o->lose_out},
                  {"lose-in", &o->lose_in},     {"twice-out", &o->twice_out},
                  {"twice-in", &o->twice_in},   {"noise", &o->noise},
                  {"unplug-at", &o->unplug_at}, {"replug-at", &o->back_at}};
    enum { COUNTS = sizeof counts / sizeof *counts, BAUD = COUNTS, CHATTER, LIAR, DEAD, REPORT };
    struct option names[COUNTS + 6] = {{0}};
    *o = (struct options){.baud = "115200", .seed = 1};
    for (int i = 0; i < COUNTS; i++)
        names[i] = (struct option){counts[i].name, required_argument, NULL, i + 1};
    names[BAUD] = (struct option){"baud", required_argument, NULL, BAUD + 1};
    names[CHATTER] = (struct option){"chatter", no_argument, NULL, CHATTER + 1};
    names[LIAR] = (struct option){"liar", no_argument, NULL, LIAR + 1};
    names[DEAD] = (struct option){"dead", no_argument, NULL, DEAD + 1};
    names[REPORT] = (struct option){"report", no_argument, NULL, REPORT + 1};
    for (int c; (c = getopt_long(argc, argv, "+", names, NULL)) != -1;) {
        if (c >= 1 && c <= COUNTS)
            *counts[c - 1].value = number(optarg);
        else if (c == BAUD + 1)
            o->baud = optarg;
        else if (c == CHATTER + 1)
            o->chatter = true;
        else if (c == LIAR + 1)
            o->liar = true;
        else if (c == DEAD + 1)
            o->dead = true;
        else if (c == REPORT + 1)
            o->report = true;
        else
            exit(97);
    }
    return optind;
}

/* --- the line of the system --- */

static void plug(struct line_sim *s)
{
    struct termios raw;
    char name[64];
    if (openpty(&s->master, &s->slave, name, NULL, NULL) != 0)
        die("openpty");
    if (tcgetattr(s->slave, &raw) != 0)
        die("tcgetattr");
    cfmakeraw(&raw); /* no echo before the program has opened it */
    tcsetattr(s->slave, TCSANOW, &raw);
    fcntl(s->master, F_SETFL, O_NONBLOCK);
    fcntl(s->master, F_SETFD, FD_CLOEXEC);
    fcntl(s->slave, F_SETFD, FD_CLOEXEC);
    if (symlink(name, s->link) != 0)
        die(s->link);
}

static void unplug(struct line_sim *s)
{
    unlink(s->link);
    close(s->slave);
    close(s->master);
    s->master = s->slave = -1;
}

static pid_t start(struct line_sim *s, char **command)
{
    char board[160];
    snprintf(board, sizeof board, "serial:%s,%s", s->link, s->o.baud);
    setenv("XG_FPGA_BOARD", board, 1);
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        execvp(command[0], command);
        die(command[0]);
    }
    return child;
}

/* --- bytes, with faults --- */

static bool hit(struct line_sim *s, uint32_t one_in)
{
    s->random ^= s->random << 13;
    s->random ^= s->random >> 17;
    s->random ^= s->random << 5;
    return one_in && s->random % one_in == 0;
}

static void towards_board(struct line_sim *s, uint8_t byte)
{
    if (hit(s, s->o.flip_out))
        byte ^= (uint8_t)(1u << (s->random >> 8) % 8);
    if (hit(s, s->o.lose_out))
        return;
    line_model_send(&s->wires, byte);
    if (hit(s, s->o.twice_out))
        line_model_send(&s->wires, byte);
}

static void put(struct line_sim *s, const uint8_t *bytes, size_t count)
{
    ssize_t n = s->master >= 0 ? write(s->master, bytes, count) : 0;
    s->bytes_in += count;
    s->lost += count - (size_t)(n > 0 ? n : 0);
}

static void towards_host(struct line_sim *s, uint8_t byte)
{
    if (hit(s, s->o.noise))
        for (unsigned n = 1 + (s->random >> 9) % NOISE_AT_MOST; n; n--) {
            hit(s, 1);
            put(s, (const uint8_t[]){(uint8_t)(s->random >> 8)}, 1);
        }
    if (hit(s, s->o.flip_in))
        byte ^= (uint8_t)(1u << (s->random >> 8) % 8);
    if (hit(s, s->o.lose_in))
        return;
    put(s, &byte, 1);
    if (hit(s, s->o.twice_in))
        put(s, &byte, 1);
}

static void turn(struct line_sim *s)
{
    uint8_t bytes[2 * BYTES_A_TURN];
    const struct timespec rest = {.tv_nsec = 200000};
    ssize_t n = 0;
    if (s->wires.board && line_model_room(&s->wires) < LINE_QUEUE - BYTES_A_TURN)
        n = 0; /* the wires are full */
    else if (s->master >= 0)
        n = read(s->master, bytes, BYTES_A_TURN);
    s->bytes_out += n > 0 ? (uint64_t)n : 0;
    for (ssize_t i = 0; i < n && s->wires.board; i++)
        towards_board(s, bytes[i]);
    if (s->wires.board) {
        line_model_run(&s->wires, BITS_A_TURN);
        for (size_t i = 0; i < s->wires.in_count; i++)
            towards_host(s, s->wires.in[i]);
        line_model_drop(&s->wires, s->wires.in_count);
    } else if (s->hostile) {
        hostile_line_hear(s->hostile, bytes, n > 0 ? (size_t)n : 0);
        size_t said = hostile_line_say(s->hostile, bytes, sizeof bytes);
        if (said)
            put(s, bytes, said);
    }
    if ((!s->wires.board || s->master < 0) && n <= 0)
        nanosleep(&rest, NULL);
}

static void faults(struct line_sim *s)
{
    if (s->o.unplug_at && s->bytes_out >= s->o.unplug_at && s->master >= 0)
        unplug(s);
    if (s->o.back_at && s->bytes_out >= s->o.back_at) {
        const struct timespec gone = {.tv_nsec = GONE_NS};
        s->o.back_at = 0;
        unplug(s);
        nanosleep(&gone, NULL);
        plug(s);
    }
}

static bool prepare(struct line_sim *s)
{
    s->random = s->o.seed * 2654435761u | 1;
    snprintf(s->folder, sizeof s->folder, "/tmp/board-line-XXXXXX");
    if (!mkdtemp(s->folder))
        die(s->folder);
    snprintf(s->link, sizeof s->link, "%s/line", s->folder);
    plug(s);
    if (s->o.chatter || s->o.liar) {
        s->hostile = hostile_line_create(s->o.chatter ? HOSTILE_CHATTER : HOSTILE_LIAR, s->o.seed);
        return s->hostile != NULL;
    }
    s->wires.board = s->o.dead ? NULL : xg_board_sim_create_serial();
    return s->o.dead || s->wires.board;
}

static void report(const struct line_sim *s)
{
    fprintf(stderr, "board-line: %llu bytes out, %llu in, %llu lost, %llu clocks\n",
            (unsigned long long)s->bytes_out, (unsigned long long)s->bytes_in,
            (unsigned long long)s->lost,
            (unsigned long long)(s->wires.board ? xg_board_sim_cycles(s->wires.board) : 0));
}

int main(int argc, char **argv)
{
    static struct line_sim s;
    int first = parse(argc, argv, &s.o), status = 0;
    if (first >= argc) {
        fprintf(stderr, "usage: board-line [options] -- COMMAND...\n");
        return 97;
    }
    if (!prepare(&s)) {
        fprintf(stderr, "board-line: no memory\n");
        return 97;
    }
    signal(SIGPIPE, SIG_IGN);
    pid_t child = start(&s, argv + first);
    while (waitpid(child, &status, WNOHANG) != child) {
        faults(&s);
        turn(&s);
    }
    if (s.o.report)
        report(&s);
    if (s.master >= 0)
        unplug(&s);
    rmdir(s.folder);
    uint32_t errors = s.wires.board ? xg_board_sim_errors(s.wires.board) : 0;
    hostile_line_destroy(s.hostile);
    xg_board_sim_destroy(s.wires.board);
    if (errors) {
        fprintf(stderr, "board-line: %u rules of the SDRAM were broken\n", errors);
        return 98;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
