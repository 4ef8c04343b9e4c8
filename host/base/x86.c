#include "base/x86.h"

#include <cpuid.h>
#include <stdlib.h>
#include <string.h>

void xg_x_byte(struct xg_x *x, unsigned b)
{
    if (x->p == x->end) {
        x->full = true;
        return;
    }
    *x->p++ = (uint8_t)b;
}
void xg_x_word32(struct xg_x *x, uint32_t w)
{
    if (x->end - x->p < 4) {
        x->full = true;
        return;
    }
    memcpy(x->p, &w, 4);
    x->p += 4;
}
void xg_x_word64(struct xg_x *x, uint64_t w)
{
    xg_x_word32(x, (uint32_t)w);
    xg_x_word32(x, (uint32_t)(w >> 32));
}

/* Room for one instruction; its bytes are then written without looking at each. */
enum { MOST_BYTES = 16 };
static bool has_room(struct xg_x *x)
{
    if (x->end - x->p >= MOST_BYTES)
        return true;
    x->full = true;
    return false;
}
static uint8_t *put32(uint8_t *p, int32_t v)
{
    memcpy(p, &v, 4);
    return p + 4;
}

static uint8_t *modrm_with(uint8_t *p, int reg, struct xg_rm rm, bool wide)
{
    unsigned r = (unsigned)(reg & 7) << 3;
    if (rm.reg >= 0) {
        *p++ = (uint8_t)(0xC0 | r | (rm.reg & 7));
        return p;
    }
    if (rm.base < 0) { /* absolute, or an index alone */
        *p++ = (uint8_t)(r | 4);
        *p++ = rm.index < 0 ? 0x25 : (uint8_t)(rm.scale << 6 | (rm.index & 7) << 3 | 5);
        return put32(p, rm.disp);
    }
    bool sib = rm.index >= 0 || (rm.base & 7) == RSP;
    unsigned mod = rm.disp == 0 && (rm.base & 7) != RBP         ? 0
                   : rm.disp >= -128 && rm.disp <= 127 && !wide ? 0x40
                                                                : 0x80;
    *p++ = (uint8_t)(mod | r | (sib ? 4u : (unsigned)(rm.base & 7)));
    if (sib)
        *p++ = (uint8_t)((rm.index >= 0 ? rm.index & 7 : 4) << 3 | (rm.base & 7));
    if (mod == 0x80)
        return put32(p, rm.disp);
    *p = (uint8_t)rm.disp;
    return p + (mod == 0x40);
}

static const uint8_t prefixes[] = {0, 0x66, 0xF3, 0xF2};

void xg_x_op(struct xg_x *x, uint32_t o, int reg, struct xg_rm rm)
{
    unsigned pp = o >> 10 & 3, map = o >> 8 & 3, rex = 0;
    if (!has_room(x))
        return;
    uint8_t *p = x->p;
    *p = prefixes[pp];
    p += pp != 0;
    rex |= (o & XG_XW ? 8u : 0) | (reg & 8 ? 4u : 0);
    if (rm.reg >= 0)
        rex |= rm.reg & 8 ? 1u : 0;
    else
        rex |=
            (rm.index >= 0 && (rm.index & 8) ? 2u : 0) | (rm.base >= 0 && (rm.base & 8) ? 1u : 0);
    *p = (uint8_t)(0x40 | rex);
    p += rex || ((o & XG_X8) && (reg >= 4 || rm.reg >= 4));
    if (map) {
        *p++ = 0x0F;
        *p = map == XG_M38 ? 0x38 : 0x3A;
        p += map != XG_M0F;
    }
    *p++ = (uint8_t)o;
    x->p = modrm_with(p, reg, rm, false);
}

static void vex(struct xg_x *x, uint32_t o, int reg, int second, struct xg_rm rm)
{
    unsigned pp = o >> 10 & 3, map = o >> 8 & 3;
    bool r = reg & 8, w = o & XG_XW;
    bool i = rm.reg < 0 && rm.index >= 0 && (rm.index & 8);
    bool b = rm.reg >= 0 ? rm.reg & 8 : rm.base >= 0 && (rm.base & 8);
    unsigned tail = (unsigned)(~second & 15) << 3 | (o & XG_XL ? 4u : 0) | pp;
    if (!has_room(x))
        return;
    uint8_t *p = x->p;
    if (map == XG_M0F && !w && !i && !b) {
        *p++ = 0xC5;
        *p++ = (uint8_t)((r ? 0 : 0x80u) | tail);
    } else {
        *p++ = 0xC4;
        *p++ = (uint8_t)((r ? 0 : 0x80u) | (i ? 0 : 0x40u) | (b ? 0 : 0x20u) | map);
        *p++ = (uint8_t)((w ? 0x80u : 0) | tail);
    }
    *p++ = (uint8_t)o;
    x->p = modrm_with(p, reg, rm, false);
}

/* ---- EVEX ---- */

enum evex_form { EVEX_NONE, EVEX_W0, EVEX_W1 };

static bool is_one_of(unsigned byte, const uint8_t *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == byte)
            return true;
    return false;
}
#define ONE_OF(byte, ...)                                                                          \
    is_one_of(byte, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* Operations of map 0F on doublewords and doubles have W set. */
static bool is_wide_0f(unsigned pp, unsigned byte)
{
    bool floats = (byte >= 0x10 && byte <= 0x17) || byte == 0x28 || byte == 0x29 || byte == 0x2E ||
                  byte == 0x2F || (byte >= 0x51 && byte <= 0x5F && byte != 0x5B) || byte == 0xC2 ||
                  byte == 0xC6;
    if (pp == XG_P66)
        return floats || ONE_OF(byte, 0xD4, 0xFB, 0xF4, 0x6C, 0x6D, 0xD3, 0xF3, 0x73, 0xD6, 0xE6);
    return (pp == XG_PF2 && (floats || byte == 0xE6)) || (pp == XG_PF3 && byte == 0x7E);
}
/* The form of an operation that has the same opcode there and does the same. */
static enum evex_form evex_of(uint32_t o)
{
    unsigned pp = o >> 10 & 3, byte = o & 0xFF;
    bool w = o & XG_XW, none, wide;
    switch (o >> 8 & 3) {
    case XG_M0F: /* F3 5A: the signal handler reads the short form alone */
        none = ONE_OF(byte, 0x50, 0x52, 0x53, 0x64, 0x65, 0x66, 0x74, 0x75, 0x76, 0x7C, 0x7D, 0xC2,
                      0xD0, 0xD7, 0xF0) ||
               (byte == 0x5A && pp == XG_PF3);
        wide = w || is_wide_0f(pp, byte);
        break;
    case XG_M38:
        none = byte == 0x17 || (byte > 0 && byte < 0x0B) || byte == 0x29 || byte == 0x37;
        wide = w || byte == 0x28;
        break;
    case XG_M3A:
        none = (byte >= 0x0C && byte <= 0x0E) || (byte >= 0x40 && byte <= 0x4C);
        wide = w || byte == 0x09 || byte == 0x0B;
        break;
    default:
        return EVEX_NONE;
    }
    return none ? EVEX_NONE : wide ? EVEX_W1 : EVEX_W0;
}

/* EVEX with a mask register, which takes elements or, of compares, is taken from `reg`. */
static void evex_masked(struct xg_x *x, uint32_t o, int reg, int second, struct xg_rm rm,
                        unsigned mask)
{
    unsigned pp = o >> 10 & 3, map = o >> 8 & 3;
    int index = rm.reg >= 0 ? rm.reg >> 1 : rm.index >= 0 ? rm.index : 0; /* bit 3: X */
    int base = rm.reg >= 0 ? rm.reg : rm.base >= 0 ? rm.base : 0;
    if (!has_room(x))
        return;
    uint8_t *p = x->p;
    *p++ = 0x62;
    *p++ = (uint8_t)((reg & 8 ? 0 : 0x80u) | (index & 8 ? 0 : 0x40u) | (base & 8 ? 0 : 0x20u) |
                     (reg & 16 ? 0 : 0x10u) | map);
    *p++ = (uint8_t)((o & XG_XW ? 0x80u : 0) | (unsigned)(~second & 15) << 3 | 4 | pp);
    *p++ = (uint8_t)((o & XG_XL ? 0x20u : 0) | (second & 16 ? 0 : 8u) | mask);
    *p++ = (uint8_t)o;
    /* A displacement of a byte counts in operands, whose size only the full ones tell. */
    bool full =
        rm.reg < 0 && rm.base >= 0 && map == XG_M0F && pp <= XG_P66 &&
        !ONE_OF(o & 0xFF, 0x12, 0x13, 0x16, 0x17, 0x2E, 0x2F, 0x5A, 0x6E, 0x7E, 0xC4, 0xD6, 0xE6);
    int32_t size = o & XG_XL ? 32 : 16;
    bool wide = rm.reg < 0 && rm.base >= 0 && rm.disp && rm.disp >= -128 && rm.disp <= 127;
    if (full && rm.disp && rm.disp % size == 0 && rm.disp / size >= -128 && rm.disp / size <= 127) {
        rm.disp /= size;
        wide = false;
    }
    x->p = modrm_with(p, reg, rm, wide);
}
static void evex(struct xg_x *x, uint32_t o, int reg, int second, struct xg_rm rm)
{
    evex_masked(x, o, reg, second, rm, 0);
}
void xg_x_evex(struct xg_x *x, uint32_t o, int reg, int second, struct xg_rm rm, unsigned mask)
{
    if (x->level < XG_X_AVX512)
        abort();
    evex_masked(x, o, reg, second, rm, mask);
}

/* By registers that the host's operation can name. Only ptest has a source in `reg`. */
static void by_spare(struct xg_x *x, uint32_t o, int reg, int second, struct xg_rm rm, int imm)
{
    const uint32_t move = XG_X(XG_P0, XG_M0F, 0x28);
    bool test = (o & 0x3FF) == (XG_X(0, XG_M38, 0x17) & 0x3FF);
    int result = reg;
    if (rm.reg >= XG_X_FAR) {
        evex(x, move, x->spare, 0, rm);
        rm.reg = x->spare;
    }
    if (second >= XG_X_FAR) {
        evex(x, move, x->spare + 1, 0, xg_reg(second));
        second = x->spare + 1;
    }
    if (reg >= XG_X_FAR) {
        result = x->spare + 2;
        if (test)
            evex(x, move, result, 0, xg_reg(reg));
    }
    vex(x, o, result, second, rm);
    if (imm >= 0)
        xg_x_byte(x, (unsigned)imm);
    if (reg >= XG_X_FAR && !test)
        evex(x, move, reg, 0, xg_reg(result));
}

static void vex_or_evex(struct xg_x *x, uint32_t o, int reg, int second, struct xg_rm rm, int imm)
{
    enum evex_form form = EVEX_NONE;
    bool far = reg >= XG_X_FAR || second >= XG_X_FAR || rm.reg >= XG_X_FAR;
    if (far) {
        form = evex_of(o);
        if (x->level < XG_X_AVX512 || (form == EVEX_NONE && !x->spare))
            abort(); /* who gave such registers away? */
    }
    if (far && form == EVEX_NONE) {
        by_spare(x, o, reg, second, rm, imm);
        return;
    }
    if (far)
        evex(x, form == EVEX_W1 ? o | XG_XW : o & ~XG_XW, reg, second, rm);
    else
        vex(x, o, reg, second, rm);
    if (imm >= 0)
        xg_x_byte(x, (unsigned)imm);
}
void xg_x_vex(struct xg_x *x, uint32_t o, int reg, int second, struct xg_rm rm)
{
    vex_or_evex(x, o, reg, second, rm, -1);
}
void xg_x_vex_imm(struct xg_x *x, uint32_t o, int reg, int second, struct xg_rm rm, unsigned imm)
{
    vex_or_evex(x, o, reg, second, rm, (int)(imm & 0xFF));
}

void xg_x_movaps(struct xg_x *x, int d, int s)
{
    if (d != s)
        xg_x_op2(x, XG_X(XG_P0, XG_M0F, 0x28), d, xg_reg(s));
}

void xg_x_op2(struct xg_x *x, uint32_t o, int d, struct xg_rm b)
{
    if (x->level >= XG_X_AVX)
        xg_x_vex(x, o, d, 0, b);
    else
        xg_x_op(x, o, d, b);
}

static void op3(struct xg_x *x, uint32_t o, int d, int a, struct xg_rm b, int scratch, int imm)
{
    if (x->level >= XG_X_AVX) {
        vex_or_evex(x, o, d, a, b, imm);
        return;
    }
    if (d == a || b.reg != d) {
        xg_x_movaps(x, d, a);
        xg_x_op(x, o, d, b);
    } else {
        if (scratch < 0)
            abort(); /* the caller knew that d is not b */
        xg_x_movaps(x, scratch, b.reg);
        xg_x_movaps(x, d, a);
        xg_x_op(x, o, d, xg_reg(scratch));
    }
    if (imm >= 0)
        xg_x_byte(x, (unsigned)imm);
}
void xg_x_op3(struct xg_x *x, uint32_t o, int d, int a, struct xg_rm b, int scratch)
{
    op3(x, o, d, a, b, scratch, -1);
}
void xg_x_op3_imm(struct xg_x *x, uint32_t o, int d, int a, struct xg_rm b, int scratch,
                  unsigned imm)
{
    op3(x, o, d, a, b, scratch, (int)(imm & 0xFF));
}

void xg_x_alu(struct xg_x *x, unsigned kind, bool w, int d, struct xg_rm rm)
{
    xg_x_op(x, XG_X(0, 0, kind << 3 | 3) | (w ? XG_XW : 0), d, rm);
}
void xg_x_alui(struct xg_x *x, unsigned kind, bool w, struct xg_rm rm, int32_t imm)
{
    bool small = imm >= -128 && imm <= 127;
    xg_x_op(x, XG_X(0, 0, small ? 0x83 : 0x81) | (w ? XG_XW : 0), (int)kind, rm);
    if (small)
        xg_x_byte(x, (unsigned)imm & 0xFF);
    else
        xg_x_word32(x, (uint32_t)imm);
}
void xg_x_mov(struct xg_x *x, bool w, int d, struct xg_rm rm)
{
    if (!w || rm.reg != d)
        xg_x_op(x, XG_X(0, 0, 0x8B) | (w ? XG_XW : 0), d, rm);
}
void xg_x_store(struct xg_x *x, bool w, int s, struct xg_rm rm)
{
    if (!w || rm.reg != s)
        xg_x_op(x, XG_X(0, 0, 0x89) | (w ? XG_XW : 0), s, rm);
}
void xg_x_movi(struct xg_x *x, int d, uint64_t imm)
{
    if (imm <= 0xFFFFFFFFu) {
        if (d & 8)
            xg_x_byte(x, 0x41);
        xg_x_byte(x, 0xB8u | (d & 7));
        xg_x_word32(x, (uint32_t)imm);
    } else if ((int64_t)imm == (int32_t)imm) {
        xg_x_op(x, XG_X(0, 0, 0xC7) | XG_XW, 0, xg_reg(d));
        xg_x_word32(x, (uint32_t)imm);
    } else {
        xg_x_byte(x, 0x48u | (d & 8 ? 1 : 0));
        xg_x_byte(x, 0xB8u | (d & 7));
        xg_x_word64(x, imm);
    }
}
void xg_x_storei(struct xg_x *x, bool w, struct xg_rm rm, int32_t imm)
{
    xg_x_op(x, XG_X(0, 0, 0xC7) | (w ? XG_XW : 0), 0, rm);
    xg_x_word32(x, (uint32_t)imm);
}
void xg_x_lea(struct xg_x *x, bool w, int d, struct xg_rm rm)
{
    xg_x_op(x, XG_X(0, 0, 0x8D) | (w ? XG_XW : 0), d, rm);
}
void xg_x_shift(struct xg_x *x, unsigned kind, bool w, int d, unsigned n)
{
    if (!n)
        return;
    xg_x_op(x, XG_X(0, 0, 0xC1) | (w ? XG_XW : 0), (int)kind, xg_reg(d));
    xg_x_byte(x, n);
}

uint8_t *xg_x_jcc(struct xg_x *x, unsigned cc)
{
    xg_x_byte(x, 0x0F);
    xg_x_byte(x, 0x80 | cc);
    xg_x_word32(x, 0);
    return x->p - 4;
}
uint8_t *xg_x_jmp(struct xg_x *x)
{
    xg_x_byte(x, 0xE9);
    xg_x_word32(x, 0);
    return x->p - 4;
}
void xg_x_land_at(uint8_t *fix, const uint8_t *target)
{
    int32_t d = (int32_t)(target - (fix + 4));
    memcpy(fix, &d, 4);
}
void xg_x_land(struct xg_x *x, uint8_t *fix)
{
    if (!x->full)
        xg_x_land_at(fix, x->p);
}
void xg_x_jump_to(struct xg_x *x, int cc, const uint8_t *target)
{
    uint8_t *fix = cc < 0 ? xg_x_jmp(x) : xg_x_jcc(x, (unsigned)cc);
    if (!x->full)
        xg_x_land_at(fix, target);
}
void xg_x_call_to(struct xg_x *x, const uint8_t *target)
{
    xg_x_byte(x, 0xE8);
    xg_x_word32(x, 0);
    if (!x->full)
        xg_x_land_at(x->p - 4, target);
}

static const char *const level_names[] = {"sse4.1", "avx", "avx2", "avx512"};

const char *xg_x_level_name(enum xg_x_level level)
{
    return level_names[level];
}

/* clang cannot be asked by name. */
static bool has_lzcnt_and_movbe(void)
{
    unsigned a, b, c, d, e;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_MOVBE) &&
           __get_cpuid(0x80000001u, &a, &b, &e, &d) && (e & bit_LZCNT);
}

bool xg_x_host_level(enum xg_x_level *level, const char **why)
{
    int most = -1;
    __builtin_cpu_init();
    if (__builtin_cpu_supports("sse4.1"))
        most = XG_X_SSE41;
    if (most >= 0 && __builtin_cpu_supports("avx"))
        most = XG_X_AVX;
    if (most == XG_X_AVX && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && has_lzcnt_and_movbe())
        most = XG_X_AVX2;
    if (most == XG_X_AVX2 && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
        most = XG_X_AVX512;
    if (most < 0) {
        *why = "the host processor lacks SSE4.1";
        return false;
    }
    const char *forced = getenv("XG_JIT_LEVEL");
    if (forced && *forced) {
        int i = 0;
        while (i < 4 && strcmp(forced, level_names[i]) != 0)
            i++;
        if (i == 4) {
            *why = "XG_JIT_LEVEL is none of sse4.1, avx, avx2, avx512";
            return false;
        }
        if (i < most)
            most = i;
    }
    *level = (enum xg_x_level)most;
    return true;
}
