/* The loader against programs that xexbuild made. The oracle for image bytes is the ELF file
 * that the linker wrote, read here with <elf.h>, not anything of the loader or of xexbuild. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "loader/loader.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct bytes {
    uint8_t *data;
    size_t size;
};

static const char *out(void)
{
    const char *o = getenv("O");
    return o ? o : "build";
}
static char *in_out(const char *name)
{
    static char path[4][512];
    static int turn;
    turn = (turn + 1) & 3;
    snprintf(path[turn], sizeof path[turn], "%s/%s", out(), name);
    return path[turn];
}
static struct bytes read_file(const char *path)
{
    struct bytes b = {0};
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s: missing (make build)", path);
    fseek(f, 0, SEEK_END);
    b.size = (size_t)ftell(f);
    b.data = malloc(b.size + 1);
    rewind(f);
    assert_int_equal(fread(b.data, 1, b.size, f), b.size);
    fclose(f);
    return b;
}

/* ---- a machine of memory and heaps, and an export table of two answers ------------------- */

struct world {
    struct xg_memory *mem;
    struct xg_heaps *heaps;
    struct xg_loader_imports imports;
    unsigned functions;
    uint16_t refuse; /* ordinal */
};
static bool give_function(void *ctx, const char *module, uint16_t ordinal, uint32_t words[4],
                          struct xg_error *err)
{
    struct world *w = ctx;
    XG_UNUSED(err);
    assert_string_equal(module, "xboxkrnl");
    if (ordinal == w->refuse)
        return false;
    w->functions++;
    words[0] = 0x44000042;
    words[1] = 0x4E800020;
    words[2] = 0xC0DE0000u | ordinal;
    words[3] = 0;
    return true;
}
static bool give_variable(void *ctx, const char *module, uint16_t ordinal, xg_ga *address,
                          struct xg_error *err)
{
    XG_UNUSED(ctx);
    XG_UNUSED(module);
    XG_UNUSED(ordinal);
    XG_UNUSED(err);
    *address = 0xE0001000;
    return true;
}
static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct xg_error err = {0};
    w->mem = xg_memory_create(&err);
    w->heaps = w->mem ? xg_heaps_create(w->mem, &err) : NULL;
    w->imports =
        (struct xg_loader_imports){.ctx = w, .function = give_function, .variable = give_variable};
    *state = w;
    return w->heaps ? 0 : -1;
}
static int teardown(void **state)
{
    struct world *w = *state;
    xg_heaps_destroy(w->heaps);
    xg_memory_destroy(w->mem);
    free(w);
    return 0;
}
static struct xg_image *load(struct world *w, const char *path)
{
    struct xg_error err = {0};
    struct xg_image *image = NULL;
    if (!xg_loader_load(path, w->mem, w->heaps, &w->imports, &image, &err))
        fail_msg("%s", err.text);
    return image;
}

/* ---- loading ---------------------------------------------------------------------------- */

static void image_equals_the_linked_program(void **state)
{
    struct world *w = *state;
    struct xg_image *image = load(w, in_out("guest/hello.xex"));
    struct bytes elf = read_file(in_out("guest/hello.elf"));
    assert_int_equal(image->base, 0x82000000);
    assert_int_equal(image->entry, xg_ld32be(elf.data + 24));
    unsigned differing = 0, compared = 0;
    for (unsigned i = 0; i < xg_ld16be(elf.data + 44); i++) {
        const uint8_t *h = elf.data + xg_ld32be(elf.data + 28) + i * 32;
        uint32_t offset = xg_ld32be(h + 4), va = xg_ld32be(h + 8), n = xg_ld32be(h + 16);
        for (uint32_t k = 0; k + 4 <= n; k += 4, compared++) {
            uint32_t got = 0;
            struct xg_fault f;
            assert_true(xg_memory_ld32(w->mem, va + k, &got, &f));
            differing += got != xg_ld32be(elf.data + offset + k);
        }
    }
    assert_true(compared > 300);
    /* One import (DbgPrint): its slot and the four words of its thunk, of which the loader
     * replaced all. */
    assert_int_equal(differing, 5);
    free(elf.data);
    xg_image_unload(image, w->heaps);
}

static void pages_get_the_rights_of_their_descriptors(void **state)
{
    struct world *w = *state;
    struct xg_image *image = load(w, in_out("guest/hello.xex"));
    assert_true(image->section_count >= 4);
    for (size_t i = 0; i < image->section_count; i++) {
        const struct xg_pe_section *s = &image->sections[i];
        unsigned got = w->mem->access[(image->base + s->rva) >> XG_PAGE_SHIFT] &
                       (XG_PAGE_R | XG_PAGE_W | XG_PAGE_X);
        unsigned want = strcmp(s->name, ".text") == 0   ? XG_PAGE_R | XG_PAGE_X
                        : strcmp(s->name, ".data") == 0 ? XG_PAGE_R | XG_PAGE_W
                                                        : XG_PAGE_R;
        if (strcmp(s->name, ".bss") != 0)
            assert_int_equal(got, want);
    }
    xg_image_unload(image, w->heaps);
}

static uint32_t word(struct world *w, xg_ga ga)
{
    uint32_t v = 0;
    struct xg_fault f;
    assert_true(xg_memory_ld32(w->mem, ga, &v, &f));
    return v;
}

static xg_ga symbol(const struct xg_image *image, const char *name)
{
    for (size_t i = 0; i < image->symbol_count; i++)
        if (strcmp(image->symbols[i].name, name) == 0)
            return image->symbols[i].address;
    fail_msg("no symbol %s", name);
    return 0;
}

static void a_function_import_gets_thunk_and_slot(void **state)
{
    struct world *w = *state;
    w->functions = 0;
    struct xg_image *image = load(w, in_out("guest/hello.xex"));
    xg_ga thunk = symbol(image, "__thunk_DbgPrint");
    assert_int_equal(w->functions, 1);
    assert_int_equal(word(w, thunk), 0x44000042);
    assert_int_equal(word(w, thunk + 4), 0x4E800020);
    assert_int_equal(word(w, thunk + 8), 0xC0DE0003); /* DbgPrint is ordinal 3 */
    assert_int_equal(word(w, thunk + 12), 0);
    assert_int_equal(word(w, symbol(image, "__imp_DbgPrint")), thunk);
    xg_image_unload(image, w->heaps);
}

static void the_header_copy_equals_the_file(void **state)
{
    struct world *w = *state;
    struct xg_image *image = load(w, in_out("guest/hello.xex"));
    struct bytes file = read_file(in_out("guest/hello.xex"));
    uint8_t *copy = malloc(image->header_size);
    struct xg_fault f;
    assert_int_equal(image->header_size, xg_ld32be(file.data + 8));
    assert_true(xg_memory_read(w->mem, image->header, copy, image->header_size, &f));
    assert_memory_equal(copy, file.data, image->header_size);
    assert_true(image->header >= 0x10000 && image->header < 0x40000000);
    free(copy);
    free(file.data);
    xg_image_unload(image, w->heaps);
}

static void symbols_name_addresses(void **state)
{
    struct world *w = *state;
    struct xg_image *image = load(w, in_out("guest/hello.xex"));
    uint32_t offset = 99;
    xg_ga main_at = symbol(image, "main");
    assert_string_equal(xg_image_symbol_at(image, main_at + 8, &offset), "main");
    assert_int_equal(offset, 8);
    assert_null(xg_image_symbol_at(image, 0x10000, &offset));
    assert_null(xg_image_symbol_at(image, image->base + image->size, &offset));
    xg_image_unload(image, w->heaps);
}

static void the_function_table_covers_main(void **state)
{
    struct world *w = *state;
    struct xg_image *image = load(w, in_out("guest/hello.xex"));
    xg_ga main_at = symbol(image, "main"), last = 0;
    bool found = false;
    assert_true(image->pdata_size >= 16);
    for (xg_ga at = image->pdata; word(w, at); at += 8) {
        uint32_t start = word(w, at), length = word(w, at + 4) >> 8 & 0x3FFFFF;
        assert_true(start >= last);
        last = start + length * 4;
        found |= start == main_at && word(w, main_at + length * 4 - 4) == 0x4E800020; /* blr */
    }
    assert_true(found);
    xg_image_unload(image, w->heaps);
}

static void every_guest_program_loads(void **state)
{
    struct world *w = *state;
    static const char *const names[] = {"hello",    "clear",    "fence",    "bad-jump",
                                        "bad-insn", "bad-read", "bad-ring", "no-swap"};
    for (size_t i = 0; i < XG_COUNTOF(names); i++) {
        char path[64];
        snprintf(path, sizeof path, "guest/%s.xex", names[i]);
        struct xg_image *image = load(w, in_out(path));
        assert_string_equal(image->name, names[i]);
        xg_image_unload(image, w->heaps);
    }
}

static void both_ways_of_storing_give_the_same_image(void **state)
{
    struct xg_error err = {0};
    struct xg_xex *a, *b;
    char command[2048];
    const char *plain = in_out("guest/hello-plain.xex");
    XG_UNUSED(state);
    snprintf(command, sizeof command, "%s --compression=none %s %s", in_out("bin/xexbuild"),
             in_out("guest/hello.elf"), plain);
    assert_int_equal(system(command), 0);
    assert_true(xg_xex_open(plain, &a, &err) && xg_xex_expand(a, NULL, &err));
    assert_true(xg_xex_open(in_out("guest/hello.xex"), &b, &err) && xg_xex_expand(b, NULL, &err));
    assert_int_equal(a->compression, XG_XEX_NONE);
    assert_int_equal(b->compression, XG_XEX_BASIC);
    assert_true(b->file_size < a->file_size);
    assert_true(a->hashes_ok && b->hashes_ok);
    assert_int_equal(a->image_size, b->image_size);
    assert_memory_equal(a->image, b->image, a->image_size);
    xg_xex_close(a);
    xg_xex_close(b);
    unlink(plain);
}

/* ---- refusing ------------------------------------------------------------------------------ */

static struct xg_heap_usage usage(struct world *w, xg_ga ga)
{
    struct xg_heap_usage u;
    xg_heap_usage(xg_heaps_at(w->heaps, ga), &u);
    return u;
}

static void expect_refusal(struct world *w, struct bytes b, const char *what)
{
    struct xg_error err = {0};
    struct xg_xex *xex = NULL;
    struct xg_image *image = NULL;
    uint32_t images = usage(w, 0x82000000).reserved_pages, low = usage(w, 0x20000).reserved_pages;
    bool ok = xg_xex_parse("some.xex", b.data, b.size, &xex, &err) &&
              xg_xex_expand(xex, NULL, &err) && xg_xex_check_hashes(xex, &err) &&
              xg_image_load(xex, w->mem, w->heaps, &w->imports, &image, &err);
    assert_false(ok);
    assert_int_equal(err.kind, XG_E_INPUT);
    if (!strstr(err.text, what) || strncmp(err.text, "some.xex: ", 10) != 0)
        fail_msg("expected \"%s\" in \"%s\"", what, err.text);
    xg_xex_close(xex);
    assert_int_equal(usage(w, 0x82000000).reserved_pages, images);
    assert_int_equal(usage(w, 0x20000).reserved_pages, low);
}

/* Offset of the value word of an optional header in the file. */
static uint8_t *option(struct bytes b, uint32_t id)
{
    for (uint32_t i = 0; i < xg_ld32be(b.data + 0x14); i++)
        if (xg_ld32be(b.data + 0x18 + i * 8) == id)
            return b.data + 0x18 + i * 8 + 4;
    fail_msg("no option %08X", id);
    return NULL;
}

static void damaged_and_foreign_executables_are_named(void **state)
{
    struct world *w = *state;
    struct bytes b = read_file(in_out("guest/hello.xex"));
    struct bytes good = {malloc(b.size), b.size};
    memcpy(good.data, b.data, b.size);
#define TRY(change, what)                                                                          \
    do {                                                                                           \
        change;                                                                                    \
        expect_refusal(w, b, what);                                                                \
        memcpy(b.data, good.data, good.size);                                                      \
        b.size = good.size;                                                                        \
    } while (0)
    uint8_t *format = b.data + xg_ld32be(option(b, XG_XEX_OPT_FILE_FORMAT));
    uint8_t *security = b.data + xg_ld32be(b.data + 0x10);
    uint8_t *imports = b.data + xg_ld32be(option(b, XG_XEX_OPT_IMPORTS));
    uint8_t *record = imports + 12 + xg_ld32be(imports + 4) + 0x28;
    TRY(b.size = 0, "empty");
    TRY(b.size = 3, "only 3 bytes");
    TRY(b.size = 10, "truncated");
    TRY(b.size = 0x800, "truncated");
    TRY(b.size = good.size - 1, "truncated");
    TRY(xg_st16be(format + 4, 1), "encrypted");
    TRY(xg_st16be(format + 6, 2), "compressed blocks");
    TRY(xg_st16be(format + 6, 3), "delta patch");
    TRY(xg_st16be(format + 6, 4), "unknown encryption 0 or compression 4");
    TRY(xg_st32be(b.data + 4, 0x51), "delta patch");
    TRY(b.data[3] = '1', "XEX1");
    TRY(b.data[b.size - 1] ^= 1, "the hash of the pages at 82030000");
    TRY(security[0x114] ^= 1, "the hash of the pages at 82000000");
    TRY(xg_st32be(option(b, XG_XEX_OPT_ENTRY), 0x82FF0000), "entry point 82FF0000");
    TRY(xg_st32be(option(b, XG_XEX_OPT_BASE), 0x40000000), "entry point 82010000");
    TRY(xg_st32be(record, 0x82FFFFF0), "import record 0 of xboxkrnl.exe at 82FFFFF0");
    TRY(xg_st32be(imports + 4, 0xFFFFFFF0), "import name table");
    TRY(xg_st32be(b.data + 0x10, 0xFFFFFFF0), "security information");
    TRY(xg_st32be(b.data + 0x14, 0xFFFFFFFF), "optional headers");
    TRY(xg_st32be(security + 4, 0x7FFFFFFF), "image size");
    TRY(xg_st32be(security + 4, 0x20000), "page descriptors cover");
    TRY(xg_st32be(security + 0x180, 0x10000000), "page descriptors");
    TRY(w->refuse = 3, "imports function 3 (0x3) of xboxkrnl.exe");
#undef TRY
    w->refuse = 0;
    free(b.data);
    free(good.data);
}

static void taken_addresses_are_refused(void **state)
{
    struct world *w = *state;
    struct xg_image *image = load(w, in_out("guest/hello.xex"));
    struct bytes b = read_file(in_out("guest/hello.xex"));
    expect_refusal(w, b, "are taken");
    free(b.data);
    xg_image_unload(image, w->heaps);
    image = load(w, in_out("guest/hello.xex")); /* and free again after the unload */
    xg_image_unload(image, w->heaps);
}

static void containers_are_named(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *head, *what;
    } heads[] = {
        {"XEX1", "XEX1"},
        {"\177ELF\1\2\1", "an ELF file"},
        {"MZ\220", "a PE file"},
        {"CON ", "content package (STFS)"},
        {"LIVE", "content package (STFS)"},
        {"PIRS", "content package (STFS)"},
        {"PK\3\4", "a ZIP archive"},
        {"MSCF", "a cabinet archive"},
        {"hello, world", "of no known kind"},
    };
    struct bytes b = {calloc(1, 0xFD90000 + 0x20000), 4096};
    for (size_t i = 0; i < XG_COUNTOF(heads); i++) {
        memset(b.data, 0, 16);
        memcpy(b.data, heads[i].head, strlen(heads[i].head));
        expect_refusal(w, b, heads[i].what);
    }
    memset(b.data, 0, 16);
    static const uint32_t partitions[] = {0, 0xFB20, 0x20600, 0x2080000, 0xFD90000};
    for (size_t i = 0; i < XG_COUNTOF(partitions); i++) {
        uint8_t *volume = b.data + partitions[i] + 32 * 2048;
        memcpy(volume, "MICROSOFT*XBOX*MEDIA", 20);
        b.size = partitions[i] + 32 * 2048 + 20;
        assert_int_equal(xg_file_identify(b.data, b.size), XG_FILE_XDVDFS);
        assert_int_equal(xg_file_identify(b.data, b.size - 1), XG_FILE_UNKNOWN);
        if (i == 0)
            expect_refusal(w, b, "a disc image (XDVDFS)");
        memset(volume, 0, 20);
    }
    free(b.data);
}

static void missing_files_and_folders_are_named(void **state)
{
    struct xg_error err = {0};
    struct xg_xex *xex;
    XG_UNUSED(state);
    assert_false(xg_xex_open("/no/such/file.xex", &xex, &err));
    assert_non_null(strstr(err.text, "/no/such/file.xex: cannot open: No such file"));
    err = (struct xg_error){0};
    assert_false(xg_xex_open("/tmp", &xex, &err));
    assert_non_null(strstr(err.text, "not a regular file"));
    assert_int_equal(err.kind, XG_E_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(image_equals_the_linked_program),
        cmocka_unit_test(pages_get_the_rights_of_their_descriptors),
        cmocka_unit_test(a_function_import_gets_thunk_and_slot),
        cmocka_unit_test(the_header_copy_equals_the_file),
        cmocka_unit_test(symbols_name_addresses),
        cmocka_unit_test(the_function_table_covers_main),
        cmocka_unit_test(every_guest_program_loads),
        cmocka_unit_test(both_ways_of_storing_give_the_same_image),
        cmocka_unit_test(damaged_and_foreign_executables_are_named),
        cmocka_unit_test(taken_addresses_are_refused),
        cmocka_unit_test(containers_are_named),
        cmocka_unit_test(missing_files_and_folders_are_named),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
