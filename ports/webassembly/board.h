// A browser's worker, or Node.js, as a board: what the common files want to know or have inline.
#ifndef WEBASSEMBLY_BOARD_H
#define WEBASSEMBLY_BOARD_H

#include <stdint.h>

#define MICROPY_HW_BOARD_NAME "WebAssembly"
#define MICROPY_HW_MCU_NAME "wasm32"

#define BOARD_HEAP (1024 * 1024)

// The clock is performance.now(), of which a browser gives us some us at a time.
#define HAL_COUNTS_PER_US (1)

// An interrupt comes when something looks: in the virtual machine each so many jumps and returns, and where it waits.
#define BOARD_PATIENCE (64)
extern uint32_t board_patience;
void board_poll(void);
#define MICROPY_VM_HOOK_LOOP \
    if (--board_patience == 0) { \
        board_poll(); \
    }
#define MICROPY_VM_HOOK_RETURN MICROPY_VM_HOOK_LOOP

// What board_poll() leaves for later.
extern uint32_t board_irq_off;

static inline uint32_t hal_irq_disable(void) {
    uint32_t state = board_irq_off;
    board_irq_off = 1;
    return state;
}

static inline void hal_irq_restore(uint32_t state) {
    board_irq_off = state;
}

// Where emcc puts the stack: between the data and what malloc() hands out.
#define _stack_bottom __data_end
#define _stack_top __heap_base

#endif
