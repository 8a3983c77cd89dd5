// Keeping interrupts off on an Xtensa: see hal.h.
#ifndef QEMU_SIM_IRQ_H
#define QEMU_SIM_IRQ_H

#include <stdint.h>

static inline uint32_t hal_irq_disable(void) {
    uint32_t state;
    __asm__ volatile("rsil %0, 15" : "=a"(state) : : "memory");
    return state;
}

static inline void hal_irq_restore(uint32_t state) {
    __asm__ volatile("wsr %0, ps; rsync" : : "a"(state) : "memory");
}

#endif
