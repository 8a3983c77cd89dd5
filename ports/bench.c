// Module `bench` of the firmware that we run ourselves, unix and QEMU: what benchmarks/ needs in C. And `utimeq`,
// which MicroPython dropped and uasyncio V2 is built on.
#include <string.h>

#include "py/gc.h"
#include "py/objgenerator.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/smallint.h"
#include "py/stream.h"

#ifdef __unix__
#include <unistd.h>
#else
#include "hal.h"
void board_ticks_start(uint32_t ms);
#endif

// ---------------------------------------------------------------------------------------------------------------------
// The bound: what no loop can be cheaper than

// One step; ValueError if the coroutine ended.
static void bench_step(mp_obj_t coro) {
    mp_obj_t value;
    if (mp_obj_gen_resume(coro, mp_const_none, MP_OBJ_NULL, &value) != MP_VM_RETURN_YIELD) {
        mp_raise_ValueError(MP_ERROR_TEXT("a coroutine ended"));
    }
}

// resume(coros, rounds, guarded=False): resume each coroutine of a list in turn, so many times, and do nothing else;
// guarded: but stand by for an exception each time.
static mp_obj_t bench_resume(size_t n_args, const mp_obj_t *args) {
    size_t len;
    mp_obj_t *items;
    mp_obj_get_array(args[0], &len, &items);
    bool guarded = n_args > 2 && mp_obj_is_true(args[2]);
    for (mp_int_t rounds = mp_obj_get_int(args[1]); rounds > 0; --rounds) {
        for (size_t i = 0; i < len; ++i) {
            if (guarded) {
                nlr_buf_t nlr;
                if (nlr_push(&nlr) != 0) {
                    nlr_raise(MP_OBJ_FROM_PTR(nlr.ret_val));
                }
                bench_step(items[i]);
                nlr_pop();
            } else {
                bench_step(items[i]);
            }
        }
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(bench_resume_obj, 2, 3, bench_resume);

// What sleep_ms(t) returns: it yields once for each call.
typedef struct _bench_awaitable_t {
    mp_obj_base_t base;
    bool armed;
} bench_awaitable_t;

static mp_obj_t bench_awaitable_iternext(mp_obj_t self_in) {
    bench_awaitable_t *self = MP_OBJ_TO_PTR(self_in);
    if (!self->armed) {
        return MP_OBJ_STOP_ITERATION;
    }
    self->armed = false;
    return mp_const_none;
}

static MP_DEFINE_CONST_OBJ_TYPE(
    bench_awaitable_type,
    MP_QSTR_awaitable,
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    iter, bench_awaitable_iternext
);

static bench_awaitable_t bench_awaitable = { { &bench_awaitable_type }, false };

// sleep_ms(t): a native awaitable, made by a call, that has no effect.
static mp_obj_t bench_sleep_ms(mp_obj_t t) {
    (void)t;
    bench_awaitable.armed = true;
    return MP_OBJ_FROM_PTR(&bench_awaitable);
}
static MP_DEFINE_CONST_FUN_OBJ_1(bench_sleep_ms_obj, bench_sleep_ms);

#ifdef __unix__
// What stream(s) returns: it does what `s` does, a read when it is resumed, and nothing else.
typedef struct _bench_stream_t {
    mp_obj_base_t base;
    mp_obj_t s;
    mp_obj_t n; // what is awaited: None, a drain(); 0, a readline(); else a readexactly()
    bool armed;
} bench_stream_t;

static mp_obj_t bench_stream_iternext(mp_obj_t self_in) {
    bench_stream_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->armed) {
        self->armed = false;
        return mp_const_none;
    }
    if (self->n == mp_const_none) {
        return MP_OBJ_STOP_ITERATION;
    }
    mp_obj_t args[] = { self->s, self->n };
    if (self->n == MP_OBJ_NEW_SMALL_INT(0)) {
        return mp_make_stop_iteration(mp_stream_unbuffered_readline_obj.fun.var(1, args));
    }
    return mp_make_stop_iteration(mp_stream_read_obj.fun.var(2, args));
}

static mp_obj_t bench_stream_arm(mp_obj_t self_in, mp_obj_t n) {
    bench_stream_t *self = MP_OBJ_TO_PTR(self_in);
    self->n = n;
    self->armed = true;
    return self_in;
}
static MP_DEFINE_CONST_FUN_OBJ_2(bench_stream_readexactly_obj, bench_stream_arm);

static mp_obj_t bench_stream_readline(mp_obj_t self_in) {
    return bench_stream_arm(self_in, MP_OBJ_NEW_SMALL_INT(0));
}
static MP_DEFINE_CONST_FUN_OBJ_1(bench_stream_readline_obj, bench_stream_readline);

static mp_obj_t bench_stream_drain(mp_obj_t self_in) {
    return bench_stream_arm(self_in, mp_const_none);
}
static MP_DEFINE_CONST_FUN_OBJ_1(bench_stream_drain_obj, bench_stream_drain);

static mp_obj_t bench_stream_write(mp_obj_t self_in, mp_obj_t data) {
    bench_stream_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t args[] = { self->s, data };
    return mp_stream_write_obj.fun.var(2, args);
}
static MP_DEFINE_CONST_FUN_OBJ_2(bench_stream_write_obj, bench_stream_write);

static const mp_rom_map_elem_t bench_stream_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&bench_stream_readline_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&bench_stream_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_drain), MP_ROM_PTR(&bench_stream_drain_obj) },
    { MP_ROM_QSTR(MP_QSTR_readexactly), MP_ROM_PTR(&bench_stream_readexactly_obj) },
};
static MP_DEFINE_CONST_DICT(bench_stream_locals, bench_stream_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    bench_stream_type,
    MP_QSTR_stream,
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    iter, bench_stream_iternext,
    locals_dict, &bench_stream_locals
);

static mp_obj_t bench_stream(mp_obj_t s) {
    bench_stream_t *self = mp_obj_malloc(bench_stream_t, &bench_stream_type);
    self->s = s;
    self->armed = false;
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(bench_stream_obj, bench_stream);
#endif

// ---------------------------------------------------------------------------------------------------------------------
// Instants, time, memory

// Callgrind writes down what was counted when it sees this called.
MP_NOINLINE void bench_instant(void) {
    __asm volatile("" : : : "memory");
}

static mp_obj_t bench_mark(void) {
    bench_instant();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(bench_mark_obj, bench_mark);

static mp_uint_t skips;

// skip(): the clock goes on by a millisecond, at once on a board, and on unix under ports/clock.c.
static mp_obj_t bench_skip(void) {
    ++skips;
#ifdef __unix__
    usleep(1000);
#else
    board_ticks_start(1);
#endif
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(bench_skip_obj, bench_skip);

// skipped(): how often skip() was called.
static mp_obj_t bench_skipped(void) {
    return mp_obj_new_int_from_uint(skips);
}
static MP_DEFINE_CONST_FUN_OBJ_0(bench_skipped_obj, bench_skipped);

// allocated(): bytes of heap handed out since the last collection, whatever became of them.
static mp_obj_t bench_allocated(void) {
    return MP_OBJ_NEW_SMALL_INT(MP_STATE_MEM(gc_alloc_amount) * MICROPY_BYTES_PER_GC_BLOCK);
}
static MP_DEFINE_CONST_FUN_OBJ_0(bench_allocated_obj, bench_allocated);

// The counter's counts that went into the allocator. What it costs depends on where the heap has holes, so benchmarks
// leave it out; callgrind tells functions apart, on a board the linker has each call made here.
static mp_uint_t allocating;

#ifndef __unix__
#define TIMED(call) \
    uint64_t before = hal_counts(); \
    call; \
    allocating += (mp_uint_t)(hal_counts() - before)

void *__real_gc_alloc(size_t n_bytes, unsigned int alloc_flags);
void __real_gc_free(void *ptr);
void *__real_gc_realloc(void *ptr, size_t n_bytes, bool allow_move);
void *__wrap_gc_alloc(size_t n_bytes, unsigned int alloc_flags);
void __wrap_gc_free(void *ptr);
void *__wrap_gc_realloc(void *ptr, size_t n_bytes, bool allow_move);

void *__wrap_gc_alloc(size_t n_bytes, unsigned int alloc_flags) {
    TIMED(void *got = __real_gc_alloc(n_bytes, alloc_flags));
    return got;
}

void __wrap_gc_free(void *ptr) {
    TIMED(__real_gc_free(ptr));
}

void *__wrap_gc_realloc(void *ptr, size_t n_bytes, bool allow_move) {
    TIMED(void *got = __real_gc_realloc(ptr, n_bytes, allow_move));
    return got;
}
#endif

static mp_obj_t bench_allocating(void) {
    return MP_OBJ_NEW_SMALL_INT(allocating & MP_SMALL_INT_POSITIVE_MASK);
}
static MP_DEFINE_CONST_FUN_OBJ_0(bench_allocating_obj, bench_allocating);

static const mp_rom_map_elem_t bench_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_bench) },
    { MP_ROM_QSTR(MP_QSTR_resume), MP_ROM_PTR(&bench_resume_obj) },
    { MP_ROM_QSTR(MP_QSTR_sleep_ms), MP_ROM_PTR(&bench_sleep_ms_obj) },
#ifdef __unix__
    { MP_ROM_QSTR(MP_QSTR_stream), MP_ROM_PTR(&bench_stream_obj) },
#endif
    { MP_ROM_QSTR(MP_QSTR_mark), MP_ROM_PTR(&bench_mark_obj) },
    { MP_ROM_QSTR(MP_QSTR_skip), MP_ROM_PTR(&bench_skip_obj) },
    { MP_ROM_QSTR(MP_QSTR_skipped), MP_ROM_PTR(&bench_skipped_obj) },
    { MP_ROM_QSTR(MP_QSTR_allocating), MP_ROM_PTR(&bench_allocating_obj) },
    { MP_ROM_QSTR(MP_QSTR_allocated), MP_ROM_PTR(&bench_allocated_obj) },
};
static MP_DEFINE_CONST_DICT(bench_globals, bench_globals_table);

const mp_obj_module_t bench_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&bench_globals,
};

MP_REGISTER_MODULE(MP_QSTR_bench, bench_module);

// ---------------------------------------------------------------------------------------------------------------------
// utimeq: a binary heap of (time, callback, args) by cyclic time

typedef struct _utimeq_entry_t {
    mp_uint_t time;
    mp_uint_t id;
    mp_obj_t callback;
    mp_obj_t args;
} utimeq_entry_t;

typedef struct _utimeq_t {
    mp_obj_base_t base;
    size_t room;
    size_t len;
    mp_uint_t last_id;
    utimeq_entry_t entries[];
} utimeq_t;

// Cyclic; of the same time, the one pushed first.
static bool utimeq_before(const utimeq_entry_t *a, const utimeq_entry_t *b) {
    mp_uint_t ahead = (b->time - a->time) & (MICROPY_PY_TIME_TICKS_PERIOD - 1);
    return ahead == 0 ? a->id < b->id : ahead < MICROPY_PY_TIME_TICKS_PERIOD / 2;
}

static mp_obj_t utimeq_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    size_t room = mp_obj_get_int(args[0]);
    utimeq_t *self = mp_obj_malloc_var(utimeq_t, entries, utimeq_entry_t, room, type);
    self->room = room;
    self->len = 0;
    self->last_id = 0;
    return MP_OBJ_FROM_PTR(self);
}

// Put `entry` where it belongs, from a free place `at` upwards.
static void utimeq_up(utimeq_t *self, size_t at, utimeq_entry_t entry) {
    while (at > 0 && utimeq_before(&entry, &self->entries[(at - 1) / 2])) {
        self->entries[at] = self->entries[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    self->entries[at] = entry;
}

// Take out the entry `at`.
static void utimeq_take(utimeq_t *self, size_t at) {
    utimeq_entry_t last = self->entries[--self->len];
    for (size_t child; (child = 2 * at + 1) < self->len; at = child) {
        if (child + 1 < self->len && utimeq_before(&self->entries[child + 1], &self->entries[child])) {
            ++child;
        }
        if (!utimeq_before(&self->entries[child], &last)) {
            break;
        }
        self->entries[at] = self->entries[child];
    }
    if (at < self->len) {
        utimeq_up(self, at, last);
    }
    memset(&self->entries[self->len], 0, sizeof(utimeq_entry_t));
}

// push(time, callback, args): an id for remove().
static mp_obj_t utimeq_push(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    utimeq_t *self = MP_OBJ_TO_PTR(args[0]);
    if (self->len == self->room) {
        mp_raise_msg(&mp_type_IndexError, MP_ERROR_TEXT("queue overflow"));
    }
    utimeq_entry_t entry = { mp_obj_get_int(args[1]), ++self->last_id, args[2], args[3] };
    utimeq_up(self, self->len++, entry);
    return mp_obj_new_int_from_uint(entry.id);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(utimeq_push_obj, 4, 4, utimeq_push);

// pop(list): the earliest one, as [time, callback, args].
static mp_obj_t utimeq_pop(mp_obj_t self_in, mp_obj_t list) {
    utimeq_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(list, 3, &items);
    if (self->len == 0) {
        mp_raise_msg(&mp_type_IndexError, MP_ERROR_TEXT("empty queue"));
    }
    items[0] = MP_OBJ_NEW_SMALL_INT(self->entries[0].time);
    items[1] = self->entries[0].callback;
    items[2] = self->entries[0].args;
    utimeq_take(self, 0);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(utimeq_pop_obj, utimeq_pop);

static mp_obj_t utimeq_peektime(mp_obj_t self_in) {
    utimeq_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->len == 0) {
        mp_raise_msg(&mp_type_IndexError, MP_ERROR_TEXT("empty queue"));
    }
    return MP_OBJ_NEW_SMALL_INT(self->entries[0].time);
}
static MP_DEFINE_CONST_FUN_OBJ_1(utimeq_peektime_obj, utimeq_peektime);

// remove(id): whether it was there.
static mp_obj_t utimeq_remove(mp_obj_t self_in, mp_obj_t id_in) {
    utimeq_t *self = MP_OBJ_TO_PTR(self_in);
    mp_uint_t id = mp_obj_get_int_truncated(id_in);
    for (size_t i = 0; i < self->len; ++i) {
        if (self->entries[i].id == id) {
            utimeq_take(self, i);
            return mp_const_true;
        }
    }
    return mp_const_false;
}
static MP_DEFINE_CONST_FUN_OBJ_2(utimeq_remove_obj, utimeq_remove);

static mp_obj_t utimeq_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    utimeq_t *self = MP_OBJ_TO_PTR(self_in);
    switch (op) {
        case MP_UNARY_OP_BOOL:
            return mp_obj_new_bool(self->len != 0);
        case MP_UNARY_OP_LEN:
            return MP_OBJ_NEW_SMALL_INT(self->len);
        default:
            return MP_OBJ_NULL;
    }
}

static const mp_rom_map_elem_t utimeq_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_push), MP_ROM_PTR(&utimeq_push_obj) },
    { MP_ROM_QSTR(MP_QSTR_pop), MP_ROM_PTR(&utimeq_pop_obj) },
    { MP_ROM_QSTR(MP_QSTR_peektime), MP_ROM_PTR(&utimeq_peektime_obj) },
    { MP_ROM_QSTR(MP_QSTR_remove), MP_ROM_PTR(&utimeq_remove_obj) },
};
static MP_DEFINE_CONST_DICT(utimeq_locals, utimeq_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    utimeq_type,
    MP_QSTR_utimeq,
    MP_TYPE_FLAG_NONE,
    make_new, utimeq_make_new,
    unary_op, utimeq_unary_op,
    locals_dict, &utimeq_locals
);

static const mp_rom_map_elem_t utimeq_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_utimeq) },
    { MP_ROM_QSTR(MP_QSTR_utimeq), MP_ROM_PTR(&utimeq_type) },
};
static MP_DEFINE_CONST_DICT(utimeq_globals, utimeq_globals_table);

const mp_obj_module_t utimeq_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&utimeq_globals,
};

MP_REGISTER_MODULE(MP_QSTR_utimeq, utimeq_module);
