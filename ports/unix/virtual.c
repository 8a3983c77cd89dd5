// The clock as the program sees it: `time`, `pyb` and whatever else asks the C library. While asyncio_priority.testing has
// made time virtual, the main thread's is that of the loop, and to sleep there lets it pass. The linker puts what is called
// __wrap_NAME in place of NAME: mpconfigvariant.mk.
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "py/mpthread.h"
#include "../../micropython-bindings/clock.h"
#include "../../micropython-bindings/loop_state.h"

#define US_PER_S (1000000)

// The loop, if its time is this thread's; else NULL.
static up_loop_t *virtual(void) {
    up_loop_t *loop = MP_STATE_VM(up_loop);
    bool is = loop != NULL && up_is_virtual(loop) && mp_thread_is_main_thread();
    return is ? loop : NULL;
}

// Sleeps. What is scripted meanwhile runs at its instants.
static void pass(up_loop_t *loop, uint64_t us) {
    uint64_t end = up_virtual.us + us;
    while (up_is_virtual(loop) && up_virtual.us < end) {
        up_virtual_pass(end);
        mp_handle_pending(true);
    }
}

mp_uint_t __wrap_mp_hal_ticks_ms(void);
mp_uint_t __wrap_mp_hal_ticks_ms(void) {
    up_loop_t *loop = virtual();
    return loop == NULL ? __real_mp_hal_ticks_ms() : (mp_uint_t)(up_virtual_look(loop) / 1000);
}

mp_uint_t __real_mp_hal_ticks_us(void);
mp_uint_t __wrap_mp_hal_ticks_us(void);
mp_uint_t __wrap_mp_hal_ticks_us(void) {
    up_loop_t *loop = virtual();
    return loop == NULL ? __real_mp_hal_ticks_us() : (mp_uint_t)up_virtual_look(loop);
}

int __real_gettimeofday(struct timeval *restrict at, void *restrict zone);
int __wrap_gettimeofday(struct timeval *restrict at, void *restrict zone);
int __wrap_gettimeofday(struct timeval *restrict at, void *restrict zone) {
    up_loop_t *loop = virtual();
    if (loop == NULL) {
        return __real_gettimeofday(at, zone);
    }
    uint64_t us = up_virtual_look(loop);
    at->tv_sec = us / US_PER_S + up_virtual.epoch_s;
    at->tv_usec = us % US_PER_S;
    return 0;
}

time_t __real_time(time_t *at);
time_t __wrap_time(time_t *at);
time_t __wrap_time(time_t *at) {
    up_loop_t *loop = virtual();
    if (loop == NULL) {
        return __real_time(at);
    }
    time_t now = up_virtual_look(loop) / US_PER_S + up_virtual.epoch_s;
    if (at != NULL) {
        *at = now;
    }
    return now;
}

// time.sleep(), which has left the lock around all of Python, if there is one.
int __real_select(int n, fd_set *restrict in, fd_set *restrict out, fd_set *restrict bad, struct timeval *restrict time);
int __wrap_select(int n, fd_set *restrict in, fd_set *restrict out, fd_set *restrict bad, struct timeval *restrict time);
int __wrap_select(int n, fd_set *restrict in, fd_set *restrict out, fd_set *restrict bad, struct timeval *restrict time) {
    up_loop_t *loop = virtual();
    if (loop == NULL || n != 0 || time == NULL) {
        return __real_select(n, in, out, bad, time);
    }
    MP_THREAD_GIL_ENTER();
    pass(loop, (uint64_t)time->tv_sec * US_PER_S + time->tv_usec);
    MP_THREAD_GIL_EXIT();
    return 0;
}

int __real_usleep(useconds_t us);
int __wrap_usleep(useconds_t us);
int __wrap_usleep(useconds_t us) {
    up_loop_t *loop = virtual();
    if (loop == NULL) {
        return __real_usleep(us);
    }
    pass(loop, us);
    return 0;
}

void __real_mp_hal_delay_ms(mp_uint_t ms);
void __wrap_mp_hal_delay_ms(mp_uint_t ms);
void __wrap_mp_hal_delay_ms(mp_uint_t ms) {
    up_loop_t *loop = virtual();
    if (loop == NULL) {
        __real_mp_hal_delay_ms(ms);
    } else {
        pass(loop, (uint64_t)ms * 1000);
    }
}
