// 32-bit RISC-V: see hal.h of our boards.
#ifndef QEMU_BOARD_H
#define QEMU_BOARD_H

#include <stdint.h>

#include "rv32/irq.h"

// mtime.
#define HAL_COUNTS_PER_US (10)

#endif
