/* The T0 interpreter: the one definition of what each instruction does.
 *
 * A page of guest code is an array of struct xg_op, one per word, decoded when first
 * executed: the handler of its semantics and its fields, extracted. Running is
 *
 *     while ((flow = op->fn(c, t, op)) == XG_FLOW_NEXT)
 *         op++;
 *
 * so an instruction costs one indirect call, and the number of retired instructions
 * of a straight run is a pointer difference that is added when the run ends, and
 * before anything that can look at it (mftb, MMIO, faults). The entry after the last
 * word of a page is a sentinel that ends the run.
 *
 * Pages with decoded code carry XG_PAGE_CODE in their access byte: a store calls
 * back and the page's entries return to "not decoded" before the bytes change, so
 * that modified code is seen at the next instruction. */
#ifndef XG_CPU_INTERP_H
#define XG_CPU_INTERP_H

#include "cpu/cpu.h"
#include "cpu/decode.h"

#define XG_OPS_PER_PAGE (XG_PAGE_SIZE / 4)

enum xg_flow {
    XG_FLOW_NEXT,   /* go on with the next word */
    XG_FLOW_BRANCH, /* retired; c->pc is the target, no safepoint */
    XG_FLOW_SAFE,   /* retired; c->pc is the target, a safepoint */
    XG_FLOW_EXIT,   /* retired; c->pc is set, t->exit says why the run ends */
    XG_FLOW_FAULT,  /* not retired; c->fault is filled */
    XG_FLOW_PAGE,   /* sentinel: not an instruction, go on with the next page */
};

struct xg_op;
struct xg_interp;
typedef enum xg_flow xg_op_fn(struct xg_cpu_context *c, struct xg_interp *t,
                              const struct xg_op *op);

struct xg_op {
    xg_op_fn *fn;
    uint32_t insn;
    int32_t imm;   /* by form: sign-extended immediate, displacement, SPR number */
    uint32_t mask; /* rlw*: the 32-bit mask */
    xg_ga pc;
    uint8_t d, a, b, c; /* register fields, seven bits in VX128 forms */
    bool rc, oe;
};

struct xg_op_page {
    struct xg_op_page *older; /* the page made before this one */
    xg_ga ga;
    struct xg_op op[XG_OPS_PER_PAGE + 1];
};

struct xg_interp {
    struct xg_memory *mem;
    struct xg_op_page **pages; /* by guest page number, NULL: never executed */
    struct xg_op_page *newest; /* all of them, by older */
    const struct xg_op *start; /* retired counts everything before this op */
    enum xg_cpu_exit exit;
    bool hold_devices; /* an access to a device window is not done: it faults and sets held */
    bool held;
};

struct xg_interp *xg_interp_create(struct xg_memory *mem, struct xg_error *err);
void xg_interp_destroy(struct xg_interp *t);
enum xg_cpu_exit xg_interp_run(struct xg_interp *t, struct xg_cpu_context *c);
/* Forgets decoded instructions of the pages that [ga, ga+size) touches. */
void xg_interp_invalidate(struct xg_interp *t, xg_ga ga, uint32_t size);

/* Fills op from the instruction word at pc, with the handler of its semantics. */
void xg_op_decode(struct xg_op *op, uint32_t insn, xg_ga pc);
/* The same where the word's row of the table is known. */
void xg_op_decode_as(struct xg_op *op, const struct xg_insn_info *info, uint32_t insn, xg_ga pc);

#define XG_DECLARE_HANDLER(name) xg_op_fn xg_op_##name;
XG_HANDLERS(XG_DECLARE_HANDLER)
#undef XG_DECLARE_HANDLER

/* Defines the semantics of one handler of the table. */
#define XG_OP(name)                                                                                \
    enum xg_flow xg_op_##name(struct xg_cpu_context *c, struct xg_interp *t, const struct xg_op *op)
#define XG_OP_UNUSED (void)c, (void)t, (void)op

/* --- counting: makes c->retired and c->pc exact in the middle of a run. --- */
static inline void xg_interp_sync(struct xg_cpu_context *c, struct xg_interp *t,
                                  const struct xg_op *op)
{
    c->retired += (uint64_t)(op - t->start);
    t->start = op;
    c->pc = op->pc;
}

static inline enum xg_flow xg_interp_fault(struct xg_cpu_context *c, enum xg_fault_kind kind,
                                           xg_ga address)
{
    c->fault = (struct xg_fault){.kind = kind, .address = address};
    return XG_FLOW_FAULT;
}

/* --- registers --- */
static inline bool xg_is_64bit(const struct xg_cpu_context *c)
{
    return c->msr >> XG_MSR_SF & 1;
}
/* (RA|0) */
static inline uint64_t xg_gpr0(const struct xg_cpu_context *c, unsigned a)
{
    return a ? c->gpr[a] : 0;
}
/* A register as the current mode compares it. */
static inline int64_t xg_mode_signed(const struct xg_cpu_context *c, uint64_t v)
{
    return xg_is_64bit(c) ? (int64_t)v : (int64_t)(int32_t)v;
}
enum { XG_XER_SO = 31, XG_XER_OV = 30, XG_XER_CA = 29 };
static inline uint32_t xg_xer_so(const struct xg_cpu_context *c)
{
    return c->xer >> XG_XER_SO;
}
static inline uint32_t xg_xer_ca(const struct xg_cpu_context *c)
{
    return c->xer >> XG_XER_CA & 1;
}
static inline void xg_set_ca(struct xg_cpu_context *c, bool ca)
{
    c->xer = (c->xer & ~(1u << XG_XER_CA)) | (uint32_t)ca << XG_XER_CA;
}
static inline void xg_set_ov(struct xg_cpu_context *c, bool ov)
{
    c->xer = (c->xer & ~(1u << XG_XER_OV)) | (ov ? 3u << XG_XER_OV : 0);
}
static inline void xg_set_crf(struct xg_cpu_context *c, unsigned field, uint32_t value)
{
    unsigned shift = 28 - 4 * field;
    c->cr = (c->cr & ~(15u << shift)) | value << shift;
}
/* LT, GT, EQ, SO of a comparison. */
static inline uint32_t xg_cr_order(const struct xg_cpu_context *c, bool less, bool greater)
{
    return (less ? 8u : greater ? 4u : 2u) | xg_xer_so(c);
}
static inline void xg_record_cr0(struct xg_cpu_context *c, uint64_t value)
{
    int64_t v = xg_mode_signed(c, value);
    xg_set_crf(c, 0, xg_cr_order(c, v<0, v> 0));
}

/* --- memory: false when c->fault has been filled. --- */
bool xg_interp_read(struct xg_cpu_context *c, struct xg_interp *t, const struct xg_op *op, xg_ga ea,
                    void *buf, uint32_t size);
bool xg_interp_write(struct xg_cpu_context *c, struct xg_interp *t, const struct xg_op *op,
                     xg_ga ea, const void *buf, uint32_t size);

#define XG_INTERP_ACCESS(bits)                                                                     \
    static inline bool xg_load##bits(struct xg_cpu_context *c, struct xg_interp *t,                \
                                     const struct xg_op *op, xg_ga ea, uint##bits##_t *v)          \
    {                                                                                              \
        if (XG_LIKELY(xg_memory_can_read(t->mem, ea, bits / 8))) {                                 \
            uint8_t now[bits / 8];                                                                 \
            xg_guest_copy(now, t->mem->base + ea, sizeof now);                                     \
            *v = xg_ld##bits##be(now);                                                             \
            return true;                                                                           \
        }                                                                                          \
        uint8_t b[bits / 8];                                                                       \
        if (!xg_interp_read(c, t, op, ea, b, sizeof b))                                            \
            return false;                                                                          \
        *v = xg_ld##bits##be(b);                                                                   \
        return true;                                                                               \
    }                                                                                              \
    static inline bool xg_store##bits(struct xg_cpu_context *c, struct xg_interp *t,               \
                                      const struct xg_op *op, xg_ga ea, uint##bits##_t v)          \
    {                                                                                              \
        if (XG_LIKELY(xg_memory_can_write(t->mem, ea, bits / 8))) {                                \
            uint8_t now[bits / 8];                                                                 \
            xg_st##bits##be(now, v);                                                               \
            xg_guest_copy(t->mem->base + ea, now, sizeof now);                                     \
            return true;                                                                           \
        }                                                                                          \
        uint8_t b[bits / 8];                                                                       \
        xg_st##bits##be(b, v);                                                                     \
        return xg_interp_write(c, t, op, ea, b, sizeof b);                                         \
    }
static inline uint8_t xg_ld8be(const void *p)
{
    return *(const uint8_t *)p;
}
static inline void xg_st8be(void *p, uint8_t v)
{
    *(uint8_t *)p = v;
}
XG_INTERP_ACCESS(8)
XG_INTERP_ACCESS(16)
XG_INTERP_ACCESS(32)
XG_INTERP_ACCESS(64)
#undef XG_INTERP_ACCESS

/* Effective addresses: 64-bit sums whose low 32 bits address memory. */
static inline uint64_t xg_ea_d(const struct xg_cpu_context *c, const struct xg_op *op)
{
    return xg_gpr0(c, op->a) + (uint64_t)(int64_t)op->imm;
}
static inline uint64_t xg_ea_x(const struct xg_cpu_context *c, const struct xg_op *op)
{
    return xg_gpr0(c, op->a) + c->gpr[op->b];
}

#endif
