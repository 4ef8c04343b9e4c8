/* Shared by the kernel's files: its state and what they call of each other.
 * Offsets of guest structures are the console's; the source is docs/kernel.md. */
#ifndef XG_KERNEL_INTERNAL_H
#define XG_KERNEL_INTERNAL_H

#include "kernel/control.h"
#include "kernel/status.h"
#include "vfs/vfs.h"

#define XG_DPC_QUEUE      64u
#define XG_MAX_WAIT       64u
#define XG_SWAP_QUEUE     64u
#define XG_TLS_SLOTS      1024u
#define XG_HANDLE_BASE    0xF8000000u
#define XG_IRQL_DISPATCH  2u
#define XG_QUANTUM_NS     20000000u /* of a thread among others of its priority */
#define XG_NEVER          UINT64_MAX
#define XG_OBJECT_BUCKETS 256u

enum { /* KPCR */
       KPCR_TLS = 0x000,
       KPCR_PROCESS_TYPE = 0x00C,
       KPCR_IRQL = 0x018,
       KPCR_SELF = 0x030,
       KPCR_STACK_BASE = 0x070,
       KPCR_STACK_LIMIT = 0x074,
       KPCR_THREAD = 0x100,
       KPCR_IDLE_THREAD = 0x108,
       KPCR_CPU = 0x10C,
       KPCR_CPU_MASK = 0x110,
       KPCR_DPC_ACTIVE = 0x150,
       KPCR_PRCB = 0x2A8,
       KPCR_SIZE = 0x2D8,
};
enum { /* KPROCESS */
       PROCESS_THREADS = 0x14,
       PROCESS_STACK_SIZE = 0x1C,
       PROCESS_TLS_DATA = 0x20,
       PROCESS_TLS_SIZE = 0x24,
       PROCESS_TLS_RAW = 0x28,
       PROCESS_TLS_SLOTS = 0x2C,
       PROCESS_TYPE = 0x2F,
};
enum { /* KTHREAD */
       KT_WAITERS = 0x08,
       KT_STACK_BASE = 0x5C,
       KT_STACK_LIMIT = 0x60,
       KT_KERNEL_SP = 0x64,
       KT_TLS = 0x68,
       KT_STATE = 0x6C,
       KT_PRIORITY = 0x70,
       KT_FPU_EXCEPTIONS = 0x71,
       KT_PROCESS_TYPE = 0x72,
       KT_KERNEL_APCS = 0x74,
       KT_USER_APCS = 0x7C,
       KT_PROCESS = 0x84,
       KT_MAY_QUEUE_APC = 0x8B,
       KT_MSR_MASK = 0x9C,
       KT_APC_DISABLE = 0xB0,
       KT_BOOST_DISABLED = 0xBB,
       KT_SUSPEND_COUNT = 0xBC,
       KT_TERMINATED = 0xBE,
       KT_CPU = 0xBF,
       KT_PRCB = 0xC0,
       KT_STACK_ALLOC = 0xD0,
       KT_CREATE_TIME = 0x130,
       KT_EXIT_TIME = 0x138,
       KT_EXIT_STATUS = 0x140,
       KT_ID = 0x14C,
       KT_START = 0x150,
       KT_LAST_ERROR = 0x160,
       KT_FLAGS = 0x16C,
       KT_ONE = 0x17C,
       KT_SIZE = 0xAB0,
};
enum { /* dispatcher header types */
       XG_DISP_MANUAL_EVENT = 0,
       XG_DISP_AUTO_EVENT = 1,
       XG_DISP_MUTANT = 2,
       XG_DISP_PROCESS = 3,
       XG_DISP_QUEUE = 4,
       XG_DISP_SEMAPHORE = 5,
       XG_DISP_THREAD = 6,
       XG_DISP_MANUAL_TIMER = 8,
       XG_DISP_AUTO_TIMER = 9,
};
enum { /* process types */
       XG_PROCESS_IDLE = 0,
       XG_PROCESS_TITLE = 1,
       XG_PROCESS_SYSTEM = 2
};

/* ---- timeline: what happens at a point of guest time (timeline.c) ---- */

enum xg_alarm_kind {
    XG_ALARM_WAIT,
    XG_ALARM_VBLANK,
    XG_ALARM_TIMER,
    XG_ALARM_AUDIO,
    XG_ALARM_TASK
};
/* Owned by whoever arms it; `owner` is the xg_thread of a wait or the xg_timer. */
struct xg_alarm {
    xg_time when;
    enum xg_alarm_kind kind;
    bool armed;
    void *owner;
    struct xg_alarm *next;
};
struct xg_timeline {
    struct xg_alarm *first; /* sorted by time, equal times in order of arming */
};
void xg_alarm_set(struct xg_timeline *t, struct xg_alarm *a, xg_time when);
void xg_alarm_clear(struct xg_timeline *t, struct xg_alarm *a);
/* Takes the first alarm with when <= now off the timeline, or NULL. */
struct xg_alarm *xg_alarm_due(struct xg_timeline *t, xg_time now);
xg_time xg_timeline_next(const struct xg_timeline *t); /* XG_NEVER when empty */

/* ---- objects and handles (object.c) ---- */

enum xg_object_type {
    XG_OBJECT_EVENT,
    XG_OBJECT_SEMAPHORE,
    XG_OBJECT_THREAD,
    XG_OBJECT_MUTANT,
    XG_OBJECT_TIMER,
    XG_OBJECT_COMPLETION,
    XG_OBJECT_LISTENER,
    XG_OBJECT_FILE,
    XG_OBJECT_ENUMERATOR,
    XG_OBJECT_DEVICE,
    XG_OBJECT_LINK,
    XG_OBJECT_TASK,
    XG_OBJECT_TYPES
};
struct xg_open_file;
struct xg_packet; /* of a completion port */
struct xg_timer;
struct xg_task;
struct xg_listener;   /* of notifications */
struct xg_enumerator; /* kernel/content.h */
struct xg_content_root;
struct xg_mounted;
struct xg_loading;
struct xg_audio;
struct xg_xma;
struct xg_object {
    enum xg_object_type type;
    xg_ga body;                 /* guest address of the dispatcher header */
    uint32_t handles, pointers; /* mirrored in the guest's object header */
    char *name;                 /* NULL: none */
    bool deleted;               /* a device: the maker's reference is gone */
    union {
        struct xg_thread *thread;     /* XG_OBJECT_THREAD */
        struct xg_packet *packets;    /* XG_OBJECT_COMPLETION */
        struct xg_listener *listener; /* XG_OBJECT_LISTENER */
        struct xg_open_file *file;    /* XG_OBJECT_FILE */
        struct xg_enumerator *enumerator;
        struct xg_task *task; /* XG_OBJECT_TASK; NULL: it is done */
    };
    struct xg_object *next;    /* all objects */
    struct xg_object *sibling; /* of the same bucket of k->by_body */
};
struct xg_handle_slot {
    struct xg_object *object; /* NULL: free */
};
/* Body of `size` zero bytes in the kernel pool behind an object header; one pointer
 * reference is the caller's. NULL: no memory. */
struct xg_object *xg_object_create(struct xg_kernel *k, enum xg_object_type type, uint32_t size);
void xg_object_reference(struct xg_kernel *k, struct xg_object *o);
void xg_object_release(struct xg_kernel *k, struct xg_object *o);
struct xg_object *xg_object_at(struct xg_kernel *k, xg_ga body);
/* Thread of an object, or NULL. */
static inline struct xg_thread *xg_object_thread(const struct xg_object *o)
{
    return o && o->type == XG_OBJECT_THREAD ? o->thread : NULL;
}
struct xg_object *xg_object_named(struct xg_kernel *k, const char *name);
/* A new object under the name of an OBJECT_ATTRIBUTES at `attributes` (0 or without a name:
 * none). Success: *out has a reference for the caller. OBJECT_NAME_EXISTS: *out is the one that
 * has the name already, with a reference too. Anything else: no object. */
uint32_t xg_object_open_or_create(struct xg_kcall *call, enum xg_object_type type, uint32_t size,
                                  xg_ga attributes, struct xg_object **out);
/* The same by name, "" for none; NULL: of another type, or no memory. */
struct xg_object *xg_object_open_or_create_named(struct xg_kernel *k, enum xg_object_type type,
                                                 uint32_t size, const char *name, uint32_t *status);
/* A UTF-16 text with its terminator as UTF-8, cut to what fits; 0: "". */
void xg_kcall_wide(struct xg_kcall *call, xg_ga at, char *text, uint32_t size);
/* Text of an ANSI_STRING, cut to size - 1 bytes. */
void xg_kcall_string(struct xg_kcall *call, xg_ga string, char *text, uint32_t size);
uint32_t xg_handle_add(struct xg_kernel *k, struct xg_object *o); /* 0: no memory */
/* Object of a handle; -2 is the current thread. NULL: no such handle. */
struct xg_object *xg_handle_object(struct xg_kernel *k, uint32_t handle);
bool xg_handle_close(struct xg_kernel *k, uint32_t handle);
/* Object of a type behind the handle in argument n; NULL: r3 has the status. */
struct xg_object *xg_kcall_object(struct xg_kcall *call, unsigned n, enum xg_object_type type);
/* Stores a new handle and drops the caller's reference; status is what the call answers if that
 * succeeds. */
enum xg_kcall_result xg_kcall_new_handle(struct xg_kcall *call, struct xg_object *o,
                                         xg_ga handle_at, uint32_t status);
/* Dispatcher header: type, size in words, signal state, empty wait list. */
void xg_kcall_header(struct xg_kcall *call, xg_ga at, uint8_t type, uint8_t words, int32_t state);

/* ---- calls from the kernel into the guest (frame.c) ---- */

/* What a frame does when the guest function returns. */
enum xg_frame_kind {
    XG_FRAME_APC,
    XG_FRAME_TERMINATE,
    XG_FRAME_EXCEPTION,
    XG_FRAME_SCOPES,
    XG_FRAME_MODULE,
    XG_FRAME_THREAD
};
struct xg_apc {
    xg_ga apc;            /* guest's KAPC, 0: queued by the kernel */
    xg_ga kernel, normal; /* routines, 0: none */
    uint32_t context, args[2];
};
struct xg_wait;
/* One interrupted stretch of guest code: its registers, and whose turn it is next. */
struct xg_frame {
    struct xg_frame *up;
    enum xg_frame_kind kind;
    uint32_t stage;
    struct xg_cpu_context saved;
    xg_ga scratch, sp;        /* bytes of the interrupted stack that the frame may use */
    struct xg_apc apc;        /* XG_FRAME_APC */
    uint8_t mode;             /* of the APC */
    struct xg_wait *wait;     /* to go on with afterwards; NULL: none */
    xg_time deadline;         /* of that wait */
    struct xg_unwind *unwind; /* XG_FRAME_EXCEPTION; freed with the frame */
    uint32_t words[12];       /* the kind's own */
    struct xg_module *module; /* XG_FRAME_MODULE */
};
struct xg_calls {
    struct xg_frame *top;
};
/* Interrupts ctx: saves it, and makes room for `room` scratch bytes on its stack. NULL: the host
 * is out of memory (the machine is stopped). */
struct xg_frame *xg_frame_push(struct xg_kernel *k, struct xg_calls *calls,
                               struct xg_cpu_context *ctx, enum xg_frame_kind kind, uint32_t room);
/* Sets ctx to the start of a guest function; its return comes to the frame. */
void xg_frame_call(struct xg_kernel *k, struct xg_cpu_context *ctx, const struct xg_frame *f,
                   xg_ga routine, const uint32_t *args, unsigned count);
/* Goes back to what was interrupted. The counter of retired instructions goes on. */
void xg_frame_pop(struct xg_calls *calls, struct xg_cpu_context *ctx);
/* All above `down_to` (NULL: all), without going back to anything. k NULL: the machine goes away.
 */
void xg_frames_drop(struct xg_kernel *k, struct xg_calls *calls, const struct xg_frame *down_to);
void xg_frame_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx);
/* Calls of what runs now: the DPC's or the thread's. */
struct xg_calls *xg_calls_now(struct xg_kernel *k);

/* ---- modules (module.c): the title, the DLLs it loads, and the kernel's own two ---- */

struct xg_thread;
#define XG_MODULE_DEPS 32u
enum xg_module_stage {
    XG_MODULE_ATTACHED, /* in use; the title and the kernel's own always */
    XG_MODULE_NEW,      /* its entry point has not been called yet */
    XG_MODULE_ATTACHING,
    XG_MODULE_LEAVING, /* nobody uses it any more; its entry point will hear of it */
    XG_MODULE_DETACHING,
    XG_MODULE_GONE, /* to be freed */
};
struct xg_module {
    enum xg_module_stage stage;
    struct xg_module *dep[XG_MODULE_DEPS]; /* DLLs that it imports */
    uint32_t deps;
    char name[64];          /* with extension, as titles ask for it */
    struct xg_image *image; /* NULL: the kernel's own; the title's belongs to the machine */
    const char *exports;    /* of exports.csv, for those */
    xg_ga entry;            /* loader entry: the handle */
    uint32_t loads;
    bool attached; /* its entry point hears of threads */
    struct xg_module *next;
};
struct xg_module *xg_module_create(struct xg_kernel *k, const char *name, struct xg_image *image,
                                   const char *exports);
void xg_module_free(struct xg_kernel *k, struct xg_module *m); /* and its image, if loaded */
void xg_modules_destroy(struct xg_kernel *k);
struct xg_module *xg_module_named(struct xg_kernel *k, const char *name);
/* handle 0: the title. NULL: no such module. */
struct xg_module *xg_module_of(struct xg_kernel *k, xg_ga handle);
/* Address of an export of the kernel's own modules: a variable's, or a thunk's. 0: no memory. */
xg_ga xg_export_address(struct xg_kernel *k, int row);
/* Image that holds an address, or NULL. */
const struct xg_image *xg_image_of(const struct xg_kernel *k, xg_ga pc);
void xg_module_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx);

/* ---- loading (load.c) ---- */

/* Loads a module, or counts one that is loaded: 0 or the NT status. Its entry point and those of
 * what it imports are called by xg_modules_run. */
uint32_t xg_module_load(struct xg_kernel *k, const char *name, struct xg_module **out);
struct xg_module *xg_module_load_bytes(struct xg_kernel *k, const char *name, const uint8_t *bytes,
                                       size_t size, struct xg_error *err);
/* The DLL that a file which is being loaded imports from; loaded if need be. NULL: none. */
struct xg_module *xg_module_imported(struct xg_kernel *k, const char *name, struct xg_error *err);
void xg_module_count(struct xg_kernel *k, struct xg_module *m);  /* one more load */
void xg_module_unload(struct xg_kernel *k, struct xg_module *m); /* one less */
/* Calls the entry points that are due; then the export answers, and *out gets the root's handle.
 * exit_code: the thread ends then. */
enum xg_kcall_result xg_modules_run(struct xg_kcall *call, struct xg_module *root, xg_ga out,
                                    const uint32_t *exit_code);
/* The same on the title's first thread, before the title's own code. false: no memory. */
bool xg_modules_start(struct xg_kernel *k, struct xg_thread *t);

/* ---- asynchronous procedure calls (apc.c) ---- */

enum { XG_APC_KERNEL, XG_APC_USER };
struct xg_apc_queue {
    struct xg_apc *list;
    uint32_t count, room;
};
struct xg_thread;
/* false: the thread has ended, this KAPC is queued already, or the host is out of memory. */
bool xg_apc_queue(struct xg_kernel *k, struct xg_thread *t, unsigned mode, const struct xg_apc *a);
bool xg_apc_remove(struct xg_kernel *k, struct xg_thread *t, xg_ga apc);
/* Makes the thread run its user APCs before anything else. */
void xg_apc_deliver(struct xg_kernel *k, struct xg_thread *t, unsigned mode);
/* A kernel APC is there that this thread may run now. */
bool xg_apc_due(struct xg_kernel *k, const struct xg_thread *t);
void xg_apc_rundown(struct xg_kernel *k, struct xg_thread *t);
void xg_apc_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx);

/* ---- exceptions (unwind.c, xboxkrnl/exceptions.c) ---- */

/* A fault of guest code is raised as an exception. false: the machine stops with it. */
bool xg_exception_fault(struct xg_kernel *k, struct xg_cpu_context *ctx);
void xg_exception_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx);
void xg_scopes_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx);

/* ---- completion ports (completion.c) ---- */

/* The oldest packet of the port goes to the guest: key, context, status block. */
void xg_packet_deliver(struct xg_kernel *k, xg_ga port, const xg_ga out[3]);
/* false: the host is out of memory. */
bool xg_packet_queue(struct xg_kernel *k, struct xg_object *port, const uint32_t words[4]);
void xg_packets_free(struct xg_object *port);

void xg_file_free(struct xg_kernel *k, struct xg_object *o); /* xboxkrnl/files.c */

/* ---- notifications (xam/notify.c) ---- */

/* Tells every listener whose areas and version fit. */
void xg_notify(struct xg_kernel *k, uint32_t id, uint32_t parameter);
void xg_listener_free(struct xg_kernel *k, struct xg_object *o);

/* ---- tasks (xam/task.c) ---- */

void xg_task_due(struct xg_kernel *k, struct xg_task *task);        /* the alarm fired */
void xg_task_ended(struct xg_kernel *k, const struct xg_thread *t); /* perhaps a task's */
void xg_tasks_destroy(struct xg_kernel *k);

/* ---- timers (timer.c) ---- */

struct xg_timer_plan {
    int64_t due;     /* NT meaning */
    uint32_t period; /* ms, 0: once */
    xg_ga dpc;       /* 0: none */
    xg_ga routine;   /* of an APC to the thread that sets it; 0: none */
    uint32_t context;
};
/* true: it was set before. */
bool xg_timer_set(struct xg_kcall *call, xg_ga timer, const struct xg_timer_plan *plan);
bool xg_timer_cancel(struct xg_kernel *k, xg_ga timer);
void xg_timer_fired(struct xg_kernel *k, struct xg_timer *t);
void xg_timers_forget_thread(struct xg_kernel *k, struct xg_thread *t); /* it has ended */
void xg_timers_destroy(struct xg_kernel *k);
/* Guest time it fires at, XG_NEVER when it is not set. */
xg_time xg_timer_due(const struct xg_kernel *k, xg_ga timer);
/* ---- the system's message box (xam/message.c) ---- */

struct xg_dialog {
    bool open;
    struct xg_message_box box;
    uint32_t answer;             /* said in advance; else no button's number */
    xg_ga result_at, overlapped; /* overlapped 0: the thread waits */
    xg_ga routine;               /* of the title, for the answer; 0: result_at */
    xg_time since;
    struct xg_object *thread; /* that asks; a reference */
    uint16_t down;            /* buttons of the pads at the last look */
    uint32_t changes;         /* of what is on the screen */
};
void xg_content_destroy(struct xg_kernel *k); /* xam/content.c */
void xg_mounted_destroy(struct xg_kernel *k); /* xam/package.c */
void xg_enumerator_free(struct xg_object *o); /* xam/enumerate.c */
void xg_dialog_look(struct xg_kernel *k);     /* at each vertical blank */

/* ---- sound (audio.c) ---- */

void xg_audio_tick(struct xg_kernel *k); /* the alarm fired */
void xg_audio_destroy(struct xg_kernel *k);
bool xg_audio_runs(const struct xg_kernel *k); /* a client will be asked for a frame */

/* ---- threads (thread.c) ---- */

enum xg_thread_state {
    XG_THREAD_READY,
    XG_THREAD_RUNNING,
    XG_THREAD_WAITING,
    XG_THREAD_SUSPENDED,
    XG_THREAD_TERMINATED
};

/* What happens when a wait ends, besides the status in r3. */
enum xg_continuation {
    XG_THEN_STATUS,      /* r3 = status */
    XG_THEN_DELAY,       /* r3 = 0 when the time is up */
    XG_THEN_OWN_SECTION, /* critical section at wait.operand becomes the thread's */
    XG_THEN_PACKET,      /* a completion packet goes to the addresses at wait.out */
    XG_THEN_START,       /* a thread that waits before its first instruction: r3 stays */
};
struct xg_wait {
    uint32_t count;
    bool all, forever, alertable;
    bool held; /* the objects have a reference of the wait's */
    enum xg_continuation then;
    xg_ga operand;
    xg_ga out[3];
    xg_ga object[XG_MAX_WAIT];
};
struct xg_thread {
    struct xg_cpu_context ctx;
    struct xg_object *object; /* its body is the KTHREAD */
    uint32_t id;
    enum xg_thread_state state;
    uint8_t cpu, priority;
    bool title_main; /* returning from it ends the title */
    bool service;    /* does not count among the title's */
    uint32_t suspend_count;
    xg_time ready_at; /* READY: not before */
    xg_time quantum;  /* left, ns */
    xg_ga stack_alloc, stack_base, stack_limit, tls;
    struct xg_calls calls; /* of the kernel into this thread */
    struct xg_apc_queue apcs[2];
    bool in_kernel_apc, alerted;
    uint8_t move_to; /* cpu + 1 that it goes to when its worker comes back; 0: stays */
    bool leaving;    /* those who want to know of its end are being told */
    xg_ga *mutants;  /* that it owns */
    uint32_t mutant_count, mutant_room;
    struct xg_wait wait;    /* WAITING */
    struct xg_alarm alarm;  /* timeout of the wait */
    struct xg_thread *next; /* in the list of its state: ready list of its cpu, waiters */
};
struct xg_thread_start {
    uint32_t stack_size;
    xg_ga startup, start, context; /* startup may be 0 */
    uint32_t flags;                /* as ExCreateThread */
    bool service;                  /* the kernel's own: the title ends without it */
    uint8_t priority;              /* 0: as usual */
};
struct xg_thread *xg_thread_create(struct xg_kernel *k, const struct xg_thread_start *s);
/* Ends a thread; frees its stack and thread-local storage, signals the object. */
void xg_thread_exit(struct xg_kernel *k, struct xg_thread *t, uint32_t status);
/* The last reference is gone. The record may still be in use up the call chain: it is freed
 * at the next slice (xg_threads_bury). */
void xg_thread_free(struct xg_kernel *k, struct xg_thread *t);
void xg_threads_bury(struct xg_kernel *k);
uint32_t xg_thread_suspend(struct xg_kernel *k, struct xg_thread *t); /* old count */
uint32_t xg_thread_resume(struct xg_kernel *k, struct xg_thread *t);  /* old count */
/* Reserves a stack and its guards, commits the stack: base is its high end, limit its low one. */
bool xg_stack_create(struct xg_kernel *k, uint32_t size, xg_ga *alloc, xg_ga *base, xg_ga *limit);
bool xg_cpus_create(struct xg_kernel *k, struct xg_error *err); /* KPCRs, DPC stacks */

/* ---- who hears of the beginning and end of threads (attach.c) ---- */

struct xg_thread_node {
    xg_ga node;
    uint32_t priority;
};
bool xg_thread_register(struct xg_kernel *k, xg_ga node, uint32_t priority);
void xg_thread_unregister(struct xg_kernel *k, xg_ga node);
/* Before the first instruction of a thread. */
void xg_thread_tell_start(struct xg_kernel *k, struct xg_thread *t);
/* true: the thread goes on for a while and then ends. */
bool xg_thread_tell_end(struct xg_kernel *k, struct xg_thread *t, uint32_t status);
void xg_thread_told(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx);

/* ---- hardware threads and scheduling (sched.c) ---- */

struct xg_dpc_entry {
    xg_time due;
    xg_ga dpc; /* 0: graphics interrupt, args[0] = source */
    xg_ga routine;
    uint32_t args[4];
};
struct xg_hw {
    xg_ga kpcr, idle_thread, dpc_stack, dpc_limit;
    struct xg_thread *current; /* RUNNING, or NULL */
    struct xg_thread *ready;   /* first come, first served within a priority */
    xg_time now;
    uint8_t irql;
    bool dpc_active, dpc_vblank;
    uint8_t dpc_process_type;
    uint8_t irql_before_dpc;
    struct xg_cpu_context dpc; /* runs DPCs and interrupt callbacks */
    struct xg_calls calls;     /* of the kernel into them */
    struct xg_dpc_entry queue[XG_DPC_QUEUE];
    uint32_t queued;
    bool in_guest;               /* a parallel run: its worker executes guest code now */
    struct xg_cpu_context *last; /* a parallel run: what ran last here */
};
/* Puts a thread on its cpu's ready list, not to run before `when`. */
void xg_sched_ready(struct xg_kernel *k, struct xg_thread *t, xg_time when);
/* Takes the thread off the ready list or its hardware thread. */
void xg_sched_remove(struct xg_kernel *k, struct xg_thread *t);
/* A ready thread of a higher priority waits for this hardware thread. */
bool xg_sched_should_switch(const struct xg_hw *hw);
/* Queues a callback; false: queue full or this DPC is queued already. */
bool xg_dpc_queue(struct xg_kernel *k, unsigned cpu, const struct xg_dpc_entry *e);
bool xg_dpc_remove(struct xg_kernel *k, xg_ga dpc);
void xg_set_irql(struct xg_kernel *k, struct xg_hw *hw, uint8_t irql);

/* A call into the kernel while the engine runs (xg_cpu_on_kernel_call). */
bool xg_sched_kernel_call(void *kernel, struct xg_cpu_context *ctx);
/* Runs a hardware thread to the end of the round. */
void xg_sched_run(struct xg_kernel *k, struct xg_hw *hw, xg_time end);
/* The thread executes guest code on another worker: it cannot be touched before it comes back. */
bool xg_thread_is_away(const struct xg_kernel *k, const struct xg_thread *t);
void xg_thread_move(struct xg_kernel *k, struct xg_thread *t, uint8_t cpu);

/* ---- parallel runs (parallel.c) ---- */

struct xg_parallel;
/* Every hardware thread runs to the end of the round, side by side. */
void xg_parallel_round(struct xg_parallel *p);
/* Executes ctx on the worker of hw, without the lock. */
enum xg_cpu_exit xg_parallel_execute(struct xg_parallel *p, struct xg_hw *hw,
                                     struct xg_cpu_context *ctx);
void xg_parallel_invalidate(struct xg_parallel *p, xg_ga ga, uint32_t size);
void xg_parallel_destroy(struct xg_parallel *p); /* NULL is fine */

/* ---- waits (wait.c) ---- */

struct xg_wait_request {
    const xg_ga *objects;
    uint32_t count;
    bool all, alertable;
    bool hold;       /* the objects were found by handle: keep them while waiting */
    bool forever;    /* timeout NULL */
    int64_t timeout; /* 100 ns, NT meaning */
    enum xg_continuation then;
    xg_ga operand;
    xg_ga out[3];
};
/* Waits for the calling thread: DONE with r3 set, or BLOCKED. */
enum xg_kcall_result xg_wait(struct xg_kcall *call, const struct xg_wait_request *r);
/* The object at ga may have become signalled: ends waits, oldest first. */
void xg_wait_signalled(struct xg_kernel *k, xg_ga ga);
void xg_wait_timeout(struct xg_kernel *k, struct xg_thread *t);
void xg_wait_abandon(struct xg_kernel *k, struct xg_thread *t); /* off the list, no result */
/* Gives up the references that a wait holds. */
void xg_wait_drop(struct xg_kernel *k, struct xg_wait *w);
/* Ends a wait with a status that no object gave. */
void xg_wait_end(struct xg_kernel *k, struct xg_thread *t, uint32_t status);
/* A wait that an APC had interrupted goes on. */
void xg_wait_again(struct xg_kernel *k, struct xg_thread *t, const struct xg_wait *w,
                   xg_time deadline);
/* Gives a mutant of the thread up. state: new signal state. */
void xg_mutant_release(struct xg_kernel *k, struct xg_thread *t, xg_ga mutant, bool abandoned);
void xg_mutant_acquire(struct xg_kernel *k, struct xg_thread *t, xg_ga mutant);
void xg_mutant_forget(struct xg_kernel *k, xg_ga mutant); /* its memory goes away */
/* Guest time of an NT timeout; XG_NEVER for one that never comes. */
xg_time xg_deadline(xg_time now, int64_t timeout);
/* Sets the signal state of an event-like object; returns the old one. */
int32_t xg_signal_set(struct xg_kcall *call, xg_ga ga, int32_t state);

/* ---- kernel pool in guest memory (pool.c) ---- */

/* Zeroed block. Up to 0xFD8 bytes behind an 8-byte header, more in whole pages. 0: no
 * memory. */
xg_ga xg_pool_alloc(struct xg_kernel *k, uint32_t size, uint32_t tag);
bool xg_pool_free(struct xg_kernel *k, xg_ga at); /* false: not a block of the pool */

/* ---- guest memory of the kernel's own structures (always mapped) ---- */
void xg_kst8(struct xg_kernel *k, xg_ga ga, uint8_t v);
void xg_kst16(struct xg_kernel *k, xg_ga ga, uint16_t v);
void xg_kst32(struct xg_kernel *k, xg_ga ga, uint32_t v);
void xg_kst64(struct xg_kernel *k, xg_ga ga, uint64_t v);
uint32_t xg_kld32(struct xg_kernel *k, xg_ga ga);

#define XG_POOL_CLASSES 8 /* 32 << n bytes, header included */
struct xg_pool {
    xg_ga *list[XG_POOL_CLASSES + 1]; /* free blocks by class, then large ones in use */
    uint32_t count[XG_POOL_CLASSES + 1], room[XG_POOL_CLASSES + 1];
    struct xg_heap *heap;
};

struct xg_video {
    xg_ga callback, callback_arg;
    xg_ga system_id_address;
    xg_pa ring; /* and its size in bytes; 0: none */
    uint32_t ring_bytes;
    bool started;
    uint64_t vblanks;
    struct xg_alarm alarm;
    struct {
        xg_pa front_buffer;
        uint32_t fetch[6];
    } swaps[XG_SWAP_QUEUE]; /* asked for, not shown yet; oldest first */
    uint32_t swap_count;
};

struct xg_kernel {
    struct xg_kernel_options o;
    struct xg_loader_imports imports;
    const struct xg_image *image;
    struct xg_hw hw[XG_CPUS];
    struct xg_parallel *parallel; /* NULL: lockstep */
    xg_time round_ns;
    struct xg_hw *running;       /* the one in whose slice we are, or NULL */
    struct xg_cpu_context *last; /* context that ran last, for reservations */
    struct xg_timeline timeline;
    struct xg_thread *waiters;   /* all waiting threads, oldest first */
    struct xg_thread *graveyard; /* records to free */
    struct xg_object *objects;
    struct xg_object *by_body[XG_OBJECT_BUCKETS];
    struct xg_timer *timers; /* that are set */
    struct xg_task *tasks;   /* that are not done */
    struct xg_dialog dialog;
    struct xg_content_root *content_roots; /* content that is open */
    struct xg_mounted *mounted;            /* packages that titles have asked about */
    struct xg_audio *audio;                /* NULL: nobody has asked for sound */
    struct xg_xma *xma;                    /* NULL: nobody has asked for it */
    xg_ga xma_contexts;                    /* as titles see them */
    struct xg_handle_slot *handles;
    uint32_t handle_count;
    uint32_t next_thread_id, live_threads;
    xg_time now, round_end;
    bool in_round; /* between begin and end of a round */
    bool in_guest; /* the CPU engine runs: time is in the context */
    /* Of the slice that runs: instructions counted so far; an answered call that ended it. */
    uint64_t slice_counted;
    bool slice_answered;
    enum xg_kcall_result slice_result;
    bool spinning;   /* an export waits for a spin lock and will be called again */
    unsigned cursor; /* next hardware thread of the round */
    uint64_t instructions, budget;
    struct xg_pool pool;
    struct xg_video video;
    xg_ga code;   /* page with the return trampoline */
    xg_ga thunks; /* page of thunks for functions imported by address alone */
    uint32_t thunk_count;
    xg_ga process;      /* KPROCESS of the title */
    xg_ga variables;    /* storage of exported variables */
    xg_ga *variable_at; /* by row */
    xg_ga *thunk_at;    /* by row: of functions whose address was asked for */
    struct xg_module *modules;
    struct xg_loading *loading;       /* files that are being loaded, the last first */
    xg_ga time_bundle, module_handle; /* KeTimeStampBundle, XexExecutableModuleHandle */
    uint64_t clock_ms;                /* as the bundle shows it */
    xg_ga types[XG_OBJECT_TYPES];     /* addresses of the type variables */
    uint32_t tls_used[XG_TLS_SLOTS / 32];
    xg_ga terminate_list; /* title terminate notifications, guest list */
    bool told_system;     /* a listener has heard how things stand */
    bool terminating;     /* they run */
    const char *exit_why;
    struct xg_keystroke_reader keystrokes[XG_PADS];
    char launch_path[128]; /* "": no other title was asked for */
    uint8_t *launch_data;  /* for the next title; NULL: none */
    uint32_t launch_size, dash_context;
    uint64_t random;                     /* state of the random bytes */
    uint32_t cache_elements;             /* as the title set it */
    struct xg_thread_node *thread_nodes; /* highest priority first */
    uint32_t thread_node_count;
    uint16_t link_port;            /* as the title has set it */
    xg_ga process_heap;            /* what GetProcessHeap gives out; 0: not yet */
    xg_ga hud_state;               /* word for routines of message boxes; 0: not yet */
    xg_ga device_lock;             /* of the device objects; 0: not yet */
    uint32_t staging_mode;         /* of the title's network, as it was set */
    uint8_t disc;                  /* of the title, that is in the drive */
    struct xg_stranger *strangers; /* NULL: none yet */
    uint32_t stranger_count;
    uint64_t unimplemented;
    uint8_t *logged; /* by row: unimplemented call has been reported */
    enum xg_kernel_state state;
    uint32_t exit_code;
    char stop_text[1024];
};

static inline struct xg_thread *xg_current(const struct xg_kernel *k)
{
    return k->running ? k->running->current : NULL;
}
uint32_t xg_current_id(const struct xg_kernel *k);
/* KTHREAD of the running hardware thread: its thread's, or the idle one. */
xg_ga xg_current_kthread(const struct xg_kernel *k);
void xg_log(struct xg_kernel *k, const char *fmt, ...) XG_PRINTF(2, 3);
/* Stops the machine; the first reason stays. */
void xg_stop(struct xg_kernel *k, enum xg_kernel_state state, const char *fmt, ...) XG_PRINTF(3, 4);
/* Ends the title: its terminate notifications run first, on the thread that is current. */
void xg_exit_title(struct xg_kernel *k, uint32_t code, const char *why);
void xg_terminate_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx);
/* "0x82001234 (main+0x10)" into buf. */
const char *xg_where(const struct xg_kernel *k, xg_ga pc, char *buf, size_t size);
void xg_stop_on_fault(struct xg_kernel *k, const struct xg_cpu_context *ctx, int row);

/* ---- imports that no table knows (stranger.c) ---- */

#define XG_SC_KERNEL      0x44000042u /* sc, LEV = 2 */
#define XG_BLR            0x4E800020u
#define XG_THUNK_MAGIC    0xC0DE0000u
#define XG_STRANGER_MAGIC 0xC0DF0000u
struct xg_stranger;
bool xg_is_system_module(const char *module);
bool xg_stranger_function(struct xg_kernel *k, const char *module, uint16_t ordinal,
                          uint32_t words[4]);
xg_ga xg_stranger_variable(struct xg_kernel *k, const char *module, uint16_t ordinal); /* or 0 */
/* false: there is no such thunk. */
bool xg_stranger_call(struct xg_kernel *k, struct xg_cpu_context *ctx, uint32_t number);

/* dispatch.c */
enum xg_kcall_result xg_dispatch(struct xg_kernel *k, struct xg_cpu_context *ctx);
bool xg_variables_create(struct xg_kernel *k, struct xg_error *err); /* variables.c */
void xg_clock_update(struct xg_kernel *k);                           /* clock.c */
uint64_t xg_system_time(xg_time now);
void xg_video_vblank(struct xg_kernel *k); /* video.c: the alarm fired */
void xg_video_start(struct xg_kernel *k);
void xg_fire_alarms(struct xg_kernel *k);

/* ---- for handlers: guest memory. A fault is sticky: the call ends as FAULT, loads give
 * zero, stores do nothing more. ---- */
bool xg_kcall_read(struct xg_kcall *c, xg_ga ga, void *buf, uint32_t size);
bool xg_kcall_write(struct xg_kcall *c, xg_ga ga, const void *buf, uint32_t size);
bool xg_kcall_fill(struct xg_kcall *c, xg_ga ga, uint8_t value, uint32_t size);
uint8_t xg_kcall_ld8(struct xg_kcall *c, xg_ga ga);
uint16_t xg_kcall_ld16(struct xg_kcall *c, xg_ga ga);
uint32_t xg_kcall_ld32(struct xg_kcall *c, xg_ga ga);
uint64_t xg_kcall_ld64(struct xg_kcall *c, xg_ga ga);
void xg_kcall_st8(struct xg_kcall *c, xg_ga ga, uint8_t v);
void xg_kcall_st16(struct xg_kcall *c, xg_ga ga, uint16_t v);
void xg_kcall_st32(struct xg_kcall *c, xg_ga ga, uint32_t v);
void xg_kcall_st64(struct xg_kcall *c, xg_ga ga, uint64_t v);
/* In one step, also as guest code on other host threads sees it: stores v if the word holds
 * `expected`. false: it holds something else, or a fault. */
bool xg_kcall_exchange32(struct xg_kcall *c, xg_ga ga, uint32_t expected, uint32_t v);
bool xg_kcall_exchange64(struct xg_kcall *c, xg_ga ga, uint64_t expected, uint64_t v);

#endif
