/* What the emitters of integer instructions share. */
#ifndef XG_CPU_JIT_EMIT_INT_H
#define XG_CPU_JIT_EMIT_INT_H

#include "cpu/jit/build.h"

static inline bool xg_i_records(const struct xg_binsn *i)
{
    return i->st_def & i->st_live & 1;
}
/* CR0 of a result, if anything reads it. */
static inline void xg_i_record(struct xg_builder *b, const struct xg_binsn *i, int host)
{
    if (!xg_i_records(i))
        return;
    xg_x_op(&b->x, XG_X(0, 0, 0x63) | XG_XW, RAX, xg_reg(host)); /* movsxd */
    xg_x_store(&b->x, true, RAX, xg_abs(&b->j->s->crv[0]));
}
static inline void xg_i_finish(struct xg_builder *b, const struct xg_binsn *i, unsigned r, int host)
{
    xg_put(b, r, host);
    xg_i_record(b, i, host);
}
static inline bool xg_i_ca_live(const struct xg_binsn *i)
{
    return i->st_live & XG_ST_CA;
}
static inline void xg_i_movsxd(struct xg_builder *b, int d, struct xg_rm s)
{
    xg_x_op(&b->x, XG_X(0, 0, 0x63) | XG_XW, d, s);
}
/* Rotates and shifts; false: it is none. */
bool xg_emit_shift(struct xg_builder *b, const struct xg_binsn *i);
#endif
