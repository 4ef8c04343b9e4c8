/* Imports of the system's modules that no table knows. A title that has one must start all the
 * same: its thunk ends with C0DF<number> instead of C0DE<row>, and a call of it says once which
 * module and ordinal was meant, and fails. */
#include "kernel/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define MOST          0x1000u
#define VARIABLE_SIZE 64u

struct xg_stranger {
    char module[32];
    uint16_t ordinal;
    bool logged;
    xg_ga variable; /* 0: none yet */
};

bool xg_is_system_module(const char *module)
{
    static const char *const names[] = {"xboxkrnl", "xam", "xbdm"};
    for (size_t i = 0; i < XG_COUNTOF(names); i++)
        if (!strcasecmp(names[i], module))
            return true;
    return false;
}

/* Its number, or -1: too many of them, or the host is out of memory. */
static int number_of(struct xg_kernel *k, const char *module, uint16_t ordinal)
{
    for (uint32_t i = 0; i < k->stranger_count; i++)
        if (k->strangers[i].ordinal == ordinal && !strcasecmp(k->strangers[i].module, module))
            return (int)i;
    if (k->stranger_count == MOST)
        return -1;
    if (!k->strangers && !(k->strangers = calloc(MOST, sizeof *k->strangers)))
        return -1;
    struct xg_stranger *s = &k->strangers[k->stranger_count];
    snprintf(s->module, sizeof s->module, "%s", module);
    s->ordinal = ordinal;
    return (int)k->stranger_count++;
}

bool xg_stranger_function(struct xg_kernel *k, const char *module, uint16_t ordinal,
                          uint32_t words[4])
{
    int n = number_of(k, module, ordinal);
    if (n < 0)
        return false;
    words[0] = XG_SC_KERNEL;
    words[1] = XG_BLR;
    words[2] = XG_STRANGER_MAGIC | (uint32_t)n;
    words[3] = 0;
    return true;
}

xg_ga xg_stranger_variable(struct xg_kernel *k, const char *module, uint16_t ordinal)
{
    int n = number_of(k, module, ordinal);
    struct xg_stranger *s = n < 0 ? NULL : &k->strangers[n];
    if (s && !s->variable && (s->variable = xg_pool_alloc(k, VARIABLE_SIZE, 0)))
        xg_log(k, "the title imports the variable %s ordinal 0x%X, which no table knows: zeros",
               s->module, s->ordinal);
    return s ? s->variable : 0;
}

bool xg_stranger_call(struct xg_kernel *k, struct xg_cpu_context *ctx, uint32_t number)
{
    if (number >= k->stranger_count)
        return false;
    struct xg_stranger *s = &k->strangers[number];
    k->unimplemented++;
    if (!s->logged)
        xg_log(k,
               "%s ordinal 0x%X, which no table knows, is called with 0x%X, 0x%X, 0x%X, 0x%X: it "
               "answers 0x%X (thread %u, further calls are only counted)",
               s->module, s->ordinal, (uint32_t)ctx->gpr[3], (uint32_t)ctx->gpr[4],
               (uint32_t)ctx->gpr[5], (uint32_t)ctx->gpr[6], XG_ST_NOT_IMPLEMENTED,
               xg_current_id(k));
    s->logged = true;
    ctx->gpr[3] = XG_ST_NOT_IMPLEMENTED;
    return true;
}
