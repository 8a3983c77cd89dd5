// The built-in modules asyncio, uasyncio, asyncio_priority and uasyncio_priority: their names, and the loop's memory.
//
// Their tables are in ROM, so an import costs no RAM but for the loop, which is one for all. What is in Python
// (../python/_asyncio_*.py) is loaded when it is named first.
#include <string.h>

#include "py/gc.h"
#include "py/objexcept.h"
#include "shim.h"

// Everything the loop holds hangs on this.
MP_REGISTER_ROOT_POINTER(struct _up_loop_t *up_loop);

MP_DEFINE_EXCEPTION(CancelledError, BaseException)
MP_DEFINE_EXCEPTION(TimeoutError, Exception)
// What get_nowait() and put_nowait() of a Queue raise.
MP_DEFINE_EXCEPTION(QueueEmpty, Exception)
MP_DEFINE_EXCEPTION(QueueFull, Exception)

MP_DECLARE_CONST_FUN_OBJ_1(up_sleep_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_sleep_ms_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_after_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_after_ms_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(up_when_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(up_readable_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(up_writable_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(up_create_task_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_cancel_obj);
extern const mp_obj_module_t up_asyncio_module;
extern const mp_obj_module_t up_uasyncio_module;
extern const mp_obj_module_t up_priority_module;
extern const mp_obj_module_t up_module;

// Not inlined: that would be 6 bytes more each time on a Cortex-M.
MP_NOINLINE up_loop_t *up_loop(void) {
    up_loop_t *loop = MP_STATE_VM(up_loop);
    up_own(loop);
    return loop;
}

// Whether the loop that the root pointer names is there. A root pointer survives a soft reset and the
// heap that it points into does not: the block is free then, or somebody else's and was cleared.
static bool up_loop_lives(up_loop_t *loop) {
    return loop != NULL && gc_nbytes(loop) >= sizeof(*loop) && loop->base.type == &up_loop_type;
}

// Called by an import that does not find a module among the loaded ones.
static mp_obj_t up_module_init(mp_obj_t self_in) {
    if (!up_loop_lives(up_any_loop())) {
        up_loop_t *loop = m_new0(up_loop_t, 1);
        loop->base.type = &up_loop_type;
        loop->again = UP_NOT;
        loop->exc_handler = mp_const_none;
        loop->stop_value = mp_const_none;
        loop->calling = mp_const_none;
        loop->epoch = 1;
        loop->main_queue.waiters.object = &up_waitqueue_type;
        loop->main_queue.level = UP_OWN;
        up_mail_clear(up_mail()); // a soft reset may have left half of a post there
#if UP_THREADS
        mp_thread_mutex_init(&loop->handover);
        loop->thread = UP_THREAD;
#endif
        // What is needed when the heap may be locked or full.
        loop->sleeper = mp_obj_malloc(up_sleep_t, &up_sleep_type);
        loop->sleeper->armer = NULL;
        up_callbacks_reserve(loop);
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
    // Last, so that an import that had no memory is not taken for done by the next one.
    mp_obj_t name[2];
    mp_load_method(self_in, MP_QSTR___name__, name);
    mp_obj_dict_store(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_loaded_modules_dict)), name[0], self_in);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_module_init_obj, up_module_init);

// new_event_loop(): forgets everything that is queued or waits; the loop. What it was set to do
// (exception handler, max_overdue_ms) stays. RuntimeError inside the loop.
static mp_obj_t up_new_event_loop(void) {
    up_loop_t *loop = up_loop();
    up_check_idle(loop);
    // Who is parked somewhere is not there any more, from here on: what is handed on below finds nobody.
    loop->epoch = loop->epoch == 255 ? 1 : loop->epoch + 1;
    up_entry_t *entry;
    up_entry_t *entries = up_core_clear(&loop->core);
    while ((entry = entries) != NULL) {
        entries = entry->next;
        entry->next = NULL;
        if (entry->object == &up_callback_type) {
            up_callback_spend((up_callback_t *)entry);
        } else if (entry->object == &up_task_type) {
            up_sem_refuse((up_task_t *)entry);
        }
    }
    up_mail_read(loop, true);
    return MP_OBJ_FROM_PTR(loop);
}
static MP_DEFINE_CONST_FUN_OBJ_0(up_new_event_loop_obj, up_new_event_loop);

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
        MP_QSTR_runq_len,
        MP_QSTR_waitq_len,
        MP_QSTR_ioq_len,
        MP_QSTR_lp_len,
        MP_QSTR_len,
        MP_QSTR_lpqlen,
        MP_QSTR_max_overdue_ms,
        MP_QSTR_hpqlen,
        MP_QSTR_ioq_len,
        MP_QSTR_runq_len,
        MP_QSTR_waitq_len,
        MP_QSTR_lp_len,
    };
    static const uint8_t kinds[] = { LENGTH, LENGTH, IOQ, LENGTH, LENGTH, LENGTH, OVERDUE, HIGH, IOQ, LENGTH, LENGTH, LENGTH };
    mp_arg_check_num(n_args, 0, 0, most, false);
#if UP_THREADS
    if (n_args + kw->used == 0 && up_load(&up_any_loop()->thread) != UP_THREAD) {
        return MP_OBJ_FROM_PTR(up_any_loop()); // another's: for its call_soon_threadsafe(), say
    }
#endif
    up_loop_t *loop = up_loop();
    uint32_t value[N] = { 0 };
    value[OVERDUE] = loop->max_overdue;
    value[IOQ] = loop->fast_io;
    size_t used = 0;
    for (size_t i = 0; i < 8; ++i) {
        qstr name = names[first + i];
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
static MP_DEFINE_CONST_FUN_OBJ_KW(up_get_event_loop_obj, 0, up_get_event_loop);

// asyncio.get_event_loop(runq_len=16, waitq_len=16, ioq_len=0, lp_len=0), and by keyword the other names.
static mp_obj_t up_get_event_loop_v2(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return up_lengths(n_args, pos, kw, 0, 4);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_get_event_loop_v2_obj, 0, up_get_event_loop_v2);

// current_task(): the Task whose step runs. RuntimeError outside of one.
static mp_obj_t up_current_task(void) {
    up_loop_t *loop = up_loop();
    if (loop->cur == NULL) {
        up_raise_runtime(MP_ERROR_TEXT("no running event loop"));
    }
    return MP_OBJ_FROM_PTR(loop->cur);
}
static MP_DEFINE_CONST_FUN_OBJ_0(up_current_task_obj, up_current_task);

// run(coro): makes it a task and runs the loop until it ends; its value, or raises its exception.
static mp_obj_t up_run_(mp_obj_t coro) {
    return up_run(up_loop(), up_task_new(coro), false);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_run_obj, up_run_);

// run_until_complete(task=None): as loop.run_until_complete(); None: until nothing is left to do.
static mp_obj_t up_run_until_complete_(size_t n, const mp_obj_t *a) {
    up_loop_t *loop = up_loop();
    if (n == 0 || a[0] == mp_const_none) {
        return up_run(loop, NULL, false);
    }
    return up_run_until_complete(MP_OBJ_FROM_PTR(loop), a[0]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_run_until_complete_obj, 0, 1, up_run_until_complete_);

// wake(task): a task that parked itself is due now, at its own level; so is one that sleeps or waits for a stream. Nothing
// if it has ended, or awaits a condition or in a list of ours, such as an Event's.
static mp_obj_t up_wake_(mp_obj_t task_in) {
    up_loop_t *loop = up_loop();
    up_task_t *task = up_arg_task(task_in);
    if (task != loop->cur) {
        up_task_revive(loop, task, UP_OWN, 0);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_wake_obj, up_wake_);

// stop_loop(value): the running run_forever() returns `value` after this step.
static mp_obj_t up_stop_loop(mp_obj_t value) {
    up_loop_t *loop = up_loop();
    if (!loop->running) {
        up_raise_runtime(MP_ERROR_TEXT("no running event loop"));
    }
    loop->stop_value = value;
    loop->stopping = true;
    up_rouse();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_stop_loop_obj, up_stop_loop);

#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
// _mock_clock(): the mock time in ms, or None. _mock_clock(t): the clock reads `t`, and an idle
// wait moves it on. _mock_clock(None): the real clock again. For tests.
static mp_obj_t up_mock_clock(size_t n, const mp_obj_t *a) {
    up_loop_t *loop = up_loop();
    if (n == 1) {
        loop->mock = a[0] != mp_const_none;
        loop->mock_now = loop->mock ? mp_obj_get_int_truncated(a[0]) : 0;
    }
    return loop->mock ? mp_obj_new_int_from_uint(loop->mock_now) : mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_mock_clock_obj, 0, 1, up_mock_clock);
#endif

// What is in Python, and in which part of it (../python): a part is loaded when one of its names is asked for first.
static const struct {
    uint16_t name;
    uint16_t part;
} up_lazy_names[] = {
    { MP_QSTR_gather, MP_QSTR__asyncio_wait },
    { MP_QSTR_wait_for, MP_QSTR__asyncio_wait },
    { MP_QSTR_wait_for_ms, MP_QSTR__asyncio_wait },
    { MP_QSTR_Server, MP_QSTR__asyncio_stream },
    { MP_QSTR_Stream, MP_QSTR__asyncio_stream },
    { MP_QSTR_StreamReader, MP_QSTR__asyncio_stream },
    { MP_QSTR_StreamWriter, MP_QSTR__asyncio_stream },
    { MP_QSTR_open_connection, MP_QSTR__asyncio_stream },
    { MP_QSTR_start_server, MP_QSTR__asyncio_stream },
    { MP_QSTR_Condition, MP_QSTR__asyncio_condition },
    { MP_QSTR_Barrier, MP_QSTR__asyncio_barrier },
    { MP_QSTR_BrokenBarrierError, MP_QSTR__asyncio_barrier },
    { MP_QSTR_After, MP_QSTR__asyncio_v2 },
    { MP_QSTR_AfterMs, MP_QSTR__asyncio_v2 },
    { MP_QSTR_DEBUG, MP_QSTR__asyncio_v2 },
    { MP_QSTR_EventLoop, MP_QSTR__asyncio_v2 },
    { MP_QSTR_PriorityEventLoop, MP_QSTR__asyncio_v2 },
    { MP_QSTR_Sleep, MP_QSTR__asyncio_v2 },
    { MP_QSTR_SleepMs, MP_QSTR__asyncio_v2 },
    { MP_QSTR_StopLoop, MP_QSTR__asyncio_v2 },
    { MP_QSTR_SysCall, MP_QSTR__asyncio_v2 },
    { MP_QSTR_SysCall1, MP_QSTR__asyncio_v2 },
    { MP_QSTR_When, MP_QSTR__asyncio_v2 },
    { MP_QSTR__promote_to_task, MP_QSTR__asyncio_v2 },
    { MP_QSTR_ensure_future, MP_QSTR__asyncio_v2 },
    { MP_QSTR_get_running_loop, MP_QSTR__asyncio_v2 },
    { MP_QSTR_got_event_loop, MP_QSTR__asyncio_v2 },
    { MP_QSTR_log, MP_QSTR__asyncio_v2 },
    { MP_QSTR_select, MP_QSTR__asyncio_v2 },
    { MP_QSTR_set_debug, MP_QSTR__asyncio_v2 },
    { MP_QSTR_sys, MP_QSTR__asyncio_v2 },
    { MP_QSTR_ticks, MP_QSTR__asyncio_v2 },
    { MP_QSTR_ticks_add, MP_QSTR__asyncio_v2 },
    { MP_QSTR_ticks_diff, MP_QSTR__asyncio_v2 },
    { MP_QSTR_version, MP_QSTR__asyncio_v2 },
};

// What is not in ROM: `Loop`; `cur_task`, the Task whose step runs or None; `_exc_context`, what an exception handler is
// given next; `_task_queue`; and, but for uasyncio_priority, what is in Python.
void up_module_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest);
void up_module_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    up_loop_t *loop = up_any_loop();
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing can be set
    }
    if (attr == MP_QSTR___init__) {
        dest[0] = MP_OBJ_FROM_PTR(&up_module_init_obj);
        dest[1] = self_in;
    } else if (attr == MP_QSTR_Loop) {
        dest[0] = MP_OBJ_FROM_PTR(loop);
    } else if (attr == MP_QSTR_cur_task) {
        dest[0] = loop->cur == NULL ? mp_const_none : MP_OBJ_FROM_PTR(loop->cur);
    } else if (attr == MP_QSTR__exc_context) {
        dest[0] = loop->context;
    } else if (attr == MP_QSTR__task_queue) {
        dest[0] = MP_OBJ_FROM_PTR(&loop->main_queue);
    } else if (self_in != MP_OBJ_FROM_PTR(&up_module)) {
        for (size_t i = 0; i < MP_ARRAY_SIZE(up_lazy_names); ++i) {
            if (up_lazy_names[i].name == attr) {
                mp_obj_t part = MP_OBJ_NEW_QSTR(up_lazy_names[i].part);
                mp_map_elem_t *loaded = mp_map_lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, part, MP_MAP_LOOKUP);
                mp_load_method_maybe(loaded != NULL ? loaded->value : mp_import_name(up_lazy_names[i].part, mp_const_none, MP_OBJ_NEW_SMALL_INT(0)), attr, dest);
                break;
            }
        }
    }
}

static const mp_rom_obj_tuple_t up_version = { { &mp_type_tuple }, 3, { MP_ROM_INT(3), MP_ROM_INT(0), MP_ROM_INT(0) } };

// The modules' tables. A look-up goes through one from the start: what is called most comes first. A name may be only once
// in a module's table: MicroPython looks first at the place where it found it in another table.
//
// Two modules that have the same names share a table but for its ends, where each has its own __name__; so do two of which
// one has some names more.

// What is in uasyncio_priority: all that is native. _check_callable and _check_int are for what is in Python.
#define NATIVE_NAMES \
    { MP_ROM_QSTR(MP_QSTR_sleep_ms), MP_ROM_PTR(&up_sleep_ms_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&up_sleep_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_after_ms), MP_ROM_PTR(&up_after_ms_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_after), MP_ROM_PTR(&up_after_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_when), MP_ROM_PTR(&up_when_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_create_task), MP_ROM_PTR(&up_create_task_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_current_task), MP_ROM_PTR(&up_current_task_obj) }, \
        { MP_ROM_QSTR(MP_QSTR__io_queue), MP_ROM_PTR(&up_ioqueue) }, \
        { MP_ROM_QSTR(MP_QSTR_readable), MP_ROM_PTR(&up_readable_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_writable), MP_ROM_PTR(&up_writable_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&up_cancel_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_wake), MP_ROM_PTR(&up_wake_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_CancelledError), MP_ROM_PTR(&mp_type_CancelledError) }, \
        { MP_ROM_QSTR(MP_QSTR_TimeoutError), MP_ROM_PTR(&mp_type_TimeoutError) }, \
        { MP_ROM_QSTR(MP_QSTR_HIGH), MP_ROM_INT(UP_HIGH) }, \
        { MP_ROM_QSTR(MP_QSTR_NORMAL), MP_ROM_INT(UP_NORMAL) }, \
        { MP_ROM_QSTR(MP_QSTR_LOW), MP_ROM_INT(UP_LOW) }, \
        { MP_ROM_QSTR(MP_QSTR_Task), MP_ROM_PTR(&up_task_type) }, \
        { MP_ROM_QSTR(MP_QSTR_Event), MP_ROM_PTR(&up_event_type) }, \
        { MP_ROM_QSTR(MP_QSTR_Lock), MP_ROM_PTR(&up_lock_type) }, \
        { MP_ROM_QSTR(MP_QSTR_Semaphore), MP_ROM_PTR(&up_semaphore_type) }, \
        { MP_ROM_QSTR(MP_QSTR_BoundedSemaphore), MP_ROM_PTR(&up_bounded_type) }, \
        { MP_ROM_QSTR(MP_QSTR_Queue), MP_ROM_PTR(&up_queue_type) }, \
        { MP_ROM_QSTR(MP_QSTR_QueueEmpty), MP_ROM_PTR(&mp_type_QueueEmpty) }, \
        { MP_ROM_QSTR(MP_QSTR_QueueFull), MP_ROM_PTR(&mp_type_QueueFull) }, \
        { MP_ROM_QSTR(MP_QSTR_WaitQueue), MP_ROM_PTR(&up_waitqueue_type) }, \
        { MP_ROM_QSTR(MP_QSTR_TaskQueue), MP_ROM_PTR(&up_waitqueue_type) }, \
        { MP_ROM_QSTR(MP_QSTR_ThreadSafeFlag), MP_ROM_PTR(&up_flag_type) }, \
        { MP_ROM_QSTR(MP_QSTR_IOQueue), MP_ROM_PTR(&up_ioqueue_type) }, \
        { MP_ROM_QSTR(MP_QSTR_new_event_loop), MP_ROM_PTR(&up_new_event_loop_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&up_run_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_run_until_complete), MP_ROM_PTR(&up_run_until_complete_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_stop_loop), MP_ROM_PTR(&up_stop_loop_obj) }, \
        { MP_ROM_QSTR(MP_QSTR__check_callable), MP_ROM_PTR(&up_check_callable_obj) }, \
        { MP_ROM_QSTR(MP_QSTR__check_int), MP_ROM_PTR(&up_check_int_obj) },
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
#define CLOCK_NAMES { MP_ROM_QSTR(MP_QSTR__mock_clock), MP_ROM_PTR(&up_mock_clock_obj) },
#else
#define CLOCK_NAMES
#endif

// What is in the others too: the version of the asyncio whose names these are; what libraries look for in asyncio.core; the
// type of what sleep_ms() returns; the decorator of the days before `async def`; the type of all coroutines.
#define ASYNCIO_NAMES \
    { MP_ROM_QSTR(MP_QSTR___version__), MP_ROM_PTR(&up_version) }, \
        { MP_ROM_QSTR(MP_QSTR_core), MP_ROM_PTR(&up_priority_module) }, \
        { MP_ROM_QSTR(MP_QSTR_SingletonGenerator), MP_ROM_PTR(&up_sleep_type) }, \
        { MP_ROM_QSTR(MP_QSTR_coroutine), MP_ROM_PTR(&mp_identity_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_type_gen), MP_ROM_PTR(&mp_type_gen_instance) },

static const mp_rom_map_elem_t up_priority_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_uasyncio_priority) },
    NATIVE_NAMES
        CLOCK_NAMES{ MP_ROM_QSTR(MP_QSTR_get_event_loop), MP_ROM_PTR(&up_get_event_loop_obj) },
    // uasyncio_priority ends here.
    ASYNCIO_NAMES{ MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_asyncio_priority) },
};
enum {
    NOT_NATIVE = 6 // the last names of this table
};

static const mp_rom_map_elem_t up_asyncio_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_asyncio) },
    NATIVE_NAMES
        CLOCK_NAMES{ MP_ROM_QSTR(MP_QSTR_get_event_loop), MP_ROM_PTR(&up_get_event_loop_v2_obj) },
    ASYNCIO_NAMES{ MP_ROM_QSTR(MP_QSTR_event), MP_ROM_PTR(&up_asyncio_module) },
    { MP_ROM_QSTR(MP_QSTR_funcs), MP_ROM_PTR(&up_asyncio_module) },
    { MP_ROM_QSTR(MP_QSTR_lock), MP_ROM_PTR(&up_asyncio_module) },
    { MP_ROM_QSTR(MP_QSTR_stream), MP_ROM_PTR(&up_asyncio_module) },
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_uasyncio) },
};

// A module that has what is in `table` but for `before` names in front and `behind` at the end.
#define MODULE(name, table, before, behind) \
    static MP_DEFINE_CONST_DICT_WITH_SIZE(name##_globals, &table[before], MP_ARRAY_SIZE(table) - before - behind); \
    const mp_obj_module_t name = { .base = { &mp_type_module }, .globals = (mp_obj_dict_t *)&name##_globals }

MODULE(up_asyncio_module, up_asyncio_table, 0, 1);
MODULE(up_uasyncio_module, up_asyncio_table, 1, 0);
MODULE(up_module, up_priority_table, 0, NOT_NATIVE);
MODULE(up_priority_module, up_priority_table, 1, 0);

// A file or frozen module of this name comes first: MicroPython's own asyncio may be frozen beside ours.
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_asyncio, up_asyncio_module);
MP_REGISTER_MODULE(MP_QSTR_uasyncio, up_uasyncio_module);
MP_REGISTER_MODULE(MP_QSTR_asyncio_priority, up_priority_module);
MP_REGISTER_MODULE(MP_QSTR_uasyncio_priority, up_module);
MP_REGISTER_MODULE_DELEGATION(up_asyncio_module, up_module_attr);
MP_REGISTER_MODULE_DELEGATION(up_uasyncio_module, up_module_attr);
MP_REGISTER_MODULE_DELEGATION(up_priority_module, up_module_attr);
MP_REGISTER_MODULE_DELEGATION(up_module, up_module_attr);
