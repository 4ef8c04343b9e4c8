/* `gpu exec`: lines in, lines out. */
#include "gpu/case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct xg_gpu_bench *bench;

static int open_bench(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    bench = xg_gpu_bench_create(xg_device_model_create, &err);
    return bench ? 0 : -1;
}
static int close_bench(void **state)
{
    XG_UNUSED(state);
    xg_gpu_bench_destroy(bench);
    return 0;
}

/* The output for one line; the caller frees it. */
static char *run(const char *line)
{
    char *text = NULL;
    size_t size = 0;
    struct xg_error err = {0};
    FILE *out = open_memstream(&text, &size);
    assert_true(xg_gpu_bench_run(bench, line, strlen(line), out, &err));
    fclose(out);
    return text;
}

static void expect(const char *line, const char *result)
{
    char *got = run(line);
    assert_string_equal(got, result);
    free(got);
}

static void expect_part(const char *line, const char *part)
{
    char *got = run(line);
    if (!strstr(got, part))
        fail_msg("%s lacks %s", got, part);
    free(got);
}

static void registers_and_memory_come_back(void **state)
{
    XG_UNUSED(state);
    expect("{\"id\":7,\"mem\":[{\"at\":\"00001000\",\"hex\":\"0011223344\"}],"
           "\"regs\":{\"2100\":\"5\",\"01dc\":\"1\",\"01dd\":\"2000\"},"
           "\"ring\":[\"00000578\",\"cafef00d\",\"c0013e00\",\"00002100\",\"00003002\"],"
           "\"read\":[{\"at\":\"00001000\",\"len\":5},{\"at\":\"2000\",\"len\":4},{\"at\":\"3000\","
           "\"len\":4}],"
           "\"read_regs\":[\"0578\",\"2100\"]}",
           "{\"id\":7,\"status\":\"idle\",\"packets\":2,\"draws\":0,\"events\":[],"
           "\"mem\":[{\"at\":\"00001000\",\"hex\":\"0011223344\"},"
           "{\"at\":\"00002000\",\"hex\":\"cafef00d\"},{\"at\":\"00003000\",\"hex\":\"00000005\"}],"
           "\"tiles\":[],\"regs\":{\"0578\":\"cafef00d\",\"2100\":\"00000005\"}}\n");
}

static void delegated_draws_report_samples(void **state)
{
    XG_UNUSED(state);
    expect_part("{\"samples\":[\"10\",\"2\",\"1\"],\"ring\":[\"00002208\",\"5\",\"c0003600\","
                "\"0\",\"c0003600\",\"0\",\"00002325\",\"1000\",\"c0005b00\",\"0\"],"
                "\"read\":[{\"at\":\"1000\",\"len\":32}]}",
                "\"hex\":\"26000000000000000400000000000000200000000000000002000000");
    expect_part("{\"samples\":[\"1\"]}", "three numbers");
    expect_part("{\"samples\":[\"1\",\"2\",\"3\",\"4\"]}", "three numbers");
    expect_part("{\"samples\":[1,2,3]}", "a number of");
}

static void events_are_listed_in_order(void **state)
{
    XG_UNUSED(state);
    expect(
        "{\"ring\":[\"c0005400\",\"00000003\",\"c0036400\",\"0\",\"01000000\",\"500\",\"2d0\"]}",
        "{\"id\":null,\"status\":\"idle\",\"packets\":2,\"draws\":0,\"events\":[{\"irq\":\"03\"},"
        "{\"swap\":{\"at\":\"01000000\",\"width\":\"00000500\",\"height\":\"000002d0\"}}],"
        "\"mem\":[],\"tiles\":[],\"regs\":{}}\n");
}

static void errors_carry_bits_address_and_packet(void **state)
{
    XG_UNUSED(state);
    /* 1,024 words of ring below 0x1FFF0000; the unknown opcode is the second word. */
    expect_part("{\"id\":\"x\",\"ring\":[\"80000000\",\"c0007f00\",\"0\"]}",
                "{\"id\":\"x\",\"status\":\"error\",\"error\":{\"bits\":\"00000001\",\"address\":"
                "\"1ffef004\",\"packet\":2},\"packets\":2");
}

static void true_waits_are_answered_and_false_ones_end_the_case(void **state)
{
    XG_UNUSED(state);
    expect_part(
        "{\"mem\":[{\"at\":\"1000\",\"hex\":\"00000007\"}],\"ring\":[\"c0043c00\",\"13\",\"1002\","
        "\"7\",\"ffffffff\",\"0\",\"c0005400\",\"1\"]}",
        "\"status\":\"idle\",\"packets\":2,\"draws\":0,\"events\":[{\"irq\":\"01\"}]");
    expect_part(
        "{\"ring\":[\"c0043c00\",\"13\",\"1002\",\"7\",\"ffffffff\",\"0\",\"c0005400\",\"1\"]}",
        "\"status\":\"waiting\",\"packets\":1,\"draws\":0,\"events\":[]");
    /* A conditional write sees what was written before it. */
    expect_part(
        "{\"ring\":[\"c0013d00\",\"1002\",\"9\",\"c0054500\",\"113\",\"1002\",\"9\",\"ffffffff\","
        "\"2002\",\"abcd\"],\"read\":[{\"at\":\"2000\",\"len\":4}]}",
        "\"hex\":\"0000abcd\"");
}

static void draws_are_counted(void **state)
{
    XG_UNUSED(state);
    expect_part("{\"ring\":[\"c0003600\",\"81\",\"c0003600\",\"81\"]}",
                "\"packets\":2,\"draws\":2");
}

static void nothing_is_left_from_the_case_before(void **state)
{
    XG_UNUSED(state);
    char line[XG_EDRAM_TILE_BYTES * 2 + 200], *end = line;
    end += sprintf(line, "{\"tiles\":[{\"index\":5,\"hex\":\"");
    for (unsigned i = 0; i < XG_EDRAM_TILE_BYTES; i++)
        end += sprintf(end, "%02x", i & 0xFF);
    sprintf(end, "%s",
            "\"}],\"regs\":{\"2100\":\"1\"},\"mem\":[{\"at\":\"0\",\"hex\":\"ff\"}],\"read_"
            "tiles\":[5]}");
    char *first = run(line);
    assert_non_null(strstr(first, "\"tiles\":[{\"index\":5,\"hex\":\"00010203"));
    free(first);
    char *second =
        run("{\"read_tiles\":[5],\"read_regs\":[\"2100\"],\"read\":[{\"at\":\"0\",\"len\":1}]}");
    assert_non_null(strstr(second, "\"hex\":\"00000000000000000000"));
    assert_non_null(strstr(second, "\"2100\":\"00000000\""));
    assert_non_null(strstr(second, "{\"at\":\"00000000\",\"hex\":\"00\"}"));
    free(second);
}

static void bad_lines_say_what_is_wrong(void **state)
{
    XG_UNUSED(state);
    expect("{\"id\":[1,2],\"rings\":[]}",
           "{\"id\":[1,2],\"error\":\"unknown key \\\"rings\\\" in the case\"}\n");
    expect_part("nonsense", "\"error\":");
    expect_part("[]", "must be a JSON object");
    expect_part("{\"ring\":[1]}", "a word of \\\"ring\\\"");
    expect_part("{\"ring\":[\"123456789\"]}", "1 to 8 hex digits");
    expect_part("{\"mem\":[{\"at\":\"1fffffff\",\"hex\":\"0000\"}]}", "is not physical memory");
    expect_part("{\"mem\":[{\"at\":\"0\",\"hex\":\"0g\"}]}", "not hex");
    expect_part("{\"read\":[{\"at\":\"0\",\"len\":0}]}", "\\\"len\\\"");
    expect_part("{\"read_tiles\":[2048]}", "a number from 0 to 2047");
    expect_part("{\"tiles\":[{\"index\":0,\"hex\":\"00\"}]}", "tile 0 has 1 bytes, not 5120");
    expect_part("{\"regs\":{\"9000\":\"0\"}}", "above 7fff");
    expect_part("{\"read_regs\":[5]}", "read_regs");
    expect_part("{\"ring\":[]}", "\"status\":\"idle\",\"packets\":0");
}

static void a_register_asked_for_twice_is_said_once(void **state)
{
    XG_UNUSED(state);
    expect_part("{\"regs\":{\"2000\":\"1\",\"2001\":\"2\"},"
                "\"read_regs\":[\"2000\",\"2001\",\"2000\",\"02001\"]}",
                "1 to 4 hex digits");
    expect_part("{\"regs\":{\"578\":\"1\",\"2001\":\"2\"},"
                "\"read_regs\":[\"0578\",\"2001\",\"578\",\"2001\"]}",
                "\"regs\":{\"0578\":\"00000001\",\"2001\":\"00000002\"}}");
}

static void the_ring_avoids_the_cases_memory(void **state)
{
    XG_UNUSED(state);
    expect_part(
        "{\"mem\":[{\"at\":\"1ffef000\",\"hex\":\"01020304\"}],\"ring\":[\"c0007f00\",\"0\"],"
        "\"read\":[{\"at\":\"1ffef000\",\"len\":4}]}",
        "\"address\":\"1ffee000\"");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)
    const struct CMUnitTest tests[] = {
        T(registers_and_memory_come_back),
        T(events_are_listed_in_order),
        T(delegated_draws_report_samples),
        T(errors_carry_bits_address_and_packet),
        T(true_waits_are_answered_and_false_ones_end_the_case),
        T(draws_are_counted),
        T(nothing_is_left_from_the_case_before),
        T(bad_lines_say_what_is_wrong),
        T(a_register_asked_for_twice_is_said_once),
        T(the_ring_avoids_the_cases_memory),
    };
    return cmocka_run_group_tests_name("device cases", tests, NULL, NULL);
}
