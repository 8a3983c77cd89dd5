// Callbacks: what call_soon() and its kin queue, and the handle that cancels it.
#include "args.h"
#include "callbacks.h"
#include "clock.h"
#include "garbage.h"
#include "loop_state.h"
#include "mailbox.h"
#include "platform/platform.h"
#include "posts.h"
#include "schedule.h"
#include "task.h"
#include "threads.h"

// A callback that is in no queue, or NULL for want of memory. EXCEPTION: none.
static up_callback_t *up_callback_maybe(mp_obj_t fun, mp_obj_t args) {
    up_callback_t *self = m_new_obj_maybe(up_callback_t);
    if (self != NULL) {
        self->entry = (up_entry_t){ .object = &up_callback_type, .core = UP_NEW, .data = fun };
        self->args = args;
    }
    return self;
}

// The same. Raises MemoryError.
up_callback_t *up_callback_new(mp_obj_t fun, mp_obj_t args) {
    up_callback_t *self = up_callback_maybe(fun, args);
    if (self == NULL) {
        m_malloc_fail(sizeof(*self));
    }
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
    self->entry.data = self->args = MP_OBJ_NULL;
    if (self->entry.flags & UP_CALLBACK_OWN) {
        up_loop_t *loop = up_any_loop();
        self->args = MP_OBJ_FROM_PTR(loop->spare_callbacks);
        loop->spare_callbacks = self;
    }
}

// Makes a callback for each bare callable that the mailbox holds, once, so that an interrupt's call waits for no memory, nor
// for a collection. As many as there is memory for; none in an interrupt, nor in a thread that does not have the loop.
// EXCEPTION: none.
void up_callbacks_reserve(up_loop_t *loop) {
    if (loop->callbacks_reserved || gc_is_locked() || !up_owns(loop)) {
        return;
    }
    loop->callbacks_reserved = true;
    for (size_t i = 0; i < UP_MAIL_LEN; ++i) {
        up_callback_t *self = up_callback_maybe(MP_OBJ_NULL, MP_OBJ_NULL);
        if (self != NULL) {
            self->entry.flags = UP_CALLBACK_OWN;
            up_callback_spend(self);
        }
    }
}

// `object` as a callback, or NULL. EXCEPTION: none.
MP_NOINLINE up_callback_t *up_as_callback(mp_obj_t object) {
    return mp_obj_is_type(object, &up_callback_type) ? MP_OBJ_TO_PTR(object) : NULL;
}

// Calls fun(*args). `args` is a tuple, which lives until the call is over.
static void up_call_now(up_loop_t *loop, mp_obj_t fun, mp_obj_t args) {
    mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(args);
    loop->doing = UP_DOING_CALLBACK;
    loop->calling = args;
    mp_call_function_n_kw(fun, tuple->len, 0, tuple->items);
    loop->calling = mp_const_none;
}

// The turn of a callback has come. Its exceptions are the run loop's to contain.
void up_callback_run(up_loop_t *loop, up_callback_t *self) {
    mp_obj_t fun = self->entry.data;
    mp_obj_t args = self->args;
    up_core_forget(&loop->core, &self->entry);
    up_callback_spend(self);
    up_call_now(loop, fun, args);
    loop->doing = UP_DOING_NOTHING;
}

// A callback or a bare callable from the mailbox: due now. A bare one is called at once, before others that are due,
// where all spare callbacks are queued and there is no memory for one more.
void up_call_queue(up_loop_t *loop, mp_obj_t object) {
    up_callback_t *self = up_as_callback(object);
    if (self == NULL) {
        up_callbacks_reserve(loop);
        self = loop->spare_callbacks;
        if (self != NULL) {
            loop->spare_callbacks = MP_OBJ_TO_PTR(self->args);
            self->entry.data = object;
            self->args = mp_const_empty_tuple;
        } else {
            self = up_callback_maybe(object, mp_const_empty_tuple);
        }
        if (self == NULL) {
            up_call_now(loop, object, mp_const_empty_tuple);
            loop->doing = UP_DOING_NOTHING;
            return;
        }
    }
    if (self->entry.data != MP_OBJ_NULL) { // else it was cancelled
        up_schedule(loop, &self->entry, UP_OWN, 0);
    }
}

// Handle.cancel(): the callback will not run. False if it ran or was cancelled before.
static mp_obj_t up_callback_cancel(mp_obj_t self_in) {
    up_callback_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->entry.data == MP_OBJ_NULL) {
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

// call_soon() and its kin. They are objects of one type, which say what is different about them.
struct _up_call_method_t {
    mp_obj_base_t base;
    uint32_t (*delay)(mp_obj_t arg, qstr name); // what makes ms of the first argument, or NULL
    uint16_t name; // that argument's
    uint8_t level;
    uint8_t min_args : 7; // with self
    uint8_t one : 1; // args is one argument, and all have names
};

static mp_obj_t up_call_method_call(mp_obj_t self_in, size_t n, size_t n_kw, const mp_obj_t *a) {
    UP_ARG_TABLE allowed[] = {
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
        delay = self->delay(named[0].u_obj, UP_QSTR_OF(self->name));
        mp_obj_t args = named[2].u_obj;
        if (!MP_OBJ_TYPE_HAS_SLOT(mp_obj_get_type(args), iter)) {
            up_raise_type(MP_ERROR_TEXT("'%q' must be a tuple or an iterable, not %s"), MP_QSTR_args, args);
        }
        return up_call(named[1].u_obj, mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_tuple), args), self->level, delay);
    }
    if (self->delay != NULL) {
        delay = self->delay(*++a, UP_QSTR_OF(self->name));
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
const up_call_method_t up_call_soon = { { &up_call_method_type }, NULL, 0, UP_OWN, 2, false };
// call_later(delay, callback, *args): due in `delay` seconds (int or float).
const up_call_method_t up_call_later = { { &up_call_method_type }, up_arg_seconds, UP_QSTR(MP_QSTR_delay), UP_OWN, 3, false };
// call_later_ms(delay, callback, *args): due in `delay` ms.
const up_call_method_t up_call_later_ms = { { &up_call_method_type }, up_arg_ms, UP_QSTR(MP_QSTR_delay), UP_OWN, 3, false };
// call_after(delay, callback, *args): in at least `delay` seconds (int or float), at low level.
const up_call_method_t up_call_after = { { &up_call_method_type }, up_arg_seconds, UP_QSTR(MP_QSTR_delay), UP_LOW, 3, false };
// call_after_ms(delay, callback, args=()): in at least `delay` ms, at low level. `args` is one tuple or
// iterable (seed).
const up_call_method_t up_call_after_ms = { { &up_call_method_type }, up_arg_ms, UP_QSTR(MP_QSTR_delay), UP_LOW, 1, true };
// call_at(ticks, callback, *args): due when time() is `ticks`; a time that is past is now.
const up_call_method_t up_call_at = { { &up_call_method_type }, up_arg_until, UP_QSTR(MP_QSTR_when), UP_OWN, 3, false };
// call_at_(ticks, callback, args=()): the same with one tuple or iterable (V2).
const up_call_method_t up_call_at_ = { { &up_call_method_type }, up_arg_until, UP_QSTR(MP_QSTR_time), UP_OWN, 1, true };

// -- from outside of the loop's run

#if UP_THREADS
// Calls that threads have left and that had no turn yet, at most: who is faster than the loop waits, rather than
// fill the heap and keep the loop at its mail.
#define UP_MAILED_MOST (64)

// Leaves such a call in the mailbox. False if there is no room for it.
static bool up_mail_call(up_loop_t *loop, up_callback_t *self) {
    mp_thread_mutex_lock(&loop->handover, 1);
    // In a loop that does not run the mailbox is the limit.
    bool room = loop->mailed - up_load(&loop->mailed_spent) < UP_MAILED_MOST || !up_load(&loop->taken);
    bool posted = room && up_mail_post(up_mail(), (uintptr_t)self);
    if (posted) {
        up_post();
    }
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
    if (!up_load(&loop->taken) && up_owns(loop) && !up_mail_pending(up_mail())) {
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
    if (up_is_garbage_here(MP_OBJ_TO_PTR(fun))) {
        up_raise_runtime(MP_ERROR_TEXT("'callback' is garbage"));
    }
    if (n == 2 && gc_is_locked()) {
        up_post();
        if (!up_mail_post(up_mail(), (uintptr_t)MP_OBJ_TO_PTR(fun))) {
            up_mail_lose(up_mail());
        }
    } else {
        mp_obj_t args = mp_obj_new_tuple(n - 2, a + 2);
#if UP_THREADS
        up_loop_t *loop = up_any_loop();
        if (!up_load(&loop->taken) || !up_owns(loop)) {
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
MP_DEFINE_CONST_FUN_OBJ_VAR(up_loop_call_soon_threadsafe_obj, 2, up_loop_call_soon_threadsafe);
