// The idle wait on bare metal: any interrupt ends the processor's sleep, that of each millisecond's tick too, and most bring
// nothing: it sleeps on. Interrupts are held off from the last look at what is pending to the sleep: one that comes in between
// ends the sleep at once, and is served behind it.
#include "platform.h"

#if UP_PLATFORM_WFI

#include "../clock.h"
#include "../mailbox.h"

static volatile bool roused;

void mp_uasyncio_priority_wake(void) {
    roused = true;
}

void up_wait_for_event(up_loop_t *loop, uint32_t now, uint32_t ms) {
    up_mailbox_t *mail = up_mail();
    if (ms == 1) {
        ms = 0; // conditions and streams are asked after each interrupt
    }
    do {
        mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
        if (UP_MAIL_IS_PENDING(mail) || up_pending() || roused) {
            MICROPY_END_ATOMIC_SECTION(state);
            break;
        }
        MICROPY_UASYNCIO_PRIORITY_WFI();
        MICROPY_END_ATOMIC_SECTION(state);
    } while (up_now(loop) - now < ms);
    roused = false;
    mp_event_handle_nowait();
}

#endif
