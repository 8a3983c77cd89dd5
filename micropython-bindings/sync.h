// What tasks park at: WaitQueue, Event, Lock and the semaphores.
#ifndef UASYNCIO_PRIORITY_SYNC_H
#define UASYNCIO_PRIORITY_SYNC_H

#include "sleep.h"
#include "wait_queue.h"

// Lock, Semaphore and BoundedSemaphore; the items of a Queue and its room.
typedef struct _up_sem_t {
    up_waitqueue_t queue;
    mp_int_t free; // how many nobody has, or is to take
    mp_int_t taken; // how many were taken and not given back. Of what is given first, the items of a Queue, it is negative
} up_sem_t;

// What `async with` awaits on the way out: a sleep that is over.
extern const up_sleep_t up_nothing;
extern const mp_obj_type_t up_waitqueue_type;
extern const mp_obj_type_t up_event_type;
extern const mp_obj_type_t up_lock_type;
extern const mp_obj_type_t up_semaphore_type;
extern const mp_obj_type_t up_bounded_type;

mp_obj_t up_waitqueue_iternext(mp_obj_t self_in);
void up_waitqueue_wake_if_set(up_loop_t *loop, up_waitqueue_t *self);
mp_obj_t up_waitqueue_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
MP_DECLARE_CONST_FUN_OBJ_1(up_waitqueue_clear_obj);
mp_obj_t up_event_set(mp_obj_t self_in);
void up_sem_pass_on(mp_obj_t at);
void up_sem_refuse(up_task_t *task);
void up_sem_give(up_sem_t *self);
bool up_sem_take(up_sem_t *self, mp_obj_t at);
MP_DECLARE_CONST_FUN_OBJ_1(up_sem_locked_obj);

#endif
