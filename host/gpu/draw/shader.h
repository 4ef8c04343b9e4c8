/* Execution of microcode: the scalar reference. A program is decoded once (xg_shader) and
 * run for groups of four lanes: four vertices, or the 2x2 quad of pixels that derivatives
 * need. The group shares the sequencer; every lane has its own temporaries, predicate, ps
 * and a0. docs/microcode.md defines all of it. */
#ifndef XG_GPU_DRAW_SHADER_H
#define XG_GPU_DRAW_SHADER_H

#include "gpu/draw/ucode.h"
#include "gpu/draw/fetch_view.h"
#include "gpu/draw/warn.h"

struct xg_textures;
struct xg_wide_program;

#define XG_LANES 4
#define XG_TEMPS 128

/* Numbers of export destinations. */
enum {
    XG_EXPORT_COLOR0 = 0,
    XG_EXPORT_EA = 32,
    XG_EXPORT_EM0 = 33,
    XG_EXPORT_DEPTH = 61,
    XG_EXPORT_POSITION = 62,
    XG_EXPORT_POINT = 63,
};

struct xg_alu_source {
    uint8_t index;
    bool constant, relative, negate, magnitude;
    uint8_t swizzle[4];
};
struct xg_alu {
    uint8_t vector_op, scalar_op;
    uint8_t vector_mask, scalar_mask; /* of what each half writes; exports: see below */
    uint8_t ones, zeros;              /* export components set to 1 and 0 */
    uint8_t vector_dest, scalar_dest;
    bool vector_run, scalar_run; /* false: no effect at all, or undefined (counted) */
    bool vector_dest_rel, scalar_dest_rel, exports;
    bool vector_clamp, scalar_clamp, uses_a0;
    uint8_t sources;
    struct xg_alu_source src[3];
    struct xg_alu_source scalar_temp; /* second operand of the constant-scalar forms */
};

/* One executable slot. */
struct xg_slot {
    uint8_t cls; /* XG_UC_ALU, _VFETCH, _TFETCH */
    bool predicated, condition;
    bool undefined;  /* counted at each execution */
    uint16_t number; /* in the program */
    struct xg_alu alu;
    struct xg_ucode_insn fetch;
};

/* One control flow instruction; exec slots are slots[first .. first + count). */
struct xg_flow {
    struct xg_ucode_insn insn;
    uint8_t opcode;
    uint32_t first, count;
};

struct xg_shader {
    enum xg_shader_stage stage;
    struct xg_flow *flow;
    size_t flow_count;
    struct xg_slot *slots;
    size_t slot_count;
    uint8_t temps;    /* temporaries that can be touched, 1..128 */
    uint64_t exports; /* destinations some instruction can write */
    bool kills;       /* PS: some instruction can kill */
    bool fetches;     /* textures */
    uint32_t *words;  /* the program, host order */
    size_t count;
    struct xg_wide_program *wide; /* compiled; NULL: not, or not translatable */
    bool wide_tried;
};

/* Takes a copy of the words. NULL only when out of memory; any words give a shader. */
struct xg_shader *xg_shader_create(const uint32_t *words, size_t count, enum xg_shader_stage stage);
void xg_shader_destroy(struct xg_shader *shader);

/* What a run reads. Register images are the mirror of the device's registers. */
struct xg_shader_env {
    const uint32_t *constants; /* 2048 dwords at 0x4000 */
    uint32_t const_base;       /* window, in vectors */
    uint32_t const_last;       /* highest valid index of the window */
    const uint32_t *bools;     /* 8 words */
    const uint32_t *loops;     /* 32 words */
    const uint32_t *fetch;     /* 192 words */
    struct xg_view *view;
    struct xg_draw_warnings *warnings;
    struct xg_textures *textures;
    /* Where memory export stores words (little-endian, at dword addresses); NULL: nowhere. */
    void (*store)(void *ctx, uint32_t address, uint32_t word);
    void *store_ctx;
    uint64_t slot_limit; /* executed slots and control flow steps a group may take */
};

struct xg_vfetch_state {
    uint32_t address[XG_LANES]; /* of element 0 of the last full fetch, in bytes */
    uint32_t constant;
};

struct xg_lanes {
    float r[XG_TEMPS][4][XG_LANES]; /* temporary, component, lane */
    float out[64][4][XG_LANES];
    uint64_t written[XG_LANES]; /* export destinations the lane has written */
    uint64_t touched;           /* destinations initialised in this run */
    float ps[XG_LANES];
    int32_t a0[XG_LANES];
    uint8_t p0;     /* a bit per lane */
    uint8_t active; /* lanes that exist (helper pixels included) */
    uint8_t live;   /* of these, the ones whose memory exports count */
    uint8_t killed;
    int32_t al;
    struct xg_vfetch_state vfetch;
    float lod[XG_LANES]; /* setTexLOD */
    float grad_h[3][XG_LANES], grad_v[3][XG_LANES];
};

/* Clears what a run starts from: temporaries the program can touch, outputs, state. The
 * caller then fills input temporaries and sets active. */
void xg_lanes_begin(struct xg_lanes *lanes, const struct xg_shader *shader);
void xg_shader_run(const struct xg_shader *shader, const struct xg_shader_env *env,
                   struct xg_lanes *lanes);

/* --- used by shader.c; own files --- */
/* Stores what eA and eM0..4 hold and forgets them (shader_memory.c). */
void xg_memory_export(const struct xg_shader_env *env, struct xg_lanes *lanes, bool pixel);
void xg_alu_run(const struct xg_alu *alu, const struct xg_shader_env *env, bool pixel,
                struct xg_lanes *lanes, uint8_t mask);
void xg_vertex_fetch(const struct xg_ucode_insn *insn, const struct xg_shader_env *env,
                     struct xg_lanes *lanes, uint8_t mask);
/* Index of a vertex: floor of a register, rounded first if asked. */
uint32_t xg_vertex_index(float x, bool rounded);
/* One element at a bus address through a vertex constant; missing components keep their
 * values. false: no such format. */
bool xg_vertex_element(const uint32_t *f, const struct xg_shader_env *env,
                       const uint32_t constant[2], uint32_t address, float out[4]);
/* The texture of a fetch constant, decoded at its first use in a draw. */
const struct xg_texture *xg_texture_of(const struct xg_shader_env *env, uint32_t number);
/* Most taps along the longer gradient: 1, 2, 4, 8, 16. */
unsigned xg_texture_anisotropy(const uint32_t *f, const struct xg_texture *t);
/* Any fetch operation but vfetch. quad: lanes are a 2x2 quad (pixel shader). */
void xg_texture_fetch(const struct xg_ucode_insn *insn, const struct xg_shader_env *env, bool quad,
                      struct xg_lanes *lanes, uint8_t mask);
/* Writes value[component][lane] through a fetch's destination swizzle. */
void xg_fetch_write(struct xg_lanes *lanes, uint32_t dst, bool relative, uint32_t swizzle,
                    float value[4][XG_LANES], uint8_t mask);

#endif
