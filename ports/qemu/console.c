// The console: what is written goes to the host; what is read comes from there, or from a keyboard.
#include <string.h>

#include "py/mphal.h"
#include "py/ringbuf.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "host.h"

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

void board_console_irq(void) {
    if (!keyboard) {
        return;
    }
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
