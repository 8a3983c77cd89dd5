// The clock, and waiting by it: no tick, so that a wait takes as long as it should.
#include "py/mphal.h"
#include "py/runtime.h"

static uint32_t ms_start;

void board_ticks_start(uint32_t ms) {
    ms_start = ms;
}

mp_uint_t mp_hal_ticks_ms(void) {
    return (mp_uint_t)(hal_counts() / 1000) + ms_start;
}

mp_uint_t mp_hal_ticks_us(void) {
    return (mp_uint_t)hal_counts() + ms_start * 1000;
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return (mp_uint_t)hal_counts();
}

uint64_t mp_hal_time_ns(void) {
    return hal_counts() * 1000;
}

// Interrupts come while it counts.
void mp_hal_delay_us(mp_uint_t us) {
    uint64_t end = hal_counts() + us;
    while (hal_counts() < end) {
        board_poll();
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    uint64_t end = hal_counts() + (uint64_t)ms * 1000;
    mp_event_handle_nowait();
    // What is left after the last of these waits is short.
    for (uint64_t now; (now = hal_counts()) < end;) {
        if (end - now >= 1000) {
            mp_event_wait_ms((mp_uint_t)((end - now) / 1000));
        } else {
            mp_event_handle_nowait();
        }
    }
}
