/* gpu/present/png: what is written is what libpng's reader finds. */
#include "gpu/present/png.h"
#include "tests/support/seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <png.h>

static char path[] = "/tmp/xg_pngXXXXXX";

static void fill(uint8_t *bytes, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(seed >> 24);
    }
}

static void expect_file_holds(uint32_t width, uint32_t height, const uint8_t *rgba)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&image, path));
    assert_int_equal(image.width, width);
    assert_int_equal(image.height, height);
    assert_int_equal(image.format, PNG_FORMAT_RGBA);
    uint8_t *back = malloc((size_t)width * height * 4);
    assert_non_null(back);
    assert_true(png_image_finish_read(&image, NULL, back, 0, NULL));
    assert_memory_equal(back, rgba, (size_t)width * height * 4);
    free(back);
}

static void a_written_picture_reads_back_equal(void **state)
{
    XG_UNUSED(state);
    const struct {
        uint32_t width, height;
    } sizes[] = {{1, 1}, {7, 5}, {640, 360}, {XG_PICTURE_MAX_SIDE, 2}, {3, XG_PICTURE_MAX_SIDE}};
    uint32_t seed = (uint32_t)seed_of_test(1);
    for (size_t i = 0; i < XG_COUNTOF(sizes); i++) {
        size_t size = (size_t)sizes[i].width * sizes[i].height * 4;
        uint8_t *rgba = malloc(size);
        assert_non_null(rgba);
        fill(rgba, size, seed + (uint32_t)i);
        struct xg_error err = {0};
        assert_true(xg_png_write(path, sizes[i].width, sizes[i].height, rgba, &err));
        expect_file_holds(sizes[i].width, sizes[i].height, rgba);
        free(rgba);
    }
}

static void impossible_sizes_are_refused(void **state)
{
    XG_UNUSED(state);
    const uint8_t pixel[4] = {0};
    struct xg_error err = {0};
    assert_false(xg_png_write(path, 0, 5, pixel, &err));
    assert_string_equal(strstr(err.text, "a picture"),
                        "a picture of 0 x 5 pixels cannot be written");
    assert_false(xg_png_write(path, 5, XG_PICTURE_MAX_SIDE + 1, pixel, NULL));
}

static void a_path_that_cannot_be_written_is_named(void **state)
{
    XG_UNUSED(state);
    const uint8_t pixel[4] = {0};
    struct xg_error err = {0};
    assert_false(xg_png_write("/tmp/no/such/folder/a.png", 1, 1, pixel, &err));
    assert_int_equal(err.kind, XG_E_INPUT);
    assert_string_equal(err.text,
                        "/tmp/no/such/folder/a.png: cannot be written: No such file or directory");
}

static void a_full_disk_is_an_error_for_small_and_large_pictures(void **state)
{
    XG_UNUSED(state);
    static uint8_t rgba[400 * 400 * 4];
    fill(rgba, sizeof rgba, 1);
    for (uint32_t side = 1; side <= 400; side += 399) {
        struct xg_error err = {0};
        assert_false(xg_png_write("/dev/full", side, side, rgba, &err));
        assert_non_null(strstr(err.text, "/dev/full: cannot be written: "));
        assert_int_equal(access("/dev/full", F_OK), 0);
    }
}

int main(void)
{
    int fd = mkstemp(path);
    if (fd < 0)
        return 2;
    close(fd);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_written_picture_reads_back_equal),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(a_path_that_cannot_be_written_is_named),
        cmocka_unit_test(a_full_disk_is_an_error_for_small_and_large_pictures),
    };
    int failed = cmocka_run_group_tests_name("png", tests, NULL, NULL);
    unlink(path);
    return failed;
}
