// Task: a coroutine on the loop, which can be awaited and cancelled (docs/behaviour.md, section 7).
//
// Its Python side is that of MicroPython's asyncio: coro, data, state, ph_key, done(), cancel().
#include "py/objexcept.h"
#include "py/smallint.h"
#include "args.h"
#include "await.h"
#include "clock.h"
#include "garbage.h"
#include "heap_search.h"
#include "loop_state.h"
#include "platform/platform.h"
#include "schedule.h"
#include "sync.h"
#include "task.h"
#include "threads.h"
#include "when.h"

MP_DEFINE_EXCEPTION(CancelledError, BaseException)
MP_DEFINE_EXCEPTION(TimeoutError, Exception)

// What a task needs only once somebody awaits it.
typedef struct _up_join_t {
    up_list_t waiters; // no type: Python never sees it
    mp_obj_t data; // what would be the task's
    mp_obj_t callback; // called with (task, exception) at its end, or MP_OBJ_NULL
} up_join_t;

// EXCEPTION: none.
bool up_is_task(mp_obj_t o) {
    return mp_obj_is_type(o, &up_task_type);
}

// EXCEPTION: none.
bool up_is_exception(mp_obj_t o) {
    return mp_obj_is_exception_instance(o) || mp_obj_is_exception_type(o);
}

// Where the task's data is. EXCEPTION: none.
mp_obj_t *up_task_data(up_task_t *task) {
    return task->entry.flags & UP_TASK_BOXED ? &((up_join_t *)MP_OBJ_TO_PTR(task->data))->data : &task->data;
}

// Whether a task can run `o`: a coroutine, or what wait(), acquire() and their like return. Those are
// coroutines in MicroPython's asyncio; here they are awaitables that can be resumed as one.
static bool up_is_coroutine(mp_obj_t o) {
    if (mp_obj_get_type(o)->flags & UP_TYPE_IS_COROUTINE) {
        return true;
    }
    mp_obj_t send[2];
    mp_load_method_protected(o, MP_QSTR_send, send, false);
    return send[0] != MP_OBJ_NULL;
}

// A task for `coro` that nobody has scheduled yet. TypeError if it is not a coroutine.
up_task_t *up_task_new(mp_obj_t coro) {
    if (!up_is_coroutine(coro)) {
        if (mp_obj_is_callable(coro)) {
            mp_raise_TypeError(MP_ERROR_TEXT("coroutine expected: 'coro' is a function that was not called"));
        }
        up_raise_type(MP_ERROR_TEXT("%q expected, not %s"), MP_QSTR_coroutine, coro);
    }
    up_task_t *task = mp_obj_malloc(up_task_t, &up_task_type);
    task->data = mp_const_none;
    task->coro = coro;
    task->entry = (up_entry_t){ .object = &up_task_type, .core = UP_NEW }; // last: heap_search.c looks for it
    return task;
}

// Whether the loop was given the task, and did not forget it since. EXCEPTION: none.
bool up_task_known(up_loop_t *loop, up_task_t *task) {
    // mutation: known-for-ever
    return task->entry.flags >> 8 == loop->epoch;
}

// The entry of a task, which the loop knows from here on. EXCEPTION: none.
up_entry_t *up_task_entry(up_loop_t *loop, up_task_t *task) {
    task->entry.flags = (task->entry.flags & ~UP_TASK_EPOCH) | loop->epoch << 8;
    return &task->entry;
}

// Schedules a task, unless it has ended. EXCEPTION: none.
void up_task_schedule(up_loop_t *loop, up_task_t *task, uint32_t level, uint32_t delay) {
    if (!(task->entry.flags & UP_TASK_DONE)) {
        up_schedule(loop, up_task_entry(loop, task), level, delay);
    }
}

// Schedules a task from outside. One with an exception on its way to it is due, wherever it is; one that parked itself lets
// go of what it waits at; one that sleeps, or waits for a stream, goes on. Not one that has ended; nor one that awaits a
// condition, or in a list of ours: it would ask again, and miss who wakes it meanwhile. Nor one that is garbage.
// EXCEPTION: none.
void up_task_revive(up_loop_t *loop, up_task_t *task, uint32_t level, uint32_t delay) {
    if ((task->entry.flags & UP_TASK_DONE) || up_is_garbage(task)) {
        return;
    }
    mp_obj_t *data = up_task_data(task);
    if (!up_is_exception(*data)) {
        // mutation: woken-and-forgotten
        if (!(task->entry.flags & UP_TASK_AWAITING)) {
            *data = mp_const_none;
        } else if (up_place(task) == UP_CONDITION || (up_place(task) == UP_PARKED && up_task_known(loop, task))) {
            return;
        }
    }
    up_task_schedule(loop, task, level, delay);
}

// Takes a task out of whatever queue it is in. EXCEPTION: none.
void up_task_unqueue(up_loop_t *loop, up_task_t *task) {
    if (!(task->entry.flags & UP_TASK_DONE)) {
        up_core_unqueue(&loop->core, up_task_entry(loop, task));
    }
}

// A new task at `level`, due now.
up_task_t *up_create_task(up_loop_t *loop, mp_obj_t coro, uint32_t level) {
    up_task_t *task = up_task_new(coro);
    up_core_set_level(&task->entry, level);
    up_task_schedule(loop, task, UP_OWN, 0);
    return task;
}

// Throws `exc` into a task at its next step, which is due now. EXCEPTION: none.
void up_task_throw(up_loop_t *loop, up_task_t *task, mp_obj_t exc) {
    // mutation: handed-and-cancelled
    up_sem_refuse(task);
    mp_obj_t *data = up_task_data(task);
    up_when_done(loop, *data, task);
    *data = exc;
    up_core_cancel(&loop->core, up_task_entry(loop, task), up_now(loop));
    up_rouse();
}

// The join box of a task.
static MP_NOINLINE up_join_t *up_task_box(up_task_t *task) {
    if (!(task->entry.flags & UP_TASK_BOXED)) {
        up_join_t *box = m_new0(up_join_t, 1);
        box->data = task->data;
        task->data = MP_OBJ_FROM_PTR(box);
        task->entry.flags |= UP_TASK_BOXED;
    }
    return MP_OBJ_TO_PTR(task->data);
}

// A task is of no more use to the loop. EXCEPTION: none.
void up_task_leave(up_loop_t *loop, up_task_t *task) {
    task->entry.flags &= ~UP_TASK_EPOCH;
    up_core_forget(&loop->core, &task->entry);
}

// What MicroPython's task.data is: of a task that returned, its value in a StopIteration.
static MP_NOINLINE mp_obj_t up_task_get_data(up_task_t *self) {
    if ((self->entry.flags & (UP_TASK_DONE | UP_TASK_RAISED)) == UP_TASK_DONE) {
        return mp_obj_new_exception_arg1(&mp_type_StopIteration, self->data);
    }
    return *up_task_data(self);
}

// A task ends: wakes who awaits it. The callback in `state`, or MP_OBJ_NULL. EXCEPTION: none.
static MP_NOINLINE mp_obj_t up_task_join(up_loop_t *loop, up_task_t *task) {
    if (!(task->entry.flags & UP_TASK_BOXED)) {
        return MP_OBJ_NULL;
    }
    up_join_t *box = MP_OBJ_TO_PTR(task->data);
    if (up_wake(loop, &box->waiters, UP_OWN, SIZE_MAX) != 0 || box->callback != MP_OBJ_NULL) {
        task->entry.flags |= UP_TASK_AWAITED;
    }
    return box->callback;
}

// The task ended with `result`, a value or an exception. Wakes who awaits it. A callback in `state`
// may raise; the task has ended all the same.
void up_task_end(up_loop_t *loop, up_task_t *task, bool raised, mp_obj_t result) {
    mp_obj_t callback = up_task_join(loop, task);
    uint32_t flags = (task->entry.flags & (UP_TASK_AWAITED | UP_TASK_EPOCH)) | UP_TASK_DONE;
    if (raised) {
        flags |= UP_TASK_RAISED;
        if (!(flags & UP_TASK_AWAITED) && task != loop->main && mp_obj_exception_match(result, MP_OBJ_FROM_PTR(&mp_type_Exception))) {
            // Somebody may still await it before its turn comes again; if not, it is reported then.
            // (CancelledError is as good as a value, and what else is no Exception ends the run.)
            flags |= UP_TASK_UNSEEN;
        }
    }
    task->entry.flags = flags;
    task->data = result;
    if (task == loop->main) {
        loop->stopping = true;
    }
    if (flags & UP_TASK_UNSEEN) {
        up_schedule(loop, &task->entry, UP_OWN, 0);
    } else {
        up_task_leave(loop, task);
    }
    if (callback != MP_OBJ_NULL) {
        mp_call_function_2(callback, MP_OBJ_FROM_PTR(task), up_task_get_data(task));
    }
}

// Cancels a task, or the one at the end of the chain of tasks it awaits: CancelledError is thrown
// into it at its next step, which is due now wherever it waits. False if it has ended, or is garbage.
bool up_task_cancel(up_loop_t *loop, up_task_t *task) {
    if ((task->entry.flags & UP_TASK_DONE) || up_is_garbage(task)) {
        return false;
    }
    mp_obj_t data;
    up_task_t *behind = task; // goes half as fast: if the chain is a ring, it is caught up with
    for (bool odd = false;; odd = !odd) {
        if (task == loop->cur) {
            up_raise_runtime(MP_ERROR_TEXT("can't cancel self"));
        }
        data = *up_task_data(task);
        if (!up_is_task(data) || (((up_task_t *)MP_OBJ_TO_PTR(data))->entry.flags & UP_TASK_DONE)) {
            break;
        }
        task = MP_OBJ_TO_PTR(data);
        if (odd) {
            behind = MP_OBJ_TO_PTR(*up_task_data(behind));
        }
        if (task == behind) {
            data = *up_task_data(task);
            break; // whoever is reached in a ring is as good as any
        }
    }
    if (data != mp_const_none && up_task_known(loop, task) && up_place(task) != UP_STREAM) {
        // Something of the user's that it is parked at: it has remove(task).
        mp_obj_t remove[3];
        mp_load_method_maybe(data, MP_QSTR_remove, remove);
        if (remove[0] != MP_OBJ_NULL) {
            remove[2] = MP_OBJ_FROM_PTR(task);
            mp_call_method_n_kw(1, 0, remove);
        }
    }
    up_task_throw(loop, task, loop->cancelled);
    return true;
}

// A Task. TypeError.
up_task_t *up_arg_task(mp_obj_t arg) {
    if (!up_is_task(arg)) {
        up_raise_type(MP_ERROR_TEXT("'%q' must be a Task, not %s"), MP_QSTR_task, arg);
    }
    return MP_OBJ_TO_PTR(arg);
}

static bool up_runs(up_entry_t *entry, void *coro) {
    up_task_t *task = (up_task_t *)entry;
    return task->coro == (mp_obj_t)coro && !(task->entry.flags & UP_TASK_DONE);
}

// The task that runs `coro`, or NULL. O(heap). EXCEPTION: none.
up_task_t *up_find_task(up_loop_t *loop, mp_obj_t coro) {
    if (loop->cur != NULL && loop->cur->coro == coro) {
        return loop->cur;
    }
    return (up_task_t *)up_search_heap(&up_task_type, up_runs, coro);
}

// -- the Python type

// Task(coro, globals=None): a task that is not scheduled, as MicroPython's own; create_task() is
// what programs call. TypeError if `coro` is not a coroutine.
static mp_obj_t up_task_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 2, false);
    up_task_t *task = up_task_new(args[0]);
    task->entry.object = type;
    return MP_OBJ_FROM_PTR(task);
}

static mp_obj_t up_task_done(mp_obj_t self_in) {
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(self->entry.flags & UP_TASK_DONE);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_done_obj, up_task_done);

// cancel(coro): cancels the task that runs `coro`, or is it; False if there is none (V2). As a method:
// cancel(); False if it has ended.
static mp_obj_t up_cancel(mp_obj_t coro) {
    up_loop_t *loop = up_loop();
    up_task_t *task = up_is_task(coro) ? MP_OBJ_TO_PTR(coro) : up_find_task(loop, coro);
    return mp_obj_new_bool(task != NULL && up_task_cancel(loop, task));
}
MP_DEFINE_CONST_FUN_OBJ_1(up_cancel_obj, up_cancel);

// set_level(level): where the task's wake-ups land from now on that name no level.
static mp_obj_t up_task_set_level(mp_obj_t self_in, mp_obj_t level) {
    up_own(MP_STATE_VM(up_loop));
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    up_core_set_level(&self->entry, up_arg_level(level));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_task_set_level_obj, up_task_set_level);

// MicroPython's states: True running, anything else true: awaited by tasks or by a callback;
// None done, False done and somebody has the result.
static mp_obj_t up_task_state(up_loop_t *loop, up_task_t *self) {
    if (self->entry.flags & UP_TASK_DONE) {
        return self->entry.flags & UP_TASK_AWAITED ? mp_const_false : mp_const_none;
    }
    if (self->entry.flags & UP_TASK_BOXED) {
        up_join_t *box = MP_OBJ_TO_PTR(self->data);
        if (box->callback != MP_OBJ_NULL) {
            return box->callback;
        }
        if (up_core_first(&loop->core, &box->waiters) != NULL) {
            return MP_OBJ_NEW_QSTR(MP_QSTR_awaited);
        }
    }
    return mp_const_true;
}

// When a task is due that is in a ready queue or sleeps, in ticks as time.ticks_ms() has them; else 0. The core knows
// the low 32 bits only: it is at most half of their range from now.
static mp_uint_t up_task_ph_key(up_task_t *self) {
    if (up_place(self) != UP_READY && up_place(self) != UP_TIMER) {
        return 0;
    }
    mp_uint_t now = up_time();
    int32_t from_now = (int32_t)(self->entry.due - (uint32_t)now);
    return (now + (mp_uint_t)(mp_int_t)from_now) & (MICROPY_PY_TIME_TICKS_PERIOD - 1);
}

static void up_task_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = up_any_loop();
    if (attr == MP_QSTR_state || attr == MP_QSTR_ph_key || attr == MP_QSTR_level || dest[0] != MP_OBJ_NULL) {
        up_own(loop);
    }
    if (dest[0] == MP_OBJ_NULL) {
        mp_uint_t number;
        switch (attr) {
            case MP_QSTR_coro:
                dest[0] = self->coro;
                return;
            case MP_QSTR_data:
                dest[0] = up_task_get_data(self);
                return;
            case MP_QSTR_state:
                dest[0] = up_task_state(loop, self);
                return;
            case MP_QSTR_ph_key:
                number = up_task_ph_key(self);
                break;
            case MP_QSTR_level:
                number = UP_LEVEL(&self->entry);
                break;
            default:
                dest[1] = MP_OBJ_SENTINEL; // a method
                return;
        }
        dest[0] = MP_OBJ_NEW_SMALL_INT(number);
    } else if (dest[1] != MP_OBJ_NULL) {
        bool done = self->entry.flags & UP_TASK_DONE;
        if (attr == MP_QSTR_data && !done) {
            up_sem_refuse(self);
            *up_task_data(self) = dest[1];
        } else if (attr != MP_QSTR_state) {
            return;
        } else if (done) {
            self->entry.flags |= UP_TASK_AWAITED;
        } else {
            up_task_box(self)->callback = mp_obj_is_callable(dest[1]) ? dest[1] : MP_OBJ_NULL;
        }
        dest[0] = MP_OBJ_NULL;
    }
}

static mp_obj_t up_task_iternext(mp_obj_t self_in) {
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = up_loop();
    up_back_from(loop, self_in);
    if (self->entry.flags & UP_TASK_DONE) {
        self->entry.flags |= UP_TASK_AWAITED;
        if (self->entry.flags & UP_TASK_RAISED) {
            nlr_raise(self->data);
        }
        return mp_make_stop_iteration(self->data);
    }
    if (self == up_current(loop)) {
        up_raise_runtime(MP_ERROR_TEXT("a task can't await itself"));
    }
    up_join_t *box = up_task_box(self);
    if (box->callback != MP_OBJ_NULL) {
        up_raise_runtime(MP_ERROR_TEXT("can't wait"));
    }
    return up_wait(loop, &box->waiters, self_in);
}

static const mp_rom_map_elem_t up_task_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_done), MP_ROM_PTR(&up_task_done_obj) },
    { MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&up_cancel_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_level), MP_ROM_PTR(&up_task_set_level_obj) },
};
static MP_DEFINE_CONST_DICT(up_task_locals_dict, up_task_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_task_type,
    MP_QSTR_Task,
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    make_new, up_task_make_new,
    attr, up_task_attr,
    iter, up_task_iternext,
    locals_dict, &up_task_locals_dict
);
