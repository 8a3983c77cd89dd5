#define STM32F4
#include "../../hal.h"
