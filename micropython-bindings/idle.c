// The idle wait: until the time is up or something happened that may have made an entry due.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE // ppoll
#endif
#include "shim.h"

#if UP_WAIT_IS(POLL)
// Sleeps in poll(2). Whoever schedules something from a signal handler or another thread writes to
// a pipe; the flag `idle` spares that write while nobody sleeps. The flag is raised before the last
// look at what is pending, so nothing that comes between that look and poll(2) is missed.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int wake_pipe[2] = { -1, -1 };
static int idle;

void mp_uasyncio_priority_wake(void) {
    if (__atomic_load_n(&idle, __ATOMIC_SEQ_CST)) {
        int before = errno; // of what a signal interrupted
        while (write(wake_pipe[1], "", 1) < 0 && errno == EINTR) { // a full pipe wakes as well
        }
        errno = before;
    }
}

static bool open_pipe(void) {
    if (wake_pipe[0] < 0) {
        if (pipe(wake_pipe) != 0) {
            return false;
        }
        for (int i = 0; i < 2; ++i) {
            if (fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK) != 0 || fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC) != 0) {
                close(wake_pipe[0]);
                close(wake_pipe[1]);
                wake_pipe[0] = wake_pipe[1] = -1;
                return false;
            }
        }
    }
    return true;
}

static bool pending(void) {
    if (up_mail_pending(up_mail())) {
        return true;
    }
    if (up_pending_abort() || MP_STATE_THREAD( mp_pending_exception) != MP_OBJ_NULL) {
        return true;
    }
    // Without a global lock the main thread runs what is scheduled.
    return MP_STATE_VM( sched_state) == MP_SCHED_PENDING && (!UP_THREADS || mp_thread_is_main_thread());
}

void up_poll_reserve(up_loop_t *loop, size_t n) {
    if (n + 1 > loop->fd_room) {
        size_t room = n + n / 2 + 4;
        up_pollfd_t *fds = m_new(up_pollfd_t, room);
        up_entry_t **owners = m_new0(up_entry_t *, room);
        m_del(up_pollfd_t, loop->fds, loop->fd_room);
        m_del(up_entry_t *, loop->fd_owners, loop->fd_room);
        loop->fds = fds;
        loop->fd_owners = owners;
        loop->fd_room = room;
    }
}

_Static_assert(sizeof(struct pollfd) == sizeof(up_pollfd_t), "poll(2)'s table is the core's");

// What poll(2) returned for these rows of the table. Where it found nothing, or failed, their owners are let go.
static void polled(up_loop_t *loop, int found, uint32_t rows) {
    if (found > 0) {
        up_core_found_fds(&loop->core, loop->fds + 1, loop->fd_owners, rows, up_now(loop));
    } else if (rows != 0) {
        memset(loop->fd_owners, 0, rows * sizeof(*loop->fd_owners));
    }
}

void up_poll(up_loop_t *loop) {
    uint32_t rows = up_core_fds(&loop->core, loop->fds + 1, loop->fd_owners, loop->fd_room - 1);
    MP_THREAD_GIL_EXIT();
    int found = poll((struct pollfd *)(loop->fds + 1), rows, 0);
    MP_THREAD_GIL_ENTER();
    polled(loop, found, rows);
}

static void wait_for_event(up_loop_t *loop, uint32_t ms) {
    if (!open_pipe()) {
        ms = 1; // no descriptor is left for it: looks again every ms
    }
    up_pollfd_t own;
    up_pollfd_t *fds = loop->fds == NULL ? &own : loop->fds;
    uint32_t rows = loop->fds == NULL ? 0 : up_core_fds(&loop->core, fds + 1, loop->fd_owners, loop->fd_room - 1);
    fds[0] = (up_pollfd_t){ .fd = wake_pipe[0], .events = POLLIN, .revents = 0 };
    // Ctrl-C comes in poll(2) or not at all: not between the look and the wait. (One that another thread takes
    // writes to the pipe, in our unix firmware: ports/unix/interrupt.c.)
    sigset_t interrupt, before;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt, &before);
    __atomic_store_n(&idle, 1, __ATOMIC_SEQ_CST);
    int found = 0;
    if (!pending()) {
        MP_THREAD_GIL_EXIT();
#ifdef __linux__
        struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
        found = ppoll((struct pollfd *)fds, rows + 1, ms == UINT32_MAX ? NULL : &time, &before);
#else
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        found = poll((struct pollfd *)fds, rows + 1, ms == UINT32_MAX ? -1 : (int)ms);
#endif
        MP_THREAD_GIL_ENTER();
    }
    __atomic_store_n(&idle, 0, __ATOMIC_SEQ_CST);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rows != 0) {
        polled(loop, found, rows);
    }
    if (found > 0) {
        char drain[16];
        while (fds[0].revents != 0 && read(wake_pipe[0], drain, sizeof(drain)) > 0) {
        }
    }
    mp_handle_pending(true);
}

#elif UP_WAIT_IS(FREERTOS)
// ESP-IDF: sleeps until it is notified. Notifications are counted: one that comes between the last look at
// what is pending and the sleep ends the sleep. A FreeRTOS tick is 10 ms there, so a timer ends shorter
// waits, and no wait is longer than one tick: MicroPython asks its sockets for WebREPL then.
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

static TaskHandle_t idle_task; // NULL while nobody sleeps

// Two cores: who posts stores its mail and then looks at `idle_task`. Who waits stores `idle_task` and then looks at the
// mail. Each has a fence between, so at least one of them sees what the other stored.
void mp_uasyncio_priority_wake(void) {
    up_fence();
    TaskHandle_t task = __atomic_load_n(&idle_task, __ATOMIC_RELAXED);
    if (task == NULL) {
        return;
    }
    if (xPortInIsrContext()) {
        BaseType_t woken = pdFALSE;
        vTaskNotifyGiveFromISR(task, &woken);
        if (woken == pdTRUE) {
            portYIELD_FROM_ISR();
        }
    } else {
        xTaskNotifyGive(task);
    }
}

static void time_is_up(void *unused) {
    (void)unused;
    mp_uasyncio_priority_wake();
}

static void wait_for_event(up_loop_t *loop, uint32_t ms) {
    (void)loop;
    static esp_timer_handle_t timer;
    if (timer == NULL) {
        const esp_timer_create_args_t args = { .callback = time_is_up, .name = "uasyncio" };
        if (esp_timer_create(&args, &timer) != ESP_OK) {
            timer = NULL; // no memory: its waits end with the tick
        }
    }
    bool timed = ms < portTICK_PERIOD_MS && timer != NULL;
    __atomic_store_n(&idle_task, xTaskGetCurrentTaskHandle(), __ATOMIC_RELAXED);
    up_fence();
    if (!up_mail_pending(up_mail()) && !up_pending()) {
        if (timed) {
            esp_timer_start_once(timer, (uint64_t)ms * 1000);
        }
        MP_THREAD_GIL_EXIT();
        ulTaskNotifyTake(pdTRUE, 1);
        MP_THREAD_GIL_ENTER();
        if (timed) {
            esp_timer_stop(timer); // an error if it has fired, which is as well
        }
    }
    __atomic_store_n(&idle_task, NULL, __ATOMIC_RELAXED);
#ifdef MICROPY_PY_SOCKET_EVENTS_HANDLER
    MICROPY_PY_SOCKET_EVENTS_HANDLER
#endif
    mp_event_handle_nowait();
}

#elif UP_WAIT_IS(WFI)
// Bare metal: any interrupt ends the wait, that of each millisecond's tick too. Interrupts are held off
// from the last look at what is pending to the wait: one that comes in between ends the wait at once, and
// is served behind it.
void mp_uasyncio_priority_wake(void) {
}

static void wait_for_event(up_loop_t *loop, uint32_t ms) {
    (void)loop;
    (void)ms;
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (!up_mail_pending(up_mail()) && !up_pending()) {
        MICROPY_UASYNCIO_PRIORITY_WFI();
    }
    MICROPY_END_ATOMIC_SECTION(state);
    mp_event_handle_nowait();
}

#else
// Ports that have a wait of their own, or must not wait at all (ESP8266: the SDK is to be served). What ends that wait
// is the port's: docs/porting.md has it for each. Who posts mail or schedules is an interrupt, whose end is what the wait
// ends with, or the other core, which tells by leaving an atomic section. Not each port has a tick.
void mp_uasyncio_priority_wake(void) {
}

static void wait_for_event(up_loop_t *loop, uint32_t ms) {
    (void)loop;
    // What is scheduled runs here, and not in the wait: it may make something due, and there may be no tick to end that.
    bool scheduled = up_pending();
    mp_event_handle_nowait();
    if (scheduled || up_mail_pending(up_mail())) {
        return;
    }
    if (ms == UINT32_MAX) {
        mp_event_wait_indefinite();
    } else {
        mp_event_wait_ms(ms);
    }
}

#endif

void up_idle(up_loop_t *loop, uint32_t ms) {
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
    if (loop->mock && ms != UINT32_MAX) {
        loop->mock_now += ms;
        return;
    }
#endif
    wait_for_event(loop, ms);
}
