// The clock and the console.
#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "host.h"

static uint32_t ms_start;

void board_ticks_start(uint32_t ms) {
    ms_start = ms;
}

void board_keyboard(void) {
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

mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t len) {
    host_write(text, len);
    return len;
}

void mp_hal_stdout_tx_strn_cooked(const char *text, size_t len) {
    host_write(text, len);
}

void mp_hal_stdout_tx_str(const char *text) {
    host_write(text, strlen(text));
}

int mp_hal_stdin_rx_chr(void) {
    int c = host_read_char();
    if (c < 0) {
        host_exit(0);
    }
    return c;
}

uintptr_t mp_hal_stdio_poll(uintptr_t flags) {
    return flags & MP_STREAM_POLL_WR;
}
