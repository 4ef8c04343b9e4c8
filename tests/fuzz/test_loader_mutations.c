/* Seeded mutations of real executables through the whole loader. Each must load or end in
 * one sentence of kind XG_E_INPUT; run it in a build with SANITIZE=address,undefined.
 * usage: test_loader_mutations [COUNT [SEED]] */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "loader/loader.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned long count = 1000;
static uint64_t seed = 20060817;

static uint32_t next(uint64_t *s) /* splitmix64, upper half */
{
    uint64_t z = *s += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ z >> 31) >> 32);
}

struct sample {
    uint8_t *data;
    size_t size;
};
static struct sample read_sample(const char *name)
{
    struct sample s = {0};
    char path[512];
    const char *o = getenv("O");
    snprintf(path, sizeof path, "%s/guest/%s.xex", o ? o : "build", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s: missing (make build)", path);
    fseek(f, 0, SEEK_END);
    s.size = (size_t)ftell(f);
    s.data = malloc(s.size);
    rewind(f);
    assert_int_equal(fread(s.data, 1, s.size, f), s.size);
    fclose(f);
    return s;
}

/* Most of the places that matter lie in the first 0x400 bytes. */
static size_t any_offset(size_t size, uint64_t *s)
{
    uint32_t r = next(s) % 10;
    size_t limit = r < 7 ? 0x400 : r < 9 ? 0x1000 : size;
    return next(s) % (limit < size ? limit : size);
}

static void mutate(uint8_t *data, size_t *size, uint64_t *s)
{
    static const uint32_t odd[] = {0,          1,       0xFFFFFFFF, 0x7FFFFFFF, 0x80000000,
                                   0x82000000, 0x10000, 0xFFFF0000, 0x18,       0x1000};
    for (unsigned n = 1 + next(s) % 3; n-- && *size;) {
        size_t at = any_offset(*size, s);
        switch (next(s) % 7) {
        case 0:
            data[at] ^= (uint8_t)(1u << next(s) % 8);
            break;
        case 1:
            data[at] = (uint8_t)next(s);
            break;
        case 2:
        case 3:
            at &= ~(size_t)3;
            if (at + 4 <= *size)
                xg_st32be(data + at, odd[next(s) % XG_COUNTOF(odd)]);
            break;
        case 4:
            at &= ~(size_t)3;
            if (at + 4 <= *size)
                xg_st32be(data + at, xg_ld32be(data + at) + next(s) % 33 - 16);
            break;
        case 5: { /* a piece of the file somewhere else */
            size_t from = any_offset(*size, s), len = next(s) % 64;
            if (at + len <= *size && from + len <= *size)
                memmove(data + at, data + from, len);
            break;
        }
        default:
            if (next(s) % 4 == 0)
                *size = at;
        }
    }
}

static bool function(void *ctx, const char *module, uint16_t ordinal, uint32_t words[4],
                     struct xg_error *err)
{
    XG_UNUSED(ctx);
    XG_UNUSED(module);
    XG_UNUSED(err);
    memset(words, 0, 16);
    return ordinal < 0x300;
}
static bool variable(void *ctx, const char *module, uint16_t ordinal, xg_ga *address,
                     struct xg_error *err)
{
    uint32_t words[4];
    *address = 0;
    return function(ctx, module, ordinal, words, err);
}

static void mutations_load_or_are_refused_in_a_sentence(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    struct xg_memory *mem = xg_memory_create(&err);
    struct xg_heaps *heaps = mem ? xg_heaps_create(mem, &err) : NULL;
    assert_non_null(heaps);
    const struct xg_loader_imports imports = {.function = function, .variable = variable};
    struct sample samples[2] = {read_sample("hello"), read_sample("clear")};
    unsigned long loaded = 0, refused = 0;
    print_message("# seed %llu, %lu mutations\n", (unsigned long long)seed, count);
    for (unsigned long i = 0; i < count; i++) {
        uint64_t s = seed + i * 1000003;
        const struct sample *from = &samples[i & 1];
        size_t size = from->size;
        uint8_t *work = malloc(size); /* exact size, so that a sanitizer sees every overrun */
        memcpy(work, from->data, size);
        mutate(work, &size, &s);
        work = realloc(work, size ? size : 1);
        struct xg_xex *xex = NULL;
        struct xg_image *image = NULL;
        err = (struct xg_error){0};
        bool ok = xg_xex_parse("mutant.xex", work, size, &xex, &err) && xg_xex_expand(xex, NULL, &err) &&
                  xg_xex_check_hashes(xex, &err) &&
                  xg_image_load(xex, mem, heaps, &imports, &image, &err);
        if (ok) {
            loaded++;
            assert_int_equal(err.kind, XG_OK);
            xg_image_unload(image, heaps);
        } else {
            refused++;
            if (err.kind != XG_E_INPUT || strncmp(err.text, "mutant.xex: ", 12) != 0 ||
                strchr(err.text, '\n') || strlen(err.text) < 20)
                fail_msg("mutation %lu: kind %d, \"%s\"", i, err.kind, err.text);
        }
        xg_xex_close(xex);
        free(work);
    }
    print_message("# %lu loaded, %lu refused\n", loaded, refused);
    assert_true(refused > count / 4);
    assert_true(loaded > 0);
    free(samples[0].data);
    free(samples[1].data);
    xg_heaps_destroy(heaps);
    xg_memory_destroy(mem);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        count = strtoul(argv[1], NULL, 0);
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutations_load_or_are_refused_in_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
