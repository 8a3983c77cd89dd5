// QEMU virt: see hal.h.
#ifndef QEMU_BOARD_H
#define QEMU_BOARD_H

#include <stdint.h>

#include "rv32/irq.h"

#define MICROPY_HW_BOARD_NAME "QEMU virt"
#define MICROPY_HW_MCU_NAME "RV32IMAC"
#define MICROPY_EMIT_RV32 (1)
#define MICROPY_EMIT_INLINE_RV32 (1)

// About what an ESP32-C3 has left for it.
#define BOARD_HEAP (160 * 1024)

// mtime.
#define HAL_COUNTS_PER_US (10)

#endif
