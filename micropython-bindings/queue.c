// Queue: first in, first out, for items and for tasks. Its items and its room are counted as a semaphore counts
// (sync.c), so an item or a place that a waiting task was woken for is its own, and no more counted here.
#include "py/objexcept.h"
#include "inspect.h"
#include "loop_state.h"
#include "queue.h"
#include "schedule.h"
#include "sync.h"
#include "task.h"
#include "threads.h"

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
MP_DEFINE_EXCEPTION(QueueEmpty, Exception)
MP_DEFINE_EXCEPTION(QueueFull, Exception)
MP_DEFINE_EXCEPTION(QueueShutDown, Exception)

// Queue(maxsize=0), LifoQueue(maxsize=0), PriorityQueue(maxsize=0): room for that many items; 0 or less: no limit. TypeError.
static mp_obj_t up_queue_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_maxsize, MP_ARG_INT, { .u_int = 0 } },
    };
    mp_arg_val_t a[1];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, 1, allowed, a);
    up_queue_t *self = m_new0(up_queue_t, 1);
    self->items.waiters.object = type;
    self->room = m_new0(up_permits_t, 1);
    self->items.level = self->room->level = UP_OWN;
    self->maxsize = a[0].u_int;
    self->room->free = a[0].u_int > 0 ? MIN((mp_uint_t)a[0].u_int, UINT32_MAX) : UINT32_MAX;
    mp_obj_list_init(&self->list, 0);
    self->finished = MP_OBJ_TO_PTR(mp_call_function_0(MP_OBJ_FROM_PTR(&up_waitqueue_type)));
    self->finished->set = 1; // nobody waits there yet, and another thread may run the loop
    return MP_OBJ_FROM_PTR(self);
}

// Where an item goes in the list: at the end, but of a PriorityQueue before the first that is greater. Makes the list long
// enough. A comparison and an allocation may run Python that changes the list: then it is looked for again. Raises what a
// comparison raises, or MemoryError, with nothing changed. O(log n) comparisons.
static size_t up_queue_place(up_queue_t *self, mp_obj_t item) {
    mp_obj_list_t *list = &self->list;
    size_t place;
    size_t len;
    mp_int_t left;
    do {
        place = len = list->len;
        left = self->room->taken;
        if (self->items.waiters.object == &up_priority_type) {
            size_t least = len - left;
            while (least < place && list->len == len && self->room->taken == left) {
                size_t middle = (least + place) / 2;
                if (mp_obj_is_true(mp_binary_op(MP_BINARY_OP_LESS, item, list->items[middle]))) {
                    place = middle;
                } else {
                    least = middle + 1;
                }
            }
        }
        if (len == list->alloc) {
            mp_obj_list_append(MP_OBJ_FROM_PTR(list), MP_OBJ_NULL);
            --list->len;
        }
    } while (list->len != len || self->room->taken != left);
    return place;
}

// Puts an item in, if there is room; else as up_permits_take(). Raises QueueShutDown, or MemoryError with nothing changed.
static bool up_queue_push(up_queue_t *self, mp_obj_t item, mp_obj_t at) {
    up_own(MP_STATE_VM(up_loop));
    size_t place = up_queue_place(self, item);
    if (self->shut) {
        mp_raise_type(&mp_type_QueueShutDown);
    }
    if (!up_permits_take(self->room, at)) {
        return false;
    }
    mp_obj_t *items = self->list.items;
    for (size_t i = self->list.len++; i > place; --i) {
        items[i] = items[i - 1];
    }
    items[place] = item;
    if (self->unfinished++ == 0) {
        up_flag_lower(self->finished);
    }
    up_permits_give(&self->items);
    return true;
}

// Takes the next item out: the oldest, of a LifoQueue the youngest, of a PriorityQueue the least. MP_OBJ_NULL if there is
// none, then as up_permits_take(); or QueueShutDown.
static mp_obj_t up_queue_pop(up_queue_t *self, mp_obj_t at) {
    if (self->shut && self->items.free == 0) {
        up_loop_t *loop = up_loop();
        up_task_t *task = loop->cur;
        if (at == MP_OBJ_NULL || task == NULL || !UP_IS_HANDED(&task->entry, &self->items)) {
            mp_raise_type(&mp_type_QueueShutDown);
        }
    }
    if (!up_permits_take(&self->items, at)) {
        return MP_OBJ_NULL;
    }
    size_t left = self->room->taken - 1;
    mp_obj_t *items = self->list.items;
    mp_obj_t *first = items + self->list.len - left;
    mp_obj_t *next = self->items.waiters.object == &up_lifo_type ? items + --self->list.len : first - 1;
    mp_obj_t item = *next;
    *next = MP_OBJ_NULL;
    if (left <= self->list.len / 2) {
        // To the front, so that the list stays short. That is a move for each item at most.
        for (size_t i = 0; i < left; ++i) {
            items[i] = first[i];
            first[i] = MP_OBJ_NULL;
        }
        self->list.len = left;
    }
    up_permits_give(self->room);
    return item;
}

// get() is the Queue itself: await it to have the oldest item, in the order of asking.
static mp_obj_t up_queue_iternext(mp_obj_t self_in) {
    mp_obj_t item = up_queue_pop(MP_OBJ_TO_PTR(self_in), self_in);
    return item == MP_OBJ_NULL ? mp_const_none : mp_make_stop_iteration(item);
}

// get_nowait(): the oldest item, or QueueEmpty.
static mp_obj_t up_queue_get_nowait(mp_obj_t self_in) {
    return up_queue_pop(MP_OBJ_TO_PTR(self_in), MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_queue_get_nowait_obj, up_queue_get_nowait);

// put(item): await it to put the item in once there is room, in the order of asking. Its awaitable is used again.
static mp_obj_t up_queue_put(mp_obj_t self_in, mp_obj_t item) {
    up_queue_t *self = MP_OBJ_TO_PTR(self_in);
    up_own(MP_STATE_VM(up_loop));
    up_put_t *put = self->spare;
    if (put == NULL) {
        put = mp_obj_malloc(up_put_t, &up_put_type);
        put->queue = self;
    }
    self->spare = NULL;
    put->item = item;
    return MP_OBJ_FROM_PTR(put);
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_queue_put_obj, up_queue_put);

static mp_obj_t up_put_iternext(mp_obj_t self_in) {
    up_put_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->item != MP_OBJ_NULL) { // else it was awaited twice
        if (!up_queue_push(self->queue, self->item, self_in)) {
            return mp_const_none;
        }
        // mutation: put-twice
        self->item = MP_OBJ_NULL;
        self->queue->spare = self;
    }
    return MP_OBJ_STOP_ITERATION;
}

MP_DEFINE_CONST_OBJ_TYPE(
    up_put_type,
    MP_QSTR_put, // no name of its own
    UP_TYPE_AWAITABLE,
    iter, up_put_iternext
);

// put_nowait(item): puts it in, or QueueFull.
static mp_obj_t up_queue_put_nowait(mp_obj_t self_in, mp_obj_t item) {
    up_queue_push(MP_OBJ_TO_PTR(self_in), item, MP_OBJ_NULL);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_queue_put_nowait_obj, up_queue_put_nowait);

// qsize(): how many items get_nowait() can take.
static mp_obj_t up_queue_qsize(mp_obj_t self_in) {
    return MP_OBJ_NEW_SMALL_INT(((up_queue_t *)MP_OBJ_TO_PTR(self_in))->items.free);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_queue_qsize_obj, up_queue_qsize);

// full(): whether there is no room for put_nowait().
static mp_obj_t up_queue_full(mp_obj_t self_in) {
    return mp_obj_new_bool(((up_queue_t *)MP_OBJ_TO_PTR(self_in))->room->free == 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_queue_full_obj, up_queue_full);

// task_done(): an item that was taken is dealt with. ValueError if there is none.
static mp_obj_t up_queue_task_done(mp_obj_t self_in) {
    up_queue_t *self = MP_OBJ_TO_PTR(self_in);
    up_own(MP_STATE_VM(up_loop));
    if (self->unfinished == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("task_done() called too many times"));
    }
    if (--self->unfinished == 0) {
        up_event_set(MP_OBJ_FROM_PTR(self->finished));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_queue_task_done_obj, up_queue_task_done);

// shutdown(immediate=False): from here on put() raises QueueShutDown, and so does get() when there are no more items; who
// waits for either is woken and gets it. `immediate`: the items are dropped, as if they were dealt with.
static mp_obj_t up_queue_shutdown(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_immediate, MP_ARG_BOOL, { .u_bool = false } },
    };
    mp_arg_val_t a[1];
    mp_arg_parse_all(n_args - 1, pos + 1, kw, 1, allowed, a);
    up_queue_t *self = MP_OBJ_TO_PTR(pos[0]);
    up_loop_t *loop = up_loop();
    self->shut = true;
    while (a[0].u_bool && self->items.free != 0) {
        up_queue_pop(self, MP_OBJ_NULL);
        if (self->unfinished != 0 && --self->unfinished == 0) {
            up_event_set(MP_OBJ_FROM_PTR(self->finished));
        }
    }
    // mutation: shut-and-waiting
    up_wake(loop, &self->items.waiters, self->items.level, SIZE_MAX);
    up_wake(loop, &self->room->waiters, self->room->level, SIZE_MAX);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_queue_shutdown_obj, 1, up_queue_shutdown);

// join(): await it until all items are dealt with.
static mp_obj_t up_queue_join(mp_obj_t self_in) {
    return MP_OBJ_FROM_PTR(((up_queue_t *)MP_OBJ_TO_PTR(self_in))->finished);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_queue_join_obj, up_queue_join);

static void up_queue_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] == MP_OBJ_NULL) {
        if (attr == MP_QSTR_maxsize) {
            dest[0] = MP_OBJ_NEW_SMALL_INT(((up_queue_t *)MP_OBJ_TO_PTR(self_in))->maxsize);
        } else {
            dest[1] = MP_OBJ_SENTINEL; // a method
        }
    }
}

static const mp_rom_map_elem_t up_queue_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_get), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR_put), MP_ROM_PTR(&up_queue_put_obj) },
    { MP_ROM_QSTR(MP_QSTR_get_nowait), MP_ROM_PTR(&up_queue_get_nowait_obj) },
    { MP_ROM_QSTR(MP_QSTR_put_nowait), MP_ROM_PTR(&up_queue_put_nowait_obj) },
    { MP_ROM_QSTR(MP_QSTR_qsize), MP_ROM_PTR(&up_queue_qsize_obj) },
    { MP_ROM_QSTR(MP_QSTR_empty), MP_ROM_PTR(&up_permits_locked_obj) },
    { MP_ROM_QSTR(MP_QSTR_full), MP_ROM_PTR(&up_queue_full_obj) },
    { MP_ROM_QSTR(MP_QSTR_task_done), MP_ROM_PTR(&up_queue_task_done_obj) },
    { MP_ROM_QSTR(MP_QSTR_join), MP_ROM_PTR(&up_queue_join_obj) },
    { MP_ROM_QSTR(MP_QSTR_shutdown), MP_ROM_PTR(&up_queue_shutdown_obj) },
};
static MP_DEFINE_CONST_DICT(up_queue_locals_dict, up_queue_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_queue_type,
    MP_QSTR_Queue,
    UP_TYPE_AWAITABLE,
    UP_PRINT(up_queue_print) make_new, up_queue_make_new,
    attr, up_queue_attr,
    iter, up_queue_iternext,
    locals_dict, &up_queue_locals_dict
);

MP_DEFINE_CONST_OBJ_TYPE(
    up_lifo_type,
    MP_QSTR_LifoQueue,
    UP_TYPE_AWAITABLE,
    UP_PRINT(up_queue_print) make_new, up_queue_make_new,
    attr, up_queue_attr,
    iter, up_queue_iternext,
    parent, &up_queue_type,
    locals_dict, &up_queue_locals_dict
);

MP_DEFINE_CONST_OBJ_TYPE(
    up_priority_type,
    MP_QSTR_PriorityQueue,
    UP_TYPE_AWAITABLE,
    UP_PRINT(up_queue_print) make_new, up_queue_make_new,
    attr, up_queue_attr,
    iter, up_queue_iternext,
    parent, &up_queue_type,
    locals_dict, &up_queue_locals_dict
);
#endif
