/* Where device windows lie. A window that the user (or firmware) has assigned is kept when that is
 * possible; one that is unassigned, by 0 or all ones, is allocated; without a word the address of
 * devices.csv holds. */
#ifndef XG_MEMORY_WINDOWS_H
#define XG_MEMORY_WINDOWS_H

#include "memory/regions.h"

#define XG_WINDOWS_MAX 16u

struct xg_window_wish {
    char name[32];
    xg_ga base; /* 0 or FFFFFFFF: anywhere */
};
struct xg_window {
    const char *name;
    xg_ga base;
    uint32_t size;
};
/* "NAME@ADDRESS", the address in hexadecimal with or without 0x. */
bool xg_window_wish_parse(const char *text, struct xg_window_wish *out, struct xg_error *err);
/* Places every window of devices.csv, in its order: out has XG_WINDOWS_MAX entries. Windows are
 * aligned to their size and overlap neither memory nor each other; the sentence of a refusal names
 * the window and what is in the way. */
bool xg_windows_place(const struct xg_window_wish *wishes, size_t count, struct xg_window *out,
                      struct xg_error *err);

#endif
