// An lx106 from its reset to main(). QEMU has loaded every section and cleared the rest.
    .section .reset, "ax"
    .global reset
reset:
    j 1f
    .literal_position
    .align 4
1:  movi a2, 0x20 // no interrupt level, no exception
    wsr a2, ps
    rsync
    movi a1, stack_top
    movi a0, main
    callx0 a0
2:  j 2b
