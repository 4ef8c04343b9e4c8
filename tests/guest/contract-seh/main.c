/* Structured exceptions. The guarded functions are in assembly with the console's frames; the image
 * builder gives no function a handler, so the program sets the flags in its own .pdata. */
#include "../contract/contract.h"
#include "string.h"

#define IMAGE ((const uint8_t *)0x82000000)

/* outer guards a call of inner by __except, inner one of RtlRaiseException by __finally. */
__asm__(
    "	.pushsection .text.guarded,\"ax\"\n"
    "	.balign 4\n"
    "	.long __thunk___C_specific_handler, inner_scopes\n"
    "	.globl inner\n	.type inner,@function\n"
    "inner:\n"
    "	mflr 12\n	stw 12,-8(1)\n	stw 31,-16(1)\n	stw 30,-24(1)\n	stwu 1,-0x80(1)\n"
    "	mr 31,1\n"
    "	li 30,0x777\n"
    "inner_try:\n"
    "	bl __thunk_RtlRaiseException\n"
    "inner_end:\n"
    "	addi 1,31,0x80\n	lwz 12,-8(1)\n	mtlr 12\n	lwz 31,-16(1)\n	lwz 30,-24(1)\n"
    "	li 3,1\n	blr\n" /* went on */
    "	.size inner,.-inner\n"
    "	.long __thunk___C_specific_handler, outer_scopes\n"
    "	.globl outer\n	.type outer,@function\n"
    "outer:\n"
    "	mflr 12\n	stw 12,-8(1)\n	stw 31,-16(1)\n	stw 30,-24(1)\n	stwu 1,-0x80(1)\n"
    "	mr 31,1\n"
    "	li 30,0x555\n"
    "outer_try:\n"
    "	bl inner\n"
    "outer_end:\n"
    "	b outer_out\n"
    "outer_except:\n" /* r3 = code, r31 as before */
    "	lis 12,caught@ha\n	stw 3,caught@l(12)\n"
    "	lis 12,kept@ha\n	stw 30,kept@l(12)\n"
    "	li 3,2\n"
    "outer_out:\n"
    "	addi 1,31,0x80\n	lwz 12,-8(1)\n	mtlr 12\n	lwz 31,-16(1)\n	lwz 30,-24(1)\n"
    "	blr\n"
    "	.size outer,.-outer\n"
    "	.long __thunk___C_specific_handler, pokes_scopes\n"
    "	.globl pokes\n	.type pokes,@function\n"
    "pokes:\n" /* r3: address, r4: which; r3: what was loaded, or the code of the exception */
    "	mflr 12\n	stw 12,-8(1)\n	stw 31,-16(1)\n	stwu 1,-0x80(1)\n"
    "	mr 31,1\n"
    "pokes_try:\n"
    "	cmpwi 4,1\n	blt 1f\n	beq 2f\n	cmpwi 4,3\n	blt 3f\n	beq "
    "4f\n	cmpwi 4,5\n	beq 5f\n"
    "	b pokes_leaf\n"
    "1:	lwz 3,0(3)\n	b pokes_end\n"
    "2:	stw 3,0(3)\n	b pokes_end\n"
    "3:	twi 6,3,0\n	b pokes_end\n"
    "4:	.long 0\n"
    "5:	lis 3,0xE000\n	ori 3,3,0x99\n	li 4,0\n	li 5,2\n"
    "	lis 6,raise_args@ha\n	addi 6,6,raise_args@l\n	bl __thunk_RaiseException\n	b "
    "pokes_end\n"
    "pokes_leaf:\n"
    "	bl leaf\n"
    "pokes_end:\n"
    "	b pokes_out\n"
    "pokes_except:\n"
    "pokes_out:\n"
    "	addi 1,31,0x80\n	lwz 12,-8(1)\n	mtlr 12\n	lwz 31,-16(1)\n	blr\n"
    "	.size pokes,.-pokes\n"
    "	.globl leaf\n	.type leaf,@function\n"
    "leaf:	lbz 3,0(3)\n	blr\n	.size leaf,.-leaf\n"
    "	.balign 4\n"
    "pokes_scopes:	.long 1, pokes_try, pokes_end, fault_filter_entry, pokes_except\n"
    "inner_scopes:	.long 1, inner_try, inner_end, finally_entry, 0\n"
    "outer_scopes:	.long 1, outer_try, outer_end, filter_entry, outer_except\n"
    "	.popsection");
uint32_t outer(void *record);
uint32_t pokes(const void *address, uint32_t which);
extern char pokes_address[] __asm__("pokes");
extern char inner[], outer_address[] __asm__("outer");

uint32_t caught, kept;
const uint32_t raise_args[2] = {77, 78};
static volatile uint32_t answer, filters, finallies, code, abnormal;

struct pointers {
    uint32_t *record, *context;
};
__attribute__((used)) static int32_t filter(struct pointers *p)
{
    filters++;
    code = p->record[0];
    kept = p->context[2]; /* address of the raise: in inner */
    return (int32_t)answer;
}
XG_CALLBACK(filter_entry, filter)
__attribute__((used)) static void finally(uint32_t how)
{
    finallies++;
    abnormal = how;
}
XG_CALLBACK(finally_entry, finally)

static uint32_t good_word = 0x1234, fault_info[3];
__attribute__((used)) static int32_t fault_filter(struct pointers *p)
{
    filters++;
    fault_info[0] = p->record[4];
    fault_info[1] = p->record[5];
    fault_info[2] = p->record[6];
    if ((int32_t)answer < 0)
        p->context[0x18 / 4 + 3 * 2 + 1] = (uint32_t)&good_word; /* r3 */
    return (int32_t)answer;
}
XG_CALLBACK(fault_filter_entry, fault_filter)

static uint32_t little(const uint8_t *p)
{
    return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void give_handler(const void *function)
{
    const uint8_t *optional = IMAGE + little(IMAGE + 0x3C) + 24;
    uint32_t *row = (uint32_t *)(IMAGE + little(optional + 96 + 3 * 8));
    MmSetAddressProtect((void *)((uint32_t)row & ~0xFFFFu), 0x10000, 4);
    while (row[0] && row[0] != (uint32_t)function)
        row += 2;
    if (row[0])
        row[1] = (row[1] & ~0xFFu) | 5 | 0x80000000u;
    CHECK(__C_specific_handler, row[0] != 0);
}

int main(void)
{
    static uint32_t record[20], context[0xA40 / 4];
    give_handler(inner);
    give_handler(outer_address);
    give_handler(pokes_address);
    record[0] = 0xE0001234;
    answer = 0xFFFFFFFF;
    CHECK(RtlRaiseException, outer(record) == 1 && filters == 1 && finallies == 0);
    CHECK(RtlRaiseException,
          code == 0xE0001234 && kept >= (uint32_t)inner && kept < (uint32_t)inner + 64);
    answer = 1;
    record[1] = 0;
    CHECK(__C_specific_handler,
          outer(record) == 2 && filters == 2 && finallies == 1 && abnormal == 1);
    CHECK(RtlUnwind, caught == 0xE0001234 && kept == 0x555);
    record[0] = 0x406D1388; /* a thread's name */
    record[1] = 0;
    record[5] = 0x1000, record[6] = (uint32_t) "named", record[7] = 0xFFFFFFFF;
    CHECK(RtlRaiseException, outer(record) == 1 && filters == 2);
    answer = 1;
    CHECK(RaiseException, pokes(0, 5) == 0xE0000099 && filters == 3 && fault_info[0] == 2 &&
                              fault_info[1] == 77 && fault_info[2] == 78);
    filters = 2; /* faults of code arrive as exceptions */
    CHECK(__C_specific_handler, pokes((void *)0x10, 0) == 0xC0000005 && filters == 3 &&
                                    fault_info[0] == 2 && fault_info[1] == 0 &&
                                    fault_info[2] == 0x10);
    CHECK(__C_specific_handler,
          pokes((void *)0x14, 1) == 0xC0000005 && fault_info[1] == 1 && fault_info[2] == 0x14);
    CHECK(__C_specific_handler, pokes(0, 2) == 0xC0000094 && pokes((void *)1, 2) == 1);
    CHECK(__C_specific_handler, pokes(0, 3) == 0xC000001D);
    CHECK(__C_specific_handler, pokes((void *)0x7F, 4) == 0xC0000005 && fault_info[2] == 0x7F);
    answer = 0xFFFFFFFF; /* the filter puts a good address into the context */
    CHECK(__C_specific_handler, pokes((void *)0x10, 0) == 0x1234 && filters == 8);
    RtlCaptureContext(context);
    CHECK(RtlCaptureContext, context[0x1C / 4 + 13 * 2] == xg_kpcr32(0x34) &&
                                 context[2] >= 0x82000000 && context[2] < 0x83000000);
    return failed;
}
