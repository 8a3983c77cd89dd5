// Stand-ins for Espressif's SDK, here and beside: what MicroPython's own headers need of it. Nothing of it runs.
#include <stdbool.h>
#include <stdint.h>

uint32_t system_get_time(void);
