/* From a thunk's sc to the handler and back; access to guest memory for handlers. */
#include "kernel/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define FIRST_STACK_ARG 0x54u

/* ---- arguments and results ---- */

uint32_t xg_kcall_u32(struct xg_kcall *call, unsigned n)
{
    if (n < 8)
        return (uint32_t)call->ctx->gpr[3 + n];
    return xg_kcall_ld32(call, (xg_ga)call->ctx->gpr[1] + FIRST_STACK_ARG + 8 * (n - 8));
}

uint64_t xg_kcall_u64(struct xg_kcall *call, unsigned n)
{
    if (n < 8)
        return call->ctx->gpr[3 + n];
    return xg_kcall_ld64(call, (xg_ga)call->ctx->gpr[1] + FIRST_STACK_ARG - 4 + 8 * (n - 8));
}

enum xg_kcall_result xg_kcall_return(struct xg_kcall *call, uint64_t value)
{
    call->ctx->gpr[3] = value;
    return XG_KCALL_DONE;
}

/* ---- guest memory ---- */

static void fault(struct xg_kcall *c, const struct xg_fault *f)
{
    if (!c->faulted)
        c->ctx->fault = *f;
    c->faulted = true;
}

bool xg_kcall_read(struct xg_kcall *c, xg_ga ga, void *buf, uint32_t size)
{
    struct xg_fault f;
    if (!c->faulted && xg_memory_read(c->kernel->o.mem, ga, buf, size, &f))
        return true;
    memset(buf, 0, size);
    fault(c, &f);
    return false;
}

bool xg_kcall_write(struct xg_kcall *c, xg_ga ga, const void *buf, uint32_t size)
{
    struct xg_fault f;
    if (!c->faulted && xg_memory_write(c->kernel->o.mem, ga, buf, size, &f))
        return true;
    fault(c, &f);
    return false;
}

bool xg_kcall_fill(struct xg_kcall *c, xg_ga ga, uint8_t value, uint32_t size)
{
    struct xg_fault f;
    if (!c->faulted && xg_memory_fill(c->kernel->o.mem, ga, value, size, &f))
        return true;
    fault(c, &f);
    return false;
}

uint8_t xg_kcall_ld8(struct xg_kcall *c, xg_ga ga)
{
    uint8_t v;
    if (XG_LIKELY(!c->faulted && xg_memory_can_read(c->kernel->o.mem, ga, 1)))
        xg_guest_copy(&v, c->kernel->o.mem->base + ga, 1);
    else
        xg_kcall_read(c, ga, &v, 1);
    return v;
}

void xg_kcall_st8(struct xg_kcall *c, xg_ga ga, uint8_t v)
{
    xg_kcall_write(c, ga, &v, 1);
}

/* Plain memory inside one page needs no more than a look at its access byte. */
#define SCALAR(bits)                                                                               \
    uint##bits##_t xg_kcall_ld##bits(struct xg_kcall *c, xg_ga ga)                                 \
    {                                                                                              \
        uint8_t b[sizeof(uint##bits##_t)];                                                         \
        const struct xg_memory *mem = c->kernel->o.mem;                                            \
        if (XG_LIKELY(!c->faulted && xg_memory_can_read(mem, ga, sizeof b)))                       \
            xg_guest_copy(b, mem->base + ga, sizeof b);                                            \
        else                                                                                       \
            xg_kcall_read(c, ga, b, sizeof b);                                                     \
        return xg_ld##bits##be(b);                                                                 \
    }                                                                                              \
    void xg_kcall_st##bits(struct xg_kcall *c, xg_ga ga, uint##bits##_t v)                         \
    {                                                                                              \
        uint8_t b[sizeof v];                                                                       \
        const struct xg_memory *mem = c->kernel->o.mem;                                            \
        xg_st##bits##be(b, v);                                                                     \
        if (XG_LIKELY(!c->faulted && xg_memory_can_write(mem, ga, sizeof b)))                      \
            xg_guest_copy(mem->base + ga, b, sizeof b);                                            \
        else                                                                                       \
            xg_kcall_write(c, ga, b, sizeof b);                                                    \
    }                                                                                              \
    void xg_kst##bits(struct xg_kernel *k, xg_ga ga, uint##bits##_t v)                             \
    {                                                                                              \
        uint8_t b[sizeof v];                                                                       \
        struct xg_fault f;                                                                         \
        xg_st##bits##be(b, v);                                                                     \
        if (XG_LIKELY(xg_memory_can_write(k->o.mem, ga, sizeof b)))                                \
            xg_guest_copy(k->o.mem->base + ga, b, sizeof b);                                       \
        else                                                                                       \
            xg_memory_write(k->o.mem, ga, b, sizeof b, &f);                                        \
    }
SCALAR(16)
SCALAR(32)
SCALAR(64)
#undef SCALAR

#define EXCHANGE(bits)                                                                             \
    bool xg_kcall_exchange##bits(struct xg_kcall *c, xg_ga ga, uint##bits##_t expected,            \
                                 uint##bits##_t v)                                                 \
    {                                                                                              \
        const struct xg_memory *mem = c->kernel->o.mem;                                            \
        if (!c->faulted && ga % sizeof v == 0 && xg_memory_can_write(mem, ga, sizeof v)) {         \
            uint##bits##_t *at = (uint##bits##_t *)(mem->base + ga);                               \
            expected = xg_bswap##bits(expected);                                                   \
            return __atomic_compare_exchange_n(at, &expected, xg_bswap##bits(v), false,            \
                                               __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                \
        }                                                                                          \
        if (xg_kcall_ld##bits(c, ga) != expected || c->faulted)                                    \
            return false;                                                                          \
        xg_kcall_st##bits(c, ga, v);                                                               \
        return !c->faulted;                                                                        \
    }
EXCHANGE(32)
EXCHANGE(64)
#undef EXCHANGE

void xg_kst8(struct xg_kernel *k, xg_ga ga, uint8_t v)
{
    struct xg_fault f;
    if (XG_LIKELY(xg_memory_can_write(k->o.mem, ga, 1)))
        xg_guest_copy(k->o.mem->base + ga, &v, 1);
    else
        xg_memory_write(k->o.mem, ga, &v, 1, &f);
}

uint32_t xg_kld32(struct xg_kernel *k, xg_ga ga)
{
    uint8_t b[4] = {0};
    struct xg_fault f;
    if (XG_LIKELY(xg_memory_can_read(k->o.mem, ga, 4)))
        xg_guest_copy(b, k->o.mem->base + ga, 4);
    else
        xg_memory_read(k->o.mem, ga, b, 4, &f);
    return xg_ld32be(b);
}

void xg_kcall_wide(struct xg_kcall *call, xg_ga at, char *text, uint32_t size)
{
    uint32_t n = 0;
    text[0] = 0;
    while (at && !call->faulted) {
        uint32_t c = xg_kcall_ld16(call, at), low;
        at += 2;
        if (!c)
            break;
        if (c >> 10 == 0x36 && (low = xg_kcall_ld16(call, at)) >> 10 == 0x37) {
            c = 0x10000 + ((c & 0x3FF) << 10 | (low & 0x3FF));
            at += 2;
        }
        unsigned bytes = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        if (n + bytes >= size)
            break;
        static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
        for (unsigned i = bytes; i-- > 1; c >>= 6)
            text[n + i] = (char)(0x80 | (c & 0x3F));
        text[n] = (char)(lead[bytes] | c);
        n += bytes;
        text[n] = 0;
    }
}

/* ---- the table ---- */

int xg_export_find(const char *module, uint16_t ordinal)
{
    size_t lo = 0, hi = xg_export_count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int order = strcasecmp(xg_exports[mid].module, module);
        if (order == 0)
            order = (int)xg_exports[mid].ordinal - ordinal;
        if (order == 0)
            return (int)mid;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

/* What an export without a handler answers: nothing for pointers, handles and counts, a
 * failure for statuses and Win32 codes. docs/kernel.md, "Unimplemented exports". */
static uint64_t failure_of(const struct xg_export *e)
{
    if (!strncmp(e->signature, "st", 2))
        return XG_ST_NOT_IMPLEMENTED;
    if (e->signature[0] != '?')
        return 0;
    return strcmp(e->module, "xam") ? XG_ST_NOT_IMPLEMENTED : 120 /* ERROR_CALL_NOT_IMPLEMENTED */;
}

static unsigned argument_count(const struct xg_export *e)
{
    unsigned n = 0;
    if (e->signature[0] == '?')
        return 8;
    for (const char *s = e->signature; *s; s++)
        n += *s == ' ' && s[1] != '.';
    return n;
}

static enum xg_kcall_result unimplemented(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    const struct xg_export *e = &xg_exports[call->row];
    uint64_t result = failure_of(e);
    k->unimplemented++;
    if (!k->logged[call->row]) {
        char text[256];
        size_t at = 0;
        unsigned count = argument_count(e);
        k->logged[call->row] = 1;
        for (unsigned i = 0; i < count && i < 8; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s0x%X", i ? ", " : "",
                                   xg_kcall_u32(call, i));
        text[at] = 0;
        xg_log(k,
               "%s.%s(%s), ordinal 0x%X, is not implemented; it answers 0x%X (thread %u, further "
               "calls are only counted)",
               e->module, e->name, text, e->ordinal, (unsigned)result, xg_current_id(k));
    }
    return xg_kcall_return(call, result);
}

static void tell(struct xg_kcall *call, bool leave, enum xg_kcall_result r)
{
    struct xg_kernel *k = call->kernel;
    struct xg_hook_export e = {.now = xg_kernel_cpu_now(k),
                               .thread_id = xg_current_id(k),
                               .export_index = call->row,
                               .leave = leave,
                               .blocked = r == XG_KCALL_BLOCKED,
                               .result = call->ctx->gpr[3],
                               .caller = (xg_ga)call->ctx->lr};
    for (unsigned i = 0; i < 8; i++)
        e.args[i] = call->ctx->gpr[3 + i];
    for (unsigned i = 0; i < 2; i++) {
        uint32_t v = 0;
        struct xg_fault f;
        xg_memory_ld32(k->o.mem, (xg_ga)call->ctx->gpr[1] + FIRST_STACK_ARG + 8 * i, &v, &f);
        e.args[8 + i] = v;
    }
    k->o.hooks->on_export(k->o.hooks->ctx, &e);
}

enum xg_kcall_result xg_dispatch(struct xg_kernel *k, struct xg_cpu_context *ctx)
{
    uint32_t word = 0;
    uint8_t bytes[4];
    struct xg_fault f = {0};
    xg_ga at = ctx->pc + 4;
    if (XG_LIKELY(xg_memory_can_read(k->o.mem, at, 4)))
        xg_guest_copy(bytes, k->o.mem->base + at, 4), word = xg_ld32be(bytes);
    else
        xg_memory_ld32(k->o.mem, at, &word, &f);
    if (XG_UNLIKELY((word & 0xFFFF0000u) == XG_STRANGER_MAGIC) &&
        xg_stranger_call(k, ctx, word & 0xFFFF))
        return XG_KCALL_DONE;
    if ((word & 0xFFFF0000u) != XG_THUNK_MAGIC || (word & 0xFFFF) >= xg_export_count) {
        ctx->pc -= 4;
        ctx->fault = (struct xg_fault){XG_FAULT_ILLEGAL, ctx->pc, false};
        ctx->fault_opcode = xg_kld32(k, ctx->pc);
        xg_stop_on_fault(k, ctx, -1);
        return XG_KCALL_FAULT;
    }
    struct xg_kcall call = {.kernel = k, .ctx = ctx, .row = (uint16_t)word};
    const struct xg_export *e = &xg_exports[call.row];
    bool hooked = k->o.hooks && k->o.hooks->on_export;
    if (XG_UNLIKELY(hooked))
        tell(&call, false, XG_KCALL_DONE);
    enum xg_kcall_result r = e->handler ? e->handler(&call) : unimplemented(&call);
    if (call.faulted || r == XG_KCALL_FAULT) {
        xg_stop_on_fault(k, ctx, call.row);
        return XG_KCALL_FAULT;
    }
    if (XG_UNLIKELY(hooked))
        tell(&call, true, r);
    return r;
}
