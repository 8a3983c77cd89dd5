// Task: a coroutine on the loop, which can be awaited and cancelled (docs/behaviour.md, section 7).
//
// Its Python side is that of MicroPython's asyncio: coro, data, state, ph_key, done(), cancel().
#include "py/objexcept.h"
#include "py/objtype.h"
#include "py/smallint.h"
#include "args.h"
#include "await.h"
#include "clock.h"
#include "flag.h"
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

// EXCEPTION: none.
bool up_is_task(mp_obj_t o) {
    return mp_obj_is_type(o, &up_task_type);
}

// EXCEPTION: none.
bool up_is_exception(mp_obj_t o) {
    return mp_obj_is_exception_instance(o) || mp_obj_is_exception_type(o);
}

// Where the task's data is: at the end of the chain of first joiners, which keep it while it is joined. Not to be written
// while the task waits for the end of another one, for it is that one's then. O(chain). EXCEPTION: none.
mp_obj_t *up_task_data(up_task_t *task) {
    up_entry_t *entry = &task->entry;
    while (entry->flags & UP_JOINED) {
        entry = entry->data;
    }
    return &entry->data;
}

// What a task is parked at, or its other data. EXCEPTION: none.
mp_obj_t up_task_at(up_task_t *task) {
    return up_place(task) == UP_JOINING ? MP_OBJ_FROM_PTR(task->entry.up) : *up_task_data(task);
}

// Whether a task can run `o`: a coroutine, or what wait(), acquire() and their like return. Those are
// coroutines in MicroPython's asyncio; here they are awaitables that can be resumed as one.
bool up_is_coroutine(mp_obj_t o) {
    if (mp_obj_get_type(o)->flags & UP_TYPE_IS_COROUTINE) {
        return true;
    }
    mp_obj_t send[2];
    mp_load_method_protected(o, MP_QSTR_send, send, false);
    return send[0] != MP_OBJ_NULL;
}

static bool up_has_iter(mp_obj_t o) {
    const mp_obj_type_t *type = mp_obj_get_type(o);
    if (!mp_obj_is_instance_type(type)) {
        return false;
    }
    // A class of what is native here has the iterator of that.
    static const mp_obj_type_t *const natives[] = { &up_waitqueue_type, &up_event_type, &up_flag_type, &up_lock_type, &up_semaphore_type, &up_task_type };
    for (size_t i = 0; i < MP_ARRAY_SIZE(natives); ++i) {
        if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(type), MP_OBJ_FROM_PTR(natives[i]))) {
            return true;
        }
    }
    mp_obj_t iter[2];
    mp_load_method_maybe(o, MP_QSTR___iter__, iter);
    return iter[0] != MP_OBJ_NULL;
}

// TypeError, which names the argument and says what it is, unless `o` can be awaited: a coroutine, a task, one of our
// awaitables, or an object of a class with __iter__ or send.
void up_arg_awaitable(mp_obj_t o, qstr name) {
    if (!up_is_task(o) && !up_is_coroutine(o) && !up_has_iter(o)) {
        if (mp_obj_is_callable(o)) {
            mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("'%q' is a function that was not called"), name);
        }
        up_raise_type(MP_ERROR_TEXT("'%q' can't be awaited: %s"), name, o);
    }
}

// What is resumed when `o` is awaited.
mp_obj_t up_awaited(mp_obj_t o) {
    return up_has_iter(o) ? mp_getiter(o, NULL) : o;
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
    task->coro = coro;
    task->entry = (up_entry_t){ .object = &up_task_type, .core = UP_NEW, .data = mp_const_none }; // last: heap_search.c looks for it
    return task;
}

// Whether the loop was given the task, and did not forget it since. EXCEPTION: none.
bool up_task_known(up_loop_t *loop, up_task_t *task) {
    // mutation: known-for-ever
    return (task->entry.flags & UP_TASK_EPOCH) == loop->epoch;
}

// The entry of a task, which the loop knows from here on. EXCEPTION: none.
up_entry_t *up_task_entry(up_loop_t *loop, up_task_t *task) {
    task->entry.flags = (task->entry.flags & ~UP_TASK_EPOCH) | loop->epoch;
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
    if (!up_is_exception(up_task_at(task))) {
        uint32_t place = up_place(task);
        bool parked = place == UP_PARKED || place == UP_JOINING;
        // mutation: woken-and-forgotten
        if (!(task->entry.flags & UP_TASK_AWAITING)) {
            *up_task_data(task) = mp_const_none;
        } else if (place == UP_CONDITION || (parked && up_task_known(loop, task))) {
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
    up_core_set_level(&loop->core, &task->entry, level);
    up_task_schedule(loop, task, UP_OWN, 0);
    return task;
}

// So many cancels of a task come in addition, or are taken back: the low bits of `n` count. EXCEPTION: none.
void up_task_count_cancel(up_task_t *task, int n) {
    uint32_t flags = task->entry.flags;
    task->entry.flags = (flags & ~UP_TASK_CANCELS) | ((flags + (uint32_t)n * UP_TASK_CANCEL) & UP_TASK_CANCELS);
}

// Throws `exc` into a task at its next step, which is due now. EXCEPTION: none.
void up_task_throw(up_loop_t *loop, up_task_t *task, mp_obj_t exc) {
    // mutation: handed-and-cancelled
    up_sem_refuse(task);
    up_when_done(loop, up_task_at(task), task);
    up_core_cancel(&loop->core, up_task_entry(loop, task), up_now(loop));
    *up_task_data(task) = exc; // now that it waits for no task any more
    up_rouse();
}

// A task is of no more use to the loop. EXCEPTION: none.
void up_task_leave(up_loop_t *loop, up_task_t *task) {
    task->entry.flags &= ~UP_TASK_EPOCH;
    up_core_forget(&loop->core, &task->entry);
}

// What MicroPython's task.data is: of a task that returned, its value in a StopIteration.
static MP_NOINLINE mp_obj_t up_task_get_data(up_task_t *self) {
    if ((self->entry.flags & (UP_TASK_DONE | UP_TASK_RAISED)) == UP_TASK_DONE) {
        return mp_obj_new_exception_arg1(&mp_type_StopIteration, self->entry.data);
    }
    return up_task_at(self);
}

// What is called when a task ends: the callable in its `state`. It waits for that end among those who await the task.
typedef struct _up_watcher_t {
    up_entry_t entry;
    mp_obj_t fun;
} up_watcher_t;

static MP_DEFINE_CONST_OBJ_TYPE(
    up_watcher_type,
    MP_QSTR_callback,
    MP_TYPE_FLAG_NONE
);

// A task ends: wakes who awaits it. The callback in `state`, or MP_OBJ_NULL. EXCEPTION: none.
static MP_NOINLINE mp_obj_t up_task_join(up_loop_t *loop, up_task_t *task) {
    mp_obj_t callback = MP_OBJ_NULL;
    uint32_t now = up_now(loop);
    up_entry_t *joiner;
    while (task->entry.flags & UP_JOINED && (joiner = up_core_wake_joiner(&loop->core, &task->entry, now)) != NULL) {
        task->entry.flags |= UP_TASK_AWAITED;
        if (joiner->object == &up_watcher_type) {
            callback = ((up_watcher_t *)joiner)->fun;
        }
    }
    up_rouse();
    return callback;
}

// The task ended with `result`, a value or an exception. Wakes who awaits it. A callback in `state`
// may raise; the task has ended all the same.
void up_task_end(up_loop_t *loop, up_task_t *task, bool raised, mp_obj_t result) {
    mp_obj_t callback = up_task_join(loop, task);
    uint32_t flags = (task->entry.flags & (UP_TASK_AWAITED | UP_TASK_EPOCH | UP_TASK_CANCELS | UP_CORE_FLAGS)) | UP_TASK_DONE;
    if (raised) {
        flags |= UP_TASK_RAISED;
        if (!(flags & UP_TASK_AWAITED) && task != loop->main && mp_obj_exception_match(result, MP_OBJ_FROM_PTR(&mp_type_Exception))) {
            // Somebody may still await it before its turn comes again; if not, it is reported then.
            // (CancelledError is as good as a value, and what else is no Exception ends the run.)
            flags |= UP_TASK_UNSEEN;
        }
    }
    task->entry.flags = flags;
    task->entry.data = result;
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
// into it at its next step, which is due now wherever it waits; in place of another exception that is on its way, if
// `replace` says so. False if it has ended, or is garbage.
bool up_task_cancel(up_loop_t *loop, up_task_t *task, bool replace) {
    if ((task->entry.flags & UP_TASK_DONE) || up_is_garbage(task)) {
        return false;
    }
    up_task_t *last = task;
    while (up_place(last) == UP_JOINING) {
        last = last->entry.up;
    }
    if (last == loop->cur) {
        up_raise_runtime(MP_ERROR_TEXT("can't cancel self"));
    }
    // All of them are asked to end: each one's own time-outs must see that.
    for (up_task_t *asked = task;; asked = asked->entry.up) {
        up_task_count_cancel(asked, 1);
        if (asked == last) {
            break;
        }
    }
    mp_obj_t data = *up_task_data(last);
    if (data == loop->cancelled || (!replace && up_is_exception(data))) {
        return true; // it changes nothing but the count
    }
    if (data != mp_const_none && up_task_known(loop, last) && up_place(last) != UP_STREAM) {
        // Something of the user's that it is parked at: it has remove(task).
        mp_obj_t remove[3];
        mp_load_method_maybe(data, MP_QSTR_remove, remove);
        if (remove[0] != MP_OBJ_NULL) {
            remove[2] = MP_OBJ_FROM_PTR(last);
            nlr_buf_t nlr;
            if (nlr_push(&nlr) != 0) {
                up_task_throw(loop, last, loop->cancelled);
                nlr_jump(nlr.ret_val);
            }
            mp_call_method_n_kw(1, 0, remove);
            nlr_pop();
        }
    }
    if (!(last->entry.flags & UP_TASK_DONE)) { // it may have ended in remove()
        up_task_throw(loop, last, loop->cancelled);
    }
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
    return mp_obj_new_bool(task != NULL && up_task_cancel(loop, task, true));
}
MP_DEFINE_CONST_FUN_OBJ_1(up_cancel_obj, up_cancel);

// cancelling(): how many cancels the task was asked for that nobody took back, modulo 16: cancel(), and time-outs that fired.
static mp_obj_t up_task_cancelling(mp_obj_t self_in) {
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT((self->entry.flags & UP_TASK_CANCELS) / UP_TASK_CANCEL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_cancelling_obj, up_task_cancelling);

// uncancel(): takes one cancel back; how many are left.
static mp_obj_t up_task_uncancel(mp_obj_t self_in) {
    up_own(MP_STATE_VM(up_loop));
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->entry.flags & UP_TASK_CANCELS) {
        up_task_count_cancel(self, -1);
    }
    return up_task_cancelling(self_in);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_uncancel_obj, up_task_uncancel);

// set_level(level): where the task's wake-ups land from now on that name no level.
static mp_obj_t up_task_set_level(mp_obj_t self_in, mp_obj_t level) {
    up_loop_t *loop = up_loop();
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    up_core_set_level(&loop->core, &self->entry, up_arg_level(level));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_task_set_level_obj, up_task_set_level);

// MicroPython's states: True running, anything else true: awaited by tasks or by a callback;
// None done, False done and somebody has the result.
static mp_obj_t up_task_state(up_loop_t *loop, up_task_t *self) {
    if (self->entry.flags & UP_TASK_DONE) {
        return self->entry.flags & UP_TASK_AWAITED ? mp_const_false : mp_const_none;
    }
    up_entry_t *joiner = up_core_first_joiner(&loop->core, &self->entry);
    if (joiner == NULL) {
        return mp_const_true;
    }
    return joiner->object == &up_watcher_type ? ((up_watcher_t *)joiner)->fun : MP_OBJ_NEW_QSTR(MP_QSTR_awaited);
}

// Sets what is called with (task, exception) at the end of a task that lives; anything that cannot be called: nothing is.
static void up_task_set_callback(up_loop_t *loop, up_task_t *self, mp_obj_t fun) {
    up_watcher_t *watcher = NULL;
    if (mp_obj_is_callable(fun)) {
        watcher = mp_obj_malloc(up_watcher_t, &up_watcher_type);
        watcher->entry = (up_entry_t){ .object = &up_watcher_type, .core = UP_NEW_WATCHER, .data = mp_const_none };
        watcher->fun = fun;
    }
    up_entry_t *joiner = up_core_first_joiner(&loop->core, &self->entry);
    if (joiner != NULL && joiner->object == &up_watcher_type) {
        up_core_forget(&loop->core, joiner);
    }
    if (watcher != NULL) {
        up_core_join(&loop->core, &watcher->entry, &self->entry);
    }
}

// When a task is due that is in a ready queue or sleeps, in ticks as time.ticks_ms() has them; else 0.
static mp_uint_t up_task_ph_key(up_task_t *self) {
    if (up_place(self) != UP_READY && up_place(self) != UP_TIMER) {
        return 0;
    }
    return up_time_of(self->entry.due);
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
            if (up_place(self) == UP_JOINING) {
                up_task_schedule(loop, self, UP_OWN, 0); // it awaits that task no more
            }
            *up_task_data(self) = dest[1];
        } else if (attr != MP_QSTR_state) {
            return;
        } else if (done) {
            self->entry.flags |= UP_TASK_AWAITED;
        } else {
            up_task_set_callback(loop, self, dest[1]);
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
            nlr_raise(self->entry.data);
        }
        return mp_make_stop_iteration(self->entry.data);
    }
    up_task_t *task = up_to_park(loop);
    up_entry_t *joiner = up_core_first_joiner(&loop->core, &self->entry);
    if (joiner != NULL && joiner->object == &up_watcher_type) {
        up_raise_runtime(MP_ERROR_TEXT("can't wait"));
    }
    if (!up_core_join(&loop->core, &task->entry, &self->entry)) {
        up_raise_runtime(self == task ? MP_ERROR_TEXT("a task can't await itself") : MP_ERROR_TEXT("a task can't await one that awaits it"));
    }
    task->entry.flags |= UP_TASK_AWAITING;
    return mp_const_none;
}

static const mp_rom_map_elem_t up_task_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_done), MP_ROM_PTR(&up_task_done_obj) },
    { MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&up_cancel_obj) },
    { MP_ROM_QSTR(MP_QSTR_cancelling), MP_ROM_PTR(&up_task_cancelling_obj) },
    { MP_ROM_QSTR(MP_QSTR_uncancel), MP_ROM_PTR(&up_task_uncancel_obj) },
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
