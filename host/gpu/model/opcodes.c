/* Type-3 packets (docs/device.md, "Type-3 opcodes"). A handler takes its words in order
 * with xg_model_word; what it leaves is skipped. Words are read when they are used, so
 * a packet that writes over its own later words meets the new ones. */
#include "gpu/model/model.h"
#include "gpu/packet.h"

#include "gpu/xg_device_gen.h"

static void op_none(struct xg_model *m)
{
    XG_UNUSED(m);
}

static void op_interrupt(struct xg_model *m)
{
    xg_model_irq(m, xg_model_word(m) & 0x3F);
}

static void op_indirect_buffer(struct xg_model *m)
{
    xg_pa address = xg_model_word(m) & XG_BUS_DWORD;
    uint32_t length = xg_model_word(m) & 0xFFFFF;
    if (length == 0)
        return;
    if (m->depth == XG_MODEL_IB_DEPTH) {
        xg_model_error(m, XG_GPU_ERR_IB_DEPTH, m->header_pa);
        return;
    }
    xg_model_skip(m); /* of this packet, before the new buffer is the innermost */
    m->ib[m->depth++] = (struct xg_model_ib){address, length};
}

/* w0..w3 of WAIT_REG_MEM and COND_WRITE. */
static void take_wait(struct xg_model *m, bool conditional)
{
    uint32_t info = xg_model_word(m), operand = xg_model_word(m);
    bool memory = info >> 4 & 1;
    m->wait = (struct xg_gpu_wait){
        .is_register = !memory,
        .conditional = conditional,
        .function = info & 7,
        .endian = memory ? operand & 3 : 0,
        .address = memory ? operand & XG_BUS_DWORD : operand & 0x7FFF,
    };
    m->wait.reference = xg_model_word(m);
    m->wait.mask = xg_model_word(m);
    m->cond_info = info;
}

static bool register_true(const struct xg_model *m)
{
    return xg_gpu_compare(m->wait.function, xg_model_reg_read(m, m->wait.address) & m->wait.mask,
                          m->wait.reference);
}

static void op_wait_reg_mem(struct xg_model *m)
{
    take_wait(m, false);
    if (m->wait.is_register) {
        if (m->wait.address == XG_REG_COHER_STATUS_HOST)
            xg_model_reg_store(m, XG_REG_COHER_STATUS_HOST, 0);
        if (register_true(m))
            return;
    }
    xg_model_park(m);
}

void xg_model_cond_write(struct xg_model *m, uint32_t info, uint32_t target, uint32_t value)
{
    if (info >> 8 & 1)
        xg_model_mem32(m, target, xg_gpu_swap(value, target & 3));
    else
        xg_model_reg_write(m, target, value);
}

static void op_cond_write(struct xg_model *m)
{
    take_wait(m, true);
    m->cond_target = xg_model_word(m);
    m->cond_value = xg_model_word(m);
    if (!m->wait.is_register)
        xg_model_park(m);
    else if (register_true(m))
        xg_model_cond_write(m, m->cond_info, m->cond_target, m->cond_value);
}

static void op_reg_rmw(struct xg_model *m)
{
    uint32_t w0 = xg_model_word(m), w1 = xg_model_word(m), w2 = xg_model_word(m);
    uint32_t and_mask = w0 >> 31 ? xg_model_reg_read(m, w1 & 0x1FFF) : w1;
    uint32_t or_mask = w0 >> 30 & 1 ? xg_model_reg_read(m, w2 & 0x1FFF) : w2;
    uint32_t index = w0 & 0x1FFF;
    xg_model_reg_write(m, index, (xg_model_reg_read(m, index) & and_mask) | or_mask);
}

static void op_reg_to_mem(struct xg_model *m)
{
    uint32_t index = xg_model_word(m) & 0x7FFF, to = xg_model_word(m);
    xg_model_mem32(m, to, xg_gpu_swap(xg_model_reg_read(m, index), to & 3));
}

static void op_mem_write(struct xg_model *m)
{
    uint32_t to = xg_model_word(m);
    for (uint32_t at = to; m->words_left; at += 4)
        xg_model_mem32(m, at, xg_gpu_swap(xg_model_word(m), to & 3));
}

static void event(struct xg_model *m, uint32_t w0)
{
    xg_model_reg_write(m, XG_REG_VGT_EVENT_INITIATOR, w0 & 0x3F);
}

static void op_event_write(struct xg_model *m)
{
    event(m, xg_model_word(m));
}

static void op_event_write_shd(struct xg_model *m)
{
    uint32_t w0 = xg_model_word(m), to = xg_model_word(m), value = xg_model_word(m);
    event(m, w0);
    xg_model_mem32(m, to, xg_gpu_swap(w0 >> 31 ? m->vblank_count : value, to & 3));
}

static void op_event_write_ext(struct xg_model *m)
{
    uint32_t w0 = xg_model_word(m), to = xg_model_word(m);
    event(m, w0);
    /* Six big-endian u16: x 0..1024 (in units of 8), y 0..1024, z 0..1. */
    xg_model_mem32(m, to, xg_bswap32(0x00000400));
    xg_model_mem32(m, to + 4, xg_bswap32(0x00000400));
    xg_model_mem32(m, to + 8, xg_bswap32(0x00000001));
}

/* Running totals: for each kind of sample the first half of the pipes, which has counted all, and
 * the second. */
static void op_event_write_zpd(struct xg_model *m)
{
    event(m, xg_model_word(m));
    xg_pa to = xg_model_reg_read(m, XG_REG_RB_SAMPLE_COUNT_ADDR);
    for (uint32_t i = 0; i < 8; i++)
        xg_model_mem32(m, to + 4 * i, i & 1 ? 0 : m->samples[i >> 1]);
}

static void registers_from_packet(struct xg_model *m, uint32_t index)
{
    for (; m->words_left; index++)
        xg_model_reg_write(m, index, xg_model_word(m));
}

static void op_set_constant(struct xg_model *m)
{
    registers_from_packet(m, xg_pm4_constant(xg_model_word(m)));
}

static void op_set_constant2(struct xg_model *m)
{
    registers_from_packet(m, xg_model_word(m) & 0x7FFF);
}

static void op_load_alu_constant(struct xg_model *m)
{
    xg_pa from = xg_model_word(m) & XG_BUS_DWORD;
    uint32_t index = xg_pm4_constant(xg_model_word(m)), count = xg_model_word(m) & 0xFFF;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t word = xg_gpu_view_read32(m->view, (from + 4 * i) & XG_BUS_DWORD);
        xg_model_reg_write(m, index + i, xg_bswap32(word));
    }
}

static void op_viz_query(struct xg_model *m)
{
    uint32_t w0 = xg_model_word(m), id = w0 & 0x3F;
    uint32_t index = XG_REG_PA_SC_VIZ_QUERY_STATUS_0 + (id >> 5);
    if (w0 >> 8 & 1)
        xg_model_reg_write(m, index, m->regs[index] | 1u << (id & 31));
}

static uint64_t with_low(uint64_t v, uint32_t low)
{
    return (v & ~UINT64_C(0xFFFFFFFF)) | low;
}
static uint64_t with_high(uint64_t v, uint32_t high)
{
    return (uint32_t)v | (uint64_t)high << 32;
}

static void op_set_bin_mask(struct xg_model *m)
{
    m->bin_mask = (uint64_t)xg_model_word(m) << 32;
    m->bin_mask |= xg_model_word(m);
}
static void op_set_bin_select(struct xg_model *m)
{
    m->bin_select = (uint64_t)xg_model_word(m) << 32;
    m->bin_select |= xg_model_word(m);
}
static void op_set_bin_mask_lo(struct xg_model *m)
{
    m->bin_mask = with_low(m->bin_mask, xg_model_word(m));
}
static void op_set_bin_mask_hi(struct xg_model *m)
{
    m->bin_mask = with_high(m->bin_mask, xg_model_word(m));
}
static void op_set_bin_select_lo(struct xg_model *m)
{
    m->bin_select = with_low(m->bin_select, xg_model_word(m));
}
static void op_set_bin_select_hi(struct xg_model *m)
{
    m->bin_select = with_high(m->bin_select, xg_model_word(m));
}

static void op_xe_swap(struct xg_model *m)
{
    xg_model_word(m); /* a tag, not checked */
    xg_pa address = xg_model_word(m) & XG_BUS_MASK;
    uint32_t width = xg_model_word(m), height = xg_model_word(m);
    xg_model_swap(m, address, width, height);
}

static void draw(struct xg_model *m, uint8_t opcode, uint32_t initiator, uint32_t dma_base,
                 uint32_t dma_size)
{
    if ((m->regs[XG_REG_RB_MODECONTROL] & 7) == 6) {
        xg_model_copy(m);
        return;
    }
    m->cost += XG_COST_DRAW;
    xg_model_delegate(m, opcode, initiator, dma_base, dma_size, opcode == XG_PM4_DRAW_INDX_2);
}

static void op_draw_indx(struct xg_model *m)
{
    xg_model_word(m); /* viz token */
    uint32_t initiator = xg_model_word(m), base = xg_model_word(m), size = xg_model_word(m);
    xg_model_reg_write(m, XG_REG_VGT_DRAW_INITIATOR, initiator);
    if ((initiator >> 6 & 3) == 0) {
        xg_model_reg_write(m, XG_REG_VGT_DMA_BASE, base);
        xg_model_reg_write(m, XG_REG_VGT_DMA_SIZE, size);
    }
    draw(m, XG_PM4_DRAW_INDX, initiator, base, size);
}

static void op_draw_indx_2(struct xg_model *m)
{
    uint32_t initiator = xg_model_word(m);
    xg_model_reg_write(m, XG_REG_VGT_DRAW_INITIATOR, initiator);
    draw(m, XG_PM4_DRAW_INDX_2, initiator, 0, 0);
}

/* The host runs shaders, so it gets their programs the way it gets draws. */
static void load_shader(struct xg_model *m, uint8_t opcode)
{
    uint32_t base = xg_model_word(m), size = xg_model_word(m);
    m->cost += XG_COST_DRAW;
    xg_model_delegate(m, opcode, 0, base, size, opcode == XG_PM4_IM_LOAD_IMMEDIATE);
}

static void op_im_load(struct xg_model *m)
{
    load_shader(m, XG_PM4_IM_LOAD);
}
static void op_im_load_immediate(struct xg_model *m)
{
    load_shader(m, XG_PM4_IM_LOAD_IMMEDIATE);
}

struct opcode {
    void (*run)(struct xg_model *m);
    uint8_t min_words;
};
/* Every opcode of pm4.csv is known; those without a row of their own have no effect. */
#define KNOWN(opcode, name)    [opcode] = {op_none, 0},
#define OP(name, handler, min) [XG_PM4_##name] = {handler, min}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#endif
static const struct opcode opcodes[128] = {
    XG_PM4_LIST(KNOWN) OP(INTERRUPT, op_interrupt, 1),
    OP(INDIRECT_BUFFER, op_indirect_buffer, 2),
    OP(INDIRECT_BUFFER_PFD, op_indirect_buffer, 2),
    OP(WAIT_REG_MEM, op_wait_reg_mem, 5),
    OP(COND_WRITE, op_cond_write, 6),
    OP(REG_RMW, op_reg_rmw, 3),
    OP(REG_TO_MEM, op_reg_to_mem, 2),
    OP(MEM_WRITE, op_mem_write, 1),
    OP(EVENT_WRITE, op_event_write, 1),
    OP(EVENT_WRITE_SHD, op_event_write_shd, 3),
    OP(EVENT_WRITE_EXT, op_event_write_ext, 2),
    OP(EVENT_WRITE_ZPD, op_event_write_zpd, 1),
    OP(SET_CONSTANT, op_set_constant, 1),
    OP(SET_CONSTANT2, op_set_constant2, 1),
    OP(SET_SHADER_CONSTANTS, op_set_constant2, 1),
    OP(LOAD_ALU_CONSTANT, op_load_alu_constant, 3),
    OP(VIZ_QUERY, op_viz_query, 1),
    OP(SET_BIN_MASK, op_set_bin_mask, 2),
    OP(SET_BIN_SELECT, op_set_bin_select, 2),
    OP(SET_BIN_MASK_LO, op_set_bin_mask_lo, 1),
    OP(SET_BIN_MASK_HI, op_set_bin_mask_hi, 1),
    OP(SET_BIN_SELECT_LO, op_set_bin_select_lo, 1),
    OP(SET_BIN_SELECT_HI, op_set_bin_select_hi, 1),
    OP(XE_SWAP, op_xe_swap, 4),
    OP(IM_LOAD, op_im_load, 2),
    OP(IM_LOAD_IMMEDIATE, op_im_load_immediate, 2),
    OP(DRAW_INDX, op_draw_indx, 2),
    OP(DRAW_INDX_2, op_draw_indx_2, 1),
};
#pragma GCC diagnostic pop

void xg_model_type3(struct xg_model *m, uint32_t header)
{
    uint32_t code = header >> 8 & 0x7F;
    const struct opcode *op = &opcodes[code];
    bool predicated = header & 1;
    if (predicated && ((m->bin_mask & m->bin_select) == 0 || code == XG_PM4_XE_SWAP))
        ;
    else if (!op->run)
        xg_model_error(m, XG_GPU_ERR_OPCODE, m->header_pa);
    else if (m->words_left < op->min_words)
        xg_model_error(m, XG_GPU_ERR_SHORT, m->header_pa);
    else
        op->run(m);
    xg_model_skip(m);
}
