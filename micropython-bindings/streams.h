// Waiting for streams.
#ifndef UASYNCIO_PRIORITY_STREAMS_H
#define UASYNCIO_PRIORITY_STREAMS_H

#include "shim.h"

extern const mp_obj_type_t up_stream_wait_type;
extern const mp_obj_type_t up_ioqueue_type;
extern const mp_obj_base_t up_ioqueue;
MP_DECLARE_CONST_FUN_OBJ_KW(up_readable_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(up_writable_obj);

void up_stream_wait(up_loop_t *loop, mp_obj_t stream, uint32_t events, mp_obj_t fast);
void up_stream_wake(mp_obj_t stream);
void up_stream_ask(up_loop_t *loop, up_task_t *task);

#endif
