/* The same for a 32-bit processor: low words of the integer registers, no vectors.
 * Layout: state_pack of test_cpu_qemu.c. r1 points to the state all the while. */
    .section .state, "aw", @nobits
    .globl state_area
    .balign 16
state_area: .space 1408

    .section .code, "awx", @progbits
    .globl code_area
    .balign 128
code_area: .space 64

    .section .text
    .macro each first, last, body:vararg
    .set n, \first
    .rept \last - \first + 1
    \body
    .set n, n + 1
    .endr
    .endm

    .globl _start
_start:
    li 0, 0
    stwu 1, -64(1)
    stw 0, 0(1)
    bl start
    trap

    .globl run_state
run_state:
    mflr 0
    stw 0, 4(1)
    stwu 1, -512(1)
    stmw 13, 16(1)
    each 14, 31, stfd n, 128+8*n(1)
    mfcr 0
    stw 0, 8(1)
    lis 3, state_area@ha
    addi 3, 3, state_area@l
    stw 1, 1060(3)
    mr 1, 3
    each 0, 31, lfd n, 256+8*n(1)
    lwz 3, 1028(1)
    mtcrf 255, 3
    lwz 3, 1036(1)
    mtxer 3
    lwz 3, 1052(1)
    mtctr 3
    lis 3, code_area@ha
    addi 3, 3, code_area@l
    mtlr 3
    lwz 0, 4(1)
    each 2, 31, lwz n, 8*n+4(1)
    blr

    .globl after_code
after_code:
    stw 0, 4(1)
    each 2, 31, stw n, 8*n+4(1)
    mfctr 3
    stw 3, 1052(1)
    mfxer 3
    stw 3, 1036(1)
    mfcr 3
    stw 3, 1028(1)
    each 0, 31, stfd n, 256+8*n(1)
    lwz 1, 1060(1)
    lmw 13, 16(1)
    each 14, 31, lfd n, 128+8*n(1)
    lwz 0, 8(1)
    mtcrf 255, 0
    addi 1, 1, 512
    lwz 0, 4(1)
    mtlr 0
    blr
