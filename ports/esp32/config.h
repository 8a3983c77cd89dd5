// What our part needs to know of the esp32 port. All C files of the firmware are compiled with it.

// The idle wait is for a notification of FreeRTOS.
// mutation: esp32-without-its-wait
#define MICROPY_UASYNCIO_PRIORITY_WAIT MICROPY_UASYNCIO_PRIORITY_WAIT_FREERTOS

// What is scheduled ends it. Called within an atomic section.
#ifndef __ASSEMBLER__
extern void mp_uasyncio_priority_wake(void);
#endif
// mutation: esp32-without-its-hook
#define MICROPY_SCHED_HOOK_SCHEDULED mp_uasyncio_priority_wake()
