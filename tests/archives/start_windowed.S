// A windowed Xtensa from its reset to main(), and what its register windows need: where a call finds no free
// registers, those of an outer function go to its stack, and come back when it is returned to. LLVM calls by call8
// only, so windows of 8 are all there are. QEMU has loaded every section and cleared the rest.
    // Literals come before the code that loads them, in a section of their own: see ports/xtensa/literals.py.
    .section .reset, "ax"
    .global reset
reset:
    j begin

    .section .begin.literal, "ax"
    .p2align 2
stack:
    .long stack_top - 32
program:
    .long main
status:
    .long 0x40020 // PS: windows on, no interrupt level, no exception

    .section .begin, "ax"
begin:
    movi a2, 0
    wsr a2, windowbase
    rsync
    movi a2, 1
    wsr a2, windowstart
    rsync
    l32r a2, status
    wsr a2, ps
    rsync
    l32r a1, stack
    l32r a8, program
    callx8 a8
1:  j 1b

    // At 0x80 from the vectors' base: a9 is the stack pointer of the function inside; a0 becomes that of the one
    // outside, below which a4 to a7 are kept.
    .section .vector.overflow8, "ax"
    .global overflow8
overflow8:
    s32e a0, a9, -16
    l32e a0, a1, -12
    s32e a1, a9, -12
    s32e a2, a9, -8
    s32e a3, a9, -4
    s32e a4, a0, -32
    s32e a5, a0, -28
    s32e a6, a0, -24
    s32e a7, a0, -20
    rfwo

    // At 0xc0.
    .section .vector.underflow8, "ax"
    .global underflow8
underflow8:
    l32e a0, a9, -16
    l32e a1, a9, -12
    l32e a2, a9, -8
    l32e a7, a1, -12
    l32e a3, a9, -4
    l32e a4, a7, -32
    l32e a5, a7, -28
    l32e a6, a7, -24
    l32e a7, a7, -20
    rfwu
