#define STM32F7
#include "../../hal.h"
