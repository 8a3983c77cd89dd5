// What our part needs to know of the unix port. All C files of the firmware are compiled with it.
#ifndef UASYNCIO_PRIORITY_UNIX_CONFIG_H
#define UASYNCIO_PRIORITY_UNIX_CONFIG_H

// Ctrl-C is raised at a bytecode boundary. Raised in the signal handler it would jump over whatever runs, Rust frames too.
#undef MICROPY_ASYNC_KBD_INTR
#define MICROPY_ASYNC_KBD_INTR (0)

// The idle wait is poll(2).
#define MICROPY_UASYNCIO_PRIORITY_WAIT MICROPY_UASYNCIO_PRIORITY_WAIT_POLL

// A scheduled callback ends the loop's idle wait. Any thread may schedule one.
extern void mp_uasyncio_priority_wake(void);
#define MICROPY_SCHED_HOOK_SCHEDULED mp_uasyncio_priority_wake()

// So does Ctrl-C: interrupt.c.
#define MICROPY_WRAP_MP_SCHED_EXCEPTION(f) f##_unheard

#endif
