// Deadlines: a task is to be done by its own, with its turn of every(), or with its end. Of those that are due at high level the
// core runs the one with the earliest first (docs/behaviour.md 3.13). Here is where they hang, and what becomes of misses.
#include "deadline.h"

#if UP_DEADLINES
#include "args.h"
#include "clock.h"
#include "garbage.h"
#include "loop_state.h"
#include "report.h"
#include "task.h"
#include "threads.h"

MP_DEFINE_CONST_OBJ_TYPE(up_deadline_type, MP_QSTR_, MP_TYPE_FLAG_NONE); // no program sees it

// The deadline of a task, which is made if it has none. MemoryError.
static up_deadline_t *up_deadline_make(up_task_t *task) {
    up_annex_t *annex = up_task_need_annex(task);
    up_deadline_t *deadline = up_annex_deadline(annex);
    if (deadline == NULL) {
        up_deadline_t *made = m_new_obj(up_deadline_t);
        deadline = up_annex_deadline(annex); // a finaliser may have made one
        if (deadline == NULL) {
            made->entry = (up_entry_t){ .object = &up_deadline_type, .core = UP_NEW_WATCHER, .data = MP_OBJ_NEW_SMALL_INT(0) };
            made->name = annex->name;
            annex->name = MP_OBJ_FROM_PTR(made);
            deadline = made;
        }
    }
    return deadline;
}

static up_deadline_t *up_task_deadline(up_task_t *task) {
    up_annex_t *annex = up_task_annex(task);
    return annex == NULL ? NULL : up_annex_deadline(annex);
}

// A task is done, or what it was to be done by is not asked any more: by how many ms it missed its deadline, which is counted.
// EXCEPTION: none.
uint32_t up_deadline_end(up_loop_t *loop, up_task_t *task) {
    up_deadline_t *deadline = up_task_deadline(task);
    uint32_t late = deadline == NULL ? 0 : up_core_end_deadline(&loop->core, &deadline->entry, up_now(loop));
    if (late != 0) {
        deadline->entry.data = MP_OBJ_NEW_SMALL_INT(MP_OBJ_SMALL_INT_VALUE((mp_obj_t)deadline->entry.data) + 1);
    }
    return late;
}

// A task is done with what it was to do, if anything, and is to be done with more in `ms` from now, which may be over: by how many
// ms it was late. MemoryError, and nothing has changed.
uint32_t up_deadline_renew(up_loop_t *loop, up_task_t *task, int32_t ms) {
    up_deadline_t *deadline = up_deadline_make(task);
    uint32_t late = up_deadline_end(loop, task);
    up_core_set_deadline(&loop->core, &deadline->entry, &task->entry, up_now(loop) + ms);
    return late;
}

// Tells the exception handler that a deadline was missed, unless it was told of this task before. For want of memory it is told of
// a later one. Raises what the handler raises.
void up_deadline_tell(up_loop_t *loop, up_task_t *task, uint32_t late) {
    if (late == 0) {
        return;
    }
    up_deadline_t *deadline = up_task_deadline(task);
    nlr_buf_t nlr;
    if (deadline->entry.flags & UP_DEADLINE_TOLD || nlr_push(&nlr) != 0) {
        return; // MemoryError
    }
    vstr_t vstr;
    vstr_init(&vstr, 32);
    vstr_printf(&vstr, "Deadline missed by %u ms", (unsigned)late);
    mp_obj_t context = up_report_context(mp_obj_new_str_from_vstr(&vstr), task);
    nlr_pop();
    deadline->entry.flags |= UP_DEADLINE_TOLD;
    mp_call_function_2(MP_OBJ_FROM_PTR(&up_loop_call_exception_handler_obj), MP_OBJ_FROM_PTR(loop), context);
}

// set_deadline(ms): the task is to be done in `ms` from now, which may be negative; None: at no time. What it was to be done by before
// is over with it: by how many ms it was late. TypeError, OverflowError, MemoryError; or what the exception handler raises.
static mp_obj_t up_task_set_deadline(mp_obj_t self_in, mp_obj_t ms_in) {
    up_loop_t *loop = up_loop();
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    uint32_t late = 0;
    if (ms_in == mp_const_none) {
        late = up_deadline_end(loop, self);
    } else {
        int32_t ms = up_arg_ms(ms_in, MP_QSTR_ms);
        if (ms == 0 && mp_obj_is_small_int(ms_in)) {
            ms = MAX(MP_OBJ_SMALL_INT_VALUE(ms_in), -UP_MAX_DELAY);
        }
        // Nor in a finaliser one that is garbage, to which the loop is not to be linked.
        if (!(self->entry.flags & UP_TASK_DONE) && !up_is_garbage(self)) {
            late = up_deadline_renew(loop, self, ms);
        }
    }
    up_deadline_tell(loop, self, late);
    return MP_OBJ_NEW_SMALL_INT(late);
}
MP_DEFINE_CONST_FUN_OBJ_2(up_task_set_deadline_obj, up_task_set_deadline);

// task.deadline, in ticks, or None; task.misses. Whether it is one of these.
bool up_deadline_attr(up_task_t *task, qstr attr, mp_obj_t *dest) {
    if (attr != MP_QSTR_deadline && attr != MP_QSTR_misses) {
        return false;
    }
    up_own(MP_STATE_VM(up_loop));
    up_deadline_t *deadline = up_task_deadline(task);
    if (attr == MP_QSTR_misses) {
        dest[0] = deadline == NULL ? MP_OBJ_NEW_SMALL_INT(0) : deadline->entry.data;
    } else if (deadline == NULL || UP_PLACE(&deadline->entry) == UP_IDLE) {
        dest[0] = mp_const_none;
    } else {
        dest[0] = MP_OBJ_NEW_SMALL_INT(up_time_of(deadline->entry.due));
    }
    return true;
}
#endif
