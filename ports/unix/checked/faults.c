// The module `faults`: lets tests make allocations fail, run code in the midst of them, abort what runs, and see what the
// loop holds.
#include "heap.h"
#include "../../../micropython-bindings/args.h"
#include "../../../micropython-bindings/callbacks.h"
#include "../../../micropython-bindings/heap_search.h"
#include "../../../micropython-bindings/loop_state.h"
#include "../../../micropython-bindings/task.h"
#include "../../../micropython-bindings/threads.h"

// fail_at(k, n=1): the k-th allocation from now on fails, and the n - 1 behind it; k = 1 is the next.
static mp_obj_t faults_fail_at(size_t n_args, const mp_obj_t *args) {
    size_t k = up_arg_range(args[0], MP_QSTR_k, 0, UP_MAX_DELAY);
    size_t n = n_args == 1 ? 1 : up_arg_range(args[1], MP_QSTR_n, 0, UP_MAX_DELAY);
    up_watch.fail_count = n;
    up_watch.allocations = 0;
    up_watch.failed = 0;
    up_watch.granted = 0;
    up_watch.fail_at = k;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(faults_fail_at_obj, 1, 2, faults_fail_at);

// stop(): no more fail; how many did.
static mp_obj_t faults_stop(void) {
    up_watch.fail_at = 0;
    return MP_OBJ_NEW_SMALL_INT(up_watch.failed);
}
static MP_DEFINE_CONST_FUN_OBJ_0(faults_stop_obj, faults_stop);

// denied(): how many allocations of the loop itself were refused (UP_WATCH=locked).
static mp_obj_t faults_denied(void) {
    return MP_OBJ_NEW_SMALL_INT(up_watch.denied);
}
static MP_DEFINE_CONST_FUN_OBJ_0(faults_denied_obj, faults_denied);

static bool faults_count(up_entry_t *entry, void *count) {
    *(mp_int_t *)count += UP_PLACE(entry) != UP_IDLE;
    return false; // goes on
}

// entries(): how many tasks and callbacks are in a queue, of those that something reaches.
static mp_obj_t faults_entries(void) {
    gc_collect();
    mp_int_t count = 0;
    up_search_heap(&up_task_type, faults_count, &count);
    up_search_heap(&up_callback_type, faults_count, &count);
    return MP_OBJ_NEW_SMALL_INT(count);
}
static MP_DEFINE_CONST_FUN_OBJ_0(faults_entries_obj, faults_entries);

// forget_loop(): as before the first import.
static mp_obj_t faults_forget_loop(void) {
    MP_STATE_VM(up_loop) = NULL;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(faults_forget_loop_obj, faults_forget_loop);

// abort(): what an interrupt does that ends whatever runs.
static mp_obj_t faults_abort(void) {
    mp_sched_vm_abort();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(faults_abort_obj, faults_abort);

// top(fun): calls it as a port's top level does, where an abort ends. True if one did.
static mp_obj_t faults_top(mp_obj_t fun) {
    mp_obj_dict_t *locals = mp_locals_get();
    mp_obj_dict_t *globals = mp_globals_get();
    nlr_buf_t nlr;
    nlr_set_abort(&nlr);
    if (nlr_push(&nlr) == 0) {
        mp_call_function_0(fun);
        nlr_pop();
        nlr_set_abort(NULL);
        return mp_const_false;
    }
    nlr_set_abort(NULL);
    mp_locals_set(locals);
    mp_globals_set(globals);
    if (nlr.ret_val != NULL) {
        nlr_raise(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    return mp_const_true;
}
static MP_DEFINE_CONST_FUN_OBJ_1(faults_top_obj, faults_top);

// finaliser(fun): an object. When it is collected, fun() is called, with all that nothing reaches still there. MicroPython
// 1.25 calls no __del__ of a class in Python, but drivers in Python that a native object's closes.
typedef struct _faults_finaliser_t {
    mp_obj_base_t base;
    mp_obj_t fun;
} faults_finaliser_t;

static mp_obj_t faults_finaliser_del(mp_obj_t self_in) {
    faults_finaliser_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_call_function_n_kw(self->fun, 0, 0, &self->fun); // not NULL: a closure copies from there
}
static MP_DEFINE_CONST_FUN_OBJ_1(faults_finaliser_del_obj, faults_finaliser_del);

static const mp_rom_map_elem_t faults_finaliser_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&faults_finaliser_del_obj) },
};
static MP_DEFINE_CONST_DICT(faults_finaliser_locals, faults_finaliser_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    faults_finaliser_type,
    MP_QSTR_finaliser,
    MP_TYPE_FLAG_NONE,
    locals_dict, &faults_finaliser_locals
);

static mp_obj_t faults_finaliser(mp_obj_t fun) {
    faults_finaliser_t *self = mp_obj_malloc_with_finaliser(faults_finaliser_t, &faults_finaliser_type);
    self->fun = fun;
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(faults_finaliser_obj, faults_finaliser);

MP_REGISTER_ROOT_POINTER(mp_obj_t faults_at_allocations);

// at_allocations(fun): calls fun() at every allocation from here on but its own, as a version of MicroPython with `weakref`
// may call its callbacks, which may allocate. None: no more.
static mp_obj_t faults_at_allocations(mp_obj_t fun) {
    MP_STATE_VM(faults_at_allocations) = fun;
    up_watch.calls = fun != mp_const_none;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(faults_at_allocations_obj, faults_at_allocations);

bool up_watch_loop_runs(void) {
    return up_any_loop() != NULL && up_any_loop()->running;
}

void up_watch_roots(void) {
}

void up_watch_call(void) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_n_kw(MP_STATE_VM(faults_at_allocations), 0, 0, &MP_STATE_VM(faults_at_allocations));
        nlr_pop();
    } else {
        mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
    }
}

static const mp_rom_map_elem_t faults_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_faults) },
    { MP_ROM_QSTR(MP_QSTR_fail_at), MP_ROM_PTR(&faults_fail_at_obj) },
    { MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&faults_stop_obj) },
    { MP_ROM_QSTR(MP_QSTR_denied), MP_ROM_PTR(&faults_denied_obj) },
    { MP_ROM_QSTR(MP_QSTR_entries), MP_ROM_PTR(&faults_entries_obj) },
    { MP_ROM_QSTR(MP_QSTR_forget_loop), MP_ROM_PTR(&faults_forget_loop_obj) },
    { MP_ROM_QSTR(MP_QSTR_abort), MP_ROM_PTR(&faults_abort_obj) },
    { MP_ROM_QSTR(MP_QSTR_top), MP_ROM_PTR(&faults_top_obj) },
    { MP_ROM_QSTR(MP_QSTR_finaliser), MP_ROM_PTR(&faults_finaliser_obj) },
    { MP_ROM_QSTR(MP_QSTR_at_allocations), MP_ROM_PTR(&faults_at_allocations_obj) },
};
static MP_DEFINE_CONST_DICT(faults_globals, faults_globals_table);

const mp_obj_module_t faults_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&faults_globals,
};

MP_REGISTER_MODULE(MP_QSTR_faults, faults_module);
