// A dc233c in QEMU's sim machine: what the common files want to know or have inline.
#ifndef QEMU_BOARD_H
#define QEMU_BOARD_H

#include <stdint.h>

#include "sim/irq.h"

#define MICROPY_HW_BOARD_NAME "QEMU sim"
#define MICROPY_HW_MCU_NAME "dc233c"
#define MICROPY_EMIT_XTENSAWIN (1)
#define MICROPY_NLR_SETJMP (1) // windows.S

// CCOUNT runs at 10 MHz there, whatever the instructions take.
#define HAL_COUNTS_PER_US (10)

// About what an ESP32 without external RAM has left for it.
#define BOARD_HEAP (160 * 1024)

// PS while Python runs: exceptions go to vector.user, and registers have windows.
#define SIM_PS (0x40020)

// Nothing: gc_helper_get_regs_and_sp() in windows.S has the registers in memory already.
typedef uintptr_t gc_helper_regs_t[1];

#endif
