/* Vector loads and stores. Aligned accesses never cross a page. */
#include "cpu/interp/vector.h"

#include <string.h>

static xg_ga address(const struct xg_cpu_context *c, const struct xg_op *op)
{
    return (xg_ga)xg_ea_x(c, op);
}

static bool read_bytes(struct xg_cpu_context *c, struct xg_interp *t, const struct xg_op *op,
                       xg_ga ea, uint8_t *buf, uint32_t size)
{
    if (XG_LIKELY(xg_memory_can_read(t->mem, ea, size))) {
        xg_guest_copy(buf, t->mem->base + ea, size);
        return true;
    }
    return xg_interp_read(c, t, op, ea, buf, size);
}
static bool write_bytes(struct xg_cpu_context *c, struct xg_interp *t, const struct xg_op *op,
                        xg_ga ea, const uint8_t *buf, uint32_t size)
{
    if (XG_LIKELY(xg_memory_can_write(t->mem, ea, size))) {
        xg_guest_copy(t->mem->base + ea, buf, size);
        return true;
    }
    return xg_interp_write(c, t, op, ea, buf, size);
}
static struct xg_v128 from_bytes(const uint8_t *b)
{
    return (struct xg_v128){{xg_ld32be(b), xg_ld32be(b + 4), xg_ld32be(b + 8), xg_ld32be(b + 12)}};
}
static void to_bytes(const struct xg_v128 *v, uint8_t *b)
{
    for (unsigned i = 0; i < 4; i++)
        xg_st32be(b + 4 * i, v->w[i]);
}

XG_OP(lvx)
{
    uint8_t b[16];
    if (!read_bytes(c, t, op, address(c, op) & ~15u, b, 16))
        return XG_FLOW_FAULT;
    VD = from_bytes(b);
    return XG_FLOW_NEXT;
}
XG_OP(stvx)
{
    uint8_t b[16];
    to_bytes(&VD, b);
    return write_bytes(c, t, op, address(c, op) & ~15u, b, 16) ? XG_FLOW_NEXT : XG_FLOW_FAULT;
}

/* One element, at its place in the register; the others are undefined and kept. */
#define ELEMENT(load_name, store_name, bits)                                                       \
    XG_OP(load_name)                                                                               \
    {                                                                                              \
        xg_ga ea = address(c, op) & ~(bits / 8 - 1u);                                              \
        uint##bits##_t v;                                                                          \
        if (!xg_load##bits(c, t, op, ea, &v))                                                      \
            return XG_FLOW_FAULT;                                                                  \
        xg_v##bits##_set(&VD, (ea & 15) / (bits / 8), v);                                          \
        return XG_FLOW_NEXT;                                                                       \
    }                                                                                              \
    XG_OP(store_name)                                                                              \
    {                                                                                              \
        xg_ga ea = address(c, op) & ~(bits / 8 - 1u);                                              \
        return xg_store##bits(c, t, op, ea, xg_v##bits(&VD, (ea & 15) / (bits / 8)))               \
                   ? XG_FLOW_NEXT                                                                  \
                   : XG_FLOW_FAULT;                                                                \
    }
ELEMENT(lvebx, stvebx, 8)
ELEMENT(lvehx, stvehx, 16)
ELEMENT(lvewx, stvewx, 32)

/* Left: from the address to the end of its 16 bytes, at the left of the register.
 * Right: from the start of the 16 bytes up to the address, at the right; nothing when
 * the address is aligned. The rest of the register is zero. */
XG_OP(lvlx)
{
    xg_ga ea = address(c, op);
    uint8_t b[16] = {0};
    if (!read_bytes(c, t, op, ea, b, 16 - (ea & 15)))
        return XG_FLOW_FAULT;
    VD = from_bytes(b);
    return XG_FLOW_NEXT;
}
XG_OP(lvrx)
{
    xg_ga ea = address(c, op);
    uint32_t n = ea & 15;
    uint8_t b[16] = {0};
    if (n && !read_bytes(c, t, op, ea - n, b + 16 - n, n))
        return XG_FLOW_FAULT;
    VD = from_bytes(b);
    return XG_FLOW_NEXT;
}
XG_OP(stvlx)
{
    xg_ga ea = address(c, op);
    uint8_t b[16];
    to_bytes(&VD, b);
    return write_bytes(c, t, op, ea, b, 16 - (ea & 15)) ? XG_FLOW_NEXT : XG_FLOW_FAULT;
}
XG_OP(stvrx)
{
    xg_ga ea = address(c, op);
    uint32_t n = ea & 15;
    uint8_t b[16];
    to_bytes(&VD, b);
    return !n || write_bytes(c, t, op, ea - n, b + 16 - n, n) ? XG_FLOW_NEXT : XG_FLOW_FAULT;
}

/* Permute controls that shift by the low bits of an address. */
static enum xg_flow shift_control(struct xg_cpu_context *c, const struct xg_op *op, unsigned first)
{
    for (unsigned i = 0; i < 16; i++)
        xg_v8_set(&VD, i, (uint8_t)(first + i));
    return XG_FLOW_NEXT;
}
XG_OP(lvsl)
{
    XG_OP_UNUSED;
    return shift_control(c, op, address(c, op) & 15);
}
XG_OP(lvsr)
{
    XG_OP_UNUSED;
    return shift_control(c, op, 16 - (address(c, op) & 15));
}
