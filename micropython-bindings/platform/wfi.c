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
    bool over;
    do {
        mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
        over = up_mail_pending(mail) || up_pending() || roused;
        if (!over) {
            MICROPY_UASYNCIO_PRIORITY_WFI();
        }
        MICROPY_END_ATOMIC_SECTION(state);
    } while (!over && ms > 1 && up_now(loop) - now < ms); // 1: conditions and streams are asked after each interrupt
    roused = false;
    mp_event_handle_nowait();
}

#endif
