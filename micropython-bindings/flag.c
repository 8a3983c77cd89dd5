// ThreadSafeFlag: set from another thread or an interrupt, awaited by a task. Native, so that a task
// that waits for one costs nothing, and still a stream that `select` and drivers can poll.
#include "py/mperrno.h"
#include "py/stream.h"
#include "flag.h"
#include "garbage.h"
#include "heap_search.h"
#include "mailbox.h"
#include "platform/platform.h"
#include "sync.h"
#include "task.h"
#include "threads.h"
#include "wait_queue.h"

void mp_uasyncio_priority_set_flag(mp_obj_t flag) {
    up_waitqueue_t *self = MP_OBJ_TO_PTR(mp_obj_cast_to_native_base(flag, MP_OBJ_FROM_PTR(&up_flag_type)));
    up_store(&self->set, true);
    up_fence();
    if (up_load(&self->waited) && !up_load(&self->posted)) {
        up_store(&self->posted, true);
        if (!up_mail_post(up_mail(), (uintptr_t)self)) {
            up_store(&self->posted, false);
            // mutation: full-mail-not-counted
            up_mail_lose(up_mail()); // not for good: up_flags_look() finds it
        }
    }
    mp_uasyncio_priority_wake();
}

typedef struct _up_looking_t {
    up_loop_t *loop;
    bool waited;
} up_looking_t;

static bool up_wake_at_set_flag(up_entry_t *entry, void *arg) {
    up_task_t *task = (up_task_t *)entry;
    up_looking_t *looking = arg;
    mp_obj_t flag = *up_task_data(task);
    if (up_place(task) == UP_PARKED && mp_obj_is_type(flag, &up_flag_type)) {
        looking->waited = true;
        up_waitqueue_wake_if_set(looking->loop, MP_OBJ_TO_PTR(flag));
    }
    return false; // goes on
}

// Wakes who waits for a flag that is set, whatever is in the mailbox; whether somebody waits for a flag.
// O(heap). EXCEPTION: none.
bool up_flags_look(up_loop_t *loop) {
    up_looking_t looking = { loop, false };
    up_search_heap(&up_task_type, up_wake_at_set_flag, &looking);
    return looking.waited;
}

// set(): wakes who waits; else the next wait() returns at once. Sets that come before the task runs are
// one. O(1), allocates nothing. May be called from another thread, a soft or a hard interrupt.
static mp_obj_t up_flag_set(mp_obj_t self_in) {
    mp_obj_t self = mp_obj_cast_to_native_base(self_in, MP_OBJ_FROM_PTR(&up_flag_type));
    if (!up_is_garbage_here(MP_OBJ_TO_PTR(self))) { // else so is who waits for it
        mp_uasyncio_priority_set_flag(self_in);
        up_settle(self_in);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_flag_set_obj, up_flag_set);

// wait(priority=False): await it until the flag is set, which clears it. With `priority` that
// wake-up lands at high level.
static mp_obj_t up_flag_wait(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    static const mp_arg_t allowed[] = {
        { MP_QSTR_priority, MP_ARG_BOOL, { .u_bool = false } },
    };
    mp_arg_val_t a[1];
    mp_arg_parse_all(n_args - 1, pos + 1, kw, 1, allowed, a);
    ((up_waitqueue_t *)MP_OBJ_TO_PTR(pos[0]))->level = a[0].u_bool ? UP_HIGH : UP_OWN;
    return pos[0];
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_flag_wait_obj, 1, up_flag_wait);

static mp_uint_t up_flag_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    up_waitqueue_t *self = MP_OBJ_TO_PTR(mp_obj_cast_to_native_base(self_in, MP_OBJ_FROM_PTR(&up_flag_type)));
    if (request == MP_STREAM_POLL) {
        return up_load(&self->set) ? arg : 0;
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
    UP_TYPE_AWAITABLE | UP_TYPE_NO_ARGS,
    make_new, up_waitqueue_make_new,
    iter, up_waitqueue_iternext,
    protocol, &up_flag_stream,
    locals_dict, &up_flag_locals_dict
);
