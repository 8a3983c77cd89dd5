// The clock and the console.
#include <string.h>

#include "py/mphal.h"
#include "py/ringbuf.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "host.h"

#define COUNTS_PER_MS (HAL_COUNTS_PER_US * 1000)

// A count of ms as on a board: reading it is one load, and a late tick is made up for.
static volatile uint32_t ms;
static uint32_t ms_began; // the counter when `ms` was last counted up

// With a keyboard: what was typed and not read yet. The tick looks at it.
static bool keyboard;
static byte typed_room[256];
static ringbuf_t typed = { typed_room, sizeof(typed_room), 0, 0 };

// For a host that knows without being told.
__attribute__((weak)) void host_keyboard(void) {
}

void board_keyboard(void) {
    host_keyboard();
    keyboard = true;
}

static void keyboard_look(void) {
    while (ringbuf_free(&typed) > 0 && host_readable()) {
        int c = host_read_char();
        if (c < 0) {
            host_exit(0); // it is gone
        }
        if (c == mp_interrupt_char) {
            mp_sched_keyboard_interrupt();
        } else {
            ringbuf_put(&typed, c);
        }
    }
}

void board_tick_irq(void) {
    if (keyboard) {
        keyboard_look();
    }
    uint32_t now = (uint32_t)hal_counts();
    while (now - ms_began >= COUNTS_PER_MS) {
        ms_began += COUNTS_PER_MS;
        ms++;
    }
}

void board_ticks_start(uint32_t start) {
    uint32_t state = hal_irq_disable();
    ms += start;
    hal_irq_restore(state);
}

void board_wait(void) {
    uint32_t state = hal_irq_disable();
    hal_wait_for_interrupt();
    hal_irq_restore(state);
}

mp_uint_t mp_hal_ticks_ms(void) {
    return ms;
}

// Also right where the tick is late: with interrupts off, or in one.
mp_uint_t mp_hal_ticks_us(void) {
    uint32_t state = hal_irq_disable();
    uint32_t whole = ms;
    uint32_t part = HAL_COUNTS_LOW() - ms_began;
    hal_irq_restore(state);
    return whole * 1000 + part / HAL_COUNTS_PER_US;
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return (mp_uint_t)hal_counts();
}

uint64_t mp_hal_time_ns(void) {
    return hal_counts() * 1000 / HAL_COUNTS_PER_US;
}

void mp_hal_delay_us(mp_uint_t us) {
    uint32_t start = mp_hal_ticks_us();
    while (mp_hal_ticks_us() - start < us) {
    }
}

void mp_hal_delay_ms(mp_uint_t n) {
    uint64_t end = hal_counts() + (uint64_t)n * COUNTS_PER_MS;
    mp_event_handle_nowait();
    // The tick ends each wait; what is left after the last of them is short.
    while ((int64_t)(end - hal_counts()) >= COUNTS_PER_MS) {
        mp_event_wait_ms(1);
    }
    while ((int64_t)(end - hal_counts()) > 0) {
        mp_event_handle_nowait();
    }
}

mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t len) {
    host_write(text, len);
    return len;
}

// Lines end as the script ends them; a terminal is told by run.py what to make of it.
void mp_hal_stdout_tx_strn_cooked(const char *text, size_t len) {
    host_write(text, len);
}

void mp_hal_stdout_tx_str(const char *text) {
    host_write(text, strlen(text));
}

int mp_hal_stdin_rx_chr(void) {
    if (keyboard) {
        int c;
        while ((c = ringbuf_get(&typed)) < 0) {
            mp_event_wait_indefinite();
        }
        return c;
    }
    int c = host_read_char();
    if (c < 0) {
        host_exit(0);
    }
    return c;
}

uintptr_t mp_hal_stdio_poll(uintptr_t flags) {
    uintptr_t ready = flags & MP_STREAM_POLL_WR;
    if ((flags & MP_STREAM_POLL_RD) && (keyboard ? ringbuf_avail(&typed) > 0 : host_readable())) {
        ready |= MP_STREAM_POLL_RD;
    }
    return ready;
}
