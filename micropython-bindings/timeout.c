// Time limits: timeout() and its kin, and wait_for() (docs/behaviour.md, section 7). Both are a timer of the loop that, when it
// is due, cancels the task that is inside. No second task runs, so what is awaited is the caller's own: its level, its
// exception, its late result, its clean-up.
//
// Whose cancel it was is told by a count. cancel() and every time-out that fires add 1 to the count of the task (and of those
// that it awaits, which are cancelled with it). Who enters notes the count. Who leaves takes its own 1 back if it
// fired; if the count is what was noted, nobody else cancelled the task, and the CancelledError becomes a TimeoutError.
#include "py/cstack.h"
#include "args.h"
#include "await.h"
#include "clock.h"
#include "garbage.h"
#include "inspect.h"
#include "loop_state.h"
#include "sync.h"
#include "task.h"
#include "threads.h"
#include "timeout.h"

static const mp_obj_type_t up_wait_for_type;

typedef struct _up_timeout_t {
    up_entry_t entry; // its flags are UP_TIMEOUT_...; its data is the task inside, or None. wait_for(): before that, its delay
    union {
        uint32_t deadline; // timeout()
        mp_obj_t aw; // wait_for(): what is awaited; MP_OBJ_NULL when that has ended
    };
} up_timeout_t;

#define UP_TIMEOUT_LIMITED (1) // there is a time limit
#define UP_TIMEOUT_ENTERED (2)
#define UP_TIMEOUT_FIRED (64)
#define UP_TIMEOUT_LEFT (8)
#define UP_TIMEOUT_AWAITS (16) // wait_for(): `aw` can be resumed only after it was asked for its iterator
#define UP_TIMEOUT_RUNS (32) // wait_for(): what is awaited is in a step
// And, where the task has its count, the one that was noted.
#define UP_TIMEOUT_NOTED UP_TASK_CANCELS

static up_timeout_t *up_timeout_new(const mp_obj_type_t *type, mp_obj_t data) {
    up_timeout_t *self = mp_obj_malloc(up_timeout_t, type);
    self->entry = (up_entry_t){ .object = type, .core = UP_NEW, .data = data };
    return self;
}

// Queues the timer, from wherever it is. EXCEPTION: none.
static void up_timeout_arm(up_loop_t *loop, up_timeout_t *self, uint32_t delay) {
    if (!up_is_garbage(self)) {
        up_core_arm(&loop->core, &self->entry, delay, up_now(loop));
    }
}

// The running task is inside from here on. RuntimeError outside of a task, and the second time.
static void up_timeout_enter(up_loop_t *loop, up_timeout_t *self, uint32_t delay) {
    up_task_t *task = up_current(loop);
    if (self->entry.flags & UP_TIMEOUT_ENTERED) {
        up_raise_runtime(MP_ERROR_TEXT("a Timeout can be entered once"));
    }
    self->entry.flags |= UP_TIMEOUT_ENTERED | (task->entry.flags & UP_TASK_CANCELS);
    self->entry.data = MP_OBJ_FROM_PTR(task);
    up_core_set_level(&loop->core, &self->entry, UP_LEVEL(&task->entry));
    if (self->entry.flags & UP_TIMEOUT_LIMITED) {
        up_timeout_arm(loop, self, delay);
    }
}

// The task is not inside any more, or never was. Whether what it leaves with is, if a CancelledError, this time-out's doing.
// EXCEPTION: none.
static bool up_timeout_leave(up_loop_t *loop, up_timeout_t *self) {
    up_core_forget(&loop->core, &self->entry);
    uint32_t flags = self->entry.flags;
    self->entry.flags |= UP_TIMEOUT_LEFT;
    if ((flags & (UP_TIMEOUT_ENTERED | UP_TIMEOUT_LEFT)) != UP_TIMEOUT_ENTERED) {
        return false;
    }
    up_task_t *task = MP_OBJ_TO_PTR(self->entry.data);
    self->entry.data = mp_const_none;
    if (task != loop->cur && !up_is_garbage(task)) {
        up_task_schedule(loop, task, UP_OWN, 0); // its coroutine was closed from outside: the loop learns of that
    }
    if (!(flags & UP_TIMEOUT_FIRED)) {
        return false;
    }
    up_task_uncount_cancel(task); // unless uncancel() took it back
    // More than was noted, modulo 8. It may be fewer, by uncancel().
    uint32_t more = (task->entry.flags - (flags & UP_TIMEOUT_NOTED)) / UP_TASK_CANCEL % 8;
    return more == 0 || more > 4;
}

// The turn of an armed time-out has come. It allocates nothing. What a user's remove() raises is the run loop's to contain.
void up_timeout_fire(up_loop_t *loop, up_entry_t *entry) {
    up_core_forget(&loop->core, entry);
    entry->flags |= UP_TIMEOUT_FIRED;
    loop->doing = UP_DOING_CALLBACK;
    up_task_cancel(loop, MP_OBJ_TO_PTR(entry->data), false);
    loop->doing = UP_DOING_NOTHING;
}

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
// -- timeout(), timeout_ms(), timeout_at(): an async context manager

static mp_obj_t up_timeout_make(mp_obj_t limit, uint32_t (*ms)(mp_obj_t arg, qstr name), qstr name) {
    uint32_t delay = limit == mp_const_none ? 0 : ms(limit, name);
    up_loop_t *loop = up_loop();
    up_timeout_t *self = up_timeout_new(&up_timeout_type, mp_const_none);
    if (limit != mp_const_none) {
        self->entry.flags = UP_TIMEOUT_LIMITED;
        self->deadline = up_now(loop) + delay;
    }
    return MP_OBJ_FROM_PTR(self);
}

// timeout(delay): `async with timeout(delay):` cancels its body `delay` seconds (int or float) from the call, and raises
// TimeoutError then. None: never. TypeError, OverflowError. One allocation, here; firing needs none.
static mp_obj_t up_timeout_s(mp_obj_t delay) {
    return up_timeout_make(delay, up_arg_seconds, MP_QSTR_delay);
}
MP_DEFINE_CONST_FUN_OBJ_1(up_timeout_obj, up_timeout_s);

// timeout_ms(delay): the same in ms (int).
static mp_obj_t up_timeout_ms(mp_obj_t delay) {
    return up_timeout_make(delay, up_arg_ms, MP_QSTR_delay);
}
MP_DEFINE_CONST_FUN_OBJ_1(up_timeout_ms_obj, up_timeout_ms);

// timeout_at(when): the same, when the loop's time() is `when`.
static mp_obj_t up_timeout_at(mp_obj_t when) {
    return up_timeout_make(when, up_arg_until, MP_QSTR_when);
}
MP_DEFINE_CONST_FUN_OBJ_1(up_timeout_at_obj, up_timeout_at);

// Timeout(when): as timeout_at().
static mp_obj_t up_timeout_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    return up_timeout_at(args[0]);
}

// How long until the deadline, ms; 0 if it is over. EXCEPTION: none.
static uint32_t up_timeout_left(up_loop_t *loop, up_timeout_t *self) {
    int32_t left = (int32_t)(self->deadline - up_now(loop));
    return left < 0 ? 0 : left;
}

// `async with`, and its value, which is the time-out. RuntimeError outside of a task, and the second time.
static mp_obj_t up_timeout_aenter(mp_obj_t self_in) {
    up_loop_t *loop = up_loop();
    up_timeout_enter(loop, MP_OBJ_TO_PTR(self_in), up_timeout_left(loop, MP_OBJ_TO_PTR(self_in)));
    return self_in;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_timeout_aenter_obj, up_timeout_aenter);

static mp_obj_t up_timeout_iternext(mp_obj_t self_in) {
    return mp_make_stop_iteration(self_in);
}

static mp_obj_t up_timeout_aexit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    if (up_timeout_leave(up_loop(), MP_OBJ_TO_PTR(args[0])) && args[1] != mp_const_none && up_is_cancelled_error(args[2])) {
        mp_raise_type(&mp_type_TimeoutError);
    }
    return MP_OBJ_FROM_PTR(&up_nothing);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_timeout_aexit_obj, 4, 4, up_timeout_aexit);

// reschedule(when): the body is cancelled when the loop's time() is `when`, a time that is past: at its next wait; None:
// never. RuntimeError if no body runs, or it is being cancelled.
static mp_obj_t up_timeout_reschedule(mp_obj_t self_in, mp_obj_t when) {
    up_loop_t *loop = up_loop();
    up_timeout_t *self = MP_OBJ_TO_PTR(self_in);
    uint32_t delay = when == mp_const_none ? 0 : up_arg_until(when, MP_QSTR_when);
    uint32_t flags = self->entry.flags;
    if ((flags & (UP_TIMEOUT_ENTERED | UP_TIMEOUT_FIRED | UP_TIMEOUT_LEFT)) != UP_TIMEOUT_ENTERED) {
        up_raise_runtime(flags & UP_TIMEOUT_FIRED ? MP_ERROR_TEXT("the Timeout has expired") : MP_ERROR_TEXT("the Timeout is not active"));
    }
    self->entry.flags = flags & ~UP_TIMEOUT_LIMITED;
    if (when == mp_const_none) {
        up_core_forget(&loop->core, &self->entry);
    } else {
        self->entry.flags |= UP_TIMEOUT_LIMITED;
        self->deadline = up_now(loop) + delay;
        up_timeout_arm(loop, self, delay);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_timeout_reschedule_obj, up_timeout_reschedule);

// when(): the time() at which the body is cancelled, ticks; None if never.
static mp_obj_t up_timeout_when(mp_obj_t self_in) {
    up_timeout_t *self = MP_OBJ_TO_PTR(self_in);
    if (!(self->entry.flags & UP_TIMEOUT_LIMITED)) {
        return mp_const_none;
    }
    return MP_OBJ_NEW_SMALL_INT(up_time_of(self->deadline));
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_timeout_when_obj, up_timeout_when);

// expired(): whether it has cancelled its body.
static mp_obj_t up_timeout_expired(mp_obj_t self_in) {
    up_timeout_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(self->entry.flags & UP_TIMEOUT_FIRED);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_timeout_expired_obj, up_timeout_expired);

#if UP_INSPECTS
// <Timeout of 'a', due in 5 ms>; <Timeout of 'a'>: without a limit; <Timeout expired>; <Timeout over>
static void up_timeout_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    up_loop_t *loop = MP_STATE_VM(up_loop);
    up_timeout_t *self = MP_OBJ_TO_PTR(self_in);
    uint32_t flags = self->entry.flags;
    int32_t due = (int32_t)(self->deadline - up_now(loop));
    mp_obj_t task = self->entry.data;
    mp_obj_t name = task == mp_const_none ? MP_OBJ_NULL : up_task_known_as(MP_OBJ_TO_PTR(task));
    mp_print_str(print, "<Timeout");
    if (name != MP_OBJ_NULL) {
        mp_print_str(print, " of ");
        up_print_name(print, name);
    }
    if (flags & UP_TIMEOUT_FIRED) {
        mp_print_str(print, " expired");
    } else if (flags & UP_TIMEOUT_LEFT) {
        mp_print_str(print, " over");
    } else if (flags & UP_TIMEOUT_LIMITED) {
        up_print_due(print, due);
    }
    mp_print_str(print, ">");
}
#endif

static const mp_rom_map_elem_t up_timeout_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_reschedule), MP_ROM_PTR(&up_timeout_reschedule_obj) },
    { MP_ROM_QSTR(MP_QSTR_when), MP_ROM_PTR(&up_timeout_when_obj) },
    { MP_ROM_QSTR(MP_QSTR_expired), MP_ROM_PTR(&up_timeout_expired_obj) },
    { MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&up_timeout_aenter_obj) },
    { MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&up_timeout_aexit_obj) },
};
static MP_DEFINE_CONST_DICT(up_timeout_locals_dict, up_timeout_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_timeout_type,
    MP_QSTR_Timeout,
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    UP_PRINT(up_timeout_print) make_new, up_timeout_make_new,
    iter, up_timeout_iternext,
    locals_dict, &up_timeout_locals_dict
);
#endif

// -- wait_for(), wait_for_ms(): a coroutine

// RuntimeError if so many of them await one another that the stack would overflow, ValueError if what is awaited calls back.
static void up_wait_for_check(up_timeout_t *self) {
    mp_cstack_check();
    if (self->entry.flags & UP_TIMEOUT_RUNS) {
        mp_raise_ValueError(MP_ERROR_TEXT("generator already executing"));
    }
}

// What is behind its first or next wait: resumes what is awaited with `value`, or throws `exc` into it. What it yields is
// the caller's to yield. The end is told as a coroutine's is: MP_OBJ_STOP_ITERATION with the value.
static mp_obj_t up_wait_for_resume(mp_obj_t self_in, mp_obj_t value, mp_obj_t exc) {
    up_loop_t *loop = up_loop();
    up_timeout_t *self = MP_OBJ_TO_PTR(self_in);
    up_wait_for_check(self);
    if (self->aw == MP_OBJ_NULL || (exc != MP_OBJ_NULL && !(self->entry.flags & UP_TIMEOUT_ENTERED))) {
        self->aw = MP_OBJ_NULL; // it has ended, or does so before it begins
        if (exc != MP_OBJ_NULL) {
            nlr_raise(mp_make_raise_obj(exc));
        }
        return MP_OBJ_STOP_ITERATION;
    }
    if (!(self->entry.flags & UP_TIMEOUT_ENTERED)) {
        up_current(loop);
        if (self->entry.flags & UP_TIMEOUT_AWAITS) {
            self->aw = mp_getiter(self->aw, NULL);
        }
        up_timeout_enter(loop, self, self->entry.data == mp_const_none ? 0 : MP_OBJ_SMALL_INT_VALUE(self->entry.data));
    }
    mp_obj_t ret;
    mp_vm_return_kind_t kind;
    nlr_buf_t nlr;
    self->entry.flags |= UP_TIMEOUT_RUNS;
    if (nlr_push(&nlr) == 0) {
        kind = mp_resume(self->aw, value, exc, &ret);
        nlr_pop();
    } else {
        ret = MP_OBJ_FROM_PTR(nlr.ret_val);
        kind = MP_VM_RETURN_EXCEPTION;
    }
    self->entry.flags &= ~UP_TIMEOUT_RUNS;
    if (kind == MP_VM_RETURN_YIELD) {
        return ret;
    }
    self->aw = MP_OBJ_NULL;
    bool timed_out = up_timeout_leave(loop, self);
    if (kind == MP_VM_RETURN_EXCEPTION) {
        // An iterator of a class ends with StopIteration.
        if (!mp_obj_exception_match(ret, MP_OBJ_FROM_PTR(&mp_type_StopIteration))) {
            if (timed_out && up_is_cancelled_error(ret)) {
                mp_raise_type(&mp_type_TimeoutError);
            }
            nlr_raise(ret);
        }
        ret = mp_obj_exception_get_value(ret);
    }
    return mp_make_stop_iteration(ret);
}

static mp_obj_t up_wait_for_new(mp_obj_t aw, uint16_t flags, mp_obj_t delay) {
    up_timeout_t *self = up_timeout_new(&up_wait_for_type, delay);
    self->entry.flags = delay == mp_const_none ? flags : flags | UP_TIMEOUT_LIMITED;
    self->aw = aw;
    return MP_OBJ_FROM_PTR(self);
}

// wait_for(aw, None) of what a task cannot run as it is: a coroutine that awaits it. MemoryError.
mp_obj_t up_wait_for_ever(mp_obj_t aw) {
    return up_wait_for_new(aw, UP_TIMEOUT_AWAITS, mp_const_none);
}

static mp_obj_t up_wait_for_make(size_t n, const mp_obj_t *pos, mp_map_t *kw, uint32_t (*ms)(mp_obj_t arg, qstr name)) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_aw, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_timeout, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t a[2];
    mp_arg_parse_all(n, pos, kw, 2, allowed, a);
    uint16_t flags = up_arg_awaitable(a[0].u_obj) ? 0 : UP_TIMEOUT_AWAITS;
    mp_obj_t limit = a[1].u_obj;
    mp_obj_t delay = limit == mp_const_none ? limit : MP_OBJ_NEW_SMALL_INT(ms(limit, MP_QSTR_timeout));
    return up_wait_for_new(a[0].u_obj, flags, delay);
}

// wait_for(aw, timeout): what `aw` returns, or raises. When it has not ended `timeout` seconds (int or float) after it was
// first awaited, CancelledError is thrown into it, and TimeoutError raised if it ends with that; None: no limit. `aw` runs
// in the caller's own task. TypeError at the call if `aw` cannot be awaited. One allocation, here; firing needs none.
static mp_obj_t up_wait_for(size_t n, const mp_obj_t *pos, mp_map_t *kw) {
    return up_wait_for_make(n, pos, kw, up_arg_seconds);
}
MP_DEFINE_CONST_FUN_OBJ_KW(up_wait_for_obj, 0, up_wait_for);

// wait_for_ms(aw, timeout): the same, `timeout` in ms (int).
static mp_obj_t up_wait_for_ms(size_t n, const mp_obj_t *pos, mp_map_t *kw) {
    return up_wait_for_make(n, pos, kw, up_arg_ms);
}
MP_DEFINE_CONST_FUN_OBJ_KW(up_wait_for_ms_obj, 0, up_wait_for_ms);

static mp_obj_t up_wait_for_iternext(mp_obj_t self_in) {
    return up_wait_for_resume(self_in, mp_const_none, MP_OBJ_NULL);
}

static mp_obj_t up_wait_for_send(mp_obj_t self_in, mp_obj_t value) {
    MP_STATE_THREAD(stop_iteration_arg) = MP_OBJ_NULL;
    return up_yield_or_stop(up_wait_for_resume(self_in, value, MP_OBJ_NULL));
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_wait_for_send_obj, up_wait_for_send);

static mp_obj_t up_wait_for_throw(size_t n_args, const mp_obj_t *args) {
    MP_STATE_THREAD(stop_iteration_arg) = MP_OBJ_NULL;
    mp_obj_t exc = n_args > 2 && args[2] != mp_const_none ? args[2] : args[1];
    return up_yield_or_stop(up_wait_for_resume(args[0], MP_OBJ_NULL, exc));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_wait_for_throw_obj, 2, 4, up_wait_for_throw);

// close(): what is awaited is closed too.
static mp_obj_t up_wait_for_close(mp_obj_t self_in) {
    up_timeout_t *self = MP_OBJ_TO_PTR(self_in);
    up_wait_for_check(self);
    mp_obj_t aw = self->aw;
    self->aw = MP_OBJ_NULL;
    up_timeout_leave(up_loop(), self);
    if (aw != MP_OBJ_NULL) {
        mp_obj_t close[2];
        mp_load_method_maybe(aw, MP_QSTR_close, close);
        if (close[0] != MP_OBJ_NULL) {
            mp_call_method_n_kw(0, 0, close);
        }
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_wait_for_close_obj, up_wait_for_close);

static const mp_rom_map_elem_t up_wait_for_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&up_wait_for_send_obj) },
    { MP_ROM_QSTR(MP_QSTR_throw), MP_ROM_PTR(&up_wait_for_throw_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&up_wait_for_close_obj) },
};
static MP_DEFINE_CONST_DICT(up_wait_for_locals_dict, up_wait_for_locals_dict_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    up_wait_for_type,
    MP_QSTR_wait_for,
    UP_TYPE_AWAITABLE,
    iter, up_wait_for_iternext,
    locals_dict, &up_wait_for_locals_dict
);
