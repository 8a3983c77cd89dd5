// The built-in module uasyncio_priority: its names, and the loop's memory.
#include <string.h>

#include "py/gc.h"
#include "py/objexcept.h"
#include "shim.h"

// Everything the loop holds hangs on this.
MP_REGISTER_ROOT_POINTER(struct _up_loop_t *up_loop);

MP_DEFINE_EXCEPTION(CancelledError, BaseException)
MP_DEFINE_EXCEPTION(TimeoutError, Exception)

MP_DECLARE_CONST_FUN_OBJ_1(up_sleep_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_sleep_ms_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_after_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_after_ms_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(up_when_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(up_readable_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(up_writable_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(up_create_task_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_cancel_obj);
extern const mp_obj_module_t up_module;

// Not inlined: that would be 6 bytes more each time on a Cortex-M.
MP_NOINLINE up_loop_t *up_loop(void) {
    return MP_STATE_VM(up_loop);
}

// Whether the loop that the root pointer names is there. A root pointer survives a soft reset and the
// heap that it points into does not: the block is free then, or somebody else's and was cleared.
static bool up_loop_lives(up_loop_t *loop) {
    return loop != NULL && gc_nbytes(loop) >= sizeof(*loop) && loop->base.type == &up_loop_type;
}

// Called by an import that does not find the module among the loaded ones.
static mp_obj_t up_module_init(void) {
    mp_obj_dict_store(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_loaded_modules_dict)), MP_OBJ_NEW_QSTR(MP_QSTR_uasyncio_priority), MP_OBJ_FROM_PTR(&up_module));
    if (up_loop_lives(up_loop())) {
        return mp_const_none;
    }
    up_loop_t *loop = m_new0(up_loop_t, 1);
    loop->base.type = &up_loop_type;
    loop->exc_handler = mp_const_none;
    loop->stop_value = mp_const_none;
    loop->calling = mp_const_none;
    up_mail_clear(up_mail()); // of before a soft reset
#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
    loop->thread = mp_thread_get_state();
#endif
    // What is needed when the heap may be locked or full.
    loop->sleeper = mp_obj_malloc(up_sleep_t, &up_sleep_type);
    loop->sleeper->armer = NULL;
    loop->context = mp_obj_new_dict(3);
    up_report_context(loop, mp_const_none, mp_const_none);
    MP_STATE_VM(up_loop) = loop;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(up_module_init_obj, up_module_init);

// new_event_loop(): forgets everything that is queued or waits; the loop. What it was set to do
// (exception handler, max_overdue_ms) stays. RuntimeError inside the loop.
static mp_obj_t up_new_event_loop(void) {
    up_loop_t *loop = up_loop();
    up_check_idle(loop);
    // Who still has one of these is told that it is in no queue any more.
    mp_obj_t object;
    for (size_t at = 0; (object = up_next_object(loop, &at)) != MP_OBJ_NULL;) {
        up_callback_t *callback = up_as_callback(object);
        if (callback != NULL) {
            up_callback_spend(callback);
        } else if (up_is_task(object)) {
            ((up_task_t *)MP_OBJ_TO_PTR(object))->handle = 0;
        }
    }
    memset(&loop->core.chunks, 0, sizeof(loop->core) - offsetof(up_core_t, chunks)); // all but `lists`
    up_mail_read(loop, true);
    loop->chunk_alloc = 0;
    loop->stop_handle = 0;
    up_core_set_max_overdue(&loop->core, loop->max_overdue);
    up_reserve(loop, loop->reserved);
    return MP_OBJ_FROM_PTR(loop);
}
static MP_DEFINE_CONST_FUN_OBJ_0(up_new_event_loop_obj, up_new_event_loop);

// get_event_loop(len=42, lpqlen=42, max_overdue_ms=0, hpqlen=0, ioq_len=0), and by keyword
// runq_len, waitq_len, lp_len: the loop. Lengths make room beforehand, they are no limits.
// max_overdue_ms and ioq_len (fast I/O for all streams if it is not 0) are set if they are given. MemoryError, TypeError, ValueError.
static mp_obj_t up_get_event_loop(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    enum {
        LEN,
        LPQLEN,
        MAX_OVERDUE,
        HPQLEN,
        IOQ_LEN,
        RUNQ_LEN,
        WAITQ_LEN,
        LP_LEN,
        N
    };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_len, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_lpqlen, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_max_overdue_ms, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_hpqlen, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_ioq_len, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_runq_len, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_waitq_len, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_lp_len, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t a[N];
    mp_arg_parse_all(n_args, pos, kw, N, allowed, a);
    up_loop_t *loop = up_loop();
    uint32_t max_overdue = loop->max_overdue;
    if (a[MAX_OVERDUE].u_obj != mp_const_none) {
        max_overdue = up_arg_ms(a[MAX_OVERDUE].u_obj, MP_QSTR_max_overdue_ms);
    }
    uint32_t len[N];
    for (size_t i = 0; i < N; ++i) {
        len[i] = i == MAX_OVERDUE || a[i].u_obj == mp_const_none ? 0 : up_arg_range(a[i].u_obj, allowed[i].qst, 32767);
    }
    // Without any length the seed's defaults hold, on the first call; V2's names replace them.
    size_t normal = len[LEN] + len[RUNQ_LEN] + len[WAITQ_LEN];
    size_t low = len[LPQLEN] + len[LP_LEN];
    if (loop->core.chunk_count == 0) {
        normal = normal == 0 ? 42 : normal;
        low = low == 0 ? 42 : low;
    }
    up_reserve(loop, normal + low);
    up_when_reserve(loop, len[HPQLEN]);
    if (a[IOQ_LEN].u_obj != mp_const_none) {
        loop->fast_io = len[IOQ_LEN] != 0;
    }
    loop->max_overdue = max_overdue;
    up_core_set_max_overdue(&loop->core, max_overdue);
    return MP_OBJ_FROM_PTR(loop);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_get_event_loop_obj, 0, up_get_event_loop);

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
    up_loop_t *loop = up_loop();
    up_check_idle(loop); // makes no task if it raises
    return up_run(loop, up_create_task(loop, coro, UP_NORMAL), false);
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

// wake(task): a task that parked itself is due now, at its own level. Nothing if it has ended.
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

// What is not in ROM: `Loop`; `cur_task`, the Task whose step runs or None; `_exc_context`, what an
// exception handler is given.
void up_module_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest);
void up_module_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    (void)self_in;
    up_loop_t *loop = up_loop();
    if (dest[0] == MP_OBJ_NULL) {
        if (attr == MP_QSTR_Loop) {
            dest[0] = MP_OBJ_FROM_PTR(loop);
        } else if (attr == MP_QSTR_cur_task) {
            dest[0] = loop->cur == NULL ? mp_const_none : MP_OBJ_FROM_PTR(loop->cur);
        } else if (attr == MP_QSTR__exc_context) {
            dest[0] = loop->context;
        }
    }
}

static const mp_rom_map_elem_t up_module_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_uasyncio_priority) },
    { MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&up_module_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_HIGH), MP_ROM_INT(UP_HIGH) },
    { MP_ROM_QSTR(MP_QSTR_NORMAL), MP_ROM_INT(UP_NORMAL) },
    { MP_ROM_QSTR(MP_QSTR_LOW), MP_ROM_INT(UP_LOW) },
    { MP_ROM_QSTR(MP_QSTR_get_event_loop), MP_ROM_PTR(&up_get_event_loop_obj) },
    { MP_ROM_QSTR(MP_QSTR_new_event_loop), MP_ROM_PTR(&up_new_event_loop_obj) },
    { MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&up_sleep_obj) },
    { MP_ROM_QSTR(MP_QSTR_sleep_ms), MP_ROM_PTR(&up_sleep_ms_obj) },
    { MP_ROM_QSTR(MP_QSTR_after), MP_ROM_PTR(&up_after_obj) },
    { MP_ROM_QSTR(MP_QSTR_after_ms), MP_ROM_PTR(&up_after_ms_obj) },
    { MP_ROM_QSTR(MP_QSTR_when), MP_ROM_PTR(&up_when_obj) },
    { MP_ROM_QSTR(MP_QSTR_create_task), MP_ROM_PTR(&up_create_task_obj) },
    { MP_ROM_QSTR(MP_QSTR_current_task), MP_ROM_PTR(&up_current_task_obj) },
    { MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&up_run_obj) },
    { MP_ROM_QSTR(MP_QSTR_run_until_complete), MP_ROM_PTR(&up_run_until_complete_obj) },
    { MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&up_cancel_obj) },
    { MP_ROM_QSTR(MP_QSTR_wake), MP_ROM_PTR(&up_wake_obj) },
    { MP_ROM_QSTR(MP_QSTR_stop_loop), MP_ROM_PTR(&up_stop_loop_obj) },
    { MP_ROM_QSTR(MP_QSTR_Task), MP_ROM_PTR(&up_task_type) },
    { MP_ROM_QSTR(MP_QSTR_Event), MP_ROM_PTR(&up_event_type) },
    { MP_ROM_QSTR(MP_QSTR_Lock), MP_ROM_PTR(&up_lock_type) },
    { MP_ROM_QSTR(MP_QSTR_WaitQueue), MP_ROM_PTR(&up_waitqueue_type) },
    { MP_ROM_QSTR(MP_QSTR_TaskQueue), MP_ROM_PTR(&up_waitqueue_type) },
    { MP_ROM_QSTR(MP_QSTR__task_queue), MP_ROM_PTR(&up_mainqueue) },
    { MP_ROM_QSTR(MP_QSTR_ThreadSafeFlag), MP_ROM_PTR(&up_flag_type) },
    { MP_ROM_QSTR(MP_QSTR_IOQueue), MP_ROM_PTR(&up_ioqueue_type) },
    { MP_ROM_QSTR(MP_QSTR__io_queue), MP_ROM_PTR(&up_ioqueue) },
    { MP_ROM_QSTR(MP_QSTR_readable), MP_ROM_PTR(&up_readable_obj) },
    { MP_ROM_QSTR(MP_QSTR_writable), MP_ROM_PTR(&up_writable_obj) },
    { MP_ROM_QSTR(MP_QSTR_CancelledError), MP_ROM_PTR(&mp_type_CancelledError) },
    { MP_ROM_QSTR(MP_QSTR_TimeoutError), MP_ROM_PTR(&mp_type_TimeoutError) },
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
    { MP_ROM_QSTR(MP_QSTR__mock_clock), MP_ROM_PTR(&up_mock_clock_obj) },
#endif
};
static MP_DEFINE_CONST_DICT(up_module_globals, up_module_globals_table);

const mp_obj_module_t up_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&up_module_globals,
};

MP_REGISTER_MODULE(MP_QSTR_uasyncio_priority, up_module);
MP_REGISTER_MODULE_DELEGATION(up_module, up_module_attr);
