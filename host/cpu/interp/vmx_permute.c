/* Vector permutes, merges, splats, selects, packs and unpacks, VSCR moves. */
#include "cpu/interp/vector.h"

static void to_bytes(const struct xg_v128 *v, uint8_t *b)
{
    for (unsigned i = 0; i < 4; i++)
        xg_st32be(b + 4 * i, v->w[i]);
}
static struct xg_v128 from_bytes(const uint8_t *b)
{
    return (struct xg_v128){{xg_ld32be(b), xg_ld32be(b + 4), xg_ld32be(b + 8), xg_ld32be(b + 12)}};
}

XG_OP(vperm)
{
    XG_OP_UNUSED;
    uint8_t pair[32], control[16];
    to_bytes(&VA, pair);
    to_bytes(&VB, pair + 16);
    to_bytes(&VC, control);
    for (unsigned i = 0; i < 16; i++)
        control[i] = pair[control[i] & 31];
    VD = from_bytes(control);
    return XG_FLOW_NEXT;
}
XG_OP(vsldoi)
{
    XG_OP_UNUSED;
    uint8_t pair[32];
    to_bytes(&VA, pair);
    to_bytes(&VB, pair + 16);
    VD = from_bytes(pair + (op->c & 15));
    return XG_FLOW_NEXT;
}

static struct xg_v128 select_bits(const struct xg_v128 *a, const struct xg_v128 *b,
                                  const struct xg_v128 *mask)
{
    struct xg_v128 r;
    for (unsigned i = 0; i < 4; i++)
        r.w[i] = (a->w[i] & ~mask->w[i]) | (b->w[i] & mask->w[i]);
    return r;
}
XG_OP(vsel)
{
    XG_OP_UNUSED;
    VD = select_bits(&VA, &VB, &VC);
    return XG_FLOW_NEXT;
}
/* The mask is the old value of the target. */
XG_OP(vsel128)
{
    XG_OP_UNUSED;
    VD = select_bits(&VA, &VB, &VD);
    return XG_FLOW_NEXT;
}

/* Interleaves elements from `first` on. */
#define MERGE(name, bits, first)                                                                   \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        struct xg_v128 r = {{0}};                                                                  \
        for (unsigned i = 0; i < 64 / (bits); i++) {                                               \
            xg_v##bits##_set(&r, 2 * i, xg_v##bits(&VA, (first) + i));                             \
            xg_v##bits##_set(&r, 2 * i + 1, xg_v##bits(&VB, (first) + i));                         \
        }                                                                                          \
        VD = r;                                                                                    \
        return XG_FLOW_NEXT;                                                                       \
    }
MERGE(vmrghb, 8, 0)
MERGE(vmrghh, 16, 0)
MERGE(vmrghw, 32, 0)
MERGE(vmrglb, 8, 8)
MERGE(vmrglh, 16, 4)
MERGE(vmrglw, 32, 2)

#define FILL(name, bits, value)                                                                    \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        struct xg_v128 r = {{0}};                                                                  \
        uint##bits##_t x = (uint##bits##_t)(value);                                                \
        for (unsigned i = 0; i < 128 / (bits); i++)                                                \
            xg_v##bits##_set(&r, i, x);                                                            \
        VD = r;                                                                                    \
        return XG_FLOW_NEXT;                                                                       \
    }
#define UIM xg_field_a(op->insn)
FILL(vspltb, 8, xg_v8(&VB, UIM & 15))
FILL(vsplth, 16, xg_v16(&VB, UIM & 7))
FILL(vspltw, 32, xg_v32(&VB, UIM & 3))
FILL(vspltisb, 8, op->imm)
FILL(vspltish, 16, op->imm)
FILL(vspltisw, 32, op->imm)

/* Two bits an element, element 0 in the top two. */
XG_OP(vpermwi128)
{
    XG_OP_UNUSED;
    struct xg_v128 b = VB;
    for (unsigned i = 0; i < 4; i++)
        VD.w[i] = b.w[op->imm >> (6 - 2 * i) & 3];
    return XG_FLOW_NEXT;
}
/* Rotates VB left by z words, then replaces the words that the mask names. */
XG_OP(vrlimi128)
{
    XG_OP_UNUSED;
    struct xg_v128 b = VB;
    for (unsigned i = 0; i < 4; i++)
        if (UIM >> (3 - i) & 1)
            VD.w[i] = b.w[(i + op->c) & 3];
    return XG_FLOW_NEXT;
}

/* --- packs: the elements of VA then VB, narrowed. --- */
#define PACK(name, bits, type, narrow, expression)                                                 \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        struct xg_v128 r = {{0}};                                                                  \
        const unsigned n = 128 / (bits);                                                           \
        for (unsigned i = 0; i < 2 * n; i++) {                                                     \
            int64_t x = (type)(i < n ? xg_v##bits(&VA, i) : xg_v##bits(&VB, i - n));               \
            xg_v##narrow##_set(&r, i, (uint##narrow##_t)(expression));                             \
        }                                                                                          \
        VD = r;                                                                                    \
        return XG_FLOW_NEXT;                                                                       \
    }
PACK(vpkuhum, 16, uint16_t, 8, x)
PACK(vpkuwum, 32, uint32_t, 16, x)
PACK(vpkuhus, 16, uint16_t, 8, XG_SAT_U8(x))
PACK(vpkuwus, 32, uint32_t, 16, XG_SAT_U16(x))
PACK(vpkshus, 16, int16_t, 8, XG_SAT_U8(x))
PACK(vpkswus, 32, int32_t, 16, XG_SAT_U16(x))
PACK(vpkshss, 16, int16_t, 8, XG_SAT_S8(x))
PACK(vpkswss, 32, int32_t, 16, XG_SAT_S16(x))
/* 8:8:8:8 to 1:5:5:5 */
PACK(vpkpx, 32, uint32_t, 16,
     (x >> 9 & 0x8000) | (x >> 9 & 0x7C00) | (x >> 6 & 0x03E0) | (x >> 3 & 0x001F))

/* --- unpacks: half of VB, widened. --- */
#define UNPACK(name, bits, type, wide, first, expression)                                          \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        struct xg_v128 r = {{0}};                                                                  \
        for (unsigned i = 0; i < 128 / (wide); i++) {                                              \
            type x = (type)xg_v##bits(&VB, (first) + i);                                           \
            xg_v##wide##_set(&r, i, (uint##wide##_t)(expression));                                 \
        }                                                                                          \
        VD = r;                                                                                    \
        return XG_FLOW_NEXT;                                                                       \
    }
static uint32_t unpack_pixel(uint16_t x)
{
    return (x >> 15 ? 0xFF000000u : 0) | (x >> 10 & 31u) << 16 | (x >> 5 & 31u) << 8 | (x & 31u);
}
UNPACK(vupkhsb, 8, int8_t, 16, 0, x)
UNPACK(vupklsb, 8, int8_t, 16, 8, x)
UNPACK(vupkhsh, 16, int16_t, 32, 0, x)
UNPACK(vupklsh, 16, int16_t, 32, 4, x)
UNPACK(vupkhpx, 16, uint16_t, 32, 0, unpack_pixel(x))
UNPACK(vupklpx, 16, uint16_t, 32, 4, unpack_pixel(x))

XG_OP(mfvscr)
{
    XG_OP_UNUSED;
    VD = (struct xg_v128){{0, 0, 0, c->vscr}};
    return XG_FLOW_NEXT;
}
XG_OP(mtvscr)
{
    XG_OP_UNUSED;
    c->vscr = VB.w[3] & (XG_VSCR_NJ | XG_VSCR_SAT);
    return XG_FLOW_NEXT;
}
