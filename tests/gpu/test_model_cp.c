/* The model's command processor, sentence by sentence of docs/device.md. Expected values are
 * written out here; only names of registers and opcodes come from the tables. */
#include "gpu/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/gpu_bench.h"

static struct gpu_bench bench;
#define B   (&bench)
#define OPS bench.device->ops
#define DEV bench.device

static int open_model(void **state)
{
    XG_UNUSED(state);
    return bench_open(B, xg_device_model_create) ? 0 : -1;
}
static int open_null(void **state)
{
    XG_UNUSED(state);
    return bench_open(B, xg_device_null_create) ? 0 : -1;
}
static int close_bench(void **state)
{
    XG_UNUSED(state);
    bench_close(B);
    return 0;
}

static uint32_t reg(uint32_t index)
{
    return OPS->reg_read(DEV, index);
}

/* The n-th memory write is a dword at `address` whose bytes read as `be` big-endian. */
static void expect_mem(size_t n, uint32_t address, uint32_t be)
{
    const struct xg_gpu_effect *e = bench_effect_of(B, XG_GPU_MEM, n);
    assert_non_null(e);
    assert_int_equal(e->address, address);
    assert_int_equal(e->size, 4);
    assert_int_equal(xg_ld32be(e->bytes), be);
    assert_int_equal(e->producer, XG_GPU_FROM_CP);
}

static void expect_error(uint32_t bit, uint32_t address)
{
    const struct xg_gpu_effect *e = bench_effect_of(B, XG_GPU_ERROR, 0);
    assert_non_null(e);
    assert_int_equal(e->value, bit);
    assert_int_equal(e->address, address);
    assert_int_equal(OPS->errors(DEV), bit);
}

static void type0_writes_consecutive_registers(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE0(0x2100, 3), 1, 2, 3);
    assert_int_equal(reg(0x2100), 1);
    assert_int_equal(reg(0x2102), 3);
}

static void type0_with_bit_15_writes_one_register(void **state)
{
    XG_UNUSED(state);
    OPS->trace(DEV, true);
    BENCH(B, PM4_TYPE0(0x2100, 3) | 0x8000, 1, 2, 3);
    assert_int_equal(reg(0x2100), 3);
    assert_int_equal(reg(0x2101), 0);
    assert_int_equal(bench_count_of(B, XG_GPU_REG), 3);
    assert_int_equal(bench_effect_of(B, XG_GPU_REG, 1)->value, 2);
}

static void type1_writes_two_registers(void **state)
{
    XG_UNUSED(state);
    BENCH(B, 0x40000000 | 0x57 << 11 | 0x12, 7, 8);
    assert_int_equal(reg(0x12), 7);
    assert_int_equal(reg(0x57), 8);
}

static void pads_take_one_word_and_cost_a_header(void **state)
{
    XG_UNUSED(state);
    BENCH(B, 0, 0x0BADF00D, 0x80000000, 0xBFFFFFFF, PM4_TYPE0(5, 1), 9);
    const struct xg_gpu_effect *idle = bench_effect_of(B, XG_GPU_IDLE, 0);
    assert_int_equal(reg(5), 9);
    assert_int_equal(idle->packet, 5);
    assert_int_equal(idle->cost, 5 * 2 + 1);
    assert_int_equal(idle->value, 6);
}

static void absent_registers_are_an_error_and_read_zero(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE0(0x17FF, 2), 1, 2);
    expect_error(XG_GPU_ERR_REGISTER, 0x17FF);
    assert_int_equal(reg(0x17FF), 0);
    assert_int_equal(reg(0x1800), 2);
}

static void every_present_range_is_there_and_nothing_else(void **state)
{
    XG_UNUSED(state);
    static const struct {
        uint32_t lo, hi;
    } ranges[] = {
        {0, 0xFFF}, {0x1800, 0x19FF}, {0x2000, 0x23FF}, {0x4000, 0x49FF}, {0x5000, 0x5002}};
    for (uint32_t i = 0; i < 0x8000; i++) {
        bool present = false;
        for (size_t k = 0; k < XG_COUNTOF(ranges); k++)
            present |= i >= ranges[k].lo && i <= ranges[k].hi;
        OPS->reg_write(DEV, i, 0x80000001);
        assert_int_equal(reg(i), present ? 0x80000001 : 0);
    }
}

static void scratch_registers_are_written_to_memory_when_enabled(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE0(0x1DC, 2), 1 << 3, 0xA0002001, PM4_TYPE0(0x578, 8), 0, 1, 2, 0x11223344, 4,
          5, 6, 7);
    assert_int_equal(bench_count_of(B, XG_GPU_MEM), 1);
    expect_mem(0, 0x200C, 0x11223344);
}

static void coher_status_gets_bit_31(void **state)
{
    XG_UNUSED(state);
    OPS->trace(DEV, true);
    BENCH(B, PM4_TYPE0(0xA31, 1), 0x3);
    assert_int_equal(bench_effect_of(B, XG_GPU_REG, 0)->value, 0x80000003);
    BENCH(B, PM4_TYPE3(XG_PM4_WAIT_REG_MEM, 5), 3, 0xA31, 0, 0x80000000, 0);
    assert_int_equal(bench_effect_of(B, XG_GPU_REG, 1)->value, 0);
    assert_int_equal(bench_count_of(B, XG_GPU_WAIT), 0);
    assert_int_equal(reg(0xA31), 0);
}

static void cost_counts_headers_and_announced_words(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE3(XG_PM4_NOP, 5), 0, 0, 0, 0, 0, PM4_TYPE3(XG_PM4_INTERRUPT, 1), 1);
    const struct xg_gpu_effect *irq = bench_effect_of(B, XG_GPU_IRQ, 0);
    assert_int_equal(irq->cost, 2 + 5 + 2 + 1);
    assert_int_equal(irq->packet, 2);
}

static void a_starved_packet_waits_at_its_header(void **state)
{
    XG_UNUSED(state);
    assert_int_equal(BENCH(B, PM4_TYPE3(XG_PM4_MEM_WRITE, 3), 0x1000), XG_DEVICE_IDLE);
    const struct xg_gpu_effect *idle = bench_effect_of(B, XG_GPU_IDLE, 0);
    assert_int_equal(idle->value, 0);
    assert_int_equal(idle->cost, 0);
    assert_int_equal(idle->packet, 0);
    BENCH(B, 5, 6);
    assert_int_equal(bench_effect_of(B, XG_GPU_IDLE, 1)->value, 4);
    assert_int_equal(bench_effect_of(B, XG_GPU_IDLE, 1)->cost, 2 + 3);
    expect_mem(1, 0x1004, 0x06000000); /* endian code 0 */
}

static void going_idle_writes_the_read_pointer_first(void **state)
{
    XG_UNUSED(state);
    OPS->rptr_writeback(DEV, BENCH_RPTR);
    BENCH(B, 0, 0, 0);
    assert_int_equal(bench.effects[0].e.kind, XG_GPU_MEM);
    assert_int_equal(bench.effects[1].e.kind, XG_GPU_IDLE);
    expect_mem(0, BENCH_RPTR, 3);
    BENCH(B, 0x0BADF00D);
    expect_mem(1, BENCH_RPTR, 4);
}

static void a_kick_that_changes_nothing_gives_one_idle(void **state)
{
    XG_UNUSED(state);
    OPS->kick(DEV, 0);
    OPS->kick(DEV, 0);
    OPS->run(DEV, 10);
    OPS->run(DEV, 10);
    assert_int_equal(bench.count, 1);
    assert_int_equal(bench.effects[0].e.kind, XG_GPU_IDLE);
}

static void the_ring_wraps(void **state)
{
    XG_UNUSED(state);
    OPS->ring(DEV, BENCH_RING, 3);
    BENCH_STORE(B, BENCH_RING, 0x80000000, 0x80000000, 0x80000000, 0x80000000, 0x80000000,
                0x80000000, PM4_TYPE3(XG_PM4_MEM_WRITE, 3), 0x1000);
    OPS->kick(DEV, 6);
    OPS->run(DEV, UINT64_MAX);
    BENCH_STORE(B, BENCH_RING, 0xAAAA5555, 0x12345678);
    OPS->kick(DEV, 10); /* taken modulo 8 */
    assert_int_equal(OPS->run(DEV, UINT64_MAX), XG_DEVICE_IDLE);
    expect_mem(0, 0x1000, 0x5555AAAA); /* endian code 0 */
    assert_int_equal(bench_effect_of(B, XG_GPU_IDLE, 1)->value, 2);
}

static void a_budget_stops_between_packets(void **state)
{
    XG_UNUSED(state);
    BENCH_STORE(B, BENCH_RING, PM4_TYPE0(5, 1), 1, PM4_TYPE0(5, 1), 2);
    OPS->kick(DEV, 4);
    assert_int_equal(OPS->run(DEV, 1), XG_DEVICE_BUSY);
    assert_int_equal(reg(5), 1);
    assert_int_equal(OPS->run(DEV, 1), XG_DEVICE_IDLE);
    assert_int_equal(reg(5), 2);
}

static void indirect_buffers_nest_four_deep(void **state)
{
    XG_UNUSED(state);
    for (uint32_t i = 1; i <= 4; i++)
        BENCH_STORE(B, 0x10000 * i, PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), 0x10000 * (i + 1), 2,
                    PM4_TYPE0(0x10 + i, 1), i);
    for (uint32_t i = 1; i <= 3; i++)
        BENCH_STORE(B, 0x10000 * i + 8, 5);
    BENCH_STORE(B, 0x50000, PM4_TYPE0(0x20, 1), 1);
    assert_int_equal(BENCH(B, PM4_TYPE3(XG_PM4_INDIRECT_BUFFER_PFD, 2), 0x10000, 5),
                     XG_DEVICE_IDLE);
    expect_error(XG_GPU_ERR_IB_DEPTH, 0x40000);
    for (uint32_t i = 1; i <= 4; i++)
        assert_int_equal(reg(0x10 + i), i);
    assert_int_equal(reg(0x20), 0);
}

static void an_empty_buffer_is_nothing_at_any_depth(void **state)
{
    XG_UNUSED(state);
    for (uint32_t i = 1; i <= 4; i++)
        BENCH_STORE(B, 0x10000 * i, PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), 0x10000 * (i + 1),
                    i == 4 ? 0xFFF00000 : 3);
    BENCH(B, PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), 0x10000, 3);
    assert_int_equal(OPS->errors(DEV), 0);
}

static void a_truncated_packet_drops_the_rest_of_its_buffer(void **state)
{
    XG_UNUSED(state);
    BENCH_STORE(B, 0x10000, PM4_TYPE0(5, 1), 1, PM4_TYPE0(6, 2), 2, 3);
    BENCH(B, PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), 0x10000, 4, PM4_TYPE0(7, 1), 4);
    expect_error(XG_GPU_ERR_TRUNCATED, 0x10008);
    assert_int_equal(reg(5), 1);
    assert_int_equal(reg(6), 0);
    assert_int_equal(reg(7), 4);
    const struct xg_gpu_effect *idle = bench_effect_of(B, XG_GPU_IDLE, 0);
    assert_int_equal(idle->packet, 4);
    assert_int_equal(idle->cost, (2 + 2) + (2 + 1) + (2 + 2) + (2 + 1));
}

static void command_addresses_wrap_at_512_mib(void **state)
{
    XG_UNUSED(state);
    BENCH_STORE(B, 0x1FFFFFFC, PM4_TYPE0(5, 2));
    BENCH_STORE(B, 0, 6, 7);
    BENCH(B, PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), 0xFFFFFFFF, 3);
    assert_int_equal(reg(5), 6);
    assert_int_equal(reg(6), 7);
}

static void a_predicated_packet_is_skipped_when_no_bin_matches(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE3(XG_PM4_INTERRUPT, 1) | 1, 1); /* masks are all ones at reset */
    BENCH(B, PM4_TYPE3(XG_PM4_SET_BIN_MASK, 2), 0x10, 0, PM4_TYPE3(XG_PM4_SET_BIN_SELECT, 2), 0x10,
          1, PM4_TYPE3(XG_PM4_INTERRUPT, 1) | 1, 2);
    BENCH(B, PM4_TYPE3(XG_PM4_SET_BIN_SELECT_HI, 1), 0xEF, PM4_TYPE3(XG_PM4_INTERRUPT, 1) | 1, 4,
          PM4_TYPE3(XG_PM4_INTERRUPT, 1), 8);
    BENCH(B, PM4_TYPE3(XG_PM4_SET_BIN_MASK_LO, 1), 1, PM4_TYPE3(XG_PM4_INTERRUPT, 1) | 1, 0x10);
    BENCH(B, PM4_TYPE3(XG_PM4_SET_BIN_SELECT_LO, 1), 2, PM4_TYPE3(XG_PM4_SET_BIN_MASK_HI, 1), 0x10,
          PM4_TYPE3(0x7F, 1) | 1, 0);
    assert_int_equal(bench_count_of(B, XG_GPU_IRQ), 4);
    assert_int_equal(bench_effect_of(B, XG_GPU_IRQ, 1)->value, 2);
    assert_int_equal(bench_effect_of(B, XG_GPU_IRQ, 2)->value, 8);
    assert_int_equal(bench_effect_of(B, XG_GPU_IRQ, 3)->value, 0x10);
    assert_int_equal(OPS->errors(DEV), 0);
}

static void a_predicated_swap_is_always_skipped(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE3(XG_PM4_XE_SWAP, 4) | 1, 0, 0x1000, 1, 1);
    assert_int_equal(bench_count_of(B, XG_GPU_SWAP), 0);
    BENCH(B, PM4_TYPE3(XG_PM4_XE_SWAP, 4), 0, 0xE0001000, 1280, 720);
    const struct xg_gpu_effect *e = bench_effect_of(B, XG_GPU_SWAP, 0);
    assert_int_equal(e->address, 0x1000);
    assert_int_equal(e->width, 1280);
    assert_int_equal(e->height, 720);
}

static void unknown_opcodes_and_short_packets_are_errors(void **state)
{
    XG_UNUSED(state);
    BENCH(B, 0, PM4_TYPE3(0x11, 2), 1, 2, PM4_TYPE0(5, 1), 1);
    expect_error(XG_GPU_ERR_OPCODE, BENCH_RING + 4);
    assert_int_equal(reg(5), 1);
    BENCH(B, PM4_TYPE3(XG_PM4_EVENT_WRITE_SHD, 2), 1, 2);
    assert_int_equal(OPS->errors(DEV), XG_GPU_ERR_OPCODE | XG_GPU_ERR_SHORT);
    assert_int_equal(bench_count_of(B, XG_GPU_ERROR), 1); /* the first alone is told */
    assert_int_equal(bench_count_of(B, XG_GPU_MEM), 0);
}

/* Words that set one error bit each, and the address that the record of the first error names: of
 * the header `header` words into the stream, or itself. */
static const struct {
    uint32_t bit, header, address;
    size_t count;
    uint32_t words[16];
} provocations[] = {
    {XG_GPU_ERR_OPCODE, 0, 0, 2, {PM4_TYPE3(0x7F, 1), 0}},
    {XG_GPU_ERR_REGISTER, 0, 0x1000, 2, {PM4_TYPE0(0x1000, 1), 1}},
    {XG_GPU_ERR_IB_DEPTH, 0, 0x8000, 3, {PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), 0x8000, 3}},
    {XG_GPU_ERR_TRUNCATED, 0, 0x8800, 3, {PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), 0x8800, 1}},
    {XG_GPU_ERR_SHORT, 0, 0, 2, {PM4_TYPE3(XG_PM4_REG_TO_MEM, 1), 0}},
    {XG_GPU_ERR_COPY_VERTEX,
     0,
     0x9002,
     7,
     {PM4_TYPE0(0x2208, 1), 6, PM4_TYPE0(0x4800, 1), 0x9002, 0, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1),
      0x88}},
    {XG_GPU_ERR_COPY,
     13,
     0,
     15,
     {PM4_TYPE0(0x2208, 1), 6, PM4_TYPE0(0x4800, 2), 0x9003, 6 << 2 | 2, PM4_TYPE0(0x2082, 1),
      0x00200020, PM4_TYPE0(0x200F, 1), 0x00200020, PM4_TYPE0(0x2000, 1), 3 << 16 | 80,
      PM4_TYPE0(0x2302, 1), 1, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x88}},
};

static void make_buffers(void)
{
    /* One that calls itself, one that ends inside a packet, a triangle of 8 x 8. */
    BENCH_STORE(B, 0x8000, PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), 0x8000, 3);
    BENCH_STORE(B, 0x8800, PM4_TYPE0(0x100, 2));
    BENCH_STORE(B, 0x9000, 0, 0, 0x41000000, 0, 0x41000000, 0x41000000);
}

static void every_error_bit_can_be_provoked_and_the_device_goes_on(void **state)
{
    XG_UNUSED(state);
    uint32_t all = 0, at = BENCH_RING;
    make_buffers();
    for (size_t i = 0; i < XG_COUNTOF(provocations); i++) {
        OPS->reset(DEV);
        OPS->ring(DEV, BENCH_RING, BENCH_RING_LOG2);
        bench_forget(B);
        B->wptr = 0;
        assert_int_equal(bench_submit(B, provocations[i].words, provocations[i].count),
                         XG_DEVICE_IDLE);
        assert_int_equal(OPS->errors(DEV), provocations[i].bit);
        uint32_t address = provocations[i].address;
        expect_error(provocations[i].bit, address ? address : at + 4 * provocations[i].header);
        BENCH(B, PM4_TYPE0(0x120, 1), 0x5A5A0000 + (uint32_t)i);
        assert_int_equal(reg(0x120), 0x5A5A0000 + i);
        all |= provocations[i].bit;
    }
    assert_int_equal(all, 0x7F); /* enum xg_gpu_error_bit has no other */

    /* All in one stream: the word is sticky, the first alone is told. */
    OPS->reset(DEV);
    OPS->ring(DEV, BENCH_RING, BENCH_RING_LOG2);
    bench_forget(B);
    B->wptr = 0;
    for (size_t i = 0; i < XG_COUNTOF(provocations); i++)
        bench_submit(B, provocations[i].words, provocations[i].count);
    assert_int_equal(OPS->errors(DEV), 0x7F);
    assert_int_equal(bench_count_of(B, XG_GPU_ERROR), 1);
    assert_int_equal(bench_effect_of(B, XG_GPU_ERROR, 0)->value, XG_GPU_ERR_OPCODE);
    assert_int_equal(bench_effect_of(B, XG_GPU_ERROR, 0)->packet, 1);
}

static void every_row_has_its_minimum_of_words(void **state)
{
    XG_UNUSED(state);
    static const struct {
        uint8_t op, min;
    } rows[] = {{0x54, 1}, {0x3F, 2}, {0x37, 2}, {0x3C, 5}, {0x45, 6}, {0x21, 3}, {0x3E, 2},
                {0x58, 3}, {0x5A, 2}, {0x2F, 3}, {0x50, 2}, {0x51, 2}, {0x64, 4}, {0x22, 2}};
    for (size_t i = 0; i < XG_COUNTOF(rows); i++)
        for (uint32_t n = 1; n <= 6; n++) {
            OPS->reset(DEV);
            OPS->ring(DEV, BENCH_RING, BENCH_RING_LOG2);
            bench.wptr = 0;
            uint32_t words[7] = {PM4_TYPE3((uint32_t)rows[i].op, n)};
            bench_submit(B, words, n + 1);
            assert_int_equal(OPS->errors(DEV), n < rows[i].min ? XG_GPU_ERR_SHORT : 0);
        }
}

static void mem_write_swaps_by_the_address_code(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE3(XG_PM4_MEM_WRITE, 3), 0x1000, 0x11223344, 0x55667788, //
          PM4_TYPE3(XG_PM4_MEM_WRITE, 2), 0xA0002001, 0x11223344,            //
          PM4_TYPE3(XG_PM4_MEM_WRITE, 2), 0x3002, 0x11223344,                //
          PM4_TYPE3(XG_PM4_MEM_WRITE, 2), 0x4003, 0x11223344);
    expect_mem(0, 0x1000, 0x44332211); /* little-endian word */
    expect_mem(1, 0x1004, 0x88776655);
    expect_mem(2, 0x2000, 0x33441122);
    expect_mem(3, 0x3000, 0x11223344); /* 8in32: as the CPU sees it */
    expect_mem(4, 0x4000, 0x22114433);
}

static void a_packet_sees_its_own_writes_to_its_later_words(void **state)
{
    XG_UNUSED(state);
    /* The first data word lands on the second. */
    BENCH(B, PM4_TYPE3(XG_PM4_MEM_WRITE, 3), (BENCH_RING + 12) | 2, 0xCAFEF00D, 0x11111111);
    expect_mem(0, BENCH_RING + 12, 0xCAFEF00D);
    expect_mem(1, BENCH_RING + 16, 0xCAFEF00D);
}

static void commands_written_by_the_device_are_executed(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE3(XG_PM4_MEM_WRITE, 3), 0x10002, PM4_TYPE0(5, 1), 77,
          PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), 0x10000, 2);
    assert_int_equal(reg(5), 77);
    assert_int_equal(xg_ld32be(bench.memory + 0x10000), 0); /* guest memory is the front's */
}

static void reg_to_mem_and_rmw(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE0(0x2100, 3), 0x0F0F0F0F, 0xFF00FF00, 0x11,   //
          PM4_TYPE3(XG_PM4_REG_RMW, 3), 0x100, 0, 0xAA,            //
          PM4_TYPE3(XG_PM4_REG_RMW, 3), 0x100, 0xFFFFFF0F, 0x1000, //
          PM4_TYPE3(XG_PM4_REG_TO_MEM, 2), 0x2100, 0x1002,         //
          PM4_TYPE3(XG_PM4_REG_RMW, 3), 0x80000101, 0x100, 0x5,    //
          PM4_TYPE3(XG_PM4_REG_RMW, 3), 0x40000102, 0, 0x100);
    assert_int_equal(reg(0x100), 0x100A);
    expect_mem(0, 0x1000, 0x0F0F0F0F);
    assert_int_equal(reg(0x101), 5);
    assert_int_equal(reg(0x102), 0x100A);
}

static void fences_write_value_or_vblank_count(void **state)
{
    XG_UNUSED(state);
    OPS->vblank(DEV, 0x1234);
    BENCH(B, PM4_TYPE3(XG_PM4_EVENT_WRITE_SHD, 3), 0x16, 0x1002, 0xAABBCCDD,
          PM4_TYPE3(XG_PM4_EVENT_WRITE_SHD, 3), 0x80000003, 0x2002, 0xAABBCCDD,
          PM4_TYPE3(XG_PM4_EVENT_WRITE, 1), 0xFFFFFFEA);
    expect_mem(0, 0x1000, 0xAABBCCDD);
    expect_mem(1, 0x2000, 0x1234);
    assert_int_equal(reg(0x21F9), 0x2A);
}

static void screen_extents_are_written_big_endian(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE3(XG_PM4_EVENT_WRITE_EXT, 2), 0x19, 0x1003);
    expect_mem(0, 0x1000, 0x00000400);
    expect_mem(1, 0x1004, 0x00000400);
    expect_mem(2, 0x1008, 0x00000001);
}

static void sample_totals_run_on_and_are_written_by_zpd(void **state)
{
    XG_UNUSED(state);
    const struct xg_gpu_samples first = {300, 20, 4}, second = {UINT32_MAX, 1, 0};
    const struct xg_gpu_samples *const draws[2] = {&first, &second};
    const uint32_t expected[3][4] = {{0}, {324, 20, 300, 4}, {324, 21, 299, 4}};
    size_t mark = 0;
    for (int i = 0; i < 3; i++) {
        BENCH(B, PM4_TYPE0(0x2325, 1), 0xA0001003, PM4_TYPE3(XG_PM4_EVENT_WRITE_ZPD, 1), 0x15);
        for (uint32_t k = 0; k < 8; k++)
            expect_mem(mark++, 0x1000 + 4 * k, xg_bswap32(k & 1 ? 0 : expected[i][k / 2]));
        assert_int_equal(reg(0x21F9), 0x15);
        if (i == 2)
            break;
        BENCH(B, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x00030088);
        OPS->add_samples(DEV, draws[i]);
        OPS->delegate_done(DEV, (uint32_t)i + 1);
        assert_int_equal(OPS->run(DEV, 100), XG_DEVICE_IDLE);
    }
}

static void constants_go_where_their_type_says(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE3(XG_PM4_SET_CONSTANT, 2), 0x00007, 1, PM4_TYPE3(XG_PM4_SET_CONSTANT, 2),
          0x10006, 2, PM4_TYPE3(XG_PM4_SET_CONSTANT, 2), 0x20005, 3,
          PM4_TYPE3(XG_PM4_SET_CONSTANT, 2), 0x30004, 4, PM4_TYPE3(XG_PM4_SET_CONSTANT, 2), 0x40003,
          5, PM4_TYPE3(XG_PM4_SET_CONSTANT2, 3), 0x2105, 6, 7,
          PM4_TYPE3(XG_PM4_SET_SHADER_CONSTANTS, 2), 0x4010, 8);
    assert_int_equal(reg(0x4007), 1);
    assert_int_equal(reg(0x4806), 2);
    assert_int_equal(reg(0x4905), 3);
    assert_int_equal(reg(0x490C), 4);
    assert_int_equal(reg(0x2003), 5);
    assert_int_equal(reg(0x2106), 7);
    assert_int_equal(reg(0x4010), 8);
}

static void constants_are_loaded_from_memory(void **state)
{
    XG_UNUSED(state);
    BENCH_STORE(B, 0x8FF8, 0x3F800000, 0x40000000, 0x40400000);
    BENCH(B, PM4_TYPE3(XG_PM4_LOAD_ALU_CONSTANT, 3), 0xA0008FF8, 0x00020, 0xF003,
          PM4_TYPE3(XG_PM4_LOAD_ALU_CONSTANT, 3), 0x8FF8, 0x00040, 0);
    assert_int_equal(reg(0x4020), 0x3F800000);
    assert_int_equal(reg(0x4022), 0x40400000);
    assert_int_equal(reg(0x4023), 0);
    assert_int_equal(reg(0x4040), 0);
}

static void viz_query_end_sets_its_status_bit(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE3(XG_PM4_VIZ_QUERY, 1), 0x005, PM4_TYPE3(XG_PM4_VIZ_QUERY, 1), 0x103,
          PM4_TYPE3(XG_PM4_VIZ_QUERY, 1), 0x13F);
    assert_int_equal(reg(0xC44), 8);
    assert_int_equal(reg(0xC45), 0x80000000);
}

static void a_memory_wait_parks_until_answered(void **state)
{
    XG_UNUSED(state);
    assert_int_equal(BENCH(B, PM4_TYPE3(XG_PM4_WAIT_REG_MEM, 5), 0x13, 0xA0001002, 7, 0xFF, 0,
                           PM4_TYPE3(XG_PM4_INTERRUPT, 1), 1),
                     XG_DEVICE_WAITING);
    const struct xg_gpu_wait *w = bench_effect_of(B, XG_GPU_WAIT, 0)->wait;
    assert_false(w->is_register);
    assert_false(w->conditional);
    assert_int_equal(w->function, 3);
    assert_int_equal(w->address, 0x1000);
    assert_int_equal(w->endian, 2);
    assert_int_equal(w->reference, 7);
    assert_int_equal(w->mask, 0xFF);
    assert_int_equal(OPS->run(DEV, 5), XG_DEVICE_WAITING);
    assert_int_equal(bench_count_of(B, XG_GPU_WAIT), 1);
    assert_int_equal(bench_count_of(B, XG_GPU_IDLE), 0);
    OPS->wait_done(DEV, true);
    assert_int_equal(OPS->run(DEV, 5), XG_DEVICE_IDLE);
    assert_int_equal(bench_count_of(B, XG_GPU_IRQ), 1);
}

static void a_register_wait_ends_with_a_host_write(void **state)
{
    XG_UNUSED(state);
    assert_int_equal(BENCH(B, PM4_TYPE3(XG_PM4_WAIT_REG_MEM, 5), 6, 0x2100, 4, 0xF, 0),
                     XG_DEVICE_WAITING);
    assert_true(bench_effect_of(B, XG_GPU_WAIT, 0)->wait->is_register);
    OPS->reg_write(DEV, 0x2100, 0x14);
    assert_int_equal(OPS->run(DEV, 5), XG_DEVICE_WAITING);
    OPS->reg_write(DEV, 0x2100, 5);
    assert_int_equal(OPS->run(DEV, 5), XG_DEVICE_IDLE);
}

static void all_eight_comparisons(void **state)
{
    XG_UNUSED(state);
    static const char expect[8][3] = {"000", "100", "110", "010", "101", "011", "001", "111"};
    for (uint32_t f = 0; f < 8; f++)
        for (uint32_t v = 0; v < 3; v++) { /* below, equal, above 0x80000000 */
            OPS->reg_write(DEV, 0x2101, 0);
            BENCH(B, PM4_TYPE0(0x2100, 1), 0x7FFFFFFF + v, PM4_TYPE3(XG_PM4_COND_WRITE, 6), f,
                  0x2100, 0x80000000, 0xFFFFFFFF, 0x2101, 1);
            assert_int_equal(reg(0x2101), expect[f][v] - '0');
        }
}

static void conditional_writes_to_memory_and_on_memory(void **state)
{
    XG_UNUSED(state);
    BENCH(B, PM4_TYPE3(XG_PM4_COND_WRITE, 6), 0x107, 0x2100, 0, 0, 0x1002, 0x11223344);
    expect_mem(0, 0x1000, 0x11223344);
    for (uint32_t answer = 0; answer < 2; answer++) {
        assert_int_equal(
            BENCH(B, PM4_TYPE3(XG_PM4_COND_WRITE, 6), 0x11, 0x3000, 9, ~0u, 0x2103, 55),
            XG_DEVICE_WAITING);
        assert_true(bench_effect_of(B, XG_GPU_WAIT, answer)->wait->conditional);
        OPS->wait_done(DEV, answer);
        OPS->run(DEV, 9);
        assert_int_equal(reg(0x2103), answer ? 55 : 0);
    }
}

static void a_draw_is_delegated_with_the_changed_registers(void **state)
{
    XG_UNUSED(state);
    assert_int_equal(BENCH(B, PM4_TYPE0(0x2301, 1), 0, PM4_TYPE0(0x2101, 1), 5,
                           PM4_TYPE0(0x4000, 1), 1, PM4_TYPE3(XG_PM4_DRAW_INDX, 4), 0, 0x30003,
                           0x5000, 0x77),
                     XG_DEVICE_DELEGATING);
    const struct xg_gpu_effect *e = bench_effect_of(B, XG_GPU_DELEGATE, 0);
    assert_int_equal(e->cost, 3 * 3 + 6 + 16);
    assert_int_equal(e->draw->sequence, 1);
    assert_int_equal(e->draw->initiator, 0x30003);
    assert_int_equal(e->draw->dma_base, 0x5000);
    assert_int_equal(e->draw->dma_size, 0x77);
    assert_int_equal(e->draw->reg_count, 5); /* 2101, 21FA, 21FB, 21FC, 4000; 2301 kept its value */
    assert_int_equal(e->draw->regs[0].index, 0x2101);
    assert_int_equal(e->draw->regs[1].index, 0x21FA);
    assert_int_equal(e->draw->regs[1].value, 0x5000);
    assert_int_equal(e->draw->regs[4].index, 0x4000);
    assert_int_equal(e->draw->immediate_count, 0);

    OPS->delegate_done(DEV, 2); /* not the one */
    assert_int_equal(OPS->run(DEV, 9), XG_DEVICE_DELEGATING);
    OPS->delegate_done(DEV, 1);
    assert_int_equal(OPS->run(DEV, 9), XG_DEVICE_IDLE);

    BENCH(B, PM4_TYPE0(0x2101, 1), 6, PM4_TYPE0(0x2101, 1), 5, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 3),
          0x30044, 0x00010002, 0x00030004);
    e = bench_effect_of(B, XG_GPU_DELEGATE, 1);
    assert_int_equal(e->draw->sequence, 2);
    assert_int_equal(e->draw->reg_count, 2); /* 2101, there and back; 21FC */
    assert_int_equal(e->draw->regs[0].value, 5);
    assert_int_equal(e->draw->regs[1].index, 0x21FC);
    assert_int_equal(e->draw->immediate_count, 2);
    assert_int_equal(e->draw->immediate[1], 0x00030004);
}

static void register_effects_of_a_draw_precede_its_cost(void **state)
{
    XG_UNUSED(state);
    OPS->trace(DEV, true);
    BENCH(B, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x81);
    assert_int_equal(bench_effect_of(B, XG_GPU_REG, 0)->cost, 3);
    assert_int_equal(bench_effect_of(B, XG_GPU_DELEGATE, 0)->cost, 3 + 16);
}

static void listed_opcodes_without_a_row_do_nothing(void **state)
{
    XG_UNUSED(state);
    static const uint8_t ops[] = {0x10, 0x25, 0x26, 0x2C, 0x2E, 0x34, 0x35, 0x3B, 0x44, 0x48,
                                  0x4A, 0x4B, 0x4F, 0x52, 0x53, 0x59, 0x5C, 0x5D, 0x5E};
    for (size_t i = 0; i < XG_COUNTOF(ops); i++)
        BENCH(B, PM4_TYPE3((uint32_t)ops[i], 3), 0xDEAD, 0xBEEF, 0xCAFE);
    assert_int_equal(OPS->errors(DEV), 0);
    assert_int_equal(bench.count, XG_COUNTOF(ops)); /* the IDLEs */
}

static void shader_loads_are_delegated_like_draws(void **state)
{
    XG_UNUSED(state);
    assert_int_equal(BENCH(B, PM4_TYPE3(XG_PM4_IM_LOAD, 2), 0x5001, 0x30), XG_DEVICE_DELEGATING);
    const struct xg_gpu_effect *e = bench_effect_of(B, XG_GPU_DELEGATE, 0);
    assert_int_equal(e->draw->opcode, XG_PM4_IM_LOAD);
    assert_int_equal(e->draw->dma_base, 0x5001);
    assert_int_equal(e->draw->dma_size, 0x30);
    assert_int_equal(e->draw->immediate_count, 0);
    assert_int_equal(e->cost, 2 + 2 + 16);
    OPS->delegate_done(DEV, 1);
    BENCH(B, PM4_TYPE3(XG_PM4_IM_LOAD_IMMEDIATE, 4), 1, 2, 0xAA, 0xBB);
    e = bench_effect_of(B, XG_GPU_DELEGATE, 1);
    assert_int_equal(e->draw->sequence, 2);
    assert_int_equal(e->draw->opcode, XG_PM4_IM_LOAD_IMMEDIATE);
    assert_int_equal(e->draw->immediate_count, 2);
    assert_int_equal(e->draw->immediate[1], 0xBB);
    struct xg_gpu_counters c;
    OPS->counters(DEV, &c);
    assert_int_equal(c.draws_delegated, 0);
}

static void reset_forgets_everything_but_tiles(void **state)
{
    XG_UNUSED(state);
    uint8_t tile[XG_EDRAM_TILE_BYTES], back[XG_EDRAM_TILE_BYTES];
    memset(tile, 0x3C, sizeof tile);
    OPS->tile_write(DEV, 2047, tile);
    BENCH(B, PM4_TYPE0(5, 1), 9, PM4_TYPE3(0x7F, 1), 0, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0);
    OPS->reset(DEV);
    assert_int_equal(reg(5), 0);
    assert_int_equal(OPS->errors(DEV), 0);
    assert_int_equal(OPS->run(DEV, 1), XG_DEVICE_IDLE);
    OPS->tile_read(DEV, 2047, back);
    assert_memory_equal(tile, back, sizeof tile);
}

static void the_null_device_keeps_cost_and_fences_but_draws_nothing(void **state)
{
    XG_UNUSED(state);
    assert_int_equal(BENCH(B, PM4_TYPE3(XG_PM4_DRAW_INDX_2, 1), 0x81,
                           PM4_TYPE3(XG_PM4_EVENT_WRITE_SHD, 3), 0, 0x1002, 5),
                     XG_DEVICE_IDLE);
    expect_mem(0, 0x1000, 5);
    assert_int_equal(bench_effect_of(B, XG_GPU_MEM, 0)->cost, 3 + 16 + 5);
    assert_int_equal(bench_count_of(B, XG_GPU_DELEGATE), 0);
    struct xg_gpu_counters c;
    OPS->counters(DEV, &c);
    assert_int_equal(c.draws_delegated, 1);
}

static void a_buffer_that_calls_itself_ends_with_the_depth_error(void **state)
{
    XG_UNUSED(state);
    OPS->ring(DEV, BENCH_RING, BENCH_RING_LOG2);
    BENCH(B, PM4_TYPE3(XG_PM4_INDIRECT_BUFFER, 2), 0x10000, 0xFFFFF);
    assert_int_equal(OPS->errors(DEV) & XG_GPU_ERR_IB_DEPTH, XG_GPU_ERR_IB_DEPTH);
}

static void random_words_never_hang_or_crash(void **state)
{
    XG_UNUSED(state);
    struct bench_random r = bench_seed(7);
    bench.count_only = true;
    for (int round = 0; round < 200; round++) {
        uint32_t words[512];
        for (size_t i = 0; i < XG_COUNTOF(words); i++) {
            words[i] = bench_random(&r);
            if (bench_below(&r, 2))
                words[i] =
                    PM4_TYPE3(bench_below(&r, 128), 1 + bench_below(&r, 12)) | bench_below(&r, 2);
        }
        enum xg_device_state s = bench_submit(B, words, XG_COUNTOF(words));
        for (int i = 0; i < 400 && s != XG_DEVICE_IDLE; i++) {
            OPS->wait_done(DEV, bench_below(&r, 2));
            for (uint32_t seq = 1; s == XG_DEVICE_DELEGATING && seq < 4096; seq++)
                OPS->delegate_done(DEV, seq);
            s = OPS->run(DEV, 4000);
        }
        OPS->retire(DEV, UINT64_MAX);
    }
    assert_true(bench.count > 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_model, close_bench)
    const struct CMUnitTest tests[] = {
        T(type0_writes_consecutive_registers),
        T(type0_with_bit_15_writes_one_register),
        T(type1_writes_two_registers),
        T(pads_take_one_word_and_cost_a_header),
        T(absent_registers_are_an_error_and_read_zero),
        T(every_present_range_is_there_and_nothing_else),
        T(scratch_registers_are_written_to_memory_when_enabled),
        T(coher_status_gets_bit_31),
        T(cost_counts_headers_and_announced_words),
        T(a_starved_packet_waits_at_its_header),
        T(going_idle_writes_the_read_pointer_first),
        T(a_kick_that_changes_nothing_gives_one_idle),
        T(the_ring_wraps),
        T(a_budget_stops_between_packets),
        T(indirect_buffers_nest_four_deep),
        T(an_empty_buffer_is_nothing_at_any_depth),
        T(a_truncated_packet_drops_the_rest_of_its_buffer),
        T(command_addresses_wrap_at_512_mib),
        T(a_predicated_packet_is_skipped_when_no_bin_matches),
        T(a_predicated_swap_is_always_skipped),
        T(unknown_opcodes_and_short_packets_are_errors),
        T(every_error_bit_can_be_provoked_and_the_device_goes_on),
        T(every_row_has_its_minimum_of_words),
        T(mem_write_swaps_by_the_address_code),
        T(a_packet_sees_its_own_writes_to_its_later_words),
        T(commands_written_by_the_device_are_executed),
        T(reg_to_mem_and_rmw),
        T(fences_write_value_or_vblank_count),
        T(screen_extents_are_written_big_endian),
        T(sample_totals_run_on_and_are_written_by_zpd),
        T(constants_go_where_their_type_says),
        T(constants_are_loaded_from_memory),
        T(viz_query_end_sets_its_status_bit),
        T(a_memory_wait_parks_until_answered),
        T(a_register_wait_ends_with_a_host_write),
        T(all_eight_comparisons),
        T(conditional_writes_to_memory_and_on_memory),
        T(a_draw_is_delegated_with_the_changed_registers),
        T(register_effects_of_a_draw_precede_its_cost),
        T(listed_opcodes_without_a_row_do_nothing),
        T(shader_loads_are_delegated_like_draws),
        T(reset_forgets_everything_but_tiles),
        cmocka_unit_test_setup_teardown(the_null_device_keeps_cost_and_fences_but_draws_nothing,
                                        open_null, close_bench),
        T(a_buffer_that_calls_itself_ends_with_the_depth_error),
        T(random_words_never_hang_or_crash),
    };
    return cmocka_run_group_tests_name("model command processor", tests, NULL, NULL);
}
