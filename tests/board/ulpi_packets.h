/* Between the PHY's half of the model and the host's: ulpi_model.c, ulpi_host.c. */
#ifndef XG_TESTS_ULPI_PACKETS_H
#define XG_TESTS_ULPI_PACKETS_H

#include "tests/board/ulpi_model.h"

uint32_t ulpi_draw(struct ulpi_host *h);
void ulpi_broke(struct ulpi_host *h, const char *why);
void ulpi_clock(struct ulpi_host *h);
void ulpi_idle(struct ulpi_host *h, unsigned clocks);
/* The wires (two bits) and VBUS (two bits: 3 is a session) change. */
void ulpi_line(struct ulpi_host *h, unsigned line, unsigned vbus);
void ulpi_phy_reset(struct ulpi_host *h);
void ulpi_send(struct ulpi_host *h, const uint8_t *bytes, unsigned n);
bool ulpi_receive(struct ulpi_host *h);

#endif
