// What tasks park at: WaitQueue, Event and the semaphores.
#ifndef UASYNCIO_PRIORITY_SYNC_H
#define UASYNCIO_PRIORITY_SYNC_H

#include "sleep.h"

// Event, WaitQueue and ThreadSafeFlag are an up_flag_t; Semaphore and BoundedSemaphore an up_permits_t.

// What `async with` awaits on the way out: a sleep that is over.
extern const up_sleep_t up_nothing;
extern const mp_obj_type_t up_waitqueue_type;
extern const mp_obj_type_t up_event_type;
extern const mp_obj_type_t up_semaphore_type;
extern const mp_obj_type_t up_bounded_type;

mp_obj_t up_flag_await(mp_obj_t self_in, uint32_t how);
mp_obj_t up_waitqueue_iternext(mp_obj_t self_in);
mp_obj_t up_waitqueue_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
MP_DECLARE_CONST_FUN_OBJ_1(up_waitqueue_clear_obj);
mp_obj_t up_event_set(mp_obj_t self_in);
bool up_permits_give(up_permits_t *self);
bool up_permits_take(up_permits_t *self, mp_obj_t at);
MP_DECLARE_CONST_FUN_OBJ_1(up_permits_locked_obj);

#endif
