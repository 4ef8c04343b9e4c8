/* Integer and floating-point loads and stores, reservations, cache blocks. */
#include "cpu/fp/fp.h"
#include "cpu/interp/interp.h"

#include <string.h>

/* The four addressing modes of one access. STORE is the value, LOAD gets `v`. */
#define LOAD_AT(name, bits, ea_of, expression, update)                                             \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        uint64_t ea = ea_of(c, op);                                                                \
        uint##bits##_t v;                                                                          \
        if (XG_UNLIKELY(!xg_load##bits(c, t, op, (xg_ga)ea, &v)))                                  \
            return XG_FLOW_FAULT;                                                                  \
        expression;                                                                                \
        update;                                                                                    \
        return XG_FLOW_NEXT;                                                                       \
    }
#define STORE_AT(name, bits, ea_of, value, update)                                                 \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        uint64_t ea = ea_of(c, op);                                                                \
        if (XG_UNLIKELY(!xg_store##bits(c, t, op, (xg_ga)ea, (uint##bits##_t)(value))))            \
            return XG_FLOW_FAULT;                                                                  \
        update;                                                                                    \
        return XG_FLOW_NEXT;                                                                       \
    }
#define UPDATE c->gpr[op->a] = ea /* all of the sum, in 32-bit mode too (Book I) */
/* RA = 0 is an invalid form of the update modes, and so is RA = RT of the loads; both
 * run here as written: address from (RA|0), loaded value first, then the update. */
#define NOTHING (void)0
#define LOAD(base, bits, expression)                                                               \
    LOAD_AT(base, bits, xg_ea_d, expression, NOTHING)                                              \
    LOAD_AT(base##u, bits, xg_ea_d, expression, UPDATE)                                            \
    LOAD_AT(base##ux, bits, xg_ea_x, expression, UPDATE)                                           \
    LOAD_AT(base##x, bits, xg_ea_x, expression, NOTHING)
#define STORE(base, bits, value)                                                                   \
    STORE_AT(base, bits, xg_ea_d, value, NOTHING)                                                  \
    STORE_AT(base##u, bits, xg_ea_d, value, UPDATE)                                                \
    STORE_AT(base##ux, bits, xg_ea_x, value, UPDATE)                                               \
    STORE_AT(base##x, bits, xg_ea_x, value, NOTHING)

#define RT  c->gpr[op->d]
#define FRT c->fpr[op->d]
LOAD(lbz, 8, RT = v)
LOAD(lhz, 16, RT = v)
LOAD(lha, 16, RT = (uint64_t)(int64_t)(int16_t)v)
LOAD(lwz, 32, RT = v)
LOAD(ld, 64, RT = v)
LOAD(lfs, 32, FRT = xg_fp_widen(v))
LOAD(lfd, 64, FRT = v)
STORE(stb, 8, RT)
STORE(sth, 16, RT)
STORE(stw, 32, RT)
STORE(std, 64, RT)
STORE(stfs, 32, xg_fp_narrow(FRT))
STORE(stfd, 64, FRT)
LOAD_AT(lwa, 32, xg_ea_d, RT = (uint64_t)(int64_t)(int32_t)v, NOTHING)
LOAD_AT(lwax, 32, xg_ea_x, RT = (uint64_t)(int64_t)(int32_t)v, NOTHING)
LOAD_AT(lwaux, 32, xg_ea_x, RT = (uint64_t)(int64_t)(int32_t)v, UPDATE)
LOAD_AT(lhbrx, 16, xg_ea_x, RT = xg_bswap16(v), NOTHING)
LOAD_AT(lwbrx, 32, xg_ea_x, RT = xg_bswap32(v), NOTHING)
LOAD_AT(ldbrx, 64, xg_ea_x, RT = xg_bswap64(v), NOTHING)
STORE_AT(sthbrx, 16, xg_ea_x, xg_bswap16((uint16_t)RT), NOTHING)
STORE_AT(stwbrx, 32, xg_ea_x, xg_bswap32((uint32_t)RT), NOTHING)
STORE_AT(stdbrx, 64, xg_ea_x, xg_bswap64(RT), NOTHING)
STORE_AT(stfiwx, 32, xg_ea_x, FRT, NOTHING)

/* --- multiple and string: all bytes are moved, or none and no register changes. --- */

static bool read_bytes(struct xg_cpu_context *c, struct xg_interp *t, const struct xg_op *op,
                       xg_ga ea, void *buf, uint32_t size)
{
    if (xg_memory_can_read(t->mem, ea, size)) {
        xg_guest_copy(buf, t->mem->base + ea, size);
        return true;
    }
    return xg_interp_read(c, t, op, ea, buf, size);
}

XG_OP(lmw)
{
    unsigned count = 32u - op->d;
    uint8_t buf[128];
    if (!read_bytes(c, t, op, (xg_ga)xg_ea_d(c, op), buf, count * 4))
        return XG_FLOW_FAULT;
    for (unsigned i = 0; i < count; i++)
        c->gpr[op->d + i] = xg_ld32be(buf + 4 * i);
    return XG_FLOW_NEXT;
}
XG_OP(stmw)
{
    unsigned count = 32u - op->d;
    uint8_t buf[128];
    for (unsigned i = 0; i < count; i++)
        xg_st32be(buf + 4 * i, (uint32_t)c->gpr[op->d + i]);
    return xg_interp_write(c, t, op, (xg_ga)xg_ea_d(c, op), buf, count * 4) ? XG_FLOW_NEXT
                                                                            : XG_FLOW_FAULT;
}

/* Registers wrap from r31 to r0; the last word is filled with zeros on the right. */
static enum xg_flow load_string(struct xg_cpu_context *c, struct xg_interp *t,
                                const struct xg_op *op, xg_ga ea, unsigned size)
{
    uint8_t buf[128] = {0};
    if (!size)
        return XG_FLOW_NEXT;
    if (!read_bytes(c, t, op, ea, buf, size))
        return XG_FLOW_FAULT;
    for (unsigned i = 0; i < size; i += 4)
        c->gpr[(op->d + i / 4) & 31] = xg_ld32be(buf + i);
    return XG_FLOW_NEXT;
}
static enum xg_flow store_string(struct xg_cpu_context *c, struct xg_interp *t,
                                 const struct xg_op *op, xg_ga ea, unsigned size)
{
    uint8_t buf[128];
    if (!size)
        return XG_FLOW_NEXT;
    for (unsigned i = 0; i < size; i += 4)
        xg_st32be(buf + i, (uint32_t)c->gpr[(op->d + i / 4) & 31]);
    return xg_interp_write(c, t, op, ea, buf, size) ? XG_FLOW_NEXT : XG_FLOW_FAULT;
}
static unsigned string_bytes(const struct xg_op *op)
{
    return op->b ? op->b : 32;
}
XG_OP(lswi)
{
    return load_string(c, t, op, (xg_ga)xg_gpr0(c, op->a), string_bytes(op));
}
XG_OP(stswi)
{
    return store_string(c, t, op, (xg_ga)xg_gpr0(c, op->a), string_bytes(op));
}
XG_OP(lswx)
{
    return load_string(c, t, op, (xg_ga)xg_ea_x(c, op), c->xer & 127);
}
XG_OP(stswx)
{
    return store_string(c, t, op, (xg_ga)xg_ea_x(c, op), c->xer & 127);
}

/* --- reservations: an address and the value that was read there. The store succeeds
 * when the address matches and memory still holds the value (cpu.md explains why
 * that is enough: reservations end at every switch of guest threads). --- */

static enum xg_flow load_reserve(struct xg_cpu_context *c, struct xg_interp *t,
                                 const struct xg_op *op, unsigned size)
{
    xg_ga ea = (xg_ga)xg_ea_x(c, op);
    uint64_t v64;
    uint32_t v32;
    if (ea & (size - 1))
        return xg_interp_fault(c, XG_FAULT_MISALIGNED, ea);
    if (size == 8) {
        if (!xg_load64(c, t, op, ea, &v64))
            return XG_FLOW_FAULT;
    } else {
        if (!xg_load32(c, t, op, ea, &v32))
            return XG_FLOW_FAULT;
        v64 = v32;
    }
    RT = v64;
    c->reserve_valid = true;
    c->reserve_size = (uint8_t)size;
    c->reserve_address = ea;
    c->reserve_value = v64;
    return XG_FLOW_NEXT;
}
XG_OP(lwarx)
{
    return load_reserve(c, t, op, 4);
}
XG_OP(ldarx)
{
    return load_reserve(c, t, op, 8);
}

/* One atomic compare and exchange on the host, so that host workers may share memory. */
static bool exchange_if_same(struct xg_interp *t, xg_ga ea, unsigned size, uint64_t old,
                             uint64_t new)
{
    void *host = t->mem->base + ea;
    if (size == 8) {
        uint64_t expected = xg_bswap64(old);
        return __atomic_compare_exchange_n((uint64_t *)host, &expected, xg_bswap64(new), false,
                                           __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    }
    uint32_t expected = xg_bswap32((uint32_t)old);
    return __atomic_compare_exchange_n((uint32_t *)host, &expected, xg_bswap32((uint32_t) new),
                                       false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
/* Pages that want to hear of stores, devices, and pages that cannot be written. */
static bool store_slowly(struct xg_cpu_context *c, struct xg_interp *t, const struct xg_op *op,
                         xg_ga ea, unsigned size, uint64_t value, bool *stored)
{
    uint8_t now[8] = {0}, want[8], bytes[8];
    xg_st64be(want, c->reserve_value << (64 - 8 * size));
    xg_st64be(bytes, value << (64 - 8 * size));
    if (!xg_interp_read(c, t, op, ea, now, size))
        return false;
    *stored = !memcmp(now, want, size);
    return !*stored || xg_interp_write(c, t, op, ea, bytes, size);
}
static enum xg_flow store_conditional(struct xg_cpu_context *c, struct xg_interp *t,
                                      const struct xg_op *op, unsigned size)
{
    xg_ga ea = (xg_ga)xg_ea_x(c, op);
    bool stored = false;
    if (ea & (size - 1))
        return xg_interp_fault(c, XG_FAULT_MISALIGNED, ea);
    if (c->reserve_valid && c->reserve_address == ea && c->reserve_size == size) {
        if (xg_memory_can_write(t->mem, ea, size))
            stored = exchange_if_same(t, ea, size, c->reserve_value, RT);
        else if (!store_slowly(c, t, op, ea, size, RT, &stored))
            return XG_FLOW_FAULT;
    }
    c->reserve_valid = false;
    xg_set_crf(c, 0, (stored ? 2u : 0u) | xg_xer_so(c));
    return XG_FLOW_NEXT;
}
XG_OP(stwcx)
{
    return store_conditional(c, t, op, 4);
}
XG_OP(stdcx)
{
    return store_conditional(c, t, op, 8);
}

/* --- cache blocks: 128 bytes; dcbz clears 32 of them in its compatible form. --- */

static enum xg_flow clear_block(struct xg_cpu_context *c, struct xg_interp *t,
                                const struct xg_op *op, uint32_t size)
{
    static const uint8_t zeros[128];
    xg_ga ea = (xg_ga)xg_ea_x(c, op) & ~(size - 1);
    if (xg_memory_can_write(t->mem, ea, size)) {
        xg_guest_fill(t->mem->base + ea, 0, size);
        return XG_FLOW_NEXT;
    }
    return xg_interp_write(c, t, op, ea, zeros, size) ? XG_FLOW_NEXT : XG_FLOW_FAULT;
}
XG_OP(dcbz)
{
    return clear_block(c, t, op, 32);
}
XG_OP(dcbz128)
{
    return clear_block(c, t, op, 128);
}

XG_OP(icbi)
{
    xg_ga ea = (xg_ga)xg_ea_x(c, op) & ~127u;
    xg_interp_invalidate(t, ea, 128);
    return XG_FLOW_NEXT;
}
XG_OP(cache_hint)
{
    XG_OP_UNUSED;
    return XG_FLOW_NEXT;
}
/* Host stores are in order (x86 TSO) except store-load: sync needs a full fence. */
XG_OP(barrier)
{
    XG_OP_UNUSED;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return XG_FLOW_NEXT;
}
