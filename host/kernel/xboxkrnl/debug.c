/* Debug text, formatted strings, bug checks. */
#include "kernel/format.h"
#include "kernel/internal.h"

#include <stdlib.h>

enum xg_kcall_result xg_x_DbgPrint(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    struct xg_format_text text;
    xg_format(call, xg_kcall_u32(call, 0), (struct xg_format_args){.slot = 1}, &text);
    const struct xg_hooks *h = k->o.hooks;
    if (!call->faulted && text.bytes && h && h->on_debug_text) {
        while (text.size &&
               (text.bytes[text.size - 1] == '\n' || text.bytes[text.size - 1] == '\r'))
            text.bytes[--text.size] = 0;
        h->on_debug_text(h->ctx, xg_kernel_cpu_now(k), xg_current_id(k), text.bytes);
    }
    free(text.bytes);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

enum xg_kcall_result xg_x_DbgBreakPoint(struct xg_kcall *call)
{
    xg_log(call->kernel, "DbgBreakPoint by thread %u from 0x%08X", xg_current_id(call->kernel),
           (unsigned)call->ctx->lr);
    return XG_KCALL_DONE;
}

/* Shared end of the sprintf family: what fits goes out, MS rules for the terminator. */
static enum xg_kcall_result deliver(struct xg_kcall *call, xg_ga out, uint64_t room,
                                    struct xg_format_text *text)
{
    bool fits = text->length <= room && text->bytes && text->length == text->size;
    uint32_t size = text->size < room ? text->size : (uint32_t)room;
    if (!call->faulted && text->bytes)
        xg_kcall_write(call, out, text->bytes, fits && text->length < room ? size + 1 : size);
    uint64_t result = fits ? (uint32_t)text->length : UINT32_MAX;
    free(text->bytes);
    return xg_kcall_return(call, result);
}

/* out, room, format, variable arguments from `args` on; null pointers answer -1. */
static enum xg_kcall_result print_to(struct xg_kcall *call, uint64_t room, unsigned format,
                                     struct xg_format_args args)
{
    struct xg_format_text text;
    xg_ga out = xg_kcall_u32(call, 0), from = xg_kcall_u32(call, format);
    if (!from || (!out && room))
        return xg_kcall_return(call, UINT32_MAX);
    xg_format(call, from, args, &text);
    return deliver(call, out, room, &text);
}

enum xg_kcall_result xg_x_sprintf(struct xg_kcall *call)
{
    return print_to(call, UINT64_MAX, 1, (struct xg_format_args){.slot = 2});
}

enum xg_kcall_result xg_x__snprintf(struct xg_kcall *call)
{
    return print_to(call, xg_kcall_u32(call, 1), 2, (struct xg_format_args){.slot = 3});
}

enum xg_kcall_result xg_x_vsprintf(struct xg_kcall *call)
{
    return print_to(call, UINT64_MAX, 1, (struct xg_format_args){.list = xg_kcall_u32(call, 2)});
}

enum xg_kcall_result xg_x__vsnprintf(struct xg_kcall *call)
{
    return print_to(call, xg_kcall_u32(call, 1), 2,
                    (struct xg_format_args){.list = xg_kcall_u32(call, 3)});
}

/* ---- ends ---- */

static enum xg_kcall_result bug_check(struct xg_kcall *call, unsigned parameters)
{
    char at[160];
    uint32_t p[4] = {0};
    for (unsigned i = 0; i < parameters; i++)
        p[i] = xg_kcall_u32(call, 1 + i);
    xg_stop(
        call->kernel, XG_KERNEL_FAULTED,
        "the title stopped the system: bug check 0x%X (0x%X, 0x%X, 0x%X, 0x%X) by thread %u at %s",
        xg_kcall_u32(call, 0), p[0], p[1], p[2], p[3], xg_current_id(call->kernel),
        xg_where(call->kernel, (xg_ga)call->ctx->lr, at, sizeof at));
    return XG_KCALL_STOP;
}
enum xg_kcall_result xg_x_KeBugCheck(struct xg_kcall *call)
{
    return bug_check(call, 0);
}
enum xg_kcall_result xg_x_KeBugCheckEx(struct xg_kcall *call)
{
    return bug_check(call, 4);
}

enum xg_kcall_result xg_x_HalReturnToFirmware(struct xg_kcall *call)
{
    call->kernel->terminate_list = 0; /* a reset tells nobody */
    xg_exit_title(call->kernel, 0, "HalReturnToFirmware");
    return XG_KCALL_STOP;
}
