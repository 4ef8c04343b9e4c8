/* Seeded mutations of disc images and content packages: each opens, and then every file can be
 * read or says why not, or is refused in one sentence. Half of the packages get right hashes
 * again, so that the damage arrives behind them. Run it under SANITIZE=address,undefined.
 * usage: test_vfs_mutations [COUNT [SEED]], or XG_MUTATIONS=COUNT; COUNT is for each container */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/endian.h"
#include "tests/support/media.h"
#include "vfs/vfs.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned long count = 10000;
static uint64_t seed = 20060817;
static char folder[] = "/tmp/xg-mutate-XXXXXX";

static uint32_t next(uint64_t *s) /* splitmix64, upper half */
{
    uint64_t z = *s += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ z >> 31) >> 32);
}

static int setup(void **state)
{
    XG_UNUSED(state);
    return mkdtemp(folder) ? 0 : -1;
}
static int teardown(void **state)
{
    char command[64];
    XG_UNUSED(state);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* ---- the places that matter -------------------------------------------------------------------
 */

struct range {
    uint32_t at, size;
};
struct container {
    const char *name; /* what is mutated, in the folder */
    const char *open; /* what is opened */
    const struct range *range;
    size_t ranges;
    bool hashed;
};

static void mutate(uint8_t *data, size_t *size, const struct container *c, uint64_t *s)
{
    static const uint32_t odd[] = {0, 1, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFF, 0x10000, 24};
    for (unsigned n = 1 + next(s) % 3; n-- && *size;) {
        const struct range *r = &c->range[next(s) % c->ranges];
        size_t at = r->at + next(s) % r->size;
        if (at + 4 > *size)
            continue;
        switch (next(s) % 6) {
        case 0:
            data[at] ^= (uint8_t)(1u << next(s) % 8);
            break;
        case 1:
            data[at] = (uint8_t)next(s);
            break;
        case 2:
            xg_st32le(data + (at & ~(size_t)3), odd[next(s) % XG_COUNTOF(odd)]);
            break;
        case 3:
            xg_st32be(data + (at & ~(size_t)3), odd[next(s) % XG_COUNTOF(odd)]);
            break;
        case 4:
            data[at] = (uint8_t)(data[at] + next(s) % 5 - 2);
            break;
        default:
            if (next(s) % 4 == 0)
                *size = at;
        }
    }
}

/* One level of tables at B000, its blocks behind it: hashes of blocks, then of the table. */
static void rehash(uint8_t *data, size_t size)
{
    for (size_t i = 0; i < 170 && 0xC000 + (i + 1) * 0x1000 <= size; i++)
        EVP_Digest(data + 0xC000 + i * 0x1000, 0x1000, data + 0xB000 + i * 24, NULL, EVP_sha1(),
                   NULL);
    if (size >= 0xC000)
        EVP_Digest(data + 0xB000, 0x1000, data + 0x379 + 8, NULL, EVP_sha1(), NULL);
}

/* ---- reading everything
 * -------------------------------------------------------------------------- */

static void read_file(struct xg_vfs_device *d, const char *path, uint64_t size)
{
    static uint8_t bytes[65536];
    struct xg_vfs_file *f;
    size_t got;
    enum xg_vfs_status s = xg_vfs_open_on(d, path, &xg_vfs_to_read, &f, NULL);
    if (s != XG_VFS_OK)
        fail_msg("%s was listed but is not found", path);
    for (uint64_t at = 0; s == XG_VFS_OK && at < size && at < 1u << 20; at += got) {
        s = xg_vfs_read(f, at, bytes, sizeof bytes, &got);
        if (s != XG_VFS_OK && s != XG_VFS_DAMAGED && s != XG_VFS_IO)
            fail_msg("%s: status %d", path, s);
        assert_true(s != XG_VFS_OK || got > 0);
        assert_true(strlen(xg_vfs_why(f, s)) > 3);
    }
    xg_vfs_close(f);
}

static void walk(struct xg_vfs_device *d, const char *path, unsigned *entries)
{
    struct xg_vfs_file *f;
    struct xg_vfs_entry e;
    char below[XG_VFS_PATH];
    size_t cursor = 0;
    assert_int_equal(xg_vfs_open_on(d, path, &xg_vfs_to_read, &f, NULL), XG_VFS_OK);
    while (xg_vfs_next(f, NULL, &cursor, &e) == XG_VFS_OK) {
        assert_null(strpbrk(e.name, "/\\:"));
        assert_true(++*entries < 10000);
        snprintf(below, sizeof below, "%s%s%s", path, *path ? "\\" : "", e.name);
        if (e.stat.attributes & XG_VFS_DIRECTORY)
            walk(d, below, entries);
        else
            read_file(d, below, e.stat.size);
    }
    xg_vfs_close(f);
}

static uint8_t *read_whole(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    uint8_t *data = malloc(*size);
    rewind(f);
    assert_int_equal(fread(data, 1, *size, f), *size);
    fclose(f);
    return data;
}

static void mutate_container(const struct container *c)
{
    char path[128], opened[128];
    size_t size, now;
    unsigned long good = 0, refused = 0;
    snprintf(path, sizeof path, "%s/%s", folder, c->name);
    snprintf(opened, sizeof opened, "%s/%s", folder, c->open);
    uint8_t *data = read_whole(path, &size), *work = malloc(size);
    int fd = open(path, O_RDWR);
    print_message("# seed %llu, %lu mutations of %s\n", (unsigned long long)seed, count, c->name);
    for (unsigned long i = 0; i < count; i++) {
        uint64_t s = seed + i * 1000003;
        struct xg_error err = {0};
        struct xg_vfs_device *d;
        unsigned entries = 0;
        memcpy(work, data, now = size);
        mutate(work, &now, c, &s);
        if (c->hashed && i & 1)
            rehash(work, now);
        assert_int_equal(pwrite(fd, work, now, 0), now);
        assert_int_equal(ftruncate(fd, (off_t)now), 0);
        if (xg_vfs_image(opened, &d, &err)) {
            good++;
            walk(d, "", &entries);
            xg_vfs_device_destroy(d);
            continue;
        }
        refused++;
        if (err.kind != XG_E_INPUT || strncmp(err.text, opened, strlen(opened)) != 0 ||
            strchr(err.text, '\n') || strlen(err.text) < strlen(opened) + 10)
            fail_msg("mutation %lu: kind %d, \"%s\"", i, err.kind, err.text);
    }
    print_message("# %lu opened, %lu refused\n", good, refused);
    assert_true(refused > count / 20 && good > count / 100);
    close(fd);
    free(data);
    free(work);
}

static const char text[] = "a file of some bytes, and so on, and so on";
static const struct media_file files[] = {
    {"default.xex", text, sizeof text, false},
    {"Media", NULL, 0, true},
    {"Media\\a", text, 10, false},
    {"Media\\deep", NULL, 0, true},
    {"Media\\deep\\b", NULL, 9000, false},
    {"Media\\c", text, 20, false},
    {"Media\\e", NULL, 0, false},
    {"z", NULL, 5000, false},
};

static void disc_images(void **state)
{
    XG_UNUSED(state);
    char path[128];
    static const struct range ranges[] = {
        {0x10000, 0x24}, {0x10800, 0x4000}, {0x10800, 0x4000}, {0x107EC, 20}};
    const struct container c = {"disc", "disc", ranges, XG_COUNTOF(ranges), false};
    snprintf(path, sizeof path, "%s/disc", folder);
    media_write_disc(path, files, XG_COUNTOF(files), 0);
    mutate_container(&c);
}

static void packages(void **state)
{
    XG_UNUSED(state);
    char path[128];
    static const struct range ranges[] = {{0x379, 0x24}, {0x340, 4},      {0x3A9, 4},
                                          {0xB000, 200}, {0xC000, 0x200}, {0xC000, 0x200}};
    const struct container c = {"stfs", "stfs", ranges, XG_COUNTOF(ranges), true};
    const struct media_stfs how = {"LIVE", 1, false, "Game"};
    snprintf(path, sizeof path, "%s/stfs", folder);
    media_write_stfs(path, files, XG_COUNTOF(files), &how);
    mutate_container(&c);
}

static void svod_headers(void **state)
{
    XG_UNUSED(state);
    char path[128];
    static const struct range ranges[] = {{0x379, 0x24}, {0x39D, 4}, {0x3A9, 4}};
    const struct container c = {"svod", "svod", ranges, XG_COUNTOF(ranges), false};
    snprintf(path, sizeof path, "%s/svod", folder);
    media_write_svod(path, files, XG_COUNTOF(files), MEDIA_SVOD_PLAIN, 9);
    mutate_container(&c);
}

static void svod_data(void **state)
{
    XG_UNUSED(state);
    char path[128];
    static const struct range ranges[] = {{0x2000, 0x24}, {0x2800, 0x3000}};
    const struct container c = {"more.data/Data0000", "more", ranges, XG_COUNTOF(ranges), false};
    snprintf(path, sizeof path, "%s/more", folder);
    media_write_svod(path, files, XG_COUNTOF(files), MEDIA_SVOD_PLAIN, 9);
    mutate_container(&c);
}

int main(int argc, char **argv)
{
    const char *wanted = getenv("XG_MUTATIONS");
    if (wanted)
        count = strtoul(wanted, NULL, 0);
    if (argc > 1)
        count = strtoul(argv[1], NULL, 0);
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disc_images),
        cmocka_unit_test(packages),
        cmocka_unit_test(svod_headers),
        cmocka_unit_test(svod_data),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
