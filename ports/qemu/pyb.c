// `pyb` on the boards: a random number, the clock, timers, interrupts.
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "hal.h"

void board_alarm_irq(void) {
}

void board_trigger_irq(void) {
}

void board_timers_stop(void) {
}
