// A Cortex-M from its reset to main(). QEMU has loaded every section and cleared the rest.
    .syntax unified
    .thumb
    .section .start, "a"
    .word stack_top
    .word reset + 1
    .space 14 * 4 // any exception: to address 0, which is a lock-up

    .text
    .thumb_func
reset:
    // Its floating point unit, where it has one, is on, as in firmware.
    ldr r0, =0xe000ed88
    ldr r1, =0x00f00000
    str r1, [r0]
    dsb
    isb
    bl main
1:  b 1b
