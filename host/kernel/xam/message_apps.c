/* Messages to the system's applications. The one for sessions and statistics (FB) keeps
 * achievements; contexts and properties of a player are taken, as only other players would see
 * them; everything that needs a connection fails with 80155209. There are no other applications. */
#include "kernel/content.h"

#define APP_SESSIONS     0xFBu
#define NOT_CONNECTED    0x80155209u /* nobody is signed in to the service */
#define E_INVALIDARG     0x80070057u
#define ACHIEVEMENTS_MAX 100u
enum { SET_CONTEXT = 0xB0006, SET_PROPERTY = 0xB0007, WRITE_ACHIEVEMENTS = 0xB0008 };

/* {how many, list}: {user, achievement} each. */
static uint32_t write_achievements(struct xg_kcall *call, xg_ga buffer)
{
    uint32_t count = buffer ? xg_kcall_ld32(call, buffer) : 0, result = XG_ERROR_SUCCESS;
    xg_ga list = buffer ? xg_kcall_ld32(call, buffer + 4) : 0;
    for (uint32_t i = 0; i < count && i < ACHIEVEMENTS_MAX && !call->faulted && !result; i++) {
        uint32_t user = xg_kcall_ld32(call, list + 8 * i),
                 id = xg_kcall_ld32(call, list + 8 * i + 4);
        if (!call->faulted)
            result = xg_user_signed_in(user) ? xg_achievement_reached(call->kernel, id)
                                             : (uint32_t)XG_ERROR_NO_SUCH_USER;
    }
    return result;
}

static uint32_t dispatch(struct xg_kcall *call, uint32_t app, uint32_t message, xg_ga buffer)
{
    struct xg_kernel *k = call->kernel;
    if (app != APP_SESSIONS) {
        xg_kst32(k, xg_current_kthread(k) + KT_LAST_ERROR, XG_ERROR_NOT_FOUND);
        return E_INVALIDARG;
    }
    if (message == WRITE_ACHIEVEMENTS)
        return write_achievements(call, buffer);
    bool local = message == SET_CONTEXT || message == SET_PROPERTY;
    return local ? XG_ERROR_SUCCESS : NOT_CONNECTED;
}

/* app, message, overlapped, buffer, its size. */
enum xg_kcall_result xg_x_XMsgStartIORequest(struct xg_kcall *call)
{
    xg_ga overlapped = xg_kcall_u32(call, 2);
    uint32_t result =
        dispatch(call, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1), xg_kcall_u32(call, 3));
    if (call->faulted)
        return XG_KCALL_FAULT;
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
    uint32_t result =
        dispatch(call, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1), xg_kcall_u32(call, 2));
    return call->faulted ? XG_KCALL_FAULT : xg_kcall_return(call, result);
}
