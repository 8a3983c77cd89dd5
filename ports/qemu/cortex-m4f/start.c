// Reset and vectors.
#include <string.h>

#include "py/mpconfig.h"
#include "hal.h"
#include "host.h"

extern char _data_start[], _data_end[], _data_load[], _bss_start[], _bss_end[];

// hal.c
void systick_irq(void);
void pendsv_irq(void);

void reset(void) {
    memcpy(_data_start, _data_load, _data_end - _data_start);
    memset(_bss_start, 0, _bss_end - _bss_start);
    // The FPU, before any code that may use it: compilers keep things in its registers.
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20;
    __asm__ volatile("dsb; isb");
    main();
}

// An end that is seen: the first fault, or an interrupt that nobody asked for.
static void fault(void) {
    static const char text[] = "A fault, or a stray interrupt.\n";
    host_write(text, sizeof(text) - 1);
    host_exit(99);
}

typedef void (*vector_t)(void);

__attribute__((section(".vectors"), used)) static const vector_t vectors[16 + 82] = {
    (vector_t)_stack_top,
    reset,
    [2 ... 13] = fault,
    pendsv_irq,
    systick_irq,
    [16 ... 16 + 81] = fault,
};
