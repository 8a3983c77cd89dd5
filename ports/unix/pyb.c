// `pyb` on unix: the part of a Pyboard's module that does without its hardware. A random number, the clock, timers.
//
// A Timer is a POSIX timer whose callback runs as a Pyboard's soft interrupt does: in the main thread, at the next
// bytecode boundary, whatever runs there. It knows nothing of our event loop.
//
//   POSIX timer --signal--> service thread --mp_sched_schedule--> main thread: timers_run() --> callback(timer)
//
// The way through a thread is there because mp_sched_schedule() takes a mutex, which a signal handler must not.
// The kernel sends the signals to that thread alone, which has blocked them and takes them by sigwaitinfo().
// No Python object leaves the main thread: what is scheduled is a constant, what is passed on is a bit for each timer.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/smallint.h"

#if !MICROPY_PY_THREAD
#error "pyb.Timer needs MICROPY_PY_THREAD: without it the scheduler has no lock against another thread"
#endif

// glibc names the member in its documentation only.
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

// ---------------------------------------------------------------------------------------------------------------------
// The service thread

// As many as a Pyboard has, numbered from 1.
#define NUM_TIMERS (14)

// MicroPython's own is SIGRTMIN + 5.
#define TIMER_SIGNAL (SIGRTMIN + 6)

// All of it is guarded by MICROPY_BEGIN_ATOMIC_SECTION.
static struct {
    pid_t tid; // the service thread; 0 before it runs
    unsigned value; // the last signal value given out
    unsigned armed[NUM_TIMERS]; // the signal value that counts for each timer; 0 while it is stopped
    unsigned pending; // bit n: timer n + 1 has ticked and its callback has not run yet
    bool scheduled; // timers_run() is in the scheduler's queue or running
} service;

// A signal value holds the timer's index in its low bits and counts in the others, so that the last signal of a timer
// that was stopped and started again is not taken for its first.
#define VALUE_INDEX(value) ((value) & 15)
#define VALUE_STEP (16)

static mp_obj_t timers_run(mp_obj_t unused);
static MP_DEFINE_CONST_FUN_OBJ_1(timers_run_obj, timers_run);

// With the atomic section held. Where the scheduler's queue is full the tick stays pending, and the next one tries again.
static void schedule_run(void) {
    service.scheduled = mp_sched_schedule(MP_OBJ_FROM_PTR(&timers_run_obj), mp_const_none);
}

static void *service_thread(void *started) {
    service.tid = gettid();
    sem_post(started);

    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, TIMER_SIGNAL);
    for (;;) {
        siginfo_t info;
        if (sigwaitinfo(&signals, &info) < 0) {
            continue;
        }
        unsigned value = info.si_value.sival_int;
        unsigned index = VALUE_INDEX(value);
        mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
        bool counts = index < NUM_TIMERS && service.armed[index] == value;
        if (counts) {
            service.pending |= 1u << index;
            if (!service.scheduled) {
                schedule_run();
            }
        }
        MICROPY_END_ATOMIC_SECTION(atomic_state);
        if (counts) {
            // An interrupt ends a sleep: select() and poll() return EINTR, upon which MicroPython runs what is scheduled.
            tgkill(getpid(), getpid(), TIMER_SIGNAL);
        }
    }
    return NULL;
}

static void ignore_signal(int signum) {
    (void)signum;
}

// Start the service thread; 0 or an errno. With the atomic section held, which the thread does not take before it has started.
static int service_start(void) {
    // SA_RESTART: only waits are cut short, no read or write.
    struct sigaction action = { .sa_handler = ignore_signal, .sa_flags = SA_RESTART };
    sigemptyset(&action.sa_mask);
    sigaction(TIMER_SIGNAL, &action, NULL);

    // The thread inherits a mask with everything blocked: Ctrl-C, too, stays the main thread's.
    sigset_t all, before;
    sigfillset(&all);
    sem_t started;
    sem_init(&started, 0, 0);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int error = pthread_create(&thread, NULL, service_thread, &started);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0) {
        pthread_detach(thread);
        while (sem_wait(&started) != 0) {
            // EINTR
        }
    }
    sem_destroy(&started);
    return error;
}

// ---------------------------------------------------------------------------------------------------------------------
// class Timer

typedef struct _pyb_timer_obj_t {
    mp_obj_base_t base;
    uint8_t index;
    timer_t timer; // valid while freq is not 0
    mp_float_t freq; // Hz; 0 while stopped
    mp_obj_t callback; // or None
} pyb_timer_obj_t;

// A timer lives on without a reference to it, as on a Pyboard.
MP_REGISTER_ROOT_POINTER(struct _pyb_timer_obj_t *pyb_timers[14]);

// Call the callback of each timer that has ticked. Each at most once, so that the program gets on beside the fastest timer.
static mp_obj_t timers_run(mp_obj_t unused) {
    (void)unused;
    for (unsigned index = 0; index < NUM_TIMERS; index++) {
        mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
        bool ticked = service.pending & 1u << index;
        service.pending &= ~(1u << index);
        MICROPY_END_ATOMIC_SECTION(atomic_state);
        pyb_timer_obj_t *self = MP_STATE_VM(pyb_timers)[index];
        if (!ticked || self->callback == mp_const_none) {
            continue;
        }
        nlr_buf_t nlr;
        if (nlr_push(&nlr) == 0) {
            mp_call_function_1(self->callback, MP_OBJ_FROM_PTR(self));
            nlr_pop();
        } else if (nlr.ret_val == &MP_STATE_VM(mp_kbd_exception)) {
            // Ctrl-C came while the callback ran, but it is meant for the program.
            mp_sched_keyboard_interrupt();
        } else {
            self->callback = mp_const_none;
            mp_printf(MICROPY_ERROR_PRINTER, "uncaught exception in Timer(%u) interrupt handler\n", index + 1);
            mp_obj_print_exception(MICROPY_ERROR_PRINTER, MP_OBJ_FROM_PTR(nlr.ret_val));
        }
    }
    mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
    service.scheduled = false;
    if (service.pending) {
        schedule_run();
    }
    MICROPY_END_ATOMIC_SECTION(atomic_state);
    return mp_const_none;
}

static void timer_stop(pyb_timer_obj_t *self) {
    mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
    service.armed[self->index] = 0;
    service.pending &= ~(1u << self->index);
    MICROPY_END_ATOMIC_SECTION(atomic_state);
    if (self->freq != 0) {
        self->freq = 0;
        timer_delete(self->timer);
    }
}

static void timer_start(pyb_timer_obj_t *self, mp_obj_t freq_in) {
    mp_float_t freq = mp_obj_get_float(freq_in);
    if (!(freq >= MICROPY_FLOAT_CONST(0.001) && freq <= MICROPY_FLOAT_CONST(100000.0))) {
        mp_raise_ValueError(MP_ERROR_TEXT("freq must be 0.001 to 100000 Hz"));
    }
    timer_stop(self);

    mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
    int error = service.tid == 0 ? service_start() : 0;
    unsigned value = service.value += VALUE_STEP;
    value |= self->index;
    MICROPY_END_ATOMIC_SECTION(atomic_state);

    if (error == 0) {
        struct sigevent event;
        memset(&event, 0, sizeof(event));
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_notify_thread_id = service.tid;
        event.sigev_signo = TIMER_SIGNAL;
        event.sigev_value.sival_int = value;
        error = timer_create(CLOCK_MONOTONIC, &event, &self->timer) == 0 ? 0 : errno;
    }
    if (error != 0) {
        mp_raise_OSError(error);
    }
    self->freq = freq;
    atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
    service.armed[self->index] = value;
    MICROPY_END_ATOMIC_SECTION(atomic_state);

    int64_t ns = (int64_t)(MICROPY_FLOAT_CONST(1e9) / freq);
    struct itimerspec spec = { .it_interval = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 } };
    spec.it_value = spec.it_interval;
    timer_settime(self->timer, 0, &spec, NULL);
}

static void timer_set_callback(pyb_timer_obj_t *self, mp_obj_t callback) {
    if (callback != mp_const_none && !mp_obj_is_callable(callback)) {
        mp_raise_ValueError(MP_ERROR_TEXT("callback must be None or callable"));
    }
    self->callback = callback;
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

static const mp_rom_map_elem_t timer_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&timer_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&timer_deinit_obj) },
    { MP_ROM_QSTR(MP_QSTR_callback), MP_ROM_PTR(&timer_callback_obj) },
    { MP_ROM_QSTR(MP_QSTR_freq), MP_ROM_PTR(&timer_freq_obj) },
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

// rng(): 30 random bits, from the operating system.
static mp_obj_t pyb_rng(void) {
    uint32_t bits;
    mp_hal_get_random(sizeof(bits), (void *)&bits); // MicroPython 1.28 wants bytes
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

// delay(ms): timers go on.
static mp_obj_t pyb_delay(mp_obj_t ms_in) {
    mp_int_t ms = mp_obj_get_int(ms_in);
    mp_hal_delay_ms(MAX(ms, 0));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pyb_delay_obj, pyb_delay);

static const mp_rom_map_elem_t pyb_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_pyb) },
    { MP_ROM_QSTR(MP_QSTR_Timer), MP_ROM_PTR(&pyb_timer_type) },
    { MP_ROM_QSTR(MP_QSTR_rng), MP_ROM_PTR(&pyb_rng_obj) },
    { MP_ROM_QSTR(MP_QSTR_millis), MP_ROM_PTR(&pyb_millis_obj) },
    { MP_ROM_QSTR(MP_QSTR_micros), MP_ROM_PTR(&pyb_micros_obj) },
    { MP_ROM_QSTR(MP_QSTR_elapsed_millis), MP_ROM_PTR(&pyb_elapsed_millis_obj) },
    { MP_ROM_QSTR(MP_QSTR_elapsed_micros), MP_ROM_PTR(&pyb_elapsed_micros_obj) },
    { MP_ROM_QSTR(MP_QSTR_delay), MP_ROM_PTR(&pyb_delay_obj) },
};
static MP_DEFINE_CONST_DICT(pyb_globals, pyb_globals_table);

const mp_obj_module_t pyb_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&pyb_globals,
};

MP_REGISTER_MODULE(MP_QSTR_pyb, pyb_module);
