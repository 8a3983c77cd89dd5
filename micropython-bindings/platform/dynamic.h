// The interpreter, where it has loaded the loop as a native .mpy. The other implementation is builtin.h.
//
// All that such a module can reach is mp_fun_table, and Python. What the shim needs beyond py/dynruntime.h is here, under the
// names that it has in MicroPython, so that the shim's files are the same. What cannot be had: docs/native_mpy.md.
#ifndef UASYNCIO_PRIORITY_PLATFORM_DYNAMIC_H
#define UASYNCIO_PRIORITY_PLATFORM_DYNAMIC_H

// All that the shim includes comes before, because the macros below are to be the last.
#include "py/dynruntime.h"
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mpstate.h"
#include "py/objexcept.h"
#include "py/objint.h"
#include "py/objlist.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "py/smallint.h"
#include "py/stream.h"

// What is declared from here on is in the file itself, so its address is known without the table of addresses.
#pragma GCC visibility push(hidden)

#include "../uasyncio_priority.h"

// -- constants
//
// The code lies in RAM, and so do its constants. Where one holds a qstr it holds a number of the file's own until the import,
// which puts the qstr there (up_dynamic_begin()). The number's name is made of the qstr's: ports/mpy/names.py.

// Local to a function, so that it is filled in when that is called.
#define UP_ARG_TABLE const mp_arg_t
#define UP_QSTR(name) UP_NUMBER_OF_##name
#define UP_QSTR_OF(constant) up_qstr_of(constant)
// An object that is no qstr, and which the import replaces.
#undef MP_ROM_QSTR
#define MP_ROM_QSTR(name) ((mp_rom_obj_t)UP_MARK(UP_NUMBER_OF_##name))
#define UP_MARK(number) ((uintptr_t)((number) + 0x10000) << 3 | 6)
#undef MP_ROM_NONE
#define MP_ROM_NONE mp_const_none

// The type of a constant object that mp_fun_table does not have: a number until the import.
#define UP_ROM_TYPE(name) (UP_ROM_TYPE_##name)
#define UP_ROM_TYPE_tuple ((const mp_obj_type_t *)2)
#define UP_ROM_TYPE_staticmethod ((const mp_obj_type_t *)4)
#define UP_ROM_TYPE_module (&up_dynamic_module_type)

// mpy_ld.py knows these by name, as constants.
#undef mp_type_type
#undef mp_type_str
#undef mp_type_list
#undef mp_type_Exception

// Notes a type or a dict for the import to put right. All of them are in one section: ports/mpy/link.ld.
#define UP_FIX(name) \
    static const void *const up_fix_##name __attribute__((used, section(".data.rel.ro.up_fix"))) = &name

#undef MP_DEFINE_CONST_OBJ_TYPE
#define MP_DEFINE_CONST_OBJ_TYPE(type, name, ...) \
    UP_DEFINE_TYPE(type, UP_NUMBER_OF_##name, __VA_ARGS__); \
    UP_FIX(type)
#define UP_DEFINE_TYPE(...) MP_DEFINE_CONST_OBJ_TYPE_EXPAND(MP_DEFINE_CONST_OBJ_TYPE_NARGS(__VA_ARGS__, _INV, 12, _INV, 11, _INV, 10, _INV, 9, _INV, 8, _INV, 7, _INV, 6, _INV, 5, _INV, 4, _INV, 3, _INV, 2, _INV, 1, _INV, 0)(mp_obj_type_t, __VA_ARGS__))

// The slots are Exception's, but for the base; NULL: that is BaseException.
#undef MP_DEFINE_EXCEPTION
#define MP_DEFINE_EXCEPTION(name, base) \
    UP_DEFINE_TYPE(mp_type_##name, UP_NUMBER_OF_MP_QSTR_##name, MP_TYPE_FLAG_NONE, make_new, NULL, print, NULL, attr, NULL, parent, UP_BASE_##base); \
    UP_FIX(mp_type_##name);
#define UP_BASE_Exception (&mp_type_Exception)
#define UP_BASE_BaseException (NULL)

#undef MP_DEFINE_CONST_DICT_WITH_SIZE
#define MP_DEFINE_CONST_DICT_WITH_SIZE(dict, pairs, n) \
    const mp_obj_dict_t dict = { \
        .base = { &mp_type_dict }, \
        .map = { .all_keys_are_qstrs = 1, .is_fixed = 1, .is_ordered = 1, .used = n, .alloc = n, .table = (mp_map_elem_t *)(mp_rom_map_elem_t *)pairs }, \
    }; \
    UP_FIX(dict)

#undef MP_DEFINE_CONST_STATICMETHOD_OBJ
#define MP_DEFINE_CONST_STATICMETHOD_OBJ(name, fun) const mp_rom_obj_static_class_method_t name = { { UP_ROM_TYPE(staticmethod) }, fun }

// Modules are made at the import, of a type of ours (up_dynamic_module_type).
#undef MP_REGISTER_ROOT_POINTER
#define MP_REGISTER_ROOT_POINTER(declaration) _Static_assert(1, "up_state has it")
#undef MP_REGISTER_MODULE
#define MP_REGISTER_MODULE(name, module) _Static_assert(1, "")
#undef MP_REGISTER_EXTENSIBLE_MODULE
#define MP_REGISTER_EXTENSIBLE_MODULE(name, module) _Static_assert(1, "")
#undef MP_REGISTER_MODULE_DELEGATION
#define MP_REGISTER_MODULE_DELEGATION(module, attr) _Static_assert(1, "")
#define UP_ROWS_OF_NATIVE { MP_ROM_QSTR(MP_QSTR__become), MP_ROM_PTR(&up_become_obj) },
#define UP_ROWS_OF_NATIVE_N (1)
#define UP_ROWS_OF_PRIORITY { MP_ROM_QSTR(MP_QSTR_use), MP_ROM_PTR(&up_use_obj) },
#define UP_ROWS_OF_PRIORITY_N (1)
MP_DECLARE_CONST_FUN_OBJ_0(up_use_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_become_obj);
extern const mp_obj_type_t up_dynamic_module_type;

qstr up_qstr_of(uint32_t constant);
void up_dynamic_begin(mp_obj_t handle_pending, mp_obj_t generator);

// -- state: what MicroPython has in root pointers, and what was looked up at the import. The collector sees it.

typedef struct _up_dynamic_t {
    // MP_STATE_VM(), MP_STATE_THREAD()
    struct _up_loop_t *up_loop;
    uintptr_t up_mail[UP_MAIL_WORDS];
    mp_obj_t stop_iteration_arg; // always NULL: a value is raised, in `stopped`
    // Types.
    const mp_obj_type_t *gen_instance;
    const mp_obj_type_t *type_bytes;
    const mp_obj_type_t *type_int;
    const mp_obj_type_t *type_memoryview;
    const mp_obj_type_t *type_float; // NULL: the firmware has none
    const mp_obj_type_t *AttributeError;
    const mp_obj_type_t *BaseException;
    const mp_obj_type_t *EOFError;
    const mp_obj_type_t *IndexError;
    const mp_obj_type_t *MemoryError;
    const mp_obj_type_t *OSError;
    const mp_obj_type_t *OverflowError;
    const mp_obj_type_t *RuntimeError;
    const mp_obj_type_t *StopIteration;
    const mp_obj_type_t *TypeError;
    const mp_obj_type_t *ValueError;
    mp_obj_tuple_t *empty_tuple;
    mp_obj_exception_t *stopped; // the StopIteration that is raised
    mp_obj_tuple_t *stopped_with; // its arguments
    // Functions.
    mp_obj_t (*ticks_ms)(void);
    mp_obj_t (*ticks_us)(void);
    mp_obj_t (*heap_lock)(void);
    mp_obj_t (*heap_unlock)(void);
    mp_obj_t callable;
    mp_obj_t sleep_ms; // time.sleep_ms()
    mp_obj_t collect; // gc.collect()
    mp_obj_t handle_pending; // does nothing, in bytecode: what is pending runs then
    mp_obj_dict_t *modules; // sys.modules
    mp_obj_t print_exception; // sys.print_exception()
    mp_print_t errors; // where errors are printed
    mp_obj_t poller; // a poll object with `waker` in it
    mp_obj_base_t *waker; // a stream that is ready when something is due; a block of the heap
    mp_obj_module_t *self; // what is imported
    uintptr_t *areas; // the collector's first area: see up_first_area()
    bool areas_linked; // it begins with a link to the next one
    bool areas_final; // it has a table of finalisers
    uint8_t held_off; // a thread is in the mailbox
    bool roused; // something is due since the idle wait began
    uint32_t now; // the clock at its last reading
    uint32_t now_us; // likewise in us
    uint32_t passes; // since what is pending was run
} up_dynamic_t;
// mpy_ld.py reaches memory that is written by way of the table only.
extern up_dynamic_t up_dynamic __attribute__((visibility("default")));

#undef MP_STATE_VM
#define MP_STATE_VM(name) (up_dynamic.name)
#undef mp_loaded_modules_dict
#define mp_loaded_modules_dict modules[0]
#undef MP_STATE_THREAD
#define MP_STATE_THREAD(name) (up_dynamic.name)

// -- objects

// Immediate, as the import makes sure.
#undef MP_OBJ_NEW_QSTR
#undef MP_OBJ_QSTR_VALUE
#if MICROPY_OBJ_REPR == MICROPY_OBJ_REPR_C
#define MP_OBJ_NEW_QSTR(qst) ((mp_obj_t)((mp_uint_t)(qst) << 4 | 6))
#define MP_OBJ_QSTR_VALUE(o) ((mp_uint_t)(o) >> 4)
#else
#define MP_OBJ_NEW_QSTR(qst) ((mp_obj_t)((mp_uint_t)(qst) << 3 | 2))
#define MP_OBJ_QSTR_VALUE(o) ((mp_uint_t)(o) >> 3)
#endif
#undef mp_const_none
#undef mp_const_false
#undef mp_const_true
#define mp_const_none (MP_OBJ_NEW_IMMEDIATE_OBJ(0))
#define mp_const_false (MP_OBJ_NEW_IMMEDIATE_OBJ(1))
#define mp_const_true (MP_OBJ_NEW_IMMEDIATE_OBJ(3))
#undef mp_obj_new_bool
#define mp_obj_new_bool(b) ((b) ? mp_const_true : mp_const_false)
#undef mp_const_empty_tuple
#define mp_const_empty_tuple (MP_OBJ_FROM_PTR(up_dynamic.empty_tuple))
#undef mp_const_empty_tuple_obj
#define mp_const_empty_tuple_obj (*up_dynamic.empty_tuple)
#undef mp_type_tuple
#define mp_type_tuple (*up_dynamic.empty_tuple->base.type)
#undef mp_type_bytes
#define mp_type_bytes (*up_dynamic.type_bytes)
#undef mp_type_int
#define mp_type_int (*up_dynamic.type_int)
#undef mp_type_memoryview
#define mp_type_memoryview (*up_dynamic.type_memoryview)
#undef mp_type_gen_instance
#define mp_type_gen_instance (*up_dynamic.gen_instance)
#undef mp_type_AttributeError
#define mp_type_AttributeError (*up_dynamic.AttributeError)
#undef mp_type_EOFError
#define mp_type_EOFError (*up_dynamic.EOFError)
#undef mp_type_IndexError
#define mp_type_IndexError (*up_dynamic.IndexError)
#undef mp_type_MemoryError
#define mp_type_MemoryError (*up_dynamic.MemoryError)
#undef mp_type_OSError
#define mp_type_OSError (*up_dynamic.OSError)
#undef mp_type_OverflowError
#define mp_type_OverflowError (*up_dynamic.OverflowError)
#undef mp_type_RuntimeError
#define mp_type_RuntimeError (*up_dynamic.RuntimeError)
#undef mp_type_StopIteration
#define mp_type_StopIteration (*up_dynamic.StopIteration)
#undef mp_type_TypeError
#define mp_type_TypeError (*up_dynamic.TypeError)
#undef mp_type_ValueError
#define mp_type_ValueError (*up_dynamic.ValueError)
// Rarely asked for.
#undef mp_type_SystemExit
#define mp_type_SystemExit (*up_type_named(MP_QSTR_SystemExit))
#undef mp_type_KeyboardInterrupt
#define mp_type_KeyboardInterrupt (*up_type_named(MP_QSTR_KeyboardInterrupt))
const mp_obj_type_t *up_type_named(qstr name);

#undef mp_obj_is_type
#define mp_obj_is_type mp_obj_is_exact_type
#undef mp_obj_is_float
#define mp_obj_is_float(o) (up_dynamic.type_float != NULL && mp_obj_get_type(o) == up_dynamic.type_float)
#undef mp_obj_is_dict_or_ordereddict
#define mp_obj_is_dict_or_ordereddict(o) (mp_obj_is_obj(o) && up_is_dict(o))
#undef mp_obj_is_callable
#define mp_obj_is_callable(o) (mp_obj_is_true(mp_call_function_1(up_dynamic.callable, (o))))
#undef mp_obj_is_exception_type
#define mp_obj_is_exception_type(o) (up_is_exception_type(o))
#undef mp_obj_is_exception_instance
#define mp_obj_is_exception_instance(o) (mp_obj_is_obj(o) && up_is_exception_type(MP_OBJ_FROM_PTR(((mp_obj_base_t *)MP_OBJ_TO_PTR(o))->type)))
#undef mp_obj_is_true
#define mp_obj_is_true(o) (mp_fun_table.obj_is_true(o))
#undef mp_obj_equal
#define mp_obj_equal(a, b) (mp_obj_is_true(mp_binary_op(MP_BINARY_OP_EQUAL, (a), (b))))
#undef mp_obj_int_sign
#define mp_obj_int_sign(o) (mp_obj_is_true(mp_binary_op(MP_BINARY_OP_LESS, (o), MP_OBJ_NEW_SMALL_INT(0))) ? -1 : 1)
#undef mp_obj_new_int_from_ull
#define mp_obj_new_int_from_ull up_int_of
mp_obj_t up_int_of(uint64_t value);
#undef mp_obj_exception_match
#define mp_obj_exception_match(e, type) (mp_binary_op(MP_BINARY_OP_EXCEPTION_MATCH, (e), (type)) == mp_const_true)
#undef mp_obj_exception_get_value
#define mp_obj_exception_get_value(e) (mp_load_attr((e), MP_QSTR_value))
#undef mp_obj_dict_get_map
#define mp_obj_dict_get_map(o) (&((mp_obj_dict_t *)MP_OBJ_TO_PTR(o))->map)
#undef mp_obj_dict_init
#define mp_obj_dict_init up_dict_init
#undef mp_obj_list_init
#define mp_obj_list_init up_list_init
#undef mp_map_lookup
#define mp_map_lookup up_map_lookup
#undef mp_obj_get_type_str
#define mp_obj_get_type_str up_type_name
#undef mp_obj_str_get_qstr
#define mp_obj_str_get_qstr up_str_qstr
#undef mp_obj_new_slice
#define mp_obj_new_slice(start, stop, step) (mp_fun_table.new_slice((start), (stop), (step)))
#undef mp_obj_new_set
#define mp_obj_new_set(n, items) (mp_fun_table.new_set((n), (items)))
#undef mp_obj_new_str_from_vstr
#define mp_obj_new_str_from_vstr(vstr) (mp_obj_new_str((vstr)->buf, (vstr)->len))
#undef mp_make_raise_obj
#define mp_make_raise_obj(o) (o) // mp_fun_table.raise() does it
#undef m_malloc0
#define m_malloc0 up_malloc0
#undef m_new_maybe
#define m_new_maybe(type, num) ((type *)m_realloc_maybe(NULL, sizeof(type) * (num), false))
#undef m_new_obj_maybe
#define m_new_obj_maybe(type) (m_new_maybe(type, 1))
#undef mp_identity_obj
#define mp_identity_obj up_identity_obj
MP_DECLARE_CONST_FUN_OBJ_1(up_identity_obj);
// Whatever the firmware does not configure for the file.
#undef mp_is_nonblocking_error
#define mp_is_nonblocking_error(error) ((error) == MP_EAGAIN)
#undef mp_stream_ioctl_obj
#define mp_stream_ioctl_obj up_stream_ioctl_obj
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_stream_ioctl_obj);

bool up_is_dict(mp_obj_t object);
bool up_is_exception_type(mp_obj_t object);
void up_dict_init(mp_obj_dict_t *dict, size_t n);
void up_list_init(mp_obj_list_t *list, size_t n);
mp_map_elem_t *up_map_lookup(mp_map_t *map, mp_obj_t key, mp_map_lookup_kind_t kind);
const char *up_type_name(mp_obj_t object);
qstr up_str_qstr(mp_obj_t str);
void *up_malloc0(size_t n);

// -- calls

#undef mp_call_function_0
#define mp_call_function_0(fun) (mp_call_function_n_kw((fun), 0, 0, NULL))
#undef mp_call_function_1
#define mp_call_function_1 up_call_1
#undef mp_call_function_2
#define mp_call_function_2 up_call_2
#undef mp_call_method_n_kw
#define mp_call_method_n_kw(n, n_kw, args) (mp_fun_table.call_method_n_kw((n), (n_kw), (args)))
#undef mp_load_method_protected
#define mp_load_method_protected up_load_method_protected
#undef mp_getiter
#define mp_getiter(o, buf) (mp_fun_table.getiter((o), (buf)))
#undef mp_iternext
#define mp_iternext up_iternext
#undef mp_resume
#define mp_resume up_resume_any
#undef mp_cstack_check
#define mp_cstack_check up_stack_check
#undef mp_make_stop_iteration
#define mp_make_stop_iteration up_stop_with

mp_obj_t up_call_1(mp_obj_t fun, mp_obj_t arg);
mp_obj_t up_call_2(mp_obj_t fun, mp_obj_t a, mp_obj_t b);
void up_load_method_protected(mp_obj_t object, qstr name, mp_obj_t *dest, bool catch_all);
mp_obj_t up_iternext(mp_obj_t iterator);
mp_vm_return_kind_t up_throw(mp_obj_t generator, mp_obj_t exc, mp_obj_t *ret);
mp_vm_return_kind_t up_resume_any(mp_obj_t object, mp_obj_t value, mp_obj_t exc, mp_obj_t *ret);
void up_stack_check(void);
mp_obj_t up_stop_with(mp_obj_t value);

// Resumes a generator, or throws `exc` into it unless that is MP_OBJ_NULL. Raises what it raises.
static inline mp_vm_return_kind_t up_resume(mp_obj_t generator, mp_obj_t exc, mp_obj_t *ret) {
    if (exc != MP_OBJ_NULL) {
        return up_throw(generator, exc, ret);
    }
    *ret = MP_OBJ_NULL;
    return mp_fun_table.yield_from(generator, mp_const_none, ret) ? MP_VM_RETURN_YIELD : MP_VM_RETURN_NORMAL;
}

// -- exceptions

#undef nlr_push
#undef nlr_pop
// Room for whatever registers the firmware saves, which may have a floating point unit that the file does not use.
typedef union _up_nlr_buf_t {
    struct {
        void *prev;
        void *ret_val;
    };
    void *words[2 + 17 + 1];
} up_nlr_buf_t;
#undef nlr_buf_t
#define nlr_buf_t up_nlr_buf_t
#if MICROPY_NLR_SETJMP
#define nlr_push(buf) (mp_fun_table.nlr_push((void *)(buf)), ((int (*)(void *))mp_fun_table.setjmp_)((buf)->words + 2))
#else
#define nlr_push(buf) (mp_fun_table.nlr_push((void *)(buf)))
#endif
#define nlr_pop() (mp_fun_table.nlr_pop())
#undef nlr_jump
#define nlr_jump(exc) nlr_raise(MP_OBJ_FROM_PTR(exc))
#undef mp_raise_type
#define mp_raise_type(type) nlr_raise(MP_OBJ_FROM_PTR(type))
#undef mp_raise_msg_varg
#define mp_raise_msg_varg up_raise_msg_varg
#undef mp_obj_new_exception_msg_varg
#define mp_obj_new_exception_msg_varg up_exception_msg_varg
#undef mp_raise_OSError
#define mp_raise_OSError up_raise_oserror

MP_NORETURN void up_raise_msg_varg(const mp_obj_type_t *type, const char *format, ...);
mp_obj_t up_exception_msg_varg(const mp_obj_type_t *type, const char *format, ...);
MP_NORETURN void up_raise_oserror(int error);

// -- printing

#undef MICROPY_ERROR_PRINTER
#define MICROPY_ERROR_PRINTER (&up_dynamic.errors)
#undef mp_print_str
#define mp_print_str(print, text) mp_printf((print), "%s", (text))
#undef mp_obj_print_helper
#define mp_obj_print_helper up_print
#undef mp_obj_print_exception
#define mp_obj_print_exception up_print_exception

void up_print(const mp_print_t *print, mp_obj_t object, mp_print_kind_t kind);
void up_print_exception(const mp_print_t *print, mp_obj_t exc);

#undef vstr_init
#define vstr_init up_vstr_init
#undef vstr_printf
#define vstr_printf up_vstr_printf
void up_vstr_init(vstr_t *vstr, size_t alloc);
void up_vstr_printf(vstr_t *vstr, const char *format, ...);

// -- the collector

#undef gc_is_locked
#define gc_is_locked up_heap_is_locked
#undef gc_nbytes
#define gc_nbytes up_unmarked_bytes
#undef gc_collect
#define gc_collect() ((void)mp_call_function_0(up_dynamic.collect))

// A part of the heap.
typedef struct _up_area_t {
    uintptr_t *words; // the collector's description of it
    const byte *table; // two bits a block
    byte *pool;
    size_t blocks;
    size_t block_bytes;
} up_area_t;
#define UP_BLOCK_BYTES(area) ((area).block_bytes)
bool up_first_area(up_area_t *area);
bool up_next_area(up_area_t *area);

bool up_heap_is_locked(void);
bool up_in_finaliser(void);
#define up_in_finaliser_only up_in_finaliser
size_t up_unmarked_bytes(const void *object);

bool up_float_as_ms(mp_obj_t arg, uint32_t most, uint32_t *ms);

// -- time, and what is pending

#undef mp_hal_ticks_ms
#define mp_hal_ticks_ms up_ticks_ms
mp_uint_t up_ticks_ms(void);
#undef mp_hal_ticks_us
#define mp_hal_ticks_us up_ticks_us
mp_uint_t up_ticks_us(void);

// Asks every so many passes only, because it is a call of Python.
static inline __attribute__((always_inline)) bool up_pending(void) {
    return ++up_dynamic.passes % 32 == 0;
}
// A mock clock leaves the idle wait out.
#define UP_MOCK_IDLE() mp_handle_pending(true)

// What is scheduled runs within the idle wait.
#define UP_ROUSES (1)
#undef mp_handle_pending
#define mp_handle_pending(raises) ((void)mp_call_function_0(up_dynamic.handle_pending))

// -- threads, as on unix: at the same time, with no lock around all of Python. On other machines the loop does not bear them.

#if defined(__x86_64__)
#define UP_THREADS (1)
typedef uint8_t up_lock_t;
// Nobody holds it for long, and it does not nest. EXCEPTION: none.
static inline void up_lock(up_lock_t *lock) {
    while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE)) {
        __builtin_ia32_pause();
    }
}
static inline void up_unlock(up_lock_t *lock) {
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}
#define mp_thread_mutex_t up_lock_t
#define mp_thread_mutex_init(lock) (*(lock) = 0)
#define mp_thread_mutex_lock(lock, wait) up_lock(lock)
#define mp_thread_mutex_unlock(lock) up_unlock(lock)
// What begins a thread's own memory names it.
static inline uintptr_t mp_thread_get_state(void) {
    uintptr_t self;
    __asm("mov %%fs:0, %0" : "=r"(self));
    return self;
}
#define mp_hal_delay_ms(ms) ((void)mp_call_function_1(up_dynamic.sleep_ms, MP_OBJ_NEW_SMALL_INT(ms)))
#else
#define UP_THREADS (0)
#endif

// -- what the mailbox holds off: interrupts; or threads, where there may be those

#if defined(__arm__)
static inline uint32_t up_hold_off(void) {
    uint32_t state;
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(state) : : "memory");
    return state;
}
static inline void up_let_in(uint32_t state) {
    __asm volatile("msr primask, %0" : : "r"(state) : "memory");
}
#elif defined(__riscv)
static inline uint32_t up_hold_off(void) {
    uint32_t state;
    __asm volatile("csrrci %0, mstatus, 8" : "=r"(state) : : "memory");
    return state & 8;
}
static inline void up_let_in(uint32_t state) {
    __asm volatile("csrs mstatus, %0" : : "r"(state) : "memory");
}
#elif defined(__xtensa__)
// Up to the level of interrupts that may call MicroPython.
#if defined(__XTENSA_WINDOWED_ABI__)
#define UP_INTERRUPT_LEVEL "3"
#else
#define UP_INTERRUPT_LEVEL "15"
#endif
static inline uint32_t up_hold_off(void) {
    uint32_t state;
    __asm volatile("rsil %0, " UP_INTERRUPT_LEVEL : "=a"(state) : : "memory");
    return state;
}
static inline void up_let_in(uint32_t state) {
    __asm volatile("wsr.ps %0\n\trsync" : : "a"(state) : "memory");
}
#else
static inline uint32_t up_hold_off(void) {
    up_lock(&up_dynamic.held_off);
    return 0;
}
static inline void up_let_in(uint32_t state) {
    (void)state;
    up_unlock(&up_dynamic.held_off);
}
#endif
#undef MICROPY_BEGIN_ATOMIC_SECTION
#define MICROPY_BEGIN_ATOMIC_SECTION up_hold_off
#undef MICROPY_END_ATOMIC_SECTION
#define MICROPY_END_ATOMIC_SECTION(state) up_let_in(state)

#endif
