// The loop, and whose it is: where threads run at the same time it is one thread's at a time.
#ifndef UASYNCIO_PRIORITY_THREADS_H
#define UASYNCIO_PRIORITY_THREADS_H

#include "py/gc.h"
#include "loop_state.h"

// The one loop, for those who change it, or look into the core. RuntimeError if another thread runs it.
up_loop_t *up_loop(void);
#if UP_THREADS
// The same for those who only look at it, from any thread. EXCEPTION: none.
static inline up_loop_t *up_any_loop(void) {
    return MP_STATE_VM( up_loop);
}
// The running thread, by an address of its own.
#if UP_HAVE_FDS
extern __thread char up_thread_mark; // a fifth of what mp_thread_get_state() takes
#define UP_THREAD ((void *)&up_thread_mark)
#else
#define UP_THREAD ((void *)mp_thread_get_state())
#endif
void up_take(up_loop_t *loop, bool run);
// Whether the loop is the running thread's. EXCEPTION: none.
static inline bool up_owns(up_loop_t *loop) {
    return up_load(&loop->thread) == UP_THREAD;
}
// What up_loop() checks.
static inline void up_own(up_loop_t *loop) {
    if (!up_owns(loop)) {
        up_take(loop, false);
    }
}
#else
#define up_any_loop up_loop
#define up_own(loop) ((void)0)
#define up_owns(loop) (true)
#endif

// What is passed on by mail between threads is held on both sides until a collection under way is over. Its
// collector does not stop a thread before it looks at its stack, and may have looked into the mailbox and the
// entries before it was there. (MicroPython has no such guard for its own objects.) EXCEPTION: none.
static inline void up_settle(mp_obj_t object) {
#if UP_THREADS
    if (!gc_is_locked()) { // as in a hard interrupt, which must not wait
        gc_nbytes(MP_OBJ_TO_PTR(object)); // takes the collector's lock
    }
#else
    (void)object;
#endif
}

#endif
