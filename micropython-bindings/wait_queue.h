// What a WaitQueue, an Event and a flag are: the loop has one too, and Lock and its like begin so.
#ifndef UASYNCIO_PRIORITY_WAIT_QUEUE_H
#define UASYNCIO_PRIORITY_WAIT_QUEUE_H

#include "shim.h"

// Event, WaitQueue and ThreadSafeFlag.
typedef struct _up_waitqueue_t {
    up_list_t waiters; // its type first
    bool set; // not a WaitQueue
    bool posted; // a flag: it is in the mailbox
    bool waited; // a flag: somebody may wait
    uint8_t level; // of its wake-ups: UP_HIGH ... UP_OWN
} up_waitqueue_t;

#endif
