// The clock and the idle wait, over ../qemu/hal.h.
#include "hal.h"
#include "shared/runtime/interrupt_char.h"

// The ms ticks start here; before anybody asks.
void board_ticks_start(uint32_t ms);

// The console is a keyboard: for the REPL, which nobody asks for here.
void board_keyboard(void);

// Wait for an interrupt, at most that many ms; UINT32_MAX is for ever.
void board_wait(uint32_t ms);
#define MICROPY_INTERNAL_WFE(timeout_ms) board_wait(timeout_ms)
// Before each look at what is scheduled: what is due interrupts.
#define MICROPY_INTERNAL_EVENT_HOOK board_poll()
