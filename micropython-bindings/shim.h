// What all files of the shim need: what a build can set, what it has, and the names of the two main types. The shim touches
// Python's objects and decides nothing: order, places and time are the core's (uasyncio_priority.h).
//
// Every function of the shim may raise unless it says "EXCEPTION: none", and none may be called from an
// interrupt or another thread except mp_uasyncio_priority_*().
#ifndef UASYNCIO_PRIORITY_SHIM_H
#define UASYNCIO_PRIORITY_SHIM_H

#include "platform/python.h"
#include "uasyncio_priority.h"

// A build for tests can replace the loop's clock: _mock_clock(). Boards leave it out.
#ifndef MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
#define MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK (0)
#endif
// So can what such a build freezes besides, asyncio_priority.testing, with what is scripted for an instant.
#ifndef MICROPY_UASYNCIO_PRIORITY_TESTING
#define MICROPY_UASYNCIO_PRIORITY_TESTING (0)
#endif

// The loop's look at the port's clock: another than `time` has, where that is the tests' one.
#ifndef UP_TICKS_MS
#define UP_TICKS_MS() mp_hal_ticks_ms()
#endif

// What a build can leave out (0), each with the frozen Python that goes with it: ../python/manifest.py.
// The names of uasyncio V2, and `asyn`.
#ifndef MICROPY_UASYNCIO_PRIORITY_V2
#define MICROPY_UASYNCIO_PRIORITY_V2 (1)
#endif
// CPython's names that neither MicroPython's asyncio nor asyncio_priority of 2017 has.
#ifndef MICROPY_UASYNCIO_PRIORITY_CPYTHON
#define MICROPY_UASYNCIO_PRIORITY_CPYTHON (1)
#endif
// What shows what the loop does: diagnostics.c. A native .mpy is in RAM, so it has that only if it is asked for.
#ifndef MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
#ifdef MICROPY_ENABLE_DYNRUNTIME
#define MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS (0)
#else
#define MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS (1)
#endif
#endif
// What it may have besides (1): help() of our names. micropython.mk does the rest: help.c.
#ifndef MICROPY_UASYNCIO_PRIORITY_HELP
#define MICROPY_UASYNCIO_PRIORITY_HELP (0)
#endif

// The idle wait (platform/). The port's configuration names it, because all C files see that. What a build system defines
// may not reach each of its objects.
#define MICROPY_UASYNCIO_PRIORITY_WAIT_GENERIC (0) // the port's own mp_event_wait_ms()
#define MICROPY_UASYNCIO_PRIORITY_WAIT_POLL (1) // poll(2)
#define MICROPY_UASYNCIO_PRIORITY_WAIT_FREERTOS (2) // a notification of FreeRTOS
#define MICROPY_UASYNCIO_PRIORITY_WAIT_WFI (3) // MICROPY_UASYNCIO_PRIORITY_WFI(), ended by any interrupt
#ifndef MICROPY_UASYNCIO_PRIORITY_WAIT
#define MICROPY_UASYNCIO_PRIORITY_WAIT (MICROPY_UASYNCIO_PRIORITY_WAIT_GENERIC)
#endif
#define UP_WAIT_IS(name) (MICROPY_UASYNCIO_PRIORITY_WAIT == MICROPY_UASYNCIO_PRIORITY_WAIT_##name)

// A stream that the operating system knows is asked by its number, together with all others.
#define UP_HAVE_FDS UP_WAIT_IS(POLL)

#include "requirements.h"

// What other contexts look at. Where those are interrupts only, a store is all it takes.
#define up_store(place, value) __atomic_store_n(place, value, UP_THREADS ? __ATOMIC_RELEASE : __ATOMIC_RELAXED)
#define up_load(place) __atomic_load_n(place, UP_THREADS ? __ATOMIC_ACQUIRE : __ATOMIC_RELAXED)

// Between a store that another context looks for and a look at what that context stores.
#define up_fence() __atomic_thread_fence(__ATOMIC_SEQ_CST)

// The one loop: loop_object.h.
typedef struct _up_loop_t up_loop_t;
// A task: task.h.
typedef struct _up_task_t up_task_t;

// Bits of types that MicroPython does not use: a task can run such an object as it is, as if it were a coroutine;
// it is an up_permits_t.
#define UP_TYPE_IS_COROUTINE (0x8000)
#define UP_TYPE_COUNTS (0x4000)
#define UP_TYPE_AWAITABLE (MP_TYPE_FLAG_ITER_IS_ITERNEXT | UP_TYPE_IS_COROUTINE)

#endif
