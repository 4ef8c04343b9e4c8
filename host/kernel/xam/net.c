/* Networking of a console without a cable: the libraries start, there is no link and no address,
 * and no socket can be made. The error is the thread's last one. */
#include "kernel/xam/xam.h"

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
