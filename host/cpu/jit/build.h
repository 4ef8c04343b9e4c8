/* One unit while it is translated: discovery, data flow, emission share this. */
#ifndef XG_CPU_JIT_BUILD_H
#define XG_CPU_JIT_BUILD_H

#include "cpu/jit/jit.h"

#define XG_UNIT_INSNS  4096
#define XG_UNIT_BLOCKS 2048
#define XG_UNIT_CASES  1024 /* targets of jump tables */

/* Everything but registers that instructions pass on; bits of "status". */
enum {
    XG_ST_CR = 0xFF, /* fields 0..7 */
    XG_ST_CA = 0x100,
    XG_ST_FPST = 0x200,    /* FR, FI, FPRF of the last operation */
    XG_ST_FPCC = 0x400,    /* FPCC of the last compare */
    XG_ST_PRECISE = 0x1FF, /* what a fault must find right; of the others see status.c */
    XG_ST_ALL = 0x7FF
};

struct xg_bits {
    uint64_t g; /* GPRs 0..31, 33: CTR */
    uint32_t f;
    uint64_t v[2];
};
#define XG_G_CTR 33

/* What becomes of an instruction. */
enum xg_treat {
    XG_T_NATIVE,
    XG_T_CALL,    /* the interpreter does it; its registers are known */
    XG_T_BARRIER, /* the interpreter does it; everything is in the context around it */
    XG_T_BRANCH,  /* ends its block */
};

/* Which emitter does it; 0: none. */
enum xg_native {
    XG_N_NONE,
    XG_N_INTEGER,
    XG_N_CR,
    XG_N_MEMORY,
    XG_N_VMEMORY,
    XG_N_FLOAT,
    XG_N_VECTOR
};

struct xg_binsn {
    struct xg_op op;
    const struct xg_insn_info *info;
    struct xg_bits use, def;
    uint64_t use_homes, def_homes, dirty, live_after;
    uint32_t singles;                 /* before */
    uint16_t st_use, st_def, st_live; /* st_live: after */
    uint16_t handler;
    uint8_t treat;
    uint8_t native;   /* enum xg_native */
    bool vector_mode; /* runs under the vector MXCSR */
    bool has_pending;
    bool leaves;    /* may fault or be left in the middle */
    bool single_op; /* reads its FPRs as singles and writes a single */
    /* Of a branch, or of an operation on CR bits that one compare of floats has set: the
     * compare's index, or -1. */
    int fused;
    uint8_t outcomes; /* of that compare of floats which set the bit: XG_CMP_* */
    /* Operands that are overwritten though a later fault needs them: slots; those which no scratch
     * register can keep. */
    uint8_t keep, keep_in_log;
    struct xg_last last;
    /* If has_pending, by CR field, as index + 1: compare before it that is repeated behind it, and
     * operation on one of the field's bits before it. */
    uint16_t pending[8], pending_op[8];
};

/* What a compare of floats can say, as the CR bits are numbered. */
enum { XG_CMP_LT = 8, XG_CMP_GT = 4, XG_CMP_EQ = 2, XG_CMP_UN = 1 };

enum { XG_TO_NONE = -1, XG_TO_OUTSIDE = -2 };

struct xg_block {
    xg_ga pc;
    unsigned first, count;
    int taken, next; /* successors as block numbers, or XG_TO_* */
    xg_ga taken_pc, next_pc;
    bool from_context; /* entered with everything in the context */
    bool stub;         /* has an entry of its own in the table */
    bool back_target;
    uint64_t live_in, dirty_in, dirty_out;
    uint16_t st_in, st_out;
    uint32_t want_single, want_double; /* FPRs by their first use */
    uint32_t singles_in;
    unsigned depth;
    /* Instructions before it that the budget does not know of yet: where every way to it has as
     * many, none takes them on its way. */
    unsigned uncounted;
    bool dirty_moved;    /* dirty_in has grown since it was last looked at */
    unsigned live_moved; /* the sweep in which live_in or st_in last grew */
    uint8_t *label;      /* registers loaded; rw view */
    uint8_t *context_label;
};

struct xg_fix {
    uint8_t *at;
    int block;
};

enum xg_cold_kind {
    XG_COLD_SLICE,     /* budget spent at a safepoint: the next pc is `pc`, or in eax */
    XG_COLD_SLICE_IF,  /* the same if branch `insn` is taken, else back */
    XG_COLD_STEP,      /* the interpreter does instruction `insn`, then back */
    XG_COLD_MIDDLE,    /* a sum of doubles half way between singles: back, or as XG_COLD_STEP */
    XG_COLD_LEAVE,     /* a step says that translated code is to be left: code in eax */
    XG_COLD_WIDEN,     /* a double that was expected to be a single is not */
    XG_COLD_UNORDERED, /* result of a compare with a NaN in rax, then back */
    XG_COLD_LINK,      /* first use of a link */
    XG_COLD_INTERPRET, /* from instruction `insn` to the next safepoint by the interpreter */
};
struct xg_cold {
    enum xg_cold_kind kind;
    uint8_t *fix;    /* jump to here */
    uint8_t *resume; /* jump back to here */
    uint8_t *exact;  /* of XG_COLD_MIDDLE: back to here */
    uint8_t *stub;   /* where it was emitted */
    int insn;        /* instruction or link */
    xg_ga pc;
    bool pc_in_eax;
    bool in_mode;       /* the unit has not yet left its MXCSR mode */
    unsigned uncounted; /* instructions still to be taken from the budget */
    uint64_t dirty;
    uint32_t singles;
};

#define XG_UNIT_REACH 0x20000u /* bytes from a unit's entry to its last word */

/* Room that every translation uses again. */
struct xg_build_room {
    struct xg_binsn insn[XG_UNIT_INSNS], found[XG_UNIT_INSNS]; /* found: in any order */
    struct xg_block block[XG_UNIT_BLOCKS];
    uint8_t mark[XG_UNIT_REACH / 4 + 1];   /* one for each word from the entry; zero between uses */
    uint16_t place[XG_UNIT_REACH / 4 + 1]; /* of a word that is marked: its index in found */
    xg_ga todo[XG_UNIT_BLOCKS * 2];
    xg_ga cases[XG_UNIT_CASES];
    struct xg_fix *fix;
    struct xg_cold *cold;
    unsigned fix_room, cold_room;
};

struct xg_builder {
    struct xg_jit *j;
    struct xg_build_room *room;
    struct xg_x x;
    xg_ga entry;
    xg_ga end;           /* of the function, when the function table tells; else 0 */
    unsigned most_insns; /* at most XG_UNIT_INSNS */
    struct xg_binsn *insn;
    unsigned insn_count;
    xg_ga *cases; /* where jump tables lead */
    unsigned case_count;
    struct xg_block *block;
    unsigned block_count;
    bool has_status; /* something writes FPSCR */
    unsigned home_count;
    struct xg_home home[XG_MAX_HOMES];
    int8_t home_of_g[34], home_of_f[32], home_of_v[128]; /* home number or -1 */
    bool vmx_mode; /* vector arithmetic only: the whole unit runs in the vector mode */
    struct xg_jit_unit *unit;
    unsigned fix_count, cold_count;
    /* while emitting */
    unsigned at; /* instruction */
    uint64_t dirty;
    uint32_t singles;
    unsigned done;           /* instructions of the block already taken from the budget */
    unsigned block_end;      /* index behind the block's last instruction */
    unsigned colds_before;   /* cold code before this instruction's */
    struct xg_bits ordered;  /* registers of which a check has found that they hold no NaN */
    struct xg_bits splats;   /* results of vspltw */
    struct xg_bits controls; /* results of lvsl and lvsr: no byte above 31 */
    int edx;                 /* the GPR whose low word is in edx, as an address; or: */
    int flags_of, flags_at;  /* behind instruction flags_at the host's flags are those of the
                                compare flags_of */
    bool index_in_eax;       /* and eax is their index, if they are those of floats */
};

/* Nobody knows what is in edx; 15, of which lvx and stvx make their masks. */
enum { XG_EDX_UNKNOWN = -1, XG_EDX_FIFTEEN = -2 };

bool xg_build_discover(struct xg_builder *b);
/* Targets of the table behind the branch by CTR at `bctr`, as far as the words before it
 * tell; at most `room`. */
unsigned xg_build_jump_table(const struct xg_builder *b, xg_ga bctr, xg_ga *targets, unsigned room);
void xg_build_flow(struct xg_builder *b);
/* An edge that keeps registers: to a block of the unit that is not entered from the context by it.
 */
bool xg_edge_keeps(const struct xg_builder *b, const struct xg_block *k, int to, bool taken);
/* Finds the last floating-point operations before each instruction: last, keep. */
void xg_build_status(struct xg_builder *b);
/* What of it the log does not have. */
struct xg_last xg_status_last(const struct xg_builder *b, const struct xg_binsn *i);
/* The status that an instruction which may fault must find right, by the others' stores. */
uint16_t xg_status_at_fault(const struct xg_binsn *i);
bool xg_build_emit(struct xg_builder *b);

/* At the start of a block; behind an instruction, whose cold code begins at colds: ordered, splats,
 * controls, edx. */
void xg_known_nothing(struct xg_builder *b);
void xg_known_after(struct xg_builder *b, const struct xg_binsn *i, unsigned colds);

/* FPRs whose register holds a single behind an instruction, from those before it. */
uint32_t xg_singles_after(const struct xg_builder *b, const struct xg_binsn *i, uint32_t s);

/* The host does this instruction (emit.c and its parts). */
enum xg_native xg_emit_is_native(const struct xg_builder *b, const struct xg_binsn *i);
bool xg_emit_insn(struct xg_builder *b, struct xg_binsn *i);
bool xg_emit_integer(struct xg_builder *b, struct xg_binsn *i);
bool xg_emit_cr(struct xg_builder *b, struct xg_binsn *i);
bool xg_native_cr(const struct xg_builder *b, const struct xg_binsn *i);
bool xg_emit_memory(struct xg_builder *b, struct xg_binsn *i);
bool xg_emit_vmemory(struct xg_builder *b, struct xg_binsn *i);
bool xg_native_vmemory(const struct xg_binsn *i);
void xg_emit_bswap(struct xg_builder *b, bool w, int r);
void xg_emit_rol16(struct xg_builder *b, int r);
/* The address of an indexed access in eax, as 32 bits. */
void xg_emit_address(struct xg_builder *b, const struct xg_op *op);
bool xg_emit_float(struct xg_builder *b, struct xg_binsn *i);
/* Cold code for a sum half way between two singles: back if it is exact, else on. */
void xg_emit_middle(struct xg_builder *b, const struct xg_cold *c);
void xg_emit_fcmp(struct xg_builder *b, const struct xg_binsn *c, bool swapped);
bool xg_emit_vector(struct xg_builder *b, struct xg_binsn *i);
bool xg_native_integer(const struct xg_builder *b, const struct xg_binsn *i);
bool xg_native_memory(const struct xg_builder *b, const struct xg_binsn *i);
bool xg_native_float(const struct xg_builder *b, const struct xg_binsn *i);
bool xg_native_vector(const struct xg_builder *b, const struct xg_binsn *i);
bool xg_vfloat_needs_mode(const struct xg_binsn *i);

/* --- registers --- */
static inline int xg_home_g(const struct xg_builder *b, unsigned r)
{
    int h = b->home_of_g[r];
    return h < 0 ? -1 : b->home[h].host;
}
static inline int xg_home_f(const struct xg_builder *b, unsigned r)
{
    int h = b->home_of_f[r];
    return h < 0 ? -1 : b->home[h].host;
}
static inline int xg_home_v(const struct xg_builder *b, unsigned r)
{
    int h = b->home_of_v[r];
    return h < 0 ? -1 : b->home[h].host;
}
#define XG_CTX(field) xg_at(RBP, (int32_t)offsetof(struct xg_cpu_context, field) - 128)
static inline struct xg_rm xg_slot_g(unsigned r)
{
    return r == XG_G_CTR ? XG_CTX(ctr) : xg_at(RBP, (int32_t)r * 8 - 128);
}
static inline struct xg_rm xg_slot_f(unsigned r)
{
    struct xg_rm rm = XG_CTX(fpr);
    rm.disp += (int32_t)r * 8;
    return rm;
}
static inline struct xg_rm xg_slot_v(unsigned r)
{
    struct xg_rm rm = XG_CTX(vr);
    rm.disp += (int32_t)r * 16;
    return rm;
}
/* A GPR as an operand: its register or its place in the context. */
static inline struct xg_rm xg_src(const struct xg_builder *b, unsigned r)
{
    int h = xg_home_g(b, r);
    return h >= 0 ? xg_reg(h) : xg_slot_g(r);
}
/* A GPR in a register: its home, or loaded into tmp. */
int xg_get(struct xg_builder *b, unsigned r, int tmp);
/* Where to compute a GPR: its home, or tmp; xg_put stores it if it has no home. */
static inline int xg_dst(const struct xg_builder *b, unsigned r, int tmp)
{
    int h = xg_home_g(b, r);
    return h >= 0 ? h : tmp;
}
void xg_put(struct xg_builder *b, unsigned r, int host);
/* Stores homes into the context; singles: the FPRs whose homes hold singles. */
void xg_store_homes(struct xg_builder *b, uint64_t which, uint32_t singles);
/* Checks that the double in rax is a single, where that is not done often: by a subroutine. After
 * is the branch behind which that is done, or -1. */
void xg_check_single(struct xg_builder *b, const struct xg_block *to, uint64_t dirty,
                     uint32_t singles, int after);
/* Loads the live homes of a block from the context. */
void xg_load_homes(struct xg_builder *b, const struct xg_block *k);
/* Reloads homes that the interpreter wrote. */
void xg_reload_homes(struct xg_builder *b, uint64_t which, uint32_t singles);

/* The host's flags are now those of compare c; asked at the next instruction. */
static inline void xg_flags_set(struct xg_builder *b, int c)
{
    b->flags_of = c;
    b->flags_at = (int)b->at;
    b->index_in_eax = false;
}
static inline bool xg_flags_are(const struct xg_builder *b, int c)
{
    return b->flags_of == c && b->flags_at + 1 == (int)b->at && b->flags_at >= c;
}
/* Puts what the compare of floats in the flags says into a field of CR, the bit of op by
 * its outcomes if op is an operation on that bit. */
void xg_emit_fcmp_field(struct xg_builder *b, const struct xg_binsn *op, unsigned field);
static inline bool xg_is_fcmp(const struct xg_binsn *i)
{
    return i->handler == XG_HANDLER_fcmpu || i->handler == XG_HANDLER_fcmpo;
}
/* Of floats to integers. */
static inline bool xg_is_conversion(const struct xg_binsn *i)
{
    return i->handler == XG_HANDLER_fctiw || i->handler == XG_HANDLER_fctiwz ||
           i->handler == XG_HANDLER_fctid || i->handler == XG_HANDLER_fctidz;
}

struct xg_condition {
    unsigned cc;
    int parity; /* 0: none, 1: unordered is not taken, 2: unordered is taken */
};
/* Sets the flags for a conditional branch and tells which condition takes it. */
struct xg_condition xg_emit_condition(struct xg_builder *b, const struct xg_binsn *i);
void xg_cold_add(struct xg_builder *b, struct xg_cold c);
/* The interpreter goes on at this instruction when the host's condition is met. */
void xg_interpret_if(struct xg_builder *b, const struct xg_binsn *i, unsigned cc);
#endif
