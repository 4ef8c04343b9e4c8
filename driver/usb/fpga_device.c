/* The back end `fpga`; see driver/fpga_device.h. */
#include "driver/fpga_device.h"

#include "driver/link_device.h"
#include "driver/usb/board.h"

#include <errno.h>
#include <stdlib.h>

static bool patience(uint32_t *clocks, struct xg_error *err)
{
    const char *text = getenv("XG_FPGA_CLOCKS_PER_US");
    char *end;
    if (!text)
        return true;
    errno = 0;
    unsigned long n = strtoul(text, &end, 10);
    if (errno || *end || end == text || n == 0 || n > 1000)
        return xg_fail(err, XG_E_INPUT, "XG_FPGA_CLOCKS_PER_US='%s' is no number from 1 to 1000",
                       text);
    *clocks = (uint32_t)n;
    return true;
}

struct xg_device *xg_device_fpga_create(const struct xg_device_host *host, struct xg_error *err)
{
    struct xg_usb_link_options options = {.serial = getenv("XG_FPGA_SERIAL")};
    if (!patience(&options.clocks_per_us, err))
        return NULL;
    struct xg_transport *transport = xg_usb_transport_create(&options, err);
    return transport ? xg_link_device_create(host, transport, err) : NULL;
}
