// Configuration of the builds that ports/size.py compares: that of the port, as a board would have it.
#include "mpconfigport.h"

// Not for tests.
#undef MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
#define MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK (0)
#undef MICROPY_UASYNCIO_PRIORITY_TESTING
#define MICROPY_UASYNCIO_PRIORITY_TESTING (0)

// Whether the C part of MicroPython's own asyncio is built.
#undef MICROPY_PY_ASYNCIO
#define MICROPY_PY_ASYNCIO (SIZE_OF_STOCK)

#if !SIZE_OF_OURS
// What the port's pyb.c has of our module, which is not there.
#define UASYNCIO_PRIORITY_FLAG_H
#define up_flag_type mp_type_gen_instance
#define mp_uasyncio_priority_set_flag(flag) (void)(flag)
// What the port's interrupt.c has of it.
#define mp_uasyncio_priority_wake() (void)0
#undef MICROPY_SCHED_HOOK_SCHEDULED
#endif
