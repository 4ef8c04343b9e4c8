/* The register file and the side effects of writes (docs/device.md, "Registers"). */
#include "gpu/model/model.h"

#include "gpu/xg_device_gen.h"

bool xg_model_reg_present(uint32_t i)
{
    return i < 0x1000 || (i >= 0x1800 && i < 0x1A00) || (i >= 0x2000 && i < 0x2400) ||
           (i >= 0x4000 && i < 0x4A00) || (i >= 0x5000 && i < 0x5003);
}

uint32_t xg_model_reg_read(const struct xg_model *m, uint32_t index)
{
    return m->regs[index & (XG_MODEL_REGS - 1)]; /* absent ones are never stored: 0 */
}

void xg_model_reg_store(struct xg_model *m, uint32_t index, uint32_t value)
{
    if (m->regs[index] != value)
        m->dirty[index / 64] |= UINT64_C(1) << index % 64;
    m->regs[index] = value;
    xg_model_reg_effect(m, index, value);
}

void xg_model_reg_write(struct xg_model *m, uint32_t index, uint32_t value)
{
    index &= XG_MODEL_REGS - 1;
    if (XG_UNLIKELY(!xg_model_reg_present(index))) {
        xg_model_error(m, XG_GPU_ERR_REGISTER, index);
        return;
    }
    if (index == XG_REG_COHER_STATUS_HOST)
        value |= 0x80000000u;
    xg_model_reg_store(m, index, value);
    uint32_t scratch = index - XG_REG_SCRATCH_REG0;
    if (scratch < 8 && m->regs[XG_REG_SCRATCH_UMSK] >> scratch & 1)
        xg_model_mem32(m, (m->regs[XG_REG_SCRATCH_ADDR] & XG_BUS_DWORD) + 4 * scratch,
                       xg_bswap32(value));
}
