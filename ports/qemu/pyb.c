// `pyb` on the boards: what programs for a Pyboard expect, and interrupts at an instant that a test
// chooses.
//
// A callback runs in hard interrupt context, as on a board: between two instructions of whatever runs,
// with the heap and the scheduler locked. One counter serves all timers and alarms: hal_alarm() is set to
// the nearest.
#include <string.h>

#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/smallint.h"
#include "hal.h"
#if !QEMU_STOCK
#include "../../micropython-bindings/flag.h"
#endif
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK && !QEMU_STOCK // for tests
#include "../../micropython-bindings/mailbox.h"
#endif

// ---------------------------------------------------------------------------------------------------------------------
// Instants

// As many timers as a Pyboard has, numbered from 1; then alarm() and alarm_set().
#define NUM_TIMERS (14)
enum {
    ALARM = NUM_TIMERS,
    ALARM_SET,
    NUM_SLOTS
};

// Touched with interrupts off only.
static struct {
    uint32_t armed; // bit n: slot n
    uint64_t due[NUM_SLOTS];
    uint64_t period[NUM_TIMERS];
} slots;

typedef struct _pyb_timer_obj_t {
    mp_obj_base_t base;
    uint8_t index;
    mp_float_t freq; // Hz; 0 while stopped
    mp_obj_t callback; // or None
} pyb_timer_obj_t;

// When alarm_set()'s flag was set last.
static volatile uint32_t set_at;

// A timer lives on without a reference to it.
MP_REGISTER_ROOT_POINTER(struct _pyb_timer_obj_t *pyb_timers[14]);
// What alarm(), alarm_set() and trigger() call or set.
MP_REGISTER_ROOT_POINTER(mp_obj_t pyb_alarm);
MP_REGISTER_ROOT_POINTER(mp_obj_t pyb_alarm_flag);
MP_REGISTER_ROOT_POINTER(mp_obj_t pyb_trigger);

// Have the nearest instant interrupt. With interrupts off.
static void set_alarm(void) {
    uint64_t nearest = UINT64_MAX;
    for (uint32_t bits = slots.armed; bits != 0; bits &= bits - 1) {
        nearest = MIN(nearest, slots.due[__builtin_ctz(bits)]);
    }
    if (nearest == UINT64_MAX) {
        hal_alarm(0);
    } else {
        uint64_t now = hal_counts();
        // One that is far away is set in several goes.
        hal_alarm(nearest > now ? (uint32_t)MIN(nearest - now, 0x40000000) : 1);
    }
}

static void arm(unsigned slot, uint64_t counts, uint64_t period) {
    uint32_t state = hal_irq_disable();
    slots.due[slot] = hal_counts() + counts;
    if (slot < NUM_TIMERS) {
        slots.period[slot] = period;
    }
    slots.armed |= 1u << slot;
    set_alarm();
    hal_irq_restore(state);
}

static void disarm(unsigned slot) {
    uint32_t state = hal_irq_disable();
    slots.armed &= ~(1u << slot);
    set_alarm();
    hal_irq_restore(state);
}

// Below _stack_bottom boards have room for an interrupt that comes when a script has used up the stack: 4 KB, of
// which this is for Python.
#define IRQ_STACK (3 * 1024)

// Call it as an interrupt does; whether it returned. What it raises is printed.
static bool call_hard(mp_obj_t callback, mp_obj_t arg, unsigned timer) {
    mp_sched_lock();
    gc_lock();
    MP_STATE_THREAD(stack_limit) += IRQ_STACK;
    nlr_buf_t nlr;
    bool good = nlr_push(&nlr) == 0;
    if (good) {
        if (arg == MP_OBJ_NULL) {
            mp_call_function_0(callback);
        } else {
            mp_call_function_1(callback, arg);
        }
        nlr_pop();
    } else {
        if (timer != 0) {
            mp_printf(MICROPY_ERROR_PRINTER, "uncaught exception in Timer(%u) interrupt handler\n", timer);
        } else {
            mp_printf(MICROPY_ERROR_PRINTER, "uncaught exception in interrupt handler\n");
        }
        mp_obj_print_exception(MICROPY_ERROR_PRINTER, MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    MP_STATE_THREAD(stack_limit) -= IRQ_STACK;
    gc_unlock();
    mp_sched_unlock();
    return good;
}

#if QEMU_STOCK
// A flag's set(): such firmware knows no flags, and a driver in C can but call it.
static mp_obj_t checked_flag(mp_obj_t flag) {
    mp_obj_t set[2];
    mp_load_method_maybe(flag, MP_QSTR_set, set);
    if (set[0] == MP_OBJ_NULL) {
        mp_raise_TypeError(MP_ERROR_TEXT("flag must be None or a ThreadSafeFlag"));
    }
    return mp_load_attr(flag, MP_QSTR_set);
}
static void set_flag(mp_obj_t set) {
    call_hard(set, MP_OBJ_NULL, 0);
}
#else
static mp_obj_t checked_flag(mp_obj_t flag) {
    if (!mp_obj_is_type(flag, &up_flag_type)) {
        mp_raise_TypeError(MP_ERROR_TEXT("flag must be None or a ThreadSafeFlag"));
    }
    return flag;
}
static void set_flag(mp_obj_t flag) {
    mp_uasyncio_priority_set_flag(flag);
}
#endif

static void timer_tick(unsigned index, uint64_t now) {
    // A tick whose predecessor was not served in time is dropped.
    do {
        slots.due[index] += slots.period[index];
    } while (slots.due[index] <= now);
    pyb_timer_obj_t *self = MP_STATE_VM(pyb_timers)[index];
    if (self->callback != mp_const_none && !call_hard(self->callback, MP_OBJ_FROM_PTR(self), index + 1)) {
        self->callback = mp_const_none;
        self->freq = 0;
        slots.armed &= ~(1u << index);
    }
}

void board_alarm_irq(void) {
    uint64_t now = hal_counts();
    for (uint32_t bits = slots.armed; bits != 0; bits &= bits - 1) {
        unsigned i = __builtin_ctz(bits);
        if (!(slots.armed & 1u << i) || slots.due[i] > now) {
            continue; // not due, or stopped by one of the callbacks
        }
        if (i < NUM_TIMERS) {
            timer_tick(i, now);
            continue;
        }
        slots.armed &= ~(1u << i);
        if (i == ALARM_SET) {
            set_at = (uint32_t)hal_counts();
            set_flag(MP_STATE_VM(pyb_alarm_flag));
        } else {
            call_hard(MP_STATE_VM(pyb_alarm), mp_const_none, 0);
        }
    }
    set_alarm();
}

void board_trigger_irq(void) {
    call_hard(MP_STATE_VM(pyb_trigger), mp_const_none, 0);
}

// Before the heap goes: no interrupt may find an object of it.
void board_timers_stop(void) {
    uint32_t state = hal_irq_disable();
    slots.armed = 0;
    hal_alarm(0);
    hal_irq_restore(state);
    for (unsigned i = 0; i < NUM_TIMERS; ++i) {
        MP_STATE_VM(pyb_timers)[i] = NULL;
    }
}

static mp_obj_t checked_callable(mp_obj_t callback) {
    if (!mp_obj_is_callable(callback)) {
        mp_raise_ValueError(MP_ERROR_TEXT("callback must be None or callable"));
    }
    return callback;
}

// ---------------------------------------------------------------------------------------------------------------------
// class Timer

static void timer_stop(pyb_timer_obj_t *self) {
    disarm(self->index);
    self->freq = 0;
}

static void timer_start(pyb_timer_obj_t *self, mp_obj_t freq_in) {
    mp_float_t freq = mp_obj_get_float(freq_in);
    // With room for a 0.001 that a small float rounded.
    if (!(freq >= MICROPY_FLOAT_CONST(0.000999) && freq <= MICROPY_FLOAT_CONST(20000.0))) {
        mp_raise_ValueError(MP_ERROR_TEXT("freq must be 0.001 to 20000 Hz"));
    }
    timer_stop(self);
    self->freq = freq;
    // A float has too few digits for the counts of a second: whole us above 1 Hz, and below that whole ms.
    uint64_t period;
    if (freq >= MICROPY_FLOAT_CONST(1.0)) {
        period = (uint64_t)(MICROPY_FLOAT_CONST(1e6) / freq + MICROPY_FLOAT_CONST(0.5)) * HAL_COUNTS_PER_US;
    } else {
        period = (uint64_t)(MICROPY_FLOAT_CONST(1e3) / freq + MICROPY_FLOAT_CONST(0.5)) * 1000 * HAL_COUNTS_PER_US;
    }
    arm(self->index, period, period);
}

static void timer_set_callback(pyb_timer_obj_t *self, mp_obj_t callback) {
    self->callback = callback == mp_const_none ? callback : checked_callable(callback);
}

// init(*, freq, callback): start, or start anew. Without `callback` the one it has stays.
static mp_obj_t timer_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum {
        ARG_freq,
        ARG_callback
    };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_freq, MP_ARG_KW_ONLY | MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_callback, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    pyb_timer_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (vals[ARG_callback].u_obj != MP_OBJ_NULL) {
        timer_set_callback(self, vals[ARG_callback].u_obj);
    }
    timer_start(self, vals[ARG_freq].u_obj);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(timer_init_obj, 1, timer_init);

// Timer(id, ...): the one timer of that number. Further arguments are init()'s.
static mp_obj_t timer_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, true);
    mp_int_t id = mp_obj_get_int(args[0]);
    if (id < 1 || id > NUM_TIMERS) {
        mp_raise_ValueError(MP_ERROR_TEXT("id must be 1 to 14"));
    }
    pyb_timer_obj_t *self = MP_STATE_VM(pyb_timers)[id - 1];
    if (self == NULL) {
        self = mp_obj_malloc(pyb_timer_obj_t, type);
        self->index = id - 1;
        self->freq = 0;
        self->callback = mp_const_none;
        MP_STATE_VM(pyb_timers)[id - 1] = self;
    }
    if (n_kw > 0) {
        mp_obj_t init_args[1] = { MP_OBJ_FROM_PTR(self) };
        mp_map_t kw_args;
        mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
        timer_init(1, init_args, &kw_args);
    }
    return MP_OBJ_FROM_PTR(self);
}

static void timer_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    pyb_timer_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "Timer(%u", self->index + 1);
    if (self->freq != 0) {
        mp_printf(print, ", freq=");
        mp_obj_print_helper(print, mp_obj_new_float(self->freq), PRINT_REPR);
    }
    mp_printf(print, ")");
}

// deinit(): stop, and forget the callback.
static mp_obj_t timer_deinit(mp_obj_t self_in) {
    pyb_timer_obj_t *self = MP_OBJ_TO_PTR(self_in);
    timer_stop(self);
    self->callback = mp_const_none;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(timer_deinit_obj, timer_deinit);

// callback(fn): call fn(timer) at each tick; None: call nothing.
static mp_obj_t timer_callback(mp_obj_t self_in, mp_obj_t callback) {
    timer_set_callback(MP_OBJ_TO_PTR(self_in), callback);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(timer_callback_obj, timer_callback);

// freq(): Hz, 0 while stopped. freq(hz): start anew with it.
static mp_obj_t timer_freq(size_t n_args, const mp_obj_t *args) {
    pyb_timer_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args == 1) {
        return mp_obj_new_float(self->freq);
    }
    timer_start(self, args[1]);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(timer_freq_obj, 1, 2, timer_freq);

// counter(): COUNTS_PER_US counts a us since the last tick; 0 while stopped.
static mp_obj_t timer_counter(mp_obj_t self_in) {
    pyb_timer_obj_t *self = MP_OBJ_TO_PTR(self_in);
    uint32_t state = hal_irq_disable();
    uint64_t counts = 0;
    if (slots.armed & 1u << self->index) {
        counts = hal_counts() + slots.period[self->index] - slots.due[self->index];
    }
    hal_irq_restore(state);
    return MP_OBJ_NEW_SMALL_INT(counts & MP_SMALL_INT_POSITIVE_MASK);
}
static MP_DEFINE_CONST_FUN_OBJ_1(timer_counter_obj, timer_counter);

static const mp_rom_map_elem_t timer_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&timer_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&timer_deinit_obj) },
    { MP_ROM_QSTR(MP_QSTR_callback), MP_ROM_PTR(&timer_callback_obj) },
    { MP_ROM_QSTR(MP_QSTR_freq), MP_ROM_PTR(&timer_freq_obj) },
    { MP_ROM_QSTR(MP_QSTR_counter), MP_ROM_PTR(&timer_counter_obj) },
};
static MP_DEFINE_CONST_DICT(timer_locals_dict, timer_locals_dict_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    pyb_timer_type,
    MP_QSTR_Timer,
    MP_TYPE_FLAG_NONE,
    make_new, timer_make_new,
    print, timer_print,
    locals_dict, &timer_locals_dict
);

// ---------------------------------------------------------------------------------------------------------------------
// Functions

// rng(): 30 bits. A board's generator is random; here each run is to be like the one before.
static mp_obj_t pyb_rng(void) {
    static uint32_t bits = 2463534242;
    bits ^= bits << 13;
    bits ^= bits >> 17;
    bits ^= bits << 5;
    return MP_OBJ_NEW_SMALL_INT(bits & 0x3fffffff);
}
static MP_DEFINE_CONST_FUN_OBJ_0(pyb_rng_obj, pyb_rng);

static mp_obj_t wrapped(mp_uint_t ticks) {
    return MP_OBJ_NEW_SMALL_INT(ticks & MP_SMALL_INT_POSITIVE_MASK);
}

// millis(), micros(): a wrapping count, of which the next two take the difference.
static mp_obj_t pyb_millis(void) {
    return wrapped(mp_hal_ticks_ms());
}
static MP_DEFINE_CONST_FUN_OBJ_0(pyb_millis_obj, pyb_millis);

static mp_obj_t pyb_micros(void) {
    return wrapped(mp_hal_ticks_us());
}
static MP_DEFINE_CONST_FUN_OBJ_0(pyb_micros_obj, pyb_micros);

static mp_obj_t pyb_elapsed_millis(mp_obj_t start) {
    return wrapped(mp_hal_ticks_ms() - mp_obj_get_int(start));
}
static MP_DEFINE_CONST_FUN_OBJ_1(pyb_elapsed_millis_obj, pyb_elapsed_millis);

static mp_obj_t pyb_elapsed_micros(mp_obj_t start) {
    return wrapped(mp_hal_ticks_us() - mp_obj_get_int(start));
}
static MP_DEFINE_CONST_FUN_OBJ_1(pyb_elapsed_micros_obj, pyb_elapsed_micros);

// delay(ms): interrupts go on.
static mp_obj_t pyb_delay(mp_obj_t ms_in) {
    mp_int_t ms = mp_obj_get_int(ms_in);
    mp_hal_delay_ms(MAX(ms, 0));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pyb_delay_obj, pyb_delay);

// counts(): the finest counter, COUNTS_PER_US of it a us; wraps at 2^30.
static mp_obj_t pyb_counts(void) {
    return wrapped((mp_uint_t)hal_counts());
}
static MP_DEFINE_CONST_FUN_OBJ_0(pyb_counts_obj, pyb_counts);

// trigger(callback): an interrupt now, before this returns: callback(None).
static mp_obj_t pyb_trigger(mp_obj_t callback) {
    MP_STATE_VM(pyb_trigger) = checked_callable(callback);
    hal_trigger();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pyb_trigger_obj, pyb_trigger);

static mp_uint_t checked_counts(mp_obj_t counts_in) {
    mp_int_t counts = mp_obj_get_int(counts_in);
    if (counts < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("counts must not be negative"));
    }
    return counts;
}

// alarm(counts, callback): an interrupt after so many counts from now: callback(None). There is one such
// alarm: it takes the place of the one before. None: no alarm.
static mp_obj_t pyb_alarm(mp_obj_t counts_in, mp_obj_t callback) {
    mp_uint_t counts = checked_counts(counts_in);
    disarm(ALARM);
    if (callback != mp_const_none) {
        MP_STATE_VM(pyb_alarm) = checked_callable(callback);
        arm(ALARM, counts, 0);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(pyb_alarm_obj, pyb_alarm);

// alarm_set(counts, flag): the same in C: sets a ThreadSafeFlag, as a driver in C does.
static mp_obj_t pyb_alarm_set(mp_obj_t counts_in, mp_obj_t flag) {
    mp_uint_t counts = checked_counts(counts_in);
    disarm(ALARM_SET);
    if (flag != mp_const_none) {
        MP_STATE_VM(pyb_alarm_flag) = checked_flag(flag);
        arm(ALARM_SET, counts, 0);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(pyb_alarm_set_obj, pyb_alarm_set);

// set_at(): counts() at the instant when alarm_set() set its flag last.
static mp_obj_t pyb_set_at(void) {
    return wrapped(set_at);
}
static MP_DEFINE_CONST_FUN_OBJ_0(pyb_set_at_obj, pyb_set_at);

#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK && !QEMU_STOCK // for tests
// spoil_mail(): leaves the mailbox as a core may that a reset stops in the midst of a post: borrowed, its counts anything.
static mp_obj_t pyb_spoil_mail(void) {
    memset(up_mail(), 0xff, sizeof(up_mailbox_t));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(pyb_spoil_mail_obj, pyb_spoil_mail);
#endif

static const mp_rom_map_elem_t pyb_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_pyb) },
    { MP_ROM_QSTR(MP_QSTR_Timer), MP_ROM_PTR(&pyb_timer_type) },
    { MP_ROM_QSTR(MP_QSTR_rng), MP_ROM_PTR(&pyb_rng_obj) },
    { MP_ROM_QSTR(MP_QSTR_millis), MP_ROM_PTR(&pyb_millis_obj) },
    { MP_ROM_QSTR(MP_QSTR_micros), MP_ROM_PTR(&pyb_micros_obj) },
    { MP_ROM_QSTR(MP_QSTR_elapsed_millis), MP_ROM_PTR(&pyb_elapsed_millis_obj) },
    { MP_ROM_QSTR(MP_QSTR_elapsed_micros), MP_ROM_PTR(&pyb_elapsed_micros_obj) },
    { MP_ROM_QSTR(MP_QSTR_delay), MP_ROM_PTR(&pyb_delay_obj) },
    { MP_ROM_QSTR(MP_QSTR_counts), MP_ROM_PTR(&pyb_counts_obj) },
    { MP_ROM_QSTR(MP_QSTR_COUNTS_PER_US), MP_ROM_INT(HAL_COUNTS_PER_US) },
    { MP_ROM_QSTR(MP_QSTR_trigger), MP_ROM_PTR(&pyb_trigger_obj) },
    { MP_ROM_QSTR(MP_QSTR_alarm), MP_ROM_PTR(&pyb_alarm_obj) },
    { MP_ROM_QSTR(MP_QSTR_alarm_set), MP_ROM_PTR(&pyb_alarm_set_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_at), MP_ROM_PTR(&pyb_set_at_obj) },
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK && !QEMU_STOCK
    { MP_ROM_QSTR(MP_QSTR_spoil_mail), MP_ROM_PTR(&pyb_spoil_mail_obj) },
#endif
};
static MP_DEFINE_CONST_DICT(pyb_globals, pyb_globals_table);

const mp_obj_module_t pyb_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&pyb_globals,
};

MP_REGISTER_MODULE(MP_QSTR_pyb, pyb_module);
