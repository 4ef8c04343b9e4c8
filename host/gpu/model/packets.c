/* Ring, indirect buffers and packet headers; the run loop. */
#include "gpu/model/model.h"
#include "gpu/packet.h"
#include "gpu/xg_device_gen.h"

/* A command dword as the CPU wrote it. */
static uint32_t fetch(struct xg_model *m, xg_pa pa)
{
    uint32_t generation = xg_gpu_view_generation(m->view);
    if (pa >> XG_PAGE_SHIFT != m->fetch_number || generation != m->fetch_generation) {
        m->fetch_page = xg_gpu_view_page(m->view, pa);
        m->fetch_number = pa >> XG_PAGE_SHIFT;
        m->fetch_generation = xg_gpu_view_generation(m->view);
    }
    return xg_ld32be(m->fetch_page + (pa & (XG_PAGE_SIZE - 1)));
}

static xg_pa here(const struct xg_model *m)
{
    if (m->depth)
        return m->ib[m->depth - 1].address;
    return (m->ring_base + 4 * m->rptr) & XG_BUS_DWORD;
}

/* Moves past n dwords of the innermost buffer. */
static void advance(struct xg_model *m, uint32_t n)
{
    if (m->depth) {
        struct xg_model_ib *ib = &m->ib[m->depth - 1];
        ib->address = (ib->address + 4 * n) & XG_BUS_DWORD;
        ib->left -= n;
    } else {
        m->rptr = (m->rptr + n) & m->ring_mask;
    }
}

uint32_t xg_model_word(struct xg_model *m)
{
    if (m->words_left == 0)
        return 0;
    uint32_t word = fetch(m, here(m));
    advance(m, 1);
    m->words_left--;
    return word;
}

void xg_model_skip(struct xg_model *m)
{
    advance(m, m->words_left);
    m->words_left = 0;
}

static void type0(struct xg_model *m, uint32_t header)
{
    uint32_t index = header & 0x7FFF, step = header >> 15 & 1 ? 0 : 1;
    for (; m->words_left; index += step)
        xg_model_reg_write(m, index, xg_model_word(m));
}

static void type1(struct xg_model *m, uint32_t header)
{
    xg_model_reg_write(m, header & 0x7FF, xg_model_word(m));
    xg_model_reg_write(m, header >> 11 & 0x7FF, xg_model_word(m));
}

/* Buffers that are used up end; dwords left in the innermost one (of the ring: available). */
static uint32_t settle(struct xg_model *m)
{
    while (m->depth && m->ib[m->depth - 1].left == 0)
        m->depth--;
    return m->depth ? m->ib[m->depth - 1].left : (m->wptr - m->rptr) & m->ring_mask;
}

/* Is there a whole packet to take (or the broken end of an indirect buffer)? */
static bool ready(struct xg_model *m)
{
    uint32_t available = settle(m);
    return available && (m->depth || xg_pm4_payload(fetch(m, here(m))) < available);
}

/* Takes one packet. false: there is none, or the ring does not hold all of it yet. */
static bool step(struct xg_model *m)
{
    uint32_t available = settle(m);
    if (available == 0)
        return false;
    m->header_pa = here(m);
    uint32_t header = fetch(m, m->header_pa), n = xg_pm4_payload(header);
    bool whole = n < available;
    if (!whole && m->depth == 0)
        return false;

    m->idle_due = true;
    m->packets++;
    m->counters.packets++;
    m->cost += XG_COST_PACKET + (uint64_t)XG_COST_DWORD * n;
    m->counters.dwords += whole ? n + 1 : available;
    if (!whole) {
        advance(m, available);
        xg_model_error(m, XG_GPU_ERR_TRUNCATED, m->header_pa);
        return true;
    }
    advance(m, 1);
    m->words_left = n;
    if (xg_pm4_is_pad(header))
        return true;
    if (header >> 30 == 0)
        type0(m, header);
    else if (header >> 30 == 1)
        type1(m, header);
    else
        xg_model_type3(m, header);
    return true;
}

enum xg_device_state xg_model_run(struct xg_model *m, uint64_t packets)
{
    xg_gpu_view_refresh(m->view);
    for (uint64_t done = 0; !m->failed; done++) {
        if (m->parked == XG_MODEL_ON_WAIT)
            return XG_DEVICE_WAITING;
        if (m->parked == XG_MODEL_ON_DELEGATE)
            return XG_DEVICE_DELEGATING;
        if (done == packets && ready(m))
            return XG_DEVICE_BUSY;
        if (!step(m)) {
            if (m->idle_due)
                xg_model_idle(m);
            return XG_DEVICE_IDLE;
        }
    }
    return XG_DEVICE_FAILED;
}
