// A dc233c from its reset to start(), and its way into interrupts and out of them.
//
//   level 1 interrupt --> vector.user --> enter --> served --> hal_interrupt() in C --> rfe
//   movsp where the caller's registers are on the stack --> alloca in windows.S
//   any other exception ----------------> fault --> hal_fault() in C, which ends the machine
//
// Interrupts of level 1 are all there are. They come as an exception of cause 4, and its handler runs with
// PS.INTLEVEL 15: nothing interrupts an interrupt, and a fault in one comes to `fault` as any other.

#define CAUSE_LEVEL1_INTERRUPT 4
#define CAUSE_ALLOCA 5
#define PS_ON 0x40020 // windows; exceptions go to vector.user, else to vector.kernel
#define PS_INTLEVEL_15 0x0f
#define LAST_EIGHTH 0xe0000000
#define TLB_OF_EIGHTHS 6 // the way of the TLB that has them
#define TLB_NO_ACCESS 12

// What is saved FRAME_BYTES below the stack pointer of whoever was interrupted, which stays where it is. From there to its
// end at -48 there is room; what is above belongs to windows: -16 to those of the caller, -48 to those of `served`.
#define FRAME_BYTES 256
#define FRAME_A0 0
#define FRAME_A2 4 // a2 to a15
#define FRAME_SAR 60
#define FRAME_EPC1 64
#define FRAME_PS 68
#define FRAME_LBEG 72
#define FRAME_LEND 76
#define FRAME_LCOUNT 80

    .section .reset, "ax"
    .global reset
reset:
    j start_up
    .align 4
    .literal_position
start_up:
    // The window after a reset may be any.
    movi a2, 0
    wsr a2, windowbase
    rsync
    movi a2, 1
    wsr a2, windowstart
    rsync
    movi a2, _vectors
    wsr a2, vecbase
    rsync
    movi a2, PS_ON | PS_INTLEVEL_15
    wsr a2, ps
    rsync
    // No function is outside of this one: call8 would ask for its stack, call4 does not.
    movi a1, _stack_top
    movi a0, 0
    movi a4, start
    // Below 0, where the stack ends, comes the last eighth of all addresses. No data is there from now on.
    movi a2, LAST_EIGHTH | TLB_OF_EIGHTHS
    movi a3, LAST_EIGHTH | TLB_NO_ACCESS
    wdtlb a3, a2
    dsync
    callx4 a4
1:  j 1b

    .section .vector.level2, "ax"
    j to_fault
    .section .vector.level3, "ax"
    j to_fault
    .section .vector.level4, "ax"
    j to_fault
    .section .vector.level5, "ax"
    j to_fault
    .section .vector.debug, "ax"
    j to_fault
    .section .vector.nmi, "ax"
    j to_fault
    .section .vector.kernel, "ax"
    j exception
    .section .vector.user, "ax"
    j exception
    .section .vector.double, "ax"
    j to_fault

    .section .vector.body, "ax"
    .literal_position
    .align 4
exception:
    wsr a0, excsave1
    rsr a0, exccause
    beqi a0, CAUSE_LEVEL1_INTERRUPT, enter
    bnei a0, CAUSE_ALLOCA, 1f
    j alloca
1:  j fault

enter:
    addmi a0, a1, -FRAME_BYTES
    s32i a2, a0, FRAME_A2
    s32i a3, a0, FRAME_A2 + 4
    rsr a2, excsave1
    s32i a2, a0, FRAME_A0
    rsr a2, sar
    s32i a2, a0, FRAME_SAR
    rsr a2, epc1
    s32i a2, a0, FRAME_EPC1
    rsr a2, ps
    s32i a2, a0, FRAME_PS
    rsr a2, lbeg
    s32i a2, a0, FRAME_LBEG
    rsr a2, lend
    s32i a2, a0, FRAME_LEND
    rsr a2, lcount
    s32i a2, a0, FRAME_LCOUNT
    movi a2, 0
    wsr a2, lcount
    // From here on windows work: what a4 to a15 may hold of outer functions goes to its stack when they are touched, and
    // what they hold then is of the one that was interrupted.
    movi a2, PS_ON | PS_INTLEVEL_15
    wsr a2, ps
    rsync
    s32i a4, a0, FRAME_A2 + 8
    s32i a5, a0, FRAME_A2 + 12
    s32i a6, a0, FRAME_A2 + 16
    s32i a7, a0, FRAME_A2 + 20
    s32i a8, a0, FRAME_A2 + 24
    s32i a9, a0, FRAME_A2 + 28
    s32i a10, a0, FRAME_A2 + 32
    s32i a11, a0, FRAME_A2 + 36
    s32i a12, a0, FRAME_A2 + 40
    s32i a13, a0, FRAME_A2 + 44
    s32i a14, a0, FRAME_A2 + 48
    s32i a15, a0, FRAME_A2 + 52

    call4 served

    l32i a4, a0, FRAME_A2 + 8
    l32i a5, a0, FRAME_A2 + 12
    l32i a6, a0, FRAME_A2 + 16
    l32i a7, a0, FRAME_A2 + 20
    l32i a8, a0, FRAME_A2 + 24
    l32i a9, a0, FRAME_A2 + 28
    l32i a10, a0, FRAME_A2 + 32
    l32i a11, a0, FRAME_A2 + 36
    l32i a12, a0, FRAME_A2 + 40
    l32i a13, a0, FRAME_A2 + 44
    l32i a14, a0, FRAME_A2 + 48
    l32i a15, a0, FRAME_A2 + 52
    // The PS that was saved has EXCM set: so nothing comes between here and rfe, which clears it.
    l32i a2, a0, FRAME_PS
    wsr a2, ps
    rsync
    l32i a2, a0, FRAME_LBEG
    wsr a2, lbeg
    l32i a2, a0, FRAME_LEND
    wsr a2, lend
    l32i a2, a0, FRAME_LCOUNT
    wsr a2, lcount
    l32i a2, a0, FRAME_EPC1
    wsr a2, epc1
    l32i a2, a0, FRAME_SAR
    wsr a2, sar
    l32i a2, a0, FRAME_A2
    l32i a3, a0, FRAME_A2 + 4
    l32i a0, a0, FRAME_A0
    rfe

    // Its stack begins where the frame does.
    .align 4
served:
    entry a1, FRAME_BYTES
    movi a8, hal_interrupt
    callx8 a8
    retw

    // Whatever it was, the stack may be the reason. So none of it is used: hal_fault() has one of its own.
to_fault:
    wsr a0, excsave1
fault:
    movi a0, fault_registers
    s32i a1, a0, 4
    s32i a2, a0, 8
    s32i a3, a0, 12
    s32i a4, a0, 16
    s32i a5, a0, 20
    s32i a6, a0, 24
    s32i a7, a0, 28
    s32i a8, a0, 32
    s32i a9, a0, 36
    s32i a10, a0, 40
    s32i a11, a0, 44
    s32i a12, a0, 48
    s32i a13, a0, 52
    s32i a14, a0, 56
    s32i a15, a0, 60
    rsr a2, excsave1
    s32i a2, a0, 0
    // No window but this one.
    rsr a2, windowbase
    ssl a2
    movi a2, 1
    sll a2, a2
    wsr a2, windowstart
    rsync
    movi a2, PS_ON | PS_INTLEVEL_15
    wsr a2, ps
    rsync
    movi a1, fault_stack_top
    mov a6, a0
    movi a4, hal_fault
    callx4 a4
1:  j 1b

    .section .bss.fault, "aw", @nobits
    .align 16
fault_registers:
    .space 64
    .space 2048
fault_stack_top:
