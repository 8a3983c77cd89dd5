// What differs between ports: how the loop waits while it is idle, and how it is woken. Each file of this folder is one way;
// the atomic sections are MicroPython's own macros everywhere (atomic.c).
#ifndef UASYNCIO_PRIORITY_PLATFORM_PLATFORM_H
#define UASYNCIO_PRIORITY_PLATFORM_PLATFORM_H

#include "../shim.h"

// Which way this port has: MICROPY_UASYNCIO_PRIORITY_WAIT, by its configuration.
#if UP_WAIT_IS(POLL)
#define UP_PLATFORM_UNIX (1) // unix.c
#elif UP_WAIT_IS(FREERTOS)
#define UP_PLATFORM_FREERTOS (1) // freertos.c
#elif UP_WAIT_IS(WFI)
#define UP_PLATFORM_WFI (1) // wfi.c
#else
#define UP_PLATFORM_GENERIC (1) // generic.c
#endif

// Waits until something may have happened, at most `ms` from `now`; UINT32_MAX is for ever. Streams with a descriptor are asked
// on the way. It may return early. Runs what is scheduled, which may raise.
void up_wait_for_event(up_loop_t *loop, uint32_t now, uint32_t ms);
#if UP_HAVE_FDS
// Asks about all descriptors, without waiting.
void up_poll(up_loop_t *loop);
// Makes room to ask about `n` descriptors. Raises MemoryError with nothing changed.
void up_poll_reserve(up_loop_t *loop, size_t n);
#endif
// Ends an idle wait. May be called from any thread, a signal handler or an interrupt.
// EXCEPTION: none.
void mp_uasyncio_priority_wake(void);
// Something is due. With a global lock it may be another thread's doing, while the loop's own waits (UP_ROUSES).
// EXCEPTION: none.
static inline void up_rouse(void) {
#if UP_ROUSES
    mp_uasyncio_priority_wake();
#endif
}

#endif
