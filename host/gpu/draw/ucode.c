/* Packing, unpacking and layout of microcode; the fields are data (gpu/ucode.csv). */
#include "gpu/draw/ucode.h"

#include <string.h>

void xg_ucode_defaults(struct xg_ucode_insn *insn, unsigned cls)
{
    const struct xg_ucode_class_info *info = &xg_ucode_classes[cls];
    memset(insn, 0, sizeof *insn);
    insn->cls = (uint8_t)cls;
    for (unsigned i = 0; i < info->count; i++)
        insn->f[i] = info->fields[i].fallback;
}

static uint32_t bits_get(const uint32_t *words, unsigned at, unsigned width)
{
    uint64_t pair = words[at / 32];
    if (at % 32 + width > 32)
        pair |= (uint64_t)words[at / 32 + 1] << 32;
    return (uint32_t)(pair >> at % 32) & (uint32_t)((1ull << width) - 1);
}

static void bits_put(uint32_t *words, unsigned at, unsigned width, uint32_t value)
{
    uint64_t mask = ((1ull << width) - 1) << at % 32;
    uint64_t v = ((uint64_t)value << at % 32) & mask;
    words[at / 32] = (words[at / 32] & ~(uint32_t)mask) | (uint32_t)v;
    if (mask >> 32)
        words[at / 32 + 1] = (words[at / 32 + 1] & ~(uint32_t)(mask >> 32)) | (uint32_t)(v >> 32);
}

void xg_ucode_unpack(struct xg_ucode_insn *insn, unsigned cls, const uint32_t *words)
{
    const struct xg_ucode_class_info *info = &xg_ucode_classes[cls];
    memset(insn, 0, sizeof *insn);
    insn->cls = (uint8_t)cls;
    for (unsigned i = 0; i < info->count; i++) {
        const struct xg_ucode_field *f = &info->fields[i];
        uint32_t v = bits_get(words, f->at, f->width);
        if (f->is_signed && v >> (f->width - 1))
            v |= ~0u << f->width;
        insn->f[i] = v;
    }
}

void xg_ucode_pack(const struct xg_ucode_insn *insn, uint32_t *words)
{
    const struct xg_ucode_class_info *info = &xg_ucode_classes[insn->cls];
    memset(words, 0, info->bits == 96 ? 12 : 8);
    for (unsigned i = 0; i < info->count; i++)
        bits_put(words, info->fields[i].at, info->fields[i].width, insn->f[i]);
}

void xg_ucode_cf(struct xg_ucode_insn *insn, const uint32_t *words, size_t i)
{
    const uint32_t *w = words + i / 2 * 3;
    uint32_t cf[2];
    if (i % 2 == 0) {
        cf[0] = w[0];
        cf[1] = w[1] & 0xFFFF;
    } else {
        cf[0] = w[1] >> 16 | w[2] << 16;
        cf[1] = w[2] >> 16;
    }
    xg_ucode_unpack(insn, xg_ucode_cf_ops[cf[1] >> 12].cls, cf);
}

void xg_ucode_cf_put(uint32_t *words, size_t i, const struct xg_ucode_insn *insn)
{
    uint32_t *w = words + i / 2 * 3, cf[2];
    xg_ucode_pack(insn, cf);
    if (i % 2 == 0) {
        w[0] = cf[0];
        w[1] = (w[1] & 0xFFFF0000) | cf[1];
    } else {
        w[1] = (w[1] & 0xFFFF) | cf[0] << 16;
        w[2] = cf[0] >> 16 | cf[1] << 16;
    }
}

/* The opcode is the last field of every CF class. */
unsigned xg_ucode_cf_opcode(const struct xg_ucode_insn *insn)
{
    return insn->f[xg_ucode_classes[insn->cls].count - 1];
}

unsigned xg_ucode_fetch_class(const uint32_t *words)
{
    return (words[0] & 31) == XG_FOP_VFETCH ? XG_UC_VFETCH : XG_UC_TFETCH;
}

bool xg_ucode_exec(const struct xg_ucode_insn *insn, struct xg_ucode_exec *exec)
{
    /* The three classes begin with the same fields (checked by test_ucode). */
    if (insn->cls != XG_UC_CF_EXEC && insn->cls != XG_UC_CF_EXEC_BOOL &&
        insn->cls != XG_UC_CF_EXEC_PRED)
        return false;
    exec->address = insn->f[XG_UF_CF_EXEC_ADDRESS];
    exec->count = insn->f[XG_UF_CF_EXEC_COUNT];
    exec->sequence = insn->f[XG_UF_CF_EXEC_SEQUENCE];
    return true;
}

size_t xg_ucode_cf_slots(const uint32_t *words, size_t slots)
{
    size_t lowest = slots, n = 0;
    while (n < slots && (n == 0 || n < lowest)) {
        for (size_t i = 2 * n; i < 2 * n + 2; i++) {
            struct xg_ucode_insn insn;
            struct xg_ucode_exec exec;
            xg_ucode_cf(&insn, words, i);
            if (xg_ucode_exec(&insn, &exec) && exec.count && exec.address < lowest)
                lowest = exec.address;
        }
        n++;
    }
    return n;
}
