// What a finaliser must leave alone: what the collector frees behind it.
#ifndef UASYNCIO_PRIORITY_GARBAGE_H
#define UASYNCIO_PRIORITY_GARBAGE_H

#include "shim.h"

// Whether a finaliser runs in this thread: the collector has marked what something reaches, and is about to free all
// else. EXCEPTION: none.
static inline bool up_in_finaliser(void) {
    return MP_STATE_THREAD(gc_lock_depth) & GC_COLLECT_FLAG;
}

bool up_is_garbage(const void *object);

// The same in what an interrupt may call too. One that comes while the collector marks has locked the heap once more.
// EXCEPTION: none.
static inline bool up_is_garbage_here(const void *object) {
    return MP_STATE_THREAD(gc_lock_depth) == GC_COLLECT_FLAG && up_is_garbage(object);
}

#endif
