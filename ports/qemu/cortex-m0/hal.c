// The nRF51 as QEMU has it. SysTick, which a real one lacks, runs free: QEMU's nRF timers lose what is left of a clock each
// time they are read. TIMER1 runs from 0 to what is due next, and is not read.
#include "py/mpconfig.h"
#include "hal.h"

#define REG(address) (*(volatile uint32_t *)(address))
#define UART_STARTRX REG(0x40002000)
#define UART_RXDRDY REG(0x40002108)
#define UART_ENABLE REG(0x40002500)
#define UART_RXD REG(0x40002518)
#define TIMER1_START REG(0x40009000)
#define TIMER1_STOP REG(0x40009004)
#define TIMER1_CLEAR REG(0x4000900c)
#define TIMER1_COMPARE0 REG(0x40009140)
#define TIMER1_SHORTS REG(0x40009200)
#define TIMER1_INTENSET REG(0x40009304)
#define TIMER1_PRESCALER REG(0x40009510)
#define TIMER1_CC0 REG(0x40009540)
#define SYST_CSR REG(0xe000e010)
#define SYST_RVR REG(0xe000e014)
#define SYST_CVR REG(0xe000e018)
#define NVIC_ISER REG(0xe000e100)
#define NVIC_ICPR REG(0xe000e280)

#define SYST_MASK (0xffffff)
#define TIMER1_INTERRUPT (1u << (BOARD_DEADLINE_VECTOR - 16))
// TIMER1 counts 8 MHz: 125 ns. At 16 MHz QEMU takes a clock for 62 ns, in which none is over, and an odd number of them
// never ends.
#define COUNTS_PER_CLOCK (2)

uint64_t hal_counts(void) {
    static uint64_t counted; // at the last look
    uint32_t state = hal_irq_disable();
    // It counts down, and wraps after 1 s. The tick asks each ms.
    counted += (SYST_MASK - SYST_CVR - (uint32_t)counted) & SYST_MASK;
    uint64_t counts = counted;
    hal_irq_restore(state);
    return counts;
}

void hal_deadline(uint64_t due) {
    TIMER1_STOP = 1;
    TIMER1_CLEAR = 1;
    TIMER1_COMPARE0 = 0;
    NVIC_ICPR = TIMER1_INTERRUPT;
    uint64_t now = hal_counts();
    uint32_t counts = due > now ? (uint32_t)(due - now) : 0;
    TIMER1_CC0 = counts / COUNTS_PER_CLOCK + 1;
    TIMER1_START = 1;
}

void hal_init(void) {
    UART_ENABLE = 4;
    UART_STARTRX = 1;
    SYST_RVR = SYST_MASK;
    SYST_CVR = 0;
    SYST_CSR = 5; // on, the processor's clock, no interrupt
    while (SYST_CVR == 0) {
        // It takes up the reload value at its next clock.
    }
    TIMER1_PRESCALER = 1;
    TIMER1_SHORTS = 1 << 8; // COMPARE0 stops it
    TIMER1_INTENSET = 1 << 16; // COMPARE0 interrupts
    NVIC_ISER = TIMER1_INTERRUPT;
    hal_alarm(0);
}

bool hal_serial_readable(void) {
    return UART_RXDRDY != 0;
}

int hal_serial_read(void) {
    if (!hal_serial_readable()) {
        return -1;
    }
    UART_RXDRDY = 0; // reading sets it again if there is more
    return (int)UART_RXD;
}
