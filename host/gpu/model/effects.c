/* Effects: what the host is told, in program order. */
#include "gpu/model/model.h"

#include "gpu/xg_device_gen.h"

static void send(struct xg_model *m, struct xg_gpu_effect *e)
{
    e->cost = m->cost;
    e->packet = m->packets;
    m->host.effect(m->host.ctx, e);
}

void xg_model_mem32(struct xg_model *m, xg_pa address, uint32_t word)
{
    uint8_t bytes[4];
    xg_st32le(bytes, word);
    address &= XG_BUS_DWORD;
    if (XG_UNLIKELY(!xg_gpu_view_write(m->view, address, bytes, sizeof bytes, m->cost)))
        m->failed = true;
    m->counters.memory_writes++;
    struct xg_gpu_effect e = {.kind = XG_GPU_MEM,
                              .producer = XG_GPU_FROM_CP,
                              .address = address,
                              .size = sizeof bytes,
                              .bytes = bytes};
    send(m, &e);
}

void xg_model_reg_effect(struct xg_model *m, uint32_t index, uint32_t value)
{
    if (!m->trace)
        return;
    struct xg_gpu_effect e = {.kind = XG_GPU_REG, .address = index, .value = value};
    send(m, &e);
}

void xg_model_irq(struct xg_model *m, uint32_t mask)
{
    m->counters.interrupts++;
    struct xg_gpu_effect e = {.kind = XG_GPU_IRQ, .value = mask};
    send(m, &e);
}

void xg_model_swap(struct xg_model *m, xg_pa address, uint32_t width, uint32_t height)
{
    m->counters.swaps++;
    struct xg_gpu_effect e = {
        .kind = XG_GPU_SWAP, .address = address, .width = width, .height = height};
    send(m, &e);
}

void xg_model_park(struct xg_model *m)
{
    m->parked = XG_MODEL_ON_WAIT;
    struct xg_gpu_effect e = {.kind = XG_GPU_WAIT, .wait = &m->wait};
    send(m, &e);
}

/* The registers written with another value since the last delegation, ascending. */
static size_t take_changed(struct xg_model *m)
{
    size_t n = 0;
    for (uint32_t word = 0; word < XG_COUNTOF(m->dirty); word++) {
        for (uint64_t bits = m->dirty[word]; bits; bits &= bits - 1) {
            uint32_t index = word * 64 + (uint32_t)__builtin_ctzll(bits);
            m->changed[n++] = (struct xg_gpu_reg){(uint16_t)index, m->regs[index]};
        }
        m->dirty[word] = 0;
    }
    return n;
}

void xg_model_delegate(struct xg_model *m, uint8_t opcode, uint32_t initiator, uint32_t dma_base,
                       uint32_t dma_size, bool immediate)
{
    if (opcode == XG_PM4_DRAW_INDX || opcode == XG_PM4_DRAW_INDX_2)
        m->counters.draws_delegated++;
    if (!m->pixels)
        return;
    struct xg_gpu_draw draw = {.sequence = ++m->delegations,
                               .opcode = opcode,
                               .initiator = initiator,
                               .dma_base = dma_base,
                               .dma_size = dma_size,
                               .regs = m->changed,
                               .reg_count = take_changed(m)};
    while (immediate && m->words_left)
        m->immediate[draw.immediate_count++] = xg_model_word(m);
    if (draw.immediate_count)
        draw.immediate = m->immediate;
    m->parked = XG_MODEL_ON_DELEGATE;
    struct xg_gpu_effect e = {.kind = XG_GPU_DELEGATE, .draw = &draw};
    send(m, &e);
}

void xg_model_idle(struct xg_model *m)
{
    m->idle_due = false;
    if (m->rptr_writeback)
        xg_model_mem32(m, m->rptr_writeback, xg_bswap32(m->rptr));
    struct xg_gpu_effect e = {.kind = XG_GPU_IDLE, .value = m->rptr};
    send(m, &e);
}

void xg_model_error(struct xg_model *m, uint32_t bit, uint32_t address)
{
    bool first = m->errors == 0;
    m->errors |= bit;
    if (!first)
        return;
    struct xg_gpu_effect e = {.kind = XG_GPU_ERROR, .value = bit, .address = address};
    send(m, &e);
}
