// A task's deadline: when it is to be done, and how often it was not.
#ifndef UASYNCIO_PRIORITY_DEADLINE_H
#define UASYNCIO_PRIORITY_DEADLINE_H

#include "inspect.h"
#include "task.h"

// Those who see inside have every() too, which is what sets most deadlines.
#define UP_DEADLINES UP_INSPECTS

#if UP_DEADLINES
// A deadline. Its task's annex names it in place of the task's name, which it keeps, so that nobody without one has a word more.
typedef struct _up_deadline_t {
    // The core's while the deadline is set. Its data is how many were missed, an int. In its flags: UP_DEADLINE_TOLD.
    up_entry_t entry;
    mp_obj_t name; // of the task, or None
} up_deadline_t;

#define UP_DEADLINE_TOLD UP_TASK_AWAITED // the exception handler was told of a miss

extern const mp_obj_type_t up_deadline_type;
MP_DECLARE_CONST_FUN_OBJ_2(up_task_set_deadline_obj);

// The deadline that an annex names, set or not, or NULL. EXCEPTION: none.
static inline up_deadline_t *up_annex_deadline(up_annex_t *annex) {
    return mp_obj_is_type(annex->name, &up_deadline_type) ? MP_OBJ_TO_PTR(annex->name) : NULL;
}

uint32_t up_deadline_end(up_loop_t *loop, up_task_t *task);
uint32_t up_deadline_renew(up_loop_t *loop, up_task_t *task, int32_t ms);
void up_deadline_tell(up_loop_t *loop, up_task_t *task, uint32_t late);
bool up_deadline_attr(up_task_t *task, qstr attr, mp_obj_t *dest);
#endif

// Where the name of a task is that has an annex. EXCEPTION: none.
#if UP_TASK_HAS_ANNEX
static inline mp_obj_t *up_annex_name(up_annex_t *annex) {
#if UP_DEADLINES
    up_deadline_t *deadline = up_annex_deadline(annex);
    if (deadline != NULL) {
        return &deadline->name;
    }
#endif
    return &annex->name;
}
#endif

#endif
