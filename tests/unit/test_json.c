/* base: the JSON reader. What it takes and refuses is RFC 8259's grammar. */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct xg_json *parse(const char *text, struct xg_error *err)
{
    *err = (struct xg_error){0};
    return xg_json_parse(text, strlen(text), err);
}

static void values_keep_their_kind_and_text(void **state)
{
    XG_UNUSED(state);
    struct xg_error err;
    struct xg_json *v =
        parse(" {\"a\": [1, -2.5e+3, \"x\\u00E9\\n\"], \"b\": {\"c\": null}} ", &err);
    assert_non_null(v);
    assert_int_equal(v->count, 2);
    const struct xg_json *a = xg_json_get(v, "a");
    assert_int_equal(a->count, 3);
    uint64_t one;
    assert_true(xg_json_u64(a->child, &one));
    assert_int_equal(one, 1);
    assert_false(xg_json_u64(a->child->next, &one));
    assert_string_equal(a->child->next->next->text, "x\xC3\xA9\n");
    assert_int_equal(xg_json_get(xg_json_get(v, "b"), "c")->kind, XG_JSON_NULL);
    assert_null(xg_json_get(v, "c"));
    xg_json_free(v);
}

static void what_is_no_json_is_refused(void **state)
{
    XG_UNUSED(state);
    static const char *const texts[] = {
        "",       "{",    "[1,]",     "{\"a\":1,}", "{\"a\" 1}", "{a:1}",       "01",
        "1.",     "+1",   "nul",      "[1 2]",      "\"\\x\"",   "\"\\uD800\"", "1 1",
        "\"\n\"", "[1,2", "{\"a\":}", "-",          ".5",        "1e",          "\"",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct xg_error err;
        struct xg_json *v = parse(texts[i], &err);
        if (v)
            fail_msg("taken: %s", texts[i]);
        assert_non_null(strstr(err.text, "JSON, column "));
    }
}

static void strings_are_utf8(void **state)
{
    XG_UNUSED(state);
    static const char *const good[] = {"\xC2\x80",         "\xDF\xBF",         "\xE0\xA0\x80",
                                       "\xED\x9F\xBF",     "\xEE\x80\x80",     "\xEF\xBF\xBF",
                                       "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "a\xC3\xA9z\x7F"};
    static const char *const bad[] = {"\x80",
                                      "\xBF",
                                      "\xC0\x80",
                                      "\xC1\xBF",
                                      "\xC2",
                                      "\xC2z",
                                      "\xE0\x9F\xBF",
                                      "\xE1\x80",
                                      "\xE1\x80\xC0",
                                      "\xED\xA0\x80",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF1\x80\x80z",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xFF"};
    char text[16];
    struct xg_error err;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(text, sizeof text, "\"%s\"", good[i]);
        struct xg_json *v = parse(text, &err);
        assert_non_null(v);
        assert_string_equal(v->text, good[i]);
        xg_json_free(v);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, "\"%s\"", bad[i]);
        if (parse(text, &err))
            fail_msg("taken: bad string %zu", i);
        assert_non_null(strstr(err.text, "not UTF-8"));
    }
}

static void nesting_has_a_limit(void **state)
{
    XG_UNUSED(state);
    char text[200];
    for (int depth = 64; depth <= 65; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = 0;
        struct xg_error err;
        struct xg_json *v = parse(text, &err);
        assert_true((v != NULL) == (depth == 64));
        if (v)
            xg_json_free(v);
    }
}

/* n members m0, m1, ...; the last one has the name of number `again` (itself: no name is twice). */
static char *object(unsigned n, unsigned again)
{
    char *text = malloc(n * 16 + 16), *p = text;
    assert_non_null(text);
    for (unsigned i = 0; i < n; i++)
        p += sprintf(p, "%c\"m%u\":%u", i ? ',' : '{', i == n - 1 ? again : i, i);
    *p++ = '}';
    *p = 0;
    return text;
}

static void a_name_twice_is_found_among_many(void **state)
{
    XG_UNUSED(state);
    static const unsigned counts[] = {2, 8, 9, 17, 1000, 200000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        unsigned n = counts[i];
        for (unsigned again = 0; again < n; again += again * 7 + 1) {
            struct xg_error err;
            char *text = object(n, again);
            struct xg_json *v = parse(text, &err);
            assert_true((v != NULL) == (again == n - 1));
            if (v)
                xg_json_free(v);
            else
                assert_non_null(strstr(err.text, "a member name appears twice"));
            free(text);
        }
        struct xg_error err;
        char *text = object(n, n - 1), name[16];
        struct xg_json *v = parse(text, &err);
        assert_non_null(v);
        assert_int_equal(v->count, n);
        snprintf(name, sizeof name, "m%u", n / 2);
        uint64_t value;
        assert_true(xg_json_u64(xg_json_get(v, name), &value));
        assert_int_equal(value, n / 2);
        xg_json_free(v);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_keep_their_kind_and_text),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(strings_are_utf8),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(a_name_twice_is_found_among_many),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
