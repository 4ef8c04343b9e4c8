/* The hardware as titles ask for it: messages to the system management controller (16 bytes out,
 * 16 bytes in, the code first), why the console was switched on, whose console it is. */
#include "kernel/internal.h"

enum { MESSAGE = 16 };
enum { /* questions; the answer begins with the same code */
       SMC_POWER_ON_TYPE = 0x01,
       SMC_CLOCK = 0x04,
       SMC_SENSORS = 0x07,
       SMC_TRAY = 0x0A,
       SMC_AV_PACK = 0x0F,
       SMC_VERSION = 0x12,
       SMC_LAST_QUESTION = 0x7F, /* above: orders, without an answer */
};
#define POWER_BUTTON   0x11u
#define TRAY_CLOSED    0x62u
#define AV_PACK_HDMI   0x1Fu
#define CONSOLE_RETAIL 2u
/* 100 ns units between 1601 and 2001-11-15, where the controller's clock begins. */
#define CLOCK_START 126502560000000000ull

static void answer(const struct xg_kernel *k, uint8_t code, uint8_t out[MESSAGE])
{
    static const uint8_t celsius[4] = {45, 50, 48, 42}; /* CPU, GPU, eDRAM, board */
    uint64_t ms = (xg_system_time(xg_kernel_cpu_now(k)) - CLOCK_START) / 10000;
    memset(out, 0, MESSAGE);
    out[0] = code;
    switch (code) {
    case SMC_POWER_ON_TYPE:
        out[1] = POWER_BUTTON;
        break;
    case SMC_CLOCK:
        for (unsigned i = 0; i < 5; i++)
            out[1 + i] = (uint8_t)(ms >> 8 * i);
        break;
    case SMC_SENSORS: /* little-endian, 8 bits behind the point */
        for (unsigned i = 0; i < 4; i++)
            out[2 + 2 * i] = celsius[i];
        break;
    case SMC_TRAY:
        out[1] = TRAY_CLOSED;
        break;
    case SMC_AV_PACK:
        out[1] = AV_PACK_HDMI;
        break;
    case SMC_VERSION:
        out[1] = 0x41;
        out[2] = 2;
        out[3] = 3;
        break;
    default: /* a question it does not know: the code alone */
        break;
    }
}

/* message, room for the answer or 0. Orders (LEDs, fan, tray) change nothing that exists here. */
enum xg_kcall_result xg_x_HalSendSMCMessage(struct xg_kcall *call)
{
    uint8_t in[MESSAGE], out[MESSAGE];
    xg_ga to = xg_kcall_u32(call, 1);
    if (!xg_kcall_read(call, xg_kcall_u32(call, 0), in, sizeof in))
        return XG_KCALL_FAULT;
    if (to && in[0] <= SMC_LAST_QUESTION) {
        answer(call->kernel, in[0], out);
        xg_kcall_write(call, to, out, sizeof out);
    }
    return XG_KCALL_DONE;
}

/* node {routine, priority, list}, add. The controller reports the tray, the remote control and
 * heat; none of it happens here, so a registration is only linked to itself. */
enum xg_kcall_result xg_x_HalRegisterSMCNotification(struct xg_kcall *call)
{
    xg_ga node = xg_kcall_u32(call, 0), list = node + 8;
    bool add = xg_kcall_u32(call, 1) != 0;
    xg_kcall_ld32(call, node);
    xg_kcall_st32(call, list, add ? list : 0);
    xg_kcall_st32(call, list + 4, add ? list : 0);
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_HalGetPowerUpCause(struct xg_kcall *call)
{
    return xg_kcall_return(call, POWER_BUTTON);
}

enum xg_kcall_result xg_x_XeKeysGetConsoleType(struct xg_kcall *call)
{
    xg_kcall_st32(call, xg_kcall_u32(call, 0), CONSOLE_RETAIL);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* 5 bytes or 0, 12 digits with their NUL or 0. This console has no number. */
enum xg_kcall_result xg_x_XeKeysGetConsoleID(struct xg_kcall *call)
{
    static const char digits[] = "000000000000";
    xg_ga bytes = xg_kcall_u32(call, 0), text = xg_kcall_u32(call, 1);
    if (bytes)
        xg_kcall_fill(call, bytes, 0, 5);
    if (text)
        xg_kcall_write(call, text, digits, sizeof digits);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* ---- the file system cache: nothing is cached, the number is kept ---- */

enum xg_kcall_result xg_x_FscSetCacheElementCount(struct xg_kcall *call)
{
    call->kernel->cache_elements = xg_kcall_u32(call, 1);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

enum xg_kcall_result xg_x_FscGetCacheElementCount(struct xg_kcall *call)
{
    return xg_kcall_return(call, call->kernel->cache_elements);
}
