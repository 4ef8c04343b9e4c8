/* Errors are values: a kind that decides the exit code and one sentence for the
 * user that says what, where and why. */
#ifndef XG_BASE_ERROR_H
#define XG_BASE_ERROR_H

#include "base/types.h"

/* Numeric values are the process exit codes of `xenogate`. */
enum xg_error_kind {
    XG_OK = 0,
    XG_E_GUEST = 1,  /* the guest or a check failed */
    XG_E_INPUT = 2,  /* bad usage or bad input file */
    XG_E_DEVICE = 3, /* the GPU device failed or broke its contract */
};

struct xg_error {
    enum xg_error_kind kind;
    char text[512];
};

/* Fills err (which may be NULL) and returns false, so that a failing function
 * can end with `return xg_fail(err, XG_E_INPUT, "...")`. The first failure wins:
 * an err that already holds one is left alone. */
bool xg_fail(struct xg_error *err, enum xg_error_kind kind, const char *fmt, ...) XG_PRINTF(3, 4);

/* clang-tidy reads one file at a time and would follow impossible paths after "true". */
#ifdef __clang_analyzer__
#define xg_fail(...) ((xg_fail)(__VA_ARGS__), false)
#endif

#endif
