// What a finaliser must leave alone: what the collector frees behind it.
#ifndef UASYNCIO_PRIORITY_GARBAGE_H
#define UASYNCIO_PRIORITY_GARBAGE_H

#include "shim.h"

bool up_is_garbage(const void *object);

// The same in what an interrupt may call too. EXCEPTION: none.
static inline bool up_is_garbage_here(const void *object) {
    return up_in_finaliser_only() && up_is_garbage(object);
}

#endif
