/* Vector integer arithmetic, compares, shifts, logic. */
#include "cpu/interp/vector.h"

/* VD element i = expression over a, b (elements of VA, VB, `type` each). */
#define LANES(name, bits, type, expression)                                                        \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        struct xg_v128 r = {{0}};                                                                  \
        for (unsigned i = 0; i < 128 / (bits); i++) {                                              \
            const type a = (type)xg_v##bits(&VA, i), b = (type)xg_v##bits(&VB, i);                 \
            (void)a;                                                                               \
            xg_v##bits##_set(&r, i, (uint##bits##_t)(expression));                                 \
        }                                                                                          \
        VD = r;                                                                                    \
        return XG_FLOW_NEXT;                                                                       \
    }

LANES(vaddubm, 8, uint8_t, a + b)
LANES(vadduhm, 16, uint16_t, a + b)
LANES(vadduwm, 32, uint32_t, a + b)
LANES(vsububm, 8, uint8_t, a - b)
LANES(vsubuhm, 16, uint16_t, a - b)
LANES(vsubuwm, 32, uint32_t, a - b)
LANES(vaddubs, 8, uint8_t, XG_SAT_U8((int64_t)a + b))
LANES(vadduhs, 16, uint16_t, XG_SAT_U16((int64_t)a + b))
LANES(vadduws, 32, uint32_t, XG_SAT_U32((int64_t)a + b))
LANES(vsububs, 8, uint8_t, XG_SAT_U8((int64_t)a - b))
LANES(vsubuhs, 16, uint16_t, XG_SAT_U16((int64_t)a - b))
LANES(vsubuws, 32, uint32_t, XG_SAT_U32((int64_t)a - b))
LANES(vaddsbs, 8, int8_t, XG_SAT_S8((int64_t)a + b))
LANES(vaddshs, 16, int16_t, XG_SAT_S16((int64_t)a + b))
LANES(vaddsws, 32, int32_t, XG_SAT_S32((int64_t)a + b))
LANES(vsubsbs, 8, int8_t, XG_SAT_S8((int64_t)a - b))
LANES(vsubshs, 16, int16_t, XG_SAT_S16((int64_t)a - b))
LANES(vsubsws, 32, int32_t, XG_SAT_S32((int64_t)a - b))
LANES(vaddcuw, 32, uint32_t, ((uint64_t)a + b) >> 32)
LANES(vsubcuw, 32, uint32_t, a >= b)

LANES(vavgub, 8, uint8_t, (a + b + 1) >> 1)
LANES(vavguh, 16, uint16_t, (a + b + 1) >> 1)
LANES(vavguw, 32, uint32_t, ((uint64_t)a + b + 1) >> 1)
LANES(vavgsb, 8, int8_t, (a + b + 1) >> 1)
LANES(vavgsh, 16, int16_t, (a + b + 1) >> 1)
LANES(vavgsw, 32, int32_t, ((int64_t)a + b + 1) >> 1)

#define MAXMIN(suffix, bits, type)                                                                 \
    LANES(vmax##suffix, bits, type, a > b ? a : b)                                                 \
    LANES(vmin##suffix, bits, type, a < b ? a : b)
MAXMIN(ub, 8, uint8_t)
MAXMIN(uh, 16, uint16_t)
MAXMIN(uw, 32, uint32_t)
MAXMIN(sb, 8, int8_t)
MAXMIN(sh, 16, int16_t)
MAXMIN(sw, 32, int32_t)

LANES(vand, 32, uint32_t, a &b)
LANES(vandc, 32, uint32_t, a & ~b)
LANES(vor, 32, uint32_t, a | b)
LANES(vnor, 32, uint32_t, ~(a | b))
LANES(vxor, 32, uint32_t, a ^ b)

#define ROTATE(v, n, bits)                                                                         \
    ((unsigned)(v) << ((n) % bits) | (unsigned)(v) >> ((bits - (n) % bits) % bits))
LANES(vrlb, 8, uint8_t, ROTATE(a, b, 8))
LANES(vrlh, 16, uint16_t, ROTATE(a, b, 16))
LANES(vrlw, 32, uint32_t, ROTATE(a, b, 32))
LANES(vslb, 8, uint8_t, (unsigned)a << b % 8)
LANES(vslh, 16, uint16_t, (unsigned)a << b % 16)
LANES(vslw, 32, uint32_t, a << b % 32)
LANES(vsrb, 8, uint8_t, a >> b % 8)
LANES(vsrh, 16, uint16_t, a >> b % 16)
LANES(vsrw, 32, uint32_t, a >> b % 32)
LANES(vsrab, 8, int8_t, a >> (b & 7))
LANES(vsrah, 16, int16_t, a >> (b & 15))
LANES(vsraw, 32, int32_t, a >> (b & 31))

/* Compares: all ones where true. */
#define COMPARE(name, bits, type, condition)                                                       \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        struct xg_v128 r = {{0}};                                                                  \
        unsigned count = 0;                                                                        \
        for (unsigned i = 0; i < 128 / (bits); i++) {                                              \
            const type a = (type)xg_v##bits(&VA, i), b = (type)xg_v##bits(&VB, i);                 \
            bool is = condition;                                                                   \
            count += is;                                                                           \
            xg_v##bits##_set(&r, i, (uint##bits##_t)(is ? ~0u : 0));                               \
        }                                                                                          \
        VD = r;                                                                                    \
        if (op->rc)                                                                                \
            xg_record_cr6(c, count == 128 / (bits), count == 0);                                   \
        return XG_FLOW_NEXT;                                                                       \
    }
COMPARE(vcmpequb, 8, uint8_t, a == b)
COMPARE(vcmpequh, 16, uint16_t, a == b)
COMPARE(vcmpequw, 32, uint32_t, a == b)
COMPARE(vcmpgtub, 8, uint8_t, a > b)
COMPARE(vcmpgtuh, 16, uint16_t, a > b)
COMPARE(vcmpgtuw, 32, uint32_t, a > b)
COMPARE(vcmpgtsb, 8, int8_t, a > b)
COMPARE(vcmpgtsh, 16, int16_t, a > b)
COMPARE(vcmpgtsw, 32, int32_t, a > b)

/* Even and odd products: twice as wide. */
#define PRODUCTS(name, bits, type, wide, wide_type, odd)                                           \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        struct xg_v128 r = {{0}};                                                                  \
        for (unsigned i = 0; i < 128 / (wide); i++) {                                              \
            wide_type a = (type)xg_v##bits(&VA, 2 * i + (odd));                                    \
            wide_type b = (type)xg_v##bits(&VB, 2 * i + (odd));                                    \
            xg_v##wide##_set(&r, i, (uint##wide##_t)(a * b));                                      \
        }                                                                                          \
        VD = r;                                                                                    \
        return XG_FLOW_NEXT;                                                                       \
    }
PRODUCTS(vmuleub, 8, uint8_t, 16, uint32_t, 0)
PRODUCTS(vmuloub, 8, uint8_t, 16, uint32_t, 1)
PRODUCTS(vmuleuh, 16, uint16_t, 32, uint32_t, 0)
PRODUCTS(vmulouh, 16, uint16_t, 32, uint32_t, 1)
PRODUCTS(vmulesb, 8, int8_t, 16, int32_t, 0)
PRODUCTS(vmulosb, 8, int8_t, 16, int32_t, 1)
PRODUCTS(vmulesh, 16, int16_t, 32, int32_t, 0)
PRODUCTS(vmulosh, 16, int16_t, 32, int32_t, 1)

/* Multiply-add of half words with a third operand. */
#define HALF_MADD(name, type, expression)                                                          \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        struct xg_v128 r = {{0}};                                                                  \
        for (unsigned i = 0; i < 8; i++) {                                                         \
            int64_t a = (type)xg_v16(&VA, i), b = (type)xg_v16(&VB, i), s = (type)xg_v16(&VC, i);  \
            xg_v16_set(&r, i, (uint16_t)(expression));                                             \
        }                                                                                          \
        VD = r;                                                                                    \
        return XG_FLOW_NEXT;                                                                       \
    }
HALF_MADD(vmhaddshs, int16_t, XG_SAT_S16((a * b >> 15) + s))
HALF_MADD(vmhraddshs, int16_t, XG_SAT_S16(((a * b + 0x4000) >> 15) + s))
HALF_MADD(vmladduhm, uint16_t, a *b + s)

/* Sums of the products inside a word, plus the word of VC. The intermediate sum has
 * more than 32 bits and is saturated once. */
#define MULTIPLY_SUM(name, bits, type_a, type_b, word, result)                                     \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        struct xg_v128 r = {{0}};                                                                  \
        for (unsigned i = 0; i < 4; i++) {                                                         \
            int64_t sum = (word)VC.w[i];                                                           \
            for (unsigned k = i * (32 / (bits)); k < (i + 1) * (32 / (bits)); k++)                 \
                sum += (int64_t)(type_a)xg_v##bits(&VA, k) * (type_b)xg_v##bits(&VB, k);           \
            r.w[i] = (uint32_t)(result);                                                           \
        }                                                                                          \
        VD = r;                                                                                    \
        return XG_FLOW_NEXT;                                                                       \
    }
MULTIPLY_SUM(vmsumubm, 8, uint8_t, uint8_t, uint32_t, sum)
MULTIPLY_SUM(vmsummbm, 8, int8_t, uint8_t, int32_t, sum)
MULTIPLY_SUM(vmsumuhm, 16, uint16_t, uint16_t, uint32_t, sum)
MULTIPLY_SUM(vmsumshm, 16, int16_t, int16_t, int32_t, sum)
MULTIPLY_SUM(vmsumuhs, 16, uint16_t, uint16_t, uint32_t, XG_SAT_U32(sum))
MULTIPLY_SUM(vmsumshs, 16, int16_t, int16_t, int32_t, XG_SAT_S32(sum))

/* Sums of the elements inside a word, plus the word of VB. */
#define SUM_ACROSS(name, bits, type, word, result)                                                 \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        struct xg_v128 r = {{0}};                                                                  \
        for (unsigned i = 0; i < 4; i++) {                                                         \
            int64_t sum = (word)VB.w[i];                                                           \
            for (unsigned k = i * (32 / (bits)); k < (i + 1) * (32 / (bits)); k++)                 \
                sum += (type)xg_v##bits(&VA, k);                                                   \
            r.w[i] = (uint32_t)(result);                                                           \
        }                                                                                          \
        VD = r;                                                                                    \
        return XG_FLOW_NEXT;                                                                       \
    }
SUM_ACROSS(vsum4ubs, 8, uint8_t, uint32_t, XG_SAT_U32(sum))
SUM_ACROSS(vsum4sbs, 8, int8_t, int32_t, XG_SAT_S32(sum))
SUM_ACROSS(vsum4shs, 16, int16_t, int32_t, XG_SAT_S32(sum))

XG_OP(vsum2sws)
{
    XG_OP_UNUSED;
    struct xg_v128 r = {{0}};
    for (unsigned i = 1; i < 4; i += 2)
        r.w[i] = (uint32_t)XG_SAT_S32((int64_t)(int32_t)VA.w[i - 1] + (int32_t)VA.w[i] +
                                      (int32_t)VB.w[i]);
    VD = r;
    return XG_FLOW_NEXT;
}
XG_OP(vsumsws)
{
    XG_OP_UNUSED;
    int64_t sum = (int32_t)VB.w[3];
    for (unsigned i = 0; i < 4; i++)
        sum += (int32_t)VA.w[i];
    VD = (struct xg_v128){{0, 0, 0, (uint32_t)XG_SAT_S32(sum)}};
    return XG_FLOW_NEXT;
}

/* --- shifts of the whole register --- */
typedef unsigned __int128 u128;
static u128 whole(const struct xg_v128 *v)
{
    return (u128)v->w[0] << 96 | (u128)v->w[1] << 64 | (u128)v->w[2] << 32 | v->w[3];
}
static struct xg_v128 parts(u128 v)
{
    return (struct xg_v128){
        {(uint32_t)(v >> 96), (uint32_t)(v >> 64), (uint32_t)(v >> 32), (uint32_t)v}};
}
#define WHOLE_SHIFT(name, shift_operator, amount)                                                  \
    XG_OP(name)                                                                                    \
    {                                                                                              \
        XG_OP_UNUSED;                                                                              \
        VD = parts(whole(&VA) shift_operator(amount));                                             \
        return XG_FLOW_NEXT;                                                                       \
    }
/* vsl and vsr are defined when the low three bits of all bytes of VB agree. */
WHOLE_SHIFT(vsl, <<, VB.w[3] & 7)
WHOLE_SHIFT(vsr, >>, VB.w[3] & 7)
WHOLE_SHIFT(vslo, <<, VB.w[3] & 0x78)
WHOLE_SHIFT(vsro, >>, VB.w[3] & 0x78)
