// Queue: first in, first out, for items and for tasks.
#ifndef UASYNCIO_PRIORITY_QUEUE_H
#define UASYNCIO_PRIORITY_QUEUE_H

#include "py/objlist.h"
#include "sync.h"

// Queue.
typedef struct _up_queue_t {
    up_permits_t items; // its type first
    up_permits_t *room; // no type: Python never sees it. What is taken of it is the items that are in
    mp_int_t maxsize; // 0 or less: no limit
    bool shut; // shutdown() was called
    mp_obj_list_t list; // ends with the items that are not taken; those of a PriorityQueue are sorted, the least first
    mp_int_t unfinished; // items that task_done() was not called for
    up_flag_t *finished; // set while there are none
    struct _up_put_t *spare; // a put awaitable that nobody uses, or NULL
} up_queue_t;

// An awaitable of a Queue's put().
typedef struct _up_put_t {
    mp_obj_base_t base;
    up_queue_t *queue;
    mp_obj_t item; // MP_OBJ_NULL when it is in
} up_put_t;

extern const mp_obj_type_t up_queue_type;
extern const mp_obj_type_t up_lifo_type;
extern const mp_obj_type_t up_priority_type;
extern const mp_obj_type_t up_put_type;
// What get_nowait() and put_nowait() raise.
extern const mp_obj_type_t mp_type_QueueEmpty;
extern const mp_obj_type_t mp_type_QueueFull;
// What get() and put() raise after shutdown().
extern const mp_obj_type_t mp_type_QueueShutDown;

#endif
