/* Tasks: routines that run on threads of the system, once, at intervals, or when an object is
 * signalled. XAMTASKATTRIBUTES: 0 properties, 4 period in ms, or the object or handle to wait for.
 * A task is done when its routine has returned and will not run again, or when it was cancelled;
 * that is what its handle is signalled for. A routine that still runs when its turn comes again
 * misses that turn. The other properties change nothing: every routine has a thread of its own,
 * which is made before it waits. */
#include "kernel/xam/xam.h"

#include <stdlib.h>

#define TASK_STACK   0x20000u
#define WAITS        0x00000001u
#define PERIODIC     0x00000008u
#define FIRE_ONCE    0x01000000u
#define ON_HANDLE    0x08000000u
#define LEAST_MS     1u
#define NS_PER_MS    1000000ull
#define NO_SUCH_TASK XG_HRESULT(XG_ERROR_INVALID_HANDLE)
#define SIGNAL_STATE 4u
enum { MODIFY_ROUTINE = 1, MODIFY_MESSAGE = 2, MODIFY_ATTRIBUTES = 4 };

struct xg_task {
    struct xg_object *object; /* a reference until it is done */
    struct xg_object *run;    /* thread that runs the routine now, a reference; or NULL */
    xg_ga routine, message;
    uint32_t properties, period;
    xg_ga waitable;        /* object that it waits for; 0: none */
    bool held, cancelled;  /* held: that object has a record, and a reference of the task's */
    struct xg_alarm alarm; /* of the next turn */
    struct xg_task *next;
};

static void done(struct xg_kernel *k, struct xg_task *task)
{
    struct xg_task **at = &k->tasks;
    xg_alarm_clear(&k->timeline, &task->alarm);
    while (*at != task)
        at = &(*at)->next;
    *at = task->next;
    xg_kst32(k, task->object->body + SIGNAL_STATE, 1);
    xg_wait_signalled(k, task->object->body);
    task->object->task = NULL;
    if (task->held)
        xg_object_release(k, xg_object_at(k, task->waitable));
    xg_object_release(k, task->object);
    free(task);
}

void xg_tasks_destroy(struct xg_kernel *k)
{
    while (k->tasks) {
        struct xg_task *task = k->tasks;
        k->tasks = task->next;
        free(task);
    }
}

/* The turn after this moment. */
static void arm(struct xg_kernel *k, struct xg_task *task, xg_time now)
{
    uint32_t ms = task->period > LEAST_MS ? task->period : LEAST_MS;
    xg_alarm_set(&k->timeline, &task->alarm, now + ms * NS_PER_MS);
}

static bool run(struct xg_kernel *k, struct xg_task *task)
{
    struct xg_thread_start s = {
        .stack_size = TASK_STACK, .start = task->routine, .context = task->message};
    struct xg_thread *t = xg_thread_create(k, &s);
    if (!t)
        return false;
    task->run = t->object;
    xg_object_reference(k, task->run);
    if (task->waitable) {
        struct xg_wait w = {.count = 1, .then = XG_THEN_START, .object = {task->waitable}};
        xg_wait_again(k, t, &w, XG_NEVER);
    }
    return true;
}

/* Its thread waits and will not run the routine: it ends when its turn comes. */
static void send_home(struct xg_kernel *k, struct xg_thread *t)
{
    struct xg_cpu_context *first = &t->ctx;
    for (struct xg_frame *f = t->calls.top; f; f = f->up)
        first = &f->saved;
    first->pc = k->code;
    xg_wait_end(k, t, 0);
}

void xg_task_due(struct xg_kernel *k, struct xg_task *task)
{
    bool again = !(task->properties & FIRE_ONCE);
    if (again)
        arm(k, task, task->alarm.when);
    if (!task->run && !run(k, task)) {
        xg_log(k, "a task could not be run: no memory for its thread");
        if (!again)
            done(k, task);
    }
}

void xg_task_ended(struct xg_kernel *k, const struct xg_thread *t)
{
    struct xg_task *task = k->tasks;
    while (task && task->run != t->object)
        task = task->next;
    if (!task)
        return;
    task->run = NULL;
    xg_object_release(k, t->object);
    bool again = task->waitable && !(task->properties & FIRE_ONCE) && !task->cancelled;
    if (!(again && run(k, task)) && !task->alarm.armed)
        done(k, task);
}

/* Task behind the handle in argument 0, or NULL. *there: the handle is a task's, which may be done.
 */
static struct xg_task *task_of(struct xg_kcall *call, bool *there)
{
    struct xg_object *o = xg_handle_object(call->kernel, xg_kcall_u32(call, 0));
    *there = o && o->type == XG_OBJECT_TASK;
    return *there ? o->task : NULL;
}

/* Object that a task with these attributes waits for, 0: none. false: there is no such object. */
static bool find_waitable(struct xg_kcall *call, uint32_t properties, uint32_t value, xg_ga *body)
{
    struct xg_object *o = NULL;
    *body = 0;
    if (!(properties & WAITS))
        return true;
    if (properties & ON_HANDLE)
        o = xg_handle_object(call->kernel, value);
    else
        xg_kcall_ld32(call, value + SIGNAL_STATE); /* a fault if it cannot be waited for */
    *body = o ? o->body : value;
    return o || !(properties & ON_HANDLE);
}

/* ---- exports ---- */

/* routine, message, attributes* or 0, handle* or 0. */
enum xg_kcall_result xg_x_XamTaskSchedule(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga attributes = xg_kcall_u32(call, 2), handle_at = xg_kcall_u32(call, 3);
    uint32_t properties = attributes ? xg_kcall_ld32(call, attributes) : 0;
    uint32_t period = attributes ? xg_kcall_ld32(call, attributes + 4) : 0;
    xg_ga waitable;
    bool there = find_waitable(call, properties, period, &waitable);
    if (handle_at)
        xg_kcall_st32(call, handle_at, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!there)
        return xg_kcall_return(call, NO_SUCH_TASK);
    struct xg_task *task = calloc(1, sizeof *task);
    struct xg_object *o = task ? xg_object_create(k, XG_OBJECT_TASK, 0x10) : NULL;
    if (!o) {
        free(task);
        return xg_kcall_return(call, XG_ST_NO_MEMORY);
    }
    *task = (struct xg_task){.object = o,
                             .routine = xg_kcall_u32(call, 0),
                             .message = xg_kcall_u32(call, 1),
                             .properties = properties,
                             .period = period,
                             .waitable = waitable,
                             .alarm = {.kind = XG_ALARM_TASK, .owner = task},
                             .next = k->tasks};
    k->tasks = task;
    o->task = task;
    struct xg_object *waited_for = waitable ? xg_object_at(k, waitable) : NULL;
    task->held = waited_for != NULL;
    if (waited_for)
        xg_object_reference(k, waited_for);
    xg_kcall_header(call, o->body, XG_DISP_MANUAL_EVENT, 4, 0);
    if (properties & PERIODIC)
        arm(k, task, xg_kernel_cpu_now(k));
    else if (!run(k, task)) {
        done(k, task);
        return xg_kcall_return(call, XG_ST_NO_MEMORY);
    }
    if (handle_at)
        xg_kcall_st32(call, handle_at, xg_handle_add(k, o));
    xg_kcall_return(call, XG_ERROR_SUCCESS);
    return XG_KCALL_RESCHEDULE;
}

/* A task goes on without its handle. */
enum xg_kcall_result xg_x_XamTaskCloseHandle(struct xg_kcall *call)
{
    return xg_kcall_return(call, xg_handle_close(call->kernel, xg_kcall_u32(call, 0)));
}

/* It has no more turns; a routine that runs is asked to end (XamTaskShouldExit). */
enum xg_kcall_result xg_x_XamTaskCancel(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    bool there;
    struct xg_task *task = task_of(call, &there);
    if (!task)
        return XG_KCALL_DONE;
    task->cancelled = true;
    xg_alarm_clear(&k->timeline, &task->alarm);
    struct xg_thread *t = task->run ? task->run->thread : NULL;
    if (t && t->state == XG_THREAD_WAITING && t->wait.then == XG_THEN_START)
        send_home(k, t);
    else if (!task->run)
        done(k, task);
    return XG_KCALL_RESCHEDULE;
}

/* Of the task that the caller is. */
enum xg_kcall_result xg_x_XamTaskShouldExit(struct xg_kcall *call)
{
    const struct xg_kernel *k = call->kernel;
    const struct xg_thread *t = xg_current(k);
    const struct xg_task *task = k->tasks;
    while (task && (!t || task->run != t->object))
        task = task->next;
    return xg_kcall_return(call, task && task->cancelled);
}

enum xg_kcall_result xg_x_XamTaskWaitOnCompletion(struct xg_kcall *call)
{
    bool there;
    const struct xg_task *task = task_of(call, &there);
    if (!task)
        return XG_KCALL_DONE;
    const xg_ga body = task->object->body;
    struct xg_wait_request r = {.objects = &body, .count = 1, .hold = true, .forever = true};
    return xg_wait(call, &r);
}

/* task, what of it, routine, message, attributes*. A new period counts from now. */
enum xg_kcall_result xg_x_XamTaskModify(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    bool there;
    struct xg_task *task = task_of(call, &there);
    uint32_t what = xg_kcall_u32(call, 1);
    xg_ga attributes = xg_kcall_u32(call, 4);
    uint32_t properties = 0, period = 0;
    if (!task)
        return XG_KCALL_DONE;
    if (what & MODIFY_ATTRIBUTES) {
        properties = xg_kcall_ld32(call, attributes);
        period = xg_kcall_ld32(call, attributes + 4);
    }
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (what & MODIFY_ROUTINE)
        task->routine = xg_kcall_u32(call, 2);
    if (what & MODIFY_MESSAGE)
        task->message = xg_kcall_u32(call, 3);
    if (what & MODIFY_ATTRIBUTES) {
        task->properties = properties;
        task->period = period;
        if (task->alarm.armed)
            arm(k, task, xg_kernel_cpu_now(k));
    }
    return XG_KCALL_DONE;
}

/* task, attributes*. */
enum xg_kcall_result xg_x_XamTaskGetAttributes(struct xg_kcall *call)
{
    bool there;
    const struct xg_task *task = task_of(call, &there);
    xg_ga at = xg_kcall_u32(call, 1);
    if (!task)
        return xg_kcall_return(call, NO_SUCH_TASK);
    xg_kcall_st32(call, at, task->properties);
    xg_kcall_st32(call, at + 4, task->period);
    return xg_kcall_return(call, XG_ERROR_SUCCESS);
}
