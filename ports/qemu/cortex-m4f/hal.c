// The STM32F405 as QEMU has it. TIM2 runs free and counts nanoseconds. SysTick ends at whatever is due
// next, the tick or the alarm; it counts processor clocks, of which an instant is rounded up to the next.
#include "py/mpconfig.h"
#include "hal.h"

#define REG(address) (*(volatile uint32_t *)(address))
#define RCC_APB1ENR REG(0x40023840)
#define RCC_APB2ENR REG(0x40023844)
#define USART1_SR REG(0x40011000)
#define USART1_DR REG(0x40011004)
#define USART1_CR1 REG(0x4001100c)
#define TIM2_CR1 REG(0x40000000)
#define TIM2_EGR REG(0x40000014)
#define TIM2_CNT REG(0x40000024)
#define TIM2_PSC REG(0x40000028)
#define TIM2_ARR REG(0x4000002c)
#define SYST_CSR REG(0xe000e010)
#define SYST_RVR REG(0xe000e014)
#define SYST_CVR REG(0xe000e018)
#define ICSR REG(0xe000ed04)
#define VTOR REG(0xe000ed08)
#define PENDSTCLR (1u << 25)

#define CLOCK_MHZ (168)

uint64_t hal_counts(void) {
    static uint32_t low, high;
    uint32_t state = hal_irq_disable();
    // It wraps after 4.3 s, and the tick asks each ms.
    uint32_t now = TIM2_CNT;
    high += now < low;
    low = now;
    uint64_t counts = (uint64_t)high << 32 | low;
    hal_irq_restore(state);
    return counts;
}

// Have SysTick end at what is due next. From its first end on it counts TAIL clocks at a time, until the
// interrupt comes here again: QEMU with sleep=off skips one period of an idle processor's time, because
// it sets up the next end before it raises the interrupt. (A reload value of 0, the usual way to have
// it end once, makes QEMU complain.)
#define TAIL (CLOCK_MHZ / 2)

void hal_deadline(uint64_t due) {
    uint64_t now = hal_counts();
    uint32_t counts = due > now ? (uint32_t)(due - now) : 0;
    // At most a ms away: no overflow.
    SYST_RVR = (counts * (CLOCK_MHZ / 8) + 124) / 125 + 1;
    SYST_CVR = 0;
    ICSR = PENDSTCLR;
    while (SYST_CVR == 0) {
        // It takes up the reload value at its next clock.
    }
    SYST_RVR = TAIL;
}

void hal_init(void) {
    VTOR = 0x08000000;
    RCC_APB1ENR |= 1; // TIM2
    RCC_APB2ENR |= 1 << 4; // USART1
    USART1_CR1 = 1 << 13 | 1 << 2; // on, receiving
    TIM2_PSC = 0;
    TIM2_ARR = 0xffffffff;
    TIM2_EGR = 1;
    TIM2_CR1 = 1;
    SYST_RVR = TAIL;
    SYST_CSR = 7;
    hal_alarm(0);
}

bool hal_serial_readable(void) {
    return (USART1_SR & 1 << 5) != 0;
}

int hal_serial_read(void) {
    return hal_serial_readable() ? (int)USART1_DR : -1;
}
