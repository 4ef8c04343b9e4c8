/* base: whole files, SHA-256. The oracle of the digests is libcrypto. */
#include "base/file.h"
#include "base/sha256.h"
#include "tests/support/seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/sha.h>

static char path[] = "/tmp/xg_fileXXXXXX";

static void what_is_written_is_read(void **state)
{
    XG_UNUSED(state);
    const size_t sizes[] = {0, 1, 65535, 65536, 65537, 300000};
    for (size_t i = 0; i < XG_COUNTOF(sizes); i++) {
        uint8_t *want = malloc(sizes[i] + 1), *got;
        assert_non_null(want);
        for (size_t b = 0; b < sizes[i]; b++)
            want[b] = (uint8_t)(b * 7 + i);
        size_t size = 99;
        assert_true(xg_file_write(path, want, sizes[i], NULL));
        assert_true(xg_file_read(path, sizes[i], &got, &size, NULL));
        assert_int_equal(size, sizes[i]);
        assert_memory_equal(got, want, sizes[i]);
        assert_int_equal(got[size], 0);
        free(got);
        free(want);
    }
}

static void expect_refused(const char *file, size_t limit, const char *sentence)
{
    uint8_t *bytes = (uint8_t *)path;
    size_t size;
    struct xg_error err = {0};
    assert_false(xg_file_read(file, limit, &bytes, &size, &err));
    assert_null(bytes);
    assert_int_equal(err.kind, XG_E_INPUT);
    assert_string_equal(err.text, sentence);
}

static void unreadable_files_are_named(void **state)
{
    XG_UNUSED(state);
    expect_refused("/nowhere/x", 10, "/nowhere/x: cannot be opened: No such file or directory");
    expect_refused("/tmp", 10, "/tmp: cannot be read: Is a directory");
    expect_refused("/dev/zero", 100000, "/dev/zero: longer than 100000 bytes");
    assert_true(xg_file_write(path, "12345", 5, NULL));
    char sentence[64];
    snprintf(sentence, sizeof sentence, "%s: longer than 4 bytes", path);
    expect_refused(path, 4, sentence);
}

static void a_full_disk_is_an_error(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    assert_false(xg_file_write("/dev/full", "12345", 5, &err));
    assert_string_equal(err.text, "/dev/full: cannot be written: No space left on device");
    assert_int_equal(access("/dev/full", F_OK), 0);
    err = (struct xg_error){0};
    assert_false(xg_file_write("/nowhere/x", "1", 1, &err));
    assert_string_equal(err.text, "/nowhere/x: cannot be written: No such file or directory");
}

static void sha256_of_the_standard_examples(void **state)
{
    XG_UNUSED(state);
    struct xg_sha256 s;
    char hex[XG_SHA256_HEX];
    xg_sha256_init(&s);
    xg_sha256_hex(&s, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    xg_sha256_add(&s, "abc", 3);
    xg_sha256_hex(&s, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void sha256_equals_libcrypto_in_any_pieces(void **state)
{
    XG_UNUSED(state);
    srand((unsigned)seed_of_test(1));
    uint8_t bytes[400], want[32], got[32];
    for (size_t size = 0; size <= sizeof bytes; size++) {
        struct xg_sha256 s;
        xg_sha256_init(&s);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)rand();
        for (size_t at = 0; at < size;) {
            size_t piece = (size_t)rand() % 150;
            piece = piece > size - at ? size - at : piece;
            xg_sha256_add(&s, bytes + at, piece);
            at += piece;
        }
        SHA256(bytes, size, want);
        xg_sha256_get(&s, got);
        assert_memory_equal(got, want, 32);
    }
}

static void sha256_numbers_are_little_endian(void **state)
{
    XG_UNUSED(state);
    struct xg_sha256 a, b;
    uint8_t da[32], db[32];
    xg_sha256_init(&a);
    xg_sha256_init(&b);
    xg_sha256_add_u32(&a, 0x04030201);
    xg_sha256_add_u64(&a, 0x0C0B0A0908070605);
    xg_sha256_add(&b, "\1\2\3\4\5\6\7\10\11\12\13\14", 12);
    xg_sha256_get(&a, da);
    xg_sha256_get(&b, db);
    assert_memory_equal(da, db, 32);
}

int main(void)
{
    int fd = mkstemp(path);
    if (fd < 0)
        return 2;
    close(fd);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(unreadable_files_are_named),
        cmocka_unit_test(a_full_disk_is_an_error),
        cmocka_unit_test(sha256_of_the_standard_examples),
        cmocka_unit_test(sha256_equals_libcrypto_in_any_pieces),
        cmocka_unit_test(sha256_numbers_are_little_endian),
    };
    int failed = cmocka_run_group_tests_name("base_file", tests, NULL, NULL);
    unlink(path);
    return failed;
}
