/* Loads every register from the state, runs the code, stores every register.
 * Layout: tests/cpu/qemu.h. r1 points to the state all the while. */
    .abiversion 1
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

    .macro save_vector r
    li 3, 688+16*(\r-20)
    stvx \r, 1, 3
    .endm
    .macro restore_vector r
    li 3, 688+16*(\r-20)
    lvx \r, 1, 3
    .endm
    .macro load_vector r
    li 3, 512+16*\r
    lvx \r, 1, 3
    .endm
    .macro store_vector r
    li 3, 512+16*\r
    stvx \r, 1, 3
    .endm

    .section ".opd", "aw"
    .balign 8
    .globl run_state
run_state: .quad .run_state, .TOC.@tocbase, 0
    .globl _start
_start: .quad ._start, .TOC.@tocbase, 0
    .text

._start:
    li 0, 0
    stdu 1, -256(1)
    bl .start
    nop
    trap

    .globl .run_state
.run_state:
    mflr 0
    std 0, 16(1)
    stdu 1, -1024(1)
    each 13, 31, std n, 128+8*n(1)
    each 14, 31, stfd n, 384+8*n(1)
    each 20, 31, save_vector n
    mfcr 0
    std 0, 1016(1)
    lis 3, state_area@highest
    ori 3, 3, state_area@higher
    sldi 3, 3, 32
    oris 3, 3, state_area@h
    ori 3, 3, state_area@l
    std 1, 1056(3)
    std 2, 1096(3)
    mr 1, 3
    lfd 0, 1040(1)
    mtfsf 255, 0
    li 3, 1072
    lvx 0, 1, 3
    mtvscr 0
    each 0, 31, load_vector n
    each 0, 31, lfd n, 256+8*n(1)
    ld 3, 1024(1)
    mtcrf 255, 3
    ld 3, 1032(1)
    mtxer 3
    ld 3, 1048(1)
    mtctr 3
    lis 3, code_area@highest
    ori 3, 3, code_area@higher
    sldi 3, 3, 32
    oris 3, 3, code_area@h
    ori 3, 3, code_area@l
    mtlr 3
    ld 0, 0(1)
    each 2, 31, ld n, 8*n(1)
    blr

    .globl after_code
after_code:
    std 0, 0(1)
    each 2, 31, std n, 8*n(1)
    mfctr 3
    std 3, 1048(1)
    mfxer 3
    std 3, 1032(1)
    mfcr 3
    std 3, 1024(1)
    each 0, 31, stfd n, 256+8*n(1)
    mffs 0
    stfd 0, 1040(1)
    each 0, 31, store_vector n
    mfvscr 0
    li 3, 1072
    stvx 0, 1, 3
    ld 2, 1096(1)
    ld 1, 1056(1)
    each 13, 31, ld n, 128+8*n(1)
    each 14, 31, lfd n, 384+8*n(1)
    each 20, 31, restore_vector n
    ld 0, 1016(1)
    mtcrf 255, 0
    addi 1, 1, 1024
    ld 0, 16(1)
    mtlr 0
    blr
