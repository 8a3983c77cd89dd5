// The loop object: one, native, what get_event_loop() returns and what is exported as Loop. Its beginning and its methods.
#include "py/gc.h"
#include "py/objexcept.h"
#include "args.h"
#include "callbacks.h"
#include "clock.h"
#include "deadline.h"
#include "heap_search.h"
#include "diagnostics.h"
#include "idle.h"
#include "inspect.h"
#include "loop_object.h"
#include "loop_state.h"
#include "mail.h"
#include "mailbox.h"
#include "posts.h"
#include "report.h"
#include "run_loop.h"
#include "schedule.h"
#include "sleep.h"
#include "sync.h"
#include "task.h"
#include "threads.h"
#include "trace.h"
#include "when.h"

// Everything the loop holds hangs on this.
MP_REGISTER_ROOT_POINTER(struct _up_loop_t *up_loop);

// Whether the loop that the root pointer names is there. A root pointer survives a soft reset and the
// heap that it points into does not: the block is free then, or somebody else's and was cleared.
static bool up_loop_lives(up_loop_t *loop) {
    return loop != NULL && gc_nbytes(loop) >= sizeof(*loop) && loop->base.type == &up_loop_type;
}

// Makes the loop, unless it is there. Raises MemoryError.
void up_loop_make(void) {
    if (up_loop_lives(up_any_loop())) {
        return;
    }
    up_loop_t *loop = m_new0(up_loop_t, 1);
    loop->base.type = &up_loop_type;
    loop->again = UP_NOT;
    loop->exc_handler = mp_const_none;
#if UP_IDLE_WORKS
    loop->idle_hook = mp_const_none;
#endif
    loop->stop_value = mp_const_none;
    loop->calling = mp_const_none;
    loop->epoch = UP_TASK_EPOCH / 3;
    loop->main_queue.waiters.object = &up_waitqueue_type;
    loop->main_queue.level = UP_OWN;
    up_mail_clear(up_mail()); // a soft reset may have left half of a post there
#if UP_TRACES
    up_core_trace_switch(&up_posts, 0); // and a trace, which went with its memory
#endif
#if UP_THREADS
    mp_thread_mutex_init(&loop->handover);
    loop->thread = UP_THREAD;
#endif
    // What is needed when the heap may be locked or full.
    loop->sleeper = mp_obj_malloc(up_sleep_t, &up_sleep_type);
    loop->sleeper->armer = NULL;
    loop->stop = m_new0(up_entry_t, 1);
    loop->stop->core = UP_NEW;
    loop->context_state = UP_CONTEXT_GIVEN;
    up_context_renew(loop);
    if (loop->context_state != UP_CONTEXT_NEW) {
        mp_raise_type(&mp_type_MemoryError);
    }
    // Not by mp_obj_new_exception(): without memory that returns MicroPython's one for emergencies, which changes its type.
    mp_obj_exception_t *cancelled = m_new0(mp_obj_exception_t, 1);
    cancelled->base.type = &mp_type_CancelledError;
    cancelled->args = (mp_obj_tuple_t *)&mp_const_empty_tuple_obj;
    loop->cancelled = MP_OBJ_FROM_PTR(cancelled);
    MP_STATE_VM(up_loop) = loop;
}

// A task is none that the loop knows. EXCEPTION: none.
static bool up_forget_epoch(up_entry_t *entry, void *arg) {
    (void)arg;
    entry->flags &= ~UP_TASK_EPOCH;
    return false; // goes on
}

// new_event_loop(): forgets everything that is queued or waits; the loop. What it was set to do
// (exception handler, max_overdue_ms) stays. Inside the loop: the run returns after this step, and its task is forgotten too.
static mp_obj_t up_new_event_loop(void) {
    up_loop_t *loop = up_loop();
    up_heal(loop);
    if (loop->running) {
        loop->dropped = loop->cur;
        loop->stopping = true;
    }
    if (loop->epoch == UP_TASK_EPOCH) {
        // mutation: known-after-three-loops
        up_search_heap(&up_task_type, up_forget_epoch, NULL); // they begin anew
    }
    // mutation: task-of-the-loop-before
    loop->epoch = loop->epoch % UP_TASK_EPOCH + UP_TASK_EPOCH / 3;
    up_entry_t *entry;
    up_entry_t *entries = up_core_clear(&loop->core);
    while ((entry = entries) != NULL) {
        entries = entry->next;
        entry->next = NULL;
        if (entry->object == &up_callback_type) {
            up_callback_spend((up_callback_t *)entry);
        }
    }
    up_mail_read(loop, true);
#if UP_TRACES
    up_trace_anew(loop, up_trace_of(loop->sight));
#endif
    return MP_OBJ_FROM_PTR(loop);
}
MP_DEFINE_CONST_FUN_OBJ_0(up_new_event_loop_obj, up_new_event_loop);

// What get_event_loop() is given: eight arguments from the list, `first` on, all by keyword and the first `most` of them
// by position too. The two orders of them overlap. (A table of mp_arg_t would be four times as large.)
static mp_obj_t up_lengths(size_t n_args, const mp_obj_t *pos, mp_map_t *kw, size_t first, size_t most) {
    enum {
        LENGTH, // of a queue: checked, and reserves nothing, for queues take no memory of their own
        OVERDUE,
        HIGH,
        IOQ,
        N
    };
    static const uint16_t names[] = {
        UP_QSTR(MP_QSTR_runq_len),
        UP_QSTR(MP_QSTR_waitq_len),
        UP_QSTR(MP_QSTR_ioq_len),
        UP_QSTR(MP_QSTR_lp_len),
        UP_QSTR(MP_QSTR_len),
        UP_QSTR(MP_QSTR_lpqlen),
        UP_QSTR(MP_QSTR_max_overdue_ms),
        UP_QSTR(MP_QSTR_hpqlen),
        UP_QSTR(MP_QSTR_ioq_len),
        UP_QSTR(MP_QSTR_runq_len),
        UP_QSTR(MP_QSTR_waitq_len),
        UP_QSTR(MP_QSTR_lp_len),
    };
    static const uint8_t kinds[] = { LENGTH, LENGTH, IOQ, LENGTH, LENGTH, LENGTH, OVERDUE, HIGH, IOQ, LENGTH, LENGTH, LENGTH };
    mp_arg_check_num(n_args, 0, 0, most, false);
#if UP_THREADS
    if (n_args + kw->used == 0 && !up_owns(up_any_loop())) {
        return MP_OBJ_FROM_PTR(up_any_loop()); // another's: for its call_soon_threadsafe(), say
    }
#endif
    up_loop_t *loop = up_loop();
    uint32_t value[N] = { 0 };
    value[OVERDUE] = loop->max_overdue;
    value[IOQ] = loop->fast_io;
    size_t used = 0;
    for (size_t i = 0; i < 8; ++i) {
        qstr name = UP_QSTR_OF(names[first + i]);
        mp_obj_t arg = mp_const_none;
        if (i < n_args) {
            arg = pos[i];
        } else {
            mp_map_elem_t *elem = mp_map_lookup(kw, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
            if (elem != NULL) {
                arg = elem->value;
                ++used;
            }
        }
        if (arg != mp_const_none) {
            uint32_t kind = kinds[first + i];
            value[kind] = kind == OVERDUE ? up_arg_ms(arg, name) : up_arg_range(arg, name, 0, 32767);
        }
    }
    if (used < kw->used) {
        mp_arg_parse_all(0, NULL, kw, 0, NULL, NULL); // raises
    }
    up_when_reserve(loop, value[HIGH]);
    loop->fast_io = value[IOQ] != 0;
    loop->max_overdue = value[OVERDUE];
    up_core_set_max_overdue(&loop->core, value[OVERDUE]);
    return MP_OBJ_FROM_PTR(loop);
}

// get_event_loop(len=42, lpqlen=42, max_overdue_ms=0, hpqlen=0, ioq_len=0), and by keyword
// runq_len, waitq_len, lp_len: the loop. Queues take no memory of their own, so their lengths are checked and reserve nothing;
// hpqlen stocks as many awaitables for when().
// max_overdue_ms and ioq_len (fast I/O for all streams if it is not 0) are set if they are given. MemoryError, TypeError, ValueError.
static mp_obj_t up_get_event_loop(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return up_lengths(n_args, pos, kw, 4, 5);
}
MP_DEFINE_CONST_FUN_OBJ_KW(up_get_event_loop_obj, 0, up_get_event_loop);

// asyncio.get_event_loop(runq_len=16, waitq_len=16, ioq_len=0, lp_len=0), and by keyword the other names.
static mp_obj_t up_get_event_loop_v2(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return up_lengths(n_args, pos, kw, 0, 4);
}
MP_DEFINE_CONST_FUN_OBJ_KW(up_get_event_loop_v2_obj, 0, up_get_event_loop_v2);

// -- methods

// Methods get the loop as their first argument. It is the one loop: MicroPython checks the type, and there is
// no way to make another.

// time(): the loop's clock as time.ticks_ms() has it, ms.
static mp_obj_t up_loop_time(mp_obj_t self_in) {
    (void)self_in;
    return MP_OBJ_NEW_SMALL_INT(up_time());
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_loop_time_obj, up_loop_time);

// -- tasks and running

// create_task(coro, level=NORMAL, name=None, deadline_ms=None): a Task, due now, whose wake-ups land at `level` unless an await
// names another. `name` is for get_name(). It is to be done in `deadline_ms`. TypeError if `coro` is not a coroutine (a function, for
// instance), OverflowError.
static mp_obj_t up_create_task_kw(size_t n, const mp_obj_t *pos, mp_map_t *kw) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_coro, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_level, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(UP_NORMAL) } },
        { MP_QSTR_name, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
#if UP_DEADLINES
        { MP_QSTR_deadline_ms, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
#endif
    };
    mp_arg_val_t a[MP_ARRAY_SIZE(allowed)];
    up_loop_t *loop = up_loop();
    if (n == 1 && kw->used == 0) { // as nearly always, and to parse that takes as long as to make the task
        return MP_OBJ_FROM_PTR(up_create_task(loop, pos[0], UP_NORMAL, mp_const_none));
    }
    mp_arg_parse_all(n, pos, kw, MP_ARRAY_SIZE(a), allowed, a);
    uint32_t level = up_arg_level(a[1].u_obj);
#if UP_DEADLINES
    if (a[3].u_obj != mp_const_none) {
        uint32_t ms = up_arg_ms(a[3].u_obj, MP_QSTR_deadline_ms);
        up_task_t *task = up_task_make(loop, a[0].u_obj, level, a[2].u_obj);
        up_deadline_renew(loop, task, ms);
        up_task_schedule(loop, task, UP_OWN, 0);
        return MP_OBJ_FROM_PTR(task);
    }
#endif
    return MP_OBJ_FROM_PTR(up_create_task(loop, a[0].u_obj, level, a[2].u_obj));
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

// cur_task: the coroutine whose step runs (V2), or None. slow_step_ms, which can be set. idle_hook, which can be set: hook(ms) is
// called in place of the idle wait, None: for ever; TypeError if it is not callable. Whoever looks call_soon_threadsafe() up may use it in a hard
// interrupt.
static void up_loop_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    up_loop_t *loop = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL) {
        if (attr == MP_QSTR_cur_task) {
            dest[0] = loop->cur == NULL ? mp_const_none : up_task_coro(loop->cur);
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
        } else if (attr == MP_QSTR_slow_step_ms) {
            dest[0] = up_slow_step_ms(loop);
#endif
#if UP_IDLE_WORKS
        } else if (attr == MP_QSTR_idle_hook) {
            dest[0] = loop->idle_hook;
#endif
        } else {
            if (attr == MP_QSTR_call_soon_threadsafe) {
                up_callbacks_reserve(loop);
            }
            dest[1] = MP_OBJ_SENTINEL; // a method
        }
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
    } else if (attr == MP_QSTR_slow_step_ms && dest[1] != MP_OBJ_NULL) {
        up_set_slow_step_ms(loop, dest[1]);
        dest[0] = MP_OBJ_NULL; // stored
#endif
#if UP_IDLE_WORKS
    } else if (attr == MP_QSTR_idle_hook) {
        up_own(loop);
        // `del` takes it off too.
        up_idle_set_hook(loop, dest[1] == MP_OBJ_NULL || dest[1] == mp_const_none ? mp_const_none : up_arg_callable(dest[1], MP_QSTR_idle_hook));
        dest[0] = MP_OBJ_NULL;
#endif
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
#if UP_IDLE_WORKS
    { MP_ROM_QSTR(MP_QSTR_gc_idle), MP_ROM_PTR(&up_loop_gc_idle_obj) },
#endif
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
    { MP_ROM_QSTR(MP_QSTR_stats), MP_ROM_PTR(&up_loop_stats_obj) },
    { MP_ROM_QSTR(MP_QSTR_watch), MP_ROM_PTR(&up_loop_watch_obj) },
#if UP_TRACES
    { MP_ROM_QSTR(MP_QSTR_trace), MP_ROM_PTR(&up_loop_trace_obj) },
    { MP_ROM_QSTR(MP_QSTR_dump_trace), MP_ROM_PTR(&up_loop_dump_trace_obj) },
#endif
#endif
};
static MP_DEFINE_CONST_DICT(up_loop_locals_dict, up_loop_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_loop_type,
    MP_QSTR_Loop,
    MP_TYPE_FLAG_NONE,
    UP_PRINT(up_loop_print) attr, up_loop_attr,
    locals_dict, &up_loop_locals_dict
);
