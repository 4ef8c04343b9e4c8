/* An assembler over the instruction table: the inverse of xg_cpu_disassemble, VX128
 * included. Basic mnemonics only; used by tests and tools. */
#ifndef XG_CPU_ASSEMBLE_H
#define XG_CPU_ASSEMBLE_H

#include "base/error.h"
#include "cpu/decode.h"

/* Assembles one instruction at address pc, in the disassembler's syntax ("add. r3, r4,
 * r5", "lwz r3, -8(r1)", "b 0x82000000"). false and err: unknown mnemonic, or an operand
 * that is missing, of the wrong kind or out of range. */
bool xg_cpu_assemble(const char *text, xg_ga pc, uint32_t *insn, struct xg_error *err);

/* Puts the low bits of value into the field of an operand. Displacements and branch
 * targets take the encoded distance in bytes; D(RA) forms take displacement in the low
 * half and RA in bits 20:16. Returns the new word. */
uint32_t xg_operand_insert(uint32_t insn, enum xg_operand kind, uint32_t value);
/* How many bits an operand's value has (registers, plain numbers), 0 for D(RA) forms. */
unsigned xg_operand_bits(enum xg_operand kind);

#endif
