// The nRF51's own interrupts, of which upstream's port uses none.
#include "py/mpconfig.h"
#include "hal.h"

__attribute__((section(".isr_vector"), used)) static void (*const vectors[BOARD_INTERRUPTS])(void) = {
    [BOARD_DEADLINE_VECTOR - 16] = board_deadline_irq,
};
