/* Life of the kernel: creation, the title's start, reports. */
#include "audio/xma.h"
#include "kernel/file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SC_RETURN       0x44000062u /* sc, LEV = 3: the return trampoline */
#define FIRST_THREAD_ID 1u
#define CACHE_ELEMENTS  256u
#define KERNEL_VERSION  0x20449700u /* 2.0.17559.0 */

void xg_log(struct xg_kernel *k, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (k->o.log)
        k->o.log(k->o.log_ctx, text);
}

void xg_stop(struct xg_kernel *k, enum xg_kernel_state state, const char *fmt, ...)
{
    va_list ap;
    if (k->state != XG_KERNEL_RUNNING)
        return;
    k->state = state;
    va_start(ap, fmt);
    vsnprintf(k->stop_text, sizeof k->stop_text, fmt, ap);
    va_end(ap);
}

/* ---- the end of a title ---- */

enum { NODE_ROUTINE = 0, NODE_PRIORITY = 4, NODE_NEXT = 8 };
#define MAX_NODES 1024u

static void end_now(struct xg_kernel *k)
{
    xg_stop(k, XG_KERNEL_EXITED, "the title ended: %s (code 0x%X)", k->exit_why, k->exit_code);
}

/* Takes the notification of the highest priority off the list; 0: there is none. */
static xg_ga take_notification(struct xg_kernel *k)
{
    xg_ga best = 0, before_best = 0, before = 0;
    uint32_t n = 0;
    for (xg_ga at = k->terminate_list; at && n++ < MAX_NODES; at = xg_kld32(k, at + NODE_NEXT)) {
        if (!best || xg_kld32(k, at + NODE_PRIORITY) > xg_kld32(k, best + NODE_PRIORITY)) {
            best = at;
            before_best = before;
        }
        before = at;
    }
    if (!best || n >= MAX_NODES)
        return 0;
    uint32_t next = xg_kld32(k, best + NODE_NEXT);
    if (before_best)
        xg_kst32(k, before_best + NODE_NEXT, next);
    else
        k->terminate_list = next;
    return xg_kld32(k, best + NODE_ROUTINE);
}

void xg_terminate_returned(struct xg_kernel *k, struct xg_calls *calls, struct xg_cpu_context *ctx)
{
    xg_ga routine = take_notification(k);
    if (routine)
        xg_frame_call(k, ctx, calls->top, routine, NULL, 0);
    else
        end_now(k);
}

void xg_exit_title(struct xg_kernel *k, uint32_t code, const char *why)
{
    if (k->state != XG_KERNEL_RUNNING)
        return;
    if (!k->terminating) {
        k->exit_code = code;
        k->exit_why = why;
    }
    struct xg_thread *t = xg_current(k);
    if (k->terminating || !k->terminate_list || !t || t->state != XG_THREAD_RUNNING) {
        end_now(k);
        return;
    }
    k->terminating = true;
    struct xg_calls *calls = xg_calls_now(k);
    struct xg_cpu_context *ctx = k->running->dpc_active ? &k->running->dpc : &t->ctx;
    if (xg_frame_push(k, calls, ctx, XG_FRAME_TERMINATE, 0x40))
        xg_terminate_returned(k, calls, ctx);
}

uint32_t xg_current_id(const struct xg_kernel *k)
{
    return xg_current(k) ? xg_current(k)->id : 0;
}

xg_ga xg_current_kthread(const struct xg_kernel *k)
{
    return xg_current(k) ? xg_current(k)->object->body : k->running->idle_thread;
}

/* ---- imports ---- */

static bool unknown(const char *module, uint16_t ordinal, struct xg_error *err)
{
    return xg_fail(err, XG_E_INPUT, "the title imports %s ordinal 0x%X, which is unknown", module,
                   ordinal);
}

/* Address that a DLL exports, which is loaded if need be; 0: no such DLL or export. */
static xg_ga module_export(struct xg_kernel *k, const char *module, uint16_t ordinal,
                           struct xg_error *err)
{
    const struct xg_module *m = xg_module_imported(k, module, err);
    const struct xg_xex_export *e = m && m->image ? xg_image_export(m->image, ordinal) : NULL;
    return e ? e->address : 0;
}

static bool import_function(void *ctx, const char *module, uint16_t ordinal, uint32_t words[4],
                            struct xg_error *err)
{
    int row = xg_export_find(module, ordinal);
    if (row < 0 && xg_is_system_module(module))
        return xg_stranger_function(ctx, module, ordinal, words) || unknown(module, ordinal, err);
    if (row < 0) {
        xg_ga target = module_export(ctx, module, ordinal, err);
        if (!target)
            return unknown(module, ordinal, err);
        xg_loader_thunk_to(target, words);
        return true;
    }
    words[0] = XG_SC_KERNEL;
    words[1] = XG_BLR;
    words[2] = XG_THUNK_MAGIC | (uint32_t)row;
    words[3] = 0;
    return true;
}

xg_ga xg_export_address(struct xg_kernel *k, int row)
{
    uint32_t words[4];
    struct xg_error err;
    if (xg_exports[row].kind == XG_EXPORT_VARIABLE)
        return k->variable_at[row];
    if (k->thunk_at[row])
        return k->thunk_at[row];
    if (!k->thunks || k->thunk_count == XG_PAGE_SIZE / 16) {
        k->thunks = xg_pool_alloc(k, XG_PAGE_SIZE, 0);
        k->thunk_count = 0;
        if (!k->thunks || xg_heap_protect(k->pool.heap, k->thunks, XG_PAGE_SIZE,
                                          XG_PAGE_EXECUTE_READWRITE, NULL) != XG_HEAP_OK)
            return 0;
    }
    if (!import_function(k, xg_exports[row].module, xg_exports[row].ordinal, words, &err))
        return 0;
    k->thunk_at[row] = k->thunks + 16 * k->thunk_count++;
    for (unsigned i = 0; i < 4; i++)
        xg_kst32(k, k->thunk_at[row] + 4 * i, words[i]);
    return k->thunk_at[row];
}

static bool import_variable(void *ctx, const char *module, uint16_t ordinal, xg_ga *address,
                            struct xg_error *err)
{
    struct xg_kernel *k = ctx;
    int row = xg_export_find(module, ordinal);
    if (row < 0 && xg_is_system_module(module)) {
        *address = xg_stranger_variable(k, module, ordinal);
        return *address || unknown(module, ordinal, err);
    }
    if (row < 0) {
        *address = module_export(k, module, ordinal, err);
        return *address || unknown(module, ordinal, err);
    }
    const struct xg_export *e = &xg_exports[row];
    if (e->kind == XG_EXPORT_VARIABLE && e->status == XG_EXPORT_ABSENT)
        xg_log(k, "the title imports the variable %s.%s, which is not implemented: it holds zeros",
               e->module, e->name);
    *address = xg_export_address(k, row); /* of a function: a thunk of ours */
    return *address || xg_fail(err, XG_E_INPUT, "no room for the address of %s", e->name);
}

/* Both modules that stand for the console's have the version that XboxKrnlVersion says. */
static bool import_version(void *ctx, const char *module, uint32_t *version)
{
    XG_UNUSED(ctx);
    *version = KERNEL_VERSION;
    return !strcmp(module, "xboxkrnl") || !strcmp(module, "xam");
}

const struct xg_loader_imports *xg_kernel_imports(struct xg_kernel *k)
{
    return &k->imports;
}

/* ---- life ---- */

/* The page of the return trampoline, and one for thunks of address-only imports. */
static bool create_code(struct xg_kernel *k)
{
    k->code = xg_pool_alloc(k, XG_PAGE_SIZE, 0);
    k->thunks = xg_pool_alloc(k, XG_PAGE_SIZE, 0);
    if (!k->code || !k->thunks)
        return false;
    xg_kst32(k, k->code, SC_RETURN);
    return xg_heap_protect(k->pool.heap, k->code, XG_PAGE_SIZE, XG_PAGE_EXECUTE_READ, NULL) ==
               XG_HEAP_OK &&
           xg_heap_protect(k->pool.heap, k->thunks, XG_PAGE_SIZE, XG_PAGE_EXECUTE_READWRITE,
                           NULL) == XG_HEAP_OK;
}

static bool create_process(struct xg_kernel *k)
{
    k->process = xg_pool_alloc(k, 0x60, 0x636F7250);
    if (!k->process)
        return false;
    xg_kst32(k, k->process + 0x0C, 0x3C);
    xg_kst32(k, k->process + 0x18, 0x0A0D1106);
    xg_kst8(k, k->process + PROCESS_TYPE, XG_PROCESS_TITLE);
    return true;
}

struct xg_kernel *xg_kernel_create(const struct xg_kernel_options *options, struct xg_error *err)
{
    struct xg_kernel *k = calloc(1, sizeof *k);
    if (k) {
        k->variable_at = calloc(xg_export_count, sizeof *k->variable_at);
        k->thunk_at = calloc(xg_export_count, sizeof *k->thunk_at);
        k->logged = calloc(xg_export_count, 1);
    }
    if (!k || !k->variable_at || !k->thunk_at || !k->logged) {
        xg_fail(err, XG_E_INPUT, "kernel: the host is out of memory");
        xg_kernel_destroy(k);
        return NULL;
    }
    k->o = *options;
    k->imports = (struct xg_loader_imports){.ctx = k,
                                            .function = import_function,
                                            .variable = import_variable,
                                            .version = import_version};
    k->pool.heap = xg_heaps_named(k->o.heaps, "v00000000");
    k->next_thread_id = FIRST_THREAD_ID;
    k->cache_elements = CACHE_ELEMENTS;
    k->round_ns = XG_ROUND_NS;
    if (!create_code(k) || !create_process(k)) {
        xg_fail(err, XG_E_INPUT, "kernel: no guest memory for its own pages");
    } else if (xg_variables_create(k, err) && xg_cpus_create(k, err)) {
        if (k->o.cpu)
            xg_cpu_on_kernel_call(k->o.cpu, xg_sched_kernel_call, k);
        return k;
    }
    xg_kernel_destroy(k);
    return NULL;
}

void xg_kernel_destroy(struct xg_kernel *k)
{
    if (!k)
        return;
    if (k->o.cpu)
        xg_cpu_on_kernel_call(k->o.cpu, NULL, NULL);
    xg_parallel_destroy(k->parallel);
    xg_threads_bury(k);
    xg_timers_destroy(k);
    xg_tasks_destroy(k);
    xg_audio_destroy(k);
    xg_content_destroy(k);
    xg_mounted_destroy(k);
    xg_xma_destroy(k->xma);
    xg_modules_destroy(k);
    for (unsigned i = 0; i < XG_CPUS; i++)
        xg_frames_drop(NULL, &k->hw[i].calls, NULL);
    for (struct xg_object *o = k->objects; o; o = o->next)
        if (o->type == XG_OBJECT_FILE && o->file) {
            o->file->port = 0;
            xg_file_free(k, o);
        }
    for (struct xg_object *o = k->objects, *next; o; o = next) {
        next = o->next;
        if (xg_object_thread(o)) {
            xg_frames_drop(NULL, &o->thread->calls, NULL);
            xg_apc_rundown(k, o->thread);
            free(o->thread->mutants);
            free(o->thread);
        } else if (o->type == XG_OBJECT_COMPLETION) {
            xg_packets_free(o);
        } else if (o->type == XG_OBJECT_LISTENER) {
            xg_listener_free(k, o);
        } else if (o->type == XG_OBJECT_ENUMERATOR) {
            xg_enumerator_free(o);
        }
        free(o->name);
        free(o);
    }
    for (unsigned c = 0; c <= XG_POOL_CLASSES; c++)
        free(k->pool.list[c]);
    free(k->handles);
    free(k->variable_at);
    free(k->thunk_at);
    free(k->logged);
    free(k->launch_data);
    free(k->strangers);
    free(k->thread_nodes);
    free(k);
}

void xg_kernel_set_gpu(struct xg_kernel *k, struct xg_gpu *gpu)
{
    k->o.gpu = gpu;
}

bool xg_kernel_start(struct xg_kernel *k, const struct xg_image *image, struct xg_error *err)
{
    k->image = image;
    k->disc = image->execution.disc;
    if (!image->entry)
        return xg_fail(err, XG_E_INPUT, "%s: the file has no entry point", image->path);
    xg_kst32(k, k->process + PROCESS_STACK_SIZE, image->stack_size);
    xg_kst32(k, k->process + PROCESS_TLS_DATA, image->tls.data);
    xg_kst32(k, k->process + PROCESS_TLS_SIZE, image->tls.data_size);
    xg_kst32(k, k->process + PROCESS_TLS_RAW, image->tls.raw_size);
    xg_kst16(k, k->process + PROCESS_TLS_SLOTS, (uint16_t)(4 * XG_TLS_SLOTS));
    struct xg_thread_start s = {
        .stack_size = image->stack_size, .start = image->entry, .flags = 1u << 24};
    struct xg_module *title = xg_module_create(k, image->name, (struct xg_image *)image, NULL);
    struct xg_thread *t = title && xg_module_create(k, "xboxkrnl.exe", NULL, "xboxkrnl") &&
                                  xg_module_create(k, "xam.xex", NULL, "xam")
                              ? xg_thread_create(k, &s)
                              : NULL;
    if (title)
        xg_kst32(k, k->module_handle, title->entry);
    if (!t)
        return xg_fail(err, XG_E_INPUT, "%s: no guest memory for the first thread (stack 0x%X)",
                       image->path, image->stack_size);
    t->title_main = true;
    if (!xg_modules_start(k, t))
        return xg_fail(err, XG_E_INPUT, "%s: the host is out of memory", image->path);
    xg_video_start(k);
    return true;
}

/* ---- answers ---- */

xg_time xg_kernel_now(const struct xg_kernel *k)
{
    return k->now;
}

xg_time xg_kernel_cpu_now(const struct xg_kernel *k)
{
    if (!k->running)
        return k->now;
    return k->in_guest ? xg_cpu_now(k->last) : k->running->now;
}

uint64_t xg_kernel_instructions(const struct xg_kernel *k)
{
    return k->instructions;
}
uint64_t xg_kernel_unimplemented_calls(const struct xg_kernel *k)
{
    return k->unimplemented;
}
uint32_t xg_kernel_exit_code(const struct xg_kernel *k)
{
    return k->exit_code;
}
const char *xg_kernel_stop_text(const struct xg_kernel *k)
{
    return k->stop_text;
}

const char *xg_where(const struct xg_kernel *k, xg_ga pc, char *buf, size_t size)
{
    uint32_t offset = 0;
    const struct xg_image *m = xg_image_of(k, pc);
    const char *symbol = m ? xg_image_symbol_at(m, pc, &offset) : NULL;
    if (symbol)
        snprintf(buf, size, "0x%08X (%s+0x%X)", pc, symbol, offset);
    else
        snprintf(buf, size, "0x%08X", pc);
    return buf;
}

void xg_stop_on_fault(struct xg_kernel *k, const struct xg_cpu_context *ctx, int row)
{
    const struct xg_fault *f = &ctx->fault;
    char at[160], caller[160], what[256];
    bool code =
        f->kind == XG_FAULT_ILLEGAL || f->kind == XG_FAULT_TRAP || f->kind == XG_FAULT_FETCH;
    if (f->kind == XG_FAULT_ILLEGAL || f->kind == XG_FAULT_TRAP)
        snprintf(what, sizeof what, "%s 0x%08X", xg_fault_name(f->kind), ctx->fault_opcode);
    else if (code)
        snprintf(what, sizeof what, "%s", xg_fault_name(f->kind));
    else
        snprintf(what, sizeof what, "%s: %s 0x%08X", xg_fault_name(f->kind),
                 f->store ? "store to" : "load from", f->address);
    char who[64];
    if (k->running && k->running->dpc_active)
        snprintf(who, sizeof who, "the interrupt level of hardware thread %u",
                 (unsigned)(k->running - k->hw));
    else
        snprintf(who, sizeof who, "thread %u", xg_current_id(k));
    if (row >= 0)
        xg_stop(k, XG_KERNEL_FAULTED, "%s in %s, called by %s at %s", what, xg_exports[row].name,
                who, xg_where(k, (xg_ga)ctx->lr, at, sizeof at));
    else
        xg_stop(k, XG_KERNEL_FAULTED, "%s in %s at %s, called from %s", what, who,
                xg_where(k, ctx->pc, at, sizeof at),
                xg_where(k, (xg_ga)ctx->lr, caller, sizeof caller));
}

/* ---- what everybody does ---- */

static void describe_thread(const struct xg_kernel *k, const struct xg_thread *t, char *buf,
                            size_t size)
{
    char at[160];
    xg_where(k, (xg_ga)t->ctx.lr, at, sizeof at);
    switch (t->state) {
    case XG_THREAD_WAITING:
        if (t->wait.count)
            snprintf(buf, size, "thread %u waits for %u object(s), first 0x%08X%s, called from %s",
                     t->id, t->wait.count, t->wait.object[0],
                     t->wait.forever ? " without a timeout" : "", at);
        else
            snprintf(buf, size, "thread %u sleeps%s, called from %s", t->id,
                     t->wait.forever ? " forever" : "", at);
        break;
    case XG_THREAD_SUSPENDED:
        snprintf(buf, size, "thread %u is suspended", t->id);
        break;
    default:
        snprintf(buf, size, "thread %u runs at %s", t->id, xg_where(k, t->ctx.pc, at, sizeof at));
    }
}

const char *xg_kernel_describe(struct xg_kernel *k, char *buf, size_t size)
{
    size_t n = 0;
    buf[0] = 0;
    for (const struct xg_object *o = k->objects; o && n + 1 < size; o = o->next) {
        if (!xg_object_thread(o) || o->thread->state == XG_THREAD_TERMINATED)
            continue;
        char one[400];
        describe_thread(k, o->thread, one, sizeof one);
        n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? "; " : "", one);
    }
    const char *gpu = k->o.gpu ? xg_gpu_waiting_for(k->o.gpu) : NULL;
    if (n + 1 < size)
        snprintf(buf + n, size - n, "%sthe GPU %s%s", n ? "; " : "", gpu ? "waits for " : "is idle",
                 gpu ? gpu : "");
    return buf;
}
