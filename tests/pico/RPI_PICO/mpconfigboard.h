// MicroPython's own configuration of the board.
#include "ports/rp2/boards/RPI_PICO/mpconfigboard.h"

// What the tests use: virtual time.
#define MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK (1)
