/* Kernel objects and the handle table. The truth about references is in the host record;
 * the object header in guest memory shows it. Objects that titles build themselves inside
 * their own memory (events, critical sections) have no record: waits know them by address. */
#include "kernel/internal.h"

#include <stdlib.h>
#include <strings.h>

#define OBJECT_HEADER 0x18u
#define FIRST_SLOT    4u /* handles titles see start here, as on the console */

static const uint32_t tags[XG_OBJECT_TYPES] = {
    [XG_OBJECT_EVENT] = 0x76657645,      [XG_OBJECT_SEMAPHORE] = 0x616D6553,
    [XG_OBJECT_THREAD] = 0x65726854,     [XG_OBJECT_MUTANT] = 0x6174754D,
    [XG_OBJECT_TIMER] = 0x656D6954,      [XG_OBJECT_COMPLETION] = 0x706D6F43,
    [XG_OBJECT_LISTENER] = 0x6E74664E,   [XG_OBJECT_FILE] = 0x656C6946,
    [XG_OBJECT_ENUMERATOR] = 0x6D756E45, [XG_OBJECT_DEVICE] = 0x69766544,
    [XG_OBJECT_LINK] = 0x626D7953,       [XG_OBJECT_TASK] = 0x6B736154,
};

static void show_counts(struct xg_kernel *k, const struct xg_object *o)
{
    xg_kst32(k, o->body - 0x18, o->pointers);
    xg_kst32(k, o->body - 0x14, o->handles);
}

static struct xg_object **bucket(struct xg_kernel *k, xg_ga body)
{
    return &k->by_body[(body >> 3 ^ body >> 12) % XG_OBJECT_BUCKETS];
}

struct xg_object *xg_object_create(struct xg_kernel *k, enum xg_object_type type, uint32_t size)
{
    struct xg_object *o = calloc(1, sizeof *o);
    xg_ga block = o ? xg_pool_alloc(k, size + OBJECT_HEADER, tags[type]) : 0;
    if (!block) {
        free(o);
        return NULL;
    }
    *o = (struct xg_object){.type = type, .body = block + OBJECT_HEADER, .pointers = 1};
    o->next = k->objects;
    k->objects = o;
    o->sibling = *bucket(k, o->body);
    *bucket(k, o->body) = o;
    xg_kst32(k, o->body - 8, k->types[type]);
    show_counts(k, o);
    return o;
}

void xg_object_reference(struct xg_kernel *k, struct xg_object *o)
{
    o->pointers++;
    show_counts(k, o);
}

/* What the kernel keeps about an object besides its record. */
static void forget(struct xg_kernel *k, struct xg_object *o)
{
    switch (o->type) {
    case XG_OBJECT_THREAD:
        if (o->thread)
            xg_thread_free(k, o->thread);
        break;
    case XG_OBJECT_MUTANT:
        xg_mutant_forget(k, o->body);
        break;
    case XG_OBJECT_TIMER:
        xg_timer_cancel(k, o->body);
        break;
    case XG_OBJECT_COMPLETION:
        xg_packets_free(o);
        break;
    case XG_OBJECT_LISTENER:
        xg_listener_free(k, o);
        break;
    case XG_OBJECT_FILE:
        xg_file_free(k, o);
        break;
    case XG_OBJECT_ENUMERATOR:
        xg_enumerator_free(o);
        break;
    default:
        break;
    }
}

void xg_object_release(struct xg_kernel *k, struct xg_object *o)
{
    o->pointers--;
    show_counts(k, o);
    if (o->pointers)
        return;
    struct xg_object **at = &k->objects;
    while (*at != o)
        at = &(*at)->next;
    *at = o->next;
    for (at = bucket(k, o->body); *at != o;)
        at = &(*at)->sibling;
    *at = o->sibling;
    forget(k, o);
    xg_pool_free(k, o->body - OBJECT_HEADER);
    free(o->name);
    free(o);
}

struct xg_object *xg_object_at(struct xg_kernel *k, xg_ga body)
{
    struct xg_object *o = *bucket(k, body);
    while (o && o->body != body)
        o = o->sibling;
    return o;
}

/* ---- names ---- */

struct xg_object *xg_object_named(struct xg_kernel *k, const char *name)
{
    struct xg_object *o = k->objects;
    while (o && (!o->name || strcasecmp(o->name, name)))
        o = o->next;
    return o;
}

void xg_kcall_string(struct xg_kcall *call, xg_ga string, char *text, uint32_t size)
{
    uint32_t n = xg_kcall_ld16(call, string);
    xg_ga from = xg_kcall_ld32(call, string + 4);
    n = n < size ? n : size - 1;
    xg_kcall_read(call, from, text, n);
    text[n] = 0;
}

struct xg_object *xg_object_open_or_create_named(struct xg_kernel *k, enum xg_object_type type,
                                                 uint32_t size, const char *name, uint32_t *status)
{
    struct xg_object *o = name[0] ? xg_object_named(k, name) : NULL;
    if (o) {
        *status = o->type == type ? XG_ST_OBJECT_NAME_EXISTS : XG_ST_OBJECT_TYPE_MISMATCH;
        if (o->type != type)
            return NULL;
        xg_object_reference(k, o);
        return o;
    }
    o = xg_object_create(k, type, size);
    if (o && name[0] && !(o->name = strdup(name))) {
        xg_object_release(k, o);
        o = NULL;
    }
    *status = o ? XG_ST_SUCCESS : XG_ST_NO_MEMORY;
    return o;
}

uint32_t xg_object_open_or_create(struct xg_kcall *call, enum xg_object_type type, uint32_t size,
                                  xg_ga attributes, struct xg_object **out)
{
    char name[256] = "";
    uint32_t status;
    xg_ga string = attributes ? xg_kcall_ld32(call, attributes + 4) : 0;
    if (string)
        xg_kcall_string(call, string, name, sizeof name);
    if (call->faulted)
        return XG_ST_INVALID_PARAMETER;
    *out = xg_object_open_or_create_named(call->kernel, type, size, name, &status);
    return status;
}

/* ---- handles ---- */

uint32_t xg_handle_add(struct xg_kernel *k, struct xg_object *o)
{
    uint32_t i = FIRST_SLOT;
    while (i < k->handle_count && k->handles[i].object)
        i++;
    if (i >= k->handle_count) {
        uint32_t room = k->handle_count ? k->handle_count * 2 : 64;
        struct xg_handle_slot *bigger = realloc(k->handles, room * sizeof *bigger);
        if (!bigger)
            return 0;
        memset(bigger + k->handle_count, 0, (room - k->handle_count) * sizeof *bigger);
        k->handles = bigger;
        k->handle_count = room;
    }
    k->handles[i].object = o;
    o->handles++;
    xg_object_reference(k, o);
    return XG_HANDLE_BASE + 4 * i;
}

static uint32_t slot_of(const struct xg_kernel *k, uint32_t handle)
{
    uint32_t slot = (handle - XG_HANDLE_BASE) / 4;
    return handle >= XG_HANDLE_BASE && !(handle & 3) && slot < k->handle_count ? slot : 0;
}

struct xg_object *xg_handle_object(struct xg_kernel *k, uint32_t handle)
{
    if (handle == 0xFFFFFFFEu)
        return xg_current(k) ? xg_current(k)->object : NULL;
    uint32_t slot = slot_of(k, handle);
    return slot ? k->handles[slot].object : NULL;
}

bool xg_handle_close(struct xg_kernel *k, uint32_t handle)
{
    uint32_t slot = slot_of(k, handle);
    struct xg_object *o = slot ? k->handles[slot].object : NULL;
    if (!o)
        return false;
    k->handles[slot].object = NULL;
    o->handles--;
    xg_object_release(k, o);
    return true;
}
