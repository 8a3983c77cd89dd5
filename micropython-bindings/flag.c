// ThreadSafeFlag: set from another thread or an interrupt, awaited by a task. Native, so that a task
// that waits for one costs nothing, and still a stream that `select` and drivers can poll.
#include "py/mperrno.h"
#include "py/stream.h"
#include "await.h"
#include "flag.h"
#include "garbage.h"
#include "heap_search.h"
#include "inspect.h"
#include "loop_state.h"
#include "mailbox.h"
#include "platform/platform.h"
#include "posts.h"
#include "sync.h"
#include "task.h"
#include "threads.h"

// The flag that an object of its type is, or of a class that is made of it. EXCEPTION: none.
static up_flag_t *up_flag_of(mp_obj_t flag) {
    if (((mp_obj_base_t *)MP_OBJ_TO_PTR(flag))->type != &up_flag_type) {
        flag = mp_obj_cast_to_native_base(flag, MP_OBJ_FROM_PTR(&up_flag_type));
    }
    return MP_OBJ_TO_PTR(flag);
}

static inline __attribute__((always_inline)) void up_flag_set_it(up_flag_t *self) { // on the way of each interrupt
    up_post();
    up_flag_raise(self, up_mail());
    mp_uasyncio_priority_wake();
}

void mp_uasyncio_priority_set_flag(mp_obj_t flag) {
    up_flag_set_it(up_flag_of(flag));
}

static bool up_awaits_flag(up_entry_t *entry, void *arg) {
    (void)arg;
    up_task_t *task = (up_task_t *)entry;
    return up_place(task) == UP_PARKED && mp_obj_is_type(*up_task_data(task), &up_flag_type);
}

// Whether a task waits for a flag. O(heap). EXCEPTION: none.
bool up_flag_is_awaited(void) {
    return up_search_heap(&up_task_type, up_awaits_flag, NULL) != NULL;
}

// set(): wakes who waits; else the next wait() returns at once. Sets that come before the task runs are
// one. O(1), allocates nothing. May be called from another thread, a soft or a hard interrupt. It may be an interrupt's handler
// itself, whose argument it ignores.
static mp_obj_t up_flag_set(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    up_flag_t *self = up_flag_of(args[0]);
    if (!up_is_garbage_here(self)) { // else so is who waits for it
        up_flag_set_it(self);
        up_settle(MP_OBJ_FROM_PTR(self));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_flag_set_obj, 1, 2, up_flag_set);

// With `priority`, what wait() returns is not the flag but one of these: any number of tasks wait at a flag, each with its own
// level. One is shared by all, as with sleep(): the call says whose it is, and whoever awaits it is done with it. If a call
// finds that somebody keeps it for later, a new one takes its place.
typedef struct _up_urgent_t {
    mp_obj_base_t base;
    mp_obj_t flag; // MP_OBJ_NULL if nobody has still to await it
    mp_uint_t calls; // that returned it and were not awaited
} up_urgent_t;

static mp_obj_t up_urgent_iternext(mp_obj_t self_in) {
    up_urgent_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = MP_STATE_VM(up_loop);
    up_own(loop);
    mp_obj_t flag = loop->urgent_at;
    // A task that comes back from a flag comes back to this, whatever flag it is for by now.
    if (up_back_from(loop, UP_URGENT_WAIT)) {
        loop->back = flag;
        loop->urgent_at = MP_OBJ_NULL;
    } else {
        flag = self->flag;
        if (flag == MP_OBJ_NULL) {
            return MP_OBJ_STOP_ITERATION; // awaited twice
        }
        if (--self->calls == 0) {
            self->flag = MP_OBJ_NULL;
        }
    }
    mp_obj_t ret = up_flag_await(flag, UP_URGENT);
    if (ret == mp_const_none) {
        loop->cur->entry.flags |= UP_TASK_SHARED;
    }
    return ret;
}

static MP_DEFINE_CONST_OBJ_TYPE(
    up_urgent_type,
    MP_QSTR_wait,
    UP_TYPE_AWAITABLE,
    iter, up_urgent_iternext
);

// The awaitable that wait(True) hands out next, if it must be a new one. NULL: no memory. EXCEPTION: none.
static up_urgent_t *up_urgent_new(up_loop_t *loop) {
    up_urgent_t *self = m_new_obj_maybe(up_urgent_t);
    if (self != NULL) {
        *self = (up_urgent_t){ { &up_urgent_type }, MP_OBJ_NULL, 0 };
        loop->urgent = MP_OBJ_FROM_PTR(self);
    }
    return self;
}

// ThreadSafeFlag(). TypeError, MemoryError.
static mp_obj_t up_flag_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    up_loop_t *loop = MP_STATE_VM(up_loop);
    if (loop != NULL && loop->urgent == MP_OBJ_NULL) {
        up_urgent_new(loop); // so that wait(True) needs no memory
    }
    return up_waitqueue_make_new(type, 0, 0, args);
}

// wait(priority=False): await it until the flag is set, which clears it. With `priority` that
// wake-up lands at high level.
static mp_obj_t up_flag_wait(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_priority, MP_ARG_BOOL, { .u_bool = false } },
    };
    mp_arg_val_t a[1];
    mp_arg_parse_all(n_args - 1, pos + 1, kw, 1, allowed, a);
    if (!a[0].u_bool) {
        return pos[0];
    }
    up_loop_t *loop = up_loop();
    up_urgent_t *self = MP_OBJ_TO_PTR(loop->urgent);
    if (self == NULL || self->calls != 0) {
        // Without memory two calls for one flag share it. One that is never awaited would else leave no other.
        up_urgent_t *next = up_urgent_new(loop);
        if (next != NULL) {
            self = next;
        } else if (self == NULL || self->flag != pos[0]) {
            m_malloc_fail(sizeof(*self));
        }
    }
    self->flag = pos[0];
    ++self->calls;
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_flag_wait_obj, 1, up_flag_wait);

static mp_uint_t up_flag_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    up_flag_t *self = up_flag_of(self_in);
    if (request == MP_STREAM_POLL) {
        return up_flag_is_set(self) ? arg : 0;
    }
    *errcode = MP_EINVAL;
    return MP_STREAM_ERROR;
}

static const mp_stream_p_t up_flag_stream = {
    .ioctl = up_flag_ioctl,
};

static const mp_rom_map_elem_t up_flag_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_set), MP_ROM_PTR(&up_flag_set_obj) },
    { MP_ROM_QSTR(MP_QSTR_clear), MP_ROM_PTR(&up_waitqueue_clear_obj) },
    { MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&up_flag_wait_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&mp_stream_ioctl_obj) },
};
static MP_DEFINE_CONST_DICT(up_flag_locals_dict, up_flag_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_flag_type,
    MP_QSTR_ThreadSafeFlag,
    UP_TYPE_AWAITABLE,
    UP_PRINT(up_waitqueue_print) make_new, up_flag_make_new,
    iter, up_waitqueue_iternext,
    protocol, &up_flag_stream,
    locals_dict, &up_flag_locals_dict
);
