// What tasks park at: WaitQueue, Event, Lock and the semaphores. Waiting allocates nothing and costs nothing.
//
// Each is its own awaitable: wait() and acquire() return the object itself, and the run loop knows
// which task comes back from it.
#include "args.h"
#include "await.h"
#include "clock.h"
#include "flag.h"
#include "garbage.h"
#include "heap_search.h"
#include "loop_state.h"
#include "platform/platform.h"
#include "queue.h"
#include "schedule.h"
#include "sleep.h"
#include "sync.h"
#include "task.h"
#include "threads.h"
#include "wait_queue.h"

// -- WaitQueue

// WaitQueue(level=None), Event(level=None), Semaphore(value=1, level=None), BoundedSemaphore(value=1, level=None),
// Lock(), ThreadSafeFlag(). `level` is where its wake-ups land, None each at the task's own; `value` is how many
// tasks get past at a time. TypeError, ValueError.
mp_obj_t up_waitqueue_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    static const mp_arg_t allowed[] = {
        { MP_QSTR_value, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(1) } },
        { MP_QSTR_level, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    size_t flags = type->flags;
    if (flags & UP_TYPE_NO_ARGS) {
        mp_arg_check_num(n_args, n_kw, 0, 0, false);
    }
    size_t counts = (flags & UP_TYPE_COUNTS) / UP_TYPE_COUNTS;
    mp_arg_val_t a[2];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, counts + 1, allowed + 1 - counts, a + 1 - counts);
    up_sem_t *self = m_malloc0(sizeof(up_waitqueue_t) + counts * (sizeof(up_sem_t) - sizeof(up_waitqueue_t)));
    self->queue.waiters.object = type;
    self->queue.level = a[1].u_obj == mp_const_none ? UP_OWN : up_arg_level(a[1].u_obj);
    if (counts) {
        self->free = up_arg_range(a[0].u_obj, MP_QSTR_value, 0, UP_MAX_DELAY);
    }
    return MP_OBJ_FROM_PTR(self);
}

// Wakes who waits, if it is set. EXCEPTION: none.
void up_waitqueue_wake_if_set(up_loop_t *loop, up_waitqueue_t *self) {
    if (up_load(&self->set)) {
        // mutation: flag-wakes-one
        up_wake(loop, &self->waiters, self->level, SIZE_MAX);
        up_store(&self->waited, false);
    }
}

// wait() is the object itself: await it to be parked until woken, behind those who wait already. Not if it
// is set. The value of an Event is True.
mp_obj_t up_waitqueue_iternext(mp_obj_t self_in) {
    up_waitqueue_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = up_loop();
    bool back = up_back_from(loop, self_in);
    // Who finds a flag set each time would never end its step. The 16th such wait in a row ends it, and is woken at once.
    bool at_once = !back && up_load(&self->set);
    if (at_once && self->waiters.object == &up_flag_type && ++loop->at_once % 16 == 0) {
        at_once = false;
    }
    if (back || at_once) {
        if (self->waiters.object == &up_event_type) {
            return mp_make_stop_iteration(mp_const_true);
        }
        // A flag: cleared here and not at the wake-up, so a task cancelled in between leaves it set for the next. Not if
        // another waits by now, who found it cleared: it was set again for that one. (What is in the mailbox does not
        // tell: another thread may have posted what was seen before.)
        if (self->waiters.object == &up_flag_type && !(back && up_load(&self->waited))) {
            // mutation: flag-stays-set
            up_store(&self->set, false);
        }
        return MP_OBJ_STOP_ITERATION;
    }
    up_wait(loop, &self->waiters, self_in);
    loop->at_once = 0;
    up_store(&self->waited, true);
    up_fence();
    if (up_load(&self->set)) {
        up_waitqueue_wake_if_set(loop, self); // a flag, set between the look and the parking
    }
    return mp_const_none;
}

// wake(n=1): makes the `n` tasks due that have waited longest; how many there were.
static mp_obj_t up_waitqueue_wake(size_t n_args, const mp_obj_t *args) {
    size_t n = n_args == 1 ? 1 : up_arg_range(args[1], MP_QSTR_n, 0, UP_MAX_DELAY);
    up_waitqueue_t *self = MP_OBJ_TO_PTR(args[0]);
    return MP_OBJ_NEW_SMALL_INT(up_wake(up_loop(), &self->waiters, self->level, n));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_waitqueue_wake_obj, 1, 2, up_waitqueue_wake);

// MicroPython's TaskQueue, for primitives that are written for it.

// push(task, key=None): parks a task at the end, whatever `key` is. In the main queue: makes it due at the ticks `key`,
// or now, at its own level.
static mp_obj_t up_waitqueue_push(size_t n_args, const mp_obj_t *args) {
    up_waitqueue_t *self = MP_OBJ_TO_PTR(args[0]);
    up_loop_t *loop = up_loop();
    up_task_t *task = up_arg_task(args[1]);
    if (self == &loop->main_queue) {
        up_task_revive(loop, task, UP_OWN, n_args == 3 ? up_arg_until(args[2], MP_QSTR_key) : 0);
    } else if (!(task->entry.flags & UP_TASK_DONE) && !up_is_garbage(task) && !up_is_garbage(self)) {
        up_sem_refuse(task);
        up_core_park(&loop->core, up_task_entry(loop, task), &self->waiters);
        *up_task_data(task) = mp_const_none;
        task->entry.flags &= ~UP_TASK_AWAITING;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_waitqueue_push_obj, 2, 3, up_waitqueue_push);

typedef struct _up_first_t {
    up_task_t *task;
    uint32_t now;
    int32_t least;
} up_first_t;

static bool up_is_earlier(up_entry_t *entry, void *arg) {
    up_task_t *task = (up_task_t *)entry;
    up_first_t *first = arg;
    int32_t from_now = (int32_t)(task->entry.due - first->now);
    if ((up_place(task) == UP_READY || up_place(task) == UP_TIMER) && !(task->entry.flags & UP_TASK_DONE) && from_now < first->least) {
        first->least = from_now;
        first->task = task;
    }
    return false; // goes on
}

// Of the tasks in the ready queues and of those that sleep, the one that is due first, or NULL. It is for debugging:
// which of those that are due at the same time is the core's to say. O(heap). EXCEPTION: none.
static up_task_t *up_first_due(up_loop_t *loop) {
    up_first_t first = { NULL, up_now(loop), INT32_MAX };
    up_search_heap(&up_task_type, up_is_earlier, &first);
    return first.task;
}

// peek(): the task that has waited longest, or None; of the main queue: the one that is due first.
static mp_obj_t up_waitqueue_peek(mp_obj_t self_in) {
    up_waitqueue_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = up_loop();
    if (self == &loop->main_queue) {
        up_task_t *task = up_first_due(loop);
        return task == NULL ? mp_const_none : MP_OBJ_FROM_PTR(task);
    }
    up_entry_t *first = up_core_first(&loop->core, &self->waiters);
    return first == NULL ? mp_const_none : MP_OBJ_FROM_PTR(first);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_waitqueue_peek_obj, up_waitqueue_peek);

// pop(): takes that task out, for somebody to schedule. IndexError if there is none.
static mp_obj_t up_waitqueue_pop(mp_obj_t self_in) {
    mp_obj_t task = up_waitqueue_peek(self_in);
    if (task == mp_const_none) {
        mp_raise_msg(&mp_type_IndexError, MP_ERROR_TEXT("empty heap"));
    }
    up_task_unqueue(up_loop(), MP_OBJ_TO_PTR(task));
    return task;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_waitqueue_pop_obj, up_waitqueue_pop);

// remove(task): takes a task out of the queue it is in.
static mp_obj_t up_waitqueue_remove(mp_obj_t self_in, mp_obj_t task_in) {
    (void)self_in;
    up_task_unqueue(up_loop(), up_arg_task(task_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_waitqueue_remove_obj, up_waitqueue_remove);

static mp_obj_t up_waitqueue_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    if (op != MP_UNARY_OP_LEN) {
        return MP_OBJ_NULL;
    }
    up_waitqueue_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(up_core_waiting(&up_loop()->core, &self->waiters));
}

static const mp_rom_map_elem_t up_waitqueue_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR_wake), MP_ROM_PTR(&up_waitqueue_wake_obj) },
    { MP_ROM_QSTR(MP_QSTR_push), MP_ROM_PTR(&up_waitqueue_push_obj) },
    { MP_ROM_QSTR(MP_QSTR_peek), MP_ROM_PTR(&up_waitqueue_peek_obj) },
    { MP_ROM_QSTR(MP_QSTR_pop), MP_ROM_PTR(&up_waitqueue_pop_obj) },
    { MP_ROM_QSTR(MP_QSTR_remove), MP_ROM_PTR(&up_waitqueue_remove_obj) },
};
static MP_DEFINE_CONST_DICT(up_waitqueue_locals_dict, up_waitqueue_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_waitqueue_type,
    MP_QSTR_WaitQueue,
    UP_TYPE_AWAITABLE,
    make_new, up_waitqueue_make_new,
    unary_op, up_waitqueue_unary_op,
    iter, up_waitqueue_iternext,
    locals_dict, &up_waitqueue_locals_dict
);

// -- Event

// set(): wakes all who wait, in their order; who comes later does not wait, until clear().
mp_obj_t up_event_set(mp_obj_t self_in) {
    up_waitqueue_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = up_loop();
    up_store(&self->set, true);
    up_waitqueue_wake_if_set(loop, self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_event_set_obj, up_event_set);

// clear() of an Event or a ThreadSafeFlag: as if set() had not been called. May be called from where its
// set() may.
static mp_obj_t up_waitqueue_clear(mp_obj_t self_in) {
    up_waitqueue_t *self = MP_OBJ_TO_PTR(self_in);
    up_store(&self->set, false);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(up_waitqueue_clear_obj, up_waitqueue_clear);

static mp_obj_t up_event_is_set(mp_obj_t self_in) {
    up_waitqueue_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(up_load(&self->set));
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_event_is_set_obj, up_event_is_set);

static const mp_rom_map_elem_t up_event_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR_set), MP_ROM_PTR(&up_event_set_obj) },
    { MP_ROM_QSTR(MP_QSTR_clear), MP_ROM_PTR(&up_waitqueue_clear_obj) },
    { MP_ROM_QSTR(MP_QSTR_is_set), MP_ROM_PTR(&up_event_is_set_obj) },
};
static MP_DEFINE_CONST_DICT(up_event_locals_dict, up_event_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_event_type,
    MP_QSTR_Event,
    UP_TYPE_AWAITABLE,
    make_new, up_waitqueue_make_new,
    iter, up_waitqueue_iternext,
    locals_dict, &up_event_locals_dict
);

// -- Lock, Semaphore and BoundedSemaphore; a Queue counts its items and its room in the same way
//
// release() hands over what it gives back: it marks the task that has waited longest (UP_TASK_HANDED), whose
// next step takes it. A step that does not, or a task that comes to none, passes it on. So nobody can overtake,
// and nothing is lost.

// Whether a task that is parked at `at` waits for this. Its data is Python's to change. EXCEPTION: none.
static bool up_sem_is_at(up_sem_t *self, mp_obj_t at) {
    up_put_t *put = MP_OBJ_TO_PTR(at);
    return at == MP_OBJ_FROM_PTR(self) || (mp_obj_is_type(at, &up_put_type) && put->queue->room == self);
}

// One more is free. Hands it to who has waited longest. EXCEPTION: none.
static void up_sem_offer(up_sem_t *self) {
    up_loop_t *loop = up_loop();
    ++self->free;
    if (self->queue.waiters.first == NULL || up_is_garbage(self)) {
        return; // if it is garbage, so is who waits
    }
    up_entry_t *entry;
    while (self->free != 0 && self->queue.waiters.first != NULL
           && (entry = up_core_wake(&loop->core, &self->queue.waiters, self->queue.level, up_now(loop))) != NULL) {
        up_task_t *task = (up_task_t *)entry; // only tasks wait
        // Not to a task that parked itself and whose step goes on: it will ask again. Nor to one that does not wait for
        // this any more.
        if (task != loop->cur && up_sem_is_at(self, *up_task_data(task))) {
            task->entry.flags |= UP_TASK_HANDED;
            --self->free;
        }
        up_rouse();
    }
}

// What was handed to a task that waited at `at` goes to the next one. EXCEPTION: none.
void up_sem_pass_on(mp_obj_t at) {
    up_put_t *put = MP_OBJ_TO_PTR(at);
    up_sem_offer(put->base.type == &up_put_type ? put->queue->room : MP_OBJ_TO_PTR(at));
}

// If something was handed to a task, it will not take it. EXCEPTION: none.
void up_sem_refuse(up_task_t *task) {
    if (task->entry.flags & UP_TASK_HANDED) {
        task->entry.flags &= ~UP_TASK_HANDED;
        up_sem_pass_on(*up_task_data(task));
    }
}

// Gives one back, or for the first time. EXCEPTION: none.
void up_sem_give(up_sem_t *self) {
    --self->taken;
    up_sem_offer(self);
}

// Takes what the running task was handed while it waited at `at`, or what is free: true. If there is nothing, false and
// the task is parked; or QueueEmpty or QueueFull without `at`, when it takes what is free, in a task or not.
bool up_sem_take(up_sem_t *self, mp_obj_t at) {
    up_loop_t *loop = up_loop();
    if (at != MP_OBJ_NULL) {
        up_current(loop); // raises outside of a task, also where it need not wait
        up_back_from(loop, at);
    }
    if (loop->calling == at) {
        loop->calling = mp_const_none;
    } else if (self->free != 0) {
        --self->free;
    } else {
        if (at == MP_OBJ_NULL) {
            mp_raise_type(self->queue.waiters.object == NULL ? &mp_type_QueueFull : &mp_type_QueueEmpty);
        }
        up_wait(loop, &self->queue.waiters, at);
        return false;
    }
    ++self->taken;
    return true;
}

// acquire() is the object itself: await it to get past, in the order of asking; the value is True.
static mp_obj_t up_sem_iternext(mp_obj_t self_in) {
    return up_sem_take(MP_OBJ_TO_PTR(self_in), self_in) ? mp_make_stop_iteration(mp_const_true) : mp_const_none;
}

// release(): the next one gets past. RuntimeError if a Lock is not locked, ValueError if nobody has acquired a
// BoundedSemaphore.
static mp_obj_t up_sem_release(mp_obj_t self_in) {
    up_own(MP_STATE_VM(up_loop));
    up_sem_t *self = MP_OBJ_TO_PTR(self_in);
    const mp_obj_type_t *type = self->queue.waiters.object;
    if (self->taken == 0 && type != &up_semaphore_type) {
        if (type == &up_lock_type) {
            up_raise_runtime(MP_ERROR_TEXT("Lock not acquired"));
        }
        mp_raise_ValueError(MP_ERROR_TEXT("released more than acquired"));
    }
    up_sem_give(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_sem_release_obj, up_sem_release);

// locked(): whether acquire() of a semaphore would wait, or get() of a Queue; whether a task has the Lock: not while
// it is on its way from one to the next.
static mp_obj_t up_sem_locked(mp_obj_t self_in) {
    up_sem_t *self = MP_OBJ_TO_PTR(self_in);
    bool locked = self->free == 0;
    if (self->queue.waiters.object == &up_lock_type) {
        locked = self->taken != 0;
    }
    return mp_obj_new_bool(locked);
}
MP_DEFINE_CONST_FUN_OBJ_1(up_sem_locked_obj, up_sem_locked);

const up_sleep_t up_nothing = { .base = { &up_sleep_type } };

static mp_obj_t up_sem_aexit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    up_sem_release(args[0]);
    return MP_OBJ_FROM_PTR(&up_nothing);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_sem_aexit_obj, 4, 4, up_sem_aexit);

static const mp_rom_map_elem_t up_sem_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&up_sem_release_obj) },
    { MP_ROM_QSTR(MP_QSTR_locked), MP_ROM_PTR(&up_sem_locked_obj) },
    { MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&up_sem_aexit_obj) },
};
static MP_DEFINE_CONST_DICT(up_sem_locals_dict, up_sem_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_lock_type,
    MP_QSTR_Lock,
    UP_TYPE_AWAITABLE | UP_TYPE_COUNTS | UP_TYPE_NO_ARGS,
    make_new, up_waitqueue_make_new,
    iter, up_sem_iternext,
    locals_dict, &up_sem_locals_dict
);

MP_DEFINE_CONST_OBJ_TYPE(
    up_semaphore_type,
    MP_QSTR_Semaphore,
    UP_TYPE_AWAITABLE | UP_TYPE_COUNTS,
    make_new, up_waitqueue_make_new,
    iter, up_sem_iternext,
    locals_dict, &up_sem_locals_dict
);

MP_DEFINE_CONST_OBJ_TYPE(
    up_bounded_type,
    MP_QSTR_BoundedSemaphore,
    UP_TYPE_AWAITABLE | UP_TYPE_COUNTS,
    make_new, up_waitqueue_make_new,
    iter, up_sem_iternext,
    parent, &up_semaphore_type,
    locals_dict, &up_sem_locals_dict
);
