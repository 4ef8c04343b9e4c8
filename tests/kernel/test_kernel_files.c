/* File exports on a writable folder of the host, and with hostile arguments on open files. */
#include "bench.h"

#include "kernel/file.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_WRITE  0xC0100000u
#define SYNCHRONOUS 0x20u
#define HANDLE_AT   (DATA + 0x00)
#define BLOCK       (DATA + 0x10)
#define ATTRIBUTES  (DATA + 0x20)
#define STRING      (DATA + 0x30)
#define BUFFER      (DATA + 0x1000)

static char folder[64];
static struct xg_vfs *vfs;

static void remove_all(const char *path)
{
    DIR *d = opendir(path);
    char name[512];
    for (struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (unlink(name) != 0)
            remove_all(name);
    }
    if (d)
        closedir(d);
    rmdir(path);
}

static int setup(void **state)
{
    struct bench *b = bench_open();
    struct xg_vfs_device *device;
    struct xg_error err = {0};
    snprintf(folder, sizeof folder, "/tmp/xg_files_XXXXXX");
    assert_non_null(mkdtemp(folder));
    vfs = xg_vfs_create();
    assert_true(xg_vfs_folder(folder, true, &device, &err));
    assert_int_equal(xg_vfs_mount(vfs, "\\Device\\Disk", device), XG_VFS_OK);
    assert_int_equal(xg_vfs_link(vfs, "hdd:", "\\Device\\Disk"), XG_VFS_OK);
    b->k->o.vfs = vfs;
    xg_ga f = begin(b);
    end(b, 0);
    struct xg_thread *t = thread(b, f, 0);
    b->k->running = &b->k->hw[0];
    xg_sched_remove(b->k, t);
    t->state = XG_THREAD_RUNNING;
    b->k->hw[0].current = t;
    *state = b;
    return 0;
}
static int teardown(void **state)
{
    bench_close(*state);
    xg_vfs_destroy(vfs);
    remove_all(folder);
    return 0;
}

static uint32_t invoke(struct bench *b, unsigned row, struct xg_kcall *c, const uint64_t *args,
                       unsigned count)
{
    struct xg_cpu_context *ctx = &b->k->hw[0].current->ctx;
    *c = (struct xg_kcall){.kernel = b->k, .ctx = ctx, .row = (uint16_t)row};
    for (unsigned i = 0; i < count && i < 8; i++)
        ctx->gpr[3 + i] = args[i];
    for (unsigned i = 8; i < count; i++)
        xg_memory_st64(b->mem, (xg_ga)ctx->gpr[1] + 0x50 + 8 * (i - 8), args[i], NULL);
    xg_exports[row].handler(c);
    return (uint32_t)ctx->gpr[3];
}
#define ASK(b, name, ...)                                                                          \
    ask(b, XG_ROW_##name, (const uint64_t[]){__VA_ARGS__}, sizeof((uint64_t[]){__VA_ARGS__}) / 8)
static uint32_t ask(struct bench *b, unsigned row, const uint64_t *args, unsigned count)
{
    struct xg_kcall c;
    uint32_t r = invoke(b, row, &c, args, count);
    assert_false(c.faulted);
    return r;
}

static void put(struct bench *b, xg_ga at, const char *text)
{
    assert_true(xg_memory_write(b->mem, at, text, (uint32_t)strlen(text) + 1, NULL));
}
static void name_is(struct bench *b, const char *name)
{
    put(b, DATA + 0x100, name);
    xg_memory_st32(b->mem, STRING, (uint32_t)strlen(name) << 16 | 0x100, NULL);
    xg_memory_st32(b->mem, STRING + 4, DATA + 0x100, NULL);
    xg_memory_st32(b->mem, ATTRIBUTES, 0xFFFFFFFD, NULL);
    xg_memory_st32(b->mem, ATTRIBUTES + 4, STRING, NULL);
    xg_memory_st32(b->mem, ATTRIBUTES + 8, 0x40, NULL);
}
static uint32_t create(struct bench *b, const char *name, uint32_t disposition, uint32_t options)
{
    name_is(b, name);
    return ASK(b, NtCreateFile, HANDLE_AT, READ_WRITE, ATTRIBUTES, BLOCK, 0, 0x80, 3, disposition,
               options);
}
static bool on_host(const char *name, char *text, size_t size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    size_t n = fread(text, 1, size - 1, f);
    text[n] = 0;
    fclose(f);
    return true;
}

static void what_is_written_is_in_the_file_of_the_host(void **state)
{
    struct bench *b = *state;
    char text[64];
    assert_int_equal(create(b, "hdd:\\save.dat", XG_VFS_CREATE, SYNCHRONOUS), 0);
    uint32_t h = word(b, HANDLE_AT);
    assert_int_equal(word(b, BLOCK + 4), 2); /* created */
    put(b, BUFFER, "hello, disk");
    assert_int_equal(ASK(b, NtWriteFile, h, 0, 0, 0, BLOCK, BUFFER, 11, 0), 0);
    assert_int_equal(word(b, BLOCK + 4), 11);
    put(b, BUFFER, "HELLO");
    xg_memory_st64(b->mem, DATA + 0x40, 0, NULL);
    assert_int_equal(ASK(b, NtWriteFile, h, 0, 0, 0, BLOCK, BUFFER, 5, DATA + 0x40), 0);
    assert_int_equal(ASK(b, NtClose, h), 0);
    assert_true(on_host("save.dat", text, sizeof text));
    assert_string_equal(text, "HELLO, disk");
    assert_int_equal(create(b, "hdd:\\save.dat", XG_VFS_CREATE, SYNCHRONOUS), 0xC0000035);
    assert_int_equal(word(b, HANDLE_AT), UINT32_MAX);
    assert_int_equal(word(b, BLOCK + 4), 4); /* exists */
}

static void end_of_file_rename_and_deletion(void **state)
{
    struct bench *b = *state;
    char text[64];
    assert_int_equal(create(b, "hdd:\\a", XG_VFS_CREATE, SYNCHRONOUS), 0);
    uint32_t h = word(b, HANDLE_AT);
    put(b, BUFFER, "0123456789");
    assert_int_equal(ASK(b, NtWriteFile, h, 0, 0, 0, BLOCK, BUFFER, 10, 0), 0);
    xg_memory_st64(b->mem, BUFFER, 4, NULL);
    assert_int_equal(ASK(b, NtSetInformationFile, h, BLOCK, BUFFER, 8, 20), 0);
    put(b, BUFFER + 0x20, "hdd:\\b");
    xg_memory_st32(b->mem, BUFFER, 0, NULL);
    xg_memory_st32(b->mem, BUFFER + 4, 0, NULL);
    xg_memory_st32(b->mem, BUFFER + 8, 6 << 16 | 7, NULL);
    xg_memory_st32(b->mem, BUFFER + 12, BUFFER + 0x20, NULL);
    assert_int_equal(ASK(b, NtSetInformationFile, h, BLOCK, BUFFER, 16, 10), 0);
    assert_false(on_host("a", text, sizeof text));
    assert_true(on_host("b", text, sizeof text));
    assert_string_equal(text, "0123");
    xg_memory_fill(b->mem, BUFFER, 1, 1, NULL);
    assert_int_equal(ASK(b, NtSetInformationFile, h, BLOCK, BUFFER, 1, 13), 0);
    assert_true(on_host("b", text, sizeof text));
    assert_int_equal(ASK(b, NtClose, h), 0);
    assert_false(on_host("b", text, sizeof text));
}

static void a_directory_handle_is_a_root(void **state)
{
    struct bench *b = *state;
    char text[16];
    assert_int_equal(create(b, "hdd:\\deep", XG_VFS_CREATE, 1), 0);
    uint32_t directory = word(b, HANDLE_AT);
    name_is(b, "inside");
    xg_memory_st32(b->mem, ATTRIBUTES, directory, NULL);
    assert_int_equal(ASK(b, NtCreateFile, HANDLE_AT, READ_WRITE, ATTRIBUTES, BLOCK, 0, 0x80, 3,
                         XG_VFS_OPEN_IF, SYNCHRONOUS | 0x1000),
                     0);
    assert_true(on_host("deep/inside", text, sizeof text));
    assert_int_equal(ASK(b, NtClose, word(b, HANDLE_AT)), 0); /* option 1000: deleted */
    assert_false(on_host("deep/inside", text, sizeof text));
}

/* ---- hostile arguments on handles that are good ---- */

static uint64_t seed = 0x9E3779B97F4A7C15ull;
static uint32_t rnd(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % n;
}

static void no_argument_harms_the_host(void **state)
{
    static const unsigned exports[] = {
        XG_ROW_NtReadFile,
        XG_ROW_NtReadFileScatter,
        XG_ROW_NtWriteFile,
        XG_ROW_NtQueryInformationFile,
        XG_ROW_NtSetInformationFile,
        XG_ROW_NtQueryVolumeInformationFile,
        XG_ROW_NtQueryDirectoryFile,
        XG_ROW_NtQueryFullAttributesFile,
        XG_ROW_NtDeviceIoControlFile,
        XG_ROW_NtFlushBuffersFile,
        XG_ROW_ObCreateSymbolicLink,
        XG_ROW_ObDeleteSymbolicLink,
        XG_ROW_NtOpenFile,
        XG_ROW_XexLoadImage,
        XG_ROW_XexLoadImageFromMemory,
    };
    static const uint32_t values[] = {
        0,    1,          4,          0x10,       0x18,          0x38,   DATA,       BUFFER,
        0x40, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, DATA + 0xFFFE, STRING, ATTRIBUTES, 0x3F000000,
        5,    14,         9,          34,         0x70000,       48};
    struct bench *b = *state;
    print_message("# seed %llx\n", (unsigned long long)seed);
    assert_int_equal(create(b, "hdd:\\file", XG_VFS_OPEN_IF, SYNCHRONOUS), 0);
    uint32_t file = word(b, HANDLE_AT);
    assert_int_equal(create(b, "hdd:\\folder", XG_VFS_OPEN_IF, 1), 0);
    uint32_t directory = word(b, HANDLE_AT);
    for (int i = 0; i < 20000; i++) {
        unsigned row = exports[rnd(XG_COUNTOF(exports))];
        uint64_t args[10];
        struct xg_kcall c;
        for (unsigned n = 0; n < 10; n++)
            args[n] = rnd(16) ? values[rnd(XG_COUNTOF(values))] : seed;
        if (row != XG_ROW_ObCreateSymbolicLink && rnd(8))
            args[0] = rnd(2) ? file : directory;
        if (row == XG_ROW_NtWriteFile) {
            args[6] &= 0xFFFF; /* the disk of the host is not the matter */
            args[7] = 0;
        }
        if (row == XG_ROW_NtSetInformationFile && (args[4] == 19 || args[4] == 20))
            args[4] = 14;
        if (i % 8 == 0)
            for (unsigned o = 0; o < 0x80; o += 4)
                xg_memory_st32(b->mem, DATA + o, values[rnd(XG_COUNTOF(values))], NULL);
        invoke(b, row, &c, args, 10);
        assert_true(!c.faulted || c.ctx->fault.kind != XG_FAULT_NONE);
        struct xg_thread *t = b->k->hw[0].current;
        xg_frames_drop(b->k, &t->calls, NULL);
        xg_apc_rundown(b->k, t);
        struct xg_object *o = xg_handle_object(b->k, file);
        o->file->position &= 0xFFFF; /* no sparse giants */
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const char *env = getenv("XG_SEED");
    if (env)
        seed = strtoull(env, NULL, 0);
    const struct CMUnitTest tests[] = {
        T(what_is_written_is_in_the_file_of_the_host),
        T(end_of_file_rename_and_deletion),
        T(a_directory_handle_is_a_root),
        T(no_argument_harms_the_host),
    };
    return cmocka_run_group_tests_name("kernel_files", tests, NULL, NULL);
}
