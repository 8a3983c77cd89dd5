// The interpreter that the shim calls: one that it is linked into, or one that has loaded it as a native .mpy.
#ifndef UASYNCIO_PRIORITY_PLATFORM_PYTHON_H
#define UASYNCIO_PRIORITY_PLATFORM_PYTHON_H

#if MICROPY_ENABLE_DYNRUNTIME
#include "dynamic.h"
#else
#include "builtin.h"
#endif

#endif
