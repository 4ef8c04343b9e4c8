/* What the tests of the GPU front share: guest memory, the front, its hooks, and what they were
 * told as text. */
#ifndef XG_TESTS_GPU_FRONT_FIXTURE_H
#define XG_TESTS_GPU_FRONT_FIXTURE_H

#include "gpu/gpu.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RING 0x00100000u

static struct xg_memory *mem;
static struct xg_gpu *gpu;
static struct xg_hooks hooks;
static char log_text[4096]; /* what the client and the hooks were told */

static void note(const char *format, ...) XG_PRINTF(1, 2);
static void note(const char *format, ...)
{
    size_t n = strlen(log_text);
    va_list args;
    va_start(args, format);
    vsnprintf(log_text + n, sizeof log_text - n, format, args);
    va_end(args);
}

static int open_front(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    mem = xg_memory_create(&err);
    log_text[0] = 0;
    memset(&hooks, 0, sizeof hooks);
    gpu = NULL;
    return mem ? 0 : -1;
}
static int close_front(void **state)
{
    XG_UNUSED(state);
    xg_gpu_destroy(gpu);
    xg_memory_destroy(mem);
    return 0;
}

#endif
