/* The back end `fpga`; see driver/fpga_device.h. */
#include "driver/fpga_device.h"

#include "driver/board.h"
#include "driver/link_device.h"

#include <errno.h>
#include <stdlib.h>

#define WAIT_S 10u /* for a board that was unplugged */

/* A number from the environment; *to stays when it is not set. */
static bool setting(const char *name, unsigned long least, unsigned long most, uint32_t *to,
                    struct xg_error *err)
{
    const char *text = getenv(name);
    char *end;
    if (!text)
        return true;
    errno = 0;
    unsigned long n = strtoul(text, &end, 10);
    if (errno || *end || end == text || n < least || n > most)
        return xg_fail(err, XG_E_INPUT, "%s='%s' is no number from %lu to %lu", name, text, least,
                       most);
    *to = (uint32_t)n;
    return true;
}

struct xg_device *xg_device_fpga_create(const struct xg_device_host *host, struct xg_error *err)
{
    uint32_t wait_s = WAIT_S, zeroed = 0;
    struct xg_board_patience patience = {0};
    struct xg_board board;
    if (!xg_board_of_environment(&board, err) ||
        !setting("XG_FPGA_CLOCKS_PER_US", 1, 1000, &patience.clocks_per_us, err) ||
        !setting("XG_FPGA_WAIT_S", 0, 3600, &wait_s, err) ||
        !setting("XG_FPGA_ZEROED", 0, 1, &zeroed, err))
        return NULL;
    patience.wait_ms = 1000 * wait_s;
    patience.zeroed = zeroed;
    struct xg_transport *transport = xg_board_open(&board, &patience, err);
    return transport ? xg_link_device_create(host, transport, err) : NULL;
}
