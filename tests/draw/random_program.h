/* Random microcode that mostly means something: ALU slots of defined operations, constants,
 * relative addressing, predicates, loops, branches, vertex and texture fetches. */
#ifndef XG_TESTS_DRAW_RANDOM_PROGRAM_H
#define XG_TESTS_DRAW_RANDOM_PROGRAM_H

#include "tests/draw/scene.h"

struct random_source {
    uint64_t state;
};
static inline uint32_t draw_random(struct random_source *r)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(r->state >> 32);
}

#define RANDOM_SLOTS 24u /* at most */

/* One ALU slot: random bits, with the fields that need it put right. */
static inline void random_alu(struct random_source *r, bool pixel, bool exports, uint32_t *words)
{
    static const uint8_t vs_exports[] = {0, 1, 2, 3, 15, 62, 63}, ps_exports[] = {0, 1, 2, 3, 61};
    struct xg_ucode_insn i;
    for (unsigned k = 0; k < 3; k++)
        words[k] = draw_random(r);
    xg_ucode_unpack(&i, XG_UC_ALU, words);
    uint32_t *f = i.f;
    while (!xg_ucode_vector_ops[f[XG_UF_ALU_VECTOR_OP]].name)
        f[XG_UF_ALU_VECTOR_OP] = draw_random(r) & 31;
    while (!xg_ucode_scalar_ops[f[XG_UF_ALU_SCALAR_OP]].name ||
           (xg_ucode_scalar_ops[f[XG_UF_ALU_SCALAR_OP]].flags & XG_UCODE_CONST_SCALAR &&
            xg_ucode_vector_ops[f[XG_UF_ALU_VECTOR_OP]].operands == 3))
        f[XG_UF_ALU_SCALAR_OP] = draw_random(r) & 63;
    /* few registers, so that values meet */
    static const uint8_t regs[3] = {XG_UF_ALU_SRC1_REG, XG_UF_ALU_SRC2_REG, XG_UF_ALU_SRC3_REG};
    for (unsigned k = 0; k < 3; k++)
        if (draw_random(r) % 8)
            f[regs[k]] &= 0x87;
    f[XG_UF_ALU_VECTOR_DEST] &= 7;
    f[XG_UF_ALU_SCALAR_DEST] &= 7;
    f[XG_UF_ALU_VECTOR_DEST_REL] = draw_random(r) % 16 == 0;
    if (draw_random(r) % 4)
        f[XG_UF_ALU_PREDICATED] = 0;
    f[XG_UF_ALU_EXPORT] = exports && draw_random(r) % 2;
    if (f[XG_UF_ALU_EXPORT])
        f[XG_UF_ALU_VECTOR_DEST] = pixel ? ps_exports[draw_random(r) % XG_COUNTOF(ps_exports)]
                                         : vs_exports[draw_random(r) % XG_COUNTOF(vs_exports)];
    xg_ucode_pack(&i, words);
}

static inline void random_fetch(struct random_source *r, uint32_t *words)
{
    static const uint8_t ops[] = {0, 1, 1, 1, 17, 18, 19, 24, 25, 26};
    static const uint8_t vertex_formats[] = {6,  7,  16, 17, 25, 26, 31, 32,
                                             33, 34, 35, 36, 37, 38, 57};
    struct xg_ucode_insn i;
    for (unsigned k = 0; k < 3; k++)
        words[k] = draw_random(r);
    words[0] = (words[0] & ~31u) | ops[draw_random(r) % XG_COUNTOF(ops)];
    unsigned cls = xg_ucode_fetch_class(words);
    xg_ucode_unpack(&i, cls, words);
    bool vertex = cls == XG_UC_VFETCH;
    i.f[XG_UF_VFETCH_SRC] &= 7;
    i.f[XG_UF_VFETCH_DST] &= 7;
    i.f[vertex ? XG_UF_VFETCH_PREDICATED : XG_UF_TFETCH_PREDICATED] = draw_random(r) % 4 == 0;
    if (vertex) {
        i.f[XG_UF_VFETCH_CONST] = 0;
        i.f[XG_UF_VFETCH_CONST_SEL] = 0;
        i.f[XG_UF_VFETCH_FORMAT] = vertex_formats[draw_random(r) % XG_COUNTOF(vertex_formats)];
        i.f[XG_UF_VFETCH_OFFSET] &= 15;
        i.f[XG_UF_VFETCH_STRIDE] &= 15;
    } else {
        i.f[XG_UF_TFETCH_CONST] = 1 + draw_random(r) % 4;
        i.f[XG_UF_TFETCH_SRC_REL] = draw_random(r) % 16 == 0;
        if (draw_random(r) % 4)
            i.f[XG_UF_TFETCH_USE_REGISTER_GRADIENTS] = 0;
    }
    xg_ucode_pack(&i, words);
}

/* The program's words; returns how many. */
static inline size_t random_program(struct random_source *r, bool pixel, uint32_t *words)
{
    /* control flow of 8 instructions in 4 slots: loop, branches, execs, exec_end */
    const unsigned flow = 8;
    uint32_t slots = 4;
    memset(words, 0, 3 * 4 * sizeof *words);
    for (unsigned n = 0; n < flow; n++) {
        uint64_t v = 0;
        uint32_t kind = draw_random(r) % 12, count = 1 + draw_random(r) % 3, sequence = 0;
        if (n == flow - 1)
            kind = 100;
        if (kind < 8 || kind == 100) {
            static const uint8_t opcodes[8] = {1, 1, 1, 3, 5, 5, 13, 6};
            unsigned opcode = kind == 100 ? 2 : opcodes[kind];
            for (uint32_t k = 0; k < count; k++) {
                bool fetch = draw_random(r) % 5 == 0;
                uint32_t *slot = words + 3 * (slots + k);
                sequence |= (uint32_t)fetch << 2 * k;
                if (fetch)
                    random_fetch(r, slot);
                else
                    random_alu(r, pixel, n > 2, slot);
            }
            v = slots | (uint64_t)count << 12 | (uint64_t)sequence << 16 |
                (uint64_t)(draw_random(r) & 3) << 34 | (uint64_t)(draw_random(r) & 1) << 42 |
                (uint64_t)opcode << 44;
            if (opcode == 1 || opcode == 2)
                v &= ~(7ull << 40);
            slots += count;
        } else if (kind == 8) { /* loop over the next */
            v = (n + 2 < flow ? n + 2 : flow - 1) | (uint64_t)(draw_random(r) & 3) << 16 |
                (uint64_t)7 << 44;
        } else if (kind == 9) { /* end of one, body: one before */
            v = (n ? n - 1 : 0) | (uint64_t)(draw_random(r) & 1) << 21 |
                (uint64_t)(draw_random(r) & 1) << 42 | (uint64_t)8 << 44;
        } else { /* a jump ahead, by predicate or boolean */
            v = (n + 1 + draw_random(r) % (flow - n - 1)) | (uint64_t)(draw_random(r) & 1) << 14 |
                (uint64_t)(draw_random(r) & 3) << 34 | (uint64_t)(draw_random(r) & 1) << 42 |
                (uint64_t)(kind == 10 ? 11 : 9) << 44;
        }
        uint32_t *w = words + 3 * (n / 2);
        if (n % 2 == 0) {
            w[0] = (uint32_t)v;
            w[1] = (w[1] & 0xFFFF0000) | (uint32_t)(v >> 32);
        } else {
            w[1] = (w[1] & 0xFFFF) | (uint32_t)(v << 16);
            w[2] = (uint32_t)(v >> 16);
        }
    }
    return 3 * slots;
}

#endif
