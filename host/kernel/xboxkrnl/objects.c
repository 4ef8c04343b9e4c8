/* Handles and object references; time; configuration; privileges. */
#include "kernel/internal.h"

enum xg_kcall_result xg_x_NtClose(struct xg_kcall *call)
{
    bool ok = xg_handle_close(call->kernel, xg_kcall_u32(call, 0));
    return xg_kcall_return(call, ok ? XG_ST_SUCCESS : XG_ST_INVALID_HANDLE);
}

/* Option 1 closes the source; the new handle's place may be null. */
enum xg_kcall_result xg_x_NtDuplicateObject(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t handle = xg_kcall_u32(call, 0), options = xg_kcall_u32(call, 2);
    xg_ga out = xg_kcall_u32(call, 1);
    struct xg_object *o = xg_handle_object(k, handle);
    if (!o)
        return xg_kcall_return(call, XG_ST_INVALID_HANDLE);
    if (out) {
        xg_kcall_st32(call, out, 0);
        if (call->faulted)
            return XG_KCALL_FAULT;
        xg_kcall_st32(call, out, xg_handle_add(k, o));
    }
    if (options & 1)
        xg_handle_close(k, handle);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

enum xg_kcall_result xg_x_ObReferenceObjectByHandle(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga type = xg_kcall_u32(call, 1), out = xg_kcall_u32(call, 2);
    struct xg_object *o = xg_handle_object(k, xg_kcall_u32(call, 0));
    xg_kcall_st32(call, out, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!o)
        return xg_kcall_return(call, XG_ST_INVALID_HANDLE);
    if (type && type != k->types[o->type])
        return xg_kcall_return(call, XG_ST_OBJECT_TYPE_MISMATCH);
    xg_object_reference(k, o);
    xg_kcall_st32(call, out, o->body);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

enum xg_kcall_result xg_x_ObReferenceObject(struct xg_kcall *call)
{
    struct xg_object *o = xg_object_at(call->kernel, xg_kcall_u32(call, 0));
    if (o)
        xg_object_reference(call->kernel, o);
    return XG_KCALL_DONE;
}

/* References that handles and the thread itself hold are not the title's to drop. */
enum xg_kcall_result xg_x_ObDereferenceObject(struct xg_kcall *call)
{
    struct xg_object *o = xg_object_at(call->kernel, xg_kcall_u32(call, 0));
    bool alive = xg_object_thread(o) && o->thread->state != XG_THREAD_TERMINATED;
    if (o && o->pointers > o->handles + alive)
        xg_object_release(call->kernel, o);
    else
        xg_log(call->kernel, "ObDereferenceObject: 0x%08X has no reference to drop",
               xg_kcall_u32(call, 0));
    return XG_KCALL_DONE;
}

/* ---- time ---- */

/* Must agree with the timebase that mftb reads. */
enum xg_kcall_result xg_x_KeQueryPerformanceFrequency(struct xg_kcall *call)
{
    return xg_kcall_return(call, 1000000000u / XG_NS_PER_TB_TICK);
}

enum xg_kcall_result xg_x_KeQuerySystemTime(struct xg_kcall *call)
{
    xg_ga out = xg_kcall_u32(call, 0);
    if (out)
        xg_kcall_st64(call, out, xg_system_time(xg_kernel_cpu_now(call->kernel)));
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_KeQueryInterruptTime(struct xg_kcall *call)
{
    return xg_kcall_return(call, xg_kernel_cpu_now(call->kernel) / 100);
}

/* ---- configuration ---- */

static const struct {
    uint16_t category, setting, size;
    uint32_t value;
} settings[] = {
    {2, 0x2, 4, 0x00001000},                                 /* video region: 60 Hz */
    {3, 0x1, 4, 0},          {3, 0x2, 4, 0}, {3, 0x3, 4, 0}, /* time zone */
    {3, 0x4, 4, 0},          {3, 0x5, 4, 0}, {3, 0x6, 4, 0},
    {3, 0x7, 4, 0},          {3, 0x9, 4, 1}, /* English */
    {3, 0xA, 4, 0x00040000},                 /* widescreen, 720p */
    {3, 0xC, 4, 0},                          /* retail flags */
    {3, 0xE, 1, 103},                        /* United States */
};

enum xg_kcall_result xg_x_ExGetXConfigSetting(struct xg_kcall *call)
{
    uint16_t category = (uint16_t)xg_kcall_u32(call, 0), setting = (uint16_t)xg_kcall_u32(call, 1);
    xg_ga out = xg_kcall_u32(call, 2), size_at = xg_kcall_u32(call, 4);
    uint32_t room = xg_kcall_u32(call, 3) & 0xFFFF;
    bool known = false;
    for (size_t i = 0; i < XG_COUNTOF(settings); i++) {
        known |= settings[i].category == category;
        if (settings[i].category != category || settings[i].setting != setting)
            continue;
        uint32_t size = settings[i].size;
        uint8_t bytes[4];
        xg_st32be(bytes, settings[i].value << (8 * (4 - size)));
        if (!out && room)
            return xg_kcall_return(call, XG_ST_INVALID_PARAMETER_3);
        if (out && room < size)
            return xg_kcall_return(call, XG_ST_BUFFER_TOO_SMALL);
        if (out)
            xg_kcall_write(call, out, bytes, size);
        if (size_at)
            xg_kcall_st16(call, size_at, (uint16_t)size);
        return xg_kcall_return(call, XG_ST_SUCCESS);
    }
    return xg_kcall_return(call, known ? XG_ST_INVALID_PARAMETER_2 : XG_ST_INVALID_PARAMETER_1);
}

enum xg_kcall_result xg_x_XexCheckExecutablePrivilege(struct xg_kcall *call)
{
    uint32_t bit = xg_kcall_u32(call, 0);
    return xg_kcall_return(call, bit < 32 && call->kernel->image->privileges >> bit & 1);
}

/* Node: 0 routine, 4 priority, 8 list. The list is the guest's; xg_exit_title calls it. */
enum xg_kcall_result xg_x_ExRegisterTitleTerminateNotification(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga node = xg_kcall_u32(call, 0), at = k->terminate_list, before = 0;
    if (xg_kcall_u32(call, 1)) {
        xg_kcall_st32(call, node + 8, at);
        if (!call->faulted)
            k->terminate_list = node;
        return XG_KCALL_DONE;
    }
    for (unsigned i = 0; at && at != node && i < 1024; i++) {
        before = at;
        at = xg_kcall_ld32(call, at + 8);
    }
    if (at != node || call->faulted)
        return XG_KCALL_DONE;
    uint32_t next = xg_kcall_ld32(call, node + 8);
    if (before)
        xg_kcall_st32(call, before + 8, next);
    else
        k->terminate_list = next;
    return XG_KCALL_DONE;
}
