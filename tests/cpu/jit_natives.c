/* Lists what the translator makes of every row of the instruction table, as CSV: mnemonic and,
 * for each host level, "host" (code of its own), "some forms" (record or overflow forms, or
 * some operands, go to the interpreter), or "interpreter". */
#include "cpu/jit/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 64

static bool is_branch(unsigned handler)
{
    return handler == XG_HANDLER_b || handler == XG_HANDLER_bc || handler == XG_HANDLER_bclr ||
           handler == XG_HANDLER_bcctr;
}

static const char *treatment(const struct xg_builder *b, const struct xg_insn_info *info)
{
    unsigned native = 0, tried = 0;
    uint32_t noise = 12345;
    if (is_branch(info->handler))
        return "host";
    for (unsigned n = 0; n < TRIES; n++) {
        struct xg_binsn i = {.info = info, .handler = (uint16_t)info->handler, .fused = -1};
        noise = noise * 1664525u + 1013904223u;
        uint32_t word = info->opcode | (noise & ~info->mask);
        if (&xg_insn_table[xg_insn_decode(word)] != info)
            continue;
        xg_op_decode(&i.op, word, 0x82010000);
        i.single_op = word >> 26 == 59;
        tried++;
        native += !i.op.oe && xg_emit_is_native(b, &i);
    }
    return !native ? "interpreter" : native == tried ? "host" : "some forms";
}

int main(void)
{
    static const enum xg_x_level levels[] = {XG_X_SSE41, XG_X_AVX, XG_X_AVX2, XG_X_AVX512};
    struct xg_jit j = {0};
    struct xg_builder b = {.j = &j};
    printf("mnemonic,sse4.1,avx,avx2,avx512\n");
    for (int row = 1; row < XG_INSN_COUNT; row++) {
        printf("%s", xg_insn_table[row].mnemonic);
        for (size_t n = 0; n < XG_COUNTOF(levels); n++) {
            b.x.level = j.level = levels[n];
            printf(",%s", treatment(&b, &xg_insn_table[row]));
        }
        putchar('\n');
    }
    return 0;
}
