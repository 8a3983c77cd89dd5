// Stand-in for ST's library: what MicroPython's own headers need of it. Arm's part, CMSIS, is in MicroPython.
#ifndef HAL_H
#define HAL_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    PendSV_IRQn = -2,
    SysTick_IRQn = -1,
} IRQn_Type;

#define __NVIC_PRIO_BITS 4
#define __FPU_PRESENT 1
#ifdef STM32F7
#include "core_cm7.h"
#else
#include "core_cm4.h"
#endif

typedef enum {
    HAL_OK,
} HAL_StatusTypeDef;

typedef struct {
    uint32_t IDR;
    uint32_t ODR;
    uint32_t BSRR;
} GPIO_TypeDef;

#define GPIO_MODE_IT_FALLING 1
#define GPIO_MODE_IT_RISING 2

#endif
