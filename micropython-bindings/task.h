// Task: a coroutine on the loop.
#ifndef UASYNCIO_PRIORITY_TASK_H
#define UASYNCIO_PRIORITY_TASK_H

#include "shim.h"

// A task. It is small because there are many. In this order because of the garbage collector: docs/architecture.md.
struct _up_task_t {
    // Its flags are UP_TASK_..., and those of the core.
    // Its data, while it lives: None, an exception to throw at its next step, or what it is parked at. While it is
    // UP_JOINED that is elsewhere: up_task_data(). While it waits for the end of a task, what it is parked at is that task:
    // up_task_at(). When it is done: its value or exception.
    up_entry_t entry;
    mp_obj_t coro;
};

// What diagnostics.c notes of a task: the part that others look at, at the head of the rest.
typedef struct _up_noted_t {
    uint32_t since; // ms, when its last step began, while stats() counts; 0: it is not known
} up_noted_t;

// What few tasks have. It is in place of a task's coroutine, and is told by its type. `coro` is last because of the garbage
// collector, as in a task.
#define UP_TASK_HAS_ANNEX (MICROPY_UASYNCIO_PRIORITY_CPYTHON || MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS)
typedef struct _up_annex_t {
    mp_obj_base_t base;
    mp_obj_t name; // a str, or None: none was given; or the task's deadline: up_annex_name()
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
    struct _up_noted_t *seen; // what diagnostics.c notes of it, or NULL
#endif
    mp_obj_t coro;
} up_annex_t;

// Who is told of a task's end at once: it waits for that among those who await the task, which are at most one such then.
typedef struct _up_watcher_t {
    up_entry_t entry; // its object is a type whose protocol is an up_watcher_p_t
    mp_obj_t of; // on whose behalf
} up_watcher_t;

typedef struct _up_watcher_p_t {
    void (*ended)(up_loop_t *loop, up_watcher_t *watcher, up_task_t *task); // may raise
} up_watcher_p_t;

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
// A watcher that is not told at once, but has a turn of its own then: a member of a TaskGroup, which is `of`. Its data is the
// task. There may be several, and others may await the task too.
extern const mp_obj_type_t up_member_type;
#endif

#define UP_TASK_DONE UP_ENDED // it ended
#define UP_TASK_AWAITED (2) // somebody has, or had, its result
#define UP_TASK_EPOCH (0x60) // the loop's epoch when it was queued last; 0: it never was, or it was forgotten
// The cancels that were not taken back are counted in these bits. The one behind 15 makes it 8: so a count is never 0 by more
// cancels, and the difference of two is right modulo 8.
#define UP_TASK_CANCEL (0x80)
#define UP_TASK_CANCELS (0x780)
// While it lives:
#define UP_TASK_AWAITING (8) // one of our awaitables parked it, and is what it comes back to
#define UP_TASK_SHARED (16) // with AWAITING: it is parked by an awaitable that is shared: readable(), writable(), a flag's wait(True)
// When it is done:
#define UP_TASK_RAISED (8) // with an exception, which is its data
#define UP_TASK_UNSEEN (16) // it has a turn left, to report an exception nobody awaited

extern const mp_obj_type_t up_task_type;
// What a cancelled task is thrown, and what one that took too long is.
extern const mp_obj_type_t mp_type_CancelledError;
extern const mp_obj_type_t mp_type_TimeoutError;
MP_DECLARE_CONST_FUN_OBJ_1(up_cancel_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_check_awaitable_obj);
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
// What result() and exception() raise before the end.
extern const mp_obj_type_t mp_type_InvalidStateError;
#endif
MP_DECLARE_CONST_FUN_OBJ_0(up_all_tasks_obj); // where there is CPython's all_tasks(), or tasks()

// Where a task is: UP_IDLE ... UP_JOINING. EXCEPTION: none.
static inline uint32_t up_place(up_task_t *task) {
    return UP_PLACE(&task->entry);
}

bool up_is_task(mp_obj_t object);
up_task_t *up_arg_task(mp_obj_t arg);
bool up_is_exception(mp_obj_t object);
bool up_is_cancelled_error(mp_obj_t exc);
mp_obj_t *up_task_data(up_task_t *task);
mp_obj_t up_task_at(up_task_t *task);
bool up_arg_awaitable(mp_obj_t aw);
mp_obj_t up_task_coro(up_task_t *task);
#if UP_TASK_HAS_ANNEX
extern const mp_obj_type_t up_annex_type;
// The annex of a task, or NULL. EXCEPTION: none.
static inline up_annex_t *up_task_annex(up_task_t *task) {
    mp_obj_base_t *base = MP_OBJ_TO_PTR(task->coro);
    return base->type == &up_annex_type ? (up_annex_t *)base : NULL;
}
up_annex_t *up_task_make_annex(up_task_t *task);
up_annex_t *up_task_need_annex(up_task_t *task);
#endif
up_task_t *up_task_new(mp_obj_t coro);
up_task_t *up_find_task(up_loop_t *loop, mp_obj_t coro);
up_task_t *up_task_make(up_loop_t *loop, mp_obj_t coro, uint32_t level, mp_obj_t name);
up_task_t *up_create_task(up_loop_t *loop, mp_obj_t coro, uint32_t level, mp_obj_t name);
bool up_task_known(up_loop_t *loop, up_task_t *task);
up_entry_t *up_task_entry(up_loop_t *loop, up_task_t *task);
void up_task_schedule(up_loop_t *loop, up_task_t *task, uint32_t level, uint32_t delay);
void up_task_revive(up_loop_t *loop, up_task_t *task, uint32_t level, uint32_t delay);
void up_task_rouse(up_loop_t *loop, up_task_t *task, up_task_t *ended);
void up_task_unqueue(up_loop_t *loop, up_task_t *task);
void up_task_throw(up_loop_t *loop, up_task_t *task, mp_obj_t exc);
void up_task_leave(up_loop_t *loop, up_task_t *task);
void up_task_end(up_loop_t *loop, up_task_t *task, bool raised, mp_obj_t result);
up_watcher_t *up_watcher_new(const mp_obj_type_t *type, mp_obj_t of);
up_entry_t *up_task_joiner(up_loop_t *loop, up_task_t *task);
up_task_t *up_task_last(up_loop_t *loop, up_task_t *task);
void up_task_uncount_cancel(up_task_t *task);
bool up_task_cancel(up_loop_t *loop, up_task_t *task, bool replace);
mp_obj_t up_task_cancel_for(up_loop_t *loop, up_task_t *task);

#endif
