/* Structured exceptions. Raising walks the stack and calls the handler of each frame that has
 * one; a handler that wants the exception unwinds to its frame, which walks the stack again and
 * runs the termination functions on the way. Both walks are a frame of the kernel
 * (XG_FRAME_EXCEPTION) whose state is struct xg_unwind: the handlers run in the guest, and the
 * walk goes on when they return. A walk crosses from a function that the kernel called into
 * what that call had interrupted. Faults of guest code are raised the same way, at the instruction
 * that faulted; if nobody takes one, the machine stops with the fault, as if nobody had been asked.
 */
#include "kernel/unwind.h"

#include <stdlib.h>

enum { /* EXCEPTION_RECORD */
       REC_CODE = 0,
       REC_FLAGS = 4,
       REC_NEXT = 8,
       REC_ADDRESS = 0xC,
       REC_COUNT = 0x10,
       REC_INFO = 0x14,
       REC_SIZE = 0x50,
};
enum { /* its flags */
       NONCONTINUABLE = 0x01,
       UNWINDING = 0x02,
       EXIT_UNWIND = 0x04,
       TARGET_UNWIND = 0x20,
};
enum { /* dispatcher context; +10 is ours: only __C_specific_handler looks there */
       DISP_PC = 0,
       DISP_FUNCTION = 4,
       DISP_FRAME = 8,
       DISP_CONTEXT = 0xC,
       DISP_TARGET = 0x10,
       DISP_SIZE = 0x20,
};
enum { CONTINUE_EXECUTION = 0, CONTINUE_SEARCH = 1 };
#define THREAD_NAME   0x406D1388u
#define STATUS_UNWIND 0xC0000027u
#define WALK_MAX      100000u
/* Scratch of an exception frame: context, dispatcher context, record of our own. */
#define AT_CONTEXT  0u
#define AT_DISPATCH (XG_CONTEXT_SIZE)
#define AT_RECORD   (AT_DISPATCH + DISP_SIZE)
#define SCRATCH     (AT_RECORD + REC_SIZE)

struct xg_unwind {
    struct xg_cpu_context at, up; /* registers in the frame looked at; of its caller */
    struct xg_function function;
    struct xg_frame *below; /* next frame of the kernel that the walk may cross */
    xg_ga record;
    bool unwinding;
    xg_ga target_frame, target_ip;
    uint32_t value;
    uint32_t steps;
    bool at_target;
    bool fault; /* of guest code: the frame's saved context has it */
};

static void lost(struct xg_kernel *k, const struct xg_unwind *u, const char *why)
{
    char at[160];
    if (u->fault) {
        xg_stop_on_fault(k, &xg_calls_now(k)->top->saved, -1);
        return;
    }
    xg_stop(k, XG_KERNEL_FAULTED, "exception 0x%08X raised by thread %u at %s: %s",
            xg_kld32(k, u->record + REC_CODE), xg_current_id(k),
            xg_where(k, xg_kld32(k, u->record + REC_ADDRESS), at, sizeof at), why);
}

/* Where a frame of the kernel had interrupted the guest. A kernel call is seen in its thunk. */
static void cross(struct xg_kernel *k, struct xg_unwind *u)
{
    u->at = u->below->saved;
    if (xg_kld32(k, u->at.pc) == 0x4E800020u)
        u->at.pc = (xg_ga)u->at.lr - 4;
    u->below = u->below->up;
}

static void set_flags(struct xg_kernel *k, const struct xg_unwind *u, uint32_t flags)
{
    xg_kst32(k, u->record + REC_FLAGS, xg_kld32(k, u->record + REC_FLAGS) | flags);
}

static void call_handler(struct xg_kernel *k, struct xg_cpu_context *ctx, struct xg_frame *f)
{
    struct xg_unwind *u = f->unwind;
    xg_ga dispatch = f->scratch + AT_DISPATCH, context = f->scratch + AT_CONTEXT;
    const uint32_t args[] = {u->record, (xg_ga)u->up.gpr[1], context, dispatch};
    xg_kst32(k, dispatch + DISP_PC, u->at.pc);
    xg_kst32(k, dispatch + DISP_FUNCTION, u->function.entry);
    xg_kst32(k, dispatch + DISP_FRAME, (xg_ga)u->up.gpr[1]);
    xg_kst32(k, dispatch + DISP_CONTEXT, context);
    xg_kst32(k, dispatch + DISP_TARGET, u->unwinding ? u->target_ip : 0);
    xg_frame_call(k, ctx, f, u->function.handler, args, 4);
}

/* The unwind has arrived: the target function goes on with its own registers. */
static void arrive(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    struct xg_unwind *u = calls->top->unwind;
    uint64_t retired = ctx->retired, origin = ctx->time_origin;
    *ctx = u->at;
    ctx->retired = retired;
    ctx->time_origin = origin;
    ctx->reserve_valid = false;
    ctx->gpr[3] = u->value;
    ctx->pc = u->target_ip;
    for (const struct xg_frame *f = calls->top; f != u->below; f = f->up)
        if (f->kind == XG_FRAME_APC && f->mode == XG_APC_KERNEL && xg_current(k))
            xg_current(k)->in_kernel_apc = false;
    xg_frames_drop(k, calls, u->below);
}

/* Walks until a handler has to be called, the unwind arrives, or the stack ends. */
static void walk(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    struct xg_frame *f = calls->top;
    struct xg_unwind *u = f->unwind;
    while (u->steps++ < WALK_MAX) {
        if (u->at.pc + 4 == k->code) {
            if (!u->below) {
                lost(k, u,
                     u->unwinding ? "the frame to unwind to is not on the stack"
                                  : "nobody handles it");
                return;
            }
            cross(k, u);
            continue;
        }
        u->up = u->at;
        if (!xg_unwind_step(k, &u->up)) {
            lost(k, u, "the stack cannot be walked");
            return;
        }
        u->at_target = u->unwinding && (xg_ga)u->up.gpr[1] == u->target_frame;
        if (xg_function_at(k, u->at.pc, &u->function) && u->function.handler) {
            if (u->at_target)
                set_flags(k, u, TARGET_UNWIND);
            call_handler(k, ctx, f);
            return;
        }
        if (u->at_target) {
            arrive(k, calls, ctx);
            return;
        }
        u->at = u->up;
    }
    lost(k, u, "the stack has no end");
}

/* Execution continues where the exception was raised; a fault with the registers as the handlers
 * left them in the context record. */
static void go_on(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    xg_ga context = calls->top->scratch + AT_CONTEXT;
    bool fault = calls->top->unwind->fault;
    xg_frame_pop(calls, ctx);
    if (fault)
        xg_context_load(k, context, ctx);
}

void xg_exception_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    struct xg_unwind *u = calls->top->unwind;
    if (u->unwinding && u->at_target) {
        arrive(k, calls, ctx);
        return;
    }
    if (!u->unwinding && (uint32_t)ctx->gpr[3] == CONTINUE_EXECUTION) {
        if (xg_kld32(k, u->record + REC_FLAGS) & NONCONTINUABLE)
            lost(k, u, "its handler goes on, but it cannot be continued");
        else
            go_on(k, calls, ctx);
        return;
    }
    u->at = u->up;
    walk(k, calls, ctx);
}

/* A record of our own. */
struct raised {
    uint32_t code, flags, count, info[15];
};

static const struct raised unwind_record = {.code = STATUS_UNWIND};

static void store_record(struct xg_kernel *k, xg_ga at, const struct raised *r, xg_ga pc)
{
    struct xg_fault fault;
    xg_memory_fill(k->o.mem, at, 0, REC_SIZE, &fault);
    xg_kst32(k, at + REC_CODE, r->code);
    xg_kst32(k, at + REC_FLAGS, r->flags);
    xg_kst32(k, at + REC_ADDRESS, pc);
    xg_kst32(k, at + REC_COUNT, r->count);
    for (uint32_t i = 0; i < r->count; i++)
        xg_kst32(k, at + REC_INFO + 4 * i, r->info[i]);
}

/* Begins a walk at the caller of the export that runs. record 0: one of our own, of `raised` (NULL:
 * that of an unwind). */
static enum xg_kcall_result begin(struct xg_kcall *call, xg_ga record, const struct raised *raised,
                                  bool unwinding, xg_ga frame, xg_ga ip, uint32_t value)
{
    struct xg_kernel *k = call->kernel;
    if (!k->running->dpc_active && !xg_current(k))
        return XG_KCALL_DONE;
    struct xg_calls *calls = xg_calls_now(k);
    struct xg_frame *below = calls->top;
    struct xg_frame *f = xg_frame_push(k, calls, call->ctx, XG_FRAME_EXCEPTION, SCRATCH);
    struct xg_unwind *u = f ? calloc(1, sizeof *u) : NULL;
    if (!u) {
        xg_stop(k, XG_KERNEL_FAULTED, "the host is out of memory");
        return XG_KCALL_STOP;
    }
    f->unwind = u;
    u->at = *call->ctx;
    u->at.pc = (xg_ga)call->ctx->lr - 4;
    u->below = below;
    u->record = record ? record : f->scratch + AT_RECORD;
    u->unwinding = unwinding;
    u->target_frame = frame;
    u->target_ip = ip;
    u->value = value;
    if (!record)
        store_record(k, u->record, raised ? raised : &unwind_record, u->at.pc);
    if (unwinding)
        set_flags(k, u, UNWINDING | (frame ? 0 : EXIT_UNWIND));
    xg_context_store(k, f->scratch + AT_CONTEXT, &u->at);
    walk(k, calls, call->ctx);
    return XG_KCALL_RESCHEDULE;
}

/* ---- faults of guest code ---- */

#define ACCESS_VIOLATION 0xC0000005u
#define MISALIGNMENT     0x80000002u
#define ILLEGAL          0xC000001Du
#define BREAKPOINT       0x80000003u
#define DIVIDE_BY_ZERO   0xC0000094u
#define INTEGER_OVERFLOW 0xC0000095u
#define NESTED_MAX       16u

/* tw and twi: compilers check divisors with 6 (not above) 0, and results with 5 (not below) -1. */
static uint32_t trap_code(uint32_t insn)
{
    uint32_t to = insn >> 21 & 31;
    if (insn >> 26 == 3 && to == 6 && !(insn & 0xFFFF))
        return DIVIDE_BY_ZERO;
    return insn >> 26 == 3 && to == 5 ? INTEGER_OVERFLOW : BREAKPOINT;
}

static uint32_t fault_code(const struct xg_cpu_context *ctx)
{
    switch (ctx->fault.kind) {
    case XG_FAULT_MISALIGNED:
        return MISALIGNMENT;
    case XG_FAULT_ILLEGAL:
        return ILLEGAL;
    case XG_FAULT_TRAP:
        return trap_code(ctx->fault_opcode);
    default:
        return ACCESS_VIOLATION;
    }
}

static void fill_record(struct xg_kernel *k, xg_ga record, const struct xg_cpu_context *ctx)
{
    struct raised r = {.code = fault_code(ctx), .info = {ctx->fault.store, ctx->fault.address}};
    if (r.code == ACCESS_VIOLATION)
        r.count = 2;
    store_record(k, record, &r, ctx->pc);
}

bool xg_exception_fault(struct xg_kernel *k, struct xg_cpu_context *ctx)
{
    if (k->running->dpc_active || !xg_current(k) || k->running->irql >= XG_IRQL_DISPATCH)
        return false;
    struct xg_calls *calls = xg_calls_now(k);
    struct xg_frame *below = calls->top;
    unsigned nested = 0;
    for (const struct xg_frame *f = below; f; f = f->up)
        nested += f->kind == XG_FRAME_EXCEPTION;
    if (nested >= NESTED_MAX)
        return false;
    struct xg_frame *f = xg_frame_push(k, calls, ctx, XG_FRAME_EXCEPTION, SCRATCH);
    if (!f || !(f->unwind = calloc(1, sizeof *f->unwind)))
        return false;
    struct xg_unwind *u = f->unwind;
    u->at = *ctx;
    u->below = below;
    u->record = f->scratch + AT_RECORD;
    u->fault = true;
    fill_record(k, u->record, ctx);
    xg_context_store(k, f->scratch + AT_CONTEXT, ctx);
    walk(k, calls, ctx);
    return k->state == XG_KERNEL_RUNNING;
}

/* 406D1388 tells a debugger the name of a thread: 1000, name, thread id or -1, flags. */
static enum xg_kcall_result name_thread(struct xg_kcall *call, xg_ga record)
{
    struct xg_kernel *k = call->kernel;
    char text[64] = "";
    xg_ga from = xg_kcall_ld32(call, record + REC_INFO + 4);
    struct xg_fault f;
    for (unsigned i = 0; i + 1 < sizeof text; i++)
        if (!xg_memory_read(k->o.mem, from + i, text + i, 1, &f) || !text[i]) {
            text[i] = 0;
            break;
        }
    uint32_t id = xg_kcall_ld32(call, record + REC_INFO + 8);
    xg_log(k, "thread %u is called '%s'", id == UINT32_MAX ? xg_current_id(k) : id, text);
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_RtlRaiseException(struct xg_kcall *call)
{
    xg_ga record = xg_kcall_u32(call, 0);
    uint32_t code = xg_kcall_ld32(call, record + REC_CODE);
    xg_kcall_st32(call, record + REC_ADDRESS, (xg_ga)call->ctx->lr - 4);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (code == THREAD_NAME)
        return name_thread(call, record);
    return begin(call, record, NULL, false, 0, 0, 0);
}

/* target frame, target instruction, record or 0, value. */
enum xg_kcall_result xg_x_RtlUnwind(struct xg_kcall *call)
{
    xg_ga record = xg_kcall_u32(call, 2);
    if (record) {
        xg_kcall_ld32(call, record + REC_FLAGS);
        if (call->faulted)
            return XG_KCALL_FAULT;
    }
    return begin(call, record, NULL, true, xg_kcall_u32(call, 0), xg_kcall_u32(call, 1),
                 xg_kcall_u32(call, 3));
}

/* code, flags (1: it cannot be continued), count, arguments. */
enum xg_kcall_result xg_x_RaiseException(struct xg_kcall *call)
{
    struct raised r = {.code = xg_kcall_u32(call, 0) & ~0x10000000u,
                       .flags = xg_kcall_u32(call, 1) & NONCONTINUABLE};
    xg_ga from = xg_kcall_u32(call, 3);
    if (from)
        r.count = xg_kcall_u32(call, 2);
    r.count = r.count < XG_COUNTOF(r.info) ? r.count : (uint32_t)XG_COUNTOF(r.info);
    for (uint32_t i = 0; i < r.count; i++)
        r.info[i] = xg_kcall_ld32(call, from + 4 * i);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (r.code == THREAD_NAME)
        return XG_KCALL_DONE;
    return begin(call, 0, &r, false, 0, 0, 0);
}

enum xg_kcall_result xg_x_RtlCaptureContext(struct xg_kcall *call)
{
    struct xg_cpu_context now = *call->ctx;
    xg_ga out = xg_kcall_u32(call, 0);
    now.pc = (xg_ga)call->ctx->lr;
    xg_kcall_fill(call, out, 0, XG_CONTEXT_SIZE);
    if (!call->faulted)
        xg_context_store(call->kernel, out, &now);
    return XG_KCALL_DONE;
}

/* ---- __C_specific_handler: scopes {begin, end, filter or termination, target} ---- */

enum { SCOPE_BEGIN = 0, SCOPE_END = 4, SCOPE_FUNCTION = 8, SCOPE_TARGET = 0xC, SCOPE_SIZE = 16 };
enum { W_RECORD, W_FRAME, W_CONTEXT, W_DISPATCH, W_TABLE, W_NEXT, W_TARGET }; /* f->words */
#define MAX_SCOPES 4096u

static void done(struct xg_calls *calls, struct xg_cpu_context *ctx, uint32_t disposition)
{
    xg_frame_pop(calls, ctx);
    ctx->gpr[3] = disposition;
}

static void call_scope(struct xg_kernel *k, struct xg_cpu_context *ctx, struct xg_frame *f,
                       xg_ga function, uint32_t argument)
{
    xg_frame_call(k, ctx, f, function, &argument, 1);
    ctx->gpr[12] = f->words[W_FRAME];
}

/* Unwinding has come to the scope whose __except it is going to, or stays inside this one. */
static bool is_destination(struct xg_kernel *k, const struct xg_frame *f, xg_ga scope)
{
    xg_ga ip = xg_kld32(k, f->words[W_DISPATCH] + DISP_TARGET);
    xg_ga target = xg_kld32(k, scope + SCOPE_TARGET);
    if (!(xg_kld32(k, f->words[W_RECORD] + REC_FLAGS) & TARGET_UNWIND))
        return false;
    return target ? target == ip
                  : ip >= xg_kld32(k, scope + SCOPE_BEGIN) && ip < xg_kld32(k, scope + SCOPE_END);
}

/* Calls the next filter or termination function; the frame ends when there is none. */
static void next_scope(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    struct xg_frame *f = calls->top;
    xg_ga table = f->words[W_TABLE], pc = xg_kld32(k, f->words[W_DISPATCH] + DISP_PC);
    uint32_t count = xg_kld32(k, table);
    bool unwinding = xg_kld32(k, f->words[W_RECORD] + REC_FLAGS) & (UNWINDING | EXIT_UNWIND);
    while (f->words[W_NEXT] < count && count <= MAX_SCOPES) {
        xg_ga scope = table + 4 + SCOPE_SIZE * f->words[W_NEXT]++;
        xg_ga function = xg_kld32(k, scope + SCOPE_FUNCTION);
        bool except = xg_kld32(k, scope + SCOPE_TARGET) != 0;
        if (pc < xg_kld32(k, scope + SCOPE_BEGIN) || pc >= xg_kld32(k, scope + SCOPE_END))
            continue;
        if (unwinding && is_destination(k, f, scope))
            break;
        if (unwinding == except)
            continue;
        f->words[W_TARGET] = xg_kld32(k, scope + SCOPE_TARGET);
        call_scope(k, ctx, f, function, unwinding ? 1 : f->scratch);
        return;
    }
    done(calls, ctx, CONTINUE_SEARCH);
}

void xg_scopes_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    struct xg_frame *f = calls->top;
    int32_t answer = (int32_t)ctx->gpr[3];
    if (xg_kld32(k, f->words[W_RECORD] + REC_FLAGS) & (UNWINDING | EXIT_UNWIND) || answer == 0) {
        next_scope(k, calls, ctx);
        return;
    }
    if (answer < 0) {
        done(calls, ctx, CONTINUE_EXECUTION);
        return;
    }
    /* Execute the handler: unwind to it from here, as if the handler had called RtlUnwind. */
    uint32_t record = f->words[W_RECORD], frame = f->words[W_FRAME], target = f->words[W_TARGET];
    xg_frame_pop(calls, ctx);
    struct xg_kcall call = {.kernel = k, .ctx = ctx};
    begin(&call, record, NULL, true, frame, target, xg_kld32(k, record + REC_CODE));
}

enum xg_kcall_result xg_x___C_specific_handler(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t record = xg_kcall_u32(call, 0), frame = xg_kcall_u32(call, 1);
    uint32_t context = xg_kcall_u32(call, 2), dispatch = xg_kcall_u32(call, 3);
    xg_ga start = xg_kcall_ld32(call, xg_kcall_ld32(call, dispatch + DISP_FUNCTION));
    xg_ga table = xg_kcall_ld32(call, start - 4);
    xg_kcall_ld32(call, table);
    xg_kcall_ld32(call, record + REC_FLAGS);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!k->running->dpc_active && !xg_current(k))
        return xg_kcall_return(call, CONTINUE_SEARCH);
    struct xg_calls *calls = xg_calls_now(k);
    struct xg_frame *f = xg_frame_push(k, calls, call->ctx, XG_FRAME_SCOPES, 0x20);
    if (!f)
        return XG_KCALL_STOP;
    const uint32_t words[] = {record, frame, context, dispatch, table, 0, 0};
    memcpy(f->words, words, sizeof words);
    xg_kst32(k, f->scratch, record); /* EXCEPTION_POINTERS */
    xg_kst32(k, f->scratch + 4, context);
    next_scope(k, calls, call->ctx);
    return XG_KCALL_RESCHEDULE;
}
