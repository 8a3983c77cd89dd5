// The exception handler, and what it is told of exceptions that nobody awaits.
#include <string.h>

#include "py/gc.h"
#include "py/objstr.h"
#include "args.h"
#include "loop_state.h"
#include "report.h"
#include "threads.h"

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
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_default_exception_handler_obj, 2, 3, up_loop_default_exception_handler);

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
MP_DEFINE_CONST_FUN_OBJ_2(up_loop_call_exception_handler_obj, up_loop_call_exception_handler);

#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
// What the handler is told of a task that is no exception: a dict, with room for two things more. MemoryError.
mp_obj_t up_report_context(mp_obj_t message, up_task_t *task) {
    mp_obj_t context = mp_obj_new_dict(5);
    mp_obj_dict_store(context, MP_OBJ_NEW_QSTR(MP_QSTR_message), message);
    mp_obj_dict_store(context, MP_OBJ_NEW_QSTR(MP_QSTR_exception), mp_const_none);
    mp_obj_dict_store(context, MP_OBJ_NEW_QSTR(MP_QSTR_future), MP_OBJ_FROM_PTR(task));
    return context;
}
#endif

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
#if UP_IDLE_WORKS
        loop->idle_work |= UP_IDLE_CONTEXT;
#endif
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
MP_DEFINE_CONST_FUN_OBJ_2(up_loop_set_exception_handler_obj, up_loop_set_exception_handler);

// get_exception_handler(): what set_exception_handler() was given, or None.
static mp_obj_t up_loop_get_exception_handler(mp_obj_t self_in) {
    up_loop_t *loop = MP_OBJ_TO_PTR(self_in);
    return loop->exc_handler;
}
MP_DEFINE_CONST_FUN_OBJ_1(up_loop_get_exception_handler_obj, up_loop_get_exception_handler);
