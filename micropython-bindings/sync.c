// What tasks park at: WaitQueue, Event and the semaphores. Waiting allocates nothing and costs nothing.
//
// Each is its own awaitable: wait() and acquire() return the object itself, and the run loop knows
// which task comes back from it.
#include "args.h"
#include "await.h"
#include "clock.h"
#include "flag.h"
#include "garbage.h"
#include "heap_search.h"
#include "inspect.h"
#include "loop_state.h"
#include "platform/platform.h"
#include "queue.h"
#include "schedule.h"
#include "sleep.h"
#include "sync.h"
#include "task.h"
#include "threads.h"

// -- WaitQueue

// WaitQueue(level=None), Event(level=None), Semaphore(value=1, level=None), BoundedSemaphore(value=1, level=None).
// `level` is where its wake-ups land, None each at the task's own; `value` is how many
// tasks get past at a time. TypeError, ValueError.
mp_obj_t up_waitqueue_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_value, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(1) } },
        { MP_QSTR_level, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    size_t flags = type->flags;
    bool counts = flags & UP_TYPE_COUNTS;
    mp_arg_val_t a[2];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, 1 + counts, allowed + !counts, a + !counts);
    uint32_t level = a[1].u_obj == mp_const_none ? UP_OWN : up_arg_level(a[1].u_obj);
    up_list_t *list;
    if (counts) {
        uint32_t value = up_arg_range(a[0].u_obj, MP_QSTR_value, 0, UP_MAX_DELAY);
        up_permits_t *self = m_new0(up_permits_t, 1);
        self->level = level;
        self->bounded = type != &up_semaphore_type;
        self->free = value;
        list = &self->waiters;
    } else {
        up_flag_t *self = m_new0(up_flag_t, 1);
        self->level = level;
        list = &self->waiters;
    }
    list->object = type;
    return MP_OBJ_FROM_PTR(list);
}

// The running task comes to `self_in`, or comes back; `how` is UP_URGENT or 0.
mp_obj_t up_flag_await(mp_obj_t self_in, uint32_t how) {
    up_flag_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = MP_STATE_VM(up_loop);
    up_own(loop);
    bool back = up_back_from(loop, self_in);
    how |= back ? UP_BACK : 0;
    bool is_flag = self->waiters.object == &up_flag_type;
    if (is_flag) {
        how |= UP_CLEARS; // mutation: flag-not-cleared
        // Who finds a flag set each time would never end its step. The 16th such wait in a row ends it, and is woken at once.
        if (loop->at_once == 15) {
            how |= UP_PARKS;
        }
    }
    up_task_t *task = up_in_finaliser() ? NULL : loop->cur;
    uint32_t wait = up_core_wait_flag(&loop->core, (up_entry_t *)task, self, how);
    if (wait == UP_GOES_ON) {
        loop->at_once += is_flag && !back;
        return self->waiters.object == &up_event_type ? mp_make_stop_iteration(mp_const_true) : MP_OBJ_STOP_ITERATION;
    }
    task = up_to_park(loop);
    loop->at_once = 0;
    if (wait == UP_SET_MEANWHILE) {
        up_core_wake_flag(&loop->core, self, up_now(loop));
    }
    return up_parked(task, self_in);
}

// wait() is the object itself: await it to be parked until woken, behind those who wait already. Not if it
// is set. The value of an Event is True.
mp_obj_t up_waitqueue_iternext(mp_obj_t self_in) {
    return up_flag_await(self_in, 0);
}

// wake(n=1): makes the `n` tasks due that have waited longest; how many there were.
static mp_obj_t up_waitqueue_wake(size_t n_args, const mp_obj_t *args) {
    size_t n = n_args == 1 ? 1 : up_arg_range(args[1], MP_QSTR_n, 0, UP_MAX_DELAY);
    up_flag_t *self = MP_OBJ_TO_PTR(args[0]);
    return MP_OBJ_NEW_SMALL_INT(up_wake(up_loop(), &self->waiters, self->level, n));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_waitqueue_wake_obj, 1, 2, up_waitqueue_wake);

// MicroPython's TaskQueue, for primitives that are written for it.

// push(task, key=None): parks a task at the end, whatever `key` is. In the main queue: makes it due at the ticks `key`,
// or now, at its own level.
static mp_obj_t up_waitqueue_push(size_t n_args, const mp_obj_t *args) {
    up_flag_t *self = MP_OBJ_TO_PTR(args[0]);
    up_loop_t *loop = up_loop();
    up_task_t *task = up_arg_task(args[1]);
    if (self == &loop->main_queue) {
        up_task_revive(loop, task, UP_OWN, n_args == 3 ? up_arg_until(args[2], MP_QSTR_key) : 0);
    } else if (!(task->entry.flags & UP_TASK_DONE) && !up_is_garbage(task) && !up_is_garbage(self)) {
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
    up_flag_t *self = MP_OBJ_TO_PTR(self_in);
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
    up_flag_t *self = MP_OBJ_TO_PTR(self_in);
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
    UP_PRINT(up_waitqueue_print) make_new, up_waitqueue_make_new,
    unary_op, up_waitqueue_unary_op,
    iter, up_waitqueue_iternext,
    locals_dict, &up_waitqueue_locals_dict
);

// -- Event

// While a finaliser runs: of a list that is garbage nobody is woken, for so is who waits there. EXCEPTION: none.
static void up_let_go(up_list_t *list) {
    if (list->first != NULL && up_is_garbage(list)) {
        list->first = NULL;
    }
}

// set(): wakes all who wait, in their order; who comes later does not wait, until clear().
mp_obj_t up_event_set(mp_obj_t self_in) {
    up_flag_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = up_loop();
    up_let_go(&self->waiters);
    up_core_set_flag(&loop->core, self, up_now(loop));
    up_rouse();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_event_set_obj, up_event_set);

// clear() of an Event or a ThreadSafeFlag: as if set() had not been called. May be called from where its
// set() may.
static mp_obj_t up_waitqueue_clear(mp_obj_t self_in) {
    up_flag_lower(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(up_waitqueue_clear_obj, up_waitqueue_clear);

static mp_obj_t up_event_is_set(mp_obj_t self_in) {
    return mp_obj_new_bool(up_flag_is_set(MP_OBJ_TO_PTR(self_in)));
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
    UP_PRINT(up_waitqueue_print) make_new, up_waitqueue_make_new,
    iter, up_waitqueue_iternext,
    locals_dict, &up_event_locals_dict
);

// -- Semaphore and BoundedSemaphore; a Queue counts its items and its room in the same way
//
// The core counts, and hands over what is given back: src/sync/permits.rs.

// Gives one back, or for the first time; false if none is taken of what is bounded. The clock is read only if somebody
// waits, who is due then. EXCEPTION: none.
bool up_permits_give(up_permits_t *self) {
    up_loop_t *loop = MP_STATE_VM(up_loop);
    up_let_go(&self->waiters);
    bool given = up_core_release(&loop->core, self, self->waiters.first == NULL ? 0 : up_now(loop));
    up_rouse();
    return given;
}

// Takes what the running task was handed, or what is free: true. If there is nothing, false and the task is parked at `at`;
// or QueueEmpty or QueueFull without `at`, when it takes what is free, in a task or not.
bool up_permits_take(up_permits_t *self, mp_obj_t at) {
    up_loop_t *loop = up_loop();
    // Raises outside of a task, and in a finaliser, also where it need not wait.
    up_task_t *task = at == MP_OBJ_NULL ? NULL : up_to_park(loop);
    if (up_core_acquire(&loop->core, self, (up_entry_t *)task)) {
        return true;
    }
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON // else there is no Queue, and always an `at`
    if (task == NULL) {
        mp_raise_type(self->waiters.object == NULL ? &mp_type_QueueFull : &mp_type_QueueEmpty);
    }
#endif
    up_parked(task, at);
    return false;
}

// acquire() is the object itself: await it to get past, in the order of asking; the value is True.
static mp_obj_t up_permits_iternext(mp_obj_t self_in) {
    return up_permits_take(MP_OBJ_TO_PTR(self_in), self_in) ? mp_make_stop_iteration(mp_const_true) : mp_const_none;
}

// release(): the next one gets past. ValueError if nobody has acquired a BoundedSemaphore.
static mp_obj_t up_permits_release(mp_obj_t self_in) {
    up_own(MP_STATE_VM(up_loop));
    up_permits_t *self = MP_OBJ_TO_PTR(self_in);
    if (!up_permits_give(self)) {
        mp_raise_ValueError(MP_ERROR_TEXT("released more than acquired"));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_permits_release_obj, up_permits_release);

// locked(): whether acquire() of a semaphore would wait, or get() of a Queue.
static mp_obj_t up_permits_locked(mp_obj_t self_in) {
    up_permits_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(self->free == 0);
}
MP_DEFINE_CONST_FUN_OBJ_1(up_permits_locked_obj, up_permits_locked);

const up_sleep_t up_nothing = { .base = { &up_sleep_type } };

static mp_obj_t up_permits_aexit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    up_permits_release(args[0]);
    return MP_OBJ_FROM_PTR(&up_nothing);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_permits_aexit_obj, 4, 4, up_permits_aexit);

static const mp_rom_map_elem_t up_permits_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&up_permits_release_obj) },
    { MP_ROM_QSTR(MP_QSTR_locked), MP_ROM_PTR(&up_permits_locked_obj) },
    { MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&up_permits_aexit_obj) },
};
static MP_DEFINE_CONST_DICT(up_permits_locals_dict, up_permits_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_semaphore_type,
    MP_QSTR_Semaphore,
    UP_TYPE_AWAITABLE | UP_TYPE_COUNTS,
    UP_PRINT(up_permits_print) make_new, up_waitqueue_make_new,
    iter, up_permits_iternext,
    locals_dict, &up_permits_locals_dict
);

MP_DEFINE_CONST_OBJ_TYPE(
    up_bounded_type,
    MP_QSTR_BoundedSemaphore,
    UP_TYPE_AWAITABLE | UP_TYPE_COUNTS,
    UP_PRINT(up_permits_print) make_new, up_waitqueue_make_new,
    iter, up_permits_iternext,
    parent, &up_semaphore_type,
    locals_dict, &up_permits_locals_dict
);
