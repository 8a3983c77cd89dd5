// Keeping interrupts off on 32-bit RISC-V: see hal.h.
#ifndef QEMU_RV32_IRQ_H
#define QEMU_RV32_IRQ_H

#include <stdint.h>

#define MSTATUS_MIE "8"

static inline uint32_t hal_irq_disable(void) {
    uint32_t before;
    __asm__ volatile("csrrci %0, mstatus, " MSTATUS_MIE : "=r"(before) : : "memory");
    return before;
}

static inline void hal_irq_restore(uint32_t before) {
    __asm__ volatile("csrs mstatus, %0" : : "r"(before & 8) : "memory");
}

#endif
