// MicroPython as on the boards in QEMU, but for what WebAssembly and a browser have otherwise.
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_DOUBLE)
#define MICROPY_STACK_CHECK_MARGIN (4096)
#define MICROPY_KBD_EXCEPTION (1)
#define MICROPY_USE_INTERNAL_PRINTF (0)
#define MICROPY_OPT_COMPUTED_GOTO (0) // there is no such jump
#define MICROPY_PY_SYS_PLATFORM "webassembly"
#define MICROPY_UASYNCIO_PRIORITY_TESTING (0)

// The idle wait is MicroPython's mp_event_wait_ms(), which is board_wait() here. There is no tick: it ends when the time is up,
// or something comes, also if that came between the loop's last look and the wait.
#define MICROPY_UASYNCIO_PRIORITY_WAIT MICROPY_UASYNCIO_PRIORITY_WAIT_GENERIC

#include "../qemu/mpconfigport.h"

#undef MP_NEED_LOG2 // emcc's math.h has it
