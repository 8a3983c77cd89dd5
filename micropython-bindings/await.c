// What the shim's awaitables do when they are awaited.
#include "args.h"
#include "await.h"
#include "loop_state.h"
#include "task.h"

// The running task; RuntimeError outside of one.
up_task_t *up_current(up_loop_t *loop) {
    if (loop->cur == NULL) {
        up_raise_runtime(MP_ERROR_TEXT("await outside a running task"));
    }
    return loop->cur;
}

// The running task, which is to park; RuntimeError outside of one, and in a finaliser, which is nobody's step.
up_task_t *up_to_park(up_loop_t *loop) {
    up_task_t *task = loop->cur; // up_current(), without a call
    if (task == NULL) {
        up_current(loop); // raises
    }
    if (up_in_finaliser()) {
        up_raise_runtime(MP_ERROR_TEXT("a finaliser can't await"));
    }
    return task;
}

// True, once, if the step began by coming back from `what`: the object that the task was parked at,
// UP_SLEEP, UP_STREAM_WAIT or UP_URGENT_WAIT. EXCEPTION: none.
bool up_back_from(up_loop_t *loop, mp_obj_t what) {
    bool back = loop->back == what;
    if (back) {
        loop->back = MP_OBJ_NULL;
    }
    return back;
}

// What a coroutine's send() and throw() return, or raise at its end.
mp_obj_t up_yield_or_stop(mp_obj_t ret) {
    if (ret == MP_OBJ_STOP_ITERATION) {
        mp_obj_t value = MP_STATE_THREAD(stop_iteration_arg);
        if (value == MP_OBJ_NULL || value == mp_const_none) {
            mp_raise_type(&mp_type_StopIteration);
        }
        nlr_raise(mp_obj_new_exception_arg1(&mp_type_StopIteration, value));
    }
    return ret;
}

// A task is parked by one of our awaitables, at `at`. What that says to the run loop. EXCEPTION: none.
mp_obj_t up_parked(up_task_t *task, mp_obj_t at) {
    *up_task_data(task) = at;
    task->entry.flags |= UP_TASK_AWAITING;
    return mp_const_none;
}

// Parks the running task in a list of `at`. RuntimeError outside of a task.
mp_obj_t up_wait(up_loop_t *loop, up_list_t *list, mp_obj_t at) {
    up_task_t *task = up_to_park(loop);
    up_core_park(&loop->core, &task->entry, list);
    return up_parked(task, at);
}
