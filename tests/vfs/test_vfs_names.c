/* Names, paths, patterns, and the tree of devices and links. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "vfs/device.h"

#include <stdlib.h>
#include <string.h>

static void names_compare_without_case(void **state)
{
    XG_UNUSED(state);
    assert_int_equal(xg_vfs_compare("Default.XEX", "default.xex"), 0);
    assert_true(xg_vfs_compare("a", "B") < 0);
    assert_true(xg_vfs_compare("ab", "a") > 0);
    assert_true(xg_vfs_compare("\xE4", "\xC4") != 0); /* only A-Z fold */
}

static void patterns_match_as_on_the_console(void **state)
{
    XG_UNUSED(state);
    static const struct {
        const char *pattern, *name;
        bool matches;
    } tries[] = {
        {"*", "anything", true},    {"*.*", "no-dot", true},    {"", "x", true},
        {"*.xex", "A.XEX", true},   {"*.xex", "a.xexp", false}, {"?.bin", "1.bin", true},
        {"?.bin", "12.bin", false}, {"a*b*c", "aXXbYYc", true}, {"a*b*c", "aXXbYY", false},
        {"a", "a", true},           {"a", "ab", false},         {"*b", "abab", true},
        {"**", "x", true},          {"*a?", "banana", false},   {"*a?", "bananas", true},
    };
    for (size_t i = 0; i < XG_COUNTOF(tries); i++)
        if (xg_vfs_match(tries[i].pattern, tries[i].name) != tries[i].matches)
            fail_msg("'%s' and '%s'", tries[i].pattern, tries[i].name);
}

static void paths_are_cleaned_and_never_climb_out(void **state)
{
    XG_UNUSED(state);
    static const struct {
        const char *path, *clean; /* NULL: refused */
    } tries[] = {
        {"", ""},
        {"\\", ""},
        {"a\\b", "a\\b"},
        {"\\a\\\\b\\", "a\\b"},
        {"a/b", "a\\b"},
        {".\\a\\.\\b", "a\\b"},
        {"a\\..\\b", "b"},
        {"a\\b\\..\\..", ""},
        {"..", NULL},
        {"a\\..\\..\\b", NULL},
        {"a\\...\\b", "a\\...\\b"},
        {"a\nb", NULL},
    };
    char clean[XG_VFS_PATH], longer[2 * XG_VFS_PATH];
    for (size_t i = 0; i < XG_COUNTOF(tries); i++) {
        enum xg_vfs_status s = xg_path_clean(tries[i].path, clean);
        assert_int_equal(s, tries[i].clean ? XG_VFS_OK : XG_VFS_BAD_NAME);
        if (tries[i].clean)
            assert_string_equal(clean, tries[i].clean);
    }
    memset(longer, 'a', sizeof longer);
    for (size_t i = 9; i < sizeof longer; i += 10)
        longer[i] = '\\';
    longer[sizeof longer - 1] = 0;
    assert_int_equal(xg_path_clean(longer, clean), XG_VFS_BAD_NAME);
    longer[XG_VFS_PATH - 5] = 0;
    assert_int_equal(xg_path_clean(longer, clean), XG_VFS_OK);
    memset(longer, 'a', 256);
    longer[256] = 0;
    assert_int_equal(xg_path_clean(longer, clean), XG_VFS_BAD_NAME);
    longer[255] = 0;
    assert_int_equal(xg_path_clean(longer, clean), XG_VFS_OK);
}

/* ---- the tree -----------------------------------------------------------------------------------
 */

static struct xg_vfs_device *disc, *disk, *part;

static struct xg_vfs *tree(void)
{
    struct xg_vfs *v = xg_vfs_create();
    disc = xg_vfs_null();
    disk = xg_vfs_null();
    part = xg_vfs_null();
    assert_int_equal(xg_vfs_mount(v, "\\Device\\Cdrom0", disc), XG_VFS_OK);
    assert_int_equal(xg_vfs_mount(v, "\\Device\\Harddisk0", disk), XG_VFS_OK);
    assert_int_equal(xg_vfs_mount(v, "\\Device\\Harddisk0\\Partition1", part), XG_VFS_OK);
    assert_int_equal(xg_vfs_link(v, "game:", "\\Device\\Cdrom0"), XG_VFS_OK);
    assert_int_equal(xg_vfs_link(v, "\\??\\d:", "GAME:\\data"), XG_VFS_OK);
    assert_int_equal(xg_vfs_link(v, "save:", "\\Device\\Harddisk0\\Partition1\\Content"),
                     XG_VFS_OK);
    return v;
}

static void paths_resolve_by_the_longest_prefix(void **state)
{
    XG_UNUSED(state);
    struct xg_vfs *v = tree();
    const struct {
        const char *path;
        struct xg_vfs_device *device;
        const char *rest;
    } tries[] = {
        {"game:\\default.xex", disc, "default.xex"},
        {"GAME:\\", disc, ""},
        {"game:", disc, ""},
        {"\\??\\game:\\a\\..\\b", disc, "b"},
        {"d:\\x", disc, "data\\x"},
        {"\\Device\\Harddisk0\\partition1\\y", part, "y"},
        {"\\Device\\Harddisk0\\Partition10\\y", disk, "Partition10\\y"},
        {"\\device\\cdrom0", disc, ""},
        {"save:\\a", part, "Content\\a"},
    };
    for (size_t i = 0; i < XG_COUNTOF(tries); i++) {
        struct xg_vfs_device *d = NULL;
        char rest[XG_VFS_PATH];
        if (xg_vfs_resolve(v, tries[i].path, &d, rest) != XG_VFS_OK || d != tries[i].device ||
            strcmp(rest, tries[i].rest) != 0)
            fail_msg("%s", tries[i].path);
    }
    xg_vfs_destroy(v);
}

static void no_path_climbs_over_its_device_or_link(void **state)
{
    XG_UNUSED(state);
    struct xg_vfs *v = tree();
    static const char *const tries[] = {
        "game:\\..\\Device\\Harddisk0\\x", "game:\\a\\..\\..\\x", "save:\\..\\Other",
        "\\Device\\Cdrom0\\..\\Harddisk0", "..\\game:\\x",        "save:/../../x",
    };
    for (size_t i = 0; i < XG_COUNTOF(tries); i++) {
        struct xg_vfs_device *d = NULL;
        char rest[XG_VFS_PATH];
        enum xg_vfs_status s = xg_vfs_resolve(v, tries[i], &d, rest);
        if (s != XG_VFS_BAD_NAME && s != XG_VFS_NO_DEVICE)
            fail_msg("%s: %d, rest '%s'", tries[i], s, rest);
    }
    xg_vfs_destroy(v);
}

static void links_in_a_circle_and_unknown_devices_end(void **state)
{
    XG_UNUSED(state);
    struct xg_vfs *v = tree();
    struct xg_vfs_device *d;
    char rest[XG_VFS_PATH];
    assert_int_equal(xg_vfs_link(v, "a:", "b:"), XG_VFS_OK);
    assert_int_equal(xg_vfs_link(v, "b:", "a:\\deeper"), XG_VFS_OK);
    assert_int_equal(xg_vfs_resolve(v, "a:\\x", &d, rest), XG_VFS_NO_DEVICE);
    assert_int_equal(xg_vfs_resolve(v, "nothing:\\x", &d, rest), XG_VFS_NO_DEVICE);
    assert_int_equal(xg_vfs_resolve(v, "", &d, rest), XG_VFS_NO_DEVICE);
    xg_vfs_destroy(v);
}

static void mounts_and_links_come_and_go(void **state)
{
    XG_UNUSED(state);
    struct xg_vfs *v = tree();
    struct xg_vfs_device *d, *other = xg_vfs_null();
    char rest[XG_VFS_PATH];
    assert_int_equal(xg_vfs_mount(v, "\\device\\CDROM0", other), XG_VFS_EXISTS);
    assert_int_equal(xg_vfs_mount(v, "", other), XG_VFS_BAD_NAME);
    xg_vfs_device_destroy(other);
    assert_int_equal(xg_vfs_link(v, "game:", "x"), XG_VFS_EXISTS);
    assert_int_equal(xg_vfs_unmount(v, "game:"), XG_VFS_NOT_FOUND);
    assert_int_equal(xg_vfs_unlink(v, "\\Device\\Cdrom0"), XG_VFS_NOT_FOUND);
    assert_int_equal(xg_vfs_unlink(v, "\\??\\GAME:"), XG_VFS_OK);
    assert_int_equal(xg_vfs_resolve(v, "game:\\x", &d, rest), XG_VFS_NO_DEVICE);
    assert_int_equal(xg_vfs_unmount(v, "\\Device\\Cdrom0"), XG_VFS_OK);
    assert_int_equal(xg_vfs_resolve(v, "\\Device\\Cdrom0", &d, rest), XG_VFS_NO_DEVICE);
    xg_vfs_destroy(v);
}

static void the_null_device_holds_nothing(void **state)
{
    XG_UNUSED(state);
    struct xg_vfs_device *d = xg_vfs_null();
    struct xg_vfs_file *f;
    struct xg_vfs_entry e;
    struct xg_vfs_how create = {.disposition = XG_VFS_CREATE, .write = true};
    size_t cursor = 0, got;
    char byte;
    assert_int_equal(xg_vfs_open_on(d, "x", &xg_vfs_to_read, &f, NULL), XG_VFS_NOT_FOUND);
    assert_int_equal(xg_vfs_open_on(d, "x", &create, &f, NULL), XG_VFS_READ_ONLY);
    assert_int_equal(xg_vfs_open_on(d, "\\", &xg_vfs_to_read, &f, NULL), XG_VFS_OK);
    assert_int_equal(xg_vfs_next(f, NULL, &cursor, &e), XG_VFS_END);
    assert_int_equal(xg_vfs_read(f, 0, &byte, 1, &got), XG_VFS_IS_DIRECTORY);
    xg_vfs_close(f);
    xg_vfs_device_destroy(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_compare_without_case),
        cmocka_unit_test(patterns_match_as_on_the_console),
        cmocka_unit_test(paths_are_cleaned_and_never_climb_out),
        cmocka_unit_test(paths_resolve_by_the_longest_prefix),
        cmocka_unit_test(no_path_climbs_over_its_device_or_link),
        cmocka_unit_test(links_in_a_circle_and_unknown_devices_end),
        cmocka_unit_test(mounts_and_links_come_and_go),
        cmocka_unit_test(the_null_device_holds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
