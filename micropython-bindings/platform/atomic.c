// What the core's critical section is.
#include "platform.h"

uint32_t up_atomic_begin(void) {
    return MICROPY_BEGIN_ATOMIC_SECTION();
}

void up_atomic_end(uint32_t state) {
    MICROPY_END_ATOMIC_SECTION(state);
}
