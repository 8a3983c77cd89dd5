// The built-in modules asyncio, uasyncio, asyncio_priority and uasyncio_priority.
#ifndef UASYNCIO_PRIORITY_MODULE_H
#define UASYNCIO_PRIORITY_MODULE_H

#include "shim.h"

extern const mp_obj_module_t up_asyncio_module;
extern const mp_obj_module_t up_uasyncio_module;
extern const mp_obj_module_t up_priority_module;
extern const mp_obj_module_t up_module;

void up_module_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest);

#endif
