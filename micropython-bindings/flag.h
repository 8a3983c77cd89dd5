// ThreadSafeFlag: set from another thread or an interrupt, awaited by a task.
#ifndef UASYNCIO_PRIORITY_FLAG_H
#define UASYNCIO_PRIORITY_FLAG_H

#include "shim.h"

extern const mp_obj_type_t up_flag_type;

bool up_flag_is_awaited(void);

// ThreadSafeFlag.set() for drivers in C. O(1). From any context, a hard interrupt too. EXCEPTION: none.
void mp_uasyncio_priority_set_flag(mp_obj_t flag);

#endif
