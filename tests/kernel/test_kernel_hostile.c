/* Every implemented export is called with 10,000 sets of hostile arguments (under
 * AddressSanitizer; with 1,000 otherwise): null, unmapped,
 * straddling, MMIO, read-only, huge, and good handles and structures of the wrong kind. The host
 * must come out of each call with a status or a guest fault. One test an export; the machine is
 * made anew after 1,000 sets. XG_SEED, XG_SETS and XG_EXPORT (a name) narrow it down. */
#include "bench.h"

#include "gpu/device.h"
#include "gpu/gpu.h"
#include "input/input.h"
#include "vfs/vfs.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The whole number where it counts: with AddressSanitizer. A tenth of it without. */
#ifdef __SANITIZE_ADDRESS__
#define SETS 10000u
#else
#define SETS 1000u
#endif
#define BATCH     1000u
#define MMIO      0x7FC80000u
#define READ_ONLY 0x00400000u
#define PHYSICAL  0xE1000000u
#define MOST_GOOD 64u

enum { /* good structures in the data page */
       STRING = DATA + 0x1000,
       ATTRIBUTES = DATA + 0x1020,
       WIDE = DATA + 0x1040,
       SECTION = DATA + 0x1080,
       EVENT = DATA + 0x10C0,
       TIMER = DATA + 0x1100,
       DPC = DATA + 0x1140,
       APC = DATA + 0x1180,
       LIST = DATA + 0x11C0,
       RECORD = DATA + 0x1200,
       BLOCK = DATA + 0x1300,
       TEXT = DATA + 0x1400,
       LOCK = DATA + 0x1500,
       SIZE = DATA + 0x1540,
};

static uint64_t seed;
static unsigned sets = SETS;
static char folder[] = "/tmp/xg_hostile_XXXXXX";

static uint32_t rnd(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % below);
}

struct world {
    struct bench *b;
    struct xg_vfs *vfs;
    char content[64]; /* folder that titles may write in; good names for it are rare */
    struct xg_gpu *gpu;
    struct xg_input *input;
    struct xg_thread *thread; /* the caller */
    uint32_t good[MOST_GOOD]; /* handles and objects */
    uint32_t goods;
};

/* ---- the world ---- */

static bool device_read(void *ctx, uint32_t offset, uint32_t *value)
{
    XG_UNUSED(ctx);
    *value = offset;
    return true;
}
static bool device_write(void *ctx, uint32_t offset, uint32_t value)
{
    XG_UNUSED(ctx);
    XG_UNUSED(offset);
    XG_UNUSED(value);
    return true;
}
static void on_interrupt(void *ctx, uint32_t mask)
{
    XG_UNUSED(ctx);
    XG_UNUSED(mask);
}
static void on_swap(void *ctx, xg_pa buffer, uint32_t width, uint32_t height, xg_time when)
{
    XG_UNUSED(ctx);
    XG_UNUSED(buffer);
    XG_UNUSED(width);
    XG_UNUSED(height);
    XG_UNUSED(when);
}

static void drop_text(void *ctx, xg_time now, uint32_t thread, const char *text)
{
    XG_UNUSED(ctx);
    XG_UNUSED(now);
    XG_UNUSED(thread);
    assert_true(strlen(text) < 1 << 20);
}

/* Makes a thread and lets it be the caller, on hardware thread 0. */
static void new_caller(struct world *w)
{
    struct xg_kernel *k = w->b->k;
    struct xg_thread *t = thread(w->b, CODE, 0);
    xg_frames_drop(k, &t->calls, NULL);
    xg_object_reference(k, t->object); /* outlives whatever the calls do */
    w->thread = t;
}

static void stand(struct world *w)
{
    struct xg_kernel *k = w->b->k;
    struct xg_thread *t = w->thread;
    if (t->state == XG_THREAD_TERMINATED) {
        xg_object_release(k, t->object);
        new_caller(w);
        t = w->thread;
    }
    xg_frames_drop(k, &t->calls, NULL);
    xg_frames_drop(k, &k->hw[0].calls, NULL);
    if (t->state == XG_THREAD_WAITING) {
        xg_wait_abandon(k, t);
        xg_wait_drop(k, &t->wait);
    } else {
        xg_sched_remove(k, t);
    }
    t->state = XG_THREAD_RUNNING;
    t->suspend_count = 0;
    t->leaving = t->in_kernel_apc = false;
    t->cpu = 0;
    t->ctx.gpr[1] = t->stack_base - 0x400;
    t->ctx.pc = CODE;
    k->running = &k->hw[0];
    k->hw[0].current = t;
    k->hw[0].dpc_active = false;
    k->state = XG_KERNEL_RUNNING;
    k->terminating = false;
    k->spinning = false;
    xg_set_irql(k, &k->hw[0], 0);
    for (unsigned cpu = 0; cpu < XG_CPUS; cpu++)
        k->hw[cpu].queued = 0;
    if (k->graveyard)
        xg_threads_bury(k);
}

static bool ask(struct world *w, unsigned row, struct xg_kcall *c, const uint64_t *args)
{
    struct xg_cpu_context *ctx = &w->thread->ctx;
    *c = (struct xg_kcall){.kernel = w->b->k, .ctx = ctx, .row = (uint16_t)row};
    for (unsigned i = 0; i < 8; i++)
        ctx->gpr[3 + i] = args[i];
    for (unsigned i = 8; i < 10; i++)
        xg_memory_st64(w->b->mem, (xg_ga)ctx->gpr[1] + 0x50 + 8 * (i - 8), args[i], NULL);
    ctx->fault.kind = XG_FAULT_NONE;
    enum xg_kcall_result r = xg_exports[row].handler(c);
    return r != XG_KCALL_FAULT || c->faulted;
}

/* Calls an export that gives a handle at SIZE, and keeps the handle and its object. */
static void keep(struct world *w, unsigned row, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4)
{
    const uint64_t args[10] = {SIZE, a1, a2, a3, a4};
    struct xg_kcall c;
    ask(w, row, &c, args);
    uint32_t handle = word(w->b, SIZE);
    struct xg_object *o = xg_handle_object(w->b->k, handle);
    assert_non_null(o);
    w->good[w->goods++] = handle;
    w->good[w->goods++] = o->body;
    stand(w);
}

static void good_structures(struct bench *b)
{
    static const char text[] = "hdd:\\file";
    static const uint32_t words[] = {
        STRING,     0x0009000A,     STRING + 4, TEXT,       ATTRIBUTES, 0,          ATTRIBUTES + 4,
        STRING,     ATTRIBUTES + 8, 0x40,       WIDE,       0x00060008, WIDE + 4,   WIDE + 8,
        WIDE + 8,   0x00410042,     WIDE + 12,  0x00430000, SECTION,    0x01000400, SECTION + 0x10,
        0xFFFFFFFF, EVENT,          0x01000400, EVENT + 4,  1,          TIMER,      0x08000A00,
        DPC,        0x00130000,     DPC + 0xC,  CODE,       APC,        0x00120000, RECORD,
        0xE06D7363, RECORD + 16,    3,          LOCK,       0xFFFFFFFF, SIZE,       0x100};
    for (unsigned i = 0; i < XG_COUNTOF(words); i += 2)
        xg_memory_st32(b->mem, words[i], words[i + 1], NULL);
    xg_memory_write(b->mem, TEXT, text, sizeof text, NULL);
}

/* Console keys by numbers that hostile() likes. */
static const struct xg_keys some_keys = {
    4, {{"xekey01", {1}}, {"xekey10", {2}}, {"xekey17", {3}}, {"xekey19", {4}}}};

static void open_world(struct world *w)
{
    static const struct xg_mmio_ops ops = {.read32 = device_read, .write32 = device_write};
    static const struct xg_gpu_client client = {.interrupt = on_interrupt, .swap = on_swap};
    struct xg_vfs_device *device;
    struct xg_error err = {0};
    *w = (struct world){.b = bench_open(), .input = xg_input_create()};
    struct bench *b = w->b;
    b->hooks.on_debug_text = drop_text;
    assert_true(xg_memory_map_device(b->mem, "gpu", MMIO, 0x10000, &ops, &err));
    w->gpu = xg_gpu_create(b->mem, xg_device_null_create, &client, &b->hooks, &err);
    assert_non_null(w->gpu);
    xg_kernel_set_gpu(b->k, w->gpu);
    w->vfs = b->k->o.vfs = xg_vfs_create();
    assert_true(xg_vfs_folder(folder, false, &device, &err));
    assert_int_equal(xg_vfs_mount(w->vfs, "\\Device\\Disk", device), XG_VFS_OK);
    assert_int_equal(xg_vfs_link(w->vfs, "hdd:", "\\Device\\Disk"), XG_VFS_OK);
    snprintf(w->content, sizeof w->content, "%s/content", folder);
    b->k->o.content = xg_vfs_folder_when_used(w->content);
    b->k->o.content_path = w->content;
    assert_int_equal(xg_vfs_mount(w->vfs, "\\Device\\Content", b->k->o.content), XG_VFS_OK);
    b->k->o.input = w->input;
    b->k->o.keys = &some_keys;
    xg_input_set(w->input, 0, 0, &(struct xg_pad){.connected = true});
    xg_module_create(b->k, "xboxkrnl.exe", NULL, "xboxkrnl");
    xg_module_create(b->k, "xam.xex", NULL, "xam");
    xg_ga at = READ_ONLY;
    xg_heap_alloc_at(xg_heaps_at(b->heaps, at), at, 0x1000, XG_MEM_RESERVE | XG_MEM_COMMIT,
                     XG_PAGE_READONLY);
    xg_heap_alloc_at(xg_heaps_at(b->heaps, PHYSICAL), PHYSICAL, 0x2000,
                     XG_MEM_RESERVE | XG_MEM_COMMIT, XG_PAGE_READWRITE);
    begin(b);
    end(b, 0);
    new_caller(w);
    stand(w);
    keep(w, XG_ROW_NtCreateEvent, 0, 1, 1, 0);
    keep(w, XG_ROW_NtCreateSemaphore, 0, 1, 5, 0);
    keep(w, XG_ROW_NtCreateMutant, 0, 1, 0, 0);
    keep(w, XG_ROW_NtCreateTimer, 0, 0, 0, 0);
    keep(w, XG_ROW_NtCreateIoCompletion, 0, 0, 0, 0);
    good_structures(b);
    keep(w, XG_ROW_NtOpenFile, 0x80100001, ATTRIBUTES, BLOCK, 3);
    xg_memory_write(b->mem, TEXT, "hdd:", 5, NULL);
    xg_memory_st32(b->mem, STRING, 0x00040005, NULL);
    keep(w, XG_ROW_NtOpenFile, 0x80100001, ATTRIBUTES, BLOCK, 3);
    good_structures(b);
    struct xg_thread *other = thread(b, CODE, 3);
    w->good[w->goods++] = xg_handle_add(b->k, other->object);
    w->good[w->goods++] = other->object->body;
    for (const struct xg_module *m = b->k->modules; m; m = m->next)
        w->good[w->goods++] = m->entry;
    w->good[w->goods++] = xg_pool_alloc(b->k, 0x100, 1);
}

static void close_world(struct world *w)
{
    xg_kernel_set_gpu(w->b->k, NULL);
    xg_gpu_destroy(w->gpu);
    bench_close(w->b);
    xg_vfs_destroy(w->vfs);
    xg_input_destroy(w->input);
}

/* ---- arguments ---- */

static uint64_t hostile(struct world *w)
{
    static const uint32_t values[] = {
        0,          1,          2,          3,          4,          8,          0x10,
        0x18,       0x38,       0x40,       0xFF,       0xFFFF,     0x10000,    0x7FFFFFFF,
        0x80000000, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xF8000010, 0xF8000014, 0xF8100000,
        0x1000,     0x2000,     0x3000,     0x8000,     0x20001000, 0x20002000, 0x80000004,
        0x82000000, 0x7FEA0000, 0x7F100000, 0xFFCFFFFE, 0xFFFFFFFC, 0xA0000000, 0xC0000000,
        0x30000000, 0xFFFFF};
    static const uint32_t places[] = {STRING,
                                      ATTRIBUTES,
                                      WIDE,
                                      SECTION,
                                      EVENT,
                                      TIMER,
                                      DPC,
                                      APC,
                                      LIST,
                                      RECORD,
                                      BLOCK,
                                      TEXT,
                                      LOCK,
                                      SIZE,
                                      CODE,
                                      DATA,
                                      DATA + 0xFFFC,
                                      DATA + 0xFFFE,
                                      DATA + 0xFFFF,
                                      DATA + 0x10000,
                                      DATA + 0xFFF0,
                                      READ_ONLY,
                                      READ_ONLY + 0xFFE,
                                      MMIO + 0x714,
                                      MMIO + 2,
                                      MMIO - 4,
                                      MMIO + 0xFFFE,
                                      PHYSICAL + 0x1FFE,
                                      PHYSICAL,
                                      DATA + 0x801};
    switch (rnd(8)) {
    case 0:
        return seed;
    case 1:
        return w->good[rnd(w->goods)];
    case 2:
        return xg_current_kthread(w->b->k) + rnd(16);
    case 3:
        return DATA + rnd(0x10000);
    case 4:
    case 5:
        return places[rnd(XG_COUNTOF(places))];
    default:
        return values[rnd(XG_COUNTOF(values))];
    }
}

static void scramble(struct world *w)
{
    good_structures(w->b);
    for (unsigned i = 0; i < 0x200; i += 4)
        xg_memory_st32(w->b->mem, DATA + i, (uint32_t)hostile(w), NULL);
    for (unsigned i = 0; i < 16; i++)
        xg_memory_st32(w->b->mem, DATA + 0x1000 + 4 * rnd(0x150), (uint32_t)hostile(w), NULL);
    if (!rnd(4))
        xg_memory_write(w->b->mem, TEXT, "hdd:\\file\0%s%n%Z%*d%S", 22, NULL);
}

/* The effects that calls left behind - callbacks, timers, other threads - run for a while, too. */
static void let_run(struct world *w)
{
    struct xg_kernel *k = w->b->k;
    k->running = NULL;
    for (unsigned i = 0; i < 3; i++)
        xg_kernel_run(k, k->instructions + 20000);
    assert_true(k->state != XG_KERNEL_FAULTED || k->stop_text[0]);
}

static void no_argument_harms_the_host(void **state)
{
    unsigned row = (unsigned)(uintptr_t)*state;
    seed = (seed ^ row) * 0x9E3779B97F4A7C15u + 1;
    struct world w;
    for (unsigned i = 0; i < sets; i++) {
        uint64_t args[10];
        struct xg_kcall c;
        if (i % BATCH == 0)
            open_world(&w);
        if (i % 32 == 0)
            scramble(&w);
        for (unsigned n = 0; n < 10; n++)
            args[n] = hostile(&w);
        if (!ask(&w, row, &c, args))
            fail_msg("%s answers FAULT without one", xg_exports[row].name);
        assert_true(!c.faulted || c.ctx->fault.kind != XG_FAULT_NONE);
        stand(&w);
        if (i % BATCH == BATCH - 1 || i + 1 == sets) {
            let_run(&w);
            close_world(&w);
        }
    }
}

/* ---- one test an export ---- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t first_seed = 0x9E3779B97F4A7C15u;
static double started;
static int setup(void **state)
{
    XG_UNUSED(state);
    seed = first_seed;
    started = seconds();
    return 0;
}
static int teardown(void **state)
{
    double took = seconds() - started;
    if (took > 0.5)
        print_message("# %s: %.1f s\n", xg_exports[(uintptr_t)*state].name, took);
    return 0;
}

static void make_file(const char *path)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("some bytes of a file", f);
    fclose(f);
}

int main(void)
{
    static struct CMUnitTest tests[4096];
    const char *only = getenv("XG_EXPORT"), *env = getenv("XG_SEED"), *count = getenv("XG_SETS");
    size_t n = 0;
    char path[64];
    if (env)
        first_seed = strtoull(env, NULL, 0);
    if (count)
        sets = (unsigned)strtoul(count, NULL, 0);
    for (uintptr_t row = 0; row < xg_export_count && n < XG_COUNTOF(tests); row++)
        if (xg_exports[row].handler && (!only || !strcmp(only, xg_exports[row].name)))
            tests[n++] = (struct CMUnitTest){xg_exports[row].name, no_argument_harms_the_host,
                                             setup, teardown, (void *)row};
    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof path, "%s/file", folder);
    make_file(path);
    print_message("# %zu exports, %u sets each, seed %llx\n", n, sets,
                  (unsigned long long)first_seed);
    int failures = _cmocka_run_group_tests("kernel_hostile", tests, n, NULL, NULL);
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? failures : 2;
}
