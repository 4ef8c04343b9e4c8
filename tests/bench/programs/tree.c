/* game-logic flavour: recursive quicksort, binary search tree, string hash table; direct calls +
 * pointer chasing */
#include "bench.h"

typedef struct tn {
    struct tn *l, *r;
    u32 key, val;
} tn;
static tn pool[2048];
static u32 np;
static u32 arr[4096];
typedef struct hn {
    struct hn *next;
    const char *k;
    u32 v;
} hn;
static hn hp[512];
static hn *ht[256];
static char names[512][16];

static NOINLINE void qs(u32 *a, int lo, int hi)
{
    while (lo < hi) {
        u32 p = a[(lo + hi) >> 1];
        int i = lo, j = hi;
        while (i <= j) {
            while (a[i] < p)
                i++;
            while (a[j] > p)
                j--;
            if (i <= j) {
                u32 t = a[i];
                a[i] = a[j];
                a[j] = t;
                i++;
                j--;
            }
        }
        if (j - lo < hi - i) {
            qs(a, lo, j);
            lo = i;
        } else {
            qs(a, i, hi);
            hi = j;
        }
    }
}

static NOINLINE tn *ins(tn *t, u32 k, u32 v)
{
    if (!t) {
        t = &pool[np++];
        t->l = t->r = 0;
        t->key = k;
        t->val = v;
        return t;
    }
    if (k < t->key)
        t->l = ins(t->l, k, v);
    else if (k > t->key)
        t->r = ins(t->r, k, v);
    else
        t->val += v;
    return t;
}

static NOINLINE u32 walk(tn *t, u32 d)
{
    return t ? walk(t->l, d + 1) + walk(t->r, d + 1) + t->val * d : 0;
}

static NOINLINE u32 hs(const char *s)
{
    u32 h = 5381;
    while (*s)
        h = h * 33 + (u8)*s++;
    return h;
}

static NOINLINE int sc(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (u8)*a - (u8)*b;
}

static NOINLINE hn *look(const char *k)
{
    hn *n = ht[hs(k) & 255];
    while (n && sc(n->k, k))
        n = n->next;
    return n;
}

u32 bench_main(u32 reps)
{
    u32 s = 17, h = 0;
    for (int i = 0; i < 256; i++)
        ht[i] = 0; /* an earlier call filled them */
    for (int i = 0; i < 512; i++) {
        int l = 5 + (int)(rng(&s) & 7);
        for (int j = 0; j < l; j++)
            names[i][j] = (char)('a' + (i >> (j & 3)) % 26);
        names[i][l] = 0;
        hp[i].k = names[i];
        hp[i].v = (u32)i;
        u32 b = hs(names[i]) & 255;
        hp[i].next = ht[b];
        ht[b] = &hp[i];
    }
    for (u32 r = 0; r < reps; r++) {
        for (int i = 0; i < 1024; i++)
            arr[i] = rng(&s);
        qs(arr, 0, 1023);
        h = mix(h, arr[r & 1023]);
        np = 0;
        tn *t = 0;
        for (int i = 0; i < 256; i++)
            t = ins(t, rng(&s) & 1023, (u32)i);
        h = mix(h, walk(t, 0));
        for (int i = 0; i < 256; i++) {
            hn *n = look(names[(rng(&s)) & 511]);
            h = mix(h, n->v);
            n->v ^= r;
        }
    }
    return h;
}
