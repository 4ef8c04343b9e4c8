/* `xenogate fpga list|setup|probe|selftest|regress`: boards on USB and on serial lines. */
#include "app/commands.h"
#include "driver/board.h"
#include "driver/fpga_device.h"
#include "driver/link_probe.h"
#include "driver/serial/serial_port.h"
#include "driver/usb/board.h"
#include "gpu/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SELFTEST_BYTES (4u << 20)
#define PROBE_BYTES    (4u << 20)
#define PROBE_TURNS    200u
#define LINE_BYTES     (128u << 10) /* on a serial line, which carries 0.3 MB/s */
#define CAPS_LAYERS    7u

static const char usage[] =
    "usage: xenogate fpga list                              boards on USB, serial lines\n"
    "       xenogate fpga setup [--board=B] [--yes]         FTDI EEPROM: start as a FIFO\n"
    "       xenogate fpga probe [--board=B] [--bytes=N]     who it is, throughput, latency\n"
    "       xenogate fpga selftest [--board=B] [--bytes=N]  board memory, link\n"
    "       xenogate fpga regress [--board=B] FILE...       cases on the board and the model\n"
    "B is " XG_BOARD_WORDS ";\n--serial=S is --board=usb:S\n";

static int report(const struct xg_error *err)
{
    fprintf(stderr, "xenogate fpga: %s\n", err->text);
    return (int)err->kind;
}

struct options {
    struct xg_board board;
    const char *serial; /* of a board on USB; NULL: the only one */
    uint32_t bytes;     /* 0: the command's own */
    bool yes;
    int files; /* argv[files..] */
};

/* --serial=S */
static bool choose_serial(const char *serial, struct xg_error *err)
{
    char board[300]; /* longer than a serial number may be: one that is cut is refused */
    snprintf(board, sizeof board, "usb:%s", serial);
    return xg_board_choose(board, err);
}

/* false with err empty: wrong usage. */
static bool parse(int argc, char **argv, struct options *o, struct xg_error *err)
{
    *o = (struct options){.files = argc};
    for (int i = 2; i < argc; i++) {
        char *end;
        if (!strncmp(argv[i], "--serial=", 9)) {
            if (!choose_serial(argv[i] + 9, err))
                return false;
        } else if (!strncmp(argv[i], "--board=", 8)) {
            if (!xg_board_choose(argv[i] + 8, err))
                return false;
        } else if (!strncmp(argv[i], "--bytes=", 8)) {
            unsigned long n = strtoul(argv[i] + 8, &end, 0);
            if (*end || n < 4096 || n > 0x10000000ul || n % 4)
                return false;
            o->bytes = (uint32_t)n;
        } else if (!strcmp(argv[i], "--yes")) {
            o->yes = true;
        } else if (argv[i][0] == '-') {
            return false;
        } else {
            o->files = i;
            break;
        }
    }
    if (!xg_board_of_environment(&o->board, err))
        return false;
    o->serial = o->board.way == XG_BOARD_USB && o->board.name[0] ? o->board.name : NULL;
    return true;
}

/* Any of them may lead to a board, or to something else. */
static void list_lines(void)
{
    struct xg_serial_line lines[XG_SERIAL_LINES_MAX];
    size_t count = xg_serial_lines(XG_SERIAL_FOLDER, lines, XG_SERIAL_LINES_MAX);
    for (size_t i = 0; i < count; i++) {
        printf("serial line  --board=serial:%s\n", lines[i].path);
        if (lines[i].openable.kind != XG_OK)
            printf("         %s\n", lines[i].openable.text);
    }
}

static int list(void)
{
    struct xg_usb_board boards[XG_USB_BOARDS_MAX];
    struct xg_error err = {0};
    size_t count = xg_usb_boards(boards, XG_USB_BOARDS_MAX, &err);
    if (err.kind != XG_OK)
        return report(&err);
    if (count == 0)
        printf("no board on USB (docs/board.md says which there are)\n");
    for (size_t i = 0; i < count; i++) {
        const struct xg_usb_board *b = &boards[i];
        printf("%-8s serial %-16s bus %u device %u  %u Mbit/s  %s\n", xg_usb_kind_name(b->kind),
               b->serial[0] ? b->serial : "-", b->bus, b->address, b->speed_mbps, b->description);
        if (b->openable.kind != XG_OK)
            printf("         %s\n", b->openable.text);
        if (b->speed_mbps && b->speed_mbps < 480)
            printf("         at %u Mbit/s it is too slow to be of use: plug it into a high-speed "
                   "port\n",
                   b->speed_mbps);
    }
    list_lines();
    return XG_OK;
}

static int setup(const struct options *o)
{
    struct xg_usb_eeprom eeprom;
    struct xg_error err = {0};
    if (o->board.way != XG_BOARD_USB) {
        xg_fail(&err, XG_E_INPUT, "setup is for the FIFO module on USB; a serial line needs none");
        return report(&err);
    }
    if (!xg_usb_eeprom_read(o->serial, &eeprom, &err))
        return report(&err);
    if (eeprom.fifo) {
        printf("serial %s: the FTDI chip already starts as a FIFO; nothing to do\n", eeprom.serial);
        return XG_OK;
    }
    printf("%s: the chip starts as a serial port. Its EEPROM will be written so that it starts as "
           "a 245 FIFO%s.\n",
           eeprom.blank ? "blank EEPROM" : eeprom.serial,
           eeprom.blank ? ", with serial XG000001" : "; all else is kept");
    if (!o->yes) {
        char answer[8] = "";
        printf("Write it? [y/N] ");
        fflush(stdout);
        if (!fgets(answer, sizeof answer, stdin) || (answer[0] != 'y' && answer[0] != 'Y')) {
            printf("nothing was changed\n");
            return XG_E_GUEST;
        }
    }
    if (!xg_usb_eeprom_write_fifo(o->serial, &err))
        return report(&err);
    printf("written and read back. Unplug the board and plug it in again.\n");
    return XG_OK;
}

static struct xg_link_probe *open_probe(const struct options *o, struct xg_error *err)
{
    const struct xg_board_patience patience = {0};
    struct xg_link_identity who;
    struct xg_transport *transport = xg_board_open(&o->board, &patience, err);
    struct xg_link_probe *probe = transport ? xg_link_probe_create(transport, &who, err) : NULL;
    if (!probe)
        return NULL;
    printf("device version %u, link version %u, frames of %u words, layers", who.version,
           who.link_version, who.max_words);
    for (unsigned i = 0; i < CAPS_LAYERS; i++)
        if (who.caps >> i & 1)
            printf(" L%u", i);
    printf(", %llu MiB of board memory\n", (1ull << (who.caps >> 16 & 0xFF)) >> 20);
    return probe;
}

static uint32_t bytes_of(const struct options *o, uint32_t on_usb)
{
    return o->bytes ? o->bytes : o->board.way == XG_BOARD_USB ? on_usb : LINE_BYTES;
}

static int probe(const struct options *o)
{
    struct xg_error err = {0};
    struct xg_link_speed speed;
    struct xg_link_probe *p = open_probe(o, &err);
    bool good = p && xg_link_probe_speed(p, bytes_of(o, PROBE_BYTES), PROBE_TURNS, &speed, &err);
    xg_link_probe_destroy(p);
    if (!good)
        return report(&err);
    printf("to the board %.2f MB/s, from the board %.2f MB/s, one turn %.0f us (median of %u)\n",
           speed.write_mbps, speed.read_mbps, speed.turn_us, PROBE_TURNS);
    return XG_OK;
}

static int selftest(const struct options *o)
{
    struct xg_error err = {0};
    struct xg_link_probe *p = open_probe(o, &err);
    uint32_t words = bytes_of(o, SELFTEST_BYTES) / 4, failed = 0;
    if (!p)
        return report(&err);
    static const struct {
        const char *what;
        uint32_t address, seed;
    } tests[] = {
        {"board memory, first pattern", 0, 1},
        {"board memory, second pattern over it", 0, 2},
        {"board memory, an odd start", 0x10040, 3},
    };
    for (size_t i = 0; i < XG_COUNTOF(tests); i++) {
        bool good = err.kind == XG_OK &&
                    xg_link_probe_memory(p, tests[i].address, words, tests[i].seed, &err);
        printf("%s %zu - %s, %u bytes\n", good ? "ok" : "not ok", i + 1, tests[i].what, 4 * words);
        failed += !good;
    }
    xg_link_probe_destroy(p);
    printf("%zu passed, %u failed\n", XG_COUNTOF(tests) - failed, failed);
    return failed ? report(&err) : XG_OK;
}

/* --- regress: every case on both, the lines compared --- */

struct side {
    struct xg_gpu_bench *bench;
    char *text;
    size_t length;
};

static bool run_case(struct side *s, const char *line, size_t length, struct xg_error *err)
{
    free(s->text);
    s->text = NULL;
    FILE *out = open_memstream(&s->text, &s->length);
    if (!out)
        return xg_fail(err, XG_E_DEVICE, "no host memory for a case");
    bool good = xg_gpu_bench_run(s->bench, line, length, out, err);
    fclose(out);
    return good;
}

static bool regress_file(const char *name, struct side *board, struct side *model, unsigned *passed,
                         unsigned *failed, struct xg_error *err)
{
    FILE *in = fopen(name, "r");
    if (!in)
        return xg_fail(err, XG_E_INPUT, "%s cannot be read", name);
    char *line = NULL;
    size_t room = 0, number = 0;
    ssize_t n;
    bool good = true;
    while (good && (n = getline(&line, &room, in)) >= 0) {
        while (n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
            n--;
        number++;
        good = run_case(board, line, (size_t)n, err) && run_case(model, line, (size_t)n, err);
        bool same = good && board->length == model->length &&
                    !memcmp(board->text, model->text, board->length);
        *(same ? passed : failed) += 1;
        if (!same)
            printf("not ok - %s line %zu\n  board: %.400s  model: %.400s", name, number,
                   board->text ? board->text : "", model->text ? model->text : "");
    }
    free(line);
    fclose(in);
    return good;
}

static int regress(const struct options *o, int argc, char **argv)
{
    struct xg_error err = {0};
    unsigned passed = 0, failed = 0;
    if (o->files == argc)
        return xg_app_usage(usage, argc, argv);
    struct side board = {.bench = xg_gpu_bench_create(xg_device_fpga_create, &err)};
    struct side model = {0};
    if (board.bench)
        model.bench = xg_gpu_bench_create(xg_device_model_create, &err);
    bool good = model.bench != NULL;
    for (int i = o->files; i < argc && good; i++)
        good = regress_file(argv[i], &board, &model, &passed, &failed, &err);
    if (board.bench)
        xg_gpu_bench_destroy(board.bench);
    if (model.bench)
        xg_gpu_bench_destroy(model.bench);
    free(board.text);
    free(model.text);
    if (!good)
        report(&err);
    printf("%u passed, %u failed\n", passed, failed);
    return !good ? (int)err.kind : failed ? XG_E_GUEST : XG_OK;
}

/* argv[0] is "fpga". */
int xg_cmd_fpga(int argc, char **argv)
{
    struct options o;
    struct xg_error err = {0};
    if (argc < 2 || !parse(argc, argv, &o, &err))
        return err.kind == XG_OK ? xg_app_usage(usage, argc, argv) : report(&err);
    if (!strcmp(argv[1], "regress"))
        return regress(&o, argc, argv);
    if (o.files != argc)
        return xg_app_usage(usage, argc, argv);
    if (!strcmp(argv[1], "list"))
        return list();
    if (!strcmp(argv[1], "setup"))
        return setup(&o);
    if (!strcmp(argv[1], "probe"))
        return probe(&o);
    if (!strcmp(argv[1], "selftest"))
        return selftest(&o);
    return xg_app_usage(usage, argc, argv);
}
