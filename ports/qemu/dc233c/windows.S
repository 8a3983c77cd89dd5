// The windows of a dc233c's registers. A call moves the window on by 4, 8 or 12 registers; where one of those that it comes
// to is still an outer function's, that function's window goes to the stack (overflow), and it comes back when it is returned
// to (underflow). The handlers' places and instructions are the processor's: what a window is kept in is
//
//   a0 to a3      -16 from the stack pointer of the function inside, which is a5, a9 or a13 here
//   a4 to a7      -32 from that of the function outside, which is kept -12 from a1     (calls by 8)
//   a4 to a11     -48 from there                                                       (by 12)
//
// Compilers call by 8.

    .section .vector.windows, "ax"
    .begin no-transform
    s32e a0, a5, -16
    s32e a1, a5, -12
    s32e a2, a5, -8
    s32e a3, a5, -4
    rfwo

    .org 0x40
underflow4:
    l32e a0, a5, -16
    l32e a1, a5, -12
    l32e a2, a5, -8
    l32e a3, a5, -4
    rfwu

    // movsp moves the stack pointer, where the caller's window must come along if it is kept there. So the caller gets it back,
    // by the underflow of the call that it made, and movsp runs again. From exceptions, with a0 in EXCSAVE1.
    .global alloca
alloca:
    rsr a0, windowbase
    rotw -1
    // a4 is where the window was. The handler for underflow moves it to PS.OWB in the end.
    rsr a2, ps
    extui a3, a2, 8, 4
    xor a3, a3, a4
    slli a3, a3, 8
    xor a2, a2, a3
    rsr a4, excsave1
    wsr a2, ps
    rsync
    // The upper two bits of a return address say by how much its call moved the window.
    bbci a4, 31, underflow4
    rotw -1
    bbci a8, 30, underflow8
    rotw -1
    j underflow12

    .org 0x80
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

    .org 0xc0
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

    .org 0x100
    s32e a0, a13, -16
    l32e a0, a1, -12
    s32e a1, a13, -12
    s32e a2, a13, -8
    s32e a3, a13, -4
    s32e a4, a0, -48
    s32e a5, a0, -44
    s32e a6, a0, -40
    s32e a7, a0, -36
    s32e a8, a0, -32
    s32e a9, a0, -28
    s32e a10, a0, -24
    s32e a11, a0, -20
    rfwo

    .org 0x140
underflow12:
    l32e a0, a13, -16
    l32e a1, a13, -12
    l32e a2, a13, -8
    l32e a11, a1, -12
    l32e a3, a13, -4
    l32e a4, a11, -48
    l32e a5, a11, -44
    l32e a6, a11, -40
    l32e a7, a11, -36
    l32e a8, a11, -32
    l32e a9, a11, -28
    l32e a10, a11, -24
    l32e a11, a11, -20
    rfwu
    .end no-transform

// What calls `spill` by 12 was called by 8 and has SPILL_FRAME of stack: then all windows but its own are on the stack. From a
// caller's window at w it is at w + 2 and `spill` at w + 5, and its a12 is at w + 8, which is w: there are 32 registers.
#define SPILL_FRAME 48
    .text
    .align 4
spill:
    entry a1, 48
    mov a12, a12
    retw

// int setjmp(jmp_buf buf): the caller's a0 to a7 from where they are kept, and the return address, which tells how it called.
    .align 4
    .global setjmp
setjmp:
    entry a1, SPILL_FRAME
    call12 spill
    addi a3, a1, -16
    l32i a4, a3, 0
    s32i a4, a2, 0
    l32i a5, a3, 4
    s32i a5, a2, 4
    l32i a4, a3, 8
    s32i a4, a2, 8
    l32i a4, a3, 12
    s32i a4, a2, 12
    addi a5, a5, -16
    l32i a5, a5, 4
    addi a5, a5, -32
    l32i a4, a5, 0
    s32i a4, a2, 16
    l32i a4, a5, 4
    s32i a4, a2, 20
    l32i a4, a5, 8
    s32i a4, a2, 24
    l32i a4, a5, 12
    s32i a4, a2, 28
    s32i a0, a2, 32
    movi a2, 0
    retw

// void longjmp(jmp_buf buf, int value): puts them back there, and returns as setjmp() did: an underflow fetches them.
    .align 4
    .global longjmp
longjmp:
    entry a1, SPILL_FRAME
    call12 spill
    l32i a4, a2, 4
    addi a5, a4, -SPILL_FRAME - 16
    s32i a4, a5, 4
    l32i a6, a2, 0
    s32i a6, a5, 0
    l32i a6, a2, 8
    s32i a6, a5, 8
    l32i a6, a2, 12
    s32i a6, a5, 12
    addi a6, a4, -16
    l32i a6, a6, 4
    addi a6, a6, -32
    l32i a7, a2, 16
    s32i a7, a6, 0
    l32i a7, a2, 20
    s32i a7, a6, 4
    l32i a7, a2, 24
    s32i a7, a6, 8
    l32i a7, a2, 28
    s32i a7, a6, 12
    l32i a0, a2, 32
    addi a1, a4, -SPILL_FRAME
    movi a2, 1
    movnez a2, a3, a3
    retw

// uintptr_t gc_helper_get_regs_and_sp(uintptr_t *regs): from where on the stack the collector finds the registers of its
// callers, the caller's own aside: this function's caller has them back by then, and it has no object.
    .align 4
    .global gc_helper_get_regs_and_sp
gc_helper_get_regs_and_sp:
    entry a1, SPILL_FRAME
    call12 spill
    addi a2, a1, SPILL_FRAME - 16
    retw
