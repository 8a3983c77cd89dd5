// The unix firmware with a lock around all of Python, as an ESP32's has: one thread runs at a time, and any of them may use
// the loop. For tests.
#include "../mpconfigvariant.h"

#undef MICROPY_PY_THREAD_GIL
#define MICROPY_PY_THREAD_GIL (1)
#define MICROPY_PY_THREAD_RECURSIVE_MUTEX (1) // the port's own code needs it
