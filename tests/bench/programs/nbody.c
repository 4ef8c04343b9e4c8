/* double-precision n-body (fmadd, fdiv, fsqrt) */
#include "bench.h"

typedef struct {
    double x, y, z, vx, vy, vz, m;
} body;
static body b[5];
static const double init[5][7] = {
    {0, 0, 0, 0, 0, 0, 39.47841760435743},
    {4.84143144246472090, -1.16032004402742839, -.103622044471123109, .606326392995832,
     2.81198684491626, -.02521836165988763, .03769367487038949},
    {8.34336671824457987, 4.12479856412430479, -.403523417114321381, -1.01077434617879,
     1.82566237123041, .00841576137658415, .01128632613131788},
    {12.8943695621391310, -15.1111514016986312, -.223307578892655734, 1.08279100644154,
     .868713018169608, -.0108326374013636, .001723724057059711},
    {15.3796971148509165, -25.9193146099879641, .179258772950371181, .979090732243898,
     .594698998647676, -.0347559555078104, .002033686869924631}};

static NOINLINE void advance(body *p, int n, double dt)
{
    for (int i = 0; i < n; i++) {
        body *a = p + i;
        for (int j = i + 1; j < n; j++) {
            body *c = p + j;
            double dx = a->x - c->x, dy = a->y - c->y, dz = a->z - c->z;
            double d2 = dx * dx + dy * dy + dz * dz;
            double mag = dt / (d2 * __builtin_sqrt(d2));
            a->vx -= dx * c->m * mag;
            a->vy -= dy * c->m * mag;
            a->vz -= dz * c->m * mag;
            c->vx += dx * a->m * mag;
            c->vy += dy * a->m * mag;
            c->vz += dz * a->m * mag;
        }
    }
    for (int i = 0; i < n; i++) {
        p[i].x += dt * p[i].vx;
        p[i].y += dt * p[i].vy;
        p[i].z += dt * p[i].vz;
    }
}

u32 bench_main(u32 reps)
{
    for (int i = 0; i < 5; i++) {
        b[i].x = init[i][0];
        b[i].y = init[i][1];
        b[i].z = init[i][2];
        b[i].vx = init[i][3];
        b[i].vy = init[i][4];
        b[i].vz = init[i][5];
        b[i].m = init[i][6];
    }
    for (u32 r = 0; r < reps * 1000; r++)
        advance(b, 5, 0.001);
    u32 h = 0;
    for (int i = 0; i < 5; i++) {
        h = mix(h, (u32)(s32)(b[i].x * 1e5));
        h = mix(h, (u32)(s32)(b[i].vy * 1e5));
    }
    return h;
}
