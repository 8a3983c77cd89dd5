// The idle wait on ESP-IDF: sleeps until it is notified. Notifications are counted: one that comes between the last look at
// what is pending and the sleep ends the sleep. A FreeRTOS tick is 10 ms there, so a timer ends shorter
// waits, and no wait is longer than one tick: MicroPython asks its sockets for WebREPL then.
#include "platform.h"

#if UP_PLATFORM_FREERTOS

#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#include "../mailbox.h"

static TaskHandle_t volatile idle_task; // NULL while nobody sleeps

void mp_uasyncio_priority_wake(void) {
    TaskHandle_t task = idle_task;
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
    idle_task = xTaskGetCurrentTaskHandle();
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
    idle_task = NULL;
#ifdef MICROPY_PY_SOCKET_EVENTS_HANDLER
    MICROPY_PY_SOCKET_EVENTS_HANDLER
#endif
    mp_event_handle_nowait();
}

#endif
