/* What else an executable holds: exports, resources, versions of libraries; ELF programs; files
 * on a device. Oracles: the linker's symbols and segments, and what xexbuild was told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "loader/loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/xg-loader-XXXXXX";

struct world {
    struct xg_memory *mem;
    struct xg_heaps *heaps;
    struct xg_loader_imports imports;
    uint32_t version;
};
static bool give_function(void *ctx, const char *module, uint16_t ordinal, uint32_t words[4],
                          struct xg_error *err)
{
    XG_UNUSED(ctx);
    XG_UNUSED(module);
    XG_UNUSED(ordinal);
    XG_UNUSED(err);
    xg_loader_thunk_to(0x90001234, words);
    return true;
}
static bool give_variable(void *ctx, const char *module, uint16_t ordinal, xg_ga *address,
                          struct xg_error *err)
{
    uint32_t words[4];
    *address = 0;
    return give_function(ctx, module, ordinal, words, err);
}
static bool give_version(void *ctx, const char *module, uint32_t *version)
{
    const struct world *w = ctx;
    assert_string_equal(module, "xboxkrnl");
    *version = w->version;
    return w->version != 0;
}
static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct xg_error err = {0};
    w->mem = xg_memory_create(&err);
    w->heaps = w->mem ? xg_heaps_create(w->mem, &err) : NULL;
    w->imports = (struct xg_loader_imports){
        .ctx = w, .function = give_function, .variable = give_variable, .version = give_version};
    *state = w;
    return w->heaps && mkdtemp(folder) ? 0 : -1;
}
static int teardown(void **state)
{
    struct world *w = *state;
    char command[256];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    xg_heaps_destroy(w->heaps);
    xg_memory_destroy(w->mem);
    free(w);
    return system(command);
}

static const char *built(const char *name)
{
    static char path[512];
    const char *o = getenv("O");
    snprintf(path, sizeof path, "%s/%s", o ? o : "build", name);
    return path;
}
/* Runs xexbuild on hello.elf; the result's path. */
static const char *build(const char *options)
{
    static char path[128];
    char command[2048], xexbuild[512];
    snprintf(path, sizeof path, "%s/a.xex", folder);
    snprintf(xexbuild, sizeof xexbuild, "%s", built("bin/xexbuild"));
    snprintf(command, sizeof command, "%s %s %s %s", xexbuild, options, built("guest/hello.elf"),
             path);
    assert_int_equal(system(command), 0);
    return path;
}
static struct xg_image *load(struct world *w, const char *path)
{
    struct xg_error err = {0};
    struct xg_image *image = NULL;
    if (!xg_loader_load(path, w->mem, w->heaps, &w->imports, &image, &err))
        fail_msg("%s", err.text);
    return image;
}
/* Address of a function, from the list that the linker's symbols were copied to. */
static xg_ga symbol(const char *name)
{
    FILE *f = fopen(built("guest/hello.sym"), "r");
    char line[512], got[400];
    uint32_t address;
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "%8x %*x %399s", &address, got) == 2 && strcmp(got, name) == 0) {
            fclose(f);
            return address;
        }
    fail_msg("no symbol %s", name);
    return 0;
}

static void exports_are_found_by_ordinal_and_name(void **state)
{
    struct world *w = *state;
    struct xg_image *image =
        load(w, build("--dll --export=7:_start --export=3:main --export-names"));
    assert_int_equal(image->export_count, 2);
    assert_int_equal(image->module_flags & XG_XEX_DLL, XG_XEX_DLL);
    assert_int_equal(xg_image_export(image, 3)->address, symbol("main"));
    assert_int_equal(xg_image_export(image, 7)->address, symbol("_start"));
    assert_null(xg_image_export(image, 4));
    assert_null(xg_image_export(image, 8));
    assert_int_equal(xg_image_export_named(image, "main")->ordinal, 3);
    assert_int_equal(xg_image_export_named(image, "_start")->address, symbol("_start"));
    assert_null(xg_image_export_named(image, "Main"));
    xg_image_unload(image, w->heaps);
    image = load(w, build("--export=3:main"));
    assert_int_equal(xg_image_export(image, 3)->address, symbol("main"));
    assert_null(xg_image_export(image, 3)->name);
    assert_null(xg_image_export_named(image, "main"));
    xg_image_unload(image, w->heaps);
}

static void resources_are_named_and_placed(void **state)
{
    struct world *w = *state;
    char options[256], path[128];
    snprintf(path, sizeof path, "%s/data", folder);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs("what the title finds", f);
    fclose(f);
    snprintf(options, sizeof options, "--compression=lzx --resource=584700AA:%s", path);
    struct xg_image *image = load(w, build(options));
    char got[21] = {0};
    struct xg_fault fault;
    assert_int_equal(image->resource_count, 1);
    assert_string_equal(image->resources[0].name, "584700AA");
    assert_int_equal(image->resources[0].size, 20);
    assert_true(xg_memory_read(w->mem, image->resources[0].address, got, 20, &fault));
    assert_string_equal(got, "what the title finds");
    xg_image_unload(image, w->heaps);
}

static void a_later_library_than_there_is_is_refused(void **state)
{
    struct world *w = *state;
    struct xg_error err = {0};
    struct xg_image *image;
    const char *path = build("--min-version=20449700"); /* 2.0.17559.0 */
    w->version = 0x20449700;
    xg_image_unload(load(w, path), w->heaps);
    w->version = 0x204496FF;
    assert_false(xg_loader_load(path, w->mem, w->heaps, &w->imports, &image, &err));
    assert_non_null(strstr(err.text, "needs xboxkrnl.exe of version 2.0.17559.0 or later, not "
                                     "2.0.17558.255"));
    w->version = 0; /* unknown: not checked */
    xg_image_unload(load(w, path), w->heaps);
}

static void thunks_to_other_modules_hold_the_address(void **state)
{
    struct world *w = *state;
    struct xg_image *image = load(w, built("guest/hello.xex"));
    xg_ga thunk = symbol("__thunk_DbgPrint");
    uint32_t word = 0;
    struct xg_fault f;
    static const uint32_t want[4] = {0x3D609000, 0x616B1234, 0x7D6903A6, 0x4E800420};
    for (unsigned i = 0; i < 4; i++) {
        assert_true(xg_memory_ld32(w->mem, thunk + 4 * i, &word, &f));
        assert_int_equal(word, want[i]);
    }
    xg_image_unload(image, w->heaps);
}

static void four_kib_pages_get_their_own_rights(void **state)
{
    struct world *w = *state;
    /* In the 64 KiB region a heap page has the rights of all image pages in it; .rdata of 4 KiB
     * pages therefore stays readable and not writable. */
    struct xg_image *image = load(w, build("--page-size=0x1000"));
    uint8_t access = w->mem->access[0x82001000 >> XG_PAGE_SHIFT];
    assert_int_equal(access & (XG_PAGE_R | XG_PAGE_W | XG_PAGE_X), XG_PAGE_R);
    assert_int_equal(image->image_flags & XG_XEX_IMAGE_4K_PAGES, XG_XEX_IMAGE_4K_PAGES);
    xg_image_unload(image, w->heaps);
}

/* ---- ELF ------------------------------------------------------------------------------------ */

static uint8_t *read_elf(size_t *size)
{
    FILE *f = fopen(built("guest/hello.elf"), "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    uint8_t *bytes = malloc(*size);
    rewind(f);
    assert_int_equal(fread(bytes, 1, *size, f), *size);
    fclose(f);
    return bytes;
}

static void an_elf_program_is_placed_as_linked(void **state)
{
    struct world *w = *state;
    size_t size;
    uint8_t *elf = read_elf(&size);
    struct xg_image *image = load(w, built("guest/hello.elf"));
    assert_int_equal(image->entry, xg_ld32be(elf + 24));
    assert_int_equal(image->header, 0);
    assert_int_equal(image->stack_size, 0x40000);
    for (unsigned i = 0; i < xg_ld16be(elf + 44); i++) {
        const uint8_t *h = elf + xg_ld32be(elf + 28) + i * 32;
        uint32_t n = xg_ld32be(h + 16), flags = xg_ld32be(h + 24);
        uint8_t *got = malloc(n + 1);
        struct xg_fault f;
        if (xg_ld32be(h) != 1 || !n) {
            free(got);
            continue;
        }
        assert_true(xg_memory_read(w->mem, xg_ld32be(h + 8), got, n, &f));
        assert_memory_equal(got, elf + xg_ld32be(h + 4), n);
        unsigned access = w->mem->access[xg_ld32be(h + 8) >> XG_PAGE_SHIFT];
        assert_int_equal((access & XG_PAGE_W) != 0, (flags & 2) != 0);
        assert_int_equal((access & XG_PAGE_X) != 0, (flags & 1) != 0);
        free(got);
    }
    free(elf);
    xg_image_unload(image, w->heaps);
}

static void foreign_elf_files_are_refused(void **state)
{
    XG_UNUSED(state);
    size_t size;
    uint8_t *elf = read_elf(&size), *copy = malloc(size);
    static const struct {
        uint32_t at;
        uint8_t value;
        const char *what;
    } tries[] = {
        {4, 2, "not a linked 32-bit"},     /* 64 bits */
        {5, 1, "not a linked 32-bit"},     /* little-endian */
        {17, 1, "not a linked 32-bit"},    /* relocatable */
        {19, 62, "not a linked 32-bit"},   /* x86-64 */
        {44, 0xFF, "the program headers"}, /* too many */
        {28, 0x7F, "the program headers"}, /* outside */
        {45, 0, "it has nothing to load"}, /* none */
        {43, 8, "the program headers"},    /* too small */
    };
    for (size_t i = 0; i < XG_COUNTOF(tries); i++) {
        struct xg_error err = {0};
        struct xg_xex *xex;
        memcpy(copy, elf, size);
        copy[tries[i].at] = tries[i].value;
        assert_false(xg_xex_parse("some.elf", copy, size, &xex, &err));
        if (!strstr(err.text, tries[i].what))
            fail_msg("expected \"%s\" in \"%s\"", tries[i].what, err.text);
    }
    for (size_t n = 0; n < 52; n++) {
        struct xg_error err = {0};
        struct xg_xex *xex;
        assert_false(xg_xex_parse("some.elf", elf, n, &xex, &err));
        assert_int_equal(err.kind, XG_E_INPUT);
    }
    free(copy);
    free(elf);
}

/* ---- files on a device ------------------------------------------------------------------------
 */

static void an_executable_loads_from_a_device(void **state)
{
    struct world *w = *state;
    struct xg_error err = {0};
    struct xg_vfs_device *d;
    struct xg_vfs_file *f;
    struct xg_image *image = NULL;
    if (!xg_vfs_folder(built("guest"), false, &d, &err))
        fail_msg("%s", err.text);
    assert_int_equal(xg_vfs_open_on(d, "\\HELLO.XEX", &xg_vfs_to_read, &f, NULL), XG_VFS_OK);
    struct xg_loader_source source = {.path = "disc/hello.xex", .file = f};
    if (!xg_loader_load_source(&source, w->mem, w->heaps, &w->imports, &image, &err))
        fail_msg("%s", err.text);
    assert_string_equal(image->path, "disc/hello.xex");
    assert_int_equal(image->base, 0x82000000);
    xg_image_unload(image, w->heaps);
    xg_vfs_close(f);
    assert_int_equal(xg_vfs_open_on(d, "", &xg_vfs_to_read, &f, NULL), XG_VFS_OK);
    source.file = f;
    assert_false(xg_loader_load_source(&source, w->mem, w->heaps, &w->imports, &image, &err));
    assert_non_null(strstr(err.text, "disc/hello.xex: not a file"));
    xg_vfs_close(f);
    xg_vfs_device_destroy(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exports_are_found_by_ordinal_and_name),
        cmocka_unit_test(resources_are_named_and_placed),
        cmocka_unit_test(a_later_library_than_there_is_is_refused),
        cmocka_unit_test(thunks_to_other_modules_hold_the_address),
        cmocka_unit_test(four_kib_pages_get_their_own_rights),
        cmocka_unit_test(an_elf_program_is_placed_as_linked),
        cmocka_unit_test(foreign_elf_files_are_refused),
        cmocka_unit_test(an_executable_loads_from_a_device),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
