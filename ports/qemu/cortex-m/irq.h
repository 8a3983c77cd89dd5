// Keeping interrupts off on a Cortex-M: see hal.h.
#ifndef QEMU_CORTEX_M_IRQ_H
#define QEMU_CORTEX_M_IRQ_H

#include <stdint.h>

static inline uint32_t hal_irq_disable(void) {
    uint32_t before;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before) : : "memory");
    return before;
}

static inline void hal_irq_restore(uint32_t before) {
    __asm__ volatile("msr primask, %0" : : "r"(before) : "memory");
}

#endif
