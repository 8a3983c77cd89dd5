// Lock: one task at a time has it. Who has it is as urgent as those who wait for it.
#ifndef UASYNCIO_PRIORITY_LOCK_H
#define UASYNCIO_PRIORITY_LOCK_H

#include "shim.h"

extern const mp_obj_type_t up_lock_type; // an up_entry_t, which is a watcher

#endif
