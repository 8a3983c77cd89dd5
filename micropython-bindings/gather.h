// gather(): waits for several tasks.
#ifndef UASYNCIO_PRIORITY_GATHER_H
#define UASYNCIO_PRIORITY_GATHER_H

#include "shim.h"

MP_DECLARE_CONST_FUN_OBJ_KW(up_gather_obj);

#endif
