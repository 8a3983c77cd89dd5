// The clock and the idle wait, over hal.h.
#include "hal.h"
#include "shared/runtime/interrupt_char.h"

// The ms ticks start here; before anybody asks.
void board_ticks_start(uint32_t ms);

// Wait for an interrupt: the tick at the latest.
void board_wait(void);
#define MICROPY_INTERNAL_WFE(timeout_ms) board_wait()
