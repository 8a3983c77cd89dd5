// The run loop: does what the core says, one entry a pass, and contains what goes wrong in it.
#ifndef UASYNCIO_PRIORITY_RUN_LOOP_H
#define UASYNCIO_PRIORITY_RUN_LOOP_H

#include "shim.h"

void up_check_idle(up_loop_t *loop);
#if MICROPY_ENABLE_VM_ABORT
void up_heal(up_loop_t *loop);
#else
#define up_heal(loop) ((void)0)
#endif
mp_obj_t up_run(up_loop_t *loop, up_task_t *main, bool forever);

#endif
