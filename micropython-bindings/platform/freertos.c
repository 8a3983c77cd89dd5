// The idle wait on ESP-IDF: sleeps until it is notified. Notifications are counted: one that comes between the last look at
// what is pending and the sleep ends the sleep, as a semaphore that was given does. A FreeRTOS tick is 10 ms there, so a timer ends shorter
// waits, and no wait is longer than one tick: MicroPython asks its sockets for WebREPL then.
#include "platform.h"

#if UP_PLATFORM_FREERTOS

#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "freertos/semphr.h"

#include "../mailbox.h"

// Who sleeps. MicroPython's own task is notified, as the port notifies it, of keys and of Ctrl-C. Another thread sleeps at a
// semaphore: a soft reset deletes it, asleep or not, and the semaphore is there after it. What is given and
// not taken ends a later wait early.
enum {
    NOBODY,
    MAIN,
    THREAD
};
static int sleeper;
static SemaphoreHandle_t semaphore; // made by the first wait

// Two cores: who posts stores its mail and then looks at `sleeper`. Who waits stores `sleeper` and then looks at the
// mail. Each has a fence between, so at least one of them sees what the other stored.
void mp_uasyncio_priority_wake(void) {
    // mutation: wakes-without-a-fence
    up_fence();
    int who = __atomic_load_n(&sleeper, __ATOMIC_ACQUIRE);
    if (who == NOBODY) {
        return;
    }
    if (xPortInIsrContext()) {
        BaseType_t woken = pdFALSE;
        if (who == MAIN) {
            // mutation: wakes-nobody-from-an-interrupt
            vTaskNotifyGiveFromISR(mp_main_task_handle, &woken);
        } else {
            // mutation: wakes-no-thread-from-an-interrupt
            xSemaphoreGiveFromISR(semaphore, &woken);
        }
        if (woken == pdTRUE) {
            portYIELD_FROM_ISR();
        }
    } else if (who == MAIN) {
        // mutation: wakes-nobody
        xTaskNotifyGive(mp_main_task_handle);
    } else {
        // mutation: wakes-no-thread
        xSemaphoreGive(semaphore);
    }
}

static void time_is_up(void *unused) {
    (void)unused;
    mp_uasyncio_priority_wake();
}

void up_wait_for_event(up_loop_t *loop, uint32_t now, uint32_t ms) {
    (void)loop;
    (void)now;
    static esp_timer_handle_t timer;
    if (timer == NULL) {
        const esp_timer_create_args_t args = { .callback = time_is_up, .name = "uasyncio" };
        if (esp_timer_create(&args, &timer) != ESP_OK) {
            timer = NULL; // no memory: its waits end with the tick
        }
    }
    if (semaphore == NULL) {
        static StaticSemaphore_t memory;
        semaphore = xSemaphoreCreateBinaryStatic(&memory);
    }
    if (sleeper != NOBODY && timer != NULL) {
        // mutation: timer-of-a-deleted-thread
        esp_timer_stop(timer); // that of a thread which was deleted in its sleep
    }
    bool timed = ms < portTICK_PERIOD_MS && timer != NULL;
    bool own = xTaskGetCurrentTaskHandle() == mp_main_task_handle;
    // mutation: thread-sleeps-as-main
    __atomic_store_n(&sleeper, own ? MAIN : THREAD, __ATOMIC_RELEASE);
    // mutation: waits-without-a-fence
    up_fence();
    if (!up_mail_pending(up_mail()) && !up_pending()) {
        if (timed) {
            esp_timer_start_once(timer, (uint64_t)ms * 1000);
        }
        MP_THREAD_GIL_EXIT();
        if (own) {
            // mutation: two-ticks
            ulTaskNotifyTake(pdTRUE, 1);
        } else {
            xSemaphoreTake(semaphore, 1);
        }
        MP_THREAD_GIL_ENTER();
        if (timed) {
            esp_timer_stop(timer); // an error if it has fired, which is as well
        }
    }
    __atomic_store_n(&sleeper, NOBODY, __ATOMIC_RELAXED);
#ifdef MICROPY_PY_SOCKET_EVENTS_HANDLER
    MICROPY_PY_SOCKET_EVENTS_HANDLER
#endif
    mp_event_handle_nowait();
}

#endif
