// Where a coroutine is: file, line and function.
#include "where.h"

#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
#ifdef MICROPY_ENABLE_DYNRUNTIME
up_where_t up_where_of(const up_frame_t *frame) {
    (void)frame;
    return (up_where_t){ 0, 0 }; // 0 is MP_QSTRnull, a name that a native .mpy has not
}

qstr up_function_of(mp_obj_t coro) {
    return mp_obj_get_type(coro)->name;
}

#else
#include "py/objfun.h"

// Where a function in bytecode is when it is to go on at `at`, an offset in that; 0: where it begins. O(its lines).
// EXCEPTION: none.
up_where_t up_where_in(const mp_obj_fun_bc_t *fun, size_t at) {
    up_where_t where = { MP_QSTRnull, 0 };
    // As in py/vm.c, where it makes a traceback.
    const byte *ip = fun->bytecode;
    MP_BC_PRELUDE_SIG_DECODE(ip);
    MP_BC_PRELUDE_SIZE_DECODE(ip);
    const byte *lines_end = ip + n_info;
    size_t begin = ip + n_info + n_cell - fun->bytecode;
    for (size_t i = 0; i < 1 + n_pos_args + n_kwonly_args; ++i) {
        ip = mp_decode_uint_skip(ip);
    }
    // What yielded is before it.
    size_t offset = at > begin ? at - begin - 1 : 0;
#if MICROPY_EMIT_BYTECODE_USES_QSTR_TABLE
    where.file = fun->context->constants.qstr_table[0];
#else
    where.file = fun->context->constants.source_file;
#endif
    if (ip < lines_end) { // else it was compiled without
        where.line = MIN(mp_bytecode_get_source_line(ip, lines_end, offset), UINT16_MAX);
    }
    return where;
}

// What a frame is. Its coroutine may have gone on since, or ended. O(lines of the function). EXCEPTION: none.
up_where_t up_where_of(const up_frame_t *frame) {
    if (frame->coro == MP_OBJ_NULL || frame->ip == NULL) {
        return (up_where_t){ MP_QSTRnull, 0 };
    }
    const mp_obj_fun_bc_t *fun = ((up_coroutine_t *)MP_OBJ_TO_PTR(frame->coro))->code_state.fun_bc;
    return up_where_in(fun, frame->ip - fun->bytecode);
}

// The name of a coroutine's function, or of the type of what is no generator. EXCEPTION: none.
qstr up_function_of(mp_obj_t coro) {
    if (mp_obj_is_type(coro, &mp_type_gen_instance)) {
        return mp_obj_fun_get_name(MP_OBJ_FROM_PTR(((up_coroutine_t *)MP_OBJ_TO_PTR(coro))->code_state.fun_bc));
    }
    return mp_obj_get_type(coro)->name;
}
#endif
#endif
