// What a person sees of tasks and of what they wait at: their reprs, and asyncio_priority.tasks().
#ifndef UASYNCIO_PRIORITY_INSPECT_H
#define UASYNCIO_PRIORITY_INSPECT_H

#include "shim.h"

// A native .mpy has none of it: the coroutines that it runs are made of what it cannot reach.
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS && !defined(MICROPY_ENABLE_DYNRUNTIME)
#define UP_INSPECTS (1)
// Slots of a type: how it prints itself.
#define UP_PRINT(function) print, function,
// Whose names a repr says; how many more there are.
#define UP_NAMES 4
typedef struct _up_names_t {
    mp_obj_t of[UP_NAMES];
    uint32_t n;
} up_names_t;

MP_DECLARE_CONST_FUN_OBJ_1(up_task_info_obj);

mp_obj_t up_task_known_as(up_task_t *task);
void up_names_of_list(up_loop_t *loop, up_list_t *list, up_names_t *names);
void up_print_name(const mp_print_t *print, mp_obj_t name);
void up_print_names(const mp_print_t *print, const char *before, const up_names_t *names);
void up_print_due(const mp_print_t *print, int32_t due);
void up_task_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind);
void up_waitqueue_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind);
void up_permits_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind);
void up_queue_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind);
void up_lock_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind);
void up_loop_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind);
#else
#define UP_INSPECTS (0)
#define UP_PRINT(function)
#endif

#endif
