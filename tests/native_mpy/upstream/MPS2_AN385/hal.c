// The MPS2 as QEMU has it. TIMER0 runs free, from the top down. SysTick ends at whatever is due next.
#include "py/mpconfig.h"
#include "hal.h"

#define REG(address) (*(volatile uint32_t *)(address))
#define TIMER0_CTRL REG(0x40000000)
#define TIMER0_VALUE REG(0x40000004)
#define TIMER0_RELOAD REG(0x40000008)
#define SYST_CSR REG(0xe000e010)
#define SYST_RVR REG(0xe000e014)
#define SYST_CVR REG(0xe000e018)
#define ICSR REG(0xe000ed04)
#define PENDSTCLR (1u << 25)

uint64_t hal_counts(void) {
    static uint32_t low, high;
    uint32_t state = hal_irq_disable();
    // It wraps after 172 s, and the tick asks each ms.
    uint32_t now = ~TIMER0_VALUE;
    high += now < low;
    low = now;
    uint64_t counts = (uint64_t)high << 32 | low;
    hal_irq_restore(state);
    return counts;
}

// From its first end on it counts TAIL clocks at a time: see cortex-m4f/hal.c.
#define TAIL (12)

void hal_deadline(uint64_t due) {
    uint64_t now = hal_counts();
    SYST_RVR = due > now ? (uint32_t)(due - now) + 1 : 1;
    SYST_CVR = 0;
    ICSR = PENDSTCLR;
    while (SYST_CVR == 0) {
        // It takes up the reload value at its next clock.
    }
    SYST_RVR = TAIL;
}

void hal_init(void) {
    TIMER0_RELOAD = 0xffffffff;
    TIMER0_VALUE = 0xffffffff;
    TIMER0_CTRL = 1;
    SYST_RVR = TAIL;
    SYST_CSR = 7;
    hal_alarm(0);
}
