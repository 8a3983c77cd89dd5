// When interrupts and other threads posted something, for the trace.
#ifndef UASYNCIO_PRIORITY_POSTS_H
#define UASYNCIO_PRIORITY_POSTS_H

#include "shim.h"

// Whether there is a trace. A native .mpy has none, because it cannot look into coroutines and has no static memory.
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS && !defined(MICROPY_ENABLE_DYNRUNTIME)
#define UP_TRACES (1)
extern up_posts_t up_posts;

void up_post_note(void);

// From any context: something is to be posted. EXCEPTION: none.
static inline void up_post(void) {
    if (__atomic_load_n(&up_posts.on, __ATOMIC_RELAXED) != 0) {
        up_post_note();
    }
}
#else
#define UP_TRACES (0)

static inline void up_post(void) {
}
#endif

#endif
