/* entity update through vtables, event callbacks, small virtual getters; indirect-call heavy */
#include "bench.h"

typedef struct ent ent;
typedef struct {
    void (*update)(ent *, u32);
    int (*health)(ent *);
    void (*event)(ent *, int, int);
    int (*think)(ent *, ent *);
} vt;
struct ent {
    const vt *v;
    s32 x, y, hp, state, timer;
    ent *target;
    u32 flags;
};
static ent es[512];
static u32 rs;

static NOINLINE void upA(ent *e, u32 t)
{
    e->x += (s32)(t & 3) - 1;
    if (--e->timer < 0) {
        e->timer = 17;
        e->v->event(e, 1, e->x & 15);
    }
}

static NOINLINE void upB(ent *e, u32 t)
{
    e->y += e->x > 0 ? -1 : 1;
    if (e->target && e->target->v->health(e->target) < 20)
        e->v->event(e, 2, (int)(t & 7));
}

static NOINLINE void upC(ent *e, u32 t)
{
    e->state = (e->state * 5 + (s32)t) & 0xff;
    if (e->state > 200)
        e->v->event(e->target, 3, e->state);
}

static NOINLINE int hpA(ent *e)
{
    return e->hp;
}

static NOINLINE int hpB(ent *e)
{
    return e->hp - (e->flags & 1 ? 5 : 0);
}

static NOINLINE void evA(ent *e, int k, int a)
{
    switch (k) {
    case 1:
        e->hp -= a;
        break;
    case 2:
        e->hp += a;
        break;
    case 3:
        e->flags ^= (u32)a;
        break;
    default:
        e->x = 0;
    }
    if (e->hp < 0)
        e->hp += 100;
}

static NOINLINE void evB(ent *e, int k, int a)
{
    e->hp += k * 3 - a;
    if (e->hp > 200 || e->hp < 0)
        e->hp = 50;
}

static NOINLINE int thA(ent *e, ent *o)
{
    s32 dx = e->x - o->x, dy = e->y - o->y;
    return dx * dx + dy * dy;
}

static NOINLINE int thB(ent *e, ent *o)
{
    return (e->x ^ o->x) + (e->y & o->y);
}

static const vt vts[6] = {{upA, hpA, evA, thA}, {upB, hpB, evB, thB}, {upC, hpA, evB, thA},
                          {upA, hpB, evB, thB}, {upB, hpA, evA, thA}, {upC, hpB, evA, thB}};

static NOINLINE void frame(u32 t)
{
    for (int i = 0; i < 512; i++) {
        ent *e = es + i;
        e->v->update(e, t + (u32)i);
        if (e->v->think(e, e->target) & 1)
            e->target = es + ((i * 7 + (s32)t) & 511);
    }
}

u32 bench_main(u32 reps)
{
    rs = 4242;
    for (int i = 0; i < 512; i++) {
        ent *e = es + i;
        e->v = &vts[rng(&rs) % 6];
        e->x = (s32)(rng(&rs) & 255) - 128;
        e->y = (s32)(rng(&rs) & 255) - 128;
        e->hp = (s32)(rng(&rs) % 100);
        e->state = i & 255;
        e->timer = i & 15;
        e->target = es + ((i * 13) & 511);
        e->flags = 0;
    }
    for (u32 r = 0; r < reps; r++)
        frame(r);
    u32 h = 0;
    for (int i = 0; i < 512; i++)
        h = mix(mix(mix(h, (u32)es[i].hp), (u32)es[i].x), (u32)es[i].state + es[i].flags);
    return h;
}
