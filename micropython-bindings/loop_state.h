// The state of the one loop, which hangs on a root pointer. Its methods are in loop_object.c.
#ifndef UASYNCIO_PRIORITY_LOOP_STATE_H
#define UASYNCIO_PRIORITY_LOOP_STATE_H

#include "shim.h"

// What the run loop is doing, so that it knows whose an exception is.
enum {
    UP_DOING_NOTHING, // or a step, if there is a current task
    UP_DOING_YIELD,
    UP_DOING_ASK,
    UP_DOING_CALLBACK
};

// In `stopping`.
#define UP_STOPS_FOR_SIGHT (2)
// Whether something can be: idle.h. A native .mpy has none of it, because it cannot see how much was allocated.
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS && MICROPY_GC_ALLOC_THRESHOLD && !defined(MICROPY_ENABLE_DYNRUNTIME)
#define UP_IDLE_WORKS (1)
#else
#define UP_IDLE_WORKS (0)
#endif
// What is to be done before an idle wait.
#define UP_IDLE_CONTEXT (1) // the context of the exception handler is to be renewed, if the heap is not locked
#define UP_IDLE_GC (2) // a collection, if enough was allocated
#define UP_IDLE_HOOK (4) // in place of the wait, idle_hook
#define UP_IDLE_CALLS (8) // nothing: idle_hook is being called, and was not set meanwhile

// The one loop.
struct _up_loop_t {
    mp_obj_base_t base;
    // Bytes and what is used often come first: their offsets fit into short instructions.
    uint8_t doing;
    bool running;
    uint8_t stopping; // the run ends with this pass, or UP_STOPS_FOR_SIGHT: it goes on in another function
    uint8_t epoch; // changes when new_event_loop() empties it: see UP_TASK_EPOCH
    uint8_t again; // UP_NOT, or at which level the task is due as soon as its step has ended: a bare yield, a delay of 0
    bool fast_io; // streams wake at high level unless they say otherwise
    uint8_t context_state; // UP_CONTEXT_NEW ...
    bool callbacks_reserved; // up_callbacks_reserve() made `spare_callbacks`
#if UP_IDLE_WORKS
    uint8_t idle_work; // UP_IDLE_..., or 0
#endif
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
    up_task_t *dropped; // the task whose step called new_event_loop(), until the run is over, or NULL
    mp_obj_t calling; // the arguments of the callback or condition that runs; None
    mp_obj_t back; // what the running step came back from, until that notices; see up_back_from()
    mp_obj_t context; // what the next exception handler is given, made beforehand
    // The CancelledError that is thrown. One for all: it says no more than its type, and a new one would be memory for
    // each cancel.
    mp_obj_t cancelled;
    mp_obj_t exc_handler; // None: the default one
    mp_obj_t stop_value; // what run_forever() returns
    struct _up_sleep_t *sleeper; // the awaitable that sleep() and its kin hand out
    mp_obj_t urgent_at; // the flag that the running step came back from, if `back` is UP_URGENT_WAIT
    mp_obj_t urgent; // the awaitable that a flag's wait(True) hands out, or MP_OBJ_NULL
    mp_obj_t stream_wait; // the awaitable that readable() and writable() hand out, or MP_OBJ_NULL
#if UP_HAVE_FDS
    up_pollfd_t *fds; // poll(2)'s table: row 0 is ours, the others are the core's
    up_entry_t **fd_owners; // beside it
    size_t fd_room; // rows of both
#endif
#if UP_IDLE_WORKS
    mp_obj_t idle_hook; // what is called in place of the idle wait, or None
    uint32_t gc_least; // gc_idle(): collects if so many blocks were allocated
    uint32_t gc_took_us; // how long its last collection took
#endif
    struct _up_when_t *spare_when; // awaitables for when(): hpqlen of them
    struct _up_callback_t *spare_callbacks; // for bare callables from the mailbox, linked by `args`
    up_entry_t *stop; // queued by stop(): it ends run_forever() when its turn comes.
    up_flag_t main_queue; // MicroPython's asyncio.core._task_queue: what is pushed there is due at a time
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
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
    struct _up_sight_t *sight; // what is seen, or NULL: nothing is
#endif
};

#endif
