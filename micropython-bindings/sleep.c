// The awaitables of sleep() and after(). They allocate nothing in the ordinary form.
//
// One sleep awaitable is shared by all: it is armed by the call and disarmed when it is awaited,
// which is at once in `await sleep_ms(n)`. If a call finds it armed, somebody keeps it for later:
// it is theirs from then on, and a new one takes its place (docs/behaviour.md, section 6).
#include "args.h"
#include "await.h"
#include "clock.h"
#include "loop_state.h"
#include "sleep.h"
#include "task.h"
#include "threads.h"

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
