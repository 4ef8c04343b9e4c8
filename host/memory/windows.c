#include "memory/windows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPAN       0x100000000ull
#define UNASSIGNED UINT32_MAX

bool xg_window_wish_parse(const char *text, struct xg_window_wish *out, struct xg_error *err)
{
    const char *at = strchr(text, '@');
    char *end;
    size_t n = at ? (size_t)(at - text) : 0;
    if (!n || n >= sizeof out->name || !at[1])
        return xg_fail(err, XG_E_INPUT, "'%s' is no device window; write NAME@ADDRESS", text);
    memcpy(out->name, text, n);
    out->name[n] = 0;
    unsigned long long base = strtoull(at + 1, &end, 16);
    if (*end || at[1] == '-' || base >= SPAN)
        return xg_fail(err, XG_E_INPUT, "device %s: '%s' is no guest address", out->name, at + 1);
    out->base = (xg_ga)base;
    return true;
}

static bool overlaps(uint64_t a, uint64_t an, uint64_t b, uint64_t bn)
{
    return a < b + bn && b < a + an;
}

/* Name of what lies in a range, or NULL. Windows that have no place yet have size 0. */
static const char *occupant(const struct xg_window *placed, uint64_t base, uint32_t size,
                            bool *window)
{
    *window = false;
    for (size_t i = 0; i < xg_region_row_count; i++) {
        const struct xg_region *r = &xg_region_rows[i].region;
        if (overlaps(base, size, r->base, r->size))
            return r->name;
    }
    *window = true;
    for (size_t i = 0; i < xg_device_row_count; i++)
        if (placed[i].size && overlaps(base, size, placed[i].base, placed[i].size))
            return placed[i].name;
    return NULL;
}

static bool assign(struct xg_window *out, size_t i, xg_ga base, struct xg_error *err)
{
    const struct xg_device_row *d = &xg_device_rows[i];
    bool window;
    if (base & (d->size - 1))
        return xg_fail(err, XG_E_INPUT,
                       "device %s: 0x%08X is misaligned; the window needs a multiple of 0x%X",
                       d->name, base, d->size);
    if ((uint64_t)base + d->size > SPAN)
        return xg_fail(err, XG_E_INPUT, "device %s: 0x%08X + 0x%X is out of range", d->name, base,
                       d->size);
    const char *other = occupant(out, base, d->size, &window);
    if (other)
        return xg_fail(err, XG_E_INPUT, "device %s: 0x%08X + 0x%X overlaps the %s %s", d->name,
                       base, d->size, window ? "window of" : "region", other);
    out[i] = (struct xg_window){d->name, base, d->size};
    return true;
}

/* Its own address when that is free, else the lowest that is. */
static bool allocate(struct xg_window *out, size_t i, struct xg_error *err)
{
    const struct xg_device_row *d = &xg_device_rows[i];
    bool window;
    if (!occupant(out, d->base, d->size, &window)) {
        out[i] = (struct xg_window){d->name, d->base, d->size};
        return true;
    }
    for (uint64_t base = d->size; base + d->size <= SPAN; base += d->size)
        if (!occupant(out, base, d->size, &window)) {
            out[i] = (struct xg_window){d->name, (xg_ga)base, d->size};
            return true;
        }
    return xg_fail(err, XG_E_INPUT, "device %s: no room for a window of 0x%X bytes", d->name,
                   d->size);
}

static bool is_unassigned(xg_ga base)
{
    return base == 0 || base == UNASSIGNED;
}

static const struct xg_window_wish *wish_of(const struct xg_window_wish *w, size_t count,
                                            const char *name)
{
    const struct xg_window_wish *found = NULL;
    for (size_t i = 0; i < count; i++)
        if (!strcmp(w[i].name, name))
            found = &w[i];
    return found;
}

bool xg_windows_place(const struct xg_window_wish *wishes, size_t count, struct xg_window *out,
                      struct xg_error *err)
{
    memset(out, 0, XG_WINDOWS_MAX * sizeof *out);
    for (size_t i = 0; i < count; i++)
        if (!xg_device_row_named(wishes[i].name))
            return xg_fail(err, XG_E_INPUT, "device %s: there is no such device", wishes[i].name);
    /* Assigned ones first, then those that say nothing, then those that go anywhere. */
    for (unsigned pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < xg_device_row_count; i++) {
            const struct xg_window_wish *w = wish_of(wishes, count, xg_device_rows[i].name);
            unsigned turn = !w ? 1 : is_unassigned(w->base) ? 2 : 0;
            if (turn != pass)
                continue;
            if (turn == 2 ? !allocate(out, i, err)
                          : !assign(out, i, w ? w->base : xg_device_rows[i].base, err))
                return false;
        }
    return true;
}
