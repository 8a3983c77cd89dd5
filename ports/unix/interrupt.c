// Ctrl-C ends the loop's idle wait, whichever thread the kernel hands the signal to. MicroPython only notes the exception
// for the main thread, which may have looked for one already, and be about to wait.

#include "py/runtime.h"

extern void mp_sched_exception_unheard(mp_obj_t exc); // MicroPython's own: config.h

// May be called from a signal handler, as what it replaces.
void mp_sched_exception(mp_obj_t exc) {
    mp_sched_exception_unheard(exc);
    mp_uasyncio_priority_wake();
}
