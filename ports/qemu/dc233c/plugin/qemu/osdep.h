// What QEMU's tables of the instructions want of QEMU's own header.
#include <stdint.h>
