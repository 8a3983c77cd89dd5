// Interrupts, which come when something looks; the idle wait; the collector's look at the stack.
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "js.h"

uint32_t board_patience = BOARD_PATIENCE;
uint32_t board_irq_off;

// Touched here only: what hal_alarm() set.
static uint64_t alarm_at;
static bool alarm_on;
// An interrupt runs, which another one does not interrupt.
static bool in_irq;
// Something has come since the last wait. Who looks, and then waits, may have been interrupted in between: the next wait is
// none, as with ARM's WFE.
static bool came;

// The heap's room, from _heap_start to _heap_end.
__asm__(".section .bss.heap,\"\",@\n"
        ".globl _heap_start\n"
        ".globl _heap_end\n"
        ".p2align 4\n"
        "_heap_start:\n"
        ".skip 4194304\n"
        "_heap_end:\n"
        ".skip 16\n"
        ".size _heap_start, 4194304\n"
        ".size _heap_end, 16\n");

uint64_t hal_counts(void) {
    return (uint64_t)(js_now() * 1000);
}

void hal_init(void) {
}

void hal_alarm(uint32_t counts) {
    alarm_on = counts != 0;
    alarm_at = hal_counts() + counts;
}

void hal_trigger(void) {
    if (!board_irq_off && !in_irq) {
        came = in_irq = true;
        board_trigger_irq();
        in_irq = false;
    }
}

// What is due interrupts, unless interrupts are off or one runs.
void board_poll(void) {
    board_patience = BOARD_PATIENCE;
    if (board_irq_off || in_irq) {
        return;
    }
    if (js_stop_asked()) {
        came = true;
        mp_sched_keyboard_interrupt();
    }
    if (alarm_on && hal_counts() >= alarm_at) {
        alarm_on = false;
        came = in_irq = true;
        board_alarm_irq();
        in_irq = false;
    }
}

void board_wait(uint32_t ms) {
    if (came) {
        came = false;
        return;
    }
    double wait = ms == UINT32_MAX ? -1 : ms;
    if (alarm_on) {
        uint64_t now = hal_counts();
        double alarm = alarm_at > now ? (double)(alarm_at - now) / 1000 : 0;
        wait = wait < 0 || alarm < wait ? alarm : wait;
    }
    if (wait != 0) {
        js_wait(wait);
    }
    board_poll();
    came = false;
}

// --spill-pointers (Makefile) has put there what the functions hold that this one was called by.
__attribute__((noinline)) void gc_helper_collect_regs_and_stack(void) {
    void *here = &here;
    gc_collect_root((void **)&here, ((uintptr_t)_stack_top - (uintptr_t)&here) / sizeof(void *));
}
