// The loop object: one, native, what get_event_loop() returns and what is exported as Loop.
#include <string.h>

#include "py/gc.h"
#include "py/objstr.h"
#include "py/objtype.h"
#include "py/smallint.h"
#include "shim.h"

// Methods get the loop as their first argument. It is the one loop: MicroPython checks the type, and there is
// no way to make another.

// -- callbacks

// A callback that is in no queue. Raises MemoryError.
static up_callback_t *up_callback_new(mp_obj_t fun, mp_obj_t args) {
    up_callback_t *self = mp_obj_malloc(up_callback_t, &up_callback_type);
    self->entry = (up_entry_t){ .object = &up_callback_type, .core = UP_NEW };
    self->fun = fun;
    self->args = args;
    return self;
}

// Queues fun(*args); a coroutine in place of a function is started, or, if it is a task's, woken
// (V2). The Handle, or the task.
static mp_obj_t up_call(mp_obj_t fun, mp_obj_t args, uint32_t level, uint32_t delay) {
    up_loop_t *loop = up_loop();
    if (mp_obj_is_type(fun, &mp_type_gen_instance)) {
        up_task_t *task = up_find_task(loop, fun);
        if (task == NULL) {
            task = up_task_new(fun);
        } else if (task == loop->cur) {
            up_raise_runtime(MP_ERROR_TEXT("'callback' is the running coroutine"));
        }
        up_task_revive(loop, task, level, delay);
        return MP_OBJ_FROM_PTR(task);
    }
    up_callback_t *self = up_callback_new(up_arg_callable(fun, MP_QSTR_callback), args);
    up_schedule(loop, &self->entry, level, delay);
    return MP_OBJ_FROM_PTR(self);
}

// A callback ran, was cancelled or forgotten. EXCEPTION: none.
void up_callback_spend(up_callback_t *self) {
#if UP_THREADS
    if (self->entry.flags & UP_CALLBACK_MAILED) {
        self->entry.flags = 0;
        up_loop_t *loop = up_any_loop();
        up_store(&loop->mailed_spent, loop->mailed_spent + 1);
    }
#endif
    // mutation: callback-that-ran
    self->fun = self->args = MP_OBJ_NULL;
    if (self->entry.flags & UP_CALLBACK_OWN) {
        up_loop_t *loop = up_any_loop();
        self->args = MP_OBJ_FROM_PTR(loop->spare_callbacks);
        loop->spare_callbacks = self;
    }
}

// A callback for each bare callable that the mailbox holds: an interrupt's call waits for no memory, nor for a collection.
// Raises MemoryError.
void up_callbacks_reserve(up_loop_t *loop) {
    for (size_t i = 0; i < UP_MAIL_LEN; ++i) {
        up_callback_t *self = up_callback_new(MP_OBJ_NULL, MP_OBJ_FROM_PTR(loop->spare_callbacks));
        self->entry.flags = UP_CALLBACK_OWN;
        loop->spare_callbacks = self;
    }
}

// `object` as a callback, or NULL. EXCEPTION: none.
MP_NOINLINE up_callback_t *up_as_callback(mp_obj_t object) {
    return mp_obj_is_type(object, &up_callback_type) ? MP_OBJ_TO_PTR(object) : NULL;
}

// The turn of a callback has come. Its exceptions are the run loop's to contain.
void up_callback_run(up_loop_t *loop, up_callback_t *self) {
    mp_obj_t fun = self->fun;
    mp_obj_t args = self->args;
    up_core_forget(&loop->core, &self->entry);
    up_callback_spend(self);
    up_call_now(loop, UP_DOING_CALLBACK, fun, args);
    loop->doing = UP_DOING_NOTHING;
}

// A callback or a bare callable from the mailbox: due now. A bare one is called at once, before others that are due,
// where all spare callbacks are queued and there is no memory for one more.
void up_call_queue(up_loop_t *loop, mp_obj_t object) {
    up_callback_t *self = up_as_callback(object);
    if (self == NULL && loop->spare_callbacks != NULL) {
        self = loop->spare_callbacks;
        loop->spare_callbacks = MP_OBJ_TO_PTR(self->args);
        self->fun = object;
        self->args = mp_const_empty_tuple;
    } else if (self == NULL) {
        nlr_buf_t nlr;
        if (nlr_push(&nlr) == 0) {
            self = up_callback_new(object, mp_const_empty_tuple);
            nlr_pop();
        } else {
            up_call_now(loop, UP_DOING_CALLBACK, object, mp_const_empty_tuple);
            loop->doing = UP_DOING_NOTHING;
            return;
        }
    }
    if (self->fun != MP_OBJ_NULL) { // else it was cancelled
        up_schedule(loop, &self->entry, UP_OWN, 0);
    }
}

// Handle.cancel(): the callback will not run. False if it ran or was cancelled before.
static mp_obj_t up_callback_cancel(mp_obj_t self_in) {
    up_callback_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->fun == MP_OBJ_NULL) {
        return mp_const_false;
    }
    // mutation: callback-cancelled-in-its-queue
    up_core_forget(&up_loop()->core, &self->entry); // if it is not in the mailbox
    up_callback_spend(self);
    return mp_const_true;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_callback_cancel_obj, up_callback_cancel);

static const mp_rom_map_elem_t up_callback_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&up_callback_cancel_obj) },
};
static MP_DEFINE_CONST_DICT(up_callback_locals_dict, up_callback_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_callback_type,
    MP_QSTR_callback,
    MP_TYPE_FLAG_NONE,
    locals_dict, &up_callback_locals_dict
);

#if UP_THREADS
#if UP_HAVE_FDS
__thread char up_thread_mark;
#endif

// The loop is this thread's from here on, and with `run` nobody else's until its run is over. A loop that does
// not run belongs to whoever used it last: two who prepare it at a time are not told. RuntimeError if it runs.
void up_take(up_loop_t *loop, bool run) {
    mp_thread_mutex_lock(&loop->handover, 1);
    bool taken = up_load(&loop->taken);
    if (!taken) {
        up_store(&loop->thread, UP_THREAD);
        up_store(&loop->taken, run);
    }
    mp_thread_mutex_unlock(&loop->handover);
    if (taken) {
        up_raise_runtime(up_load(&loop->thread) == UP_THREAD ? MP_ERROR_TEXT("the loop is running already") : MP_ERROR_TEXT("another thread runs the loop: use call_soon_threadsafe()"));
    }
}

// Calls that threads have left and that had no turn yet, at most: who is faster than the loop waits, rather than
// fill the heap and keep the loop at its mail.
#define UP_MAILED_MOST (64)

// Leaves such a call in the mailbox. False if there is no room for it.
static bool up_mail_call(up_loop_t *loop, up_callback_t *self) {
    mp_thread_mutex_lock(&loop->handover, 1);
    // In a loop that does not run the mailbox is the limit.
    bool room = loop->mailed - up_load(&loop->mailed_spent) < UP_MAILED_MOST || !up_load(&loop->taken);
    bool posted = room && up_mail_post(up_mail(), (uintptr_t)self);
    loop->mailed += posted;
    mp_thread_mutex_unlock(&loop->handover);
    return posted;
}

// call_soon_threadsafe() from outside of the loop's run: by mail, waiting for room, for another thread may be
// inside the core. In a loop that does not run directly, if it is ours; it does not become another's meanwhile.
static mp_obj_t up_call_from_outside(up_loop_t *loop, mp_obj_t fun, mp_obj_t args) {
    up_callback_t *self = NULL;
    nlr_buf_t nlr;
    mp_thread_mutex_lock(&loop->handover, 1);
    if (nlr_push(&nlr) != 0) {
        mp_thread_mutex_unlock(&loop->handover);
        nlr_jump(nlr.ret_val);
    }
    // What was left by mail before comes first.
    if (!up_load(&loop->taken) && up_load(&loop->thread) == UP_THREAD && !up_mail_pending(up_mail())) {
        self = MP_OBJ_TO_PTR(up_call(fun, args, UP_OWN, 0));
    }
    nlr_pop();
    mp_thread_mutex_unlock(&loop->handover);
    if (self == NULL) {
        self = up_callback_new(fun, args);
        self->entry.flags = UP_CALLBACK_MAILED;
        while (!up_mail_call(loop, self)) {
            if (!up_load(&loop->taken)) {
                up_raise_runtime(MP_ERROR_TEXT("the interrupt mailbox is full and the loop does not run"));
            }
            mp_hal_delay_ms(1);
        }
        up_settle(MP_OBJ_FROM_PTR(self));
    }
    return MP_OBJ_FROM_PTR(self);
}
#endif

// call_soon_threadsafe(callback, *args): due now, and ends an idle wait (CPython's name). May be called
// from another thread, a soft interrupt, and from a hard interrupt, where the heap is locked, without
// arguments: nothing is allocated then, and None returned instead of the Handle. What does not fit into
// the mailbox then is lost, counted, and reported to the exception handler. Where threads have no lock around all of
// Python, another thread waits here while the mailbox is full or 64 calls of threads had no turn yet: it must hold no lock
// that the loop's code takes. O(1). TypeError, MemoryError; RuntimeError if the mailbox is full and the loop does not run.
static mp_obj_t up_loop_call_soon_threadsafe(size_t n, const mp_obj_t *a) {
    mp_obj_t fun = up_arg_callable(a[1], MP_QSTR_callback);
    mp_obj_t handle = mp_const_none;
    if (n == 2 && gc_is_locked()) {
        if (!up_mail_post(up_mail(), (uintptr_t)MP_OBJ_TO_PTR(fun))) {
            up_mail_lose(up_mail());
        }
    } else {
        mp_obj_t args = mp_obj_new_tuple(n - 2, a + 2);
#if UP_THREADS
        up_loop_t *loop = up_any_loop();
        if (!up_load(&loop->taken) || up_load(&loop->thread) != UP_THREAD) {
            handle = up_call_from_outside(loop, fun, args);
        } else
#endif
        {
            // Nobody is inside the core: a thread has the lock, a soft interrupt comes between bytecodes.
            handle = up_call(fun, args, UP_OWN, 0);
        }
    }
    mp_uasyncio_priority_wake();
    return handle;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(up_loop_call_soon_threadsafe_obj, 2, up_loop_call_soon_threadsafe);

// time(): the loop's clock as time.ticks_ms() has it, ms.
static mp_obj_t up_loop_time(mp_obj_t self_in) {
    (void)self_in;
    return MP_OBJ_NEW_SMALL_INT(up_time());
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_loop_time_obj, up_loop_time);

// call_soon() and its kin. They are objects of one type, which say what is different about them.
typedef struct _up_call_method_t {
    mp_obj_base_t base;
    uint32_t (*delay)(mp_obj_t arg, qstr name); // what makes ms of the first argument, or NULL
    uint16_t name; // that argument's
    uint8_t level;
    uint8_t min_args : 7; // with self
    uint8_t one : 1; // args is one argument, and all have names
} up_call_method_t;

static mp_obj_t up_call_method_call(mp_obj_t self_in, size_t n, size_t n_kw, const mp_obj_t *a) {
    static const mp_arg_t allowed[] = {
        { MP_QSTR_delay, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_callback, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_args, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_PTR(&mp_const_empty_tuple_obj) } },
    };
    const up_call_method_t *self = MP_OBJ_TO_PTR(self_in);
    mp_arg_check_num(n, n_kw, self->min_args, MP_OBJ_FUN_ARGS_MAX, self->one);
    uint32_t delay = 0;
    if (self->one) {
        mp_arg_val_t named[3];
        mp_arg_parse_all_kw_array(n - 1, n_kw, a + 1, 3, allowed, named);
        delay = self->delay(named[0].u_obj, self->name);
        mp_obj_t args = named[2].u_obj;
        if (!MP_OBJ_TYPE_HAS_SLOT(mp_obj_get_type(args), iter)) {
            up_raise_type(MP_ERROR_TEXT("'%q' must be a tuple or an iterable, not %s"), MP_QSTR_args, args);
        }
        return up_call(named[1].u_obj, mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_tuple), args), self->level, delay);
    }
    if (self->delay != NULL) {
        delay = self->delay(*++a, self->name);
        --n;
    }
    return up_call(a[1], mp_obj_new_tuple(n - 2, a + 2), self->level, delay);
}

static MP_DEFINE_CONST_OBJ_TYPE(
    up_call_method_type,
    MP_QSTR_function,
    MP_TYPE_FLAG_BINDS_SELF | MP_TYPE_FLAG_BUILTIN_FUN,
    call, up_call_method_call
);

// call_soon(callback, *args): due now.
static const up_call_method_t up_call_soon = { { &up_call_method_type }, NULL, 0, UP_OWN, 2, false };
// call_later(delay, callback, *args): due in `delay` seconds (int or float).
static const up_call_method_t up_call_later = { { &up_call_method_type }, up_arg_seconds, MP_QSTR_delay, UP_OWN, 3, false };
// call_later_ms(delay, callback, *args): due in `delay` ms.
static const up_call_method_t up_call_later_ms = { { &up_call_method_type }, up_arg_ms, MP_QSTR_delay, UP_OWN, 3, false };
// call_after(delay, callback, *args): in at least `delay` seconds (int or float), at low level.
static const up_call_method_t up_call_after = { { &up_call_method_type }, up_arg_seconds, MP_QSTR_delay, UP_LOW, 3, false };
// call_after_ms(delay, callback, args=()): in at least `delay` ms, at low level. `args` is one tuple or
// iterable (seed).
static const up_call_method_t up_call_after_ms = { { &up_call_method_type }, up_arg_ms, MP_QSTR_delay, UP_LOW, 1, true };
// call_at(ticks, callback, *args): due when time() is `ticks`; a time that is past is now.
static const up_call_method_t up_call_at = { { &up_call_method_type }, up_arg_until, MP_QSTR_when, UP_OWN, 3, false };
// call_at_(ticks, callback, args=()): the same with one tuple or iterable (V2).
static const up_call_method_t up_call_at_ = { { &up_call_method_type }, up_arg_until, MP_QSTR_time, UP_OWN, 1, true };

// -- tasks and running

// create_task(coro, level=NORMAL): a Task, due now, whose wake-ups land at `level` unless an await
// names another. TypeError if `coro` is not a coroutine (a function, for instance).
static mp_obj_t up_create_task_kw(size_t n, const mp_obj_t *pos, mp_map_t *kw) {
    static const mp_arg_t allowed[] = {
        { MP_QSTR_coro, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_level, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(UP_NORMAL) } },
    };
    mp_arg_val_t a[2];
    mp_arg_parse_all(n, pos, kw, 2, allowed, a);
    return MP_OBJ_FROM_PTR(up_create_task(up_loop(), a[0].u_obj, up_arg_level(a[1].u_obj)));
}

MP_DEFINE_CONST_FUN_OBJ_KW(up_create_task_obj, 0, up_create_task_kw);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(up_loop_create_task_obj, MP_ROM_PTR(&up_create_task_obj));

// run_forever(): runs until stop(); None, or what stop_loop() was given.
static mp_obj_t up_loop_run_forever(mp_obj_t self_in) {
    return up_run(MP_OBJ_TO_PTR(self_in), NULL, true);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_loop_run_forever_obj, up_loop_run_forever);

// run_until_complete(awaitable): runs until it ends; its value, or raises its exception.
mp_obj_t up_run_until_complete(mp_obj_t loop_in, mp_obj_t aw) {
    return up_run(MP_OBJ_TO_PTR(loop_in), up_is_task(aw) ? MP_OBJ_TO_PTR(aw) : up_task_new(aw), false);
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_loop_run_until_complete_obj, up_run_until_complete);

// stop(): ends run_forever() when its turn comes, behind what is due already.
static mp_obj_t up_loop_stop(mp_obj_t self_in) {
    up_loop_t *loop = MP_OBJ_TO_PTR(self_in);
    up_own(loop);
    if (UP_PLACE(loop->stop) == UP_IDLE) {
        up_schedule(loop, loop->stop, UP_OWN, 0);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_loop_stop_obj, up_loop_stop);

// close(): nothing to do.
static mp_obj_t up_loop_close(mp_obj_t self_in) {
    (void)self_in;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_loop_close_obj, up_loop_close);

// is_running(): whether it is called from inside the loop; from another thread, whether that runs.
static mp_obj_t up_loop_is_running(mp_obj_t self_in) {
    up_loop_t *loop = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(up_load(&loop->running));
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_loop_is_running_obj, up_loop_is_running);

// max_overdue_ms(t=None): how long low entries may wait behind normal ones, ms; 0 is for ever.
// Reads it, or sets and returns it.
static mp_obj_t up_loop_max_overdue_ms(size_t n, const mp_obj_t *a) {
    up_loop_t *loop = MP_OBJ_TO_PTR(a[0]);
    if (n == 2 && a[1] != mp_const_none) {
        up_own(loop);
        loop->max_overdue = up_arg_ms(a[1], MP_QSTR_t);
        up_core_set_max_overdue(&loop->core, loop->max_overdue);
    }
    return MP_OBJ_NEW_SMALL_INT(loop->max_overdue);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_max_overdue_ms_obj, 1, 2, up_loop_max_overdue_ms);

// -- exceptions that nobody awaits

static MP_NOINLINE mp_obj_t context_get(mp_obj_t context, qstr key) {
    mp_map_elem_t *elem = mp_map_lookup(mp_obj_dict_get_map(context), MP_OBJ_NEW_QSTR(key), MP_MAP_LOOKUP);
    return elem == NULL ? mp_const_none : elem->value;
}

static MP_NOINLINE void print_part(const char *label, mp_obj_t o, mp_print_kind_t kind) {
    mp_print_str(MICROPY_ERROR_PRINTER, label);
    mp_obj_print_helper(MICROPY_ERROR_PRINTER, o, kind);
}

// default_exception_handler(loop, context): prints context["message"], ["future"], ["exception"].
static mp_obj_t up_loop_default_exception_handler(size_t n, const mp_obj_t *a) {
    mp_obj_t context = a[n - 1];
    if (!mp_obj_is_dict_or_ordereddict(context)) {
        up_raise_type(MP_ERROR_TEXT("'%q' must be a dict, not %s"), MP_QSTR_context, context);
    }
    mp_obj_t future = context_get(context, MP_QSTR_future);
    mp_obj_t coro[2];
    mp_load_method_protected(future, MP_QSTR_coro, coro, false);
    print_part("", context_get(context, MP_QSTR_message), PRINT_STR);
    print_part("\nfuture: ", future, PRINT_REPR);
    if (coro[0] != MP_OBJ_NULL) {
        print_part(" coro= ", coro[0], PRINT_REPR);
    }
    mp_print_str(MICROPY_ERROR_PRINTER, "\n");
    mp_obj_t exc = context_get(context, MP_QSTR_exception);
    if (mp_obj_is_exception_instance(exc)) {
        mp_obj_print_exception(MICROPY_ERROR_PRINTER, exc);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_default_exception_handler_obj, 2, 3, up_loop_default_exception_handler);

// call_exception_handler(context): calls the handler, or the default one, with (loop, context). Of an exception
// itself, which is how a server says that it dropped a connection, the context is made without memory.
static mp_obj_t up_loop_call_exception_handler(mp_obj_t self_in, mp_obj_t context) {
    up_loop_t *loop = MP_OBJ_TO_PTR(self_in);
    if (mp_obj_is_exception_instance(context)) {
        up_report(loop, context, mp_const_none);
        return mp_const_none;
    }
    if (loop->exc_handler != mp_const_none) {
        return mp_call_function_2(loop->exc_handler, self_in, context);
    }
    return up_loop_default_exception_handler(1, &context);
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_loop_call_exception_handler_obj, up_loop_call_exception_handler);

static const MP_DEFINE_STR_OBJ(of_task, "Task exception wasn't retrieved");
static const MP_DEFINE_STR_OBJ(of_callback, "Exception in callback");

// Fills in what an exception handler is given. The keys are there already, and it needs no memory, unless a handler took
// them away and there was no memory for a new context. Raises MemoryError.
static void up_context_fill(up_loop_t *loop, mp_obj_t message, mp_obj_t exc, mp_obj_t future) {
    mp_obj_dict_store(loop->context, MP_OBJ_NEW_QSTR(MP_QSTR_message), message);
    mp_obj_dict_store(loop->context, MP_OBJ_NEW_QSTR(MP_QSTR_exception), exc);
    mp_obj_dict_store(loop->context, MP_OBJ_NEW_QSTR(MP_QSTR_future), future);
}

// A handler may keep what it was given: the next one is given a new context, which is made beforehand. If there is no memory
// for one now, the old one stays until the next try. EXCEPTION: none.
void up_context_renew(up_loop_t *loop) {
    if (loop->context_state == UP_CONTEXT_NEW) {
        return;
    }
    const size_t keys = 3;
    mp_obj_dict_t *dict = m_new_obj_maybe(mp_obj_dict_t);
    mp_map_elem_t *table = m_new_maybe(mp_map_elem_t, keys);
    if (dict == NULL || table == NULL) {
        loop->context_state = gc_is_locked() ? UP_CONTEXT_LOCKED : UP_CONTEXT_GIVEN;
        return;
    }
    memset(table, 0, keys * sizeof(*table));
    mp_obj_dict_init(dict, 0);
    dict->map.table = table;
    dict->map.alloc = keys;
    loop->context = MP_OBJ_FROM_PTR(dict);
    loop->context_state = UP_CONTEXT_NEW;
    up_context_fill(loop, MP_OBJ_FROM_PTR(&of_task), mp_const_none, mp_const_none);
}

// Tells the handler of an exception that no task awaits. `future` is the task, None for a callback. Needs no memory: if there
// is none, the next report is made in the same context. Raises what the handler raises.
void up_report(up_loop_t *loop, mp_obj_t exc, mp_obj_t future) {
    up_context_renew(loop);
    loop->context_state = UP_CONTEXT_GIVEN;
    up_context_fill(loop, MP_OBJ_FROM_PTR(future == mp_const_none ? &of_callback : &of_task), exc, future);
    up_loop_call_exception_handler(MP_OBJ_FROM_PTR(loop), loop->context);
    up_context_renew(loop);
}

// set_exception_handler(handler): a callable, called with (loop, context); None: the default one.
static mp_obj_t up_loop_set_exception_handler(mp_obj_t self_in, mp_obj_t handler) {
    up_loop_t *loop = MP_OBJ_TO_PTR(self_in);
    up_own(loop);
    loop->exc_handler = handler == mp_const_none ? handler : up_arg_callable(handler, MP_QSTR_handler);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_loop_set_exception_handler_obj, up_loop_set_exception_handler);

// get_exception_handler(): what set_exception_handler() was given, or None.
static mp_obj_t up_loop_get_exception_handler(mp_obj_t self_in) {
    up_loop_t *loop = MP_OBJ_TO_PTR(self_in);
    return loop->exc_handler;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_loop_get_exception_handler_obj, up_loop_get_exception_handler);

// cur_task: the coroutine whose step runs (V2), or None.
static void up_loop_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    up_loop_t *loop = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL) {
        if (attr == MP_QSTR_cur_task) {
            dest[0] = loop->cur == NULL ? mp_const_none : loop->cur->coro;
        } else {
            dest[1] = MP_OBJ_SENTINEL; // a method
        }
    }
}

static const mp_rom_map_elem_t up_loop_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_create_task), MP_ROM_PTR(&up_loop_create_task_obj) },
    { MP_ROM_QSTR(MP_QSTR_run_forever), MP_ROM_PTR(&up_loop_run_forever_obj) },
    { MP_ROM_QSTR(MP_QSTR_run_until_complete), MP_ROM_PTR(&up_loop_run_until_complete_obj) },
    { MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&up_loop_stop_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&up_loop_close_obj) },
    { MP_ROM_QSTR(MP_QSTR_is_running), MP_ROM_PTR(&up_loop_is_running_obj) },
    { MP_ROM_QSTR(MP_QSTR_time), MP_ROM_PTR(&up_loop_time_obj) },
    { MP_ROM_QSTR(MP_QSTR_max_overdue_ms), MP_ROM_PTR(&up_loop_max_overdue_ms_obj) },
    { MP_ROM_QSTR(MP_QSTR_call_soon), MP_ROM_PTR(&up_call_soon) },
    { MP_ROM_QSTR(MP_QSTR_call_soon_threadsafe), MP_ROM_PTR(&up_loop_call_soon_threadsafe_obj) },
    { MP_ROM_QSTR(MP_QSTR_call_later), MP_ROM_PTR(&up_call_later) },
    { MP_ROM_QSTR(MP_QSTR_call_later_ms), MP_ROM_PTR(&up_call_later_ms) },
    { MP_ROM_QSTR(MP_QSTR_call_at), MP_ROM_PTR(&up_call_at) },
    { MP_ROM_QSTR(MP_QSTR_call_at_), MP_ROM_PTR(&up_call_at_) },
    { MP_ROM_QSTR(MP_QSTR_call_after), MP_ROM_PTR(&up_call_after) },
    { MP_ROM_QSTR(MP_QSTR_call_after_ms), MP_ROM_PTR(&up_call_after_ms) },
    { MP_ROM_QSTR(MP_QSTR_set_exception_handler), MP_ROM_PTR(&up_loop_set_exception_handler_obj) },
    { MP_ROM_QSTR(MP_QSTR_get_exception_handler), MP_ROM_PTR(&up_loop_get_exception_handler_obj) },
    { MP_ROM_QSTR(MP_QSTR_default_exception_handler), MP_ROM_PTR(&up_loop_default_exception_handler_obj) },
    { MP_ROM_QSTR(MP_QSTR_call_exception_handler), MP_ROM_PTR(&up_loop_call_exception_handler_obj) },
};
static MP_DEFINE_CONST_DICT(up_loop_locals_dict, up_loop_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_loop_type,
    MP_QSTR_Loop,
    MP_TYPE_FLAG_NONE,
    attr, up_loop_attr,
    locals_dict, &up_loop_locals_dict
);
