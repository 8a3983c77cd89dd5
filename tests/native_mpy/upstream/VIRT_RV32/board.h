// 32-bit RISC-V: see hal.h of our boards.
#ifndef QEMU_BOARD_H
#define QEMU_BOARD_H

#include <stdint.h>

// mtime.
#define HAL_COUNTS_PER_US (10)

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
