/* The display's gamma ramp: a table of 256 entries for 8-bit pictures, a piecewise linear one
 * of 128 pieces for 10-bit ones. Guests write it through the DC_LUT registers. */
#ifndef XG_GPU_PRESENT_GAMMA_H
#define XG_GPU_PRESENT_GAMMA_H

#include "base/types.h"

struct xg_gamma {
    bool written;             /* by the guest; until then pictures are shown as they are */
    uint16_t table[256][3];   /* red, green, blue; 10 bits */
    uint16_t base[128][3];    /* 16 bits, the low six 0 */
    uint16_t delta[128][3];   /* over a piece of eight values */
    uint8_t index, component; /* of the next write */
    bool pieces;              /* DC_LUT_RW_MODE: writes go to the pieces */
    uint8_t enabled;          /* DC_LUT_WRITE_EN_MASK: bit 0 blue, 1 green, 2 red */
};

void xg_gamma_reset(struct xg_gamma *g);
/* A register write of the guest; others than DC_LUT_* do nothing. */
void xg_gamma_write(struct xg_gamma *g, uint32_t index, uint32_t value);
/* A component (0 red, 1 green, 2 blue) as the screen shows it, 8 bits. */
uint8_t xg_gamma_show8(const struct xg_gamma *g, unsigned component, uint8_t value);
uint8_t xg_gamma_show10(const struct xg_gamma *g, unsigned component, uint16_t value);

#endif
