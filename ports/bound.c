// Module `bound` of the firmware that we run ourselves, unix and QEMU: what no loop can be cheaper than. It has the names
// of asyncio that benchmarks/steps.py uses, and does nothing behind them: nothing waits in a queue, nothing is ordered, timed
// or polled. The program itself says what comes next, so two coroutines that wait for each other take turns. What is left is
// what any loop pays: the calls, the awaits, the resuming, and standing by for an exception at each step (nlr_push).
#include "py/objexcept.h"
#include "py/objgenerator.h"
#include "py/runtime.h"
#include "py/stream.h"

#define FAR_MS (10000000) // who sleeps that long is not resumed any more

// Coroutines that are resumed next, once; with an exception to throw or MP_OBJ_NULL.
typedef struct _bound_next_t {
    mp_obj_t coro;
    mp_obj_t thrown;
} bound_next_t;

MP_REGISTER_ROOT_POINTER(struct _bound_next_t *bound_next);
MP_REGISTER_ROOT_POINTER(mp_obj_t *bound_others); // those that take turns with the one that is run
MP_REGISTER_ROOT_POINTER(mp_obj_t bound_asked[8]); // conditions
MP_REGISTER_ROOT_POINTER(mp_obj_t bound_cancelled); // a CancelledError
static size_t next_len, next_room, others_len, others_room, asked_len;
static bool away; // what the coroutine awaits now will not come

extern const mp_obj_module_t bound_module;

static void bound_push(mp_obj_t coro, mp_obj_t thrown) {
    if (next_len == next_room) {
        MP_STATE_VM(bound_next) = m_renew(bound_next_t, MP_STATE_VM(bound_next), next_room, 2 * next_room + 8);
        next_room = 2 * next_room + 8;
    }
    MP_STATE_VM(bound_next)[next_len++] = (bound_next_t){ coro, thrown };
}

// ---------------------------------------------------------------------------------------------------------------------
// What is awaited

// It yields once if it is armed; its value then.
typedef struct _bound_awaitable_t {
    mp_obj_base_t base;
    mp_obj_t value;
    bool armed;
} bound_awaitable_t;

static mp_obj_t bound_awaitable_iternext(mp_obj_t self_in) {
    bound_awaitable_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->armed) {
        self->armed = false;
        return mp_const_none;
    }
    return mp_make_stop_iteration(self->value);
}

static MP_DEFINE_CONST_OBJ_TYPE(
    bound_awaitable_type,
    MP_QSTR_awaitable,
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    iter, bound_awaitable_iternext
);

static mp_obj_t bound_yield(bool armed, mp_obj_t value) {
    static bound_awaitable_t awaitable = { { &bound_awaitable_type }, MP_OBJ_NULL, false };
    awaitable.armed = armed;
    awaitable.value = value;
    return MP_OBJ_FROM_PTR(&awaitable);
}

static mp_obj_t bound_sleep_ms(mp_obj_t ms) {
    away = MP_OBJ_SMALL_INT_VALUE(ms) >= FAR_MS;
    return bound_yield(true, mp_const_none);
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_sleep_ms_obj, bound_sleep_ms);

// A condition is asked before each step from here on. None of the workloads' ever is true.
static mp_obj_t bound_when(mp_obj_t ask) {
    if (asked_len == MP_ARRAY_SIZE(MP_STATE_VM(bound_asked))) {
        mp_raise_ValueError(MP_ERROR_TEXT("too many coroutines"));
    }
    MP_STATE_VM(bound_asked)[asked_len++] = ask;
    away = true;
    return bound_yield(true, mp_const_none);
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_when_obj, bound_when);

// wait_for_ms(what, ms)
static mp_obj_t bound_wait_for_ms(mp_obj_t what, mp_obj_t ms) {
    (void)ms;
    return what;
}
static MP_DEFINE_CONST_FUN_OBJ_2(bound_wait_for_ms_obj, bound_wait_for_ms);

// The values of these coroutines are None: the list is what any gather() must make.
typedef struct _bound_gather_t {
    mp_obj_base_t base;
    size_t n;
    bool armed;
} bound_gather_t;

static mp_obj_t bound_gather_iternext(mp_obj_t self_in) {
    bound_gather_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->armed) {
        self->armed = false;
        return mp_const_none;
    }
    mp_obj_list_t *values = MP_OBJ_TO_PTR(mp_obj_new_list(self->n, NULL));
    for (size_t i = 0; i < self->n; ++i) {
        values->items[i] = mp_const_none;
    }
    return mp_make_stop_iteration(MP_OBJ_FROM_PTR(values));
}

static MP_DEFINE_CONST_OBJ_TYPE(
    bound_gather_type,
    MP_QSTR_gather,
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    iter, bound_gather_iternext
);

static mp_obj_t bound_gather(size_t n, const mp_obj_t *coros) {
    static bound_gather_t gather = { { &bound_gather_type }, 0, false };
    for (size_t i = 0; i < n; ++i) {
        bound_push(coros[i], MP_OBJ_NULL);
    }
    gather.n = n;
    gather.armed = true;
    return MP_OBJ_FROM_PTR(&gather);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(bound_gather_obj, 0, bound_gather);

// ---------------------------------------------------------------------------------------------------------------------
// Tasks

typedef struct _bound_task_t {
    mp_obj_base_t base;
    mp_obj_t coro;
    bool armed;
} bound_task_t;

static mp_obj_t bound_task_iternext(mp_obj_t self_in) {
    bound_task_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->armed) {
        self->armed = false;
        return mp_const_none;
    }
    return MP_OBJ_STOP_ITERATION;
}

static MP_DEFINE_CONST_OBJ_TYPE(
    bound_CancelledError_type,
    MP_QSTR_CancelledError,
    MP_TYPE_FLAG_NONE,
    make_new, mp_obj_exception_make_new,
    print, mp_obj_exception_print,
    attr, mp_obj_exception_attr,
    parent, &mp_type_BaseException
);

static mp_obj_t bound_task_cancel(mp_obj_t self_in) {
    bound_task_t *self = MP_OBJ_TO_PTR(self_in);
    if (MP_STATE_VM(bound_cancelled) == MP_OBJ_NULL) {
        MP_STATE_VM(bound_cancelled) = mp_obj_new_exception(&bound_CancelledError_type);
    }
    ((mp_obj_exception_t *)MP_OBJ_TO_PTR(MP_STATE_VM(bound_cancelled)))->traceback_len = 0; // in the same memory
    bound_push(self->coro, MP_STATE_VM(bound_cancelled));
    return mp_const_true;
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_task_cancel_obj, bound_task_cancel);

static const mp_rom_map_elem_t bound_task_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&bound_task_cancel_obj) },
};
static MP_DEFINE_CONST_DICT(bound_task_locals, bound_task_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    bound_task_type,
    MP_QSTR_Task,
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    iter, bound_task_iternext,
    locals_dict, &bound_task_locals
);

static mp_obj_t bound_create_task(mp_obj_t coro) {
    bound_task_t *self = mp_obj_malloc(bound_task_t, &bound_task_type);
    self->coro = coro;
    self->armed = true;
    bound_push(coro, MP_OBJ_NULL);
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_create_task_obj, bound_create_task);

// ---------------------------------------------------------------------------------------------------------------------
// Event, Lock, Queue, timeout_ms(), TaskGroup

typedef struct _bound_event_t {
    mp_obj_base_t base;
    bool set;
} bound_event_t;

static mp_obj_t bound_event_set(mp_obj_t self_in) {
    ((bound_event_t *)MP_OBJ_TO_PTR(self_in))->set = true;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_event_set_obj, bound_event_set);

static mp_obj_t bound_event_clear(mp_obj_t self_in) {
    ((bound_event_t *)MP_OBJ_TO_PTR(self_in))->set = false;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_event_clear_obj, bound_event_clear);

static mp_obj_t bound_event_is_set(mp_obj_t self_in) {
    return mp_obj_new_bool(((bound_event_t *)MP_OBJ_TO_PTR(self_in))->set);
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_event_is_set_obj, bound_event_is_set);

static mp_obj_t bound_event_wait(mp_obj_t self_in) {
    return bound_yield(!((bound_event_t *)MP_OBJ_TO_PTR(self_in))->set, mp_const_true);
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_event_wait_obj, bound_event_wait);

static const mp_rom_map_elem_t bound_event_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_set), MP_ROM_PTR(&bound_event_set_obj) },
    { MP_ROM_QSTR(MP_QSTR_clear), MP_ROM_PTR(&bound_event_clear_obj) },
    { MP_ROM_QSTR(MP_QSTR_is_set), MP_ROM_PTR(&bound_event_is_set_obj) },
    { MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&bound_event_wait_obj) },
};
static MP_DEFINE_CONST_DICT(bound_event_locals, bound_event_locals_table);

static mp_obj_t bound_event_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    bound_event_t *self = mp_obj_malloc(bound_event_t, type);
    self->set = false;
    return MP_OBJ_FROM_PTR(self);
}

static MP_DEFINE_CONST_OBJ_TYPE(
    bound_event_type,
    MP_QSTR_Event,
    MP_TYPE_FLAG_NONE,
    make_new, bound_event_make_new,
    locals_dict, &bound_event_locals
);

// One object without a state is a lock, a queue of four places, a time limit or a group.
typedef struct _bound_nothing_t {
    mp_obj_base_t base;
    uint32_t puts, gets;
} bound_nothing_t;

static mp_obj_t bound_acquire(mp_obj_t self_in) {
    (void)self_in;
    return bound_yield(true, mp_const_true);
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_acquire_obj, bound_acquire);

static mp_obj_t bound_release(mp_obj_t self_in) {
    (void)self_in;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_release_obj, bound_release);

// Both sides of a queue of four places wait at every fourth item.
static mp_obj_t bound_put(mp_obj_t self_in, mp_obj_t item) {
    (void)item;
    return bound_yield(++((bound_nothing_t *)MP_OBJ_TO_PTR(self_in))->puts % 4 == 0, mp_const_none);
}
static MP_DEFINE_CONST_FUN_OBJ_2(bound_put_obj, bound_put);

static mp_obj_t bound_get(mp_obj_t self_in) {
    return bound_yield(++((bound_nothing_t *)MP_OBJ_TO_PTR(self_in))->gets % 4 == 0, MP_OBJ_NEW_SMALL_INT(1));
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_get_obj, bound_get);

static mp_obj_t bound_aenter(mp_obj_t self) {
    return bound_yield(false, self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_aenter_obj, bound_aenter);

// A group's waits for what was created.
static mp_obj_t bound_aexit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    (void)args;
    return bound_yield(next_len > 0, mp_const_none);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(bound_aexit_obj, 4, 4, bound_aexit);

static mp_obj_t bound_group_create_task(mp_obj_t self_in, mp_obj_t coro) {
    (void)self_in;
    return bound_create_task(coro);
}
static MP_DEFINE_CONST_FUN_OBJ_2(bound_group_create_task_obj, bound_group_create_task);

static const mp_rom_map_elem_t bound_nothing_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&bound_acquire_obj) },
    { MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&bound_release_obj) },
    { MP_ROM_QSTR(MP_QSTR_put), MP_ROM_PTR(&bound_put_obj) },
    { MP_ROM_QSTR(MP_QSTR_get), MP_ROM_PTR(&bound_get_obj) },
    { MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&bound_aenter_obj) },
    { MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&bound_aexit_obj) },
    { MP_ROM_QSTR(MP_QSTR_create_task), MP_ROM_PTR(&bound_group_create_task_obj) },
};
static MP_DEFINE_CONST_DICT(bound_nothing_locals, bound_nothing_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    bound_nothing_type,
    MP_QSTR_nothing,
    MP_TYPE_FLAG_NONE,
    locals_dict, &bound_nothing_locals
);

// Lock(), Queue(4), timeout_ms(ms), TaskGroup()
static mp_obj_t bound_nothing(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    (void)args;
    bound_nothing_t *self = mp_obj_malloc(bound_nothing_t, &bound_nothing_type);
    self->puts = self->gets = 0;
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(bound_nothing_obj, 0, 1, bound_nothing);

// ---------------------------------------------------------------------------------------------------------------------
// Stream: reads and writes, and nothing else. The socket blocks, and what is read has come.

typedef struct _bound_stream_t {
    mp_obj_base_t base;
    mp_obj_t socket;
    bool armed;
} bound_stream_t;

static mp_obj_t bound_stream_iternext(mp_obj_t self_in) {
    bound_stream_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->armed) {
        self->armed = false;
        return mp_const_none;
    }
    byte message[64];
    int error;
    mp_uint_t got = mp_get_stream(self->socket)->read(self->socket, message, sizeof(message), &error);
    if (got == MP_STREAM_ERROR) {
        mp_raise_OSError(error);
    }
    return mp_make_stop_iteration(mp_obj_new_bytes(message, got));
}

// readexactly(n), readline(): the message that came.
static mp_obj_t bound_stream_read(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    ((bound_stream_t *)MP_OBJ_TO_PTR(args[0]))->armed = true;
    return args[0];
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(bound_stream_read_obj, 1, 2, bound_stream_read);

static mp_obj_t bound_stream_write(mp_obj_t self_in, mp_obj_t data) {
    bound_stream_t *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t message;
    mp_get_buffer_raise(data, &message, MP_BUFFER_READ);
    int error;
    if (mp_get_stream(self->socket)->write(self->socket, message.buf, message.len, &error) == MP_STREAM_ERROR) {
        mp_raise_OSError(error);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(bound_stream_write_obj, bound_stream_write);

static mp_obj_t bound_stream_drain(mp_obj_t self_in) {
    (void)self_in;
    return bound_yield(false, mp_const_none);
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_stream_drain_obj, bound_stream_drain);

static const mp_rom_map_elem_t bound_stream_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_readexactly), MP_ROM_PTR(&bound_stream_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&bound_stream_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&bound_stream_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_drain), MP_ROM_PTR(&bound_stream_drain_obj) },
};
static MP_DEFINE_CONST_DICT(bound_stream_locals, bound_stream_locals_table);

static mp_obj_t bound_stream_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_get_stream_raise(args[0], MP_STREAM_OP_READ | MP_STREAM_OP_WRITE);
    bound_stream_t *self = mp_obj_malloc(bound_stream_t, type);
    self->socket = args[0];
    self->armed = false;
    return MP_OBJ_FROM_PTR(self);
}

static MP_DEFINE_CONST_OBJ_TYPE(
    bound_stream_type,
    MP_QSTR_Stream,
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    make_new, bound_stream_make_new,
    iter, bound_stream_iternext,
    locals_dict, &bound_stream_locals
);

// ---------------------------------------------------------------------------------------------------------------------
// The loop

// One step, as any loop makes it; whether the coroutine goes on.
static bool bound_step(mp_obj_t coro, mp_obj_t thrown) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        nlr_raise(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    for (size_t i = 0; i < asked_len; ++i) {
        if (mp_obj_is_true(mp_call_function_0(MP_STATE_VM(bound_asked)[i]))) {
            mp_raise_ValueError(MP_ERROR_TEXT("a condition is true"));
        }
    }
    mp_obj_t value;
    mp_vm_return_kind_t how = mp_obj_gen_resume(coro, thrown == MP_OBJ_NULL ? mp_const_none : MP_OBJ_NULL, thrown, &value);
    nlr_pop();
    if (how == MP_VM_RETURN_EXCEPTION) {
        nlr_raise(value);
    }
    return how == MP_VM_RETURN_YIELD;
}

// run_until_complete(coro): in turn with those that others created.
static mp_obj_t bound_run_until_complete(mp_obj_t coro) {
    for (;;) {
        for (size_t i = 0; i < next_len; ++i) {
            bound_next_t next = MP_STATE_VM(bound_next)[i];
            bool goes_on = bound_step(next.coro, next.thrown);
            if (goes_on && !away) {
                if (others_len == others_room) {
                    MP_STATE_VM(bound_others) = m_renew(mp_obj_t, MP_STATE_VM(bound_others), others_room, 2 * others_room + 8);
                    others_room = 2 * others_room + 8;
                }
                MP_STATE_VM(bound_others)[others_len++] = next.coro;
            }
            away = false;
        }
        next_len = 0;
        if (!bound_step(coro, MP_OBJ_NULL)) {
            return mp_const_none;
        }
        for (size_t i = 0; i < others_len; ++i) {
            if (!bound_step(MP_STATE_VM(bound_others)[i], MP_OBJ_NULL)) {
                mp_raise_ValueError(MP_ERROR_TEXT("a coroutine ended"));
            }
        }
    }
}
static MP_DEFINE_CONST_FUN_OBJ_1(bound_run_until_complete_obj, bound_run_until_complete);

// The module is its loop.
static mp_obj_t bound_get_event_loop(void) {
    return MP_OBJ_FROM_PTR(&bound_module);
}
static MP_DEFINE_CONST_FUN_OBJ_0(bound_get_event_loop_obj, bound_get_event_loop);

static const mp_rom_map_elem_t bound_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_bound) },
    { MP_ROM_QSTR(MP_QSTR_get_event_loop), MP_ROM_PTR(&bound_get_event_loop_obj) },
    { MP_ROM_QSTR(MP_QSTR_run_until_complete), MP_ROM_PTR(&bound_run_until_complete_obj) },
    { MP_ROM_QSTR(MP_QSTR_create_task), MP_ROM_PTR(&bound_create_task_obj) },
    { MP_ROM_QSTR(MP_QSTR_sleep_ms), MP_ROM_PTR(&bound_sleep_ms_obj) },
    { MP_ROM_QSTR(MP_QSTR_when), MP_ROM_PTR(&bound_when_obj) },
    { MP_ROM_QSTR(MP_QSTR_wait_for_ms), MP_ROM_PTR(&bound_wait_for_ms_obj) },
    { MP_ROM_QSTR(MP_QSTR_gather), MP_ROM_PTR(&bound_gather_obj) },
    { MP_ROM_QSTR(MP_QSTR_Event), MP_ROM_PTR(&bound_event_type) },
    { MP_ROM_QSTR(MP_QSTR_Lock), MP_ROM_PTR(&bound_nothing_obj) },
    { MP_ROM_QSTR(MP_QSTR_Queue), MP_ROM_PTR(&bound_nothing_obj) },
    { MP_ROM_QSTR(MP_QSTR_timeout_ms), MP_ROM_PTR(&bound_nothing_obj) },
    { MP_ROM_QSTR(MP_QSTR_TaskGroup), MP_ROM_PTR(&bound_nothing_obj) },
    { MP_ROM_QSTR(MP_QSTR_Stream), MP_ROM_PTR(&bound_stream_type) },
    { MP_ROM_QSTR(MP_QSTR_CancelledError), MP_ROM_PTR(&bound_CancelledError_type) },
};
static MP_DEFINE_CONST_DICT(bound_globals, bound_globals_table);

const mp_obj_module_t bound_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&bound_globals,
};

MP_REGISTER_MODULE(MP_QSTR_bound, bound_module);
