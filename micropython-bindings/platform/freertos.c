// The idle wait on ESP-IDF: sleeps until it is notified. Notifications are counted: one that comes between the last look at
// what is pending and the sleep ends the sleep. A FreeRTOS tick is 10 ms there, so a timer ends shorter
// waits, and no wait is longer than one tick: MicroPython asks its sockets for WebREPL then.
#include "platform.h"

#if UP_PLATFORM_FREERTOS

#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#include "../mailbox.h"

static TaskHandle_t idle_task; // NULL while nobody sleeps

// Two cores: who posts stores its mail and then looks at `idle_task`. Who waits stores `idle_task` and then looks at the
// mail. Each has a fence between, so at least one of them sees what the other stored.
void mp_uasyncio_priority_wake(void) {
    // mutation: wakes-without-a-fence
    up_fence();
    TaskHandle_t task = __atomic_load_n(&idle_task, __ATOMIC_RELAXED);
    if (task == NULL) {
        return;
    }
    if (xPortInIsrContext()) {
        BaseType_t woken = pdFALSE;
        // mutation: wakes-nobody-from-an-interrupt
        vTaskNotifyGiveFromISR(task, &woken);
        if (woken == pdTRUE) {
            portYIELD_FROM_ISR();
        }
    } else {
        // mutation: wakes-nobody
        xTaskNotifyGive(task);
    }
}

static void time_is_up(void *unused) {
    (void)unused;
    mp_uasyncio_priority_wake();
}

void up_wait_for_event(up_loop_t *loop, uint32_t ms) {
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
    // mutation: waits-without-a-fence
    up_fence();
    if (!up_mail_pending(up_mail()) && !up_pending()) {
        if (timed) {
            esp_timer_start_once(timer, (uint64_t)ms * 1000);
        }
        MP_THREAD_GIL_EXIT();
        // mutation: two-ticks
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

#endif
