/* Packing and unpacking of the console's vertex formats. Integers travel in floats as
 * 3.0 + n * 2^-22 (or 1.0 + n * 2^-23 where unsigned): the integer is the low bits of
 * the float. Formats and merge rules: xenia's table of PACK_TYPEs and its vpkd3d128. */
#include "cpu/interp/vector.h"

#define THREE       0x40400000u
#define ONE         0x3F800000u
#define DEFAULT_NAN 0x7FC00000u

enum d3d_type {
    D3DCOLOR,
    NORMSHORT2,
    NORMPACKED32,
    FLOAT16_2,
    NORMSHORT4,
    FLOAT16_4,
    NORMPACKED64,
    UNDEFINED
};

/* n of a float 3.0 + n * 2^-22, clamped to the range; NaNs count as below it. Floats of
 * this size are ordered like their bits. */
static uint32_t biased(uint32_t w, int32_t least, int32_t most)
{
    bool nan = (w & 0x7FFFFFFF) > 0x7F800000u;
    int32_t n = nan || w >> 31 ? least : (int32_t)(w - THREE);
    return (uint32_t)(n < least ? least : n > most ? most : n);
}

/* The console's half: exponent 31 is an ordinary number, there is no infinity or NaN,
 * and denormals are zero. Packing saturates; pairs are truncated, fours are rounded to
 * nearest even (xenia-canary, base/math.h and its PACK_TYPE_FLOAT16 cases). */
static uint32_t to_half(uint32_t w, bool nearest)
{
    uint32_t sign = w >> 16 & 0x8000, magnitude = w & 0x7FFFFFFF;
    if (magnitude >= 0x47FFE000u)
        return sign | 0x7FFF;
    if (magnitude < 0x38800000u)
        return sign;
    magnitude -= 0x38000000u;
    if (nearest)
        magnitude += 0xFFF + (magnitude >> 13 & 1);
    return sign | magnitude >> 13;
}
static uint32_t half_pair(const uint32_t *w, bool nearest)
{
    return to_half(w[0], nearest) << 16 | to_half(w[1], nearest);
}
static uint32_t from_half(uint32_t h)
{
    uint32_t sign = (h & 0x8000) << 16, magnitude = h & 0x7FFF;
    return magnitude < 0x400 ? sign : sign | ((magnitude << 13) + 0x38000000u);
}

/* The packed value as 64 bits; 32-bit formats fill the low half. */
static uint64_t pack(enum d3d_type type, const uint32_t *w)
{
    uint64_t x, y, z;
    switch (type) {
    case D3DCOLOR:
        return biased(w[3], 0, 255) << 24 | biased(w[0], 0, 255) << 16 | biased(w[1], 0, 255) << 8 |
               biased(w[2], 0, 255);
    case NORMSHORT2:
        return (biased(w[0], -32767, 32767) & 0xFFFF) << 16 |
               (biased(w[1], -32767, 32767) & 0xFFFF);
    case NORMPACKED32:
        return biased(w[3], 0, 3) << 30 | (biased(w[2], -511, 511) & 0x3FF) << 20 |
               (biased(w[1], -511, 511) & 0x3FF) << 10 | (biased(w[0], -511, 511) & 0x3FF);
    case FLOAT16_2:
        return half_pair(w, false);
    case NORMSHORT4:
        return pack(NORMSHORT2, w) << 32 | pack(NORMSHORT2, w + 2);
    case FLOAT16_4:
        return (uint64_t)half_pair(w, true) << 32 | half_pair(w + 2, true);
    default:
        x = biased(w[0], -524287, 524287) & 0xFFFFF;
        y = biased(w[1], -524287, 524287) & 0xFFFFF;
        z = biased(w[2], -524287, 524287) & 0xFFFFF;
        return (uint64_t)biased(w[3], 0, 15) << 60 | z << 40 | y << 20 | x;
    }
}

/* 3.0 + n * 2^-22 of a signed field; the least value has no positive twin and gives NaN. */
static uint32_t unbiased(uint64_t field, unsigned bits)
{
    int32_t n = (int32_t)((uint32_t)field << (32 - bits)) >> (32 - bits);
    return n == -(1 << (bits - 1)) ? DEFAULT_NAN : THREE + (uint32_t)n;
}

static struct xg_v128 unpack(enum d3d_type type, uint64_t v)
{
    uint32_t w = (uint32_t)v, high = (uint32_t)(v >> 32);
    switch (type) {
    case D3DCOLOR:
        return (struct xg_v128){
            {ONE | (w >> 16 & 255), ONE | (w >> 8 & 255), ONE | (w & 255), ONE | w >> 24}};
    case NORMSHORT2:
        return (struct xg_v128){{unbiased(w >> 16, 16), unbiased(w, 16), 0, ONE}};
    case NORMPACKED32:
        return (struct xg_v128){
            {unbiased(w, 10), unbiased(w >> 10, 10), unbiased(w >> 20, 10), ONE | w >> 30}};
    case FLOAT16_2:
        return (struct xg_v128){{from_half(w >> 16), from_half(w), 0, ONE}};
    case NORMSHORT4:
        return (struct xg_v128){
            {unbiased(high >> 16, 16), unbiased(high, 16), unbiased(w >> 16, 16), unbiased(w, 16)}};
    case FLOAT16_4:
        return (struct xg_v128){
            {from_half(high >> 16), from_half(high), from_half(w >> 16), from_half(w)}};
    default:
        return (struct xg_v128){{unbiased(v, 20), unbiased(v >> 20, 20), unbiased(v >> 40, 20),
                                 ONE | (uint32_t)(v >> 60)}};
    }
}

/* The packed words stand at the right of a register that is rotated left by z words;
 * the mask (none, the last word, the last two) moves along and is cut at the left. The
 * fourth mask is the third without that cut at z = 3, where it takes the other word. */
XG_OP(vpkd3d128)
{
    enum d3d_type type = (enum d3d_type)(xg_field_a(op->insn) >> 2);
    unsigned mask = xg_field_a(op->insn) & 3, z = op->c;
    if (type == UNDEFINED)
        return xg_op_illegal(c, t, op);
    uint64_t v = pack(type, VB.w);
    uint32_t last = (uint32_t)v, before = (uint32_t)(v >> 32);
    if (mask == 1 || (mask >= 2 && z < 3) || (mask == 2 && z == 3))
        VD.w[3 - z] = last;
    if (mask >= 2 && z < 3)
        VD.w[2 - z] = before;
    if (mask == 3 && z == 3)
        VD.w[3] = before;
    return XG_FLOW_NEXT;
}

XG_OP(vupkd3d128)
{
    enum d3d_type type = (enum d3d_type)(xg_field_a(op->insn) >> 2);
    if (type == UNDEFINED)
        return xg_op_illegal(c, t, op);
    VD = unpack(type, (uint64_t)VB.w[2] << 32 | VB.w[3]);
    return XG_FLOW_NEXT;
}
