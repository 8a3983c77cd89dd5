// MicroPython as it is on a board of this size, with what our loop and its tests need. ../webassembly defines some of it otherwise.
#include <alloca.h>
#include <stdint.h>

#include "board.h"

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#define MICROPY_ENABLE_GC (1)
#define MICROPY_MEM_STATS (0)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#ifndef MICROPY_FLOAT_IMPL
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)
#endif
#define MICROPY_HELPER_REPL (1)
#define MICROPY_REPL_INFO (1)
#define MICROPY_PERSISTENT_CODE_LOAD (1)
#define MICROPY_HAS_FILE_READER (1) // files.c
#ifndef MICROPY_STACK_CHECK_MARGIN
#define MICROPY_STACK_CHECK_MARGIN (1024)
#endif
#define MICROPY_SCHEDULER_DEPTH (8)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (0)
#define MICROPY_USE_INTERNAL_ERRNO (1)
#define MICROPY_ERROR_PRINTER (&mp_plat_print)

#ifndef MICROPY_PY_SYS_PLATFORM
#define MICROPY_PY_SYS_PLATFORM "qemu"
#endif
#define MICROPY_PY_TIME_TIME_TIME_NS (1)
#define MICROPY_PY_TIME_INCLUDEFILE "modtime.inc"
#define MICROPY_PY_ASYNCIO (1) // what MicroPython's own asyncio is made of, to compare with
#define MICROPY_PY_OS (0)
#define MICROPY_PY_MACHINE (0)
#define MICROPY_PY_DEFLATE (0)
#define MICROPY_PY_CRYPTOLIB (0)

// The atomic section keeps interrupts off.
#define MICROPY_BEGIN_ATOMIC_SECTION() hal_irq_disable()
#define MICROPY_END_ATOMIC_SECTION(state) hal_irq_restore(state)

#if !QEMU_STOCK && !defined(MICROPY_UASYNCIO_PRIORITY_WAIT) // the first is MicroPython alone, which loads the loop as a native .mpy
// What is scheduled ends the loop's idle wait.
extern void mp_uasyncio_priority_wake(void);
#define MICROPY_SCHED_HOOK_SCHEDULED mp_uasyncio_priority_wake()

// The idle wait is for any interrupt: this, within an atomic section.
#define MICROPY_UASYNCIO_PRIORITY_WAIT MICROPY_UASYNCIO_PRIORITY_WAIT_WFI
extern void hal_wait_for_interrupt(void);
#define MICROPY_UASYNCIO_PRIORITY_WFI() hal_wait_for_interrupt()
#endif

// Tests run programs in virtual time.
#define MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK (1)
#ifndef MICROPY_UASYNCIO_PRIORITY_TESTING
#define MICROPY_UASYNCIO_PRIORITY_TESTING (1)
#endif

typedef int mp_int_t; // 32 bits, as a pointer
typedef unsigned mp_uint_t;
#define INT_FMT "%d"
#define UINT_FMT "%u"
#define MP_SSIZE_MAX (0x7fffffff)
#define MP_NEED_LOG2 (1)
#define MP_STATE_PORT MP_STATE_VM
typedef long mp_off_t;
