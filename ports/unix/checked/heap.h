// A heap that watches: see heap.c. EXCEPTION: none, throughout.
#ifndef UASYNCIO_PRIORITY_CHECKED_HEAP_H
#define UASYNCIO_PRIORITY_CHECKED_HEAP_H

#include <stdbool.h>
#include <stddef.h>

// What is done to the program, and what came of it.
typedef struct _up_watch_t {
    size_t collect_every; // a collection at every n-th allocation; 0: as usual
    bool collect_steps; // one before and one behind each step of a coroutine
    bool lock_loop; // no memory for the loop itself, only for what it calls
    size_t fail_at; // allocations until one that fails; 0: none is to fail
    size_t fail_count; // how many fail from there on
    size_t allocations; // since fail_at was set
    size_t failed; // of these
    size_t denied; // how many lock_loop refused
    size_t granted; // how many from here on do not fail, and are not counted
    bool calls; // one of the program's at every allocation, as up_watch_call() makes it
} up_watch_t;

extern up_watch_t up_watch;

// Whether a loop runs: it is in the firmware, or loaded, or not at all.
bool up_watch_loop_runs(void);
// Shows the collector what it does not know of.
void up_watch_roots(void);
// Calls what faults.at_allocations() was given. It prints what that raises.
void up_watch_call(void);

#endif
