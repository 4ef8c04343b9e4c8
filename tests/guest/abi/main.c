/* Calls exports of every argument type; tests/unit/test_loader_abi.c plays the kernel and checks
 * what arrives. The exit code has a bit for each result that came back wrong. */
#include "exports.h"

__attribute__((used)) static uint32_t called_back(uint32_t a, uint32_t b, uint32_t c)
{
    volatile uint32_t local[40]; /* makes gcc save registers and use its frame */
    for (unsigned i = 0; i < 40; i++)
        local[i] = a * i + b;
    return local[7] ^ local[39] ^ c;
}
XG_CALLBACK(callback_entry, called_back)

int main(void)
{
    int wrong = 0;
    wrong |= AbiNarrow(0x7F, 0xFFFE, 0xFEDCBA98, -5, (void *)0x80001000, 0xF8000004, "text",
                       (NTSTATUS)0xC000000D) != 0x89ABCDEF;
    wrong |=
        (AbiWide(0x80000001, 0x1122334455667788, -2, 7, 0x99AABBCCDDEEFF00) != 0xFEDCBA9876543210)
        << 1;
    wrong |= (AbiStack(1, 2, 3, 4, 5, 6, 7, 0x80000008, -9, 0xA0000000000000B, 0xFFFFFFFF) !=
              -0x123456789ABCDEF)
             << 2;
    wrong |= (AbiDoubles(1.5, 42, -2.25, 0x8000000000000001) != 1024.5) << 3;
    wrong |= (AbiText(9, "%d %s %I64x %.*f %5u%% %c %lld", -1, "word", 0x0123456789ABCDEFull, 3,
                      0.75, 0xFFFFFFFF, 'x', -3ll) != -7)
             << 4;
    wrong |= (AbiCall(callback_entry, 0x1000) != 0x5EED) << 5;
    wrong |= (*(volatile uint32_t *)__imp_AbiVariable != 0xABCD1234) << 6;
    return wrong;
}
