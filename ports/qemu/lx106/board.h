// The lx106 in QEMU's sim machine: what the common files want to know or have inline.
#ifndef QEMU_LX106_BOARD_H
#define QEMU_LX106_BOARD_H

#include <stdint.h>

#include "sim/irq.h"

#define MICROPY_HW_BOARD_NAME "QEMU sim"
#define MICROPY_HW_MCU_NAME "lx106"
#define MICROPY_EMIT_XTENSA (1)
#define MICROPY_EMIT_INLINE_XTENSA (1)

// As on an ESP8266: a float is no object on the heap.
#define MICROPY_OBJ_REPR (MICROPY_OBJ_REPR_C)

// CCOUNT runs at 40 MHz there, whatever the instructions take.
#define HAL_COUNTS_PER_US (40)

#define BOARD_HEAP (256 * 1024)

// What gc_helper_get_regs_and_sp() in start.S fills in.
typedef uintptr_t gc_helper_regs_t[4];

// PS while Python runs: exceptions go to vector.user.
#define SIM_PS (0x20)

#endif
