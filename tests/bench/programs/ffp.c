/* single-precision scalar FP: 4x4 concat, ray-sphere tests with branches, particle integration
 * (fmadds, fcmpu, fdivs) */
#include "bench.h"

typedef struct {
    float x, y, z;
} v3;
typedef struct {
    v3 p, v;
    float life, size;
} part;
typedef struct {
    v3 c;
    float r;
} sph;
static part ps[256];
static sph ss[64];
static float M[16][16], W[16][16];

static NOINLINE void concat(float *o, const float *a, const float *b)
{
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            o[i * 4 + j] = a[i * 4] * b[j] + a[i * 4 + 1] * b[4 + j] + a[i * 4 + 2] * b[8 + j] +
                           a[i * 4 + 3] * b[12 + j];
}

static inline float dot(v3 a, v3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static NOINLINE int trace(const sph *s, int n, const v3 *o, const v3 *d, float *best)
{
    int hit = -1;
    float bt = 1e30f;
    float dd = dot(*d, *d);
    for (int i = 0; i < n; i++) {
        v3 oc = {o->x - s[i].c.x, o->y - s[i].c.y, o->z - s[i].c.z};
        float b = dot(oc, *d), c = dot(oc, oc) - s[i].r * s[i].r;
        float disc = b * b - dd * c;
        if (disc <= 0.0f)
            continue;
        float t = (-b - __builtin_sqrtf(disc)) / dd;
        if (t > 0.01f && t < bt) {
            bt = t;
            hit = i;
        }
    }
    *best = bt;
    return hit;
}

static NOINLINE void step(part *p, int n, float dt, const float *m)
{
    for (int i = 0; i < n; i++, p++) {
        p->v.y -= 9.8f * dt;
        float drag = 1.0f - 0.1f * dt;
        p->v.x *= drag;
        p->v.y *= drag;
        p->v.z *= drag;
        p->p.x += p->v.x * dt;
        p->p.y += p->v.y * dt;
        p->p.z += p->v.z * dt;
        if (p->p.y < 0.0f) {
            p->p.y = -p->p.y;
            p->v.y = -p->v.y * 0.8f;
        }
        p->life -= dt;
        if (p->life < 0.0f) {
            p->life += 4.0f;
            v3 q = p->p;
            p->p.x = q.x * m[0] + q.y * m[1] + q.z * m[2] + m[3];
            p->p.y = q.x * m[4] + q.y * m[5] + q.z * m[6] + m[7];
            p->p.z = q.x * m[8] + q.y * m[9] + q.z * m[10] + m[11];
        }
        float a = p->p.x < 0.0f ? -p->p.x : p->p.x;
        if (a > 100.0f) {
            p->p.x *= 0.01f;
            p->p.z *= 0.01f;
        }
    }
}

u32 bench_main(u32 reps)
{
    u32 s = 99;
    for (int i = 0; i < 256; i++) {
        part *p = ps + i;
        p->p.x = (float)(s32)(rng(&s) & 255) * 0.1f;
        p->p.y = (float)(s32)(rng(&s) & 255) * 0.1f;
        p->p.z = (float)(s32)(rng(&s) & 255) * 0.1f;
        p->v.x = (float)(s32)(rng(&s) & 63) * 0.1f - 3.0f;
        p->v.y = (float)(s32)(rng(&s) & 63) * 0.1f;
        p->v.z = (float)(s32)(rng(&s) & 63) * 0.1f - 3.0f;
        p->life = (float)(s32)(rng(&s) & 63) * 0.05f;
    }
    for (int i = 0; i < 64; i++) {
        ss[i].c.x = (float)(s32)(rng(&s) & 255) * 0.1f;
        ss[i].c.y = (float)(s32)(rng(&s) & 255) * 0.1f;
        ss[i].c.z = (float)(s32)(rng(&s) & 255) * 0.1f;
        ss[i].r = 1.0f + (float)(s32)(rng(&s) & 15) * 0.1f;
    }
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 16; j++)
            M[i][j] = (j % 5 == 0 ? 1.0f : 0.0f) + (float)(s32)(rng(&s) & 15) * 0.001f;
    u32 h = 0;
    v3 o = {1, 2, 3};
    for (u32 r = 0; r < reps; r++) {
        for (int i = 0; i < 16; i++)
            concat(W[i], M[i], M[(i + r) & 15]);
        step(ps, 256, 0.016f, W[r & 15]);
        for (int i = 0; i < 16; i++) {
            part *p = ps + ((r * 16 + i) & 255);
            v3 d = {p->p.x - o.x, p->p.y - o.y, p->p.z - o.z};
            float t;
            h = mix(h, (u32)trace(ss, 64, &o, &d, &t));
        }
    }
    for (int i = 0; i < 256; i++) {
        h = mix(h, (u32)(s32)(ps[i].p.x * 16.0f));
        h = mix(h, (u32)(s32)(ps[i].p.y * 16.0f));
    }
    return h;
}
