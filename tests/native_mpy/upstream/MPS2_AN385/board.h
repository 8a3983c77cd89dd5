// A Cortex-M3: see hal.h of our boards.
#ifndef QEMU_BOARD_H
#define QEMU_BOARD_H

#include <stdint.h>

#include "cortex-m/irq.h"

// TIMER0 and SysTick count 25 MHz.
#define HAL_COUNTS_PER_US (25)

#endif
