// The clock and the idle wait, over hal.h.
#include "hal.h"
#include "shared/runtime/interrupt_char.h"

// The ms ticks start here; before anybody asks.
void board_ticks_start(uint32_t ms);

// The console is a keyboard: Ctrl-C interrupts what runs, and keys wait until they are read.
void board_keyboard(void);

// Wait for an interrupt: the tick at the latest.
void board_wait(void);
#define MICROPY_INTERNAL_WFE(timeout_ms) board_wait()
