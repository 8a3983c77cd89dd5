// The awaitables of sleep(), after() and when(). They allocate nothing in the ordinary form.
//
// One sleep awaitable is shared by all: it is armed by the call and disarmed when it is awaited,
// which is at once in `await sleep_ms(n)`. If a call finds it armed, somebody keeps it for later:
// it is theirs from then on, and a new one takes its place (docs/behaviour.md, section 6).
#include "shim.h"

// -- sleep, sleep_ms, after, after_ms

static mp_obj_t up_sleep_new(mp_obj_t t, uint32_t (*ms)(mp_obj_t arg, qstr name), uint32_t level) {
    uint32_t delay = ms(t, MP_QSTR_t);
    up_loop_t *loop = MP_STATE_VM(up_loop);
    up_own(loop);
    up_sleep_t *self = loop->sleeper;
    if (self->armer != NULL) {
        loop->sleeper = self = mp_obj_malloc(up_sleep_t, &up_sleep_type);
    }
    self->armer = loop->cur == NULL ? (void *)loop : loop->cur;
    if (delay != 0) { // else it counts from the end of the step
        self->called = up_now(loop);
    }
    self->delay = delay;
    self->level = level;
    return MP_OBJ_FROM_PTR(self);
}

// sleep(t): waits `t` seconds (int or float) from the call; 0: from the end of the step. Lands at the task's own level.
static mp_obj_t up_sleep_s(mp_obj_t t) {
    return up_sleep_new(t, up_arg_seconds, UP_OWN);
}
MP_DEFINE_CONST_FUN_OBJ_1(up_sleep_obj, up_sleep_s);

// sleep_ms(t): waits `t` ms (int) from the call; 0: from the end of the step. Lands at the task's own level.
static mp_obj_t up_sleep_ms(mp_obj_t t) {
    return up_sleep_new(t, up_arg_ms, UP_OWN);
}
MP_DEFINE_CONST_FUN_OBJ_1(up_sleep_ms_obj, up_sleep_ms);

// after(t): waits at least `t` seconds (int or float) from the call, 0: from the end of the step; then runs at low level.
static mp_obj_t up_after(mp_obj_t t) {
    return up_sleep_new(t, up_arg_seconds, UP_LOW);
}
MP_DEFINE_CONST_FUN_OBJ_1(up_after_obj, up_after);

// after_ms(t): waits at least `t` ms (int) from the call, 0: from the end of the step; then runs at low level.
static mp_obj_t up_after_ms(mp_obj_t t) {
    return up_sleep_new(t, up_arg_ms, UP_LOW);
}
MP_DEFINE_CONST_FUN_OBJ_1(up_after_ms_obj, up_after_ms);

static mp_obj_t up_sleep_iternext(mp_obj_t self_in) {
    up_sleep_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = MP_STATE_VM(up_loop);
    // The task that comes back is done with it, even if it has been armed meanwhile by another.
    bool back = loop->back == UP_SLEEP; // up_back_from(), without a call
    if (back) {
        loop->back = MP_OBJ_NULL;
    }
    if (self->armer == NULL || (back && self->armer != loop->cur)) {
        return MP_OBJ_STOP_ITERATION; // awaited twice, or that
    }
    up_task_t *task = loop->cur; // up_current(), without a call
    if (task == NULL) {
        up_current(loop); // raises
    }
    self->armer = NULL;
    if (self->delay == 0) {
        loop->again = self->level; // queued when the step is over, as after a bare yield
    } else {
        up_core_schedule(&loop->core, &task->entry, self->level, self->delay, self->called);
    }
    task->entry.flags |= UP_TASK_AWAITING;
    return mp_const_none;
}

MP_DEFINE_CONST_OBJ_TYPE(
    up_sleep_type,
    MP_QSTR_Sleep,
    UP_TYPE_AWAITABLE,
    iter, up_sleep_iternext
);

// -- when

// An awaitable into the stock for the next when(). EXCEPTION: none.
static MP_NOINLINE void up_when_spare(up_loop_t *loop, up_when_t *when) {
    // mutation: condition-kept
    when->callback = MP_OBJ_NULL;
    when->waiter = NULL;
    when->args = MP_OBJ_NULL;
    if (loop->spare_room != 0) {
        when->args = MP_OBJ_FROM_PTR(loop->spare_when);
        loop->spare_when = when;
        --loop->spare_room;
    }
}

// `task` does not wait at `at` any more, which may be a when(). EXCEPTION: none.
void up_when_done(up_loop_t *loop, mp_obj_t at, up_task_t *task) {
    up_when_t *when = MP_OBJ_TO_PTR(at);
    if (mp_obj_is_type(at, &up_when_type) && when->waiter == task) { // else it is another's by now
        up_when_spare(loop, when);
    }
}

// Stocks awaitables so that `n` tasks can wait at a time without allocating.
void up_when_reserve(up_loop_t *loop, size_t n) {
    while (loop->hpqlen < n) {
        up_when_t *when = mp_obj_malloc(up_when_t, &up_when_type);
        ++loop->hpqlen;
        ++loop->spare_room;
        up_when_spare(loop, when);
    }
}

// when(callback, *args): waits until callback(*args) is true, then runs at high level.
// TypeError at once if it is not callable. Allocates nothing while at most hpqlen tasks wait and
// `args` is empty. Each pending callback costs a call on every pass of the loop.
static mp_obj_t up_when(size_t n_args, const mp_obj_t *args) {
    up_arg_callable(args[0], MP_QSTR_callback);
    up_loop_t *loop = up_loop();
    mp_obj_t rest = mp_obj_new_tuple(n_args - 1, args + 1);
    up_when_t *self = loop->spare_when;
    if (self != NULL) {
        loop->spare_when = MP_OBJ_TO_PTR(self->args);
        ++loop->spare_room;
    } else {
        self = mp_obj_malloc(up_when_t, &up_when_type);
    }
    self->callback = args[0];
    self->waiter = NULL;
    self->args = rest;
    return MP_OBJ_FROM_PTR(self);
}
MP_DEFINE_CONST_FUN_OBJ_VAR(up_when_obj, 1, up_when);

static mp_obj_t up_when_iternext(mp_obj_t self_in) {
    up_when_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = up_loop();
    if (up_back_from(loop, self_in) || self->callback == MP_OBJ_NULL) {
        return MP_OBJ_STOP_ITERATION;
    }
    up_task_t *task = up_current(loop);
    if (self->waiter != NULL && self->waiter != task) {
        up_raise_runtime(MP_ERROR_TEXT("another task awaits this when()"));
    }
    self->waiter = task;
    up_core_when(&loop->core, &task->entry);
    return up_parked(task, self_in);
}

MP_DEFINE_CONST_OBJ_TYPE(
    up_when_type,
    MP_QSTR_When,
    UP_TYPE_AWAITABLE,
    iter, up_when_iternext
);
