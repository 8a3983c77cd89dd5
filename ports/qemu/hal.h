// What a board does for the common files. Each board implements it in its hal.c and board.h.
#ifndef QEMU_HAL_H
#define QEMU_HAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// In board.h: HAL_COUNTS_PER_US, and as inline functions
//   uint32_t hal_irq_disable(void)       keep interrupts off; what was before
//   void hal_irq_restore(uint32_t)       as it was before
#include "board.h"

// Vectors, counter, the first deadline; interrupts are on from then.
void hal_init(void);

// The finest counter, from 0 at the start. May be called with interrupts off and in an interrupt.
uint64_t hal_counts(void);
// Its low half, where that can be had for less.
#ifndef HAL_COUNTS_LOW
#define HAL_COUNTS_LOW() ((uint32_t)hal_counts())
#endif

// Call board_deadline_irq() in interrupt context when the counter is there, which is in a ms at the latest; at once if it
// is past it. It takes the place of the one before. Called with interrupts off.
void hal_deadline(uint64_t due);

// Call board_trigger_irq() in interrupt context: before this returns, if interrupts are on.
void hal_trigger(void);

// Called with interrupts disabled: returns once one is pending, which is at the next tick at the
// latest. The interrupt is served when they are enabled again.
void hal_wait_for_interrupt(void);

// A character from the serial port, or -1: for host_semihosting.c. hal_serial_readable(): is there one?
int hal_serial_read(void);
bool hal_serial_readable(void);

// The board's linker script: the heap's room, and the C stack.
extern char _heap_start[], _heap_end[], _stack_bottom[], _stack_top[];

// What a board calls, in interrupt context.
void board_deadline_irq(void);
void board_trigger_irq(void);

// Call board_alarm_irq() in interrupt context after that many counts, once; 0: do not, after all.
// An alarm in the past comes at once. May be called in an interrupt.
void hal_alarm(uint32_t counts);

// What clock.c calls, in interrupt context, at each ms: the console looks at its keyboard, if it has one.
void board_console_irq(void);

// What deadline.c calls, in interrupt context.
void board_alarm_irq(void);
// At each whole ms of the counter, and before board_alarm_irq() where both are due.
void board_tick_irq(void);

// The start code ends in main(), with .data and .bss ready.
int main(void);

#endif
