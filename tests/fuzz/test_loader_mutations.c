/* Seeded mutations of real executables, in every way of storing, through the whole loader. Each
 * must load or end in one sentence of kind XG_E_INPUT; run it in a build with
 * SANITIZE=address,undefined. Half of the compressed ones get right block hashes again, so that
 * the damage arrives at the decoder.
 * usage: test_loader_mutations [COUNT [SEED]], or XG_MUTATIONS=COUNT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "loader/loader.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Of each way of storing; of ELF files, which are quick, and of all XEX2 together at least 10000.
 */
static unsigned long count = 1500, elf_count = 10000;
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
static struct sample read_sample(const char *path)
{
    struct sample s = {0};
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

static char folder[] = "/tmp/xg-mutations-XXXXXX";

/* Runs xexbuild; files without a slash lie in the folder. */
static struct sample build_sample(const char *arguments, const char *to)
{
    char command[2048], path[256];
    const char *o = getenv("O");
    o = o ? o : "build";
    snprintf(command, sizeof command,
             "b=%s/bin/xexbuild g=$(realpath %s/guest); b=$(realpath $b) && "
             "cd %s && $b %s %s",
             o, o, folder, arguments, to);
    assert_int_equal(system(command), 0);
    snprintf(path, sizeof path, "%s/%s", folder, to);
    return read_sample(path);
}

enum { PLAIN, BASIC, LZX, AES, ELF, BASE, DELTA, DELTA_AES, SAMPLES };

static void build_samples(struct sample *s)
{
    const char *o = getenv("O");
    char elf[512];
    assert_non_null(mkdtemp(folder));
    s[PLAIN] = build_sample("--compression=none $g/hello.elf", "plain.xex");
    s[BASIC] =
        build_sample("--export=1:main --export=4:_start --export-names $g/clear.elf", "b.xex");
    s[LZX] = build_sample("--compression=lzx --resource=R:$g/hello.elf $g/clear.elf", "l.xex");
    s[AES] = build_sample("--compression=lzx --encrypt=dev $g/hello.elf", "e.xex");
    snprintf(elf, sizeof elf, "%s/guest/hello.elf", o ? o : "build");
    s[ELF] = read_sample(elf);
    s[BASE] = s[PLAIN];
    free(build_sample("--compression=none --version=300 $g/clear.elf", "later.xex").data);
    s[DELTA] = build_sample("--patch plain.xex later.xex", "d.xexp");
    s[DELTA_AES] = build_sample("--patch --encrypt=dev plain.xex later.xex", "e.xexp");
}

/* ---- right hashes again ---------------------------------------------------------------------- */

static uint8_t *option(uint8_t *data, size_t size, uint32_t id, size_t least)
{
    for (uint32_t i = 0; i < 16 && 0x20 + i * 8 <= size; i++)
        if (xg_ld32be(data + 0x18 + i * 8) == id) {
            uint32_t at = xg_ld32be(data + 0x1C + i * 8);
            return at + least <= size ? data + at : NULL;
        }
    return NULL;
}

/* From each block to the next and, on the way back, its hash into the one before. */
static void rehash(uint8_t *info, uint8_t *block, const uint8_t *end, unsigned depth)
{
    uint32_t n = xg_ld32be(info);
    if (n < 24 || n > (size_t)(end - block) || depth > 100)
        return;
    rehash(block, block + n, end, depth + 1);
    EVP_Digest(block, n, info + 4, NULL, EVP_sha1(), NULL);
}

static void rehash_blocks(uint8_t *data, size_t size)
{
    uint8_t *format = size > 0x100 ? option(data, size, 0x3FF, 36) : NULL;
    uint32_t header = size > 0x100 ? xg_ld32be(data + 8) : 0;
    if (format && header < size)
        rehash(format + 12, data + header, data + size, 0);
}

/* Most of the places that matter lie in the first 0x400 bytes. */
static size_t any_offset(size_t size, uint64_t *s)
{
    uint32_t r = next(s) % 12; /* the rest: in the data */
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

struct world {
    struct xg_memory *mem;
    struct xg_heaps *heaps;
    struct xg_xex *base; /* what patches apply to */
    struct xg_loader_imports imports;
};

/* The whole way; a mutated patch is applied to the base. */
static bool load(struct world *w, const uint8_t *data, size_t size, bool patch,
                 struct xg_image **image, struct xg_error *err)
{
    struct xg_xex *xex = NULL, *after = NULL;
    bool ok = xg_xex_parse("mutant.xex", data, size, &xex, err);
    if (ok && patch)
        ok = xg_xex_patch(w->base, xex, NULL, &after, err);
    else if (ok)
        ok = xg_xex_expand(xex, NULL, err);
    struct xg_xex *last = after ? after : xex;
    ok = ok && xg_xex_check_hashes(last, err) &&
         xg_image_load(last, w->mem, w->heaps, &w->imports, image, err);
    xg_xex_close(after);
    xg_xex_close(xex);
    return ok;
}

static bool good_sentence(const struct xg_error *err)
{
    /* A patched header is named after the patch; what it is for may be named instead. */
    return err->kind == XG_E_INPUT &&
           (!strncmp(err->text, "mutant.xex: ", 12) || !strncmp(err->text, "base.xex: ", 10)) &&
           !strchr(err->text, '\n') && strlen(err->text) >= 20;
}

static void mutations_load_or_are_refused_in_a_sentence(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    struct world w = {.imports = {.function = function, .variable = variable}};
    struct sample samples[SAMPLES];
    unsigned long loaded[SAMPLES] = {0}, refused[SAMPLES] = {0};
    build_samples(samples);
    w.mem = xg_memory_create(&err);
    w.heaps = w.mem ? xg_heaps_create(w.mem, &err) : NULL;
    assert_non_null(w.heaps);
    assert_true(xg_xex_parse("base.xex", samples[BASE].data, samples[BASE].size, &w.base, &err) &&
                xg_xex_expand(w.base, NULL, &err));
    print_message("# seed %llu, %lu mutations of each way\n", (unsigned long long)seed, count);
    unsigned long most = count > elf_count ? count : elf_count;
    for (unsigned long i = 0; i < most * SAMPLES; i++) {
        uint64_t s = seed + i * 1000003;
        unsigned which = (unsigned)(i % SAMPLES);
        if (i / SAMPLES >= (which == ELF ? elf_count : count))
            continue;
        size_t size = samples[which].size;
        uint8_t *work = malloc(size); /* exact size, so that a sanitizer sees every overrun */
        memcpy(work, samples[which].data, size);
        mutate(work, &size, &s);
        if (which != ELF && i / SAMPLES % 2)
            rehash_blocks(work, size);
        work = realloc(work, size ? size : 1);
        struct xg_image *image = NULL;
        err = (struct xg_error){0};
        if (load(&w, work, size, which >= DELTA, &image, &err)) {
            loaded[which]++;
            assert_int_equal(err.kind, XG_OK);
            xg_image_unload(image, w.heaps);
        } else {
            refused[which]++;
            if (!good_sentence(&err))
                fail_msg("mutation %lu: kind %d, \"%s\"", i, err.kind, err.text);
        }
        free(work);
    }
    for (unsigned i = 0; i < SAMPLES; i++) {
        print_message("# way %u: %lu loaded, %lu refused\n", i, loaded[i], refused[i]);
        assert_true(refused[i] > count / 16);
        assert_true(loaded[i] > 0 || count < 200);
        if (i != BASE)
            free(samples[i].data);
    }
    xg_xex_close(w.base);
    xg_heaps_destroy(w.heaps);
    xg_memory_destroy(w.mem);
    char command[256];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

int main(int argc, char **argv)
{
    const char *wanted = getenv("XG_MUTATIONS");
    if (wanted)
        count = elf_count = strtoul(wanted, NULL, 0);
    if (argc > 1)
        count = elf_count = strtoul(argv[1], NULL, 0);
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutations_load_or_are_refused_in_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
