#include "gpu/present/gamma.h"
#include "gpu/xg_device_gen.h"

#include <string.h>

void xg_gamma_reset(struct xg_gamma *g)
{
    memset(g, 0, sizeof *g);
    g->enabled = 7;
    for (unsigned i = 0; i < 256; i++)
        for (unsigned c = 0; c < 3; c++)
            g->table[i][c] = (uint16_t)(i * 1023 / 255);
    for (unsigned i = 0; i < 128; i++)
        for (unsigned c = 0; c < 3; c++) {
            g->base[i][c] = (uint16_t)(i * 65535 / 127 & ~63u);
            g->delta[i][c] = i < 127 ? 512 : 0;
        }
}

/* Red, green, blue of an entry follow one another; then the next entry. */
static void put(struct xg_gamma *g, uint32_t value, bool pieces)
{
    unsigned c = g->component;
    if (g->enabled >> (2 - c) & 1) {
        if (pieces) {
            g->base[g->index & 127][c] = (uint16_t)(value & 0xFFC0);
            g->delta[g->index & 127][c] = (uint16_t)(value >> 16 & 0xFFC0);
        } else {
            g->table[g->index][c] = (uint16_t)(value >> 6 & 1023);
        }
    }
    g->written = true;
    g->component = (uint8_t)((c + 1) % 3);
    if (c == 2)
        g->index++;
}

static void put_entry(struct xg_gamma *g, uint32_t value)
{
    for (unsigned c = 0; c < 3; c++)
        if (g->enabled >> (2 - c) & 1)
            g->table[g->index][c] = (uint16_t)(value >> (20 - 10 * c) & 1023);
    g->written = true;
    g->component = 0;
    g->index++;
}

void xg_gamma_write(struct xg_gamma *g, uint32_t index, uint32_t value)
{
    switch (index) {
    case XG_REG_DC_LUT_RW_MODE:
        g->pieces = value & 1;
        break;
    case XG_REG_DC_LUT_RW_INDEX:
        g->index = (uint8_t)value;
        g->component = 0;
        break;
    case XG_REG_DC_LUT_SEQ_COLOR:
        put(g, value, false);
        break;
    case XG_REG_DC_LUT_PWL_DATA:
        put(g, value, true);
        break;
    case XG_REG_DC_LUT_30_COLOR:
        put_entry(g, value);
        break;
    case XG_REG_DC_LUT_WRITE_EN_MASK:
        g->enabled = value & 7;
        break;
    default:
        break;
    }
}

static uint8_t ten_to_eight(uint32_t v)
{
    return (uint8_t)((v * 255 + 511) / 1023);
}

uint8_t xg_gamma_show8(const struct xg_gamma *g, unsigned component, uint8_t value)
{
    return ten_to_eight(g->table[value][component]);
}

uint8_t xg_gamma_show10(const struct xg_gamma *g, unsigned component, uint16_t value)
{
    unsigned i = value >> 3 & 127;
    uint32_t v = g->base[i][component] + (value & 7u) * g->delta[i][component] / 8;
    v /= 64; /* to 10 bits */
    return ten_to_eight(v < 1023 ? v : 1023);
}
