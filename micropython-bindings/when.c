// The awaitable of when(). It allocates nothing while no more tasks wait than were reserved for.
#include "args.h"
#include "await.h"
#include "loop_state.h"
#include "task.h"
#include "threads.h"
#include "when.h"

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
    up_task_t *task = up_to_park(loop);
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
