// The mailbox: where interrupts and other threads leave things.
#ifndef UASYNCIO_PRIORITY_MAILBOX_H
#define UASYNCIO_PRIORITY_MAILBOX_H

#include "shim.h"

// EXCEPTION: none.
static inline up_mailbox_t *up_mail(void) {
    return (up_mailbox_t *)MP_STATE_VM(up_mail);
}

#endif
