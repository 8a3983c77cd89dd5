// A RISC-V from its reset to main(). QEMU has loaded every section and cleared the rest.
    .section .start, "ax"
    la sp, stack_top
    call main
1:  j 1b
