// The unix firmware that watches itself is configured as the ordinary one, but that it can be aborted: faults.c.
#include "../mpconfigvariant.h"

#define MICROPY_ENABLE_VM_ABORT (1)
