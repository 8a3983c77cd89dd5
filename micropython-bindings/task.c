// Task: a coroutine on the loop, which can be awaited and cancelled (docs/behaviour.md, section 7).
//
// Its Python side is that of MicroPython's asyncio: coro, data, state, ph_key, done(), cancel().
#include "py/gc.h"
#include "py/objexcept.h"
#include "py/objlist.h"
#include "py/smallint.h"
#include "args.h"
#include "await.h"
#include "callbacks.h"
#include "clock.h"
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
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
MP_DEFINE_EXCEPTION(InvalidStateError, Exception)
#endif

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

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
static MP_DEFINE_CONST_OBJ_TYPE(up_annex_type, MP_QSTR_, MP_TYPE_FLAG_NONE); // no program sees it
#endif

// A task's coroutine. EXCEPTION: none.
mp_obj_t up_task_coro(up_task_t *task) {
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
    if (mp_obj_is_type(task->coro, &up_annex_type)) {
        return ((up_annex_t *)MP_OBJ_TO_PTR(task->coro))->coro;
    }
#endif
    return task->coro;
}

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
// The annex of a task, or NULL. EXCEPTION: none.
static up_annex_t *up_task_annex(up_task_t *task) {
    return mp_obj_is_type(task->coro, &up_annex_type) ? MP_OBJ_TO_PTR(task->coro) : NULL;
}

// The annex of a task, which is made if it has none. Raises MemoryError.
static up_annex_t *up_task_need_annex(up_task_t *task) {
    up_own(MP_STATE_VM(up_loop));
    up_annex_t *annex = up_task_annex(task);
    if (annex == NULL) {
        annex = mp_obj_malloc(up_annex_t, &up_annex_type);
        annex->cancels = 0;
        annex->name = mp_const_none;
        annex->callbacks = MP_OBJ_NULL;
        annex->coro = task->coro;
        task->coro = MP_OBJ_FROM_PTR(annex);
    }
    return annex;
}
#endif

// Whether `o` has this method. A class has those of its instances, which are not its own.
static bool up_has(mp_obj_t o, qstr name) {
    mp_obj_t method[2];
    mp_load_method_protected(o, name, method, false);
    return method[0] != MP_OBJ_NULL && !mp_obj_is_type(o, &mp_type_type);
}

// Whether a task can run `o`: a coroutine, or what wait(), acquire() and their like return. Those are
// coroutines in MicroPython's asyncio; here they are awaitables that can be resumed as one.
static bool up_is_coroutine(mp_obj_t o) {
    if (mp_obj_get_type(o)->flags & UP_TYPE_IS_COROUTINE) {
        return true;
    }
    return up_has(o, MP_QSTR_send);
}

__attribute__((noreturn)) static void up_raise_expected(qstr what, mp_obj_t got) {
    if (mp_obj_is_callable(got)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%q expected, not a function that was not called"), what);
    }
    up_raise_type(MP_ERROR_TEXT("%q expected, not %s"), what, got);
}

// A task for `coro` that nobody has scheduled yet. TypeError if it is not a coroutine.
up_task_t *up_task_new(mp_obj_t coro) {
    if (!up_is_coroutine(coro)) {
        up_raise_expected(MP_QSTR_coroutine, coro);
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
// condition, or in a list of ours: it would ask again, and miss who wakes it meanwhile. EXCEPTION: none.
void up_task_revive(up_loop_t *loop, up_task_t *task, uint32_t level, uint32_t delay) {
    if (task->entry.flags & UP_TASK_DONE) {
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

static void up_task_name(up_task_t *task, mp_obj_t name);

// A new task at `level`, due now. `name` may be None.
up_task_t *up_create_task(up_loop_t *loop, mp_obj_t coro, uint32_t level, mp_obj_t name) {
    up_task_t *task = up_task_new(coro);
    if (name != mp_const_none) {
        up_task_name(task, name);
    }
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

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
// Queues a callback of add_done_callback(), of a task that has ended: at the level of its last step, or of the task itself, or
// at normal level, whichever is the most urgent. EXCEPTION: none.
static void up_task_queue_callback(up_loop_t *loop, up_task_t *task, up_entry_t *callback, uint32_t ran) {
    uint32_t level = MIN(MIN(UP_NORMAL, ran), UP_LEVEL(&task->entry));
    up_schedule(loop, callback, level, 0);
}

// The callbacks of a task that has ended are queued, and of those who await it those who came before each of them are woken,
// in the order in which they came (unless some left). How many were woken. EXCEPTION: none.
static MP_NOINLINE size_t up_task_call_back(up_loop_t *loop, up_task_t *task, up_list_t *waiters) {
    up_annex_t *annex = up_task_annex(task);
    size_t woken = 0;
    if (annex != NULL && annex->callbacks != MP_OBJ_NULL) {
        mp_obj_list_t *list = MP_OBJ_TO_PTR(annex->callbacks);
        annex->callbacks = MP_OBJ_NULL;
        for (size_t i = 0; i < list->len; ++i) {
            up_entry_t *callback = MP_OBJ_TO_PTR(list->items[i]);
            size_t before = callback->due;
            if (waiters != NULL && before > woken) {
                // mutation: called-before-its-turn
                woken += up_wake(loop, waiters, UP_OWN, before - woken);
            }
            up_task_queue_callback(loop, task, callback, UP_QUEUED(&task->entry));
        }
    }
    return woken;
}
#endif

// A task ends: queues its callbacks, wakes who awaits it. The callback in `state`, or MP_OBJ_NULL. EXCEPTION: none.
static MP_NOINLINE mp_obj_t up_task_join(up_loop_t *loop, up_task_t *task) {
    up_join_t *box = task->entry.flags & UP_TASK_BOXED ? MP_OBJ_TO_PTR(task->data) : NULL;
    size_t woken = 0;
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
    woken = up_task_call_back(loop, task, box == NULL ? NULL : &box->waiters);
#endif
    if (box == NULL) {
        return MP_OBJ_NULL;
    }
    woken += up_wake(loop, &box->waiters, UP_OWN, SIZE_MAX);
    if (woken != 0 || box->callback != MP_OBJ_NULL) {
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
// into it at its next step, which is due now wherever it waits. False if it has ended.
bool up_task_cancel(up_loop_t *loop, up_task_t *task) {
    if (task->entry.flags & UP_TASK_DONE) {
        return false;
    }
    mp_obj_t data;
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
    up_annex_t *annex = up_task_annex(task);
#endif
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
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
    if (annex != NULL) {
        ++annex->cancels;
    }
#endif
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
    return up_task_coro(task) == (mp_obj_t)coro && !(task->entry.flags & UP_TASK_DONE);
}

// The task that runs `coro`, or NULL. O(heap). EXCEPTION: none.
up_task_t *up_find_task(up_loop_t *loop, mp_obj_t coro) {
    if (loop->cur != NULL && up_task_coro(loop->cur) == coro) {
        return loop->cur;
    }
    return (up_task_t *)up_search_heap(&up_task_type, up_runs, coro);
}

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
typedef struct _up_all_t {
    up_loop_t *loop;
    mp_obj_t *tasks; // room for so many
    size_t room;
    size_t n;
} up_all_t;

static bool up_note(up_entry_t *entry, void *arg) {
    up_task_t *task = (up_task_t *)entry;
    up_all_t *all = arg;
    if (up_task_known(all->loop, task) && !(task->entry.flags & UP_TASK_DONE)) {
        if (all->n < all->room) {
            all->tasks[all->n] = MP_OBJ_FROM_PTR(task);
        }
        ++all->n;
    }
    return false; // goes on
}

// all_tasks(): a set of the tasks that have not ended, the running one too. There is no list of them: it searches the heap, and
// collects garbage before, so that no task is among them that nothing reaches. O(heap). MemoryError.
static mp_obj_t up_all_tasks(void) {
    up_loop_t *loop = up_loop();
    if (!gc_is_locked()) {
        gc_collect();
    }
    up_all_t all = { loop, NULL, 0, 0 };
    up_search_heap(&up_task_type, up_note, &all);
    all.room = all.n;
    all.tasks = m_new0(mp_obj_t, all.room);
    all.n = 0;
    up_search_heap(&up_task_type, up_note, &all); // what a finaliser began meanwhile may find no room
    return mp_obj_new_set(MIN(all.n, all.room), all.tasks);
}
MP_DEFINE_CONST_FUN_OBJ_0(up_all_tasks_obj, up_all_tasks);
#endif

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

// _check_awaitable(aw): True if a task can run it as it is, or it is a Task; False if it can only be awaited. TypeError, which
// says what it is, if it can be neither: a list, say, or a function that was not called.
static mp_obj_t up_check_awaitable(mp_obj_t aw) {
    if (up_is_task(aw) || up_is_coroutine(aw)) {
        return mp_const_true;
    }
    if (up_has(aw, MP_QSTR___iter__)) {
        return mp_const_false;
    }
    // A class that is made of one of ours has no __iter__ to be seen.
    const mp_obj_type_t *type = mp_obj_get_type(aw);
    while (!(type->flags & UP_TYPE_IS_COROUTINE)) {
        type = MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent);
        if (type == NULL || type->base.type != &mp_type_type) { // it has none, or several
            up_raise_expected(MP_QSTR_awaitable, aw);
        }
    }
    return mp_const_false;
}
MP_DEFINE_CONST_FUN_OBJ_1(up_check_awaitable_obj, up_check_awaitable);

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
// What only CPython's tasks have: docs/names.md.

static void up_task_name(up_task_t *task, mp_obj_t name) {
    name = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_str), name);
    up_task_need_annex(task)->name = name;
}

// set_name(name): what get_name() returns, as a str. MemoryError.
static mp_obj_t up_task_set_name(mp_obj_t self_in, mp_obj_t name) {
    up_task_name(MP_OBJ_TO_PTR(self_in), name);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_task_set_name_obj, up_task_set_name);

// get_name(): what set_name() or create_task(name=) was given, or else a name made of the task's address.
static mp_obj_t up_task_get_name(mp_obj_t self_in) {
    up_annex_t *annex = up_task_annex(MP_OBJ_TO_PTR(self_in));
    if (annex != NULL && annex->name != mp_const_none) {
        return annex->name;
    }
    vstr_t vstr;
    vstr_init(&vstr, 24);
    vstr_printf(&vstr, "Task-%p", MP_OBJ_TO_PTR(self_in));
    return mp_obj_new_str_from_vstr(&vstr);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_get_name_obj, up_task_get_name);

// get_coro(): the coroutine that it runs or ran.
static mp_obj_t up_task_get_coro(mp_obj_t self_in) {
    return up_task_coro(MP_OBJ_TO_PTR(self_in));
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_get_coro_obj, up_task_get_coro);

// Whether a task ended with CancelledError. EXCEPTION: none.
static bool up_task_was_cancelled(up_task_t *self) {
    return self->entry.flags & UP_TASK_RAISED && mp_obj_exception_match(self->data, MP_OBJ_FROM_PTR(&mp_type_CancelledError));
}

// cancelled(): whether it ended with CancelledError.
static mp_obj_t up_task_cancelled(mp_obj_t self_in) {
    up_own(MP_STATE_VM(up_loop));
    return mp_obj_new_bool(up_task_was_cancelled(MP_OBJ_TO_PTR(self_in)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_cancelled_obj, up_task_cancelled);

// A task has ended, and somebody has its result. InvalidStateError if it has not ended.
static up_task_t *up_task_ended(mp_obj_t self_in) {
    up_own(MP_STATE_VM(up_loop));
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    if (!(self->entry.flags & UP_TASK_DONE)) {
        mp_raise_msg(&mp_type_InvalidStateError, MP_ERROR_TEXT("the task has not ended"));
    }
    self->entry.flags |= UP_TASK_AWAITED;
    return self;
}

// result(): its value, or raises the exception that it ended with. InvalidStateError if it has not ended.
static mp_obj_t up_task_result(mp_obj_t self_in) {
    up_task_t *self = up_task_ended(self_in);
    if (self->entry.flags & UP_TASK_RAISED) {
        nlr_raise(self->data);
    }
    return self->data;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_result_obj, up_task_result);

// exception(): the exception that it ended with, or None; it is not reported then. CancelledError if it was cancelled,
// InvalidStateError if it has not ended.
static mp_obj_t up_task_exception(mp_obj_t self_in) {
    up_task_t *self = up_task_ended(self_in);
    if (up_task_was_cancelled(self)) {
        nlr_raise(self->data);
    }
    return self->entry.flags & UP_TASK_RAISED ? self->data : mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_exception_obj, up_task_exception);

// add_done_callback(callback): callback(task) is queued when it ends, or now if it has ended. Only this allocates, not the
// end. O(tasks that await it). TypeError, MemoryError.
static mp_obj_t up_task_add_done_callback(mp_obj_t self_in, mp_obj_t fun) {
    up_loop_t *loop = up_loop();
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    up_arg_callable(fun, MP_QSTR_callback);
    up_callback_t *callback = up_callback_new(fun, mp_obj_new_tuple(1, &self_in));
    up_annex_t *annex = up_task_need_annex(self);
    if (annex->callbacks == MP_OBJ_NULL) {
        mp_obj_t list = mp_obj_new_list(0, NULL);
        annex->callbacks = list;
    }
    if (self->entry.flags & UP_TASK_DONE) {
        up_task_queue_callback(loop, self, &callback->entry, UP_NORMAL);
    } else {
        mp_obj_list_append(annex->callbacks, MP_OBJ_FROM_PTR(callback));
        if (self->entry.flags & UP_TASK_BOXED) {
            up_join_t *box = MP_OBJ_TO_PTR(self->data);
            callback->entry.due = up_core_waiting(&loop->core, &box->waiters); // how many come before it
        }
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_task_add_done_callback_obj, up_task_add_done_callback);

// remove_done_callback(callback): all that are equal to it; how many there were.
static mp_obj_t up_task_remove_done_callback(mp_obj_t self_in, mp_obj_t fun) {
    up_own(MP_STATE_VM(up_loop));
    up_annex_t *annex = up_task_annex(MP_OBJ_TO_PTR(self_in));
    mp_obj_list_t *list = annex == NULL || annex->callbacks == MP_OBJ_NULL ? NULL : MP_OBJ_TO_PTR(annex->callbacks);
    mp_int_t removed = 0;
    for (size_t i = 0; list != NULL && i < list->len;) {
        up_callback_t *callback = MP_OBJ_TO_PTR(list->items[i]);
        // A comparison may run Python that changes the list, or ends the task, which queues the callbacks.
        if (!mp_obj_equal(callback->fun, fun)) {
            ++i;
        } else if (annex->callbacks != MP_OBJ_FROM_PTR(list)) {
            break;
        } else if (i < list->len && list->items[i] == MP_OBJ_FROM_PTR(callback)) {
            --list->len;
            for (size_t k = i; k < list->len; ++k) {
                list->items[k] = list->items[k + 1];
            }
            list->items[list->len] = MP_OBJ_NULL;
            ++removed;
        }
    }
    return MP_OBJ_NEW_SMALL_INT(removed);
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_task_remove_done_callback_obj, up_task_remove_done_callback);

// cancelling(): how many cancels were not taken back, from the first call on.
static mp_obj_t up_task_cancelling(mp_obj_t self_in) {
    return MP_OBJ_NEW_SMALL_INT(up_task_need_annex(MP_OBJ_TO_PTR(self_in))->cancels);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_cancelling_obj, up_task_cancelling);

// uncancel(): takes one back; how many are left.
static mp_obj_t up_task_uncancel(mp_obj_t self_in) {
    up_annex_t *annex = up_task_need_annex(MP_OBJ_TO_PTR(self_in));
    annex->cancels -= annex->cancels > 0;
    return MP_OBJ_NEW_SMALL_INT(annex->cancels);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_uncancel_obj, up_task_uncancel);
#else
static void up_task_name(up_task_t *task, mp_obj_t name) {
    (void)task;
    (void)name; // nothing asks for it
}
#endif

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
                dest[0] = up_task_coro(self);
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
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
    { MP_ROM_QSTR(MP_QSTR_result), MP_ROM_PTR(&up_task_result_obj) },
    { MP_ROM_QSTR(MP_QSTR_exception), MP_ROM_PTR(&up_task_exception_obj) },
    { MP_ROM_QSTR(MP_QSTR_cancelled), MP_ROM_PTR(&up_task_cancelled_obj) },
    { MP_ROM_QSTR(MP_QSTR_cancelling), MP_ROM_PTR(&up_task_cancelling_obj) },
    { MP_ROM_QSTR(MP_QSTR_uncancel), MP_ROM_PTR(&up_task_uncancel_obj) },
    { MP_ROM_QSTR(MP_QSTR_get_name), MP_ROM_PTR(&up_task_get_name_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_name), MP_ROM_PTR(&up_task_set_name_obj) },
    { MP_ROM_QSTR(MP_QSTR_get_coro), MP_ROM_PTR(&up_task_get_coro_obj) },
    { MP_ROM_QSTR(MP_QSTR_add_done_callback), MP_ROM_PTR(&up_task_add_done_callback_obj) },
    { MP_ROM_QSTR(MP_QSTR_remove_done_callback), MP_ROM_PTR(&up_task_remove_done_callback_obj) },
#endif
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
