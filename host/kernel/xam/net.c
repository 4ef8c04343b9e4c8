/* Networking of a console without a cable: the libraries start, there is no link and no address,
 * and no socket can be made. The error is the thread's last one. */
#include "kernel/xam/xam.h"

#include <stdio.h>

enum {
    WSAENOTSOCK = 10038,
    WSAENETDOWN = 10050,
    VERSION = 0x0202,
    ADDRESS_NONE = 1,
    FD_SETSIZE = 64
};
#define NO_SOCKET UINT32_MAX

static void set_error(struct xg_kcall *call, uint32_t error)
{
    if (!call->kernel->running->dpc_active)
        xg_kst32(call->kernel, xg_current_kthread(call->kernel) + KT_LAST_ERROR, error);
}

static enum xg_kcall_result refuse(struct xg_kcall *call, uint32_t error)
{
    set_error(call, error);
    return xg_kcall_return(call, NO_SOCKET);
}

/* caller, version, WSADATA*: 0 version, 2 highest version, texts. */
static enum xg_kcall_result startup(struct xg_kcall *call, xg_ga out)
{
    if (out) {
        xg_kcall_st16(call, out, VERSION);
        xg_kcall_st16(call, out + 2, VERSION);
    }
    return xg_kcall_return(call, 0);
}
enum xg_kcall_result xg_x_NetDll_WSAStartup(struct xg_kcall *call)
{
    return startup(call, xg_kcall_u32(call, 2));
}
enum xg_kcall_result xg_x_NetDll_WSAStartupEx(struct xg_kcall *call)
{
    return startup(call, xg_kcall_u32(call, 2));
}
enum xg_kcall_result xg_x_NetDll_WSACleanup(struct xg_kcall *call)
{
    return xg_kcall_return(call, 0);
}
enum xg_kcall_result xg_x_NetDll_XNetStartup(struct xg_kcall *call)
{
    return xg_kcall_return(call, 0);
}
enum xg_kcall_result xg_x_NetDll_XNetCleanup(struct xg_kcall *call)
{
    return xg_kcall_return(call, 0);
}

enum xg_kcall_result xg_x_NetDll_XNetGetTitleXnAddr(struct xg_kcall *call)
{
    xg_kcall_fill(call, xg_kcall_u32(call, 1), 0, 0x24);
    return xg_kcall_return(call, ADDRESS_NONE);
}
enum xg_kcall_result xg_x_NetDll_XNetGetEthernetLinkStatus(struct xg_kcall *call)
{
    return xg_kcall_return(call, 0);
}

enum xg_kcall_result xg_x_NetDll_WSAGetLastError(struct xg_kcall *call)
{
    return xg_kcall_return(
        call, xg_kld32(call->kernel, xg_current_kthread(call->kernel) + KT_LAST_ERROR));
}
enum xg_kcall_result xg_x_NetDll_WSASetLastError(struct xg_kcall *call)
{
    set_error(call, xg_kcall_u32(call, 0));
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_NetDll_socket(struct xg_kcall *call)
{
    return refuse(call, WSAENETDOWN);
}

#define NO_SUCH_SOCKET(name)                                                                       \
    enum xg_kcall_result xg_x_NetDll_##name(struct xg_kcall *call)                                 \
    {                                                                                              \
        return refuse(call, WSAENOTSOCK);                                                          \
    }
NO_SUCH_SOCKET(closesocket)
NO_SUCH_SOCKET(shutdown)
NO_SUCH_SOCKET(ioctlsocket)
NO_SUCH_SOCKET(setsockopt)
NO_SUCH_SOCKET(bind)
NO_SUCH_SOCKET(connect)
NO_SUCH_SOCKET(listen)
NO_SUCH_SOCKET(accept)
NO_SUCH_SOCKET(select)
NO_SUCH_SOCKET(recv)
NO_SUCH_SOCKET(recvfrom)
NO_SUCH_SOCKET(send)
NO_SUCH_SOCKET(sendto)
NO_SUCH_SOCKET(WSASendTo)

/* socket, set: 0 count, 4 sockets. */
enum xg_kcall_result xg_x_NetDll___WSAFDIsSet(struct xg_kcall *call)
{
    uint32_t socket = xg_kcall_u32(call, 0);
    xg_ga set = xg_kcall_u32(call, 1);
    uint32_t count = xg_kcall_ld32(call, set);
    for (uint32_t i = 0; i < count && i < FD_SETSIZE; i++)
        if (xg_kcall_ld32(call, set + 4 + 4 * i) == socket)
            return xg_kcall_return(call, 1);
    return xg_kcall_return(call, 0);
}

/* caller, text: a dotted address in network order, or FFFFFFFF. */
enum xg_kcall_result xg_x_NetDll_inet_addr(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 1);
    uint32_t address = 0;
    for (unsigned part = 0; part < 4; part++) {
        uint32_t value = 0, digits = 0;
        uint8_t c;
        while ((c = xg_kcall_ld8(call, at)) >= '0' && c <= '9' && digits++ < 3) {
            value = value * 10 + (c - '0');
            at++;
        }
        if (!digits || value > 255 || (part < 3 ? c != '.' : c != 0))
            return xg_kcall_return(call, NO_SOCKET);
        address = address << 8 | value;
        at++;
    }
    return xg_kcall_return(call, address);
}

/* ---- names, options, the port for other consoles ---- */

enum { WSAEINVAL = 10022, WSAEMSGSIZE = 10040, WSAHOST_NOT_FOUND = 11001 };
enum { DNS_SIZE = 0x28, DNS_STATUS = 0 }; /* XNDNS: status, count, addresses */

/* caller, address, text*, its room. */
enum xg_kcall_result xg_x_NetDll_XNetInAddrToString(struct xg_kcall *call)
{
    uint32_t a = xg_kcall_u32(call, 1), room = xg_kcall_u32(call, 3);
    char text[16];
    uint32_t size = (uint32_t)snprintf(text, sizeof text, "%u.%u.%u.%u", a >> 24, a >> 16 & 255,
                                       a >> 8 & 255, a & 255) +
                    1;
    if (size > room)
        return xg_kcall_return(call, WSAEMSGSIZE);
    xg_kcall_write(call, xg_kcall_u32(call, 2), text, size);
    return xg_kcall_return(call, 0);
}

/* caller, name, event or 0, XNDNS**: the lookup begins, and is over at once: no such host. */
enum xg_kcall_result xg_x_NetDll_XNetDnsLookup(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    struct xg_object *event = xg_handle_object(k, xg_kcall_u32(call, 2));
    xg_ga out = xg_kcall_u32(call, 3), dns = out ? xg_pool_alloc(k, DNS_SIZE, 0x534E4458) : 0;
    if (!dns)
        return xg_kcall_return(call, WSAEINVAL);
    xg_kst32(k, dns + DNS_STATUS, WSAHOST_NOT_FOUND);
    xg_kcall_st32(call, out, dns);
    if (call->faulted) {
        xg_pool_free(k, dns);
        return XG_KCALL_FAULT;
    }
    xg_kcall_return(call, 0);
    if (event && event->type == XG_OBJECT_EVENT)
        xg_signal_set(call, event->body, 1);
    return XG_KCALL_RESCHEDULE;
}

/* caller, XNDNS*. */
enum xg_kcall_result xg_x_NetDll_XNetDnsRelease(struct xg_kcall *call)
{
    bool ok = xg_pool_free(call->kernel, xg_kcall_u32(call, 1));
    return xg_kcall_return(call, ok ? 0 : WSAEINVAL);
}

/* caller, option, value*, its size*: option 1 is what XNetStartup was asked for; the defaults. */
enum xg_kcall_result xg_x_NetDll_XNetGetOpt(struct xg_kcall *call)
{
    static const uint8_t defaults[] = {13, 0, 8, 32, 16, 16, 8, 32, 64, 2, 3, 8, 2};
    xg_ga out = xg_kcall_u32(call, 2), size_at = xg_kcall_u32(call, 3);
    if (xg_kcall_u32(call, 1) != 1)
        return xg_kcall_return(call, WSAEINVAL);
    uint32_t room = xg_kcall_ld32(call, size_at);
    xg_kcall_st32(call, size_at, sizeof defaults);
    if (room < sizeof defaults)
        return xg_kcall_return(call, WSAEMSGSIZE);
    xg_kcall_write(call, out, defaults, sizeof defaults);
    return xg_kcall_return(call, 0);
}

/* caller, u16*. */
enum xg_kcall_result xg_x_NetDll_XNetGetSystemLinkPort(struct xg_kcall *call)
{
    xg_kcall_st16(call, xg_kcall_u32(call, 1), call->kernel->link_port);
    return xg_kcall_return(call, 0);
}
/* caller, port. */
enum xg_kcall_result xg_x_NetDll_XNetSetSystemLinkPort(struct xg_kcall *call)
{
    call->kernel->link_port = (uint16_t)xg_kcall_u32(call, 1);
    return xg_kcall_return(call, 0);
}

/* event. */
enum xg_kcall_result xg_x_NetDll_WSASetEvent(struct xg_kcall *call)
{
    struct xg_object *o = xg_handle_object(call->kernel, xg_kcall_u32(call, 0));
    if (!o || o->type != XG_OBJECT_EVENT) {
        set_error(call, XG_ERROR_INVALID_HANDLE);
        return xg_kcall_return(call, 0);
    }
    xg_kcall_return(call, 1);
    xg_signal_set(call, o->body, 1);
    return XG_KCALL_RESCHEDULE;
}
