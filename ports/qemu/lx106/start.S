// The lx106 from its reset to start(), and its way into interrupts and out of them.
//
//   level 1 interrupt --> vector.user --> enter --> hal_interrupt() in C --> rfe
//   any other exception ----------------> fault --> hal_fault() in C, which ends the machine
//
// Interrupts of level 1 are all there are. They come as an exception of cause 4, and its handler runs with
// PS.INTLEVEL 15: nothing interrupts an interrupt, and a fault in one comes to `fault` as any other.

#define CAUSE_LEVEL1_INTERRUPT 4
#define PS_UM 0x20 // exceptions go to vector.user, else to vector.kernel
#define PS_INTLEVEL_15 0x0f

// What is saved on the stack of whoever was interrupted: the call0 ABI has nothing below a1. C keeps a12 to a15.
#define FRAME_A0 0
#define FRAME_A2 4 // a2 to a11
#define FRAME_SAR 44
#define FRAME_EPC1 48
#define FRAME_PS 52
#define FRAME_BYTES 64 // a multiple of 16

    .section .reset, "ax"
    .global reset
reset:
    j start_up
    .align 4
    .literal_position
start_up:
    // After a reset INTLEVEL is 15 and EXCM is set, in which a fault would be a double one.
    movi a2, PS_UM | PS_INTLEVEL_15
    wsr a2, ps
    rsync
    movi a1, _stack_top
    movi a0, 0
    movi a2, start
    callx0 a2
1:  j 1b

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
    addi a0, a0, -CAUSE_LEVEL1_INTERRUPT
    bnez a0, fault

enter:
    addi a1, a1, -FRAME_BYTES
    s32i a2, a1, FRAME_A2
    s32i a3, a1, FRAME_A2 + 4
    s32i a4, a1, FRAME_A2 + 8
    s32i a5, a1, FRAME_A2 + 12
    s32i a6, a1, FRAME_A2 + 16
    s32i a7, a1, FRAME_A2 + 20
    s32i a8, a1, FRAME_A2 + 24
    s32i a9, a1, FRAME_A2 + 28
    s32i a10, a1, FRAME_A2 + 32
    s32i a11, a1, FRAME_A2 + 36
    rsr a2, excsave1
    s32i a2, a1, FRAME_A0
    rsr a2, sar
    s32i a2, a1, FRAME_SAR
    rsr a2, epc1
    s32i a2, a1, FRAME_EPC1
    rsr a2, ps
    s32i a2, a1, FRAME_PS
    movi a2, PS_UM | PS_INTLEVEL_15
    wsr a2, ps
    rsync

    movi a0, hal_interrupt
    callx0 a0

    // The PS that was saved has EXCM set: so nothing comes between here and rfe, which clears it.
    l32i a2, a1, FRAME_PS
    wsr a2, ps
    rsync
    l32i a2, a1, FRAME_EPC1
    wsr a2, epc1
    l32i a2, a1, FRAME_SAR
    wsr a2, sar
    l32i a0, a1, FRAME_A0
    l32i a3, a1, FRAME_A2 + 4
    l32i a4, a1, FRAME_A2 + 8
    l32i a5, a1, FRAME_A2 + 12
    l32i a6, a1, FRAME_A2 + 16
    l32i a7, a1, FRAME_A2 + 20
    l32i a8, a1, FRAME_A2 + 24
    l32i a9, a1, FRAME_A2 + 28
    l32i a10, a1, FRAME_A2 + 32
    l32i a11, a1, FRAME_A2 + 36
    l32i a2, a1, FRAME_A2
    addi a1, a1, FRAME_BYTES
    rfe

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
    mov a2, a0
    movi a1, fault_stack_top
    movi a0, hal_fault
    callx0 a0
1:  j 1b

    .section .bss.fault, "aw", @nobits
    .align 16
fault_registers:
    .space 64
    .space 2048
fault_stack_top:

// uintptr_t gc_helper_get_regs_and_sp(uintptr_t *regs): the registers that a function keeps, where the garbage
// collector finds them. What was in the others is on the stack by now.
    .text
    .align 4
    .global gc_helper_get_regs_and_sp
gc_helper_get_regs_and_sp:
    s32i a12, a2, 0
    s32i a13, a2, 4
    s32i a14, a2, 8
    s32i a15, a2, 12
    mov a2, a1
    ret
