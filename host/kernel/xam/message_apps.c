/* Messages to the system's applications. The one for sessions and statistics (FB) keeps nothing:
 * contexts and properties of a player are taken, as only other players would see them; everything
 * that needs a connection fails with 80155209. There are no other applications. */
#include "kernel/xam/xam.h"

#define APP_SESSIONS  0xFBu
#define NOT_CONNECTED 0x80155209u /* nobody is signed in to the service */
#define E_INVALIDARG  0x80070057u
enum { SET_CONTEXT = 0xB0006, SET_PROPERTY = 0xB0007, WRITE_ACHIEVEMENTS = 0xB0008 };

static uint32_t dispatch(struct xg_kernel *k, uint32_t app, uint32_t message)
{
    if (app != APP_SESSIONS) {
        xg_kst32(k, xg_current_kthread(k) + KT_LAST_ERROR, XG_ERROR_NOT_FOUND);
        return E_INVALIDARG;
    }
    bool local = message == SET_CONTEXT || message == SET_PROPERTY || message == WRITE_ACHIEVEMENTS;
    return local ? XG_ERROR_SUCCESS : NOT_CONNECTED;
}

/* app, message, overlapped, buffer, its size. */
enum xg_kcall_result xg_x_XMsgStartIORequest(struct xg_kcall *call)
{
    xg_ga overlapped = xg_kcall_u32(call, 2);
    uint32_t result = dispatch(call->kernel, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1));
    if (!overlapped)
        return xg_kcall_return(call, result);
    if (!xg_overlapped_begin(call, overlapped))
        return XG_KCALL_FAULT;
    xg_kcall_return(call, XG_ERROR_IO_PENDING);
    xg_overlapped_finish(call->kernel, xg_current(call->kernel), overlapped, result, 0);
    return XG_KCALL_RESCHEDULE;
}

/* app, message, two arguments. */
enum xg_kcall_result xg_x_XMsgInProcessCall(struct xg_kcall *call)
{
    return xg_kcall_return(call,
                           dispatch(call->kernel, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1)));
}
