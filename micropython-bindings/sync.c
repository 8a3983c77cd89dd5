// What tasks park at: WaitQueue, Event and Lock. Waiting allocates nothing and costs nothing.
//
// Each is its own awaitable: wait() and acquire() return the object itself, and the run loop knows
// which task comes back from it.
#include "shim.h"

// -- WaitQueue

// WaitQueue(level=None), Event(level=None): `level` is where its wake-ups land, None the task's own.
mp_obj_t up_waitqueue_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    static const mp_arg_t allowed[] = {
        { MP_QSTR_level, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t level = { .u_obj = mp_const_none };
    mp_arg_parse_all_kw_array(n_args, n_kw, args, 1, allowed, &level);
    up_waitqueue_t *self = m_new0(up_waitqueue_t, 1);
    self->base.type = type;
    self->level = level.u_obj == mp_const_none ? UP_OWN : up_arg_level(level.u_obj);
    return MP_OBJ_FROM_PTR(self);
}

// Wakes who waits, if it is set. EXCEPTION: none.
void up_waitqueue_wake_if_set(up_loop_t *loop, up_waitqueue_t *self) {
    self->posted = false;
    up_fence();
    if (self->set) {
        up_wake(loop, &self->waiters, self->level, SIZE_MAX);
        self->waiters.handle = 0;
    }
}

// wait() is the object itself: await it to be parked until woken, behind those who wait already. Not if it
// is set. The value of an Event is True.
mp_obj_t up_waitqueue_iternext(mp_obj_t self_in) {
    up_waitqueue_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = up_loop();
    bool back = up_back_from(loop, self_in);
    if (back || self->set) {
        if (self->base.type == &up_event_type) {
            return mp_make_stop_iteration(mp_const_true);
        }
        // A flag: cleared here and not at the wake-up, so a task cancelled in between leaves it set for the
        // next. Not if it was set again meanwhile for another that waits: that is in the mailbox.
        if (!(back && self->posted)) {
            self->set = false;
        }
        return MP_OBJ_STOP_ITERATION;
    }
    up_wait(loop, &self->waiters, self_in);
    up_fence();
    if (self->set) {
        up_waitqueue_wake_if_set(loop, self); // a flag, set between the look and the parking
    }
    return mp_const_none;
}

// wake(n=1): makes the `n` tasks due that have waited longest; how many there were.
static mp_obj_t up_waitqueue_wake(size_t n_args, const mp_obj_t *args) {
    size_t n = n_args == 1 ? 1 : up_arg_range(args[1], MP_QSTR_n, UP_MAX_DELAY);
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
    } else if (!(task->flags & UP_TASK_DONE)) {
        up_park(loop, task, &self->waiters);
        *up_task_data(task) = mp_const_none;
        task->flags &= ~UP_TASK_AWAITING;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_waitqueue_push_obj, 2, 3, up_waitqueue_push);

// peek(): the task that has waited longest, or None.
static mp_obj_t up_waitqueue_peek(mp_obj_t self_in) {
    up_waitqueue_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = up_loop();
    uint32_t handle = up_core_first(&loop->core, &self->waiters);
    return handle == 0 ? mp_const_none : *up_object(loop, handle);
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
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    make_new, up_waitqueue_make_new,
    unary_op, up_waitqueue_unary_op,
    iter, up_waitqueue_iternext,
    locals_dict, &up_waitqueue_locals_dict
);

// -- Event

// set(): wakes all who wait, in their order; who comes later does not wait, until clear().
static mp_obj_t up_event_set(mp_obj_t self_in) {
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
    ((up_waitqueue_t *)MP_OBJ_TO_PTR(self_in))->set = false;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(up_waitqueue_clear_obj, up_waitqueue_clear);

static mp_obj_t up_event_is_set(mp_obj_t self_in) {
    return mp_obj_new_bool(((up_waitqueue_t *)MP_OBJ_TO_PTR(self_in))->set);
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
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    make_new, up_waitqueue_make_new,
    iter, up_waitqueue_iternext,
    locals_dict, &up_event_locals_dict
);

// -- Lock

static mp_obj_t up_lock_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    up_lock_t *self = m_new0(up_lock_t, 1);
    self->base.type = type;
    self->state = mp_const_none;
    return MP_OBJ_FROM_PTR(self);
}

// Hands the lock to the task that has waited longest, or frees it. EXCEPTION: none.
static void up_lock_pass_on(up_loop_t *loop, up_lock_t *self) {
    uint32_t next = up_core_wake(&loop->core, &self->waiters, UP_OWN, up_now(loop));
    self->state = next == 0 ? mp_const_none : *up_object(loop, next);
    up_rouse();
}

// A task will not take what it waits for, which may be a lock. If it was handed over, the next one gets
// it. EXCEPTION: none.
void up_lock_abandon(up_loop_t *loop, mp_obj_t at, up_task_t *task) {
    up_lock_t *lock = MP_OBJ_TO_PTR(at);
    if (mp_obj_is_type(at, &up_lock_type) && lock->state == MP_OBJ_FROM_PTR(task)) {
        up_lock_pass_on(loop, lock);
    }
}

// acquire() is the lock itself: await it to have the lock, in the order of asking; the value is True.
static mp_obj_t up_lock_iternext(mp_obj_t self_in) {
    up_lock_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = up_loop();
    up_back_from(loop, self_in);
    up_task_t *task = up_current(loop);
    if (up_is_task(self->state) && ((up_task_t *)MP_OBJ_TO_PTR(self->state))->handle == 0) {
        self->state = mp_const_none; // handed to a task that ended, or that new_event_loop() forgot
    }
    if (self->state == mp_const_none || self->state == MP_OBJ_FROM_PTR(task)) {
        self->state = mp_const_true;
        return mp_make_stop_iteration(mp_const_true);
    }
    return up_wait(loop, &self->waiters, self_in);
}

// release(): hands it to the next. RuntimeError if it is not locked.
static mp_obj_t up_lock_release(mp_obj_t self_in) {
    up_lock_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->state != mp_const_true) {
        up_raise_runtime(MP_ERROR_TEXT("Lock not acquired"));
    }
    up_lock_pass_on(up_loop(), self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_lock_release_obj, up_lock_release);

// locked(): whether a task has it.
static mp_obj_t up_lock_locked(mp_obj_t self_in) {
    return mp_obj_new_bool(((up_lock_t *)MP_OBJ_TO_PTR(self_in))->state == mp_const_true);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_lock_locked_obj, up_lock_locked);

// What `async with` awaits on the way out: a sleep that is over.
static const up_sleep_t up_nothing = { .base = { &up_sleep_type } };

static mp_obj_t up_lock_aexit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    up_lock_release(args[0]);
    return MP_OBJ_FROM_PTR(&up_nothing);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_lock_aexit_obj, 4, 4, up_lock_aexit);

static const mp_rom_map_elem_t up_lock_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&up_lock_release_obj) },
    { MP_ROM_QSTR(MP_QSTR_locked), MP_ROM_PTR(&up_lock_locked_obj) },
    { MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&up_lock_aexit_obj) },
};
static MP_DEFINE_CONST_DICT(up_lock_locals_dict, up_lock_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_lock_type,
    MP_QSTR_Lock,
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    make_new, up_lock_make_new,
    iter, up_lock_iternext,
    locals_dict, &up_lock_locals_dict
);
