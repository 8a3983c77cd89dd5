// The idle wait of the FreeRTOS ports, driven by a kernel that is made up: time moves only here, to the microsecond.
// tests/recipes.py compiles and runs it. It prints what was wrong, and how many waits there were.
//
// The wait is the shim's own source. Each of its calls of the kernel, and its look at the mail, is a point where
// something else may happen: an interrupt, the other core, another thread. It happens at each of them in turn. The memory
// of two cores is made up too: what a core stores is seen by the other one after a fence of the first.
//
// Who waits is MicroPython's own task, or another thread, which may be deleted at each of these points.
#include <setjmp.h>
#include <stdio.h>

static void fence(void);
#define __atomic_thread_fence(order) fence()
#include IDLE_WAIT

#define US_PER_TICK (portTICK_PERIOD_MS * 1000)
#define NEVER (UINT64_MAX)

// Who does what the wait is to end for, and what that is.
enum {
    INTERRUPT = 1,
    OTHER_CORE,
    OTHER_THREAD,
    N_WHO
};
enum {
    MAIL,
    CALLBACK,
    N_WHAT
};
static const char *const WHO[] = { "nobody", "an interrupt", "the other core", "another thread" };
static const char *const WAITS[] = { "the main task", "a thread" };
static const char *const WHAT[] = { "mail", "a callback" };

static struct {
    uint64_t now; // us
    uint64_t timer; // when it fires
    bool no_timer; // there is no memory for one
    uint32_t given; // notifications
    uint32_t semaphore; // 1: it was given
    bool thread; // who waits is not MicroPython's own task
    bool isr, other; // what runs is an interrupt, or the other core
    bool yielded; // the interrupt asked for a switch of tasks
    int points; // how many were passed
    // The plan: `who` does `what` at the nth point, or when it is `at`.
    int who, what, nth;
    uint64_t at;
    uint64_t happened; // when it did
    int deleted; // the point at which the thread that waits is deleted, if it is
    jmp_buf rest; // what runs then
    int seen; // what the other core sees of `sleeper`
    bool mail, buffered; // there is some; the other core stored some, which ours does not see yet
} kernel;

mp_state_ctx_t mp_state_ctx;
TaskHandle_t mp_main_task_handle = (TaskHandle_t)&mp_main_task_handle;

static void fence(void) {
    if (kernel.other) {
        kernel.mail |= kernel.buffered;
        kernel.buffered = false;
    } else {
        kernel.seen = sleeper;
    }
}

// What the plan says happens.
static void happen(void) {
    int who = kernel.who;
    kernel.who = NOBODY;
    kernel.happened = kernel.now;
    kernel.isr = who == INTERRUPT;
    kernel.other = who == OTHER_CORE;
    if (kernel.what == CALLBACK) {
        MP_STATE_VM(sched_state) = MP_SCHED_PENDING; // within a section that is a fence itself
    } else if (kernel.other) {
        kernel.buffered = true;
    } else {
        kernel.mail = true;
    }
    int here = sleeper;
    if (kernel.other) {
        sleeper = kernel.seen;
    }
    mp_uasyncio_priority_wake();
    sleeper = here;
    kernel.isr = kernel.other = false;
}

static void point(void) {
    if (++kernel.points == kernel.nth && kernel.who != NOBODY) {
        happen();
    }
    if (kernel.points == kernel.deleted) {
        longjmp(kernel.rest, 1);
    }
}

uint32_t up_mail_pending(up_mailbox_t *mail) {
    (void)mail;
    point();
    bool pending = kernel.mail;
    point();
    return pending;
}

void mp_event_handle_nowait(void) {
    point();
}

TaskHandle_t xTaskGetCurrentTaskHandle(void) {
    point();
    return kernel.thread ? (TaskHandle_t)&kernel : mp_main_task_handle;
}

static void called(bool by_interrupt) {
    if (kernel.isr != by_interrupt) {
        printf("%s called what is for the other\n", kernel.isr ? "an interrupt" : "a task");
    }
}

BaseType_t xTaskNotifyGive(TaskHandle_t task) {
    called(false);
    if (task != mp_main_task_handle) {
        printf("a notification for who may be gone\n");
    }
    ++kernel.given;
    return pdTRUE;
}

void vTaskNotifyGiveFromISR(TaskHandle_t task, BaseType_t *woken) {
    kernel.isr = !kernel.isr;
    xTaskNotifyGive(task);
    kernel.isr = !kernel.isr;
    kernel.yielded = false;
    *woken = pdTRUE;
}

static StaticSemaphore_t *semaphore_is;

SemaphoreHandle_t xSemaphoreCreateBinaryStatic(StaticSemaphore_t *memory) {
    if (semaphore_is != NULL) {
        printf("a second semaphore\n");
    }
    semaphore_is = memory;
    return (SemaphoreHandle_t)memory;
}

BaseType_t xSemaphoreGive(SemaphoreHandle_t semaphore) {
    called(false);
    if (semaphore == NULL || semaphore != (SemaphoreHandle_t)semaphore_is) {
        printf("no semaphore was given\n");
    }
    kernel.semaphore = 1;
    return pdTRUE;
}

BaseType_t xSemaphoreGiveFromISR(SemaphoreHandle_t semaphore, BaseType_t *woken) {
    kernel.isr = !kernel.isr;
    xSemaphoreGive(semaphore);
    kernel.isr = !kernel.isr;
    kernel.yielded = false;
    *woken = pdTRUE;
    return pdTRUE;
}

void vPortYieldFromISR(void) {
    kernel.yielded = true;
}

BaseType_t xPortInIsrContext(void) {
    return kernel.isr;
}

esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *timer) {
    (void)args;
    *timer = kernel.no_timer ? NULL : (esp_timer_handle_t)&kernel;
    return kernel.no_timer ? 0x101 : ESP_OK;
}

esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t us) {
    (void)timer;
    point();
    if (kernel.timer != NEVER) {
        printf("a timer was started twice\n");
        return 0x103;
    }
    kernel.timer = kernel.now + us;
    return ESP_OK;
}

esp_err_t esp_timer_stop(esp_timer_handle_t timer) {
    (void)timer;
    point();
    bool ran = kernel.timer != NEVER;
    kernel.timer = NEVER;
    return ran ? ESP_OK : 0x103;
}

// Sleeps until what ends it was given, or so many ticks came. The first comes at the end of the one under way.
static void sleeps(uint32_t *given, TickType_t ticks) {
    point();
    uint64_t end = (kernel.now / US_PER_TICK + ticks) * US_PER_TICK;
    while (*given == 0 && kernel.now < end) {
        uint64_t event = kernel.who != NOBODY ? kernel.at : NEVER;
        uint64_t next = MIN(MIN(event, kernel.timer), end);
        kernel.now = MAX(kernel.now, next);
        if (kernel.timer == kernel.now) {
            kernel.timer = NEVER;
            time_is_up(NULL);
        } else if (event == kernel.now) {
            happen();
            if (!kernel.yielded) {
                printf("an interrupt woke the task, and did not ask for it to run\n");
            }
        }
    }
}

uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks) {
    if (kernel.thread) {
        printf("a thread waits for a notification\n");
    }
    sleeps(&kernel.given, ticks);
    uint32_t given = kernel.given;
    kernel.given = clear == pdTRUE ? 0 : given - (given != 0);
    return given;
}

BaseType_t xSemaphoreTake(SemaphoreHandle_t semaphore, TickType_t ticks) {
    (void)semaphore;
    sleeps(&kernel.semaphore, ticks);
    uint32_t given = kernel.semaphore;
    kernel.semaphore = 0;
    return given ? pdTRUE : pdFALSE;
}

static int waits, wrong;

// Waits `ms`, from `phase` us into a tick, by this plan; it must return after `want` us, or when the plan's event was.
static int wait(uint32_t ms, uint64_t phase, int who, int what, int nth, uint64_t after, uint64_t want) {
    kernel.now = 1000 * US_PER_TICK + phase;
    uint64_t began = kernel.now;
    kernel.timer = kernel.happened = NEVER;
    kernel.points = 0;
    kernel.mail = kernel.buffered = false;
    kernel.yielded = true;
    kernel.who = who, kernel.what = what, kernel.nth = nth;
    kernel.at = after == NEVER ? NEVER : began + after;
    kernel.given = kernel.semaphore = 0;
    MP_STATE_VM(sched_state) = MP_SCHED_IDLE;
    fence();
    if (who != NOBODY && nth == 0 && after == NEVER) {
        happen();
    }
    up_wait_for_event(NULL, 0, ms);
    ++waits;
    uint64_t took = kernel.now - began;
    uint64_t due = kernel.happened == NEVER ? want : MIN(want, kernel.happened - began);
    if (took != due) {
        ++wrong;
        printf("%s waits %u ms at %u us of a tick, %s leaves %s at point %d: %u us, not %u\n", WAITS[kernel.thread], (unsigned)ms, (unsigned)phase, WHO[who], WHAT[what], nth, (unsigned)took, (unsigned)due);
    }
    if (kernel.timer != NEVER) {
        ++wrong;
        printf("a timer runs on\n");
    }
    uint32_t given = kernel.given + kernel.semaphore;
    mp_uasyncio_priority_wake();
    if (sleeper != NOBODY || kernel.given + kernel.semaphore != given) {
        ++wrong;
        printf("who does not sleep was notified\n");
    }
    return kernel.points;
}

// Waits `ms` from now, where nothing happens: that long, and never later than the tick.
static void wait_on(uint32_t ms) {
    uint64_t began = kernel.now;
    uint64_t want = MIN((uint64_t)ms * 1000, US_PER_TICK - began % US_PER_TICK);
    up_wait_for_event(NULL, 0, ms);
    ++waits;
    if (kernel.now - began != want) {
        ++wrong;
        printf("after a deletion %s waits %u ms: %u us, not %u\n", WAITS[kernel.thread], (unsigned)ms, (unsigned)(kernel.now - began), (unsigned)want);
    }
}

// A thread that waits `ms` is deleted at its nth point, and then somebody wakes it, or not. A wake-up may end the next wait
// early. Every other wait is as without the deletion, whoever waits. Returns how many points there were.
static int deletion(uint32_t ms, int nth, int waker, bool next_is_thread) {
    kernel.now = 1000 * US_PER_TICK;
    kernel.timer = NEVER;
    kernel.points = 0;
    kernel.mail = kernel.buffered = false;
    kernel.given = kernel.semaphore = 0;
    kernel.who = NOBODY;
    MP_STATE_VM(sched_state) = MP_SCHED_IDLE;
    kernel.thread = true;
    kernel.deleted = nth;
    if (setjmp(kernel.rest) == 0) {
        up_wait_for_event(NULL, 0, ms);
    }
    int points = kernel.points;
    kernel.deleted = 0;
    kernel.thread = next_is_thread;
    if (waker != NOBODY) {
        kernel.who = waker;
        kernel.what = CALLBACK;
        happen();
        MP_STATE_VM(sched_state) = MP_SCHED_IDLE;
        up_wait_for_event(NULL, 0, 0);
    }
    wait_on(3);
    wait_on(UINT32_MAX);
    return points;
}

int main(void) {
    static const uint32_t LIMITS[] = { 0, 1, 3, 9, 10, 11, 5000, UINT32_MAX };
    static const uint32_t PHASES[] = { 0, 1, 2500, 7000, 9999 };
    for (int run = 0; run < 4; ++run) {
        kernel.thread = run % 2 != 0;
        kernel.no_timer = run < 2; // the first wait makes the timer, and tries again where it could not
        for (size_t l = 0; l < MP_ARRAY_SIZE(LIMITS); ++l) {
            for (size_t p = 0; p < MP_ARRAY_SIZE(PHASES); ++p) {
                uint32_t ms = LIMITS[l], phase = PHASES[p];
                uint64_t want = US_PER_TICK - phase; // never later than the tick
                if (!kernel.no_timer && ms < portTICK_PERIOD_MS) {
                    want = MIN(want, ms * 1000);
                }
                int points = wait(ms, phase, NOBODY, MAIL, 0, NEVER, want);
                for (int who = INTERRUPT; who < N_WHO; ++who) {
                    for (int what = MAIL; what < N_WHAT; ++what) {
                        // Those behind the wait are the loop's next look.
                        for (int nth = 0; nth <= points; ++nth) {
                            wait(ms, phase, who, what, nth, NEVER, want);
                        }
                        wait(ms, phase, who, what, 0, 1, want);
                        wait(ms, phase, who, what, 0, 777, want);
                        wait(ms, phase, who, what, 0, want, want);
                    }
                }
            }
        }
    }
    for (int waker = NOBODY; waker < N_WHO; ++waker) {
        for (int next_is_thread = 0; next_is_thread < 2; ++next_is_thread) {
            for (size_t l = 0; l < MP_ARRAY_SIZE(LIMITS); ++l) {
                int nth = 1;
                while (nth <= deletion(LIMITS[l], nth, waker, next_is_thread)) {
                    ++nth;
                }
            }
        }
    }
    printf("%d waits, %d wrong\n", waits, wrong);
    return wrong != 0;
}
