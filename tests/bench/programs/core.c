/* CoreMark-like: linked list (find, merge sort with comparator pointer), int matrix, state machine,
 * CRC16 */
#include "bench.h"

typedef struct node {
    struct node *next;
    s16 data, idx;
} node;
static node pool[256];
static s16 ma[32 * 32], mb[32 * 32];
static s32 mc[32 * 32];
static u8 text[2048];

static NOINLINE u16 crc8(u8 d, u16 crc)
{
    int i;
    for (i = 0; i < 8; i++) {
        u8 x = (u8)((d & 1) ^ (crc & 1));
        d >>= 1;
        if (x) {
            crc ^= 0x4002;
            crc = (crc >> 1) | 0x8000;
        } else
            crc = (crc >> 1) & 0x7fff;
    }
    return crc;
}

static u16 crc16(u16 v, u16 crc)
{
    return crc8((u8)(v >> 8), crc8((u8)v, crc));
}

static NOINLINE int cmp_data(node *a, node *b)
{
    return a->data - b->data;
}

static NOINLINE int cmp_idx(node *a, node *b)
{
    return a->idx - b->idx;
}

typedef int (*cmpf)(node *, node *);

static NOINLINE node *lsort(node *list, cmpf cmp)
{
    int insize = 1;
    for (;;) {
        node *p = list, *tail = 0;
        list = 0;
        int nm = 0;
        while (p) {
            nm++;
            node *q = p;
            int ps = 0, qs = insize;
            for (int i = 0; i < insize; i++) {
                ps++;
                q = q->next;
                if (!q)
                    break;
            }
            while (ps > 0 || (qs > 0 && q)) {
                node *e;
                if (ps == 0) {
                    e = q;
                    q = q->next;
                    qs--;
                } else if (qs == 0 || !q) {
                    e = p;
                    p = p->next;
                    ps--;
                } else if (cmp(p, q) <= 0) {
                    e = p;
                    p = p->next;
                    ps--;
                } else {
                    e = q;
                    q = q->next;
                    qs--;
                }
                if (tail)
                    tail->next = e;
                else
                    list = e;
                tail = e;
            }
            p = q;
        }
        tail->next = 0;
        if (nm <= 1)
            return list;
        insize *= 2;
    }
}

static NOINLINE node *lfind(node *l, s16 d)
{
    while (l && l->data != d)
        l = l->next;
    return l;
}

static NOINLINE node *lrev(node *l)
{
    node *n = 0;
    while (l) {
        node *t = l->next;
        l->next = n;
        n = l;
        l = t;
    }
    return n;
}

static NOINLINE void mmul(s32 *c, const s16 *a, const s16 *b, int n)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            s32 s = 0;
            for (int k = 0; k < n; k++)
                s += (s32)a[i * n + k] * (s32)b[k * n + j];
            c[i * n + j] = s;
        }
}

static NOINLINE s32 msum(const s32 *c, int n, s32 clip)
{
    s32 t = 0, prev = 0, r = 0;
    for (int i = 0; i < n * n; i++) {
        s32 cur = c[i];
        t += cur;
        if (t > clip) {
            r += 10;
            t = 0;
        } else
            r += cur > prev;
        prev = cur;
    }
    return r;
}

static NOINLINE u32 fsm(const u8 *p, int n)
{ /* number-literal recogniser */
    enum { S0, INT, SGN, FRAC, EXP, ESGN, EINT, BAD };
    u32 cnt[8] = {0};
    int st = S0;
    for (int i = 0; i < n; i++) {
        u8 c = p[i];
        if (c == ',') {
            cnt[st]++;
            st = S0;
            continue;
        }
        switch (st) {
        case S0:
            st = (c >= '0' && c <= '9')   ? INT
                 : (c == '+' || c == '-') ? SGN
                 : c == '.'               ? FRAC
                                          : BAD;
            break;
        case SGN:
            st = (c >= '0' && c <= '9') ? INT : c == '.' ? FRAC : BAD;
            break;
        case INT:
            if (c == '.')
                st = FRAC;
            else if (!(c >= '0' && c <= '9'))
                st = BAD;
            break;
        case FRAC:
            if (c == 'e' || c == 'E')
                st = EXP;
            else if (!(c >= '0' && c <= '9'))
                st = BAD;
            break;
        case EXP:
            st = (c == '+' || c == '-') ? ESGN : BAD;
            break;
        case ESGN:
            st = (c >= '0' && c <= '9') ? EINT : BAD;
            break;
        case EINT:
            if (!(c >= '0' && c <= '9'))
                st = BAD;
            break;
        default:
            break;
        }
    }
    u32 h = 0;
    for (int i = 0; i < 8; i++)
        h = mix(h, cnt[i]);
    return h;
}

u32 bench_main(u32 reps)
{
    u32 s = 12345;
    static const u8 pat[] = "5012,1234,-874,+122,35.54400,.1234500,-110.700,+0.64400,5.500e+3,-."
                            "123e-2,-87e+832,+0.6e-12,T0.3e-1F,-T.T++Tq,1T3.4e4z,34.0e-T^,";
    for (int i = 0; i < 2048; i++)
        text[i] = pat[i % (sizeof pat - 1)];
    for (int i = 0; i < 32 * 32; i++) {
        ma[i] = (s16)rng(&s);
        mb[i] = (s16)rng(&s);
    }
    for (int i = 0; i < 256; i++) {
        pool[i].next = i < 255 ? &pool[i + 1] : 0;
        pool[i].data = (s16)(rng(&s) & 0x7fff);
        pool[i].idx = (s16)i;
    }
    node *l = pool;
    u32 h = 0;
    u16 crc = 0;
    for (u32 r = 0; r < reps; r++) {
        l = lsort(l, cmp_data);
        for (int i = 0; i < 16; i++) {
            node *f = lfind(l, pool[(r * 7 + i * 13) & 255].data);
            crc = crc16((u16)f->idx, crc);
        }
        l = lrev(l);
        l = lsort(l, cmp_idx);
        h = mix(h, (u32)l->data);
        ma[r & 1023] ^= (s16)r;
        mmul(mc, ma, mb, 32);
        h = mix(h, (u32)msum(mc, 32, 10000));
        for (int i = 0; i < 64; i++)
            crc = crc16((u16)mc[i], crc);
        text[(r * 31) & 2047] ^= 1;
        h = mix(h, fsm(text, 2048));
        h = mix(h, crc);
    }
    return h;
}
