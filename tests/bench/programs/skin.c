/* 4-bone matrix-palette skinning with 4-wide vectors; guest uses AltiVec, host SSE. Data are exact
 * so all builds agree. */
#include "bench.h"

#ifdef __ALTIVEC__
#include <altivec.h>
#undef vector
#undef bool
#undef pixel
typedef __vector float vf;
typedef __vector unsigned char vb;
#define MADD(a, b, c) vec_madd(a, b, c)
#define SPL(v, i)                                                                                  \
    ({                                                                                             \
        vf r_;                                                                                     \
        __asm__("vspltw %0,%1,%2" : "=v"(r_) : "v"(v), "i"(i));                                    \
        r_;                                                                                        \
    }) /* gcc 12 splats through memory otherwise */
#define ZERO ((vf){0, 0, 0, 0})

static inline vf loadu(const float *p)
{
    vb m = vec_lvsl(0, (const u8 *)p);
    return (vf)vec_perm((vb)vec_ld(0, p), (vb)vec_ld(15, p), m);
}

#define LD(p)    vec_ld(0, p)
#define ST(p, v) vec_st(v, 0, p)
#else
#include <immintrin.h>
typedef __m128 vf;
#ifdef __FMA__
#define MADD(a, b, c) _mm_fmadd_ps(a, b, c)
#else
#define MADD(a, b, c) _mm_add_ps(_mm_mul_ps(a, b), c)
#endif
#define SPL(v, i) _mm_shuffle_ps(v, v, (i)*0x55)
#define ZERO      _mm_setzero_ps()
#define loadu(p)  _mm_loadu_ps(p)
#define LD(p)     _mm_load_ps(p)
#define ST(p, v)  _mm_store_ps(p, v)
#endif
#define NV 1024
static float pal[64][16] __attribute__((aligned(16))), out[NV][8] __attribute__((aligned(16)));
static struct {
    float pos[3], nrm[3];
    u8 bone[4];
    float w[4];
} vin[NV] __attribute__((aligned(16)));
static float guard[8]; /* loadu() reads up to 15 bytes past its operand */

static NOINLINE void skin(u32 n)
{
    for (u32 i = 0; i < n; i++) {
        vf w = loadu(vin[i].w), p = loadu(vin[i].pos), q = loadu(vin[i].nrm);
        const float *m;
        vf r0, r1, r2, r3, s;
        m = pal[vin[i].bone[0]];
        s = SPL(w, 0);
        r0 = MADD(LD(m), s, ZERO);
        r1 = MADD(LD(m + 4), s, ZERO);
        r2 = MADD(LD(m + 8), s, ZERO);
        r3 = MADD(LD(m + 12), s, ZERO);
        m = pal[vin[i].bone[1]];
        s = SPL(w, 1);
        r0 = MADD(LD(m), s, r0);
        r1 = MADD(LD(m + 4), s, r1);
        r2 = MADD(LD(m + 8), s, r2);
        r3 = MADD(LD(m + 12), s, r3);
        m = pal[vin[i].bone[2]];
        s = SPL(w, 2);
        r0 = MADD(LD(m), s, r0);
        r1 = MADD(LD(m + 4), s, r1);
        r2 = MADD(LD(m + 8), s, r2);
        r3 = MADD(LD(m + 12), s, r3);
        m = pal[vin[i].bone[3]];
        s = SPL(w, 3);
        r0 = MADD(LD(m), s, r0);
        r1 = MADD(LD(m + 4), s, r1);
        r2 = MADD(LD(m + 8), s, r2);
        r3 = MADD(LD(m + 12), s, r3);
        ST(out[i], MADD(SPL(p, 0), r0, MADD(SPL(p, 1), r1, MADD(SPL(p, 2), r2, r3))));
        ST(out[i] + 4, MADD(SPL(q, 0), r0, MADD(SPL(q, 1), r1, MADD(SPL(q, 2), r2, ZERO))));
    }
}

u32 bench_main(u32 reps)
{
    u32 s = 31;
    for (int i = 0; i < 64; i++)
        for (int j = 0; j < 16; j++)
            pal[i][j] = (float)(s32)(rng(&s) & 15);
    for (int i = 0; i < NV; i++) {
        for (int j = 0; j < 3; j++) {
            vin[i].pos[j] = (float)(s32)(rng(&s) & 31);
            vin[i].nrm[j] = (float)(s32)(rng(&s) & 31);
        }
        for (int j = 0; j < 4; j++) {
            vin[i].bone[j] = (u8)(rng(&s) & 63);
            vin[i].w[j] = (float)(s32)(rng(&s) & 7) * 0.125f;
        }
    }
    u32 h = (u32)(s32)guard[0];
    for (u32 r = 0; r < reps; r++) {
        vin[r & 1023].w[0] = (float)(s32)(r & 7) * 0.125f;
        skin(NV);
        h = mix(h, (u32)(s32)out[r & 1023][r & 7]);
    }
    for (int i = 0; i < NV; i++)
        for (int j = 0; j < 8; j++)
            h = mix(h, (u32)(s32)(out[i][j] * 8.0f));
    return h;
}
