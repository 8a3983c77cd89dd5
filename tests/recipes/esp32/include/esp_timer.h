#include <stdbool.h>
#include <stdint.h>

typedef int esp_err_t;
#define ESP_OK 0

typedef struct esp_timer *esp_timer_handle_t;
typedef enum {
    ESP_TIMER_TASK,
} esp_timer_dispatch_t;
typedef struct {
    void (*callback)(void *arg);
    void *arg;
    esp_timer_dispatch_t dispatch_method;
    const char *name;
    bool skip_unhandled_events;
} esp_timer_create_args_t;

esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *timer);
esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t us);
esp_err_t esp_timer_stop(esp_timer_handle_t timer);
int64_t esp_timer_get_time(void);
