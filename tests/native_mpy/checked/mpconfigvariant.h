// MicroPython's own unix variant `standard`.
#include "ports/unix/variants/standard/mpconfigvariant.h"
