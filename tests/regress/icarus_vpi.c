/* The other end of icarus_device.c, inside vvp: $xg_turn exchanges words with the host and says for
 * how many clocks to go on; $xg_take, $xg_give, $xg_load and $xg_store are the imports of
 * sim/xg_sim_top.sv. Words come on descriptor 3 and go to descriptor 4. */
#include <vpi_user.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define QUEUE (1u << 16)
#define QUIET 8
#define BOARD 0x20000000u
#define EDRAM (2048u * 5120u)

static uint32_t in[QUEUE], in_at, in_count, out[2 + QUEUE], out_count, clocks_due, clocks_done;
static uint8_t *memory[2]; /* board, eDRAM */

static int all(int fd, void *bytes, size_t n, int writing)
{
    for (size_t done = 0; done < n;) {
        ssize_t k = writing ? write(fd, (char *)bytes + done, n - done)
                            : read(fd, (char *)bytes + done, n - done);
        if (k <= 0)
            return 0;
        done += (size_t)k;
    }
    return 1;
}

/* --- arguments --- */

struct arguments {
    vpiHandle list;
};

static struct arguments arguments(void)
{
    return (struct arguments){vpi_iterate(vpiArgument, vpi_handle(vpiSysTfCall, NULL))};
}

/* The next argument's value, of at most 64 bits. */
static uint64_t take_value(struct arguments a)
{
    vpiHandle h = vpi_scan(a.list);
    s_vpi_value v = {.format = vpiVectorVal};
    int bits = vpi_get(vpiSize, h);
    vpi_get_value(h, &v);
    uint64_t x = (uint32_t)(v.value.vector[0].aval & ~v.value.vector[0].bval);
    if (bits > 32)
        x |= (uint64_t)(uint32_t)(v.value.vector[1].aval & ~v.value.vector[1].bval) << 32;
    return x;
}

/* The next argument is a variable of at most 64 bits; it is the last one. */
static void give_value(struct arguments a, uint64_t x)
{
    s_vpi_vecval words[2] = {{(PLI_INT32)x, 0}, {(PLI_INT32)(x >> 32), 0}};
    s_vpi_value v = {.format = vpiVectorVal};
    v.value.vector = words;
    vpi_put_value(vpi_scan(a.list), &v, NULL, vpiNoDelay);
    vpi_free_object(a.list);
}

/* --- the calls: tasks, since a function's width would have to be known to the compiler --- */

/* $xg_turn(ended): at every clock. */
static PLI_INT32 turn(PLI_BYTE8 *unused)
{
    static uint32_t said, quiet;
    (void)unused;
    clocks_done++;
    if (out_count != said) {
        said = out_count;
        quiet = 0;
    } else if (out_count && in_at == in_count) {
        quiet++;
    }
    if (clocks_done < clocks_due && quiet < QUIET && out_count < QUEUE - 8) {
        give_value(arguments(), 0);
        return 0;
    }
    uint32_t head[2];
    out[0] = clocks_done;
    out[1] = out_count;
    int ok = clocks_due == 0 || all(4, out, 8 + 4 * (size_t)out_count, 1);
    uint32_t left = in_count - in_at;
    memmove(in, in + in_at, 4 * (size_t)left);
    ok = ok && all(3, head, 8, 0) && head[1] <= QUEUE - left &&
         all(3, in + left, 4 * (size_t)head[1], 0);
    in_at = 0;
    in_count = left + (ok ? head[1] : 0);
    clocks_due = ok ? head[0] : 0;
    clocks_done = out_count = said = quiet = 0;
    give_value(arguments(), !ok);
    return 0;
}

/* $xg_take(word): bit 32 says that there is one. */
static PLI_INT32 take(PLI_BYTE8 *unused)
{
    (void)unused;
    give_value(arguments(), in_at < in_count ? 1ull << 32 | in[in_at++] : 0);
    return 0;
}

/* $xg_give(word) */
static PLI_INT32 give(PLI_BYTE8 *unused)
{
    (void)unused;
    struct arguments a = arguments();
    uint32_t word = (uint32_t)take_value(a);
    vpi_free_object(a.list);
    if (out_count < QUEUE)
        out[2 + out_count++] = word;
    return 0;
}

/* $xg_load(space, index of a 64-bit word, word) */
static PLI_INT32 load(PLI_BYTE8 *unused)
{
    (void)unused;
    struct arguments a = arguments();
    uint64_t space = take_value(a), word = take_value(a), x;
    memcpy(&x, memory[space & 1] + 8 * word, 8);
    give_value(a, x);
    return 0;
}

/* $xg_store(space, index, word, strobe) */
static PLI_INT32 store(PLI_BYTE8 *unused)
{
    (void)unused;
    struct arguments a = arguments();
    uint64_t space = take_value(a), word = take_value(a);
    uint64_t x = take_value(a), strobe = take_value(a);
    vpi_free_object(a.list);
    for (int i = 0; i < 8; i++)
        if (strobe >> i & 1)
            memory[space & 1][8 * word + (unsigned)i] = (uint8_t)(x >> 8 * i);
    return 0;
}

static void registration(void)
{
    static const struct {
        const char *call;
        PLI_INT32 (*f)(PLI_BYTE8 *);
    } calls[] = {{"$xg_turn", turn},
                 {"$xg_take", take},
                 {"$xg_give", give},
                 {"$xg_load", load},
                 {"$xg_store", store}};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        s_vpi_systf_data d = {
            .type = vpiSysTask, .tfname = (PLI_BYTE8 *)calls[i].call, .calltf = calls[i].f};
        vpi_register_systf(&d);
    }
    memory[0] = mmap(NULL, BOARD, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    memory[1] = mmap(NULL, EDRAM, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory[0] == MAP_FAILED || memory[1] == MAP_FAILED)
        _exit(1);
}

void (*vlog_startup_routines[])(void) = {registration, NULL};
