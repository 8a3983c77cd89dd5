// The clock of upstream's port for QEMU, which has none; and what our boards' files ask of theirs.
#include <stdlib.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "hal.h"
#include "host.h"

#define COUNTS_PER_MS (HAL_COUNTS_PER_US * 1000)

static volatile uint32_t ms;
static uint32_t ms_began; // the counter when `ms` was last counted up

void board_tick_irq(void) {
    uint32_t now = (uint32_t)hal_counts();
    while (now - ms_began >= COUNTS_PER_MS) {
        ms_began += COUNTS_PER_MS;
        ms++;
    }
}

void clock_wait(void) {
    uint32_t state = hal_irq_disable();
    hal_wait_for_interrupt();
    hal_irq_restore(state);
}

mp_uint_t mp_hal_ticks_ms(void) {
    return ms;
}

mp_uint_t mp_hal_ticks_us(void) {
    uint32_t state = hal_irq_disable();
    uint32_t whole = ms;
    uint32_t part = (uint32_t)hal_counts() - ms_began;
    hal_irq_restore(state);
    return whole * 1000 + part / HAL_COUNTS_PER_US;
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return (mp_uint_t)hal_counts();
}

// No division of 64 bits: upstream's linker script has no place for what that brings along.
uint64_t mp_hal_time_ns(void) {
    return (uint64_t)mp_hal_ticks_us() * 1000;
}

void mp_hal_delay_us(mp_uint_t us) {
    uint32_t start = mp_hal_ticks_us();
    while (mp_hal_ticks_us() - start < us) {
    }
}

void mp_hal_delay_ms(mp_uint_t n) {
    uint64_t end = hal_counts() + (uint64_t)n * COUNTS_PER_MS;
    mp_event_handle_nowait();
    while ((int64_t)(end - hal_counts()) >= COUNTS_PER_MS) {
        mp_event_wait_ms(1);
    }
    while ((int64_t)(end - hal_counts()) > 0) {
        mp_event_handle_nowait();
    }
}

void host_write(const char *text, size_t len) {
    mp_hal_stdout_tx_strn(text, len);
}

void host_exit(int status) {
    exit(status);
}

#if defined(__arm__)

#define ICSR (*(volatile uint32_t *)0xe000ed04)
#define PENDSVSET (1u << 28)

// The linker puts these in place of upstream's, which print registers.
void __wrap_PendSV_Handler(void);
void __wrap_SysTick_Handler(void);

void __wrap_PendSV_Handler(void) {
    board_trigger_irq();
}

void __wrap_SysTick_Handler(void) {
    board_deadline_irq();
}

void hal_trigger(void) {
    ICSR = PENDSVSET;
    __asm__ volatile("dsb; isb" : : : "memory");
}

void hal_wait_for_interrupt(void) {
    __asm__ volatile("dsb; wfi" : : : "memory");
}

#endif
