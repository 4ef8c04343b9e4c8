/* Elements of vector registers. Element 0 is the leftmost; words are in host order. */
#ifndef XG_CPU_VECTOR_H
#define XG_CPU_VECTOR_H

#include "cpu/interp/interp.h"

enum { XG_VSCR_SAT = 1, XG_VSCR_NJ = 1 << 16 };

#define VD c->vr[op->d]
#define VA c->vr[op->a]
#define VB c->vr[op->b]
#define VC c->vr[op->c]

static inline uint8_t xg_v8(const struct xg_v128 *v, unsigned i)
{
    return (uint8_t)(v->w[i >> 2] >> (24 - 8 * (i & 3)));
}
static inline uint16_t xg_v16(const struct xg_v128 *v, unsigned i)
{
    return (uint16_t)(v->w[i >> 1] >> (16 - 16 * (i & 1)));
}
static inline uint32_t xg_v32(const struct xg_v128 *v, unsigned i)
{
    return v->w[i];
}

static inline void xg_v8_set(struct xg_v128 *v, unsigned i, uint8_t x)
{
    unsigned shift = 24 - 8 * (i & 3);
    v->w[i >> 2] = (v->w[i >> 2] & ~(0xFFu << shift)) | (uint32_t)x << shift;
}
static inline void xg_v16_set(struct xg_v128 *v, unsigned i, uint16_t x)
{
    unsigned shift = 16 - 16 * (i & 1);
    v->w[i >> 1] = (v->w[i >> 1] & ~(0xFFFFu << shift)) | (uint32_t)x << shift;
}
static inline void xg_v32_set(struct xg_v128 *v, unsigned i, uint32_t x)
{
    v->w[i] = x;
}

/* Clamps to a range and remembers in VSCR[SAT] that it had to. */
static inline int64_t xg_clamp(struct xg_cpu_context *c, int64_t v, int64_t least, int64_t most)
{
    if (v >= least && v <= most)
        return v;
    c->vscr |= XG_VSCR_SAT;
    return v < least ? least : most;
}
#define XG_SAT_S8(v)  xg_clamp(c, v, INT8_MIN, INT8_MAX)
#define XG_SAT_S16(v) xg_clamp(c, v, INT16_MIN, INT16_MAX)
#define XG_SAT_S32(v) xg_clamp(c, v, INT32_MIN, INT32_MAX)
#define XG_SAT_U8(v)  xg_clamp(c, v, 0, UINT8_MAX)
#define XG_SAT_U16(v) xg_clamp(c, v, 0, UINT16_MAX)
#define XG_SAT_U32(v) xg_clamp(c, v, 0, UINT32_MAX)

/* CR6 of the record forms: all elements true, none true. */
static inline void xg_record_cr6(struct xg_cpu_context *c, bool all, bool none)
{
    xg_set_crf(c, 6, (all ? 8u : 0) | (none ? 2u : 0));
}

#endif
