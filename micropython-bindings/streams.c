// Waiting for streams: what `Stream`, drivers and libraries call, and asking whether one is ready.
#include "py/objtype.h"
#include "py/stream.h"
#include "args.h"
#include "await.h"
#include "clock.h"
#include "loop_state.h"
#include "platform/platform.h"
#include "streams.h"
#include "task.h"
#include "threads.h"

// An awaitable of readable() or writable(). One is shared, as in sleep.c.
typedef struct _up_stream_wait_t {
    mp_obj_base_t base;
    mp_obj_t stream; // MP_OBJ_NULL: not armed
    mp_obj_t fast;
    up_task_t *armer;
    uint32_t events;
} up_stream_wait_t;

// What tells a stream from all others: the object. Its descriptor's number does not: the system gives that to the next
// connection while somebody may still wait at the one that was closed.
#define UP_STREAM_KEY(stream) ((uintptr_t)MP_OBJ_TO_PTR(stream))

static mp_uint_t (*up_ioctl(mp_obj_t stream))(mp_obj_t, mp_uint_t, uintptr_t, int *) {
    const mp_obj_type_t *type = mp_obj_get_type(stream);
    const mp_stream_p_t *p = MP_OBJ_TYPE_HAS_SLOT(type, protocol) ? MP_OBJ_TYPE_GET_SLOT(type, protocol) : NULL;
    if (p == NULL || p->ioctl == NULL) {
        up_raise_type(MP_ERROR_TEXT("'%q' must be a stream that can be polled, not %s"), MP_QSTR_s, stream);
    }
    return p->ioctl;
}

#if UP_HAVE_FDS
// The descriptor of a stream, or -1. Only a native stream is asked for one: a driver in Python may
// return 0 to requests that it does not know, and 0 is a descriptor. ValueError for a number that poll(2) does not know.
static mp_int_t up_descriptor(mp_obj_t stream) {
    if (mp_obj_is_small_int(stream)) {
        return up_arg_range(stream, MP_QSTR_s, 0, INT32_MAX);
    }
    if (!mp_obj_is_instance_type(mp_obj_get_type(stream))) {
        int error;
        mp_uint_t fd = up_ioctl(stream)(stream, MP_STREAM_GET_FILENO, 0, &error);
        return fd == MP_STREAM_ERROR ? -1 : (mp_int_t)fd;
    }
    up_ioctl(stream);
    return -1;
}
#else
static mp_int_t up_descriptor(mp_obj_t stream) {
    up_ioctl(stream);
    return -1;
}
#endif

// Parks the running task until `stream` is ready. Raises with the task not parked.
void up_stream_wait(up_loop_t *loop, mp_obj_t stream, uint32_t events, mp_obj_t fast) {
    up_task_t *task = up_to_park(loop);
    mp_int_t fd = up_descriptor(stream);
#if UP_HAVE_FDS
    if (fd >= 0) {
        up_poll_reserve(loop, up_core_fd_count(&loop->core) + 1);
    }
#endif
    uint32_t interest = events | (fd >= 0 ? UP_FD : 0);
    if (fast == mp_const_none ? loop->fast_io : mp_obj_is_true(fast)) {
        interest |= UP_FAST;
    }
    if (!up_core_wait_stream(&loop->core, &task->entry, interest, UP_STREAM_KEY(stream), fd)) {
        mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("another task %qs this stream already"), events == UP_READ ? MP_QSTR_read : MP_QSTR_write);
    }
    *up_task_data(task) = stream;
}

// Asks the stream that a task waits for, which has no descriptor.
void up_stream_ask(up_loop_t *loop, up_task_t *task) {
    mp_obj_t stream = *up_task_data(task);
    loop->doing = UP_DOING_ASK;
    loop->doing_task = task;
    int error;
    mp_uint_t found = up_ioctl(stream)(stream, MP_STREAM_POLL, UP_EVENTS(&task->entry), &error);
    if (found == MP_STREAM_ERROR) {
        mp_raise_OSError(error);
    }
    loop->doing = UP_DOING_NOTHING;
    up_core_found(&loop->core, &task->entry, found, up_now(loop));
}

// -- awaitables for drivers

static mp_obj_t up_stream_wait_new(size_t n_args, const mp_obj_t *pos, mp_map_t *kw, uint32_t events) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_s, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_fast, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t a[2];
    mp_arg_parse_all(n_args, pos, kw, 2, allowed, a);
    up_loop_t *loop = up_loop();
    up_descriptor(a[0].u_obj); // raises at the call
    up_stream_wait_t *self = MP_OBJ_TO_PTR(loop->stream_wait);
    if (self == NULL || self->stream != MP_OBJ_NULL) {
        self = mp_obj_malloc(up_stream_wait_t, &up_stream_wait_type);
        loop->stream_wait = MP_OBJ_FROM_PTR(self);
    }
    self->stream = a[0].u_obj;
    self->fast = a[1].u_obj;
    self->armer = loop->cur;
    self->events = events;
    return MP_OBJ_FROM_PTR(self);
}

// readable(s, fast=None): waits until a read of the stream `s` does not block, or it failed or hung
// up. `fast`: wakes at high level; None: if the loop has fast I/O (ioq_len). TypeError if it cannot be
// polled; when awaited, RuntimeError if another task waits to read it.
static mp_obj_t up_readable(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return up_stream_wait_new(n_args, pos, kw, UP_READ);
}
MP_DEFINE_CONST_FUN_OBJ_KW(up_readable_obj, 0, up_readable);

// writable(s, fast=None): the same for a write.
static mp_obj_t up_writable(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return up_stream_wait_new(n_args, pos, kw, UP_WRITE);
}
MP_DEFINE_CONST_FUN_OBJ_KW(up_writable_obj, 0, up_writable);

static mp_obj_t up_stream_wait_iternext(mp_obj_t self_in) {
    up_stream_wait_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = up_loop();
    mp_obj_t stream = self->stream;
    if (up_back_from(loop, UP_STREAM_WAIT) && !(stream != MP_OBJ_NULL && self->armer == loop->cur)) {
        return MP_OBJ_STOP_ITERATION;
    }
    if (stream == MP_OBJ_NULL) {
        return MP_OBJ_STOP_ITERATION; // awaited twice
    }
    self->stream = MP_OBJ_NULL;
    self->armer = NULL;
    up_stream_wait(loop, stream, self->events, self->fast);
    loop->cur->entry.flags |= UP_TASK_SHARED;
    return up_parked(loop->cur, stream);
}

MP_DEFINE_CONST_OBJ_TYPE(
    up_stream_wait_type,
    MP_QSTR_readable, // no name of its own
    UP_TYPE_AWAITABLE,
    iter, up_stream_wait_iternext
);

// -- IOQueue: the same for what is written for MicroPython's asyncio: yield _io_queue.queue_read(s)

static MP_NOINLINE mp_obj_t up_ioqueue_queue(size_t n_args, const mp_obj_t *a, uint32_t events) {
    up_stream_wait(up_loop(), a[1], events, n_args == 3 ? a[2] : mp_const_none);
    return mp_const_none;
}

static mp_obj_t up_ioqueue_queue_read(size_t n_args, const mp_obj_t *a) {
    return up_ioqueue_queue(n_args, a, UP_READ);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_ioqueue_queue_read_obj, 2, 3, up_ioqueue_queue_read);

static mp_obj_t up_ioqueue_queue_write(size_t n_args, const mp_obj_t *a) {
    return up_ioqueue_queue(n_args, a, UP_WRITE);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_ioqueue_queue_write_obj, 2, 3, up_ioqueue_queue_write);

// remove(task): the task does not wait for a stream any more; somebody will schedule it.
static mp_obj_t up_ioqueue_remove(mp_obj_t self_in, mp_obj_t task_in) {
    (void)self_in;
    up_loop_t *loop = up_loop();
    up_task_t *task = up_arg_task(task_in);
    if (up_place(task) == UP_STREAM) {
        up_core_unqueue(&loop->core, &task->entry);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_ioqueue_remove_obj, up_ioqueue_remove);

// The stream is closed, or is about to be: who waits there is due now, as after a hang-up. O(tasks that wait for streams).
void up_stream_wake(mp_obj_t stream) {
    up_loop_t *loop = up_loop();
    up_entry_t *entry;
    while ((entry = up_core_stream_waiter(&loop->core, UP_STREAM_KEY(stream))) != NULL) {
        up_core_found(&loop->core, entry, MP_STREAM_POLL_NVAL, up_now(loop));
    }
    up_rouse();
}

// wake(s): the same, for what is in Python.
static mp_obj_t up_ioqueue_wake(mp_obj_t self_in, mp_obj_t stream) {
    (void)self_in;
    up_stream_wake(stream);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_ioqueue_wake_obj, up_ioqueue_wake);

// failed(s): whether the stream `s` reports an error or a hang-up now. Needs no memory.
static mp_obj_t up_ioqueue_failed(mp_obj_t self_in, mp_obj_t stream) {
    (void)self_in;
    int error;
    mp_uint_t found = up_ioctl(stream)(stream, MP_STREAM_POLL, MP_STREAM_POLL_WR, &error);
    return mp_obj_new_bool(found == MP_STREAM_ERROR || (found & ~(mp_uint_t)(UP_READ | UP_WRITE)) != 0);
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_ioqueue_failed_obj, up_ioqueue_failed);

static const mp_rom_map_elem_t up_ioqueue_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_queue_read), MP_ROM_PTR(&up_ioqueue_queue_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_queue_write), MP_ROM_PTR(&up_ioqueue_queue_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_remove), MP_ROM_PTR(&up_ioqueue_remove_obj) },
    { MP_ROM_QSTR(MP_QSTR_wake), MP_ROM_PTR(&up_ioqueue_wake_obj) },
    { MP_ROM_QSTR(MP_QSTR_failed), MP_ROM_PTR(&up_ioqueue_failed_obj) },
};
static MP_DEFINE_CONST_DICT(up_ioqueue_locals_dict, up_ioqueue_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_ioqueue_type,
    MP_QSTR_IOQueue,
    MP_TYPE_FLAG_NONE,
    locals_dict, &up_ioqueue_locals_dict
);
const mp_obj_base_t up_ioqueue = { &up_ioqueue_type };
