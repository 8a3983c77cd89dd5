// The built-in modules asyncio, uasyncio, asyncio_priority and uasyncio_priority: their names, and the functions that are no method.
//
// Their tables are in ROM, so an import costs no RAM but for the loop, which is one for all. What is in Python
// (../python/_asyncio_*.py) is loaded when it is named first.
#include <string.h>

#include "args.h"
#include "clock.h"
#include "flag.h"
#include "gather.h"
#include "inspect.h"
#include "lock.h"
#include "loop_object.h"
#include "loop_state.h"
#include "module.h"
#include "platform/platform.h"
#include "queue.h"
#include "run_loop.h"
#include "sleep.h"
#include "stream_object.h"
#include "streams.h"
#include "sync.h"
#include "task.h"
#include "taskgroup.h"
#include "threads.h"
#include "timeout.h"
#include "when.h"

// Called by an import that does not find a module among the loaded ones.
static mp_obj_t up_module_init(mp_obj_t self_in) {
    up_loop_make();
    // Last, so that an import that had no memory is not taken for done by the next one.
    mp_obj_t name[2];
    mp_load_method(self_in, MP_QSTR___name__, name);
    mp_obj_dict_store(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_loaded_modules_dict)), name[0], self_in);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_module_init_obj, up_module_init);

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

// wake(task, ended=None): a task that parked itself is due now, at its own level; so is one that sleeps or waits for a
// stream. If it is due already it keeps its turn. `ended`: a task that it waited for, so that it is woken at the level of that
// one's last step, if that is more urgent. Nothing if it has ended, or awaits a condition or in a list of ours, such as an
// Event's.
static mp_obj_t up_wake_(size_t n_args, const mp_obj_t *args) {
    up_loop_t *loop = up_loop();
    up_task_t *task = up_arg_task(args[0]);
    up_task_t *ended = n_args == 2 && args[1] != mp_const_none ? up_arg_task(args[1]) : NULL;
    up_task_rouse(loop, task, ended);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_wake_obj, 1, 2, up_wake_);

#if MICROPY_UASYNCIO_PRIORITY_V2
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
#endif

// What is in Python, and in which part of it (../python): a part is loaded when one of its names is asked for first.
static const struct {
    uint16_t name;
    uint16_t part;
} up_lazy_names[] = {
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
    { UP_QSTR(MP_QSTR_ALL_COMPLETED), UP_QSTR(MP_QSTR__asyncio_ends) },
    { UP_QSTR(MP_QSTR_FIRST_COMPLETED), UP_QSTR(MP_QSTR__asyncio_ends) },
    { UP_QSTR(MP_QSTR_FIRST_EXCEPTION), UP_QSTR(MP_QSTR__asyncio_ends) },
    { UP_QSTR(MP_QSTR_as_completed), UP_QSTR(MP_QSTR__asyncio_ends) },
    { UP_QSTR(MP_QSTR_shield), UP_QSTR(MP_QSTR__asyncio_ends) },
    { UP_QSTR(MP_QSTR_wait), UP_QSTR(MP_QSTR__asyncio_ends) },
    { UP_QSTR(MP_QSTR_BaseExceptionGroup), UP_QSTR(MP_QSTR__asyncio_exceptiongroup) },
    { UP_QSTR(MP_QSTR_ExceptionGroup), UP_QSTR(MP_QSTR__asyncio_exceptiongroup) },
    { UP_QSTR(MP_QSTR_Runner), UP_QSTR(MP_QSTR__asyncio_runner) },
    { UP_QSTR(MP_QSTR_to_thread), UP_QSTR(MP_QSTR__asyncio_thread) },
#endif
    { UP_QSTR(MP_QSTR_Server), UP_QSTR(MP_QSTR__asyncio_stream) },
    { UP_QSTR(MP_QSTR_open_connection), UP_QSTR(MP_QSTR__asyncio_stream) },
    { UP_QSTR(MP_QSTR_start_server), UP_QSTR(MP_QSTR__asyncio_stream) },
    { UP_QSTR(MP_QSTR_After), UP_QSTR(MP_QSTR__asyncio_more) },
    { UP_QSTR(MP_QSTR_AfterMs), UP_QSTR(MP_QSTR__asyncio_more) },
    { UP_QSTR(MP_QSTR_PriorityEventLoop), UP_QSTR(MP_QSTR__asyncio_more) },
    { UP_QSTR(MP_QSTR_Sleep), UP_QSTR(MP_QSTR__asyncio_more) },
    { UP_QSTR(MP_QSTR_When), UP_QSTR(MP_QSTR__asyncio_more) },
    { UP_QSTR(MP_QSTR__promote_to_task), UP_QSTR(MP_QSTR__asyncio_more) },
    { UP_QSTR(MP_QSTR_select), UP_QSTR(MP_QSTR__asyncio_more) },
    { UP_QSTR(MP_QSTR_sys), UP_QSTR(MP_QSTR__asyncio_more) },
    { UP_QSTR(MP_QSTR_ticks), UP_QSTR(MP_QSTR__asyncio_more) },
    { UP_QSTR(MP_QSTR_ticks_add), UP_QSTR(MP_QSTR__asyncio_more) },
    { UP_QSTR(MP_QSTR_ticks_diff), UP_QSTR(MP_QSTR__asyncio_more) },
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
    { UP_QSTR(MP_QSTR_Datagram), UP_QSTR(MP_QSTR__asyncio_datagram) },
    { UP_QSTR(MP_QSTR_Condition), UP_QSTR(MP_QSTR__asyncio_condition) },
    { UP_QSTR(MP_QSTR_Barrier), UP_QSTR(MP_QSTR__asyncio_barrier) },
    { UP_QSTR(MP_QSTR_BrokenBarrierError), UP_QSTR(MP_QSTR__asyncio_barrier) },
#endif
#if MICROPY_UASYNCIO_PRIORITY_V2
    { UP_QSTR(MP_QSTR_DEBUG), UP_QSTR(MP_QSTR__asyncio_v2) },
    { UP_QSTR(MP_QSTR_EventLoop), UP_QSTR(MP_QSTR__asyncio_v2) },
    { UP_QSTR(MP_QSTR_SleepMs), UP_QSTR(MP_QSTR__asyncio_v2) },
    { UP_QSTR(MP_QSTR_StopLoop), UP_QSTR(MP_QSTR__asyncio_v2) },
    { UP_QSTR(MP_QSTR_SysCall), UP_QSTR(MP_QSTR__asyncio_v2) },
    { UP_QSTR(MP_QSTR_SysCall1), UP_QSTR(MP_QSTR__asyncio_v2) },
    { UP_QSTR(MP_QSTR_ensure_future), UP_QSTR(MP_QSTR__asyncio_v2) },
    { UP_QSTR(MP_QSTR_get_running_loop), UP_QSTR(MP_QSTR__asyncio_v2) },
    { UP_QSTR(MP_QSTR_got_event_loop), UP_QSTR(MP_QSTR__asyncio_v2) },
    { UP_QSTR(MP_QSTR_log), UP_QSTR(MP_QSTR__asyncio_v2) },
    { UP_QSTR(MP_QSTR_set_debug), UP_QSTR(MP_QSTR__asyncio_v2) },
    { UP_QSTR(MP_QSTR_type_gen), UP_QSTR(MP_QSTR__asyncio_v2) },
    { UP_QSTR(MP_QSTR_version), UP_QSTR(MP_QSTR__asyncio_v2) },
#endif
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
    { UP_QSTR(MP_QSTR_top), UP_QSTR(MP_QSTR__asyncio_top) },
#endif
#if UP_INSPECTS
    { UP_QSTR(MP_QSTR_tasks), UP_QSTR(MP_QSTR__asyncio_tasks) },
    { UP_QSTR(MP_QSTR_every), UP_QSTR(MP_QSTR__asyncio_every) },
    { UP_QSTR(MP_QSTR_can_meet), UP_QSTR(MP_QSTR__asyncio_every) },
#endif
};

#if MICROPY_UASYNCIO_PRIORITY_TESTING
// asyncio_priority.testing, which is frozen: `import` looks for it at __path__, and says when it is there. Whether this was
// asked for, or said.
static bool up_testing_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (self_in == MP_OBJ_FROM_PTR(&up_module)) {
        return false;
    }
    if (attr == MP_QSTR_testing) {
        mp_obj_t asked = dest[0]; // MP_OBJ_NULL, or it is said
        dest[0] = MP_OBJ_NULL;
        if (asked == MP_OBJ_NULL) {
            // The leaf of a dotted name, not its root.
            dest[0] = mp_import_name(qstr_from_str("asyncio_priority.testing"), mp_const_true, MP_OBJ_NEW_SMALL_INT(0));
        }
        return true;
    }
    if (attr == MP_QSTR___path__ && dest[0] == MP_OBJ_NULL && self_in == MP_OBJ_FROM_PTR(&up_priority_module)) {
        dest[0] = mp_obj_new_str_from_cstr(".frozen/asyncio_priority");
        return true;
    }
    return false;
}
#endif

// What is not in ROM: `Loop`; `cur_task`, the Task whose step runs or None; `_exc_context`, what an exception handler is
// given next; `_task_queue`; of uasyncio_priority its own version, and of the others what is in Python.
void up_module_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    up_loop_t *loop = up_any_loop();
#if MICROPY_UASYNCIO_PRIORITY_TESTING
    if (up_testing_attr(self_in, attr, dest)) {
        return;
    }
#endif
    if (dest[0] != MP_OBJ_NULL) {
        mp_raise_msg_varg(&mp_type_AttributeError, MP_ERROR_TEXT("'%q' can't be set: put your own module into sys.modules"), attr);
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
    } else if (self_in == MP_OBJ_FROM_PTR(&up_module)) {
        if (attr == MP_QSTR___version__) {
            const char *version = up_core_version();
            dest[0] = mp_obj_new_str(version, strlen(version));
        }
    } else {
        for (size_t i = 0; i < MP_ARRAY_SIZE(up_lazy_names); ++i) {
            if (UP_QSTR_OF(up_lazy_names[i].name) == attr) {
                qstr name = UP_QSTR_OF(up_lazy_names[i].part);
                mp_obj_t part = MP_OBJ_NEW_QSTR(name);
                mp_map_elem_t *loaded = mp_map_lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, part, MP_MAP_LOOKUP);
                mp_load_method_maybe(loaded != NULL ? loaded->value : mp_import_name(name, mp_const_none, MP_OBJ_NEW_SMALL_INT(0)), attr, dest);
                break;
            }
        }
    }
}

static const mp_rom_obj_tuple_t up_version = { { UP_ROM_TYPE(tuple) }, 3, { MP_ROM_INT(3), MP_ROM_INT(0), MP_ROM_INT(0) } };

// The modules' tables. A look-up goes through one from the start: what is called most comes first. A name may be only once
// in a module's table: MicroPython looks first at the place where it found it in another table.
//
// Two modules that have the same names share a table but for its ends, where each has its own __name__; so do two of which
// one has some names more.

// What a build may leave out.
#if MICROPY_UASYNCIO_PRIORITY_V2
#define V2_NATIVE_NAMES \
    { MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&up_cancel_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_stop_loop), MP_ROM_PTR(&up_stop_loop_obj) },
#define V2_ASYNCIO_NAMES \
    { MP_ROM_QSTR(MP_QSTR_coroutine), MP_ROM_PTR(&mp_identity_obj) },
#else
#define V2_NATIVE_NAMES
#define V2_ASYNCIO_NAMES
#endif
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
#define CPYTHON_NATIVE_NAMES \
    { MP_ROM_QSTR(MP_QSTR_timeout), MP_ROM_PTR(&up_timeout_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_timeout_ms), MP_ROM_PTR(&up_timeout_ms_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_timeout_at), MP_ROM_PTR(&up_timeout_at_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_Timeout), MP_ROM_PTR(&up_timeout_type) }, \
        { MP_ROM_QSTR(MP_QSTR_TaskGroup), MP_ROM_PTR(&up_taskgroup_type) }, \
        { MP_ROM_QSTR(MP_QSTR_Queue), MP_ROM_PTR(&up_queue_type) }, \
        { MP_ROM_QSTR(MP_QSTR_QueueEmpty), MP_ROM_PTR(&mp_type_QueueEmpty) }, \
        { MP_ROM_QSTR(MP_QSTR_QueueFull), MP_ROM_PTR(&mp_type_QueueFull) }, \
        { MP_ROM_QSTR(MP_QSTR_QueueShutDown), MP_ROM_PTR(&mp_type_QueueShutDown) }, \
        { MP_ROM_QSTR(MP_QSTR_LifoQueue), MP_ROM_PTR(&up_lifo_type) }, \
        { MP_ROM_QSTR(MP_QSTR_PriorityQueue), MP_ROM_PTR(&up_priority_type) }, \
        { MP_ROM_QSTR(MP_QSTR_InvalidStateError), MP_ROM_PTR(&mp_type_InvalidStateError) }, \
        { MP_ROM_QSTR(MP_QSTR_all_tasks), MP_ROM_PTR(&up_all_tasks_obj) },
#else
#define CPYTHON_NATIVE_NAMES
#endif
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON || MICROPY_UASYNCIO_PRIORITY_V2 // those of `asyn` are made of them
#define SEMAPHORE_NATIVE_NAMES \
    { MP_ROM_QSTR(MP_QSTR_Semaphore), MP_ROM_PTR(&up_semaphore_type) }, \
        { MP_ROM_QSTR(MP_QSTR_BoundedSemaphore), MP_ROM_PTR(&up_bounded_type) },
#else
#define SEMAPHORE_NATIVE_NAMES
#endif

#if UP_INSPECTS // for tasks()
#define DIAGNOSTICS_NATIVE_NAMES \
    { MP_ROM_QSTR(MP_QSTR__all_tasks), MP_ROM_PTR(&up_all_tasks_obj) }, \
        { MP_ROM_QSTR(MP_QSTR__task_info), MP_ROM_PTR(&up_task_info_obj) },
#else
#define DIAGNOSTICS_NATIVE_NAMES
#endif

// What is in uasyncio_priority: all that is native. _check_callable and its kin are for what is in Python.
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
        { MP_ROM_QSTR(MP_QSTR_wake), MP_ROM_PTR(&up_wake_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_Stream), MP_ROM_PTR(&up_stream_type) }, \
        { MP_ROM_QSTR(MP_QSTR_StreamReader), MP_ROM_PTR(&up_stream_type) }, \
        { MP_ROM_QSTR(MP_QSTR_StreamWriter), MP_ROM_PTR(&up_stream_type) }, \
        { MP_ROM_QSTR(MP_QSTR_gather), MP_ROM_PTR(&up_gather_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_wait_for), MP_ROM_PTR(&up_wait_for_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_wait_for_ms), MP_ROM_PTR(&up_wait_for_ms_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_CancelledError), MP_ROM_PTR(&mp_type_CancelledError) }, \
        { MP_ROM_QSTR(MP_QSTR_TimeoutError), MP_ROM_PTR(&mp_type_TimeoutError) }, \
        { MP_ROM_QSTR(MP_QSTR_HIGH), MP_ROM_INT(UP_HIGH) }, \
        { MP_ROM_QSTR(MP_QSTR_NORMAL), MP_ROM_INT(UP_NORMAL) }, \
        { MP_ROM_QSTR(MP_QSTR_LOW), MP_ROM_INT(UP_LOW) }, \
        { MP_ROM_QSTR(MP_QSTR_Task), MP_ROM_PTR(&up_task_type) }, \
        { MP_ROM_QSTR(MP_QSTR_Event), MP_ROM_PTR(&up_event_type) }, \
        { MP_ROM_QSTR(MP_QSTR_Lock), MP_ROM_PTR(&up_lock_type) }, \
        { MP_ROM_QSTR(MP_QSTR_WaitQueue), MP_ROM_PTR(&up_waitqueue_type) }, \
        { MP_ROM_QSTR(MP_QSTR_TaskQueue), MP_ROM_PTR(&up_waitqueue_type) }, \
        { MP_ROM_QSTR(MP_QSTR_ThreadSafeFlag), MP_ROM_PTR(&up_flag_type) }, \
        { MP_ROM_QSTR(MP_QSTR_IOQueue), MP_ROM_PTR(&up_ioqueue_type) }, \
        { MP_ROM_QSTR(MP_QSTR_new_event_loop), MP_ROM_PTR(&up_new_event_loop_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&up_run_obj) }, \
        { MP_ROM_QSTR(MP_QSTR_run_until_complete), MP_ROM_PTR(&up_run_until_complete_obj) }, \
        SEMAPHORE_NATIVE_NAMES \
            CPYTHON_NATIVE_NAMES \
                V2_NATIVE_NAMES \
                    DIAGNOSTICS_NATIVE_NAMES{ MP_ROM_QSTR(MP_QSTR__check_callable), MP_ROM_PTR(&up_check_callable_obj) }, \
        { MP_ROM_QSTR(MP_QSTR__check_int), MP_ROM_PTR(&up_check_int_obj) }, \
        { MP_ROM_QSTR(MP_QSTR__check_awaitable), MP_ROM_PTR(&up_check_awaitable_obj) },
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
#define MOCK_NAMES { MP_ROM_QSTR(MP_QSTR__mock_clock), MP_ROM_PTR(&up_mock_clock_obj) },
#else
#define MOCK_NAMES
#endif
#if MICROPY_UASYNCIO_PRIORITY_TESTING
#define CLOCK_NAMES \
    MOCK_NAMES{ MP_ROM_QSTR(MP_QSTR__virtual_clock), MP_ROM_PTR(&up_virtual_clock_obj) }, \
        { MP_ROM_QSTR(MP_QSTR__virtual_us), MP_ROM_PTR(&up_virtual_us_obj) },
#else
#define CLOCK_NAMES MOCK_NAMES
#endif

// What is in the others too: the version of the asyncio whose names these are; what libraries look for in asyncio.core; the
// type of what sleep_ms() returns; of V2 the decorator of the days before `async def`.
#define ASYNCIO_NAMES \
    { MP_ROM_QSTR(MP_QSTR___version__), MP_ROM_PTR(&up_version) }, \
        { MP_ROM_QSTR(MP_QSTR_core), MP_ROM_PTR(&up_priority_module) }, \
        { MP_ROM_QSTR(MP_QSTR_SingletonGenerator), MP_ROM_PTR(&up_sleep_type) }, \
        V2_ASYNCIO_NAMES

static const mp_rom_map_elem_t up_priority_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_uasyncio_priority) },
    UP_ROWS_OF_NATIVE
        NATIVE_NAMES
            CLOCK_NAMES{ MP_ROM_QSTR(MP_QSTR_get_event_loop), MP_ROM_PTR(&up_get_event_loop_obj) },
    // uasyncio_priority ends here.
    ASYNCIO_NAMES
        UP_ROWS_OF_PRIORITY{ MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_asyncio_priority) },
};
enum {
    NATIVE_ONLY = 1 + UP_ROWS_OF_NATIVE_N, // the first names of this table, and the last
    NOT_NATIVE = (MICROPY_UASYNCIO_PRIORITY_V2 ? 5 : 4) + UP_ROWS_OF_PRIORITY_N
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
    const mp_obj_module_t name = { .base = { UP_ROM_TYPE(module) }, .globals = (mp_obj_dict_t *)&name##_globals }

MODULE(up_asyncio_module, up_asyncio_table, 0, 1);
MODULE(up_uasyncio_module, up_asyncio_table, 1, 0);
MODULE(up_module, up_priority_table, 0, NOT_NATIVE);
MODULE(up_priority_module, up_priority_table, NATIVE_ONLY, 0);

// A file or frozen module of this name comes first: MicroPython's own asyncio may be frozen beside ours.
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_asyncio, up_asyncio_module);
MP_REGISTER_MODULE(MP_QSTR_uasyncio, up_uasyncio_module);
MP_REGISTER_MODULE(MP_QSTR_asyncio_priority, up_priority_module);
MP_REGISTER_MODULE(MP_QSTR_uasyncio_priority, up_module);
MP_REGISTER_MODULE_DELEGATION(up_asyncio_module, up_module_attr);
MP_REGISTER_MODULE_DELEGATION(up_uasyncio_module, up_module_attr);
MP_REGISTER_MODULE_DELEGATION(up_priority_module, up_module_attr);
MP_REGISTER_MODULE_DELEGATION(up_module, up_module_attr);
