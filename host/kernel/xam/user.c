/* Users: one local profile, signed in as user 0, not connected to anything. */
#include "kernel/xam/xam.h"

#define XUID XG_XUID
#define ANY  0xFFu
enum { ONLINE_ONLY = 1, OFFLINE_ONLY = 2 }; /* flags of GetSigninInfo */
enum { SIGNED_IN_LOCALLY = 1 };
static const char name[16] = "Player";

bool xg_user_signed_in(uint32_t user)
{
    return user == 0 || user == ANY;
}

/* 0 none, 1 local, 2 live. */
enum xg_kcall_result xg_x_XamUserGetSigninState(struct xg_kcall *call)
{
    return xg_kcall_return(call, xg_user_signed_in(xg_kcall_u32(call, 0)) ? SIGNED_IN_LOCALLY : 0);
}

/* 0 u64 XUID, 8 flags, C state, 10 and 14 guest, 18 name[16]. */
enum xg_kcall_result xg_x_XamUserGetSigninInfo(struct xg_kcall *call)
{
    uint32_t user = xg_kcall_u32(call, 0), flags = xg_kcall_u32(call, 1);
    xg_ga out = xg_kcall_u32(call, 2);
    if (!out || (user >= XG_USERS && user != ANY))
        return xg_kcall_return(call, XG_HRESULT(XG_ERROR_INVALID_PARAMETER));
    xg_kcall_fill(call, out, 0, 0x28);
    if (!xg_user_signed_in(user))
        return xg_kcall_return(call, XG_HRESULT(XG_ERROR_NO_SUCH_USER));
    xg_kcall_st64(call, out, flags & ONLINE_ONLY ? 0 : XUID);
    xg_kcall_st32(call, out + 0xC, SIGNED_IN_LOCALLY);
    xg_kcall_write(call, out + 0x18, name, sizeof name);
    return xg_kcall_return(call, 0);
}

/* user, kinds wanted (1 offline, 2 online, 4 online or guest), u64*. */
enum xg_kcall_result xg_x_XamUserGetXUID(struct xg_kcall *call)
{
    uint32_t user = xg_kcall_u32(call, 0), kinds = xg_kcall_u32(call, 1);
    xg_ga out = xg_kcall_u32(call, 2);
    if (!out || (user >= XG_USERS && user != ANY))
        return xg_kcall_return(call, XG_HRESULT(XG_ERROR_INVALID_PARAMETER));
    bool there = xg_user_signed_in(user) && kinds & 1;
    xg_kcall_st64(call, out, there ? XUID : 0);
    return xg_kcall_return(call, there ? 0 : XG_HRESULT(XG_ERROR_NO_SUCH_USER));
}

/* user, char*, room. */
enum xg_kcall_result xg_x_XamUserGetName(struct xg_kcall *call)
{
    uint32_t user = xg_kcall_u32(call, 0), room = xg_kcall_u32(call, 2);
    xg_ga out = xg_kcall_u32(call, 1);
    if (user >= XG_USERS && user != ANY)
        return xg_kcall_return(call, XG_HRESULT(XG_ERROR_INVALID_PARAMETER));
    if (!out || !room)
        return xg_kcall_return(call, XG_HRESULT(XG_ERROR_INVALID_PARAMETER));
    if (!xg_user_signed_in(user)) {
        xg_kcall_st8(call, out, 0);
        return xg_kcall_return(call, XG_HRESULT(XG_ERROR_NO_SUCH_USER));
    }
    uint32_t n = (uint32_t)strlen(name);
    n = n < room ? n : room - 1;
    xg_kcall_write(call, out, name, n);
    xg_kcall_st8(call, out + n, 0);
    return xg_kcall_return(call, 0);
}

/* A profile that is not connected has none of the privileges, which are all about that. */
enum xg_kcall_result xg_x_XamUserCheckPrivilege(struct xg_kcall *call)
{
    uint32_t user = xg_kcall_u32(call, 0);
    xg_ga out = xg_kcall_u32(call, 2);
    if (user >= XG_USERS && user != ANY)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    if (!xg_user_signed_in(user))
        return xg_kcall_return(call, XG_ERROR_NO_SUCH_USER);
    xg_kcall_st32(call, out, 0);
    return xg_kcall_return(call, XG_ERROR_SUCCESS);
}

/* u64 XUIDs[4], flags, overlapped. The local profile is signed in as long as the title runs, so
 * that signing it in succeeds; nobody else exists. */
enum xg_kcall_result xg_x_XamUserLogon(struct xg_kcall *call)
{
    xg_ga list = xg_kcall_u32(call, 0);
    uint32_t result = XG_ERROR_SUCCESS;
    for (unsigned i = 0; list && i < XG_USERS && !call->faulted; i++) {
        uint64_t wish = xg_kcall_ld64(call, list + 8 * i);
        if (wish && (wish != XUID || i != 0))
            result = XG_ERROR_NO_SUCH_USER;
    }
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!result)
        xg_notify(call->kernel, 0x0000000A, 1);
    return xg_overlapped_complete(call, xg_kcall_u32(call, 2), result, 0);
}

/* user, u64 XUIDs*, how many, answer*, overlapped: the local profile has no friends. */
enum xg_kcall_result xg_x_XamUserAreUsersFriends(struct xg_kcall *call)
{
    uint32_t user = xg_kcall_u32(call, 0);
    xg_ga out = xg_kcall_u32(call, 3);
    if (!out || (user >= XG_USERS && user != ANY))
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    xg_kcall_st32(call, out, 0);
    return xg_overlapped_complete(
        call, xg_kcall_u32(call, 4),
        xg_user_signed_in(user) ? XG_ERROR_SUCCESS : XG_ERROR_NO_SUCH_USER, 0);
}

/* user, UTF-16*, room in units (at least 16). */
enum xg_kcall_result xg_x_XamUserGetGamerTag(struct xg_kcall *call)
{
    xg_ga out = xg_kcall_u32(call, 1);
    if (!xg_user_signed_in(xg_kcall_u32(call, 0)) || !out || xg_kcall_u32(call, 2) < sizeof name)
        return xg_kcall_return(call, XG_HRESULT(XG_ERROR_INVALID_PARAMETER));
    for (uint32_t i = 0; i < sizeof name; i++)
        xg_kcall_st16(call, out + 2 * i, (uint8_t)name[i]);
    return xg_kcall_return(call, 0);
}

/* ---- keys of pictures: 24 hex digits of text, for title, large and small image ---- */

enum { DATA_TYPE = 0, DATA_SIZE = 8, DATA_TEXT = 12, TYPE_TEXT = 4 };
#define KEY_DIGITS 24u

static bool hex_digit(uint16_t unit, uint32_t *value)
{
    uint16_t letter = unit | 0x20;
    if (unit >= '0' && unit <= '9')
        *value = unit - '0';
    else if (letter >= 'a' && letter <= 'f')
        *value = letter - 'a' + 10u;
    else
        return false;
    return true;
}

/* value of a setting*, title*, large*, small*. */
enum xg_kcall_result xg_x_XamParseGamerTileKey(struct xg_kcall *call)
{
    xg_ga key = xg_kcall_u32(call, 0), text = xg_kcall_ld32(call, key + DATA_TEXT);
    uint32_t part[3] = {0};
    bool good = xg_kcall_ld8(call, key + DATA_TYPE) == TYPE_TEXT &&
                xg_kcall_ld32(call, key + DATA_SIZE) >= 2 * KEY_DIGITS;
    for (uint32_t i = 0, value; good && i < KEY_DIGITS; i++) {
        good = hex_digit(xg_kcall_ld16(call, text + 2 * i), &value);
        if (good)
            part[i / 8] = part[i / 8] << 4 | value;
    }
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!good)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    for (unsigned i = 0; i < 3; i++)
        xg_kcall_st32(call, xg_kcall_u32(call, 1 + i), part[i]);
    return xg_kcall_return(call, XG_ERROR_SUCCESS);
}
