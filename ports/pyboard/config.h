// What our part needs to know of the stm32 port. All C files of the firmware are compiled with it.

// The idle wait is for any interrupt. Threads, of the THREAD variants, need MicroPython's own.
#define MICROPY_UASYNCIO_PRIORITY_WAIT \
    (MICROPY_PY_THREAD ? MICROPY_UASYNCIO_PRIORITY_WAIT_GENERIC : MICROPY_UASYNCIO_PRIORITY_WAIT_WFI)

// It is called with interrupts held off by PRIMASK: one that is pending ends it all the same,
// so none comes between the last look and the wait. SysTick ends it each millisecond.
#define MICROPY_UASYNCIO_PRIORITY_WFI() __asm volatile("dsb\n\twfi" ::: "memory")
