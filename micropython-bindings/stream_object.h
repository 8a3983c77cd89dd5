// Stream: reads and writes whatever can be polled.
#ifndef UASYNCIO_PRIORITY_STREAM_OBJECT_H
#define UASYNCIO_PRIORITY_STREAM_OBJECT_H

#include "shim.h"

extern const mp_obj_type_t up_stream_type;

#endif
