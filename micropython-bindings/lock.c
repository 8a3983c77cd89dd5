// Lock (docs/behaviour.md, sections 2 and 7.18). Waiting allocates nothing. The core knows who has it, hands it over, and
// makes who has it as urgent as those who wait: src/sync/lock.rs.
#include "args.h"
#include "await.h"
#include "clock.h"
#include "garbage.h"
#include "inspect.h"
#include "lock.h"
#include "loop_state.h"
#include "platform/platform.h"
#include "sync.h"
#include "task.h"
#include "threads.h"

// Lock(): one that is free. TypeError, MemoryError.
static mp_obj_t up_lock_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    up_entry_t *self = m_new0(up_entry_t, 1);
    self->object = type;
    self->core = UP_NEW_WATCHER;
    return MP_OBJ_FROM_PTR(self);
}

// acquire() is the object itself: await it to have the lock, in the order of asking; the value is True.
static mp_obj_t up_lock_iternext(mp_obj_t self_in) {
    up_loop_t *loop = MP_STATE_VM(up_loop);
    up_own(loop);
    up_task_t *task = up_to_park(loop);
    if (up_core_lock(&loop->core, MP_OBJ_TO_PTR(self_in), &task->entry)) {
        return mp_make_stop_iteration(mp_const_true);
    }
    task->entry.flags |= UP_TASK_AWAITING;
    return mp_const_none;
}

// release(): the next one has it. RuntimeError if nobody has it. The clock is read only if somebody waits, who is due then.
static mp_obj_t up_lock_release(mp_obj_t self_in) {
    up_loop_t *loop = MP_STATE_VM(up_loop);
    up_own(loop);
    up_entry_t *self = MP_OBJ_TO_PTR(self_in);
    if (up_is_garbage(self)) {
        return mp_const_none; // in a finaliser: so is who waits for it
    }
    if (!up_core_unlock(&loop->core, self, self->flags & UP_JOINED ? up_now(loop) : 0)) {
        up_raise_runtime(MP_ERROR_TEXT("Lock not acquired"));
    }
    up_rouse();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_lock_release_obj, up_lock_release);

// locked(): whether a task has it: not while it is on its way from one to the next.
static mp_obj_t up_lock_locked(mp_obj_t self_in) {
    up_entry_t *self = MP_OBJ_TO_PTR(self_in);
    up_entry_t *holder = up_load(&self->up); // once, and first: another thread may ask while it is given back
    return mp_obj_new_bool(holder != NULL && UP_PLACE(self) == UP_HELD && !UP_IS_HANDED(holder, self));
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_lock_locked_obj, up_lock_locked);

static mp_obj_t up_lock_aexit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    up_lock_release(args[0]);
    return MP_OBJ_FROM_PTR(&up_nothing);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_lock_aexit_obj, 4, 4, up_lock_aexit);

static const mp_rom_map_elem_t up_lock_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&up_lock_release_obj) },
    { MP_ROM_QSTR(MP_QSTR_locked), MP_ROM_PTR(&up_lock_locked_obj) },
    { MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&up_lock_aexit_obj) },
};
static MP_DEFINE_CONST_DICT(up_lock_locals_dict, up_lock_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_lock_type,
    MP_QSTR_Lock,
    UP_TYPE_AWAITABLE,
    UP_PRINT(up_lock_print) make_new, up_lock_make_new,
    iter, up_lock_iternext,
    locals_dict, &up_lock_locals_dict
);
