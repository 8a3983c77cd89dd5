// MicroPython with all that our loop and its tests need.
#include <alloca.h>
#include <stdint.h>

#include "board.h"

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#define MICROPY_ENABLE_GC (1)
#define MICROPY_MEM_STATS (0)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_DOUBLE)
#define MICROPY_HELPER_REPL (1)
#define MICROPY_REPL_INFO (1)
#define MICROPY_PERSISTENT_CODE_LOAD (1)
#define MICROPY_HAS_FILE_READER (1) // ../qemu/files.c
#define MICROPY_STACK_CHECK_MARGIN (4096)
#define MICROPY_SCHEDULER_DEPTH (8)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (0)
#define MICROPY_KBD_EXCEPTION (1)
#define MICROPY_USE_INTERNAL_ERRNO (1)
#define MICROPY_USE_INTERNAL_PRINTF (0)
#define MICROPY_OPT_COMPUTED_GOTO (0) // there is no such jump
#define MICROPY_ERROR_PRINTER (&mp_plat_print)

#define MICROPY_PY_SYS_PLATFORM "webassembly"
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

// The idle wait is MicroPython's mp_event_wait_ms(), which is board_wait() here. There is no tick: it ends when the time is up,
// or something comes, also if that came between the loop's last look and the wait.
#define MICROPY_UASYNCIO_PRIORITY_WAIT MICROPY_UASYNCIO_PRIORITY_WAIT_GENERIC

// Tests run programs in virtual time.
#define MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK (1)

typedef int mp_int_t;
typedef unsigned mp_uint_t;
#define INT_FMT "%d"
#define UINT_FMT "%u"
#define MP_SSIZE_MAX (0x7fffffff)
#define MP_STATE_PORT MP_STATE_VM
typedef long mp_off_t;
