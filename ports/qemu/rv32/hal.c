// QEMU's virt machine: mtime counts 10 MHz, and has one comparator.
#include "py/mpconfig.h"
#include "hal.h"
#include "host.h"

#define MSIP (*(volatile uint32_t *)0x02000000)
#define MTIMECMP ((volatile uint32_t *)0x02004000)
#define MTIME ((volatile uint32_t *)0x0200bff8)

// A 16550.
#define UART_RBR (*(volatile uint8_t *)0x10000000)
#define UART_LSR (*(volatile uint8_t *)0x10000005)

#define MIE_SOFTWARE (1 << 3)
#define MIE_TIMER (1 << 7)
#define CAUSE_SOFTWARE (0x80000003)
#define CAUSE_TIMER (0x80000007)

uint64_t hal_counts(void) {
    uint32_t high, low;
    do {
        high = MTIME[1];
        low = MTIME[0];
    } while (high != MTIME[1]);
    return (uint64_t)high << 32 | low;
}

void hal_deadline(uint64_t due) {
    MTIMECMP[1] = 0xffffffff; // no interrupt between the two halves
    MTIMECMP[0] = (uint32_t)due;
    MTIMECMP[1] = (uint32_t)(due >> 32);
}

__attribute__((interrupt("machine"), aligned(4))) static void trap(void) {
    uint32_t cause;
    __asm__ volatile("csrr %0, mcause" : "=r"(cause));
    if (cause == CAUSE_TIMER) {
        board_deadline_irq();
    } else if (cause == CAUSE_SOFTWARE) {
        MSIP = 0;
        board_trigger_irq();
    } else {
        // An end that is seen.
        static const char text[] = "A fault, or a stray interrupt.\n";
        host_write(text, sizeof(text) - 1);
        host_exit(99);
    }
}

void hal_init(void) {
    hal_alarm(0);
    __asm__ volatile("csrw mtvec, %0" : : "r"(trap));
    __asm__ volatile("csrw mie, %0" : : "r"(MIE_SOFTWARE | MIE_TIMER));
    __asm__ volatile("csrsi mstatus, " MSTATUS_MIE : : : "memory");
}

void hal_trigger(void) {
    MSIP = 1;
    // The bus takes a moment; by then it is here, if interrupts are on.
    while (MSIP != 0) {
        uint32_t state;
        __asm__ volatile("csrr %0, mstatus" : "=r"(state));
        if (!(state & 8)) {
            break;
        }
    }
}

void hal_wait_for_interrupt(void) {
    __asm__ volatile("wfi" : : : "memory");
}

bool hal_serial_readable(void) {
    return (UART_LSR & 1) != 0;
}

int hal_serial_read(void) {
    return hal_serial_readable() ? UART_RBR : -1;
}
