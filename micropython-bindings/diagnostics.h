// What shows what the loop does.
#ifndef UASYNCIO_PRIORITY_DIAGNOSTICS_H
#define UASYNCIO_PRIORITY_DIAGNOSTICS_H

#include "shim.h"

#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_stats_obj);
#endif

#endif
