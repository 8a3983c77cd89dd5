// Callbacks: what call_soon() and its kin queue.
#ifndef UASYNCIO_PRIORITY_CALLBACKS_H
#define UASYNCIO_PRIORITY_CALLBACKS_H

#include "shim.h"

// A callback of call_soon() and its kin, and the handle that cancels it.
typedef struct _up_callback_t {
    up_entry_t entry; // its flags are UP_CALLBACK_...; its data is the function, NULL when it ran or was cancelled
    mp_obj_t args; // a tuple
} up_callback_t;

#define UP_CALLBACK_MAILED (1) // another thread left it, and it had no turn yet
#define UP_CALLBACK_OWN (2) // of a bare callable from the mailbox: nobody has it, so it is used again

extern const mp_obj_type_t up_callback_type;

// call_soon() and its kin: methods of the loop.
typedef struct _up_call_method_t up_call_method_t;
extern const up_call_method_t up_call_soon;
extern const up_call_method_t up_call_later;
extern const up_call_method_t up_call_later_ms;
extern const up_call_method_t up_call_after;
extern const up_call_method_t up_call_after_ms;
extern const up_call_method_t up_call_at;
extern const up_call_method_t up_call_at_;
MP_DECLARE_CONST_FUN_OBJ_VAR(up_loop_call_soon_threadsafe_obj);

up_callback_t *up_callback_new(mp_obj_t fun, mp_obj_t args);
up_callback_t *up_as_callback(mp_obj_t object);
void up_callbacks_reserve(up_loop_t *loop);
void up_callback_spend(up_callback_t *self);
void up_callback_run(up_loop_t *loop, up_callback_t *self);
void up_call_queue(up_loop_t *loop, mp_obj_t object);

#endif
