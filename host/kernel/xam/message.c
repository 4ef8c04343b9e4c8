/* Message boxes. One stands on the screen for as long as it takes: at least half a second of guest
 * time. Whoever runs the machine may say in advance which button it will be
 * (xg_kernel_options.message_box); without a word the pads decide (left and right move the focus, A
 * takes it, B leaves the box); when nobody has a pad, the button with the focus is taken. Looked at
 * once per vertical blank, so that it depends on guest time alone. While it stands titles see
 * their pads at rest. They hear of it by notification 9. */
#include "kernel/xam/xam.h"

#include <stdio.h>

#define UI_CHANGED      0x00000009u
#define LEAST_NS        500000000u
#define ERROR_ACCESS    5u
#define ERROR_CANCELLED 0x4C7u
#define ROUTINE_STACK   0x20000u
#define MOVES           (XG_BUTTON_LEFT | XG_BUTTON_UP | XG_BUTTON_RIGHT | XG_BUTTON_DOWN)

const struct xg_message_box *xg_kernel_message_box(const struct xg_kernel *k)
{
    return k->dialog.open ? &k->dialog.box : NULL;
}
uint32_t xg_kernel_message_box_changes(const struct xg_kernel *k)
{
    return k->dialog.changes;
}

/* Buttons that are down on any pad; *pads says how many there are. */
static uint16_t buttons_now(const struct xg_kernel *k, unsigned *pads)
{
    uint16_t down = 0;
    *pads = 0;
    for (unsigned i = 0; k->o.input && i < XG_PADS; i++) {
        struct xg_pad pad = xg_input_get(k->o.input, k->now, i, NULL);
        *pads += pad.connected;
        down |= pad.state.buttons;
    }
    return down;
}

/* The routine of the older form: (button, word), on a thread of its own. */
static void tell_routine(struct xg_kernel *k, xg_ga routine, uint32_t answer)
{
    if (!k->hud_state)
        k->hud_state = xg_pool_alloc(k, 4, 0x20647548);
    struct xg_thread_start s = {
        .stack_size = ROUTINE_STACK, .startup = routine, .start = answer, .context = k->hud_state};
    if (!xg_thread_create(k, &s))
        xg_log(k, "message box: no memory for the thread of its routine");
}

static void finish(struct xg_kernel *k, uint32_t result, uint32_t answer)
{
    struct xg_dialog *d = &k->dialog;
    struct xg_object *thread = d->thread;
    d->open = false;
    d->changes++;
    d->thread = NULL;
    xg_log(k, "message box '%s' answered '%s'", d->box.title,
           result ? "(left)" : d->box.button[answer]);
    if (!result && !d->routine)
        xg_kst32(k, d->result_at, answer);
    xg_notify(k, UI_CHANGED, 0);
    if (d->routine)
        tell_routine(k, d->routine, answer);
    else if (d->overlapped)
        xg_overlapped_finish(k, thread->thread, d->overlapped, result, 0);
    else if (thread->thread->state == XG_THREAD_WAITING)
        xg_wait_end(k, thread->thread, result);
    xg_object_release(k, thread);
}

/* What was pressed since the last look. true: the box is gone. */
static bool press(struct xg_kernel *k, uint16_t pressed)
{
    struct xg_dialog *d = &k->dialog;
    uint32_t focus = d->box.focus;
    if (pressed & (XG_BUTTON_LEFT | XG_BUTTON_UP) && focus)
        focus--;
    if (pressed & (XG_BUTTON_RIGHT | XG_BUTTON_DOWN) && focus + 1 < d->box.count)
        focus++;
    d->changes += focus != d->box.focus;
    d->box.focus = focus;
    if (pressed & (XG_BUTTON_A | XG_BUTTON_START))
        finish(k, XG_ERROR_SUCCESS, focus);
    else if (pressed & (XG_BUTTON_B | XG_BUTTON_BACK) && !d->routine)
        finish(k, ERROR_CANCELLED, focus);
    return !d->open;
}

void xg_dialog_look(struct xg_kernel *k)
{
    struct xg_dialog *d = &k->dialog;
    unsigned pads;
    if (!d->open)
        return;
    uint16_t down = buttons_now(k, &pads), pressed = (uint16_t)(down & ~d->down);
    bool long_enough = k->now >= d->since + LEAST_NS;
    d->down = down;
    if (d->answer < d->box.count) {
        if (long_enough)
            finish(k, XG_ERROR_SUCCESS, d->answer);
    } else if (!press(k, pressed) && !pads && long_enough) {
        finish(k, XG_ERROR_SUCCESS, d->box.focus);
    }
}

/* Reads what the title says; false: bad parameters, or a fault. */
static bool read_box(struct xg_kcall *call, struct xg_message_box *box)
{
    xg_ga list = xg_kcall_u32(call, 4);
    box->count = xg_kcall_u32(call, 3);
    box->focus = xg_kcall_u32(call, 5);
    if (!box->count || box->count > XG_COUNTOF(box->button) || box->focus >= box->count)
        return false;
    xg_kcall_wide(call, xg_kcall_u32(call, 1), box->title, sizeof box->title);
    xg_kcall_wide(call, xg_kcall_u32(call, 2), box->text, sizeof box->text);
    for (uint32_t i = 0; i < box->count; i++)
        xg_kcall_wide(call, xg_kcall_ld32(call, list + 4 * i), box->button[i],
                      sizeof box->button[i]);
    return !call->faulted;
}

static void open_box(struct xg_kernel *k, const struct xg_message_box *box)
{
    struct xg_dialog *d = &k->dialog;
    uint32_t changes = d->changes + 1;
    *d = (struct xg_dialog){.open = true,
                            .box = *box,
                            .answer = UINT32_MAX,
                            .since = xg_kernel_cpu_now(k),
                            .thread = xg_current(k)->object,
                            .down = UINT16_MAX, /* what is held when it opens counts as seen */
                            .changes = changes};
    xg_object_reference(k, d->thread);
    if (k->o.message_box)
        d->answer = k->o.message_box(k->o.message_box_ctx, box);
    xg_log(k, "message box '%s': %s", box->title, box->text);
    xg_notify(k, UI_CHANGED, 1);
}

/* Without an overlapped the caller waits; without a thread (in a DPC) nobody can. */
static enum xg_kcall_result show(struct xg_kcall *call, unsigned result_slot)
{
    struct xg_kernel *k = call->kernel;
    struct xg_dialog *d = &k->dialog;
    xg_ga result_at = xg_kcall_u32(call, result_slot);
    xg_ga overlapped = xg_kcall_u32(call, result_slot + 1);
    struct xg_message_box box = {0};
    bool good = read_box(call, &box) && result_at;
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!good)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    if (d->open || !xg_current(k))
        return xg_kcall_return(call, ERROR_ACCESS);
    xg_kcall_st32(call, result_at, box.focus);
    if (overlapped && !xg_overlapped_begin(call, overlapped))
        return XG_KCALL_FAULT;
    if (call->faulted)
        return XG_KCALL_FAULT;
    open_box(k, &box);
    d->result_at = result_at;
    d->overlapped = overlapped;
    if (overlapped)
        return xg_kcall_return(call, XG_ERROR_IO_PENDING);
    struct xg_wait_request r = {.forever = true};
    return xg_wait(call, &r);
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

/* owner, title, text, buttons, list, focus, routine, flags. The call answers at once; the routine
 * hears which button was taken. One has to be: B does not leave this box. */
enum xg_kcall_result xg_x_XamShowMessageBox(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga routine = xg_kcall_u32(call, 6);
    struct xg_message_box box = {0};
    bool good = read_box(call, &box) && routine;
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!good)
        return xg_kcall_return(call, XG_HRESULT(XG_ERROR_INVALID_PARAMETER));
    if (k->dialog.open || !xg_current(k))
        return xg_kcall_return(call, XG_HRESULT(ERROR_ACCESS));
    open_box(k, &box);
    k->dialog.routine = routine;
    return xg_kcall_return(call, XG_ERROR_SUCCESS);
}

enum xg_kcall_result xg_x_XamIsUIActive(struct xg_kcall *call)
{
    return xg_kcall_return(call, call->kernel->dialog.open);
}
