// Task: a coroutine on the loop, which can be awaited and cancelled (docs/behaviour.md, section 7).
//
// Its Python side is that of MicroPython's asyncio: coro, data, state, ph_key, done(), cancel().
#include "py/gc.h"
#include "py/objexcept.h"
#include "py/smallint.h"
#include "args.h"
#include "await.h"
#include "callbacks.h"
#include "clock.h"
#include "deadline.h"
#include "garbage.h"
#include "heap_search.h"
#include "inspect.h"
#include "lock.h"
#include "loop_state.h"
#include "platform/platform.h"
#include "schedule.h"
#include "task.h"
#include "threads.h"
#include "when.h"

MP_DEFINE_EXCEPTION(CancelledError, BaseException)
MP_DEFINE_EXCEPTION(TimeoutError, Exception)
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
MP_DEFINE_EXCEPTION(InvalidStateError, Exception)
#endif

// EXCEPTION: none.
bool up_is_task(mp_obj_t o) {
    return mp_obj_is_type(o, &up_task_type);
}

// EXCEPTION: none.
bool up_is_exception(mp_obj_t o) {
    // What tasks wait at first: nearly all that is asked is that.
    if (mp_obj_get_type(o)->flags & UP_TYPE_IS_COROUTINE) {
        return false;
    }
    return mp_obj_is_exception_instance(o) || mp_obj_is_exception_type(o);
}

// EXCEPTION: none.
bool up_is_cancelled_error(mp_obj_t exc) {
    return mp_obj_exception_match(exc, MP_OBJ_FROM_PTR(&mp_type_CancelledError));
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

// The task's data is its own from here on: if it waits for the end of another one, it does not any more, and is in no queue.
// EXCEPTION: none.
static void up_task_own_data(up_loop_t *loop, up_task_t *task) {
    if (up_place(task) == UP_JOINING) {
        // mutation: data-of-another
        up_core_unqueue(&loop->core, &task->entry);
    }
}

// What a task is parked at, or its other data. EXCEPTION: none.
mp_obj_t up_task_at(up_task_t *task) {
    return up_place(task) == UP_JOINING ? MP_OBJ_FROM_PTR(task->entry.up) : *up_task_data(task);
}

#if UP_TASK_HAS_ANNEX
MP_DEFINE_CONST_OBJ_TYPE(up_annex_type, MP_QSTR_, MP_TYPE_FLAG_NONE); // no program sees it
#endif

// A task's coroutine. EXCEPTION: none.
mp_obj_t up_task_coro(up_task_t *task) {
#if UP_TASK_HAS_ANNEX
    if (mp_obj_is_type(task->coro, &up_annex_type)) {
        return ((up_annex_t *)MP_OBJ_TO_PTR(task->coro))->coro;
    }
#endif
    return task->coro;
}

#if UP_TASK_HAS_ANNEX
// The annex of a task, which is made if it has none; NULL for want of memory. EXCEPTION: none.
up_annex_t *up_task_make_annex(up_task_t *task) {
    up_annex_t *annex = up_task_annex(task);
    if (annex == NULL) {
        up_annex_t *made = m_new_obj_maybe(up_annex_t);
        annex = up_task_annex(task); // a finaliser may have made one
        if (annex == NULL && made != NULL) {
            *made = (up_annex_t){ .base = { &up_annex_type }, .name = mp_const_none, .coro = task->coro };
            task->coro = MP_OBJ_FROM_PTR(made);
            annex = made;
        }
    }
    return annex;
}
#endif

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON || UP_DEADLINES
// The annex of a task, which is made if it has none. Raises MemoryError.
up_annex_t *up_task_need_annex(up_task_t *task) {
    up_own(MP_STATE_VM(up_loop));
    up_annex_t *annex = up_task_make_annex(task);
    if (annex == NULL) {
        m_malloc_fail(sizeof(*annex));
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
    const mp_obj_type_t *type = mp_obj_get_type(o);
    // A generator first: nearly all are, and to look for a method takes as long as to make the task.
    return type == &mp_type_gen_instance || (type->flags & UP_TYPE_IS_COROUTINE) || up_has(o, MP_QSTR_send);
}

__attribute__((noreturn)) static void up_raise_expected(qstr what, mp_obj_t got) {
    if (mp_obj_is_callable(got)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%q expected, not a function that was not called"), what);
    }
    up_raise_type(MP_ERROR_TEXT("%q expected, not %s"), what, got);
}

// Whether `aw` is a Task, or what a task can run as it is; else it can only be awaited. TypeError, which says what it is, if it
// can be neither: a list, say, or a function that was not called.
bool up_arg_awaitable(mp_obj_t aw) {
    if (up_is_task(aw) || up_is_coroutine(aw)) {
        return true;
    }
    if (up_has(aw, MP_QSTR___iter__)) {
        return false;
    }
    // A class that is made of one of ours has no __iter__ to be seen.
    const mp_obj_type_t *type = mp_obj_get_type(aw);
    while (!(type->flags & UP_TYPE_IS_COROUTINE)) {
        type = MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, parent);
        if (type == NULL || type->base.type != &mp_type_type) { // it has none, or several
            up_raise_expected(MP_QSTR_awaitable, aw);
        }
    }
    return false;
}

// A task for `coro` that nobody has scheduled yet. TypeError if it is not a coroutine.
up_task_t *up_task_new(mp_obj_t coro) {
    if (!up_is_coroutine(coro)) {
        up_raise_expected(MP_QSTR_coroutine, coro);
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
    if (!up_task_known(loop, task)) {
        // Who wanted a lock of it was forgotten with the loop.
        task->entry.flags &= ~(UP_TASK_EPOCH | UP_WANTED);
        task->entry.flags |= loop->epoch;
    }
    return &task->entry;
}

// Schedules a task, unless it has ended. EXCEPTION: none.
void up_task_schedule(up_loop_t *loop, up_task_t *task, uint32_t level, uint32_t delay) {
    if (!(task->entry.flags & UP_TASK_DONE)) {
        up_schedule(loop, up_task_entry(loop, task), level, delay);
    }
}

// A task is woken from outside. One that parked itself lets go of what it waits at. Whether it awaits something of ours, and so would
// ask again, and miss who wakes it meanwhile. EXCEPTION: none.
static bool up_task_let_go(up_loop_t *loop, up_task_t *task) {
    if (up_is_exception(up_task_at(task))) {
        return false; // it is to be thrown that, wherever it is
    }
    // mutation: woken-and-forgotten
    if (!(task->entry.flags & UP_TASK_AWAITING)) {
        up_task_own_data(loop, task);
        *up_task_data(task) = mp_const_none;
        return false;
    }
    return true;
}

// Schedules a task from outside. One with an exception on its way to it is due, wherever it is; one that parked itself lets
// go of what it waits at; one that sleeps, or waits for a stream, goes on. Not one that has ended; nor one that awaits a
// condition, or in a list of ours. Nor one that is garbage. EXCEPTION: none.
void up_task_revive(up_loop_t *loop, up_task_t *task, uint32_t level, uint32_t delay) {
    if (!(task->entry.flags & UP_TASK_DONE) && !up_is_garbage(task)) {
        bool awaits = up_task_let_go(loop, task);
        up_core_revive(&loop->core, up_task_entry(loop, task), awaits, level, delay, up_now(loop));
        up_rouse();
    }
}

// The same now, at its own level or at that of the last step of `ended`, which may be NULL; if it is due already it keeps its turn.
// Not the running one. EXCEPTION: none.
void up_task_rouse(up_loop_t *loop, up_task_t *task, up_task_t *ended) {
    if (task != loop->cur && !(task->entry.flags & UP_TASK_DONE) && !up_is_garbage(task)) {
        // One that is due has what its step begins with.
        bool awaits = up_place(task) == UP_READY || up_task_let_go(loop, task);
        up_core_rouse(&loop->core, up_task_entry(loop, task), awaits, (up_entry_t *)ended, up_now(loop));
        up_rouse();
    }
}

// Takes a task out of whatever queue it is in. EXCEPTION: none.
void up_task_unqueue(up_loop_t *loop, up_task_t *task) {
    if (!(task->entry.flags & UP_TASK_DONE) && !up_is_garbage(task)) {
        up_core_unqueue(&loop->core, up_task_entry(loop, task));
    }
}

static void up_task_name(up_task_t *task, mp_obj_t name);

// A new task at `level` that nobody has scheduled yet. `name` may be None.
up_task_t *up_task_make(up_loop_t *loop, mp_obj_t coro, uint32_t level, mp_obj_t name) {
    up_task_t *task = up_task_new(coro);
    if (name != mp_const_none) {
        up_task_name(task, name);
    }
    if (level != UP_NORMAL) { // as it is at first
        up_core_set_level(&loop->core, &task->entry, level);
    }
    return task;
}

// The same, due now.
up_task_t *up_create_task(up_loop_t *loop, mp_obj_t coro, uint32_t level, mp_obj_t name) {
    up_task_t *task = up_task_make(loop, coro, level, name);
    up_task_schedule(loop, task, UP_OWN, 0);
    return task;
}

// One cancel of a task more. EXCEPTION: none.
static void up_task_count_cancel(up_task_t *task) {
    bool full = (task->entry.flags & UP_TASK_CANCELS) == UP_TASK_CANCELS;
    // mutation: cancels-begin-anew
    task->entry.flags += full ? -7 * UP_TASK_CANCEL : UP_TASK_CANCEL;
}

// Takes one back, if there is one. EXCEPTION: none.
void up_task_uncount_cancel(up_task_t *task) {
    if (task->entry.flags & UP_TASK_CANCELS) {
        task->entry.flags -= UP_TASK_CANCEL;
    }
}

// Throws `exc` into a task at its next step, which is due now. EXCEPTION: none.
void up_task_throw(up_loop_t *loop, up_task_t *task, mp_obj_t exc) {
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

// A watcher whose callable is in the `state` of a task. Such a one is called with (task, exception).
static void up_watcher_call(up_loop_t *loop, up_watcher_t *watcher, up_task_t *task) {
    (void)loop;
    mp_call_function_2(watcher->of, MP_OBJ_FROM_PTR(task), up_task_get_data(task));
}

static const up_watcher_p_t up_watcher_p = { up_watcher_call };

static MP_DEFINE_CONST_OBJ_TYPE(
    up_watcher_type,
    MP_QSTR_callback,
    MP_TYPE_FLAG_NONE,
    protocol, &up_watcher_p
);

// What watches a task on behalf of `of`, once up_core_join() was called. `type` has an up_watcher_p_t. MemoryError.
up_watcher_t *up_watcher_new(const mp_obj_type_t *type, mp_obj_t of) {
    up_watcher_t *watcher = mp_obj_malloc(up_watcher_t, type);
    watcher->entry = (up_entry_t){ .object = type, .core = UP_NEW_WATCHER, .data = mp_const_none };
    watcher->of = of;
    return watcher;
}

// What a watcher is told by, or NULL: the entry is none. EXCEPTION: none.
static const up_watcher_p_t *up_watcher_protocol(up_entry_t *entry) {
    return MP_OBJ_TYPE_GET_SLOT_OR_NULL((const mp_obj_type_t *)entry->object, protocol);
}

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
MP_DEFINE_CONST_OBJ_TYPE(up_member_type, MP_QSTR_, MP_TYPE_FLAG_NONE); // no program sees it

// Whether who waits for the end of a task has a turn of its own then: a callback of add_done_callback(), a member of a group.
static bool is_done_callback(up_entry_t *joiner) {
    return joiner->object == &up_callback_type || joiner->object == &up_member_type;
}

// Queues one of these, of a task that has ended. EXCEPTION: none.
static void up_task_queue_callback(up_loop_t *loop, up_task_t *task, up_entry_t *joiner, uint32_t now) {
    if (joiner->object == &up_member_type) {
        joiner->data = task;
    } else {
        up_callback_t *callback = (up_callback_t *)joiner;
        mp_obj_tuple_t *call = MP_OBJ_TO_PTR(callback->args);
        joiner->data = call->items[0];
        callback->args = call->items[1];
    }
    up_core_call_back(&loop->core, joiner, &task->entry, now);
    up_rouse();
}
#else
#define is_done_callback(joiner) (false)
#define up_task_queue_callback(loop, task, joiner, now) (void)0
#endif

// Who has waited longest for the end of a task, but for callbacks of add_done_callback(), and the locks that it holds and
// somebody waits for; NULL if there is nobody.
// EXCEPTION: none.
up_entry_t *up_task_joiner(up_loop_t *loop, up_task_t *task) {
    up_entry_t *first = up_core_first_joiner(&loop->core, &task->entry);
    up_entry_t *joiner = first;
    // mutation: joined-by-callbacks-only
    while (joiner != NULL && (is_done_callback(joiner) || joiner->object == &up_lock_type)) {
        joiner = joiner->next == first ? NULL : joiner->next;
    }
    return joiner;
}

// A task ends: queues its callbacks, wakes who awaits it. Its watcher, or NULL. EXCEPTION: none.
static MP_NOINLINE up_watcher_t *up_task_join(up_loop_t *loop, up_task_t *task) {
    up_watcher_t *watcher = NULL;
    uint32_t now = up_now(loop);
    up_entry_t *joiner;
    while (task->entry.flags & UP_JOINED && (joiner = up_core_wake_joiner(&loop->core, &task->entry, now)) != NULL) {
        if (up_watcher_protocol(joiner) != NULL) {
            task->entry.flags |= UP_TASK_AWAITED;
            watcher = (up_watcher_t *)joiner;
        } else if (is_done_callback(joiner)) {
            up_task_queue_callback(loop, task, joiner, now);
        } else if (joiner->object != &up_lock_type) { // of a lock it held nothing more is to be had
            task->entry.flags |= UP_TASK_AWAITED;
        }
    }
    up_rouse();
    return watcher;
}

// The task ended with `result`, a value or an exception. Wakes who awaits it. Its watcher may raise; the task has ended all the
// same.
void up_task_end(up_loop_t *loop, up_task_t *task, bool raised, mp_obj_t result) {
    up_task_own_data(loop, task); // a step may end behind an await that it began by hand
#if UP_DEADLINES
    uint32_t late = up_task_annex(task) == NULL ? 0 : up_deadline_end(loop, task);
#endif
    up_watcher_t *watcher = up_task_join(loop, task);
    uint32_t flags = (task->entry.flags & (UP_TASK_AWAITED | UP_TASK_EPOCH | UP_TASK_CANCELS | UP_CORE_FLAGS)) | UP_TASK_DONE;
    if (raised) {
        flags |= UP_TASK_RAISED;
        if (!(flags & UP_TASK_AWAITED) && task != loop->main && mp_obj_exception_match(result, MP_OBJ_FROM_PTR(&mp_type_Exception))) {
            // Somebody may still await it before its turn comes again; if not, it is reported then.
            // (CancelledError is as good as a value, and what else is no Exception ends the run.)
            flags |= UP_TASK_UNSEEN;
        }
    }
    task->entry.data = result; // before the flag: another thread may look
    up_store(&task->entry.flags, flags);
    if (task == loop->main) {
        loop->stopping = true;
    }
    if (flags & UP_TASK_UNSEEN) {
        up_schedule(loop, &task->entry, UP_OWN, 0);
    } else {
        up_task_leave(loop, task);
    }
    if (watcher != NULL) {
        up_watcher_protocol(&watcher->entry)->ended(loop, watcher, task);
    }
#if UP_DEADLINES
    if (late != 0) {
        up_deadline_tell(loop, task, late); // mutation: missed-at-the-end
    }
#endif
}

// The one at the end of the chain of tasks that a task awaits. Who waits since before new_event_loop() does not wait any more. Who
// waits for a lock is the last one. EXCEPTION: none.
up_task_t *up_task_last(up_loop_t *loop, up_task_t *task) {
    while (up_place(task) == UP_JOINING && up_task_known(loop, task) && up_is_task(task->entry.up)) {
        task = task->entry.up;
    }
    return task;
}

// Cancels a task, or the one at the end of the chain of tasks it awaits: CancelledError is thrown
// into it at its next step, which is due now wherever it waits; in place of another exception that is on its way, if
// `replace` says so. False if it has ended, or is garbage.
bool up_task_cancel(up_loop_t *loop, up_task_t *task, bool replace) {
    if ((task->entry.flags & UP_TASK_DONE) || up_is_garbage(task)) {
        return false;
    }
    up_task_t *last = up_task_last(loop, task);
    if (last == loop->cur) {
        up_raise_runtime(MP_ERROR_TEXT("can't cancel self"));
    }
    // All of them are asked to end: each one's own time-outs must see that.
    for (up_task_t *asked = task;; asked = asked->entry.up) {
        up_task_count_cancel(asked);
        if (asked == last) {
            break;
        }
    }
    mp_obj_t data = up_task_at(last);
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

// Cancels a task for the running one, if there is one. If that is whom it awaits, it can only be cancelled itself. What a user's
// remove() raises, or MP_OBJ_NULL. EXCEPTION: none.
mp_obj_t up_task_cancel_for(up_loop_t *loop, up_task_t *task) {
    if (up_task_last(loop, task) == loop->cur) {
        up_task_throw(loop, task, loop->cancelled);
        return MP_OBJ_NULL;
    }
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        return MP_OBJ_FROM_PTR(nlr.ret_val);
    }
    up_task_cancel(loop, task, true);
    nlr_pop();
    return MP_OBJ_NULL;
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

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON || UP_INSPECTS
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
    return mp_obj_new_bool(task != NULL && up_task_cancel(loop, task, true));
}
MP_DEFINE_CONST_FUN_OBJ_1(up_cancel_obj, up_cancel);

// _check_awaitable(aw): True if a task can run it as it is, or it is a Task; False if it can only be awaited. TypeError, which
// says what it is, if it can be neither: a list, say, or a function that was not called.
static mp_obj_t up_check_awaitable(mp_obj_t aw) {
    return mp_obj_new_bool(up_arg_awaitable(aw));
}
MP_DEFINE_CONST_FUN_OBJ_1(up_check_awaitable_obj, up_check_awaitable);

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
// What only CPython's tasks have: docs/names.md.

static void up_task_name(up_task_t *task, mp_obj_t name) {
    name = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_str), name);
    *up_annex_name(up_task_need_annex(task)) = name;
}

// set_name(name): what get_name() returns, as a str. MemoryError.
static mp_obj_t up_task_set_name(mp_obj_t self_in, mp_obj_t name) {
    up_task_name(MP_OBJ_TO_PTR(self_in), name);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_task_set_name_obj, up_task_set_name);

// get_name(): what set_name() or create_task(name=) was given; else the name of the coroutine's function, or, without
// diagnostics, a name made of the task's address.
static mp_obj_t up_task_get_name(mp_obj_t self_in) {
#if UP_INSPECTS
    return up_task_known_as(MP_OBJ_TO_PTR(self_in));
#else
    up_annex_t *annex = up_task_annex(MP_OBJ_TO_PTR(self_in));
    if (annex != NULL && annex->name != mp_const_none) {
        return annex->name;
    }
    vstr_t vstr;
    vstr_init(&vstr, 24);
    vstr_printf(&vstr, "Task-%p", MP_OBJ_TO_PTR(self_in));
    return mp_obj_new_str_from_vstr(&vstr);
#endif
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_get_name_obj, up_task_get_name);

// get_coro(): the coroutine that it runs or ran.
static mp_obj_t up_task_get_coro(mp_obj_t self_in) {
    return up_task_coro(MP_OBJ_TO_PTR(self_in));
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_get_coro_obj, up_task_get_coro);

// Whether a task ended with CancelledError. EXCEPTION: none.
static bool up_task_was_cancelled(up_task_t *self) {
    const uint32_t raised = UP_TASK_DONE | UP_TASK_RAISED;
    return (self->entry.flags & raised) == raised && up_is_cancelled_error(self->entry.data);
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
        nlr_raise(self->entry.data);
    }
    return self->entry.data;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_result_obj, up_task_result);

// exception(): the exception that it ended with, or None; it is not reported then. CancelledError if it was cancelled,
// InvalidStateError if it has not ended.
static mp_obj_t up_task_exception(mp_obj_t self_in) {
    up_task_t *self = up_task_ended(self_in);
    if (up_task_was_cancelled(self)) {
        nlr_raise(self->entry.data);
    }
    return self->entry.flags & UP_TASK_RAISED ? self->entry.data : mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_exception_obj, up_task_exception);

// add_done_callback(callback): callback(task) is queued when it ends, or now if it has ended. Only this allocates, not the
// end. TypeError, MemoryError.
static mp_obj_t up_task_add_done_callback(mp_obj_t self_in, mp_obj_t fun) {
    up_loop_t *loop = up_loop();
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    // While it waits for the end, its data is the core's, so the call is kept in its arguments.
    mp_obj_t call[] = { up_arg_callable(fun, MP_QSTR_callback), mp_obj_new_tuple(1, &self_in) };
    up_callback_t *callback = up_callback_new(mp_const_none, mp_obj_new_tuple(2, call));
    callback->entry.core = UP_NEW_WATCHER;
    if (self->entry.flags & UP_TASK_DONE) {
        up_task_queue_callback(loop, self, &callback->entry, up_now(loop));
    } else {
        up_core_join(&loop->core, &callback->entry, &self->entry);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_task_add_done_callback_obj, up_task_add_done_callback);

// remove_done_callback(callback): all that are equal to it; how many there were.
static mp_obj_t up_task_remove_done_callback(mp_obj_t self_in, mp_obj_t fun) {
    up_loop_t *loop = up_loop();
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    mp_int_t removed = 0;
    up_entry_t *joiner = up_core_first_joiner(&loop->core, &self->entry);
    while (joiner != NULL) {
        bool equal = false;
        if (joiner->object == &up_callback_type) {
            mp_obj_tuple_t *call = MP_OBJ_TO_PTR(((up_callback_t *)joiner)->args);
            equal = mp_obj_equal(call->items[0], fun);
            // That may run Python, which may have taken it out, or ended the task.
            if (UP_PLACE(joiner) != UP_JOINING || joiner->up != self) {
                break;
            }
        }
        up_entry_t *first = up_core_first_joiner(&loop->core, &self->entry);
        up_entry_t *next = joiner->next == first ? NULL : joiner->next;
        if (equal) {
            up_core_forget(&loop->core, joiner);
            ++removed;
        }
        joiner = next;
    }
    return MP_OBJ_NEW_SMALL_INT(removed);
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_task_remove_done_callback_obj, up_task_remove_done_callback);
// cancelling(): how many cancels the task was asked for that nobody took back: cancel(), and time-outs that fired. See UP_TASK_CANCELS.
static mp_obj_t up_task_cancelling(mp_obj_t self_in) {
    up_own(MP_STATE_VM(up_loop));
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT((self->entry.flags & UP_TASK_CANCELS) / UP_TASK_CANCEL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_task_cancelling_obj, up_task_cancelling);

// uncancel(): takes one cancel back; how many are left.
static mp_obj_t up_task_uncancel(mp_obj_t self_in) {
    up_own(MP_STATE_VM(up_loop));
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    up_task_uncount_cancel(self);
    return up_task_cancelling(self_in);
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
    up_loop_t *loop = up_loop();
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    uint32_t to = up_arg_level(level);
    // In a finaliser a task that is garbage may wait for a lock that is too, but whose holder lives: that is not to be linked to it.
    if (!up_is_garbage(self)) {
        up_core_set_level(&loop->core, &self->entry, to);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_task_set_level_obj, up_task_set_level);

// MicroPython's states: True running, anything else true: awaited by tasks or by a callback;
// None done, False done and somebody has the result.
static mp_obj_t up_task_state(up_loop_t *loop, up_task_t *self) {
    if (self->entry.flags & UP_TASK_DONE) {
        return self->entry.flags & UP_TASK_AWAITED ? mp_const_false : mp_const_none;
    }
    up_entry_t *joiner = up_task_joiner(loop, self);
    if (joiner == NULL) {
        return mp_const_true;
    }
    return up_watcher_protocol(joiner) != NULL ? ((up_watcher_t *)joiner)->of : MP_OBJ_NEW_QSTR(MP_QSTR_awaited);
}

// Sets what is called with (task, exception) at the end of a task that lives; anything that cannot be called: nothing is.
static void up_task_set_callback(up_loop_t *loop, up_task_t *self, mp_obj_t fun) {
    up_watcher_t *watcher = NULL;
    if (mp_obj_is_callable(fun)) {
        watcher = up_watcher_new(&up_watcher_type, fun);
    }
    up_entry_t *joiner = up_task_joiner(loop, self);
    if (joiner != NULL && up_watcher_protocol(joiner) != NULL) {
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
    bool lives = !(self->entry.flags & UP_TASK_DONE);
    if (attr == MP_QSTR_state || attr == MP_QSTR_ph_key || attr == MP_QSTR_level || dest[0] != MP_OBJ_NULL || (attr == MP_QSTR_data && lives)) {
        up_own(loop); // the data of one that lives may be with another one, whose links change
    }
    if (dest[0] == MP_OBJ_NULL) {
        if (attr == MP_QSTR_coro) {
            dest[0] = up_task_coro(self);
        } else if (attr == MP_QSTR_data) {
            dest[0] = up_task_get_data(self);
        } else if (attr == MP_QSTR_state) {
            dest[0] = up_task_state(loop, self);
        } else if (attr == MP_QSTR_ph_key) {
            dest[0] = MP_OBJ_NEW_SMALL_INT(up_task_ph_key(self));
        } else if (attr == MP_QSTR_level) {
            dest[0] = MP_OBJ_NEW_SMALL_INT(UP_LEVEL(&self->entry));
#if UP_DEADLINES
        } else if (up_deadline_attr(self, attr, dest)) {
            // It is there.
#endif
        } else {
            dest[1] = MP_OBJ_SENTINEL; // a method
        }
    } else if (dest[1] != MP_OBJ_NULL) {
        bool done = self->entry.flags & UP_TASK_DONE;
        if (attr == MP_QSTR_data && !done && up_is_garbage(self)) {
            // In a finaliser: nothing that stays may be linked to it.
        } else if (attr == MP_QSTR_data && !done) {
            up_core_refuse(&loop->core, &self->entry); // mutation: data-written-and-kept
            bool joins = up_place(self) == UP_JOINING;
            if (joins && !up_is_task(self->entry.up)) {
                // It waits for a lock all the same, which its data says, unless it is to be thrown something.
                if (up_is_exception(dest[1])) {
                    up_task_throw(loop, self, dest[1]);
                }
            } else {
                if (joins) {
                    up_task_schedule(loop, self, UP_OWN, 0); // it awaits that task no more
                }
                *up_task_data(self) = dest[1];
            }
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
    if (self->entry.flags & UP_JOINED) {
        up_entry_t *joiner = up_task_joiner(loop, self);
        if (joiner != NULL && up_watcher_protocol(joiner) != NULL) {
            up_raise_runtime(MP_ERROR_TEXT("can't wait"));
        }
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
    { MP_ROM_QSTR(MP_QSTR_set_level), MP_ROM_PTR(&up_task_set_level_obj) },
#if UP_DEADLINES
    { MP_ROM_QSTR(MP_QSTR_set_deadline), MP_ROM_PTR(&up_task_set_deadline_obj) },
#endif
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
    UP_PRINT(up_task_print) make_new, up_task_make_new,
    attr, up_task_attr,
    iter, up_task_iternext,
    locals_dict, &up_task_locals_dict
);
