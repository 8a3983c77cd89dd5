// TaskGroup (docs/names.md). Each of its tasks has a member of the group among those who wait for its end, which has a turn of
// its own then. What is raised when tasks failed is in Python: ../python/_asyncio_exceptiongroup.py.
#include <string.h>

#include "args.h"
#include "await.h"
#include "callbacks.h"
#include "loop_state.h"
#include "schedule.h"
#include "task.h"
#include "taskgroup.h"
#include "threads.h"

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON

static const mp_obj_type_t up_group_type;

enum {
    UP_GROUP_NEW,
    UP_GROUP_ENTERS, // it is to be awaited on the way in
    UP_GROUP_BODY,
    UP_GROUP_EXITS, // it is to be awaited on the way out
    UP_GROUP_ENDS, // it waits for its tasks
    UP_GROUP_OVER
};

// What `async with` awaits, on the way in and on the way out.
typedef struct _up_group_t {
    mp_obj_base_t base;
    uint8_t state; // UP_GROUP_...
    bool aborting;
    bool cancelled; // the group cancelled its own parent
    bool waits; // the parent, at the end
    up_task_t *parent; // who entered the group, or NULL
    size_t room; // of `items`
    size_t len;
    size_t failed;
    mp_obj_t *items; // the exceptions of the `failed` tasks, in their order, then the tasks that have not ended
    mp_obj_t cause; // what ended the body, or a cancel from outside, or MP_OBJ_NULL; while it is entered, the TaskGroup
} up_group_t;

// What Python has.
typedef struct _up_taskgroup_t {
    mp_obj_base_t base;
    up_group_t *group;
} up_taskgroup_t;

// TaskGroup(). TypeError, MemoryError.
static mp_obj_t up_taskgroup_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    up_group_t *group = m_new0(up_group_t, 1);
    group->base.type = &up_group_type;
    group->room = 4;
    group->items = m_new0(mp_obj_t, group->room);
    up_taskgroup_t *self = mp_obj_malloc(up_taskgroup_t, type);
    self->group = group;
    return MP_OBJ_FROM_PTR(self);
}

static bool up_group_is_empty(up_group_t *self) {
    return self->len == self->failed;
}

// Room for one item more. MemoryError. That may run Python, which may have made room itself.
static void up_group_reserve(up_group_t *self) {
    while (self->len == self->room) {
        size_t room = self->room;
        mp_obj_t *items = m_new0(mp_obj_t, 2 * room);
        if (self->room == room) {
            memcpy(items, self->items, room * sizeof(mp_obj_t));
            self->items = items;
            self->room = 2 * room;
        }
    }
}

// create_task(coro, *, name=None, level=None): a task of the group, due now. `level` is its own; None: that of the task that
// entered the group. RuntimeError if that did not happen yet, or the group ends; TypeError, ValueError, MemoryError: no task
// begins that the group does not know.
static mp_obj_t up_taskgroup_create_task(size_t n, const mp_obj_t *pos, mp_map_t *kw) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_coro, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_name, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_level, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t a[3];
    mp_arg_parse_all(n - 1, pos + 1, kw, 3, allowed, a);
    up_loop_t *loop = up_loop();
    up_group_t *self = ((up_taskgroup_t *)MP_OBJ_TO_PTR(pos[0]))->group;
    if (self->parent == NULL || self->aborting || (self->state >= UP_GROUP_ENDS && up_group_is_empty(self))) {
        up_raise_runtime(MP_ERROR_TEXT("the TaskGroup was not entered, or it ends"));
    }
    uint32_t level = a[2].u_obj == mp_const_none ? UP_LEVEL(&self->parent->entry) : up_arg_level(a[2].u_obj);
    up_task_t *task = up_task_make(loop, a[0].u_obj, level, a[1].u_obj);
    up_watcher_t *member = up_watcher_new(&up_member_type, MP_OBJ_FROM_PTR(self));
    up_group_reserve(self);
    up_core_join(&loop->core, &member->entry, &task->entry);
    self->items[self->len++] = MP_OBJ_FROM_PTR(task);
    up_task_schedule(loop, task, UP_OWN, 0);
    return MP_OBJ_FROM_PTR(task);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_taskgroup_create_task_obj, 1, up_taskgroup_create_task);

// Cancels all tasks that have not ended. What a user's remove() raised first, or MP_OBJ_NULL. Needs no memory. EXCEPTION: none.
static mp_obj_t up_group_abort(up_loop_t *loop, up_group_t *self) {
    self->aborting = true;
    mp_obj_t raised = MP_OBJ_NULL;
    for (size_t i = self->failed; i < self->len; ++i) {
        mp_obj_t exc = up_task_cancel_for(loop, MP_OBJ_TO_PTR(self->items[i]));
        if (raised == MP_OBJ_NULL) {
            raised = exc;
        }
    }
    return raised;
}

static void up_raise_if(mp_obj_t exc) {
    if (exc != MP_OBJ_NULL) {
        nlr_raise(exc);
    }
}

// A task of a group has ended, and its member has its turn. Needs no memory. What a user's remove() raises is the run loop's to
// contain.
void up_group_ended(up_loop_t *loop, up_entry_t *entry) {
    up_group_t *self = MP_OBJ_TO_PTR(((up_watcher_t *)entry)->of);
    up_task_t *task = entry->data;
    up_core_forget(&loop->core, entry);
    loop->doing = UP_DOING_CALLBACK;
    mp_obj_t *first = self->items + self->failed;
    mp_obj_t *at = first;
    while (*at != MP_OBJ_FROM_PTR(task)) {
        ++at;
    }
    bool cancelled = task->entry.flags & UP_TASK_RAISED && up_is_cancelled_error(task->entry.data);
    if (!cancelled) {
        task->entry.flags |= UP_TASK_AWAITED; // the group has what it raised
    }
    bool aborts = false;
    if (!(task->entry.flags & UP_TASK_RAISED) || cancelled) {
        mp_obj_t *last = self->items + --self->len;
        memmove(at, at + 1, (last - at) * sizeof(mp_obj_t));
        *last = MP_OBJ_NULL;
    } else {
        memmove(first + 1, first, (at - first) * sizeof(mp_obj_t));
        *first = task->entry.data;
        ++self->failed;
        aborts = !self->aborting && !(self->parent->entry.flags & UP_TASK_DONE);
    }
    if (aborts) {
        mp_obj_t raised = up_group_abort(loop, self);
        self->cancelled = up_task_cancel(loop, self->parent, true);
        up_raise_if(raised);
    } else if (self->waits && up_group_is_empty(self)) {
        up_task_rouse(loop, self->parent, task);
    }
    loop->doing = UP_DOING_NOTHING;
}

// A cancel from outside comes at the next wait, unless a time-out or uncancel() took it back meanwhile. The count stays.
static mp_obj_t up_cancel_again(mp_obj_t parent) {
    up_task_t *task = MP_OBJ_TO_PTR(parent);
    if (task->entry.flags & UP_TASK_CANCELS) {
        up_task_uncount_cancel(task);
        up_task_cancel(up_loop(), task, true);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_cancel_again_obj, up_cancel_again);

// All tasks have ended: raises what the group ends with, if that is not nothing.
static void up_group_end(up_loop_t *loop, up_group_t *self) {
    mp_obj_t cause = self->cause;
    up_task_t *parent = self->parent;
    self->state = UP_GROUP_OVER;
    if (cause != MP_OBJ_NULL && (mp_obj_exception_match(cause, MP_OBJ_FROM_PTR(&mp_type_SystemExit)) || mp_obj_exception_match(cause, MP_OBJ_FROM_PTR(&mp_type_KeyboardInterrupt)))) {
        nlr_raise(cause);
    }
    if (self->cancelled) {
        up_task_uncount_cancel(parent);
    }
    if (cause != MP_OBJ_NULL && up_is_cancelled_error(cause)) {
        if (self->len == 0 && (!self->cancelled || parent->entry.flags & UP_TASK_CANCELS)) { // else it was the group's own
            nlr_raise(cause);
        }
    } else if (cause != MP_OBJ_NULL) {
        up_group_reserve(self);
        self->items[self->len++] = cause;
    }
    if (self->len != 0) {
        if (parent != NULL && parent->entry.flags & UP_TASK_CANCELS) {
            mp_obj_t arg = MP_OBJ_FROM_PTR(parent);
            up_callback_t *again = up_callback_new(MP_OBJ_FROM_PTR(&up_cancel_again_obj), mp_obj_new_tuple(1, &arg));
            up_schedule(loop, &again->entry, UP_OWN, 0);
        }
        mp_obj_t python = mp_import_name(MP_QSTR__asyncio_exceptiongroup, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
        nlr_raise(mp_call_function_1(mp_load_attr(python, MP_QSTR_unhandled), mp_obj_new_list(self->len, self->items)));
    }
}

// What is behind the wait, or the way in; `exc`, unless it is MP_OBJ_NULL, is thrown there.
static mp_obj_t up_group_resume(mp_obj_t self_in, mp_obj_t exc) {
    up_loop_t *loop = up_loop();
    up_group_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t cause = self->cause;
    bool ends = self->state == UP_GROUP_ENDS;
    if (exc != MP_OBJ_NULL) {
        exc = mp_make_raise_obj(exc);
        if (!ends || !up_is_cancelled_error(exc)) {
            nlr_raise(exc);
        }
        cause = exc;
    }
    if (self->state == UP_GROUP_ENTERS) {
        self->state = UP_GROUP_BODY;
        self->cause = MP_OBJ_NULL;
        return mp_make_stop_iteration(cause);
    }
    if (self->state == UP_GROUP_EXITS || exc != MP_OBJ_NULL) {
        self->state = UP_GROUP_ENDS;
        if (cause != MP_OBJ_NULL && !self->aborting) {
            self->cause = cause;
            up_raise_if(up_group_abort(loop, self));
        }
    }
    if (self->state != UP_GROUP_ENDS) {
        return MP_OBJ_STOP_ITERATION;
    }
    self->waits = !up_group_is_empty(self);
    if (self->waits) {
        return mp_const_false; // the end of the last one wakes the parent
    }
    up_group_end(loop, self);
    return MP_OBJ_STOP_ITERATION;
}

static mp_obj_t up_group_iternext(mp_obj_t self_in) {
    return up_group_resume(self_in, MP_OBJ_NULL);
}

static mp_obj_t up_group_throw(size_t n_args, const mp_obj_t *args) {
    MP_STATE_THREAD(stop_iteration_arg) = MP_OBJ_NULL;
    return up_yield_or_stop(up_group_resume(args[0], n_args > 2 && args[2] != mp_const_none ? args[2] : args[1]));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_group_throw_obj, 2, 4, up_group_throw);

static const mp_rom_map_elem_t up_group_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_throw), MP_ROM_PTR(&up_group_throw_obj) },
};
static MP_DEFINE_CONST_DICT(up_group_locals_dict, up_group_locals_dict_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    up_group_type,
    MP_QSTR_TaskGroup,
    UP_TYPE_AWAITABLE,
    iter, up_group_iternext,
    locals_dict, &up_group_locals_dict
);

// `async with`, and its value, which is the group. RuntimeError outside of a task, and the second time.
static mp_obj_t up_taskgroup_aenter(mp_obj_t self_in) {
    up_loop_t *loop = up_loop();
    up_group_t *self = ((up_taskgroup_t *)MP_OBJ_TO_PTR(self_in))->group;
    if (self->state != UP_GROUP_NEW) {
        up_raise_runtime(MP_ERROR_TEXT("the TaskGroup was entered before"));
    }
    self->parent = up_current(loop);
    self->state = UP_GROUP_ENTERS;
    self->cause = self_in;
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_taskgroup_aenter_obj, up_taskgroup_aenter);

static mp_obj_t up_taskgroup_aexit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    up_group_t *self = ((up_taskgroup_t *)MP_OBJ_TO_PTR(args[0]))->group;
    if (self->state <= UP_GROUP_BODY) {
        self->state = UP_GROUP_EXITS;
        self->cause = args[2] == mp_const_none ? MP_OBJ_NULL : args[2];
    }
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_taskgroup_aexit_obj, 4, 4, up_taskgroup_aexit);

static const mp_rom_map_elem_t up_taskgroup_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_create_task), MP_ROM_PTR(&up_taskgroup_create_task_obj) },
    { MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&up_taskgroup_aenter_obj) },
    { MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&up_taskgroup_aexit_obj) },
};
static MP_DEFINE_CONST_DICT(up_taskgroup_locals_dict, up_taskgroup_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_taskgroup_type,
    MP_QSTR_TaskGroup,
    MP_TYPE_FLAG_NONE,
    make_new, up_taskgroup_make_new,
    locals_dict, &up_taskgroup_locals_dict
);
#endif
