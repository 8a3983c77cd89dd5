// The core's calls that need the clock, or end an idle wait.
#ifndef UASYNCIO_PRIORITY_SCHEDULE_H
#define UASYNCIO_PRIORITY_SCHEDULE_H

#include "shim.h"

void up_schedule(up_loop_t *loop, up_entry_t *entry, uint32_t level, uint32_t delay);
size_t up_wake(up_loop_t *loop, up_list_t *list, uint32_t level, size_t n);

#endif
