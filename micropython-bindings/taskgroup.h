// TaskGroup: waits at its end for the tasks that were made in it.
#ifndef UASYNCIO_PRIORITY_TASKGROUP_H
#define UASYNCIO_PRIORITY_TASKGROUP_H

#include "shim.h"

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
extern const mp_obj_type_t up_taskgroup_type;
void up_group_ended(up_loop_t *loop, up_entry_t *entry);
#endif

#endif
