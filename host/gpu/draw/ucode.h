/* Xenos microcode as data: fields and opcodes (generated from gpu/ucode.csv), packing and
 * unpacking, program layout, assembler and disassembler. docs/microcode.md is the manual.
 *
 * A program is a sequence of slots of three 32-bit words (host order here, big-endian in
 * guest memory). The first slots hold pairs of 48-bit control flow (CF) instructions; ALU
 * and fetch slots follow. Execution (gpu/draw/shader.h) uses the same unpacked records. */
#ifndef XG_GPU_DRAW_UCODE_H
#define XG_GPU_DRAW_UCODE_H

#include "base/error.h"
#include "base/types.h"
#include "gpu/xg_ucode_gen.h"

#include <stdio.h>

enum xg_shader_stage { XG_STAGE_VS, XG_STAGE_PS };

struct xg_ucode_field {
    const char *name;
    uint8_t at, width; /* bits of the 48- or 96-bit value, bit 0 = LSB of the first word */
    bool is_signed;
    uint8_t fallback; /* what the assembler writes when the text says nothing */
};
struct xg_ucode_class_info {
    const char *name;
    uint8_t bits; /* 48 or 96 */
    uint8_t count;
    const struct xg_ucode_field *fields;
};
#define XG_UCODE_CONST_SCALAR 1u /* scalar form constant, temp */
struct xg_ucode_op {
    const char *name; /* NULL: the encoding is undefined */
    uint8_t cls;
    uint8_t operands; /* vector: sources; scalar: components of the third source read */
    uint8_t flags;
};
struct xg_ucode_value {
    const char *name;
    uint32_t value;
};
extern const struct xg_ucode_class_info xg_ucode_classes[XG_UC_COUNT];
extern const struct xg_ucode_op xg_ucode_cf_ops[16], xg_ucode_vector_ops[32],
    xg_ucode_scalar_ops[64], xg_ucode_fetch_ops[32];
extern const struct xg_ucode_value xg_ucode_vertex_formats[]; /* ends with a NULL name */

#define XG_UCODE_MAX_FIELDS 40
#define XG_UCODE_MAX_SLOTS  4096u /* exec addresses have 12 bits */

/* One instruction, unpacked: f[] is indexed by the class's XG_UF_ enumerators; signed
 * fields are sign-extended. */
struct xg_ucode_insn {
    uint8_t cls;
    uint32_t f[XG_UCODE_MAX_FIELDS];
};

/* Every field at its fallback. */
void xg_ucode_defaults(struct xg_ucode_insn *insn, unsigned cls);
/* words: 3 for slots; 2 for CF (low word first, 16 bits used of the second). pack and
 * unpack are inverse for every bit pattern. */
void xg_ucode_unpack(struct xg_ucode_insn *insn, unsigned cls, const uint32_t *words);
void xg_ucode_pack(const struct xg_ucode_insn *insn, uint32_t *words);
/* CF instruction i of a program (slot i / 2), unpacked with the class of its opcode. */
void xg_ucode_cf(struct xg_ucode_insn *insn, const uint32_t *words, size_t i);
void xg_ucode_cf_put(uint32_t *words, size_t i, const struct xg_ucode_insn *insn);
unsigned xg_ucode_cf_opcode(const struct xg_ucode_insn *insn);
/* Class of a fetch slot. */
unsigned xg_ucode_fetch_class(const uint32_t *words);
/* address, count and sequence of the three exec classes. false: not an exec. */
struct xg_ucode_exec {
    uint32_t address, count, sequence;
};
bool xg_ucode_exec(const struct xg_ucode_insn *insn, struct xg_ucode_exec *exec);

/* Slots of the control flow area: it ends where the lowest exec address begins. At least
 * 1 and at most slots. */
size_t xg_ucode_cf_slots(const uint32_t *words, size_t slots);

/* --- text --- */
/* Writes one instruction as text without a newline; a slot that needs two lines (vector
 * and scalar half) has the second begin with "\n    + ". Every bit pattern has a text. */
void xg_ucode_print(FILE *out, const struct xg_ucode_insn *insn, enum xg_shader_stage stage);
/* Reads one ALU or fetch instruction (halves joined by " + " or a line that starts with +).
 * serialize is set when the text starts with (S). */
bool xg_ucode_parse(struct xg_ucode_insn *insn, const char *text, enum xg_shader_stage stage,
                    bool *serialize, struct xg_error *err);
/* Listing of a whole program of `count` words (multiple of 3). Assembling the listing gives
 * the same words. Returns the number of undefined encodings met (each has a comment). */
size_t xg_ucode_disassemble(FILE *out, const uint32_t *words, size_t count,
                            enum xg_shader_stage stage);

struct xg_ucode_image {
    uint32_t *words; /* host order; free with xg_ucode_image_free */
    size_t count;
    enum xg_shader_stage stage; /* from .vs or .ps in the text, else as passed in */
};
/* name is used in messages ("cube.xgs:12: ..."). */
bool xg_ucode_assemble(struct xg_ucode_image *image, const char *text, const char *name,
                       enum xg_shader_stage stage, struct xg_error *err);
void xg_ucode_image_free(struct xg_ucode_image *image);

#endif
