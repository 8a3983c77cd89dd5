// The loop's side of the mailbox: what interrupts and other threads left for it. Their side is flag.c's
// mp_uasyncio_priority_set_flag() and call_soon_threadsafe().
#include "callbacks.h"
#include "clock.h"
#include "loop_state.h"
#include "mail.h"
#include "mailbox.h"
#include "report.h"
#include "threads.h"

// Takes all mail: flags wake who waits for them, callables are queued. The exception handler hears of
// what did not fit. Or drops it, with the loop emptied before: a flag stays set, and its next wait()
// returns at once. EXCEPTION: none then.
void up_mail_read(up_loop_t *loop, bool drop) {
    up_flag_t *flag;
    while ((flag = up_core_take_flag(&loop->core, up_mail(), up_now(loop))) != NULL) {
        // mutation: flag-of-the-mail-not-taken
        up_settle(MP_OBJ_FROM_PTR(flag));
        if (!up_mail_pending(up_mail())) {
            return; // mostly it is one flag: one atomic section
        }
    }
    uint32_t lost = up_mail_lost(up_mail());
    if (lost != 0 && !drop) {
        mp_obj_t exc = mp_obj_new_exception_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("interrupt mailbox was full %u times: calls may be lost"), (unsigned)lost);
        up_report(loop, exc, mp_const_none);
    }
    uintptr_t item;
    while ((item = up_mail_take(up_mail())) != 0) {
        mp_obj_t object = MP_OBJ_FROM_PTR((void *)item);
        if (!drop) {
            up_call_queue(loop, object);
        } else if (UP_THREADS && up_as_callback(object) != NULL) {
            up_callback_spend(MP_OBJ_TO_PTR(object)); // who has its handle is told
        }
        up_settle(object);
    }
}
