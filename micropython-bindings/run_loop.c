// The run loop: does what the core says, one entry a pass, and contains what goes wrong in it.
#include "py/objexcept.h"
#include "py/objtuple.h"
#include "args.h"
#include "await.h"
#include "callbacks.h"
#include "clock.h"
#include "diagnostics.h"
#include "flag.h"
#include "idle.h"
#include "loop_state.h"
#include "mail.h"
#include "mailbox.h"
#include "platform/platform.h"
#include "posts.h"
#include "report.h"
#include "run_loop.h"
#include "sleep.h"
#include "streams.h"
#include "task.h"
#include "taskgroup.h"
#include "threads.h"
#include "timeout.h"
#include "when.h"

void up_panic(void) {
    up_raise_runtime(MP_ERROR_TEXT("uasyncio_priority is damaged: report it"));
}

// Whether an exception is a task's own affair; else (KeyboardInterrupt, SystemExit) it ends the run.
static bool up_ordinary(mp_obj_t exc) {
    return mp_obj_exception_match(exc, MP_OBJ_FROM_PTR(&mp_type_Exception))
        || mp_obj_exception_match(exc, MP_OBJ_FROM_PTR(&mp_type_CancelledError));
}

static inline __attribute__((always_inline)) bool is_coroutine(mp_obj_t o) { // on the way of each step
    return mp_obj_is_type(o, &mp_type_gen_instance);
}

// What a task yielded that is not None (docs/behaviour.md, section 5). Raises what the task is to be told.
static void up_yielded(up_loop_t *loop, up_task_t *task, mp_obj_t value) {
    const mp_obj_type_t *type = mp_obj_get_type(value);
    bool known = type == &up_sleep_type || type == &up_when_type;
    if (known) {
        // `yield sleep_ms(n)`, as in V2. It resumes the task, not an await.
        loop->back = MP_OBJ_NULL;
        mp_iternext(value);
        task->entry.flags &= ~UP_TASK_AWAITING;
        if (loop->again != UP_NOT) {
            return; // a delay of 0: it is queued when the step is over
        }
    } else if (!mp_obj_is_small_int(value) && value != mp_const_false) {
        mp_obj_t handle[2];
        mp_load_method_protected(value, MP_QSTR_handle, handle, false);
        if (handle[0] != MP_OBJ_NULL) {
            mp_call_method_n_kw(0, 0, handle);
            known = true;
        }
    }
    if (up_place(task) != UP_IDLE || *up_task_data(task) != mp_const_none) {
        return; // it parked itself
    }
    if (value == mp_const_false) {
        return; // somebody else will schedule it
    }
    uint32_t delay = 0;
    if (is_coroutine(value)) {
        // Started before the yielder goes on.
        up_create_task(loop, value, UP_NORMAL, mp_const_none);
    } else if (mp_obj_is_int(value)) {
        delay = up_arg_ms(value, MP_QSTR_yield);
    } else if (!known) {
        up_raise_type(MP_ERROR_TEXT("a %q can't yield %s"), MP_QSTR_task, value);
    }
    up_task_schedule(loop, task, UP_OWN, delay);
}

// After a task's step, however it ended.
static void up_step_over(up_loop_t *loop) {
    if (loop->sleeper->armer != NULL) {
        // Kept for later: it is theirs.
        up_sleep_t *next = m_new_obj_maybe(up_sleep_t);
        if (next != NULL) {
            next->base.type = &up_sleep_type;
            next->armer = NULL;
            loop->sleeper = next;
        }
    }
}

// Words that MicroPython allocates for a traceback's first entry: file, line and block.
#define TRACEBACK_ENTRY_WORDS (3)

// A task with data, or that is joined, begins its step: what it waited at is let go. Returns what it comes back from, for
// up_back_from(), or what is to be thrown into it, which is `exc` too. MP_OBJ_NULL: it was its last turn, and no step.
static MP_NOINLINE mp_obj_t up_unpark(up_loop_t *loop, up_task_t *task, mp_obj_t *exc) {
    if (task->entry.flags & UP_TASK_DONE) {
        // Its last turn: report the exception it ended with, unless somebody has it by now.
        task->entry.flags &= ~UP_TASK_UNSEEN;
        up_task_leave(loop, task);
        if (!(task->entry.flags & UP_TASK_AWAITED)) {
            up_report(loop, task->entry.data, MP_OBJ_FROM_PTR(task));
        }
        return MP_OBJ_NULL;
    }
    mp_obj_t *data = up_task_data(task);
    mp_obj_t at = *data;
    *data = mp_const_none;
    if (at == mp_const_none) {
        return at; // of a task that is joined
    }
    const mp_obj_type_t *type = mp_obj_get_type(at);
    if (type == &up_when_type) {
        up_when_done(loop, at, task);
    } else if (type != &up_task_type && !(type->flags & UP_TYPE_IS_COROUTINE) && up_is_exception(at)) { // what tasks wait at is mostly known as none
        *exc = at;
        if (at == loop->cancelled) {
            // Its traceback begins anew. It may use the same place if that was not borrowed and has not grown.
            mp_obj_exception_t *native = MP_OBJ_TO_PTR(at);
            native->traceback_len = 0;
            if (native->traceback_alloc != TRACEBACK_ENTRY_WORDS) {
                native->traceback_data = NULL;
            }
        }
        return at; // which no awaitable is
    }
    if (!(task->entry.flags & UP_TASK_SHARED)) {
        return at;
    }
    if (mp_obj_is_type(at, &up_flag_type)) {
        loop->urgent_at = at;
        return UP_URGENT_WAIT;
    }
    return UP_STREAM_WAIT;
}

// What is compiled once for the passes that are seen and once for those that are not, so that the latter do not even look.
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
#define UP_TWICE inline __attribute__((always_inline))
#define UP_SEE_NO_STEP(loop, seen) \
    do { \
        if (seen) { \
            up_see_no_step(loop); \
        } \
    } while (0)
#else
#define UP_TWICE
#define UP_SEE_NO_STEP(loop, seen) (void)0
#endif
#if UP_TRACES
#define UP_SEE_CALL(loop, seen, entry) \
    do { \
        if (seen) { \
            up_see_call(loop, entry); \
        } \
    } while (0)
#define UP_PENDING(loop, seen) ((seen) ? up_see_pending(loop) : mp_handle_pending(true))
#define UP_MAIL_READ(loop, seen) ((seen) ? up_see_mail(loop) : up_mail_read(loop, false))
#else
#define UP_SEE_CALL(loop, seen, entry) UP_SEE_NO_STEP(loop, seen)
#define UP_PENDING(loop, seen) mp_handle_pending(true)
#define UP_MAIL_READ(loop, seen) up_mail_read(loop, false)
#endif

// One step of a task. Raises what leaves the task: while a task is the current one and nothing else is done.
static UP_TWICE void up_step(up_loop_t *loop, up_task_t *task, bool seen) {
    mp_obj_t exc = MP_OBJ_NULL;
    mp_obj_t at = task->entry.data;
    if (at != mp_const_none) {
        UP_SEE_NO_STEP(loop, seen); // yet: the exception handler may switch it off
        at = up_unpark(loop, task, &exc);
        if (at == MP_OBJ_NULL) {
            return;
        }
    }
    uint32_t flags = task->entry.flags;
    loop->back = flags & UP_TASK_AWAITING ? at : MP_OBJ_NULL;
    task->entry.flags = flags & ~(UP_TASK_AWAITING | UP_TASK_SHARED);
    loop->doing_task = task;
    loop->cur = task;
    mp_obj_t ret;
    mp_vm_return_kind_t kind;
    mp_obj_t coro = task->coro;
    bool generator = false;
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
    if (seen) {
        generator = up_see_step(loop, task, &coro);
    }
#else
    (void)seen;
#endif
    if (!generator) {
        if (!is_coroutine(coro)) {
            coro = up_task_coro(task);
        }
        generator = is_coroutine(coro);
    }
    if (generator) {
        kind = up_resume(coro, exc, &ret);
    } else {
        kind = mp_resume(coro, exc == MP_OBJ_NULL ? mp_const_none : MP_OBJ_NULL, exc, &ret);
    }
    if (kind == MP_VM_RETURN_EXCEPTION) {
        nlr_raise(ret);
    }
    if (loop->sleeper->armer != NULL) { // it would find nothing to do
        up_step_over(loop);
    }
    if (kind == MP_VM_RETURN_NORMAL) {
        loop->cur = NULL;
        up_task_end(loop, task, false, ret);
        return;
    }
    if (ret != mp_const_none) {
        loop->doing = UP_DOING_YIELD;
        up_yielded(loop, task, ret);
        loop->doing = UP_DOING_NOTHING;
    } else if (!(task->entry.flags & UP_TASK_AWAITING) && (task->entry.data == mp_const_none || *up_task_data(task) == mp_const_none)) {
        // A bare yield: again, unless it is in some queue.
        loop->again = UP_OWN;
    }
    loop->cur = NULL;
}

// Asks the condition that a task waits for.
static void up_ask(up_loop_t *loop, up_task_t *task) {
    mp_obj_t data = task->entry.flags & UP_JOINED ? *up_task_data(task) : task->entry.data;
    up_when_t *when = MP_OBJ_TO_PTR(data);
    bool truth = true; // wakes it if somebody wrote to its data
    if (mp_obj_is_type(data, &up_when_type) && when->callback != MP_OBJ_NULL) {
        mp_obj_tuple_t *args = MP_OBJ_TO_PTR(when->args);
        mp_obj_base_t *callback = MP_OBJ_TO_PTR(when->callback); // when() saw to it that it can be called
        loop->doing_task = task;
        loop->doing = UP_DOING_ASK;
        loop->calling = MP_OBJ_FROM_PTR(args);
        mp_obj_t said = MP_OBJ_TYPE_GET_SLOT(callback->type, call)(MP_OBJ_FROM_PTR(callback), args->len, 0, args->items);
        loop->calling = mp_const_none;
        truth = said != mp_const_false && mp_obj_is_true(said);
        loop->doing = UP_DOING_NOTHING;
    }
    if (truth) {
        up_core_found(&loop->core, &task->entry, UP_TRUE, up_now(loop));
    }
}

// Asks the conditions of a pass, from that of `entry` on, until something else comes first.
static void up_ask_all(up_loop_t *loop, up_entry_t *entry) {
    do {
        up_ask(loop, (up_task_t *)entry); // only tasks wait
    } while (!loop->stopping && !up_pending() && (entry = up_core_next_condition(&loop->core, up_mail())) != NULL);
}

#if MICROPY_UASYNCIO_PRIORITY_TESTING
// In virtual time a wait takes none, but what descriptors bring comes first, and so does what other contexts left. RuntimeError
// if the wait cannot end.
static void up_idle_virtual(up_loop_t *loop, uint32_t now, uint32_t ms) {
#if UP_HAVE_FDS
    uint32_t fds = up_core_fd_count(&loop->core);
    if (fds != 0) {
        up_wait_for_event(loop, now, 1); // the kernel takes its time to carry a byte from one end to the other
        if (up_core_fd_count(&loop->core) != fds || up_mail_pending(up_mail())) {
            return;
        }
    }
#else
    const uint32_t fds = 0;
#endif
    if (up_virtual_pass(ms == UINT32_MAX ? UINT64_MAX : (up_virtual.us / 1000 + ms) * 1000)) {
        return;
    }
    if (fds == 0) {
        up_raise_runtime(MP_ERROR_TEXT("virtual time: all wait, and nothing is scripted that could wake one"));
    }
    up_wait_for_event(loop, now, ms);
}
#endif

// Waits while nothing is due. A mock clock moves on instead.
static void up_idle(up_loop_t *loop, uint32_t now, uint32_t ms) {
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
    if (loop->mock) {
#if MICROPY_UASYNCIO_PRIORITY_TESTING
        if (up_is_virtual(loop)) {
            up_idle_virtual(loop, now, ms);
            return;
        }
#endif
        if (ms != UINT32_MAX) {
            UP_MOCK_IDLE();
            loop->mock_now += ms;
            return;
        }
    }
#endif
    up_wait_for_event(loop, now, ms);
}

// Does what the core said at `now` that is not to run an entry. `idle_ends`: a run ends when nothing is left.
static MP_NOINLINE void up_act(up_loop_t *loop, const up_todo_t *todo, uint32_t now, bool idle_ends) {
    uint32_t ms = todo->of.ms; // if it is to wait so long
    switch (todo->action) {
        case UP_ASK:
            up_ask_all(loop, todo->of.entry);
            break;
        case UP_ASK_STREAM:
            up_stream_ask(loop, (up_task_t *)todo->of.entry);
            break;
#if UP_HAVE_FDS
        case UP_ASK_FDS:
            up_poll(loop);
            break;
#endif
        case UP_MAIL:
            up_mail_read(loop, false);
            break;
        case UP_WAIT_FOREVER:
            if (idle_ends && (!UP_HAVE_FDS || up_core_fd_count(&loop->core) == 0) && !up_flag_is_awaited()) {
                loop->stopping = true; // no stream can bring anything, and no flag
                break;
            }
            ms = UINT32_MAX;
            MP_FALLTHROUGH
        case UP_WAIT:
#if !UP_IDLE_WORKS
            if (loop->context_state == UP_CONTEXT_LOCKED && !gc_is_locked()) {
                up_context_renew(loop); // the old one holds an exception
                break; // that allocates, and a finaliser may have queued something
            }
#endif
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
            ms = up_see_wait(loop, ms);
#endif
#if UP_IDLE_WORKS
            if (loop->idle_work != 0 && up_idle_work(loop, ms)) {
                break;
            }
#endif
            up_idle(loop, now, ms);
            break;
        default:
            up_panic();
    }
}

// Runs passes until `main` has ended or stop() had its turn, which is `stopping`, or, with neither to wait for, nothing is
// left. `seen`, a constant: each pass is told to diagnostics.c.
static UP_TWICE void up_passes(up_loop_t *loop, up_task_t *main, bool forever, bool seen) {
#if MICROPY_PY_THREAD && MICROPY_PY_THREAD_GIL
    unsigned passes = 0;
#endif
    while (!loop->stopping) {
        if (up_pending()) {
            UP_PENDING(loop, seen);
            if (loop->stopping) {
                return; // a scheduled callback said so
            }
        }
#if MICROPY_PY_THREAD && MICROPY_PY_THREAD_GIL
        // The interpreter lets other threads in by a count of branches that begins anew with each step.
        if (++passes % 32 == 0) {
            MP_THREAD_GIL_EXIT();
            MP_THREAD_GIL_ENTER();
            if (loop->stopping) {
                return; // another thread did
            }
        }
#endif
        uint32_t again = loop->again;
        // mutation: yielded-for-ever
        loop->again = UP_NOT;
        up_todo_t todo;
        uint32_t now = up_now(loop);
        up_entry_t *entry = up_core_next(&loop->core, up_mail(), again, now, &todo);
        if (entry == NULL && todo.action == UP_MAIL) { // from an interrupt to its task there is no pass between
            UP_MAIL_READ(loop, seen);
            if (loop->stopping) {
                return; // a call said so
            }
            now = up_now(loop);
            entry = up_core_next(&loop->core, up_mail(), UP_NOT, now, &todo);
        }
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
        if (seen) {
            up_see_begin(loop, entry, now, &todo);
        }
#endif
        if (entry == NULL) {
            up_act(loop, &todo, now, main == NULL && !forever);
        } else if (entry->object == &up_task_type) {
            up_step(loop, (up_task_t *)entry, seen);
        } else {
            UP_SEE_CALL(loop, seen, entry);
            if (entry->object == &up_callback_type) {
                up_callback_run(loop, (up_callback_t *)entry);
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
            } else if (entry->object == &up_member_type) {
                up_group_ended(loop, entry);
#endif
            } else if (entry != loop->stop) {
                up_timeout_fire(loop, entry);
            } else {
                up_core_forget(&loop->core, entry);
                loop->stopping = forever;
            }
        }
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
        if (seen) {
            up_see_end(loop);
        }
#endif
    }
}

#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
static MP_NOINLINE void up_passes_unseen(up_loop_t *loop, up_task_t *main, bool forever) {
    up_passes(loop, main, forever, false);
}

static MP_NOINLINE void up_passes_seen(up_loop_t *loop, up_task_t *main, bool forever, bool raised) {
    up_see_run(loop, raised);
    up_passes(loop, main, forever, true);
}

// The same, seen or not, as loop->sight says, which a pass may change. `raised`: the pass before did.
static void up_all_passes(up_loop_t *loop, up_task_t *main, bool forever, bool raised) {
    do {
        if (loop->stopping == UP_STOPS_FOR_SIGHT) {
            loop->stopping = false;
        }
        if (loop->sight == NULL) {
            up_passes_unseen(loop, main, forever);
        } else {
            up_passes_seen(loop, main, forever, raised);
        }
        raised = false;
    } while (loop->stopping == UP_STOPS_FOR_SIGHT);
}
#else
static void up_all_passes(up_loop_t *loop, up_task_t *main, bool forever, bool raised) {
    (void)raised;
    up_passes(loop, main, forever, false);
}
#endif

// An exception left a pass. True if it stays inside the loop: it is a task's or a callback's own.
static bool up_contained(up_loop_t *loop, mp_obj_t exc) {
    uint8_t doing = loop->doing;
    up_task_t *task = loop->doing_task;
    loop->doing = UP_DOING_NOTHING;
    bool ordinary = up_ordinary(exc);
    if (doing == UP_DOING_NOTHING && loop->cur != NULL) { // in a step
        up_step_over(loop);
        loop->cur = NULL;
        // StopIteration: a coroutine that is not a generator returned.
        bool raised = !mp_obj_exception_match(exc, MP_OBJ_FROM_PTR(&mp_type_StopIteration));
        up_task_end(loop, task, raised, raised ? exc : mp_obj_exception_get_value(exc));
        return ordinary;
    }
    loop->cur = NULL;
    loop->calling = mp_const_none;
    if (!ordinary) {
        if (doing == UP_DOING_YIELD) {
            up_task_schedule(loop, task, UP_OWN, 0);
        }
        return false;
    }
    if (doing == UP_DOING_CALLBACK) {
        up_report(loop, exc, mp_const_none);
    } else if (doing != UP_DOING_NOTHING) {
        uint32_t place = up_place(task);
        if (place == UP_CONDITION) {
            up_core_found(&loop->core, &task->entry, UP_TRUE, up_now(loop)); // as urgent as if it had come true
        }
        // Into the task, unless the condition itself ended the wait.
        if (doing == UP_DOING_YIELD || place == UP_CONDITION || place == UP_STREAM) {
            up_task_throw(loop, task, exc);
        }
    }
    return doing != UP_DOING_NOTHING;
}

// Contains `exc`, an exception of the call before, or MP_OBJ_NULL, then runs passes until they end or one
// raises. The exception, or MP_OBJ_NULL. One nlr_push serves all steps until something raises.
static MP_NOINLINE mp_obj_t up_protected_passes(up_loop_t *loop, up_task_t *main, bool forever, mp_obj_t exc) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        return MP_OBJ_FROM_PTR(nlr.ret_val);
    }
    if (exc == MP_OBJ_NULL && main != NULL) {
        if (!up_task_known(loop, main)) {
            up_task_schedule(loop, main, UP_OWN, 0);
        }
        loop->stopping = main->entry.flags & UP_TASK_DONE;
    }
#if MICROPY_ENABLE_VM_ABORT
    loop->run_nlr = &nlr;
#if MICROPY_PY_THREAD
    loop->run_thread = mp_thread_get_state();
#endif
#endif
    up_store(&loop->running, true);
    if (exc == MP_OBJ_NULL || up_contained(loop, exc)) {
        up_all_passes(loop, main, forever, exc != MP_OBJ_NULL);
        exc = MP_OBJ_NULL;
    }
    up_store(&loop->running, false);
    nlr_pop();
    return exc;
}

// What a run leaves behind, however it ended, is put in order. EXCEPTION: none.
static void up_run_over(up_loop_t *loop) {
    loop->stop_value = mp_const_none;
    loop->stopping = false;
    up_task_t *dropped = loop->dropped;
    loop->dropped = NULL;
    if (dropped != NULL && !(dropped->entry.flags & UP_TASK_DONE)) {
        // Dropped with the loop, wherever its last step went to wait.
        // mutation: dropped-and-waiting
        up_task_leave(loop, dropped);
    } else if (loop->again != UP_NOT && up_place(loop->doing_task) == UP_IDLE) {
        // The run ended with that very step.
        up_task_schedule(loop, loop->doing_task, loop->again, 0);
    }
    loop->again = UP_NOT;
    loop->doing_task = NULL;
    loop->main = NULL;
    up_context_renew(loop); // if an exception left its handler
#if UP_THREADS
    up_store(&loop->taken, false);
#endif
}

#if MICROPY_ENABLE_VM_ABORT
// mp_sched_vm_abort() jumps to the port's top level, past all that was pushed with nlr_push(), and so past the end of
// up_run(): the loop stays as if it ran. That is seen, and put in order, when the loop is to run again: the run's nlr_buf_t
// is not among the thread's any more. (MicroPython aborts the main thread only. A later nlr_buf_t may by chance be in the
// same place: then the loop is said to run already, as long as that is there.)
void up_heal(up_loop_t *loop) {
    if (!up_load(&loop->running)) {
        return;
    }
#if MICROPY_PY_THREAD
    if (loop->run_thread != mp_thread_get_state()) {
        return;
    }
#endif
    for (nlr_buf_t *nlr = MP_STATE_THREAD( nlr_top); nlr != NULL; nlr = nlr->prev) {
        if (nlr == loop->run_nlr) {
            return;
        }
    }
    up_task_t *task = loop->cur;
    if (task != NULL && loop->doing == UP_DOING_NOTHING) {
        up_step_over(loop);
        // Its coroutine was left in its midst and cannot go on: it is told so at the next step, and who awaits it is too.
        if (up_place(task) == UP_IDLE) {
            up_task_schedule(loop, task, UP_OWN, 0);
        }
    }
    loop->cur = NULL;
    loop->calling = mp_const_none;
    loop->doing = UP_DOING_NOTHING;
    up_run_over(loop);
    up_store(&loop->running, false);
}
#endif

// RuntimeError inside the loop.
void up_check_idle(up_loop_t *loop) {
    up_heal(loop);
    if (up_load(&loop->running)) {
        up_raise_runtime(MP_ERROR_TEXT("the loop is running already"));
    }
}

// Runs the loop until `main` ends, and returns its value or raises its exception. Without `main`:
// until stop() if `forever` (the value given to stop_loop(), or None), else until nothing is left.
// RuntimeError inside the loop, and in a finaliser: what it ran could have no memory, and the heap is half swept.
mp_obj_t up_run(up_loop_t *loop, up_task_t *main, bool forever) {
    if (up_in_finaliser()) {
        up_raise_runtime(MP_ERROR_TEXT("a finaliser can't run the loop"));
    }
#if UP_THREADS
    up_heal(loop);
    up_take(loop, true);
#else
    up_check_idle(loop);
#endif
    loop->main = main;
    loop->stop_value = mp_const_none;
    mp_obj_t exc = MP_OBJ_NULL;
    do {
        exc = up_protected_passes(loop, main, forever, exc);
    } while (loop->running);
    mp_obj_t value = loop->stop_value;
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
    up_see_run_over(loop, exc != MP_OBJ_NULL);
#endif
    up_run_over(loop);
    if (exc == MP_OBJ_NULL) {
        if (main == NULL || !(main->entry.flags & UP_TASK_DONE)) {
            return value;
        }
        main->entry.flags |= UP_TASK_AWAITED;
        exc = main->entry.data;
        if (!(main->entry.flags & UP_TASK_RAISED)) {
            return exc; // its value
        }
    }
    nlr_raise(exc);
}
