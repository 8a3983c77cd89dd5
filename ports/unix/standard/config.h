// The configuration of a unix firmware of somebody else's, such as MicroPython's standard variant: its own, then what our
// part needs. micropython.mk has MicroPython take it (MP_CONFIGFILE), since these variants set what is to be 0.
#include <mpconfigport.h>

#include "../config.h"
