/* Disc images and content packages against what the writers of tests/support were told to put in
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/endian.h"
#include "tests/support/media.h"
#include "vfs/vfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/xg-media-XXXXXX";
static uint8_t noise[300000];

static const char *in_folder(const char *name)
{
    static char path[2][128];
    static int turn;
    turn ^= 1;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static int setup(void **state)
{
    uint32_t x = 2463534242u;
    XG_UNUSED(state);
    for (size_t i = 0; i < sizeof noise; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        noise[i] = (uint8_t)x;
    }
    return mkdtemp(folder) ? 0 : -1;
}
static int teardown(void **state)
{
    char command[64];
    XG_UNUSED(state);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const struct media_file files[] = {
    {"default.xex", noise, 100001, false},
    {"Media", NULL, 0, true},
    {"Media\\Maps", NULL, 0, true},
    {"Media\\Maps\\one.map", noise + 7, 2048, false},
    {"Media\\Maps\\TWO.map", noise + 8, 2049, false},
    {"Media\\Maps\\three.map", noise + 9, 1, false},
    {"Media\\empty", NULL, 0, false},
    {"Media\\large.bin", noise, sizeof noise, false},
    {"nothing in here", NULL, 0, true},
    {"Zebra.txt", noise + 100, 4096, false},
    {"alpha.txt", noise + 200, 4097, false},
};
#define FILES XG_COUNTOF(files)

/* ---- everything is there, and nothing else
 * -------------------------------------------------------- */

static void check_file(struct xg_vfs_device *d, const struct media_file *want)
{
    struct xg_vfs_file *f;
    struct xg_vfs_stat st;
    uint8_t *got = malloc(want->size + 10);
    size_t n;
    enum xg_vfs_status s = xg_vfs_open_on(d, want->path, &xg_vfs_to_read, &f, NULL);
    if (s != XG_VFS_OK)
        fail_msg("%s: %s", want->path, xg_vfs_status_text(s));
    xg_vfs_stat(f, &st);
    assert_int_equal(st.size, want->size);
    assert_int_equal((st.attributes & XG_VFS_DIRECTORY) != 0, want->folder);
    assert_string_equal(xg_vfs_path_of(f), want->path);
    s = xg_vfs_read(f, 0, got, want->size + 10, &n);
    if (want->folder)
        assert_int_equal(s, XG_VFS_IS_DIRECTORY);
    else if (!want->size)
        assert_int_equal(s, XG_VFS_END);
    else if (s != XG_VFS_OK)
        fail_msg("%s: %s", want->path, xg_vfs_why(f, s));
    assert_int_equal(n, want->size);
    if (want->bytes && want->size)
        assert_memory_equal(got, want->bytes, want->size);
    free(got);
    xg_vfs_close(f);
}

/* Reads at odd places and lengths. */
static void check_parts(struct xg_vfs_device *d, const char *path, const uint8_t *want, size_t size)
{
    static const size_t places[][2] = {{0, 1},       {1, 4095},      {4095, 2},     {2047, 2},
                                       {4096, 8192}, {5000, 150001}, {299999, 100}, {12288, 4096},
                                       {1, 299999},  {696320, 4096}, {200000, 0}};
    struct xg_vfs_file *f;
    uint8_t *got = malloc(sizeof noise);
    assert_int_equal(xg_vfs_open_on(d, path, &xg_vfs_to_read, &f, NULL), XG_VFS_OK);
    for (size_t i = 0; i < XG_COUNTOF(places); i++) {
        size_t at = places[i][0], n = places[i][1], read;
        enum xg_vfs_status s = xg_vfs_read(f, at, got, n, &read);
        if (at >= size) {
            assert_int_equal(s, XG_VFS_END);
            continue;
        }
        assert_int_equal(s, XG_VFS_OK);
        assert_int_equal(read, n < size - at ? n : size - at);
        assert_memory_equal(got, want + at, read);
    }
    free(got);
    xg_vfs_close(f);
}

static size_t count_entries(struct xg_vfs_device *d, const char *path, const char *pattern)
{
    struct xg_vfs_file *f;
    struct xg_vfs_entry e, before = {.name = ""};
    size_t cursor = 0, n = 0;
    assert_int_equal(xg_vfs_open_on(d, path, &xg_vfs_to_read, &f, NULL), XG_VFS_OK);
    for (; xg_vfs_next(f, pattern, &cursor, &e) == XG_VFS_OK; n++) {
        assert_true(xg_vfs_compare(before.name, e.name) < 0);
        before = e;
    }
    xg_vfs_close(f);
    return n;
}

static struct xg_vfs_device *open_image(const char *path)
{
    struct xg_error err = {0};
    struct xg_vfs_device *d;
    if (!xg_vfs_image(path, &d, &err))
        fail_msg("%s", err.text);
    return d;
}

static void check_all(const char *path)
{
    struct xg_vfs_device *d = open_image(path);
    struct xg_vfs_file *f;
    for (size_t i = 0; i < FILES; i++)
        check_file(d, &files[i]);
    check_parts(d, "MEDIA\\Large.BIN", noise, sizeof noise);
    assert_int_equal(count_entries(d, "", NULL), 5);
    assert_int_equal(count_entries(d, "media", "*"), 3);
    assert_int_equal(count_entries(d, "media\\maps", "t*.map"), 2);
    assert_int_equal(count_entries(d, "nothing in here", "*.*"), 0);
    assert_int_equal(xg_vfs_open_on(d, "Media\\large", &xg_vfs_to_read, &f, NULL),
                     XG_VFS_NOT_FOUND);
    assert_int_equal(xg_vfs_open_on(d, "Medium\\large.bin", &xg_vfs_to_read, &f, NULL),
                     XG_VFS_NO_PATH);
    assert_int_equal(xg_vfs_open_on(d, "default.xex\\x", &xg_vfs_to_read, &f, NULL),
                     XG_VFS_NO_PATH);
    assert_int_equal(xg_vfs_open_on(d, "..", &xg_vfs_to_read, &f, NULL), XG_VFS_BAD_NAME);
    xg_vfs_device_destroy(d);
}

static void a_disc_is_read_at_every_partition_offset(void **state)
{
    static const uint64_t partitions[] = {0, 0xFB20, 0x20600, 0x2080000, 0xFD90000};
    XG_UNUSED(state);
    for (size_t i = 0; i < XG_COUNTOF(partitions); i++) {
        const char *path = in_folder("disc.iso");
        media_write_disc(path, files, FILES, partitions[i]);
        assert_true(xg_vfs_is_image(path));
        check_all(path);
        unlink(path);
    }
}

static void a_package_is_read_with_one_and_two_copies_of_tables(void **state)
{
    static const char *const magic[] = {"CON ", "LIVE", "PIRS"};
    XG_UNUSED(state);
    for (unsigned i = 0; i < 6; i++) {
        const char *path = in_folder("package");
        const struct media_stfs how = {magic[i % 3], 1 + i % 2, i >= 2, "Game"};
        media_write_stfs(path, files, FILES, &how);
        check_all(path);
    }
}

/* Over 170 blocks a second level of tables, over 28900 a third. */
static void packages_of_every_size_are_read(void **state)
{
    XG_UNUSED(state);
    static const size_t sizes[] = {167, 168, 169, 170, 400, 28897, 28898, 28899, 29100, 57990};
    for (size_t i = 0; i < XG_COUNTOF(sizes); i++) {
        struct media_file two[] = {{"big", NULL, (sizes[i] - 1) * 4096, false},
                                   {"last", noise, 4096, false}};
        const struct media_stfs how = {"LIVE", 1 + (i & 1), false, "Big"};
        media_write_stfs(in_folder("big"), two, 2, &how);
        struct xg_vfs_device *d = open_image(in_folder("big"));
        check_file(d, &two[1]);
        struct xg_vfs_file *f;
        uint8_t got[8192];
        size_t n;
        assert_int_equal(xg_vfs_open_on(d, "big", &xg_vfs_to_read, &f, NULL), XG_VFS_OK);
        enum xg_vfs_status s = xg_vfs_read(f, two[0].size - 5000, got, sizeof got, &n);
        if (s != XG_VFS_OK)
            fail_msg("%zu blocks: %s", sizes[i], xg_vfs_why(f, s));
        assert_int_equal(n, 5000);
        xg_vfs_close(f);
        xg_vfs_device_destroy(d);
    }
    unlink(in_folder("big"));
}

static void svod_packages_are_read_in_every_layout(void **state)
{
    XG_UNUSED(state);
    static const struct {
        enum media_svod kind;
        uint32_t start;
    } tries[] = {{MEDIA_SVOD_PLAIN, 0},
                 {MEDIA_SVOD_PLAIN, 0x1234},
                 {MEDIA_SVOD_ENHANCED, 0x100},
                 {MEDIA_SVOD_SINGLE, 0},
                 {MEDIA_SVOD_SINGLE, 0x7000}};
    for (size_t i = 0; i < XG_COUNTOF(tries); i++) {
        char name[16];
        snprintf(name, sizeof name, "svod%zu", i);
        media_write_svod(in_folder(name), files, FILES, tries[i].kind, tries[i].start);
        check_all(in_folder(name));
    }
}

/* A data file holds 14388h sectors; zeros, which take no place, fill the first up to shortly
 * before its end. */
static void svod_goes_on_in_the_next_data_file(void **state)
{
    XG_UNUSED(state);
    const struct media_file three[] = {{"fill", NULL, (0x14388u - 1 - 20) * 2048, false},
                                       {"over the edge", noise, sizeof noise, false},
                                       {"zz", noise + 5, 30000, false}};
    media_write_svod(in_folder("edge"), three, 3, MEDIA_SVOD_PLAIN, 5);
    struct xg_vfs_device *d = open_image(in_folder("edge"));
    check_file(d, &three[1]);
    check_parts(d, "over the edge", noise, sizeof noise);
    check_file(d, &three[2]);
    xg_vfs_device_destroy(d);
}

static void volumes_and_packages_describe_themselves(void **state)
{
    XG_UNUSED(state);
    const struct media_stfs how = {"LIVE", 1, false, "A name"};
    struct xg_vfs_volume v;
    struct xg_vfs_package p;
    struct xg_vfs_file *f;
    struct xg_vfs_stat st;
    media_write_stfs(in_folder("p"), files, FILES, &how);
    struct xg_vfs_device *d = open_image(in_folder("p"));
    assert_true(xg_vfs_package(d, &p));
    assert_string_equal(p.kind, "LIVE");
    assert_string_equal(p.name, "A name");
    assert_int_equal(p.title_id, 0x584100AB);
    assert_false(p.svod);
    assert_string_equal(xg_vfs_device_text(d), "a content package (STFS)");
    assert_int_equal(xg_vfs_open_on(d, "alpha.txt", &xg_vfs_to_read, &f, NULL), XG_VFS_OK);
    xg_vfs_stat(f, &st);
    /* 2006-11-17 12:34:56, in 100 ns since 1601 */
    assert_true(st.written == (1163766896ull + 11644473600ull) * 10000000);
    assert_int_equal(st.allocation, 8192);
    xg_vfs_close(f);
    xg_vfs_device_destroy(d);
    media_write_disc(in_folder("d"), files, FILES, 0);
    d = open_image(in_folder("d"));
    xg_vfs_volume(d, &v);
    assert_string_equal(v.system, "GDFX");
    assert_int_equal(v.bytes_per_sector * v.sectors_per_unit, 2048);
    assert_true(v.read_only && v.created == 0x01C6B52D3A1B4C00);
    assert_false(xg_vfs_package(d, &p));
    xg_vfs_device_destroy(d);
}

static void media_cannot_be_changed(void **state)
{
    XG_UNUSED(state);
    static const enum xg_vfs_disposition changing[] = {XG_VFS_SUPERSEDE, XG_VFS_OVERWRITE,
                                                       XG_VFS_OVERWRITE_IF};
    struct xg_vfs_file *f;
    media_write_disc(in_folder("d"), files, FILES, 0);
    struct xg_vfs_device *d = open_image(in_folder("d"));
    for (size_t i = 0; i < XG_COUNTOF(changing); i++) {
        struct xg_vfs_how how = {.disposition = changing[i]};
        assert_int_equal(xg_vfs_open_on(d, "alpha.txt", &how, &f, NULL), XG_VFS_READ_ONLY);
    }
    struct xg_vfs_how create = {.disposition = XG_VFS_CREATE}, write = xg_vfs_to_read;
    write.write = true;
    assert_int_equal(xg_vfs_open_on(d, "alpha.txt", &create, &f, NULL), XG_VFS_EXISTS);
    assert_int_equal(xg_vfs_open_on(d, "new.txt", &create, &f, NULL), XG_VFS_READ_ONLY);
    assert_int_equal(xg_vfs_open_on(d, "alpha.txt", &write, &f, NULL), XG_VFS_READ_ONLY);
    struct xg_vfs_how file = {.disposition = XG_VFS_OPEN, .want_file = true};
    struct xg_vfs_how dir = {.disposition = XG_VFS_OPEN, .want_directory = true};
    assert_int_equal(xg_vfs_open_on(d, "Media", &file, &f, NULL), XG_VFS_IS_DIRECTORY);
    assert_int_equal(xg_vfs_open_on(d, "alpha.txt", &dir, &f, NULL), XG_VFS_NOT_DIRECTORY);
    assert_int_equal(xg_vfs_open_on(d, "alpha.txt", &xg_vfs_to_read, &f, NULL), XG_VFS_OK);
    assert_int_equal(xg_vfs_write(f, 0, "x", 1), XG_VFS_READ_ONLY);
    assert_int_equal(xg_vfs_resize(f, 0), XG_VFS_READ_ONLY);
    assert_int_equal(xg_vfs_remove(f), XG_VFS_READ_ONLY);
    assert_int_equal(xg_vfs_rename(f, "b", true), XG_VFS_READ_ONLY);
    xg_vfs_close(f);
    xg_vfs_device_destroy(d);
}

/* ---- damage
 * --------------------------------------------------------------------------------------- */

static void put(const char *path, uint64_t at, const void *bytes, size_t n)
{
    int fd = open(path, O_RDWR);
    assert_int_equal(pwrite(fd, bytes, n, (off_t)at), n);
    close(fd);
}

static void expect_refusal(const char *path, const char *what)
{
    struct xg_error err = {0};
    struct xg_vfs_device *d;
    assert_false(xg_vfs_image(path, &d, &err));
    assert_null(d);
    assert_int_equal(err.kind, XG_E_INPUT);
    if (!strstr(err.text, what) || strncmp(err.text, path, strlen(path)) != 0)
        fail_msg("expected \"%s\" in \"%s\"", what, err.text);
}

/* The package of files[] with one copy and in order: folder in block 0, default.xex from 1 on. */
static void damaged_packages_are_told_by_place(void **state)
{
    XG_UNUSED(state);
    const char *path = in_folder("package");
    const struct media_stfs how = {"LIVE", 1, false, "Game"};
    struct xg_vfs_file *f;
    uint8_t got[4096], byte = 0xA5;
    size_t n;
    media_write_stfs(path, files, FILES, &how);
    put(path, 0xB000 + 0x1000 * 3 + 17, &byte, 1); /* block 2: the second of default.xex */
    struct xg_vfs_device *d = open_image(path);
    assert_int_equal(xg_vfs_open_on(d, "default.xex", &xg_vfs_to_read, &f, NULL), XG_VFS_OK);
    assert_int_equal(xg_vfs_read(f, 0, got, 4096, &n), XG_VFS_OK);
    assert_int_equal(xg_vfs_read(f, 4096, got, 4096, &n), XG_VFS_DAMAGED);
    assert_string_equal(xg_vfs_why(f, XG_VFS_DAMAGED), "the hash of block 2 is wrong");
    assert_int_equal(n, 0);
    assert_int_equal(xg_vfs_read(f, 8192, got, 4096, &n), XG_VFS_OK);
    xg_vfs_close(f);
    xg_vfs_device_destroy(d);
    put(path, 0xB000 + 0x100, &byte, 1);
    expect_refusal(path, "the hash of the level 0 table at offset 0xb000 is wrong");
    media_write_stfs(path, files, FILES, &how);
    put(path, 0x379 + 8, &byte, 1);
    expect_refusal(path, "the hash of the level 0 table at offset 0xb000 is wrong");
    media_write_stfs(path, files, FILES, &how);
    put(path, 0xB000 + 0x1000, &byte, 1);
    expect_refusal(path, "the hash of block 0 is wrong");
    media_write_stfs(path, files, FILES, &how);
    assert_int_equal(truncate(path, 0x9000), 0);
    expect_refusal(path, "truncated package");
    put(path, 0x3A9, "\0\0\0\1", 4);
    expect_refusal(path, "truncated package");
}

static void damaged_discs_are_told_apart(void **state)
{
    XG_UNUSED(state);
    const char *path = in_folder("disc");
    const uint64_t volume = 32 * 2048;
    uint8_t word[4];
    media_write_disc(path, files, FILES, 0);
    put(path, volume + 0x7EC, "x", 1);
    expect_refusal(path, "volume descriptor");
    media_write_disc(path, files, FILES, 0);
    assert_int_equal(truncate(path, (off_t)(volume + 2048 * 60)), 0);
    expect_refusal(path, "truncated disc image");
    media_write_disc(path, files, FILES, 0);
    xg_st32le(word, 0x7FFFFFFF);
    put(path, volume + 0x14, word, 4);
    expect_refusal(path, "a folder of 2048 bytes at sector 2147483647");
    assert_int_equal(truncate(path, 0), 0);
    expect_refusal(path, "empty");
    expect_refusal(in_folder("missing"), "No such file");
    expect_refusal(folder, "not a regular file");
    put(path, 0, "hello", 5);
    expect_refusal(path, "neither a disc image");
}

/* A disc of one folder whose entries are given. */
static void write_entries(const char *path, const uint8_t *table, size_t size)
{
    const struct media_file one[] = {{"x", "y", 1, false}};
    int fd;
    uint8_t volume[0x20];
    media_write_disc(path, one, 1, 0);
    fd = open(path, O_RDWR);
    assert_int_equal(pread(fd, volume, sizeof volume, 32 * 2048), sizeof volume);
    assert_int_equal(pwrite(fd, table, size, (off_t)xg_ld32le(volume + 0x14) * 2048), size);
    close(fd);
}

static void add_entry(uint8_t *at, uint16_t left, uint16_t right, uint32_t sector, uint8_t kind,
                      const char *name)
{
    xg_st16le(at, left);
    xg_st16le(at + 2, right);
    xg_st32le(at + 4, sector);
    xg_st32le(at + 8, kind & 0x10 ? 2048 : 0);
    at[12] = kind;
    at[13] = (uint8_t)strlen(name);
    for (size_t i = 0; name[i]; i++)
        at[14 + i] = (uint8_t)name[i];
}

static void hostile_folders_end(void **state)
{
    XG_UNUSED(state);
    const char *path = in_folder("hostile");
    static const char *const names[] = {"..", ".", "a/b", "a\\b", "a\nb", "c:", ""};
    uint8_t t[128];
    for (size_t i = 0; i < XG_COUNTOF(names); i++) {
        memset(t, 0xFF, sizeof t);
        add_entry(t, 0, 0, 40, 0x20, names[i]);
        write_entries(path, t, sizeof t);
        expect_refusal(path, "impossible name");
    }
    memset(t, 0xFF, sizeof t);
    add_entry(t, 8, 0, 40, 0x20, "m");
    add_entry(t + 32, 16, 0, 40, 0x20, "b");
    add_entry(t + 64, 8, 0, 40, 0x20, "a"); /* back to "b" */
    write_entries(path, t, sizeof t);
    expect_refusal(path, "circle");
    memset(t, 0xFF, sizeof t);
    add_entry(t, 0, 0, 33, 0x10, "self"); /* its own folder's sector, or not far */
    for (uint32_t sector = 33; sector < 36; sector++) {
        add_entry(t, 0, 0, sector, 0x10, "self");
        write_entries(path, t, sizeof t);
        struct xg_error err = {0};
        struct xg_vfs_device *d;
        if (xg_vfs_image(path, &d, &err))
            xg_vfs_device_destroy(d);
        else
            assert_int_equal(err.kind, XG_E_INPUT);
    }
    memset(t, 0xFF, sizeof t);
    add_entry(t, 8, 0, 40, 0x20, "Same");
    add_entry(t + 32, 0, 0, 40, 0x20, "sAME");
    write_entries(path, t, sizeof t);
    expect_refusal(path, "appears twice");
    memset(t, 0xFF, sizeof t);
    add_entry(t, 0xFFF0, 0, 40, 0x20, "far");
    write_entries(path, t, sizeof t);
    expect_refusal(path, "outside its folder");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disc_is_read_at_every_partition_offset),
        cmocka_unit_test(a_package_is_read_with_one_and_two_copies_of_tables),
        cmocka_unit_test(packages_of_every_size_are_read),
        cmocka_unit_test(svod_packages_are_read_in_every_layout),
        cmocka_unit_test(svod_goes_on_in_the_next_data_file),
        cmocka_unit_test(volumes_and_packages_describe_themselves),
        cmocka_unit_test(media_cannot_be_changed),
        cmocka_unit_test(damaged_packages_are_told_by_place),
        cmocka_unit_test(damaged_discs_are_told_apart),
        cmocka_unit_test(hostile_folders_end),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
