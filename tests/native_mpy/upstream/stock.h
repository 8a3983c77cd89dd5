// Upstream's configuration, with a clock and what waits by it.
#include <mpconfigport.h>

#include "board.h"

#undef MICROPY_PY_SELECT
#define MICROPY_PY_SELECT (1)
#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME (1)
#define MICROPY_PY_TIME_TIME_TIME_NS (1)
#define MICROPY_PY_TIME_INCLUDEFILE "seconds.inc"
#if defined(QEMU_SOC_NRF51)
// Upstream leaves native code out here. A Pico, which is of the same kind, loads it by these.
#define MICROPY_EMIT_THUMB (1)
#define MICROPY_EMIT_THUMB_ARMV7M (0)
#define MICROPY_EMIT_INLINE_THUMB (1)
#define MICROPY_EMIT_INLINE_THUMB_FLOAT (0)
#endif
#define MICROPY_ERROR_PRINTER (&mp_plat_print)

void hal_init(void);
#define MICROPY_PORT_INIT_FUNC hal_init()
#define MICROPY_BEGIN_ATOMIC_SECTION() hal_irq_disable()
#define MICROPY_END_ATOMIC_SECTION(state) hal_irq_restore(state)
void board_wait(void);
#define MICROPY_INTERNAL_WFE(timeout_ms) board_wait()
