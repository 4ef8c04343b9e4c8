/* The GPU front with a scripted device: when effects become visible, who is told, what a
 * wait does to time. Times are written out: 2 ns a clock. */
#include "gpu/xg_device_gen.h"
#include "tests/gpu/front_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS 1000000u

/* --- a device that says what the script tells it --- */

enum act {
    SAY_MEM,
    SAY_IRQ,
    SAY_SWAP,
    SAY_IDLE,
    SAY_ERROR,
    PARK_MEMORY,
    PARK_COND,
    PARK_REGISTER,
    DRAW,
    SPIN,
    FAIL
};
struct line {
    enum act act;
    uint64_t cost;
    uint32_t address, value; /* SAY_MEM: dword stored big-endian; PARK_*: operand, reference */
};
struct fake {
    struct xg_device device;
    struct xg_device_host host;
    const struct line *script;
    size_t at, lines;
    bool parked_memory, parked_register, parked_draw;
    uint32_t regs[0x4000], kicks, last_kick, done_draws, answers, last_answer, dirty_pages, vblank;
    uint64_t retired;
    struct xg_gpu_counters counters;
};
static struct fake *fake;
static const struct line *next_script;
static size_t next_lines;

static void fake_destroy(struct xg_device *d)
{
    free(d);
}
static void fake_reset(struct xg_device *d)
{
    XG_UNUSED(d);
}
static void fake_ring(struct xg_device *d, xg_pa base, uint32_t log2)
{
    XG_UNUSED(d);
    XG_UNUSED(base);
    XG_UNUSED(log2);
}
static void fake_rptr_wb(struct xg_device *d, xg_pa a)
{
    XG_UNUSED(d);
    XG_UNUSED(a);
}
static uint32_t fake_reg_read(struct xg_device *d, uint32_t i)
{
    return ((struct fake *)d)->regs[i];
}
static void fake_reg_write(struct xg_device *d, uint32_t i, uint32_t v)
{
    struct fake *f = (struct fake *)d;
    f->regs[i] = v;
    if (f->parked_register && v == 1)
        f->parked_register = false;
}
static void fake_vblank(struct xg_device *d, uint32_t n)
{
    ((struct fake *)d)->vblank = n;
}
static void fake_kick(struct xg_device *d, uint32_t w)
{
    ((struct fake *)d)->kicks++;
    ((struct fake *)d)->last_kick = w;
}
static void say(struct fake *f, const struct line *l)
{
    uint8_t bytes[4];
    struct xg_gpu_wait wait = {.function = 3,
                               .endian = 2,
                               .address = l->address,
                               .reference = l->value,
                               .mask = ~0u,
                               .is_register = l->act == PARK_REGISTER,
                               .conditional = l->act == PARK_COND};
    const struct xg_gpu_reg reg = {0x2100, 7};
    struct xg_gpu_draw draw = {.sequence = 5, .initiator = l->value, .regs = &reg, .reg_count = 1};
    struct xg_gpu_effect e = {
        .cost = l->cost, .packet = (uint32_t)f->at, .address = l->address, .value = l->value};
    switch (l->act) {
    case SAY_MEM:
        e.kind = XG_GPU_MEM;
        e.size = 4;
        e.bytes = bytes;
        xg_st32be(bytes, l->value);
        break;
    case SAY_IRQ:
        e.kind = XG_GPU_IRQ;
        break;
    case SAY_SWAP:
        e.kind = XG_GPU_SWAP;
        e.width = 640;
        e.height = 480;
        break;
    case SAY_IDLE:
        e.kind = XG_GPU_IDLE;
        break;
    case SAY_ERROR:
        e.kind = XG_GPU_ERROR;
        break;
    case DRAW:
        e.kind = XG_GPU_DELEGATE;
        e.draw = &draw;
        break;
    default:
        e.kind = XG_GPU_WAIT;
        e.wait = &wait;
        break;
    }
    f->host.effect(f->host.ctx, &e);
}
static enum xg_device_state fake_run(struct xg_device *d, uint64_t packets)
{
    struct fake *f = (struct fake *)d;
    for (;;) {
        if (f->parked_memory || f->parked_register)
            return XG_DEVICE_WAITING;
        if (f->parked_draw)
            return XG_DEVICE_DELEGATING;
        if (f->at == f->lines || f->script[f->at].act == SAY_IDLE) {
            if (f->at < f->lines)
                say(f, &f->script[f->at++]);
            return XG_DEVICE_IDLE;
        }
        const struct line *l = &f->script[f->at];
        if (l->act == SPIN) { /* packets without effects, for ever */
            f->counters.packets += packets;
            f->counters.dwords += packets * 11; /* ten words of payload each */
            return XG_DEVICE_BUSY;
        }
        f->at++;
        if (l->act == FAIL)
            return XG_DEVICE_FAILED;
        f->parked_memory = l->act == PARK_MEMORY || l->act == PARK_COND;
        f->parked_register = l->act == PARK_REGISTER;
        f->parked_draw = l->act == DRAW;
        say(f, l);
    }
}
static void fake_wait_done(struct xg_device *d, bool result)
{
    struct fake *f = (struct fake *)d;
    f->parked_memory = false;
    f->answers++;
    f->last_answer = result;
}
static void fake_delegate_done(struct xg_device *d, uint32_t sequence)
{
    struct fake *f = (struct fake *)d;
    assert_int_equal(sequence, 5);
    f->parked_draw = false;
    f->done_draws++;
}
static void fake_tile_read(struct xg_device *d, uint32_t t, uint8_t *b)
{
    XG_UNUSED(d);
    XG_UNUSED(t);
    XG_UNUSED(b);
}
static void fake_tile_write(struct xg_device *d, uint32_t t, const uint8_t *b)
{
    XG_UNUSED(d);
    XG_UNUSED(t);
    XG_UNUSED(b);
}
static void fake_page_dirty(struct xg_device *d, xg_pa page)
{
    XG_UNUSED(page);
    ((struct fake *)d)->dirty_pages++;
}
static void fake_retire(struct xg_device *d, uint64_t cost)
{
    ((struct fake *)d)->retired = cost;
}
static void fake_trace(struct xg_device *d, bool on)
{
    XG_UNUSED(d);
    XG_UNUSED(on);
}
static uint32_t fake_errors(const struct xg_device *d)
{
    XG_UNUSED(d);
    return 0;
}
static void fake_counters(struct xg_device *d, struct xg_gpu_counters *c)
{
    *c = ((struct fake *)d)->counters;
}
static const char *fake_failure(const struct xg_device *d)
{
    XG_UNUSED(d);
    return "the board was unplugged";
}
static const struct xg_device_ops fake_ops = {"fake",
                                              fake_destroy,
                                              fake_reset,
                                              fake_ring,
                                              fake_rptr_wb,
                                              fake_reg_read,
                                              fake_reg_write,
                                              fake_vblank,
                                              fake_kick,
                                              fake_run,
                                              fake_wait_done,
                                              fake_delegate_done,
                                              fake_tile_read,
                                              fake_tile_write,
                                              fake_page_dirty,
                                              fake_retire,
                                              fake_trace,
                                              fake_errors,
                                              fake_counters,
                                              fake_failure,
                                              NULL,
                                              NULL,
                                              NULL};

static struct xg_device *fake_create(const struct xg_device_host *host, struct xg_error *err)
{
    XG_UNUSED(err);
    fake = calloc(1, sizeof *fake);
    fake->device.ops = &fake_ops;
    fake->host = *host;
    fake->script = next_script;
    fake->lines = next_lines;
    return &fake->device;
}

/* --- fixture --- */

static void on_interrupt(void *ctx, uint32_t mask)
{
    XG_UNUSED(ctx);
    note("irq %x;", mask);
}
static void on_swap(void *ctx, xg_pa a, uint32_t w, uint32_t h, xg_time when)
{
    XG_UNUSED(ctx);
    note("swap %x %ux%u at %llu;", a, w, h, (unsigned long long)when);
}
static void on_packet(void *ctx, const struct xg_hook_packet *p)
{
    XG_UNUSED(ctx);
    note("p%u k%u at %llu;", p->packet, p->kind, (unsigned long long)p->now);
}

static void start(const struct line *script, size_t lines)
{
    const struct xg_gpu_client client = {.interrupt = on_interrupt, .swap = on_swap};
    struct xg_error err = {0};
    next_script = script;
    next_lines = lines;
    gpu = xg_gpu_create(mem, fake_create, &client, &hooks, &err);
    assert_non_null(gpu);
}
#define START(...)                                                                                 \
    static const struct line script_[] = {__VA_ARGS__};                                            \
    start(script_, XG_COUNTOF(script_))

static void kick(xg_time now)
{
    xg_gpu_mmio_write(gpu, XG_REG_CP_RB_WPTR, 8, now);
}
static uint32_t guest_word(xg_pa pa)
{
    return xg_ld32be(mem->phys + pa);
}

/* --- tests --- */

static void effects_become_visible_at_their_cost_after_the_kick(void **state)
{
    XG_UNUSED(state);
    START({SAY_MEM, 50, 0x1000, 0xAABBCCDD}, {SAY_IDLE, 60, 0, 8});
    kick(1000);
    assert_int_equal(xg_gpu_next_event(gpu), 1100);
    assert_true(xg_gpu_advance(gpu, 1099));
    assert_int_equal(guest_word(0x1000), 0);
    assert_true(xg_gpu_advance(gpu, 1100));
    assert_int_equal(guest_word(0x1000), 0xAABBCCDD);
    assert_int_equal(xg_gpu_mmio_read(gpu, 0x1C4, 1100), 0);
    assert_int_equal(xg_gpu_next_event(gpu), 1120);
    xg_gpu_advance(gpu, 1120);
    assert_int_equal(xg_gpu_mmio_read(gpu, 0x1C4, 1120), 8);
    assert_int_equal(xg_gpu_next_event(gpu), UINT64_MAX);
    assert_int_equal(fake->retired, 60);
}

static void interrupts_and_swaps_are_told_in_order_with_their_time(void **state)
{
    XG_UNUSED(state);
    START({SAY_SWAP, 10, 0x5000, 0}, {SAY_IRQ, 20, 0, 4}, {SAY_IDLE, 30, 0, 8});
    kick(0);
    assert_string_equal(log_text, ""); /* never from inside an MMIO access */
    xg_gpu_advance(gpu, 500);
    assert_string_equal(log_text, "swap 5000 640x480 at 20;irq 4;");
}

static void work_kicked_while_busy_follows_the_work_before(void **state)
{
    XG_UNUSED(state);
    START({SAY_IDLE, 1000, 0, 8}, {SAY_MEM, 1010, 0x1000, 1}, {SAY_IDLE, 1010, 0, 8},
          {SAY_MEM, 1020, 0x1004, 1}, {SAY_IDLE, 1020, 0, 8});
    kick(100); /* busy until 100 + 2000 */
    kick(200);
    assert_int_equal(xg_gpu_next_event(gpu), 2100);
    xg_gpu_advance(gpu, 2119);
    assert_int_equal(guest_word(0x1000), 0);
    xg_gpu_advance(gpu, 2120);
    assert_int_equal(guest_word(0x1000), 1);
    kick(10000); /* idle since: starts at the kick */
    assert_int_equal(xg_gpu_next_event(gpu), 10020);
}

static void a_memory_wait_is_evaluated_when_the_guest_gets_there(void **state)
{
    XG_UNUSED(state);
    START({PARK_MEMORY, 100, 0x2000, 7}, {SAY_IRQ, 110, 0, 1}, {SAY_IDLE, 120, 0, 8});
    xg_st32be(mem->phys + 0x2000, 7); /* true now, */
    kick(0);
    assert_int_equal(fake->answers, 0);
    xg_st32be(mem->phys + 0x2000, 6); /* false when it is due */
    xg_gpu_advance(gpu, 200);
    assert_int_equal(fake->answers, 0);
    assert_int_equal(xg_gpu_next_event(gpu), UINT64_MAX);
    assert_non_null(
        strstr(xg_gpu_waiting_for(gpu), "memory 0x00002000 & 0xFFFFFFFF == 0x00000007"));
    assert_non_null(strstr(xg_gpu_waiting_for(gpu), "holds 0x00000006"));
    xg_st32be(mem->phys + 0x2000, 7);
    xg_gpu_advance(gpu, 5000); /* the wait ends here, work goes on from here */
    assert_int_equal(fake->answers, 1);
    assert_null(xg_gpu_waiting_for(gpu));
    assert_int_equal(xg_gpu_next_event(gpu), 5020);
}

static void a_wait_that_is_true_costs_no_time(void **state)
{
    XG_UNUSED(state);
    START({PARK_MEMORY, 100, 0x2000, 0}, {SAY_IRQ, 110, 0, 1}, {SAY_IDLE, 120, 0, 8});
    kick(0);
    xg_gpu_advance(gpu, 210);
    assert_int_equal(xg_gpu_next_event(gpu), 220);
    xg_gpu_advance(gpu, 220);
    assert_string_equal(log_text, "irq 1;");
}

static void a_wait_sees_the_devices_own_earlier_write(void **state)
{
    XG_UNUSED(state);
    START({SAY_MEM, 90, 0x2000, 7}, {PARK_MEMORY, 100, 0x2000, 7}, {SAY_IDLE, 120, 0, 8});
    kick(0);
    xg_gpu_advance(gpu, 10000);
    assert_int_equal(xg_gpu_mmio_read(gpu, 0x1C4, 10000), 8);
}

static void conditional_writes_are_answered_once_either_way(void **state)
{
    XG_UNUSED(state);
    START({PARK_COND, 100, 0x2000, 7}, {PARK_COND, 110, 0x2000, 0}, {SAY_IDLE, 120, 0, 8});
    kick(0);
    xg_gpu_advance(gpu, 200);
    assert_int_equal(fake->answers, 1);
    assert_int_equal(fake->last_answer, 0);
    xg_gpu_advance(gpu, 240);
    assert_int_equal(fake->answers, 2);
    assert_int_equal(fake->last_answer, 1);
    assert_int_equal(xg_gpu_mmio_read(gpu, 0x1C4, 240), 8);
}

static void a_register_wait_ends_with_a_write_of_the_guest(void **state)
{
    XG_UNUSED(state);
    START({PARK_REGISTER, 100, 0x578, 1}, {SAY_IDLE, 120, 0, 8});
    kick(0);
    xg_gpu_advance(gpu, 1000);
    assert_non_null(strstr(xg_gpu_waiting_for(gpu), "register 0x0578"));
    kick(1500); /* more work does not end it */
    xg_gpu_mmio_write(gpu, 0x579, 2, 2000);
    assert_non_null(xg_gpu_waiting_for(gpu));
    xg_gpu_mmio_write(gpu, 0x578, 1, 3000);
    assert_null(xg_gpu_waiting_for(gpu));
    assert_int_equal(xg_gpu_next_event(gpu), 3000 + 40);
}

static void an_old_wait_does_not_answer_a_new_one(void **state)
{
    XG_UNUSED(state);
    START({PARK_REGISTER, 1000, 0x578, 1}, {PARK_MEMORY, 2000, 0x2000, 0}, {SAY_IDLE, 2000, 0, 8});
    kick(0);
    xg_gpu_mmio_write(gpu, 0x578, 1, 100); /* before the guest has seen the first wait */
    xg_gpu_advance(gpu, 2000);
    assert_int_equal(fake->answers, 0); /* the second is due at 4000 */
    xg_gpu_advance(gpu, 4000);
    assert_int_equal(fake->answers, 1);
}

static void endless_work_is_run_in_bounded_bursts(void **state)
{
    XG_UNUSED(state);
    START({SPIN, 0, 0, 0});
    kick(0);
    uint64_t first = fake->counters.packets;
    /* a millisecond ahead: 500,000 clocks at 12 clocks a packet, and at most two bursts more */
    assert_true(first >= 500000 / 12 && first <= 500000 / 12 + 2000);
    assert_true(xg_gpu_advance(gpu, 0));
    assert_int_equal(fake->counters.packets, first);
    xg_time next = xg_gpu_next_event(gpu);
    assert_true(next > 400000 && next < MS);
    assert_true(xg_gpu_advance(gpu, next + 200000));
    assert_true(fake->counters.packets > first);
    assert_true(xg_gpu_next_event(gpu) > next + 200000);
}

static uint32_t drawn, drawn_saw;
static void renderer(void *ctx, struct xg_device *device, const struct xg_gpu_draw *draw,
                     const struct xg_device_host *view)
{
    assert_ptr_equal(ctx, &drawn);
    assert_ptr_equal(device, &fake->device);
    assert_int_equal(draw->reg_count, 1);
    assert_int_equal(draw->regs[0].index, 0x2100);
    drawn = draw->initiator;
    drawn_saw = xg_ld32be(view->page(view->ctx, 0x3000) + 0x10);
}

static void the_renderer_sees_writes_that_the_guest_does_not_see_yet(void **state)
{
    XG_UNUSED(state);
    START({SAY_MEM, 100, 0x3010, 0x1234}, {DRAW, 200, 0, 0x30003}, {SAY_IDLE, 300, 0, 8});
    xg_gpu_set_renderer(gpu, renderer, &drawn);
    kick(0);
    assert_int_equal(drawn, 0x30003);
    assert_int_equal(drawn_saw, 0x1234);
    assert_int_equal(guest_word(0x3010), 0);
    assert_int_equal(fake->done_draws, 1);
    xg_gpu_advance(gpu, 600);
    assert_int_equal(guest_word(0x3010), 0x1234);
}

static void without_a_renderer_draws_are_dropped(void **state)
{
    XG_UNUSED(state);
    START({DRAW, 200, 0, 0x30003}, {DRAW, 200, 0, 0x30003}, {SAY_IDLE, 300, 0, 8});
    kick(0);
    xg_gpu_advance(gpu, 600);
    assert_int_equal(fake->done_draws, 2);
    assert_int_equal(xg_gpu_mmio_read(gpu, 0x1C4, 600), 8);
}

static uint32_t dropped_code; /* of the page that was marked */
static void drop(void *ctx, xg_ga page)
{
    XG_UNUSED(ctx);
    dropped_code += page == 0xA0005000; /* every window is told */
}

static void device_writes_drop_translated_code_but_tell_no_watcher(void **state)
{
    XG_UNUSED(state);
    START({SAY_MEM, 10, 0x5000, 1}, {SAY_IDLE, 10, 0, 8});
    struct xg_error err = {0};
    assert_true(
        xg_memory_protect(mem, 0xA0005000, 0x1000, XG_PAGE_R | XG_PAGE_W | XG_PAGE_X, &err));
    xg_memory_set_code_owner(mem, drop, NULL);
    xg_memory_mark_code(mem, 0xA0005000, 4);
    fake->host.watch(fake->host.ctx, 0x5000);
    kick(0);
    xg_gpu_advance(gpu, 100);
    assert_int_equal(dropped_code, 1);
    assert_int_equal(fake->dirty_pages, 0);
    struct xg_fault f;
    assert_true(xg_memory_st32(mem, 0xA0005000, 2, &f)); /* the CPU's first store does */
    assert_true(xg_memory_st32(mem, 0xA0005000, 3, &f));
    assert_int_equal(fake->dirty_pages, 1);
}

static void writes_of_equal_cost_are_retired_together(void **state)
{
    XG_UNUSED(state);
    START({SAY_MEM, 10, 0x1000, 1}, {PARK_MEMORY, 10, 0x2000, 5}, {SAY_MEM, 10, 0x1004, 1},
          {SAY_IDLE, 20, 0, 8});
    kick(0);
    xg_gpu_advance(gpu, 20);
    assert_int_equal(fake->retired, 10);
    xg_st32be(mem->phys + 0x2000, 5);
    xg_gpu_advance(gpu, 500);
    assert_int_equal(guest_word(0x1004), 1);
    assert_int_equal(fake->retired, 10);
    xg_gpu_advance(gpu, 520);
    assert_int_equal(fake->retired, 20);
}

static void a_failed_device_says_why(void **state)
{
    XG_UNUSED(state);
    START({FAIL, 0, 0, 0});
    assert_null(xg_gpu_error(gpu));
    kick(0);
    assert_false(xg_gpu_advance(gpu, 0));
    assert_string_equal(xg_gpu_error(gpu), "the board was unplugged");
    kick(10); /* harmless */
    assert_false(xg_gpu_advance(gpu, 20));
}

static void a_write_outside_memory_is_refused(void **state)
{
    XG_UNUSED(state);
    START({SAY_MEM, 10, 0x20000000, 1}, {SAY_IDLE, 20, 0, 8});
    kick(0);
    assert_false(xg_gpu_advance(gpu, 1000));
    assert_non_null(strstr(xg_gpu_error(gpu), "contract"));
}

static void special_registers_read_as_on_the_console(void **state)
{
    XG_UNUSED(state);
    START({SAY_IDLE, 0, 0, 0});
    assert_int_equal(xg_gpu_mmio_read(gpu, 0x0F00, 0), 0x08100748);
    assert_int_equal(xg_gpu_mmio_read(gpu, 0x0F01, 0), 0x200E);
    assert_int_equal(xg_gpu_mmio_read(gpu, 0x1961, 0), 0x050002D0);
    assert_int_equal(xg_gpu_mmio_read(gpu, 0x1951, 0), 0);
    xg_gpu_set_vblank_pending(gpu, true);
    assert_int_equal(xg_gpu_mmio_read(gpu, 0x1951, 0), 1);
    xg_gpu_mmio_write(gpu, 0x2100, 99, 0);
    assert_int_equal(xg_gpu_mmio_read(gpu, 0x2100, 0), 99);
    assert_int_equal(xg_gpu_mmio_read(gpu, 0xFFFF, 0), 0);
    xg_gpu_vblank(gpu, 0);
    xg_gpu_vblank(gpu, 0);
    assert_int_equal(fake->vblank, 2);
    kick(0);
    assert_int_equal(xg_gpu_mmio_read(gpu, 0x1C5, 0), 8);
}

static void hooks_hear_of_effects_when_they_become_visible(void **state)
{
    XG_UNUSED(state);
    hooks.on_packet = on_packet;
    START({SAY_MEM, 10, 0x1000, 1}, {SAY_ERROR, 12, 0, 1}, {SAY_IDLE, 15, 0, 8});
    kick(100);
    xg_gpu_advance(gpu, 123);
    assert_string_equal(log_text, "p1 k1 at 120;");
    xg_gpu_advance(gpu, 200);
    assert_string_equal(log_text, "p1 k1 at 120;p2 k7 at 124;p3 k6 at 130;");
}

/* --- with the real model behind it --- */

static void ring_words(const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        xg_st32be(mem->phys + RING + 4 * i, words[i]);
}

static void a_fence_program_synchronises_both_ways(void **state)
{
    XG_UNUSED(state);
    const struct xg_gpu_client client = {.interrupt = on_interrupt, .swap = on_swap};
    struct xg_error err = {0};
    gpu = xg_gpu_create(mem, xg_device_model_create, &client, NULL, &err);
    assert_non_null(gpu);
    xg_gpu_ring(gpu, RING, 10);
    xg_gpu_rptr_writeback(gpu, 0x3000);
    const uint32_t words[] = {0xC0025800, 3,    0x1002, 0x11,            /* fence 0x11 at 0x1000 */
                              0xC0043C00, 0x13, 0x2002, 5,    ~0u, 0x10, /* wait for 5 at 0x2000 */
                              0xC0025800, 3,    0x1002, 0x22,            /* fence 0x22 */
                              0xC0005400, 1};                            /* interrupt */
    ring_words(words, XG_COUNTOF(words));
    xg_gpu_mmio_write(gpu, XG_REG_CP_RB_WPTR, XG_COUNTOF(words), 0);
    xg_gpu_advance(gpu, 9);
    assert_int_equal(guest_word(0x1000), 0);
    xg_gpu_advance(gpu, 10); /* two clocks the header, three the words: 10 ns */
    assert_int_equal(guest_word(0x1000), 0x11);
    xg_gpu_advance(gpu, 1000);
    assert_non_null(xg_gpu_waiting_for(gpu));
    xg_st32be(mem->phys + 0x2000, 5);
    xg_gpu_advance(gpu, 2000);
    xg_gpu_advance(gpu, 2009);
    assert_int_equal(guest_word(0x1000), 0x11);
    xg_gpu_advance(gpu, 2010);
    assert_int_equal(guest_word(0x1000), 0x22);
    xg_gpu_advance(gpu, 2016);
    assert_string_equal(log_text, "irq 1;");
    assert_int_equal(guest_word(0x3000), XG_COUNTOF(words));
}

/* A ring that holds a buffer full of pads, 4 levels of them: the host stays responsive and guest
 * time passes. */
static void a_garbage_ring_lets_time_pass(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    gpu = xg_gpu_create(mem, xg_device_model_create, NULL, NULL, &err);
    assert_non_null(gpu);
    xg_gpu_ring(gpu, RING, 10);
    for (uint32_t level = 0; level < 4; level++)
        for (uint32_t i = 0; i < 3000; i += 3) {
            uint8_t *at = mem->phys + 0x200000 + level * 0x10000 + 4 * i;
            xg_st32be(at, 0xC0013F00);
            xg_st32be(at + 4, 0x200000 + (level + 1) * 0x10000);
            xg_st32be(at + 8, 3000);
        }
    const uint32_t words[] = {0xC0013F00, 0x200000, 3000};
    ring_words(words, XG_COUNTOF(words));
    xg_gpu_mmio_write(gpu, XG_REG_CP_RB_WPTR, XG_COUNTOF(words), 0);
    xg_time now = 0;
    for (int i = 0; i < 20; i++) {
        xg_time next = xg_gpu_next_event(gpu);
        assert_true(next != UINT64_MAX);
        now = next > now ? next : now + 1000;
        assert_true(xg_gpu_advance(gpu, now));
    }
    assert_true(now > 5 * MS);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_front, close_front)
    const struct CMUnitTest tests[] = {
        T(effects_become_visible_at_their_cost_after_the_kick),
        T(interrupts_and_swaps_are_told_in_order_with_their_time),
        T(work_kicked_while_busy_follows_the_work_before),
        T(a_memory_wait_is_evaluated_when_the_guest_gets_there),
        T(a_wait_that_is_true_costs_no_time),
        T(a_wait_sees_the_devices_own_earlier_write),
        T(conditional_writes_are_answered_once_either_way),
        T(a_register_wait_ends_with_a_write_of_the_guest),
        T(an_old_wait_does_not_answer_a_new_one),
        T(endless_work_is_run_in_bounded_bursts),
        T(the_renderer_sees_writes_that_the_guest_does_not_see_yet),
        T(without_a_renderer_draws_are_dropped),
        T(device_writes_drop_translated_code_but_tell_no_watcher),
        T(writes_of_equal_cost_are_retired_together),
        T(a_failed_device_says_why),
        T(a_write_outside_memory_is_refused),
        T(special_registers_read_as_on_the_console),
        T(hooks_hear_of_effects_when_they_become_visible),
        T(a_fence_program_synchronises_both_ways),
        T(a_garbage_ring_lets_time_pass),
    };
    return cmocka_run_group_tests_name("gpu front", tests, NULL, NULL);
}
