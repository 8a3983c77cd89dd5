// What the files of the shim share. The shim touches Python's objects and decides nothing: order,
// places and time are the core's (uasyncio_priority.h).
//
// Every function here may raise unless it says "EXCEPTION: none", and none may be called from an
// interrupt or another thread except mp_uasyncio_priority_*().
#ifndef UASYNCIO_PRIORITY_SHIM_H
#define UASYNCIO_PRIORITY_SHIM_H

#include "py/gc.h"
#include "py/objlist.h"
#include "py/runtime.h"
#include "py/mphal.h"
#include "uasyncio_priority.h"

// A build for tests can replace the loop's clock: _mock_clock(). Boards leave it out.
#ifndef MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
#define MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK (0)
#endif

// The idle wait (idle.c). The port's configuration names it, because all C files see that. What a build system defines
// may not reach each of its objects.
#define MICROPY_UASYNCIO_PRIORITY_WAIT_GENERIC (0) // the port's own mp_event_wait_ms()
#define MICROPY_UASYNCIO_PRIORITY_WAIT_POLL (1) // poll(2)
#define MICROPY_UASYNCIO_PRIORITY_WAIT_FREERTOS (2) // a notification of FreeRTOS
#define MICROPY_UASYNCIO_PRIORITY_WAIT_WFI (3) // MICROPY_UASYNCIO_PRIORITY_WFI(), ended by any interrupt
#ifndef MICROPY_UASYNCIO_PRIORITY_WAIT
#define MICROPY_UASYNCIO_PRIORITY_WAIT (MICROPY_UASYNCIO_PRIORITY_WAIT_GENERIC)
#endif
#define UP_WAIT_IS(name) (MICROPY_UASYNCIO_PRIORITY_WAIT == MICROPY_UASYNCIO_PRIORITY_WAIT_##name)

// A stream that the operating system knows is asked by its number, together with all others.
#define UP_HAVE_FDS UP_WAIT_IS(POLL)

#include "requirements.h"

// Threads run at the same time, with no lock around all of Python: the loop is one thread's at a time.
#define UP_THREADS (MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL)

// What other contexts look at. Where those are interrupts only, a store is all it takes.
#define up_store(place, value) __atomic_store_n(place, value, UP_THREADS ? __ATOMIC_RELEASE : __ATOMIC_RELAXED)
#define up_load(place) __atomic_load_n(place, UP_THREADS ? __ATOMIC_ACQUIRE : __ATOMIC_RELAXED)

// A task. It is small because there are many: what only some need is in a join box. In this order because of the
// garbage collector: docs/architecture.md.
typedef struct _up_task_t {
    up_entry_t entry; // its flags are UP_TASK_..., and above them the epoch in which the loop knew it last
    // While it lives: None, an exception to throw at its next step, or what it is parked at.
    // When it is done: its value or exception. With UP_TASK_BOXED, all that is in the box.
    mp_obj_t data;
    mp_obj_t coro;
} up_task_t;

#define UP_TASK_DONE (1) // it ended
#define UP_TASK_RAISED (2) // with an exception, which is its data
#define UP_TASK_AWAITED (4) // somebody has, or had, its result
#define UP_TASK_BOXED (8) // data is a join box
#define UP_TASK_AWAITING (16) // one of our awaitables parked it, and is what it comes back to
#define UP_TASK_UNSEEN (32) // done; it has a turn left, to report an exception nobody awaited
#define UP_TASK_STREAMING (64) // with AWAITING: it is parked by readable() or writable()
#define UP_TASK_HANDED (128) // it was woken to take what it waits for (sync.c), at which it is parked as far as data says
#define UP_TASK_EPOCH (0xff00) // the loop's epoch when it was queued last; 0: it never was, or it was forgotten

// What a task needs only once somebody awaits it.
typedef struct _up_join_t {
    up_list_t waiters; // no type: Python never sees it
    mp_obj_t data; // what would be the task's
    mp_obj_t callback; // called with (task, exception) at its end, or MP_OBJ_NULL
} up_join_t;

// An awaitable of sleep(), sleep_ms(), after() or after_ms().
typedef struct _up_sleep_t {
    mp_obj_base_t base;
    void *armer; // until it is awaited: the task that made the call, or the loop outside of one; else NULL
    uint32_t called; // when
    uint32_t delay : 30;
    uint32_t level : 2;
} up_sleep_t;

// An awaitable of when(). `callback` is MP_OBJ_NULL when it is spent, and then `args` links it to
// the next spare one.
typedef struct _up_when_t {
    mp_obj_base_t base;
    mp_obj_t callback;
    mp_obj_t args; // a tuple
    struct _up_task_t *waiter; // the task that awaits it, or NULL
} up_when_t;

// Event, WaitQueue and ThreadSafeFlag.
typedef struct _up_waitqueue_t {
    up_list_t waiters; // its type first
    bool set; // not a WaitQueue
    bool posted; // a flag: it is in the mailbox
    bool waited; // a flag: somebody may wait
    uint8_t level; // of its wake-ups: UP_HIGH ... UP_OWN
} up_waitqueue_t;

// Lock, Semaphore and BoundedSemaphore; the items of a Queue and its room.
typedef struct _up_sem_t {
    up_waitqueue_t queue;
    mp_int_t free; // how many nobody has, or is to take
    mp_int_t taken; // how many were taken and not given back. Of what is given first, the items of a Queue, it is negative
} up_sem_t;

// Queue.
typedef struct _up_queue_t {
    up_sem_t items; // its type first
    up_sem_t *room; // no type: Python never sees it
    mp_int_t maxsize; // 0 or less: no limit
    mp_obj_list_t list; // ends with the items that are not taken
    mp_int_t unfinished; // items that task_done() was not called for
    up_waitqueue_t *finished; // set while there are none
    struct _up_put_t *spare; // a put awaitable that nobody uses, or NULL
} up_queue_t;

// An awaitable of a Queue's put().
typedef struct _up_put_t {
    mp_obj_base_t base;
    up_queue_t *queue;
    mp_obj_t item; // MP_OBJ_NULL when it is in
} up_put_t;

// A callback of call_soon() and its kin, and the handle that cancels it.
typedef struct _up_callback_t {
    up_entry_t entry; // its flags are UP_CALLBACK_...
    mp_obj_t fun; // MP_OBJ_NULL when it ran or was cancelled
    mp_obj_t args; // a tuple
} up_callback_t;

#define UP_CALLBACK_MAILED (1) // another thread left it, and it had no turn yet
#define UP_CALLBACK_OWN (2) // of a bare callable from the mailbox: nobody has it, so it is used again

// What the run loop is doing, so that it knows whose an exception is.
enum {
    UP_DOING_NOTHING, // or a step, if there is a current task
    UP_DOING_YIELD,
    UP_DOING_ASK,
    UP_DOING_CALLBACK
};

// What `context` is: new; what a handler was given, where a new one could not be had; the same, because the heap was locked.
enum {
    UP_CONTEXT_NEW,
    UP_CONTEXT_GIVEN,
    UP_CONTEXT_LOCKED
};

// The one loop.
typedef struct _up_loop_t {
    mp_obj_base_t base;
    // Bytes and what is used often come first: their offsets fit into short instructions.
    uint8_t doing;
    bool running;
    bool stopping;
    uint8_t epoch; // how often new_event_loop() emptied it, 1 to 255: see UP_TASK_EPOCH
    uint8_t again; // UP_NOT, or at which level the task is due as soon as its step has ended: a bare yield, a delay of 0
    bool fast_io; // streams wake at high level unless they say otherwise
    uint8_t context_state; // UP_CONTEXT_NEW ...
    uint8_t at_once; // how many waits in a row found their flag set: the 16th leaves a turn to others
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
    bool mock;
    mp_uint_t mock_now;
#endif
    uint16_t hpqlen;
    uint16_t spare_room; // of hpqlen, how many are not in stock
    up_task_t *cur; // the task whose step runs, or NULL
    up_task_t *doing_task; // the task that `doing` is about, or whose step runs or ran last
    up_task_t *main; // the task that run_until_complete() waits for, or NULL
    mp_obj_t calling; // the arguments of the callback or condition that runs, or what the running task waited at and was handed (sync.c); None
    mp_obj_t back; // what the running step came back from, until that notices; see up_back_from()
    mp_obj_t context; // what the next exception handler is given, made beforehand
    // The CancelledError that is thrown. One for all: it says no more than its type, and a new one would be memory for
    // each cancel.
    mp_obj_t cancelled;
    mp_obj_t exc_handler; // None: the default one
    mp_obj_t stop_value; // what run_forever() returns
    up_sleep_t *sleeper; // the awaitable that sleep() and its kin hand out
    mp_obj_t stream_wait; // the awaitable that readable() and writable() hand out, or MP_OBJ_NULL
#if UP_HAVE_FDS
    up_pollfd_t *fds; // poll(2)'s table: row 0 is ours, the others are the core's
    up_entry_t **fd_owners; // beside it
    size_t fd_room; // rows of both
#endif
    up_when_t *spare_when; // awaitables for when(): hpqlen of them
    up_callback_t *spare_callbacks; // for bare callables from the mailbox, linked by `args`
    up_entry_t *stop; // queued by stop(): it ends run_forever() when its turn comes
    up_waitqueue_t main_queue; // MicroPython's asyncio.core._task_queue: what is pushed there is due at a time
    uint32_t max_overdue;
#if MICROPY_ENABLE_VM_ABORT
    nlr_buf_t *run_nlr; // pushed by the running up_run(): see up_heal()
#if MICROPY_PY_THREAD
    void *run_thread; // whose it is
#endif
#endif
#if UP_THREADS
    void *thread; // whose the loop is: see up_take()
    bool taken; // it runs there
    mp_thread_mutex_t handover;
    uint32_t mailed; // calls that other threads left, under the mutex
    uint32_t mailed_spent; // those that had their turn, were cancelled, or dropped with the loop
#endif
    up_core_t core;
} up_loop_t;

extern const mp_obj_type_t up_loop_type;
extern const mp_obj_type_t up_task_type;
extern const mp_obj_type_t up_sleep_type;
extern const mp_obj_type_t up_when_type;
extern const mp_obj_type_t up_waitqueue_type;
extern const mp_obj_type_t up_event_type;
extern const mp_obj_type_t up_lock_type;
extern const mp_obj_type_t up_semaphore_type;
extern const mp_obj_type_t up_bounded_type;
extern const mp_obj_type_t up_queue_type;
extern const mp_obj_type_t up_put_type;
extern const mp_obj_type_t up_callback_type;
extern const mp_obj_type_t up_flag_type;
extern const mp_obj_type_t up_stream_wait_type;
extern const mp_obj_type_t up_ioqueue_type;
extern const mp_obj_base_t up_ioqueue;
extern const mp_obj_type_t mp_type_CancelledError;
extern const mp_obj_type_t mp_type_TimeoutError;
extern const mp_obj_type_t mp_type_QueueEmpty;
extern const mp_obj_type_t mp_type_QueueFull;

// Bits of types that MicroPython does not use: a task can run such an object as it is, as if it were a coroutine;
// it is an up_sem_t; its constructor takes no arguments.
#define UP_TYPE_IS_COROUTINE (0x8000)
#define UP_TYPE_COUNTS (0x4000)
#define UP_TYPE_NO_ARGS (0x2000)
#define UP_TYPE_AWAITABLE (MP_TYPE_FLAG_ITER_IS_ITERNEXT | UP_TYPE_IS_COROUTINE)

// The one loop, for those who change it, or look into the core. RuntimeError if another thread runs it.
up_loop_t *up_loop(void);
#if UP_THREADS
// The same for those who only look at it, from any thread. EXCEPTION: none.
static inline up_loop_t *up_any_loop(void) {
    return MP_STATE_VM( up_loop);
}
// The running thread, by an address of its own.
#if UP_HAVE_FDS
extern __thread char up_thread_mark; // a fifth of what mp_thread_get_state() takes
#define UP_THREAD ((void *)&up_thread_mark)
#else
#define UP_THREAD ((void *)mp_thread_get_state())
#endif
void up_take(up_loop_t *loop, bool run);
// What up_loop() checks.
static inline void up_own(up_loop_t *loop) {
    if (up_load(&loop->thread) != UP_THREAD) {
        up_take(loop, false);
    }
}
#else
#define up_any_loop up_loop
#define up_own(loop) ((void)0)
#endif

// The loop's clock, ms, wraps at 2^32. EXCEPTION: none.
static inline uint32_t up_now(up_loop_t *loop) {
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
    if (loop->mock) {
        return (uint32_t)loop->mock_now;
    }
#else
    (void)loop;
#endif
    return mp_hal_ticks_ms();
}

// schedule.c: the core's calls that need the clock, or end an idle wait
void up_schedule(up_loop_t *loop, up_entry_t *entry, uint32_t level, uint32_t delay);
size_t up_wake(up_loop_t *loop, up_list_t *list, uint32_t level, size_t n);
// Where a task is: UP_IDLE ... UP_STREAM. EXCEPTION: none.
static inline uint32_t up_place(up_task_t *task) {
    return UP_PLACE(&task->entry);
}

// heap_search.c: what is in no queue of the loop's
up_entry_t *up_search_heap(const mp_obj_type_t *type, bool (*found)(up_entry_t *entry, void *arg), void *arg);
up_task_t *up_find_task(up_loop_t *loop, mp_obj_t coro);
bool up_flags_look(up_loop_t *loop);
up_task_t *up_first_due(up_loop_t *loop);

// task.c
bool up_is_task(mp_obj_t object);
bool up_is_exception(mp_obj_t object);
mp_obj_t *up_task_data(up_task_t *task);
up_task_t *up_task_new(mp_obj_t coro);
up_task_t *up_create_task(up_loop_t *loop, mp_obj_t coro, uint32_t level);
bool up_task_known(up_loop_t *loop, up_task_t *task);
up_entry_t *up_task_entry(up_loop_t *loop, up_task_t *task);
void up_task_schedule(up_loop_t *loop, up_task_t *task, uint32_t level, uint32_t delay);
void up_task_revive(up_loop_t *loop, up_task_t *task, uint32_t level, uint32_t delay);
void up_task_unqueue(up_loop_t *loop, up_task_t *task);
void up_task_throw(up_loop_t *loop, up_task_t *task, mp_obj_t exc);
void up_task_leave(up_loop_t *loop, up_task_t *task);
void up_task_end(up_loop_t *loop, up_task_t *task, bool raised, mp_obj_t result);
bool up_task_cancel(up_loop_t *loop, up_task_t *task);

// Between a store that another context looks for and a look at what that context stores.
#define up_fence() __atomic_thread_fence(__ATOMIC_SEQ_CST)

// Whether mp_sched_vm_abort() was called. EXCEPTION: none.
static inline bool up_pending_abort(void) {
#if MICROPY_ENABLE_VM_ABORT
    return MP_STATE_VM( vm_abort);
#else
    return false;
#endif
}

// Whether mp_handle_pending() has something to do. EXCEPTION: none.
static inline bool up_pending(void) {
    if (MP_STATE_VM(sched_state) == MP_SCHED_PENDING) {
        return true;
    }
    return up_pending_abort() || MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL;
}

// resume.c: the run loop.
void up_check_idle(up_loop_t *loop);
mp_obj_t up_run(up_loop_t *loop, up_task_t *main, bool forever);
mp_obj_t up_call_now(up_loop_t *loop, uint8_t doing, mp_obj_t fun, mp_obj_t args);
up_task_t *up_current(up_loop_t *loop);
bool up_back_from(up_loop_t *loop, mp_obj_t what);
mp_obj_t up_parked(up_task_t *task, mp_obj_t at);
mp_obj_t up_wait(up_loop_t *loop, up_list_t *list, mp_obj_t at);
#define UP_SLEEP (mp_const_none)
#define UP_STREAM_WAIT (mp_const_true)

// awaitables.c
void up_when_done(up_loop_t *loop, mp_obj_t at, up_task_t *task);
void up_when_reserve(up_loop_t *loop, size_t n);

// sync.c
mp_obj_t up_waitqueue_iternext(mp_obj_t self_in);
void up_waitqueue_wake_if_set(up_loop_t *loop, up_waitqueue_t *self);
mp_obj_t up_waitqueue_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
MP_DECLARE_CONST_FUN_OBJ_1(up_waitqueue_clear_obj);
mp_obj_t up_event_set(mp_obj_t self_in);
void up_sem_pass_on(mp_obj_t at);
void up_sem_refuse(up_task_t *task);
void up_sem_give(up_sem_t *self);
bool up_sem_take(up_sem_t *self, mp_obj_t at);
MP_DECLARE_CONST_FUN_OBJ_1(up_sem_locked_obj);

// streams.c
void up_stream_ask(up_loop_t *loop, up_task_t *task);

// flag.c
// ThreadSafeFlag.set() for drivers in C. O(1). From any context, a hard interrupt too. EXCEPTION: none.
void mp_uasyncio_priority_set_flag(mp_obj_t flag);

// mail.c: where interrupts and other threads leave things.
static inline up_mailbox_t *up_mail(void) {
    return (up_mailbox_t *)MP_STATE_VM(up_mail);
}
void up_mail_read(up_loop_t *loop, bool drop);
// What is passed on by mail between threads is held on both sides until a collection under way is over. Its
// collector does not stop a thread before it looks at its stack, and may have looked into the mailbox and the
// entries before it was there. (MicroPython has no such guard for its own objects.) EXCEPTION: none.
static inline void up_settle(mp_obj_t object) {
#if UP_THREADS
    if (!gc_is_locked()) { // as in a hard interrupt, which must not wait
        gc_nbytes(MP_OBJ_TO_PTR(object)); // takes the collector's lock
    }
#else
    (void)object;
#endif
}

// loop.c
void up_report(up_loop_t *loop, mp_obj_t exc, mp_obj_t future);
void up_context_renew(up_loop_t *loop);
up_callback_t *up_as_callback(mp_obj_t object);
void up_callbacks_reserve(up_loop_t *loop);
void up_callback_spend(up_callback_t *self);
void up_callback_run(up_loop_t *loop, up_callback_t *self);
void up_call_queue(up_loop_t *loop, mp_obj_t object);
mp_obj_t up_run_until_complete(mp_obj_t loop_in, mp_obj_t aw);

// args.c: what callers pass, checked; errors name the argument.
__attribute__((noreturn)) void up_raise_runtime(mp_rom_error_text_t text);
__attribute__((noreturn)) void up_raise_type(mp_rom_error_text_t text, qstr name, mp_obj_t arg);
uint32_t up_arg_ms(mp_obj_t arg, qstr name);
uint32_t up_arg_seconds(mp_obj_t arg, qstr name);
mp_uint_t up_time(void);
uint32_t up_arg_until(mp_obj_t arg, qstr name);
uint32_t up_arg_range(mp_obj_t arg, qstr name, uint32_t min, uint32_t max);
MP_DECLARE_CONST_FUN_OBJ_2(up_check_callable_obj);
MP_DECLARE_CONST_FUN_OBJ_3(up_check_int_obj);
uint32_t up_arg_level(mp_obj_t arg);
mp_obj_t up_arg_callable(mp_obj_t arg, qstr name);
up_task_t *up_arg_task(mp_obj_t arg);

// idle.c: waits until something may have happened, at most `ms`; UINT32_MAX is for ever. Streams with a
// descriptor are asked on the way.
void up_idle(up_loop_t *loop, uint32_t ms);
#if UP_HAVE_FDS
// Asks about all descriptors, without waiting.
void up_poll(up_loop_t *loop);
// Makes room to ask about `n` descriptors. Raises MemoryError with nothing changed.
void up_poll_reserve(up_loop_t *loop, size_t n);
#endif
// Ends an idle wait. May be called from any thread, a signal handler or an interrupt.
// EXCEPTION: none.
void mp_uasyncio_priority_wake(void);
// Something is due. With a global lock it may be another thread's doing, while the loop's own waits.
// EXCEPTION: none.
static inline void up_rouse(void) {
#if MICROPY_PY_THREAD && MICROPY_PY_THREAD_GIL
    mp_uasyncio_priority_wake();
#endif
}

#endif
