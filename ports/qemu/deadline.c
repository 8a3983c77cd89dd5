// The tick of each ms and the alarm, which share the one deadline that a board's hardware has.
#include "hal.h"

// Touched with interrupts off only.
static uint64_t tick_at = HAL_COUNTS_PER_US * 1000;
static uint64_t alarm_at;
static bool alarm_on;

static void set_deadline(void) {
    hal_deadline(alarm_on && alarm_at < tick_at ? alarm_at : tick_at);
}

void hal_alarm(uint32_t counts) {
    uint32_t state = hal_irq_disable();
    alarm_on = counts != 0;
    alarm_at = hal_counts() + counts;
    set_deadline();
    hal_irq_restore(state);
}

void board_deadline_irq(void) {
    uint64_t now = hal_counts();
    if (now >= tick_at) {
        while (now >= tick_at) {
            tick_at += HAL_COUNTS_PER_US * 1000;
        }
        board_tick_irq();
    }
    if (alarm_on && now >= alarm_at) {
        alarm_on = false;
        board_alarm_irq();
    }
    set_deadline();
}
