// Stand-ins for ESP-IDF, here and beside: what MicroPython's own headers and our idle wait need of it. What runs of them is
// in tests/cmake/port.c and tests/waits/freertos.c.
#ifndef INC_FREERTOS_H
#define INC_FREERTOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint32_t TickType_t;
typedef struct {
    uint32_t owner, count;
} portMUX_TYPE;

#define pdFALSE ((BaseType_t)0)
#define pdTRUE ((BaseType_t)1)
#define portTICK_PERIOD_MS ((TickType_t)10)

void vPortEnterCritical(portMUX_TYPE *mux);
void vPortExitCritical(portMUX_TYPE *mux);
void vPortYieldFromISR(void);
BaseType_t xPortInIsrContext(void);
#define portENTER_CRITICAL(mux) vPortEnterCritical(mux)
#define portEXIT_CRITICAL(mux) vPortExitCritical(mux)
#define portYIELD_FROM_ISR() vPortYieldFromISR()

#endif
