// The idle wait on bare metal: any interrupt ends the wait, that of each millisecond's tick too. Interrupts are held off
// from the last look at what is pending to the wait: one that comes in between ends the wait at once, and
// is served behind it.
#include "platform.h"

#if UP_PLATFORM_WFI

#include "../mailbox.h"

void mp_uasyncio_priority_wake(void) {
}

void up_wait_for_event(up_loop_t *loop, uint32_t ms) {
    (void)loop;
    (void)ms;
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (!up_mail_pending(up_mail()) && !up_pending()) {
        MICROPY_UASYNCIO_PRIORITY_WFI();
    }
    MICROPY_END_ATOMIC_SECTION(state);
    mp_event_handle_nowait();
}

#endif
