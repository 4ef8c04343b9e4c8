/* The transport over a serial line, at a pseudo terminal: every byte as it is, words that arrive
 * and leave in pieces, lines that go away and come back, and what is said about those that cannot
 * be opened. */
#include "driver/board.h"
#include "driver/link_probe.h"
#include "driver/serial/serial_port.h"
#include "driver/serial/serial_transport.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#define WORDS 256u
#define MANY  65536u /* words: more than any system keeps on their way */
#define TURNS 20000u

/* A pseudo terminal behind a link, as udev makes one. */
struct line {
    char folder[40], path[64];
    int master;
    struct xg_transport *t;
    struct xg_error err;
};

static void plug(struct line *l)
{
    char name[64];
    int slave;
    assert_int_equal(openpty(&l->master, &slave, name, NULL, NULL), 0);
    close(slave);
    fcntl(l->master, F_SETFL, O_NONBLOCK);
    assert_int_equal(symlink(name, l->path), 0);
}

static void unplug(struct line *l)
{
    unlink(l->path);
    close(l->master);
    l->master = -1;
}

static void line_begin(struct line *l)
{
    *l = (struct line){.master = -1};
    snprintf(l->folder, sizeof l->folder, "/tmp/test-serial-XXXXXX");
    assert_non_null(mkdtemp(l->folder));
    snprintf(l->path, sizeof l->path, "%s/line", l->folder);
    plug(l);
}

static void line_open(struct line *l, uint32_t wait_ms)
{
    const struct xg_serial_link_options o = {
        .path = l->path, .baud = XG_SERIAL_BAUD, .wait_ms = wait_ms};
    l->t = xg_serial_transport_create(&o, &l->err);
    assert_non_null(l->t);
}

static void line_end(struct line *l)
{
    if (l->t)
        l->t->ops->destroy(l->t);
    if (l->master >= 0)
        unplug(l);
    rmdir(l->folder);
}

/* Until `count` words are here. */
static void take_words(struct line *l, uint32_t *words, size_t count)
{
    for (size_t have = 0, turn = 0; have < count; turn++) {
        size_t given;
        uint64_t clocks;
        assert_true(turn < TURNS);
        assert_true(l->t->ops->wait(l->t, &clocks, &l->err));
        assert_true(clocks >= 1);
        assert_true(l->t->ops->read(l->t, words + have, count - have, &given, &l->err));
        have += given;
    }
}

static void every_byte_comes_as_it_was_sent(void **state)
{
    struct line l;
    uint8_t bytes[4 * WORDS];
    uint32_t words[WORDS];
    XG_UNUSED(state);
    line_begin(&l);
    line_open(&l, 0);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i + i / 256);
    for (size_t at = 0, n = 1; at < sizeof bytes; at += n, n = n % 7 + 1) { /* never whole words */
        n = n < sizeof bytes - at ? n : sizeof bytes - at;
        assert_int_equal(write(l.master, bytes + at, n), n);
    }
    take_words(&l, words, WORDS);
    assert_memory_equal(words, bytes, sizeof bytes);
    line_end(&l);
}

static void words_leave_whole_and_in_order_when_the_system_is_full(void **state)
{
    static uint32_t words[MANY], got[MANY];
    struct line l;
    size_t sent = 0, taken, have = 0;
    bool was_full = false;
    XG_UNUSED(state);
    line_begin(&l);
    line_open(&l, 0);
    for (uint32_t i = 0; i < MANY; i++)
        words[i] = i * 2654435761u;
    for (size_t turn = 0; have < sizeof got; turn++) {
        uint64_t clocks;
        assert_true(turn < TURNS);
        assert_true(l.t->ops->write(l.t, words + sent, MANY - sent, &taken, &l.err));
        sent += taken;
        was_full |= sent < MANY;
        size_t most = sizeof got - have < 999 ? sizeof got - have : 999; /* cuts words */
        ssize_t n = read(l.master, (uint8_t *)got + have, most);
        have += n > 0 ? (size_t)n : 0;
        assert_true(l.t->ops->wait(l.t, &clocks, &l.err)); /* the rest of a word goes too */
    }
    assert_true(was_full);
    assert_memory_equal(got, words, sizeof got);
    line_end(&l);
}

static void what_came_before_it_was_unplugged_is_given(void **state)
{
    struct line l;
    uint32_t word = 0;
    size_t n;
    uint64_t clocks;
    XG_UNUSED(state);
    line_begin(&l);
    line_open(&l, 0);
    assert_int_equal(write(l.master, "abcd", 4), 4);
    take_words(&l, &word, 1);
    assert_int_equal(word, 0x64636261);
    unplug(&l);
    bool good = true;
    for (unsigned turn = 0; good && turn < 100; turn++)
        good = l.t->ops->wait(l.t, &clocks, &l.err) && l.t->ops->read(l.t, &word, 1, &n, &l.err);
    assert_false(good);
    assert_non_null(strstr(l.err.text, "unplugged"));
    assert_non_null(strstr(l.err.text, l.path));
    assert_false(l.t->ops->write(l.t, &word, 1, &n, &l.err)); /* and stays so */
    assert_null(l.t->ops->reopen);
    line_end(&l);
}

static void a_line_that_comes_back_is_opened_again(void **state)
{
    struct line l;
    uint32_t words[2] = {0};
    size_t n;
    XG_UNUSED(state);
    line_begin(&l);
    line_open(&l, 200);
    assert_int_equal(write(l.master, "xyz", 3), 3); /* a part of a word, lost with the line */
    assert_true(l.t->ops->read(l.t, words, 2, &n, &l.err));
    unplug(&l);
    assert_false(l.t->ops->reopen(l.t, &l.err));
    assert_non_null(strstr(l.err.text, "did not come back in 0 s"));
    assert_non_null(strstr(l.err.text, "no such device"));
    plug(&l);
    l.err = (struct xg_error){0};
    assert_true(l.t->ops->reopen(l.t, &l.err));
    assert_int_equal(write(l.master, "abcd", 4), 4);
    take_words(&l, words, 1);
    assert_int_equal(words[0], 0x64636261);
    line_end(&l);
}

static void opened_fails_with(const char *path, uint32_t baud, const char *sentence)
{
    const struct xg_serial_link_options o = {.path = path, .baud = baud};
    struct xg_error err = {0};
    assert_null(xg_serial_transport_create(&o, &err));
    if (!strstr(err.text, sentence))
        fail_msg("%s: '%s' does not say '%s'", path, err.text, sentence);
}

static void a_line_that_cannot_be_opened_is_a_sentence(void **state)
{
    struct line l;
    char file[64];
    XG_UNUSED(state);
    line_begin(&l);
    snprintf(file, sizeof file, "%s/file", l.folder);
    close(open(file, O_CREAT | O_WRONLY, 0600));
    opened_fails_with("/tmp/test-serial-none", XG_SERIAL_BAUD, "no such device");
    opened_fails_with(file, XG_SERIAL_BAUD, "not a terminal");
    opened_fails_with(l.folder, XG_SERIAL_BAUD, "not a terminal");
    opened_fails_with("/dev/null", XG_SERIAL_BAUD, "not a terminal");
    opened_fails_with(l.path, 1234, "no 1234 baud; there are: 115200 ");
    chmod(file, 0);
    if (geteuid() != 0) {
        opened_fails_with(file, XG_SERIAL_BAUD, "udev rule");
        opened_fails_with(file, XG_SERIAL_BAUD, "join its group (");
    }
    line_open(&l, 0);
    opened_fails_with(l.path, XG_SERIAL_BAUD, "another program holds it");
    unlink(file);
    line_end(&l);
}

static void the_settings_are_put_back(void **state)
{
    struct line l;
    struct termios before, during, after;
    XG_UNUSED(state);
    line_begin(&l);
    int slave = open(l.path, O_RDWR | O_NOCTTY);
    assert_int_equal(tcgetattr(slave, &before), 0);
    line_open(&l, 0);
    tcgetattr(slave, &during);
    assert_int_equal(during.c_lflag & (ICANON | ECHO | ISIG), 0);
    assert_int_equal(during.c_cflag & (CSIZE | PARENB | CSTOPB | CRTSCTS), CS8);
    assert_int_equal(cfgetospeed(&during), B3000000);
    l.t->ops->destroy(l.t);
    l.t = NULL;
    tcgetattr(slave, &after);
    assert_int_equal(after.c_lflag, before.c_lflag);
    assert_int_equal(cfgetospeed(&after), cfgetospeed(&before));
    close(slave);
    line_end(&l);
}

static void lines_are_listed_by_name(void **state)
{
    struct xg_serial_line lines[2];
    struct line l;
    char other[64];
    XG_UNUSED(state);
    line_begin(&l);
    snprintf(other, sizeof other, "%s/another", l.folder);
    assert_int_equal(symlink("/tmp/test-serial-none", other), 0);
    assert_int_equal(xg_serial_lines(l.folder, lines, XG_COUNTOF(lines)), 2);
    assert_string_equal(lines[0].path, other);
    assert_int_equal(lines[0].openable.kind, XG_E_DEVICE);
    assert_string_equal(lines[1].path, l.path);
    assert_int_equal(lines[1].openable.kind, XG_OK);
    assert_int_equal(xg_serial_lines(l.folder, lines, 1), 1);
    assert_int_equal(xg_serial_lines("/tmp/test-serial-none", lines, 2), 0);
    unlink(other);
    line_end(&l);
}

static void boards_are_named(void **state)
{
    static const struct {
        const char *text;
        enum xg_board_way way;
        const char *name;
        uint32_t baud;
    } good[] = {{"usb", XG_BOARD_USB, "", 0},
                {"usb:XG000001", XG_BOARD_USB, "XG000001", 0},
                {"serial:/dev/ttyUSB0", XG_BOARD_SERIAL, "/dev/ttyUSB0", XG_SERIAL_BAUD},
                {"serial:/dev/a:b,c,115200", XG_BOARD_SERIAL, "/dev/a:b,c", 115200}};
    static const char *const bad[] = {"",
                                      "usb:",
                                      "serial",
                                      "serial:",
                                      "serial:/x,",
                                      "serial:/x,3M",
                                      "serial:/x,1",
                                      "serial:,115200",
                                      "tcp:host",
                                      "serial:/x,-115200"};
    XG_UNUSED(state);
    for (size_t i = 0; i < XG_COUNTOF(good); i++) {
        struct xg_board b;
        struct xg_error err = {0};
        assert_true(xg_board_parse(good[i].text, &b, &err));
        assert_int_equal(b.way, good[i].way);
        assert_string_equal(b.name, good[i].name);
        assert_int_equal(b.baud, good[i].baud);
    }
    for (size_t i = 0; i < XG_COUNTOF(bad); i++) {
        struct xg_board b;
        struct xg_error err = {0};
        if (xg_board_parse(bad[i], &b, &err) || err.kind != XG_E_INPUT)
            fail_msg("'%s' was taken", bad[i]);
    }
}

static void the_environment_names_a_board(void **state)
{
    struct xg_board b;
    struct xg_error err = {0};
    XG_UNUSED(state);
    unsetenv("XG_FPGA_BOARD");
    unsetenv("XG_FPGA_SERIAL");
    assert_true(xg_board_of_environment(&b, &err));
    assert_string_equal(b.name, "");
    setenv("XG_FPGA_SERIAL", "S1", 1);
    assert_true(xg_board_of_environment(&b, &err));
    assert_string_equal(b.name, "S1");
    assert_true(xg_board_choose("serial:/dev/x", &err));
    assert_true(xg_board_of_environment(&b, &err));
    assert_int_equal(b.way, XG_BOARD_SERIAL);
    assert_false(xg_board_choose("nothing", &err));
    assert_string_equal(getenv("XG_FPGA_BOARD"), "serial:/dev/x");
}

/* --- what is there talks, and is no board --- */

static void talker_destroy(struct xg_transport *t)
{
    XG_UNUSED(t);
}
static bool talker_write(struct xg_transport *t, const uint32_t *words, size_t count, size_t *taken,
                         struct xg_error *err)
{
    XG_UNUSED(t);
    XG_UNUSED(words);
    XG_UNUSED(err);
    *taken = count;
    return true;
}
static bool talker_read(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                        struct xg_error *err)
{
    XG_UNUSED(t);
    XG_UNUSED(err);
    for (*given = 0; *given < max && *given < 100; ++*given)
        words[*given] = (uint32_t)*given * 2654435761u;
    return true;
}
static bool talker_wait(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    XG_UNUSED(t);
    XG_UNUSED(err);
    *clocks = 100000;
    return true;
}

static void a_probe_of_something_that_talks_without_end_ends(void **state)
{
    static const struct xg_transport_ops ops = {.name = "talker",
                                                .look_at = "is it a board?",
                                                .destroy = talker_destroy,
                                                .write = talker_write,
                                                .read = talker_read,
                                                .wait = talker_wait};
    struct xg_transport talker = {.ops = &ops};
    struct xg_link_identity who;
    struct xg_error err = {0};
    XG_UNUSED(state);
    alarm(20);
    assert_null(xg_link_probe_create(&talker, &who, &err));
    alarm(0);
    assert_string_equal(err.text, "the board does not answer: is it a board?");
}

#define T cmocka_unit_test
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_byte_comes_as_it_was_sent),
        T(words_leave_whole_and_in_order_when_the_system_is_full),
        T(what_came_before_it_was_unplugged_is_given),
        T(a_line_that_comes_back_is_opened_again),
        T(a_line_that_cannot_be_opened_is_a_sentence),
        T(the_settings_are_put_back),
        T(lines_are_listed_by_name),
        T(boards_are_named),
        T(the_environment_names_a_board),
        T(a_probe_of_something_that_talks_without_end_ends),
    };
    return cmocka_run_group_tests_name("serial line", tests, NULL, NULL);
}
