// QEMU's sim machine, with whatever core: a timer, the software interrupt, the idle wait, and faults.
#include <string.h>

#include "hal.h"
#include "host.h"

// Both are of level 1, and have these numbers in both cores.
#define INTERRUPT_TIMER (1u << 6)
#define INTERRUPT_SOFTWARE (1u << 7)

#define GET(reg) \
    ({ \
        uint32_t value_; \
        __asm__ volatile("rsr %0, " #reg : "=a"(value_) : : "memory"); \
        value_; \
    })
#define SET(reg, value) __asm__ volatile("wsr %0, " #reg "; rsync" : : "a"(value) : "memory")

// ---------------------------------------------------------------------------------------------------------------------
// Time. CCOUNT has 32 bits, which last for 107 s or longer; each look at it carries the rest, and the tick is one each ms.

uint64_t hal_counts(void) {
    static uint64_t counted; // at the last look
    uint32_t state = hal_irq_disable();
    counted += (uint32_t)(GET(ccount) - (uint32_t)counted);
    uint64_t now = counted;
    hal_irq_restore(state);
    return now;
}

// CCOMPARE is only ever met in passing, and writing it withdraws what it raised before: so if the time is up by now, or
// while this runs, it is written anew, each time farther off, until it lies ahead.
void hal_deadline(uint64_t due) {
    uint32_t lead = 0;
    uint32_t compare;
    do {
        lead += 4;
        uint64_t soonest = hal_counts() + lead;
        compare = due > soonest ? due : soonest;
        SET(ccompare0, compare);
    } while ((int32_t)(compare - GET(ccount)) <= 0);
}

// ---------------------------------------------------------------------------------------------------------------------
// Interrupts and faults

// A level 1 interrupt, from start.S.
void hal_interrupt(void) {
    uint32_t pending = GET(interrupt) & GET(intenable);
    if (pending & INTERRUPT_TIMER) {
        board_deadline_irq();
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
    hal_alarm(0);
    SET(intenable, INTERRUPT_TIMER | INTERRUPT_SOFTWARE);
    hal_irq_restore(SIM_PS);
}

// From start.S after a reset, with interrupts off. QEMU has put .data in place.
void start(void) {
    extern char _bss_start[], _bss_end[];
    memset(_bss_start, 0, _bss_end - _bss_start);
    main();
    host_exit(0);
}
