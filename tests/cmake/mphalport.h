static inline void mp_hal_set_interrupt_char(int c) {
    (void)c;
}

// One context only.
static inline unsigned cmake_atomic(void) {
    return 0;
}
#define MICROPY_BEGIN_ATOMIC_SECTION() cmake_atomic()
#define MICROPY_END_ATOMIC_SECTION(state) ((void)(state))

#ifdef INC_FREERTOS_H
#include "freertos/task.h"

extern TaskHandle_t mp_main_task_handle;
#endif
