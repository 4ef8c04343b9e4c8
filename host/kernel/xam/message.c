/* Message boxes. What they say is logged; whoever runs the machine may answer
 * (xg_kernel_options.message_box), else the button that has the focus is taken. Titles hear of
 * the box by notification 9, as of any of the system's windows. */
#include "kernel/xam/xam.h"

#include <stdio.h>

#define MAX_BUTTONS 8u
#define UI_CHANGED  0x00000009u

static enum xg_kcall_result show(struct xg_kcall *call, unsigned result_slot)
{
    struct xg_kernel *k = call->kernel;
    struct xg_message_box box = {.focus = xg_kcall_u32(call, 5)};
    char title[128], text[512], buttons[MAX_BUTTONS][64];
    xg_ga list = xg_kcall_u32(call, 4), result_at = xg_kcall_u32(call, result_slot);
    xg_ga overlapped = xg_kcall_u32(call, result_slot + 1);
    box.count = xg_kcall_u32(call, 3);
    if (!result_at || !box.count || box.count > MAX_BUTTONS || box.focus >= box.count)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    xg_kcall_wide(call, xg_kcall_u32(call, 1), title, sizeof title);
    xg_kcall_wide(call, xg_kcall_u32(call, 2), text, sizeof text);
    for (uint32_t i = 0; i < box.count; i++) {
        xg_kcall_wide(call, xg_kcall_ld32(call, list + 4 * i), buttons[i], sizeof buttons[i]);
        box.button[i] = buttons[i];
    }
    if (call->faulted)
        return XG_KCALL_FAULT;
    box.title = title;
    box.text = text;
    uint32_t answer = k->o.message_box ? k->o.message_box(k->o.message_box_ctx, &box) : box.focus;
    if (answer >= box.count)
        answer = box.focus;
    xg_log(k, "message box '%s': %s; answered '%s'", title, text, buttons[answer]);
    xg_notify(k, UI_CHANGED, 1);
    xg_kcall_st32(call, result_at, answer);
    xg_notify(k, UI_CHANGED, 0);
    return xg_overlapped_complete(call, overlapped, XG_ERROR_SUCCESS, 0);
}

/* user, title, text, buttons, list, focus, flags, result*, overlapped. */
enum xg_kcall_result xg_x_XamShowMessageBoxUI(struct xg_kcall *call)
{
    return show(call, 7);
}

/* The same with an unused argument before the result. */
enum xg_kcall_result xg_x_XamShowMessageBoxUIEx(struct xg_kcall *call)
{
    return show(call, 8);
}

/* Boxes are answered at once. */
enum xg_kcall_result xg_x_XamIsUIActive(struct xg_kcall *call)
{
    return xg_kcall_return(call, 0);
}
