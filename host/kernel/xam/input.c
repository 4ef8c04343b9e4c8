/* Pads. What a pad is now is a matter of guest time alone (input/input.h). Structures are
 * XINPUT_STATE, XINPUT_CAPABILITIES, XINPUT_VIBRATION and XINPUT_KEYSTROKE, big-endian. */
#include "base/endian.h"
#include "kernel/xam/xam.h"

enum { /* Win32 errors */
       ERROR_SUCCESS = 0,
       ERROR_NOT_SUPPORTED = 0x32,
       ERROR_BAD_ARGUMENTS = 0xA0,
       ERROR_NOT_CONNECTED = 0x48F,
       ERROR_EMPTY = 0x10D2,
};
#define ANY_USER      0xFFu
#define FLAG_ANY_USER 0x40000000u
#define FLAG_GAMEPAD  1u
#define CAP_RUMBLE    1u
#define CONTEXT       0x10000000u /* of a wireless pad, and its number */
enum { CATEGORY_INPUT = 0, CATEGORY_OUTPUT = 1 };
#define DEVICE_GONE 0xC000009Du

/* Any user is the first pad. XG_PADS and more: there is no such user. */
static uint32_t pad_of(uint32_t user, uint32_t flags)
{
    return (user & ANY_USER) == ANY_USER || flags & FLAG_ANY_USER ? 0 : user;
}

/* The pad as the calling thread's moment has it; not connected for users that do not exist. A
 * caller that asks for keyboards alone (flags 2) finds none. */
static struct xg_pad pad_now(const struct xg_kcall *call, uint32_t user, uint32_t flags,
                             uint32_t *packet)
{
    const struct xg_kernel *k = call->kernel;
    bool gamepads = !(flags & 0xFF) || flags & FLAG_GAMEPAD;
    if (user >= XG_PADS || !k->o.input || !gamepads)
        return (struct xg_pad){0};
    struct xg_pad pad = xg_input_get(k->o.input, xg_kernel_cpu_now(k), user, packet);
    pad.state.buttons &= (uint16_t)~XG_BUTTON_GUIDE; /* the system's button */
    if (k->dialog.open)                              /* the box has them */
        pad.state = (struct xg_gamepad){0};
    return pad;
}

static void store_gamepad(struct xg_kcall *call, xg_ga at, const struct xg_gamepad *g)
{
    uint8_t bytes[12];
    xg_st16be(bytes, g->buttons);
    bytes[2] = g->left_trigger;
    bytes[3] = g->right_trigger;
    xg_st16be(bytes + 4, (uint16_t)g->left_x);
    xg_st16be(bytes + 6, (uint16_t)g->left_y);
    xg_st16be(bytes + 8, (uint16_t)g->right_x);
    xg_st16be(bytes + 10, (uint16_t)g->right_y);
    xg_kcall_write(call, at, bytes, sizeof bytes);
}

enum xg_kcall_result xg_x_XamInputGetState(struct xg_kcall *call)
{
    uint32_t user = xg_kcall_u32(call, 0), flags = xg_kcall_u32(call, 1), packet = 0;
    xg_ga state = xg_kcall_u32(call, 2); /* may be null: is there a pad? */
    if (state && !xg_kcall_fill(call, state, 0, 16))
        return XG_KCALL_FAULT;
    /* Unlike the others this one does not know "any user" by its number. */
    struct xg_pad pad = pad_now(call, user < XG_PADS ? pad_of(user, flags) : user, flags, &packet);
    if (!pad.connected)
        return xg_kcall_return(call, ERROR_NOT_CONNECTED);
    if (state) {
        xg_kcall_st32(call, state, packet);
        store_gamepad(call, state + 4, &pad.state);
    }
    return xg_kcall_return(call, ERROR_SUCCESS);
}

static enum xg_kcall_result capabilities(struct xg_kcall *call, unsigned first)
{
    uint32_t user = xg_kcall_u32(call, first), flags = xg_kcall_u32(call, first + 1);
    xg_ga caps = xg_kcall_u32(call, first + 2);
    const struct xg_gamepad all = {0xFFFF, 0xFF, 0xFF, -1, -1, -1, -1};
    if (!caps)
        return xg_kcall_return(call, ERROR_BAD_ARGUMENTS);
    if (!xg_kcall_fill(call, caps, 0, 20))
        return XG_KCALL_FAULT;
    if (!pad_now(call, pad_of(user, flags), flags, NULL).connected)
        return xg_kcall_return(call, ERROR_NOT_CONNECTED);
    xg_kcall_st8(call, caps, 1);     /* a gamepad */
    xg_kcall_st8(call, caps + 1, 1); /* of the usual shape */
    xg_kcall_st16(call, caps + 2, CAP_RUMBLE);
    store_gamepad(call, caps + 4, &all);
    xg_kcall_st32(call, caps + 16, 0xFFFFFFFF); /* both motors */
    return xg_kcall_return(call, ERROR_SUCCESS);
}

enum xg_kcall_result xg_x_XamInputGetCapabilities(struct xg_kcall *call)
{
    return capabilities(call, 0);
}

enum xg_kcall_result xg_x_XamInputGetCapabilitiesEx(struct xg_kcall *call)
{
    if (xg_kcall_u32(call, 0) > 1)
        return xg_kcall_return(call, ERROR_NOT_SUPPORTED);
    return capabilities(call, 1);
}

enum xg_kcall_result xg_x_XamInputSetState(struct xg_kcall *call)
{
    uint32_t user = pad_of(xg_kcall_u32(call, 0), 0);
    xg_ga vibration = xg_kcall_u32(call, 2);
    if (!vibration)
        return xg_kcall_return(call, ERROR_BAD_ARGUMENTS);
    if (!pad_now(call, user, 0, NULL).connected)
        return xg_kcall_return(call, ERROR_NOT_CONNECTED);
    struct xg_rumble rumble = {xg_kcall_ld16(call, vibration), xg_kcall_ld16(call, vibration + 2)};
    if (call->faulted)
        return XG_KCALL_FAULT;
    xg_input_set_rumble(call->kernel->o.input, user, rumble);
    return xg_kcall_return(call, ERROR_SUCCESS);
}

/* One keystroke of pad `user`, to `at`. */
static uint32_t keystroke(struct xg_kcall *call, uint32_t user, uint32_t flags, xg_ga at)
{
    struct xg_keystroke key;
    uint8_t bytes[8] = {0};
    struct xg_pad pad = pad_now(call, user, flags, NULL);
    if (!pad.connected)
        return ERROR_NOT_CONNECTED;
    if (!xg_keystroke_next(&call->kernel->keystrokes[user], &pad, xg_kernel_cpu_now(call->kernel),
                           &key))
        return ERROR_EMPTY;
    xg_st16be(bytes, key.key);
    xg_st16be(bytes + 4, key.flags);
    bytes[6] = (uint8_t)user;
    xg_kcall_write(call, at, bytes, sizeof bytes);
    return ERROR_SUCCESS;
}

/* Any user: the first pad that has something to say; *which is its number. */
static uint32_t next_keystroke(struct xg_kcall *call, uint32_t flags, xg_ga at, uint32_t *which)
{
    if ((*which & ANY_USER) != ANY_USER && !(flags & FLAG_ANY_USER))
        return keystroke(call, *which, flags, at);
    uint32_t result = ERROR_NOT_CONNECTED;
    for (uint32_t user = 0; user < XG_PADS; user++) {
        uint32_t r = keystroke(call, user, flags, at);
        if (r == ERROR_SUCCESS) {
            *which = user;
            return r;
        }
        if (r == ERROR_EMPTY)
            result = r;
    }
    return result;
}

enum xg_kcall_result xg_x_XamInputGetKeystroke(struct xg_kcall *call)
{
    uint32_t user = xg_kcall_u32(call, 0);
    xg_ga at = xg_kcall_u32(call, 2);
    if (!at)
        return xg_kcall_return(call, ERROR_BAD_ARGUMENTS);
    if (!xg_kcall_fill(call, at, 0, 8))
        return XG_KCALL_FAULT;
    return xg_kcall_return(call, next_keystroke(call, xg_kcall_u32(call, 1), at, &user));
}

enum xg_kcall_result xg_x_XamInputGetKeystrokeEx(struct xg_kcall *call)
{
    xg_ga user_at = xg_kcall_u32(call, 0), at = xg_kcall_u32(call, 2);
    if (!at || !user_at)
        return xg_kcall_return(call, ERROR_BAD_ARGUMENTS);
    uint32_t user = xg_kcall_ld32(call, user_at);
    if (!xg_kcall_fill(call, at, 0, 8))
        return XG_KCALL_FAULT;
    uint32_t result = next_keystroke(call, xg_kcall_u32(call, 1), at, &user);
    if (result == ERROR_SUCCESS)
        xg_kcall_st32(call, user_at, user);
    return xg_kcall_return(call, result);
}

/* ---- device contexts: what the driver knows a pad by ---- */

/* Pads are for input and output; nobody has anything else. */
static bool is_there(const struct xg_kcall *call, uint32_t user, uint32_t category)
{
    return user < XG_PADS && category <= CATEGORY_OUTPUT && call->kernel->o.input &&
           pad_now(call, user, 0, NULL).connected;
}

/* user, category, context*. */
enum xg_kcall_result xg_x_XamUserGetDeviceContext(struct xg_kcall *call)
{
    uint32_t user = pad_of(xg_kcall_u32(call, 0), 0);
    xg_ga out = xg_kcall_u32(call, 2);
    bool there = is_there(call, user, xg_kcall_u32(call, 1) & 0xFF);
    if (!out)
        return xg_kcall_return(call, XG_HRESULT(XG_ERROR_INVALID_PARAMETER));
    xg_kcall_st32(call, out, there ? CONTEXT | user : 0);
    return xg_kcall_return(call, there ? 0 : XG_HRESULT(ERROR_NOT_CONNECTED));
}

/* context, category, user*. */
enum xg_kcall_result xg_x_XamUserLookupDevice(struct xg_kcall *call)
{
    uint32_t user = xg_kcall_u32(call, 0) ^ CONTEXT;
    xg_ga out = xg_kcall_u32(call, 2);
    if (!out)
        return xg_kcall_return(call, XG_HRESULT(XG_ERROR_INVALID_PARAMETER));
    if (!is_there(call, user, xg_kcall_u32(call, 1) & 0xFF))
        return xg_kcall_return(call, XG_HRESULT(ERROR_NOT_CONNECTED));
    xg_kcall_st32(call, out, user);
    return xg_kcall_return(call, 0);
}

/* context, packet*, gamepad*: the driver tells of the guide button, too, and knows no boxes. */
enum xg_kcall_result xg_x_XInputdReadState(struct xg_kcall *call)
{
    const struct xg_kernel *k = call->kernel;
    uint32_t user = xg_kcall_u32(call, 0) ^ CONTEXT, packet = 0;
    xg_ga packet_at = xg_kcall_u32(call, 1), at = xg_kcall_u32(call, 2);
    struct xg_pad pad = {0};
    if (user < XG_PADS && k->o.input)
        pad = xg_input_get(k->o.input, xg_kernel_cpu_now(k), user, &packet);
    if (!pad.connected)
        return xg_kcall_return(call, DEVICE_GONE);
    xg_kcall_st32(call, packet_at, packet);
    store_gamepad(call, at, &pad.state);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}
