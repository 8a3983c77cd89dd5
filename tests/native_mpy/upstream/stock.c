// What our boards' files ask of theirs, on upstream's port for QEMU; the clock, which that lacks, is clock.c of ours.
#include <stdlib.h>

#include "py/mphal.h"
#include "hal.h"
#include "host.h"

// Upstream's console looks for itself.
void board_console_irq(void) {
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
