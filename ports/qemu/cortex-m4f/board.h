// Netduino Plus 2: see hal.h.
#ifndef QEMU_BOARD_H
#define QEMU_BOARD_H

#include <stdint.h>

#include "cortex-m/irq.h"

#define MICROPY_HW_BOARD_NAME "QEMU netduinoplus2"
#define MICROPY_HW_MCU_NAME "STM32F405"
#define MICROPY_EMIT_THUMB (1)
#define MICROPY_EMIT_INLINE_THUMB (1)
#define MICROPY_MAKE_POINTER_CALLABLE(p) ((void *)((uintptr_t)(p) | 1))

// A Pyboard's heap.
#define BOARD_HEAP (96 * 1024)

// TIM2 counts nanoseconds.
#define HAL_COUNTS_PER_US (1000)
// TIM2_CNT
#define HAL_COUNTS_LOW() (*(volatile uint32_t *)0x40000024)

#define BOARD_INTERRUPTS (82)
#define BOARD_DEADLINE_VECTOR (15) // SysTick

#endif
