/* Compiled shaders: eight lanes at a time (two 2x2 quads, or eight vertices), with AVX2 or in two
 * halves with SSE4.1 (level.c).
 *
 * The scalar interpreter (gpu/draw/shader.h) is the definition; this computes the same bits
 * for everything a program can show (a NaN's sign and payload are the only thing it cannot).
 * Two translations of a program exist:
 *   plain  multiplies as the host does. That differs from the definition only where a zero
 *          meets an infinity or a NaN; the host's invalid flag and a look at the inputs tell,
 *          and the group is run again by
 *   exact  which gives 0 for zero times anything in every multiplication.
 * Lanes 0..3 and 4..7 are quads of their own: the sequencer decides for a quad at a time, so a
 * group whose quads decide differently is run once for each quad. Whatever the translation
 * does not cover (programs with undefined encodings, memory export, too deep nesting, endless
 * loops) is left to the interpreter. */
#ifndef XG_GPU_DRAW_WIDE_H
#define XG_GPU_DRAW_WIDE_H

#include "gpu/draw/shader.h"

#define XG_WIDE         8
#define XG_WIDE_PLANS   16u
#define XG_WIDE_ALIGNED __attribute__((aligned(32)))

typedef float xg_wide_value[4][XG_WIDE] XG_WIDE_ALIGNED;

/* How a run ended. */
enum xg_wide_end {
    XG_WIDE_DONE,
    XG_WIDE_DIVERGED, /* the quads want different ways */
    XG_WIDE_BAIL,     /* the interpreter has to run it */
};

/* State of a group; what compiled code addresses. */
struct xg_wide {
    xg_wide_value r[XG_TEMPS];
    xg_wide_value out[64];
    uint32_t written[64][XG_WIDE] XG_WIDE_ALIGNED; /* all ones where the lane wrote */
    float ps[XG_WIDE] XG_WIDE_ALIGNED;
    uint32_t p0[XG_WIDE] XG_WIDE_ALIGNED;     /* masks */
    uint32_t killed[XG_WIDE] XG_WIDE_ALIGNED; /* mask */
    int32_t a0[XG_WIDE] XG_WIDE_ALIGNED;
    uint32_t mask[XG_WIDE] XG_WIDE_ALIGNED; /* of the slot that calls a helper */
    xg_wide_value relative[3];              /* constants with a relative index */
    xg_wide_value arg;                      /* of helpers */
    xg_wide_value result;
    float scalar[XG_WIDE] XG_WIDE_ALIGNED;
    /* numbers that the code needs */
    float one[XG_WIDE] XG_WIDE_ALIGNED;
    float minus_one[XG_WIDE] XG_WIDE_ALIGNED;
    float half[XG_WIDE] XG_WIDE_ALIGNED;
    float most[XG_WIDE] XG_WIDE_ALIGNED;  /* FLT_MAX */
    float least[XG_WIDE] XG_WIDE_ALIGNED; /* -FLT_MAX */
    float low[XG_WIDE] XG_WIDE_ALIGNED;   /* -256, 255: of a0 */
    float high[XG_WIDE] XG_WIDE_ALIGNED;
    uint32_t sign[XG_WIDE] XG_WIDE_ALIGNED;
    uint32_t magnitude[XG_WIDE] XG_WIDE_ALIGNED;
    uint32_t ones[XG_WIDE] XG_WIDE_ALIGNED;
    /* sequencer */
    int32_t al;
    int32_t budget; /* steps left, counted in whole control flow instructions */
    struct {
        uint32_t counter, count, start;
        int32_t step;
    } loop[5];
    uint32_t loop_depth, call_depth, calls[4];
    bool poisoned; /* a NaN came in from outside */
    /* fetches */
    struct xg_vfetch_state8 {
        uint32_t address[XG_WIDE];
        uint32_t constant;
    } vfetch;
    float lod[XG_WIDE] XG_WIDE_ALIGNED;
    float grad_h[3][XG_WIDE] XG_WIDE_ALIGNED, grad_v[3][XG_WIDE] XG_WIDE_ALIGNED;
    const struct xg_shader_env *env;
    const float (*constants)[4]; /* the window, flushed; 0 outside */
    bool quad;                   /* lanes are quads of pixels */
    uint8_t present;             /* quads that exist: 1, 3; the other runs along */
    bool exact_constants;        /* a constant is a NaN */
    struct xg_lanes *scratch;    /* of the interpreter */
    uint64_t serial;             /* of the draw and stage, for plans; 0: keep none */
    uint64_t plans[XG_WIDE_PLANS][256] XG_WIDE_ALIGNED; /* of texture fetches (wide_texture.c) */
};

/* A compiled program; NULL code where the program is left to the interpreter. */
typedef uint32_t xg_wide_code(struct xg_wide *w, const float (*constants)[4]);
struct xg_wide_program {
    const struct xg_shader *shader;
    xg_wide_code *code[2]; /* plain, exact; the second is made when it is first needed */
    uint8_t *room[2];
    size_t size[2];
    const void **targets[2]; /* of returns: code of each control flow instruction */
    uint32_t constants;      /* of the window that it can read; 256 with relative ones */
    uint64_t clear[2];       /* temporaries that must start as zero */
    uint64_t clear_exports;  /* outputs that must */
    bool stateless;          /* neither predicates, ps, a0 nor loops: they need not be cleared */
    bool register_lod;       /* uses what setTexLOD and setGradients leave */
    uint32_t exact_runs, runs;
};

/* False: the host lacks AVX2 (or XG_DRAW=scalar or XG_JIT_LEVEL forbids it). */
bool xg_wide_available(void);
/* NULL: not translatable, or no memory: the interpreter runs it. */
struct xg_wide_program *xg_wide_compile(const struct xg_shader *shader);
void xg_wide_free(struct xg_wide_program *p);
/* Once for a state block. */
void xg_wide_init(struct xg_wide *w);

/* Runs a group. load fills the input temporaries (after they were cleared) of the lanes that
 * `quads` names: 3 both, 1 the first in both halves, 2 the second in both halves. p may be NULL:
 * the interpreter runs the shader. Needs the MXCSR that xg_wide_enter sets. */
typedef void xg_wide_load(void *ctx, struct xg_wide *w, unsigned quads);
void xg_wide_run(struct xg_wide_program *p, const struct xg_shader *shader, struct xg_wide *w,
                 struct xg_lanes *scratch, xg_wide_load *load, void *ctx);

/* The same without a look at the host's flags, by the plain translation; false: it may not be
 * what the definition gives, or has not come to its end. A run is to be trusted only when
 * xg_wide_invalid finds nothing after it: asking waits for everything before it, so it is asked
 * after many runs. */
bool xg_wide_try(const struct xg_wide_program *p, struct xg_wide *w, xg_wide_load *load, void *ctx);
/* Whether the plain translation is worth a try. */
bool xg_wide_plain(const struct xg_wide_program *p, const struct xg_wide *w);
/* A zero may have met an infinity or a NaN since it was last asked. */
bool xg_wide_invalid(void);

/* Flushing of denormals on and off; returns what was set before. */
uint32_t xg_wide_enter(void);
void xg_wide_leave(uint32_t before);

/* The window of constants that programs read, from the registers. true: there is a NaN. */
bool xg_wide_constants(const struct xg_shader_env *env, uint32_t count, float (*out)[4]);

/* --- called by compiled code (wide_help.c, wide_fetch.c) --- */
void xg_wide_exp(struct xg_wide *w);
void xg_wide_log(struct xg_wide *w);
void xg_wide_sin(struct xg_wide *w);
void xg_wide_cos(struct xg_wide *w);
void xg_wide_rsq(struct xg_wide *w);
void xg_wide_muls_prev2(struct xg_wide *w);
void xg_wide_cube(struct xg_wide *w);
void xg_wide_max4(struct xg_wide *w);
void xg_wide_relative_constant(struct xg_wide *w, uint32_t request);
void xg_wide_vertex_fetch(struct xg_wide *w, const struct xg_slot *slot);
void xg_wide_texture_fetch(struct xg_wide *w, const struct xg_slot *slot);
void xg_wide_interpret_fetch(struct xg_wide *w, const struct xg_slot *slot);
/* Control flow: the next instruction, XG_WIDE_NEXT, or one of the ends with its top bit set. */
#define XG_WIDE_NEXT 0x7FFFFFFFu
#define XG_WIDE_STOP 0x80000000u
uint32_t xg_wide_loop(struct xg_wide *w, const struct xg_flow *flow);
uint32_t xg_wide_endloop(struct xg_wide *w, const struct xg_flow *flow);
uint32_t xg_wide_call(struct xg_wide *w, const struct xg_flow *flow, uint32_t back);
uint32_t xg_wide_return(struct xg_wide *w);
uint32_t xg_wide_enters(struct xg_wide *w, uint32_t condition); /* 0, 1 or an end */

/* wide_alu.c: code of one ALU slot. */
struct xg_x;
void xg_wide_alu(struct xg_x *x, const struct xg_slot *slot, bool pixel, bool exact);

#endif
