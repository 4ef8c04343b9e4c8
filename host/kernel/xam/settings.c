/* Settings of the profile: what the console's menus would have set, and what titles keep of their
 * own (three blocks of up to 1000 bytes each). A setting's id is [31:28] type, [27:16] bytes,
 * [15:0] number. Titles' blocks lie in the content folder, Settings\TITLE\ID. */
#include "base/endian.h"
#include "kernel/content.h"

#include <stdio.h>

enum { /* types */
       TYPE_INT32 = 1,
       TYPE_UNICODE = 4,
       TYPE_FLOAT = 5,
       TYPE_BINARY = 6,
};
enum { SOURCE_NONE = 0, SOURCE_DEFAULT = 1, SOURCE_TITLE = 2 };
#define SETTING      0x28u /* bytes of a setting: 0 source, 8 who, 10 id, 18 type, 20 value */
#define HEADER       8u    /* before them: count, address of the first */
#define SETTINGS_MAX 32u
#define BLOCK_MAX    0x3E8u

static const struct {
    uint32_t id, value;
} defaults[] = {
    {0x10040002, 0},                    /* y axis as it is */
    {0x10040003, 3},                    /* controllers vibrate */
    {0x10040004, 0},                    /* zone */
    {0x10040005, 0},                    /* region */
    {0x10040006, 0},                    /* score */
    {0x5004000B, 0},                    /* reputation, a float */
    {0x1004000C, 0},                    /* voice is not muted */
    {0x1004000D, 0},                    /* voice through speakers */
    {0x1004000E, 100},                  /* volume of voices */
    {0x10040012, 1},                    /* titles played */
    {0x10040013, 0},                    /* achievements */
    {0x10040015, 0},                    /* difficulty: normal */
    {0x10040018, 0},                    /* sensitivity: medium */
    {0x1004001D, 0},                    /* colours */
    {0x1004001E, 0},   {0x10040022, 1}, /* aim is helped */
    {0x10040023, 0},                    /* view does not centre itself */
    {0x10040024, 0},                    /* left stick moves */
    {0x10040026, 0},                    /* gears by themselves */
    {0x10040027, 0},                    /* camera behind */
    {0x10040028, 0},                    /* brakes, accelerator: triggers */
    {0x10040029, 0},   {0x10040038, 0}, /* score and achievements in the title */
    {0x10040039, 0},
};

static uint32_t room_of(uint32_t id)
{
    uint32_t type = id >> 28;
    return type == TYPE_UNICODE || type == TYPE_BINARY ? id >> 16 & 0xFFF : 0;
}

static bool is_block(uint32_t id)
{
    return id == 0x63E83FFD || id == 0x63E83FFE || id == 0x63E83FFF;
}

static void block_path(const struct xg_kernel *k, uint32_t id, char path[XG_VFS_PATH])
{
    snprintf(path, XG_VFS_PATH, "Settings\\%08X\\%08X", k->image->execution.title_id, id);
}

/* Bytes of a title's block in `bytes`; 0: it has written none. */
static uint32_t read_block(struct xg_kernel *k, uint32_t id, uint8_t bytes[BLOCK_MAX])
{
    char path[XG_VFS_PATH];
    block_path(k, id, path);
    return k->o.content ? (uint32_t)xg_content_read(k, path, bytes, BLOCK_MAX) : 0;
}

/* One setting at `at`; its long data goes to *data, which is moved on. */
static void put_setting(struct xg_kcall *call, xg_ga at, uint32_t user, uint32_t id, xg_ga *data)
{
    uint8_t bytes[BLOCK_MAX];
    uint32_t source = SOURCE_NONE, value = 0, size = 0;
    for (size_t i = 0; i < XG_COUNTOF(defaults); i++)
        if (defaults[i].id == id) {
            source = SOURCE_DEFAULT;
            value = defaults[i].value;
        }
    if (is_block(id) && (size = read_block(call->kernel, id, bytes)))
        source = SOURCE_TITLE;
    xg_kcall_fill(call, at, 0, SETTING);
    xg_kcall_st32(call, at, source);
    xg_kcall_st64(call, at + 8, user);
    xg_kcall_st32(call, at + 0x10, id);
    xg_kcall_st8(call, at + 0x18, (uint8_t)(id >> 28));
    if (!room_of(id)) {
        xg_kcall_st32(call, at + 0x20, value);
        return;
    }
    xg_kcall_st32(call, at + 0x20, size);
    xg_kcall_st32(call, at + 0x24, size ? *data : 0);
    xg_kcall_write(call, *data, bytes, size);
    *data += room_of(id);
}

/* A setting that nobody knows: neither in the menus nor the title's own. */
static bool is_known(uint32_t id)
{
    bool known = is_block(id) || room_of(id);
    for (size_t i = 0; i < XG_COUNTOF(defaults); i++)
        known |= defaults[i].id == id;
    return known;
}

/* title, user, number of XUIDs, XUIDs, number of ids, ids, size*, buffer, overlapped. */
enum xg_kcall_result xg_x_XamUserReadProfileSettings(struct xg_kcall *call)
{
    uint32_t user = xg_kcall_u32(call, 1), xuids = xg_kcall_u32(call, 2);
    uint32_t count = xg_kcall_u32(call, 4), ids[SETTINGS_MAX], need = HEADER;
    xg_ga list = xg_kcall_u32(call, 5), size_at = xg_kcall_u32(call, 6);
    xg_ga buffer = xg_kcall_u32(call, 7), overlapped = xg_kcall_u32(call, 8);
    if (!count || count > SETTINGS_MAX || !size_at || !list)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    uint32_t room = xg_kcall_ld32(call, size_at), error = XG_ERROR_SUCCESS;
    if (room && !buffer)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    for (uint32_t i = 0; i < count; i++) {
        ids[i] = xg_kcall_ld32(call, list + 4 * i);
        need += SETTING + room_of(ids[i]);
        if (!is_known(ids[i]))
            error = XG_ERROR_INVALID_PARAMETER;
    }
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (room < need) {
        if (!room)
            xg_kcall_st32(call, size_at, need);
        return xg_kcall_return(call, XG_ERROR_INSUFFICIENT_BUFFER);
    }
    bool nobody =
        xuids ? xg_kcall_ld64(call, xg_kcall_u32(call, 3)) != XG_XUID : !xg_user_signed_in(user);
    if (nobody)
        error = XG_ERROR_NO_SUCH_USER;
    if (!error) {
        xg_ga at = buffer + HEADER, data = at + count * SETTING;
        xg_kcall_st32(call, buffer, count);
        xg_kcall_st32(call, buffer + 4, at);
        for (uint32_t i = 0; i < count; i++, at += SETTING)
            put_setting(call, at, user, ids[i], &data);
    }
    if (call->faulted)
        return XG_KCALL_FAULT;
    return xg_overlapped_complete(call, overlapped, error, 0);
}

static uint32_t write_block(struct xg_kernel *k, uint32_t id, const uint8_t *bytes, uint32_t size)
{
    char path[XG_VFS_PATH];
    block_path(k, id, path);
    return xg_content_error(xg_content_write(k, path, bytes, size));
}

/* title, user, number of settings, settings, overlapped. The title's own blocks are kept; what the
 * menus set cannot be changed by titles. */
enum xg_kcall_result xg_x_XamUserWriteProfileSettings(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t count = xg_kcall_u32(call, 2), error = XG_ERROR_SUCCESS;
    xg_ga at = xg_kcall_u32(call, 3);
    if (!count || count > SETTINGS_MAX || !at)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    if (!xg_user_signed_in(xg_kcall_u32(call, 1)))
        error = XG_ERROR_NO_SUCH_USER;
    for (uint32_t i = 0; !error && i < count; i++, at += SETTING) {
        uint8_t bytes[BLOCK_MAX];
        uint32_t id = xg_kcall_ld32(call, at + 0x10), size = xg_kcall_ld32(call, at + 0x20);
        if (!is_block(id) || size > BLOCK_MAX) {
            error = XG_ERROR_INVALID_PARAMETER;
            break;
        }
        xg_kcall_read(call, xg_kcall_ld32(call, at + 0x24), bytes, size);
        if (call->faulted)
            return XG_KCALL_FAULT;
        error =
            k->o.content ? write_block(k, id, bytes, size) : (uint32_t)ERROR_DEVICE_NOT_CONNECTED;
    }
    if (call->faulted)
        return XG_KCALL_FAULT;
    return xg_overlapped_complete(call, xg_kcall_u32(call, 4), error, 0);
}
