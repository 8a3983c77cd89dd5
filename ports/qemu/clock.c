// The clock, and waiting by it.
#include "py/mphal.h"
#include "py/runtime.h"
#include "hal.h"

#define COUNTS_PER_MS (HAL_COUNTS_PER_US * 1000)

// A count of ms as on a board: reading it is one load, and a late tick is made up for.
static volatile uint32_t ms;
static uint32_t ms_began; // the counter when `ms` was last counted up

void board_tick_irq(void) {
    board_console_irq();
    uint32_t now = (uint32_t)hal_counts();
    while (now - ms_began >= COUNTS_PER_MS) {
        ms_began += COUNTS_PER_MS;
        ms++;
    }
}

void board_ticks_start(uint32_t start) {
    uint32_t state = hal_irq_disable();
    ms += start;
    hal_irq_restore(state);
}

void board_wait(void) {
    uint32_t state = hal_irq_disable();
    hal_wait_for_interrupt();
    hal_irq_restore(state);
}

mp_uint_t mp_hal_ticks_ms(void) {
    return ms;
}

// Also right where the tick is late: with interrupts off, or in one.
mp_uint_t mp_hal_ticks_us(void) {
    uint32_t state = hal_irq_disable();
    uint32_t whole = ms;
    uint32_t part = HAL_COUNTS_LOW() - ms_began;
    hal_irq_restore(state);
    return whole * 1000 + part / HAL_COUNTS_PER_US;
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return (mp_uint_t)hal_counts();
}

uint64_t mp_hal_time_ns(void) {
#if QEMU_STOCK
    // No division of 64 bits: MicroPython's linker script for QEMU has no place for what that brings along.
    return (uint64_t)mp_hal_ticks_us() * 1000;
#else
    return hal_counts() * 1000 / HAL_COUNTS_PER_US;
#endif
}

void mp_hal_delay_us(mp_uint_t us) {
    uint32_t start = mp_hal_ticks_us();
    while (mp_hal_ticks_us() - start < us) {
    }
}

void mp_hal_delay_ms(mp_uint_t n) {
    uint64_t end = hal_counts() + (uint64_t)n * COUNTS_PER_MS;
    mp_event_handle_nowait();
    // The tick ends each wait; what is left after the last of them is short.
    while ((int64_t)(end - hal_counts()) >= COUNTS_PER_MS) {
        mp_event_wait_ms(1);
    }
    while ((int64_t)(end - hal_counts()) > 0) {
        mp_event_handle_nowait();
    }
}
