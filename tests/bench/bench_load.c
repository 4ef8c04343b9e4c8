/* loader.lzx7mb.ms: an LZX image of 7 MB, from its file to guest memory, with every hash checked;
 * vfs.iso.read.gbps: a file of a disc image that is in the page cache, read by the megabyte.
 * CPU time of the thread, minimum of the runs.
 *   bench_load BUILD_FOLDER [--runs=N] */
#include "loader/loader.h"
#include "tests/bench/clock.h"
#include "tests/bench/figures.h"
#include "vfs/vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_MB 7u
#define DISC_MB  256u
#define CHUNK    (1u << 20)
#define NS_BASE  1e9
#define FOLDER   "bench/load"

struct session {
    const char *build;
    uint32_t runs;
    double load_ms, read_gbps;
};

/* What is compressed is code: this program's own library. */
static bool make_files(const struct session *s, struct xg_error *err)
{
    char command[2048];
    snprintf(
        command, sizeof command,
        "cd %s && mkdir -p " FOLDER "/disc && "
        "head -c %uM libxenogate.a >" FOLDER "/code && "
        "truncate -s %uM " FOLDER "/code && "
        "bin/xexbuild --compression=lzx --window=0x8000 --resource=code:" FOLDER "/code "
        "guest/hello.elf " FOLDER "/lzx.xex && "
        "{ [ -f " FOLDER "/disc/data ] || head -c %uM </dev/urandom >" FOLDER "/disc/data; } && "
        "{ [ -f " FOLDER "/disc.iso ] || bin/mkmedia disc " FOLDER "/disc " FOLDER "/disc.iso; }",
        s->build, IMAGE_MB, IMAGE_MB, DISC_MB);
    return system(command) == 0 || xg_fail(err, XG_E_INPUT, "the files cannot be made");
}

static bool function(void *ctx, const char *module, uint16_t ordinal, uint32_t words[4],
                     struct xg_error *err)
{
    XG_UNUSED(ctx);
    XG_UNUSED(module);
    XG_UNUSED(ordinal);
    XG_UNUSED(err);
    memset(words, 0, 16);
    return true;
}
static bool variable(void *ctx, const char *module, uint16_t ordinal, xg_ga *address,
                     struct xg_error *err)
{
    uint32_t words[4];
    *address = 0;
    return function(ctx, module, ordinal, words, err);
}

static bool load(struct session *s, struct xg_memory *mem, struct xg_heaps *heaps,
                 struct xg_error *err)
{
    char path[1024];
    const struct xg_loader_imports imports = {.function = function, .variable = variable};
    struct xg_image *image;
    snprintf(path, sizeof path, "%s/" FOLDER "/lzx.xex", s->build);
    double start = bench_cpu_time();
    if (!xg_loader_load(path, mem, heaps, &imports, &image, err))
        return false;
    double ms = (bench_cpu_time() - start) * 1e3;
    bool whole = image->size >= IMAGE_MB << 20;
    xg_image_unload(image, heaps);
    if (!s->load_ms || ms < s->load_ms)
        s->load_ms = ms;
    return whole || xg_fail(err, XG_E_INPUT, "%s: the image is smaller than %u MB", path, IMAGE_MB);
}

static bool read_disc(struct session *s, struct xg_error *err)
{
    char path[1024];
    struct xg_vfs_device *disc;
    struct xg_vfs_file *file;
    uint8_t *bytes = malloc(CHUNK);
    size_t got;
    uint64_t at = 0;
    snprintf(path, sizeof path, "%s/" FOLDER "/disc.iso", s->build);
    if (!bytes || !xg_vfs_image(path, &disc, err)) {
        free(bytes);
        return false;
    }
    enum xg_vfs_status st = xg_vfs_open_on(disc, "data", &xg_vfs_to_read, &file, NULL);
    double start = bench_cpu_time();
    while (st == XG_VFS_OK && (st = xg_vfs_read(file, at, bytes, CHUNK, &got)) == XG_VFS_OK)
        at += got;
    double gbps = (double)at / NS_BASE / (bench_cpu_time() - start);
    if (st == XG_VFS_END)
        xg_vfs_close(file);
    xg_vfs_device_destroy(disc);
    free(bytes);
    if (gbps > s->read_gbps)
        s->read_gbps = gbps;
    return at == (uint64_t)DISC_MB << 20 ||
           xg_fail(err, XG_E_INPUT, "%s: %llu bytes were read", path, (unsigned long long)at);
}

static bool measure(struct session *s, struct xg_error *err)
{
    struct xg_memory *mem = xg_memory_create(err);
    struct xg_heaps *heaps = mem ? xg_heaps_create(mem, err) : NULL;
    bool ok = heaps != NULL;
    for (uint32_t i = 0; ok && i < s->runs; i++)
        ok = load(s, mem, heaps, err) && read_disc(s, err);
    xg_heaps_destroy(heaps);
    xg_memory_destroy(mem);
    return ok;
}

static bool record(const struct session *s, struct xg_error *err)
{
    struct bench_figures f;
    char path[1024];
    snprintf(path, sizeof path, "%s/bench.json", s->build);
    bool ok = bench_figures_open(&f, path, err) &&
              bench_figures_set(&f, "loader.lzx7mb.ms", s->load_ms, err) &&
              bench_figures_set(&f, "vfs.iso.read.gbps", s->read_gbps, err) &&
              bench_figures_save(&f, err);
    bench_figures_close(&f);
    printf("loader.lzx7mb.ms         %8.1f\nvfs.iso.read.gbps        %8.2f  (%u runs)\n",
           s->load_ms, s->read_gbps, s->runs);
    return ok;
}

int main(int argc, char **argv)
{
    struct session s = {.runs = 7};
    struct xg_error err = {0};
    for (int i = 2; i < argc; i++)
        if (!strncmp(argv[i], "--runs=", 7))
            s.runs = (uint32_t)strtoul(argv[i] + 7, NULL, 10);
        else
            xg_fail(&err, XG_E_INPUT, "there is no option '%s'", argv[i]);
    if (argc < 2 || !s.runs)
        xg_fail(&err, XG_E_INPUT, "BUILD_FOLDER [--runs=N]");
    else
        s.build = argv[1];
    bool ok = err.kind == XG_OK && make_files(&s, &err) && measure(&s, &err) && record(&s, &err);
    if (!ok)
        fprintf(stderr, "bench_load: %s\n", err.text);
    return ok ? XG_OK : (int)err.kind;
}
