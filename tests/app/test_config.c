/* The configuration file: what it takes, what it refuses and how it says so, what `set` leaves
 * alone. */
#include "app/config.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/xg-config-XXXXXX";
static char path[64];

static void write_text(const char *text)
{
    struct xg_error err = {0};
    assert_true(xg_file_write(path, text, strlen(text), &err));
}

static struct xg_config *load(const char *text)
{
    struct xg_error err = {0};
    struct xg_config *c = xg_config_create();
    assert_non_null(c);
    write_text(text);
    if (!xg_config_load(c, path, &err))
        fail_msg("%s", err.text);
    return c;
}

static void a_file_changes_what_it_names(void **state)
{
    XG_UNUSED(state);
    struct xg_config *c = load("# mine\n\n  window.size=640x360  \nfast = yes\r\n"
                               "pad.dead-zone =0\nkey.a = W, Left Shift\nscreenshots = a b=c\n"
                               "gpu = null"); /* no line end */
    uint32_t width, height;
    xg_config_size(c, "window.size", &width, &height);
    assert_int_equal(width, 640);
    assert_int_equal(height, 360);
    assert_true(xg_config_yes(c, "fast"));
    assert_false(xg_config_yes(c, "window.full-screen"));
    assert_int_equal(xg_config_number(c, "pad.dead-zone"), 0);
    assert_string_equal(xg_config_get(c, "screenshots"), "a b=c");
    assert_string_equal(xg_config_get(c, "gpu"), "null");
    assert_string_equal(xg_config_get(c, "window.filter"), "linear"); /* default */
    assert_null(xg_config_get(c, "nothing"));
    struct xg_key_map map;
    xg_config_key_map(c, &map);
    assert_int_equal(map.keys[0][0], 26); /* USB usage numbers of W and the left shift key */
    assert_int_equal(map.keys[0][1], 225);
    assert_int_equal(map.keys[0][2], 0);
    xg_config_destroy(c);
}

static void a_file_that_is_not_there_changes_nothing(void **state)
{
    XG_UNUSED(state);
    struct xg_config *c = xg_config_create();
    struct xg_error err = {0};
    assert_true(xg_config_load(c, "/nonexistent/config", &err));
    assert_int_equal(err.kind, XG_OK);
    assert_false(xg_config_load(c, folder, &err)); /* but a folder is no file */
    xg_config_destroy(c);
}

static void mistakes_are_named_by_line(void **state)
{
    XG_UNUSED(state);
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"fast\n", ":1: this is no line `key = value`"},
        {"# x\n= yes\n", ":2: this is no line"},
        {"fast = yes\nspeed = 3\n", ":2: there is no key 'speed'"},
        {"Fast = yes\n", ":1: there is no key 'Fast'"},
        {"fast = maybe\n", ":1: fast: 'maybe' is none of: no yes"},
        {"fast =\n", ":1: fast: '' is none of"},
        {"fast = no yes\n", ":1: fast: 'no yes' is none of"},
        {"fast = no\n\nfast = no\n", ":3: fast is there already, on line 1"},
        {"pad.dead-zone = -1\n", ":1: pad.dead-zone: '-1' is no number of 0 to 32766"},
        {"pad.dead-zone = 32767\n", "is no number"},
        {"pad.dead-zone = 99999999999999999999\n", "is no number"},
        {"pad.dead-zone = 1 # x\n", "is no number"},
        {"window.size = 1280\n", ":1: window.size: '1280' is no size"},
        {"window.size = 0x720\n", "is no size"},
        {"window.size = 1280x9000\n", "is no size"},
        {"gpu = fast\n", ":1: gpu: 'fast' is no back end of: "},
        {"screenshots =\n", ":1: screenshots: it must not be empty"},
        {"key.a = Zed\n", ":1: key.a: 'Zed' is no key"},
        {"key.a = Escape\n", ":1: key.a: 'Escape' is no key, or one that the window needs"},
        {"key.c = Z\n", ":1: there is no key 'key.c'"},
    };
    for (size_t i = 0; i < XG_COUNTOF(cases); i++) {
        struct xg_error err = {0};
        struct xg_config *c = xg_config_create();
        write_text(cases[i].text);
        assert_false(xg_config_load(c, path, &err));
        assert_int_equal(err.kind, XG_E_INPUT);
        if (!strstr(err.text, cases[i].why) || strncmp(err.text, path, strlen(path)) != 0)
            fail_msg("case %zu says '%s', not '%s'", i, err.text, cases[i].why);
        xg_config_destroy(c);
    }
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    XG_UNUSED(state);
    struct xg_config *c = xg_config_create();
    struct xg_error err = {0};
    assert_true(xg_file_write(path, "fast = yes\n\0x", 13, &err));
    assert_false(xg_config_load(c, path, &err));
    assert_non_null(strstr(err.text, "no text file"));
    static char large[100000];
    memset(large, '#', sizeof large);
    err = (struct xg_error){0};
    assert_true(xg_file_write(path, large, sizeof large, &err));
    assert_false(xg_config_load(c, path, &err));
    /* every beginning of a valid file ends in success or in a sentence */
    static const char text[] = "window.size = 640x360\nkey.a = W, Left Shift\nfast = yes\n";
    for (size_t n = 0; n < sizeof text; n++) {
        struct xg_config *part = xg_config_create();
        err = (struct xg_error){0};
        assert_true(xg_file_write(path, text, n, &err));
        bool good = xg_config_load(part, path, &err);
        assert_int_equal(good, err.kind == XG_OK);
        xg_config_destroy(part);
    }
    xg_config_destroy(c);
}

static void every_default_is_a_valid_value(void **state)
{
    XG_UNUSED(state);
    struct xg_config *c = xg_config_create();
    const char *key, *help;
    size_t i = 0;
    for (; (key = xg_config_key(c, i, &help)); i++) {
        struct xg_error err = {0};
        char value[256];
        assert_true(*help);
        snprintf(value, sizeof value, "%s", xg_config_get(c, key));
        if (!xg_config_set(c, key, value, &err))
            fail_msg("%s", err.text);
    }
    assert_int_equal(i, 12 + 25);
    xg_config_destroy(c);
}

static void expect_file(const char *wanted)
{
    uint8_t *text;
    size_t size;
    assert_true(xg_file_read(path, 10000, &text, &size, NULL));
    assert_string_equal((char *)text, wanted);
    free(text);
}

static void set_changes_one_line(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    write_text("# fast = no is the default\n\n fast  =no\nkey.a = W");
    assert_true(xg_config_store(path, "fast", "yes", &err));
    expect_file("# fast = no is the default\n\nfast = yes\nkey.a = W\n");
    assert_true(xg_config_store(path, "pad.dead-zone", "5", &err));
    expect_file("# fast = no is the default\n\nfast = yes\nkey.a = W\npad.dead-zone = 5\n");
    assert_false(xg_config_store(path, "fast", "perhaps", &err));
    assert_string_equal(err.text, "fast: 'perhaps' is none of: no yes");
    err = (struct xg_error){0};
    assert_false(xg_config_store(path, "slow", "yes", &err));
    err = (struct xg_error){0};
    assert_false(xg_config_store(path, "screenshots", "a\nfast = no", &err));
    expect_file("# fast = no is the default\n\nfast = yes\nkey.a = W\npad.dead-zone = 5\n");
}

static void set_makes_the_file_and_its_folder(void **state)
{
    XG_UNUSED(state);
    char deep[128];
    struct xg_error err = {0};
    struct stat st;
    snprintf(deep, sizeof deep, "%s/a/b/config", folder);
    assert_true(xg_config_store(deep, "fast", "yes", &err));
    assert_int_equal(stat(deep, &st), 0);
    struct xg_config *c = xg_config_create();
    assert_true(xg_config_load(c, deep, &err));
    assert_true(xg_config_yes(c, "fast"));
    xg_config_destroy(c);
    snprintf(deep, sizeof deep, "%s/config/under-a-file", folder);
    write_text("");
    assert_false(xg_config_store(deep, "fast", "yes", &err));
    assert_non_null(strstr(err.text, "cannot be"));
}

static void the_path_is_where_the_desktop_says(void **state)
{
    XG_UNUSED(state);
    char got[256];
    struct xg_error err = {0};
    setenv("HOME", "/home/me", 1);
    setenv("XDG_CONFIG_HOME", "/etc/x", 1);
    assert_true(xg_config_path(got, sizeof got, &err));
    assert_string_equal(got, "/etc/x/xenogate/config");
    setenv("XDG_CONFIG_HOME", "relative", 1);
    assert_true(xg_config_path(got, sizeof got, &err));
    assert_string_equal(got, "/home/me/.config/xenogate/config");
    unsetenv("XDG_CONFIG_HOME");
    assert_true(xg_config_path(got, sizeof got, &err));
    assert_string_equal(got, "/home/me/.config/xenogate/config");
    assert_false(xg_config_path(got, 10, &err));
    unsetenv("HOME");
    assert_false(xg_config_path(got, sizeof got, &err));
    struct xg_config *c = xg_config_open(&(struct xg_error){0}); /* defaults, all the same */
    assert_non_null(c);
    xg_config_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_changes_what_it_names),
        cmocka_unit_test(a_file_that_is_not_there_changes_nothing),
        cmocka_unit_test(mistakes_are_named_by_line),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(every_default_is_a_valid_value),
        cmocka_unit_test(set_changes_one_line),
        cmocka_unit_test(set_makes_the_file_and_its_folder),
        cmocka_unit_test(the_path_is_where_the_desktop_says),
    };
    char command[128];
    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof path, "%s/config", folder);
    int failed = cmocka_run_group_tests_name("config", tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) ? 2 : failed;
}
