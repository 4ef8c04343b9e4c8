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
    for (int i = 0; i < 4; i++)
        xg_x_byte(x, w >> 8 * i & 0xFF);
}
void xg_x_word64(struct xg_x *x, uint64_t w)
{
    xg_x_word32(x, (uint32_t)w);
    xg_x_word32(x, (uint32_t)(w >> 32));
}

static void modrm(struct xg_x *x, int reg, struct xg_rm rm)
{
    unsigned r = (unsigned)(reg & 7) << 3;
    if (rm.reg >= 0) {
        xg_x_byte(x, 0xC0 | r | (rm.reg & 7));
        return;
    }
    if (rm.base < 0 && rm.index < 0) { /* absolute */
        xg_x_byte(x, r | 4);
        xg_x_byte(x, 0x25);
        xg_x_word32(x, (uint32_t)rm.disp);
        return;
    }
    if (rm.base < 0) {
        xg_x_byte(x, r | 4);
        xg_x_byte(x, (unsigned)(rm.scale << 6 | (rm.index & 7) << 3 | 5));
        xg_x_word32(x, (uint32_t)rm.disp);
        return;
    }
    bool sib = rm.index >= 0 || (rm.base & 7) == RSP;
    unsigned mod = rm.disp == 0 && (rm.base & 7) != RBP ? 0
                   : rm.disp >= -128 && rm.disp <= 127  ? 0x40
                                                        : 0x80;
    xg_x_byte(x, mod | r | (sib ? 4u : (unsigned)(rm.base & 7)));
    if (sib)
        xg_x_byte(x, (unsigned)((rm.index >= 0 ? rm.index & 7 : 4) << 3 | (rm.base & 7)));
    if (mod == 0x40)
        xg_x_byte(x, (unsigned)rm.disp & 0xFF);
    else if (mod == 0x80)
        xg_x_word32(x, (uint32_t)rm.disp);
}

static const uint8_t prefixes[] = {0, 0x66, 0xF3, 0xF2};

void xg_x_op(struct xg_x *x, uint32_t o, int reg, struct xg_rm rm)
{
    unsigned pp = o >> 10 & 3, map = o >> 8 & 3, rex = 0;
    if (pp)
        xg_x_byte(x, prefixes[pp]);
    rex |= (o & XG_XW ? 8u : 0) | (reg & 8 ? 4u : 0);
    if (rm.reg >= 0)
        rex |= rm.reg & 8 ? 1u : 0;
    else
        rex |=
            (rm.index >= 0 && (rm.index & 8) ? 2u : 0) | (rm.base >= 0 && (rm.base & 8) ? 1u : 0);
    if (rex || ((o & XG_X8) && (reg >= 4 || rm.reg >= 4)))
        xg_x_byte(x, 0x40 | rex);
    if (map)
        xg_x_byte(x, 0x0F);
    if (map == XG_M38)
        xg_x_byte(x, 0x38);
    if (map == XG_M3A)
        xg_x_byte(x, 0x3A);
    xg_x_byte(x, o & 0xFF);
    modrm(x, reg, rm);
}

void xg_x_vex(struct xg_x *x, uint32_t o, int reg, int second, struct xg_rm rm)
{
    unsigned pp = o >> 10 & 3, map = o >> 8 & 3;
    bool r = reg & 8, w = o & XG_XW;
    bool i = rm.reg < 0 && rm.index >= 0 && (rm.index & 8);
    bool b = rm.reg >= 0 ? rm.reg & 8 : rm.base >= 0 && (rm.base & 8);
    unsigned tail = (unsigned)(~second & 15) << 3 | (o & XG_XL ? 4u : 0) | pp;
    if (map == XG_M0F && !w && !i && !b) {
        xg_x_byte(x, 0xC5);
        xg_x_byte(x, (r ? 0 : 0x80u) | tail);
    } else {
        xg_x_byte(x, 0xC4);
        xg_x_byte(x, (r ? 0 : 0x80u) | (i ? 0 : 0x40u) | (b ? 0 : 0x20u) | map);
        xg_x_byte(x, (w ? 0x80u : 0) | tail);
    }
    xg_x_byte(x, o & 0xFF);
    modrm(x, reg, rm);
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

void xg_x_op3(struct xg_x *x, uint32_t o, int d, int a, struct xg_rm b, int scratch)
{
    if (x->level >= XG_X_AVX) {
        xg_x_vex(x, o, d, a, b);
    } else if (d == a || b.reg != d) {
        xg_x_movaps(x, d, a);
        xg_x_op(x, o, d, b);
    } else {
        if (scratch < 0)
            abort(); /* the caller knew that d is not b */
        xg_x_movaps(x, scratch, b.reg);
        xg_x_movaps(x, d, a);
        xg_x_op(x, o, d, xg_reg(scratch));
    }
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
