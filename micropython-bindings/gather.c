// gather(): waits for several tasks (docs/behaviour.md, 7.14). A watcher of each tells it of the end. All that may run Python or
// find no memory comes first, so nothing is started, or waited for, unless all is.
#include "py/objlist.h"
#include "args.h"
#include "await.h"
#include "gather.h"
#include "loop_state.h"
#include "task.h"
#include "threads.h"
#include "timeout.h"

static const mp_obj_type_t up_gather_type;
static const mp_obj_type_t up_gathered_type;

enum {
    UP_GATHER_NEW,
    UP_GATHER_WAITS,
    UP_GATHER_OVER // or it begins: whoever resumes it meanwhile finds nothing to do
};

typedef struct _up_gather_t {
    mp_obj_base_t base;
    uint8_t state; // UP_GATHER_...
    bool exceptions; // are results like others
    size_t left; // how many have not ended that it waits for
    up_entry_t *spare; // watchers, linked by `next`; for those that it is going to wait for
    up_task_t *waits; // who awaits it
    mp_obj_t error; // the first exception that ends it, or MP_OBJ_NULL
    mp_obj_list_t *list; // what is awaited, then the tasks, then their results
} up_gather_t;

// -- waiting for the end of a task

// Lets `watcher` wait for the end of a task on behalf of `self`. EXCEPTION: none.
static void up_gather_watch(up_loop_t *loop, up_gather_t *self, up_entry_t *watcher, up_task_t *task) {
    ++self->left;
    up_core_join(&loop->core, watcher, &task->entry);
}

// Who waits for the end of a task on behalf of `self`, or NULL. EXCEPTION: none.
static up_entry_t *up_gather_watches(up_loop_t *loop, up_gather_t *self, up_task_t *task) {
    up_entry_t *joiner = up_task_joiner(loop, task);
    return joiner != NULL && joiner->object == &up_gathered_type && ((up_watcher_t *)joiner)->of == MP_OBJ_FROM_PTR(self) ? joiner : NULL;
}

// A task had ended before, or ends now. EXCEPTION: none.
static void up_gather_note(up_gather_t *self, up_task_t *task) {
    if (task->entry.flags & UP_TASK_RAISED && !self->exceptions && self->error == MP_OBJ_NULL) {
        self->error = task->entry.data;
    }
}

static bool up_gather_is_over(up_gather_t *self) {
    return self->left == 0 || self->error != MP_OBJ_NULL;
}

static void up_gather_ended(up_loop_t *loop, up_watcher_t *watcher, up_task_t *task) {
    up_gather_t *self = MP_OBJ_TO_PTR(watcher->of);
    bool was_over = up_gather_is_over(self);
    --self->left;
    up_gather_note(self, task);
    if (self->state == UP_GATHER_WAITS && !was_over && up_gather_is_over(self)) {
        up_task_rouse(loop, self->waits, task); // as urgently as that one ran
    }
}

static const up_watcher_p_t up_gathered_p = { up_gather_ended };

static MP_DEFINE_CONST_OBJ_TYPE(
    up_gathered_type,
    MP_QSTR_gather,
    MP_TYPE_FLAG_NONE,
    protocol, &up_gathered_p
);

// -- the coroutine

// RuntimeError if a task runs, or is awaited by somebody else.
static void up_gather_check(up_loop_t *loop, mp_obj_t item) {
    up_task_t *task = MP_OBJ_TO_PTR(item);
    if (up_is_task(item) && !(task->entry.flags & UP_TASK_DONE) && (task == loop->cur || up_task_joiner(loop, task) != NULL)) {
        up_raise_runtime(MP_ERROR_TEXT("can't gather"));
    }
}

// Makes tasks of what is none, which run at the level of the one that awaits them, and begins to wait for all of them.
static void up_gather_begin(up_loop_t *loop, up_gather_t *self) {
    mp_obj_t *items = self->list->items;
    size_t n = self->list->len;
    // Both may run Python.
    for (size_t i = 0; i < n; ++i) {
        up_arg_awaitable(items[i]);
        up_gather_check(loop, items[i]);
    }
    for (size_t i = 0; i < n; ++i) {
        bool is_task = up_is_task(items[i]);
        if (is_task && ((up_task_t *)MP_OBJ_TO_PTR(items[i]))->entry.flags & UP_TASK_DONE) {
            continue;
        }
        up_watcher_t *watcher = up_watcher_new(&up_gathered_type, MP_OBJ_FROM_PTR(self));
        if (is_task) {
            watcher->entry.next = self->spare;
            self->spare = &watcher->entry;
        } else {
            up_task_t *task = up_task_new(up_arg_awaitable(items[i]) ? items[i] : up_wait_for_ever(items[i]));
            items[i] = MP_OBJ_FROM_PTR(task);
            up_gather_watch(loop, self, &watcher->entry, task);
        }
    }
    // From here on nothing runs Python but what raises.
    for (size_t i = 0; i < n; ++i) {
        if (up_gather_watches(loop, self, MP_OBJ_TO_PTR(items[i])) == NULL) {
            up_gather_check(loop, items[i]);
        }
    }
    for (size_t i = 0; i < n; ++i) {
        up_task_t *task = MP_OBJ_TO_PTR(items[i]);
        if (up_gather_watches(loop, self, task) != NULL) { // so far only the new ones
            up_core_set_level(&loop->core, &task->entry, UP_LEVEL(&loop->cur->entry));
            up_task_schedule(loop, task, UP_OWN, 0);
        }
    }
    for (size_t i = 0; i < n; ++i) {
        up_task_t *task = MP_OBJ_TO_PTR(items[i]);
        if (task->entry.flags & UP_TASK_DONE) {
            up_gather_note(self, task);
        } else if (up_gather_watches(loop, self, task) == NULL) { // not given twice
            up_entry_t *watcher = self->spare;
            self->spare = watcher->next;
            watcher->next = NULL;
            up_gather_watch(loop, self, watcher, task);
        }
    }
    self->spare = NULL;
}

// It waits no more. The results of those that have ended take their places in the list; `cancels`: the others are cancelled.
// What that raised, or MP_OBJ_NULL. Needs no memory. EXCEPTION: none.
static mp_obj_t up_gather_end(up_loop_t *loop, up_gather_t *self, bool cancels) {
    if (self->state == UP_GATHER_WAITS) {
        up_task_rouse(loop, self->waits, NULL); // if the coroutine was closed from outside, its task learns of that
    }
    self->state = UP_GATHER_OVER;
    mp_obj_t raised = MP_OBJ_NULL;
    for (size_t i = 0; i < self->list->len; ++i) {
        mp_obj_t item = self->list->items[i];
        up_task_t *task = MP_OBJ_TO_PTR(item);
        up_entry_t *watcher;
        if (task->entry.flags & UP_TASK_DONE) {
            task->entry.flags |= UP_TASK_AWAITED;
            self->list->items[i] = task->entry.data;
        } else if ((watcher = up_gather_watches(loop, self, task)) != NULL) {
            up_core_forget(&loop->core, watcher);
            if (cancels) {
                mp_obj_t exc = up_task_cancel_for(loop, task);
                if (raised == MP_OBJ_NULL) {
                    raised = exc;
                }
            }
        }
    }
    return raised;
}

// What is behind its first or next wait; `exc`, unless it is MP_OBJ_NULL, is thrown there.
static mp_obj_t up_gather_resume(mp_obj_t self_in, mp_obj_t exc) {
    up_loop_t *loop = up_loop();
    up_gather_t *self = MP_OBJ_TO_PTR(self_in);
    if (exc != MP_OBJ_NULL) {
        exc = mp_make_raise_obj(exc);
        if (self->state == UP_GATHER_WAITS) {
            mp_obj_t raised = up_gather_end(loop, self, up_is_cancelled_error(exc));
            exc = raised == MP_OBJ_NULL ? exc : raised;
        }
        self->state = UP_GATHER_OVER;
        nlr_raise(exc);
    }
    if (self->state == UP_GATHER_OVER) {
        return MP_OBJ_STOP_ITERATION;
    }
    up_task_t *task = up_to_park(loop);
    if (self->state == UP_GATHER_NEW) {
        self->state = UP_GATHER_OVER;
        up_gather_begin(loop, self);
    }
    if (!up_gather_is_over(self)) {
        self->state = UP_GATHER_WAITS;
        self->waits = task;
        return mp_const_false; // somebody will wake it
    }
    up_gather_end(loop, self, false);
    if (self->error != MP_OBJ_NULL) {
        nlr_raise(self->error);
    }
    return mp_make_stop_iteration(MP_OBJ_FROM_PTR(self->list));
}

static mp_obj_t up_gather_iternext(mp_obj_t self_in) {
    return up_gather_resume(self_in, MP_OBJ_NULL);
}

static mp_obj_t up_gather_send(mp_obj_t self_in, mp_obj_t value) {
    (void)value;
    MP_STATE_THREAD(stop_iteration_arg) = MP_OBJ_NULL;
    return up_yield_or_stop(up_gather_resume(self_in, MP_OBJ_NULL));
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_gather_send_obj, up_gather_send);

static mp_obj_t up_gather_throw(size_t n_args, const mp_obj_t *args) {
    return up_gather_resume(args[0], n_args > 2 && args[2] != mp_const_none ? args[2] : args[1]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_gather_throw_obj, 2, 4, up_gather_throw);

// close(): it waits no more, and leaves all running.
static mp_obj_t up_gather_close(mp_obj_t self_in) {
    up_loop_t *loop = up_loop();
    up_gather_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->state == UP_GATHER_WAITS) {
        up_gather_end(loop, self, false);
    }
    self->state = UP_GATHER_OVER;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_gather_close_obj, up_gather_close);

static const mp_rom_map_elem_t up_gather_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&up_gather_send_obj) },
    { MP_ROM_QSTR(MP_QSTR_throw), MP_ROM_PTR(&up_gather_throw_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&up_gather_close_obj) },
};
static MP_DEFINE_CONST_DICT(up_gather_locals_dict, up_gather_locals_dict_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    up_gather_type,
    MP_QSTR_gather,
    UP_TYPE_AWAITABLE,
    iter, up_gather_iternext,
    locals_dict, &up_gather_locals_dict
);

// gather(*aws, return_exceptions=False): a coroutine that returns the results as a list, in the order of `aws`. The first
// exception ends the wait and leaves the others running; a cancel of the waiter cancels them all. When it is first awaited:
// TypeError for what cannot be awaited, RuntimeError for a task that another one awaits, MemoryError; nothing was started then.
static mp_obj_t up_gather(size_t n, const mp_obj_t *aws, mp_map_t *kw) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_return_exceptions, MP_ARG_KW_ONLY | MP_ARG_BOOL, { .u_bool = false } },
    };
    mp_arg_val_t a[1];
    mp_arg_parse_all(0, NULL, kw, 1, allowed, a);
    mp_obj_t list = mp_obj_new_list(n, (mp_obj_t *)aws);
    up_gather_t *self = mp_obj_malloc(up_gather_t, &up_gather_type);
    self->state = UP_GATHER_NEW;
    self->exceptions = a[0].u_bool;
    self->left = 0;
    self->spare = NULL;
    self->waits = NULL;
    self->error = MP_OBJ_NULL;
    self->list = MP_OBJ_TO_PTR(list);
    return MP_OBJ_FROM_PTR(self);
}
MP_DEFINE_CONST_FUN_OBJ_KW(up_gather_obj, 0, up_gather);
