// What a Cortex-M has, whatever is around it: reset and vectors, the software interrupt, the idle wait.
#include <string.h>

#include "py/mpconfig.h"
#include "hal.h"
#include "host.h"

#define REG(address) (*(volatile uint32_t *)(address))
#define ICSR REG(0xe000ed04)
#define PENDSVSET (1u << 28)
#define CPACR REG(0xe000ed88)

extern char _data_start[], _data_end[], _data_load[], _bss_start[], _bss_end[];

void reset(void) {
    memcpy(_data_start, _data_load, _data_end - _data_start);
    memset(_bss_start, 0, _bss_end - _bss_start);
#if defined(__ARM_FP)
    // The FPU, before any code that may use it: compilers keep things in its registers.
    CPACR |= 0xf << 20;
    __asm__ volatile("dsb; isb");
#endif
    main();
}

// An end that is seen: the first fault, or an interrupt that nobody asked for.
static void fault(void) {
    static const char text[] = "A fault, or a stray interrupt.\n";
    host_write(text, sizeof(text) - 1);
    host_exit(99);
}

typedef void (*vector_t)(void);

#define VECTORS (16 + BOARD_INTERRUPTS)
#define PENDSV (14)

__attribute__((section(".vectors"), used)) static const vector_t vectors[VECTORS] = {
    (vector_t)_stack_top,
    reset,
    [2 ... VECTORS - 1] = fault,
    [PENDSV] = board_trigger_irq,
    [BOARD_DEADLINE_VECTOR] = board_deadline_irq,
};

void hal_trigger(void) {
    ICSR = PENDSVSET;
    __asm__ volatile("dsb; isb" : : : "memory");
}

void hal_wait_for_interrupt(void) {
    __asm__ volatile("dsb; wfi" : : : "memory");
}
