/* The estimate instructions as the processor computes them: a table of straight segments, or
 * of values, chosen by the leading bits of the operand.
 *
 * Sources, for facts. Public measurements of the hardware: vrsqrtefp of the Xenon, checked
 * there for every operand (github.com/disjtqz/ppc_approximations, public domain; xenia-canary
 * pull request 210); frsqrte of the Xenon (the same repository, pull request 212); all six of
 * the Cell's PPE, the core that the Xenon's is a sibling of (RPCS3, rpcs3/Emu/Cell/Common.h,
 * pull requests 7135 and 11972). Where both machines were measured, vrsqrtefp, frsqrte and
 * vlogefp, the tables are the same; fres, vrefp and vexptefp are taken from the PPE on that
 * ground. All are within the bounds of the architecture. */
#include "cpu/fp/estimate.h"

#define SIGN     0x80000000u
#define INFINITE 0x7F800000u
#define FRACTION 0x7FFFFFu

/* Value at the left end of a segment, and what is subtracted for each step within. */
struct segment {
    uint32_t start;
    uint16_t slope;
};

static const struct segment reciprocals[32] = {
    {0x7FF800, 0x3E1}, {0x783800, 0x3A7}, {0x70EA00, 0x371}, {0x6A0800, 0x340}, {0x638800, 0x313},
    {0x5D6200, 0x2EA}, {0x579000, 0x2C4}, {0x520800, 0x2A0}, {0x4CC800, 0x27F}, {0x47CA00, 0x261},
    {0x430800, 0x245}, {0x3E8000, 0x22A}, {0x3A2C00, 0x212}, {0x360800, 0x1FB}, {0x321400, 0x1E5},
    {0x2E4A00, 0x1D1}, {0x2AA800, 0x1BE}, {0x272C00, 0x1AC}, {0x23D600, 0x19B}, {0x209E00, 0x18B},
    {0x1D8800, 0x17C}, {0x1A9000, 0x16E}, {0x17AE00, 0x15B}, {0x14F800, 0x15B}, {0x124400, 0x143},
    {0x0FBE00, 0x143}, {0x0D3800, 0x12D}, {0x0ADE00, 0x12D}, {0x088400, 0x11A}, {0x065000, 0x11A},
    {0x041C00, 0x108}, {0x020C00, 0x106},
};
/* Sixteen segments for even powers of two, sixteen for odd ones; 1.15 fixed point. */
static const struct segment roots[32] = {
    {0xB4FD, 0x568}, {0xAF97, 0x4F3}, {0xAAA5, 0x48D}, {0xA618, 0x435}, {0xA1E4, 0x3E7},
    {0x9DFE, 0x3A2}, {0x9A5C, 0x365}, {0x96F8, 0x32E}, {0x93CA, 0x2FC}, {0x90CE, 0x2D0},
    {0x8DFE, 0x2A8}, {0x8B57, 0x283}, {0x88D4, 0x261}, {0x8673, 0x243}, {0x8431, 0x226},
    {0x820B, 0x20B}, {0x7FFA, 0x3D2}, {0x7C29, 0x380}, {0x78AA, 0x338}, {0x7572, 0x2F9},
    {0x7279, 0x2C2}, {0x6FB7, 0x292}, {0x6D26, 0x266}, {0x6AC0, 0x23F}, {0x6881, 0x21D},
    {0x6665, 0x1FD}, {0x6468, 0x1E1}, {0x6287, 0x1C7}, {0x60C1, 0x1AF}, {0x5F12, 0x199},
    {0x5D79, 0x185}, {0x5BF4, 0x173},
};
/* Rising segments of 128 steps, 1/16384. */
static const struct segment logarithms[16] = {
    {0x0000, 12}, {0x0600, 10}, {0x0B00, 10}, {0x1000, 9}, {0x1480, 9}, {0x1900, 9},
    {0x1D80, 8},  {0x2180, 8},  {0x2580, 8},  {0x297F, 7}, {0x2CFF, 7}, {0x307F, 7},
    {0x33FE, 6},  {0x36FE, 6},  {0x39FE, 6},  {0x3CFE, 6},
};
static const struct segment powers[16] = {
    {0x0006, 6}, {0x0306, 6},  {0x0606, 6},  {0x0906, 6},  {0x0C07, 7}, {0x0F87, 7},
    {0x1307, 7}, {0x1680, 8},  {0x1A80, 8},  {0x1E80, 8},  {0x2288, 9}, {0x2708, 9},
    {0x2B88, 9}, {0x3008, 10}, {0x3508, 10}, {0x3A08, 12},
};
/* fres by seven bits of the fraction: the top twelve of the result's. */
static const uint16_t fres_values[128] = {
    0xFE0, 0xFA1, 0xF63, 0xF26, 0xEEA, 0xEAE, 0xE74, 0xE3C, 0xE00, 0xDC8, 0xD94, 0xD5C, 0xD28,
    0xCF0, 0xCC0, 0xC8C, 0xC58, 0xC28, 0xBF8, 0xBC8, 0xB98, 0xB68, 0xB38, 0xB08, 0xAE0, 0xAB0,
    0xA80, 0xA58, 0xA30, 0xA00, 0x9D8, 0x9B0, 0x980, 0x960, 0x930, 0x910, 0x8E8, 0x8C0, 0x898,
    0x870, 0x850, 0x830, 0x800, 0x7E0, 0x7C0, 0x7A0, 0x778, 0x758, 0x730, 0x710, 0x6F0, 0x6D0,
    0x6B0, 0x690, 0x670, 0x650, 0x630, 0x610, 0x5F0, 0x5D8, 0x5C0, 0x5A0, 0x580, 0x560, 0x540,
    0x530, 0x510, 0x4F0, 0x4D8, 0x4C0, 0x4A0, 0x488, 0x470, 0x450, 0x440, 0x420, 0x400, 0x3F0,
    0x3D0, 0x3C0, 0x3A0, 0x390, 0x370, 0x360, 0x340, 0x330, 0x320, 0x300, 0x2F0, 0x2D0, 0x2C0,
    0x2B0, 0x290, 0x280, 0x270, 0x250, 0x240, 0x230, 0x210, 0x200, 0x1F0, 0x1E0, 0x1C0, 0x1B0,
    0x1A0, 0x190, 0x170, 0x160, 0x150, 0x140, 0x130, 0x120, 0x100, 0x0F0, 0x0E0, 0x0D0, 0x0C0,
    0x0B0, 0x0A0, 0x090, 0x080, 0x070, 0x060, 0x050, 0x040, 0x030, 0x020, 0x000,
};
/* frsqrte by the power's parity and three bits of the fraction: the top eight. */
static const uint8_t frsqrte_values[16] = {
    0xF1, 0xD8, 0xC0, 0xA8, 0x98, 0x88, 0x80, 0x70, 0x60, 0x4C, 0x3C, 0x30, 0x20, 0x18, 0x10, 0x08,
};

/* A single that is neither NaN nor infinity nor zero: its fraction; *e as if it were normal. */
static uint32_t split(uint32_t x, int *e)
{
    uint32_t m = x & FRACTION;
    *e = (int)(x >> 23 & 255);
    if (*e)
        return m;
    int shift = __builtin_clz(m) - 8;
    *e = 1 - shift;
    return m << shift & FRACTION;
}

uint32_t xg_estimate_reciprocal(uint32_t x)
{
    int e;
    uint32_t sign = x & SIGN, m = split(x, &e);
    const struct segment *s = &reciprocals[m >> 18];
    uint32_t fraction = s->start - s->slope * (m >> 9 & 511);
    int power = 253 - e;
    if (power >= 255)
        return sign | INFINITE;
    if (power > 0)
        return sign | (uint32_t)power << 23 | fraction;
    unsigned shift = (unsigned)(1 - power); /* a denormal, to the nearest */
    uint32_t all = fraction | 1u << 23, kept = all >> shift, half = 1u << (shift - 1);
    uint32_t rest = all & (2 * half - 1);
    return sign | (kept + (rest > half || (rest == half && (kept & 1))));
}

uint32_t xg_estimate_root(uint32_t x)
{
    int e;
    uint32_t m = split(x, &e);
    const struct segment *s = &roots[m >> 19 | (e & 1 ? 16 : 0)];
    uint32_t y = (s->start << 10) - s->slope * (m >> 9 & 1023);
    int power = 127 + ((127 - e) >> 1);
    while (!(y >> 25)) {
        y <<= 1;
        power--;
    }
    if ((y & 2) && (y & 5))
        y += 4;
    return (uint32_t)power << 23 | (y >> 2 & FRACTION);
}

uint32_t xg_estimate_log2(uint32_t x)
{
    int e;
    uint32_t step = split(x, &e) >> 12;
    const struct segment *s = &logarithms[step >> 7];
    int value = (e - 127) * 2048 + (int)((s->start + s->slope * (step & 127)) >> 3);
    float f = (float)value / 2048.0f;
    uint32_t bits;
    __builtin_memcpy(&bits, &f, 4);
    return bits;
}

uint32_t xg_estimate_exp2(uint32_t x)
{
    int e = (int)(x >> 23 & 255);
    int64_t m = (x & FRACTION) | 1 << 23, value; /* in 1/32768, towards zero */
    if (e > 150)
        return x & SIGN ? 0 : INFINITE;
    value = e >= 135 ? m << (e - 135) : e > 111 ? m >> (135 - e) : 0;
    value = (x & SIGN ? -value : value) >> 4; /* in 1/2048, down */
    int64_t power = 127 + (value >> 11);
    if (power >= 255)
        return INFINITE;
    if (power <= 0)
        return 0;
    const struct segment *s = &powers[value >> 7 & 15];
    return (uint32_t)power << 23 | (s->start + s->slope * (uint32_t)(value & 127)) >> 3 << 12;
}

bool xg_estimate_fres(uint64_t x, uint64_t *r)
{
    int e = (int)(x >> 52 & 0x7FF), power = 0x7FD - e;
    if (power < 1023 - 126 || power > 1023 + 127)
        return false;
    *r = (x & 1ull << 63) | (uint64_t)power << 52 | (uint64_t)fres_values[x >> 45 & 127] << 40;
    return true;
}

bool xg_estimate_frsqrte(uint64_t x, uint64_t *r)
{
    uint64_t m = x & 0xFFFFFFFFFFFFFull;
    int e = (int)(x >> 52);
    if (!x || e >= 0x7FF)
        return false;
    if (!e) {
        int shift = __builtin_clzll(m) - 11;
        m <<= shift;
        e = 1 - shift;
    }
    unsigned row = (unsigned)(m >> 49 & 7) | (e & 1 ? 0 : 8);
    *r = (uint64_t)(1022 - ((e - 1023) >> 1)) << 52 | (uint64_t)frsqrte_values[row] << 44;
    return true;
}
