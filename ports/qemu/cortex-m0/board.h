// A micro:bit with more memory: see hal.h.
#ifndef QEMU_BOARD_H
#define QEMU_BOARD_H

#include <stdint.h>

#include "cortex-m/irq.h"

#define MICROPY_HW_BOARD_NAME "QEMU microbit"
#define MICROPY_HW_MCU_NAME "nRF51"
#define MICROPY_EMIT_THUMB (1)
#define MICROPY_EMIT_THUMB_ARMV7M (0)
#define MICROPY_EMIT_INLINE_THUMB (1)
#define MICROPY_EMIT_INLINE_THUMB_FLOAT (0)
#define MICROPY_MAKE_POINTER_CALLABLE(p) ((void *)((uintptr_t)(p) | 1))

#define BOARD_HEAP (160 * 1024)

// SysTick counts the processor's 16 MHz.
#define HAL_COUNTS_PER_US (16)

#define BOARD_INTERRUPTS (32)
#define BOARD_DEADLINE_VECTOR (16 + 9) // TIMER1

#endif
