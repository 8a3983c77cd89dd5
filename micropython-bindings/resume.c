// The run loop: does what the core says, one entry a pass, and contains what goes wrong in it.
#include "py/objgenerator.h"
#include "shim.h"

// The running task; RuntimeError outside of one.
up_task_t *up_current(up_loop_t *loop) {
    if (loop->cur == NULL) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("await outside a running task"));
    }
    return loop->cur;
}

void up_panic(void) {
    mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("uasyncio_priority is inconsistent: please report this bug"));
}

// Whether an exception is a task's own affair; else (KeyboardInterrupt, SystemExit) it ends the run.
static bool up_ordinary(mp_obj_t exc) {
    return mp_obj_exception_match(exc, MP_OBJ_FROM_PTR(&mp_type_Exception))
        || mp_obj_exception_match(exc, MP_OBJ_FROM_PTR(&mp_type_CancelledError));
}

static bool is_coroutine(mp_obj_t o) {
    return mp_obj_is_type(o, &mp_type_gen_instance);
}

// What a task yielded that is not None (SPEC 5). Raises what the task is to be told.
static void up_yielded(up_loop_t *loop, up_task_t *task, mp_obj_t value) {
    uint32_t delay = 0;
    mp_obj_t handle[2] = { MP_OBJ_NULL, MP_OBJ_NULL };
    const mp_obj_type_t *type = mp_obj_get_type(value);
    if (type == &up_sleep_type || type == &up_when_type) {
        // `yield sleep_ms(n)`, as in V2. It resumes the task, not an await.
        loop->back = MP_OBJ_NULL;
        mp_iternext(value);
        task->flags &= ~UP_TASK_AWAITING;
    } else if (!mp_obj_is_small_int(value) && !mp_obj_is_bool(value)) {
        mp_load_method_protected(value, MP_QSTR_handle, handle, false);
        if (handle[0] != MP_OBJ_NULL) {
            mp_call_method_n_kw(0, 0, handle);
        }
    }
    if (up_core_place(&loop->core, task->handle) != UP_IDLE || *up_task_data(task) != mp_const_none) {
        return; // it parked itself
    }
    if (value == mp_const_false) {
        return; // somebody else will schedule it
    }
    if (is_coroutine(value)) {
        // Started before the yielder goes on.
        up_create_task(loop, value, UP_NORMAL);
    } else if (mp_obj_is_int(value)) {
        delay = up_arg_ms(value, MP_QSTR_yield);
    } else if (handle[0] == MP_OBJ_NULL && type != &up_sleep_type && type != &up_when_type) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("a task can't yield %s"), mp_obj_get_type_str(value));
    }
    up_task_schedule(loop, task, UP_OWN, delay);
}

// Before a task's step: what it waited at is let go; the exception to throw into it, if any.
static mp_obj_t up_take_data(up_loop_t *loop, up_task_t *task) {
    mp_obj_t *data = up_task_data(task);
    mp_obj_t d = *data;
    if (d == mp_const_none) {
        return MP_OBJ_NULL;
    }
    *data = mp_const_none;
    if (mp_obj_is_exception_instance(d) || mp_obj_is_exception_type(d)) {
        return d;
    }
    if (mp_obj_is_type(d, &up_when_type)) {
        up_when_done(loop, MP_OBJ_TO_PTR(d), task);
    }
    return MP_OBJ_NULL;
}

// After a task's step, however it ended.
static void up_step_over(up_loop_t *loop, up_task_t *task) {
    if (loop->calling != MP_OBJ_NULL && mp_obj_is_type(loop->calling, &up_lock_type)) {
        // A lock was handed to it. If it did not take it, the next one gets it.
        up_lock_abandon(loop, MP_OBJ_TO_PTR(loop->calling), task);
    }
    loop->calling = MP_OBJ_NULL;
    if (loop->sleeper->armed) {
        // Kept for later: it is theirs.
        up_sleep_t *next = m_new_obj_maybe(up_sleep_t);
        if (next != NULL) {
            next->base.type = &up_sleep_type;
            next->armed = false;
            loop->sleeper = next;
        }
    }
}

// One step of a task.
static void up_step(up_loop_t *loop, up_task_t *task) {
    if (task->flags & UP_TASK_UNSEEN) {
        // Its last turn: report the exception it ended with, unless somebody has it by now.
        uint32_t handle = task->handle;
        task->flags &= ~UP_TASK_UNSEEN;
        task->handle = 0;
        up_entry_free(loop, handle);
        if (!(task->flags & UP_TASK_AWAITED)) {
            up_report(loop, task->data, MP_OBJ_FROM_PTR(task));
        }
        return;
    }
    mp_obj_t at = *up_task_data(task);
    mp_obj_t exc = up_take_data(loop, task);
    loop->back = MP_OBJ_NULL;
    if (exc == MP_OBJ_NULL && task->flags & UP_TASK_AWAITING) {
        loop->back = task->flags & UP_TASK_STREAMING ? UP_STREAM_WAIT : at;
    }
    loop->calling = at;
    task->flags &= ~(UP_TASK_AWAITING | UP_TASK_STREAMING);
    loop->doing = UP_DOING_STEP;
    loop->doing_task = task;
    loop->cur = task;
    mp_obj_t ret;
    mp_vm_return_kind_t kind;
    if (is_coroutine(task->coro)) {
        kind = mp_obj_gen_resume(task->coro, mp_const_none, exc, &ret);
    } else {
        kind = mp_resume(task->coro, exc == MP_OBJ_NULL ? mp_const_none : MP_OBJ_NULL, exc, &ret);
    }
    up_step_over(loop, task);
    if (kind == MP_VM_RETURN_YIELD) {
        if (ret != mp_const_none) {
            loop->doing = UP_DOING_YIELD;
            up_yielded(loop, task, ret);
        } else if (!(task->flags & UP_TASK_AWAITING) && *up_task_data(task) == mp_const_none) {
            // A bare yield: again, unless it is in some queue.
            loop->yielded = task->handle;
        }
        loop->cur = NULL;
    } else {
        loop->cur = NULL;
        loop->doing = UP_DOING_NOTHING;
        bool raised = kind == MP_VM_RETURN_EXCEPTION;
        bool fatal = raised && !up_ordinary(ret);
        if (fatal) {
            task->flags |= UP_TASK_AWAITED; // by who runs the loop
        }
        up_task_end(loop, task, raised, ret);
        if (fatal) {
            nlr_raise(ret);
        }
    }
    loop->doing = UP_DOING_NOTHING;
}

// Asks the condition that a task waits for.
static void up_ask(up_loop_t *loop, uint32_t handle) {
    up_task_t *task = MP_OBJ_TO_PTR(*up_object(loop, handle));
    mp_obj_t data = *up_task_data(task);
    bool truth = true; // wakes it if somebody wrote to its data
    if (mp_obj_is_type(data, &up_when_type)) {
        up_when_t *when = MP_OBJ_TO_PTR(data);
        if (when->callback != MP_OBJ_NULL) {
            loop->doing = UP_DOING_ASK;
            loop->doing_task = task;
            size_t n = 0;
            mp_obj_t *args = NULL;
            if (when->args != MP_OBJ_NULL) {
                mp_obj_tuple_get(when->args, &n, &args);
                loop->calling = when->args; // the callback may cancel the task, which lets go of it
            }
            truth = mp_obj_is_true(mp_call_function_n_kw(when->callback, n, 0, args));
            loop->doing = UP_DOING_NOTHING;
            loop->calling = MP_OBJ_NULL;
        }
    }
    up_core_answer(&loop->core, handle, truth, up_now(loop));
}

// Runs passes until `main` is done, or stop() has its turn, or, with neither to wait for, nothing
// is left.
static void up_passes(up_loop_t *loop, up_task_t *main, bool forever) {
    for (;;) {
        if (up_pending()) {
            mp_handle_pending(true);
        }
        if (loop->stopping) {
            return; // a scheduled callback or a condition said so
        }
        uint32_t yielded = loop->yielded;
        loop->yielded = 0;
        uint64_t next = up_core_next(&loop->core, up_mail(), yielded, up_now(loop));
        uint32_t value = (uint32_t)next;
        switch ((uint32_t)(next >> 32)) {
            case UP_RUN: {
                mp_obj_t object = *up_object(loop, value);
                if (mp_obj_is_type(object, &up_task_type)) {
                    up_task_t *task = MP_OBJ_TO_PTR(object);
                    up_step(loop, task);
                    if (task == main && task->flags & UP_TASK_DONE) {
                        return;
                    }
                } else if (object != mp_const_none) {
                    up_callback_run(loop, object, value);
                } else {
                    up_entry_free(loop, value); // stop()
                    loop->stop_handle = 0;
                    loop->stopping = forever;
                }
                break;
            }
            case UP_ASK:
                up_ask(loop, value);
                break;
            case UP_ASK_STREAM:
                up_stream_ask(loop, value);
                break;
            case UP_ASK_FDS:
                up_poll(loop);
                break;
            case UP_MAIL:
                up_mail_read(loop);
                break;
            case UP_WAIT_FOREVER:
                if (main == NULL && !forever && up_core_fd_count(&loop->core) == 0 && !up_flags_look(loop)) {
                    return;
                }
                value = UINT32_MAX;
                MP_FALLTHROUGH
            case UP_WAIT:
                up_idle(loop, value);
                break;
            default:
                up_panic();
        }
    }
}

// An exception left a pass. True if it stays inside the loop: it is a task's or a callback's own.
static bool up_contained(up_loop_t *loop, mp_obj_t exc) {
    uint8_t doing = loop->doing;
    up_task_t *task = loop->doing_task;
    loop->doing = UP_DOING_NOTHING;
    loop->cur = NULL;
    bool ordinary = up_ordinary(exc);
    if (doing == UP_DOING_STEP) {
        up_step_over(loop, task);
    }
    loop->calling = MP_OBJ_NULL;
    switch (doing) {
        case UP_DOING_STEP:
            if (mp_obj_exception_match(exc, MP_OBJ_FROM_PTR(&mp_type_StopIteration))) {
                // A coroutine that is not a generator returned.
                up_task_end(loop, task, false, mp_obj_exception_get_value(exc));
            } else {
                task->flags |= ordinary ? 0 : UP_TASK_AWAITED;
                up_task_end(loop, task, true, exc);
            }
            return ordinary;
        case UP_DOING_YIELD:
            if (ordinary) {
                up_task_throw(loop, task, exc);
            } else {
                up_task_schedule(loop, task, UP_OWN, 0);
            }
            return ordinary;
        case UP_DOING_ASK:
            if (ordinary && up_core_place(&loop->core, task->handle) == UP_CONDITION) {
                // Into the task that waits, as urgently as if the condition had come true.
                up_core_answer(&loop->core, task->handle, true, up_now(loop));
                up_task_throw(loop, task, exc);
            } else if (ordinary && up_core_place(&loop->core, task->handle) == UP_STREAM) {
                up_task_throw(loop, task, exc);
            }
            return ordinary;
        case UP_DOING_CALLBACK:
            if (ordinary) {
                up_report(loop, exc, mp_const_none);
            }
            return ordinary;
        default:
            return false;
    }
}

// Runs passes until they end or one raises what is not the loop's to contain. One nlr_push serves
// all steps until something raises. A function of its own: a jump callback is told from a handler
// by its place on the stack, and only frames have an order there.
static MP_NOINLINE void up_protected_passes(up_loop_t *loop, up_task_t *main, bool forever) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        up_passes(loop, main, forever);
        nlr_pop();
        loop->ended = true;
    } else if (!up_contained(loop, MP_OBJ_FROM_PTR(nlr.ret_val))) {
        nlr_raise(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
}

// However a run ends.
static void up_ended(void *loop_in) {
    up_loop_t *loop = loop_in;
    loop->running = false;
    loop->stopping = false;
    loop->doing = UP_DOING_NOTHING;
    loop->doing_task = NULL;
    loop->cur = NULL;
    loop->main = NULL;
    if (loop->yielded != 0) {
        // The run ended with this very step.
        up_core_schedule(&loop->core, loop->yielded, UP_OWN, 0, up_now(loop));
        loop->yielded = 0;
    }
}

// Runs the loop until `main` ends, and returns its value or raises its exception. Without `main`:
// until stop() if `forever` (the value given to stop_loop(), or None), else until nothing is left.
// RuntimeError inside the loop.
mp_obj_t up_run(up_loop_t *loop, up_task_t *main, bool forever) {
    if (loop->running) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the loop is running already"));
    }
    if (main != NULL && !(main->flags & UP_TASK_DONE) && main->handle == 0) {
        up_task_schedule(loop, main, UP_OWN, 0);
    }
#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
    loop->thread = mp_thread_get_state();
#endif
    loop->running = true;
    loop->ended = false;
    loop->main = main;
    loop->stop_value = mp_const_none;
    MP_DEFINE_NLR_JUMP_CALLBACK_FUNCTION_1(ended, up_ended, loop);
    nlr_push_jump_callback(&ended.callback, mp_call_function_1_from_nlr_jump_callback);
    while (!loop->ended && !loop->stopping && (main == NULL || !(main->flags & UP_TASK_DONE))) {
        up_protected_passes(loop, main, forever);
    }
    mp_obj_t value = loop->stop_value;
    loop->stop_value = mp_const_none;
    nlr_pop_jump_callback(true);
    if (main != NULL && main->flags & UP_TASK_DONE) {
        main->flags |= UP_TASK_AWAITED;
        if (main->flags & UP_TASK_RAISED) {
            nlr_raise(main->data);
        }
        return main->data;
    }
    return value;
}
