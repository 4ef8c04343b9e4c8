#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

bool(xg_fail)(struct xg_error *err, enum xg_error_kind kind, const char *fmt, ...)
{
    if (err && err->kind == XG_OK) {
        va_list ap;
        err->kind = kind;
        va_start(ap, fmt);
        vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
    }
    return false;
}
