// A Cortex-M0: see hal.h of our boards.
#ifndef QEMU_BOARD_H
#define QEMU_BOARD_H

#include <stdint.h>

#include "cortex-m/irq.h"

// SysTick counts the processor's 16 MHz.
#define HAL_COUNTS_PER_US (16)

#define BOARD_INTERRUPTS (32)
#define BOARD_DEADLINE_VECTOR (16 + 9) // TIMER1

#endif
