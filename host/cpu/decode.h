/* The instruction table (instructions.csv) as C data, and the decoder over it.
 * The table is the one source: the interpreter's dispatch, the disassembler, the
 * test assembler and the coverage report are all driven by it. */
#ifndef XG_CPU_DECODE_H
#define XG_CPU_DECODE_H

#include "base/types.h"
#include "cpu_table.h"

#define XG_INSN_MAX_OPERANDS 5

/* Column "flags". */
enum xg_insn_flag {
    XG_INSN_RC = 1,     /* a record bit chooses the form that also writes CR0, CR1 or CR6 */
    XG_INSN_OE = 2,     /* bit 10 enables XER[OV,SO] */
    XG_INSN_LK = 4,     /* bit 0 writes LR */
    XG_INSN_AA = 8,     /* bit 1 makes the branch target absolute */
    XG_INSN_PRIV = 16,  /* illegal in problem state (MSR[PR] = 1) */
    XG_INSN_UPDATE = 32 /* writes the effective address back to RA */
};

struct xg_insn_info {
    const char *mnemonic; /* unique key, e.g. "addx" */
    const char *name;     /* as written in assembly without suffixes, e.g. "add" */
    const char *description;
    uint32_t opcode; /* (insn & mask) == opcode identifies the instruction */
    uint32_t mask;
    enum xg_form form;
    enum xg_handler handler; /* semantics; forms that differ only in fields share one */
    uint16_t flags;          /* enum xg_insn_flag */
    uint8_t operand_count;
    uint8_t operands[XG_INSN_MAX_OPERANDS]; /* enum xg_operand, in assembly order */
    uint64_t reads, writes;                 /* bit sets of enum xg_loc */
};

/* Row 0 is the illegal instruction; rows 1 .. XG_INSN_COUNT - 1 follow the file. */
extern const struct xg_insn_info xg_insn_table[XG_INSN_COUNT];
/* First row to try for an instruction word, by primary opcode: either one row, or
 * 2048 rows indexed by the low 11 bits; xg_insn_next chains rows that share a cell. */
extern const uint16_t *const xg_insn_extended[64];
extern const uint16_t xg_insn_primary[64];
extern const uint16_t xg_insn_next[XG_INSN_COUNT];

/* The table row of an instruction word; XG_INSN_ILLEGAL (0) when it is undefined. */
static inline enum xg_insn_id xg_insn_decode(uint32_t insn)
{
    uint32_t primary = insn >> 26;
    const uint16_t *cells = xg_insn_extended[primary];
    uint16_t row = cells ? cells[insn & 0x7FF] : xg_insn_primary[primary];
    while (row && (insn & xg_insn_table[row].mask) != xg_insn_table[row].opcode)
        row = xg_insn_next[row];
    return (enum xg_insn_id)row;
}

/* --- fields; bit 0 is the least significant bit of the instruction word. --- */
static inline uint32_t xg_field(uint32_t insn, unsigned low, unsigned width)
{
    return insn >> low & ((1u << width) - 1);
}
static inline uint32_t xg_field_d(uint32_t insn)
{
    return xg_field(insn, 21, 5);
}
static inline uint32_t xg_field_a(uint32_t insn)
{
    return xg_field(insn, 16, 5);
}
static inline uint32_t xg_field_b(uint32_t insn)
{
    return xg_field(insn, 11, 5);
}
static inline uint32_t xg_field_c(uint32_t insn)
{
    return xg_field(insn, 6, 5);
}
/* SPR, TBR: two five-bit halves, swapped. */
static inline uint32_t xg_field_spr(uint32_t insn)
{
    return xg_field_a(insn) | xg_field_b(insn) << 5;
}
static inline uint32_t xg_field_sh6(uint32_t insn)
{
    return xg_field_b(insn) | (insn >> 1 & 1) << 5;
}
static inline uint32_t xg_field_mb6(uint32_t insn)
{
    return xg_field_c(insn) | (insn >> 5 & 1) << 5;
}
/* Vector registers of the VX128 forms: seven bits in pieces. */
static inline uint32_t xg_field_vd128(uint32_t insn)
{
    return xg_field_d(insn) | xg_field(insn, 2, 2) << 5;
}
static inline uint32_t xg_field_va128(uint32_t insn)
{
    return xg_field_a(insn) | (insn >> 5 & 1) << 5 | (insn >> 10 & 1) << 6;
}
static inline uint32_t xg_field_vb128(uint32_t insn)
{
    return xg_field_b(insn) | (insn & 3) << 5;
}
static inline uint32_t xg_field_perm(uint32_t insn)
{
    return xg_field_a(insn) | xg_field(insn, 6, 3) << 5;
}

#endif
