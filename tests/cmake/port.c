// The least port: it runs the frozen module `check`, on a heap of its own.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "py/builtin.h"
#include "py/cstack.h"
#include "py/gc.h"
#include "py/lexer.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "shared/runtime/gchelper.h"

#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "freertos/semphr.h"

int firmware(void);

int firmware(void) {
    static char heap[128 * 1024];
    int status = 1;
    mp_cstack_init_with_sp_here(64 * 1024);
    gc_init(heap, heap + sizeof(heap));
    mp_init();
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_import_name(MP_QSTR_check, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
        nlr_pop();
        status = 0;
    } else {
        mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    mp_deinit();
    return status;
}

void gc_collect(void) {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}

void nlr_jump_fail(void *val) {
    (void)val;
    abort();
}

mp_uint_t mp_hal_stdout_tx_strn(const char *str, size_t len) {
    return fwrite(str, 1, len, stdout);
}

void mp_hal_stdout_tx_strn_cooked(const char *str, size_t len) {
    mp_hal_stdout_tx_strn(str, len);
}

uint64_t mp_hal_time_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000ull + now.tv_nsec;
}

mp_uint_t mp_hal_ticks_us(void) {
    return mp_hal_time_ns() / 1000;
}

mp_uint_t mp_hal_ticks_ms(void) {
    return mp_hal_time_ns() / 1000000;
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return mp_hal_time_ns();
}

void mp_hal_delay_us(mp_uint_t us) {
    mp_uint_t start = mp_hal_ticks_us();
    while (mp_hal_ticks_us() - start < us) {
        mp_event_handle_nowait();
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    mp_hal_delay_us(ms * 1000);
}

mp_import_stat_t mp_import_stat(const char *path) {
    (void)path;
    return MP_IMPORT_STAT_NO_EXIST;
}

mp_lexer_t *mp_lexer_new_from_file(qstr filename) {
    (void)filename;
    mp_raise_OSError(MP_ENOENT);
}

// FreeRTOS, as far as the idle wait needs it: one task, and a timer that fires while it sleeps.
static struct {
    void (*call)(void *);
    mp_uint_t due; // us; 0: it does not run
    uint32_t given;
} kernel;

esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *timer) {
    kernel.call = args->callback;
    *timer = (esp_timer_handle_t)&kernel;
    return ESP_OK;
}

esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t us) {
    (void)timer;
    kernel.due = mp_hal_ticks_us() + us;
    return ESP_OK;
}

esp_err_t esp_timer_stop(esp_timer_handle_t timer) {
    (void)timer;
    kernel.due = 0;
    return ESP_OK;
}

TaskHandle_t mp_main_task_handle = (TaskHandle_t)&kernel;

TaskHandle_t xTaskGetCurrentTaskHandle(void) {
    return mp_main_task_handle;
}

uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks) {
    (void)clear;
    mp_uint_t end = mp_hal_ticks_us() + ticks * portTICK_PERIOD_MS * 1000;
    while (kernel.given == 0 && mp_hal_ticks_us() < end) {
        if (kernel.due != 0 && mp_hal_ticks_us() >= kernel.due) {
            kernel.due = 0;
            kernel.call(NULL);
        }
    }
    uint32_t given = kernel.given;
    kernel.given = 0;
    return given;
}

BaseType_t xTaskNotifyGive(TaskHandle_t task) {
    (void)task;
    ++kernel.given;
    return pdTRUE;
}

void vTaskNotifyGiveFromISR(TaskHandle_t task, BaseType_t *woken) {
    *woken = xTaskNotifyGive(task);
}

// There is no other thread.
SemaphoreHandle_t xSemaphoreCreateBinaryStatic(StaticSemaphore_t *memory) {
    return (SemaphoreHandle_t)memory;
}

BaseType_t xSemaphoreTake(SemaphoreHandle_t semaphore, TickType_t ticks) {
    (void)semaphore;
    (void)ticks;
    abort();
}

BaseType_t xSemaphoreGive(SemaphoreHandle_t semaphore) {
    return xSemaphoreTake(semaphore, 0);
}

BaseType_t xSemaphoreGiveFromISR(SemaphoreHandle_t semaphore, BaseType_t *woken) {
    *woken = pdFALSE;
    return xSemaphoreTake(semaphore, 0);
}

BaseType_t xPortInIsrContext(void) {
    return pdFALSE;
}

void vPortYieldFromISR(void) {
}

static mp_obj_t no_files(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    (void)n_args;
    (void)args;
    (void)kwargs;
    mp_raise_OSError(MP_ENOENT);
}
MP_DEFINE_CONST_FUN_OBJ_KW(mp_builtin_open_obj, 1, no_files);
