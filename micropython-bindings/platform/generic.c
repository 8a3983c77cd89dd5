// The idle wait of ports that have a wait of their own, or must not wait at all (ESP8266: the SDK is to be served). What ends
// that wait is the port's: docs/porting.md has it for each. Who posts mail or schedules is an interrupt, whose end is what the
// wait ends with, or the other core, which tells by leaving an atomic section. Not each port has a tick.
#include "platform.h"

#if UP_PLATFORM_GENERIC

#include "../mailbox.h"

void mp_uasyncio_priority_wake(void) {
}

void up_wait_for_event(up_loop_t *loop, uint32_t now, uint32_t ms) {
    (void)loop;
    (void)now;
    // What is scheduled runs here, and not in the wait: it may make something due, and there may be no tick to end that.
    bool scheduled = up_pending();
    mp_event_handle_nowait();
    if (scheduled || up_mail_pending(up_mail())) {
        return;
    }
    if (ms == UINT32_MAX) {
        mp_event_wait_indefinite();
    } else {
        mp_event_wait_ms(ms);
    }
}

#endif
