/* Where the console enters a program, and the two bridges between its calling convention
 * and gcc's (SysV). Console: 64-bit slots, LR at -8(r1) of the caller's stack pointer, home
 * area 0x10(r1). SysV: LR at 4(r1), which console frames leave free. r2 is not used, r13
 * is the processor control block and never changed. */
        .machine ppc64

/* Title entry. Returns main's result in r3 to the kernel's sentinel. */
        .section .text._start,"ax"
        .globl  _start
        .type   _start,@function
_start: lis     11,__xg_main@ha
        addi    11,11,__xg_main@l
        b       __xg_callback
        .size   _start,.-_start

/* Console caller, SysV function in r11. The upper halves of r14-r31 belong to the
 * caller; gcc's own code saves the lower ones only. */
        .section .text.__xg_callback,"ax"
        .globl  __xg_callback
        .type   __xg_callback,@function
__xg_callback:
        mflr    12
        stw     12,-8(1)
        std     14,-0x98(1)
        std     15,-0x90(1)
        std     16,-0x88(1)
        std     17,-0x80(1)
        std     18,-0x78(1)
        std     19,-0x70(1)
        std     20,-0x68(1)
        std     21,-0x60(1)
        std     22,-0x58(1)
        std     23,-0x50(1)
        std     24,-0x48(1)
        std     25,-0x40(1)
        std     26,-0x38(1)
        std     27,-0x30(1)
        std     28,-0x28(1)
        std     29,-0x20(1)
        std     30,-0x18(1)
        std     31,-0x10(1)
        stwu    1,-0x100(1)
        mtctr   11
        bctrl
        addi    1,1,0x100
        lwz     12,-8(1)
        mtlr    12
        ld      14,-0x98(1)
        ld      15,-0x90(1)
        ld      16,-0x88(1)
        ld      17,-0x80(1)
        ld      18,-0x78(1)
        ld      19,-0x70(1)
        ld      20,-0x68(1)
        ld      21,-0x60(1)
        ld      22,-0x58(1)
        ld      23,-0x50(1)
        ld      24,-0x48(1)
        ld      25,-0x40(1)
        ld      26,-0x38(1)
        ld      27,-0x30(1)
        ld      28,-0x28(1)
        ld      29,-0x20(1)
        ld      30,-0x18(1)
        ld      31,-0x10(1)
        blr
        .size   __xg_callback,.-__xg_callback

/* uint32_t xg_call_slots(const void *code, const uint64_t *slots, unsigned count) */
        .section .text.xg_call_slots,"ax"
        .globl  xg_call_slots
        .type   xg_call_slots,@function
xg_call_slots:
        mflr    0
        stw     0,4(1)
        stwu    1,-0x160(1)             /* 0x10 + 32 slots, rounded up */
        mr      12,3
        mr      11,4
        addi    9,1,0x10                /* all slots into the argument area */
        cmplwi  5,0
        beq     2f
        mtctr   5
1:      ld      0,0(11)
        std     0,0(9)
        addi    11,11,8
        addi    9,9,8
        bdnz    1b
2:      ld      3,0x10(1)
        ld      4,0x18(1)
        ld      5,0x20(1)
        ld      6,0x28(1)
        ld      7,0x30(1)
        ld      8,0x38(1)
        ld      9,0x40(1)
        ld      10,0x48(1)
        mtctr   12
        bctrl
        lwz     0,0x164(1)
        addi    1,1,0x160
        mtlr    0
        blr
        .size   xg_call_slots,.-xg_call_slots
        .section .note.GNU-stack,"",@progbits
