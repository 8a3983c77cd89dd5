# Reset: the stack, the global pointer, an empty .bss. (.data is where QEMU has put it.)
    .section .reset, "ax"
    .global reset
reset:
    csrci mstatus, 8
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, _stack_top
    la t0, _bss_start
    la t1, _bss_end
1:  bgeu t0, t1, 2f
    sw zero, 0(t0)
    addi t0, t0, 4
    j 1b
2:  j main
