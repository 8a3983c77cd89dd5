// help() of what is ours.
#ifndef UASYNCIO_PRIORITY_HELP_H
#define UASYNCIO_PRIORITY_HELP_H

#include "shim.h"

#if MICROPY_UASYNCIO_PRIORITY_HELP
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_help_obj);
#endif

#endif
