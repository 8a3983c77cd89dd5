// What MicroPython's configuration must be for the loop to be sound. Where it is not, the compiler stops and says what to
// set. shim.h includes this. The search for names leaves it out: CMake's does not see what user modules define.
#ifndef UASYNCIO_PRIORITY_REQUIREMENTS_H
#define UASYNCIO_PRIORITY_REQUIREMENTS_H

#ifndef NO_QSTR

// The one place that looks at the version. What differs between those we build with is handled without: docs/porting.md.
#if MICROPY_VERSION < MICROPY_MAKE_VERSION(1, 25, 0)
#error "uasyncio_priority: set MPY_DIR to a source tree of MicroPython 1.25 or later"
#endif

#if !MICROPY_MODULE_BUILTIN_INIT
#error "uasyncio_priority: set MICROPY_MODULE_BUILTIN_INIT to 1, the module makes its loop when it is imported"
#endif
#if !MICROPY_MODULE_ATTR_DELEGATION
#error "uasyncio_priority: set MICROPY_MODULE_ATTR_DELEGATION to 1, what is frozen is loaded when it is named first"
#endif
#if !MICROPY_MODULE_BUILTIN_SUBPACKAGES
#error "uasyncio_priority: set MICROPY_MODULE_BUILTIN_SUBPACKAGES to 1, for `import asyncio.core`"
#endif
#if !MICROPY_ENABLE_GC
#error "uasyncio_priority: set MICROPY_ENABLE_GC to 1, the loop's memory is the collector's"
#endif
#if !MICROPY_ENABLE_SCHEDULER
#error "uasyncio_priority: set MICROPY_ENABLE_SCHEDULER to 1, the loop runs what interrupts schedule"
#endif
// The handler of the signal would jump out of the core while that moves an entry from one queue to another.
#if MICROPY_ASYNC_KBD_INTR
#error "uasyncio_priority: set MICROPY_ASYNC_KBD_INTR to 0, a Ctrl-C raised in the midst of the loop loses tasks"
#endif

#define UP_TEXT_OF(...) #__VA_ARGS__
#define UP_TEXT(...) UP_TEXT_OF(__VA_ARGS__)

// py/mphal.h has one that does nothing, for ports that do not say.
#if MICROPY_PY_THREAD || !UP_HAVE_FDS
_Static_assert(
    __builtin_strcmp(UP_TEXT(MICROPY_BEGIN_ATOMIC_SECTION()), "(0)") != 0,
    "uasyncio_priority: define MICROPY_BEGIN_ATOMIC_SECTION() and MICROPY_END_ATOMIC_SECTION(state) in the port's mphalport.h,"
    " they hold off its interrupts and threads"
);
#endif

// A wait that fits the machine worse would be compiled as well, and nothing but its slowness would tell.
// mutation: any-wait-for-freertos
// mutation: freertos-known-by-definitions-only
#if (defined(ESP_PLATFORM) || defined(INC_FREERTOS_H)) && !UP_WAIT_IS(FREERTOS)
#error "uasyncio_priority: set MICROPY_UASYNCIO_PRIORITY_WAIT as ports/esp32/config.h does, the idle wait is for FreeRTOS"
#elif (defined(__unix__) || defined(__APPLE__)) && !defined(__EMSCRIPTEN__) && UP_WAIT_IS(GENERIC)
#error "uasyncio_priority: set MICROPY_UASYNCIO_PRIORITY_WAIT as ports/unix/config.h does, the idle wait is poll(2)"
#elif UP_WAIT_IS(WFI) && MICROPY_PY_THREAD
#error "uasyncio_priority: set MICROPY_UASYNCIO_PRIORITY_WAIT to another wait, threads do not run while interrupts are off"
#elif UP_WAIT_IS(WFI) && !defined(MICROPY_UASYNCIO_PRIORITY_WFI)
#error "uasyncio_priority: define MICROPY_UASYNCIO_PRIORITY_WFI as ports/pyboard/config.h does, it waits for an interrupt"
#elif defined(MICROPY_UASYNCIO_PRIORITY_WFI) && !MICROPY_PY_THREAD && !UP_WAIT_IS(WFI)
#error "uasyncio_priority: set MICROPY_UASYNCIO_PRIORITY_WAIT as ports/pyboard/config.h does, the idle wait is for interrupts"
#endif

// The waits of platform/ that end only if somebody ends them.
#if UP_WAIT_IS(POLL) || UP_WAIT_IS(FREERTOS)
// Among the hook's statements is a call of mp_uasyncio_priority_wake(): here that makes the inner name the one that is seen.
enum {
    UP_HOOK_WAKES = 0
};
static inline void up_require_hook(void) {
#define mp_uasyncio_priority_wake() \
    enum { \
        UP_HOOK_WAKES = 1 \
    }
    MICROPY_SCHED_HOOK_SCHEDULED;
#undef mp_uasyncio_priority_wake
    _Static_assert(
        UP_HOOK_WAKES,
        "uasyncio_priority: define MICROPY_SCHED_HOOK_SCHEDULED as mp_uasyncio_priority_wake(), what is scheduled ends the idle wait"
    );
}
#endif

// Any thread may be the one that the kernel interrupts, and it is the loop's that has to notice.
#if UP_HAVE_FDS && MICROPY_PY_THREAD
_Static_assert(
    __builtin_strcmp(UP_TEXT(MICROPY_WRAP_MP_SCHED_EXCEPTION(f)), "f") != 0,
    "uasyncio_priority: set MICROPY_WRAP_MP_SCHED_EXCEPTION as ports/unix/config.h does, Ctrl-C ends the idle wait"
);
#endif

#endif
#endif
