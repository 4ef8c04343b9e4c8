/* The folder of the host: case, escapes, changes. Checked with the host's own calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "vfs/vfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[] = "/tmp/xg-folder-XXXXXX"; /* top/secret lies beside the mounted top/in */

static const char *at(const char *name)
{
    static char path[2][256];
    static int turn;
    turn ^= 1;
    snprintf(path[turn], sizeof path[turn], "%s/%s", top, name);
    return path[turn];
}
static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(at(name), "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}
static char *host_text(const char *name)
{
    static char text[256];
    FILE *f = fopen(at(name), "rb");
    if (!f)
        return NULL;
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    return text;
}

static int setup(void **state)
{
    XG_UNUSED(state);
    if (!mkdtemp(top))
        return -1;
    mkdir(at("in"), 0777);
    mkdir(at("in/Data"), 0777);
    mkdir(at("out"), 0777);
    write_file("secret", "secret");
    write_file("in/Data/Level.BIN", "level");
    write_file("in/both", "lower");
    write_file("in/BOTH", "upper");
    write_file("in/a:b", "unspeakable");
    if (symlink("../secret", at("in/link")) || symlink("..", at("in/up")) ||
        symlink("/etc", at("in/etc")) || symlink("Data", at("in/inner")) ||
        mkfifo(at("in/fifo"), 0666))
        return -1;
    return 0;
}
static int teardown(void **state)
{
    char command[64];
    XG_UNUSED(state);
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

static struct xg_vfs_device *mount(bool writable)
{
    struct xg_error err = {0};
    struct xg_vfs_device *d;
    if (!xg_vfs_folder(at("in"), writable, &d, &err))
        fail_msg("%s", err.text);
    return d;
}
static char *text_of(struct xg_vfs_device *d, const char *path)
{
    static char text[256];
    struct xg_vfs_file *f;
    size_t n;
    if (xg_vfs_open_on(d, path, &xg_vfs_to_read, &f, NULL) != XG_VFS_OK)
        return NULL;
    enum xg_vfs_status s = xg_vfs_read(f, 0, text, sizeof text - 1, &n);
    text[n] = 0;
    xg_vfs_close(f);
    return s == XG_VFS_OK ? text : NULL;
}

static void files_are_found_without_case(void **state)
{
    XG_UNUSED(state);
    struct xg_vfs_device *d = mount(false);
    assert_string_equal(text_of(d, "Data\\Level.BIN"), "level");
    assert_string_equal(text_of(d, "\\DATA\\level.bin"), "level");
    assert_string_equal(text_of(d, "data/Level.bin"), "level");
    assert_string_equal(text_of(d, "both"), "lower"); /* the exact one */
    assert_string_equal(text_of(d, "BOTH"), "upper");
    assert_string_equal(text_of(d, "Both"), "upper"); /* the first by byte */
    xg_vfs_device_destroy(d);
}

static void nothing_outside_is_reached(void **state)
{
    XG_UNUSED(state);
    static const char *const tries[] = {
        "..\\secret",     "Data\\..\\..\\secret", "link", "LINK", "up\\secret",
        "etc\\passwd",    "inner\\Level.BIN",     "fifo", "a:b",  "/../secret",
        "Data\\..\\link",
    };
    struct xg_vfs_device *d = mount(true);
    for (size_t i = 0; i < XG_COUNTOF(tries); i++)
        for (int write = 0; write < 2; write++) {
            struct xg_vfs_how how = {.disposition = XG_VFS_OPEN, .write = write != 0};
            struct xg_vfs_file *f;
            enum xg_vfs_status s = xg_vfs_open_on(d, tries[i], &how, &f, NULL);
            if (s != XG_VFS_NOT_FOUND && s != XG_VFS_NO_PATH && s != XG_VFS_BAD_NAME)
                fail_msg("%s: %d", tries[i], s);
        }
    /* Creating where a link stands must not write through it. */
    struct xg_vfs_how create = {.disposition = XG_VFS_OVERWRITE_IF, .write = true};
    struct xg_vfs_file *f;
    assert_int_not_equal(xg_vfs_open_on(d, "link", &create, &f, NULL), XG_VFS_OK);
    assert_int_not_equal(xg_vfs_open_on(d, "up\\new", &create, &f, NULL), XG_VFS_OK);
    assert_string_equal(host_text("secret"), "secret");
    assert_null(host_text("new"));
    xg_vfs_device_destroy(d);
}

static void a_folder_is_listed_in_order_and_without_what_is_not_seen(void **state)
{
    XG_UNUSED(state);
    static const char *const want[] = {"BOTH", "Data"};
    struct xg_vfs_device *d = mount(false);
    struct xg_vfs_file *f;
    struct xg_vfs_entry e;
    size_t cursor = 0, n = 0;
    assert_int_equal(xg_vfs_open_on(d, "", &xg_vfs_to_read, &f, NULL), XG_VFS_OK);
    for (; xg_vfs_next(f, NULL, &cursor, &e) == XG_VFS_OK; n++) {
        assert_true(n < XG_COUNTOF(want));
        assert_string_equal(e.name, want[n]);
    }
    assert_int_equal(n, XG_COUNTOF(want));
    assert_int_equal(e.stat.attributes, XG_VFS_DIRECTORY | XG_VFS_READONLY);
    xg_vfs_close(f);
    xg_vfs_device_destroy(d);
}

static void a_read_only_folder_stays_as_it_is(void **state)
{
    XG_UNUSED(state);
    static const struct xg_vfs_how hows[] = {
        {.disposition = XG_VFS_OPEN, .write = true},
        {.disposition = XG_VFS_SUPERSEDE},
        {.disposition = XG_VFS_OVERWRITE},
        {.disposition = XG_VFS_OVERWRITE_IF},
    };
    struct xg_vfs_device *d = mount(false);
    struct xg_vfs_file *f;
    for (size_t i = 0; i < XG_COUNTOF(hows); i++)
        assert_int_equal(xg_vfs_open_on(d, "both", &hows[i], &f, NULL), XG_VFS_READ_ONLY);
    struct xg_vfs_how create = {.disposition = XG_VFS_CREATE};
    assert_int_equal(xg_vfs_open_on(d, "new", &create, &f, NULL), XG_VFS_READ_ONLY);
    assert_int_equal(xg_vfs_open_on(d, "both", &xg_vfs_to_read, &f, NULL), XG_VFS_OK);
    assert_int_equal(xg_vfs_remove(f), XG_VFS_READ_ONLY);
    assert_int_equal(xg_vfs_rename(f, "other", true), XG_VFS_READ_ONLY);
    assert_int_equal(xg_vfs_resize(f, 0), XG_VFS_READ_ONLY);
    xg_vfs_close(f);
    assert_string_equal(host_text("in/both"), "lower");
    xg_vfs_device_destroy(d);
}

static struct xg_vfs_file *open_with(struct xg_vfs_device *d, const char *path,
                                     enum xg_vfs_disposition disposition, bool directory,
                                     enum xg_vfs_action want)
{
    struct xg_vfs_how how = {disposition, !directory, directory, !directory};
    struct xg_vfs_file *f;
    enum xg_vfs_action did;
    enum xg_vfs_status s = xg_vfs_open_on(d, path, &how, &f, &did);
    if (s != XG_VFS_OK)
        fail_msg("%s: %s", path, xg_vfs_status_text(s));
    assert_int_equal(did, want);
    return f;
}

static void files_are_made_written_renamed_and_removed(void **state)
{
    XG_UNUSED(state);
    struct xg_vfs_device *d = mount(true);
    struct xg_vfs_stat st;
    struct xg_vfs_file *f = open_with(d, "Save", XG_VFS_CREATE, true, XG_VFS_CREATED), *g;
    g = open_with(d, "save\\slot", XG_VFS_OPEN_IF, false, XG_VFS_CREATED);
    assert_int_equal(xg_vfs_write(g, 3, "later", 5), XG_VFS_OK);
    assert_int_equal(xg_vfs_write(g, 0, "now", 3), XG_VFS_OK);
    assert_string_equal(host_text("in/Save/slot"), "nowlater");
    assert_int_equal(xg_vfs_resize(g, 4), XG_VFS_OK);
    assert_int_equal(xg_vfs_set_times(g, 0, 116444736000000000ull + 50000000), XG_VFS_OK);
    xg_vfs_stat(g, &st);
    assert_int_equal(st.size, 4);
    assert_true(st.written == 116444736000000000ull + 50000000);
    assert_int_equal(xg_vfs_remove(f), XG_VFS_NOT_EMPTY);
    assert_int_equal(xg_vfs_rename(g, "SAVE\\Slot", false), XG_VFS_OK); /* case alone */
    assert_string_equal(host_text("in/Save/Slot"), "nowl");
    assert_int_equal(xg_vfs_rename(g, "data\\level.bin", false), XG_VFS_EXISTS);
    assert_int_equal(xg_vfs_rename(g, "..\\out", true), XG_VFS_BAD_NAME);
    assert_int_equal(xg_vfs_rename(g, "nowhere\\x", true), XG_VFS_NO_PATH);
    assert_int_equal(xg_vfs_rename(g, "second", true), XG_VFS_OK);
    assert_string_equal(xg_vfs_path_of(g), "second");
    assert_string_equal(host_text("in/second"), "nowl");
    xg_vfs_close(g);
    assert_int_equal(xg_vfs_remove(f), XG_VFS_OK);
    xg_vfs_close(f);
    assert_int_equal(access(at("in/Save"), F_OK), -1);
    xg_vfs_close(open_with(d, "SECOND", XG_VFS_OVERWRITE, false, XG_VFS_OVERWRITTEN));
    assert_string_equal(host_text("in/second"), "");
    xg_vfs_close(open_with(d, "second", XG_VFS_SUPERSEDE, false, XG_VFS_SUPERSEDED));
    xg_vfs_close(open_with(d, "second", XG_VFS_OPEN_IF, false, XG_VFS_OPENED));
    f = open_with(d, "second", XG_VFS_OPEN, false, XG_VFS_OPENED);
    assert_int_equal(xg_vfs_remove(f), XG_VFS_OK);
    assert_int_equal(xg_vfs_write(f, 0, "still", 5), XG_VFS_OK); /* until it is closed */
    xg_vfs_close(f);
    assert_int_equal(access(at("in/second"), F_OK), -1);
    xg_vfs_device_destroy(d);
}

static void a_missing_folder_is_named(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    struct xg_vfs_device *d;
    assert_false(xg_vfs_folder("/no/such/folder", false, &d, &err));
    assert_non_null(strstr(err.text, "/no/such/folder: cannot open the folder: No such file"));
    err = (struct xg_error){0};
    assert_false(xg_vfs_folder(at("secret"), false, &d, &err));
    assert_int_equal(err.kind, XG_E_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_found_without_case),
        cmocka_unit_test(nothing_outside_is_reached),
        cmocka_unit_test(a_folder_is_listed_in_order_and_without_what_is_not_seen),
        cmocka_unit_test(a_read_only_folder_stays_as_it_is),
        cmocka_unit_test(files_are_made_written_renamed_and_removed),
        cmocka_unit_test(a_missing_folder_is_named),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
