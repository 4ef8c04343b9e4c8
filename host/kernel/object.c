/* Kernel objects and the handle table. The truth about references is in the host record;
 * the object header in guest memory shows it. Objects that titles build themselves inside
 * their own memory (events, critical sections) have no record: waits know them by address. */
#include "kernel/internal.h"

#include <stdlib.h>

#define OBJECT_HEADER 0x18u
#define FIRST_SLOT    4u /* handles titles see start here, as on the console */

static const uint32_t tags[XG_OBJECT_TYPES] = {0x76657645, 0x616D6553, 0x65726854};

static void show_counts(struct xg_kernel *k, const struct xg_object *o)
{
    xg_kst32(k, o->body - 0x18, o->pointers);
    xg_kst32(k, o->body - 0x14, o->handles);
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
    xg_kst32(k, o->body - 8, k->types[type]);
    show_counts(k, o);
    return o;
}

void xg_object_reference(struct xg_kernel *k, struct xg_object *o)
{
    o->pointers++;
    show_counts(k, o);
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
    if (o->thread)
        xg_thread_free(k, o->thread);
    xg_pool_free(k, o->body - OBJECT_HEADER);
    free(o);
}

struct xg_object *xg_object_at(struct xg_kernel *k, xg_ga body)
{
    struct xg_object *o = k->objects;
    while (o && o->body != body)
        o = o->next;
    return o;
}

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
