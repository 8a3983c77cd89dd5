// The idle wait of ports that have a wait of their own, or must not wait at all (ESP8266: the SDK is to be served). What a
// callback does that mp_event_wait_*() itself runs is seen when that wait is over: mostly at once, since an
// interrupt's end is an event too, at the latest with the tick or at the due time.
#include "platform.h"

#if UP_PLATFORM_GENERIC

#include "../mailbox.h"

void mp_uasyncio_priority_wake(void) {
}

void up_wait_for_event(up_loop_t *loop, uint32_t ms) {
    (void)loop;
    if (up_mail_pending(up_mail())) {
        mp_event_handle_nowait();
    } else if (ms == UINT32_MAX) {
        mp_event_wait_indefinite();
    } else {
        mp_event_wait_ms(ms);
    }
}

#endif
