/* Enumerators: objects that give out items of one size, some at a time; what content there is,
 * which storage devices. */
#include "base/endian.h"
#include "kernel/content.h"

#include <stdlib.h>

#define ERROR_NO_MORE_FILES 0x12u
#define ITEMS_MAX           4096u
#define EXCLUDE_COMMON      0x1000u
#define GIB                 (1024ull * 1024 * 1024)
#define DEVICE_DATA         0x50u
static const char disk_name[] = "Hard disk";

void xg_put_wide(uint8_t *to, const char *text, uint32_t units)
{
    for (uint32_t i = 0; i < units; i++) {
        xg_st16be(to + 2 * i, i + 1 < units ? (uint8_t)*text : 0);
        text += *text != 0;
    }
}

/* ---- the object ---- */

void xg_enumerator_free(struct xg_object *o)
{
    if (o->enumerator)
        free(o->enumerator->items);
    free(o->enumerator);
    o->enumerator = NULL;
}

uint32_t xg_enumerator_create(struct xg_kcall *call, const struct xg_enumerator *e, xg_ga handle_at)
{
    struct xg_kernel *k = call->kernel;
    struct xg_enumerator *copy = malloc(sizeof *copy);
    struct xg_object *o = copy ? xg_object_create(k, XG_OBJECT_ENUMERATOR, 0x10) : NULL;
    if (!o) {
        free(copy);
        free(e->items);
        return XG_ERROR_INSUFFICIENT_BUFFER;
    }
    *copy = *e;
    o->enumerator = copy;
    xg_kcall_st32(call, handle_at, xg_handle_add(k, o));
    xg_object_release(k, o);
    return XG_ERROR_SUCCESS;
}

/* Items from the next one on, and their texts behind them. */
static void put_items(struct xg_kcall *call, const struct xg_enumerator *e, xg_ga buffer,
                      uint32_t n)
{
    size_t whole = e->item_size + e->text_size;
    for (uint32_t i = 0; i < n && !call->faulted; i++) {
        const uint8_t *item = e->items + (e->next + i) * whole;
        xg_ga at = buffer + i * e->item_size, text = buffer + n * e->item_size + i * e->text_size;
        xg_kcall_write(call, at, item, e->item_size);
        xg_kcall_write(call, text, item + e->item_size, e->text_size);
        for (uint32_t p = 1; e->text_size && p <= e->pointers; p++) {
            uint32_t offset = xg_ld32be(item + 4 * (size_t)p);
            xg_kcall_st32(call, at + 4 * p, offset ? text + offset - 1 : 0);
        }
    }
}

/* handle, flags, buffer, its size, items*, overlapped: as many as fit and were agreed. */
enum xg_kcall_result xg_x_XamEnumerate(struct xg_kcall *call)
{
    struct xg_object *o = xg_handle_object(call->kernel, xg_kcall_u32(call, 0));
    xg_ga buffer = xg_kcall_u32(call, 2), count_at = xg_kcall_u32(call, 4);
    xg_ga overlapped = xg_kcall_u32(call, 5);
    struct xg_enumerator *e = o && o->type == XG_OBJECT_ENUMERATOR ? o->enumerator : NULL;
    if (!e)
        return xg_kcall_return(call, XG_ERROR_INVALID_HANDLE);
    if (!count_at && !overlapped)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    uint32_t left = e->count - e->next, n = 0;
    uint32_t fits = xg_kcall_u32(call, 3) / (e->item_size + e->text_size);
    uint32_t error = XG_ERROR_SUCCESS;
    if (!buffer)
        error = XG_ERROR_INVALID_PARAMETER;
    else if (!left)
        error = ERROR_NO_MORE_FILES;
    else if (!fits)
        error = XG_ERROR_INSUFFICIENT_BUFFER;
    if (!error) {
        n = left < fits ? left : fits;
        n = n < e->per_call ? n : e->per_call;
        put_items(call, e, buffer, n);
    }
    if (count_at)
        xg_kcall_st32(call, count_at, n);
    if (call->faulted)
        return XG_KCALL_FAULT;
    e->next += n;
    return xg_overlapped_answer(call, overlapped, error, n);
}

/* ---- content ---- */

static bool append(void *ctx, const struct xg_content *c)
{
    struct xg_enumerator *e = ctx;
    uint8_t *more = realloc(e->items, (size_t)(e->count + 1) * XG_CONTENT_DATA);
    if (!more || e->count == ITEMS_MAX) {
        e->items = more ? more : e->items;
        return false;
    }
    e->items = more;
    memcpy(more + (size_t)e->count++ * XG_CONTENT_DATA, c->data, XG_CONTENT_DATA);
    return true;
}

/* The last three arguments: items a call, buffer size*, handle*. */
static enum xg_kcall_result create(struct xg_kcall *call, struct xg_content *kind, uint32_t device,
                                   uint32_t flags, unsigned slot)
{
    uint32_t per_call = xg_kcall_u32(call, slot);
    xg_ga size_at = xg_kcall_u32(call, slot + 1), handle_at = xg_kcall_u32(call, slot + 2);
    struct xg_enumerator e = {.item_size = XG_CONTENT_DATA, .per_call = per_call};
    if (size_at)
        xg_kcall_st32(call, size_at, 0);
    if (!handle_at || (device && device != XG_DISK_ID) || !per_call || per_call > ITEMS_MAX)
        return xg_kcall_return(call, XG_HRESULT(XG_ERROR_INVALID_PARAMETER));
    xg_kcall_st32(call, handle_at, 0);
    if (size_at)
        xg_kcall_st32(call, size_at, XG_CONTENT_DATA * per_call);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (kind->xuid)
        xg_content_list(call->kernel, kind, append, &e);
    if (!kind->xuid || !(flags & EXCLUDE_COMMON)) {
        kind->xuid = 0;
        xg_content_list(call->kernel, kind, append, &e);
    }
    return xg_kcall_return(call, xg_enumerator_create(call, &e, handle_at));
}

/* user, device or 0, type, flags, items a call, buffer size*, handle*. */
enum xg_kcall_result xg_x_XamContentCreateEnumerator(struct xg_kcall *call)
{
    struct xg_content kind = {.title = call->kernel->image->execution.title_id,
                              .type = xg_kcall_u32(call, 2)};
    uint32_t error = xg_content_user(xg_kcall_u32(call, 0), &kind.xuid);
    if (error)
        return xg_kcall_return(call, error);
    return create(call, &kind, xg_kcall_u32(call, 1), xg_kcall_u32(call, 3), 4);
}

/* u64 XUID, device, type, title or 0, flags, items a call, buffer size*, handle*. */
enum xg_kcall_result xg_x_XamContentCreateEnumeratorInternal(struct xg_kcall *call)
{
    uint32_t title = xg_kcall_u32(call, 3);
    struct xg_content kind = {.xuid = xg_kcall_u64(call, 0),
                              .type = xg_kcall_u32(call, 2),
                              .title = title ? title : call->kernel->image->execution.title_id};
    return create(call, &kind, xg_kcall_u32(call, 1), xg_kcall_u32(call, 4), 5);
}

/* ---- storage devices: one disk, of fixed sizes, as the guest may not see the host's ---- */

static void describe_disk(uint8_t data[DEVICE_DATA])
{
    memset(data, 0, DEVICE_DATA);
    xg_st32be(data, XG_DISK_ID);
    xg_st32be(data + 4, 1); /* a hard disk */
    xg_st64be(data + 8, 20 * GIB);
    xg_st64be(data + 0x10, 10 * GIB);
    xg_put_wide(data + 0x18, disk_name, 28);
}

static bool is_disk(const struct xg_kcall *call, uint32_t device)
{
    return device == XG_DISK_ID && call->kernel->o.content;
}

/* device, data*. */
enum xg_kcall_result xg_x_XamContentGetDeviceData(struct xg_kcall *call)
{
    uint8_t data[DEVICE_DATA];
    if (!is_disk(call, xg_kcall_u32(call, 0)))
        return xg_kcall_return(call, ERROR_DEVICE_NOT_CONNECTED);
    describe_disk(data);
    xg_kcall_write(call, xg_kcall_u32(call, 1), data, sizeof data);
    return xg_kcall_return(call, XG_ERROR_SUCCESS);
}

/* device, UTF-16*, room in units. */
enum xg_kcall_result xg_x_XamContentGetDeviceName(struct xg_kcall *call)
{
    uint8_t name[2 * sizeof disk_name];
    if (!is_disk(call, xg_kcall_u32(call, 0)))
        return xg_kcall_return(call, ERROR_DEVICE_NOT_CONNECTED);
    if (xg_kcall_u32(call, 2) < sizeof disk_name)
        return xg_kcall_return(call, XG_ERROR_INSUFFICIENT_BUFFER);
    xg_put_wide(name, disk_name, sizeof disk_name);
    xg_kcall_write(call, xg_kcall_u32(call, 1), name, sizeof name);
    return xg_kcall_return(call, XG_ERROR_SUCCESS);
}

/* device, char*, room, backslash at the end. "Content" below it is where content lies; for a title
 * of a folder of the host that name is the folder (machine/media.c). */
enum xg_kcall_result xg_x_XamContentGetDeviceVolumePath(struct xg_kcall *call)
{
    static const char path[] = "\\Device\\Harddisk0\\Partition1\\";
    bool backslash = xg_kcall_u32(call, 3) != 0;
    uint32_t size = sizeof path - !backslash; /* with its NUL */
    if (!is_disk(call, xg_kcall_u32(call, 0)))
        return xg_kcall_return(call, ERROR_DEVICE_NOT_CONNECTED);
    if (xg_kcall_u32(call, 2) < size)
        return xg_kcall_return(call, XG_ERROR_INSUFFICIENT_BUFFER);
    xg_kcall_write(call, xg_kcall_u32(call, 1), path, size - 1);
    xg_kcall_st8(call, xg_kcall_u32(call, 1) + size - 1, 0);
    return xg_kcall_return(call, XG_ERROR_SUCCESS);
}

/* device, overlapped. */
enum xg_kcall_result xg_x_XamContentGetDeviceState(struct xg_kcall *call)
{
    uint32_t error =
        is_disk(call, xg_kcall_u32(call, 0)) ? XG_ERROR_SUCCESS : ERROR_DEVICE_NOT_CONNECTED;
    return xg_overlapped_answer(call, xg_kcall_u32(call, 1), error, 0);
}

/* type, flags, most, buffer size*, handle*. */
enum xg_kcall_result xg_x_XamContentCreateDeviceEnumerator(struct xg_kcall *call)
{
    uint32_t most = xg_kcall_u32(call, 2);
    xg_ga size_at = xg_kcall_u32(call, 3), handle_at = xg_kcall_u32(call, 4);
    struct xg_enumerator e = {.item_size = DEVICE_DATA, .per_call = most};
    if (!handle_at || !most || most > ITEMS_MAX)
        return xg_kcall_return(call, XG_HRESULT(XG_ERROR_INVALID_PARAMETER));
    xg_kcall_st32(call, handle_at, 0);
    if (size_at)
        xg_kcall_st32(call, size_at, DEVICE_DATA * most);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (call->kernel->o.content && (e.items = malloc(DEVICE_DATA))) {
        describe_disk(e.items);
        e.count = 1;
    }
    return xg_kcall_return(call, xg_enumerator_create(call, &e, handle_at));
}

/* user, type, flags, u64 bytes wanted, device*, overlapped: the only one there is. */
enum xg_kcall_result xg_x_XamShowDeviceSelectorUI(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga device_at = xg_kcall_u32(call, 4);
    if (!device_at || !xg_kcall_u32(call, 5))
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    xg_kcall_st32(call, device_at, k->o.content ? XG_DISK_ID : 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    xg_notify(k, 0x00000009, 1);
    xg_notify(k, 0x00000009, 0);
    return xg_overlapped_answer(call, xg_kcall_u32(call, 5),
                                k->o.content ? XG_ERROR_SUCCESS : 0x4C7, 0);
}

/* ---- statistics ---- */

#define ROWS_MAX 100u

/* title, user, rows (unused here: which of them), rows a call, kinds, kinds*, buffer size*,
 * handle*: they are the network's, and it has none. */
enum xg_kcall_result xg_x_XamUserCreateStatsEnumerator(struct xg_kcall *call)
{
    uint32_t user = xg_kcall_u32(call, 1), count = xg_kcall_u32(call, 2);
    uint32_t rows = xg_kcall_u32(call, 3), kinds = xg_kcall_u32(call, 4);
    xg_ga size_at = xg_kcall_u32(call, 6), handle_at = xg_kcall_u32(call, 7);
    struct xg_enumerator e = {.item_size = 1, .per_call = rows};
    if (user >= XG_USERS || !count || !rows || rows > ROWS_MAX || !kinds ||
        !xg_kcall_u32(call, 5) || !size_at || !handle_at)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    xg_kcall_st32(call, size_at, 0);
    xg_kcall_st32(call, handle_at, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    return xg_kcall_return(call, xg_enumerator_create(call, &e, handle_at));
}
