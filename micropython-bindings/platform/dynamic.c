// What the shim needs of an interpreter that has loaded it as a native .mpy, made of what such a module can reach; and the idle
// wait there.
#include "platform.h"

#if MICROPY_ENABLE_DYNRUNTIME

#include <stdarg.h>
#include <string.h>

#include "py/mperrno.h"
#include "py/stream.h"
#include "../mailbox.h"

up_dynamic_t up_dynamic;

// GCC and Rust call these. Two that look alike GCC would make one of, and that in place of a memcpy() of its own.
void *memset(void *to, int c, size_t n) {
    return mp_fun_table.memset_(to, c, n);
}
__attribute__((no_icf)) void *memmove(void *to, const void *from, size_t n) {
    return mp_fun_table.memmove_(to, from, n);
}
__attribute__((no_icf)) void *memcpy(void *to, const void *from, size_t n) {
    return mp_fun_table.memmove_(to, from, n);
}
// GCC would make a call of this one of it.
__attribute__((optimize("no-tree-loop-distribute-patterns"))) size_t strlen(const char *text) {
    size_t n = 0;
    while (text[n] != '\0') {
        ++n;
    }
    return n;
}

// -- what the firmware has

static mp_obj_t up_module_named(qstr name) {
    return mp_import_name(name, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
}

static mp_obj_t up_builtin(qstr name) {
    return mp_load_attr(up_module_named(MP_QSTR_builtins), name);
}

// One of Python's own types. Raises AttributeError.
const mp_obj_type_t *up_type_named(qstr name) {
    return MP_OBJ_TO_PTR(up_builtin(name));
}

// -- constants

// A qstr that a constant names. O(1).
qstr up_qstr_of(uint32_t constant) {
    return constant & UP_NUMBER_OF_OWN ? mp_native_qstr_table[constant - UP_NUMBER_OF_OWN] : constant;
}

static mp_obj_t up_unmark(mp_obj_t object) {
    uintptr_t word = (uintptr_t)object;
    if ((word & 7) == 6 && word >> 19 == 1) {
        return MP_OBJ_NEW_QSTR(up_qstr_of(word >> 3 & 0xffff));
    }
    return object;
}

static const mp_obj_type_t *up_type_of_number(const mp_obj_type_t *type) {
    return type == UP_ROM_TYPE_tuple ? &mp_type_tuple : up_type_named(MP_QSTR_staticmethod);
}

static void up_fix_object(mp_obj_t object) {
    if (mp_obj_is_obj(object)) {
        mp_obj_base_t *base = MP_OBJ_TO_PTR(object);
        if (base->type == UP_ROM_TYPE_tuple || base->type == UP_ROM_TYPE_staticmethod) {
            base->type = up_type_of_number(base->type);
        }
    }
}

static void up_fix_dict(mp_obj_dict_t *dict) {
    for (size_t i = 0; i < dict->map.used; ++i) {
        mp_map_elem_t *elem = &dict->map.table[i];
        elem->key = up_unmark(elem->key);
        elem->value = up_unmark(elem->value);
        up_fix_object(elem->value);
    }
}

static void up_fix_type(mp_obj_full_type_t *type) {
    type->name = up_qstr_of(type->name);
    if (type->slot_index_make_new == 1 && type->slots[0] == NULL) { // MP_DEFINE_EXCEPTION()
        type->slots[0] = mp_obj_exception_make_new;
        type->slots[1] = mp_obj_exception_print;
        type->slots[2] = mp_obj_exception_attr;
        if (type->slots[3] == NULL) {
            type->slots[3] = up_dynamic.BaseException;
        }
    }
}

// Of the linker script: what UP_FIX() notes.
extern const void *const up_fix_begin[];
extern const void *const up_fix_end[];

// Puts what is known only now into the constants. Once: the file is loaded anew with each import.
static void up_fix_all(void) {
    for (const void *const *fix = up_fix_begin; fix != up_fix_end; ++fix) {
        if (((const mp_obj_base_t *)*fix)->type == &mp_type_dict) {
            up_fix_dict((mp_obj_dict_t *)*fix);
        } else {
            up_fix_type((mp_obj_full_type_t *)*fix);
        }
    }
}

// -- objects

static mp_obj_t up_identity(mp_obj_t object) {
    return object;
}
MP_DEFINE_CONST_FUN_OBJ_1(up_identity_obj, up_identity);

static mp_obj_t up_stream_ioctl(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buffer;
    uintptr_t arg = 0;
    if (n_args > 2) {
        arg = mp_get_buffer(args[2], &buffer, MP_BUFFER_WRITE) ? (uintptr_t)buffer.buf : (uintptr_t)mp_obj_get_int_truncated(args[2]);
    }
    int error;
    mp_uint_t result = mp_get_stream_raise(args[0], MP_STREAM_OP_IOCTL)->ioctl(args[0], mp_obj_get_int(args[1]), arg, &error);
    if (result == MP_STREAM_ERROR) {
        mp_raise_OSError(error);
    }
    return mp_obj_new_int(result);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_stream_ioctl_obj, 2, 3, up_stream_ioctl);

// EXCEPTION: none.
bool up_is_dict(mp_obj_t object) {
    const mp_obj_type_t *type = ((mp_obj_base_t *)MP_OBJ_TO_PTR(object))->type;
    return MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, make_new) == MP_OBJ_TYPE_GET_SLOT(&mp_type_dict, make_new);
}

// EXCEPTION: none.
bool up_is_exception_type(mp_obj_t object) {
    if (!mp_obj_is_exact_type(object, &mp_type_type)) {
        return false;
    }
    const mp_obj_type_t *type = MP_OBJ_TO_PTR(object);
    if (MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, make_new) == mp_obj_exception_make_new) {
        return true;
    }
    return MP_OBJ_TYPE_HAS_SLOT(type, parent) && mp_obj_exception_match(object, MP_OBJ_FROM_PTR(up_dynamic.BaseException));
}

// EXCEPTION: none.
void up_dict_init(mp_obj_dict_t *dict, size_t n) {
    (void)n;
    dict->base.type = &mp_type_dict;
    dict->map = (mp_map_t){ .all_keys_are_qstrs = 1 };
}

void up_list_init(mp_obj_list_t *list, size_t n) {
    list->base.type = &mp_type_list;
    list->alloc = n + 4;
    list->len = n;
    list->items = m_new0(mp_obj_t, list->alloc);
}

// Looks for a qstr. O(n). EXCEPTION: none.
mp_map_elem_t *up_map_lookup(mp_map_t *map, mp_obj_t key, mp_map_lookup_kind_t kind) {
    (void)kind;
    for (size_t i = 0; i < map->alloc; ++i) {
        if (map->table[i].key == key) {
            return &map->table[i];
        }
    }
    return NULL;
}

// The name of an object's type. It is a qstr, whose text stays.
const char *up_type_name(mp_obj_t object) {
    return mp_obj_str_get_str(MP_OBJ_NEW_QSTR(mp_obj_get_type(object)->name));
}

// The qstr of an interned str. EXCEPTION: none.
qstr up_str_qstr(mp_obj_t str) {
    return MP_OBJ_QSTR_VALUE(str);
}

void *up_malloc0(size_t n) {
    return mp_fun_table.memset_(m_malloc(n), 0, n);
}

// -- calls

mp_obj_t up_call_1(mp_obj_t fun, mp_obj_t arg) {
    return mp_call_function_n_kw(fun, 1, 0, &arg);
}

mp_obj_t up_call_2(mp_obj_t fun, mp_obj_t a, mp_obj_t b) {
    mp_obj_t args[2] = { a, b };
    return mp_call_function_n_kw(fun, 2, 0, args);
}

void up_load_method_protected(mp_obj_t object, qstr name, mp_obj_t *dest, bool catch_all) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_load_method_maybe(object, name, dest);
        nlr_pop();
        return;
    }
    dest[0] = MP_OBJ_NULL;
    if (!catch_all && !mp_obj_exception_match(MP_OBJ_FROM_PTR(nlr.ret_val), MP_OBJ_FROM_PTR(&mp_type_AttributeError))) {
        nlr_jump(nlr.ret_val);
    }
}

mp_obj_t up_iternext(mp_obj_t iterator) {
    mp_obj_iter_buf_t buf;
    buf.base.type = MP_OBJ_NULL;
    buf.buf[0] = iterator;
    return mp_fun_table.iternext(&buf);
}

// Throws `exc` into a generator, which may not have begun: mp_fun_table.yield_from() throws only into one that has.
mp_vm_return_kind_t up_throw(mp_obj_t generator, mp_obj_t exc, mp_obj_t *ret) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t call[3];
        mp_load_method(generator, MP_QSTR_throw, call);
        call[2] = exc;
        *ret = mp_call_method_n_kw(1, 0, call);
        nlr_pop();
        return MP_VM_RETURN_YIELD;
    }
    *ret = MP_OBJ_FROM_PTR(nlr.ret_val);
    if (!mp_obj_exception_match(*ret, MP_OBJ_FROM_PTR(&mp_type_StopIteration))) {
        nlr_raise(*ret);
    }
    *ret = mp_obj_exception_get_value(*ret);
    return MP_VM_RETURN_NORMAL;
}

// mp_resume(), but what the object raises is raised.
mp_vm_return_kind_t up_resume_any(mp_obj_t object, mp_obj_t value, mp_obj_t exc, mp_obj_t *ret) {
    *ret = exc;
    return mp_fun_table.yield_from(object, value, ret) ? MP_VM_RETURN_YIELD : MP_VM_RETURN_NORMAL;
}

// RuntimeError if little of the stack is left: a call of a function in bytecode looks.
void up_stack_check(void) {
    mp_call_function_0(up_dynamic.handle_pending);
}

// An await ends with `value`, without memory. An iterator tells a value by an exception only.
mp_obj_t up_stop_with(mp_obj_t value) {
    if (value == mp_const_none) {
        return MP_OBJ_STOP_ITERATION;
    }
    mp_obj_exception_t *stopped = up_dynamic.stopped;
    stopped->args = up_dynamic.stopped_with;
    stopped->args->items[0] = value;
    stopped->traceback_len = 0;
    nlr_raise(MP_OBJ_FROM_PTR(stopped));
}

// -- exceptions and printing

// Text in a buffer. What does not fit is left out.
typedef struct _up_text_t {
    char *at;
    size_t left;
} up_text_t;

static void up_text_add(void *data, const char *str, size_t len) {
    up_text_t *text = data;
    size_t n = MIN(len, text->left);
    memcpy(text->at, str, n);
    text->at += n;
    text->left -= n;
}

static size_t up_text_format(char *buf, size_t room, const char *format, va_list args) {
    up_text_t text = { buf, room };
    const mp_print_t print = { &text, up_text_add };
    mp_vprintf(&print, format, args);
    return room - text.left;
}

static mp_obj_t up_exception_vlist(const mp_obj_type_t *type, const char *format, va_list args) {
    if (up_heap_is_locked()) {
        return mp_call_function_0(MP_OBJ_FROM_PTR(type)); // without memory it can say no more
    }
    char buf[120];
    size_t len = up_text_format(buf, sizeof(buf), format, args);
    return mp_call_function_1(MP_OBJ_FROM_PTR(type), mp_obj_new_str(buf, len));
}

mp_obj_t up_exception_msg_varg(const mp_obj_type_t *type, const char *format, ...) {
    va_list args;
    va_start(args, format);
    mp_obj_t exc = up_exception_vlist(type, format, args);
    va_end(args);
    return exc;
}

void up_raise_msg_varg(const mp_obj_type_t *type, const char *format, ...) {
    va_list args;
    va_start(args, format);
    mp_obj_t exc = up_exception_vlist(type, format, args);
    va_end(args);
    nlr_raise(exc);
}

void up_raise_oserror(int error) {
    nlr_raise(mp_call_function_1(up_builtin(MP_QSTR_OSError), MP_OBJ_NEW_SMALL_INT(error)));
}

void up_vstr_init(vstr_t *vstr, size_t alloc) {
    *vstr = (vstr_t){ .alloc = alloc, .buf = m_new(char, alloc) };
}

void up_vstr_printf(vstr_t *vstr, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vstr->len = up_text_format(vstr->buf, vstr->alloc, format, args);
    va_end(args);
}

void up_print(const mp_print_t *print, mp_obj_t object, mp_print_kind_t kind) {
    const mp_obj_type_t *type = mp_obj_get_type(object);
    if (MP_OBJ_TYPE_HAS_SLOT(type, print)) {
        MP_OBJ_TYPE_GET_SLOT(type, print)
        ((mp_print_t *)print, object, kind);
    } else {
        mp_printf(print, "<%q>", type->name);
    }
}

void up_print_exception(const mp_print_t *print, mp_obj_t exc) {
    if (print->data == NULL) {
        mp_call_function_1(up_dynamic.print_exception, exc);
    } else {
        mp_call_function_2(up_dynamic.print_exception, exc, MP_OBJ_FROM_PTR(print->data));
    }
}

// Prints to sys.stderr.
static void up_print_error(void *data, const char *str, size_t len) {
    int error;
    mp_get_stream_raise(MP_OBJ_FROM_PTR(data), MP_STREAM_OP_WRITE)->write(MP_OBJ_FROM_PTR(data), (void *)str, len, &error);
}

bool up_float_as_ms(mp_obj_t arg, uint32_t most, uint32_t *ms) {
    if (mp_obj_is_true(mp_binary_op(MP_BINARY_OP_LESS, arg, MP_OBJ_NEW_SMALL_INT(0)))) {
        *ms = 0;
        return true;
    }
    if (mp_obj_is_true(mp_binary_op(MP_BINARY_OP_LESS_EQUAL, arg, MP_OBJ_NEW_SMALL_INT(most)))) {
        mp_obj_t product = mp_binary_op(MP_BINARY_OP_MULTIPLY, arg, MP_OBJ_NEW_SMALL_INT(1000));
        *ms = mp_obj_get_int(mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_int), product));
        return true;
    }
    return false;
}

// An int of 64 bits, of its halves.
mp_obj_t up_int_of(uint64_t value) {
    mp_obj_t low = mp_obj_new_int_from_uint((uint32_t)value);
    if (value >> 32 == 0) {
        return low;
    }
    mp_obj_t high = mp_binary_op(MP_BINARY_OP_LSHIFT, mp_obj_new_int_from_uint(value >> 32), MP_OBJ_NEW_SMALL_INT(32));
    return mp_binary_op(MP_BINARY_OP_OR, high, low);
}

// -- the collector

// Whether nothing can be allocated: a block that need not grow is refused too then. EXCEPTION: none.
bool up_heap_is_locked(void) {
    return mp_fun_table.realloc_(up_dynamic.waker, sizeof(mp_obj_base_t), false) == NULL;
}

// The heap is locked by the collector, and not by a program or in an interrupt. EXCEPTION: none.
bool up_in_finaliser(void) {
    if (!up_heap_is_locked()) {
        return false;
    }
    up_dynamic.heap_lock();
    return up_dynamic.heap_unlock() == MP_OBJ_NEW_SMALL_INT(0);
}

// The collector's description of a part of the heap (mp_state_mem_area_t), by what must hold among its words: where its
// table of blocks begins, how many bytes that has, where the table of finalisers begins, if there is one, and where the
// blocks begin and end. So many bytes of table are so many blocks, to the byte. EXCEPTION: none.
static bool up_is_area(uintptr_t *words, up_area_t *area) {
    uintptr_t table = words[0];
    size_t bytes = words[1];
    uintptr_t *pool = words + 2 + up_dynamic.areas_final;
    if (table == 0 || bytes == 0 || bytes >= (uintptr_t)1 << 28 || pool[0] < table + bytes || pool[0] - table > 4 * bytes + 64 || pool[1] < pool[0]) {
        return false;
    }
    if (up_dynamic.areas_final && (words[2] < table + bytes || words[2] > table + bytes + sizeof(uintptr_t))) {
        return false;
    }
    area->words = words;
    area->table = (const byte *)table;
    area->pool = (byte *)pool[0];
    area->blocks = bytes * 4;
    area->block_bytes = (pool[1] - pool[0]) / area->blocks;
    return pool[1] - pool[0] == area->blocks * area->block_bytes && area->block_bytes >= 2 * sizeof(uintptr_t) && area->block_bytes <= 8 * sizeof(uintptr_t);
}

bool up_first_area(up_area_t *area) {
    return up_is_area(up_dynamic.areas, area);
}

bool up_next_area(up_area_t *area) {
    uintptr_t *next = up_dynamic.areas_linked ? (uintptr_t *)area->words[-1] : NULL;
    return next != NULL && up_is_area(next + 1, area);
}

// Looks for the first area. It is in MicroPython's state, behind the dict that sys.modules is (mp_state_ctx_t: `vm`, then
// `mem`). False if it is not there.
static bool up_find_areas(void) {
    for (int final = 1; final >= 0; --final) {
        up_dynamic.areas_final = final;
        uintptr_t *words = (uintptr_t *)up_dynamic.modules;
        for (size_t i = 0; i < 1000; ++i) {
            up_area_t area;
            if (up_is_area(words + i, &area)) {
                up_dynamic.areas = words + i;
                return true;
            }
        }
    }
    return false;
}

// 0 if a collection has marked the object, or it is not in the heap. EXCEPTION: none.
size_t up_unmarked_bytes(const void *object) {
    up_area_t area;
    for (bool more = up_first_area(&area); more; more = up_next_area(&area)) {
        size_t block = ((const byte *)object - area.pool) / area.block_bytes;
        if ((const byte *)object >= area.pool && block < area.blocks) {
            return (area.table[block / 4] >> block % 4 * 2 & 3) == 1 ? SIZE_MAX : 0;
        }
    }
    return 0;
}

// -- time

// time.ticks_ms() has all bits of a small int but the sign, which are 30 on most boards. They are counted on.
mp_uint_t up_ticks_ms(void) {
    mp_uint_t ticks = MP_OBJ_SMALL_INT_VALUE(up_dynamic.ticks_ms());
    if (sizeof(mp_uint_t) > sizeof(uint32_t)) {
        return ticks;
    }
    up_dynamic.now += (ticks - up_dynamic.now) & (MICROPY_PY_TIME_TICKS_PERIOD - 1);
    return up_dynamic.now;
}

// time.ticks_us() likewise. What is between two readings is at most half of what the bits of a small int count.
mp_uint_t up_ticks_us(void) {
    uint32_t ticks = (uint32_t)MP_OBJ_SMALL_INT_VALUE(up_dynamic.ticks_us());
    up_dynamic.now_us += (ticks - up_dynamic.now_us) & (uint32_t)(MICROPY_PY_TIME_TICKS_PERIOD - 1);
    return up_dynamic.now_us;
}

// -- the idle wait

// Ends an idle wait. EXCEPTION: none.
void mp_uasyncio_priority_wake(void) {
    up_dynamic.roused = true;
}

static mp_uint_t up_waker_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t arg, int *error) {
    (void)self;
    if (request == MP_STREAM_POLL) {
        return up_dynamic.roused || up_mail_pending(up_mail()) ? arg & MP_STREAM_POLL_RD : 0;
    }
    *error = MP_EINVAL;
    return MP_STREAM_ERROR;
}

static const mp_stream_p_t up_waker_stream = {
    .ioctl = up_waker_ioctl,
};

static MP_DEFINE_CONST_OBJ_TYPE(
    up_waker_type,
    MP_QSTR_,
    MP_TYPE_FLAG_NONE,
    protocol, &up_waker_stream
);

// Waits in select.poll(), as MicroPython's asyncio does: that runs what is scheduled, and ends when our stream is ready.
static void up_poll(mp_int_t ms) {
    mp_obj_t call[3];
    mp_load_method(up_dynamic.poller, MP_QSTR_ipoll, call);
    call[2] = MP_OBJ_NEW_SMALL_INT(ms);
    mp_call_method_n_kw(1, 0, call);
}

void up_wait_for_event(up_loop_t *loop, uint32_t now, uint32_t ms) {
    (void)loop;
    (void)now;
    up_dynamic.roused = false;
    up_dynamic.stopped_with->items[0] = mp_const_none; // whoever awaited it has it
    up_poll(ms == UINT32_MAX ? -1 : (mp_int_t)MIN(ms, 0x1fffffff));
    mp_handle_pending(true);
}

// -- the import

// The C function of a built-in one without arguments.
static mp_obj_t (*up_function(qstr module, qstr name))(void) {
    mp_obj_t fun = mp_load_attr(up_module_named(module), name);
    if (!mp_obj_is_exact_type(fun, &mp_type_fun_builtin_0)) {
        mp_raise_msg_varg(MP_OBJ_TO_PTR(up_builtin(MP_QSTR_ImportError)), "%q is not MicroPython's own", name);
    }
    return ((const mp_obj_fun_builtin_fixed_t *)MP_OBJ_TO_PTR(fun))->fun._0;
}

// Finds what is needed of the firmware, and puts right what depends on it. ImportError, MemoryError.
void up_dynamic_begin(mp_obj_t handle_pending, mp_obj_t generator) {
    up_dynamic_t *d = &up_dynamic;
    d->handle_pending = handle_pending;
    d->gen_instance = mp_obj_get_type(generator);
    d->empty_tuple = MP_OBJ_TO_PTR(mp_fun_table.new_tuple(0, NULL));
    d->type_bytes = up_type_named(MP_QSTR_bytes);
    d->type_memoryview = up_type_named(MP_QSTR_memoryview);
    d->type_int = up_type_named(MP_QSTR_int);
    d->AttributeError = up_type_named(MP_QSTR_AttributeError);
    d->BaseException = up_type_named(MP_QSTR_BaseException);
    d->EOFError = up_type_named(MP_QSTR_EOFError);
    d->IndexError = up_type_named(MP_QSTR_IndexError);
    d->MemoryError = up_type_named(MP_QSTR_MemoryError);
    d->OSError = up_type_named(MP_QSTR_OSError);
    d->OverflowError = up_type_named(MP_QSTR_OverflowError);
    d->RuntimeError = up_type_named(MP_QSTR_RuntimeError);
    d->StopIteration = up_type_named(MP_QSTR_StopIteration);
    d->TypeError = up_type_named(MP_QSTR_TypeError);
    d->ValueError = up_type_named(MP_QSTR_ValueError);
    d->callable = up_builtin(MP_QSTR_callable);
    mp_obj_t optional[2];
    mp_load_method_maybe(up_module_named(MP_QSTR_builtins), MP_QSTR_float, optional);
    d->type_float = MP_OBJ_TO_PTR(optional[0]);
    mp_obj_t sys = up_module_named(MP_QSTR_sys);
    d->modules = MP_OBJ_TO_PTR(mp_load_attr(sys, MP_QSTR_modules));
    d->print_exception = mp_load_attr(sys, MP_QSTR_print_exception);
    d->errors = mp_plat_print;
    d->errors.data = NULL;
    mp_load_method_maybe(sys, MP_QSTR_stderr, optional);
    if (optional[0] != MP_OBJ_NULL) {
        d->errors = (mp_print_t){ MP_OBJ_TO_PTR(optional[0]), up_print_error };
    }
    d->collect = mp_load_attr(up_module_named(MP_QSTR_gc), MP_QSTR_collect);
    d->sleep_ms = mp_load_attr(up_module_named(MP_QSTR_time), MP_QSTR_sleep_ms);
    d->ticks_ms = up_function(MP_QSTR_time, MP_QSTR_ticks_ms);
    d->ticks_us = up_function(MP_QSTR_time, MP_QSTR_ticks_us);
    d->heap_lock = up_function(MP_QSTR_micropython, MP_QSTR_heap_lock);
    d->heap_unlock = up_function(MP_QSTR_micropython, MP_QSTR_heap_unlock);
    d->stopped = MP_OBJ_TO_PTR(mp_call_function_0(MP_OBJ_FROM_PTR(d->StopIteration)));
    mp_obj_t none = mp_const_none;
    d->stopped_with = MP_OBJ_TO_PTR(mp_obj_new_tuple(1, &none));
    d->waker = MP_OBJ_TO_PTR(mp_obj_malloc(mp_obj_base_t, &up_waker_type));

    up_fix_all();
    if (!up_find_areas()) {
        mp_raise_msg(up_type_named(MP_QSTR_ImportError), "this firmware's heap was not found");
    }
    mp_obj_t platform = mp_load_attr(sys, MP_QSTR_platform);
    d->areas_linked = mp_obj_equal(platform, MP_OBJ_NEW_QSTR(MP_QSTR_esp32)); // MICROPY_GC_SPLIT_HEAP

    mp_obj_t poll = mp_load_attr(up_module_named(MP_QSTR_select), MP_QSTR_poll);
    d->poller = mp_call_function_0(poll);
    mp_obj_t call[4];
    mp_load_method(d->poller, MP_QSTR_register, call);
    call[2] = MP_OBJ_FROM_PTR(d->waker);
    call[3] = MP_OBJ_NEW_SMALL_INT(MP_STREAM_POLL_RD);
    mp_call_method_n_kw(2, 0, call);
    up_poll(0); // the first time it allocates
}

#endif
