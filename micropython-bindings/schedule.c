// The core's calls that need the clock, or end an idle wait.
#include "clock.h"
#include "garbage.h"
#include "loop_state.h"
#include "platform/platform.h"
#include "schedule.h"

// Queues an entry, from wherever it is, `delay` ms from now. EXCEPTION: none.
void up_schedule(up_loop_t *loop, up_entry_t *entry, uint32_t level, uint32_t delay) {
    up_core_schedule(&loop->core, entry, level, delay, up_now(loop));
    up_rouse();
}

// Makes the `n` tasks of a list due that have waited longest; how many there were. None of a list that is garbage, for
// so is who waits there. EXCEPTION: none.
size_t up_wake(up_loop_t *loop, up_list_t *list, uint32_t level, size_t n) {
    size_t woken = 0;
    if (list->first == NULL || up_is_garbage(list)) {
        return woken;
    }
    uint32_t now = up_now(loop);
    while (woken < n && up_core_wake(&loop->core, list, level, now) != NULL) {
        ++woken;
    }
    up_rouse();
    return woken;
}
