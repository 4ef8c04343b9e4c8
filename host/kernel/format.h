/* The kernel's printf family, Microsoft dialect: flags - + blank # 0, width and precision
 * with *, prefixes h l ll w I64 I32 I, conversions d i u o x X c C s S Z p n e E f g G %.
 * Exponents have three digits, %p is eight upper-case hex digits. */
#ifndef XG_KERNEL_FORMAT_H
#define XG_KERNEL_FORMAT_H

#include "kernel/kernel.h"

/* Where the variable arguments come from: slots of the call from `slot` on, or, with
 * list not 0, a guest va_list (pointer to 8-byte slots). */
struct xg_format_args {
    unsigned slot;
    xg_ga list;
};
struct xg_format_text {
    char *bytes;     /* malloc'd, NUL behind the last byte; NULL when the host has no memory */
    uint32_t size;   /* bytes kept, at most XG_FORMAT_MAX */
    uint64_t length; /* bytes the result would have */
};
#define XG_FORMAT_MAX 0x100000u

/* Formats the guest string `format`. The caller frees out->bytes. A bad guest pointer
 * leaves call->faulted set. */
void xg_format(struct xg_kcall *call, xg_ga format, struct xg_format_args args,
               struct xg_format_text *out);

#endif
