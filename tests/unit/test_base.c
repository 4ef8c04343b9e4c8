/* base: endian accessors, errors, the CSV reader. */
#include "base/csv.h"
#include "base/endian.h"

#include <setjmp.h>
#include <stdlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void endian_accessors_order_bytes(void **state)
{
    XG_UNUSED(state);
    const uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    assert_int_equal(xg_ld16be(bytes), 0x0102);
    assert_int_equal(xg_ld32be(bytes), 0x01020304);
    assert_int_equal(xg_ld32le(bytes), 0x04030201);
    assert_true(xg_ld64be(bytes) == 0x0102030405060708u);
}

static void the_first_error_wins(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    assert_false(xg_fail(&err, XG_E_INPUT, "file %s", "a"));
    assert_false(xg_fail(&err, XG_E_DEVICE, "second"));
    assert_int_equal(err.kind, XG_E_INPUT);
    assert_string_equal(err.text, "file a");
}

static void csv_reads_quotes_and_names_the_bad_line(void **state)
{
    XG_UNUSED(state);
    char path[] = "/tmp/xg_csvXXXXXX";
    int fd = mkstemp(path);
    const char text[] = "a,b\n1,\"x, \"\"y\"\"\"\n\n2\n3,4,5\n";
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    close(fd);
    struct xg_csv csv;
    struct xg_error err = {0};
    assert_false(xg_csv_load(&csv, path, &err));
    assert_non_null(strstr(err.text, ":4: more than 2 columns"));
    assert_int_equal(csv.rows, 2);
    assert_string_equal(xg_csv_get(&csv, 0, "b"), "x, \"y\"");
    assert_string_equal(xg_csv_get(&csv, 1, "b"), "");
    assert_string_equal(xg_csv_get(&csv, 7, "a"), "");
    xg_csv_free(&csv);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endian_accessors_order_bytes),
        cmocka_unit_test(the_first_error_wins),
        cmocka_unit_test(csv_reads_quotes_and_names_the_bad_line),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
