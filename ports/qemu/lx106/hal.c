// The lx106 in QEMU's sim machine: its one timer, its software interrupt, the idle wait, and faults.
#include <stdbool.h>
#include <string.h>

#include "hal.h"
#include "host.h"

// Of the core's 15 interrupts. Both are of level 1.
#define INTERRUPT_TIMER (1u << 6)
#define INTERRUPT_SOFTWARE (1u << 7)

#define PS_UM (0x20)
#define COUNTS_PER_MS (HAL_COUNTS_PER_US * 1000)

#define GET(reg) \
    ({ \
        uint32_t value_; \
        __asm__ volatile("rsr %0, " #reg : "=a"(value_) : : "memory"); \
        value_; \
    })
#define SET(reg, value) __asm__ volatile("wsr %0, " #reg "; rsync" : : "a"(value) : "memory")

// ---------------------------------------------------------------------------------------------------------------------
// Time. CCOUNT has 32 bits, which last for 107 s; each look at it carries the rest, and the tick is one each ms.
// The tick and the alarm share the one compare register, which is set for whichever is due first.

static uint64_t counted; // at the last look
static uint64_t tick_due;
static uint64_t alarm_due;
static bool alarm_armed;

// With interrupts disabled.
static uint64_t count(void) {
    counted += (uint32_t)(GET(ccount) - (uint32_t)counted);
    return counted;
}

uint64_t hal_counts(void) {
    uint32_t state = hal_irq_disable();
    uint64_t now = count();
    hal_irq_restore(state);
    return now;
}

// Ask for the next interrupt. CCOMPARE is only ever met in passing, and writing it withdraws what it raised before:
// so if the time is up by now, or while this runs, it is written anew, each time farther off, until it lies ahead.
static void timer_set(void) {
    uint64_t due = alarm_armed && alarm_due < tick_due ? alarm_due : tick_due;
    uint32_t lead = 0;
    uint32_t compare;
    do {
        lead += 4;
        uint64_t soonest = count() + lead;
        compare = due > soonest ? due : soonest;
        SET(ccompare0, compare);
    } while ((int32_t)(compare - GET(ccount)) <= 0);
}

void hal_alarm(uint32_t counts) {
    uint32_t state = hal_irq_disable();
    alarm_armed = counts != 0;
    alarm_due = count() + counts;
    timer_set();
    hal_irq_restore(state);
}

static void timer_interrupt(void) {
    uint64_t now = count();
    if (now >= tick_due) {
        do {
            tick_due += COUNTS_PER_MS;
        } while (now >= tick_due);
        board_tick_irq();
    }
    if (alarm_armed && now >= alarm_due) {
        alarm_armed = false;
        board_alarm_irq();
    }
    timer_set();
}

// ---------------------------------------------------------------------------------------------------------------------
// Interrupts and faults

// A level 1 interrupt, from start.S.
void hal_interrupt(void) {
    uint32_t pending = GET(interrupt) & GET(intenable);
    if (pending & INTERRUPT_TIMER) {
        timer_interrupt();
    }
    if (pending & INTERRUPT_SOFTWARE) {
        SET(intclear, INTERRUPT_SOFTWARE);
        board_trigger_irq();
    }
}

void hal_trigger(void) {
    SET(intset, INTERRUPT_SOFTWARE);
}

// waiti lets interrupts in and waits, in one: none gets lost between the two.
void hal_wait_for_interrupt(void) {
    __asm__ volatile("waiti 0; rsil a2, 15" : : : "a2", "memory");
}

static void put(const char *text) {
    host_write(text, strlen(text));
}

static void put_number(const char *name, uint32_t number) {
    char text[] = " 0x00000000";
    for (unsigned i = 0; i < 8; ++i) {
        text[10 - i] = "0123456789abcdef"[number >> 4 * i & 15];
    }
    put(name);
    put(text);
}

// Any other exception, from start.S: says what it knows, and ends. Runs on a stack of its own.
void hal_fault(const uint32_t *a) {
    static bool again;
    if (!again) {
        again = true;
        put_number("FAULT cause", GET(exccause));
        put_number(" epc1", GET(epc1));
        put_number(" depc", GET(depc));
        put_number(" vaddr", GET(excvaddr));
        put_number(" ps", GET(ps));
        for (unsigned i = 0; i < 16; ++i) {
            put(i % 8 == 0 ? "\na" : "  a");
            put_number((const char[]){ i < 10 ? '0' + i : '1', i < 10 ? '\0' : '0' + i - 10, '\0' }, a[i]);
        }
        put("\n");
    }
    host_exit(99);
}

// ---------------------------------------------------------------------------------------------------------------------
// Start

void hal_init(void) {
    tick_due = COUNTS_PER_MS;
    timer_set();
    SET(intenable, INTERRUPT_TIMER | INTERRUPT_SOFTWARE);
    hal_irq_restore(PS_UM);
}

// From start.S after a reset, with interrupts off. QEMU has put .data in place.
void start(void) {
    extern char _bss_start[], _bss_end[];
    memset(_bss_start, 0, _bss_end - _bss_start);
    main();
    host_exit(0);
}
