// What the shim's awaitables do when they are awaited: park the running task, and know which task comes back.
#ifndef UASYNCIO_PRIORITY_AWAIT_H
#define UASYNCIO_PRIORITY_AWAIT_H

#include "shim.h"

up_task_t *up_current(up_loop_t *loop);
up_task_t *up_to_park(up_loop_t *loop);
bool up_back_from(up_loop_t *loop, mp_obj_t what);
mp_obj_t up_yield_or_stop(mp_obj_t ret);
mp_obj_t up_parked(up_task_t *task, mp_obj_t at);
mp_obj_t up_wait(up_loop_t *loop, up_list_t *list, mp_obj_t at);
#define UP_SLEEP (mp_const_none)
#define UP_STREAM_WAIT (mp_const_true)
#define UP_URGENT_WAIT (mp_const_false)

#endif
