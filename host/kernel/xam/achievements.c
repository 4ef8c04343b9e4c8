/* Achievements: what there are, from the title's own database (a resource named after the title's
 * id), and which the player has, in the content folder (Settings\TITLE\achieved: {u32 id, u64 time}
 * each, big-endian).
 *
 *   XDBF    u32 version, entries that there is room for, entries, free room, free; entries of 18
 * bytes {u16 section, u64 id, u32 offset, size}; free room of 8 bytes each; data XACH    section 1:
 * u32 version, size, u16 count; 24 bytes each: u16 id, label, description, how to get it; u32
 * picture; u16 score; 10 u32 flags XSTR    section 3, by language: u32 version, size, u16 count;
 * {u16 id, u16 bytes, UTF-8} each */
#include "base/endian.h"
#include "kernel/content.h"

#include <stdio.h>
#include <stdlib.h>

#define XDBF         0x58444246u
#define XACH         0x58414348u
#define XSTR         0x58535452u
#define DATABASE_MAX 0x400000u
#define HEADER       24u
#define ENTRY        18u
#define RECORD       0x24u /* of XACH, and of what titles get */
#define TABLE_HEAD   14u
#define ENGLISH      1u
#define ACHIEVED     0x20000u
#define ITEMS_MAX    512u
#define KEPT         12u /* bytes of an achieved one in its file */
enum { LABEL_UNITS = 32, TEXT_UNITS = 100 };
#define TEXTS (2u * (LABEL_UNITS + 2 * TEXT_UNITS))

struct bytes {
    const uint8_t *at; /* NULL: there is none */
    uint32_t size;
};

/* ---- the database ---- */

static struct bytes entry_of(struct bytes db, uint16_t section, uint64_t id)
{
    if (db.size < HEADER || xg_ld32be(db.at) != XDBF)
        return (struct bytes){0};
    uint64_t room = xg_ld32be(db.at + 8), count = xg_ld32be(db.at + 12);
    uint64_t data = HEADER + room * ENTRY + (uint64_t)xg_ld32be(db.at + 16) * 8;
    for (uint64_t i = 0; i < count && i < room && HEADER + (i + 1) * ENTRY <= db.size; i++) {
        const uint8_t *e = db.at + HEADER + i * ENTRY;
        uint64_t from = data + xg_ld32be(e + 10), size = xg_ld32be(e + 14);
        if (xg_ld16be(e) == section && xg_ld64be(e + 2) == id && from + size <= db.size)
            return (struct bytes){db.at + from, (uint32_t)size};
    }
    return (struct bytes){0};
}

/* The table behind its head; *count records or texts. */
static struct bytes table_of(struct bytes db, uint16_t section, uint64_t id, uint32_t magic,
                             uint32_t *count)
{
    struct bytes t = entry_of(db, section, id);
    *count = 0;
    if (!t.at || t.size < TABLE_HEAD || xg_ld32be(t.at) != magic)
        return (struct bytes){0};
    *count = xg_ld16be(t.at + 12);
    return (struct bytes){t.at + TABLE_HEAD, t.size - TABLE_HEAD};
}

/* Text `id` as UTF-16 with its terminator, cut to what fits. */
static void put_text(struct bytes db, uint16_t id, uint8_t *out, uint32_t units)
{
    uint32_t count, n = 0;
    struct bytes t = table_of(db, 3, ENGLISH, XSTR, &count);
    for (uint32_t at = 0; count && at + 4 <= t.size; count--) {
        uint32_t size = xg_ld16be(t.at + at + 2);
        const uint8_t *s = t.at + at + 4, *end = s + size;
        at += 4 + size;
        if (at > t.size)
            break;
        if (xg_ld16be(s - 4) != id)
            continue;
        while (s < end && n + 1 < units) {
            unsigned more = *s < 0x80 ? 0 : *s < 0xE0 ? 1 : 2;
            uint32_t c = more ? *s & (0x3Fu >> more) : *s;
            for (s++; more && s < end; more--)
                c = c << 6 | (*s++ & 0x3F);
            xg_st16be(out + 2 * n++, (uint16_t)c);
        }
        break;
    }
    xg_st16be(out + 2 * n, 0);
}

/* The title's database from guest memory; the caller frees it. */
static struct bytes read_database(struct xg_kernel *k)
{
    const struct xg_image *m = k->image;
    char name[9];
    struct xg_fault f;
    snprintf(name, sizeof name, "%08X", m->execution.title_id);
    for (size_t i = 0; i < m->resource_count; i++) {
        const struct xg_xex_resource *r = &m->resources[i];
        if (xg_vfs_compare(r->name, name) || r->size > DATABASE_MAX)
            continue;
        uint8_t *copy = malloc(r->size ? r->size : 1);
        if (copy && xg_memory_read(k->o.mem, r->address, copy, r->size, &f))
            return (struct bytes){copy, r->size};
        free(copy);
    }
    return (struct bytes){0};
}

/* ---- what the player has ---- */

static void kept_path(const struct xg_kernel *k, char path[XG_VFS_PATH])
{
    snprintf(path, XG_VFS_PATH, "Settings\\%08X\\achieved", k->image->execution.title_id);
}

static uint32_t read_kept(struct xg_kernel *k, uint8_t kept[ITEMS_MAX * KEPT])
{
    char path[XG_VFS_PATH];
    kept_path(k, path);
    return k->o.content ? (uint32_t)xg_content_read(k, path, kept, ITEMS_MAX * KEPT) / KEPT : 0;
}

static uint64_t time_of(const uint8_t *kept, uint32_t count, uint32_t id)
{
    for (uint32_t i = 0; i < count; i++)
        if (xg_ld32be(kept + i * KEPT) == id)
            return xg_ld64be(kept + i * KEPT + 4);
    return 0;
}

uint32_t xg_achievement_reached(struct xg_kernel *k, uint32_t id)
{
    uint8_t kept[ITEMS_MAX * KEPT];
    char path[XG_VFS_PATH];
    uint32_t count = read_kept(k, kept);
    if (!k->o.content)
        return ERROR_DEVICE_NOT_CONNECTED;
    if (time_of(kept, count, id) || count == ITEMS_MAX)
        return XG_ERROR_SUCCESS;
    xg_st32be(kept + count * KEPT, id);
    xg_st64be(kept + count * KEPT + 4, xg_system_time(xg_kernel_cpu_now(k)));
    kept_path(k, path);
    return xg_content_error(xg_content_write(k, path, kept, (count + 1) * KEPT));
}

/* ---- the enumerator ---- */

/* A record as titles get it: 0 id, 4, 8, C texts, 10 picture, 14 score, 18 time, 20 flags; behind
 * it the texts. Pointers are offsets + 1 until the enumerator writes them. */
static void put_item(uint8_t *item, const uint8_t *record, struct bytes db, bool texts,
                     uint64_t achieved)
{
    static const uint16_t units[] = {LABEL_UNITS, TEXT_UNITS, TEXT_UNITS};
    uint32_t at = 0;
    xg_st32be(item, xg_ld16be(record));
    for (unsigned i = 0; texts && i < 3; i++) {
        xg_st32be(item + 4 + 4 * i, at + 1);
        put_text(db, xg_ld16be(record + 2 + 2 * i), item + RECORD + at, units[i]);
        at += 2u * units[i];
    }
    xg_st32be(item + 0x10, xg_ld32be(record + 8));
    xg_st32be(item + 0x14, xg_ld16be(record + 12));
    xg_st64be(item + 0x18, achieved);
    xg_st32be(item + 0x20, xg_ld32be(record + 16) | (achieved ? ACHIEVED : 0));
}

/* title or 0, user, u64 XUID, texts wanted (7), first, items a call, buffer size*, handle*. Other
 * titles' achievements are not known. */
enum xg_kcall_result xg_x_XamUserCreateAchievementEnumerator(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    uint32_t title = xg_kcall_u32(call, 0), first = xg_kcall_u32(call, 4), count = 0;
    uint32_t per_call = xg_kcall_u32(call, 5);
    xg_ga size_at = xg_kcall_u32(call, 6), handle_at = xg_kcall_u32(call, 7);
    bool texts = xg_kcall_u32(call, 3) & 7;
    struct xg_enumerator e = {
        .item_size = RECORD, .text_size = texts ? TEXTS : 0, .pointers = 3, .per_call = per_call};
    uint8_t kept[ITEMS_MAX * KEPT];
    if (!size_at || !handle_at || !per_call || per_call > ITEMS_MAX)
        return xg_kcall_return(call, XG_ERROR_INVALID_PARAMETER);
    if (!xg_user_signed_in(xg_kcall_u32(call, 1)))
        return xg_kcall_return(call, XG_ERROR_NO_SUCH_USER);
    xg_kcall_st32(call, size_at, per_call * (e.item_size + e.text_size));
    xg_kcall_st32(call, handle_at, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    bool own = !title || title == k->image->execution.title_id;
    struct bytes db = own ? read_database(k) : (struct bytes){0};
    struct bytes table = table_of(db, 1, XACH, XACH, &count);
    uint32_t have = read_kept(k, kept), whole = table.size / RECORD;
    count = count < whole ? count : whole;
    count = count < ITEMS_MAX ? count : ITEMS_MAX;
    first = first < count ? first : count;
    e.count = count - first;
    e.items = calloc(e.count + 1, e.item_size + e.text_size);
    for (uint32_t i = 0; e.items && i < e.count; i++) {
        const uint8_t *record = table.at + (size_t)(first + i) * RECORD;
        put_item(e.items + (size_t)i * (e.item_size + e.text_size), record, db, texts,
                 time_of(kept, have, xg_ld16be(record)));
    }
    free((void *)db.at);
    if (!e.items)
        e.count = 0;
    return xg_kcall_return(call, xg_enumerator_create(call, &e, handle_at));
}
