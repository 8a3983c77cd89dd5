// The loop's side of the mailbox: what interrupts and other threads left for it. Their side is flag.c's
// mp_uasyncio_priority_set_flag() and call_soon_threadsafe().
#include "callbacks.h"
#include "flag.h"
#include "mail.h"
#include "mailbox.h"
#include "report.h"
#include "sync.h"
#include "threads.h"
#include "wait_queue.h"

// Takes all mail: flags wake who waits for them, callables are queued. The exception handler hears of
// what did not fit. Or drops it, with the loop emptied before: a flag stays set, and its next wait()
// returns at once. EXCEPTION: none then.
void up_mail_read(up_loop_t *loop, bool drop) {
    uint32_t lost = up_mail_lost(up_mail());
    if (lost != 0 && !drop) {
        // mutation: full-mail-not-looked-after
        up_flags_look(loop);
        mp_obj_t exc = mp_obj_new_exception_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("interrupt mailbox was full %u times: calls may be lost"), (unsigned)lost);
        up_report(loop, exc, mp_const_none);
    }
    uintptr_t item;
    while ((item = up_mail_take(up_mail())) != 0) {
        mp_obj_t object = MP_OBJ_FROM_PTR((void *)item);
        if (mp_obj_is_type(object, &up_flag_type)) {
            up_waitqueue_t *flag = MP_OBJ_TO_PTR(object);
            // mutation: posted-for-ever
            up_store(&flag->posted, false); // from here on a set() posts it again; one before is seen below
            up_fence();
            up_waitqueue_wake_if_set(loop, flag);
        } else if (!drop) {
            up_call_queue(loop, object);
        } else if (UP_THREADS && up_as_callback(object) != NULL) {
            up_callback_spend(MP_OBJ_TO_PTR(object)); // who has its handle is told
        }
        up_settle(object);
    }
}
