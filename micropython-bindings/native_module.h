// The modules of a native .mpy.
#ifndef UASYNCIO_PRIORITY_NATIVE_MODULE_H
#define UASYNCIO_PRIORITY_NATIVE_MODULE_H

#include "shim.h"

struct _mp_obj_fun_bc_t;
mp_obj_t mpy_init(struct _mp_obj_fun_bc_t *self, size_t n_args, size_t n_kw, mp_obj_t *args);

#endif
